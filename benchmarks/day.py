"""A day at a signalised four-way junction under rule-based drivers: deadlocks, flow, delay, collisions.

Run: python -m benchmarks.day [--hours 1] [--worlds 24] [--jaywalkers 0] [--drivers alike|varied] [--out FOLDER]
Every world is another sample of a junction with fixed lights (30 s green) and 60 vehicles and 40 people, who enter
again at the beginning of their ways when they have arrived and there is room. With --out the state is kept every
simulated quarter of an hour, and the same command goes on from there.

Saturation flow is measured as in the Highway Capacity Manual (2010, chapter 31): headways at the stop line from the
fifth vehicle of a queue on, here between two vehicles that go straight on. Delay is the time of a trip beyond that at
the wished speed. A vehicle that has not moved for five minutes, more than four cycles, counts as stuck.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from agents.environments import DT, Environments
from agents.episodes import VARIED_DRIVERS, Randomisation, make_pool
from agents.judging import COLLIDED, HIT, LEFT, RAN, REACHED
from agents.snapshot import core_state, put_core_state
from scenes.files import load
from scenes.kinds import VEHICLES
from scenes.seeds import rng_for
from scenes.types import Actor, Scene
from scenes.wholefile import write_whole
from sim.near import REACH
from sim.signals import GREEN

SCENE = """format: 1
roads: {layout: junction, length: 400, lane_width: 3.5, pavement: 3.5, crossing: signals, crossing_width: 4}
buildings: {share: 0}
furniture: {density: 0, trees: 0, lamps: 100, clutter: 0}
vehicles: {spacing: {uniform: [7, 12]}, speed: {normal: [12.5, 0.8]}, kind: {choice: {car: 0.88, van: 0.12}}}
people: {density: 14, standing: 0, grouped: 0, crossing: 12}
signals: {heads: 2, green: 30, yellow: 3, all_red: 2}
cameras: [{kind: dash, width: 64, height: 48}]
"""
CARS, PEOPLE, STRAIGHT = 60, 40, 0.8  # of the cars that share goes straight on
QUEUE, SETTLED = 8, 4  # vehicles of a queue that is measured; those whose headways are left out
STUCK = 300.0  # s
COPIES = 9000  # ids from here on are of vehicles that enter later
ENTER, ROOM = 4, 14.0  # m along a path where vehicles enter, and to the next one
KEPT = 9000  # steps between two savings


def turning(actor: Actor) -> float:
    """Angle between the ends of a path, rad."""
    first, last = actor.path[1] - actor.path[0], actor.path[-1] - actor.path[-2]
    return float(np.arctan2(first[0] * last[1] - first[1] * last[0], first @ last))


def peopled(scene: Scene, jaywalkers: int) -> Scene:
    """The scene with CARS vehicles, STRAIGHT of them without a turn, and PEOPLE people; some of them cross anywhere."""
    rng = rng_for(0, "day", scene.sample)
    moving = [actor for actor in scene.actors if len(actor.path) > 1]
    cars = [moving[k] for k in rng.permutation(len(moving)) if moving[k].kind in VEHICLES]
    straight, turns = ([c for c in cars if (abs(turning(c)) < 0.5) == kind] for kind in (True, False))
    many = round(CARS * STRAIGHT)
    chosen = straight[:many] + turns[: CARS - many]
    chosen += [replace(chosen[k % len(chosen)], id=COPIES + k) for k in range(CARS - len(chosen))]
    people = [moving[k] for k in rng.permutation(len(moving)) if moving[k].kind not in VEHICLES]
    people = sorted(people, key=lambda person: not crosses(person, scene))[:PEOPLE]
    for k in range(jaywalkers):
        x = float(rng.uniform(30.0, 110.0)) * (1 if k % 2 else -1)
        way = np.array([[x, -7.0], [x, 7.0]])[:: 1 if rng.random() < 0.5 else -1]
        people[-1 - k] = replace(people[-1 - k], path=np.ascontiguousarray(way), start=0.0, partner=0, companion=None)
    return replace(scene, actors=(*chosen, *people), cameras=())


def crosses(person: Actor, scene: Scene) -> bool:
    """Whether a person's path leads over a crossing."""
    middles = [0.5 * (crossing.start + crossing.end) for crossing in scene.roads.crossings]
    legs = np.linspace(person.path[:-1], person.path[1:], 30).reshape(-1, 2)
    return any(np.hypot(*(legs - middle).T).min() < 2.0 for middle in middles)


