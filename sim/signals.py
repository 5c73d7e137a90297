"""Signal programmes as arrays, read inside kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.types import Scene
from sim.kernels import kernel

STATES = ("off", "flashing-yellow", "green", "yellow", "red")
OFF, FLASHING, GREEN, YELLOW, RED = range(len(STATES))


class Plans(NamedTuple):
    """Programmes of the G signal groups of B scenes; groups without signals are off."""

    rows: NDArray[np.int32]  # (B, G, 2) first phase and number of phases
    clock: NDArray[np.float64]  # (B, G, 2) duration of a cycle and offset, s
    phase: NDArray[np.float64]  # (H, 2) index in STATES and duration in s, of all programmes


def compile_plans(scenes: Sequence[Scene]) -> Plans:
    """Turn the programmes of scenes into arrays.

    Args:
        scenes: at least one.

    Returns:
        The plans; all heads of a group show the same.
    """
    groups = group_count(scenes)
    rows = np.zeros((len(scenes), groups, 2), np.int32)
    clock = np.ones((len(scenes), groups, 2), np.float64)
    rows[..., 1] = 1
    phases: list[tuple[float, float]] = [(float(OFF), 1.0)]
    for b, scene in enumerate(scenes):
        for group, signal in {signal.group: signal for signal in scene.signals}.items():
            rows[b, group] = len(phases), len(signal.plan)
            clock[b, group] = sum(duration for _, duration in signal.plan), signal.offset
            phases += [(float(STATES.index(state)), duration) for state, duration in signal.plan]
    return Plans(rows, clock, np.array(phases, np.float64))


def group_count(scenes: Sequence[Scene]) -> int:
    """How many signal groups the scenes have at most, with those of people who have no heads; at least 1."""
    groups = [0]
    for scene in scenes:
        groups += [signal.group for signal in scene.signals]
        groups += [crossing.signal_group or 0 for crossing in scene.roads.crossings]
        groups += [line.signal_group or 0 for line in scene.roads.stop_lines]
        groups += [len(stage.shown) - 1 for stage in scene.controller.stages] if scene.controller else []
    return 1 + max(groups)


@kernel
def shown_at(plans, b, group, time):  # type: ignore[no-untyped-def]
    """What a group shows, as `Signal.state_at` says, and for how long it will go on showing it.

    Args:
        plans: `Plans`.
        b: scene.
        group: of signals.
        time: s.

    Returns:
        Index in STATES, and s.
    """
    first, count = plans.rows[b, group, 0], plans.rows[b, group, 1]
    cycle = plans.clock[b, group, 0]
    left = float(time) + plans.clock[b, group, 1]
    left -= cycle * np.floor(left / cycle)  # faster than a modulo
    if left < 0.0:
        left += cycle
    for k in range(first, first + count):
        if left < plans.phase[k, 1]:
            return int(plans.phase[k, 0]), plans.phase[k, 1] - left
        left -= plans.phase[k, 1]
    return int(plans.phase[first + count - 1, 0]), 0.0
