"""Class map files: a task without code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from transfer.tasks import Task

KEYS = ("classes", "real", "synthetic", "input")
INPUT_KEYS = ("size", "fit", "window", "mirror")


def read_class_map(path: Path, base: Task) -> Task:
    """Read a class map file and return the task that it makes of `base`.

    Raises:
        ValueError: the file is missing or is not such a mapping.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if not path.is_file():
        raise ValueError(f"{path}: no such class map file")
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise ValueError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    _known(path, content, KEYS, "")
    real = _names(path, content, "real")
    synthetic = _names(path, content, "synthetic")
    classes = tuple(str(name) for name in content.get("classes", dict.fromkeys(real.values())))
    given = content.get("input", {})
    _known(path, given, INPUT_KEYS, "input.")
    if given.get("fit", base.fit) not in ("squash", "pad"):
        raise ValueError(f"{path} input.fit: {given['fit']!r} is neither squash nor pad")
    window = given.get("window", base.window)
    try:
        return replace(
            base, name=path.stem, classes=classes, real_folders=real, synthetic_labels=synthetic,
            input_size=_numbers(path, "input.size", given.get("size", base.input_size), 2, int),
            fit=given.get("fit", base.fit), mirror=bool(given.get("mirror", base.mirror)),
            window=None if window is None else _numbers(path, "input.window", window, 4, float),
        )  # fmt: skip
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _known(path: Path, content: Any, keys: tuple[str, ...], prefix: str) -> None:
    if not isinstance(content, dict):
        raise ValueError(f"{path}: expected a mapping with {', '.join(prefix + key for key in keys)}")
    for key in content:
        if key not in keys:
            raise ValueError(f"{path}: unknown key {prefix}{key}; known: {', '.join(prefix + name for name in keys)}")


def _names(path: Path, content: dict[str, Any], key: str) -> dict[str, str]:
    part = content.get(key)
    if not isinstance(part, dict) or not part:
        raise ValueError(f"{path} {key}: expected a mapping of names to classes")
    return {str(name): str(label) for name, label in part.items()}


def _numbers(path: Path, place: str, values: Any, count: int, kind: type) -> Any:
    if not isinstance(values, list | tuple) or len(values) != count:
        raise ValueError(f"{path} {place}: expected {count} numbers, not {values!r}")
    return tuple(kind(value) for value in values)
