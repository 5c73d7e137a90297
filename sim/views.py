"""What policies may see, by name."""

from __future__ import annotations

from collections.abc import Callable

from sim.egoview import observe_ego
from sim.observe import observe
from sim.tables import compile_tables
from sim.world import F4, State, World

View = Callable[[State], F4]


def path_view(world: World) -> View:
    """Eight numbers about the own path: `sim.observe`."""
    return lambda state: observe(world, state)


def ego_view_of(world: World) -> View:
    """The ego's view, as in environments: `sim.egoview`."""
    tables = compile_tables(world.scenes, world)
    return lambda state: observe_ego(tables, state)


VIEWS: dict[str, Callable[[World], View]] = {"path": path_view, "ego": ego_view_of}


def view_named(name: str, world: World) -> View:
    """Make the view that a policy names.

    Args:
        name: key of VIEWS.
        world: compiled scenes.

    Returns:
        A function from a state to (B, A, F) observations.

    Raises:
        ValueError: there is no such view.
    """
    if name not in VIEWS:
        raise ValueError(f"view: {name!r} is none of {', '.join(VIEWS)}")
    return VIEWS[name](world)
