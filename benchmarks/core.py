"""The simulation core beside a bare kernel, highway-env and SUMO: agent steps per second, and what they cost.

Run: python -m benchmarks.core [PROTOTYPES] [--maps FOLDER ...]
PROTOTYPES is a folder with `sim_kernel_prototype.py` (or that file): single-track model, box collisions, neighbours and
lane points, nothing else. The core plays 1024 worlds of 32 vehicles on the maps of the folders (OpenDRIVE, SUMO and
OpenStreetMap; without any, on the junction of the library) with swept contacts, off-road test, signals, rewards,
observations and resets; once with controls given, once with rules for every vehicle, once with the wide view. All take
turns, so that a busy machine slows them alike; figures are medians of the rounds, agent steps per CPU second of this
process on one thread. Then come the cost by agents per world on the largest map and on 144 blocks of streets, two
threads, memory, and the time to the first step; highway-env and libsumo where they are installed.
"""

from __future__ import annotations

import os

os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from agents.environments import Environments
from agents.episodes import Pool, make_pool
from benchmarks.core_peers import highway, sumo
from benchmarks.core_worlds import AGENTS, grid_map, map_scenes, maps_in, pool_on_maps, thinned
from benchmarks.environments import Work, bare_kernel, rate
from scenes.files import load
from scenes.seeds import rng_for

WORLDS, ROUNDS, WARM = 1024, 7, 100
COUNTS = (8, 16, 32, 64, 128, 256)  # agents per world
PUFFER = (
    172e6  # floats observed per second and core by PufferDrive of pufferlib 3.0.0: 93 k agent steps of 1,850 floats
)
FIRST = """
import time
start = time.perf_counter()
from agents.environments import Environments
core = Environments("crossing-practice", 1, pool=1)
core.reset(0)
core.step(None)
print(time.perf_counter() - start)
"""


def playing(core: Environments, ruled: bool) -> Work:
    """Steps of a core, with controls drawn before or by rules."""
    core.reset(0)
    rng = rng_for(0, "benchmark")
    shape = (core.num_envs, core.rows, 2)
    given = [rng.uniform(-0.3, 0.6, shape).astype(np.float32) * np.float32([1.0, 0.3]) for _ in range(8)]
    for k in range(WARM):
        core.step(None if ruled else given[k % 8])
    count = 0

    def work() -> int:
        nonlocal count
        core.step(None if ruled else given[count % 8])
        count += 1
        return core.num_envs * core.rows

    return work


def compared(works: dict[str, Work]) -> dict[str, tuple[float, float]]:
    """Agent steps per CPU second of each, and the ratio to the first; medians of rounds in turns."""
    rounds = [{name: rate(work) for name, work in works.items()} for _ in range(ROUNDS)]
    first = next(iter(works))
    return {
        name: (statistics.median(r[name] for r in rounds), statistics.median(r[name] / r[first] for r in rounds))
        for name in works
    }


def worlds(folders: list[Path]) -> Pool:
    """The scenes that are played."""
    if folders:
        pool, names = pool_on_maps(folders)
        print(f"maps: {', '.join(names)}; {len(pool.scenes)} scenes")
        return pool
    print("maps: none given; the junction of the library")
    return make_pool([load("junction-practice").sample(k) for k in range(20)], "cars")


