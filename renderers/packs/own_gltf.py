"""glTF 2.0 and GLB files of others: checked piece by piece, then read by trimesh from what passed."""

from __future__ import annotations

import base64
import binascii
import io
import json
import struct
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from renderers.packs.levels import Piece
from renderers.packs.own_door import TRIANGLES, VERTICES, Door, Refused, picture
from renderers.packs.own_models import ROUGH, Model, Surface

MAGIC, JSON_CHUNK, BIN_CHUNK = b"glTF", 0x4E4F534A, 0x004E4942
SIZES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}  # bytes of a component
COUNTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
FLOAT, UNSIGNED = 5126, (5121, 5123, 5125)
LISTS = ("accessors", "bufferViews", "buffers", "images", "materials", "meshes", "nodes", "scenes", "textures")
MOST = 20_000  # entries of a list
# extensions that change nothing that we draw, or are left out where a file can do without them
MATERIALS = "KHR_materials_"
LOST = ("KHR_materials_pbrSpecularGlossiness", "KHR_draco_mesh_compression", "EXT_meshopt_compression")


def read_gltf(door: Door, name: str) -> Model:
    """Read a file.

    Args:
        door: lets files in.
        name: path in the door's folder.

    Returns:
        The model; axes and units of the file.

    Raises:
        Refused: it is broken, too large, or needs what is not supported.
    """
    content = door.read(name)
    try:
        document, binary = _parts(content, name)
        return _Reader(door, name, document, binary).model()
    except Refused:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        problem = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        raise Refused(f"{name}: no valid glTF 2.0 ({problem})") from None


def _parts(content: bytes, name: str) -> tuple[dict[str, Any], bytes | None]:
    """The document and the binary chunk of a GLB."""
    binary = None
    text = content
    if content[:4] == MAGIC or name.lower().endswith(".glb"):
        if len(content) < 20 or content[:4] != MAGIC:
            raise Refused(f"{name}: no GLB file")
        version, length, size, kind = struct.unpack_from("<IIII", content, 4)
        if version != 2:
            raise Refused(f"{name}: glTF {version}; only glTF 2 is supported")
        if length != len(content) or kind != JSON_CHUNK or 20 + size > length:
            raise Refused(f"{name}: {len(content)} bytes, its head says {length}: cut short or damaged")
        text, rest = content[20 : 20 + size], content[20 + size :]
        if len(rest) >= 8:
            size, kind = struct.unpack_from("<II", rest)
            if kind == BIN_CHUNK:
                binary = rest[8 : 8 + size]
    document = json.loads(text, parse_constant=_no_number)
    if not isinstance(document, dict) or not str(document["asset"]["version"]).startswith("2."):
        raise Refused(f"{name}: only glTF 2 is supported")
    return document, binary


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


