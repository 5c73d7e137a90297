"""Skies of packs: light of the right strength from the right side, chosen by the scene's light alone."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderers import sky_maps
from renderers.frame import View
from renderers.mesh import Material, box
from renderers.packs import skies
from renderers.raster import RasterOptions, RasterRenderer, environment
from renderers.shade import ggx, reflected
from renderers.stage import Instance, Stage, sun_vector
from scenes.catalogue import AssetError, choose_packs, file_digest
from scenes.equip import equipped
from scenes.files import load
from scenes.geometry import camera_from_world
from scenes.kinds import Kind
from scenes.light import make_light
from scenes.schema_light import LightSpec
from scenes.types import Light

SUN = 0.8  # rad, elevation of the sky `glow`


def glow() -> np.ndarray:
    """A sky that is brightest around its sun, in column 0."""
    towards = skies.directions(skies.ROWS, skies.COLUMNS)
    near = towards @ np.array([math.cos(SUN), 0.0, math.sin(SUN)])
    return (0.3 + 2.0 * np.exp((near - 1.0) * 6.0))[..., None] * np.array([0.6, 0.8, 1.2])


@pytest.fixture(autouse=True)
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed pack of an even grey sky and one with a glow, which no build needs to have made."""
    monkeypatch.setenv("SKIDPAD_CACHE", str(tmp_path))
    folder = tmp_path / "packs" / "skies"
    folder.mkdir(parents=True)
    assets, files = {}, {}
    for name, sky, details in (
        ("even", np.ones((skies.ROWS, skies.COLUMNS, 3)), {"condition": "overcast", "clouds": 1.0}),
        ("glow", glow(), {"condition": "day", "clouds": 0.3, "sun_elevation": SUN}),
    ):
        content = io.BytesIO()
        np.savez_compressed(content, sky=sky.astype(np.float16), glossy=skies.mirrors(sky).astype(np.float16))
        (folder / f"{name}.npz").write_bytes(content.getvalue())
        files[f"{name}.npz"] = file_digest(folder / f"{name}.npz")
        assets[name] = {
            "sort": "sky", "file": f"{name}.npz", "size": [0, 0, 0], "licence": "CC0-1.0", "source": "test",
            "details": details,
        }  # fmt: skip
    (folder / "pack.json").write_text(json.dumps({"format": 1, "assets": assets, "files": files, "sources": []}))
    sky_maps.stored.cache_clear()
    sky_maps.sky_map.cache_clear()


def grey(sky: str, level: float = 1.0) -> Light:
    """Nothing but an even sky."""
    colour = (level, level, level)
    return Light("overcast", 0.3, 0.7, (0.0, 0.0, 0.0), colour, colour, 1.0, 0.0, sky=sky)


def day(elevation: float, azimuth: float = 0.0, clouds: float = 0.3) -> Light:
    """A clear day, degrees."""
    return make_light(LightSpec(sun_elevation=elevation, sun_azimuth=azimuth, cloudiness=clouds))


@pytest.mark.parametrize("sky", ["", "skies/even"])
def test_white_ground_under_an_even_sky_is_as_bright_as_the_sky(sky: str) -> None:
    ground = Instance(box((40, 40, 0.2), (0, 0, -0.1), Material((1.0, 1.0, 1.0), roughness=1.0)), np.eye(4), Kind.ROAD)
    view = View(64, 48, 40.0, camera_from_world(np.array([0.0, 0.0, 3.0]), 0.0, -0.8, 0.0))
    frame = RasterRenderer(RasterOptions(samples=1)).render(Stage((ground,), grey(sky), 0.0, 4), view)
    assert frame.rgb[frame.semantic == Kind.ROAD] == pytest.approx(1.0, abs=0.01)


def test_no_metal_mirrors_more_than_there_is() -> None:
    env = environment(grey("skies/even"), 4)
    for rough in (0.0, 0.1, 0.3, 0.5, 0.79):
        for up in (0.05, 0.4, 1.0):
            view = np.array([math.sqrt(1 - up * up), 0.0, up])
            assert max(reflected(0.0, 0.0, 1.0, *view, rough, env, 1.0)) <= 1.001


