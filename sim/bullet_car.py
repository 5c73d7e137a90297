"""Vehicles of PyBullet: a body of two hulls on four sprung wheels that turn on hinges, driven, braked and steered."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.catalogue import axles
from scenes.geometry import triple
from scenes.vehicles import VehicleLook
from sim import masses
from sim.bullet_client import ORIGIN, Client, Link, Quaternion, Triple, build, hull
from sim.bullet_ground import yaw
from sim.masses import GRAVITY

Floats = NDArray[np.float64]
VEHICLE_JOINTS = ("travel_fl", "travel_fr", "travel_rl", "travel_rr", "turn_fl", "turn_fr", "turn_rl", "turn_rr")
FREE_SPIN = 1000.0  # rad/s, wheel speed that a driving torque never reaches
STEERING_TORQUE = 2.0  # N m per kg of the vehicle, holds the front wheels against kerbs
BEAT = 2 * math.pi * masses.RIDE_FREQUENCY  # rad/s
CORNER = 0.35  # m, how far the corners of the body are cut, seen from above


@dataclass(frozen=True)
class Car:
    """A vehicle that has a body."""

    body: int
    mass: float  # kg, with wheels
    inertial_mass: float  # kg, with what the turning wheels add
    radius: float  # m, of the wheels
    base: float  # m, wheel base
    track: float  # m, between the middles of the tyres
    centre: Triple  # of mass, model frame, m
    load: float  # kg on each spring: the centre of mass is half way between the axles
    springs: tuple[int, ...]  # links: front left, front right, rear left, rear right
    wheels: tuple[int, ...]
    hinges: tuple[int, ...]  # links that steer, left and right


def body_hulls(look: VehicleLook) -> tuple[list[Triple], list[Triple]]:
    """Corners of the lower body and of the cabin, model frame, m."""
    end, half, top = look.length / 2, look.width / 2, look.body_height
    belt, nose = look.belt * top, look.nose * top
    profile = (
        (end, look.clearance + 0.08), (end, nose), (end - max(look.bonnet, CORNER), belt),
        (end - CORNER, look.clearance), (CORNER - end, look.clearance), (max(look.deck, CORNER) - end, belt),
        (-end, 0.96 * belt), (-end, look.clearance + 0.08),
    )  # fmt: skip
    lower = [(x, side * (0.84 * half if abs(x) == end else half), z) for x, z in profile for side in (1.0, -1.0)]
    roof = half - look.tumble * (top - belt)
    foot, back = end - look.bonnet, look.deck - end
    cabin = [(x, side * 0.96 * half, 0.9 * belt) for x in (foot, back) for side in (1.0, -1.0)]
    cabin += [(x, side * roof, top) for x in (foot - look.screen, back + look.fast) for side in (1.0, -1.0)]
    return lower, cabin


def tyre_width(look: VehicleLook) -> float:
    """Width of a tyre, m."""
    return 0.62 * look.wheel_radius if look.wheel_radius < 0.40 else 0.30


def make_car(client: Client, look: VehicleLook, position: Sequence[float], heading: float, speed: float) -> Car:
    """Put a vehicle on its wheels.

    Args:
        client: its world.
        look: sizes.
        position: (3,) middle of the footprint, m.
        heading: rad.
        speed: m/s.

    Returns:
        The vehicle, rolling freely.
    """
    mass, radius = masses.vehicle_mass(look), look.wheel_radius
    front, rear = axles(look)
    centre = ((front - rear) / 2, 0.0, masses.CENTRE_HEIGHT * look.height)
    width = tyre_width(look)
    side = look.width / 2 - 0.04 - width / 2
    sprung, corner = mass * (1.0 - masses.UNSPRUNG), mass * masses.UNSPRUNG / 4
    lower, cabin = ([triple(np.subtract(p, centre)) for p in points] for points in body_hulls(look))
    links = [Link(-1, "fixed", ORIGIN, 1.0, hull(client, cabin))]
    tyre = client.createCollisionShape(
        client.GEOM_CYLINDER, radius=radius, height=width,
        collisionFrameOrientation=(math.sin(math.pi / 4), 0.0, 0.0, math.cos(math.pi / 4)),
    )  # fmt: skip
    springs, hinges, wheels = [], [], []
    held = corner * (1.0 - masses.WHEEL_SHARE)
    for x, y in ((front, side), (front, -side), (-rear, side), (-rear, -side)):
        springs.append(len(links))
        steers = x > 0
        links.append(Link(-1, "slide", triple(np.subtract((x, y, radius), centre)), held / 2 if steers else held))
        if steers:
            hinges.append(len(links))
            links.append(Link(len(links) - 1, "z", ORIGIN, held / 2))
        wheels.append(len(links))
        links.append(Link(len(links) - 1, "y", ORIGIN, corner * masses.WHEEL_SHARE, tyre))
    ahead = np.array([math.cos(heading), math.sin(heading), 0.0])
    at = np.asarray(position, np.float64) + centre[0] * ahead + np.array([0.0, 0.0, centre[2]])
    body = build(client, sprung - 1.0, hull(client, lower), at.tolist(), yaw(heading), links)
    spin = 0.5 * corner * masses.WHEEL_SHARE * radius**2
    car = Car(
        body=body, mass=mass, inertial_mass=mass + 4 * spin / radius**2, radius=radius, base=look.wheel_base,
        track=2 * side, centre=centre, load=sprung / 4, springs=tuple(springs), wheels=tuple(wheels),
        hinges=tuple(hinges),
    )  # fmt: skip
    _set_dynamics(client, car, look, sprung, spin)
    client.resetBaseVelocity(body, (speed * ahead).tolist(), ORIGIN)
    for wheel in wheels:
        client.resetJointState(body, wheel, 0.0, speed / radius)
    return car


def _set_dynamics(client: Client, car: Car, look: VehicleLook, sprung: float, spin: float) -> None:
    """Inertia, friction, springs and bump stops."""
    length, width, height = look.size
    share = masses.BOX_INERTIA * sprung / 12
    inertia = (share * (width**2 + height**2), share * (length**2 + height**2), share * (length**2 + width**2))
    client.changeDynamics(car.body, -1, localInertiaDiagonal=inertia, lateralFriction=masses.BODYWORK_FRICTION)
    client.changeDynamics(car.body, 0, localInertiaDiagonal=(1.0, 1.0, 1.0), lateralFriction=masses.BODYWORK_FRICTION)
    for wheel in car.wheels:
        client.changeDynamics(
            car.body, wheel, lateralFriction=masses.TYRE_FRICTION, localInertiaDiagonal=(spin / 2, spin, spin / 2)
        )  # fmt: skip
    for spring in car.springs:
        client.changeDynamics(
            car.body, spring, jointLowerLimit=-GRAVITY / BEAT**2, jointUpperLimit=masses.TRAVEL
        )  # fmt: skip
    for link in (*car.springs, *car.hinges):
        client.changeDynamics(car.body, link, localInertiaDiagonal=(0.1, 0.1, 0.1))


def spring_car(client: Client, car: Car) -> None:
    """Push the wheels down for one solver step: springs that are at their free length where the load is gone."""
    stiff, damp = car.load * BEAT**2, 2 * masses.RIDE_DAMPING * car.load * BEAT
    states = client.getJointStates(car.body, car.springs)
    forces = [-GRAVITY * car.load - stiff * state[0] - damp * state[1] for state in states]
    client.setJointMotorControlArray(car.body, car.springs, client.TORQUE_CONTROL, forces=forces)


def drive_car(client: Client, car: Car, acceleration: float, steering: float) -> None:
    """Set the torque of the wheels or of their brakes, and the angle of the front wheels.

    The wheels share a driving force evenly. Brakes follow the load on the axles (ideal distribution, Gillespie 1992,
    Fundamentals of Vehicle Dynamics, chapter 3), so that all wheels lock at once. Front wheels turn about one point
    (Ackermann): cot of left and right differ by track / wheel base.

    Args:
        client: its world.
        car: the vehicle.
        acceleration: wanted, m/s2.
        steering: angle of the front wheels of the single-track model, rad.
    """
    torque = car.inertial_mass * abs(acceleration) * car.radius
    if acceleration >= 0.0:
        target, forces = FREE_SPIN, [torque / 4] * 4
    else:
        felt = min(abs(acceleration) / GRAVITY, masses.TYRE_FRICTION)
        moved = felt * car.centre[2] / car.base
        target, forces = 0.0, [torque * share / 2 for share in (0.5 + moved, 0.5 + moved, 0.5 - moved, 0.5 - moved)]
    client.setJointMotorControlArray(
        car.body, car.wheels, client.VELOCITY_CONTROL, targetVelocities=[target] * 4, forces=forces
    )  # fmt: skip
    slope = math.tan(steering)
    angles = [math.atan2(slope * car.base, car.base - side * slope * car.track / 2) for side in (1.0, -1.0)]
    client.setJointMotorControlArray(
        car.body, car.hinges, client.POSITION_CONTROL, targetPositions=angles,
        forces=[STEERING_TORQUE * car.mass] * 2,
    )  # fmt: skip


def read_car(client: Client, car: Car) -> tuple[Floats, Quaternion, Triple, float, Floats]:
    """Where a vehicle is.

    Args:
        client: its world.
        car: the vehicle.

    Returns:
        (3,) place of the model frame (m), its orientation, velocity (m/s), yaw rate (rad/s), and (8,) joints in the
        order of VEHICLE_JOINTS: springs in m, compressed positive, and angles of the wheels in [0, 2 pi).
    """
    place, orientation = client.getBasePositionAndOrientation(car.body)
    velocity, spin = client.getBaseVelocity(car.body)
    matrix = np.array(client.getMatrixFromQuaternion(orientation)).reshape(3, 3)
    states = client.getJointStates(car.body, (*car.springs, *car.wheels))
    joints = np.array([state[0] for state in states])
    joints[4:] %= 2 * math.pi
    return np.array(place) - matrix @ np.array(car.centre), orientation, velocity, spin[2], joints
