"""Materials of one vehicle."""

from __future__ import annotations

from dataclasses import dataclass, replace

from renderers.kept import kept
from renderers.mesh import RGB, Material, Mesh
from renderers.vehicles_cabins import cabin_texture
from renderers.vehicles_plates import plate_texture
from renderers.vehicles_textures import board_texture, lamp_texture, mesh_texture
from scenes.kinds import Kind
from scenes.vehicles import VehicleLook

HEADLAMP: RGB = (7.0, 6.6, 5.6)  # radiance; a white wall in full sun is 1
TAIL_LAMP: RGB = (0.9, 0.03, 0.015)
BRAKE_LAMP: RGB = (4.5, 0.22, 0.10)
TURN_LAMP: RGB = (4.2, 0.85, 0.02)  # amber of ECE R6
NONE: RGB = (0.0, 0.0, 0.0)
LIT = "lit:"  # begins the part of a lamp that has a lens of its own, and only glows as its name says
GREEN: RGB = (0.80, 0.84, 0.81)  # that untinted panes let through; ECE R43 asks for 0.70 of windscreens
CABIN_LAMP: RGB = (0.42, 0.39, 0.32)  # behind the windows of a bus; what is seen through them reflects a twentieth


@dataclass(frozen=True)
class Signs:
    """What a vehicle shows of its state: which lamps glow now, and whether somebody is in it."""

    lamps: bool = False  # head and tail lamps
    braking: bool = False
    left: bool = False  # turn lamps
    right: bool = False
    driven: bool = True  # somebody sits at the wheel


DARK = Signs()


@dataclass(frozen=True)
class Paints:
    """Every surface of one vehicle."""

    paint: Material
    second: Material
    bumper: Material
    trim: Material  # matt black plastic
    rubber: Material  # seams, seals, soft roofs
    dark: Material  # underside and gaps
    metal: Material
    chrome: Material
    rim: Material
    screen: Material
    side_glass: Material
    rear_glass: Material
    grille: Material
    head: Material
    tail: Material
    brake: Material
    reverse: Material
    left: Material  # turn lamps
    right: Material
    plate_front: Material
    plate_rear: Material
    board: Material

    def turn(self, sign: float) -> Material:
        """Of the turn lamps of one side: 1 left, -1 right."""
        return self.left if sign > 0 else self.right


def painted(mesh: Mesh, look: VehicleLook, signs: Signs) -> Mesh:
    """A vehicle's mesh with other signs or another plate; shares everything but the palette."""
    paints = paints_of(look, signs)
    return replace(mesh, palette=tuple(shown(m, paints) for m in mesh.palette))


def shown(material: Material, paints: Paints) -> Material:
    """A material as signs and plate have it."""
    if material.part.startswith(LIT):
        return replace(material, emission=getattr(paints, material.part.removeprefix(LIT)).emission)
    return getattr(paints, material.part) if material.part else material


def tinted(share: float) -> RGB:
    """What a pane lets through whose tint leaves a share of the light."""
    return GREEN[0] * share, GREEN[1] * share, GREEN[2] * share


@kept
def paints_of(look: VehicleLook, signs: Signs) -> Paints:
    """Mix the materials; those that the signs and the plate change know their names.

    Args:
        look: the vehicle.
        signs: which lamps glow, and whether somebody drives.

    Returns:
        The materials.
    """
    lamps_on = signs.lamps
    bus = look.kind == Kind.BUS
    dusty = 0.30 + 0.22 * look.dirt
    paint = Material(look.paint, roughness=dusty, metallic=0.0, reflectance=0.07 if look.paint_metallic else 0.055)
    if look.paint_metallic:
        paint = replace(paint, metallic=0.3, roughness=dusty + 0.06)
    trim = Material((0.016, 0.016, 0.017), roughness=0.6)
    clear = 1.0 - 0.8 * look.tint
    glass = Material((clear, clear * 1.02, clear), roughness=0.07, reflectance=0.055, clear=tinted(clear))
    rear_dim = 0.75 * clear
    rear = replace(glass, colour=(rear_dim, rear_dim, rear_dim), clear=tinted(rear_dim))
    lens = Material((0.42, 0.01, 0.012), lamp_texture(True), 0.15, reflectance=0.05)
    tail = replace(lens, emission=TAIL_LAMP) if lamps_on else lens
    head = Material((0.80, 0.82, 0.84), lamp_texture(False), 0.12, reflectance=0.08)
    chrome = Material((0.60, 0.61, 0.62), roughness=0.18, metallic=1.0)
    bars = (0.30, 0.30, 0.31) if look.chrome else (0.03, 0.03, 0.03)
    amber = Material(look.indicator, lamp_texture(True), 0.15, reflectance=0.06)
    number = f"{int(1000 * look.length) % 90 + 10}"
    people = (1 if look.alone else 2) if signs.driven else 0
    side = replace(glass, texture=cabin_texture("bus" if bus else "side", look.interior, people))
    return Paints(
        paint=paint,
        second=Material(look.second, roughness=0.35, reflectance=0.05),
        bumper=paint if look.painted_bumpers else replace(trim, colour=(0.035, 0.035, 0.036)),
        trim=trim,
        rubber=Material((0.010, 0.010, 0.010), roughness=0.8),
        dark=Material((0.006, 0.006, 0.006), roughness=0.95, reflectance=0.02),
        metal=Material((0.10, 0.10, 0.10), roughness=0.6),
        chrome=chrome,
        rim=Material(look.wheel_colour, roughness=0.35, metallic=0.25, reflectance=0.06),
        screen=replace(
            glass, texture=cabin_texture("screen", look.interior, people), part="screen", clear=tinted(1.0)
        ),
        side_glass=replace(side, emission=CABIN_LAMP if bus and lamps_on else NONE, part="side_glass"),
        rear_glass=replace(
            rear, texture=cabin_texture("bus" if bus else "rear", look.interior + bus, people),
            emission=CABIN_LAMP if bus and lamps_on else NONE, part="rear_glass",
        ),
        grille=Material(bars, mesh_texture(look.grille), 0.4),
        head=replace(head, emission=HEADLAMP if lamps_on else NONE, part="head"),
        tail=replace(tail, part="tail"),
        brake=replace(lens, emission=BRAKE_LAMP, part="brake") if signs.braking else replace(tail, part="brake"),
        reverse=Material((0.55, 0.52, 0.50), lamp_texture(True), 0.15, reflectance=0.06),
        left=replace(amber, emission=TURN_LAMP if signs.left else NONE, part="left"),
        right=replace(amber, emission=TURN_LAMP if signs.right else NONE, part="right"),
        plate_front=Material(texture=plate_texture(look.plate, "front"), roughness=0.4, part="plate_front"),
        plate_rear=Material(texture=plate_texture(look.plate, "rear"), roughness=0.4, part="plate_rear"),
        board=Material(
            texture=board_texture(f"{number} {look.lettering or 'CENTRE'}"), roughness=0.2,
            emission=(0.05, 0.03, 0.0) if lamps_on else NONE, part="board",
        ),
    )  # fmt: skip
