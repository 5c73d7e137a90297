"""Memory that a process no longer needs goes back to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Let the C library return what is free between arrays that are still in use; takes some milliseconds.

    Arrays of all sizes come and go with every sample, and glibc keeps their room: after 500 pictures half of its heap
    was free. Other C libraries are left alone.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
