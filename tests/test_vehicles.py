"""Vehicles: closed, outward-facing, the size that the look says, standing on the ground."""

import dataclasses

import numpy as np
import pytest

from renderers.mesh import Mesh
from renderers.vehicles import vehicle_mesh
from renderers.vehicles_form import Form
from renderers.vehicles_paint import BRAKE_LAMP, HEADLAMP, Signs
from renderers.vehicles_plates import plate_texture
from renderers.vehicles_shapes import axles, body_form
from renderers.vehicles_wheels import Gear
from scenes.kinds import Kind
from scenes.plates import NATIONS, Plate
from scenes.seeds import rng_for
from scenes.vehicles import MODELS, VehicleLook, sample_model, sample_vehicle

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

LIMITS = (13_000, 4_500, 900)  # triangles per detail
BUS_LIMITS = (18_000, 5_500, 900)


def look_of(model: str, seed: int = 0) -> VehicleLook:
    return sample_model(rng_for(seed, "vehicle", model), model)


def signed_volume(mesh: Mesh) -> float:
    a, b, c = np.moveaxis(mesh.positions[mesh.triangles].astype(float), 1, 0)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)


def face_normals(mesh: Mesh) -> np.ndarray:
    a, b, c = np.moveaxis(mesh.positions[mesh.triangles].astype(float), 1, 0)
    return np.cross(b - a, c - a)


def emitting(mesh: Mesh, colour: tuple[float, float, float]) -> np.ndarray:
    chosen = [k for k, material in enumerate(mesh.palette) if material.emission == colour]
    return mesh.positions[mesh.triangles[np.isin(mesh.materials, chosen)].ravel()]


@pytest.mark.parametrize("detail", [0, 1, 2])
@pytest.mark.parametrize("model", MODELS)
def test_extent_is_the_size_of_the_look(model: str, detail: int) -> None:
    for seed in range(2):
        look = look_of(model, seed)
        low, high = vehicle_mesh(look, detail).extent
        assert high[0] == pytest.approx(look.length / 2, abs=0.02)
        assert low[0] == pytest.approx(-look.length / 2, abs=0.02)
        assert high[2] == pytest.approx(look.height, abs=0.02)
        assert low[2] == pytest.approx(0.0, abs=0.004)
        assert look.width - 0.03 < high[1] - low[1] < look.width + 0.46  # mirrors stand out


@pytest.mark.parametrize("detail", [0, 1, 2])
@pytest.mark.parametrize("model", MODELS)
def test_mesh_is_sound(model: str, detail: int) -> None:
    look = look_of(model, 5)
    mesh = vehicle_mesh(look, detail)
    limits = BUS_LIMITS if look.kind == Kind.BUS else LIMITS
    assert 150 < len(mesh.triangles) <= limits[detail]
    for values in (mesh.positions, mesh.normals, mesh.uvs, mesh.colours):
        assert np.isfinite(values).all()
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-3)
    assert mesh.triangles.min() >= 0 and mesh.triangles.max() < len(mesh.positions)
    assert mesh.materials.max() < len(mesh.palette)
    assert (mesh.colours >= 0).all() and (mesh.colours <= 1).all()


@pytest.mark.parametrize("model", MODELS)
def test_triangles_face_outward(model: str) -> None:
    look = look_of(model, 2)
    mesh = vehicle_mesh(look, 0)
    assert signed_volume(mesh) > 0.25 * np.prod(look.size)
    faces = face_normals(mesh)
    area = np.linalg.norm(faces, axis=1)
    agree = np.einsum("ij,ij->i", faces, mesh.normals[mesh.triangles].sum(1)) > -0.05 * area
    assert area[agree].sum() > 0.995 * area.sum()
    middle = mesh.positions[mesh.triangles].mean(1)
    glass = {k for k, material in enumerate(mesh.palette) if material.texture and "cabin" in material.texture.key}
    panes = np.isin(mesh.materials, list(glass))
    away = faces[panes, :2] * np.sign(middle[panes, :2]) * (1.0, 1.0)
    assert panes.any() and (away.max(1) > 0).all()


@pytest.mark.parametrize("model", MODELS)
def test_wheels_stand_at_the_axles(model: str) -> None:
    look = look_of(model, 1)
    mesh = vehicle_mesh(look, 0)
    touching = mesh.positions[mesh.positions[:, 2] < 0.005]
    front, rear = axles(look)
    assert front - rear == pytest.approx(look.wheel_base, abs=1e-6)
    for x in (front, rear):
        for side in (1, -1):
            near = (np.abs(touching[:, 0] - x) < 0.05) & (touching[:, 1] * side > 0.2 * look.width)
            assert near.any()


