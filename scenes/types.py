"""The concrete scene: what a scene file becomes once every random value is drawn.

Every z is a height above the ground's relief (`RoadNetwork.relief`); where there is none, above 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenes.cycles import CycleLook
from scenes.kinds import Kind
from scenes.lenses import PINHOLE, Lens
from scenes.people import PersonLook
from scenes.people_company import Companion
from scenes.relief import Relief
from scenes.shapes import Shape
from scenes.surroundings import BuildingLook, PropLook, SignalLook, SurfaceLook
from scenes.vehicles import VehicleLook

Floats = NDArray[np.float64]
SignalColour = Literal["red", "yellow", "green", "off"]
SignalState = Literal["red", "yellow", "green", "flashing-yellow", "off"]
Value = str | int | float | bool
FOG = 0.008  # 1/m, thicker air is fog: it hides sky and skyline, and vehicles drive with their lights on


@dataclass(frozen=True, eq=False)
class Lane:
    """A driving lane."""

    id: int
    centre: Floats  # (N, 2) world, m, in driving direction
    width: float  # m
    speed_limit: float  # m/s
    successors: tuple[int, ...] = ()
    left: int | None = None  # neighbour that may be used to overtake, same direction
    right: int | None = None
    curved: bool = False  # bends by itself; who drives on it steers for the own wheel base


@dataclass(frozen=True, eq=False)
class CycleLane:
    """A lane for bicycles on the carriageway; nobody's path is bound to it."""

    centre: Floats  # (N, 2) world, m, in riding direction
    width: float  # m


@dataclass(frozen=True, eq=False)
class Crossing:
    """A zebra or signalised pedestrian crossing; a band between two kerbs."""

    id: int
    start: Floats  # (2,) world, m, middle of the band at one kerb
    end: Floats  # (2,) world, m, at the other kerb
    width: float  # m, along the road
    signal_group: int | None = None
    watch: float = 0.0  # m before the kerbs where people count who head for it; 0 = all within a step of it


@dataclass(frozen=True, eq=False)
class StopLine:
    """Where vehicles of a lane wait for a signal group or a crossing."""

    lane: int
    s: float  # m along the lane centre
    signal_group: int | None = None
    crossing: int | None = None
    yields: tuple[int, ...] = ()  # lanes that go first; such a line holds for paths over the whole of its own lane
    heeds: bool = False  # who is held by a red light of his own does not go first
    clears: tuple[int, ...] = ()  # lanes that must be free of vehicles where their ways meet
    halt: bool = False  # a stop sign: everybody comes to a halt first; such a line holds as those that yield do


@dataclass(frozen=True, eq=False)
class Surface:
    """A flat horizontal polygon of ground, or a kerb face when `base` < `z`."""

    outline: Floats  # (N, 2) world, m, simple polygon, anticlockwise
    z: float  # m, height of the top
    kind: Kind  # ROAD, PAVEMENT, TERRAIN
    look: SurfaceLook
    base: float | None = None  # m, when given vertical sides (kerbs) reach down to this height
    heading: float = 0.0  # direction of the texture, rad


@dataclass(frozen=True, eq=False)
class Marking:
    """Paint on the road: a simple polygon drawn 3 mm above the surface."""

    outline: Floats  # (N, 2) world, m
    colour: tuple[float, float, float]  # linear RGB
    wear: float = 0.2  # 0 fresh .. 1 gone


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Lanes, crossings, pavements and the ground they lie on."""

    lanes: tuple[Lane, ...]
    crossings: tuple[Crossing, ...]
    sidewalks: tuple[Floats, ...]  # each (N, 2) world, m, centre line of a walkable strip
    sidewalk_width: float  # m
    stop_lines: tuple[StopLine, ...]
    surfaces: tuple[Surface, ...]
    markings: tuple[Marking, ...]
    relief: Relief | None = None  # None = flat
    cycle_lanes: tuple[CycleLane, ...] = ()

    @cached_property
    def polygons(self) -> tuple[Floats, NDArray[np.int_], Floats]:
        """Surfaces for kernels: (Q, 2) corners of all, m; (S,) where the corners of each end; (S,) their z, m."""
        ends = np.cumsum([len(surface.outline) for surface in self.surfaces])
        corners = np.concatenate([surface.outline for surface in self.surfaces])
        return corners, ends, np.array([surface.z for surface in self.surfaces])


@dataclass(frozen=True)
class Trailer:
    """How an actor with one point as its path, a trailer, hangs on a vehicle; it follows the vehicle's rear axle."""

    puller: int  # the vehicle: so many places further in `Scene.actors`
    hitch: float  # m from the middle of the trailer ahead to the hitch
    axle: float  # m from the hitch back to the axle


