"""Snow that lies: white patches on what looks up, thinner where wheels and feet pass."""

from __future__ import annotations

import numpy as np

from renderers.fill import FAST
from renderers.sky import value_noise
from scenes.compiled import compiled
from scenes.kinds import Kind

ALBEDO = (0.82, 0.85, 0.9)
TROD = np.ones(256, np.float32)  # by kind: share of the snow that stays
TROD[[Kind.ROAD, Kind.MARKING]] = 0.62
TROD[Kind.PAVEMENT] = 0.85
TROD[[Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS]] = 0.75
TROD[[Kind.PEDESTRIAN, Kind.RIDER, Kind.BICYCLE, Kind.MOTORCYCLE]] = 0.0


@compiled(fastmath=FAST)
def snowed(n, pts, tri, env):  # type: ignore[no-untyped-def]
    """Cover the albedo of n points with snow; patches have the size of 3 m, 0.6 m and 15 cm."""
    for i in range(n):
        stays = TROD[tri.kind[np.uint64(pts.triangle[i])]]
        flat = (pts.normal[i, 2] - 0.45) / 0.35
        if stays <= 0.0 or flat <= 0.0:
            continue
        x, y = pts.place[i, 0], pts.place[i, 1]
        rough = 0.5 * value_noise(x * 0.33, y * 0.33, env.seed) + 0.32 * value_noise(x * 1.7, y * 1.7, env.seed + 1)
        rough += 0.18 * value_noise(x * 6.7, y * 6.7, env.seed + 2)
        depth = env.snow * stays * 1.3 - rough * 0.9  # of snow over the bumps of the ground
        cover = min(1.0, max(0.0, 0.12 + depth * 4.0)) * min(1.0, flat)
        for k in range(3):
            pts.albedo[i, k] += (ALBEDO[k] * (0.94 + 0.06 * rough) - pts.albedo[i, k]) * cover
            pts.glow[i, k] *= 1.0 - cover