def test_the_lobe_of_a_light_gives_back_no_more_than_it_gets() -> None:
    towards = skies.directions(256, 256)
    area = skies.solid_angles(256, 256)
    for rough in (0.3, 0.5, 0.75):
        for up in (0.15, 0.5, 1.0):
            back = sum(
                ggx(0.0, 0.0, 1.0, math.sqrt(1 - up * up), 0.0, up, *light, up, light[2], rough)[0] * light[2] * part
                for light, part in zip(towards.reshape(-1, 3)[::7], area.reshape(-1)[::7] * 7, strict=True)
            )
            assert back / math.pi <= 1.02  # lobes are in units of a light's irradiance over pi


def test_light_on_bodies_is_that_of_the_map() -> None:
    light = replace(day(45.0, 30.0), sky="skies/glow")
    sky = sky_maps.sky_map(light, False)
    towards = skies.directions(90, 180)
    area = skies.solid_angles(90, 180)
    radiance = np.array([[sky_maps.map_at(sky.sharp, *d) for d in row] for row in towards])
    normals = np.random.default_rng(1).normal(size=(60, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    cosine = np.maximum(np.einsum("nk,ijk->nij", normals, towards), 0.0)
    exact = np.einsum("nij,ij,ijc->nc", cosine, area, radiance) / math.pi
    assert np.abs(sky_maps.bases(normals) @ sky.light - exact).max() < 0.03 * exact.max()


@pytest.mark.parametrize(("azimuth", "elevation"), [(0.0, 45.0), (130.0, 30.0), (-70.0, 60.0)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_sky_is_brightest_where_the_sun_is(azimuth: float, elevation: float, mirrored: bool) -> None:
    light = replace(day(elevation, azimuth), sky="skies/glow")
    sharp = sky_maps.sky_map(light, mirrored).sharp
    brightest = sky_maps.grid(len(sharp)).reshape(-1, 3)[sharp[..., 1].argmax()]
    assert math.degrees(math.acos(brightest @ sun_vector(light))) < 2.0


def test_the_sky_is_chosen_by_the_light_alone() -> None:
    packs, scene = choose_packs("skies"), load("street").sample(0, seed=1)
    chosen = []
    for azimuth in range(40):
        light = day(40.0, azimuth)
        first = equipped(replace(scene, light=light), packs).light
        again = equipped(replace(scene, light=light, seed=9, sample=4), packs).light
        assert first == again
        chosen.append(first.sky)
    assert set(chosen) == {"", "skies/glow"} and 10 <= chosen.count("") <= 30
    for light in (day(15.0), day(80.0), day(40.0, 0.0, 0.9), make_light(LightSpec(condition="night"))):
        assert equipped(replace(scene, light=light), packs).light.sky == ""


def test_a_scene_may_ask_for_a_sky_or_for_none() -> None:
    packs, scene = choose_packs("skies"), load("street").sample(0, seed=1)
    assert equipped(replace(scene, sky="skies/even", light=day(40.0)), packs).light.sky == "skies/even"
    assert equipped(replace(scene, sky="skies/even"), {}).light.sky == ""
    assert {equipped(replace(scene, sky="builtin", light=day(40.0, a)), packs).light.sky for a in range(9)} == {""}
    with pytest.raises(AssetError, match=r"light\.sky: 'skies/odd' is in no pack .* skies/even, skies/glow"):
        equipped(replace(scene, sky="skies/odd"), packs)


def test_a_sky_that_was_changed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "packs" / "skies" / "glow.npz").write_bytes(b"no")
    with pytest.raises(AssetError, match=r"glow\.npz: sha256 .*skidpad assets build skies"):
        environment(replace(day(40.0), sky="skies/glow"), 1)


def test_sun_and_horizon_are_taken_out_of_a_photo() -> None:
    pytest.importorskip("scipy")
    up = glow()
    sun = skies.directions(skies.ROWS, skies.COLUMNS) @ np.array([math.cos(SUN), 0.0, math.sin(SUN)])
    up[sun > math.cos(math.radians(1.0))] = 3000.0
    photo = np.roll(up, 100, axis=1)[:, ::-1].copy()
    photo[-20:] = 0.01  # a dark horizon
    full, found = skies.cleaned(photo, skies.Photo("day", 0.0, 16.0))
    assert found["sun_elevation"] == pytest.approx(SUN, abs=0.02)
    assert full.max() < 4.0 and full.min() > 0.1
    assert abs((full[..., 1].sum(0).argmax() + 20) % skies.COLUMNS - 20) < 4
