"""Measure what rendered pictures are worth on real photographs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from transfer.arms import COUNTS, Count, arms_for
from transfer.features import Features, extract
from transfer.openings import openings_of, record_opening
from transfer.pictures import Pictures
from transfer.real import RealSet
from transfer.report import Report, summarise
from transfer.report_agent import Agent
from transfer.runs import Job, Stage, run_all
from transfer.tasks import Task
from transfer.training import VIEWS, Source
from transfer.tuning import TUNINGS, Predictable, Tuning

Progress = Callable[[int, int, str], None]


def evaluate(
    synthetic: Pictures,
    real: RealSet,
    task: Task,
    *,
    fixed: Pictures | None = None,
    matched: Pictures | None = None,
    tuning: Sequence[Tuning] = ("frozen", "last"),
    seeds: int = 5,
    counts: Sequence[Count] = COUNTS,
    tuned_counts: Sequence[Count] | None = None,
    out: str | Path,
    split: Literal["test", "train"] = "test",
    also_train: bool = False,
    workers: int = 1,
    agent: Agent | None = None,
    command: str | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Train every data arm, measure on real photographs only, write `report.json` and `report.html`.

    A rerun with the same inputs and `out` computes only what is missing. Each call with `split="test"` is written
    into the ledger of test openings.

    Args:
        synthetic: rendered crops; labels are the task's classes, groups the samples that they were cut from.
        real: real pictures of the same task.
        task: row of `TASKS` or a class map's.
        fixed: rendered crops with all randomisation off.
        matched: rendered crops resampled to the size and blur of the real training split class by class, which uses
            its labels for nothing else.
        tuning: which of frozen, last, full to run; every arm, the real-only control included, gets each.
        seeds: runs per arm.
        counts: real labels per class.
        tuned_counts: real labels per class of the arms that tune the network, which then leave out the fixed and the
            matched renders; None = all arms as with a frozen network.
        out: folder for reports and finished runs.
        split: "test" opens the test split; "train" measures on the training split (real arms by 5 grouped folds).
        also_train: measure the arms without real labels on training and test split together, too.
        workers: processes.
        agent: driver trained in simulation that the page shows, too.
        command: the exact command for the report; by default this process's.
        on_progress: called with steps done, steps in all, and what was done.

    Returns:
        The report, as written.

    Raises:
        ValueError: an argument is out of range, or a class has no rendered crop.
    """
    _check(synthetic, task, tuning, seeds, split)
    folder, command = Path(out), command or " ".join(sys.argv)
    sets = {"randomised": synthetic}
    sets |= {name: given for name, given in (("fixed", fixed), ("matched", matched)) if given is not None}
    for name, given in sets.items():
        _check_classes(given, task, name)
    arms = arms_for(real.train, task, counts, fixed=fixed is not None, matched=matched is not None)
    tuned = arms if tuned_counts is None else arms_for(real.train, task, tuned_counts)
    measured = real.test if split == "test" else real.train
    if split == "test":
        record_opening(measured.digest, task.name, command)
    stage, digests = _stage(sets, real, task, split, also_train and split == "test", workers, on_progress)
    jobs = [
        Job(arm, how, seed) for how in tuning for seed in range(seeds) for arm in (arms if how == "frozen" else tuned)
    ]
    results = run_all(stage, jobs, folder / "runs", digests, workers, on_progress)
    report = summarise(
        task, real, measured, synthetic, list(results.items()), split=split, command=command,
        openings=len(openings_of(real.test.digest)), agent=agent,
    )  # fmt: skip
    report.write(folder)
    return report


def _check(synthetic: Pictures, task: Task, tuning: Sequence[Tuning], seeds: int, split: str) -> None:
    unknown = [how for how in tuning if how not in TUNINGS]
    if unknown or not tuning:
        raise ValueError(f"tuning {list(tuning)}: choose from {', '.join(TUNINGS)}")
    if seeds < 1:
        raise ValueError(f"seeds: {seeds} is below 1")
    if split not in ("test", "train"):
        raise ValueError(f"split {split!r} is neither test nor train")


def _check_classes(pictures: Pictures, task: Task, name: str) -> None:
    empty = [label for label, count in pictures.counts(task.classes).items() if count == 0]
    if empty:
        raise ValueError(f"{name} rendered crops: none of class {', '.join(empty)}; render more samples")


def _stage(
    sets: dict[str, Pictures], real: RealSet, task: Task, split: str, also_train: bool, workers: int,
    on_progress: Progress | None,
) -> tuple[Stage, dict[str, str]]:  # fmt: skip
    sources = {}
    for name, pictures in {**sets, "real": real.train}.items():
        pictures = pictures.select(np.flatnonzero(np.isin(pictures.labels, task.classes)))
        sources[name] = Source(pictures, extract(pictures, task, VIEWS, workers, on_progress))
    train = sources.pop("real")
    own = _predictable(train.pictures, train.features)
    tests, digests = {"test": own}, {name: source.pictures.digest for name, source in sources.items()}
    digests |= {"real": real.train.digest, "test": real.train.digest}
    if split == "test":
        digests["test"] = real.test.digest
        tests["test"] = _predictable(real.test, extract(real.test, task, 1, workers, on_progress))
        if also_train:
            tests["train"] = own
            digests["test and train"] = real.train.digest
    return Stage(task, train, sources, tests, split), digests


def _predictable(pictures: Pictures, features: Features) -> Predictable:
    return Predictable(features.pooled[:, 0], features.deep[:, 0], pictures.images)
