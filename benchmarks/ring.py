"""Traffic on a ring road: stop-and-go waves and the fundamental diagram of the rule-based drivers.

Run: python -m benchmarks.ring [PICTURE]
Cars of one kind follow each other on a ring (Sugiyama et al. 2008, Traffic jams without bottlenecks: 22 cars on 230 m).
The picture shows flow against density on a ring of 1 km, for drivers who react at once and ones who react after
1.5 s, beside the equilibrium of the intelligent driver model, and speeds on the small ring in space and time.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import numpy as np

from agents.drivers import DISTANCE, HEADWAY
from agents.environments import DT, Environments
from agents.episodes import Randomisation
from scenes.files import load
from scenes.kinds import VEHICLES
from scenes.types import Scene
from sim.world import F4

SMALL, LARGE = 230.0, 1000.0  # m around
STEPS, LAST = 3000, 1000  # that are played, and of those the last ones that are measured
WISH = 10.0  # m/s
SIZE = (4.2, 1.8, 1.5)  # m
LATE = 1.5  # s
COUNTS = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120)  # vehicles/km


@dataclass(frozen=True)
class Waves:
    """Traffic on a ring after a while."""

    speed: float  # m/s, mean
    spread: float  # m/s, standard deviation between the cars at a time
    space_time: F4  # (T, A) m/s


def ring(count: int, around: float = SMALL, wish: float = WISH) -> Scene:
    """Cars evenly spread on a ring road, one a little out of place; each has a path of its own, of several laps.

    Args:
        count: cars.
        around: m.
        wish: m/s, wished speed.

    Returns:
        The scene, with nothing else in it.
    """
    scene = load("junction-practice").sample(0)
    model = next(actor for actor in scene.actors if actor.kind in VEHICLES and len(actor.path) > 1)
    radius, cars, laps = around / (2 * np.pi), [], int(STEPS * DT * wish / around) + 2
    for k in range(count):
        start = (k / count) * around + (1.0 if k == 0 else 0.0)
        turn = np.linspace(0.0, 2 * np.pi * laps, round(around * laps)) + start / radius
        path = np.stack([radius * np.cos(turn), radius * np.sin(turn)], -1)
        cars.append(replace(
            model, id=k + 1, path=path, start=1.0, speed=0.5 * wish, desired_speed=wish, lane=None, size=SIZE
        ))  # fmt: skip
    away = np.array([[around, 0.0], [around, 50.0]])
    cars.append(replace(cars[0], id=count + 1, path=away))  # the one that an environment must control; it is taken out
    roads = replace(scene.roads, crossings=(), stop_lines=())
    return replace(
        scene, roads=roads, actors=tuple(cars), signals=(), cameras=(), ego=count + 1, buildings=(), props=()
    )


def waves(scene: Scene, drivers: Randomisation, steps: int = STEPS) -> Waves:
    """Let traffic settle on a ring.

    Args:
        scene: from `ring`.
        drivers: see `agents.episodes`.
        steps: of DT.

    Returns:
        What it is like in the last LAST steps.
    """
    core = Environments([scene], 1, randomise=drivers, autoreset=False, time_limit=3600.0)
    core.reset(0)
    speeds = []
    for _ in range(steps):
        core.step(None)
        speeds.append(core.batch.bodies.speed[0, : len(scene.actors) - 1].copy())
    last = np.array(speeds[-LAST:])
    return Waves(float(last.mean()), float(last.std(1).mean()), np.array(speeds))


def equilibrium(density: F4, length: float, wish: float) -> F4:
    """Flow (vehicles/h) of the intelligent driver model where all drive alike, by density (vehicles/km)."""
    speeds = np.linspace(1e-3, wish * 0.9999, 2000)
    gaps = (DISTANCE + speeds * HEADWAY) / np.sqrt(1.0 - (speeds / wish) ** 4)
    pace = np.interp(1000.0 / density, gaps + length, speeds)
    return np.asarray(3.6 * pace * density)


def draw(rows: dict[str, list[float]], small: dict[str, Waves], path: str) -> None:
    """Draw the picture."""
    import matplotlib.pyplot as plt

    figure, (left, *right) = plt.subplots(1, 1 + len(small), figsize=(13, 4), layout="constrained")
    smooth = np.linspace(COUNTS[0], COUNTS[-1], 200)
    left.plot(smooth, equilibrium(smooth, SIZE[0], WISH), "k-", lw=1, label="equilibrium of the model")
    for (name, flows), mark in zip(rows.items(), "os", strict=True):
        left.plot(COUNTS, flows, mark, ms=5, label=name)
    left.set(xlabel="density, vehicles/km", ylabel="flow, vehicles/h", title="ring of 1 km")
    left.legend()
    for axes, (name, found) in zip(right, small.items(), strict=True):
        shown = axes.imshow(
            found.space_time.T, aspect="auto", origin="lower", extent=(0, STEPS * DT, 0, found.space_time.shape[1]),
            vmin=0, vmax=8, cmap="viridis",
        )  # fmt: skip
        axes.set(xlabel="time, s", ylabel="car", title=f"22 cars on 230 m, {name}")
    figure.colorbar(shown, ax=right, label="speed, m/s")
    figure.savefig(path, dpi=80)


def main() -> None:
    """Play and print."""
    kinds = {"at once": Randomisation(), "after 1.5 s": Randomisation(reaction=(LATE, LATE))}
    rows: dict[str, list[float]] = {}
    for name, drivers in kinds.items():
        found = [waves(ring(count, LARGE), drivers) for count in COUNTS]
        rows[name] = [3.6 * one.speed * count for one, count in zip(found, COUNTS, strict=True)]
        for count, one, flow in zip(COUNTS, found, rows[name], strict=True):
            print(f"{name}: {count:4d}/km {one.speed:5.2f} m/s, spread {one.spread:.2f} m/s, {flow:5.0f} vehicles/h")
    small = {name: waves(ring(22), drivers) for name, drivers in kinds.items()}
    for name, one in small.items():
        print(f"22 cars on 230 m, {name}: {one.speed:.2f} m/s, spread {one.spread:.2f} m/s")
    if len(sys.argv) > 1:
        draw(rows, small, sys.argv[1])


if __name__ == "__main__":
    main()
