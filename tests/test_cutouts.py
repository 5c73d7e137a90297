"""Triangles with holes: the picture, its labels and its shadows against the alpha that made them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from renderers.frame import Frame, View
from renderers.labels import Subject, label_frame
from renderers.materials import LINEAR, alpha_levels, mip_levels, probed
from renderers.mesh import Material, Mesh, Texture, box, make_mesh
from renderers.raster import RasterOptions, RasterRenderer
from renderers.stage import Instance, Stage
from scenes.geometry import camera_from_world, world_from_model
from scenes.kinds import Kind
from scenes.types import Light

DAY = Light("day", 0.0, 0.7, (2.0, 1.9, 1.7), (0.25, 0.4, 0.7), (0.7, 0.8, 0.9), 0.3, 0.0)
GREY = np.full((64, 64, 3), 128, np.uint8)
BOARD = np.kron((np.indices((8, 8)).sum(0) % 2), np.ones((8, 8))).astype(np.uint8) * 255  # 8 x 8 squares, first a hole
PLAIN = RasterOptions(samples=1, shadow_size=0, sky_size=0)


def leafy(edge: int = 128, seed: int = 3) -> NDArray[np.uint8]:
    """Soft random blobs that cover about a third."""
    rng = np.random.default_rng(seed)
    rough = np.fft.rfft2(rng.normal(size=(edge, edge)))
    frequency = np.hypot(np.fft.fftfreq(edge)[:, None] * edge, np.fft.rfftfreq(edge) * edge)
    field = np.fft.irfft2(rough * np.exp(-(((frequency - 7.0) / 4.0) ** 2)), s=(edge, edge))
    field /= field.std()
    return np.clip(128 + 300 * (field - 0.4), 0, 255).astype(np.uint8)


def sheet(alpha: NDArray[np.uint8] | None, size: float = 2.0, repeats: float = 1.0, name: str = "board") -> Mesh:
    """A square that stands upright, faces -x and has its middle in the origin; u runs to -y, v runs down."""
    half = size / 2
    points = np.array([[0, half, half], [0, -half, half], [0, -half, -half], [0, half, -half]])
    uvs = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * repeats
    pixels = GREY if alpha is None else np.full((*alpha.shape, 3), 128, np.uint8)
    material = Material(texture=Texture(f"test/{name}/{alpha is None}", pixels, alpha))
    normals = np.tile([-1.0, 0.0, 0.0], (4, 1))
    return make_mesh(points, np.array([[0, 2, 1], [0, 3, 2]]), material, uvs, normals)


def at(mesh: Mesh, x: float, y: float = 0.0, z: float = 1.5, heading: float = 0.0, number: int = 1) -> Instance:
    return Instance(mesh, world_from_model(np.array([x, y, z]), heading), Kind.WALL, number)


def staged(*items: Instance, light: Light = DAY) -> Stage:
    return Stage(items, light, 0.0, 3)


def looking(x: float = 0.0, y: float = 0.0, z: float = 1.5, heading: float = 0.0, focal: float = 180.0) -> View:
    return View(200, 160, focal, camera_from_world(np.array([x, y, z]), heading, 0.0, 0.0))


def on_plane(view: View, item: Instance) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the rays of all pixels meet a sheet: (H, W, 3) in the sheet's own frame, and (H, W) depth."""
    y, x = np.mgrid[0 : view.height, 0 : view.width] + 0.5
    rays = np.stack([(x - view.width / 2) / view.focal, (y - view.height / 2) / view.focal, np.ones_like(x)], -1)
    model_from_world = np.linalg.inv(item.world_from_model)
    direction = rays @ (model_from_world[:3, :3] @ view.camera_from_world[:3, :3].T).T
    eye = model_from_world[:3, :3] @ view.position + model_from_world[:3, 3]
    depth = -eye[0] / direction[..., 0]
    return eye + depth[..., None] * direction, depth


def expected_board(view: View, item: Instance, size: float, squares: float) -> tuple[NDArray[np.bool_], ...]:
    """Solid pixels of a checkered sheet, and the pixels that are too near a border to tell."""
    place, depth = on_plane(view, item)
    u, v = (size / 2 - place[..., 1]) / size, (size / 2 - place[..., 2]) / size
    inside = (u > 0) & (u < 1) & (v > 0) & (v < 1) & (depth > 0.05)
    solid = inside & ((np.floor(u * squares) + np.floor(v * squares)) % 2 == 1)
    slack = 0.01 * depth / view.focal * squares / size  # a hundredth of a pixel that faces the camera
    near = sum(np.abs(c * squares - np.round(c * squares)) < slack for c in (u, v)) > 0
    return solid, near & (depth > 0)


def frame_of(view: View, *items: Instance, options: RasterOptions = PLAIN) -> Frame:
    return RasterRenderer(options).render(staged(*items), view)


