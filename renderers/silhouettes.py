"""Labelled things drawn alone: amodal masks, and who hides whom."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from renderers.alone import Alone, projected_extent
from renderers.fill import SUBPIXELS
from renderers.frame import Frame, Hiding, Silhouette
from renderers.labels import Subject
from renderers.raster import Drawn
from renderers.visible import fill_range, screen_of

REACH = 1.0  # image sizes beyond the border; what a bumper at the lens covers is cut there

Area = tuple[int, int, int, int]  # x0, y0, x1, y1 in px


def silhouettes(drawn: Drawn, subjects: Sequence[Subject]) -> tuple[Silhouette, ...]:
    """Draw each subject alone, beyond the border of the picture, too.

    Args:
        drawn: the picture with its geometry.
        subjects: candidates, as of `renderers.labels.label_frame`.

    Returns:
        One silhouette per subject with at least one pixel of its own inside the picture, in order of id. Inside the
        picture they are what the rasteriser draws, to the pixel; behind a lens they end at the border.
    """
    if drawn.parts:
        return _behind_lens(drawn, subjects)
    view, flat, camera = drawn.frame.view, drawn.flat, drawn.triangles.camera
    screen = screen_of(camera, view, 1)
    shifted = screen._replace(snapped=screen.snapped.copy())
    size = np.array([view.width, view.height, view.width, view.height], np.float64)
    found = []
    for subject in sorted(subjects, key=lambda s: s.id):
        first, last = flat.ranges.get(subject.id, (0, 0))
        if first == last:
            continue
        extent = np.clip(projected_extent(camera, flat.corners, first, last, view), -REACH * size, (1 + REACH) * size)
        x0, y0, x1, y1 = math.floor(extent[0]), math.floor(extent[1]), math.ceil(extent[2]), math.ceil(extent[3])
        if x1 <= max(x0, 0) or y1 <= max(y0, 0) or x0 >= view.width or y0 >= view.height:
            continue
        own = flat.corners[first:last]
        part = slice(int(own.min()), int(own.max()) + 1)
        shifted.snapped[part] = screen.snapped[part] - np.array([x0, y0], np.int32) * SUBPIXELS
        canvas = np.zeros((y1 - y0, x1 - x0), np.float32)
        moved = shifted._replace(centre_x=screen.centre_x - x0, centre_y=screen.centre_y - y0)
        fill_range(flat, camera, moved, first, last, canvas, None)
        silhouette = trimmed(subject, (x0, y0), canvas)
        if silhouette is not None and inside(silhouette, (0, 0, view.width, view.height)).any():
            found.append(silhouette)
    return tuple(found)


def _behind_lens(drawn: Drawn, subjects: Sequence[Subject]) -> tuple[Silhouette, ...]:
    pencil, found = Alone(drawn), []
    for subject in sorted(subjects, key=lambda s: s.id):
        if subject.id in drawn.flat.ranges:
            found.append(trimmed(subject, (0, 0), pencil.nearness_of(subject.id)))
    return tuple(one for one in found if one is not None)


def trimmed(subject: Subject, origin: tuple[int, int], canvas: NDArray[np.float32]) -> Silhouette | None:
    """Cut a canvas (h, w) of inverse depths, 1/m, to what is drawn on it; None when that is nothing."""
    rows, columns = np.flatnonzero(canvas.any(1)), np.flatnonzero(canvas.any(0))
    if not len(rows):
        return None
    cut = canvas[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
    return Silhouette(subject.id, subject.kind, (origin[0] + int(columns[0]), origin[1] + int(rows[0])), cut)


def area_of(silhouette: Silhouette) -> Area:
    """Where a silhouette lies in the picture's pixels, and beyond."""
    (x, y), (height, width) = silhouette.origin, silhouette.nearness.shape
    return x, y, x + width, y + height


def common(first: Area, second: Area) -> Area:
    """The overlap of two areas; may be empty: x1 <= x0 or y1 <= y0."""
    return max(first[0], second[0]), max(first[1], second[1]), min(first[2], second[2]), min(first[3], second[3])


def inside(silhouette: Silhouette, area: Area) -> NDArray[np.float32]:
    """Inverse depths (h, w), 1/m, of the part of a silhouette that lies in an area; (0, 0) when none does."""
    x0, y0, x1, y1 = common(area_of(silhouette), area)
    x, y = silhouette.origin
    return silhouette.nearness[max(y0 - y, 0) : max(y1 - y, 0), max(x0 - x, 0) : max(x1 - x, 0)]


def mask_in(silhouette: Silhouette, frame: Frame) -> NDArray[np.bool_]:
    """(H, W) the whole thing as far as it lies inside the picture, hidden or not."""
    whole = (0, 0, frame.view.width, frame.view.height)
    mask = np.zeros(frame.instance.shape, np.bool_)
    x0, y0, x1, y1 = common(area_of(silhouette), whole)
    mask[y0:y1, x0:x1] = inside(silhouette, whole) > 0
    return mask


def hidings(frame: Frame, alone: Sequence[Silhouette]) -> tuple[Hiding, ...]:
    """Who hides whom, pair by pair, inside the picture.

    Args:
        frame: with its instance map.
        alone: from `silhouettes`.

    Returns:
        Pairs in order of their ids. Two things may hide parts of each other, as a rider and the bicycle do.
    """
    rows = [*_by_others(frame, alone), *_by_unnamed(frame, alone)]
    return tuple(sorted(rows, key=lambda row: (row.front, row.back)))


def _by_others(frame: Frame, alone: Sequence[Silhouette]) -> Iterator[Hiding]:
    whole = (0, 0, frame.view.width, frame.view.height)
    for first, second in combinations(alone, 2):
        area = common(common(area_of(first), area_of(second)), whole)
        if area[2] <= area[0] or area[3] <= area[1]:
            continue
        shown = frame.instance[area[1] : area[3], area[0] : area[2]]
        one, two = inside(first, area), inside(second, area)
        both = (one > 0) & (two > 0)
        for front, back, nearer in ((first, second, one > two), (second, first, two > one)):
            pixels, seen = np.count_nonzero(both & nearer), np.count_nonzero(both & (shown == front.id))
            if pixels or seen:
                yield Hiding(front.id, back.id, int(pixels), int(seen))


def _by_unnamed(frame: Frame, alone: Sequence[Silhouette]) -> Iterator[Hiding]:
    whole = (0, 0, frame.view.width, frame.view.height)
    for one in alone:
        x0, y0, x1, y1 = common(area_of(one), whole)
        pixels = int(np.count_nonzero((inside(one, whole) > 0) & (frame.instance[y0:y1, x0:x1] == 0)))
        if pixels:
            yield Hiding(0, one.id, pixels, pixels)
