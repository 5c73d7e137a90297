"""Lenses: models against OpenCV, pictures and labels behind them, and files that are refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from renderers.assemble import StageBuilder
from renderers.frame import Frame, View
from renderers.labels import label_frame
from renderers.places import points_of
from renderers.raster import Drawn
from renderers.silhouettes import mask_in, silhouettes
from renderers.views import resolve_camera
from renderers.warp import draw_behind_lens
from scenes.errors import SceneError
from scenes.files import load
from scenes.lenses import Lens
from sim.world import compile_world, initial_state
from skidpad.generation import generate
from skidpad.render import render_sample, renderer
from transfer.reader import Dataset

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

LENSES = {
    "dash camera": Lens("brown-conrady", (-0.28, 0.07, 0.0, 0.0, 0.0, 0.0), (0.001, -0.0005)),
    "rational": Lens("brown-conrady", (0.4, 0.1, 0.01, 0.7, 0.25, 0.03), (0.0003, 0.0004)),
    "fisheye": Lens("fisheye", (-0.02, 0.003, -0.001, 0.0002, 0.0, 0.0)),
    "equidistant": Lens("fisheye"),
}


def rays_within(angle: float, count: int = 4000) -> NDArray[np.float64]:
    """Directions (N, 3) of length 1 up to an angle from the axis, rad."""
    rng = np.random.default_rng(0)
    away, around = angle * np.sqrt(rng.random(count)), 2 * math.pi * rng.random(count)
    return np.stack([np.sin(away) * np.cos(around), np.sin(away) * np.sin(around), np.cos(away)], -1)


@pytest.mark.parametrize("name", LENSES)
def test_lenses_project_as_opencv_does(name: str) -> None:
    lens, focal = LENSES[name], 600.0
    rays = rays_within(min(lens.limit, math.radians(80.0)) - 0.02)
    matrix, still = np.diag([focal, focal, 1.0]), np.zeros(3)
    coefficients = np.array(lens.coefficients)
    if lens.model == "fisheye":
        expected, _ = cv2.fisheye.projectPoints(rays[:, None], still, still, matrix, coefficients)
    else:
        expected, _ = cv2.projectPoints(rays[:, None], still, still, matrix, coefficients)
    assert np.abs(focal * lens.project(rays) - expected[:, 0]).max() < 1e-6


@pytest.mark.parametrize("name", LENSES)
def test_projection_round_trips_to_a_hundredth_of_a_pixel(name: str) -> None:
    lens, focal = LENSES[name], 2000.0
    rays = rays_within(min(lens.limit, math.radians(84.0)) - 0.01)
    plane = lens.project(rays)
    back, inside = lens.unproject(plane)
    assert inside.all()
    assert np.abs(focal * (lens.project(back) - plane)).max() < 0.01
    assert np.abs(back / np.linalg.norm(back, axis=1)[:, None] - rays).max() < 1e-6


def pictures(name: str, lens: Lens, fov: float, k: int = 1) -> tuple[Drawn, Frame, list[object]]:
    """A scene's picture behind a lens, a wide pinhole picture of twice its resolution, and what is labelled in them."""
    scene = load(name).sample(k, seed=5)
    state = initial_state(compile_world([scene]))
    camera = scene.cameras[0]
    pose = resolve_camera(camera, scene, state).camera_from_world
    half = math.radians(fov) / 2
    view = View(320, 240, 160.0 / float(lens.radius(half)), pose, lens)
    stage, subjects = StageBuilder(scene).at(state, view, camera.mount)
    wide = View(1600, 1200, 800.0 / max(view.spread), pose)
    return draw_behind_lens(renderer("raster"), stage, view), renderer("raster").draw(stage, wide).frame, subjects  # type: ignore[return-value]


def near_edges(frame: Frame, reach: int) -> NDArray[np.bool_]:
    """(H, W) pixels within `reach` of another surface, class or id."""
    steep = np.zeros(frame.instance.shape, np.uint8)
    for axis in (0, 1):
        ids = np.diff(frame.instance.astype(int), axis=axis) != 0
        kinds = np.diff(frame.semantic.astype(int), axis=axis) != 0
        with np.errstate(invalid="ignore"):
            jumps = np.abs(np.diff(frame.depth, axis=axis)) > 0.05 * np.minimum(*halves(frame.depth, axis))
        turns = (np.abs(np.diff(frame.normal, axis=axis)) > 0.02).any(-1)
        change = ids | kinds | jumps | turns
        first = (slice(None, -1), slice(None)) if axis == 0 else (slice(None), slice(None, -1))
        second = (slice(1, None), slice(None)) if axis == 0 else (slice(None), slice(1, None))
        steep[first] |= change
        steep[second] |= change
    return cv2.dilate(steep, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)).astype(bool)


