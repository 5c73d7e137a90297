"""How well a driver drives: held-out episodes, each played once, with intervals, beside drivers without training."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.environments import Environments
from agents.judging import OUTCOMES
from agents.network import Network
from agents.rewards import TERMS
from agents.watching import Metrics, Watch
from scenes.seeds import rng_for
from sim.world import F4

HELD_OUT = 1_000_003  # seed of the scenes; training draws from other seeds
EPISODE_SEED = 7
Act = Callable[[Environments, int], F4]  # environments and step -> (E, N, 2) actions


@dataclass(frozen=True)
class Rate:
    """How often something happened."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """Share; 0 of nothing."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson score interval of the share, 95 % (Wilson 1927)."""
        if not self.of:
            return 0.0, 1.0
        z, n = 1.959964, self.of
        middle = (self.value + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(self.value * (1 - self.value) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def numbers(self) -> dict[str, float | int]:
        """As JSON."""
        low, high = self.interval
        return {"count": self.count, "of": self.of, "share": self.value, "low": low, "high": high}

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.value:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


@dataclass(frozen=True, eq=False)
class Measurement:
    """What a driver did in episodes of one scene file."""

    driver: str
    episodes: int
    rates: dict[str, Rate]  # by outcome: success, person_hit, collision, off_road, red_light, timeout
    reward: float  # mean of an episode
    seconds: float  # mean duration of an episode
    terms: dict[str, float]  # mean of an episode
    metrics: Metrics  # of the drives


def random_actions(core: Environments, step: int) -> F4:
    """Uniform actions, the same in every run."""
    shape = (core.num_envs, core.rows, 2)
    return np.asarray(rng_for(EPISODE_SEED, "random", step).uniform(-1.0, 1.0, shape), np.float32)


def constant_actions(core: Environments, step: int) -> F4:
    """Follow the route and never change the speed."""
    return np.zeros((core.num_envs, core.rows, 2), np.float32)


def rule_actions(core: Environments, step: int) -> F4:
    """The rule-based driver."""
    return core.rule_actions()


def network_actions(network: Network) -> Act:
    """The most likely actions of a network that sees what the ego sees."""
    return lambda core, step: network(core.observations)


DRIVERS: dict[str, Act] = {"random": random_actions, "constant": constant_actions, "rule": rule_actions}


def measure(
    scene: str, driver: str, act: Act | None = None, episodes: int = 500, scene_seed: int = HELD_OUT, **options: Any
) -> Measurement:
    """Play episodes, each in an environment of its own, to their end.

    Args:
        scene: scene file or name of a library scene.
        driver: name for the table; without `act` a key of DRIVERS.
        act: decides; sees `core.observations`.
        episodes: number of episodes.
        scene_seed: of the scenes.
        **options: of the environments, for instance `pool`.

    Returns:
        Rates and means.

    Raises:
        ValueError: there is no such driver.
    """
    if act is None and driver not in DRIVERS:
        raise ValueError(f"driver: {driver!r} is none of {', '.join(DRIVERS)}")
    core = Environments(scene, episodes, scene_seed=scene_seed, autoreset=False, **options)
    core.reset(EPISODE_SEED)
    watch = Watch(core)
    outcome, steps, sums = play_out(core, DRIVERS[driver] if act is None else act, watch)
    played = outcome > 0
    total = int(played.sum())
    rates = {name: Rate(int((outcome == k).sum()), total) for k, name in enumerate(OUTCOMES) if k > 0}
    means = sums[played].mean(0)
    return Measurement(
        driver, total, rates, float(means.sum()), float(steps[played].mean() * core.batch.play.dt),
        {name: float(value) for name, value in zip(TERMS, means, strict=True)}, watch.metrics(),
    )  # fmt: skip


def play_out(
    core: Environments, act: Act, watch: Callable[[Environments], None] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Drive episodes that have begun to their end.

    Args:
        core: without `autoreset`.
        act: decides.
        watch: called after every step.

    Returns:
        (E, N) outcomes, indices in `agents.judging.OUTCOMES`, 0 where nobody was controlled; (E, N) steps; (E, N, T)
        sums of the reward's terms.
    """
    shape = (core.num_envs, core.rows)
    outcome, steps, sums = np.zeros(shape, np.int64), np.zeros(shape), np.zeros((*shape, len(TERMS)))
    count = 0
    while core.batch.play.active.any():
        step = core.step(act(core, count))
        count += 1
        steps += step.active
        sums += step.terms
        ended = step.terminated | step.truncated
        outcome[ended] = step.outcome[ended]
        if watch is not None:
            watch(core)
    return outcome, steps, sums


def table(rows: list[Measurement]) -> str:
    """Measurements as a Markdown table."""
    names = list(rows[0].rates)
    lines = ["| driver | " + " | ".join(names) + " | reward |", "|---" * (len(names) + 2) + "|"]
    for row in rows:
        cells = [str(row.rates[name]) for name in names]
        lines.append(f"| {row.driver} | " + " | ".join(cells) + f" | {row.reward:.2f} |")
    return "\n".join(lines)
