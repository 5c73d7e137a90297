"""Vehicles of packs: measures, wheels, lamps, plates; with a pack that the tests make, and with built ones."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_street_packs import write_pack

from renderers.mesh import Material, Mesh, box, merge
from renderers.packed import packed
from renderers.packs.collapse import collapsed
from renderers.packs.levels import Piece
from renderers.packs.vehicles_split import Part, cut, lens, panes, wheels_of
from renderers.packs.vehicles_table import MACHINES
from renderers.plates_seen import plate_corners
from renderers.vehicles_moving import _kept, _rig, vehicle, vehicle_rig
from renderers.vehicles_packed import moved_along, ours, raised, theirs
from renderers.vehicles_paint import BRAKE_LAMP, DARK, HEADLAMP, LIT, TURN_LAMP, Paints, Signs, paints_of
from renderers.vehicles_plates import plate_size
from renderers.vehicles_rig import rolling
from renderers.vehicles_wheels import lathe
from scenes.catalogue import Pack, axles, choose_packs, installed
from scenes.equip import equipped
from scenes.equip_vehicles import RARE, TOLERANCE, fits
from scenes.equip_vehicles import vehicle as dressed
from scenes.files import load
from scenes.kinds import Kind
from scenes.plates import Plate
from scenes.seeds import rng_for
from scenes.vehicles import MODELS, VehicleLook, sample_model, sample_vehicle
from skidpad.render import render_scene
from tests.sizes import size

USERS = os.environ.get("SKIDPAD_CACHE")  # tests have a cache of their own, but for packs that take minutes
SIZE, AXLES, RADIUS = (4.1, 1.7, 1.45), (1.2, -1.35), 0.3
ROLES = ("paint", "screen", "head", "lit:brake", "left", "right", "")
PAINT, SCREEN, HEAD, BRAKE, LEFT, RIGHT, OWN = (
    Material((0.1 * (k + 1), 0.2, 0.3), roughness=0.5) for k in range(len(ROLES))
)


def boxy_car() -> tuple[Mesh, list[dict[str, object]]]:
    """A box on four wheels, with lamps as thin boxes at its ends."""
    length, width, height = SIZE
    parts = [
        box((length - 0.04, width, height - 0.25), (0.0, 0.0, 0.25 + (height - 0.25) / 2), PAINT),
        box((0.02, 1.2, 0.4), (length / 2 - 0.01, 0.0, 1.1), SCREEN),
        box((0.02, 0.3, 0.2), (length / 2 - 0.01, 0.5, 0.6), HEAD),
        box((0.02, 1.4, 0.2), (-length / 2 + 0.01, 0.0, 0.7), BRAKE),
        box((0.02, 0.2, 0.1), (length / 2 - 0.01, 0.75, 0.6), LEFT),
        box((0.02, 0.2, 0.1), (length / 2 - 0.01, -0.75, 0.6), RIGHT),
    ]
    wheels, rows = [], []
    for x in AXLES:
        for sign in (1.0, -1.0):
            tyre = lathe([(0.1, 0.1), (0.1, RADIUS), (-0.1, RADIUS), (-0.1, 0.1)], 16, OWN)
            hub = np.array([x, sign * 0.74, RADIUS])
            wheels.append(replace(tyre, positions=(tyre.positions + hub).astype(np.float32)))
            rows.append({"hub": hub.tolist(), "outer": sign * 0.84, "vertices": [len(tyre.positions)] * 3})
    return merge([*parts, *wheels]), rows


def forget() -> None:
    """Let models be read anew: the tests' cache is another."""
    for kept in (packed, _rig, _kept):
        kept.cache_clear()


@pytest.fixture
def boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pack]:
    """A pack with one hatchback, installed alone."""
    monkeypatch.setenv("SKIDPAD_CACHE", str(tmp_path / "cache"))
    forget()
    mesh, wheels = boxy_car()
    details = {
        "models": ["hatchback", "panel_van"], "kind": "car", "axles": list(AXLES), "wheel_radius": RADIUS,
        "wheels": wheels, "plates": {"front": [2.05, 0.45], "rear": [-2.05, 0.45]}, "roof": -0.2, "lamps": ["head"],
    }  # fmt: skip
    write_pack("vehicles", {"box": ("vehicle", SIZE, details, mesh, ROLES)})
    yield choose_packs("auto")["vehicles"]
    forget()


def worn(seed: int = 0) -> VehicleLook:
    """A hatchback of the pack."""
    return replace(sample_model(rng_for(seed, "boxes"), "hatchback"), asset="vehicles/box", taxi=False)


