"""Vehicles that signal, brake and roll: pictures, labels and the simulation agree."""

import math
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import pytest

from renderers.assemble import StageBuilder
from renderers.frame import ActorLabel, Frame
from renderers.labels import label_frame
from renderers.mesh import Mesh
from renderers.raster import RasterOptions, RasterRenderer
from renderers.vehicles_moving import vehicle, vehicle_rig
from renderers.vehicles_paint import DARK, Signs
from renderers.views import resolve_camera
from scenes.catalogue import axles
from scenes.cycles import sample_cycle
from scenes.errors import SceneError
from scenes.files import load
from scenes.geometry import wrap_angle
from scenes.kinds import VEHICLES, Kind
from scenes.lanes import line_at
from scenes.people import PersonLook
from scenes.seeds import rng_for
from scenes.types import Actor, Camera, CameraChain, Floats, Scene
from scenes.vehicles import VehicleLook, sample_model
from sim.rollout import rollout
from sim.turn_signals import FLASH, Turning, bends, turn_signal, turnings
from sim.world import compile_world, initial_state
from skidpad.drivers import cast
from tests.sizes import size

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

AWAY = 7.0  # m from the end of a vehicle to the camera


@cache
def junction() -> Scene:
    return load("turns").sample(0)


def turner(side: str, look: VehicleLook | None = None) -> tuple[Scene, Turning]:
    """A junction that is empty but for one vehicle, 8 m after it began to signal."""
    for actor in junction().actors:
        found = turnings(actor, junction().roads) if actor.kind is Kind.CAR and len(actor.path) > 1 else ()
        if found and found[0].side == side:
            look = actor.look if look is None else look
            start = found[0].start + 8.0 - look.length / 2
            x, y, heading = line_at(actor.path, start)
            alone = replace(actor, look=look, kind=look.kind, size=look.size, start=start, heading=heading, speed=5.0)
            views = []
            for number, way in enumerate((1.0, -1.0)):  # from ahead, from behind
                away = way * (AWAY + look.length / 2)
                spot = np.array([x + away * math.cos(heading), y + away * math.sin(heading), 1.3])
                facing = heading + (math.pi if way > 0 else 0.0)
                views.append(Camera(number, 240, 180, 400.0, spot, facing, 0.0, 0.0, CameraChain()))
            scene = replace(
                junction(), actors=(alone,), signals=(), buildings=(), props=(), cameras=tuple(views), controller=None
            )
            return scene, found[0]
    raise AssertionError(side)


PLAIN = RasterRenderer(RasterOptions(samples=1, shadow_size=0, sky_size=0))


@lru_cache(maxsize=1)
def builder_of(scene: Scene) -> StageBuilder:
    return StageBuilder(scene)


def seen(scene: Scene, camera: int, time: float, acceleration: float = 0.0) -> tuple[Frame, ActorLabel]:
    state = initial_state(compile_world([scene]))
    changed = np.full_like(state.acceleration, acceleration)
    state = replace(state, time=np.full_like(state.time, time), acceleration=changed)
    view = resolve_camera(scene.cameras[camera], scene, state)
    stage, subjects = builder_of(scene).at(state, view)
    drawn = PLAIN.draw(stage, view)
    (label,) = [one for one in label_frame(drawn, subjects) if one.kind in VEHICLES]
    return drawn.frame, label


