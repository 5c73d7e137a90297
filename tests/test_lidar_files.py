"""Lidars in scene files, in datasets and in KITTI's form."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from renderers.lidar_cast import LidarError, embree
from scenes.errors import SceneError
from scenes.files import load
from scenes.json_schema import scene_schema
from skidpad.generation import generate
from skidpad.show import contact_sheet
from transfer.lidar_files import sweep_files
from transfer.manifest import DatasetError
from transfer.reader import Dataset

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

SCENE = """format: 1
extends: library/crossing
cameras: [{width: 320, height: 240, fov: 70}]
roads: {length: 80}
buildings: {share: 0.3}
furniture: {trees: 0, density: 2, clutter: 0}
lidars:
  - {model: hdl-64e, step: 0.6, pitch: 1, dropout: {uniform: [0.01, 0.05]}}
  - {model: mid-40, kind: fixed, position: [-20, 6], rise: 5, heading: -20, points: 2000}
"""
BOX = 0.1  # m around a label's box within which its points lie: mirrors, tyres and noise


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("lidar")
    (root / "scene.yaml").write_text(SCENE)
    return generate(root / "scene.yaml", root / "one", 2, seed=4, frames_per_sample=2, labels="kitti")


def test_a_dataset_holds_a_sweep_of_each_lidar_for_each_moment(folder: Path) -> None:
    dataset = Dataset.open(folder)
    assert dataset.verify() == []
    names = sorted(path.stem for path in (folder / "lidar").glob("*.npz"))
    assert names == [f"{k:06d}_{frame:03d}_{lidar}" for k in range(2) for frame in range(2) for lidar in range(2)]
    assert sorted(path.stem for path in (folder / "lidar").glob("*.json")) == names
    assert dataset.manifest["counts"]["sweeps"] == 8 and "embreex" in dataset.manifest["packages"]
    for sample in dataset.samples:
        roof, fixed = sample.sweep(0), sample.sweep(1)
        assert roof.time == pytest.approx(sample.time) and len(roof.points) > 10_000 and fixed.rays == 2000
        assert len(roof.points) == len(roof.velocity) == len(roof.semantic) and roof.ring.max() == 63
        np.testing.assert_allclose(
            roof.world_from_lidar[:3, :3] @ roof.world_from_lidar[:3, :3].T, np.eye(3), atol=1e-6
        )
    first, second = (sample.sweep(1) for sample in dataset.samples if (sample.sample, sample.camera) == (0, 0))
    assert not np.array_equal(first.points[:50], second.points[:50])  # a rosette goes on
    np.testing.assert_array_equal(first.world_from_lidar, second.world_from_lidar)
    with pytest.raises(DatasetError, match=r"000000_000_2\.json"):
        dataset.samples[0].sweep(2)


def test_broken_sweeps_are_neither_written_nor_read(folder: Path, tmp_path: Path) -> None:
    found = Dataset.open(folder).samples[0].sweep(0)
    with pytest.raises(DatasetError, match=r"lidar 000000_000_0: velocity is float32 \(1,\), not float32 \(\d+,\)"):
        sweep_files(replace(found, velocity=found.velocity[:1]))
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    sample = Dataset.open(copy).samples[0]
    data, facts = copy / "lidar/000000_000_0.npz", copy / "lidar/000000_000_0.json"
    data.write_bytes(data.read_bytes()[:1000])
    with pytest.raises(DatasetError, match=r"000000_000_0\.npz: cannot be read"):
        sample.sweep(0)
    facts.write_text(facts.read_text().replace('"format":1', '"format":2'))
    with pytest.raises(DatasetError, match=r"000000_000_0\.json: format 2, this version reads 1"):
        sample.sweep(0)


def test_the_same_seed_gives_the_same_bytes_for_any_number_of_workers(folder: Path, tmp_path: Path) -> None:
    scene = folder.with_name("scene.yaml")
    again = generate(scene, tmp_path / "two", 2, seed=4, frames_per_sample=2, labels="kitti", workers=2)
    files = [json.loads((root / "manifest.json").read_text())["files"] for root in (folder, again)]
    assert files[0] == files[1] and sum(path.startswith("lidar/") for path in files[0]) == 16
    assert len({digest for path, digest in files[0].items() if path.startswith("lidar/")}) == 16


def test_without_lidars_nothing_of_them_is_in_a_dataset(tmp_path: Path) -> None:
    plain = generate("crossing", tmp_path / "plain", 1, labels="kitti")
    manifest = json.loads((plain / "manifest.json").read_text())
    assert "sweeps" not in manifest["counts"] and "embreex" not in manifest["packages"]
    assert not (plain / "lidar").exists() and not (plain / "kitti/velodyne").exists()
    rows = dict(line.split(": ") for line in next((plain / "kitti/calib").glob("*.txt")).read_text().splitlines())
    np.testing.assert_array_equal(np.array(rows["Tr_velo_to_cam"].split(), float).reshape(3, 4), np.eye(3, 4))


def test_kitti_files_are_read_as_kitti_says(folder: Path) -> None:
    """As KITTI's own tools do: float32 in rows of four, then `P2 R0_rect Tr_velo_to_cam`."""
    dataset, boxes, pixels = Dataset.open(folder), 0, 0
    for sample in dataset.samples:
        points = np.fromfile(folder / f"kitti/velodyne/{sample.name}.bin", np.float32).reshape(-1, 4)
        text = (folder / f"kitti/calib/{sample.name}.txt").read_text()
        rows = {
            key: np.array(values.split(), float) for key, values in (line.split(": ") for line in text.splitlines())
        }
        to_camera, rectified = rows["Tr_velo_to_cam"].reshape(3, 4), rows["R0_rect"].reshape(3, 3)
        camera = (np.column_stack([points[:, :3], np.ones(len(points))]) @ to_camera.T) @ rectified.T
        found = sample.sweep(0)
        np.testing.assert_array_equal(points[:, 3], found.intensity)
        flat = np.column_stack([camera, np.ones(len(camera))]) @ rows["P2"].reshape(3, 4).T
        width, height = sample.size
        at = np.floor(flat[:, :2] / flat[:, 2:] + 0.5).astype(int)  # pixel centres are whole numbers there
        inside = (flat[:, 2] > 1.0) & (at >= 0).all(1) & (at < [width, height]).all(1)
        at, seen = at[inside], sample.depth()
        same = np.abs(seen[at[:, 1], at[:, 0]] - camera[inside, 2]) < 0.15  # what both lidar and camera see
        shown = sample.instance()[at[:, 1], at[:, 0]][same]
        assert (shown == found.instance[inside][same]).mean() > 0.98 and same.mean() > 0.7
        pixels += len(shown)
        for line in (folder / f"kitti/label_2/{sample.name}.txt").read_text().splitlines():
            parts = line.split()
            if parts[0] not in ("Car", "Van", "Truck"):
                continue
            tall, wide, long, x, y, z, turn = map(float, parts[8:15])
            offset = camera - [x, y, z]
            c, s = np.cos(turn), np.sin(turn)
            along, aside = c * offset[:, 0] - s * offset[:, 2], s * offset[:, 0] + c * offset[:, 2]
            near = (np.abs(along) < long / 2 + BOX) & (np.abs(aside) < wide / 2 + BOX)
            near &= (offset[:, 1] < BOX) & (offset[:, 1] > -tall - BOX)
            ids, counts = np.unique(found.instance[near & (found.instance > 0)], return_counts=True)
            if len(ids) and counts.max() > 30:
                mine = found.instance == ids[counts.argmax()]
                assert near[mine].mean() > 0.95, (sample.name, line)
                boxes += 1
    assert boxes >= 6 and pixels > 5000


