"""From the camera chain of a scene file to the concrete one."""

from __future__ import annotations

import math

from scenes.schema_camera import ChainSpec
from scenes.types import CameraChain


def make_chain(spec: ChainSpec) -> CameraChain:
    """Turn plain values into a chain.

    Args:
        spec: with plain values.

    Returns:
        The chain; smear and white balance as vectors.
    """
    angle = math.radians(spec.shake_direction)
    return CameraChain(
        exposure=spec.exposure,
        veil=spec.veil,
        blur=spec.blur,
        motion=(spec.shake * math.cos(angle), spec.shake * math.sin(angle)),
        white_balance=(1.0 + spec.warmth, 1.0 + spec.tint, 1.0 - spec.warmth),
        spill=spec.spill,
        shot_noise=spec.shot_noise,
        read_noise=spec.read_noise,
        contrast=spec.contrast,
        saturation=spec.saturation,
        black_level=spec.black_level,
        chroma_blur=spec.chroma_blur,
        sharpening=spec.sharpening,
        jpeg_quality=spec.jpeg_quality,
    )
