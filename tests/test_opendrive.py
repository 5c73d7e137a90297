"""OpenDRIVE files become road networks: lanes, links, marks, limits, crossings, lights, both sides of driving."""

import math
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from scenes.errors import SceneError
from scenes.kinds import Kind
from scenes.lanes import arc_lengths
from scenes.maps import read_map
from scenes.notes import Notes
from scenes.opendrive import read_opendrive
from scenes.opendrive_line import reference
from scenes.opendrive_shape import SAGITTA, shapes
from scenes.road_map import RoadMap
from scenes.types import Lane
from scenes.xmlfile import read_xml
from tests.road_files import (
    NONE_HERE,
    OPENDRIVE,
    crossroads,
    geometry,
    lane,
    light,
    opendrive,
    pair,
    road,
    section,
    straight,
    two_way,
)  # fmt: skip

DRIVEN = {"driving", "entry", "exit", "onRamp", "offRamp", "connectingRamp", "bidirectional", "bus", "taxi", "HOV"}


def read(tmp_path: Path, body: str, name: str = "map.xodr") -> RoadMap:
    path = tmp_path / name
    path.write_text(opendrive(body), encoding="utf-8")
    return read_map(path)


def named(found: RoadMap) -> dict[str, Lane]:
    return {found.names[lane.id]: lane for lane in found.network.lanes}


def test_lanes_run_beside_the_reference_line_in_their_direction(tmp_path: Path) -> None:
    lanes = named(read(tmp_path, straight("7")))
    assert lanes["7/0/-1"].centre[[0, -1]] == pytest.approx(np.array([[0.0, -1.75], [100.0, -1.75]]))
    assert lanes["7/0/1"].centre[[0, -1]] == pytest.approx(np.array([[100.0, 1.75], [0.0, 1.75]]))
    assert {one.width for one in lanes.values()} == {3.5}


def test_left_hand_traffic_turns_all_lanes_round(tmp_path: Path) -> None:
    found = read(tmp_path, straight("7", rule="LHT"))
    assert found.left_hand
    assert named(found)["7/0/-1"].centre[0, 0] == pytest.approx(100.0)
    assert named(found)["7/0/1"].centre[0, 0] == pytest.approx(0.0)


def test_widths_and_the_offset_of_the_centre_lane_are_polynomials(tmp_path: Path) -> None:
    width = '<width sOffset="0" a="3" b="0" c="0" d="0"/><width sOffset="40" a="3" b="0.05" c="0" d="0"/>'
    lanes = '<laneOffset s="0" a="1" b="0.01" c="0" d="0"/>' + section("", lane(-1, width=width) + lane(-2, width=2.0))
    found = named(read(tmp_path, road("1", geometry(0, 0, 0, 0, 80, "<line/>"), lanes, 80.0)))
    inner, outer = found["1/0/-1"].centre, found["1/0/-2"].centre
    x = np.array([0.0, 20.0, 40.0, 60.0, 80.0])
    wide = 3.0 + 0.05 * np.maximum(x - 40.0, 0.0)
    assert np.interp(x, *inner.T) == pytest.approx(1.0 + 0.01 * x - wide / 2, abs=SAGITTA)
    assert np.interp(x, *outer.T) == pytest.approx(1.0 + 0.01 * x - wide - 1.0, abs=SAGITTA)


def test_borders_count_where_there_are_no_widths(tmp_path: Path) -> None:
    border = '<border sOffset="0" a="{}" b="0" c="0" d="0"/>'
    right = lane(-1, width=border.format(-3.0)) + lane(-2, width=border.format(-5.0))
    found = named(read(tmp_path, straight("1", sections=section("", right))))
    assert found["1/0/-1"].centre[0, 1] == pytest.approx(-1.5)
    assert found["1/0/-2"].centre[0, 1] == pytest.approx(-4.0)
    assert found["1/0/-2"].width == pytest.approx(2.0)


@pytest.mark.parametrize("shape", ['<arc curvature="0.05"/>', '<spiral curvStart="0" curvEnd="-0.08"/>'])
def test_polylines_are_nowhere_farther_off_a_curve_than_the_sagitta(tmp_path: Path, shape: str) -> None:
    found = read(tmp_path, road("1", geometry(0, 5, 5, 1, 60, shape), two_way(), 60.0))
    drive = read_opendrive(read_xml(tmp_path / "map.xodr"), Notes())
    s = np.linspace(0.0, 60.0, 4000)
    x, y, heading = reference(drive.roads["1"].pieces, s).T
    exact = np.stack([x + 1.75 * np.sin(heading), y - 1.75 * np.cos(heading)], -1)
    line = named(found)["1/0/-1"].centre
    assert len(line) < 100
    along = arc_lengths(line)
    fine = np.stack([np.interp(np.linspace(0, along[-1], 20000), along, line[:, k]) for k in (0, 1)], -1)
    apart = [np.hypot(*(fine - spot).T).min() for spot in exact[::20]]
    assert max(apart) < SAGITTA + 0.003


