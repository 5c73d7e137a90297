"""What an OpenDRIVE file says, before it becomes a road network. Names follow the standard (ASAM OpenDRIVE 1.7)."""

from __future__ import annotations

from dataclasses import dataclass

from scenes.opendrive_line import Cubics, Piece
from scenes.xmlfile import Element

# Lanes by what they are made of. Types of 1.4 to 1.8 (table 25 of 1.7.0, 11.8).
DRIVEN = frozenset({
    "driving", "entry", "exit", "onRamp", "offRamp", "connectingRamp", "bidirectional", "bus", "taxi", "HOV",
    "slipLane", "mwyEntry", "mwyExit", "special1", "special2", "special3",
})  # fmt: skip
WALKED = frozenset({"sidewalk", "walking"})
PAVED = frozenset({"shoulder", "stop", "parking", "biking", "restricted", "roadWorks", "rail", "tram", "shared"})
PAVEMENTS = frozenset({*WALKED, "curb", "border", "median"})
UNSEEN = frozenset({"none"})
LANE_TYPES = DRIVEN | PAVED | PAVEMENTS | UNSEEN


@dataclass(frozen=True)
class Link:
    """What follows at one end of a road."""

    kind: str  # road or junction
    id: str
    contact: str | None  # start or end of the road


@dataclass(frozen=True)
class Stroke:
    """One painted line of a road mark."""

    offset: float  # m, left positive seen along the road
    width: float  # m
    length: float  # m of a dash; 0 = unbroken
    space: float  # m between dashes
    start: float = 0.0  # m, of the first dash


@dataclass(frozen=True)
class Mark:
    """Road mark from one station of a lane on."""

    start: float  # s, m
    colour: str
    strokes: tuple[Stroke, ...]  # none = nothing is painted
    change: str | None  # none, increase, decrease, both; None = the file does not say


@dataclass(frozen=True, eq=False)
class LaneRecord:
    """One lane of a lane section."""

    id: int  # positive left of the centre lane
    kind: str
    width: Cubics | None  # of s
    border: Cubics | None  # of s; distance of the outer edge from the centre lane
    before: tuple[int, ...]  # ids of lanes in the section before, along s
    after: tuple[int, ...]
    marks: tuple[Mark, ...]  # of the outer edge
    limits: tuple[tuple[float, float], ...]  # (s, m/s) from there on
    reverse: bool  # driven against the rule of the road
    line: int  # of the file


@dataclass(frozen=True, eq=False)
class Section:
    """A stretch of a road with the same lanes."""

    start: float  # s, m
    end: float
    lanes: dict[int, LaneRecord]  # without gaps from the rightmost to the leftmost, 0 is the centre lane


@dataclass(frozen=True, eq=False)
class Light:
    """A traffic light that drivers obey, or a reference to one."""

    id: str
    s: float
    t: float
    orientation: str  # "+", "-" or none
    turn: float  # rad, hOffset
    height: float  # m, middle of the housing above the road
    lanes: tuple[tuple[int, int], ...]  # ranges of lane ids that it is for; none = all of its orientation
    reference: bool  # it stands on another road


@dataclass(frozen=True, eq=False)
class Road:
    """A road and everything on it."""

    element: Element
    id: str
    junction: str | None
    length: float  # m
    pieces: tuple[Piece, ...]
    elevation: Cubics  # z of s, m
    superelevation: Cubics  # roll of s, rad
    shapes: tuple[tuple[float, float, tuple[float, float, float, float]], ...]  # (s, t, cubic of dt), m
    offset: Cubics  # of the centre lane, m
    sections: tuple[Section, ...]
    left_hand: bool
    before: Link | None
    after: Link | None
    types: tuple[tuple[float, str, float | None], ...]  # (s, type, limit in m/s)
    lights: tuple[Light, ...]
    stops: tuple[tuple[float, str], ...]  # (s, orientation) of stop lines
    crosswalks: tuple[Element, ...]

    def forward(self, lane: LaneRecord) -> bool:
        """Whether a lane is driven along s."""
        return ((lane.id < 0) != self.left_hand) != lane.reverse


@dataclass(frozen=True)
class Connection:
    """A way through a junction."""

    incoming: str  # road
    connecting: str  # road
    contact: str  # end of the connecting road that touches the incoming one
    lanes: tuple[tuple[int, int], ...]  # (lane of the incoming road, lane of the connecting road)


@dataclass(frozen=True)
class Junction:
    """Connections, and the controllers of its lights in their order."""

    id: str
    kind: str  # default, direct, virtual
    connections: tuple[Connection, ...]
    controllers: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class OpenDrive:
    """A whole file."""

    file: str
    roads: dict[str, Road]
    junctions: dict[str, Junction]
    controllers: dict[str, tuple[str, ...]]  # id -> ids of lights
    place: str  # what the file says about its coordinate system
