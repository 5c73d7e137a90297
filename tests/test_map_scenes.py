"""Scene files that stand on imported maps: who drives and walks where, what is refused, conversion, top views."""

import shutil
from collections import Counter
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from agents.environments import Environments
from agents.judging import COLLIDED, HIT, LEFT, RAN, REACHED
from scenes.errors import SceneError
from scenes.files import load
from scenes.kinds import VEHICLES, Kind
from scenes.lanes import place_of, within
from scenes.maps import read_map
from scenes.population_space import Boxes
from scenes.types import Scene
from sim.gaps import bare_ways
from sim.rollout import rollout
from skidpad import mapview
from skidpad.cli import app
from skidpad.drivers import cast
from skidpad.generation import generate
from tests.osm_files import town
from tests.road_files import OPENDRIVE, crossroads, lane, opendrive, section, straight, two_way

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

CAMERAS = "cameras: [{kind: dash, width: 64, height: 48}]\n"
SIDES = section(lane(1) + lane(2, "sidewalk", 2.5), lane(-1) + lane(-2, "sidewalk", 2.5))
SAMPLES = 12


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A scene on a straight road with sidewalks and a crosswalk."""
    band = '|<objects><object id="1" type="crosswalk" s="150" t="0" length="3" width="7"/></objects>'
    (tmp_path / "street.xodr").write_text(opendrive(straight("1", 300.0, -150.0, sections=SIDES, more=band)), "utf-8")
    file = tmp_path / "street.yaml"
    file.write_text(f"format: 1\nroads: {{map: street.xodr}}\n{CAMERAS}", encoding="utf-8")
    return file


@pytest.fixture
def junction(tmp_path: Path) -> Path:
    """A scene on an OpenStreetMap extract with a junction with lights."""
    (tmp_path / "town.osm").write_text(town(), encoding="utf-8")
    file = tmp_path / "town.yaml"
    file.write_text(f"format: 1\nroads: {{map: town.osm, around: 300}}\n{CAMERAS}", encoding="utf-8")
    return file


def overlaps(scene: Scene) -> list[tuple[int, int]]:
    found = []
    for one, other in combinations([actor for actor in scene.actors if actor.kind in VEHICLES], 2):
        boxes = Boxes()
        boxes.add(*place_of(one), *one.size[:2])
        if boxes.meet(*place_of(other), *other.size[:2]):
            found.append((one.id, other.id))
    return found


def test_vehicles_keep_to_the_lanes_and_people_to_the_sidewalks(street: Path) -> None:
    template = load(street)
    seen = set()
    for k in range(SAMPLES):
        scene = template.sample(k)
        assert overlaps(scene) == []
        for actor in scene.actors:
            x, y, heading = place_of(actor)
            seen.add(actor.behaviour)
            if actor.kind in VEHICLES:
                assert y == pytest.approx(-1.75 if np.cos(heading) > 0 else 1.75)
            elif abs(x) > 8.0:  # away from the crosswalk
                assert 3.5 < abs(y) < 6.0
        (camera,) = scene.cameras
        assert camera.mount in {actor.id for actor in scene.actors if actor.behaviour == "drive"}
    assert seen == {"drive", "walk", "stand"}


def test_samples_depend_on_their_number_alone(junction: Path) -> None:
    one, other = load(junction).sample(3, seed=5), load(junction).sample(3, seed=5)
    assert [place_of(a) for a in one.actors] == [place_of(a) for a in other.actors]
    assert [a.look for a in one.actors] == [a.look for a in other.actors]
    assert one.values == other.values
    assert [place_of(a) for a in load(junction).sample(4, seed=5).actors] != [place_of(a) for a in one.actors]


def test_routes_lead_through_junctions_and_nobody_touches_anybody(junction: Path) -> None:
    template = load(junction)
    through = 0
    for k in range(4):
        scene = template.sample(k)
        assert overlaps(scene) == []
        for actor in scene.actors:
            if actor.kind in VEHICLES:
                assert np.hypot(*np.diff(actor.path, axis=0).T).max() < 200.0
                through += len(actor.path) > 10
        everybody, others = cast(scene)
        states = rollout([scene], everybody, [0.0, 4.0, 8.0, 12.0], others)
        driving = [n for n, actor in enumerate(scene.actors) if actor.behaviour == "drive"]
        way = states[-1].travelled[0, driving] - states[0].travelled[0, driving]
        assert way.mean() > 15.0
        for state in states:
            boxes = Boxes()
            for n in driving:
                if state.alive[0, n]:
                    size = scene.actors[n].size
                    x, y, heading = (*map(float, state.position[0, n, :2]), float(state.heading[0, n]))
                    assert not boxes.meet(x, y, heading, size[0], size[1])
                    boxes.add(x, y, heading, size[0], size[1])
    assert through > 20


def test_lights_of_a_map_are_green_one_after_the_other(junction: Path) -> None:
    scene = load(junction).sample(0)
    assert len(scene.signals) == 4
    posts = {tuple(prop.position[:2]) for prop in scene.props if prop.look.model == "signal-pole"}
    assert {tuple(signal.position[:2]) for signal in scene.signals} <= posts
    for time in np.arange(0.0, 80.0, 0.5):
        assert sum(signal.state_at(float(time)) == "green" for signal in scene.signals) <= 1
    assert {line.signal_group for line in scene.roads.stop_lines} >= {signal.group for signal in scene.signals}


def test_only_what_is_near_is_there(street: Path) -> None:
    text = street.read_text(encoding="utf-8").replace("street.xodr", "street.xodr, around: 40")
    fixed = text.replace(CAMERAS, "cameras: [{kind: fixed, position: [-100, 0], rise: 5}]\n")
    street.write_text(fixed, encoding="utf-8")
    scene = load(street).sample(0)
    assert max(place_of(actor)[0] for actor in scene.actors if actor.kind in VEHICLES) < -60.0
    assert scene.roads.crossings == ()
    assert all(line[:, 0].max() < -55.0 for line in scene.roads.sidewalks)


def test_an_ego_drives_its_route_on_a_map(tmp_path: Path) -> None:
    (tmp_path / "cross.xodr").write_text(opendrive(crossroads()), encoding="utf-8")
    found = read_map(tmp_path / "cross.xodr")
    lane_id = next(n for n, name in found.names.items() if name == "1/0/-1")
    file = tmp_path / "ego.yaml"
    text = f"format: 1\nroads: {{map: cross.xodr}}\nego: {{lane: {lane_id}, before: 20, distance: 70}}\n{CAMERAS}"
    file.write_text(text, encoding="utf-8")
    scene = load(file).sample(0)
    ego = next(actor for actor in scene.actors if actor.id == scene.ego)
    assert ego.lane == lane_id
    assert ego.start + ego.size[0] / 2 == pytest.approx(20.0)  # 20 m before the middle of its lane
    assert ego.path[-1] == pytest.approx([-90.0 + ego.start + 70.0, -1.75])
    assert scene.cameras[0].mount == scene.ego
    file.write_text(text.replace(f"lane: {lane_id}", "lane: 99"), encoding="utf-8")
    with pytest.raises(SceneError, match=r"ego.yaml:3 ego.lane: 99 is no lane of cross.xodr; it has 6, from 0 to 5"):
        load(file)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("street.xodr", "lost.xodr", "street.yaml:2 roads.map: lost.xodr is no file beside street.yaml"),
        (
            "street.xodr",
            "street.xodr, length: 80",
            "street.yaml:2 roads.length: is the map's; with `map`, roads may have",
        ),
        ("kind: dash", "kind: pavement", "street.yaml:3 cameras[0].kind: on an imported map cameras are dash or fixed"),
        (
            "kind: dash",
            "kind: fixed, position: [0, 900]",
            "street.yaml:3 cameras[0].position: (0.0, 900.0) is far from street.xodr, which spreads from [-150.0,",
        ),
        ("cameras", "parked: {occupancy: 1}\ncameras", "street.yaml:3 parked: has no effect on an imported map"),
        ("cameras", "signals: {mode: actuated}\ncameras", "street.yaml:3 signals.mode: on an imported map lights"),
        ("map: street.xodr", "map: 3", "street.yaml:2 roads.map: needs text, not 3"),
    ],
)
def test_what_a_map_cannot_have_is_refused(street: Path, old: str, new: str, message: str) -> None:
    street.write_text(street.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SceneError) as caught:
        load(street)
    assert message in str(caught.value)


def test_motorcycles_drive_on_a_map(junction: Path) -> None:
    junction.write_text(junction.read_text(encoding="utf-8") + "vehicles: {kind: motorcycle}\n", encoding="utf-8")
    scene = load(junction).sample(0)
    assert sum(actor.kind is Kind.MOTORCYCLE for actor in scene.actors) > 5
    assert all(actor.rider for actor in scene.actors if actor.kind is Kind.MOTORCYCLE)


def test_a_broken_map_is_told_by_its_own_name_and_line(street: Path) -> None:
    (street.parent / "street.xodr").write_text("<OpenDRIVE>\n</OpenDRIVE>", encoding="utf-8")
    with pytest.raises(SceneError, match=r"street.xodr:1 OpenDRIVE: <road> is missing"):
        load(street)


def test_the_map_is_part_of_what_a_dataset_is_made_from(street: Path, tmp_path: Path) -> None:
    before = load(street).text
    folder = generate(street, tmp_path / "data", samples=1, assets="builtin")
    assert (folder / "manifest.json").is_file()
    path = street.parent / "street.xodr"
    path.write_text(path.read_text(encoding="utf-8") + "<!-- changed -->", encoding="utf-8")
    after = load(street).text
    assert before != after
    assert before.splitlines()[:-1] == after.splitlines()[:-1]


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output if done.exception is None else str(done.exception)


def test_convert_writes_a_scene_file_that_works_and_never_overwrites(tmp_path: Path) -> None:
    maps, scenes = tmp_path / "maps", tmp_path / "scenes"
    maps.mkdir()
    scenes.mkdir()
    rise = '<elevationProfile><elevation s="0" a="0" b="0.1" c="0" d="0"/></elevationProfile>'
    (maps / "a b.xodr").write_text(opendrive(straight("1", 200.0, more=rise, sections=two_way())), encoding="utf-8")
    code, output = run("scene", "convert", maps / "a b.xodr", scenes / "new.yaml")
    assert code == 0
    assert "note: road is not flat, but drawn at height 0: 1" in output
    text = (scenes / "new.yaml").read_text(encoding="utf-8")
    assert "map: '../maps/a b.xodr'" in text
    assert len(load(scenes / "new.yaml").sample(0).actors) > 0
    code, output = run("scene", "convert", maps / "a b.xodr", scenes / "new.yaml")
    assert code != 0
    assert "is there already" in output
    assert (scenes / "new.yaml").read_text(encoding="utf-8") == text
    assert "a scene file ends with .yaml" in run("scene", "convert", maps / "a b.xodr", scenes / "new.txt")[1]


def test_show_draws_maps_and_scenes_on_maps_from_above(junction: Path, tmp_path: Path) -> None:
    code, output = run("scene", "show", junction.parent / "town.osm", "--out", tmp_path / "plan.png")
    assert code == 0
    assert "note: way of type proposed is not read: 8" in output
    plan = cv2.imread(str(tmp_path / "plan.png"))
    assert plan is not None
    assert plan.shape == (900, 1200, 3)
    assert run("scene", "show", junction, "--view", "top", "--out", tmp_path / "top.png")[0] == 0
    assert (tmp_path / "top.png").is_file()


def test_arrows_point_where_lanes_lead(tmp_path: Path) -> None:
    """On the plan each lane is drawn over grey ground, in blue or, in junctions, orange."""
    (tmp_path / "cross.xodr").write_text(opendrive(crossroads()), encoding="utf-8")
    found = read_map(tmp_path / "cross.xodr")
    picture = mapview.draw_map(found, 900, 300).astype(int)
    way = np.abs(picture - mapview.WAY).sum(-1) < 40
    turn = np.abs(picture - mapview.TURN).sum(-1) < 40
    assert way.sum() > 300
    assert turn.sum() > 30
    assert 350 < np.flatnonzero(turn.any(0)).mean() < 550  # the junction is in the middle


@pytest.mark.skipif(not OPENDRIVE, reason="no maps of others here")
@pytest.mark.parametrize("path", OPENDRIVE, ids=lambda path: path.name)
def test_scenes_stand_on_maps_of_others(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path / path.name)
    assert run("scene", "convert", tmp_path / path.name, tmp_path / "scene.yaml")[0] == 0
    template = load(tmp_path / "scene.yaml")
    for k in range(3):
        scene = template.sample(k)
        assert overlaps(scene) == []
        roads = [surface.outline for surface in scene.roads.surfaces if surface.kind is Kind.ROAD]
        for actor in scene.actors:
            if actor.kind in VEHICLES:
                spot = np.array(place_of(actor)[:2])
                assert any(within(spot, outline) for outline in roads)


def test_houses_stand_beside_roads_and_on_none_of_them(junction: Path) -> None:
    template = load(junction)
    for k in range(3):
        scene = template.sample(k)
        assert len(scene.buildings) > 10
        paved = [s.outline for s in scene.roads.surfaces if s.kind in (Kind.ROAD, Kind.PAVEMENT)]
        roads = [s.outline for s in scene.roads.surfaces if s.kind is Kind.ROAD]
        for house in scene.buildings:
            ahead = np.array([np.cos(house.heading), np.sin(house.heading)])
            aside = np.array([-ahead[1], ahead[0]])
            for u, v in ((0, 0), (0.45, 0.45), (0.45, -0.45), (-0.45, -0.45), (-0.45, 0.45), (0.45, 0)):
                spot = house.position[:2] + u * house.size[1] * ahead + v * house.size[0] * aside
                assert not any(within(spot, outline) for outline in paved)
        for prop in scene.props:
            assert not any(within(prop.position[:2] - 1e-3, outline) for outline in roads)
        standing = [actor for actor in scene.actors if actor.kind is Kind.PEDESTRIAN]
        for person in standing:
            x, y, _ = place_of(person)
            for house in scene.buildings:
                box = Boxes()
                box.add(*house.position[:2], house.heading, house.size[1], house.size[0])
                assert not box.meet(x, y, 0.0, 0.3, 0.3)


@pytest.mark.parametrize("lanes", ["keep", "mobil"])
def test_drivers_of_the_core_reach_the_end_of_their_routes_on_a_map(tmp_path: Path, lanes: str) -> None:
    """A map is cut around the cameras: nobody's route may lead on where there is no road any more."""
    (tmp_path / "cross.xodr").write_text(opendrive(crossroads()), encoding="utf-8")
    file = tmp_path / "cross.yaml"
    text = f"format: 1\nroads: {{map: cross.xodr, around: 60}}\npeople: {{density: 0}}\n{CAMERAS}"
    file.write_text(text, encoding="utf-8")
    template = load(file)
    core = Environments(
        [template.sample(k) for k in range(4)], 4, controlled="cars", consequence="respawn", time_limit=60.0,
        autoreset=True, lanes=lanes,
    )  # fmt: skip
    core.reset(0)
    seen: Counter[int] = Counter()
    for _ in range(900):
        found = core.step(None)
        seen.update(found.outcome[core.batch.verdicts.active].tolist())
    assert seen[REACHED] > 50
    assert seen[LEFT] == seen[COLLIDED] == seen[HIT] == seen[RAN] == 0


def test_who_crosses_on_a_map_waits_at_the_kerb(street: Path) -> None:
    """Pavements and fields of maps lie a little lower than the carriageway, and are none."""
    walker = "{kind: pedestrian, position: [60, -12], heading: 90, speed: 1.3, distance: 24, behaviour: cross}"
    text = street.read_text(encoding="utf-8")
    street.write_text(f"{text}actors: [{walker}]\npeople: {{density: 0}}\n", encoding="utf-8")
    scene = load(street).sample(0)
    begin, end = bare_ways([scene], len(scene.actors))[0, 0, :2]
    assert begin == pytest.approx(12.0 - 3.5, abs=0.6) and end == pytest.approx(12.0 + 3.5, abs=0.6)
