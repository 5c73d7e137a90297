"""Optical flow against pictures, depth, projected vertices and things drawn alone."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from renderers.flow import flow_between
from renderers.frame import Flow, Frame, View
from renderers.mesh import Material, Mesh, Texture, box
from renderers.motion import vertices_at
from renderers.people import Gait, person_mesh, pose_person
from renderers.raster import Drawn, RasterOptions, RasterRenderer
from renderers.stage import Instance, Stage
from renderers.vehicles_moving import vehicle
from renderers.vehicles_paint import Signs
from scenes.files import load
from scenes.geometry import camera_from_world, transform, world_from_model
from scenes.kinds import Kind
from scenes.people import sample_person
from scenes.seeds import rng_for
from scenes.types import Light
from scenes.vehicles import sample_vehicle
from skidpad.render import render_scene

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

EVEN = Light("overcast", 0.0, 0.7, (0.0, 0.0, 0.0), (0.9, 0.9, 0.9), (0.9, 0.9, 0.9), 1.0, 0.0)
PLAIN = RasterRenderer(RasterOptions(shadow_size=0, sky_size=0))  # what moves changes nothing but its own pixels
PERSON, CAR = 1, 2


def blotches(key: str, low: int, high: int) -> Material:
    """Smooth random texture, so that interpolation between pixels costs little."""
    pixels = rng_for(0, "flow", key).uniform(0, 1, (256, 256, 1)).astype(np.float32)
    soft = cv2.GaussianBlur(np.tile(pixels, (1, 1, 3)), (0, 0), 5.0, borderType=cv2.BORDER_REFLECT)
    soft = (soft - soft.min()) / np.ptp(soft)
    return Material(texture=Texture(f"flow/{key}", (low + (high - low) * soft).astype(np.uint8)))


def looking(x: float, y: float, heading: float, pitch: float = -0.05, size: tuple[int, int] = (320, 240)) -> View:
    return View(*size, 0.8 * size[0], camera_from_world(np.array([x, y, 1.5]), heading, pitch, 0.01))


def at(mesh: Mesh, x: float, y: float, heading: float = 0.0, number: int = 0, kind: Kind = Kind.WALL) -> Instance:
    return Instance(mesh, world_from_model(np.array([x, y, 0.0]), heading), kind, number)


SURROUNDINGS = (
    Instance(box((120, 60, 0.2), (20, 0, -0.1), blotches("road", 60, 190), 0.05), np.eye(4), Kind.ROAD),
    at(box((1, 60, 8), (0, 0, 4), blotches("end", 60, 220), 0.1), 30, 0),
    at(box((30, 1, 9), (0, 0, 4.5), blotches("side", 60, 220), 0.1), 14, 9),
    at(box((0.4, 0.4, 5), (0, 0, 2.5), blotches("post", 60, 220), 0.5), 6, -1.2),
)
LOOK = sample_vehicle(rng_for(0, "flow", "car"), Kind.CAR)
WALKER = sample_person(rng_for(0, "flow", "person"))


def moment(step: int) -> tuple[Stage, View]:
    """A camera that moves and turns, somebody who walks across, a car that turns: 0.1 s apart."""
    person = pose_person(person_mesh(WALKER, 0), Gait(0.3 + 0.08 * step, 1.3, "walk"))
    car = vehicle(LOOK, 0, Signs(), 0.3, 0.9 * step)
    actors = (
        at(person, 7.0, 1.0 - 0.13 * step, -np.pi / 2, PERSON, Kind.PEDESTRIAN),
        at(car, 10.0 + 0.3 * step, -3.0 + 0.05 * step, 0.4 + 0.06 * step, CAR, Kind.CAR),
    )
    return Stage((*SURROUNDINGS, *actors), EVEN, 0.1 * step, 3), looking(0.25 * step, 0.02 * step, 0.012 * step)


def between(one: tuple[Stage, View], two: tuple[Stage, View]) -> tuple[Drawn, Frame, Flow]:
    drawn, other = PLAIN.draw(*one), PLAIN.render(*two)
    return drawn, other, flow_between(drawn, vertices_at(drawn.flat, *one, two[0]), other)


def ends_of(flow: Flow) -> np.ndarray:
    """(H, W, 2) where each pixel's centre goes; px."""
    height, width = flow.seen.shape
    y, x = np.mgrid[:height, :width] + 0.5
    return np.stack([x, y], -1) + np.nan_to_num(flow.vectors)


