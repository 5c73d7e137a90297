"""Who decides: policies by name."""

from __future__ import annotations

from collections.abc import Callable

from agents.rules import BusDriver, ConstantSpeed, RuleDriver
from sim.policy import Policy

POLICIES: dict[str, Callable[[], Policy]] = {"rule": RuleDriver, "constant": ConstantSpeed, "bus": BusDriver}
