"""COCO panoptic segmentation: a segment id for every pixel (Kirillov et al. 2019, https://cocodataset.org/#format-data)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.frame import LabelledFrame
from renderers.labels import visible_extents
from scenes.kinds import LABELLED, PEOPLE, VEHICLES, Kind

# A segment id is instance + 65536 * class: red and green of the PNG hold the instance, blue the class; 0 is void.
CLASS = 65536


def things(signs: bool) -> frozenset[Kind]:
    """Kinds that are counted; all others are stuff."""
    return LABELLED | {Kind.SIGN} if signs else LABELLED


def numbered(frame: LabelledFrame) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Number the segments of a picture: (H, W) row of each pixel, and (K,) segment ids by row; row 0 is void."""
    instance = frame.frame.instance
    top = int(max([instance.max(initial=0), *(label.id for label in frame.labels)])) + 1
    things = np.zeros(top, np.int64)
    for label in frame.labels:  # a whole thing has the class of its label
        things[label.id] = label.id + CLASS * int(label.kind)
    ids = np.concatenate([things, CLASS * np.arange(1, max(Kind) + 1)])
    stuff = frame.frame.semantic.astype(np.int32)
    stuff[stuff > 0] += top - 1
    return np.where(things[instance] > 0, instance.astype(np.int32), stuff), ids


def segments(frame: LabelledFrame) -> list[dict[str, Any]]:
    """`segments_info` of a picture. What has a thing's class and no id, and what is rejected, is `iscrowd`."""
    index, ids = numbered(frame)
    count, extent = visible_extents(index, len(ids) - 1)
    rejected = {label.id: label.rejected for label in frame.labels if label.rejected}
    found = []
    for row in np.flatnonzero(count).tolist():
        number = int(ids[row])
        kind, own = number // CLASS, number % CLASS
        x0, y0, x1, y1 = extent[row].tolist()
        crowd = own in rejected or (own == 0 and kind in LABELLED)
        segment = {
            "id": number, "category_id": kind, "area": int(count[row]), "bbox": [x0, y0, x1 - x0, y1 - y0],
            "iscrowd": int(crowd),
        }  # fmt: skip
        if own:
            segment["track_id"] = own
        if own in rejected:
            segment["rejected"] = rejected[own]
        found.append(segment)
    return found


def picture_of(frame: LabelledFrame) -> NDArray[np.uint8]:
    """(H, W, 3) blue, green, red, as OpenCV writes them."""
    index, numbers = numbered(frame)
    ids = numbers[index]
    return np.stack([ids >> 16, (ids >> 8) & 255, ids & 255], -1).astype(np.uint8)


def categories(signs: bool) -> list[dict[str, Any]]:
    """Every class but void, with `isthing`; ids are `Kind` values."""
    groups = {**dict.fromkeys(VEHICLES, "vehicle"), **dict.fromkeys(PEOPLE, "person")}
    counted = things(signs)
    return [
        {"id": int(k), "name": k.label, "supercategory": groups.get(k, k.label), "isthing": int(k in counted)}
        for k in Kind
        if k is not Kind.UNLABELLED
    ]


def merge(images: Iterable[tuple[dict[str, Any], list[dict[str, Any]]]], description: str) -> dict[str, Any]:
    """Build the panoptic file; images have the numbers that they have in coco.json.

    Args:
        images: per image its row and its segments.
        description: for the file's `info`.

    Returns:
        The content of panoptic.json; `file_name` is relative to the folder `panoptic`.
    """
    rows: list[dict[str, Any]] = []
    annotations = []
    for image, found in images:
        rows.append({**image, "id": len(rows) + 1})
        name = image["file_name"].removesuffix(".jpg") + ".png"
        annotations.append({"image_id": len(rows), "file_name": name, "segments_info": found})
    signs = any("track_id" in s and s["category_id"] == Kind.SIGN for one in annotations for s in one["segments_info"])
    return {
        "info": {"description": description, "version": "1"},
        "licenses": [],
        "images": rows,
        "annotations": annotations,
        "categories": categories(signs),
    }
