"""An encounter as a scene: every recorded road user an actor with its recorded path and a look of its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scenes.encounter_route import thinned
from scenes.encounters import Encounter
from scenes.kinds import Kind
from scenes.lanes import line_at
from scenes.light import make_light
from scenes.people import PersonLook, sample_person
from scenes.schema_light import LightSpec
from scenes.seeds import rng_for
from scenes.types import Actor, Camera, CameraChain, Floats, Scene
from scenes.vehicles import MODELS, VehicleLook, sample_model

EGO = 1  # id of the ego's actor; the recorded road users follow in the order of the encounter
TWO_WHEELS = frozenset({Kind.MOTORCYCLE, Kind.BICYCLE})
RIDER_HEIGHT = 1.6  # m, of a rider on two wheels
ALONG = ("length", "wheel_base", "overhang", "bonnet", "screen", "deck", "fast")  # fields that grow with the length
# Recordings call everything on four wheels a car: the model nearest in size decides what it is.
MODELS_OF: dict[Kind, tuple[Kind, ...]] = {
    Kind.CAR: (Kind.CAR, Kind.VAN, Kind.TRUCK), Kind.VAN: (Kind.VAN,), Kind.TRUCK: (Kind.TRUCK,), Kind.BUS: (Kind.BUS,),
}  # fmt: skip


@lru_cache(maxsize=4096)
def look_of(kind: Kind, length: float, width: float, number: int) -> VehicleLook | PersonLook:
    """A look that fits a recorded size.

    Args:
        kind: as recorded.
        length: m.
        width: m.
        number: of the road user, for everything but the size.

    Returns:
        The vehicle model of a similar kind that is nearest in size, stretched to it; a person for people, and for
        riders on two wheels, whom the catalogue has no model of.
    """
    rng = rng_for(0, "encounter", kind.label, number)
    if kind not in MODELS_OF:
        return sample_person(rng)
    names = [name for name, model in MODELS.items() if model.kind in MODELS_OF[kind]]
    nearest = min(names, key=lambda n: (MODELS[n].size[0] - length) ** 2 + 9.0 * (MODELS[n].size[1] - width) ** 2)
    look = sample_model(rng, nearest)
    stretched = {name: float(getattr(look, name)) * length / look.length for name in ALONG}
    return replace(look, **stretched | {"width": width})  # type: ignore[arg-type]


def actor_of(number: int, kind: Kind, size: tuple[float, float], states: Floats, valid: NDArray[np.bool_]) -> Actor:
    """One recorded road user.

    Args:
        number: its id.
        kind: as recorded.
        size: length, width, m.
        states: (T, 4) x, y, heading, speed.
        valid: (T,) at least one step.

    Returns:
        The actor at its first valid step, with its recorded path; a path of one point where it does not move.
    """
    look = look_of(kind, round(size[0], 3), round(size[1], 3), number)
    seen = states[valid]
    path = thinned(seen[:, :2])
    moves = len(path) > 1
    fastest = float(seen[:, 3].max()) if moves else 0.0
    height = RIDER_HEIGHT if kind in TWO_WHEELS else look.size[2]
    behaviour = ("stand", "walk") if kind is Kind.PEDESTRIAN else ("parked", "drive")
    return Actor(
        id=number, kind=look.kind if isinstance(look, VehicleLook) else kind, look=look, size=(*size, height),
        path=path, start=0.0, speed=float(seen[0, 3]) if moves else 0.0, desired_speed=fastest,
        heading=float(seen[0, 2]), behaviour=behaviour[moves],
    )  # fmt: skip


def ego_actor(encounter: Encounter, route: Floats, speed: float, desired: float) -> Actor:
    """The ego at the start of its route.

    Args:
        encounter: with an ego.
        route: (N, 2) m from `ego_route`.
        speed: m/s, at the start.
        desired: m/s.
    """
    assert encounter.ego is not None
    length, width = encounter.ego.size
    look = look_of(Kind.CAR, round(length, 3), round(width, 3), EGO)
    return Actor(
        id=EGO, kind=Kind.CAR, look=look, size=(length, width, look.size[2]), path=route, start=0.0, speed=speed,
        desired_speed=desired, heading=line_at(route, 0.0)[2], behaviour="drive",
    )  # fmt: skip


def encounter_scene(
    encounter: Encounter,
    ego: Actor,
    kinds: Sequence[Kind],
    sizes: Floats,
    states: Floats,
    valid: NDArray[np.bool_],
    *,
    number: int = 0,
    seed: int = 0,
) -> Scene:
    """A scene of an encounter or of a variant of it.

    Args:
        encounter: for the map, the signals and the name.
        ego: from `ego_actor`.
        kinds: A, of the recorded road users.
        sizes: (A, 2) length, width, m.
        states: (A, T, 4) x, y, heading, speed per step.
        valid: (A, T).
        number: of the variant.
        seed: of the variant.

    Returns:
        The scene: the ego first, then the recorded road users, all of them, in the order of the encounter.
    """
    others = []
    for a in range(len(kinds)):  # a track that a variant delays beyond the end is there, but never alive
        rows = (states[a], valid[a]) if valid[a].any() else (encounter.states[a], encounter.valid[a])
        others.append(actor_of(EGO + 1 + a, kinds[a], (float(sizes[a, 0]), float(sizes[a, 1])), *rows))
    signals = [replace(signal, id=EGO + 1 + len(others) + k) for k, signal in enumerate(encounter.signals)]
    dash = Camera(
        id=0, width=640, height=360, focal=450.0, position=np.array([0.5, 0.0, 1.35]), heading=0.0, pitch=0.0, roll=0.0,
        chain=CameraChain(), mount=EGO,
    )  # fmt: skip
    return Scene(
        name=encounter.name, sample=number, seed=seed, start_time=0.0, roads=encounter.roads, actors=(ego, *others),
        signals=tuple(signals), buildings=(), props=(), light=make_light(LightSpec()), cameras=(dash,), ego=EGO,
    )  # fmt: skip
