"""Umbrellas: who has one when, that they are over heads and through nothing, and what labels say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from renderers.assemble import StageBuilder
from renderers.labels import label_frame
from renderers.people import person_mesh, pose_person
from renderers.people_umbrella import with_canopy
from renderers.raster import RasterRenderer
from renderers.views import resolve_camera
from scenes.files import load
from scenes.kinds import Kind
from scenes.people import PersonLook, sample_person
from scenes.people_umbrella import holding, hooded, opened_share, sample_umbrella
from scenes.seeds import rng_for
from scenes.types import Actor, Scene
from sim.people_gait import Gait
from sim.people_pose import bone_pose
from sim.people_skeleton import ARM, HEAD
from sim.people_umbrella import drop, fist, leaning
from sim.world import compile_world, initial_state

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

SCENE = """
format: 1
extends: library/{base}
weather: {{rain: {rain}}}
people: {{density: 40, umbrellas: {share}, warmth: 0.8, children: 0.3, prams: 0.3, dogs: 0.3}}
"""


def sheltering(seed: int, opened: bool = True) -> PersonLook:
    rng = rng_for(seed, "sheltering")
    look = sample_person(rng)
    return holding(look, sample_umbrella(rng, look, opened))


def drawn_from(folder, base: str, rain: float, share: float = 0.8, count: int = 2) -> list[Scene]:
    path = folder / "wet.yaml"
    path.write_text(SCENE.format(base=base, rain=rain, share=share))
    template = load(path)
    return [template.sample(k, 0) for k in range(count)]


def people_of(scenes: list[Scene]) -> list[Actor]:
    return [one for scene in scenes for one in scene.actors if isinstance(one.look, PersonLook)]


def looks_of(scenes: list[Scene]) -> list[PersonLook]:
    return [one.look for one in people_of(scenes) if isinstance(one.look, PersonLook)]


def test_the_more_it_rains_the_more_umbrellas_are_open(tmp_path):
    shares, hoods = [], []
    for rain in (0.4, 2.0, 12.0):
        looks = looks_of(drawn_from(tmp_path, "pavement", rain))
        shares.append(np.mean([look.umbrella is not None and look.umbrella.opened for look in looks]))
        hoods.append(np.mean([look.head.headwear == "hood" for look in looks]))
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] > 0.15
    assert hoods[2] > hoods[0]
    assert opened_share(0.0) == 0.0 < opened_share(1.0) < opened_share(5.0) < 1.0


def test_without_rain_nobody_changes(tmp_path):
    some, none = (drawn_from(tmp_path, "pavement", 0.0, share) for share in (1.0, 0.0))
    assert looks_of(some) == looks_of(none)
    assert all(look.umbrella is None for look in looks_of(some))


def test_in_the_rain_people_stay_where_they_are(tmp_path):
    wet, dry = (people_of(drawn_from(tmp_path, "street", rain)) for rain in (6.0, 0.0))
    assert [one.start for one in wet] == [one.start for one in dry]
    for one, other in zip(wet, dry, strict=True):
        bare = replace(one.look, umbrella=None, manner=other.look.manner, head=other.look.head)
        assert bare == other.look


def test_hands_that_hold_something_else_hold_no_umbrella(tmp_path):
    held = 0
    for scene in drawn_from(tmp_path, "pavement", 15.0, 1.0, 4):
        for one in scene.actors:
            if not isinstance(one.look, PersonLook) or one.look.umbrella is None:
                continue
            side, look = one.look.umbrella.side, one.look
            assert one.partner >= 0
            assert one.companion is None or (one.companion.kind is Kind.DOG and one.companion.side * side < 0.0)
            assert look.bag.style not in ("shopping", "handbag") or look.bag.side != side
            held += 1
    assert held > 20


@pytest.mark.parametrize("base", ["pavement", "street"])
def test_canopies_touch_neither_each_other_nor_anybody_else(tmp_path, base):
    times = np.arange(0.0, 20.0, 0.5)
    for scene in drawn_from(tmp_path, base, 15.0, 1.0):
        people = [one for one in scene.actors if isinstance(one.look, PersonLook)]
        walks = [places(one, times) for one in people]
        for k, one in enumerate(people):
            umbrella = one.look.umbrella
            if umbrella is None or not umbrella.opened:
                continue
            for n, other in enumerate(people):
                shares = n == k + 1 and umbrella.beside > 0.0
                if n == k or shares or one.partner == n - k:
                    continue
                own = other.look.umbrella
                reach = own.radius if own is not None and own.opened else 0.2
                away = np.linalg.norm(walks[k] - walks[n], axis=1)
                assert not (away < umbrella.radius + reach - 0.05).any()


def places(one: Actor, times: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(one.path) < 2:
        return np.repeat(one.path, len(times), 0)
    steps = np.linalg.norm(np.diff(one.path, axis=0), axis=1)
    along, s = np.concatenate([[0.0], np.cumsum(steps)]), one.start + one.speed * times
    inside = np.stack([np.interp(s, along, one.path[:, k]) for k in (0, 1)], -1)
    return np.where((s < along[-1])[:, None], inside, np.nan)


@pytest.mark.parametrize("seed", range(40))
def test_heads_are_below_the_canopy_and_hands_at_the_shaft(seed):
    look = sheltering(seed)
    umbrella = look.umbrella
    assert umbrella is not None
    person = person_mesh(replace(look, umbrella=None), 1)
    heads = np.flatnonzero((person.bones == HEAD).any(1) & (person.weights[:, 0] > 0.6))
    for gait in (Gait(0.1, 1.4), Gait(0.6, 0.8), Gait(0.3, 0.0, "stand")):
        skeleton = person_mesh(look, 2).skeleton
        rotation, joints = bone_pose(skeleton, gait)
        hand, axis = ARM[umbrella.side] + 2, leaning(umbrella, gait.behaviour == "stand")[:, 2]
        grip = joints[hand] + rotation[hand] @ fist(skeleton, umbrella.side)
        assert np.linalg.norm(grip - joints[hand]) < 0.075 * look.height
        apex = grip + umbrella.shaft * axis
        mesh = pose_person(person_mesh(look, 1), gait).positions[len(person.mesh.positions) :].astype(np.float64)
        assert 0.015 < ((mesh - apex) @ axis).max() < 0.065  # the spike
        off = pose_person(person, gait).positions[heads].astype(np.float64) - apex
        along = off @ axis
        away = np.linalg.norm(off - along[:, None] * axis, axis=1) / umbrella.radius
        assert (away < 1.0).all()
        assert (along + umbrella.radius * drop(away) < 0.0).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_box_holds_the_canopy(seed):
    look = sheltering(seed)
    size, middle = with_canopy(look.size, look)
    mesh = pose_person(person_mesh(look, 0), Gait(0.25, 1.2))
    low, high = np.array(middle) - np.array(size) / 2, np.array(middle) + np.array(size) / 2
    above = mesh.positions[mesh.positions[:, 2] > look.size[2]]
    assert len(above) > 50
    assert (above > low - 0.06).all()
    assert (above < high + 0.06).all()


def test_closed_umbrellas_hang_from_the_hand_above_the_ground():
    for seed in range(12):
        look = sheltering(seed, opened=False)
        points = pose_person(person_mesh(look, 0), Gait(0.4, 1.3)).positions
        bare = pose_person(person_mesh(replace(look, umbrella=None), 0), Gait(0.4, 1.3)).positions
        assert len(points) > len(bare)
        assert points[:, 2].min() > bare[:, 2].min() - 1e-6
        assert with_canopy(look.size, look)[0] == pytest.approx(look.size)


def test_hoods_go_up_where_there_is_one():
    look = sample_person(rng_for(1, "hood"), warmth=0.8)
    bare = replace(look, head=replace(look.head, headwear="none"))
    assert hooded(replace(bare, top=replace(look.top, collar="hood"))).head.headwear == "hood"
    assert hooded(replace(bare, top=replace(look.top, collar="round"))).head.headwear == "none"


def test_labels_of_somebody_below_a_canopy(tmp_path):
    scene = drawn_from(tmp_path, "pavement", 15.0, 1.0)[0]
    one = next(a for a in scene.actors if isinstance(a.look, PersonLook) and a.look.umbrella and a.look.umbrella.opened)
    one = replace(
        one, path=np.zeros((1, 2)), path_z=None, start=0.0, speed=0.0, desired_speed=0.0, heading=0.0,
        behaviour="stand", companion=None,
    )  # fmt: skip
    scene = replace(scene, actors=(one,))
    state = initial_state(compile_world([scene]))
    for height, hidden in ((6.0, True), (0.9, False)):
        camera = replace(
            scene.cameras[0], width=320, height=320, focal=300.0, position=np.array([3.0, 0.0, height]), heading=np.pi,
            pitch=float(np.arctan2(1.2 - height, 3.0)), roll=0.0, mount=None,
        )  # fmt: skip
        view = resolve_camera(camera, scene, state)
        stage, subjects = StageBuilder(scene).at(state, view)
        label = next(x for x in label_frame(RasterRenderer().draw(stage, view), subjects) if x.id == one.id)
        assert label.attributes["umbrella"] == "open"
        assert label.keypoints is not None
        nose = label.keypoints[0]
        assert (nose[2] == 1) is hidden
        assert label.full[2] - label.full[0] > 0.8 * 300.0 / 7.0
