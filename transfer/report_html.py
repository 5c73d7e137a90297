"""The report page: one file, everything inlined."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from transfer.page import document
from transfer.report_agent import agent_section
from transfer.report_chart import learning_curve
from transfer.report_pictures import mistakes, side_by_side
from transfer.report_style import STYLE
from transfer.report_tables import arms_table, comparison_table, confusion_table, recall_table
from transfer.summary import ArmFigures

if TYPE_CHECKING:
    from transfer.report import Report

TUNING_WORDS = {
    "frozen": "Frozen network, linear head",
    "last": "Last blocks tuned",
    "full": "All layers tuned",
}
LEGEND = (
    ("real", "real labels only"),
    ("mixed", "rendered + real labels"),
    ("alone", "rendered only"),
    ("matched", "rendered only, matched size and blur"),
    ("fixed", "rendered only, no randomisation"),
)


def page(report: Report) -> str:
    """Return the whole page as text."""
    content = report.content
    main = report.main
    sections = [
        _facts(report),
        _section("How much real data is it worth?", _curves(report)),
        _section("Every arm", arms_table(report)),
        _section("Which classes are found", _classes(report)),
        _section("Differences", comparison_table(content["comparisons"])),
        _section("Real and rendered, side by side", side_by_side(report)),
        _section("Worst mistakes", mistakes(report, main)),
        *([_section("A driver trained in the same engine", agent_section(report.agent))] if report.agent else []),
        _section("How this was measured", _method(report)),
    ]
    title = f"Rendered to real: {content['task']}"
    return document(title, title, report.headline, STYLE, "".join(sections))


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _facts(report: Report) -> str:
    content, main = report.content, report.main
    real = content["real_test"]
    equal = content["label_equivalence"].get(main.key)
    split = "real test photographs" if content["split"] == "test" else "real photographs (training split)"
    rows = [
        (f"{main.point:.1%}", "balanced accuracy, rendered only"),
        *([(_number(equal), "real labels per class worth the same")] if equal is not None else []),
        (f"{main.results[0].rendered:,}", "rendered crops a run"),
        (f"{real['images']:,}", f"{split}, {real['groups']:,} groups"),
        (f"{content['test_openings']}", "openings of the test split so far"),
    ]
    for row in content["also_train"]:
        if row["arm"] == main.key:
            figure = f"{row['balanced_accuracy']['mean']:.1%}"
            rows.insert(1, (figure, f"on training and test split together, {row['images']:,} images"))
    cells = "".join(f"<div><b>{escape(figure)}</b><span>{escape(text)}</span></div>" for figure, text in rows)
    return f'<div class="facts">{cells}</div>'


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _curves(report: Report) -> str:
    present = {_kind(item) for item in report.figures}
    legend = "".join(f'<span><i class="{kind}"></i>{text}</span>' for kind, text in LEGEND if kind in present)
    panels = []
    for tuning in dict.fromkeys(item.tuning for item in report.figures):
        items = [item for item in report.figures if item.tuning == tuning]
        chart = learning_curve(items, 1 / len(report.task.classes))
        panels.append(f'<div class="card"><h3>{TUNING_WORDS[tuning]}</h3>{chart}</div>')
    note = "Balanced accuracy on real photographs. Bands are 95 % intervals over seeds and test photographs."
    return f'<p class="note">{note}</p><div class="legend">{legend}</div><div class="panels">{"".join(panels)}</div>'


def _kind(item: ArmFigures) -> str:
    if item.arm.rendered == "none":
        return "real"
    if item.arm.uses_real:
        return "mixed"
    return {"randomised": "alone"}.get(item.arm.rendered, item.arm.rendered)


def _classes(report: Report) -> str:
    main, classes = report.main, report.task.classes
    note = f"Arm: {main.key}. Rows: true class; columns: what it was called; averaged over {len(main.results)} seeds."
    table = confusion_table(report.content["confusion"][main.key], classes, report.content["real_test"]["per_class"])
    recall = recall_table(report.figures, classes)
    return (
        f'<p class="note">{escape(note)}</p><div class="card wide">{table}</div>'
        f'<p class="note">Recall of each class.</p><div class="card wide">{recall}</div>'
    )


def _method(report: Report) -> str:
    content = report.content
    text = (
        "Every arm that was run, the control on real labels included, had the same network, augmentation, number of "
        "steps and search for weight decay; the search saw only the arm's own training data, and arms "
        "without real labels were chosen on held-out renders. Real and rendered crops weigh the same "
        "where both are there. Figures are measured on real photographs only. Intervals draw seeds and "
        "groups of photographs with replacement, the same draws for all arms, "
        "so differences are paired. A label's worth is read off the real-only curve, made non-decreasing, over log n."
    )
    return f"<p>{text}</p><dl>{_details(report)}</dl><h3>Command</h3><pre>{escape(content['command'])}</pre>"


def _control(figures: Sequence[ArmFigures]) -> str:
    """Which label counts the control on real labels was run with, for every tuning."""
    parts = []
    for tuning in dict.fromkeys(item.tuning for item in figures):
        counts = [item.arm.name for item in figures if item.tuning == tuning and item.arm.rendered == "none"]
        parts.append(f"{tuning}: {', '.join(counts) if counts else 'not run'}")
    return "; ".join(parts)


def _details(report: Report) -> str:
    content = report.content
    size, backbone = content["input"]["size"], content["backbone"]
    window = content["input"]["window"]
    rows: Sequence[tuple[str, str]] = (
        ("Real set", f"{content['real_test']['name']}: {content['splitting']}"),
        ("Measured on", f"{content['split']} split: {_counts(content['real_test']['per_class'])}"),
        ("Real labels to draw from", _counts(content["real_train"]["per_class"])),
        (
            "Rendered crops",
            f"{_counts(content['rendered']['per_class'])} from {content['rendered']['samples']} samples",
        ),
        ("Control on real labels", _control(report.figures)),
        ("Openings of the test split", f"{content['test_openings']} on this machine"),
        ("Network", f"{backbone['name']}; `last` tunes blocks {backbone['cut']}+, {backbone['steps']} steps of 32"),
        ("Input", f"{size[0]} x {size[1]} px, {content['input']['fit']}" + (f", window {window}" if window else "")),
        ("Versions", ", ".join(f"{name} {number}" for name, number in content["versions"].items())),
    )
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows)


def _counts(per_class: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in per_class.items())
