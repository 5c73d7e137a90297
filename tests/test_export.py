"""Datasets in other people's layouts, as their readers see them, compared with the dataset's own maps and labels."""

from __future__ import annotations

import configparser
import io
import json
import os
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import cv2
import numpy as np
import pytest
from dataset_frames import make_frame, recipe, street_frame
from PIL import Image
from typer.testing import CliRunner

import skidpad
from scenes.kinds import CITYSCAPES_ID, LABELLED, Kind
from skidpad.cli import app
from transfer.export import held_out
from transfer.layouts import FORMATS, MEMBERS
from transfer.manifest import DatasetError
from transfer.reader import Dataset, Sample
from transfer.writer import DatasetWriter

SAMPLES = 5
KINDS = sorted(LABELLED)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    writer = DatasetWriter(tmp_path_factory.mktemp("source") / "toy", recipe(samples=SAMPLES, frames_per_sample=2))
    for k in range(SAMPLES - 1):
        writer.write_sample(k, [street_frame(k, 0), street_frame(k, 1)])
    writer.write_sample(SAMPLES - 1, [make_frame([], sample=SAMPLES - 1, index=i) for i in range(2)])
    return writer.finish({"licences/people/LICENCE": b"CC0"})


@pytest.fixture(scope="module")
def dataset(folder: Path) -> Dataset:
    return Dataset.open(folder)


@pytest.fixture(scope="module")
def made(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("exported")
    task = {"crops": "street"}
    return {name: skidpad.export(folder, place / name, name, val=0.4, task=task.get(name)) for name in FORMATS}


def parts(dataset: Dataset) -> dict[str, list[Sample]]:
    held = held_out(dataset, 0.4, 0)
    return {
        "train": [sample for sample in dataset.samples if sample.sample not in held],
        "val": [sample for sample in dataset.samples if sample.sample in held],
    }


def test_samples_are_split_whole_and_by_their_number_alone(dataset: Dataset) -> None:
    held = held_out(dataset, 0.4, 0)
    assert len(held) == 2 and held < set(range(SAMPLES))
    assert len({frozenset(held_out(dataset, 0.4, seed)) for seed in range(9)}) > 1
    assert held_out(dataset, 0.0, 0) == set()
    assert len(held_out(dataset, 0.001, 0)) == 1 and len(held_out(dataset, 0.999, 0)) == SAMPLES - 1


def test_every_layout_says_where_it_is_from_and_carries_licences(made: dict[str, Path]) -> None:
    for name, place in made.items():
        origin = json.loads((place / "export.json").read_text())
        assert (origin["layout"], origin["dataset"]["name"]) == (name, "toy")
        assert origin["pictures"] == {"train": 6, "val": 4}
        assert (place / "licences/people/LICENCE").read_bytes() == b"CC0"
        assert [path for path in place.parent.iterdir() if path.name.startswith(f"{name}.")] == []


def test_coco_is_read_by_pycocotools(made: dict[str, Path], dataset: Dataset) -> None:
    from pycocotools.coco import COCO

    for split, samples in parts(dataset).items():
        coco = COCO(str(made["coco"] / f"annotations/instances_{split}.json"))
        assert [coco.imgs[number]["file_name"] for number in coco.imgs] == [f"{s.name}.jpg" for s in samples]
        for number, sample in zip(coco.imgs, samples, strict=True):
            assert (made["coco"] / split / f"{sample.name}.jpg").exists()
            rows = coco.loadAnns(coco.getAnnIds(imgIds=number))
            assert [row["track_id"] for row in rows] == [label.id for label in sample.labels if label.tight]


def test_yolo_and_voc_are_read_alike_by_supervision(made: dict[str, Path], dataset: Dataset) -> None:
    pytest.importorskip("supervision")
    from supervision.dataset.core import DetectionDataset

    yolo, voc = made["yolo"], made["voc"] / "VOCdevkit/VOC2012"
    for split, samples in parts(dataset).items():
        lines = DetectionDataset.from_yolo(
            str(yolo / "images" / split), str(yolo / "labels" / split), str(yolo / "data.yaml")
        )
        found = {Path(path).stem: (lines.classes, boxes) for path, _, boxes in lines}
        assert set(found) == {sample.name for sample in samples}
        compare(found, samples, 1e-3)
    boxes = DetectionDataset.from_pascal_voc(str(voc / "JPEGImages"), str(voc / "Annotations"))
    read = {Path(path).stem: (boxes.classes, found) for path, _, found in boxes}
    compare(read, dataset.samples, 1e-3)


def compare(found: dict[str, tuple[list[str], Any]], samples: Any, close: float) -> None:
    for sample in samples:
        classes, boxes = found[sample.name]
        shown = [label for label in sample.labels if label.tight]
        assert [classes[i] for i in boxes.class_id] == [label.kind.label for label in shown]
        np.testing.assert_allclose(boxes.xyxy, np.array([label.tight for label in shown]).reshape(-1, 4), atol=close)


def test_boxes_of_voc_are_the_extent_of_its_masks(made: dict[str, Path], dataset: Dataset) -> None:
    root = made["voc"] / "VOCdevkit/VOC2012"
    names = (root / "classes.txt").read_text().split()
    assert names == ["background", *(kind.label for kind in KINDS)]
    for split, samples in parts(dataset).items():
        assert (root / f"ImageSets/Main/{split}.txt").read_text().split() == [sample.name for sample in samples]
    seen = 0
    for sample in dataset.samples:
        things = Xml.parse(root / f"Annotations/{sample.name}.xml").findall("object")
        classes, objects = (
            np.array(Image.open(root / f"{f}/{sample.name}.png")) for f in ("SegmentationClass", "SegmentationObject")
        )
        np.testing.assert_array_equal(objects > 0, sample.instance() > 0)
        for number, thing in enumerate(things, 1):
            ys, xs = np.nonzero(objects == number)
            assert [int(thing.findtext(f"bndbox/{key}") or -1) for key in ("xmin", "ymin", "xmax", "ymax")] == [
                xs.min() + 1, ys.min() + 1, xs.max() + 1, ys.max() + 1,
            ]  # fmt: skip
            assert {names[i] for i in classes[objects == number]} == {thing.findtext("name")}
            seen += 1
    assert seen > SAMPLES


def test_the_palette_is_that_of_voc(made: dict[str, Path]) -> None:
    first = next((made["voc"] / "VOCdevkit/VOC2012/SegmentationClass").iterdir())
    colours = np.reshape(Image.open(first).getpalette(), (-1, 3)).tolist()
    assert colours[:4] == [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0]]
    assert (colours[15], colours[255]) == ([192, 128, 128], [224, 224, 192])  # person and void of the kit


