"""Scene language: cameras and what happens behind the lens."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from scenes.fields import OneOf, Range
from scenes.lenses import MODELS

Share = Annotated[float, Range(0.0, 1.0)]
Radial = Annotated[float, Range(-100.0, 100.0)]
Tangential = Annotated[float, Range(-1.0, 1.0)]
CAMERA_KINDS = ("dash", "pavement", "signal", "fixed")
DEMOSAICS = ("none", "bilinear", "edge-aware")


class CameraPart(BaseModel):
    """Base of the camera parts."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ChainSpec(CameraPart):
    """Lens, sensor and codec in the order of the light; see `scenes.types.CameraChain` for what each does."""

    exposure: Annotated[float, Range(-4.0, 4.0, "EV")] = 0.0
    aperture: Annotated[float, Range(0.0, 0.1, "m")] = 0.0
    focus: Annotated[float, Range(0.1, 1000.0, "m")] = 20.0
    red_fringe: Annotated[float, Range(-5.0, 5.0, "px")] = 0.0
    blue_fringe: Annotated[float, Range(-5.0, 5.0, "px")] = 0.0
    vignette: Share = 0.0
    flare: Annotated[float, Range(0.0, 0.1)] = 0.0
    veil: Annotated[float, Range(0.0, 0.5)] = 0.0
    blur: Annotated[float, Range(0.0, 8.0, "px")] = 0.0
    shake: Annotated[float, Range(0.0, 20.0, "px")] = 0.0  # length of the smear
    shake_direction: Annotated[float, Range(-180.0, 180.0, "deg")] = 0.0
    red_response: Annotated[float, Range(0.2, 1.5)] = 1.0  # of the sensor, against green
    blue_response: Annotated[float, Range(0.2, 1.5)] = 1.0
    shot_noise: Annotated[float, Range(0.0, 0.3)] = 0.0
    read_noise: Annotated[float, Range(0.0, 0.2)] = 0.0
    dark_offset: Annotated[float, Range(0.0, 0.1)] = 0.0
    gain_pattern: Annotated[float, Range(0.0, 0.2)] = 0.0
    column_pattern: Annotated[float, Range(0.0, 0.1)] = 0.0
    row_noise: Annotated[float, Range(0.0, 0.1)] = 0.0
    demosaic: Annotated[str, OneOf(DEMOSAICS)] = "none"
    warmth: Annotated[float, Range(-0.5, 0.5)] = 0.0  # white balance: red against blue gain
    tint: Annotated[float, Range(-0.3, 0.3)] = 0.0  # white balance: green gain
    spill: Share = 0.0  # of over-exposed light into the other channels
    shoulder: Annotated[float, Range(0.0, 0.9)] = 0.0
    gamma: Annotated[float, Range(0.5, 2.0)] = 1.0
    contrast: Share = 0.0
    black_level: Annotated[float, Range(0.0, 0.3)] = 0.0
    chroma_blur: Annotated[float, Range(0.0, 8.0, "px")] = 0.0
    saturation: Annotated[float, Range(0.0, 2.0)] = 1.0
    sharpening: Annotated[float, Range(0.0, 3.0)] = 0.0
    halo: Annotated[float, Range(0.3, 5.0, "px")] = 1.1
    interlace: Annotated[float, Range(0.0, 20.0, "px")] = 0.0
    jpeg_quality: Annotated[int, Range(1, 100, integer=True)] = 95


class LensSpec(CameraPart):
    """How a lens bends straight lines: OpenCV's models and coefficients, see `scenes.lenses.Lens`."""

    model: Annotated[str, OneOf(MODELS)] = "pinhole"
    k1: Radial = 0.0
    k2: Radial = 0.0
    k3: Radial = 0.0
    k4: Radial = 0.0
    k5: Radial = 0.0  # k5 and k6: brown-conrady alone
    k6: Radial = 0.0
    p1: Tangential = 0.0  # p1 and p2: brown-conrady alone
    p2: Tangential = 0.0


class CameraSpec(CameraPart):
    """A camera.

    `dash` looks out of a driving car, `pavement` stands at a kerb or on a path, `signal` is aimed at a traffic light
    from beside the approaching lane, `fixed` stands anywhere. `heading` is relative to the street for dash and
    pavement cameras, to the line of sight for signal cameras and to +x for fixed ones.
    """

    kind: Annotated[str, OneOf(CAMERA_KINDS)] = "dash"
    width: Annotated[int, Range(32, 4096, "px", integer=True)] = 480
    height: Annotated[int, Range(32, 4096, "px", integer=True)] = 360
    fov: Annotated[float, Range(1.0, 170.0, "deg")] = 50.0  # horizontal; above 120 of a fisheye alone
    heading: Annotated[float, Range(-360.0, 360.0, "deg")] = 0.0
    pitch: Annotated[float, Range(-60.0, 60.0, "deg")] = 0.0  # up positive
    roll: Annotated[float, Range(-45.0, 45.0, "deg")] = 0.0
    rise: Annotated[float, Range(0.1, 50.0, "m")] = 1.4  # of the optical centre above the ground
    at: Annotated[float, Range(-150.0, 150.0, "m")] = 0.0  # dash and pavement: along the street, from its middle
    side: Annotated[str, OneOf(("left", "right"))] = "right"  # pavement: of which side of the street
    facing: Annotated[str, OneOf(("forward", "backward"))] = "forward"  # pavement and dash: along or against the street
    position: tuple[Annotated[float, Range(-5000.0, 5000.0, "m")], Annotated[float, Range(-5000.0, 5000.0, "m")]] = (
        0.0,
        0.0,
    )  # fixed
    distance: Annotated[float, Range(5.0, 120.0, "m")] = 25.0  # signal: to the head
    head_pixels: Annotated[float, Range(8.0, 1000.0, "px")] = 80.0  # signal: height of the head in the picture
    baseline: Annotated[float, Range(0.0, 5.0, "m")] = 0.0  # of a stereo pair; 0 = one camera
    exposure: Annotated[float, Range(0.0, 0.05, "s")] = 0.0  # motion blur; 0 = an instant
    readout: Annotated[float, Range(0.0, 0.05, "s")] = 0.0  # rolling shutter; 0 = all rows at once
    lens: LensSpec | None = None  # None = the scene's
    chain: ChainSpec | None = None  # None = the scene's
