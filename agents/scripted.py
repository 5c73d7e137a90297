"""A scripted planner that knows the recording's future: it tells which variants can be solved at all.

It steers along the route as the environments do and tries speed plans of the intelligent driver model, gentle ones
first, some of which brake for what will cross the route seconds later. Each is driven on the kinematic model against
the replayed road users until it touches one, leaves the road, reaches the end of its route, or the recording ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from scenes.lanes import arc_lengths, point_at, project
from scenes.types import Floats
from sim.bodies import empty_bodies
from sim.egoview import along_route
from sim.egoview import on_route as place_of
from sim.ground import Ground, on_road
from sim.kernels import drive, wrap
from sim.tables import Tables
from sim.warp import touch

STEP = 0.1  # s, as in the environments
BRAKING = 7.0  # m/s2, hardest
PUSH = 2.5  # m/s2, strongest
COMFORT = 2.5  # m/s2, braking that the model plans with
SIDEWAYS = 2.5  # m/s2, in bends
WIDEST = 6.0  # m to either side of the route that are looked at
STANDSTILL = 1.5  # m, gap at standstill
MARGIN = 0.3  # m beside the ego that it keeps free
SAFE = 0.1  # m around the ego that must stay free of contact and on the road
SOLVED, CONTACT, OFF_ROAD = 0, 1, 2  # how a plan ends
# wish (factor on the desired speed), headway (s), foresight (s); the first PLAIN ones have none
PLAIN = 9
PLANS: Floats = np.array(
    [(wish, headway, ahead) for ahead in (0.0, 1.5, 3.0) for wish in (1.0, 1.4, 0.7) for headway in (1.0, 0.5, 1.8)]
)


class Route(NamedTuple):
    """The ego's way, for kernels."""

    points: Floats  # (N, 2) m
    along: Floats  # (N,) m
    limit: Floats  # (N,) m/s that bends allow
    clear: Floats  # (N,) m to either side that are road without a gap, at most WIDEST


class Start(NamedTuple):
    """The ego at time 0."""

    x: float  # m
    y: float  # m
    heading: float  # rad
    speed: float  # m/s
    length: float  # m
    width: float  # m
    desired: float  # m/s


def route_of(line: Floats, ground: Ground) -> Route:
    """Prepare a route.

    Args:
        line: (N, 2) m.
        ground: of the map.

    Returns:
        The route; speeds before a bend are such that moderate braking is enough.
    """
    along = arc_lengths(line)
    even = np.arange(0.0, along[-1], 1.0)
    points = np.stack([np.interp(even, along, line[:, k]) for k in (0, 1)], -1)
    turn = np.unwrap(np.arctan2(*np.gradient(points, axis=0).T[::-1]))
    bend = np.abs(np.gradient(np.convolve(np.pad(turn, 2, mode="edge"), np.full(5, 0.2), mode="valid")))
    limit = np.sqrt(SIDEWAYS / np.maximum(bend, 1e-4))
    for k in range(len(limit) - 2, -1, -1):
        limit[k] = min(limit[k], math.sqrt(limit[k + 1] ** 2 + 2 * 1.5))
    clear = np.zeros(len(points))
    clear_sides(points, ground, clear)
    return Route(points, arc_lengths(points), limit, clear)


@compiled()
def clear_sides(points, ground, clear):  # type: ignore[no-untyped-def]
    """Fill how far (m) the road reaches to both sides of each point of a route."""
    for k in range(len(points)):
        a, b = max(k - 1, 0), min(k + 1, len(points) - 1)
        heading = math.atan2(points[b, 1] - points[a, 1], points[b, 0] - points[a, 0])
        c, n = math.cos(heading), math.sin(heading)
        for j in range(int(WIDEST / 0.1) + 1):
            reach = 0.1 * j
            if not on_road(ground, 0, points[k, 0] - n * reach, points[k, 1] + c * reach):
                break
            if not on_road(ground, 0, points[k, 0] + n * reach, points[k, 1] - c * reach):
                break
            clear[k] = reach


@compiled()
def on_route(states, alive, size, route, out):  # type: ignore[no-untyped-def]
    """Others as the ego's route sees them.

    Args:
        states: (A, T, 4).
        alive: (A, T).
        size: (A, 2) m.
        route: `Route`.
        out: (A, T, 4) filled with the place of the middle along the route, half the extent along it, the clear way
            between the route and the nearest side (all m), and the speed along it (m/s); the way is inf if not alive.
    """
    last = len(route.along)
    for a in range(len(states)):
        for t in range(states.shape[1]):
            out[a, t, 2] = math.inf
            if not alive[a, t]:
                continue
            x, y, heading, speed = states[a, t]
            s, d = project(route.points, route.along, 0, last, x, y, 0.0, route.along[-1])
            turn = heading - point_at(route.points, route.along, 0, last, s)[2]
            c, n = abs(math.cos(turn)), abs(math.sin(turn))
            out[a, t, 0] = s
            out[a, t, 1] = 0.5 * (c * size[a, 0] + n * size[a, 1])
            out[a, t, 2] = abs(d) - 0.5 * (n * size[a, 0] + c * size[a, 1])
            out[a, t, 3] = speed * math.cos(turn)


