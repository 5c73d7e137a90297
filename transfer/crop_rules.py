"""What a crop of a class is: which labels, which box, how large. One table row per task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from scenes.kinds import PEOPLE, VEHICLES, Kind
from transfer.manifest import DatasetError

EMPTY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pick:
    """Which labels become crops of one class, and which sizes count. Empty sets let everything pass."""

    label: str  # class of the crop
    kinds: frozenset[Kind]
    views: frozenset[str] = EMPTY  # towards, away, left, right; front, rear, side
    lit: frozenset[str] = EMPTY  # glowing lens: red, yellow, green, off
    min_height: float = 12.0  # px, of the box without margin
    min_width: float = 12.0  # px
    min_long_side: float = 0.0  # px, of the longer side
    aspect: tuple[float, float] = (0.0, 1e9)  # limits of width / height

    def fits(self, width: float, height: float) -> bool:
        """Whether a box of this size (px) may become a crop."""
        if width < self.min_width or height < self.min_height or max(width, height) < self.min_long_side:
            return False
        return self.aspect[0] <= width / height <= self.aspect[1]


@dataclass(frozen=True)
class Canvas:
    """Crops of one fixed size with the object at a fixed height in their middle."""

    width: int  # px
    height: int  # px
    object_height: float  # px of the canvas that the box's height fills
    max_outside: float = 0.25  # share of the canvas that may lie outside the image, filled by its border

    def __post_init__(self) -> None:
        """Check the sizes.

        Raises:
            DatasetError: a size is outside its limits.
        """
        if min(self.width, self.height) < 1 or not 0 < self.object_height <= 4 * self.height:
            raise DatasetError(f"canvas {self.width}x{self.height}: object height {self.object_height} px does not fit")


@dataclass(frozen=True)
class Background:
    """Random windows that hold next to nothing of the objects. Defaults as the real street crops were cut."""

    label: str = "background"
    per_frame: int = 2  # windows
    width: tuple[int, int] = (30, 130)  # px, both included
    tallness: tuple[float, float] = (0.6, 2.2)  # height / width
    max_objects: float = 0.01  # share of pixels of `objects`
    max_sky: float = 0.6  # share of sky
    objects: frozenset[Kind] = VEHICLES | PEOPLE
    tries: int = 20  # windows drawn per window wanted, before a crowded picture is left


@dataclass(frozen=True)
class CropRule:
    """How crops for classification are cut from a dataset by its own labels."""

    picks: tuple[Pick, ...]
    box: Literal["tight", "full"] = "tight"
    margin: float = 0.0  # added on each side, fraction of the box's width and height
    jitter: float = 0.0  # box moved and scaled by up to this fraction of its size: labels of real sets are sloppy
    min_visibility: float = 0.0
    max_truncation: float = 1.0
    merge_touching: bool = False  # boxes around connected pixels of a class, as where ground truth has no instances
    min_fill: float = 0.0  # merged: share of the box that its pixels cover
    frame_height: int | None = None  # px; frames are scaled to it first, so that sizes mean what they mean there
    canvas: Canvas | None = None  # None: crops keep their size
    background: Background | None = None

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            DatasetError: a number is outside its limits, or a rule cannot be followed.
        """
        limits = {"margin": (0, 4), "jitter": (0, 0.5), "min_visibility": (0, 1), "max_truncation": (0, 1)}
        for name, (low, high) in {**limits, "min_fill": (0, 1)}.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise DatasetError(f"crop rule: {name} {value} is outside [{low}, {high}]")
        if self.box not in ("tight", "full"):
            raise DatasetError(f"crop rule: box {self.box!r} is neither tight nor full")
        if self.frame_height is not None and self.frame_height < 16:
            raise DatasetError(f"crop rule: frame height {self.frame_height} px is outside [16, infinity)")
        if self.merge_touching and any(pick.views or pick.lit for pick in self.picks):
            raise DatasetError("crop rule: connected pixels have no view and no lit lens; merge_touching needs neither")

    @property
    def labels(self) -> tuple[str, ...]:
        """Classes that the rule can cut, in order."""
        names = [pick.label for pick in self.picks] + ([self.background.label] if self.background else [])
        return tuple(dict.fromkeys(names))

    def without(self, labels: Iterable[str]) -> CropRule:
        """Return the same rule without some classes."""
        dropped = frozenset(labels)
        background = None if self.background is None or self.background.label in dropped else self.background
        return replace(self, picks=tuple(p for p in self.picks if p.label not in dropped), background=background)


CARS = frozenset({Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS})
WALKERS = frozenset({Kind.PEDESTRIAN})
HEADS = frozenset({Kind.SIGNAL})

# Sizes and margins follow the sizes of the real *train* crops; nothing here was chosen on a test split.
CROP_RULES: dict[str, CropRule] = {
    # Real signal crops: a housing seen from the front with a narrow rim, boxes drawn by hand.
    "signals": CropRule(
        picks=tuple(
            Pick(colour, HEADS, views=frozenset({"front"}), lit=frozenset({colour}), min_height=16, min_width=6)
            for colour in ("red", "yellow", "green")
        ),
        margin=0.06, jitter=0.06, min_visibility=0.7, max_truncation=0.1,
    ),
    # Real street crops: connected pixels of a class in 480x360 frames (CamVid has no instances); smallest pedestrian
    # 45 x 16 px and smallest vehicle 17 px with the margin, pedestrians 0.19 to 0.77 as wide as tall.
    "street": CropRule(
        picks=(
            Pick("vehicle", CARS, min_height=14, min_width=14, min_long_side=28),
            Pick("pedestrian", WALKERS, min_height=36, min_width=14, aspect=(0.2, 0.8)),
        ),
        margin=0.12, merge_touching=True, min_fill=0.3, frame_height=360, background=Background(),
    ),
    # INRIA person crops: 96x160 px with the person about 100 px tall in the middle (Dalal and Triggs 2005), smeared
    # borders where the window leaves the photo.
    "direction": CropRule(
        picks=tuple(
            Pick(view, WALKERS, views=frozenset({view}), min_height=50, min_width=10) for view in ("towards", "away")
        ),
        box="full", jitter=0.05, min_visibility=0.6, max_truncation=0.05, canvas=Canvas(96, 160, 100),
    ),
}  # fmt: skip
