"""How well vehicles and people moved: safety, rules of the road, comfort, progress and scores, of many worlds at once.

All take `Tracks`, W worlds x A actors x T times. Realism against recorded traffic is in `sim.realism`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from sim.contacts import ASTRAY, LOOKED, boxes_touch
from sim.ground import on_road
from sim.places import COSINE, SINE, X, Y, cell_at
from sim.signals import RED
from sim.tables import Tables, slide_on
from sim.world import F4

Bools = NDArray[np.bool_]
FAR = 60.0  # m between middles of two actors that are compared
# Bounds of comfort of nuPlan (Karnchanachari et al. 2024, Towards learning-based planning: the nuPlan benchmark,
# `ego_is_comfortable`): acceleration along (lowest, highest) and across in m/s2, jerk along and in all in m/s3, yaw
# rate in rad/s, yaw acceleration in rad/s2.
COMFORT = {
    "along": (-4.05, 2.40), "across": (-4.89, 4.89), "jerk_along": (-4.13, 4.13), "jerk": (0.0, 8.37),
    "yaw": (-0.95, 0.95), "yaw_change": (-1.93, 1.93),
}  # fmt: skip
SOON = 1.0  # s, time to collision that a PDM score asks for


class Tracks(NamedTuple):
    """Where actors were: W worlds, A actors, T times."""

    x: F4  # (W, A, T) m
    y: F4  # (W, A, T) m
    heading: F4  # (W, A, T) rad
    speed: F4  # (W, A, T) m/s
    valid: Bools  # (W, A, T) whether the actor was there
    size: F4  # (W, A, 2) length and width, m
    dt: float  # s between two times


@compiled()
def _touch(x, y, c, s, valid, half, w, a, t, b, u):  # type: ignore[no-untyped-def]
    """Whether the box of actor a at time t overlaps with that of actor b at time u."""
    if not (valid[w, a, t] and valid[w, b, u]):
        return False
    return boxes_touch(
        x[w, b, u] - x[w, a, t], y[w, b, u] - y[w, a, t], c[w, a, t], s[w, a, t], half[w, a, 0], half[w, a, 1],
        c[w, b, u], s[w, b, u], half[w, b, 0], half[w, b, 1],
    )  # fmt: skip


@compiled()
def _collisions(x, y, c, s, valid, half, of, out):  # type: ignore[no-untyped-def]
    for w in range(x.shape[0]):
        for t in range(x.shape[2]):
            for a in range(x.shape[1]):
                for b in range(a):
                    if (of[w, a] or of[w, b]) and _touch(x, y, c, s, valid, half, w, a, t, b, t):
                        out[w, a, t] = out[w, b, t] = True


def collisions(tracks: Tracks, of: Bools | None = None) -> Bools:
    """Whether the box of an actor overlaps with another one's (separating axes; see `sim.contacts.boxes_touch`).

    Args:
        tracks: W worlds x A actors x T times.
        of: (W, A) pairs with one of these are looked at; None = all.

    Returns:
        (W, A, T).
    """
    out, of = np.zeros(tracks.x.shape, bool), np.ones(tracks.x.shape[:2], bool) if of is None else of
    c, s = np.cos(tracks.heading), np.sin(tracks.heading)
    _collisions(tracks.x, tracks.y, c, s, tracks.valid, 0.5 * tracks.size, of, out)
    return out


@compiled()
def _time_of(dx, dy, mx, my, c, s, half, oc, os, other):  # type: ignore[no-untyped-def]
    """Seconds until two boxes that move straight on touch; inf = never. `mx`, `my`: m/s of the second to the first."""
    along, across = abs(c * oc + s * os), abs(c * os - s * oc)
    low, high = 0.0, 1e4
    for k in range(4):
        if k < 2:
            ux, uy = (c, s) if k == 0 else (-s, c)
            reach = half[k] + (other[0] * along + other[1] * across if k == 0 else other[0] * across + other[1] * along)
        else:
            ux, uy = (oc, os) if k == 2 else (-os, oc)
            reach = other[k - 2] + (
                half[0] * along + half[1] * across if k == 2 else half[0] * across + half[1] * along
            )
        gap, rate = dx * ux + dy * uy, mx * ux + my * uy
        if abs(rate) < 1e-9:
            if abs(gap) >= reach:
                return np.inf
            continue
        first, second = (-reach - gap) / rate, (reach - gap) / rate
        low, high = max(low, min(first, second)), min(high, max(first, second))
        if low >= high:
            return np.inf
    return low


@compiled()
def _times(x, y, c, s, speed, valid, half, of, out):  # type: ignore[no-untyped-def]
    for w in range(x.shape[0]):
        for t in range(x.shape[2]):
            for a in range(x.shape[1]):
                for b in range(a):
                    if not (of[w, a] or of[w, b]):
                        continue
                    dx, dy = x[w, b, t] - x[w, a, t], y[w, b, t] - y[w, a, t]
                    if not (valid[w, a, t] and valid[w, b, t]) or dx * dx + dy * dy > FAR * FAR:
                        continue
                    mx = speed[w, b, t] * c[w, b, t] - speed[w, a, t] * c[w, a, t]
                    my = speed[w, b, t] * s[w, b, t] - speed[w, a, t] * s[w, a, t]
                    time = _time_of(
                        dx, dy, mx, my, c[w, a, t], s[w, a, t], half[w, a], c[w, b, t], s[w, b, t], half[w, b]
                    )
                    out[w, a, t], out[w, b, t] = min(out[w, a, t], time), min(out[w, b, t], time)


def times_to_collision(tracks: Tracks, of: Bools | None = None) -> F4:
    """Time to collision: until the actor's box touches another one's if both go on as they go now.

    Hayward (1972), Near-miss determination through use of a scale of danger; here in the plane, with boxes that keep
    their headings and speeds, exactly.

    Args:
        tracks: W worlds x A actors x T times.
        of: (W, A) pairs with one of these are looked at; None = all.

    Returns:
        (W, A, T) s; 0 where they overlap already, inf without conflict within FAR metres.
    """
    out = np.full(tracks.x.shape, np.inf, np.float32)
    c, s = np.cos(tracks.heading), np.sin(tracks.heading)
    of = np.ones(tracks.x.shape[:2], bool) if of is None else of
    _times(tracks.x, tracks.y, c, s, tracks.speed, tracks.valid, 0.5 * tracks.size, of, out)
    return out


@compiled()
def _encroachments(x, y, c, s, valid, half, dt, of, within, straight, out):  # type: ignore[no-untyped-def]
    times = x.shape[2]
    for w in range(x.shape[0]):
        for a in range(x.shape[1]):
            for b in range(x.shape[1]):
                if a == b or not (of[w, a] or of[w, b]):
                    continue
                reach = np.hypot(half[w, a, 0], half[w, a, 1]) + np.hypot(half[w, b, 0], half[w, b, 1])
                for t in range(times):
                    if not valid[w, a, t]:
                        continue
                    for u in range(t, min(times, t + int(min(out[w, a, b], within) / dt + 0.5))):
                        dx, dy = x[w, b, u] - x[w, a, t], y[w, b, u] - y[w, a, t]
                        if dx * dx + dy * dy > reach * reach:
                            continue
                        if c[w, a, t] * c[w, b, u] + s[w, a, t] * s[w, b, u] > straight:
                            continue
                        if _touch(x, y, c, s, valid, half, w, a, t, b, u):
                            out[w, a, b] = (u - t) * dt
                            break


def post_encroachment_times(tracks: Tracks, of: Bools | None = None, within: float = 1e5, angle: float = 0.0) -> F4:
    """Post-encroachment time: from when one leaves a place until another one comes to it.

    Allen, Shin, Cooper (1978), Analysis of traffic conflicts and collisions. Here the shortest time between two boxes
    that cover a common point.

    Args:
        tracks: W worlds x A actors x T times.
        of: (W, A) pairs with one of these are looked at; None = all.
        within: s, longer times are not looked for.
        angle: rad, between the headings of those whose ways meet, at least: leaves out who follows.

    Returns:
        (W, A, A) s, the first actor leaves, the second comes; 0 where they collide, inf where their ways do not meet.
    """
    count = tracks.x.shape[1]
    out = np.full((tracks.x.shape[0], count, count), np.inf, np.float32)
    c, s = np.cos(tracks.heading), np.sin(tracks.heading)
    of = np.ones(tracks.x.shape[:2], bool) if of is None else of
    straight = math.cos(angle) if angle > 0.0 else 2.0
    _encroachments(tracks.x, tracks.y, c, s, tracks.valid, 0.5 * tracks.size, tracks.dt, of, within, straight, out)
    return out


@compiled()
def _off_road(ground, scene, x, y, c, s, valid, half, out):  # type: ignore[no-untyped-def]
    for w in range(x.shape[0]):
        for a in range(x.shape[1]):
            for t in range(x.shape[2]):
                for k in range(4) if valid[w, a, t] else range(0):
                    u = half[w, a, 0] if k < 2 else -half[w, a, 0]
                    v = half[w, a, 1] if k % 2 == 0 else -half[w, a, 1]
                    px, py = x[w, a, t] + u * c[w, a, t] - v * s[w, a, t], y[w, a, t] + u * s[w, a, t] + v * c[w, a, t]
                    out[w, a, t] |= not on_road(ground, scene[w], px, py)


def off_road(tracks: Tracks, tables: Tables, scene: NDArray[np.int64]) -> Bools:
    """Whether a corner of an actor's box is off the road (drivable area compliance of NAVSIM, nuPlan).

    Args:
        tracks: W worlds x A actors x T times.
        tables: compiled scenes.
        scene: (W,) scene that each world plays.

    Returns:
        (W, A, T); of people, too, who may be there.
    """
    out = np.zeros(tracks.x.shape, bool)
    c, s = np.cos(tracks.heading), np.sin(tracks.heading)
    _off_road(tables.ground, scene, tracks.x, tracks.y, c, s, tracks.valid, 0.5 * tracks.size, out)
    return out


@compiled()
def _red_lights(stop_at, stop_group, scene, front, shown, out):  # type: ignore[no-untyped-def]
    for w in range(front.shape[0]):
        for a in range(front.shape[1]):
            for t in range(1, front.shape[2]):
                for k in range(stop_at.shape[2]):
                    stop, group = stop_at[scene[w], a, k], stop_group[scene[w], a, k]
                    if group >= 0 and front[w, a, t - 1] < stop <= front[w, a, t]:
                        out[w, a, t] |= shown[w, t, group] == RED


def red_lights(
    travelled: F4, tracks: Tracks, tables: Tables, scene: NDArray[np.int64], shown: NDArray[np.integer]
) -> Bools:
    """Whether the front of a vehicle passed a stop line in front of a red signal.

    Args:
        travelled: (W, A, T) m along the paths of the scenes.
        tracks: of the same actors.
        tables: compiled scenes, actor a of a track is actor a of the scene.
        scene: (W,) scene that each world plays.
        shown: (W, T, G) what the signal groups show, indices in `sim.signals.STATES`.

    Returns:
        (W, A, T).
    """
    out = np.zeros(travelled.shape, bool)
    front = travelled + 0.5 * tracks.size[..., None, 0]
    _red_lights(tables.stop_at, tables.stop_group, scene, front, np.asarray(shown, np.int32), out)
    out[..., 1:] &= tracks.valid[..., :-1]
    return out & tracks.valid


@compiled()
def _lanes(tables, scene, x, y, travelled, valid, of, out):  # type: ignore[no-untyped-def]
    places = tables.places
    for w in range(x.shape[0]):
        p = scene[w]
        for a in range(x.shape[1]):
            if not of[w, a] or tables.path[p, a] < 0:
                continue
            for t in range(x.shape[2]):
                px, py = x[w, a, t], y[w, a, t]
                if (
                    not valid[w, a, t]
                    or abs(slide_on(tables, tables.path[p, a], px, py, travelled[w, a, t])[1]) < ASTRAY
                ):
                    continue
                best, cell = np.inf, cell_at(places, p, px, py)
                for m in range(places.start[cell], min(places.start[cell] + LOOKED, places.start[cell + 1])):
                    point = places.point[places.nearest[m]]
                    gap = (point[X] - px) ** 2 + (point[Y] - py) ** 2
                    if gap < best:
                        best, out[w, a, t] = gap, math.atan2(point[SINE], point[COSINE])


def lane_headings(tracks: Tracks, travelled: F4, tables: Tables, scene: NDArray[np.int64], of: Bools) -> F4:
    """Heading of the nearest lane of whoever is off its own path by ASTRAY, as `sim.contacts.wrong_way` asks for.

    Args:
        tracks: W worlds x A actors x T times.
        travelled: (W, A, T) m along the paths of the scenes.
        tables: compiled scenes, actor a of a track is actor a of the scene.
        scene: (W,) scene that each world plays.
        of: (W, A) of whom it is wanted.

    Returns:
        (W, A, T) rad, for `wrong_way`; the own heading of whoever is on its path.
    """
    out = tracks.heading.copy()
    _lanes(tables, scene, tracks.x, tracks.y, travelled, tracks.valid, of, out)
    return out


def wrong_way(tracks: Tracks, along: F4) -> Bools:
    """Whether an actor heads against its lane by more than 90 degrees while it moves.

    Args:
        tracks: W worlds x A actors x T times.
        along: (W, A, T) rad, heading of the lane that each is in.

    Returns:
        (W, A, T).
    """
    return np.asarray((np.cos(tracks.heading - along) < 0.0) & (np.abs(tracks.speed) > 0.1) & tracks.valid)


def change_rate(values: F4, valid: Bools, dt: float) -> F4:
    """Central differences over time, (..., T) 1/s; one-sided at the edges of what is valid, 0 where nothing is near."""
    near = valid[..., 1:] & valid[..., :-1]
    step = np.where(near, np.diff(values, axis=-1), 0.0)
    none = np.zeros((*values.shape[:-1], 1))
    total = np.concatenate([none, step], -1) + np.concatenate([step, none], -1)
    count = np.concatenate([none, near], -1) + np.concatenate([near, none], -1)
    return np.asarray(np.where(valid, total / np.maximum(count, 1.0) / dt, 0.0), np.float32)


def comfort(tracks: Tracks) -> dict[str, F4]:
    """Accelerations and jerk of all actors, and whether they stay within COMFORT.

    nuPlan smoothes what real vehicles recorded first; here nothing is smoothed.

    Args:
        tracks: W worlds x A actors x T times.

    Returns:
        `along`, `across` (m/s2), `jerk_along`, `jerk` (m/s3), `yaw` (rad/s), `yaw_change` (rad/s2), each (W, A, T), and
        `comfortable`, (W, A) 1 or 0.
    """

    def rate(values: F4) -> F4:
        return change_rate(values, tracks.valid, tracks.dt)

    rates: dict[str, F4] = {"along": rate(tracks.speed), "yaw": rate(np.unwrap(tracks.heading, axis=-1))}
    rates["across"] = tracks.speed * rates["yaw"]
    rates["jerk_along"] = rate(rates["along"])
    rates["jerk"] = np.hypot(rates["jerk_along"], rate(rates["across"]))
    rates["yaw_change"] = rate(rates["yaw"])
    fine = np.ones(tracks.x.shape, bool)
    for name, (low, high) in COMFORT.items():
        fine &= ((rates[name] >= low) & (rates[name] <= high)) | ~tracks.valid
    return rates | {"comfortable": np.asarray(fine.all(-1), np.float32)}


def progress(travelled: F4, valid: Bools) -> F4:
    """Way along its route that each actor made.

    Args:
        travelled: (W, A, T) m.
        valid: (W, A, T).

    Returns:
        (W, A) m.
    """
    highest = np.where(valid, travelled, -np.inf).max(-1)
    lowest = np.where(valid, travelled, np.inf).min(-1)
    return np.asarray(np.where(valid.any(-1), highest - lowest, 0.0), np.float32)


def pdm_score(no_collision: F4, on_road: F4, to_collision: F4, comfortable: F4, share: F4) -> F4:
    """PDM score of NAVSIM: no collision x drivable area x (5 TTC + 2 comfort + 5 progress) / 12.

    Dauner et al. (2024), NAVSIM: data-driven non-reactive autonomous vehicle simulation and benchmarking, equation 1.

    Args:
        no_collision: 1 without a collision at fault, 0.5 with a standing object, 0 else; any shape.
        on_road: 1 where no corner left the road, else 0.
        to_collision: 1 where the time to collision never fell under SOON, else 0.
        comfortable: 1 or 0.
        share: progress as a share of what was possible, in [0, 1].

    Returns:
        In [0, 1], of that shape.
    """
    weighted = 5.0 * to_collision + 2.0 * comfortable + 5.0 * np.clip(share, 0.0, 1.0)
    return np.asarray(no_collision * on_road * weighted / 12.0)


def nuplan_score(gates: F4, to_collision: F4, share: F4, within_limit: F4, comfortable: F4) -> F4:
    """Closed-loop score of nuPlan: product of gates x weighted mean (TTC 5, progress 5, speed limit 4, comfort 2).

    Karnchanachari et al. (2024), see COMFORT.

    Args:
        gates: (..., G) no collision at fault, drivable area, driving direction, making progress; each 1, 0.5 or 0.
        to_collision: (...) 1 or 0.
        share: (...) progress along the expert's route as a share of the expert's.
        within_limit: (...) 1 for never too fast, down to 0.
        comfortable: (...) 1 or 0.

    Returns:
        (...) in [0, 1].
    """
    weighted = 5.0 * to_collision + 5.0 * np.clip(share, 0.0, 1.0) + 4.0 * within_limit + 2.0 * comfortable
    return np.asarray(gates.prod(-1) * weighted / 16.0)
