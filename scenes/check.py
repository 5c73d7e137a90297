"""Messages for what a scene file gets wrong: field by field, and between fields."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from scenes.dependents import ends, possible
from scenes.distributions import Distribution, shown
from scenes.lens_fields import lens_problems
from scenes.schema import CYCLE_NAMES, FILE_KEYS, RoadSpec, SceneSpec
from scenes.schema_lidar import lidar_problems
from scenes.suggest import suggestion
from scenes.yamlfile import Located

BESIDE = 27.0  # m from the island of a roundabout to the first houses, at most
SHORTEST = 66.0  # m, T junctions and junctions with turn lanes: shorter pavements end at the crossings
ON_MAPS = {"map", "around", "surface", "pavement_surface", "verge_surface", "wear"}
PLAIN = {
    "missing": "is missing",
    "tuple_type": "needs a list",
    "list_type": "needs a list",
    "string_type": "needs text",
    "model_type": "needs a mapping of keys to values",
    "dict_type": "needs a mapping of keys to values",
    "int_type": "needs a whole number",
}


def first_problem(error: ValidationError, where: Located) -> tuple[str, str]:
    """Choose the problem that stands first in the file.

    Args:
        error: of pydantic.
        where: lines.

    Returns:
        Path and message.
    """
    found = [(path_of(item["loc"]), message(item)) for item in error.errors(include_url=False)]
    own = where.line("").file  # a file comes before those that it builds on
    return min(found, key=lambda entry: (where.line(entry[0]).file != own, where.line(entry[0])))


def path_of(loc: tuple[int | str, ...]) -> str:
    """Write a location as in `actors[3].speed`."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def message(item: Any) -> str:
    """One line about one problem.

    Args:
        item: entry of `ValidationError.errors()`.

    Returns:
        The message, without place.
    """
    kind, loc, given = item["type"], item["loc"], item["input"]
    if kind == "value_error":
        return str(item["ctx"]["error"])
    if kind == "extra_forbidden":
        names = [*fields_at(loc[:-1]), *(FILE_KEYS if len(loc) == 1 else ())]
        hint = suggestion(loc[-1], names) or f"; known here: {', '.join(names)}"
        return f"unknown key{hint}"
    if kind in ("missing", "invalid_key"):
        return PLAIN.get(kind, "keys are words")
    if kind in ("too_long", "too_short"):
        return str(item["msg"])
    return f"{PLAIN.get(kind, item['msg'])}, not {shown(given)}"


def fields_at(loc: tuple[int | str, ...]) -> dict[str, Any]:
    """Fields of the part of the schema at a location.

    Args:
        loc: from the top.

    Returns:
        Field name -> pydantic's description.
    """
    part: Any = SceneSpec
    for name in loc:
        if isinstance(name, str):
            part = part.model_fields[name].annotation
        while not (isinstance(part, type) and issubclass(part, BaseModel)):
            part = next(arg for arg in get_args(part) if arg is not Ellipsis and arg is not type(None))
            if isinstance(name, str) and not get_args(part):
                break
    return dict(part.model_fields)


def check_together(spec: SceneSpec) -> Iterator[tuple[str, str]]:
    """Problems between fields.

    Args:
        spec: a file whose fields are fine one by one.

    Yields:
        Path and message.
    """
    roads = spec.roads
    if roads.map:
        yield from _map_problems(spec)
    if not spec.cameras:
        yield "cameras", "a scene needs at least one camera"
    shortest = min(float(str(end)) for end in ends(roads.length))
    for place, at in [("roads.crossing_at", roads.crossing_at), *_camera_places(spec)]:
        for end in ends(at):
            if not abs(float(str(end))) <= shortest / 2 - 10.0:
                yield place, f"{shown(end)} m is outside [{10 - shortest / 2:g}, {shortest / 2 - 10:g}] m of the street"
    if not roads.map:
        yield from _road_problems(roads)
    for index, camera in enumerate(spec.cameras if not roads.map else ()):
        kinds = [name for name in ("dash", "pavement", "signal", "fixed") if possible(camera.kind, name)]
        place = f"cameras[{index}].kind"
        if "signal" in kinds and not _always_signals(spec):
            yield place, "signal cameras need `layout: junction` or `crossing: signals`, with signals that are not off"
        if "dash" in kinds and possible(roads.layout, "square"):
            yield place, "dash cameras need a street or a junction, not a square"
    yield from lidar_problems(spec.lidars, spec.cameras)
    yield from _relief_problems(spec)
    yield from _people_problems(spec)
    for index, actor in enumerate(spec.actors):
        yield from _actor_problems(index, actor)
    if spec.ego is not None and not roads.map:
        yield from _ego_problems(spec)
    yield from _mode_problems(spec)
    yield from _cycle_problems(spec)
    yield from lens_problems(spec)


