"""Torch reads datasets and folder trees."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from dataset_frames import make_frame, recipe, street_frame

from scenes.kinds import Kind
from transfer.crops import Crop, CropRule, Pick
from transfer.manifest import DatasetError
from transfer.reader import Dataset
from transfer.writer import DatasetWriter

torch = pytest.importorskip("torch")
from transfer.torch_data import ClassImages, FrameImages, open_images  # noqa: E402

RULE = CropRule((Pick("vehicle", frozenset({Kind.CAR})), Pick("person", frozenset({Kind.PEDESTRIAN}))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    writer = DatasetWriter(tmp_path_factory.mktemp("torch") / "toy", recipe(samples=2))
    writer.write_sample(0, [street_frame(0)])
    writer.write_sample(1, [make_frame([], sample=1)])
    return writer.finish()


def test_crops_of_a_dataset(folder: Path) -> None:
    data = open_images(folder, RULE, size=(32, 48))
    assert isinstance(data, ClassImages)
    assert data.classes == ("vehicle", "person")
    assert data.targets.tolist() == [0, 0, 1]
    assert data.groups == ("000000",) * 3
    images, targets = next(iter(torch.utils.data.DataLoader(data, batch_size=3)))
    assert images.shape == (3, 3, 48, 32)
    assert images.dtype == torch.float32
    assert 0 <= images.min() < images.max() <= 1
    assert targets.tolist() == [0, 0, 1]


def test_whole_frames_of_a_dataset(folder: Path) -> None:
    data = open_images(folder)
    assert isinstance(data, FrameImages)
    sample = Dataset.open(folder).samples[0]
    image, target = data[0]
    np.testing.assert_allclose(image.numpy() * 255, sample.image().transpose(2, 0, 1), atol=1e-3)
    shown = [label for label in sample.labels if label.tight]
    assert target["boxes"].tolist() == [list(label.tight) for label in shown]
    assert [data.classes[k] for k in target["labels"]] == [label.kind.label for label in shown]
    for mask, label in zip(target["masks"], shown, strict=True):
        assert int(mask.sum()) == label.visible_pixels
    _, empty = data[1]
    assert empty["boxes"].shape == (0, 4)
    assert empty["masks"].shape == (0, 120, 160)
    assert len(data) == 2


def test_a_folder_tree(tmp_path: Path) -> None:
    for name, colour in (("b", (0, 0, 255)), ("a", (255, 0, 0))):
        (tmp_path / name).mkdir()
        cv2.imwrite(str(tmp_path / name / "1.png"), np.full((6, 4, 3), colour, np.uint8))
    (tmp_path / "a/notes.txt").write_text("not a picture")
    data = open_images(tmp_path)
    assert data.classes == ("a", "b")
    (first, zero), (second, one) = data[0], data[1]
    assert (zero, one) == (0, 1)
    assert first[:, 0, 0].tolist() == [0, 0, 1]  # OpenCV wrote blue
    assert second[:, 0, 0].tolist() == [1, 0, 0]
    doubled = open_images(tmp_path, classes=("b", "a"), transform=lambda image: image * 2)
    assert doubled[0][1] == 1
    assert doubled[0][0].max() == 2
    (tmp_path / "a/0.jpg").write_bytes(b"broken")
    with pytest.raises(DatasetError, match=r"0\.jpg: not a picture"):
        open_images(tmp_path)[0]


def test_errors(folder: Path, tmp_path: Path) -> None:
    crop = Crop(np.zeros((4, 4, 3), np.uint8), "x", "0", 0, (0, 0, 4, 4), 1)
    for call, said in [
        (lambda: open_images(tmp_path / "none"), "no such folder"),
        (lambda: open_images(tmp_path), "no pictures"),
        (lambda: open_images(tmp_path, RULE), "needs a dataset"),
        (lambda: open_images(folder, size=(8, 8)), "whole frames take no size"),
        (lambda: open_images(folder, RULE.without({"vehicle", "person"})), "no pictures to train on"),
        (lambda: ClassImages.of_crops([crop], classes=("y",)), "'x' is none of y"),
    ]:
        with pytest.raises(DatasetError, match=said):
            call()
