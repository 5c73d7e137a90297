"""Writes a dataset folder whole or not at all, sample by sample, from any number of processes."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from renderers.frame import LabelledFrame
from scenes.kinds import Kind
from transfer import coco, yolo
from transfer.encode import frame_files
from transfer.extras import MERGED, extra_files
from transfer.lidar_files import sweep_files
from transfer.manifest import DatasetError, Recipe, category_rows, file_sha256, json_bytes, recipe_difference, sha256

# {"files": {path: [sha256, bytes]}, "images": [[COCO image, [COCO annotations], {name: rows}], ...]}
Marker = dict[str, Any]


class DatasetWriter:
    """Collects samples in `<out>.partial` and renames them to `out` when all are there.

    A sample counts once its marker is there, and the marker appears by a rename after all its files. So a run that
    is killed, or that finds the disk full, loses at most the samples that were being written. Writers of several
    processes may work on one folder as long as each writes other samples.

    The partial folder holds `data` (what becomes the dataset), `work/recipe.json`, `work/samples` (markers) and
    `work/tmp`.
    """

    def __init__(self, out: Path, recipe: Recipe) -> None:
        """Open the partial folder; make it when it is not there.

        Args:
            out: folder that appears when the dataset is complete.
            recipe: what the dataset is made from.

        Raises:
            DatasetError: `out` exists, the partial folder belongs to another recipe, or it cannot be written.
        """
        self.out = Path(out)
        self.recipe = recipe
        self.partial = self.out.with_name(self.out.name + ".partial")
        self._data = self.partial / "data"
        self._work = self.partial / "work"
        if self.out.exists() or self.out.is_symlink():
            raise DatasetError(f"{self.out}: already exists; remove it or choose another folder")
        self._open()

    def _open(self) -> None:
        lock = self._work / "recipe.json"
        ours = json_bytes(self.recipe.as_dict(), indent=1)
        try:
            if lock.exists():
                self._compare(lock, ours)
                return
            strangers = (path for path in self.partial.glob("**/*") if path.parent != self._work / "tmp")
            if any(not path.is_dir() for path in strangers):
                raise DatasetError(f"{self.partial}: holds files but no recipe; remove the folder or choose another")
            for folder in (self._data, self._work / "samples", self._work / "tmp"):
                folder.mkdir(parents=True, exist_ok=True)
            self._put(lock, ours)
        except OSError as error:
            raise self._failure(error) from error

    def _compare(self, lock: Path, ours: bytes) -> None:
        try:
            theirs = json.loads(lock.read_bytes())
            difference = recipe_difference(theirs, json.loads(ours))
        except (ValueError, AttributeError) as error:
            raise DatasetError(f"{lock}: unreadable ({error}); remove {self.partial}") from error
        if difference:
            raise DatasetError(
                f"{self.partial}: holds a part of another dataset ({difference}); "
                "repeat its command to go on, or remove the folder to start afresh"
            )

    def write_sample(self, k: int, frames: Sequence[LabelledFrame]) -> None:
        """Write all pictures of sample k; afterwards it is done.

        Args:
            k: sample number in [0, samples).
            frames: the sample's pictures, of all moments and cameras.

        Raises:
            DatasetError: the frames are not those of sample k, or the disk takes no more.
        """
        self._check(k, frames)
        files: dict[str, tuple[str, int]] = {}
        images = []
        sweeps = {sweep.name: sweep for frame in frames for sweep in frame.sweeps}  # pictures of a moment share them
        try:
            for frame in sorted(frames, key=lambda frame: frame.name):
                more, rows = extra_files(frame, self.recipe.labels)
                self._keep(frame_files(frame) | more, files)
                images.append((coco.image_row(frame), coco.annotation_rows(frame), rows))
            for name in sorted(sweeps):
                self._keep(sweep_files(sweeps[name]), files)
            self._put(self._marker(k), json_bytes({"files": files, "images": images}))
        except OSError as error:
            raise self._failure(error) from error

    def _keep(self, contents: Mapping[str, bytes], files: dict[str, tuple[str, int]]) -> None:
        """Write files of a sample, and note their checksums and sizes in `files`."""
        for path, content in contents.items():
            self._put(self._data / path, content)
            files[path] = (sha256(content), len(content))

    def _check(self, k: int, frames: Sequence[LabelledFrame]) -> None:
        if not 0 <= k < self.recipe.samples:
            raise DatasetError(f"{self.out}: sample {k} is outside [0, {self.recipe.samples})")
        if {frame.index for frame in frames} != set(range(self.recipe.frames_per_sample)):
            found = sorted({frame.index for frame in frames})
            raise DatasetError(f"{self.out}: sample {k} has frames {found}, not 0..{self.recipe.frames_per_sample - 1}")
        names = [frame.name for frame in frames]
        if len(set(names)) != len(names) or any(frame.sample != k for frame in frames):
            raise DatasetError(f"{self.out}: frames {names} are not distinct frames of sample {k}")

    def done(self) -> set[int]:
        """Numbers of the samples that are complete: marker there, every file of the size and hash that it names."""
        found = set()
        for k in range(self.recipe.samples):
            marker = self._read_marker(k)
            if marker is not None and all(self._intact(path, *facts) for path, facts in marker["files"].items()):
                found.add(k)
        return found

    def finish(self, notices: Mapping[str, bytes] | None = None) -> Path:
        """Merge the annotations, write the manifest and make the dataset appear at `out`.

        Args:
            notices: licences and attributions of what the pictures show: content by path.

        Returns:
            `out`.

        Raises:
            DatasetError: samples are missing, or the disk takes no more; everything written so far is kept.
        """
        missing = sorted(set(range(self.recipe.samples)) - self.done())
        if missing:
            shown = ", ".join(map(str, missing[:10])) + (", ..." if len(missing) > 10 else "")
            raise DatasetError(f"{self.partial}: {len(missing)} of {self.recipe.samples} samples missing: {shown}")
        try:
            self._complete(notices or {})
            if self.out.exists():
                raise DatasetError(f"{self.out}: appeared meanwhile; the dataset is kept in {self.partial}")
            self._data.rename(self.out)
        except OSError as error:
            raise self._failure(error) from error
        shutil.rmtree(self.partial, ignore_errors=True)
        return self.out

    def _complete(self, notices: Mapping[str, bytes]) -> None:
        markers = list(self._markers())
        files = {path: facts[0] for marker in markers for path, facts in marker["files"].items()}
        pictures = [tuple(picture) for marker in markers for picture in marker["images"]]
        pairs = [(image, labels) for image, labels, _ in pictures]
        counts = Counter(Kind(label["category_id"]).label for _, labels in pairs for label in labels)
        rejected = Counter(Kind(row["category_id"]).label for _, rows in pairs for row in rows if "rejected" in row)
        more: dict[str, Any] = {"rejected": dict(rejected)} if self.recipe.reject else {}
        sweeps = sum(path.startswith("lidar/") and path.endswith(".npz") for path in files)
        more |= {"sweeps": sweeps} if sweeps else {}
        signs = Kind.SIGN.label in counts
        merged = {
            "annotations/coco.json": json_bytes(coco.merge(pairs, f"skidpad {self.recipe.name}")),
            "data.yaml": yolo.data_yaml(signs).encode(),
            **{
                f"annotations/{name}.json": json_bytes(
                    join([(image, rows[name]) for image, _, rows in pictures], f"skidpad {self.recipe.name}")
                )
                for name, (_, join) in MERGED.items()
                if name in self.recipe.labels
            },
            **notices,
        }
        self._drop_strangers({*files, *merged})
        for path, content in merged.items():
            self._put(self._data / path, content)
            files[path] = sha256(content)
        manifest = {
            **self.recipe.as_dict(),
            "classes": {row["name"]: row["id"] for row in category_rows(signs)},
            "counts": {"images": len(pairs), "labels": dict(counts), **more},
            "files": files,
        }
        self._put(self._data / "manifest.json", json_bytes(manifest, indent=1))

    def _drop_strangers(self, known: set[str]) -> None:
        """Remove what an earlier, killed run left and no marker names."""
        for path in [path for path in self._data.glob("**/*") if not path.is_dir()]:
            if path.relative_to(self._data).as_posix() not in known:
                path.unlink()

    def _marker(self, k: int) -> Path:
        return self._work / "samples" / f"{k:06d}.json"

    def _markers(self) -> Iterator[Marker]:
        for k in range(self.recipe.samples):
            marker = self._read_marker(k)
            if marker is None:
                raise DatasetError(f"{self._marker(k)}: cannot be read any more")
            yield marker

    def _read_marker(self, k: int) -> Marker | None:
        try:
            marker: Marker = json.loads(self._marker(k).read_bytes())
        except (OSError, ValueError):
            return None
        return marker if {"files", "images"} <= set(marker) else None

    def _intact(self, path: str, digest: str, size: int) -> bool:
        place = self._data / path
        try:
            return place.stat().st_size == size and file_sha256(place) == digest
        except OSError:
            return False

    def _put(self, place: Path, content: bytes) -> None:
        """Write a file beside and rename it into place."""
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = self._work / "tmp" / uuid.uuid4().hex
        try:
            beside.write_bytes(content)
            os.replace(beside, place)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise

    def _failure(self, error: OSError) -> DatasetError:
        where = error.filename or self.partial
        return DatasetError(
            f"{where}: cannot write: {error.strerror or error}; finished samples are kept in {self.partial}, "
            "the same command goes on from there"
        )
