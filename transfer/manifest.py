"""What a dataset was made from: the recipe that locks its bytes, and the manifest that is written last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from scenes.kinds import LABELLED, PEOPLE, VEHICLES, Kind
from sim.people_landmarks import KEYPOINTS, LIMBS

FORMAT = 1  # of the dataset folder; a reader refuses other numbers
DIGITS = 9  # decimals of every number in JSON: 1 nm, and 1e-9 rad in matrices
# kinds with boxes; the position is the YOLO class. Signs came later, and only packs have labelled ones.
EXPORTED: tuple[Kind, ...] = (*sorted(LABELLED), Kind.SIGN)


class DatasetError(ValueError):
    """A dataset cannot be written or read; the message is one line with file, value and limits."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


@dataclass(frozen=True)
class Recipe:
    """Everything that the bytes of a dataset depend on. Two equal recipes make equal files."""

    name: str  # of the scene
    scene_text: str  # scene file as it was read
    seed: int
    samples: int
    frames_per_sample: int
    fps: float  # Hz
    randomise: bool
    renderer: str
    assets: str
    version: str  # of skidpad
    packages: tuple[tuple[str, str], ...]  # name, version; sorted
    inputs: tuple[tuple[str, str], ...] = ()  # name, sha256 of other inputs: included files, asset packs, drivers
    labels: tuple[str, ...] = ()  # on request, names of `renderers.extras.REQUESTS`
    reject: str = ""  # as `transfer.rule.parse_rule` reads it

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            DatasetError: a number is outside its limits.
        """
        for what, value in (("samples", self.samples), ("frames per sample", self.frames_per_sample)):
            if value < 1:
                raise DatasetError(f"{what}: {value} is outside [1, infinity)")
        if not 0 < self.fps < float("inf"):
            raise DatasetError(f"fps: {self.fps} is outside (0, infinity) Hz")

    @property
    def scene_sha256(self) -> str:
        """SHA-256 of the scene file's text, hexadecimal."""
        return sha256(self.scene_text.encode())

    def as_dict(self) -> dict[str, Any]:
        """The head of the manifest: JSON-ready, and enough to tell two recipes apart."""
        return {
            "format": FORMAT,
            "skidpad": self.version,
            "name": self.name,
            "scene": {"name": self.name, "sha256": self.scene_sha256, "text": self.scene_text},
            "seed": self.seed,
            "samples": self.samples,
            "frames_per_sample": self.frames_per_sample,
            "fps": plain(self.fps),
            "randomise": self.randomise,
            "renderer": self.renderer,
            "assets": self.assets,
            "inputs": dict(self.inputs),
            "packages": dict(self.packages),
            "labels": list(self.labels),
            "reject": self.reject,
        }


def make_recipe(
    name: str,
    scene_text: str,
    *,
    seed: int,
    samples: int,
    frames_per_sample: int = 1,
    fps: float = 10.0,
    randomise: bool = True,
    renderer: str = "raster",
    assets: str = "builtin",
    inputs: Mapping[str, str] | None = None,
    engines: Sequence[str] = (),
    labels: Sequence[str] = (),
    reject: str = "",
) -> Recipe:
    """Build the recipe of a dataset with the versions that are installed here.

    Args:
        name: of the scene.
        scene_text: text of the scene file.
        seed: any integer.
        samples: number of samples, >= 1.
        frames_per_sample: pictures per camera and sample, >= 1.
        fps: pictures per second within a sample, > 0.
        randomise: whether distributions are drawn from, or collapsed to their centres.
        renderer: name of the renderer.
        assets: what appearance is built from.
        inputs: sha256 by name of every other file that the pictures depend on.
        engines: distributions of other engines that decide about the bytes.
        labels: names of labels on request.
        reject: rule by which labels count.

    Raises:
        DatasetError: a number is outside its limits.
    """
    return Recipe(
        name=name, scene_text=scene_text, seed=int(seed), samples=int(samples),
        frames_per_sample=int(frames_per_sample), fps=float(fps), randomise=bool(randomise), renderer=renderer,
        assets=assets, version=installed("skidpad"), packages=package_versions(engines),
        inputs=tuple(sorted((inputs or {}).items())), labels=tuple(labels), reject=reject,
    )  # fmt: skip


