"""Worlds seen from above: a map with everybody on it."""

from __future__ import annotations

import math

import numpy as np

from scenes.lanes import arc_lengths, line_at
from scenes.types import Floats, Scene, SignalColour
from sim.lights import state_of
from sim.world import State, World
from skidpad.topview_actors import EGO, draw_actors, legible
from skidpad.topview_ground import cut_out, places
from skidpad.topview_paint import RGB, Picture, Viewport, blend, disc, fit, lettering, plate, stroke, write

SPAN = 60.0  # m across a picture that follows an actor
LAMPS: dict[str, RGB] = {"red": (240, 52, 48), "yellow": (255, 196, 30), "green": (40, 200, 96), "off": (92, 94, 98)}
BARS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)  # m, lengths of a scale bar
LIGHT: RGB = (245, 247, 250)


def ego_of(scene: Scene) -> int | None:
    """Number of the vehicle that carries a camera, else of the first that drives; None where nobody does."""
    mounts = {camera.mount for camera in scene.cameras} - {None}
    carriers = [k for k, actor in enumerate(scene.actors) if actor.id in mounts]
    driving = [k for k, actor in enumerate(scene.actors) if actor.behaviour == "drive"]
    return next(iter(carriers + driving), None)


def around(state: State, b: int, a: int, width: int = 640, height: int = 480, span: float = SPAN) -> Viewport:
    """Viewport that follows an actor.

    Args:
        state: where everybody is.
        b: world.
        a: number of the actor in its scene.
        width: of the picture, px.
        height: of the picture, px.
        span: m across the picture.

    Returns:
        The viewport, the actor in its middle.
    """
    x, y = (float(v) for v in state.position[b, a, :2])
    return Viewport(width, height, width / span, (x, y))


def whole(scene: Scene, width: int = 640, height: int = 480) -> Viewport:
    """Viewport that shows all lanes, walks and paths of a scene."""
    return fit(places(scene), width, height)


def draw_top(
    world: World, state: State, b: int = 0, *, view: Viewport | None = None, ego: int | None = None,
    trail: Floats | None = None, title: str = "",
) -> Picture:  # fmt: skip
    """Draw world b from above. The ground is drawn once per scene and scale and kept.

    Args:
        world: compiled scenes.
        state: where everybody is.
        b: world.
        view: what is shown, see `around` and `whole`; None shows the whole scene.
        ego: number of the actor that is highlighted, with the rest of its path.
        trail: (N, 2) places where the ego has been, world, m.
        title: written before time and speed.

    Returns:
        (H, W, 3) sRGB.
    """
    scene = world.scenes[b]
    view = view or whole(scene)
    picture = cut_out(scene, view)
    draw_ways(picture, view, scene, state, b, ego, trail)
    lit = lit_signals(scene, state, b)
    draw_stop_lines(picture, view, scene, lit)
    draw_actors(picture, view, scene.actors, state, b, ego)
    draw_signals(picture, view, scene, lit)
    words = [title] if title else []
    words.append(f"{float(state.time[b]):.1f} s")
    if ego is not None:
        words.append(f"{3.6 * float(state.speed[b, ego]):.0f} km/h")
    legend(picture, view, "   ".join(words))
    return picture


def draw_ways(
    picture: Picture, view: Viewport, scene: Scene, state: State, b: int, ego: int | None, trail: Floats | None
) -> None:
    """The ego's route ahead, wide and pale, and its trail, thin."""
    if ego is None:
        return
    layer = picture.copy()
    line = scene.actors[ego].path
    if len(line) > 1 and state.alive[b, ego]:
        ahead = rest_of(line, float(state.travelled[b, ego]))
        wide = min(0.9, scene.actors[ego].size[1])
        stroke(layer, view.pixels(ahead), EGO, max(wide * view.scale, 3.0))
    if trail is not None and len(trail) > 1:
        stroke(layer, view.pixels(trail), (255, 255, 255), max(0.22 * view.scale, 2.0))
    blend(picture, layer, 0.42)


def rest_of(line: Floats, start: float) -> Floats:
    """The part of a polyline (N, 2) behind a length, m."""
    x, y, _ = line_at(line, start)
    return np.concatenate([[[x, y]], line[arc_lengths(line) > start]])


def lit_signals(scene: Scene, state: State, b: int) -> list[SignalColour]:
    """Colour that glows of each signal of the scene."""
    time, row = float(state.time[b]), None if state.control is None else state.control[b]
    return [signal.lit_at(time, state_of(scene, signal, time, row)) for signal in scene.signals]


def draw_stop_lines(picture: Picture, view: Viewport, scene: Scene, lit: list[SignalColour]) -> None:
    """Stop lines of signals, in the colour that they show."""
    shown = {
        signal.group: colour for signal, colour in zip(scene.signals, lit, strict=True) if signal.clearance == 0.0
    }  # fmt: skip
    lanes = {lane.id: lane for lane in scene.roads.lanes}
    for stop in scene.roads.stop_lines:
        if stop.signal_group is None or stop.signal_group not in shown:
            continue
        lane = lanes[stop.lane]
        x, y, heading = line_at(lane.centre, stop.s)
        if view.sees(np.array([x, y]), 4.0):
            across = np.array([-math.sin(heading), math.cos(heading)]) * (lane.width / 2 - 0.1)
            line = view.pixels(np.array([x, y]) + np.array([across, -across]))
            stroke(picture, line, LAMPS[shown[stop.signal_group]], 0.4 * view.scale)


def draw_signals(picture: Picture, view: Viewport, scene: Scene, lit: list[SignalColour]) -> None:
    """Signal heads: a dark case with a dot in the colour that is lit."""
    for signal, colour in zip(scene.signals, lit, strict=True):
        if view.sees(signal.position[:2], 2.0):
            pixel, radius = view.pixels(signal.position[:2]), legible(0.3, 3.4, view.scale)
            disc(picture, pixel, 1.5 * radius, (28, 30, 34))
            disc(picture, pixel, radius, LAMPS[colour])


def legend(picture: Picture, view: Viewport, words: str) -> None:
    """Time and speed in the top left corner, a scale bar in the bottom left one."""
    plate(picture, (8, 8), (lettering(words, 14).shape[1] + 14, 24))
    write(picture, words, (15, 11), LIGHT)
    length = max((bar for bar in BARS if bar * view.scale <= 0.2 * view.width), default=BARS[0])
    x, y = 14, view.height - 16
    pixels = length * view.scale
    plate(picture, (8, y - 22), (round(pixels) + 14, 32))
    write(picture, f"{length:g} m", (x + 1, y - 20), LIGHT, 12)
    stroke(picture, np.array([[x, y - 3], [x, y + 2], [x + pixels, y + 2], [x + pixels, y - 3]]), LIGHT, 2)