def rates(pool: Pool, bare: Path | None) -> None:
    """Print rates and ratios."""
    works: dict[str, Work] = {}
    if bare is not None:
        works["bare kernel"] = bare_kernel(bare)
    works["controls given"] = playing(Environments(pool, WORLDS, controlled="cars", threads=1), False)
    works["every agent by rules"] = playing(Environments(pool, WORLDS, controlled="cars", threads=1), True)
    works["wide view"] = playing(Environments(pool, WORLDS // 8, controlled="cars", view="wide", threads=1), True)
    for name, (found, ratio) in compared(works).items():
        line = f"{name:22s} {found / 1e6:6.2f} M agent steps / CPU second"
        if bare is not None:
            line += f"   {ratio:.2f} of the bare kernel"
        if name == "wide view":
            floats = Environments(pool, 1, controlled="cars", view="wide").single_observation_space.shape[0]
            line += (
                f"   {floats} floats each: {found * floats / 1e6:.0f} M/s, {found * floats / PUFFER:.1f}x PufferDrive's"
            )
        print(line)


def by_count(path: Path) -> None:
    """Print the cost of an agent step by the number of agents per world."""
    scenes = map_scenes(path, 4, around=2000.0)
    counts = [count for count in COUNTS if count <= min(len(scene.actors) for scene in scenes)]
    works = {}
    for count in counts:
        pool = make_pool([thinned(scene, count) for scene in scenes], "cars")
        for ruled in (False, True):
            core = Environments(pool, WORLDS * AGENTS // count, controlled="cars", threads=1)
            works[f"{count} {'rules' if ruled else 'given'}"] = playing(core, ruled)
    found = compared(works)
    print(f"agents per world on {path.name}: microseconds a step of one agent, controls given / by rules")
    for count in counts:
        print(f"  {count:4d} {1e6 / found[f'{count} given'][0]:6.2f} {1e6 / found[f'{count} rules'][0]:6.2f}")


def two_threads(pool: Pool) -> None:
    """Print the rate of two threads by the wall clock."""
    for ruled in (False, True):
        core = Environments(pool, WORLDS, controlled="cars", threads=2)
        work = playing(core, ruled)
        start, used, done = time.perf_counter(), time.process_time(), 0
        while time.perf_counter() - start < 5.0:
            done += work()
        wall, used = time.perf_counter() - start, time.process_time() - used
        print(
            f"two threads, {'rules' if ruled else 'given'}: {done / wall / 1e6:.2f} M agent steps / s of the clock "
            f"({used / wall:.2f} cores were to be had), {done / used * 2 / 1e6:.2f} M on two free cores"
        )


def memory(pool: Pool) -> None:
    """Print the bytes of an agent."""
    core = Environments(pool, WORLDS, controlled="cars", threads=1)
    seen = core.batch.views.nbytes + core.batch.final.nbytes
    parts = [core.batch.bodies, core.batch.sights, core.batch.verdicts, core.batch.play, core.batch[5:]]
    own = sum(array.nbytes for part in parts for array in part if isinstance(array, np.ndarray)) - seen
    shared = sum(a.nbytes for a in pool.tables if isinstance(a, np.ndarray))
    agents = core.num_envs * core.rows
    print(
        f"memory: {own / agents:.0f} bytes an agent, {seen / agents:.0f} of observations; "
        f"tables of {len(pool.scenes)} scenes {shared / 1e6:.1f} MB, {shared / agents:.0f} bytes an agent"
    )


def first_step() -> None:
    """Print the time from import to the first step in a new process, kernels compiled before."""
    times = [
        float(subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True).stdout)
        for _ in range(4)
    ]
    print(f"import and first step: {statistics.median(times[1:]):.1f} s with compiled kernels")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.core")
    parser.add_argument("prototypes", nargs="?", help="folder with sim_kernel_prototype.py, or that file")
    parser.add_argument("--maps", nargs="*", default=[], help="folders with maps")
    given = parser.parse_args()
    bare = Path(given.prototypes) if given.prototypes else None
    if bare is not None and bare.is_dir():
        bare /= "sim_kernel_prototype.py"
    if bare is None or not bare.is_file():
        print(f"bare kernel: {bare or 'no folder given'}; ratios to it are left out")
        bare = None
    folders = [Path(folder) for folder in given.maps]
    pool = worlds(folders)
    rates(pool, bare)
    files = [path for folder in folders for path in maps_in(folder)]
    if files:
        by_count(max(files, key=lambda path: path.stat().st_size))
    with tempfile.TemporaryDirectory() as folder:
        by_count(grid_map(Path(folder) / "grid.osm"))
    two_threads(pool)
    memory(pool)
    first_step()
    print(highway())
    print(sumo(files))


if __name__ == "__main__":
    main()
