"""Walking and running: feet on the ground stay where they are, nobody floats or sinks, runners fly."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from renderers.people import Gait, person_mesh, pose_person
from scenes.files import load
from scenes.kinds import Kind
from scenes.people import PersonLook, sample_person, stride_length
from scenes.population_company import dressed_to_run
from scenes.seeds import rng_for
from scenes.types import Scene
from sim.people_company import gait_of
from sim.people_gait import pace_of, rhythm, running
from sim.people_pose import bone_pose
from sim.people_skeleton import ARM, CHEST, LEG, PELVIS, Skeleton
from sim.rollout import rollout
from skidpad.drivers import cast
from tests.sizes import size

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

SPEEDS = (0.5, 0.8, 1.1, 1.4, 1.8, 2.1, 2.3, 2.6, 3.0, 3.5, 4.0)
SLIDE = 0.02  # m
OFF = 0.01  # m


def soles(skeleton: Skeleton, gait: Gait) -> dict[tuple[int, str], np.ndarray]:
    """Heel and ball of both feet, model frame, m."""
    rotation, joints = bone_pose(skeleton, gait)
    heel = np.array([skeleton.foot[0], 0.0, -skeleton.ankle])
    found = {}
    for side, leg in LEG.items():
        found[side, "heel"] = joints[leg + 2] + rotation[leg + 2] @ heel
        found[side, "ball"] = joints[leg + 3]
    return found


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("age_group", ["child", "teen", "adult", "senior"])
def test_feet_on_the_ground_do_not_slide_at_any_speed(age_group, speed):
    for seed in range(2):
        look = sample_person(rng_for(seed, "slides"), age_group=age_group)
        skeleton, stride, duty = Skeleton(look, 0.15), stride_length(look, speed), rhythm(look, speed).duty
        tracks: dict[tuple[int, str], list[np.ndarray]] = {}
        for number in range(48):
            phase = number / 48
            for (side, name), spot in soles(skeleton, Gait(phase, speed)).items():
                share = ((phase - (0.0 if side > 0 else 0.5)) % 1.0) / duty
                if (share < 0.58) if name == "heel" else (0.14 < share < 1.0):
                    beyond = 1.0 if side < 0 and phase < 0.5 else 0.0
                    tracks.setdefault((side, name), []).append(spot + np.array([stride * (phase + beyond), 0, 0]))
        for track in tracks.values():
            assert np.linalg.norm(np.array(track)[:, :2] - track[0][:2], axis=1).max() < SLIDE
            assert np.abs(np.array(track)[:, 2]).max() < OFF


def test_nobody_floats_or_sinks():
    for seed in range(size(200, 1000)):
        rng = rng_for(seed, "floats")
        look = sample_person(rng)
        gait = Gait(float(rng.random()), float(rng.uniform(0.3, 1.15)) * math.sqrt(9.81 * 0.5 * look.height))
        if seed % 4 == 0:
            gait = replace(gait, behaviour="stand", speed=0.0)
        elif running(look, gait.speed) > 0.0:  # inside the contact of one foot
            gait = replace(gait, phase=0.9 * gait.phase * rhythm(look, gait.speed).duty)
        low = float(pose_person(person_mesh(look, 2), gait).positions[:, 2].min())
        assert abs(low) < OFF, (seed, gait, low)


def walked(scene: Scene) -> list[float]:
    """Slide of every foot on the ground while a scene is played, m."""
    slides = []
    policy, others = cast(scene)
    states = rollout([scene], policy, list(np.arange(60) / 30.0), others)
    for k, actor in enumerate(scene.actors):
        if not isinstance(actor.look, PersonLook) or (
            actor.companion is not None and actor.companion.kind is Kind.WHEELCHAIR
        ):
            continue
        skeleton = person_mesh(actor.look, 2).skeleton
        last: dict[int, tuple[float, np.ndarray]] = {}
        for state in states:
            steady = abs(float(state.speed[0, k]) - actor.desired_speed) < 0.01
            if not (state.alive[0, k] and steady and actor.desired_speed > 0.3):
                last.clear()
                continue
            gait, turn = gait_of(scene, state, k), float(state.heading[0, k])
            duty = rhythm(actor.look, gait.speed).duty
            for side in (1, -1):
                share = ((gait.phase - (0.0 if side > 0 else 0.5)) % 1.0) / duty
                spot = soles(skeleton, gait)[side, "ball"]
                there = np.array([
                    state.position[0, k, 0] + spot[0] * math.cos(turn) - spot[1] * math.sin(turn),
                    state.position[0, k, 1] + spot[0] * math.sin(turn) + spot[1] * math.cos(turn),
                    turn,
                ])  # fmt: skip
                if 0.15 < share < 0.98:
                    begun = last.setdefault(side, (share, there))[1]
                    if begun[2] == turn:
                        slides.append(float(np.hypot(*(there - begun)[:2])))
                else:
                    last.pop(side, None)
    return slides


@pytest.mark.parametrize("name", ["pavement", "pavement-company"])
def test_feet_do_not_slide_while_a_scene_is_played(name):
    slides = np.array(walked(load(name).sample(2)))
    assert len(slides) > 300
    assert slides.max() < SLIDE


def test_strides_of_runners_match_measurements():
    # Cavanagh and Kram 1989: about 2.2 m at 3.0 m/s and 2.8 m at 4.0 m/s; no jump where walking ends
    assert stride_length(1.75, 3.0) == pytest.approx(2.2, abs=0.12)
    assert stride_length(1.75, 4.0) == pytest.approx(2.85, abs=0.12)
    lengths = [stride_length(1.75, v) for v in np.arange(1.5, 3.5, 0.01)]
    assert np.diff(lengths).min() > 0.0 and np.diff(lengths).max() < 0.02


@pytest.mark.parametrize(("age_group", "speed"), [("adult", 3.0), ("child", 2.6), ("adult", 3.6)])
def test_runners_fly_bend_their_elbows_and_lean(age_group, speed):
    look = sample_person(rng_for(3, "runs"), age_group=age_group)
    look = replace(look, bag=replace(look.bag, style="none"), manner=replace(look.manner, carry="swing", stoop=0.03))
    skeleton = Skeleton(look, 0.15)
    assert pace_of(look, speed) > 0.85 and running(look, speed) == 1.0
    lows, hips, knees, hands, elbows, leans = [], [], [], [], [], []
    for phase in np.arange(60) / 60.0:
        rotation, joints = bone_pose(skeleton, Gait(float(phase), speed))
        lows.append(min(spot[2] for spot in soles(skeleton, Gait(float(phase), speed)).values()))
        hips.append(joints[PELVIS, 2])
        knees.append(joints[LEG[1] + 1, 2])
        hands.append(joints[ARM[1] + 2, 0] - joints[PELVIS, 0])
        upper, fore = joints[ARM[1] + 1] - joints[ARM[1]], joints[ARM[1] + 2] - joints[ARM[1] + 1]
        elbows.append(math.degrees(math.acos(upper @ fore / np.linalg.norm(upper) / np.linalg.norm(fore))))
        leans.append(math.degrees(math.asin(-rotation[CHEST][2, 0])))
    assert 0.10 < np.mean(np.array(lows) > 0.003) < 0.55  # two flights in a stride
    assert 0.03 < np.ptp(hips) / look.height / 0.57 < 0.11
    assert 60.0 < np.mean(elbows) < 115.0
    assert np.ptp(hands) > 0.17 * look.height
    assert 3.0 < np.mean(leans) < 15.0
    assert max(knees) > 0.40 * look.height - 0.12 * look.height


def test_some_run_where_a_scene_says_so(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text("format: 1\nextends: library/pavement\npeople: {density: 40, runners: 0.5}\n")
    found = load(path)
    people = [one for k in range(6) for one in found.sample(k).actors if isinstance(one.look, PersonLook)]
    runners = [one for one in people if running(one.look, one.speed) > 0.5]
    assert 8 < len(runners) < 0.7 * len(people)
    assert {one.look.age_group for one in runners} > {"child", "adult"}
    for one in runners:
        assert 0.8 < pace_of(one.look, one.speed) < 1.25 and one.look.manner.carry == "swing"
        assert one.size == one.look.size
    path.write_text("format: 1\nextends: library/pavement\npeople: {density: 40}\n")
    none = [one for k in range(6) for one in load(path).sample(k).actors if isinstance(one.look, PersonLook)]
    assert not [one for one in none if one.speed > 2.6]
    assert [one.start for one in people] == [one.start for one in none]


def test_joggers_wear_sports_clothes():
    for seed in range(20):
        look = dressed_to_run(sample_person(rng_for(seed, "jogs"), age_group="adult"), 0.6, rng_for(seed, "dress"))
        assert look.bottom.shoes == "sneakers" and look.bag.style == "none"
