"""Practice on a recorded encounter: seeded variants, and how often drivers fail in those held out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agents.environments import DT, Environments
from agents.judging import OUTCOMES
from agents.practice import (
    FAILURES,
    Driver,
    Measured,
    Rate,
    constant_driver,
    ground,
    measure,
    rule_driver,
    scripted_driver,
    time_limit,
)
from agents.variants import Variant, Variants, is_train, variants
from scenes.commonroad import read_encounter
from sim.world import State
from skidpad.film_strip import Drive, film_strip, save_picture

Progress = Callable[[int, int], None]
SHOWN = 2  # variants in the film strip


def practice(
    encounter: str | Path,
    out: str | Path,
    *,
    count: int = 1000,
    seed: int = 0,
    others: str = "replay",
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Import an encounter, make variants and measure the baseline drivers on those held out.

    Args:
        encounter: CommonRoad XML file.
        out: folder for practice.json and filmstrip.png.
        count: variants, training and held out together.
        seed: any integer.
        others: `replay` or `react`.
        on_progress: called with (variants made, variants).

    Returns:
        What practice.json holds.

    Raises:
        SceneError: the file is wrong, or no plan solves its variants.
        ValueError: an argument is out of range, or no variant is held out.
    """
    if count < 1:
        raise ValueError(f"--variants {count}: at least 1")
    recorded = read_encounter(encounter)
    found = variants(recorded, count, seed, on_progress=on_progress)
    held_out = [variant for variant in found.members if not is_train(variant.number)]
    if not held_out:
        raise ValueError(f"--variants {count}: none of them is held out; ask for more")
    drivers: dict[str, Driver] = {
        "rule": rule_driver, "constant": constant_driver, "scripted": scripted_driver(held_out),
    }  # fmt: skip
    measured = {name: measure(driver, found, held_out, others) for name, driver in drivers.items()}
    report = report_of(found, held_out, measured, others)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for k in worst(measured["rule"], SHOWN):
        alone: dict[str, Driver] = {"rule": rule_driver, "scripted": scripted_driver([held_out[k]])}
        rows += [filmed(driver, name, found, held_out[k], others) for name, driver in alone.items()]
    save_picture(film_strip(rows), folder / "filmstrip.png")
    partial = folder / "practice.json.partial"
    partial.write_text(json.dumps(report, indent=1), encoding="utf-8")
    partial.replace(folder / "practice.json")
    return report


def report_of(
    found: Variants, held_out: Sequence[Variant], measured: dict[str, Measured], others: str
) -> dict[str, Any]:
    """What practice.json holds."""
    setting = found.setting
    encounter = setting.encounter
    return {
        "encounter": encounter.name,
        "duration": encounter.duration,
        "road_users": len(encounter.ids),
        "notes": list(encounter.notes),
        "others": others,
        "seed": found.seed,
        "variants": len(found.members),
        "held_out": [variant.number for variant in held_out],
        "unsolved_draws": found.unsolved,
        "undone_changes": found.undone,
        "drivers": {name: rates(result) for name, result in measured.items()},
    }


def rates(result: Measured) -> dict[str, dict[str, float | int]]:
    """Failure rates of a driver, all and by sort."""
    found = {"failure": result.failures} | {name: result.rate(name) for name in FAILURES}
    return {name: numbers(rate) for name, rate in found.items()}


def numbers(rate: Rate) -> dict[str, float | int]:
    """A rate as plain numbers."""
    low, high = rate.interval
    return {"count": rate.count, "of": rate.of, "share": rate.share, "low": low, "high": high}


def worst(result: Measured, count: int) -> list[int]:
    """Rows of the variants that a driver fails in, contacts first, then those that it takes longest for."""
    order = sorted(
        range(len(result.outcomes)),
        key=lambda k: (result.outcomes[k] == "success", result.outcomes[k] == "timeout", -result.times[k]),
    )
    return order[:count]


def filmed(driver: Driver, name: str, found: Variants, variant: Variant, others: str) -> Drive:
    """Drive one variant and keep every state."""
    worlds = Environments(ground(found, [variant], others), 1, time_limit=time_limit(found), autoreset=False, each=True)
    worlds.reset(seed=0)
    states: list[State] = [worlds.state(0)]
    outcome = 0
    while outcome == 0:
        step = worlds.step(driver(worlds))
        states.append(worlds.state(0))
        outcome = int(step.outcome[0, 0])
    title = (
        f"variant {variant.number}, {name}: {OUTCOMES[outcome].replace('_', ' ')} after {len(states) * DT - DT:.1f} s"
    )
    return Drive(title, OUTCOMES[outcome] != "success", worlds.scene(0), worlds.egos(0)[0], tuple(states))
