"""Features of pictures, computed once and kept in the cache folder.

Chunks of pictures are keyed by their content and by everything that shapes an input, so a rerun, a resumed run and
a dataset that grew at its end compute only what is new. The folder `features` of the cache may be deleted any time.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenes.cache import cache_folder
from scenes.wholefile import write_whole
from transfer import augment, backbone
from transfer.pictures import Image, Pictures
from transfer.tasks import Task

CHUNK = 64  # pictures per cache file
Progress = Callable[[int, int, str], None]  # done, total, what


@dataclass(frozen=True, eq=False)
class Features:
    """Network outputs of N pictures in V views; view 0 is the plain picture."""

    pooled: NDArray[np.float16]  # (N, V, 1280)
    deep: NDArray[np.float16]  # (N, V, C, h, w), activations before the task's cut

    def select(self, indices: NDArray[np.intp]) -> Features:
        """Return the rows of some pictures."""
        return Features(self.pooled[indices], self.deep[indices])

    def joined(self, other: Features) -> Features:
        """Return these rows followed by the other ones; both need the same number of views."""
        return Features(np.concatenate([self.pooled, other.pooled]), np.concatenate([self.deep, other.deep]))


def input_key(task: Task) -> str:
    """Everything about a task that shapes its inputs and features, as text for hashing."""
    fields = asdict(task)
    kept = {name: fields[name] for name in ("input_size", "fit", "window", "mirror", "cut")}
    parts = {"augment": augment.VERSION, "weights": backbone.WEIGHTS_SHA256, "mean": backbone.MEAN}
    return json.dumps(kept | parts, sort_keys=True)


def extract(
    pictures: Pictures, task: Task, views: int, workers: int = 1, on_progress: Progress | None = None
) -> Features:
    """Return features of all pictures in `views` views, from the cache where they are there.

    Args:
        pictures: N pictures.
        task: gives input size, window, fit and cut.
        views: V >= 1; 1 = the plain picture only.
        workers: processes.
        on_progress: called after each chunk with pictures done, pictures in all, and "features".
    """
    import joblib

    starts = range(0, len(pictures), CHUNK)
    folder = cache_folder("features")
    chunks = [(pictures.images[s : s + CHUNK], pictures.digests[s : s + CHUNK]) for s in starts]
    paths = [folder / f"{_key(digests, task, views)}.npz" for _, digests in chunks]
    missing = [index for index, path in enumerate(paths) if not path.exists()]
    jobs = (joblib.delayed(_compute)(*chunks[index], task, views, paths[index]) for index in missing)
    done = len(pictures) - sum(len(chunks[index][1]) for index in missing)
    for finished in joblib.Parallel(n_jobs=workers, return_as="generator_unordered")(jobs):
        done += finished
        if on_progress:
            on_progress(done, len(pictures), "features")
    loaded = [_load(path) for path in paths]
    return Features(np.concatenate([part[0] for part in loaded]), np.concatenate([part[1] for part in loaded]))


def _key(digests: tuple[str, ...], task: Task, views: int) -> str:
    return hashlib.sha256("\n".join([input_key(task), str(views), *digests]).encode()).hexdigest()[:40]


def _compute(images: tuple[Image, ...], digests: tuple[str, ...], task: Task, views: int, path: Path) -> int:
    import torch

    torch.set_num_threads(1)  # one thread per process: more only spin against each other
    inputs = [
        augment.view(image, digest, number, task)
        for image, digest in zip(images, digests, strict=True)
        for number in range(views)
    ]
    pooled, deep = backbone.features_of(inputs, task.cut)
    buffer = io.BytesIO()
    shape = (len(images), views)
    np.savez(buffer, pooled=pooled.reshape(*shape, -1), deep=deep.reshape(*shape, *deep.shape[1:]))
    write_whole(path, buffer.getvalue())
    return len(images)


def _load(path: Path) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    with np.load(path) as parts:
        return parts["pooled"], parts["deep"]
