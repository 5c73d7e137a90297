"""Episodes: the pool of scenes that they play in, who is controlled, and what differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenes.errors import SceneError
from scenes.files import load
from scenes.kinds import VEHICLES
from scenes.types import Actor, Scene
from sim.logs import Log, empty_log
from sim.tables import Tables, compile_tables
from sim.world import I4

Controlled = Literal["ego", "cars", "all"]
CONTROLLED: tuple[Controlled, ...] = ("ego", "cars", "all")
Between = tuple[float, float]


@dataclass(frozen=True)
class Randomisation:
    """Ranges from which every episode draws, uniformly. The defaults change nothing."""

    push: Between = (1.0, 1.0)  # gain of the acceleration that an action asks for
    brake: Between = (1.0, 1.0)  # gain of the deceleration
    steering: Between = (1.0, 1.0)  # gain of the front wheel angle
    wheel_base: Between = (1.0, 1.0)  # times the real one
    delay: Between = (0.0, 0.0)  # steps until an action takes effect, rounded down; at most MAX_DELAY
    noise: Between = (0.0, 0.0)  # standard deviation that is added to every number observed
    absent: Between = (0.0, 0.0)  # share of the other actors that stay away
    # drawn for every driver by rules, see `agents.drivers`
    temper: Between = (0.0, 0.0)  # from -1, calm, to 1, aggressive
    reaction: Between = (0.0, 0.0)  # s between two decisions about the acceleration
    away: Between = (0.0, 0.0)  # share of the time that a driver looks elsewhere

    def __post_init__(self) -> None:
        for field in fields(self):
            low, high = getattr(self, field.name)
            limit = LIMITS[field.name]
            if not limit[0] <= low <= high <= limit[1]:
                raise ValueError(f"randomisation {field.name}: ({low}, {high}) is not a range within {list(limit)}")

    @property
    def table(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        """(R, 2) lowest and highest values in the order of the fields."""
        return np.array(astuple(self), np.float32)


MAX_DELAY = 3  # steps
LIMITS: dict[str, Between] = {
    "push": (0.1, 3.0), "brake": (0.3, 3.0), "steering": (0.3, 2.0), "wheel_base": (0.5, 2.0), "delay": (0.0, 3.99),
    "noise": (0.0, 0.5), "absent": (0.0, 1.0), "temper": (-1.0, 1.0), "reaction": (0.0, 2.0), "away": (0.0, 0.9),
}  # fmt: skip
VARIED = Randomisation((0.8, 1.2), (0.8, 1.2), (0.85, 1.15), (0.9, 1.1), (0.0, 3.0), (0.0, 0.02), (0.0, 0.5))

# drivers of whom some are calm and some in a hurry, who decide every 0.1 to 0.6 s (action points of EIDM: see
# `agents.drivers`) and look elsewhere for up to a fiftieth of the time
VARIED_DRIVERS = Randomisation(temper=(-0.5, 0.5), reaction=(0.1, 0.6), away=(0.0, 0.02))


@dataclass(frozen=True, eq=False)
class Pool:
    """P scenes compiled for episodes; up to N actors of each are controlled."""

    scenes: tuple[Scene, ...]
    tables: Tables
    slots: NDArray[np.int64]  # (P, N) controlled actors, -1 = none
    row_of: I4  # (P, A) slot of an actor, -1 = not controlled
    spare: I4  # (P,) first of the actors that only fill slots of a scene with fewer vehicles than others
    log: Log  # recordings that the other actors follow


@lru_cache(maxsize=8)
def pool_of(scene: str, count: int, seed: int, controlled: Controlled) -> Pool:
    """Draw and compile the scenes of a scene file.

    Args:
        scene: scene file or name of a library scene.
        count: number of scenes.
        seed: of the scenes; scene p is its sample p.
        controlled: who is controlled, see `make_pool`.

    Returns:
        The pool; kept, so that environments of one process share it.

    Raises:
        SceneError: the scene file is wrong or has nobody to control.
    """
    template = load(scene)
    return make_pool([template.sample(p, seed=seed) for p in range(count)], controlled)


def make_pool(scenes: Sequence[Scene], controlled: Controlled, log: Log | None = None) -> Pool:
    """Compile scenes.

    Args:
        scenes: at least one.
        controlled: `ego` the ego alone, `cars` every moving vehicle, `all` people, too. With `cars` scenes with fewer
            vehicles than others get copies of theirs, which enter wherever there is room.
        log: recordings that the other actors follow; default none, and rules decide.

    Returns:
        The pool.

    Raises:
        SceneError: a scene has nobody to control.
    """
    if controlled not in CONTROLLED:
        raise ValueError(f"controlled: {controlled!r} is none of {', '.join(CONTROLLED)}")
    chosen = [who(scene, controlled) for scene in scenes]
    width = max(len(rows) for rows in chosen)
    spare = np.array([len(scene.actors) for scene in scenes], np.int32)
    if controlled == "cars":
        scenes = [with_copies(scene, rows, width) for scene, rows in zip(scenes, chosen, strict=True)]
        chosen = [
            [*rows, *range(first, first + width - len(rows))]
            for rows, first in zip(chosen, spare.tolist(), strict=True)
        ]
    tables = compile_tables(scenes)
    slots = np.full((len(scenes), width), -1, np.int64)
    row_of = np.full(tables.exists.shape, -1, np.int32)
    for p, rows in enumerate(chosen):
        slots[p, : len(rows)] = rows
        row_of[p, rows] = np.arange(len(rows))
    return Pool(tuple(scenes), tables, slots, row_of, spare, empty_log(len(scenes)) if log is None else log)


def who(scene: Scene, controlled: Controlled) -> list[int]:
    """Positions of the controlled actors in a scene."""
    moving = [k for k, actor in enumerate(scene.actors) if len(actor.path) > 1]
    drivers = [k for k in moving if scene.actors[k].kind in VEHICLES]
    if controlled == "all":
        return moving
    if not drivers:
        raise SceneError(scene.name, f"sample {scene.sample} has no moving vehicle to control")
    return [ego_of(scene, drivers)] if controlled == "ego" else drivers


def ego_of(scene: Scene, drivers: Sequence[int]) -> int:
    """The scene's ego, else the carrier of the first dash camera, else the first moving vehicle."""
    ids = [scene.ego, *(camera.mount for camera in scene.cameras)]
    found = [k for number in ids for k in drivers if scene.actors[k].id == number]
    return found[0] if found else drivers[0]


def with_copies(scene: Scene, drivers: Sequence[int], width: int) -> Scene:
    """The scene with copies of its vehicles behind its actors, `width` vehicles in all."""
    highest = max([actor.id for actor in scene.actors] + [signal.id for signal in scene.signals])
    copies: list[Actor] = []
    while len(drivers) + len(copies) < width:
        model = scene.actors[drivers[len(copies) % len(drivers)]]
        copies.append(replace(model, id=highest + 1 + len(copies)))
    return replace(scene, actors=(*scene.actors, *copies))
