"""Run scenes forward and keep the states at the wanted times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes.types import Scene
from sim.observe import observe
from sim.policy import Policy
from sim.step import step, stride_table
from sim.world import F4, State, compile_world, initial_state

DT = 0.05  # s


def rollout(scenes: Sequence[Scene], policy: Policy, times: Sequence[float]) -> list[State]:
    """Simulate from time 0.

    Args:
        scenes: one world each.
        policy: decides for everyone.
        times: s, ascending; states are returned at the nearest multiple of the time step.

    Returns:
        A state for each time.
    """
    world = compile_world(scenes)
    state, strides = initial_state(world), stride_table(world)
    memory: F4 | None = None
    states, steps = [], 0
    for time in times:
        wanted = int(np.floor(time / DT + 0.5))
        while steps < wanted:
            controls, memory = policy.act(observe(world, state), memory)
            state = step(world, state, controls, DT, strides)
            steps += 1
        states.append(state)
    return states
