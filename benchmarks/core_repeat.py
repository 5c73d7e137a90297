"""Whether the core repeats itself: hashes of the state after 5,000 steps with automatic resets.

Run: python -m benchmarks.core_repeat [--worlds 1024] [--steps 5000] [--maps FOLDER ...]
Every vehicle is driven by rules in one step and by drawn controls in the next. The same seed is played by one thread
and by two, and some of the worlds alone; all must have the same states, bit by bit.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import numpy as np

from agents.environments import Environments
from agents.episodes import Pool
from benchmarks.core import worlds
from scenes.seeds import rng_for

ALONE = (0, 1, 7)


def played(pool: Pool, count: int, first: int, steps: int, threads: int) -> list[str]:
    """Hashes of the states of all worlds after some steps; every other step has drawn controls."""
    core = Environments(pool, count, controlled="cars", time_limit=30.0, first=first, threads=threads)
    core.reset(3)
    rng, ended = rng_for(0, "repeat"), 0
    drawn = [rng.uniform(-0.3, 0.6, (1, core.rows, 2)).astype(np.float32) * np.float32([1.0, 0.3]) for _ in range(8)]
    for k in range(steps):
        step = core.step(None if k % 2 else np.repeat(drawn[k // 2 % 8], count, 0))
        ended += int((step.terminated | step.truncated).sum())
    print(f"  {count} worlds from {first}, {threads} threads: {ended} episodes ended")
    bodies = core.batch.bodies
    return [hashlib.sha256(b"".join(part[e].tobytes() for part in bodies)).hexdigest() for e in range(count)]


def main() -> None:
    """Play and compare."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.core_repeat")
    parser.add_argument("--worlds", type=int, default=1024)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--maps", nargs="*", default=[], help="folders with maps")
    given = parser.parse_args()
    pool = worlds([Path(folder) for folder in given.maps])
    one = played(pool, given.worlds, 0, given.steps, 1)
    two = played(pool, given.worlds, 0, given.steps, 2)
    alone = {k: played(pool, 1, k, given.steps, 1)[0] for k in (*ALONE, given.worlds - 1)}
    same = one == two and all(one[k] == text for k, text in alone.items())
    print(
        f"{given.worlds} worlds, {given.steps} steps: {'the same' if same else 'NOT the same'}; {len(set(one))} states"
    )
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
