"""Numba kernels, one agent at a time: geometry along paths, ground height, motion."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core.registry import CPUDispatcher
from numba.extending import intrinsic

from scenes.compiled import compiled

RAMP = 0.22  # m before and behind a kerb over which a walker rises
LINE = 64  # bytes that come together from memory
MAX_STEER = 0.6  # rad
MAX_STEER_RATE = 1.2  # rad/s, within CommonRoad's vehicle parameters

# Kernels own no arrays, so they are compiled without reference counts: with dozens of arrays to pass on, counting
# took more than half of a step. A kernel that makes an array does not compile with these; use compiled() there. For the
# same reason they are inlined: a call puts all of those arrays on the stack, a fifth to a third of a step.
kernel = compiled(forceinline=True, _nrt=False)
called = compiled(_nrt=False)  # for long ones with few arguments
released = compiled(nogil=True, _nrt=False)  # other threads run meanwhile


class Inner(CPUDispatcher):  # type: ignore[misc]
    """What other kernels call, and Python never does: without the wrappers that take apart what Python passes.

    With them compiling takes three times as long.
    """

    def __call__(self, *args: object, **kwargs: object) -> None:
        """Refuse: there is nothing that Python could call, and numba would jump to nowhere."""
        raise TypeError(f"{self.__name__} can be called by kernels alone")


def within(**options: Any) -> Any:
    """A decorator for what compiled functions alone call; options are those of `compiled`."""

    def decorate(function: Any) -> Any:
        bare = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        dispatcher = compiled(**bare, **options)(function)
        dispatcher.__class__ = Inner
        return dispatcher

    return decorate


inner = within(forceinline=True, _nrt=False)


@inner
def part_of(places, first, last, place):  # type: ignore[no-untyped-def]
    """Number, first .. last - 1, of the part between ascending places (N,) that a place lies in."""
    low, high = first, last
    while high - low > 1:
        middle = (low + high) // 2
        if places[middle] <= place:
            low = middle
        else:
            high = middle
    return low


@intrinsic
def fetch(context, array, place):  # type: ignore[no-untyped-def]
    """Ask for the cache line of an element of a contiguous array, by its place in all of them, ahead of its use.

    Most of a step's time went into waiting for what lies far apart in memory: paths, and the arrays of the next world.
    """

    def generate(target, builder, signature, arguments):  # type: ignore[no-untyped-def]
        kind = signature.args[0]
        data = target.make_array(kind)(target, builder, arguments[0]).data
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        there = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        name = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], name)
        builder.call(prefetch, [there, word(0), word(3), word(1)])  # to read, into the first cache, data
        return target.get_dummy_value()

    return types.void(array, types.intp), generate


@inner
def fetch_rows(array, e, width):  # type: ignore[no-untyped-def]
    """Ask for the rows of world e of an array, `width` elements each; see `fetch`."""
    for k in range(e * width, (e + 1) * width, LINE // array.itemsize):
        fetch(array, k)


@inner
def wrap(angle):  # type: ignore[no-untyped-def]
    """An angle (rad) less than three half turns from 0 as one in [-pi, pi], single precision; faster than a modulo."""
    if angle > np.float32(math.pi):
        return angle - np.float32(2.0 * math.pi)
    if angle < -np.float32(math.pi):
        return angle + np.float32(2.0 * math.pi)
    return angle


@inner
def steep(slope):  # type: ignore[no-untyped-def]
    """Angle (rad) of a slope as of turned wheels, Pade approximation [5/4] of the arc tangent.

    Within 2e-5 for slopes up to 0.7 (MAX_STEER), 4e-3 up to 1.5; steeper ones count as 1.5. Much faster than the exact
    one, which as a call also empties the registers.
    """
    x = min(max(slope, np.float32(-1.5)), np.float32(1.5))
    square = x * x
    over = np.float32(945.0) + square * (np.float32(735.0) + np.float32(64.0) * square)
    return x * over / (np.float32(945.0) + square * (np.float32(1050.0) + np.float32(225.0) * square))


@kernel
def point_at(points, arc, first, count, s):  # type: ignore[no-untyped-def]
    """Point and direction at arc length s (m) of the path `first`..: x, y, heading."""
    if count < 2:
        return points[first, 0], points[first, 1], np.float32(0.0)
    low, high = first, first + count - 2
    while low < high:
        middle = (low + high + 1) // 2
        if arc[middle] <= s:
            low = middle
        else:
            high = middle - 1
    dx, dy = points[low + 1, 0] - points[low, 0], points[low + 1, 1] - points[low, 1]
    length = max(math.sqrt(dx * dx + dy * dy), 1e-9)
    share = (s - arc[low]) / length
    heading = math.atan2(dy, dx)
    return np.float32(points[low, 0] + share * dx), np.float32(points[low, 1] + share * dy), np.float32(heading)


@inner
def nearest_on_path(points, arc, first, count, s_from, s_to, x, y):  # type: ignore[no-untyped-def]
    """Nearest place to (x, y) between two arc lengths of a path: arc length and distance, m."""
    best, best_s = 1e30, s_from
    for i in range(first, first + count - 1):
        if arc[i + 1] < s_from or arc[i] > s_to:
            continue
        dx, dy = points[i + 1, 0] - points[i, 0], points[i + 1, 1] - points[i, 1]
        square = max(dx * dx + dy * dy, 1e-12)
        share = min(1.0, max(0.0, ((x - points[i, 0]) * dx + (y - points[i, 1]) * dy) / square))
        gx, gy = points[i, 0] + share * dx - x, points[i, 1] + share * dy - y
        gap = gx * gx + gy * gy
        if gap < best:
            best, best_s = gap, arc[i] + share * math.sqrt(square)
    return best_s, math.sqrt(best)


@inner
def inside(x, y, outline, first, count):  # type: ignore[no-untyped-def]
    """Whether a point lies in a polygon (crossing number)."""
    odd = False
    j = first + count - 1
    for i in range(first, first + count):
        if (outline[i, 1] > y) != (outline[j, 1] > y):
            edge = (outline[j, 0] - outline[i, 0]) * (y - outline[i, 1]) / (outline[j, 1] - outline[i, 1])
            if x < edge + outline[i, 0]:
                odd = not odd
        j = i
    return odd


@kernel
def surface_height(x, y, b, outline, raised):  # type: ignore[no-untyped-def]
    """Height (m) of the highest raised surface of world b under a point."""
    height = np.float32(0.0)
    for s in range(len(raised)):
        higher = raised[s, 0] == b and raised[s, 3] > height
        if higher and inside(x, y, outline, int(raised[s, 1]), int(raised[s, 2])):
            height = raised[s, 3]
    return height


@kernel
def ground_height(x, y, heading, b, outline, raised):  # type: ignore[no-untyped-def]
    """Height (m) under a walker: kerbs become short ramps along the way."""
    total = np.float32(0.0)
    for k in range(-2, 3):
        reach = RAMP * k * 0.5
        total += surface_height(x + reach * math.cos(heading), y + reach * math.sin(heading), b, outline, raised)
    return total / np.float32(5.0)


@kernel
def drive(x, y, heading, speed, steering, acceleration, target, base, dt):  # type: ignore[no-untyped-def]
    """Advance a vehicle on the kinematic single-track model, reference point in the middle between the axles.

    Rajamani, Vehicle Dynamics and Control (2012), section 2.2: slip angle beta = atan(tan(delta) / 2),
    yaw rate = v cos(beta) tan(delta) / L. With the front wheels at one angle the way is an arc, and the step is exact
    for any acceleration: along the chord, sin(turn / 2) / (turn / 2) of the arc. Speeds do not become negative.

    Args:
        x: m.
        y: m.
        heading: rad.
        speed: m/s.
        steering: front wheel angle, rad.
        acceleration: m/s2.
        target: wanted front wheel angle, rad; the wheels turn at a limited rate.
        base: wheel base, m.
        dt: s.

    Returns:
        x, y, heading, speed, steering, yaw rate.
    """
    half, one = np.float32(0.5), np.float32(1.0)
    rate = np.float32(MAX_STEER_RATE) * dt
    steering += min(max(target - steering, -rate), rate)
    steering = min(max(steering, -np.float32(MAX_STEER)), np.float32(MAX_STEER))
    faster = max(np.float32(0.0), speed + acceleration * dt)
    distance = half * (speed + faster) * dt
    if speed + acceleration * dt < np.float32(0.0):
        distance = speed * speed / (np.float32(-2.0) * acceleration)
    slope = math.tan(steering)
    slip = half * slope  # tangent of beta
    cosine = one / math.sqrt(one + slip * slip)  # of beta
    turn = distance * cosine * slope / base
    bend = half * turn
    square = bend * bend
    chord = distance * (one - square * np.float32(1 / 6) * (one - square * np.float32(1 / 20)))  # sin(bend) / bend
    c, s = math.cos(heading + bend) * cosine, math.sin(heading + bend) * cosine
    x, y = x + chord * (c - s * slip), y + chord * (s + c * slip)  # turned by beta
    return x, y, heading + turn, faster, steering, turn / dt, distance
