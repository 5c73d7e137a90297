"""How long scene files with a mistake take to be refused, and files of the library to be read.

python -m benchmarks.scene_errors --files 100 --seed 0
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, seed, settings

from scenes.errors import SceneError
from scenes.files import library, load
from tests.scene_mutations import MUTATIONS, Files


def timed(files: Files, folder: Path) -> tuple[float, str]:
    """CPU seconds until the error, and its text; empty if there was none."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    begin = time.process_time()
    try:
        load(folder / "main.yaml")
        message = ""
        print(f"accepted: {files}")
    except SceneError as error:
        message = str(error)
    return time.process_time() - begin, message


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=100)
    options.add_argument("--seed", type=int, default=0)
    arguments = options.parse_args()
    found: list[tuple[float, str]] = []
    with tempfile.TemporaryDirectory() as folder:

        @seed(arguments.seed)
        @settings(max_examples=arguments.files, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(MUTATIONS)
        def measure(files: Files) -> None:
            found.append(timed(files, Path(folder)))

        measure()
    seconds = np.array([entry[0] for entry in found])
    accepted = sum(not message for _, message in found)
    print(f"{len(found)} files with a mistake: {len(found) - accepted} refused, {accepted} accepted")
    print(
        f"CPU seconds: median {np.median(seconds):.3f}, 95 % {np.quantile(seconds, 0.95):.3f}, most {seconds.max():.3f}"
    )
    for second, message in sorted(found, reverse=True)[:3]:
        print(f"  {second:.3f} s  {message[:120]}")
    for name in library():
        begin = time.process_time()
        load(name)
        print(f"library {name}: {time.process_time() - begin:.3f} s")


if __name__ == "__main__":
    main()
