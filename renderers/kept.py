"""Meshes and textures that are kept, all within one number of bytes: their sizes differ a thousandfold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, update_wrapper
from itertools import count
from threading import RLock
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")
ROOM = 256_000_000  # bytes; a street of packs with 100 people takes about 200 M
LEFT = 0.75  # share of the room that is still taken after the oldest results were forgotten
PLAIN = (int, float, str, type(None))  # of which there are many, and which hold no arrays
OTHERWISE = 2000  # bytes that a result takes beside its arrays


def arrays_of(thing: object) -> Iterator[NDArray[Any]]:
    """The arrays that something holds in its fields and items, as they were allocated; some may come twice.

    Args:
        thing: an array, a dataclass, a tuple, list or mapping of them, or anything else, which holds none.
    """
    if isinstance(thing, np.ndarray):
        while isinstance(thing.base, np.ndarray):
            thing = thing.base
        yield thing
    elif isinstance(thing, tuple | list):
        for item in thing:
            if not isinstance(item, PLAIN):
                yield from arrays_of(item)
    elif isinstance(thing, Mapping):
        yield from arrays_of(list(thing.values()))
    elif is_dataclass(thing) and not isinstance(thing, type):
        yield from arrays_of([getattr(thing, name) for name in names_of(type(thing))])


@cache
def names_of(form: Any) -> tuple[str, ...]:
    """Names of the fields of a dataclass."""
    return tuple(field.name for field in fields(form))


@dataclass
class Entry:
    """A result of a function."""

    result: Any
    sizes: dict[int, int]  # bytes of each of its arrays, by identity
    used: int  # larger is later


class Pool:
    """Results of functions within a number of bytes; those not asked for for longest are forgotten first."""

    def __init__(self, room: int) -> None:
        """Make an empty one.

        Args:
            room: bytes that all results may take together; arrays that several share count once.
        """
        self.room, self.size = room, 0
        self._entries: dict[tuple[Any, ...], Entry] = {}
        self._holders: Counter[int] = Counter()  # results that hold an array, by its identity
        self._clock, self._lock = count(), RLock()

    def keep(self, function: Callable[P, R]) -> Kept[P, R]:
        """Make a function remember its results as long as there is room for them.

        Args:
            function: its arguments can be hashed, and nobody changes its results.
        """
        return Kept(function, self)

    def find(self, key: tuple[Any, ...]) -> Entry | None:
        """Look up a result."""
        entry = self._entries.get(key)
        if entry is not None:
            entry.used = next(self._clock)
        return entry

    def add(self, key: tuple[Any, ...], result: object) -> None:
        """Keep a new result; where there is no room for it a quarter is forgotten, since looking takes time."""
        with self._lock:
            self.drop(key)
            entry = Entry(result, {id(one): one.nbytes for one in arrays_of(result)}, next(self._clock))
            self._entries[key] = entry
            self.size += OTHERWISE + sum(size for one, size in entry.sizes.items() if self._holders[one] == 0)
            self._holders.update(entry.sizes.keys())
            if self.size > self.room:
                for old in sorted(self._entries, key=lambda one: self._entries[one].used):
                    if self.size <= LEFT * self.room:
                        break
                    self.drop(old)

    def drop(self, key: tuple[Any, ...]) -> None:
        """Forget a result, if it is there."""
        with self._lock:
            entry = self._entries.pop(key, None)
            if entry is None:
                return
            self._holders.subtract(entry.sizes.keys())
            freed = [one for one in entry.sizes if self._holders[one] == 0]
            self.size -= OTHERWISE + sum(entry.sizes[one] for one in freed)
            for one in freed:
                del self._holders[one]

    def keys(self, function: object) -> list[tuple[Any, ...]]:
        """Keys of all results of a function."""
        with self._lock:
            return [key for key in self._entries if key[0] is function]


class Kept(Generic[P, R]):
    """A function whose results are kept, see `Pool.keep`."""

    def __init__(self, function: Callable[P, R], pool: Pool) -> None:
        self._function, self._pool = function, pool
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the result for these arguments."""
        key = (self._function, *args, *kwargs.items())
        entry = self._pool.find(key)
        if entry is None:
            result = self._function(*args, **kwargs)
            self._pool.add(key, result)
            return result
        return entry.result  # type: ignore[no-any-return]

    def cache_clear(self) -> None:
        """Forget all results."""
        for key in self._pool.keys(self._function):
            self._pool.drop(key)


POOL = Pool(ROOM)
kept = POOL.keep
