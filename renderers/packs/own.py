"""A pack of a user's own models: a folder of GLB, glTF or OBJ files with an `assets.yaml`."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from renderers.glb import Level, write_glb
from renderers.glb import Model as Packed
from renderers.packs import own_vehicles
from renderers.packs.build import BUILDERS, Row
from renderers.packs.fetch import Source
from renderers.packs.levels import Array, Piece, components
from renderers.packs.own_door import Door, Refused, digests_of
from renderers.packs.own_file import DISTRACTOR, FILE, VEHICLES, OwnAsset, OwnFolder, complaint, read_folder
from renderers.packs.own_gltf import read_gltf
from renderers.packs.own_models import Model, material_of, read_own_obj
from renderers.packs.shaping import FOOT, LOOSE, extent, shaped
from scenes.catalogue import Asset, AssetError
from scenes.equip_props import ON_A_FOOT, fitted
from scenes.props import PROP_MODELS, PropLook
from scenes.yamlfile import Located

FINE, LEAFY = (4000, 1500, 750), (9000, 3000, 1000)  # triangles of the levels of detail, of things and of trees
ROOTED = ON_A_FOOT | {"leafy-tree", "bare-tree", "conifer"}  # stand on their foot instead of on the middle of their box
FLAT = 1e-4  # m, extent that a thing has at least
Written = tuple[str, tuple[float, float, float], dict[str, Any]]  # sort, size (m), details
READERS = {".obj": read_own_obj, ".gltf": read_gltf, ".glb": read_gltf}
AXES = {sign + name: (-1.0 if sign else 1.0) * np.eye(3)[k] for k, name in enumerate("xyz") for sign in ("", "-")}


@dataclass(frozen=True, eq=False)
class OwnBuilder:
    """Makes a pack of a folder."""

    name: str
    folder: Path
    own: OwnFolder
    where: Located
    digests: Mapping[str, str]
    version: int = 1
    packages: tuple[str, ...] = ("fast_simplification", "scipy", "trimesh")

    @property
    def sources(self) -> tuple[Source, ...]:
        """The folder as it is now."""
        digest = hashlib.sha256(json.dumps(dict(self.digests), sort_keys=True).encode()).hexdigest()
        licences = sorted({self.own.licence, *(one.licence for one in self.own.assets.values() if one.licence)})
        return (
            Source(
                "folder", self.name, digest[:12], str(self.folder), digest, " AND ".join(licences),
                tuple(self.own.notices),
            ),
        )  # fmt: skip

    def items(self, folders: Mapping[str, Path]) -> tuple[str, ...]:
        """Names in `assets.yaml`."""
        return tuple(self.own.assets)

    def make(self, item: str, folders: Mapping[str, Path], out: Path) -> Row:
        """Check, turn, scale and thin out one model.

        Raises:
            AssetError: it is refused; the message has the lines of both files.
        """
        told, door = self.own.assets[item], Door(self.folder, dict(self.digests))
        try:
            model = _whole(READERS[Path(told.file).suffix.lower()](door, told.file), told.file)
        except KeyError:
            problem = f"{told.file} is none of {', '.join(READERS)}; archives must be unpacked first"
            raise complaint(self.where, item, "file", problem) from None
        except Refused as error:
            raise complaint(self.where, item, "file", str(error)) from None
        for key in told.materials:
            if key not in model.pieces:
                names = ", ".join(repr(one) for one in list(model.pieces)[:12])
                raise complaint(self.where, item, f"materials.{key}", f"is no material of {told.file}; it has {names}")
        posed = standing(model, told)
        problem = misfit(told, posed)
        if problem:
            raise complaint(self.where, item, "scale", f"{told.file} is {problem}")
        write = self._vehicle if told.kind in VEHICLES else self._thing
        try:
            sort, size, details = write(item, told, model, posed, out / f"{item}.glb")
        except (ValueError, IndexError, KeyError, ZeroDivisionError, FloatingPointError) as error:
            problem = f"{told.file}: cannot be built as a {told.kind}: {error}"
            raise complaint(self.where, item, "file", problem) from None
        licence, source = told.licence or self.own.licence, f"folder {self.name} {told.file}"
        return Row(sort, f"{item}.glb", size, licence, source, {**details, "author": told.author or self.own.author})

    def _vehicle(self, item: str, told: OwnAsset, model: Model, posed: Mapping[str, Piece], file: Path) -> Written:
        return "vehicle", *own_vehicles.own_vehicle(f"{self.name}:{item}", told, posed, model.surfaces, file)

    def _thing(self, item: str, told: OwnAsset, model: Model, posed: Mapping[str, Piece], file: Path) -> Written:
        roles = {key: told.materials.get(key, "keep") for key in posed}
        materials = {
            key: material_of(f"{self.name}:{item}:{key}", model.surfaces[key], roles[key].replace("keep", ""))
            for key in posed
        }
        leaves = [key for key, one in posed.items() if roles[key] == "leaf" and components(one.corners).max() >= LOOSE]
        counts = LEAFY if leaves else FINE
        levels = tuple(Level(shaped(item, posed, materials, leaves, count)) for count in counts)
        details: dict[str, Any] = {}
        if told.kind != DISTRACTOR:
            details |= {"model": told.kind, "repeats": told.repeats}
        lamp = [one for key, one in posed.items() if roles[key] == "lamp"]
        if lamp:
            low, high = extent(lamp)
            details["lamp"] = [*((low + high) / 2)[:2].tolist(), float(low[2]) - 0.1]
        write_glb(file, Packed(levels, tuple(one.part for one in levels[0].mesh.palette)))
        low, high = levels[0].mesh.extent
        length, width, height = (high - low).tolist()
        return "shape" if told.kind == DISTRACTOR else "prop", (length, width, height), details

    def credits(self, folders: Mapping[str, Path]) -> str:
        """Who made which model."""
        lines = ["Shapes were turned, scaled and simplified."]
        for item, told in self.own.assets.items():
            lines.append(f"{item}: {told.file} by {told.author or self.own.author}, {told.licence or self.own.licence}")
        return "\n".join(lines)


def own_builder(folder: Path) -> OwnBuilder:
    """Read the `assets.yaml` of a folder.

    Args:
        folder: of models.

    Returns:
        What builds its pack.

    Raises:
        AssetError: it is wrong, or the folder is too large.
    """
    own, name, where = read_folder(folder, tuple(BUILDERS))
    try:
        digests = digests_of(folder)
        door = Door(folder, digests)
        for notice in own.notices:
            door.path(notice)
    except Refused as error:
        raise AssetError(f"{folder / FILE}: {error}") from None
    return OwnBuilder(name, folder, own, where, digests)


def _whole(model: Model, file: str) -> Model:
    """Without triangles that have no area.

    Raises:
        Refused: nothing is left, or a point is nowhere.
    """
    pieces = {}
    for key, one in model.pieces.items():
        if not (np.isfinite(one.points).all() and np.isfinite(one.uvs).all()):
            raise Refused(f"{file}: a point is NaN or infinite")
        if np.abs(one.points).max(initial=0.0) > 1e9 or np.abs(one.uvs).max(initial=0.0) > 1e6:
            raise Refused(f"{file}: a point at {np.abs(one.points).max():.3g}, beyond 1e9 (picture places: 1e6)")
        corner = one.points[one.corners]
        area = np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1)
        if (area > 0).any():
            pieces[key] = one.part(area > 0)
    if not pieces:
        raise Refused(f"{file}: has no triangles")
    return replace(model, pieces=pieces)


def standing(model: Model, told: OwnAsset) -> dict[str, Piece]:
    """Bring a model into our axes and metres, on the ground, its middle or its foot over the origin.

    Args:
        model: in its own.
        told: which axes and units these are.

    Returns:
        The pieces; texture v downwards.
    """
    forward, up = AXES[told.ahead], AXES[told.up]
    turn = told.scale * np.stack([forward, np.cross(up, forward), up])  # rows: forward, left, up
    turned = {key: one.points @ turn.T for key, one in model.pieces.items()}
    every = np.concatenate([turned[key][np.unique(one.corners)] for key, one in model.pieces.items()])
    low, high = every.min(0), every.max(0)
    foot = every
    if told.kind in ROOTED:
        foot = every[every[:, 2] <= low[2] + FOOT * (high - low)[2]]
    origin = np.array([*((foot.min(0) + foot.max(0)) / 2)[:2], low[2]])
    return {
        key: Piece(turned[key] - origin, one.corners, one.uvs * np.array([1.0, -1.0]), one.uv_corners)
        for key, one in model.pieces.items()
    }


def misfit(told: OwnAsset, pieces: Mapping[str, Piece]) -> str:
    """Why no look of its kind can be drawn as a model of this size; empty when one can."""
    if told.kind in VEHICLES:
        return own_vehicles.misfit(told, pieces)
    low, high = extent(list(pieces.values()))
    size = (high - low).astype(np.float64)
    if told.kind == DISTRACTOR or fits(told, size):  # those are brought to any size
        return ""
    ways = PROP_MODELS[told.kind]
    spans = " x ".join(f"{low:g}-{high:g}" for low, high in (ways.length, ways.width, ways.height))
    found = " x ".join(f"{part:.3g}" for part in size)
    return f"{found} m (length x width x height), but a {told.kind} is about {spans} m{hint(told, size)}"


def hint(told: OwnAsset, size: Array) -> str:
    """What may be meant."""
    for factor in own_vehicles.UNITS:
        if fits(told, factor * size):
            return f"; with scale: {factor * told.scale:g} it would fit"
    for order in itertools.permutations(range(3)):
        for factor in (1.0, *own_vehicles.UNITS):
            if order != (0, 1, 2) and fits(told, factor * size[list(order)]):
                other = f", and scale: {factor * told.scale:g}" if factor != 1.0 else ""
                return f"; with another up or forward{other} it would fit"
    return "; scale is in metres per unit of the file"


def fits(told: OwnAsset, size: Array) -> bool:
    """Whether some look of the kind can be drawn as a model of this size (m)."""
    length, width, height = np.maximum(size, FLAT).tolist()
    one = Asset("", "prop", Path(), "", (length, width, height), "", "", {"repeats": told.repeats})
    return any(fitted(look, one) is not None for look in looks_of(told.kind))


def looks_of(kind: str) -> Iterator[PropLook]:
    """Small, middle and large looks of a kind."""
    ways = PROP_MODELS[kind]
    steps = (
        [low + share * (high - low) for share in (0.0, 0.5, 1.0)]
        for low, high in (ways.length, ways.width, ways.height)
    )
    for length, width, height in itertools.product(*steps):
        yield PropLook(kind, length, width, height)
