"""Files of one frame, with bytes that depend on the frame alone."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from renderers.frame import ActorLabel, LabelledFrame, View
from transfer.manifest import DatasetError, json_bytes
from transfer.yolo import label_text

EPOCH = (1980, 1, 1, 0, 0, 0)  # first date that a zip can hold: files must not carry the time they were made
JPEG_START = b"\xff\xd8"
QUICK = 1  # effort for the maps of labels on request, of which there are many
# left out of a label that lacks them
OPTIONAL = frozenset({"orientation", "keypoints", "body_direction", "head_direction", "rejected"})


def frame_files(frame: LabelledFrame) -> dict[str, bytes]:
    """Encode everything that is kept of one frame.

    Args:
        frame: a finished picture.

    Returns:
        Content by path relative to the dataset folder.

    Raises:
        DatasetError: the frame's parts do not fit together, or hold what cannot be written.
    """
    check(frame)
    name = frame.name
    return {
        f"images/{name}.jpg": frame.jpeg,
        f"depth/{name}.npz": npz_bytes({"depth": np.asarray(frame.frame.depth, dtype=np.float32)}),
        f"instance/{name}.png": png_bytes(frame.frame.instance),
        f"semantic/{name}.png": png_bytes(frame.frame.semantic),
        f"frames/{name}.json": json_bytes(describe(frame)),
        f"labels/{name}.txt": label_text(frame).encode(),
    }


def check(frame: LabelledFrame) -> None:
    """Check once, at the door, that picture, maps and labels belong together.

    Raises:
        DatasetError: maps of another size or type, no JPEG, or two labels with one id.
    """
    shape = (frame.frame.view.height, frame.frame.view.width)
    for what, wanted in (("depth", np.float32), ("instance", np.uint16), ("semantic", np.uint8)):
        array = getattr(frame.frame, what)
        if array.shape != shape or array.dtype != wanted:
            raise DatasetError(
                f"{frame.name}: {what} is {array.dtype} {array.shape}, not {np.dtype(wanted)} {shape} as the view says"
            )
    if not frame.jpeg.startswith(JPEG_START):
        raise DatasetError(f"{frame.name}: the picture is not a JPEG")
    if len({label.id for label in frame.labels}) != len(frame.labels):
        raise DatasetError(f"{frame.name}: two labels carry one id")


def describe(frame: LabelledFrame) -> dict[str, Any]:
    """The content of frames/NAME.json."""
    view = frame.frame.view
    return {
        "name": frame.name,
        "sample": frame.sample,
        "frame": frame.index,
        "camera": frame.camera,
        "time": frame.frame.time,
        "width": view.width,
        "height": view.height,
        "intrinsics": view.intrinsics,
        "camera_from_world": view.camera_from_world,
        **lens_entry(view),
        "labels": [plain_label(label) for label in frame.labels],
        "metadata": frame.metadata,
    }


def lens_entry(view: View) -> dict[str, Any]:
    """A lens that bends, in OpenCV's terms; of a pinhole nothing."""
    lens = view.lens
    return {} if lens.straight else {"lens": {"model": lens.model, "coefficients": list(lens.coefficients)}}


def plain_label(label: ActorLabel) -> dict[str, Any]:
    """A label as a mapping; without an orientation where the heading says all, without keypoints of what has none."""
    values = {field.name: getattr(label, field.name) for field in fields(label)}
    return {key: value for key, value in values.items() if value is not None or key not in OPTIONAL}


def png_bytes(array: NDArray[np.uint8] | NDArray[np.uint16], effort: int = 4) -> bytes:
    """Encode an (H, W) or (H, W, 3) map as PNG of 8 or 16 bits; three channels are blue, green, red.

    Args:
        array: the map.
        effort: of the compression, 0 to 9.
    """
    import cv2

    done, content = cv2.imencode(".png", array, [cv2.IMWRITE_PNG_COMPRESSION, effort])
    if not done:
        raise DatasetError(f"OpenCV cannot write {array.dtype} {array.shape} as PNG")
    return content.tobytes()


def npz_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Encode arrays by name as compressed npz; unlike `numpy.savez_compressed` without the time of day."""
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        for key, array in arrays.items():
            inner = io.BytesIO()
            np.lib.format.write_array(inner, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{key}.npy", date_time=EPOCH)
            entry.create_system = 3  # Unix, on every system
            archive.writestr(entry, inner.getvalue(), compress_type=zipfile.ZIP_DEFLATED, compresslevel=1)
    return outer.getvalue()


def npz_arrays(path: Path, kinds: Mapping[str, DTypeLike]) -> dict[str, NDArray[Any]]:
    """Read arrays back.

    Args:
        path: of the file.
        kinds: their types by name.

    Raises:
        DatasetError: it is missing or damaged.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes())) as archive:
            return {key: np.asarray(archive[key], kind) for key, kind in kinds.items()}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(f"{path}: cannot be read: {error}") from error
