"""People who walk freely, one at a time: the social force model, for kernels.

Helbing and Molnar (1995), Social force model for pedestrian dynamics: people take on their wished velocity within a
relaxation time, and others push them away, those behind less than those in view. The push is elliptical and looks ahead
at the relative motion (Johansson, Helbing, Shukla 2007, elliptical specification II); groups as Moussaid, Perozo,
Garnier, Helbing, Theraulaz (2010).
"""

from __future__ import annotations

import math

import numpy as np

from sim.contacts import body_radius
from sim.kernels import inner
from sim.walks import ATTENTION, RELAX

FIRM, RANGE = 2.0, 0.45  # m/s2, m: push of people that touch, and how it falls; calibrated with BEHIND on Weidmann 1993
LOOK = 0.5  # s that people look ahead (Johansson et al. 2007)
BEHIND = 0.48  # weight of those behind; calibrated, see benchmarks.people_flow; 0.06 in Johansson et al.
STIFF = 40.0  # 1/s2, push of bodies that overlap
ASIDE = 0.12  # of the push goes to the own right: people in this part of the world pass on the right
FELT = 3.0  # m, farther people do not push
WALL_FIRM, WALL_RANGE = 5.0, 0.1  # m/s2, m
BOX_FIRM, BOX_RANGE = 5.0, 0.3  # m/s2, m, of vehicles
MINDED = 20.0  # m, vehicles whose middle is farther away do not count
HARDEST = 10.0  # m/s2, of a wall or vehicle
GAZE, COHESION, ELBOWS = 4.0, 3.0, 1.0  # beta 1 to 3 of Moussaid et al. 2010
VISION = 0.5 * math.pi  # rad to both sides that are seen without turning the head (Moussaid et al. 2010)
CLOSE = 0.8  # m between members of a group that are too close (Moussaid et al. 2010)


@inner
def push_between(dx, dy, vx, vy, reach, look):  # type: ignore[no-untyped-def]
    """Push of another person, m/s2 along x and y.

    Args:
        dx: m from the other to the person, along x.
        dy: m, along y.
        vx: m/s, velocity of the other less that of the person, along x.
        vy: m/s, along y.
        reach: m, sum of the radii.
        look: s ahead.

    Returns:
        Acceleration; for two without relative motion it is FIRM exp((reach - distance) / RANGE).
    """
    far = max(np.float32(math.sqrt(dx * dx + dy * dy)), np.float32(1e-3))
    yx, yy = vx * look, vy * look
    lx, ly = dx - yx, dy - yy
    later = max(np.float32(math.sqrt(lx * lx + ly * ly)), np.float32(1e-3))
    square = (far + later) * (far + later) - yx * yx - yy * yy
    b = np.float32(0.5) * np.float32(math.sqrt(max(square, np.float32(0.04))))
    size = np.float32(FIRM) * np.float32(math.exp((reach - b) / np.float32(RANGE)))
    size *= min((far + later) / (np.float32(2.0) * b), np.float32(2.0))
    size = min(size, np.float32(HARDEST))
    ux, uy = np.float32(0.5) * (dx / far + lx / later), np.float32(0.5) * (dy / far + ly / later)
    return size * (ux - np.float32(ASIDE) * uy), size * (uy + np.float32(ASIDE) * ux)


@inner
def people_push(p, e, a, goal_x, goal_y, walks, tables, bodies, velocity, near):  # type: ignore[no-untyped-def]
    """Push of all people near a person, m/s2 along x and y.

    Args:
        p: scene.
        e: row of the bodies.
        a: person.
        goal_x: unit direction that the person wants to go.
        goal_y: along y.
        walks: `Walks`.
        tables: `Tables`.
        bodies: `Bodies`.
        velocity: (A, 2) m/s.
        near: `Near` of the world.

    Returns:
        Acceleration.
    """
    x, y, radius = bodies.position[e, a, 0], bodies.position[e, a, 1], body_radius(tables, p, a)
    look = np.float32(LOOK) * walks.trait[p, a, ATTENTION]
    fx, fy = np.float32(0.0), np.float32(0.0)
    for m in range(near.first[a], near.first[a + 1]):
        j = near.other[m]
        if near.square[m] > np.float32(FELT * FELT) or tables.vehicle[p, j]:
            continue
        dx, dy = x - bodies.position[e, j, 0], y - bodies.position[e, j, 1]
        vx, vy = velocity[j, 0] - velocity[a, 0], velocity[j, 1] - velocity[a, 1]
        reach, far = radius + body_radius(tables, p, j), max(np.float32(math.sqrt(near.square[m])), np.float32(1e-3))
        px, py = push_between(dx, dy, vx, vy, reach, look)
        front = np.float32(0.5) - np.float32(0.5) * (dx * goal_x + dy * goal_y) / far
        weight = np.float32(BEHIND) + np.float32(1.0 - BEHIND) * front
        over = np.float32(STIFF) * max(reach - far, np.float32(0.0)) / far  # bodies push back alike
        fx, fy = fx + weight * px + over * dx, fy + weight * py + over * dy
    return fx, fy


