"""Signs and street furniture of packs: shapes, sizes, labels; with packs that the tests make, and with built ones."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from renderers.assemble import StageBuilder
from renderers.glb import Level, Model, write_glb
from renderers.mesh import Material, Mesh, Texture, box, moved
from renderers.packed import packed
from renderers.packs import signs
from renderers.packs.levels import Piece
from renderers.packs.obj import read_mtl, read_obj
from renderers.packs.shaping import foliage, furniture, grounded
from renderers.props import prop_mesh
from renderers.props_packed import sign_plate
from scenes.catalogue import FORMAT, INDEX, Pack, choose_packs, installed, packs_folder
from scenes.equip import equipped
from scenes.equip_props import SIGNS, TOLERANCE, prop
from scenes.files import load
from scenes.kinds import Kind
from scenes.props import PROP_MODELS, PropLook, sample_prop
from scenes.seeds import rng_for
from scenes.types import Scene
from skidpad.generation import generate
from skidpad.render import render_scene
from transfer.manifest import EXPORTED, category_rows

USERS = os.environ.get("SKIDPAD_CACHE")  # tests have a cache of their own, but for packs that take minutes
ROUND = 0.8 * np.column_stack([np.cos(np.arange(64) * math.pi / 32), np.sin(np.arange(64) * math.pi / 32)])
TURN = (2 * np.arange(8) + 1) * math.pi / 8
OUTLINES = {
    "round": ROUND,
    "rectangle": np.array([[-0.8, -0.5], [0.8, -0.5], [0.8, 0.5], [-0.8, 0.5]]),
    "diamond": np.array([[0, -0.8], [0.8, 0], [0, 0.8], [-0.8, 0]]),
    "octagon": 0.8 * np.column_stack([np.cos(TURN), np.sin(TURN)]),
    "triangle": np.array([[0, -0.7], [0.8, 0.7], [-0.8, 0.7]]),
    "inverted": np.array([[0, 0.7], [0.8, -0.7], [-0.8, -0.7]]),
    "other": np.array([[-0.8, -0.6], [0.8, 0], [-0.8, 0.6]]),
}  # y down


def mask_of(outline: np.ndarray) -> np.ndarray:
    """(320, 320) mask of an outline in [-1, 1]."""
    grid = np.zeros((320, 320), np.uint8)
    cv2.fillPoly(grid, [np.round(160 + 158 * outline).astype(np.int32)], 1)
    return grid > 0


def area(mesh: Mesh, material: int | None = None) -> float:
    """Area of the triangles (of one material), m2."""
    corner = mesh.positions[mesh.triangles if material is None else mesh.triangles[mesh.materials == material]]
    return float(np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1).sum() / 2)


@pytest.mark.parametrize("shape", OUTLINES)
def test_outlines_are_named_and_cut_out(shape: str) -> None:
    mask = mask_of(OUTLINES[shape])
    outline = signs.outline_of(mask)
    assert outline is not None and signs.shape_of(outline) == shape
    mesh = signs.plate(outline * np.array([1.0, -1.0]) / 320, Material())
    assert area(mesh, 0) == pytest.approx(mask.sum() / 320**2, rel=0.03)
    front = mesh.normals[mesh.triangles[mesh.materials == 0]].reshape(-1, 3)
    assert (front == [1.0, 0.0, 0.0]).all()
    corner = mesh.positions[mesh.triangles]
    faces = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    closed = faces.sum(0)  # of a closed body the faces cancel out
    assert np.abs(closed).max() < 1e-6


def test_an_empty_drawing_is_no_sign() -> None:
    assert signs.outline_of(np.zeros((64, 64), bool)) is None


CONCAVE = """
v 0 0 0\nv 2 0 0\nv 2 2 0\nv 1 0.5 0\nv 0 2 0\nv 0 0 1\nv 2 0 1\nv 2 2 1
vt 0 0\nvt 1 0\nvt 1 1\nusemtl red
f 1/1 2/2 3/3 4/1 5/2\nusemtl blue\nf 6/1 7/2 8/3
"""


def test_polygons_of_obj_files_keep_their_area() -> None:
    pieces = read_obj(CONCAVE)
    assert set(pieces) == {"red", "blue"}
    corner = pieces["red"].points[pieces["red"].corners]
    faces = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])[:, 2]
    assert (faces > 0).all() and faces.sum() / 2 == pytest.approx(2.5)  # 4 less the triangle 2 x 1.5 / 2


def test_faces_of_obj_files_may_stand_before_their_points() -> None:
    """As in one of the vehicles of Sweet Home 3D; negative numbers count back from where they stand."""
    lines = "v 0 0 0\nv 2 0 0\nf 1/1 2/2 3/3\nv 0 2 0\nvt 0 0\nvt 1 0\nvt 1 1\nf -3/-3 -2/-2 -1/-1"
    (piece,) = read_obj(lines).values()
    assert piece.points[piece.corners].tolist() == [[[0, 0, 0], [2, 0, 0], [0, 2, 0]]] * 2
    assert piece.uvs[piece.uv_corners].tolist() == [[[0, 0], [1, 0], [1, 1]]] * 2


@pytest.mark.parametrize("corner", ["4", "0", "-4", "1/1", "1/-2"])
def test_faces_of_obj_files_without_their_points_are_refused(corner: str) -> None:
    with pytest.raises(ValueError, match=f"^4: corner {corner} of a face; there are 3 points and 0 picture places$"):
        read_obj(f"v 0 0 0\nv 2 0 0\nv 0 2 0\nf 1 2 {corner}")


def test_materials_of_obj_files() -> None:
    paints = read_mtl("newmtl red\nKd 0.5 0.1 0\nd 0.3\nnewmtl leaf\nmap_Kd a leaf.png\nmap_d a leaf.png\n")
    assert paints["red"].colour == (0.5, 0.1, 0.0) and paints["red"].opacity == 0.3
    assert paints["leaf"].picture == paints["leaf"].holes == "a leaf.png"


def test_fewer_leaves_cover_as_much() -> None:
    rng = np.random.default_rng(1)
    middles = rng.uniform(-2.0, 2.0, (400, 1, 3))
    points = (middles + rng.normal(0, 0.05, (400, 3, 3))).reshape(-1, 3)
    index = np.arange(1200).reshape(-1, 3)
    leaves = Piece(points, index, np.zeros((1200, 2)), index)
    full = foliage(leaves, 400, Material(), "test")
    few = foliage(leaves, 100, Material(), "test")
    assert len(full.triangles) == 400 and len(few.triangles) == 100
    assert area(few) == pytest.approx(area(full), rel=0.02)


def test_what_thinning_lifted_is_set_on_the_ground_again() -> None:
    lifted = moved(box((1.0, 1.0, 2.0), (0.0, 0.0, 1.0), Material()), np.diag([1.0, 1.0, 0.9, 1.0]))
    lifted = replace(lifted, positions=lifted.positions + np.float32([0.0, 0.0, 0.2]))
    low, high = grounded(lifted).extent
    assert low[2] == pytest.approx(0.0) and high[2] == pytest.approx(2.0)


def test_boxes_keep_sharp_edges() -> None:
    source = box((1.0, 1.0, 1.0), (0.0, 0.0, 0.5), Material())
    triangles = source.triangles.astype(np.int64)
    mesh = furniture(
        Piece(source.positions.astype(float), triangles, source.uvs.astype(float), triangles), 12, Material()
    )
    assert np.sort(np.abs(mesh.normals), axis=1) == pytest.approx(np.tile([0.0, 0.0, 1.0], (len(mesh.normals), 1)))


RED = Texture("test-red", np.full((8, 8, 3), (200, 20, 20), np.uint8))
FACES = {  # class: shape, size, style
    "regulatory--maximum-speed-limit-30--g1": ("round", (0.6, 0.6), "vienna"),
    "regulatory--maximum-speed-limit-50--g1": ("round", (0.6, 0.6), "vienna"),
    "regulatory--stop--g1": ("octagon", (0.7, 0.7), ""),
    "regulatory--yield--g1": ("inverted", (0.75, 0.66), ""),
    "regulatory--turn-left--g1": ("rectangle", (0.5, 0.7), "mutcd"),
    "warning--children--g1": ("triangle", (0.75, 0.66), "vienna"),
    "warning--children--g2": ("diamond", (0.8, 0.8), "mutcd"),
    "information--parking--g1": ("rectangle", (0.6, 0.6), ""),
}
BIN = (0.5, 0.5, 1.0)


def write_packs() -> None:
    """A pack of red signs and a pack with one bin."""
    rows = {}
    for name, (shape, (wide, high), style) in FACES.items():
        outline = OUTLINES[shape]
        span = outline.max(0) - outline.min(0)
        mesh = signs.plate(outline / span * np.array([wide, -high]), Material(texture=RED, kind=Kind.SIGN))
        details = {"model": "sign-round", "class": name, "shape": shape, "style": style}
        rows[name] = ("sign", (0.0025, wide, high), details, mesh, ("", "back"))
    write_pack("signs", rows)
    can = box(BIN, (0, 0, BIN[2] / 2), Material((0.1, 0.9, 0.1)))
    write_pack("street", {"bin": ("prop", BIN, {"model": "litter-bin", "repeats": False}, can, ("paint",))})


def write_pack(name: str, things: dict) -> None:
    """Write a pack of single-level models."""
    folder = packs_folder() / name
    folder.mkdir(parents=True)
    rows, files = {}, {}
    for item, (sort, size, details, mesh, roles) in things.items():
        write_glb(folder / f"{item}.glb", Model((Level(mesh),), roles))
        files[f"{item}.glb"] = hashlib.sha256((folder / f"{item}.glb").read_bytes()).hexdigest()
        rows[item] = {
            "sort": sort, "file": f"{item}.glb", "size": size, "licence": "CC0-1.0", "source": "test",
            "details": details,
        }  # fmt: skip
    (folder / "ATTRIBUTION.txt").write_text("by the tests\n", encoding="utf-8")
    files["ATTRIBUTION.txt"] = hashlib.sha256(b"by the tests\n").hexdigest()
    index = {"format": FORMAT, "assets": rows, "files": files, "sources": []}
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Pack]]:
    """The packs of the tests, installed alone."""
    monkeypatch.setenv("SKIDPAD_CACHE", str(tmp_path / "cache"))
    packed.cache_clear()
    write_packs()
    yield choose_packs("auto")
    packed.cache_clear()


def street(seed: int = 5) -> Scene:
    """A street with signs."""
    return load("street").sample(0, seed=seed)


def test_a_scene_without_packs_stays_the_same_object(packs: dict[str, Pack]) -> None:
    scene = street()
    assert equipped(scene, {}) is scene


def test_signs_say_what_their_shape_and_their_street_allow(packs: dict[str, Pack]) -> None:
    for seed in range(6):
        scene = street(seed)
        dressed, again = equipped(scene, packs), equipped(scene, packs)
        assert [one.look for one in dressed.props] == [one.look for one in again.props]
        styles = set()
        for before, after in zip(scene.props, dressed.props, strict=True):
            assert (after.position == before.position).all()
            if before.look.model not in SIGNS or not after.look.asset.startswith("signs/"):
                continue
            styles.add(packs["signs"].assets[after.look.asset].details["style"])
            assert abs(after.look.width / packs["signs"].assets[after.look.asset].size[1] - 1) < TOLERANCE + 1e-9
        assert not {"vienna", "mutcd"} <= styles


def test_signs_face_those_who_drive_past_them(packs: dict[str, Pack]) -> None:
    scene = equipped(street(2), packs)
    turned = [one for one in scene.props if one.look.asset.startswith("signs/")]
    assert turned
    for one in turned:
        ahead = [np.diff(lane.centre, axis=0) for lane in scene.roads.lanes]
        ways = np.concatenate([part / np.linalg.norm(part, axis=1, keepdims=True) for part in ahead])
        # the street is straight: lanes run both ways, and a sign looks along one of them
        assert (ways @ np.array([math.cos(one.heading), math.sin(one.heading)])).max() > math.cos(0.3)


def test_speed_limits_are_those_of_the_lane(packs: dict[str, Pack]) -> None:
    found = set()
    for seed in range(30):
        scene = street(seed)
        fast = replace(scene.roads, lanes=tuple(replace(lane, speed_limit=30 / 3.6) for lane in scene.roads.lanes))
        for one in equipped(replace(scene, roads=fast), {"signs": packs["signs"]}).props:
            if one.look.model == "sign-round" and "speed-limit" in one.look.asset:
                found.add(one.look.asset)
    # a class that the lane did not ask for may come by chance, the asked one comes far more often
    assert "signs/regulatory--maximum-speed-limit-30--g1" in found


def test_furniture_fits_the_ground_that_was_kept_for_it(packs: dict[str, Pack]) -> None:
    assets = list(packs["street"].assets.values())
    used = 0
    for k in range(60):
        look = sample_prop(rng_for(k, "bin"), "litter-bin")
        chosen = prop(look, assets)
        if not chosen.asset:
            continue
        used += 1
        assert chosen.length <= look.length + 1e-9 and chosen.width <= look.width + 1e-9
        mesh = prop_mesh(chosen, False)
        low, high = mesh.extent
        assert low[2] == pytest.approx(0.0, abs=1e-6)
        assert (high - low) == pytest.approx(chosen.size, rel=1e-5)
        assert mesh.palette[0].colour == look.colour
    assert used > 30


def test_no_asset_of_the_wrong_size_is_taken(packs: dict[str, Pack]) -> None:
    look = PropLook("litter-bin", 0.2, 0.2, 1.0)
    assert prop(look, list(packs["street"].assets.values())) is look


def test_signs_are_labelled_with_the_pixels_of_their_plates(packs: dict[str, Pack]) -> None:
    scene = equipped(street(2), packs)
    look = next(one.look for one in scene.props if one.look.asset.startswith("signs/"))
    camera = scene.cameras[0]
    plain = replace(camera, mount=None, position=np.array([0.0, 0.0, 1.6]), heading=0.0, pitch=0.0, roll=0.0)
    nearby = replace(scene.props[0], look=look, kind=Kind.SIGN, position=np.array([7.0, 0.5, 0.0]), heading=math.pi)
    scene = replace(scene, props=(nearby,), actors=(), signals=(), buildings=(), cameras=(plain,), ego=None)
    frame = render_scene(scene)[0]
    label = next(one for one in frame.labels if one.kind is Kind.SIGN)
    assert label.attributes["sign"] == packs["signs"].assets[look.asset].details["class"]
    mine = frame.frame.instance == label.id
    assert label.visible_pixels == mine.sum() > 200
    assert (frame.frame.semantic[mine] == Kind.SIGN).all()
    assert (frame.frame.semantic == Kind.POLE).any() and not mine[frame.frame.semantic == Kind.POLE].any()
    red, green, _ = frame.frame.rgb[mine].mean(0)
    assert red > 3 * green
    distance = 7.0 - 0.045
    wide = plain.focal * sign_plate(look).extent[1][1] * 2 / distance
    assert label.tight is not None and label.tight[2] - label.tight[0] == pytest.approx(wide, abs=2.0)


def test_ids_of_signs_follow_those_of_everybody_else(packs: dict[str, Pack]) -> None:
    scene = equipped(load("crossing").sample(0, seed=1), packs)
    builder = StageBuilder(scene)
    others = {one.id for one in scene.actors} | {one.id for one in scene.signals}
    assert builder._signs and min(builder._signs.values()) > max(others)


def test_yolo_classes_of_old_datasets_keep_their_numbers() -> None:
    assert EXPORTED[-1] is Kind.SIGN
    assert [row["name"] for row in category_rows()] == [kind.label for kind in EXPORTED[:-1]]
    assert category_rows(signs=True)[-1] == {"id": int(Kind.SIGN), "name": "sign", "supercategory": "sign"}


def test_datasets_name_the_category_sign_where_they_have_signs(packs: dict[str, Pack], tmp_path: Path) -> None:
    out = tmp_path / "data"
    generate("crossing", out, samples=2, seed=4, assets="auto")
    coco = json.loads((out / "annotations" / "coco.json").read_bytes())
    signs_there = [row for row in coco["annotations"] if row["category_id"] == Kind.SIGN]
    named = "sign" in {row["name"] for row in coco["categories"]}
    assert named == bool(signs_there)
    assert all(row["attributes"]["sign"] in FACES for row in signs_there)
    assert (f"{len(EXPORTED) - 1}: sign" in (out / "data.yaml").read_text()) == named


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Pack]]:
    """Looks up packs that were built on this machine, in the user's own cache."""
    if USERS is None:
        monkeypatch.delenv("SKIDPAD_CACHE")
    else:
        monkeypatch.setenv("SKIDPAD_CACHE", USERS)
    packed.cache_clear()

    def find(name: str) -> Pack:
        if name not in installed():
            pytest.skip(f"pack {name} is not built: skidpad assets build {name}")
        return installed()[name]

    yield find
    packed.cache_clear()


