"""A trained driver as a policy: the network of a run folder, seeing what it saw in training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agents.actions import controls
from agents.network import Network
from agents.runs import POLICY, RUN, RunError, network_from, read_arrays, read_json
from sim.egoview import SIZE, VERSION
from sim.world import F4


@dataclass(frozen=True, eq=False)
class TrainedDriver:
    """Drives vehicles; people keep their rules."""

    network: Network
    view: str = "ego"

    def actions(self, views: F4) -> F4:
        """Actions in [-1, 1] for (..., SIZE) views; the most likely ones."""
        return np.clip(self.network(views), -1.0, 1.0)

    def act(self, observations: F4, memory: F4 | None) -> tuple[F4, F4 | None]:
        """Decide; see `sim.policy.Policy`."""
        return controls(self.actions(observations), observations), memory


def load_driver(folder: Path) -> TrainedDriver:
    """Read the driver of a run folder.

    Args:
        folder: that `skidpad train` made.

    Returns:
        The driver.

    Raises:
        RunError: the folder is missing, broken, or its driver sees another version of the ego's view.
    """
    if not folder.is_dir():
        raise RunError(f"{folder}: no such run folder")
    run = read_json(folder / RUN, "run folder")
    view = run.get("view")
    if view != {"name": "ego", "version": VERSION, "size": SIZE}:
        raise RunError(f"{folder / RUN} view: {view!r}; this version drives with ego, version {VERSION}, size {SIZE}")
    network = network_from(read_arrays(folder / POLICY, "run folder"), folder / POLICY)
    if network.sizes[0] != SIZE or network.sizes[-1] != 2:
        raise RunError(
            f"{folder / POLICY}: takes {network.sizes[0]} numbers and gives {network.sizes[-1]}, not {SIZE}, 2"
        )
    return TrainedDriver(network)
