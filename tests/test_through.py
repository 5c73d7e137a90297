"""What is seen through glass: radiance against the formula, labels of the nearest surface."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderers.frame import Frame, View
from renderers.geometry import Flattener
from renderers.labels import Subject, label_frame
from renderers.mesh import Material, Mesh, box
from renderers.raster import RasterOptions, RasterRenderer
from renderers.silhouettes import silhouettes
from renderers.stage import Instance, Stage
from renderers.vehicles import vehicle_mesh
from renderers.vehicles_inside import inside_mesh
from renderers.visible import visible_triangles
from scenes.geometry import camera_from_world, world_from_model
from scenes.kinds import Kind
from scenes.seeds import rng_for
from scenes.types import Light
from scenes.vehicles import MODELS, VehicleLook, sample_model

DAY = Light("day", 2.3, 0.7, (2.0, 1.9, 1.7), (0.25, 0.4, 0.7), (0.7, 0.8, 0.9), 0.3, 0.0)
CLEAR = (0.8, 0.7, 0.5)
BLACK = Material((0.0, 0.0, 0.0), roughness=0.07, reflectance=0.05)  # mirrors as PANE does
PANE = Material((0.3, 0.3, 0.3), roughness=0.07, reflectance=0.05, clear=CLEAR)
WALL = Material((0.5, 0.3, 0.1))
VIEW = View(96, 64, 90.0, camera_from_world(np.array([0.0, 0.0, 1.5]), 0.0, 0.0, 0.0))
MIDDLE = (slice(28, 36), slice(42, 54))


def sheet(x: float, material: Material, number: int = 0, size: float = 3.0, kind: Kind = Kind.FURNITURE) -> Instance:
    """A plate that faces the camera, 1 cm thick, whose near face is at x."""
    whole = box((0.01, size, size), (x + 0.005, 0.0, 1.5), material)
    facing = whole.normals[whole.triangles[:, 0], 0] < -0.5
    front = replace(whole, triangles=whole.triangles[facing], materials=whole.materials[facing])
    return Instance(front, np.eye(4), kind, number)


def pictured(*items: Instance, light: Light = DAY, samples: int = 2) -> Frame:
    options = RasterOptions(samples=samples, shadow_size=0, sky_size=0)
    return RasterRenderer(options).render(Stage(items, light, 0.0, 1), VIEW)


def cosines(distance: float = 1.0) -> np.ndarray:
    """(H, W, 1) between the rays of pixels and the optical axis, divided by a distance in m."""
    rows, columns = np.indices((VIEW.height, VIEW.width)) + 0.5
    rays = np.stack([np.ones_like(rows), (columns - 48) / 90.0, (rows - 32) / 90.0], -1)
    return np.asarray(1.0 / (distance * np.linalg.norm(rays, axis=-1, keepdims=True)))


def share() -> np.ndarray:
    """(H, W, 3) of the light that a pane of PANE lets through."""
    mirrored = 0.05 + 0.95 * (1.0 - cosines()) ** 5 * (1.0 - 0.07) ** 2
    return np.asarray((1.0 - mirrored) * np.array(CLEAR))


@pytest.mark.parametrize("samples", [1, 2])
@pytest.mark.parametrize("haze", [0.0, 0.02])
def test_a_pane_adds_what_is_behind_it_to_what_it_mirrors(samples: int, haze: float) -> None:
    light = replace(DAY, haze=haze)
    wall, pane, black = sheet(9.0, WALL, size=20.0), sheet(5.0, PANE, 4), sheet(5.0, BLACK, 4)
    both, behind, before = (
        pictured(*items, light=light, samples=samples) for items in ((wall, pane), (wall,), (wall, black))
    )
    air = (1.0 - np.exp(-haze / cosines(5.0))) * 0.85 * np.array(light.horizon)
    expected = before.rgb + share() * (behind.rgb - air)
    assert np.allclose(both.rgb[MIDDLE], expected[MIDDLE], rtol=2e-4)
    assert both.rgb[MIDDLE].mean() > 1.2 * before.rgb[MIDDLE].mean()
    assert (both.instance[MIDDLE] == 4).all()
    assert (both.semantic[MIDDLE] == Kind.FURNITURE).all()
    assert np.allclose(both.depth[MIDDLE], 5.0, atol=1e-3)
    beside = both.instance == 0
    assert beside.any() and np.array_equal(both.rgb[beside], behind.rgb[beside])


def test_panes_one_behind_the_other_and_the_sky_behind_them() -> None:
    wall, near, far = sheet(9.0, WALL, size=20.0), sheet(4.0, PANE), sheet(6.0, PANE)
    opaque = pictured(sheet(4.0, BLACK)).rgb, pictured(sheet(6.0, BLACK)).rgb
    for last in ((wall,), ()):
        found = pictured(*last, near, far).rgb
        expected = opaque[0] + share() * (opaque[1] + share() * pictured(*last).rgb)
        assert np.allclose(found[MIDDLE], expected[MIDDLE], rtol=2e-4)


def test_rays_of_lidars_and_of_the_sun_pass_panes() -> None:
    pytest.importorskip("embreex")
    from renderers.lidar_cast import cast

    flat = Flattener().flatten(Stage((sheet(5.0, PANE), sheet(9.0, WALL)), DAY, 0.0, 1), VIEW)
    hits = cast(flat, np.array([0.0, 0.0, 1.5]), np.array([[1.0, 0.0, 0.0]], np.float32))
    assert hits.distance[0] == pytest.approx(9.0, abs=1e-3)
    assert len(np.unique(flat.casters[flat.pane > 0])) == 1  # a point


@pytest.fixture(scope="module")
def car() -> VehicleLook:
    return replace(sample_model(rng_for(0, "glass"), "hatchback"), tint=0.2, alone=False)


def parked(car: VehicleLook, inside: Mesh | None, detail: int = 0) -> tuple[Instance, ...]:
    """The left side of a car, 5 m away."""
    pose = world_from_model(np.array([5.0, 0.0, 0.0]), np.pi / 2)
    ground = Instance(box((60.0, 60.0, 0.2), (0.0, 0.0, -0.1), Material()), np.eye(4), Kind.ROAD)
    return ground, Instance(vehicle_mesh(car, detail), pose, Kind.CAR, 7, inside=inside)


def test_insides_change_no_label_and_show_through_panes_alone(car: VehicleLook) -> None:
    whole = inside_mesh(car, 0, True)
    assert whole is not None
    huge = box((9.0, 9.0, 4.0), (0.0, 0.0, 2.0), WALL)  # would stand out of the body everywhere
    pictures = []
    for inside in (None, whole, huge):
        drawn = RasterRenderer().draw(Stage(parked(car, inside), DAY, 0.0, 1), VIEW)
        subject = Subject(7, Kind.CAR, (5.0, 0.0, 0.7), car.size, np.pi / 2)
        pictures.append((drawn, repr(label_frame(drawn, [subject])), silhouettes(drawn, [subject])[0].nearness))
    (plain, label, outline), *others = pictures
    pane = np.zeros(len(plain.flat.corners), np.bool_)
    pane[: others[0][0].flat.outside] = others[0][0].flat.pane[: others[0][0].flat.outside] > 0
    fine = visible_triangles(plain.flat, plain.triangles.camera, VIEW, 2)
    glass = (pane[fine] & (fine >= 0)).reshape(64, 2, 96, 2).any((1, 3))
    assert 100 < glass.sum() < 2000
    for drawn, named, alone in others:
        for name in ("instance", "semantic", "depth", "normal"):
            assert np.array_equal(getattr(plain.frame, name), getattr(drawn.frame, name))
        assert named == label and np.array_equal(alone, outline)
        assert np.array_equal(plain.frame.rgb[~glass], drawn.frame.rgb[~glass])
        assert (plain.frame.rgb[glass] != drawn.frame.rgb[glass]).any(-1).mean() > 0.9


def test_one_sees_through_both_windows_of_a_car(car: VehicleLook) -> None:
    inside = inside_mesh(car, 0, False)
    red, blue = (sheet(9.0, Material(colour), size=20.0) for colour in ((0.6, 0.0, 0.0), (0.0, 0.0, 0.6)))
    frames = [pictured(*parked(car, inside), wall) for wall in (red, blue)]
    turned = (frames[0].rgb - frames[1].rgb)[..., 0] > 0.1
    assert (turned & (frames[0].instance == 7)).sum() > 50
    painted = [pictured(*parked(car, None), wall) for wall in (red, blue)]
    assert not (((painted[0].rgb - painted[1].rgb)[..., 0] > 0.1) & (painted[0].instance == 7)).sum() > 50


def test_who_drives_sits_inside_and_the_coarsest_windows_are_painted(car: VehicleLook) -> None:
    for detail in (0, 1):
        empty, driven = inside_mesh(car, detail, False), inside_mesh(car, detail, True)
        assert empty is not None and driven is not None
        assert len(driven.triangles) > len(empty.triangles) + 500
    assert inside_mesh(car, 2, True) is None
    assert inside_mesh(sample_model(rng_for(0, "glass"), "bus"), 0, True) is None


@pytest.mark.parametrize("model", [name for name, one in MODELS.items() if one.kind in (Kind.CAR, Kind.VAN)])
def test_insides_lie_within_the_body(model: str) -> None:
    look = sample_model(rng_for(0, "glass", model), model)
    inside = inside_mesh(look, 1, True)
    assert (inside is None) == (model == "box_van")
    if inside is not None:
        (low, high), body = inside.extent, vehicle_mesh(look, 1).extent
        assert (low >= body[0]).all() and (high <= body[1]).all()


def test_without_cabins_windows_are_painted(car: VehicleLook) -> None:
    items = parked(car, inside_mesh(car, 0, True))
    painted = RasterRenderer(RasterOptions(cabins=False)).render(Stage(items, DAY, 0.0, 1), VIEW)
    plain = RasterRenderer().render(Stage(parked(car, None), DAY, 0.0, 1), VIEW)
    assert np.array_equal(painted.rgb, plain.rgb)