@inner
def company_pull(p, e, a, walks, tables, bodies, velocity, near):  # type: ignore[no-untyped-def]
    """Pull of the group that a person belongs to, m/s2: who sees the others, stays with them, and has elbow room."""
    group = walks.company[p, a]
    if group < 0:
        return np.float32(0.0), np.float32(0.0)
    x, y, vx, vy = bodies.position[e, a, 0], bodies.position[e, a, 1], velocity[a, 0], velocity[a, 1]
    mx, my, others = np.float32(0.0), np.float32(0.0), np.float32(0.0)
    fx, fy = np.float32(0.0), np.float32(0.0)
    for m in range(near.first[a], near.first[a + 1]):
        j = near.other[m]
        if walks.company[p, j] != group:
            continue
        dx, dy = bodies.position[e, j, 0] - x, bodies.position[e, j, 1] - y
        mx, my, others = mx + dx, my + dy, others + np.float32(1.0)
        far = max(np.float32(math.sqrt(near.square[m])), np.float32(1e-3))
        if far < np.float32(CLOSE):
            fx, fy = fx - np.float32(ELBOWS) * dx / far, fy - np.float32(ELBOWS) * dy / far
    if others == 0.0:
        return fx, fy
    px, py = mx / others, my / others  # the middle of the others
    far = max(np.float32(math.sqrt(px * px + py * py)), np.float32(1e-3))
    speed = max(np.float32(math.sqrt(vx * vx + vy * vy)), np.float32(1e-3))
    angle = math.acos(min(max((px * vx + py * vy) / (far * speed), np.float32(-1.0)), np.float32(1.0)))
    turned = np.float32(max(angle - VISION, 0.0) * GAZE)
    fx, fy = fx - turned * vx, fy - turned * vy
    # the middle of all is nearer than that of the others
    if far * others / (others + np.float32(1.0)) > np.float32(0.5) * others:
        fx, fy = fx + np.float32(COHESION) * px / far, fy + np.float32(COHESION) * py / far
    return fx, fy


@inner
def nearest_wall(p, x, y, kerb, walks):  # type: ignore[no-untyped-def]
    """Nearest kerb (1) or building (0) of a cell: signed distance in m, and the unit direction away from it.

    The distance is negative on the wrong side, and 1e9 where there is none.
    """
    i, j = int((x - walks.field[p, 0]) * walks.field[p, 2]), int((y - walks.field[p, 1]) * walks.field[p, 2])
    best, nx, ny, side = np.float32(1e18), np.float32(0.0), np.float32(0.0), np.float32(1.0)
    inside = x >= walks.field[p, 0] and y >= walks.field[p, 1] and i < walks.shape[p, 0] and j < walks.shape[p, 1]
    if not inside:  # nan, too
        return np.float32(1e9), nx, ny
    cell = walks.shape[p, 2] + j * walks.shape[p, 0] + i
    for m in range(walks.start[cell], walks.start[cell + 1]):
        w = walks.listed[m]
        if walks.wall[w, 4] != kerb:
            continue
        px, py = walks.wall[w, 0], walks.wall[w, 1]
        ux, uy = walks.wall[w, 2] - px, walks.wall[w, 3] - py
        square = max(ux * ux + uy * uy, np.float32(1e-6))
        share = min(max(((x - px) * ux + (y - py) * uy) / square, np.float32(0.0)), np.float32(1.0))
        dx, dy = x - px - share * ux, y - py - share * uy
        gap = dx * dx + dy * dy
        if gap < best:
            best, nx, ny = gap, dx, dy
            side = np.float32(1.0) if ux * dy - uy * dx >= 0.0 else np.float32(-1.0)
            if gap < np.float32(1e-8):
                nx, ny = -uy * np.float32(1e-4), ux * np.float32(1e-4)
    if best > np.float32(1e17):
        return np.float32(1e9), nx, ny
    far = max(np.float32(math.sqrt(nx * nx + ny * ny)), np.float32(1e-6))
    return side * np.float32(math.sqrt(best)), side * nx / far, side * ny / far


