"""What a trained driver sees: itself, its route, its neighbours, signals and crossings. Numbers in [-1, 1], version 2.

Lengths are squashed as d / (|d| + c), so that near things are told apart finely and far ones still are: c is 10 m along
and 4 m across the heading; speeds with c = 5 m/s. All is in the own frame, x ahead, y to the left.
"""

from __future__ import annotations

import numpy as np

from scenes.compiled import compiled
from sim.abreast import own_way
from sim.ahead import HALF, lead_on_route, next_crossing, next_signal, oncoming
from sim.bodies import bodies_of, empty_sight, look_around
from sim.kernels import MAX_STEER, inner, steep, wrap
from sim.near import REACH, choose, empty_near, find_near
from sim.places import MOST, PLACE, see_places
from sim.signals import GREEN, RED, YELLOW
from sim.tables import Tables, slide_on
from sim.world import F4, State

VERSION = 2
ROUTE, NEIGHBOURS = 16, 8
EGO = (
    "vehicle",  # 1 for vehicles, 0 for people
    "speed",  # / 25 m/s
    "desired_speed",  # / 25 m/s
    "acceleration",  # / 7 m/s2
    "steering",  # / MAX_STEER
    "yaw_rate",  # / 1 rad/s
    "wheel_base",  # / 10 m
    "length",  # / 15 m
    "width",  # / 3 m
    "offset",  # / 4 m, to the left of the route
    "heading_error",  # / 1.5 rad, against the route
    "route_steering",  # / MAX_STEER, front wheel angle that leads along the route
    "remaining",  # squashed with 20 m, to the end of the route
    "gap",  # squashed, front to the next thing on the route; 1 = nothing within REACH
    "gap_speed",  # squashed, its speed along the route
    "stop",  # squashed, front to the next stop line with a signal; 1 = none within REACH
    "red", "yellow", "green",  # what that signal shows
    "crossing",  # squashed, front to the next crossing on the route; 1 = none within REACH
    "occupied",  # somebody is on it who will be or is in the way
    "approached",  # somebody heads to it
    # squashed, front to where it must give way: to oncoming traffic before a turn, who is on the way across, people who
    "oncoming",  # cross away from crossings; 1 = it need not
)  # fmt: skip
NEIGHBOUR = ("x", "y", "vx", "vy", "cosine", "sine", "length", "width", "person", "present")
FIELDS = (
    *EGO,
    *(f"route{k}_{axis}" for k in range(ROUTE) for axis in ("x", "y")),
    *(f"neighbour{k}_{name}" for k in range(NEIGHBOURS) for name in NEIGHBOUR),
)
SIZE = len(FIELDS)
SPEED, ROUTE_STEERING = FIELDS.index("speed"), FIELDS.index("route_steering")
WHEEL_BASE = FIELDS.index("wheel_base")
SPEED_SCALE, BASE_SCALE = 25.0, 10.0
HEAD, PER = len(EGO), len(NEIGHBOUR)
MANY = 31  # neighbours in the wide view
FIRST = HEAD + 2 * ROUTE  # place of the first neighbour in a view
WIDE_FIELDS = (
    *FIELDS[:FIRST],
    *(f"neighbour{k}_{name}" for k in range(MANY) for name in NEIGHBOUR),
    *(f"place{k}_{name}" for k in range(MOST) for name in PLACE),
)
WIDE = len(WIDE_FIELDS)
VIEWS = {"ego": SIZE, "wide": WIDE}  # numbers of each view
ROUTE_AT = np.array([1.5 * k + 0.12 * k * k for k in range(1, ROUTE + 1)], np.float32)  # m ahead, points of the route
# what is squashed by how much in the vector part of a view: value / (share * |value| + scale)
SHARES = np.array([1.0] * (2 * ROUTE) + [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0] * MANY, np.float32)
SCALES = np.array([10.0, 4.0] * ROUTE + [10.0, 4.0, 5.0, 5.0, 1.0, 1.0, 15.0, 3.0, 1.0, 1.0] * MANY, np.float32)
GAP, PACE, WAIT, ALONG = range(4)  # columns of what `look_ahead` works out
ACROSS: float = np.float32(4.0)  # type: ignore[assignment]  # m/s2 across that a driver steers for at most
STEER: float = np.float32(MAX_STEER)  # type: ignore[assignment]


@inner
def squash(value, scale):  # type: ignore[no-untyped-def]
    """A number in (-1, 1) that grows with `value`; half at `scale`."""
    return value / (abs(value) + np.float32(scale))


