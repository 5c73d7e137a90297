"""Of processes that start together one compiles each function, and the others load it."""

import subprocess
import sys
from pathlib import Path

from renderers.pixels import shade_plain, shade_smooth
from renderers.through import pass_panes, shade_behind
from scenes.files import load
from skidpad.compiling import compile_shading
from skidpad.render import render_sample

SOURCE = """
from scenes.compiled import compiled, is_kept

@compiled()
def inner(x):
    total = 0.0
    for k in range(int(x)):
        total += k * x
    return total

@compiled()
def outer(x):
    return inner(x) + 1.0

assert outer(3.0) == 10.0
print(sum(outer.stats.cache_misses.values()), sum(outer.stats.cache_hits.values()), is_kept(outer))
"""


def test_of_three_processes_one_compiles_a_function(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SOURCE, encoding="utf-8")
    runs = [subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    found = sorted(run.communicate(timeout=300)[0].split() for run in runs)
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert [[int(number) for number in row[:2]] for row in found] == [[0, 1], [0, 1], [1, 0]]
    assert {row[2] for row in found} == {"True"}


def test_where_nothing_can_be_locked_a_function_is_compiled_all_the_same(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import scenes.compiled\nscenes.compiled.fcntl = None\n" + SOURCE, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.split() == ["1", "0", "True"]


def test_the_second_process_compiles_what_pictures_need_and_nothing_else() -> None:
    kernels = [shade_plain, shade_smooth, pass_panes, shade_behind]
    render_sample(load("crossing"), 0, 0)
    needed = [set(kernel.signatures) for kernel in kernels]
    compile_shading()
    assert [set(kernel.signatures) for kernel in kernels] == needed
    assert all(needed)
