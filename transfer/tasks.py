"""The tasks: which real folders hold which class, how crops become network inputs.

Every value that was chosen by measurement was chosen on the real *train* splits only (5-fold, grouped, real-only
classifiers): see docs/evaluation.md for the figures. Add a task here, or without code by a class map file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Window = tuple[float, float, float, float]  # x0, y0, x1, y1 as fractions of the crop


@dataclass(frozen=True)
class Task:
    """What is told apart, and how a crop is shown to the network."""

    name: str
    classes: tuple[str, ...]
    real_folders: dict[str, str]  # folder of the real tree -> class; other folders are left out
    crop_rule: str  # row of transfer.crops.CROP_RULES that cuts the rendered crops
    synthetic_labels: dict[str, str] = field(default_factory=dict)  # label of a rendered crop -> class; empty = same
    input_size: tuple[int, int] = (128, 128)  # width, height in px, multiples of 32 (the network's stride)
    fit: Literal["squash", "pad"] = "squash"  # stretch to the input, or keep the aspect ratio and pad
    window: Window | None = None  # part of the crop that is looked at, same for real and rendered
    mirror: bool = True  # a left-right flip keeps the class
    cut: int = 11  # first block that `last` tunes, of 16
    steps: int = 150  # optimisation steps of `last` and `full`

    def __post_init__(self) -> None:
        """Check what a class map file may get wrong.

        Raises:
            ValueError: fewer than two classes, a mapping to an unknown class, or a size that is no multiple of 32.
        """
        if len(set(self.classes)) < 2:
            raise ValueError(f"task {self.name}: needs two or more classes, not {list(self.classes)}")
        for source, label in {**self.real_folders, **self.synthetic_labels}.items():
            if label not in self.classes:
                raise ValueError(f"task {self.name}: {source!r} maps to {label!r}, not one of {list(self.classes)}")
        if any(side < 32 or side % 32 for side in self.input_size):
            raise ValueError(f"task {self.name}: input size {self.input_size} needs multiples of 32 px")


def _same(*classes: str) -> dict[str, str]:
    return {name: name for name in classes}


TASKS: dict[str, Task] = {
    "signals": Task(
        name="signals", classes=("red", "yellow", "green"), real_folders=_same("red", "yellow", "green"),
        crop_rule="signals", input_size=(64, 96), cut=5, steps=100,
    ),
    "street": Task(
        name="street", classes=("vehicle", "pedestrian", "background"),
        real_folders=_same("vehicle", "pedestrian", "background"), crop_rule="street", input_size=(128, 128),
    ),
    "direction": Task(
        name="direction", classes=("towards", "away"), real_folders=_same("towards", "away"),
        crop_rule="direction", input_size=(160, 160), window=(0.125, 0.05, 0.875, 0.5), cut=9,
    ),
}  # fmt: skip


def task_named(name: str, classes: str | Path | None = None) -> Task:
    """Return a task of the table, or one that a class map file describes.

    Args:
        name: row of `TASKS`; with a class map, the task that it starts from.
        classes: YAML file with `classes` (list), `real` (folder -> class), `synthetic` (label of a rendered crop ->
            class) and optionally `input: {size: [w, h], fit: squash|pad, window: [x0, y0, x1, y1], mirror: bool}`.

    Raises:
        ValueError: unknown task, unknown key, or a file that does not fit the format.
    """
    if name not in TASKS:
        raise ValueError(f"unknown task {name!r}; choose one of {', '.join(TASKS)}")
    if classes is None:
        return TASKS[name]
    from transfer.classmap import read_class_map

    return read_class_map(Path(classes), TASKS[name])
