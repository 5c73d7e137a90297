"""The whole evaluation on pictures that anybody can tell apart: arms, resuming, ledger, report."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from scenes.seeds import rng_for
from transfer.evaluate import evaluate
from transfer.openings import openings_of
from transfer.pictures import Pictures
from transfer.real import RealSet
from transfer.tasks import task_named

TASK = replace(task_named("signals"), input_size=(32, 32), cut=15, steps=4)
COLOURS = {"red": (220, 30, 30), "yellow": (230, 200, 20), "green": (20, 200, 60)}
PER_CLASS = {"train": 6, "test": 4}


def patch(label: str, *address: int | str) -> np.ndarray:
    """A noisy patch with a lamp of the class's colour."""
    rng = rng_for(0, "patch", label, *address)
    image = rng.integers(20, 60, (32, 20, 3), dtype=np.uint8)
    image[10:22, 4:16] = COLOURS[label]
    return image


def tree(folder: Path) -> Path:
    """Real photographs, each a group of its own."""
    for split, count in PER_CLASS.items():
        for label in COLOURS:
            (folder / split / label).mkdir(parents=True)
            for k in range(count):
                cv2.imwrite(str(folder / split / label / f"{label}{k}{split}.png"), patch(label, split, k)[..., ::-1])
    return folder


def rendered(shuffled: bool = False) -> Pictures:
    """Crops of twelve samples; shuffled = labels that say nothing."""
    labels = [label for label in COLOURS for _ in range(12)]
    images = [patch(label, "rendered", k) for k, label in enumerate(labels)]
    if shuffled:
        labels = [list(COLOURS)[k % 3] for k in range(len(labels))]
    return Pictures.of(images, labels, [str(k % 12) for k in range(len(labels))])


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> RealSet:
    return RealSet.open(tree(tmp_path_factory.mktemp("real")), TASK)


def run(real: RealSet, out: Path, names: list[str], **options: object) -> dict:  # type: ignore[type-arg]
    settings = {"seeds": 2, "counts": (2, "all"), "tuning": ("frozen", "last"), "tuned_counts": (2,), **options}
    evaluate(
        rendered(), real, TASK, fixed=rendered(shuffled=True), out=out, command="skidpad evaluate",
        on_progress=lambda _done, _all, what: names.append(what), **settings,
    )  # fmt: skip
    return json.loads((out / "report.json").read_text(encoding="utf-8"))


def test_report_has_every_arm_and_tells_good_data_from_bad(real: RealSet, tmp_path: Path) -> None:
    before, names = len(openings_of(real.test.digest)), []
    report = run(real, tmp_path, names)
    arms = {row["arm"]: row for row in report["arms"]}
    assert set(arms) == {
        *(f"{arm}/frozen" for arm in ("real-2", "real-all", "synthetic", "synthetic+2", "synthetic+all")),
        "synthetic-fixed/frozen", "real-2/last", "synthetic/last", "synthetic+2/last",
    }  # fmt: skip
    assert arms["synthetic/frozen"]["balanced_accuracy"]["mean"] > 0.95
    assert arms["synthetic-fixed/frozen"]["balanced_accuracy"]["mean"] < 0.7, "shuffled labels must not look good"
    assert arms["synthetic/frozen"]["n_real_per_class"] == 0
    assert arms["real-2/frozen"]["n_synthetic"] == 0 and arms["synthetic+2/last"]["n_real_per_class"] == 2
    for row in arms.values():
        figure = row["balanced_accuracy"]
        assert 0 <= figure["low"] <= figure["mean"] <= figure["high"] <= 1 and row["seeds"] == 2
    assert report["real_test"]["images"] == 3 * PER_CLASS["test"]
    assert report["test_openings"] == before + 1 == len(openings_of(real.test.digest))
    # the tuned control has one count here: one point is no curve to read labels from
    assert set(report["label_equivalence"]) == {a for a in arms if a.startswith("synthetic") and a.endswith("frozen")}

    again: list[str] = []
    second = run(real, tmp_path, again)
    assert "features" not in again and not set(again) & {"synthetic", "real-2"}, "finished runs are not repeated"
    assert second["arms"] == report["arms"] and second["test_openings"] == before + 2

    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=\"?(https?:)?//", page), "the page must not need the network"
    assert "data:image/" in page and "skidpad evaluate" in page


def test_training_split_never_opens_the_test_split(real: RealSet, tmp_path: Path) -> None:
    before = len(openings_of(real.test.digest))
    report = run(real, tmp_path, [], split="train", tuning=("frozen",), seeds=1)
    assert report["real_test"]["images"] == 3 * PER_CLASS["train"]
    assert len(openings_of(real.test.digest)) == before


def test_every_layer_can_be_tuned(real: RealSet, tmp_path: Path) -> None:
    report = run(real, tmp_path, [], tuning=("full",), counts=(0,), tuned_counts=(0,), seeds=1)
    assert [row["arm"] for row in report["arms"]] == ["synthetic/full"]


def test_bad_arguments_are_refused_before_anything_is_opened(real: RealSet, tmp_path: Path) -> None:
    before = len(openings_of(real.test.digest))
    for options, message in (
        ({"tuning": ("half",)}, "choose from frozen, last, full"),
        ({"seeds": 0}, "below 1"),
        ({"split": "dev"}, "neither test nor train"),
        ({"counts": (-1,)}, "neither a whole number from 0 on nor 'all'"),
        ({"tuned_counts": (-1,)}, "neither a whole number from 0 on nor 'all'"),
    ):
        with pytest.raises(ValueError, match=message):
            run(real, tmp_path, [], **options)
    assert len(openings_of(real.test.digest)) == before and not any(tmp_path.iterdir())
