"""An imported map: a road network with what else its file knows, whatever format it came in."""

from __future__ import annotations

from dataclasses import dataclass, field

from scenes.types import Floats, RoadNetwork, SignalState

Plan = tuple[tuple[SignalState, float], ...]  # (state, s), repeats


@dataclass(frozen=True, eq=False)
class Head:
    """A traffic light for vehicles."""

    position: Floats  # (3,) map frame, m, middle of the housing
    heading: float  # rad, direction that the lenses face
    group: int


@dataclass(frozen=True)
class SignalGroup:
    """Lights that always show the same."""

    id: int
    junction: str  # groups of one junction are green one after the other, unless they have plans
    plan: Plan | None = None  # of the file
    offset: float = 0.0  # s


@dataclass(frozen=True, eq=False)
class RoadMap:
    """Roads of a file. The map frame is the file's moved by `origin`."""

    name: str
    format: str  # as in the table of readers
    digest: str  # sha256 of the file
    origin: Floats  # (2,) m, file = map frame + origin; whole metres; 0 unless the file is far from 0
    network: RoadNetwork  # map frame
    names: dict[int, str]  # lane id -> name of the lane in the file
    inside: frozenset[int] = frozenset()  # lanes within junctions
    left_hand: bool = False
    heads: tuple[Head, ...] = ()
    groups: tuple[SignalGroup, ...] = ()
    notes: tuple[str, ...] = ()  # what was left out or simplified, with ids
    avoided: frozenset[int] = frozenset()  # lanes that traffic keeps off: too narrow somewhere, or never free to go
    details: dict[str, str] = field(default_factory=dict)  # what else the file says: projection, version
