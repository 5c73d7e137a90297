"""Where cameras stand, and the vehicles that carry them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from scenes.chain import make_chain
from scenes.draws import Draws
from scenes.geometry import camera_from_world
from scenes.lens_fields import make_lens
from scenes.lenses import PINHOLE, Lens
from scenes.population_space import Space
from scenes.relief import Relief, raised
from scenes.roads_parts import Layout, Route
from scenes.schema import SceneSpec
from scenes.schema_camera import CameraSpec
from scenes.types import Camera, Floats, Scene, Signal

CRUISE = 8.0  # m/s, guess of an ego's speed until the first picture
DASH = 0.55  # m ahead of the middle of the vehicle, behind the windscreen
ELBOW = 1.3  # m around a camera on foot that stay free
SIGHT = 6.0  # m along the pavement, from ELBOW behind it, that stay free


@dataclass(frozen=True)
class Ego:
    """A vehicle that carries a camera."""

    lane: int  # first lane
    s: float  # of its front at time 0, m


def focal_of(width: int, fov: float, lens: Lens = PINHOLE) -> float:
    """Focal length in px of a horizontal angle in degrees, from the left edge of the picture to the right one."""
    return 0.5 * width / float(lens.radius(math.radians(fov) / 2))


def ego_for(camera: CameraSpec, layout: Layout, start_time: float) -> Ego:
    """Vehicle of a dash camera: it is near `at` when the first picture is taken.

    Args:
        camera: a dash camera.
        layout: with the routes.
        start_time: s.

    Returns:
        Lane and place.
    """
    route = _route(camera, layout)
    start, end = route.frame_s
    at = camera.at if start < end else -camera.at
    length = abs(end - start)
    # enough road ahead that the ego is still there a few seconds later
    s = min(at + length / 2 - CRUISE * start_time, length - 45.0 - CRUISE * start_time)
    return Ego(route.lanes[0], max(4.0, s))


def _route(camera: CameraSpec, layout: Layout) -> Route:
    straight = [route for route in layout.routes if not route.turns]
    if len(straight) == 2:
        return straight[0 if camera.facing == "forward" else 1]
    if not any(route.turns for route in layout.routes):  # a street, of several lanes or one
        return next((route for route in straight if route.arm == int(camera.facing == "backward")), straight[0])
    arm = 2 if camera.facing == "forward" else 0
    return next(route for route in straight if route.arm == arm)


def watched_lanes(spec: SceneSpec, layout: Layout, draws: Draws) -> dict[int, int]:
    """Approach that every signal camera watches: its lane stays empty, so that nobody stands in the view."""
    watched = {}
    for index, camera in enumerate(spec.cameras):
        if camera.kind == "signal":
            watched[index] = int(draws.rng("cameras", index, "approach").integers(len(layout.approaches)))
    return watched


def walking_spot(camera: CameraSpec, layout: Layout) -> tuple[Floats, float]:
    """Place and heading of a camera on a pavement or a square.

    Args:
        camera: a pavement camera.
        layout: of the scene.

    Returns:
        (2,) world, m, and rad.
    """
    section = layout.section
    side = 1.0 if camera.side == "left" else -1.0
    ahead = camera.facing == "forward"
    heading = layout.frame.heading_at(camera.at) + (0.0 if ahead else math.pi)
    if section.kerb == 0.0:
        return layout.frame.at(camera.at, side * 0.25 * section.back), heading
    strip = next(strip for strip in layout.strips if not strip.closed and strip.side == side)
    near, far = strip.section.walk
    at = min(max(abs(camera.at), strip.start), strip.end - 10.0) if strip.start > 0 else camera.at
    return strip.at(at, (near + far) / 2), heading


def keep_clear(spec: SceneSpec, layout: Layout, space: Space) -> None:
    """Reserve room around cameras on foot before anything is placed."""
    for camera in spec.cameras:
        if camera.kind == "pavement":
            (x, y), heading = walking_spot(camera, layout)
            wide = ELBOW if layout.section.kerb > 0 else 2 * ELBOW
            ahead = SIGHT / 2 - ELBOW
            space.kept.add(
                float(x) + ahead * math.cos(heading), float(y) + ahead * math.sin(heading), heading, SIGHT, wide
            )  # fmt: skip
            spot = np.array([[x, y]])
            space.crowd.add(space.crowd.walk(spot, 0.0, 0.0))


def make_cameras(
    spec: SceneSpec, layout: Layout, egos: dict[int, int], signals: list[Signal], watched: dict[int, int], draws: Draws
) -> list[Camera]:
    """Place all cameras.

    Args:
        spec: with plain values.
        layout: of the scene.
        egos: number of the camera -> id of the actor that carries it.
        signals: heads with ids.
        watched: number of the camera -> approach.
        draws: source of randomness.

    Returns:
        The cameras.
    """
    cameras = []
    for index, camera in enumerate(spec.cameras):
        heading, pitch = math.radians(camera.heading), math.radians(camera.pitch)
        lens = make_lens(spec, index)
        focal, mount = focal_of(camera.width, camera.fov, lens), None
        if camera.kind == "dash":
            lateral = 0.25 if draws.rng("cameras", index).random() < 0.5 else -0.25
            position, mount = np.array([DASH, lateral, camera.rise]), egos[index]
        elif camera.kind == "pavement":
            (x, y), along = walking_spot(camera, layout)
            height = layout.section.kerb_height
            position, heading = np.array([x, y, camera.rise + height]), heading + along
            pitch = tilted(pitch, position, heading, layout.network.relief)
        elif camera.kind == "signal":
            position, heading, pitch, focal = _aim(camera, layout, signals, watched[index], draws.rng("cameras", index))
        else:
            position = np.array([camera.position[0], camera.position[1], camera.rise])
        chain = make_chain(camera.chain if camera.chain is not None else spec.chain)
        roll = math.radians(camera.roll)
        cameras.append(
            Camera(
                index, camera.width, camera.height, focal, position, heading, pitch, roll, chain, mount, lens,
                camera.exposure, camera.readout,
            )
        )  # fmt: skip
    return cameras


def paired(scene: Scene, spec: SceneSpec) -> Scene:
    """Add the right cameras of stereo pairs, in a row with the left ones."""
    pairs = [(one, spec.cameras[one.id].baseline) for one in scene.cameras if spec.cameras[one.id].baseline > 0.0]
    rights = (
        replace(one, id=len(scene.cameras) + k, position=one.position + baseline * right_of(one))
        for k, (one, baseline) in enumerate(pairs)
    )
    return replace(scene, cameras=(*scene.cameras, *rights))


def right_of(camera: Camera) -> Floats:
    """(3,) unit vector along the rows of a camera's picture, in the frame of its position."""
    return camera_from_world(np.zeros(3), camera.heading, camera.pitch, camera.roll)[0, :3]


