"""Wheelchairs: large wheels with handrims, castors, seat, back with handles, footplates."""

from __future__ import annotations

import math

import numpy as np

from renderers.mesh import RGB, Mesh
from renderers.people_fabric import SHINY, palette
from renderers.people_prams import DARK, METAL, RUBBER, STEEL, add_wheel
from renderers.props_kit import Sketch, turn
from scenes.people_company import Companion
from sim.people_company import AXLE, FOOT, RIM, SEAT

CASTOR = (0.25, 0.19, 0.085)  # m, hub of the left one
SIDE = 0.215  # m, from the middle to the side frames
BACK = (-0.30, 0.91)  # m, x and top of the back


def wheelchair_mesh(look: Companion, detail: int, travelled: float) -> Mesh:
    """A wheelchair without its user.

    Args:
        look: of kind WHEELCHAIR.
        detail: 0 fine .. 2 coarse.
        travelled: m that it has rolled.

    Returns:
        The mesh, wheels on z = 0.
    """
    sketch, fine = Sketch(), detail == 0
    cloth, seat = palette()[SHINY], look.second
    for side in (1.0, -1.0):
        x, y, radius = AXLE
        add_wheel(sketch, (x, side * y, radius), 0.036, 20 if fine else 10, travelled / radius, fine)
        add_wheel(sketch, (CASTOR[0], side * CASTOR[1], CASTOR[2]), 0.032, 4, travelled / CASTOR[2], fine)
        angle = np.arange(30 if fine else 20) * 2.0 * math.pi / (30 if fine else 20)
        rim = np.stack([np.cos(angle), np.zeros_like(angle), np.sin(angle)], -1) * RIM
        sketch.path(rim + np.array([x, side * (y + 0.028), radius]), 0.009, METAL, STEEL, 5, closed=True)
        _side_frame(sketch, side * SIDE, look.colour)
        sketch.bar((x, side * (y + 0.02), radius), (x, side * SIDE, radius), 0.014, METAL, STEEL)
        sketch.box((0.0, side * 0.225, 0.735), (0.27, 0.05, 0.028), RUBBER, DARK)
        sketch.box((-0.01, side * 0.222, 0.62), (0.26, 0.008, 0.19), cloth, DARK)
        sketch.box((0.355, side * 0.09, FOOT - 0.008), (0.20, 0.14, 0.016), RUBBER, DARK)
    sketch.box((-0.08, 0.0, SEAT - 0.025), (0.44, 0.42, 0.05), cloth, seat)
    sketch.box((0.0, 0.0, 0.0), (0.03, 0.41, 0.40), cloth, seat, pose=turn(-0.10, (BACK[0] + 0.015, 0.0, 0.70), 1))
    for low, high in (((-0.20, -SIDE, 0.16), (0.10, SIDE, 0.43)), ((-0.20, SIDE, 0.16), (0.10, -SIDE, 0.43))):
        sketch.bar(low, high, 0.011, METAL, look.colour)
    return sketch.build()


def _side_frame(sketch: Sketch, y: float, colour: RGB) -> None:
    """Tubes of one side: back post with handle, seat and lower rail, fork, armrest, leg hanger."""
    back, top = BACK
    lines = (
        ((-0.42, y, top), (back - 0.02, y, top), (-0.265, y, SEAT), (-0.25, y, 0.17), (0.19, y, 0.17)),
        ((-0.265, y, SEAT - 0.03), (0.16, y, SEAT - 0.03)),
        ((0.16, y, SEAT - 0.03), (0.33, 0.8 * y, FOOT + 0.05), (0.34, 0.45 * y, FOOT)),
        ((0.16, y, SEAT - 0.03), (0.19, y, 0.17)),
        ((0.12, y, SEAT - 0.03), (0.12, y, 0.73), (-0.28, y, 0.73)),
    )
    for line in lines:
        sketch.path(line, 0.0125, METAL, colour)
    sketch.bar((-0.42, y, top), (-0.33, y, top), 0.018, RUBBER, DARK, 8)
    fork, ahead = math.copysign(CASTOR[1] + 0.024, y), CASTOR[0]
    sketch.path(((0.21, y, 0.24), (ahead - 0.03, fork, 0.19), (ahead, fork, CASTOR[2])), 0.011, METAL, colour)
