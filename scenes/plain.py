"""Plain domain randomisation: the things of a sample without their context.

Tobin et al. 2017 (arXiv 1703.06907), Tremblay et al. 2018 (arXiv 1804.06516): objects anywhere in the picture, turned
anywhere, among flying distractors, under random lights and textures. Classes, models, counts and distances are those
of the structured sample, so that the two modes differ in context alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenes.cycles import CycleLook
from scenes.draws import Draws
from scenes.geometry import wrap_angle
from scenes.kinds import VEHICLES, Kind
from scenes.lanes import place_of
from scenes.people import PersonLook
from scenes.population_space import Space
from scenes.schema_plain import PlainSpec
from scenes.seeds import between
from scenes.shapes import FORMS, PATTERNS, Shape, any_colour, sample_shape
from scenes.surroundings import SurfaceLook
from scenes.types import Actor, Camera, Floats, Light, RoadNetwork, Scene, Signal, Surface
from scenes.vehicles import VehicleLook

APART = 600.0  # m between the places of two cameras: none sees what stands before another
FIELD = 250.0  # m, half the edge of the ground around a camera
REACH = 120.0  # m up to which things are taken over
EDGE = 1.1  # of half the angle of view: things may stand half out of the picture
NEAREST = 2.5  # m
TRIES = 40
Look = VehicleLook | CycleLook | PersonLook
ROOM = 0.25  # m around what stands on the ground
TRUNK = 0.6  # m, ground that somebody on foot takes
PATH = 80.0  # m that things which move go straight on


@dataclass
class Place:
    """A camera and what stands before it."""

    camera: Camera  # fixed
    space: Space
    spheres: list[tuple[float, float, float, float]]  # middles and radii of all that must not be entered, m

    @property
    def half(self) -> tuple[float, float]:
        """Half the horizontal and vertical angle of view, rad."""
        return (
            math.atan(0.5 * self.camera.width / self.camera.focal),
            math.atan(0.5 * self.camera.height / self.camera.focal),
        )

    def free(self, middle: Floats, radius: float) -> bool:
        """Whether a ball touches none of the spheres."""
        return all(math.dist(middle, sphere[:3]) > radius + sphere[3] for sphere in self.spheres)

    def ray(self, bearing: float, rise: float, distance: float) -> Floats:
        """(3,) point at angles (rad) from the middle of the picture, seen level."""
        heading, up = self.camera.heading + bearing, self.camera.pitch + rise
        flat = distance * math.cos(up)
        way = np.array([flat * math.cos(heading), flat * math.sin(heading), distance * math.sin(up)])
        return np.asarray(self.camera.position + way)


def scatter(scene: Scene, spec: PlainSpec, draws: Draws) -> Scene:
    """Take the context away from a sample.

    Args:
        scene: structured.
        spec: with plain values.
        draws: source of randomness.

    Returns:
        The scene in plain mode: every camera stands fixed on a ground of its own, before it what it would have seen
        at time 0, walls and distractors. What moved goes straight on.
    """
    rng = draws.rng("plain", "cameras")
    places = [_place(camera, n, scene, spec, draws, rng) for n, camera in enumerate(scene.cameras)]
    seen = [_wedge(camera, scene) for camera in scene.cameras]
    actors, signals = [], []
    for actor in scene.actors:
        found = _watcher(np.array(place_of(actor)[:2]), seen)
        if found is not None:
            put = _put_actor(actor, places[found[0]], found[1], draws.rng("plain", "actor", actor.id), spec)
            actors += [put] if put else []
    for signal in scene.signals:
        found = _watcher(signal.position[:2], seen)
        if found is not None:
            hung = _hang(signal, places[found[0]], found[1], draws.rng("plain", "signal", signal.id), spec)
            signals += [hung] if hung else []
    shapes: list[Shape] = []
    for n, place in enumerate(places):
        shapes += _backdrop(place, spec, draws.rng("plain", "backdrop", n))
        shapes += _distractors(place, spec, draws.rng("plain", "distractors", n))
    ground = tuple(_ground(place, spec, draws.rng("plain", "ground", n)) for n, place in enumerate(places))
    light = any_light(draws.rng("plain", "light")) if spec.lights else scene.light
    sky = "builtin" if spec.lights else scene.sky
    return replace(
        scene, start_time=0.0, roads=RoadNetwork((), (), (), 0.0, (), ground, ()), actors=tuple(actors),
        signals=tuple(signals), controller=None, buildings=(), props=(), light=light, shapes=tuple(shapes),
        cameras=tuple(place.camera for place in places), sky=sky,
    )  # fmt: skip


def _pose(camera: Camera, scene: Scene) -> tuple[Floats, float]:
    """Where a camera is at time 0, and where it looks."""
    if camera.mount is None:
        return np.asarray(camera.position), camera.heading
    carrier = next(actor for actor in scene.actors if actor.id == camera.mount)
    x, y, heading = place_of(carrier)
    c, s = math.cos(heading), math.sin(heading)
    ahead, left, up = camera.position
    return np.array([x + ahead * c - left * s, y + ahead * s + left * c, up]), camera.heading + heading


def _place(camera: Camera, n: int, scene: Scene, spec: PlainSpec, draws: Draws, rng: np.random.Generator) -> Place:
    """A camera in the middle of its own ground, as high as in the structured sample, tilted a little."""
    position, _ = _pose(camera, scene)
    height = float(position[2]) * math.exp(rng.normal(0.0, 0.15))
    pitch, roll = (math.radians(draws.number(spec.tilt, f"plain.tilt[{n}.{axis}]", rng)) for axis in ("pitch", "roll"))
    long = math.atan(0.5 * camera.width / camera.focal)  # long lenses would lose what they look at
    fixed = replace(
        camera, mount=None, position=np.array([n * APART, 0.0, height]), heading=between(rng, -math.pi, math.pi),
        pitch=camera.pitch + pitch * min(1.0, long / 0.5), roll=camera.roll + roll,
    )  # fmt: skip
    return Place(fixed, Space(), [(n * APART, 0.0, height, 1.0)])


def _wedge(camera: Camera, scene: Scene) -> tuple[Floats, float, float]:
    """Place, direction and half angle of what a camera sees from above."""
    position, heading = _pose(camera, scene)
    return position[:2], heading, EDGE * math.atan(0.5 * camera.width / camera.focal)


def _watcher(spot: Floats, seen: list[tuple[Floats, float, float]]) -> tuple[int, float] | None:
    """Number of the nearest camera that has a spot in its wedge, and how far it is, m."""
    found: list[tuple[float, int]] = []
    for n, (origin, heading, half) in enumerate(seen):
        dx, dy = float(spot[0] - origin[0]), float(spot[1] - origin[1])
        distance = math.hypot(dx, dy)
        if 0.5 < distance < REACH and abs(wrap_angle(math.atan2(dy, dx) - heading)) < half:
            found.append((distance, n))
    return (min(found)[1], min(found)[0]) if found else None


def _put_actor(actor: Actor, place: Place, distance: float, rng: np.random.Generator, spec: PlainSpec) -> Actor | None:
    """Stand an actor somewhere in the picture, about as far away as it was; None where nothing is free."""
    driven = actor.kind in VEHICLES
    length, width = actor.size[:2] if driven else (TRUNK, TRUNK)
    radius = 0.5 * math.hypot(*actor.size)
    if actor.companion is not None:
        length = max(length, 2.0 * actor.companion.reach)
        width = max(width, 2.0 * abs(actor.companion.side) + actor.companion.size[1])
        radius = max(radius, actor.companion.reach)
    far = max(NEAREST + 0.5 * length, distance * math.exp(rng.normal(0.0, 0.15)))
    origin = place.camera.position
    for _ in range(TRIES):
        bearing = place.camera.heading + EDGE * place.half[0] * between(rng, -1.0, 1.0)
        heading = between(rng, -math.pi, math.pi)
        x, y = float(origin[0] + far * math.cos(bearing)), float(origin[1] + far * math.sin(bearing))
        if place.space.place(x, y, heading, length + 2 * ROOM, width + 2 * ROOM):
            place.spheres.append((x, y, actor.size[2] / 2, radius))
            break
        far *= 1.04
    else:
        return None
    spot = np.array([x, y])
    moving = actor.desired_speed > 0.0
    line = np.stack([spot, spot + PATH * np.array([math.cos(heading), math.sin(heading)])]) if moving else spot[None]
    return replace(
        actor, path=line, start=0.0, heading=heading, lane=None, driver="rule", partner=0,
        look=_painted(actor.look, rng, spec), path_z=None if actor.path_z is None else np.zeros(len(line)),
    )  # fmt: skip


def _hang(signal: Signal, place: Place, distance: float, rng: np.random.Generator, spec: PlainSpec) -> Signal | None:
    """Hang a traffic light somewhere in the picture, turned at most 60 degrees away from the camera."""
    radius = 0.5 * math.hypot(*signal.look.size)
    for _ in range(TRIES):
        bearing, rise = (0.9 * half * between(rng, -1.0, 1.0) for half in place.half)
        middle = place.ray(bearing, rise, max(NEAREST, distance * math.exp(rng.normal(0.0, 0.1))))
        if middle[2] > radius + 0.2 and place.free(middle, radius):
            break
    else:
        return None
    place.spheres.append((*middle.tolist(), radius))
    back = math.atan2(*(np.asarray(place.camera.position) - middle)[1::-1])
    look = replace(signal.look, colour=any_colour(rng)) if rng.random() < spec.materials else signal.look
    return replace(
        signal, position=middle, heading=back + between(rng, -1.0, 1.0), look=look, pitch=rng.normal(0.0, 0.1),
        roll=rng.normal(0.0, 0.15),
    )  # fmt: skip


def _painted(look: Look, rng: np.random.Generator, spec: PlainSpec) -> Look:
    """Paint or dress somebody in any colours at all."""
    if rng.random() >= spec.materials:
        return look
    if isinstance(look, VehicleLook):
        return replace(look, paint=any_colour(rng), second=any_colour(rng))
    if isinstance(look, CycleLook):
        return replace(look, paint=any_colour(rng), second=any_colour(rng))
    top = replace(look.top, colour=any_colour(rng), second=any_colour(rng), inner=any_colour(rng))
    return replace(look, top=top, bottom=replace(look.bottom, colour=any_colour(rng), shoe_colour=any_colour(rng)))


def _ground(place: Place, spec: PlainSpec, rng: np.random.Generator) -> Surface:
    """A plain with a random pattern, or of one colour."""
    x = float(place.camera.position[0])
    corners = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]) * FIELD + np.array([x, 0.0])
    textured = rng.random() < spec.textures
    look = SurfaceLook(
        "pattern", int(rng.integers(PATTERNS)) if textured else PATTERNS,
        any_colour(rng, 0.2, 1.0) if textured else any_colour(rng), between(rng, 0.4, 1.0),
    )  # fmt: skip
    return Surface(corners, 0.0, Kind.TERRAIN, look, heading=between(rng, -math.pi, math.pi))


def _backdrop(place: Place, spec: PlainSpec, rng: np.random.Generator) -> list[Shape]:
    """Panels behind everything, side by side over the width of the picture."""
    if rng.random() >= spec.backdrop:
        return []
    nearest = max(
        (math.dist(place.camera.position[:2], sphere[:2]) + sphere[3] for sphere in place.spheres), default=0.0
    )
    distance = max(nearest + 2.0, 30.0) * between(rng, 1.0, 1.6)
    count = int(rng.integers(1, 7))
    step = 2.0 * EDGE * place.half[0] / count
    width = 2.0 * distance * math.tan(min(step / 2.0, 1.2)) * 1.1
    panels = []
    for k in range(count):
        bearing = place.camera.heading - EDGE * place.half[0] + (k + 0.5) * step
        tall = distance * between(rng, 0.15, 0.9)
        x, y = (float(place.camera.position[i]) + distance * f(bearing) for i, f in ((0, math.cos), (1, math.sin)))
        look = sample_shape(rng, (0.3, width, tall), "box", rng.random() < spec.textures)
        panels.append(Shape(look, np.array([x, y, tall / 2 - 0.1]), bearing + rng.normal(0.0, 0.05)))
    return panels


def _distractors(place: Place, spec: PlainSpec, rng: np.random.Generator) -> list[Shape]:
    """Bodies in the air before and behind the things, alike in the picture at any distance."""
    shapes = []
    for _ in range(spec.distractors):
        form = FORMS[int(rng.integers(len(FORMS)))]
        distance = NEAREST * (60.0 / NEAREST) ** rng.random()
        across = distance * 2.0 * place.half[0] * 0.015 * 10.0 ** rng.random()  # 1.5 to 15 % of the picture's width
        size = (across * between(rng, 0.5, 1.0), across * between(rng, 0.5, 1.0), across * between(rng, 0.5, 1.0))
        bearing, rise = (half * between(rng, -1.0, 1.0) for half in place.half)
        middle = place.ray(bearing, rise, distance)
        turned = [between(rng, -math.pi, math.pi) for _ in range(3)]
        look = sample_shape(rng, size, form, rng.random() < spec.textures)
        radius = 0.5 * math.hypot(*size)
        if middle[2] > radius and place.free(middle, radius):
            shapes.append(Shape(look, middle, *turned))
    return shapes


def any_light(rng: np.random.Generator) -> Light:
    """Sun and sky of any direction, colour and strength."""

    def colour(low: float, high: float) -> tuple[float, float, float]:
        strength = low * (high / low) ** rng.random()
        red, green, blue = (strength * math.exp(rng.normal(0.0, 0.3)) for _ in range(3))
        return red, green, blue

    fields: dict[str, Any] = {"sun_colour": colour(0.2, 4.0), "zenith": colour(0.2, 0.9), "horizon": colour(0.25, 1.0)}
    return Light(
        condition="dusk" if rng.random() < 0.15 else "day", sun_azimuth=between(rng, -math.pi, math.pi),
        sun_elevation=math.radians(between(rng, 8.0, 80.0)), cloudiness=rng.random(),
        haze=0.0001 * 40.0 ** rng.random(), **fields,
    )  # fmt: skip