@inner
def wall_push(p, x, y, radius, opened, walks):  # type: ignore[no-untyped-def]
    """Push of the nearest building and, unless the way over the road is open, of the nearest kerb; m/s2."""
    fx, fy = np.float32(0.0), np.float32(0.0)
    for kerb in range(1 if opened else 2):
        gap, nx, ny = nearest_wall(p, x, y, kerb, walks)
        size = np.float32(WALL_FIRM) * np.float32(math.exp(min((radius - gap) / np.float32(WALL_RANGE), 5.0)))
        size = min(size, np.float32(HARDEST))
        fx, fy = fx + size * nx, fy + size * ny
    return fx, fy


@inner
def box_gap(p, e, a, j, ahead, tables, bodies, sight, velocity):  # type: ignore[no-untyped-def]
    """Distance (m) from a person to vehicle j where it will be in `ahead` s, and the unit direction away from it."""
    dx = bodies.position[e, a, 0] - bodies.position[e, j, 0] - ahead * velocity[j, 0]
    dy = bodies.position[e, a, 1] - bodies.position[e, j, 1] - ahead * velocity[j, 1]
    c, s = sight.cosine[j], sight.sine[j]
    half, wide = np.float32(0.5) * tables.size[p, j, 0], np.float32(0.5) * tables.size[p, j, 1]
    along, across = dx * c + dy * s, dy * c - dx * s
    u, v = along - min(max(along, -half), half), across - min(max(across, -wide), wide)
    gap = np.float32(math.sqrt(u * u + v * v))
    if gap < np.float32(1e-3):  # inside: out to the nearer side
        v = np.float32(1.0) if across >= 0.0 else np.float32(-1.0)
        return np.float32(0.0), -v * s, v * c
    u, v = u / gap, v / gap
    return gap, u * c - v * s, u * s + v * c


@inner
def vehicles_push(p, e, a, tables, bodies, sight, velocity, near):  # type: ignore[no-untyped-def]
    """Push of the vehicles near a person, m/s2 along x and y."""
    fx, fy, radius = np.float32(0.0), np.float32(0.0), body_radius(tables, p, a)
    for m in range(near.first[a], near.first[a + 1]):
        j = near.other[m]
        if not tables.vehicle[p, j] or near.square[m] > np.float32(MINDED * MINDED):
            continue
        gap, nx, ny = box_gap(p, e, a, j, np.float32(LOOK), tables, bodies, sight, velocity)
        if gap < np.float32(FELT):
            size = np.float32(BOX_FIRM) * np.float32(math.exp((radius - gap) / np.float32(BOX_RANGE)))
            size = min(size, np.float32(HARDEST))
            fx, fy = fx + size * nx, fy + size * ny
    return fx, fy


@inner
def social_force(p, e, a, pace, goal_x, goal_y, opened, walks, tables, bodies, sight, velocity, near):  # type: ignore[no-untyped-def]
    """Acceleration (m/s2 along x and y) of a person who wants to go at `pace` m/s in a unit direction.

    Args:
        p: scene.
        e: row of the bodies.
        a: person.
        pace: m/s.
        goal_x: along x.
        goal_y: along y.
        opened: kerbs may be crossed here.
        walks: `Walks`.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.
        velocity: (A, 2) m/s.
        near: `Near` of the world.

    Returns:
        Acceleration.
    """
    relax = max(walks.trait[p, a, RELAX], np.float32(0.1))
    fx, fy = (pace * goal_x - velocity[a, 0]) / relax, (pace * goal_y - velocity[a, 1]) / relax
    x, y = people_push(p, e, a, goal_x, goal_y, walks, tables, bodies, velocity, near)
    fx, fy = fx + x, fy + y
    x, y = company_pull(p, e, a, walks, tables, bodies, velocity, near)
    fx, fy = fx + x, fy + y
    x, y = vehicles_push(p, e, a, tables, bodies, sight, velocity, near)
    fx, fy = fx + x, fy + y
    x, y = wall_push(p, bodies.position[e, a, 0], bodies.position[e, a, 1], body_radius(tables, p, a), opened, walks)
    return fx + x, fy + y
