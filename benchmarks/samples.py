"""Draws samples of every library scene and looks whether they are sound; says how long drawing takes.

python -m benchmarks.samples FOLDER --samples 10000 --seed 0 --workers 2

Every block of samples leaves a line in FOLDER/SCENE.jsonl; started again, it goes on after the last one. A scene whose
text, or a package whose source, has changed begins anew.
"""

from __future__ import annotations

import argparse
import time
import traceback
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from benchmarks.lines import add, begin, kept, source
from scenes.files import library, load
from sim.inspection import inspect

BLOCK = 100  # samples of a line


def block(name: str, seed: int, first: int, count: int) -> dict[str, Any]:
    """Draw and inspect some samples."""
    template = load(name)
    times, actors, faults = [], [], []
    for k in range(first, first + count):
        since = time.process_time()
        try:
            scene = template.sample(k, seed)
            times.append(1e3 * (time.process_time() - since))
            actors.append(len(scene.actors))
            faults += [str(fault) for fault in inspect(scene)]
        except Exception:
            faults.append(f"sample {k}: {traceback.format_exc(limit=-1).strip().splitlines()[-1]}")
    return {"first": first, "count": count, "ms": times, "actors": actors, "faults": faults}


def run(name: str, options: argparse.Namespace, code: str) -> list[dict[str, Any]]:
    """All blocks of one scene."""
    head = {"scene": name, "seed": options.seed, "code": code}
    file = Path(options.folder) / f"{name}.jsonl"
    sizes = {first: min(BLOCK, options.samples - first) for first in range(0, options.samples, BLOCK)}
    done = {entry["first"]: entry for entry in kept(file, head) if entry["count"] == sizes.get(entry["first"])}
    begin(file, head, list(done.values()))
    todo = [first for first in sizes if first not in done]
    jobs = (delayed(block)(name, options.seed, first, sizes[first]) for first in todo)
    for entry in Parallel(n_jobs=options.workers, return_as="generator_unordered")(jobs):
        add(file, entry)
        done[entry["first"]] = entry
    return [done[first] for first in sizes]


def main() -> None:
    """Print a row for each scene."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder")
    options.add_argument("--samples", type=int, default=10_000, help="of each scene")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--scenes", nargs="*", default=list(library()))
    arguments = options.parse_args()
    Path(arguments.folder).mkdir(parents=True, exist_ok=True)
    code = source("scenes", "sim")
    print("scene                   samples  faults  actors  CPU-ms: median   95 %    most", flush=True)
    for name in arguments.scenes:
        blocks = run(name, arguments, code)
        faults = [fault for entry in blocks for fault in entry["faults"]]
        ms = np.array([value for entry in blocks for value in entry["ms"]])
        actors = np.array([value for entry in blocks for value in entry["actors"]])
        count = sum(entry["count"] for entry in blocks)
        print(
            f"{name:22s} {count:8d} {len(faults):7d} {np.median(actors):7.0f} {np.median(ms):15.1f}"
            f" {np.quantile(ms, 0.95):6.1f} {ms.max():7.1f}",
            *(f"  {fault}" for fault in faults[:5]), sep="\n", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