def _mode_problems(spec: SceneSpec) -> Iterator[tuple[str, str]]:
    if possible(spec.randomisation, "plain") and spec.ego is not None:
        yield "randomisation", "plain scenes have no lanes for the ego; leave out `ego`"
    if possible(spec.randomisation, "plain") and spec.lidars:
        yield "randomisation", "plain scenes stand things before cameras, not around lidars; leave out `lidars`"
    if possible(spec.randomisation, "plain") and possible(spec.physics, "bullet"):
        yield "randomisation", "plain scenes are for `physics: kinematic`"


def _people_problems(spec: SceneSpec) -> Iterator[tuple[str, str]]:
    """Where people cannot cross, and what they cannot bring along."""
    bare = bool(spec.roads.map) or possible(spec.roads.layout, "square")
    for name in ("jaywalkers", "darting") if bare else ():
        if any(float(str(end)) > 0.0 for end in ends(getattr(spec.people, name))):
            yield f"people.{name}", "need pavements on both sides of a road: no map and no square"
    for name in ("prams", "wheelchairs", "dogs", "bicycles") if possible(spec.physics, "bullet") else ():
        if any(float(str(end)) > 0.0 for end in ends(getattr(spec.people, name))):
            yield (
                f"people.{name}",
                "needs `physics: kinematic`: rigid bodies are not pushed and led",
            )


def _map_problems(spec: SceneSpec) -> Iterator[tuple[str, str]]:
    """What a scene on an imported map cannot have."""
    for name in sorted(spec.roads.model_fields_set - ON_MAPS):
        yield f"roads.{name}", f"is the map's; with `map`, roads may have {', '.join(sorted(ON_MAPS))}"
    if "parked" in spec.model_fields_set:
        yield "parked", "has no effect on an imported map"
    if possible(spec.signals.mode, "actuated"):
        yield "signals.mode", "on an imported map lights follow the clock: `fixed`, `flashing-yellow` or `off`"
    for index, camera in enumerate(spec.cameras):
        if possible(camera.kind, "pavement") or possible(camera.kind, "signal"):
            yield f"cameras[{index}].kind", "on an imported map cameras are dash or fixed"


def _road_problems(roads: RoadSpec) -> Iterator[tuple[str, str]]:
    def most(value: object) -> float:
        return max(abs(float(str(end))) for end in ends(value))

    def least(value: object) -> float:
        return min(abs(float(str(end))) for end in ends(value))

    if least(roads.lanes[0]) == 0:
        yield "roads.lanes[0]", "a street needs at least one lane along +x"
    if possible(roads.layout, "roundabout"):
        yield from _ring_problems(roads)
    yield from _stop_problems(roads)
    yield from _sign_problems(roads)
    turning = {str(end).lower() for end in ends(roads.turn_lanes)} & {"true"}
    if turning and set(ends(roads.layout)) != {"junction"}:
        yield "roads.turn_lanes", "turn lanes need `layout: junction`"
    if (turning or possible(roads.layout, "tjunction")) and least(roads.length) < SHORTEST:
        yield "roads.length", f"{least(roads.length):g} m is too short for the junction; it needs {SHORTEST:g} m"
    if possible(roads.layout, "curve"):
        if least(roads.angle) == 0.0:
            yield "roads.angle", "0 deg is no curve; use `layout: street`"
        long, room = math.radians(most(roads.angle)) * most(roads.radius), least(roads.length) - 40.0
        if long > room:
            yield "roads.radius", f"the bend is up to {long:.0f} m long; the street has room for {room:g} m"
        wide = most(roads.lane_width) * most(roads.lanes[0]) + 9.0 + most(roads.pavement) + most(roads.verge)
        if wide > least(roads.radius):
            yield "roads.radius", f"{least(roads.radius):g} m is less than half the street's width, {wide:.1f} m"


def _sign_problems(roads: RoadSpec) -> Iterator[tuple[str, str]]:
    lit, layouts = possible(roads.crossing, "signals"), set(ends(roads.layout))
    if possible(roads.priority, "stop") and (lit or layouts != {"tjunction"}):
        yield "roads.priority", "stop signs need `layout: tjunction` without signals"
    if possible(roads.priority, "all-way-stop") and (lit or not layouts <= {"junction", "tjunction"}):
        yield "roads.priority", "an all-way stop needs `layout: junction` or `tjunction`, without signals"
    if possible(roads.priority, "all-way-stop") and True in ends(roads.turn_lanes):
        yield "roads.priority", "an all-way stop has no turn lanes"


