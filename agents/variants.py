"""Seeded variants of an encounter: other timing, speeds, gaps and vehicles; every one of them can be solved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.scripted import Route, Solution, Start, route_of, solve
from scenes.encounter_route import ego_route
from scenes.encounter_scene import ego_actor, encounter_scene
from scenes.encounters import Encounter
from scenes.errors import SceneError
from scenes.kinds import Kind
from scenes.lanes import line_at
from scenes.seeds import rng_for
from scenes.types import Floats, Scene
from scenes.vehicles import MODELS
from sim.tables import Tables, compile_tables
from sim.warp import UNDONE, harshest, meet, settle, touch, warp_all

Progress = Callable[[int, int], None]
SHARE = 0.6  # of the road users that a variant changes
DELAY = 1.0  # s, at most, earlier or later
PACE = 0.2  # at most, slower or faster
SHIFT = 4.0  # m, at most, ahead or back
SWAPPED = 0.12  # share of the cars that become something else
EGO_PACE = 0.3  # at most, slower or faster start of the ego
INSTEAD: dict[Kind, float] = {Kind.VAN: 0.4, Kind.TRUCK: 0.25, Kind.BUS: 0.15, Kind.MOTORCYCLE: 0.2}  # of a car
MOTORCYCLE = (2.2, 0.8)  # m
ATTEMPTS = 100  # draws for one variant, before it is given up
LEAST = 5.0  # m that the ego must be able to come
ENOUGH = 0.75  # share of the planner's way that a driver must come, or to the recorded goal where that is nearer
HURRY = 1.3  # factor on the speed that brings the ego to its goal in time: its desired speed
AMONG = 3  # valid draws of a variant, of which the riskiest is kept
TRAIN_SHARE = 0.75
# m/s2: acceleration, braking, sideways; means over 1 s. Or what the recording itself shows, where that is more.
LIMITS: dict[Kind, tuple[float, float, float]] = {
    Kind.CAR: (4.0, 8.0, 7.0), Kind.VAN: (3.5, 7.5, 6.0), Kind.TRUCK: (2.5, 7.0, 4.0), Kind.BUS: (2.0, 6.5, 4.0),
    Kind.MOTORCYCLE: (6.0, 8.0, 7.0), Kind.BICYCLE: (2.0, 5.0, 4.0), Kind.PEDESTRIAN: (3.0, 4.0, 5.0),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Change:
    """What a variant changes, for each of A road users."""

    delay: Floats  # (A,) s, later positive
    pace: Floats  # (A,) factor on the speed
    shift: Floats  # (A,) m along the path, ahead positive
    kinds: tuple[Kind, ...]  # A
    sizes: Floats  # (A, 2) length, width, m
    speed: float  # m/s, of the ego at the start


@dataclass(frozen=True, eq=False)
class Variant:
    """One valid variant."""

    number: int
    change: Change
    goal: float  # m along the route that a driver must have come when the recording ends
    solution: Solution


@dataclass(frozen=True, eq=False)
class Setting:
    """What the variants of an encounter share."""

    encounter: Encounter
    line: Floats  # (N, 2) m, way of the ego
    route: Route
    goal: float  # m along it; inf = none
    start: Start  # of the ego, as recorded
    tables: Tables  # of a scene with the ego alone
    plain: Floats  # (A, 5) recorded length, width (m), and limits of acceleration, braking, sideways (m/s2)
    overlap: NDArray[np.bool_]  # (A, A) pairs that overlap in the recording


@dataclass(frozen=True, eq=False)
class Variants:
    """Valid variants of an encounter, and what did not fit on the way to them."""

    setting: Setting
    seed: int
    members: tuple[Variant, ...]
    unsolved: int  # draws that no plan solves
    undone: dict[str, int]  # reason -> changes of single road users that did not fit and were undone


def is_train(number: int) -> bool:
    """Whether a variant is trained on; the others are held out for measuring.

    Args:
        number: of the variant. A hash of it decides, so that the split does not depend on how many there are.
    """
    digest = hashlib.blake2b(f"variant {number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < TRAIN_SHARE * 2**64


def setting_of(encounter: Encounter) -> Setting:
    """Prepare an encounter.

    Args:
        encounter: recorded.

    Raises:
        SceneError: it has no ego, or somebody is on the ego's place at the start.
    """
    ego = encounter.ego
    if ego is None:
        raise refusal(encounter, "is missing: there is no ego to practise with", "planningProblem")
    line, goal = ego_route(encounter)
    actor = ego_actor(encounter, line, ego.speed, desired_speed(encounter, goal))
    start = Start(*line_at(line, 0.0), ego.speed, *ego.size, actor.desired_speed)
    states, valid, sizes = encounter.states, encounter.valid, encounter.sizes
    count = len(states)
    for a in range(count):
        spot = states[a, 0]
        if valid[a, 0] and touch(start.x, start.y, start.heading, ego.size, spot[0], spot[1], spot[2], sizes[a]):
            raise refusal(encounter, f"obstacle {encounter.ids[a]} is where the ego starts")
    harsh = [harshest(states[a], valid[a], second(encounter), encounter.dt) for a in range(count)]
    allowed = [np.maximum(LIMITS[kind], found) + 1e-6 for kind, found in zip(encounter.kinds, harsh, strict=True)]
    overlap = np.array([[a != j and meet(a, j, states, valid, sizes) >= 0 for j in range(count)] for a in range(count)])
    bare = encounter_scene(encounter, actor, (), sizes, states, valid)
    tables = compile_tables([bare])
    return Setting(
        encounter, line, route_of(line, tables.ground), goal, start, tables,
        np.concatenate([sizes, np.array(allowed).reshape(-1, 3)], 1), overlap.reshape(count, count),
    )  # fmt: skip


def refusal(encounter: Encounter, problem: str, path: str = "") -> SceneError:
    """Why an encounter cannot be practised."""
    return SceneError(f"{encounter.name}.xml", problem, path=path)


def second(encounter: Encounter) -> int:
    """Steps of the recording in a second, at least one."""
    return max(1, min(round(1.0 / encounter.dt), encounter.steps - 1))


def desired_speed(encounter: Encounter, goal: float) -> float:
    """Speed that the ego wishes to drive, m/s: its recorded one, or what brings it to its goal in good time."""
    ego = encounter.ego
    assert ego is not None
    if ego.recorded is not None and ego.seen is not None:
        return float(max(ego.recorded[ego.seen, 3].max(), 1.0))
    times = [encounter.dt * sum(entry.steps) / 2 for entry in ego.goals]
    needed = goal / max(min(times), 1.0) if np.isfinite(goal) else 0.0
    return float(max(HURRY * needed, ego.speed, 5.0))


def draw(setting: Setting, seed: int, number: int, attempt: int) -> tuple[Change, NDArray[np.int64]]:
    """Draw one change and the order in which it is tried on the road users.

    The address of the draw is (seed, encounter, number, attempt).
    """
    rng = rng_for(seed, "variant", setting.encounter.name, number, attempt)
    count = len(setting.encounter.kinds)
    changed = rng.random((3, count)) < SHARE
    delay = np.where(changed[0], rng.uniform(-DELAY, DELAY, count), 0.0)
    pace = np.where(changed[1], 1.0 + rng.uniform(-PACE, PACE, count), 1.0)
    shift = np.where(changed[2], rng.uniform(-SHIFT, SHIFT, count), 0.0)
    swapped, kinds, sizes = rng.random(count) < SWAPPED, list(setting.encounter.kinds), setting.encounter.sizes.copy()
    for a in np.flatnonzero(swapped):
        if kinds[a] is Kind.CAR:
            kinds[a], sizes[a] = other_vehicle(rng)
    speed = setting.start.speed * (1.0 + rng.uniform(-EGO_PACE, EGO_PACE))
    return Change(delay, pace, shift, tuple(kinds), sizes, speed), rng.permutation(count)


def other_vehicle(rng: np.random.Generator) -> tuple[Kind, tuple[float, float]]:
    """A kind of vehicle that stands in for a car, and its length and width, m."""
    kind = list(INSTEAD)[int(rng.choice(len(INSTEAD), p=list(INSTEAD.values())))]
    if kind is Kind.MOTORCYCLE:
        return kind, MOTORCYCLE
    models = [model for model in MODELS.values() if model.kind is kind]
    model = models[int(rng.choice(len(models), p=np.array([m.share for m in models]) / sum(m.share for m in models)))]
    return kind, (model.size[0], model.size[1])


def fitted(
    setting: Setting, wanted: Change, order: NDArray[np.int64], undone: NDArray[np.int64]
) -> tuple[Change, Floats, NDArray[np.bool_]]:
    """A change without what does not fit, and its tracks.

    Args:
        setting: of the encounter.
        wanted: as drawn.
        order: from `draw`.
        undone: (3,) counts in the order of `UNDONE`, added to.

    Returns:
        The change that is left, and `tracks_of` it.
    """
    encounter, start = setting.encounter, setting.start
    delay, pace, shift = wanted.delay / encounter.dt, wanted.pace.copy(), wanted.shift.copy()
    sizes = wanted.sizes.copy()
    limit = setting.plain[:, 2:].copy()
    for a, kind in enumerate(wanted.kinds):
        if kind is not encounter.kinds[a]:
            limit[a] = LIMITS[kind]
    states, alive = np.zeros(encounter.states.shape), np.zeros(encounter.valid.shape, bool)
    ego = np.array([start.x, start.y, start.heading, start.length, start.width])
    settle(
        encounter.states, encounter.valid, order, delay, pace, shift, sizes, limit, setting.plain, ego, setting.overlap,
        second(encounter), encounter.dt, states, alive, undone,
    )  # fmt: skip
    kept = (sizes == wanted.sizes).all(1)
    kinds = tuple(kind if kept[a] else encounter.kinds[a] for a, kind in enumerate(wanted.kinds))
    return Change(delay * encounter.dt, pace, shift, kinds, sizes, wanted.speed), states, alive


def tracks_of(setting: Setting, change: Change) -> tuple[Floats, NDArray[np.bool_]]:
    """Where everyone is in a variant.

    Args:
        setting: of the encounter.
        change: of the variant.

    Returns:
        (A, T, 4) x, y (m), heading (rad), speed (m/s), and (A, T) who is there.
    """
    encounter = setting.encounter
    states, alive = np.zeros(encounter.states.shape), np.zeros(encounter.valid.shape, bool)
    delay = change.delay / encounter.dt
    warp_all(encounter.states, encounter.valid, delay, change.pace, change.shift, encounter.dt, states, alive)
    return states, alive


def variants(
    encounter: Encounter,
    count: int,
    seed: int = 0,
    *,
    first: int = 0,
    among: int = AMONG,
    on_progress: Progress | None = None,
) -> Variants:
    """Make valid variants. Variant k is the same whatever `count` and `first` are.

    Args:
        encounter: recorded.
        count: how many.
        seed: any integer.
        first: number of the first one.
        among: valid draws of each, of which the riskiest is kept: the one in which most plain plans fail.
        on_progress: called with (variants made, variants).

    Returns:
        Variants `first` to `first + count - 1`.

    Raises:
        SceneError: no ego, or a variant that no plan solves in ATTEMPTS draws.
    """
    setting = setting_of(encounter)
    found: list[Variant] = []
    undone = np.zeros(len(UNDONE), np.int64)
    unsolved = 0
    for number in range(first, first + count):
        valid: list[Variant] = []
        for attempt in range(ATTEMPTS):
            change, states, alive = fitted(setting, *draw(setting, seed, number, attempt), undone)
            variant = solved(setting, number, change, states, alive)
            valid += [variant] if variant is not None else []
            unsolved += variant is None
            if len(valid) == among:
                break
        if not valid:
            raise refusal(encounter, f"variant {number}: no plan of the ego solves any of {ATTEMPTS} draws")
        found.append(max(valid, key=lambda variant: variant.solution.risk))
        if on_progress:
            on_progress(len(found), count)
    return Variants(setting, seed, tuple(found), unsolved, dict(zip(UNDONE, undone.tolist(), strict=True)))


def solved(setting: Setting, number: int, change: Change, states: Floats, alive: NDArray[np.bool_]) -> Variant | None:
    """A variant, or None where no plan solves it."""
    start, dt = setting.start._replace(speed=change.speed), setting.encounter.dt
    solution = solve(states, alive, change.sizes, setting.route, setting.tables, start, dt)
    if solution is None or solution.way < LEAST:
        return None
    return Variant(number, change, min(setting.goal, ENOUGH * solution.way), solution)


def scene_of(found: Variants, variant: Variant) -> Scene:
    """The scene of a variant."""
    setting, change = found.setting, variant.change
    ego = ego_actor(setting.encounter, setting.line, change.speed, setting.start.desired)
    return encounter_scene(
        setting.encounter, ego, change.kinds, change.sizes, *tracks_of(setting, change), number=variant.number,
        seed=found.seed,
    )  # fmt: skip
