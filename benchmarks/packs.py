"""What are asset packs worth? The same samples with built-in assets and with packs, renders alone, real photographs.

Run: python -m benchmarks.packs TASK REAL OUT [SAMPLES] [WORKERS] [SPLIT]
TASK is street or direction, REAL its folder {train,test}/class/*.jpg, OUT where datasets and reports go (again to go
on), SPLIT the photographs that are measured on: train while anything is being chosen, test (the default) once.
Scenes, seeds and budgets are those of the README's results. Frozen and tuned network, five seeds each; seeds and groups
of photographs are drawn with replacement, the same draws for both.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.arms import dataset, renders_alone, row_of
from scenes.catalogue import installed
from scenes.files import load
from transfer.bootstrap import interval

SCENES = {"street": {"street": 0.62, "crossing": 0.19, "junction": 0.19}, "direction": {"pavement": 1.0}}  # shares
ASSETS = {"builtin": "builtin", "packs": "required"}


def main() -> None:
    """Measure both and print the paired differences."""
    task, real, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    samples, workers = (int(value) for value in (*sys.argv[4:6], *("300", "2")[len(sys.argv[4:6]) :]))
    split = sys.argv[6] if len(sys.argv) > 6 else "test"
    print(f"packs: {', '.join(installed())}; {samples} samples; split {split}")
    data = {
        name: [
            dataset(f"{scene}-{name}", load(scene).text, out, round(share * samples), workers, assets)
            for scene, share in SCENES[task].items()
        ]
        for name, assets in ASSETS.items()
    }
    for tuning in ("frozen", "last"):
        found = {
            name: renders_alone(
                f"{name}-{tuning}-{split}", data[name], real, out, workers, "packs", task, tuning, split
            )
            for name in ASSETS
        }
        for name, figures in found.items():
            print(row_of(f"{name} {tuning}", figures))
        difference = found["packs"].drawn - found["builtin"].drawn
        row = interval(found["packs"].point - found["builtin"].point, difference)
        print(f"packs - builtin, {tuning}: {row.mean:+.3f} [{row.low:+.3f}, {row.high:+.3f}], paired")


if __name__ == "__main__":
    main()
