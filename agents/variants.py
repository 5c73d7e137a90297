"""Seeded variants of an encounter: other timing, speeds, gaps and vehicles; every one of them can be solved."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.scripted import Route, Solution, Start, route_of, solve
from scenes.encounter_route import ego_route
from scenes.encounter_scene import EGO, ego_actor, encounter_scene, look_of
from scenes.encounters import Ego, Encounter
from scenes.errors import SceneError
from scenes.kinds import Kind
from scenes.lanes import line_at
from scenes.seeds import rng_for
from scenes.types import Floats, Scene
from scenes.vehicles import MODELS, VehicleLook
from sim.ground import Ground, compile_ground
from sim.warp import harshest, overlapping, warp_all

SHARE = 0.6  # of the road users that a variant changes
DELAY = 1.0  # s, at most, earlier or later
PACE = 0.2  # at most, slower or faster
SHIFT = 4.0  # m, at most, ahead or back
SWAPPED = 0.12  # share of the cars that become something else
EGO_PACE = 0.3  # at most, slower or faster start of the ego
INSTEAD: dict[Kind, float] = {Kind.VAN: 0.4, Kind.TRUCK: 0.25, Kind.BUS: 0.15, Kind.MOTORCYCLE: 0.2}  # of a car
MOTORCYCLE = (2.2, 0.8)  # m
ATTEMPTS = 300  # draws for one variant, before it is given up
LEAST = 5.0  # m that the ego must be able to come
REACH = 0.7  # share of the planner's way that is the goal where the planner does not reach the recorded one
HURRY = 1.3  # factor on the speed that brings the ego to its goal in time: its desired speed
TRAIN_SHARE = 0.75
CHUNK = 64  # variants that are worked on at once
# m/s2: acceleration, braking, sideways; means over 1 s. Or what the recording itself shows, where that is more.
LIMITS: dict[Kind, tuple[float, float, float]] = {
    Kind.CAR: (4.0, 8.0, 7.0), Kind.VAN: (3.5, 7.5, 6.0), Kind.TRUCK: (2.5, 7.0, 4.0), Kind.BUS: (2.0, 6.5, 4.0),
    Kind.MOTORCYCLE: (6.0, 8.0, 7.0), Kind.BICYCLE: (2.0, 5.0, 4.0), Kind.PEDESTRIAN: (3.0, 4.0, 5.0),
}  # fmt: skip
OVERLAP, HARSH, CLASH, UNSOLVED = (
    "overlap at the start", "acceleration beyond the limits", "others run into each other", "no plan solves it",
)  # fmt: skip


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
    goal: float  # m along the route that a driver must come
    solution: Solution


@dataclass(frozen=True, eq=False)
class Setting:
    """What the variants of an encounter share."""

    encounter: Encounter
    line: Floats  # (N, 2) m, way of the ego
    route: Route
    goal: float  # m along it; inf = none
    desired: float  # m/s
    base: float  # m, the ego's wheel base
    ground: Ground
    harsh: Floats  # (A, 3) m/s2, what the recording shows
    clash: NDArray[np.bool_]  # (A, A) pairs that overlap in the recording, too

    @property
    def ego(self) -> Ego:
        """The ego of the encounter."""
        assert self.encounter.ego is not None
        return self.encounter.ego


@dataclass(frozen=True, eq=False)
class Variants:
    """Valid variants of an encounter, and what was rejected on the way to them."""

    setting: Setting
    seed: int
    members: tuple[Variant, ...]
    rejected: dict[str, int]  # reason -> draws


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
        SceneError: it has no ego.
    """
    ego = encounter.ego
    if ego is None:
        raise SceneError(encounter.name, "has no planning problem, so there is no ego to practise with")
    line, goal = ego_route(encounter)
    look = look_of(Kind.CAR, round(ego.size[0], 3), round(ego.size[1], 3), EGO)
    assert isinstance(look, VehicleLook)
    bare = encounter_scene(encounter, ego_actor(encounter, line, goal, ego.speed, 1.0), (), np.zeros((0, 2)),
                           np.zeros((0, encounter.steps, 4)), np.zeros((0, encounter.steps), bool))  # fmt: skip
    states, valid = encounter.states, encounter.valid
    harsh = np.array([harshest(s, v, second(encounter), encounter.dt) for s, v in zip(states, valid, strict=True)])
    clash = np.zeros((len(states), len(states)), bool)
    for step in range(encounter.steps):
        overlapping(states, valid, encounter.sizes, step, clash, True)
    return Setting(
        encounter, line, route_of(line), goal, desired_speed(encounter, goal), look.wheel_base, compile_ground([bare]),
        harsh.reshape(-1, 3), clash,
    )  # fmt: skip


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


def draw(setting: Setting, seed: int, number: int, attempt: int) -> Change:
    """Draw one change; its address is (seed, encounter, number, attempt)."""
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
    return Change(delay, pace, shift, tuple(kinds), sizes, setting.ego.speed * (1.0 + rng.uniform(-EGO_PACE, EGO_PACE)))


