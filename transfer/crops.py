"""Cuts crops for classification from any dataset, by the dataset's own labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.frame import ActorLabel, Box
from scenes.kinds import Kind
from scenes.seeds import rng_for
from transfer.crop_rules import CROP_RULES, Background, Canvas, CropRule, Pick
from transfer.manifest import DatasetError
from transfer.reader import Dataset, Sample

__all__ = ["CROP_RULES", "Background", "Canvas", "Crop", "CropRule", "Pick", "cut_crops", "iter_crops"]

Image = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Crop:
    """A piece of a picture with its class."""

    image: Image  # (H, W, 3) sRGB
    label: str  # class
    source: str  # name of the picture
    sample: int  # number of the sample: crops of one sample show one scene, they are one group
    box: Box  # what was cut, px of the (scaled) picture; may reach beyond it when there is a canvas
    instance: int  # instance id; 0 for background

    @property
    def group(self) -> str:
        """Name of the unit that must not be split over training and validation: the sample."""
        return f"{self.sample:06d}"

    @property
    def name(self) -> str:
        """Name that is unique within one cut."""
        return f"{self.source}_{self.instance}_{round(self.box[0])}_{round(self.box[1])}"


def cut_crops(dataset: Dataset, rule: CropRule, seed: int, *address: int | str) -> list[Crop]:
    """Cut all crops of a dataset.

    Args:
        dataset: opened dataset.
        rule: what to cut.
        seed: of jitter and background windows.
        address: what the random numbers are for; every picture draws from its own stream below it.

    Returns:
        Crops by picture; within a picture objects by id, then background.
    """
    return list(iter_crops(dataset.samples, rule, seed, *address))


def iter_crops(samples: Iterable[Sample], rule: CropRule, seed: int, *address: int | str) -> Iterator[Crop]:
    """Cut crops one picture at a time; see `cut_crops`. The crops of a picture do not depend on the other ones."""
    for sample in samples:
        yield from _Cutter(sample, rule, rng_for(seed, *address, "crops", sample.name)).crops()


@dataclass(frozen=True)
class _Found:
    """An object that fits the rule, in pixels of the scaled picture."""

    label: str
    box: Box
    instance: int


class _Cutter:
    """One picture; reads only the maps that the rule needs."""

    def __init__(self, sample: Sample, rule: CropRule, rng: np.random.Generator) -> None:
        self.sample, self.rule, self.rng = sample, rule, rng
        width, height = sample.size
        self.scale = 1.0 if rule.frame_height is None else rule.frame_height / height
        self.size = (max(1, round(width * self.scale)), max(1, round(height * self.scale)))

    def crops(self) -> Iterator[Crop]:
        found = list(self._components() if self.rule.merge_touching else self._actors())
        for thing in sorted(found, key=lambda thing: (thing.instance, thing.box)):
            crop = self._object(thing)
            if crop is not None:
                yield crop
        if self.rule.background is not None:
            yield from self._windows(self.rule.background)

    @cached_property
    def image(self) -> Image:
        picture = self.sample.image()
        if picture.shape[1::-1] != self.sample.size:
            raise DatasetError(f"{self.sample.name}: picture is {picture.shape[1::-1]} px, not {self.sample.size}")
        if picture.shape[1::-1] == self.size:
            return picture
        how = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(picture, self.size, interpolation=how), dtype=np.uint8)

    @cached_property
    def semantic(self) -> NDArray[np.uint8]:
        kinds = self.sample.semantic()
        if kinds.shape[::-1] == self.size:
            return kinds
        return np.asarray(cv2.resize(kinds, self.size, interpolation=cv2.INTER_NEAREST_EXACT), dtype=np.uint8)

    @cached_property
    def instance(self) -> NDArray[np.uint16]:
        ids = self.sample.instance()
        if ids.shape[::-1] == self.size:
            return ids
        return np.asarray(cv2.resize(ids, self.size, interpolation=cv2.INTER_NEAREST_EXACT), dtype=np.uint16)

    def _actors(self) -> Iterator[_Found]:
        """Labels that count and fit a pick; the first pick that fits gives the class."""
        for label in self.sample.labels:
            box = label.tight if self.rule.box == "tight" else label.full
            if label.tight is None or box is None or label.rejected:
                continue
            if label.visibility < self.rule.min_visibility or label.truncation > self.rule.max_truncation:
                continue
            x0, y0, x1, y1 = (side * self.scale for side in box)
            for pick in self.rule.picks:
                if _belongs(label, pick) and pick.fits(x1 - x0, y1 - y0):
                    yield _Found(pick.label, (x0, y0, x1, y1), label.id)
                    break

    def _components(self) -> Iterator[_Found]:
        """Connected pixels (8 neighbours) of each pick's kinds; visibility and truncation do not apply."""
        for pick in self.rule.picks:
            mask = kind_table(pick.kinds)[self.semantic]
            count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
            for number in range(1, count):
                x, y, width, height, area = (int(value) for value in stats[number])
                if not pick.fits(width, height) or area < self.rule.min_fill * width * height:
                    continue
                inside = np.s_[y : y + height, x : x + width]
                owner = int(np.bincount(self.instance[inside][numbers[inside] == number]).argmax())
                yield _Found(pick.label, (float(x), float(y), float(x + width), float(y + height)), owner)

    def _object(self, found: _Found) -> Crop | None:
        x0, y0, x1, y1 = found.box
        width, height = x1 - x0, y1 - y0
        shift, growth = self.rng.uniform(-self.rule.jitter, self.rule.jitter, (2, 2)) if self.rule.jitter else NONE
        cx, cy = (x0 + x1) / 2 + shift[0] * width, (y0 + y1) / 2 + shift[1] * height
        if self.rule.canvas is not None:
            return self._on_canvas(found, self.rule.canvas, (cx, cy), height * (1 + growth[1]))
        half_width = width * (1 + growth[0]) * (0.5 + self.rule.margin)
        half_height = height * (1 + growth[1]) * (0.5 + self.rule.margin)
        return self._cut(found, (cx - half_width, cy - half_height, cx + half_width, cy + half_height))

    def _cut(self, found: _Found, box: Box) -> Crop | None:
        """Cut whole pixels, clipped to the image."""
        left, top = max(0, round(box[0])), max(0, round(box[1]))
        right, bottom = min(self.size[0], round(box[2])), min(self.size[1], round(box[3]))
        if right - left < 2 or bottom - top < 2:
            return None
        piece = self.image[top:bottom, left:right].copy()
        return self._crop(found, piece, (float(left), float(top), float(right), float(bottom)))

    def _on_canvas(self, found: _Found, canvas: Canvas, middle: tuple[float, float], height: float) -> Crop | None:
        """Scale the box's height to the canvas; beyond the image its border goes on."""
        scale = height / canvas.object_height  # px of the picture per px of the canvas
        half_width, half_height = canvas.width * scale / 2, canvas.height * scale / 2
        box = (middle[0] - half_width, middle[1] - half_height, middle[0] + half_width, middle[1] + half_height)
        left, top, right, bottom = (round(side) for side in box)
        right, bottom = max(right, left + 2), max(bottom, top + 2)
        clipped = (max(0, left), max(0, top), min(self.size[0], right), min(self.size[1], bottom))
        inside = max(0, clipped[2] - clipped[0]) * max(0, clipped[3] - clipped[1])
        if inside < (1 - canvas.max_outside) * (right - left) * (bottom - top) or inside == 0:
            return None
        piece = self.image[clipped[1] : clipped[3], clipped[0] : clipped[2]]
        beyond = (clipped[1] - top, bottom - clipped[3], clipped[0] - left, right - clipped[2])
        whole = cv2.copyMakeBorder(piece, *beyond, cv2.BORDER_REPLICATE)
        how = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
        image = np.asarray(cv2.resize(whole, (canvas.width, canvas.height), interpolation=how), dtype=np.uint8)
        return self._crop(found, image, (float(left), float(top), float(right), float(bottom)))

    def _windows(self, rule: Background) -> Iterator[Crop]:
        """Random windows with next to no object pixels and not too much sky."""
        objects = np.asarray(cv2.integral(kind_table(rule.objects)[self.semantic]), dtype=np.int32)
        sky = np.asarray(cv2.integral(kind_table({Kind.SKY})[self.semantic]), dtype=np.int32)
        made = 0
        for _ in range(rule.per_frame * rule.tries):
            if made == rule.per_frame:
                return
            width = int(self.rng.integers(rule.width[0], rule.width[1] + 1))
            height = int(width * self.rng.uniform(*rule.tallness))
            place = self.rng.random(2)
            if width >= self.size[0] or height >= self.size[1] or height < 2:
                continue
            x, y = int(place[0] * (self.size[0] - width + 1)), int(place[1] * (self.size[1] - height + 1))
            if _share(objects, x, y, width, height) >= rule.max_objects:
                continue
            if _share(sky, x, y, width, height) >= rule.max_sky:
                continue
            made += 1
            box = (float(x), float(y), float(x + width), float(y + height))
            yield self._crop(_Found(rule.label, box, 0), self.image[y : y + height, x : x + width].copy(), box)

    def _crop(self, found: _Found, image: Image, box: Box) -> Crop:
        return Crop(image, found.label, self.sample.name, self.sample.sample, box, found.instance)


NONE = np.zeros((2, 2))


def kind_table(kinds: Iterable[Kind]) -> NDArray[np.uint8]:
    """(256,) table: 1 for the given kinds, else 0; index it with a semantic map to get a mask."""
    table = np.zeros(256, dtype=np.uint8)
    table[[int(kind) for kind in kinds]] = 1
    return table


def _belongs(label: ActorLabel, pick: Pick) -> bool:
    if label.kind not in pick.kinds or (pick.views and label.view not in pick.views):
        return False
    if pick.lit and label.attributes.get("serves") == "people":  # a red man is no red light for vehicles
        return False
    return not pick.lit or label.signal_lit in pick.lit


def _share(integral: NDArray[np.int32], x: int, y: int, width: int, height: int) -> float:
    """Share of set pixels in a window, from an integral image (H + 1, W + 1)."""
    total = integral[y + height, x + width] - integral[y, x + width] - integral[y + height, x] + integral[y, x]
    return float(total) / (width * height)
