"""How fast what a lidar meets comes nearer or goes away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.types import Scene
from sim.world import State

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Motions:
    """How all labelled things move, by instance id; what has no row, and row 0, stands still.

    Limbs and wheels move as the whole does.
    """

    velocity: Floats  # (N, 3) world, m/s, of the origin
    yaw_rate: Floats  # (N,) rad/s
    origin: Floats  # (N, 3) world, m

    def at(self, instance: NDArray[np.integer], place: Floats) -> Floats:
        """(M, 3) velocities in m/s of places (M, 3) on instances (M,), world."""
        row = np.where(instance < len(self.yaw_rate), instance, 0)
        arm = place - self.origin[row]
        turning = self.yaw_rate[row][:, None] * np.stack([-arm[:, 1], arm[:, 0], np.zeros(len(arm))], -1)
        return np.asarray(self.velocity[row] + turning)


def motions_of(scene: Scene, state: State) -> Motions:
    """Read the motion of everybody off a state.

    Args:
        scene: the scene.
        state: whose first world is the scene.

    Returns:
        The motions.
    """
    relief = scene.roads.relief
    rows = {0: (np.zeros(3), 0.0, np.zeros(3))}
    for k, actor in enumerate(scene.actors):
        place = state.position[0, k].astype(np.float64)
        speed = np.array([*state.velocity[0, k].astype(np.float64), 0.0])
        if state.rigid is not None:
            speed = state.rigid.velocity[0, k].astype(np.float64)
        elif relief is not None:
            speed[2] = float(relief.gradient(place) @ speed[:2])
        others = (actor.rider, None if actor.companion is None else actor.companion.id)
        for number in (actor.id, *(other for other in others if other is not None)):
            rows[number] = speed, float(state.yaw_rate[0, k]), place
    table = [rows.get(number, rows[0]) for number in range(max(rows) + 1)]
    velocity, yaw_rate, origin = (np.array(column) for column in zip(*table, strict=True))
    return Motions(velocity, yaw_rate, origin)
