"""Units that may be written after a number in a scene file: `50 km/h`, `12 deg`, `30 cm`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

# dimension -> unit -> (a, b): a number of this unit times a / b is one of the unit that stands first
UNITS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "length": {"m": (1, 1), "cm": (1, 100), "mm": (1, 1000), "km": (1000, 1)},
    "speed": {"m/s": (1, 1), "km/h": (1000, 3600), "mph": (1609.344, 3600)},  # 1 mile = 1609.344 m, exact
    "angle": {"deg": (1, 1), "°": (1, 1), "rad": (180, math.pi)},
    "time": {"s": (1, 1), "ms": (1, 1000), "min": (60, 1), "h": (3600, 1)},
    "precipitation": {"mm/h": (1, 1)},
    "extinction": {"1/m": (1, 1), "1/km": (1, 1000)},
    "density": {"per 100 m": (1, 1), "per m": (100, 1), "per km": (1, 10)},
    "picture length": {"px": (1, 1)},
    "exposure": {"EV": (1, 1)},
    "share": {"": (1, 1), "%": (1, 100)},
}
QUANTITY = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)\s*(\D.*)")


def dimension_of(unit: str) -> str:
    """Dimension of a unit; empty for units that are not in the table, such as `people`."""
    return next((name for name, units in UNITS.items() if unit in units), "")


def read_quantity(text: str, unit: str, noun: str) -> float:
    """Read a number with its unit.

    Args:
        text: such as `50 km/h`.
        unit: of the result, such as `m/s`.
        noun: what is wanted, for the error.

    Returns:
        The number in the unit of the result.

    Raises:
        ValueError: it is no number with a unit, or the unit measures something else.
    """
    wanted = dimension_of(unit)
    found = QUANTITY.fullmatch(text.strip()) if len(text) <= 60 else None
    if found is None or not wanted:
        raise ValueError(f"{text[:40]} is not {noun}")
    number, written = found[1], " ".join(found[2].split())
    known = UNITS[wanted]
    if written not in known:
        given = dimension_of(written)
        what = f"{written} measures {given}" if given else f"{written[:20]} is no unit"
        units = ", ".join(name for name in known if name)
        raise ValueError(f"{text[:40]} is not {noun}: {what}; here {units} may stand")
    (many, few), (own_many, own_few) = known[written], known[unit]
    return float(number) * many / few * own_few / own_many
