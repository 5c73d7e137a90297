"""Opens dataset folders: lazily, typed, with a clear error when something is missing or damaged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.frame import ActorLabel, Flow, Hiding, Sweep
from scenes.kinds import Kind
from scenes.lenses import PINHOLE, Lens, lens_of
from transfer.encode import npz_arrays
from transfer.extras import NORMALS, PLACES, SHIFT
from transfer.flow_files import flow_from
from transfer.lidar_files import sweep_from
from transfer.manifest import FORMAT, DatasetError, file_sha256

KNOWN_FIELDS = frozenset(f.name for f in fields(ActorLabel))


@dataclass(frozen=True, eq=False)
class Sample:
    """One picture of a dataset; files are read when they are asked for."""

    root: Path  # dataset folder
    name: str  # file stem: sample_frame_camera

    def image(self) -> NDArray[np.uint8]:
        """(H, W, 3) sRGB, as a camera gave it."""
        return np.ascontiguousarray(self._picture("images", "jpg", "IMREAD_COLOR")[..., ::-1], dtype=np.uint8)

    def instance(self) -> NDArray[np.uint16]:
        """(H, W) id of the actor or signal, 0 elsewhere."""
        return np.asarray(self._picture("instance", "png", "IMREAD_UNCHANGED"), dtype=np.uint16)

    def semantic(self) -> NDArray[np.uint8]:
        """(H, W) values of `Kind`."""
        return np.asarray(self._picture("semantic", "png", "IMREAD_UNCHANGED"), dtype=np.uint8)

    def depth(self) -> NDArray[np.float32]:
        """(H, W) metres along the optical axis; inf where the sky is."""
        return npz_arrays(self.root / "depth" / f"{self.name}.npz", {"depth": np.float32})["depth"]

    def flow(self, back: bool = False) -> Flow | None:
        """Flow to the next picture of the camera, or back to the one before; None where there is none."""
        folder = "flow_back" if back else "flow"
        if not (self.root / folder / f"{self.name}.png").exists():
            return None
        return flow_from(self._picture(folder, "png", "IMREAD_UNCHANGED"))

    def amodal(self) -> list[dict[str, Any]]:
        """Whole masks, as `transfer.amodal.rows` writes them."""
        return list(read_json(self.root / "amodal" / f"{self.name}.json", list))

    def order(self) -> tuple[Hiding, ...]:
        """Who hides whom."""
        rows = read_json(self.root / "order" / f"{self.name}.json", list)
        return tuple(Hiding(**row) for row in rows)

    def panoptic(self) -> NDArray[np.int32]:
        """(H, W) segment ids: instance + 65536 * class, 0 void."""
        parts = np.asarray(self._picture("panoptic", "png", "IMREAD_COLOR"), dtype=np.int32)
        return np.asarray(parts @ np.array([65536, 256, 1], np.int32))

    def coordinates(self) -> NDArray[np.float32]:
        """(H, W, 3) place within the 3D box, forward, left, up, 0..1; nan off labelled things."""
        values = self._picture("coordinates", "png", "IMREAD_UNCHANGED")[..., ::-1].astype(np.float32)
        return np.where(values > 0, values / np.float32(PLACES) - np.float32(SHIFT), np.float32(np.nan))

    def normals(self) -> NDArray[np.float32]:
        """(H, W, 3) unit, world frame; 0 in the sky."""
        values = self._picture("normals", "png", "IMREAD_UNCHANGED")[..., ::-1].astype(np.float32)
        return np.where(values > 0, (values - 32768) / np.float32(NORMALS), np.float32(0.0))

    def lanes(self) -> NDArray[np.uint8]:
        """(H, W) sum of `renderers.lanes_seen.Area`."""
        return np.asarray(self._picture("lanes", "png", "IMREAD_UNCHANGED"), dtype=np.uint8)

    def boundaries(self) -> NDArray[np.uint8]:
        """(H, W) sum of `renderers.extras.Edge`."""
        return np.asarray(self._picture("boundaries", "png", "IMREAD_UNCHANGED"), dtype=np.uint8)

    def sweep(self, lidar: int = 0) -> Sweep:
        """What a lidar saw at the moment of the picture.

        Args:
            lidar: id, its number in the scene file.

        Raises:
            DatasetError: there is no such lidar, or its files are damaged.
        """
        name = f"{self.sample:06d}_{self.frame:03d}_{lidar}"
        return sweep_from(self.root, name, read_json(self.root / "lidar" / f"{name}.json"))

    @cached_property
    def record(self) -> dict[str, Any]:
        """The content of frames/NAME.json."""
        content: dict[str, Any] = read_json(self.root / "frames" / f"{self.name}.json")
        return content

    @cached_property
    def labels(self) -> tuple[ActorLabel, ...]:
        """Labels of every actor and signal in the picture, in order of id."""
        try:
            return tuple(label_from(row) for row in self.record["labels"])
        except (KeyError, TypeError) as error:
            path = self.root / "frames" / f"{self.name}.json"
            raise DatasetError(f"{path}: labels cannot be read: {error!r}") from error

    @property
    def metadata(self) -> dict[str, Any]:
        """Sampled values, light and camera chain."""
        return dict(self.record["metadata"])

    @property
    def sample(self) -> int:
        """Number of the sample; pictures of one sample show one scene."""
        return int(self.name.split("_")[0])

    @property
    def frame(self) -> int:
        """Number of the picture within its sample."""
        return int(self.name.split("_")[1])

    @property
    def camera(self) -> int:
        """Camera id."""
        return int(self.name.split("_")[2])

    @property
    def time(self) -> float:
        """Moment within the sample, s."""
        return float(self.record["time"])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return int(self.record["width"]), int(self.record["height"])

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        """(3, 3) matrix K, px; the centre of the top-left pixel is (0.5, 0.5)."""
        return np.array(self.record["intrinsics"], dtype=np.float64)

    @property
    def lens(self) -> Lens:
        """How the lens bends straight lines; see `scenes.lenses.Lens.unproject`."""
        entry = self.record.get("lens")
        return PINHOLE if entry is None else lens_of(str(entry["model"]), [float(k) for k in entry["coefficients"]])

    @property
    def camera_from_world(self) -> NDArray[np.float64]:
        """(4, 4) extrinsics, m."""
        return np.array(self.record["camera_from_world"], dtype=np.float64)

    def file(self, folder: str, suffix: str) -> bytes:
        """One of its files as it is, such as images/NAME.jpg.

        Raises:
            DatasetError: it cannot be read.
        """
        path = self.root / folder / f"{self.name}.{suffix}"
        try:
            return path.read_bytes()
        except OSError as error:
            raise DatasetError(f"{path}: cannot be read: {error.strerror}") from error

    def _picture(self, folder: str, suffix: str, flag: str) -> NDArray[Any]:
        import cv2

        content = np.frombuffer(self.file(folder, suffix), dtype=np.uint8)
        picture = cv2.imdecode(content, getattr(cv2, flag)) if content.size else None
        if picture is None:
            path = self.root / folder / f"{self.name}.{suffix}"
            raise DatasetError(f"{path}: not a whole {suffix.upper()} file")
        return np.asarray(picture)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A finished dataset folder."""

    root: Path
    manifest: dict[str, Any]

    @classmethod
    def open(cls, folder: str | Path) -> Dataset:
        """Open a dataset folder of format 1.

        Args:
            folder: as `skidpad generate` wrote it.

        Raises:
            DatasetError: no dataset there, an unfinished one, or one of another format.
        """
        root = Path(folder)
        if not (root / "manifest.json").is_file():
            partial = root.with_name(root.name + ".partial")
            hint = f"; {partial} is unfinished, repeat its command" if partial.is_dir() else ""
            raise DatasetError(f"{root}: no dataset here (no manifest.json){hint}")
        manifest = read_json(root / "manifest.json")
        found = manifest.get("format")
        if found != FORMAT:
            newer = isinstance(found, int) and found > FORMAT
            advice = "a newer skidpad wrote it" if newer else "generate it again from its scene file"
            raise DatasetError(f"{root / 'manifest.json'}: format {found!r}, this version reads {FORMAT}; {advice}")
        if not isinstance(manifest.get("files"), dict):
            raise DatasetError(f"{root / 'manifest.json'}: no list of files")
        return cls(root, manifest)

    @cached_property
    def samples(self) -> Sequence[Sample]:
        """Every picture, by sample, frame and camera."""
        stems = (Path(path).stem for path in self.manifest["files"] if path.startswith("images/"))
        return tuple(Sample(self.root, stem) for stem in sorted(stems))

    def __len__(self) -> int:
        return len(self.samples)

    def verify(self) -> list[str]:
        """Compare every file with its checksum.

        Returns:
            One line per file that is missing, damaged or not listed; empty when all is well.
        """
        problems = []
        for path, digest in sorted(self.manifest["files"].items()):
            place = self.root / path
            if not place.is_file():
                problems.append(f"{path}: missing")
            elif file_sha256(place) != digest:
                problems.append(f"{path}: damaged, its SHA-256 is not the manifest's")
        known = {*self.manifest["files"], "manifest.json"}
        for place in sorted(path for path in self.root.glob("**/*") if not path.is_dir()):
            path = place.relative_to(self.root).as_posix()
            if path not in known:
                problems.append(f"{path}: not in the manifest")
        return problems


def label_from(row: dict[str, Any]) -> ActorLabel:
    """Turn a label of frames/NAME.json back into an `ActorLabel`; unknown keys are passed over.

    Raises:
        KeyError: of an unknown kind.
        TypeError: a field is missing.
    """
    values: dict[str, Any] = {key: frozen(value) for key, value in row.items()}
    values["kind"] = Kind[row["kind"].upper()]
    return ActorLabel(**{key: value for key, value in values.items() if key in KNOWN_FIELDS})


def frozen(value: Any) -> Any:
    """Lists, and lists in them, as tuples."""
    return tuple(frozen(part) for part in value) if isinstance(value, list) else value


def read_json(path: Path, form: type = dict) -> Any:
    """Read a JSON object, or an array when `form` is list.

    Raises:
        DatasetError: the file is missing, or holds something else.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise DatasetError(f"{path}: not JSON: {error}") from error
    if not isinstance(content, form):
        wanted = "object" if form is dict else "array"
        raise DatasetError(f"{path}: expected a JSON {wanted}, not a {type(content).__name__}")
    return content
