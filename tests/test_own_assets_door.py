"""A user's own models: what is refused at the door, and with which line."""

from __future__ import annotations

import os
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renderers.packs import own_door
from renderers.packs.build import build, builder_of
from scenes.catalogue import AssetError, installed
from tests.own_files import MTL, edit, glb_of, gltf_of, obj_of, png, write_bench
from tests.test_packs import run

pytestmark = pytest.mark.usefixtures("fresh_cache", "in_own_folder")


def refused(folder: Path) -> str:
    """The message of a build that fails; nothing of the pack appears."""
    with pytest.raises(AssetError) as error:
        build(builder_of(str(folder)))
    assert installed() == {}
    message = str(error.value)
    assert "\n" not in message and len(message) < 900
    return message


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("kind: bench", "kind: bensch", "assets.yaml:8 assets.seat.kind: 'bensch' is not supported; did you mean"),
        ("kind: bench", "kind: person", "'person' is not supported; kinds are street-lamp, lantern, "),
        ("+", "scale: -1", "assets.yaml:9 assets.seat.scale: Input should be greater than 0"),
        ("+", "scale: .nan", "assets.yaml:9 assets.seat.scale: "),
        ("+", "up: w", "assets.yaml:9 assets.seat.up: Input should be 'x', '-x'"),
        ("+", "up: z\n    forward: -z", "assets.yaml:6 assets.seat: up z and forward -z lie along"),
        ("+", "sclae: 1", "assets.yaml:9 assets.seat.sclae: unknown key; did you mean \"scale\"?"),
        ("+", "materials: {iron: paint}", "materials.iron: is no material of bench.obj; it has 'wood', 'steel'"),
        ("+", "materials: {wood: gold}", "materials: wood: 'gold' is no role; here are paint, leaf, lamp"),
        ("name: yard", "name: people", "assets.yaml:2 name: 'people' cannot be the name of a pack"),
        ("name: yard", "name: ../yard", "name: '../yard' cannot be the name of a pack"),
        ("seat:", "Seat one:", "assets.yaml:5 assets: 'Seat one': names are up to 40 of"),
        ("licence: CC0-1.0\n", "", "licence: is missing"),
        ("format: 1", "format: 2", "assets.yaml:1 format: "),
        ("file: bench.obj", "file: ../bench.obj", "assets.yaml:7 assets.seat.file: ../bench.obj: leads out of"),
        ("file: bench.obj", "file: /etc/passwd.obj", "/etc/passwd.obj: leads out of the folder"),
        ("file: bench.obj", "file: C:/bench.obj", "C:/bench.obj: leads out of the folder"),
        ("file: bench.obj", "file: http://a.b/bench.obj", "'http://a.b/bench.obj': is no file of the folder"),
        ("file: bench.obj", "file: chair.obj", "chair.obj: no such file"),
        ("file: bench.obj", "file: bench.zip", "bench.zip is none of .obj, .gltf, .glb; archives must be"),
        ("licence: CC0-1.0", "licence: CC0-1.0\nnotices: [../x]", "../x: leads out of the folder"),
        ("licence: CC0-1.0", "licence: CC0-1.0\nnotices: [no]", "no: no such file"),
        ("format: 1", "format: [", "assets.yaml:"),
    ],
)  # fmt: skip
def test_a_wrong_assets_yaml_is_one_line_with_its_line(old: str, new: str, problem: str, tmp_path: Path) -> None:
    folder = write_bench(tmp_path / "mine", "obj")
    edit(folder, *(("kind: bench", f"kind: bench\n    {new}") if old == "+" else (old, new)))
    assert problem in refused(folder)


@pytest.mark.parametrize(
    ("scale", "kind", "problem"),
    [
        (100.0, "bench", "51 x 160 x 84 m (length x width x height), but a bench is about 0.5-0.65 x 1.4-2 x 0.75"),
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
    "nan": (lambda d: d["nodes"][1].update(scale=[float("nan"), 1, 1]), "(ValueError: NaN is no JSON)"),
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
