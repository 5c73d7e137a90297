"""Pictures that take time: motion blur while the shutter is open, and rows that are read one after the other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from renderers.assemble import StageBuilder
from renderers.flow import flow_between
from renderers.frame import Frame, View
from renderers.labels import Moment, Subject
from renderers.motion import vertices_at
from renderers.raster import Drawn, Part
from renderers.stage import Stage
from renderers.views import resolve_camera
from scenes.types import Camera
from sim.world import State

FINEST, MOST = 1.0, 24  # px that things move from one moment to the next, and moments of a picture

F4 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Exposed:
    """What a picture is made of, labels as in the middle of its time."""

    state: State
    drawn: Drawn
    stage: Stage
    subjects: list[Subject]
    details: dict[int, int]  # as `StageBuilder.at` fills them
    moments: tuple[Moment, ...]  # from the top row to the bottom one; () = all rows show one moment


def expose(
    builder: StageBuilder, camera: Camera, state_at: Callable[[float], State], draw: Callable[[Stage, View], Drawn]
) -> Exposed:
    """Draw a picture, moment by moment where its shutter takes time.

    The row at the share s of the height is exposed from `camera.readout * s` on for `camera.exposure` seconds. Light
    adds up; maps show the middle of each row's exposure.

    Args:
        builder: of the scene.
        camera: the camera.
        state_at: state at a time, s, after the top row begins.
        draw: draws one moment.

    Returns:
        The picture.
    """
    whole, details = camera.readout + camera.exposure, dict[int, int]()

    def drawn_at(state: State) -> tuple[Drawn, Stage, list[Subject]]:
        view = resolve_camera(camera, builder.scene, state)
        stage, subjects = builder.at(state, view, camera.mount, details)
        return draw(stage, view), stage, subjects

    state = state_at(0.5 * whole)
    middle = drawn, stage, subjects = drawn_at(state)
    if whole == 0.0:
        return Exposed(state, drawn, stage, subjects, details, ())
    count = moments_for(builder, camera, middle, (state_at(0.0), state_at(whole)))
    times = whole * (np.arange(count) + 0.5) / count
    starts = camera.readout * (np.arange(camera.height) + 0.5) / camera.height
    shares = shares_of(starts, camera.exposure, times)
    shown = np.argmin(np.abs(starts[:, None] + 0.5 * camera.exposure - times), 1)  # moment that the maps of a row show
    rgb = np.zeros((camera.height, camera.width, 3), np.float32)
    rows: list[tuple[slice, Drawn, list[Subject]]] = []
    for k, time in enumerate(times):
        one, _, theirs = middle if 2 * k + 1 == count else drawn_at(state_at(float(time)))
        lit = np.flatnonzero(shares[:, k])
        part = slice(int(lit[0]), int(lit[-1]) + 1) if len(lit) else slice(0, 0)
        rgb[part] += shares[part, k, None, None].astype(np.float32) * one.frame.rgb[part]
        own = np.flatnonzero(shown == k)
        if len(own):
            rows.append((slice(int(own[0]), int(own[-1]) + 1), one, theirs))
    if len(rows) == 1:
        return Exposed(state, replace(drawn, frame=replace(drawn.frame, rgb=rgb)), stage, subjects, details, ())
    moments = tuple(
        Moment(one.frame, part.start, part.stop, {subject.id: subject for subject in theirs})
        for part, one, theirs in rows
    )
    frame = joined(drawn.frame, rgb, moments)
    parts = tuple(strip for part, one, _ in rows for strip in strips_of(one, part))
    return Exposed(state, replace(drawn, frame=frame, parts=parts), stage, subjects, details, moments)


def moments_for(
    builder: StageBuilder, camera: Camera, middle: tuple[Drawn, Stage, list[Subject]], ends: tuple[State, State]
) -> int:
    """Odd number of moments for which hardly anything moves more than FINEST px from one to the next."""
    drawn, stage, _ = middle
    way = 0.0
    for state in ends:
        moved = resolve_camera(camera, builder.scene, state)
        other, _ = builder.at(state, moved, camera.mount)
        ways = [0.0]
        for part in (piece.drawn for piece in drawn.pieces):
            here = part.frame.view
            turn = here.camera_from_world @ np.linalg.inv(drawn.frame.view.camera_from_world)
            there = replace(part.frame, view=replace(here, camera_from_world=turn @ moved.camera_from_world))
            flow = flow_between(part, vertices_at(part.flat, stage, here, other), there).vectors
            known = flow[np.isfinite(flow[..., 0])]
            ways.append(float(np.quantile(np.hypot(known[:, 0], known[:, 1]), 0.98)) if len(known) else 0.0)
        way += max(ways)
    return min(MOST, math.ceil(way / FINEST)) // 2 * 2 + 1


def shares_of(starts: NDArray[np.float64], exposure: float, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """(H, K) what each moment gives to each row; rows sum up to 1.

    Args:
        starts: (H,) when each row's exposure begins, s.
        exposure: s.
        times: (K,) middles of the moments, which follow each other without gaps from time 0 on.
    """
    half = times[0]
    low = np.maximum(starts[:, None], times - half)
    overlap = np.clip(np.minimum(starts[:, None] + exposure, times + half) - low, 0.0, None)
    nearest = np.abs(starts[:, None] + 0.5 * exposure - times)
    instant = (np.arange(len(times)) == np.argmin(nearest, 1)[:, None]).astype(np.float64)
    whole = overlap.sum(1, keepdims=True)
    return np.asarray(np.where(whole > 0.0, overlap / np.where(whole > 0.0, whole, 1.0), instant))


def joined(middle: Frame, rgb: F4, moments: Sequence[Moment]) -> Frame:
    """A frame whose rows come from several moments."""

    def rows(name: str) -> NDArray[np.generic]:
        return np.concatenate([getattr(one.frame, name)[one.top : one.bottom] for one in moments])

    maps = {name: rows(name) for name in ("depth", "semantic", "instance", "normal")}
    return replace(middle, rgb=rgb, **maps)  # type: ignore[arg-type]


def strips_of(drawn: Drawn, rows: slice) -> list[Part]:
    """Parts of a picture of which some rows are shown."""
    strips = []
    for part in drawn.pieces:
        x0, y0, x1, y1 = part.area
        top, bottom = max(y0, rows.start), min(y1, rows.stop)
        if bottom > top:
            strips.append(Part(part.drawn, (x0, top, x1, bottom), part.nearest[top - y0 : bottom - y0]))
    return strips
