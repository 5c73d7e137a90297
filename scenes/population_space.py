"""Who takes which space: boxes that stand still, and people who walk."""

from __future__ import annotations

import math

import numpy as np

from scenes.compiled import compiled
from scenes.types import Floats

STEP = 0.25  # s between the moments at which walkers are compared
PERSONAL = 0.62  # m between the middles of two people
HORIZON = 24.0  # s that walkers are looked ahead
TRUNK = 0.3  # m, edge of the box that stands for somebody on foot


@compiled()
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
    for k in range(count):
        dx, dy = boxes[k, 0] - x, boxes[k, 1] - y
        l, w = boxes[k, 3], boxes[k, 4]  # noqa: E741
        along, across = abs(dx * c + dy * s), abs(dy * c - dx * s)
        if along > half_length + l + w or across > half_width + l + w:  # whichever way it points
            continue
        ck, sk = math.cos(boxes[k, 2]), math.sin(boxes[k, 2])
        cc, ss = abs(c * ck + s * sk), abs(c * sk - s * ck)
        if (
            along < half_length + l * cc + w * ss
            and across < half_width + l * ss + w * cc
            and abs(dx * ck + dy * sk) < l + half_length * cc + half_width * ss
            and abs(dy * ck - dx * sk) < w + half_length * ss + half_width * cc
        ):
            return True
    return False


@compiled()
def path_meets(boxes, count, line, width):  # type: ignore[no-untyped-def]
    """Whether somebody who follows a polyline touches any of the first `count` boxes.

    Args:
        boxes: (N, 5) as for `boxes_meet`.
        count: number of boxes in use.
        line: (P, 2) m.
        width: m.

    Returns:
        True when they overlap.
    """
    for k in range(len(line) - 1):
        dx, dy = line[k + 1, 0] - line[k, 0], line[k + 1, 1] - line[k, 1]
        x, y = (line[k, 0] + line[k + 1, 0]) / 2, (line[k, 1] + line[k + 1, 1]) / 2
        if boxes_meet(boxes, count, x, y, math.atan2(dy, dx), (math.hypot(dx, dy) + width) / 2, width / 2):
            return True
    return False


@compiled()
def follow(line, start, speed, times, spots):  # type: ignore[no-untyped-def]
    """Where somebody is who keeps the speed along a polyline; outside it its ends are extended.

    Args:
        line: (P, 2) m.
        start: m along the line at time 0.
        speed: m/s.
        times: (T,) s, ascending.
        spots: (T, 2) m, to be written.
    """
    k, passed, count = 0, 0.0, len(line) - 1
    for t in range(len(times)):
        if count == 0:
            spots[t, 0], spots[t, 1] = line[0, 0], line[0, 1]
            continue
        s = start + speed * times[t]
        dx, dy = line[k + 1, 0] - line[k, 0], line[k + 1, 1] - line[k, 1]
        while k < count - 1 and passed + math.hypot(dx, dy) <= s:
            passed += math.hypot(dx, dy)
            k += 1
            dx, dy = line[k + 1, 0] - line[k, 0], line[k + 1, 1] - line[k, 1]
        share = (s - passed) / math.hypot(dx, dy)
        spots[t, 0], spots[t, 1] = line[k, 0] + dx * share, line[k, 1] + dy * share


@compiled()
def keep_apart(walks, count, walk, distance):  # type: ignore[no-untyped-def]
    """Whether a walk never comes closer than a distance to any of the first `count` walks.

    Args:
        walks: (N, T, 2) m.
        count: number of walks in use.
        walk: (T, 2) m.
        distance: m.

    Returns:
        False when it does.
    """
    for n in range(count):
        for t in range(len(walk)):
            dx, dy = walks[n, t, 0] - walk[t, 0], walks[n, t, 1] - walk[t, 1]
            if dx * dx + dy * dy <= distance * distance:
                return False
    return True


@compiled()
def lets_in(boxes, solid, walks, count, line, start, speed, times, width, distance):  # type: ignore[no-untyped-def]
    """Whether somebody finds room; the places, (T, 2) m, are then in the first row of `walks` that is not in use.

    Args:
        boxes: (N, 5) as for `boxes_meet`.
        solid: number of boxes in use.
        walks: (M, T, 2) m.
        count: number of walks in use, < M.
        line: (P, 2) m, path.
        start: m along it at time 0.
        speed: m/s; 0 = stands at its first point.
        times: (T,) s.
        width: m that must be free of boxes.
        distance: m to be kept to all walks.

    Returns:
        False where a box or a walk is in the way.
    """
    if speed > 0.0:
        if path_meets(boxes, solid, line, width):
            return False
    elif boxes_meet(boxes, solid, line[0, 0], line[0, 1], 0.0, width / 2, width / 2):
        return False
    follow(line, start, speed, times, walks[count])
    return keep_apart(walks, count, walks[count], distance)


