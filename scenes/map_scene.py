"""From a checked scene file that stands on an imported map to a concrete scene."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from scenes.cameras import Ego
from scenes.drawing import fix
from scenes.draws import Draws
from scenes.ego import route, start_of
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, line_at
from scenes.map_frontage import clear, frontage
from scenes.map_lanes import length_of
from scenes.map_layout import Area, lane_boxes, lay_map, walk_boxes
from scenes.map_traffic import Ways, add_map_traffic
from scenes.population_buildings import add_buildings
from scenes.population_company import accompany
from scenes.population_people import add_people
from scenes.population_plates import numbered
from scenes.population_props import add_furniture, explicit_props
from scenes.population_signals import signal_plan, stacked
from scenes.population_space import Space
from scenes.population_umbrellas import sheltered
from scenes.props import sample_prop
from scenes.references import Table
from scenes.resolve import Contents, explicit_actors, furnished, rained_on, reserve
from scenes.road_map import RoadMap
from scenes.schema import SceneSpec, SignalSpec
from scenes.signals import sample_signal
from scenes.types import Floats, Prop, Scene, Signal

EVERY = 50.0  # m along the ego's way between the places that are looked around from


def resolve_on_map(table: Table, found: RoadMap, name: str, k: int, seed: int, randomise: bool = True) -> Scene:
    """Draw sample k of a scene file on a map.

    Args:
        table: of a checked file, with distributions.
        found: the map.
        name: of the scene.
        k: sample.
        seed: any integer.
        randomise: False collapses distributions; see `SceneTemplate.sample`.

    Returns:
        The scene. Lanes keep the ids that they have in the map.
    """
    draws = Draws(seed, k, randomise)
    spec = fix(table, draws)
    ways = Ways(found, spec.signals.mode == "fixed", draws.rng("roads", "ways"))
    own = None if spec.ego is None else start_of(spec.ego, found.network)
    egos = {n: own or ride(ways, found, draws, n) for n, camera in enumerate(spec.cameras) if camera.kind == "dash"}
    carriers_of = [*egos.values(), *([own] if own else [])]
    area = area_around(spec, found, ways, carriers_of)
    layout = rained_on(lay_map(found, spec.roads, area, draws), spec.weather)
    space = Space()
    reserve(layout, space)
    for box in (*lane_boxes(layout.network.lanes), *walk_boxes(layout.walks)):
        space.kept.add(*box)
    layout = replace(layout, strips=frontage(found, area))
    actors = explicit_actors(spec.actors, layout, space, draws)
    props = explicit_props(spec.props, layout, space, draws)
    signals, poles = add_lights(spec.signals, found, area, draws)
    for post in poles:
        space.solid.add(float(post.position[0]), float(post.position[1]), post.heading, 0.3, 0.3)
    houses, plants = add_buildings(spec.buildings, layout, space, draws)
    houses, things = clear(houses, [*plants, *add_furniture(spec.furniture, layout, space, draws)], found)
    moving = add_map_traffic(spec.vehicles, found, ways, area, draws, carriers_of)
    people = add_people(spec.people, layout, space, draws, [], spec.start_time)
    people = accompany(spec.people, people, layout.network, space, draws)
    people = sheltered(spec.people, spec.weather.rain, people, space)
    moving = [replace(one, driver=spec.vehicles.driver) for one in moving]
    everybody = numbered([*actors, *moving, *people], draws, found.left_hand)
    contents = Contents(everybody, signals, houses, [*poles, *props, *things])
    return furnished(spec, name, draws, layout, found.network, contents, own, egos, {})


def ride(ways: Ways, found: RoadMap, draws: Draws, camera: int) -> Ego:
    """A vehicle for a dash camera: on a lane that leads on, long lanes more often."""
    rng = draws.rng("cameras", camera, "lane")
    lanes = [lane for lane in ways.lanes.values() if lane.id not in found.inside | ways.closed]
    good = [lane for lane in lanes if length_of(lane) > 30.0 and ways.after(lane)] or lanes or list(ways.lanes.values())
    lengths = np.array([length_of(lane) for lane in good])
    lane = good[int(rng.choice(len(good), p=lengths / lengths.sum()))]
    end = min([length_of(lane) - 5.0, *(s - 8.0 for s in ways.stops.get(lane.id, []))])
    return Ego(lane.id, max(5.0, float(rng.uniform(0.2, 0.8)) * end))


def area_around(spec: SceneSpec, found: RoadMap, ways: Ways, egos: list[Ego]) -> Area:
    """What lies around fixed cameras and lidars, and the ways of the vehicles that carry cameras."""
    spots = [camera.position for camera in spec.cameras if camera.kind == "fixed"]
    spots += [lidar.position for lidar in spec.lidars if lidar.kind == "fixed"]
    spots += [actor.position for actor in spec.actors]
    for ego in egos:
        if spec.ego is not None and ego.lane == spec.ego.lane:
            line, ahead = route(found.network, ego.lane, spec.ego.turn, ego.s + spec.ego.distance), spec.ego.distance
        else:
            line, ahead = ways.lanes[ego.lane].centre, EVERY
        end = min(float(arc_lengths(line)[-1]), ego.s + ahead)
        spots += [line_at(line, float(s))[:2] for s in np.append(np.arange(ego.s, end, EVERY), end)]
    return Area(np.array(spots, np.float64).reshape(-1, 2), spec.roads.around)


def add_lights(spec: SignalSpec, found: RoadMap, area: Area, draws: Draws) -> tuple[list[Signal], list[Prop]]:
    """Heads where the map has them, with the map's plans or, where it has none, one group after the other.

    Args:
        spec: with plain values.
        found: the map.
        area: what is kept.
        draws: source of randomness.

    Returns:
        Signals without ids, and their posts.
    """
    junctions: dict[str, list[int]] = {}
    for group in found.groups:
        junctions.setdefault(group.junction, []).append(group.id)
    groups = {group.id: group for group in found.groups}
    shared = sample_signal(draws.rng("signals", "look"))
    signals, posts = [], []
    for number, head in enumerate(found.heads):
        if not area.holds(head.position[None, :2])[0]:
            continue
        rng = draws.rng("signals", number)
        look = stacked(shared if spec.alike else sample_signal(rng), spec.stacking)
        group = groups[head.group]
        plan, offset = group.plan, group.offset + spec.offset
        if plan is None or spec.mode != "fixed":
            mates = junctions[group.junction]
            plan, offset = signal_plan(spec, mates.index(group.id), len(mates))
        turn = math.radians(draws.number(spec.turn, f"signals.turn[{number}]", rng))
        tilt = math.radians(draws.number(spec.tilt, f"signals.tilt[{number}]", rng))
        below = head.position[2] - look.half - 0.24
        beside = off_lanes(head.position[:2], found)
        if below > 1.0 and beside:
            post = replace(sample_prop(rng, "signal-pole"), height=float(below))
            posts.append(Prop(Kind.POLE, post, np.array([*head.position[:2], 0.0]), head.heading))
        look = replace(look, mount="top" if beside else "mast")
        signals.append(Signal(0, head.position, head.heading + turn, look, plan, offset, head.group, tilt))
    return signals, posts


def off_lanes(spot: Floats, found: RoadMap) -> bool:
    """Whether a place lies on no lane."""
    near = [lane for lane in found.network.lanes if np.linalg.norm(lane.centre - spot, axis=1).min() < 30.0]
    gaps = ((np.linalg.norm(_fine(lane.centre) - spot, axis=1).min(), lane.width) for lane in near)
    return all(gap > width / 2 for gap, width in gaps)


def _fine(line: Floats) -> Floats:
    along = arc_lengths(line)
    s = np.arange(0.0, along[-1] + 0.5, 0.5)
    return np.stack([np.interp(s, along, line[:, k]) for k in (0, 1)], -1)
