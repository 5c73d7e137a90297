"""One run = one arm, one tuning, one seed. Finished runs are kept as JSON and never computed twice."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenes.wholefile import write_whole
from transfer.arms import Arm, draw_real, draw_rendered, grouped_folds
from transfer.features import input_key
from transfer.tasks import Task
from transfer.training import Source, TrainingSet
from transfer.tuning import Predictable, Tuning, train_and_predict

PROTOCOL = 2  # part of every run's key: raise it when training or drawing changes
CROSS_FOLDS = 5  # of --split train


@dataclass(frozen=True, eq=False)
class Stage:
    """Everything that runs share: the sources, and what is measured."""

    task: Task
    real: Source  # training split
    rendered: Mapping[str, Source]  # "randomised", "fixed", "matched"
    tests: Mapping[str, Predictable]  # name -> inputs; "test" is the measured set
    split: str  # "test", or "train": folds over the real training split


@dataclass(frozen=True)
class Job:
    """Address of a run."""

    arm: Arm
    tuning: Tuning
    seed: int

    @property
    def name(self) -> str:
        """File stem."""
        return f"{self.tuning}-{self.arm.name}-{self.seed}"


@dataclass(frozen=True, eq=False)
class Result:
    """What a run found."""

    probabilities: dict[str, NDArray[np.float64]]  # test set -> (N, C)
    real_per_class: dict[str, int]
    rendered: int  # rendered crops trained on
    decay: float


def training_set(stage: Stage, arm: Arm, seed: int, pool: Source) -> TrainingSet:
    """Draw the data of an arm: real pictures from `pool`, rendered ones from the stage."""
    real = pool.select(draw_real(pool.pictures, stage.task, arm.real, seed)) if arm.uses_real else None
    rendered = None
    if arm.rendered != "none":
        source = stage.rendered[arm.rendered]
        rendered = source.select(draw_rendered(source.pictures, seed))
    return TrainingSet(stage.task, real, rendered)


def compute(stage: Stage, arm: Arm, seed: int, tunings: Sequence[Tuning]) -> dict[Tuning, Result]:
    """Train and classify. With split "train", real arms are measured on the fold that they did not draw from."""
    names = [name for name in stage.tests if name == "test" or not arm.uses_real]
    if stage.split == "test" or not arm.uses_real:
        data = training_set(stage, arm, seed, stage.real)
        outcomes = train_and_predict(data, tunings, seed, [stage.tests[name] for name in names])
        return {
            tuning: _result(stage, data, dict(zip(names, outcome.probabilities, strict=True)), outcome.decay)
            for tuning, outcome in outcomes.items()
        }
    return _cross_validated(stage, arm, seed, tunings)


def _cross_validated(stage: Stage, arm: Arm, seed: int, tunings: Sequence[Tuning]) -> dict[Tuning, Result]:
    pictures, inputs = stage.real.pictures, stage.tests["test"]
    dealt = grouped_folds(pictures.targets(stage.task.classes), pictures.groups, CROSS_FOLDS, seed)
    if dealt is None:
        raise ValueError("split 'train' needs two groups per class in the real training split")
    merged = {tuning: np.zeros((len(pictures), len(stage.task.classes)), np.float32) for tuning in tunings}
    for fold in range(int(dealt.max()) + 1):
        held = np.flatnonzero(dealt == fold)
        data = training_set(stage, arm, seed, stage.real.select(np.flatnonzero(dealt != fold)))
        part = Predictable(inputs.pooled[held], inputs.deep[held], tuple(inputs.images[int(i)] for i in held))
        outcomes = train_and_predict(data, tunings, seed, [part])
        for tuning, outcome in outcomes.items():
            merged[tuning][held] = outcome.probabilities[0]
    return {tuning: _result(stage, data, {"test": merged[tuning]}, outcomes[tuning].decay) for tuning in tunings}


def _result(stage: Stage, data: TrainingSet, found: dict[str, NDArray[np.float32]], decay: float) -> Result:
    counts = data.real.pictures.counts(stage.task.classes) if data.real else dict.fromkeys(stage.task.classes, 0)
    rendered = len(data.rendered.pictures) if data.rendered else 0
    return Result({name: np.asarray(p, np.float64).round(4) for name, p in found.items()}, counts, rendered, decay)


def run_key(stage: Stage, job: Job, digests: Mapping[str, str]) -> str:
    """Hash of every input of a run; `digests` names the contents of all picture sets."""
    used = {name: digest for name, digest in digests.items() if name.startswith("test") or _uses(job.arm, name)}
    parts = {"protocol": PROTOCOL, "inputs": used, "classes": stage.task.classes, "steps": stage.task.steps}
    parts |= {"task": input_key(stage.task), "arm": job.arm.name, "tuning": job.tuning, "seed": job.seed}
    return hashlib.sha256(json.dumps(parts | {"split": stage.split}, sort_keys=True).encode()).hexdigest()


def _uses(arm: Arm, name: str) -> bool:
    return name == arm.rendered or (name == "real" and arm.uses_real)


def stored(folder: Path, job: Job, key: str) -> Result | None:
    """Read a finished run, if there is one with the same inputs."""
    path = folder / f"{job.name}-{key[:12]}.json"
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError:
        return None  # written by hand or damaged: compute it again
    if content.get("key") != key:
        return None
    found = {name: np.array(rows) for name, rows in content["probabilities"].items()}
    return Result(found, content["real_per_class"], content["rendered"], content["decay"])


def store(folder: Path, job: Job, key: str, result: Result) -> None:
    """Write a finished run, whole or not at all."""
    content = {
        "key": key, "real_per_class": result.real_per_class, "rendered": result.rendered, "decay": result.decay,
        "probabilities": {name: rows.tolist() for name, rows in result.probabilities.items()},
    }  # fmt: skip
    write_whole(folder / f"{job.name}-{key[:12]}.json", json.dumps(content).encode())


def run_all(
    stage: Stage,
    jobs: list[Job],
    folder: Path,
    digests: Mapping[str, str],
    workers: int,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> dict[Job, Result]:
    """Compute what is missing, in `workers` processes, and return all results.

    Args:
        stage: shared inputs.
        jobs: what to run.
        folder: where finished runs lie.
        digests: content hashes of the picture sets, by name.
        workers: processes of one thread each.
        on_progress: called after each run with runs done, runs in all, and the run's name.
    """  # fmt: skip
    import joblib

    keys = {job: run_key(stage, job, digests) for job in jobs}
    results = {job: found for job in jobs if (found := stored(folder, job, keys[job])) is not None}
    together: dict[tuple[Arm, int], list[Job]] = {}  # tunings of one arm and seed share the frozen head
    for job in jobs:
        if job not in results:
            together.setdefault((job.arm, job.seed), []).append(job)
    workers = max(1, min(workers, len(together)))
    with tempfile.TemporaryDirectory(prefix="skidpad-") as temporary:
        shared: Stage | str = stage
        if workers > 1:  # workers read the pictures once from a file, not with every call
            shared = f"{temporary}/stage.pickle"
            joblib.dump(stage, shared)
        calls = (
            joblib.delayed(_compute_and_store)(shared, group, folder, {job: keys[job] for job in group})
            for group in together.values()
        )
        for found_now in joblib.Parallel(n_jobs=workers, return_as="generator_unordered")(calls):
            results |= found_now
            if on_progress:
                on_progress(len(results), len(jobs), next(iter(found_now)).arm.name)
    return {job: results[job] for job in jobs}


@lru_cache(maxsize=1)
def _stage_at(path: str) -> Stage:
    import joblib

    found: Stage = joblib.load(path)
    return found


def _compute_and_store(shared: Stage | str, jobs: list[Job], folder: Path, keys: dict[Job, str]) -> dict[Job, Result]:
    stage = _stage_at(shared) if isinstance(shared, str) else shared
    results = compute(stage, jobs[0].arm, jobs[0].seed, [job.tuning for job in jobs])
    for job in jobs:
        store(folder, job, keys[job], results[job.tuning])
    return {job: results[job.tuning] for job in jobs}
