"""Traffic light heads: housing, doors, visors, backplate, lenses and what they hang on."""

from __future__ import annotations

import math

import numpy as np

from renderers.mesh import RGB, Material, Mesh, make_mesh, moved
from renderers.props_kit import Array, Sketch, surface
from renderers.textures_signals import lens_texture
from scenes.kinds import Kind
from scenes.signals import SignalLook

COLOURS = {"red": 0, "yellow": 1, "flash": 1, "green": 2}  # which of a look's colours a section has
_SEGMENTS = 24
# the top of an upright head comes to the viewer's left, model -y
ON_ITS_SIDE = np.array([[1.0, 0, 0, 0], [0, 0, -1.0, 0], [0, 1.0, 0, 0], [0, 0, 0, 1.0]])
_LENS_RINGS = (0.0, 0.35, 0.7, 0.94, 1.0)


def signal_mesh(look: SignalLook, lit: str) -> Mesh:
    """Build a head: origin in the middle of the housing, lenses face +x, the first on top or at the viewer's left.

    Args:
        look: appearance.
        lit: the section that glows, or "off".

    Returns:
        The mesh, 800-2,000 triangles.
    """
    upright = Sketch()
    body = Material(roughness=look.roughness, kind=Kind.SIGNAL)
    _housing(upright, look, body)
    if look.backplate > 0:
        _backplate(upright, look)
    if not look.horizontal:
        _mount(upright, look)
        _sections(upright, look, body, lit)
        return upright.build()
    sketch = Sketch()
    sketch.add(moved(upright.build(), ON_ITS_SIDE))
    _mount(sketch, look)
    _sections(sketch, look, body, lit)
    return sketch.build()


def _sections(sketch: Sketch, look: SignalLook, body: Material, lit: str) -> None:
    """Doors, lenses and visors; those of a horizontal head stand upright, too."""
    for place, name in enumerate(look.sections):
        along, index = section_height(look, place), COLOURS[name]
        part, height = (Sketch(), 0.0) if look.horizontal else (sketch, along)
        _door(part, look, body, height)
        _lens(part, look, index, height, lit == name)
        if look.visor != "none":
            _visor(part, look, index, height, lit == name)
        if look.horizontal:
            beside = np.eye(4)
            beside[1, 3] = -along
            sketch.add(moved(part.build(), beside))


def section_height(look: SignalLook, place: int) -> float:
    """Height of the middle of a section over that of the housing, of a horizontal head to the viewer's left, m."""
    return (0.5 * (len(look.sections) - 1) - place) * look.spacing


def _front(look: SignalLook) -> float:
    """Position of the front of the housing along x, m."""
    return look.depth / 2.0


def _housing(sketch: Sketch, look: SignalLook, body: Material) -> None:
    """One box, or for each section a box with seams between, or a round drum on a spine."""
    tall = look.length
    if look.housing == "box":
        sketch.add(_rounded_box(look.depth, look.width, tall, (0.0, 0.0, 0.0), look.colour, body))
        return
    for place in range(len(look.sections)):
        z = section_height(look, place)
        if look.housing == "sections":
            part = look.spacing - 0.008
            sketch.add(_rounded_box(look.depth, look.width, part, (0.0, 0.0, z), look.colour, body))
        else:
            sketch.add(_drum(look, z, body))
    spine = look.width * (0.9 if look.housing == "sections" else 0.55)
    sketch.box((-0.1 * look.depth, 0, 0), (look.depth * 0.75, spine, tall * 0.97), body, _dim(look.colour, 0.7))


def _dim(colour: RGB, factor: float) -> RGB:
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def _rounded_box(
    depth: float, width: float, tall: float, centre: tuple[float, float, float], colour: RGB, body: Material
) -> Mesh:
    """A box along z whose vertical edges are rounded; cast housings have soft highlights there."""
    r = 0.16 * min(depth, width)
    outline = []
    for cx, cy, start in ((1, 1, 0.0), (-1, 1, 0.5), (-1, -1, 1.0), (1, -1, 1.5)):
        for k in range(3):
            a = math.pi * (start + 0.25 * k)
            outline.append((cx * (depth / 2 - r) + r * math.cos(a), cy * (width / 2 - r) + r * math.sin(a)))
    ring = np.array([*outline, outline[0]])
    levels, scales = [-0.5, -0.5, -0.47, 0.47, 0.5, 0.5], [0.0, 0.93, 1.0, 1.0, 0.93, 0.0]
    points = np.stack(
        [np.column_stack([ring * s, np.full(len(ring), level * tall)]) for level, s in zip(levels, scales, strict=True)]
    )
    return surface(points + np.array(centre), body, colour)


