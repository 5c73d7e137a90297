"""Skies of real places: what stands on their horizon and the sun are taken out, and mirrors of all roughnesses made."""

from __future__ import annotations

import base64
import io
import math
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from renderers.packs.build import Row
from renderers.packs.fetch import Source
from renderers.sky_maps import LUMA, ROUGHNESS
from scenes.catalogue import AssetError
from scenes.wholefile import write_whole

F8 = NDArray[np.float64]

PACKAGE = "@pmndrs/assets"
ROWS, COLUMNS = 128, 512  # of the upper half: row 0 is the zenith, column 0 the direction of the sun, anticlockwise
COARSE = 2  # texels of a sky along an edge of a texel that mirrors are made from
GLOSSY = 4  # the same of a texel of a mirror
SUN = 100.0  # times the mean luminance: what is brighter is the sun
DISC = math.radians(7.0)  # around the sun: what the coding of the pictures spoilt with it
MOON = math.radians(2.5)  # the same of the moon


@dataclass(frozen=True)
class Photo:
    """A picture of the package that suits a street."""

    condition: str  # of `scenes.types.Light`
    clouds: float  # share of the sky
    base: float  # deg, what is lower is no sky anywhere
    # what stands higher on the horizon: first and last column (of COLUMNS, to the right), and its height, deg
    outline: tuple[tuple[int, int, float], ...] = ()
    moon: tuple[int, float] | None = None  # column and height, deg


# by eye, as are the outlines; the other eleven are rooms, a forest and a night far from any town
PHOTOS: dict[str, Photo] = {
    "city": Photo("overcast", 1.0, 17.0, (
        (0, 52, 26.0), (52, 96, 21.0), (96, 126, 26.0), (126, 208, 20.0), (208, 264, 55.0), (258, 312, 69.0),
        (308, 350, 30.0), (346, 416, 69.0), (416, 464, 45.0), (456, 502, 43.0), (502, 512, 26.0),
    )),
    "dawn": Photo("dusk", 0.1, 11.0, (), (172, 44.0)),
    "park": Photo("day", 0.05, 4.5, ((0, 140, 10.0), (108, 132, 27.0), (134, 224, 14.0))),
    "sky": Photo("day", 0.45, 1.0),
    "sunrise": Photo("day", 0.0, 8.0, (
        (0, 142, 12.0), (142, 190, 19.0), (182, 294, 22.0), (286, 380, 11.0), (378, 484, 26.0),
    )),
    "sunset": Photo("day", 0.0, 8.0, (
        (0, 88, 27.0), (8, 38, 52.0), (64, 88, 46.0), (86, 108, 16.0), (104, 152, 60.0), (150, 190, 55.0),
        (188, 214, 50.0), (212, 236, 40.0), (218, 266, 14.0), (314, 350, 17.0), (420, 470, 12.0), (484, 512, 30.0),
    )),
    "venice": Photo("dusk", 0.4, 7.0, (
        (0, 52, 20.0), (14, 76, 23.0), (50, 168, 21.0), (158, 226, 19.0), (484, 502, 16.0),
    )),
}  # fmt: skip