class _Reader:
    """One document while it is checked and read."""

    def __init__(self, door: Door, name: str, document: dict[str, Any], binary: bytes | None) -> None:
        self.door, self.name, self.document, self.binary = door, name, document, binary

    def rows(self, key: str) -> list[dict[str, Any]]:
        rows = self.document.get(key, [])
        if not isinstance(rows, list) or len(rows) > MOST:
            raise Refused(f"{self.name}: {key} is no list of up to {MOST} entries")
        return rows

    def model(self) -> Model:
        self.check_features()
        nodes = self.nodes()
        self.check_sizes(nodes)
        buffers = {f"{k}.bin": self.buffer(k, row) for k, row in enumerate(self.rows("buffers"))}
        self.check_ranges([len(one) for one in buffers.values()])
        pieces = self.pieces(buffers)
        used = {int(key) for key in pieces if key}
        surfaces = {"": Surface()} | {
            str(k): self.surface(k, row) for k, row in enumerate(self.rows("materials")) if k in used
        }
        names = {"": ""} | self.names()
        return Model({names[key]: one for key, one in pieces.items()}, {names[key]: surfaces[key] for key in pieces})

    def names(self) -> dict[str, str]:
        """Names of materials by their number; a name that occurs again carries the number."""
        found: dict[str, str] = {}
        for k, row in enumerate(self.rows("materials")):
            name = str(row.get("name", "")) or f"material{k}"
            found[str(k)] = f"{name}.{k}" if name in found.values() else name
        return found

    def check_features(self) -> None:
        """Refuse what changes the shape or the colours and is not read."""
        needed = [str(one) for one in self.document.get("extensionsRequired", [])]
        used = [str(one) for one in self.document.get("extensionsUsed", [])]
        wrong = [one for one in needed if not one.startswith(MATERIALS)] + [one for one in used if one in LOST]
        if wrong:
            advice = "export it without compression, with metallic-roughness materials and plain float vertices"
            raise Refused(f"{self.name}: extension {wrong[0]} is not supported; {advice}")
        for key, row in enumerate(self.rows("nodes")):
            if "skin" in row:
                advice = "apply the pose and export without the armature"
                raise Refused(f"{self.name}: node {key} is skinned; only rigid models are supported, {advice}")

    def nodes(self) -> list[dict[str, Any]]:
        """Nodes that are drawn; each has one parent at most, as the format demands."""
        rows, scenes = self.rows("nodes"), self.rows("scenes")
        roots = scenes[self.document.get("scene", 0)].get("nodes", []) if scenes else []
        drawn, todo, seen = [], list(roots), set()
        while todo:
            number = todo.pop()
            if number in seen or not 0 <= number < len(rows):
                raise Refused(f"{self.name}: node {number} occurs twice or is missing; there are {len(rows)} in a tree")
            seen.add(number)
            drawn.append(rows[number])
            todo += rows[number].get("children", [])
        return drawn

    def check_sizes(self, nodes: list[dict[str, Any]]) -> None:
        """Refuse too many triangles before anything is read."""
        accessors, meshes = self.rows("accessors"), self.rows("meshes")
        triangles = vertices = 0
        for node in nodes:
            for part in meshes[node["mesh"]]["primitives"] if "mesh" in node else ():
                points = accessors[part["attributes"]["POSITION"]]["count"]
                triangles += (accessors[part["indices"]]["count"] if "indices" in part else points) // 3
                vertices += points
        if triangles > TRIANGLES or vertices > VERTICES:
            limits = f"at most {TRIANGLES} and {VERTICES}; thin it out first"
            raise Refused(f"{self.name}: {triangles} triangles and {vertices} vertices, {limits}")

    def buffer(self, number: int, row: Mapping[str, Any]) -> bytes:
        uri, length = row.get("uri"), row["byteLength"]
        content = self.linked(uri) if uri is not None else self.binary
        if content is None or len(content) < length:
            there = 0 if content is None else len(content)
            raise Refused(f"{self.name}: buffer {number} has {there} bytes of {length}: cut short")
        return content

    def linked(self, uri: str) -> bytes:
        """What a URI stands for: data in itself, or a file of the folder."""
        if not uri.startswith("data:"):
            return self.door.read(unquote(uri), self.name)
        head, _, data = uri.partition(",")
        try:
            return (
                base64.b64decode(data, validate=True) if head.endswith(";base64") else unquote(data).encode("latin-1")
            )
        except (binascii.Error, UnicodeEncodeError):
            raise Refused(f"{self.name}: data URI {uri[:30]!r}... cannot be decoded") from None

    def check_ranges(self, sizes: list[int]) -> None:
        """Every view lies in its buffer and every accessor in its view."""
        views = self.rows("bufferViews")
        for number, row in enumerate(views):
            start, length = row.get("byteOffset", 0), row["byteLength"]
            if start < 0 or length < 0 or row.get("byteStride", 4) < 1 or start + length > sizes[row["buffer"]]:
                raise Refused(f"{self.name}: view {number} lies outside its buffer of {sizes[row['buffer']]} bytes")
        for number, row in enumerate(self.rows("accessors")):
            if "bufferView" not in row or "sparse" in row:
                raise Refused(f"{self.name}: accessor {number} is sparse or without data; export plain vertices")
            view, item = views[row["bufferView"]], SIZES[row["componentType"]] * COUNTS[row["type"]]
            count, start = row["count"], row.get("byteOffset", 0)
            end = start + (count - 1) * view.get("byteStride", item) + item
            if count < 1 or start < 0 or end > view["byteLength"]:
                raise Refused(f"{self.name}: accessor {number} of {count} items lies outside its view")

    def pieces(self, buffers: Mapping[str, bytes]) -> dict[str, Piece]:
        """One piece for each material, by its number."""
        import trimesh

        document = io.BytesIO(json.dumps(self.plain(buffers)).encode())
        with np.errstate(invalid="ignore"):  # signalling NaNs; whether points are finite is looked at later
            scene = trimesh.load_scene(document, file_type="gltf", resolver=buffers, process=False)
        parts: dict[str, list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]] = {}
        for node in scene.graph.nodes_geometry:
            pose, geometry = scene.graph[node]
            mesh = scene.geometry[geometry]
            if not isinstance(mesh, trimesh.Trimesh):
                continue  # points and lines
            points = np.asarray(mesh.vertices) @ pose[:3, :3].T + pose[:3, 3]
            faces = np.asarray(mesh.faces, np.int64)
            if len(faces) and not 0 <= faces.min() <= faces.max() < len(points):
                raise Refused(f"{self.name}: a triangle has corner {faces.max()}; there are {len(points)} points")
            if np.linalg.det(pose[:3, :3]) < 0:
                faces = faces[:, ::-1]
            uv = getattr(mesh.visual, "uv", None)
            uvs = np.zeros((len(points), 2)) if uv is None else np.asarray(uv, np.float64)
            material = getattr(mesh.visual, "material", None)
            parts.setdefault(str(getattr(material, "name", "") or ""), []).append((points, faces, uvs))
        return {key: _joined(found) for key, found in sorted(parts.items())}

    def plain(self, buffers: Mapping[str, bytes]) -> dict[str, Any]:
        """The document without pictures, extensions and all else that is not shape; materials carry their number."""
        keep = {"attributes", "indices", "material", "mode"}
        meshes = []
        for number, row in enumerate(self.rows("meshes")):
            for part in row["primitives"]:
                self.check_attributes(number, part)
            parts = [{key: part[key] for key in keep & set(part)} for part in row["primitives"]]
            for part in parts:
                names = {"POSITION", "TEXCOORD_0"} & set(part["attributes"])
                part["attributes"] = {key: part["attributes"][key] for key in names}
                part.setdefault("material", len(self.rows("materials")))
            meshes.append({"primitives": parts})
        numbers = [{"name": str(k)} for k in range(len(self.rows("materials")))] + [{"name": ""}]
        shapes = ("mesh", "children", "matrix", "translation", "rotation", "scale")
        nodes = [{key: row[key] for key in shapes if key in row} for row in self.rows("nodes")]
        scenes = [{"nodes": row.get("nodes", [])} for row in self.rows("scenes")]
        return {
            "asset": {"version": "2.0"}, "scene": self.document.get("scene", 0), "scenes": scenes, "nodes": nodes,
            "meshes": meshes, "materials": numbers, "accessors": self.rows("accessors"),
            "bufferViews": self.rows("bufferViews"),
            "buffers": [{"uri": key, "byteLength": len(one)} for key, one in buffers.items()],
        }  # fmt: skip

    def check_attributes(self, number: int, part: Mapping[str, Any]) -> None:
        """Points and picture places are floats, indices are whole numbers."""
        accessors = self.rows("accessors")
        for key in ("POSITION", "TEXCOORD_0"):
            row = accessors[part["attributes"][key]] if key in part["attributes"] else None
            if row is not None and (row["componentType"], row["type"]) != (
                FLOAT,
                "VEC3" if key == "POSITION" else "VEC2",
            ):
                raise Refused(
                    f"{self.name}: {key} of mesh {number} is not plain floats; export it without quantisation"
                )
        if "indices" in part and accessors[part["indices"]]["componentType"] not in UNSIGNED:
            raise Refused(f"{self.name}: indices of mesh {number} are no unsigned numbers")

    def surface(self, number: int, row: Mapping[str, Any]) -> Surface:
        """What a material looks like."""
        paint = row.get("pbrMetallicRoughness", {})
        factor = [float(part) for part in paint.get("baseColorFactor", (1, 1, 1, 1))]
        glow = [float(part) for part in row.get("emissiveFactor", (0, 0, 0))]
        layers = None
        if "baseColorTexture" in paint:
            if paint["baseColorTexture"].get("texCoord", 0) != 0:
                raise Refused(
                    f"{self.name}: material {number} wears its picture on TEXCOORD_1; only TEXCOORD_0 is read"
                )
            layers = self.image(self.rows("textures")[paint["baseColorTexture"]["index"]])
        see_through = row.get("alphaMode", "OPAQUE") != "OPAQUE"
        plain = "metallicRoughnessTexture" in paint  # is not read, and the factors mean nothing without it
        roughness = ROUGH if plain else float(paint.get("roughnessFactor", 1.0))
        metallic = 0.0 if plain else float(paint.get("metallicFactor", 1.0))
        opacity = factor[3] if see_through else 1.0
        red, green, blue = factor[:3]
        return Surface(
            (red, green, blue), opacity, layers, see_through, roughness, metallic, (glow[0], glow[1], glow[2])
        )

    def image(self, texture: Mapping[str, Any]) -> NDArray[np.uint8]:
        if "source" not in texture:
            raise Refused(f"{self.name}: a texture without a plain picture; export PNG or JPEG")
        row = self.rows("images")[texture["source"]]
        name = f"{self.name} image {texture['source']}"
        if "uri" in row:
            inside = row["uri"].startswith("data:")
            return picture(self.linked(row["uri"]), name if inside else unquote(row["uri"]))
        view = self.rows("bufferViews")[row["bufferView"]]
        buffer = self.rows("buffers")[view["buffer"]]
        start = view.get("byteOffset", 0)
        content = self.buffer(view["buffer"], buffer)
        return picture(content[start : start + view["byteLength"]], name)


def _joined(parts: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]) -> Piece:
    """One piece; points at one place become one."""
    starts = np.cumsum([0] + [len(points) for points, _, _ in parts])
    places = np.concatenate([points for points, _, _ in parts])
    corners = np.concatenate([faces + start for (_, faces, _), start in zip(parts, starts, strict=False)])
    uvs = np.concatenate([one for _, _, one in parts])
    unique, index = np.unique(places, axis=0, return_inverse=True)
    return Piece(unique, index.reshape(-1)[corners], uvs, corners)
