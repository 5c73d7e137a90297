"""Drive by pictures, learned from a driver that sees more (Chen et al. 2019) on its own roads (Ross et al. 2011)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agents.environments import Environments, Observer
from agents.runs import FORMAT, POLICY, RUN, RunError, read_arrays, read_json, write_arrays, write_json
from agents.training import Progress, check_same, plain
from scenes.seeds import rng_for
from sim.egoview import SPEED, SPEED_SCALE
from sim.world import F4

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import ModuleDict

HOLD = 0.1  # brake that is enough for a standing car; harder ones would teach never to start again
STANDING = 0.3  # m/s
VERSION = 1  # of the network and of what its pictures look like
Pictures = NDArray[np.uint8]
Teacher = Callable[[Environments], F4]  # environments -> (E, N, 2) actions


@dataclass(frozen=True)
class Lessons:
    """How a student is taught."""

    envs: int = 16
    rounds: int = 4  # the first is driven by the teacher
    falling: float = 0.4  # share of steps that the teacher drives, of the share in the round before
    epochs: int = 3  # over all frames so far, after every round
    last_epochs: int = 6  # after the last one
    batch: int = 64
    learning_rate: float = 1e-3  # falls to 0 in the last round
    braking: float = 2.0  # weight of frames in which the teacher brakes a moving car; they are few
    brightness: float = 0.3  # pictures are brightened and darkened by up to this share
    shift: tuple[int, int] = (2, 4)  # px that pictures are moved up or down and aside by, at most


@dataclass(frozen=True, eq=False)
class SeeingDriver:
    """Drives by what an observer sees: (H, W, 1) pictures with a speedometer in the last row."""

    network: ModuleDict
    observer: Observer

    def actions(self, pictures: Pictures) -> F4:
        """Actions in [-1, 1] for (N, H, W) pictures; one at a time, so that batches answer the same bits."""
        import torch

        out = np.zeros((len(pictures), 2), np.float32)
        with torch.no_grad():
            for n, picture in enumerate(pictures):
                out[n] = answer(self.network, torch.from_numpy(picture[None]).float() / 255.0)[0].numpy()
        return out

    def __call__(self, core: Environments, step: int) -> F4:
        """An `agents.measure.Act`: looks out of the egos whose episodes go on."""
        out = np.zeros((core.num_envs, core.rows, 2), np.float32)
        there = np.flatnonzero(core.batch.play.active.any(1))
        out[there, 0] = self.actions(look(core, self.observer, there))
        return out


def look(core: Environments, observer: Observer, there: NDArray[np.int_]) -> Pictures:
    """(N, H, W) pictures out of the egos of N environments."""
    pictures = np.empty((len(there), *(observer.space.shape or ())[:2]), np.uint8)
    for n, e in enumerate(there.tolist()):
        pictures[n] = core.seen(e, observer)[0][..., 0]
    return pictures


def make_network(height: int, width: int, seed: int) -> ModuleDict:
    """A small convolutional network for pictures of (height, width) px."""
    import torch
    from torch import nn

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed % 2**63)
        eyes = nn.Sequential(
            nn.Conv2d(1, 16, 6, 3, 2), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(32, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 32, 3, 2, 1), nn.ReLU(), nn.Flatten(),
        )  # fmt: skip
        wide = eyes(torch.zeros(1, 1, height - 1, width)).shape[1]
        head = nn.Sequential(nn.Linear(wide + 1, 64), nn.ReLU(), nn.Linear(64, 2), nn.Tanh())
        return nn.ModuleDict({"eyes": eyes, "head": head})


def answer(network: ModuleDict, light: Tensor) -> Tensor:
    """(B, 2) actions for (B, H, W) pictures in [0, 1]; the speed is read off the last row."""
    import torch

    speed = light[:, -1].mean(1, keepdim=True)
    seen = network["eyes"](light[:, None, :-1] - 0.5)
    acted: Tensor = network["head"](torch.cat([seen, speed], 1))
    return acted


def imitate(
    core: Environments,
    observer: Observer,
    teacher: Teacher,
    folder: Path,
    frames: int,
    *,
    recipe: dict[str, Any],
    lessons: Lessons,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> SeeingDriver:
    """Teach a student and save it as run.json and policy.safetensors.

    Args:
        core: `lessons.envs` environments with one controlled vehicle each.
        observer: what the student sees through; (H, W, 1) bytes.
        teacher: labels every frame.
        folder: of the run; nothing of an unfinished run is reused.
        frames: pictures in all, rounded up to whole steps of all environments in every round.
        recipe: what the run is; `view` describes the observer.
        lessons: how it is taught.
        seed: of everything random.
        on_progress: called with (frames seen, frames, note).

    Returns:
        The student.

    Raises:
        RunError: the folder holds another run, or a finished one.
        ValueError: `frames` is not positive.
    """
    import torch

    if frames < 1:
        raise ValueError(f"--steps: {frames} is not positive")
    full = {"format": FORMAT, "seed": seed, "frames": frames, "settings": plain(asdict(lessons)), **recipe}
    if (folder / RUN).exists():
        check_same(folder, full)
        if (folder / POLICY).exists():
            raise RunError(f"{folder}: holds a finished run; name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / RUN, full)
    torch.set_num_threads(1)
    height, width = (observer.space.shape or ())[:2]
    student = SeeingDriver(make_network(height, width, seed), observer)
    steps = -(-frames // (lessons.rounds * lessons.envs))
    pictures, labels = [], []
    core.reset(seed)
    for k in range(lessons.rounds):
        rng = rng_for(seed, "imitation", k)
        for step in range(steps):
            seen, wanted = practise(core, student, teacher, lessons.falling**k, rng)
            pictures.append(seen)
            labels.append(wanted)
            if on_progress and step % 10 == 0:
                on_progress(len(pictures) * lessons.envs, frames, f"round {k + 1} of {lessons.rounds}")
        last = k + 1 == lessons.rounds
        loss = fit(student.network, np.concatenate(pictures), np.concatenate(labels), lessons, last, rng)
        if on_progress:
            on_progress(len(pictures) * lessons.envs, frames, f"loss {loss:.4f}")
    arrays = {name: value.numpy() for name, value in student.network.state_dict().items()}
    write_arrays(folder / POLICY, arrays)
    return student


def practise(
    core: Environments, student: SeeingDriver, teacher: Teacher, share: float, rng: np.random.Generator
) -> tuple[Pictures, F4]:
    """Drive one step, each world by the teacher with probability `share`.

    Returns:
        (E, H, W) pictures and (E, 2) what the teacher would do, standing cars braked by HOLD at most.
    """
    pictures = look(core, student.observer, np.arange(core.num_envs))
    wanted = np.clip(teacher(core)[:, 0], -1.0, 1.0)
    standing = core.batch.views[:, 0, SPEED] * SPEED_SCALE < STANDING
    wanted[standing, 0] = np.maximum(wanted[standing, 0], -HOLD)
    chosen = wanted.copy()
    own = np.flatnonzero(rng.random(core.num_envs) >= share)
    chosen[own] = student.actions(pictures[own])
    core.step(chosen[:, None])
    return pictures, wanted


def fit(
    network: ModuleDict, pictures: Pictures, labels: F4, lessons: Lessons, last: bool, rng: np.random.Generator
) -> float:
    """Fit the student to (N, H, W) pictures and (N, 2) actions; mean loss of the last epoch."""
    import torch

    epochs = lessons.last_epochs if last else lessons.epochs
    optimiser = torch.optim.Adam(network.parameters(), lessons.learning_rate)
    batches = max(1, len(pictures) // lessons.batch)
    mean = 0.0
    for epoch in range(epochs):
        order = rng.permutation(len(pictures))
        total = 0.0
        for b in range(batches):
            if last:
                optimiser.param_groups[0]["lr"] = lessons.learning_rate * (1.0 - (epoch + b / batches) / epochs)
            pick = order[b * lessons.batch : (b + 1) * lessons.batch]
            light = torch.from_numpy(pictures[pick]).float() / 255.0
            gain = rng.uniform(1.0 - lessons.brightness, 1.0 + lessons.brightness, (len(pick), 1, 1))
            moved = torch.roll(light[:, :-1], tuple(int(rng.integers(-n, n + 1)) for n in lessons.shift), (1, 2))
            light[:, :-1] = (moved * torch.from_numpy(gain.astype(np.float32))).clamp(max=1.0)
            wanted = torch.from_numpy(labels[pick])
            weight = 1.0 + (lessons.braking - 1.0) * (wanted[:, :1] < -HOLD)
            loss = (weight * (answer(network, light) - wanted) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += loss.item()
        mean = total / batches
    return mean


def load_student(folder: Path, observer_of: Callable[[dict[str, Any]], Observer]) -> SeeingDriver:
    """Read a driver that sees pictures.

    Args:
        folder: that `imitate` wrote.
        observer_of: makes the observer that the `view` of run.json describes; ValueError, KeyError or TypeError if it
            describes none.

    Returns:
        The driver.

    Raises:
        RunError: the folder is missing, broken, unfinished, or its driver sees something else.
    """
    import torch

    if not folder.is_dir():
        raise RunError(f"{folder}: no such run folder")
    view = read_json(folder / RUN, "run folder").get("view")
    if not isinstance(view, dict) or view.get("name") != "camera" or view.get("version") != VERSION:
        raise RunError(f"{folder / RUN} view: {view!r} is not a camera of version {VERSION}")
    try:
        observer = observer_of(view)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{folder / RUN} view: {view!r} describes no camera ({error})") from None
    height, width = (observer.space.shape or ())[:2]
    network = make_network(height, width, 0)
    arrays, wanted = read_arrays(folder / POLICY, "run folder"), network.state_dict()
    for name, value in wanted.items():
        if name not in arrays or arrays[name].shape != tuple(value.shape) or arrays[name].dtype != np.float32:
            raise RunError(f"{folder / POLICY} {name}: missing, or does not fit; the run is broken")
        if not np.isfinite(arrays[name]).all():
            raise RunError(f"{folder / POLICY} {name}: holds values that are not finite; the run is broken")
    network.load_state_dict({name: torch.from_numpy(arrays[name]) for name in wanted})
    return SeeingDriver(network, observer)