def test_steering_turns_only_the_front_wheels() -> None:
    look = look_of("hatchback")
    straight, turned = vehicle_mesh(look, 1), vehicle_mesh(look, 1, gear=Gear(0.4))
    moved = np.linalg.norm(straight.positions - turned.positions, axis=1) > 1e-4
    where = straight.positions[moved]
    assert moved.any() and np.abs(where[:, 0] - axles(look)[0]).max() < look.wheel_radius + 0.15


@pytest.mark.parametrize("detail", [0, 2])
@pytest.mark.parametrize("model", MODELS)
def test_lamps_glow_at_their_end(model: str, detail: int) -> None:
    look = look_of(model, 3)
    assert not any(any(m.emission) for m in vehicle_mesh(look, detail).palette)
    lit = vehicle_mesh(look, detail, Signs(lamps=True, braking=True))
    head, brake = emitting(lit, HEADLAMP), emitting(lit, BRAKE_LAMP)
    assert len(head) and head[:, 0].min() > 0.2 * look.length
    assert len(brake) and brake[:, 0].max() < 0.0
    assert head[:, 1].min() < 0 < head[:, 1].max() and brake[:, 1].min() < 0 < brake[:, 1].max()


@pytest.mark.parametrize("detail", [0, 2])
@pytest.mark.parametrize("model", MODELS)
def test_both_plates_are_there_and_readable(model: str, detail: int) -> None:
    look = dataclasses.replace(look_of(model), plate=Plate("gb", "AB51 CDE"))
    mesh = vehicle_mesh(look, detail)
    for rear in (False, True):
        key = plate_texture(look.plate, "rear" if rear else "front").key
        chosen = [k for k, m in enumerate(mesh.palette) if m.texture and m.texture.key == key]
        corners = mesh.triangles[np.isin(mesh.materials, chosen)].ravel()
        assert len(corners)
        outer = corners[mesh.normals[corners, 0] * (-1 if rear else 1) > 0.5]
        # u grows towards the onlooker's right: to -y seen from behind, to +y seen from ahead
        slope = np.polyfit(mesh.positions[outer, 1], mesh.uvs[outer, 0], 1)[0]
        assert slope < -0.5 if rear else slope > 0.5


def test_equal_looks_give_equal_meshes_and_hash() -> None:
    one, two = look_of("estate", 7), look_of("estate", 7)
    assert one == two and hash(one) == hash(two)
    first, second = vehicle_mesh(one), vehicle_mesh(two)
    assert np.array_equal(first.positions, second.positions) and np.array_equal(first.triangles, second.triangles)
    assert first.palette == second.palette


@pytest.mark.parametrize("kind", [Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS])
def test_samples_have_the_kind_asked_for_and_vary(kind: Kind) -> None:
    looks = [sample_vehicle(rng_for(0, "many", k), kind) for k in range(40)]
    assert {look.kind for look in looks} == {kind}
    assert len({look.model for look in looks}) == sum(m.kind == kind for m in MODELS.values()) or kind == Kind.CAR
    assert len({look.paint for look in looks}) > 30
    assert all(type(v) in (str, int, float, bool, tuple, Plate) for look in looks for v in vars(look).values())


def test_common_vehicles_are_common() -> None:
    looks = [sample_vehicle(rng_for(0, "street", k)) for k in range(600)]
    share = np.mean([look.kind == Kind.CAR for look in looks])
    assert 0.7 < share < 0.9
    assert {look.plate.nation for look in looks} == set(NATIONS)
    for look in looks:
        front, rear = axles(look)
        assert rear - look.wheel_radius > -look.length / 2 and front + look.wheel_radius < look.length / 2


def test_people_are_no_vehicles() -> None:
    with pytest.raises(ValueError, match="no vehicle models"):
        sample_vehicle(rng_for(0), Kind.PEDESTRIAN)
    with pytest.raises(ValueError, match="detail"):
        vehicle_mesh(look_of("city"), 3)


@pytest.mark.parametrize("model", ["hatchback", "panel_van", "bus"])
def test_body_surface_is_continuous_at_its_edges(model: str) -> None:
    form: Form = body_form(look_of(model), 0)
    t = form.stations()
    edge = form.top(t, np.ones(len(t)))
    side = form.side(edge[:, 0], edge[:, 2], 1.0)
    assert np.abs(edge - side).max() < 0.01