class SkiesBuilder:
    """One file for each photo: the sky itself and as mirrors show it."""

    name = "skies"
    version = 1
    sources = (
        Source(
            "npm", PACKAGE, "1.7.0", "pmndrs-assets-1.7.0.tgz",
            "152bd218a3390703f184f0c6ce16e73c8f0a87f32d38530d418a09d33d8208dc", "CC0-1.0", ("package/LICENSE",),
        ),
    )  # fmt: skip
    packages = ("OpenEXR", "scipy")

    def items(self, folders: Mapping[str, Path]) -> tuple[str, ...]:
        """Names of PHOTOS."""
        return tuple(PHOTOS)

    def make(self, item: str, folders: Mapping[str, Path], out: Path) -> Row | None:
        """Clean a sky, find its sun, make its mirrors."""
        photo = PHOTOS[item]
        place = folders[PACKAGE] / "package" / "hdri" / f"{item}.exr.js"
        picture = read_script(place)
        if picture.shape != (2 * ROWS, COLUMNS, 3):
            raise AssetError(f"{place}: a picture of {picture.shape[:2]}, expected {(2 * ROWS, COLUMNS)}")
        sky, sun = cleaned(picture[:ROWS], photo)
        content = io.BytesIO()
        half = sky.astype(np.float16)
        np.savez_compressed(content, sky=half, glossy=mirrors(sky).astype(np.float16))
        write_whole(out / f"{item}.npz", content.getvalue())
        share = solid_angles(ROWS, COLUMNS)[..., None] / (2.0 * math.pi)
        mean = (half.astype(float) * share).sum((0, 1))
        details = {"condition": photo.condition, "clouds": photo.clouds, "radiance": mean.round(5).tolist(), **sun}
        return Row("sky", f"{item}.npz", (0.0, 0.0, 0.0), "CC0-1.0", f"{PACKAGE} 1.7.0", details)

    def credits(self, folders: Mapping[str, Path]) -> str:
        """Who took the pictures."""
        return f"Skies of the npm package {PACKAGE}, collected by Poimandres (CC0), most of them from Poly Haven (CC0)."


BUILDER = SkiesBuilder()


def read_script(place: Path) -> F8:
    """Read the OpenEXR picture that a script holds as a data URL.

    Returns:
        (H, W, 3) linear RGB, the zenith on top.

    Raises:
        AssetError: it holds none.
    """
    import OpenEXR

    data = place.read_text(encoding="ascii").partition(";base64,")[2].partition("'")[0]
    with tempfile.NamedTemporaryFile(suffix=".exr") as file:
        file.write(base64.b64decode(data))
        file.flush()
        try:
            with OpenEXR.File(file.name) as content:
                return np.asarray(content.channels()["RGB"].pixels, np.float64)
        except (RuntimeError, KeyError) as error:
            raise AssetError(f"{place}: no OpenEXR picture: {error}") from error


def solid_angles(rows: int, columns: int) -> F8:
    """(rows, columns) sr of each texel of the upper half of a panorama."""
    edges = np.sin(np.linspace(math.pi / 2, 0.0, rows + 1))
    return np.repeat((edges[:-1] - edges[1:])[:, None], columns, 1) * (2.0 * math.pi / columns)


def elevations(rows: int) -> F8:
    """(rows,) rad of the rows of the upper half of a panorama."""
    return math.pi / 2 * (1.0 - (np.arange(rows) + 0.5) / rows)


def directions(rows: int, columns: int) -> F8:
    """(rows, columns, 3) unit vectors of the texels of the upper half of a panorama."""
    up, around = np.meshgrid(elevations(rows), (np.arange(columns) + 0.5) / columns * 2.0 * math.pi, indexing="ij")
    return np.stack([np.cos(up) * np.cos(around), np.cos(up) * np.sin(around), np.sin(up)], -1)


def cleaned(picture: F8, photo: Photo) -> tuple[F8, dict[str, float]]:
    """Leave nothing but sky.

    Args:
        picture: (ROWS, COLUMNS, 3), as seen: columns go clockwise.
        photo: what stands on the horizon.

    Returns:
        (ROWS, COLUMNS, 3) with its sun, or its brightest part, in column 0; what is known of its sun: elevation, rad,
        and irradiance of a surface that faces it, in units of the picture times pi; nothing where it is hidden.
    """
    luma, area, towards = picture @ LUMA, solid_angles(ROWS, COLUMNS), directions(ROWS, COLUMNS)
    column = np.arange(COLUMNS)
    height = np.full(COLUMNS, photo.base)
    for first, last, degrees in photo.outline:
        height[first:last] = np.maximum(height[first:last], degrees)
    hidden = (np.degrees(elevations(ROWS))[:, None] < height) | (picture.min(-1) < 0.0)
    if photo.moon is not None:
        row = round(ROWS * (1.0 - photo.moon[1] / 90.0))
        hidden |= towards @ towards[row, photo.moon[0]] > math.cos(MOON)
    picture, luma, hidden = picture[:, ::-1], luma[:, ::-1], hidden[:, ::-1]  # anticlockwise
    seen = np.where(hidden, 0.0, luma)
    mean = float((seen * area).sum() / (area * ~hidden).sum())
    sun: dict[str, float] = {}
    brightest = (np.where(luma > SUN * mean, luma, 0.0) if luma.max() > SUN * mean else seen) * area
    middle = (brightest[..., None] * towards).sum((0, 1))
    middle /= np.linalg.norm(middle)
    if luma.max() > SUN * mean:
        disc = towards @ middle > math.cos(DISC)
        full = filled(picture, hidden | disc)
        strength = ((picture - full) @ LUMA * area)[disc].sum() / math.pi
        sun = {"sun_elevation": round(math.asin(middle[2]), 4), "sun": round(float(strength), 4)}
    else:
        full = filled(picture, hidden)
    turn = round(math.atan2(middle[1], middle[0]) / (2.0 * math.pi) * COLUMNS)
    return np.take(full, (column + turn) % COLUMNS, axis=1), sun


