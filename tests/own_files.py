"""Small models in other people's formats, written by the tests."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

CUBE = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
SIDES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]  # anticlockwise outside
BENCH = (  # low corner and extent, m, x to the right, y up, z forward
    ((-0.8, 0.40, -0.24), (1.6, 0.05, 0.48), "wood"),
    ((-0.8, 0.50, -0.27), (1.6, 0.34, 0.05), "wood"),
    ((-0.7, 0.00, -0.22), (0.08, 0.40, 0.42), "steel"),
    ((0.62, 0.00, -0.22), (0.08, 0.40, 0.42), "steel"),
)
MTL = "newmtl wood\nKd 0.5 0.3 0.2\nnewmtl steel\nKd 0.2 0.2 0.22\n"
YAML = """format: 1
name: yard
author: Jane Doe
licence: CC0-1.0
assets:
  seat:
    file: {file}
    kind: bench
"""


def obj_of(scale: float = 1.0, columns: tuple[int, int, int] = (0, 1, 2)) -> str:
    """The bench as an OBJ file."""
    lines = ["mtllib bench.mtl"]
    for number, (low, size, material) in enumerate(BENCH):
        points = scale * (np.array(low) + CUBE * size)[:, columns]
        lines += [f"usemtl {material}", *(f"v {x:.6g} {y:.6g} {z:.6g}" for x, y, z in points)]
        lines += ["f " + " ".join(str(8 * number + corner + 1) for corner in side) for side in SIDES]
    return "\n".join(lines) + "\n"


CAR_YAML = """format: 1
name: garage
author: Jane Doe
licence: CC0-1.0
assets:
  box-car:
    file: car.obj
    kind: hatchback
    materials: {body: paint, window: glass, tyres: tyre, hub: rim, front: head, back: tail}
"""


def car_of(scale: float = 1.0) -> str:
    """A hatchback as an OBJ file, m, y up, z forward: hull, cabin, panes, lamps and four wheels."""
    lines = ["mtllib car.mtl"]
    count = 0

    def add(material: str, points: Any, sides: Any) -> None:
        nonlocal count
        lines.append(f"usemtl {material}")
        lines.extend(f"v {x:.6g} {y:.6g} {z:.6g}" for x, y, z in scale * np.array(points, float))
        lines.extend("f " + " ".join(str(count + corner + 1) for corner in side) for side in sides)
        count += len(points)

    def block(material: str, low: Any, high: Any, lean: float = 0.0) -> None:
        points = np.array(low) + CUBE * (np.array(high) - low)
        top = CUBE[:, 1] > 0
        points[top, 2] *= 1.0 - lean
        add(material, points, SIDES)

    block("body", (-0.855, 0.22, -2.05), (0.855, 0.90, 2.05))
    block("body", (-0.75, 0.90, -1.75), (0.75, 1.45, 0.95), 0.25)
    for x in (-0.76, 0.76):  # panes lie a little before the cabin
        flip = 1 if x > 0 else -1
        pane = [(x, 0.98, 0.6), (x, 0.98, -1.4), (x, 1.38, -1.15), (x, 1.38, 0.5)]
        add("window", pane, [(0, 1, 2, 3)[::flip]])
    add("window", [(-0.7, 0.93, 0.96), (0.7, 0.93, 0.96), (0.7, 1.4, 0.76), (-0.7, 1.4, 0.76)], [(0, 1, 2, 3)])
    add("window", [(0.7, 0.93, -1.76), (-0.7, 0.93, -1.76), (-0.7, 1.4, -1.38), (0.7, 1.4, -1.38)], [(0, 1, 2, 3)])
    for x in (-0.8, 0.45):
        block("front", (x, 0.62, 2.04), (x + 0.35, 0.78, 2.055))
        block("back", (x, 0.62, -2.055), (x + 0.35, 0.86, -2.04))
    turn = np.arange(16) * np.pi / 8
    for x in (-0.75, 0.75):
        for z in (1.24, -1.32):
            for name, radius, half in (("tyres", 0.30, 0.1), ("hub", 0.19, 0.102)):
                ring = np.column_stack([np.zeros(16), 0.3 + radius * np.sin(turn), z + radius * np.cos(turn)])
                points = np.concatenate([ring + np.array([x + side * half, 0, 0]) for side in (-1, 1)])
                sides = [(k, k + 16, (k + 1) % 16 + 16, (k + 1) % 16) for k in range(16)]
                add(name, points, [*sides, tuple(range(16)), tuple(range(31, 15, -1))])
    return "\n".join(lines) + "\n"


def write_car(folder: Path, scale: float = 1.0) -> Path:
    """A folder with the hatchback."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "assets.yaml").write_text(CAR_YAML, encoding="utf-8")
    (folder / "car.obj").write_text(car_of(scale), encoding="utf-8")
    names = ("body", "window", "tyres", "hub", "front", "back")
    (folder / "car.mtl").write_text("".join(f"newmtl {name}\nKd 0.5 0.5 0.5\n" for name in names), encoding="utf-8")
    return folder


