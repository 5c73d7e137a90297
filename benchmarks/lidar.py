"""Points of a lidar per CPU second, and its rays beside PyBullet's on the same triangles.

Run: python -m benchmarks.lidar [scene]
Every round is another sample of a scene with an `hdl-64e` on the first car. A sweep is all that a dataset needs of it:
the stage around the lidar, its tree, rays through holes, intensities, velocities; the first sweep of a sample also
builds houses and trees, the later ones do not. Then a tenth of the same rays is sent through Embree and through
PyBullet's `rayTestBatch`, on one thread, as they are: holes stop both. Building the trees is counted for itself.
Figures are CPU seconds of this process, medians of rounds; ratios are taken round by round. At the end a lidar is
compared with pictures from its own place.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import sys
from collections.abc import Callable

import numpy as np
import pybullet

from benchmarks.labels import cpu_of
from renderers.assemble import StageBuilder
from renderers.geometry import Flat
from renderers.lidar import flattener, resolve_lidar, sweep
from renderers.lidar_cast import embree
from renderers.lidar_patterns import rays_of
from scenes.files import load
from scenes.lidars import lidar_of
from scenes.schema_lidar import LidarSpec
from sim.rollout import rollout
from skidpad.drivers import cast
from skidpad.render import moving
from tests.test_lidar import SAME_PLACE, compared

ROUNDS = 7
PIECE = 20_000  # triangles of one PyBullet body; larger meshes do not fit into its messages
BATCH = 16_384  # rays of one call, PyBullet's limit
FAR = 120.0  # m

Test = Callable[[np.ndarray], np.ndarray]


def embree_test(flat: Flat, origin: np.ndarray) -> Test:
    """Build Embree's tree; the test gives the distance (N,) of directions (N, 3), inf where nothing is met."""
    make_scene, make_mesh = embree()
    scene = make_scene(robust=True)
    make_mesh(scene, np.ascontiguousarray(flat.world - origin, np.float32), np.ascontiguousarray(flat.corners))
    start = np.zeros((1, 3), np.float32)
    scene.run(start, start + np.float32(1.0))  # builds the tree

    def test(ways: np.ndarray) -> np.ndarray:
        found = scene.run(np.zeros_like(ways), ways, output=1)
        far = (found["primID"] < 0) | (found["tfar"] > FAR)
        return np.where(far, np.inf, found["tfar"])

    return test


def bullet_test(flat: Flat, origin: np.ndarray, client: int) -> Test:
    """Build PyBullet's trees; the test is that of `embree_test`."""
    local = flat.world - origin
    for first in range(0, len(flat.corners), PIECE):
        used, corners = np.unique(flat.corners[first : first + PIECE], return_inverse=True)
        shape = pybullet.createCollisionShape(
            pybullet.GEOM_MESH, vertices=local[used].tolist(), indices=corners.ravel().tolist(),
            flags=pybullet.GEOM_FORCE_CONCAVE_TRIMESH, physicsClientId=client,
        )  # fmt: skip
        pybullet.createMultiBody(0.0, shape, physicsClientId=client)
    pybullet.stepSimulation(physicsClientId=client)

    def test(ways: np.ndarray) -> np.ndarray:
        found = np.full(len(ways), np.inf)
        ends = (ways * FAR).tolist()
        for first in range(0, len(ways), BATCH):
            rows = pybullet.rayTestBatch(
                [(0.0, 0.0, 0.0)] * len(ends[first : first + BATCH]), ends[first : first + BATCH], numThreads=1,
                physicsClientId=client,
            )  # fmt: skip
            for number, row in enumerate(rows, first):
                if row[0] >= 0:
                    found[number] = row[2] * FAR
        return found

    return test


def main() -> None:
    """Measure and print one table."""
    name = sys.argv[1] if len(sys.argv) > 1 else "street"
    columns: dict[str, list[float]] = {}
    for k in range(ROUNDS + 1):
        scene = load(name).sample(k, seed=1)
        everybody, others = cast(scene)
        (state,) = rollout([scene], everybody, [scene.start_time], others)
        builder, lidar = StageBuilder(scene), lidar_of(0, LidarSpec(model="hdl-64e"), {0: scene.cameras[0].mount})
        first, found = cpu_of(lambda b=builder, s=state, x=lidar: sweep(b, x, moving([s]), 0, {}))
        later, _ = cpu_of(lambda b=builder, s=state, x=lidar: sweep(b, x, moving([s]), 0, {}))
        view = resolve_lidar(lidar, scene, state)
        stage, _ = builder.at(state, view, lidar.mount, {})
        flat = flattener().flatten(stage, view)
        rays, _, _ = rays_of(lidar, 0.0)
        ways = np.ascontiguousarray((rays @ found.world_from_lidar[:3, :3].T)[::10], np.float32)
        build, ours = cpu_of(lambda f=flat, v=view: embree_test(f, v.position))
        client = pybullet.connect(pybullet.DIRECT)
        build_theirs, theirs = cpu_of(lambda f=flat, v=view, c=client: bullet_test(f, v.position, c))
        fast, hits = cpu_of(lambda t=ours, w=ways: t(w))
        slow, other_hits = cpu_of(lambda t=theirs, w=ways: t(w))
        pybullet.disconnect(client)
        if k == 0:
            continue
        both = np.isfinite(hits) & np.isfinite(other_hits)
        same = np.isfinite(hits) == np.isfinite(other_hits)
        same[both] = np.abs(hits[both] - other_hits[both]) < 0.01
        row = {
            "triangles": len(flat.corners), "points a sweep": len(found.points),
            "first sweep of a sample, CPU s": first, "later sweep, CPU s": later,
            "points / CPU second, first": len(found.points) / first,
            "points / CPU second, later": len(found.points) / later,
            "Embree: tree, CPU s": build, "PyBullet: trees, CPU s": build_theirs,
            "Embree: rays / CPU second": len(ways) / fast, "PyBullet: rays / CPU second": len(ways) / slow,
            "rays, Embree x PyBullet": slow / fast, "equal within 1 cm": float(same.mean()),
        }  # fmt: skip
        for key, value in row.items():
            columns.setdefault(key, []).append(value)
    print(f"{name}, {ROUNDS} rounds, medians (least to most)")
    for key, values in columns.items():
        print(f"{key:34s} {statistics.median(values):12,.3f} ({min(values):,.3f} to {max(values):,.3f})")
    print(
        f"{'same place':20s} {'points':>8s} {'away from edges':>16s} {'of these in 2 cm':>17s} {'same instance':>14s}"
    )
    for place in SAME_PLACE:
        count, even, near, same = compared(place)
        print(f"{place:20s} {count:8d} {even:16.1%} {near:17.2%} {same:14.2%}")


if __name__ == "__main__":
    main()
