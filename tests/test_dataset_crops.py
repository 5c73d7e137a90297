"""Crops follow the dataset's own labels, and the rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dataset_frames import make_frame, recipe, street_frame

from renderers.frame import LabelledFrame
from scenes.kinds import PEOPLE, VEHICLES, Kind
from transfer.crops import CROP_RULES, Background, Canvas, Crop, CropRule, Pick, cut_crops, iter_crops
from transfer.manifest import DatasetError
from transfer.matching import match, sharpness
from transfer.reader import Dataset
from transfer.writer import DatasetWriter

CARS = Pick("vehicle", frozenset({Kind.CAR}))
Maker = Callable[[Sequence[LabelledFrame]], Dataset]


@pytest.fixture
def made(tmp_path: Path) -> Maker:
    def make(frames: Sequence[LabelledFrame]) -> Dataset:
        plan = recipe(samples=len(frames))
        writer = DatasetWriter(tmp_path / "set", plan)
        for frame in frames:
            writer.write_sample(frame.sample, [frame])
        return Dataset.open(writer.finish())

    return make


def test_crops_are_the_labels_boxes(made: Maker) -> None:
    dataset = made([street_frame(0)])
    sample = dataset.samples[0]
    crops = cut_crops(dataset, CropRule((CARS,)), 0)
    labels = [label for label in sample.labels if label.kind == Kind.CAR]
    assert [(crop.instance, crop.box) for crop in crops] == [(label.id, label.tight) for label in labels]
    for crop in crops:
        x0, y0, x1, y1 = map(int, crop.box)
        np.testing.assert_array_equal(crop.image, sample.image()[y0:y1, x0:x1])
        assert (crop.label, crop.source, crop.sample, crop.group) == ("vehicle", sample.name, 0, "000000")


def test_the_full_box_sees_behind_things(made: Maker) -> None:
    dataset = made([street_frame(0)])
    crops = cut_crops(dataset, CropRule((CARS,), box="full"), 0)
    assert [crop.box for crop in crops] == [(10, 60, 50, 90), (42, 62, 80, 88)]


def test_labels_are_picked_by_kind_view_lens_and_visibility(made: Maker) -> None:
    dataset = made([street_frame(0)])
    picks = (
        replace(CARS, label="back", views=frozenset({"rear"})),
        replace(CARS, label="other"),
        Pick("stop", frozenset({Kind.SIGNAL}), lit=frozenset({"red"}), min_width=5),
        Pick("go", frozenset({Kind.SIGNAL}), lit=frozenset({"green"}), min_width=5),
    )
    rule = CropRule(picks)
    assert [crop.label for crop in cut_crops(dataset, rule, 0)] == ["other", "back", "stop"]
    assert [c.label for c in cut_crops(dataset, replace(rule, min_visibility=0.99), 0)] == ["back", "stop"]
    assert rule.labels == ("back", "other", "stop", "go")
    assert rule.without({"go", "back"}).labels == ("other", "stop")


@pytest.mark.parametrize(
    ("limits", "count"),
    [
        ({"min_height": 30}, 1),
        ({"min_width": 41}, 0),
        ({"min_long_side": 41}, 0),
        ({"aspect": (0.0, 1.4)}, 1),
        ({"aspect": (1.4, 9.0)}, 1),
        ({}, 2),
    ],
)
def test_size_limits(made: Maker, limits: dict[str, float], count: int) -> None:
    assert len(cut_crops(made([street_frame(0)]), CropRule((replace(CARS, **limits),)), 0)) == count


def test_margin_is_a_share_of_the_box_and_stops_at_the_border(made: Maker) -> None:
    dataset = made([make_frame([(Kind.CAR, (2, 60, 42, 80), {})])])
    (crop,) = cut_crops(dataset, CropRule((CARS,), margin=0.1), 0)
    assert crop.box == (0, 58, 46, 82)
    assert crop.image.shape == (24, 46, 3)


def test_jitter_moves_within_its_limits_and_repeats(made: Maker) -> None:
    dataset = made([make_frame([(Kind.CAR, (60, 50, 100, 90), {})], sample=k) for k in range(40)])
    rule = CropRule((CARS,), jitter=0.1)
    boxes = np.array([crop.box for crop in cut_crops(dataset, rule, 3)])
    middles, sizes = (boxes[:, 2:] + boxes[:, :2]) / 2, boxes[:, 2:] - boxes[:, :2]
    assert np.abs(middles - (80, 70)).max() <= 4.5  # 10 % of 40 px, and rounding to whole pixels
    assert np.abs(sizes - 40).max() <= 5
    assert len(np.unique(boxes, axis=0)) > 30
    assert [c.box for c in cut_crops(dataset, rule, 3)] == [tuple(box) for box in boxes]
    assert [c.box for c in cut_crops(dataset, rule, 4)] != [tuple(box) for box in boxes]
    assert [c.box for c in cut_crops(dataset, rule, 3, "other")] != [tuple(box) for box in boxes]


def test_a_pictures_crops_do_not_depend_on_the_others(made: Maker) -> None:
    dataset = made([street_frame(k) for k in range(3)])
    rule = replace(CROP_RULES["street"], frame_height=None, background=Background(width=(10, 30)), jitter=0.1)
    whole = [(crop.source, crop.box) for crop in cut_crops(dataset, rule, 1)]
    alone = [(crop.source, crop.box) for crop in iter_crops(reversed(dataset.samples), rule, 1)]
    assert sorted(whole) == sorted(alone)


def test_touching_cars_become_one_crop(made: Maker) -> None:
    things = [(Kind.CAR, (10, 60, 50, 90), {}), (Kind.TRUCK, (44, 50, 84, 90), {}), (Kind.CAR, (110, 60, 150, 90), {})]
    dataset = made([make_frame(things)])
    rule = replace(CROP_RULES["street"], frame_height=None, background=None, margin=0.0)
    crops = cut_crops(dataset, rule, 0)
    assert [(crop.box, crop.instance) for crop in crops] == [((10, 50, 84, 90), 2), ((110, 60, 150, 90), 3)]
    thin = replace(rule, min_fill=0.76)  # an ellipse fills pi / 4 = 0.785 of its box, two overlapping ones less
    assert [crop.instance for crop in cut_crops(dataset, thin, 0)] == [3]


def test_frames_are_scaled_before_sizes_count(made: Maker) -> None:
    dataset = made([street_frame(0)])
    pick = replace(CARS, min_height=50)
    assert cut_crops(dataset, CropRule((pick,)), 0) == []
    crops = cut_crops(dataset, CropRule((pick,), frame_height=240), 0)
    assert [crop.image.shape[0] for crop in crops] == [60, 52]
    for merged in (True, False):
        half = CropRule((replace(CARS, min_width=5, min_height=5),), frame_height=60, merge_touching=merged)
        assert all(crop.image.shape[0] <= 16 for crop in cut_crops(dataset, half, 0))


def test_a_canvas_centres_the_object_at_its_height(made: Maker) -> None:
    dataset = made([make_frame([(Kind.PEDESTRIAN, (72, 40, 88, 80), {"view": "towards"})])])
    pick = Pick("person", frozenset({Kind.PEDESTRIAN}))
    rule = CropRule((pick,), box="full", canvas=Canvas(96, 160, 100))
    (crop,) = cut_crops(dataset, rule, 0)
    assert crop.image.shape == (160, 96, 3)
    x0, y0, x1, y1 = crop.box
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((80, 60), abs=0.5)
    assert y1 - y0 == pytest.approx(160 * 40 / 100, abs=1)
    person = np.abs(crop.image.astype(int) - crop.image[80, 48].astype(int)).sum(axis=2) < 30
    assert np.ptp(np.flatnonzero(person[:, 48])) == pytest.approx(100, abs=6)


def test_a_canvas_goes_on_beyond_the_border_up_to_its_limit(made: Maker) -> None:
    dataset = made([make_frame([(Kind.PEDESTRIAN, (6, 40, 22, 80), {})])])
    pick = Pick("person", frozenset({Kind.PEDESTRIAN}), min_width=5)
    (crop,) = cut_crops(dataset, CropRule((pick,), canvas=Canvas(96, 160, 100)), 0)
    assert crop.box[0] < 0
    assert crop.image.shape == (160, 96, 3)
    assert np.ptp(crop.image[:, :4].astype(int), axis=1).max() < 40  # the border column goes on
    assert cut_crops(dataset, CropRule((pick,), canvas=Canvas(96, 160, 100, max_outside=0.05)), 0) == []


def test_background_holds_neither_objects_nor_sky(made: Maker) -> None:
    dataset = made([street_frame(k) for k in range(12)])
    rule = CropRule((), background=Background(per_frame=3, width=(12, 40)))
    crops = cut_crops(dataset, rule, 0)
    assert len(crops) > 24
    kinds = {sample.name: sample.semantic() for sample in dataset.samples}
    for crop in crops:
        x0, y0, x1, y1 = map(int, crop.box)
        piece = kinds[crop.source][y0:y1, x0:x1]
        assert np.isin(piece, list(VEHICLES | PEOPLE)).mean() < 0.01
        assert (piece == Kind.SKY).mean() < 0.6
        assert 12 <= x1 - x0 <= 40
        assert 0.6 * (x1 - x0) - 1 <= y1 - y0 <= 2.2 * (x1 - x0)
        assert (crop.label, crop.instance) == ("background", 0)


def test_a_picture_full_of_objects_gives_no_background(made: Maker) -> None:
    dataset = made([make_frame([(Kind.BUS, (-100, -100, 260, 220), {})])])
    assert cut_crops(dataset, CropRule((), background=Background(width=(12, 40))), 0) == []


@pytest.mark.parametrize("name", CROP_RULES)
def test_the_tables_rules_cut_their_classes(made: Maker, name: str) -> None:
    things = [
        (Kind.CAR, (10, 200, 150, 300), {}),
        (Kind.PEDESTRIAN, (200, 160, 240, 300), {"view": "towards"}),
        (Kind.PEDESTRIAN, (300, 160, 340, 300), {"view": "away"}),
        (Kind.PEDESTRIAN, (400, 160, 440, 300), {"view": "left"}),
        *((Kind.SIGNAL, (20 + 60 * i, 60, 44 + 60 * i, 120), {"signal_lit": lit})
          for i, lit in enumerate(("red", "yellow", "green", "off"))),
    ]  # fmt: skip
    dataset = made([make_frame(things, size=(480, 360))])
    found = {crop.label for crop in cut_crops(dataset, CROP_RULES[name], 0)}
    assert found == set(CROP_RULES[name].labels)


@pytest.mark.parametrize(
    "change",
    [
        {"margin": -1}, {"jitter": 2.0}, {"box": "amodal"}, {"frame_height": 3}, {"min_visibility": 1.5},
        {"merge_touching": True, "picks": (replace(CARS, views=frozenset({"rear"})),)},
    ],
)  # fmt: skip
def test_rules_that_cannot_be_followed(change: dict[str, object]) -> None:
    with pytest.raises(DatasetError, match="crop rule"):
        replace(CropRule((CARS,)), **change)


def test_canvas_limits() -> None:
    with pytest.raises(DatasetError, match="canvas 96x160"):
        Canvas(96, 160, 0)


def noise_crops(count: int) -> list[Crop]:
    rng = np.random.default_rng(0)
    return [
        Crop(rng.integers(0, 255, (60 + 2 * k, 40, 3), np.uint8), "a", f"{k}", k, (0, 0, 1, 1), 1)
        for k in rng.permutation(count)
    ]


def test_matching_gives_sizes_and_blur_rank_by_rank() -> None:
    crops = noise_crops(30)
    matched = match(crops, np.linspace(20, 50, 200), np.linspace(0.5, 1.5, 200))
    before = np.array([crop.image.shape[0] for crop in crops])
    after = np.array([crop.image.shape[0] for crop in matched])
    assert (np.diff(after[np.argsort(before)]) >= 0).all()
    assert np.quantile(after, [0.1, 0.5, 0.9]) == pytest.approx([23, 35, 47], abs=1.5)
    found = np.sort([sharpness(crop.image) for crop in matched])
    assert np.quantile(found, [0.1, 0.5, 0.9]) == pytest.approx([0.6, 1.0, 1.4], abs=0.1)
    assert [(crop.label, crop.source, crop.sample) for crop in matched] == [
        (c.label, c.source, c.sample) for c in crops
    ]


def test_matching_never_sharpens_and_copes_with_tiny_and_flat_crops() -> None:
    flat = Crop(np.full((9, 5, 3), 80, np.uint8), "a", "0", 0, (0, 0, 1, 1), 1)
    tiny = replace(noise_crops(1)[0], image=noise_crops(1)[0].image[:6, :5])
    for crop in (flat, tiny):
        (same,) = match([crop], [crop.image.shape[0]], [1e6])
        np.testing.assert_array_equal(same.image, crop.image)
        (less,) = match([crop], [4], [1e-6])
        assert less.image.shape == (4, 4, 3)
    assert match([], [1], [1]) == []


def test_sharpness_ignores_brightness_and_contrast_and_falls_with_blur() -> None:
    image = noise_crops(1)[0].image
    dark = (image // 4).astype(np.uint8)
    assert sharpness(dark) == pytest.approx(sharpness(image), rel=0.05)
    import cv2

    assert sharpness(cv2.GaussianBlur(image, (0, 0), 1.0)) < 0.2 * sharpness(image)


@pytest.mark.parametrize("wanted", [[], [0.0], [float("nan")]])
def test_matching_needs_values(wanted: list[float]) -> None:
    with pytest.raises(DatasetError, match="wanted size"):
        match(noise_crops(2), wanted, [1.0])
