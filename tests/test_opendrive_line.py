"""Reference lines of OpenDRIVE against closed formulas, fine quadrature and an independent writer."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from scenes.maps import read_map
from scenes.notes import Notes
from scenes.opendrive import read_opendrive
from scenes.opendrive_line import Cubics, Piece, reference
from scenes.types import Floats
from scenes.xmlfile import read_xml

STATIONS = 1000
PLACE = (3.0, -7.0, 0.8)  # x, y (m) and heading (rad) of the pieces
MILLIMETRE = 1e-3


def at_place(u: Floats, v: Floats) -> Floats:
    x, y, heading = PLACE
    c, s = math.cos(heading), math.sin(heading)
    return np.stack([x + c * u - s * v, y + s * u + c * v], -1)


def integral(values: Floats, step: float) -> Floats:
    """Cumulative Simpson integral at every second of an odd number of values."""
    parts = (values[:-2:2] + 4.0 * values[1:-1:2] + values[2::2]) * step / 3.0
    return np.concatenate([[0.0], np.cumsum(parts)])


def test_a_line_is_straight() -> None:
    s = np.linspace(0.0, 240.0, STATIONS)
    found = reference((Piece(0.0, *PLACE, 240.0, "line"),), s)
    assert np.abs(found[:, :2] - at_place(s, 0.0 * s)).max() < 1e-9
    assert np.abs(found[:, 2] - PLACE[2]).max() == 0.0


@pytest.mark.parametrize("curvature", [0.1, -0.02, 1e-9])
def test_an_arc_is_a_circle(curvature: float) -> None:
    s = np.linspace(0.0, 150.0, STATIONS)
    found = reference((Piece(0.0, *PLACE, 150.0, "arc", (curvature,)),), s)
    half = np.sin(s * curvature / 2) ** 2 * 2
    assert np.abs(found[:, :2] - at_place(np.sin(s * curvature) / curvature, half / curvature)).max() < 1e-5
    assert np.abs(found[:, 2] - PLACE[2] - s * curvature).max() < 1e-12


@pytest.mark.parametrize(("first", "last"), [(0.0, 0.05), (0.08, -0.12), (-0.01, -0.011), (0.0, 0.5)])
def test_a_spiral_is_the_integral_of_its_heading(first: float, last: float) -> None:
    length, fine = 120.0, 400 * (STATIONS - 1) + 1
    s = np.linspace(0.0, length, STATIONS)
    t = np.linspace(0.0, length, fine)
    angle = first * t + 0.5 * (last - first) / length * t * t
    step = length / (fine - 1)
    u, v = (integral(f(angle), step)[::200] for f in (np.cos, np.sin))
    found = reference((Piece(0.0, *PLACE, length, "spiral", (first, last)),), s)
    assert np.abs(found[:, :2] - at_place(u, v)).max() < 1e-8  # m
    assert np.abs(found[:, 2] - PLACE[2] - angle[::400]).max() < 1e-9


def along_curve(u: Floats, v: Floats, s: Floats) -> Floats:
    """Points at lengths along a finely sampled curve, by the sum of its chords."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(u), np.diff(v)))])
    return np.stack([np.interp(s, along, u), np.interp(s, along, v)], -1)


def test_a_cubic_is_measured_along_the_curve() -> None:
    factors = (0.0, 0.1, 0.004, -4e-5)
    p = np.linspace(0.0, 90.0, 1_000_001)
    v = factors[0] + p * (factors[1] + p * (factors[2] + p * factors[3]))
    s = np.linspace(0.0, 80.0, STATIONS)
    found = reference((Piece(0.0, *PLACE, 80.0, "poly3", factors),), s)
    spots = along_curve(p, v, s)
    assert np.abs(found[:, :2] - at_place(spots[:, 0], spots[:, 1])).max() < MILLIMETRE / 10


@pytest.mark.parametrize("normalised", [True, False])
def test_a_parametric_cubic_is_measured_along_the_curve_whatever_its_parameter(normalised: bool) -> None:
    u, v = (0.0, 30.0, 12.0, -6.0), (0.0, 0.0, 30.0, -14.0)  # of p in [0, 1]
    p = np.linspace(0.0, 1.0, 1_000_001)
    x, y = (f[0] + p * (f[1] + p * (f[2] + p * f[3])) for f in (u, v))
    length = float(np.hypot(np.diff(x), np.diff(y)).sum())
    last = 1.0 if normalised else length
    factors = tuple(f[k] / last**k for f in (u, v) for k in range(4))
    s = np.linspace(0.0, length, STATIONS)
    found = reference((Piece(0.0, *PLACE, length, "paramPoly3", (*factors, last)),), s)
    spots = along_curve(x, y, s)
    assert np.abs(found[:, :2] - at_place(spots[:, 0], spots[:, 1])).max() < MILLIMETRE / 10


