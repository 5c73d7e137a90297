"""The rigid-body engine against closed formulas; determinism by hash; misuse is refused."""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents import POLICIES
from scenes.geometry import posed, quaternion_of, rotation_of, transform, world_from_model
from scenes.kinds import Kind
from scenes.props import PropLook
from scenes.seeds import rng_for
from scenes.types import Actor, Prop, Scene
from scenes.vehicles import sample_vehicle
from sim import masses
from sim.bullet_client import Client, box, build
from sim.bullet_ground import lay_ground
from sim.bullet_person import SLACK
from sim.engine import ENGINES, engine_for
from sim.masses import GRAVITY, TYRE_FRICTION
from sim.people_gait import Gait
from sim.people_joints import HINGES, PARTS, angles_of, limp_moves, part_turns
from sim.people_pose import bone_pose
from sim.people_skeleton import HEAD, PELVIS, Skeleton
from sim.rollout import rollout
from sim.world import State, compile_world
from tests.test_sim import car, make, walker

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

pytest.importorskip(
    "pybullet", reason="pybullet is not installed (extra `bullet`): the rigid-body engine is not tested"
)

ROOT = Path(__file__).resolve().parent.parent
DT = 0.05
ROAD = np.array([[0.0, -20.0], [400.0, -20.0]])  # far from the pavement of `make`


def on_road(number: int, start: float, speed: float) -> Actor:
    return car(number, start, speed, max(speed, 1.0), ROAD)


def scene_of(*actors: Actor, props: tuple[Prop, ...] = ()) -> Scene:
    return replace(make(actors), props=props, physics="bullet")


def run(scene: Scene, controls: list[tuple[float, float]], steps: int, engine: str = "bullet") -> list[State]:
    """States of a scene whose actors all keep their controls."""
    motor = ENGINES[engine]()
    states = [motor.start(compile_world([scene]))]
    held = np.array([controls], np.float32)
    for _ in range(steps):
        states.append(motor.step(states[-1], held, DT))
    return states


def path_of(states: list[State], a: int = 0) -> np.ndarray:
    return np.array([state.position[0, a] for state in states], np.float64)


def head_height(state: State, actor: Actor, a: int) -> float:
    """Height of the joint below the skull of a limp person, m."""
    assert state.rigid is not None
    skeleton = Skeleton(actor.look, 0.2)  # type: ignore[arg-type]
    moves = limp_moves(skeleton, state.rigid.joints[0, a])
    joint = moves[HEAD, :, :3] @ skeleton.joints[HEAD] + moves[HEAD, :, 3]
    pose = posed(state.position[0, a], state.rigid.orientation[0, a])
    return float(transform(pose, joint - skeleton.joints[PELVIS])[2])


def digest(states: list[State], world: int = 0, actors: int = 2) -> str:
    text = hashlib.sha256()
    for state in states:
        for name in ("position", "heading", "speed", "yaw_rate", "alive"):
            text.update(np.ascontiguousarray(getattr(state, name)[world, :actors]).tobytes())
        for name in ("orientation", "velocity", "joints", "limp"):
            text.update(np.ascontiguousarray(getattr(state.rigid, name)[world, :actors]).tobytes())
    return text.hexdigest()


def accident() -> Scene:
    """A car that runs into somebody who crosses."""
    return scene_of(on_road(1, 85.0, 9.0), walker(2, np.array([[100.0, -18.5], [100.0, -24.0]]), 1.0))


# ---------------------------------------------------------------- formulas
def test_free_fall() -> None:
    client = Client()
    body = build(client, 70.0, box(client, (0.2, 0.3, 0.4)), (0.0, 0.0, 100.0), (0.0, 0.0, 0.0, 1.0))
    heights = []
    for _ in range(480):
        client.stepSimulation()
        heights.append(client.getBasePositionAndOrientation(body)[0][2])
    for t in (0.5, 1.0, 2.0):
        # the solver's semi-implicit Euler rule falls g t dt / 2 further
        assert 100.0 - heights[round(240 * t) - 1] == pytest.approx(0.5 * GRAVITY * t * t + GRAVITY * t / 480, rel=1e-6)


