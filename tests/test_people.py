"""People: drawing them, building them, and walking without sliding."""

import math
from dataclasses import replace

import numpy as np
import pytest

from renderers.people import Gait, SkinnedMesh, person_mesh, pose_person
from scenes.people import AGE_GROUPS, PersonLook, sample_person, stride_length
from scenes.seeds import rng_for
from sim.people_gait import rhythm
from sim.people_skeleton import BONES, Skeleton

GAITS = [
    ("adult", 0.7),
    ("adult", 1.35),
    ("adult", 2.0),
    ("child", 0.9),
    ("child", 1.4),
    ("senior", 0.9),
    ("teen", 1.5),
]


def someone(seed: int, age_group: str | None = None, warmth: float | None = None) -> PersonLook:
    return sample_person(rng_for(seed, "person"), age_group=age_group, warmth=warmth)


@pytest.fixture(scope="module")
def crowd() -> list[SkinnedMesh]:
    return [person_mesh(someone(k), 0) for k in range(24)]


def test_people_are_reproducible_and_hashable():
    assert someone(3) == someone(3)
    assert hash(someone(3)) == hash(someone(3))
    assert someone(3) != someone(4)


def test_age_groups_have_their_statures():
    for group in AGE_GROUPS:
        heights = [someone(k, group).height for k in range(60)]
        low, high = (0.85, 1.65) if group == "child" else (1.25, 2.05)
        assert low < min(heights) and max(heights) < high
        assert {someone(k, group).age_group for k in range(5)} == {group}


def test_unknown_wishes_are_refused():
    with pytest.raises(ValueError, match="elder"):
        someone(0, "elder")
    with pytest.raises(ValueError, match=r"1\.5"):
        someone(0, warmth=1.5)
    look = someone(0)
    with pytest.raises(ValueError, match="detail 3"):
        person_mesh(look, 3)
    with pytest.raises(ValueError, match="swim"):
        pose_person(person_mesh(look, 2), Gait(behaviour="swim"))


def test_winter_clothes_are_thicker_and_longer_than_summer_clothes():
    summer, winter = ([someone(k, "adult", warmth).top for k in range(80)] for warmth in (0.0, 1.0))
    assert np.mean([t.ease for t in winter]) > 1.7 * np.mean([t.ease for t in summer])
    assert np.mean([t.sleeves for t in winter]) > 0.9 > 0.6 > np.mean([t.sleeves for t in summer])


def test_streets_are_mostly_dark_and_muted():
    tops = np.array([someone(k, warmth=0.8).top.colour for k in range(300)])
    assert np.median(tops.mean(1)) < 0.12
    saturated = (tops.max(1) - tops.min(1)) > 0.35
    assert saturated.mean() < 0.12


@pytest.mark.parametrize("seed", range(0, 24, 3))
@pytest.mark.parametrize("detail", [0, 1, 2])
def test_meshes_are_sound(seed, detail):
    person = person_mesh(someone(seed), detail)
    mesh = person.mesh
    assert len(mesh.triangles) < (11000, 3800, 1500)[detail]
    assert np.isfinite(mesh.positions).all()
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-3)
    assert np.allclose(person.weights.sum(1), 1.0, atol=1e-5)
    assert person.bones.max() < len(BONES)
    assert mesh.colours.min() >= 0.0
    assert mesh.colours.max() < 1.3
    assert mesh.triangles.max() < len(mesh.positions)


