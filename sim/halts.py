"""Stop signs: who has come to a halt before one may go on when nobody goes first."""

from __future__ import annotations

from numba import njit

from sim.kernels import inner

STILL = 0.2  # m/s; slower is a halt
BEFORE = 3.5  # m before a line within which a halt counts
AFTER = 0.5  # m behind it


@inner
def note_halt(p, e, a, halt, stop_at, size, speed, travelled, halted):  # type: ignore[no-untyped-def]
    """Note the stop sign before which a vehicle has come to a halt.

    Args:
        p: scene.
        e: row of the state.
        a: vehicle.
        halt: (B, A, K) whether a stop line on the path has a stop sign.
        stop_at: (B, A, K) m along the path.
        size: (B, A, 3) m.
        speed: (E, A) m/s.
        travelled: (E, A) m along the path.
        halted: (E, A) m along the path of the last line that was halted at, written.
    """
    if speed[e, a] >= STILL:
        return
    nose = travelled[e, a] + 0.5 * size[p, a, 0]
    for k in range(halt.shape[2]):
        if halt[p, a, k] and -AFTER < stop_at[p, a, k] - nose < BEFORE:
            halted[e, a] = stop_at[p, a, k]


@njit(cache=True, error_model="numpy")
def note_halts(halt, stop_at, size, speed, travelled, halted):  # type: ignore[no-untyped-def]
    """The same for all vehicles of all worlds."""
    for b in range(halt.shape[0]):
        for a in range(halt.shape[1]):
            note_halt(b, b, a, halt, stop_at, size, speed, travelled, halted)


@inner
def must_halt(p, e, a, k, halt, stop_at, halted):  # type: ignore[no-untyped-def]
    """Whether a vehicle has yet to come to a halt at its k-th stop line."""
    return halt[p, a, k] and halted[e, a] < stop_at[p, a, k]
