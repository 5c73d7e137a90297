"""Metrics of drives as figures with intervals, for tables and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.judging import RUNNING
from agents.measure import Rate
from agents.watching import LATER, Metrics
from scenes.seeds import rng_for
from sim.metrics import SOON
from sim.world import F4
from transfer.bootstrap import DRAWS, Floats, interval


@dataclass(frozen=True)
class Figure:
    """One figure of many drives."""

    label: str
    unit: str  # "%" for shares
    of: Callable[[Mapping[str, F4]], F4]  # (D,) a number of each drive
    median: bool = False  # over the drives, instead of the mean

    def text(self, value: float | None) -> str:
        """A value of the figure; None = never."""
        if value is None:
            return "never"
        return f"{100 * value:.1f}" if self.unit == "%" else f"{value:.2f}"


def _of(name: str) -> Callable[[Mapping[str, F4]], F4]:
    return lambda values: values[name]


FIGURES = {
    "collision": Figure("collisions", "%", _of("collision")),
    "off_road": Figure("off the road", "%", _of("off_road")),
    "wrong_way": Figure("wrong way", "%", _of("wrong_way")),
    "red_light": Figure("red lights", "%", _of("red_light")),
    "to_collision": Figure("least time to collision, median", "s", _of("to_collision"), median=True),
    "close": Figure(
        f"time to collision under {SOON:g} s", "%", lambda v: np.asarray(v["to_collision"] < SOON, np.float32)
    ),
    "encroachment": Figure("least post-encroachment time, median", "s", _of("encroachment"), median=True),
    "encroached": Figure(
        f"post-encroachment time under {SOON:g} s", "%", lambda v: np.asarray(v["encroachment"] < SOON, np.float32)
    ),
    "rss": Figure("time nearer than RSS allows", "%", _of("rss")),
    "jerk": Figure("highest jerk", "m/s³", _of("jerk")),
    "across": Figure("highest lateral acceleration", "m/s²", _of("across")),
    "comfortable": Figure("comfortable", "%", _of("comfortable")),
    "progress": Figure("progress", "m", _of("progress")),
    "share": Figure("progress of what was possible", "%", _of("share")),
    "pdm": Figure("PDM score", "", _of("pdm")),
}
NEVER = f"never: in half of the drives there was none, or none within {LATER:g} s after somebody else"


def summary_of(metrics: Metrics) -> dict[str, Any]:
    """Figures of drives as JSON.

    Drives in one scene depend on each other, so the intervals of 95 % draw scenes, which are what seeds make, with
    replacement (bootstrap, 2,000 draws); of shares that are 0 or 1 in all scenes they are Wilson's of as many scenes.
    With one scene alone there are none.

    Args:
        metrics: of at least one drive.

    Returns:
        `drives`, `scenes`, how many drives were `cut`, and `figures`: `value`, `low`, `high` of each of FIGURES, null
        for infinite times and missing intervals.
    """
    names, index = np.unique(metrics.group, return_inverse=True)
    size = len(names)
    rng = rng_for(0, "drives", len(index), size)
    weights = rng.multinomial(size, np.full(size, 1.0 / size), DRAWS)[:, index].astype(np.float64)  # (B, D)
    figures = {}
    for name, figure in FIGURES.items():
        values = figure.of(metrics.values).astype(np.float64)
        take = medians if figure.median else means
        value, drawn = take(values, np.ones((1, len(values))))[0], take(values, weights)
        low, high = _ends(value, drawn) if size > 1 else (np.inf, np.inf)
        if size > 1 and figure.unit == "%" and value in (0.0, 1.0):
            low, high = Rate(round(value) * size, size).interval
        figures[name] = {"value": _finite(value), "low": _finite(low), "high": _finite(high)}
    cut = int((metrics.outcome == RUNNING).sum())
    return {"drives": len(index), "scenes": size, "cut": cut, "figures": figures}


def means(values: Floats, weights: Floats) -> Floats:
    """(B,) weighted means of (D,) values."""
    return np.asarray(weights @ values / weights.sum(1))


def medians(values: Floats, weights: Floats) -> Floats:
    """(B,) weighted lower medians of (D,) values, which may be infinite."""
    order = np.argsort(values, kind="stable")
    sums = np.cumsum(weights[:, order], 1)
    return np.asarray(values[order][(sums >= 0.5 * sums[:, -1:]).argmax(1)])


def _ends(value: float, drawn: Floats) -> tuple[float, float]:
    """Ends of the interval; infinite draws stay infinite."""
    known = interval(value, np.minimum(drawn, 1e9))
    return (known.low if known.low < 1e8 else np.inf), (known.high if known.high < 1e8 else np.inf)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def rows_of(summaries: Mapping[str, dict[str, Any]]) -> list[list[str]]:
    """A table: a head with the names of drivers, then a row for each figure.

    Args:
        summaries: of `summary_of`, by driver.

    Returns:
        Cells.
    """
    rows = [["", *summaries], ["drives", *(f"{s['drives']:,}" for s in summaries.values())]]
    for name, figure in FIGURES.items():
        found = [(summary["figures"][name], summary["scenes"] > 1) for summary in summaries.values()]
        label = figure.label + (f", {figure.unit}" if figure.unit else "")
        rows.append([label, *(_cell(figure, *pair) for pair in found)])
    return rows


def _cell(figure: Figure, found: dict[str, float | None], interval: bool) -> str:
    value = figure.text(found["value"])
    if not interval or (found["value"] is None and found["low"] is None):
        return value
    return f"{value} [{figure.text(found['low'])}, {figure.text(found['high'])}]"


def lines_of(summaries: Mapping[str, dict[str, Any]]) -> list[str]:
    """The table of `rows_of` as Markdown."""
    head, *rows = rows_of(summaries)
    cut = [f"{name}: {s['cut']} of {s['drives']}" for name, s in summaries.items() if s["cut"]]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    note = [f"drives that were cut before their end: {', '.join(cut)}"] if cut else []
    return ["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *lines, *note]
