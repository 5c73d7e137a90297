"""Number plates: national patterns, text that labels and pictures share, one nation at home in a scene."""

import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from renderers.assemble import StageBuilder
from renderers.frame import View
from renderers.mesh import Material
from renderers.plates_seen import plate_corners, plate_in_picture
from renderers.raster import RasterOptions, RasterRenderer
from renderers.stage import Instance, Stage
from renderers.vehicles import vehicle_mesh
from renderers.vehicles_plates import plate_size, plate_texture, strips
from renderers.views import resolve_camera
from scenes.files import load
from scenes.geometry import camera_from_world
from scenes.kinds import Kind
from scenes.people import PersonLook
from scenes.plates import AT_HOME, NATIONS, Plate, plate_text
from scenes.seeds import rng_for
from scenes.types import Scene
from scenes.vehicles import sample_model
from sim.world import compile_world, initial_state

PATTERNS = {  # as the registration authorities publish them
    "gb": r"[A-HJ-PR-Y]{2}\d{2} [A-HJ-PR-Z]{3}|[A-HJ-PR-Z]\d{3} [A-HJ-PR-Z]{3}",
    "au": r"[A-HJ-NPR-Z]{2} \d{2} [A-HJ-NPR-Z]{2}|[A-HJ-NPR-Z]{3} \d{2}[A-HJ-NPR-Z]",
    "de": r"[A-Z]{1,3} [A-Z]{1,2} [1-9]\d{1,3}",
    "fr": r"[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2}",
    "nl": r"[B-DF-HJ-NPR-TV-XZ]{2}-\d{3}-[B-DF-HJ-NPR-TV-XZ]|\d-[B-DF-HJ-NPR-TV-XZ]{3}-\d{2}"
          r"|\d{2}-[B-DF-HJ-NPR-TV-XZ]{3}-\d",
    "it": r"[A-HJ-NPR-TV-Z]{2} \d{3}[A-HJ-NPR-TV-Z]{2}",
    "es": r"\d{4} [B-DF-HJ-NPR-TV-Z]{3}",
    "pl": r"[A-Z]{2} \d{5}|[A-Z]{3} (\d{2}[AC-HJ-NP-Z]{2}|[AC-HJ-NP-Z]\d{3})",
    "se": r"[A-HJ-PR-UW-Z]{3} \d{2}[\dA-HJ-NPR-UW-Z]",
    "us-ca": r"[1-9][A-Z]{3}\d{3}",
    "us-ny": r"[A-Z]{3}-\d{4}",
    "us-tx": r"[B-DF-HJ-NPR-TV-Z]{3}-\d{4}",
    "us-vt": r"[A-Z]{3} \d{3}",
}  # fmt: skip


def plates_of(scene: Scene) -> list[Plate]:
    found = [actor.look.plate for actor in scene.actors if not isinstance(actor.look, PersonLook)]
    return [plate for plate in found if plate is not None]


@pytest.mark.parametrize("nation", NATIONS)
def test_texts_match_the_pattern_of_their_nation(nation: str) -> None:
    texts = [plate_text(rng_for(3, "text", k), nation) for k in range(300)]
    for text in texts:
        assert re.fullmatch(PATTERNS[nation], text), text
        assert not set(re.split("[ -]", text)) & set(NATIONS[nation].barred)
    assert len(set(texts)) > 280


def test_every_nation_is_at_home_somewhere() -> None:
    assert {nation for shares in AT_HOME.values() for nation in shares} == set(NATIONS)
    for left, shares in AT_HOME.items():
        assert sum(shares.values()) == pytest.approx(1.0)
        assert all(NATIONS[nation].left == left for nation in shares)


def test_a_scene_has_mostly_plates_of_one_nation_that_drives_on_its_side() -> None:
    homes: dict[bool, set[str]] = {True: set(), False: set()}
    shares = []
    for k in range(16):
        scene = load("street").sample(k)
        plates = plates_of(scene)
        if len(plates) < 6:
            continue
        (home, count), *_ = Counter(plate.nation for plate in plates).most_common(1)
        homes[scene.values["roads.traffic"] == "left"].add(home)
        shares.append(count / len(plates))
        assert len({plate.text for plate in plates}) == len(plates)
    for left, found in homes.items():
        assert found and found <= set(AT_HOME[left])
    assert 0.8 < np.mean(shares) < 1.0