def installed(distribution: str) -> str:
    """Version of an installed distribution; `source` when it runs from a checkout without installation."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "source"


def package_versions(engines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Versions of the packages that decide about pixels and bytes, sorted by name."""
    import cv2

    always = (("numba", installed("numba")), ("numpy", np.__version__), ("opencv", str(cv2.__version__)))
    return tuple(sorted((*always, *((name, installed(name)) for name in engines))))


def recipe_difference(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    """Name the first entry in which two recipe dicts differ, with both values.

    Args:
        theirs: recipe dict found on disk.
        ours: recipe dict of this run.

    Returns:
        Words such as `seed is 1 there and 2 here`; empty when they are equal.
    """
    for key in sorted({*theirs, *ours}):
        there, here = theirs.get(key), ours.get(key)
        if there == here:
            continue
        if isinstance(there, dict) and isinstance(here, dict):
            inner = sorted(part for part in {*there, *here} if there.get(part) != here.get(part))
            key, there, here = f"{key}.{inner[0]}", there.get(inner[0]), here.get(inner[0])
        if isinstance(there, str) and isinstance(here, str) and len(there + here) > 120:
            return f"{key} differs"
        return f"{key} is {there!r} there and {here!r} here"
    return ""


def exported(signs: bool) -> tuple[Kind, ...]:
    """Kinds that a dataset names as its classes.

    Args:
        signs: whether it has labelled signs; without them files are as they were before there were any.
    """
    return EXPORTED if signs else EXPORTED[:-1]


def category_rows(signs: bool = False) -> list[dict[str, Any]]:
    """COCO categories of the kinds that carry boxes; ids are `Kind` values. Those of people name their keypoints.

    Args:
        signs: whether there are labelled signs.
    """
    groups = {**dict.fromkeys(VEHICLES, "vehicle"), **dict.fromkeys(PEOPLE, "person"), Kind.SIGN: "sign"}
    body = {"keypoints": list(KEYPOINTS), "skeleton": [[a + 1, b + 1] for a, b in LIMBS]}
    return [
        {"id": int(k), "name": k.label, "supercategory": groups.get(k, "signal"), **(body if k in PEOPLE else {})}
        for k in exported(signs)
    ]


def sha256(content: bytes) -> str:
    """SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def json_bytes(value: Any, indent: int | None = None) -> bytes:
    """Write JSON the one way that is used here: sorted keys, rounded numbers, a newline at the end.

    Raises:
        DatasetError: a value has no JSON form, or is not finite.
    """
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(
        plain(value), sort_keys=True, allow_nan=False, ensure_ascii=False, indent=indent, separators=separators
    )
    return (text + "\n").encode()


def plain(value: Any, place: str = "value") -> Any:  # noqa: PLR0911 - one return per type
    """Turn dataclasses, enums and numpy values into JSON types; round floats to `DIGITS` decimals.

    Raises:
        DatasetError: a value has no JSON form, or is not finite.
    """
    if isinstance(value, Kind):
        return value.label
    if isinstance(value, Enum):
        return plain(value.value, place)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | np.floating):
        if not np.isfinite(value):
            raise DatasetError(f"{place}: {float(value)} cannot be written, only finite numbers can")
        return round(float(value), DIGITS) + 0.0  # + 0.0 turns -0.0 into 0.0
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist(), place)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name), f"{place}.{f.name}") for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(part, f"{place}.{key}") for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part, f"{place}[{index}]") for index, part in enumerate(value)]
    raise DatasetError(f"{place}: a {type(value).__name__} has no JSON form")