def test_sections_of_a_road_follow_each_other_by_their_links(tmp_path: Path) -> None:
    first = section("", lane(-1, link='<successor id="-2"/>'))
    second = section("", lane(-1) + lane(-2, link='<predecessor id="-1"/>'), s=50.0)
    offset = '<laneOffset s="0" a="0" b="0" c="0" d="0"/><laneOffset s="50" a="3.5" b="0" c="0" d="0"/>'
    found = named(read(tmp_path, road("1", geometry(0, 0, 0, 0, 100, "<line/>"), offset + first + second, 100.0)))
    ids = {one.id: name for name, one in found.items()}
    assert [ids[n] for n in found["1/0/-1"].successors] == ["1/1/-2"]
    assert found["1/1/-2"].left == found["1/1/-1"].id
    assert found["1/1/-1"].right == found["1/1/-2"].id
    assert found["1/1/-1"].left is None


def test_marks_forbid_changes_of_lane(tmp_path: Path) -> None:
    mark = '<roadMark sOffset="0" type="solid" laneChange="{}"/>'
    right = lane(-1, more=mark.format("increase")) + lane(-2, more=mark.format("none")) + lane(-3)
    found = named(read(tmp_path, straight("1", sections=section("", right))))
    one, two, three = (found[f"1/0/-{k}"] for k in (1, 2, 3))
    assert (one.left, one.right) == (None, None)
    assert (two.left, two.right) == (one.id, None)
    assert (three.left, three.right) == (None, None)


def test_junctions_link_lanes_in_both_directions(tmp_path: Path) -> None:
    found = read(tmp_path, crossroads())
    lanes, ids = named(found), {n: name for n, name in found.names.items()}
    after = {name: [ids[n] for n in one.successors] for name, one in lanes.items()}
    assert after == {
        "1/0/-1": ["10/0/-1"], "10/0/-1": ["2/0/1"], "2/0/1": [],
        "2/0/-1": ["11/0/1"], "11/0/1": ["1/0/1"], "1/0/1": [],
    }  # fmt: skip
    assert {ids[n] for n in found.inside} == {"10/0/-1", "11/0/1"}
    assert found.notes == ()


def test_links_that_do_not_fit_become_notes(tmp_path: Path) -> None:
    lost = '<successor elementType="road" elementId="99" contactPoint="start"/>'
    far = straight("2", x=130.0, link="")
    near = straight(
        "1", link='<successor elementType="road" elementId="2" contactPoint="start"/>', sections=two_way(pair(5, -1))
    )  # fmt: skip
    notes = read(tmp_path, near + far + straight("3", y=50.0, link=lost, sections=two_way(pair(1, 1)))).notes
    assert any("linked lanes do not touch" in note and "1/0/-1 to 2/0/-1 (30.00 m)" in note for note in notes)
    assert any("linked lanes meet head on" in note and "1/0/1 and 2/0/-1" in note for note in notes)
    assert any("link of a road names no road of this file" in note and "3 to 99" in note for note in notes)


def test_limits_come_from_the_lane_else_the_road_else_its_type(tmp_path: Path) -> None:
    types = (
        '<type s="0" type="town"><speed max="30" unit="mph"/></type><type s="40" type="motorway"/>'
        '<type s="70" type="rural"><speed max="no limit"/></type>'
    )
    right = lane(-1, more='<speed sOffset="0" max="20"/>') + lane(-2)
    found = named(read(tmp_path, straight("1", more=types, sections=section("", right))))
    assert [found[f"1/{k}/-1"].speed_limit for k in range(3)] == pytest.approx([20.0] * 3)
    assert [found[f"1/{k}/-2"].speed_limit for k in range(3)] == pytest.approx([13.4112, 130 / 3.6, 100 / 3.6])
    assert found["1/0/-2"].successors == (found["1/1/-2"].id,)
    assert found["1/1/-2"].centre[0, 0] == pytest.approx(40.0)