@pytest.mark.parametrize(("distance", "heading"), [(2.5, 0.0), (4.0, 0.5), (3.0, -1.0), (2.5, math.pi)])
def test_a_checkered_sheet_is_solid_exactly_where_its_squares_project(distance: float, heading: float) -> None:
    item, view = at(sheet(BOARD), distance, 0.1, 1.4, heading), looking()
    frame = frame_of(view, item)
    solid, unsure = expected_board(view, item, 2.0, 8)
    assert unsure.mean() < 0.02 and solid.sum() > 500
    assert np.array_equal((frame.instance == 1)[~unsure], solid[~unsure])
    assert np.isinf(frame.depth[frame.instance == 0]).all() and np.isfinite(frame.depth[frame.instance == 1]).all()
    assert np.array_equal(frame.semantic == Kind.WALL, frame.instance == 1)


def test_a_sheet_that_the_lens_looks_along_is_clipped_with_its_squares_in_place() -> None:
    item = at(sheet(BOARD, 6.0), 1.0, -0.5, 1.5, math.pi / 2 - 0.12)  # from behind the camera to some metres ahead
    view = looking()
    frame = frame_of(view, item)
    solid, unsure = expected_board(view, item, 6.0, 8)
    camera = view.camera_from_world[2, :3] @ (item.world_from_model[:3, :3] @ item.mesh.positions.T) + (
        view.camera_from_world[2, :3] @ item.world_from_model[:3, 3] + view.camera_from_world[2, 3]
    )
    assert camera.min() < 0.0 < camera.max()
    assert solid.sum() > 3000
    assert ((frame.instance == 1) != solid)[~unsure].mean() < 1e-3


def test_full_alpha_gives_the_bytes_of_no_alpha() -> None:
    items = [at(sheet(alpha, name="full"), 4.0, 0.2, 1.5, 0.4) for alpha in (None, np.full((64, 64), 255, np.uint8))]
    ground = Instance(box((60, 60, 0.2), (0, 0, -0.1), Material()), np.eye(4), Kind.ROAD)
    without, with_it = (frame_of(looking(), item, ground, options=RasterOptions()) for item in items)
    for name in ("rgb", "depth", "semantic", "instance", "normal"):
        assert getattr(without, name).tobytes() == getattr(with_it, name).tobytes(), name


@pytest.mark.parametrize("distance", [2.0, 4.0, 12.0, 25.0, 60.0])
def test_leaves_cover_as_much_from_afar_as_from_near(distance: float) -> None:
    alpha = leafy()
    share = (probed(alpha) >= 127.5).mean()
    assert 0.2 < share < 0.5
    view = looking(focal=500.0)
    full = at(sheet(None, 6.4, 10.0, "near"), distance)
    holed = at(sheet(alpha, 6.4, 10.0, "near"), distance)
    # the middle 160 x 160 pixels show 0.64 m at 2 m: a whole number of repeats at all these distances
    whole, seen = (frame_of(view, item).instance[:, 20:180] == 1 for item in (full, holed))
    assert seen.sum() / whole.sum() == pytest.approx(share, abs=0.04)


def test_mip_levels_keep_coverage_or_are_left_out() -> None:
    for alpha in (leafy(), BOARD, np.full((32, 32), 255, np.uint8), np.zeros((32, 32), np.uint8)):
        levels, least = alpha_levels(alpha)
        shares = [(probed(level) >= t).mean() for level, t in zip(levels, least, strict=True)]
        assert np.allclose(shares, shares[0], atol=0.02)
    assert len(alpha_levels(BOARD)[0]) == 4  # one texel a square; what is coarser is even grey
    assert len(alpha_levels(np.full((32, 32), 255, np.uint8))[0]) == 6


def test_holes_give_no_colour_to_what_is_around_them() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[BOARD > 0] = (60, 160, 40)
    green = np.sqrt(LINEAR[[60, 160, 40]]) * 255.0
    for level in mip_levels(Texture("test/green", pixels, BOARD)):
        assert np.abs(level - green).max() <= 1.0
    with pytest.raises(ValueError, match="alpha of shape"):
        mip_levels(Texture("test/odd", pixels, BOARD[:32]))