@dataclass(frozen=True, eq=False)
class Actor:
    """A vehicle or a person at time 0."""

    id: int  # instance id, >= 1, unique over actors and signals
    kind: Kind
    look: VehicleLook | PersonLook | CycleLook
    size: tuple[float, float, float]  # length, width, height, m
    path: Floats  # (N, 2) world, m, polyline that it follows; (1, 2) where it stands still
    start: float  # m along the path at time 0
    speed: float  # m/s at time 0
    desired_speed: float  # m/s; 0 = parked or standing
    heading: float  # rad; of a standing actor, else the path's
    gait_phase: float = 0.0  # in [0, 1), fraction of a stride (two steps) at time 0
    # people: walk, cross (waits for a gap at kerbs), dart (hardly does), stand; vehicles: drive, parked
    behaviour: str = "walk"
    lane: int | None = None  # lane that the path starts on
    path_z: Floats | None = None  # (N,) m, height of the path's vertices; None = on the road, 0
    driver: str = "rule"  # who decides, a key of agents.POLICIES
    rider: int | None = None  # instance id of who rides a bicycle or motorcycle, unique over actors and signals
    companion: Companion | None = None  # pram, wheelchair or dog of a person
    hazard: bool = False  # a vehicle with its hazard lights on
    partner: int = 0  # whose hand, or wheelchair, a person holds: so many places further in `Scene.actors`; 0 = nobody
    trailer: Trailer | None = None  # of what is pulled; moved by the batched core


@dataclass(frozen=True, eq=False)
class Signal:
    """A traffic light head."""

    id: int  # instance id, unique over actors and signals
    position: Floats  # (3,) world, m, middle of the housing
    heading: float  # direction that the lenses face, rad
    look: SignalLook
    plan: tuple[tuple[SignalState, float], ...]  # (state, duration in s), repeats
    offset: float  # s, added to the time
    group: int
    pitch: float = 0.0  # rad, lenses tilted up positive
    roll: float = 0.0  # rad
    clearance: float = 0.0  # s, of a light for people: green while its group stays red for so long; 0 = for vehicles

    def state_at(self, time: float) -> SignalState:
        """State that the plan shows at `time` (s)."""
        left = (time + self.offset) % sum(duration for _, duration in self.plan)
        for state, duration in self.plan:
            if left < duration:
                return state if self.clearance == 0.0 else self.for_people(state, duration - left)
            left -= duration
        return self.plan[-1][0]

    def for_people(self, state: SignalState, left: float) -> SignalState:
        """What a light for people shows beside what vehicles see, which lasts for `left` (s) more."""
        if state in ("off", "flashing-yellow"):
            return "off"
        return "green" if state == "red" and left >= self.clearance else "red"

    def lit_at(self, time: float, state: SignalState | None = None) -> SignalColour:
        """Colour that glows at `time` (s): flashing yellow is dark half of each second (MUTCD 4L.01, 60 a minute).

        Args:
            time: s.
            state: what the signal shows, where that is not what its plan says; see `sim.lights.state_of`.

        Returns:
            The colour.
        """
        state = self.state_at(time) if state is None else state
        if state == "flashing-yellow":
            return "yellow" if (time + self.offset) % 1.0 < 0.5 else "off"
        return state


