"""Recorded tracks moved in time, speed, place and size: kernels over a batch of variants.

A track is a path with a place on it at every step. A variant takes the log's place at an earlier or later time, scales
the way travelled since the track began and shifts it along the path:

    s'(t) = s0 + pace * (s(t - delay) - s0) + shift,    v'(t) = pace * v(t - delay)

Before a recording that begins with the track in view, and after one that ends so, it goes on at the speed it had there,
straight on. Tracks that come into view or leave it do so earlier or later, where they did in the log.
"""

from __future__ import annotations

import math

import numpy as np

from scenes.compiled import compiled
from sim.contacts import boxes_touch
from sim.kernels import part_of


@compiled()
def arc_of(log, valid, arc):  # type: ignore[no-untyped-def]
    """Way travelled (m) at each step of one track (T, 4), into `arc` (T,); signed: backing up counts back.

    Args:
        log: x, y, heading, speed per step.
        valid: (T,).
        arc: filled; constant where the track is not valid.

    Returns:
        First and last valid step; -1, -1 without any.
    """
    first, last = -1, -1
    for t in range(len(log)):
        if t > 0:
            arc[t] = arc[t - 1]
        if not valid[t]:
            continue
        if first < 0:
            first = t
        else:
            dx, dy = log[t, 0] - log[last, 0], log[t, 1] - log[last, 1]
            arc[t] = arc[last] + math.sqrt(dx * dx + dy * dy)
        last = t
    return first, last


@compiled()
def pose_between(log, low, high, share, out):  # type: ignore[no-untyped-def]
    """x, y, heading between two steps of a track, into out (4,)."""
    out[0] = log[low, 0] + share * (log[high, 0] - log[low, 0])
    out[1] = log[low, 1] + share * (log[high, 1] - log[low, 1])
    turn = (log[high, 2] - log[low, 2] + math.pi) % (2.0 * math.pi) - math.pi
    out[2] = log[low, 2] + share * turn


@compiled()
def pose_at(log, arc, first, last, s, out):  # type: ignore[no-untyped-def]
    """x, y, heading at s metres of a track's way, into out (4,); straight on beyond its ends."""
    if s <= arc[first] or s >= arc[last]:
        k = first if s <= arc[first] else last
        more = s - arc[k]
        out[0] = log[k, 0] + more * math.cos(log[k, 2])
        out[1] = log[k, 1] + more * math.sin(log[k, 2])
        out[2] = log[k, 2]
        return
    low = part_of(arc, first, last, s)
    share = (s - arc[low]) / max(arc[low + 1] - arc[low], 1e-9)
    pose_between(log, low, low + 1, share, out)


@compiled()
def warp(log, valid, arc, first, last, delay, pace, shift, dt, out, alive):  # type: ignore[no-untyped-def]
    """One track of one variant.

    Args:
        log: (T, 4) x, y (m), heading (rad), speed (m/s) per step.
        valid: (T,).
        arc: (T,) from `arc_of`.
        first: step.
        last: step.
        delay: steps, later positive, may be a fraction.
        pace: factor on the speed.
        shift: m, ahead positive.
        dt: s of a step.
        out: (T, 4), filled.
        alive: (T,), filled.
    """
    end = len(log) - 1
    for t in range(end + 1):
        u = t - delay
        before, after = u < first, u > last
        alive[t] = not ((before and first > 0) or (after and last < end))
        if not alive[t]:
            continue
        if before or after:
            k = first if before else last
            s, v = arc[k] + (u - k) * dt * log[k, 3], log[k, 3]
        else:
            low = int(u)
            high, share = min(low + 1, last), u - low
            alive[t] = valid[low] and (valid[high] or share == 0.0)
            s, v = arc[low] + share * (arc[high] - arc[low]), log[low, 3] + share * (log[high, 3] - log[low, 3])
        if pace == 1.0 and shift == 0.0 and not before and not after:
            pose_between(log, low, high, share, out[t])  # exact where a standing vehicle's way does not grow
        else:
            pose_at(log, arc, first, last, arc[first] + pace * (s - arc[first]) + shift, out[t])
        out[t, 3] = pace * v


@compiled()
def warp_all(log, valid, delay, pace, shift, dt, out, alive):  # type: ignore[no-untyped-def]
    """All tracks of one variant.

    Args:
        log: (A, T, 4).
        valid: (A, T).
        delay: (A,) steps.
        pace: (A,).
        shift: (A,) m.
        dt: s.
        out: (A, T, 4) filled where alive.
        alive: (A, T), filled.
    """
    arc = np.zeros(log.shape[1])
    for a in range(len(log)):
        arc[:] = 0.0
        first, last = arc_of(log[a], valid[a], arc)
        alive[a] = False
        if first >= 0:
            warp(log[a], valid[a], arc, first, last, delay[a], pace[a], shift[a], dt, out[a], alive[a])


