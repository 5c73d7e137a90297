"""Torch datasets over any skidpad dataset or `folder/class/*` tree: the one module here that loads torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset as TorchDataset

from transfer.crops import Crop, CropRule, Image, cut_crops
from transfer.manifest import EXPORTED, DatasetError
from transfer.reader import Dataset

Transform = Callable[[torch.Tensor], torch.Tensor]
SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})


class ClassImages(TorchDataset[tuple[torch.Tensor, int]]):
    """Pictures with one class each: items are (image (3, H, W) float32 sRGB in [0, 1], index of the class).

    Attributes:
        classes: names; the index in an item points here.
        targets: (N,) index of each picture's class.
        groups: N names; pictures of one group are not independent.
    """

    def __init__(
        self,
        load: Sequence[Callable[[], Image]],
        labels: Sequence[str],
        groups: Sequence[str],
        classes: Sequence[str] | None = None,
        size: tuple[int, int] | None = None,
        transform: Transform | None = None,
    ) -> None:
        """Wrap pictures that are loaded when they are asked for.

        Args:
            load: N functions that return an (H, W, 3) uint8 picture.
            labels: N classes.
            groups: N group names.
            classes: order of the classes; None: sorted.
            size: width and height in px that pictures are scaled to, so that they stack; None: as they are.
            transform: applied to the image tensor, e.g. of torchvision.

        Raises:
            DatasetError: a label is none of `classes`, or there is no picture.
        """
        if not labels:
            raise DatasetError("no pictures to train on: the source or the crop rule gives none")
        self.classes = tuple(classes) if classes is not None else tuple(sorted(set(labels)))
        unknown = sorted(set(labels) - set(self.classes))
        if unknown:
            raise DatasetError(f"class {unknown[0]!r} is none of {', '.join(self.classes)}")
        self.targets = np.array([self.classes.index(label) for label in labels], dtype=np.int64)
        self.groups = tuple(groups)
        self._load, self._size, self._transform = tuple(load), size, transform

    def __len__(self) -> int:
        return len(self._load)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        """Return picture and class index."""
        image = self._load[index]()
        if self._size is not None and image.shape[1::-1] != self._size:
            how = cv2.INTER_AREA if image.shape[0] > self._size[1] else cv2.INTER_LINEAR
            image = np.asarray(cv2.resize(image, self._size, interpolation=how), dtype=np.uint8)
        tensor = as_tensor(image)
        return (tensor if self._transform is None else self._transform(tensor)), int(self.targets[index])

    @classmethod
    def of_crops(cls, crops: Sequence[Crop], **options: Any) -> ClassImages:
        """Wrap crops that are in memory; `options` as of the constructor."""
        held = [_Held(crop.image) for crop in crops]
        return cls(held, [crop.label for crop in crops], [crop.group for crop in crops], **options)

    @classmethod
    def of_tree(cls, folder: str | Path, **options: Any) -> ClassImages:
        """Wrap a `folder/class/*.jpg|png` tree; each file is a group of its own; `options` as of the constructor.

        Raises:
            DatasetError: no such folder, or no pictures in it.
        """
        root = Path(folder)
        if not root.is_dir():
            raise DatasetError(f"{root}: no such folder")
        places = sorted(path for path in root.iterdir() if path.is_dir())
        files = [path for place in places for path in sorted(place.iterdir()) if path.suffix.lower() in SUFFIXES]
        if not files:
            raise DatasetError(f"{root}: no pictures; expected {root}/CLASS/*.jpg or *.png")
        return cls([_File(path) for path in files], [p.parent.name for p in files], [p.stem for p in files], **options)


class FrameImages(TorchDataset[tuple[torch.Tensor, dict[str, torch.Tensor]]]):
    """Whole pictures with their objects, as torchvision's detectors want them.

    Items are (image (3, H, W) float32 sRGB in [0, 1], target) with target: `boxes` (N, 4) float32 x0 y0 x1 y1 px,
    tight; `labels` (N,) int64 index into `classes`, from 1 because 0 is background; `masks` (N, H, W) bool;
    `track_ids` (N,) int64; `image_id` int64. Objects without a visible pixel are left out.
    """

    classes: tuple[str, ...] = ("background", *(kind.label for kind in EXPORTED))

    def __init__(self, dataset: Dataset) -> None:
        """Wrap an opened dataset."""
        self._samples = dataset.samples

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Return picture and target."""
        sample = self._samples[index]
        shown = [label for label in sample.labels if label.tight is not None and not label.rejected]
        ids = np.array([label.id for label in shown], dtype=np.int64)
        masks = sample.instance()[None] == ids[:, None, None]
        boxes = np.array([label.tight for label in shown], dtype=np.float32).reshape(-1, 4)
        numbers = np.array([EXPORTED.index(label.kind) + 1 for label in shown], dtype=np.int64)
        target = {
            "boxes": torch.from_numpy(boxes),
            "labels": torch.from_numpy(numbers),
            "masks": torch.from_numpy(masks),
            "track_ids": torch.from_numpy(ids),
            "image_id": torch.tensor(index),
        }
        return as_tensor(sample.image()), target


def open_images(
    source: str | Path, rule: CropRule | None = None, seed: int = 0, **options: Any
) -> ClassImages | FrameImages:
    """Open whatever lies there.

    Args:
        source: dataset folder, or a `folder/class/*` tree.
        rule: cuts a dataset into crops; None: whole frames. Trees take none.
        seed: of the rule's random numbers.
        options: of `ClassImages`.

    Raises:
        DatasetError: the folder is neither, or the options do not fit it.
    """
    root = Path(source)
    if not (root / "manifest.json").is_file():
        if rule is not None:
            raise DatasetError(f"{root}: a crop rule needs a dataset, and there is no manifest.json")
        return ClassImages.of_tree(root, **options)
    dataset = Dataset.open(root)
    if rule is None:
        if options:
            raise DatasetError(f"{root}: whole frames take no {', '.join(sorted(options))}; give a crop rule")
        return FrameImages(dataset)
    return ClassImages.of_crops(cut_crops(dataset, rule, seed), **{"classes": rule.labels, **options})


def as_tensor(image: NDArray[np.uint8]) -> torch.Tensor:
    """(H, W, 3) uint8 to (3, H, W) float32 in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))).float() / 255.0


class _Held:
    """A picture in memory; a class, so that workers of a DataLoader can pickle it."""

    def __init__(self, image: Image) -> None:
        self.image = image

    def __call__(self) -> Image:
        return self.image


class _File:
    """A picture in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self) -> Image:
        content = np.frombuffer(self.path.read_bytes(), dtype=np.uint8)
        picture = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
        if picture is None:
            raise DatasetError(f"{self.path}: not a picture that OpenCV can read")
        return np.ascontiguousarray(picture[..., ::-1], dtype=np.uint8)
