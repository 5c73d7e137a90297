"""Flattening: the meshes of a stage become one set of world arrays."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from renderers.cutouts import Alphas, Cutouts
from renderers.fill import place
from renderers.frame import Around, View
from renderers.materials import MaterialTable
from renderers.mesh import OPAQUE, Floats, Ints, Material, Mesh
from renderers.stage import Instance, Stage, sun_vector
from scenes.kinds import Kind

CASTER_REACH = 30.0  # m around the camera within which things outside the picture may throw shadows into it
FAR_SHADOW = 60.0  # m from things beside the picture at which their shadows are still looked for
TEXELS = 32_000_000  # of textures, above which the oldest are forgotten; 4 bytes each; a street has 15 M
MOST_TEXELS = 64_000_000  # a street with packs, 100 people and 80 vehicles has 38 M
KEPT = 0.75  # share of them that those seen last may keep
THRASHING = 5  # pictures after which it may happen again without more room
FAR = 260.0  # m, nothing beyond is drawn
INDOORS = Kind.RIDER  # class of insides, which is in no map: snow does not lie on it
OPEN = 1  # panes of things without an inside, see `Flat.pane`


@dataclass(frozen=True, eq=False)
class Flat:
    """World arrays of one moment; the triangles of a labelled instance are contiguous.

    Insides come last: `outside` triangles show in the picture and its maps, the others through panes alone.
    """

    world: Floats  # (V, 3) m
    normals: Floats  # (V, 3)
    uvs: Floats  # (V, 2)
    colours: Floats  # (V, 3)
    corners: Ints  # (T, 3)
    material: Ints  # (T,) row of the material table
    instance: NDArray[np.uint16]  # (T,)
    kind: NDArray[np.uint8]  # (T,)
    ranges: dict[int, tuple[int, int]]  # instance id -> first triangle, one past the last
    cutouts: Cutouts  # triangles with holes, ascending
    alphas: Alphas
    outside: int  # triangles before those of insides
    # (T,) 0 no pane, OPEN pane of a thing without an inside, else number of the thing that is looked into
    pane: Ints
    # (T,) 0 shows behind every pane, -k inside of thing k: shows through its panes alone, k its body: does not
    side: Ints

    @cached_property
    def solid(self) -> Ints:
        """(T, 3) vertex indices; triangles with holes are points, which no kernel fills."""
        return without(self.corners, self.cutouts.triangle)

    @cached_property
    def opaque(self) -> Ints:
        """(outside, 3) vertex indices of what stops light; panes are points, holes are not looked at."""
        return without(self.corners[: self.outside], np.flatnonzero(self.pane[: self.outside] == OPEN))

    @cached_property
    def casters(self) -> Ints:
        """(outside, 3) vertex indices of what stops light; panes and triangles with holes are points."""
        return without(self.opaque, self.cutouts.triangle)

    def cutouts_in(self, first: int, last: int) -> Cutouts:
        """The triangles with holes among triangles `first`..`last` - 1."""
        low, high = np.searchsorted(self.cutouts.triangle, (first, last))
        return Cutouts(self.cutouts.triangle[low:high], self.cutouts.sheet[low:high])

    @property
    def panes(self) -> bool:
        """Whether there is anything to look through."""
        return bool(self.pane.any())


def without(corners: Ints, triangles: NDArray[np.integer]) -> Ints:
    """(T, 3) vertex indices with some triangles as points."""
    if len(triangles) == 0:
        return corners
    left = corners.copy()
    left[triangles] = 0
    return left


@dataclass(frozen=True, eq=False)
class Faces:
    """What the triangles of a mesh keep from frame to frame, and from pose to pose."""

    worn: Ints  # (T,) index into the palette, as the mesh has it
    given: tuple[Material, ...]  # palette of the mesh
    palette: tuple[Material, ...]  # as it is drawn
    material: Ints  # (T,) row of the material table
    kind: NDArray[np.uint8]  # (T,)
    cutouts: Cutouts  # numbered within the mesh
    panes: NDArray[np.intp]  # numbers of the triangles of panes


class Flattener:
    """Joins instances; keeps what belongs to a mesh alone (material rows, classes) between frames."""

    def __init__(self, cabins: bool = True) -> None:
        """Begin without materials.

        Args:
            cabins: whether things that have an inside are looked into; else their panes show what is painted on them.
        """
        self.cabins = cabins
        self.materials = MaterialTable()  # another one when it has grown too large
        self._faces: OrderedDict[tuple[int, int, int, bool], Faces] = OrderedDict()
        self._room, self._age = TEXELS, 0

    def _forget(self) -> None:
        """Forget textures that were not seen for long: number plates alone would fill the memory in a thousand scenes.

        Who draws many scenes in turns needs them all: then there is more room the next time, up to MOST_TEXELS.
        """
        self._age += 1
        if self.materials.length > self._room:
            if self._age < THRASHING:
                self._room = min(2 * self._room, MOST_TEXELS)
            self.materials, self._age = self.materials.only(self._latest(), int(KEPT * self._room)), 0
            self._faces.clear()

    def _latest(self) -> Iterator[Material]:
        """Materials, the latest seen first."""
        for faces in reversed(self._faces.values()):
            yield from faces.palette

    def flatten(self, stage: Stage, view: View) -> Flat:
        """Put all instances that the camera or a shadow in the picture may need into world arrays.

        Args:
            stage: meshes and poses.
            view: the camera.

        Returns:
            World arrays.
        """
        self._forget()
        chosen = needed(stage, view)
        inner = {k: item.inside for k, item in enumerate(chosen) if self.cabins and item.inside is not None}
        parts = [(item.mesh, item, OPEN + 1 + k if k in inner else 0) for k, item in enumerate(chosen)]
        parts += [(inside, chosen[k], -(OPEN + 1 + k)) for k, inside in inner.items()]
        vertices = sum(len(mesh.positions) for mesh, _, _ in parts)
        count = sum(len(mesh.triangles) for mesh, _, _ in parts)
        world, normals = np.empty((vertices, 3), np.float32), np.empty((vertices, 3), np.float32)
        uvs, colours = np.empty((vertices, 2), np.float32), np.empty((vertices, 3), np.float32)
        corners, material = np.empty((count, 3), np.int32), np.empty(count, np.int32)
        instance, kind = np.empty(count, np.uint16), np.empty(count, np.uint8)
        pane, side = np.zeros(count, np.int32), np.zeros(count, np.int32)
        ranges: dict[int, tuple[int, int]] = {}
        holed, sheets = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
        v = t = 0
        for mesh, item, number in parts:
            v1, t1 = v + len(mesh.positions), t + len(mesh.triangles)
            place(item.world_from_model, mesh.positions, mesh.normals, world[v:v1], normals[v:v1])
            uvs[v:v1], colours[v:v1] = mesh.uvs, mesh.colours
            corners[t:t1] = mesh.triangles + v
            faces = self._faces_of(mesh, item.kind if number >= 0 else INDOORS, number > 0)
            material[t:t1], kind[t:t1] = faces.material, faces.kind
            if number:
                side[t:t1] = number
            if len(faces.panes):
                pane[t + faces.panes], side[t + faces.panes] = max(number, OPEN), 0
            if len(faces.cutouts.triangle):
                holed.append(faces.cutouts.triangle + np.int32(t))
                sheets.append(faces.cutouts.sheet)
            instance[t:t1] = item.id
            if item.id and number >= 0:
                ranges[item.id] = (t, t1)
            v, t = v1, t1
        cutouts = Cutouts(np.concatenate(holed), np.concatenate(sheets))
        outside = count - sum(len(mesh.triangles) for mesh, _, number in parts if number < 0)
        return Flat(
            world, normals, uvs, colours, corners, material, instance, kind, ranges, cutouts, self.materials.alphas(),
            outside, pane, side,
        )  # fmt: skip

    def _faces_of(self, mesh: Mesh, kind: Kind, hollow: bool) -> Faces:
        given, worn = mesh.palette, mesh.materials
        key = (id(worn), id(given), int(kind), hollow)  # a posed mesh shares both with its rest pose
        found = self._faces.get(key)
        if found is None:
            palette = tuple(drawn(m, hollow) for m in given)
            rows = np.array([self.materials.row(m) for m in palette], np.int32)
            kinds = np.array([int(kind if m.kind is None else m.kind) for m in palette], np.uint8)
            sheets = np.array([self.materials.sheet(m) for m in palette], np.int32)[worn]
            panes = np.flatnonzero(np.array([m.clear != OPAQUE for m in palette], np.bool_)[worn])
            holed = np.flatnonzero(sheets >= 0).astype(np.int32)
            found = Faces(worn, given, palette, rows[worn], kinds[worn], Cutouts(holed, sheets[holed]), panes)
            self._faces[key] = found
            if len(self._faces) > 512:
                self._faces.popitem(last=False)
        self._faces.move_to_end(key)
        return found


def drawn(material: Material, hollow: bool) -> Material:
    """A material as it is drawn: panes throw nothing back evenly, or show what is painted on them.

    Args:
        material: of a thing.
        hollow: whether the thing has an inside that is looked into.

    Returns:
        The material.
    """
    if material.clear == OPAQUE:
        return material
    if hollow or material.texture is None:
        return replace(material, colour=OPAQUE, texture=None, emission=OPAQUE, part="")
    return replace(material, clear=OPAQUE)


def needed(stage: Stage, view: View) -> list[Instance]:
    """What the camera or a shadow in the picture may need; vertices of `Flat` follow each other in this order."""
    shadow = shadow_of(stage)
    return [item for item in stage.instances if item.id or matters(item, view, shadow)]


def shadow_of(stage: Stage) -> NDArray[np.float64]:
    """(3,) from the top of something one metre high to the end of its shadow, m; zero without sun."""
    if max(stage.light.sun_colour) <= 0.0:
        return np.zeros(3)
    sun = sun_vector(stage.light)
    return np.asarray(-sun / max(float(sun[2]), 1e-3))


def matters(item: Instance, view: View, shadow: NDArray[np.float64]) -> bool:
    """Whether an instance may show in the picture or throw a shadow into it, see `shadow_of`."""
    low, high = item.mesh.extent
    pose = item.world_from_model
    middle = pose[:3, :3] @ ((low + high) / 2.0) + pose[:3, 3]
    radius = float(np.linalg.norm(high - low)) / 2.0
    if in_reach(middle, radius, view, CASTER_REACH):
        return True
    fall, step = (high[2] - low[2]) * shadow, max(radius, 1.0)  # from its highest point to the ground
    length = math.hypot(fall[0], fall[1])
    count = math.ceil(min(length, FAR_SHADOW) / step)
    return any(in_reach(middle + fall * min(k * step / length, 1.0), radius, view, 0.0) for k in range(1, count + 1))


def in_reach(middle: NDArray[np.float64], radius: float, view: View, near: float) -> bool:
    """Whether a sphere meets the camera's pyramid or is near the camera.

    Args:
        middle: (3,) world, m.
        radius: m.
        view: the camera.
        near: m from the camera within which everything counts, for the shadows that it throws.

    Returns:
        False when the thing can be left out.
    """
    if isinstance(view, Around):
        return bool(np.linalg.norm(middle - view.position) < view.reach + radius)
    x, y, z = view.camera_from_world[:3, :3] @ middle + view.camera_from_world[:3, 3]
    if float(np.linalg.norm(middle - view.position)) < near + radius:
        return True
    if z < -radius or z - radius > FAR:
        return False
    half_x, half_y = view.spread
    beside_x = (abs(x) - max(z, 0.0) * half_x) / np.hypot(1.0, half_x)
    beside_y = (abs(y) - max(z, 0.0) * half_y) / np.hypot(1.0, half_y)
    return bool(max(beside_x, beside_y) <= radius)
