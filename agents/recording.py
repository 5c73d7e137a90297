"""Runs as small files that play again, step by step and bit by bit: of the batched core, and of samples of scenes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from agents.environments import Environments
from agents.episodes import Controlled
from scenes.files import load
from scenes.wholefile import write_whole
from sim.world import F4, State

VERSION = 4  # of the file; it counts up whenever a simulation comes to other states
ENDING = ".run"
MAGIC, SUM = b"skidpad run\n", 32  # first bytes; bytes of the sha256 of all that follows it


class RecordingError(ValueError):
    """A recording is broken, of another version, or does not come out as it was."""


@dataclass(frozen=True)
class Setup:
    """What a core is made of; see `Environments`."""

    scene: str
    num_envs: int = 1
    controlled: Controlled = "ego"
    pool: int = 4
    scene_seed: int = 0
    time_limit: float = 60.0
    autoreset: bool = True
    dynamics: str = "kinematic"
    people: str = "paths"
    consequence: str | None = None
    first: int = 0
    lanes: str = "keep"

    def make(self) -> Environments:
        """The environments."""
        return Environments(**asdict(self))


@dataclass(frozen=True)
class Sample:
    """A sample of a scene, simulated from time 0 as for pictures; see `sim.rollout`."""

    scene: str
    sample: int = 0
    seed: int = 0
    driver: str | None = None  # of all moving vehicles; None = as the scene says


@dataclass(frozen=True, eq=False)
class Recording:
    """A run."""

    setup: Setup | Sample
    seed: int  # of the episodes; of a sample 0
    text: str  # sha256 of the text of the scene file
    scenes: str  # sha256 of what the scenes of a core were; of a sample empty
    # of a core (T, E, N, 2), or (T, E, 0, 2) where rules decided; of a sample (T, 1, K, 2) controls of the K actors
    # whom drivers of run folders drove
    actions: F4
    states: NDArray[np.uint64]  # (T + 1,) hashes of the state at the start and after every step

    @property
    def told(self) -> str:
        """That it was played again, in words."""
        return f"all {len(self.states):,} states are what they were"

    def check_text(self) -> None:
        """Refuse another scene.

        Raises:
            RecordingError: the text of the scene file is another one.
            SceneError: the scene cannot be read.
        """
        if text_hash(self.setup.scene) != self.text:
            raise RecordingError(f"recording of {self.setup.scene}: the text of the scene has changed since")

    def check(self, k: int, found: int) -> None:
        """Refuse a step that comes out otherwise.

        Args:
            k: number of the step, 0 the start.
            found: hash of the state.

        Raises:
            RecordingError: it is another state.
        """
        if found != self.states[k]:
            raise RecordingError(
                f"recording of {self.setup.scene}: step {k} comes out otherwise on this version or machine"
            )


def record(
    setup: Setup,
    seed: int,
    steps: int,
    act: Callable[[Environments, int], F4] | None = None,
    *,
    on_step: Callable[[Environments, int], None] | None = None,
    alone: bool = False,
) -> Recording:
    """Play and record.

    Args:
        setup: of the core.
        seed: of the episodes.
        steps: T, at most.
        act: actions (E, N, 2) of a step; None lets rules decide.
        on_step: called with the core and the number of steps so far, 0 first.
        alone: stop when the first controlled actor of world 0 has ended its episode.

    Returns:
        The recording.
    """
    core = setup.make()
    core.reset(seed)
    states, actions = [state_hash(core)], [np.zeros((0, core.num_envs, core.rows if act else 0, 2), np.float32)]
    for k in range(steps + 1):
        if on_step is not None:
            on_step(core, k)
        if k == steps or (alone and not core.batch.play.active[0, 0]):
            break
        wanted = None if act is None else np.array(act(core, k), np.float32)
        core.step(wanted)
        actions.append(np.zeros((1, core.num_envs, 0, 2), np.float32) if wanted is None else wanted[None])
        states.append(state_hash(core))
    made = np.concatenate(actions)
    return Recording(setup, seed, text_hash(setup.scene), scenes_hash(core), made, np.array(states, np.uint64))


def replay(run: Recording, on_step: Callable[[Environments, int], None] | None = None) -> Environments:
    """Play a recording of a core again.

    Args:
        run: from `record` or `read_recording`.
        on_step: called with the core and the number of steps so far, 0 first.

    Returns:
        The core after the last step.

    Raises:
        RecordingError: its scenes or a state are not what they were, or it is one of a sample.
    """
    if not isinstance(run.setup, Setup):
        raise RecordingError(f"recording of {run.setup.scene}: is one of a sample; skidpad.takes plays it again")
    run.check_text()
    core = run.setup.make()
    if scenes_hash(core) != run.scenes:
        raise RecordingError(f"recording of {run.setup.scene}: what the scene draws has changed since")
    core.reset(run.seed)
    for k in range(len(run.states)):
        if k > 0:
            core.step(run.actions[k - 1] if run.actions.shape[2] else None)
        run.check(k, state_hash(core))
        if on_step is not None:
            on_step(core, k)
    return core


def write_recording(run: Recording, out: Path) -> None:
    """Write a recording; whole or not at all."""
    data = io.BytesIO()
    np.savez_compressed(data, actions=run.actions, states=run.states)
    head = {
        "version": VERSION, "of": type(run.setup).__name__, "setup": asdict(run.setup), "seed": run.seed,
        "text": run.text, "scenes": run.scenes, "numpy": np.__version__, "numba": numba.__version__,
    }  # fmt: skip
    text = json.dumps(head).encode()
    body = len(text).to_bytes(4, "little") + text + data.getvalue()
    write_whole(out, MAGIC + hashlib.sha256(body).digest() + body)


def read_recording(file: Path) -> Recording:
    """Read a recording.

    Raises:
        RecordingError: it is none, of another version, or broken.
        OSError: it cannot be read.
    """
    content = file.read_bytes()
    if not content.startswith(MAGIC):
        raise RecordingError(f"{file}: is no recording of a run")
    body = content[len(MAGIC) + SUM :]
    if hashlib.sha256(body).digest() != content[len(MAGIC) : len(MAGIC) + SUM]:
        raise RecordingError(f"{file}: is broken: its checksum is another")
    size = int.from_bytes(body[:4], "little")
    try:
        head: dict[str, Any] = json.loads(body[4 : 4 + size])
        version = head["version"]
    except (KeyError, TypeError, ValueError) as error:
        raise RecordingError(f"{file}: is broken: {error!r}") from None
    if version != VERSION:
        raise RecordingError(f"{file}: is of version {version}; this one reads version {VERSION}")
    try:
        with np.load(io.BytesIO(body[4 + size :])) as arrays:
            actions, states = arrays["actions"], arrays["states"]
        setup = {sort.__name__: sort for sort in (Setup, Sample)}[head["of"]](**head["setup"])
        return Recording(setup, head["seed"], head["text"], head["scenes"], actions, states)
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise RecordingError(f"{file}: is broken: {error!r}") from None


def state_hash(core: Environments) -> int:
    """64 bits of a hash of the state of all worlds."""
    play = core.batch.play
    return hash_of((*core.batch.bodies, play.scene, play.episode, play.step))


def sample_hash(state: State) -> int:
    """64 bits of a hash of the state of a sample."""
    parts = dict(vars(state))
    rigid = parts.pop("rigid")
    return hash_of(part for part in (*parts.values(), *(vars(rigid).values() if rigid else ())) if part is not None)


def hash_of(parts: Iterable[NDArray[Any]]) -> int:
    """64 bits of a hash of arrays."""
    return int.from_bytes(digest_of(parts)[:8], "little")


def digest_of(parts: Iterable[NDArray[Any]]) -> bytes:
    """SHA-256 of arrays."""
    text = hashlib.sha256()
    for part in parts:
        text.update(np.ascontiguousarray(part).tobytes())
    return text.digest()


def text_hash(scene: str) -> str:
    """Hash of the text of a scene file, and of all that it builds on."""
    return hashlib.sha256(load(scene).text.encode()).hexdigest()


def scenes_hash(core: Environments) -> str:
    """Hash of what is played: who is there, where they start, and their paths."""
    tables = core.pool.tables
    parts = (tables.line, tables.rows, tables.start, tables.spot, tables.size, tables.desired, tables.path)
    return digest_of(parts).hex()
