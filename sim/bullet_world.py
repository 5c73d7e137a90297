"""One scene in one PyBullet world. Only what moves by itself, or what something moving comes near, has a body."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes.geometry import rotation_of
from scenes.people import PersonLook
from scenes.population_space import boxes_meet
from scenes.types import Scene
from scenes.vehicles import VehicleLook
from sim.bullet_car import VEHICLE_JOINTS, Car, drive_car, make_car, read_car, spring_car
from sim.bullet_client import RATE, Client
from sim.bullet_ground import lay_ground
from sim.bullet_person import Posture, Ragdoll, hold_joints, lead, make_ragdoll, posture, read_ragdoll
from sim.bullet_props import Thing, make_thing, read_thing
from sim.kernels import MAX_STEER, MAX_STEER_RATE, surface_height
from sim.masses import LOOSE_MASSES
from sim.people_gait import Gait
from sim.world import F4, State, World

Arrays = dict[str, NDArray[Any]]
KNOCK = 0.5  # m/s, what touches people faster than this knocks them over
STILL = 0.05  # m/s, slower bodies touch nobody
NEAR = 0.25  # m around people, parked vehicles and props within which they get bodies, besides the other's way
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
        self._loose = [k for k, prop in enumerate(scene.props) if prop.look.model in LOOSE_MASSES]
        self._rate = 0.0
        lay_ground(self.client, scene)

    def begin(self, world: World, b: int, state: State) -> None:
        """Give bodies to the vehicles that drive.

        Args:
            world: compiled scenes.
            b: row of this world.
            state: at time 0.
        """
        for a, actor in enumerate(self.scene.actors):
            if isinstance(actor.look, VehicleLook) and len(actor.path) > 1:
                self._add_car(world, b, a, actor.look, state)

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
        self._wake(world, b, state, dt)
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
            self._drop_doll(a)
        led = {a: self._posture(a, b, new) for a in self._postures}
        for k in range(count):
            for a, after in led.items():
                lead(self.client, self.dolls[a], self._postures[a], after, k / count, dt)
            for car in self.cars.values():
                spring_car(self.client, car)
            self.client.stepSimulation()
            for a in [a for a in led if self._touched(self.dolls[a], fast)]:
                del led[a], self._postures[a]
            for doll in [doll for a, doll in self.dolls.items() if a not in led]:
                hold_joints(self.client, doll)
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
            if math.hypot(*self.client.getBaseVelocity(thing.body)[0]) > KNOCK:
                bodies.add(thing.body)
        return bodies

    def _wake(self, world: World, b: int, state: State, dt: float) -> None:
        """Make bodies for people, parked vehicles and props that something moving may reach in this step."""
        movers = self._movers(state, b, dt)

        def near(x: float, y: float, heading: float, size: tuple[float, float, float]) -> bool:
            return bool(boxes_meet(movers, len(movers), x, y, heading, size[0] / 2 + NEAR, size[1] / 2 + NEAR))

        for a, actor in enumerate(self.scene.actors):
            if a in self.cars or not state.alive[b, a] or (a in self.dolls and a not in self._postures):
                continue
            x, y, _ = state.position[b, a].tolist()
            close = near(x, y, float(state.heading[b, a]), actor.size)
            if isinstance(actor.look, VehicleLook):
                if close:
                    self._add_car(world, b, a, actor.look, state)
            elif close and a not in self.dolls and isinstance(actor.look, PersonLook):
                self.dolls[a] = make_ragdoll(self.client, actor.look)
                fields = {name: getattr(state, name) for name in ("gait_phase", "speed", "position", "heading")}
                self._postures[a] = self._posture(a, b, fields)
            elif not close and a in self.dolls:
                self._drop_doll(a)
        for k in self._loose:
            prop = self.scene.props[k]
            if k not in self.things and near(prop.position[0], prop.position[1], prop.heading, prop.look.size):
                self.things[k] = make_thing(self.client, prop)

    def _drop_doll(self, a: int) -> None:
        """Take away the body of somebody who was not touched."""
        self.client.removeBody(self.dolls.pop(a).body)
        del self._postures[a]

    def _movers(self, state: State, b: int, dt: float) -> NDArray[np.float64]:
        """(M, 5) boxes on the ground that moving bodies may touch within a step: x, y, heading, half sizes."""
        assert state.rigid is not None
        rows = []
        for a in (*self.cars, *self.dolls):
            vx, vy, vz = state.rigid.velocity[b, a].tolist()
            if a in self._postures or math.hypot(vx, vy, vz) < STILL:
                continue
            x, y, _ = state.position[b, a].tolist()
            if a in self.cars:
                heading, (length, width, _) = float(state.heading[b, a]), self.scene.actors[a].size
                c, s = math.cos(heading), math.sin(heading)
                swing = abs(float(state.yaw_rate[b, a])) * length / 2
                ahead, aside = abs(c * vx + s * vy) * dt, (abs(c * vy - s * vx) + swing) * dt
                rows.append((x, y, heading, length / 2 + ahead, width / 2 + aside))
            else:
                half = 0.6 * self.scene.actors[a].size[2] + math.hypot(vx, vy) * dt
                rows.append((x, y, 0.0, half, half))
        for k, thing in self.things.items():
            speed = math.hypot(*self.client.getBaseVelocity(thing.body)[0])
            if speed > STILL:
                x, y = state.rigid.props[b, k, :2].tolist()
                half = max(self.scene.props[k].look.size) + speed * dt
                rows.append((x, y, 0.0, half, half))
        return np.array(rows, np.float64).reshape(-1, 5)

    def _add_car(self, world: World, b: int, a: int, look: VehicleLook, state: State) -> None:
        x, y, _ = state.position[b, a].tolist()
        z = float(surface_height(x, y, b, world.outline, world.raised))
        heading, speed = float(state.heading[b, a]), float(state.speed[b, a])
        self.cars[a] = make_car(self.client, look, (x, y, z), heading, speed)

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


def steered(angle: float, wanted: float, dt: float) -> float:
    """Turn the front wheels towards an angle (rad) at a limited rate, as `sim.kernels.drive` does."""
    step = min(max(wanted - angle, -MAX_STEER_RATE * dt), MAX_STEER_RATE * dt)
    return min(max(angle + step, -MAX_STEER), MAX_STEER)
