"""Who takes which space: boxes that stand still, and people who walk."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numba import njit

from scenes.types import Floats

STEP = 0.25  # s between the moments at which walkers are compared
PERSONAL = 0.62  # m between the middles of two people
HORIZON = 24.0  # s that walkers are looked ahead


@njit(cache=True, error_model="numpy")
def boxes_meet(boxes, count, x, y, heading, half_length, half_width):  # type: ignore[no-untyped-def]
    """Whether an oriented box touches any of the first `count` boxes (separating axes).

    Args:
        boxes: (N, 5) x, y, heading, half length, half width.
        count: number of boxes in use.
        x: middle, m.
        y: middle, m.
        heading: rad.
        half_length: m.
        half_width: m.

    Returns:
        True when they overlap.
    """
    c, s = math.cos(heading), math.sin(heading)
    reach = math.hypot(half_length, half_width)
    for k in range(count):
        dx, dy = boxes[k, 0] - x, boxes[k, 1] - y
        l, w = boxes[k, 3], boxes[k, 4]  # noqa: E741
        r = reach + math.hypot(l, w)
        if dx * dx + dy * dy > r * r:
            continue
        ck, sk = math.cos(boxes[k, 2]), math.sin(boxes[k, 2])
        cc, ss = abs(c * ck + s * sk), abs(c * sk - s * ck)
        if (
            abs(dx * c + dy * s) < half_length + l * cc + w * ss
            and abs(dy * c - dx * s) < half_width + l * ss + w * cc
            and abs(dx * ck + dy * sk) < l + half_length * cc + half_width * ss
            and abs(dy * ck - dx * sk) < w + half_length * ss + half_width * cc
        ):
            return True
    return False


class Boxes:
    """Oriented boxes on the ground."""

    def __init__(self) -> None:
        self._boxes = np.zeros((64, 5))
        self.count = 0

    def add(self, x: float, y: float, heading: float, length: float, width: float) -> None:
        """Put a box down."""
        if self.count == len(self._boxes):
            self._boxes = np.concatenate([self._boxes, np.zeros_like(self._boxes)])
        self._boxes[self.count] = (x, y, heading, length / 2, width / 2)
        self.count += 1

    def meet(self, x: float, y: float, heading: float, length: float, width: float) -> bool:
        """Whether a box would touch one of these."""
        return bool(boxes_meet(self._boxes, self.count, x, y, heading, length / 2, width / 2))

    def meet_path(self, line: Floats, width: float) -> bool:
        """Whether somebody `width` m wide who follows a polyline would touch one of these."""
        for a, b in pairwise(line):
            dx, dy = float(b[0] - a[0]), float(b[1] - a[1])
            length = math.hypot(dx, dy)
            if self.meet((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, math.atan2(dy, dx), length + width, width):
                return True
        return False


class Crowd:
    """People with their walks over the next `HORIZON` seconds."""

    def __init__(self) -> None:
        self.times = np.arange(0.0, HORIZON, STEP)
        self._walks: list[Floats] = []
        self._stack = np.zeros((0, len(self.times), 2))

    def walk(self, line: Floats, start: float, speed: float) -> Floats:
        """(T, 2) places of somebody who keeps the speed; outside the path its ends are extended.

        Args:
            line: (N, 2) m.
            start: m along the line at time 0.
            speed: m/s.

        Returns:
            World points at `times`.
        """
        s = start + speed * self.times
        if len(line) == 1:
            return np.repeat(line, len(s), axis=0)
        steps = np.diff(line, axis=0)
        lengths = np.hypot(steps[:, 0], steps[:, 1])
        along = np.concatenate([[0.0], np.cumsum(lengths)])
        index = np.clip(np.searchsorted(along, s, side="right") - 1, 0, len(lengths) - 1)
        return np.asarray(line[index] + steps[index] * ((s - along[index]) / lengths[index])[:, None])

    def free(self, walk: Floats, distance: float = PERSONAL) -> bool:
        """Whether somebody new would never come closer than `distance` (m) to anybody."""
        if len(self._walks) != len(self._stack):
            self._stack = np.stack(self._walks)
        if not len(self._stack):
            return True
        apart = self._stack - walk
        return bool((np.einsum("ptk,ptk->pt", apart, apart) > distance * distance).all())

    def add(self, walk: Floats) -> None:
        """Let somebody in."""
        self._walks.append(walk)


class Space:
    """All that takes space while a scene is populated."""

    def __init__(self) -> None:
        self.solid = Boxes()  # nothing may overlap these
        self.kept = Boxes()  # kept free of things that do not move: crossings, cameras, mouths of paths
        self.crowd = Crowd()

    def place(
        self, x: float, y: float, heading: float, length: float, width: float, spare: float = 0.0, crown: float = 0.0
    ) -> bool:
        """Put something solid down unless it would touch something or stand in a kept place.

        Args:
            x: middle, m.
            y: middle, m.
            heading: rad.
            length: m.
            width: m.
            spare: m that must stay free around it.
            crown: m, width of what it spreads above: that must not reach into kept places.

        Returns:
            Whether it was put down.
        """
        l, w = length + 2 * spare, width + 2 * spare  # noqa: E741
        if self.solid.meet(x, y, heading, l, w):
            return False
        if self.kept.meet(x, y, heading, max(length, crown), max(width, crown)):
            return False
        self.solid.add(x, y, heading, length, width)
        return True
