import numpy as np
import pytest

from renderers import (
    textures_ground,
    textures_plants,
    textures_signals,
    textures_signs,
    textures_walls,
    textures_windows,
)
from renderers.buildings import building_mesh
from renderers.ground import ground_mesh
from renderers.mesh import Mesh
from renderers.props import PLANTS, THINGS, prop_mesh
from renderers.props_kit import Sketch, bars, turn
from renderers.signals import signal_mesh
from scenes.kinds import Kind
from scenes.polygons import anticlockwise, cells, contains, signed_area, triangulate
from scenes.seeds import rng_for
from scenes.signals import SYMBOLS
from scenes.surroundings import (
    BUILDING_STYLES,
    PROP_MODELS,
    SURFACE_STYLES,
    SurfaceLook,
    sample_building,
    sample_prop,
    sample_signal,
    sample_surface,
)
from scenes.types import Building, Marking, RoadNetwork, Surface

L_SHAPE = np.array([[0.0, 0.0], [30.0, 0.0], [30.0, 10.0], [10.0, 10.0], [10.0, 40.0], [0.0, 40.0]])


def assert_sound(mesh: Mesh) -> None:
    assert np.isfinite(mesh.positions).all()
    assert np.isfinite(mesh.uvs).all()
    assert (mesh.colours >= 0).all()
    assert mesh.triangles.min() >= 0
    assert mesh.triangles.max() < len(mesh.positions)
    assert mesh.materials.max() < len(mesh.palette)
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-3)


def network(look: SurfaceLook) -> RoadNetwork:
    pavement = np.array([[0.0, -3.0], [30.0, -3.0], [30.0, 0.0], [0.0, 0.0]])
    surfaces = (
        Surface(L_SHAPE, 0.0, Kind.ROAD, look),
        Surface(pavement, 0.12, Kind.PAVEMENT, SurfaceLook("slabs"), base=0.0),
    )
    stripe = np.array([[2.0, 2.0], [4.0, 2.0], [4.0, 2.1], [2.0, 2.1]])
    return RoadNetwork((), (), (), 2.0, (), surfaces, (Marking(stripe, (0.7, 0.7, 0.7), 0.5),))


@pytest.mark.parametrize("model", PROP_MODELS)
def test_every_prop_model_builds_within_its_size(model):
    for k in range(3):
        look = sample_prop(rng_for(1, model, k), model)
        mesh = prop_mesh(look, lamps_on=bool(k % 2), detail=k % 2)
        assert_sound(mesh)
        low, high = mesh.extent
        assert -0.6 < low[2] < 0.3
        assert 0.45 * look.height < high[2] < 1.45 * look.height + 0.6
        assert len(mesh.triangles) < 7000
        assert look.kind == PROP_MODELS[model].kind


def test_the_tables_of_models_agree():
    assert set(THINGS) | set(PLANTS) == set(PROP_MODELS)


def test_looks_are_hashable_and_repeatable():
    for draw in (sample_building, sample_signal, sample_surface):
        assert draw(rng_for(0, "a")) == draw(rng_for(0, "a"))
        assert len({draw(rng_for(k, "b")) for k in range(20)}) == 20
    assert sample_prop(rng_for(0), "cone") == sample_prop(rng_for(0), "cone")


def test_unknown_names_list_the_choices():
    rng = rng_for(0)
    with pytest.raises(ValueError, match="bollard"):
        sample_prop(rng, "dragon")
    with pytest.raises(ValueError, match="georgian"):
        sample_building(rng, "castle")
    with pytest.raises(ValueError, match="cobbles"):
        sample_surface(rng, "lava")


@pytest.mark.parametrize("style", BUILDING_STYLES)
def test_buildings_are_closed_around_their_footprint(style):
    look = sample_building(rng_for(3, style), style)
    size = (11.0, 9.0, look.eaves)
    mesh = building_mesh(Building(np.zeros(3), 0.0, size, look), lamps_on=False)
    assert_sound(mesh)
    low, high = mesh.extent
    assert low[0] <= -4.49
    assert 4.49 <= high[0] <= 6.5
    assert low[1] <= -5.49
    assert high[1] >= 5.49
    assert look.eaves <= high[2] <= look.eaves + 9.0


def test_equal_looks_give_equal_buildings_and_lamps_change_light_only():
    look = sample_building(rng_for(5), "georgian")
    building = Building(np.zeros(3), 0.0, (10.0, 9.0, look.eaves), look)
    dark, again, lit = building_mesh(building, False), building_mesh(building, False), building_mesh(building, True)
    np.testing.assert_array_equal(dark.positions, again.positions)
    assert sum(max(m.emission) > 0.3 for m in lit.palette) > 0
    assert all(max(m.emission) < 0.3 for m in dark.palette)
    assert len(lit.triangles) == len(dark.triangles)


@pytest.mark.parametrize("lit", ["red", "yellow", "green", "off"])
def test_only_the_lit_lens_glows_at_its_height(lit):
    for k in range(12):
        look = sample_signal(rng_for(k, "signal"))
        mesh = signal_mesh(look, lit)
        assert_sound(mesh)
        assert 600 < len(mesh.triangles) < 2000
        glowing = np.array([max(m.emission) > 0 for m in mesh.palette])[mesh.materials]
        if lit == "off":
            assert not glowing.any()
            continue
        height = mesh.positions[mesh.triangles[glowing]][..., 2].mean()
        place = ("red", "yellow", "green").index(lit)
        assert abs(height - (1 - place) * look.spacing) < 0.25 * look.spacing + 0.06


