"""COCO instances: boxes, RLE masks, keypoints and track ids (format of Lin et al. 2014, https://cocodataset.org/#format-data)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.frame import ActorLabel, LabelledFrame, View
from scenes.kinds import Kind
from transfer.encode import lens_entry
from transfer.manifest import DatasetError, category_rows


def encode_mask(mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Run-length encode a mask.

    Args:
        mask: (H, W).

    Returns:
        {"size": [H, W], "counts": str}, COCO's compressed form.
    """
    from pycocotools import mask as rle

    coded = rle.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": [int(side) for side in coded["size"]], "counts": coded["counts"].decode("ascii")}


def decode_mask(coded: dict[str, Any]) -> NDArray[np.bool_]:
    """(H, W) mask from what `encode_mask` gives."""
    from pycocotools import mask as rle

    return np.asarray(rle.decode({"size": coded["size"], "counts": coded["counts"].encode("ascii")}), np.bool_)


def image_row(frame: LabelledFrame) -> dict[str, Any]:
    """COCO image of a frame, without its id; `file_name` is relative to the folder `images`."""
    return {
        "file_name": f"{frame.name}.jpg",
        "width": frame.frame.view.width,
        "height": frame.frame.view.height,
        "sample": frame.sample,
        "frame": frame.index,
        "camera": frame.camera,
        **camera_entry(frame.frame.view),
    }


def camera_entry(view: View) -> dict[str, Any]:
    """Intrinsics and lens of a camera whose lens bends; of a pinhole nothing."""
    return {} if view.lens.straight else {"intrinsics": view.intrinsics, **lens_entry(view)}


def annotation_rows(frame: LabelledFrame) -> list[dict[str, Any]]:
    """COCO annotations of the visible labels of a frame, without their ids.

    Raises:
        DatasetError: a label has a tight box and no pixel in the instance map.
    """
    return [_annotation(frame, label) for label in frame.labels if label.tight is not None]


def _annotation(frame: LabelledFrame, label: ActorLabel) -> dict[str, Any]:
    mask = frame.frame.instance == label.id
    area = int(np.count_nonzero(mask))
    if area == 0 or label.tight is None:
        raise DatasetError(f"{frame.name}: label {label.id} has a tight box and no pixel in the instance map")
    x0, y0, x1, y1 = label.tight
    return {
        "category_id": int(label.kind),
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "area": area,
        "segmentation": encode_mask(mask),
        "track_id": label.id,
        **marks(label),
        "attributes": {
            **label.attributes,
            "visibility": label.visibility,
            "truncation": label.truncation,
            "view": label.view,
            "signal_state": label.signal_state,
            "signal_lit": label.signal_lit,
            "full_box": label.full,
            "amodal_box": label.amodal,
            "box3d": box3d(label),
            "distance": label.distance,
            **directions(label),
            "plate_corners": label.plate_corners,
        },
        **keypoints(label),
    }


def marks(label: ActorLabel) -> dict[str, Any]:
    """What says whether a label counts: COCO's evaluation passes over `iscrowd`, other readers over `ignore`."""
    return {"iscrowd": 1, "ignore": 1, "rejected": label.rejected} if label.rejected else {"iscrowd": 0}


def keypoints(label: ActorLabel) -> dict[str, Any]:
    """Keypoints of a person as COCO has them: x, y, v in a row (51,), and how many have v > 0; of others nothing."""
    if label.keypoints is None:
        return {}
    flat = [value for point in label.keypoints for value in point]
    return {"keypoints": flat, "num_keypoints": sum(v > 0 for _, _, v in label.keypoints)}


def directions(label: ActorLabel) -> dict[str, float]:
    """Which way a person's body and head face, rad in the world; of others nothing."""
    both = {"body_direction": label.body_direction, "head_direction": label.head_direction}
    return {key: value for key, value in both.items() if value is not None}


def box3d(label: ActorLabel) -> dict[str, Any]:
    """The 3D box of a label; an orientation only where the heading does not say all."""
    box = {"centre": label.centre, "size": label.size, "heading": label.heading}
    return box if label.orientation is None else {**box, "orientation": label.orientation}


def merge(images: Iterable[tuple[dict[str, Any], list[dict[str, Any]]]], description: str) -> dict[str, Any]:
    """Number images and annotations from 1, in the order given, and build the COCO file.

    Args:
        images: per image its row and its annotation rows.
        description: for the file's `info`.

    Returns:
        The content of coco.json.
    """
    rows: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image, labels in images:
        rows.append({**image, "id": len(rows) + 1})
        for label in labels:
            annotations.append({**label, "id": len(annotations) + 1, "image_id": len(rows)})
    return {
        "info": {"description": description, "version": "1"},
        "licenses": [],
        "images": rows,
        "annotations": annotations,
        "categories": category_rows(any(row["category_id"] == Kind.SIGN for row in annotations)),
    }
