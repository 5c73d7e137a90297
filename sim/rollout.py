"""Run scenes forward and keep the states at the wanted times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scenes.types import Scene
from sim.policy import Policy
from sim.step import step, stride_table
from sim.views import view_named
from sim.world import F4, State, compile_world, initial_state

DT = 0.05  # s


def rollout(
    scenes: Sequence[Scene],
    policy: Policy,
    times: Sequence[float],
    others: Sequence[tuple[Policy, NDArray[np.bool_]]] = (),
) -> list[State]:
    """Simulate from time 0.

    Args:
        scenes: one world each.
        policy: decides for everyone but those whom one of the others decides for.
        times: s, ascending; states are returned at the nearest multiple of the time step.
        others: policies with (B, A) masks of the actors that they decide for; later ones win.

    Returns:
        A state for each time.
    """
    world = compile_world(scenes)
    state, strides = initial_state(world), stride_table(world)
    policies = [policy, *(other for other, _ in others)]
    views = [view_named(each.view, world) for each in policies]
    memories: list[F4 | None] = [None] * len(policies)
    states, steps = [], 0
    for time in times:
        wanted = int(np.floor(time / DT + 0.5))
        while steps < wanted:
            controls, memories[0] = policy.act(views[0](state), memories[0])
            for k, (other, mask) in enumerate(others, 1):
                theirs, memories[k] = other.act(views[k](state), memories[k])
                controls = np.where(mask[..., None], theirs, controls)
            state = step(world, state, controls, DT, strides)
            steps += 1
        states.append(state)
    return states
