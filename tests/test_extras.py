"""Amodal masks, order, object coordinates, lanes and boundaries against things drawn alone and other formulas."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from renderers.assemble import StageBuilder
from renderers.extras import Edge, boundaries_of, coordinates_of
from renderers.frame import View
from renderers.labels import label_frame
from renderers.lanes_seen import Area, areas_at, lane_areas, lanes_followed
from renderers.raster import RasterOptions, RasterRenderer
from renderers.silhouettes import hidings, mask_in, silhouettes
from renderers.stage import Instance, Stage
from scenes.files import load
from scenes.geometry import transform
from scenes.kinds import LABELLED, Kind
from scenes.lanes import offset_line, within
from scenes.types import Scene
from sim.rollout import rollout
from skidpad.drivers import cast
from skidpad.render import Shot, shoot, traveller_of

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

SHADELESS = RasterRenderer(RasterOptions(samples=1, shadow_size=0, sky_size=0))
WIDTH, HEIGHT = 240, 180


@cache
def taken(name: str, k: int = 0, camera: int = 0) -> tuple[Scene, Shot]:
    """A small picture of a library scene at its start."""
    scene = load(name).sample(k, seed=2)
    small = [replace(c, width=WIDTH, height=HEIGHT, focal=c.focal * WIDTH / c.width) for c in scene.cameras]
    scene = replace(scene, cameras=tuple(small))
    everybody, others = cast(scene)
    (state,) = rollout([scene], everybody, [scene.start_time], others)
    return scene, shoot(StageBuilder(scene), scene.cameras[camera], state, 0)


def alone(shot: Shot, number: int, view: View) -> np.ndarray:
    """(H, W) depth of one thing on an empty stage, inf elsewhere."""
    item = next(i for i in shot.stage.instances if i.id == number)
    stage = Stage((Instance(item.mesh, item.world_from_model, item.kind, 1),), shot.stage.light, 0.0, 0)
    frame = SHADELESS.render(stage, view)
    return np.where(frame.instance == 1, frame.depth, np.inf)


SHOTS = [("crossing", 0), ("crossing", 1), ("cyclists", 0), ("pavement-company", 0)]


@pytest.mark.parametrize(("name", "camera"), SHOTS)
def test_an_amodal_mask_is_the_thing_drawn_alone(name: str, camera: int) -> None:
    _, shot = taken(name, camera=camera)
    frame, view = shot.drawn.frame, shot.drawn.frame.view
    labels = {label.id: label for label in label_frame(shot.drawn, shot.subjects)}
    found = silhouettes(shot.drawn, shot.subjects)
    assert [one.id for one in found] == list(labels)
    wide = View(3 * view.width, 3 * view.height, view.focal, view.camera_from_world)
    beyond = 0
    for one in found:
        mask, label = mask_in(one, frame), labels[one.id]
        np.testing.assert_array_equal(mask, np.isfinite(alone(shot, one.id, view)))
        shown = frame.instance == one.id
        assert not (shown & ~mask).any()
        assert label.visibility == pytest.approx(shown.sum() / mask.sum())
        y, x = np.nonzero(mask)
        assert label.full == (x.min(), y.min(), x.max() + 1, y.max() + 1)
        height, width = one.nearness.shape
        x, y = one.origin
        if x > 0 and y > 0 and x + width < view.width and y + height < view.height:
            continue
        # the same on a picture three times as wide and high around this one
        rows, columns = np.nonzero(one.nearness > 0)
        whole = np.zeros((wide.height, wide.width), bool)
        whole[rows + one.origin[1] + view.height, columns + one.origin[0] + view.width] = True
        np.testing.assert_array_equal(whole, np.isfinite(alone(shot, one.id, wide)))
        beyond += whole.sum() > mask.sum()
    assert beyond > 0 or name != "pavement-company"


@pytest.mark.parametrize(("name", "camera"), SHOTS)
def test_who_hides_whom_is_what_depth_says_of_things_drawn_alone(name: str, camera: int) -> None:
    _, shot = taken(name, camera=camera)
    frame = shot.drawn.frame
    found = silhouettes(shot.drawn, shot.subjects)
    pairs = {(row.front, row.back): row for row in hidings(frame, found)}
    depths = {one.id: alone(shot, one.id, frame.view) for one in found}
    expected = {}
    for a in depths:
        for b in depths:
            nearer = int((depths[a] + 1e-6 < depths[b])[np.isfinite(depths[b])].sum())
            if a != b and nearer:
                expected[a, b] = nearer
    named = {pair: row.pixels for pair, row in pairs.items() if pair[0] and row.pixels}
    assert len(expected) > 3
    for pair in {*named, *expected}:  # what touches may swap in single pixels
        assert abs(named.get(pair, 0) - expected.get(pair, 0)) <= max(1, 0.02 * expected.get(pair, 0)), pair
    for b, depth in depths.items():
        shown = {front: row.shown for (front, back), row in pairs.items() if back == b}
        own = int((frame.instance == b).sum())
        assert own + sum(shown.values()) == np.isfinite(depth).sum()
        for front, count in shown.items():
            assert count == (np.isfinite(depth) & (frame.instance == front)).sum()


@pytest.mark.parametrize(("name", "camera"), [*SHOTS, ("hill", 0), ("crash", 1)])
def test_coordinates_in_the_box_are_where_depth_says(name: str, camera: int) -> None:
    _, shot = taken(name, camera=camera)
    frame = shot.drawn.frame
    places = coordinates_of(frame, shot.subjects)
    np.testing.assert_array_equal(np.isfinite(places).all(-1), frame.instance > 0)
    view, checked = frame.view, 0
    for label in label_frame(shot.drawn, shot.subjects):
        row, column = np.nonzero(frame.instance == label.id)
        if not len(row):
            continue
        c, s = math.cos(label.heading), math.sin(label.heading)
        ahead, left, up = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
        if label.orientation is not None:
            x, y, z, w = label.orientation  # of a unit quaternion, column by column
            ahead = np.array([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)])
            left = np.array([2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)])
            up = np.cross(ahead, left)
        inside = (places[row, column].astype(float) - 0.5) * np.array(label.size)
        world = np.array(label.centre) + inside @ np.stack([ahead, left, up])
        camera_points = transform(view.camera_from_world, world)
        assert np.abs(camera_points[:, 2] - frame.depth[row, column]).max() < 0.01
        pixels = camera_points[:, :2] / camera_points[:, 2:] * view.focal + (view.width / 2, view.height / 2)
        assert np.abs(pixels - np.stack([column + 0.5, row + 0.5], -1)).max() < 0.02
        if label.kind in (Kind.CAR, Kind.VAN, Kind.BUS, Kind.TRUCK) and len(row) > 30:
            assert places[row, column].min() > -0.1 and places[row, column].max() < 1.1
            checked += 1
    assert checked > 0 or name == "pavement-company"


def ground_of(shot: Shot) -> tuple[np.ndarray, np.ndarray]:
    """Mask of bare carriageway, and world x and y of its pixels by intersecting rays with the ground plane."""
    frame, view = shot.drawn.frame, shot.drawn.frame.view
    mask = (frame.instance == 0) & np.isin(frame.semantic, (Kind.ROAD, Kind.MARKING))
    row, column = np.nonzero(mask)
    rays = np.stack([column + 0.5 - view.width / 2, row + 0.5 - view.height / 2, np.full(len(row), view.focal)], -1)
    rays = rays @ view.camera_from_world[:3, :3]
    return mask, (view.position + rays * (-view.position[2] / rays[:, 2:]))[:, :2]


@pytest.mark.parametrize("name", ["crossing", "cyclists", "curve", "turns", "roundabout"])
def test_lanes_are_the_polygons_of_the_road_network(name: str) -> None:
    scene, shot = taken(name, k=1)
    (state,) = rollout([scene], cast(scene)[0], [scene.start_time], cast(scene)[1])
    traveller = traveller_of(scene, scene.cameras[0], state)
    areas = lane_areas(shot.drawn.frame, scene.roads, traveller)
    mask, points = ground_of(shot)
    near = np.linalg.norm(points - shot.drawn.frame.view.position[:2], axis=1) < 40.0
    chosen = np.random.default_rng(0).permutation(np.flatnonzero(near))[:400]
    wrong = 0
    for place, bits in zip(points[chosen], areas[mask][chosen], strict=True):
        on = [lane for lane in scene.roads.lanes if within(place, band(lane.centre, lane.width))]
        expected = {lane.id in lanes_followed(scene.roads, traveller) for lane in on}
        found = {bool(bit & Area.EGO) for bit in (Area.EGO, Area.OTHER, Area.OPPOSITE) if bits & bit}
        wrong += found != expected
        crossings = [c for c in scene.roads.crossings if within(place, band(np.stack([c.start, c.end]), c.width))]
        wrong += bool(bits & Area.CROSSING) != bool(crossings)
        strips = [c for c in scene.roads.cycle_lanes if within(place, band(c.centre, c.width))]
        wrong += bool(bits & Area.CYCLE) != bool(strips)
    assert wrong <= 6  # of 1200: the sides of a band, and covers that lie 2 mm above the plane
    assert (areas[shot.drawn.frame.semantic == Kind.PAVEMENT] == Area.PAVEMENT).mean() > 0.9
    assert not areas[shot.drawn.frame.instance > 0].any()
    assert areas[mask].all() and (areas & Area.EGO).any() == bool(lanes_followed(scene.roads, traveller))


def band(line: np.ndarray, width: float) -> np.ndarray:
    """Outline of a band around a line."""
    return np.concatenate([offset_line(line, width / 2), offset_line(line, -width / 2)[::-1]])


def test_lanes_are_told_by_the_way_of_the_ego() -> None:
    """Right-hand traffic in both directions: one's own lane, that beside it, those against it, at a junction, too."""
    scene = load("turns").sample(0, seed=2)
    k = next(k for k, actor in enumerate(scene.actors) if actor.id == scene.cameras[0].mount)
    (state,) = rollout([scene], cast(scene)[0], [scene.start_time], cast(scene)[1])
    traveller = traveller_of(scene, scene.cameras[0], state)
    lanes = {lane.id: lane for lane in scene.roads.lanes}
    own = [lanes[number] for number in lanes_followed(scene.roads, traveller)]
    ways = [{lane.id, *lane.successors} for lane in own]
    assert len(own) == 3 and set.union(*ways) >= {lane.id for lane in own}  # to, over and from the junction
    path = scene.actors[k].path
    spots = path[:: max(1, len(path) // 20)]
    assert all(bits & Area.EGO and bits & Area.DRIVABLE for bits in areas_at(spots, scene.roads, traveller))
    here = np.array([state.position[0, k, :2]], float)
    side = np.array([-math.sin(traveller.heading), math.cos(traveller.heading)])
    for shift in np.arange(-12.0, 12.0, 0.5):
        (bits,) = areas_at(here + shift * side, scene.roads, traveller)
        on = [lane for lane in scene.roads.lanes if within((here + shift * side)[0], band(lane.centre, lane.width))]
        against = [math.cos(direction(lane.centre) - traveller.heading) < 0 for lane in on]
        assert bool(bits & Area.OPPOSITE) == any(against)


def direction(line: np.ndarray) -> float:
    return math.atan2(*(line[-1] - line[0])[::-1])


def test_boundaries_are_between_unlike_neighbours() -> None:
    _, shot = taken("crossing")
    frame = shot.drawn.frame
    edges = boundaries_of(frame)
    rng = np.random.default_rng(1)
    for y, x in zip(rng.integers(1, HEIGHT - 1, 500), rng.integers(1, WIDTH - 1, 500), strict=True):
        for layer, bit in ((frame.instance, Edge.INSTANCE), (frame.semantic, Edge.SEMANTIC)):
            around = {int(layer[y + dy, x + dx]) for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0))}
            assert bool(edges[y, x] & bit) == (around != {int(layer[y, x])})
    assert 0.005 < (edges > 0).mean() < 0.5
    assert {int(kind) for kind in LABELLED} & set(frame.semantic[edges & Edge.INSTANCE > 0].tolist())
