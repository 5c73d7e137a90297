"""Cyclists and motorcyclists: pose, places, labels, traffic."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from agents.rules import RuleDriver
from renderers.assemble import StageBuilder
from renderers.labels import label_frame
from renderers.riders import machine_mesh, rested, rider_mesh
from renderers.vehicles_paint import DARK
from scenes.cycles import CYCLES, CycleLook, sample_cycle
from scenes.errors import SceneError
from scenes.files import load
from scenes.kinds import Kind
from scenes.seeds import rng_for
from scenes.types import Scene
from sim.people_pose import bone_moves
from sim.people_ride import Ride, ball_of, lean_of, riding_pose, steered
from sim.people_rotate import turn_x
from sim.people_skeleton import ARM, LEG, SIDES, Skeleton
from sim.rollout import rollout
from sim.world import compile_world, initial_state
from skidpad.render import shoot
from tests.scene_contacts import drive

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

RIDES = (Ride(3.7, 5.0), Ride(9.0, 6.0, 0.05, 0.5), Ride(2.0, 0.0))
LOOKS = [sample_cycle(rng_for(5, "cycles", k), Kind.BICYCLE if k < 14 else Kind.MOTORCYCLE) for k in range(22)]


@cache
def samples(count: int) -> list[Scene]:
    template = load("cyclists")
    return [template.sample(k) for k in range(count)]


def street(tmp_path: Path, text: str) -> Scene:
    file = tmp_path / "scene.yaml"
    file.write_text("format: 1\n" + text)
    return load(file).sample(0)


def test_every_model_is_drawn() -> None:
    assert {look.model for look in LOOKS} == set(CYCLES)
    assert 0 < sum(look.helmet for look in LOOKS[:14]) < 14
    assert all(look.helmet for look in LOOKS[14:])


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.model}-{look.rider.height:.2f}")
def test_hands_are_on_the_grips_and_feet_on_the_pedals(look: CycleLook) -> None:
    skeleton = Skeleton(look.rider, 0.17)
    for travelled in np.linspace(0.0, 6.0, 9):
        ride = Ride(float(travelled), 5.0, 0.1, 0.2)
        _, joints = riding_pose(skeleton, look, ride)
        for side in SIDES:
            grip = steered(look, np.array(look.grip) * (1, side, 1), ride.steering)
            assert np.linalg.norm(joints[ARM[side] + 2] - grip) < 0.10
            ball, _ = ball_of(look, ride, side)
            assert np.linalg.norm(joints[LEG[side] + 3] - ball) < 0.02
            knee = joints[LEG[side] + 1]
            assert knee[0] > joints[LEG[side]][0] and knee[2] > ball[2]


@pytest.mark.parametrize("look", LOOKS[::3], ids=lambda look: look.model)
@pytest.mark.parametrize("ride", RIDES, ids=("straight", "curve", "stop"))
def test_wheels_and_a_propped_foot_touch_the_ground(look: CycleLook, ride: Ride) -> None:
    lean = turn_x(-lean_of(look, ride))
    wheels = machine_mesh(look, ride, 0, DARK).positions @ lean.T
    assert abs(wheels[:, 2].min()) < 0.01
    assert lean_of(look, ride) > 0.25 or ride.yaw_rate == 0.0
    skeleton = rested(look, 0)[0].skeleton
    moves = bone_moves(skeleton, *riding_pose(skeleton, look, ride))
    soles = (rider_mesh(look, moves, 0).positions @ lean.T)[:, 2].min()
    assert (-0.01 < soles < 0.01) if ride.speed == 0.0 else soles > 0.04, soles


def test_cranks_turn_with_the_way() -> None:
    look = LOOKS[0]
    turn = look.measures.gear
    assert np.allclose(ball_of(look, Ride(1.0), 1)[0], ball_of(look, Ride(1.0 + turn), 1)[0])
    heights = [ball_of(look, Ride(way), side)[0][2] for way, side in ((turn / 4, 1), (0.0, 1), (turn / 4, -1))]
    assert heights == sorted(heights)


def test_samples_have_cyclists_on_the_road_with_ids_of_their_own() -> None:
    for scene in samples(30):
        ids = [actor.id for actor in scene.actors] + [signal.id for signal in scene.signals]
        ids += [actor.rider for actor in scene.actors if actor.rider is not None]
        assert len(set(ids)) == len(ids)
        for actor in scene.actors:
            assert (actor.rider is not None) == isinstance(actor.look, CycleLook)
            assert actor.kind is not Kind.BICYCLE or 2.0 <= actor.desired_speed <= 12.0
    assert sum(actor.kind is Kind.BICYCLE for scene in samples(30) for actor in scene.actors) > 100
    assert sum(actor.kind is Kind.MOTORCYCLE for scene in samples(30) for actor in scene.actors) > 5


def test_cyclists_ride_without_contacts() -> None:
    scenes = samples(5)
    states, found = drive(scenes, 10.0)
    assert [str(contact) for contact in found] == []
    moved = [
        float(states[-1].travelled[b, a] - states[0].travelled[b, a])
        for b, scene in enumerate(scenes) for a, actor in enumerate(scene.actors) if actor.kind is Kind.BICYCLE
    ]  # fmt: skip
    assert np.median(moved) > 20.0


@pytest.mark.parametrize(("lane", "slow"), [("none", True), ("right", False)])
def test_a_car_stays_behind_a_cyclist_but_passes_a_cycle_lane(tmp_path: Path, lane: str, slow: bool) -> None:
    own = -1.6 - 1.1 if slow else -3.2 - 0.8
    scene = street(
        tmp_path,
        f"roads: {{length: 200, parking: none, cycle_lane: {lane}}}\n"
        "vehicles: {moving: false}\npeople: {density: 0}\n"
        f"actors:\n  - {{kind: bicycle, position: [-60, {own}], speed: 4, distance: 150}}\n"
        "  - {kind: car, position: [-85, -1.6], speed: 10, distance: 175}\n"
        "cameras: [{kind: fixed}]\n",
    )
    bicycle, car = 0, 1
    states = rollout([scene], RuleDriver(), [0.5 * k for k in range(33)])
    ahead = [float(state.position[0, bicycle, 0] - state.position[0, car, 0]) for state in states]
    assert (min(ahead) > 3.0) is slow
    assert abs(float(states[-1].speed[0, bicycle]) - 4.0) < 0.3
    assert abs(float(states[-1].position[0, bicycle, 1]) - own) < 0.05


def test_machine_and_rider_are_labelled_apart_and_name_each_other(tmp_path: Path) -> None:
    scene = street(
        tmp_path,
        "roads: {layout: square, pavement: 12}\npeople: {density: 0}\n"
        "actors: [{kind: bicycle, position: [0, 0], speed: 4}, {kind: motorcycle, position: [0, 3]}]\n"
        "cameras: [{kind: fixed, position: [-1, -8], heading: 80, width: 320, height: 240}]\n",
    )
    state = initial_state(compile_world([scene]))
    shot = shoot(StageBuilder(scene), scene.cameras[0], state, 0)
    labels = {label.id: label for label in label_frame(shot.drawn, shot.subjects)}
    for actor in scene.actors:
        assert actor.rider is not None
        machine, rider = labels[actor.id], labels[actor.rider]
        assert (machine.kind, rider.kind) == (actor.kind, Kind.RIDER)
        assert machine.attributes["rider"] == str(actor.rider)
        assert rider.attributes["vehicle"] == str(actor.id)
        assert machine.visible_pixels > 150 and rider.visible_pixels > 150
        assert rider.centre[2] > machine.centre[2] + 0.2
        assert math.isclose(rider.centre[0], machine.centre[0], abs_tol=0.6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("roads: {layout: junction}\nvehicles: {cyclists: 3}\n", "vehicles.cyclists: needs `layout: street`"),
        ("physics: bullet\nvehicles: {cyclists: 3}\n", "vehicles.cyclists: `physics: bullet` has no bodies"),
        ("physics: bullet\nactors: [{kind: bicycle, position: [0, 0]}]\n", r"actors\[0\].kind: `physics: bullet`"),
        ("vehicles: {cyclists: 21}\n", "vehicles.cyclists"),
    ],
)
def test_where_nobody_can_ride_is_told(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SceneError, match=message):
        street(tmp_path, text)