def test_same_look_same_mesh():
    first, second = person_mesh(someone(5), 0).mesh, person_mesh(someone(5), 0).mesh
    for name in ("positions", "normals", "uvs", "colours", "triangles", "materials"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


def test_faces_look_outward():
    mesh = person_mesh(someone(1, "adult", 0.0), 0).mesh
    corners = mesh.positions[mesh.triangles].astype(float)
    volume = np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6.0
    assert 0.04 < volume < 0.25  # m3; a person displaces about .07, clothes add to it


@pytest.mark.parametrize("age_group", AGE_GROUPS)
def test_the_face_is_in_front(age_group):
    look = someone(4, age_group, 0.0)
    head = replace(look.head, hair_style="bald", headwear="none", facial_hair="none", glasses="none")
    mesh, skeleton = person_mesh(replace(look, head=head), 0).mesh, Skeleton(look, 0.0)
    v = (mesh.positions[:, 2] - skeleton.chin) / skeleton.head_height
    x, y = mesh.positions[:, 0], mesh.positions[:, 1]
    brightness = mesh.colours.sum(1) / sum(look.body.skin)
    eyes = (v > 0.43) & (v < 0.52) & (np.abs(y) < 0.25 * skeleton.head_height)
    assert brightness[eyes & (x > 0.05)].min() < 0.35
    assert brightness[eyes & (x < 0.0)].min() > 0.8
    nose = (v > 0.28) & (v < 0.42) & (np.abs(y) < 0.01)
    assert x[nose].max() > x[eyes].max() + 0.006


def test_hair_covers_the_back_of_the_head():
    look = someone(4, "adult", 0.0)
    head = replace(look.head, hair_style="short", hair_colour=(0.01, 0.01, 0.01), headwear="none")
    mesh, skeleton = person_mesh(replace(look, head=head), 0).mesh, Skeleton(look, 0.0)
    v = (mesh.positions[:, 2] - skeleton.chin) / skeleton.head_height
    behind = (v > 0.35) & (v < 0.9) & (mesh.positions[:, 0] < -0.03) & (np.abs(mesh.positions[:, 1]) < 0.05)
    assert np.median(mesh.colours[behind].sum(1)) < 0.1


def test_size_bounds_the_neutral_pose(crowd):
    for person in crowd:
        low, high = person.mesh.extent
        assert high - low == pytest.approx(np.array(person.look.size), abs=0.13)
        assert float(high[2] - low[2]) == pytest.approx(person.look.size[2], abs=0.055)


def feet(person: SkinnedMesh) -> dict[int, dict[str, np.ndarray]]:
    """Sole vertices below heel and ball, in the rest pose."""
    points, skeleton = person.mesh.positions, person.skeleton
    heel, ball, tip = skeleton.foot
    found = {}
    for side in (1, -1):
        at = points[:, 0] - skeleton.joints[11 if side > 0 else 15][0] + 0.012 * skeleton.height
        sole = (points[:, 2] < 0.004) & (side * points[:, 1] > 0)
        found[side] = {
            "heel": np.flatnonzero(sole & (at < heel + 0.25 * (ball - heel))),
            "toes": np.flatnonzero(sole & (at > ball - 0.01) & (at < tip)),
        }
    return found


@pytest.mark.parametrize(("age_group", "speed"), GAITS)
@pytest.mark.parametrize("seed", [0, 7])
def test_the_stance_foot_stays_where_it_is(age_group, speed, seed):
    look = someone(seed, age_group)
    person = person_mesh(look, 1)
    stride, duty = stride_length(look, speed), rhythm(look, speed).duty
    soles = feet(person)
    tracks: dict[tuple[int, str], list[np.ndarray]] = {}
    for phase in np.arange(60) / 60.0:
        points = pose_person(person, Gait(phase, speed)).positions
        assert points[:, 2].min() > -0.005
        assert points[:, 2].min() < 0.010
        for side, start in ((1, 0.0), (-1, 0.5)):
            local = (phase - start) % 1.0
            flat_from, flat_to = 0.2 * duty, 0.55 * duty
            if flat_from < local < duty:
                moved = stride * (phase if phase >= start else phase + 1.0)
                for name, until in (("heel", flat_to), ("toes", duty)):
                    if local < until:
                        at = points[soles[side][name]] + np.array([moved, 0.0, 0.0], np.float32)
                        tracks.setdefault((side, name), []).append(at)
    for (side, name), track in tracks.items():
        stack = np.stack(track)[..., :2]
        slide = np.linalg.norm(stack - stack[:1], axis=-1).max()
        assert slide < 0.02, (side, name, slide)


@pytest.mark.parametrize("age_group", AGE_GROUPS)
def test_standing_feet_are_on_the_ground(age_group):
    person = person_mesh(someone(2, age_group), 0)
    for phase in (0.0, 0.4, 0.8):
        low = pose_person(person, Gait(phase, 0.0, "stand")).positions[:, 2].min()
        assert -0.005 < low < 0.01


def test_arms_swing_against_the_legs():
    look = next(
        k for k in (someone(s, "adult") for s in range(40)) if k.manner.carry == "swing" and k.bag.style == "none"
    )
    person = person_mesh(look, 1)
    bone = person.bones[:, 0]
    hand = {side: np.flatnonzero(bone == index) for side, index in ((1, 7), (-1, 10))}
    points = pose_person(person, Gait(0.0, 1.4)).positions
    # left heel strike: left hand behind the right hand
    assert points[hand[1], 0].mean() < points[hand[-1], 0].mean() - 0.15


def test_strides_match_measurements():
    # Murray et al. 1964: 1.56 m at 1.51 m/s for men of 1.75 m; children of 1.35 m: 1.08 m at 1.19 m/s
    assert stride_length(1.75, 1.51) == pytest.approx(1.56, abs=0.08)
    assert stride_length(1.35, 1.19) == pytest.approx(1.08, abs=0.1)
    assert stride_length(1.75, 0.0) > 0.1
    assert math.isclose(stride_length(1.7, 1.3), stride_length(1.7, 1.3))
