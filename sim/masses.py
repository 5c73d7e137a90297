"""Masses, inertia and friction of everything that has a rigid body, each with its source."""

from __future__ import annotations

from scenes.kinds import Kind
from scenes.people import PersonLook
from scenes.vehicles import VehicleLook

GRAVITY = 9.81  # m/s2

# Empty mass (kg) and the box (m) that it belongs to: SUMO 1.20, "Vehicle Type Parameter Defaults" (passenger,
# delivery, truck, bus). A vehicle of another size has the same mass per volume.
VEHICLE_MASSES: dict[Kind, tuple[float, tuple[float, float, float]]] = {
    Kind.CAR: (1500.0, (5.0, 1.8, 1.5)),
    Kind.VAN: (5000.0, (6.5, 2.16, 2.86)),
    Kind.TRUCK: (4500.0, (7.1, 2.4, 2.4)),
    Kind.BUS: (12000.0, (12.0, 2.5, 3.4)),
}

# Althoff and Würsching (2020), CommonRoad: Vehicle Models, table 6, Ford Escort: 1226 kg, of which 131 kg unsprung;
# centre of gravity .558 m above the ground (height 1.39 m); springs of 21.9 kN/m and dampers of 1.46 kNs/m under
# 1095 kg; roll, pitch, yaw inertia 244, 1342, 1539 kg m2, about .7 of a uniform box; wheels 1.7 kg m2 at .344 m.
UNSPRUNG = 0.107  # share of the mass
CENTRE_HEIGHT = 0.40  # share of the height
RIDE_FREQUENCY = 1.42  # Hz
RIDE_DAMPING = 0.30  # of critical
BOX_INERTIA = 0.7
WHEEL_SHARE = 0.85  # of a corner's unsprung mass that turns; a disc of it has the inertia above
TRAVEL = 0.10  # m, up to the bump stops; down to the free length of the springs

# Friction of pairs is the product; the ground has 1.
TYRE_FRICTION = 0.8  # dry asphalt, Bosch Automotive Handbook: .85 new, 1.0 worn, at 50 km/h; less when sliding
BODYWORK_FRICTION = 0.5
CLOTH_FRICTION = 0.66  # people thrown onto asphalt, Searle (1993), SAE 930659
PROP_FRICTION = 0.5

# Share of the body mass of men, of women: de Leva (1996), Adjustments to Zatsiorsky-Seluyanov's segment inertia
# parameters, table 4. Torso is the upper and middle part of the trunk, pelvis the lower one; forearms carry hands.
SEGMENT_SHARES: dict[str, tuple[float, float]] = {
    "pelvis": (0.1117, 0.1247),
    "torso": (0.1596 + 0.1633, 0.1545 + 0.1465),
    "head": (0.0694, 0.0668),
    "arm": (0.0271, 0.0255),
    "forearm": (0.0162 + 0.0061, 0.0138 + 0.0056),
    "thigh": (0.1416, 0.1478),
    "shin": (0.0433, 0.0481),
    "foot": (0.0137, 0.0129),
}
# kg/m2, slim and heavy: around the world's mean of adults (24, NCD Risk Factor Collaboration 2016) and WHO's growth
# reference for 5-19 years (2007)
BODY_MASS_INDEX = {"child": (14.0, 19.0), "teen": (17.0, 25.0), "adult": (19.0, 31.0), "senior": (19.0, 31.0)}

# Street furniture that is not fixed to the ground, kg: usual catalogue weights, empty, rounded.
LOOSE_MASSES = {
    "cone": 3.5, "works-barrier": 15.0, "a-board": 12.0, "wheelie-bin": 15.0, "litter-bin": 25.0, "trolleys": 50.0,
    "planter": 120.0, "bench": 60.0,
}  # fmt: skip


def vehicle_mass(look: VehicleLook) -> float:
    """Mass of a vehicle, kg."""
    mass, (length, width, height) = VEHICLE_MASSES[look.kind]
    return mass * look.length * look.width * look.height / (length * width * height)


def person_mass(look: PersonLook) -> float:
    """Mass of a person, kg."""
    slim, heavy = BODY_MASS_INDEX[look.age_group]
    return (slim + (heavy - slim) * look.body.weight) * look.height**2


def segment_share(look: PersonLook, segment: str) -> float:
    """Share of the body mass that one segment has."""
    return SEGMENT_SHARES[segment][0 if look.body.sex == "male" else 1]