@pytest.mark.parametrize("direction", [0.0, 0.4, math.pi / 4])
def test_a_sliding_box_stops_after_v2_over_2_mu_g_in_every_direction(direction: float) -> None:
    client, speed = Client(), 8.0
    lay_ground(client, make(()))
    body = build(client, 50.0, box(client, (0.5, 0.5, 0.2)), (0.0, -50.0, 0.2), (0.0, 0.0, 0.0, 1.0))
    client.changeDynamics(body, -1, lateralFriction=0.8)
    client.resetBaseVelocity(body, (speed * math.cos(direction), speed * math.sin(direction), 0.0))
    for _ in range(400):
        client.stepSimulation()
    x, y, _ = client.getBasePositionAndOrientation(body)[0]
    assert math.hypot(x, y + 50.0) == pytest.approx(speed**2 / (2 * 0.8 * GRAVITY), rel=0.01)
    assert math.atan2(y + 50.0, x) == pytest.approx(direction, abs=0.01)


@pytest.mark.parametrize("speed", [6.0, 14.0])
def test_a_car_with_locked_wheels_slides_v2_over_2_mu_g(speed: float) -> None:
    path = path_of(run(scene_of(on_road(1, 50.0, speed)), [(-30.0, 0.0)], 80))
    assert path[-1, 0] - path[0, 0] == pytest.approx(speed**2 / (2 * TYRE_FRICTION * GRAVITY), rel=0.03)
    assert path[-1, 0] == pytest.approx(path[-2, 0], abs=1e-3)


@pytest.mark.parametrize(("speed", "braking"), [(5.0, 2.0), (13.9, 4.0), (20.0, 6.5)])
def test_braking_distance_follows_the_wanted_deceleration(speed: float, braking: float) -> None:
    states = run(scene_of(on_road(1, 50.0, speed)), [(-braking, 0.0)], 160)
    path = path_of(states)
    assert path[-1, 0] - path[0, 0] == pytest.approx(speed**2 / (2 * braking), rel=0.03)
    nod = np.degrees([2 * state.rigid.orientation[0, 0, 1] for state in states if state.rigid])
    assert 0.3 < nod.max() < 4.0 and nod.min() > -1.5  # the nose goes down under the brakes


def test_driving_force_gives_the_wanted_acceleration() -> None:
    last = run(scene_of(on_road(1, 50.0, 2.0)), [(1.5, 0.0)], 80)[-1]
    assert float(last.speed[0, 0]) == pytest.approx(2.0 + 1.5 * 80 * DT, rel=0.01)


def test_tyres_give_no_more_than_mu_g() -> None:
    states = run(scene_of(on_road(1, 50.0, 20.0)), [(0.0, -0.35)], 60)
    velocity = np.array([state.rigid.velocity[0, 0, :2] for state in states if state.rigid], np.float64)
    pull = np.linalg.norm(np.diff(velocity, axis=0), axis=1) / DT
    assert pull.max() < 1.05 * TYRE_FRICTION * GRAVITY  # where the single-track model would need 57 m/s2
    assert pull.max() > 0.8 * TYRE_FRICTION * GRAVITY


@pytest.mark.parametrize("steering", [0.08, 0.25, -0.4])
def test_a_slow_turn_has_the_radius_of_the_kinematic_engine(steering: float) -> None:
    radii = {}
    for engine in ENGINES:
        path = path_of(run(scene_of(on_road(1, 50.0, 3.0)), [(0.0, steering)], 100, engine))[30:, :2]
        rows = np.concatenate([2 * path, np.ones((len(path), 1))], 1)
        x, y, rest = np.linalg.lstsq(rows, (path**2).sum(1), rcond=None)[0]
        radii[engine] = math.sqrt(rest + x * x + y * y)
    assert radii["bullet"] == pytest.approx(radii["kinematic"], rel=0.03)


