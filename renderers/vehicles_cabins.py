"""What is seen through the glass of vehicles: seats, people, and daylight from the far windows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.kept import kept
from renderers.mesh import Texture

Canvas = NDArray[np.float64]
Tone = tuple[float, float, float]
EDGE = 256  # px that cabins are drawn with
SKINS: tuple[Tone, ...] = ((150, 112, 92), (134, 98, 78), (104, 72, 54), (74, 50, 38))  # sRGB, in the shade of the roof
HAIRS: tuple[Tone, ...] = ((22, 18, 16), (48, 34, 24), (86, 66, 40), (96, 94, 92))
DARK: Tone = (12, 12, 13)
FAR = {"bus": (96, 138), "car": (128, 172)}  # of the far windows; in cars about as bright as through true glass


@kept
def cabin_texture(view: str, variant: int, people: int) -> Texture:
    """A cabin.

    Args:
        view: "bus" (u along one pane), "screen" from ahead (u from the car's right to its left), "rear" from behind
            (u from left to right),
            or "side" (u from front to rear); v from the roof down.
        variant: changes brightness, places and people.
        people: 0 nobody, 1 the driver, on the right-hand front seat, 2 a passenger, too; in a bus some or none.

    Returns:
        The texture; albedo 0.005-0.3.
    """
    import cv2

    rng = np.random.Generator(np.random.PCG64(1000 + 17 * variant + len(view)))
    canvas = np.full((EDGE, EDGE, 3), 26.0)
    canvas *= np.linspace(0.75, 1.2, EDGE)[:, None, None]
    light = np.array([1.0, 1.03, 1.06]) * rng.uniform(*(FAR["bus"] if view == "bus" else FAR["car"]))
    far: Tone = (float(light[0]), float(light[1]), float(light[2]))
    shade = float(rng.uniform(16, 38))
    seat: Tone = (shade, shade, 1.05 * shade)
    if view == "bus":
        bus_pane(canvas, rng, far, seat, people > 0)
    elif view == "side":
        for x0, x1 in ((20, 108), (124, 196), (206, 246)):
            cv2.fillPoly(canvas, [np.array([[x0 + 12, 26], [x1, 26], [x1, 140], [x0, 140]])], far)
        for x in (100, 184):
            cv2.ellipse(canvas, (x, 84), (11, 24), 8, 0, 360, seat, -1)
            cv2.ellipse(canvas, (x + 6, 210), (24, 104), 6, 0, 360, seat, -1)
        for x in (78, 162)[:people]:
            figure(canvas, rng, (x, 84), 1.0, "side")
        cv2.ellipse(canvas, (44, 196), (8, 42), 20, 0, 360, DARK, 6)
    else:
        cv2.fillPoly(canvas, [np.array([[56, 44], [200, 44], [222, 124], [34, 124]])], far)
        places = (72, 184) if view == "screen" else (184, 72)
        for x in places:
            cv2.ellipse(canvas, (x, 96), (17, 22), 0, 0, 360, seat, -1)
            cv2.ellipse(canvas, (x, 196), (38, 84), 0, 0, 360, seat, -1)
        for x in places[:people]:
            figure(canvas, rng, (x, 94), 1.0, "face" if view == "screen" else "back")
        cv2.rectangle(canvas, (112, 24), (144, 38), DARK, -1)
        if view == "screen":
            cv2.ellipse(canvas, (places[0], 226), (36, 44), 0, 0, 360, DARK, 7)
            canvas[232:] = np.linspace(34, 22, 24)[:, None, None]
    soft = cv2.GaussianBlur(canvas, (0, 0), 2.0)
    pixels = cv2.resize(soft, (128, 128), interpolation=cv2.INTER_AREA)
    return Texture(f"cabin/{view}/{variant}/{people}", np.clip(pixels, 0, 255).astype(np.uint8))


def bus_pane(canvas: Canvas, rng: np.random.Generator, far: Tone, seat: Tone, peopled: bool) -> None:
    """Seats, a pole and some passengers behind one window of a bus."""
    import cv2

    cv2.rectangle(canvas, (10, 20), (246, 150), far, -1)
    for x in (40, 128, 216):
        cv2.ellipse(canvas, (x + int(rng.uniform(-8, 8)), 196), (22, 92), 6, 0, 360, seat, -1)
        if rng.random() < 0.45 and peopled:
            figure(canvas, rng, (x - 20, 96), 0.85, "side")
    cv2.line(canvas, (84, 0), (84, 255), (96, 84, 30), 5)


def figure(canvas: Canvas, rng: np.random.Generator, head: tuple[int, int], scale: float, seen: str) -> None:
    """Head and shoulders of somebody who sits.

    Args:
        canvas: changed.
        rng: chooses tones.
        head: middle of the head, px.
        scale: 1 = a head 30 px wide.
        seen: face, back or side.
    """
    import cv2

    skin, hair = SKINS[int(rng.integers(len(SKINS)))], HAIRS[int(rng.integers(len(HAIRS)))]
    coat = tuple(float(rng.uniform(22, 88)) * tone for tone in rng.uniform(0.7, 1.1, 3))
    x, y = head
    wide, high = round(15 * scale), round(24 * scale)
    shoulders = round((34 if seen == "side" else 46) * scale)
    cv2.ellipse(canvas, (x, y + round(108 * scale)), (shoulders, round(84 * scale)), 0, 0, 360, coat, -1)
    cv2.rectangle(canvas, (x - wide // 2, y), (x + wide // 2, y + round(34 * scale)), skin, -1)
    cv2.ellipse(canvas, head, (wide, high), 0, 0, 360, hair if seen == "back" else skin, -1)
    if seen != "back":
        shift = 5 if seen == "side" else 0
        cv2.ellipse(canvas, (x + shift, y - high // 3), (wide + 1, round(0.75 * high)), 0, 180, 360, hair, -1)
    if seen == "face":
        cv2.line(canvas, (x - 9, y), (x + 9, y), tuple(0.45 * tone for tone in skin), 4)
