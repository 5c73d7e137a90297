"""Side profiles: which form belongs to which look."""

from __future__ import annotations

from renderers.vehicles_form import LIFT, Form, Knot, Section
from scenes.kinds import Kind
from scenes.vehicles import VehicleLook


def axles(look: VehicleLook) -> tuple[float, float]:
    """Front and rear axle position x, m."""
    front = look.length / 2.0 - look.overhang
    return front, front - look.wheel_base


def sill(look: VehicleLook) -> float:
    """Lower edge of the body, m."""
    return look.clearance + 0.02


def arch_radius(look: VehicleLook) -> float:
    """Radius of the wheel arches, m."""
    return look.wheel_radius * 1.16 + 0.012


def bumper_top(look: VehicleLook) -> float:
    """Upper edge of the bumpers, m."""
    return sill(look) + (0.29 if look.wheel_radius < 0.4 else 0.45)


def body_form(look: VehicleLook, detail: int, height: float | None = None, rear: float | None = None) -> Form:
    """The body, or the cab of a lorry.

    Args:
        look: the vehicle.
        detail: 0 finest .. 2 coarsest.
        height: m, of the roof; None takes that of the look.
        rear: x of the rear end, m; None takes that of the look. A cab ends in a flat wall.

    Returns:
        The form.
    """
    cab = rear is not None
    roof = look.body_height if height is None else height
    margin = LIFT[detail] + 0.003  # plates and lamps stand off the bumpers
    front, back = look.length / 2.0 - margin, margin - look.length / 2.0 if rear is None else rear
    low, bumper = sill(look), bumper_top(look)
    belt, nose = look.belt * roof, look.nose * roof
    soft = look.roundness
    bus = look.kind == Kind.BUS
    flat = look.bonnet < 0.3
    cowl = front - look.bonnet
    head = cowl - look.screen
    deck, fast = (0.02, 0.03) if cab else (look.deck, look.fast)
    fast = max(0.02, min(fast, head - 0.55 - back - deck))
    nose_x = front - (0.02 if flat else 0.07 + 0.07 * soft)
    nose = min(nose, belt - 0.05) if flat else min(nose, belt - 0.10)
    tail_top = belt + (0.05 if look.model != "pickup" else 0.0)
    knots = [
        Knot("bottom", front - 0.05, low, crown=0.0, edge=0.0),
        Knot("chin", front, low + 0.09, 0.05, 0.0, 0.0),
        Knot("bumper", front, bumper, 0.03, 0.0, 0.0),
        Knot("step", front - 0.012 - 0.012 * soft, bumper + 0.03, 0.03, 0.0, 0.0, 0.008),
        Knot("nose", nose_x, nose, 0.05 + 0.05 * soft, 0.035, 0.035, 0.02 + 0.02 * soft),
        Knot("cowl", cowl, belt + 0.03, 0.04, 0.05 if bus else 0.09, 0.02, 0.02),
        Knot("roof_front", head, roof - 0.05, 0.13, 0.03, 0.05, 0.0),
        Knot(
            "roof", (head + back + deck + fast) / 2.0 if head - back < 3.5 else head - 0.8, roof, 0.05, 0.03, 0.05, 0.0
        ),
    ]
    knots += _back(look, back, deck, fast, roof, tail_top, bumper, cab)
    knots += [Knot("rear_bottom", back + 0.04, low, crown=0.0, edge=0.0)]
    large = roof > 1.95 or look.model == "small_van"
    front_axle, rear_axle = axles(look)
    radius = arch_radius(look)
    arches = [(x, look.wheel_radius, radius) for x in (front_axle, rear_axle) if not cab or x == front_axle]
    bow = (0.10, 0.04) if bus or flat else (0.24 + 0.12 * soft, 0.03 if cab else 0.04 if large else 0.12 + 0.08 * soft)
    section = Section(
        half_width=look.width / 2.0, sill=low, belt=(belt - 0.02, belt + (0.02 if large else 0.045)),
        tumble=look.tumble,
        bulge=0.25 if bus or flat else 0.7 if large else 1.0 + 0.3 * soft,
        taper=(0.03, 0.02) if bus or flat else (0.10 + 0.05 * soft, 0.02 if large else 0.06 + 0.03 * soft),
        bow=bow, arches=tuple(arches), flare=0.0 if bus or flat else 0.012,
    )  # fmt: skip
    return Form(knots, section, detail)


def _back(
    look: VehicleLook, back: float, deck: float, fast: float, roof: float, belt: float, bumper: float, cab: bool
) -> list[Knot]:
    """Corners from the rear end of the roof down to the bumper."""
    boxy = cab or look.kind in (Kind.VAN, Kind.BUS)
    drop = 0.02 if boxy else 0.06 if fast < 0.45 else 0.08
    foot = back + deck
    knots = [Knot("roof_rear", foot + fast, roof - drop, 0.08 if boxy else 0.12, 0.03 if boxy else 0.05, 0.03, 0.015)]
    if look.model == "pickup" and not cab:
        rail = belt - 0.14
        knots += [
            Knot("waist", foot, rail + 0.01, 0.02, 0.0, 0.01),
            Knot("deck_end", back + 0.02, rail, 0.03, 0.0, 0.01),
        ]
    elif deck > 0.3:
        knots += [
            Knot("waist", foot, belt + 0.02, 0.10, 0.03, 0.03, 0.02),
            Knot("deck_end", back + 0.05, belt - 0.015, 0.06, 0.015, 0.01, 0.02),
        ]
    else:
        knots += [Knot("waist", foot, belt, 0.05 if boxy else 0.08, 0.02, 0.01, 0.01)]
    if cab:
        return knots
    inset = 0.004 if boxy else 0.03
    return [
        *knots,
        Knot("step_rear", back + inset, bumper + 0.04, 0.02, 0.0, 0.0),
        Knot("bumper_rear", back, bumper - 0.01, 0.03, 0.0, 0.0),
        Knot("chin_rear", back, sill(look) + 0.10, 0.05, 0.0, 0.0),
    ]
