"""People who stand look around, people at roads look for traffic, people with telephones look at these."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderers.assemble import StageBuilder
from renderers.people import person_mesh
from renderers.people_skin import skinned
from renderers.views import resolve_camera
from scenes.files import load
from scenes.people import PersonLook, sample_person
from scenes.population_people import person
from scenes.seeds import rng_for
from scenes.types import Crossing
from sim.people_company import gait_of
from sim.people_gait import Gait
from sim.people_glances import glance, head_turn, kerbs
from sim.people_pose import bone_pose
from sim.people_skeleton import CHEST, HEAD
from sim.world import compile_world, initial_state

TIMES = np.arange(0.0, 120.0, 0.02)


@pytest.mark.parametrize("alert", [False, True])
def test_glances_are_quick_turns_between_rests(alert):
    for seed in range(8):
        angles = np.array([glance(seed, float(t), alert) for t in TIMES])
        rates = np.abs(np.diff(angles)) / 0.02
        resting = rates < 1e-9
        assert 0.6 < resting.mean() < 0.97
        assert 1.0 < rates.max() < 8.0  # rad/s; people reach 5 to 8 rad/s (Zangemeister and Stark 1982)
        assert angles.max() > 0.3 and angles.min() < -0.3
        assert np.abs(angles).max() < 1.2
    assert glance(3, 7.7, alert) == glance(3, 7.7, alert)
    assert len({round(glance(seed, 5.0, alert), 6) for seed in range(20)}) > 8


def test_traffic_is_looked_for_to_the_left_and_to_the_right_in_turns():
    angles = np.array([glance(5, float(t), True) for t in TIMES])
    far = angles[np.abs(angles) > 0.7]
    assert len(far) > 0.4 * len(angles)
    assert np.count_nonzero(np.diff(np.sign(far))) > 20


def test_whoever_comes_to_a_kerb_looks_both_ways():
    line, z = np.stack([np.arange(0.0, 12.1, 0.5), np.zeros(25)], -1), np.full(25, 0.12)
    z[12:18] = 0.0
    looked = 0
    for seed in range(30):
        look = replace(sample_person(rng_for(seed, "kerb")))
        look = replace(look, manner=replace(look.manner, carry="swing"))
        walker = person(look, line, z, 0.0, 1.3, 0.0, 0.0)
        assert kerbs(walker) == (6.0,)
        turns = np.array(
            [head_turn(walker, (), line[0], (0.0, 1.3, float(s), 0.0)) for s in np.arange(0.0, 12.0, 0.05)]
        )
        assert np.abs(np.diff(turns)).max() < 0.25
        assert not turns[: int(2.4 / 0.05)].any()
        assert not turns[int(6.1 / 0.05) :].any()
        if turns.any():
            looked += 1
            assert turns.max() > 0.7
            assert turns.min() < -0.7
    assert 15 < looked < 30


def test_people_at_a_crossing_are_alert_and_people_with_telephones_look_down():
    road = Crossing(1, np.array([1.0, 0.0]), np.array([8.0, 0.0]), 3.0)
    look = sample_person(rng_for(2, "waits"), age_group="adult")
    turns = {}
    for stance in ("relaxed", "texting"):
        own = replace(look, manner=replace(look.manner, stance=stance))
        waits = person(own, np.zeros((1, 2)), np.zeros(1), 0.0, 0.0, 0.0, 0.0)
        for crossings in ((road,), ()):
            turns[stance, len(crossings)] = [
                abs(head_turn(waits, crossings, np.zeros(3), (float(t), 0.0, 0.0, 0.0))) for t in TIMES[::10]
            ]
    assert np.mean(turns["relaxed", 1]) > 1.5 * np.mean(turns["relaxed", 0]) > 0.1
    assert max(turns["texting", 1]) == 0.0
    texting = person_mesh(replace(look, manner=replace(look.manner, stance="texting", stoop=0.0)), 2)
    rotation, _ = bone_pose(texting.skeleton, Gait(0.0, 0.0, "stand"))
    assert np.degrees(np.arcsin(-rotation[HEAD][2, 0])) > 20.0


def test_shoulders_follow_a_little_and_feet_stay():
    rest = person_mesh(sample_person(rng_for(4, "turns"), age_group="adult"), 1)
    poses = [bone_pose(rest.skeleton, Gait(0.0, 0.0, "stand", head_turn=turn)) for turn in (0.0, 0.9)]
    turned = [np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0]) for rotation, _ in poses]
    assert turned[1][HEAD] - turned[0][HEAD] > 0.5
    assert 0.05 < turned[1][CHEST] - turned[0][CHEST] < 0.3
    assert np.allclose(poses[0][1][13:], poses[1][1][13:], atol=1e-9)  # shins, feet
    assert skinned(rest, np.zeros((19, 3, 4))).positions.shape == rest.mesh.positions.shape


def test_the_label_tells_where_the_head_points():
    scene = load("pavement").sample(0, 0)
    state = initial_state(compile_world([scene]))
    view = resolve_camera(scene.cameras[0], scene, state)
    directions = []
    for time in (0.0, 2.5, 5.0):
        later = replace(state, time=np.full_like(state.time, time))
        _, subjects = StageBuilder(scene).at(later, view)
        standing = {
            one.id: k for k, one in enumerate(scene.actors) if isinstance(one.look, PersonLook) and one.speed == 0.0
        }
        directions.append({s.id: s.body.head for s in subjects if s.id in standing and s.body is not None})
        for number, k in standing.items():
            assert gait_of(scene, later, k).head_turn == gait_of(scene, later, k).head_turn, number
    moved = [number for number in directions[0] if directions[0][number] != directions[1].get(number)]
    assert len(directions[0]) >= 2
    assert len(moved) >= len(directions[0]) / 2
