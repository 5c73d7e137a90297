"""What people who walk freely need to know of a scene: kerbs and walls, who belongs together, and how they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenes.compiled import compiled
from scenes.kinds import Kind
from scenes.lanes import line_at
from scenes.people import PersonLook
from scenes.seeds import between, rng_for
from scenes.types import Building, Floats, Scene
from sim.ground import Ground, on_road
from sim.tables import Tables
from sim.world import F4, I4

CELL = 4.0  # m, edge of a cell of the grid of walls
SEEN = 1.5  # m, how far a wall is felt
PIECE = 1.0  # m, longest piece of a kerb
BESIDE = 0.06  # m to both sides of an edge of the road where it is asked what is there
TOGETHER = 1.0  # m between two who set out side by side at the same pace
RELAX, ATTENTION = range(2)  # columns of `Walks.trait`
RELAXATION = (0.4, 0.6)  # s; Helbing and Molnar 1995 have 0.5 for everybody
ATTENTIVE = {"phone": 0.7, "texting": 0.4}  # share of what others will do that is taken into account; an assumption


class Walks(NamedTuple):
    """B scenes with up to A actors each."""

    trait: F4  # (B, A, 2) relaxation time in s, attention 0 .. 1
    company: I4  # (B, A) number of the group, -1 = alone
    wall: F4  # (W, 5) start x, y, end x, y in m, people are to the left of it; 1 = kerb, 0 = building
    field: F4  # (B, 3) lowest x, y (m) of the grid, and its cells per metre
    shape: I4  # (B, 3) columns and rows, and the first cell
    start: I4  # (C + 1,) where a cell's walls begin in the following
    listed: I4  # (N,) walls within SEEN of the cell


def no_walks() -> Walks:
    """Nobody walks freely."""
    none = np.zeros((0, 0, 2), np.float32)
    return Walks(
        none, np.zeros((0, 0), np.int32), np.zeros((0, 5), np.float32), np.zeros((0, 3), np.float32),
        np.zeros((0, 3), np.int32), np.zeros(1, np.int32), np.zeros(0, np.int32),
    )  # fmt: skip


def compile_walks(scenes: Sequence[Scene], tables: Tables) -> Walks:
    """Turn kerbs and buildings near people into walls, and find out who belongs together.

    Args:
        scenes: at least one.
        tables: of the same scenes.

    Returns:
        The walks; actor a of scene b is row (b, a).
    """
    shape = tables.exists.shape
    trait, company = np.zeros((*shape, 2), np.float32), np.full(shape, -1, np.int32)
    walls: list[Floats] = [np.zeros((0, 5))]
    fields, shapes, counts, lists, total, cells = [], [], [], [], 0, 0
    for b, scene in enumerate(scenes):
        people = [a for a, one in enumerate(scene.actors) if isinstance(one.look, PersonLook)]
        company[b, : len(scene.actors)] = companies(scene, people)
        for a in people:
            trait[b, a] = traits(scene, a)
        spots = [scene.actors[a].path for a in people] or [np.zeros((1, 2))]
        low, high = np.concatenate(spots).min(0) - 3 * CELL, np.concatenate(spots).max(0) + 3 * CELL
        found = [kerbs(tables.ground, b, s.outline, low, high) for s in scene.roads.surfaces if s.kind is Kind.ROAD]
        found += [house_walls(house) for house in scene.buildings]
        own = np.concatenate([np.zeros((0, 5)), *found])
        size = np.ceil((high - low) / CELL).astype(int)
        count, listed = list_walls(own, low[0], low[1], int(size[0]), int(size[1]))
        fields.append((low[0], low[1], 1.0 / CELL))
        shapes.append((size[0], size[1], cells))
        counts.append(count)
        lists.append(listed + total)
        walls.append(own)
        total, cells = total + len(own), cells + len(count)
    start = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return Walks(
        trait, company, np.concatenate(walls).astype(np.float32), np.array(fields, np.float32),
        np.array(shapes, np.int32), start.astype(np.int32), np.concatenate(lists).astype(np.int32),
    )  # fmt: skip


def traits(scene: Scene, a: int) -> tuple[float, float]:
    """A row of `Walks.trait`."""
    actor = scene.actors[a]
    rng = rng_for(scene.seed, scene.sample, "walks", actor.id)
    attention = ATTENTIVE.get(actor.look.manner.carry, 1.0) if isinstance(actor.look, PersonLook) else 1.0
    return between(rng, *RELAXATION), attention


def companies(scene: Scene, people: Sequence[int]) -> NDArray[np.int32]:
    """(A,) groups: walkers who set out side by side at the same pace in the same direction."""
    company, count = np.full(len(scene.actors), -1, np.int32), 0
    walking = [a for a in people if len(scene.actors[a].path) > 1]
    for k, a in enumerate(walking):
        for b in walking[:k]:
            one, other = scene.actors[a], scene.actors[b]
            apart = math.dist(line_at(one.path, one.start)[:2], line_at(other.path, other.start)[:2])
            alike = one.desired_speed == other.desired_speed and np.cos(one.heading - other.heading) > 0.8
            if alike and apart < TOGETHER:
                if company[b] < 0:
                    company[b], count = count, count + 1
                company[a] = company[b]
                break
    return company


@compiled()
def kerb_pieces(ground, b, outline, low, high):  # type: ignore[no-untyped-def]
    """Pieces of the edges of a road polygon beyond which there is no road; see `Walks.wall`."""
    found, n = np.empty((0, 5)), 0
    for turn in range(2):  # count, then fill
        n = 0
        for i in range(len(outline)):
            ax, ay = outline[i]
            bx, by = outline[(i + 1) % len(outline)]
            length = np.hypot(bx - ax, by - ay)
            pieces = int(np.ceil(length / PIECE))
            for k in range(pieces):
                px, py = ax + (bx - ax) * k / pieces, ay + (by - ay) * k / pieces
                qx, qy = ax + (bx - ax) * (k + 1) / pieces, ay + (by - ay) * (k + 1) / pieces
                x, y = 0.5 * (px + qx), 0.5 * (py + qy)
                if not (low[0] < x < high[0] and low[1] < y < high[1]):
                    continue
                nx, ny = -(by - ay) / length * BESIDE, (bx - ax) / length * BESIDE
                left, right = on_road(ground, b, x + nx, y + ny), on_road(ground, b, x - nx, y - ny)
                if left == right:
                    continue
                if turn == 1:
                    found[n] = (qx, qy, px, py, 1.0) if left else (px, py, qx, qy, 1.0)
                n += 1
        if turn == 0:
            found = np.empty((n, 5))
    return found


def kerbs(ground: Ground, b: int, outline: Floats, low: Floats, high: Floats) -> Floats:
    """(W, 5) kerbs of a road polygon within a box."""
    if (outline.max(0) < low).any() or (outline.min(0) > high).any():
        return np.zeros((0, 5))
    return np.asarray(kerb_pieces(ground, b, np.ascontiguousarray(outline), low, high))


def house_walls(house: Building) -> Floats:
    """(4, 5) walls of a building."""
    c, s = np.cos(house.heading), np.sin(house.heading)
    wide, deep = 0.5 * house.size[0], 0.5 * house.size[1]
    corners = [(u, v) for u, v in ((deep, wide), (deep, -wide), (-deep, -wide), (-deep, wide))]  # clockwise
    spots = [house.position[:2] + np.array([u * c - v * s, u * s + v * c]) for u, v in corners]
    return np.array([(*spots[k], *spots[(k + 1) % 4], 0.0) for k in range(4)])


@compiled()
def list_walls(walls, low_x, low_y, columns, rows):  # type: ignore[no-untyped-def]
    """Walls near each cell of a grid: how many, and their numbers, cell by cell."""
    counts, total = np.zeros(columns * rows, np.int64), 0
    for w in range(len(walls)):
        i0, i1, j0, j1 = span_of(walls[w], low_x, low_y, columns, rows)
        for j in range(j0, j1):
            counts[j * columns + i0 : j * columns + max(i0, i1)] += 1
            total += max(0, i1 - i0)
    place, listed = np.cumsum(counts) - counts, np.empty(total, np.int64)
    for w in range(len(walls)):
        i0, i1, j0, j1 = span_of(walls[w], low_x, low_y, columns, rows)
        for j in range(j0, j1):
            for i in range(i0, i1):
                listed[place[j * columns + i]] = w
                place[j * columns + i] += 1
    return counts, listed


@compiled()
def span_of(wall, low_x, low_y, columns, rows):  # type: ignore[no-untyped-def]
    """Cells within SEEN of the box around a wall: first and last column, first and last row."""
    i0 = int(np.floor((min(wall[0], wall[2]) - SEEN - low_x) / CELL))
    i1 = int(np.floor((max(wall[0], wall[2]) + SEEN - low_x) / CELL)) + 1
    j0 = int(np.floor((min(wall[1], wall[3]) - SEEN - low_y) / CELL))
    j1 = int(np.floor((max(wall[1], wall[3]) + SEEN - low_y) / CELL)) + 1
    return max(i0, 0), min(i1, columns), max(j0, 0), min(j1, rows)