@pytest.mark.parametrize(
    ("lidars", "words"),
    [
        ("[{model: vlp-61}]", r"lidars\[0\].model: vlp-61 is none of vlp-16, .*did you mean \"vlp-16\""),
        ("[{modell: vlp-16}]", r"lidars\[0\].modell: unknown key; did you mean \"model\""),
        ("[{channels: 1000}]", r"lidars\[0\].channels: 1000 rows is outside \[1, 512\] rows"),
        ("[{dropout: {uniform: [0, 2]}}]", r"lidars\[0\].dropout: 2 is outside \[0, 1\]"),
        ("[{pattern: spiral}]", r"lidars\[0\].pattern: spiral is none of spinning, rosette, raster"),
        ("[{camera: 3}]", r"lidars\[0\].camera: there is no camera 3; the scene has 2, from 0"),
        (
            "[{}, {camera: 1}]",
            r"lidars\[1\].camera: camera 1 is pavement; a lidar needs a dash camera, or `kind: fixed`",
        ),
        ("[{low: 20}]", r"lidars\[0\].low: 20 deg is not below `high`, 15 deg"),
        ("[{model: hdl-64e, high: {uniform: [-30, 0]}}]", r"lidars\[0\].low: -24.33 deg is not below `high`, -30 deg"),
        ("[{channels: 512, step: 0.02}]", r"lidars\[0\].step: 9216000 points in a sweep; the limit is 1000000"),
        ("{model: vlp-16}", r"lidars: needs a list"),
        ("[{motion: true, rate: 5}]", r"lidars\[0\].motion: needs a `rate` of at least 10 Hz, not 5 Hz"),
    ],
)
def test_wrong_lidars_end_with_one_line(lidars: str, words: str, write_scene: Callable[..., Path]) -> None:
    text = f"format: 1\ncameras: [{{}}, {{kind: pavement}}]\nlidars: {lidars}\n"
    with pytest.raises(SceneError, match=rf"scene.yaml:3 {words}") as caught:
        load(write_scene(text))
    assert "\n" not in str(caught.value)


