"""Scene language: lidars, and the sensors that they may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from scenes.dependents import ends, possible
from scenes.fields import Flag, OneOf, Range
from scenes.schema_camera import CameraSpec

PATTERNS = ("spinning", "rosette", "raster")
MOST_POINTS = 1_000_000  # of one sweep
SLOWEST = 10.0  # Hz, of lidars that see motion: states are known for a tenth of a second beyond a picture
Metres = Annotated[float, Range(-5000.0, 5000.0, "m")]


@dataclass(frozen=True)
class Sensor:
    """What a data sheet says; angles in degrees. A scene file may set each of these otherwise."""

    pattern: str  # of PATTERNS
    fov: float  # horizontal
    low: float  # of the vertical field of view
    high: float
    rate: float  # Hz
    blind: float  # m
    range: float  # m
    dark_range: float  # m
    noise: float  # m
    channels: int = 16  # rows of `spinning` and `raster`
    step: float = 0.2  # between two points of a row
    points: int = 10_000  # of a sweep of `rosette`


# Where a sheet gives no range for a target of 10 % reflectance, it follows from that for 80 % by the square law.
SENSORS: Mapping[str, Sensor] = {
    # Velodyne 63-9229: +-15 degrees, 100 m, 3 cm
    "vlp-16": Sensor("spinning", 360.0, -15.0, 15.0, 10.0, 0.5, 100.0, 35.0, 0.03, 16, 0.2),
    # Velodyne 97-0038: +10.67 to -30.67 degrees, 100 m, 2 cm
    "hdl-32e": Sensor("spinning", 360.0, -30.67, 10.67, 10.0, 1.0, 100.0, 35.0, 0.02, 32, 0.17),
    # Velodyne HDL-64E S2: 50 m on pavement of 10 %, 120 m at 80 %, 2 cm
    "hdl-64e": Sensor("spinning", 360.0, -24.33, 2.0, 10.0, 0.9, 120.0, 50.0, 0.02, 64, 0.17),
    # Ouster OS1: 45 degrees, 2048 columns, 120 m at 80 %, 40 m at 10 %, 1.5 cm
    "os1-128": Sensor("spinning", 360.0, -22.5, 22.5, 10.0, 0.8, 120.0, 40.0, 0.015, 128, 360.0 / 2048),
    # Livox Mid-40: a circle of 38.4 degrees, 100,000 points/s, 260 m at 80 %, 90 m at 10 %, 2 cm
    "mid-40": Sensor("rosette", 38.4, -19.2, 19.2, 10.0, 1.0, 260.0, 90.0, 0.02),
    # nobody's: as large as what stands behind windscreens
    "raster": Sensor("raster", 120.0, -12.5, 12.5, 10.0, 0.5, 200.0, 150.0, 0.03, 126, 0.2),
}
# Velodyne HDL-64E S2 manual, appendix I: two blocks of 32, a third and half a degree apart; from the lowest, degrees.
TWO_BLOCKS = (*(-24.33 + 0.5 * k for k in range(32)), *(2.0 - k / 3.0 for k in range(31, -1, -1)))


class LidarSpec(BaseModel):
    """A lidar.

    `dash` is carried by the vehicle of a dash camera, above it; `fixed` stands anywhere. What is not set is as the data
    sheet of the model says.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Annotated[str, OneOf(tuple(SENSORS))] = "vlp-16"
    kind: Annotated[str, OneOf(("dash", "fixed"))] = "dash"
    camera: Annotated[int, Range(0, 99, integer=True)] = 0  # dash: number of the camera, from 0
    heading: Annotated[float, Range(-360.0, 360.0, "deg")] = 0.0
    pitch: Annotated[float, Range(-90.0, 90.0, "deg")] = 0.0  # up positive
    roll: Annotated[float, Range(-45.0, 45.0, "deg")] = 0.0
    rise: Annotated[float, Range(0.1, 50.0, "m")] = 1.73  # above the ground; that of KITTI
    ahead: Annotated[float, Range(-5.0, 5.0, "m")] = 0.0  # dash: of the middle of the vehicle
    position: tuple[Metres, Metres] = (0.0, 0.0)  # fixed
    pattern: Annotated[str | None, OneOf(PATTERNS)] = None
    channels: Annotated[int | None, Range(1, 512, "rows", integer=True)] = None
    fov: Annotated[float | None, Range(1.0, 360.0, "deg")] = None
    low: Annotated[float | None, Range(-90.0, 90.0, "deg")] = None
    high: Annotated[float | None, Range(-90.0, 90.0, "deg")] = None
    step: Annotated[float | None, Range(0.02, 5.0, "deg")] = None
    points: Annotated[int | None, Range(1, MOST_POINTS, "points", integer=True)] = None
    rate: Annotated[float | None, Range(0.5, 100.0, "Hz")] = None
    blind: Annotated[float | None, Range(0.0, 10.0, "m")] = None
    range: Annotated[float | None, Range(1.0, 500.0, "m")] = None
    dark_range: Annotated[float | None, Range(1.0, 500.0, "m")] = None
    noise: Annotated[float | None, Range(0.0, 1.0, "m")] = None
    dropout: Annotated[float, Range(0.0, 1.0)] = 0.0
    motion: Annotated[bool, Flag()] = False  # during a sweep


def lidar_problems(lidars: Sequence[LidarSpec], cameras: Sequence[CameraSpec]) -> Iterator[tuple[str, str]]:
    """Problems between the fields of lidars, and with the cameras that they go with.

    Args:
        lidars: whose fields are fine one by one.
        cameras: of the scene.

    Yields:
        Path and message.
    """
    for index, lidar in enumerate(lidars):
        place = f"lidars[{index}]"
        for number in ends(lidar.camera) if possible(lidar.kind, "dash") else ():
            if int(number) >= len(cameras):
                yield f"{place}.camera", f"there is no camera {number}; the scene has {len(cameras)}, from 0"
            elif set(ends(cameras[int(number)].kind)) != {"dash"}:
                kind = " or ".join(map(str, ends(cameras[int(number)].kind)))
                yield f"{place}.camera", f"camera {number} is {kind}; a lidar needs a dash camera, or `kind: fixed`"
        low, high = (max(map(float, both)) for both in (values(lidar, "low"), values(lidar, "high")))
        if low >= min(map(float, values(lidar, "high"))):
            yield f"{place}.low", f"{low:g} deg is not below `high`, {min(map(float, values(lidar, 'high'))):g} deg"
        if high - low > 180.0:
            yield f"{place}.high", f"more than 180 deg above `low`, {low:g} deg"
        slowest = min(map(float, values(lidar, "rate")))
        if slowest < SLOWEST and True in ends(lidar.motion):
            yield f"{place}.motion", f"needs a `rate` of at least {SLOWEST:g} Hz, not {slowest:g} Hz"
        if set(values(lidar, "pattern")) == {"rosette"}:
            continue
        rows, widths, steps = (values(lidar, name) for name in ("channels", "fov", "step"))
        most = max(int(n) * float(w) / float(s) for n, w, s in product(rows, widths, steps))
        if most > MOST_POINTS:
            yield f"{place}.step", f"{most:.0f} points in a sweep; the limit is {MOST_POINTS}"


def values(lidar: LidarSpec, name: str) -> tuple[str | int | float | bool, ...]:
    """All that a field may come down to, see `ends`; the sheets' where the file does not set it."""
    own = getattr(lidar, name)
    if own is not None:
        return ends(own)
    return tuple(getattr(SENSORS[str(model)], name) for model in ends(lidar.model))
