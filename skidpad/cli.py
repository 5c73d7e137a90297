"""The command line. Wrong input ends with one line on standard error and exit code 2."""

from __future__ import annotations

import shlex
import sys
import warnings
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from skidpad.cli_assets import assets_app
from skidpad.cli_kit import AssetsOption, RendererOption, SceneArgument, SeedOption, View, progress, say
from skidpad.cli_scene import scene_app

app = typer.Typer(
    help="Simulation and synthetic data for streets.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
app.add_typer(scene_app, name="scene")
app.add_typer(assets_app, name="assets")
PLAINLY = warnings.formatwarning


class Tuning(StrEnum):
    """How much of the network is tuned."""

    frozen = "frozen"
    last = "last"
    full = "full"


class Layout(StrEnum):
    """Whose layout a dataset is exported in."""

    coco = "coco"
    yolo = "yolo"
    voc = "voc"
    kitti = "kitti"
    cityscapes = "cityscapes"
    mot = "mot"
    crops = "crops"
    webdataset = "webdataset"


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
    renderer: RendererOption = "raster",
    randomise: Annotated[bool, typer.Option(help="Off: every distribution collapses to its centre.")] = True,
    labels: Annotated[str, typer.Option(help="Beside the base: all, or names such as flow,amodal,panoptic.")] = "base",
    reject: Annotated[str, typer.Option(help="Which labels do not count: visibility<0.2,height<10")] = "",
) -> None:
    """Generate a labelled dataset from a scene file. Start again with the same arguments to resume."""
    from skidpad.generation import generate as run

    with progress("samples") as bar:
        folder = run(
            file, out, samples, seed=seed, workers=workers, frames_per_sample=frames_per_sample, fps=fps,
            randomise=randomise, assets=assets, renderer=renderer, labels=labels, reject=reject, on_progress=bar,
        )  # fmt: skip
    say(str(folder))


@app.command()
def export(
    dataset: Annotated[Path, typer.Argument(help="Folder that generate wrote.", metavar="DATASET")],
    out: Annotated[Path, typer.Option(help="Folder to make.")],
    layout: Annotated[Layout, typer.Option("--format", help="Whose tools are to read it.")],
    val: Annotated[float, typer.Option(help="Share of the samples that go into a split of their own.")] = 0.0,
    task: Annotated[str | None, typer.Option(help="Of crops: signals, street or direction.")] = None,
    seed: Annotated[int, typer.Option(help="Of the split, and of the jitter of crops.")] = 0,
) -> None:
    """Write a dataset in the layout of other people's tools."""
    from transfer.export import export as run

    with progress("pictures") as bar:
        folder = run(dataset, out, layout.value, val=val, task=task, seed=seed, on_progress=bar)
    say(str(folder))


@app.command()
def view(
    dataset: Annotated[Path, typer.Argument(help="Folder that generate wrote.", metavar="DATASET")],
    out: Annotated[Path | None, typer.Option(help="Page to write; default DATASET.html.")] = None,
    count: Annotated[int, typer.Option(min=1, max=1000, help="Pictures to show.")] = 24,
    browser: Annotated[bool, typer.Option("--browser", help="Open the page.")] = False,
) -> None:
    """Make a page to look at a dataset: pictures, labels, layers, and how the labels spread."""
    from transfer.gallery import write_gallery

    with progress("pictures") as bar:
        page = write_gallery(dataset, out, count, on_progress=bar)
    say(str(page))
    if browser:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())


@app.command()
def play(
    file: Annotated[
        str, typer.Argument(help="Scene file, name of a library scene, run folder, or recording.", metavar="FILE")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Film to write, .mp4 or .gif; without any file to write a window opens.")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Recording to write, .run; play it again with its name.")] = None,
    rerun: Annotated[Path | None, typer.Option(help="Recording for the Rerun viewer to write, .rrd.")] = None,
    metrics: Annotated[Path | None, typer.Option(help="Metrics of the drives to write, .json.")] = None,
    view: Annotated[View, typer.Option(help="From above, through a camera, or both.")] = View.top,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, max=3600.0, help="Default 10; of a recording all of it.")
    ] = None,
    fps: Annotated[float, typer.Option(min=0.1, max=100.0)] = 10.0,
    sample: Annotated[int, typer.Option(min=0, max=10_000_000)] = 0,
    seed: SeedOption = 0,
    follow: Annotated[str | None, typer.Option(help="Id of an actor, ego or all.")] = None,
    driver: Annotated[str | None, typer.Option(help="Of all vehicles: rule, constant, or a run folder.")] = None,
    assets: AssetsOption = "auto",
) -> None:
    """Watch a scene, the driver of a run folder on held-out scenes, or a recording: as a film, or live.

    Keys: space pause, left/right step, V view, Q quit.
    """
    from contextlib import nullcontext

    from skidpad.playback import play as run

    with progress("frames") if out else nullcontext() as bar:
        said = run(
            file, out, record=record, rerun=rerun, metrics=metrics, view=view.value, seconds=seconds, fps=fps,
            sample=sample, seed=seed, follow=follow, driver=driver, assets=assets, on_progress=bar,
        )  # fmt: skip
    for line in said:
        say(line)
    for written in (record, rerun, metrics, out):
        if written:
            say(str(written))


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
    from transfer.drives import lines_of, summary_of

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
    for line in lines_of({row.driver: summary_of(row.metrics) for row in done.rows}):
        say(line)
    say(str(done.folder))


@app.command()
def doctor() -> None:
    """Print what is installed and what works here."""
    from skidpad.doctor import examine

    for line in examine():
        say(line)


def one_line(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """A warning of ours as one line, without the place in the code; others as Python shows them."""
    from scenes.catalogue import AssetWarning

    ours = issubclass(category, AssetWarning)
    return f"skidpad: {message}\n" if ours else PLAINLY(message, category, filename, lineno, line)


def main() -> None:
    """Entry point: known errors become one line and exit code 2."""
    from scenes.errors import SceneError

    warnings.formatwarning = one_line
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
