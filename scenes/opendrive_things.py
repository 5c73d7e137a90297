"""Signals and objects of OpenDRIVE roads: lights, stop lines and crosswalks; the rest becomes notes."""

from __future__ import annotations

from scenes.notes import Notes
from scenes.opendrive_model import Light
from scenes.opendrive_read import value
from scenes.xmlfile import Element

# Types of ASAM OpenDRIVE 1.7, annex "signal types": lights for vehicles; others are for people, trams, bicycles.
LIGHTS = frozenset({"1000001", "1000008", "1000009", "1000010", "1000011", "1000012"})
STOP_LINES = frozenset({"294"})  # German sign number, which the standard's own examples use
HEAD_HEIGHT = 3.2  # m, where the file does not say
LOWEST = 2.2  # m; files that measure from somewhere else than the road state less
Things = tuple[tuple[Light, ...], tuple[tuple[float, str], ...], tuple[Element, ...]]


def read_things(road: Element, notes: Notes) -> Things:
    """Read what stands on a road.

    Args:
        road: of the file.
        notes: to be filled.

    Returns:
        Lights, stop lines as (s, orientation), and crosswalks.
    """
    lights, stops = read_signals(road, notes)
    crosswalks = []
    for group in road.all("objects"):
        for element in group.children:
            place = place_of(road, element)
            kind = f"{element.attributes.get('type', '')} {element.attributes.get('name', '')}".strip().lower()
            if element.tag == "object" and "crosswalk" in kind:
                crosswalks.append(element)
            elif element.tag == "object" and "stopline" in kind.replace("_", "").replace(" ", ""):
                stops.append((value(element, "s"), element.attributes.get("orientation", "none")))
            elif element.tag == "object":
                notes.add("object is not placed", f"{place} ({kind or 'no type'})")
            elif element.tag != "userData":
                notes.add(f"<{element.tag}> is not read", place)
    return tuple(lights), tuple(stops), tuple(crosswalks)


def place_of(road: Element, element: Element) -> str:
    """Road and id of what stands on it."""
    return f"{road.attribute('id')}/{element.attributes.get('id', element.line)}"


def read_signals(road: Element, notes: Notes) -> tuple[list[Light], list[tuple[float, str]]]:
    """Lights and stop lines among the signals of a road."""
    lights: list[Light] = []
    stops: list[tuple[float, str]] = []
    for element in (child for group in road.all("signals") for child in group.children):
        place, kind = place_of(road, element), element.attributes.get("type", "").strip()
        if element.tag == "signalReference" or kind in LIGHTS:
            lights.append(read_light(element))
        elif kind in STOP_LINES:
            stops.append((value(element, "s"), element.attributes.get("orientation", "none")))
        elif element.tag == "signal" and element.attributes.get("dynamic") == "yes":
            notes.add(f"light of type {kind} is not for vehicles and not placed", place)
        elif element.tag == "signal":
            notes.add("sign is not placed, nor obeyed", f"{place} ({kind or 'no type'})")
        elif element.tag != "userData":
            notes.add(f"<{element.tag}> is not read", place)
    return lights, stops


def read_light(element: Element) -> Light:
    """Read a traffic light or a reference to one."""
    ranges = tuple((part.integer("fromLane"), part.integer("toLane")) for part in element.all("validity"))
    height = value(element, "zOffset", HEAD_HEIGHT) + value(element, "height", 0.0) / 2
    height = height if height >= LOWEST else HEAD_HEIGHT
    return Light(
        element.attribute("id").strip(), value(element, "s"), value(element, "t", 0.0),
        element.attributes.get("orientation", "none"), value(element, "hOffset", 0.0), height, ranges,
        element.tag == "signalReference",
    )  # fmt: skip
