"""Which lamps of a vehicle glow at one moment, and what labels say of them and of its plate."""

from __future__ import annotations

from renderers.vehicles_paint import Signs
from scenes.cycles import CycleLook
from scenes.kinds import Kind
from scenes.people import PersonLook
from scenes.types import Scene
from sim.turn_signals import Turning, flashes, turn_signal
from sim.world import State

BRAKE = -0.8  # m/s2, stronger deceleration lights the brake lamps
HELD = 0.1  # m/s, who is slower holds the vehicle with the brake
ON = {True: "on", False: "off"}


def signs_of(scene: Scene, k: int, state: State, ahead: tuple[Turning, ...]) -> tuple[Signs, dict[str, str]]:
    """The lamps of vehicle k; parked ones are dark, and nobody is in them.

    Args:
        scene: whose actor k is a vehicle.
        k: index of the actor.
        state: where everything is; its first world is this scene.
        ahead: the turns on its path, from `sim.turn_signals.turnings`.

    Returns:
        What glows now, and attributes for labels: `lights`, `brake_lights`, `turn_lights` (what it signals),
        `turn_lights_lit` (now, as they flash), `plate` and `plate_nation`; bicycles have the first alone.
    """
    actor = scene.actors[k]
    assert not isinstance(actor.look, PersonLook)
    driven, time = actor.behaviour != "parked", float(state.time[0])
    lamps = driven and scene.light.headlights_on
    if isinstance(actor.look, CycleLook) and actor.kind is Kind.BICYCLE:
        return Signs(lamps), {"lights": ON[lamps and actor.look.lamps]}
    braking = driven and bool(state.acceleration[0, k] < BRAKE or state.speed[0, k] < HELD)
    side = turn_signal(actor, scene.roads, ahead, float(state.travelled[0, k]), time) if driven else "off"
    side = "hazard" if actor.hazard else side
    lit = side != "off" and flashes(actor.id, time)
    signs = Signs(lamps, braking, lit and side != "right", lit and side != "left", driven)
    known = {"lights": ON[lamps], "brake_lights": ON[braking], "turn_lights": side, "turn_lights_lit": ON[lit]}
    if actor.look.plate is not None:
        known |= {"plate": actor.look.plate.text, "plate_nation": actor.look.plate.nation}
    return signs, known
