"""Drivers by the name that a user gives."""

from __future__ import annotations

from agents import POLICIES
from scenes.suggest import suggestion
from sim.policy import Policy


def driver(name: str) -> Policy:
    """Find a driver.

    Args:
        name: a key of `agents.POLICIES`.

    Returns:
        A fresh policy.

    Raises:
        ValueError: an unknown name; the message lists the choices.
    """
    if name not in POLICIES:
        raise ValueError(f"--driver: {name!r} is none of {', '.join(POLICIES)}{suggestion(name, POLICIES)}")
    return POLICIES[name]()
