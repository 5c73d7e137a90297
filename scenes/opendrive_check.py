"""Whether the lanes of a network are connected as the links of their OpenDRIVE file say, and meet where they are."""

from __future__ import annotations

import math

import numpy as np

from scenes.geometry import wrap_angle
from scenes.lanes import line_at
from scenes.map_lanes import length_of
from scenes.opendrive_lights import Lanes
from scenes.opendrive_links import End, Key, leaving, name_of
from scenes.opendrive_model import OpenDrive

JUMP = 0.3  # m between linked lanes
TURN = math.radians(20.0)  # between linked lanes


def mismatches(drive: OpenDrive, table: Lanes, pairs: list[tuple[End, End]]) -> list[tuple[str, str]]:
    """Compare a network with its file.

    Args:
        drive: the file.
        table: driving lanes made of it.
        pairs: lane ends that the file ties together.

    Returns:
        Problems and the lanes that have them: links that are missing or too many, ends that do not meet.
    """
    stated: set[tuple[Key, Key]] = set()
    for one, two in pairs:
        if one[0] in table.ids and two[0] in table.ids and leaving(drive, one) != leaving(drive, two):
            stated.add((one[0], two[0]) if leaving(drive, one) else (two[0], one[0]))
    keys = table.keys
    made = {(keys[lane.id], keys[after]) for lane in table.lanes.values() for after in lane.successors}
    found = [("link of the file is not in the network", pair_name(*pair)) for pair in sorted(stated - made)]
    found += [("link of the network is not in the file", pair_name(*pair)) for pair in sorted(made - stated)]
    for before, after in sorted(made):
        lane, other = table.lanes[table.ids[before]], table.lanes[table.ids[after]]
        gap = float(np.linalg.norm(other.centre[0] - lane.centre[-1]))
        end = line_at(lane.centre, length_of(lane))[2]
        turn = abs(float(wrap_angle(line_at(other.centre, 0.0)[2] - end)))
        if gap > JUMP:
            found.append(("linked lanes do not touch", f"{pair_name(before, after)} ({gap:.2f} m)"))
        elif turn > TURN:
            found.append(
                ("linked lanes meet at an angle", f"{pair_name(before, after)} ({math.degrees(turn):.0f} deg)")
            )
    return found


def pair_name(before: Key, after: Key) -> str:
    """Two lanes as notes write them."""
    return f"{name_of(before)} to {name_of(after)}"
