"""Torch datasets: crops or whole pictures of a skidpad dataset, or any folder/class tree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset as TorchDataset

from transfer.manifest import DatasetError
from transfer.pictures import Pictures
from transfer.reader import Dataset

SUFFIXES = (".jpg", ".jpeg", ".png")
Transform = Callable[[torch.Tensor], torch.Tensor]


class LabelledPictures(TorchDataset[tuple[torch.Tensor, int]]):
    """Pictures with a class number: (3, H, W) float32 in [0, 1] and the index into `classes`."""

    def __init__(self, pictures: Pictures, transform: Transform | None = None) -> None:
        self.pictures, self.transform = pictures, transform
        self.classes = sorted(set(pictures.labels.tolist()))

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        tensor = to_tensor(self.pictures.images[index])
        label = self.classes.index(str(self.pictures.labels[index]))
        return (self.transform(tensor) if self.transform else tensor), label


class Frames(TorchDataset[tuple[torch.Tensor, dict[str, Any]]]):
    """Whole pictures for detection: image, and `boxes` (N, 4) px x0 y0 x1 y1, `labels` (N,) `Kind` values."""

    def __init__(self, dataset: Dataset, transform: Transform | None = None) -> None:
        self.dataset, self.transform = dataset, transform

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, dict[str, Any]]:
        sample = self.dataset.samples[index]
        seen = [label for label in sample.labels if label.tight is not None]
        target = {
            "boxes": torch.tensor([label.tight for label in seen], dtype=torch.float32).reshape(-1, 4),
            "labels": torch.tensor([int(label.kind) for label in seen], dtype=torch.int64),
            "track_ids": torch.tensor([label.id for label in seen], dtype=torch.int64),
        }
        tensor = to_tensor(sample.image())
        return (self.transform(tensor) if self.transform else tensor), target


def folder_pictures(folder: str | Path) -> Pictures:
    """Read a folder/class/*.jpg tree.

    Args:
        folder: with one folder per class.

    Returns:
        Pictures; every file is a group of its own.

    Raises:
        DatasetError: no pictures, or one that cannot be read.
    """
    files = sorted(p for p in Path(folder).glob("*/*") if p.suffix.lower() in SUFFIXES)
    if not files:
        raise DatasetError(f"{folder}: no pictures; expected {folder}/<class>/*.jpg or .png")
    images = []
    for path in files:
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            raise DatasetError(f"{path}: not a picture that OpenCV can read")
        images.append(np.ascontiguousarray(image[..., ::-1], np.uint8))
    names = [str(p.relative_to(folder)) for p in files]
    return Pictures.of(images, [p.parent.name for p in files], names, names)


def to_tensor(image: np.ndarray[Any, np.dtype[np.uint8]]) -> torch.Tensor:
    """(H, W, 3) bytes to (3, H, W) float32 in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))).to(torch.float32) / 255.0
