"""Random numbers and what takes space, beside slower ways to the same answers."""

from __future__ import annotations

import hashlib
import math

import numpy as np

from scenes.people_palette import COATS
from scenes.population_space import Boxes
from scenes.seeds import Shares, pick, rng_for


def test_addresses_seed_as_numpy_does() -> None:
    for seed in range(20):
        text = f"int:{seed}\x1fint:3\x1fstr:people"
        words = np.frombuffer(hashlib.blake2b(text.encode(), digest_size=32).digest(), np.uint32)
        numpys = np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))
        assert (
            rng_for(seed, 3, "people").integers(1 << 62, size=4).tolist() == numpys.integers(1 << 62, size=4).tolist()
        )


def test_tables_are_drawn_from_as_numpy_does() -> None:
    weights = np.array(list(COATS.values()))
    for seed in range(200):
        wanted = list(COATS)[rng_for(seed, "pick").choice(len(COATS), p=weights / weights.sum())]
        assert pick(rng_for(seed, "pick"), COATS) == pick(rng_for(seed, "pick"), dict(COATS)) == wanted
    assert isinstance(COATS, Shares)


def points_in(box: np.ndarray, edge: int = 60) -> np.ndarray:
    """(N, 2) points all over a box x, y, heading, length, width, its border included."""
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, edge) * box[3], np.linspace(-0.5, 0.5, edge) * box[4])
    c, s = math.cos(box[2]), math.sin(box[2])
    return np.stack([box[0] + c * u - s * v, box[1] + s * u + c * v], -1).reshape(-1, 2)


def test_boxes_meet_where_they_share_points() -> None:
    rng, met = rng_for(0, "boxes"), 0
    for _ in range(300):
        a, b = rng.uniform([-6, -6, -4, 0.3, 0.3], [6, 6, 4, 14, 3], (2, 5))
        off = points_in(a) - b[:2]
        c, s = math.cos(b[2]), math.sin(b[2])
        along, across = np.abs(off[:, 0] * c + off[:, 1] * s), np.abs(off[:, 1] * c - off[:, 0] * s)
        depth = float(np.minimum(0.5 * b[3] - along, 0.5 * b[4] - across).max())  # of the point that is deepest in b
        boxes = Boxes()
        boxes.add(*b)
        if abs(depth) > 0.3:  # else the answer may lie between the points
            assert boxes.meet(*a) == (depth > 0.0)
            met += depth > 0.0
    assert 60 < met < 200
