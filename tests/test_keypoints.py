"""Keypoints and directions of people against pixels, vertices and other people's reader."""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import skidpad
from renderers.assemble import StageBuilder
from renderers.frame import ActorLabel, View
from renderers.labels import label_frame
from renderers.mesh import Material, box
from renderers.overlay import overlay
from renderers.people import Gait, gait_moves, person_mesh
from renderers.people_form import SkinnedMesh
from renderers.people_skin import skinned
from renderers.raster import Drawn
from renderers.riders import rested
from renderers.stage import Instance
from renderers.views import resolve_camera
from scenes.cycles import sample_cycle
from scenes.files import load
from scenes.geometry import camera_from_world, transform, world_from_model
from scenes.kinds import PEOPLE, Kind
from scenes.people import PersonLook, sample_person
from scenes.seeds import rng_for
from scenes.types import Actor, Scene
from sim.people_landmarks import KEYPOINTS, LIMBS
from sim.people_pose import bone_moves
from sim.people_ride import Ride, riding_pose
from sim.people_skeleton import ARM, HEAD, LEG, SIDES, Skeleton
from sim.world import compile_world, initial_state
from skidpad.render import render_sample, renderer
from tests.sizes import size
from transfer.reader import label_from

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

STREETS = {
    "pavement": (0, 1, 2), "pavement-company": (2, 8), "crossing-company": (2,), "cyclists": (1,),
    "hill": size((), (0,)),
}  # fmt: skip
RESOLVED = 60.0  # px, height of people whose noses and wrists are not smaller than a pixel
FACE = KEYPOINTS[:5]
NUMBER = {name: k for k, name in enumerate(KEYPOINTS)}


def bald(seed: int, **kwargs: str) -> PersonLook:
    look = sample_person(rng_for(seed, "keypoints"), warmth=0.0, **kwargs)
    head = replace(look.head, hair_style="bald", headwear="none", facial_hair="none", glasses="none")
    return replace(look, head=head, bag=replace(look.bag, style="none"))


def poses(seed: int) -> list[tuple[SkinnedMesh, np.ndarray]]:
    """A walker, somebody who stands, somebody who sits and a cyclist, with the moves of their bones."""
    person = person_mesh(bald(seed), 0)
    gaits = [Gait(0.37, 1.4), Gait(0.6, 0.0, "stand", head_turn=0.6), Gait(0.0, 0.0, "sit", seat=0.5, foot=0.15)]
    found = [(person, gait_moves(person.skeleton, gait)) for gait in gaits]
    cycle = replace(sample_cycle(rng_for(seed, "cycle"), Kind.BICYCLE), rider=person.look)
    rider = rested(cycle, 0)[0]
    return [*found, (rider, bone_moves(rider.skeleton, *riding_pose(rider.skeleton, cycle, Ride(3.7))))]


def share_of(person: SkinnedMesh, bone: int) -> np.ndarray:
    """(V,) weight of a bone."""
    return np.asarray((person.weights * (person.bones == bone)).sum(1))


def test_keypoints_lie_in_the_mask_of_their_person() -> None:
    """Those that are seen; and of people before whom nothing stands those that the own body hides, too."""
    people, seen, inside, free, within = Counter[str](), 0, 0, 0, 0
    for name, numbers in STREETS.items():
        for k in numbers:
            for shot in render_sample(load(name), k, 7):
                for label in shot.labels:
                    assert (label.keypoints is None) == (label.kind not in PEOPLE)
                    if label.keypoints is None or label.tight is None or label.full is None:
                        continue
                    people[label.attributes["behaviour"]] += 1
                    resolved = label.visibility == 1.0 and label.full[3] - label.full[1] >= RESOLVED
                    for x, y, v in label.keypoints:
                        own = v > 0 and bool(shot.frame.instance[int(y), int(x)] == label.id)
                        seen, inside = seen + (v == 2), inside + (own and v == 2)
                        free, within = free + (resolved and v > 0), within + (resolved and own)
    assert people.total() >= 200 and {"walk", "stand", "wheelchair", "ride"} <= set(people)
    assert inside >= 0.99 * seen > 0.3 * 17 * people.total()
    assert within >= 0.99 * free and free > 500


