"""What comes back to a lidar: how bright a hit looks, how much of it gets through the air, what is too weak.

A hit has the intensity

    I = min(1, gain * rho * (1 - metallic) * back(theta) * through(theta)^2 * exp(-2 a r)),

the share of what a white, matt wall at right angles sends back from there in clear air: distance is compensated for, as
sensors with calibrated intensities do, the air is not. `rho` is the albedo (mean of red, green and blue: no wavelength
is modelled), `theta` the angle of incidence, `r` the distance. `back` is the cosine of a matt (Lambert) surface and,
the rougher it is, more at flat angles (Oren and Nayar 1994): roads are seen far ahead because of that. `gain` is above
1 for what throws light back where it came from, and below for glass, which lets most of it through. `through` is what
smooth surfaces do not mirror away, by Schlick's approximation: wet ground, which is darker by its albedo already, loses
more at flat angles.

The received power falls with the square of the distance; it is seen when I / r^2 >= 0.1 / dark_range^2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.frame import Around
from renderers.geometry import Flat
from renderers.lidar_cast import BEAM, Hits
from renderers.materials import MaterialTable
from renderers.mesh import Material
from renderers.points import colour, make_points
from renderers.raster import environment, triangles_of
from renderers.snow import snowed
from renderers.stage import Stage
from scenes.kinds import Kind
from scenes.types import Lidar, Light

F4 = NDArray[np.float32]
# Chosen, not measured: sheeting returns so much that real sensors saturate; beads in paint double it.
SHEETING, BEADS, GLASS = 10.0, 2.0, 0.1
FACETS = 0.7  # rad, spread of the slopes of what is as rough as can be: 40 degrees
CLEAR = 0.1  # roughness up to which what is not metal is glass
DECIBELS = 4.343e3  # dB/km of an extinction of 1/m


def extinction(light: Light) -> float:
    """Extinction of the air, 1/m: haze and fog, rain and snow.

    Haze is that of visible light. Rain (R mm/h) takes 1.076 R^0.67 dB/km, wet snow (S mm/h) 3.79 S^0.72 dB/km
    (ITU-R P.1814, equations 8 and 9). Drops send nothing back.
    """
    falling = 1.076 * light.rain**0.67 + 3.79 * light.snowfall**0.72
    return float(light.haze + falling / DECIBELS)


def gain_of(material: Material) -> float:
    """How much more a material sends back than its albedo says."""
    face = material.kind is Kind.SIGN and material.texture is not None  # the backs of signs are bare metal
    if face or material.part.startswith("plate_"):
        return SHEETING
    if material.kind is Kind.MARKING:
        return BEADS
    return GLASS if material.roughness <= CLEAR and material.metallic == 0.0 else 1.0


def intensities(hits: Hits, flat: Flat, table: MaterialTable, stage: Stage, view: Around, place: F4) -> F4:
    """How bright hits are.

    Args:
        hits: N rays, all of which meet something.
        flat: world arrays.
        table: of the materials.
        stage: for the light and the air.
        view: of the lidar.
        place: (N, 3) world, m.

    Returns:
        (N,) 0..1.
    """
    count, triangles, materials = len(place), triangles_of(flat, view), table.packed()
    points = make_points(count)
    points.triangle[:] = hits.triangle
    a, b, c = (flat.world[flat.corners[hits.triangle, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    area = np.maximum(np.linalg.norm(normal, axis=1), np.float32(1e-12))
    spot = (BEAM * hits.distance) ** 2 / np.maximum(hits.cosine, np.float32(0.05))
    points.bary[:] = np.stack([hits.u, hits.v, spot / area], -1)
    colour(count, points, triangles, materials)
    if stage.light.snow > 0.0:
        towards = view.position.astype(np.float32) - place
        side = np.where((normal * towards).sum(1) < 0.0, np.float32(-1.0), np.float32(1.0))
        points.normal[:], points.place[:] = normal * (side / area)[:, None], place
        snowed(count, points, triangles, environment(stage.light, stage.seed))
    gains = np.array([gain_of(material) for material in table.listed], np.float32)
    row = flat.material[hits.triangle]
    rough, metallic, mirrors = materials.gloss[row].T
    mirrored = (mirrors + (1.0 - mirrors) * (1.0 - hits.cosine) ** 5) * (1.0 - rough) ** 2
    matt = points.albedo.mean(1) * (1.0 - metallic) * sent_back(hits.cosine, rough) * (1.0 - mirrored) ** 2
    clear = np.exp(-2.0 * extinction(stage.light) * hits.distance)
    return np.asarray(np.minimum(gains[row] * matt * clear, 1.0), np.float32)


def sent_back(cosine: F4, rough: F4) -> F4:
    """(N,) of Oren and Nayar's model, equation 30, where light goes back the way it came."""
    square = (FACETS * rough) ** 2
    a, b = 1.0 - 0.5 * square / (square + 0.33), 0.45 * square / (square + 0.09)
    return np.asarray(a * cosine + b * (1.0 - cosine**2), np.float32)


def seen(intensity: F4, distance: F4, lidar: Lidar) -> NDArray[np.bool_]:
    """(N,) whether returns are strong enough, neither too near nor too far."""
    strong = intensity * lidar.dark_range**2 >= 0.1 * distance**2
    return np.asarray(strong & (distance >= lidar.blind) & (distance <= lidar.range))
