"""Labelled pictures in memory: what every classifier here is trained and measured on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]  # (H, W, 3) sRGB


@dataclass(frozen=True, eq=False)
class Pictures:
    """N pictures with class and group; rendered and real ones are the same type."""

    images: tuple[Image, ...]  # N x (H, W, 3) uint8 sRGB, sizes differ
    labels: NDArray[np.str_]  # (N,) class
    groups: NDArray[np.str_]  # (N,) pictures of one group are not independent: a photo, a run of frames, a sample
    names: tuple[str, ...]  # N names for reports

    @classmethod
    def of(
        cls, images: Sequence[Image], labels: Sequence[str], groups: Sequence[str], names: Sequence[str] = ()
    ) -> Pictures:
        """Build from plain sequences of one length.

        Raises:
            ValueError: the lengths differ, or a picture is not (H, W, 3) uint8.
        """
        names = names or [f"{index:06d}" for index in range(len(images))]
        if not len(images) == len(labels) == len(groups) == len(names):
            sizes = (len(images), len(labels), len(groups), len(names))
            raise ValueError(f"images, labels, groups and names need one length, not {sizes}")
        for name, image in zip(names, images, strict=True):
            if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
                raise ValueError(f"{name}: needs an (H, W, 3) uint8 picture, not {image.dtype} {image.shape}")
        return cls(tuple(images), np.array(labels, dtype=np.str_), np.array(groups, dtype=np.str_), tuple(names))

    def __len__(self) -> int:
        return len(self.images)

    def select(self, indices: NDArray[np.intp]) -> Pictures:
        """Return the pictures at `indices`, in that order."""
        picked = [int(index) for index in indices]
        return Pictures(
            tuple(self.images[i] for i in picked), self.labels[picked], self.groups[picked],
            tuple(self.names[i] for i in picked),
        )  # fmt: skip

    def renamed(self, classes: dict[str, str]) -> Pictures:
        """Translate labels; pictures whose label has no entry are left out."""
        kept = self.select(np.flatnonzero(np.isin(self.labels, list(classes))))
        labels = np.array([classes[str(label)] for label in kept.labels], dtype=np.str_)
        return Pictures(kept.images, labels, kept.groups, kept.names)

    def joined(self, other: Pictures) -> Pictures:
        """Return these pictures followed by the other ones."""
        return Pictures(
            self.images + other.images, np.concatenate([self.labels, other.labels]),
            np.concatenate([self.groups, other.groups]), self.names + other.names,
        )  # fmt: skip

    def targets(self, classes: Sequence[str]) -> NDArray[np.int64]:
        """(N,) index of each label in `classes`."""
        index = {name: number for number, name in enumerate(classes)}
        return np.array([index[str(label)] for label in self.labels], dtype=np.int64)

    def counts(self, classes: Sequence[str]) -> dict[str, int]:
        """Pictures per class."""
        return {name: int((self.labels == name).sum()) for name in classes}

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """SHA-256 of each picture's size and pixels."""
        return tuple(
            hashlib.sha256(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()
            for image in self.images
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all pictures, labels and groups."""
        rows = zip(self.digests, self.labels, self.groups, strict=True)
        return hashlib.sha256("\n".join(" ".join(map(str, row)) for row in rows).encode()).hexdigest()