def _stop_problems(roads: RoadSpec) -> Iterator[tuple[str, str]]:
    if set(ends(roads.bus_stop)) != {"none"} and set(ends(roads.layout)) != {"street"}:
        yield "roads.bus_stop", "bus stops need `layout: street`"
    for side in ("left", "right"):
        if all(possible(key, side) or possible(key, "both") for key in (roads.bus_stop, roads.cycle_lane)):
            yield "roads.bus_stop", f"the {side} side cannot have a bus stop and a cycle lane"


def _ring_problems(roads: RoadSpec) -> Iterator[tuple[str, str]]:
    """What a roundabout cannot have."""
    if possible(roads.crossing, "signals"):
        yield "roads.crossing", "a roundabout has zebras or no crossings, not signals"
    need = 2.0 * (max(float(str(end)) for end in ends(roads.island)) + BESIDE)
    room = min(float(str(end)) for end in ends(roads.length))
    if need > room:
        yield "roads.length", f"{room:g} m is too short for the roundabout; it needs {need:g} m"


def _ego_problems(spec: SceneSpec) -> Iterator[tuple[str, str]]:
    layouts, ego = set(ends(spec.roads.layout)), spec.ego
    assert ego is not None
    for name in ("square", "roundabout"):
        if name in layouts:
            yield "ego", f"an ego needs a street or a junction, not a {name}"
    if not layouts <= {"junction", "tjunction"}:
        if set(ends(ego.turn)) != {"straight"}:
            yield "ego.turn", "left and right need `layout: junction`"
        lanes = sum(min(int(str(end)) for end in ends(count)) for count in spec.roads.lanes)
        if max(float(str(end)) for end in ends(ego.lane)) > lanes - 1 and lanes != 2:
            yield "ego.lane", f"the street has the lanes 0 to {lanes - 1}"
        elif max(float(str(end)) for end in ends(ego.lane)) > max(lanes - 1, 1):
            yield "ego.lane", "a street has the lanes 0 and 1"
    elif max(float(str(end)) for end in ends(ego.lane)) > 3:
        yield "ego.lane", "a junction has the lanes 0 to 3"


def _cycle_problems(spec: SceneSpec) -> Iterator[tuple[str, str]]:
    """Where nobody can ride."""
    many = max(float(str(end)) for end in ends(spec.vehicles.cyclists)) > 0.0
    if many and (spec.roads.map or not set(ends(spec.roads.layout)) <= {"street", "curve"}):
        yield "vehicles.cyclists", "needs `layout: street` or `curve`; elsewhere put bicycles under `actors`"
    if not possible(spec.physics, "bullet"):
        return
    if many:
        yield "vehicles.cyclists", "`physics: bullet` has no bodies for cyclists"
    if possible(spec.vehicles.kind, "motorcycle"):
        yield "vehicles.kind", "`physics: bullet` has no body for a motorcycle"
    for index, actor in enumerate(spec.actors):
        if any(possible(actor.kind, name) for name in CYCLE_NAMES):
            yield f"actors[{index}].kind", "`physics: bullet` has no bodies for bicycles and motorcycles"


def _relief_problems(spec: SceneSpec) -> Iterator[tuple[str, str]]:
    for name in ("slope", "crest"):
        heights = [float(str(end)) for end in ends(getattr(spec.roads, name))]
        if any(heights) and possible(spec.physics, "bullet"):
            yield f"roads.{name}", "`physics: bullet` needs flat ground, 0"


def _camera_places(spec: SceneSpec) -> list[tuple[str, Distribution | float]]:
    return [(f"cameras[{index}].at", camera.at) for index, camera in enumerate(spec.cameras)]


def _always_signals(spec: SceneSpec) -> bool:
    layouts, crossings = set(ends(spec.roads.layout)), set(ends(spec.roads.crossing))
    if possible(spec.roads.priority, "all-way-stop"):
        return False
    return layouts == {"junction"} or (layouts <= {"street", "tjunction", "curve"} and crossings == {"signals"})


def _actor_problems(index: int, actor: Any) -> Iterator[tuple[str, str]]:
    kinds, ways = ends(actor.kind), ends(actor.behaviour)
    wrong = (
        {"walk", "cross", "dart", "stand"}
        if "pedestrian" not in kinds
        else {"drive", "parked"}
        if set(kinds) == {"pedestrian"}
        else set()
    )
    for way in ways:
        if way in wrong:
            yield f"actors[{index}].behaviour", f"{way} does not suit a {kinds[0]}"
    unlit = [kind for kind in kinds if kind in ("pedestrian", "bicycle")]
    if unlit and True in ends(actor.hazard):
        yield f"actors[{index}].hazard", f"a {unlit[0]} has no hazard lights"
