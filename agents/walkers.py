"""People inside kernels: they keep to their paths, wait at kerbs for lights and gaps, and never block each other."""

from __future__ import annotations

import math

import numpy as np

from sim.contacts import body_radius, gap_to_box
from sim.gaps import EDGE, free_before, no_gap
from sim.kernels import inner
from sim.signals import GREEN, RED, YELLOW

TRUST = 4.0  # m/s2; people step in front of a vehicle that can still stop with this, and wait for one that cannot
KERB = 0.35  # m before the carriageway where people wait
BAND = 0.45  # m beside a vehicle's way that people keep
HURRY = 1.25  # times the wished speed in front of vehicles


@inner
def walk_acceleration(p, e, a, dt, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Acceleration (m/s2) of a person along the path."""
    v, wish = bodies.speed[e, a], tables.desired[p, a]
    pace = pace_by_kerbs(p, e, a, tables, bodies, sight)
    if pace > 0.0:
        pace = min(pace, behind_others(p, e, a, wish, tables, bodies, sight))
        if vehicle_ahead(p, e, a, tables, bodies, sight):
            pace = 0.0
    return np.float32(min(max((pace - v) / 0.3, -4.0), 2.0)) if pace > 0.0 else np.float32(max(-v / dt, -4.0))


@inner
def pace_by_kerbs(p, e, a, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Speed (m/s) that a person wishes for on the way to crossings and on them."""
    wish, s = tables.desired[p, a], bodies.travelled[e, a]
    pace = wish
    for m in range(tables.way_crossing.shape[2]):
        c = tables.way_crossing[p, a, m]
        if c < 0:
            break
        low, high = tables.way[p, a, m, 0], tables.way[p, a, m, 1]
        if low - KERB - 0.6 < s <= low and not may_cross(p, e, a, c, high - s, tables, bodies, sight):
            pace = min(pace, max(low - KERB - s, 0.0) / 0.4)
        elif low < s < high:
            pace = min(pace, pace_on_crossing(p, e, a, c, wish, tables, bodies, sight))
    if tables.bare[p, a, 1] > 0.0 and no_gap(
        p, e, a, tables.bare, tables.vehicle, tables.size, tables.desired, bodies.position, bodies.heading,
        bodies.speed, bodies.travelled, bodies.alive,
    ):  # fmt: skip
        pace = min(pace, max(tables.bare[p, a, 0] - EDGE - s, 0.0) / 0.4)
    if tables.bare[p, a, 0] < s < tables.bare[p, a, 1]:
        for j in range(tables.exists.shape[1]):
            if tables.vehicle[p, j] and bodies.alive[e, j]:
                free = free_before(
                    p, e, a, j, tables.bare, tables.size, bodies.position, bodies.heading, bodies.travelled
                )
                pace = min(pace, free / 0.4)
    return pace


@inner
def may_cross(p, e, a, c, way, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether a person at the kerb steps onto crossing c, `way` metres before its far side."""
    group = tables.crossing_group[p, c]
    if group >= 0:
        shown = sight.shown[group]
        if shown in (GREEN, YELLOW):
            return False
        if shown == RED and sight.left[group] < way / max(tables.desired[p, a], 0.3):
            return False
    for j in range(tables.exists.shape[1]):
        m = coming_to(p, e, j, c, tables, bodies)
        if m >= 0 and not can_stop(p, e, j, m, tables, bodies):
            return False
    return True


@inner
def pace_on_crossing(p, e, a, c, wish, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Speed (m/s) of a person on crossing c: stops before the way of a vehicle that cannot stop, hurries on it."""
    pace = wish
    for j in range(tables.exists.shape[1]):
        m = coming_to(p, e, j, c, tables, bodies)
        if m < 0:
            continue
        along = tables.way[p, j, m, 4]
        d, k = math.cos(along), math.sin(along)
        dx, dy = bodies.position[e, a, 0] - tables.way[p, j, m, 2], bodies.position[e, a, 1] - tables.way[p, j, m, 3]
        aside, toward = dy * d - dx * k, sight.sine[a] * d - sight.cosine[a] * k
        room = abs(aside) - 0.5 * tables.size[p, j, 1] - BAND
        if room < 0.0:
            pace = min(max(pace, HURRY * wish), HURRY * wish) if pace > 0.0 else pace
        elif room < 0.5 and aside * toward < 0.0 and not can_stop(p, e, j, m, tables, bodies):
            pace = 0.0
    return pace


@inner
def coming_to(p, e, j, c, tables, bodies):  # type: ignore[no-untyped-def]
    """Number of crossing c on the path of a moving vehicle that comes to it or drives over it; -1 = it does not."""
    if not tables.vehicle[p, j] or not bodies.alive[e, j] or tables.path[p, j] < 0 or bodies.speed[e, j] < 0.3:
        return -1
    s, half = bodies.travelled[e, j], 0.5 * tables.size[p, j, 0]
    for m in range(tables.way_crossing.shape[2]):
        if tables.way_crossing[p, j, m] == c:
            if s - half < tables.way[p, j, m, 1] and tables.way[p, j, m, 0] - s - half < 50.0:
                return m
            return -1
    return -1


@inner
def can_stop(p, e, j, m, tables, bodies):  # type: ignore[no-untyped-def]
    """Whether a vehicle can stop before the m-th crossing of its path with a deceleration of TRUST."""
    free = tables.way[p, j, m, 0] - bodies.travelled[e, j] - 0.5 * tables.size[p, j, 0]
    return bodies.speed[e, j] ** 2 < 2.0 * TRUST * (free - 0.5)


@inner
def behind_others(p, e, a, wish, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Speed (m/s) of a person behind others who walk the same way; who stands is walked around."""
    pace = wish
    for j in range(tables.exists.shape[1]):
        if j == a or tables.vehicle[p, j] or not bodies.alive[e, j] or bodies.speed[e, j] < 0.3:
            continue
        dx = bodies.position[e, j, 0] - bodies.position[e, a, 0]
        dy = bodies.position[e, j, 1] - bodies.position[e, a, 1]
        if dx * dx + dy * dy > 1.0 or sight.cosine[a] * sight.cosine[j] + sight.sine[a] * sight.sine[j] < 0.8:
            continue
        ahead, aside = dx * sight.cosine[a] + dy * sight.sine[a], dy * sight.cosine[a] - dx * sight.sine[a]
        if ahead > 0.05 and abs(aside) < 0.4:
            pace = min(pace, max(bodies.speed[e, j], 0.5 * wish))
    return pace


@inner
def vehicle_ahead(p, e, a, tables, bodies, sight):  # type: ignore[no-untyped-def]
    """Whether a person would walk into a vehicle with the next steps."""
    radius = body_radius(tables, p, a)
    for j in range(tables.exists.shape[1]):
        if not tables.vehicle[p, j] or not bodies.alive[e, j]:
            continue
        dx = bodies.position[e, a, 0] - bodies.position[e, j, 0]
        dy = bodies.position[e, a, 1] - bodies.position[e, j, 1]
        if dx * dx + dy * dy > 64.0:
            continue
        half, wide = 0.5 * tables.size[p, j, 0], 0.5 * tables.size[p, j, 1]
        here = gap_to_box(dx, dy, sight.cosine[j], sight.sine[j], half, wide)
        step = 0.5 + 0.3 * bodies.speed[e, a]
        ahead_x, ahead_y = dx + step * sight.cosine[a], dy + step * sight.sine[a]
        there = gap_to_box(ahead_x, ahead_y, sight.cosine[j], sight.sine[j], half, wide)
        keeps = 0.15 if bodies.speed[e, j] > 0.1 else 0.0  # past what stands people squeeze
        if there < radius + keeps and there < here:
            return True
    return False
