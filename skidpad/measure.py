"""From generated datasets to a report measured on real photographs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from transfer.arms import COUNTS, Count
from transfer.crops import Crop
from transfer.evaluate import evaluate as run
from transfer.real import RealSet
from transfer.rendered import matched_pictures, pictures_of, rendered_crops
from transfer.report import Report
from transfer.report_agent import read_agent
from transfer.tasks import Task, task_named
from transfer.tuning import Tuning


def evaluate(
    synthetic: Sequence[str | Path],
    real: str,
    task: str,
    *,
    out: str | Path,
    fixed: Sequence[str | Path] = (),
    classes: str | Path | None = None,
    tuning: Sequence[Tuning] = ("frozen", "last"),
    counts: Sequence[str] | None = None,
    tuned_counts: Sequence[str] | None = None,
    seeds: int = 5,
    split: Literal["test", "train"] = "test",
    workers: int = 1,
    agent: str | Path | None = None,
    command: str | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> Report:
    """Cut crops from datasets and measure what they are worth on real photographs.

    Args:
        synthetic: generated datasets.
        real: folder `{train,test}/class/*.jpg`, or `embedded`.
        task: `signals`, `street`, `direction`, or the task that a class map starts from.
        out: folder for the report.
        fixed: datasets generated with all randomisation off.
        classes: class map file.
        tuning: which of frozen, last, full.
        counts: real labels per class, numbers or `all`; by default the whole curve.
        tuned_counts: the same for the arms that tune the network; by default all arms are tuned, too.
        seeds: runs per arm.
        split: `test`, or `train` for development.
        workers: processes.
        agent: run folder of a training that the page shows, too.
        command: for the report.
        on_progress: called with (done, all, what).

    Returns:
        The report, written to `out`.

    Raises:
        ValueError: an argument or a class map is wrong.
        DatasetError: a dataset cannot be read.
    """
    row = task_named(task, classes)
    trained = read_agent(agent) if agent else None
    wanted = numbers(counts, "--counts") if counts else COUNTS
    tuned = numbers(tuned_counts, "--tuned-counts") if tuned_counts else None
    photos = RealSet.open(real, row)
    crops = crops_of(synthetic, row)
    plain = crops_of(fixed, row)
    return run(
        pictures_of(crops, row), photos, row, fixed=pictures_of(plain, row) if fixed else None,
        matched=matched_pictures(crops, photos.train, row),
        tuning=tuning, seeds=seeds, counts=wanted, tuned_counts=tuned, out=out, split=split,
        also_train=real == "embedded", workers=workers, agent=trained, command=command,
        on_progress=on_progress,
    )  # fmt: skip


def numbers(texts: Sequence[str], option: str) -> tuple[Count, ...]:
    """Read counts of labels.

    Args:
        texts: as typed.
        option: that they were given to, for the error.

    Raises:
        ValueError: one is neither a whole number from 0 on nor "all".
    """
    for text in texts:
        if text != "all" and not text.isdigit():
            raise ValueError(f"{option}: {text!r} is neither a whole number from 0 on nor 'all'")
    return tuple("all" if text == "all" else int(text) for text in texts)


def crops_of(folders: Sequence[str | Path], task: Task) -> list[Crop]:
    """Cut the crops of a task from datasets.

    Args:
        folders: generated datasets.
        task: whose rule is used.

    Returns:
        Crops of all datasets; groups carry the dataset's name.
    """
    return [crop for folder in folders for crop in rendered_crops(folder, task)]
