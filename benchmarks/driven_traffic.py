"""Does traffic that a trained agent drives change what a street classifier learns? Renders alone, real photographs.

Run: python -m benchmarks.driven_traffic REAL OUT RUN [SAMPLES] [WORKERS]
REAL is a folder {train,test}/class/*.jpg of the task `street`, OUT where datasets and reports go (again to go on),
RUN a run folder runs/NAME below here. Two datasets of the scene `street` differ in one line: who drives. The
frozen network, five seeds each; seeds and groups of photographs are drawn with replacement, the same draws for both.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.arms import dataset, renders_alone, row_of
from scenes.files import load
from transfer.bootstrap import interval


def main() -> None:
    """Measure both and print the paired difference."""
    real, out, run = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    samples, workers = (int(value) for value in (*sys.argv[4:6], *("160", "2")[len(sys.argv[4:6]) :]))
    found = {}
    for name, driver in {"rule": "rule", "trained": run}.items():
        text = load("street").text.replace("\nvehicles:\n", f"\nvehicles:\n  driver: {driver}\n", 1)
        assert f"driver: {driver}" in text
        data = dataset(name, text, out, samples, workers)
        found[name] = renders_alone(name, [data], real, out, workers, "driven_traffic")
    for name, figures in found.items():
        print(row_of(name, figures))
    rule, trained = found["rule"], found["trained"]
    row = interval(trained.point - rule.point, trained.drawn - rule.drawn)
    print(f"trained - rule {row.mean:+.3f} [{row.low:+.3f}, {row.high:+.3f}], paired")


if __name__ == "__main__":
    main()
