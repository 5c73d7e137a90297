"""`skidpad assets`: asset packs."""

from __future__ import annotations

from typing import Annotated

import typer

from skidpad.cli_kit import progress, say

assets_app = typer.Typer(help="Build and check asset packs: people, vehicles, streets.", no_args_is_help=True)


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
