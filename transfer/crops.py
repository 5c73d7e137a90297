"""Crops for classification, cut by a dataset's own labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.frame import ActorLabel
from scenes.kinds import PEOPLE, VEHICLES, Kind
from scenes.seeds import rng_for
from transfer.pictures import Image, Pictures
from transfer.reader import Dataset, Sample

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class CropRule:
    """Which things of a picture become crops, and how they are cut."""

    source: str  # row of SOURCES: where classes and boxes come from
    min_height: float = 30.0  # px
    min_width: float = 12.0  # px
    min_visibility: float = 0.7
    max_truncation: float = 0.0
    margin: float = 0.0  # added on each side, fraction of the box
    jitter: float = 0.0  # standard deviation of each edge, fraction of the box: real boxes are drawn by hand
    share: float | None = None  # height of the box as a fraction of the crop's; the crop then has `aspect`
    aspect: float = 0.6  # width / height of the crop where `share` is given
    background: int = 0  # random windows without objects per picture


@dataclass(frozen=True)
class Found:
    """A thing to cut out."""

    label: str
    box: Box  # px


CROP_RULES: dict[str, CropRule] = {
    "signals": CropRule("signals", min_height=28, min_width=10, min_visibility=0.85, margin=0.02, jitter=0.06),
    "street": CropRule("blobs", min_height=19, min_width=14, margin=0.12, jitter=0.02, background=4),
    # the INRIA protocol: 96x160 windows, the person about 100 px tall in the middle (Dalal and Triggs 2005)
    "direction": CropRule("facing", min_height=60, min_visibility=0.6, share=0.62, jitter=0.02),
}


def signals_of(sample: Sample, rule: CropRule) -> Iterator[Found]:
    """Signal heads seen from the front, by the lens that glows."""
    for label in fit(sample.labels, rule):
        if label.kind is Kind.SIGNAL and label.view == "front" and label.signal_lit not in (None, "off"):
            yield Found(str(label.signal_lit), box_of(label))


def facing_of(sample: Sample, rule: CropRule) -> Iterator[Found]:
    """People by the side that they show."""
    for label in fit(sample.labels, rule):
        if label.kind is Kind.PEDESTRIAN:
            yield Found(label.view, box_of(label))


def kinds_of(sample: Sample, rule: CropRule) -> Iterator[Found]:
    """Every labelled thing by its kind."""
    for label in fit(sample.labels, rule):
        yield Found(label.kind.label, label.tight or box_of(label))


def box_of(label: ActorLabel) -> Box:
    """Full box of a label that has one."""
    return label.full or label.amodal


def fit(labels: Iterable[ActorLabel], rule: CropRule) -> Iterator[ActorLabel]:
    """Labels that are large, visible and whole enough."""
    for label in labels:
        if label.tight is None or label.visibility < rule.min_visibility or label.truncation > rule.max_truncation:
            continue
        x0, y0, x1, y1 = box_of(label)
        if x1 - x0 >= rule.min_width and y1 - y0 >= rule.min_height:
            yield label


def blobs_of(sample: Sample, rule: CropRule) -> Iterator[Found]:
    """Connected regions of vehicles and of people, as CamVid gives them: groups stay together."""
    semantic = sample.semantic()
    for name, kinds in (("vehicle", VEHICLES), ("pedestrian", PEOPLE)):
        mask = np.isin(semantic, [int(kind) for kind in kinds]).astype(np.uint8)
        count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        for x, y, width, height, area in stats[1:count]:
            large = max(width, height) >= (36 if name == "pedestrian" else 28)
            upright = name == "vehicle" or 0.2 < width / height < 0.8
            whole = width >= rule.min_width and height >= rule.min_height and area >= 0.3 * width * height
            if large and upright and whole:
                yield Found(name, (float(x), float(y), float(x + width), float(y + height)))


SOURCES: dict[str, Callable[[Sample, CropRule], Iterator[Found]]] = {
    "signals": signals_of,
    "facing": facing_of,
    "blobs": blobs_of,
    "kinds": kinds_of,
}


def background_windows(semantic: NDArray[np.uint8], count: int, rng: np.random.Generator) -> Iterator[Box]:
    """Random windows with almost no object and not too much sky.

    As the real background crops were drawn: 30-130 px wide, 0.6-2.2 times as tall, less than 1 % of vehicles and
    people and less than 60 % sky inside.

    Args:
        semantic: (H, W) values of `Kind`.
        count: windows wanted.
        rng: draws the windows.

    Yields:
        Boxes; fewer than `count` where the picture has no room.
    """
    height, width = semantic.shape
    thing = np.isin(semantic, [int(kind) for kind in VEHICLES | PEOPLE])
    sky = semantic == int(Kind.SKY)
    made = 0
    for _ in range(10 * count):
        if made == count:
            return
        w = int(rng.integers(30, 131))
        h = int(w * rng.uniform(0.6, 2.2))
        if h >= height or w >= width:
            continue
        x, y = int(rng.integers(0, width - w)), int(rng.integers(0, height - h))
        if thing[y : y + h, x : x + w].mean() >= 0.01 or sky[y : y + h, x : x + w].mean() >= 0.6:
            continue
        made += 1
        yield (float(x), float(y), float(x + w), float(y + h))


def place_window(box: Box, rule: CropRule, rng: np.random.Generator) -> Box:
    """Turn a label's box into the window to cut: jitter, then margin or the share of a fixed shape."""
    x0, y0, x1, y1 = box
    wide, high = x1 - x0, y1 - y0
    if rule.jitter > 0:
        move = np.clip(rng.normal(0.0, rule.jitter, 4), -2 * rule.jitter, 2 * rule.jitter)
        x0, x1 = x0 + move[0] * wide, x1 + move[1] * wide
        y0, y1 = y0 + move[2] * high, y1 + move[3] * high
    if rule.share is None:
        return (x0 - rule.margin * wide, y0 - rule.margin * high, x1 + rule.margin * wide, y1 + rule.margin * high)
    half_height = 0.5 * (y1 - y0) / rule.share
    middle_x, middle_y = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
    half_width = half_height * rule.aspect
    return (middle_x - half_width, middle_y - half_height, middle_x + half_width, middle_y + half_height)