def test_equal_cars_that_meet_go_on_with_half_the_speed() -> None:
    mover = on_road(1, 50.0, 8.0)
    target = replace(mover, id=2, start=55.5, speed=0.0)
    states = run(scene_of(mover, target), [(0.0, 0.0), (0.0, 0.0)], 30)
    after = states[-1]
    assert float(after.speed[0].sum()) == pytest.approx(8.0, rel=0.03)  # momentum
    assert 3.6 < float(after.speed[0, 1]) < 5.5  # e = 0 gives 4


def test_a_kerb_lifts_the_wheels_one_after_the_other() -> None:
    climber = car(1, 0.0, 4.0, 4.0, np.array([[50.0, -4.0], [50.0, 20.0]]))
    states = run(scene_of(climber), [(0.3, 0.0)], 60)
    path = path_of(states)
    nose = [float(rotation_of(state.rigid.orientation[0, 0])[2, 0]) for state in states if state.rigid]
    assert max(nose) > 0.02  # front wheels up, rear ones still down
    on_top = path[(path[:, 1] > 5.3) & (path[:, 1] < 5.8), 2]
    assert len(on_top) and on_top == pytest.approx(0.12, abs=0.06)


# ---------------------------------------------------------------- people and things
def test_a_person_who_is_hit_falls_and_the_joints_hold() -> None:
    scene = accident()
    states = run(scene, [(0.0, 0.0), (0.0, 0.0)], 34)
    before = [state for state in states if state.rigid and not state.rigid.limp[0, 1]]
    limp = [state for state in states if state.rigid and state.rigid.limp[0, 1]]
    kinematic = run(replace(scene, physics="kinematic"), [(0.0, 0.0)] * 2, 34, "kinematic")
    assert len(before) > 10 and len(limp) > 5
    for state, other in zip(before, kinematic, strict=False):
        assert (state.position[0, 1] == other.position[0, 1]).all()  # until then the same walk
    assert sum(len(part.hinges) > 0 for part in PARTS) >= 10
    assert all(beyond_limits(state) < SLACK + 1e-4 for state in limp)


def beyond_limits(state: State) -> float:
    """Largest angle, rad, by which a joint of actor 1 is outside its limits."""
    assert state.rigid is not None
    limits, angles = np.array([(low, high) for _, _, low, high in HINGES]), state.rigid.joints[0, 1]
    return float(np.maximum(limits[:, 0] - angles, angles - limits[:, 1]).max())


def test_who_is_run_over_stays_whole() -> None:
    look = sample_vehicle(rng_for(9, "v", 3), Kind.BUS)
    bus = replace(on_road(1, 80.0, 10.0), look=look, size=look.size, kind=Kind.BUS)
    scene = scene_of(bus, accident().actors[1])
    states = run(scene, [(0.0, 0.0), (0.0, 0.0)], 90)
    assert states[-1].rigid is not None and states[-1].rigid.limp[0, 1]
    assert max(beyond_limits(state) for state in states) < SLACK + 1e-4
    assert path_of(states, 1)[:, 2].max() < 2.5
    assert float(np.linalg.norm(path_of(states, 0)[-1, 1] + 20.0)) < 1.5 and 5.0 < float(states[-1].speed[0, 0]) < 10.1


def test_who_was_knocked_over_lies_on_the_ground() -> None:
    scene = accident()
    motor = ENGINES["bullet"]()
    state = motor.start(compile_world([scene]))
    for k in range(140):
        brake = -6.0 if k > 30 else 0.0
        state = motor.step(state, np.array([[(brake, 0.0), (0.0, 0.0)]], np.float32), DT)
    assert state.rigid is not None and state.rigid.limp[0, 1]
    assert float(state.speed[0, 1]) < 0.1
    assert head_height(state, scene.actors[1], 1) < 0.45
    assert 0.05 < float(state.position[0, 1, 2]) < 0.4  # the pelvis


