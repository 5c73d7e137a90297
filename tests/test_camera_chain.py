"""The camera chain: each step against its formula, and all of them against the labels."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from renderers.camera_chain import develop, encode_jpeg, interlaced
from renderers.camera_lens import fringed, through_lens
from renderers.camera_sensor import OVER, balanced, read_out
from renderers.frame import Frame, View
from scenes.errors import SceneError
from scenes.fields import OneOf, Range
from scenes.files import load
from scenes.geometry import camera_from_world
from scenes.schema_camera import DEMOSAICS, ChainSpec
from scenes.seeds import rng_for
from scenes.types import CameraChain, Light

F4 = NDArray[np.float32]
GREY = Light("overcast", 0.0, 0.7, (0.0,) * 3, (0.9,) * 3, (0.9,) * 3, 1.0, 0.0)
CAMERA_PRESETS = ("dash-camera", "action-camera", "cctv", "phone", "old-dv")
PRESETS = Path(__file__).resolve().parent.parent / "scenes" / "presets"


def frame_of(rgb: F4, depth: F4 | float = 10.0, focal: float | None = None) -> Frame:
    height, width = rgb.shape[:2]
    view = View(width, height, focal or 0.9 * width, camera_from_world(np.zeros(3), 0.0, 0.0, 0.0))
    far = np.broadcast_to(np.float32(depth), (height, width)).copy() if np.isscalar(depth) else np.asarray(depth)
    none = np.zeros((height, width), np.uint8)
    return Frame(rgb, far, none, none.astype(np.uint16), np.zeros_like(rgb), view, 0.0)


def card(level: float | tuple[float, float, float], height: int = 120, width: int = 160) -> F4:
    return np.broadcast_to(np.float32(level), (height, width, 3)).copy()


def lens(rgb: F4, chain: CameraChain, depth: F4 | float = 10.0, sky: Light = GREY) -> F4:
    return through_lens(rgb, frame_of(rgb, depth), sky, 1.0, chain)


def sensor(rgb: F4, chain: CameraChain, seed: int = 0) -> F4:
    return read_out(rgb, chain, rng_for(seed, "noise"), rng_for(seed, "pattern"))


def step_edge(dark: float = 0.1, bright: float = 0.8) -> F4:
    """Upright edge in the middle, 160 px wide."""
    rgb = card(dark)
    rgb[:, 80:] = bright
    return rgb


def crossing(line: F4, level: float) -> float:
    """Where a rising line reaches a level, px."""
    k = int(np.argmax(line >= level))
    return k - 1 + float((level - line[k - 1]) / (line[k] - line[k - 1]))


# ---------------------------------------------------------------- lens
def test_vignette_falls_as_the_fourth_power_of_the_cosine_of_the_field_angle() -> None:
    rgb = card(0.5, 121, 161)
    seen = lens(rgb, CameraChain(vignette=1.0))
    focal = 0.9 * 161
    for y, x in ((60, 80), (60, 160), (0, 80), (0, 0), (120, 160), (33, 101)):
        angle = math.atan(math.hypot(x + 0.5 - 80.5, y + 0.5 - 60.5) / focal)
        assert float(seen[y, x, 0]) == pytest.approx(0.5 * math.cos(angle) ** 4, rel=1e-5)
    half = lens(rgb, CameraChain(vignette=0.5))
    assert np.allclose(half, (rgb + seen) / 2)


def test_chromatic_aberration_moves_red_and_blue_by_the_stated_pixels_and_leaves_green() -> None:
    """A soft dot 0.9 of the way to a corner, and one in the middle."""
    height, width = 240, 320
    y, x = np.mgrid[:height, :width] + 0.5
    place, middle = np.array([0.95 * width, 0.05 * height]), np.array([width, height]) / 2
    bump = np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / 12.0) * ((x - middle[0]) > 40)
    rgb = np.repeat(bump.astype(np.float32)[..., None], 3, 2)
    seen = fringed(rgb, 2.0, -1.5).astype(np.float64)
    assert np.array_equal(seen[..., 1].astype(np.float32), rgb[..., 1])
    found = [np.array([(x * seen[..., c]).sum(), (y * seen[..., c]).sum()]) / seen[..., c].sum() for c in range(3)]
    outwards = (place - middle) / np.hypot(*(place - middle))
    assert found[2] - found[1] == pytest.approx(0.9 * -1.5 * outwards, abs=0.05)
    assert found[0] - found[1] == pytest.approx(0.9 * 2.0 * outwards, abs=0.05)
    centred = np.roll(rgb, (int(middle[1] - place[1]), int(middle[0] - place[0])), (0, 1))
    assert np.allclose(fringed(centred, 2.0, -1.5), centred, atol=0.02)


@pytest.mark.parametrize("depth", [4.0, 7.0, 30.0, math.inf])
def test_a_point_becomes_the_circle_of_a_thin_lens(depth: float) -> None:
    """Diameter A v |1/s - 1/d|; the light stays."""
    chain = CameraChain(aperture=0.6, focus=10.0)
    rgb = card(0.0)
    rgb[60, 80] = 100.0
    seen = lens(rgb, chain, depth)[..., 1]
    radius = 0.5 * 0.6 * 0.9 * 160 * abs(1 / 10.0 - 1 / depth)
    assert float(seen.sum()) == pytest.approx(100.0, rel=0.02)
    y, x = np.mgrid[:120, :160]
    spread = float((((x - 80.0) ** 2 + (y - 60.0) ** 2) * seen).sum() / seen.sum())
    assert math.sqrt(2 * spread) == pytest.approx(radius, abs=0.5)  # of a disc: r^2 / 2 on the mean
    assert float((x * seen).sum() / seen.sum()) == pytest.approx(80.0, abs=1e-3)  # it stays where the labels are


def test_what_is_in_focus_stays_sharp_before_a_blurred_background_and_behind_nothing() -> None:
    rgb = step_edge(0.0, 1.0)
    depth = np.full((120, 160), 10.0, np.float32)
    depth[:, :80] = 40.0
    chain = CameraChain(aperture=0.5, focus=10.0)
    assert np.array_equal(lens(rgb, chain, 10.0), rgb)
    seen = lens(rgb, chain, depth)
    assert np.allclose(seen, rgb, atol=1e-6)  # the sharp side does not run over the dark one, nor the other way round
    stripes = rgb.copy()
    stripes[:, :80:4] = 1.0
    assert float(lens(stripes, chain, depth)[:, 20:60].std()) < 0.3 * float(stripes[:, 20:60].std())


def test_a_blurred_foreground_runs_over_what_is_sharp_behind_it() -> None:
    rgb = step_edge(0.0, 1.0)
    depth = np.full((120, 160), 40.0, np.float32)
    depth[:, 80:] = 2.0
    seen = lens(rgb, CameraChain(aperture=0.1, focus=40.0), depth)[60, :, 1]
    radius = 0.05 * 0.9 * 160 * (1 / 2 - 1 / 40)
    assert 0.35 < float(seen[79]) < 0.55  # half of the circle covers it
    assert 0.0 < float(seen[79 - int(0.6 * radius)]) < 0.3
    assert float(seen[int(79 - radius - 2)]) == pytest.approx(0.0, abs=1e-6)


def test_lamps_glare_and_are_mirrored_about_the_middle() -> None:
    rgb = card(0.0)
    rgb[28:32, 38:42] = 1000.0
    seen = lens(rgb, CameraChain(flare=0.05))
    stray = seen[..., 1].astype(np.float64) - rgb[..., 1]
    assert stray.min() >= -1e-3 and 0.02 * rgb.sum() / 3 < stray.sum() < 0.05 * rgb.sum() / 3
    assert stray[30, 50] > stray[30, 60] > stray[30, 75] > 0.0
    mirrored = stray[60 + 10 : 60 + 40, 80 + 10 : 80 + 60].max()
    assert mirrored > 3.0 * stray[60 + 10 : 60 + 40, 20:70].max()
    assert np.array_equal(lens(step_edge(), CameraChain(flare=0.05)), step_edge())  # no lamps, no flare


def test_the_sun_shows_where_the_sky_does() -> None:
    sunny = replace(GREY, sun_azimuth=0.0, sun_elevation=0.2, sun_colour=(3.0, 2.9, 2.7))
    rgb = card(0.6)
    chain = CameraChain(flare=0.001)
    hidden = lens(rgb, chain, 10.0, sunny)
    assert np.array_equal(hidden, rgb)
    seen = lens(rgb, chain, math.inf, sunny)
    y, x = np.unravel_index(int(seen[..., 1].argmax()), seen.shape[:2])
    assert abs(x + 0.5 - 80) <= 1.0
    assert abs(y + 0.5 - (60 - 0.9 * 160 * math.tan(0.2))) <= 1.0
    assert (seen >= rgb).all() and float(seen[5, 5, 1]) > 0.6


# ---------------------------------------------------------------- sensor
@pytest.mark.parametrize("demosaic", DEMOSAICS)
def test_a_grey_card_stays_grey(demosaic: str) -> None:
    chain = CameraChain(response=(0.5, 1.0, 0.65), demosaic=demosaic)
    read = sensor(card(0.3), chain)
    assert np.allclose(read, np.float32(0.3) * np.float32([0.5, 1.0, 0.65]), atol=2e-4)
    assert np.allclose(balanced(read, chain), 0.3, atol=5e-4)
    picture = develop(frame_of(card(0.3)), GREY, chain, rng_for(0), rng_for(1))
    assert np.ptp(picture) == 0
    noisy = replace(chain, shot_noise=0.03, read_noise=0.005)
    means = balanced(sensor(card(0.3), noisy), noisy).mean((0, 1))
    assert np.allclose(means, 0.3, atol=2e-3)


def test_variance_of_noise_is_linear_in_the_signal() -> None:
    chain = CameraChain(shot_noise=0.04, read_noise=0.01)
    levels = np.array([0.0, 0.05, 0.2, 0.5, 0.9])
    found = [float(sensor(card(level, 300, 300), chain).var()) for level in levels]
    assert found == pytest.approx(list(0.04**2 * levels + 0.01**2), rel=0.02)


def test_noise_comes_before_the_tone_curve_and_before_white_balance() -> None:
    """In display units noise of the dark is larger than that of the bright; gains enlarge it."""
    chain = CameraChain(read_noise=0.01, response=(0.5, 1.0, 1.0))
    read = sensor(card(0.2, 300, 300), chain)
    spread = balanced(read, chain).std((0, 1))
    assert spread[0] / spread[1] == pytest.approx(2.0, rel=0.03)
    rgb = card(0.04, 200, 200)
    rgb[:, 100:] = 0.6
    picture = develop(frame_of(rgb), GREY, CameraChain(read_noise=0.01), rng_for(0), rng_for(1)).astype(float)
    assert picture[:, :90].std() > 2.0 * picture[:, 110:].std()


def test_patterns_stay_and_noise_of_rows_does_not() -> None:
    chain = CameraChain(gain_pattern=0.02, column_pattern=0.004, row_noise=0.003, dark_offset=0.01)
    rgb = card(0.5, 200, 300)
    first = read_out(rgb, chain, rng_for(0, 0), rng_for(9))
    other = read_out(rgb, chain, rng_for(0, 1), rng_for(9))
    change = other - first
    assert np.ptp(change, axis=1).max() < 1e-6  # alike along each row
    assert float(change[:, 0, 0].std()) == pytest.approx(0.003 * math.sqrt(2), rel=0.2)
    dark = sensor(card(0.0, 200, 300), chain)
    assert float(dark.mean()) == pytest.approx(0.01, abs=1e-3)
    assert float(dark.mean((0, 2)).std()) == pytest.approx(0.004, rel=0.15)
    flat = first - first.mean(1, keepdims=True)
    flat -= flat.mean(0, keepdims=True)
    assert float(flat.std()) == pytest.approx(0.5 * 0.02, rel=0.05)


@pytest.mark.parametrize("demosaic", DEMOSAICS[1:])
def test_a_mosaic_leaves_edges_where_they_are(demosaic: str) -> None:
    chain = CameraChain(demosaic=demosaic)
    y, x = np.mgrid[:120, :160] + 0.5
    for angle in (0.0, 0.4, math.pi / 2):
        out = (x - 80) * math.cos(angle) + (y - 60) * math.sin(angle)
        rgb = np.repeat((0.45 + 0.35 * np.tanh(out / 2)).astype(np.float32)[..., None], 3, 2)
        seen = sensor(rgb, chain)
        for c in range(3):
            rise = np.hypot(*np.gradient(rgb[..., c]))
            assert abs(float((seen[..., c] - rgb[..., c])[5:-5, 5:-5].sum() / rise.sum())) < 0.02  # px
        assert float(np.abs(seen - rgb).max()) < 0.08


def test_a_mosaic_gives_colours_to_fine_grey_stripes_and_holds_lamps() -> None:
    stripes = card(0.1)
    stripes[:, ::3] = 0.7
    seen = sensor(stripes, CameraChain(demosaic="bilinear"))
    assert float(np.abs(seen[..., 0] - seen[..., 2]).max()) > 0.1
    lamp = sensor(card(50.0), CameraChain(demosaic="edge-aware"))
    assert float(lamp.min()) == pytest.approx(1.0 + OVER, rel=1e-3)


def test_highlights_clip_spill_or_bend() -> None:
    ramp = np.linspace(0.0, 4.0, 401, dtype=np.float32)[None, :, None] * np.float32([1.0, 0.5, 0.25])
    plain = balanced(ramp, CameraChain())
    assert np.array_equal(plain, np.clip(ramp, 0.0, 1.0))
    spilt = balanced(ramp, CameraChain(spill=0.5))
    assert np.array_equal(spilt[:, :101], plain[:, :101]) and float(spilt[0, -1, 2]) == 1.0
    bent = balanced(ramp, CameraChain(shoulder=0.4))[0, :, 0]
    assert np.allclose(bent[:60], ramp[0, :60, 0]) and (np.diff(bent) >= 0).all() and bent[-1] < 1.0
    assert float(np.abs(np.diff(bent, 2)).max()) < 5e-4  # no corner


# ---------------------------------------------------------------- video
def test_fields_part_evenly_to_both_sides() -> None:
    picture = np.repeat(np.repeat(np.arange(160, dtype=np.uint8)[None, :, None], 120, 0), 3, 2)
    there = interlaced(picture, 4.0).astype(int)
    inner = slice(10, -10)
    assert (there[0::2, inner] - picture[0::2, inner] == 2).all()  # to the left
    assert (there[1::2, inner] - picture[1::2, inner] == -2).all()


def test_jpeg_holds_colours_at_half_resolution() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[...] = (120, 60, 60)
    picture[:, ::2] = (60, 96, 60)
    back = cv2.imdecode(np.frombuffer(encode_jpeg(picture, 100), np.uint8), cv2.IMREAD_COLOR)[..., ::-1].astype(int)
    spread = (back[..., 0] - back[..., 2]).std(1).max()
    assert spread < 0.2 * (picture[..., 0].astype(int) - picture[..., 2]).std(1).max()


# ---------------------------------------------------------------- all of it
def full() -> CameraChain:
    return CameraChain(
        aperture=0.01, focus=4.0, red_fringe=1.0, blue_fringe=-0.5, vignette=0.7, flare=0.01, veil=0.02, blur=0.5,
        motion=(2.0, 1.0), response=(0.6, 1.0, 0.7), shot_noise=0.02, read_noise=0.004, dark_offset=0.002,
        gain_pattern=0.01, column_pattern=0.002, row_noise=0.002, demosaic="edge-aware",
        white_balance=(1.05, 1.0, 0.95), spill=0.2, shoulder=0.3, gamma=1.1, contrast=0.3, black_level=0.02,
        chroma_blur=1.0, saturation=0.9, sharpening=1.0, halo=1.5, interlace=2.0, jpeg_quality=60,
    )  # fmt: skip


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not() -> None:
    frame = frame_of(step_edge(0.1, 3.0), 8.0)
    before = frame.rgb.copy()
    first, again, other = (
        encode_jpeg(develop(frame, GREY, full(), rng_for(seed, "n"), rng_for(seed, "p")), 80) for seed in (0, 0, 1)
    )
    assert first == again != other
    assert np.array_equal(frame.rgb, before)


def test_odd_sizes_and_extreme_light_are_no_trouble() -> None:
    rng = rng_for(0)
    for height, width in ((33, 45), (32, 32), (61, 300)):
        rgb = rng.lognormal(-2, 3, (height, width, 3)).astype(np.float32)
        depth = rng.uniform(0.05, 100, (height, width)).astype(np.float32)
        depth[: height // 2] = np.inf
        assert develop(frame_of(rgb, depth), GREY, full(), rng_for(0), rng_for(1)).shape == rgb.shape
    black = develop(frame_of(card(0.0)), GREY, full(), rng_for(0), rng_for(1))
    assert int(black.mean()) < 60


def test_the_whole_chain_leaves_an_edge_where_the_labels_have_it() -> None:
    """Averaged over noise, the middle of an edge between two tones stays, but for what the tone curve does."""
    frame = frame_of(step_edge(0.2, 0.4), 8.0)
    plain = CameraChain()
    chain = replace(full(), contrast=0.0, sharpening=0.0, vignette=0.0)
    places = []
    for one in (plain, chain):
        lines = [develop(frame, GREY, one, rng_for(0, k), rng_for(1, k))[40:80, :, 1].mean(0) for k in range(8)]
        line = np.mean(lines, 0)
        low, high = line[40:60].mean(), line[100:120].mean()
        places.append(crossing(line[60:100], (low + high) / 2))
    assert places[1] == pytest.approx(places[0], abs=0.3)


# ---------------------------------------------------------------- scene files
def test_every_key_has_limits_and_a_neutral_default() -> None:
    for key, field in ChainSpec.model_fields.items():
        rule = next((one for one in field.metadata if isinstance(one, Range | OneOf)), None)
        assert rule is not None, key
        if isinstance(rule, Range):
            assert rule.low <= field.default <= rule.high


@pytest.mark.parametrize("key", ChainSpec.model_fields)
def test_a_wrong_value_is_one_clear_error(key: str, tmp_path: Path) -> None:
    rule = next(one for one in ChainSpec.model_fields[key].metadata if isinstance(one, Range | OneOf))
    wrong = f"{rule.high * 2 + 1:g}" if isinstance(rule, Range) else "fancy"
    file = tmp_path / "my.yaml"
    file.write_text(f"format: 1\nextends: library/street\nchain:\n  {key}: {wrong}\n", encoding="utf-8")
    with pytest.raises(SceneError) as caught:
        load(file)
    lines = [line for line in str(caught.value).splitlines() if "my.yaml" in line]
    assert len(lines) == 1 and re.search(rf"my\.yaml:4 chain\.{key}: {wrong}( \w+)? is", lines[0])


@pytest.mark.parametrize("name", CAMERA_PRESETS)
def test_a_preset_says_all_that_a_camera_does(name: str, tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(f"format: 1\nextends: library/street\npresets: [{name}]\n", encoding="utf-8")
    alone = tmp_path / "plain.yaml"
    text = (PRESETS / f"{name}.yaml").read_text(encoding="utf-8")
    named = {line.split(":")[0].strip() for line in text.splitlines() if line.startswith("  ") and ":" in line}
    assert named >= set(ChainSpec.model_fields), set(ChainSpec.model_fields) - named
    alone.write_text(f"format: 1\ncameras: [{{kind: dash}}]\npresets: [{name}]\n", encoding="utf-8")
    chains = [load(one).sample(k, seed=2).cameras[0].chain for one in (file, alone) for k in (0, 1)]
    assert chains[0] == chains[2] != chains[1]  # nothing of the scene's own chain is left
