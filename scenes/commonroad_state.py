"""Shapes and states of a CommonRoad file: exact values, intervals, uncertain places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenes.commonroad_map import point, points
from scenes.types import Floats
from scenes.xmlfile import Element

LARGEST = 100.0  # m, length of an obstacle
FASTEST = 150.0  # m/s
LAST_STEP = 1_000_000


@dataclass(frozen=True)
class Shape:
    """Box of an obstacle, centred on its reference point."""

    length: float  # m
    width: float  # m
    simplified: str = ""  # what it was if it was more than that


@dataclass(frozen=True, eq=False)
class State:
    """One time step of an obstacle."""

    element: Element
    step: int
    position: Floats  # (2,) m, encounter frame
    heading: float | None  # rad; None = not stated
    speed: float | None  # m/s; None = not stated
    uncertain: bool  # some value was an interval or a region


@dataclass(frozen=True)
class Span:
    """A value that may be uncertain; equal ends where it is exact."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """Half way."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Steps:
    """First and last time step."""

    low: int
    high: int


def read_span(element: Element, low: float, high: float, unit: str) -> Span:
    """An exact value or an interval.

    Args:
        element: holds `exact`, or `intervalStart` and `intervalEnd`.
        low: least value that makes sense.
        high: greatest.
        unit: for errors.

    Raises:
        SceneError: neither is there, or a value is out of its limits.
    """
    exact = element.maybe("exact")
    if exact is not None:
        value = exact.number(low, high, unit)
        return Span(value, value)
    if element.maybe("intervalStart") is None:
        raise element.error("<exact> or <intervalStart> and <intervalEnd> is missing")
    span = Span(
        element.one("intervalStart").number(low, high, unit), element.one("intervalEnd").number(low, high, unit)
    )
    if span.high < span.low:
        raise element.error(f"interval ends at {span.high:g} {unit}, before it starts at {span.low:g} {unit}")
    return span


def read_step(state: Element) -> Steps:
    """Time step or steps of a state or goal.

    Raises:
        SceneError: missing, not whole, negative, or too late.
    """
    span = read_span(state.one("time"), 0, LAST_STEP, "steps")
    if span.low % 1 or span.high % 1:
        raise state.one("time").error(f"{span.low:g}..{span.high:g} are not whole time steps")
    return Steps(int(span.low), int(span.high))


def read_shape(element: Element) -> Shape:
    """Box of an obstacle.

    Raises:
        SceneError: no shape that is known, or sizes out of their limits.
    """
    parts = list(element.all("rectangle", "circle", "polygon"))
    if not parts:
        raise element.error("<rectangle>, <circle> or <polygon> is missing")
    corners = np.concatenate([shape_corners(part) for part in parts])
    reach = 2 * np.abs(corners).max(0)  # symmetric about the reference point
    plain = len(parts) == 1 and parts[0].tag != "polygon" and not turned(parts[0])
    what = "" if plain else (f"a shape of {len(parts)} parts" if len(parts) > 1 else f"its {parts[0].tag}")
    return Shape(float(reach[0]), float(reach[1]), what)


def turned(part: Element) -> bool:
    """Whether a rectangle or circle is rotated or moved away from the reference point."""
    angle, centre = part.maybe("orientation"), part.maybe("center")
    moved = centre is not None and bool(np.abs(point(centre, np.zeros(2))).max() > 1e-6)
    return moved or (angle is not None and abs(angle.number(unit="rad")) > 1e-6)


def shape_corners(part: Element) -> Floats:
    """(N, 2) m corners of a part of a shape, or of the square around a circle."""
    if part.tag == "polygon":
        return points(part, np.zeros(2), 3)
    centre, angle = part.maybe("center"), part.maybe("orientation")
    middle = np.zeros(2) if centre is None else point(centre, np.zeros(2))
    if part.tag == "circle":
        half = np.full(2, part.one("radius").number(0.01, LARGEST / 2, "m"))
    else:
        half = np.array([part.one(name).number(0.01, LARGEST, "m") for name in ("length", "width")]) / 2
    turn = 0.0 if angle is None else angle.number(-10, 10, "rad")
    square = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * half
    across = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.asarray(square @ across + middle)


def read_state(element: Element, origin: Floats, initial: bool = False) -> State | None:
    """One state.

    Args:
        element: `state` or `initialState`.
        origin: (2,) m, taken off.
        initial: an initial state must state its heading.

    Returns:
        The state; None where the place is a lanelet, which is not supported.

    Raises:
        SceneError: position or time is missing, or a value is out of its limits.
    """
    steps = read_step(element)
    if steps.low != steps.high:
        raise element.one("time").error(f"{steps.low}..{steps.high}: a recorded state has one time step")
    place = element.one("position")
    if place.maybe("lanelet") is not None:
        return None
    spot, uncertain = place.maybe("point"), False
    if spot is not None:
        position = point(spot, origin)
    else:
        regions = list(place.all("rectangle", "circle", "polygon"))
        if not regions:
            raise place.error("<point>, <rectangle>, <circle>, <polygon> or <lanelet> is missing")
        position, uncertain = np.concatenate([shape_corners(part) for part in regions]).mean(0) - origin, True
    turn = read_span(element.one("orientation"), -100, 100, "rad") if initial else maybe_span(element, "orientation")
    speed = maybe_span(element, "velocity")
    uncertain |= any(span is not None and span.low != span.high for span in (turn, speed))
    return State(
        element, steps.low, position, None if turn is None else turn.middle, None if speed is None else speed.middle,
        uncertain,
    )  # fmt: skip


def maybe_span(element: Element, tag: str) -> Span | None:
    """A heading (rad) or speed (m/s) where it is stated."""
    found = element.maybe(tag)
    if found is None:
        return None
    return read_span(found, -100, 100, "rad") if tag == "orientation" else read_span(found, -FASTEST, FASTEST, "m/s")