def test_nobody_falls_without_a_touch() -> None:
    beside = walker(2, np.array([[100.0, -17.0], [100.0, -17.2], [130.0, -17.2]]), 1.0)
    states = run(scene_of(on_road(1, 85.0, 9.0), beside), [(0.0, 0.0)] * 2, 40)
    assert not any(state.rigid.limp.any() for state in states if state.rigid)
    assert float(states[-1].speed[0, 0]) == pytest.approx(9.0, rel=0.01)


def test_a_cone_is_knocked_over_and_a_bollard_is_not() -> None:
    cone = Prop(PropLook("cone").kind, PropLook("cone", 0.35, 0.35, 0.7), np.array([70.0, -20.0, 0.0]), 0.0)
    far = replace(cone, position=np.array([20.0, -30.0, 0.0]))
    post = Prop(PropLook().kind, PropLook("bollard", 0.2, 0.2, 1.0), np.array([90.0, -20.0, 0.0]), 0.0)
    states = run(scene_of(on_road(1, 55.0, 8.0), props=(cone, far, post)), [(0.0, 0.0)], 100)
    last = states[-1].rigid
    assert last is not None
    assert float(np.linalg.norm(last.props[0, 0, :2] - [70.0, -20.0])) > 1.0
    assert last.props[0, 1, :3] == pytest.approx([20.0, -30.0, 0.0]) and last.props[0, 2, 0] == 90.0
    nose = path_of(states)[:, 0].max() + on_road(1, 55.0, 8.0).size[0] / 2
    assert nose < 90.1 and float(states[-1].speed[0, 0]) < 0.5  # the post holds the car


def test_a_parked_car_gets_a_body_when_something_comes_near_and_is_pushed() -> None:
    def parked(number: int, x: float, y: float) -> Actor:
        spot = np.array([[x, y]])
        return replace(on_road(number, 0.0, 0.0), path=spot, desired_speed=0.0, behaviour="parked")

    motor = ENGINES["bullet"]()
    world = compile_world([scene_of(on_road(1, 50.0, 9.0), parked(2, 70.0, -20.3), parked(3, 60.0, -23.0))])
    states = [motor.start(world)]
    for _ in range(60):
        states.append(motor.step(states[-1], np.zeros((1, 3, 2), np.float32), DT))
    path = path_of(states, 1)
    assert (path[:20] == path[0]).all() and path[-1, 0] > 71.0
    assert (path_of(states, 2) == path_of(states, 2)[0]).all()
    assert set(motor._worlds[0].cars) == {0, 1}  # type: ignore[attr-defined]


def test_masses_add_up() -> None:
    for sex in (0, 1):
        total = sum(
            shares[sex] * (1 if name in ("pelvis", "torso", "head") else 2)
            for name, shares in masses.SEGMENT_SHARES.items()
        )
        assert total == pytest.approx(1.0, abs=0.002)
    look = on_road(1, 0.0, 1.0).look
    assert 700.0 < masses.vehicle_mass(look) < 2200.0  # type: ignore[arg-type]
    assert 8.0 < masses.person_mass(walker(2, ROAD, 1.0).look) < 120.0  # type: ignore[arg-type]


def test_angles_go_to_turns_and_back() -> None:
    skeleton = Skeleton(walker(3, ROAD, 1.3).look, 0.2)  # type: ignore[arg-type]
    rotation, _ = bone_pose(skeleton, Gait(0.3, 1.3))
    angles = angles_of(skeleton, rotation)
    turns = part_turns(angles)
    for number, part in enumerate(PARTS):
        if part.segment in ("torso", "thigh", "shin"):
            wanted = rotation[PELVIS].T @ rotation[part.lead]
            assert math.acos(min(1.0, (np.trace(wanted.T @ turns[number]) - 1) / 2)) < 0.12, part.name
    assert limp_moves(skeleton, np.zeros(len(HINGES)))[:5, :, :3] == pytest.approx(np.stack([np.eye(3)] * 5))


