"""Practice on a recorded encounter: seeded variants, and how often drivers fail in those held out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agents.environments import DT, Environments
from agents.judging import OUTCOMES, RUNNING
from agents.likeness import likeness
from agents.measure import Act, constant_actions, network_actions, rule_actions
from agents.measure import measure as play_episodes
from agents.network import Network
from agents.practice import (
    FAILURES,
    Measured,
    measure,
    practise,
    scripted_driver,
    worlds_of,
)
from agents.runs import RUN, policy_digest, read_json, write_json
from agents.trained import load_driver
from agents.training import Progress as Learning
from agents.training import Settings
from agents.variants import Variant, Variants, is_train, variants
from scenes.commonroad import read_encounter
from sim.world import State
from skidpad.driving import recipe_of
from skidpad.film import write_png
from skidpad.film_strip import Drive, film_strip
from transfer.drives import lines_of as table_of
from transfer.drives import summary_of

Progress = Callable[[int, int], None]
PRACTICE = Settings(rollout=32, learning_rate=2e-4, horizon=4_000_000)  # gentle: what it can it shall keep
BESIDE = 128  # scenes of those worlds that the driver was trained in
SHOWN = 2  # variants in the film strip


def practice(
    encounter: str | Path,
    out: str | Path,
    *,
    count: int = 1000,
    seed: int = 0,
    others: str = "replay",
    driver: str | Path | None = None,
    steps: int = 0,
    settings: Settings | None = None,
    episodes: int = 500,
    on_progress: Progress | None = None,
    on_steps: Learning | None = None,
) -> dict[str, Any]:
    """Import an encounter, make variants, let a driver practise in some and measure all drivers on those held out.

    Args:
        encounter: CommonRoad XML file.
        out: folder for practice.json and filmstrip.png.
        count: variants, training and held out together.
        seed: any integer.
        others: `replay` or `react`.
        driver: run folder of a trained driver to measure, too.
        steps: transitions that it practises for, half of them in variants that are not held out, half in the worlds
            that it was trained in; its new self is in out/run.
        settings: of PPO.
        episodes: in the scene that it was trained in, to see whether practice made it worse there.
        on_progress: called with (variants made, variants).
        on_steps: called with (steps done, steps, note).

    Returns:
        What practice.json holds.

    Raises:
        SceneError: the file is wrong, or no plan solves its variants.
        RunError: the driver's run folder is missing or broken.
        ValueError: an argument is out of range, or no variant is held out.
    """
    network = None if driver is None else load_driver(Path(driver)).network
    if steps and driver is None:
        raise ValueError(f"--steps {steps}: name the run folder of the driver that practises with --driver")
    if count < 1:
        raise ValueError(f"--variants {count}: at least 1")
    recorded = read_encounter(encounter)
    found = variants(recorded, count, seed, on_progress=on_progress)
    held_out = [variant for variant in found.members if not is_train(variant.number)]
    if not held_out:
        raise ValueError(f"--variants {count}: none of them is held out; ask for more")
    drivers: dict[str, Act] = {
        "rule": rule_actions, "constant": constant_actions, "scripted": scripted_driver(held_out),
    }  # fmt: skip
    if network is not None:
        drivers["trained"] = network_actions(network)
    folder = Path(out)
    if steps and driver is not None:
        text = Path(encounter).read_text(encoding="utf-8")
        drivers["practised"] = network_actions(practised(
            found, others, Path(driver), folder / "run", steps, text=text, settings=settings or PRACTICE, seed=seed,
            on_steps=on_steps,
        ))  # fmt: skip
    measured = {name: measure(driver, found, held_out, others) for name, driver in drivers.items()}
    report = report_of(found, held_out, measured, others) | {"realism": likeness(recorded, seed=seed)}
    if steps and driver is not None:
        home = home_of(Path(driver))
        report["home"] = {"scene": home} | {
            name: play_episodes(home, name, drivers[name], episodes).rates["success"].numbers
            for name in ("trained", "practised")
        }
    folder.mkdir(parents=True, exist_ok=True)
    write_png(folder / "filmstrip.png", film_strip(before_and_after(found, held_out, drivers, measured, others)))
    write_json(folder / "practice.json", report)
    return report


def practised(
    found: Variants, others: str, driver: Path, folder: Path, steps: int, *, text: str, settings: Settings, seed: int,
    on_steps: Learning | None,
) -> Network:  # fmt: skip
    """Let a driver practise in the variants that are not held out, and in the scene that it was trained in.

    Args:
        found: variants.
        others: `replay` or `react`.
        driver: run folder of the driver.
        folder: run folder of its new self.
        steps: transitions.
        text: of the encounter's file.
        settings: of PPO.
        seed: of everything random, the variants included.
        on_steps: called with (steps done, steps, note).

    Returns:
        The driver after practice.
    """
    home, pupils = home_of(driver), [variant for variant in found.members if is_train(variant.number)]
    recipe = recipe_of(
        found.setting.encounter.name, text, others=others, seed_of_variants=seed, variants=len(found.members),
        driver=policy_digest(driver), beside=home,
    )  # fmt: skip
    return practise(
        found, pupils, others, folder, steps, start=driver,
        beside=Environments(home, settings.envs, pool=BESIDE, scene_seed=seed), recipe=recipe, settings=settings,
        seed=seed, on_progress=on_steps,
    )  # fmt: skip


def before_and_after(
    found: Variants, held_out: Sequence[Variant], drivers: dict[str, Act], measured: dict[str, Measured], others: str
) -> list[Drive]:
    """The worst variants of a driver before practice and after it; without practice of `rule`, beside the planner."""
    before, after = ("trained", "practised") if "practised" in drivers else ("rule", "scripted")
    rows = []
    for k in worst(measured[before], SHOWN):
        alone: dict[str, Act] = {name: drivers[name] for name in (before, after)}
        if after == "scripted":
            alone[after] = scripted_driver([held_out[k]])
        rows += [filmed(driver, name, found, held_out[k], others) for name, driver in alone.items()]
    return rows


def report_of(
    found: Variants, held_out: Sequence[Variant], measured: dict[str, Measured], others: str
) -> dict[str, Any]:
    """What practice.json holds."""
    encounter = found.setting.encounter
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
        "metrics": {name: summary_of(result.metrics) for name, result in measured.items()},
    }


def lines_of(report: dict[str, Any]) -> list[str]:
    """A report in a few lines of text."""
    undone = ", ".join(f"{count} {reason}" for reason, count in report["undone_changes"].items())
    lines = [
        f"{report['encounter']}: {report['duration']:.1f} s, {report['road_users']} recorded road users",
        *report["notes"],
        f"{report['variants']} variants, {len(report['held_out'])} of them held out; rejected: "
        f"{report['unsolved_draws']} draws that no plan solves; single changes undone: {undone}",
    ]
    for name, found in report["drivers"].items():
        sorts = ", ".join(
            f"{sort.replace('_', ' ')} {found[sort]['share']:.1%}" for sort in FAILURES if found[sort]["count"]
        )
        whole = found["failure"]
        ends = f"{whole['share']:6.1%} [{whole['low']:.1%}, {whole['high']:.1%}]"
        lines.append(f"{name:9s} fails {ends} of {whole['of']}" + (f": {sorts}" if sorts else ""))
    home = report.get("home", {})
    for name in ("trained", "practised") if home else ():
        share = f"{home[name]['share']:6.1%} [{home[name]['low']:.1%}, {home[name]['high']:.1%}]"
        lines.append(f"{name:9s} succeeds in {share} of {home[name]['of']} held-out episodes of {home['scene']}")
    lines += table_of(report["metrics"])
    if report["realism"] is not None:
        lines += ["| likelihoods beside the recording | kinematic | interaction | all |", "|---|---|---|---|"]
        for name, found in report["realism"].items():
            lines.append(f"| {name} | {found['kinematic']:.3f} | {found['interaction']:.3f} | {found['all']:.3f} |")
    return lines


def home_of(folder: Path) -> str:
    """Scene that the driver of a run folder was trained in, before all practice."""
    run = read_json(folder / RUN, "run folder")
    return str(run.get("beside", run["scene"]))


def rates(result: Measured) -> dict[str, dict[str, float | int]]:
    """Failure rates of a driver, all and by sort."""
    found = {"failure": result.failures} | {name: result.rate(name) for name in FAILURES}
    return {name: rate.numbers for name, rate in found.items()}


def worst(result: Measured, count: int) -> list[int]:
    """Rows of the variants that a driver fails in, contacts first, then those that it takes longest for."""
    order = sorted(
        range(len(result.outcomes)),
        key=lambda k: (result.outcomes[k] == "success", result.outcomes[k] == "timeout", -result.times[k]),
    )
    return order[:count]


def filmed(driver: Act, name: str, found: Variants, variant: Variant, others: str) -> Drive:
    """Drive one variant and keep every state."""
    worlds = worlds_of(found, [variant], others)
    states: list[State] = [worlds.state(0)]
    outcome = np.zeros(1, np.int8)
    while outcome[0] == RUNNING:
        outcome = worlds.step(driver(worlds, len(states) - 1)).outcome[:, 0].copy()
        states.append(worlds.state(0))
    end = OUTCOMES[outcome[0]]
    title = f"variant {variant.number}, {name}: {end.replace('_', ' ')} after {(len(states) - 1) * DT:.1f} s"
    return Drive(title, end != "success", worlds.scene(0), worlds.egos(0)[0], tuple(states))
