"""How much drivers are like recorded traffic: rollouts of an encounter's start beside what was recorded of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from agents.environments import DT, Environments
from agents.episodes import VARIED_DRIVERS, Pool, Randomisation, make_pool
from scenes.encounter_route import SHORTEST, joined, misfits, onwards
from scenes.encounter_scene import MODELS_OF, actor_of, encounter_scene
from scenes.encounters import Encounter
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, line_at
from scenes.types import Actor, Floats, Scene
from sim.logs import REACT, REPLAY, Log, empty_log, log_of
from sim.metrics import Bools, Tracks
from sim.realism import realism

ROLLOUTS = 32  # as in the Waymo Open Sim Agents Challenge


@dataclass(frozen=True, eq=False)
class Start:
    """The vehicles that are there at the first step of a recording, as a scene that may go on otherwise."""

    scene: Scene  # their ways go on along the lanes where the recording ends
    states: Floats  # (A, T, 4) x, y (m), heading (rad), speed (m/s) as recorded
    valid: Bools  # (A, T)
    dt: float  # s between two steps


def likeness(encounter: Encounter, rollouts: int = ROLLOUTS, seed: int = 0) -> dict[str, dict[str, float]] | None:
    """Likelihoods of the Waymo Open Sim Agents Challenge; see `sim.realism`.

    All know the ways that were driven. Nobody else is there: vehicles that come later, people and riders on two wheels
    are left out.

    Args:
        encounter: recorded.
        rollouts: of each driver.
        seed: of what differs between drivers by rules.

    Returns:
        `kinematic`, `interaction` and `all` for `constant` (everybody keeps its speed), `rule` (rules that wish to
        drive as fast as the lane allows, in `agents.episodes.VARIED_DRIVERS`), `react` (the recorded pace, held back by
        whoever is in the way) and `recording`, which is what a perfect forecast would get. None where no vehicle that
        moves is there at the start, or the recording's step is no multiple of 0.1 s.
    """
    start = start_of(encounter)
    if start is None:
        return None
    every = round(start.dt / DT)
    steady = start.states.copy()
    for a, actor in enumerate(start.scene.actors):
        ways = actor.speed * start.dt * np.arange(start.states.shape[1]) if len(actor.path) > 1 else ()
        for t, way in enumerate(ways):
            steady[a, t] = *line_at(actor.path, way), actor.speed
    everywhere = np.ones_like(start.valid)

    def log(states: Floats, valid: Bools, mode: int) -> Log:
        return log_of([start.scene], states[None], valid[None], start.dt, mode)

    logs: dict[str, Log] = {
        "constant": log(steady, everywhere, REPLAY), "rule": empty_log(1),
        "react": log(start.states, start.valid, REACT), "recording": log(start.states, start.valid, REPLAY),
    }  # fmt: skip
    recorded = tracks_of(start, start.states[None], start.valid[None])
    found = {}
    for name, each in logs.items():
        varied = VARIED_DRIVERS if name == "rule" else None
        states, alive = rolled_out(start, each, rollouts, every, seed, varied)
        found[name] = realism(tracks_of(start, states, alive), recorded)
    return found


def start_of(encounter: Encounter) -> Start | None:
    """Who is there at the first step; None where that cannot be compared, see `likeness`."""
    ego, every = encounter.ego, encounter.dt / DT
    if ego is None or round(every) < 1 or abs(every - round(every)) > 1e-6:
        return None
    rows = [
        (kind, encounter.sizes[a], encounter.states[a], encounter.valid[a])
        for a, kind in enumerate(encounter.kinds)
        if kind in MODELS_OF and encounter.valid[a, 0]
    ]
    if ego.recorded is not None and ego.seen is not None and ego.seen[0]:
        rows.insert(0, (Kind.CAR, np.array(ego.size), ego.recorded, ego.seen))
    actors = [
        going_on(actor_of(1 + k, kind, (float(size[0]), float(size[1])), states, valid), encounter)
        for k, (kind, size, states, valid) in enumerate(rows)
    ]
    if not any(len(actor.path) > 1 for actor in actors):
        return None
    first = next(actor for actor in actors if len(actor.path) > 1)
    none = np.zeros((0, encounter.steps, 4)), np.zeros((0, encounter.steps), bool)
    scene = encounter_scene(encounter, first, (), np.zeros((0, 2)), *none)
    signals = tuple(replace(signal, id=len(actors) + 1 + k) for k, signal in enumerate(encounter.signals))
    scene = replace(scene, actors=tuple(actors), signals=signals, cameras=(), ego=None)
    return Start(scene, np.stack([row[2] for row in rows]), np.stack([row[3] for row in rows]), encounter.dt)


def going_on(actor: Actor, encounter: Encounter) -> Actor:
    """An actor whose way goes on along the lanes, and who wishes to drive as fast as the lane of its start allows."""
    if len(actor.path) < 2:
        return actor
    lanes = {lane.id: lane for lane in encounter.roads.lanes}
    x, y, heading = line_at(actor.path, float(arc_lengths(actor.path)[-1]))
    last = misfits(np.array([x, y]), heading, lanes)
    first = misfits(actor.path[0], line_at(actor.path, 0.0)[2], lanes)
    limit = lanes[min(first, key=lambda n: first[n])].speed_limit
    way = joined(actor.path, onwards([min(last, key=lambda n: last[n])], lanes), SHORTEST)
    return replace(actor, path=way, desired_speed=max(limit, actor.speed))


def rolled_out(
    start: Start, log: Log, count: int, every: int, seed: int, varied: Randomisation | None
) -> tuple[Floats, Bools]:
    """Let everybody go on from the start.

    Args:
        start: who is there.
        log: that they follow; an empty one lets rules decide.
        count: R rollouts.
        every: steps of the core in a step of the recording.
        seed: of the rollouts.
        varied: what differs between drivers by rules.

    Returns:
        (R, A, T, 4) x, y (m), heading (rad), speed (m/s), and (R, A, T) who is there.
    """
    pool = make_pool([start.scene], "ego", log)
    nobody: Pool = replace(pool, slots=np.full_like(pool.slots, -1), row_of=np.full_like(pool.row_of, -1))
    core = Environments(nobody, count, autoreset=False, time_limit=3600.0, randomise=varied)
    core.reset(seed)
    bodies, rows = core.batch.bodies, []
    bodies.time[:] = 0.0
    for t in range(start.states.shape[1]):
        for _ in range(every if t else 0):
            core.step(None)
        state = (bodies.position[..., :2], bodies.heading[..., None], bodies.speed[..., None])
        rows.append((np.concatenate(state, -1), bodies.alive.copy()))
    return np.stack([row[0] for row in rows], 2).astype(np.float64), np.stack([row[1] for row in rows], 2)


def tracks_of(start: Start, states: Floats, valid: Bools) -> Tracks:
    """Tracks of (R, A, T, 4) states."""
    sizes = np.array([actor.size[:2] for actor in start.scene.actors], np.float32)
    x, y, heading, speed = (np.ascontiguousarray(states[..., k], np.float32) for k in range(4))
    return Tracks(x, y, heading, speed, valid, np.repeat(sizes[None], len(states), 0), start.dt)
