"""The scene language, format 1: what a scene file may say, with limits, units and defaults.

Angles are degrees in files. A field annotated with `Range`, `OneOf` or `Flag` holds either a plain value or a
`Distribution` until `scenes.draws.fix` has drawn it; a field of type `Spread` keeps its distribution and is drawn
for every thing it describes.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from scenes.buildings import BUILDING_STYLES
from scenes.distributions import Choice, Constant, Distribution, Normal, Uniform
from scenes.fields import Flag, OneOf, Range
from scenes.props import PROP_MODELS
from scenes.schema_camera import CameraSpec, ChainSpec, LensSpec, Share
from scenes.schema_joint import Conditions, CopulaSpec
from scenes.schema_lidar import LidarSpec
from scenes.schema_light import LightSpec, WeatherSpec
from scenes.schema_plain import MODES, PlainSpec

GROUNDS = (
    "asphalt-new", "asphalt-old", "asphalt-patched", "concrete-paving", "slabs", "brick-paving", "cobbles", "grass",
    "gravel", "earth",
)  # fmt: skip
LAYOUTS = ("street", "junction", "square", "tjunction", "curve", "roundabout")  # in this order in messages
VEHICLE_NAMES = ("car", "van", "truck", "bus")
CYCLE_NAMES = ("bicycle", "motorcycle")
PHYSICS = ("kinematic", "bullet")  # keys of sim.engine.ENGINES
DRIVERS = ("rule", "constant", "bus")  # keys of agents.POLICIES
FILE_KEYS = ("extends", "include", "presets")  # what a file builds on; gone when `SceneSpec` is read
Spread = Distribution
Metres = Annotated[float, Range(-5000.0, 5000.0, "m")]
Count = Annotated[int, Range(0, 4, "lanes", integer=True)]


class Spec(BaseModel):
    """Base of all parts: unknown keys are errors, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class RoadSpec(Spec):
    """The ground plan."""

    layout: Annotated[str, OneOf(LAYOUTS)] = "street"
    traffic: Annotated[str, OneOf(("left", "right"))] = "right"  # side that vehicles drive on
    length: Annotated[float, Range(60.0, 400.0, "m")] = 150.0  # of a street or of two opposite arms
    lanes: tuple[Count, Count] = (1, 1)  # of a street: along and against +x
    radius: Annotated[float, Range(30.0, 400.0, "m")] = 60.0  # of a curve
    angle: Annotated[float, Range(-120.0, 120.0, "deg")] = 60.0  # that a curve turns by, left positive
    cycle_lane: Annotated[str, OneOf(("none", "left", "right", "both"))] = "none"  # of a street
    bus_stop: Annotated[str, OneOf(("none", "left", "right", "both"))] = "none"  # of a straight street
    bays: Annotated[str, OneOf(("parallel", "angled", "perpendicular"))] = "parallel"  # how vehicles park
    stem: Annotated[str, OneOf(("left", "right"))] = "right"  # side of the road that ends at three arms, from +x
    priority: Annotated[str, OneOf(("give-way", "stop", "all-way-stop"))] = "give-way"  # without lights
    arms: Annotated[int, Range(3, 4, "arms", integer=True)] = 4  # of a roundabout
    island: Annotated[float, Range(8.0, 25.0, "m")] = 10.0  # of a roundabout: radius of the middle
    lane_width: Annotated[float, Range(2.5, 4.5, "m")] = 3.2
    pavement: Annotated[float, Range(1.6, 12.0, "m")] = 3.0  # width; of a square: half its width
    kerb: Annotated[float, Range(0.0, 0.2, "m")] = 0.12
    verge: Annotated[float, Range(0.0, 8.0, "m")] = 0.0  # front gardens, between pavement and buildings
    parking: Annotated[str, OneOf(("none", "left", "right", "both"))] = "both"
    centre_line: Annotated[str, OneOf(("none", "dashed", "solid", "hatched"))] = "dashed"
    edge_line: Annotated[str, OneOf(("none", "white", "yellow", "double-yellow"))] = "none"
    crossing: Annotated[str, OneOf(("none", "zebra", "signals"))] = "none"
    crossing_at: Annotated[float, Range(-150.0, 150.0, "m")] = 0.0  # along a street, from its middle
    crossing_width: Annotated[float, Range(2.0, 8.0, "m")] = 3.2
    zigzag: Annotated[bool, Flag()] = False
    turn_lanes: Annotated[bool, Flag()] = False  # of a junction, for the turn across the oncoming traffic
    slope: Annotated[float, Range(-15.0, 15.0, "%")] = 0.0  # rise along +x
    crest: Annotated[float, Range(-6.0, 6.0, "m")] = 0.0  # height of a hump in the middle; negative = a dip
    surface: Annotated[str, OneOf(GROUNDS)] = "asphalt-old"
    pavement_surface: Annotated[str, OneOf(GROUNDS)] = "slabs"
    verge_surface: Annotated[str, OneOf(GROUNDS)] = "grass"
    wear: Share = 0.3  # of the markings
    map: str = ""  # file of an imported map, beside the scene file; most other keys are then the map's
    around: Annotated[float, Range(30.0, 2000.0, "m")] = 200.0  # of a map: farther from every camera is nothing


