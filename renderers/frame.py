"""What a renderer returns: pictures for people, maps and labels for machines."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scenes.kinds import Kind

Box = tuple[
    float, float, float, float
]  # x0, y0, x1, y1 in px; pixel edges: a one-pixel box at the origin is 0, 0, 1, 1
Quad = tuple[float, float, float, float, float, float, float, float]  # x, y of four corners, px, pixel edges

Keypoints = tuple[tuple[float, float, int], ...]  # 17 of x, y (px, pixel edges) and COCO's visibility 0, 1 or 2


@dataclass(frozen=True, eq=False)
class View:
    """A camera at one moment, resolved to matrices."""

    width: int  # px
    height: int  # px
    focal: float  # px; the principal point is the middle of the image
    camera_from_world: NDArray[np.float64]  # (4, 4)

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        """(3, 3) matrix K in the pixel-edge convention: the centre of the top-left pixel is (0.5, 0.5)."""
        return np.array([[self.focal, 0, self.width / 2], [0, self.focal, self.height / 2], [0, 0, 1.0]])

    @property
    def position(self) -> NDArray[np.float64]:
        """(3,) optical centre in the world, m."""
        rotation = self.camera_from_world[:3, :3]
        return np.asarray(-rotation.T @ self.camera_from_world[:3, 3])


@dataclass(frozen=True, eq=False)
class Frame:
    """One rendered picture with its exact maps, before the camera chain."""

    rgb: NDArray[np.float32]  # (H, W, 3) linear radiance
    depth: NDArray[np.float32]  # (H, W) m along the optical axis; inf where the sky is
    semantic: NDArray[np.uint8]  # (H, W) values of Kind
    instance: NDArray[np.uint16]  # (H, W) id of actor or signal, 0 elsewhere
    normal: NDArray[np.float32]  # (H, W, 3) unit, world frame; 0 in the sky
    view: View
    time: float  # s


@dataclass(frozen=True)
class ActorLabel:
    """Everything known of one actor or signal in one picture."""

    id: int  # instance id = track id
    kind: Kind
    tight: Box | None  # extent of the visible pixels; None when nothing shows
    full: Box | None  # extent of the actor alone inside the image; None when outside
    amodal: Box  # extent of the actor alone, not clipped by the image
    visible_pixels: int
    visibility: float  # visible pixels / pixels of the actor alone inside the image
    truncation: float  # share of the amodal box that lies outside the image
    centre: tuple[float, float, float]  # world, m, middle of the 3D box
    size: tuple[float, float, float]  # length, width, height of the 3D box, m
    heading: float  # rad
    distance: float  # m from the optical centre to the middle of the 3D box
    view: str  # people: towards, away, left, right; vehicles and signals: front, rear, side
    orientation: tuple[float, float, float, float] | None = None  # of the 3D box: quaternion; None = heading alone
    signal_state: str | None = None  # red, yellow, green, flashing-yellow, off
    signal_lit: str | None = None  # lens that glows now: red, yellow, green, off
    attributes: dict[str, str] = field(default_factory=dict)  # model, age group, ...
    keypoints: Keypoints | None = None  # of people, in the order of `sim.people_landmarks.KEYPOINTS`
    body_direction: float | None = None  # rad, heading of a person's chest
    head_direction: float | None = None  # rad, heading of a person's head
    plate_corners: Quad | None = None  # of the number plate that shows, from the top left, clockwise, as it is read


@dataclass(frozen=True, eq=False)
class LabelledFrame:
    """A finished picture with its labels: one image of a dataset."""

    sample: int  # k
    index: int  # frame number within the sample
    camera: int  # camera id
    jpeg: bytes  # the picture behind the camera chain
    frame: Frame
    labels: tuple[ActorLabel, ...]
    metadata: dict[str, object]  # sampled values, light, camera, chain: JSON-ready

    @property
    def name(self) -> str:
        """File stem, sorted by sample, frame and camera."""
        return f"{self.sample:06d}_{self.index:03d}_{self.camera}"
