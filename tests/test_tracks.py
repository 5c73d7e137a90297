"""Single-track models against the package of their authors and against closed formulas."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from scenes.kinds import Kind
from scenes.seeds import rng_for
from sim.masses import GRAVITY
from sim.tracks import (
    FRICTION,
    PARAMETERS,
    SLOW,
    STIFFNESS,
    advance_ks,
    advance_st,
    ks_rates,
    kst_rate,
    single_track,
    st_rates,
)

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

oracle = pytest.importorskip("vehiclemodels.vehicle_parameters")
F4, F8 = np.float32, np.float64


def drawn(number: int, count: int) -> list[tuple[np.ndarray, float, float]]:
    """States and inputs, beyond the limits, too."""
    rng = rng_for(0, "tracks", number)
    low, high = np.array([-50, -50, -1.2, -15, -4, -1, -0.3]), np.array([50, 50, 1.2, 52, 4, 1, 0.3])
    states = rng.uniform(low, high, (count, 7))
    states[: count // 8, 3] = rng.uniform(-0.15, 0.15, count // 8)  # around the switch to the kinematic model
    return [(state, *rng.uniform((-0.8, -13), (0.8, 13))) for state in states]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_derivatives_are_those_of_commonroad(number: int) -> None:
    from vehiclemodels.vehicle_dynamics_ks import vehicle_dynamics_ks
    from vehiclemodels.vehicle_dynamics_st import vehicle_dynamics_st

    theirs, row = oracle.setup_vehicle_parameters(number), PARAMETERS[number].row
    for state, rate, push in drawn(number, 400):
        found, wanted = np.zeros(7), vehicle_dynamics_st(list(state), [rate, push], theirs)
        st_rates(state, rate, push, row, found)
        same = 5 if abs(state[3]) < SLOW else 7  # the package's slow slip rates are not those of the paper
        assert found[:same] == pytest.approx(wanted[:same], rel=1e-6, abs=1e-6)
        ks_rates(state[:5], rate, push, row, found[:5])
        assert found[:5] == pytest.approx(vehicle_dynamics_ks(list(state[:5]), [rate, push], theirs), abs=1e-6)


def test_slow_slip_rates_are_those_of_the_kinematic_model() -> None:
    track, h = PARAMETERS[1], 1e-6
    base = track.front + track.rear

    def kinematic(steer: float, speed: float) -> np.ndarray:
        slip = math.atan(math.tan(steer) * track.rear / base)
        return np.array([speed * math.cos(slip) * math.tan(steer) / base, slip])

    for steer in (-0.6, 0.1, 0.8):
        found, turn_slip = np.zeros(7), kinematic(steer, 0.05)
        st_rates(np.array([0, 0, steer, 0.05, 0.3, *turn_slip]), 0.3, 1.2, track.row, found)
        wanted = (kinematic(steer + 0.3 * h, 0.05 + 1.2 * h) - kinematic(steer - 0.3 * h, 0.05 - 1.2 * h)) / (2 * h)
        assert found[5:] == pytest.approx(wanted, abs=1e-6)


def test_the_rate_of_a_trailer_is_that_of_commonroad() -> None:
    from vehiclemodels.vehicle_dynamics_kst import vehicle_dynamics_kst

    theirs = oracle.setup_vehicle_parameters(4)
    for state, rate, push in drawn(4, 200):
        hitch = 4 * state[5]
        wanted = vehicle_dynamics_kst([*state[:5], hitch], [rate, push], theirs)[5]
        assert kst_rate(state[3], state[2], 3.6, hitch, 8.1) == pytest.approx(wanted, abs=1e-6)


def trajectories(
    rates: Callable[..., list[float]], start: np.ndarray, inputs: np.ndarray, parameters: object
) -> np.ndarray:
    """Classical Runge-Kutta of the authors' rates, double precision, parts of half a millisecond; x, y each 0.1 s."""
    state, h, found = start.astype(F8), 0.0005, []
    for k in range(50):
        for _ in range(200):
            steps = [np.zeros(len(state))]
            for share in (0.5, 0.5, 1.0):
                steps.append(np.array(rates(list(state + share * h * steps[-1]), list(inputs[k]), parameters)))
            steps.append(np.array(rates(list(state + h * steps[-1]), list(inputs[k]), parameters)))
            state = state + h / 6 * (steps[1] + 2 * steps[2] + 2 * steps[3] + steps[4])
        found.append(state[:2].copy())
    return np.array(found)