def filled(picture: F8, hidden: NDArray[np.bool_]) -> F8:
    """Fill what is hidden as smoothly as can be (Laplace's equation), level across the horizon.

    Args:
        picture: (H, W, 3), around in W.
        hidden: (H, W).
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import splu

    rows, columns = hidden.shape
    number = np.full(hidden.shape, -1)
    number[hidden] = np.arange(hidden.sum())
    y, x = np.nonzero(hidden)
    entries, right = [], np.zeros((len(y), 3))
    count = np.zeros(len(y))
    for dy, dx in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        inside = (y + dy >= 0) & (y + dy < rows)
        ny, nx = np.clip(y + dy, 0, rows - 1), (x + dx) % columns
        other = number[ny, nx]
        count += inside
        linked = inside & (other >= 0)
        entries.append((np.nonzero(linked)[0], other[linked]))
        known = inside & (other < 0)
        right[known] += picture[ny[known], nx[known]]
    own = np.arange(len(y))
    i = np.concatenate([own, *(a for a, _ in entries)])
    j = np.concatenate([own, *(b for _, b in entries)])
    matrix = coo_matrix((np.r_[count, -np.ones(len(i) - len(y))], (i, j))).tocsc()
    full = picture.copy()
    full[hidden] = splu(matrix).solve(right)
    return full


def mirrors(sky: F8) -> F8:
    """What mirrors of each of ROUGHNESS show, looked at straight on (Karis 2013), the horizon mirrored downwards.

    Args:
        sky: (ROWS, COLUMNS, 3).

    Returns:
        (len(ROUGHNESS), ROWS / GLOSSY, COLUMNS / GLOSSY, 3).
    """
    rows, columns = ROWS // COARSE, COLUMNS // COARSE
    small = sky.reshape(rows, COARSE, columns, COARSE, 3).mean((1, 3))
    spectrum = np.fft.rfft(np.concatenate([small, small[::-1]]), axis=1)
    area = solid_angles(rows, columns)
    area = np.concatenate([area, area[::-1]])
    seen, around = elevations(rows), np.arange(columns) * (2.0 * math.pi / columns)
    seen = np.concatenate([seen, -seen[::-1]])[:, None]
    towards = elevations(ROWS // GLOSSY)[:, None, None]
    cosine = np.sin(towards) * np.sin(seen) + np.cos(towards) * np.cos(seen) * np.cos(around)
    shown = []
    for rough in ROUGHNESS:
        lobe = np.maximum(cosine, 0.0) / ((0.5 + 0.5 * cosine) * (rough**4 - 1.0) + 1.0) ** 2 * area
        lobe /= lobe.sum((1, 2), keepdims=True)
        level = np.fft.irfft(np.einsum("oik,ikc->okc", np.fft.rfft(lobe, axis=2), spectrum), columns, axis=1)
        shown.append(level.reshape(ROWS // GLOSSY, COLUMNS // GLOSSY, -1, 3).mean(2))
    return np.asarray(np.maximum(np.stack(shown), 0.0), np.float64)
