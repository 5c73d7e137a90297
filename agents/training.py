"""Train a driver with PPO (Schulman et al. 2017, stable-baselines3), resumable to the bit on one thread."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.checkpoint import CHECKPOINT, network_of, read_checkpoint, read_networks, write_checkpoint
from agents.runs import FORMAT, POLICY, RUN, RunError, network_arrays, read_json, write_arrays, write_json
from scenes.wholefile import write_whole

if TYPE_CHECKING:
    from stable_baselines3 import PPO
    from stable_baselines3.common.vec_env import VecEnv

Progress = Callable[[int, int, str], None]
COLUMNS = ("steps", "reward", "length", "success", "value_loss", "policy_loss", "entropy", "kl", "std", "steps_per_s")
LOGGED = {
    "reward": "rollout/ep_rew_mean", "length": "rollout/ep_len_mean", "success": "rollout/success_rate",
    "value_loss": "train/value_loss", "policy_loss": "train/policy_gradient_loss", "entropy": "train/entropy_loss",
    "kl": "train/approx_kl", "std": "train/std", "steps_per_s": "time/fps",
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """Of PPO. Defaults: many environments, short rollouts, large batches, as the simulation is batched."""

    envs: int = 256
    rollout: int = 64  # steps of each environment between two updates
    batch: int = 2048  # at most
    epochs: int = 4
    hidden: tuple[int, ...] = (64, 64)
    learning_rate: float = 5e-4
    horizon: int = 8_000_000  # transitions over which the learning rate falls to a twentieth
    discount: float = 0.995
    gae: float = 0.95
    clip: float = 0.2
    entropy: float = 0.001
    log_std: float = -0.7
    threads: int = 1  # of torch; more than one gives up equal bits


class Resumable(Protocol):
    """A vector environment whose state can be kept and put back."""

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Everything that a later step depends on."""
        ...

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Put it back."""
        ...


def make_model(env: VecEnv, settings: Settings, seed: int) -> PPO:
    """Make a PPO learner; seeds the global generators that stable-baselines3 draws from."""
    import torch
    from stable_baselines3 import PPO

    torch.set_num_threads(settings.threads)
    images = len(env.observation_space.shape or ()) == 3
    shape: dict[str, Any] = {} if images else {"net_arch": list(settings.hidden), "activation_fn": torch.nn.Tanh}
    return PPO(
        "CnnPolicy" if images else "MlpPolicy", env, seed=seed, n_steps=settings.rollout,
        batch_size=even_batch(settings.rollout * env.num_envs, settings.batch),
        n_epochs=settings.epochs, learning_rate=settings.learning_rate, gamma=settings.discount,
        gae_lambda=settings.gae, clip_range=settings.clip, ent_coef=settings.entropy,
        device="auto" if images else "cpu",
        policy_kwargs={"log_std_init": settings.log_std, **shape},
    )  # fmt: skip


def even_batch(total: int, most: int) -> int:
    """Largest divisor of a rollout's transitions up to `most`, so that no batch is cut short."""
    return max(size for size in range(1, min(total, most) + 1) if total % size == 0)


