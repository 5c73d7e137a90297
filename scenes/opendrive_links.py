"""Which lane leads into which: the links of roads, lane sections and junctions of an OpenDRIVE file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from scenes.notes import Notes
from scenes.opendrive_model import DRIVEN, WALKED, LaneRecord, Link, OpenDrive, Road

Key = tuple[str, int, int]  # road, number of the lane section, lane
End = tuple[Key, str]  # a lane and one of its ends along s: start or end


def lane_of(drive: OpenDrive, key: Key) -> LaneRecord | None:
    """The lane of a key, None where there is none."""
    road = drive.roads.get(key[0])
    if road is None or not 0 <= key[1] < len(road.sections):
        return None
    return road.sections[key[1]].lanes.get(key[2])


def ties(drive: OpenDrive, notes: Notes) -> list[tuple[End, End]]:
    """All pairs of lane ends that the file ties together, of lanes that are driven or walked on.

    Args:
        drive: the file.
        notes: to be filled with links that lead nowhere.

    Returns:
        Pairs; one that both lanes mention stands twice.
    """
    found: list[tuple[End, End]] = []
    for road in drive.roads.values():
        for here, number, lane, other, contact in road_links(drive, road, notes):
            found.append((((road.id, number, lane), here), (other, contact)))
    found += junction_links(drive, notes)
    kept = []
    for one, two in found:
        first, second = lane_of(drive, one[0]), lane_of(drive, two[0])
        if first is None or second is None:
            lost = one if first is None else two
            notes.add("link leads to a lane that is not there", f"{name_of(one[0])} to {name_of(lost[0])}")
        elif all(lane.kind in DRIVEN for lane in (first, second)) or all(
            lane.kind in WALKED for lane in (first, second)
        ):
            kept.append((one, two))
    return kept


def name_of(key: Key) -> str:
    """A lane as notes and errors write it: road/section/lane."""
    return "/".join(str(part) for part in key)


def road_links(drive: OpenDrive, road: Road, notes: Notes) -> Iterator[tuple[str, int, int, Key, str]]:
    """Links of the lanes of a road: own end, section, lane, the other lane and its end."""
    last = len(road.sections) - 1
    for number, section in enumerate(road.sections):
        for lane in section.lanes.values():
            for here, step, ids in (("start", -1, lane.before), ("end", 1, lane.after)):
                inside = 0 <= number + step <= last
                link = road.before if here == "start" else road.after
                for other in ids:
                    if inside:
                        yield here, number, lane.id, (road.id, number + step, other), "start" if step > 0 else "end"
                    elif link is not None and link.kind == "road":
                        place = contact_of(drive, link, road, notes)
                        if place is not None:
                            yield here, number, lane.id, (link.id, place[0], other), place[1]


def contact_of(drive: OpenDrive, link: Link, road: Road, notes: Notes) -> tuple[int, str] | None:
    """Section and end of the road that a road leads to; None, with a note, where there is none."""
    other = drive.roads.get(link.id)
    if other is None or link.contact not in ("start", "end"):
        notes.add("link of a road names no road of this file, or no end of it", f"{road.id} to {link.id}")
        return None
    return (0, "start") if link.contact == "start" else (len(other.sections) - 1, "end")


def junction_links(drive: OpenDrive, notes: Notes) -> list[tuple[End, End]]:
    """Links that junctions state for the lanes of incoming and connecting roads."""
    found: list[tuple[End, End]] = []
    for junction in drive.junctions.values():
        if junction.kind == "virtual":
            continue
        for connection in junction.connections:
            incoming, other = drive.roads[connection.incoming], drive.roads[connection.connecting]
            into = (0, "start") if connection.contact == "start" else (len(other.sections) - 1, "end")
            for lane, to in connection.lanes:
                end = mouth(incoming, junction.id, lane)
                if end is None:
                    notes.add("incoming road does not touch its junction", f"{incoming.id} at {junction.id}")
                    continue
                found.append((((incoming.id, end[0], lane), end[1]), ((other.id, into[0], to), into[1])))
    return found


def mouth(road: Road, junction: str, lane: int) -> tuple[int, str] | None:
    """Section and end at which a lane of a road enters a junction.

    A road that begins and ends at the same junction enters it at the end that its lane is driven towards.
    """
    ends = {
        end: (number, end)
        for link, number, end in ((road.before, 0, "start"), (road.after, len(road.sections) - 1, "end"))
        if link is not None and link.kind == "junction" and link.id == junction
    }
    if len(ends) == 2:
        record = road.sections[-1].lanes.get(lane)
        return ends["end" if record is not None and road.forward(record) else "start"]
    return next(iter(ends.values()), None)


def followers(drive: OpenDrive, pairs: list[tuple[End, End]], notes: Notes) -> dict[Key, tuple[Key, ...]]:
    """Successors of every driven lane.

    Args:
        drive: the file.
        pairs: from `ties`.
        notes: to be filled with lanes that meet head on.

    Returns:
        Lane -> lanes that one may drive on to, in the order of the file.
    """
    found: dict[Key, dict[Key, None]] = defaultdict(dict)
    for one, two in pairs:
        leaves = [leaving(drive, end) for end in (one, two)]
        lane = lane_of(drive, one[0])
        if lane is None or lane.kind not in DRIVEN:
            continue
        if leaves == [True, False]:
            found[one[0]][two[0]] = None
        elif leaves == [False, True]:
            found[two[0]][one[0]] = None
        else:
            notes.add("linked lanes meet head on", f"{name_of(one[0])} and {name_of(two[0])}")
    return {key: tuple(others) for key, others in found.items()}


def leaving(drive: OpenDrive, end: End) -> bool:
    """Whether a lane is left at one of its ends."""
    lane = lane_of(drive, end[0])
    assert lane is not None
    return drive.roads[end[0][0]].forward(lane) == (end[1] == "end")