def pulled(picture: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """A picture's values at places in px, bilinear; pixel centres are at halves."""
    x, y = (ends[..., k].astype(np.float32) - np.float32(0.5) for k in range(2))
    return cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def test_flow_warps_the_next_picture_onto_this_one() -> None:
    drawn, other, flow = between(moment(0), moment(1))
    assert np.isfinite(flow.vectors).all() and 0.8 < flow.seen.mean() < 0.99
    own, ends = drawn.frame.instance, ends_of(flow)
    # away from edges of the other picture, where bilinear values mix two things
    pure = pulled((other.instance == 0).astype(np.float32), ends)
    inner = flow.seen & ((pure == 0) | (pure == 1))
    error = np.abs(pulled(other.rgb, ends) - drawn.frame.rgb).max(-1)
    still = np.abs(other.rgb - drawn.frame.rgb).max(-1)
    moving = inner & (np.linalg.norm(np.nan_to_num(flow.vectors), axis=-1) > 1.0)
    noise = 0.01  # linear light; the cameras' read and shot noise is as large
    for number, worse in ((0, 5.0), (PERSON, 3.0), (CAR, 2.0)):
        mask = moving & (own == number)
        assert mask.sum() > 300
        assert np.median(error[mask]) < noise
        assert np.median(still[mask]) > worse * np.median(error[mask])
    hidden = ~flow.seen & (own == 0)
    assert np.median(error[hidden]) > 2 * np.median(error[inner & (own == 0)])


def test_flow_there_and_back_comes_home() -> None:
    _, _, there = between(moment(0), moment(1))
    _, _, back = between(moment(1), moment(0))
    home = np.linalg.norm(there.vectors + pulled(np.nan_to_num(back.vectors), ends_of(there)), axis=-1)
    assert np.median(home[there.seen]) < 0.01
    assert np.mean(home[there.seen] < 1.0) > 0.99
    assert np.mean(home[~there.seen] < 1.0) < 0.9  # what is hidden or outside then mostly does not


def test_flow_of_a_still_scene_is_the_reprojection_of_depth() -> None:
    stage, (one, two) = Stage(SURROUNDINGS, EVEN, 0.0, 3), (looking(0, 0, 0), looking(0.6, -0.2, 0.05, -0.08))
    drawn, _, flow = between((stage, one), (stage, two))
    height, width = flow.seen.shape
    y, x = np.mgrid[:height, :width] + 0.5
    depth = np.where(np.isinf(drawn.frame.depth), 1e7, drawn.frame.depth).astype(np.float64)  # the sky is far
    rays = np.stack([(x - width / 2) / one.focal, (y - height / 2) / one.focal, np.ones_like(x)], -1)
    world = transform(np.linalg.inv(one.camera_from_world), (rays * depth[..., None]).reshape(-1, 3))
    camera = transform(two.camera_from_world, world)
    pixels = camera[:, :2] / camera[:, 2:] * two.focal + (width / 2, height / 2)
    expected = pixels.reshape(height, width, 2) - np.stack([x, y], -1)
    assert np.isinf(drawn.frame.depth).any() and np.isfinite(flow.vectors).all()
    assert np.abs(flow.vectors - expected).max() < 0.02


@pytest.mark.parametrize(("number", "most"), [(PERSON, 0.35), (CAR, 0.35)])
def test_flow_follows_each_vertex_of_limbs_and_wheels(number: int, most: float) -> None:
    (stage, view), (later, then) = moment(0), moment(1)
    drawn, _, flow = between((stage, view), (later, then))
    here, there = (next(i for i in s.instances if i.id == number) for s in (stage, later))
    camera = transform(view.camera_from_world, transform(here.world_from_model, here.mesh.positions))
    moved = transform(then.camera_from_world, transform(there.world_from_model, there.mesh.positions))
    centre = (view.width / 2, view.height / 2)
    start, end = (c[:, :2] / c[:, 2:] * view.focal + centre for c in (camera, moved))
    column, row = start.astype(int).T
    inside = (column >= 0) & (column < view.width) & (row >= 0) & (row < view.height)
    column, row = np.where(inside, column, 0), np.where(inside, row, 0)
    # vertices that show: on their own pixel, at its depth
    shown = inside & (drawn.frame.instance[row, column] == number)
    shown &= np.abs(drawn.frame.depth[row, column] - camera[:, 2]) < 0.004
    error = np.linalg.norm(flow.vectors[row, column] - (end - start), axis=1)[shown]
    assert shown.sum() > 150
    assert np.percentile(error, 90) < most  # a pixel's centre is up to 0.7 px away from the vertex
    rigid = replace(here, world_from_model=there.world_from_model)
    stiff = transform(then.camera_from_world, transform(rigid.world_from_model, rigid.mesh.positions))
    off = np.linalg.norm(stiff[:, :2] / stiff[:, 2:] * view.focal + centre - end, axis=1)[shown]
    assert off.max() > 2.0  # limbs and wheels do move against the body


def test_what_gets_covered_is_marked_to_the_pixel() -> None:
    cube = box((1, 1, 1), (0, 0, 0.5), blotches("cube", 60, 220))
    view = looking(0, 0, 0)
    stages = [Stage((*SURROUNDINGS[:2], at(cube, 8, 0.4 * k, 0, 5, Kind.CAR)), EVEN, 0.0, 3) for k in range(2)]
    drawn, other, flow = between((stages[0], view), (stages[1], view))
    still = drawn.frame.instance == 0
    assert np.abs(flow.vectors[still]).max() < 0.02
    covered = still & (other.instance == 5)
    assert covered.sum() > 50
    np.testing.assert_array_equal(flow.seen[still], ~covered[still])


def test_who_is_gone_has_no_flow() -> None:
    stage, view = moment(0)
    later = replace(stage, instances=tuple(i for i in stage.instances if i.id != PERSON))
    drawn, _, flow = between((stage, view), (later, view))
    gone = drawn.frame.instance == PERSON
    assert gone.any() and np.isnan(flow.vectors[gone]).all() and not flow.seen[gone].any()
    assert np.isfinite(flow.vectors[~gone]).all()


@pytest.mark.parametrize("name", ["crossing-company", "cyclists", "hill", "turns"])
def test_library_scenes_have_flow_for_everything_that_stays(name: str) -> None:
    scene = load(name).sample(0, seed=2)
    small = [replace(c, width=160, height=120, focal=c.focal * 160 / c.width) for c in scene.cameras]
    scene = replace(scene, cameras=tuple(small))
    frames = render_scene(scene, 2, 10.0, frozenset({"flow"}))
    for first, second in zip(frames[: len(small)], frames[len(small) :], strict=True):
        there, back = first.extras.flow, second.extras.flow_back
        assert there is not None and back is not None
        assert second.extras.flow is None and first.extras.flow_back is None
        for flow, frame, other in ((there, first, second), (back, second, first)):
            stay = {label.id for label in other.labels} | {0}
            held = np.isin(frame.frame.instance, list(stay))
            near = frame.frame.depth > 1.0  # closer things may pass behind the camera
            assert np.isfinite(flow.vectors[held & near]).all(), name
        home = np.linalg.norm(there.vectors + pulled(np.nan_to_num(back.vectors), ends_of(there)), axis=-1)
        assert np.mean(home[there.seen] < 1.0) > 0.97


def test_things_without_an_id_move_by_their_track() -> None:
    """Cones that a car knocks over, leads of dogs."""
    cube, view = box((0.5, 0.5, 0.5), (0, 0, 0.25), blotches("cube", 60, 220)), looking(0, 0, 0)
    stages = []
    for k in range(2):
        loose = replace(at(cube, 8, 0.3 * k, 0, 0, Kind.FURNITURE), track="prop 4")
        stages.append(Stage((*SURROUNDINGS[:2], loose), EVEN, 0.0, 3))
    drawn, _, flow = between((stages[0], view), (stages[1], view))
    front = (drawn.frame.semantic == Kind.FURNITURE) & (np.abs(drawn.frame.depth - 7.75) < 0.05)
    assert front.sum() > 60
    assert np.abs(flow.vectors[front][:, 0] + 0.3 * view.focal / 7.75).max() < 0.15  # to the left
    assert np.abs(flow.vectors[drawn.frame.semantic == Kind.ROAD]).max() < 0.02