@compiled()
def need(speed, gap, lead, headway):  # type: ignore[no-untyped-def]
    """(s* / s)^2 of the intelligent driver model (Treiber, Hennecke, Helbing 2000)."""
    closing = speed * (speed - lead) / (2.0 * math.sqrt(PUSH * COMFORT))
    wanted = STANDSTILL + max(0.0, speed * headway + closing)
    return (wanted / max(gap, 0.1)) ** 2


@compiled()
def held_back(seen, u, ahead, s, speed, start, headway, dt):  # type: ignore[no-untyped-def]
    """How much the others hold the ego back, now and by where they are `ahead` steps later."""
    most = 0.0
    steps = seen.shape[1]
    now = int(u)
    for a in range(len(seen)):
        for k in range(3):
            if k > 0 and ahead == 0:
                break
            t = min(now + (k * ahead) // 2, steps - 1)
            if seen[a, t, 2] > 0.5 * start.width + MARGIN:
                continue
            lead = seen[a, t, 3]
            place = seen[a, t, 0] - (t - now) * dt * lead
            gap = place - seen[a, t, 1] - s - 0.5 * start.length
            if seen[a, t, 0] > s:
                most = max(most, need(speed, gap, lead, headway))
    return most


@compiled()
def hit(states, alive, size, u, x, y, heading, start):  # type: ignore[no-untyped-def]
    """Whether the ego touches anyone at step u, which may be a fraction."""
    low = int(u)
    high, share = min(low + 1, states.shape[1] - 1), u - low
    for a in range(len(states)):
        if not alive[a, low] or (share > 1e-6 and not alive[a, high]):
            continue
        p, q = states[a, low], states[a, high]
        px, py = p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])
        turn = p[2] + share * ((q[2] - p[2] + math.pi) % (2.0 * math.pi) - math.pi)
        if touch(x, y, heading, (start.length + 2 * SAFE, start.width + 2 * SAFE), px, py, turn, size[a]):
            return True
    return False


@compiled()
def leaves(tables, route, s, x, y, heading, start):  # type: ignore[no-untyped-def]
    """Whether a corner of the ego, s metres along its route, is off the road; most often its distance to it tells."""
    half = 0.5 * start.length + SAFE
    c, n = math.cos(heading), math.sin(heading)
    k = len(route.along) - 1
    low, high = min(max(int(s - half), 0), k), min(max(int(s + half) + 1, 0), k)
    free = route.clear[low : high + 1].min()
    for sx in (-1.0, 1.0):
        for sy in (-1.0, 1.0):
            ex, ey = sx * half, sy * (0.5 * start.width + SAFE)
            px, py = x + c * ex - n * ey, y + n * ex + c * ey
            _, d = project(route.points, route.along, 0, k + 1, px, py, s - half - 1.0, s + half + 1.0)
            if abs(d) >= free and not on_road(tables.ground, 0, px, py):
                return True
    return False


@compiled()
def enter(bodies, start):  # type: ignore[no-untyped-def]
    """Put the ego, actor 0 of world 0, at its start."""
    bodies.position[0, 0, 0], bodies.position[0, 0, 1] = start.x, start.y
    bodies.heading[0, 0], bodies.speed[0, 0], bodies.steering[0, 0] = start.heading, start.speed, 0.0
    bodies.travelled[0, 0] = 0.0


@compiled()
def advance(bodies, tables, push, steer):  # type: ignore[no-untyped-def]
    """Move the ego by STEP as the environments do."""
    x, y, heading, speed, steering, _, way = drive(
        bodies.position[0, 0, 0], bodies.position[0, 0, 1], bodies.heading[0, 0], bodies.speed[0, 0],
        bodies.steering[0, 0], np.float32(push), np.float32(steer), tables.base[0, 0], np.float32(STEP),
    )  # fmt: skip
    bodies.position[0, 0, 0], bodies.position[0, 0, 1] = x, y
    bodies.heading[0, 0], bodies.speed[0, 0], bodies.steering[0, 0] = wrap(heading), speed, steering
    bodies.travelled[0, 0] += way


