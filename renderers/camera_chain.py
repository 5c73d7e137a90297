"""From linear radiance to the bytes of a file: what lens, sensor and codec do, in their physical order."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.camera_lens import through_lens
from renderers.camera_sensor import balanced, read_out
from renderers.frame import Frame
from scenes.types import CameraChain, Light

Floats = NDArray[np.float32]
KEY = 0.36  # radiance of the metered tone after exposure; sRGB .63, a bright grey as dash cameras choose it
NIGHT_GAIN = 9.0  # the most that cameras do at night: they cannot make day of it


def develop(
    frame: Frame, sky: Light, chain: CameraChain, noise: np.random.Generator, pattern: np.random.Generator
) -> NDArray[np.uint8]:
    """Turn linear radiance into a display-ready picture.

    Order: exposure, lens, sensor (noise, mosaic), white balance, highlights, tone curve, colour resolution, saturation,
    sharpening, interlacing. Noise comes before the tone curve, as on a sensor (Carlson et al. 2018). Nothing moves
    against the labels: what shifts, smears and splits does so evenly to both sides, and green alone stays.

    Args:
        frame: linear radiance, depth and view.
        sky: for the sun, and whether it is night.
        chain: concrete parameters.
        noise: of this picture.
        pattern: of the sensor, the same for all pictures of a camera.

    Returns:
        (H, W, 3) sRGB bytes.
    """
    most = NIGHT_GAIN if sky.condition == "night" else math.inf
    gain = min(automatic_exposure(frame.rgb), most) * 2.0**chain.exposure
    light = through_lens(frame.rgb * np.float32(gain), frame, sky, gain, chain)
    picture = finish(balanced(read_out(light, chain, noise, pattern), chain), chain)
    return interlaced(picture, chain.interlace) if chain.interlace > 0 else picture


def automatic_exposure(rgb: Floats) -> float:
    """Gain of a centre-weighted meter: a mean of logarithms, so that lamps and sky do not rule it.

    Args:
        rgb: (H, W, 3) linear radiance; where it is 0, the lens sees nothing, and the meter neither.

    Returns:
        The factor that brings the metered tone to KEY.
    """
    coarse = rgb[::4, ::4]
    luma = 0.2126 * coarse[..., 0] + 0.7152 * coarse[..., 1] + 0.0722 * coarse[..., 2]  # ITU-R BT.709
    height, width = luma.shape
    y, x = np.ogrid[-1.0 : 1.0 : height * 1j, -1.0 : 1.0 : width * 1j]
    weight = np.exp(-1.2 * (x * x + y * y)) * (luma > 0.0)
    mean_log = float((np.log(luma + 1e-3) * weight).sum() / max(weight.sum(), 1e-9))
    bright = float(np.quantile(luma[luma > 0.0], 0.9)) if luma.any() else 0.0
    # sensors protect highlights: between the plain mean and a bright quantile
    return KEY / (0.75 * float(np.exp(mean_log)) + 0.25 * bright + 1e-4)


def finish(light: Floats, chain: CameraChain) -> NDArray[np.uint8]:
    """Tone curve, colour resolution, saturation and sharpening, in display units."""
    tone = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-8) ** (1 / 2.4) - 0.055)
    if chain.gamma != 1.0:
        tone = tone**chain.gamma
    tone = (1 - chain.contrast) * tone + chain.contrast * tone * tone * (3 - 2 * tone)
    tone = (chain.black_level + (1 - chain.black_level) * tone).astype(np.float32)
    if chain.chroma_blur > 0 or chain.saturation != 1.0 or chain.sharpening > 0:
        ycc = cv2.cvtColor(tone, cv2.COLOR_RGB2YCrCb)
        for k in (1, 2):
            plane = ycc[..., k]
            if chain.chroma_blur > 0.2:
                plane = cv2.GaussianBlur(plane, (0, 0), sigmaX=chain.chroma_blur, sigmaY=0.6 * chain.chroma_blur)
            ycc[..., k] = 0.5 + (plane - 0.5) * chain.saturation
        if chain.sharpening > 0:
            luma = ycc[..., 0]
            ycc[..., 0] = luma + chain.sharpening * (luma - cv2.GaussianBlur(luma, (0, 0), chain.halo))
        tone = cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB)
    return np.asarray(np.floor(np.clip(tone, 0.0, 1.0) * 255.0 + 0.5), np.uint8)


def interlaced(picture: NDArray[np.uint8], shift: float) -> NDArray[np.uint8]:
    """Two fields, as an interlaced camera takes them one after the other while it turns.

    Each line is the mean of what it and its neighbours see, as sensors of such cameras add up lines against flicker.

    Args:
        picture: (H, W, 3) sRGB bytes.
        shift: px sideways from the even lines to the odd ones, half each way.

    Returns:
        (H, W, 3) sRGB bytes.
    """
    soft = cv2.sepFilter2D(picture, -1, np.ones(1), np.array([0.25, 0.5, 0.25]))
    found = np.empty_like(picture)
    for field, way in ((0, -0.5), (1, 0.5)):
        lines = np.ascontiguousarray(soft[field::2])
        there = np.array([[1.0, 0.0, way * shift], [0.0, 1.0, 0.0]])
        size = (lines.shape[1], lines.shape[0])
        found[field::2] = cv2.warpAffine(lines, there, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return found


def encode_jpeg(picture: NDArray[np.uint8], quality: int) -> bytes:
    """Encode an (H, W, 3) sRGB picture as JPEG, colours at half resolution both ways (4:2:0) as in video.

    Args:
        picture: sRGB bytes.
        quality: 1..100.

    Returns:
        The file's bytes.
    """
    half = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420]
    ok, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality), *half])
    if not ok:
        raise RuntimeError(f"OpenCV could not encode a picture of shape {picture.shape}")
    return bytes(data)
