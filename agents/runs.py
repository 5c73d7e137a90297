"""Run folders: what training leaves behind, as safetensors and JSON. No pickle anywhere."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.network import Network
from scenes.wholefile import write_whole

FORMAT = 1
POLICY = "policy.safetensors"
RUN = "run.json"
Arrays = Mapping[str, NDArray[Any]]


class RunError(ValueError):
    """A run folder is missing, broken or of another version."""


def policy_digest(folder: Path) -> str:
    """sha256 of the policy file of a run folder."""
    return sha256((folder / POLICY).read_bytes()).hexdigest()


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON, whole or not at all."""
    write_whole(path, json.dumps(content, indent=1, sort_keys=True) + "\n")


def read_json(path: Path, what: str) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        path: file.
        what: what it should be, for the message.

    Raises:
        RunError: it is not there, not JSON, or not an object of this format.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(f"{path}: no such file; a {what} holds it") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise RunError(f"{path}{line}: not JSON; the {what} is broken") from None
    if not isinstance(content, dict):
        raise RunError(f"{path}: holds no object; the {what} is broken")
    if content.get("format") != FORMAT:
        raise RunError(f"{path} format: {content.get('format')!r} cannot be read; this version reads {FORMAT}")
    return content


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write arrays as safetensors, whole or not at all."""
    from safetensors.numpy import save_file

    partial = path.with_name(path.name + ".partial")
    save_file({name: np.ascontiguousarray(value) for name, value in arrays.items()}, str(partial))
    os.replace(partial, path)


def read_arrays(path: Path, what: str) -> dict[str, NDArray[Any]]:
    """Read safetensors.

    Raises:
        RunError: the file is missing or broken.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if not path.is_file():
        raise RunError(f"{path}: no such file; a {what} holds it")
    try:
        return dict(load_file(str(path)))
    except (SafetensorError, ValueError, OSError) as error:
        raise RunError(f"{path}: not safetensors ({error}); the {what} is broken") from None


def network_from(arrays: Arrays, path: Path) -> Network:
    """Build the network of a policy file.

    Args:
        arrays: `actor.0.weight`, `actor.0.bias`, `actor.1.weight` and so on, `actor.deviation`.
        path: for messages.

    Raises:
        RunError: a layer is missing, does not fit the one before, or holds values that are not finite.
    """
    weights: list[NDArray[np.float32]] = []
    biases: list[NDArray[np.float32]] = []
    while f"actor.{len(weights)}.weight" in arrays:
        k = len(weights)
        weight, bias = arrays[f"actor.{k}.weight"], arrays.get(f"actor.{k}.bias")
        fits = weight.ndim == 2 and bias is not None and bias.shape == weight.shape[:1]
        if not fits or bias is None or (weights and weight.shape[1] != len(biases[-1])):
            raise RunError(f"{path} actor.{k}: shapes do not fit; the run is broken")
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise RunError(f"{path} actor.{k}: holds values that are not finite; the run is broken")
        weights.append(np.ascontiguousarray(weight, np.float32))
        biases.append(np.ascontiguousarray(bias, np.float32))
    if not weights:
        raise RunError(f"{path}: holds no layer actor.0; the run is broken")
    deviation = arrays.get("actor.deviation", np.zeros(0, np.float32))
    if deviation.shape != biases[-1].shape or not np.isfinite(deviation).all():
        raise RunError(f"{path} actor.deviation: shape {deviation.shape} does not fit; the run is broken")
    return Network(tuple(weights), tuple(biases), np.ascontiguousarray(deviation, np.float32))


def network_arrays(network: Network) -> dict[str, NDArray[Any]]:
    """What `network_from` reads."""
    arrays: dict[str, NDArray[Any]] = {"actor.deviation": network.deviation}
    for k, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        arrays |= {f"actor.{k}.weight": weight, f"actor.{k}.bias": bias}
    return arrays
