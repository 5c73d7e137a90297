"""What does not move: the ground with its kerbs, houses, and street furniture that is fixed to the ground."""

from __future__ import annotations

import math

import numpy as np

from scenes.polygons import anticlockwise, triangulate
from scenes.population_buildings import footprint
from scenes.types import Floats, RoadNetwork, Scene
from sim.bullet_client import ORIGIN, UPRIGHT, Client, Quaternion, box, build, hull
from sim.masses import LOOSE_MASSES

DEPTH = 0.5  # m, how far raised ground reaches below the road
HANGING = ("span-wire",)  # above the heads of all traffic


def lay_ground(client: Client, scene: Scene) -> None:
    """Put down everything that never moves.

    Args:
        client: an empty world.
        scene: ground, buildings and furniture.
    """
    plane = build(client, 0.0, client.createCollisionShape(client.GEOM_PLANE), ORIGIN, UPRIGHT)
    bodies = [plane]
    for outline, top in raised_pieces(scene.roads):
        bodies.append(prism(client, outline, top))
    for building in scene.buildings:
        width, depth, height = building.size
        shape = box(client, (depth / 2, width / 2, height / 2))
        bodies.append(
            build(client, 0.0, shape, building.position + np.array([0.0, 0.0, height / 2]), yaw(building.heading))
        )
    for prop in scene.props:
        if prop.look.model not in LOOSE_MASSES and prop.look.model not in HANGING:
            length, width = footprint(prop.look)  # of trees and lamps the foot alone
            half = (length / 2, width / 2, prop.look.height / 2)
            x, y, z = prop.position
            bodies.append(build(client, 0.0, box(client, half), (x, y, z + half[2]), yaw(prop.heading)))
    for body in bodies:
        client.changeDynamics(body, -1, lateralFriction=1.0)


def raised_pieces(roads: RoadNetwork) -> list[tuple[Floats, float]]:
    """Convex pieces of all ground above the road: (outline (N, 2) in m, height in m)."""
    pieces = []
    for surface in roads.surfaces:
        if surface.z > 1e-6:
            outline = anticlockwise(surface.outline)
            whole = [outline] if convex(outline) else [outline[t] for t in triangulate(outline)]
            pieces += [(piece, surface.z) for piece in whole]
    return pieces


def convex(outline: Floats) -> bool:
    """Whether an anticlockwise polygon turns left everywhere."""
    before, after = outline - np.roll(outline, 1, axis=0), np.roll(outline, -1, axis=0) - outline
    return bool((before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0] >= -1e-9).all())


def prism(client: Client, outline: Floats, top: float) -> int:
    """Ground with a convex outline, from below the road up to `top`; vertices are kept near the body's origin."""
    middle = outline.mean(0)
    local = outline - middle
    points = [(x, y, z) for x, y in local for z in (-DEPTH, 0.0)]
    return build(client, 0.0, hull(client, points), (middle[0], middle[1], top), UPRIGHT)


def yaw(heading: float) -> Quaternion:
    """Quaternion of a turn about z."""
    return 0.0, 0.0, math.sin(heading / 2), math.cos(heading / 2)
