"""Pictures that take time: a car that passes is blurred and sheared as the formulas say, and labels follow the rows."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from renderers.frame import LabelledFrame
from scenes.errors import SceneError
from scenes.files import load
from sim.rollout import rollout
from sim.world import between_states
from skidpad.drivers import cast
from skidpad.generation import generate
from skidpad.render import render_sample
from skidpad.shutter import shares_of
from tests.sizes import size

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

SPEED, DISTANCE = 15.0, 10.0  # m/s, and m from the camera
PASSING = f"""
format: 1
description: A truck passes a camera that looks across the road.
extends: library/street
physics: kinematic
presets: [no-traffic, quiet-pavements, clear-noon]
people: {{density: 0}}
parked: {{occupancy: 0}}
start_time: 1
actors:
  - {{kind: truck, position: [-15, -1.75], speed: {SPEED}, behaviour: drive, driver: constant, distance: 100}}
cameras:
"""


def pictures(tmp_path: Path, cameras: str, sample: int = 0, **options: object) -> list[LabelledFrame]:
    file = tmp_path / "passing.yaml"
    file.write_text(PASSING + cameras)
    return render_sample(load(file), sample, 0, **options)  # type: ignore[arg-type]


def camera(more: str) -> str:
    place = f"position: [-2, {-1.75 - 1.25 - DISTANCE}], heading: 90, rise: 2"
    return f"  - {{kind: fixed, width: 320, height: 240, fov: 60, {place}{more}}}\n"


def left_edge(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of a mask and the first pixel of each."""
    rows = np.flatnonzero(mask.any(1))
    return rows, mask[rows].argmax(1)


def test_a_rolling_shutter_shears_what_passes_by_its_way_between_rows(tmp_path: Path) -> None:
    still, rolled = pictures(tmp_path, camera("") + camera(", readout: 0.05"))
    number = next(label.id for label in still.labels if label.kind.name == "TRUCK")
    rows, before = left_edge(still.frame.instance == number)
    same, after = left_edge(rolled.frame.instance == number)
    common = np.intersect1d(rows, same)
    shift = after[np.searchsorted(same, common)] - before[np.searchsorted(rows, common)]
    focal = still.frame.view.focal
    # the nearest side of the truck; each row begins 0.05 s / 240 later, and the picture's time is its middle
    expected = focal * SPEED * 0.05 * (common + 0.5) / 240 / DISTANCE
    box = common[(common > common[0] + 5) & (common < common[-1] - 25)]
    inside = np.isin(common, box)
    assert np.abs(expected[inside]).max() > 5.0
    assert np.abs(shift - expected)[inside].max() < 2.5
    assert rolled.frame.time == pytest.approx(still.frame.time + 0.025, abs=1e-4)


def test_motion_blur_is_as_wide_as_the_way_while_the_shutter_is_open(tmp_path: Path) -> None:
    _, end, blurred, late = pictures(tmp_path, "".join(map(camera, ("", "", ", exposure: 0.04", ", readout: 0"))))
    number = next(label.id for label in blurred.labels if label.kind.name == "TRUCK")
    mask = blurred.frame.instance == number
    row = int(np.median(np.flatnonzero(mask.any(1))))
    first = int(mask[row].argmax())
    way = blurred.frame.view.focal * SPEED * 0.04 / DISTANCE
    sharp = np.abs(blurred.frame.rgb - late.frame.rgb).sum(-1)[row]
    assert way > 6.0
    changed = np.flatnonzero(sharp[: first + 20] > 0.05 * sharp.max())
    assert changed[0] == pytest.approx(first - way / 2, abs=2.5)  # maps show the middle of the exposure
    street = blurred.frame.depth > DISTANCE + 8.0
    street &= ~cv2.dilate(mask.astype(np.uint8), np.ones((5, 31), np.uint8)).astype(bool)
    assert np.abs(blurred.frame.rgb - end.frame.rgb)[street].max() < 0.02 * end.frame.rgb.mean()  # what stands is sharp


