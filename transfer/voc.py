"""PASCAL VOC annotations (Everingham et al. 2010; VOC2012 development kit, section 3)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree as Xml

import numpy as np
from numpy.typing import NDArray

from renderers.frame import ActorLabel
from scenes.kinds import Kind

ROOT = "VOCdevkit/VOC2012"  # where its readers look
MASKS = ("SegmentationClass", "SegmentationObject")
VOID = 255  # of both masks
POSES = {
    "towards": "Frontal", "front": "Frontal", "away": "Rear", "rear": "Rear", "left": "Left", "right": "Right",
}  # fmt: skip
CUT, HIDDEN = 0.05, 0.95  # truncation from which on a thing counts as cut off, visibility below which as occluded


def annotation(stem: str, size: tuple[int, int], labels: Iterable[ActorLabel]) -> bytes:
    """XML of a picture: tight boxes of what shows, in whole pixels from 1, both ends included.

    Args:
        stem: file name of the picture without suffix.
        size: width and height, px.
        labels: of the picture; what is rejected becomes `difficult`, which the evaluation of VOC passes over.
    """
    root = Xml.Element("annotation")
    entries: dict[str, Any] = {
        "folder": "VOC2012", "filename": f"{stem}.jpg", "source": {"database": "skidpad"},
        "size": {"width": size[0], "height": size[1], "depth": 3}, "segmented": 1,
    }  # fmt: skip
    fill(root, entries)
    for label in labels:
        if label.tight is None:
            continue
        x0, y0, x1, y1 = (round(side) for side in label.tight)
        thing: dict[str, Any] = {
            "name": label.kind.label, "pose": POSES.get(label.view, "Unspecified"),
            "truncated": int(label.truncation > CUT), "occluded": int(label.visibility < HIDDEN),
            "difficult": int(bool(label.rejected)), "bndbox": {"xmin": x0 + 1, "ymin": y0 + 1, "xmax": x1, "ymax": y1},
        }  # fmt: skip
        fill(Xml.SubElement(root, "object"), thing)
    Xml.indent(root)
    return Xml.tostring(root) + b"\n"


def fill(element: Xml.Element, entries: dict[str, Any]) -> None:
    """Append elements, and elements in them."""
    for key, value in entries.items():
        child = Xml.SubElement(element, key)
        if isinstance(value, dict):
            fill(child, value)
        else:
            child.text = str(value)


def masks(ids: NDArray[np.uint16], labels: Iterable[ActorLabel], kinds: Sequence[Kind]) -> tuple[bytes, bytes]:
    """PNG files with VOC's palette: class of each pixel (place in `kinds` + 1), and number of the object from 1.

    Args:
        ids: (H, W) instance map.
        labels: of the picture; what is rejected, and what has no number below 255, is void.
        kinds: classes of the dataset.
    """
    classes, objects = np.zeros(ids.shape, np.uint8), np.zeros(ids.shape, np.uint8)
    number = 0
    for label in labels:
        if label.tight is None:
            continue
        where = ids == label.id
        if label.rejected or number == VOID - 1:
            classes[where] = objects[where] = VOID
            continue
        number += 1
        classes[where], objects[where] = kinds.index(label.kind) + 1, number
    return indexed(classes), indexed(objects)


def indexed(mask: NDArray[np.uint8]) -> bytes:
    """A PNG file of indices into VOC's palette."""
    from PIL import Image

    picture = Image.fromarray(mask, mode="P")
    picture.putpalette(palette().tobytes())
    out = io.BytesIO()
    picture.save(out, format="PNG", optimize=False, compress_level=1)
    return out.getvalue()


def palette() -> NDArray[np.uint8]:
    """(256, 3) colours of VOC: the bits of the index, lowest first, become the highest bits of red, green and blue."""
    index, bit = np.arange(256)[:, None, None], np.arange(8)[None, :, None]
    bits = (index >> (3 * bit + np.arange(3)) & 1) << (7 - bit)
    return np.asarray(bits.sum(1), np.uint8)
