"""Run scenes forward and keep the states at the wanted times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scenes.types import Scene
from sim.engine import engine_for
from sim.policy import Policy
from sim.views import view_named
from sim.world import F4, State, World, compile_world

DT = 0.05  # s
Decide = Callable[[State], F4]  # (B, A, 2) controls in a state


def rollout(
    scenes: Sequence[Scene],
    policy: Policy,
    times: Sequence[float],
    others: Sequence[tuple[Policy, NDArray[np.bool_]]] = (),
) -> list[State]:
    """Simulate from time 0 with the engine that the scenes ask for.

    Args:
        scenes: one world each.
        policy: decides for everyone but those whom one of the others decides for.
        times: s, ascending; states are returned at the nearest multiple of the time step.
        others: policies with (B, A) masks of the actors that they decide for; later ones win.

    Returns:
        A state for each time.
    """
    world = compile_world(scenes)
    source, found = steps_of(world, decision(world, policy, others)), []
    state, steps = next(source), 0
    for time in times:
        while steps < step_at(time):
            state, steps = next(source), steps + 1
        found.append(state)
    return found


def step_at(time: float) -> int:
    """Number of the step that is nearest to a time (s)."""
    return int(np.floor(time / DT + 0.5))


def decision(world: World, policy: Policy, others: Sequence[tuple[Policy, NDArray[np.bool_]]] = ()) -> Decide:
    """What policies do together, see `rollout`; it is to be asked once in every step, for they may remember."""
    policies = [policy, *(other for other, _ in others)]
    views = [view_named(each.view, world) for each in policies]
    memories: list[F4 | None] = [None] * len(policies)

    def decide(state: State) -> F4:
        controls, memories[0] = policy.act(views[0](state), memories[0])
        for k, (other, mask) in enumerate(others, 1):
            theirs, memories[k] = other.act(views[k](state), memories[k])
            controls = np.where(mask[..., None], theirs, controls)
        return controls

    return decide


def steps_of(world: World, decide: Decide) -> Iterator[State]:
    """The state at time 0 and after every step of DT, without end; decisions are made when the next state is due."""
    engine = engine_for(world.scenes)
    state = engine.start(world)
    while True:
        yield state
        state = engine.step(state, decide(state), DT)