@inner
def bound(value):  # type: ignore[no-untyped-def]
    """Clip to [-1, 1]."""
    return min(max(value, np.float32(-1.0)), np.float32(1.0))


@inner
def on_route(p, e, a, tables, bodies):  # type: ignore[no-untyped-def]
    """Place of actor a on its path: m along it, m to the left of it, rad against it."""
    r = tables.path[p, a]
    s, offset = slide_on(tables, r, bodies.position[e, a, 0], bodies.position[e, a, 1], bodies.travelled[e, a])
    k = tables.rows[r, 0] + min(max(int(s), 0), tables.rows[r, 1] - 2)
    return s, offset, wrap(bodies.heading[e, a] - tables.line[k, 2])


@inner
def usable(speed, base):  # type: ignore[no-untyped-def]
    """Front wheel angle (rad) at which a vehicle feels ACROSS at its speed (m/s), at most MAX_STEER; base: m."""
    return min(steep(ACROSS * base / max(speed * speed, np.float32(1.0))), STEER)


@inner
def along_route(p, e, a, offset, error, lag, tables, bodies):  # type: ignore[no-untyped-def]
    """Front wheel angle (rad) that leads along the route.

    The route's curvature a little ahead, for the wheels turn slowly, and feedback of offset and heading that dies out
    like a critically damped spring over 1 m and a quarter of a second (exact linearisation of the single-track model,
    see `sim.kernels.drive`; Rajamani 2012, section 2.2).

    Args:
        p: scene.
        e: row of the bodies.
        a: vehicle.
        offset: m to the left of where it is to be.
        error: rad, heading against its way.
        lag: s that one looks farther ahead, for wheels that turn slowly.
        tables: `Tables`.
        bodies: `Bodies`.

    Returns:
        Angle within MAX_STEER.
    """
    v, r, base = bodies.speed[e, a], tables.path[p, a], tables.base[p, a]
    ahead = bodies.travelled[e, a] + np.float32(1.0) + (np.float32(0.35) + lag) * v
    first, last = tables.rows[r, 0], tables.rows[r, 1] - 2
    before = tables.line[first + min(max(int(ahead - np.float32(1.5)), 0), last), 2]
    after = tables.line[first + min(max(int(ahead + np.float32(1.5)), 0), last), 2]
    bend = wrap(after - before) * np.float32(1.0 / 3.0)
    rate = np.float32(1.0) / (np.float32(1.0) + (np.float32(0.25) + HALF * lag) * v)
    slip = steep(HALF * base * bend)
    # the front sweeps farther out than the rear cuts in
    inward = min(max(np.float32(2.5) * bend, np.float32(-0.35)), np.float32(0.35))
    aside = min(max(offset - inward, np.float32(-2.0)), np.float32(2.0))
    ahead_only = steep(base * bend)
    back = steep(base * (bend - np.float32(2.0) * rate * (error + slip) - rate * rate * aside)) - ahead_only
    # who steers on purpose must be stronger; but what is long swings out of narrow turns and must come back
    most = HALF * usable(v, base) + np.float32(0.4) * max(base - np.float32(2.9), np.float32(0.0))
    return min(max(ahead_only + min(max(back, -most), most), -STEER), STEER)


@inner
def look_ahead(p, e, a, offset, error, lag, way, tables, bodies, sight, near, out):  # type: ignore[no-untyped-def]
    """What a vehicle sees ahead and its driver decides by, once for both: fills GAP, PACE, WAIT and ALONG.

    Args:
        p: scene.
        e: row of the bodies.
        a: vehicle, `bodies.travelled` metres along its path.
        offset: m to the left of its path.
        error: rad, heading against its path.
        lag: s that one looks farther ahead, for wheels that turn slowly.
        way: where it leads beside the path, see `sim.abreast.way_of`.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.
        near: `Near` of the world.
        out: (4,) m to the next thing on the route and its speed (m/s), m to where it must wait for crossing
            traffic, front wheel angle (rad) along the route.
    """
    s = bodies.travelled[e, a]
    out[GAP], out[PACE] = lead_on_route(p, e, a, s, way, tables, bodies, sight, near)
    out[WAIT] = oncoming(p, e, a, s, s + HALF * tables.size[p, a, 0], tables, bodies, sight, near)
    out[ALONG] = along_route(p, e, a, offset - way[1], error - way[2], lag, tables, bodies)


