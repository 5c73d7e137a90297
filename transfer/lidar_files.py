"""Files of lidars: lidar/NAME.npz with the returns, NAME.json with the pose, and KITTI's velodyne/NAME.bin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from renderers.frame import Sweep
from transfer.encode import npz_arrays, npz_bytes
from transfer.manifest import DatasetError, json_bytes

LIDAR_FORMAT = 1  # of both files; a reader refuses other numbers
ARRAYS = {
    "points": np.float32, "intensity": np.float32, "offset": np.float32, "ring": np.uint16, "instance": np.uint16,
    "semantic": np.uint8, "velocity": np.float32,
}  # fmt: skip


def sweep_files(sweep: Sweep) -> dict[str, bytes]:
    """Encode a sweep.

    Args:
        sweep: of a lidar.

    Returns:
        Content by path relative to the dataset folder.

    Raises:
        DatasetError: its arrays do not fit together.
    """
    arrays = {key: getattr(sweep, key) for key in ARRAYS}
    for key, array in arrays.items():
        shape = (len(sweep.points), 3) if key == "points" else (len(sweep.points),)
        if array.shape != shape or array.dtype != ARRAYS[key]:
            wanted = f"{np.dtype(ARRAYS[key])} {shape}"
            raise DatasetError(f"lidar {sweep.name}: {key} is {array.dtype} {array.shape}, not {wanted}")
    facts = {
        "format": LIDAR_FORMAT, "name": sweep.name, "sample": sweep.sample, "frame": sweep.index,
        "lidar": sweep.lidar, "model": sweep.model, "time": sweep.time, "rays": sweep.rays,
        "points": len(sweep.points), "world_from_lidar": sweep.world_from_lidar,
    }  # fmt: skip
    return {f"lidar/{sweep.name}.npz": npz_bytes(arrays), f"lidar/{sweep.name}.json": json_bytes(facts)}


def sweep_from(root: Path, name: str, facts: dict[str, Any]) -> Sweep:
    """Read a sweep back.

    Args:
        root: dataset folder.
        name: sample, frame and lidar.
        facts: the content of lidar/NAME.json.

    Raises:
        DatasetError: the file is missing or damaged, or of another format.
    """
    path = root / "lidar" / f"{name}.npz"
    if facts.get("format") != LIDAR_FORMAT:
        found = facts.get("format")
        raise DatasetError(f"{path.with_suffix('.json')}: format {found!r}, this version reads {LIDAR_FORMAT}")
    arrays = npz_arrays(path, ARRAYS)
    try:
        pose = np.array(facts["world_from_lidar"], np.float64)
        return Sweep(
            sample=int(facts["sample"]), index=int(facts["frame"]), lidar=int(facts["lidar"]),
            model=str(facts["model"]), time=float(facts["time"]), rays=int(facts["rays"]), world_from_lidar=pose,
            **arrays,
        )  # fmt: skip
    except (ValueError, KeyError) as error:
        raise DatasetError(f"{path}: cannot be read: {error}") from error


def velodyne_bytes(sweep: Sweep) -> bytes:
    """KITTI's form (readme.txt of the object development kit): x, y, z and intensity of each point, little-endian."""
    return np.column_stack([sweep.points, sweep.intensity]).astype("<f4").tobytes()