def inputs_of(kind: str) -> np.ndarray:
    """(50, 2) rates of the front wheels (rad/s) and accelerations (m/s2), each for 0.1 s."""
    t = np.arange(50) * 0.1
    return {
        "lane change": np.stack([0.08 * np.sin(2 * np.pi * t / 2.5), 0.0 * t], -1),
        "turn and brake": np.stack([np.where(t < 1.0, 0.1, 0.0), np.where(t < 1.0, 0.0, -1.5)], -1),
        "pull away": np.stack([np.where(t < 0.6, -0.2, 0.05), 0.0 * t + 2.5], -1),
    }[kind]


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(("kind", "speed"), [("lane change", 25.0), ("turn and brake", 12.0), ("pull away", 1.0)])
def test_five_seconds_in_single_precision_stay_within_a_centimetre(number: int, kind: str, speed: float) -> None:
    from vehiclemodels.vehicle_dynamics_ks import vehicle_dynamics_ks
    from vehiclemodels.vehicle_dynamics_st import vehicle_dynamics_st

    theirs, row, inputs = oracle.setup_vehicle_parameters(number), PARAMETERS[number].row.astype(F4), inputs_of(kind)
    for model, size in ((vehicle_dynamics_st, 7), (vehicle_dynamics_ks, 5)):
        start = np.zeros(size, F4)
        start[3] = speed
        wanted, state = trajectories(model, start, inputs, theirs), tuple(start)
        advance = advance_st if size == 7 else advance_ks
        for (rate, push), place in zip(inputs.astype(F4), wanted, strict=True):
            state = tuple(F4(part) for part in advance(*state, rate, push, row, F4(0.1)))
            assert math.hypot(state[0] - place[0], state[1] - place[1]) < 0.01


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("speed", [5.0, 15.0, 25.0])
def test_steady_cornering(number: int, speed: float) -> None:
    """Rajamani (2012), section 3.3: yaw rate v d / (L + K v2), here with K from loads and stiffness of both axles."""
    track, steer = PARAMETERS[number], 0.02
    state = (0.0, 0.0, steer, speed, 0.0, 0.0, 0.0)
    for _ in range(100):
        state = advance_st(*state, 0.0, 0.0, track.row, 0.1)
    base = track.front + track.rear
    front, rear = (FRICTION * STIFFNESS * GRAVITY * share / base for share in (track.rear, track.front))  # by mass
    understeer = (track.rear / front - track.front / rear) / base
    assert state[5] == pytest.approx(speed * steer / (base + understeer * speed**2), rel=1e-4)
    slip = (track.rear - track.front * speed**2 / (base * rear)) * steer / (base + understeer * speed**2)
    assert state[6] == pytest.approx(slip, abs=1e-5)


@pytest.mark.parametrize("advance", [advance_ks, advance_st])
@pytest.mark.parametrize(("speed", "braking"), [(5.0, 2.0), (13.9, 4.0), (27.0, 8.0), (20.0, 20.0)])
def test_stopping_distance_within_the_limits_of_the_brakes(
    advance: Callable[..., tuple[float, ...]], speed: float, braking: float
) -> None:
    row, extra = PARAMETERS[2].row, (0.0, 0.0) if advance is advance_st else ()
    state: tuple[float, ...] = (0.0, 0.0, 0.0, speed, 0.0, *extra)
    for _ in range(200):
        state = advance(*state, 0.0, -braking, row, 0.1)
    assert state[3] == 0.0 and state[0] == pytest.approx(speed**2 / (2 * min(braking, 11.5)), rel=1e-6)


def test_actuators_are_limited() -> None:
    track = PARAMETERS[2]
    state: tuple[float, ...] = (0.0, 0.0, 0.0, 7.0, 0.0)
    after = advance_ks(*state, 3.0, 20.0, track.row, 0.1)
    assert after[2] == pytest.approx(0.04) and after[3] < 7.0 + 1.15
    for _ in range(600):
        state = advance_ks(*state, 3.0, 20.0, track.row, 0.1)
    assert state[2] == pytest.approx(track.steer) and state[3] == pytest.approx(track.top)


def test_a_vehicle_takes_the_nearest_set_scaled_to_its_wheel_base() -> None:
    assert single_track(Kind.CAR, 4.1, 2.39268).row == pytest.approx(PARAMETERS[1].row)
    van = single_track(Kind.VAN, 5.1, 2 * 2.471928)
    assert van.centre == pytest.approx(2 * PARAMETERS[3].centre) and van.spin == pytest.approx(4 * PARAMETERS[3].spin)
    assert single_track(Kind.BUS, 11.0, 5.7).steer == 0.55
