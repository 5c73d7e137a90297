"""Lane sections of OpenDRIVE roads: lanes, their widths, limits and road marks."""

from __future__ import annotations

from scenes.notes import Notes
from scenes.opendrive_model import LANE_TYPES, LaneRecord, Mark, Section, Stroke
from scenes.opendrive_read import cubics, read_limit, value
from scenes.xmlfile import Element

LINE, BOLD = 0.12, 0.25  # m, width of lines whose width the file does not say
DASH, SPACE = 3.0, 6.0  # m, where the file does not say
DOTS = 0.1, 1.1  # m, botts' dots: size and distance
# type: strokes from left to right, seen along the road; True = broken
PATTERNS: dict[str, tuple[bool, ...]] = {
    "none": (), "solid": (False,), "broken": (True,), "solid solid": (False, False), "solid broken": (False, True),
    "broken solid": (True, False), "broken broken": (True, True), "botts dots": (True,), "edge": (False,),
    "curb": (), "grass": (), "custom": (False,),
}  # fmt: skip
Types = tuple[tuple[float, str, float | None], ...]


def read_sections(lanes: Element, length: float, types: Types, notes: Notes, road: str) -> tuple[Section, ...]:
    """Read the lane sections of a road; they are cut where the type of the road and with it the limit changes.

    Args:
        lanes: <lanes> of the road.
        length: of the road, m.
        types: of the road.
        notes: to be filled.
        road: id, for notes.

    Raises:
        SceneError: no lane section, an id twice or a gap between the ids, a lane without width.
    """
    elements = sorted(lanes.all("laneSection"), key=lambda part: value(part, "s", 0.0))
    if not elements:
        raise lanes.error("<laneSection> is missing")
    sections: list[Section] = []
    for k, element in enumerate(elements):
        start = max(0.0, value(element, "s", 0.0))
        end = value(elements[k + 1], "s", 0.0) if k + 1 < len(elements) else length
        if end - start < 1e-6:
            notes.add("lane section has no length and is left out", f"{road}/{k}")
            continue
        found: dict[int, LaneRecord] = {}
        for side in ("left", "center", "right"):
            group = element.maybe(side)
            for part in group.all("lane") if group is not None else ():
                lane = read_lane(part, start, notes, road)
                if lane.id in found:
                    raise part.error(f"lane {lane.id} stands twice, first in line {found[lane.id].line}")
                found[lane.id] = lane
        gap = next((n for n in range(min(found, default=0), max(found, default=0)) if n not in found and n), None)
        if gap is not None:
            raise element.error(f"lane {gap} is missing between the others")
        found.setdefault(0, LaneRecord(0, "none", None, None, (), (), (), (), False, element.line))
        sections += cut(Section(start, end, found), [s for s, _, _ in types])
    if not sections:
        raise lanes.error("no lane section has a length")
    return tuple(sections)


def cut(section: Section, stations: list[float]) -> list[Section]:
    """Cut a section; lanes of the pieces follow each other by their ids."""
    inside = sorted(s for s in set(stations) if section.start + 0.5 < s < section.end - 0.5)
    edges = [section.start, *inside, section.end]
    pieces = []
    for k in range(len(edges) - 1):
        lanes = {}
        for number, lane in section.lanes.items():
            before = lane.before if k == 0 else (number,)
            after = lane.after if k == len(edges) - 2 else (number,)
            lanes[number] = LaneRecord(
                number, lane.kind, lane.width, lane.border, before, after, lane.marks, lane.limits, lane.reverse,
                lane.line,
            )  # fmt: skip
        pieces.append(Section(edges[k], edges[k + 1], lanes))
    return pieces


def read_lane(element: Element, base: float, notes: Notes, road: str) -> LaneRecord:
    """Read one lane of a section that begins at `base` m."""
    number, kind = element.integer("id"), element.attributes.get("type", "none").strip()
    place = f"{road}/{number}"
    if kind not in LANE_TYPES:
        notes.add(f"lane type {kind!r} is unknown; treated as none", place)
        kind = "none"
    if kind in ("bidirectional", "shared"):
        notes.add(f"lane of type {kind} is driven one way only", place)
    widths, borders = list(element.all("width")), list(element.all("border"))
    if number != 0 and not widths and not borders:
        notes.add("lane has no width", place)
    if element.maybe("height") is not None:
        notes.add("height of a lane is left out: kerbs are level with the road", place)
    link = element.maybe("link")
    ends = [tuple(part.integer("id") for part in link.all(tag)) if link else () for tag in ("predecessor", "successor")]
    marks = tuple(read_mark(part, base, notes, place) for part in element.all("roadMark"))
    limits = [(base + value(part, "sOffset", 0.0), read_limit(part)) for part in element.all("speed")]
    for part in element.all("access", "rule"):
        notes.add(f"<{part.tag}> of a lane is not obeyed", place)
    return LaneRecord(
        number, kind, cubics(widths, "sOffset", base) if widths else None,
        cubics(borders, "sOffset", base) if borders and not widths else None, ends[0], ends[1],
        tuple(sorted(marks, key=lambda mark: mark.start)), tuple((s, limit) for s, limit in limits if limit),
        element.attributes.get("direction") == "reversed", element.line,
    )  # fmt: skip


def read_mark(element: Element, base: float, notes: Notes, place: str) -> Mark:
    """Read a road mark."""
    start, kind = base + value(element, "sOffset", 0.0), element.attributes.get("type", "none").strip()
    colour = element.attributes.get("color", "standard").strip()
    change = element.attributes.get("laneChange")
    wide = BOLD if element.attributes.get("weight") == "bold" else LINE
    width = value(element, "width", 0.0, 0.0, 10.0) or wide
    pattern = PATTERNS.get(kind)
    if pattern is None:
        notes.add(f"road mark {kind!r} is unknown and not painted", place)
        pattern = ()
    detail = element.maybe("type") or element.maybe("explicit")
    lines = list(detail.all("line")) if detail is not None else []
    if lines and pattern:
        return Mark(start, colour, tuple(read_stroke(line, width) for line in lines), change)
    strokes = []
    for k, broken in enumerate(pattern):
        offset = 0.0 if len(pattern) == 1 else width * (1.0 - 2.0 * k)
        dash = (0.0, 0.0) if not broken else (DOTS if kind == "botts dots" else (DASH, SPACE))
        strokes.append(Stroke(offset, width, *dash))
    return Mark(start, colour, tuple(strokes), change)


def read_stroke(line: Element, width: float) -> Stroke:
    """Read one line of a road mark's type. A line without space, or as long as a road, is unbroken."""
    length, space = value(line, "length", 0.0, 0.0), value(line, "space", 0.0, 0.0)
    wide = value(line, "width", 0.0, 0.0, 10.0) or width
    dash = (length, space) if space > 0.0 and length > 0.0 else (0.0, 0.0)
    return Stroke(value(line, "tOffset", 0.0), wide, *dash, value(line, "sOffset", 0.0))