def _drum(look: SignalLook, z: float, body: Material) -> Mesh:
    """A round section with a domed back, axis along x."""
    radius = 0.5 * look.spacing
    front, back = _front(look), -look.depth / 2.0
    steps = [
        (back - 0.04, 0.02),
        (back - 0.03, 0.5),
        (back + 0.02, 0.85),
        (back + 0.07, 1.0),
        (front, 0.98),
        (front, 0.0),
    ]
    angle = np.linspace(0.0, 2.0 * np.pi, 17)
    points = np.stack([_circle(x, z, radius * scale, angle) for x, scale in steps])
    return surface(points, body, look.colour)


def _circle(x: float | Array, z: float, radius: float, angle: Array) -> Array:
    """Points of a circle that faces +x, anticlockwise seen from the front."""
    return np.column_stack([np.broadcast_to(x, angle.shape), radius * np.cos(angle), z + radius * np.sin(angle)])


def _door(sketch: Sketch, look: SignalLook, body: Material, z: float) -> None:
    """The front door of a section with its raised rim around the lens."""
    front = _front(look)
    if look.housing != "lobed":
        high, wide = look.spacing - 0.02, look.width * 0.93
        if look.horizontal:
            high, wide = wide, high
        sketch.box((front + 0.004, 0, z), (0.012, wide, high), body, look.door_colour, "XyYzZ")
    angle = np.linspace(0.0, 2.0 * np.pi, _SEGMENTS + 1)
    outer, inner = 0.5 * look.lens + 0.014, 0.5 * look.lens
    if look.square:
        return
    rim = [(front, outer), (front + 0.022, outer), (front + 0.022, inner), (front + 0.006, inner)]
    sketch.add(surface(np.stack([_circle(x, z, r, angle) for x, r in rim]), body, look.door_colour))


def _lens(sketch: Sketch, look: SignalLook, index: int, z: float, on: bool) -> None:
    """A slightly domed disc, or a square pane; a lit one fades from its hot middle to its rim."""
    radius = 0.5 * look.lens
    angle = np.arange(_SEGMENTS) * 2.0 * np.pi / _SEGMENTS
    cos, sin = np.cos(angle), np.sin(angle)
    if look.square:
        stretch = 1.0 / np.maximum(np.abs(cos), np.abs(sin))
        cos, sin = cos * stretch, sin * stretch
    points, uvs, glow = [], [], []
    for share in _LENS_RINGS:
        x = _front(look) + 0.007 + 0.03 * (1.0 - share * share)
        count = 1 if share == 0.0 else _SEGMENTS
        y, up = radius * share * cos[:count], radius * share * sin[:count]
        points.append(np.column_stack([np.full(count, x), y, z + up]))
        # seen from the front the model's +y is on the right-hand side of the viewer's picture
        uvs.append(0.5 + 0.5 * np.column_stack([share * cos[:count], -share * sin[:count]]))
        glow.append(np.full(count, 1.0 - look.falloff * 0.85 * share**1.5))
    triangles = [(0, 1 + k, 1 + (k + 1) % _SEGMENTS) for k in range(_SEGMENTS)]
    for ring in range(len(_LENS_RINGS) - 2):
        low, high = 1 + ring * _SEGMENTS, 1 + (ring + 1) * _SEGMENTS
        for k in range(_SEGMENTS):
            n = (k + 1) % _SEGMENTS
            triangles += [(low + k, high + k, high + n), (low + k, high + n, low + n)]
    texture = lens_texture(look.symbols[index], look.led, look.led_rings)
    tint = look.off_tints[index]
    lamp = look.lamps[index]
    power = look.strength if on else 0.0
    emission = (lamp[0] * power, lamp[1] * power, lamp[2] * power)
    material = Material(tint, texture, roughness=0.25, reflectance=0.05, emission=emission, kind=Kind.SIGNAL)
    colours = np.repeat(np.concatenate(glow)[:, None], 3, axis=1)
    sketch.add(make_mesh(np.concatenate(points), np.array(triangles), material, np.concatenate(uvs), colours=colours))