def test_every_built_sign_has_its_class_its_outline_and_its_size(built: Callable[[str], Pack]) -> None:
    pack = built("signs")
    assert len(pack.assets) > 1500
    for one in list(pack.assets.values())[::23]:
        model = packed(one.id)
        mesh = model.levels[0].mesh
        assert one.id == f"signs/{one.details['class']}" and model.extras["class"] == one.details["class"]
        low, high = mesh.extent
        assert (high - low) == pytest.approx(one.size, abs=1e-4)
        assert 0.2 < max(one.size[1:]) < 0.9
        share = {"round": 0.785, "diamond": 0.5, "triangle": 0.5, "inverted": 0.5, "octagon": 0.828, "rectangle": 1.0}
        if one.details["shape"] in share:  # round corners make the bounding box smaller, most of all a triangle's
            filled = area(mesh, 0) / (one.size[1] * one.size[2])
            slack = 0.18 if one.details["shape"] in ("triangle", "inverted") else 0.1
            assert share[one.details["shape"]] - 0.06 < filled < share[one.details["shape"]] + slack
        face = mesh.palette[0].texture
        assert face is not None and face.pixels.shape == (256, 256, 3)


def test_colours_of_built_signs(built: Callable[[str], Pack]) -> None:
    built("signs")
    face = packed("signs/regulatory--stop--g1").levels[0].mesh.palette[0].texture
    assert face is not None
    red, green, blue = face.pixels.reshape(-1, 3).mean(0)
    assert red > 1.5 * green and red > 1.5 * blue


def test_built_furniture_stands_on_the_ground_in_its_size(built: Callable[[str], Pack]) -> None:
    pack = built("street")
    assert len(pack.assets) > 25
    for one in pack.assets.values():
        assert one.details["model"] in PROP_MODELS and one.licence in ("CC-BY-3.0", "CC-BY-3.0-US", "CC0-1.0")
        levels = [level.mesh for level in packed(one.id).levels]
        assert len(levels) == 3
        assert len(levels[0].triangles) >= len(levels[1].triangles) >= len(levels[2].triangles)
        low, high = levels[0].extent
        assert [mesh.extent[0][2] for mesh in levels] == pytest.approx([0.0] * 3, abs=1e-4)
        assert (high - low) == pytest.approx(one.size, abs=1e-3)
        assert one.details["author"] in pack.attribution
