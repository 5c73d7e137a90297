"""Labels on request: which there are, and how one picture gets them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.frame import Extras, Frame
from renderers.labels import Moment, Subject
from renderers.lanes_seen import Traveller, lane_areas
from renderers.places import points_of
from renderers.raster import Drawn
from renderers.silhouettes import hidings, silhouettes
from scenes.geometry import turn_of
from scenes.types import RoadNetwork

# Names of what may be asked for. All but the flow come from one picture.
REQUESTS = (
    "flow", "flo", "amodal", "order", "panoptic", "coordinates", "lanes", "boundaries", "normals", "kitti",
)  # fmt: skip
FLOW = frozenset({"flow", "flo"})


class Edge(IntFlag):
    """Bits of boundary maps."""

    INSTANCE = 1
    SEMANTIC = 2


def extras_of(
    drawn: Drawn, subjects: Sequence[Subject], roads: RoadNetwork, traveller: Traveller, wanted: frozenset[str],
    moments: Sequence[Moment] = (),
) -> Extras:  # fmt: skip
    """Make the labels on request that one picture gives.

    Args:
        drawn: the picture with its geometry.
        subjects: what may be labelled.
        roads: of the scene.
        traveller: who looks.
        wanted: names of `REQUESTS`.
        moments: of a picture whose rows show several.

    Returns:
        The labels; all others are None.
    """
    frame = drawn.frame
    whole = moments or (Moment(frame, 0, frame.view.height, {subject.id: subject for subject in subjects}),)
    alone = silhouettes(drawn, subjects) if wanted & {"amodal", "order"} else ()
    return Extras(
        silhouettes=alone if "amodal" in wanted else None,
        hidings=hidings(frame, alone) if "order" in wanted else None,
        coordinates=rows_of([coordinates_of(one.frame, list(one.subjects.values())) for one in whole], whole)
        if "coordinates" in wanted
        else None,
        lanes=rows_of([lane_areas(one.frame, roads, traveller) for one in whole], whole) if "lanes" in wanted else None,
        boundaries=boundaries_of(frame) if "boundaries" in wanted else None,
    )


def rows_of(maps: Sequence[NDArray[Any]], moments: Sequence[Moment]) -> NDArray[Any]:
    """One map of the rows that each moment shows."""
    return np.concatenate([one[moment.top : moment.bottom] for one, moment in zip(maps, moments, strict=True)])


def coordinates_of(frame: Frame, subjects: Sequence[Subject]) -> NDArray[np.float32]:
    """Place of every pixel of a labelled thing within its 3D box (as NOCS of Wang et al. 2019, axis by axis).

    Args:
        frame: the picture.
        subjects: with their boxes.

    Returns:
        (H, W, 3) forward, left, up: 0 at the rear, right and bottom of the box, 1 at the front, left and top; a little
        beyond where a hand or a mirror reaches out of the box; nan off labelled things.
    """
    places = np.full((*frame.instance.shape, 3), np.nan, np.float32)
    mask = frame.instance > 0
    ids = frame.instance[mask]
    points, found = points_of(frame, mask), np.full((len(ids), 3), np.nan)
    for subject in subjects:
        own = ids == subject.id
        if not own.any():
            continue
        turn = turn_of(subject.heading, subject.orientation)
        found[own] = (points[own] - np.array(subject.centre)) @ turn / np.array(subject.size) + 0.5
    places[mask] = found
    return places


def boundaries_of(frame: Frame) -> NDArray[np.uint8]:
    """Pixels beside which, left, right, above or below, another thing or another class shows.

    Args:
        frame: the picture.

    Returns:
        (H, W) sum of `Edge`; both sides of an edge are marked.
    """
    edges = np.zeros(frame.instance.shape, np.uint8)
    for layer, bit in ((frame.instance, Edge.INSTANCE), (frame.semantic, Edge.SEMANTIC)):
        down, right = layer[1:] != layer[:-1], layer[:, 1:] != layer[:, :-1]
        mask = np.zeros(layer.shape, np.bool_)
        mask[1:] |= down
        mask[:-1] |= down
        mask[:, 1:] |= right
        mask[:, :-1] |= right
        edges[mask] |= int(bit)
    return edges
