"""A trained agent in the report: how it fared on held-out scenes, how it learned, and a film."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from transfer.drives import rows_of
from transfer.page import data_uri

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 14, 46
SHOWN = ("success", "person_hit", "collision", "off_road", "red_light", "timeout")
FILM = "film.gif"
METRICS_NOTE = (
    "How the same episodes were driven. Means over episodes unless it says median; intervals of 95 % draw scenes with "
    "replacement. Terms and sources: docs/simulation.md, Metrics."
)


@dataclass(frozen=True)
class Agent:
    """What a run folder says of its driver."""

    evaluation: dict[str, Any]  # evaluation.json
    table: str  # its drivers as HTML
    metrics: str  # the same for metrics of their drives
    curve: tuple[tuple[int, float], ...]  # steps, share of successful episodes
    film: bytes | None  # GIF


def read_agent(folder: str | Path) -> Agent:
    """Read what the page shows of a training.

    Args:
        folder: run folder of `skidpad train`; a film.gif in it is shown, too.

    Raises:
        ValueError: the folder holds no finished training.
    """
    folder = Path(folder)
    try:
        evaluation = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
        rows = csv.DictReader((folder / "progress.csv").read_text(encoding="utf-8").splitlines())
        curve = tuple((int(row["steps"]), float(row["success"])) for row in rows if row["success"])
        table, metrics = _table(evaluation), _metrics(evaluation)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"--agent: {folder} holds no finished training ({error})") from None
    film = folder / FILM
    return Agent(evaluation, table, metrics, curve, film.read_bytes() if film.exists() else None)


def agent_section(agent: Agent) -> str:
    """The section as HTML."""
    evaluation = agent.evaluation
    note = (
        f"Trained in simulation in the scene {evaluation['scene']}, then measured on {evaluation['episodes']:,} "
        "episodes in scenes that training never saw, beside drivers without training. Shares with 95 % Wilson "
        "intervals."
    )
    picture = "" if agent.film is None else f'<div class="card"><h3>One of those episodes</h3>{_film(agent.film)}</div>'
    curve = f'<div class="card"><h3>Successful episodes during training</h3>{_curve(agent.curve)}</div>'
    drives = agent.metrics and f'<p class="note">{escape(METRICS_NOTE)}</p>{agent.metrics}'
    return f'<p class="note">{escape(note)}</p>{agent.table}<div class="panels">{curve}{picture}</div>{drives}'


def _table(evaluation: dict[str, Any]) -> str:
    drivers = evaluation["drivers"]
    names = [name for name in SHOWN if any(row["rates"][name]["count"] for row in drivers.values())]
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in names)
    rows = []
    for driver, row in sorted(drivers.items(), key=lambda item: item[0] != "trained"):
        cells = "".join(f"<td>{_share(row['rates'][name])}</td>" for name in names)
        rows.append(f"<tr{' class=main' if driver == 'trained' else ''}><td>{escape(driver)}</td>{cells}</tr>")
    return f'<div class="wide"><table><tr><th>driver</th>{head}</tr>{"".join(rows)}</table></div>'


def _metrics(evaluation: dict[str, Any]) -> str:
    drivers = sorted(evaluation["drivers"].items(), key=lambda item: item[0] != "trained")
    if not all("metrics" in row for _, row in drivers):  # of an earlier version
        return ""
    head, *rows = rows_of({name: row["metrics"] for name, row in drivers})
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    names = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    return f'<div class="wide"><table><tr>{names}</tr>{"".join(f"<tr>{line}</tr>" for line in lines)}</table></div>'


def _share(rate: dict[str, float]) -> str:
    return f"{rate['share']:.1%} <small>{rate['low']:.1%} to {rate['high']:.1%}</small>"


def _film(film: bytes) -> str:
    return f'<img src="{data_uri(film, "gif")}" alt="The trained driver from above">'


def _curve(points: Sequence[tuple[int, float]]) -> str:
    most, span, deep = max([steps for steps, _ in points] + [1]), WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    line = " ".join(f"{LEFT + span * n / most:.1f},{TOP + deep * (1 - share):.1f}" for n, share in points)
    grid = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{share:.0%}</text>'
        for share, y in ((share, TOP + deep * (1 - share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    )
    label = f"steps, {most:,} in all"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Success over steps">{grid}'
        f'<polyline class="line alone" points="{line}"/>'
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" text-anchor="middle">{label}</text></svg>'
    )
