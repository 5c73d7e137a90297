"""Tables of the report page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from transfer.summary import ArmFigures

if TYPE_CHECKING:
    from transfer.report import Report


def _figure(row: dict[str, float], digits: int = 1, sign: str = "") -> str:
    low, high = f"{row['low']:{sign}.{digits}%}", f"{row['high']:{sign}.{digits}%}"
    return f"{row['mean']:{sign}.{digits}%} <small>{low} to {high}</small>"


def arms_table(report: Report) -> str:
    """All arms: labels, crops, accuracy with interval, worth in labels."""
    equal = report.content["label_equivalence_interval"]
    rows, last = [], None
    for entry in report.content["arms"]:
        kinds = [
            name for name, yes in (("main", entry["arm"] == report.main.key), ("break", entry["tuning"] != last)) if yes
        ]
        last = entry["tuning"]
        worth = equal.get(entry["arm"])
        text = "" if worth is None else f"{worth['labels']} <small>{worth['low']} to {worth['high']}</small>"
        shown = text.replace(">", "&gt;", 1) if worth and worth["labels"] == ">all" else text
        rows.append(
            f'<tr class="{" ".join(kinds)}"><td>{escape(entry["data"])}</td><td>{entry["tuning"]}</td>'
            f"<td>{_labels(entry['real_per_class'])}</td><td>{entry['n_synthetic']:,}</td>"
            f"<td>{_figure(entry['balanced_accuracy'])}</td><td>{shown}</td></tr>"
        )
    head = "<tr><th>Data</th><th>Tuning</th><th>Real labels per class</th><th>Rendered crops</th>"
    head += "<th>Balanced accuracy <small>95 %</small></th><th>Worth in labels per class <small>95 %</small></th></tr>"
    return f'<div class="card wide"><table><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table></div>'


def _labels(per_class: dict[str, int]) -> str:
    counts = list(per_class.values())
    if len(set(counts)) == 1:
        return str(counts[0]) if counts[0] else "0"
    return " / ".join(str(count) for count in counts)


def confusion_table(shares: Sequence[Sequence[float]], classes: Sequence[str], counts: dict[str, int]) -> str:
    """True classes as rows, called classes as columns, shaded by share."""
    head = "<tr><th></th>" + "".join(f"<th>{escape(name)}</th>" for name in classes) + "</tr>"
    rows = []
    for name, row in zip(classes, shares, strict=True):
        cells = "".join(
            f'<td style="background:rgba(var(--shade),{0.55 * share:.2f})">{share:.1%}</td>' for share in row
        )
        rows.append(f"<tr><th>{escape(name)} <small>({counts[name]})</small></th>{cells}</tr>")
    return f'<table class="confusion">{head}{"".join(rows)}</table>'


def recall_table(figures: Sequence[ArmFigures], classes: Sequence[str]) -> str:
    """Recall per class of the arms at the ends: rendered only, with most labels, real-only with most."""
    shown = []
    for tuning in dict.fromkeys(item.tuning for item in figures):
        items = [item for item in figures if item.tuning == tuning]
        shown += [item for item in items if not item.arm.uses_real]
        for kind in ("randomised", "none"):
            real = [item for item in items if item.arm.rendered == kind and item.arm.uses_real]
            shown += real[-1:]
    head = "<tr><th>Recall</th>" + "".join(f"<th>{escape(name)}</th>" for name in classes) + "</tr>"
    rows = []
    for item in shown:
        cells = "".join(
            f"<td>{row.mean:.1%} <small>{row.low:.0%} to {row.high:.0%}</small></td>" for row in item.recalls
        )
        rows.append(f"<tr><td>{escape(item.key)}</td>{cells}</tr>")
    return f"<table>{head}{''.join(rows)}</table>"


def comparison_table(rows: Sequence[dict[str, Any]]) -> str:
    """Paired differences; those whose interval leaves out 0 are marked."""
    lines = []
    for row in rows:
        difference = row["difference"]
        clear = "clear" if difference["low"] > 0 or difference["high"] < 0 else "within noise"
        lines.append(
            f"<tr><td>{escape(row['first'])}</td><td>{escape(row['second'])}</td>"
            f"<td>{_figure(difference, 1, '+')}</td><td>{clear}</td></tr>"
        )
    head = "<tr><th>First</th><th>Second</th><th>First minus second <small>95 %, paired</small></th><th></th></tr>"
    return (
        f"<details><summary>{len(rows)} paired comparisons</summary>"
        f'<div class="card wide"><table>{head}{"".join(lines)}</table></div></details>'
    )
