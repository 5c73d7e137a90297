"""Writes a dataset once more, in the layout that other people's tools read (`FORMATS` of `transfer.layouts`)."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from scenes.suggest import suggestion
from transfer.crop_rules import CROP_RULES
from transfer.layouts import FORMATS, Job, Picture
from transfer.manifest import DatasetError, file_sha256, installed, json_bytes
from transfer.reader import Dataset

EXPORT_FORMAT = 1  # of export.json


def export(
    dataset: str | Path,
    out: str | Path,
    layout: str,
    *,
    val: float = 0.0,
    task: str | None = None,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write the pictures and labels of a dataset in another layout.

    Args:
        dataset: folder that `skidpad generate` wrote.
        out: folder to make; it appears when all is there.
        layout: row of `FORMATS`.
        val: share of the samples that go into the split `val`; all pictures of a sample go together.
        task: of `crops`: row of `CROP_RULES`.
        seed: of the split, and of the jitter of crops.
        on_progress: called with (done, all) pictures.

    Returns:
        `out`.

    Raises:
        DatasetError: the dataset cannot be read, an argument is outside its limits, or the disk takes no more.
    """
    source, place = Dataset.open(dataset), Path(out)
    job = job_of(source, layout, val, task, seed)
    if place.exists() or place.is_symlink():
        raise DatasetError(f"{place}: already exists; remove it or choose another folder")
    held = held_out(source, val, seed)
    counts: Counter[str] = Counter()

    def pictures() -> Iterator[Picture]:
        for number, sample in enumerate(source.samples):
            split = "val" if sample.sample in held else "train"
            counts[split] += 1
            yield Picture(number, sample, split)
            if on_progress:
                on_progress(number + 1, len(source))

    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f"{place.name}.", dir=place.parent))
    try:
        for path, content in FORMATS[layout](job, pictures()):
            put(beside / path, content)
        for path in source.manifest["files"]:
            if path.startswith("licences/"):
                put(beside / path, (source.root / path).read_bytes())
        put(beside / "export.json", json_bytes(origin(source, layout, task, val, seed, counts), indent=1))
        beside.chmod(0o755)  # mkdtemp makes folders for their owner alone
        beside.rename(place)
    except OSError as error:
        raise DatasetError(f"{error.filename or place}: cannot write: {error.strerror or error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return place


def job_of(dataset: Dataset, layout: str, val: float, task: str | None, seed: int) -> Job:
    """Check what is asked for, as `export` describes it.

    Raises:
        DatasetError: an argument is outside its limits.
    """
    if layout not in FORMATS:
        raise DatasetError(f"--format {layout}: unknown{suggestion(layout, FORMATS)} (there is {', '.join(FORMATS)})")
    if not 0.0 <= val < 1.0:
        raise DatasetError(f"--val {val} is outside [0, 1)")
    if (layout == "crops") != (task is not None):
        raise DatasetError("--task belongs to --format crops, which needs it")
    if task is not None and task not in CROP_RULES:
        raise DatasetError(f"--task {task}: unknown{suggestion(task, CROP_RULES)} (there is {', '.join(CROP_RULES)})")
    return Job(dataset, None if task is None else CROP_RULES[task], seed)


def held_out(dataset: Dataset, share: float, seed: int) -> set[int]:
    """Numbers of the samples of the split `val`: those whose hash is smallest, so that order plays no part.

    Raises:
        DatasetError: there are too few samples for a split.
    """
    numbers = sorted({sample.sample for sample in dataset.samples})
    if share and len(numbers) < 2:
        raise DatasetError(f"{dataset.root}: --val {share} needs 2 or more samples, there is {len(numbers)}")
    count = min(max(1, round(share * len(numbers))), len(numbers) - 1) if share else 0
    order = sorted(numbers, key=lambda number: hashlib.sha256(f"{seed} {number}".encode()).digest())
    return set(order[:count])


def origin(
    dataset: Dataset, layout: str, task: str | None, val: float, seed: int, counts: Counter[str]
) -> dict[str, object]:
    """What export.json says: where the pictures come from, and how they were split."""
    manifest = dataset.manifest
    return {
        "format": EXPORT_FORMAT, "skidpad": installed("skidpad"), "layout": layout, "task": task, "val": val,
        "seed": seed, "pictures": dict(counts),
        "dataset": {
            "name": manifest.get("name"), "seed": manifest.get("seed"), "skidpad": manifest.get("skidpad"),
            "manifest_sha256": file_sha256(dataset.root / "manifest.json"),
        },
    }  # fmt: skip


def put(place: Path, content: bytes) -> None:
    """Write a file, and its folder where it is missing."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
