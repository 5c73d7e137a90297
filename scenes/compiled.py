"""Functions compiled by numba and kept on disk; of processes that start together only one compiles each of them."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from numba import njit
from numba.core.caching import FunctionCache

try:
    import fcntl
except ImportError:  # not a Unix
    fcntl = None  # type: ignore[assignment]

PATIENCE = 120.0  # s that another process may take for one function before this one compiles it, too
PAUSE = 0.02  # s between two looks whether it is done


class SharedCache(FunctionCache):  # type: ignore[misc]
    """Numba's cache on disk; who compiles a function holds a lock on it, and the others wait and then load it.

    A lock ends with its process, so that one that was killed holds up nobody. Where files cannot be locked, everybody
    compiles.
    """

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._place = crc32(self._impl.filename_base.encode())  # the byte of the file of locks that stands for it
        self._locked = False

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """As numba's; None = compile it now, which no other process does meanwhile."""
        found = super().load_overload(sig, target_context)
        if found is None and self._enabled and not self._locked and self._claim():
            found = super().load_overload(sig, target_context)  # of another process that held the lock until now
            if found is not None:
                self._release()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """As numba's."""
        try:
            super().save_overload(sig, data)
        finally:
            self._release()

    def _claim(self) -> bool:
        """Lock the function; False where that cannot be, or after long waiting."""
        latest = time.monotonic() + PATIENCE
        with suppress(OSError):
            while time.monotonic() < latest:
                self._locked = lock(self.cache_path, self._place)
                if self._locked:
                    return True
                time.sleep(PAUSE)
        return False

    def _release(self) -> None:
        if self._locked:
            fcntl.lockf(lock_file(self.cache_path), fcntl.LOCK_UN, 1, self._place)
            self._locked = False


def lock(folder: str, place: int) -> bool:
    """Lock a byte of the file of locks of a folder; False where another process holds it.

    Raises:
        OSError: nothing can be locked there.
    """
    if fcntl is None:
        raise OSError("no locks on files")
    try:
        fcntl.lockf(lock_file(folder), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except BlockingIOError:
        return False
    return True


@cache
def lock_file(folder: str) -> int:
    """Descriptor of the file of locks of a folder. To close it would end all locks of this process on it."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    return os.open(Path(folder) / "compiling.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)


def is_kept(function: Any) -> bool:
    """Whether something of a compiled function, as it is now, is on disk."""
    return bool(function._cache._cache_file._load_index())


def compiled(**options: Any) -> Any:
    """A decorator: njit with numpy's rules for errors, and the cache that processes share.

    Args:
        options: further ones of njit.
    """

    def decorate(function: Any) -> Any:
        dispatcher = njit(error_model="numpy", **options)(function)
        dispatcher._cache = SharedCache(function)
        return dispatcher

    return decorate
