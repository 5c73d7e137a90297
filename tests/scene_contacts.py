"""Who touches whom, and whose wheels leave the road, while rule-based drivers drive a scene."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents import RuleDriver
from scenes.kinds import VEHICLES
from scenes.types import Scene
from sim.contacts import BODY, boxes_touch, gap_to_box
from sim.ground import Ground, compile_ground
from sim.inspection import Box, wheels_on_road
from sim.rollout import rollout
from sim.world import State

EVERY = 0.1  # s between two looks
NEIGHBOURS = 14.0  # m along x or y, beyond which nothing touches


@dataclass(frozen=True)
class Contact:
    """Something that must not happen."""

    sample: int
    time: float  # s
    what: str  # vehicle-vehicle, vehicle-person, vehicle-building, person-building, off the road
    actors: tuple[int, ...]  # indices
    place: tuple[float, float]  # m

    def __str__(self) -> str:
        """One line."""
        return f"{self.sample} {self.time:.1f}s {self.what} {self.actors} at {self.place[0]:.1f} {self.place[1]:.1f}"


def drive(scenes: Sequence[Scene], seconds: float) -> tuple[list[State], list[Contact]]:
    """Let rule-based drivers drive all scenes and watch them.

    Args:
        scenes: of one batch.
        seconds: how long.

    Returns:
        States every EVERY seconds, and the contacts; of each pair the first one.
    """
    times = [EVERY * k for k in range(round(seconds / EVERY) + 1)]
    states = rollout(scenes, RuleDriver(), times)
    found: dict[tuple[int, str, tuple[int, ...]], Contact] = {}
    for b, scene in enumerate(scenes):
        ground = compile_ground([scene])
        for state in states:
            for contact in contacts(scene, state, b, ground):
                found.setdefault((scene.sample, contact.what, contact.actors), contact)
    return states, list(found.values())


def contacts(scene: Scene, state: State, b: int, ground: Ground) -> Iterator[Contact]:
    """Contacts of one moment."""
    alive = np.flatnonzero(state.alive[b, : len(scene.actors)]).tolist()
    vehicles = {a: box_of(scene, state, b, a) for a in alive if scene.actors[a].kind in VEHICLES}
    time, spots = float(state.time[b]), state.position[b, :, :2].astype(np.float64)
    places = spots[alive]
    for a, box in vehicles.items():
        beside = np.flatnonzero(np.abs(places - spots[a]).max(1) <= NEIGHBOURS)
        for other in (alive[k] for k in beside):
            driven = other in vehicles
            if other == a or (driven and other < a):
                continue
            if touch(box, vehicles[other]) if driven else near(box, spots[other], scene, other):
                what = "vehicle-vehicle" if driven else "vehicle-person"
                yield Contact(scene.sample, time, what, (a, other), (box[0], box[1]))
        if scene.actors[a].behaviour == "drive" and not wheels_on_road(box, ground):
            yield Contact(scene.sample, time, "off the road", (a,), (box[0], box[1]))
    for k, building in enumerate(scene.buildings):
        x, y = building.position[:2]
        house = (float(x), float(y), building.heading, building.size[1] - 0.05, building.size[0] - 0.05)
        reach = 0.5 * math.hypot(building.size[0], building.size[1]) + 8.0
        away = np.hypot(*(places - building.position[:2]).T)
        for a in (alive[j] for j in np.flatnonzero(away < reach)):
            if touch(house, vehicles[a]) if a in vehicles else near(house, spots[a], scene, a):
                what = "vehicle-building" if a in vehicles else "person-building"
                yield Contact(scene.sample, time, what, (a, k), (spots[a, 0], spots[a, 1]))


def box_of(scene: Scene, state: State, b: int, a: int) -> Box:
    """Footprint of a vehicle."""
    x, y = (float(v) for v in state.position[b, a, :2])
    return x, y, float(state.heading[b, a]), scene.actors[a].size[0], scene.actors[a].size[1]


def touch(a: Box, b: Box) -> bool:
    """Whether two boxes overlap."""
    turn = (math.cos(a[2]), math.sin(a[2]), a[3] / 2, a[4] / 2)
    return bool(boxes_touch(b[0] - a[0], b[1] - a[1], *turn, math.cos(b[2]), math.sin(b[2]), b[3] / 2, b[4] / 2))


def near(box: Box, spot: NDArray[np.float64], scene: Scene, a: int) -> bool:
    """Whether a person's trunk touches a box."""
    radius = BODY * max(scene.actors[a].size[:2])
    turn = (math.cos(box[2]), math.sin(box[2]), box[3] / 2, box[4] / 2)
    return bool(gap_to_box(float(spot[0]) - box[0], float(spot[1]) - box[1], *turn) < radius)
