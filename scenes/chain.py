"""From the camera chain of a scene file to the concrete one."""

from __future__ import annotations

import math

from scenes.schema_camera import ChainSpec
from scenes.types import CameraChain

FOLDED = {"shake", "shake_direction", "red_response", "blue_response", "warmth", "tint"}  # into vectors


def make_chain(spec: ChainSpec) -> CameraChain:
    """Turn plain values into a chain.

    Args:
        spec: with plain values.

    Returns:
        The chain; smear, response and white balance as vectors.
    """
    angle = math.radians(spec.shake_direction)
    plain = spec.model_dump(exclude=FOLDED)
    return CameraChain(
        motion=(spec.shake * math.cos(angle), spec.shake * math.sin(angle)),
        response=(spec.red_response, 1.0, spec.blue_response),
        white_balance=(1.0 + spec.warmth, 1.0 + spec.tint, 1.0 - spec.warmth),
        **plain,
    )