LOOKS: list[VehicleLook | None] = [
    sample_model(rng_for(4, "signs", name), name) for name in ("saloon", "panel_van", "tipper", "double_decker")
]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.model)
@pytest.mark.parametrize("camera", [0, 1], ids=["ahead", "behind"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_turn_lamps_of_one_side_flash_amber_as_the_label_says(side: str, camera: int, look: VehicleLook) -> None:
    scene, _ = turner(side, look)
    frames: dict[str, Frame] = {}
    states = []
    for k in range(8):  # two periods
        frame, label = seen(scene, camera, k / (4.0 * FLASH) + 0.01)
        assert label.attributes["turn_lights"] == side
        states.append(label.attributes["turn_lights_lit"])
        frames[states[-1]] = frame
    assert states.count("on") == 4 and states[:4] == states[4:]
    gain = frames["on"].rgb - frames["off"].rgb
    there = frames["on"].instance == label.id
    changed = (np.abs(gain).max(2) > 0.2) & there
    assert changed.sum() > 6
    red, green, blue = gain[changed].mean(0)
    assert red > 0.5 and red > 2.0 * green > 0.1 and green > 2.0 * blue
    middle = float(np.flatnonzero(there.any(0)).mean())
    columns = np.nonzero(changed)[1]
    assert (columns < middle).all() if (side == "left") == (camera == 1) else (columns > middle).all()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.model)
def test_brake_lamps_glow_while_a_vehicle_brakes(look: VehicleLook) -> None:
    scene, _ = turner("left", look)
    calm, braking = seen(scene, 1, 0.01), seen(scene, 1, 0.01, -2.0)
    assert (calm[1].attributes["brake_lights"], braking[1].attributes["brake_lights"]) == ("off", "on")
    gain = braking[0].rgb - calm[0].rgb
    changed = np.abs(gain).max(2) > 0.2
    middle = float(np.flatnonzero((calm[0].instance == calm[1].id).any(0)).mean())
    columns = np.nonzero(changed)[1]
    assert (columns < middle).sum() > 6 and (columns > middle).sum() > 6
    red, green, blue = gain[changed].mean(0)
    assert red > 0.5 and red > 5.0 * max(green, blue)
    assert not (np.abs(seen(scene, 0, 0.01)[0].rgb - seen(scene, 0, 0.01, -2.0)[0].rgb) > 0.2).any()  # from ahead


def test_motorcycles_signal_and_bicycles_do_not() -> None:
    scene, _ = turner("left")
    for kind in (Kind.MOTORCYCLE, Kind.BICYCLE):
        look = sample_cycle(rng_for(1, "signs"), kind)
        machine = replace(scene.actors[0], look=look, kind=kind, size=look.size, rider=9)
        labels = [seen(replace(scene, actors=(machine,)), 1, time)[1] for time in (0.01, 0.01 + 0.5 / FLASH)]
        lit = {label.attributes.get("turn_lights_lit") for label in labels}
        assert lit == ({"on", "off"} if kind is Kind.MOTORCYCLE else {None})
        assert ("plate" in labels[0].attributes) == (kind is Kind.MOTORCYCLE)
        if kind is Kind.MOTORCYCLE:
            one, two = (seen(replace(scene, actors=(machine,)), 1, time)[0].rgb for time in (0.01, 0.01 + 0.5 / FLASH))
            changed = np.abs(one - two).max(2) > 0.2
            assert changed.sum() > 4 and np.nonzero(changed)[1].max() < 120


def net_turn(path: Floats) -> float:
    first, last = path[1] - path[0], path[-1] - path[-2]
    return float(wrap_angle(math.atan2(last[1], last[0]) - math.atan2(first[1], first[0])))


@pytest.mark.parametrize("name", ["turns", "junction", "tjunction", "signals", "curve", "street", "lanes"])
def test_who_turns_at_a_junction_signals_it_and_who_follows_the_road_does_not(name: str) -> None:
    for k in range(3):
        scene = load(name).sample(k)
        for actor in scene.actors:
            if isinstance(actor.look, PersonLook) or len(actor.path) < 2 or actor.kind is Kind.BICYCLE:
                continue
            angle = net_turn(actor.path)
            turns = name not in ("curve", "street", "lanes") and abs(angle) > 0.6
            sides = [turning.side for turning in turnings(actor, scene.roads)]
            assert sides == ([] if not turns else ["left" if angle > 0 else "right"])


def test_who_leaves_a_roundabout_signals_to_the_outside() -> None:
    count = 0
    for k in range(4):
        scene = load("roundabout").sample(k)
        for actor in scene.actors:
            if actor.kind not in VEHICLES or len(actor.path) < 2 or actor.kind is Kind.BICYCLE:
                continue
            (turning,) = turnings(actor, scene.roads)
            around = max(bends(actor.path), key=lambda bend: bend[1] - bend[0])[2]
            if abs(around) > 1.0:
                assert turning.side == ("right" if around > 0 else "left")
                count += 1
    assert count > 10


def test_signals_begin_before_the_turn_and_end_after_it() -> None:
    scene, turning = turner("right")
    actor = scene.actors[0]
    bend = next(bend for bend in bends(actor.path) if abs(bend[2]) > 0.6)
    said = {s: turn_signal(actor, scene.roads, (turning,), float(s), 0.0) for s in np.arange(0.0, bend[1] + 20.0, 0.5)}
    on = [s for s, side in said.items() if side != "off"]
    assert set(said.values()) == {"off", "right"}
    assert bend[0] - 40.0 < min(on) < bend[0] - 20.0 and bend[0] + 2.0 < max(on) <= bend[1]
    assert len(on) == round((max(on) - min(on)) / 0.5) + 1


def test_a_bus_signals_before_it_leaves_its_stop() -> None:
    scene = next(s for s in map(load("bus-stop").sample, range(30)) if any(a.driver == "bus" for a in s.actors))
    k = next(n for n, actor in enumerate(scene.actors) if actor.driver == "bus")
    policy, others = cast(scene)
    times = [10.0, 19.0, 22.0, 40.0]
    states = rollout([scene], policy, times, others)
    bus = scene.actors[k]
    said = [turn_signal(bus, scene.roads, (), float(state.travelled[0, k]), float(state.time[0])) for state in states]
    assert said[0] == said[3] == "off" and said[1] == said[2]
    x, y, heading = line_at(bus.path, bus.start)
    stop = min((p.position for p in scene.props if p.look.model == "sign-rectangle"),
               key=lambda spot: math.hypot(spot[0] - x, spot[1] - y))  # fmt: skip
    aside = (stop[1] - y) * math.cos(heading) - (stop[0] - x) * math.sin(heading)
    assert said[1] == ("right" if aside > 0 else "left")


def test_parked_vehicles_are_dark_and_empty_at_night_and_driven_ones_are_not() -> None:
    parked = driven = 0
    for k in range(size(1, 3)):
        scene = replace(load("street-night").sample(k), buildings=(), props=())
        state = initial_state(compile_world([scene]))
        for camera in scene.cameras:
            stage, subjects = StageBuilder(scene).at(state, resolve_camera(camera, scene, state))
            known = {subject.id: subject.attributes for subject in subjects}
            for instance in stage.instances:
                if instance.kind not in (Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS) or instance.id not in known:
                    continue
                still = known[instance.id]["behaviour"] == "parked"
                glow = any(any(material.emission) for material in used(instance.mesh))
                cabins = [m.texture.key for m in used(instance.mesh) if m.texture and m.texture.key.startswith("cabin")]
                assert glow != still and known[instance.id]["lights"] == ("off" if still else "on")
                assert cabins and all(key.endswith("/0") == still for key in cabins)
                if still:
                    assert known[instance.id]["brake_lights"] == known[instance.id]["turn_lights"] == "off"
                parked, driven = parked + still, driven + (not still)
    assert parked > 5 and driven > 5


def used(mesh: Mesh) -> list:  # type: ignore[type-arg]
    return [mesh.palette[k] for k in np.unique(mesh.materials)]


@pytest.mark.parametrize("detail", [0, 1])
def test_wheels_roll_as_far_as_the_vehicle_travels(detail: int) -> None:
    look = sample_model(rng_for(0, "wheels"), "hatchback")
    scene, _ = turner("left", look)
    actor: Actor = scene.actors[0]
    state = initial_state(compile_world([scene]))
    view = resolve_camera(scene.cameras[0], scene, state)
    builder, rig, way = StageBuilder(scene), vehicle_rig(look, detail), 0.11
    state = replace(state, steering=np.zeros_like(state.steering))
    meshes = []
    for travelled in (actor.start, actor.start + way):
        now = replace(state, travelled=np.full_like(state.travelled, travelled))
        mesh, _known = builder._vehicle(0, look, now, detail)
        meshes.append(mesh.positions.astype(float))
    assert np.array_equal(meshes[0][: rig.spans[0]], meshes[1][: rig.spans[0]])
    wheels = [mesh[rig.spans[0] :].reshape(4, -1, 3) - rig.hubs[:, None] for mesh in meshes]
    for before, after in zip(*wheels, strict=True):
        far = np.hypot(before[:, 0], before[:, 2]) > 0.3 * look.wheel_radius
        a, b = before[far], after[far]
        angle = np.arctan2(a[:, 2], a[:, 0]) - np.arctan2(b[:, 2], b[:, 0])  # the top moves forward
        assert wrap_angle(angle) == pytest.approx(way / look.wheel_radius, abs=1e-3)
    assert view.width


def test_steered_wheels_point_where_the_state_says() -> None:
    look = sample_model(rng_for(0, "wheels"), "saloon")
    rig, front = vehicle_rig(look, 0), axles(look)[0]
    straight, steered = (vehicle(look, 0, DARK, angle, 1.0).positions for angle in (0.0, 0.31))
    wheels = [mesh[rig.spans[0] :].reshape(4, -1, 3) for mesh in (straight, steered)]
    assert rig.hubs[:2, 0] == pytest.approx(front) and np.array_equal(wheels[0][2:], wheels[1][2:])
    for k in (0, 1):
        a, b = wheels[0][k] - rig.hubs[k], wheels[1][k] - rig.hubs[k]
        far = np.hypot(a[:, 0], a[:, 1]) > 0.1
        turn = np.arctan2(b[far, 1], b[far, 0]) - np.arctan2(a[far, 1], a[far, 0])
        assert wrap_angle(turn) == pytest.approx(0.31, abs=1e-3)


def test_looks_that_differ_in_their_plate_share_the_vertices() -> None:
    look = sample_model(rng_for(0, "plates"), "city")
    other = replace(look, plate=replace(look.plate, text="AB12 CDE"))
    one, two = (vehicle(each, 1, Signs(lamps=True), 0.0, 0.0) for each in (look, other))
    assert one.positions is two.positions and one.palette != two.palette


@pytest.mark.parametrize("behaviour", ["drive", "parked"])
def test_hazard_lights_flash_on_both_sides(behaviour: str) -> None:
    scene, _ = turner("left", LOOKS[0])
    one = replace(scene.actors[0], hazard=True, behaviour=behaviour)
    lit, dark = (seen(replace(scene, actors=(one,)), 1, time) for time in (0.01, 0.01 + 0.5 / FLASH))
    if lit[1].attributes["turn_lights_lit"] == "off":
        lit, dark = dark, lit
    assert [found[1].attributes["turn_lights_lit"] for found in (lit, dark)] == ["on", "off"]
    assert {found[1].attributes["turn_lights"] for found in (lit, dark)} == {"hazard"}
    changed = np.nonzero(np.abs(lit[0].rgb - dark[0].rgb).max(2) > 0.2)[1]
    middle = float(np.flatnonzero((lit[0].instance == lit[1].id).any(0)).mean())
    assert (changed < middle).sum() > 6 and (changed > middle).sum() > 6


def test_scene_files_switch_hazard_lights_on(tmp_path: Path) -> None:
    path = tmp_path / "hazard.yaml"
    text = "format: 1\nextends: library/street\nparked: {occupancy: 1, hazards: 0.3}\n"
    path.write_text(text + "actors: [{kind: van, position: [0, -1.6], hazard: true}]\n")
    actors = load(path).sample(0).actors
    assert actors[0].hazard
    parked = [one.hazard for one in actors if one.behaviour == "parked" and one.kind in VEHICLES][1:]
    assert 0.1 < np.mean(parked) < 0.5
    path.write_text(text + "actors: [{kind: pedestrian, position: [0, 0], hazard: true}]\n")
    with pytest.raises(SceneError, match=r"hazard.yaml:4 actors\[0\].hazard: a pedestrian has no hazard lights"):
        load(path)
