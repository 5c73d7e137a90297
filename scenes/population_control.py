"""What switches traffic lights: stages of a junction or crossing, fixed or actuated, and the turn across traffic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenes.roads_parts import Layout
from scenes.roads_turns import TURN_GROUP, WALK_GROUP
from scenes.schema import SignalSpec
from scenes.signals import SignalLook
from scenes.types import Controller, SignalState, Stage

WALK = 4.0  # s in which people begin to cross, at least (MUTCD 2009, 4E.06)
WALKING = 1.07  # m/s that a crossing is made long enough for (the same: 3.5 ft/s)


def signal_controller(spec: SignalSpec, layout: Layout) -> Controller | None:
    """The controller of a scene's lights.

    Args:
        spec: with plain values.
        layout: with approaches.

    Returns:
        None where plans do, which depend on nothing but the time.
    """
    if spec.mode not in ("fixed", "actuated") or not (layout.across or spec.mode == "actuated"):
        return None
    if not layout.approaches:
        return None
    walk = walking_time(spec, layout)
    actuated = spec.mode == "actuated"
    most = spec.green if actuated or not layout.across else max(spec.green, walk)
    least = min(spec.minimum, most)
    if layout.across:
        stages = turn_stages(spec, least, most, walk)
    else:
        stages = plain_stages(sorted({approach.group for approach in layout.approaches}), least, most, walk)
    return Controller(stages, spec.yellow, spec.all_red, actuated, spec.passage, spec.detector, offset=spec.offset)


def walking_time(spec: SignalSpec, layout: Layout) -> float:
    """Least duration of a stage in which people cross, s; 0 where they do not wait for lights."""
    ways = [
        float(np.hypot(*(place.crossing.end - place.crossing.start)))
        for place in layout.places
        if place.crossing.signal_group is not None
    ]
    return max(WALK + max(ways) / WALKING - spec.yellow - spec.all_red, WALK) if ways else 0.0


def plain_stages(groups: list[int], least: float, most: float, walk: float) -> tuple[Stage, ...]:
    """One stage for each group, while people cross in front of the others; a lone group takes turns with people."""
    stages = [
        Stage(tuple("green" if g == mine else "red" for g in groups), least, most, walk if len(groups) > 1 else 0.0)
        for mine in groups
    ]
    if len(groups) == 1:
        stages.append(Stage(("red",), max(walk, least), max(walk, least), max(walk, least)))
    return tuple(stages)


def turn_stages(spec: SignalSpec, least: float, most: float, walk: float) -> tuple[Stage, ...]:
    """For each pair of opposite arms a stage of protected turns, and one of the others, in which people cross."""
    stages = []
    for pair in (0, 1):
        shown: list[SignalState] = ["red", "red", "red", "red", "green", "green"]
        if spec.turns != "flashing-arrow":
            turn = shown.copy()
            turn[TURN_GROUP + pair] = "green"
            stages.append(Stage(tuple(turn), min(least, spec.turn_green), spec.turn_green))
        shown[pair] = "green"
        if spec.turns != "protected":
            shown[TURN_GROUP + pair] = "flashing-yellow"
        shown[WALK_GROUP + 1 - pair] = "red"  # people walk beside the traffic that has green
        stages.append(Stage(tuple(shown), least, most, walk))
    return tuple(stages)


def nominal_plan(controller: Controller, group: int) -> tuple[tuple[SignalState, float], ...]:
    """What a group shows when every stage lasts as long as it may: (state, s) pairs."""
    plan: list[tuple[SignalState, float]] = []
    for k, stage in enumerate(controller.stages):
        now, after = stage.shown[group], controller.stages[(k + 1) % len(controller.stages)].shown[group]
        plan.append((now, stage.most))
        plan.append((now if now in (after, "red") else "yellow", controller.yellow))
        plan.append((now if now == after else "red", controller.all_red))
    return tuple((state, seconds) for state, seconds in plan if seconds > 0.0)


def turn_look(look: SignalLook, turns: str, hand: float) -> SignalLook:
    """The head of a turn lane that matches another head: arrows, in the sections that its stages need.

    MUTCD 2009, 4D.17 to 4D.20: protected turns have red, yellow and green arrows; permissive ones a flashing yellow
    arrow in a section of its own, below the steady one, so that each indication has its place.

    Args:
        look: of the heads beside it.
        turns: how turn lanes go.
        hand: +1 turns to the left, -1 to the right.

    Returns:
        The look.
    """
    sections = {
        "protected": ("red", "yellow", "green"),
        "flashing-arrow": ("red", "yellow", "flash"),
        "protected-flashing-arrow": ("red", "yellow", "flash", "green"),
    }[turns]
    arrow = "arrow-left" if hand > 0 else "arrow-right"
    return replace(look, sections=sections, symbols=(arrow, arrow, arrow))
