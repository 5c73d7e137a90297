"""From pixels back to places in the world."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.frame import Frame


def points_of(frame: Frame, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What the chosen pixels show.

    Args:
        frame: with its depth.
        mask: (H, W) N pixels with a finite depth.

    Returns:
        (N, 3) world, m, row by row.
    """
    view = frame.view
    row, column = np.nonzero(mask)
    z = frame.depth[row, column].astype(np.float64)
    rays, _ = view.rays_of(np.stack([column + 0.5, row + 0.5], -1))
    turn, shift = view.camera_from_world[:3, :3], view.camera_from_world[:3, 3]
    return np.asarray((rays * z[:, None] - shift) @ turn)
