"""Layouts of other people's datasets: one row of `FORMATS` for each, from pictures to files.

A layout takes the job and the pictures in order, and gives files (path, content) as it goes, the lists last. What the
dataset's rule rejects is marked as the layout marks what does not count, or left out where it has no mark for it.
"""

from __future__ import annotations

import io
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from renderers.frame import ActorLabel
from scenes.kinds import CITYSCAPES_ID, Kind
from transfer import coco, kitti, voc, yolo
from transfer.crops import CropRule, iter_crops
from transfer.encode import QUICK, png_bytes
from transfer.lidar_files import velodyne_bytes
from transfer.manifest import DatasetError, exported, json_bytes
from transfer.reader import Dataset, Sample, read_json

SHARD = 200  # pictures in a file of WebDataset
CROP_QUALITY = 95  # of the JPEG files of crops
CITY_THINGS = frozenset(range(24, 34))  # Cityscapes ids that have instances (labels.py of cityscapesScripts)
# MOTChallenge classes (Milan et al. 2016, table 5): pedestrian, person on vehicle, car, bicycle, motorbike, vehicle
MOT_CLASS = {
    Kind.PEDESTRIAN: 1, Kind.RIDER: 2, Kind.CAR: 3, Kind.VAN: 3, Kind.TRUCK: 3, Kind.BUS: 3, Kind.BICYCLE: 4,
    Kind.MOTORCYCLE: 5, Kind.PRAM: 6, Kind.WHEELCHAIR: 6,
}  # fmt: skip

File = tuple[str, bytes]


@dataclass(frozen=True)
class Picture:
    """A picture on its way out."""

    number: int  # from 0, in the order of the dataset
    sample: Sample
    split: str  # train or val

    @property
    def jpeg(self) -> bytes:
        """The file as the dataset has it."""
        return self.sample.file("images", "jpg")

    @property
    def png(self) -> bytes:
        """The same picture as PNG, for layouts whose readers look for nothing else."""
        return png_bytes(np.ascontiguousarray(self.sample.image()[..., ::-1]), QUICK)


@dataclass(frozen=True)
class Job:
    """What is exported, and how."""

    dataset: Dataset
    rule: CropRule | None  # of crops
    seed: int

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """Classes of the dataset; a class number is the place here."""
        return exported(Kind.SIGN.label in self.dataset.manifest["classes"])


def coco_files(job: Job, pictures: Iterable[Picture]) -> Iterator[File]:
    """COCO: `train/*.jpg` and `annotations/instances_train.json`; masks, keypoints and track ids as in the dataset."""
    whole = read_json(job.dataset.root / "annotations" / "coco.json")
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for annotation in whole["annotations"]:
        rows[annotation["image_id"]].append(annotation)
    images = {image["file_name"]: image for image in whole["images"]}
    parts: dict[str, list[tuple[dict[str, Any], list[dict[str, Any]]]]] = defaultdict(list)
    for picture in pictures:
        image = images[f"{picture.sample.name}.jpg"]
        parts[picture.split].append((image, rows[image["id"]]))
        yield f"{picture.split}/{image['file_name']}", picture.jpeg
    for split, pairs in parts.items():
        content = {**coco.merge(pairs, whole["info"]["description"]), "categories": whole["categories"]}
        yield f"annotations/instances_{split}.json", json_bytes(content)


def yolo_files(job: Job, pictures: Iterable[Picture]) -> Iterator[File]:
    """YOLO as Ultralytics has it: `images/train`, `labels/train` and `data.yaml`."""
    splits = set()
    for picture in pictures:
        splits.add(picture.split)
        yield f"images/{picture.split}/{picture.sample.name}.jpg", picture.jpeg
        yield f"labels/{picture.split}/{picture.sample.name}.txt", picture.sample.file("labels", "txt")
    names = yolo.names_of(job.kinds)
    yield "data.yaml", f"train: images/train\nval: images/{max(splits)}\n{names}".encode()


