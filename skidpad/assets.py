"""What `skidpad assets` does: lists, builds and checks packs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from renderers.packs.build import BUILDERS, Builder, Progress, build, builder_of, current, require_packages
from scenes.catalogue import Pack, broken_files, installed, unreadable


def overview() -> Iterator[str]:
    """Yield one line per pack: what can be built, what is built, from what, under which licences."""
    lines = {name: f"not built: skidpad assets build {name}" for name in BUILDERS}
    lines |= {name: described(pack) for name, pack in installed().items()}
    lines |= {name: f"broken: {error}" for name, error in unreadable().items()}
    for name in sorted(lines):
        yield f"{name:10s} {lines[name]}"


def described(pack: Pack) -> str:
    """One line about a built pack."""
    size = sum((pack.folder / name).stat().st_size for name in pack.files if (pack.folder / name).is_file())
    licences = ", ".join(sorted({one.licence for one in pack.assets.values()}))
    return f"{len(pack.assets)} assets, {size / 1e6:.0f} MB, {licences}, {pack.folder}"


def build_packs(
    names: Sequence[str], *, workers: int = 1, again: bool = False
) -> Iterator[tuple[str, Callable[[Progress], str]]]:
    """Yield one step per pack: its name, and what builds it and returns a line about it.

    Args:
        names: of packs; `all` is every one.
        workers: processes.
        again: also what is built already.

    Raises:
        AssetError: there is no such pack, or a package is missing that one of them needs; nothing is built then.
    """
    wanted = list(BUILDERS) if "all" in names else list(dict.fromkeys(names))
    builders = [builder_of(name) for name in wanted]
    for builder in builders:
        if again or current(builder) is None:
            require_packages(builder)
    for builder in builders:
        yield builder.name, partial(_build, builder, workers, again)


def _build(builder: Builder, workers: int, again: bool, on_progress: Progress) -> str:
    return described(build(builder, workers=workers, again=again, on_progress=on_progress))


def faults() -> Iterator[str]:
    """Yield a line for every broken file of the built packs."""
    yield from map(str, unreadable().values())
    for pack in installed().values():
        yield from broken_files(pack)
