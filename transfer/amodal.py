"""Amodal masks: the whole thing, hidden or not, inside the picture and beyond its border."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from renderers.frame import LabelledFrame
from renderers.silhouettes import mask_in
from transfer import coco
from transfer.coco import encode_mask, marks


def rows(frame: LabelledFrame) -> list[dict[str, Any]]:
    """Amodal annotations of a picture, in order of id, without their numbers.

    `segmentation` is the whole thing inside the picture, `visible_segmentation` what shows of it, `beyond` the whole
    thing with what lies outside: a mask with the place of its top-left corner.
    """
    labels = {label.id: label for label in frame.labels}
    found = []
    for one in frame.extras.silhouettes or ():
        inside, label = mask_in(one, frame.frame), labels[one.id]
        ys, xs = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
        found.append(
            {
                "category_id": int(one.kind),
                "bbox": [int(xs[0]), int(ys[0]), int(xs[-1] + 1 - xs[0]), int(ys[-1] + 1 - ys[0])],
                "area": int(inside.sum()),
                "segmentation": encode_mask(inside),
                "visible_segmentation": encode_mask(frame.frame.instance == one.id),
                "beyond": {"origin": list(one.origin), **encode_mask(one.nearness > 0)},
                "visibility": label.visibility,
                "track_id": one.id,
                **marks(label),
            }
        )
    return found


def merge(images: Iterable[tuple[dict[str, Any], list[dict[str, Any]]]], description: str) -> dict[str, Any]:
    """Build the amodal file, in COCO's form.

    Args:
        images: per image its row and its amodal annotations.
        description: for the file's `info`.

    Returns:
        The content of amodal.json.
    """
    whole = coco.merge(images, description)
    plain = [{k: v for k, v in row.items() if k not in ("keypoints", "skeleton")} for row in whole["categories"]]
    return {**whole, "categories": plain}