def test_pieces_follow_each_other_and_go_on_beyond_the_ends() -> None:
    pieces = (Piece(0.0, 0.0, 0.0, 0.0, 10.0, "line"), Piece(10.0, 10.0, 0.0, 0.0, 5.0, "arc", (0.1,)))
    found = reference(pieces, np.array([-1.0, 9.5, 10.0, 12.0, 16.0]))
    assert found[0, 0] == -1.0
    assert found[1, 0] == pytest.approx(9.5)
    assert found[2, :2] == pytest.approx([10.0, 0.0])
    assert found[3] == pytest.approx([10.0 + 10.0 * math.sin(0.2), 10.0 * (1 - math.cos(0.2)), 0.2])
    assert found[4, 2] == pytest.approx(0.6)


def test_records_of_polynomials_begin_where_they_say() -> None:
    cubics = Cubics(np.array([0.0, 10.0]), np.array([[1.0, 0.5, 0.0, 0.0], [2.0, 0.0, 0.1, 0.01]]))
    assert cubics.at(np.array([-5.0, 4.0, 10.0, 12.0])) == pytest.approx([0.0, 3.0, 2.0, 2.48])


def test_files_of_an_independent_writer_are_read_to_the_millimetre(tmp_path: Path) -> None:
    """scenariogeneration adjusts the starts of pieces by its own clothoids (pyclothoids, Bertolazzi 2015)."""
    xodr = pytest.importorskip("scenariogeneration.xodr", reason="needs `pip install scenariogeneration`")
    clothoids = pytest.importorskip("pyclothoids")
    parts = [
        xodr.Line(50), xodr.Spiral(1e-9, 0.02, length=60), xodr.Arc(0.02, length=70),
        xodr.Spiral(0.02, -0.03, length=80), xodr.ParamPoly3(0, 40, 0, 0, 0, 0, 20, -9), xodr.Line(20),
    ]  # fmt: skip
    road = xodr.create_road(parts, 1, left_lanes=1, right_lanes=2)
    writer = xodr.OpenDrive("curves")
    writer.add_road(road)
    writer.adjust_roads_and_lanes()
    writer.write_xml(str(tmp_path / "curves.xodr"))
    drive = read_opendrive(read_xml(tmp_path / "curves.xodr"), Notes())
    pieces = drive.roads["1"].pieces
    assert [piece.kind for piece in pieces] == ["line", "spiral", "arc", "spiral", "paramPoly3", "line"]
    for one, after in pairwise(pieces):  # the writer's next start is its own end
        x, y, heading = reference((one,), np.array([one.start + one.length]))[0]
        assert math.hypot(x - after.x, y - after.y) < MILLIMETRE
        assert math.remainder(heading - after.heading, 2 * math.pi) == pytest.approx(0.0, abs=1e-4)
    for piece in pieces:
        if piece.kind == "spiral":
            first, last = piece.numbers
            rate = (last - first) / piece.length
            other = clothoids.Clothoid.StandardParams(piece.x, piece.y, piece.heading, first, rate, piece.length)
            s = np.linspace(0.0, piece.length, STATIONS)
            spots = np.array([(other.X(v), other.Y(v)) for v in s])
            assert np.abs(reference((piece,), piece.start + s)[:, :2] - spots).max() < MILLIMETRE


def test_junctions_of_an_independent_writer_are_connected(tmp_path: Path) -> None:
    xodr = pytest.importorskip("scenariogeneration.xodr", reason="needs `pip install scenariogeneration`")
    roads = [xodr.create_road(xodr.Line(100), k, left_lanes=2, right_lanes=2) for k in range(5)]
    creator = xodr.CommonJunctionCreator(100, "five arms")
    for k, one in enumerate(roads):
        creator.add_incoming_road_circular_geometry(one, 20, 2 * math.pi * k / 5, "successor")
    for k in range(5):
        for other in range(k + 1, 5):
            creator.add_connection(k, other)
    writer = xodr.OpenDrive("junction")
    for one in roads:
        writer.add_road(one)
    writer.add_junction_creator(creator)
    writer.adjust_roads_and_lanes()
    writer.write_xml(str(tmp_path / "junction.xodr"))
    found = read_map(tmp_path / "junction.xodr")
    assert found.notes == ()  # links that do not fit, and lanes that do not touch, would stand here
    assert len(found.inside) == 40
    assert sum(len(one.successors) for one in found.network.lanes) == 80
