"""Prams, wheelchairs, dogs, leads and pushed bicycles on the stage."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.kept import kept
from renderers.labels import Subject
from renderers.mesh import Mesh
from renderers.people_dogs import collar, dog_mesh
from renderers.people_prams import DARK, RUBBER, pram_mesh
from renderers.people_wheelchairs import wheelchair_mesh
from renderers.props_kit import Sketch
from renderers.riders import machine_mesh
from renderers.stage import Instance
from renderers.vehicles_paint import Signs
from scenes.cycles import CycleLook
from scenes.geometry import triple, world_from_model
from scenes.kinds import Kind
from scenes.people_company import Companion
from scenes.types import Actor, Scene
from sim.people_company import HIPS, companion_pose, lead_hand
from sim.people_dogs import Step, step_of
from sim.people_ride import Ride
from sim.world import State

ROLL = 0.04  # m, wheels are drawn in steps of this
FINE = 0.01  # m, the same of wheels with spokes
CRANKS = 16  # positions of the cranks of pushed bicycles
PUSHED = {"behaviour": "pushed"}
PHASES = 32  # of a stride


def company(scene: Scene, k: int, state: State, detail: int) -> list[tuple[Instance, Subject | None]]:
    """What goes with person k.

    Args:
        scene: whose actor k has a companion.
        k: index of the actor.
        state: where everything is; its first world is this scene.
        detail: level of detail of the person.

    Returns:
        Instances with what may be labelled of them; leads carry no label.
    """
    actor = scene.actors[k]
    look = actor.companion
    assert look is not None
    position, heading = state.position[0, k].astype(np.float64), float(state.heading[0, k])
    travelled = float(state.travelled[0, k])
    pose = companion_pose(actor, travelled, position, heading)
    turn = math.atan2(pose[1, 0], pose[0, 0])
    centre = triple(pose[:3, :3] @ np.array([0.0, 0.0, look.size[2] / 2]) + pose[:3, 3])
    subject = Subject(
        look.id, look.kind, centre, look.size, turn, attributes={"model": look.model, "person": str(actor.id)}
    )
    plain = replace(look, id=0, side=0.0)
    if look.cycle is not None:
        mesh = pushed(look.cycle, detail, round(travelled / FINE), look.seed % CRANKS)
        return [(Instance(mesh, pose, look.kind, look.id), replace(subject, attributes=subject.attributes | PUSHED))]
    if look.kind is not Kind.DOG:
        mesh = rolling(plain, detail, round(travelled / ROLL))
        return [(Instance(mesh, pose, look.kind, look.id), subject)]
    step = step_of(look, travelled, float(state.speed[0, k]), actor.desired_speed)
    a, b, c, d = (round(phase * PHASES) % PHASES / PHASES for phase in step.phases)
    step = replace(step, phases=(a, b, c, d), active=round(step.active * 8.0) / 8.0)
    lead = lead_mesh(collar(look), pose, actor, world_from_model(position, heading))
    return [
        (Instance(trotting(plain, detail, step), pose, look.kind, look.id), subject),
        (Instance(lead, np.eye(4), Kind.FURNITURE, track=f"lead {actor.id}"), None),
    ]


def seated(actor: Actor, travelled: float, position: NDArray[np.floating], heading: float) -> NDArray[np.float64]:
    """(4, 4) world_from_model of somebody who sits in the own wheelchair."""
    chair = companion_pose(actor, travelled, position, heading)
    return np.asarray(chair @ world_from_model(np.array([HIPS, 0.0, 0.0]), 0.0))


@kept
def rolling(look: Companion, detail: int, rolled: int) -> Mesh:
    """Keep recently built prams and wheelchairs."""
    build = pram_mesh if look.kind is Kind.PRAM else wheelchair_mesh
    return build(look, detail, rolled * ROLL)


@kept
def pushed(look: CycleLook, detail: int, rolled: int, cranks: int) -> Mesh:
    """Keep recently built bicycles; their cranks stand still."""
    ride = Ride(rolled * FINE, pedalled=cranks / CRANKS * look.measures.gear)
    return machine_mesh(look, ride, detail, Signs(driven=False))


@kept
def trotting(look: Companion, detail: int, step: Step) -> Mesh:
    """Keep recently built dogs."""
    return dog_mesh(look, detail, step)


def lead_mesh(
    hook: tuple[float, float, float], pose: NDArray[np.float64], actor: Actor, world_from_person: NDArray[np.float64]
) -> Mesh:
    """A lead that hangs between collar and hand, in the world's frame."""
    start = pose[:3, :3] @ np.array(hook) + pose[:3, 3]
    end = world_from_person[:3, :3] @ np.array(lead_hand(actor)) + world_from_person[:3, 3]
    s = np.linspace(0.0, 1.0, 12)[:, None]
    line = start + s * (end - start)
    span = float(np.linalg.norm(end - start))
    line[:, 2:] -= 4.0 * min(0.16, 0.3 * max(0.0, 1.25 - span)) * s * (1.0 - s)
    sketch = Sketch()
    sketch.path(line, 0.006, RUBBER, DARK, 5)
    return sketch.build()
