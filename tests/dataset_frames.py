"""Small labelled frames without a renderer: discs and boxes with ids, for tests of everything behind the pictures."""

from __future__ import annotations

import cv2
import numpy as np

from renderers.frame import ActorLabel, Box, Frame, LabelledFrame, View
from scenes.kinds import Kind
from scenes.seeds import rng_for
from transfer.manifest import Recipe, make_recipe

WIDTH, HEIGHT = 160, 120
HORIZON = 40  # rows of sky


def recipe(samples: int = 3, seed: int = 5, frames_per_sample: int = 1, text: str = "format: 1\n") -> Recipe:
    return make_recipe("toy", text, seed=seed, samples=samples, frames_per_sample=frames_per_sample)


def extent(mask: np.ndarray) -> Box | None:
    ys, xs = np.nonzero(mask)
    if len(xs) == 0:
        return None
    return (float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1))


def make_frame(
    things: list[tuple[Kind, tuple[int, int, int, int], dict[str, str]]], sample: int = 0, index: int = 0,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> LabelledFrame:  # fmt: skip
    """Draw (kind, x0 y0 x1 y1, label fields) in order as filled ellipses; later ones cover earlier ones."""
    width, height = size
    rng = rng_for(1, sample, index)
    semantic = np.full((height, width), Kind.ROAD, np.uint8)
    semantic[:HORIZON] = Kind.SKY
    depth = np.full((height, width), 30, np.float32) + rng.random((height, width), np.float32)
    depth[:HORIZON] = np.inf
    instance = np.zeros((height, width), np.uint16)
    picture = rng.integers(90, 110, (height, width, 3), np.uint8)
    alone: list[np.ndarray] = []
    for number, (kind, (x0, y0, x1, y1), _) in enumerate(things, 1):
        yy, xx = np.mgrid[:height, :width] + 0.5
        inside = ((xx - (x0 + x1) / 2) / ((x1 - x0) / 2)) ** 2 + ((yy - (y0 + y1) / 2) / ((y1 - y0) / 2)) ** 2 <= 1
        alone.append(inside)
        semantic[inside], instance[inside], depth[inside] = kind, number, 10
        picture[inside] = rng.integers(0, 255, 3)
    labels = []
    for number, (kind, box, fields) in enumerate(things, 1):
        seen = int((instance == number).sum())
        values = {"view": "front", **fields}
        labels.append(
            ActorLabel(
                id=number, kind=kind, tight=extent(instance == number), full=extent(alone[number - 1]),
                amodal=tuple(map(float, box)), visible_pixels=seen,
                visibility=seen / max(1, int(alone[number - 1].sum())), truncation=0.0, centre=(10.0, 0.1, 1 / 3),
                size=(4.0, 1.8, 1.5), heading=0.0, distance=10.0, attributes={"model": "disc"}, **values,
            )
        )  # fmt: skip
    view = View(width, height, 200.0, np.eye(4))
    empty = np.zeros((height, width, 3), np.float32)
    frame = Frame(empty, depth, semantic, instance, empty, view, time=index / 10)
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])
    return LabelledFrame(
        sample, index, 0, jpeg.tobytes(), frame, tuple(labels), {"light": {"haze": 1e-4}, "values": {"n": len(things)}}
    )


def street_frame(sample: int, index: int = 0) -> LabelledFrame:
    """Two overlapping cars, a pedestrian, a signal and a van that is wholly hidden."""
    shift = sample * 3 + index
    return make_frame(
        [
            (Kind.VAN, (34 + shift, 74, 44 + shift, 84), {}),
            (Kind.CAR, (10 + shift, 60, 50 + shift, 90), {}),
            (Kind.CAR, (42 + shift, 62, 80 + shift, 88), {"view": "rear"}),
            (Kind.PEDESTRIAN, (100 + shift, 50, 116 + shift, 98), {"view": "towards"}),
            (Kind.SIGNAL, (130, 8, 140, 38), {"signal_state": "red", "signal_lit": "red"}),
        ],
        sample, index,
    )  # fmt: skip
