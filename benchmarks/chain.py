"""What the camera chain costs beside drawing the picture: plain, the scene's own, each camera preset, and step by step.

Run: python -m benchmarks.chain [scene] [--before FILE]
FILE is `renderers/camera_chain.py` of a version whose `develop` takes radiance, chain, generator and gain
(`git show 2ecd222:renderers/camera_chain.py`): it develops the scene's own chain, too. Every round draws another sample
with its first camera at 480x360 and develops it in turns; JPEG is not in it. Figures are CPU seconds of this process on
one thread, medians of rounds; ratios are taken round by round.
"""

from __future__ import annotations

import os

os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import importlib.util
import math
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import cv2

from renderers.assemble import StageBuilder
from renderers.camera_chain import develop
from renderers.raster import RasterRenderer
from renderers.views import resolve_camera
from scenes.files import load
from scenes.seeds import rng_for
from scenes.types import CameraChain
from sim.rollout import rollout
from skidpad.drivers import cast

ROUNDS, TURNS = 9, 3
OWN, BEFORE = "the scene's own", "the scene's own, before"
PRESETS = ("phone", "action-camera", "dash-camera", "cctv", "old-dv")
STEPS = {
    "depth of field, a pupil of 12 mm": CameraChain(aperture=0.012, focus=10.0),
    "depth of field, a pupil of 50 mm": CameraChain(aperture=0.05, focus=10.0),
    "fringes": CameraChain(red_fringe=1.0, blue_fringe=-1.0),
    "vignette": CameraChain(vignette=0.7),
    "flare": CameraChain(flare=0.002),
    "veil": CameraChain(veil=0.03),
    "shot and read noise": CameraChain(shot_noise=0.02, read_noise=0.003),
    "the same behind a mosaic, edge-aware": CameraChain(shot_noise=0.02, read_noise=0.003, demosaic="edge-aware"),
    "patterns of pixels, rows and columns": CameraChain(gain_pattern=0.005, row_noise=0.001, column_pattern=0.001),
    "white balance, spill and shoulder": CameraChain(white_balance=(1.05, 1.0, 0.95), spill=0.2, shoulder=0.3),
    "colour resolution, saturation, sharpening": CameraChain(chroma_blur=1.5, saturation=1.1, sharpening=1.0),
    "interlacing": CameraChain(interlace=1.5),
}
Develop = Callable[[], object]


def cpu_of(job: Develop) -> float:
    """CPU milliseconds of this process for one call, the median of a few."""
    times = []
    for _ in range(TURNS):
        start = time.process_time()
        job()
        times.append(1000.0 * (time.process_time() - start))
    return statistics.median(times)


def chain_of(preset: str, k: int, folder: Path) -> CameraChain:
    """What a preset draws for sample k."""
    file = folder / f"{preset}.yaml"
    file.write_text(f"format: 1\ncameras: [{{kind: dash}}]\npresets: [{preset}]\n", encoding="utf-8")
    return load(file).sample(k, seed=1).cameras[0].chain


def jobs_of(name: str, k: int, folder: Path, before: ModuleType | None) -> dict[str, Develop]:
    """What is measured on sample k of a scene."""
    scene = load(name).sample(k, seed=1)
    everybody, others = cast(scene)
    state = next(iter(rollout([scene], everybody, [scene.start_time], others)))
    camera = scene.cameras[0]
    camera = replace(camera, width=480, height=360, focal=camera.focal * 480 / camera.width)
    view = resolve_camera(camera, scene, state)
    stage, _ = StageBuilder(scene).at(state, view, camera.mount, {})
    renderer = RasterRenderer()
    frame = renderer.draw(stage, view).frame
    chains = {"plain": CameraChain(), OWN: camera.chain}
    chains |= {preset: chain_of(preset, k, folder) for preset in PRESETS} | STEPS
    jobs: dict[str, Develop] = {"drawing the picture": lambda: renderer.draw(stage, view)}
    jobs |= {
        key: lambda one=chain: develop(frame, scene.light, one, rng_for(0), rng_for(1)) for key, chain in chains.items()
    }
    if before is not None:
        most = 9.0 if scene.light.condition == "night" else math.inf
        old = before.develop
        jobs[BEFORE] = lambda: old(frame.rgb, camera.chain, rng_for(0), most)
    return jobs


def main() -> None:
    """Measure and print one table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("scene", nargs="?", default="street")
    reader.add_argument("--before", type=Path)
    given = reader.parse_args()
    before = None
    if given.before is not None:
        spec = importlib.util.spec_from_file_location("before", given.before)
        assert spec is not None and spec.loader is not None
        before = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(before)
    cv2.setNumThreads(1)
    rounds: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for k in range(ROUNDS + 1):  # the first compiles
            rounds.append({key: cpu_of(job) for key, job in jobs_of(given.scene, k, Path(folder), before).items()})
    rounds = rounds[1:]

    def ratio(key: str, base: str) -> float:
        return statistics.median(one[key] / one[base] for one in rounds)

    print(f"{'':42s}{'CPU ms':>8s}{'of drawing':>12s}{'of plain':>10s}")
    for key in rounds[0]:
        mean = statistics.median(one[key] for one in rounds)
        print(f"{key:42s}{mean:8.1f}{ratio(key, 'drawing the picture'):12.3f}{ratio(key, 'plain'):10.2f}")
    if before is not None:
        print(f"after / before: {ratio(OWN, BEFORE):.2f}")


if __name__ == "__main__":
    main()