class BuildingSpec(Spec):
    """What stands behind the pavements."""

    share: Share = 0.85  # of the frontage that is built up; the rest are hedges, walls, fences and trees
    width: Annotated[Spread, Range(4.0, 60.0, "m", each=True)] = Uniform(6.0, 18.0)
    depth: Annotated[Spread, Range(4.0, 40.0, "m", each=True)] = Uniform(8.0, 12.0)
    style: Annotated[str, OneOf(("any", *BUILDING_STYLES))] = "any"
    uniformity: Share = 0.5  # chance that a house looks like its neighbour


class ParkedSpec(Spec):
    """Parked vehicles."""

    occupancy: Share = 0.6  # share of the parking bays that are taken
    gap: Annotated[Spread, Range(0.3, 30.0, "m", each=True)] = Uniform(0.6, 2.0)
    kind: Annotated[Spread, OneOf(VEHICLE_NAMES, each=True)] = Choice(("car", "van"), (0.9, 0.1))
    hazards: Share = 0.0  # share with their hazard lights on


class VehicleSpec(Spec):
    """Moving vehicles."""

    spacing: Annotated[Spread, Range(6.0, 500.0, "m", each=True)] = Uniform(12.0, 60.0)  # gap between two in a lane
    speed: Annotated[Spread, Range(0.0, 40.0, "m/s", each=True)] = Normal(9.0, 1.5, 0.0, 40.0)
    kind: Annotated[Spread, OneOf((*VEHICLE_NAMES, "motorcycle"), each=True)] = Choice(
        VEHICLE_NAMES, (0.78, 0.12, 0.05, 0.05)
    )
    cyclists: Annotated[float, Range(0.0, 20.0, "per 100 m")] = 0.0  # along each side of a street or curve
    cycling: Annotated[Spread, Range(2.0, 12.0, "m/s", each=True)] = Normal(5.3, 0.8, 3.5, 8.0)  # speed of cyclists
    limit: Annotated[float, Range(2.0, 40.0, "m/s")] = 13.4
    at_stops: Share = 0.6  # share of the bus stops with a bus
    moving: Annotated[bool, Flag()] = True  # off: only in lanes where a vehicle carries a camera
    driver: Annotated[str, OneOf(DRIVERS, root="runs")] = "rule"


class PeopleSpec(Spec):
    """People on foot."""

    density: Annotated[float, Range(0.0, 80.0, "per 100 m")] = 10.0  # on each pavement; of a square: in all
    speed: Annotated[Spread, Range(0.3, 2.5, "m/s", each=True)] = Normal(1.35, 0.2, 0.3, 2.5)
    standing: Share = 0.15
    grouped: Share = 0.35  # share of walkers who walk two or three abreast
    crossing: Annotated[int, Range(0, 12, "people", integer=True)] = 3  # at every crossing
    jaywalkers: Annotated[float, Range(0.0, 20.0, "per 100 m")] = 0.0  # of each pavement: cross away from crossings
    darting: Annotated[float, Range(0.0, 20.0, "per 100 m")] = 0.0  # of each pavement: children who run over the road
    swing: Annotated[Spread, Range(-45.0, 45.0, "deg", each=True)] = Normal(0.0, 8.0, -45.0, 45.0)  # off the path
    distance: Annotated[Spread, Range(2.0, 200.0, "m", each=True)] = Uniform(4.0, 30.0)  # on a square: to the camera
    warmth: Share = 0.6  # of the clothes
    children: Share = 0.0  # chance that a walker has a child by the hand, where there is room
    prams: Share = 0.0  # of the others: that one pushes a pram
    wheelchairs: Share = 0.0  # of the others: that one sits in a wheelchair
    dogs: Share = 0.0  # of the others: that one leads a dog
    bicycles: Share = 0.0  # of the others: that one pushes a bicycle
    runners: Share = 0.0  # of the others, and of children who are alone: that one runs
    umbrellas: Share = 0.7  # of grown-ups who have one with them; in rain some are open, more where it rains more


class FurnitureSpec(Spec):
    """Street furniture, plants, poles and signs."""

    density: Annotated[float, Range(0.0, 60.0, "per 100 m")] = 14.0  # along each kerb
    trees: Annotated[float, Range(0.0, 30.0, "per 100 m")] = 5.0  # along each kerb
    lamps: Annotated[float, Range(10.0, 100.0, "m")] = 30.0  # between two street lamps of one side
    clutter: Annotated[float, Range(0.0, 60.0, "per 100 m")] = 8.0  # bins, boards and tables along the facades


TURNS = ("protected", "flashing-arrow", "protected-flashing-arrow")


