"""What labels on request cost beside a picture with the labels that there always are.

Run: python -m benchmarks.labels [scene]
Every round takes two pictures 0.1 s apart with each camera of a scene, with all that `skidpad generate` does to them
but writing to disk, and makes each label on request for them. Figures are CPU seconds of this process, medians of
rounds; the ratio is taken round by round.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from renderers.assemble import StageBuilder
from renderers.camera_chain import encode_jpeg
from renderers.extras import FLOW, REQUESTS, extras_of
from renderers.frame import Extras, LabelledFrame
from renderers.labels import label_frame
from scenes.files import load
from scenes.types import Camera
from sim.rollout import rollout
from sim.world import State
from skidpad.drivers import cast
from skidpad.render import Shot, flows, shoot, traveller_of
from transfer.coco import annotation_rows
from transfer.encode import frame_files
from transfer.extras import extra_files
from transfer.manifest import json_bytes

ROUNDS = 9


def cpu_of(job: Callable[[], object]) -> tuple[float, object]:
    """CPU seconds of this process for one call, and what it returns."""
    start = time.process_time()
    result = job()
    return time.process_time() - start, result


class Pair:
    """Two pictures of one camera."""

    def __init__(self, name: str, k: int) -> None:
        self.scene = load(name).sample(k, seed=1)
        everybody, others = cast(self.scene)
        start = self.scene.start_time
        self.states = rollout([self.scene], everybody, [start, start + 0.1], others)
        self.builder = StageBuilder(self.scene)

    def picture(self, camera: Camera, state: State, index: int) -> tuple[Shot, LabelledFrame, int]:
        """All that a default dataset holds of one picture; and its size in bytes."""
        shot = shoot(self.builder, camera, state, index)
        jpeg = encode_jpeg(shot.picture, camera.chain.jpeg_quality)
        labels = label_frame(shot.drawn, shot.subjects)
        frame = LabelledFrame(0, index, camera.id, jpeg, shot.drawn.frame, labels, {})
        size = sum(map(len, frame_files(frame).values())) + len(json_bytes(annotation_rows(frame)))
        return shot, frame, size

    def extra(self, name: str, camera: Camera, shots: list[Shot], frames: list[LabelledFrame]) -> int:
        """Make and encode one label on request for both pictures; its size in bytes."""
        extras = [Extras(), Extras()]
        if name in FLOW:
            there, back = flows(self.builder, camera, *shots)
            extras = [Extras(flow=there), Extras(flow_back=back)]
        else:
            extras = [
                extras_of(
                    shot.drawn, shot.subjects, self.scene.roads, traveller_of(self.scene, camera, state),
                    frozenset({name}),
                )
                for shot, state in zip(shots, self.states, strict=True)
            ]  # fmt: skip
        size = 0
        for frame, more in zip(frames, extras, strict=True):
            files, rows = extra_files(replace(frame, extras=more), (name,))
            size += sum(map(len, files.values())) + (len(json_bytes(rows)) if rows else 0)
        return size


def main() -> None:
    """Measure and print one table."""
    name = sys.argv[1] if len(sys.argv) > 1 else "crossing"
    base: list[float] = []
    times: dict[str, list[float]] = {request: [] for request in REQUESTS}
    sizes: dict[str, list[float]] = {request: [] for request in (*REQUESTS, "base")}
    for k in range(ROUNDS + 1):
        pair = Pair(name, k)
        for camera in pair.scene.cameras:
            spent, made = cpu_of(
                lambda pair=pair, camera=camera: [pair.picture(camera, s, i) for i, s in enumerate(pair.states)]
            )
            shots, frames = [part[0] for part in made], [part[1] for part in made]
            if k:
                base.append(spent)
                sizes["base"].append(sum(part[2] for part in made) / 2)
            for request in REQUESTS:
                own, size = cpu_of(lambda r=request, p=pair, c=camera, s=shots, f=frames: p.extra(r, c, s, f))
                if k:
                    times[request].append(own)
                    sizes[request].append(size / 2)
    print(f"{name}, {len(base)} pairs of pictures; base: {500 * statistics.median(base):.0f} CPU ms a picture, ")
    print(f"{statistics.median(sizes['base']) / 1000:.0f} kB")
    print(f"{'labels':14s} {'CPU ms/picture':>15s} {'x base':>8s} {'kB/picture':>12s}")
    for request in REQUESTS:
        ratio = statistics.median(own / whole for own, whole in zip(times[request], base, strict=True))
        mean = 500 * statistics.median(times[request])
        print(f"{request:14s} {mean:15.1f} {ratio:8.3f} {statistics.median(sizes[request]) / 1000:12.1f}")


if __name__ == "__main__":
    main()
