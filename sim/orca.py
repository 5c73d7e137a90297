"""Optimal reciprocal collision avoidance for people, one at a time, for kernels.

Van den Berg, Guy, Lin, Manocha (2011), Reciprocal n-body collision avoidance: each pair of people takes half of what it
needs to stay apart for a time; each half is a half plane of velocities, and the allowed velocity that is nearest to the
wished one solves a linear program in two dimensions, added plane by plane.
"""

from __future__ import annotations

import math

import numpy as np

from sim.contacts import body_radius
from sim.crowd import FELT, MINDED, box_gap, nearest_wall
from sim.kernels import inner
from sim.near import PLANES, choose

HORIZON = 2.0  # s that people stay apart from each other
WALL_HORIZON = 0.5  # s from kerbs, buildings and vehicles
MOST = 10  # nearest people that are looked at
SIGHT = 5.0  # m, farther people do not count
MARGIN = 0.02  # m that people keep between each other
SLIGHT = 1e-5


@inner
def half_plane(dx, dy, vx, vy, reach, horizon, dt):  # type: ignore[no-untyped-def]
    """What must change in a relative velocity so that two circles stay apart.

    Args:
        dx: m from the person to the other, along x.
        dy: m, along y.
        vx: m/s, velocity of the person less that of the other, along x.
        vy: m/s, along y.
        reach: m, sum of the radii.
        horizon: s that they stay apart.
        dt: s, within which they part when they overlap.

    Returns:
        Direction of the border of the allowed velocities, which are to its left, and least change, m/s.
    """
    square = dx * dx + dy * dy
    time = np.float32(horizon) if square > reach * reach else dt
    wx, wy = vx - dx / time, vy - dy / time
    length = max(np.float32(math.sqrt(wx * wx + wy * wy)), np.float32(1e-6))
    dot = wx * dx + wy * dy
    if square <= reach * reach or (dot < 0.0 and dot * dot > reach * reach * length * length):
        ux, uy, size = wx / length, wy / length, reach / time - length
        return uy, -ux, size * ux, size * uy
    leg = np.float32(math.sqrt(square - reach * reach))
    if dx * wy - dy * wx > 0.0:
        ux, uy = (dx * leg - dy * reach) / square, (dx * reach + dy * leg) / square
    else:
        ux, uy = -(dx * leg + dy * reach) / square, (dx * reach - dy * leg) / square
    along = vx * ux + vy * uy
    return ux, uy, along * ux - vx, along * uy - vy


@inner
def best_on_border(plane, first, k, limit, wx, wy, far):  # type: ignore[no-untyped-def]
    """Best velocity on the border of plane k that planes first .. k - 1 allow, and whether there is one.

    Args:
        plane: (M, 4) point and direction of each border.
        first: plane.
        k: plane.
        limit: m/s, highest speed.
        wx: m/s, wished velocity, or a unit direction.
        wy: along y.
        far: go as far as possible in that direction instead.
    """
    px, py, ux, uy = plane[k, 0], plane[k, 1], plane[k, 2], plane[k, 3]
    dot = px * ux + py * uy
    inside = dot * dot + limit * limit - px * px - py * py
    if inside < 0.0:
        return False, wx, wy
    low, high = -dot - np.float32(math.sqrt(inside)), -dot + np.float32(math.sqrt(inside))
    for i in range(first, k):
        turn = ux * plane[i, 3] - uy * plane[i, 2]
        side = plane[i, 2] * (py - plane[i, 1]) - plane[i, 3] * (px - plane[i, 0])
        if abs(turn) < np.float32(SLIGHT):
            if side < 0.0:
                return False, wx, wy
            continue
        if turn >= 0.0:
            high = min(high, side / turn)
        else:
            low = max(low, side / turn)
        if low > high:
            return False, wx, wy
    t = min(max(ux * (wx - px) + uy * (wy - py), low), high)
    if far:
        t = high if wx * ux + wy * uy > 0.0 else low
    return True, px + t * ux, py + t * uy


@inner
def solve(plane, first, count, limit, wx, wy, far):  # type: ignore[no-untyped-def]
    """Best velocity that planes first .. count - 1 allow: number of the first that cannot be kept, velocity."""
    x, y = wx, wy
    speed = np.float32(math.sqrt(wx * wx + wy * wy))
    if far or speed > limit:
        x, y = wx * limit / max(speed, np.float32(1e-9)), wy * limit / max(speed, np.float32(1e-9))
    for k in range(first, count):
        if plane[k, 2] * (plane[k, 1] - y) - plane[k, 3] * (plane[k, 0] - x) > 0.0:
            found, bx, by = best_on_border(plane, first, k, limit, wx, wy, far)
            if not found:
                return k, x, y
            x, y = bx, by
    return count, x, y


