"""Streets that climb: wheels and feet on the ground, pictures and labels of one world, clear refusals."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from renderers.assemble import person
from renderers.buildings import building_mesh
from renderers.frame import ActorLabel, View
from renderers.ground import ground_mesh
from renderers.mesh import Mesh
from renderers.people import Gait, pose_person
from renderers.props import prop_mesh
from renderers.relief import actor_pose, cut, ground_on, house_on, prop_pose, shear_at
from renderers.vehicles_moving import vehicle
from renderers.vehicles_paint import DARK
from renderers.views import resolve_camera
from scenes.errors import SceneError
from scenes.files import load
from scenes.geometry import rotation_of, transform, world_from_model
from scenes.kinds import VEHICLES, Kind
from scenes.lanes import arc_lengths
from scenes.people import PersonLook
from scenes.relief import Relief
from scenes.types import Scene
from scenes.vehicles import VehicleLook
from sim.inspection import box_of, inspect
from skidpad.render import render_scene
from tests.sizes import size

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

SAMPLES = size(9, 30)
CENTIMETRE = 0.01  # m
VIEWED = """\
format: 1
extends: library/street
roads: {layout: street, slope: %s, crest: %s}
light: {condition: day}
weather: {wetness: %s}
cameras:
  - {kind: dash, width: 320, height: 240}
  - {kind: pavement, width: 320, height: 240}
  - {kind: fixed, position: [-30, 0], rise: 6, pitch: -12, width: 320, height: 240}
"""


@cache
def sample(k: int) -> tuple[Scene, Relief]:
    scene = load("hill").sample(k)
    assert scene.roads.relief is not None
    return scene, scene.roads.relief


def test_samples_are_as_they_should_be() -> None:
    assert [str(fault) for k in range(SAMPLES) for fault in inspect(sample(k)[0])] == []


def test_gradients_are_those_of_the_height() -> None:
    relief, points = Relief(-0.07, 3.0), np.random.Generator(np.random.PCG64(0)).uniform(-90, 90, (50, 2))
    for axis, step in enumerate(np.eye(2) * 1e-4):
        difference = (relief.height(points + step) - relief.height(points - step)) / 2e-4
        np.testing.assert_allclose(difference, relief.gradient(points)[:, axis], atol=1e-7)


def test_wheels_touch_the_ground() -> None:
    for k in range(SAMPLES):
        scene, relief = sample(k)
        for actor in scene.actors[k % 3 :: 3]:
            if not isinstance(actor.look, VehicleLook):
                continue
            x, y, heading, _, _ = box_of(actor)
            pose = actor_pose(actor, np.array([x, y, 0.0]), heading, relief)
            model = vehicle(actor.look, 2, DARK, 0.0, 0.0).positions
            model = model[model[:, 2] < model[:, 2].min() + 0.02]  # the lowest of the tyres
            tyres = transform(pose, model)
            gaps = tyres[:, 2] - relief.height(tyres)
            for front, left in product((True, False), repeat=2):
                own = ((model[:, 0] > 0) == front) & ((model[:, 1] > 0) == left)
                assert abs(gaps[own].min()) < CENTIMETRE, (k, actor.id, front, left)


def test_feet_touch_the_ground() -> None:
    for k in range(SAMPLES):
        scene, relief = sample(k)
        for actor in scene.actors[k % 3 :: 3]:
            if not isinstance(actor.look, PersonLook):
                continue
            x, y, heading, _, _ = box_of(actor)
            z = 0.0
            if actor.path_z is not None:
                z = float(np.interp(actor.start, arc_lengths(actor.path), actor.path_z))
            place = np.array([x, y, z])
            stand = "stand" if actor.behaviour == "stand" else "walk"
            flat = pose_person(person(actor.look, 2), Gait(actor.gait_phase, actor.speed, stand))
            feet = flat.positions[:, 2] < flat.positions[:, 2].min() + 0.05
            pose = actor_pose(actor, place, heading, relief) @ shear_at(place, heading, relief)
            raised = transform(pose, flat.positions)
            heights = raised[feet, 2] - relief.height(raised[feet])
            np.testing.assert_allclose(heights, flat.positions[feet, 2] + z, atol=CENTIMETRE)


def test_houses_and_furniture_leave_no_gap() -> None:
    for k in range(4):
        scene, relief = sample(k)
        for building in scene.buildings[:8]:
            level = building_mesh(building, False, massing=True)
            mesh, pose = house_on(level, building, relief)
            foot = transform(pose, mesh.positions)[level.triangles[level.positions[level.triangles, 2].max(1) > 0]]
            low = level.positions[level.triangles, 2][level.positions[level.triangles, 2].max(1) > 0] < 1e-3
            for start, end in ((0, 1), (1, 2), (2, 0)):
                both = low[:, start] & low[:, end]
                for share in (0.0, 0.25, 0.5):  # along the foot of a wall
                    points = foot[both, start] * (1 - share) + foot[both, end] * share
                    above = points[:, 2] - building.position[2] - relief.height(points)
                    assert (above < 1e-3).all()
                    assert (above > -0.4).all()
        for prop in scene.props:
            pose, slant = prop_pose(prop, relief)
            points = transform(pose @ slant, prop_mesh(prop.look, False, 1).positions)
            above = points[:, 2] - prop.position[2] - relief.height(points)
            flat = transform(world_from_model(prop.position, prop.heading), prop_mesh(prop.look, False, 1).positions)
            assert above.min() < flat[:, 2].min() - prop.position[2] + 0.03, prop.look.model


def test_ground_that_bends_is_cut_alike_in_all_layers() -> None:
    scene, relief = sample(0)
    mesh = ground_mesh(scene.roads)
    lines = np.arange(-20.0, 20.5, 2.0)
    pieces = cut(mesh, lines)
    x = pieces.positions[pieces.triangles, 0]
    for line in lines:
        assert not ((x.min(1) < line - 1e-3) & (x.max(1) > line + 1e-3)).any()

    def area(mesh: Mesh) -> float:
        a, b, c = np.moveaxis(mesh.positions[mesh.triangles].astype(np.float64), 1, 0)
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum())

    assert area(pieces) == pytest.approx(area(mesh), rel=1e-5)
    raised = ground_on(mesh, relief)
    middles = raised.positions[raised.triangles].astype(np.float64).mean(1)
    low = raised.positions[:, 2].astype(np.float64) - relief.height(raised.positions)
    above = middles[:, 2] - relief.height(middles)
    assert above.min() > low.min() - 0.003
    assert above.max() < low.max() + 0.003


@pytest.mark.parametrize(("slope", "crest", "wetness"), [(10, 0, 0), (-6, 4, 0.9)])
def test_pictures_maps_and_boxes_agree(
    write_scene: Callable[..., Path], slope: float, crest: float, wetness: float
) -> None:
    scene = load(write_scene(VIEWED % (slope, crest, wetness))).sample(1)
    relief = scene.roads.relief
    assert relief == Relief(slope / 100.0, float(crest))
    paint = vehicles = 0
    for picture in render_scene(scene):
        view, maps = picture.frame.view, picture.frame
        points = world_points(view, maps.depth)
        marked = maps.semantic == Kind.MARKING
        above = points[marked][:, 2] - relief.height(points[marked])
        assert (np.abs(above - 0.003) < 0.003).all(), np.abs(above - 0.003).max()
        paint += int(marked.sum())
        for label in picture.labels:
            if label.kind in VEHICLES and label.tight is not None:
                own = points[maps.instance == label.id]
                assert inside(own, label).all(), label.id
                vehicles += 1
    assert paint > 100
    assert vehicles > 3


def world_points(view: View, depth: NDArray[np.float32]) -> NDArray[np.float64]:
    """(H, W, 3) m, of every pixel's centre."""
    v, u = np.mgrid[: view.height, : view.width] + 0.5
    z = np.where(np.isfinite(depth), depth, 0.0).astype(np.float64)
    camera = np.stack([(u - view.width / 2) / view.focal * z, (v - view.height / 2) / view.focal * z, z], -1)
    return transform(np.linalg.inv(view.camera_from_world), camera)


