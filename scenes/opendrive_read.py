"""Attributes of OpenDRIVE elements as numbers, and records of cubic polynomials."""

from __future__ import annotations

import numpy as np

from scenes.opendrive_line import Cubics
from scenes.xmlfile import Element

LARGEST = 1e7  # m, of any coordinate
MPH = 0.44704  # m/s
UNITS = {"m/s": 1.0, "km/h": 1 / 3.6, "mph": MPH}


def value(
    element: Element, name: str, default: float | None = None, low: float = -LARGEST, high: float = LARGEST
) -> float:
    """An attribute as a number.

    Args:
        element: of the file.
        name: of the attribute.
        default: where it is missing or empty; None makes that an error.
        low: least value that makes sense.
        high: greatest.

    Raises:
        SceneError: missing, no number, or outside of the limits.
    """
    text = element.attributes.get(name, "").strip()
    if not text and default is not None:
        return default
    return element.limited(element.attribute(name), low, high, name=name)


def text_of(element: Element, name: str) -> str:
    """An attribute as text without spaces around it.

    Raises:
        SceneError: missing or empty.
    """
    text = element.attribute(name).strip()
    if not text:
        raise element.error(f"attribute {name} is empty")
    return text


def cubics(records: list[Element], station: str, base: float) -> Cubics:
    """Records of polynomials as one function of s.

    Args:
        records: with a, b, c and d.
        station: name of the attribute that says where a record begins.
        base: m, added to it.

    Returns:
        The function; of several records at one station the last one counts.
    """
    rows = [(base + value(part, station, 0.0), *(value(part, name, 0.0) for name in "abcd")) for part in records]
    table = np.array(sorted(rows, key=lambda row: row[0]), np.float64).reshape(-1, 5)
    return Cubics(table[:, 0], table[:, 1:])


def read_limit(element: Element) -> float | None:
    """Speed limit in m/s; None where there is none."""
    text = element.attribute("max").strip()
    if text in ("no limit", "undefined", "unlimited", ""):
        return None
    unit = element.attributes.get("unit", "m/s").strip() or "m/s"
    if unit not in UNITS:
        raise element.error(f"unit {unit!r} is unknown; choose from {', '.join(UNITS)}")
    limit = value(element, "max") * UNITS[unit]
    return limit if 0.1 < limit < 150.0 else None
