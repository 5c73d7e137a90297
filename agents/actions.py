"""What an action means: two numbers in [-1, 1], acceleration and wanted front wheel angle.

The first is 0 for no acceleration, 1 for PUSH and -1 for -BRAKE. The second turns the wheels off the angle that leads
along the route (`route_steering` of the ego's view): 1 is the angle at which the vehicle feels `sim.egoview.ACROSS`
to the left at its speed, at most MAX_STEER. So 0, 0 rolls along the route. The way back to the route takes at most half
of that angle, so that who wants to leave it can.
"""

from __future__ import annotations

import numpy as np

from sim.egoview import BASE_SCALE, ROUTE_STEERING, SPEED, SPEED_SCALE, WHEEL_BASE, usable
from sim.kernels import MAX_STEER, inner, kernel
from sim.world import F4

PUSH, BRAKE = 3.0, 7.0  # m/s2
WALK_PUSH = 2.0  # m/s2, of people


@inner
def pushed(action):  # type: ignore[no-untyped-def]
    """Acceleration (m/s2) of a vehicle that an action asks for."""
    action = min(max(action, np.float32(-1.0)), np.float32(1.0))
    return action * (np.float32(PUSH) if action > 0 else np.float32(BRAKE))


@inner
def steered(action, along, speed, base):  # type: ignore[no-untyped-def]
    """Wanted front wheel angle (rad).

    Args:
        action: in [-1, 1].
        along: rad, angle that leads along the route.
        speed: m/s.
        base: wheel base, m.

    Returns:
        Angle within MAX_STEER.
    """
    action = min(max(action, np.float32(-1.0)), np.float32(1.0))
    return min(max(along + action * usable(speed, base), -MAX_STEER), MAX_STEER)


@kernel
def decode(actions, views, out):  # type: ignore[no-untyped-def]
    """Fill (N, 2) controls from (N, 2) actions and (N, F) views."""
    for n in range(len(actions)):
        view = views[n]
        out[n, 0] = pushed(actions[n, 0])
        out[n, 1] = steered(
            actions[n, 1], view[ROUTE_STEERING] * MAX_STEER, view[SPEED] * SPEED_SCALE, view[WHEEL_BASE] * BASE_SCALE
        )


def controls(actions: F4, views: F4) -> F4:
    """Controls that actions mean, for policies that act in a rollout.

    Args:
        actions: (..., 2) in [-1, 1].
        views: (..., F) of `sim.egoview`, that the actions answer to.

    Returns:
        (..., 2) acceleration in m/s2 and front wheel angle in rad.
    """
    out = np.empty(actions.shape, np.float32)
    flat = np.ascontiguousarray(actions, np.float32).reshape(-1, 2)
    decode(flat, np.ascontiguousarray(views, np.float32).reshape(-1, views.shape[-1]), out.reshape(-1, 2))
    return out


@kernel
def pushing(acceleration):  # type: ignore[no-untyped-def]
    """Action that asks for an acceleration (m/s2)."""
    return acceleration / (PUSH if acceleration > 0 else BRAKE)
