"""Randomness with an address: the only source of random numbers outside kernels."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import DTypeLike, NDArray

from scenes.compiled import compiled

Key = TypeVar("Key")


def rng_for(seed: int, *address: int | str) -> np.random.Generator:
    """Return the generator that belongs to one place in one run.

    The stream depends on nothing but its arguments: not on worker count, order of calls or what other
    addresses drew. The address is hashed with BLAKE2b, so neighbouring seeds give unrelated streams.

    Args:
        seed: any integer; 0 is a seed like every other.
        address: names and numbers that say what the numbers are for, e.g. `(sample, "camera", frame)`.

    Returns:
        A fresh PCG64 generator, always the same for the same arguments.
    """
    text = "\x1f".join([f"{type(part).__name__}:{part}" for part in (int(seed), *address)])
    words = np.frombuffer(hashlib.blake2b(text.encode(), digest_size=32).digest(), dtype=np.uint32)
    state = np.empty(4, np.uint64)
    seeding(words, state)
    return np.random.Generator(np.random.PCG64(Ready(state)))  # type: ignore[arg-type]  # stubs: only numpy's own


class Ready(ISeedSequence):
    """A seed sequence whose answer is known."""

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self._words = words

    def generate_state(self, n_words: int, dtype: DTypeLike = np.uint64) -> NDArray[Any]:
        """The words; PCG64 asks for 4 of 64 bits."""
        return self._words


@compiled()
def seeding(words, state):  # type: ignore[no-untyped-def]
    """Fill in what `numpy.random.SeedSequence(words).generate_state(4, uint64)` returns, in a tenth of its time.

    The hash is that of O'Neill 2015 (seed_seq_fe128), which numpy documents as frozen.

    Args:
        words: (N,) uint32, N >= 4.
        state: (4,) uint64, to be written: an array that numba hands over takes longer than all the rest.
    """
    low = np.uint64(0xFFFFFFFF)  # numba multiplies in 64 bits
    sixteen, pool = np.uint64(16), np.empty(4, np.uint64)
    key = np.uint64(0x43B0D7E5)
    for k in range(4 * len(words)):
        source, goal = (k - 4) // 3, k % 4
        if 4 <= k < 16:
            goal = (k - 4) % 3
            goal += goal >= source
        value = (pool[source] if 4 <= k < 16 else np.uint64(words[k if k < 4 else k // 4])) ^ key
        key = key * np.uint64(0x931E8875) & low
        value = value * key & low
        value ^= value >> sixteen
        if k >= 4:
            value = np.uint64(0xCA01F9DD) * pool[goal] - np.uint64(0x4973F715) * value & low
            value ^= value >> sixteen
        pool[goal] = value
    key = np.uint64(0x8B51F9DD)
    for k in range(8):
        value = pool[k % 4] ^ key
        key = key * np.uint64(0x58F38DED) & low
        value = value * key & low
        value ^= value >> sixteen
        state[k // 2] = value if k % 2 == 0 else state[k // 2] | value << np.uint64(32)


def clamp(value: float, low: float, high: float) -> float:
    """The value, or the limit that it is beyond."""
    return low if value < low else high if value > high else value


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw uniformly, with the answers of `Generator.uniform` in a third of its time."""
    return low + (high - low) * rng.random()


class Shares(dict[Key, float]):
    """A table of weights that never changes: what `pick` needs of it is worked out once."""

    @cached_property
    def steps(self) -> tuple[list[Key], list[float]]:
        """Keys and their cumulative shares."""
        return list(self), rising(tuple(self.values()))


def pick(rng: np.random.Generator, shares: dict[Key, float]) -> Key:
    """Draw a key with probability proportional to its value."""
    keys, steps = shares.steps if isinstance(shares, Shares) else (list(shares), rising(tuple(shares.values())))
    return keys[bisect_right(steps, rng.random())]


@lru_cache(maxsize=2048)
def rising(weights: tuple[float, ...]) -> list[float]:
    """Cumulative shares, as `Generator.choice` computes them: its answers, without its checks, which take longer."""
    whole = float(np.add.reduce(weights))
    total = list(accumulate([weight / whole for weight in weights]))
    return [share / total[-1] for share in total]
