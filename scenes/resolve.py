"""From a checked scene file to a concrete scene."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from scenes.cameras import Ego, ego_for, keep_clear, make_cameras, paired, walking_spot, watched_lanes
from scenes.cycles import CycleLook, sample_cycle
from scenes.drawing import fix
from scenes.draws import Draws
from scenes.ego import drive_route, on_turn_lane, start_of
from scenes.lanes import arc_lengths
from scenes.lidars import make_lidars
from scenes.light import make_light, wetness
from scenes.people import sample_person
from scenes.plain import scatter
from scenes.population_buildings import add_buildings
from scenes.population_company import accompany
from scenes.population_control import signal_controller
from scenes.population_cyclists import attentive, cyclists_beside, cyclists_in_lanes
from scenes.population_green import add_green
from scenes.population_jaywalkers import add_jaywalkers
from scenes.population_people import add_people, person
from scenes.population_plates import numbered
from scenes.population_props import add_furniture, add_stop_signs, explicit_props
from scenes.population_signals import add_signals
from scenes.population_space import Space
from scenes.population_stops import add_stops, add_waiting, buses_in_bays, buses_in_lanes
from scenes.population_umbrellas import sheltered
from scenes.population_vehicles import CYCLE_KINDS, add_parked, add_traffic, kind_named, standing_vehicle
from scenes.references import Table
from scenes.roads import lay_out
from scenes.roads_parts import Layout, ground_height
from scenes.schema import ActorSpec, SceneSpec
from scenes.schema_light import WeatherSpec
from scenes.types import Actor, Building, Controller, Floats, Prop, RoadNetwork, Scene, Signal
from scenes.vehicles import sample_vehicle

STANDS = 0.7  # m, ground of somebody with a place of its own that is kept free of things


def resolve(table: Table, name: str, k: int, seed: int, randomise: bool = True) -> Scene:
    """Draw sample k of a scene file.

    Args:
        table: of a checked file, with distributions.
        name: of the scene.
        k: sample.
        seed: any integer.
        randomise: False collapses distributions; see `SceneTemplate.sample`.

    Returns:
        The scene.
    """
    draws = Draws(seed, k, randomise)
    spec = fix(table, draws)
    layout = rained_on(lay_out(spec.roads, spec.vehicles.limit, draws), spec.weather)
    if spec.vehicles.cyclists > 0.0:
        layout = attentive(layout)
    if spec.ego is not None:
        spec = spec.model_copy(update={"ego": on_turn_lane(spec.ego, layout, spec.roads.traffic)})
    space = Space()
    reserve(layout, space)
    keep_clear(spec, layout, space)
    actors = explicit_actors(spec.actors, layout, space, draws)
    given = explicit_props(spec.props, layout, space, draws)
    controller = signal_controller(spec.signals, layout)
    signals, props = add_signals(spec.signals, layout, space, draws, controller) if layout.approaches else ([], [])
    props += add_stops(layout, space, draws) + add_stop_signs(layout, spec.roads.traffic == "left", space, draws)
    actors += buses_in_bays(spec.vehicles, layout, space, draws)
    buildings, plants = add_buildings(spec.buildings, layout, space, draws)
    actors += add_parked(spec.parked, layout, space, draws)
    props += plants + add_green(layout, space, draws) + add_furniture(spec.furniture, layout, space, draws) + given
    own = None if spec.ego is None else start_of(spec.ego, layout.network)
    egos = {n: own or ego_for(c, layout, spec.start_time) for n, c in enumerate(spec.cameras) if c.kind == "dash"}
    watched = watched_lanes(spec, layout, draws)
    carriers_of = [*egos.values(), *([own] if own else [])]
    moving = traffic(spec, layout, draws, carriers_of, watched)
    places = [walking_spot(camera, layout) for camera in spec.cameras if camera.kind == "pavement"]
    views = [(float(spot[0]), float(spot[1]), heading) for spot, heading in places]
    people = add_waiting(spec.people, layout, space, draws)
    people += add_people(spec.people, layout, space, draws, views, spec.start_time)
    people = accompany(spec.people, people, layout.network, space, draws)
    people += add_jaywalkers(spec.people, layout, space, draws, spec.start_time)
    people = sheltered(spec.people, spec.weather.rain, people, space)
    everybody = numbered([*actors, *moving, *people], draws, spec.roads.traffic == "left")
    contents = Contents(everybody, signals, buildings, props, controller)
    return furnished(spec, name, draws, layout, layout.network, contents, own, egos, watched)


@dataclass(frozen=True)
class Contents:
    """What a scene holds, without ids."""

    actors: list[Actor]
    signals: list[Signal]
    buildings: list[Building]
    props: list[Prop]
    controller: Controller | None = None


def furnished(
    spec: SceneSpec, name: str, draws: Draws, layout: Layout, roads: RoadNetwork, contents: Contents, own: Ego | None,
    egos: dict[int, Ego], watched: dict[int, int],
) -> Scene:  # fmt: skip
    """Number everything, send the ego on its way, set up the cameras.

    Args:
        spec: with plain values.
        name: of the scene.
        draws: source and record of randomness.
        layout: the ground.
        roads: whose lanes the ego drives on; of a map all, where the layout has those around the cameras.
        contents: what stands, drives and walks there.
        own: where the scene's ego starts.
        egos: where the vehicles start that carry dash cameras, by camera.
        watched: lights that signal cameras look at, by camera.

    Returns:
        The scene.
    """
    everyone = [replace(actor, id=number) for number, actor in enumerate(contents.actors, 1)]
    heads = [replace(signal, id=len(everyone) + number) for number, signal in enumerate(contents.signals, 1)]
    everyone = with_second_ids(everyone, len(everyone) + len(heads) + 1)
    carriers = {n: carrier(everyone, ego) for n, ego in egos.items()}
    if spec.ego is not None and own is not None:
        number = carrier(everyone, own) - 1
        everyone[number] = drive_route(spec.ego, everyone[number], roads)
    scene = Scene(
        name=name, sample=draws.sample, seed=draws.seed, start_time=spec.start_time, roads=layout.network,
        actors=tuple(everyone), signals=tuple(heads), buildings=tuple(contents.buildings), props=tuple(contents.props),
        light=make_light(spec.light, spec.weather),
        cameras=tuple(make_cameras(spec, layout, carriers, heads, watched, draws)),
        lidars=make_lidars(spec, carriers), values=dict(draws.values),
        physics=spec.physics, ego=None if own is None else carrier(everyone, own),
        controller=contents.controller, sky=spec.light.sky,
    )  # fmt: skip
    return paired(scatter(scene, spec.plain, draws) if spec.randomisation == "plain" else scene, spec)


def with_second_ids(everyone: list[Actor], free: int) -> list[Actor]:
    """Give those who ride, and prams, wheelchairs and dogs, ids of their own from `free` on."""
    ids = iter(range(free, free + 2 * len(everyone)))
    for k, one in enumerate(everyone):
        if isinstance(one.look, CycleLook):
            everyone[k] = replace(one, rider=next(ids))
        elif one.companion is not None:
            everyone[k] = replace(one, companion=replace(one.companion, id=next(ids)))
    return everyone


def rained_on(layout: Layout, weather: WeatherSpec) -> Layout:
    """Wet the ground of a layout as the weather does; what is wet already stays so."""
    wet = wetness(weather)
    if wet <= 0.0:
        return layout
    surfaces = tuple(
        replace(surface, look=replace(surface.look, wetness=max(surface.look.wetness, wet)))
        for surface in layout.network.surfaces
    )
    return replace(layout, network=replace(layout.network, surfaces=surfaces))


def reserve(layout: Layout, space: Space) -> None:
    """Keep crossings and the ways to them free of things that do not move."""
    for place in layout.places:
        start, end = place.crossing.start, place.crossing.end
        middle, across = (start + end) / 2, end - start
        depth = float(np.hypot(*across)) + 2 * (place.section.back - place.section.kerb)
        heading = math.atan2(across[1], across[0])
        space.kept.add(float(middle[0]), float(middle[1]), heading, depth, place.crossing.width + 0.4)
    for route in layout.routes:
        for a, b in zip(route.line[:-1], route.line[1:], strict=True):
            dx, dy = float(b[0] - a[0]), float(b[1] - a[1])
            x, y = (a + b) / 2
            space.kept.add(float(x), float(y), math.atan2(dy, dx), math.hypot(dx, dy), 2.6)


def traffic(spec: SceneSpec, layout: Layout, draws: Draws, egos: list[Ego], watched: dict[int, int]) -> list[Actor]:
    """Moving vehicles, with lanes closed where a signal camera looks or lights do not order who goes first."""
    closed = {layout.approaches[number].lane for number in watched.values()}
    ordered = spec.signals.mode in ("fixed", "actuated")
    if spec.roads.layout == "junction" and layout.approaches and not ordered:
        closed |= {1, 3} | {turn.lane for turn in layout.across}  # only the main road: nobody there has to give way
    if spec.roads.layout == "tjunction" and layout.approaches and not ordered:
        closed.add(1)
    carried = {ego.lane: (ego.s, "car") for ego in egos}
    closed -= set(carried)
    halts, slow = buses_in_lanes(spec.vehicles, layout, draws), cyclists_in_lanes(spec, layout, draws, carried)
    moving = add_traffic(spec.vehicles, layout, draws, carried, frozenset(closed), spec.start_time + 4.0, halts, slow)
    moving += cyclists_beside(spec, layout, draws)
    return [one if one.driver == "bus" else replace(one, driver=spec.vehicles.driver) for one in moving]


def carrier(actors: list[Actor], ego: Ego) -> int:
    """Id of the vehicle whose front is at the ego's place."""
    lane = [actor for actor in actors if actor.lane == ego.lane]
    return min(lane, key=lambda actor: abs(actor.start + actor.size[0] / 2 - ego.s)).id


