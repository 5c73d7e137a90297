"""YAML with line numbers, and with limits on what a hostile file can cost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from scenes.errors import SceneError

LARGEST_FILE = 200_000  # bytes; the parser reads some 20 kB per second
MOST_VALUES = 50_000  # after aliases are followed, so that "billion laughs" stay small
DEEPEST = 40


class Line(NamedTuple):
    """A line of a file."""

    file: str  # name, for errors
    number: int  # 1-based


@dataclass(frozen=True)
class Node:
    """A value of a file and where it stands."""

    value: Any  # a dict of nodes, a list of nodes, or a plain value
    line: Line


@dataclass
class Located:
    """Plain data of one or several files and the line of every value."""

    data: Any
    lines: dict[str, Line]  # by path

    def line(self, path: str) -> Line:
        """Line of a place, or of the nearest place around it that the files mention."""
        while path and path not in self.lines:
            cut = max(path.rfind("."), path.rfind("["))
            path = path[:cut] if cut > 0 else ""
        return self.lines[path]

    def error(self, path: str, problem: str) -> SceneError:
        """An error at a place."""
        line = self.line(path)
        return SceneError(line.file, problem, path=path, line=line.number)


def read_yaml(file: Path, name: str) -> tuple[str, Any]:
    """Read a YAML file.

    Args:
        file: an existing file.
        name: of the file, for errors.

    Returns:
        Its text and its tree with line numbers.

    Raises:
        SceneError: unreadable, too large, not YAML, or a key stands twice.
    """
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise SceneError(name, f"is larger than {LARGEST_FILE} bytes")
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error.strerror)
        raise SceneError(name, reason) from None
    try:
        if deepest(text) > DEEPEST:
            raise SceneError(name, "YAML: nested too deeply")
        return text, YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = (error.problem or "not YAML").split("\n")[0]
        raise SceneError(name, f"YAML: {problem}", line=mark.line + 1 if mark else None) from None
    except (YAMLError, ValueError, AttributeError, TypeError, NotImplementedError, AssertionError) as error:
        # ruamel answers some malformed scalars and tags with bare exceptions
        raise SceneError(name, f"YAML: {str(error).splitlines()[0] if str(error) else 'not understood'}") from None
    except RecursionError:
        raise SceneError(name, "YAML: nested too deeply") from None


def deepest(text: str) -> int:
    """Upper bound of the nesting of a YAML text, found without parsing it: parsers take long over deep nesting.

    Args:
        text: of the file.

    Returns:
        Number of levels.
    """
    most = depth = 0
    for mark in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if mark in "[{" else max(depth - 1, 0)
        most = max(most, depth)
    for lead in re.findall(r"^[ \-?:]+", text, re.MULTILINE):
        most = max(most, lead.count("-") + lead.count("?"), len(lead) // 8)
    return most


def nodes_of(tree: Any, file: str) -> Node:
    """Turn a tree into plain values with lines.

    Args:
        tree: what `read_yaml` returned.
        file: name for errors.

    Returns:
        The root.

    Raises:
        SceneError: too many values or nested too deeply.
    """
    count = 0

    def node_of(tree: Any, path: str, line: int, depth: int) -> Node:
        nonlocal count
        count += 1
        if count > MOST_VALUES or depth > DEEPEST:
            what = "holds too many values" if depth <= DEEPEST else "is nested too deeply, or contains itself"
            raise SceneError(file, what, path=path.split(".")[0], line=line)
        value: Any
        if isinstance(tree, CommentedMap):
            lines, value = tree.lc.data or {}, {}
            for key, part in tree.items():
                below = lines[key][0] + 1 if key in lines else line
                value[_plain(key)] = node_of(part, f"{path}.{key}" if path else str(key), below, depth + 1)
        elif isinstance(tree, CommentedSeq):
            lines = tree.lc.data or {}  # none below an unknown tag
            value = [
                node_of(part, f"{path}[{index}]", lines[index][0] + 1 if index in lines else line, depth + 1)
                for index, part in enumerate(tree)
            ]
        else:
            value = _plain(tree)
        return Node(value, Line(file, line))

    return node_of(tree, "", 1, 0)


def located(root: Node) -> Located:
    """Plain data of a node, and the line of everything below it."""
    lines: dict[str, Line] = {}

    def plain(node: Node, path: str) -> Any:
        lines[path] = node.line
        if isinstance(node.value, dict):
            return {key: plain(part, f"{path}.{key}" if path else str(key)) for key, part in node.value.items()}
        if isinstance(node.value, list):
            return [plain(part, f"{path}[{index}]") for index, part in enumerate(node.value)]
        return node.value

    return Located(plain(root, ""), lines)


def _plain(value: Any) -> Any:
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return None if value is None else str(value)
