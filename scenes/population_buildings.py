"""Buildings in rows behind the pavements, and what fills the gaps between them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from scenes.buildings import BuildingLook, sample_building
from scenes.draws import Draws
from scenes.population_space import Space
from scenes.props import PropLook, sample_prop
from scenes.roads_parts import Layout, Strip
from scenes.schema import BuildingSpec
from scenes.seeds import Shares, between, pick
from scenes.types import Building, Prop

FENCES = Shares({"hedge": 0.3, "stone-wall": 0.22, "brick-wall": 0.2, "fence": 0.16, "railing": 0.12})
TREES = ("bare-tree", "leafy-tree")
PLANTS = Shares({"bare-tree": 0.35, "leafy-tree": 0.3, "conifer": 0.15, "shrub": 0.2})
NARROWEST = 4.0  # m, of a building
BACKS = 9.0  # m behind the fronts where houses inside a bend stand side by side


def add_buildings(spec: BuildingSpec, layout: Layout, space: Space, draws: Draws) -> tuple[list[Building], list[Prop]]:
    """Fill all frontages.

    Args:
        spec: with plain values.
        layout: with the strips.
        space: to be filled.
        draws: source of randomness.

    Returns:
        Buildings, and the walls and plants between them.
    """
    buildings: list[Building] = []
    props: list[Prop] = []
    for number, strip in enumerate(layout.strips):
        share = 0.9 if strip.closed else spec.share
        previous: BuildingLook | None = None
        s, index = strip.start, 0
        while strip.end - s > NARROWEST:
            path = f"buildings.width[{number}.{index}]"
            rng = draws.rng("buildings", number, index)
            # inside a bend the backs of houses come together, outside their fronts
            inside = strip.stretch(s, 1.0) < 1.0
            scale = strip.stretch(s, strip.section.front + (BACKS if inside else 0.0))
            width = min(draws.number(spec.width, path, rng), (strip.end - s) * scale)
            if rng.random() < share:
                built = _build(spec, strip, s, width, rng, draws, (number, index), previous)
                x, y = float(built.position[0]), float(built.position[1])
                # the facade stands on the building line, so neighbours share a wall
                if space.place(x, y, built.heading, built.size[1] - 0.02, width - 0.02):
                    buildings.append(built)
                    previous = built.look
            else:
                width = min(width, 9.0)
                props += _gap(strip, s, width, rng, space)
            s, index = s + width / scale, index + 1
    return buildings, props


def _build(
    spec: BuildingSpec, strip: Strip, s: float, width: float, rng: np.random.Generator, draws: Draws,
    place: tuple[int, int], previous: BuildingLook | None,
) -> Building:  # fmt: skip
    style = None if spec.style == "any" else spec.style
    look = sample_building(rng, style)
    if previous is not None and rng.random() < spec.uniformity:
        doors, pattern, ground = look.door_colour, look.pattern, look.ground
        look = replace(previous, door_colour=doors, pattern=pattern, ground=ground, shop_signs=look.shop_signs)
    depth = draws.number(spec.depth, f"buildings.depth[{place[0]}.{place[1]}]", rng)
    middle = s + 0.5 * width / strip.stretch(s, strip.section.front)
    x, y = strip.at(middle, strip.section.front + setback(strip, middle, width) + depth / 2)
    position = np.array([x, y, strip.section.kerb_height])
    return Building(position, strip.facing(middle), (width, depth, look.eaves), look)


def setback(strip: Strip, s: float, width: float) -> float:
    """How far (m) a straight front stands behind a building line that bends towards it."""
    stretch = min(strip.stretch(s + k * width, strip.section.front) for k in (-0.5, 0.0, 0.5))
    if stretch >= 1.0:
        return 0.0
    radius = stretch / abs(strip.frame.bend)
    return radius - math.sqrt(max(radius**2 - 0.25 * width**2, 0.0)) + 0.02


def _gap(strip: Strip, s: float, width: float, rng: np.random.Generator, space: Space) -> list[Prop]:
    """Close a gap with a wall, hedge or fence and put plants behind it."""
    added = []
    if rng.random() < 0.85:
        look = sample_prop(rng, pick(rng, FENCES))
        count = max(1, round(width / max(look.width, 2.0)))
        each = width / count
        for k in range(count):
            piece = replace(look, width=each, pattern=int(rng.integers(2**31)))
            prop = _put(strip, s + (k + 0.5) * each, strip.section.front + 0.6, piece, space)
            added += [prop] if prop else []
    for _ in range(int(rng.integers(1, 4))):
        look = sample_prop(rng, pick(rng, PLANTS))
        distance = strip.section.front + between(rng, 2.0, 9.0)
        prop = _put(strip, s + between(rng, 0.5, width - 0.5), distance, look, space)
        added += [prop] if prop else []
    return added


def _put(strip: Strip, s: float, distance: float, look: PropLook, space: Space) -> Prop | None:
    x, y = strip.at(s, distance)
    length, width = footprint(look)
    if not space.place(float(x), float(y), strip.facing(s), length, width - 0.04):
        return None
    return Prop(look.kind, look, np.array([x, y, strip.section.kerb_height]), strip.facing(s))


def crown(look: PropLook) -> float:
    """Width (m) of what a tree spreads above its foot; 0 for everything else."""
    return look.length if look.model in TREES else 0.0


def footprint(look: PropLook) -> tuple[float, float]:
    """Ground that a prop takes: of trees and lamps the foot alone, not what hangs above heads.

    Args:
        look: of the prop.

    Returns:
        Length and width, m.
    """
    if look.model in TREES:
        return 0.6, 0.6
    if look.model in ("street-lamp", "signal-mast", "span-wire", "lantern", "sign-direction") or look.model in (
        "sign-round",
        "sign-triangle",
        "sign-rectangle",
        "sign-post",
    ):
        return 0.3, 0.3
    return look.length, look.width