def densified(line: Floats) -> Floats:
    """A polyline with a point every half metre, so that a walker's path follows the ground."""
    along = arc_lengths(line)
    s = np.linspace(0.0, along[-1], max(2, int(along[-1] * 2)))
    return np.stack([np.interp(s, along, line[:, k]) for k in (0, 1)], -1)


def explicit_actors(specs: tuple[ActorSpec, ...], layout: Layout, space: Space, draws: Draws) -> list[Actor]:
    """Actors with places of their own.

    Args:
        specs: with plain values.
        layout: for the height of the ground.
        space: to be filled; what the file says is placed even where it overlaps.
        draws: source of randomness.

    Returns:
        Actors without ids.
    """
    actors = []
    for index, spec in enumerate(specs):
        rng = draws.rng("actors", index)
        heading = math.radians(spec.heading)
        spot: Floats = np.array(spec.position, dtype=np.float64)
        end = spot + spec.distance * np.array([math.cos(heading), math.sin(heading)])
        moves = spec.behaviour in ("drive", "walk", "cross", "dart") or (spec.behaviour == "auto" and spec.speed > 0)
        line = np.array([spot, *(spec.via or (end,))]) if moves else spot[None]
        if spec.kind == "pedestrian":
            look = sample_person(rng)
            if moves:
                line = densified(line)
            z = ground_height(layout.network, line)
            speed = spec.speed if moves else 0.0
            actors.append(person(look, line, z, 0.0, speed, float(rng.random()), heading))
            crosses = moves and spec.behaviour in ("cross", "dart")
            behaviour = spec.behaviour if crosses else actors[-1].behaviour
            actors[-1] = replace(actors[-1], driver=spec.driver, behaviour=behaviour)
            space.crowd.add(space.crowd.walk(line, 0.0, speed))
            space.kept.add(float(spot[0]), float(spot[1]), heading, STANDS, STANDS)
            continue
        kind = kind_named(spec.kind)
        ridden = kind in CYCLE_KINDS
        vehicle = standing_vehicle(sample_cycle(rng, kind) if ridden else sample_vehicle(rng, kind), spot, heading)
        if moves:
            vehicle = replace(
                vehicle, path=line, speed=spec.speed, desired_speed=spec.speed, behaviour="drive", driver=spec.driver
            )  # fmt: skip
        vehicle = replace(vehicle, hazard=spec.hazard)
        ground = space.kept if moves else space.solid  # who moves on keeps things away from where the start is
        ground.add(float(spot[0]), float(spot[1]), heading, vehicle.size[0], vehicle.size[1])
        actors.append(vehicle)
    return actors
