"""Drivers by name: rule-based ones, and run folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents import POLICIES
from agents.runs import policy_digest
from agents.trained import load_driver
from scenes.dependents import ends
from scenes.files import SceneTemplate
from scenes.kinds import VEHICLES
from scenes.schema import DRIVERS
from scenes.suggest import suggestion
from scenes.types import Scene
from sim.policy import Policy

Cast = tuple[Policy, list[tuple[Policy, NDArray[np.bool_]]]]


def driver(name: str) -> Policy:
    """Find a driver.

    Args:
        name: a key of `agents.POLICIES`, or a run folder that `skidpad train` made.

    Returns:
        A fresh policy.

    Raises:
        ValueError: an unknown name; the message lists the choices.
        RunError: the run folder is missing or broken.
    """
    if name in POLICIES:
        return POLICIES[name]()
    if "/" in name or Path(name).is_dir():
        return load_driver(Path(name))
    choices = f"{', '.join(POLICIES)}, or a run folder such as runs/drive"
    raise ValueError(f"--driver: {name!r} is none of {choices}{suggestion(name, POLICIES)}")


def cast(scene: Scene, vehicles: str | None = None, *, learned: bool = True) -> Cast:
    """Who decides for whom, for `sim.rollout`.

    Args:
        scene: whose actors name their drivers.
        vehicles: driver of all moving vehicles instead.
        learned: drivers of run folders, too.

    Returns:
        The policy of everybody else, and policies with (1, A) masks of those whom they decide for. Run folders decide
        for vehicles alone.
    """
    named = names(scene, vehicles)
    drives = np.array([[actor.kind in VEHICLES for actor in scene.actors]])
    others = []
    for name in sorted(set(named) - {"rule"}):
        mask = np.array([[one == name for one in named]])
        if name in POLICIES or learned:
            others.append((driver(name), mask if name in POLICIES else mask & drives))
    return driver("rule"), others


def names(scene: Scene, vehicles: str | None) -> list[str]:
    """Drivers of all actors by name; see `cast`."""
    return [
        vehicles if vehicles and actor.kind in VEHICLES and actor.behaviour == "drive" else actor.driver
        for actor in scene.actors
    ]


def learners(scene: Scene, vehicles: str | None) -> NDArray[np.int64]:
    """Numbers of the actors whom drivers of run folders drive; see `cast`."""
    named = names(scene, vehicles)
    who = [k for k, actor in enumerate(scene.actors) if named[k] not in POLICIES and actor.kind in VEHICLES]
    return np.array(who, np.int64)


def run_folders(template: SceneTemplate) -> dict[str, str]:
    """Checksums of the drivers of the run folders that a scene file names.

    Args:
        template: a loaded scene file.

    Returns:
        sha256 of each policy file.

    Raises:
        RunError: a run folder is missing or broken.
    """
    spec = template.spec
    named = [spec.vehicles.driver, *(actor.driver for actor in spec.actors)]
    names = {str(end) for value in named for end in ends(value)} - set(DRIVERS)
    for name in names:
        load_driver(Path(name))
    return {name: policy_digest(Path(name)) for name in sorted(names)}
