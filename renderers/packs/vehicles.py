"""Vehicles out of the furniture library of Sweet Home 3D: bodies, wheels, lamps, glass, places of plates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from renderers.glb import Level, Model, write_glb
from renderers.mesh import Material, Mesh, Texture, box, merge, moved
from renderers.packs.build import Row
from renderers.packs.collapse import collapsed
from renderers.packs.levels import Array, Piece
from renderers.packs.library import (
    AUTHORS,
    LICENCES,
    MODEL_FROM_FILE,
    PACKAGE,
    PICTURE,
    SOURCE,
    Drawing,
    read_drawing,
    texture_of,
)
from renderers.packs.obj import Paint
from renderers.packs.shaping import furniture
from renderers.packs.vehicles_seen import seen
from renderers.packs.vehicles_skin import skinned
from renderers.packs.vehicles_split import Part, Wheel, lens, panes, pictured, wheels_of
from renderers.packs.vehicles_table import MACHINES, Machine, Rect, Rule
from renderers.vehicles_packed import Measures, fitted, moved_along
from renderers.vehicles_paint import LIT
from renderers.vehicles_wheels import TYRE, lathe
from scenes.vehicles import MODELS

BODY = (8600, 2600, 440)  # triangles of the levels of detail, without wheels
WHEEL = (420, 160)  # triangles of a wheel; the coarsest are turned
TREAD = (20, 16)  # sides of the treads of wheels that had more
LENSES, LAMPS = ("head", "tail", "turn", "brake", "reverse"), ("head", "brake", "left", "right", "reverse")
LAYERED = 4000  # triangles from which on the coarsest level is made from the outer skin
SKIN = 620  # triangles of such a one
WEIGHTS = {"paint": 3.0, "second": 3.0, "trim": 0.5, "dark": 0.2, "rubber": 0.5, "": 0.5, "chrome": 0.5}
NO_WHEEL = ("paint", "second", "glass")  # roles that no wheel has
FACE = (0.27, 0.085)  # m, half of the ground that a plate needs
CORE = Material((0.006, 0.006, 0.006), roughness=0.95, reflectance=0.02, part="dark")
DISC = Material((0.1, 0.1, 0.1), roughness=0.5, part="")  # rims far away, with the gaps between their spokes


class VehicleBuilder:
    """One model with three levels of detail for each vehicle."""

    name = "vehicles"
    version = 1
    sources = (SOURCE,)
    packages = ("fast_simplification", "scipy")

    def items(self, folders: Mapping[str, Path]) -> tuple[str, ...]:
        """Names of MACHINES."""
        return tuple(MACHINES)

    def make(self, item: str, folders: Mapping[str, Path], out: Path) -> Row | None:
        """Take one vehicle apart, bring it to its size and thin it out."""
        machine = MACHINES[item]
        catalogue = machine.path.partition("/")[0]
        parts = parts_of(item, machine, read_drawing(folders, machine.path))
        details = {**write_vehicle(out / f"{item}.glb", machine, parts), "author": machine.author or AUTHORS[catalogue]}
        source = f"debian {PACKAGE} 1.8-1 {machine.path}"
        return Row("vehicle", f"{item}.glb", machine.size, LICENCES[catalogue], source, details)

    def credits(self, folders: Mapping[str, Path]) -> str:
        """Name the makers of every vehicle."""
        lines = ["Shapes were turned, scaled, simplified and recoloured; marques and plates were taken off."]
        for item, machine in MACHINES.items():
            catalogue, name = machine.path.split("/")
            author = machine.author or AUTHORS[catalogue]
            lines.append(f"{item}: {name} by {author}, {LICENCES[catalogue]}, {catalogue}")
        return "\n".join(lines)


BUILDER = VehicleBuilder()


def write_vehicle(file: Path, machine: Machine, parts: Sequence[Part]) -> dict[str, Any]:
    """Take a vehicle apart, bring it to its size, thin it out and write it.

    Args:
        file: to write.
        machine: what it becomes.
        parts: surfaces by role, in our axes.

    Returns:
        What its row of the pack tells, without the author.

    Raises:
        ValueError: it has no wheels that belong together, or no place for a plate.
    """
    wheels, body, measures = standing(parts, machine)
    plates = {"front": spot_of(body, machine, 1.0), "rear": spot_of(body, machine, -1.0)}
    finished = [*finish([one for one in body if one.role != "plate"], machine), core_of(measures)]
    levels, counts = levels_of(finished, wheels, measures.width)
    details = {
        "models": list(machine.models), "kind": MODELS[machine.models[0]].kind.label, "rare": machine.rare,
        "axles": list(measures.axles), "wheel_radius": measures.radius, "plates": plates, "roof": roof_of(finished),
        "lamps": sorted({one.role.removeprefix(LIT) for one in finished} & set(LAMPS)),
        "wheels": [
            {"hub": wheel.hub.tolist(), "outer": wheel.outer, "vertices": [row[k] for row in counts]}
            for k, wheel in enumerate(wheels)
        ],
    }  # fmt: skip
    if machine.board:
        details["boards"] = board_of(finished, machine.board, machine)
    roles = tuple("" if one.part == "tyre" else one.part for one in levels[0].palette)
    write_glb(file, Model(tuple(Level(plain(mesh)) for mesh in levels), roles))
    return details


def parts_of(item: str, machine: Machine, drawing: Drawing) -> list[Part]:
    """Surfaces by role, in our axes and the unit of the file; what is dropped is gone."""
    parts = []
    every = np.concatenate([one.points for one in drawing.pieces.values()])[:, MODEL_FROM_FILE]
    low, high = every.min(0), every.max(0)
    for key, one in drawing.pieces.items():
        piece = Piece(one.points[:, MODEL_FROM_FILE], one.corners, one.uvs * np.array([1.0, -1.0]), one.uv_corners)
        rules = machine.roles.get(key, "")
        free = np.ones(len(piece.corners), bool)
        for rule in (*(rules if isinstance(rules, tuple) else (Rule(rules),)), Rule("")):
            chosen = free & holds(rule, piece, low, high)
            free &= ~chosen
            if chosen.any() and rule.role != "drop":
                material = material_of(item, machine, drawing, drawing.paints[key], rule.role)
                role = LIT + rule.role if material.texture is not None and rule.role in LENSES else rule.role
                parts.append(Part(role, piece.part(chosen), replace(material, part=role)))
    return parts


def holds(rule: Rule, piece: Piece, low: Array, high: Array) -> Any:
    """(T,) which triangles of a piece a rule is for."""
    chosen = np.ones(len(piece.corners), bool)
    if rule.uv is not None:
        u, v = (piece.uvs[piece.uv_corners].mean(1) % 1.0).T
        chosen &= (u >= rule.uv[0]) & (u <= rule.uv[2]) & (v >= rule.uv[1]) & (v <= rule.uv[3])
    if rule.place is not None:
        share = (piece.points[piece.corners].mean(1) - low) / (high - low)
        bounds = np.array(rule.place).reshape(3, 2)
        chosen &= ((share >= bounds[:, 0]) & (share <= bounds[:, 1])).all(1)
    return chosen


def material_of(item: str, machine: Machine, drawing: Drawing, paint: Paint, role: str) -> Material:
    """A material as the file has it; painted pictures keep only what is darker than the paint."""
    red, green, blue = (min(0.8, float(part) ** 2.2) for part in paint.colour)
    texture = texture_of(f"{item}:{paint.picture}", drawing, paint)
    if role in ("glass", "tyre"):
        texture = None
    if texture is not None:
        texture = blanked(texture, machine.blanks.get(paint.picture, ()))
        if role in ("paint", "second"):
            texture = bleached(texture)
        red = green = blue = 0.9
    if role == "tyre":
        return TYRE
    return Material((red, green, blue), texture, roughness=0.45)


def blanked(texture: Texture, spots: Sequence[Rect]) -> Texture:
    """Paint over parts of a picture with what is around them."""
    import cv2

    if not spots:
        return texture
    mask = np.zeros(texture.pixels.shape[:2], np.uint8)
    for x0, y0, x1, y1 in spots:
        mask[int(y0 * PICTURE) : int(y1 * PICTURE), int(x0 * PICTURE) : int(x1 * PICTURE)] = 255
    return replace(texture, pixels=np.asarray(cv2.inpaint(texture.pixels, mask, 3, cv2.INPAINT_TELEA), np.uint8))


def bleached(texture: Texture) -> Texture:
    """A picture of painted metal as a factor of its most common colour."""
    flat = texture.pixels.reshape(-1, 3)
    tones, counts = np.unique(flat // 8, axis=0, return_counts=True)
    common = flat[(flat // 8 == tones[counts.argmax()]).all(1)].mean(0)
    share = np.clip(texture.pixels / common, 0.0, 1.0)
    return Texture(f"{texture.key}-white", (255 * share).astype(np.uint8), texture.alpha)


def standing(parts: Sequence[Part], machine: Machine) -> tuple[list[Wheel], list[Part], Measures]:
    """Bring a vehicle to its size: on its wheels, its middle over the origin, its axles where they belong."""
    body = points_of([one for one in parts if one.role == "paint"])
    middle = np.array([0.0, (body[:, 1].min() + body[:, 1].max()) / 2, 0.0])
    used = points_of(parts)
    scale = machine.size[0] / float(np.ptp(used[:, 0]))
    parts = [shifted(one, -middle, scale) for one in parts]
    wheels, rest = wheels_of(parts, NO_WHEEL)
    ground = min(float((points_of(wheel.parts)[:, 2]).min()) for wheel in wheels)
    used = points_of(rest)
    offset = np.array([-(used[:, 0].min() + used[:, 0].max()) / 2, 0.0, -ground])
    rest = [shifted(one, offset, 1.0) for one in rest]
    wheels = [rolled(one, 1.0, one.hub + offset) for one in wheels]
    old = measured(rest, wheels)
    front, rear = old.axles
    base = machine.wheel_base or (front - rear) * machine.size[0] / old.length
    ahead = (old.length / 2 - front) * machine.size[0] / old.length
    if machine.wheel_base:
        ahead = (machine.size[0] - base) * (old.length / 2 - front) / (old.length - front + rear)
    radius = machine.wheel_radius or old.radius * machine.size[2] / old.height
    first = machine.size[0] / 2 - ahead
    new = Measures(*machine.size, (first, first - base), radius)
    return [settled(one, old, new) for one in wheels], [bent(one, old, new) for one in rest], new


def points_of(parts: Sequence[Part]) -> Array:
    """(V, 3) all points of some parts."""
    return np.concatenate([one.piece.used for one in parts])


def shifted(part: Part, offset: Array, scale: float) -> Part:
    """A part moved, then scaled."""
    return replace(part, piece=replace(part.piece, points=(part.piece.points + offset) * scale))


def rolled(wheel: Wheel, ratio: float, hub: Array) -> Wheel:
    """A wheel scaled about its hub and brought to another."""
    outer = hub[1] + ratio * (wheel.outer - wheel.hub[1])
    parts = tuple(
        replace(one, piece=replace(one.piece, points=(one.piece.points - wheel.hub) * ratio + hub))
        for one in wheel.parts
    )
    return Wheel(hub, wheel.radius * ratio, float(outer), parts)


def measured(body: Sequence[Part], wheels: Sequence[Wheel]) -> Measures:
    """Measures of a vehicle as it is drawn; what stands out above half its height counts as mirrors."""
    used = points_of(body)
    lower = used[used[:, 2] < 0.5 * used[:, 2].max()]
    ahead = max(float(one.hub[0]) for one in wheels)
    rear = [float(one.hub[0]) for one in wheels if one.hub[0] < ahead - 1.0]
    radius = float(np.mean([one.radius for one in wheels]))
    return Measures(
        float(np.ptp(used[:, 0])), 2.0 * float(np.abs(lower[:, 1]).max()), float(used[:, 2].max()),
        (ahead, float(np.mean(rear))), radius,
    )  # fmt: skip


def settled(wheel: Wheel, old: Measures, new: Measures) -> Wheel:
    """A wheel as the body around it is fitted; it stays round and touches the ground."""
    ratio = new.radius / wheel.radius
    outer = wheel.outer * new.width / old.width
    y = outer - ratio * (wheel.outer - wheel.hub[1])
    hub = np.array([float(moved_along(wheel.hub[:1], old, new)[0][0]), y, new.radius])
    return rolled(wheel, ratio, hub)


def bent(part: Part, old: Measures, new: Measures) -> Part:
    """A part of the body from one set of measures to another."""
    points, _ = fitted(part.piece.points, np.ones_like(part.piece.points), old, new)
    return replace(part, piece=replace(part.piece, points=points.astype(np.float64)))


def spot_of(body: Sequence[Part], machine: Machine, sign: float) -> list[float]:
    """X and z of the middle of a plate, on what lies below it."""
    drawn = [one.piece.points[one.piece.corners].mean(1) for one in body if one.role == "plate"]
    own = np.concatenate([*drawn, np.empty((0, 3))])
    own = own[own[:, 0] * sign > 0]
    height = float(np.median(own[:, 2])) if len(own) else machine.plates["front" if sign > 0 else "rear"]
    spots = np.concatenate([dense(one.piece) for one in body if one.role != "plate"])
    near = (np.abs(spots[:, 1]) < FACE[0]) & (np.abs(spots[:, 2] - height) < FACE[1]) & (spots[:, 0] * sign > 0)
    return [float((spots[near, 0] * sign).max()) * sign, height]


def dense(piece: Piece) -> Array:
    """(N, 3) many points of a surface."""
    shares = np.array([[a, b, 8 - a - b] for a in range(9) for b in range(9 - a)]) / 8.0
    return np.asarray(np.einsum("sk,tkd->tsd", shares, piece.points[piece.corners]).reshape(-1, 3))


def roof_of(body: Sequence[Part]) -> float:
    """X of the middle of the roof, m."""
    used = points_of(body)
    return float(used[used[:, 2] > 0.97 * used[:, 2].max(), 0].mean())


def board_of(body: Sequence[Part], place: Rect, machine: Machine) -> list[float]:
    """x0, x1, z0, z1 and y of the flat side that a lettering may cover."""
    length, _, height = machine.size
    x0, x1 = ((share - 0.5) * length for share in place[:2])
    z0, z1 = (share * height for share in place[2:])
    spots = np.concatenate([dense(one.piece) for one in body])
    near = (spots[:, 0] > x0) & (spots[:, 0] < x1) & (spots[:, 2] > z0) & (spots[:, 2] < z1)
    return [x0, x1, z0, z1, float(spots[near, 1].max())]


def core_of(measures: Measures) -> Part:
    """What keeps one from looking through between the wheels."""
    (front, rear), radius = measures.axles, measures.radius
    size = (front - rear + 1.6 * radius, 0.55 * measures.width, 1.1 * radius)
    mesh = box(size, ((front + rear) / 2, 0.0, 1.15 * radius), CORE)
    corners = mesh.triangles.astype(np.int64)
    return Part("dark", Piece(mesh.positions.astype(np.float64), corners, mesh.uvs.astype(np.float64), corners), CORE)


def finish(body: Sequence[Part], machine: Machine) -> list[Part]:
    """What is seen of the body, its lenses and panes apart."""
    bus = MODELS[machine.models[0]].kind.label == "bus"
    found: list[Part] = []
    for part, chosen in zip(body, seen([one.piece for one in body]), strict=True):
        if not chosen.any():
            continue
        shown = replace(part, piece=part.piece.part(chosen))
        name = part.role.removeprefix(LIT)
        if part.role == "glass":
            found += panes(shown, bus)
        elif part.role == "board":
            found.append(replace(pictured(replace(shown, role="screen"), bus), role="board"))
        elif name in LENSES:
            lit = LIT if part.material.texture is not None else ""
            found += [replace(one, role=lit + one.role) for one in lens(replace(shown, role=name))]
        else:
            found.append(shown)
    return [replace(one, material=replace(one.material, part=one.role)) for one in found]


def levels_of(body: Sequence[Part], wheels: Sequence[Wheel], width: float) -> tuple[list[Mesh], list[list[int]]]:
    """Levels of detail with one palette, wheels last, and the number of vertices of each wheel in each."""
    levels, counts = [], []
    reach = points_of(body)
    reach = np.array([reach[:, 0].min(), reach[:, 0].max(), reach[:, 2].max()])
    layered = sum(len(one.piece.corners) for one in body) > LAYERED
    for number, count in enumerate(BODY):
        coarse = layered and number == len(WHEEL)
        meshes = [whole_again(thinned(skinned(body, width), SKIN) if coarse else thinned(body, count), reach)]
        for wheel in wheels:
            mesh = turned(wheel) if number == len(WHEEL) else thinned(wheel.parts, WHEEL[number])
            meshes.append(round_again(mesh, wheel))
            if number < len(WHEEL) and sum(len(one.piece.corners) for one in wheel.parts) > WHEEL[number]:
                meshes[-1] = merge([meshes[-1], tread(wheel, TREAD[number])])
        levels.append(merge(meshes))
        counts.append([len(one.positions) for one in meshes[1:]])
    palette = list(dict.fromkeys(one for mesh in levels for one in mesh.palette))
    return [repainted(mesh, palette) for mesh in levels], counts


def repainted(mesh: Mesh, palette: list[Material]) -> Mesh:
    """The same mesh with a larger palette."""
    number = np.array([palette.index(one) for one in mesh.palette], np.int32)
    return replace(mesh, materials=number[mesh.materials], palette=tuple(palette))


def thinned(parts: Sequence[Part], count: int) -> Mesh:
    """Parts with about `count` triangles in all."""
    pieces = [one.piece for one in parts]
    if sum(len(piece.corners) for piece in pieces) > count:
        pieces = collapsed(pieces, count, [WEIGHTS.get(one.role.removeprefix(LIT), 1.0) for one in parts])
    there = [(piece, part.material) for piece, part in zip(pieces, parts, strict=True) if len(piece.corners)]
    return merge(furniture(piece, len(piece.corners), material) for piece, material in there)


def whole_again(mesh: Mesh, reach: Array) -> Mesh:
    """A body that reaches as far ahead, back and up (m) as it did before it lost corners."""
    low, high = mesh.extent
    places = mesh.positions.astype(np.float64)
    places[:, 0] = np.interp(places[:, 0], [low[0], high[0]], reach[:2])
    places[:, 2] *= reach[2] / float(high[2])
    return replace(mesh, positions=places.astype(np.float32))


def round_again(mesh: Mesh, wheel: Wheel) -> Mesh:
    """A wheel that touches the ground again after it lost corners."""
    off = mesh.positions[:, [0, 2]] - wheel.hub[[0, 2]]
    ratio = wheel.radius / float(np.hypot(off[:, 0], off[:, 1]).max())
    places = mesh.positions.copy()
    places[:, [0, 2]] = wheel.hub[[0, 2]] + ratio * off
    return replace(mesh, positions=places.astype(np.float32))


def tread(wheel: Wheel, count: int) -> Mesh:
    """A band of `count` sides on which a wheel rolls that lost corners of its own."""
    half = 0.9 * abs(wheel.outer - wheel.hub[1])
    return hung(lathe([(half, wheel.radius), (-half, wheel.radius)], count, replace(TYRE, part="tyre")), wheel)


def turned(wheel: Wheel) -> Mesh:
    """A wheel of few triangles."""
    half, rim = abs(wheel.outer - wheel.hub[1]), 0.64 * wheel.radius
    tyre = lathe([(half, rim), (half * 0.9, wheel.radius), (-half, wheel.radius)], 8, replace(TYRE, part="tyre"))
    return hung(merge([tyre, lathe([(half, 0.0), (half, rim)], 8, DISC)]), wheel)


def hung(mesh: Mesh, wheel: Wheel) -> Mesh:
    """A left-hand wheel around the origin where it belongs."""
    pose = np.diag([1.0, float(np.sign(wheel.outer)), 1.0, 1.0])
    pose[:3, 3] = wheel.hub
    return moved(mesh, pose)


def plain(mesh: Mesh) -> Mesh:
    """The mesh as it is written: roles stand beside it."""
    return replace(mesh, palette=tuple(replace(one, part="") for one in mesh.palette))