class Counts:
    """What happened so far, as numbers that can be saved."""

    def __init__(self, core: Environments) -> None:
        play, tables = core.batch.play, core.pool.tables
        self.totals: dict[str, float] = dict.fromkeys(
            ("steps", "trips", "collisions", "people_hit", "off_road", "red_light", "stuck", "nan", "metres"), 0.0
        )
        self.delays: list[float] = []
        self.headways: list[float] = []
        self.scene, self.slots = play.scene, play.slots[play.scene]
        self.driver = np.take_along_axis(tables.vehicle[play.scene], np.maximum(self.slots, 0), 1) & (self.slots >= 0)
        self.desired = np.take_along_axis(tables.desired[play.scene], np.maximum(self.slots, 0), 1)
        self.half = 0.5 * np.take_along_axis(tables.size[play.scene][..., 0], np.maximum(self.slots, 0), 1)
        self.stop = np.take_along_axis(tables.stop_at[play.scene][..., 0], np.maximum(self.slots, 0), 1)
        self.group = np.take_along_axis(tables.stop_group[play.scene][..., 0], np.maximum(self.slots, 0), 1)
        heading = np.take_along_axis(tables.spot[play.scene][..., 2], np.maximum(self.slots, 0), 1)
        self.arm = np.round(heading / (np.pi / 2)).astype(int) % 4
        turns = [
            [abs(turning(actor)) < 0.5 if len(actor.path) > 1 else False for actor in scene.actors]
            for scene in core.pool.scenes
        ]
        self.straight = np.take_along_axis(np.array(turns)[play.scene], np.maximum(self.slots, 0), 1)
        shape = self.slots.shape
        self.begun, self.still, self.way = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.last = self.of(core, core.batch.bodies.travelled)
        self.shown = core.batch.sights.shown.copy()
        self.queue: dict[tuple[int, int], list[Any]] = {}  # vehicles of a queue that are left, last one, its time

    def of(self, core: Environments, part: np.ndarray) -> np.ndarray:
        """(E, N) of the controlled actors."""
        return np.take_along_axis(part, np.maximum(self.slots, 0), 1)

    def add(self, core: Environments, outcome: np.ndarray) -> None:
        """Count what a step brought."""
        bodies, now = core.batch.bodies, self.totals["steps"] * DT
        travelled, speed = self.of(core, bodies.travelled), self.of(core, bodies.speed)
        self.totals["steps"] += 1
        ended = outcome > 0
        here = self.of(core, bodies.alive) & (travelled >= self.last)  # who entered again is farther back
        moved = np.where(here & ~ended, travelled - self.last, 0.0)
        self.totals["metres"] += float(moved[self.driver].sum())
        self.totals["nan"] += float((~np.isfinite(travelled)).sum())
        for name, kind in (("collisions", COLLIDED), ("people_hit", HIT), ("off_road", LEFT), ("red_light", RAN)):
            self.totals[name] += float((outcome[self.driver] == kind).sum()) * (0.5 if kind == COLLIDED else 1.0)
        arrived = (outcome == REACHED) & self.driver
        self.totals["trips"] += float(arrived.sum())
        self.delays += (now - self.begun - self.way / self.desired)[arrived].tolist()
        self.still = np.where((moved > 0.01) | ended | ~here, 0.0, self.still + DT)
        self.totals["stuck"] += float((np.abs(self.still - STUCK) < DT / 2)[self.driver].sum())
        self.way = np.where(here, self.way + moved, 0.0)
        self.begun = np.where(here, self.begun, now)
        self.discharge(core, travelled, speed, ended, now)
        self.last, self.shown = travelled, core.batch.sights.shown.copy()

    def discharge(
        self, core: Environments, travelled: np.ndarray, speed: np.ndarray, ended: np.ndarray, now: float
    ) -> None:
        """Take headways of queues at the stop lines."""
        shown = core.batch.sights.shown
        for e, group in zip(*np.nonzero((shown == GREEN) & (self.shown != GREEN)), strict=True):
            for arm in range(4):
                waits = self.driver[e] & (self.arm[e] == arm) & (self.group[e] == group) & (speed[e] < 1.0)
                waits &= travelled[e] + self.half[e] < self.stop[e] + 1.0
                order = np.flatnonzero(waits)[np.argsort(-(travelled[e] + self.half[e])[waits])]
                self.queue[int(e), arm] = [order.tolist(), None, 0.0, 0] if len(order) >= QUEUE else []
        passed = self.driver & ~ended & (self.last + self.half < self.stop) & (travelled + self.half >= self.stop)
        for e, n in zip(*np.nonzero(passed), strict=True):
            entry = self.queue.get((int(e), int(self.arm[e, n])))
            if not entry:
                continue
            order, before, when, count = entry
            if int(n) not in order:
                entry.clear()
                continue
            order.remove(int(n))
            if count >= SETTLED and self.straight[e, n] and self.straight[e, before]:
                self.headways.append(now - when)
            entry[1:] = [int(n), now, count + 1]


