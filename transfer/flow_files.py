"""Optical flow as files: 16-bit PNG of KITTI, .flo of Middlebury."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.frame import Flow
from transfer.encode import QUICK, png_bytes

SCALE, ZERO = 64.0, 2**15  # value = 64 px + 2^15 (KITTI 2015 development kit, readme.txt)
UNKNOWN = 1e10  # px, of .flo (Baker et al. 2011, flowIO.cpp: more than 1e9 is unknown)


def kitti_png(flow: Flow) -> bytes:
    """Encode flow as KITTI does: red u, green v, blue whether it is valid.

    Valid is what both pictures show. Where the flow is known and not valid (hidden in the other picture, or outside
    it), red and green hold it still, never both 0; they are 0 where nothing is known, and where it is beyond +-512 px,
    which does not fit.
    """
    vectors = np.nan_to_num(flow.vectors.astype(np.float64), nan=1e6)
    values = np.floor(vectors * SCALE + ZERO + 0.5)
    fits = ((values >= 1) & (values <= 65535)).all(-1)
    picture = np.zeros((*fits.shape, 3), np.uint16)  # OpenCV writes blue, green, red
    picture[..., 2][fits], picture[..., 1][fits] = values[..., 0][fits], values[..., 1][fits]
    picture[..., 0] = fits & flow.seen
    return png_bytes(picture, QUICK)


def flow_from(picture: NDArray[np.uint16]) -> Flow:
    """Read the flow back from what OpenCV reads of the PNG: (H, W, 3) blue, green, red."""
    known = picture[..., 1:].any(-1)
    vectors = (picture[..., :0:-1].astype(np.float32) - np.float32(ZERO)) / np.float32(SCALE)
    vectors[~known] = np.nan
    return Flow(vectors, picture[..., 0] > 0)


def flo_bytes(flow: Flow) -> bytes:
    """Encode flow as Middlebury does: float32, without loss; what is not valid is unknown."""
    vectors = np.where(flow.seen[..., None], flow.vectors, UNKNOWN).astype("<f4")
    height, width = flow.seen.shape
    return b"PIEH" + np.array([width, height], "<i4").tobytes() + vectors.tobytes()
