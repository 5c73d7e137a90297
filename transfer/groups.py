"""Which real pictures belong together: the unit of cross-validation and of the bootstrap.

Two crops of one photo, or of frames a second apart, are nearly one picture. Counting them as two makes intervals
too narrow, and splitting them over train and validation lets a classifier recognise the place instead of the class.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from transfer.pictures import Image

RUN = 300  # frames that count as one run: 10 s at CamVid's 30 frames/s (Brostow et al. 2009)
ALIKE = 4.0  # mean absolute grey difference of 16 x 16 thumbnails below which two pictures are near-duplicates

# Naming scheme -> how its match becomes a group. The first that matches the file stem wins; else the stem itself.
SCHEMES: dict[str, tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = {
    # CamVid crops: 0001TP_006690_8_1, 0006R0_f00930_bg_0: the sequence and the run of frames
    "driving video": (
        re.compile(r"^(\d{4}[A-Z0-9]{2})_f?(\d{5,6})(?:_|$)"),
        lambda match: f"{match[1]}-{int(match[2]) // RUN}",
    ),
    # INRIA person crops: crop001563a: the photo, without the letter of the person
    "photo with several crops": (re.compile(r"^(crop\d+)[a-z]$"), lambda match: match[1]),
    # COCO crops: 000000000139_7: the photo
    "photo id and object": (re.compile(r"^(\d{12})_\d+$"), lambda match: match[1]),
}


def group_of(stem: str) -> str:
    """Group of a file by its name: see `SCHEMES`; a name of no known scheme is a group of its own."""
    for pattern, build in SCHEMES.values():
        match = pattern.match(stem)
        if match:
            return build(match)
    return stem


def near_duplicates(images: tuple[Image, ...], alike: float = ALIKE) -> NDArray[np.str_]:
    """Group pictures whose thumbnails are nearly equal, transitively.

    Args:
        images: N pictures.
        alike: mean absolute difference (0 to 255) of 16 x 16 colour thumbnails below which two are one.

    Returns:
        (N,) group names.
    """
    thumbs = np.stack([cv2.resize(image, (16, 16), interpolation=cv2.INTER_AREA) for image in images])
    flat = thumbs.reshape(len(images), -1).astype(np.int16)
    parent = list(range(len(images)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for index in range(len(images) - 1):
        close = np.flatnonzero(np.abs(flat[index + 1 :] - flat[index]).mean(axis=1) < alike)
        for other in close:
            parent[root(int(other) + index + 1)] = root(index)
    return np.array([f"alike-{root(index):05d}" for index in range(len(images))], dtype=np.str_)
