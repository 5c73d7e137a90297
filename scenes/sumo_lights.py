"""Light programs of a SUMO network as signal groups with plans of their own."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from scenes.lanes import line_at
from scenes.map_lanes import length_of
from scenes.map_layout import spaced
from scenes.map_traffic import conflict
from scenes.notes import Notes
from scenes.opendrive_read import text_of, value
from scenes.road_map import Head, Plan, SignalGroup
from scenes.types import Floats, Lane, SignalState, StopLine
from scenes.xmlfile import Element

BEFORE = 0.6  # m between the end of a lane and where vehicles wait
BESIDE = 0.9  # m from the edge of the lane at the kerb to the middle of a post
HEIGHTS = 3.2, 5.4  # m of a head on a post and of one over a lane
Program = tuple[list[tuple[str, float]], float]  # (state of all links, s), offset in s


@dataclass(frozen=True)
class Link:
    """From one lane to the next."""

    before: str
    after: str
    light: str | None  # id of the program
    index: int  # in its states
    back: bool = False  # it turns round


@dataclass(frozen=True)
class Lights:
    """What the light programs of a network make."""

    heads: tuple[Head, ...] = ()
    groups: tuple[SignalGroup, ...] = ()
    stops: tuple[StopLine, ...] = ()
    yielding: frozenset[int] = frozenset()


def lights(root: Element, links: list[Link], lanes: dict[str, Lane], left_hand: bool, notes: Notes) -> Lights:
    """Heads, groups and stop lines: one group for each lane that comes to a light.

    A lane is green while one of its links is, and that one has nobody to give way to. Links that have are not for
    vehicles that cannot give way.

    Args:
        root: of the file.
        links: between driving lanes.
        lanes: by their names in the file.
        left_hand: traffic keeps to the left.
        notes: to be filled.
    """
    programs = read_programs(root, notes)
    controlled = [link for link in links if link.light in programs]
    for link in links:
        if link.light is not None and link.light not in programs:
            notes.add("light has no program", link.light)
    yielding = {lanes[link.after].id for link in links if link.back and link.after.startswith(":")}
    ways = {link: way_of(link, links, lanes) for link in controlled}
    members = defaultdict(list)
    for link in controlled:
        members[link.before].append(link)
    heads, groups, stops = list[Head](), list[SignalGroup](), list[StopLine]()
    for name, own in members.items():
        lane, light = lanes[name], str(own[0].light)
        mates = [link for link in controlled if link.light == light]
        plan, waits = plan_of(own, mates, programs[light][0], ways)
        yielding |= {lanes[link.after].id for link in waits}
        number = len(groups)
        groups.append(SignalGroup(number, light, plan, -programs[light][1]))
        stops.append(StopLine(lane.id, max(0.2, length_of(lane) - BEFORE), number))
        heads.append(Head(*place_of(lane, left_hand), number))
    return Lights(tuple(heads), tuple(groups), tuple(stops), frozenset(yielding))


def read_programs(root: Element, notes: Notes) -> dict[str, Program]:
    """Phases and offset of every program; of several for one light the first."""
    found: dict[str, Program] = {}
    for element in root.all("tlLogic"):
        number = text_of(element, "id")
        if number in found:
            notes.add("light has several programs, of which the first is used", number)
            continue
        if element.attributes.get("type", "static") != "static":
            notes.add("light reacts to traffic; here its phases last as long as written", number)
        phases = [(text_of(part, "state"), value(part, "duration", None, 0.0, 1e5)) for part in element.all("phase")]
        if sum(duration for _, duration in phases) <= 0.0:
            notes.add("light has no phases", number)
            continue
        found[number] = (phases, value(element, "offset", 0.0))
    return found


def way_of(link: Link, links: list[Link], lanes: dict[str, Lane]) -> Floats:
    """(N, 2) m of the way through a junction: SUMO cuts it where vehicles may wait in the middle."""
    line, name = lanes[link.after].centre, link.after
    while name.startswith(":"):
        following = next((one.after for one in links if one.before == name), "")
        if not following.startswith(":") or following not in lanes:
            break
        line, name = np.concatenate([line, lanes[following].centre]), following
    keep = np.concatenate([[True], np.linalg.norm(np.diff(line, axis=0), axis=1) > 0.01])
    return spaced(line[keep], 1.0)


def plan_of(
    own: list[Link], mates: list[Link], phases: list[tuple[str, float]], ways: dict[Link, Floats]
) -> tuple[Plan, set[Link]]:
    """Plan of one lane, and those of its links that are green while they have to give way."""
    states: list[tuple[SignalState, float]] = []
    waits: set[Link] = set()
    rights = [{link: right_of(link, mates, state, ways) for link in own} for state, _ in phases]
    was = "free" in rights[-1].values()
    for (state, duration), right in zip(phases, rights, strict=True):
        if "free" in right.values():
            states.append(("green", duration))
            waits |= {link for link in own if right[link] == "waits"}
        elif was and any(letter(link, state) in "yY" for link in own):
            states.append(("yellow", duration))
        elif all(letter(link, state) in "oO" for link in own):
            states.append(("flashing-yellow", duration))
            waits |= set(own)
        else:
            states.append(("red", duration))
        was = states[-1][0] == "green"
    if not any("free" in right.values() for right in rights):
        waits |= set(own)
    merged = [(name, sum(part[1] for part in group)) for name, group in groupby(states, key=lambda part: part[0])]
    return tuple((name, duration) for name, duration in merged if duration > 0.0), waits


def letter(link: Link, state: str) -> str:
    """What a link is shown in a phase."""
    return state[link.index] if link.index < len(state) else "r"


def right_of(link: Link, mates: list[Link], state: str, ways: dict[Link, Floats]) -> str:
    """Whether a link is free, waits for others although it is green, or is shut."""
    shown = letter(link, state)
    if shown not in "Gg":
        return "shut"
    foes = [one for one in mates if one.before != link.before and letter(one, state) in "Gg"]
    return "waits" if shown == "g" and any(conflict(ways[link], ways[one]) for one in foes) else "free"


def place_of(lane: Lane, left_hand: bool) -> tuple[Floats, float]:
    """Place and heading of a lane's head: beside the lane at the kerb, above the others."""
    x, y, heading = line_at(lane.centre, length_of(lane) + 0.4)
    at_kerb = (lane.left if left_hand else lane.right) is None
    side = (1.0 if left_hand else -1.0) * (lane.width / 2 + BESIDE) if at_kerb else 0.0
    spot = np.array([x - side * math.sin(heading), y + side * math.cos(heading), HEIGHTS[0 if at_kerb else 1]])
    return spot, heading + math.pi
