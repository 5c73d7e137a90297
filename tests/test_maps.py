"""SUMO networks, CommonRoad maps and OpenStreetMap extracts, by what is in the file."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from scenes.errors import SceneError
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, line_at
from scenes.map_lanes import length_of
from scenes.maps import read_map
from scenes.osm import metres
from scenes.road_map import RoadMap
from scenes.types import Lane
from tests.encounter_files import two_lanes
from tests.osm_files import LATITUDE, LONGITUDE, town
from tests.road_files import COMMONROAD, NONE_HERE, SUMO


def read(tmp_path: Path, text: str, name: str = "any.txt") -> RoadMap:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_map(path)


def named(found: RoadMap) -> dict[str, Lane]:
    return {found.names[lane.id]: lane for lane in found.network.lanes}


def sumo(more: str = "", states: str = "Gr Gy rG ry", left: str = "") -> str:
    """Two roads from west and south that meet in a junction and go on to the east."""
    phases = "".join(f'<phase duration="{10 + 5 * k}" state="{s}"/>' for k, s in enumerate(states.split()))
    return f"""<net version="1.9"{left}>
<location netOffset="0.00,0.00" projParameter="!"/>
<edge id=":j_0" function="internal"><lane id=":j_0_0" index="0" speed="9" length="20" shape="-10,-2 10,-2"/></edge>
<edge id=":j_1" function="internal"><lane id=":j_1_0" index="0" speed="6" length="15" shape="2,-10 3,-4 10,-2"/></edge>
<edge id="w" from="a" to="j">
 <lane id="w_0" index="0" allow="pedestrian" width="2" speed="2" length="90" shape="-100,-5 -10,-5"/>
 <lane id="w_1" index="1" disallow="pedestrian tram" speed="13.9" length="90" shape="-100,-2 -10,-2"/>
 <lane id="w_2" index="2" disallow="pedestrian tram" speed="13.9" length="90" shape="-100,1.2 -10,1.2"/></edge>
