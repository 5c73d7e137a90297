"""KITTI object labels and calibration (Geiger et al. 2012, readme.txt of the object development kit)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from renderers.frame import ActorLabel, Sweep
from scenes.geometry import transform, turn_of, wrap_angle
from scenes.kinds import Kind
from scenes.lenses import Lens

NAMES = {
    Kind.CAR: "Car", Kind.VAN: "Van", Kind.TRUCK: "Truck", Kind.PEDESTRIAN: "Pedestrian", Kind.RIDER: "Cyclist",
    Kind.BUS: "Misc", Kind.MOTORCYCLE: "Misc", Kind.BICYCLE: "Misc",
}  # fmt: skip
SEEN = (0.8, 0.4)  # visibility from which on a thing is fully visible, or partly occluded


class Camera(Protocol):
    """A camera of a dataset, or of a picture that is being made."""

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        """(3, 3) matrix K, pixel edges."""
        ...

    @property
    def camera_from_world(self) -> NDArray[np.float64]:
        """(4, 4) extrinsics, m."""
        ...

    @property
    def lens(self) -> Lens:
        """How it bends straight lines."""
        ...


def label_text(labels: Iterable[ActorLabel], camera_from_world: NDArray[np.float64]) -> str:
    """One line per visible thing of KITTI's classes; what is rejected becomes `DontCare`.

    Pixels count from the middle of the top-left one; boxes are those of the whole thing inside the picture.

    Args:
        labels: of a picture.
        camera_from_world: (4, 4) extrinsics of its camera, m.
    """
    lines = []
    for label in labels:
        if label.kind not in NAMES or label.tight is None or label.full is None:
            continue
        x0, y0, x1, y1 = label.full
        box = f"{x0:.2f} {y0:.2f} {x1 - 1:.2f} {y1 - 1:.2f}"
        if label.rejected:
            lines.append(f"DontCare -1 -1 -10 {box} -1 -1 -1 -1000 -1000 -1000 -10")
        else:
            lines.append(f"{head(label)} {{alpha:.2f}} {box} {{rest}}".format(**solid(label, camera_from_world)))
    return "".join(line + "\n" for line in lines)


def head(label: ActorLabel) -> str:
    """Type, truncation and degree of occlusion."""
    name = "Person_sitting" if label.attributes.get("behaviour") == "wheelchair" else NAMES[label.kind]
    return f"{name} {label.truncation:.2f} {sum(label.visibility < limit for limit in SEEN)}"


def solid(label: ActorLabel, camera_from_world: NDArray[np.float64]) -> dict[str, float | str]:
    """Height, width, length, bottom middle in the camera's frame and rotation about its y axis; and alpha."""
    ahead, _, up = turn_of(label.heading, label.orientation).T
    length, width, height = label.size
    x, y, z = transform(camera_from_world, np.array(label.centre) - 0.5 * height * up)
    along = camera_from_world[:3, :3] @ ahead
    turn = -math.atan2(along[2], along[0])
    size = f"{height:.2f} {width:.2f} {length:.2f}"
    return {
        "alpha": wrap_angle(turn - math.atan2(x, z)),
        "rest": f"{size} {x:.2f} {y:.2f} {z:.2f} {turn:.2f}",
    }


def calibration_text(camera: Camera, sweep: Sweep | None = None) -> str:
    """Projection of the one camera, four times; without a lidar its frame is the camera's.

    Args:
        camera: of the picture.
        sweep: of the lidar whose points go with the picture, if any.
    """
    matrix = np.hstack([camera.intrinsics, np.zeros((3, 1))])
    matrix[:2, 2] -= 0.5

    def line(name: str, values: np.ndarray) -> str:
        return f"{name}: " + " ".join(f"{value:.12e}" for value in values.ravel()) + "\n"

    still = velo = np.eye(3, 4)
    if sweep is not None:
        velo = (camera.camera_from_world @ sweep.world_from_lidar)[:3]
    lines = [*(line(f"P{k}", matrix) for k in range(4)), line("R0_rect", np.eye(3))]
    lines += [line("Tr_velo_to_cam", velo), line("Tr_imu_to_velo", still)]
    lens = camera.lens
    if not lens.straight:  # as KITTI's raw data name them; K is the left part of P
        lines += [f"lens: {lens.model}\n", line("D", np.array(lens.coefficients))]
    return "".join(lines)
