"""Train drivers and leagues: environments by name, run folders, evaluation on held-out scenes."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from agents.environments import Environments
from agents.measure import DRIVERS, HELD_OUT, Act, Measurement, Rate, measure, network_actions
from agents.ratings import elo
from agents.runs import FORMAT, write_json
from agents.trained import load_driver
from agents.training import Progress, Settings
from agents.training import train as learn
from scenes.files import load
from sim.egoview import SIZE, VERSION
from skidpad import ENVIRONMENTS, __version__
from transfer.drives import summary_of

ANCHORS = {"rule": 1000.0}


@dataclass(frozen=True)
class Trained:
    """A finished training."""

    folder: Path
    rows: list[Measurement]  # on held-out scenes: the trained driver and the untaught ones


def scene_named(env: str) -> str:
    """Scene of an environment.

    Args:
        env: `Drive`, `Crossing`, their full ids, or a scene file or library scene.

    Returns:
        Scene file or name of a library scene.

    Raises:
        SceneError: none of them.
    """
    short = {name.removeprefix("skidpad/").removesuffix("-v0"): scene for name, scene in ENVIRONMENTS.items() if scene}
    return short.get(env.removeprefix("skidpad/").removesuffix("-v0"), env)


def train(
    env: str,
    out: str | Path,
    steps: int,
    *,
    cars: str = "ego",
    seed: int = 0,
    settings: Settings | None = None,
    pool: int = 128,
    episodes: int = 500,
    on_progress: Progress | None = None,
) -> Trained:
    """Train a driver with PPO and measure it on held-out scenes, or go on with a run.

    Args:
        env: see `scene_named`.
        out: run folder.
        steps: transitions in all, those of earlier calls included.
        cars: who learns: `ego`, or all `cars` with shared parameters.
        seed: of scenes, episodes and learning.
        settings: of PPO.
        pool: scenes that training draws from.
        episodes: of the evaluation.
        on_progress: called with (steps done, steps, note).

    Returns:
        The run and how its driver fared beside the others.

    Raises:
        SceneError: the scene file is wrong or has nobody to control.
        RunError: the folder holds another run, or a broken one.
        ValueError: an argument is out of range.
    """
    from agents.sb3 import DriveVecEnv

    settings, scene, folder = settings or Settings(), scene_named(env), Path(out)
    check_seed(seed)
    if cars not in ("ego", "cars"):
        raise ValueError(f"--cars: {cars!r} is none of ego, cars")
    recipe = recipe_of(scene, load(scene).text, cars=cars, pool=pool)
    core = Environments(scene, settings.envs, controlled=cars, pool=pool, scene_seed=seed)  # type: ignore[arg-type]
    learn(DriveVecEnv(core), folder, steps, recipe=recipe, settings=settings, seed=seed, on_progress=on_progress)
    return examined(folder, scene, "trained", network_actions(load_driver(folder).network), episodes)


def check_seed(seed: int) -> None:
    """Refuse to train in the scenes of the evaluation.

    Raises:
        ValueError: it is their seed.
    """
    if seed == HELD_OUT:
        raise ValueError(f"--seed: {seed} is the seed of the held-out scenes")


def examined(folder: Path, scene: str, driver: str, act: Act, episodes: int) -> Trained:
    """Let a trained and the untaught drivers drive the same episodes in scenes that training never saw.

    Args:
        folder: run folder, which gets evaluation.json.
        scene: that it was trained in.
        driver: name for the table.
        act: decides.
        episodes: number of episodes.

    Returns:
        The run with all measurements.
    """
    rows = [measure(scene, driver, act, episodes), *(measure(scene, name, None, episodes) for name in DRIVERS)]
    write_json(folder / "evaluation.json", {
        "format": FORMAT, "scene": scene, "episodes": episodes, "scene_seed": HELD_OUT,
        "drivers": {row.driver: content_of(row) for row in rows},
    })  # fmt: skip
    return Trained(folder, rows)


def content_of(row: Measurement) -> dict[str, Any]:
    """A measurement as JSON."""
    rates = {name: rate.numbers for name, rate in row.rates.items()}
    means = {"reward": row.reward, "seconds": row.seconds, "terms": row.terms}
    return {"rates": rates, **means, "metrics": summary_of(row.metrics)}


def recipe_of(scene: str, text: str, **more: Any) -> dict[str, Any]:
    """What a run folder says about itself, and what must be the same when it goes on; `text` is the scene file's."""
    digest = sha256(text.encode()).hexdigest()
    view = {"name": "ego", "version": VERSION, "size": SIZE}
    return {"scene": scene, "scene_sha256": digest, "view": view, "skidpad": __version__, **more}


def train_league(
    out: str | Path,
    steps: int,
    *,
    seed: int = 0,
    settings: Settings | None = None,
    command: str = "",
    on_progress: Progress | None = None,
) -> Path:
    """Train by self-play on the duel, play a round robin of all snapshots, and write the league's page.

    Args:
        out: run folder.
        steps: transitions of learners in all, those of earlier calls included.
        seed: of everything random.
        settings: of PPO.
        command: that is shown on the page.
        on_progress: called with (steps done, steps, note).

    Returns:
        The page.

    Raises:
        RunError: the folder holds another run, or a broken one.
        ValueError: an argument is out of range.
    """
    from agents import league
    from agents.duel import SCENE, Duels, Player
    from skidpad.league_report import Standings, write_report

    folder, options = Path(out), league.LeagueSettings()
    settings, recipe = settings or Settings(), recipe_of(SCENE, load(SCENE).text)
    gates = league.train_league(
        folder,
        steps,
        recipe=recipe,
        settings=settings,
        league=options,
        seed=seed,
        on_progress=on_progress,
    )
    pool = league.read_pool(folder)
    if on_progress:
        on_progress(steps, steps, f"round robin of {len(pool)} snapshots")
    names = (*(league.snapshot_name(k) for k in range(len(pool))), "rule", "constant", "random")
    players: list[Player] = [*pool, "rule", "constant", "random"]
    judges = Duels(options.games // 2, scene_seed=HELD_OUT)
    table = league.round_robin(players, options.games, HELD_OUT, judges)
    ratings = elo(table[..., 0] + 0.5 * table[..., 1], {names.index(name): value for name, value in ANCHORS.items()})
    last = len(pool) - 1
    rivals = {names[1]: 1, "rule": len(pool)} if last > 1 else {"rule": len(pool)}
    lower = {name: Rate(int(table[last, k, 0]), options.games).interval[0] for name, k in rivals.items()}
    return write_report(folder, Standings(names, len(pool), table, ratings, ANCHORS, lower), gates, command)
