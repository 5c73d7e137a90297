"""Pictures for people: boxes, masks, skeletons and names drawn over a frame."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.frame import ActorLabel
from scenes.kinds import PEOPLE, VEHICLES, Kind
from sim.people_landmarks import LIMBS

Picture = NDArray[np.uint8]
BONE = (255, 240, 120)
SKELETON_HEIGHT = 30.0  # px, smaller people get no skeleton
SIGNAL_COLOURS = {"red": (255, 60, 60), "yellow": (255, 200, 40), "green": (60, 230, 120)}


def colour_of(label: ActorLabel) -> tuple[int, int, int]:
    """Display colour of a label: signals by lens, people warm, vehicles cool."""
    if label.kind is Kind.SIGNAL:
        return SIGNAL_COLOURS.get(label.signal_lit or "", (170, 170, 170))
    if label.kind in PEOPLE:
        return (255, 140, 60)
    return (70, 170, 255) if label.kind in VEHICLES else (200, 200, 200)


def overlay(picture: Picture, labels: Sequence[ActorLabel], instance: NDArray[np.uint16]) -> Picture:
    """Draw masks, tight boxes (solid), full boxes (thin), skeletons and what is known.

    Args:
        picture: (H, W, 3) sRGB.
        labels: of this frame.
        instance: (H, W) ids.

    Returns:
        (2H, 2W, 3) annotated copy, twice as large so that text is legible.
    """
    out = picture.copy()
    for label in labels:
        mask = instance == label.id
        out[mask] = (0.7 * out[mask] + 0.3 * np.array(colour_of(label))).astype(np.uint8)
    out = np.asarray(cv2.resize(out, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST), np.uint8)
    for label in sorted(labels, key=lambda item: -item.distance):
        colour = colour_of(label)
        if label.full is not None:
            x0, y0, x1, y1 = (round(2 * v) for v in label.full)
            cv2.rectangle(out, (x0, y0), (x1 - 1, y1 - 1), tuple(c // 2 for c in colour), 1)
        if label.tight is None or label.visible_pixels < 40:
            continue
        x0, y0, x1, y1 = (round(2 * v) for v in label.tight)
        cv2.rectangle(out, (x0, y0), (x1 - 1, y1 - 1), colour, 1)
        draw_skeleton(out, label)
        words = f"{label.kind.label} {label.signal_state or label.view} {round(100 * label.visibility)}%"
        cv2.putText(out, words, (x0, max(10, y0 - 4)), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 2, cv2.LINE_AA)
        cv2.putText(out, words, (x0, max(10, y0 - 4)), cv2.FONT_HERSHEY_SIMPLEX, 0.36, colour, 1, cv2.LINE_AA)
    return out


def draw_skeleton(out: Picture, label: ActorLabel) -> None:
    """Draw a person's limbs, left ones green, right ones red, and keypoints: filled where seen, hollow where hidden.

    Args:
        out: (2H, 2W, 3), is written.
        label: of anybody or anything.
    """
    if label.keypoints is None or label.full is None or label.full[3] - label.full[1] < SKELETON_HEIGHT:
        return
    spots = [(round(2 * x), round(2 * y)) for x, y, _ in label.keypoints]
    flags = [v for _, _, v in label.keypoints]
    radius = max(1, min(4, round((label.full[3] - label.full[1]) / 40)))
    for a, b in LIMBS:
        if flags[a] and flags[b]:
            cv2.line(out, spots[a], spots[b], side_colour(max(a, b)) if (a - b) % 2 == 0 else BONE, 1, cv2.LINE_AA)
    for number, (spot, flag) in enumerate(zip(spots, flags, strict=True)):
        if flag:
            cv2.circle(out, spot, radius, side_colour(number), -1 if flag == 2 else 1, cv2.LINE_AA)


def side_colour(number: int) -> tuple[int, int, int]:
    """Display colour of a keypoint: nose, left, right."""
    return BONE if number == 0 else (90, 255, 120) if number % 2 else (255, 70, 110)


def sheet(pictures: Sequence[Picture], columns: int = 3, gap: int = 4) -> Picture:
    """Lay equal or unequal pictures out on a dark contact sheet.

    Args:
        pictures: (H, W, 3) each, at least one.
        columns: pictures in a row.
        gap: px between pictures.

    Returns:
        The sheet.
    """
    height = max(p.shape[0] for p in pictures) + gap
    width = max(p.shape[1] for p in pictures) + gap
    rows = -(-len(pictures) // columns)
    out = np.full((rows * height, min(columns, len(pictures)) * width, 3), 24, np.uint8)
    for k, picture in enumerate(pictures):
        y, x = k // columns * height, k % columns * width
        out[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
    return out
