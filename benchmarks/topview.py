"""Frames per second of the view from above, and of writing films: `python -m benchmarks.topview`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scenes.files import load
from skidpad.film import write_film
from skidpad.playback import top_view
from skidpad.takes import Run, simulate

SCENES = ("street", "crossing", "junction")
FRAMES = 100


def rate(work: Callable[[], object], frames: int) -> str:
    """Frames per second of wall clock and of processor time."""
    wall, busy = time.perf_counter(), time.process_time()
    work()
    wall, busy = time.perf_counter() - wall, time.process_time() - busy
    return f"{frames / wall:6.0f} frames/s ({frames / busy:.0f} per CPU-second)"


def measure(name: str, run: Run) -> list[object]:
    """Draw a run from above at 640x480 and write it down."""
    draw = top_view(run)
    begun = time.perf_counter()
    draw(0)
    print(f"{name}: background and first frame {time.perf_counter() - begun:.2f} s")
    pictures: list[object] = []
    print(f"{name}: drawing {rate(lambda: pictures.extend(map(draw, range(FRAMES))), FRAMES)}")
    return pictures


def main() -> None:
    """Measure every scene, then both film formats."""
    for name in SCENES:
        pictures = measure(name, simulate(load(name).sample(0), FRAMES / 10.0, 10.0, None, "rule"))
    with tempfile.TemporaryDirectory() as folder:
        for ending in (".mp4", ".gif"):
            out = Path(folder) / f"film{ending}"
            print(f"{SCENES[-1]}: writing {ending} {rate(lambda out=out: write_film(out, pictures, 10.0), FRAMES)}")
            print(f"{SCENES[-1]}: {ending} of {FRAMES} frames {out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
