"""Where the lamps of a scene are: on their posts and in the fronts of vehicles."""

from __future__ import annotations

import math

import numpy as np

from renderers.lamps import BEAM_POWER, LANTERN_POWER, LOW_BEAM, Lamp
from renderers.props_packed import packed_lamps
from renderers.props_poles import lantern_places
from renderers.relief import actor_pose, prop_pose
from scenes.geometry import triple
from scenes.kinds import Kind
from scenes.people import PersonLook
from scenes.types import Actor, Scene
from sim.world import State

BEAM_HEIGHT = 0.68  # m, of low beams
BEAM_TONE = (1.0 * BEAM_POWER, 0.93 * BEAM_POWER, 0.8 * BEAM_POWER)
LANTERN_TONES = LANTERN_POWER * np.array([(1.0, 0.78, 0.46), (1.0, 0.6, 0.24), (0.95, 0.9, 0.78), (1.0, 0.82, 0.55)])


def lamps_of(scene: Scene, state: State) -> tuple[Lamp, ...]:
    """Street lamps and the low beams of moving vehicles; the one that carries the camera shines, too."""
    found = []
    for prop in scene.props:
        if prop.look.model in ("street-lamp", "lantern"):
            pose, slant = prop_pose(prop, scene.roads.relief)
            pose = pose @ slant
            tone = LANTERN_TONES[prop.look.variant % len(LANTERN_TONES)]
            for head in packed_lamps(prop.look) if prop.look.asset else lantern_places(prop.look):
                place = triple(pose[:3, :3] @ np.array(head) + pose[:3, 3])
                found.append(Lamp(place, triple(tone * (head[2] / 7.0) ** 2), (0.0, 0.0, -1.0)))
    for k, actor in enumerate(scene.actors):
        if shines(actor) and actor.behaviour != "parked" and state.alive[0, k]:
            spot = state.position[0, k].astype(np.float64)
            ahead = actor_pose(actor, spot, float(state.heading[0, k]), scene.roads.relief)
            axis = ahead[:3, 0] / math.hypot(*ahead[:2, 0]) if scene.roads.relief is not None else ahead[:3, 0]
            place = triple(ahead[:3, :3] @ np.array([0.5 * actor.size[0], 0.0, BEAM_HEIGHT]) + ahead[:3, 3])
            found.append(Lamp(place, BEAM_TONE, triple(axis), LOW_BEAM))
    return tuple(found)


def shines(actor: Actor) -> bool:
    """Whether an actor has low beams."""
    return not isinstance(actor.look, PersonLook) and actor.kind is not Kind.BICYCLE
