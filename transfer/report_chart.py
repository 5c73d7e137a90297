"""The learning curve as hand-written SVG: colours come from the page's style, so it follows light and dark."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from transfer.bootstrap import Interval, interval
from transfer.summary import ArmFigures

WIDTH, HEIGHT = 560, 360
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 14, 46
Place = Callable[[float], float]


def learning_curve(figures: Sequence[ArmFigures], chance: float) -> str:
    """Draw balanced accuracy over real labels per class for one tuning.

    Args:
        figures: arms of one tuning.
        chance: accuracy of guessing; the axis does not reach below it unless an arm does.
    """
    real = [item for item in figures if item.arm.rendered == "none"]
    mixed = [item for item in figures if item.arm.rendered == "randomised" and item.arm.uses_real]
    level = [item for item in figures if not item.arm.uses_real]
    shown = {item.key: interval(item.point, item.drawn) for item in figures}
    bottom = max(0.0, math.floor(20 * min([row.low for row in shown.values()] + [0.9])) / 20)
    bottom = max(bottom, math.floor(20 * chance) / 20 - 0.05)
    most = max([item.labels_per_class for item in [*real, *mixed]] + [2.0])
    x, y = _axis_x(most), _axis_y(bottom)
    parts = [_grid(x, y, bottom, sorted({round(item.labels_per_class) for item in real}))]
    for item in level:
        parts.append(_level(item, shown[item.key], y))
    for name, items in (("real", real), ("mixed", mixed)):
        if items:
            parts.append(_line(name, [(x(item.labels_per_class), shown[item.key]) for item in items], y))
    label = "Balanced accuracy over real labels per class"
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _axis_x(most: float) -> Place:
    span = WIDTH - LEFT - RIGHT - 24
    return lambda count: LEFT + 12 + span * math.log(max(count, 1.0)) / math.log(max(most, 2.0))


def _axis_y(bottom: float) -> Place:
    span = HEIGHT - TOP - BOTTOM
    return lambda value: TOP + span * (1 - (min(1.0, max(value, bottom)) - bottom) / (1 - bottom))


def _grid(x: Place, y: Place, bottom: float, counts: Sequence[int]) -> str:
    parts = []
    step = 0.05 if bottom > 0.7 else 0.1
    for value in np.arange(math.ceil(bottom / step - 1e-6) * step, 1.0001, step):
        height = y(float(value))
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{height:.1f}" y2="{height:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{height + 4:.1f}" text-anchor="end">{value:.0%}</text>')
    foot, last = HEIGHT - BOTTOM, -100.0
    for count in counts:
        across = x(count)
        parts.append(f'<line class="tick" x1="{across:.1f}" x2="{across:.1f}" y1="{foot}" y2="{foot + 5}"/>')
        if across - last > 22:
            parts.append(f'<text x="{across:.1f}" y="{foot + 19}" text-anchor="middle">{count}</text>')
            last = across
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{foot}" y2="{foot}"/>')
    parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">real labels per class (log scale)</text>')
    return "".join(parts)


def _level(item: ArmFigures, row: Interval, y: Place) -> str:
    kind = {"randomised": "alone", "fixed": "fixed", "matched": "matched"}[item.arm.rendered]
    start, end, height = LEFT, WIDTH - RIGHT, y(row.mean)
    line = f'<line class="line {kind}" x1="{start}" x2="{end}" y1="{height:.1f}" y2="{height:.1f}"/>'
    if kind != "alone":
        return line
    top, foot = y(row.high), y(row.low)
    band = f'<rect class="band {kind}" x="{start}" y="{top:.1f}" width="{end - start}" height="{foot - top:.1f}"/>'
    return band + line


def _line(name: str, points: Sequence[tuple[float, Interval]], y: Place) -> str:
    upper = [f"{across:.1f},{y(row.high):.1f}" for across, row in points]
    lower = [f"{across:.1f},{y(row.low):.1f}" for across, row in reversed(points)]
    middle = " ".join(f"{across:.1f},{y(row.mean):.1f}" for across, row in points)
    dots = "".join(
        f'<circle class="dot {name}" cx="{across:.1f}" cy="{y(row.mean):.1f}" r="4">'
        f"<title>{row.mean:.1%} ({row.low:.1%} to {row.high:.1%})</title></circle>"
        for across, row in points
    )
    band = f'<polygon class="band {name}" points="{" ".join(upper + lower)}"/>'
    return f'{band}<polyline class="line {name}" points="{middle}"/>{dots}'