def test_quaternions_are_rotations() -> None:
    for heading, pitch, roll in ((0.3, 0.1, -0.2), (3.0, 1.2, 2.5), (-2.0, -0.4, 3.1)):
        matrix = world_from_model(np.zeros(3), heading, pitch, roll)[:3, :3]
        assert rotation_of(quaternion_of(matrix)) == pytest.approx(matrix, abs=1e-12)


# ---------------------------------------------------------------- the engine as a whole
def test_the_same_scene_gives_the_same_bytes_alone_in_a_batch_and_in_another_process() -> None:
    controls = [(0.0, 0.0), (0.0, 0.0)]
    first, second = (digest(run(accident(), controls, 50)) for _ in range(2))
    code = (
        "from tests.test_bullet import *\n"
        "print(digest(run(accident(), [(0.0, 0.0), (0.0, 0.0)], 50)))"
    )  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert first == second == done.stdout.strip()
    other = scene_of(
        on_road(1, 60.0, 5.0), on_road(3, 90.0, 8.0), walker(4, np.array([[10.0, -5.0], [20.0, -5.0]]), 1.0)
    )
    motor = ENGINES["bullet"]()
    states = [motor.start(compile_world([other, accident()]))]
    for _ in range(50):
        states.append(motor.step(states[-1], np.zeros((2, 3, 2), np.float32), DT))
    assert digest(states, 1) == first


def test_a_foreign_state_is_refused() -> None:
    world = compile_world([scene_of(on_road(1, 50.0, 5.0))])
    motor, controls = ENGINES["bullet"](), np.zeros((1, 1, 2), np.float32)
    early = motor.start(world)
    late = motor.step(early, controls, DT)
    for foreign in (early, replace(late), ENGINES["kinematic"]().start(world)):
        with pytest.raises(ValueError, match="continues only from the state that it returned last"):
            motor.step(foreign, controls, DT)
    motor.step(late, controls, DT)


def test_one_scene_runs_in_both_engines_on_nearly_the_same_path() -> None:
    bend = np.concatenate(
        [
            np.stack([np.linspace(0.0, 30.0, 16), np.full(16, -20.0)], -1),
            [[30 + 15 * math.sin(t), -35 + 15 * math.cos(t)] for t in np.linspace(0.1, 1.5, 15)],
        ]
    )
    scene = make(
        (
            car(1, 5.0, 4.0, 5.0, bend),
            car(2, 16.0, 4.0, 4.0, bend),
            walker(3, np.array([[50.0, 5.0], [80.0, 5.0]]), 1.2),
        )
    )
    times = [0.5 * k for k in range(1, 15)]
    plain = rollout([scene], POLICIES["rule"](), times)
    rigid = rollout([replace(scene, physics="bullet")], POLICIES["rule"](), times)
    for one, two in zip(plain, rigid, strict=True):
        assert np.linalg.norm(one.position[0] - two.position[0], axis=-1).max() < 0.5
        assert (one.position[0, 2] == two.position[0, 2]).all()


def test_scenes_of_one_batch_must_agree_on_the_physics() -> None:
    scene = scene_of(on_road(1, 50.0, 5.0))
    with pytest.raises(ValueError, match="bullet, kinematic"):
        engine_for([scene, replace(scene, physics="kinematic")])


def test_without_pybullet_one_line_names_the_extra() -> None:
    code = "import sys; sys.modules['pybullet'] = None\nfrom sim.engine import ENGINES\nENGINES['bullet']()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "RuntimeError: physics: bullet needs the package pybullet" in done.stderr
    assert "skidpad[bullet]" in done.stderr
