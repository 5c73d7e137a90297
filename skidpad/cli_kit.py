"""What all commands share: how they talk, and arguments that mean the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any

import typer


class View(StrEnum):
    """What a film shows."""

    top = "top"
    camera = "camera"
    both = "both"


SceneArgument = Annotated[str, typer.Argument(help="Scene file, or the name of a library scene.", metavar="FILE")]
AssetsOption = Annotated[
    str, typer.Option(help="builtin; auto: the packs that are built; required; or names of packs, with commas.")
]
RendererOption = Annotated[
    str,
    typer.Option(help="raster; gl: OpenGL; bullet: PyBullet's; auto: gl with a graphics card, else raster."),
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
