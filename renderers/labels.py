"""Labels of actors and signals, counted from pixels and projected from vertices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.alone import Alone
from renderers.fill import FAST
from renderers.frame import ActorLabel, Box, Frame, Quad, View
from renderers.keypoints import Body, keypoints_of
from renderers.plates_seen import plate_in_picture
from renderers.raster import Drawn
from scenes.compiled import compiled
from scenes.geometry import rotation_of, wrap_angle
from scenes.kinds import PEOPLE, Kind

FAR_OUTSIDE = 4.0  # image sizes; amodal boxes are cut there, so that a bumper at the lens gives finite numbers


@dataclass(frozen=True, eq=False)
class Subject:
    """What is known of a labelled thing apart from its pixels."""

    id: int
    kind: Kind
    centre: tuple[float, float, float]  # world, m
    size: tuple[float, float, float]  # m
    heading: float  # rad
    orientation: tuple[float, float, float, float] | None = None  # x, y, z, w; None = upright
    signal_state: str | None = None
    signal_lit: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    body: Body | None = None  # of people
    plates: tuple[NDArray[np.float64], ...] = ()  # from `plate_corners`


@dataclass(frozen=True, eq=False)
class Moment:
    """Rows of a picture that show another moment than the rest."""

    frame: Frame  # as it was then
    top: int  # first row
    bottom: int  # one past the last row
    subjects: Mapping[int, Subject]  # as they were then, by id


def label_frame(drawn: Drawn, subjects: list[Subject], moments: Sequence[Moment] = ()) -> tuple[ActorLabel, ...]:
    """Label every subject of which something lies inside the picture's pyramid.

    Visible pixels are counted in the instance map; the full box and visibility come from drawing the subject
    alone; the amodal box extends it by the projected vertices where the image border cuts it off.

    Args:
        drawn: the picture with its geometry.
        subjects: candidates; ids without triangles in the picture are left out.
        moments: of a picture whose rows show several; 3D boxes are those of `subjects`.

    Returns:
        One label per subject with at least one pixel of its own inside the image, in order of id.
    """
    view = drawn.frame.view
    count, tight = visible_extents(drawn.frame.instance, int(drawn.flat.instance.max(initial=0)))
    pencil = Alone(drawn)
    labels = []
    for subject in sorted(subjects, key=lambda s: s.id):
        if subject.id not in drawn.flat.ranges:
            continue
        alone, full = pencil.extent_of(subject.id)
        if alone == 0:
            continue
        amodal = amodal_box(full, pencil.projected_extent(subject.id), view)
        seen = int(count[subject.id])
        labels.append(
            ActorLabel(
                id=subject.id,
                kind=subject.kind,
                tight=as_box(tight[subject.id]) if seen else None,
                full=as_box(full),
                amodal=amodal,
                visible_pixels=seen,
                visibility=min(1.0, seen / alone),
                truncation=truncation(amodal, view),
                centre=subject.centre,
                size=subject.size,
                heading=subject.heading,
                orientation=subject.orientation,
                distance=float(np.linalg.norm(np.array(subject.centre) - view.position)),
                view=view_of(subject, view),
                signal_state=subject.signal_state,
                signal_lit=subject.signal_lit,
                attributes=subject.attributes,
                **personal(subject, drawn.frame, moments),
                plate_corners=plate_of(subject, drawn.frame, moments),
            )
        )
    return tuple(labels)


def personal(subject: Subject, frame: Frame, moments: Sequence[Moment]) -> dict[str, Any]:
    """Fields of a label that only people have."""
    body = subject.body
    if body is None:
        return {}
    points = list(keypoints_of(body, subject.id, frame))
    for moment, then in met(subject, moments):
        assert then.body is not None
        found = keypoints_of(then.body, subject.id, replace(frame, view=moment.frame.view))
        for k, (x, y, flag) in enumerate(found):
            if flag and moment.top <= y < moment.bottom:
                points[k] = (x, y, flag)
    return {
        "keypoints": tuple(points),
        "body_direction": body.trunk,
        "head_direction": body.head,
    }


def plate_of(subject: Subject, frame: Frame, moments: Sequence[Moment]) -> Quad | None:
    """Corners of the number plate that shows."""
    found = plate_in_picture(subject.plates, frame.view, frame.instance, subject.id)
    for moment, then in met(subject, moments):
        corners = plate_in_picture(then.plates, moment.frame.view, frame.instance, subject.id)
        if corners is not None and moment.top <= sum(corners[1::2]) / 4 < moment.bottom:
            found = corners
    return found


def met(subject: Subject, moments: Sequence[Moment]) -> Iterator[tuple[Moment, Subject]]:
    """The moments in which a subject is there, and how it is then."""
    return ((moment, moment.subjects[subject.id]) for moment in moments if subject.id in moment.subjects)


def as_box(extent: NDArray[np.int64]) -> Box:
    """(4,) integers to a box."""
    return (float(extent[0]), float(extent[1]), float(extent[2]), float(extent[3]))


@compiled(fastmath=FAST)
def visible_extents(instance, largest):  # type: ignore[no-untyped-def]
    """Count pixels and find the extent of each id in an instance map.

    Args:
        instance: (H, W) ids.
        largest: largest id.

    Returns:
        (largest + 1,) pixel counts and (largest + 1, 4) extents x0, y0, x1, y1 in pixel edges.
    """
    height, width = instance.shape
    count = np.zeros(largest + 1, np.int64)
    extent = np.zeros((largest + 1, 4), np.int64)
    for y in range(height):
        for x in range(width):
            k = instance[y, x]
            if k == 0:
                continue
            if count[k] == 0:
                extent[k, 0], extent[k, 1], extent[k, 2], extent[k, 3] = x, y, x + 1, y + 1
            count[k] += 1
            extent[k, 0] = min(extent[k, 0], x)
            extent[k, 2] = max(extent[k, 2], x + 1)
            extent[k, 3] = y + 1
    return count, extent


def amodal_box(full: NDArray[np.int64], projected: NDArray[np.float64], view: View) -> Box:
    """Extend the full box to the projected vertices where the image border cuts the subject off."""
    size = np.array([view.width, view.height, view.width, view.height], np.float64)
    inside = (full > 0) & (full < size)
    if inside.all():
        return as_box(full)
    reach = np.clip(projected, -FAR_OUTSIDE * size, (1 + FAR_OUTSIDE) * size)
    low, high = np.minimum(full[:2], reach[:2]), np.maximum(full[2:], reach[2:])
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def truncation(amodal: Box, view: View) -> float:
    """Share of a box that lies outside the image (KITTI's truncation; Geiger et al. 2012)."""
    area = (amodal[2] - amodal[0]) * (amodal[3] - amodal[1])
    wide = max(0.0, min(amodal[2], view.width) - max(amodal[0], 0.0))
    high = max(0.0, min(amodal[3], view.height) - max(amodal[1], 0.0))
    return min(1.0, max(0.0, 1.0 - wide * high / max(area, 1e-9)))


def view_of(subject: Subject, view: View) -> str:
    """Which side of a subject the camera sees.

    People: `towards` when they face the camera within 45 degrees, `away`, else `left` or `right`, the way that
    they face in the picture. Vehicles and signals: `front`, `rear` or `side`, within 45 degrees.
    """
    sight = view.position - np.array(subject.centre)
    bearing = wrap_angle(math.atan2(sight[1], sight[0]) - subject.heading)
    if subject.orientation is not None:  # of somebody who lies, the side of the body that the camera sees
        own = rotation_of(np.array(subject.orientation)).T @ sight
        bearing = math.atan2(own[1], own[0])
    ahead, behind = abs(bearing) <= math.pi / 4, abs(bearing) >= 3 * math.pi / 4
    if subject.kind in PEOPLE:
        if ahead:
            return "towards"
        if behind:
            return "away"
        return "left" if bearing > 0 else "right"
    return "front" if ahead else "rear" if behind else "side"
