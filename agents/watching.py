"""Runs of the core or of samples as tracks of drives, and what `sim.metrics` says about each of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.environments import Environments
from agents.judging import COLLIDED, HIT, LEFT, MOVING, RAN, REACHED, RUNNING
from scenes.types import Scene
from sim.lights import state_of
from sim.metrics import (
    SOON,
    Bools,
    Tracks,
    collisions,
    comfort,
    lane_headings,
    off_road,
    pdm_score,
    post_encroachment_times,
    progress,
    red_lights,
    times_to_collision,
    wrong_way,
)
from sim.rss import STANDS, violations
from sim.signals import STATES, group_count
from sim.tables import Tables, compile_tables
from sim.world import F4, State

I8 = NDArray[np.int64]
TOGETHER = 64  # drives that are judged at once: bounds the memory
LATER = 5.0  # s, longest time after another one's way that counts as an encounter
ACROSS = math.pi / 6  # rad, between two ways that cross; less is following or driving side by side
# what is measured of each drive; those with a unit are the worst value of the drive, the others are 1, 0 or a share
METRICS = (
    "collision", "off_road", "wrong_way", "red_light", "to_collision", "encroachment", "rss", "comfortable", "jerk",
    "across", "progress", "share", "pdm",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Drives:
    """D drives: each one episode of one controlled vehicle, or what was seen of it."""

    tracks: Tracks  # (D, A, T) of everybody in the world of the drive, valid while it lasts
    travelled: F4  # (D, A, T) m
    shown: NDArray[np.int32]  # (D, T, G) what signal groups show, index in `sim.signals.STATES`
    scene: I8  # (D,) row of the tables
    who: I8  # (D,) the vehicle
    goal: F4  # (D,) m along its path that it shall come
    outcome: I8  # (D,) index in `agents.judging.OUTCOMES`; RUNNING where it was cut or nobody judged it


@dataclass(frozen=True, eq=False)
class Metrics:
    """What D drives were like."""

    values: dict[str, F4]  # (D,) each of METRICS; inf s where there was no conflict
    outcome: I8  # (D,) index in `agents.judging.OUTCOMES`
    group: I8  # (D,) scene that was played: intervals draw whole scenes, for the drives in one depend on each other


def judged(drives: Drives, tables: Tables) -> dict[str, F4]:
    """Metrics of drives.

    Contacts, the edge of the road and red lights are as the core judged them; of drives that it did not end they are
    taken from the tracks.

    Args:
        drives: D drives.
        tables: compiled scenes that `drives.scene` counts.

    Returns:
        (D,) each of METRICS.
    """
    tracks, outcome = drives.tracks, drives.outcome
    rows, who = np.arange(len(outcome)), drives.who
    of = np.zeros(tracks.x.shape[:2], bool)
    of[rows, who] = True
    mine, cut, vehicle = tracks.valid[rows, who], outcome == RUNNING, tables.vehicle[drives.scene]

    def own(values: Bools) -> Bools:
        return np.asarray((values[rows, who] & mine).any(-1))

    speed = np.abs(tracks.speed[rows, who])
    open_ended = of & cut[:, None]
    loose = tracks._replace(valid=tracks.valid & open_ended[..., None])
    touched = collisions(tracks, open_ended) & (np.abs(tracks.speed) > MOVING)
    hit = np.isin(outcome, (COLLIDED, HIT)) | own(touched & open_ended[..., None])
    left = (outcome == LEFT) | own(off_road(loose, tables, drives.scene))
    ran = (outcome == RAN) | own(red_lights(drives.travelled, loose, tables, drives.scene, drives.shown))
    along = lane_headings(tracks, drives.travelled, tables, drives.scene, of)
    soonest = np.where(hit, 0.0, np.where(mine, times_to_collision(tracks, of)[rows, who], np.inf).min(-1))
    met = post_encroachment_times(tracks, of, LATER, ACROSS)
    near = violations(tracks, vehicle, of)[rows, who]
    single = tracks._replace(**{n: getattr(tracks, n)[rows, who][:, None] for n in Tracks._fields if n != "dt"})
    felt = comfort(single)
    way = progress(drives.travelled, tracks.valid)[rows, who]
    share = np.where(outcome == REACHED, 1.0, np.clip(way / np.maximum(possible(drives, tables), 1.0), 0.0, 1.0))
    found = {
        "collision": hit, "off_road": left, "wrong_way": own(wrong_way(tracks, along)), "red_light": ran,
        "to_collision": soonest,
        "encroachment": np.where(hit, 0.0, np.minimum(met[rows, who].min(-1), met[rows, :, who].min(-1))),
        "rss": near.sum(-1) / np.maximum((mine & (speed > STANDS)).sum(-1), 1),
        "comfortable": felt["comfortable"][:, 0],
        "jerk": felt["jerk"][:, 0].max(-1), "across": np.abs(felt["across"][:, 0]).max(-1), "progress": way,
        "share": share,
        "pdm": pdm_score(
            (~hit).astype(np.float32), (~left).astype(np.float32), (soonest >= SOON).astype(np.float32),
            felt["comfortable"][:, 0], np.asarray(share, np.float32),
        ),
    }  # fmt: skip
    return {name: np.asarray(found[name], np.float32) for name in METRICS}


def possible(drives: Drives, tables: Tables) -> F4:
    """(D,) m that drives could come: to the goal, and where they were cut no farther than at the wished speed."""
    rows = np.arange(len(drives.who))
    valid = drives.tracks.valid[rows, drives.who]
    start = drives.travelled[rows, drives.who, valid.argmax(-1)]
    pace = tables.desired[drives.scene, drives.who] * np.maximum(valid.sum(-1) - 1, 0) * drives.tracks.dt
    return np.asarray(np.minimum(drives.goal - start, np.where(drives.outcome == RUNNING, pace, np.inf)), np.float32)


class Watch:
    """Keeps where everybody was after every step of a core, and when the drives of controlled vehicles began and ended.

    The core must have been reset before.
    """

    def __init__(self, core: Environments) -> None:
        self._core = core
        self._rows: list[tuple[NDArray[np.generic], ...]] = []
        self._open = np.full((core.num_envs, core.rows), -1, np.int64)  # first state of the drive that goes on
        self._done: list[tuple[int, ...]] = []  # world, first state, last one + 1, outcome, scene, actor
        self(core)

    def __call__(self, core: Environments) -> None:
        """Keep the present state, after a step."""
        batch, k = core.batch, len(self._rows)
        bodies, play, verdicts = batch.bodies, batch.play, batch.verdicts
        if k > 0:
            for e, n in np.argwhere((verdicts.terminated | verdicts.truncated) & (self._open >= 0)).tolist():
                self._done += self._drive(e, n, k, int(verdicts.outcome[e, n]))
                self._open[e, n] = -1
        self._open[play.active & (self._open < 0)] = k
        x, y = bodies.position[..., 0], bodies.position[..., 1]
        parts = (x, y, bodies.heading, bodies.speed, bodies.alive, bodies.travelled, batch.sights.shown, play.scene)
        self._rows.append(tuple(np.array(part) for part in parts))

    def _drive(self, e: int, n: int, last: int, outcome: int) -> list[tuple[int, ...]]:
        """The drive of a row that ended before state number `last`; nothing of a person's."""
        scene = int(self._rows[-1][-1][e])
        actor = int(self._core.pool.slots[scene, n])
        vehicle = self._core.pool.tables.vehicle[scene, actor]
        return [(e, int(self._open[e, n]), last, outcome, scene, actor)] if vehicle else []

    def metrics(self) -> Metrics:
        """Metrics of all drives so far; those that go on are cut here.

        Raises:
            ValueError: no vehicle was controlled.
        """
        going = [self._drive(e, n, len(self._rows), RUNNING) for e, n in np.argwhere(self._open >= 0).tolist()]
        done = sorted(self._done + [drive for drives in going for drive in drives])
        if not done:
            raise ValueError("no vehicle is controlled: there is nothing to measure")
        parts = [judged(drives, self._core.pool.tables) for drives in self._drives(done)]
        outcome, scene = np.array(done, np.int64).T[3:5]
        return Metrics({name: np.concatenate([part[name] for part in parts]) for name in METRICS}, outcome, scene)

    def _drives(self, done: Sequence[tuple[int, ...]]) -> Iterator[Drives]:
        """Drives of `_done` in parts."""
        core = self._core
        tables, goals = core.pool.tables, core.batch.log.goal
        kept = list(zip(*self._rows, strict=True))[:-1]
        for start in range(0, len(done), TOGETHER):
            part = np.array(done[start : start + TOGETHER], np.int64)
            low, high = part[0, 0], part[-1, 0] + 1  # worlds
            whole = [np.stack([moment[low:high] for moment in values]) for values in kept]  # (T, W, ...) each
            outcome, scene, who = part[:, 3:].T
            times = int((part[:, 2] - part[:, 1]).max())
            rows = [np.zeros((len(part), times, *values.shape[2:]), values.dtype) for values in whole]
            for d, (e, first, last, *_) in enumerate(part.tolist()):
                for row, values in zip(rows, whole, strict=True):
                    row[d, : last - first] = values[first:last, e - low]
            x, y, heading, speed, alive, travelled = (np.ascontiguousarray(row.swapaxes(1, 2)) for row in rows[:6])
            size = np.ascontiguousarray(tables.size[scene][..., :2])
            tracks = Tracks(x, y, heading, speed, alive.astype(bool), size, float(core.batch.play.dt))
            goal = np.minimum(goals[scene], tables.length[tables.path[scene, who]])
            yield Drives(tracks, travelled, rows[6], scene, who, goal, outcome)


