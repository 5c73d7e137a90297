"""Stop signs: who has come to a halt before one may go on when nobody goes first; whose turn it is at all-way stops."""

from __future__ import annotations

import math

from scenes.compiled import compiled
from sim.kernels import inner

STILL = 0.2  # m/s; slower is a halt
BEFORE = 3.5  # m before a line within which a halt counts
AFTER = 0.5  # m behind it
# s for which those who halted at once wait for who comes from the right; then the first in the order of actors goes:
# of four everybody would wait
PATIENCE = 2.0
FROM_RIGHT = 0.3  # sine between headings


@inner
def note_halt(p, e, a, halt, stop_at, size, speed, travelled, time, halted, since):  # type: ignore[no-untyped-def]
    """Note the stop sign before which a vehicle has come to a halt, and when.

    Args:
        p: scene.
        e: row of the state.
        a: vehicle.
        halt: (B, A, K) whether a stop line on the path has a stop sign.
        stop_at: (B, A, K) m along the path.
        size: (B, A, 3) m.
        speed: (E, A) m/s.
        travelled: (E, A) m along the path.
        time: (E,) s.
        halted: (E, A) m along the path of the last line that was halted at, written.
        since: (E, A) s, when the vehicle came to that halt, written.
    """
    if speed[e, a] >= STILL:
        return
    nose, last = travelled[e, a] + 0.5 * size[p, a, 0], halted[e, a]
    for k in range(halt.shape[2]):
        if halt[p, a, k] and -AFTER < stop_at[p, a, k] - nose < BEFORE:
            halted[e, a] = stop_at[p, a, k]
    if halted[e, a] != last:
        since[e, a] = time[e]


@compiled()
def note_halts(halt, stop_at, size, speed, travelled, time, halted, since):  # type: ignore[no-untyped-def]
    """The same for all vehicles of all worlds."""
    for b in range(halt.shape[0]):
        for a in range(halt.shape[1]):
            note_halt(b, b, a, halt, stop_at, size, speed, travelled, time, halted, since)


@inner
def must_halt(p, e, a, k, halt, stop_at, halted):  # type: ignore[no-untyped-def]
    """Whether a vehicle has yet to come to a halt at its k-th stop line."""
    return halt[p, a, k] and halted[e, a] < stop_at[p, a, k]


@inner
def goes_first(priority, n, e, p, a, time, size, stop_at, travelled, alive, heading, halted, since):  # type: ignore[no-untyped-def]
    """Whether somebody who halts, too, goes before a vehicle that has halted at its stop line.

    Whoever stops first goes first, of those who stop at once who comes from the right (Uniform Vehicle Code 2000,
    section 11-403, and the driver manuals that follow it). Who is on the way across is let go.

    Args:
        priority: `sim.priority.Priority`.
        n: entry of the stop, of an all-way stop.
        e: row of the state.
        p: scene.
        a: vehicle.
        time: s, now.
        size: (B, A, 3) m.
        stop_at: (B, A, K) m along the paths.
        travelled: (E, A) m along the path.
        alive: (E, A).
        heading: (E, A) rad.
        halted: (E, A) see `note_halt`.
        since: (A,) s, when vehicles came to their last halt at a line.
    """
    j, own = priority.other[n], priority.turn[n]
    half, line = 0.5 * size[p, j, 0], stop_at[p, j, own]
    if not alive[e, j] or travelled[e, j] - half > priority.span[n, 1]:
        return False
    if travelled[e, j] + half > line + AFTER:
        return True
    if halted[e, j] < line:
        return False
    if since[j] != since[a]:
        return since[j] < since[a]
    right = math.sin(heading[e, j] - heading[e, a])
    if abs(right) < FROM_RIGHT or time - since[a] >= PATIENCE:
        return j < a
    return right > 0.0
