"""Scene files that build on others: `extends`, `include` and `presets`, from few folders and never in circles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenes.distributions import shown
from scenes.errors import SceneError
from scenes.fields import FORMS
from scenes.suggest import suggestion
from scenes.yamlfile import LARGEST_FILE, MOST_VALUES, Line, Located, Node, located, nodes_of, read_yaml

FORMAT = 1
LIBRARY = Path(__file__).parent / "library"
PRESETS = Path(__file__).parent / "presets"
FOLDERS = ("packs", "runs")  # of the current folder, that files may be taken from besides their own and the library
SUFFIXES = (".yaml", ".yml")
MOST_FILES = 32
DEEPEST = 8  # files that build on each other

Migration = Callable[[Mapping[Any, Node]], dict[Any, Node]]
MIGRATIONS: Mapping[int, Migration] = {}  # format -> what turns its top level into that of the next format


@dataclass(frozen=True)
class Source:
    """A file and the folder that it and what it refers to must be in."""

    path: Path
    root: Path
    name: str  # for errors


@dataclass
class Reader:
    """Reads a scene file and all that it builds on."""

    texts: dict[Path, tuple[str, str]] = field(default_factory=dict)  # resolved path -> name, text; in order of reading
    done: dict[Path, dict[Any, Node]] = field(default_factory=dict)  # what each comes to
    values: int = 0

    def read(self, source: Source, above: tuple[Source, ...] = ()) -> dict[Any, Node]:
        """Top level of a file, merged with all that it builds on.

        Args:
            source: the file.
            above: those that lead to it.

        Returns:
            Key -> node, without `extends`, `include` and `presets`.

        Raises:
            SceneError: the file is no scene file, or too much in all.
        """
        real = source.path.resolve()
        if real in self.done:
            return self.done[real]
        text, tree = read_yaml(source.path, source.name)
        self.texts[real] = (source.name, text)
        root = nodes_of(tree, source.name)
        self.values += len(located(root).lines)
        size = sum(len(text) for _, text in self.texts.values())
        if size > LARGEST_FILE or self.values > MOST_VALUES or len(self.texts) > MOST_FILES:
            limits = f"{MOST_FILES} files, {LARGEST_FILE} bytes, {MOST_VALUES} values"
            raise SceneError(source.name, f"builds on too much; the limits are {limits}")
        if not isinstance(root.value, dict):
            raise SceneError(source.name, "a scene file is a mapping of keys to values", line=1)
        own = migrated(root.value, source.name)
        merged: dict[Any, Node] = {}
        for path, node, other in references(own, source):
            chain = (*above, source)
            if any(other.path.resolve() == link.path.resolve() for link in chain):
                circle = " -> ".join(link.name for link in (*chain, other))
                raise problem_at(node.line, path, f"the file builds on itself: {circle}")
            if len(chain) >= DEEPEST:
                raise problem_at(node.line, path, f"more than {DEEPEST} files build on each other")
            below = self.read(other, chain)
            if path != "extends":  # what is mixed in does not say what the scene is
                below = {key: node for key, node in below.items() if key != "description"}
            merged = merge(merged, below)
        self.done[real] = merge(merged, {key: node for key, node in own.items() if key not in BUILDERS})
        return self.done[real]


def compose(file: Path) -> tuple[str, Located]:
    """Read a scene file with all that it builds on.

    Args:
        file: an existing file.

    Returns:
        The text of all files, that of `file` first and alone if it builds on nothing; and the merged data.

    Raises:
        SceneError: one line with file and line.
    """
    reader = Reader()
    data = reader.read(Source(file, file.parent, file.name))
    (_, text), *others = reader.texts.values()
    text += "".join(f"\n# ---- {name}\n{other}" for name, other in others)
    return text, located(Node(data, Line(file.name, 1)))


def problem_at(line: Line, path: str, problem: str) -> SceneError:
    """An error at a line."""
    return SceneError(line.file, problem, path=path, line=line.number)


def migrated(data: dict[Any, Node], file: str, migrations: Mapping[int, Migration] | None = None) -> dict[Any, Node]:
    """Bring the top level of a file to today's format.

    Args:
        data: key -> node.
        file: name for errors.
        migrations: table; None = `MIGRATIONS`.

    Returns:
        The same in today's format.

    Raises:
        SceneError: no format, or one that is not known.
    """
    known = MIGRATIONS if migrations is None else migrations
    if "format" not in data:
        problem = f"is missing; the first line of a scene file is `format: {FORMAT}`"
        raise SceneError(file, problem, path="format", line=1)
    node = data["format"]
    version = node.value
    if isinstance(version, bool) or not isinstance(version, int) or version not in (FORMAT, *known):
        readable = ", ".join(str(number) for number in (*known, FORMAT))
        what = f"{shown(located(node).data)} is not a format that this version reads; it reads {readable}"
        raise problem_at(node.line, "format", what)
    while version != FORMAT:
        data, version = known[version](data), version + 1
    return {**data, "format": Node(FORMAT, node.line)}


def references(data: Mapping[Any, Node], source: Source) -> list[tuple[str, Node, Source]]:
    """The files that a file builds on, what counts least first.

    Args:
        data: top level of the file.
        source: the file.

    Returns:
        Path of the key, node and file of each.

    Raises:
        SceneError: a file or preset is not there, or not in a folder that it may be in.
    """
    found = []
    for key, find in BUILDERS.items():
        if key not in data:
            continue
        node = data[key]
        many = key != "extends"
        if many != isinstance(node.value, list):
            raise problem_at(
                node.line, key, f"needs {'a list' if many else 'one file'}, not {shown(located(node).data)}"
            )
        if many and len(node.value) > MOST_FILES:
            raise problem_at(node.line, key, f"names more than {MOST_FILES} files")
        for index, part in enumerate(node.value if many else [node]):
            path = f"{key}[{index}]" if many else key
            if not isinstance(part.value, str):
                raise problem_at(part.line, path, f"{shown(located(part).data)} is no name")
            try:
                found.append((path, part, find(part.value, source)))
            except ValueError as error:
                raise problem_at(part.line, path, str(error)) from None
    return found


def find_file(text: str, source: Source) -> Source:
    """A file that another names.

    Args:
        text: what it says: `NAME.yaml` below its own folder, `library/NAME`, `packs/...` or `runs/...`.
        source: the other.

    Returns:
        An existing file inside its root.

    Raises:
        ValueError: it is not there, or outside.
    """
    parts = text.split("/")
    odd = any(not char.isprintable() or char in "\\:~" for char in text)
    if odd or len(text) > 200 or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"{shown(text)} is no path below the folder of this file, library/, packs/ or runs/")
    name = text
    if parts[0] == "library" and len(parts) > 1:
        root, file = LIBRARY, LIBRARY.joinpath(*parts[1:])
        file = file if file.suffix in SUFFIXES else file.with_name(f"{file.name}.yaml")
        name = f"library/{file.name}"
    elif parts[0] in FOLDERS:
        root, file = Path(parts[0]), Path(text)
    else:
        root, file = source.root, source.path.parent.joinpath(text)
    if file.suffix not in SUFFIXES:
        raise ValueError(f"{shown(text)} is no YAML file")
    try:
        inside, there = file.resolve().is_relative_to(root.resolve()), file.is_file()
    except (OSError, RuntimeError):  # circles of links
        inside, there = True, False
    if not inside:
        raise ValueError(f"{shown(text)} leads out of the folder {root.name or '.'} that it must be in")
    if not there:
        known = [f"library/{scene.stem}" for scene in sorted(LIBRARY.glob("*.yaml"))] if root == LIBRARY else []
        raise ValueError(f"{shown(text)}: no such file{suggestion(text, known)}")
    return Source(file, root, name)


def presets() -> tuple[str, ...]:
    """Names of the presets that come with the package."""
    return tuple(sorted(file.stem for file in PRESETS.glob("*.yaml")))


def find_preset(text: str, source: Source) -> Source:
    """The file of a preset.

    Args:
        text: its name.
        source: of the file that names it.

    Returns:
        The file.

    Raises:
        ValueError: there is no such preset.
    """
    if text not in presets():
        raise ValueError(f"{shown(text)} is none of {', '.join(presets())}{suggestion(text, presets())}")
    return Source(PRESETS / f"{text}.yaml", PRESETS, f"presets/{text}.yaml")


BUILDERS = {"extends": find_file, "include": find_file, "presets": find_preset}  # what counts least first


def merge(base: Mapping[Any, Node], over: Mapping[Any, Node], top: bool = True) -> dict[Any, Node]:
    """Put one mapping over another: parts are merged, values, lists and distributions replaced.

    Args:
        base: below.
        over: above. At the top level of a file `KEY+` appends to the list KEY.
        top: whether this is the top level.

    Returns:
        Both.

    Raises:
        SceneError: `KEY+` does not append a list to a list.
    """
    merged = dict(base)
    appended = {key: node for key, node in over.items() if top and isinstance(key, str) and key.endswith("+")}
    for key, node in over.items():
        below = merged.get(key)
        if key in appended:
            continue
        if below is not None and is_part(below) and is_part(node):
            node = Node(merge(below.value, node.value, top=False), node.line)
        merged[key] = node
    for key, node in appended.items():
        before = merged.get(key[:-1], Node([], node.line))
        if not isinstance(before.value, list) or not isinstance(node.value, list):
            raise problem_at(node.line, key, f"appends a list to the list {key[:-1]}; one of them is no list")
        merged[key[:-1]] = Node([*before.value, *node.value], before.line)
    return merged


def is_part(node: Node) -> bool:
    """Whether a node is a mapping of keys to values, not a distribution."""
    return isinstance(node.value, dict) and not (len(node.value) == 1 and next(iter(node.value)) in FORMS)
