"""Label equivalence and class maps against numbers that can be checked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from transfer.arms import arms_for, draw_real
from transfer.equivalence import isotonic, labels_to_match
from transfer.groups import group_of
from transfer.pictures import Pictures
from transfer.tasks import task_named


def pictures(counts: dict[str, int]) -> Pictures:
    labels = [name for name, count in counts.items() for _ in range(count)]
    images = [np.zeros((12, 12, 3), np.uint8) for _ in labels]
    return Pictures.of(images, labels, [str(k) for k in range(len(labels))])


def test_equivalence_reads_the_curve_on_a_log_axis() -> None:
    assert labels_to_match([1, 10, 100], [0.5, 0.7, 0.9], 0.8) == pytest.approx(10**1.5)
    assert labels_to_match([1, 10, 100], [0.5, 0.7, 0.9], 0.95) == float("inf")
    assert isotonic([0.5, 0.8, 0.7, 0.9]).tolist() == pytest.approx([0.5, 0.75, 0.75, 0.9])


def test_real_labels_are_capped_per_class_and_seeds_differ() -> None:
    task = task_named("signals")
    pool = pictures({"red": 30, "yellow": 5, "green": 20})
    drawn = draw_real(pool, task, 10, 0)
    assert {name: int((pool.labels[drawn] == name).sum()) for name in task.classes} == {
        "red": 10,
        "yellow": 5,
        "green": 10,
    }
    assert sorted(drawn.tolist()) != sorted(draw_real(pool, task, 10, 1).tolist())
    names = [arm.name for arm in arms_for(pool, task, (0, 2, "all"), fixed=False, matched=False)]
    assert names == ["real-2", "real-all", "synthetic", "synthetic+2", "synthetic+all"]


def test_frames_of_one_run_share_a_group() -> None:
    assert group_of("0001TP_006690_8_1") == group_of("0001TP_006720_bg_0") != group_of("0016E5_006690_8_1")
    assert group_of("crop001563a") == group_of("crop001563b") != group_of("crop001564a")


def test_unknown_tasks_and_broken_class_maps_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose one of signals, street, direction"):
        task_named("sheep")
    path = tmp_path / "map.yaml"
    path.write_text("classes: [a, b]\nreal: {x: c}\n")
    with pytest.raises(ValueError, match=r"map\.yaml"):
        task_named("street", path)
