"""A PyBullet world with fixed settings, and bodies built from a list of links."""

from __future__ import annotations

import os
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from types import ModuleType
from typing import Any

from sim.masses import GRAVITY

RATE = 240  # Hz, steps of the solver; PyBullet's own default, and its parameters are tuned for it
ITERATIONS = 50  # of the contact solver
MISSING = (
    "physics: bullet needs the package pybullet, which is not installed; "
    "pip install 'skidpad[bullet]' (a wheel for Python 3.11, built from source elsewhere)"
)
Triple = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]
ORIGIN: Triple = (0.0, 0.0, 0.0)
UPRIGHT: Quaternion = (0.0, 0.0, 0.0, 1.0)
AXES: dict[str, Triple] = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}


@lru_cache(maxsize=1)
def pybullet() -> ModuleType:
    """Import PyBullet without the line that it prints.

    Raises:
        RuntimeError: it is not installed; the message names the extra.
    """
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        import pybullet as module
    except ModuleNotFoundError:
        raise RuntimeError(MISSING) from None
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
    return module  # type: ignore[no-any-return]


class Client:
    """One physics world: PyBullet's functions, each of them with this world's `physicsClientId`."""

    def __init__(self) -> None:
        """Open an empty world.

        Raises:
            RuntimeError: PyBullet is not installed, or has no free world left.
        """
        module = pybullet()
        self._module = module
        self.number: int = module.connect(module.DIRECT)
        if self.number < 0:
            raise RuntimeError("PyBullet has no free world left; drop engines that are not used any more")
        weakref.finalize(self, module.disconnect, self.number)
        self.setGravity(0.0, 0.0, -GRAVITY)
        self.setPhysicsEngineParameter(
            fixedTimeStep=1.0 / RATE,
            numSolverIterations=ITERATIONS,
            deterministicOverlappingPairs=1,
            enableConeFriction=1,
        )

    def __getattr__(self, name: str) -> Any:
        """A function of PyBullet bound to this world, or one of its constants."""
        found = getattr(self._module, name)
        bound = partial(found, physicsClientId=self.number) if callable(found) else found
        setattr(self, name, bound)
        return bound


@dataclass(frozen=True)
class Link:
    """A piece that hangs on another one by a joint."""

    parent: int  # number of the link that it hangs on, -1 = the base
    joint: str  # x, y, z: turns about that axis; slide: moves along z; fixed
    at: Triple  # of the joint, m, from the parent's joint (from the base's centre of mass)
    mass: float = 0.0  # kg
    shape: int = -1
    centre: Triple = ORIGIN  # centre of mass, m, from the joint


def build(
    client: Client, mass: float, shape: int, position: Sequence[float], orientation: Sequence[float],
    links: Sequence[Link] = (), flags: int = 0,
) -> int:  # fmt: skip
    """Make a body without damping by the air.

    Args:
        client: its world.
        mass: of the base, kg; 0 = it does not move.
        shape: of the base.
        position: (3,) of its centre of mass, m.
        orientation: (4,) quaternion x, y, z, w.
        links: depth first, because PyBullet numbers them that way.
        flags: of `createMultiBody`.

    Returns:
        Its number. All joints turn freely.
    """
    kinds = {"slide": client.JOINT_PRISMATIC, "fixed": client.JOINT_FIXED}
    count = len(links)
    body: int = client.createMultiBody(
        mass, shape, -1, position, orientation, flags=flags,
        linkMasses=[link.mass for link in links], linkCollisionShapeIndices=[link.shape for link in links],
        linkVisualShapeIndices=[-1] * count, linkPositions=[link.at for link in links],
        linkOrientations=[UPRIGHT] * count, linkInertialFramePositions=[link.centre for link in links],
        linkInertialFrameOrientations=[UPRIGHT] * count, linkParentIndices=[link.parent + 1 for link in links],
        linkJointTypes=[kinds.get(link.joint, client.JOINT_REVOLUTE) for link in links],
        linkJointAxis=[AXES.get(link.joint, AXES["z"]) for link in links],
    )  # fmt: skip
    if mass > 0.0:
        for number in range(-1, count):
            client.changeDynamics(body, number, linearDamping=0.0, angularDamping=0.0, jointDamping=0.0)
        for number, link in enumerate(links):
            if link.joint != "fixed":
                client.changeDynamics(body, number, maxJointVelocity=1000.0)
                client.setJointMotorControl2(body, number, client.VELOCITY_CONTROL, force=0.0)
    return body


def hull(client: Client, points: Sequence[Sequence[float]]) -> int:
    """Shape: the convex hull of points (m, from the joint)."""
    return int(client.createCollisionShape(client.GEOM_MESH, vertices=[list(map(float, p)) for p in points]))


def box(client: Client, half: Sequence[float], centre: Sequence[float] = ORIGIN) -> int:
    """Shape: a box of half sizes (m) about a centre."""
    return int(
        client.createCollisionShape(client.GEOM_BOX, halfExtents=list(half), collisionFramePosition=list(centre))
    )
