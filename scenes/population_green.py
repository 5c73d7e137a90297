"""Plants and lamps in the middle of a roundabout, bollards on its splitter islands."""

from __future__ import annotations

import math

import numpy as np

from scenes.draws import Draws
from scenes.population_buildings import footprint
from scenes.population_space import Space
from scenes.props import sample_prop
from scenes.roads_parts import Layout
from scenes.seeds import pick
from scenes.types import Prop

EDGE = 1.2  # m of grass that stays free along the kerb
PER_AREA = 0.05  # plants per m2
LAMP = 0.8  # m from the edge of the bed to the lamps
PLANTS = {"shrub": 1.6, "leafy-tree": 0.35, "bare-tree": 0.2, "conifer": 0.25, "planter": 0.15}


def add_green(layout: Layout, space: Space, draws: Draws) -> list[Prop]:
    """Furnish the middle of a roundabout and its splitter islands, if the layout is one.

    Args:
        layout: with its green.
        space: to be filled.
        draws: source of randomness.

    Returns:
        The props; of trees the crown may reach over the kerb.
    """
    green = layout.green
    if green is None:
        return []
    props = []
    post = sample_prop(draws.rng("green", "posts"), "bollard")
    lamp = sample_prop(draws.rng("furniture", "lamp"), "street-lamp")
    corners = [math.pi / 4 + k * math.pi / 2 for k in range(4)]
    edge = green.radius - LAMP
    things = [(post, *spot) for spot in green.posts]
    things += [(lamp, edge * math.cos(angle), edge * math.sin(angle), angle) for angle in corners]
    for look, x, y, heading in things:
        if space.place(x, y, heading, 0.3, 0.3):
            props.append(Prop(look.kind, look, np.array([x, y, green.z]), heading))
    for index in range(int(PER_AREA * math.pi * green.radius**2)):
        rng = draws.rng("green", index)
        distance, angle = (green.radius - EDGE) * math.sqrt(rng.random()), float(rng.uniform(-math.pi, math.pi))
        look = sample_prop(rng, pick(rng, PLANTS))
        length, width = footprint(look)
        reach = distance + math.hypot(length, width) / 2
        if reach > green.radius - 0.3:
            continue
        x, y = distance * math.cos(angle), distance * math.sin(angle)
        heading = float(rng.uniform(-math.pi, math.pi))
        if space.place(x, y, heading, length, width, 0.1):
            props.append(Prop(look.kind, look, np.array([x, y, green.z]), heading))
    return props
