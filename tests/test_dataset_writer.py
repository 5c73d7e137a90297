"""The same bytes whoever writes them; whole or absent."""

from __future__ import annotations

import hashlib
import json
import zipfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from dataset_frames import make_frame, recipe, street_frame

from scenes.kinds import Kind
from transfer.manifest import DatasetError, Recipe, json_bytes
from transfer.reader import Dataset
from transfer.writer import DatasetWriter


def tree_hashes(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def write(out: Path, plan: Recipe, k: int) -> None:
    frames = [street_frame(k, index) for index in range(plan.frames_per_sample)]
    DatasetWriter(out, plan).write_sample(k, frames)


def write_all(out: Path, plan: Recipe, order: list[int] | None = None) -> dict[str, str]:
    for k in order or range(plan.samples):
        write(out, plan, k)
    return tree_hashes(DatasetWriter(out, plan).finish())


def test_bytes_do_not_depend_on_order_processes_or_resume(tmp_path: Path) -> None:
    plan = recipe(samples=4, frames_per_sample=2)
    expected = write_all(tmp_path / "a", plan)
    assert write_all(tmp_path / "b", plan, order=[3, 0, 2, 1]) == expected

    out = tmp_path / "c"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for job in [pool.submit(write, out, plan, k) for k in (2, 0)]:
            job.result()
    # a killed run leaves a half-written picture of a sample without marker, and a temporary file
    (tmp_path / "c.partial/data/images/000001_000_0.jpg").write_bytes(b"half")
    (tmp_path / "c.partial/data/images/999999_000_0.jpg").write_bytes(b"stranger")
    (tmp_path / "c.partial/work/tmp/abc").write_bytes(b"half")
    writer = DatasetWriter(out, plan)
    assert writer.done() == {0, 2}
    assert not out.exists()
    write(out, plan, 1)
    write(out, plan, 3)
    assert tree_hashes(writer.finish()) == expected
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_files_carry_no_date(tmp_path: Path) -> None:
    write_all(tmp_path / "a", recipe(samples=1))
    with zipfile.ZipFile(tmp_path / "a/depth/000000_000_0.npz") as archive:
        assert [entry.date_time for entry in archive.infolist()] == [(1980, 1, 1, 0, 0, 0)]


def test_damaged_files_are_written_again(tmp_path: Path) -> None:
    plan = recipe(samples=3)
    expected = write_all(tmp_path / "a", plan)
    out = tmp_path / "b"
    for k in range(3):
        write(out, plan, k)
    data = tmp_path / "b.partial/data"
    (data / "depth/000001_000_0.npz").unlink()
    semantic = data / "semantic/000002_000_0.png"
    semantic.write_bytes(semantic.read_bytes()[:-1] + b"?")
    writer = DatasetWriter(out, plan)
    assert writer.done() == {0}
    with pytest.raises(DatasetError, match=r"2 of 3 samples missing: 1, 2"):
        writer.finish()
    assert write_all(out, plan, order=[1, 2]) == expected


def test_a_torn_marker_counts_as_not_done(tmp_path: Path) -> None:
    plan = recipe(samples=1)
    write(tmp_path / "a", plan, 0)
    marker = tmp_path / "a.partial/work/samples/000000.json"
    marker.write_bytes(marker.read_bytes()[:50])
    assert DatasetWriter(tmp_path / "a", plan).done() == set()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 6}, "seed is 5 there and 6 here"),
        ({"scene_text": "format: 1\nx: 2\n"}, "scene.sha256"),
        ({"randomise": False}, "randomise is True there and False here"),
        ({"version": "9.9"}, "skidpad is"),
        ({"packages": (("numpy", "0"),)}, "packages."),
        ({"inputs": (("pack", "00"),)}, "inputs.pack is None there"),
    ],
)
def test_another_recipe_is_refused(tmp_path: Path, change: dict[str, object], said: str) -> None:
    plan = recipe()
    write(tmp_path / "a", plan, 0)
    with pytest.raises(DatasetError, match=said) as error:
        DatasetWriter(tmp_path / "a", replace(plan, **change))
    assert "\n" not in str(error.value)
    assert DatasetWriter(tmp_path / "a", plan).done() == {0}