def tilted(pitch: float, position: Floats, heading: float, relief: Relief | None) -> float:
    """Pitch (rad) against the horizon of a camera that is held at a pitch against the ground."""
    if relief is None:
        return pitch
    rise = float(relief.gradient(position) @ [math.cos(heading), math.sin(heading)])
    return math.atan(math.tan(pitch) + rise)


def _aim(
    camera: CameraSpec, layout: Layout, signals: list[Signal], approach: int, rng: np.random.Generator
) -> tuple[Floats, float, float, float]:
    """A long lens from the approaching lane at one of its heads."""
    chosen = layout.approaches[approach]
    facing = chosen.frame.heading + math.pi
    ours = [head for head in signals if head.group == chosen.group and head.clearance == 0.0]
    heads = [head for head in ours if math.cos(head.heading - facing) > 0.6]
    target = heads[int(rng.integers(len(heads)))]
    ahead = np.array([math.cos(chosen.frame.heading), math.sin(chosen.frame.heading)])
    s = float((target.position[:2] - [chosen.frame.x, chosen.frame.y]) @ ahead)
    x, y = chosen.frame.at(s - camera.distance, float(rng.uniform(-0.8, 0.8)))
    position = np.array([x, y, camera.rise])
    relief = layout.network.relief
    toward = raised(target.position, relief) - raised(position, relief)
    flat = math.hypot(toward[0], toward[1])
    heading = math.atan2(toward[1], toward[0]) + math.radians(camera.heading)
    pitch = math.atan2(toward[2], flat) + math.radians(camera.pitch)
    focal = camera.head_pixels * math.hypot(flat, toward[2]) / target.look.size[2]
    return position, heading, pitch, focal
