"""Engines: what moves a world. Choose one with `physics` in the scene file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from scenes.types import Scene
from sim.bullet import BulletEngine
from sim.step import step, stride_table
from sim.world import F4, State, World, initial_state


class Engine(Protocol):
    """Moves a world from state to state."""

    def start(self, world: World) -> State:
        """Everything where its scene puts it at time 0; the engine belongs to this world from now on."""
        ...

    def step(self, state: State, controls: F4, dt: float) -> State:
        """Advance.

        Args:
            state: where everything is; not changed. Engines that keep memory take only the state that they
                returned last.
            controls: (B, A, 2) acceleration in m/s2 and, for vehicles, wanted front wheel angle in rad.
            dt: s.

        Returns:
            The next state.

        Raises:
            ValueError: the engine cannot continue from this state.
        """
        ...


class KinematicEngine:
    """Single-track vehicles and people on paths, `sim.step`; keeps no memory but the world."""

    def __init__(self) -> None:
        self._world: World | None = None
        self._strides: F4 | None = None

    def start(self, world: World) -> State:
        """See `Engine`."""
        self._world, self._strides = world, stride_table(world)
        return initial_state(world)

    def step(self, state: State, controls: F4, dt: float) -> State:
        """See `Engine`; any state of the world will do."""
        if self._world is None:
            raise ValueError("the kinematic engine has no world yet: call start(world) first")
        return step(self._world, state, controls, dt, self._strides)


ENGINES: dict[str, Callable[[], Engine]] = {"kinematic": KinematicEngine, "bullet": BulletEngine}


def engine_for(scenes: Sequence[Scene]) -> Engine:
    """The engine that the scenes ask for.

    Args:
        scenes: of one batch.

    Raises:
        ValueError: they ask for different ones.
        RuntimeError: it needs a package that is not installed.
    """
    wanted = sorted({scene.physics for scene in scenes})
    if len(wanted) != 1:
        raise ValueError(f"the scenes of one batch ask for different physics: {', '.join(wanted)}")
    return ENGINES[wanted[0]]()