def test_the_shadow_has_the_holes_of_what_throws_it() -> None:
    ground = Instance(box((60, 60, 0.2), (0, 0, -0.1), Material()), np.eye(4), Kind.ROAD)
    overhead = Light("day", 0.0, math.pi / 2 - 1e-3, (3.0, 3.0, 3.0), (0.2, 0.2, 0.2), (0.2, 0.2, 0.2), 0.0, 0.0)
    flat = sheet(BOARD, 4.0)
    lying = np.eye(4)
    lying[:3, :3] = [[0, 0, -1], [0, 1, 0], [1, 0, 0]]  # v runs to +x
    lying[:3, 3] = 8.0, 0.0, 4.0
    view = View(320, 240, 300.0, camera_from_world(np.array([2.0, 0.0, 3.0]), 0.0, -0.45, 0.0))
    stage = staged(Instance(flat, lying, Kind.WALL, 1), ground, light=overhead)
    frame = RasterRenderer(RasterOptions(sky_size=0)).render(stage, view)
    bare = RasterRenderer(RasterOptions(sky_size=0)).render(staged(ground, light=overhead), view)
    lowered = lying.copy()
    lowered[2, 3] = 0.0
    item = Instance(flat, lowered, Kind.WALL)
    solid, _ = expected_board(view, item, 4.0, 8)
    place, _ = on_plane(view, item)
    u, v = (2.0 - place[..., 1]) * 2.0, (2.0 - place[..., 2]) * 2.0
    middle = (np.abs(u % 1.0 - 0.5) < 0.3) & (np.abs(v % 1.0 - 0.5) < 0.3) & (u > 0) & (u < 8) & (v > 0) & (v < 8)
    ground_seen = middle & (frame.semantic == Kind.ROAD)
    ratio = frame.rgb[..., 1] / np.maximum(bare.rgb[..., 1], 1e-6)
    dark, light = ratio[ground_seen & solid], ratio[ground_seen & ~solid]
    assert len(dark) > 500 and len(light) > 500
    assert dark.max() < 0.3 and light.min() > 0.9


def test_instances_and_visibility_look_through_the_holes() -> None:
    fence, view = at(sheet(BOARD, 4.0), 4.0, number=1), looking()
    behind = at(box((1, 1, 1), (0, 0, 0), Material()), 7.0, number=2)
    subjects = [Subject(n, Kind.WALL, (x, 0.0, 1.5), (1, 1, 1), 0.0) for n, x in ((1, 4.0), (2, 7.0))]
    drawn = RasterRenderer().draw(staged(fence, behind), view)
    labels = label_frame(drawn, subjects)
    alone = [frame_of(view, item).instance == n for n, item in ((1, fence), (2, behind))]
    assert labels[0].visibility == 1.0 and labels[0].visible_pixels == alone[0].sum()
    through = alone[1] & ~alone[0]
    assert np.array_equal(drawn.frame.instance == 2, through)
    assert labels[1].visibility == pytest.approx(through.sum() / alone[1].sum()) and 0.4 < labels[1].visibility < 0.6
    y, x = np.nonzero(alone[0])
    assert labels[0].full == labels[0].tight == (x.min(), y.min(), x.max() + 1, y.max() + 1)


def test_the_full_box_ends_where_the_holes_begin() -> None:
    alpha = np.zeros((64, 64), np.uint8)
    alpha[16:48, 16:32] = 255
    view = looking()
    drawn = RasterRenderer().draw(staged(at(sheet(alpha, name="corner"), 4.0)), view)
    (label,) = label_frame(drawn, [Subject(1, Kind.WALL, (4.0, 0.0, 1.5), (1, 1, 1), 0.0)])
    # u 0.25..0.5 and v 0.25..0.75 of 2 m at 4 m: 45 px a metre around the middle of the picture
    assert label.full == (100 - 22, 80 - 22, 100, 80 + 22) or label.full == (100 - 23, 80 - 23, 100, 80 + 23)
    assert label.amodal == label.full


def test_both_sides_are_lit_by_a_sun_in_the_viewer_s_back() -> None:
    greens = []
    for heading in (0.0, math.pi):
        sun = Light("day", heading + math.pi, 0.4, (2.0, 2.0, 2.0), (0.1, 0.1, 0.1), (0.1, 0.1, 0.1), 0.0, 0.0)
        view = looking(4.0 - 4.0 * math.cos(heading), heading=heading)
        frame = RasterRenderer(RasterOptions(sky_size=0)).render(staged(at(sheet(BOARD), 4.0), light=sun), view)
        seen = frame.instance == 1
        assert np.allclose(frame.normal[seen], (-math.cos(heading), 0.0, 0.0), atol=1e-6)
        greens.append(np.median(frame.rgb[seen][:, 1]))
    assert greens[0] == pytest.approx(greens[1], rel=1e-3) and greens[0] > 0.1


def test_wet_ground_mirrors_through_the_holes() -> None:
    wet = Light("day", 0.0, 0.7, (0.0, 0.0, 0.0), (0.2, 0.2, 0.2), (0.2, 0.2, 0.2), 1.0, 0.0, wetness=1.0)
    ground = Instance(box((60, 60, 0.2), (0, 0, -0.1), Material(roughness=0.1)), np.eye(4), Kind.ROAD)
    lamp = Material(emission=(5.0, 5.0, 5.0), texture=Texture("test/lamp", GREY, np.zeros((64, 64), np.uint8)))
    mesh = sheet(None, 3.0)
    unseen = make_mesh(mesh.positions, mesh.triangles, lamp, mesh.uvs, mesh.normals)
    empty, with_it = (
        RasterRenderer().render(staged(ground, *items, light=wet), looking()) for items in ((), (at(unseen, 6.0),))
    )
    assert empty.rgb.tobytes() == with_it.rgb.tobytes()