def test_the_box_has_the_measures_of_the_look(boxes: Pack) -> None:
    for seed in range(20):
        look = worn(seed)
        rig = vehicle_rig(look, 0)
        low, high = rig.mesh.extent
        assert high[0] - low[0] == pytest.approx(look.length, abs=0.02)
        assert high[1] - low[1] == pytest.approx(look.width, abs=1e-3)
        assert (low[2], high[2]) == (pytest.approx(0.0, abs=1e-4), pytest.approx(look.height, abs=1e-4))
        front, rear = axles(look)
        assert rig.hubs[:, 0] == pytest.approx([front, front, -rear, -rear])
        assert rig.hubs[:, 2] == pytest.approx(look.wheel_radius)
        assert np.allclose(np.linalg.norm(rig.mesh.normals, axis=1), 1.0, atol=1e-4)


def test_only_its_wheels_roll_and_only_the_front_ones_steer(boxes: Pack) -> None:
    look = worn()
    rig = vehicle_rig(look, 0)
    turned = rolling(rig, 0.3, np.r_[np.zeros(4), np.full(4, 0.5)])
    first = rig.spans[0]
    assert np.array_equal(turned.positions[:first], rig.mesh.positions[:first])
    for k, hub in enumerate(rig.hubs):
        own = slice(rig.spans[k], rig.spans[k + 1])
        before, after = rig.mesh.positions[own] - hub, turned.positions[own] - hub
        assert np.linalg.norm(before, axis=1) == pytest.approx(np.linalg.norm(after, axis=1), abs=1e-5)
        moved = np.abs(after[:, 1] - before[:, 1]).max()
        assert moved > 0.03 if k < 2 else moved < 1e-5
    assert rig.spans[-1] == len(rig.mesh.positions)


def test_paint_lamps_and_plates_are_those_of_look_and_signs(boxes: Pack) -> None:
    look = worn()
    mesh = vehicle(look, 0, Signs(lamps=True, braking=True, left=True), 0.0, 0.0)
    glowing = {m.emission for m in mesh.palette if any(m.emission)}
    assert glowing == {HEADLAMP, BRAKE_LAMP, TURN_LAMP}
    own = next(m for m in mesh.palette if m.part == LIT + "brake")
    assert own.emission == BRAKE_LAMP and own.colour == BRAKE.colour
    dark = vehicle(look, 0, DARK, 0.0, 0.0)
    assert not any(any(m.emission) for m in dark.palette)
    assert any(m.colour == look.paint for m in dark.palette)
    assert paints_of(look, DARK).screen in dark.palette
    plates = plate_corners(mesh, np.eye(4))
    assert len(plates) == 2
    for corners, face in zip(plates, ("front", "rear"), strict=True):
        wide, tall = plate_size(look.plate, face)
        assert np.linalg.norm(corners[1] - corners[0]) == pytest.approx(wide, abs=1e-4)
        assert np.linalg.norm(corners[3] - corners[0]) == pytest.approx(tall, abs=1e-4)


def test_another_plate_shares_the_mesh(boxes: Pack) -> None:
    look = worn()
    plate = Plate(look.plate.nation, "B 1")
    other = vehicle(replace(look, plate=plate), 0, DARK, 0.0, 0.0)
    assert other.positions is vehicle(look, 0, DARK, 0.0, 0.0).positions
    assert any(m.texture is not None and m.texture.key.startswith(f"plate/{plate.nation}/B 1/") for m in other.palette)


def test_normals_follow_a_stretched_body(boxes: Pack) -> None:
    look = worn()
    found = boxes.assets["vehicles/box"]
    old, new = theirs(found.size, found.details), ours(look)
    x = np.array([-SIZE[0] / 2, AXLES[1], AXLES[0], SIZE[0] / 2])
    assert moved_along(x, old, new)[0] == pytest.approx([-new.length / 2, new.axles[1], new.axles[0], new.length / 2])
    assert raised(np.array([0.0, RADIUS, SIZE[2]]), old, new)[0] == pytest.approx([0.0, new.radius, new.height])


def test_dressing_asks_the_look_alone_and_keeps_its_measures(boxes: Pack) -> None:
    assets = list(boxes.assets.values())
    used = 0
    for k in range(200):
        look = sample_vehicle(rng_for(k, "dress"))
        chosen = dressed(look, assets)
        assert replace(chosen, asset="") == look and dressed(look, assets) == chosen
        assert dressed(replace(look, plate=Plate("de", "B AA 1")), assets).asset == chosen.asset
        if chosen.asset:
            used += 1
            assert look.model == "hatchback"  # a panel van is longer
            assert all(abs(a / b - 1.0) <= TOLERANCE for a, b in zip(look.size, SIZE, strict=True))
    assert 15 < used < 60


