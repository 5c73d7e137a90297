"""All labels with shadows, our rasteriser beside our OpenGL renderer and PyBullet's TinyRenderer on the same meshes.

Run: python -m benchmarks.render
All draw the same street of about 60 thousand triangles at 640x480 on one thread. TinyRenderer gives RGB, depth and
segmentation with its shadow on; ours give RGB, depth, semantic, instance and normals with filtered shadows. OpenGL,
with the same features, is left out where it does not work.
Figures are CPU seconds of this process, medians of interleaved rounds; the ratio is taken round by round.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from renderers.frame import View
from renderers.gl import GlError, GlRenderer
from renderers.mesh import Material, Mesh, Texture, box
from renderers.people import Gait, person_mesh, pose_person
from renderers.raster import RasterOptions, RasterRenderer
from renderers.stage import Instance, Stage
from renderers.vehicles import vehicle_mesh
from scenes.geometry import camera_from_world, world_from_model
from scenes.kinds import Kind
from scenes.people import sample_person
from scenes.seeds import rng_for
from scenes.types import Light
from scenes.vehicles import sample_vehicle

WIDTH, HEIGHT, FOCAL = 640, 480, 460.0
TARGET = 62_000  # triangles
ROUNDS = 9
FAST = RasterOptions(samples=1, shadow_size=1024, far_shadow_size=0, sky_size=0)  # one filtered shadow map


def checker(key: str, dark: int, light: int) -> Texture:
    """A 256x256 noisy checker board."""
    rng = rng_for(0, "benchmark", key)
    board = np.kron((np.indices((16, 16)).sum(0) % 2) * (light - dark) + dark, np.ones((16, 16)))
    noisy = board[..., None] + rng.normal(0.0, 6.0, (256, 256, 1)) + np.zeros(3)
    return Texture(f"benchmark/{key}", np.clip(noisy, 0, 255).astype(np.uint8))


def street() -> Stage:
    """Two kinds of facades, a textured ground, cars and people: opaque and rigid."""
    items = [
        Instance(
            box((160, 40, 0.2), (60, 0, -0.1), Material(texture=checker("road", 80, 105)), 0.25), np.eye(4), Kind.ROAD
        )
    ]
    for k in range(12):
        wall = box((11.5, 8, 9 + k % 3), (0, 0, 4.5), Material(texture=checker(f"wall{k % 3}", 120, 170)), 0.3)
        pose = world_from_model(np.array([-4 + 12 * (k // 2), 12.0 * (-1) ** k, 0.0]), 0.0)
        items.append(Instance(wall, pose, Kind.BUILDING))
    number, total = 1, sum(len(i.mesh.triangles) for i in items)
    while True:
        rng = rng_for(0, "benchmark", number)
        if number % 3 == 0:
            mesh = vehicle_mesh(sample_vehicle(rng, Kind.CAR))
            place, kind = np.array([6.0 + 2.6 * number, 2.2 * (-1) ** number, 0.0]), Kind.CAR
        else:
            look = sample_person(rng)
            mesh = pose_person(person_mesh(look, 0), Gait(rng.random(), 1.3, "walk"))
            place, kind = np.array([4.0 + 1.7 * number, rng.uniform(-6, 6), 0.0]), Kind.PEDESTRIAN
        if total + len(mesh.triangles) > TARGET:
            break
        items.append(Instance(mesh, world_from_model(place, rng.uniform(0, 6.28)), kind, number))
        total += len(mesh.triangles)
        number += 1
    light = Light("day", 2.3, 0.7, (2.2, 2.1, 1.9), (0.25, 0.4, 0.7), (0.7, 0.8, 0.9), 0.4, 0.002)
    return Stage(tuple(items), light, 0.0, 1)


def view_of_round(k: int) -> View:
    """The camera moves a little every round, so that nothing can be kept."""
    pose = camera_from_world(np.array([-6.0 + 0.05 * k, -0.8, 1.6]), 0.02 * (k % 5), -0.04, 0.0)
    return View(WIDTH, HEIGHT, FOCAL, pose)


def write_obj(mesh: Mesh, path: Path) -> None:
    """Write positions, uvs, normals and one texture, which is all that TinyRenderer can use."""
    texture = next((m.texture for m in mesh.palette if m.texture is not None), None)
    pixels = texture.pixels if texture else np.full((16, 16, 3), 200, np.uint8)
    cv2.imwrite(str(path.with_suffix(".png")), pixels[..., ::-1])
    path.with_suffix(".mtl").write_text(f"newmtl m\nKd 1 1 1\nmap_Kd {path.stem}.png\n")
    lines = [f"mtllib {path.stem}.mtl", "usemtl m"]
    lines += [f"v {x:.5f} {y:.5f} {z:.5f}" for x, y, z in mesh.positions]
    lines += [f"vt {u:.5f} {1 - v:.5f}" for u, v in mesh.uvs]
    lines += [f"vn {x:.4f} {y:.4f} {z:.4f}" for x, y, z in mesh.normals]
    lines += ["f " + " ".join(f"{i}/{i}/{i}" for i in face) for face in mesh.triangles + 1]
    path.write_text("\n".join(lines) + "\n")


def tiny_renderer(stage: Stage, folder: Path) -> Callable[[View], tuple[np.ndarray, ...]]:
    """Load the stage into PyBullet and return a function that draws a view with TinyRenderer."""
    import pybullet

    client = pybullet.connect(pybullet.DIRECT)
    for k, item in enumerate(stage.instances):
        path = folder / f"mesh{k}.obj"
        write_obj(item.mesh, path)
        shape = pybullet.createVisualShape(pybullet.GEOM_MESH, fileName=str(path), physicsClientId=client)
        pose = item.world_from_model
        yaw = float(np.arctan2(pose[1, 0], pose[0, 0]))
        turn = pybullet.getQuaternionFromEuler((0.0, 0.0, yaw))
        pybullet.createMultiBody(
            0, baseVisualShapeIndex=shape, basePosition=pose[:3, 3].tolist(), baseOrientation=turn,
            physicsClientId=client,
        )  # fmt: skip
    near, far = 0.1, 300.0
    projection = [
        2 * FOCAL / WIDTH, 0, 0, 0, 0, 2 * FOCAL / HEIGHT, 0, 0, 0, 0, (far + near) / (near - far), -1, 0, 0,
        2 * far * near / (near - far), 0,
    ]  # fmt: skip
    sun = (-0.51, 0.57, 0.64)

    def draw(view: View) -> tuple[np.ndarray, ...]:
        opengl_from_world = np.diag([1.0, -1.0, -1.0, 1.0]) @ view.camera_from_world
        return pybullet.getCameraImage(
            WIDTH, HEIGHT, opengl_from_world.T.ravel().tolist(), projection, lightDirection=sun, shadow=1,
            renderer=pybullet.ER_TINY_RENDERER, physicsClientId=client,
        )[2:5]  # fmt: skip

    return draw


def cpu_of(job: Callable[[], object]) -> float:
    """CPU seconds of this process for one call."""
    start = time.process_time()
    job()
    return time.process_time() - start


def main() -> None:
    """Measure and print one table."""
    stage = street()
    triangles = sum(len(i.mesh.triangles) for i in stage.instances)
    contenders: dict[str, Callable[[View], object]] = {}
    for name, options in {
        "raster, fast": FAST,
        "raster, fast + contact shadows": replace(FAST, sky_size=512),
        "raster, default (2x2 samples, cascade, contact shadows)": RasterOptions(),
    }.items():
        render = RasterRenderer(options)
        contenders[name] = lambda view, render=render: render.render(stage, view)
    with suppress(GlError):
        card = GlRenderer(FAST)
        contenders[f"gl, fast ({card.device.name})"] = lambda view: card.draw(stage, view)
    with tempfile.TemporaryDirectory() as folder:
        tiny = tiny_renderer(stage, Path(folder))
        contenders["pybullet TinyRenderer, RGB + depth + segmentation, shadow"] = tiny
        names = list(contenders)
        times: dict[str, list[float]] = {name: [] for name in names}
        for k in range(ROUNDS + 1):
            for name in names:
                seconds = cpu_of(lambda name=name, k=k: contenders[name](view_of_round(k)))
                if k:
                    times[name].append(seconds)
    peer = times[names[-1]]
    print(f"{triangles} triangles, {WIDTH}x{HEIGHT}, one thread, median of {ROUNDS} rounds")
    print(f"{'renderer':62s} {'CPU ms/frame':>13s} {'x TinyRenderer':>15s}")
    for name in names:
        ratio = statistics.median(p / own for p, own in zip(peer, times[name], strict=True))
        print(f"{name:62s} {1000 * statistics.median(times[name]):13.1f} {ratio:15.2f}")


if __name__ == "__main__":
    main()
