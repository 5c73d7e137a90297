"""Layouts of roads: complete networks, ground without gaps, and drivers who get through without a scratch."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from scenes.files import load
from scenes.kinds import Kind
from scenes.lanes import arc_lengths, line_at
from scenes.types import Scene
from sim.ground import compile_ground, on_road
from tests.scene_contacts import drive
from tests.sizes import size

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

LAYOUTS = ("tjunction", "curve", "lanes", "roundabout", "bus-stop")
PLANS = (*LAYOUTS, "turns")
DRIVEN = range(size(2, 4))
SECONDS = 60.0


@cache
def sample(name: str, k: int) -> Scene:
    return load(name).sample(k)


@pytest.mark.parametrize("name", LAYOUTS)
def test_rule_based_drivers_get_through_without_contact(name: str) -> None:
    for k in DRIVEN:
        scene = sample(name, k)
        states, contacts = drive([scene], SECONDS)
        assert [str(contact) for contact in contacts] == []
        moving = [a for a, actor in enumerate(scene.actors) if actor.behaviour == "drive"]
        gone = sum(not states[-1].alive[0, a] for a in moving)
        assert gone >= 0.2 * len(moving), (name, k)  # nobody waits for ever


@pytest.mark.parametrize("name", PLANS)
def test_lanes_lie_on_the_road_and_lead_somewhere(name: str) -> None:
    for k in range(size(4, 10)):
        scene = sample(name, k)
        ground, lanes = compile_ground([scene]), {lane.id: lane for lane in scene.roads.lanes}
        ends = np.array([lane.centre[-1] for lane in lanes.values()])
        for lane in lanes.values():
            for after in lane.successors:
                gap = lanes[after].centre[0] - lane.centre[-1]
                assert np.hypot(*gap) < 1e-6
                turn = line_at(lane.centre, arc_lengths(lane.centre)[-1])[2] - line_at(lanes[after].centre, 0.0)[2]
                assert np.cos(turn) > 0.995
            if not lane.successors:
                assert np.abs(lane.centre[-1]).max() > np.abs(ends).max() / 3  # only where the map ends
            for beside, other in ((lane.left, lane.id), (lane.right, lane.id)):
                assert beside is None or other in (lanes[beside].left, lanes[beside].right)
            for s in np.linspace(0.0, arc_lengths(lane.centre)[-1], 30):
                x, y, heading = line_at(lane.centre, s)
                for d in (-0.45, 0.45):
                    spot = x - d * lane.width * np.sin(heading), y + d * lane.width * np.cos(heading)
                    inner = np.hypot(*spot) < scene.values["roads.length"] / 2
                    assert on_road(ground, 0, *spot) or not inner, (k, lane.id, s)


@pytest.mark.parametrize("name", PLANS)
def test_the_ground_has_no_gaps_and_raised_pieces_do_not_overlap(name: str) -> None:
    grid = np.stack(np.meshgrid(np.arange(-58.0, 58.0, 0.83), np.arange(-40.0, 40.0, 0.71)), -1).reshape(-1, 2)
    for k in range(4):
        scene = sample(name, k)
        raised, covered = np.zeros(len(grid), int), np.zeros(len(grid), bool)
        for surface in scene.roads.surfaces:
            inside = within(surface.outline, grid)
            covered |= inside
            raised += inside & (surface.kind is not Kind.ROAD)
        assert covered.all(), (k, grid[~covered][:5])
        # in a bend, pieces cut at a crossing and the ground beside them overlap by their sagitta, at most 1 cm
        assert (raised > 1).mean() < (2e-4 if name == "curve" else 1e-9), (k, grid[raised > 1][:5])


def within(outline: np.ndarray, points: np.ndarray) -> np.ndarray:
    a, b = outline, np.roll(outline, -1, axis=0)
    x, y = points[:, :1], points[:, 1:]
    spans = (a[:, 1] > y) != (b[:, 1] > y)
    at = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / np.where(b[:, 1] == a[:, 1], 1.0, b[:, 1] - a[:, 1])
    return np.asarray((spans & (x < at)).sum(1) % 2 == 1)


def test_who_comes_from_the_stem_gives_way() -> None:
    scene = next(sample("tjunction", k) for k in range(20) if not sample("tjunction", k).signals)
    lines = [line for line in scene.roads.stop_lines if line.yields]
    straight = {link.id for link in scene.roads.lanes[6:] if np.ptp(link.centre[:, 1]) < 0.1}
    assert len(straight) == 2
    assert {line.lane for line in lines}.isdisjoint(straight)
    stem = set(scene.roads.lanes[1].successors)
    assert stem <= {line.lane for line in lines}
    assert all(straight & set(line.yields) for line in lines)
