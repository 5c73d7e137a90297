"""Files of the labels on request: one row of `FILES` for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from renderers.extras import FLOW, REQUESTS
from renderers.frame import LabelledFrame
from scenes.suggest import suggestion
from transfer import amodal, kitti, panoptic
from transfer.encode import QUICK, png_bytes
from transfer.flow_files import flo_bytes, kitti_png
from transfer.lidar_files import velodyne_bytes
from transfer.manifest import DatasetError, json_bytes

Files = dict[str, bytes]
Rows = dict[str, list[dict[str, Any]]]
Pictures = Iterable[tuple[dict[str, Any], list[dict[str, Any]]]]

PLACES, SHIFT = 16384.0, 1.5  # an object coordinate c is the value 16384 (c + 1.5) of a 16-bit PNG; 0 = no thing
NORMALS = 32767.0  # a component n of a normal is the value 32768 + 32767 n; 0 = sky


def requests_of(text: str, frames: int) -> tuple[str, ...]:
    """Read which labels are asked for.

    Args:
        text: names with commas between; `base` is what there always is, `all` everything that is possible.
        frames: pictures per camera and sample.

    Returns:
        Names in the order of `REQUESTS`.

    Raises:
        DatasetError: an unknown name, or flow between pictures of which there is only one.
    """
    names = {name.strip() for name in text.split(",")} - {"", "base"}
    for name in sorted(names - {*REQUESTS, "all"}):
        hint = suggestion(name, (*REQUESTS, "all", "base"))
        raise DatasetError(f"labels: no labels {name!r}{hint} (there is base, all, {', '.join(REQUESTS)})")
    if names & FLOW and frames < 2:
        raise DatasetError(f"labels: {min(names & FLOW)} needs 2 or more frames per sample, not {frames}")
    if "all" in names:
        names = set(REQUESTS) - (FLOW if frames < 2 else set())
    return tuple(name for name in REQUESTS if name in names)


def extra_files(frame: LabelledFrame, wanted: Iterable[str]) -> tuple[Files, Rows]:
    """Encode the labels on request of one picture.

    Args:
        frame: the picture.
        wanted: names of `REQUESTS`.

    Returns:
        Content by path relative to the dataset folder, and what the picture adds to the files of `MERGED`, by name.
    """
    files: Files = {}
    rows = {name: MERGED[name][0](frame) for name in wanted if name in MERGED}
    for name in wanted:
        files |= FILES[name](frame) if name in FILES else {f"{name}/{frame.name}.json": json_bytes(rows[name])}
    return files, rows


def both_ways(frame: LabelledFrame, suffix: str, encode: Callable[..., bytes]) -> Files:
    """Flow to the next picture and to the one before, where there are such."""
    ways = {"flow": frame.extras.flow, "flow_back": frame.extras.flow_back}
    return {f"{folder}/{frame.name}.{suffix}": encode(flow) for folder, flow in ways.items() if flow is not None}


def coordinates_png(frame: LabelledFrame) -> bytes:
    """Red forward, green left, blue up."""
    places = given(frame, "coordinates")
    values = np.clip(np.floor((places + SHIFT) * PLACES + 0.5), 1, 65535)
    return png_bytes(np.nan_to_num(values, nan=0.0)[..., ::-1].astype(np.uint16), QUICK)


def normals_png(frame: LabelledFrame) -> bytes:
    """Red east, green north, blue up."""
    normal = frame.frame.normal
    values = np.where(normal.any(-1, keepdims=True), np.floor(normal * NORMALS + 32768.5), 0.0)
    return png_bytes(values[..., ::-1].astype(np.uint16), QUICK)


def given(frame: LabelledFrame, name: str) -> Any:
    """A label on request that the picture must have.

    Raises:
        DatasetError: it was not made.
    """
    value = getattr(frame.extras, name)
    if value is None:
        raise DatasetError(f"{frame.name}: {name} were asked for and not made")
    return value


def order_rows(frame: LabelledFrame) -> list[dict[str, int]]:
    """Who hides whom."""
    return [
        {"front": one.front, "back": one.back, "pixels": one.pixels, "shown": one.shown}
        for one in given(frame, "hidings")
    ]


FILES: Mapping[str, Callable[[LabelledFrame], Files]] = {
    "flow": lambda frame: both_ways(frame, "png", kitti_png),
    "flo": lambda frame: both_ways(frame, "flo", flo_bytes),
    "order": lambda frame: {f"order/{frame.name}.json": json_bytes(order_rows(frame))},
    "panoptic": lambda frame: {f"panoptic/{frame.name}.png": png_bytes(panoptic.picture_of(frame), QUICK)},
    "coordinates": lambda frame: {f"coordinates/{frame.name}.png": coordinates_png(frame)},
    "lanes": lambda frame: {f"lanes/{frame.name}.png": png_bytes(given(frame, "lanes"), QUICK)},
    "boundaries": lambda frame: {f"boundaries/{frame.name}.png": png_bytes(given(frame, "boundaries"), QUICK)},
    "normals": lambda frame: {f"normals/{frame.name}.png": normals_png(frame)},
    "kitti": lambda frame: {
        f"kitti/label_2/{frame.name}.txt": kitti.label_text(frame.labels, frame.frame.view.camera_from_world).encode(),
        f"kitti/calib/{frame.name}.txt": kitti.calibration_text(
            frame.frame.view, next(iter(frame.sweeps), None)
        ).encode(),
        **{f"kitti/velodyne/{frame.name}.bin": velodyne_bytes(sweep) for sweep in frame.sweeps[:1]},
    },
}
# Files of the whole dataset, annotations/NAME.json: what a picture adds, and how all are joined. What has no row in
# `FILES` is also in a file of its own for each picture.
MERGED: Mapping[
    str, tuple[Callable[[LabelledFrame], list[dict[str, Any]]], Callable[[Pictures, str], dict[str, Any]]]
] = {"amodal": (amodal.rows, amodal.merge), "panoptic": (panoptic.segments, panoptic.merge)}
