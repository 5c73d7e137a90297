"""The door for files of others: nothing outside their folder, nothing absurdly large, every picture limited."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
from numpy.typing import NDArray

from scenes.catalogue import file_digest

LARGEST = 64_000_000  # bytes of a file
TOTAL = 256_000_000  # bytes of all files of one model
MOST_FILES, MOST_BYTES = 5_000, 4_000_000_000  # in a folder
TRIANGLES, VERTICES = 200_000, 600_000  # of a model
WIDEST = 8192  # px, edge of a picture
EDGES = (8, 16, 32, 64, 128, 256, 512)  # px, edges that textures of packs have
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TGA")


class Refused(ValueError):
    """A file is not let in; the message names it."""


@dataclass
class Door:
    """Reads the files of one model."""

    folder: Path
    digests: dict[str, str]  # by path in the folder; what is not there came later
    read_so_far: int = field(default=0)

    def read(self, name: str, beside: str = "") -> bytes:
        """Read a file.

        Args:
            name: path as a file says it.
            beside: path in the folder of the file that says so.

        Returns:
            All bytes.

        Raises:
            Refused: it is missing, too large, outside the folder, or not what it was when the build began.
        """
        path = self.path(name, beside)
        shown = path.relative_to(self.folder.resolve()).as_posix()
        if any(part.startswith(".") for part in PurePosixPath(shown).parts):
            raise Refused(f"{shown}: is hidden; hidden files are not read")
        size = path.stat().st_size
        self.read_so_far += size
        if size > LARGEST or self.read_so_far > TOTAL:
            limits = f"at most {LARGEST / 1e6:.0f} MB a file and {TOTAL / 1e6:.0f} MB a model"
            raise Refused(f"{shown}: {size / 1e6:.0f} MB, {self.read_so_far / 1e6:.0f} MB with the others; {limits}")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.digests.get(shown):
            raise Refused(f"{shown}: was changed while the pack was built; start again")
        return content

    def path(self, name: str, beside: str = "") -> Path:
        """Where a file lies, without links.

        Raises:
            Refused: it is missing or outside the folder.
        """
        plain, shown = name.replace("\\", "/"), name[:80]
        if "\0" in plain or "://" in plain:
            raise Refused(f"{shown!r}: is no file of the folder; only those are read")
        if PurePosixPath(plain).is_absolute() or PureWindowsPath(name).drive:
            raise Refused(f"{shown}: leads out of the folder {self.folder}; paths must be relative and stay inside")
        root = self.folder.resolve()
        try:
            path = (root / PurePosixPath(beside).parent / plain).resolve()
            found = path.is_file()
        except (OSError, RuntimeError):  # a name that is too long, links in a circle
            raise Refused(f"{shown}: cannot be read") from None
        if not path.is_relative_to(root):
            raise Refused(f"{shown}: leads out of the folder {self.folder}; paths must be relative and stay inside")
        if not found:
            raise Refused(f"{shown}: no such file" + (f", which {beside} asks for" if beside else ""))
        return path


def digests_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder, by path.

    Raises:
        Refused: too many files, or too much.
    """
    paths, total = [], 0
    for path in _files(folder):
        paths.append(path)
        total += path.stat().st_size
        if len(paths) > MOST_FILES or total > MOST_BYTES:
            limits = f"{MOST_FILES} files and {MOST_BYTES / 1e9:.0f} GB"
            raise Refused(f"{folder}: more than {limits}; keep the models in a folder of their own")
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in sorted(paths)}


def _files(folder: Path) -> Iterator[Path]:
    root = folder.resolve()
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and path.resolve().is_relative_to(root):
            yield path


def picture(content: bytes, name: str) -> NDArray[np.uint8]:
    """Decode a picture and bring it to the size of a texture.

    Args:
        content: of the file.
        name: for errors.

    Returns:
        (N, N, 4) sRGB and alpha, N of EDGES.

    Raises:
        Refused: it is no picture of FORMATS, or too large.
    """
    from PIL import Image

    limits = f"at most {WIDEST} x {WIDEST} px"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(content), formats=FORMATS)
        wide, high = opened.size
        if max(wide, high) > WIDEST:
            raise Refused(f"{name}: {wide} x {high} px; {limits}")
        edge = min(EDGES, key=lambda size: (size < min(max(wide, high), EDGES[-1]), size))
        opened.draft("RGB", (edge, edge))
        layers = opened.convert("RGBA").resize((edge, edge), Image.Resampling.LANCZOS)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refused(f"{name}: {error}; {limits}") from None
    except Refused:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError) as error:
        problem = str(error).split("<")[0].strip()
        raise Refused(f"{name}: no readable picture of {', '.join(FORMATS)} ({problem})") from None
    return np.asarray(layers)
