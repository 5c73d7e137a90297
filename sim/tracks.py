"""Kinematic and dynamic single-track models with the parameter sets of CommonRoad, and trailers.

Althoff and Würsching (2020), CommonRoad: Vehicle Models (version 2020a): limits of actuators, kinematic single-track
model (KS), the same with one on-axle trailer (KST), single-track model (ST). States are kept as they are given, single
precision in the core; rates are worked out in double precision.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.kinds import Kind
from sim.kernels import called, inner, kernel
from sim.masses import GRAVITY

# Tyres, table 7: peak lateral friction p_dy1, and cornering stiffness -p_ky1 / p_dy1 (1/rad) for a load of one.
FRICTION = 1.0489
STIFFNESS = 21.92 / 1.0489
SLOW = 0.1  # m/s; slower, ST is the kinematic model with the centre of mass as its reference point
SUBSTEP = 0.0125  # s, longest part of a step
GAMMA = 1.0 - math.sqrt(0.5)  # of the two stages of `slide`
MOST_HITCH = math.pi / 2  # rad, of a trailer against its tractor
DYNAMICS = ("kinematic", "ks", "st")
KINEMATIC, KS, ST = range(len(DYNAMICS))


@dataclass(frozen=True)
class SingleTrack:
    """Parameters of one vehicle, names of CommonRoad in brackets."""

    front: float  # m from the centre of mass to the front axle (a)
    rear: float  # m to the rear axle (b)
    centre: float  # m, height of the centre of mass (h_s)
    spin: float  # m2, yaw inertia by mass (I_z / m)
    steer: float  # rad, largest front wheel angle
    steer_rate: float  # rad/s, at most
    push: float  # m/s2, largest acceleration and deceleration (a_max)
    switch: float  # m/s above which the engine's power limits the acceleration (v_switch)
    top: float  # m/s (v_max)
    back: float  # m/s, lowest speed (v_min)

    def scaled(self, wheel_base: float) -> SingleTrack:
        """The geometrically similar vehicle with another wheel base (m): lengths go with it, limits stay."""
        share = wheel_base / (self.front + self.rear)
        return SingleTrack(
            self.front * share, self.rear * share, self.centre * share, self.spin * share**2, self.steer,
            self.steer_rate, self.push, self.switch, self.top, self.back,
        )  # fmt: skip

    @property
    def row(self) -> NDArray[np.float64]:
        """(10,) in the order of the fields, as kernels take it."""
        return np.array([getattr(self, name) for name in self.__dataclass_fields__])


FRONT, REAR, CENTRE, SPIN, STEER, STEER_RATE, PUSH, SWITCH, TOP, BACK = range(10)  # places in `SingleTrack.row`

# Table 6 (1: Ford Escort, 2: BMW 320i, 3: VW Vanagon) and the lorry (4), which has no masses: its
# inertia and height are those of 3, scaled. Masses and inertia of table 6 are those of the SI parameter files.
PARAMETERS: dict[int, SingleTrack] = {
    1: SingleTrack(
        0.88392, 1.50876, 0.59436, 1538.8533713561394 / 1225.8878467253344, 0.91, 0.4, 11.5, 4.755, 45.8, -13.9
    ),
    2: SingleTrack(
        1.1561957064, 1.4227170936, 0.61373004, 1791.5995300122856 / 1093.2952334674046, 1.066, 0.4, 11.5, 7.319, 50.8,
        -13.9,
    ),
    3: SingleTrack(
        1.1507916024, 1.3211363976, 0.804490644, 2473.1176915564442 / 1478.8979637767998, 1.023, 0.4, 11.5, 7.824, 41.7,
        -11.2,
    ),
    4: SingleTrack(
        1.8, 1.8, 0.804490644 * 3.6 / 2.471928, 2473.1176915564442 / 1478.8979637767998 * (3.6 / 2.471928) ** 2, 0.55,
        0.7103, 11.5, 7.824, 22.22, -2.78,
    ),
}  # fmt: skip
LONG_CAR = 4.4  # m from where on a car counts as 2 (4.51 m), not as 1 (4.30 m)


def single_track(kind: Kind, length: float, wheel_base: float) -> SingleTrack:
    """The parameter set that is nearest to a vehicle, scaled to its wheel base.

    Args:
        kind: of the vehicle.
        length: m.
        wheel_base: m.

    Returns:
        The parameters.
    """
    number = {Kind.VAN: 3, Kind.TRUCK: 4, Kind.BUS: 4}.get(kind, 1 if length < LONG_CAR else 2)
    return PARAMETERS[number].scaled(wheel_base)


@inner
def allowed_push(speed, push, row):  # type: ignore[no-untyped-def]
    """Acceleration (m/s2) that the engine and the brakes give at a speed (m/s) when `push` is wanted."""
    most = row[PUSH] * row[SWITCH] / speed if speed > row[SWITCH] else row[PUSH]
    if (speed <= row[BACK] and push <= 0) or (speed >= row[TOP] and push >= 0):
        return 0.0
    return min(max(push, -row[PUSH]), most)


@inner
def allowed_rate(steer, rate, row):  # type: ignore[no-untyped-def]
    """Rate (rad/s) at which the front wheels turn from an angle (rad) when `rate` is wanted."""
    if (steer <= -row[STEER] and rate <= 0) or (steer >= row[STEER] and rate >= 0):
        return 0.0
    return min(max(rate, -row[STEER_RATE]), row[STEER_RATE])


@kernel
def ks_rates(state, rate, push, row, out):  # type: ignore[no-untyped-def]
    """Rates of the kinematic single-track model, reference point on the rear axle.

    Args:
        state: (5,) x, y (m), front wheel angle (rad), speed (m/s), heading (rad).
        rate: rad/s, wanted of the front wheels.
        push: m/s2, wanted.
        row: of `SingleTrack`.
        out: (5,) filled with the rates per second.
    """
    out[0], out[1] = state[3] * math.cos(state[4]), state[3] * math.sin(state[4])
    out[2], out[3] = allowed_rate(state[2], rate, row), allowed_push(state[3], push, row)
    out[4] = state[3] / (row[FRONT] + row[REAR]) * math.tan(state[2])


@kernel
def kst_rate(speed, steer, base, hitch, trailer):  # type: ignore[no-untyped-def]
    """Rate (rad/s) of the hitch angle of an on-axle trailer, trailer against tractor.

    Args:
        speed: m/s.
        steer: rad, front wheels.
        base: m, wheel base of the tractor.
        hitch: rad.
        trailer: m from the hitch, on the tractor's rear axle, to the trailer's axle.

    Returns:
        The rate; 0 beyond MOST_HITCH.
    """
    if abs(hitch) > MOST_HITCH:
        return 0.0
    return -speed * (math.sin(hitch) / trailer + math.tan(steer) / base)


@inner
def slip_system(speed, push, row):  # type: ignore[no-untyped-def]
    """The linear part of ST: rates of yaw rate r and slip angle b are p r + q b + u d, and s r + t b + w d.

    Args:
        speed: m/s, not 0.
        push: m/s2, which moves load between the axles.
        row: of `SingleTrack`.

    Returns:
        p, q, u, s, t, w; d is the front wheel angle (rad).
    """
    lf, lr = row[FRONT], row[REAR]
    front = STIFFNESS * (GRAVITY * lr - push * row[CENTRE])
    rear = STIFFNESS * (GRAVITY * lf + push * row[CENTRE])
    per = FRICTION / (lf + lr)
    turn, along = per / row[SPIN], per / speed
    return (
        -turn / speed * (lf * lf * front + lr * lr * rear), turn * (lr * rear - lf * front), turn * lf * front,
        along / speed * (rear * lr - front * lf) - 1, -along * (rear + front), along * front,
    )  # fmt: skip


@kernel
def st_rates(state, rate, push, row, out):  # type: ignore[no-untyped-def]
    """Rates of the single-track model, reference point in the centre of mass; kinematic below SLOW.

    There the rate of the slip angle is that of atan(tan(d) b / L), as in the paper; the authors' package 3.0.2 has
    tan(d)^2 in its place, which its rates of yaw rate and slip angle show when the wheels turn.

    Args:
        state: (7,) x, y (m), front wheel angle (rad), speed (m/s), heading (rad), yaw rate (rad/s), slip angle (rad).
        rate: rad/s, wanted of the front wheels.
        push: m/s2, wanted.
        row: of `SingleTrack`.
        out: (7,) filled with the rates per second.
    """
    steer, v, base = state[2], state[3], row[FRONT] + row[REAR]
    rate, push = allowed_rate(steer, rate, row), allowed_push(v, push, row)
    out[2], out[3] = rate, push
    if abs(v) >= SLOW:
        p, q, u, s, t, w = slip_system(v, push, row)
        out[0], out[1] = v * math.cos(state[6] + state[4]), v * math.sin(state[6] + state[4])
        out[4] = state[5]
        out[5], out[6] = p * state[5] + q * state[6] + u * steer, s * state[5] + t * state[6] + w * steer
        return
    slope, share = math.tan(steer), row[REAR] / base
    slip = math.atan(slope * share)
    square = math.cos(steer) ** 2
    out[0], out[1] = v * math.cos(slip + state[4]), v * math.sin(slip + state[4])
    out[4] = v * math.cos(slip) * slope / base
    out[6] = row[REAR] * rate / (base * square * (1 + (slope * share) ** 2))
    c, n = math.cos(state[6]), math.sin(state[6])
    out[5] = (push * c * slope - v * n * out[6] * slope + v * c * rate / square) / base


@inner
def slide(speed, rate, push, steer, turn, slip, row, h):  # type: ignore[no-untyped-def]
    """Yaw rate (rad/s) and slip angle (rad) of ST h seconds later.

    Two implicit stages (Alexander 1977, Diagonally implicit Runge-Kutta methods for stiff ODEs: order 2, L-stable): the
    slower a vehicle, the stiffer its equations, by some 200 / speed per second.

    Args:
        speed: m/s.
        rate: rad/s, of the front wheels.
        push: m/s2.
        steer: rad, front wheels.
        turn: rad/s, yaw rate.
        slip: rad, slip angle.
        row: of `SingleTrack`.
        h: s.

    Returns:
        Yaw rate, slip angle.
    """
    r, b, dr, db, g = turn, slip, 0.0, 0.0, h * GAMMA
    for stage in range(2):
        c = g if stage == 0 else h
        p, q, u, s, t, w = slip_system(max(speed + c * push, SLOW), push, row)
        angle = steer + c * rate
        e, f = turn + (c - g) * dr + g * u * angle, slip + (c - g) * db + g * w * angle
        one, two, three, four = 1.0 - g * p, -g * q, -g * s, 1.0 - g * t
        scale = 1.0 / (one * four - two * three)
        r, b = (e * four - two * f) * scale, (one * f - three * e) * scale
        dr, db = p * r + q * b + u * angle, s * r + t * b + w * angle
    return r, b


@inner
def operate(steer, speed, rate, push, row, h):  # type: ignore[no-untyped-def]
    """What actuators make of wanted controls in h seconds; for arguments see `ks_rates`. Nobody rolls back.

    Returns:
        Rate of the front wheels (rad/s) and acceleration (m/s2); then wheel angle, speed, and the way (m).
    """
    turns, pull = allowed_rate(steer, rate, row), allowed_push(speed, push, row)
    angle = min(max(steer + h * turns, -row[STEER]), row[STEER])
    faster = min(max(speed + h * pull, 0.0), row[TOP])
    way = 0.5 * h * (speed + faster) if speed + h * pull >= 0.0 else -0.5 * speed * speed / pull
    return turns, pull, angle, faster, way


@called
def advance_ks(x, y, steer, speed, heading, rate, push, row, dt):  # type: ignore[no-untyped-def]
    """KS after dt seconds, midpoint rule in parts of SUBSTEP; for arguments see `ks_rates`. It does not roll back.

    Returns:
        x, y, front wheel angle, speed, heading.
    """
    parts = max(int(dt / SUBSTEP + 0.5), 1)
    h, base = dt / parts, row[FRONT] + row[REAR]
    for _ in range(parts):
        _, _, angle, faster, way = operate(steer, speed, rate, push, row, h)
        bend = way / base * math.tan(0.5 * (steer + angle))
        x, y = x + way * math.cos(heading + 0.5 * bend), y + way * math.sin(heading + 0.5 * bend)
        heading, steer, speed = heading + bend, angle, faster
    return x, y, steer, speed, heading


@called
def advance_st(x, y, steer, speed, heading, turn, slip, rate, push, row, dt):  # type: ignore[no-untyped-def]
    """ST after dt seconds in parts of SUBSTEP; for arguments see `st_rates`. It does not roll back.

    Returns:
        x, y, front wheel angle, speed, heading, yaw rate, slip angle.
    """
    parts = max(int(dt / SUBSTEP + 0.5), 1)
    h, base = dt / parts, row[FRONT] + row[REAR]
    for _ in range(parts):
        turns, pull, angle, faster, way = operate(steer, speed, rate, push, row, h)
        if min(speed, faster) < SLOW:
            slope = math.tan(angle)
            b = math.atan(slope * row[REAR] / base)
            r = faster * math.cos(b) * slope / base
        else:
            r, b = slide(speed, turns, pull, steer, turn, slip, row, h)
        bend = 0.5 * h * (turn + r)
        middle = heading + 0.5 * bend + 0.5 * (slip + b)
        x, y, heading = x + way * math.cos(middle), y + way * math.sin(middle), heading + bend
        steer, speed, turn, slip = angle, faster, r, b
    return x, y, steer, speed, heading, turn, slip


@called
def roll(model, x, y, heading, speed, steering, turn, slip, push, target, row, dt):  # type: ignore[no-untyped-def]
    """Advance a vehicle by KS or ST, for a reference point in the middle between the axles as in `sim.kernels.drive`.

    Args:
        model: KS or ST.
        x: m.
        y: m.
        heading: rad.
        speed: m/s, of the rear axle (KS) or the centre of mass (ST).
        steering: front wheel angle, rad.
        turn: yaw rate, rad/s.
        slip: slip angle at the centre of mass, rad.
        push: wanted acceleration, m/s2.
        target: wanted front wheel angle, rad.
        row: of `SingleTrack`.
        dt: s.

    Returns:
        x, y, heading, speed, steering, yaw rate, slip angle, single precision.
    """
    rate, start = (min(max(target, -row[STEER]), row[STEER]) - steering) / dt, heading
    back = 0.5 * (row[FRONT] + row[REAR]) if model == KS else 0.5 * (row[REAR] - row[FRONT])  # m to the middle
    px, py = x - back * math.cos(heading), y - back * math.sin(heading)
    if model == KS:
        u, v, angle, faster, after = advance_ks(px, py, steering, speed, heading, rate, push, row, dt)
        r, b = (after - start) / dt, 0.0
    else:
        u, v, angle, faster, after, r, b = advance_st(px, py, steering, speed, heading, turn, slip, rate, push, row, dt)
    return (
        np.float32(u + back * math.cos(after)), np.float32(v + back * math.sin(after)), np.float32(after),
        np.float32(faster), np.float32(angle), np.float32(r), np.float32(b),
    )  # fmt: skip
