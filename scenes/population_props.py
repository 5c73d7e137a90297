"""Street furniture along kerbs and facades."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from scenes.draws import Draws
from scenes.lanes import line_at
from scenes.population_buildings import crown, footprint
from scenes.population_space import Space
from scenes.props import sample_prop
from scenes.roads_parts import KERB_STONE, Layout, Strip, ground_height
from scenes.schema import FurnitureSpec, PropSpec
from scenes.seeds import Shares, between, pick
from scenes.types import Prop

KERB_THINGS = Shares({
    "sign-round": 1.4, "sign-triangle": 0.8, "sign-rectangle": 1.3, "sign-post": 0.6, "sign-direction": 0.5,
    "bollard": 1.6, "litter-bin": 1.3, "post-box": 0.4, "cabinet": 0.9, "parking-meter": 0.9, "railing": 1.1,
    "bicycle-rack": 0.4, "cone": 0.5, "works-barrier": 0.5, "planter": 0.4, "guard-rail": 0.15, "bus-shelter": 0.3,
    "phone-box": 0.3, "bench": 0.4, "billboard": 0.3, "lantern": 0.4,
})  # fmt: skip
STREET_TREES = Shares({"bare-tree": 0.6, "leafy-tree": 0.4})
FACADE_THINGS = Shares({
    "wheelie-bin": 1.4, "a-board": 1.3, "bench": 0.6, "planter": 1.0, "cafe-table": 0.6, "shrub": 0.6,
    "bicycle-rack": 0.4, "trolleys": 0.3, "litter-bin": 0.5, "cabinet": 0.6, "phone-box": 0.3, "market-stall": 0.4,
    "skip": 0.15, "scaffolding": 0.2, "billboard": 0.3, "post-box": 0.3,
})  # fmt: skip
SQUARE_THINGS = Shares({
    "bench": 1.2, "litter-bin": 1.2, "planter": 1.0, "bollard": 1.2, "lantern": 0.8, "bicycle-rack": 0.7,
    "a-board": 0.6, "cafe-table": 0.9, "market-stall": 0.6, "bare-tree": 0.9, "leafy-tree": 0.9, "shrub": 0.8,
    "sign-direction": 0.4,
    "billboard": 0.5, "railing": 0.5, "hedge": 0.5, "phone-box": 0.3, "works-barrier": 0.3, "conifer": 0.3,
})  # fmt: skip
BESIDE, BEFORE = 0.55, 0.6  # m beside the kerb and before the line that stop signs stand
WALKWAY = 1.3  # m that stay free for people on every pavement


def add_furniture(spec: FurnitureSpec, layout: Layout, space: Space, draws: Draws) -> list[Prop]:
    """Furnish all strips.

    Args:
        spec: with plain values.
        layout: with the strips.
        space: to be filled.
        draws: source of randomness.

    Returns:
        The props.
    """
    props: list[Prop] = []
    for number, strip in enumerate(layout.strips):
        if strip.closed:
            continue
        if strip.section.kerb == 0.0:
            props += _scatter(spec, strip, space, draws, number)
            continue
        props += _lamps(spec, strip, space, draws, number)
        for group, per_100, names in (
            ("trees", spec.trees, STREET_TREES),
            ("kerb", spec.density, KERB_THINGS),
            ("facade", spec.clutter, FACADE_THINGS),
        ):
            props += _row(strip, per_100, names, group, space, draws, number)
    return props


def explicit_props(specs: tuple[PropSpec, ...], layout: Layout, space: Space, draws: Draws) -> list[Prop]:
    """Things with places of their own; what the file says is placed even where it overlaps.

    Args:
        specs: with plain values.
        layout: for the height of the ground.
        space: to be filled.
        draws: source of randomness for the looks.

    Returns:
        The props.
    """
    props = []
    for index, spec in enumerate(specs):
        look = sample_prop(draws.rng("props", index), spec.model)
        spot, heading = np.array(spec.position, np.float64), math.radians(spec.heading)
        z = ground_height(layout.network, spot[None])[0]
        space.solid.add(float(spot[0]), float(spot[1]), heading, *footprint(look))
        props.append(Prop(look.kind, look, np.array([*spot, z]), heading))
    return props


def add_stop_signs(layout: Layout, left: bool, space: Space, draws: Draws) -> list[Prop]:
    """Stop signs beside the lines where everybody halts, at the kerb on the side of the traffic; all of one size."""
    lanes = {lane.id: lane for lane in layout.network.lanes}
    props: list[Prop] = []
    for line in layout.network.stop_lines:
        if not line.halt:
            continue
        centre = lanes[line.lane].centre
        x, y, heading = line_at(centre, line.s)
        aside = (1.0 if left else -1.0) * (layout.section.kerb - lanes[line.lane].width / 2 + BESIDE)
        spot = np.array([x - aside * math.sin(heading), y + aside * math.cos(heading), layout.section.kerb_height])
        spot[:2] -= BEFORE * np.array([math.cos(heading), math.sin(heading)])
        if any(np.hypot(*(spot - one.position)[:2]) < 1.0 for one in props):
            continue
        look = sample_prop(draws.rng("furniture", "stop-sign"), "sign-stop")
        space.solid.add(float(spot[0]), float(spot[1]), heading, *footprint(look))
        props.append(Prop(look.kind, look, spot, heading + math.pi))
    return props


def _lamps(spec: FurnitureSpec, strip: Strip, space: Space, draws: Draws, number: int) -> list[Prop]:
    """Street lamps at equal distances, staggered between the two sides, all of one model."""
    look = sample_prop(draws.rng("furniture", "lamp"), "street-lamp")
    s = strip.start + spec.lamps * (0.25 if strip.side > 0 else 0.75)
    props = []
    while s < strip.end:
        x, y = strip.at(s, strip.section.furniture)
        if space.place(float(x), float(y), strip.facing(s), 0.3, 0.3):
            props.append(Prop(look.kind, look, np.array([x, y, strip.section.kerb_height]), strip.facing(s)))
        s += spec.lamps
    return props


def _row(
    strip: Strip, per_100: float, names: dict[str, float], group: str, space: Space, draws: Draws, number: int
) -> list[Prop]:
    """Things at random distances along the kerb or the facades, where they leave people enough room."""
    section = strip.section
    room = section.back - section.kerb - KERB_STONE - WALKWAY
    props = []
    count = int((strip.end - strip.start) * per_100 / 100.0)
    for index in range(count):
        rng = draws.rng("furniture", group, number, index)
        s = between(rng, strip.start, strip.end)
        look = sample_prop(rng, pick(rng, names))
        length, width = footprint(look)
        if length > room:
            continue
        at_facade = group == "facade" and section.front - section.back < 0.5
        distance = section.back - 0.08 - length / 2 if at_facade else section.kerb + KERB_STONE + 0.12 + length / 2
        heading = strip.facing(s) + float(rng.normal(0.0, 0.04))
        x, y = strip.at(s, distance)
        if space.place(float(x), float(y), heading, length, width, 0.15, crown(look)):
            props.append(Prop(look.kind, look, np.array([x, y, section.kerb_height]), heading))
    return props


def _scatter(spec: FurnitureSpec, strip: Strip, space: Space, draws: Draws, number: int) -> list[Prop]:
    """Things all over one half of a square, most of them at its edge."""
    length = strip.end - strip.start
    count = int(length * (spec.density + spec.clutter + spec.trees) / 100.0)
    wide = strip.section.back
    props = []
    for index in range(count):
        rng = draws.rng("furniture", "square", number, index)
        s = between(rng, strip.start, strip.end)
        look = sample_prop(rng, pick(rng, SQUARE_THINGS))
        deep, broad = footprint(look)
        if rng.random() < 0.25:
            look = replace(look, pattern=int(rng.integers(2**31)))
        edge = wide - deep / 2 - 0.2
        distance = edge if rng.random() < 0.7 else between(rng, min(1.5, edge), edge)
        heading = strip.facing(s) + (0.0 if distance == edge else between(rng, -math.pi, math.pi))
        x, y = strip.at(s, distance)
        if space.place(float(x), float(y), heading, deep, broad, 0.2, crown(look)):
            props.append(Prop(look.kind, look, np.array([x, y, strip.section.kerb_height]), heading))
    return props