def train(
    env: VecEnv,
    folder: Path,
    steps: int,
    *,
    recipe: dict[str, Any],
    settings: Settings,
    seed: int = 0,
    start: Path | None = None,
    checkpoint_every: int = 20,
    on_rollout: Callable[[PPO, int], None] | None = None,
    on_progress: Progress | None = None,
) -> PPO:
    """Train until `steps` transitions are made, or go on with the training that the folder holds.

    Args:
        env: vector environment that also is `Resumable`.
        folder: of the run.
        steps: in all, those of earlier calls included; rounded up to whole rollouts.
        recipe: what the run is: environment, observation, versions; a resumed run must have the same.
        settings: of PPO.
        seed: of everything random.
        start: run folder whose networks a new run begins with.
        checkpoint_every: rollouts between two checkpoints.
        on_rollout: called before every rollout with the learner and the number of rollouts that it has made.
        on_progress: called with (steps done, steps, note).

    Returns:
        The learner.

    Raises:
        RunError: the folder holds another training, or a broken one.
        ValueError: `steps` is not positive.
    """
    if steps < 1:
        raise ValueError(f"--steps: {steps} is not positive")
    full = {"format": FORMAT, "seed": seed, "settings": plain(asdict(settings)), **recipe}
    resume = (folder / RUN).exists()
    if resume:
        check_same(folder, full)
    folder.mkdir(parents=True, exist_ok=True)
    model = make_model(env, settings, seed)
    if resume and (folder / CHECKPOINT).exists():
        resumable(env).set_state(read_checkpoint(folder, model))
    else:
        if start is not None:
            read_networks(start, model)
        write_json(folder / RUN, full)
    left = steps - model.num_timesteps
    if left > 0:
        model.set_logger(logger(folder, model.num_timesteps))
        callback = watcher(folder, settings, steps, checkpoint_every, on_rollout, on_progress)
        model.learn(left, callback=callback, reset_num_timesteps=False)
        write_checkpoint(folder, model, resumable(env).get_state())
    write_arrays(folder / POLICY, network_arrays(network_of(model)))
    return model


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """What JSON gives back: lists for tuples."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def resumable(env: Any) -> Resumable:
    """The vector environment as something whose state can be kept."""
    kept: Resumable = env
    return kept


def check_same(folder: Path, recipe: dict[str, Any]) -> None:
    """Refuse to go on with a run that was made differently.

    Raises:
        RunError: names the first difference.
    """
    there = read_json(folder / RUN, "run folder")
    for name, value in recipe.items():
        if name == "settings":
            for key, wanted in value.items():
                if there.get("settings", {}).get(key) != wanted:
                    old = there.get("settings", {}).get(key)
                    raise RunError(f"{folder / RUN} settings.{key}: the run there has {old!r}, not {wanted!r}")
        elif there.get(name) != value:
            raise RunError(f"{folder / RUN} {name}: the run there has {there.get(name)!r}, not {value!r}")


def logger(folder: Path, done: int) -> Any:
    """Log to progress.csv (rows after `done` steps are dropped) and to TensorBoard."""
    from stable_baselines3.common.logger import KVWriter, Logger, TensorBoardOutputFormat

    path = folder / "progress.csv"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    rows = [row for row in csv.DictReader(text.splitlines()) if int(row["steps"]) <= done]

    class Rows(KVWriter):
        """Appends a row; the whole file is written at once."""

        def write(self, key_values: dict[str, Any], key_excluded: dict[str, Any], step: int = 0) -> None:
            values = {name: key_values.get(key, "") for name, key in LOGGED.items()}
            rows.append({"steps": str(step), **{name: f"{v:.6g}" if v != "" else "" for name, v in values.items()}})
            text = io.StringIO(newline="")
            table = csv.DictWriter(text, COLUMNS)
            table.writeheader()
            table.writerows(rows)
            write_whole(path, text.getvalue())

        def close(self) -> None:
            """Nothing is open."""

    return Logger(str(folder), [Rows(), TensorBoardOutputFormat(str(folder / "tensorboard"))])


def watcher(
    folder: Path,
    settings: Settings,
    steps: int,
    every: int,
    on_rollout: Callable[[PPO, int], None] | None,
    on_progress: Progress | None,
) -> Any:
    """Callback that writes checkpoints between rollouts and tells how far training is."""
    from stable_baselines3.common.callbacks import BaseCallback

    class Watcher(BaseCallback):
        """See `watcher`."""

        def _on_step(self) -> bool:
            return True

        def _on_rollout_start(self) -> None:
            learner: Any = self.model
            rate = settings.learning_rate * max(1.0 - learner.num_timesteps / settings.horizon, 0.05)
            learner.lr_schedule = lambda _: rate  # by the steps made, not by those asked for: resuming changes nothing
            rollouts = learner.num_timesteps // (learner.n_steps * learner.n_envs)
            if rollouts and rollouts % every == 0:
                write_checkpoint(folder, learner, resumable(self.training_env).get_state())
                write_arrays(folder / POLICY, network_arrays(network_of(learner)))
            if on_rollout:
                on_rollout(learner, rollouts)
            if on_progress:
                recent = [item["r"] for item in self.model.ep_info_buffer or ()]
                note = f"reward {np.mean(recent):.2f}" if recent else ""
                on_progress(min(self.model.num_timesteps, steps), steps, note)

    return Watcher()
