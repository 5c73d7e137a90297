"""A user's own models: what joins the catalogue, in which size and colours, and how scenes wear it."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import skidpad
from renderers.glb import read_glb
from renderers.packed import packed
from renderers.packs.build import build, builder_of
from renderers.packs.own_file import KINDS as KINDS_OF_OWN
from renderers.packs.own_file import THING_ROLES, VEHICLE_ROLES
from renderers.props import prop_mesh
from renderers.shapes import shape_mesh
from scenes.catalogue import broken_files, choose_packs
from scenes.equip import equipped
from scenes.equip_props import prop
from scenes.files import load
from scenes.kinds import Kind
from scenes.props import sample_prop
from scenes.seeds import rng_for
from skidpad.render import render_scene
from tests.own_files import MTL, edit, glb_of, gltf_of, obj_of, write_bench

KINDS = ("obj", "gltf", "glb")


pytestmark = pytest.mark.usefixtures("fresh_cache", "in_own_folder")


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_becomes_a_pack(kind: str, tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", kind)
    (folder / "LICENSE.txt").write_text("do what you like")
    edit(folder, "licence: CC0-1.0", "licence: CC0-1.0\nnotices: [LICENSE.txt]")
    pack = build(builder_of(str(folder)))
    assert pack.name == "yard" and list(pack.assets) == ["yard/seat"] and broken_files(pack) == []
    one = pack.assets["yard/seat"]
    assert one.sort == "prop" and one.details["model"] == "bench" and one.licence == "CC0-1.0"
    assert one.size == pytest.approx((0.51, 1.6, 0.84), abs=1e-4)
    assert f"seat: bench.{kind} by Jane Doe, CC0-1.0" in pack.attribution
    assert (pack.folder / "licences" / "yard-LICENSE.txt").read_text() == "do what you like"
    assert str(tmp_path) not in (pack.folder / "pack.json").read_text() + pack.attribution
    model = read_glb(one.file)
    assert len(model.levels) == 3
    for level in model.levels:
        low, high = level.mesh.extent
        assert low[2] == pytest.approx(0.0, abs=1e-5) and (low + high)[:2] == pytest.approx([0.0, 0.0], abs=1e-3)
        corner = level.mesh.positions[level.mesh.triangles]
        faces = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        assert (np.einsum("td,td->t", faces, level.mesh.normals[level.mesh.triangles[:, 0]]) > 0).all()
        volume = np.einsum("td,td->t", corner[:, 0], faces).sum() / 6
        assert volume == pytest.approx(1.6 * 0.05 * 0.48 + 1.6 * 0.34 * 0.05 + 2 * 0.08 * 0.4 * 0.42, rel=1e-3)
    back = model.levels[0].mesh.positions
    assert back[back[:, 2] > 0.5][:, 0].max() < -0.15  # the seat looks forward, along x


AXES = [("z", "-y", (0, 2, 1), (1, -1, 1)), ("z", "y", (0, 2, 1), (-1, 1, 1)), ("-y", "z", (0, 1, 2), (-1, -1, 1))]


@pytest.mark.parametrize(("up", "forward", "columns", "signs"), AXES)
def test_other_axes_and_units_give_the_same_bench(
    up: str, forward: str, columns: tuple[int, int, int], signs: tuple[int, int, int], tmp_path: Path
) -> None:
    plain = build(builder_of(str(write_bench(tmp_path / "plain", "obj")))).assets["yard/seat"]
    here = read_glb(plain.file).levels[0].mesh
    folder = write_bench(tmp_path / "turned", "obj")
    lines = []
    for line in obj_of(100.0).splitlines():
        if line.startswith("v "):
            x, y, z = np.array([float(part) for part in line.split()[1:]])[list(columns)] * signs
            line = f"v {x} {y} {z}"
        lines.append(line)
    (folder / "bench.obj").write_text("\n".join(lines))
    edit(folder, "kind: bench", f"kind: bench\n    up: {up}\n    forward: {forward}\n    scale: 0.01")
    there = read_glb(build(builder_of(str(folder))).assets["yard/seat"].file).levels[0].mesh
    first, second = (np.unique(np.round(mesh.positions, 4), axis=0) for mesh in (here, there))
    assert first == pytest.approx(second, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_the_right_way_up(kind: str, tmp_path: Path) -> None:
    """The upper half of the picture is red; the upper corners of the back of the bench wear it."""
    folder = write_bench(tmp_path / "mine", kind)
    both = np.concatenate([np.full((8, 16, 3), (255, 0, 0)), np.full((8, 16, 3), (0, 0, 255))]).astype(np.uint8)
    image = io.BytesIO()
    Image.fromarray(both).save(image, "PNG")
    points, uvs = (
        [(-0.8, 0.3, -0.27), (0.8, 0.3, -0.27), (0.8, 0.8, -0.27), (-0.8, 0.8, -0.27)],
        [(0, 1), (1, 1), (1, 0), (0, 0)],
    )
    if kind == "obj":
        text = obj_of() + "".join(f"v {x} {y} {z}\n" for x, y, z in points)
        text += "".join(f"vt {u} {1 - v}\n" for u, v in uvs) + "usemtl board\nf 33/1 34/2 35/3 36/4\n"
        (folder / "bench.obj").write_text(text)
        (folder / "bench.mtl").write_text(f"{MTL}newmtl board\nKd 0 0 0\nmap_Kd -s 1 1 1 wood.png\n")
    else:
        document, binary = gltf_of()
        start = document["bufferViews"][document["meshes"][0]["primitives"][0]["attributes"]["TEXCOORD_0"]][
            "byteOffset"
        ]
        where = document["bufferViews"][0]["byteOffset"]
        changed = bytearray(binary)
        changed[where : where + 48] = np.array(points, np.float32).tobytes()
        changed[start : start + 32] = np.array(uvs, np.float32).tobytes()
        document["images"] = [{"uri": "data:image/png;base64," + base64.b64encode(image.getvalue()).decode()}]
        (folder / "bench.bin").write_bytes(changed)
        (folder / "bench.gltf").write_text(json.dumps(document))
        (folder / "bench.glb").write_bytes(glb_of(document, bytes(changed)))
    (folder / "wood.png").write_bytes(image.getvalue())
    mesh = read_glb(build(builder_of(str(folder))).assets["yard/seat"].file).levels[0].mesh
    texture = next(m.texture for m in mesh.palette if m.texture is not None)
    tall = np.ptp(mesh.positions[mesh.triangles][:, :, 2], axis=1) > 0.45  # of the board, and of nothing else
    assert texture is not None and tall.sum() == 2
    for triangle in mesh.triangles[tall]:
        inside = np.full((3, 3), 0.1) + 0.7 * np.eye(3)  # near the corners
        for place, uv in zip(inside @ mesh.positions[triangle], inside @ mesh.uvs[triangle], strict=True):
            row = int(np.floor((uv[1] % 1.0) * len(texture.pixels)))
            assert (texture.pixels[row, 0, 0] > 128) == (place[2] > 0.55)


def test_what_may_be_coloured_takes_the_colours_of_the_look(tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    edit(folder, "kind: bench", "kind: bench\n    materials: {wood: paint}")
    pack = build(builder_of(str(folder)))
    assert set(packed("yard/seat").roles) == {"paint", ""}
    chosen = 0
    for k in range(30):
        look = prop(sample_prop(rng_for(k, "seat"), "bench"), list(pack.assets.values()))
        if look.asset:
            chosen += 1
            mesh = prop_mesh(look, False)
            assert look.colour in [one.colour for one in mesh.palette]
            assert (mesh.extent[1] - mesh.extent[0]) == pytest.approx(look.size, rel=1e-4)
    assert chosen > 10


def test_scenes_wear_them_and_datasets_lock_them(tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "glb")
    pack = build(builder_of(str(folder)))
    packs = choose_packs("yard")
    worn = [
        one.look.asset for k in range(12) for one in equipped(load("street").sample(k), packs).props if one.look.asset
    ]
    again = [
        one.look.asset for k in range(12) for one in equipped(load("street").sample(k), packs).props if one.look.asset
    ]
    assert worn == again and set(worn) == {"yard/seat"}
    (tmp_path / "tiny.yaml").write_text(
        "format: 1\nroads: {layout: street, length: 60}\ncameras: [{kind: pavement, width: 64, height: 48}]\n"
    )
    out = skidpad.generate(tmp_path / "tiny.yaml", tmp_path / "data", samples=1, assets="yard")
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["assets"] == "yard" and manifest["inputs"]["pack yard"] == pack.digest
    assert "Jane Doe" in (out / "licences" / "yard" / "ATTRIBUTION.txt").read_text()


def test_what_is_there_is_not_built_again_unless_a_file_changed(tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    first = build(builder_of(str(folder)))
    changed = first.folder.stat().st_mtime_ns
    assert build(builder_of(str(folder))).digest == first.digest and first.folder.stat().st_mtime_ns == changed
    (folder / "bench.mtl").write_text(MTL.replace("0.5", "0.6"))
    second = build(builder_of(str(folder)))
    assert second.digest != first.digest
    shutil.copytree(folder, tmp_path / "copy")
    assert build(builder_of(str(tmp_path / "copy")), again=True).digest == second.digest  # wherever the folder lies


def test_distractors_of_plain_randomisation_wear_them(tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    (folder / "bench.obj").write_text(obj_of(40.0))  # those have any size
    edit(folder, "kind: bench", "kind: distractor\n    materials: {wood: paint}")
    packs = {"yard": build(builder_of(str(folder)))}
    file = tmp_path / "plain.yaml"
    file.write_text("format: 1\nextends: library/street\nrandomisation: plain\nplain: {distractors: 60, backdrop: 1}\n")
    scene = load(file).sample(1)
    dressed = equipped(scene, packs)
    assert dressed.props == equipped(scene, {}).props
    worn = 0
    for before, after in zip(scene.shapes, dressed.shapes, strict=True):
        assert after.position is before.position and after.look.size == before.look.size
        assert not after.look.asset or before.flies
        if after.look.asset:
            worn += 1
            mesh = shape_mesh(after.look)
            assert np.linalg.norm(mesh.positions, axis=1).max() <= 0.5 * np.linalg.norm(after.look.size) * 1.001
            assert {one.kind for one in mesh.palette} == {Kind.UNLABELLED}
            assert after.look.colour in [one.colour for one in mesh.palette]
    flying = sum(one.flies for one in scene.shapes)
    assert 0.3 < worn / flying < 0.7 and flying < len(scene.shapes)
    again = equipped(scene, packs)
    assert [one.look for one in again.shapes] == [one.look for one in dressed.shapes]
    assert render_scene(dressed)[0].frame.rgb.shape == render_scene(scene)[0].frame.rgb.shape


def test_the_documents_name_every_kind(root: Path) -> None:
    text = (root / "docs" / "assets.md").read_text(encoding="utf-8")
    told = text[text.index("Kinds are things of the street") :].partition("The pack is used like any other")[0]
    named = set(re.findall(r"`([a-z_-]+)`", told))
    assert named == {*KINDS_OF_OWN, *THING_ROLES, *VEHICLE_ROLES}
