"""Builds asset packs item by item, resumable, whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from joblib import Parallel, delayed

from renderers.packs.fetch import Source, fetched
from renderers.packs.holding import held
from scenes.cache import cache_folder
from scenes.catalogue import ATTRIBUTION, FORMAT, INDEX, AssetError, Pack, file_digest, packs_folder, read_pack
from scenes.wholefile import clear_partial, write_whole

Progress = Callable[[int, int], None]

# pack -> module with its BUILDER
BUILDERS: dict[str, str] = {
    "people": "renderers.packs.people",
    "signs": "renderers.packs.signs",
    "skies": "renderers.packs.skies",
    "street": "renderers.packs.street",
    "vehicles": "renderers.packs.vehicles",
}
HEAD = """skidpad asset pack "{name}", made on this machine from these packages. Nothing of them is part of skidpad.
"""


@dataclass(frozen=True)
class Row:
    """What a builder says of an asset that it made; see `scenes.catalogue.Asset`."""

    sort: str
    file: str  # in the pack's folder
    size: tuple[float, float, float]  # m
    licence: str
    source: str
    details: Mapping[str, Any]


class Builder(Protocol):
    """Makes one pack. `make` runs in worker processes: a builder has no memory."""

    @property
    def name(self) -> str:
        """Of the pack."""
        ...

    @property
    def version(self) -> int:
        """Goes up when what it makes changes."""
        ...

    @property
    def sources(self) -> tuple[Source, ...]:
        """What it is made from."""
        ...

    @property
    def packages(self) -> tuple[str, ...]:
        """Modules of the extra `assets` that it imports."""
        ...

    def items(self, folders: Mapping[str, Path]) -> tuple[str, ...]:
        """Names of all assets, given the unpacked sources by package name."""
        ...

    def make(self, item: str, folders: Mapping[str, Path], out: Path) -> Row | None:
        """Make one asset: write its file into `out`. None when the source has no use for it."""
        ...

    def credits(self, folders: Mapping[str, Path]) -> str:
        """Who made what it uses; goes into the attribution."""
        ...


def builder_of(name: str) -> Builder:
    """Load a builder.

    Args:
        name: of a pack, or path of a folder of the user's own models.

    Raises:
        AssetError: there is none of this name.
    """
    if name not in BUILDERS and Path(name).is_dir():
        own: Builder = import_module("renderers.packs.own").own_builder(Path(name))
        return own
    if name not in BUILDERS:
        raise AssetError(f"no pack {name!r}; there are {', '.join(BUILDERS)}, all, and folders that hold assets.yaml")
    found: Builder = import_module(BUILDERS[name]).BUILDER
    return found


def build(builder: Builder, *, workers: int = 1, again: bool = False, on_progress: Progress | None = None) -> Pack:
    """Build a pack, or go on where an interrupted build stopped.

    Args:
        builder: of the pack.
        workers: processes.
        again: also when it is built already.
        on_progress: called with (finished items, items).

    Returns:
        The pack. The old one stays until the new one is complete.

    Raises:
        AssetError: a source cannot be fetched or read, another process builds it, or the disk takes no more.
    """
    there = None if again else current(builder)
    if there is not None:
        if on_progress:
            on_progress(len(there.assets), len(there.assets))
        return there
    require_packages(builder)
    place = packs_folder().parent
    try:
        partial = cache_folder("building") / builder.name
        with held(partial.with_name(f".{builder.name}.lock"), builder.name, wait=False):
            folders = {source.name: fetched(source) for source in builder.sources}
            _open(partial, builder, afresh=again)
            _make_all(builder, folders, partial, workers, on_progress)
            _finish(builder, folders, partial)
    except OSError as error:
        raise AssetError(
            f"{error.filename or place}: cannot write: {error.strerror or error}; "
            "what is finished is kept, the same command goes on"
        ) from error
    return read_pack(builder.name)


def recipe(builder: Builder) -> dict[str, Any]:
    """What a pack is made from: enough to tell whether a built one is up to date."""
    return {"format": FORMAT, "builder": builder.version, "sources": [dict(source.row) for source in builder.sources]}


def require_packages(builder: Builder) -> None:
    """Look for the modules that a builder imports.

    Raises:
        AssetError: one is not installed.
    """
    missing = [name for name in builder.packages if find_spec(name) is None]
    if missing:
        raise AssetError(f"building {builder.name} needs {', '.join(missing)}: pip install 'skidpad[assets]'")


def current(builder: Builder) -> Pack | None:
    """The pack as this builder would make it, or None where it is missing, broken or older."""
    index = packs_folder() / builder.name / INDEX
    try:
        there = read_pack(builder.name)
        content = json.loads(index.read_bytes())
    except (AssetError, OSError):
        return None
    return there if all(content.get(key) == value for key, value in recipe(builder).items()) else None


def _open(partial: Path, builder: Builder, afresh: bool) -> None:
    """Make the folder of an unfinished build; what another recipe or a killed writer left there goes."""
    lock, ours = partial / "work" / "recipe.json", recipe(builder)
    same = lock.is_file() and lock.read_text(encoding="utf-8") == json.dumps(ours) and (partial / "data").is_dir()
    if partial.is_dir() and (afresh or not same):
        shutil.rmtree(partial)
    clear_partial(partial)
    for folder in ("data", "work"):
        (partial / folder).mkdir(parents=True, exist_ok=True)
    write_whole(lock, json.dumps(ours))


def _make_all(
    builder: Builder, folders: Mapping[str, Path], partial: Path, workers: int, on_progress: Progress | None
) -> None:
    items = builder.items(folders)
    todo = [item for item in items if not _marker(partial, item).is_file()]
    finished = len(items) - len(todo)
    if on_progress:
        on_progress(finished, len(items))
    jobs = (delayed(_make)(builder, item, folders, partial) for item in todo)
    results: Iterable[str] = Parallel(n_jobs=workers, return_as="generator_unordered")(jobs) if todo else ()
    for _ in results:
        finished += 1
        if on_progress:
            on_progress(finished, len(items))


def _marker(partial: Path, item: str) -> Path:
    return partial / "work" / f"{item}.json"


def _make(builder: Builder, item: str, folders: Mapping[str, Path], partial: Path) -> str:
    """Make one asset; it counts once its marker is there. Runs in a worker process."""
    row = builder.make(item, folders, partial / "data")
    write_whole(_marker(partial, item), json.dumps(None if row is None else asdict(row)))
    return item


def _finish(builder: Builder, folders: Mapping[str, Path], partial: Path) -> None:
    """Write attribution, licences and index, and make the pack appear."""
    data = partial / "data"
    rows = {item: json.loads(_marker(partial, item).read_bytes()) for item in builder.items(folders)}
    _write_notices(builder, folders, data)
    files = {path.relative_to(data).as_posix(): file_digest(path) for path in sorted(data.rglob("*")) if path.is_file()}
    content = {**recipe(builder), "assets": {item: row for item, row in rows.items() if row}, "files": files}
    write_whole(data / INDEX, json.dumps(content, indent=1, sort_keys=True) + "\n")
    target, old = packs_folder() / builder.name, partial / "old"
    if target.exists():
        target.rename(old)
    data.rename(target)
    shutil.rmtree(partial, ignore_errors=True)


def _write_notices(builder: Builder, folders: Mapping[str, Path], data: Path) -> None:
    lines = [HEAD.format(name=builder.name)]
    for source in builder.sources:
        lines.append(f"{source.registry}: {source.name} {source.version}, {source.licence}, sha256 {source.sha256}")
        for pattern in source.notices:
            for path in sorted(folders[source.name].glob(pattern)):
                name = "licences/" + f"{source.name}-{path.name}".replace("/", "-").lstrip("@")
                write_whole(data / name, path.read_bytes())
                lines.append(f"  {name}")
    write_whole(data / ATTRIBUTION, "\n".join(lines) + "\n\n" + builder.credits(folders).strip() + "\n")