def test_rows_share_the_moments_that_their_exposure_covers() -> None:
    times = (np.arange(10) + 0.5) * 0.004  # 0 to 40 ms
    shares = shares_of(np.array([0.0, 0.01, 0.03]), 0.01, times)
    assert np.allclose(shares.sum(1), 1.0)
    assert np.allclose(shares[0], [0.4, 0.4, 0.2, 0, 0, 0, 0, 0, 0, 0])
    assert np.allclose(shares[2], [0, 0, 0, 0, 0, 0, 0, 0.2, 0.4, 0.4])
    assert shares_of(np.array([0.011]), 0.0, times).tolist() == [[0, 0, 1, 0, 0, 0, 0, 0, 0, 0]]


@pytest.mark.parametrize("lens", ["", ", lens: {model: fisheye}"])
def test_labels_of_a_rolling_shutter_fit_its_pixels(lens: str, tmp_path: Path) -> None:
    file = tmp_path / "street.yaml"
    view = f"{{kind: dash, width: 320, height: 240, fov: 80, readout: 0.05, exposure: 0.005{lens}}}"
    file.write_text(f"format: 1\ndescription: A street.\nextends: library/street\ncameras: [{view}]\n")
    seen = inside = 0
    for sample in size((1,), (1, 2)):
        (frame,) = render_sample(load(file), sample, 0, wanted=frozenset({"amodal", "coordinates", "lanes"}))
        alone = {one.id: one for one in frame.extras.silhouettes or ()}
        assert len(frame.labels) > 3
        for label in frame.labels:
            mask = frame.frame.instance == label.id
            assert label.visible_pixels == mask.sum()
            if label.visible_pixels:
                rows, columns = np.nonzero(mask)
                assert label.tight == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
                (x, y), (height, width) = alone[label.id].origin, alone[label.id].nearness.shape
                assert label.full == (x, y, x + width, y + height)
            wide = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
            for u, v, flag in label.keypoints or ():
                seen += flag == 2
                inside += flag == 2 and bool(wide[int(v), int(u)])
        places = frame.extras.coordinates
        assert places is not None
        cars = np.isin(frame.frame.instance, [label.id for label in frame.labels if label.kind.name == "CAR"])
        assert (np.abs(places[cars] - 0.5) < 0.55).mean() > 0.98
        top, bottom = np.array(frame.metadata["shutter"]["camera_from_world"])  # type: ignore[index]
        assert np.linalg.norm(np.linalg.inv(top)[:3, 3] - np.linalg.inv(bottom)[:3, 3]) > 0.1
    assert seen > 20 and inside >= 0.99 * seen


def test_states_between_two_steps_are_on_the_way() -> None:
    scene = load("crossing").sample(0, 0)
    everybody, others = cast(scene)
    first, middle, last = rollout([scene], everybody, [2.0, 2.05, 2.1], others)
    mixed = between_states(first, last, 0.5)
    alive = first.alive & last.alive
    assert np.abs(mixed.position - middle.position)[alive].max() < 0.02
    assert np.abs(np.angle(np.exp(1j * (mixed.heading - middle.heading))))[alive].max() < 0.02
    assert np.abs(np.angle(np.exp(2j * np.pi * (mixed.gait_phase - middle.gait_phase))))[alive].max() < 0.05
    assert between_states(first, last, 0.0).position == pytest.approx(first.position)


def test_flow_of_a_rolling_shutter_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    file = tmp_path / "rolling.yaml"
    file.write_text(
        "format: 1\ndescription: Rows.\nextends: library/street\ncameras:\n  - {readout: {uniform: [0, 0.03]}}\n"
    )
    with pytest.raises(SceneError, match=r"rolling\.yaml:5 cameras\[0\]\.readout: 0\.03 s is outside \[0, 0\] s"):
        generate(file, tmp_path / "out", 1, frames_per_sample=2, labels="flow")
    assert not list(tmp_path.glob("out*"))
