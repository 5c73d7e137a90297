"""A batch of scenes as arrays: what never changes in a run (`World`), what does (`State`), one moment (`Moment`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.types import Scene
from sim.compile import compile_arrays

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
Bools = NDArray[np.bool_]

SIGNAL_STATES = ("red", "yellow", "green", "flashing-yellow", "off")  # index = value in `State.signal_state`


@dataclass(frozen=True, eq=False)
class World:
    """B scenes, padded to A actors, G signal groups and K stops. Lengths in m, times in s."""

    count: I32  # (B,) actors in use
    is_person: Bools  # (B, A)
    size: F32  # (B, A, 3) length, width, height
    axles: F32  # (B, A, 2) middle to front axle, middle to rear axle
    desired_speed: F32  # (B, A) m/s
    stature: F32  # (B, A) height of people, 0 of vehicles
    cadence: F32  # (B, A) factor on the step rate
    first: I32  # (B, A) first vertex of the path
    last: I32  # (B, A) after the last vertex
    points: F32  # (P, 3) vertices of all paths
    along: F32  # (P,) length of the path up to each vertex
    stop_s: F32  # (B, A, K) where along the path to stop, inf = none
    stop_group: I32  # (B, A, K) signal group, -1 = none
    stop_crossing: I32  # (B, A, K) crossing, -1 = none
    crossing: F32  # (B, C, 5) middle x, y, direction across (rad), half length, half width
    plan_state: I32  # (B, G, S) index into SIGNAL_STATES
    plan_end: F32  # (B, G, S) time in the cycle at which each state ends
    plan_cycle: F32  # (B, G)
    plan_offset: F32  # (B, G)
    start: F32  # (B, A) m along the path at time 0
    speed: F32  # (B, A) m/s at time 0
    heading: F32  # (B, A) rad at time 0
    phase: F32  # (B, A) gait phase at time 0

    @property
    def shape(self) -> tuple[int, int]:
        """Batch size and padded number of actors."""
        return self.size.shape[0], self.size.shape[1]


@dataclass(frozen=True, eq=False)
class Moment:
    """One world at one time, as renderers need it."""

    time: float  # s
    position: NDArray[np.float64]  # (A, 3) world, m
    heading: F32  # (A,) rad
    speed: F32  # (A,) m/s
    acceleration: F32  # (A,) m/s2
    steering: F32  # (A,) rad
    gait_phase: F32  # (A,) [0, 1)
    alive: Bools  # (A,)


@dataclass(frozen=True, eq=False)
class State:
    """What changes during a run."""

    time: F32  # (B,) s
    position: F32  # (B, A, 3) world, m, on the ground below the middle
    heading: F32  # (B, A) rad
    velocity: F32  # (B, A, 2) world, m/s
    speed: F32  # (B, A) m/s, along the heading
    acceleration: F32  # (B, A) m/s2
    yaw_rate: F32  # (B, A) rad/s
    steering: F32  # (B, A) rad, front wheels
    s: F32  # (B, A) m, travelled along the path
    gait_phase: F32  # (B, A) [0, 1), fraction of a stride
    signal_state: I32  # (B, G) index into SIGNAL_STATES
    alive: Bools  # (B, A) in the scene: on its path, not padding

    def moment(self, world: int, actors: int | None = None) -> Moment:
        """One world of the batch.

        Args:
            world: index in the batch.
            actors: number of actors to keep; None = with padding.

        Returns:
            The moment.
        """
        keep = slice(actors)
        return Moment(
            time=float(self.time[world]),
            position=self.position[world, keep].astype(np.float64),
            heading=self.heading[world, keep],
            speed=self.speed[world, keep],
            acceleration=self.acceleration[world, keep],
            steering=self.steering[world, keep],
            gait_phase=self.gait_phase[world, keep],
            alive=self.alive[world, keep],
        )


def compile_world(scenes: Sequence[Scene]) -> World:
    """Turn scenes into arrays.

    Args:
        scenes: at least one.

    Returns:
        The world; index b belongs to scenes[b], and values of b do not depend on the other scenes.

    Raises:
        ValueError: no scene.
    """
    if not scenes:
        raise ValueError("compile_world needs at least one scene")
    return World(**compile_arrays(scenes, SIGNAL_STATES))
