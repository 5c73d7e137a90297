"""What scenes and simulation must know of assets: which packs are installed, what is in them, where axles are.

A pack is one folder of the cache, made by `skidpad assets build`: `pack.json`, GLB files, `ATTRIBUTION.txt` and the
licences of what it was made from. Without any pack the built-in assets serve.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from scenes.cache import cache_folder
from scenes.vehicles import VehicleLook

FORMAT = 1  # of packs; others are refused
INDEX = "pack.json"
ATTRIBUTION = "ATTRIBUTION.txt"


class AssetError(ValueError):
    """An asset pack cannot be built, read or used; the message is one line that names the file."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class AssetWarning(UserWarning):
    """A pack is left out."""


@dataclass(frozen=True, eq=False)
class Asset:
    """One thing of a pack."""

    id: str  # pack/name
    sort: str  # person, vehicle, prop, sign, shape, sky
    file: Path
    sha256: str  # of the file
    size: tuple[float, float, float]  # length, width, height, m; 0 of what has none
    licence: str  # SPDX identifier
    source: str  # package and version that it was made from
    details: Mapping[str, Any] = field(default_factory=dict)  # what its sort needs: joints, wheels, class ...


@dataclass(frozen=True, eq=False)
class Pack:
    """A built pack."""

    name: str
    folder: Path
    digest: str  # sha256 of its index, which holds the sha256 of every file
    assets: Mapping[str, Asset]  # by id
    files: Mapping[str, str]  # name -> sha256 of everything in the folder but the index
    sources: tuple[Mapping[str, str], ...]  # package, version, licence, sha256 of what it was made from

    @property
    def attribution(self) -> str:
        """Who made what it contains, and under which licence."""
        return (self.folder / ATTRIBUTION).read_text(encoding="utf-8")


def packs_folder() -> Path:
    """Where built packs lie, one folder each."""
    return cache_folder("packs")


def installed() -> dict[str, Pack]:
    """Built packs by name, in order of names; without those that cannot be read, see `unreadable`."""
    return {name: found for name, found in _survey().items() if isinstance(found, Pack)}


def unreadable() -> dict[str, AssetError]:
    """What is wrong with packs whose index is broken, or of another format, by name."""
    return {name: found for name, found in _survey().items() if isinstance(found, AssetError)}


def _survey() -> dict[str, Pack | AssetError]:
    found: dict[str, Pack | AssetError] = {}
    for index in sorted(packs_folder().glob(f"*/{INDEX}")):
        try:
            found[index.parent.name] = read_pack(index.parent.name)
        except AssetError as error:
            found[index.parent.name] = error
    return found


def read_pack(name: str) -> Pack:
    """Read the index of one pack, whatever the others are like.

    Args:
        name: of the pack.

    Returns:
        The pack.

    Raises:
        AssetError: it is not built, broken, or of another format.
    """
    index = packs_folder() / name / INDEX
    try:
        changed = index.stat().st_mtime_ns
    except OSError:
        raise AssetError(f"{index}: no such file; skidpad assets build {name} makes the pack") from None
    return _read(index.parent, changed)


@lru_cache(maxsize=64)
def _read(folder: Path, changed: int) -> Pack:
    """Read a pack's index; `changed` is the time of its last change, so that a rebuilt pack is read anew."""
    index = folder / INDEX
    again = f"build it again: skidpad assets build {folder.name}"
    try:
        text = index.read_bytes()
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise AssetError(f"{index}: format {content['format']} is not {FORMAT}; {again}")
        files = content["files"]
        assets = {
            f"{folder.name}/{name}": Asset(
                f"{folder.name}/{name}", row["sort"], folder / row["file"], files[row["file"]], tuple(row["size"]),
                row["licence"], row["source"], row["details"],
            )
            for name, row in content["assets"].items()
        }  # fmt: skip
        return Pack(folder.name, folder, hashlib.sha256(text).hexdigest(), assets, files, tuple(content["sources"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, AssetError):
            raise
        raise AssetError(f"{index}: unreadable ({type(error).__name__}: {error}); {again}") from error


def asset(name: str) -> Asset:
    """Look an asset up.

    Args:
        name: its id, pack/name.

    Returns:
        The asset.

    Raises:
        AssetError: its pack is not built, or has no such asset.
    """
    folder = name.partition("/")[0]
    found = read_pack(folder).assets.get(name) if _is_there(folder) else None
    if found is None:
        raise AssetError(f"asset {name}: not installed; build its pack with skidpad assets build")
    return found


def choose_packs(wanted: str) -> dict[str, Pack]:
    """Packs that a run uses.

    Args:
        wanted: `builtin` (none), `auto` (all that are built), `required` (all, at least one) or names with commas.

    Returns:
        The packs by name. What `auto` leaves out because it is broken is told by an `AssetWarning`.

    Raises:
        AssetError: a wanted pack is not built, or broken.
    """
    if wanted == "builtin":
        return {}
    if wanted not in ("auto", "required"):
        names = sorted(set(wanted.split(",")))
        for name in names:
            if not _is_there(name):
                there = ", ".join(["builtin", "auto", "required", *installed()])
                raise AssetError(f"--assets: {name!r} is no built pack; there are {there}")
        return {name: read_pack(name) for name in names}
    packs, broken = installed(), unreadable()
    if wanted == "required" and broken:
        raise next(iter(broken.values()))
    if wanted == "required" and not packs:
        raise AssetError("--assets required: no asset pack is built; skidpad assets build all makes them")
    for error in broken.values():
        warnings.warn(f"{error}; built-in assets stand for it", AssetWarning, stacklevel=2)
    return packs


def _is_there(name: str) -> bool:
    """Whether there is a pack of a name, broken or not; a name is no path."""
    return Path(name).name == name and (packs_folder() / name / INDEX).exists()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def broken_files(pack: Pack) -> list[str]:
    """Files of a pack that are missing or not what was built, one line each."""
    lines = []
    for name, digest in pack.files.items():
        path = pack.folder / name
        found = file_digest(path) if path.is_file() else "missing"
        if found != digest:
            lines.append(f"{path}: sha256 {found}, expected {digest}")
    return lines


def axles(look: VehicleLook) -> tuple[float, float]:
    """Distances from the middle of a vehicle to its front and its rear axle, m.

    Args:
        look: of the vehicle.

    Returns:
        Front and rear, both positive for axles on either side of the middle.
    """
    front = look.length / 2 - look.overhang
    return front, look.wheel_base - front
