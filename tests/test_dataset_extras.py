"""Files of labels on request as other people's readers see them; the rule by which labels count."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from dataset_frames import recipe, street_frame
from PIL import Image

import skidpad
from renderers.extras import REQUESTS
from renderers.frame import Flow
from scenes.kinds import LABELLED, Kind
from transfer.extras import requests_of
from transfer.flow_files import flo_bytes, flow_from, kitti_png
from transfer.manifest import DatasetError
from transfer.reader import Dataset
from transfer.rule import judged, parse_rule
from transfer.torch_data import FrameImages
from transfer.writer import DatasetWriter

TINY = """\
format: 1
roads: {layout: street, length: 60, crossing: zebra}
buildings: {share: 0.4}
vehicles: {spacing: 14}
people: {density: 20}
cameras:
  - {kind: dash, width: 128, height: 96, fov: 60}
"""
RULE = "visibility<0.3, height<9"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("extras")
    (place / "tiny.yaml").write_text(TINY)
    options = {"seed": 3, "frames_per_sample": 2, "labels": "all", "reject": RULE}
    made = skidpad.generate(place / "tiny.yaml", place / "data", 2, **options)
    again = skidpad.generate(place / "tiny.yaml", place / "again", 2, workers=2, **options)
    assert (made / "manifest.json").read_bytes() == (again / "manifest.json").read_bytes()  # holds every checksum
    return made


def test_the_manifest_says_what_was_asked_for(folder: Path) -> None:
    dataset = Dataset.open(folder)
    assert dataset.verify() == []
    assert (dataset.manifest["labels"], dataset.manifest["reject"]) == (list(REQUESTS), RULE)
    marked = [label for s in dataset.samples for label in s.labels if label.tight and label.rejected]
    assert sum(dataset.manifest["counts"]["rejected"].values()) == len(marked) > 0
    folders = {path.name for path in folder.iterdir() if path.is_dir()}
    assert folders >= {*REQUESTS, "flow_back"} - {"flo"}


def test_panoptic_follows_coco(folder: Path) -> None:
    """Read as panopticapi does: id = R + 256 G + 65536 B, every segment listed, area and box of its pixels."""
    content = json.loads((folder / "annotations/panoptic.json").read_text())
    kinds = {row["id"]: row for row in content["categories"]}
    assert {row["name"] for row in content["categories"] if row["isthing"]} == {kind.label for kind in LABELLED}
    images = {row["id"]: row for row in content["images"]}
    samples = {sample.name: sample for sample in Dataset.open(folder).samples}
    crowds = 0
    for annotation in content["annotations"]:
        colour = np.array(Image.open(folder / "panoptic" / annotation["file_name"]), dtype=np.uint32)
        ids = colour[..., 0] + 256 * colour[..., 1] + 256**2 * colour[..., 2]
        sample = samples[annotation["file_name"].removesuffix(".png")]
        assert images[annotation["image_id"]]["file_name"] == f"{sample.name}.jpg"
        np.testing.assert_array_equal(ids, sample.panoptic())
        found = {segment["id"]: segment for segment in annotation["segments_info"]}
        assert set(np.unique(ids).tolist()) - {0} == set(found)
        labels = {label.id: label for label in sample.labels}
        for number, segment in found.items():
            mask = ids == number
            y, x = np.nonzero(mask)
            assert segment["area"] == mask.sum()
            box = [x.min(), y.min(), x.max() + 1 - x.min(), y.max() + 1 - y.min()]
            assert segment["bbox"] == box and segment["category_id"] in kinds
            if "track_id" in segment:
                label = labels[segment["track_id"]]
                np.testing.assert_array_equal(mask, sample.instance() == label.id)
                assert segment["category_id"] == label.kind
                assert segment["iscrowd"] == int(label.rejected is not None)
                crowds += segment["iscrowd"]
            else:
                np.testing.assert_array_equal(mask, (sample.instance() == 0) & (sample.semantic() == number >> 16))
    assert crowds > 0


# pycocotools 2.0.11 itself warns under numpy 2 when it decodes
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_amodal_masks_are_read_by_pycocotools(folder: Path) -> None:
    from pycocotools import mask as rle
    from pycocotools.coco import COCO

    coco = COCO(str(folder / "annotations/amodal.json"))
    for image, sample in zip(coco.dataset["images"], Dataset.open(folder).samples, strict=True):
        rows = coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
        own = [{k: v for k, v in row.items() if k not in ("id", "image_id")} for row in rows]
        assert own == sample.amodal()
        alone = {}
        for row, label in zip(rows, sample.labels, strict=True):
            whole, shown = coco.annToMask(row) == 1, rle.decode(row["visible_segmentation"]) == 1
            assert row["track_id"] == label.id and row["area"] == whole.sum()
            np.testing.assert_array_equal(shown, sample.instance() == label.id)
            assert not (shown & ~whole).any()
            assert label.visibility == pytest.approx(shown.sum() / whole.sum())
            beyond, (x, y) = rle.decode(row["beyond"]) == 1, row["beyond"]["origin"]
            ys, xs = np.nonzero(beyond)
            inside = (ys + y >= 0) & (ys + y < whole.shape[0]) & (xs + x >= 0) & (xs + x < whole.shape[1])
            again = np.zeros_like(whole)
            again[ys[inside] + y, xs[inside] + x] = True
            np.testing.assert_array_equal(again, whole)
            alone[label.id] = whole
        for row in sample.order():
            overlap = alone[row.back] & (sample.instance() == row.front)
            assert row.shown == overlap.sum() and row.pixels <= alone[row.back].sum()


def test_flow_files_are_read_by_opencv_and_as_kitti_says(folder: Path) -> None:
    first, second, *_ = Dataset.open(folder).samples
    assert first.flow(back=True) is None and second.flow() is None
    for sample, part, back in ((first, "flow", False), (second, "flow_back", True)):
        exact = cv2.readOpticalFlow(str(folder / part / f"{sample.name}.flo"))
        flow = sample.flow(back)
        assert flow is not None and exact.shape == (96, 128, 2) and 0.5 < flow.seen.mean() < 1.0
        assert (np.abs(exact[~flow.seen]) > 1e9).all()
        # u = (R - 2^15) / 64 where B is set (readme.txt of the development kit)
        colour = cv2.imread(str(folder / part / f"{sample.name}.png"), cv2.IMREAD_UNCHANGED)
        assert colour.dtype == np.uint16
        u, v = ((colour[..., k].astype(float) - 2**15) / 64 for k in (2, 1))
        np.testing.assert_array_equal(colour[..., 0] > 0, flow.seen)
        assert np.abs(np.stack([u, v], -1) - exact)[flow.seen].max() <= 1 / 128
        np.testing.assert_array_equal(np.stack([u, v], -1)[flow.seen], flow.vectors[flow.seen])


def test_flow_beyond_what_a_png_holds_is_unknown_there(tmp_path: Path) -> None:
    vectors = np.array([[[0, 0], [511.9, -512], [513, 1], [np.nan, np.nan], [-3.25, 2.5]]], np.float32)
    flow = Flow(vectors, np.array([[True, True, True, False, False]]))
    read = flow_from(cv2.imdecode(np.frombuffer(kitti_png(flow), np.uint8), cv2.IMREAD_UNCHANGED))
    assert read.seen.tolist() == [[True, False, False, False, False]]
    np.testing.assert_array_equal(read.vectors[0, [0, 4]], vectors[0, [0, 4]])  # what is hidden is still known
    assert np.isnan(read.vectors[0, 1:4]).all()
    (tmp_path / "a.flo").write_bytes(flo_bytes(flow))
    exact = cv2.readOpticalFlow(str(tmp_path / "a.flo"))
    np.testing.assert_array_equal(exact[0, :3], vectors[0, :3])
    assert (exact[0, 3:] > 1e9).all()


def test_maps_are_read_back(folder: Path) -> None:
    for sample in Dataset.open(folder).samples:
        instance, depth = sample.instance(), sample.depth()
        places, normals = sample.coordinates(), sample.normals()
        np.testing.assert_array_equal(np.isfinite(places).all(-1), instance > 0)
        assert np.isclose(np.linalg.norm(normals[np.isfinite(depth)], axis=-1), 1.0, atol=1e-3).all()
        assert not normals[np.isinf(depth)].any()
        assert sample.lanes().shape == sample.boundaries().shape == instance.shape
        for label in sample.labels:  # to the centimetre, with what rounding in the file costs
            row, column = np.nonzero(instance == label.id)
            if label.orientation is None and len(row):
                c, s = math.cos(label.heading), math.sin(label.heading)
                inside = (places[row, column] - 0.5) * np.array(label.size)
                world = np.array(label.centre) + inside @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
                z = (world @ sample.camera_from_world[:3, :3].T + sample.camera_from_world[:3, 3])[:, 2]
                assert np.abs(z - depth[row, column]).max() < 0.01


def test_kitti_boxes_project_where_their_things_are(folder: Path) -> None:
    cares = 0
    for sample in Dataset.open(folder).samples:
        lines = (folder / f"kitti/label_2/{sample.name}.txt").read_text().splitlines()
        rows = [(line.split()[0], [float(word) for word in line.split()[1:]]) for line in lines]
        shown = [label for label in sample.labels if label.tight and label.kind in range(20, 32)]
        assert [name == "DontCare" for name, _ in rows] == [label.rejected is not None for label in shown]
        calibration = dict(
            line.split(": ") for line in (folder / f"kitti/calib/{sample.name}.txt").read_text().splitlines()
        )
        p2 = np.array(calibration["P2"].split(), float).reshape(3, 4)
        for (name, values), label in zip(rows, shown, strict=True):
            assert values[3:7] == pytest.approx([*label.full[:2], label.full[2] - 1, label.full[3] - 1])
            if name == "DontCare":
                continue
            h, w, length, x, y, z, turn = values[7:]
            corners = np.array([[i * length / 2, j * h, k * w / 2] for i in (-1, 1) for j in (-1, 0) for k in (-1, 1)])
            c, s = math.cos(turn), math.sin(turn)
            points = corners @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]).T + (x, y, z)
            if points[:, 2].min() > 1.0 and label.truncation == 0.0 and label.kind in (Kind.CAR, Kind.VAN):
                pixels = np.column_stack([points, np.ones(8)]) @ p2.T
                pixels = pixels[:, :2] / pixels[:, 2:]
                box = np.array(values[3:7])
                spread = 0.12 * max(box[2] - box[0], box[3] - box[1]) + 1.5  # mirrors, rounded corners
                assert np.abs([*pixels.min(0) - box[:2], *pixels.max(0) - box[2:]]).max() < spread
                cares += 1
    assert cares > 0


# pycocotools 2.0.11 itself warns under numpy 2 when it decodes
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_what_is_rejected_stays_marked_and_every_reader_passes_over_it(tmp_path: Path) -> None:
    from dataclasses import replace

    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    rule = parse_rule("pixels<400")
    frame = street_frame(0)
    plan = replace(recipe(samples=1), reject="pixels<400")
    writer = DatasetWriter(tmp_path / "d", plan)
    writer.write_sample(0, [replace(frame, labels=judged(frame.labels, rule))])
    out = writer.finish()
    (sample,) = Dataset.open(out).samples
    assert [label.rejected for label in sample.labels if label.kind is Kind.SIGNAL] == ["pixels 240 < 400"]
    kept = [label for label in sample.labels if not label.rejected]
    assert {label.kind for label in kept} == {Kind.CAR, Kind.PEDESTRIAN}
    assert len((out / f"labels/{sample.name}.txt").read_text().splitlines()) == len(kept)
    _, target = FrameImages(Dataset.open(out))[0]
    assert target["track_ids"].tolist() == [label.id for label in kept]
    coco = COCO(str(out / "annotations/coco.json"))
    marks = {row["track_id"]: row.get("rejected") for row in coco.dataset["annotations"]}
    assert marks == {label.id: label.rejected for label in sample.labels if label.tight}
    # who finds what counts, and nothing else, is perfect
    keys = ("image_id", "category_id", "bbox")
    counted = [a for a in coco.dataset["annotations"] if not a["iscrowd"]]
    found = coco.loadRes([{**{k: a[k] for k in keys}, "score": 1.0} for a in counted])
    judge = COCOeval(coco, found, "bbox")
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    assert judge.stats[0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("visibilty<0.2", "visibility"),
        ("visibility", "is no clause"),
        ("pixels<many", "is no clause"),
        ("height<3,,width>", "'width>'"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(text: str, words: str) -> None:
    with pytest.raises(DatasetError, match=words):
        parse_rule(text)


def test_requests_are_read_in_one_order() -> None:
    assert requests_of("base", 1) == requests_of("", 1) == ()
    assert requests_of("panoptic, flow", 2) == ("flow", "panoptic")
    assert requests_of("all", 2) == REQUESTS
    assert requests_of("all", 1) == tuple(name for name in REQUESTS if name not in ("flow", "flo"))
    with pytest.raises(DatasetError, match='"panoptic"'):
        requests_of("panoptc", 1)
    with pytest.raises(DatasetError, match="2 or more frames"):
        requests_of("flow", 1)


def test_a_wrong_request_is_one_line_before_anything_is_written(tmp_path: Path) -> None:
    words = ["generate", "street", "--out", str(tmp_path / "out"), "--samples", "1", "--labels", "flow"]
    done = subprocess.run([sys.executable, "-m", "skidpad.cli", *words], capture_output=True, text=True, check=False)
    lines = [line for line in done.stderr.splitlines() if line.startswith("skidpad: ")]
    assert done.returncode == 2 and len(lines) == 1 and "flow needs 2 or more frames" in lines[0]
    for more in ({"labels": "depths"}, {"reject": "size<3"}):
        with pytest.raises(DatasetError, match=r"depths|size"):
            skidpad.generate("street", tmp_path / "out", 1, **more)
    assert not list(tmp_path.iterdir())


def test_datasets_of_older_versions_are_read(tmp_path: Path) -> None:
    writer = DatasetWriter(tmp_path / "d", recipe(samples=1))
    writer.write_sample(0, [street_frame(0)])
    out = writer.finish()
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest.pop("labels"), manifest.pop("reject"), manifest["format"]) == ([], "", 1)
    (out / "manifest.json").write_text(json.dumps(manifest))
    (sample,) = Dataset.open(out).samples
    assert sample.flow() is None and all(label.rejected is None for label in sample.labels)
    for read in (sample.panoptic, sample.amodal, sample.coordinates):
        with pytest.raises(DatasetError, match="cannot be read"):
            read()
