"""Film strips: drives through the same situation below each other, several moments of each side by side, from above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenes.types import Scene
from sim.world import State, World, compile_world
from skidpad.topview import around, draw_top
from skidpad.topview_paint import Picture, stroke, write

CELL = (300, 260)  # px, width and height of a picture
SPAN = 55.0  # m across a picture
TITLE, GAP = 26, 4  # px, height of a title, width of a gap
PAPER, INK, FAILED = (255, 255, 255), (24, 28, 34), (226, 40, 40)


@dataclass(frozen=True, eq=False)
class Drive:
    """One drive of an ego."""

    title: str
    failed: bool  # its end is framed in red
    scene: Scene
    ego: int  # number of the actor
    states: tuple[State, ...]  # of this world alone, step by step


def film_strip(drives: Sequence[Drive], columns: int = 6) -> Picture:
    """Draw drives as rows.

    Args:
        drives: one or more.
        columns: moments of each, from its first to its last state.

    Returns:
        (H, W, 3) sRGB; columns are equal moments of the longest drive, a drive's last picture is its end.
    """
    longest = max(len(drive.states) for drive in drives)
    moments = np.linspace(0, longest - 1, columns).round().astype(int)
    return np.concatenate([row_of(drive, moments) for drive in drives])


def row_of(drive: Drive, moments: np.ndarray[tuple[int, ...], np.dtype[np.int_]]) -> Picture:
    """One drive: its title above its pictures."""
    world, last = compile_world([drive.scene]), len(drive.states) - 1
    width, height = CELL
    row = np.full((TITLE + height + GAP, (width + GAP) * len(moments) - GAP, 3), PAPER, np.uint8)
    write(row, drive.title, (4, 4), INK, 15)
    for column, moment in enumerate(moments):
        left = column * (width + GAP)
        if column and moments[column - 1] >= last:
            break  # the end has been shown
        picture = moment_of(drive, world, min(int(moment), last))
        if drive.failed and moment >= last:
            corners = np.array([[2, 2], [width - 2, 2], [width - 2, height - 2], [2, height - 2]])
            stroke(picture, corners, FAILED, 4, closed=True)
        row[TITLE : TITLE + height, left : left + width] = picture
    return row


def moment_of(drive: Drive, world: World, step: int) -> Picture:
    """One moment of a drive, the ego in the middle, its trail behind it."""
    state, ego = drive.states[step], drive.ego
    alive = state.alive.copy()
    alive[0, ego] = True  # an ego whose drive has ended is taken out of its world, but not out of the picture
    state = replace(state, alive=alive)
    trail = np.array([past.position[0, ego, :2] for past in drive.states[: step + 1]], np.float64)
    return draw_top(world, state, view=around(state, 0, ego, *CELL, SPAN), ego=ego, trail=trail)
