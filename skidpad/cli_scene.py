"""`skidpad scene`: scene files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skidpad.cli_kit import AssetsOption, RendererOption, SceneArgument, SeedOption, View, progress, say

scene_app = typer.Typer(help="Write, check, sample and look at scene files.", no_args_is_help=True)


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
    lidars: Annotated[bool, typer.Option(help="Points of the lidars over the pictures, and from above.")] = False,
    assets: AssetsOption = "auto",
    renderer: RendererOption = "raster",
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
            show(file, out, samples, seed, labels, bar, view is View.both, assets, renderer, lidars)
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
