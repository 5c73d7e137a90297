"""How much memory does a street with 100 people and 60 vehicles of packs take, and how soon are they at hand?

Run: python -m benchmarks.full_street [SAMPLES] [FRAMES] [ASSETS]
Samples of `full_street.yaml` in one process, FRAMES pictures of each camera with the labels of the default, in ASSETS
(all packs that are built, at least one). Start-up is from the start of the process, with Python and imports, until
packs are chosen and everybody is found in them; then come the peak of resident memory, and models that were read.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import resource
import sys
import time
from pathlib import Path

from scenes.catalogue import choose_packs
from scenes.equip import equipped
from scenes.files import load
from scenes.kinds import VEHICLES, Kind
from skidpad.render import render_scene


def age() -> float:
    """Seconds since this process began."""
    begun = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return float(Path("/proc/uptime").read_text().split()[0]) - begun


def main() -> None:
    """Print a line for start-up and one for each sample."""
    samples, frames, assets = (sys.argv[1:] + ["3", "4", "required"][len(sys.argv) - 1 :])[:3]
    template = load(str(Path(__file__).with_name("full_street.yaml")))
    packs = choose_packs(assets)
    scene = equipped(template.sample(0, 0), packs)
    print(f"packs: {', '.join(packs) or 'none'}")
    print(f"start-up {age():.1f} s, {time.process_time():.1f} s of CPU", flush=True)
    print("sample  people  vehicles  of packs  CPU ms a picture  peak MB", flush=True)
    for k in range(int(samples)):
        scene = equipped(template.sample(k, 0), packs)
        kinds = [actor.kind for actor in scene.actors]
        dressed = sum(bool(getattr(actor.look, "asset", "")) for actor in scene.actors)
        begin = time.process_time()
        made = len(render_scene(scene, int(frames)))
        cost = 1e3 * (time.process_time() - begin) / made
        people, vehicles = kinds.count(Kind.PEDESTRIAN), sum(kind in VEHICLES for kind in kinds)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(f"{k:6d} {people:7d} {vehicles:9d} {dressed:9d} {cost:17.0f} {peak:8.0f}", flush=True)


if __name__ == "__main__":
    main()