<edge id="s" from="b" to="j"><lane id="s_0" index="0" speed="13.9" length="90" shape="2,-100 2,-10"/></edge>
<edge id="e" from="j" to="c"><lane id="e_0" index="0" speed="13.9" length="90" width="4" shape="10,-2 100,-2"/></edge>
<edge id="t" from="j" to="c"><lane id="t_0" index="0" allow="tram" speed="13.9" length="90" shape="10,9 100,9"/></edge>
<edge id=":j_c0" function="crossing"><lane id=":j_c0_0" index="0" speed="1" width="4" shape="14,-6 14,2"/></edge>
<tlLogic id="j" type="static" programID="0" offset="3">{phases}</tlLogic>
<junction id="j" type="traffic_light" x="0" y="0" shape="-10,-4 -10,3 10,3 10,-10"/>
<connection from="w" to="e" fromLane="1" toLane="0" via=":j_0_0" tl="j" linkIndex="0" dir="s" state="O"/>
<connection from="s" to="e" fromLane="0" toLane="0" via=":j_1_0" tl="j" linkIndex="1" dir="r" state="o"/>
<connection from=":j_0" to="e" fromLane="0" toLane="0" dir="s" state="M"/>
<connection from=":j_1" to="e" fromLane="0" toLane="0" dir="r" state="M"/>{more}
</net>"""


def test_sumo_lanes_lead_through_junctions(tmp_path: Path) -> None:
    found = read(tmp_path, sumo())
    lanes, ids = named(found), found.names
    assert found.format == "SUMO"
    assert {name: [ids[n] for n in one.successors] for name, one in lanes.items()} == {
        "w_1": [":j_0_0"], "w_2": [], "s_0": [":j_1_0"], "e_0": [], ":j_0_0": ["e_0"], ":j_1_0": ["e_0"],
    }  # fmt: skip
    assert (lanes["w_1"].left, lanes["w_1"].right) == (lanes["w_2"].id, None)
    assert lanes["e_0"].width == 4.0
    assert {ids[n] for n in found.inside} == {":j_0_0", ":j_1_0"}
    assert [line.tolist() for line in found.network.sidewalks] == [[[-100.0, -5.0], [-10.0, -5.0]]]
    assert found.notes == ("lane is not for cars or people on foot: ground only: t_0",)
    (crossing,) = found.network.crossings
    assert (crossing.start.tolist(), crossing.width) == ([14.0, -6.0], 4.0)


def test_sumo_networks_drive_on_the_left_where_they_say_so(tmp_path: Path) -> None:
    found = named(read(tmp_path, sumo(left=' lefthand="true"')))
    assert (found["w_1"].left, found["w_1"].right) == (None, found["w_2"].id)


def test_sumo_programs_become_plans(tmp_path: Path) -> None:
    found = read(tmp_path, sumo())
    stops = {found.names[stop.lane]: stop for stop in found.network.stop_lines if stop.crossing is None}
    plans = {name: found.groups[stop.signal_group or 0] for name, stop in stops.items()}
    assert plans["w_1"].plan == (("green", 25.0), ("red", 45.0))
    assert plans["s_0"].plan == (("red", 25.0), ("green", 20.0), ("yellow", 25.0))
    assert plans["w_1"].offset == -3.0
    assert stops["w_1"].s == pytest.approx(89.4)
    assert len(found.heads) == 2
    assert found.avoided == frozenset()


def test_sumo_links_that_give_way_do_not_count_as_green(tmp_path: Path) -> None:
    """`g` is green, but others go first: our drivers wait until they have nobody to give way to."""
    found = read(tmp_path, sumo(states="Gg rG"))
    stops = {found.names[stop.lane]: stop for stop in found.network.stop_lines if stop.crossing is None}
    plan = found.groups[stops["s_0"].signal_group or 0].plan
    assert plan == (("red", 10.0), ("green", 15.0))
    never = read(tmp_path, sumo(states="Gg rr"), "never.txt")
    assert {never.names[n] for n in never.avoided} == {":j_1_0"}


def test_sumo_connections_to_nowhere_become_notes(tmp_path: Path) -> None:
    found = read(tmp_path, sumo('<connection from="e" to="z" fromLane="0" toLane="0" dir="s" state="M"/>'))
    assert any("connection names a lane that is not there: e_0 to z_0" in note for note in found.notes)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('shape="10,-2 100,-2"', 'shape="10,-2"', "lane e_0: shape has 1 points; there must be at least 2"),
        ('shape="10,-2 100,-2"', 'shape="10,-2 1,x"', "lane e_0: shape 'x' is not a number"),
        ('shape="10,-2 100,-2"', 'shape="10 5"', "is not x,y or x,y,z"),
        ('id="e_0"', 'id="s_0"', "lane s_0: id s_0 stands twice, first in line 9"),
        ('duration="10"', 'duration="x"', "phase: duration 'x' is not a number"),
    ],
)
def test_broken_sumo_files_give_one_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(SceneError) as caught:
        read(tmp_path, sumo().replace(old, new))
    assert message in str(caught.value)
    assert caught.value.line is not None


@pytest.mark.skipif(not SUMO, reason=NONE_HERE)
@pytest.mark.parametrize("path", SUMO, ids=lambda path: path.name)
def test_sumo_networks_of_others_load(path: Path) -> None:
    found = read_map(path)
    lanes = {lane.id: lane for lane in found.network.lanes}
    for lane in lanes.values():
        for after in lane.successors:
            gap = np.hypot(*(lane.centre[-1] - lanes[after].centre[0]))
            assert gap < 0.3 or f"{found.names[lane.id]} to " in " ".join(found.notes)
        stated = float(next(v for k, v in lengths(path).items() if k == found.names[lane.id]))
        assert length_of(lane) == pytest.approx(stated, rel=0.35, abs=1.0)  # netconvert averages lengths of an edge
    assert len(found.groups) == len(found.heads)
    assert all(group.plan is not None for group in found.groups)


def lengths(path: Path) -> dict[str, str]:
    import xml.etree.ElementTree as ElementTree

    return {e.get("id", ""): e.get("length", "0") for e in ElementTree.parse(path).getroot().iter("lane")}


def test_commonroad_files_are_maps_too(tmp_path: Path) -> None:
    found = read(tmp_path, two_lanes())
    assert found.format == "CommonRoad"
    assert [(lane.id, lane.successors, lane.left) for lane in found.network.lanes] == [
        (1, (2,), 3), (2, (), None), (3, (), None),
    ]  # fmt: skip
    assert any("dynamicObstacle 7" in note for note in found.notes)


@pytest.mark.skipif(not COMMONROAD, reason=NONE_HERE)
@pytest.mark.parametrize("path", COMMONROAD, ids=lambda path: path.name)
def test_commonroad_maps_of_others_load(path: Path) -> None:
    found = read_map(path)
    known = {lane.id for lane in found.network.lanes}
    assert known
    assert all(set(lane.successors) <= known for lane in found.network.lanes)


def test_degrees_become_metres() -> None:
    """A degree of latitude at 48 N is 111.2 km, one of longitude 74.6 km (WGS 84)."""
    east = metres((48.0, 11.51), (48.0, 11.5))
    north = metres((48.01, 11.5), (48.0, 11.5))
    assert east == pytest.approx([746.23, 0.0], abs=0.5)
    assert north == pytest.approx([0.0, 1111.9], abs=0.5)


def test_osm_ways_become_lanes(tmp_path: Path) -> None:
    found = read(tmp_path, town(), "town.osm")
    lanes = named(found)
    counts = Counter(name[:3] for name in lanes if not name.startswith("turn"))
    assert counts == {
        "1.0": 4,
        "1.1": 4,
        "1.2": 4,
        "2.0": 2,
        "2.1": 2,
        "3.0": 1,
        "4.0": 1,
        "4.1": 1,
        "4.2": 1,
        "5.0": 2,
        "6.0": 2,
    }
    assert lanes["1.0+0"].width == pytest.approx(3.25)
    assert lanes["1.0+0"].speed_limit == pytest.approx(50 / 3.6)
    assert lanes["2.0+0"].speed_limit == pytest.approx(30 * 0.44704)
    assert (lanes["1.0+0"].left, lanes["1.0+0"].right) == (None, lanes["1.0+1"].id)
    assert float(found.details["latitude"]) == pytest.approx(LATITUDE, abs=0.01)
    assert float(found.details["longitude"]) == pytest.approx(LONGITUDE, abs=0.01)
    assert any("way of type proposed is not read: 8" in note for note in found.notes)
    assert not any("9" in note.split(":")[-1].split(", ") for note in found.notes)  # a ditch is no road


def test_osm_junctions_turn_on_from_the_right_lanes(tmp_path: Path) -> None:
    found = read(tmp_path, town(), "town.osm")
    lanes = {lane.id: lane for lane in found.network.lanes}

    def onwards(name: str) -> set[str]:
        one = named(found)[name]
        return {found.names[lanes[n].successors[0]] for n in one.successors}

    assert onwards("1.1+0") == {"1.2+0", "2.0-0"}  # inner lane: straight on and left
    assert onwards("1.1+1") == {"1.2+1", "2.1+0"}  # kerb lane: straight on and right
    assert onwards("2.0+0") == {"2.1+0", "1.2+0", "1.1-1"}
    assert "3.0+0" in onwards("1.0+0")
    assert onwards("4.2+0") == {"4.0+0", "1.2-0"} or onwards("4.2+0") == {"4.0+0", "1.2-1"}
    for lane in lanes.values():
        for after in lane.successors:
            assert np.hypot(*(lane.centre[-1] - lanes[after].centre[0])) < 0.05
            end = line_at(lane.centre, float(arc_lengths(lane.centre)[-1]))[2]
            assert np.cos(line_at(lanes[after].centre, 0.0)[2] - end) > 0.95


def test_osm_lights_and_crossings_are_found(tmp_path: Path) -> None:
    found = read(tmp_path, town(), "town.osm")
    assert len(found.groups) == 4
    assert {group.junction for group in found.groups} == {"node c"}
    lit = {found.names[stop.lane] for stop in found.network.stop_lines if stop.signal_group is not None}
    assert lit == {"1.1+0", "1.1+1", "1.2-0", "1.2-1", "2.0+0", "2.1-0"}
    (crossing,) = found.network.crossings
    assert np.hypot(*(crossing.end - crossing.start)) == pytest.approx(13.0)
    kinds = Counter(surface.kind for surface in found.network.surfaces)
    assert kinds[Kind.PAVEMENT] > 4


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('lat="48', 'lat="x48', "is not a number"),
        ('lat="48', 'lat="148', "outside [-85, 85]"),
        ("highway", "waterway", "holds no way with a highway tag"),
        ('<node id="w"', '<node id="c"', "node c: id c stands twice"),
    ],
)
def test_broken_extracts_give_one_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(SceneError) as caught:
        read(tmp_path, town().replace(old, new))
    assert message in str(caught.value)