@inner
def see_self(p, e, a, s, offset, error, tables, bodies, out):  # type: ignore[no-untyped-def]
    """Fill the numbers of EGO that people have, too."""
    out[0], out[1] = tables.vehicle[p, a], bound(bodies.speed[e, a] / np.float32(25.0))
    out[2] = bound(tables.desired[p, a] / np.float32(25.0))
    out[3] = bound(bodies.acceleration[e, a] / np.float32(7.0))
    out[6] = bound(tables.base[p, a] / np.float32(10.0))
    out[7], out[8] = bound(tables.size[p, a, 0] / np.float32(15.0)), tables.size[p, a, 1] / np.float32(3.0)
    out[9], out[10] = bound(offset / np.float32(4.0)), bound(error / np.float32(1.5))
    out[12] = squash(tables.length[tables.path[p, a]] - s, 20.0)


@inner
def see_road(p, e, a, s, ahead, tables, bodies, sight, out):  # type: ignore[no-untyped-def]
    """Fill the numbers of EGO that vehicles alone have; `ahead` is what `look_ahead` fills."""
    nose, one = s + HALF * tables.size[p, a, 0], np.float32(1.0)
    out[4], out[5] = bound(bodies.steering[e, a] / STEER), bound(bodies.yaw_rate[e, a])
    out[11] = ahead[ALONG] / STEER
    out[13] = one if ahead[GAP] >= REACH else squash(ahead[GAP], 10.0)
    out[14] = squash(ahead[PACE], 5.0)
    stop, group = next_signal(p, a, nose, tables)
    out[15] = one if stop > REACH else squash(stop, 10.0)
    if stop <= REACH:
        shown = sight.shown[group]
        out[16], out[17], out[18] = shown == RED, shown == YELLOW, shown == GREEN
    m, occupied, approached = next_crossing(p, e, a, nose, tables, bodies, sight)
    out[19] = one if m < 0 else squash(tables.way[p, a, m, 0] - nose, 10.0)
    out[20], out[21] = occupied, approached
    out[22] = one if ahead[WAIT] >= REACH else squash(ahead[WAIT], 10.0)


@inner
def see_route(p, e, a, s, tables, bodies, sight, out):  # type: ignore[no-untyped-def]
    """Fill the points of the route ahead, at growing distances up to 55 m, not squashed yet."""
    x, y, c, d = bodies.position[e, a, 0], bodies.position[e, a, 1], sight.cosine[a], sight.sine[a]
    r = tables.path[p, a]
    first, last = tables.rows[r, 0], tables.rows[r, 1] - 2
    for k in range(ROUTE):
        at = s + ROUTE_AT[k]
        low = min(max(int(at), 0), last)
        i, share = np.uint64(first + low), at - np.float32(low)
        px, py = tables.line[i, 0], tables.line[i, 1]
        after = i + np.uint64(1)
        dx = px + share * (tables.line[after, 0] - px) - x
        dy = py + share * (tables.line[after, 1] - py) - y
        out[HEAD + 2 * k], out[HEAD + 2 * k + 1] = dx * c + dy * d, dy * c - dx * d


@inner
def choose_nearest(p, a, most, tables, sight, near):  # type: ignore[no-untyped-def]
    """Put the nearest neighbours of an actor into `near.chosen`, nearest first, and return how many there are.

    People on or heading to a crossing count as half as far away, other people and what is parked as twice as far.
    """
    n, farthest = np.uint64(0), np.float32(np.inf)
    for m in range(near.first[a], near.first[a + 1]):
        j, square = near.other[m], near.square[m]
        if sight.crossing[j] >= 0:
            square *= np.float32(0.25)
        elif not tables.vehicle[p, j] or tables.path[p, j] < 0:
            square *= np.float32(4.0)
        if square < farthest:
            n = choose(n, most, j, square, near)
            if n == most:
                farthest = near.far[most - np.uint64(1)]
    return n


