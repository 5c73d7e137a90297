"""Accidents as labelled pictures: tilted vehicles, fallen people and moved things where the rigid bodies are."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import skidpad
from renderers.assemble import StageBuilder
from renderers.labels import label_frame
from renderers.people import person_mesh, pose_person
from renderers.people_skin import skinned
from renderers.rigid import empty_handed, limp_pose
from renderers.stage import Instance
from renderers.vehicles import vehicle_mesh
from renderers.vehicles_moving import vehicle_rig
from renderers.vehicles_rig import rolling
from renderers.vehicles_wheels import Gear
from renderers.views import resolve_camera
from scenes.errors import SceneError
from scenes.geometry import posed, rotation_of, transform
from scenes.kinds import Kind
from scenes.types import Camera, CameraChain
from scenes.vehicles import sample_vehicle
from sim.bullet_person import posture, skeleton_of
from sim.engine import ENGINES
from sim.people_gait import Gait
from sim.people_joints import PARTS, anchors, limp_moves, part_turns
from sim.world import compile_world
from skidpad.drivers import cast
from skidpad.render import renderer
from tests.test_bullet import DT, accident, on_road, run, scene_of
from tests.test_sim import walker

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

SMALL = """\
format: 1
physics: bullet
start_time: 0.6
roads: {layout: street, length: 60, parking: none}
buildings: {share: 0}
vehicles: {moving: false}
people: {density: 0}
furniture: {density: 0, trees: 0, clutter: 0}
cameras:
  - {kind: fixed, position: [12, 1], rise: 1.6, heading: 190, pitch: -6, width: 120, height: 90, fov: 60}
actors:
  - {kind: car, position: [-6, -1.6], speed: 8, driver: constant}
  - {kind: pedestrian, position: [2.5, -3.2], heading: 90, speed: 1.5, distance: 6, driver: constant}
  - {kind: pedestrian, position: [-8, 5], behaviour: stand}
props:
  - {model: cone, position: [5, -1.6]}
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> skidpad.Dataset:
    folder = tmp_path_factory.mktemp("crash")
    (folder / "small.yaml").write_text(SMALL)
    return skidpad.Dataset.open(
        skidpad.generate(folder / "small.yaml", folder / "data", samples=1, frames_per_sample=8, fps=10)
    )


def test_an_accident_becomes_labelled_frames(dataset: skidpad.Dataset) -> None:
    assert dataset.verify() == [] and len(dataset) == 8
    assert dataset.manifest["packages"]["pybullet"]
    fallen = []
    for sample in dataset.samples:
        instance = sample.instance()
        for label in sample.labels:
            assert label.orientation is not None
            assert (instance == label.id).sum() == label.visible_pixels
            if label.kind is Kind.PEDESTRIAN:
                fallen.append(label.attributes["behaviour"] == "fallen")
    assert 2 <= sum(fallen) < len(fallen)
    boxes = json.loads((dataset.root / "annotations" / "coco.json").read_text())["annotations"]
    assert all(len(box["attributes"]["box3d"]["orientation"]) == 4 for box in boxes)


def test_the_same_accident_gives_the_same_bytes(dataset: skidpad.Dataset, tmp_path: Path) -> None:
    again = skidpad.generate(
        dataset.root.parent / "small.yaml", tmp_path / "again", samples=1, frames_per_sample=8, fps=10
    )
    assert skidpad.Dataset.open(again).manifest["files"] == dataset.manifest["files"]


def test_the_3d_box_of_somebody_who_lies_holds_the_drawn_body() -> None:
    scene = accident()
    states = run(scene, [(0.0, 0.0), (0.0, 0.0)], 40)
    state = states[-1]
    assert state.rigid is not None and state.rigid.limp[0, 1]
    x, y, _ = (float(v) for v in state.position[0, 1])
    camera = Camera(0, 160, 120, 140.0, np.array([x + 4.0, y + 3.0, 2.0]), -2.5, -0.3, 0.0, CameraChain())
    view = resolve_camera(camera, scene, state)
    stage, subjects = StageBuilder(scene).at(state, view)
    drawn = renderer("raster").draw(stage, view)
    labels = {label.id: label for label in label_frame(drawn, subjects)}
    body: Instance = next(item for item in stage.instances if item.id == 2)
    points = transform(body.world_from_model, body.mesh.positions)
    label = labels[2]
    assert label.orientation is not None
    own = (points - np.array(label.centre)) @ rotation_of(np.array(label.orientation))
    assert np.abs(own).max(0) == pytest.approx(np.array(label.size) / 2, abs=1e-3)
    assert label.attributes["behaviour"] == "fallen"
    assert points[:, 2].min() > -0.1  # clothes may sink in a little, limbs do not


