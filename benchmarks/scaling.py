"""How the cost of a picture grows with its pixels, with triangles beside it, with triangles in it and with actors.

Run: python -m benchmarks.scaling [PICTURE]
The street of `benchmarks.render` at 640x480 is the unit. Each row changes one thing; every second person or car of the
additional ones walks on between pictures, so that nothing of them can be kept. CPU time of one thread, medians of
ROUNDS pictures; the exponent is the slope from the middle row to the last one on logarithmic axes: 1 is linear.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.render import FAST, FOCAL, HEIGHT, WIDTH, cpu_of, street, view_of_round
from renderers.frame import View
from renderers.mesh import Mesh
from renderers.people import Gait, person_mesh, pose_person
from renderers.raster import RasterOptions, RasterRenderer
from renderers.stage import Instance, Stage
from renderers.vehicles import vehicle_mesh
from scenes.geometry import world_from_model
from scenes.kinds import Kind
from scenes.people import sample_person
from scenes.seeds import rng_for
from scenes.vehicles import sample_vehicle

ROUNDS = 7
MODELS = 12  # different people and cars
PIXELS = (0.25, 0.5, 1.0, 2.0, 3.0)  # of width and height
TRIANGLES = (62_000, 125_000, 250_000, 500_000, 1_000_000, 2_000_000)
ACTORS = (10, 30, 100, 300)
PRESETS = {"fast": FAST, "default": RasterOptions()}


@dataclass(frozen=True)
class Curve:
    """One quantity that grows, and what pictures cost."""

    name: str
    sizes: tuple[float, ...]
    seconds: dict[str, tuple[float, ...]]  # by preset

    def exponent(self, preset: str) -> float:
        """Slope from the middle size to the largest, where fixed costs matter less; 1 = linear."""
        cost, middle = self.seconds[preset], len(self.sizes) // 2
        return float(np.log(cost[-1] / cost[middle]) / np.log(self.sizes[-1] / self.sizes[middle]))


def models(detail: int) -> list[tuple[Mesh, Kind]]:
    """People and cars by turns."""
    found: list[tuple[Mesh, Kind]] = []
    for k in range(MODELS):
        rng = rng_for(0, "scaling", k)
        if k % 2:
            found.append((vehicle_mesh(sample_vehicle(rng, Kind.CAR)), Kind.CAR))
        else:
            person = person_mesh(sample_person(rng), detail)
            found.append((pose_person(person, Gait(rng.random(), 1.3, "walk")), Kind.PEDESTRIAN))
    return found


def crowd(parts: list[tuple[Mesh, Kind]], beside: bool) -> Iterator[Instance]:
    """Endless people and cars: beside and behind the camera, or before it over 60 m of the road."""
    number = 0
    while True:
        mesh, kind = parts[number % len(parts)]
        rng = rng_for(0, "scaling", "place", number)
        x = rng.uniform(-28.0, -8.0) if beside else rng.uniform(4.0, 64.0)
        place = np.array([x, rng.uniform(-6.0, 6.0), 0.0])
        yield Instance(mesh, world_from_model(place, rng.uniform(0.0, 6.28)), kind, 1000 + number)
        number += 1


def walked(stage: Stage, k: int) -> Stage:
    """Every second of the additional ones a little farther on."""
    shift = np.eye(4)
    shift[0, 3] = 0.01 * k
    return replace(stage, instances=tuple(
        replace(one, world_from_model=shift @ one.world_from_model) if one.id >= 1000 and one.id % 2 else one
        for one in stage.instances
    ))  # fmt: skip


def filled(base: Stage, more: Iterator[Instance], triangles: int) -> Stage:
    """A stage with so many triangles."""
    items = list(base.instances)
    count = sum(len(one.mesh.triangles) for one in items)
    while count < triangles:
        items.append(next(more))
        count += len(items[-1].mesh.triangles)
    return replace(base, instances=tuple(items))


def seconds_of(stages: Callable[[int], tuple[Stage, View]], options: RasterOptions) -> float:
    """Median CPU seconds of a picture."""
    raster, times = RasterRenderer(options), []
    for k in range(ROUNDS + 1):
        stage, view = stages(k)
        times.append(cpu_of(lambda stage=stage, view=view: raster.render(stage, view)))  # type: ignore[misc]
    return statistics.median(times[1:])


def curves() -> Iterator[Curve]:
    """Measure one quantity after the other."""
    base = street()

    def measured(name: str, sizes: tuple[float, ...], made: Callable[[float, int], tuple[Stage, View]]) -> Curve:
        return Curve(name, sizes, {
            preset: tuple(seconds_of(lambda k, size=size: made(size, k), options) for size in sizes)  # type: ignore[misc]
            for preset, options in PRESETS.items()
        })  # fmt: skip

    def larger(factor: float, k: int) -> tuple[Stage, View]:
        view = view_of_round(k)
        return base, View(round(factor * WIDTH), round(factor * HEIGHT), factor * FOCAL, view.camera_from_world)

    found = measured("pixels", PIXELS, larger)
    yield replace(found, sizes=tuple(WIDTH * HEIGHT * factor**2 for factor in PIXELS))
    for name, beside in (("triangles beside and behind the camera", True), ("triangles in the picture", False)):
        stages = {size: filled(base, crowd(models(0), beside), size) for size in TRIANGLES}
        yield measured(name, TRIANGLES, lambda size, k, stages=stages: (walked(stages[int(size)], k), view_of_round(k)))  # type: ignore[misc]
    everybody = crowd(models(1), beside=False)
    people = tuple(next(everybody) for _ in range(max(ACTORS)))
    road = tuple(one for one in base.instances if one.id == 0)
    yield measured("actors in the picture", ACTORS, lambda count, k: (
        walked(replace(base, instances=road + people[: int(count)]), k), view_of_round(k)
    ))  # fmt: skip


def picture(found: list[Curve], out: str) -> None:
    """Draw the curves on logarithmic axes beside a linear one."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(found), figsize=(4.0 * len(found), 3.4), constrained_layout=True)
    for ax, curve in zip(axes, found, strict=True):
        for preset, cost in curve.seconds.items():
            ax.loglog(
                curve.sizes, np.multiply(cost, 1e3), "o-", label=f"{preset}, exponent {curve.exponent(preset):.2f}"
            )
        first = curve.seconds["fast"][0] * 1e3
        ax.loglog(curve.sizes, first * np.divide(curve.sizes, curve.sizes[0]), "k:", lw=1, label="linear")
        ax.set_xlabel(curve.name)
        ax.legend(fontsize=7)
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("CPU ms a picture")
    figure.savefig(out, dpi=110)


def main() -> None:
    """Print a table of each curve as soon as it is known."""
    found = []
    for curve in curves():
        found.append(curve)
        print(f"\n{curve.name:40s}" + "".join(f"{preset + ', ms':>14s}" for preset in PRESETS))
        for k, size in enumerate(curve.sizes):
            print(f"{size:40,.0f}" + "".join(f"{1e3 * curve.seconds[preset][k]:14.1f}" for preset in PRESETS))
        print(f"{'exponent':40s}" + "".join(f"{curve.exponent(preset):14.2f}" for preset in PRESETS), flush=True)
    if len(sys.argv) > 1:
        picture(found, sys.argv[1])


if __name__ == "__main__":
    main()
