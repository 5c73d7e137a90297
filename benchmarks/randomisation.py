"""What is context worth? Structured and plain domain randomisation of the street, renders alone, real photographs.

Run: python -m benchmarks.randomisation REAL OUT [SAMPLES] [WORKERS]
REAL is a folder {train,test}/class/*.jpg of the task `street`, OUT where datasets and reports go (again to go on).
Datasets of the scene `street` with the same samples in the one and the other mode, and one of half of the samples in
each mode. The frozen network, five seeds each; seeds and groups of photographs are drawn with replacement, the same
draws for all.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.arms import dataset, renders_alone, row_of
from scenes.files import load
from transfer.bootstrap import interval

MODES = {
    "structured": "structured",
    "plain": "plain",
    "mixed": "{sequence: [structured, plain]}",
}


def main() -> None:
    """Measure all and print the paired differences."""
    real, out = sys.argv[1], Path(sys.argv[2])
    samples, workers = (int(value) for value in (*sys.argv[3:5], *("100", "2")[len(sys.argv[3:5]) :]))
    found = {}
    for name, mode in MODES.items():
        text = f"{load('street').text.rstrip()}\nrandomisation: {mode}\n"
        data = dataset(name, text, out, samples, workers)
        found[name] = renders_alone(name, [data], real, out, workers, "randomisation")
    for name, figures in found.items():
        print(row_of(name, figures))
    for name in ("plain", "mixed"):
        row = interval(found[name].point - found["structured"].point, found[name].drawn - found["structured"].drawn)
        print(f"{name} - structured {row.mean:+.3f} [{row.low:+.3f}, {row.high:+.3f}], paired")


if __name__ == "__main__":
    main()
