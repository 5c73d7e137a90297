"""Lidars against the rasteriser's depth and masks, the actors' poses, and formulas of their own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from renderers.assemble import StageBuilder
from renderers.frame import Frame, Sweep, View
from renderers.geometry import Flattener
from renderers.lidar import resolve_lidar, sweep
from renderers.lidar_cast import cast as send_out
from renderers.lidar_patterns import rays_of
from renderers.lidar_picture import from_above, over_picture
from renderers.lidar_returns import extinction, gain_of, sent_back
from renderers.mesh import Material, Texture, make_mesh
from renderers.raster import RasterOptions, RasterRenderer
from renderers.stage import Instance, Stage
from scenes.files import load
from scenes.geometry import camera_from_world, transform, world_from_model
from scenes.kinds import VEHICLES, Kind
from scenes.light import make_light
from scenes.relief import raised
from scenes.schema_lidar import SENSORS
from scenes.schema_light import LightSpec
from scenes.types import Actor, Camera, Lidar, Scene
from sim.rollout import DT, rollout
from sim.world import State
from skidpad.drivers import cast
from skidpad.render import moving

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

SHADELESS = RasterRenderer(RasterOptions(samples=1, shadow_size=0, sky_size=0))
PLAIN = Lidar(
    0, "raster", "raster", np.radians(np.linspace(-20.0, 20.0, 60)), 160, math.radians(50.0), 10.0, 0.0, 200.0, 1e6,
    0.0, 0.0, np.array([0.0, 0.0, 1.6]), 0.0, 0.0, 0.0,
)  # fmt: skip
FLAT = 5e-4  # part of an inverse depth by which 4 x 4 pixels may miss one plane and count as away from edges


@cache
def at_start(name: str, k: int = 1) -> tuple[Scene, StageBuilder, list[State]]:
    """A library scene when the first picture is taken, and one step before and after."""
    scene = load(name).sample(k, seed=2)
    everybody, others = cast(scene)
    times = [scene.start_time - DT, scene.start_time, scene.start_time + DT]
    before, now, after = rollout([scene], everybody, times, others)
    return scene, StageBuilder(scene), [now, before, after]


def at_camera(camera: Camera, **changes: object) -> Lidar:
    """A lidar without noise where a camera is, on the same vehicle, that sees what is too dark for any."""
    place = {key: getattr(camera, key) for key in ("position", "heading", "pitch", "roll", "mount")}
    return replace(PLAIN, **{**place, **changes})


def looking(found: Sweep, turn: float, details: dict[int, int], builder: StageBuilder, state: State, mount: int | None):
    """A picture from the place of a lidar, turned to the left by an angle, with what is drawn there."""
    ahead = found.world_from_lidar[:3, :3] @ [math.cos(turn), math.sin(turn), 0.0]
    pose = camera_from_world(found.world_from_lidar[:3, 3], math.atan2(ahead[1], ahead[0]), 0.0, 0.0)
    view = View(480, 360, 400.0, pose)
    stage, _ = builder.at(state, view, mount, dict(details))
    return SHADELESS.render(stage, view)


def agreement(frame: Frame, found: Sweep) -> tuple[int, float, float, float]:
    """Points in a picture, share that is away from edges, of that what lies within 2 cm, and equal instances of all."""
    view = frame.view
    points = transform(view.camera_from_world @ found.world_from_lidar, found.points)
    depth = np.maximum(points[:, 2], 1e-6)
    at = (points @ view.intrinsics.T)[:, :2] / depth[:, None]
    corner = np.floor(at - 0.5).astype(int)
    good = (points[:, 2] > 0.1) & (corner >= 1).all(1) & (corner < [view.width - 3, view.height - 3]).all(1)
    at, corner, depth = at[good], corner[good], depth[good]
    steps = [(i, j) for j in range(-1, 3) for i in range(-1, 3)]

    def around(field: np.ndarray) -> np.ndarray:
        return np.stack([field[corner[:, 1] + j, corner[:, 0] + i] for i, j in steps], 1)

    inverse, ids, kinds = around(1.0 / frame.depth), around(frame.instance), around(frame.semantic)
    basis = np.array([(1.0, i, j) for i, j in steps])  # inverse depth of a plane is linear in the picture
    plane = inverse @ np.linalg.pinv(basis).T
    misfit = np.abs(inverse - plane @ basis.T).max(1) / inverse.max(1).clip(1e-9)
    even = (misfit < FLAT) & (ids == ids[:, :1]).all(1) & (kinds == kinds[:, :1]).all(1) & (inverse > 0).all(1)
    offset = at - 0.5 - corner
    expected = 1.0 / (plane[:, 0] + plane[:, 1] * offset[:, 0] + plane[:, 2] * offset[:, 1])[even]
    pixel = np.floor(at).astype(int)
    same = frame.instance[pixel[:, 1], pixel[:, 0]] == found.instance[good]
    return len(depth), float(even.mean()), float((np.abs(expected - depth[even]) < 0.02).mean()), float(same.mean())


SAME_PLACE = ("street", "crossing", "hill", "pavement-company", "cyclists")


def compared(name: str) -> tuple[int, float, float, float]:
    """`agreement` of a lidar without noise with a picture of 480 x 360 from the same place."""
    scene, builder, (state, *_) = at_start(name)
    camera = scene.cameras[0]
    view = View(480, 360, 520.0, resolve_lidar(at_camera(camera), scene, state).camera_from_world)
    details: dict[int, int] = {}
    stage, _ = builder.at(state, view, camera.mount, details)
    frame = SHADELESS.render(stage, view)
    return agreement(frame, sweep(builder, at_camera(camera, columns=320), moving([state]), 0, details))


@pytest.mark.parametrize("name", SAME_PLACE)
def test_points_fall_on_the_depth_and_the_masks_of_a_camera_at_the_same_place(name: str) -> None:
    count, even, near, same = compared(name)
    assert count > 5000 and even > 0.4, (count, even)
    assert near >= 0.99 and same >= 0.99, (near, same)


@pytest.mark.parametrize("turn", [0.0, 90.0, 180.0, 270.0])
def test_a_lidar_sees_to_all_sides_what_cameras_see(turn: float) -> None:
    scene, builder, (state, *_) = at_start("crossing")
    camera = scene.cameras[0]
    lidar = at_camera(camera, pattern="spinning", fov=2.0 * math.pi, columns=900, pitch=0.0, roll=0.0)
    found = sweep(builder, lidar, moving([state]), 0, {})
    details: dict[int, int] = {}
    builder.at(state, resolve_lidar(lidar, scene, state), camera.mount, details)
    count, even, near, same = agreement(
        looking(found, math.radians(turn), details, builder, state, camera.mount), found
    )
    assert count > 2000 and even > 0.3, (count, even)
    assert near >= 0.99 and same >= 0.99, (near, same)


@pytest.mark.parametrize("name", ["crossing", "hill", "roundabout"])
def test_velocities_are_how_fast_the_actors_come_nearer(name: str) -> None:
    """What is hit is carried along with the poses of its actor one step back and one ahead."""
    scene, builder, (state, *others) = at_start(name)
    relief = scene.roads.relief
    spinning = replace(PLAIN, pattern="spinning", fov=2.0 * math.pi, columns=1200, position=np.array([2.0, 6.0, 4.0]))
    mount = next(camera.mount for camera in scene.cameras if camera.mount is not None)
    tried = 0
    for lidar in (spinning, replace(spinning, mount=mount, position=np.array([0.0, 0.0, 2.0]))):
        found = sweep(builder, lidar, moving([state]), 0, {})
        eyes = [np.linalg.inv(resolve_lidar(lidar, scene, one).camera_from_world)[:3, 3] for one in others]
        place = transform(found.world_from_lidar, found.points)

        def closing(places: list[np.ndarray], eyes: list[np.ndarray] = eyes) -> np.ndarray:
            before, after = (np.linalg.norm(at - eye, axis=1) for at, eye in zip(places, eyes, strict=True))
            return (after - before) / (2.0 * DT)

        calm = found.instance == 0
        np.testing.assert_allclose(found.velocity[calm], closing([place[calm]] * 2), atol=0.15)
        for k, actor in enumerate(scene.actors):
            mine = found.instance == actor.id
            if actor.kind not in VEHICLES or mine.sum() < 5 or state.speed[0, k] < 1.0:
                continue
            old = world_from_model(raised(state.position[0, k], relief), float(state.heading[0, k]))
            model = transform(np.linalg.inv(old), place[mine])
            moved = [
                transform(world_from_model(raised(one.position[0, k], relief), float(one.heading[0, k])), model)
                for one in others
            ]
            np.testing.assert_allclose(found.velocity[mine], closing(moved), atol=0.25)
            tried += 1
    assert tried >= 2


def test_in_a_sweep_that_sees_motion_every_ray_meets_what_is_there_at_its_own_time() -> None:
    scene, builder, (state, _, *_) = at_start("crossing")
    everybody, others = cast(scene)
    times = [scene.start_time + k * DT for k in range(3)]
    state_at = moving(rollout([scene], everybody, times, others))
    mount = next(camera.mount for camera in scene.cameras if camera.mount is not None)
    turning = replace(
        PLAIN, pattern="spinning", fov=2.0 * math.pi, columns=900, mount=mount, position=np.array([0.0, 0.0, 2.0]),
        motion=True,
    )  # fmt: skip
    moved, rest = (sweep(builder, one, state_at, 0, {}) for one in (turning, replace(turning, motion=False)))
    np.testing.assert_array_equal(moved.world_from_lidar, rest.world_from_lidar)
    frame = looking(moved, 0.0, {}, builder, state, mount)
    _, _, near, _ = agreement(replace(frame, instance=np.zeros_like(frame.instance)), only(moved, moved.instance == 0))
    assert near > 0.98  # the lidar moves on, and what stands still is where it is
    tried = 0
    for k, actor in enumerate(scene.actors):
        mine = moved.instance == actor.id
        late = mine & (moved.offset > 0.04)
        if actor.kind not in VEHICLES or late.sum() < 20 or state.speed[0, k] < 3.0:
            continue
        place = transform(moved.world_from_lidar, moved.points)[late]
        sides = [outside(place, state_at(float(moved.offset[late].mean())), k, actor), outside(place, state, k, actor)]
        assert sides[0] < 0.12, actor.kind  # wheels, mirrors and half a slice
        tried += sides[1] > sides[0] + 0.1
    assert tried >= 1


def only(found: Sweep, which: np.ndarray) -> Sweep:
    """Some of the returns."""
    return replace(found, points=found.points[which], instance=found.instance[which])


def outside(place: np.ndarray, state: State, k: int, actor: Actor) -> float:
    """How far points lie before or behind the box of an actor, m, the worst of them."""
    pose = world_from_model(state.position[0, k].astype(float), float(state.heading[0, k]))
    return float(np.abs(transform(np.linalg.inv(pose), place)[:, 0]).max() - actor.size[0] / 2)


@pytest.mark.parametrize(("model", "rows"), [("vlp-16", 16), ("hdl-32e", 32), ("hdl-64e", 64), ("os1-128", 128)])
def test_rings_have_the_elevations_of_the_data_sheet(model: str, rows: int, write_scene: Callable[..., Path]) -> None:
    text = f"format: 1\nextends: library/street\nlidars: [{{model: {model}, noise: 0, step: 1, dark_range: 500}}]\n"
    scene = load(write_scene(text)).sample(0)
    (lidar,) = scene.lidars
    assert lidar.mount == scene.cameras[0].mount and len(lidar.elevations) == rows and lidar.columns == 360
    rays, ring, offset = rays_of(lidar, 0.0)
    assert len(rays) == 360 * rows and sorted(set(ring.tolist())) == list(range(rows))
    assert offset[0] == 0.0 and (np.diff(offset) >= 0.0).all() and offset[-1] < 0.1
    sheet = SENSORS[model]
    elevation = np.degrees(np.arcsin(rays[:, 2]))
    assert elevation.min() == pytest.approx(sheet.low) and elevation.max() == pytest.approx(sheet.high)
    assert all(low < high for low, high in pairwise(lidar.elevations))
    everybody, others = cast(scene)
    (state,) = rollout([scene], everybody, [scene.start_time], others)
    found = sweep(StageBuilder(scene), lidar, moving([state]), 0, {})
    assert len(found.points) > 0.3 * found.rays
    measured = np.arctan2(found.points[:, 2], np.hypot(found.points[:, 0], found.points[:, 1]))
    np.testing.assert_allclose(measured, lidar.elevations[found.ring], atol=2e-6)
    assert np.linalg.norm(found.points, axis=1).min() >= sheet.blind - 1e-4


def test_a_rosette_fills_its_circle_and_does_not_repeat() -> None:
    lidar = replace(
        PLAIN, pattern="rosette", elevations=np.radians([-19.2, 19.2]), columns=10_000, fov=math.radians(38.4)
    )
    rays, ring, offset = rays_of(lidar, 3.0)
    angles = np.column_stack([np.arctan2(rays[:, 1], rays[:, 0]), np.arcsin(rays[:, 2])])
    radius = np.degrees(np.linalg.norm(angles, axis=1))
    assert radius.max() <= 19.2 + 1e-9 and radius.max() > 19.0 and radius.min() < 0.5
    assert not ring.any() and offset[-1] == pytest.approx(0.1, abs=2e-5)
    cells: set[tuple[int, int]] = set()  # of one degree each
    for turn in range(10):
        rays, _, _ = rays_of(lidar, 3.0 + 0.1 * turn)
        angles = np.column_stack([np.arctan2(rays[:, 1], rays[:, 0]), np.arcsin(rays[:, 2])])
        cells |= {(x, y) for x, y in np.floor(np.degrees(angles)).astype(int).tolist()}
    assert len(cells) > 0.95 * math.pi * 19.2**2
    later, _, _ = rays_of(lidar, 3.1)
    between = np.linalg.norm(rays[:, None, :2][::50] - later[None, :, :2], axis=-1).min(1)
    assert np.median(between) > 1e-4


def still(instances: list[Instance], **light: object) -> Stage:
    return Stage(tuple(instances), replace(make_light(LightSpec()), haze=0.0, **light), 0.0, 0)


def panel(x: float, material: Material, repeats: float = 1.0) -> Instance:
    """A wall of 4 x 4 m that faces -x."""
    corners = np.array([[x, -2.0, -2.0], [x, 2.0, -2.0], [x, 2.0, 2.0], [x, -2.0, 2.0]])
    uvs = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) * repeats
    mesh = make_mesh(corners, np.array([[0, 2, 1], [0, 3, 2]]), material, uvs=uvs)
    return Instance(mesh, np.eye(4), Kind.WALL)


def test_rays_go_on_through_holes() -> None:
    alpha = np.zeros((64, 64), np.uint8)
    alpha[:, :32] = 255
    leaf = Material(texture=Texture("half a leaf", np.full((64, 64, 3), 90, np.uint8), alpha))
    stage = still([panel(5.0, leaf, 2.0), panel(6.0, leaf, 2.0), panel(9.0, Material())])
    view = View(64, 64, 60.0, camera_from_world(np.zeros(3), 0.0, 0.0, 0.0))
    flat = Flattener().flatten(stage, view)
    across = np.radians(np.linspace(-10.0, 10.0, 401))
    ways = np.column_stack([np.cos(across), np.sin(across), np.full(401, 0.01)])
    found = send_out(flat, np.zeros(3), (ways / np.linalg.norm(ways, axis=1)[:, None]).astype(np.float32))
    x = found.distance * np.cos(across)
    y = 5.0 * np.tan(across)
    first = np.floor((y + 2.0) / 1.0).astype(int) % 2 == 0  # opaque are the halves of repeats that are 2 m wide
    sure = np.abs((y + 2.0) % 1.0 - 0.5) < 0.45
    np.testing.assert_allclose(x[sure & first], 5.0, atol=0.01)
    behind = np.floor((6.0 * np.tan(across) + 2.0) / 1.0).astype(int) % 2 == 0
    far = sure & ~first & (np.abs((6.0 * np.tan(across) + 2.0) % 1.0 - 0.5) < 0.45)
    np.testing.assert_allclose(x[far & behind], 6.0, atol=0.01)
    np.testing.assert_allclose(x[far & ~behind], 9.0, atol=0.01)
    assert (found.triangle >= 0).all()


def test_what_is_sent_back_depends_on_the_surface_and_the_angle() -> None:
    cosine, rough = np.array([1.0, 0.5, 0.1, 1.0, 0.5, 0.1]), np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    back = sent_back(cosine.astype(np.float32), rough.astype(np.float32))
    np.testing.assert_allclose(back[:3], cosine[:3], atol=1e-6)  # Lambert
    assert back[5] > 3.0 * back[2] and back[3] < 1.0
    face = Material(texture=Texture("face", np.zeros((4, 4, 3), np.uint8)), kind=Kind.SIGN)
    assert (
        gain_of(face) > gain_of(Material(kind=Kind.MARKING)) > gain_of(Material()) == gain_of(Material(kind=Kind.SIGN))
    )
    assert gain_of(Material(part="plate_rear")) == gain_of(face)
    assert gain_of(Material(roughness=0.07)) < 0.2 < gain_of(Material(roughness=0.2, metallic=1.0))


def test_the_air_takes_what_the_formulas_say() -> None:
    air = make_light(LightSpec())
    assert extinction(replace(air, haze=0.01)) == pytest.approx(0.01)
    rain = extinction(replace(air, haze=0.0, rain=25.0)) * 1000.0 * 10.0 / math.log(10.0)
    assert rain == pytest.approx(1.076 * 25.0**0.67, rel=1e-3)  # dB/km
    assert extinction(replace(air, haze=0.0, snowfall=1.0)) == pytest.approx(3.79 / 4343.0, rel=1e-3)


def test_fog_hides_what_is_far_and_wet_ground_sends_less_back(write_scene: Callable[..., Path]) -> None:
    text = "format: 1\nextends: library/street\npresets: [roof-lidar]\nweather: {wetness: 0, %s}\n"
    found = {}
    for name, weather in (("dry", "rain: 0"), ("fog", "visibility: 60"), ("wet", "rain: 8")):
        scene = load(write_scene(text % weather)).sample(0, randomise=False)
        everybody, others = cast(scene)
        (state,) = rollout([scene], everybody, [scene.start_time], others)
        lidar = replace(scene.lidars[0], columns=400)
        found[name] = sweep(StageBuilder(scene), lidar, moving([state]), 0, {})
    far = {name: np.quantile(np.linalg.norm(one.points, axis=1), 0.95) for name, one in found.items()}
    assert far["fog"] < 0.7 * far["dry"] and len(found["fog"].points) < len(found["dry"].points)
    road = {name: one.intensity[one.semantic == Kind.ROAD].mean() for name, one in found.items()}
    assert road["wet"] < 0.6 * road["dry"]
    assert len(found["wet"].points) < len(found["dry"].points)
    signs = found["dry"].intensity[found["dry"].semantic == Kind.SIGN]
    assert signs.max() == 1.0 and found["dry"].intensity.min() >= 0.0


def test_noise_and_lost_returns_are_as_large_as_they_should_be() -> None:
    _, builder, (state, *_) = at_start("street")
    quiet, noisy = (sweep(builder, replace(PLAIN, noise=noise), moving([state]), 0, {}) for noise in (0.0, 0.05))
    error = np.linalg.norm(noisy.points, axis=1) - np.linalg.norm(quiet.points, axis=1)
    assert abs(error.mean()) < 0.003 and error.std() == pytest.approx(0.05, rel=0.05)
    fewer = sweep(builder, replace(PLAIN, dropout=0.3), moving([state]), 0, {})
    assert len(fewer.points) / len(quiet.points) == pytest.approx(0.7, abs=0.02)
    other = sweep(builder, replace(PLAIN, dropout=0.3), moving([state]), 1, {})
    assert other.points.shape != fewer.points.shape or (other.points != fewer.points).any()


def test_pictures_show_the_points() -> None:
    _, builder, (state, *_) = at_start("street")
    found = sweep(builder, replace(PLAIN, pattern="spinning", fov=2.0 * math.pi, columns=700), moving([state]), 0, {})
    view = View(120, 90, 100.0, resolve_lidar(PLAIN, builder.scene, state).camera_from_world)
    over = over_picture(np.zeros((90, 120, 3), np.uint8), view, found)
    assert over.shape == (180, 240, 3) and (over.max(-1) > 0).mean() > 0.1
    above = from_above(found, (300, 200))
    assert above.shape == (200, 300, 3) and (above.max(-1) > 60).mean() > 0.01
