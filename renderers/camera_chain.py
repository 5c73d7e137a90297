"""From linear radiance to the bytes of a file: what lens, sensor and codec do, in their physical order."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from scenes.types import CameraChain

Floats = NDArray[np.float32]
KEY = 0.36  # radiance of the metered tone after exposure; sRGB .63, a bright grey as dash cameras choose it
NIGHT_GAIN = 9.0  # the most that cameras do at night: they cannot make day of it


def develop(
    rgb: Floats, chain: CameraChain, rng: np.random.Generator, most_gain: float = math.inf
) -> NDArray[np.uint8]:
    """Turn linear radiance into a display-ready picture.

    Order: exposure, lens (veil, blur, shake), white balance, spill of over-exposed channels, shot and read
    noise, clipping, tone curve, colour
    resolution, saturation, sharpening. Noise comes before the tone curve, as on a sensor (Carlson et al. 2018).

    Args:
        rgb: (H, W, 3) linear radiance.
        chain: concrete parameters.
        rng: for the noise.
        most_gain: limit of the automatic exposure.

    Returns:
        (H, W, 3) sRGB bytes.
    """
    light = rgb * np.float32(min(automatic_exposure(rgb), most_gain) * 2.0**chain.exposure)
    light = through_lens(light, chain) * np.array(chain.white_balance, np.float32)
    if chain.spill > 0:
        over = np.minimum(np.maximum(light - 1.0, 0.0), 8.0)
        light = light + np.float32(chain.spill / 3.0) * over.sum(-1, keepdims=True)
    if chain.shot_noise > 0 or chain.read_noise > 0:
        sigma = np.sqrt(chain.shot_noise**2 * np.clip(light, 0.0, 1.0) + chain.read_noise**2)
        light = light + sigma * rng.standard_normal(light.shape, dtype=np.float32)
    return finish(np.clip(light, 0.0, 1.0), chain)


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


def through_lens(light: Floats, chain: CameraChain) -> Floats:
    """Scatter (veil), blur and shake, in linear light."""
    if chain.veil > 0:
        small = cv2.resize(np.minimum(light, 24.0), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        wide = cv2.GaussianBlur(small, (0, 0), light.shape[1] / 60.0) + cv2.GaussianBlur(small, (0, 0), 1.2)
        glow = cv2.resize(0.5 * wide, (light.shape[1], light.shape[0]), interpolation=cv2.INTER_LINEAR)
        light = light * np.float32(1.0 - chain.veil) + glow * np.float32(chain.veil)
    if chain.blur > 0.2:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), chain.blur), np.float32)
    length = float(np.hypot(*chain.motion))
    if length > 1.0:
        light = np.asarray(cv2.filter2D(light, -1, motion_kernel(chain.motion)), np.float32)
    return light


def motion_kernel(motion: tuple[float, float]) -> Floats:
    """Line of the given length and direction, sum 1.

    Args:
        motion: smear vector, px.

    Returns:
        (N, N) kernel, N odd.
    """
    edge = 2 * int(np.ceil(max(abs(motion[0]), abs(motion[1])) / 2)) + 1
    kernel = np.zeros((edge, edge), np.float32)
    middle = edge // 2
    for s in np.linspace(-0.5, 0.5, 4 * edge):
        kernel[round(middle + s * motion[1]), round(middle + s * motion[0])] += 1.0
    return np.asarray(kernel / kernel.sum(), np.float32)


def finish(light: Floats, chain: CameraChain) -> NDArray[np.uint8]:
    """Tone curve, colour resolution, saturation and sharpening, in display units."""
    tone = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-8) ** (1 / 2.4) - 0.055)
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
            ycc[..., 0] = luma + chain.sharpening * (luma - cv2.GaussianBlur(luma, (0, 0), 1.1))
        tone = cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB)
    return np.asarray(np.floor(np.clip(tone, 0.0, 1.0) * 255.0 + 0.5), np.uint8)


def encode_jpeg(picture: NDArray[np.uint8], quality: int) -> bytes:
    """Encode an (H, W, 3) sRGB picture as JPEG.

    Args:
        picture: sRGB bytes.
        quality: 1..100.

    Returns:
        The file's bytes.
    """
    ok, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    if not ok:
        raise RuntimeError(f"OpenCV could not encode a picture of shape {picture.shape}")
    return bytes(data)