def test_ground_and_sidewalks_follow_the_types_of_lanes(tmp_path: Path) -> None:
    right = lane(-1) + lane(-2, "shoulder", 1.0) + lane(-3, "sidewalk", 2.0) + lane(-4, "none", 3.0)
    network = read(tmp_path, straight("1", sections=section("", right))).network
    assert network.sidewalk_width == 2.0
    assert [line[[0, -1]].tolist() for line in network.sidewalks] == [[[0.0, -5.5], [100.0, -5.5]]]
    spread = {}
    for kind in (Kind.ROAD, Kind.PAVEMENT):
        spots = np.concatenate([s.outline for s in network.surfaces if s.kind is kind])
        spread[kind] = (spots[:, 1].min(), spots[:, 1].max())
    assert spread == {Kind.ROAD: (-4.5, 0.0), Kind.PAVEMENT: (-6.5, -4.5)}


def test_marks_are_painted_where_the_file_has_them(tmp_path: Path) -> None:
    yellow = '<roadMark sOffset="10" type="broken" color="yellow" width="0.2"/>'
    solid = '<roadMark sOffset="0" type="solid" width="0.1"/><roadMark sOffset="60" type="none"/>'
    parts = section(lane(1), lane(-1, more=solid), centre=yellow)
    marks = read(tmp_path, straight("1", sections=parts)).network.markings
    middle = [mark.outline for mark in marks if abs(mark.outline[:, 1].mean()) < 0.01]
    edge = np.concatenate([mark.outline for mark in marks if mark.outline[:, 1].mean() < -3.0])
    assert len(middle) == 10
    assert min(outline[:, 0].min() for outline in middle) == pytest.approx(10.0)
    assert np.ptp(middle[0], axis=0) == pytest.approx([3.0, 0.2])
    assert (edge[:, 0].min(), edge[:, 0].max()) == pytest.approx((0.0, 60.0))
    assert (edge[:, 1].min(), edge[:, 1].max()) == pytest.approx((-3.55, -3.45))


@pytest.mark.parametrize(
    "outline",
    [
        '<outline><cornerRoad s="48" t="-4"/><cornerRoad s="48" t="4"/><cornerRoad s="52" t="4"/>'
        '<cornerRoad s="52" t="-4"/></outline>',
        '<outlines><outline id="0"><cornerLocal u="-4" v="-2"/><cornerLocal u="4" v="-2"/><cornerLocal u="4" v="2"/>'
        '<cornerLocal u="-4" v="2"/></outline></outlines>',
        "",
    ],
    ids=["road", "local", "box"],
)
def test_crosswalks_become_crossings_with_stop_lines(tmp_path: Path, outline: str) -> None:
    thing = (
        f'<objects><object id="4" type="crosswalk" s="50" t="0" hdg="{math.pi / 2}" length="8" width="4">{outline}'
        "</object></objects>"
    )
    found = read(tmp_path, straight("1", more="|" + thing))
    (crossing,) = found.network.crossings
    assert sorted([crossing.start[1], crossing.end[1]]) == pytest.approx([-4.0, 4.0])
    assert crossing.start[0] == pytest.approx(50.0)
    assert crossing.width == pytest.approx(4.0)
    stops = {found.names[stop.lane]: stop.s for stop in found.network.stop_lines}
    assert stops == pytest.approx({"1/0/-1": 47.0, "1/0/1": 47.0}, abs=0.3)
    assert len([mark for mark in found.network.markings if abs(mark.outline[:, 0].mean() - 50.0) < 0.1]) > 5


def test_lights_stop_the_lanes_that_they_are_for(tmp_path: Path) -> None:
    signals = light(1, 95, -4) + light(2, 6, 4, "-", '<validity fromLane="1" toLane="1"/>')
    other = '<signal id="9" s="20" t="-4" dynamic="no" type="206" orientation="+"/>'
    found = read(tmp_path, straight("1", more=f"|<signals>{signals}{other}</signals>"))
    stops = {found.names[stop.lane]: stop for stop in found.network.stop_lines}
    assert {name: stop.s for name, stop in stops.items()} == pytest.approx({"1/0/-1": 94.2, "1/0/1": 93.2})
    assert stops["1/0/-1"].signal_group != stops["1/0/1"].signal_group
    first, second = found.heads
    assert first.position == pytest.approx([95.0, -4.0, 3.0])
    assert abs(math.remainder(first.heading - math.pi, 2 * math.pi)) < 1e-6  # looks at those who come along s
    assert abs(math.remainder(second.heading, 2 * math.pi)) < 1e-6
    assert found.notes == ("sign is not placed, nor obeyed: 1/9 (206)",)