def test_plain_scenes_have_no_lidars(write_scene: Callable[..., Path]) -> None:
    with pytest.raises(SceneError, match="leave out `lidars`"):
        load(write_scene("format: 1\nrandomisation: plain\nlidars: [{}]\n"))


def test_models_are_drawn_and_overruled(write_scene: Callable[..., Path]) -> None:
    text = "format: 1\nlidars: [{model: {choice: {vlp-16: 1, hdl-32e: 1}}, low: -20, rate: {integers: [5, 20]}}]\n"
    template = load(write_scene(text))
    lidars = [template.sample(k).lidars[0] for k in range(12)]
    assert {len(one.elevations) for one in lidars} == {16, 32} and len({one.rate for one in lidars}) > 3
    assert all(np.degrees(one.elevations[0]) == pytest.approx(-20.0) for one in lidars)
    assert template.sample(3).values["lidars[0].model"] == lidars[3].model


def test_the_schema_knows_lidars() -> None:
    schema = scene_schema()
    check = jsonschema.Draft202012Validator(schema)
    assert check.is_valid({"format": 1, "lidars": [{"model": "mid-40", "noise": {"uniform": [0, 0.05]}}]})
    assert not check.is_valid({"format": 1, "lidars": [{"model": "vlp-61"}]})
    assert not check.is_valid({"format": 1, "lidars": [{"noise": 3}]})
    assert "lidars+" in schema["properties"]


def test_without_embree_one_line_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, write_scene: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("embreex", "embreex.mesh_construction", "embreex.rtcore_scene"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(LidarError, match=r"pip install 'skidpad\[lidar\]'"):
        embree()
    scene = write_scene("format: 1\npresets: [roof-lidar]\n")
    with pytest.raises(LidarError):
        generate(scene, tmp_path / "out", 1)
    assert not list(tmp_path.glob("out*"))
    code = (
        "import sys; sys.modules['embreex'] = None\n"
        "sys.argv = ['skidpad', 'generate', sys.argv[1], '--out', sys.argv[2]]\n"
        "from skidpad.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code, scene, tmp_path / "out"], capture_output=True, text=True)
    assert done.returncode == 2 and "pip install 'skidpad[lidar]'" in done.stderr.splitlines()[-1]


def test_a_sheet_shows_points_over_the_picture_and_from_above(write_scene: Callable[..., Path]) -> None:
    text = "format: 1\nextends: library/crossing\ncameras: [{width: 96, height: 64}]\nlidars: [{step: 2}]\n"
    sheet = contact_sheet(str(write_scene(text)), 1, 0, True, lambda done, total: None, lidars=True)
    assert sheet.shape == (132, 2 * 196, 3)
    with pytest.raises(SceneError, match="lidars: is missing"):
        contact_sheet("crossing", 1, 0, True, lambda done, total: None, lidars=True)