def halves(depth: NDArray[np.float32], axis: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Neighbours along an axis."""
    return (depth[:-1], depth[1:]) if axis == 0 else (depth[:, :-1], depth[:, 1:])


@pytest.mark.parametrize(("lens", "fov"), [("dash camera", 80.0), ("fisheye", 110.0)])
def test_maps_behind_a_lens_are_those_of_a_pinhole_camera_along_its_rays(lens: str, fov: float) -> None:
    drawn, wide, _ = pictures("street", LENSES[lens], fov)
    frame = drawn.frame
    y, x = np.mgrid[0 : frame.view.height, 0 : frame.view.width]
    rays, inside = frame.view.rays_of(np.stack([x.ravel() + 0.5, y.ravel() + 0.5], -1))
    spots = np.floor(wide.view.pixels_of(rays)).astype(int)
    within = inside & ((spots >= 0) & (spots < (wide.view.width, wide.view.height))).all(1)
    assert within.mean() > 0.95
    row, column = spots[within, 1], spots[within, 0]
    calm = ~near_edges(wide, 4)[row, column]
    for name in ("semantic", "instance"):
        here, there = getattr(frame, name).ravel()[within], getattr(wide, name)[row, column]
        assert (here == there).mean() > 0.97
        assert (here == there)[calm].mean() > 0.9995
    solid = calm & np.isfinite(wide.depth[row, column]) & (wide.depth[row, column] < 60.0)
    assert solid.sum() > 5000
    # the pinhole picture's depth where the ray meets the plane that touches the surface there
    row, column, ahead = row[solid], column[solid], rays[within][solid]
    normal = wide.normal[row, column] @ wide.view.camera_from_world[:3, :3].T
    before, _ = wide.view.rays_of(np.stack([column, row], -1) + 0.5)
    expected = wide.depth[row, column] * (normal * before).sum(1) / (normal * ahead).sum(1)
    off = np.abs(frame.depth.ravel()[within][solid] - expected)
    assert (off < 0.001 + 0.001 * expected).mean() > 0.99
    colours = frame.rgb.reshape(-1, 3)[within][solid] - wide.rgb[row, column]
    assert np.abs(colours).mean() < 0.1 * wide.rgb.mean()


def test_points_of_a_depth_map_behind_a_fisheye_lie_where_those_of_a_pinhole_camera_do() -> None:
    drawn, _, _ = pictures("street", LENSES["fisheye"], 140.0)
    frame = drawn.frame
    ground = frame.normal[..., 2] > 0.999
    ground &= (frame.depth < 20.0) & ~near_edges(frame, 1)
    heights = points_of(frame, ground)[:, 2]
    assert ground.sum() > 3000
    assert (np.abs(heights[:, None] - [0.0, 0.12]).min(1) < 0.02).mean() > 0.9  # road and pavement are flat


@pytest.mark.parametrize(("lens", "fov"), [("dash camera", 100.0), ("fisheye", 160.0)])
def test_labels_behind_a_lens_fit_its_pixels(lens: str, fov: float) -> None:
    drawn, _, subjects = pictures("street", LENSES[lens], fov)
    frame, labels = drawn.frame, label_frame(drawn, subjects)  # type: ignore[arg-type]
    alone = {one.id: mask_in(one, frame) for one in silhouettes(drawn, subjects)}  # type: ignore[arg-type]
    assert len(labels) > 5
    seen = {int(k) for k in np.unique(frame.instance)} - {0}
    assert seen == {label.id for label in labels if label.visible_pixels}
    keypoints = inside = 0
    for label in labels:
        mask = frame.instance == label.id
        assert label.visible_pixels == mask.sum()
        rows, columns = np.nonzero(mask)
        if label.tight is not None:
            assert label.tight == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert label.full is not None
        rows, columns = np.nonzero(alone[label.id])
        assert label.full == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert not (mask & ~alone[label.id]).any()
        assert label.visibility == pytest.approx(mask.sum() / alone[label.id].sum())
        assert label.amodal[0] <= label.full[0] and label.amodal[3] >= label.full[3]
        shapes = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
        for u, v, state in label.keypoints or ():
            keypoints += state == 2
            inside += state == 2 and bool(shapes[int(v), int(u)])
    assert inside >= 0.99 * keypoints


def test_flow_behind_a_lens_leads_to_the_same_place(tmp_path: Path) -> None:
    file = tmp_path / "fish.yaml"
    camera = "{kind: dash, width: 320, height: 240, fov: 120, lens: {model: fisheye, k1: -0.02}}"
    file.write_text(f"format: 1\ndescription: A fisheye.\nextends: library/street\ncameras: [{camera}]\n")
    first, second = render_sample(load(file), 1, 3, frames=2, wanted=frozenset({"flow"}))
    flow = first.extras.flow
    assert flow is not None and flow.seen.mean() > 0.5
    solid = flow.seen & np.isfinite(first.frame.depth)
    y, x = np.nonzero(solid)
    goal = np.stack([x + 0.5, y + 0.5], -1) + flow.vectors[y, x]
    column, row = np.floor(goal).astype(int).T
    same = first.frame.instance[y, x] == second.frame.instance[row, column]
    assert same.mean() > 0.98
    still = (first.frame.instance[y, x] == 0) & np.isfinite(second.frame.depth[row, column])
    here = points_of(first.frame, solid)[still]
    rays, _ = second.frame.view.rays_of(goal[still])
    depth = second.frame.depth[row, column][still].astype(np.float64)
    pose = second.frame.view.camera_from_world
    there = (rays * depth[:, None] - pose[:3, 3]) @ pose[:3, :3]
    apart = np.linalg.norm(here - there, axis=1) / depth
    assert np.median(apart) < 0.01  # one pixel of this picture is 0.0065 rad


def test_a_pinhole_and_a_lens_that_does_not_bend_give_one_picture() -> None:
    drawn, _, _ = pictures("street", Lens("brown-conrady"), 60.0)
    view = drawn.frame.view
    scene = load("street").sample(1, seed=5)
    state = initial_state(compile_world([scene]))
    stage, _ = StageBuilder(scene).at(state, view, scene.cameras[0].mount)
    plain = renderer("raster").draw(stage, replace(view, lens=Lens())).frame
    calm = ~near_edges(plain, 1)
    assert (drawn.frame.instance == plain.instance)[calm].all()
    assert (drawn.frame.instance == plain.instance).mean() > 0.99
    near = calm & (plain.depth < 60.0)
    assert (np.abs(drawn.frame.depth[near] / plain.depth[near] - 1.0) < 0.001).mean() > 0.995


@pytest.mark.parametrize(
    ("camera", "words"),
    [
        ("{fov: 130}", "cameras[0].fov: 130 deg is outside [1, 120] deg"),
        ("{fov: 90, lens: {model: brown-conrady, k1: -1.5}}", "cameras[0].lens.k1: -1.5 folds the picture"),
        ("{fov: 170, lens: {model: fisheye, k1: -0.4}}", "cameras[0].lens.k1: -0.4 folds the picture"),
        ("{lens: {model: fisheye, p1: 0.01}}", "cameras[0].lens.p1: 0.01 is outside [0, 0]"),
        ("{lens: {k1: 0.1}}", "cameras[0].lens.k1: 0.1 is outside [0, 0]"),
        ("{lens: {model: wide}}", "cameras[0].lens.model: wide is none"),
        ("{fov: 90, lens: {model: brown-conrady, k1: {uniform: [-1.5, 0]}}}", "cameras[0].lens.k1: -1.5 folds"),
    ],
)
def test_impossible_lenses_are_refused_with_their_line(camera: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(f"format: 1\ndescription: A lens.\nextends: library/street\ncameras:\n  - {camera}\n")
    with pytest.raises(SceneError) as error:
        load(file)
    assert words in str(error.value) and "bad.yaml:5" in str(error.value)


@pytest.mark.parametrize("mode", ["structured", "plain"])
def test_a_stereo_pair_is_rectified_and_its_disparity_follows_from_depth(mode: str, tmp_path: Path) -> None:
    file = tmp_path / "stereo.yaml"
    camera = "{kind: dash, width: 320, height: 240, fov: 60, roll: 2, pitch: -3, baseline: 0.5}"
    file.write_text(
        f"format: 1\ndescription: A pair.\nextends: library/street\nrandomisation: {mode}\ncameras: [{camera}]\n"
    )
    left, right = render_sample(load(file), 2, 3)
    assert (left.camera, right.camera) == (0, 1)
    apart = right.frame.view.camera_from_world @ np.linalg.inv(left.frame.view.camera_from_world)
    assert np.abs(apart[:3, :3] - np.eye(3)).max() < 1e-9
    assert np.abs(apart[:3, 3] - [-0.5, 0.0, 0.0]).max() < 1e-9
    y, x = np.nonzero(np.isfinite(left.frame.depth) & (left.frame.depth < 40.0))
    depth = left.frame.depth[y, x]
    column = np.floor(x + 0.5 - left.frame.view.focal * 0.5 / depth).astype(int)
    inside = column >= 0
    there = right.frame.depth[y[inside], column[inside]]
    assert (np.abs(there / depth[inside] - 1.0) < 0.02).mean() > 0.9  # the rest is hidden from the right one


def test_datasets_say_the_lens(tmp_path: Path) -> None:
    file = tmp_path / "fish.yaml"
    lens = "{model: brown-conrady, k1: -0.2, k2: 0.05, p1: 0.001, k3: 0.01}"
    camera = f"{{kind: dash, width: 64, height: 48, fov: 80, lens: {lens}}}"
    file.write_text(f"format: 1\ndescription: A lens.\nextends: library/street\ncameras: [{camera}]\n")
    generate(file, tmp_path / "out", 1, assets="builtin")
    item = Dataset.open(tmp_path / "out").samples[0]
    assert item.lens == Lens("brown-conrady", (-0.2, 0.05, 0.01, 0.0, 0.0, 0.0), (0.001, 0.0))
    coco = json.loads((tmp_path / "out" / "annotations" / "coco.json").read_text())
    entry = coco["images"][0]["lens"]
    assert entry == {"coefficients": [-0.2, 0.05, 0.001, 0.0, 0.01, 0.0, 0.0, 0.0], "model": "brown-conrady"}