def test_kitti_has_what_its_kit_asks_for(made: dict[str, Path], dataset: Dataset) -> None:
    root = made["kitti"]
    assert {path.name for path in (root / "training").iterdir()} == {"image_2", "label_2", "calib"}
    names = dict(row.split() for row in (root / "ImageSets/names.txt").read_text().splitlines())
    for number, sample in enumerate(dataset.samples):
        stem = f"{number:06d}"
        assert names[stem] == sample.name
        np.testing.assert_array_equal(cv2.imread(str(root / f"training/image_2/{stem}.png"))[..., ::-1], sample.image())
        rows = [row.split() for row in (root / f"training/label_2/{stem}.txt").read_text().splitlines()]
        things = [x for x in sample.labels if x.tight and x.kind in (Kind.CAR, Kind.BUS, Kind.PEDESTRIAN)]
        assert len(rows) == len(things) and all(len(row) == 15 for row in rows)
        for row, label in zip(rows, things, strict=True):
            x0, y0, x1, y1 = label.full or ()
            assert [float(v) for v in row[4:8]] == pytest.approx([x0, y0, x1 - 1, y1 - 1], abs=0.006)
        calibration = dict(r.split(": ") for r in (root / f"training/calib/{stem}.txt").read_text().splitlines())
        projection = np.array(calibration["P2"].split(), float).reshape(3, 4)
        np.testing.assert_allclose(projection[:, :3], sample.intrinsics - [[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
    train, val = ((root / f"ImageSets/{part}.txt").read_text().split() for part in ("train", "val"))
    assert sorted(train + val) == sorted(names)


def test_pixels_of_cityscapes_have_its_ids(made: dict[str, Path], dataset: Dataset) -> None:
    root = made["cityscapes"]
    for split, samples in parts(dataset).items():
        for sample in samples:
            stem = f"{split}/toy-0/toy-0_{sample.sample:06d}_{sample.frame:06d}"
            labels = cv2.imread(str(root / f"gtFine/{stem}_gtFine_labelIds.png"), cv2.IMREAD_UNCHANGED)
            things = cv2.imread(str(root / f"gtFine/{stem}_gtFine_instanceIds.png"), cv2.IMREAD_UNCHANGED)
            assert (root / f"leftImg8bit/{stem}_leftImg8bit.png").exists()
            wanted = {int(kind): CITYSCAPES_ID[Kind(kind)] for kind in np.unique(sample.semantic())}
            for kind, number in wanted.items():
                assert set(labels[sample.semantic() == kind]) == {number}
            np.testing.assert_array_equal(np.where(things >= 1000, things // 1000, things), labels)
            ids = sample.instance()
            for label in sample.labels:
                if label.tight and 24 <= CITYSCAPES_ID[label.kind] <= 33:
                    (number,) = set(things[ids == label.id].tolist())
                    assert (things == number).sum() == (ids == label.id).sum() and number >= 1000


def test_sequences_of_mot_have_a_box_for_everybody(made: dict[str, Path], dataset: Dataset) -> None:
    for split, samples in parts(dataset).items():
        for k in {sample.sample for sample in samples}:
            film = made["mot"] / split / f"toy-{k:06d}-0"
            facts = configparser.ConfigParser()
            facts.read(film / "seqinfo.ini")
            assert facts["Sequence"]["seqLength"] == "2" and len(list((film / "img1").iterdir())) == 2
            text = (film / "gt/gt.txt").read_text()
            rows = np.loadtxt(io.StringIO(text), delimiter=",", ndmin=2) if text else np.zeros((0, 9))
            for frame, sample in enumerate((s for s in samples if s.sample == k), 1):
                people = [x for x in sample.labels if x.kind is Kind.PEDESTRIAN and x.full]
                found = rows[(rows[:, 0] == frame) & (rows[:, 7] == 1)]
                assert found[:, 1].tolist() == [label.id for label in people]
                for row, label in zip(found, people, strict=True):
                    x0, y0, x1, y1 = label.amodal
                    np.testing.assert_allclose(row[2:6], [x0 + 1, y0 + 1, x1 - x0, y1 - y0], atol=0.006)
                    assert row[8] == pytest.approx(label.visibility * (1 - label.truncation), abs=1e-4)


def test_crops_lie_in_folders_of_their_class(made: dict[str, Path], dataset: Dataset) -> None:
    found = sorted(made["crops"].glob("*/*/*.jpg"))
    assert {path.parent.name for path in found} == {"vehicle", "pedestrian", "background"}
    held = held_out(dataset, 0.4, 0)
    assert all((int(path.name[:6]) in held) == (path.parent.parent.name == "val") for path in found)


def test_a_shard_of_webdataset_holds_the_files_as_they_are(made: dict[str, Path], dataset: Dataset) -> None:
    for split, samples in parts(dataset).items():
        with tarfile.open(made["webdataset"] / f"{split}-000000.tar") as archive:
            names = archive.getnames()
            assert names == [f"{sample.name}.{key}" for sample in samples for key in MEMBERS]
            first = archive.extractfile(f"{samples[0].name}.instance.png")
            assert first is not None
            assert first.read() == (dataset.root / f"instance/{samples[0].name}.png").read_bytes()


def test_what_is_rejected_is_marked_or_left_out(tmp_path: Path) -> None:
    writer = DatasetWriter(tmp_path / "data", recipe(samples=1))
    frame = street_frame(0)
    target = next(label for label in frame.labels if label.kind is Kind.PEDESTRIAN and label.tight)
    labels = tuple(replace(x, rejected="too small") if x is target else x for x in frame.labels)
    writer.write_sample(0, [replace(frame, labels=labels)])
    folder = writer.finish()
    inside = Dataset.open(folder).samples[0].instance() == target.id
    voc = skidpad.export(folder, tmp_path / "voc", "voc") / "VOCdevkit/VOC2012"
    things = Xml.parse(voc / "Annotations/000000_000_0.xml").findall("object")
    assert sum(thing.findtext("difficult") == "1" for thing in things) == 1
    assert set(np.array(Image.open(voc / "SegmentationObject/000000_000_0.png"))[inside]) == {255}
    city = skidpad.export(folder, tmp_path / "city", "cityscapes")
    ids = cv2.imread(str(next(city.glob("gtFine/**/*instanceIds.png"))), cv2.IMREAD_UNCHANGED)
    assert set(ids[inside]) == {CITYSCAPES_ID[Kind.PEDESTRIAN]}
    kitti = skidpad.export(folder, tmp_path / "kitti", "kitti") / "training/label_2/000000.txt"
    assert kitti.read_text().count("DontCare") == 1
    mot = next(skidpad.export(folder, tmp_path / "mot", "mot").glob("**/gt.txt")).read_text().splitlines()
    assert next(row for row in mot if row.split(",")[1] == str(target.id)).split(",")[6] == "0"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "voc", "--val", "1.0"], "--val 1.0 is outside [0, 1)"),
        (["--format", "crops"], "--task belongs to --format crops"),
        (["--format", "voc", "--task", "street"], "--task belongs to --format crops"),
        (["--format", "crops", "--task", "streets"], 'did you mean "street"'),
    ],
)
def test_wrong_arguments_are_one_line(folder: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(app, ["export", str(folder), "--out", str(tmp_path / "out"), *arguments])
    assert isinstance(result.exception, DatasetError) and words in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_nothing_half_written_stays(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    last = Dataset.open(broken).samples[-1]
    os.truncate(broken / f"instance/{last.name}.png", 20)
    with pytest.raises(DatasetError, match=f"{last.name}.png: not a whole PNG"):
        skidpad.export(broken, tmp_path / "out", "voc")
    assert [path.name for path in tmp_path.iterdir()] == ["broken"]
    with pytest.raises(DatasetError, match="already exists"):
        skidpad.export(folder, broken, "voc")


def test_equal_datasets_give_equal_bytes(folder: Path, made: dict[str, Path], tmp_path: Path) -> None:
    for name in ("webdataset", "voc"):
        again = skidpad.export(folder, tmp_path / name, name, val=0.4)
        files = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
        assert files == sorted(path.relative_to(made[name]) for path in made[name].rglob("*") if path.is_file())
        assert all((again / file).read_bytes() == (made[name] / file).read_bytes() for file in files)
