"""Traffic lights: where heads hang, on what, and which plan they show."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenes.draws import Draws
from scenes.kinds import Kind
from scenes.population_control import WALKING, nominal_plan, turn_look
from scenes.population_space import Space
from scenes.props import sample_prop
from scenes.roads_parts import Approach, Layout, Place
from scenes.schema import SignalSpec
from scenes.signals import SignalLook, sample_signal, sample_walk_signal
from scenes.types import Controller, Floats, Prop, Signal, SignalState

SETBACK = 0.6  # m from the kerb to the middle of a post
Plan = tuple[tuple[SignalState, float], ...]


@dataclass(frozen=True, eq=False)
class Spot:
    """A place for a head."""

    position: Floats  # (3,) m, middle of the housing
    look: SignalLook
    turn: bool = False  # of the turn lane


@dataclass(frozen=True, eq=False)
class Turn:
    """The head of a turn lane beside the lane of an approach."""

    look: SignalLook
    t: float  # m, middle of the turn lane in the frame of the approach


def signal_plan(spec: SignalSpec, group: int, groups: int) -> tuple[Plan, float]:
    """Fixed-time plan of a group: groups are green one after the other.

    Args:
        spec: with plain values.
        group: number of the group.
        groups: how many there are; a lone group's red lasts as long as its green.

    Returns:
        (state, s) pairs that repeat, and the offset in s.
    """
    if spec.mode == "flashing-yellow":
        return (("flashing-yellow", 60.0),), spec.offset
    if spec.mode == "off":
        return (("off", 60.0),), spec.offset
    turn = spec.green + spec.yellow + spec.all_red
    red = turn * (max(groups, 2) - 1) + spec.all_red
    return (("green", spec.green), ("yellow", spec.yellow), ("red", red)), spec.offset - group * turn


def add_signals(
    spec: SignalSpec, layout: Layout, space: Space, draws: Draws, controller: Controller | None = None
) -> tuple[list[Signal], list[Prop]]:
    """Put heads and their poles at every approach.

    Args:
        spec: with plain values.
        layout: with the approaches.
        space: to be filled; lights come before other furniture.
        draws: source of randomness.
        controller: of the lights, where there is one.

    Returns:
        Signals without ids, and what they hang on.
    """
    signals: list[Signal] = []
    props: list[Prop] = []
    groups = len({approach.group for approach in layout.approaches})
    shared = stacked(sample_signal(draws.rng("signals", "look")), spec.stacking)
    for number, approach in enumerate(layout.approaches):
        rng = draws.rng("signals", number)
        looks = [
            shared if spec.alike else stacked(sample_signal(draws.rng("signals", number, k)), spec.stacking)
            for k in range(spec.heads)
        ]
        build = {"poles": _poles, "masts": _mast, "wires": _wire}[spec.arrangement]
        turning = turn_beside(spec, layout, number, looks[0])
        if turning is not None:  # arrows are for the turn lane
            looks = [replace(look, symbols=("ball", "ball", "ball")) for look in looks]
        spots, carriers = build(approach, looks, layout.section.kerb_height, rng, space, turning)
        props += carriers
        for k, spot in enumerate(spots):
            group = layout.across[number].group if spot.turn else approach.group
            if controller is None:
                plan, offset = signal_plan(spec, group, groups)
            else:
                plan, offset = nominal_plan(controller, group), controller.offset
            turn = math.radians(draws.number(spec.turn, f"signals.turn[{number}.{k}]", rng))
            tilt = math.radians(draws.number(spec.tilt, f"signals.tilt[{number}.{k}]", rng))
            heading = approach.frame.heading + math.pi + turn
            signals.append(Signal(0, spot.position, heading, spot.look, plan, offset, group, tilt))
    if spec.people:
        walk = sample_walk_signal(draws.rng("signals", "people"), shared)
        for number, place in enumerate(layout.places):
            lights, posts = _walk_signals(
                spec, place, walk, groups, controller, draws.rng("signals", "people", number), space
            )
            signals += lights
            props += posts
    return signals, props


def stacked(look: SignalLook, stacking: str) -> SignalLook:
    """A head as it is, or with its sections side by side."""
    if stacking == "vertical":
        return look
    return replace(look, horizontal=True, housing="box" if look.housing == "lobed" else look.housing)


def _walk_signals(
    spec: SignalSpec, place: Place, look: SignalLook, groups: int, controller: Controller | None,
    rng: np.random.Generator, space: Space,
) -> tuple[list[Signal], list[Prop]]:  # fmt: skip
    """A light for people at either end of a signalised crossing, facing those who come from the other."""
    crossing, signals, props = place.crossing, [], []
    if crossing.signal_group is None:
        return [], []
    over = crossing.end - crossing.start
    clearance = float(np.hypot(*over)) / WALKING
    if controller is None:
        plan, offset = signal_plan(spec, crossing.signal_group, groups)
    else:
        plan, offset = nominal_plan(controller, crossing.signal_group), controller.offset
    for kerb, ahead in ((crossing.start, over), (crossing.end, -over)):
        ahead = ahead / np.hypot(*ahead)
        aside = np.array([-ahead[1], ahead[0]]) * float(rng.choice([-1.0, 1.0]))
        facing, height = math.atan2(ahead[1], ahead[0]), float(rng.uniform(2.3, 2.7))
        for side in (1.0, -1.0):
            x, y = kerb - SETBACK * ahead + side * (0.5 * crossing.width + 0.35) * aside
            if not space.place(float(x), float(y), facing, 0.3, 0.3):
                continue
            pole = replace(sample_prop(rng, "signal-pole"), height=height + look.half + 0.05)
            post = np.array([x, y, place.section.kerb_height])
            hung = replace(look, mount_side=int(rng.choice([-1, 1])))
            spot = _beside(hung, facing, post, height)
            props.append(Prop(Kind.POLE, pole, post, facing))
            signals.append(Signal(0, spot, facing, hung, plan, offset, crossing.signal_group, clearance=clearance))
            break
    return signals, props


def turn_beside(spec: SignalSpec, layout: Layout, number: int, look: SignalLook) -> Turn | None:
    """The head of the turn lane beside an approach, to match a look; None where there is no such lane."""
    if not layout.across:
        return None
    frame, beside = layout.approaches[number].frame, layout.across[number].frame
    left = np.array([-math.sin(frame.heading), math.cos(frame.heading)])
    t = float(np.array([beside.x - frame.x, beside.y - frame.y]) @ left)
    return Turn(turn_look(look, spec.turns, math.copysign(1.0, t)), t)


def _stand(approach: Approach, s: float, t: float, model: str, z: float, rng: np.random.Generator, space: Space,
           heading: float, needed: bool = False, **changes: Any) -> Prop | None:  # fmt: skip
    """A post, unless something stands there and it is not needed."""
    look = replace(sample_prop(rng, model), **changes)
    x, y = approach.frame.at(s, t)
    if not space.place(float(x), float(y), heading, 0.3, 0.3) and not needed:
        return None
    return Prop(Kind.POLE, look, np.array([x, y, z]), heading)


def _beside(look: SignalLook, facing: float, post: Floats, height: float) -> Floats:
    """Middle of a head on a side bracket of a post."""
    side = look.mount_side * (look.half_width + 0.3)
    left = np.array([-math.sin(facing), math.cos(facing)])
    x, y = post[:2] - left * side + 0.02 * np.array([math.cos(facing), math.sin(facing)])
    return np.array([x, y, post[2] + height])


def _apart(look: SignalLook) -> float:
    """Distance between the middles of two heads side by side, m."""
    return 0.3 + 2.0 * look.half_width if look.horizontal else 0.9


def _poles(
    approach: Approach, looks: list[SignalLook], z: float, rng: np.random.Generator, space: Space, turn: Turn | None
) -> tuple[list[Spot], list[Prop]]:
    """Heads on posts: at the stop line on both sides, then beyond the junction on both sides."""
    left, right = approach.near
    facing = approach.frame.heading + math.pi
    sides = [(0.75, right - SETBACK), (approach.far + 0.6, left + SETBACK), (0.75, left + SETBACK)]
    sides.append((approach.far + 0.6, right - SETBACK))
    if rng.random() < 0.5:
        sides[1], sides[2] = sides[2], sides[1]
    height = float(rng.uniform(2.45, 3.3))
    spots: list[Spot] = []
    props = []
    if turn is not None:  # beyond the junction, on the side that it turns to
        kerb = left + SETBACK if turn.t > 0 else right - SETBACK
        post = _stand(approach, approach.far + 0.6, kerb, "signal-pole", z, rng, space, facing, True,
                      height=height + turn.look.half + 0.05)  # fmt: skip
        assert post is not None  # it is needed
        props.append(post)
        hung = replace(turn.look, mount="side", mount_side=int(math.copysign(1.0, turn.t)))
        spots.append(Spot(_beside(hung, facing, post.position, height), hung, True))
    for look, (s, t) in zip(looks, sides, strict=False):
        top = rng.random() < 0.35
        tall = look.half
        reach = height - tall - 0.24 if top else height + tall + 0.05
        post = _stand(
            approach, s, t, "signal-pole", z, rng, space, facing, len(spots) == (turn is not None), height=reach
        )
        if post is None:
            continue
        props.append(post)
        if top:
            spots.append(Spot(post.position + np.array([0.0, 0.0, height]), replace(look, mount="top")))
        else:
            hung = replace(look, mount="side", mount_side=int(rng.choice([-1, 1])))
            spots.append(Spot(_beside(hung, facing, post.position, height), hung))
    return spots, props


def _mast(
    approach: Approach, looks: list[SignalLook], z: float, rng: np.random.Generator, space: Space, turn: Turn | None
) -> tuple[list[Spot], list[Prop]]:
    """Heads on an arm over the far side of the junction, the last of several on the mast itself."""
    _, right = approach.near
    facing = approach.frame.heading + math.pi
    reach = -right + SETBACK + float(rng.uniform(0.5, 2.2)) + (max(turn.t, 0.0) if turn is not None else 0.0)
    arm = approach.frame.heading + math.pi / 2  # from the right kerb over the lanes
    mast = _stand(approach, approach.far + 0.6, right - SETBACK, "signal-mast", z, rng, space, arm, length=reach)
    if mast is None:
        return _poles(approach, looks, z, rng, space, turn)
    spots: list[Spot] = []
    props = [mast]
    size = mast.look.size
    rise = 0.25 if mast.look.variant == 0 else 0.0
    unit = np.array([math.cos(arm), math.sin(arm)])
    front = np.array([math.cos(facing), math.sin(facing)])
    over = looks[:-1] if len(looks) > 1 else looks
    apart = _apart(looks[0])
    if looks[0].horizontal:
        over = over[: max(1, int(0.9 * reach / apart) - 1)]
    shares = [0.96 - 0.9 * k / (len(over) + 1) for k in range(len(over))]
    if turn is not None:  # over the middles of the lanes, and beside them
        over, shares = [turn.look, *over], [(SETBACK - right + turn.t) / reach]
        shares += [(SETBACK - right + apart * (k - (len(over) - 2) / 2)) / reach for k in range(len(over) - 1)]
    for k, (look, share) in enumerate(zip(over, shares, strict=True)):
        x, y = mast.position[:2] + unit * reach * share + front * (0.5 * look.depth + 0.1)
        height = z + size[2] - rise * (1 - share) ** 2
        spots.append(Spot(np.array([x, y, height]), replace(look, mount="mast"), turn is not None and k == 0))
    if len(looks) > 1:
        hung = replace(looks[-1], mount="side", mount_side=int(rng.choice([-1, 1])))
        spots.append(Spot(_beside(hung, facing, mast.position, float(rng.uniform(2.6, 3.4))), hung))
    return spots, props


def _wire(
    approach: Approach, looks: list[SignalLook], z: float, rng: np.random.Generator, space: Space, turn: Turn | None
) -> tuple[list[Spot], list[Prop]]:
    """Heads that hang from a wire across the far side of the junction."""
    left, right = approach.near
    facing = approach.frame.heading + math.pi
    width = left - right + 2 * SETBACK
    s, t = approach.far + 0.6, (left + right) / 2
    ends = [approach.frame.at(s, t + side * width / 2) for side in (-1, 1)]
    if any(space.solid.meet(float(x), float(y), facing, 0.3, 0.3) for x, y in ends):
        return _poles(approach, looks, z, rng, space, turn)
    for x, y in ends:
        space.solid.add(float(x), float(y), facing, 0.3, 0.3)
    look = replace(sample_prop(rng, "span-wire"), width=width)
    x, y = approach.frame.at(s, t)
    props = [Prop(Kind.POLE, look, np.array([x, y, z]), facing)]
    spots = []
    shares = [(k + 1) / (len(looks) + 1) * 2 - 1 for k in range(len(looks))]
    if turn is not None:  # over the middles of the lanes, and beside them
        beside = [_apart(looks[0]) * (k - (len(looks) - 1) / 2) for k in range(len(looks))]
        shares = [2 * (t - place) / width for place in (turn.t, *beside)]
        looks = [turn.look, *looks]
    for k, (head, share) in enumerate(zip(looks, shares, strict=True)):
        # lower wire minus the hanger, see the builder of span wires
        height = look.height - 0.45 - 0.3 * (1 - share**2) - (head.half + 0.35)
        x, y = approach.frame.at(s, t - share * width / 2)
        spots.append(Spot(np.array([x, y, z + height]), replace(head, mount="span"), turn is not None and k == 0))
    return spots, props
