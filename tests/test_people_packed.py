"""People of packs: fitted to our skeleton, on the ground, dyed; with a pack that the test makes of built-in people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderers.glb import Level, Model, read_glb, write_glb
from renderers.mesh import Material, Texture
from renderers.packed import packed
from renderers.people import Gait, person_mesh, pose_person
from renderers.people_form import SkinnedMesh
from scenes.catalogue import FORMAT, INDEX, AssetError, asset, choose_packs, installed, packs_folder
from scenes.equip import equipped
from scenes.equip_people import person
from scenes.files import load
from scenes.people import PersonLook, sample_person
from scenes.seeds import rng_for
from sim.people_gait import rhythm
from sim.people_pose import leg_of
from sim.people_skeleton import ARM, HEAD

CLOTH = Texture("test-cloth", np.random.default_rng(0).integers(40, 200, (16, 16, 3), dtype=np.uint8))


def bare_look(seed: int) -> PersonLook:
    """Somebody without bag and headwear."""
    look = sample_person(rng_for(seed, "packed"), age_group="adult")
    return replace(look, bag=replace(look.bag, style="none"), head=replace(look.head, headwear="none"))


def details_of(body: SkinnedMesh) -> dict[str, object]:
    """Measures of a built-in person as a pack states them."""
    skeleton, points = body.skeleton, body.mesh.positions
    heel, _, tip = skeleton.foot
    return {
        "sex": body.look.body.sex, "age_group": body.look.age_group, "build": body.look.body.weight,
        "tone": "caucasian",
        "hair": "short01", "suit": "test", "hat": False, "joints": skeleton.joints.tolist(), "sole": 0.0,
        "heel": float(skeleton.joints[ARM[1] + 8, 0] + heel), "tip": float(skeleton.joints[ARM[1] + 8, 0] + tip),
        "hips": skeleton.clearance, "chin": skeleton.chin, "vertex": skeleton.height, "long_sleeves": True,
        "bare_legs": False, "eyes": [float(skeleton.face[1, 0] + 0.012), 0.0, float(skeleton.face[1, 2])],
        "height": float(points[:, 2].max()),
    }  # fmt: skip


def write_pack(looks: dict[str, PersonLook]) -> None:
    """Write a pack of built-in people, in another size than their own."""
    folder = packs_folder() / "people"
    folder.mkdir(parents=True)
    rows, files = {}, {}
    for name, look in looks.items():
        levels = []
        for detail in range(3):
            body = person_mesh(look, detail)
            mesh = replace(body.mesh, palette=(Material(texture=CLOTH),) * 2, materials=body.mesh.triangles[:, 0] % 2)
            levels.append(Level(replace(mesh, colours=np.ones_like(mesh.colours)), body.bones, body.weights))
        write_glb(folder / f"{name}.glb", Model(tuple(levels), ("top", "skin")))
        files[f"{name}.glb"] = hashlib.sha256((folder / f"{name}.glb").read_bytes()).hexdigest()
        rows[name] = {
            "sort": "person", "file": f"{name}.glb", "size": [0, 0, 0], "licence": "CC0-1.0", "source": "test",
            "details": details_of(person_mesh(look, 0)),
        }  # fmt: skip
    index = {"format": FORMAT, "builder": 1, "sources": [], "assets": rows, "files": files}
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, PersonLook]]:
    """A pack of two people."""
    monkeypatch.setenv("SKIDPAD_CACHE", str(tmp_path))
    looks = {f"one-{k}": bare_look(k) for k in range(2)}
    write_pack(looks)
    packed.cache_clear()
    yield looks
    packed.cache_clear()


def test_somebody_fitted_to_the_own_skeleton_is_the_same(pack: dict[str, PersonLook]) -> None:
    for name, look in pack.items():
        for detail in range(3):
            own, fitted = person_mesh(look, detail), person_mesh(replace(look, asset=f"people/{name}"), detail)
            assert np.abs(own.mesh.positions - fitted.mesh.positions).max() < 0.01


def test_joints_of_the_fitted_are_those_of_the_skeleton_at_any_height(pack: dict[str, PersonLook]) -> None:
    name, look = next(iter(pack.items()))
    for height in (1.1, 1.5, 1.95):
        tall = replace(look, asset=f"people/{name}", body=replace(look.body, height=height))
        body = person_mesh(tall, 0)
        points = body.mesh.positions
        assert abs(points[:, 2].min()) < 0.01  # soles
        hands = points[(body.bones[:, 0] == ARM[1] + 2) & (body.weights[:, 0] > 0.9)]
        assert np.linalg.norm(hands.mean(0) - body.skeleton.joints[ARM[1] + 2]) < 0.08 * height
        head = points[body.bones[:, 0] == HEAD]
        assert head[:, 2].max() == pytest.approx(height, abs=0.06)
        assert (np.linalg.norm(head - body.skeleton.face[0], axis=1).min()) < 0.03  # a nose


def test_feet_stay_where_they_are_set_down(pack: dict[str, PersonLook]) -> None:
    name, look = next(iter(pack.items()))
    check_feet(replace(look, asset=f"people/{name}"))


def check_feet(look: PersonLook) -> None:
    """The lowest point of a walk stays on the ground; the foot that stands does not slide by more than 2 cm."""
    body, speed = person_mesh(look, 0), 1.3
    pace = rhythm(look, speed)
    leg = leg_of(body.skeleton)
    assert leg.length > 0.0
    sole = body.bones[:, 0] == 13  # left foot
    flat = np.linspace(0.3, 0.7, 9) * pace.duty
    places = []
    for phase in flat:
        mesh = pose_person(body, Gait(float(phase), speed, "walk"))
        assert abs(float(mesh.positions[:, 2].min())) < 0.015
        foot = mesh.positions[sole]
        places.append(float(foot[:, 0].mean()) + pace.stride * float(phase))
    assert np.ptp(places) < 0.02


def test_clothes_are_dyed_or_keep_their_own_colours(pack: dict[str, PersonLook]) -> None:
    name, look = next(iter(pack.items()))
    red = replace(look, asset=f"people/{name}", top=replace(look.top, colour=(0.5, 0.01, 0.01), pattern="plain"))
    dyed = 0
    for seed in range(40):
        mesh = person_mesh(replace(red, seed=seed), 2).mesh
        top = np.unique(mesh.triangles[mesh.materials == 0])
        if np.allclose(mesh.colours[top], 1.0):
            assert mesh.palette[0] == packed(red.asset).levels[2].mesh.palette[0]
        else:
            dyed += 1
            assert np.allclose(mesh.colours[np.setdiff1d(top, mesh.triangles[mesh.materials == 1])], (0.5, 0.01, 0.01))
    assert 20 <= dyed <= 36  # 7 in 10


def test_the_choice_depends_on_the_look_alone(pack: dict[str, PersonLook]) -> None:
    assets = list(installed()["people"].assets.values())
    for seed in range(30):
        look = sample_person(rng_for(seed, "choice"))
        found = person(look, assets)
        assert found == person(look, assets[::-1])
        assert not found.asset or asset(found.asset).details["sex"] == look.body.sex
        assert replace(found, asset="") == look


def test_a_scene_is_equipped_and_otherwise_the_same(pack: dict[str, PersonLook]) -> None:
    scene = load("pavement").sample(0)
    dressed = equipped(scene, choose_packs("people"))
    assert equipped(scene, {}) is scene
    assert any(getattr(actor.look, "asset", "") for actor in dressed.actors)
    assert [(a.size, a.start) for a in dressed.actors] == [(a.size, a.start) for a in scene.actors]


def test_a_file_that_is_not_the_built_one_is_refused(pack: dict[str, PersonLook]) -> None:
    path = asset("people/one-0").file
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(AssetError, match=r"one-0\.glb.*sha256.*skidpad assets build people"):
        person_mesh(replace(pack["one-0"], asset="people/one-0"), 0)


def test_a_model_survives_its_file(tmp_path: Path) -> None:
    body = person_mesh(bare_look(5), 1)
    holed = Texture("holed", CLOTH.pixels, np.full((16, 16), 255, np.uint8))
    material = Material((0.5, 0.25, 1.0), holed, 0.5, 0.25, 0.0625)
    mesh = replace(body.mesh, palette=(material,), materials=body.mesh.materials * 0)
    write_glb(tmp_path / "one.glb", Model((Level(mesh, body.bones, body.weights),), ("hair",), {"a": [1, 2]}))
    found = read_glb(tmp_path / "one.glb")
    (level,) = found.levels
    assert found.roles == ("hair",) and found.extras == {"a": [1, 2]}
    for name in ("positions", "normals", "uvs", "colours", "triangles", "materials"):
        assert np.array_equal(getattr(level.mesh, name), getattr(mesh, name)), name
    assert np.array_equal(level.bones, body.bones) and np.array_equal(level.weights, body.weights)
    (read,) = level.mesh.palette
    assert replace(read, texture=None) == replace(material, texture=None)
    assert read.texture is not None and np.array_equal(read.texture.pixels, CLOTH.pixels)
    assert read.texture.alpha is not None and read.texture.alpha.min() == 255