class Entrance:
    """Lets those who arrived enter again at the beginning of their paths."""

    def __init__(self, core: Environments) -> None:
        tables, play = core.pool.tables, core.batch.play
        self.tables, self.path = tables, tables.path[play.scene]
        self.driver, self.size = tables.vehicle[play.scene], tables.size[play.scene][..., 0]
        first = tables.rows[np.maximum(self.path, 0), 0] + ENTER
        self.spot = tables.line[first]  # (E, A, 3)
        self.row = play.row_of[play.scene]
        self.desired = tables.desired[play.scene]
        for e in range(core.num_envs):
            for a in np.flatnonzero([actor.id >= COPIES for actor in core.scene(e).actors]):  # start where others do
                core.batch.bodies.alive[e, a] = core.batch.play.active[e, self.row[e, a]] = False

    def open(self, core: Environments) -> None:
        """Put those who wait and have room on the road, of each world one vehicle a step."""
        bodies, play = core.batch.bodies, core.batch.play
        waits = ~bodies.alive & (self.row >= 0)
        for e in np.flatnonzero(waits.any(1)):
            people = np.flatnonzero(waits[e] & ~self.driver[e])
            drivers = np.flatnonzero(waits[e] & self.driver[e])
            drivers = np.roll(drivers, -int(play.step[e] % max(len(drivers), 1)))
            for a in (*people.tolist(), *drivers.tolist()[:1]):
                free = self.room(core, int(e), a) if self.driver[e, a] else np.inf
                if free > ROOM:
                    self.put(core, int(e), a, min(float(self.desired[e, a]), float(np.sqrt(4.0 * (free - ROOM)))))

    def room(self, core: Environments, e: int, a: int) -> float:
        """Distance (m) to the nearest vehicle from where actor a enters."""
        bodies = core.batch.bodies
        others = bodies.alive[e] & self.driver[e]
        return float(np.hypot(*(bodies.position[e, others, :2] - self.spot[e, a, :2]).T).min(initial=np.inf))

    def put(self, core: Environments, e: int, a: int, speed: float) -> None:
        """Put an actor at the beginning of its path."""
        batch, n = core.batch, self.row[e, a]
        bodies = batch.bodies
        bodies.position[e, a, :2], bodies.heading[e, a] = self.spot[e, a, :2], self.spot[e, a, 2]
        bodies.travelled[e, a], bodies.speed[e, a], bodies.alive[e, a] = ENTER, speed, True
        for part in (bodies.steering, bodies.yaw_rate, bodies.acceleration):
            part[e, a] = 0.0
        batch.place[e, a], batch.ahead[e, a], batch.slip[e, a] = 0.0, (REACH, 0.0, REACH, 0.0), 0.0
        batch.verdicts.before[e, n] = ENTER, 0.0
        batch.play.active[e, n] = True


