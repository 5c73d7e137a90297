"""A lock on what is being built. The system takes it away when its process ends, however that ends."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from scenes.catalogue import AssetError


@contextmanager
def held(file: Path, what: str, *, wait: bool) -> Iterator[None]:
    """Hold a lock.

    Args:
        file: that is locked; it stays when the lock is given back.
        what: is built under it, for the error.
        wait: until another process gives it back.

    Raises:
        AssetError: another process holds it, and we do not wait.
    """
    with file.open("a+", encoding="utf-8") as handle:
        if not _taken(handle, wait):
            handle.seek(0)
            who = handle.read().strip() or "another process"
            raise AssetError(f"{what} is being built by {who}; wait until that is done, then start again")
        handle.truncate(0)
        now = datetime.now().astimezone().strftime("%H:%M:%S")
        handle.write(f"process {os.getpid()} on {platform.node()} since {now}")
        handle.flush()
        yield


if sys.platform == "win32":
    import msvcrt

    FAR = 2**30  # byte that is locked: what is locked there cannot be read

    def _taken(handle: IO[str], wait: bool) -> bool:
        handle.seek(FAR)
        while True:
            try:
                msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
                return True
            except OSError:  # LK_LOCK gives up after ten tries
                if not wait:
                    return False

else:
    import fcntl

    def _taken(handle: IO[str], wait: bool) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
