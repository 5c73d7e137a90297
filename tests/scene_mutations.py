"""Scene files with one mistake each, made by hypothesis: for the tests, and for the benchmark that times them."""

from __future__ import annotations

import copy
import json
import re
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from scenes.compose import LIBRARY
from scenes.fields import Field
from scenes.files import load
from scenes.references import Table
from scenes.yamlfile import located, nodes_of, read_yaml

Files = dict[str, bytes]  # name -> content; main.yaml is the one to load
BASE = "crossing-practice"
PLACES = {path: place.field for path, place in Table(load(BASE).spec).places.items()}
PARTS = (
    "roads",
    "buildings",
    "parked",
    "vehicles",
    "people",
    "furniture",
    "signals",
    "light",
    "chain",
    "ego",
    "cameras[0]",
)
DATA = json.loads(json.dumps(located(nodes_of(read_yaml(LIBRARY / f"{BASE}.yaml", BASE)[1], BASE)).data))

NOWHERE: list[Any] = [  # refers to what is not there, or to itself
    {"expression": "roads.nothing + 1"},
    {"expression": "people.swing"},
    {"expression": "__import__('os')"},
    {"given": {"no.where": {"a": 1, "else": 1}}},
    {"given": {"light.haze": {"<0.5": {"expression": "x.y"}, "else": 0}}},
]
WRONG: list[Any] = [
    -1e13,
    1e300,
    10**400,
    float("nan"),
    float("inf"),
    -float("inf"),
    "soon",
    "",
    "5 parsec",
    "1e999 m",
    "\u0000",
    "=cmd()",
    [],
    [1, 2],
    {},
    {"a": 1},
    {"unifrom": [0, 1]},
    {"uniform": [1]},
    {"uniform": [float("nan"), 1]},
    {"uniform": [1e9, 1]},
    {"normal": "x"},
    {"normal": [0, -1]},
    {"log_uniform": [-1, 1]},
    {"truncated_normal": [0, 1e-9, 5, 6]},
    {"integers": [0.5, 2]},
    {"choice": {}},
    {"choice": [1]},
    {"choice": {"none of them": 1}},
    {"sequence": []},
    {"sequence": {"a": 1}},
    {"given": {}},
    {"given": {"light.haze": {"5..2": 1}}},
    {"once": {"once": []}},
    {"expression": "1 +"},
    {"expression": "(" * 300},
    {"expression": "9**9**9**9**9"},
    {"expression": "x" * 10_000},
    {"expression": ["a"]},
    {"uniform": [0, 1], "normal": [0, 1]},
    *NOWHERE,
]
ESCAPES = [
    "../x.yaml",
    "/etc/passwd",
    "~/x.yaml",
    "a/../../x.yaml",
    "library/../x.yaml",
    "packs/../x.yaml",
    "C:\\x.yaml",
    "",
    "library/",
    "runs/",
    ".",
    "/",
    "x" * 5000,
    "nothing.yaml",
    "main.yaml",
    "file:///etc/passwd",
    "%2e%2e/x.yaml",
]


def refused(field: Field, raw: Any) -> bool:
    if raw in NOWHERE:
        return True
    try:
        field.read(raw)
    except ValueError:
        return True
    return False


def text_of(data: Any) -> str:
    text = json.dumps(data)
    return re.sub(r"\bNaN\b", ".nan", re.sub(r"\bInfinity\b", ".inf", text)).replace("\\u0000", "\\0")


def changed(path: str, raw: Any) -> str:
    """The base with a value put at a path."""
    data = copy.deepcopy(DATA)
    *way, last = [int(part) if part.isdigit() else part for part in re.findall(r"\w+", path)]
    place = data
    for part, after in pairwise([*way, last]):
        if isinstance(place, dict) and part not in place:
            place[part] = {} if isinstance(after, str) else [0, 0] if part == "position" else [{}]
        place = place[part]
    place[last] = raw
    return text_of(data)


def one(text: str) -> Files:
    return {"main.yaml": text.encode()}


@st.composite
def wrong_values(draw: st.DrawFn) -> Files:
    path = draw(st.sampled_from(sorted(PLACES)))
    return one(changed(path, draw(st.sampled_from([raw for raw in WRONG if refused(PLACES[path], raw)]))))