def test_what_is_rare_is_rare(boxes: Pack) -> None:
    one = boxes.assets["vehicles/box"]
    rare = replace(one, details={**one.details, "rare": True})
    looks = [sample_model(rng_for(k, "rare"), "hatchback") for k in range(300)]
    fitting = [look for look in looks if fits(look, one)]
    share = np.mean([bool(dressed(look, [rare]).asset) for look in fitting])
    assert 0.5 / RARE / 2 < share < 2.0 * 0.5 / RARE


def test_a_scene_is_the_same_but_for_what_is_drawn(boxes: Pack) -> None:
    scene = load("street").sample(0, seed=3)
    after = equipped(scene, {"vehicles": boxes})
    for a, b in zip(scene.actors, after.actors, strict=True):
        if isinstance(b.look, VehicleLook):
            assert replace(b.look, asset="") == a.look and b.size == a.size
        else:
            assert a.look == b.look


def piece_of(mesh: Mesh) -> Piece:
    corners = mesh.triangles.astype(np.int64)
    return Piece(mesh.positions.astype(float), corners, mesh.uvs.astype(float), corners)


def area(piece: Piece) -> float:
    corner = piece.points[piece.corners]
    return float(np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1).sum() / 2)


def test_a_cut_keeps_the_area() -> None:
    whole = piece_of(box((1.0, 2.0, 1.0), (0.0, 0.0, 0.5), Material()))
    low, high = cut(whole, 2, 0.3)
    assert low is not None and high is not None
    assert area(low) + area(high) == pytest.approx(area(whole))
    assert low.points[low.corners][..., 2].max() == pytest.approx(0.3)
    assert cut(whole, 2, 5.0)[1] is None


def test_turn_lamps_take_their_share_of_a_lens() -> None:
    both = merge([box((0.02, 0.4, 0.2), (-2.0, s * 0.6, 0.8), Material()) for s in (1.0, -1.0)])
    found = {}
    for one in lens(Part("tail", piece_of(both), Material())):
        found.setdefault(one.role, []).append(one.piece)
    assert set(found) == {"brake", "left", "right"} and len(found["brake"]) == 2
    (left,) = found["left"]
    used = left.points[np.unique(left.corners)]
    assert used[:, 1].min() > 0 and used[:, 2].max() == pytest.approx(0.7 + 0.3 * 0.2)


def test_panes_look_their_way() -> None:
    cabin = box((2.0, 1.4, 0.5), (0.0, 0.0, 1.2), Material())
    roles = {}
    for face in range(6):
        own = replace(piece_of(cabin), corners=cabin.triangles[2 * face : 2 * face + 2].astype(np.int64))
        for one in panes(Part("glass", replace(own, uv_corners=own.corners), Material()), False):
            roles[one.role] = roles.get(one.role, 0) + 1
    assert roles == {"trim": 1, "side_glass": 2, "screen": 1, "rear_glass": 2}  # the floor counts as rear window


def test_wheels_are_found_and_stand_straight() -> None:
    parts = []
    for x in (1.2, -1.3):
        for sign in (1.0, -1.0):
            tyre = lathe([(0.1, 0.12), (0.1, 0.3), (-0.1, 0.3), (-0.1, 0.12)], 24, Material())
            angle = 0.4 if x > 0 else 0.0
            turn = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
            own = piece_of(tyre)
            parts.append(Part("tyre", replace(own, points=own.points @ turn.T + [x, sign * 0.7, 0.3]), Material()))
    parts.append(Part("paint", piece_of(box((4.0, 1.6, 0.5), (0.0, 0.0, 0.8), Material())), Material()))
    wheels, rest = wheels_of(parts, ("paint",))
    assert [one.role for one in rest] == ["paint"]
    assert np.array([one.hub for one in wheels]) == pytest.approx(
        np.array([[1.2, 0.7, 0.3], [1.2, -0.7, 0.3], [-1.3, 0.7, 0.3], [-1.3, -0.7, 0.3]]), abs=5e-3
    )
    for wheel in wheels:
        points = np.concatenate([one.piece.points[np.unique(one.piece.corners)] for one in wheel.parts])
        assert np.ptp(points[:, 1]) == pytest.approx(0.2, abs=5e-3) and wheel.radius == pytest.approx(0.3, abs=5e-3)


