"""The page of a league: who beats whom, ratings over training, gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.runs import FORMAT, write_json
from scenes.wholefile import write_whole
from transfer.report_style import STYLE

if TYPE_CHECKING:
    from agents.league import Gate

Table = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Standings:
    """What a round robin gave."""

    names: tuple[str, ...]  # snapshots, oldest first, then the drivers that learn nothing
    snapshots: int
    table: Table  # (N, N, 3) games that the row won, drew and lost
    ratings: Table  # (N,) Elo
    anchors: dict[str, float]  # fixed ratings
    lower: dict[str, float]  # Wilson lower bounds of the last snapshot's share of games won

    def content(self) -> dict[str, object]:
        """As JSON."""
        return {
            "format": FORMAT, "names": list(self.names), "games": self.table.tolist(),
            "elo": dict(zip(self.names, np.round(self.ratings, 1).tolist(), strict=True)), "anchors": self.anchors,
            "last_wins_lower": self.lower,
        }  # fmt: skip


def write_report(folder: Path, standings: Standings, gates: Sequence[Gate], command: str) -> Path:
    """Write `league.json` and `league.html`, each whole or not at all.

    Args:
        folder: of the league.
        standings: of its round robin.
        gates: that learners stood before.
        command: that made the league.

    Returns:
        The page.
    """
    write_json(folder / "league.json", {**standings.content(), "gates": [vars(gate) for gate in gates]})
    page = folder / "league.html"
    write_whole(page, _page(standings, gates, command))
    return page


def _page(standings: Standings, gates: Sequence[Gate], command: str) -> str:
    promoted = sum(gate.promoted for gate in gates)
    games = int(standings.table[0, 1].sum())
    facts = [(str(promoted), "promotions"), (str(len(gates)), "gates"), (f"{games}", "games of each pair")]
    facts += [(f"{low:.0%}", f"of the games against {name} won by the last snapshot, at least (95 %)")
              for name, low in standings.lower.items()]  # fmt: skip
    cells = "".join(f"<div><b>{escape(figure)}</b><span>{escape(text)}</span></div>" for figure, text in facts)
    anchors = ", ".join(f"{name} = {rating:g}" for name, rating in standings.anchors.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>League</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body><main>'
        '<header><p class="kicker">Self-play</p><h1>Two cars, one passage: a league of snapshots</h1></header>'
        f'<div class="facts">{cells}</div>'
        f'<h2>Ratings</h2><p class="note">Elo from all games; fixed: {escape(anchors)}. 400 points are ten to one.</p>'
        f'<div class="card">{_curve(standings)}</div>'
        '<h2>Who beats whom</h2><p class="note">Share of games that the row won; small: drawn. Half of the games with '
        f'sides swapped.</p><div class="card wide">{_matrix(standings)}</div>'
        f'<h2>Gates</h2><div class="card wide">{_gates(gates)}</div>'
        f"<h3>Command</h3><pre>{escape(command)}</pre></main></body></html>\n"
    )


def _matrix(standings: Standings) -> str:
    head = "<tr><th></th>" + "".join(f"<th>{escape(name)}</th>" for name in standings.names) + "<th>Elo</th></tr>"
    rows = []
    for i, name in enumerate(standings.names):
        cells = ""
        for j in range(len(standings.names)):
            total = standings.table[i, j].sum()
            won, drawn = standings.table[i, j, :2] / max(total, 1)
            shade = f' style="background:rgba(var(--shade),{0.55 * won:.2f})"'
            cells += "<td></td>" if i == j else f"<td{shade}>{won:.0%} <small>{drawn:.0%}</small></td>"
        rows.append(f"<tr><th>{escape(name)}</th>{cells}<td>{standings.ratings[i]:.0f}</td></tr>")
    return f'<table class="confusion">{head}{"".join(rows)}</table>'


def _curve(standings: Standings, width: int = 900, height: int = 260) -> str:
    """Ratings of the snapshots in order; the others as level lines."""
    ratings, n = standings.ratings, standings.snapshots
    low, high = float(ratings.min()) - 50.0, float(ratings.max()) + 50.0

    def at(k: float, rating: float) -> tuple[float, float]:
        return 60 + k / max(n - 1, 1) * (width - 200), height - 30 - (rating - low) / (high - low) * (height - 50)

    parts = []
    for tick in range(int(np.ceil(low / 200)) * 200, int(high) + 1, 200):
        _, y = at(0, tick)
        parts.append(f'<line class="grid" x1="60" y1="{y:.1f}" x2="{width - 130}" y2="{y:.1f}"/>')
        parts.append(f'<text x="52" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
    above = np.inf  # of the label before
    for k in sorted(range(n, len(ratings)), key=lambda k: ratings[k]):
        _, y = at(0, float(ratings[k]))
        above = min(y, above - 14)
        parts.append(f'<line class="line fixed" x1="60" y1="{y:.1f}" x2="{width - 130}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{width - 124}" y="{above + 4:.1f}">{escape(standings.names[k])}</text>')
    spots = [at(k, float(ratings[k])) for k in range(n)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    parts.append(f'<polyline class="line alone" points="{line}"/>')
    parts += [f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle">{escape(standings.names[k])}</text>'
              for k, (x, _) in enumerate(spots)]  # fmt: skip
    return f'<svg viewBox="0 0 {width} {height}" role="img">{"".join(parts)}</svg>'


def _gates(gates: Sequence[Gate]) -> str:
    head = "<tr><th>Steps</th><th>Against</th><th>Won</th><th>Drawn</th><th>Lost</th><th></th></tr>"
    rows = [
        f"<tr><td>{gate.steps:,}</td><td>{gate.rival}</td><td>{gate.won:g}</td><td>{gate.drawn:g}</td>"
        f"<td>{gate.lost:g}</td><td>{'promoted' if gate.promoted else ''}</td></tr>"
        for gate in gates
    ]
    return f"<table>{head}{''.join(rows)}</table>"