def metrics_of_states(scene: Scene, states: Sequence[State], dt: float) -> Metrics:
    """Metrics of all vehicles that drive in a sample.

    Args:
        scene: of the sample.
        states: its only world at T times.
        dt: s between them.

    Returns:
        The metrics; all drives are cut, for nobody judged them.

    Raises:
        ValueError: nobody drives.
    """
    tables = compile_tables([scene])
    who = np.array([k for k, actor in enumerate(scene.actors) if actor.behaviour == "drive"], np.int64)
    if not len(who):
        raise ValueError(f"sample {scene.sample} of {scene.name}: nobody drives: there is nothing to measure")

    def over_time(name: str) -> NDArray[Any]:
        return np.stack([getattr(state, name)[0] for state in states], -1)

    place = over_time("position")
    alive = over_time("alive").astype(bool)
    shown = np.zeros((len(states), group_count([scene])), np.int32)
    for t, state in enumerate(states):
        row = None if state.control is None else state.control[0]
        for signal in scene.signals:
            if signal.clearance == 0.0:
                shown[t, signal.group] = STATES.index(state_of(scene, signal, float(state.time[0]), row))
    count, size = len(who), tables.size[:1, : len(scene.actors), :2]

    def each(part: NDArray[Any]) -> NDArray[Any]:
        return np.repeat(part[None], count, 0)

    tracks = Tracks(
        each(place[:, 0]), each(place[:, 1]), each(over_time("heading")), each(over_time("speed")), each(alive),
        np.repeat(size, count, 0), dt,
    )  # fmt: skip
    goal = tables.length[tables.path[0, who]]
    cut, none = np.full(count, RUNNING, np.int64), np.zeros(count, np.int64)
    drives = Drives(tracks, each(over_time("travelled")), each(shown), none, who, goal, cut)
    seen = alive[who].any(-1)
    values = {name: value[seen] for name, value in judged(drives, tables).items()}
    return Metrics(values, cut[seen], none[seen])