def voc_files(job: Job, pictures: Iterable[Picture]) -> Iterator[File]:
    """PASCAL VOC (Everingham et al. 2010): boxes as XML, masks of classes and objects with its palette."""
    names: dict[str, list[str]] = defaultdict(list)
    for picture in pictures:
        sample, stem = picture.sample, picture.sample.name
        names[picture.split].append(stem)
        names["trainval"].append(stem)
        ids = sample.instance()
        yield f"{voc.ROOT}/JPEGImages/{stem}.jpg", picture.jpeg
        yield f"{voc.ROOT}/Annotations/{stem}.xml", voc.annotation(stem, sample.size, sample.labels)
        for folder, mask in zip(voc.MASKS, voc.masks(ids, sample.labels, job.kinds), strict=True):
            yield f"{voc.ROOT}/{folder}/{stem}.png", mask
    for use in ("Main", "Segmentation"):
        for split, stems in names.items():
            yield f"{voc.ROOT}/ImageSets/{use}/{split}.txt", lines(stems)
    yield f"{voc.ROOT}/classes.txt", lines(["background", *(kind.label for kind in job.kinds)])


def kitti_files(job: Job, pictures: Iterable[Picture]) -> Iterator[File]:
    """KITTI objects (Geiger et al. 2012): `training/` with pictures, labels, calibration and points, `ImageSets/`."""
    sets: dict[str, list[str]] = defaultdict(list)
    for picture in pictures:
        sample, stem = picture.sample, f"{picture.number:06d}"
        sets[picture.split].append(stem)
        sets["names"].append(f"{stem} {sample.name}")
        sweep = first_sweep(sample)
        yield f"training/image_2/{stem}.png", picture.png
        yield f"training/label_2/{stem}.txt", kitti.label_text(sample.labels, sample.camera_from_world).encode()
        yield f"training/calib/{stem}.txt", kitti.calibration_text(sample, sweep).encode()
        if sweep is not None:
            yield f"training/velodyne/{stem}.bin", velodyne_bytes(sweep)
    for split, stems in sets.items():
        yield f"ImageSets/{split}.txt", lines(stems)


def cityscapes_files(job: Job, pictures: Iterable[Picture]) -> Iterator[File]:
    """Cityscapes (Cordts et al. 2016): `leftImg8bit` and `gtFine` with label ids and instance ids; no polygons.

    A camera is a city, a sample a sequence. What has no instances there (signals, prams, dogs) has the id of its class.
    """
    table = np.zeros(max(Kind) + 1, np.uint8)
    for kind, number in CITYSCAPES_ID.items():
        table[kind] = number
    for picture in pictures:
        sample = picture.sample
        city = f"{str(job.dataset.manifest['name']).replace('_', '-')}-{sample.camera}"
        stem = f"{picture.split}/{city}/{city}_{sample.sample:06d}_{sample.frame:06d}"
        labels = table[sample.semantic()]
        yield f"leftImg8bit/{stem}_leftImg8bit.png", picture.png
        yield f"gtFine/{stem}_gtFine_labelIds.png", png_bytes(labels, QUICK)
        yield f"gtFine/{stem}_gtFine_instanceIds.png", png_bytes(city_instances(sample, labels), QUICK)


