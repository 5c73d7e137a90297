"""Run scenes forward and keep the states at the wanted times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes.types import Scene
from sim.engine import engine_for
from sim.observe import observe
from sim.policy import Policy
from sim.world import F4, State, compile_world

DT = 0.05  # s


def rollout(scenes: Sequence[Scene], policy: Policy, times: Sequence[float]) -> list[State]:
    """Simulate from time 0 with the engine that the scenes ask for.

    Args:
        scenes: one world each.
        policy: decides for everyone.
        times: s, ascending; states are returned at the nearest multiple of the time step.

    Returns:
        A state for each time.
    """
    world = compile_world(scenes)
    engine = engine_for(scenes)
    state = engine.start(world)
    memory: F4 | None = None
    states, steps = [], 0
    for time in times:
        wanted = int(np.floor(time / DT + 0.5))
        while steps < wanted:
            controls, memory = policy.act(observe(world, state), memory)
            state = engine.step(state, controls, DT)
            steps += 1
        states.append(state)
    return states
