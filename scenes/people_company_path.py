"""Where prams, wheelchairs and dogs are while their people walk."""

from __future__ import annotations

import math

import numpy as np

from scenes.compiled import compiled
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, beside, point_at, project
from scenes.people_company import Companion
from scenes.types import Floats


def axles(companion: Companion, path: Floats, travelled: Floats) -> Floats:
    """Where the points are that carry a companion, which goes where the path of its person leads.

    What is pushed stays at arm's length: it points to the place as far along the path, so that it swings round corners
    before its person does. A wheelchair rolls along the path itself, a dog trots along a line beside it.

    Args:
        companion: of somebody who walks.
        path: (P, 2) m, of the person, P >= 2; beyond its ends the first and last segments go on.
        travelled: (T,) m, how far along it the person is.

    Returns:
        (T, 2, 3): front and rear point, each x, y and how far along the path of the person, m.
    """
    here, half = arc_lengths(path), 0.5 * companion.base
    if companion.kind is Kind.PRAM:
        return np.asarray(pushed(path, here, travelled, companion.ahead, half))
    line = path if companion.side == 0.0 else beside(path, companion.side)
    there, places = arc_lengths(line), travelled + companion.ahead
    # the same vertex of both paths is as far along
    shifts = np.interp(places, here, there) - places if companion.side else np.zeros_like(places)
    return np.asarray(carried(line, there, float(here[-1]), places, shifts, half))


def boxes_of(companion: Companion, path: Floats, travelled: Floats) -> Floats:
    """Ground that a companion takes.

    Args:
        companion: of somebody who walks.
        path: (P, 2) m, of the person, P >= 2.
        travelled: (T,) m, how far along it the person is.

    Returns:
        (T, 5) x, y (m), heading (rad), half length, half width (m).
    """
    points = axles(companion, path, travelled)
    middle, axis = points[:, :, :2].mean(1), points[:, 0] - points[:, 1]
    boxes = np.empty((len(points), 5))
    boxes[:, :2], boxes[:, 2] = middle, np.arctan2(axis[:, 1], axis[:, 0])
    boxes[:, 3:] = 0.5 * companion.size[0], 0.5 * companion.size[1]
    return boxes


@compiled()
def carried(line, along, length, places, shifts, half):  # type: ignore[no-untyped-def]
    """Kernel of `axles`.

    Args:
        line: (P, 2) m, that the companion follows.
        along: (P,) m, lengths of its vertices.
        length: m, of the path of the person.
        places: (T,) m, of the middle along that path.
        shifts: (T,) m, by which the same place of `line` is farther along.
        half: m from the middle to either point.

    Returns:
        (T, 2, 3) as `axles`.
    """
    points = np.empty((len(places), 2, 3))
    for t in range(len(places)):
        for end in range(2):
            s = places[t] + (half if end == 0 else -half)
            inside = min(max(s + shifts[t], 0.0), along[-1])
            x, y, turn = point_at(line, along, 0, len(line), inside)
            over = max(s - length, 0.0) + min(s, 0.0)
            points[t, end, 0], points[t, end, 1] = x + over * math.cos(turn), y + over * math.sin(turn)
            points[t, end, 2] = s
    return points


@compiled()
def pushed(path, along, travelled, ahead, half):  # type: ignore[no-untyped-def]
    """Kernel of `axles` for what is pushed.

    Args:
        path: (P, 2) m, of who pushes.
        along: (P,) m, lengths of its vertices.
        travelled: (T,) m, of who pushes.
        ahead: m from who pushes to the middle.
        half: m from the middle to either point.

    Returns:
        (T, 2, 3) as `axles`.
    """
    points = np.empty((len(travelled), 2, 3))
    for t in range(len(travelled)):
        s = travelled[t]
        x, y, _ = point_at(path, along, 0, len(path), s)
        there_x, there_y, _ = point_at(path, along, 0, len(path), s + ahead)
        away = math.hypot(there_x - x, there_y - y)
        for end in range(2):
            reach = ahead + (half if end == 0 else -half)
            px, py = x + (there_x - x) / away * reach, y + (there_y - y) / away * reach
            points[t, end, 0], points[t, end, 1] = px, py
            points[t, end, 2], _ = project(path, along, 0, len(path), px, py, s, s + ahead + half)
    return points
