"""The folders are the architecture: imports go down the ladder; heavy libraries load at the edge that needs them."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BELOW: dict[str, set[str]] = {
    "scenes": set(),
    "sim": {"scenes"},
    "renderers": {"scenes", "sim"},
    "agents": {"scenes", "sim"},
    "transfer": {"scenes", "sim", "renderers", "agents"},
    "skidpad": {"scenes", "sim", "renderers", "agents", "transfer"},
}
OUTSIDE = {"tests", "benchmarks", "examples"}  # not installed: no package may need them

# Library -> the modules that may import it at module level. Nobody but another edge of the same library may import
# an edge at module level (that is checked too, by importing all the others).
EDGES: dict[str, set[str]] = {
    "efficientnet_lite_pytorch": set(),
    "embreex": set(),
    "gradio": set(),
    "matplotlib": set(),
    "mitsuba": set(),
    "pettingzoo": {"agents.pettingzoo"},  # its class derives from one of PettingZoo's
    "pybullet": set(),
    "ray": set(),
    "stable_baselines3": {"agents.league", "agents.sb3"},  # their classes derive from one of SB3's
    "torch": {"transfer.torch_data"},  # its class derives from one of torch's
}
LOOKERS = {"renderers", "transfer", "skidpad"}  # only these may load OpenCV at module level

MAX_LINES = 400
MEDIAN_LINES = 150
MAX_FUNCTION_LINES = 60
TEXT = {".md", ".py", ".toml", ".txt", ".yaml", ".yml"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|home|root|Users)/\w")


def paths() -> list[Path]:
    return sorted(path for package in BELOW for path in (ROOT / package).rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@lru_cache(maxsize=1)
def trees() -> dict[str, ast.Module]:
    return {module_of(path): ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in paths()}


def targets(node: ast.AST, package: str) -> list[str]:
    """Absolute names of the modules that a statement imports; `package` is where a relative import starts."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        if node.level == 0:
            return [node.module or ""]
        start = package.split(".")[: len(package.split(".")) - node.level + 1]
        return [".".join([*start, node.module or ""]).rstrip(".")]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in ("import_module", "__import__"):
            return [str(node.args[0].value)]
    return []


def upward(source: str, tree: ast.Module) -> list[str]:
    """Imports of `source` (dotted module) that do not go down, wherever in the file they stand."""
    home = source.split(".")[0]
    allowed = {home, *BELOW[home]}
    known = set(BELOW) | OUTSIDE
    found = [(node, name) for node in ast.walk(tree) for name in targets(node, source)]
    return [
        f"{source}:{getattr(node, 'lineno', 0)} imports {name}"
        for node, name in found
        if name.split(".")[0] in known - allowed
    ]


def at_module_level(node: ast.AST) -> Iterator[ast.AST]:
    """Statements that run on import: not those in functions, nor under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield from (other, *at_module_level(other))
            continue
        yield child
        yield from at_module_level(child)


def too_early(source: str, tree: ast.Module) -> list[str]:
    """Module-level imports of heavy libraries in a module that is not one of their edges."""
    banned = {library for library, edges in EDGES.items() if source not in edges}
    if source.split(".")[0] not in LOOKERS:
        banned.add("cv2")
    names = [(node, name) for node in at_module_level(tree) for name in targets(node, source)]
    return [
        f"{source}:{getattr(node, 'lineno', 0)} imports {name}" for node, name in names if name.split(".")[0] in banned
    ]


def loaded_by(code: str) -> set[str]:
    """Heavy libraries that a fresh interpreter has loaded after running `code`."""
    report = f"import sys; {code}; print(*sorted(set(sys.modules) & {set(EDGES)!r}))"
    done = subprocess.run([sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_every_import_goes_down_the_ladder() -> None:
    assert [line for source, tree in trees().items() for line in upward(source, tree)] == []


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("sim.world", "from renderers.mesh import Mesh"),
        ("renderers.raster", "import agents.drivers as drivers"),
        ("agents.drivers", "def f():\n    from renderers import mesh"),
        ("scenes.files", "from importlib import import_module\nimport_module('sim.world')"),
        ("transfer.reader", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import skidpad"),
        ("skidpad.cli", "import tests.conftest"),
    ],
)
def test_the_ladder_sees_an_upward_import(source: str, code: str) -> None:
    assert len(upward(source, ast.parse(code))) == 1


def test_the_ladder_lets_downward_imports_pass() -> None:
    code = "import numpy\nfrom . import mesh\nfrom .mesh import box\nfrom scenes.kinds import Kind\nimport sim.world"
    assert upward("renderers.raster", ast.parse(code)) == []


def test_heavy_libraries_are_imported_at_their_edges_only() -> None:
    assert [line for source, tree in trees().items() for line in too_early(source, tree)] == []


@pytest.mark.parametrize(
    ("source", "code", "caught"),
    [
        ("transfer.reader", "import torch", 1),
        ("transfer.reader", "try:\n    from torch import nn\nexcept ImportError:\n    nn = None", 1),
        ("transfer.reader", "class A:\n    import pybullet", 1),
        ("scenes.files", "import cv2", 1),
        ("transfer.reader", "def f():\n    import torch", 0),
        ("transfer.reader", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch", 0),
        ("renderers.overlay", "import cv2", 0),
    ],
)
def test_the_watch_over_heavy_imports_sees_them(source: str, code: str, caught: int) -> None:
    assert len(too_early(source, ast.parse(code))) == caught


def test_every_edge_is_there_and_needs_to_be_one() -> None:
    for library, edges in EDGES.items():
        for edge in edges:
            names = [name for node in at_module_level(trees()[edge]) for name in targets(node, edge)]
            known = {name.split(".")[0] for name in names} | (edges & set(names))  # itself, or through another edge
            assert known & {library, *edges}, f"{edge} does not import {library}"


@pytest.mark.parametrize("module", ["skidpad", "skidpad.cli"])
def test_the_front_door_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


def test_no_module_but_an_edge_loads_anything_heavy() -> None:
    """Catches what `too_early` cannot: a light module that imports an edge."""
    edges = set().union(*EDGES.values())
    light = sorted(name for name in trees() if name not in edges and not name.endswith("__main__"))
    assert loaded_by("import " + ", ".join(light)) == set()


def code_lines(function: ast.FunctionDef) -> int:
    """Lines of a function from the first statement after its docstring."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1


def test_files_stay_small() -> None:
    lines = {module_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths()}
    assert {module: count for module, count in lines.items() if count > MAX_LINES} == {}
    assert sorted(lines.values())[len(lines) // 2] < MEDIAN_LINES


def test_functions_stay_small() -> None:
    functions = {
        f"{source}.{node.name}": code_lines(node)
        for source, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }
    assert {name: count for name, count in functions.items() if count >= MAX_FUNCTION_LINES} == {}


def test_no_file_names_a_path_of_one_machine() -> None:
    others = [path for folder in (*OUTSIDE, "docs") for path in (ROOT / folder).rglob("*.*") if path.suffix in TEXT]
    loose = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXT]
    here = Path(__file__).resolve()
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in (*paths(), *others, *loose)
        if path != here  # it holds the pattern
        for match in MACHINE_PATH.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
