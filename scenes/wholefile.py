"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(file: Path, content: str | bytes) -> None:
    """Write a file beside its place, then move it there.

    Args:
        file: to write; an older one is replaced, missing folders are made.
        content: text is UTF-8.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
        partial.replace(file)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def clear_partial(folder: Path) -> None:
    """Delete what writers that were killed left below a folder; nobody may be writing there."""
    for path in folder.rglob(".*.partial"):
        path.unlink(missing_ok=True)
