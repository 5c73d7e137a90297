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
from renderers.people_hair import line_at
from renderers.people_headwear import OVER, covering, origin_of
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
    """Somebody without bag, headwear and coat."""
    look = sample_person(rng_for(seed, "packed"), age_group="adult")
    head, top = replace(look.head, headwear="none"), replace(look.top, style="t_shirt", scarf="none")
    return replace(look, bag=replace(look.bag, style="none"), head=head, top=top)


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


def test_coats_that_packs_lack_are_built_in_ones(pack: dict[str, PersonLook]) -> None:
    name, look = next(iter(pack.items()))
    mild = replace(look, asset=f"people/{name}")
    cold = replace(mild, top=replace(look.top, style="coat", sleeves=1.0))
    for detail in range(3):
        summer, winter = person_mesh(mild, detail), person_mesh(cold, detail)
        worn = {texture for texture in (m.texture and m.texture.key for m in winter.mesh.palette)}
        assert any(key and key.startswith("person-") for key in worn)  # fabric of built-in people
        sleeves = np.isin(winter.bones[:, 0], (ARM[1], ARM[-1]))
        drawn = np.zeros(len(sleeves), bool)
        drawn[winter.mesh.triangles.reshape(-1)] = True
        theirs = drawn[: len(summer.mesh.positions)] & sleeves[: len(summer.mesh.positions)]
        assert not theirs.any()  # nothing of the pack's arms is left
        assert (drawn & sleeves).any()


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


@pytest.mark.parametrize("wear", OVER)
@pytest.mark.parametrize("detail", [0, 1, 2])
def test_headwear_lies_over_packed_heads(pack: dict[str, PersonLook], wear: str, detail: int) -> None:
    for name, look in pack.items():
        bare = person_mesh(replace(look, asset=f"people/{name}"), detail)
        worn = replace(look, asset=f"people/{name}", head=replace(look.head, headwear=wear))
        covered = person_mesh(worn, detail)
        count, skeleton = len(bare.mesh.positions), bare.skeleton
        cloth = covered.mesh.positions[count:].astype(float) - origin_of(skeleton)
        assert len(cloth) > (300, 130, 60)[detail]
        head = bare.mesh.positions[bare.bones[:, 0] == HEAD].astype(float)
        off = head - origin_of(skeleton)
        line = line_at(wear, np.arctan2(off[:, 1], off[:, 0]))
        below = off[(head[:, 2] - skeleton.chin) / skeleton.head_height > line + 0.08]
        assert len(below) > 3
        far = np.linalg.norm(cloth, axis=1)
        near = (below / np.linalg.norm(below, axis=1)[:, None]) @ (cloth / far[:, None]).T
        nearest = np.argsort(-near, axis=1)[:, : (3, 4, 6)[detail]]
        assert (far[nearest].max(1) > np.linalg.norm(below, axis=1) - 0.012).all()  # half of this pack is no skin
        face = cloth[(cloth[:, 0] > 0.06) & (np.abs(cloth[:, 1]) < 0.03)] + origin_of(skeleton)
        assert wear in ("hood", "headscarf") or face[:, 2].min(initial=2.5) > skeleton.face[1, 2]
        soles = pose_person(covered, Gait(0.2, 1.2)).positions[:, 2].min()
        assert abs(float(soles)) < 0.01


def test_hair_is_hidden_below_headwear(pack: dict[str, PersonLook]) -> None:
    name, look = next(iter(pack.items()))
    asset_look = replace(look, asset=f"people/{name}")
    model = replace(packed(asset_look.asset), roles=("hair", "skin"))
    for wear in OVER:
        own = replace(asset_look, head=replace(look.head, headwear=wear))
        body = person_mesh(asset_look, 1)
        mesh, parts = covering(body.mesh, model, replace(body.skeleton, look=own), 1, coated=False)
        assert parts
        assert bool((np.array(model.roles)[mesh.materials] == "hair").any()) is (wear in ("cap", "beanie"))


def test_people_with_any_headwear_are_of_the_pack(pack: dict[str, PersonLook]) -> None:
    assets = [one for one in installed()["people"].assets.values() if one.sort == "person"]
    look = next(iter(pack.values()))
    for wear in (*OVER, "none"):
        assert person(replace(look, head=replace(look.head, headwear=wear)), assets).asset
    assert not person(replace(look, head=replace(look.head, headwear="hat")), assets).asset  # this pack has none