def test_existing_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(DatasetError, match="already exists"):
        DatasetWriter(tmp_path / "a", recipe())
    other = tmp_path / "b.partial"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(DatasetError, match="holds files but no recipe"):
        DatasetWriter(tmp_path / "b", recipe())
    assert (other / "thesis.txt").read_text() == "mine"


def test_a_full_disk_is_one_error_and_keeps_finished_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = recipe(samples=2)
    expected = write_all(tmp_path / "a", plan)
    out = tmp_path / "b"
    write(out, plan, 0)
    room = 4000
    real = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        nonlocal room
        room -= len(content)
        if room < 0:
            real(path, content[:10])
            raise OSError(28, "No space left on device", str(path))
        return real(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(DatasetError, match="No space left on device; finished samples are kept") as error:
            write(out, plan, 1)
        room = 100
        with pytest.raises(DatasetError):
            write(out, plan, 1)
    assert "\n" not in str(error.value)
    assert list((tmp_path / "b.partial/work/tmp").iterdir()) == []
    assert DatasetWriter(out, plan).done() == {0}

    write(out, plan, 1)
    with monkeypatch.context() as patch:  # full while merging: nothing appears, and it can be repeated
        room = 100
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(DatasetError, match="No space left"):
            DatasetWriter(out, plan).finish()
    assert not out.exists()
    assert tree_hashes(DatasetWriter(out, plan).finish()) == expected


def test_frames_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    writer = DatasetWriter(tmp_path / "a", recipe(samples=2, frames_per_sample=2))
    good = [street_frame(1, 0), street_frame(1, 1)]
    for k, frames, said in [
        (2, good, r"sample 2 is outside \[0, 2\)"),
        (1, good[:1], r"has frames \[0\], not 0..1"),
        (0, good, "not distinct frames of sample 0"),
        (1, [*good, good[0]], "not distinct frames"),
        (1, [good[0], replace(good[1], jpeg=b"GIF")], "000001_001_0: the picture is not a JPEG"),
        (1, [good[0], replace(good[1], metadata={"haze": float("nan")})], r"metadata.haze: nan cannot be written"),
        (1, [good[0], replace(good[1], metadata={"haze": object()})], "a object has no JSON form"),
        (1, [good[0], replace(good[1], labels=good[1].labels * 2)], "two labels carry one id"),
        (1, [good[0], replace(good[1], frame=replace(good[1].frame, depth=np.zeros((2, 2), np.float32)))], "depth is"),
    ]:
        with pytest.raises(DatasetError, match=said):
            writer.write_sample(k, frames)
    ghost = replace(good[1].labels[1], id=77)
    with pytest.raises(DatasetError, match="label 77 has a tight box and no pixel"):
        writer.write_sample(1, [good[0], replace(good[1], labels=(ghost,))])
    assert writer.done() == set()


@pytest.mark.parametrize("change", [{"samples": 0}, {"frames_per_sample": 0}, {"fps": 0.0}, {"fps": float("inf")}])
def test_recipe_limits(change: dict[str, float]) -> None:
    with pytest.raises(DatasetError, match="is outside"):
        replace(recipe(), **change)


def test_json_is_sorted_rounded_and_plain() -> None:
    value = {"b": np.float32(0.5), "a": (1 / 3, -0.0, np.int64(3)), "kind": Kind.CAR, "m": np.eye(1), "n": None}
    assert json_bytes(value) == b'{"a":[0.333333333,0.0,3],"b":0.5,"kind":"car","m":[[1.0]],"n":null}\n'


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    write_all(tmp_path / "a", recipe(samples=2, frames_per_sample=2))
    dataset = Dataset.open(tmp_path / "a")
    assert [sample.name for sample in dataset.samples] == [f"{s:06d}_{f:03d}_0" for s in (0, 1) for f in (0, 1)]
    assert len(dataset) == 4
    for sample in dataset.samples:
        original = street_frame(sample.sample, sample.frame)
        np.testing.assert_array_equal(sample.instance(), original.frame.instance)
        np.testing.assert_array_equal(sample.semantic(), original.frame.semantic)
        np.testing.assert_array_equal(sample.depth(), original.frame.depth)
        assert sample.depth().dtype == np.float32
        assert sample.image().shape == (*original.frame.depth.shape, 3)
        assert len(sample.labels) == 5
        for read, made in zip(sample.labels, original.labels, strict=True):
            assert read == replace(
                made, centre=(10.0, 0.1, 0.333333333), visibility=round(made.visibility, 9), tight=made.tight
            )
        assert sample.metadata == original.metadata
        assert (sample.camera, sample.time, sample.size) == (0, original.frame.time, (160, 120))
        np.testing.assert_array_equal(sample.intrinsics, original.frame.view.intrinsics)
        np.testing.assert_array_equal(sample.camera_from_world, np.eye(4))
    manifest = json.loads((tmp_path / "a/manifest.json").read_text())
    assert manifest["counts"] == {"images": 4, "labels": {"car": 8, "pedestrian": 4, "signal": 4}}
    assert manifest["classes"]["car"] == Kind.CAR
    assert manifest["scene"]["sha256"] == hashlib.sha256(manifest["scene"]["text"].encode()).hexdigest()


def test_colour_is_kept_in_order(tmp_path: Path) -> None:
    frame = make_frame([])
    red = np.zeros((120, 160, 3), np.uint8)
    red[..., 2] = 255  # OpenCV writes blue, green, red
    import cv2

    plan = recipe(samples=1)
    DatasetWriter(tmp_path / "a", plan).write_sample(0, [replace(frame, jpeg=cv2.imencode(".jpg", red)[1].tobytes())])
    DatasetWriter(tmp_path / "a", plan).finish()
    picture = Dataset.open(tmp_path / "a").samples[0].image()
    assert picture[..., 0].min() > 250
    assert picture[..., 1:].max() < 5


def test_verify_names_what_is_wrong(tmp_path: Path) -> None:
    write_all(tmp_path / "a", recipe(samples=2))
    dataset = Dataset.open(tmp_path / "a")
    assert dataset.verify() == []
    (tmp_path / "a/depth/000000_000_0.npz").unlink()
    (tmp_path / "a/instance/000001_000_0.png").write_bytes(b"")
    (tmp_path / "a/frames/000001_000_0.json").write_text("{")
    (tmp_path / "a/extra.txt").write_text("?")
    assert dataset.verify() == [
        "depth/000000_000_0.npz: missing",
        "frames/000001_000_0.json: damaged, its SHA-256 is not the manifest's",
        "instance/000001_000_0.png: damaged, its SHA-256 is not the manifest's",
        "extra.txt: not in the manifest",
    ]
    first, second = Dataset.open(tmp_path / "a").samples
    for read, said in [
        (first.depth, "000000_000_0.npz: cannot be read"),
        (second.instance, "000001_000_0.png: not a whole PNG file"),
        (lambda: second.labels, "000001_000_0.json: not JSON"),
    ]:
        with pytest.raises(DatasetError, match=said):
            read()


def test_opening_what_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no dataset here"):
        Dataset.open(tmp_path / "none")
    write(tmp_path / "a", recipe(), 0)
    with pytest.raises(DatasetError, match=r"a\.partial is unfinished"):
        Dataset.open(tmp_path / "a")
    for text, said in [
        ('{"format": 2}', "format 2, this version reads 1; a newer skidpad wrote it"),
        ('{"format": 0}', "format 0, this version reads 1; generate it again"),
        ("{}", "format None"),
        ("[]", "expected a JSON object"),
        ('{"format": 1}', "no list of files"),
    ]:
        (tmp_path / "none").mkdir(exist_ok=True)
        (tmp_path / "none/manifest.json").write_text(text)
        with pytest.raises(DatasetError, match=said):
            Dataset.open(tmp_path / "none")
