"""Results of long benchmarks, a line of JSON each: what was finished is kept, as long as the code is the same."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
Row = dict[str, Any]


def source(*folders: str) -> str:
    """Digest of the code and the scenes in folders of the project."""
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file())
    texts = [file.read_bytes() for file in files if file.suffix in (".py", ".yaml", ".glsl")]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]


def kept(file: Path, head: Row) -> list[Row]:
    """Rows of an earlier run of the same recipe; a torn last line is left out."""
    if not file.exists():
        return []
    lines = file.read_text().splitlines(keepends=True)
    whole = [json.loads(line) for line in lines if line.endswith("\n")]
    return whole[1:] if whole and whole[0] == head else []


def begin(file: Path, head: Row, rows: list[Row]) -> None:
    """Write a file anew: the recipe, and the rows that stay."""
    file.write_text("".join(json.dumps(entry) + "\n" for entry in (head, *rows)))


def add(file: Path, row: Row) -> None:
    """Add a finished row."""
    with file.open("a") as out:
        out.write(json.dumps(row) + "\n")
