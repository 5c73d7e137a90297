"""How fast people walk by how many there are, beside Weidmann's curve; and lanes that form in counter-flow.

Run: python -m benchmarks.people_flow [--people social-force|orca] [--out speeds.png]
People in a corridor of 30 x 4 m between two walls walk in the core of `agents.environments`. The corridor has no ends:
who leaves it on the right comes in on the left, and copies of those near an end stand in beyond the other. Wished
speeds are drawn from N(1.34, 0.26) m/s (Weidmann 1993). Speeds along the corridor are means over the last 30 of 60 s.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.environments import DT, Environments
from agents.episodes import make_pool
from scenes.buildings import sample_building
from scenes.kinds import Kind
from scenes.people import sample_person
from scenes.seeds import rng_for
from scenes.types import Actor, Building, Floats, Lane, Light, RoadNetwork, Scene
from scenes.vehicles import sample_vehicle

LONG, WIDE = 30.0, 4.0  # m
BEYOND = 3.2  # m past an end in which copies stand
DENSITIES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)  # people / m2
FREE, SPREAD, JAM, STEEP = 1.34, 0.26, 5.4, 1.913  # m/s, m/s, people / m2, people / m2 (Weidmann 1993)
LIGHT = Light("day", 1.0, 0.7, (2, 2, 2), (0.3, 0.4, 0.6), (0.6, 0.7, 0.8), 0.2, 0.002)


def weidmann(density: float) -> float:
    """Mean speed (m/s) of people at a density (people / m2); Weidmann 1993, Transporttechnik der Fussgaenger."""
    return FREE * (1.0 - math.exp(-STEEP * (1.0 / density - 1.0 / JAM)))


class Corridor:
    """People in a corridor without ends."""

    def __init__(self, count: int, people: str, seed: int = 0, counter: bool = False) -> None:
        """Let people stand all over it.

        Args:
            count: of them.
            people: how they walk, see `Environments`.
            seed: any integer.
            counter: half of them walk the other way.
        """
        rng = rng_for(seed, "corridor", count)
        self.count, self.way = count, np.where(counter & (np.arange(count) % 2 == 1), -1.0, 1.0)
        columns = math.ceil(math.sqrt(count * LONG / WIDE))
        rows = math.ceil(count / columns)
        place = rng.permutation(columns * rows)[:count]
        x = (place % columns + rng.uniform(0.3, 0.7, count)) * LONG / columns
        y = 0.25 + (place // columns + rng.uniform(0.3, 0.7, count)) * (WIDE - 0.5) / rows
        spare = math.ceil(2.6 * BEYOND / LONG * count) + 8
        wish = np.clip(rng.normal(FREE, SPREAD, count), 0.5, 2.2)
        rows_of = np.concatenate([np.arange(count), np.zeros(spare, int)])
        actors = [self._person(k + 2, x[i], y[i], wish[i], self.way[i]) for k, i in enumerate(rows_of)]
        self.core = Environments(
            make_pool([corridor_scene(actors)], "ego"), 1, people=people, time_limit=3600.0, autoreset=False
        )
        self.core.reset(0)
        bodies = self.core.batch.bodies
        bodies.position[0, 1 : count + 1, 0], bodies.position[0, 1 : count + 1, 1] = x, y
        self._mirror()

    @staticmethod
    def _person(number: int, x: float, y: float, wish: float, way: float) -> Actor:
        look = sample_person(rng_for(1, "corridor", number % 50), warmth=0.5, age_group="adult")
        line = np.array([[-20.0, y], [LONG + 20.0, y]])[:: int(way)]
        return Actor(
            number, Kind.PEDESTRIAN, look, look.size, np.ascontiguousarray(line), x + 20.0, 0.5 * wish, wish, 0.0
        )

    def _mirror(self) -> None:
        """Bring back who left, and put copies of those near an end beyond the other."""
        bodies, stroll, n = self.core.batch.bodies, self.core.batch.stroll, self.count
        x = bodies.position[0, 1 : n + 1, 0]
        x[:] = np.mod(x, np.float32(LONG))
        bodies.travelled[0, 1 : n + 1] = np.where(self.way > 0, x + 20.0, LONG + 20.0 - x)
        left, right = np.flatnonzero(x < BEYOND), np.flatnonzero(x > LONG - BEYOND)
        who = np.concatenate([left, right]) + 1
        shift = np.concatenate([np.full(len(left), LONG), np.full(len(right), -LONG)]).astype(np.float32)
        copies = n + 1 + np.arange(min(len(who), bodies.alive.shape[1] - n - 1))
        who, shift = who[: len(copies)], shift[: len(copies)]
        bodies.alive[0, n + 1 :] = False
        bodies.alive[0, copies] = True
        for part in (bodies.position, bodies.heading, bodies.speed, stroll.velocity, stroll.push):
            part[0, copies] = part[0, who]
        bodies.position[0, copies, 0] += shift
        bodies.travelled[0, copies] = 20.0

    def step(self) -> None:
        """Advance by DT."""
        self.core.step(None)
        self._mirror()

    @property
    def places(self) -> NDArray[np.float32]:
        """(N, 2) m."""
        return self.core.batch.bodies.position[0, 1 : self.count + 1, :2]

    @property
    def velocities(self) -> NDArray[np.float32]:
        """(N, 2) m/s."""
        return self.core.batch.stroll.velocity[0, 1 : self.count + 1]


def corridor_scene(people: list[Actor]) -> Scene:
    """The corridor and who is in it; a car far away is there to be controlled."""
    lane = np.array([[-20.0, 500.0], [20000.0, 500.0]])
    car = sample_vehicle(rng_for(1, "corridor"), Kind.CAR)
    ego = Actor(1, Kind.CAR, car, car.size, lane, 0.0, 0.0, 0.5, 0.0, behaviour="drive", lane=0)
    look = sample_building(rng_for(1, "corridor"))
    size = (LONG + 60.0, 4.0, 6.0)
    walls = tuple(
        Building(np.array([0.5 * LONG, y, 0.0]), turn, size, look)
        for y, turn in ((-2.0, 0.5 * math.pi), (WIDE + 2.0, -0.5 * math.pi))
    )
    roads = RoadNetwork((Lane(0, lane, 3.2, 13.0),), (), (), 2.0, (), (), ())
    return Scene("corridor", 0, 0, 0.0, roads, (ego, *people), (), walls, (), LIGHT, ())


def mean_speed(density: float, people: str, seconds: float = 60.0, seed: int = 0) -> float:
    """Mean speed (m/s) along the corridor in the second half of a time (s), at a density (people / m2)."""
    corridor = Corridor(round(density * LONG * WIDE), people, seed)
    steps, total = round(seconds / DT), 0.0
    for k in range(steps):
        corridor.step()
        total += float(corridor.velocities[:, 0].mean()) if k >= steps // 2 else 0.0
    return total / (steps - steps // 2)


def order_of_lanes(corridor: Corridor) -> float:
    """How far lanes have formed, 0 mixed .. 1 apart: mean square of the balance in strips of 0.4 m (Rex, Loewen 2007).

    Args:
        corridor: with counter-flow.
    """
    strip = np.clip((corridor.places[:, 1] / 0.4).astype(int), 0, 9)
    weight = np.bincount(strip, minlength=10)
    balance = np.bincount(strip, corridor.way, minlength=10) / np.maximum(weight, 1)
    return float((weight * balance**2).sum() / weight.sum())


def main() -> None:
    """Measure and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.people_flow")
    parser.add_argument("--people", nargs="+", default=["social-force", "orca"])
    parser.add_argument("--out", type=Path, help="plot to write")
    given = parser.parse_args()
    found: dict[str, Floats] = {}
    for people in given.people:
        found[people] = np.array([mean_speed(density, people) for density in DENSITIES])
        for density, speed in zip(DENSITIES, found[people], strict=True):
            wanted = weidmann(density)
            print(
                f"{people:13s} {density:.1f} /m2: {speed:.3f} m/s, Weidmann {wanted:.3f}, {speed / wanted - 1:+.1%}",
                flush=True,
            )
    if given.out:
        draw(found, given.out)


def draw(found: dict[str, Floats], out: Path) -> None:
    """Write a plot of speeds by density."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.subplots()
    along = np.linspace(0.3, 3.3, 200)
    curve = np.array([weidmann(x) for x in along])
    axes.plot(along, curve, color="black", label="Weidmann 1993")
    axes.fill_between(along, 0.85 * curve, 1.15 * curve, color="0.88", label="within 15 %")
    for (people, speeds), mark in zip(found.items(), "os^", strict=False):
        axes.plot(DENSITIES, speeds, mark, label=people)
    axes.set(xlabel="people / m²", ylabel="mean speed, m/s", xlim=(0.3, 3.3), ylim=(0.0, 1.6))
    axes.legend(frameon=False)
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main()
