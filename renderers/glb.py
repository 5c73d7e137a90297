"""Models of asset packs as binary glTF 2.0 (Khronos), which other programs open too.

A file holds one mesh for each level of detail, `detail0` the finest, which share materials and pictures. Axes: glTF is
y up and z forward, ours z up and x forward.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Floats, Ints, Material, Mesh, Texture
from scenes.catalogue import AssetError
from scenes.kinds import Kind
from scenes.wholefile import write_whole

MAGIC, VERSION, JSON_CHUNK, BIN_CHUNK = 0x46546C67, 2, 0x4E4F534A, 0x004E4942
GLTF_FROM_MODEL = (1, 2, 0)  # columns of ours that are x, y, z of glTF
MODEL_FROM_GLTF = (2, 0, 1)
TYPES: dict[int, type[np.generic]] = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
ARRAY_BUFFER, ELEMENT_BUFFER = 34962, 34963


@dataclass(frozen=True, eq=False)
class Level:
    """One level of detail."""

    mesh: Mesh
    bones: Ints | None = None  # (V, 4) of a skinned one
    weights: Floats | None = None  # (V, 4), rows sum to 1


@dataclass(frozen=True, eq=False)
class Model:
    """Everything of one file."""

    levels: tuple[Level, ...]  # finest first; all with the same palette
    roles: tuple[str, ...]  # of each material of the palette: paint, glass, skin, hair, top ...; "" = keeps its colour
    extras: Mapping[str, Any] = field(default_factory=dict)  # JSON-ready


class _Buffer:
    """The binary chunk while it is written."""

    def __init__(self) -> None:
        self.bytes = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, content: bytes, target: int | None = None) -> int:
        self.bytes += b"\0" * (-len(self.bytes) % 4)
        row = {"buffer": 0, "byteOffset": len(self.bytes), "byteLength": len(content)}
        self.views.append(row if target is None else {**row, "target": target})
        self.bytes += content
        return len(self.views) - 1

    def array(self, values: NDArray[np.generic], target: int = ARRAY_BUFFER) -> int:
        component = next(code for code, kind in TYPES.items() if kind == values.dtype.type)
        width = next(name for name, n in WIDTHS.items() if n == (1 if values.ndim == 1 else values.shape[1]))
        row = {
            "bufferView": self.view(np.ascontiguousarray(values).tobytes(), target),
            "componentType": component, "count": len(values), "type": width,
        }  # fmt: skip
        if target == ARRAY_BUFFER and width == "VEC3":
            row |= {"min": values.min(0).tolist(), "max": values.max(0).tolist()}
        self.accessors.append(row)
        return len(self.accessors) - 1


def write_glb(path: Path, model: Model) -> None:
    """Write a model.

    Args:
        path: file to make, whole or not at all.
        model: levels share one palette; textures are square, their edges powers of two.
    """
    buffer, palette = _Buffer(), model.levels[0].mesh.palette
    textures = list({m.texture.key: m.texture for m in palette if m.texture is not None}.values())
    images = [{"bufferView": buffer.view(_png(one)), "mimeType": "image/png", "name": one.key} for one in textures]
    numbers = {one.key: k for k, one in enumerate(textures)}
    document = {
        "asset": {"version": "2.0", "generator": "skidpad"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": k, "name": f"detail{k}"} for k in range(len(model.levels))],
        "meshes": [_mesh_row(buffer, level, k) for k, level in enumerate(model.levels)],
        "materials": [_material_row(m, role, numbers) for m, role in zip(palette, model.roles, strict=True)],
        "extras": dict(model.extras),
    }
    if images:
        document |= {"images": images, "textures": [{"source": k} for k in range(len(images))]}
    document |= {"accessors": buffer.accessors, "bufferViews": buffer.views}
    document["buffers"] = [{"byteLength": len(buffer.bytes)}]
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    binary = bytes(buffer.bytes) + b"\0" * (-len(buffer.bytes) % 4)
    head = struct.pack("<III", MAGIC, VERSION, 28 + len(text) + len(binary))
    chunks = struct.pack("<II", len(text), JSON_CHUNK) + text + struct.pack("<II", len(binary), BIN_CHUNK) + binary
    write_whole(path, head + chunks)


def _mesh_row(buffer: _Buffer, level: Level, number: int) -> dict[str, Any]:
    mesh = level.mesh
    attributes = {
        "POSITION": buffer.array(mesh.positions[:, GLTF_FROM_MODEL]),
        "NORMAL": buffer.array(mesh.normals[:, GLTF_FROM_MODEL]),
        "TEXCOORD_0": buffer.array(mesh.uvs),
    }
    if (mesh.colours != 1.0).any():
        attributes["COLOR_0"] = buffer.array(mesh.colours)
    if level.bones is not None and level.weights is not None:
        attributes["JOINTS_0"] = buffer.array(level.bones.astype(np.uint8))
        attributes["WEIGHTS_0"] = buffer.array(level.weights.astype(np.float32))
    primitives = []
    for material in np.unique(mesh.materials).tolist():
        corners = mesh.triangles[mesh.materials == material].reshape(-1).astype(np.uint32)
        indices = buffer.array(corners, ELEMENT_BUFFER)
        primitives.append({"attributes": attributes, "indices": indices, "material": material})
    return {"name": f"detail{number}", "primitives": primitives}


def _material_row(material: Material, role: str, numbers: Mapping[str, int]) -> dict[str, Any]:
    surface: dict[str, Any] = {
        "baseColorFactor": [*material.colour, 1.0],
        "roughnessFactor": material.roughness,
        "metallicFactor": material.metallic,
    }
    row: dict[str, Any] = {"doubleSided": True, "pbrMetallicRoughness": surface}
    if material.texture is not None:
        surface["baseColorTexture"] = {"index": numbers[material.texture.key]}
        if material.texture.alpha is not None:
            row["alphaMode"] = "MASK"  # glTF cuts off at .5 where nothing else is said, as our renderers do
    if any(material.emission):
        row["emissiveFactor"] = list(material.emission)
    kind = "" if material.kind is None else material.kind.label
    row["extras"] = {"role": role, "kind": kind, "reflectance": material.reflectance}
    return row


def _png(texture: Texture) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    layers = texture.pixels if texture.alpha is None else np.dstack([texture.pixels, texture.alpha])
    Image.fromarray(layers).save(out, "PNG", optimize=True)
    return out.getvalue()


def read_glb(path: Path) -> Model:
    """Read a model of a pack, a file that `write_glb` made; files of others go through `skidpad assets build`.

    Args:
        path: file.

    Returns:
        The model; equal pictures give textures with equal keys, whatever file they are in.

    Raises:
        AssetError: it is no such file.
    """
    try:
        document, binary = _chunks(path.read_bytes())
        palette = tuple(_material(row, _texture(document, binary, row)) for row in document.get("materials", ()))
        levels = tuple(_level(document, binary, row, palette) for row in document["meshes"])
        roles = tuple(str(row["extras"]["role"]) for row in document["materials"])
        return Model(levels, roles, document.get("extras", {}))
    except (OSError, KeyError, IndexError, ValueError, TypeError, struct.error) as error:
        raise AssetError(f"{path}: no readable model ({type(error).__name__}: {error})") from error


def _chunks(content: bytes) -> tuple[dict[str, Any], bytes]:
    magic, version, length = struct.unpack_from("<III", content)
    if (magic, version, length) != (MAGIC, VERSION, len(content)):
        raise ValueError("no binary glTF 2.0, or cut short")
    size = struct.unpack_from("<I", content, 12)[0]
    document = json.loads(content[20 : 20 + size])
    return document, content[28 + size :]


def _array(document: Mapping[str, Any], binary: bytes, number: int) -> NDArray[Any]:
    row = document["accessors"][number]
    view = document["bufferViews"][row["bufferView"]]
    kind, width, count = TYPES[row["componentType"]], WIDTHS[row["type"]], row["count"]
    values = np.frombuffer(binary, kind, count * width, view["byteOffset"]).copy()  # the file's bytes can go
    return values if width == 1 else values.reshape(count, width)


def _texture(document: Mapping[str, Any], binary: bytes, row: Mapping[str, Any]) -> Texture | None:
    from PIL import Image

    found = row["pbrMetallicRoughness"].get("baseColorTexture")
    if found is None:
        return None
    number = document["textures"][found["index"]]["source"]
    view = document["bufferViews"][document["images"][number]["bufferView"]]
    content = binary[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]
    holed = row.get("alphaMode") == "MASK"
    layers = np.asarray(Image.open(io.BytesIO(content)).convert("RGBA" if holed else "RGB"))
    key = hashlib.sha256(content).hexdigest()[:24]
    return Texture(key, np.ascontiguousarray(layers[..., :3]), np.ascontiguousarray(layers[..., 3]) if holed else None)


def _material(row: Mapping[str, Any], texture: Texture | None) -> Material:
    surface, extras = row["pbrMetallicRoughness"], row["extras"]
    kind = Kind[extras["kind"].upper()] if extras["kind"] else None
    return Material(
        tuple(surface["baseColorFactor"][:3]), texture, surface["roughnessFactor"], surface["metallicFactor"],
        extras["reflectance"], tuple(row.get("emissiveFactor", (0.0, 0.0, 0.0))), kind,
    )  # fmt: skip


def _level(document: Mapping[str, Any], binary: bytes, row: Mapping[str, Any], palette: tuple[Material, ...]) -> Level:
    places = row["primitives"][0]["attributes"]
    triangles = [_array(document, binary, one["indices"]).reshape(-1, 3) for one in row["primitives"]]
    counts = [len(one) for one in triangles]
    positions = _array(document, binary, places["POSITION"])[:, MODEL_FROM_GLTF]
    coloured = "COLOR_0" in places
    mesh = Mesh(
        positions=np.ascontiguousarray(positions),
        normals=np.ascontiguousarray(_array(document, binary, places["NORMAL"])[:, MODEL_FROM_GLTF]),
        uvs=_array(document, binary, places["TEXCOORD_0"]),
        colours=_array(document, binary, places["COLOR_0"]) if coloured else np.ones_like(positions),
        triangles=np.concatenate(triangles).astype(np.int32),
        materials=np.repeat([one["material"] for one in row["primitives"]], counts).astype(np.int32),
        palette=palette,
    )
    if "JOINTS_0" not in places:
        return Level(mesh)
    bones = _array(document, binary, places["JOINTS_0"]).astype(np.int32)
    return Level(mesh, bones, _array(document, binary, places["WEIGHTS_0"]))