@pytest.mark.parametrize("seed", range(4))
def test_the_skin_of_both_bones_surrounds_their_joint(seed: int) -> None:
    grid = np.stack(np.meshgrid(*[[-1.0, 0.0, 1.0]] * 3), -1).reshape(-1, 3)
    ways = grid[np.abs(grid).sum(1) > 0]
    for person, moves in poses(seed):
        points, near = skinned(person, moves).positions, 0.07 * person.look.height
        found, leading = person.skeleton.landmarks.posed(moves), person.bones[:, 0]
        for first, names in ((ARM, ("elbow", "wrist")), (LEG, ("knee", "ankle"))):
            for (side, word), (k, name) in itertools.product(
                zip(SIDES, ("left", "right"), strict=True), enumerate(names, 1)
            ):
                joint = found[NUMBER[f"{word}_{name}"]]
                upper, lower = (points[leading == first[side] + k + step] - joint for step in (-1, 0))
                skin = [part[np.linalg.norm(part, axis=1) < near] for part in (upper, lower)]
                assert len(skin[0]) > 3 and len(skin[1]) > 3, name
                assert ((np.concatenate(skin) @ ways.T).max(0) > 0.0).all(), name


@pytest.mark.parametrize("seed", range(4))
def test_face_points_lie_where_the_face_is_drawn(seed: int) -> None:
    for person, moves in poses(seed):
        mesh, found = skinned(person, moves), person.skeleton.landmarks.posed(moves)
        own = share_of(person, HEAD) > 0.99
        points, back = mesh.positions[own].astype(np.float64), moves[HEAD, :, :3].T
        local = (points - found[0]) @ back.T
        tip = points[local[:, 0].argmax()]
        assert np.linalg.norm(tip - found[NUMBER["nose"]]) < 0.018
        dark = mesh.colours[own].sum(1) < 0.35 * sum(person.look.body.skin)
        for side, word in zip(SIDES, ("left", "right"), strict=True):
            eye = points[dark & (side * local[:, 1] > 0.015) & (local[:, 2] > 0.015)].mean(0)
            assert np.linalg.norm(eye - found[NUMBER[f"{word}_eye"]]) < 0.016
            ear = points[(side * local[:, 1]).argmax()]
            assert np.linalg.norm(ear - found[NUMBER[f"{word}_ear"]]) < 0.03


class Mask(Skeleton):
    """A skeleton that brings a face of its own."""

    @property
    def face(self) -> np.ndarray:
        return np.full((5, 3), 0.01) + self.joints[HEAD]


def test_a_skeleton_may_bring_its_own_face() -> None:
    own = person_mesh(bald(0), 2).skeleton
    other = Mask(own.look, own.clearance)
    moves = gait_moves(own, Gait(0.2, 1.4))
    nose = moves[HEAD, :, :3] @ (own.joints[HEAD] + 0.01) + moves[HEAD, :, 3]
    assert np.abs(other.landmarks.posed(moves)[:5] - nose).max() < 1e-9
    assert np.array_equal(other.landmarks.posed(moves)[5:], own.landmarks.posed(moves)[5:])


