"""Children by the hand, prams, wheelchairs and dogs: where they are, what they touch, what they are called."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from renderers.assemble import StageBuilder
from renderers.people import person_mesh, pose_person
from renderers.people_company import FINE, company, pushed
from renderers.views import resolve_camera
from scenes.errors import SceneError
from scenes.files import load
from scenes.geometry import transform, world_from_model
from scenes.kinds import CITYSCAPES_ID, COCO_ID, COMPANIONS, Kind
from scenes.lanes import arc_lengths, line_at
from scenes.people import PersonLook, sample_person
from scenes.people_company import BUILDS, Companion, sample_companion
from scenes.population_company import dressed_to_sit
from scenes.population_people import person
from scenes.population_space import PERSONAL, Crowd
from scenes.roads_parts import ground_height
from scenes.seeds import rng_for
from scenes.types import Actor, Scene
from sim.inspection import STRIDE, inspect
from sim.people_company import companion_pose, gait_of
from sim.people_dogs import FORMS, paw, step_of
from sim.people_gait import Gait
from sim.people_pose import bone_pose
from sim.people_skeleton import ARM
from sim.rollout import rollout
from sim.world import State, compile_world, initial_state
from skidpad.drivers import cast

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

NAMES = ("pavement-company", "crossing-company")
SAMPLES = 30
STEP = 0.025  # m, kerb stones are cut in steps


@lru_cache(maxsize=2)
def samples(name: str) -> tuple[Scene, ...]:
    template = load(name)
    return tuple(template.sample(k) for k in range(SAMPLES))


def with_company(name: str, kind: Kind) -> list[tuple[Scene, int]]:
    return [
        (scene, k)
        for scene in samples(name)
        for k, actor in enumerate(scene.actors)
        if actor.companion is not None and actor.companion.kind is kind
    ]


def where(actor: Actor, travelled: float) -> np.ndarray:
    x, y, heading = line_at(actor.path, travelled)
    return companion_pose(actor, travelled, np.array([x, y, 0.0]), heading)


@pytest.mark.parametrize("name", NAMES)
def test_all_kinds_of_company_are_met_and_nothing_is_in_each_other(name: str) -> None:
    found = {actor.companion.kind for scene in samples(name) for actor in scene.actors if actor.companion}
    assert found == COMPANIONS | {Kind.BICYCLE}
    assert any(actor.partner for scene in samples(name) for actor in scene.actors)
    assert [str(fault) for scene in samples(name) for fault in inspect(scene)] == []


@pytest.mark.parametrize("name", NAMES)
def test_wheels_and_paws_stay_on_the_ground_all_the_way(name: str) -> None:
    for scene in samples(name):
        for actor in (a for a in scene.actors if a.companion is not None):
            companion = actor.companion
            assert companion is not None
            half = 0.5 * BUILDS[companion.model].base * companion.scale
            last = float(arc_lengths(actor.path)[-1]) - companion.reach
            poses = [where(actor, s) for s in np.linspace(actor.start, max(last, actor.start), 12)]
            feet = np.array([pose @ [x, 0.0, 0.0, 1.0] for pose in poses for x in (-half, half)])[:, :3]
            ahead = np.array([pose[:2, 0] for pose in poses for _ in (0, 1)])
            ground = np.stack([ground_height(scene.roads, feet[:, :2] + d * ahead) for d in (-STRIDE, 0.0, STRIDE)])
            off = np.maximum(ground.min(0) - feet[:, 2], feet[:, 2] - ground.max(0))
            assert off.max() < STEP, (scene.sample, actor.id, companion.model)
            level = np.ptp(ground, axis=0) < 1e-6
            assert np.abs(feet[level, 2] - ground[1, level]).max(initial=0.0) < 0.01


def test_company_keeps_its_distance_to_everybody_else() -> None:
    for scene, k in with_company("pavement-company", Kind.PRAM):
        own = scene.actors[k]
        for seconds in (0.0, 2.0, 4.0):
            middle = where(own, own.start + own.speed * seconds)[:2, 3]
            for n, other in enumerate(scene.actors):
                if n != k and len(other.path) > 1 and isinstance(other.look, PersonLook):
                    spot = line_at(other.path, other.start + other.speed * seconds)[:2]
                    assert np.hypot(*(middle - spot)) > 0.9 * PERSONAL - 0.25


def square_corner(model: str) -> Actor:
    """Somebody with a companion on a path that turns by 90 degrees after 5 m."""
    path = np.array([[0.0, 0.0], [5.0, 0.0], [5.0, 5.0]])
    look = sample_person(rng_for(0, "corner"), age_group="adult")
    return replace(
        person(look, path, np.zeros(3), 0.0, 1.2, 0.0, 0.0), companion=Companion(model, (0, 0, 0), (0, 0, 0), 1)
    )


@pytest.mark.parametrize("model", ["carrycot", "pushchair"])
def test_a_pram_stays_at_arms_length_round_a_corner(model: str) -> None:
    actor, arm = square_corner(model), BUILDS[model].ahead
    turns = []
    for travelled in np.arange(0.0, 9.0, 0.05):
        x, y, _ = line_at(actor.path, travelled)
        pose = where(actor, travelled)
        assert np.allclose(pose[:2, :2].T @ (pose[:2, 3] - (x, y)), (arm, 0.0), atol=1e-9)
        turns.append(float(np.arctan2(pose[1, 0], pose[0, 0])))
    assert (turns[0], turns[-1]) == pytest.approx((0.0, np.pi / 2))
    assert np.diff(turns).min() >= 0.0 and np.diff(turns).max() < 0.25  # it swings round, it does not jump


def test_nobody_stands_in_the_own_pram_on_the_way_to_a_crossing() -> None:
    assert [str(fault) for fault in inspect(load("crossing-company").sample(40, seed=1))] == []


def test_nothing_that_goes_along_begins_in_a_wall() -> None:
    # the path turns where this walk begins: the pram stood in the house that the corner goes round
    assert [str(fault) for fault in inspect(load("pavement-company").sample(499, seed=0))] == []


def test_a_party_keeps_the_corners_of_its_boxes_off_everybody_else() -> None:
    crowd = Crowd()

    def standing(*spot: float) -> np.ndarray:
        return np.tile(np.array(spot), (len(crowd.times), 1))

    own, other = standing(0.45, 0.45), standing(0.45, 9.0)
    for walk in (standing(0.0, 0.0), own, other):  # the first two are 0.64 m apart: far enough for two on foot
        crowd.add(walk)
    assert not crowd.swap(own, [own], [standing(0.45, 0.45, 0.0, 0.51, 0.32)])
    assert crowd.swap(own, [own], [standing(0.45, 0.62, 0.0, 0.51, 0.32)])
    assert not crowd.swap(other, [standing(9.0, 9.0)], [standing(1.35, 1.12, 0.0, 0.51, 0.32)])  # box against box
    assert not crowd.swap(other, [standing(-0.2, 0.8)], [])  # somebody against a box


def test_without_the_keys_a_scene_stays_as_it_was_and_with_them_nobody_else_moves() -> None:
    for plain, more in zip((load("pavement").sample(k) for k in range(4)), samples("pavement-company"), strict=False):
        assert all(actor.companion is None and actor.partner == 0 for actor in plain.actors)
        assert len({a.companion.id for a in more.actors if a.companion} | {a.id for a in more.actors}) == len(
            more.actors
        ) + sum(a.companion is not None for a in more.actors)
    template = load("pavement")
    spec = template.spec.model_copy(update={"people": template.spec.people.model_copy(update={"dogs": 0.5})})
    with_dogs = replace(template, spec=spec).sample(1)
    for one, other in zip(template.sample(1).actors, with_dogs.actors, strict=True):
        assert np.array_equal(one.path, other.path) and (one.start, one.speed) == (other.start, other.speed)
    assert any(actor.companion for actor in with_dogs.actors)


def state_of(scene: Scene, seconds: float) -> State:
    everybody, others = cast(scene)
    return rollout([scene], everybody, [seconds], others)[0]


def test_a_child_and_who_leads_it_hold_the_same_point() -> None:
    held = 0
    for scene in samples("pavement-company")[:8]:
        state = state_of(scene, 1.0)
        for k, actor in enumerate(scene.actors):
            if actor.partner != 1 or not state.alive[0, k] or not state.alive[0, k + 1]:
                continue
            grips = []
            for n in (k, k + 1):
                gait, (c, s) = gait_of(scene, state, n), (np.cos(state.heading[0, n]), np.sin(state.heading[0, n]))
                grip = gait.left or gait.right
                if grip is not None:
                    x, y = grip[0] * c - grip[1] * s, grip[0] * s + grip[1] * c
                    grips.append(np.array([x, y, grip[2]]) + state.position[0, n])
            if len(grips) == 2:
                held += 1
                assert np.abs(grips[0] - grips[1]).max() < 0.05
    assert held >= 5


@pytest.mark.parametrize("seed", range(6))
def test_hands_are_where_they_hold_and_seats_and_footplates_carry(seed: int) -> None:
    person = person_mesh(sample_person(rng_for(seed, "sits"), age_group="adult"), 2)
    tall = person.look.height
    gait = Gait(0.3, 1.2, left=(0.24 * tall, 0.1 * tall, 0.58 * tall), right=(0.24 * tall, -0.1 * tall, 0.58 * tall))
    _, joints = bone_pose(person.skeleton, gait)
    for side, grip in ((1, gait.left), (-1, gait.right)):
        assert abs(float(np.linalg.norm(joints[ARM[side] + 2] - np.array(grip))) - 0.055 * tall) < 0.02
    sitting = person_mesh(dressed_to_sit(person.look, 0.5, rng_for(seed, "dressed")), 2)
    points = pose_person(sitting, Gait(0.0, 0.0, "sit", seat=0.5, foot=0.15)).positions
    assert abs(points[:, 2].min() - 0.15) < 0.03
    tall = sitting.look.height
    assert 0.5 + 0.45 * tall < points[:, 2].max() < 0.5 + 0.62 * tall


def test_paws_on_the_ground_do_not_slip() -> None:
    for seed in range(12):
        dog = sample_companion(rng_for(seed, "dog"), Kind.DOG)
        shoulder = FORMS[dog.model].shoulder * dog.scale
        for number in range(4):
            spots = []
            for travelled in np.linspace(0.0, 1.0, 200):
                step = step_of(dog, float(travelled), 1.3, 1.3)
                ahead, lift = paw(step.phases[number], step, shoulder)
                spots.append((travelled + ahead, lift))
            track = np.array(spots)
            both = (track[1:, 1] == 0.0) & (track[:-1, 1] == 0.0)
            assert both.mean() > 0.4
            assert np.abs(np.diff(track[:, 0]))[both].max() < 1e-6


@pytest.mark.parametrize("kind", sorted(COMPANIONS))
def test_company_is_drawn_with_an_id_of_its_own_on_the_ground(kind: Kind) -> None:
    scene, k = with_company("pavement-company", kind)[0]
    state = initial_state(compile_world([scene]))
    found = company(scene, k, state, 0)
    companion = scene.actors[k].companion
    assert companion is not None
    labelled = [subject for _, subject in found if subject is not None]
    assert [(subject.id, subject.kind) for subject in labelled] == [(companion.id, kind)]
    low, high = found[0][0].mesh.extent
    assert abs(float(low[2])) < 0.01
    assert np.abs((high - low) - companion.size).max() < 0.2
    view = resolve_camera(scene.cameras[0], scene, state)
    _, labelled = StageBuilder(scene).at(state, view)
    assert len({subject.id for subject in labelled}) == len(labelled)


def test_classes_of_company_are_those_of_the_datasets() -> None:
    assert {CITYSCAPES_ID[kind] for kind in COMPANIONS} == {5}
    assert {kind: COCO_ID[kind] for kind in COMPANIONS if kind in COCO_ID} == {Kind.DOG: 18}
    with pytest.raises(ValueError, match="not one of pram, wheelchair, dog"):
        sample_companion(rng_for(0, "x"), Kind.CAR)


def test_rigid_bodies_have_no_company(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "street.yaml"
    file.write_text("format: 1\nphysics: bullet\npeople:\n  dogs: 0.2\n", encoding="utf-8")
    with pytest.raises(SceneError, match=r"people\.dogs"):
        load(str(file))


def test_bicycles_roll_beside_those_who_push_them_with_both_hands() -> None:
    found = [*with_company("pavement-company", Kind.BICYCLE), *with_company("crossing-company", Kind.BICYCLE)]
    assert len(found) > 12
    for scene, k in found[::2]:
        state, actor = initial_state(compile_world([scene])), scene.actors[k]
        assert isinstance(actor.look, PersonLook) and actor.companion is not None
        cycle = actor.companion.cycle
        assert cycle is not None and cycle.rider is actor.look
        (instance, subject), *rest = company(scene, k, state, 0)
        assert not rest and subject is not None
        assert (subject.kind, subject.attributes["behaviour"]) == (Kind.BICYCLE, "pushed")
        person = person_mesh(actor.look, 0)
        own = world_from_model(state.position[0, k].astype(float), float(state.heading[0, k]))
        machine = transform(np.linalg.inv(own) @ instance.world_from_model, instance.mesh.positions.astype(float))
        clear = []
        for phase in np.arange(8) / 8.0:
            gait = replace(gait_of(scene, state, k), phase=float(phase))
            assert scene.name != "pavement-company" or (gait.left is not None and gait.right is not None)
            _, joints = bone_pose(person.skeleton, gait)
            for side, grip in ((1, gait.left), (-1, gait.right)):
                if grip is not None:
                    assert np.linalg.norm(joints[ARM[side] + 2] - grip) < 0.055 * actor.look.height + 0.12
            low = pose_person(person, gait).positions.astype(float)
            low = low[low[:, 2] < 0.45 * actor.look.height]
            near = machine[(machine[:, 2] < 0.5)]
            clear.append(np.linalg.norm(low[::3, None] - near[None, ::3], axis=-1).min())
        assert min(clear) > 0.02, (scene.sample, actor.id)


def test_wheels_of_a_pushed_bicycle_roll_and_its_cranks_stand() -> None:
    scene, k = with_company("pavement-company", Kind.BICYCLE)[0]
    companion = scene.actors[k].companion
    assert companion is not None and companion.cycle is not None
    radius, parts = companion.cycle.measures.wheel_radius, []
    for rolled in (0, round(2.0 * np.pi * radius / FINE), round(np.pi * radius / FINE)):
        parts.append(pushed(companion.cycle, 1, rolled, 3).positions)
    assert np.abs(parts[0] - parts[1]).max() < 0.006
    assert np.abs(parts[0] - parts[2]).max() > 1.5 * radius
    still = [np.abs(points[-48:] - parts[0][-48:]).max() for points in parts]  # both pedals come last
    assert max(still) == 0.0
