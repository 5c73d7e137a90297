"""What a picture of a dataset costs, by what it is spent on, beside its bound: drawing alone.

Run: python -m benchmarks.generation [scene ...]
Every sample is made as `skidpad generate` makes it, but for writing to disk, each with its own street and people, after
two that warm up. Figures are CPU seconds of this process a picture, medians over samples.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import skidpad.render as door
from renderers.assemble import StageBuilder
from scenes.files import SceneTemplate, load
from transfer.encode import frame_files

SCENES = ("street", "crossing", "signals")
SAMPLES, WARM = 12, 2


PARTS: tuple[tuple[Any, str, str], ...] = (
    (SceneTemplate, "sample", "scene"),
    (door, "moments_of", "moving"),
    (StageBuilder, "__init__", "building"),
    (StageBuilder, "at", "building"),
    (door, "draw_behind_lens", "drawing"),
    (door, "develop", "camera"),
    (door, "label_frame", "labels"),
)


def watch(spent: dict[str, float]) -> None:
    """Have the functions of `PARTS` add the CPU seconds that they take to `spent`."""
    for owner, name, part in PARTS:
        setattr(owner, name, timed(getattr(owner, name), part, spent))


def timed(function: Callable[..., Any], part: str, spent: dict[str, float]) -> Callable[..., Any]:
    """The same function, which adds its CPU seconds to `spent`."""

    def call(*args: Any, **kwargs: Any) -> Any:
        start = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            spent[part] = spent.get(part, 0.0) + time.process_time() - start

    return call


def main() -> None:
    """Print one line for each scene."""
    spent: dict[str, float] = {}
    watch(spent)
    for name in sys.argv[1:] or SCENES:
        template, rows = load(name), []
        for k in range(WARM + SAMPLES):
            spent.clear()
            start = time.process_time()
            frames = door.render_sample(template, k, seed=0)
            timed(lambda frames: [frame_files(frame) for frame in frames], "encoding", spent)(frames)
            spent["all"] = time.process_time() - start
            rows.append({part: 1000 * seconds / len(frames) for part, seconds in spent.items()})
        middle = {part: statistics.median(row[part] for row in rows[WARM:]) for part in rows[-1]}
        told = ", ".join(f"{part} {cost:.0f}" for part, cost in middle.items() if part != "all")
        ratio = statistics.median(row["all"] / row["drawing"] for row in rows[WARM:])
        print(f"{name}: {middle['all']:.0f} CPU ms a picture, {ratio:.1f} x drawing ({told})", flush=True)


if __name__ == "__main__":
    main()
