"""Lettering: fascia boards, posters, notices and traffic signs with invented words and symbols."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.mesh import Texture
from renderers.textures import EDGE, encode, generator, noise

Picture = NDArray[np.uint8]
ROWS = 6  # fascia boards in a texture
FASCIAS = 12

# Invented names; sRGB board and letter colours
_BOARDS: tuple[tuple[str, tuple[int, int, int], tuple[int, int, int]], ...] = (
    ("MILLER & DAUGHTER", (28, 48, 38), (214, 196, 142)), ("Green Lane Bakery", (222, 214, 196), (92, 48, 32)),
    ("CAFE MARLO", (54, 34, 30), (226, 218, 204)), ("NEWS  WINE  TOBACCO", (168, 38, 34), (236, 232, 224)),
    ("Opticians", (30, 44, 74), (226, 228, 230)), ("BARBER", (226, 224, 218), (44, 44, 48)),
    ("Apotheke", (234, 232, 226), (150, 34, 36)), ("BOOKS", (24, 26, 30), (202, 198, 188)),
    ("Kebab & Pizza", (196, 158, 60), (112, 26, 24)), ("FLORA", (66, 88, 62), (232, 226, 206)),
    ("ESTATE AGENTS", (72, 74, 80), (232, 232, 230)), ("THE OLD CROWN", (22, 30, 48), (200, 166, 88)),
)  # fmt: skip
_RED, _BLUE, _WHITE, _BLACK = (170, 26, 32), (22, 62, 132), (232, 232, 228), (22, 22, 24)  # sRGB
_WORDS = (
    "SALE",
    "OPEN",
    "NOW HIRING",
    "LIVE TONIGHT",
    "HALF PRICE",
    "MENU",
    "CIRCUS",
    "TO LET",
    "COFFEE",
    "EXHIBITION",
)


def _write(
    picture: Picture, text: str, box: tuple[int, int, int, int], colour: tuple[int, ...], font: int, weight: int
) -> None:
    """Fit a line of letters into x0, y0, x1, y1, texels."""
    import cv2

    x0, y0, x1, y1 = box
    (wide, high), _ = cv2.getTextSize(text, font, 1.0, weight)
    scale = min((x1 - x0) / max(wide, 1), (y1 - y0) / max(high, 1))
    (wide, high), _ = cv2.getTextSize(text, font, scale, weight)
    spot = (int((x0 + x1 - wide) / 2), int((y0 + y1 + high) / 2))
    cv2.putText(picture, text, spot, font, scale, colour, weight, cv2.LINE_AA)


def fascia_uvs(board: int) -> NDArray[np.float64]:
    """Corners of a board in its texture, from the bottom left one anticlockwise; (4, 2)."""
    top = (board % ROWS + 0.04) / ROWS
    bottom = (board % ROWS + 0.96) / ROWS
    return np.array([[0.0, bottom], [1.0, bottom], [1.0, top], [0.0, top]])


@lru_cache(maxsize=2)
def fascia(sheet: int) -> Texture:
    """Six fascia boards, one above the other; sheet 0 holds boards 0-5, sheet 1 boards 6-11."""
    picture = np.zeros((EDGE, EDGE, 3), np.uint8)
    fonts = (3, 4, 4, 2, 3, 0)
    high = EDGE // ROWS
    for row in range(ROWS):
        text, board, letters = _BOARDS[(sheet * ROWS + row) % FASCIAS]
        y = round(row * EDGE / ROWS)
        picture[y : y + high + 1] = board
        margin = 40 + 60 * (len(text) < 9)
        _write(picture, text, (margin, y + 22, EDGE - margin, y + high - 22), letters, fonts[row], 3)
        picture[y : y + 3] = np.array(board) * 3 // 4
    grime = 1.0 + 0.03 * noise(generator("fascia", sheet), 1.0, 1, 60)
    return encode(f"fascia-{sheet}", picture * grime[..., None])


@lru_cache(maxsize=16)
def poster(variant: int) -> Texture:
    """A printed poster, 256 texels, one picture."""
    import cv2

    rng = generator("poster", variant)
    edge = 256
    hues = np.array(
        [[190, 180, 160], [60, 80, 110], [120, 46, 40], [40, 70, 58], [206, 170, 90], [34, 34, 40], [150, 150, 156]]
    )
    picture = np.empty((edge, edge, 3), np.uint8)
    picture[:] = hues[rng.integers(len(hues))]
    for _ in range(int(rng.integers(2, 7))):
        colour = tuple(int(c) for c in np.clip(hues[rng.integers(len(hues))] + rng.normal(0, 16, 3), 0, 255))
        x, y = (int(v) for v in rng.integers(10, edge - 10, 2))
        a, b = (int(v) for v in rng.integers(14, 100, 2))
        if rng.random() < 0.5:
            cv2.ellipse(picture, (x, y), (a, b), float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(picture, (x - a, y - b), (x + a, y + b), colour, -1)
    for k in range(int(rng.integers(1, 4))):
        y = int(rng.integers(8, edge - 60))
        light = 235 if picture[y + 20].mean() < 128 else 28
        _write(
            picture,
            str(_WORDS[int(rng.integers(len(_WORDS)))]),
            (14, y, edge - 14, y + 46 - 10 * k),
            (light,) * 3,
            2,
            4,
        )
    picture[:5] = picture[-5:] = picture[:, :5] = picture[:, -5:] = 200
    return encode(f"poster-{variant}", picture * (1.0 + 0.04 * noise(rng, 0.6, 2, edge=edge))[..., None])


@lru_cache(maxsize=64)
def traffic_sign(shape: str, variant: int) -> Texture:
    """The face of a traffic sign, 128 texels; the outline is cut by the mesh.

    Args:
        shape: round, triangle, rectangle, direction or stop.
        variant: which symbol.

    Returns:
        The texture.
    """
    picture = np.full((128, 128, 3), 232, np.uint8)
    if shape == "round":
        _round(picture, variant)
    elif shape == "triangle":
        _triangle(picture, variant)
    elif shape == "stop":
        _stop(picture)
    else:
        _board(picture, shape, variant)
    shade = 1.0 + 0.03 * noise(generator("sign", variant), 0.8, 1, edge=128)
    return encode(f"sign-{shape}-{variant}", picture * shade[..., None])


def _round(picture: Picture, variant: int) -> None:
    """Limits, prohibitions and commands."""
    import cv2

    style, middle = variant % 5, (64, 64)
    picture[:] = _BLUE if style == 2 else _RED
    if style in {0, 1, 3}:
        cv2.circle(picture, middle, 48, _WHITE if style != 3 else _BLUE, -1, cv2.LINE_AA)
    if style == 0:
        _write(picture, str((20, 30, 40, 50, 60)[variant // 5 % 5]), (28, 40, 100, 88), _BLACK, 2, 6)
    elif style == 1:
        cv2.arrowedLine(picture, (64, 92), (64, 36), _BLACK, 9, cv2.LINE_AA, tipLength=0.4)
        cv2.line(picture, (28, 28), (100, 100), _RED, 10, cv2.LINE_AA)
    elif style == 2:
        cv2.arrowedLine(picture, (90, 38), (40, 90), _WHITE, 12, cv2.LINE_AA, tipLength=0.45)
    elif style == 3:
        cv2.line(picture, (26, 26), (102, 102), _RED, 12, cv2.LINE_AA)
        if variant >= 5:
            cv2.line(picture, (102, 26), (26, 102), _RED, 12, cv2.LINE_AA)
    else:
        cv2.rectangle(picture, (22, 54), (106, 74), _WHITE, -1)


def _triangle(picture: Picture, variant: int) -> None:
    """Warnings: danger, walker, bend."""
    import cv2

    picture[:] = _RED
    cv2.fillPoly(picture, [np.array([[64, 34], [103, 104], [25, 104]], np.int32)], _WHITE, cv2.LINE_AA)
    if variant % 3 == 0:
        cv2.line(picture, (64, 56), (64, 82), _BLACK, 8, cv2.LINE_AA)
        cv2.circle(picture, (64, 95), 5, _BLACK, -1, cv2.LINE_AA)
    elif variant % 3 == 1:
        cv2.circle(picture, (66, 58), 6, _BLACK, -1, cv2.LINE_AA)
        cv2.line(picture, (64, 64), (62, 84), _BLACK, 8, cv2.LINE_AA)
        for foot in ((52, 100), (74, 100)):
            cv2.line(picture, (62, 84), foot, _BLACK, 5, cv2.LINE_AA)
    else:
        bend = np.array([[60, 100], [60, 84], [72, 74], [66, 58]], np.int32)
        cv2.polylines(picture, [bend], False, _BLACK, 7, cv2.LINE_AA)


def _stop(picture: Picture) -> None:
    """White letters and a white rim on red, Vienna Convention B,2a and MUTCD R1-1."""
    import cv2

    picture[:] = _RED
    angle = (np.arange(8) + 0.5) * np.pi / 4
    rim = np.round(64.0 + 63.0 * np.column_stack([np.cos(angle), np.sin(angle)])).astype(np.int32)
    cv2.polylines(picture, [rim], True, _WHITE, 6, cv2.LINE_AA)
    _write(picture, "STOP", (16, 42, 112, 86), _WHITE, 2, 8)


def _board(picture: Picture, shape: str, variant: int) -> None:
    """Rectangular notices and direction signs."""
    import cv2

    rng = generator(shape, variant)
    paints = ((232, 232, 228), (22, 62, 132), (18, 88, 58), (232, 232, 228), (226, 184, 40), (22, 62, 132))
    ground = paints[variant % len(paints)]
    ink = (232, 232, 228) if sum(ground) < 330 else (24, 24, 26)
    picture[:] = ground
    cv2.rectangle(picture, (4, 4), (123, 123), ink, 3)
    if shape == "rectangle" and variant % 4 == 1:
        _write(picture, "P", (34, 20, 94, 100), ink, 2, 12)
        return
    places = ("Centre", "Station", "A 417", "Harbour", "Museum", "Ring road", "Nordstadt", "Hospital", "Old Town")
    lines = int(rng.integers(2, 4))
    for k in range(lines):
        y = 12 + k * 104 // lines
        text = str(places[int(rng.integers(len(places)))])
        _write(picture, text, (12, y, 98, y + 80 // lines), ink, 2, 2)
        x, half = 110, 40 // lines
        cv2.arrowedLine(picture, (x, y + 2 * half - 4), (x, y + 6), ink, 4, cv2.LINE_AA, tipLength=0.5)
