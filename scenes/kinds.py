"""The one class list: semantics, labels and every exporter use `Kind`."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What a pixel or an actor is. Values are the ids in semantic maps."""

    UNLABELLED = 0
    SKY = 1
    ROAD = 2
    MARKING = 3
    PAVEMENT = 4
    TERRAIN = 5
    BUILDING = 6
    WALL = 7
    FENCE = 8
    POLE = 9
    SIGN = 10
    SIGNAL = 11
    VEGETATION = 12
    FURNITURE = 13
    CAR = 20
    VAN = 21
    TRUCK = 22
    BUS = 23
    MOTORCYCLE = 24
    BICYCLE = 25
    PEDESTRIAN = 30
    RIDER = 31
    PRAM = 40
    WHEELCHAIR = 41
    DOG = 42

    @property
    def label(self) -> str:
        """Lower-case name, as written in scene files and label files."""
        return self.name.lower()


VEHICLES = frozenset({Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS, Kind.MOTORCYCLE, Kind.BICYCLE})
PEOPLE = frozenset({Kind.PEDESTRIAN, Kind.RIDER})
COMPANIONS = frozenset({Kind.PRAM, Kind.WHEELCHAIR, Kind.DOG})  # go with a person, have ids of their own
LABELLED = VEHICLES | PEOPLE | COMPANIONS | {Kind.SIGNAL}  # kinds that carry boxes and masks of their own

# Cityscapes label ids (Cordts et al. 2016, labels.py of cityscapesScripts).
CITYSCAPES_ID: dict[Kind, int] = {
    Kind.UNLABELLED: 0, Kind.SKY: 23, Kind.ROAD: 7, Kind.MARKING: 7, Kind.PAVEMENT: 8, Kind.TERRAIN: 22,
    Kind.BUILDING: 11, Kind.WALL: 12, Kind.FENCE: 13, Kind.POLE: 17, Kind.SIGN: 20, Kind.SIGNAL: 19,
    Kind.VEGETATION: 21, Kind.FURNITURE: 4, Kind.CAR: 26, Kind.VAN: 26, Kind.TRUCK: 27, Kind.BUS: 28,
    Kind.MOTORCYCLE: 32, Kind.BICYCLE: 33, Kind.PEDESTRIAN: 24, Kind.RIDER: 25,
    Kind.PRAM: 5, Kind.WHEELCHAIR: 5, Kind.DOG: 5,
}  # fmt: skip

# COCO category ids (Lin et al. 2014); kinds without a COCO category are absent. COCO calls vans cars.
COCO_ID: dict[Kind, int] = {
    Kind.PEDESTRIAN: 1, Kind.RIDER: 1, Kind.BICYCLE: 2, Kind.CAR: 3, Kind.VAN: 3, Kind.MOTORCYCLE: 4,
    Kind.BUS: 6, Kind.TRUCK: 8, Kind.SIGNAL: 10, Kind.DOG: 18,
}  # fmt: skip