@st.composite
def wrong_parts(draw: st.DrawFn) -> Files:
    part = draw(st.sampled_from(PARTS))
    if draw(st.booleans()):
        key = draw(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12))
        return one(changed(f"{part}.{key}x_", draw(st.sampled_from([1, None, {}, [], "x"]))))
    return one(changed(part, draw(st.sampled_from([3, "x", [[]], True, [1], {"uniform": [0, 1]}, 1e300]))))


@st.composite
def wrong_tops(draw: st.DrawFn) -> Files:
    extra = [
        {"format": 2},
        {"format": True},
        {"format": None},
        {"format": 1e300},
        {"format": []},
        {"constraints": "x"},
        {"constraints": [1]},
        {"constraints": ["roads.wear"]},
        {"constraints": ["1 > 2"]},
        {"constraints": [{}]},
        {"constraints": ["roads.length > 1e9"]},
        {"copulas": [{}]},
        {"copulas": [{"of": ["a", "b"], "correlation": 0.5}]},
        {"copulas": [{"of": ["roads.length", "roads.pavement"], "correlation": 2}]},
        {"presets": "dusk"},
        {"presets": ["nope"]},
        {"include": 3},
        {"extends": ["x"]},
        {"cameras+": 3},
        {"description": {}},
        {"cameras": []},
        {"actors": [{"kind": "car"}]},
        {"actors": [None]},
        {"props": {"a": 1}},
        {"roads+": []},
    ]
    return one(text_of({**DATA, **draw(st.sampled_from(extra))}))


@st.composite
def wrong_files(draw: st.DrawFn) -> Files:
    """Circles of files, and paths that lead out of their folder."""
    if draw(st.booleans()):
        key = draw(st.sampled_from(["extends", "include"]))
        path = draw(st.sampled_from(ESCAPES))
        return one(text_of({**DATA, key: path if key == "extends" else [path]}))
    count = draw(st.integers(1, 12))
    names = ["main.yaml", *(f"f{n}.yaml" for n in range(1, count))]
    key = draw(st.sampled_from(["extends: {}", "include: [{}]", "include: [{0}, {0}, {0}]"]))
    return {
        name: f"format: 1\n{key.format(after)}\n".encode()
        for name, after in zip(names, [*names[1:], names[0]], strict=True)
    }


@st.composite
def broken_texts(draw: st.DrawFn) -> Files:
    """Bombs, and text that is no YAML."""
    text = text_of(DATA)
    many, few = draw(st.integers(30, 4000)), draw(st.integers(2, 9))
    names = "abcdefghij"
    bomb = "format: 1\na0: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}0: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in pairwise(names)
    )
    deep = [
        "format: 1\nactors: " + "[" * many,
        "format: 1\nroads: " + "{a: " * many + "}" * many,
        "- " * many,
        "format: 1\n" + "".join("  " * n + "a:\n" for n in range(many)),
        bomb,
        "format: 1\na: &a [*a]\n",
        "format: 1\nroads: &a {wear: *a}\n",
        "format: 1\nx: *nowhere\n",
        "format: 1\n<<: [1]\n",
        "format: 1\n? {a: 1}\n: 2\n",
        f"format: 1\nstart_time: {'9' * many * few}\n",
        f"format: 1\nstart_time: 1e{'9' * few}\n",
        "format: 1\nstart_time: !!python/object/apply:os.system [x]\n",
        "format: 1\nstart_time: 0x" + "f" * many + "\n",
        "format: 1\n" + "a: 1\n" * few,
        "format: 1\n---\nformat: 1\n",
        "%YAML 9.9\n---\nformat: 1\n",
        "\ufefff: 1\n",
        "",
        text[: draw(st.integers(0, len(text) - 1))],
        "format: 1\nx: " + "y" * 300_000 + "\n",
        "format: 1\n\troads: {}\n",
        "format: 1\nstart_time: 2020-99-99\n",
        "format: 1\nstart_time: " + ":".join(["59"] * few) + "\n",
        "format: 1\nactors: [" + "{kind: car}," * few + "]\n",
    ]
    content = draw(st.sampled_from(deep)).encode()
    return {"main.yaml": draw(st.sampled_from([content, content, b"format: 1\nx: \xff\xfe\n"]))}


MUTATIONS = st.one_of(wrong_values(), wrong_values(), wrong_parts(), wrong_tops(), wrong_files(), broken_texts())