def test_controllers_join_lights_and_references_move_them(tmp_path: Path) -> None:
    body = crossroads().replace("</road>", "<signals>{}</signals></road>")
    never = '<validity fromLane="0" toLane="0"/>'
    refer = (
        '<signalReference id="1" s="0.5" t="-3" orientation="-"><validity fromLane="-1" toLane="-1"/></signalReference>'
    )
    signals = [light(1, 79, -5, "-", never), light(2, 78, -5), refer, ""]
    body = body.format(*signals) + '<controller id="8"><control signalId="1"/><control signalId="2"/></controller>'
    found = read(tmp_path, body)
    stops = {found.names[stop.lane]: stop.s for stop in found.network.stop_lines}
    assert stops == pytest.approx({"1/0/-1": 79.4, "2/0/-1": 77.2})
    assert {stop.signal_group for stop in found.network.stop_lines} == {0}
    assert [group.junction for group in found.groups] == ["5"]
    assert [one.group for one in found.heads] == [0, 0]


def test_a_stop_line_near_a_light_says_where_to_wait(tmp_path: Path) -> None:
    signals = light(1, 98, -4) + '<signal id="2" s="90" t="0" type="294" orientation="+"/>'
    found = read(tmp_path, straight("1", more=f"|<signals>{signals}</signals>"))
    assert [stop.s for stop in found.network.stop_lines] == pytest.approx([89.2])


def test_slopes_are_kept_in_the_reader_and_told_once(tmp_path: Path) -> None:
    rise = '<elevationProfile><elevation s="0" a="2" b="0.05" c="0" d="0"/></elevationProfile>'
    found = read(tmp_path, straight("1", more=rise) + straight("2", y=30.0, more=rise))
    assert found.notes == ("road is not flat, but drawn at height 0: 1, 2",)
    drive = read_opendrive(read_xml(tmp_path / "map.xodr"), Notes())
    assert drive.roads["1"].elevation.at(np.array([40.0])) == pytest.approx([4.0])


def test_far_maps_are_moved_by_whole_metres(tmp_path: Path) -> None:
    found = read(tmp_path, straight("1", x=600_000.3, y=5_300_000.6))
    spots = np.concatenate([one.centre for one in found.network.lanes])
    assert np.abs(spots).max() < 60.0
    assert found.origin.tolist() == [600_050.0, 5_300_001.0]
    assert np.abs(named(found)["1/0/-1"].centre[0] + found.origin - (600_000.3, 5_300_000.6 - 1.75)).max() < 1e-6
    assert "moved by" in found.notes[0]


