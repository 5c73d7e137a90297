"""The user's cache folder: downloads, asset packs, features, the ledger of test openings."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder(*parts: str) -> Path:
    r"""Return a folder in the cache and create it.

    The root is `$SKIDPAD_CACHE` or the platform's own place: `$XDG_CACHE_HOME/skidpad` (`~/.cache/skidpad`),
    `~/Library/Caches/skidpad` on macOS, `%LOCALAPPDATA%\\skidpad` on Windows.
    """
    chosen = os.environ.get("SKIDPAD_CACHE")
    if chosen:
        root = Path(chosen).expanduser()
    elif sys.platform == "darwin":
        root = Path.home() / "Library" / "Caches" / "skidpad"
    elif sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local"))) / "skidpad"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "skidpad"
    folder = root.joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