class SignalSpec(Spec):
    """Traffic lights of a junction or of a signalised crossing."""

    mode: Annotated[str, OneOf(("fixed", "actuated", "flashing-yellow", "off"))] = "fixed"
    turns: Annotated[str, OneOf(TURNS)] = "protected"  # how turn lanes go
    turn_green: Annotated[float, Range(1.0, 120.0, "s")] = 6.0  # of protected turns
    minimum: Annotated[float, Range(1.0, 60.0, "s")] = 5.0  # green of actuated lights; `green` is the maximum
    passage: Annotated[float, Range(0.5, 20.0, "s")] = 3.0  # actuated: without vehicles, green ends
    detector: Annotated[float, Range(2.0, 60.0, "m")] = 15.0  # actuated: before the stop line
    arrangement: Annotated[str, OneOf(("poles", "masts", "wires"))] = "poles"
    stacking: Annotated[str, OneOf(("vertical", "horizontal"))] = "vertical"  # of the sections of a head
    people: Annotated[bool, Flag()] = False  # lights of their own at crossings with signals
    heads: Annotated[int, Range(1, 4, "heads", integer=True)] = 2  # for each approach
    green: Annotated[float, Range(1.0, 120.0, "s")] = 10.0
    yellow: Annotated[float, Range(1.0, 10.0, "s")] = 3.0
    all_red: Annotated[float, Range(0.0, 30.0, "s")] = 2.0
    offset: Annotated[float, Range(0.0, 600.0, "s")] = 0.0
    alike: Annotated[bool, Flag()] = True  # all heads of one model
    tilt: Annotated[Spread, Range(-10.0, 10.0, "deg", each=True)] = Constant(0.0)
    turn: Annotated[Spread, Range(-45.0, 45.0, "deg", each=True)] = Constant(0.0)  # away from the approach


class ActorSpec(Spec):
    """One vehicle or person with a place of its own."""

    kind: Annotated[str, OneOf((*VEHICLE_NAMES, *CYCLE_NAMES, "pedestrian"))]
    position: tuple[Metres, Metres]
    heading: Annotated[float, Range(-360.0, 360.0, "deg")] = 0.0
    speed: Annotated[float, Range(0.0, 70.0, "m/s")] = 0.0
    behaviour: Annotated[str, OneOf(("drive", "parked", "walk", "cross", "dart", "stand", "auto"))] = "auto"
    distance: Annotated[float, Range(1.0, 1000.0, "m")] = 100.0  # that it travels straight on
    via: tuple[tuple[Metres, Metres], ...] = ()  # that it travels through instead
    driver: Annotated[str, OneOf(DRIVERS, root="runs")] = "rule"
    hazard: Annotated[bool, Flag()] = False  # a vehicle with its hazard lights on


class EgoSpec(Spec):
    """The vehicle that an environment hands to the agent; dash cameras ride in it."""

    lane: Annotated[int, Range(0, 999999, integer=True)] = 0  # that it comes on: of a street 0, 1; of a junction 0 to 3
    turn: Annotated[str, OneOf(("straight", "left", "right"))] = "straight"  # at the junction
    before: Annotated[float, Range(5.0, 150.0, "m")] = 45.0  # from its front to the stop line, or the lane's middle
    speed: Annotated[float, Range(0.0, 40.0, "m/s")] = 9.0  # at the start, and wished
    distance: Annotated[float, Range(5.0, 400.0, "m")] = 80.0  # from its start to its goal


class PropSpec(Spec):
    """One thing with a place of its own."""

    model: Annotated[str, OneOf(tuple(PROP_MODELS))]
    position: tuple[Metres, Metres]
    heading: Annotated[float, Range(-360.0, 360.0, "deg")] = 0.0


class SceneSpec(Spec):
    """A whole scene file."""

    format: int
    description: str = ""
    start_time: Annotated[float, Range(0.0, 60.0, "s")] = 0.0
    physics: Annotated[str, OneOf(PHYSICS)] = "kinematic"
    randomisation: Annotated[str, OneOf(MODES)] = "structured"
    roads: RoadSpec = RoadSpec()
    buildings: BuildingSpec = BuildingSpec()
    parked: ParkedSpec = ParkedSpec()
    vehicles: VehicleSpec = VehicleSpec()
    people: PeopleSpec = PeopleSpec()
    furniture: FurnitureSpec = FurnitureSpec()
    signals: SignalSpec = SignalSpec()
    light: LightSpec = LightSpec()
    weather: WeatherSpec = WeatherSpec()
    plain: PlainSpec = PlainSpec()
    lens: LensSpec = LensSpec()
    chain: ChainSpec = ChainSpec()
    cameras: tuple[CameraSpec, ...] = (CameraSpec(),)
    lidars: tuple[LidarSpec, ...] = ()
    actors: tuple[ActorSpec, ...] = ()
    ego: EgoSpec | None = None
    props: tuple[PropSpec, ...] = ()
    copulas: tuple[CopulaSpec, ...] = ()
    constraints: Conditions = ()