def test_a_signal_without_mount_fills_its_size():
    for k in range(12):
        look = sample_signal(rng_for(k, "size"))
        mesh = signal_mesh(look, "off")
        of_signal = np.array([m.kind == Kind.SIGNAL for m in mesh.palette])[mesh.materials]
        points = mesh.positions[mesh.triangles[of_signal]].reshape(-1, 3)
        extent = points.max(0) - points.min(0)
        _, width, height = look.size
        assert extent[1] == pytest.approx(width, abs=0.1)
        assert extent[2] == pytest.approx(height, abs=0.12)


def test_arrows_point_where_their_names_say():
    left, right = textures_signals.symbol_mask("arrow-left"), textures_signals.symbol_mask("arrow-right")
    np.testing.assert_array_equal(left, right[:, ::-1])
    head = textures_signals.symbol_mask("arrow-right").sum(0)
    assert head[80:110].max() > head[20:50].max()
    assert all(0.05 < textures_signals.symbol_mask(name).mean() < 0.8 for name in SYMBOLS)


def test_triangles_of_a_concave_polygon_cover_its_area():
    faces = triangulate(L_SHAPE)
    areas = [signed_area(L_SHAPE[face]) for face in faces]
    assert min(areas) > 0
    assert sum(areas) == pytest.approx(signed_area(L_SHAPE))
    assert sum(signed_area(piece) for piece in cells(L_SHAPE, 7.0)) == pytest.approx(signed_area(L_SHAPE))


def test_a_clockwise_outline_is_turned_and_holds_its_points():
    turned = anticlockwise(L_SHAPE[::-1])
    assert signed_area(turned) == pytest.approx(signed_area(L_SHAPE))
    np.testing.assert_array_equal(contains(turned, np.array([[5.0, 30.0], [20.0, 30.0]])), [True, False])


@pytest.mark.parametrize("style", SURFACE_STYLES)
def test_ground_covers_its_outline_and_names_its_classes(style):
    mesh = ground_mesh(network(sample_surface(rng_for(1, style), style)))
    assert_sound(mesh)
    assert {m.kind for m in mesh.palette} == {Kind.ROAD, Kind.PAVEMENT, Kind.MARKING}
    corners = mesh.positions[mesh.triangles].astype(float)
    edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
    assert edges.max() < 31.0
    kinds = np.array([int(m.kind or 0) for m in mesh.palette])[mesh.materials]
    area = 0.5 * np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    at_zero = (kinds == Kind.ROAD) & (corners[..., 2].max(1) == 0.0)
    assert area[at_zero].sum() == pytest.approx(signed_area(L_SHAPE), rel=1e-4)


def test_ground_without_surfaces_is_refused():
    with pytest.raises(ValueError, match="no surfaces"):
        ground_mesh(RoadNetwork((), (), (), 2.0, (), (), ()))


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (textures_ground.asphalt, 6), (textures_ground.slabs, 4), (textures_ground.cobbles, 2),
        (textures_walls.brick, 5),
        (textures_walls.stone, 4), (textures_walls.roof, 3), (textures_windows.rooms, 6), (textures_signs.fascia, 2),
        (textures_signs.poster, 3), (textures_plants.foliage, 3),
    ],
)  # fmt: skip
def test_textures_are_square_distinct_and_stable(make, count):
    textures = [make(k) for k in range(count)]
    assert len({t.key for t in textures}) == count
    for texture in textures:
        edge = len(texture.pixels)
        assert texture.pixels.shape == (edge, edge, 3)
        assert edge & (edge - 1) == 0
        assert texture.pixels.std() > 2.0
    np.testing.assert_array_equal(make.__wrapped__(0).pixels, textures[0].pixels)


def test_masonry_tiles_without_a_seam():
    for texture in (textures_ground.asphalt(2), textures_walls.render(0), textures_ground.grass(0)):
        rows = texture.pixels.astype(float).mean(2)
        inside = np.abs(np.diff(rows, axis=0)).mean()
        seam = np.abs(rows[0] - rows[-1]).mean()
        assert seam < 2.0 * inside + 2.0


def test_boxes_and_bars_face_outwards():
    sketch = Sketch()
    sketch.box((0.0, 0.0, 0.0), (1.0, 2.0, 3.0), textures_material())
    box = sketch.build()
    corners = box.positions[box.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((normal * corners.mean(1)).sum(1) > 0).all()
    bar = bars(
        np.zeros((1, 3)), np.array([[0.0, 0.0, 1.0]]), np.full((1, 2), 0.2), textures_material(), np.ones((1, 3)), 6
    )
    corners = bar.positions[bar.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((normal * (corners.mean(1) - [0.0, 0.0, 0.5])).sum(1) > 0).all()
    np.testing.assert_allclose(turn(np.pi / 2)[:3, :3] @ [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], atol=1e-12)


def textures_material():
    from renderers.mesh import Material

    return Material()
