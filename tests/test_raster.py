"""Labels against pixels, depth against geometry, coverage against holes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from renderers.frame import View
from renderers.labels import Subject, label_frame, view_of
from renderers.materials import mip_levels
from renderers.mesh import Material, Mesh, Texture, box, grid_triangles, make_mesh, merge, moved, tube
from renderers.raster import RasterOptions, RasterRenderer
from renderers.stage import Instance, Stage
from scenes.geometry import camera_from_world, transform, world_from_model
from scenes.kinds import Kind
from scenes.types import Light

DAY = Light("day", 2.3, 0.7, (2.0, 1.9, 1.7), (0.25, 0.4, 0.7), (0.7, 0.8, 0.9), 0.3, 0.0)
OVERCAST = Light("overcast", 0.0, 0.7, (0.0, 0.0, 0.0), (0.9, 0.9, 0.9), (0.9, 0.9, 0.9), 1.0, 0.0)
GREY = Material(colour=(0.4, 0.4, 0.4))


def looking(x: float = 0.0, y: float = 0.0, z: float = 1.5, heading: float = 0.0, pitch: float = 0.0) -> View:
    return View(160, 120, 130.0, camera_from_world(np.array([x, y, z]), heading, pitch, 0.0))


def at(
    mesh: Mesh, x: float, y: float, z: float = 0.0, heading: float = 0.0, number: int = 0, kind: Kind = Kind.CAR
) -> Instance:
    return Instance(mesh, world_from_model(np.array([x, y, z]), heading), kind, number)


def stage(*items: Instance, light: Light = DAY) -> Stage:
    ground = Instance(box((200, 200, 0.2), (0, 0, -0.1), GREY), np.eye(4), Kind.ROAD)
    return Stage((ground, *items), light, 0.0, 3)


def subject(number: int, x: float, y: float, heading: float = 0.0, kind: Kind = Kind.CAR) -> Subject:
    return Subject(number, kind, (x, y, 1.0), (2.0, 2.0, 2.0), heading)


@pytest.mark.parametrize("samples", [1, 2])
def test_depth_is_metric(samples: int) -> None:
    wall = at(box((1, 60, 30), (0, 0, 0), GREY), 10.5, 0)
    frame = RasterRenderer(RasterOptions(samples=samples)).render(stage(wall), looking())
    on_wall = frame.semantic == Kind.CAR
    assert on_wall.sum() > 5000
    assert np.abs(frame.depth[on_wall] - 10.0).max() < 1e-3
    ground = (frame.semantic == Kind.ROAD) & (np.arange(120)[:, None] > 100)
    rows = np.arange(120)[:, None] + 0.5 - 60.0
    expected = np.broadcast_to(1.5 * 130.0 / rows, frame.depth.shape)
    assert np.allclose(frame.depth[ground], expected[ground], rtol=1e-4)


def test_normals_face_the_camera_and_the_sky_is_empty() -> None:
    frame = RasterRenderer().render(stage(at(box((2, 2, 2), (0, 0, 1), GREY), 8, 0, number=5)), looking())
    assert np.allclose(frame.normal[frame.instance == 5].mean(0), (-1, 0, 0), atol=1e-3)
    assert np.allclose(frame.normal[frame.semantic == Kind.ROAD], (0, 0, 1), atol=1e-4)
    sky = frame.semantic == Kind.SKY
    assert sky.any() and np.isinf(frame.depth[sky]).all() and not frame.instance[sky].any()
    assert np.isfinite(frame.rgb).all() and (frame.rgb >= 0).all()


def test_a_crumpled_sheet_has_no_pinholes() -> None:
    rng = np.random.default_rng(4)
    n = 90
    u, v = np.meshgrid(np.linspace(-30, 30, n), np.linspace(-20, 24, n), indexing="ij")
    points = np.stack([12 + rng.normal(0, 0.4, u.shape), u, v], -1).reshape(-1, 3)
    points[:, 1:] += rng.normal(0, 0.05, (n * n, 2))
    sheet = make_mesh(points, grid_triangles(n, n), GREY)
    frame = RasterRenderer(RasterOptions(samples=1)).render(
        Stage((Instance(sheet, np.eye(4), Kind.WALL, 1),), DAY, 0.0, 1), looking(z=1.5)
    )
    assert (frame.instance == 1).all()


def test_boxes_against_projection_and_solo_rendering() -> None:
    mesh = merge([box((3, 1.6, 1.4), (0, 0, 0.7), GREY), tube((0, 0, 1.4), (0.3, 0.2, 2.2), 0.1, GREY)])
    near, far = at(mesh, 7, 1.0, heading=0.5, number=1), at(mesh, 11, 0.0, heading=-0.4, number=2)
    cut = at(mesh, 6, -3.6, heading=0.3, number=3)
    view = looking()
    renderer = RasterRenderer()
    drawn = renderer.draw(stage(near, far, cut), view)
    subjects = [subject(1, 7, 1), subject(2, 11, 0), subject(3, 6, -3.6)]
    labels = {label.id: label for label in label_frame(drawn, subjects)}
    for number, item in ((1, near), (2, far), (3, cut)):
        label = labels[number]
        camera = transform(view.camera_from_world, transform(item.world_from_model, mesh.positions))
        pixels = camera[:, :2] / camera[:, 2:] * view.focal + (view.width / 2, view.height / 2)
        projected = np.array([*pixels.min(0), *pixels.max(0)])
        assert np.abs(np.array(label.amodal) - projected).max() <= 1.0
        if number != 3:  # what the border cuts off of number 3 would have reached lower than what remains
            assert label.full == label.amodal
        alone = renderer.render(stage(item), view).instance == number
        y, x = np.nonzero(alone)
        assert label.full == (x.min(), y.min(), x.max() + 1, y.max() + 1)
        seen = drawn.frame.instance == number
        y, x = np.nonzero(seen)
        assert label.tight == (x.min(), y.min(), x.max() + 1, y.max() + 1)
        assert label.visible_pixels == seen.sum()
        assert label.visibility == pytest.approx(seen.sum() / alone.sum())
    assert labels[1].visibility == 1.0 and 0.05 < labels[2].visibility < 0.95
    assert labels[1].truncation == 0.0 and 0.05 < labels[3].truncation < 0.95


def test_an_actor_behind_a_wall_is_labelled_without_a_tight_box() -> None:
    hidden = at(box((1, 1, 1), (0, 0, 0.5), GREY), 12, 0, number=1)
    wall = at(box((0.2, 6, 4), (0, 0, 2), GREY), 6, 0, kind=Kind.WALL)
    label = label_frame(RasterRenderer().draw(stage(hidden, wall), looking()), [subject(1, 12, 0)])[0]
    assert label.tight is None and label.visibility == 0.0 and label.full is not None


def test_an_actor_that_straddles_the_lens_gives_finite_boxes() -> None:
    long = at(box((12, 1, 1), (0, 0, 0.5), GREY), 3, 0.9, number=1)
    (label,) = label_frame(RasterRenderer().draw(stage(long), looking()), [subject(1, 3, 0.9)])
    assert np.isfinite(label.amodal).all() and 0 < label.truncation < 1


def test_shadow_falls_away_from_the_sun_and_overcast_darkens_contacts() -> None:
    pillar = at(box((0.6, 0.6, 3), (0, 0, 1.5), GREY), 8, 0, kind=Kind.POLE)
    east = Light("day", 0.5 * math.pi, 0.6, (2, 2, 2), (0.3, 0.3, 0.3), (0.3, 0.3, 0.3), 0.0, 0.0)
    view = looking(pitch=-0.15)
    with_it = RasterRenderer().render(stage(pillar, light=east), view)
    without = RasterRenderer().render(stage(light=east), view)
    ground = (with_it.semantic == Kind.ROAD) & (without.semantic == Kind.ROAD)
    shadow = ground & (with_it.rgb[..., 1] < 0.6 * without.rgb[..., 1])
    assert shadow.sum() > 60
    assert np.nonzero(shadow)[1].mean() > 85  # sun in the north, so the shadow lies in the south: right
    lorry = at(box((5, 2, 2), (0, 0, 1.4), GREY), 8, 0)
    cloudy = RasterRenderer().render(stage(lorry, light=OVERCAST), view)
    clear = RasterRenderer().render(stage(light=OVERCAST), view)
    under = (
        (cloudy.semantic == Kind.ROAD)
        & (np.abs(np.arange(160) - 80) < 15)[None]
        & (cloudy.depth > 6.0)
        & (cloudy.depth < 8)
    )
    assert under.any() and cloudy.rgb[under].mean() < 0.6 * clear.rgb[under].mean()


def test_shadows_fall_far_away_too_and_from_things_beside_the_picture() -> None:
    # the sun stands on the left: what is at y = -6 lies in the shadow of a tower at y = 0
    light = Light("day", 2.0, math.pi / 4, (2.0, 1.9, 1.7), (0.2, 0.2, 0.2), (0.2, 0.2, 0.2), 0.0, 0.0)
    light = replace(light, sun_azimuth=math.pi / 2)
    tower = at(box((4, 2, 12), (0, 0, 6), GREY), 80, 0)
    view = looking(z=12.0, pitch=-0.12)
    spot = transform(view.camera_from_world, np.array([[80.0, -6.0, 0.0]]))[0]
    column = int(view.focal * spot[0] / spot[2] + view.width / 2)
    row = int(view.focal * spot[1] / spot[2] + view.height / 2)
    bare = RasterRenderer().render(stage(light=light), view).rgb[row, column].mean()
    shaded = RasterRenderer().render(stage(tower, light=light), view).rgb[row, column].mean()
    near_only = RasterRenderer(RasterOptions(far_shadow_size=0)).render(stage(tower, light=light), view)
    assert shaded < 0.5 * bare
    assert near_only.rgb[row, column].mean() == pytest.approx(bare, rel=1e-3)
    beside = replace(light, sun_elevation=0.3)  # a tower out of the picture throws 39 m
    mast = at(box((4, 4, 12), (0, 0, 6), GREY), 60, 60)
    lit = RasterRenderer().render(stage(light=beside), view).rgb
    dark = RasterRenderer().render(stage(mast, light=beside), view)
    assert not (dark.semantic == Kind.CAR).any()
    assert (dark.rgb.mean(-1) < 0.6 * lit.mean(-1)).sum() > 20


def test_textures_that_are_no_longer_seen_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renderers.geometry.TEXELS", 4 * 64 * 64)
    monkeypatch.setattr("renderers.geometry.MOST_TEXELS", 12 * 64 * 64)

    def painted(k: int) -> Stage:
        pixels = np.full((64, 64, 3), 40 + k, np.uint8)
        return stage(at(box((2, 2, 2), (0, 0, 1), Material(texture=Texture(f"test/{k}", pixels))), 8, 0, number=5))

    kept = RasterRenderer()
    lengths = []
    for k in range(40):
        frame = kept.render(painted(k), looking())
        lengths.append(kept.flattener.materials.length)
        assert frame.rgb.tobytes() == RasterRenderer().render(painted(k), looking()).rgb.tobytes()
    assert 8 * 64 * 64 < max(lengths) < 14 * 64 * 64  # its room has doubled, but not for long: a picture adds 1.3
    assert min(np.diff(lengths)) < 0


def test_emission_is_seen_in_the_dark() -> None:
    lamp = at(box((0.5, 0.5, 0.5), (0, 0, 2), Material(emission=(5.0, 1.0, 0.5))), 6, 0, number=1)
    night = Light("dusk", 0.0, 0.1, (0.0, 0.0, 0.0), (0.01, 0.01, 0.01), (0.01, 0.01, 0.01), 0.0, 0.0)
    frame = RasterRenderer().render(stage(lamp, light=night), looking())
    assert np.allclose(frame.rgb[frame.instance == 1][:, 0].max(), 5.0, rtol=0.02)


def test_same_input_same_bytes() -> None:
    item = at(box((2, 2, 2), (0, 0, 1), GREY), 8, 0, heading=0.4, number=1)
    first = RasterRenderer().render(stage(item), looking())
    renderer = RasterRenderer()
    renderer.render(stage(at(tube((0, 0, 0), (0, 0, 2), 0.3, Material()), 5, 1)), looking())
    second = renderer.render(stage(item), looking())
    assert first.rgb.tobytes() == second.rgb.tobytes() and first.depth.tobytes() == second.depth.tobytes()


def test_flip_swaps_left_and_right() -> None:
    view = looking()
    for heading, name in ((math.pi, "towards"), (0.0, "away"), (math.pi / 2, "left"), (-math.pi / 2, "right")):
        assert view_of(subject(1, 10, 0, heading, Kind.PEDESTRIAN), view) == name
    for heading, name in ((math.pi, "front"), (0.0, "rear"), (math.pi / 2, "side")):
        assert view_of(subject(1, 10, 0, heading), view) == name


def test_mirrored_mesh_keeps_outward_faces() -> None:
    mesh = moved(box((1, 2, 3), (0.5, 1, 1.5), GREY), np.diag([1.0, -1.0, 1.0, 1.0]))
    corner = mesh.positions[mesh.triangles].astype(float)
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    assert ((corner.mean(1) - mesh.positions.mean(0)) * normal).sum(1).min() > 0
    assert (normal * mesh.normals[mesh.triangles[:, 0]]).sum(1).min() > 0


def test_mip_levels_average_light_and_reject_odd_sizes() -> None:
    board = np.kron(np.indices((2, 2)).sum(0) % 2, np.ones((4, 4)))[..., None].repeat(3, 2).astype(np.uint8) * 255
    levels = mip_levels(Texture("board", board))
    assert [len(level) for level in levels] == [64, 16, 4, 1]
    assert abs((levels[-1][0, 0] / 255) ** 2 - 0.5) < 0.01
    with pytest.raises(ValueError, match="power of two"):
        mip_levels(Texture("odd", np.zeros((3, 3, 3), np.uint8)))
