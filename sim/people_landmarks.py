"""The 17 keypoints of COCO: their names, and where a person of the rest pose carries them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# order and edges of COCO's person keypoints (Lin et al. 2014, https://cocodataset.org/#format-data); edges from 0
KEYPOINTS = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle",
)  # fmt: skip
LIMBS = (
    (15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8), (7, 9), (8, 10),
    (1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Keypoints of one person in the rest pose, in the order of KEYPOINTS."""

    points: Array  # (17, 3) model frame, m; in the middle of the limb, or just below the skin
    bones: NDArray[np.int64]  # (17,) bone that each rides on
    flesh: Array  # (17,) m, thickness of flesh and close clothes over each: what lies nearer to the camera hides it

    def posed(self, moves: Array) -> Array:
        """(17, 3) keypoints of a pose, model frame, m, from (B, 3, 4) posed_from_rest of the bones."""
        own = moves[self.bones]
        return np.asarray(np.einsum("kij,kj->ki", own[:, :, :3], self.points) + own[:, :, 3])