@inner
def least_wrong(plane, walls, failed, count, limit, x, y):  # type: ignore[no-untyped-def]
    """Velocity that breaks the planes from `failed` on by the least, and none of the first `walls`."""
    worst = np.float32(0.0)
    for k in range(failed, count):
        if plane[k, 2] * (plane[k, 1] - y) - plane[k, 3] * (plane[k, 0] - x) <= worst:
            continue
        n = PLANES
        for i in range(k):
            px, py, ux, uy = plane[i, 0], plane[i, 1], plane[i, 2], plane[i, 3]
            if i >= walls:  # where both are broken alike
                turn = plane[k, 2] * uy - plane[k, 3] * ux
                if abs(turn) < np.float32(SLIGHT):
                    if plane[k, 2] * ux + plane[k, 3] * uy > 0.0:
                        continue
                    px, py = np.float32(0.5) * (plane[k, 0] + px), np.float32(0.5) * (plane[k, 1] + py)
                else:
                    t = (ux * (plane[k, 1] - py) - uy * (plane[k, 0] - px)) / turn
                    px, py = plane[k, 0] + t * plane[k, 2], plane[k, 1] + t * plane[k, 3]
                ux, uy = ux - plane[k, 2], uy - plane[k, 3]
                size = max(np.float32(math.sqrt(ux * ux + uy * uy)), np.float32(1e-9))
                ux, uy = ux / size, uy / size
            plane[n, 0], plane[n, 1], plane[n, 2], plane[n, 3] = px, py, ux, uy
            n += 1
        done, bx, by = solve(plane, PLANES, n, limit, -plane[k, 3], plane[k, 2], True)
        if done == n:
            x, y = bx, by
        worst = plane[k, 2] * (plane[k, 1] - y) - plane[k, 3] * (plane[k, 0] - x)
    return x, y


@inner
def wall_planes(p, e, a, opened, walks, tables, bodies, sight, velocity, near):  # type: ignore[no-untyped-def]
    """Fill the planes of the nearest building, kerb and vehicles: how many."""
    plane, n, radius = near.plane, 0, body_radius(tables, p, a)
    for kerb in range(1 if opened else 2):
        gap, nx, ny = nearest_wall(p, bodies.position[e, a, 0], bodies.position[e, a, 1], kerb, walks)
        if gap < np.float32(FELT):
            speed = max((radius - gap) / np.float32(WALL_HORIZON), np.float32(-9.0))
            plane[n, 0], plane[n, 1], plane[n, 2], plane[n, 3] = speed * nx, speed * ny, ny, -nx
            n += 1
    for m in range(near.first[a], near.first[a + 1]):
        j = near.other[m]
        if n == PLANES - MOST or not tables.vehicle[p, j] or near.square[m] > np.float32(MINDED * MINDED):
            continue
        gap, nx, ny = box_gap(p, e, a, j, np.float32(0.0), tables, bodies, sight, velocity)
        if gap < np.float32(FELT):
            speed = (radius + np.float32(0.1) - gap) / np.float32(WALL_HORIZON)
            plane[n, 0], plane[n, 1] = velocity[j, 0] + speed * nx, velocity[j, 1] + speed * ny
            plane[n, 2], plane[n, 3] = ny, -nx
            n += 1
    return n


@inner
def nearest_people(p, a, tables, near):  # type: ignore[no-untyped-def]
    """Put the MOST nearest people within SIGHT into `near.chosen`, nearest first: how many."""
    n = np.uint64(0)
    for m in range(near.first[a], near.first[a + 1]):
        j, square = near.other[m], near.square[m]
        if not tables.vehicle[p, j] and square <= np.float32(SIGHT * SIGHT):
            n = choose(n, np.uint64(MOST), j, square, near)
    return n


@inner
def avoid(p, e, a, wx, wy, limit, dt, opened, walks, tables, bodies, sight, velocity, near):  # type: ignore[no-untyped-def]
    """Velocity (m/s along x and y) of a person that is nearest to the wished one and collides with nobody.

    Args:
        p: scene.
        e: row of the bodies.
        a: person.
        wx: m/s, wished velocity.
        wy: along y.
        limit: m/s, highest speed.
        dt: s.
        opened: kerbs may be crossed here.
        walks: `Walks`.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.
        velocity: (A, 2) m/s.
        near: `Near` of the world.

    Returns:
        Velocity.
    """
    walls = wall_planes(p, e, a, opened, walks, tables, bodies, sight, velocity, near)
    plane, n, radius = near.plane, walls, body_radius(tables, p, a)
    for k in range(nearest_people(p, a, tables, near)):
        j = near.chosen[k]
        dx = bodies.position[e, j, 0] - bodies.position[e, a, 0]
        dy = bodies.position[e, j, 1] - bodies.position[e, a, 1]
        vx, vy = velocity[a, 0] - velocity[j, 0], velocity[a, 1] - velocity[j, 1]
        reach = radius + body_radius(tables, p, j) + np.float32(MARGIN)
        ux, uy, cx, cy = half_plane(dx, dy, vx, vy, reach, HORIZON, dt)
        share = np.float32(0.5) if tables.path[p, j] >= 0 else np.float32(1.0)  # who stands does not help
        plane[n, 0], plane[n, 1] = velocity[a, 0] + share * cx, velocity[a, 1] + share * cy
        plane[n, 2], plane[n, 3] = ux, uy
        n += 1
    done, x, y = solve(plane, 0, n, limit, wx, wy, False)
    if done < n:
        x, y = least_wrong(plane, walls, done, n, limit, x, y)
    return x, y
