"""Ten thousand pictures in one process: does memory stay flat, does the last one cost what the hundredth did?

Run: python -m benchmarks.endurance [FRAMES] [SCENE]
Samples of a library scene, FRAMES_EACH pictures each, with every label of the default. Each line is a block of
pictures: resident memory, megabytes, that is left when a sample is done with, its median, and the largest with the
pictures of a sample; and median CPU milliseconds of a picture, sampling and building included.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import sys
import time
from pathlib import Path

from renderers.memory import give_back
from scenes.files import load
from skidpad.render import render_sample

FRAMES_EACH = 4
BLOCK = 500


def resident() -> float:
    """Memory of this process now, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Print a line for each block."""
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    template = load(sys.argv[2] if len(sys.argv) > 2 else "street")
    print("pictures  memory MB: left, most  CPU ms a picture", flush=True)
    times: list[float] = []
    left: list[float] = []
    most = 0.0
    done = k = 0
    while done < frames:
        begin, before = time.process_time(), done
        pictures = render_sample(template, k, 0, FRAMES_EACH)
        done += len(pictures)
        k += 1
        most = max(most, resident())
        del pictures
        give_back()
        left.append(resident())
        times.append(1e3 * (time.process_time() - begin) / (done - before))
        if done // BLOCK > before // BLOCK or done >= frames:
            sizes = f"{statistics.median(left):18.0f} {most:5.0f}"
            print(f"{done:8d} {sizes} {statistics.median(times):17.1f}", flush=True)
            times.clear()
            left.clear()
            most = 0.0


if __name__ == "__main__":
    main()