def cut(image: Image, window: Box, extend: bool) -> Image:
    """Cut a window out of a picture.

    Args:
        image: (H, W, 3).
        window: px.
        extend: repeat the border where the window leaves the picture, else clip the window.

    Returns:
        (h, w, 3) copy.
    """
    height, width = image.shape[:2]
    x0, y0, x1, y1 = (int(np.floor(v + 0.5)) for v in window)
    outside = (max(0, -y0), max(0, y1 - height), max(0, -x0), max(0, x1 - width))
    part = image[max(0, y0) : min(height, y1), max(0, x0) : min(width, x1)]
    if extend and any(outside):
        part = np.asarray(cv2.copyMakeBorder(part, *outside, cv2.BORDER_REPLICATE), np.uint8)
    return np.ascontiguousarray(part)


def cut_crops(datasets: Iterable[Dataset], rule: CropRule, seed: int = 0) -> Pictures:
    """Cut all crops of datasets.

    Args:
        datasets: at least one.
        rule: what to cut and how.
        seed: of jitter and background windows.

    Returns:
        Crops; groups are samples, names tell dataset, picture and box.
    """
    images, labels, groups, names = [], [], [], []
    for dataset in datasets:
        for sample in dataset.samples:
            rng = rng_for(seed, dataset.root.name, sample.name, rule.source)
            found = list(SOURCES[rule.source](sample, rule))
            if not found and not rule.background:
                continue
            image = sample.image()
            windows = [(f.label, place_window(f.box, rule, rng)) for f in found]
            if rule.background:
                windows += [("background", box) for box in background_windows(sample.semantic(), rule.background, rng)]
            for number, (label, window) in enumerate(windows):
                crop = cut(image, window, rule.share is not None)
                if min(crop.shape[:2]) < 8:
                    continue
                images.append(crop)
                labels.append(label)
                groups.append(f"{dataset.root.name}/{sample.sample}")
                names.append(f"{dataset.root.name}/{sample.name}#{number}")
    return Pictures.of(images, labels, groups, names)


def sharpness(image: Image) -> float:
    """Edge energy relative to contrast at 64 px height: standard deviation of the Laplacian over that of the luma."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    width = max(8, round(64 * grey.shape[1] / grey.shape[0]))
    grey = cv2.resize(grey, (width, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
    return float(cv2.Laplacian(grey, cv2.CV_32F).std() / max(float(grey.std()), 1.0))


def match(crops: Pictures, real: Pictures) -> Pictures:
    """Give rendered crops the sizes and the blur of real ones, rank by rank; labels of the real ones are not used.

    The k-th tallest rendered crop gets the height of the real crop of the same rank, never more than its own; then
    the k-th sharpest is blurred to the sharpness of the real crop of the same rank.

    Args:
        crops: rendered.
        real: whose statistics are taken, a training split.

    Returns:
        As many crops as were given.
    """
    heights = np.quantile([image.shape[0] for image in real.images], ranks([i.shape[0] for i in crops.images]))
    sized = []
    for image, height in zip(crops.images, heights, strict=True):
        scale = min(1.0, float(height) / image.shape[0])
        size = (max(8, round(image.shape[1] * scale)), max(8, round(image.shape[0] * scale)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1 else image
        sized.append(np.asarray(small, np.uint8))
    wanted = np.quantile([sharpness(image) for image in real.images], ranks([sharpness(image) for image in sized]))
    return replace(crops, images=tuple(soften(i, float(w)) for i, w in zip(sized, wanted, strict=True)))


def ranks(values: list[int] | list[float]) -> NDArray[np.float64]:
    """Rank of each value in [0, 1]."""
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray((order + 0.5) / len(values))


def soften(image: Image, wanted: float) -> Image:
    """Blur until the sharpness is no more than wanted (steps of a fifth of an octave)."""
    sigma, out = 0.3, image
    while sharpness(out) > wanted and sigma < 6.0:
        out = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)
        sigma *= 1.15
    return out