@compiled()
def try_plan(states, alive, size, seen, route, tables, start, plan, dt, bodies, track):  # type: ignore[no-untyped-def]
    """Drive one plan.

    Args:
        states: (A, T, 4) of the others.
        alive: (A, T).
        size: (A, 2) m.
        seen: (A, T, 4) from `on_route`.
        route: `Route`.
        tables: `Tables` of one scene whose first actor is the ego.
        start: `Start`.
        plan: (3,) row of PLANS.
        dt: s of a step of the recording.
        bodies: `Bodies` of one world with one actor, for scratch.
        track: (S, 7) filled as `Solution.track`; controls are those from there on.

    Returns:
        How it ends, and the number of steps of STEP driven.
    """
    enter(bodies, start)
    last, ends, ahead = len(route.along) - 1, len(track) - 1, int(plan[2] / dt)
    for step in range(ends + 1):
        u = min(step * STEP / dt, states.shape[1] - 1.0)
        s, offset, error = place_of(0, 0, 0, tables, bodies)
        bodies.travelled[0, 0] = s
        x, y, heading, speed = (
            bodies.position[0, 0, 0], bodies.position[0, 0, 1], bodies.heading[0, 0], bodies.speed[0, 0],
        )  # fmt: skip
        row = track[step]
        row[0], row[1], row[2], row[3], row[4], row[5], row[6] = x, y, heading, speed, 0.0, 0.0, s
        if hit(states, alive, size, u, x, y, heading, start):
            return CONTACT, step
        if leaves(tables, route, s, x, y, heading, start):
            return OFF_ROAD, step
        if s >= route.along[-1] or step == ends:
            return SOLVED, step
        wish = max(min(plan[0] * start.desired, route.limit[min(max(int(s), 0), last)]), 0.1)
        push = PUSH * (1.0 - (speed / wish) ** 4 - held_back(seen, u, ahead, s, speed, start, plan[1], dt))
        row[4] = min(max(push, -BRAKING), PUSH)
        row[5] = along_route(0, 0, 0, offset, error, 0.0, tables, bodies)
        advance(bodies, tables, row[4], row[5])
    return SOLVED, ends


@compiled()
def first_plan(states, alive, size, route, tables, start, plans, plain, dt, seen, bodies, track, best):  # type: ignore[no-untyped-def]
    """Try plans against one variant, in order, until one gets through; the plain ones are tried in any case.

    Args:
        states: (A, T, 4) of the others.
        alive: (A, T).
        size: (A, 2) m.
        route: `Route`.
        tables: `Tables` of one scene whose first actor is the ego.
        start: `Start`.
        plans: (P, 3).
        plain: number of plans that look at nothing but the present; they are the first ones.
        dt: s of a step of the recording.
        seen: (A, T, 4) for scratch.
        bodies: `Bodies` of one world with one actor, for scratch.
        track: (S, 7) for scratch.
        best: (S, 7) filled; see `try_plan`.

    Returns:
        Number of the first plan that gets through or -1, steps driven, and how many of the plain plans fail.
    """
    on_route(states, alive, size, route, seen)
    chosen, steps, failed = -1, 0, 0
    for p in range(len(plans)):
        if p >= plain and chosen >= 0:
            break
        end, count = try_plan(states, alive, size, seen, route, tables, start, plans[p], dt, bodies, track)
        if p < plain and end != SOLVED:
            failed += 1
        if end == SOLVED and chosen < 0:
            chosen, steps = p, count
            best[: count + 1] = track[: count + 1]
    return chosen, steps, failed


@dataclass(frozen=True, eq=False)
class Solution:
    """How the ego gets through a variant."""

    plan: int  # row of PLANS
    # (S, 7) x, y (m), heading (rad), speed (m/s), acceleration (m/s2), front wheel angle (rad) and way along the
    # route (m), every STEP s
    track: Floats
    risk: float  # share of the plans without foresight that fail

    @property
    def way(self) -> float:
        """How far it comes, m."""
        return float(self.track[-1, 6])


def solve(
    states: Floats, alive: NDArray[np.bool_], size: Floats, route: Route, tables: Tables, start: Start, dt: float
) -> Solution | None:
    """Plan against one variant.

    Args:
        states: (A, T, 4) of the others.
        alive: (A, T).
        size: (A, 2) m.
        route: of the ego.
        tables: of a scene whose first actor is the ego.
        start: of the ego.
        dt: s of a step of the recording.

    Returns:
        The gentlest plan that gets through; None when there is none.
    """
    count = round((states.shape[1] - 1) * dt / STEP) + 1
    seen, track, best = np.zeros(states.shape), np.zeros((count, 7)), np.zeros((count, 7))
    world = (states, alive, size, route, tables)
    chosen, steps, failed = first_plan(*world, start, PLANS, PLAIN, dt, seen, empty_bodies(1, 1), track, best)
    return Solution(int(chosen), best[: steps + 1], failed / PLAIN) if chosen >= 0 else None
