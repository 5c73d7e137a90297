"""The whole state of a training as arrays, so that N + N steps give the same weights as 2N."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agents.network import Network
from agents.runs import RunError, read_arrays, write_arrays

if TYPE_CHECKING:
    from stable_baselines3 import PPO

Arrays = dict[str, NDArray[Any]]
CHECKPOINT = "checkpoint.safetensors"
ADAM = ("step", "exp_avg", "exp_avg_sq")


def write_checkpoint(folder: Path, model: PPO, env_arrays: Arrays) -> None:
    """Write a training's state between two rollouts, whole or not at all.

    Args:
        folder: of the run.
        model: before its next rollout.
        env_arrays: state of the environments.
    """
    arrays: Arrays = {f"env.{name}": value for name, value in env_arrays.items()}
    arrays |= {f"net.{name}": value.detach().cpu().numpy() for name, value in model.policy.state_dict().items()}
    for k, slot in model.policy.optimizer.state_dict()["state"].items():
        arrays |= {f"adam.{k}.{name}": np.asarray(slot[name].cpu().numpy()) for name in ADAM}
    arrays["last.observation"] = np.asarray(model._last_obs)
    arrays["last.start"] = np.asarray(model._last_episode_starts)
    arrays["count"] = np.array([model.num_timesteps, model._n_updates], np.int64)
    arrays["recent"] = np.array([[item["r"], item["l"]] for item in model.ep_info_buffer or ()], np.float64)
    arrays["recent.success"] = np.array(list(model.ep_success_buffer or ()), np.float64)
    arrays |= random_state()
    write_arrays(folder / CHECKPOINT, arrays)


def read_checkpoint(folder: Path, model: PPO) -> Arrays:
    """Put a training back to where `write_checkpoint` saw it.

    Args:
        folder: of the run.
        model: freshly made with the same settings.

    Returns:
        State of the environments.

    Raises:
        RunError: the checkpoint is missing, broken, or of other settings.
    """
    import torch

    path = folder / CHECKPOINT
    arrays = read_arrays(path, "checkpoint")
    try:
        net = {name[4:]: torch.from_numpy(value) for name, value in arrays.items() if name.startswith("net.")}
        model.policy.load_state_dict(net)
        optimiser = model.policy.optimizer.state_dict()
        slots = sorted({int(name.split(".")[1]) for name in arrays if name.startswith("adam.")})
        optimiser["state"] = {k: {name: torch.from_numpy(arrays[f"adam.{k}.{name}"]) for name in ADAM} for k in slots}
        model.policy.optimizer.load_state_dict(optimiser)
        model._last_obs = arrays["last.observation"]
        model._last_episode_starts = arrays["last.start"]
        model.num_timesteps, model._n_updates = (int(value) for value in arrays["count"])
        model.ep_info_buffer, model.ep_success_buffer = recent(model, arrays)
        set_random_state(arrays)
    except (KeyError, RuntimeError, ValueError) as error:
        words = " ".join(str(error).split())
        raise RunError(f"{path}: does not fit this training ({words[:200]})") from None
    return {name[4:]: value for name, value in arrays.items() if name.startswith("env.")}


def read_networks(folder: Path, model: PPO) -> None:
    """Let a learner begin with the networks, actor and critic, of another run; how much it explores is its own.

    Raises:
        RunError: its checkpoint is missing, broken, or has other networks.
    """
    import torch

    path = folder / CHECKPOINT
    arrays = read_arrays(path, "checkpoint")
    net = {name[4:]: torch.from_numpy(value) for name, value in arrays.items() if name.startswith("net.")}
    try:
        model.policy.load_state_dict({**net, "log_std": model.policy.log_std.detach()})
    except RuntimeError as error:
        raise RunError(f"{path}: does not fit these networks ({' '.join(str(error).split())[:200]})") from None


def recent(model: PPO, arrays: Arrays) -> tuple[Any, Any]:
    """Figures of the last episodes, which the log averages."""
    from collections import deque

    size = model._stats_window_size
    episodes = deque(({"r": float(r), "l": float(n)} for r, n in arrays["recent"]), maxlen=size)
    return episodes, deque(arrays["recent.success"].tolist(), maxlen=size)


def random_state() -> Arrays:
    """State of the two global generators that stable-baselines3 draws from."""
    import torch

    name, keys, position, has_gauss, gauss = np.random.get_state()  # noqa: NPY002 - the library's generator
    rest = json.dumps([str(name), int(position), int(has_gauss), float(gauss)])
    return {
        "random.numpy": np.asarray(keys),
        "random.numpy.rest": np.frombuffer(rest.encode(), np.uint8),
        "random.torch": torch.get_rng_state().numpy(),
    }


def set_random_state(arrays: Arrays) -> None:
    """Put back what `random_state` saw."""
    import torch

    name, position, has_gauss, gauss = json.loads(arrays["random.numpy.rest"].tobytes())
    np.random.set_state((name, arrays["random.numpy"], position, has_gauss, gauss))  # noqa: NPY002
    torch.set_rng_state(torch.from_numpy(arrays["random.torch"]))


def network_of(model: PPO) -> Network:
    """Copy the actor out of a learner."""
    from torch import nn

    chain = [*model.policy.mlp_extractor.policy_net, model.policy.action_net]
    layers = [part for part in chain if isinstance(part, nn.Linear)]
    weights = tuple(part.weight.detach().cpu().numpy().copy() for part in layers)
    biases = tuple(part.bias.detach().cpu().numpy().copy() for part in layers)
    return Network(weights, biases, np.exp(model.policy.log_std.detach().cpu().numpy()).astype(np.float32))
