"""Everything that a later step of batched environments depends on, as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.environments import Environments

PARTS = ("bodies", "sights", "verdicts")
STROLL = ("velocity", "push")
LOOSE = ("views", "final", "place", "ahead", "wish", "slip", "traits")
PLAYED = ("scene", "episode", "step", "spawn", "active", "line", "gains", "delay", "noise")


def core_state(core: Environments) -> dict[str, NDArray[Any]]:
    """Copy the state of environments.

    Args:
        core: whose observations are the ego's view.

    Returns:
        Arrays by name.
    """
    return {name: value.copy() for name, value in _arrays(core).items()} | {"seed": np.array([core.batch.play.seed])}


def put_core_state(core: Environments, state: dict[str, NDArray[Any]]) -> None:
    """Put environments back to a state that `core_state` copied from environments made alike.

    Raises:
        ValueError: an array is missing or of another shape.
    """
    for name, value in _arrays(core).items():
        if name not in state or state[name].shape != value.shape:
            raise ValueError(f"environment state {name}: does not fit {value.shape}")
        value[:] = state[name]
    core.batch = core.batch._replace(play=core.batch.play._replace(seed=np.int64(state["seed"][0])))


def _arrays(core: Environments) -> dict[str, NDArray[Any]]:
    batch = core.batch
    found: dict[str, NDArray[Any]] = {}
    for part in PARTS:
        found |= {f"{part}.{name}": value for name, value in getattr(batch, part)._asdict().items()}
    found |= {f"play.{name}": getattr(batch.play, name) for name in PLAYED}
    found |= {f"stroll.{name}": getattr(batch.stroll, name) for name in STROLL if batch.stroll.velocity.size}
    found |= {"since": batch.since} if (batch.tables.priority.turn >= 0).any() else {}
    found |= {"changes": batch.changes.state} if batch.changes.state.size else {}
    return found | {name: getattr(batch, name) for name in LOOSE}
