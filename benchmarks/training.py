"""Transitions per second of PPO from end to end, here and on highway-env's `highway-fast-v0`.

Run: python -m benchmarks.training
Collecting, learning and all overhead count: stable-baselines3 with `agents.training.Settings`: two layers of 64, four
epochs, batches of 2048 at most. Twice on the junction with up to 32 actors a world: every car learns, with shared
parameters, and one car among others. On highway-env the same learner has few environments and short rollouts, for a
round as large as ours would take a quarter of an hour; its simulation takes nearly all of the time, so that this hardly
matters. Figures are transitions per CPU second of this process on one thread, medians of rounds that take turns, so
that a busy machine slows all. Torch gets one thread, too: on cores that are busy its threads wait for each other by
spinning, and two took over twenty times as long as one.
"""

from __future__ import annotations

import os

os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import importlib.util
import statistics
import time
from typing import Any

import gymnasium
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv

from agents.environments import Environments
from agents.episodes import Controlled
from agents.sb3 import DriveVecEnv
from agents.training import Settings, make_model

ROUNDS = 5


def here(controlled: Controlled, settings: Settings) -> Any:
    """A learner on the junction."""
    core = Environments("junction-practice", settings.envs, controlled=controlled, pool=32, threads=1)
    return make_model(DriveVecEnv(core), settings, 0)


def highway(settings: Settings) -> Any:
    """A learner on copies of `highway-fast-v0`, one after the other."""
    importlib.import_module("highway_env")
    env: VecEnv = DummyVecEnv([lambda: gymnasium.make("highway-fast-v0")] * settings.envs)
    return make_model(env, settings, 0)


def rate(model: Any) -> float:
    """Transitions per CPU second of a rollout and the update that follows."""
    start = time.process_time()
    model.learn(1, reset_num_timesteps=False)
    return float(model.n_envs * model.n_steps / (time.process_time() - start))


def main() -> None:
    """Measure in turns and print."""
    models = {"every car learns": here("cars", Settings(envs=64)), "one car learns": here("ego", Settings())}
    if importlib.util.find_spec("highway_env"):
        models["highway-fast-v0"] = highway(Settings(envs=8, rollout=16))
    else:
        print("highway-env is not installed; ratios are left out")
    for model in models.values():
        rate(model)
    rounds = [{name: rate(model) for name, model in models.items()} for _ in range(ROUNDS)]
    for name, model in models.items():
        line = f"{name:16s} {statistics.median(r[name] for r in rounds):8.0f} transitions / CPU second"
        if "highway-fast-v0" in models:
            ratio = statistics.median(r[name] / r["highway-fast-v0"] for r in rounds)
            line += f" {ratio:6.0f} x highway-fast-v0"
        print(f"{line}   {model.n_envs} rows, rollouts of {model.n_steps}, batches of {model.batch_size}")


if __name__ == "__main__":
    main()
