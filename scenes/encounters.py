"""Recorded encounters: who drove where on which roads, and the ego that takes part in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.kinds import Kind
from scenes.types import Floats, RoadNetwork, Signal


@dataclass(frozen=True, eq=False)
class Goal:
    """Where the ego shall be; every given condition must hold."""

    outlines: tuple[Floats, ...]  # each (N, 2) m, encounter frame; the middle lies in one of them; empty = anywhere
    lanes: tuple[int, ...]  # ids of the lanes that the outlines are of; empty = free-standing outlines
    steps: tuple[int, int]  # first and last time step
    heading: tuple[float, float] | None = None  # rad, from one anticlockwise to the other
    speed: tuple[float, float] | None = None  # m/s


@dataclass(frozen=True, eq=False)
class Ego:
    """The vehicle that is handed to a driver."""

    position: Floats  # (2,) m, encounter frame, middle of the vehicle
    heading: float  # rad
    speed: float  # m/s
    size: tuple[float, float]  # length, width, m
    goals: tuple[Goal, ...]  # one of them is to be reached
    recorded: Floats | None = None  # (T, 4) x, y, heading, speed where the log has this vehicle, too
    seen: NDArray[np.bool_] | None = None  # (T,) steps at which `recorded` holds


@dataclass(frozen=True, eq=False)
class Encounter:
    """A recording. Step 0 is the ego's first step; the encounter frame is the file's moved by `origin`."""

    name: str
    dt: float  # s between steps
    origin: Floats  # (2,) m, file = encounter frame + origin; whole metres, so that float32 is fine enough
    roads: RoadNetwork  # encounter frame
    signals: tuple[Signal, ...]
    ids: NDArray[np.int64]  # (A,) as in the file
    kinds: tuple[Kind, ...]  # A, as recorded
    sizes: Floats  # (A, 2) length, width, m
    states: Floats  # (A, T, 4) x, y (m, encounter frame, middle of the box), heading (rad), speed (m/s)
    valid: NDArray[np.bool_]  # (A, T) recorded at this step; states are zero elsewhere
    ego: Ego | None  # None: a map, or a recording without a task
    notes: tuple[str, ...]  # what of the file was not understood or was simplified, with ids

    @property
    def steps(self) -> int:
        """Number of time steps, T."""
        return int(self.states.shape[1])

    @property
    def duration(self) -> float:
        """Length of the recording, s."""
        return (self.steps - 1) * self.dt
