"""YAML with line numbers, and with limits on what a hostile file can cost."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from scenes.errors import SceneError

LARGEST_FILE = 1_000_000  # bytes
MOST_VALUES = 50_000  # after aliases are followed, so that "billion laughs" stay small
DEEPEST = 40


@dataclass
class Located:
    """Plain data of a file and the line of every value."""

    data: Any = None
    lines: dict[str, int] = field(default_factory=dict)  # path -> 1-based line

    def line(self, path: str) -> int:
        """Line of a place, or of the nearest place around it that the file mentions."""
        while path and path not in self.lines:
            cut = max(path.rfind("."), path.rfind("["))
            path = path[:cut] if cut > 0 else ""
        return self.lines.get(path, 1)


def read_yaml(file: Path) -> tuple[str, Any]:
    """Read a YAML file.

    Args:
        file: an existing file.

    Returns:
        Its text and its tree with line numbers.

    Raises:
        SceneError: unreadable, too large, not YAML, or a key stands twice.
    """
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise SceneError(file.name, f"is larger than {LARGEST_FILE} bytes")
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error.strerror)
        raise SceneError(file.name, reason) from None
    try:
        if deepest(text) > DEEPEST:
            raise SceneError(file.name, "YAML: nested too deeply")
        return text, YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = (error.problem or "not YAML").split("\n")[0]
        raise SceneError(file.name, f"YAML: {problem}", line=mark.line + 1 if mark else None) from None
    except (YAMLError, ValueError, AttributeError, TypeError, NotImplementedError, AssertionError) as error:
        # ruamel answers some malformed scalars and tags with bare exceptions
        raise SceneError(file.name, f"YAML: {str(error).splitlines()[0] if str(error) else 'not understood'}") from None
    except RecursionError:
        raise SceneError(file.name, "YAML: nested too deeply") from None


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


def locate(tree: Any, file: str = "") -> Located:
    """Turn a tree into plain data and collect the lines.

    Args:
        tree: what `read_yaml` returned.
        file: name for errors.

    Returns:
        Data and lines.

    Raises:
        SceneError: too many values or nested too deeply.
    """
    found = Located(lines={"": 1})
    count = [0]

    def plain(node: Any, path: str, depth: int) -> Any:
        count[0] += 1
        if count[0] > MOST_VALUES or depth > DEEPEST:
            what = "holds too many values" if depth <= DEEPEST else "is nested too deeply, or contains itself"
            raise SceneError(file, what, path=path.split(".")[0], line=found.line(path))
        if isinstance(node, CommentedMap):
            return _plain_map(node, path, depth, plain, found)
        if isinstance(node, CommentedSeq):
            for index in range(len(node)):
                found.lines[f"{path}[{index}]"] = node.lc.item(index)[0] + 1
            return [plain(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(node)]
        return _plain_scalar(node)

    found.data = plain(tree, "", 0)
    return found


def _plain_map(node: CommentedMap, path: str, depth: int, plain: Any, found: Located) -> dict[Any, Any]:
    lines = node.lc.data or {}
    result = {}
    for key, value in node.items():
        place = f"{path}.{key}" if path else str(key)
        if key in lines:
            found.lines[place] = lines[key][0] + 1
        result[_plain_scalar(key)] = plain(value, place, depth + 1)
    return result


def _plain_scalar(value: Any) -> Any:
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return None if value is None else str(value)
