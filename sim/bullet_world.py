"""One scene in one PyBullet world. Only what moves by itself, or what something moving comes near, has a body."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes.geometry import rotation_of
from scenes.people import PersonLook
from scenes.types import Scene
from scenes.vehicles import VehicleLook
from sim.bullet_car import VEHICLE_JOINTS, Car, drive_car, make_car, read_car
from sim.bullet_client import RATE, Client
from sim.bullet_ground import lay_ground
from sim.bullet_person import Posture, Ragdoll, lead, make_ragdoll, posture, read_ragdoll
from sim.bullet_props import Thing, make_thing, read_thing
from sim.kernels import MAX_STEER, MAX_STEER_RATE
from sim.masses import LOOSE_MASSES
from sim.people_gait import Gait
from sim.world import F4, State, World

Arrays = dict[str, NDArray[Any]]
KNOCK = 0.5  # m/s, what touches people faster than this knocks them over
NEAR = 0.7  # m, gap within which bodies are made, besides what the faster one covers in a step
PARKED = -5.0  # m/s2, what parking brakes hold


class BulletWorld:
    """The bodies of one scene. Keeps memory: see `sim.bullet`."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.client = Client()
        self.cars: dict[int, Car] = {}  # by row
        self.dolls: dict[int, Ragdoll] = {}  # people, by row
        self.things: dict[int, Thing] = {}  # by number of the prop
        self._postures: dict[int, Posture] = {}  # of the dolls that are led
        self._reach = np.array([reach_of(actor.size) for actor in scene.actors] or [0.0])
        self._loose = [k for k, prop in enumerate(scene.props) if prop.look.model in LOOSE_MASSES]
        self._rate = 0.0
        lay_ground(self.client, scene)

    def begin(self, state: State, b: int) -> None:
        """Give bodies to the vehicles that drive.

        Args:
            state: at time 0.
            b: row of this world.
        """
        for a, actor in enumerate(self.scene.actors):
            if isinstance(actor.look, VehicleLook) and len(actor.path) > 1:
                self._add_car(a, actor.look, state, b)

    def step(self, world: World, b: int, state: State, controls: F4, dt: float, new: Arrays, more: Arrays) -> None:
        """Advance the bodies and write where they are.

        Args:
            world: compiled scenes.
            b: row of this world.
            state: before.
            controls: (A, 2).
            dt: s.
            new: (B, A, ..) fields of the next `State`; people on their paths are there already.
            more: (B, A, ..) fields of its `RigidState`.
        """
        rigid = state.rigid
        assert rigid is not None
        self._wake(state, b, dt)
        fast = self._fast(rigid.velocity[b])
        for a, car in self.cars.items():
            drives = world.count[b, a] > 1
            push = float(controls[a, 0]) if drives else PARKED
            steering = steered(float(state.steering[b, a]), float(controls[a, 1]) if drives else 0.0, dt)
            new["steering"][b, a] = steering
            drive_car(self.client, car, push, steering)
        self._advance(b, dt, new, fast)
        self._write(world, b, state, dt, new, more)

    def _advance(self, b: int, dt: float, new: Arrays, fast: set[int]) -> None:
        """Solver steps; people are led until something fast touches them."""
        count = max(1, round(dt * RATE))
        if self._rate != dt / count:
            self._rate = dt / count
            self.client.setPhysicsEngineParameter(fixedTimeStep=self._rate)
        for a in [a for a in self._postures if not new["alive"][b, a]]:  # at the end of the path
            self.client.removeBody(self.dolls.pop(a).body)
            del self._postures[a]
        led = {a: self._posture(a, b, new) for a in self._postures}
        for k in range(count):
            for a, after in led.items():
                lead(self.client, self.dolls[a], self._postures[a], after, k / count, dt)
            self.client.stepSimulation()
            for a in [a for a in led if self._touched(self.dolls[a], fast)]:
                del led[a], self._postures[a]
        self._postures.update(led)

    def _touched(self, doll: Ragdoll, fast: set[int]) -> bool:
        """Whether something fast pushes a person."""
        return any(c[2] in fast and c[9] > 0.0 for c in self.client.getContactPoints(bodyA=doll.body))

    def _posture(self, a: int, b: int, fields: Arrays) -> Posture:
        """How somebody who walks or stands would hold the body."""
        actor = self.scene.actors[a]
        behaviour = "stand" if actor.behaviour == "stand" else "walk"
        gait = Gait(float(fields["gait_phase"][b, a]), float(fields["speed"][b, a]), behaviour)
        skeleton = self.dolls[a].skeleton
        return posture(skeleton, fields["position"][b, a].tolist(), float(fields["heading"][b, a]), gait)

    def _fast(self, velocity: F4) -> set[int]:
        """Bodies that knock people over."""
        fast = np.linalg.norm(velocity, axis=-1) > KNOCK
        bodies = {car.body for a, car in self.cars.items() if fast[a]}
        bodies |= {doll.body for a, doll in self.dolls.items() if fast[a] and a not in self._postures}
        for thing in self.things.values():
            if math.dist(self.client.getBaseVelocity(thing.body)[0], (0.0, 0.0, 0.0)) > KNOCK:
                bodies.add(thing.body)
        return bodies

    def _wake(self, state: State, b: int, dt: float) -> None:
        """Make bodies for people, parked vehicles and props that something moving comes near."""
        assert state.rigid is not None
        spots, reach, speed = self._movers(state, b)
        if not len(spots):
            return

        def near(x: float, y: float, radius: float, pace: float) -> bool:
            gaps = np.hypot(spots[:, 0] - x, spots[:, 1] - y) - reach - radius
            return bool((gaps < NEAR + (speed + pace) * dt).any())

        for a, actor in enumerate(self.scene.actors):
            if a in self.cars or a in self.dolls or not state.alive[b, a]:
                continue
            x, y, _ = state.position[b, a].tolist()
            if not near(x, y, float(self._reach[a]), float(state.speed[b, a])):
                continue
            if isinstance(actor.look, PersonLook):
                self.dolls[a] = make_ragdoll(self.client, actor.look)
                fields = {name: getattr(state, name) for name in ("gait_phase", "speed", "position", "heading")}
                self._postures[a] = self._posture(a, b, fields)
            else:
                self._add_car(a, actor.look, state, b)
        for k in self._loose:
            prop = self.scene.props[k]
            x, y, _ = prop.position
            if k not in self.things and near(
                float(prop.position[0]), float(prop.position[1]), reach_of(prop.look.size), 0.0
            ):
                self.things[k] = make_thing(self.client, prop)

    def _movers(self, state: State, b: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """(M, 2) places, (M,) sizes and (M,) speeds of all bodies that move by themselves or were hit."""
        assert state.rigid is not None
        pace = np.linalg.norm(state.rigid.velocity[b], axis=-1)
        rows = [a for a in (*self.cars, *self.dolls) if a not in self._postures and pace[a] > 0.05]
        spots = [(float(state.position[b, a, 0]), float(state.position[b, a, 1])) for a in rows]
        reach, speed = [float(self._reach[a]) for a in rows], [float(pace[a]) for a in rows]
        for k, thing in self.things.items():
            velocity = math.dist(self.client.getBaseVelocity(thing.body)[0], (0.0, 0.0, 0.0))
            if velocity > 0.05:
                spots.append((float(state.rigid.props[b, k, 0]), float(state.rigid.props[b, k, 1])))
                reach.append(reach_of(self.scene.props[k].look.size))
                speed.append(velocity)
        return np.array(spots).reshape(-1, 2), np.array(reach), np.array(speed)

    def _add_car(self, a: int, look: VehicleLook, state: State, b: int) -> None:
        position, heading = state.position[b, a].tolist(), float(state.heading[b, a])
        self.cars[a] = make_car(self.client, look, position, heading, float(state.speed[b, a]))

    def _write(self, world: World, b: int, state: State, dt: float, new: Arrays, more: Arrays) -> None:
        """Read all bodies."""
        for a, car in list(self.cars.items()):
            place, orientation, velocity, yaw_rate, joints = read_car(self.client, car)
            ahead = rotation_of(np.array(orientation))[:, 0]
            new["position"][b, a], new["yaw_rate"][b, a] = place, yaw_rate
            new["heading"][b, a] = math.atan2(ahead[1], ahead[0])
            speed = float(np.dot(velocity, ahead))
            new["speed"][b, a], new["acceleration"][b, a] = speed, (speed - float(state.speed[b, a])) / dt
            more["orientation"][b, a], more["velocity"][b, a] = orientation, velocity
            more["joints"][b, a, : len(VEHICLE_JOINTS)] = joints
            if world.count[b, a] > 1:
                new["travelled"][b, a] = state.travelled[b, a] + np.dot(place - state.position[b, a], ahead)
                if new["travelled"][b, a] >= world.arc[world.first[b, a] + world.count[b, a] - 1]:
                    new["alive"][b, a] = False
                    self.client.removeBody(car.body)
                    del self.cars[a]
        for a, doll in self.dolls.items():
            if a not in self._postures:
                self._write_limp(a, b, doll, state, new, more)
        for k, thing in self.things.items():
            more["props"][b, k] = read_thing(self.client, thing)

    def _write_limp(self, a: int, b: int, doll: Ragdoll, state: State, new: Arrays, more: Arrays) -> None:
        """Somebody who was knocked over stays there, whatever the path says."""
        place, orientation, velocity, yaw_rate, angles = read_ragdoll(self.client, doll)
        ahead = rotation_of(np.array(orientation))[:, 0]
        for name in ("travelled", "gait_phase", "alive"):
            new[name][b, a] = getattr(state, name)[b, a]
        new["position"][b, a], new["heading"][b, a] = place, math.atan2(ahead[1], ahead[0])
        new["speed"][b, a], new["acceleration"][b, a] = math.hypot(velocity[0], velocity[1]), 0.0
        new["yaw_rate"][b, a] = yaw_rate
        more["orientation"][b, a], more["velocity"][b, a] = orientation, velocity
        more["joints"][b, a], more["limp"][b, a] = angles, True


def reach_of(size: tuple[float, float, float]) -> float:
    """Radius of a circle on the ground that a thing stays in when it stands or falls over, m."""
    return max(math.hypot(size[0], size[1]) / 2, 0.6 * min(size[2], 2.0))


def steered(angle: float, wanted: float, dt: float) -> float:
    """Turn the front wheels towards an angle (rad) at a limited rate, as `sim.kernels.drive` does."""
    step = min(max(wanted - angle, -MAX_STEER_RATE * dt), MAX_STEER_RATE * dt)
    return min(max(angle + step, -MAX_STEER), MAX_STEER)
