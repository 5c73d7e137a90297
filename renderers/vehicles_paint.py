"""Materials of one vehicle."""

from __future__ import annotations

from dataclasses import dataclass, replace

from renderers.mesh import RGB, Material
from renderers.vehicles_textures import board_texture, cabin_texture, lamp_texture, mesh_texture, plate_texture
from scenes.kinds import Kind
from scenes.vehicles import VehicleLook

HEADLAMP: RGB = (7.0, 6.6, 5.6)  # radiance; a white wall in full sun is 1
TAIL_LAMP: RGB = (0.9, 0.03, 0.015)
BRAKE_LAMP: RGB = (4.5, 0.22, 0.10)
CABIN_LAMP: RGB = (0.5, 0.47, 0.38)


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
    indicator: Material
    plate_front: Material
    plate_rear: Material
    board: Material


def paints_of(look: VehicleLook, lamps_on: bool, braking: bool) -> Paints:
    """Mix the materials.

    Args:
        look: the vehicle.
        lamps_on: head and tail lamps glow.
        braking: brake lamps glow.

    Returns:
        The materials.
    """
    bus = look.kind == Kind.BUS
    dusty = 0.30 + 0.22 * look.dirt
    paint = Material(look.paint, roughness=dusty, metallic=0.0, reflectance=0.07 if look.paint_metallic else 0.055)
    if look.paint_metallic:
        paint = replace(paint, metallic=0.3, roughness=dusty + 0.06)
    trim = Material((0.016, 0.016, 0.017), roughness=0.6)
    clear = 1.0 - 0.8 * look.tint
    glass = Material((clear, clear * 1.02, clear), roughness=0.07, reflectance=0.055)
    rear_dim = 0.75 * clear
    rear = replace(glass, colour=(rear_dim, rear_dim, rear_dim))
    lens = Material((0.42, 0.01, 0.012), lamp_texture(True), 0.15, reflectance=0.05)
    tail = replace(lens, emission=TAIL_LAMP) if lamps_on else lens
    head = Material((0.80, 0.82, 0.84), lamp_texture(False), 0.12, reflectance=0.08)
    chrome = Material((0.60, 0.61, 0.62), roughness=0.18, metallic=1.0)
    bars = (0.30, 0.30, 0.31) if look.chrome else (0.03, 0.03, 0.03)
    large = look.size[2] > 2.6 and look.model != "box_van"
    number = f"{look.plate_text[-3:]}" if large else ""
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
        screen=replace(glass, texture=cabin_texture("screen", look.interior, look.driver)),
        side_glass=replace(glass, texture=cabin_texture("bus" if bus else "side", look.interior, look.driver)),
        rear_glass=replace(rear, texture=cabin_texture("rear", look.interior, look.driver)),
        grille=Material(bars, mesh_texture(look.grille), 0.4),
        head=replace(head, emission=HEADLAMP) if lamps_on else head,
        tail=tail,
        brake=replace(lens, emission=BRAKE_LAMP) if braking else tail,
        reverse=Material((0.55, 0.52, 0.50), lamp_texture(True), 0.15, reflectance=0.06),
        indicator=Material(look.indicator, lamp_texture(True), 0.15, reflectance=0.06),
        plate_front=Material(texture=plate_texture(look.plate_text, look.plate_front, look.plate_band), roughness=0.4),
        plate_rear=Material(texture=plate_texture(look.plate_text, look.plate_rear, look.plate_band), roughness=0.4),
        board=Material(
            texture=board_texture(f"{number[:2]} {look.lettering or 'CENTRE'}"),
            roughness=0.2,
            emission=(0.05, 0.03, 0.0) if lamps_on else (0.0, 0.0, 0.0),
        ),
    )
