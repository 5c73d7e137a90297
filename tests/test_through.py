"""What is seen through glass: radiance against the formula, labels of the nearest surface."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderers.frame import Frame, View
from renderers.mesh import Material, Mesh, box, merge
from renderers.raster import RasterOptions, RasterRenderer
from renderers.stage import Instance, Stage
from scenes.geometry import camera_from_world
from scenes.kinds import Kind
from scenes.types import Light

DAY = Light("day", 2.3, 0.7, (2.0, 1.9, 1.7), (0.25, 0.4, 0.7), (0.7, 0.8, 0.9), 0.3, 0.0)
CLEAR = (0.8, 0.7, 0.5)
PANE = Material((0.3, 0.3, 0.3), roughness=0.07, reflectance=0.05, clear=CLEAR)
WALL = Material((0.5, 0.3, 0.1))
VIEW = View(96, 64, 90.0, camera_from_world(np.array([0.0, 0.0, 1.5]), 0.0, 0.0, 0.0))
MIDDLE = (slice(28, 36), slice(42, 54))


def sheet(x: float, material: Material, number: int = 0, size: float = 3.0, kind: Kind = Kind.FURNITURE) -> Instance:
    """A plate that faces the camera, 1 cm thick, whose near face is at x."""
    whole = box((0.01, size, size), (x + 0.005, 0.0, 1.5), material)
    facing = whole.normals[whole.triangles[:, 0], 0] < -0.5
    front = replace(whole, triangles=whole.triangles[facing], materials=whole.materials[facing])
    return Instance(front, np.eye(4), kind, number)


def pictured(*items: Instance, light: Light = DAY, samples: int = 2) -> Frame:
    options = RasterOptions(samples=samples, shadow_size=0, sky_size=0)
    return RasterRenderer(options).render(Stage(items, light, 0.0, 1), VIEW)


def share(frame: Frame) -> np.ndarray:
    """(H, W, 3) of the light that a pane of PANE lets through."""
    rows, columns = np.indices(frame.depth.shape) + 0.5
    rays = np.stack([np.ones_like(rows), -(columns - 48) / 90.0, -(rows - 32) / 90.0], -1)
    cosine = 1.0 / np.linalg.norm(rays, axis=-1)
    mirrored = 0.05 + 0.95 * (1.0 - cosine) ** 5 * (1.0 - 0.07) ** 2
    return (1.0 - mirrored)[..., None] * np.array(CLEAR)


@pytest.mark.parametrize("samples", [1, 2])
@pytest.mark.parametrize("haze", [0.0, 0.02])
def test_a_pane_adds_what_is_behind_it_to_what_it_mirrors(samples: int, haze: float) -> None:
    light = replace(DAY, haze=haze)
    wall, pane = sheet(9.0, WALL, size=20.0), sheet(5.0, PANE, 4)
    black = sheet(5.0, replace(PANE, colour=(0.0, 0.0, 0.0), clear=(0.0, 0.0, 0.0)), 4)
    both, behind, before = (pictured(*items, light=light, samples=samples) for items in ((wall, pane), (wall,), (black, wall)))
    middle, rows = np.indices(both.depth.shape) + 0.5, VIEW
    del middle, rows
    distance = 5.0 * np.linalg.norm(
        np.stack(np.broadcast_arrays((np.arange(96) - 47.5) / 90.0, (np.arange(64)[:, None] - 31.5) / 90.0, 1.0), -1), axis=-1
    )
    air = (1.0 - np.exp(-haze * distance))[..., None] * 0.85 * np.array(light.horizon)
    expected = before.rgb + share(both) * (behind.rgb - air)
    assert np.allclose(both.rgb[MIDDLE], expected[MIDDLE], rtol=2e-4)
    assert both.rgb[MIDDLE].mean() > 1.2 * before.rgb[MIDDLE].mean()
