"""Tracks of episodes while they are played, and what `sim.metrics` says about their egos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.environments import Environments
from agents.judging import COLLIDED, HIT, LEFT, REACHED
from sim.metrics import SOON, Tracks, comfort, pdm_score, progress, times_to_collision
from sim.world import F4


@dataclass(frozen=True, eq=False)
class Scores:
    """What the egos of E episodes did."""

    pdm: F4  # (E,) `sim.metrics.pdm_score`; progress as a share of the way to the goal
    to_collision: F4  # (E,) s, least time to collision, inf = never a conflict


class Watch:
    """Keeps where everybody was after every step of worlds that play one episode each."""

    def __init__(self, core: Environments) -> None:
        self.rows: list[tuple[NDArray[np.generic], ...]] = []
        self(core)

    def __call__(self, core: Environments) -> None:
        """Keep the present state."""
        bodies, ended = core.batch.bodies, ~core.batch.play.active[:, :1]
        alive = bodies.alive & ~ended
        parts = (bodies.heading, bodies.speed, bodies.travelled, alive)
        self.rows.append((bodies.position[..., 0].copy(), bodies.position[..., 1].copy(), *(p.copy() for p in parts)))

    def scores(self, core: Environments, outcome: NDArray[np.int64]) -> Scores:
        """Judge the egos.

        Args:
            core: whose episodes have ended.
            outcome: (E, 1) indices in `agents.judging.OUTCOMES`.

        Returns:
            The scores.
        """
        x, y, heading, speed, travelled, valid = (np.stack(part, -1) for part in zip(*self.rows, strict=True))
        play, tables = core.batch.play, core.pool.tables
        size = tables.size[play.scene][..., :2]
        tracks = Tracks(x, y, heading, speed, valid.astype(bool), size, float(play.dt))
        worlds, ego = np.arange(core.num_envs), play.slots[play.scene, 0]
        closest = times_to_collision(tracks)[worlds, ego].min(-1)
        own = tracks._replace(
            **{
                name: getattr(tracks, name)[worlds, ego][:, None]
                for name in ("x", "y", "heading", "speed", "valid", "size")
            }
        )
        goal = np.minimum(core.batch.log.goal[play.scene], tables.length[tables.path[play.scene, ego]])
        way = progress(travelled, tracks.valid)[worlds, ego]
        share = np.where(outcome[:, 0] == REACHED, 1.0, way / np.maximum(goal - travelled[worlds, ego, 0], 1.0))
        safe = ~np.isin(outcome[:, 0], (COLLIDED, HIT))
        score = pdm_score(
            safe.astype(np.float32), np.asarray(outcome[:, 0] != LEFT, np.float32),
            np.asarray(safe & (closest >= SOON), np.float32), comfort(own)["comfortable"][:, 0],
            np.asarray(share, np.float32),
        )  # fmt: skip
        return Scores(score, closest)
