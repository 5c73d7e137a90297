"""COCO and YOLO as other people's readers see them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from dataset_frames import make_frame, recipe, street_frame

from scenes.kinds import LABELLED, Kind
from transfer.reader import Dataset
from transfer.writer import DatasetWriter


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exports") / "toy"
    plan = recipe(samples=4)
    writer = DatasetWriter(out, plan)
    for k in range(3):
        writer.write_sample(k, [street_frame(k)])
    writer.write_sample(3, [make_frame([], sample=3)])
    return writer.finish()


# pycocotools 2.0.11 itself warns under numpy 2 when it decodes
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_pycocotools_reads_masks_exactly(folder: Path) -> None:
    from pycocotools.coco import COCO

    coco = COCO(str(folder / "annotations/coco.json"))
    dataset = Dataset.open(folder)
    assert [image["file_name"] for image in coco.dataset["images"]] == [f"{s.name}.jpg" for s in dataset.samples]
    assert {row["name"]: row["id"] for row in coco.dataset["categories"]} == {k.label: int(k) for k in LABELLED}
    for image, sample in zip(coco.dataset["images"], dataset.samples, strict=True):
        annotations = coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
        shown = [label for label in sample.labels if label.tight is not None]
        assert [annotation["track_id"] for annotation in annotations] == [label.id for label in shown]
        for annotation, label in zip(annotations, shown, strict=True):
            mask = coco.annToMask(annotation)
            np.testing.assert_array_equal(mask == 1, sample.instance() == label.id)
            assert annotation["area"] == mask.sum()
            assert annotation["category_id"] == label.kind
            x, y, w, h = annotation["bbox"]
            ys, xs = np.nonzero(mask)
            assert (x, y, x + w, y + h) == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
            attributes = annotation["attributes"]
            assert attributes["full_box"] == list(label.full)
            assert attributes["amodal_box"] == list(label.amodal)
            assert (attributes["view"], attributes["signal_lit"]) == (label.view, label.signal_lit)
            assert attributes["box3d"]["size"] == list(label.size)
    ids = [annotation["id"] for annotation in coco.dataset["annotations"]]
    assert ids == list(range(1, len(ids) + 1))


def test_pycocotools_scores_the_truth_as_perfect(folder: Path) -> None:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    coco = COCO(str(folder / "annotations/coco.json"))
    keys = ("image_id", "category_id", "segmentation")
    found = coco.loadRes([{**{k: a[k] for k in keys}, "score": 1.0} for a in coco.dataset["annotations"]])
    judge = COCOeval(coco, found, "segm")
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    assert judge.stats[0] == pytest.approx(1.0)


def test_supervision_reads_both_formats_alike(folder: Path) -> None:
    pytest.importorskip("supervision")
    from supervision.dataset.core import DetectionDataset

    images = str(folder / "images")
    coco = DetectionDataset.from_coco(images, str(folder / "annotations/coco.json"), force_masks=True)
    yolo = DetectionDataset.from_yolo(images, str(folder / "labels"), str(folder / "data.yaml"))
    assert coco.classes == yolo.classes == [kind.label for kind in sorted(LABELLED)]
    assert len(coco) == len(yolo) == 4
    read = {Path(path).stem: (path, found) for path, _, found in coco}
    for path, _, lines in yolo:
        sample = next(s for s in Dataset.open(folder).samples if s.name == Path(path).stem)
        boxes = np.array([label.tight for label in sample.labels if label.tight]).reshape(-1, 4)
        kinds = [label.kind.label for label in sample.labels if label.tight]
        instances = read[sample.name][1]
        np.testing.assert_allclose(instances.xyxy, boxes, atol=1)
        np.testing.assert_allclose(lines.xyxy, boxes, atol=1e-3)
        for found in (instances, lines):
            assert [yolo.classes[i] for i in found.class_id] == kinds
        if not kinds:
            continue
        for mask, label in zip(instances.mask, [x for x in sample.labels if x.tight], strict=True):
            np.testing.assert_array_equal(np.asarray(mask), sample.instance() == label.id)


def test_hidden_things_are_left_out_and_empty_pictures_kept(folder: Path) -> None:
    content = json.loads((folder / "annotations/coco.json").read_text())
    assert not any(annotation["category_id"] == Kind.VAN for annotation in content["annotations"])
    assert (folder / "labels/000003_000_0.txt").read_text() == ""
    assert len((folder / "labels/000000_000_0.txt").read_text().splitlines()) == 4
    hidden = next(label for label in Dataset.open(folder).samples[0].labels if label.kind == Kind.VAN)
    assert hidden.tight is None
