"""Generate a dataset from a scene file: samples in parallel, resumable, the same bytes for any number of workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from joblib import Parallel, delayed

from renderers.extras import FLOW
from renderers.lidar_cast import embree
from scenes.catalogue import ATTRIBUTION, AssetError, Pack, choose_packs
from scenes.dependents import ends, possible
from scenes.files import SceneTemplate, load
from sim.bullet_client import pybullet
from skidpad.drivers import run_folders
from skidpad.render import chosen_renderer, render_sample
from transfer.extras import requests_of
from transfer.manifest import Recipe, make_recipe
from transfer.rule import judged, parse_rule
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
    renderer: str = "raster",
    labels: str = "base",
    reject: str = "",
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
        assets: see `scenes.catalogue.choose_packs`.
        renderer: see `skidpad.render.chosen_renderer`.
        labels: what is made beside the labels that there always are, see `transfer.extras.requests_of`.
        reject: which labels do not count, see `transfer.rule.parse_rule`.
        on_progress: called with (finished samples, samples).

    Returns:
        The finished folder.

    Raises:
        SceneError: the scene file is wrong.
        DatasetError: the folder exists, or holds a part of another dataset; unknown labels, or a rule that is none.
        RuntimeError: a package that the scene file's physics or the renderer needs is not installed.
        ValueError: unknown renderer.
        AssetError: a wanted asset pack is not built, or broken.
    """
    parse_rule(reject)
    wanted = requests_of(labels, frames_per_sample)
    template, packs = load(scene), choose_packs(assets)
    check_flow(template, wanted)
    recipe: Recipe = make_recipe(
        template.name, template.text, seed=seed, samples=samples, frames_per_sample=frames_per_sample, fps=fps,
        randomise=randomise, renderer=chosen_renderer(renderer), assets=",".join(packs) or "builtin",
        engines=engines_of(template, renderer), inputs=run_folders(template) | pack_digests(packs), labels=wanted,
        reject=reject,
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
    return writer.finish(notices(packs))


def check_flow(template: SceneTemplate, wanted: Sequence[str]) -> None:
    """Refuse what cannot be: flow between pictures of which each row shows another moment.

    Raises:
        SceneError: a camera has, or may draw, a rolling shutter.
    """
    for index, camera in enumerate(template.spec.cameras):
        slowest = max(float(str(end)) for end in ends(camera.readout))
        if FLOW & set(wanted) and slowest > 0.0:
            problem = f"{slowest:g} s is outside [0, 0] s: flow is not made for a rolling shutter; ask for other labels"
            raise template.where.error(f"cameras[{index}].readout", problem)


def engines_of(template: SceneTemplate, renderer: str) -> tuple[str, ...]:
    """Distributions of the engines that a scene file may ask for, of its lidars, and of the path tracer.

    Raises:
        RuntimeError: one is not installed.
    """
    traced: tuple[str, ...] = ("mitsuba", "pyoidn") if renderer.partition(":")[0] == "path" else ()
    if template.spec.lidars:
        embree()
        traced += ("embreex",)
    if not possible(template.spec.physics, "bullet"):
        return traced
    pybullet()
    return "pybullet", *traced


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
        loaded(scene, recipe.scene_text), k, recipe.seed, recipe.frames_per_sample, recipe.fps, recipe.randomise,
        locked_packs(recipe), frozenset(recipe.labels), recipe.renderer,
    )  # fmt: skip
    rule = parse_rule(recipe.reject)
    judged_frames = [replace(frame, labels=judged(frame.labels, rule)) for frame in frames]
    DatasetWriter(Path(out), recipe).write_sample(k, judged_frames)
    return k


def pack_digests(packs: Mapping[str, Pack]) -> dict[str, str]:
    """What the recipe locks of asset packs."""
    return {f"pack {name}": pack.digest for name, pack in packs.items()}


def locked_packs(recipe: Recipe) -> dict[str, Pack]:
    """The packs of a recipe, which must still be those that it locks.

    Raises:
        AssetError: a pack was built anew or removed meanwhile.
    """
    packs = choose_packs(recipe.assets)
    locked = dict(recipe.inputs)
    for key, digest in pack_digests(packs).items():
        if locked.get(key) != digest:
            raise AssetError(f"{key}: was built anew meanwhile; sha256 {digest}, the dataset has {locked.get(key)}")
    return packs


def notices(packs: Mapping[str, Pack]) -> dict[str, bytes]:
    """Attribution and licences of packs, which go beside a dataset: content by path."""
    return {
        f"licences/{name}/{file.removeprefix('licences/')}": (pack.folder / file).read_bytes()
        for name, pack in packs.items()
        for file in pack.files
        if file == ATTRIBUTION or file.startswith("licences/")
    }
