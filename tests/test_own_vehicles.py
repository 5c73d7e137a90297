"""A user's own vehicles: taken apart by their materials, worn by looks of their size, refused where they fit none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from renderers.packed import packed
from renderers.packs.build import build, builder_of
from renderers.vehicles import vehicle_mesh
from scenes.catalogue import AssetError, Pack, installed
from scenes.equip import equipped
from scenes.equip_vehicles import vehicle
from scenes.files import load
from scenes.seeds import rng_for
from scenes.vehicles import MODELS, VehicleLook, sample_model
from tests.own_files import car_of, edit, write_car

pytestmark = pytest.mark.usefixtures("fresh_cache")


@pytest.fixture
def garage(tmp_path: Path) -> Pack:
    """A pack of one hatchback."""
    return build(builder_of(str(write_car(tmp_path / "mine"))))


def test_wheels_lamps_and_axles_are_found(garage: Pack) -> None:
    one = garage.assets["garage/box-car"]
    assert one.sort == "vehicle" and one.size == pytest.approx((4.11, 1.71, 1.45), abs=1e-3)
    assert one.details["axles"] == pytest.approx([1.24, -1.32], abs=1e-3)
    assert one.details["wheel_radius"] == pytest.approx(0.3, abs=1e-3) and len(one.details["wheels"]) == 4
    assert one.details["lamps"] == ["brake", "head", "left", "right"] and one.details["models"] == ["hatchback"]
    model = packed("garage/box-car")
    assert {"paint", "head", "brake", "left", "right", "screen", "side_glass", "rear_glass", "rim"} <= set(model.roles)
    for number, level in enumerate(model.levels):
        first = len(level.mesh.positions) - sum(wheel["vertices"][number] for wheel in one.details["wheels"])
        for wheel in one.details["wheels"]:
            points = level.mesh.positions[first : first + wheel["vertices"][number]]
            first += wheel["vertices"][number]
            off = np.hypot(*(points - wheel["hub"])[:, [0, 2]].T)
            assert off.max() == pytest.approx(0.3, abs=2e-3) and points[:, 2].min() > -2e-3
    assert "box-car: car.obj by Jane Doe, CC0-1.0" in garage.attribution


def test_looks_of_its_size_wear_it_in_their_measures(garage: Pack) -> None:
    assets, worn = list(garage.assets.values()), 0
    for k in range(40):
        look = vehicle(sample_model(rng_for(k, "hatch"), "hatchback"), assets)
        if look.asset and not look.roof_rails and not look.taxi:
            worn += 1
            low, high = vehicle_mesh(look).extent
            assert high[2] == pytest.approx(look.height, abs=0.02) and low[2] == pytest.approx(0.0, abs=0.01)
            assert (high - low)[0] == pytest.approx(look.length, abs=0.06)
    assert worn > 8
    assert not any(vehicle(sample_model(rng_for(k, "bus"), "bus"), assets).asset for k in range(20))


def test_scenes_are_dressed_alike_every_time(garage: Pack) -> None:
    scene = load("street").sample(2)
    first, second = (equipped(scene, {"garage": garage}) for _ in range(2))
    looks = [one.look for one in first.actors]
    assert looks == [one.look for one in second.actors]
    assert {one.asset for one in looks if isinstance(one, VehicleLook)} <= {"", "garage/box-car"}


def test_a_car_may_stand_for_every_body_style_that_it_fits(tmp_path: Path) -> None:
    folder = write_car(tmp_path / "mine")
    edit(folder, "kind: hatchback", "kind: car")
    one = build(builder_of(str(folder))).assets["garage/box-car"]
    assert one.details["models"] == [name for name, model in MODELS.items() if model.kind.label == "car"]


def refused(folder: Path) -> str:
    """The message of a build that fails; nothing of the pack appears."""
    with pytest.raises(AssetError) as error:
        build(builder_of(str(folder)))
    assert installed() == {} and "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("scale", "problem"),
    [
        (100.0, "car.obj is 411 x 171 x 145 m (length x width x height), but a hatchback is about 3.63-4.57 x"),
        (0.001, "car.obj is 0.00411 x 0.00171 x 0.00145 m"),
        (2.0, "scale is in metres per unit of the file"),
    ],
)  # fmt: skip
def test_absurd_sizes(scale: float, problem: str, tmp_path: Path) -> None:
    message = refused(write_car(tmp_path / "mine", scale))
    assert problem in message and "assets.yaml:6 assets.box-car.scale: " in message
    if scale != 2.0:
        assert f"with scale: {1 / scale:g} it would fit" in message


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("tyres: tyre, ", "", "assets.yaml:9 assets.box-car.materials: a vehicle needs a material with the role paint"),
        ("window: glass", "window: gold", "materials: window: 'gold' is no role; here are paint, second, glass, tyre"),
        ("kind: hatchback", "kind: motorcycle", "'motorcycle' is not supported"),
        ("body: paint, window: glass", "body: tyre, window: paint", "cannot be built as a hatchback"),
    ],
)  # fmt: skip
def test_what_is_missing_of_a_vehicle(old: str, new: str, problem: str, tmp_path: Path) -> None:
    folder = write_car(tmp_path / "mine")
    edit(folder, old, new)
    assert problem in refused(folder)


def test_wheels_that_fit_no_look(tmp_path: Path) -> None:
    folder = write_car(tmp_path / "mine")
    moved, wheel = [], False
    for line in car_of().splitlines():
        wheel = line.split()[1] in ("tyres", "hub") if line.startswith("usemtl") else wheel
        x, y, z = (float(part) for part in line.split()[1:]) if line.startswith("v ") else (0.0, 0.0, 0.0)
        moved.append(f"v {x} {y} {z - 0.7}" if wheel and line.startswith("v ") and z > 0 else line)
    (folder / "car.obj").write_text("\n".join(moved) + "\n")
    message = refused(folder)
    assert "its axles are 1.86 m apart, the front one 1.52 m behind the bumper" in message
    assert "its wheels have a radius of 0.3 m: no hatchback fits (hatchback 2.56 and 0.3 m, within 11.5%)" in message


def test_a_vehicle_on_three_wheels(tmp_path: Path) -> None:
    folder = write_car(tmp_path / "mine")
    parts = car_of().split("usemtl tyres")
    text = "usemtl tyres".join(parts[:-1]) + "usemtl hub" + parts[-1]
    (folder / "car.obj").write_text(text)
    assert "3 tyres that hang together, at least 4; each must be a part of its own" in refused(folder)