def png(wide: int = 16, high: int = 16, colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (wide, high), colour).save(out, "PNG")
    return out.getvalue()


def gltf_of(uri: str = "bench.bin", image: str = "wood.png") -> tuple[dict[str, Any], bytes]:
    """The bench as a glTF document and its buffer; its wood wears a picture."""
    binary, views, accessors, primitives = bytearray(), [], [], []

    def array(values: np.ndarray, component: int, kind: str) -> int:
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": values.nbytes})
        limits = {"min": values.min(0).tolist(), "max": values.max(0).tolist()} if kind == "VEC3" else {}
        row = {"bufferView": len(views) - 1, "componentType": component, "count": len(values), "type": kind, **limits}
        accessors.append(row)
        binary.extend(values.tobytes())
        return len(accessors) - 1

    for low, size, material in BENCH:
        points = np.concatenate([(np.array(low) + CUBE * size)[list(side)] for side in SIDES]).astype(np.float32)
        corners = np.concatenate([[4 * k, 4 * k + 1, 4 * k + 2, 4 * k, 4 * k + 2, 4 * k + 3] for k in range(6)])
        attributes = {"POSITION": array(points, 5126, "VEC3")}
        attributes["TEXCOORD_0"] = array(
            np.tile([[0, 0], [1, 0], [1, 1], [0, 1]], (6, 1)).astype(np.float32), 5126, "VEC2"
        )
        indices = array(corners.astype(np.uint32), 5125, "SCALAR")
        primitives.append({"attributes": attributes, "indices": indices, "material": int(material == "steel")})
    steel = {"baseColorFactor": [0.1, 0.1, 0.1, 1.0], "metallicFactor": 0.0}
    document = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}],
        "nodes": [{"children": [1]}, {"mesh": 0}], "meshes": [{"primitives": primitives}],
        "materials": [
            {"name": "wood", "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "metallicFactor": 0.0}},
            {"name": "steel", "pbrMetallicRoughness": steel},
        ],
        "textures": [{"source": 0}], "images": [{"uri": image}], "accessors": accessors, "bufferViews": views,
        "buffers": [{"uri": uri, "byteLength": len(binary)}],
    }  # fmt: skip
    return document, bytes(binary)


def glb_of(document: Mapping[str, Any], binary: bytes) -> bytes:
    """A GLB of a document whose first buffer is the binary chunk."""
    document = {**document, "buffers": [{"byteLength": len(binary)}]}
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunk = binary + b"\0" * (-len(binary) % 4)
    parts = [(0x4E4F534A, text), (0x004E4942, chunk)]
    body = b"".join(np.array([len(part), kind], "<u4").tobytes() + part for kind, part in parts)
    return b"glTF" + np.array([2, 12 + len(body)], "<u4").tobytes() + body


def write_bench(folder: Path, kind: str, change: Callable[[dict[str, Any]], object] | None = None) -> Path:
    """A folder with the bench as .obj, .gltf or .glb; a change may spoil the glTF document."""
    folder.mkdir(parents=True, exist_ok=True)
    document, binary = gltf_of()
    if change is not None:
        change(document)
    (folder / "assets.yaml").write_text(YAML.format(file=f"bench.{kind}"), encoding="utf-8")
    if kind == "obj":
        (folder / "bench.obj").write_text(obj_of(), encoding="utf-8")
        (folder / "bench.mtl").write_text(MTL, encoding="utf-8")
    else:
        (folder / "wood.png").write_bytes(png())
    if kind == "gltf":
        (folder / "bench.gltf").write_text(json.dumps(document), encoding="utf-8")
        (folder / "bench.bin").write_bytes(binary)
    elif kind == "glb":
        (folder / "bench.glb").write_bytes(glb_of(document, binary))
    return folder


def edit(folder: Path, old: str, new: str) -> None:
    """Change `assets.yaml`."""
    file = folder / "assets.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
