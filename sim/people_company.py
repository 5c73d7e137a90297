"""People with company: where prams, wheelchairs, dogs and bicycles are, and what hands hold."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scenes.geometry import world_from_model
from scenes.kinds import Kind
from scenes.lanes import arc_lengths
from scenes.people import PersonLook
from scenes.people_company import BUILDS, Companion
from scenes.people_company_path import axles
from scenes.types import Actor, Scene
from sim.people_gait import Gait
from sim.people_glances import head_turn
from sim.world import State

Array = NDArray[np.float64]
Point = tuple[float, float, float]
SEAT, FOOT = 0.50, 0.15  # m, of a wheelchair
HIPS = -0.12  # m, hips of who sits in a wheelchair before its middle
AXLE: Point = (-0.16, 0.285, 0.30)  # m, left large wheel in the wheelchair's frame; its height is the radius
RIM = 0.27  # m, radius of the handrims
PUSH = 1.25  # m that a wheelchair rolls from one push on the rims to the next
ARM = 0.37  # of the stature: shoulder to palm, a little bent
MIDDLE = {"city": 0.13, "trekking": 0.03, "sport": -0.06}  # m, middle of a bicycle's bar before its grips
CLOSE = 1.2  # m, farther apart people let go of each other


def companion_pose(actor: Actor, travelled: float, position: NDArray[np.floating], heading: float) -> Array:
    """Where the companion of a person is: it rolls and trots along the same path, over the same kerbs.

    Args:
        actor: a person with a companion.
        travelled: m along the path.
        position: (3,) world, m, of the person.
        heading: rad.

    Returns:
        (4, 4) world_from_companion, origin on the ground below its middle.
    """
    companion = actor.companion
    assert companion is not None
    if len(actor.path) < 2:
        pose = world_from_model(np.asarray(position, np.float64), heading)
        return np.asarray(pose @ world_from_model(np.array([companion.ahead, companion.side, 0.0]), 0.0))
    ends = axles(companion, actor.path, np.array([travelled]))[0]
    places = ends[:, 2].copy()
    ends[:, 2] = 0.0 if actor.path_z is None else np.interp(places, arc_lengths(actor.path), actor.path_z)
    middle, axis = (ends[0] + ends[1]) / 2.0, ends[0] - ends[1]
    flat = math.hypot(axis[0], axis[1])
    turn = math.atan2(axis[1], axis[0]) if flat > 0.3 * companion.base else heading
    return np.asarray(world_from_model(middle, turn, math.atan2(axis[2], max(flat, 1e-6))))


def gait_of(scene: Scene, state: State, k: int) -> Gait:
    """What person k does in the first world of a state, with what both hands hold."""
    actor = scene.actors[k]
    phase, speed = float(state.gait_phase[0, k]), float(state.speed[0, k])
    plain = Gait(phase, speed, "stand" if actor.behaviour == "stand" else "walk")
    if not isinstance(actor.look, PersonLook):
        return plain
    moment = (float(state.time[0]), speed, float(state.travelled[0, k]), float(state.heading[0, k]))
    plain = replace(plain, head_turn=head_turn(actor, scene.roads.crossings, state.position[0, k], moment))
    if actor.companion is not None:
        return _with_companion(actor.companion, actor, plain, scene, state, k)
    other = k + actor.partner
    if actor.partner == 0 or not 0 <= other < len(scene.actors) or not state.alive[0, other]:
        return plain
    if state.rigid is not None and state.rigid.limp[0, other]:
        return plain
    pushed = scene.actors[other].companion
    if pushed is not None:
        return _holding(plain, pushed, _companion_at(scene, state, other), actor, state, k)
    return _hand_in_hand(plain, scene, state, k, other)


def _companion_at(scene: Scene, state: State, k: int) -> Array:
    position = state.position[0, k].astype(np.float64)
    return companion_pose(scene.actors[k], float(state.travelled[0, k]), position, float(state.heading[0, k]))


def _local(state: State, k: int, spot: Array) -> Point:
    """A world point in the model frame of person k, m."""
    off, heading = spot - state.position[0, k].astype(np.float64), float(state.heading[0, k])
    c, s = math.cos(heading), math.sin(heading)
    return (float(off[0] * c + off[1] * s), float(off[1] * c - off[0] * s), float(off[2]))


def _with_companion(companion: Companion, actor: Actor, gait: Gait, scene: Scene, state: State, k: int) -> Gait:
    if companion.kind is Kind.WHEELCHAIR:
        later = scene.actors[k + 1] if k + 1 < len(scene.actors) else None
        helped = later is not None and later.partner == -1
        left, right = _lap(_tall(actor)) if helped else _rims(float(state.travelled[0, k]))
        return replace(gait, behaviour="sit", seat=SEAT, foot=FOOT, left=left, right=right, lean=0.0 if helped else 0.1)
    if companion.kind is Kind.PRAM:
        return _holding(gait, companion, _companion_at(scene, state, k), actor, state, k)
    if companion.kind is Kind.BICYCLE:
        return _pushing(gait, companion, _companion_at(scene, state, k), actor, state, k)
    hand = lead_hand(actor)
    return replace(gait, left=hand) if companion.side > 0 else replace(gait, right=hand)


def _tall(actor: Actor) -> float:
    assert isinstance(actor.look, PersonLook)
    return actor.look.height


def lead_hand(actor: Actor) -> Point:
    """Hand that holds the lead, model frame, m."""
    assert actor.companion is not None
    tall, side = _tall(actor), math.copysign(1.0, actor.companion.side)
    return (0.10 * tall, side * 0.165 * tall, 0.53 * tall)


def _holding(gait: Gait, companion: Companion, pose: Array, actor: Actor, state: State, k: int) -> Gait:
    x, y, z = BUILDS[companion.model].handle
    left = _local(state, k, pose[:3, :3] @ np.array([x, y, z]) + pose[:3, 3])
    right = _local(state, k, pose[:3, :3] @ np.array([x, -y, z]) + pose[:3, 3])
    far = ARM * 1.08 * _tall(actor)
    if math.hypot(left[0], left[2] - 0.82 * _tall(actor)) > far:
        return gait
    return replace(gait, left=left, right=right, lean=0.05)


def _pushing(gait: Gait, companion: Companion, pose: Array, actor: Actor, state: State, k: int) -> Gait:
    """The far hand holds the nearer grip; the near one the saddle, or the bar beside the stem."""
    assert companion.cycle is not None
    x, y, z = BUILDS[companion.model].handle
    inner = -math.copysign(1.0, companion.side)  # of the bicycle: the side on which its person walks
    saddle = companion.cycle.saddle
    bar = (x + MIDDLE[companion.model], 0.10 * inner, z + 0.01)
    second = (saddle[0] - 0.06, 0.05 * inner, saddle[1] + 0.01) if companion.seed & 1 else bar
    hands = [_local(state, k, pose[:3, :3] @ np.array(spot) + pose[:3, 3]) for spot in ((x, inner * y, z), second)]
    tall, far = _tall(actor), 1.15 * ARM * _tall(actor)
    sides = (1.0, -1.0) if inner > 0.0 else (-1.0, 1.0)
    # where the way bends they let go of what is out of reach
    kept = [
        hand if math.dist(hand, (0.0, 0.10 * side * tall, 0.82 * tall)) < far else None
        for hand, side in zip(hands, sides, strict=True)
    ]
    left, right = kept if inner > 0.0 else kept[::-1]
    return replace(gait, left=left, right=right, lean=0.10)


def _rims(travelled: float) -> tuple[Point, Point]:
    """Hands on the handrims: along from behind the top to the front, and back above them."""
    share = travelled / PUSH % 1.0
    if share < 0.45:
        angle, radius = -0.45 + 1.5 * share / 0.45, RIM
    else:
        back = (share - 0.45) / 0.55
        angle, radius = 1.05 - 1.5 * back * back * (3.0 - 2.0 * back), RIM + 0.07 * math.sin(math.pi * back)
    x = AXLE[0] - HIPS + radius * math.sin(angle)
    z = AXLE[2] + radius * math.cos(angle) + 0.02
    return (x, AXLE[1] + 0.02, z), (x, -AXLE[1] - 0.02, z)


def _lap(tall: float) -> tuple[Point, Point]:
    x, z = 0.13 * tall, SEAT + 0.115 * tall
    return (x, 0.07 * tall, z), (x, -0.05 * tall, z)


def _hand_in_hand(gait: Gait, scene: Scene, state: State, k: int, other: int) -> Gait:
    """Both people reach for the same point between them; too far apart they let go."""
    heading = float(state.heading[0, k])
    x, y, _ = _local(state, k, state.position[0, other].astype(np.float64))
    turned = math.cos(float(state.heading[0, other]) - heading)
    if abs(x) > 0.4 or abs(y) > CLOSE or turned < 0.9:
        return gait
    side = math.copysign(1.0, y)
    talls = (_tall(scene.actors[k]), _tall(scene.actors[other]))
    shoulder = [(0.0, 0.10 * talls[0] * side, 0.815 * talls[0]), (x, y - 0.10 * talls[1] * side, 0.795 * talls[1])]
    big, small = (0, 1) if talls[0] >= talls[1] else (1, 0)
    reach = ARM * talls[small]
    low, high = shoulder[small][2] - 0.8 * reach, shoulder[small][2] + 0.35 * reach
    z = min(max(shoulder[big][2] - 0.97 * ARM * talls[big], low), high)
    share = 0.55 if big == 0 else 0.45
    grip = (0.5 * x + 0.04, shoulder[0][1] + share * (shoulder[1][1] - shoulder[0][1]), z)
    for tall, joint in zip(talls, shoulder, strict=True):
        if math.dist(grip, joint) > 1.02 * ARM * tall:
            return gait
    return replace(gait, left=grip) if side > 0 else replace(gait, right=grip)