@dataclass(frozen=True)
class Stage:
    """What all signal groups show at a time; yellow and all red lie between two stages."""

    shown: tuple[SignalState, ...]  # of each group; people cross where the group of the crossing is red
    least: float  # s that it lasts at least
    most: float  # s that it lasts at most while others wait; of a fixed programme always
    walk: float = 0.0  # s that it lasts at least when people cross; 0 = nobody begins to


@dataclass(frozen=True)
class Controller:
    """A programme of stages; what it shows is part of `sim.world.State`."""

    stages: tuple[Stage, ...]
    yellow: float  # s
    all_red: float  # s
    actuated: bool  # stages that nobody wants are left out, and green lasts while vehicles come
    passage: float = 3.0  # s without a vehicle at the detector that end a green
    detector: float = 15.0  # m before the stop line from where on vehicles are noticed
    offset: float = 0.0  # s into the programme at time 0


@dataclass(frozen=True, eq=False)
class Building:
    """A box-shaped house whose front faces `heading`."""

    position: Floats  # (3,) world, m, middle of the footprint on the ground
    heading: float  # rad, outward direction of the facade that faces the street
    size: tuple[float, float, float]  # width along the facade, depth, height to the eaves, m
    look: BuildingLook


@dataclass(frozen=True, eq=False)
class Prop:
    """Street furniture, plants, poles, signs: things without labels of their own."""

    kind: Kind
    look: PropLook
    position: Floats  # (3,) world, m
    heading: float  # rad


@dataclass(frozen=True)
class Light:
    """Sun, sky and haze. Radiance is relative: a white wall in full midday sun reflects about 1."""

    condition: str  # day, overcast, dusk, night
    sun_azimuth: float  # rad, anticlockwise from +x, direction towards the sun
    sun_elevation: float  # rad
    sun_colour: tuple[float, float, float]  # linear RGB irradiance, 0 when hidden
    zenith: tuple[float, float, float]  # linear RGB radiance of the sky overhead
    horizon: tuple[float, float, float]  # linear RGB radiance of the sky at the horizon
    cloudiness: float  # 0 clear .. 1 closed, structure in the sky
    haze: float  # 1/m, extinction towards the horizon colour
    rain: float = 0.0  # mm/h
    snowfall: float = 0.0  # mm/h of water
    wetness: float = 0.0  # of the ground, by the weather; puddles and dry spots of their own aside
    snow: float = 0.0  # share of the ground that snow lies on
    sky: str = ""  # id of an asset that is the sky; none: zenith, horizon and clouds make it

    @property
    def lamps_on(self) -> bool:
        """Whether street lamps and windows glow."""
        return self.condition in ("dusk", "night")

    @property
    def headlights_on(self) -> bool:
        """Whether moving vehicles have their lights on."""
        return self.lamps_on or self.rain > 0.5 or self.snowfall > 0.2 or self.haze > FOG


@dataclass(frozen=True)
class CameraChain:
    """What happens between the lens and the file, in this order, in linear light until `gamma`.

    The defaults do nothing. Light is linear, 1 is white.
    """

    exposure: float = 0.0  # EV, added to the automatic exposure
    aperture: float = 0.0  # m, diameter of the pupil: focal length / f-number; 0 = a pinhole, sharp at every distance
    focus: float = 20.0  # m along the optical axis, what the aperture leaves sharp
    red_fringe: float = 0.0  # px that red is shifted away from the middle at the corners, growing with the radius
    blue_fringe: float = 0.0  # px
    vignette: float = 0.0  # 0 none .. 1 the fall of light by cos^4 of the field angle
    flare: float = 0.0  # share of the light of lamps and the sun that glares and mirrors itself between the glasses
    veil: float = 0.0  # fraction of light scattered in the lens (glare, bloom)
    blur: float = 0.0  # px, standard deviation of the lens blur
    motion: tuple[float, float] = (0.0, 0.0)  # px, smear vector of camera shake
    response: tuple[float, float, float] = (1.0, 1.0, 1.0)  # of the sensor to the colours; undone by the white balance
    shot_noise: float = 0.0  # standard deviation at white
    read_noise: float = 0.0  # standard deviation in the dark
    dark_offset: float = 0.0  # what the sensor reads in the dark
    gain_pattern: float = 0.0  # standard deviation of the gain of pixels, the same in all pictures of a camera
    column_pattern: float = 0.0  # standard deviation of the offset of columns, the same in all pictures of a camera
    row_noise: float = 0.0  # standard deviation of the offset of rows, another one in every picture
    demosaic: str = "none"  # how a Bayer mosaic becomes colours, of `schema_camera.DEMOSAICS`; none: three sensors
    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)  # channel gains beyond those that undo `response`
    spill: float = 0.0  # share of what is over white that leaks into the other channels: white cores of lamps
    shoulder: float = 0.0  # light below white from which on highlights are compressed instead of clipped
    gamma: float = 1.0  # exponent on top of the sRGB curve
    contrast: float = 0.0  # 0 plain gamma .. 1 full S curve
    black_level: float = 0.0  # lifted blacks, display units
    chroma_blur: float = 0.0  # px, colour resolution of old video and JPEG
    saturation: float = 1.0
    sharpening: float = 0.0  # unsharp mask amount
    halo: float = 1.1  # px, standard deviation of the unsharp mask
    interlace: float = 0.0  # px sideways from the even lines to the odd ones, which are taken later; 0 = progressive
    jpeg_quality: int = 95  # 1..100, colours at half resolution (4:2:0)


