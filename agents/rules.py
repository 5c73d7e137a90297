"""Rule-based drivers and walkers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.rollout import DT
from sim.turn_signals import DWELL
from sim.world import F4


@dataclass(frozen=True)
class RuleDriver:
    """Intelligent driver model along the path, pure pursuit for steering; people slow down behind people.

    Treiber, Hennecke, Helbing (2000), Congested traffic states in empirical observations and microscopic
    simulations, table I: T = 1.6 s, a = 0.73 m/s2, b = 1.67 m/s2, s0 = 2 m, delta = 4; acceleration as in city
    traffic. Pure pursuit: Coulter (1992).
    """

    headway: float = 1.2  # s
    acceleration: float = 1.4  # m/s2
    braking: float = 2.0  # m/s2
    distance: float = 2.0  # m at standstill
    exponent: float = 4.0
    limit: float = 7.0  # m/s2, hardest braking
    view: str = "path"

    def act(self, observations: F4, memory: F4 | None) -> tuple[F4, F4 | None]:
        """Decide; see `sim.policy.Policy`."""
        vehicle, speed, desired, gap, lead, stop, aim_x, aim_y = np.moveaxis(observations, -1, 0)
        wish = np.maximum(desired, 0.1)
        free = 1.0 - (speed / wish) ** self.exponent
        push = self.acceleration * (free - np.maximum(self.need(speed, gap, lead), self.need(speed, stop + 1.2, 0.0)))
        push = np.where(vehicle > 0, push, self.walk(speed, desired, gap, lead, stop))
        reach = np.maximum(aim_x**2 + aim_y**2, 1.0)
        # curvature to the aim; the wheel base is folded in by steering for a car of 2.7 m
        steer = np.arctan(2.0 * aim_y / reach * 2.7)
        controls = np.stack([np.clip(push, -self.limit, self.acceleration), steer], -1)
        return np.where(observations[..., 2:3] > 0, controls, 0.0).astype(np.float32), memory

    def need(self, speed: F4, gap: F4, lead: F4 | float) -> F4:
        """(s* / s)^2 of the model: how much an obstacle holds back."""
        closing = speed * (speed - lead) / (2.0 * np.sqrt(self.acceleration * self.braking))
        wanted = self.distance + np.maximum(0.0, speed * self.headway + closing)
        held = np.where(gap < 79.0, (wanted / np.maximum(gap, 0.1)) ** 2, 0.0)
        return np.asarray(held, np.float32)

    @staticmethod
    def walk(speed: F4, desired: F4, gap: F4, lead: F4, stop: F4) -> F4:
        """People take the speed of whom they follow closely, and wait at kerbs."""
        wish = np.where(gap < 0.8, np.clip(lead, 0.0, desired), desired)
        wish = np.where(stop < 79.0, np.minimum(wish, stop / 1.2), wish)
        return np.asarray(np.clip((wish - speed) / 0.5, -2.0, 1.5), np.float32)


@dataclass(frozen=True)
class ConstantSpeed:
    """Steers along the path and never changes its speed: the control that every driver must beat."""

    view: str = "path"

    def act(self, observations: F4, memory: F4 | None) -> tuple[F4, F4 | None]:
        """Decide; see `sim.policy.Policy`."""
        controls, memory = RuleDriver().act(observations, memory)
        controls[..., 0] = 0.0
        return controls, memory


@dataclass(frozen=True)
class BusDriver:
    """Stands at a stop for `dwell` seconds from time 0, then drives by the rules; remembers how long it stood, s."""

    dwell: float = DWELL  # s
    view: str = "path"

    def act(self, observations: F4, memory: F4 | None) -> tuple[F4, F4 | None]:
        """Decide; see `sim.policy.Policy`."""
        controls, _ = RuleDriver().act(observations, None)
        stood = np.zeros(observations.shape[:2], np.float32) if memory is None else memory
        controls[..., 0] = np.where(stood < self.dwell, -RuleDriver.limit, controls[..., 0])
        return controls, stood + np.float32(DT)
