"""Real images: any `folder/class/*.jpg` tree, or the embedded traffic-light crops."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from transfer.groups import group_of, near_duplicates
from transfer.pictures import Image, Pictures
from transfer.tasks import Task

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
EXPECTED = "expected DIR/train/CLASS/*.jpg and DIR/test/CLASS/*.jpg, or DIR/CLASS/*.jpg"
TEST_SHARE = 0.3  # of the groups of a tree that has no split of its own


class RealSetError(ValueError):
    """A folder of real images cannot be used as it is."""


@dataclass(frozen=True, eq=False)
class RealSet:
    """Real pictures of one task, split by group."""

    name: str
    train: Pictures
    test: Pictures
    splitting: str  # how train and test came to be, in words for the report

    @classmethod
    def open(cls, source: str | Path, task: Task) -> RealSet:
        """Read real images for a task.

        Args:
            source: "embedded", or a folder tree `train|test/class/*` or `class/*`. A tree without a split is split
                by a hash of each group's name (30 % of the groups for testing): the same on every machine.
            task: says which folders hold which class; other folders are left out.

        Raises:
            RealSetError: the tree has another shape, a class has no picture, or a file is no picture.
        """
        if str(source) == "embedded":
            from transfer.embedded import read_embedded

            parts = {split: _pictures(rows, task) for split, rows in read_embedded().items()}
            both = near_duplicates(parts["train"].images + parts["test"].images)
            cut = len(parts["train"])
            train = _regrouped(parts["train"], both[:cut])
            test = _regrouped(parts["test"], both[cut:])
            return cls._checked("embedded", train, test, "the package's own train and test folders", task)
        folder = Path(source)
        if not folder.is_dir():
            raise RealSetError(f"{folder}: no such folder; {EXPECTED}")
        if (folder / "train").is_dir() and (folder / "test").is_dir():
            train, test = (_pictures(_read_tree(folder / split, task), task) for split in ("train", "test"))
            return cls._checked(folder.name, train, test, "the tree's own train and test folders", task)
        if (folder / "train").is_dir() or (folder / "test").is_dir():
            raise RealSetError(f"{folder}: only one of train and test is there; {EXPECTED}")
        whole = _pictures(_read_tree(folder, task), task)
        held = np.array([_held_out(str(group)) for group in whole.groups], dtype=bool)
        train, test = whole.select(np.flatnonzero(~held)), whole.select(np.flatnonzero(held))
        text = f"no split in the tree: {TEST_SHARE:.0%} of the groups held out by a hash of their name"
        return cls._checked(folder.name, train, test, text, task)

    @classmethod
    def _checked(cls, name: str, train: Pictures, test: Pictures, splitting: str, task: Task) -> RealSet:
        for split, part in (("train", train), ("test", test)):
            for label, count in part.counts(task.classes).items():
                if count == 0:
                    folders = sorted(folder for folder, label_ in task.real_folders.items() if label_ == label)
                    raise RealSetError(f"{name}: no {split} picture of class {label!r} (folders {folders}); {EXPECTED}")
        return cls(name, train, test, splitting)


def _held_out(group: str) -> bool:
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") / 2**32 < TEST_SHARE


def _regrouped(pictures: Pictures, groups: np.ndarray[tuple[int], np.dtype[np.str_]]) -> Pictures:
    return Pictures(pictures.images, pictures.labels, groups, pictures.names)


def _pictures(rows: list[tuple[str, str, bytes]], task: Task) -> Pictures:
    """Decode (folder, file name, bytes) rows; folders that the task does not name are left out."""
    images: list[Image] = []
    labels: list[str] = []
    groups: list[str] = []
    names: list[str] = []
    for folder, name, content in rows:
        if folder not in task.real_folders:
            continue
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        if image is None:
            raise RealSetError(f"{folder}/{name}: not a picture that OpenCV can read")
        images.append(np.ascontiguousarray(image[..., ::-1], dtype=np.uint8))
        labels.append(task.real_folders[folder])
        groups.append(group_of(Path(name).stem))
        names.append(f"{folder}/{name}")
    return Pictures.of(images, labels, groups, names)


def _read_tree(folder: Path, task: Task) -> list[tuple[str, str, bytes]]:
    rows = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        if place.name in task.real_folders:
            files = sorted(path for path in place.iterdir() if path.suffix.lower() in SUFFIXES)
            rows += [(place.name, path.name, path.read_bytes()) for path in files]
    if not rows:
        wanted = ", ".join(sorted(task.real_folders))
        raise RealSetError(f"{folder}: no pictures in folders named {wanted}; {EXPECTED}; --classes maps other names")
    return rows
