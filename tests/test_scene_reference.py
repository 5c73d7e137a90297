"""docs/scenes.md and docs/scene-language.md name all that the scene language has, with the limits of the code.

`python -m tests.test_scene_reference` brings the tables up to date and keeps the meanings that people wrote.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from scenes.compose import PRESETS, presets
from scenes.distributions import Choice, Constant, Normal, Uniform, shown
from scenes.expressions import DEEPEST, FUNCTIONS, LONGEST, MOST_PARTS, OPERATIONS
from scenes.fields import FORMS, NUMERIC, Flag, OneOf, Range
from scenes.schema import FILE_KEYS, ActorSpec, EgoSpec, PropSpec, SceneSpec
from scenes.schema_camera import CameraSpec
from scenes.schema_joint import CopulaSpec
from scenes.schema_lidar import SENSORS, LidarSpec
from scenes.units import UNITS

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "scenes.md"
LANGUAGE, LIDAR = DOCUMENT.with_name("scene-language.md"), DOCUMENT.with_name("lidar.md")
SECTIONS: dict[str, type[BaseModel]] = {
    name: type(field.default) for name, field in SceneSpec.model_fields.items() if isinstance(field.default, BaseModel)
} | {
    "cameras": CameraSpec, "lidars": LidarSpec, "actors": ActorSpec, "props": PropSpec, "ego": EgoSpec,
    "copulas": CopulaSpec,
}  # fmt: skip


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
        if spec is LidarSpec and field.default is None:
            default = "the model's"
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


def distribution_rows(meanings: dict[str, str]) -> list[str]:
    fields = {"once": "each"} | dict.fromkeys(NUMERIC, "numbers")
    rows = [f"| `{form}` | {fields.get(form, 'all')} |{meanings.get(form, ' ')}|" for form in FORMS]
    return ["| form | fields | draws |", "|---|---|---|", *rows]


def unit_rows() -> list[str]:
    rows = [f"| {name} | {', '.join(f'`{unit}`' for unit in units if unit)} |" for name, units in UNITS.items()]
    return ["| measures | units |", "|---|---|", *rows]


def expression_rows() -> list[str]:
    signs = [name for name in OPERATIONS if not name[0].isalpha()]
    words = {"not": "`not a`", "and": "`a and b`", "or": "`a or b`", "if": "`a if c else b`"}
    calls = [
        f"`{name}({', '.join('abc'[: len(f.takes)])}{', ...' if f.more else ''})`" for name, f in FUNCTIONS.items()
    ]
    assert {*signs, *words, "minus"} == set(OPERATIONS)
    return [
        "| part | |",
        "|---|---|",
        f"| signs | {' '.join(f'`{sign}`' for sign in signs)}, parentheses |",
        f"| words | {', '.join(words.values())}, `true`, `false` |",
        f"| functions | {', '.join(calls)} |",
        f"| limits | {LONGEST} characters, {MOST_PARTS} parts, {DEEPEST} levels |",
    ]


def preset_rows() -> list[str]:
    """The descriptions are read without a check: a preset alone need not be a scene."""
    lines = {name: (PRESETS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[1] for name in presets()}
    rows = [f"| `{name}` | {line.removeprefix('description: ').strip(chr(34))} |" for name, line in lines.items()]
    return ["| preset | what it sets |", "|---|---|", *sorted(rows, key=lambda row: row.split("|")[2])]


def sensor_rows() -> list[str]:
    """What the models of lidars are; `scenes.schema_lidar` names the data sheets."""
    rows = [
        f"| `{name}` | {one.pattern} | {f'{one.points} points' if one.pattern == 'rosette' else one.channels} "
        f"| {one.fov:g} x {one.low:g} to {one.high:g} | {'' if one.pattern == 'rosette' else f'{one.step:.3g}'} "
        f"| {one.rate:g} | {one.blind:g} to {one.range:g} | {one.dark_range:g} | {one.noise:g} |"
        for name, one in SENSORS.items()
    ]
    head = "| `model` | `pattern` | `channels` | field of view, deg | `step`, deg | `rate`, Hz | range, m |"
    return [f"{head} `dark_range`, m | `noise`, m |", "|---|---|---|---|---|---|---|---|---|", *rows]


GENERATED = dict.fromkeys(("distributions", "units", "expressions", "presets"), LANGUAGE) | {"lidars": LIDAR}


def generated(text: str, name: str) -> str:
    """What should stand between the marks of a generated table."""
    meanings = dict(re.findall(r"^\| `(\w+)` \| \w+ \|(.*)\|$", between(text, name), re.MULTILINE))
    rows = {
        "distributions": lambda: distribution_rows(meanings), "units": unit_rows, "expressions": expression_rows,
        "presets": preset_rows, "lidars": sensor_rows,
    }[name]()  # fmt: skip
    return "\n".join([*rows, ""])


def between(text: str, name: str) -> str:
    found = re.search(rf"^<!-- generated: {name} -->\n(.*?)^<!-- end -->$", text, re.MULTILINE | re.DOTALL)
    assert found, f"{GENERATED[name].name} has no table {name}"
    return found[1]


def refreshed(section: str, rows: list[str]) -> str:
    """A section with other rows in its table; meanings, and what stands before and after the table, stay."""
    meanings = dict(re.findall(r"^\| (`\w+`) \|[^|]*\|[^|]*\|(.*)\|$", section, re.MULTILINE))
    before, rule, rest = section.partition("|---|---|---|---|\n")
    after = re.sub(r"\A(\|.*\n)*", "", rest)
    return "".join([before, rule, *(f"{row}{meanings.get(row.split()[1], ' ')}|\n" for row in rows), after])


def refresh() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, spec in SECTIONS.items():
        old = section_of(text, name)
        text = text.replace(old, refreshed(old, rows_of(spec)))
    DOCUMENT.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    for name, document in GENERATED.items():
        text, head = document.read_text(encoding="utf-8"), f"<!-- generated: {name} -->\n"
        document.write_text(text.replace(head + between(text, name), head + generated(text, name)), encoding="utf-8")


@pytest.mark.parametrize("section", SECTIONS)
def test_the_reference_agrees_with_the_code(section: str) -> None:
    assert shown_rows(section) == rows_of(SECTIONS[section])


@pytest.mark.parametrize("section", SECTIONS)
def test_bringing_the_reference_up_to_date_keeps_what_people_wrote(section: str) -> None:
    text = section_of(DOCUMENT.read_text(encoding="utf-8"), section)
    assert refreshed(text, rows_of(SECTIONS[section])) == text


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_the_tables_of_the_language_agree_with_the_code(name: str) -> None:
    text = GENERATED[name].read_text(encoding="utf-8")
    assert between(text, name) == generated(text, name)
    assert "| |" not in between(text, name).replace("| part | |", "")


def test_every_key_of_the_top_is_named() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    top = text[: text.index("<!-- file:")]
    assert [key for key in (*SceneSpec.model_fields, *FILE_KEYS) if f"`{key}`" not in top] == []


if __name__ == "__main__":
    refresh()
