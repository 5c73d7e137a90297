"""Random numbers inside kernels: a hash of (seed, world, agent, step, purpose), with no state to carry along."""

from __future__ import annotations

import math

import numpy as np

from sim.kernels import inner

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@inner
def mix(value):  # type: ignore[no-untyped-def]
    """Finaliser of SplitMix64 (Steele, Lea, Flood 2014): 64 bits to 64 bits, every input bit moves every output bit."""
    value = np.uint64(value)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@inner
def bits(seed, world, agent, step, purpose):  # type: ignore[no-untyped-def]
    """64 random bits that belong to one address.

    Args:
        seed: any integer.
        world: number of the environment.
        agent: number of the actor, or of what the numbers are for.
        step: counts episodes or steps.
        purpose: keeps uses apart.

    Returns:
        uint64.
    """
    value = mix(np.uint64(seed) + GOLDEN)
    value = mix(value ^ (np.uint64(world) + GOLDEN))
    value = mix(value ^ (np.uint64(agent) + GOLDEN))
    value = mix(value ^ (np.uint64(step) + GOLDEN))
    return mix(value ^ (np.uint64(purpose) + GOLDEN))


@inner
def uniform(seed, world, agent, step, purpose):  # type: ignore[no-untyped-def]
    """A number in [0, 1) that belongs to one address; see `bits`."""
    return float(bits(seed, world, agent, step, purpose) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inner
def normal(seed, world, agent, step, purpose):  # type: ignore[no-untyped-def]
    """A standard normal number that belongs to one address (Box and Muller 1958); see `bits`."""
    value = bits(seed, world, agent, step, purpose)
    first = (float(value >> np.uint64(40)) + 0.5) * (1.0 / 16777216.0)
    second = float(value & np.uint64(0xFFFFFF)) * (1.0 / 16777216.0)
    return math.sqrt(-2.0 * math.log(first)) * math.cos(2.0 * math.pi * second)
