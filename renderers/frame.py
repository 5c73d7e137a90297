"""What a renderer returns: pictures for people, maps and labels for machines."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scenes.kinds import Kind
from scenes.lenses import PINHOLE, Lens

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
    lens: Lens = PINHOLE

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        """(3, 3) matrix K in the pixel-edge convention: the centre of the top-left pixel is (0.5, 0.5)."""
        return np.array([[self.focal, 0, self.width / 2], [0, self.focal, self.height / 2], [0, 0, 1.0]])

    @property
    def position(self) -> NDArray[np.float64]:
        """(3,) optical centre in the world, m."""
        rotation = self.camera_from_world[:3, :3]
        return np.asarray(-rotation.T @ self.camera_from_world[:3, 3])

    @cached_property
    def spread(self) -> tuple[float, float]:
        """Tangents of the horizontal and vertical angles within which the picture lies."""
        if self.lens.straight:
            return self.width / 2 / self.focal, self.height / 2 / self.focal
        x, y = np.linspace(0.0, self.width, 33), np.linspace(0.0, self.height, 33)
        edge = [*((u, v) for u in x for v in (0.0, self.height)), *((u, v) for v in y for u in (0.0, self.width))]
        rays, inside = self.rays_of(np.array(edge))
        most = math.tan(self.lens.limit)
        across, down = np.where(inside[:, None], np.abs(rays[:, :2]), most).max(0)
        return float(across), float(down)

    def pixels_of(self, camera: NDArray[np.float64]) -> NDArray[np.float64]:
        """Project (N, 3) camera points, m, before the camera: (N, 2) px, pixel edges."""
        middle = np.array([self.width, self.height]) / 2
        if self.lens.straight:
            return np.asarray(self.focal * camera[:, :2] / camera[:, 2:] + middle)
        return np.asarray(self.focal * self.lens.project(camera) + middle)

    def sees(self, camera: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(N,) whether the lens bends light of (N, 3) camera points, m, into the picture's plane at all."""
        return np.hypot(camera[:, 0], camera[:, 1]) <= math.tan(self.lens.limit) * camera[:, 2]

    def rays_of(self, pixels: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Directions (N, 3) with z = 1 of places (N, 2) in the picture, px, and (N,) whether the lens sees there."""
        return self.lens.unproject((pixels - np.array([self.width, self.height]) / 2) / self.focal)


@dataclass(frozen=True, eq=False)
class Around(View):
    """What looks to all sides from the place of a camera: nothing is left out because it lies beside a picture."""

    reach: float = 0.0  # m around the place, within which everything counts


@dataclass(frozen=True, eq=False)
class Sweep:
    """One turn of a lidar: N returns. Everything stands still meanwhile, as it is at `time`."""

    sample: int  # k
    index: int  # frame number within the sample
    lidar: int  # lidar id
    model: str
    time: float  # s
    rays: int  # that were sent out
    world_from_lidar: NDArray[np.float64]  # (4, 4); KITTI's axes: x forward, y left, z up
    points: NDArray[np.float32]  # (N, 3) m, lidar frame
    intensity: NDArray[np.float32]  # (N,) 0..1, see `renderers.lidar_returns`
    offset: NDArray[np.float32]  # (N,) s from the first ray of the sweep
    ring: NDArray[np.uint16]  # (N,) row, 0 is the lowest
    instance: NDArray[np.uint16]  # (N,) id of actor or signal, 0 elsewhere
    semantic: NDArray[np.uint8]  # (N,) values of Kind
    velocity: NDArray[np.float32]  # (N,) m/s along the ray, against the lidar; negative comes nearer

    @property
    def name(self) -> str:
        """File stem, sorted by sample, frame and lidar."""
        return f"{self.sample:06d}_{self.index:03d}_{self.lidar}"


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
    rejected: str | None = None  # why the dataset's rule rejects it; None = it counts


@dataclass(frozen=True, eq=False)
class Flow:
    """Where each pixel of a picture is in another one of the same camera."""

    vectors: NDArray[np.float32]  # (H, W, 2) px, x and y; nan where nothing is known
    seen: NDArray[np.bool_]  # (H, W) the pixel of the other picture in which it ends shows the same surface


@dataclass(frozen=True, eq=False)
class Silhouette:
    """A labelled thing drawn alone, as far as one image size beyond the border of the picture."""

    id: int
    kind: Kind
    origin: tuple[int, int]  # px, x and y of the top-left corner in the picture; may be negative
    nearness: NDArray[np.float32]  # (h, w) inverse depth, 1/m; 0 outside the thing


@dataclass(frozen=True)
class Hiding:
    """One thing before another one."""

    front: int  # instance id; 0 = all that has no id: houses, poles, plants
    back: int  # instance id
    pixels: int  # of the back thing alone, inside the picture, before which the front one lies
    shown: int  # of the back thing alone where the picture shows the front one


@dataclass(frozen=True, eq=False)
class Extras:
    """Labels that are made only when they are asked for; None = not asked for, or not there."""

    flow: Flow | None = None  # to the next picture of the camera
    flow_back: Flow | None = None  # to the one before
    silhouettes: tuple[Silhouette, ...] | None = None  # in order of id
    hidings: tuple[Hiding, ...] | None = None
    coordinates: NDArray[np.float32] | None = None  # (H, W, 3) place within the 3D box, 0..1; nan off labelled things
    lanes: NDArray[np.uint8] | None = None  # (H, W) sum of `renderers.lanes_seen.Area`
    boundaries: NDArray[np.uint8] | None = None  # (H, W) sum of `renderers.extras.Edge`


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
    extras: Extras = field(default_factory=Extras)
    sweeps: tuple[Sweep, ...] = ()  # of all lidars at this moment

    @property
    def name(self) -> str:
        """File stem, sorted by sample, frame and camera."""
        return f"{self.sample:06d}_{self.index:03d}_{self.camera}"
