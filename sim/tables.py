"""Scenes as arrays for kernels that work world by world: evenly spaced paths, stops, crossings, ground, signals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from scenes.lanes import arc_lengths, point_at
from scenes.types import Crossing, Floats, Scene
from sim.ground import Ground, compile_ground, on_road
from sim.kernels import inner, wrap
from sim.lights import Lights
from sim.near import lay_cells
from sim.places import Places, compile_places
from sim.priority import Priority
from sim.signals import Plans, compile_plans
from sim.tracks import single_track
from sim.world import F4, I4, World, compile_world

SPACING = 1.0  # m between the points of a path
CLEAR_ALONG = 4  # points of a path
SLIDE = 6  # segments of a path that are looked through for the nearest place
AHEAD = 100  # points of a path that `Tables.sweep` looks ahead
COSINE, SINE, RIGHT, LEFT, CLEAR = range(5)  # columns of `Tables.rim`
NEAR = 0.25  # m, spacing at which paths are searched for crossings


class Tables(NamedTuple):
    """B scenes with up to A actors each; what never changes in a run, for kernels."""

    exists: NDArray[np.bool_]  # (B, A)
    vehicle: NDArray[np.bool_]  # (B, A)
    size: F4  # (B, A, 3) length, width, height, m
    base: F4  # (B, A) wheel base, m
    desired: F4  # (B, A) m/s
    start: F4  # (B, A, 3) m along the path, speed in m/s and gait phase at time 0
    spot: F4  # (B, A, 3) x, y in m and heading in rad at time 0
    path: I4  # (B, A) row of the path, -1 for those who stand still
    line: F4  # (Q, 3) x, y in m and heading in rad every SPACING metres, all paths one after the other
    rows: I4  # (R, 2) first point and number of points of each path
    length: F4  # (R,) m
    rim: (
        F4  # (Q, 5) of the same points: cosine and sine of the heading; lowest and highest m to the left of it that the
    )
    # next AHEAD points lie; half width of the lane where it is straight and road for CLEAR_ALONG m both ways, else 0
    stop_at: F4  # (B, A, K) m along the path, ascending, inf where unused
    stop_group: I4  # (B, A, K) signal group, -1 = none
    halt: NDArray[np.bool_]  # (B, A, K) whether everybody halts there
    way: F4  # (B, A, M, 5) crossings on the path: where it enters and leaves, middle x, y in m, heading in rad
    way_crossing: I4  # (B, A, M) index of the crossing, -1 where unused
    crossing: F4  # (B, C, 6) start x, y, end x, y, width and watch in m; width 0 where unused
    crossing_group: I4  # (B, C) signal group of the vehicles, -1 = none
    plans: Plans
    ground: Ground
    lights: Lights  # controllers, where they are not fixed plans
    field: F4  # (B, 3) lowest x, y (m) of the grid of `sim.near`, and its cells per metre
    cells: I4  # (B, 2) its columns and rows
    places: Places
    priority: Priority  # who goes first at stop lines
    track: F4  # (B, A, 10) `sim.tracks.SingleTrack.row` of vehicles that move
    tow: I4  # (B, A, 2) whom a trailer hangs on, and which trailer hangs on a vehicle; -1 = none
    bare: F4  # (B, A, 7) where people cross away from crossings, see `sim.gaps.bare_ways`
    bar: F4  # (B, A, 2) of trailers: m from the middle ahead to the hitch, and from there to the axle


def compile_tables(scenes: Sequence[Scene], world: World | None = None) -> Tables:
    """Turn scenes into tables.

    Args:
        scenes: at least one.
        world: the same scenes compiled, when they are already.

    Returns:
        The tables; actor a of scene b is row (b, a).
    """
    world = compile_world(scenes) if world is None else world
    shape = world.exists.shape
    start, spot = np.zeros((*shape, 3), np.float32), np.zeros((*shape, 3), np.float32)
    paths, owner = unique_paths(scenes, shape)
    ground = compile_ground(scenes)
    line, rows, length = even_lines([path for path, _, _ in paths])
    rim = np.zeros((len(line), 5), np.float32)
    rim[:, COSINE], rim[:, SINE] = np.cos(line[:, 2]), np.sin(line[:, 2])
    for r, (_, b, half) in enumerate(paths):
        mark_clear(ground, b, line, rows[r, 0], rows[r, 1], half, rim[:, CLEAR])
        mark_sweep(line, rows[r, 0], rows[r, 1], rim)
    for b, scene in enumerate(scenes):
        for a, actor in enumerate(scene.actors):
            start[b, a] = actor.start, actor.speed, actor.gait_phase
            along = arc_lengths(actor.path)
            x, y, heading = point_at(actor.path, along, 0, len(along), actor.start)
            spot[b, a] = x, y, heading if len(along) > 1 else actor.heading
    way, way_crossing = crossings_on_paths(scenes, owner, [path for path, _, _ in paths])
    groups = np.full(world.crossing.shape[:2], -1, np.int32)
    for b, scene in enumerate(scenes):
        for c, crossing in enumerate(scene.roads.crossings):
            groups[b, c] = -1 if crossing.signal_group is None else crossing.signal_group
    field, cells = fields_of(owner, spot, line, rows)
    tow, bar = trailers_of(scenes, shape)
    return Tables(
        world.exists, world.vehicle, world.size, world.wheel_base, world.desired_speed, start, spot, owner, line, rows,
        length, rim, world.stop_at, world.stop_group, world.halt, way, way_crossing, world.crossing, groups,
        compile_plans(scenes), ground, world.lights, field, cells, compile_places(scenes),
        world.priority, tracks_of(scenes, world), tow, world.bare, bar,
    )  # fmt: skip


def tracks_of(scenes: Sequence[Scene], world: World) -> F4:
    """`Tables.track`."""
    track = np.zeros((*world.exists.shape, 10), np.float32)
    for b, scene in enumerate(scenes):
        for a, actor in enumerate(scene.actors):
            if world.wheel_base[b, a] > 0.0:
                track[b, a] = single_track(actor.kind, actor.size[0], float(world.wheel_base[b, a])).row
    return track


def trailers_of(scenes: Sequence[Scene], shape: tuple[int, ...]) -> tuple[I4, F4]:
    """`Tables.tow` and `Tables.bar`."""
    tow, bar = np.full((*shape, 2), -1, np.int32), np.zeros((*shape, 2), np.float32)
    for b, scene in enumerate(scenes):
        for a, actor in enumerate(scene.actors):
            if actor.trailer is not None:
                puller = a + actor.trailer.puller
                tow[b, a, 0], tow[b, puller, 1], bar[b, a] = puller, a, (actor.trailer.hitch, actor.trailer.axle)
    return tow, bar


def fields_of(owner: I4, spot: F4, line: F4, rows: I4) -> tuple[F4, I4]:
    """`Tables.field` and `Tables.cells` from the paths that actors follow and the places where they start."""
    field, cells = np.zeros((len(owner), 3), np.float32), np.ones((len(owner), 2), np.int32)
    for b in range(len(owner)):
        paths = [line[rows[r, 0] : rows[r, 0] + rows[r, 1], :2] for r in np.unique(owner[b][owner[b] >= 0])]
        field[b], cells[b] = lay_cells(np.concatenate([spot[b, :, :2], *paths]), owner.shape[1])
    return field, cells


def unique_paths(scenes: Sequence[Scene], shape: tuple[int, ...]) -> tuple[list[tuple[Floats, int, float]], I4]:
    """Paths that are followed, each once with scene and half the lane width; (B, A) who follows which."""
    owner = np.full(shape, -1, np.int32)
    paths: list[tuple[Floats, int, float]] = [(np.array([[0.0, 0.0], [1.0, 0.0]]), 0, 0.0)]
    for b, scene in enumerate(scenes):
        widths = {lane.id: lane.width for lane in scene.roads.lanes}
        known: dict[tuple[int, int | None], int] = {}
        for a, actor in enumerate(scene.actors):
            if len(actor.path) > 1:
                key = (id(actor.path), actor.lane)
                if key not in known:
                    known[key] = len(paths)
                    half = 0.0 if actor.lane is None else widths[actor.lane] / 2
                    paths.append((actor.path, b, half))
                owner[b, a] = known[key]
    return paths, owner


def even_lines(paths: Sequence[Floats]) -> tuple[F4, I4, F4]:
    """Points every SPACING metres along each path, one more beyond its end; rows and lengths."""
    lines, rows, lengths, total = [], [], [], 0
    for path in paths:
        along = arc_lengths(path)
        count = int(np.ceil(along[-1] / SPACING)) + 2
        lines.append(sampled(path, along, np.arange(count) * SPACING))
        rows.append((total, count))
        lengths.append(along[-1])
        total += count
    return np.concatenate(lines).astype(np.float32), np.array(rows, np.int32), np.array(lengths, np.float32)


@compiled()
def sampled(line, along, places):  # type: ignore[no-untyped-def]
    """(N, 3) x, y and heading at lengths along a polyline; see `scenes.lanes.point_at`."""
    out = np.empty((len(places), 3))
    for k in range(len(places)):
        out[k] = point_at(line, along, 0, len(along), places[k])
    return out


def crossings_on_paths(scenes: Sequence[Scene], owner: I4, paths: Sequence[Floats]) -> tuple[F4, I4]:
    """Where paths lead over crossings: `Tables.way` and `Tables.way_crossing`."""
    found: dict[int, list[tuple[int, tuple[float, ...]]]] = {}
    for b, scene in enumerate(scenes):
        for r in {int(r) for r in owner[b] if r >= 0}:
            spans = [(c, span) for c, x in enumerate(scene.roads.crossings) if (span := span_on(paths[r], x))]
            found[r] = sorted(spans, key=lambda entry: entry[1])
    most = max(1, *(len(spans) for spans in found.values())) if found else 1
    way = np.zeros((*owner.shape, most, 5), np.float32)
    crossing = np.full((*owner.shape, most), -1, np.int32)
    for (b, a), row in np.ndenumerate(owner):
        companion = scenes[b].actors[a].companion if row >= 0 else None
        for m, (c, span) in enumerate(found.get(int(row), ())):
            way[b, a, m], crossing[b, a, m] = span, c
            if companion is not None:  # what is pushed ahead stays behind the kerb, too
                way[b, a, m, 0] = max(0.0, span[0] - companion.reach)
    return way, crossing


def span_on(path: Floats, crossing: Crossing) -> tuple[float, ...] | None:
    """Where a path first enters and last leaves a crossing (m), and its middle there (x, y, heading)."""
    along = arc_lengths(path)
    places = np.arange(0.0, along[-1], NEAR)
    spots = np.stack([np.interp(places, along, path[:, k]) for k in (0, 1)], -1) - crossing.start
    across = crossing.end - crossing.start
    length = float(np.hypot(*across))
    unit = across / length
    u, v = spots @ unit, spots @ np.array([-unit[1], unit[0]])
    within = np.flatnonzero((u > 0) & (u < length) & (np.abs(v) < crossing.width / 2))
    if len(within) < 2:
        return None
    low, high = float(places[within[0]]), float(places[within[-1]])
    x, y, heading = point_at(path, along, 0, len(along), 0.5 * (low + high))
    return low, high, float(x), float(y), float(heading)


@compiled()
def mark_clear(ground, b, line, first, count, half, clear):  # type: ignore[no-untyped-def]
    """Fill the column CLEAR of `Tables.rim` for a path, whose lane has a half width in m (0 = it follows no lane)."""
    half -= 0.02  # a kerb itself is not on the road
    if half <= 0.0:
        return
    clear[first : first + count] = half
    for k in range(count):
        c, s = np.cos(line[first + k, 2]), np.sin(line[first + k, 2])
        x, y = line[first + k, 0], line[first + k, 1]
        bends = k > 0 and abs(wrap(line[first + k, 2] - line[first + k - 1, 2])) > 0.01
        left, right = on_road(ground, b, x - half * s, y + half * c), on_road(ground, b, x + half * s, y - half * c)
        if bends or not (left and right):
            low, high = max(k - CLEAR_ALONG, 0), min(k + CLEAR_ALONG + 1, count)
            clear[first + low : first + high] = 0.0


@compiled()
def mark_sweep(line, first, count, rim):  # type: ignore[no-untyped-def]
    """Fill the columns RIGHT and LEFT of `Tables.rim` for a path."""
    for k in range(first, first + count):
        c, s = rim[k, COSINE], rim[k, SINE]
        for m in range(k + 1, min(k + AHEAD + 1, first + count)):
            aside = (line[m, 1] - line[k, 1]) * c - (line[m, 0] - line[k, 0]) * s
            rim[k, RIGHT], rim[k, LEFT] = min(rim[k, RIGHT], aside), max(rim[k, LEFT], aside)


@inner
def place_on(tables, r, s):  # type: ignore[no-untyped-def]
    """Point (m) and heading (rad) at s metres along path r; beyond the ends its first and last steps go on."""
    k = min(max(int(s), 0), tables.rows[r, 1] - 2)
    share = np.float32(s) - np.float32(k)
    i = tables.rows[r, 0] + k
    x = tables.line[i, 0] + share * (tables.line[i + 1, 0] - tables.line[i, 0])
    y = tables.line[i, 1] + share * (tables.line[i + 1, 1] - tables.line[i, 1])
    return x, y, tables.line[i, 2]


@inner
def slide_on(tables, r, x, y, guess):  # type: ignore[no-untyped-def]
    """Nearest place on path r near a guess: m along it, and m to the left of it.

    Goes from segment to segment as long as the next one is nearer, as far as SLIDE.

    Args:
        tables: `Tables`.
        r: path.
        x: m.
        y: m.
        guess: m along the path.

    Returns:
        Length and signed distance; before the start and beyond the end on the extended path.
    """
    first, last = tables.rows[r, 0], tables.rows[r, 1] - 2
    k, way = min(max(int(guess), 0), last), 0
    for _ in range(SLIDE):
        i, after = np.uint64(first + k), np.uint64(first + k + 1)
        px, py = tables.line[i, 0], tables.line[i, 1]
        ux, uy = tables.line[after, 0] - px, tables.line[after, 1] - py
        ex, ey = x - px, y - py
        square = max(ux * ux + uy * uy, np.float32(1e-6))
        share = (ex * ux + ey * uy) / square
        if share > np.float32(1.0) and k < last and way >= 0:
            k, way = k + 1, 1
        elif share < np.float32(0.0) and k > 0 and way <= 0:
            k, way = k - 1, -1
        else:
            break
    if k > 0:
        share = max(share, np.float32(0.0))
    if k < last:
        share = min(share, np.float32(1.0))
    fx, fy = ex - share * ux, ey - share * uy
    aside = np.sqrt(fx * fx + fy * fy)
    return np.float32(k) + share, aside if ux * ey - uy * ex >= np.float32(0.0) else -aside