@pytest.fixture(autouse=True)
def nobody_glances(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heads are turned by the looks alone."""
    monkeypatch.setattr("sim.people_company.head_turn", lambda *_: 0.0)


def square(write_scene: Callable[..., Path], actors: str) -> Scene:
    text = (
        "format: 1\nroads: {layout: square, pavement: 12}\nbuildings: {share: 0}\nvehicles: {moving: false}\n"
        "people: {density: 0}\nfurniture: {density: 0, trees: 0, clutter: 0}\ncameras:\n"
        "  - {kind: fixed, position: [0, 0], rise: 1.2, heading: 0, width: 320, height: 240, fov: 50}\n"
        f"actors: [{actors}]\n"
    )
    return load(write_scene(text)).sample(0)


def dressed(scene: Scene, look: PersonLook) -> Scene:
    """Everybody with one look, at the start of a stride."""
    actors = tuple(replace(actor, look=look, size=look.size, gait_phase=0.0) for actor in scene.actors)
    return replace(scene, actors=actors)


def draw(scene: Scene, *more: Instance, view: View | None = None) -> tuple[Drawn, list[ActorLabel]]:
    state = initial_state(compile_world([scene]))
    view = view or resolve_camera(scene.cameras[0], scene, state)
    stage, subjects = StageBuilder(scene).at(state, view)
    drawn = renderer("raster").draw(replace(stage, instances=(*stage.instances, *more)), view)
    return drawn, list(label_frame(drawn, subjects))


def flags(label: ActorLabel) -> dict[str, int]:
    assert label.keypoints is not None
    return {name: v for name, (_, _, v) in zip(KEYPOINTS, label.keypoints, strict=True)}


@pytest.mark.parametrize("seed", range(5))
def test_left_is_the_persons_left_and_the_face_hides_behind_the_head(
    write_scene: Callable[..., Path], seed: int
) -> None:
    look = bald(seed, age_group="adult")
    look = replace(look, manner=replace(look.manner, head_turn=0.0, stance="relaxed", carry="none"))
    for heading, facing in ((180, True), (0, False)):
        scene = square(write_scene, f"{{kind: pedestrian, position: [4, 0], heading: {heading}, behaviour: stand}}")
        (label,) = draw(dressed(scene, look))[1]
        assert label.keypoints is not None
        seen = flags(label)
        assert [seen[name] for name in FACE[:3]] == [2 if facing else 1] * 3
        for name in ("shoulder", "elbow", "hip", "ankle", "ear"):
            assert seen[f"left_{name}"] == seen[f"right_{name}"] == 2, name
            left, right = (label.keypoints[NUMBER[f"{side}_{name}"]][0] for side in ("left", "right"))
            assert (left > right) is facing, name


def test_the_far_side_of_the_body_hides_behind_the_near_one(write_scene: Callable[..., Path]) -> None:
    look = bald(1, age_group="adult")
    look = replace(look, manner=replace(look.manner, head_turn=0.0))
    scene = square(write_scene, "{kind: pedestrian, position: [4, 0], heading: 90, behaviour: stand}")
    seen = flags(draw(dressed(scene, look))[1][0])
    assert [seen[f"left_{name}"] for name in ("eye", "ear", "shoulder", "elbow")] == [2] * 4
    assert [seen[f"right_{name}"] for name in ("eye", "ear", "shoulder", "hip")] == [1] * 4


def test_what_stands_before_joints_hides_them(write_scene: Callable[..., Path]) -> None:
    actors = "{kind: pedestrian, position: [6, 0], heading: 180, behaviour: stand}"
    scene = square(write_scene, actors)
    (free,) = draw(scene)[1]
    assert free.keypoints is not None
    wall = Instance(box((0.2, 3.0, 0.9), (0, 0, 0.45), Material((0.5, 0.5, 0.5))), np.eye(4), Kind.BUILDING)
    pose = world_from_model(np.array([4.0, 0.0, 0.0]), 0.0)
    drawn, (behind,) = draw(scene, replace(wall, world_from_model=pose))
    assert behind.keypoints is not None
    for name, (x, y, v), (px, py, was) in zip(KEYPOINTS, behind.keypoints, free.keypoints, strict=True):
        assert (x, y) == (px, py)
        covered = drawn.frame.semantic[int(y), int(x)] == Kind.BUILDING
        assert v == (1 if covered else was), name
    assert flags(behind)["left_knee"] == flags(behind)["right_ankle"] == 1
    assert flags(behind)["nose"] == flags(behind)["left_shoulder"] == 2


def test_keypoints_outside_the_image_are_not_labelled_and_the_rest_is_projected(
    write_scene: Callable[..., Path],
) -> None:
    scene = square(write_scene, "{kind: pedestrian, position: [2, 0.3], heading: 170, behaviour: walk, speed: 1}")
    camera = camera_from_world(np.array([0.0, 0.0, 1.5]), 0.0, 0.1, 0.0)
    view = View(200, 150, 180.0, camera)
    (label,) = draw(scene, view=view)[1]
    assert label.keypoints is not None
    actor: Actor = scene.actors[0]
    assert isinstance(actor.look, PersonLook)
    skeleton = person_mesh(actor.look, 2).skeleton
    moves = gait_moves(skeleton, Gait(actor.gait_phase, 1.0))
    world = transform(world_from_model(np.array([2.0, 0.3, 0.0]), math.radians(170)), skeleton.landmarks.posed(moves))
    pixel = transform(camera, world) @ view.intrinsics.T
    pixel = pixel[:, :2] / pixel[:, 2:]
    inside = ((pixel >= 0) & (pixel < (200, 150))).all(1)
    assert 3 < inside.sum() < 15
    for (x, y, v), spot, shown in zip(label.keypoints, pixel, inside, strict=True):
        assert (v > 0) == shown
        assert (x, y) == (pytest.approx(spot, abs=0.02) if shown else (0.0, 0.0))


@pytest.mark.parametrize("turn", [-0.7, -0.2, 0.0, 0.5, 0.9])
def test_the_head_direction_follows_the_head(write_scene: Callable[..., Path], turn: float) -> None:
    look = bald(2, age_group="adult")
    look = replace(look, manner=replace(look.manner, head_turn=turn))
    actors = ", ".join(
        f"{{kind: pedestrian, position: [5, {y}], heading: 200, behaviour: {how}, speed: {speed}}}"
        for y, how, speed in ((-1, "stand", 0), (1, "walk", 1.3))
    )
    scene = dressed(square(write_scene, actors), look)
    standing, walking = draw(scene)[1]
    for label, share in ((standing, 1.0), (walking, 0.35)):
        assert label.head_direction is not None and label.body_direction is not None
        off = math.remainder(label.head_direction - math.radians(200), math.tau)
        assert off == pytest.approx(share * turn, abs=1e-6)
        assert abs(math.remainder(label.body_direction - math.radians(200), math.tau)) < 0.25


def test_who_bends_over_a_handlebar_keeps_the_direction(write_scene: Callable[..., Path]) -> None:
    scene = square(write_scene, "{kind: bicycle, position: [6, 0], heading: 100, speed: 4}")
    rider = next(label for label in draw(scene)[1] if label.kind is Kind.RIDER)
    assert rider.body_direction == pytest.approx(math.radians(100), abs=0.02)
    assert rider.head_direction == pytest.approx(math.radians(100), abs=0.02)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> skidpad.Dataset:
    folder = tmp_path_factory.mktemp("keypoints")
    return skidpad.Dataset.open(skidpad.generate("cyclists", folder / "data", samples=size(1, 2), seed=1))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_pycocotools_scores_the_keypoints_as_perfect(dataset: skidpad.Dataset) -> None:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    coco = COCO(str(dataset.root / "annotations" / "coco.json"))
    people = sorted(int(kind) for kind in PEOPLE)
    for row in coco.loadCats(people):
        assert row["keypoints"] == list(KEYPOINTS)
        assert row["skeleton"] == [[a + 1, b + 1] for a, b in LIMBS]
    assert all("keypoints" not in row for row in coco.dataset["categories"] if row["id"] not in people)
    rows = [row for row in coco.loadAnns(coco.getAnnIds(catIds=people)) if row["num_keypoints"] > 0]
    assert len(rows) > 10
    keys = ("image_id", "category_id", "keypoints")
    judge = COCOeval(coco, coco.loadRes([{**{k: row[k] for k in keys}, "score": 1.0} for row in rows]), "keypoints")
    judge.params.catIds = people
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    assert judge.stats[0] == pytest.approx(1.0)


def test_the_reader_gives_back_what_coco_says(dataset: skidpad.Dataset) -> None:
    rows = json.loads((dataset.root / "annotations" / "coco.json").read_text())["annotations"]
    shown = [label for sample in dataset.samples for label in sample.labels if label.tight is not None]
    assert len(rows) == len(shown)
    for row, label in zip(rows, shown, strict=True):
        assert ("keypoints" in row) == (label.kind in PEOPLE)
        if label.keypoints is None:
            assert label.body_direction is None and label.head_direction is None
            continue
        assert row["keypoints"] == [value for point in label.keypoints for value in point]
        assert row["num_keypoints"] == sum(v > 0 for v in row["keypoints"][2::3])
        assert row["attributes"]["head_direction"] == label.head_direction


def test_labels_of_older_datasets_have_no_keypoints(dataset: skidpad.Dataset) -> None:
    ours = {"keypoints", "body_direction", "head_direction"}
    row = next(row for row in dataset.samples[0].record["labels"] if "keypoints" in row)
    old = label_from({key: value for key, value in row.items() if key not in ours})
    assert (old.keypoints, old.body_direction, old.head_direction) == (None, None, None)


def test_the_overlay_fills_seen_joints_and_leaves_hidden_ones_hollow(write_scene: Callable[..., Path]) -> None:
    scene = square(write_scene, "{kind: pedestrian, position: [4, 0], heading: 0, behaviour: stand}")
    drawn, (label,) = draw(scene)
    black = np.zeros((240, 320, 3), np.uint8)
    points = tuple((20.0 + 15 * k, 100.0, 2 - k % 2) for k in range(17))
    picture = overlay(black, [replace(label, keypoints=points)], np.zeros_like(drawn.frame.instance))
    without = overlay(black, [replace(label, keypoints=None)], np.zeros_like(drawn.frame.instance))
    assert (picture != without).any()
    apart = overlay(black, [replace(label, keypoints=points[:1] + ((0.0, 0.0, 0),) * 16)], drawn.frame.instance * 0)
    assert apart[200, 40].any()
    hollow = overlay(
        black, [replace(label, keypoints=((20.0, 100.0, 1),) + ((0.0, 0.0, 0),) * 16)], drawn.frame.instance * 0
    )
    assert not hollow[200, 40].any() and hollow[196:205, 36:45].any()