BROKEN = {
    "not xml": ("<OpenDRIVE><road", "XML"),
    "other": ("<html/>", "<html> is no map"),
    "no road": (opendrive(""), "map.xodr:2 OpenDRIVE: <road> is missing"),
    "version 2": (opendrive(straight("1"), 'revMajor="2"'), "map.xodr:3 header: revMajor '2' is not 1"),
    "no geometry": (opendrive(road("1", "", two_way(), 10.0)), "map.xodr:4 planView: <geometry> is missing"),
    "no lanes": (opendrive(straight("1").replace("lanes", "lames")), "map.xodr:4 road 1: <lanes> is missing"),
    "text": (opendrive(straight("1").replace('x="0.0"', 'x="zero"')), "map.xodr:4 geometry: x 'zero' is not a number"),
    "nan": (opendrive(straight("1").replace('x="0.0"', 'x="nan"')), "map.xodr:4 geometry: x nan is outside"),
    "shape": (opendrive(straight("1").replace("<line/>", "<bow/>")), "geometry: holds none of line, arc"),
    "twice": (opendrive(straight("1") + "\n" + straight("1")), "map.xodr:5 road 1: id 1 stands twice, first in line 4"),
    "lane gap": (opendrive(straight("1", sections=section("", lane(-1) + lane(-3)))), "lane -2 is missing"),
    "lane twice": (opendrive(straight("1", sections=section("", lane(-1) + lane(-1)))), "lane -1 stands twice"),
    "no driving": (opendrive(straight("1", sections=section("", lane(-1, "sidewalk")))), "has no driving lane"),
    "entity": ('<!DOCTYPE a [<!ENTITY b "c">]><OpenDRIVE/>', "document type declaration"),
    "unit": (
        opendrive(straight("1", more='<type s="0" type="town"><speed max="3" unit="knots"/></type>')),
        "speed: unit 'knots' is unknown; choose from m/s, km/h, mph",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_give_one_line(tmp_path: Path, case: str) -> None:
    text, message = BROKEN[case]
    (tmp_path / "map.xodr").write_text(text, encoding="utf-8")
    with pytest.raises(SceneError) as caught:
        read_map(tmp_path / "map.xodr")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def plain_links(path: Path) -> set[tuple[tuple[str, int, int], tuple[str, int, int]]]:
    """Pairs of driving lanes that a file ties together, read without any of the package's code; not in order."""
    root = ElementTree.parse(path).getroot()
    roads = {one.get("id", ""): one for one in root.iter("road")}
    parts = {name: one.findall("lanes/laneSection") for name, one in roads.items()}

    def driven(key: tuple[str, int, int]) -> bool:
        found = [e for e in parts[key[0]][key[1]].iter("lane") if int(e.get("id", "0")) == key[2]]
        return bool(found) and found[0].get("type") in DRIVEN and key[2] != 0

    pairs = []
    for name, one in roads.items():
        for k, part in enumerate(parts[name]):
            for element in part.iter("lane"):
                for tag, step in (("predecessor", -1), ("successor", 1)):
                    other, link = element.find(f"link/{tag}"), one.find(f"link/{tag}")
                    here = (name, k, int(element.get("id", "0")))
                    if other is None:
                        continue
                    number = int(other.get("id", "0"))
                    if 0 <= k + step < len(parts[name]):
                        pairs.append((here, (name, k + step, number)))
                    elif link is not None and link.get("elementType") == "road":
                        to = link.get("elementId", "")
                        last = 0 if link.get("contactPoint") == "start" else len(parts[to]) - 1
                        pairs.append((here, (to, last, number)))
    for junction in root.iter("junction"):
        for way in junction.iter("connection"):
            incoming, into = way.get("incomingRoad", ""), way.get("connectingRoad", "")
            first = roads[incoming].find("link/predecessor")
            at_start = first is not None and (first.get("elementType"), first.get("elementId")) == (
                "junction", junction.get("id"),
            )  # fmt: skip
            end = 0 if at_start else len(parts[incoming]) - 1
            start = 0 if way.get("contactPoint") == "start" else len(parts[into]) - 1
            for tie in way.iter("laneLink"):
                pairs.append(((incoming, end, int(tie.get("from", "0"))), (into, start, int(tie.get("to", "0")))))
    return {(min(a, b), max(a, b)) for a, b in pairs if driven(a) and driven(b)}


@pytest.mark.skipif(not OPENDRIVE, reason=NONE_HERE)
@pytest.mark.parametrize("path", OPENDRIVE, ids=lambda path: path.name)
def test_maps_of_others_load_and_are_connected_as_they_say(path: Path) -> None:
    found = read_map(path)
    keys = {n: tuple(name.split("/")) for n, name in found.names.items()}
    made = {(lane.id, after) for lane in found.network.lanes for after in lane.successors}
    cut = len(found.network.lanes) != len({(key[0], key[2]) for key in keys.values()})  # sections, or types of roads
    plain = {frozenset((keys[a], keys[b])) for a, b in made}
    stated = {frozenset((str(r), str(k), str(n)) for r, k, n in both) for both in plain_links(path)}
    if cut and path.name == "straight_500m_signs.xodr":  # one section, cut where the type of the road changes
        assert not stated
        assert len(plain) == 4
    else:
        assert plain == stated
    lanes = {lane.id: lane for lane in found.network.lanes}
    for before, after in made:
        assert np.hypot(*(lanes[before].centre[-1] - lanes[after].centre[0])) < 0.3
    assert not [note for note in found.notes if "link" in note]


@pytest.mark.skipif(not OPENDRIVE, reason=NONE_HERE)
@pytest.mark.parametrize("path", OPENDRIVE, ids=lambda path: path.name)
def test_reference_lines_of_others_have_no_gaps(path: Path) -> None:
    """Each piece ends where the next one starts: an evaluation by whoever wrote the file."""
    drive = read_opendrive(read_xml(path), Notes())
    gaps = [
        np.hypot(*(reference((one,), np.array([after.start]))[0, :2] - (after.x, after.y)))
        for road in drive.roads.values()
        for one, after in zip(road.pieces[:-1], road.pieces[1:], strict=True)
    ]
    assert max(gaps, default=0.0) < 0.02
    for shape in shapes(drive).values():
        assert np.isfinite(shape.frame).all()
        assert (np.diff(shape.s) > 0).all()
