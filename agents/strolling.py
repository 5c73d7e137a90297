"""People who walk freely inside kernels: along their paths, but around each other, walls and vehicles."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from agents.walkers import pace_by_kerbs, vehicle_ahead
from sim.crowd import social_force
from sim.ground import on_road
from sim.kernels import called, inner, wrap
from sim.orca import avoid
from sim.tables import place_on, slide_on
from sim.walks import Walks
from sim.world import F4

PATHS, FORCE, ORCA = range(3)
PEOPLE = ("paths", "social-force", "orca")  # how people walk: on their paths, or freely by one of two models
AHEAD = 1.0  # m along its path whose direction a person takes
BACK = 4.0  # m within which people come back to their path
OVER = 1.2  # m ahead of a person that are looked at for a kerb to step over
FASTER = 1.3  # times the wished speed, at most (Helbing and Molnar 1995)
PUSHED = 1.0  # m/s, who stands or waits can be moved so fast
TURN = 4.0  # rad/s, fastest turn of a body
SETTLED = 0.15  # m/s; slower people keep looking where they look


class Stroll(NamedTuple):
    """People who walk freely; without them arrays of no environments."""

    walks: Walks
    velocity: F4  # (E, A, 2) m/s
    push: F4  # (E, A, 2) m/s2 in the next step


@inner
def wished_way(p, e, a, tables, bodies):  # type: ignore[no-untyped-def]
    """Unit direction that a person wants to go: along the path, and back to it."""
    s, r = bodies.travelled[e, a], tables.path[p, a]
    x, y, _ = place_on(tables, r, s)
    _, _, along = place_on(tables, r, s + np.float32(AHEAD))
    c, d = np.float32(math.cos(along)), np.float32(math.sin(along))
    aside = (bodies.position[e, a, 1] - y) * c - (bodies.position[e, a, 0] - x) * d
    back = min(max(aside / np.float32(-BACK), np.float32(-1.0)), np.float32(1.0))
    gx, gy = c - back * d, d + back * c
    size = np.float32(math.sqrt(gx * gx + gy * gy))
    return gx / size, gy / size


@inner
def on_path_road(p, a, s, tables):  # type: ignore[no-untyped-def]
    """Whether the path of a person is on the road at s metres."""
    x, y, _ = place_on(tables, tables.path[p, a], s)
    return tables.ground.rows[p, 1] > 0 and on_road(tables.ground, p, x, y)


@called
def plan_stroll(p, e, model, dt, row_of, stroll, tables, bodies, sight, near):  # type: ignore[no-untyped-def]
    """Work out how everybody who walks freely will be pushed in the next step.

    Args:
        p: scene.
        e: environment.
        model: FORCE or ORCA.
        dt: s.
        row_of: (P, A) who is controlled stays on the path.
        stroll: `Stroll`, `push` is filled.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.
        near: `Near` of the world.
    """
    velocity, push = stroll.velocity[e], stroll.push[e]
    for a in range(tables.exists.shape[1]):
        if tables.vehicle[p, a] or row_of[p, a] >= 0:
            velocity[a, 0] = bodies.speed[e, a] * sight.cosine[a]
            velocity[a, 1] = bodies.speed[e, a] * sight.sine[a]
    for a in range(tables.exists.shape[1]):
        if tables.vehicle[p, a] or row_of[p, a] >= 0 or not bodies.alive[e, a] or tables.path[p, a] < 0:
            continue
        pace, s, wish = pace_by_kerbs(p, e, a, tables, bodies, sight), bodies.travelled[e, a], tables.desired[p, a]
        goes = pace > np.float32(0.9) * wish and on_path_road(p, a, s + np.float32(OVER), tables)
        opened = goes or on_path_road(p, a, s, tables)
        if pace > 0.0 and vehicle_ahead(p, e, a, tables, bodies, sight):
            pace = 0.0
        pace = np.float32(pace)
        gx, gy = wished_way(p, e, a, tables, bodies)
        if model == FORCE:
            push[a, 0], push[a, 1] = social_force(
                p, e, a, pace, gx, gy, opened, stroll.walks, tables, bodies, sight, velocity, near
            )
        else:
            limit = max(np.float32(FASTER) * wish, np.float32(PUSHED))
            vx, vy = avoid(
                p, e, a, pace * gx, pace * gy, limit, dt, opened, stroll.walks, tables, bodies, sight, velocity, near
            )
            push[a, 0], push[a, 1] = (vx - velocity[a, 0]) / dt, (vy - velocity[a, 1]) / dt


@called
def stroll_on(p, e, a, dt, stroll, tables, bodies):  # type: ignore[no-untyped-def]
    """Move a person who walks freely by one step; returns the way, m."""
    vx = stroll.velocity[e, a, 0] + stroll.push[e, a, 0] * dt
    vy = stroll.velocity[e, a, 1] + stroll.push[e, a, 1] * dt
    v, most = np.float32(math.sqrt(vx * vx + vy * vy)), max(np.float32(FASTER) * tables.desired[p, a], PUSHED)
    if v > most:
        vx, vy, v = vx * most / v, vy * most / v, np.float32(most)
    stroll.velocity[e, a, 0], stroll.velocity[e, a, 1] = vx, vy
    bodies.position[e, a, 0] += vx * dt
    bodies.position[e, a, 1] += vy * dt
    r = tables.path[p, a]
    s, _ = slide_on(tables, r, bodies.position[e, a, 0], bodies.position[e, a, 1], bodies.travelled[e, a])
    bodies.travelled[e, a] = s
    if v > np.float32(SETTLED):
        turn = wrap(np.float32(math.atan2(vy, vx)) - bodies.heading[e, a])
        most = np.float32(TURN) * dt
        bodies.heading[e, a] = wrap(bodies.heading[e, a] + min(max(turn, -most), most))
    bodies.acceleration[e, a] = (v - bodies.speed[e, a]) / dt
    bodies.speed[e, a] = v
    return v * dt


@inner
def set_out(p, e, stroll, tables, bodies):  # type: ignore[no-untyped-def]
    """Velocities at the start of an episode."""
    for a in range(tables.exists.shape[1]):
        v, turn = bodies.speed[e, a], bodies.heading[e, a]
        if not bodies.alive[e, a] or tables.path[p, a] < 0:
            v = np.float32(0.0)
        stroll.velocity[e, a, 0] = v * np.float32(math.cos(turn))
        stroll.velocity[e, a, 1] = v * np.float32(math.sin(turn))