def inside(points: NDArray[np.float64], label: ActorLabel) -> NDArray[np.bool_]:
    """Whether points (N, 3) are in a 3D box; mirrors and aerials may stand out by a little."""
    assert label.orientation is not None
    own = (points - np.array(label.centre)) @ rotation_of(np.array(label.orientation))
    return np.asarray((np.abs(own) < np.array(label.size) / 2 + np.array([0.15, 0.3, 0.15])).all(1))


def test_cameras_stand_on_the_ground_and_follow_it(write_scene: Callable[..., Path]) -> None:
    text = VIEWED.replace("kind: pavement,", "kind: pavement, pitch: 0, heading: 0, at: 0,")
    flat, hilly = (load(write_scene(text % (slope, 0, 0))).sample(2) for slope in (0, 10))
    for level, tilted in zip(flat.cameras[1:], hilly.cameras[1:], strict=True):
        a, b = resolve_camera(level, flat, None), resolve_camera(tilted, hilly, None)
        assert b.position[2] - a.position[2] == pytest.approx(0.1 * a.position[0])
    sight = resolve_camera(hilly.cameras[1], hilly, None).camera_from_world[2, :3]
    assert sight[2] == pytest.approx(0.1 * sight[0], abs=1e-6)
    sight = resolve_camera(hilly.cameras[2], hilly, None).camera_from_world[2, :3]
    assert sight[2] == pytest.approx(np.sin(np.radians(-12)))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("physics: bullet\nroads: {slope: 5}", "roads.slope: `physics: bullet` needs flat ground, 0"),
        ("physics: bullet\nroads: {crest: {uniform: [0, 1]}}", "roads.crest: `physics: bullet` needs flat ground, 0"),
        ("roads: {slope: 16 %}", "is outside [-15, 15] %"),
        ("roads: {crest: -7}", "is outside [-6, 6] m"),
    ],
)
def test_what_cannot_be_is_refused(write_scene: Callable[..., Path], text: str, problem: str) -> None:
    with pytest.raises(SceneError) as caught:
        load(write_scene(f"format: 1\n{text}\n"))
    assert problem in str(caught.value)
