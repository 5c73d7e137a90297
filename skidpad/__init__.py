"""skidpad: simulation and synthetic data for streets.

The public API; heavy libraries load when a name that needs them is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gymnasium.envs.registration import register

if TYPE_CHECKING:
    from scenes.errors import SceneError
    from scenes.files import library, load
    from scenes.kinds import Kind
    from scenes.seeds import rng_for
    from scenes.types import Scene
    from skidpad.driving import train
    from skidpad.generation import generate
    from skidpad.measure import evaluate
    from skidpad.playback import play
    from skidpad.practising import practice
    from transfer.export import export
    from transfer.manifest import DatasetError
    from transfer.reader import Dataset

__version__ = "0.1.0"

_HOMES = {
    "Dataset": "transfer.reader",
    "DatasetError": "transfer.manifest",
    "Kind": "scenes.kinds",
    "Scene": "scenes.types",
    "SceneError": "scenes.errors",
    "evaluate": "skidpad.measure",
    "export": "transfer.export",
    "generate": "skidpad.generation",
    "library": "scenes.files",
    "load": "scenes.files",
    "play": "skidpad.playback",
    "practice": "skidpad.practising",
    "rng_for": "scenes.seeds",
    "train": "skidpad.driving",
}

__all__ = [
    "Dataset", "DatasetError", "Kind", "Scene", "SceneError", "__version__", "evaluate", "export", "generate",
    "library", "load", "play", "practice", "rng_for", "train",
]  # fmt: skip


# Environments and their scenes; "" = the caller gives one: gymnasium.make("skidpad/Scene-v0", scene=FILE).
ENVIRONMENTS = {
    "skidpad/Drive-v0": "junction-practice",
    "skidpad/Crossing-v0": "crossing-practice",
    "skidpad/Scene-v0": "",
}
for _name, _scene in ENVIRONMENTS.items():
    register(
        _name, entry_point="agents.gyms:DriveEnv", vector_entry_point="agents.gyms:DriveVectorEnv",
        kwargs={"scene": _scene},
    )  # fmt: skip
register(
    "skidpad/Practice-v0", entry_point="agents.practice_gyms:practice_env",
    vector_entry_point="agents.practice_gyms:practice_vector_env",
)  # fmt: skip


def __getattr__(name: str) -> object:
    """Load a public name from its home module on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'skidpad' has no attribute {name!r}; it has {', '.join(sorted(_HOMES))}")
    return getattr(import_module(_HOMES[name]), name)