def city_instances(sample: Sample, labels: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """(H, W) 1000 * label id + number of the thing in the picture; the label id alone where nothing counts."""
    ids, out = sample.instance(), labels.astype(np.uint16)
    things: dict[int, int] = defaultdict(int)
    for label in sample.labels:
        number = CITYSCAPES_ID[label.kind]
        if label.tight is None or label.rejected or number not in CITY_THINGS:
            continue
        out[ids == label.id] = 1000 * number + things[number]
        things[number] += 1
    return out


def mot_files(job: Job, pictures: Iterable[Picture]) -> Iterator[File]:
    """MOTChallenge (Milan et al. 2016): a sequence for each camera of a sample, whole boxes, also of what is hidden."""
    films: dict[str, list[Sample]] = defaultdict(list)
    for picture in pictures:
        sample = picture.sample
        film = f"{picture.split}/{job.dataset.manifest['name']}-{sample.sample:06d}-{sample.camera}"
        films[film].append(sample)
        yield f"{film}/img1/{len(films[film]):06d}.jpg", picture.jpeg
    for film, samples in films.items():
        rows = [row for frame, sample in enumerate(samples, 1) for row in mot_rows(frame, sample.labels)]
        width, height = samples[0].size
        yield f"{film}/gt/gt.txt", lines(rows)
        yield f"{film}/seqinfo.ini", lines([
            "[Sequence]", f"name={film.split('/')[1]}", "imDir=img1", f"frameRate={job.dataset.manifest['fps']:g}",
            f"seqLength={len(samples)}", f"imWidth={width}", f"imHeight={height}", "imExt=.jpg",
        ])  # fmt: skip


def mot_rows(frame: int, labels: Iterable[ActorLabel]) -> Iterator[str]:
    """Frame, id, left, top, width, height (px, the first pixel is 1), whether it counts, class, share that shows."""
    for label in labels:
        if label.kind not in MOT_CLASS or label.full is None:
            continue
        x0, y0, x1, y1 = label.amodal
        counts = int(label.kind == Kind.PEDESTRIAN and not label.rejected)
        seen = label.visibility * (1.0 - label.truncation)
        box = f"{x0 + 1:.2f},{y0 + 1:.2f},{x1 - x0:.2f},{y1 - y0:.2f}"
        yield f"{frame},{label.id},{box},{counts},{MOT_CLASS[label.kind]},{seen:.4f}"


def crop_files(job: Job, pictures: Iterable[Picture]) -> Iterator[File]:
    """Crops of a task, a folder for each class: `train/CLASS/*.jpg`, as torchvision's ImageFolder reads it.

    Raises:
        DatasetError: the rule finds nothing.
    """
    if job.rule is None:
        raise DatasetError("--format crops needs --task")
    found = 0
    for picture in pictures:
        for crop in iter_crops([picture.sample], job.rule, job.seed, "export"):
            done, content = cv2.imencode(
                ".jpg", np.ascontiguousarray(crop.image[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, CROP_QUALITY]
            )
            if not done:
                raise DatasetError(f"{crop.name}: OpenCV cannot write {crop.image.shape} as JPEG")
            found += 1
            yield f"{picture.split}/{crop.label}/{crop.name}.jpg", content.tobytes()
    if not found:
        raise DatasetError(f"{job.dataset.root}: the task's rule cuts no crop from these pictures")


def webdataset_files(job: Job, pictures: Iterable[Picture]) -> Iterator[File]:
    """WebDataset: `train-000000.tar` with picture, maps and `frames/NAME.json` of 200 pictures each, for streaming."""
    open_shards: dict[str, list[Picture]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)

    def closed(split: str) -> File:
        members = open_shards.pop(split)
        counts[split] += 1
        return f"{split}-{counts[split] - 1:06d}.tar", tar_bytes(members)

    for picture in pictures:
        open_shards[picture.split].append(picture)
        if len(open_shards[picture.split]) == SHARD:
            yield closed(picture.split)
    for split in sorted(open_shards):
        yield closed(split)
    yield "classes.json", json_bytes(job.dataset.manifest["classes"])


def tar_bytes(pictures: Iterable[Picture]) -> bytes:
    """A tar file whose bytes depend on its content alone."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for picture in pictures:
            for key, (folder, suffix) in MEMBERS.items():
                content = picture.sample.file(folder, suffix)
                entry = tarfile.TarInfo(f"{picture.sample.name}.{key}")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def first_sweep(sample: Sample) -> Any:
    """Sweep of the first lidar at the moment of a picture; None where there is none."""
    stem = sample.name.rsplit("_", 1)[0]
    found = sorted(int(path.stem.rsplit("_", 1)[1]) for path in (sample.root / "lidar").glob(f"{stem}_*.npz"))
    return sample.sweep(found[0]) if found else None


def lines(rows: Iterable[str]) -> bytes:
    """A text file."""
    return "".join(f"{row}\n" for row in rows).encode()


# key of a member of WebDataset: folder and suffix of the dataset's file
MEMBERS = {
    "jpg": ("images", "jpg"), "json": ("frames", "json"), "instance.png": ("instance", "png"),
    "semantic.png": ("semantic", "png"), "depth.npz": ("depth", "npz"),
}  # fmt: skip
FORMATS: Mapping[str, Callable[[Job, Iterable[Picture]], Iterator[File]]] = {
    "coco": coco_files, "yolo": yolo_files, "voc": voc_files, "kitti": kitti_files, "cityscapes": cityscapes_files,
    "mot": mot_files, "crops": crop_files, "webdataset": webdataset_files,
}  # fmt: skip
