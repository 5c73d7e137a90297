"""What is in a sampled scene stands, walks and drives where it may."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from functools import cache

import numpy as np
import pytest
import yaml

from scenes.compose import LIBRARY
from scenes.files import library, load
from scenes.kinds import VEHICLES, Kind
from scenes.lanes import arc_lengths, line_at, offset_line, place_of, project_on
from scenes.roads_parts import ground_height
from scenes.types import Scene
from tests.sizes import size

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

SAMPLES = size(10, 30)
# what extends another scene here changes its weather and clothes alone, so that all things stand where they did;
# those with company bring people and roads of their own
TEXTS = {name: (LIBRARY / f"{name}.yaml").read_text(encoding="utf-8") for name in library()}
PLACES = [name for name, text in TEXTS.items() if "\nextends:" not in text or name.endswith("-company")]


@cache
def samples(name: str) -> list[Scene]:
    template = load(name)
    return [template.sample(k) for k in range(SAMPLES)]


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in library()
        if name not in (*PLACES, "street-plain", "hill", "jaywalkers", "darting", "all-way-stop")
    ],
)
def test_weather_moves_no_thing(name: str) -> None:
    base = yaml.safe_load((LIBRARY / f"{name}.yaml").read_text(encoding="utf-8"))["extends"].removeprefix("library/")
    one, other = load(name).sample(1), load(base).sample(1)
    assert one.light != other.light
    driven = [[place_of(a) for a in scene.actors if a.kind in VEHICLES] for scene in (one, other)]
    assert driven[0] == driven[1]
    assert [tuple(b.position) for b in one.buildings] == [tuple(b.position) for b in other.buildings]
    assert [tuple(p.position) for p in one.props] == [tuple(p.position) for p in other.props]


@pytest.mark.parametrize("name", PLACES)
def test_people_walk_on_pavements_and_crossings(name: str) -> None:
    own = len(load(name).spec.actors)  # the file's own come first and walk where it says
    for scene in samples(name):
        walked, heights = [], []
        for actor in scene.actors[own:]:
            if actor.kind is not Kind.PEDESTRIAN:
                continue
            assert actor.path_z is not None and len(actor.path_z) == len(actor.path)
            assert actor.start >= 0.0
            along = arc_lengths(actor.path)
            places = np.linspace(actor.start, along[-1], 12) if len(along) > 1 else np.zeros(1)
            walked.append(np.stack([np.interp(places, along, actor.path[:, k]) for k in (0, 1)], -1))
            heights.append(np.interp(places, along, actor.path_z))
        points, height = np.concatenate(walked), np.concatenate(heights)
        ground = ground_height(scene.roads, points)
        assert np.abs(height - ground).max() < 0.025, scene.sample
        on_road = ground < 0.005
        if on_road.any() and load(name).spec.roads.layout != "square":
            assert all(near_crossing(scene, point) for point in points[on_road])


def near_crossing(scene: Scene, point: np.ndarray) -> bool:
    for crossing in scene.roads.crossings:
        across = crossing.end - crossing.start
        length = float(np.hypot(*across))
        unit = across / length
        u, v = float((point - crossing.start) @ unit), float((point - crossing.start) @ [-unit[1], unit[0]])
        if -0.3 < u < length + 0.3 and abs(v) < crossing.width / 2 + 0.01:
            return True
    return bool(np.abs(point).max() > 60.0)  # beyond the last building


@pytest.mark.parametrize("name", ["street", "crossing"])
def test_parked_vehicles_stand_near_the_kerb_and_off_the_lanes(name: str) -> None:
    for scene in samples(name):
        lane = scene.roads.lanes[0]
        for actor in scene.actors:
            if actor.behaviour != "parked":
                continue
            outer = abs(float(actor.path[0, 1])) + actor.size[1] / 2
            kerbs = [abs(float(s.outline[0, 1])) for s in scene.roads.surfaces if s.kind is Kind.ROAD][:1]
            side = [abs(float(y)) for y in scene.roads.surfaces[0].outline[:, 1] if y * actor.path[0, 1] > 0]
            assert kerbs and 0.0 < side[0] - outer <= 0.31
            assert abs(float(actor.path[0, 1])) - actor.size[1] / 2 > lane.width - 0.3


@pytest.mark.parametrize("name", PLACES)
def test_moving_vehicles_start_on_a_lane_and_signals_face_traffic(name: str) -> None:
    for scene in samples(name)[:10]:
        lanes = {lane.id: lane for lane in scene.roads.lanes}
        for actor in scene.actors:
            if actor.behaviour == "drive" and actor.lane is None:
                assert load(name).spec.actors  # of the file's own, which drive where it says
            elif actor.behaviour == "drive":
                assert actor.lane is not None and actor.start >= 0.0
                x, y, _ = line_at(actor.path, actor.start)
                beside = 4.0 if actor.kind is Kind.BICYCLE else 0.1  # in a cycle lane, or near the edge
                assert abs(project_on(lanes[actor.lane].centre, np.array([x, y]))[1]) < beside
        groups = {line.signal_group: line for line in scene.roads.stop_lines}
        for signal in scene.signals:
            if signal.clearance > 0.0:  # of people, who come from the side
                continue
            assert signal.group in groups
            assert 2.0 < signal.position[2] < 8.0
            stops = [line for line in scene.roads.stop_lines if line.signal_group == signal.group]
            headings = [line_at(lanes[line.lane].centre, line.s)[2] for line in stops]
            assert any(math.cos(signal.heading - heading) < -0.6 for heading in headings)


def test_ids_are_unique_and_cameras_find_their_mounts() -> None:
    for name in PLACES:
        for scene in samples(name)[:5]:
            ids = [a.id for a in scene.actors] + [s.id for s in scene.signals]
            assert sorted(ids) == list(range(1, len(ids) + 1))
            for camera in scene.cameras:
                assert camera.mount is None or camera.mount in {a.id for a in scene.actors if a.behaviour == "drive"}


def test_long_lenses_see_their_head_at_the_asked_size() -> None:
    for scene in samples("signals")[:10]:
        for index, camera in enumerate(scene.cameras):
            near = [
                camera.focal * s.look.size[2] / float(np.linalg.norm(s.position - camera.position))
                for s in scene.signals
            ]
            wanted = float(scene.values[f"cameras[{index}].head_pixels"])
            assert min(abs(pixels - wanted) for pixels in near) < 1.0


def test_people_of_a_square_come_and_go_about_equally_often() -> None:
    towards = away = 0
    for scene in samples("pavement"):
        camera = scene.cameras[0]
        for actor in scene.actors:
            if actor.kind is Kind.PEDESTRIAN and actor.speed > 0:
                x, y, heading = place_of(actor)
                toward = math.cos(heading - math.atan2(y - camera.position[1], x - camera.position[0]))
                towards += toward < -0.7
                away += toward > 0.7
    assert towards + away > 100
    assert 0.6 < towards / away < 1.7


def digest(scene: Scene) -> str:
    parts = [repr(scene.values), repr(scene.light)]
    for group in (scene.actors, scene.props, scene.buildings, scene.signals, scene.cameras):
        for item in group:
            fields = {f.name: getattr(item, f.name) for f in dataclasses.fields(item)}
            parts.append(repr({k: v.tobytes() if isinstance(v, np.ndarray) else v for k, v in fields.items()}))
    return hashlib.sha256("".join(parts).encode()).hexdigest()


@pytest.mark.parametrize("name", PLACES)
def test_a_sample_depends_on_nothing_but_its_number_and_seed(name: str) -> None:
    template = load(name)
    expected = digest(template.sample(4, seed=9))
    template.sample(2, seed=1)
    assert digest(load(name).sample(4, seed=9)) == expected
    assert digest(template.sample(4, seed=8)) != expected


def test_lines_are_walked_projected_and_offset_alike() -> None:
    line = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]])
    assert line_at(line, 13.0) == pytest.approx((10.0, 3.0, math.pi / 2))
    assert line_at(line, -2.0) == pytest.approx((-2.0, 0.0, 0.0))
    assert project_on(line, np.array([4.0, 1.5])) == pytest.approx((4.0, 1.5))
    assert project_on(line, np.array([9.0, 6.0])) == pytest.approx((16.0, 1.0))
    assert offset_line(line, 1.0) == pytest.approx(np.array([[0.0, 1.0], [9.0, 1.0], [9.0, 10.0]]))
