"""Does traffic that a trained agent drives change what a street classifier learns? Renders alone, real photographs.

Run: python -m benchmarks.driven_traffic REAL OUT RUN [SAMPLES] [WORKERS]
REAL is a folder {train,test}/class/*.jpg of the task `street`, OUT where datasets and reports go (again to go on),
RUN a run folder runs/NAME below here. Two datasets of the scene `street` differ in one line: who drives. The
frozen network, five seeds each; seeds and groups of photographs are drawn with replacement, the same draws for both.
"""

from __future__ import annotations

import sys
from pathlib import Path

from scenes.files import load
from skidpad.generation import generate
from skidpad.measure import evaluate
from transfer.bootstrap import interval
from transfer.summary import ArmFigures

SEED = 0


def arm(name: str, driver: str, real: str, out: Path, samples: int, workers: int) -> ArmFigures:
    """Generate one dataset and measure it."""
    text = load("street").text.replace("\nvehicles:\n", f"\nvehicles:\n  driver: {driver}\n", 1)
    assert f"driver: {driver}" in text
    out.mkdir(parents=True, exist_ok=True)
    scene, data = out / f"{name}.yaml", out / name
    scene.write_text(text, encoding="utf-8")
    if not (data / "manifest.json").exists():
        generate(scene, data, samples, seed=SEED, workers=workers, assets="builtin")
    report = evaluate(
        [data], real, "street", out=out / f"{name}-report", tuning=["frozen"], counts=["0"], seeds=5, workers=workers,
        command=f"python -m benchmarks.driven_traffic ({name})",
    )  # fmt: skip
    return next(figures for figures in report.figures if figures.arm.name == "synthetic")


def main() -> None:
    """Measure both and print the paired difference."""
    real, out, run = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    samples, workers = (int(value) for value in (*sys.argv[4:6], *("160", "2")[len(sys.argv[4:6]) :]))
    drivers = {"rule": "rule", "trained": run}
    found = {name: arm(name, driver, real, out, samples, workers) for name, driver in drivers.items()}
    for name, figures in found.items():
        row = interval(figures.point, figures.drawn)
        crops = figures.results[0].rendered
        print(f"{name:8s} {row.mean:.3f} [{row.low:.3f}, {row.high:.3f}] balanced accuracy, {crops:,} crops, 5 seeds")
    rule, trained = found["rule"], found["trained"]
    row = interval(trained.point - rule.point, trained.drawn - rule.drawn)
    print(f"trained - rule {row.mean:+.3f} [{row.low:+.3f}, {row.high:+.3f}], paired")


if __name__ == "__main__":
    main()
