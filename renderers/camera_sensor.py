"""What a sensor makes of light: noise, patterns, a Bayer mosaic, and the gains that undo its colours."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from scenes.types import CameraChain

F4 = NDArray[np.float32]
OVER = 8.0  # light above white that still counts: what spills, and what a mosaic can hold
FOOT = 0.0625  # below zero, where noise of the dark goes: the mosaic's numbers are not negative
MOSAICS = {"bilinear": cv2.COLOR_BayerRGGB2RGB, "edge-aware": cv2.COLOR_BayerRGGB2RGB_EA}
BAYER = ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2))  # row, column, channel: RGGB


def read_out(light: F4, chain: CameraChain, noise: np.random.Generator, pattern: np.random.Generator) -> F4:
    """Let light fall on the sensor and read it.

    A pixel reads `s (1 + gain) + sqrt(shot^2 s + read^2) n + offset + row + column`, with `s` the light times the
    response to the pixel's colour: the variance is linear in the signal (EMVA 1288).

    Args:
        light: (H, W, 3) linear light.
        chain: concrete parameters.
        noise: of this picture.
        pattern: of the sensor, the same for all pictures of a camera.

    Returns:
        (H, W, 3) linear light as read, white not yet balanced: between 0 - FOOT and 1 + OVER behind a mosaic.
    """
    if chain.response != (1.0, 1.0, 1.0):
        light = light * np.array(chain.response, np.float32)
    seen = light if chain.demosaic == "none" else mosaic(light)
    noisy = chain.shot_noise > 0 or chain.read_noise > 0
    uneven = chain.gain_pattern > 0 or chain.column_pattern > 0 or chain.row_noise > 0 or chain.dark_offset > 0
    if noisy or uneven:
        grain = noise.standard_normal(seen.shape, dtype=np.float32) if noisy else np.zeros((1, 1, 1), np.float32)
        rows = np.float32(chain.row_noise) * noise.standard_normal(seen.shape[0], dtype=np.float32)
        rows += np.float32(chain.dark_offset)
        columns = np.float32(chain.column_pattern) * pattern.standard_normal(seen.shape[1], dtype=np.float32)
        gains = np.zeros((1, 1, 1), np.float32)
        if chain.gain_pattern > 0:
            gains = np.float32(chain.gain_pattern) * pattern.standard_normal(seen.shape, dtype=np.float32)
        shot, dark = np.float32(chain.shot_noise**2), np.float32(chain.read_noise**2)
        seen = counted(seen, shot, dark, grain, gains, rows, columns)
    return seen if chain.demosaic == "none" else demosaic(seen[..., 0], chain.demosaic)


@compiled()
def counted(seen, shot, dark, grain, gains, rows, columns):  # type: ignore[no-untyped-def]
    """Add noise and patterns.

    Args:
        seen: (H, W, C) signal.
        shot: variance at white.
        dark: variance in the dark.
        grain: (H, W, C) of deviation 1, or (1, 1, 1): none.
        gains: (H, W, C) of the pixels, or (1, 1, 1): none.
        rows: (H,) offsets.
        columns: (W,) offsets.

    Returns:
        (H, W, C) as read.
    """
    height, width, channels = seen.shape
    found = np.empty_like(seen)
    grainy, patterned = grain.shape[0] == height, gains.shape[0] == height
    for y in range(height):
        for x in range(width):
            offset = rows[y] + columns[x]
            for c in range(channels):
                signal = seen[y, x, c]
                value = signal + offset
                if grainy:
                    level = min(max(signal, np.float32(0.0)), np.float32(1.0))
                    value += math.sqrt(shot * level + dark) * grain[y, x, c]
                if patterned:
                    value += signal * gains[y, x, c]
                found[y, x, c] = value
    return found


def mosaic(light: F4) -> F4:
    """(H, W, 1): of each pixel the channel that its filter lets through, RGGB."""
    found = np.empty((*light.shape[:2], 1), np.float32)
    for row, column, channel in BAYER:
        found[row::2, column::2, 0] = light[row::2, column::2, channel]
    return found


def demosaic(raw: F4, method: str) -> F4:
    """Guess the two channels that each pixel lacks, in 16 bits as OpenCV wants them.

    Args:
        raw: (H, W), RGGB.
        method: key of MOSAICS.

    Returns:
        (H, W, 3) linear light, in steps of 1/7200 of white.
    """
    scale = np.float32(65535.0 / (FOOT + 1.0 + OVER))
    counts = np.clip((raw + np.float32(FOOT)) * scale + np.float32(0.5), 0.0, 65535.0).astype(np.uint16)
    # OpenCV copies the outermost pixels from their neighbours; mirrored ones around them keep the pattern
    wide = cv2.copyMakeBorder(counts, 2, 2, 2, 2, cv2.BORDER_REFLECT_101)
    whole = cv2.cvtColor(wide, MOSAICS[method])[2:-2, 2:-2]
    return np.asarray(whole * np.float32(1.0 / scale) - np.float32(FOOT), np.float32)


def balanced(read: F4, chain: CameraChain) -> F4:
    """White balance, then highlights: spilt into the other channels, compressed and clipped.

    Args:
        read: (H, W, 3) as the sensor reads it.
        chain: concrete parameters.

    Returns:
        (H, W, 3) linear light within 0..1.
    """
    gains = np.array([a / b for a, b in zip(chain.white_balance, chain.response, strict=True)], np.float32)
    if (gains == 1.0).all() and chain.spill == 0 and chain.shoulder == 0:
        return np.clip(read, 0.0, 1.0)
    return np.asarray(clipped(read, gains, np.float32(chain.spill / 3.0), np.float32(chain.shoulder)), np.float32)


@compiled()
def clipped(read, gains, spill, shoulder):  # type: ignore[no-untyped-def]
    """Gains, spill, shoulder and clipping in one pass.

    Args:
        read: (H, W, 3).
        gains: (3,) of the channels.
        spill: a third of the share of what is over white that goes to all channels.
        shoulder: light below white from which on it is compressed, exponentially towards white.

    Returns:
        (H, W, 3) within 0..1.
    """
    height, width = read.shape[:2]
    found = np.empty_like(read)
    zero, one, most = np.float32(0.0), np.float32(1.0), np.float32(OVER)
    knee = one - shoulder
    for y in range(height):
        for x in range(width):
            r, g, b = read[y, x, 0] * gains[0], read[y, x, 1] * gains[1], read[y, x, 2] * gains[2]
            over = min(max(r - one, zero), most) + min(max(g - one, zero), most)
            over = spill * (over + min(max(b - one, zero), most))
            for c in range(3):
                value = over + (r if c == 0 else (g if c == 1 else b))
                if shoulder > zero and value > knee:
                    value = one - shoulder * math.exp((knee - value) / shoulder)
                found[y, x, c] = min(max(value, zero), one)
    return found