@compiled()
def touch(x, y, heading, size, other_x, other_y, other_heading, other_size):  # type: ignore[no-untyped-def]
    """Whether two boxes overlap; middles and sizes (length, width) in m, headings in rad."""
    dx, dy = other_x - x, other_y - y
    reach = 0.5 * (size[0] + size[1] + other_size[0] + other_size[1])
    if dx * dx + dy * dy >= reach * reach:
        return False
    return boxes_touch(
        dx, dy, math.cos(heading), math.sin(heading), 0.5 * size[0], 0.5 * size[1], math.cos(other_heading),
        math.sin(other_heading), 0.5 * other_size[0], 0.5 * other_size[1],
    )  # fmt: skip


@compiled()
def meet(a, j, states, alive, size):  # type: ignore[no-untyped-def]
    """First step at which tracks a and j of one variant overlap, -1 if never."""
    for t in range(states.shape[1]):
        if alive[a, t] and alive[j, t]:
            p, q = states[a, t], states[j, t]
            if touch(p[0], p[1], p[2], size[a], q[0], q[1], q[2], size[j]):
                return t
    return -1


@compiled()
def harshest(states, alive, window, dt):  # type: ignore[no-untyped-def]
    """Strongest acceleration, braking and sideways acceleration of a track (T, 4) over `window` steps, m/s2.

    Means over a window: recordings made by tracking vehicles in films jitter from step to step.
    """
    push, brake, side = 0.0, 0.0, 0.0
    for t in range(window, len(states)):
        if not (alive[t] and alive[t - window]):
            continue
        a = (states[t, 3] - states[t - window, 3]) / (window * dt)
        turn = (states[t, 2] - states[t - window, 2] + math.pi) % (2.0 * math.pi) - math.pi
        push, brake = max(push, a), max(brake, -a)
        side = max(side, abs(turn) / (window * dt) * 0.5 * (states[t, 3] + states[t - window, 3]))
    return push, brake, side


UNDONE = ("overlap at the start", "run into another later", "acceleration beyond the limits")  # why


@compiled()
def settle(  # type: ignore[no-untyped-def]
    log, valid, order, delay, pace, shift, size, limit, plain, ego, skip, window, dt, out, alive, undone
):  # fmt: skip
    """Make one variant: change the tracks one by one and undo a change that does not fit.

    A changed track must keep to limits of acceleration and must not overlap with any other, changed or not, at any
    step; nor with the ego at the start. First its size is undone alone, then all of it.

    Args:
        log: (A, T, 4).
        valid: (A, T).
        order: (A,) in which tracks are changed.
        delay: (A,) steps; 0 where it is undone.
        pace: (A,); 1 where it is undone.
        shift: (A,) m; 0 where it is undone.
        size: (A, 2) m; the recorded one where it is undone.
        limit: (A, 3) m/s2: acceleration, braking, sideways.
        plain: (A, 5) recorded length, width (m) and limits (m/s2).
        ego: (5,) x, y, heading, length, width at the start.
        skip: (A, A) pairs that overlap in the recording, too; they may.
        window: steps that accelerations are means over.
        dt: s.
        out: (A, T, 4), filled.
        alive: (A, T), filled.
        undone: (3,) counts in the order of UNDONE, added to.
    """
    out[:], alive[:] = log, valid
    wanted = size.copy()
    size[:] = plain[:, :2]
    arc = np.zeros(log.shape[1])
    for a in order:
        arc[:] = 0.0
        first, last = arc_of(log[a], valid[a], arc)
        swapped = wanted[a, 0] != size[a, 0] or wanted[a, 1] != size[a, 1]
        if first < 0 or not (swapped or delay[a] != 0.0 or pace[a] != 1.0 or shift[a] != 0.0):
            continue
        size[a] = wanted[a]
        warp(log[a], valid[a], arc, first, last, delay[a], pace[a], shift[a], dt, out[a], alive[a])
        why = unfit(a, out, alive, size, limit[a], ego, skip, window, dt)
        if why >= 0 and swapped:
            size[a], limit[a] = plain[a, :2], plain[a, 2:]
            why = unfit(a, out, alive, size, limit[a], ego, skip, window, dt)
        if why >= 0:
            undone[why] += 1
            delay[a], pace[a], shift[a] = 0.0, 1.0, 0.0
            out[a], alive[a] = log[a], valid[a]


@compiled()
def unfit(a, states, alive, size, limit, ego, skip, window, dt):  # type: ignore[no-untyped-def]
    """Why track a does not fit to the others, as an index of UNDONE; -1 if it does."""
    if alive[a, 0] and touch(
        states[a, 0, 0], states[a, 0, 1], states[a, 0, 2], size[a], ego[0], ego[1], ego[2], ego[3:]
    ):
        return 0
    push, brake, side = harshest(states[a], alive[a], window, dt)
    if push > limit[0] or brake > limit[1] or side > limit[2]:
        return 2
    for j in range(len(states)):
        if j != a and not skip[a, j]:
            step = meet(a, j, states, alive, size)
            if step >= 0:
                return 0 if step == 0 else 1
    return -1
