"""A run of the batched core as a small file that plays it again, step by step and bit by bit."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from agents.environments import Environments
from agents.episodes import Controlled
from scenes.wholefile import write_whole
from sim.world import F4

VERSION = 1  # of the file; it counts up whenever the core comes to other states
MAGIC, SUM = b"skidpad run\n", 32  # first bytes; bytes of the sha256 of all that follows it


@dataclass(frozen=True)
class Setup:
    """What a core is made of; see `Environments`."""

    scene: str
    num_envs: int = 1
    controlled: Controlled = "ego"
    pool: int = 4
    scene_seed: int = 0
    time_limit: float = 60.0
    people: str = "paths"
    consequence: str | None = None
    first: int = 0

    def make(self) -> Environments:
        """The environments."""
        return Environments(**asdict(self))


@dataclass(frozen=True, eq=False)
class Recording:
    """A run."""

    setup: Setup
    seed: int  # of the episodes
    scenes: str  # sha256 of what the scenes were
    actions: F4  # (T, E, N, 2), or (T, E, 0, 2) where rules decided
    states: NDArray[np.uint64]  # (T + 1,) hashes of the state at the start and after every step


def record(setup: Setup, seed: int, steps: int, act: Callable[[Environments, int], F4] | None = None) -> Recording:
    """Play and record.

    Args:
        setup: of the core.
        seed: of the episodes.
        steps: T.
        act: actions (E, N, 2) of a step; None lets rules decide.

    Returns:
        The recording.
    """
    core = setup.make()
    core.reset(seed)
    states, actions = [state_hash(core)], []
    for k in range(steps):
        wanted = None if act is None else np.array(act(core, k), np.float32)
        core.step(wanted)
        actions.append(np.zeros((core.num_envs, 0, 2), np.float32) if wanted is None else wanted)
        states.append(state_hash(core))
    return Recording(setup, seed, scenes_hash(core), np.stack(actions), np.array(states, np.uint64))


def replay(run: Recording, on_step: Callable[[Environments, int], None] | None = None) -> Environments:
    """Play a recording again.

    Args:
        run: from `record` or `read_recording`.
        on_step: called with the core and the number of steps so far, 0 first.

    Returns:
        The core after the last step.

    Raises:
        ValueError: its scenes or a state are not what they were.
    """
    core = run.setup.make()
    if scenes_hash(core) != run.scenes:
        raise ValueError(f"recording of {run.setup.scene}: the scene has changed since")
    core.reset(run.seed)
    for k in range(len(run.states)):
        if k > 0:
            core.step(run.actions[k - 1] if run.actions.shape[2] else None)
        if state_hash(core) != run.states[k]:
            raise ValueError(f"recording of {run.setup.scene}: step {k} comes out otherwise on this version or machine")
        if on_step is not None:
            on_step(core, k)
    return core


def write_recording(run: Recording, out: Path) -> None:
    """Write a recording; whole or not at all."""
    data = io.BytesIO()
    np.savez_compressed(data, actions=run.actions, states=run.states)
    head = {
        "version": VERSION, "setup": asdict(run.setup), "seed": run.seed, "scenes": run.scenes,
        "numpy": np.__version__, "numba": numba.__version__,
    }  # fmt: skip
    text = json.dumps(head).encode()
    body = len(text).to_bytes(4, "little") + text + data.getvalue()
    write_whole(out, MAGIC + hashlib.sha256(body).digest() + body)


def read_recording(file: Path) -> Recording:
    """Read a recording.

    Raises:
        ValueError: it is none, of another version, or broken.
        OSError: it cannot be read.
    """
    content = file.read_bytes()
    if not content.startswith(MAGIC):
        raise ValueError(f"{file}: is no recording of a run")
    body = content[len(MAGIC) + SUM :]
    if hashlib.sha256(body).digest() != content[len(MAGIC) : len(MAGIC) + SUM]:
        raise ValueError(f"{file}: is broken: its checksum is another")
    size = int.from_bytes(body[:4], "little")
    head: dict[str, Any] = json.loads(body[4 : 4 + size])
    if head["version"] != VERSION:
        raise ValueError(f"{file}: is of version {head['version']}; this one reads version {VERSION}")
    with np.load(io.BytesIO(body[4 + size :])) as arrays:
        return Recording(Setup(**head["setup"]), head["seed"], head["scenes"], arrays["actions"], arrays["states"])


def state_hash(core: Environments) -> int:
    """64 bits of a hash of the state of all worlds."""
    text = hashlib.sha256()
    for part in (*core.batch.bodies, core.batch.play.scene, core.batch.play.episode, core.batch.play.step):
        text.update(np.ascontiguousarray(part).tobytes())
    return int.from_bytes(text.digest()[:8], "little")


def scenes_hash(core: Environments) -> str:
    """Hash of what is played: who is there, where they start, and their paths."""
    tables, text = core.pool.tables, hashlib.sha256()
    for part in (tables.line, tables.rows, tables.start, tables.spot, tables.size, tables.desired, tables.path):
        text.update(np.ascontiguousarray(part).tobytes())
    return text.hexdigest()
