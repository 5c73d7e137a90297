"""Running a policy through scenes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes.types import Scene
from sim.policy import Memory, Observations, Policy
from sim.step import initial_state, step
from sim.world import Moment, State, compile_world

STEP = 0.05  # s


def rollout(scenes: Sequence[Scene], policy: Policy, times: Sequence[float], dt: float = STEP) -> list[State]:
    """Simulate from time 0 and keep the states at some times.

    Args:
        scenes: the batch.
        policy: decides for all actors.
        times: ascending, s; the last step before each is shortened to hit it.
        dt: s.

    Returns:
        One state for every time.

    Raises:
        ValueError: times that descend or are negative.
    """
    if any(b < a for a, b in zip([0.0, *times], times, strict=False)):
        raise ValueError(f"times {list(times)} are negative or do not ascend")
    world = compile_world(scenes)
    state, memory, now, count = initial_state(world), None, 0.0, 0
    seeds = np.array([np.uint64((scene.seed * 1_000_003 + scene.sample) % 2**63) for scene in scenes], np.uint64)
    kept: list[State] = []
    for time in times:
        while time - now > 1e-9:
            length = min(dt, time - now)
            state, memory = one_step(policy, Observations(world, state), memory, seeds, count, length)
            now, count = now + length, count + 1
        kept.append(state)
    return kept


def one_step(
    policy: Policy, seen: Observations, memory: Memory, seeds: np.ndarray[tuple[int, ...], np.dtype[np.uint64]], count: int,
    length: float,
) -> tuple[State, Memory]:  # fmt: skip
    """Let the policy decide and the world move."""
    keys = seeds * np.uint64(6364136223846793005) + np.uint64(count)
    controls, memory = policy.act(seen, memory, keys)
    return step(seen.world, seen.state, controls, length), memory


def moments(scene: Scene, policy: Policy, times: Sequence[float], dt: float = STEP) -> list[Moment]:
    """Simulate one scene and keep what renderers need.

    Args:
        scene: concrete.
        policy: decides for all actors.
        times: ascending, s.
        dt: s.

    Returns:
        One moment for every time.
    """
    return [state.moment(0, len(scene.actors)) for state in rollout([scene], policy, times, dt)]
