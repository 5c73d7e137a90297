"""The first sample on a machine, by the wall clock: without compiled kernels, in one process and in two, and with them.

Run: python -m benchmarks.cold_start [SCENE] [ROUNDS]
Each is a new process that imports, compiles what is not compiled and makes the pictures of one sample. They take turns;
figures are medians. Compiled kernels go into a folder of their own that is deleted. On a busy machine two processes
gain less.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FIRST = """
import skidpad.render as render
from scenes.files import load
if {alone}:
    render.compile_together = lambda: None
print(len(render.render_sample(load({scene!r}), 0, 0, 1)))
"""


def first(scene: str, cache: Path, alone: bool) -> float:
    """Seconds until a new process has made its first sample, with kernels that are kept in a folder."""
    keep = {"NUMBA_CACHE_DIR": str(cache), "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    begin = time.perf_counter()
    code = FIRST.format(alone=alone, scene=scene)
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **keep}, check=True, capture_output=True)
    return time.perf_counter() - begin


def main() -> None:
    """Print medians and ratios."""
    scene = sys.argv[1] if len(sys.argv) > 1 else "street"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    times: dict[str, list[float]] = {"one process": [], "two processes": [], "compiled before": []}
    for _ in range(rounds):
        for alone in (True, False):
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                times["one process" if alone else "two processes"].append(first(scene, Path(folder), alone))
                if not alone:
                    times["compiled before"].append(first(scene, Path(folder), alone))
    bound = statistics.median(times["one process"])
    print(f"first sample of {scene}, {rounds} rounds")
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"{name:16s} {middle:6.1f} s   {middle / bound:.2f}   ({min(found):.1f} to {max(found):.1f} s)")


if __name__ == "__main__":
    main()
