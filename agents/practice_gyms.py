"""Practice on a recorded encounter as environments: every episode is one of its variants."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from agents.environments import Environments
from agents.episodes import Pool
from agents.gyms import DriveEnv, DriveVectorEnv
from agents.practice import ground, time_limit
from agents.variants import is_train, variants
from scenes.commonroad import read_encounter

SPLITS = ("train", "held-out", "all")


@lru_cache(maxsize=8)
def practice_ground(
    encounter: str | Path, count: int = 200, seed: int = 0, others: str = "replay", split: str = "train"
) -> tuple[Pool, float]:
    """Variants of an encounter for episodes, and how long an episode is.

    Args:
        encounter: CommonRoad XML file.
        count: variants, of all splits together.
        seed: of the variants.
        others: `replay` or `react`, see `agents.practice.ground`.
        split: `train`, `held-out` or `all`.

    Returns:
        The pool and the time limit in s; kept, so that environments of one process share them.

    Raises:
        SceneError: the file is wrong, or no plan solves its variants.
        ValueError: an argument is unknown, or the split is empty.
    """
    if split not in SPLITS:
        raise ValueError(f"split: {split!r} is unknown; choose from {', '.join(SPLITS)}")
    found = variants(read_encounter(encounter), count, seed)
    members = [v for v in found.members if split == "all" or is_train(v.number) == (split == "train")]
    return ground(found, members, others), time_limit(found)


def practice_worlds(
    encounter: str | Path, num_envs: int, *, variants: int = 200, seed: int = 0, others: str = "replay",
    split: str = "train", **options: Any,
) -> Environments:  # fmt: skip
    """Many worlds to practise in, for instance for `agents.sb3.DriveVecEnv`.

    Args:
        encounter: CommonRoad XML file.
        num_envs: number of worlds.
        variants: see `practice_ground`.
        seed: of the variants.
        others: see `practice_ground`.
        split: see `practice_ground`.
        **options: of `Environments`.
    """
    pool, limit = practice_ground(encounter, variants, seed, others, split)
    return Environments(pool, num_envs, **{"time_limit": limit} | options)


def practice_env(
    encounter: str = "", render_mode: str | None = None, *, variants: int = 200, seed: int = 0, others: str = "replay",
    split: str = "train", **options: Any,
) -> DriveEnv:  # fmt: skip
    """`skidpad/Practice-v0`: see `practice_worlds`."""
    pool, limit = practice_ground(encounter, variants, seed, others, split)
    return DriveEnv(pool, render_mode, **{"time_limit": limit} | options)


def practice_vector_env(
    num_envs: int, encounter: str = "", render_mode: str | None = None, *, variants: int = 200, seed: int = 0,
    others: str = "replay", split: str = "train", **options: Any,
) -> DriveVectorEnv:  # fmt: skip
    """`skidpad/Practice-v0` as a vector environment: see `practice_worlds`."""
    pool, limit = practice_ground(encounter, variants, seed, others, split)
    return DriveVectorEnv(num_envs, pool, render_mode, **{"time_limit": limit} | options)