@compiled()
def stay_clear(boxes, walks):  # type: ignore[no-untyped-def]
    """Whether things that move never touch who walks, whichever way they look.

    Args:
        boxes: (B, T, 5) as for `boxes_meet`, at each moment.
        walks: (N, T, 2) m.

    Returns:
        False when they do.
    """
    reach = TRUNK / math.sqrt(2.0)  # of the corners of who walks
    for b in range(len(boxes)):
        for n in range(len(walks)):
            for t in range(len(boxes[b])):
                x, y, heading, length, width = boxes[b, t]
                dx, dy = walks[n, t, 0] - x, walks[n, t, 1] - y
                if dx * dx + dy * dy > (length + width + reach) ** 2:
                    continue
                c, s = math.cos(heading), math.sin(heading)
                along, across = max(abs(dx * c + dy * s) - length, 0.0), max(abs(dy * c - dx * s) - width, 0.0)
                if along * along + across * across < reach * reach:
                    return False
    return True


@compiled()
def miss(boxes, others):  # type: ignore[no-untyped-def]
    """Whether things that move never touch others that do; both (B, T, 5) as for `boxes_meet`, at each moment."""
    for b in range(len(boxes)):
        for n in range(len(others)):
            for t in range(len(boxes[b])):
                x, y, heading, length, width = boxes[b, t]
                if boxes_meet(others[n, t : t + 1], 1, x, y, heading, length, width):
                    return False
    return True


class Boxes:
    """Oriented boxes on the ground."""

    def __init__(self) -> None:
        self.rows = np.zeros((64, 5))  # x, y, heading, half length, half width; the first `count` are in use
        self.count = 0

    def add(self, x: float, y: float, heading: float, length: float, width: float) -> None:
        """Put a box down."""
        if self.count == len(self.rows):
            self.rows = np.concatenate([self.rows, np.zeros_like(self.rows)])
        self.rows[self.count] = (x, y, heading, length / 2, width / 2)
        self.count += 1

    def meet(self, x: float, y: float, heading: float, length: float, width: float) -> bool:
        """Whether a box would touch one of these."""
        return bool(boxes_meet(self.rows, self.count, x, y, heading, length / 2, width / 2))

    def meet_path(self, line: Floats, width: float) -> bool:
        """Whether somebody `width` m wide who follows a polyline would touch one of these."""
        return bool(path_meets(self.rows, self.count, line, width))


class Crowd:
    """People with their walks over the next `HORIZON` seconds."""

    def __init__(self) -> None:
        self.times = np.arange(0.0, HORIZON, STEP)
        self._walks = np.zeros((64, len(self.times), 2))
        self._count = 0
        self._taken = np.zeros((0, len(self.times), 5))  # ground that prams, wheelchairs and dogs take

    def walk(self, line: Floats, start: float, speed: float) -> Floats:
        """(T, 2) places of somebody who keeps the speed; outside the path its ends are extended.

        Args:
            line: (N, 2) m.
            start: m along the line at time 0.
            speed: m/s.

        Returns:
            World points at `times`.
        """
        spots = np.empty((len(self.times), 2))
        follow(line, start, speed, self.times, spots)
        return spots

    def admit(self, line: Floats, start: float, speed: float, solid: Boxes, width: float) -> bool:
        """Let somebody in who touches no box and comes no closer than `PERSONAL` to anybody.

        Args:
            line: (N, 2) m, path; who stands is at its first point.
            start: m along the line at time 0.
            speed: m/s.
            solid: what must not be touched.
            width: m that must be free of it.

        Returns:
            Whether there was room; if not, nothing changes.
        """
        self._make_room()
        rows, count = solid.rows, solid.count
        if not lets_in(rows, count, self._walks, self._count, line, start, speed, self.times, width, PERSONAL):
            return False
        self._count += 1
        return True

    def add(self, walk: Floats) -> None:
        """Let somebody in, whoever is in the way; (T, 2) m."""
        self._make_room()
        self._walks[self._count] = walk
        self._count += 1

    def clear(self, walk: Floats, distance: float, known: list[Floats]) -> bool:
        """Whether a walk (T, 2) stays at a distance (m) from everybody but those whose walks are `known`."""
        rows = self._walks[: self._count]
        others = rows[~np.any([(rows == one).all((1, 2)) for one in known], 0)]
        return bool(keep_apart(others, len(others), walk, distance))

    def _make_room(self) -> None:
        if self._count == len(self._walks):
            self._walks = np.concatenate([self._walks, np.zeros_like(self._walks)])

    def swap(self, own: Floats, walks: list[Floats], taken: list[Floats], distance: float = PERSONAL) -> bool:
        """Let several in at once instead of one who is in; they may be as close to each other as they like.

        Args:
            own: (T, 2) m, the walk of who is in.
            walks: (T, 2) m each, instead of it.
            taken: (T, 5) boxes each, as for `boxes_meet`: what takes more ground than somebody on foot.
            distance: m, to all others.

        Returns:
            Whether there was room; if not, nothing changes.
        """
        rows = self._walks[: self._count]
        others = rows[~(rows == own).all((1, 2))]
        new, boxes = np.stack(walks), np.array(taken).reshape(-1, len(self.times), 5)
        apart = all(keep_apart(others, len(others), walk, distance) for walk in walks)
        if not (apart and stay_clear(boxes, others) and stay_clear(self._taken, new) and miss(boxes, self._taken)):
            return False
        self._walks[: len(others)] = others
        self._count = len(others)
        for walk in walks:
            self.add(walk)
        self._taken = np.concatenate([self._taken, boxes])
        return True


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