def test_the_body_that_is_drawn_is_the_one_that_fell() -> None:
    """The forward kinematics of the drawing against PyBullet's own."""
    scene = accident()
    motor = ENGINES["bullet"]()
    state = motor.start(compile_world([scene]))
    for _ in range(40):
        state = motor.step(state, np.zeros((1, 2, 2), np.float32), DT)
    assert state.rigid is not None
    one = motor._worlds[0]  # type: ignore[attr-defined]
    doll, turns = one.dolls[1], part_turns(state.rigid.joints[0, 1])
    spots, world = anchors(doll.skeleton), rotation_of(state.rigid.orientation[0, 1])
    places, link = [state.position[0, 1].astype(np.float64)], -1
    for number, part in enumerate(PARTS[1:], 1):
        places.append(places[part.parent] + world @ turns[part.parent] @ (spots[number] - spots[part.parent]))
        link += len(part.hinges)
        joint = one.client.getLinkState(doll.body, link, computeForwardKinematics=1)[4]
        assert places[number] == pytest.approx(joint, abs=1e-3), part.name


@pytest.mark.parametrize(("number", "speed"), [(3, 1.4), (4, 1.0), (5, 0.0)])
def test_nobody_jumps_when_the_ragdoll_takes_over(number: int, speed: float) -> None:
    look = empty_handed(walker(number, np.zeros((2, 2)), 1.0).look)  # type: ignore[arg-type]
    gait, mesh = Gait(0.37, speed, "walk" if speed else "stand"), person_mesh(look, 2)
    start = posture(skeleton_of(look), (0.0, 0.0, 0.0), 0.0, gait)
    before = pose_person(mesh, gait).positions
    after = transform(
        limp_pose(mesh, start.pelvis, start.orientation),
        skinned(mesh, limp_moves(mesh.skeleton, start.angles)).positions,
    )
    apart = np.linalg.norm(before - after, axis=1)
    assert apart.mean() < 0.02 and apart.max() < 0.15


@pytest.mark.parametrize("kind", [Kind.CAR, Kind.BUS])
def test_wheels_follow_their_springs(kind: Kind) -> None:
    look = sample_vehicle(skidpad.rng_for(2, "rig"), kind)
    rig = vehicle_rig(look, 1)
    still = rolling(rig, 0.0, np.zeros(8))
    assert still.positions == pytest.approx(rig.mesh.positions, abs=1e-6)
    lift = (0.03, 0.0, -0.02, 0.05)
    moved = rolling(rig, 0.2, np.array([*lift, 0.0, 0.0, 0.0, 0.0]))
    wanted = vehicle_mesh(look, 1, gear=Gear(0.2, lift))
    assert moved.positions == pytest.approx(wanted.positions, abs=2e-3)


def test_a_camera_in_a_car_tilts_with_it() -> None:
    scene = scene_of(on_road(1, 50.0, 14.0))
    state = run(scene, [(-6.0, 0.0)], 16)[-1]
    assert state.rigid is not None
    camera = Camera(0, 160, 120, 140.0, np.array([0.5, 0.0, 1.3]), 0.0, 0.0, 0.0, CameraChain(), mount=1)
    view = resolve_camera(camera, scene, state)
    pose = posed(state.position[0, 0], state.rigid.orientation[0, 0])
    assert view.position == pytest.approx(transform(pose, np.array([0.5, 0.0, 1.3])), abs=1e-6)
    down = math.asin(float(view.camera_from_world[2, 2]))  # of the optical axis, up positive
    assert -0.08 < down < -0.005


def test_drivers_are_chosen_actor_by_actor() -> None:
    one, two = on_road(1, 50.0, 8.0), replace(on_road(2, 20.0, 8.0), driver="constant")
    scene = scene_of(one, two)
    observations = np.zeros((1, 2, 8), np.float32)
    observations[0, :, :] = [1.0, 8.0, 8.0, 3.0, 0.0, 80.0, 8.0, 0.0]  # something stands 3 m ahead
    everybody, [(other, mask)] = cast(scene)
    assert mask.tolist() == [[False, True]]
    assert everybody.act(observations, None)[0][0, 0, 0] < -4.0
    assert other.act(observations, None)[0][0, 1, 0] == 0.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("format: 1\nphysics: newton\n", ("scene.yaml:2", "physics", "newton", "kinematic, bullet")),
        ("format: 1\nactors:\n  - {kind: car, position: [0, 0], driver: asleep}\n", ("scene.yaml:3", "rule, constant")),
        ("format: 1\nprops:\n  - {model: cane, position: [0, 0]}\n", ("scene.yaml:3", "cane", "cone")),
        ("format: 1\nprops:\n  - {position: [0, 0]}\n", ("scene.yaml:3", "props[0].model", "missing")),
    ],
)
def test_wrong_keys_name_line_and_choices(write_scene: Callable[..., Path], text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(SceneError) as caught:
        skidpad.load(write_scene(text))
    assert all(word in str(caught.value) for word in words)
