"""Rendered crops as labelled pictures: cut from a dataset by the task's rule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from transfer.crops import CROP_RULES, Crop, cut_crops
from transfer.matching import match, sharpness
from transfer.pictures import Pictures
from transfer.reader import Dataset
from transfer.tasks import Task

CROP_SEED = 0  # of box jitter and background windows; the samples themselves carry the dataset's seed


def rendered_pictures(dataset: Dataset | str | Path, task: Task, seed: int = CROP_SEED) -> Pictures:
    """Cut a task's crops from a dataset.

    Args:
        dataset: opened, or its folder.
        task: names the crop rule and translates crop labels to classes; others are left out.
        seed: of box jitter and background windows.

    Returns:
        Crops; the group is the sample, as all crops of a sample show one scene.

    Raises:
        DatasetError: the folder is no dataset.
        ValueError: the task names an unknown crop rule.
    """
    return pictures_of(rendered_crops(dataset, task, seed), task)


def rendered_crops(dataset: Dataset | str | Path, task: Task, seed: int = CROP_SEED) -> list[Crop]:
    """Cut a task's crops, with their boxes and sources; see `rendered_pictures`."""
    if task.crop_rule not in CROP_RULES:
        raise ValueError(f"unknown crop rule {task.crop_rule!r}; choose one of {', '.join(CROP_RULES)}")
    opened = dataset if isinstance(dataset, Dataset) else Dataset.open(dataset)
    return cut_crops(opened, CROP_RULES[task.crop_rule], seed, task.name)


def pictures_of(crops: Sequence[Crop], task: Task) -> Pictures:
    """Turn crops into labelled pictures of the task's classes."""
    whole = Pictures.of(
        [crop.image for crop in crops], [crop.label for crop in crops], [crop.group for crop in crops],
        [crop.name for crop in crops],
    )  # fmt: skip
    return whole.renamed(task.synthetic_labels or {name: name for name in task.classes})


def matched_pictures(crops: Sequence[Crop], real_train: Pictures, task: Task) -> Pictures:
    """Resample crops to the heights and the sharpness of the real training split, class by class.

    Class by class, so that the size of one class is not carried into another; that uses the training split's labels
    for two distributions per class, and for nothing else.
    """
    translate = task.synthetic_labels or {name: name for name in task.classes}
    matched: list[Crop] = []
    for label in task.classes:
        mine = [crop for crop in crops if translate.get(crop.label) == label]
        images = [real_train.images[int(place)] for place in np.flatnonzero(real_train.labels == label)]
        heights = [image.shape[0] for image in images]
        blurs = [max(sharpness(image), 1e-6) for image in images]
        matched += match(mine, heights, blurs) if mine else []
    return pictures_of(matched, task)