def report(counts: Counts, worlds: int, jaywalkers: int) -> str:
    """What is printed at the end."""
    t, hours = counts.totals, counts.totals["steps"] * DT / 3600
    km = t["metres"] / 1000
    flow = 3600 / np.mean(counts.headways) if counts.headways else float("nan")
    delays = np.array(counts.delays) if counts.delays else np.full(1, np.nan)
    return "\n".join((
        f"{worlds} worlds x {hours:.2f} h = {worlds * hours:.1f} simulated hours, {CARS} vehicles, {PEOPLE} people, "
        f"{jaywalkers} of them jaywalkers",
        f"stuck for {STUCK:.0f} s: {t['stuck']:.0f}, not a number: {t['nan']:.0f}, off the road: {t['off_road']:.0f}, "
        f"red lights run: {t['red_light']:.0f}",
        f"saturation flow: {flow:.0f} vehicles/h/lane from {len(counts.headways)} headways",
        f"trips: {t['trips']:.0f}, {t['trips'] / hours / worlds:.0f} an hour and world; "
        f"delay: median {np.median(delays):.0f} s, 90 % {np.quantile(delays, 0.9):.0f} s",
        f"driven: {km:.0f} km; collisions of vehicles: {t['collisions']:.1f}, {t['collisions'] / km:.5f} a km; "
        f"people hit: {t['people_hit']:.0f}, {t['people_hit'] / km:.5f} a km",
    ))  # fmt: skip


def scenes_of(worlds: int, jaywalkers: int) -> Sequence[Scene]:
    """One scene for every world."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "day.yaml"
        file.write_text(SCENE, encoding="utf-8")
        template = load(str(file))
        return [peopled(template.sample(k), jaywalkers) for k in range(worlds)]


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.day")
    parser.add_argument("--hours", type=float, default=1.0, help="of each world")
    parser.add_argument("--worlds", type=int, default=24)
    parser.add_argument("--jaywalkers", type=int, default=0)
    parser.add_argument("--drivers", choices=("alike", "varied"), default="varied")
    parser.add_argument("--out", help="folder where the state is kept, to go on from")
    given = parser.parse_args()
    pool = make_pool(scenes_of(given.worlds, given.jaywalkers), "all")
    core = Environments(
        pool, given.worlds, controlled="all", consequence="remove", autoreset=False, each=True, threads=1,
        randomise=VARIED_DRIVERS if given.drivers == "varied" else Randomisation(),
    )  # fmt: skip
    core.batch = core.batch._replace(play=core.batch.play._replace(limit=np.int64(10**12)))
    core.reset(0)
    counts, entrance, folder = Counts(core), Entrance(core), Path(given.out) if given.out else None
    if folder and (folder / "state.npz").is_file():
        resume(core, counts, folder)
    start, total = time.process_time(), round(given.hours * 3600 / DT)
    while counts.totals["steps"] < total:
        counts.add(core, core.step(None).outcome)
        entrance.open(core)
        if counts.totals["steps"] % KEPT == 0:
            done = counts.totals["steps"] / total
            print(f"{100 * done:.0f} %, {time.process_time() - start:.0f} s of CPU time", flush=True)
            if folder:
                keep(core, counts, folder)
    print(report(counts, given.worlds, given.jaywalkers))


def keep(core: Environments, counts: Counts, folder: Path) -> None:
    """Write the state of the run, whole or not at all."""
    parts = {name: getattr(counts, name) for name in ("begun", "still", "way", "last", "shown")}
    text = json.dumps({"totals": counts.totals, "delays": counts.delays, "headways": counts.headways})
    data = io.BytesIO()
    np.savez(data, **core_state(core), **{f"counts.{name}": part for name, part in parts.items()}, text=text)
    write_whole(folder / "state.npz", data.getvalue())


def resume(core: Environments, counts: Counts, folder: Path) -> None:
    """Go on from what `keep` wrote; headways of queues that are under way are left out."""
    with np.load(folder / "state.npz") as state:
        put_core_state(core, {name: state[name] for name in state.files if not name.startswith("counts.")})
        for name in ("begun", "still", "way", "last", "shown"):
            setattr(counts, name, state[f"counts.{name}"])
        for name, value in json.loads(str(state["text"])).items():
            setattr(counts, name, value)
    print(f"going on after {counts.totals['steps'] * DT / 3600:.2f} h")


if __name__ == "__main__":
    main()
