"""docs/scenes.md names every key of the scene language, with the default and the limits that the code has.

`python -m tests.test_scene_reference` brings the tables up to date and keeps the meanings that people wrote.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from scenes.distributions import Choice, Constant, Normal, Uniform, shown
from scenes.fields import Flag, OneOf, Range
from scenes.schema import ActorSpec, EgoSpec, PropSpec, SceneSpec
from scenes.schema_camera import CameraSpec

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "scenes.md"
SECTIONS: dict[str, type[BaseModel]] = {
    name: type(field.default) for name, field in SceneSpec.model_fields.items() if isinstance(field.default, BaseModel)
} | {"cameras": CameraSpec, "actors": ActorSpec, "props": PropSpec, "ego": EgoSpec}


def rule_of(field: Any) -> Any:
    """The `Range`, `OneOf` or `Flag` of a field; of a pair of numbers that of the first."""
    rules = [rule for rule in field.metadata if isinstance(rule, Range | OneOf | Flag)]
    inner = getattr(field.annotation, "__args__", ())
    return rules[0] if rules else next((r for r in getattr(inner[0], "__metadata__", ())), None) if inner else None


def default_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Uniform):
        return f"uniform [{value.low:g}, {value.high:g}]"
    if isinstance(value, Normal):
        return f"normal [{value.mean:g}, {value.deviation:g}]"
    if isinstance(value, Choice):
        return "choice " + ", ".join(f"{v} {w:g}" for v, w in zip(value.values, value.weights, strict=True))
    if isinstance(value, tuple):
        return "[" + ", ".join(shown(part) for part in value) + "]"
    if value is None:
        return "the scene's"
    return shown(value.value if isinstance(value, Constant) else value)


def limits_text(rule: Any) -> str:
    if isinstance(rule, OneOf):
        return ", ".join([*rule.names, *([f"{rule.root}/NAME"] if rule.root else [])])
    if isinstance(rule, Range):
        return f"{rule.low:g} to {rule.high:g} {rule.unit}".rstrip()
    return "true, false" if isinstance(rule, Flag) else ""


def rows_of(spec: type[BaseModel]) -> list[str]:
    rows = []
    for key, field in spec.model_fields.items():
        rule = rule_of(field)
        default = "required" if field.is_required() else default_text(field.default)
        each = ", each" if getattr(rule, "each", False) else ""
        rows.append(re.sub(" +", " ", f"| `{key}` | {default} | {limits_text(rule)}{each} |"))
    return rows


def section_of(text: str, name: str) -> str:
    found = re.search(rf"^## `{name}`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/scenes.md has no section {name}"
    return found[1]


def shown_rows(section: str) -> list[str]:
    text = section_of(DOCUMENT.read_text(encoding="utf-8"), section)
    return re.findall(r"^(\| `\w+` \|[^|]*\|[^|]*\|)", text, re.MULTILINE)


def refresh() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, spec in SECTIONS.items():
        old = section_of(text, name)
        meanings = dict(re.findall(r"^\| (`\w+`) \|[^|]*\|[^|]*\|(.*)\|$", old, re.MULTILINE))
        rows = [f"{row}{meanings.get(row.split()[1], ' ')}|" for row in rows_of(spec)]
        body = old[: old.index("|---|---|---|---|")] + "\n".join(["|---|---|---|---|", *rows]) + "\n\n"
        text = text.replace(old, body)
    DOCUMENT.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


@pytest.mark.parametrize("section", SECTIONS)
def test_the_reference_agrees_with_the_code(section: str) -> None:
    assert shown_rows(section) == rows_of(SECTIONS[section])


if __name__ == "__main__":
    refresh()
