"""Of processes that start together one compiles each function, and the others load it."""

import subprocess
import sys
from pathlib import Path

SOURCE = """
import sys
from scenes.compiled import compiled

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
print(sum(outer.stats.cache_misses.values()), sum(outer.stats.cache_hits.values()), outer._cache.filled)
"""


def test_two_processes_compile_a_function_once(tmp_path: Path) -> None:
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
