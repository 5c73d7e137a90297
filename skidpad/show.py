"""Contact sheets of scenes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from renderers.overlay import Picture, overlay, sheet
from scenes.files import load
from skidpad.film import write_png
from skidpad.render import render_sample


def contact_sheet(
    scene: str, samples: int, seed: int, labels: bool, on_progress: Callable[[int, int], None]
) -> Picture:
    """Render the first pictures of a scene.

    Args:
        scene: file or library name.
        samples: number of samples.
        seed: of the samples.
        labels: draw masks, boxes and names.
        on_progress: called with (finished, total).

    Returns:
        (H, W, 3) sRGB sheet.
    """
    template = load(scene)
    pictures: list[Picture] = []
    for k in range(samples):
        for shot in render_sample(template, k, seed):
            encoded = np.frombuffer(shot.jpeg, np.uint8)
            picture = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]
            pictures.append(overlay(picture, shot.labels, shot.frame.instance) if labels else picture)
        on_progress(k + 1, samples)
    return sheet(pictures)


def show(scene: str, out: Path, samples: int, seed: int, labels: bool, on_progress: Callable[[int, int], None]) -> None:
    """Write a contact sheet as PNG, whole or not at all."""
    write_png(out, contact_sheet(scene, samples, seed, labels, on_progress))
