"""The rigid-body engine: cars on wheels, people who fall, kerbs and loose objects, in PyBullet.

It keeps memory: the solver's state cannot be set from poses alone, so it continues only from the state that it
returned last. One PyBullet world per scene; world k gives the same bytes alone and in a batch.
"""

from __future__ import annotations

import numpy as np

from sim.bullet_client import pybullet
from sim.bullet_world import BulletWorld
from sim.people_joints import HINGES
from sim.step import next_control, next_halted, step, stride_table
from sim.world import F4, RigidState, State, World, initial_state

NAMES = ("position", "heading", "speed", "acceleration", "yaw_rate", "steering", "travelled", "gait_phase", "alive")
RIGID = ("orientation", "velocity", "joints", "limp", "props")


class BulletEngine:
    """Rigid bodies; see `sim.engine.Engine`."""

    def __init__(self) -> None:
        """Look for PyBullet.

        Raises:
            RuntimeError: it is not installed; the message names the extra.
        """
        pybullet()
        self._world: World | None = None
        self._strides: F4 | None = None
        self._worlds: list[BulletWorld] = []
        self._last: State | None = None

    def start(self, world: World) -> State:
        """Put bodies where the scenes have vehicles; everybody else gets one when something that moves comes near."""
        self._world, self._strides = world, stride_table(world)
        self._worlds = [BulletWorld(scene) for scene in world.scenes]
        state = initial_state(world)
        self._last = _with_rigid(world, state)
        for b, one in enumerate(self._worlds):
            one.begin(world, b, self._last)
        return self._last

    def step(self, state: State, controls: F4, dt: float) -> State:
        """Advance by whole solver steps of about 1/240 s.

        Args:
            state: the one that this engine returned last.
            controls: (B, A, 2) acceleration in m/s2 and, for vehicles, wanted front wheel angle in rad.
            dt: s.

        Returns:
            The next state, with `rigid`.

        Raises:
            ValueError: another state.
        """
        world, rigid = self._world, state.rigid
        if world is None or rigid is None or state is not self._last:
            raise ValueError(
                "the bullet engine keeps memory and continues only from the state that it returned last; "
                "this is another one: call start(world) and run from time 0"
            )
        led = state.alive & ~world.vehicle & ~rigid.limp  # people on their paths move as in the kinematic engine
        ahead = step(world, _replaced(state, alive=led), controls, dt, self._strides)
        new = {name: getattr(ahead, name) for name in NAMES}
        new["alive"] = np.where(led, ahead.alive, state.alive)
        more = {name: getattr(rigid, name).copy() for name in RIGID}
        half = ahead.heading / 2
        more["orientation"][led] = np.stack([half * 0, half * 0, np.sin(half), np.cos(half)], -1)[led]
        more["velocity"][led] = ((ahead.position - state.position) / np.float32(dt))[led]
        for b, one in enumerate(self._worlds):
            one.step(world, b, state, controls[b], dt, new, more)
        control = next_control(world, state, dt)
        halted = next_halted(world, state, new["speed"], new["travelled"], dt)
        self._last = State(time=ahead.time, rigid=RigidState(**more), **new, halted=halted, control=control)
        return self._last


def _replaced(state: State, alive: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> State:
    """The state with other agents alive and without rigid bodies."""
    return State(time=state.time, **{name: getattr(state, name) for name in NAMES[:-1]}, alive=alive)


def _with_rigid(world: World, state: State) -> State:
    """Everybody upright, props as the scenes have them."""
    batch, most = world.exists.shape
    half = state.heading / 2
    orientation = np.stack([half * 0, half * 0, np.sin(half), np.cos(half)], -1)
    velocity = np.concatenate([state.velocity, np.zeros((batch, most, 1), np.float32)], -1)
    props = np.zeros((batch, max(1, *(len(scene.props) for scene in world.scenes)), 7), np.float32)
    for b, scene in enumerate(world.scenes):
        for k, prop in enumerate(scene.props):
            turn = prop.heading / 2
            props[b, k] = (*prop.position, 0.0, 0.0, np.sin(turn), np.cos(turn))
    joints, limp = np.zeros((batch, most, len(HINGES)), np.float32), np.zeros((batch, most), np.bool_)
    rigid = RigidState(orientation, velocity, joints, limp, props)
    same = {name: getattr(state, name) for name in NAMES}
    return State(time=state.time, rigid=rigid, **same, halted=state.halted, control=state.control)