def test_fewer_triangles_keep_the_sheet_closed_and_its_materials_apart() -> None:
    sides = 48
    tube = lathe([(k / 20, 0.5) for k in range(21)], sides, Material())
    whole = piece_of(tube)
    low = (whole.points[whole.corners].mean(1)[:, 1] < 0.5)[:, None].all(1)
    found = collapsed([whole.part(low), whole.part(~low)], 300, [1.0, 1.0])
    assert sum(len(one.corners) for one in found) <= 302
    total = sum(area(one) for one in found)
    assert total == pytest.approx(area(whole), rel=0.03)
    for one, (start, end) in zip(found, ((0.0, 0.5), (0.5, 1.0)), strict=True):
        heights = one.points[np.unique(one.corners)][:, 1]
        assert heights.min() == pytest.approx(start, abs=1e-6) and heights.max() == pytest.approx(end, abs=1e-6)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Pack]]:
    """The pack that was built on this machine, in the user's own cache."""
    if USERS is None:
        monkeypatch.delenv("SKIDPAD_CACHE")
    else:
        monkeypatch.setenv("SKIDPAD_CACHE", USERS)
    forget()

    def find() -> Pack:
        if "vehicles" not in installed():
            pytest.skip("pack vehicles is not built: skidpad assets build vehicles")
        return installed()["vehicles"]

    yield find
    forget()


def test_every_machine_of_the_table_fits_a_body_style() -> None:
    for machine in MACHINES.values():
        for name in machine.models:
            size = MODELS[name].size
            assert all(abs(a / b - 1.0) < TOLERANCE for a, b in zip(machine.size, size, strict=True))


def test_built_vehicles_have_what_their_row_says(built: Callable[[], Pack]) -> None:
    pack = built()
    assert set(pack.assets) == {f"vehicles/{name}" for name in MACHINES}
    fields = set(Paints.__dataclass_fields__)
    for one in pack.assets.values():
        model = packed(one.id)
        assert one.licence in ("CC-BY-3.0", "CC-BY-3.0-US", "CC0-1.0") and one.details["author"] in pack.attribution
        assert {role.removeprefix(LIT) for role in model.roles} <= fields | {""}
        assert {"head", "brake", "left", "right"} <= set(one.details["lamps"])
        assert {"paint", "screen", "side_glass"} <= set(model.roles)
        counts = [len(level.mesh.triangles) for level in model.levels]
        assert counts[0] <= 12_000 and counts[1] <= 3_900 and counts[2] <= 900 and counts[0] > counts[2]
        for number, level in enumerate(model.levels):
            low, high = level.mesh.extent
            assert low[2] == pytest.approx(0.0, abs=0.01)
            assert high[0] - low[0] == pytest.approx(one.size[0], abs=0.08)
            wheels = one.details["wheels"]
            first = len(level.mesh.positions) - sum(wheel["vertices"][number] for wheel in wheels)
            for wheel in wheels:
                own = level.mesh.positions[first : first + wheel["vertices"][number]] - wheel["hub"]
                first += wheel["vertices"][number]
                assert np.hypot(own[:, 0], own[:, 2]).max() == pytest.approx(one.details["wheel_radius"], abs=2e-3)


def test_vehicles_stand_on_the_ground(built: Callable[[], Pack]) -> None:
    assets = list(built().assets.values())
    used, count = 0, size(100, 500)
    for k in range(count):
        look = dressed(sample_vehicle(rng_for(k, "crowd")), assets)
        used += bool(look.asset)
        mesh = vehicle(look, k % 3, DARK, 0.2, 0.37 * k)
        low, high = mesh.extent
        assert abs(float(low[2])) < 0.01, look.asset
        assert high[0] - low[0] == pytest.approx(look.length, abs=0.045), look.asset
        assert high[2] == pytest.approx(look.height, abs=0.045), look.asset
        assert look.width - 0.05 < high[1] - low[1] < look.width + 0.62, look.asset
    assert used > 0.24 * count


def test_boxes_hold_the_pixels_of_packed_vehicles(built: Callable[[], Pack]) -> None:
    packs = {"vehicles": built()}
    seen = 0
    for k in range(size(1, 3)):
        for shot in render_scene(equipped(load("street").sample(k, seed=11), packs)):
            for label in shot.labels:
                if label.kind not in (Kind.CAR, Kind.VAN, Kind.BUS) or label.tight is None:
                    continue
                rows, columns = np.nonzero(shot.frame.instance == label.id)
                x0, y0, x1, y1 = label.tight
                assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (x0, y0, x1, y1)
                seen += 1
    assert seen > 5