@inner
def see_neighbours(p, e, a, most, tables, bodies, sight, near, out):  # type: ignore[no-untyped-def]
    """Fill the `most` nearest neighbours, nearest first, not squashed yet; see `choose_nearest`."""
    x, y, c, d = bodies.position[e, a, 0], bodies.position[e, a, 1], sight.cosine[a], sight.sine[a]
    n = choose_nearest(p, a, most, tables, sight, near)
    for i in range(n):
        j, k = np.uint64(near.chosen[i]), np.uint64(FIRST) + np.uint64(PER) * i
        seen = out[k : k + np.uint64(PER)]
        dx, dy, v = bodies.position[e, j, 0] - x, bodies.position[e, j, 1] - y, bodies.speed[e, j]
        cosine, sine = c * sight.cosine[j] + d * sight.sine[j], c * sight.sine[j] - d * sight.cosine[j]
        seen[0], seen[1], seen[2], seen[3] = dx * c + dy * d, dy * c - dx * d, v * cosine, v * sine
        seen[4], seen[5] = cosine, sine
        seen[6], seen[7] = min(tables.size[p, j, 0], np.float32(15.0)), min(tables.size[p, j, 1], np.float32(3.0))
        seen[8], seen[9] = not tables.vehicle[p, j], np.float32(1.0)
    for k in range(np.uint64(FIRST) + np.uint64(PER) * n, np.uint64(FIRST) + np.uint64(PER) * most):  # type: ignore[assignment]
        out[k] = np.float32(0.0)


@inner
def ego_view(p, e, a, offset, error, ahead, tables, bodies, sight, near, out):  # type: ignore[no-untyped-def]
    """Fill the observation of one actor that follows a path.

    Args:
        p: scene.
        e: row of the bodies.
        a: actor, `bodies.travelled` metres along its path.
        offset: m to the left of its path.
        error: rad, heading against its path.
        ahead: what `look_ahead` fills, of vehicles.
        tables: `Tables`.
        bodies: `Bodies`.
        sight: `Sight` of the world.
        near: `Near` of the world.
        out: (SIZE,) to be filled, or (WIDE,) with more neighbours and the lanes around; zero for actors that are gone
            or follow no path.
    """
    if not bodies.alive[e, a] or tables.path[p, a] < 0:
        out[:] = 0.0
        return
    s = bodies.travelled[e, a]
    for k in range(HEAD):
        out[k] = 0.0
    see_self(p, e, a, s, offset, error, tables, bodies, out)
    if tables.vehicle[p, a]:
        see_road(p, e, a, s, ahead, tables, bodies, sight, out)
    see_route(p, e, a, s, tables, bodies, sight, out)
    most = NEIGHBOURS if out.shape[0] == SIZE else MANY
    see_neighbours(p, e, a, np.uint64(most), tables, bodies, sight, near, out)
    for k in range(2 * ROUTE + PER * most):
        value = out[HEAD + k]
        out[HEAD + k] = value / (abs(value) * SHARES[k] + SCALES[k])
    if out.shape[0] > SIZE:
        see_places(p, e, a, tables, bodies, sight, FIRST + PER * MANY, out)


@compiled()
def view_all(tables, bodies, near, out):  # type: ignore[no-untyped-def]
    """Fill (B, A, SIZE) observations of everybody; world b plays scene b. Distances travelled become those on paths."""
    sight = empty_sight(tables.exists.shape[1], tables.plans.rows.shape[1])
    ahead = np.zeros(4, np.float32)
    place = np.zeros((tables.exists.shape[1], 2), np.float32)
    for b in range(out.shape[0]):
        look_around(b, b, tables, bodies, sight)
        find_near(b, b, tables, bodies, near)
        for a in range(out.shape[1]):
            if bodies.alive[b, a] and tables.path[b, a] >= 0:
                bodies.travelled[b, a], place[a, 0], place[a, 1] = on_route(b, b, a, tables, bodies)
        for a in range(out.shape[1]):
            if bodies.alive[b, a] and tables.path[b, a] >= 0:
                if tables.vehicle[b, a]:
                    offset, error = place[a, 0], place[a, 1]
                    look_ahead(b, b, a, offset, error, np.float32(0.0), own_way(), tables, bodies, sight, near, ahead)
                ego_view(b, b, a, place[a, 0], place[a, 1], ahead, tables, bodies, sight, near, out[b, a])


def observe_ego(tables: Tables, state: State) -> F4:
    """What every actor sees.

    Args:
        tables: compiled scenes.
        state: where everything is.

    Returns:
        (B, A, SIZE) in the order of FIELDS; zero for actors that are gone or stand still for good.
    """
    out = np.zeros((*tables.exists.shape, SIZE), np.float32)
    bodies = bodies_of(state)
    near = empty_near(tables.cells, tables.exists.shape[1])
    view_all(tables, bodies._replace(travelled=state.travelled.copy()), near, out)
    return out
