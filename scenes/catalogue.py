"""What scenes and simulation must know of an actor's asset: sizes, wheel base, place of the axles."""

from __future__ import annotations

from scenes.people import PersonLook
from scenes.vehicles import VehicleLook


def axles(look: VehicleLook) -> tuple[float, float]:
    """Distances from the middle of a vehicle to its front and its rear axle, m.

    Args:
        look: of the vehicle.

    Returns:
        Front and rear, both positive for axles on either side of the middle.
    """
    front = look.length / 2 - look.overhang
    return front, look.wheel_base - front


def is_person(look: VehicleLook | PersonLook) -> bool:
    """Whether a look is a person's."""
    return isinstance(look, PersonLook)