def _visor(sketch: Sketch, look: SignalLook, index: int, z: float, on: bool) -> None:
    """A hood: tunnel (all around but a slot), cutaway (long on top), cap (top only); dark and lit from within."""
    half, power = {"tunnel": (2.75, 0.0), "cutaway": (2.2, 0.8), "cap": (1.45, 0.35)}[look.visor]
    angle = np.linspace(-half, half, 17)
    # longest on top; the cutaway slopes back towards its lower ends
    reach = look.visor_length * np.maximum(
        0.12, np.cos(0.5 * angle * (1.0 if look.visor != "tunnel" else 0.3)) ** (2 * power)
    )
    up = np.pi / 2.0 + angle
    front = _front(look) + 0.01
    radius = 0.5 * look.lens + 0.012
    outside = Material(roughness=look.roughness, kind=Kind.SIGNAL)
    shell = np.stack([_circle(front, z, radius, up), _circle(front + reach, z, radius, up)])
    sketch.add(surface(shell[::-1], outside, look.door_colour))
    lamp = look.lamps[index]
    share = 0.035 * look.strength if on and look.symbols[index] == "ball" else 0.0
    glow = (lamp[0] * share, lamp[1] * share, lamp[2] * share)
    inside = Material((0.02, 0.02, 0.02), roughness=0.8, emission=glow, kind=Kind.SIGNAL)
    lining = np.stack([_circle(front, z, radius - 0.004, up), _circle(front + reach, z, radius - 0.004, up)])
    fade = np.ones((2, len(angle), 3))
    fade[1] = 0.15
    sketch.add(surface(lining, inside, fade))


def _backplate(sketch: Sketch, look: SignalLook) -> None:
    """A flat plate around the housing, with a bright border where the look has one."""
    x = 0.25 * look.depth
    wide, tall = look.width + 2 * look.backplate, look.length + 2 * look.backplate
    plate = Material(roughness=0.6, kind=Kind.SIGNAL)
    sketch.box((x, 0, 0), (0.006, wide, tall), plate, look.backplate_colour)
    if look.border > 0:
        b = look.border
        for y in (-0.5, 0.5):
            sketch.box((x + 0.005, y * (wide - b), 0), (0.004, b, tall), plate, look.border_colour, "X")
            sketch.box((x + 0.005, 0, y * (tall - b)), (0.004, wide - 2 * b, b), plate, look.border_colour, "X")


def _mount(sketch: Sketch, look: SignalLook) -> None:
    """Brackets: to a pole at the side, a clamp behind on a mast arm, a hanger on a wire, or a pole below."""
    steel = Material(roughness=0.55, kind=Kind.POLE)
    tall = look.half
    colour = look.mount_colour
    if look.mount == "side":
        end = look.mount_side * (look.half_width + 0.3)
        for z in (-tall * 0.86, tall * 0.86):
            sketch.path([(-0.02, 0.0, z), (-0.02, end, z)], 0.024, steel, colour, 8)
            sketch.box((-0.02, look.mount_side * (look.half_width + 0.02), z), (0.07, 0.05, 0.07), steel, colour)
    elif look.mount == "mast":
        x = -look.depth / 2.0
        sketch.box((x - 0.05, 0, 0.1), (0.1, 0.08, 1.2 * look.spacing), steel, colour)
        sketch.path([(x - 0.1, 0, -0.5 * tall), (x - 0.1, 0, tall * 0.9)], 0.022, steel, colour, 8)
    elif look.mount == "span":
        sketch.box((0, 0, tall + 0.02), (0.12, 0.12, 0.06), steel, colour)
        sketch.path([(0, 0, tall), (0, 0, tall + 0.35)], 0.02, steel, colour, 8)
    else:
        sketch.turned(
            [(0.05, -tall - 0.25), (0.05, -tall - 0.03), (0.09, -tall - 0.02), (0.09, -tall + 0.01)], steel, colour
        )
