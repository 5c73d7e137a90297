"""Randomness with an address: the only source of random numbers outside kernels."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import TypeVar

import numpy as np

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
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in (int(seed), *address))
    words = np.frombuffer(hashlib.blake2b(text.encode(), digest_size=32).digest(), dtype=np.uint32)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def clamp(value: float, low: float, high: float) -> float:
    """The value, or the limit that it is beyond."""
    return low if value < low else high if value > high else value


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw uniformly, with the answers of `Generator.uniform` in a third of its time."""
    return low + (high - low) * rng.random()


def pick(rng: np.random.Generator, shares: dict[Key, float]) -> Key:
    """Draw a key with probability proportional to its value."""
    return list(shares)[bisect_right(rising(tuple(shares.values())), rng.random())]


@lru_cache(maxsize=2048)
def rising(weights: tuple[float, ...]) -> list[float]:
    """Cumulative shares, as `Generator.choice` computes them: its answers, without its checks, which take longer."""
    whole = float(np.add.reduce(weights))
    total = list(accumulate([weight / whole for weight in weights]))
    return [share / total[-1] for share in total]
