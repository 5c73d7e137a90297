"""Agent steps per second of the batched environments, and their ratio to a bare kernel.

Run: python -m benchmarks.environments [BARE_KERNEL.py]
The environments play 1024 worlds of the junction with up to 32 actors a world: rule-based drivers and walkers,
contacts, off-road, signals, observations, rewards, resets. Once with one controlled car a world, once with every car.
BARE_KERNEL.py (or the environment variable SKIDPAD_BARE_KERNEL) is a module with `make`, `step_`, `SIG` and sizes W, A:
single-track model, box collisions, neighbours and lane points, nothing else; it runs between the rounds, so that a busy
machine slows both. Figures are agent steps per CPU second of this process on one thread, medians of the rounds. Last
come pictures: steps of worlds whose observations are 64x48 pixels.
"""

from __future__ import annotations

import os

os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from agents.environments import Environments
from agents.episodes import Controlled
from scenes.seeds import rng_for
from skidpad.camera import DashCamera

WORLDS, ROUNDS, SECONDS = 1024, 7, 0.7
Work = Callable[[], int]  # does a step, returns agent steps


def environments(controlled: Controlled) -> Work:
    """Steps of the batched environments, actions drawn before."""
    core = Environments("junction-practice", WORLDS, controlled=controlled, pool=32)
    core.reset(0)
    actors = core.pool.tables.exists.sum(1)
    rng = rng_for(0, "benchmark")
    actions = [rng.uniform(-0.3, 0.6, (WORLDS, core.rows, 2)).astype(np.float32) * (1.0, 0.3) for _ in range(8)]
    count = 0

    def work() -> int:
        nonlocal count
        core.step(actions[count % len(actions)])
        count += 1
        return int(actors[core.batch.play.scene].sum())

    return work


def bare_kernel(path: Path) -> Work:
    """Steps of the bare kernel in a file of that kind."""
    spec = importlib.util.spec_from_file_location("bare_kernel", path)
    assert spec is not None and spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    arguments, sys.argv = sys.argv, [str(path), "1"]  # it takes its threads from there
    sys.path.insert(0, str(path.parent))
    spec.loader.exec_module(module)
    sys.argv = arguments
    sys.path.remove(str(path.parent))
    step = module.njit([module.SIG], parallel=True, fastmath=True)(module.step_)
    state, sizes, lane, near = module.make()
    worlds, actors, numbers = module.W, module.A, module.F
    actions = rng_for(1, "benchmark").normal(0, 0.3, (worlds, actors, 2)).astype(np.float32) * np.float32([1.0, 0.2])
    seen, touching = np.zeros((worlds, actors, numbers), np.float32), np.zeros((worlds, actors), np.uint8)
    reward = np.zeros((worlds, actors), np.float32)

    def work() -> int:
        step(state, sizes, lane, near, actions, seen, touching, reward, np.float32(0.1))
        return int(worlds * actors)

    return work


def rate(work: Work) -> float:
    """Agent steps per CPU second."""
    done, start, until = 0, time.process_time(), time.process_time() + SECONDS
    while time.process_time() < until:
        done += work()
    return done / (time.process_time() - start)


def pictures() -> float:
    """Pictures per CPU second of a dash camera in a few worlds, meshes built before."""
    core = Environments("crossing-practice", 4, pool=4, observer=DashCamera())
    core.reset(0)
    actions = np.zeros((4, 1, 2), np.float32)
    for _ in range(100):
        core.step(actions)
    start = time.process_time()
    for _ in range(50):
        core.step(actions)
    return 200 / (time.process_time() - start)


def main() -> None:
    """Measure in turns and print."""
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SKIDPAD_BARE_KERNEL", "")
    works = {"one car a world": environments("ego"), "every car": environments("cars")}
    if given and Path(given).is_file():
        works["bare kernel"] = bare_kernel(Path(given))
    else:
        print(f"bare kernel: {given or 'no file given'}; ratios are left out")
    for work in works.values():
        work()
    rounds = [{name: rate(work) for name, work in works.items()} for _ in range(ROUNDS)]
    for name in works:
        line = f"{name:16s} {statistics.median(r[name] for r in rounds) / 1e6:.2f} M agent steps / CPU second"
        if "bare kernel" in works:
            line += f"   {statistics.median(r[name] / r['bare kernel'] for r in rounds):.2f} of the bare kernel"
        print(line)
    print(f"pictures         {pictures():.0f} / CPU second")


if __name__ == "__main__":
    main()