def other_vehicle(rng: np.random.Generator) -> tuple[Kind, tuple[float, float]]:
    """A kind of vehicle that stands in for a car, and its length and width, m."""
    kind = list(INSTEAD)[int(rng.choice(len(INSTEAD), p=list(INSTEAD.values())))]
    if kind is Kind.MOTORCYCLE:
        return kind, MOTORCYCLE
    models = [model for model in MODELS.values() if model.kind is kind]
    model = models[int(rng.choice(len(models), p=np.array([m.share for m in models]) / sum(m.share for m in models)))]
    return kind, (model.size[0], model.size[1])


def tracks_of(setting: Setting, changes: Sequence[Change]) -> tuple[Floats, NDArray[np.bool_]]:
    """Where everyone is in N variants.

    Args:
        setting: of the encounter.
        changes: N.

    Returns:
        (N, A, T, 4) x, y (m), heading (rad), speed (m/s), and (N, A, T) who is there.
    """
    encounter = setting.encounter
    count, steps = len(encounter.kinds), encounter.steps
    states, alive = np.zeros((len(changes), count, steps, 4)), np.zeros((len(changes), count, steps), bool)
    delay = np.array([change.delay for change in changes]).reshape(-1, count) / encounter.dt
    pace, shift = (np.array([getattr(c, name) for c in changes]).reshape(-1, count) for name in ("pace", "shift"))
    warp_all(encounter.states, encounter.valid, delay, pace, shift, encounter.dt, states, alive)
    return states, alive


def start_of(setting: Setting, change: Change, goal: float) -> Start:
    """The ego at the start of a variant, at the start of its route."""
    x, y, heading = line_at(setting.line, 0.0)
    length, width = setting.ego.size
    return Start(x, y, heading, change.speed, length, width, setting.base, setting.desired, goal)


def problem_of(setting: Setting, change: Change, states: Floats, alive: NDArray[np.bool_]) -> str:
    """Why a variant is not valid, whoever drives; empty when it is.

    Args:
        setting: of the encounter.
        change: of the variant.
        states: (A, T, 4) from `tracks_of`.
        alive: (A, T).
    """
    encounter = setting.encounter
    everyone = np.concatenate([np.broadcast_to(np.array([*line_at(setting.line, 0.0), 0.0]), (1, 1, 4)), states[:, :1]])
    there = np.concatenate([[[True]], alive[:, :1]])
    sizes = np.concatenate([[setting.ego.size], change.sizes])
    if overlapping(everyone, there, sizes, 0, np.zeros((len(sizes), len(sizes)), bool), False):
        return OVERLAP
    for a, kind in enumerate(change.kinds):
        found = harshest(states[a], alive[a], second(encounter), encounter.dt)
        if (np.array(found) > np.maximum(LIMITS[kind], setting.harsh[a] + 1e-6)).any():
            return HARSH
    for step in range(1, encounter.steps):
        if overlapping(states, alive, change.sizes, step, setting.clash, False):
            return CLASH
    return ""


def variants(encounter: Encounter, count: int, seed: int = 0, first: int = 0) -> Variants:
    """Make valid variants. Variant k is the same whatever `count` and `first` are.

    Args:
        encounter: recorded.
        count: how many.
        seed: any integer.
        first: number of the first one.

    Returns:
        Variants `first` to `first + count - 1`.

    Raises:
        SceneError: no ego, or a variant was not valid in ATTEMPTS draws.
    """
    setting = setting_of(encounter)
    rejected: Counter[str] = Counter({reason: 0 for reason in (OVERLAP, HARSH, CLASH, UNSOLVED)})
    found: dict[int, Variant] = {}
    todo = list(range(first, first + count))
    for attempt in range(ATTEMPTS):
        for low in range(0, len(todo), CHUNK):
            numbers = todo[low : low + CHUNK]
            changes = [draw(setting, seed, number, attempt) for number in numbers]
            for row, states, alive in zip(range(len(numbers)), *tracks_of(setting, changes), strict=True):
                result = judge(setting, numbers[row], changes[row], states, alive)
                if isinstance(result, str):
                    rejected[result] += 1
                else:
                    found[result.number] = result
        todo = [number for number in todo if number not in found]
        if not todo:
            return Variants(setting, seed, tuple(found[k] for k in sorted(found)), dict(rejected))
    reasons = ", ".join(f"{reason} {times} times" for reason, times in rejected.items() if times)
    raise SceneError(encounter.name, f"variant {todo[0]} was not valid in {ATTEMPTS} draws: {reasons}")


def judge(
    setting: Setting, number: int, change: Change, states: Floats, alive: NDArray[np.bool_]
) -> Variant | str:
    """A variant, or why it is not valid."""
    problem = problem_of(setting, change, states, alive)
    if problem:
        return problem
    start, dt = start_of(setting, change, setting.goal), setting.encounter.dt
    solution = solve(states, alive, change.sizes, setting.route, setting.ground, start, dt, LEAST)
    if solution is None:
        return UNSOLVED
    reached = solution.way >= setting.goal
    return Variant(number, change, setting.goal if reached else REACH * solution.way, solution)


def scene_of(found: Variants, variant: Variant) -> Scene:
    """The scene of a variant; the ego's path ends at the goal."""
    setting, change = found.setting, variant.change
    states, alive = tracks_of(setting, [change])
    ego = ego_actor(setting.encounter, setting.line, variant.goal, change.speed, setting.desired)
    return encounter_scene(
        setting.encounter, ego, change.kinds, change.sizes, states[0], alive[0], number=variant.number, seed=found.seed
    )  # fmt: skip
