"""Generate a dataset from a scene file: samples in parallel, resumable, the same bytes for any number of workers."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from joblib import Parallel, delayed

from scenes.dependents import possible
from scenes.files import SceneTemplate, load
from sim.bullet_client import pybullet
from skidpad.drivers import run_folders
from skidpad.render import render_sample
from transfer.manifest import Recipe, make_recipe
from transfer.writer import DatasetWriter

Progress = Callable[[int, int], None]


def generate(
    scene: str | Path,
    out: str | Path,
    samples: int,
    *,
    seed: int = 0,
    workers: int = 1,
    frames_per_sample: int = 1,
    fps: float = 10.0,
    randomise: bool = True,
    assets: str = "auto",
    on_progress: Progress | None = None,
) -> Path:
    """Generate a labelled dataset.

    The bytes of sample k depend on the scene file, the seed, k and the version alone. An interrupted run goes on
    where it stopped when it is started again with the same arguments.

    Args:
        scene: scene file or name of a library scene.
        out: folder to make; it appears when it is complete.
        samples: number of samples.
        seed: any integer.
        workers: processes.
        frames_per_sample: pictures per camera and sample.
        fps: pictures per second within a sample.
        randomise: False collapses every distribution of the scene file to its centre.
        assets: `builtin`, `auto` or `required` (asset packs must be there).
        on_progress: called with (finished samples, samples).

    Returns:
        The finished folder.

    Raises:
        SceneError: the scene file is wrong.
        DatasetError: the folder exists, or holds a part of another dataset.
        RuntimeError: the scene file asks for physics whose package is not installed.
    """
    template = load(scene)
    recipe: Recipe = make_recipe(
        template.name, template.text, seed=seed, samples=samples, frames_per_sample=frames_per_sample, fps=fps,
        randomise=randomise, renderer="raster", assets=resolve_assets(assets), engines=engines_of(template),
        inputs=run_folders(template),
    )  # fmt: skip
    writer = DatasetWriter(Path(out), recipe)
    done = writer.done()
    todo = [k for k in range(samples) if k not in done]
    finished = samples - len(todo)
    if on_progress:
        on_progress(finished, samples)
    jobs = (delayed(make_sample)(str(scene), str(out), recipe, k) for k in todo)
    pool = Parallel(n_jobs=max(1, min(workers, len(todo) or 1)), return_as="generator_unordered", batch_size=1)
    for _ in pool(jobs):
        finished += 1
        if on_progress:
            on_progress(finished, samples)
    return writer.finish()


def engines_of(template: SceneTemplate) -> tuple[str, ...]:
    """Distributions of the engines that a scene file may ask for.

    Raises:
        RuntimeError: one is not installed.
    """
    if not possible(template.spec.physics, "bullet"):
        return ()
    pybullet()
    return ("pybullet",)


@lru_cache(maxsize=4)
def loaded(scene: str, text: str) -> SceneTemplate:
    """Parse a scene file once per process and text."""
    return load(scene)


def make_sample(scene: str, out: str, recipe: Recipe, k: int) -> int:
    """Render and write one sample; runs in a worker process.

    Args:
        scene: scene file or library name.
        out: dataset folder.
        recipe: of the dataset.
        k: sample number.

    Returns:
        k.
    """
    frames = render_sample(
        loaded(scene, recipe.scene_text), k, recipe.seed, recipe.frames_per_sample, recipe.fps, recipe.randomise
    )  # fmt: skip
    DatasetWriter(Path(out), recipe).write_sample(k, frames)
    return k


def resolve_assets(assets: str) -> str:
    """Choose between built-in assets and packs.

    Args:
        assets: `builtin`, `auto` or `required`.

    Returns:
        What is used: `builtin`, as long as no pack is installed.

    Raises:
        ValueError: an unknown choice, or packs are required and none is there.
    """
    if assets not in ("builtin", "auto", "required"):
        raise ValueError(f"--assets: {assets!r} is none of builtin, auto, required")
    if assets == "required":
        raise ValueError("--assets required: no asset pack is installed; use --assets builtin or auto")
    return "builtin"
