"""One sheet for people with every label on request that a picture of a dataset has."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.frame import Flow
from renderers.lanes_seen import Area
from renderers.overlay import Picture, overlay, sheet
from scenes.kinds import Kind
from transfer.coco import decode_mask
from transfer.reader import Sample

AREAS = {  # display colours, later ones lie above
    Area.DRIVABLE: (120, 120, 120), Area.PAVEMENT: (150, 90, 170), Area.OTHER: (70, 190, 90),
    Area.OPPOSITE: (215, 70, 70), Area.CYCLE: (60, 200, 220), Area.EGO: (60, 130, 240), Area.CROSSING: (245, 205, 60),
}  # fmt: skip
DIMMED = 0.35  # brightness of flow that the other picture does not show


def label_sheet(sample: Sample, columns: int = 3) -> Picture:
    """Draw the picture with its boxes, and every label on request that is there.

    Args:
        sample: of a dataset.
        columns: pictures in a row.

    Returns:
        (H, W, 3) sRGB sheet with a caption over each picture.
    """
    picture, shown = sample.image(), sample.root
    boxed = overlay(picture, [x for x in sample.labels if not x.rejected], sample.instance())
    parts: dict[str, Picture] = {"boxes": halved(boxed)}
    flow = sample.flow() or sample.flow(back=True)
    if flow is not None:
        parts["flow"] = flow_picture(flow)
    for name, draw in DRAWINGS.items():
        if any((shown / name).glob(f"{sample.name}.*")):
            parts[name] = draw(sample, picture)
    return sheet([captioned(part, name) for name, part in parts.items()], columns)


def halved(picture: Picture) -> Picture:
    """Half as large."""
    return np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def captioned(picture: Picture, words: str) -> Picture:
    """A copy with words in the top left corner."""
    out = picture.copy()
    for thickness, colour in ((3, (0, 0, 0)), (1, (255, 255, 255))):
        cv2.putText(out, words, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, thickness, cv2.LINE_AA)
    return out


def flow_picture(flow: Flow) -> Picture:
    """Direction as hue, length as saturation, full at the 95th percentile; dark where it is not valid."""
    length = np.nan_to_num(np.linalg.norm(flow.vectors, axis=-1))
    angle = np.nan_to_num(np.arctan2(flow.vectors[..., 1], flow.vectors[..., 0]))
    most = max(float(np.percentile(length, 95)), 1e-3)
    colour = np.stack([np.degrees(angle) % 360.0, np.minimum(length / most, 1.0), np.ones_like(length)], -1)
    rgb = cv2.cvtColor(colour.astype(np.float32), cv2.COLOR_HSV2RGB) * np.where(flow.seen, 1.0, DIMMED)[..., None]
    return np.asarray(255.0 * rgb, np.uint8)


def hue_of(number: int) -> NDArray[np.float64]:
    """Display colour (3,) of an id: neighbours differ (golden ratio steps around the wheel)."""
    hue = np.array([[[360.0 * (0.61803398875 * number % 1.0), 0.75, 1.0]]], np.float32)
    return np.asarray(255.0 * cv2.cvtColor(hue, cv2.COLOR_HSV2RGB)[0, 0], np.float64)


def amodal_picture(sample: Sample, picture: Picture) -> Picture:
    """Whole things, nearest last, with what is hidden in paler stripes."""
    out = 0.5 * picture.astype(np.float64)
    distance = {label.id: label.distance for label in sample.labels}
    stripes = np.indices(picture.shape[:2]).sum(0) // 3 % 2 == 0
    for row in sorted(sample.amodal(), key=lambda row: -distance[row["track_id"]]):
        whole, seen = decode_mask(row["segmentation"]), decode_mask(row["visible_segmentation"])
        for mask, share in ((seen, 0.75), (whole & ~seen & stripes, 0.6)):
            out[mask] = (1.0 - share) * out[mask] + share * hue_of(row["track_id"])
    return np.asarray(out, np.uint8)


def panoptic_picture(sample: Sample, picture: Picture) -> Picture:
    """Stuff in greys of its class, things in colours of their ids."""
    ids = sample.panoptic()
    out = np.zeros((*ids.shape, 3))
    for number in np.unique(ids).tolist():
        kind, own = number >> 16, number & 65535
        out[ids == number] = hue_of(own) if own else 40.0 + 150.0 * (kind * 7 % 20) / 20.0
    out[sample.semantic() == Kind.SKY] = (150, 185, 225)
    return np.asarray(out, np.uint8)


def coordinates_picture(sample: Sample, picture: Picture) -> Picture:
    """Red forward, green left, blue up."""
    places = sample.coordinates()
    return np.asarray(np.where(np.isnan(places), 0.2 * picture, 255.0 * np.clip(places, 0.0, 1.0)), np.uint8)


def lanes_picture(sample: Sample, picture: Picture) -> Picture:
    """Areas tinted as `AREAS` says."""
    lanes, out = sample.lanes(), picture.astype(np.float64)
    for area, colour in AREAS.items():
        mask = (lanes & int(area)) > 0
        out[mask] = 0.45 * picture[mask] + 0.55 * np.array(colour)
    return np.asarray(out, np.uint8)


def boundaries_picture(sample: Sample, picture: Picture) -> Picture:
    """Edges between things white, those between classes alone orange."""
    edges, out = sample.boundaries(), (0.3 * picture).astype(np.uint8)
    out[edges > 1], out[edges & 1 > 0] = (255, 150, 40), (255, 255, 255)
    return out


def normals_picture(sample: Sample, picture: Picture) -> Picture:
    """Red east, green north, blue up."""
    return np.asarray(127.5 * (sample.normals() + 1.0), np.uint8)


DRAWINGS: dict[str, Callable[[Sample, Picture], Picture]] = {
    "amodal": amodal_picture, "panoptic": panoptic_picture, "coordinates": coordinates_picture, "lanes": lanes_picture,
    "boundaries": boundaries_picture, "normals": normals_picture,
}  # fmt: skip