@dataclass(frozen=True, eq=False)
class Camera:
    """A camera and its mount."""

    id: int
    width: int  # px
    height: int  # px
    focal: float  # px, same for x and y; principal point in the middle
    position: Floats  # (3,) world, or offset in the mount's model frame, m
    heading: float  # rad, relative to the mount
    pitch: float  # rad, up positive
    roll: float  # rad
    chain: CameraChain
    mount: int | None = None  # actor id; None = fixed in the world
    lens: Lens = PINHOLE
    exposure: float = 0.0  # s that a row is exposed
    readout: float = 0.0  # s from the top row to the bottom one


@dataclass(frozen=True, eq=False)
class Lidar:
    """A lidar and its mount. Its frame is KITTI's velodyne: x forward, y left, z up."""

    id: int
    model: str  # key of `scenes.schema_lidar.SENSORS`, for the record
    pattern: str  # spinning, rosette, raster
    elevations: Floats  # (C,) rad, of the rows, lowest first; of a rosette the ends of the field of view
    columns: int  # points of a row in a sweep; of a rosette all points of a sweep
    fov: float  # rad, horizontal
    rate: float  # Hz, sweeps
    blind: float  # m, nothing nearer is seen
    range: float  # m, nothing farther is seen
    dark_range: float  # m, at which a target that reflects 10 % is just seen
    noise: float  # m, standard deviation of the distance
    dropout: float  # share of the returns that get lost
    position: Floats  # (3,) world, or offset in the mount's model frame, m
    heading: float  # rad, relative to the mount
    pitch: float  # rad, up positive
    roll: float  # rad
    mount: int | None = None  # actor id; None = fixed in the world
    motion: bool = False  # whether it, and what it sees, moves during a sweep


@dataclass(frozen=True, eq=False)
class Scene:
    """A concrete, validated scene. No randomness is left in it."""

    name: str
    sample: int  # k
    seed: int
    start_time: float  # s, simulated before the first frame
    roads: RoadNetwork
    actors: tuple[Actor, ...]
    signals: tuple[Signal, ...]
    buildings: tuple[Building, ...]
    props: tuple[Prop, ...]
    light: Light
    cameras: tuple[Camera, ...]
    values: dict[str, Value] = field(default_factory=dict)  # every sampled value by its path in the scene file
    ego: int | None = None  # id of the actor that an environment hands to the agent
    physics: str = "kinematic"  # engine that moves it, a key of sim.engine.ENGINES
    shapes: tuple[Shape, ...] = ()  # distractors and backdrops of plain domain randomisation
    controller: Controller | None = None  # of the signals, instead of their plans
    sky: str = "any"  # that a pack may bring: any that fits, builtin (none), or the id of one
    lidars: tuple[Lidar, ...] = ()
