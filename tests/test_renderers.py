"""One contract for every renderer: the same things in the same pixels, at the same distance."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from renderers.assemble import StageBuilder
from renderers.frame import Frame, View
from renderers.gl import GlRenderer
from renderers.gl_device import ATLAS, Atlas, Device, GlError
from renderers.labels import Subject, label_frame
from renderers.mesh import Material, Texture, box
from renderers.raster import Drawn, RasterOptions, RasterRenderer
from renderers.stage import Instance, Stage
from renderers.views import resolve_camera
from scenes.files import load
from scenes.geometry import camera_from_world, world_from_model
from scenes.kinds import Kind
from scenes.types import Light
from sim.rollout import rollout
from skidpad.drivers import cast
from skidpad.render import RENDERERS, chosen_renderer, render_sample, renderer
from tests.sizes import size

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

LEAVES = {int(Kind.VEGETATION)}  # TinyRenderer draws no holes and leaves leaves out
SCENES = ("street", "crossing-night", "junction-rain", "street-snow", "hill", "pavement")


@pytest.fixture(params=[name for name in RENDERERS if name != "raster"])
def other(request: pytest.FixtureRequest) -> str:
    name = "path:1" if request.param == "path" else str(request.param)
    if name == "path:1":
        pytest.importorskip("mitsuba")
    try:
        renderer(name)
    except GlError as error:
        pytest.skip(str(error))
    return name


@cache
def staged(name: str, k: int = 1) -> tuple[Stage, View, list[Subject]]:
    scene = load(name).sample(k, 0)
    everybody, others = cast(scene)
    state = rollout([scene], everybody, [scene.start_time], others)[0]
    camera = scene.cameras[0]
    share = size(0.5, 1.0)
    width, height = round(share * camera.width), round(share * camera.height)
    camera = replace(camera, width=width, height=height, focal=share * camera.focal)
    view = resolve_camera(camera, scene, state)
    stage, subjects = StageBuilder(scene).at(state, view, hidden=camera.mount)
    return stage, view, subjects


@cache
def reference(name: str) -> Drawn:
    stage, view, _ = staged(name)
    return RasterRenderer().draw(stage, view)


@cache
def seen_by(other: str, name: str) -> Frame:
    """A scene as another renderer draws it."""
    stage, view, _ = staged(name)
    return renderer(other).draw(stage, view).frame


def inner(frame: Frame) -> np.ndarray:
    """Pixels that are not at an edge of a thing: their neighbours are of the same kind and thing."""
    ids = frame.instance.astype(np.float32) * 64.0 + frame.semantic
    kernel = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.dilate(ids, kernel) == cv2.erode(ids, kernel))


def test_rays_meet_what_the_rasteriser_draws() -> None:
    pytest.importorskip("mitsuba")
    from renderers.path import PathRenderer

    tracer = PathRenderer(1)
    for name in SCENES:
        stage, view, _ = staged(name)
        drawn = reference(name)
        own, flat = drawn.frame, drawn.flat
        index, depth = tracer.traced(stage, view)
        met = index >= 0
        where = inner(own) & ~np.isin(index, flat.cutouts.triangle)  # rays stop at holes, too
        assert where.mean() > 0.5
        assert (np.where(met, flat.instance[index], 0) == own.instance)[where].mean() >= 0.99
        assert (np.where(met, flat.kind[index], own.semantic) == own.semantic)[where].mean() >= 0.99
        assert (met == np.isfinite(own.depth))[where].mean() >= 0.99
        both = where & met & np.isfinite(own.depth)
        wrong = np.abs(own.depth[both] - depth[both]) > 1e-3 + 1e-3 * own.depth[both]
        assert wrong.mean() < 2e-3


def test_path_traced_pictures_are_as_bright_as_the_rasterisers() -> None:
    pytest.importorskip("mitsuba")
    from renderers.path import PathRenderer

    stage, view, _ = staged("street")
    own, frame = reference("street").frame, PathRenderer(2).draw(stage, view).frame
    walls = own.semantic == Kind.BUILDING
    for part in (own.semantic == Kind.ROAD, walls):
        ratio = frame.rgb[part].mean() / own.rgb[part].mean()
        assert 0.6 < ratio < 1.6
    assert np.array_equal(own.instance, frame.instance)
    assert np.array_equal(own.depth, frame.depth)
    # the same bricks: where nothing mirrors, textures pass by the denoiser
    grain = [np.log(picture.mean(-1) + 1e-3) for picture in (own.rgb, frame.rgb)]
    fine = [(one - cv2.GaussianBlur(one, (0, 0), 2.0))[inner(own) & walls] for one in grain]
    assert np.corrcoef(*fine)[0, 1] > 0.6


@pytest.mark.parametrize("name", SCENES)
def test_things_are_in_the_same_pixels(other: str, name: str) -> None:
    if other == "path:1":
        pytest.skip("its maps are the rasteriser's")
    own, frame = reference(name).frame, seen_by(other, name)
    where = np.ones(own.depth.shape, np.bool_)
    if other == "bullet":
        where = inner(own) & ~np.isin(own.semantic, list(LEAVES))
    assert where.mean() > 0.5
    assert (own.instance == frame.instance)[where].mean() >= 0.995
    assert (own.semantic == frame.semantic)[where].mean() >= 0.995
    both = where & np.isfinite(own.depth) & np.isfinite(frame.depth) & (own.semantic == frame.semantic)
    wrong = np.abs(own.depth[both] - frame.depth[both]) > 1e-3 + 1e-3 * own.depth[both]
    assert wrong.mean() < 2e-3


@pytest.mark.parametrize("name", SCENES)
def test_a_graphics_card_shades_as_the_processor_does(name: str) -> None:
    try:
        renderer("gl")
    except GlError as error:
        pytest.skip(str(error))
    own, frame = reference(name).frame, seen_by("gl", name)
    error = np.abs(own.rgb - frame.rgb).max(-1) / (0.05 + own.rgb.max(-1))
    assert np.median(error) < 1e-4
    assert np.quantile(error, 0.99) < 0.03  # reflections in wet ground follow rays, which may meet another pixel
    assert np.abs(np.linalg.norm(frame.normal[np.isfinite(frame.depth)], axis=-1) - 1.0).max() < 1e-3


@pytest.mark.parametrize(
    "options", [RasterOptions(1, 1024, 32.0, 0), RasterOptions(1, 0), RasterOptions(2, 512, 20.0, 128)]
)
def test_quality_means_the_same_on_a_card(options: RasterOptions) -> None:
    from renderers.gl import GlRenderer

    try:
        card = GlRenderer(options)
    except GlError as error:
        pytest.skip(str(error))
    stage, view, _ = staged("street")
    own, frame = RasterRenderer(options).render(stage, view), card.draw(stage, view).frame
    error = np.abs(own.rgb - frame.rgb).max(-1) / (0.05 + own.rgb.max(-1))
    assert np.quantile(error, 0.99) < 0.03
    assert chosen_renderer("gl") == "gl"  # another context, and back again
    assert np.array_equal(card.draw(stage, view).frame.rgb, frame.rgb)


def test_labels_are_the_same(other: str) -> None:
    stage, view, subjects = staged("street")
    own = {label.id: label for label in label_frame(reference("street"), subjects)}
    found = {label.id: label for label in label_frame(renderer(other).draw(stage, view), subjects)}
    assert own.keys() == found.keys()
    plain = [key for key, label in own.items() if label.visible_pixels > 200 and label.kind != Kind.VEGETATION]
    assert len(plain) > 3
    for key in plain:
        assert found[key].amodal == own[key].amodal
        assert np.abs(np.subtract(found[key].tight, own[key].tight)).max() <= 2.0
        assert found[key].visible_pixels == pytest.approx(own[key].visible_pixels, rel=0.03)


def test_what_changes_between_pictures_is_drawn_anew(other: str) -> None:
    light = Light("day", 2.3, 0.7, (2.0, 1.9, 1.7), (0.25, 0.4, 0.7), (0.7, 0.8, 0.9), 0.3, 0.0)
    cube = box((1.0, 1.0, 1.0), (0.0, 0.0, 0.5), Material(colour=(0.5, 0.2, 0.2)))
    view = View(96, 64, 90.0, camera_from_world(np.array([0.0, 0.0, 1.2]), 0.0, -0.1, 0.0))
    ground = Instance(box((60.0, 60.0, 0.2), (0.0, 0.0, -0.1), Material()), np.eye(4), Kind.ROAD)
    columns = []
    for y in (-1.0, 1.0, -1.0):
        item = Instance(cube, world_from_model(np.array([6.0, y, 0.0]), 0.3), Kind.CAR, 7)
        frame = renderer(other).draw(Stage((ground, item), light, 0.0, 1), view).frame
        columns.append(np.nonzero(frame.instance == 7)[1].mean())
        expected = RasterRenderer(RasterOptions(samples=1)).render(Stage((ground, item), light, 0.0, 1), view)
        assert ((frame.instance == 7) != (expected.instance == 7)).mean() < 2e-3
    assert columns[0] == columns[2] > columns[1] + 10.0
    smaller = View(48, 32, 45.0, view.camera_from_world)
    assert renderer(other).draw(Stage((ground,), light, 0.0, 1), smaller).frame.rgb.shape == (32, 48, 3)


def test_things_of_one_shape_are_all_drawn_and_sheets_from_both_sides(other: str) -> None:
    light = Light("day", 2.3, 0.7, (2.0, 1.9, 1.7), (0.25, 0.4, 0.7), (0.7, 0.8, 0.9), 0.3, 0.0)
    cube = box((1.0, 1.0, 1.0), (0.0, 0.0, 0.5), Material(colour=(0.5, 0.2, 0.2)))
    sheet = replace(cube, triangles=cube.triangles[:2], materials=cube.materials[:2])
    view = View(96, 64, 90.0, camera_from_world(np.array([0.0, 0.0, 1.2]), 0.0, -0.1, 0.0))
    items = tuple(Instance(cube, world_from_model(np.array([7.0, y, 0.0]), 0.3), Kind.CAR, 3 + k)
                  for k, y in enumerate((-1.5, 0.0, 1.5)))  # fmt: skip
    for turn in (0.0, np.pi):
        back = Instance(sheet, world_from_model(np.array([5.0, -0.6, 1.0]), turn + np.pi / 4), Kind.WALL, 9)
        stage = Stage((*items, back), light, 0.0, 1)
        own, found = RasterRenderer().render(stage, view), renderer(other).draw(stage, view).frame
        assert set(np.unique(found.instance)) == {0, 3, 4, 5, 9}
        assert ((own.instance != found.instance) & inner(own)).mean() < 2e-3


def test_skies_of_packs_give_way_to_the_built_in_one(other: str) -> None:
    stage, view, _ = staged("street")
    packed = replace(stage, light=replace(stage.light, sky="skies/anything"))
    own, found = (renderer(other).draw(one, view).frame for one in (stage, packed))
    assert np.array_equal(own.rgb, found.rgb)


def test_the_same_picture_twice(other: str) -> None:
    stage, view, _ = staged("street")
    first, second = (renderer(other).draw(stage, view).frame for _ in range(2))
    for name in ("rgb", "depth", "semantic", "instance", "normal"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


@cache
def usual_labels(name: str) -> list[int]:
    return [label.id for label in render_sample(load(name), 0, 0)[0].labels]


def test_a_sample_through_the_front_door(other: str) -> None:
    shots = render_sample(load("crossing"), 0, 0, by=other)
    assert len(shots[0].jpeg) > 2000
    assert [label.id for label in shots[0].labels] == usual_labels("crossing")


def test_texels_reach_the_card_piece_by_piece() -> None:
    try:
        device = Device()
    except GlError as error:
        pytest.skip(str(error))
    atlas, texels = Atlas(device, 3), np.random.default_rng(0).integers(0, 256, (3 * ATLAS + 100, 3)).astype(np.uint8)
    for count in (1, 10, ATLAS, ATLAS + 5, len(texels)):
        texture = atlas.update(texels[:count])
        held = np.frombuffer(texture.read(alignment=1), np.uint8).reshape(-1, 3)
        assert np.array_equal(held[:count], texels[:count])


def test_a_card_forgets_textures_when_the_processor_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renderers.geometry.TEXELS", 4 * 64 * 64)
    try:
        card = GlRenderer(RasterOptions(samples=1))
    except GlError as error:
        pytest.skip(str(error))
    scene, view, _ = staged(SCENES[0])
    for k in range(12):
        picture = Texture(f"forgotten/{k}", np.full((64, 64, 3), 30 + 15 * k, np.uint8))
        wall = Instance(box((0.1, 80, 80), (0, 0, 0), Material(texture=picture)), facing(view, 3.0), Kind.WALL)
        shown = replace(scene, instances=(wall,))
        expected = RasterRenderer(RasterOptions(samples=1)).draw(shown, view).frame.rgb
        assert np.median(np.abs(card.draw(shown, view).frame.rgb - expected)) < 1e-3 * np.median(expected)
    assert card.flattener.materials.length < 12 * 64 * 64


def facing(view: View, distance: float) -> np.ndarray:
    """Pose of a wall straight before a camera."""
    pose = np.eye(4)
    right, down, ahead = view.camera_from_world[:3, :3]
    pose[:3, :3] = np.stack([ahead, -right, -down], 1)
    pose[:3, 3] = view.position + distance * ahead
    return pose


def test_names_of_renderers() -> None:
    assert chosen_renderer("raster") == "raster"
    assert chosen_renderer("auto") in ("raster", "gl")
    with pytest.raises(ValueError, match="renderer 'pth' is not one of auto, raster, gl, path, bullet"):
        chosen_renderer("pth")
    for name in ("path:", "path:0", "path:2.5", "path:65537"):
        with pytest.raises(ValueError, match=r"paths through a pixel are not in \[1, 65536\]"):
            chosen_renderer(name)


def test_without_mitsuba_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from renderers.path import PathError, PathRenderer

    monkeypatch.setitem(sys.modules, "mitsuba", None)
    with pytest.raises(PathError, match=r"^renderer path: .*; pip install 'skidpad\[photoreal\]', or take .*raster$"):
        PathRenderer()


def test_without_opengl_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    moderngl = pytest.importorskip("moderngl")

    def broken(**_: object) -> None:
        raise Exception("eglGetDisplay failed")

    monkeypatch.setattr(moderngl, "create_context", broken)
    with pytest.raises(GlError, match=r"^renderer gl: no OpenGL 4.5 through EGL \(eglGetDisplay failed\); .*raster$"):
        Device()
