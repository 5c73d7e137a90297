"""A user's own models: what joins the catalogue, what is refused at the door, and with which line."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import tempfile
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import skidpad
from renderers.glb import read_glb
from renderers.packed import packed
from renderers.packs import own_door
from renderers.packs.build import build, builder_of
from renderers.props import prop_mesh
from scenes.catalogue import AssetError, broken_files, choose_packs, installed
from scenes.equip import equipped
from scenes.equip_props import prop
from scenes.files import load
from scenes.props import sample_prop
from scenes.seeds import rng_for
from tests.own_files import MTL, YAML, glb_of, gltf_of, obj_of, png, write_bench
from tests.test_packs import run

KINDS = ("obj", "gltf", "glb")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache; paths in messages are relative."""
    monkeypatch.setenv("SKIDPAD_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    packed.cache_clear()
    return tmp_path / "cache"


def edit(folder: Path, old: str, new: str) -> None:
    """Change `assets.yaml`."""
    file = folder / "assets.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def refused(folder: Path) -> str:
    """The message of a build that fails; nothing of the pack appears."""
    with pytest.raises(AssetError) as error:
        build(builder_of(str(folder)))
    assert installed() == {}
    message = str(error.value)
    assert "\n" not in message and len(message) < 900
    return message


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


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("kind: bench", "kind: bensch", "assets.yaml:8 assets.seat.kind: 'bensch' is not supported; did you mean \"bench\"?"),
        ("kind: bench", "kind: person", "'person' is not supported; kinds are street-lamp, lantern, "),
        ("kind: bench", "kind: bench\n    scale: -1", "assets.yaml:9 assets.seat.scale: Input should be greater than 0"),
        ("kind: bench", "kind: bench\n    scale: .nan", "assets.yaml:9 assets.seat.scale: "),
        ("kind: bench", "kind: bench\n    up: w", "assets.yaml:9 assets.seat.up: Input should be 'x', '-x'"),
        ("kind: bench", "kind: bench\n    up: z\n    forward: -z", "assets.yaml:6 assets.seat: up z and forward -z lie along"),
        ("kind: bench", "kind: bench\n    sclae: 1", "assets.yaml:9 assets.seat.sclae: unknown key; did you mean \"scale\"?"),
        ("kind: bench", "kind: bench\n    materials: {iron: paint}", "materials.iron: is no material of bench.obj; it has 'wood', 'steel'"),
        ("kind: bench", "kind: bench\n    materials: {wood: gold}", "materials.wood: Input should be 'paint', 'leaf', 'lamp', 'glass'"),
        ("name: yard", "name: people", "assets.yaml:2 name: 'people' cannot be the name of a pack"),
        ("name: yard", "name: ../yard", "name: '../yard' cannot be the name of a pack"),
        ("seat:", "Seat one:", "assets.yaml:5 assets: 'Seat one': names are up to 40 of"),
        ("licence: CC0-1.0\n", "", "licence: is missing"),
        ("format: 1", "format: 2", "assets.yaml:1 format: "),
        ("file: bench.obj", "file: ../bench.obj", "assets.yaml:7 assets.seat.file: ../bench.obj: leads out of the folder"),
        ("file: bench.obj", "file: /etc/passwd.obj", "/etc/passwd.obj: leads out of the folder"),
        ("file: bench.obj", "file: C:/bench.obj", "C:/bench.obj: leads out of the folder"),
        ("file: bench.obj", "file: http://a.b/bench.obj", "'http://a.b/bench.obj': is no file of the folder"),
        ("file: bench.obj", "file: chair.obj", "chair.obj: no such file"),
        ("file: bench.obj", "file: bench.zip", "bench.zip is none of .obj, .gltf, .glb; archives must be unpacked first"),
        ("licence: CC0-1.0", "licence: CC0-1.0\nnotices: [../x]", "../x: leads out of the folder"),
        ("licence: CC0-1.0", "licence: CC0-1.0\nnotices: [no]", "no: no such file"),
        ("format: 1", "format: [", "assets.yaml:"),
    ],
)  # fmt: skip
def test_a_wrong_assets_yaml_is_one_line_with_its_line(old: str, new: str, problem: str, tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    edit(folder, old, new)
    assert problem in refused(folder)


@pytest.mark.parametrize(
    ("scale", "kind", "problem"),
    [
        (100.0, "bench", "51 x 160 x 84 m (length x width x height), but a bench is about 0.5-0.65 x 1.4-2 x 0.75-0.9 m; with scale: 0.01"),
        (0.001, "bench", "with scale: 1000 it would fit"),
        (1.0, "street-lamp", "0.51 x 1.6 x 0.84 m (length x width x height), but a street-lamp is about"),
        (0.0, "bench", "bench.obj: has no triangles"),
        (1e12, "bench", "beyond 1e9"),
    ],
)  # fmt: skip
def test_absurd_sizes_are_told_with_what_may_be_meant(scale: float, kind: str, problem: str, tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    (folder / "bench.obj").write_text(obj_of(scale))
    edit(folder, "kind: bench", f"kind: {kind}")
    assert problem in refused(folder)


def test_a_model_that_lies_on_its_side_is_told_so(tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    (folder / "bench.obj").write_text(obj_of(1.0, (1, 0, 2)))
    assert "with another up or forward it would fit" in refused(folder)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("f 1 2 99", "bench.obj:62: corner 99 of a face; there are 32 points"),
        ("v nan 0 0", "bench.obj:62: 'nan 0 0' is not 3 finite numbers"),
        ("v 1 2", "bench.obj:62: '1 2' is not 3 finite numbers"),
        ("v one 2 3", "bench.obj:62: could not convert string to float: 'one'"),
        ("f a b c", "bench.obj:62: invalid literal"),
        ("f " + "1 " * 5000, "bench.obj:62: a polygon of 5000 corners; at most 1000"),
        ("usemtl gold\nf 1 2 3", "material 'gold' is in no MTL file"),
        ("mtllib ../../other.mtl", "../../other.mtl: leads out of the folder"),
        ("mtllib other.mtl", "other.mtl: no such file, which bench.obj asks for"),
        ("\0", "bench.obj: is no text"),
    ],
)
def test_broken_obj_files(line: str, problem: str, tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    text = obj_of()
    assert len(text.splitlines()) == 61
    (folder / "bench.obj").write_text(f"{text}{line}\n")
    message = refused(folder)
    assert problem in message and message.startswith(str(folder / "assets.yaml") + ":7 assets.seat.file: ")


@pytest.mark.parametrize(
    ("mtl", "problem"),
    [
        ("map_Kd wood.png", "wood.png: no such file, which bench.mtl asks for"),
        ("map_Kd ../../wood.png", "../../wood.png: leads out of the folder"),
        ("map_Kd ..\\..\\wood.png", "leads out of the folder"),
        ("map_Kd link.png", "link.png: leads out of the folder"),
        ("map_Kd bench.obj", "bench.obj: no readable picture of PNG, JPEG"),
        ("map_Kd bomb.png", "bomb.png: "),
        ("Kd red", "bench.mtl: a material cannot be read"),
    ],
)
def test_broken_materials_of_obj_files(mtl: str, problem: str, tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    (tmp_path / "secret.png").write_bytes(png())
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "bomb.png").write_bytes(bomb(60_000))
    (folder / "bench.mtl").write_text(f"{MTL}{mtl}\n")
    assert problem in refused(folder)


def bomb(edge: int) -> bytes:
    """A small PNG file of edge x edge black pixels."""
    packer = zlib.compressobj(9)
    row = bytes(1 + edge // 8)
    data = b"".join([packer.compress(row * 100) for _ in range(edge // 100)]) + packer.flush()

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    head = edge.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("edge", [9_600, 60_000])
def test_a_picture_that_unpacks_to_gigabytes_costs_nothing(edge: int) -> None:
    content = bomb(edge)
    assert len(content) < 1_000_000
    tracemalloc.start()
    with pytest.raises(own_door.Refused, match=r"bomb\.png: .*at most 8192 x 8192 px"):
        own_door.picture(content, "bomb.png")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_large_pictures_become_small_textures() -> None:
    assert own_door.picture(png(2000, 1000), "a.png").shape == (512, 512, 4)
    assert own_door.picture(png(3, 5), "a.png").shape == (8, 8, 4)
    assert own_door.picture(png(100, 40), "a.png").shape == (128, 128, 4)


def draco(document: dict[str, Any]) -> None:
    document["extensionsRequired"] = document["extensionsUsed"] = ["KHR_draco_mesh_compression"]


def nested(document: dict[str, Any]) -> None:
    document["nodes"][1]["children"] = [0]


def many(document: dict[str, Any]) -> None:
    document["nodes"] = [{"children": list(range(1, 10_001))}] + [{"mesh": 0}] * 10_000


def first(document: dict[str, Any], **changes: object) -> None:
    document["accessors"][0].update(changes)


WRONG: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "draco": (
        draco,
        "bench.gltf: extension KHR_draco_mesh_compression is not supported; export it without compression",
    ),
    "skinned": (lambda d: d["nodes"][1].update(skin=0), "node 1 is skinned; only rigid models are supported"),
    "circle": (nested, "occurs twice or is missing"),
    "instances": (many, "480000 triangles and 960000 vertices, at most 200000"),
    "outside": (lambda d: d["buffers"][0].update(uri="../bench.bin"), "../bench.bin: leads out of the folder"),
    "encoded": (lambda d: d["buffers"][0].update(uri="%2e%2e/bench.bin"), "../bench.bin: leads out of the folder"),
    "network": (
        lambda d: d["buffers"][0].update(uri="https://a.b/c.bin"),
        "'https://a.b/c.bin': is no file of the folder",
    ),
    "missing": (lambda d: d["images"][0].update(uri="oak.png"), "oak.png: no such file, which bench.gltf asks for"),
    "short": (lambda d: d["buffers"][0].update(byteLength=10**9), "of 1000000000: cut short"),
    "count": (lambda d: first(d, count=10**9), "triangles and"),
    "view": (lambda d: first(d, byteOffset=10**6), "lies outside its view"),
    "negative": (lambda d: first(d, byteOffset=-4), "lies outside its view"),
    "stride": (lambda d: d["bufferViews"][0].update(byteStride=0), "lies outside its buffer"),
    "integers": (lambda d: first(d, componentType=5125), "POSITION of mesh 0 is not plain floats"),
    "sparse": (lambda d: first(d, sparse={"count": 1}), "is sparse or without data"),
    "data": (lambda d: d["images"][0].update(uri="data:image/png;base64,*"), "cannot be decoded"),
    "no image": (
        lambda d: d["images"][0].update(uri="data:image/png;base64,AAAA"),
        "bench.gltf image 0: no readable picture",
    ),
    "version": (lambda d: d["asset"].update(version="1.0"), "only glTF 2 is supported"),
    "nan": (lambda d: d["nodes"][1].update(scale=[float("nan"), 1, 1]), "no valid glTF 2.0 (ValueError: NaN is no JSON)"),
    "empty": (lambda d: d["scenes"][0].update(nodes=[]), "has no triangles"),
    "type": (lambda d: d.update(nodes=3), "nodes is no list"),
    "material": (lambda d: d.update(materials=[]), "no valid glTF 2.0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_broken_gltf_files(name: str, tmp_path: Path) -> None:
    change, problem = WRONG[name]
    assert problem in refused(write_bench(tmp_path / "mine", "gltf", change))


def test_a_triangle_with_a_corner_that_is_not_there(tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "glb")
    document, binary = gltf_of()
    start = document["bufferViews"][2]["byteOffset"]
    changed = binary[:start] + np.array([4_000_000_000], np.uint32).tobytes() + binary[start + 4 :]
    (folder / "bench.glb").write_bytes(glb_of(document, changed))
    assert "bench.glb: a triangle has corner 4000000000; there are 24 points" in refused(folder)


def test_a_glb_that_is_cut_short(tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "glb")
    whole = (folder / "bench.glb").read_bytes()
    (folder / "bench.glb").write_bytes(whole[:-100])
    assert "its head says" in refused(folder)


def test_files_and_folders_that_are_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    with (folder / "bench.obj").open("ab") as file:
        file.truncate(own_door.LARGEST + 1)
    assert "bench.obj: 64 MB, 64 MB with the others; at most 64 MB a file" in refused(folder)
    monkeypatch.setattr(own_door, "MOST_FILES", 2)
    assert "more than 2 files" in refused(folder)


def test_devices_and_pipes_are_not_read(tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    (folder / "bench.mtl").unlink()
    os.mkfifo(folder / "bench.mtl")
    assert "bench.mtl: no such file" in refused(folder)


def test_a_file_that_changes_while_it_is_built(tmp_path: Path) -> None:
    builder = builder_of(str(write_bench(tmp_path / "mine", "obj")))
    (tmp_path / "mine" / "bench.mtl").write_text("newmtl wood\nnewmtl steel\n")
    with pytest.raises(AssetError, match=r"bench\.mtl: was changed while the pack was built"):
        build(builder)
    assert installed() == {}


def test_the_command_says_one_line_and_leaves_the_old_pack(tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    assert run("assets", "build", str(folder)).returncode == 0
    old = installed()["yard"].digest
    (folder / "bench.obj").write_text(obj_of() + "f 1 2 99\n")
    done = run("assets", "build", str(folder), "--workers", "2")
    assert done.returncode == 2 and installed()["yard"].digest == old
    said = [line for line in done.stderr.splitlines() if line.startswith("skidpad: ")]
    assert len(said) == 1 and "assets.yaml:7 assets.seat.file: bench.obj:62: corner 99" in said[0]
    assert "yard       1 assets" in run("assets", "list").stdout
    done = run("assets", "build", str(tmp_path))
    assert done.returncode == 2 and "assets.yaml: no such file" in done.stderr


def attempt(kind: str, name: str, content: bytes) -> None:
    """Build a bench with one file changed: it becomes a model, or is refused with one line."""
    with tempfile.TemporaryDirectory() as place:
        folder = write_bench(Path(place) / "mine", kind)
        (folder / name).write_bytes(content)
        (Path(place) / "out").mkdir()
        try:
            builder = builder_of(str(folder))
            for item in builder.items({}):
                row = builder.make(item, {}, Path(place) / "out")
                assert row is not None and np.isfinite(row.size).all() and min(row.size) >= 0
        except AssetError as error:
            assert "\n" not in str(error)


def mutated(content: bytes, draw: Callable[[st.SearchStrategy[Any]], Any]) -> bytes:
    """A few bytes changed, and sometimes a part left out."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        changed[draw(st.integers(0, len(changed) - 1))] = draw(st.integers(0, 255))
    if draw(st.booleans()):
        start = draw(st.integers(0, len(changed) - 1))
        del changed[start : start + draw(st.integers(0, 60))]
    return bytes(changed)


DOCUMENT, BINARY = gltf_of()
VICTIMS = {
    "obj": ("obj", "bench.obj", obj_of().encode()), "mtl": ("obj", "bench.mtl", (MTL + "map_Kd wood.png\nd 1\n").encode()),
    "yaml": ("obj", "assets.yaml", YAML.format(file="bench.obj").encode()),
    "gltf": ("gltf", "bench.gltf", json.dumps(DOCUMENT).encode()), "bin": ("gltf", "bench.bin", BINARY),
    "glb": ("glb", "bench.glb", glb_of(DOCUMENT, BINARY)), "png": ("gltf", "wood.png", png()),
}  # fmt: skip


@pytest.mark.parametrize("victim", VICTIMS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_files_are_models_or_one_line(victim: str, data: st.DataObject) -> None:
    kind, name, content = VICTIMS[victim]
    attempt(kind, name, mutated(content, data.draw))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_values_of_gltf_documents_are_models_or_one_line(data: st.DataObject) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    odd = st.sampled_from([None, -1, 0, 1, 2**31, 10**12, 1e308, float("nan"), "", "x", [], {}, [[]], True, 5126, 1.5])
    for _ in range(data.draw(st.integers(1, 3))):
        at: Any = document
        while isinstance(at, (dict, list)) and at:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(at[key], (dict, list)) or data.draw(st.integers(0, 5)) == 0:
                at[key] = data.draw(odd)
                break
            at = at[key]
    attempt("gltf", "bench.gltf", json.dumps(document).encode())
