"""Ground plans: a street, a square; the four-way junction is in `scenes.roads_junction`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.relief import relief_of
from scenes.roads_frame import Frame, rectangle
from scenes.roads_junction import junction
from scenes.roads_parts import (
    BEYOND,
    Layout,
    Section,
    Strip,
    Walk,
)
from scenes.roads_roundabout import roundabout
from scenes.roads_street import street
from scenes.roads_tee import tee
from scenes.roads_turns import turn_junction
from scenes.schema import RoadSpec
from scenes.surroundings import SurfaceLook, sample_surface
from scenes.types import Floats, RoadNetwork, Surface

AXIS = Frame(0.0, 0.0, 0.0)


def lay_out(spec: RoadSpec, limit: float, draws: Draws) -> Layout:
    """Build the ground plan of a scene.

    Args:
        spec: with plain values.
        limit: speed limit, m/s.
        draws: source of randomness for the looks.

    Returns:
        The layout.
    """
    layout, relief = plan(spec, limit, draws), relief_of(spec.slope, spec.crest)
    return layout if relief is None else replace(layout, network=replace(layout.network, relief=relief))


def plan(spec: RoadSpec, limit: float, draws: Draws) -> Layout:
    """The layout, arguments as of `lay_out`, without its relief."""
    looks = surface_looks(spec, draws)
    if spec.layout == "square":
        return square(spec, looks)
    if spec.layout == "roundabout":
        return roundabout(spec, limit, looks, draws)
    if spec.layout == "tjunction" or (spec.layout == "junction" and spec.priority == "all-way-stop"):
        return tee(spec, limit, looks, draws)
    if spec.layout == "junction" and spec.turn_lanes:
        return turn_junction(spec, limit, looks, draws)
    if spec.layout == "junction":
        return junction(spec, limit, looks, draws)
    return street(spec, limit, looks, draws)


def surface_looks(spec: RoadSpec, draws: Draws) -> dict[str, SurfaceLook]:
    """Looks of the ground; one weather wets all of it."""
    rng = draws.rng("roads", "surfaces")
    looks = {
        "road": sample_surface(rng, spec.surface),
        "pavement": sample_surface(rng, spec.pavement_surface),
        "verge": sample_surface(rng, spec.verge_surface),
        "kerb": sample_surface(rng, "concrete-paving"),
        "ramp": sample_surface(rng, "concrete-paving"),
    }
    wet = looks["road"].wetness
    return {name: replace(look, wetness=wet) for name, look in looks.items()}


def terrain(frame: Frame, ends: tuple[float, float], strip: Strip, look: SurfaceLook) -> Surface:
    """Ground behind a pavement, as high as it."""
    outline = rectangle(frame, ends, (strip.side * strip.section.back, strip.side * BEYOND))
    return Surface(outline, strip.section.kerb_height, Kind.TERRAIN, look, 0.0)


def closing_rows(distance: float, section: Section) -> list[Strip]:
    """Rows of buildings across both ends of a square."""
    back = Section(0.0, 0.0, 0.0, distance, 0.0)
    across = Frame(0.0, 0.0, np.pi / 2)
    return [Strip(across, -section.front - 14.0, section.front + 14.0, end, back, closed=True) for end in (1, -1)]


def square(spec: RoadSpec, looks: dict[str, SurfaceLook]) -> Layout:
    """A pedestrian zone, square or park along +x, without lanes and kerbs."""
    half, wide = spec.length / 2, spec.pavement
    section = Section(0.0, 0.0, wide, wide + spec.verge, 0.0)
    strips = [Strip(AXIS, -half, half, side, section) for side in (1, -1)]
    ground = rectangle(AXIS, (-half - 8.0, half + 8.0), (-wide, wide))
    surfaces = [Surface(ground, 0.0, Kind.PAVEMENT, looks["pavement"])]
    surfaces += [
        Surface(rectangle(AXIS, (low, high), (-BEYOND, BEYOND)), 0.0, Kind.TERRAIN, looks["verge"])
        for low, high in ((-half - 8.0 - BEYOND, -half - 8.0), (half + 8.0, half + 8.0 + BEYOND))
    ]
    surfaces += [terrain(AXIS, (-half - 8.0, half + 8.0), strip, looks["verge"]) for strip in strips]
    line: Floats = np.stack([AXIS.at(-half, 0.0), AXIS.at(half, 0.0)])
    walk = Walk(line, 2 * wide - 1.0, 0.0)
    network = RoadNetwork((), (), (line,), walk.width, (), tuple(surfaces), ())
    closing = closing_rows(half + 6.0, section)
    return Layout(network, (*strips, *closing), (), (walk,), (), (), (), AXIS, section)
