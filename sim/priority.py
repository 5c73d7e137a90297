"""Who goes first where ways meet: stop lines with `yields` as rows of actors, and whether they bar the way now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from scenes.kinds import VEHICLES
from scenes.lanes import arc_lengths, project
from scenes.types import Floats, Scene, StopLine
from sim.halts import goes_first
from sim.kernels import inner

CLEARANCE = 2.6  # m between the ways of two vehicles that do not conflict
HEADWAY = 6.5  # s, gap that drivers wait for; Highway Capacity Manual 2010, exhibit 19-10: 6.2 to 7.1 s
STANDING = 2.5  # m before the conflict from where on a vehicle that stands still bars the way, too
INSIDE = 1.0  # m behind the start of a lane, or a stop line, from where on a vehicle is on its way
ROOM = 8.0  # m of a lane that must be free of who goes the same way
ON = 0.6  # m from a path that the points of a lane may lie which it follows
HELD = 4.0  # m/s2 of braking that others are trusted with before a red light
NO_GATE = (-np.inf, 0, False)
SCAN = 1.0  # m between the places of a path that are compared


class Priority(NamedTuple):
    """For every stop of every actor the others who go first there."""

    rows: NDArray[np.int32]  # (B, A, K, 2) first entry and number of entries of each stop
    other: NDArray[np.int32]  # (N,) actor of the same world
    span: NDArray[np.float32]  # (N, 2) m along the other's path, where the ways meet
    gate: NDArray[np.float32]  # (N,) m along the other's path, of a red light that holds him; -inf = none counts
    gate_group: NDArray[np.int32]  # (N,) its signal group
    only_in: NDArray[np.bool_]  # (N,) whether he bars the way only from the start of the span on
    turn: NDArray[np.int32]  # (N,) of all-way stops: which stop of his own he halts at; -1 = he goes first anyway


def leads_over(path: Floats, lane: Floats) -> bool:
    """Whether a path follows the whole of a lane's centre line; both (N, 2) m."""
    along = arc_lengths(path)
    before = -1.0
    for k in (0, len(lane) // 2, len(lane) - 1):
        s, d = project(path, along, 0, len(path), float(lane[k, 0]), float(lane[k, 1]), 0.0, float(along[-1]))
        if abs(d) > ON or s <= before:
            return False
        before = s
    return True


def meeting(own: Floats, start: float, other: Floats, lane: Floats) -> tuple[float, float] | None:
    """Where a path that has priority meets another.

    Args:
        own: (N, 2) m, path of the one who gives way.
        start: m along it, of the stop line; what lies before does not matter.
        other: (M, 2) m, path of the one who goes first.
        lane: (L, 2) m, the part of it that has priority.

    Returns:
        First and last length along the other's path, m; None where they keep apart.
    """
    along, mine = arc_lengths(other), arc_lengths(own)
    ends = [project(other, along, 0, len(other), *map(float, p), 0.0, float(along[-1]))[0] for p in (lane[0], lane[-1])]
    places = np.arange(ends[0] - 2.0, ends[1] + 2.0, SCAN)
    spots = np.stack([np.interp(places, along, other[:, k]) for k in (0, 1)], -1)
    ahead = np.arange(start + 0.5, min(start + 60.0, mine[-1]), 0.5)
    way = np.stack([np.interp(ahead, mine, own[:, k]) for k in (0, 1)], -1)
    if not len(way):
        return None
    near = np.flatnonzero(np.hypot(*(spots[:, None] - way[None]).transpose(2, 0, 1)).min(1) < CLEARANCE)
    return None if not len(near) else (float(places[near[0]]), float(places[near[-1]]))


def compile_priority(
    scenes: Sequence[Scene], stops: Sequence[Sequence[Sequence[tuple[float, int, int, int]]]], most: int
) -> Priority:
    """Turn the `yields` of stop lines into rows.

    Args:
        scenes: B of them.
        stops: of each scene and actor, what `sim.world.path_stops` returns.
        most: K, stops that an actor has at most.

    Returns:
        The rows.
    """
    actors = max(1, *(len(scene.actors) for scene in scenes))
    rows = np.zeros((len(scenes), actors, most, 2), np.int32)
    entries: list[tuple[int, float, float]] = []
    gates: list[tuple[float, int, bool]] = []
    turns: list[int] = []
    for b, scene in enumerate(scenes):
        if not any(line.yields or line.clears for line in scene.roads.stop_lines):
            continue
        meetings = Meetings(scene)
        for a in meetings.drivers:
            for k, (s, _, _, number) in enumerate(stops[b][a]):
                line = scene.roads.stop_lines[number]
                found = meetings.at(a, s, number, line.yields)
                gates += [red_light(stops[b][j]) if line.heeds else NO_GATE for j, _, _ in found]
                inside = meetings.at(a, s, number, line.clears, whole=True)
                gates += [(-np.inf, 0, True)] * len(inside)
                turns += [meetings.turn(a, line, j, stops[b][j]) for j, _, _ in found] + [-1] * len(inside)
                rows[b, a, k] = len(entries), len(found) + len(inside)
                entries += found + inside
    table, held = np.array(entries, np.float64).reshape(-1, 3), np.array(gates, np.float64).reshape(-1, 3)
    return Priority(
        rows, table[:, 0].astype(np.int32), table[:, 1:].astype(np.float32), held[:, 0].astype(np.float32),
        held[:, 1].astype(np.int32), held[:, 2].astype(np.bool_), np.array(turns, np.int32),
    )  # fmt: skip


def red_light(stops: Sequence[tuple[float, int, int, int]]) -> tuple[float, int, bool]:
    """Where lights hold an actor (m along its path), their group, and False; of its stops the first with lights."""
    return next(((s, group, False) for s, group, _, _ in stops if group >= 0), NO_GATE)


class Meetings:
    """Where the paths of a scene meet; each pair of paths is looked at once."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.lanes = {lane.id: lane.centre for lane in scene.roads.lanes}
        self.drivers = [j for j, actor in enumerate(scene.actors) if actor.kind in VEHICLES and len(actor.path) > 1]
        self._follows: dict[tuple[int, int], bool] = {}
        self._met: dict[tuple[int, int, int, int], tuple[float, float] | None] = {}

    def follows(self, path: Floats, lane: int) -> bool:
        """Whether a path leads over a lane."""
        key = (id(path), lane)
        if key not in self._follows:
            self._follows[key] = leads_over(path, self.lanes[lane])
        return self._follows[key]

    def start_of(self, path: Floats, lane: int) -> float:
        """Length along a path where a lane begins that it follows, m."""
        along = arc_lengths(path)
        x, y = (float(v) for v in self.lanes[lane][0])
        return float(project(path, along, 0, len(path), x, y, 0.0, float(along[-1]))[0])

    def at(
        self, a: int, s: float, number: int, lanes: Sequence[int], whole: bool = False
    ) -> list[tuple[int, float, float]]:
        """Those who go before actor a at a stop line.

        Args:
            a: number of the actor.
            s: m along its path, of the line.
            number: of the line.
            lanes: that go first.
            whole: spans begin where the lanes do.

        Returns:
            For each of them the number of the actor and the span of its path where the ways meet, m.
        """
        own, found = self.scene.actors[a].path, []
        for lane in lanes:
            for j in self.drivers:
                path = self.scene.actors[j].path
                if j == a or not self.follows(path, lane):
                    continue
                key = (id(own), number, id(path), lane)
                if key not in self._met:
                    self._met[key] = meeting(own, s, path, self.lanes[lane])
                span = self._met[key]
                if span is None:
                    continue
                if whole:  # who goes the same way is let through one by one
                    begin = self.start_of(path, lane)
                    span = (begin, begin + ROOM if self.follows(own, lane) else span[1])
                found.append((j, *span))
        return found

    def turn(self, a: int, line: StopLine, j: int, stops: Sequence[tuple[float, int, int, int]]) -> int:
        """Place among the stops of actor j of the one where he, too, halts for actor a; -1 = he does not."""
        for k, (_, _, _, number) in enumerate(stops):
            other = self.scene.roads.stop_lines[number]
            both = line.halt and other.halt
            if both and any(self.follows(self.scene.actors[a].path, lane) for lane in other.yields):
                return k
        return -1


@inner
def bars(priority, n, e, b, closed, size, speed, travelled, alive):  # type: ignore[no-untyped-def]
    """Whether somebody bars a stop now.

    Args:
        priority: `Priority`.
        n: entry of the stop.
        e: row of the bodies.
        b: scene.
        closed: whether the lights that may hold him are yellow or red.
        size: (B, A, 3) m.
        speed: (E, A) m/s.
        travelled: (E, A) m along the path.
        alive: (E, A).

    Returns:
        True where he does.
    """
    j = priority.other[n]
    if not alive[e, j]:
        return False
    half, v = 0.5 * size[b, j, 0], speed[e, j]
    near = -INSIDE if priority.only_in[n] else STANDING + HEADWAY * v
    if priority.span[n, 0] - travelled[e, j] - half >= near or travelled[e, j] - half > priority.span[n, 1]:
        return False
    free = priority.gate[n] - travelled[e, j] - half
    return not (free > -INSIDE and closed and v * v < 2.0 * HELD * max(free, 0.5))


@compiled()
def give_way(priority, closed, size, speed, travelled, alive, time, stop_at, heading, halted, since):  # type: ignore[no-untyped-def]
    """Which stops somebody else bars now.

    Args:
        priority: `Priority`.
        closed: (B, G), see `sim.observe.closed_groups`.
        size: (B, A, 3) m.
        speed: (B, A) m/s.
        travelled: (B, A) m along the path.
        alive: (B, A).
        time: (B,) s.
        stop_at: (B, A, K) m along the paths.
        heading: (B, A) rad.
        halted: (B, A) see `sim.halts.note_halt`; read at all-way stops alone, as is
        since: (B, A) s, when that was.

    Returns:
        (B, A, K).
    """
    rows = priority.rows
    barred = np.zeros(rows.shape[:3], np.bool_)
    for b in range(rows.shape[0]):
        for a in range(rows.shape[1]):
            for k in range(rows.shape[2]):
                for n in range(rows[b, a, k, 0], rows[b, a, k, 0] + rows[b, a, k, 1]):
                    if priority.turn[n] >= 0:
                        shut = goes_first(
                            priority, n, b, b, a, time[b], size, stop_at, travelled, alive, heading, halted, since[b]
                        )
                    else:
                        red = closed[b, priority.gate_group[n]] > 0
                        shut = bars(priority, n, b, b, red, size, speed, travelled, alive)
                    if shut:
                        barred[b, a, k] = True
                        break
    return barred
