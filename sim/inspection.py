"""Whether what a sampled scene holds can stand there: nothing in each other, wheels and feet on the ground."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scenes.compiled import compiled
from scenes.kinds import VEHICLES, Kind
from scenes.lanes import arc_lengths, place_of
from scenes.population_buildings import footprint
from scenes.population_space import TRUNK, boxes_meet
from scenes.roads_parts import ground_height
from scenes.types import Actor, Floats, Scene
from sim.ground import Ground, compile_ground, on_road
from sim.people_company import companion_pose

TOUCH = 0.05  # m that houses and things may stand into each other: neighbours share a wall
STEP = 0.025  # m that feet may be off the ground: kerb stones are cut in steps
STRIDE = 0.25  # m before and after a place, where feet may be as high as the ground is: a kerb is stepped over
PLACES = 12  # along a walk where its height is looked at
BUMPERS = 0.9  # m from the ends of a vehicle to its wheels
MIRRORS = 0.15  # m from its sides to its wheels
HUNG = ("span-wire", "signal-mast", "signal-pole")  # posts of lights may share a corner
Box = tuple[float, float, float, float, float]  # x, y (m), heading (rad), length, width (m)


@dataclass(frozen=True)
class Fault:
    """Something in a scene that cannot be."""

    sample: int
    what: str
    place: tuple[float, float]  # m

    def __str__(self) -> str:
        """One line."""
        return f"sample {self.sample}: {self.what} at {self.place[0]:.1f}, {self.place[1]:.1f}"


def inspect(scene: Scene) -> list[Fault]:
    """Look for things in each other, vehicles whose wheels are off the road and people whose feet are off the ground.

    Args:
        scene: at time 0; walks are followed to their end.

    Returns:
        What was found; nothing in a scene as it should be.
    """
    return [*overlaps(scene), *off_the_road(scene), *off_the_ground(scene)]


def overlaps(scene: Scene) -> Iterator[Fault]:
    """Pairs of solid things that stand in each other."""
    names, boxes = solids(scene)
    for a, b in meetings(boxes):
        yield Fault(scene.sample, f"{names[a]} and {names[b]} are in each other", (boxes[b, 0], boxes[b, 1]))


def solids(scene: Scene) -> tuple[list[str], Floats]:
    """Names and (N, 5) boxes of all that takes ground: x, y, heading, half length, half width."""
    names, rows = [], []
    for k, building in enumerate(scene.buildings):
        x, y = building.position[:2]
        names.append(f"building {k}")
        rows.append((x, y, building.heading, building.size[1] - TOUCH, building.size[0] - TOUCH))
    for prop in scene.props:
        if prop.look.model not in HUNG:
            length, width = footprint(prop.look)
            names.append(prop.look.model)
            rows.append((*prop.position[:2], prop.heading, length - TOUCH, width - TOUCH))
    for actor in scene.actors:
        if actor.companion is None or actor.companion.kind is not Kind.WHEELCHAIR:
            names.append(f"{actor.kind.label} {actor.id}")
            rows.append(box_of(actor))
        if actor.companion is not None:
            names.append(f"{actor.companion.kind.label} {actor.companion.id}")
            rows.append(companion_box(actor))
    boxes = np.array(rows, np.float64).reshape(-1, 5)
    boxes[:, 3:] /= 2.0
    return names, boxes


def box_of(actor: Actor) -> Box:
    """Ground that an actor takes at time 0."""
    size = actor.size[:2] if actor.kind in VEHICLES else (TRUNK, TRUNK)
    return *place_of(actor), size[0], size[1]


def companion_box(actor: Actor) -> Box:
    """Ground that the companion of a person takes at time 0."""
    x, y, heading = box_of(actor)[:3]
    assert actor.companion is not None
    pose = companion_pose(actor, actor.start, np.array([x, y, 0.0]), heading)
    length, width, _ = actor.companion.size
    return float(pose[0, 3]), float(pose[1, 3]), math.atan2(pose[1, 0], pose[0, 0]), length, width


@compiled()
def meetings(boxes):  # type: ignore[no-untyped-def]
    """Pairs of boxes that overlap, (M, 2), each with the lower number first; boxes (N, 5) as `boxes_meet` has them."""
    found = []
    for b in range(len(boxes)):
        x, y, heading, length, width = boxes[b]
        for a in range(b):
            if boxes_meet(boxes[a : a + 1], 1, x, y, heading, length, width):
                found.append((a, b))
    return found


def off_the_road(scene: Scene) -> Iterator[Fault]:
    """Vehicles that stand with a wheel beside the road."""
    ground = compile_ground([scene])
    for actor in scene.actors:
        if actor.kind in VEHICLES and not wheels_on_road(box_of(actor), ground):
            x, y = box_of(actor)[:2]
            yield Fault(scene.sample, f"{actor.kind.label} {actor.id} has a wheel off the road", (x, y))


def wheels_on_road(box: Box, ground: Ground) -> bool:
    """Whether the corners of a vehicle, without bumpers and mirrors, are on the carriageway."""
    c, s = math.cos(box[2]), math.sin(box[2])
    for i in (-1.0, 1.0):
        for j in (-1.0, 1.0):
            along, across = i * (0.5 * box[3] - BUMPERS), j * (0.5 * box[4] - MIRRORS)
            if not on_road(ground, 0, box[0] + along * c - across * s, box[1] + along * s + across * c):
                return False
    return True


def off_the_ground(scene: Scene) -> Iterator[Fault]:
    """People whose walk leaves the ground or sinks into it."""
    walkers = [actor for actor in scene.actors if actor.path_z is not None]
    if not walkers:
        return
    spots, heights = np.empty((3, len(walkers), PLACES, 2)), np.empty((len(walkers), PLACES))
    for k, actor in enumerate(walkers):
        along = arc_lengths(actor.path)
        places = np.linspace(actor.start, max(along[-1], actor.start), PLACES)
        heights[k] = np.interp(places, along, np.asarray(actor.path_z))
        for n, shift in enumerate((-STRIDE, 0.0, STRIDE)):
            for axis in (0, 1):
                spots[n, k, :, axis] = np.interp(places + shift, along, actor.path[:, axis])
    ground = ground_height(scene.roads, spots.reshape(-1, 2)).reshape(3, len(walkers), PLACES)
    off = np.maximum(ground.min(0) - heights, heights - ground.max(0))
    for k, actor in enumerate(walkers):
        worst = int(off[k].argmax())
        if off[k, worst] > STEP:
            what = f"{actor.kind.label} {actor.id} is {off[k, worst]:.2f} m off the ground"
            yield Fault(scene.sample, what, (spots[1, k, worst, 0], spots[1, k, worst, 1]))
