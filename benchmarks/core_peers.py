"""Vehicle steps per CPU second of highway-env and SUMO, for `benchmarks.core`; left out where not installed."""

from __future__ import annotations

import importlib.util
import random
import time
from pathlib import Path
from typing import Any

VEHICLES = 1000  # that SUMO is asked to keep on the road
WARM, SECONDS = 300, 4.0


def highway() -> str:
    """`intersection-v0` of highway-env as it comes: all of its vehicles, each of its 15 steps a second."""
    if importlib.util.find_spec("highway_env") is None:
        return "highway-env: not installed, left out"
    import gymnasium
    import highway_env  # noqa: F401

    env: Any = gymnasium.make("intersection-v0").unwrapped
    env.reset(seed=0)
    done, start = 0, time.process_time()
    each = env.config["simulation_frequency"] // env.config["policy_frequency"]
    while time.process_time() - start < SECONDS:
        _, _, terminated, truncated, _ = env.step(env.action_space.sample())
        done += each * len(env.road.vehicles)
        if terminated or truncated:
            env.reset()
    rate = done / (time.process_time() - start)
    return (
        f"highway-env intersection-v0: {rate / 1e3:.1f} k vehicle steps / CPU second, without observations in between"
    )


def sumo(maps: list[Path]) -> str:
    """SUMO on the largest network among some maps, with up to VEHICLES on random trips, by its own car following."""
    nets = [path for path in maps if path.name.endswith(".net.xml")]
    if importlib.util.find_spec("libsumo") is None:
        return "libsumo: not installed, left out"
    if not nets:
        return "libsumo: no SUMO network among the maps, left out"
    import libsumo

    net, rng = max(nets, key=lambda path: path.stat().st_size), random.Random(0)
    libsumo.start(["sumo", "-n", str(net), "--step-length", "0.1", "--no-step-log", "--no-warnings", "--seed", "1"])
    edges = [edge for edge in libsumo.edge.getIDList() if not edge.startswith(":")]
    pairs = ((a, b) for a in edges for b in edges if a != b)
    ways = [stage.edges for a, b in pairs if len((stage := libsumo.simulation.findRoute(a, b)).edges) > 1]
    for number, way in enumerate(ways):
        libsumo.route.add(f"way{number}", way)
    added = present = 0

    def step() -> int:
        nonlocal added
        waiting = libsumo.simulation.getMinExpectedNumber()
        for _ in range(min(VEHICLES - waiting, 40)):
            libsumo.vehicle.add(f"car{added}", f"way{rng.randrange(len(ways))}", departLane="free", departSpeed="max")
            added += 1
        libsumo.simulationStep()
        return int(libsumo.vehicle.getIDCount())

    for _ in range(WARM):
        step()
    start, steps = time.process_time(), 0
    while time.process_time() - start < SECONDS:
        present += step()
        steps += 1
    used = time.process_time() - start
    libsumo.close()
    return (
        f"libsumo {net.name}: {present / used / 1e3:.0f} k vehicle steps / CPU second, {present / steps:.0f} vehicles"
        f" on the road, {VEHICLES} with those who wait to enter; nothing observed"
    )
