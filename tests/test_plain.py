"""Plain domain randomisation: the same things without their context, labelled as exactly as ever."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from renderers.shapes import shape_mesh
from scenes.errors import SceneError
from scenes.files import SceneTemplate, load
from scenes.kinds import VEHICLES, Kind
from scenes.seeds import rng_for
from scenes.shapes import FORMS, ShapeLook, sample_shape
from scenes.types import Actor, Scene
from sim.inspection import inspect
from skidpad.playback import top_view
from skidpad.render import render_scene
from skidpad.takes import simulate

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

BASES = ("street", "crossing", "signals", "junction", "pavement")


def plain(base: str, folder: Path, more: str = "randomisation: plain") -> SceneTemplate:
    file = folder / "plain.yaml"
    file.write_text(f"format: 1\nextends: library/{base}\n{more}\n")
    return load(file)


def sphere(actor: Actor) -> tuple[np.ndarray, float]:
    return np.array([*actor.path[0], actor.size[2] / 2]), 0.5 * math.dist((0, 0, 0), actor.size)


def models(scene: Scene) -> Counter[tuple[Kind, str]]:
    return Counter(
        (a.kind, getattr(a.look, "model", getattr(a.look, "head", None).__class__.__name__)) for a in scene.actors
    )


@pytest.mark.parametrize("base", BASES)
def test_things_stand_before_their_cameras_with_nothing_in_them(base: str, tmp_path: Path) -> None:
    template = plain(base, tmp_path)
    for k in range(8):
        scene, before = template.sample(k), load(base).sample(k)
        assert not scene.buildings and not scene.props and not scene.roads.lanes
        assert models(scene) <= models(before)
        assert len(scene.signals) <= len(before.signals)
        assert {actor.id for actor in scene.actors} <= {actor.id for actor in before.actors}
        assert all(camera.mount is None for camera in scene.cameras)
        spots = [np.asarray(camera.position) for camera in scene.cameras]
        for actor in scene.actors:
            middle, _ = sphere(actor)
            nearest = min(range(len(spots)), key=lambda n: np.hypot(*(middle - spots[n])[:2]))
            camera, way = scene.cameras[nearest], middle[:2] - spots[nearest][:2]
            off = (math.atan2(way[1], way[0]) - camera.heading + math.pi) % (2 * math.pi) - math.pi
            assert abs(off) <= 1.1 * math.atan(0.5 * camera.width / camera.focal) + 1e-9
        for shape in scene.shapes:
            radius = 0.5 * math.dist((0, 0, 0), shape.look.size)
            if shape.look.size[0] == 0.3:
                continue  # a panel of the backdrop
            assert all(math.dist(shape.position, spot) > radius for spot in spots)
            for actor in scene.actors:
                middle, own = sphere(actor)
                assert math.dist(middle, shape.position) > radius + own


def test_prams_and_dogs_find_room(tmp_path: Path) -> None:
    crowd = "people: {density: 60, prams: 0.5, wheelchairs: 0.3, dogs: 0.5}\nroads: {layout: square, pavement: 10}"
    template = plain("pavement", tmp_path, f"randomisation: plain\n{crowd}")
    scenes = [template.sample(k) for k in range(6)]
    assert sum(actor.companion is not None for scene in scenes for actor in scene.actors) > 20
    assert [str(fault) for scene in scenes for fault in inspect(scene)] == []


def test_the_other_draws_of_a_sample_are_those_of_structured_mode(tmp_path: Path) -> None:
    scene, before = (
        plain("street", tmp_path, "randomisation: plain\nplain: {materials: 0}").sample(2),
        load("street").sample(2),
    )
    looks = {actor.id: actor.look for actor in before.actors}
    assert len(scene.actors) >= 5
    assert all(actor.look == looks[actor.id] for actor in scene.actors)
    assert {k: v for k, v in scene.values.items() if not k.startswith("plain.")} == before.values


def test_a_file_may_mix_both_modes(tmp_path: Path) -> None:
    template = plain("street", tmp_path, "randomisation: {sequence: [structured, plain]}")
    assert [bool(template.sample(k).shapes) for k in range(4)] == [False, True, False, True]


def test_a_map_shows_the_grounds(tmp_path: Path) -> None:
    run = simulate(plain("street", tmp_path).sample(1), 0.5, 4.0, None, None)
    assert top_view(run)(1).std() > 1.0


def test_shapes_hide_things_and_carry_no_label(tmp_path: Path) -> None:
    scene = plain("street", tmp_path, "randomisation: plain\nplain: {distractors: 60, backdrop: 1}").sample(1)
    frames = render_scene(scene)
    ids = {actor.id for actor in scene.actors}
    for shot in frames:
        assert set(np.unique(shot.frame.instance)) - {0} <= ids
        free = shot.frame.semantic == Kind.UNLABELLED
        assert 0.02 < free.mean() < 0.9
        assert (shot.frame.instance[free] == 0).all()
        assert np.isfinite(shot.frame.depth[free]).all()
        kinds = {actor.id: actor.kind for actor in scene.actors}
        for number in set(np.unique(shot.frame.instance)) - {0}:
            seen = Counter(shot.frame.semantic[shot.frame.instance == number].tolist())
            assert seen.most_common(1)[0][0] == kinds[int(number)]


@pytest.mark.parametrize("form", FORMS)
def test_shapes_are_closed_and_fill_their_box(form: str) -> None:
    look = sample_shape(rng_for(1, form), (1.0, 2.0, 3.0), form, textured=True)
    mesh = shape_mesh(look)
    low, high = mesh.extent
    tall = 0.9 if form == "torus" else 3.0
    sides = math.sqrt(0.5) if form == "pyramid" else 1.0
    np.testing.assert_allclose(high - low, (sides * 1.0, sides * 2.0, tall), rtol=0.02)
    corners = mesh.positions[mesh.triangles].astype(np.float64)
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    np.testing.assert_allclose(faces.sum(0), 0.0, atol=1e-4)  # closed
    volume = np.einsum("ij,ij->i", corners[:, 0], faces).sum() / 6.0
    share = {"sphere": math.pi / 6, "box": 1.0, "cylinder": math.pi / 4, "cone": math.pi / 12, "pyramid": 1 / 6}
    expected = share.get(form, 2 * math.pi**2 * 0.35 * 0.15**2)
    assert volume == pytest.approx(6.0 * expected, rel=0.05)  # triangles look outward
    outward = np.einsum("ij,ij->i", mesh.normals[mesh.triangles].mean(1), faces)
    assert (outward > 0).mean() > 0.99
    assert shape_mesh(ShapeLook(**vars(look))) is mesh


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("ego: {lane: 0}", "plain scenes have no lanes for the ego"),
        ("physics: bullet", "plain scenes are for `physics: kinematic`"),
        ("plain: {distractors: 500}", "500 shapes is outside [0, 200] shapes"),
    ],
)
def test_what_plain_mode_cannot_do_is_one_error(more: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="plain") as error:
        plain("street", tmp_path, f"randomisation: plain\n{more}")
    assert problem in str(error.value)


def test_everybody_moves_straight_on(tmp_path: Path) -> None:
    scene = plain("pavement", tmp_path).sample(0)
    walkers = [actor for actor in scene.actors if actor.kind not in VEHICLES and actor.speed > 0]
    assert walkers
    for actor in walkers:
        way = actor.path[-1] - actor.path[0]
        assert math.cos(math.atan2(way[1], way[0]) - actor.heading) > 0.999
        assert actor.path_z is not None and not actor.path_z.any()