def test_labels_say_what_the_pictures_of_plates_were_drawn_from() -> None:
    count = 0
    for k in range(1):
        scene = replace(load("street").sample(k), buildings=(), props=())
        state = initial_state(compile_world([scene]))
        for camera in scene.cameras:
            stage, subjects = StageBuilder(scene).at(state, resolve_camera(camera, scene, state))
            meshes = {instance.id: instance.mesh for instance in stage.instances}
            for subject in subjects:
                if subject.kind is Kind.BICYCLE or "plate" not in subject.attributes:
                    assert subject.kind not in (Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS, Kind.MOTORCYCLE)
                    continue
                plate = Plate(subject.attributes["plate_nation"], subject.attributes["plate"])
                keys = {m.texture.key for m in meshes[subject.id].palette if m.texture}
                drawn = {key for key in keys if key.startswith("plate/")}
                faces = ("folded",) if subject.kind is Kind.MOTORCYCLE else ("front", "rear")
                assert drawn == {plate_texture(plate, face).key for face in faces}
                count += 1
    assert count > 20


@pytest.mark.parametrize("nation", NATIONS)
def test_plates_have_the_colours_and_bands_of_their_nation(nation: str) -> None:
    row = NATIONS[nation]
    plate = Plate(nation, plate_text(rng_for(1, nation), nation))
    for face, ground in (("front", row.front), ("rear", row.rear)):
        wide, tall = plate_size(plate, face)
        assert 1.8 < wide / tall < 5.0
        pixels = plate_texture(plate, face).pixels.astype(float)
        linear = (pixels[: len(pixels) // strips((wide, tall))] / 255.0) ** 2.2
        blue = (linear[..., 2] > 0.2) & (linear[..., 0] < 0.05) & (linear[..., 1] < 0.1)
        edge = blue[:, :8].mean(), blue[:, -8:].mean()
        assert (edge[0] > 0.4) == bool(row.band) and (edge[1] > 0.4) == row.second_band
        middle = linear[3:-3, 16:-16].reshape(-1, 3)
        near = np.abs(middle - ground).max(1) < 0.06
        dark = np.abs(middle - row.ink).max(1) < 0.06
        assert near.mean() > 0.35 and dark.mean() > 0.04


def test_equal_texts_of_two_letters_look_different() -> None:
    one, two = (plate_texture(Plate("se", text), "rear").pixels.astype(int) for text in ("ABC 123", "ABD 123"))
    changed = np.flatnonzero((np.abs(one - two).max(2) > 60).any(0))
    assert 0 < len(changed) < 20  # the third letter alone


def test_corners_of_plates_are_where_the_plate_is_in_the_picture() -> None:
    """A plate that glows in one colour, drawn and found by its pixels."""
    glow, count = Material(emission=(9.0, 0.0, 9.0)), 0
    for model in ("hatchback", "panel_van", "box_truck", "coach"):
        for nation, yaw in (("de", 0.25), ("us-ny", -0.3), ("it", math.pi + 0.3), ("gb", math.pi)):
            look = replace(sample_model(rng_for(0, model), model), plate=Plate(nation, "AB 123"))
            mesh = vehicle_mesh(look)
            face = "plate_rear" if math.cos(yaw) < 0 else "plate_front"
            lit = replace(mesh, palette=tuple(glow if m.part == face else m for m in mesh.palette))
            away = 6.0 + look.length / 2
            spot = np.array([away * math.cos(yaw), away * math.sin(yaw), 1.2])
            view = View(640, 360, 900.0, camera_from_world(spot, yaw + math.pi, -0.05, 0.0))
            light = load("street-night").sample(0).light
            renderer = RasterRenderer(RasterOptions(samples=1, shadow_size=0, sky_size=0))
            drawn = renderer.draw(Stage((Instance(lit, np.eye(4), look.kind, 5),), light, 0.0, 1), view)
            quad = plate_in_picture(plate_corners(mesh, np.eye(4)), view, drawn.frame.instance, 5)
            assert quad is not None
            rows, columns = np.nonzero((drawn.frame.rgb[..., 0] > 4.0) & (drawn.frame.instance == 5))
            x, y = np.array(quad).reshape(4, 2).T
            seen = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
            assert seen == pytest.approx([x.min(), y.min(), x.max(), y.max()], abs=1.6)
            assert x[0] < x[1] and x[3] < x[2] and y[0] < y[3] and y[1] < y[2]
            hidden = np.where(np.arange(640) > x.mean(), 7, drawn.frame.instance)
            assert plate_in_picture(plate_corners(mesh, np.eye(4)), view, hidden.astype(np.uint16), 5) is None
            count += 1
    assert count == 16
