"""Datasets that differ in one thing, and what a classifier that saw nothing else reaches on photographs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skidpad.generation import generate
from skidpad.measure import evaluate
from transfer.bootstrap import interval
from transfer.summary import ArmFigures

SEED, SEEDS = 0, 5


def dataset(name: str, text: str, out: Path, samples: int, workers: int, assets: str = "builtin") -> Path:
    """Generate a dataset from the text of a scene file, unless it is there."""
    out.mkdir(parents=True, exist_ok=True)
    scene, data = out / f"{name}.yaml", out / name
    scene.write_text(text, encoding="utf-8")
    if not (data / "manifest.json").exists():
        generate(scene, data, samples, seed=SEED, workers=workers, assets=assets)
    return data


def renders_alone(
    name: str, data: Sequence[Path], real: str, out: Path, workers: int, module: str,
    task: str = "street", tuning: str = "frozen", split: str = "test",
) -> ArmFigures:  # fmt: skip
    """Train on renders alone, with SEEDS seeds, and measure on photographs."""
    report = evaluate(
        list(data), real, task, out=out / f"{name}-report", tuning=[tuning], counts=["0"], seeds=SEEDS, split=split,
        tuned_counts=["0"],  # without the matched renders, which take as long again
        workers=workers, command=f"python -m benchmarks.{module} ({name})",
    )  # fmt: skip
    return next(figures for figures in report.figures if figures.arm.name == "synthetic")


def row_of(name: str, figures: ArmFigures) -> str:
    """One line about an arm."""
    row, crops = interval(figures.point, figures.drawn), figures.results[0].rendered
    accuracy = f"{row.mean:.3f} [{row.low:.3f}, {row.high:.3f}] balanced accuracy"
    return f"{name:10s} {accuracy}, {crops:,} crops, {SEEDS} seeds"
