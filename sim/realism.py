"""How much simulated traffic is like recorded traffic: likelihoods of the Waymo Open Sim Agents Challenge.

Montali et al. (2023), The Waymo Open Sim Agents Challenge. What was recorded is looked up in the histogram of what many
rollouts of the same start did, actor by actor, features taken at all times together; ranges, bins and weights are those
of the challenge of 2025 (`challenge_2025_sim_agents_config.textproto` of waymo-open-dataset).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.metrics import Bools, Tracks, change_rate, collisions, times_to_collision
from sim.world import F4

SMOOTHING = 0.1  # added to the count of each bin
TOP_TIME = 5.0  # s, times to collision are cut there


@dataclass(frozen=True)
class Feature:
    """Histogram of a feature, and its weight in the score of all."""

    low: float
    high: float
    bins: int
    weight: float


FEATURES: dict[str, Feature] = {
    "speed": Feature(0.0, 25.0, 10, 0.05),  # m/s
    "acceleration": Feature(-12.0, 12.0, 11, 0.05),  # m/s2
    "turn": Feature(-0.628, 0.628, 11, 0.05),  # rad/s
    "turn_change": Feature(-3.14, 3.14, 11, 0.05),  # rad/s2
    "nearest": Feature(-5.0, 40.0, 10, 0.10),  # m to the nearest other box; negative where they overlap
    "collision": Feature(-0.5, 1.5, 2, 0.25),  # whether it collides at any time
    "to_collision": Feature(0.0, TOP_TIME, 10, 0.10),  # s
}
KINEMATIC, INTERACTION = ("speed", "acceleration", "turn", "turn_change"), ("nearest", "collision", "to_collision")


def nearest_gaps(tracks: Tracks) -> F4:
    """Distance from each actor to the nearest other one, boxes with round corners as in the challenge.

    Args:
        tracks: W worlds x A actors x T times.

    Returns:
        (W, A, T) m between boxes shrunk to the line along their middle and grown by half their width again; negative
        where they overlap, 100 where nobody else is there.
    """
    half = 0.5 * np.maximum(tracks.size[..., 0] - tracks.size[..., 1], 0.0)[..., None]
    radius, out = 0.5 * tracks.size.min(-1)[..., None], np.full(tracks.x.shape, 100.0, np.float32)
    ux, uy = half * np.cos(tracks.heading), half * np.sin(tracks.heading)
    ends = [(tracks.x - ux, tracks.y - uy), (tracks.x + ux, tracks.y + uy)]
    for shift in range(1, tracks.x.shape[1]):
        other = [(np.roll(x, shift, 1), np.roll(y, shift, 1)) for x, y in ends]
        gaps = [_to_line(*point, *other[0], *other[1]) for point in ends]
        gaps += [_to_line(*point, *ends[0], *ends[1]) for point in other]
        both = tracks.valid & np.roll(tracks.valid, shift, 1)
        gap = np.minimum.reduce(gaps)
        gap = np.where(_cross(ends, other), 0.0, gap) - radius - np.roll(radius, shift, 1)
        out = np.where(both, np.minimum(out, gap), out).astype(np.float32)
    return out


def _to_line(px: F4, py: F4, ax: F4, ay: F4, bx: F4, by: F4) -> F4:
    """Distance from points to segments, m."""
    dx, dy = bx - ax, by - ay
    share = np.clip(((px - ax) * dx + (py - ay) * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
    return np.asarray(np.hypot(px - ax - share * dx, py - ay - share * dy))


def _cross(one: list[tuple[F4, F4]], other: list[tuple[F4, F4]]) -> Bools:
    """Whether two segments cross."""

    def side(a: tuple[F4, F4], b: tuple[F4, F4], p: tuple[F4, F4]) -> F4:
        return np.asarray((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]))

    apart = side(one[0], one[1], other[0]) * side(one[0], one[1], other[1]) < 0.0
    return np.asarray(apart & (side(other[0], other[1], one[0]) * side(other[0], other[1], one[1]) < 0.0))


def features(tracks: Tracks) -> dict[str, F4]:
    """What is compared, as the challenge takes it from places and headings: central differences.

    Args:
        tracks: W worlds x A actors x T times.

    Returns:
        (W, A, T) of each of FEATURES; `collision` is the same at all times.
    """

    def rate(values: F4) -> F4:
        return change_rate(values, tracks.valid, tracks.dt)

    speed, turn = np.hypot(rate(tracks.x), rate(tracks.y)), rate(np.unwrap(tracks.heading, axis=-1))
    hit = collisions(tracks).any(-1, keepdims=True)
    return {
        "speed": speed, "acceleration": rate(speed), "turn": turn, "turn_change": rate(turn),
        "nearest": nearest_gaps(tracks), "collision": np.broadcast_to(hit, tracks.x.shape).astype(np.float32),
        "to_collision": np.minimum(times_to_collision(tracks), TOP_TIME),
    }  # fmt: skip


def likelihoods(rollouts: Tracks, recorded: Tracks) -> dict[str, F4]:
    """How likely what was recorded is under what rollouts did.

    Args:
        rollouts: R rollouts x A actors x T times from the start of the recording.
        recorded: (1, A, T) of the same actors.

    Returns:
        For each of FEATURES (A,) exp of the mean log likelihood over the times that are recorded, in (0, 1]; nan for
        actors that never are.
    """
    made, real, valid = features(rollouts), features(recorded), recorded.valid[0]
    found = {}
    for name, feature in FEATURES.items():
        step = (feature.high - feature.low) / feature.bins

        def bin_of(values: F4, feature: Feature = feature, step: float = step) -> np.ndarray:
            return np.clip(((values - feature.low) / step).astype(np.int64), 0, feature.bins - 1)

        here, there = bin_of(made[name]), bin_of(real[name][0])
        scores = np.full(len(valid), np.nan, np.float32)
        for a in np.flatnonzero(valid.any(-1)):
            counts = np.bincount(here[:, a][rollouts.valid[:, a]], minlength=feature.bins) + SMOOTHING
            scores[a] = np.exp(np.log(counts / counts.sum())[there[a]][valid[a]].mean())
        found[name] = scores
    return found


def realism(rollouts: Tracks, recorded: Tracks) -> dict[str, float]:
    """Kinematic and interaction likelihoods of the challenge, and the weighted mean of both.

    Args:
        rollouts: R rollouts x A actors x T times from the start of the recording.
        recorded: (1, A, T) of the same actors.

    Returns:
        `kinematic`, `interaction` and `all`, each in (0, 1]: weighted means of mean likelihoods of actors.
    """
    means = {name: float(np.nanmean(values)) for name, values in likelihoods(rollouts, recorded).items()}
    groups = {"kinematic": KINEMATIC, "interaction": INTERACTION, "all": tuple(FEATURES)}
    return {
        group: sum(FEATURES[n].weight * means[n] for n in names) / sum(FEATURES[n].weight for n in names)
        for group, names in groups.items()
    }
