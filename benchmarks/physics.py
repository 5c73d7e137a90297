"""How long a step of 50 ms takes in each engine: `python -m benchmarks.physics`."""

from __future__ import annotations

import time
from dataclasses import replace

import skidpad
from agents import POLICIES
from scenes.kinds import VEHICLES
from scenes.types import Scene
from sim.engine import ENGINES
from sim.observe import observe
from sim.rollout import DT
from sim.world import compile_world

STEPS = 60


def milliseconds(scene: Scene, engine: str) -> float:
    """CPU time of one step with rule-based drivers, ms; the first second is not counted."""
    motor, policy = ENGINES[engine](), POLICIES["rule"]()
    world = compile_world([scene])
    state = motor.start(world)
    spent = 0.0
    for k in range(20 + STEPS):
        controls, _ = policy.act(observe(world, state), None)
        start = time.process_time()
        state = motor.step(state, controls, DT)
        spent += (time.process_time() - start) * (k >= 20)
    return 1000.0 * spent / STEPS


def main() -> None:
    """Print a table."""
    print("scene                  vehicles  people  kinematic      bullet")
    ten = skidpad.load("street").sample(1)
    moving = [a for a in ten.actors if a.kind in VEHICLES and len(a.path) > 1][:10]
    rows = {"street, ten vehicles": replace(ten, actors=tuple(moving))}
    rows |= {name: skidpad.load(name).sample(1) for name in ("crash", "street", "junction")}
    for name, scene in rows.items():
        driving = sum(actor.kind in VEHICLES and len(actor.path) > 1 for actor in scene.actors)
        people = sum(actor.kind not in VEHICLES for actor in scene.actors)
        times = [milliseconds(scene, engine) for engine in ("kinematic", "bullet")]
        print(f"{name:22} {driving:8d} {people:7d} {times[0]:7.2f} ms {times[1]:8.1f} ms")


if __name__ == "__main__":
    main()
