"""Asset packs: built item by item from checked sources, resumed, refused where broken, locked in datasets."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import skidpad
from renderers.glb import Level, Model, write_glb
from renderers.mesh import Material, box
from renderers.packs import build as building
from renderers.packs import fetch
from renderers.packs.build import Row, build
from renderers.packs.fetch import Source, fetched
from scenes.catalogue import AssetError, broken_files, choose_packs, installed, read_pack
from skidpad.assets import build_packs
from transfer.manifest import DatasetError

MADE: list[str] = []
NOTICE = b"anybody may do anything with it"


class Boxes:
    """Builds a pack of three boxes from a package that holds nothing but a licence."""

    name = "boxes"
    packages = ()

    def __init__(self, source: Source, version: int = 1) -> None:
        self.version, self.sources, self.stop_at = version, (source,), ""

    def items(self, folders: Mapping[str, Path]) -> tuple[str, ...]:
        return ("one", "two", "three", "none")

    def make(self, item: str, folders: Mapping[str, Path], out: Path) -> Row | None:
        if item == self.stop_at:
            raise KeyboardInterrupt
        MADE.append(item)
        if item == "none":
            return None
        write_glb(out / f"{item}.glb", Model((Level(box((1.0, 1.0, 1.0), (0, 0, 0.5), Material())),), ("",)))
        return Row("prop", f"{item}.glb", (1.0, 1.0, 1.0), "CC0-1.0", "boxes 1.0", {"model": "cabinet"})

    def credits(self, folders: Mapping[str, Path]) -> str:
        return "Boxes by Nobody."


def archive(members: Mapping[str, bytes]) -> bytes:
    """A .tgz with these files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def source_of(content: bytes) -> Source:
    """A package on the npm registry."""
    digest = hashlib.sha256(content).hexdigest()
    return Source("npm", "boxes", "1.0", "boxes-1.0.tgz", digest, "CC0-1.0", ("package/LICENSE",))


@pytest.fixture(autouse=True)
def own_cache(fresh_cache: Path) -> Path:
    """An empty cache, and nothing made yet."""
    MADE.clear()
    return fresh_cache


@pytest.fixture
def source(own_cache: Path) -> Source:
    """A source that was fetched before."""
    content = archive({"package/LICENSE": NOTICE})
    (own_cache / "downloads").mkdir(parents=True)
    (own_cache / "downloads" / "boxes-1.0.tgz").write_bytes(content)
    return source_of(content)


def test_a_pack_is_built_with_its_licences(source: Source) -> None:
    steps: list[tuple[int, int]] = []
    pack = build(Boxes(source), on_progress=lambda done, count: steps.append((done, count)))
    assert steps == [(k, 4) for k in range(5)]
    assert set(pack.assets) == {"boxes/one", "boxes/two", "boxes/three"}
    assert "Boxes by Nobody" in pack.attribution and "boxes 1.0, CC0-1.0, sha256" in pack.attribution
    assert (pack.folder / "licences" / "boxes-LICENSE").read_bytes() == NOTICE
    assert broken_files(pack) == []
    assert build(Boxes(source)).digest == pack.digest and len(MADE) == 4  # it was there


def test_a_build_goes_on_where_it_stopped_and_gives_the_same_pack(source: Source, tmp_path: Path) -> None:
    stopped = Boxes(source)
    stopped.stop_at = "three"
    with pytest.raises(KeyboardInterrupt):
        build(stopped)
    assert installed() == {} and MADE == ["one", "two"]
    resumed = build(Boxes(source))
    assert MADE == ["one", "two", "three", "none"]
    assert build(Boxes(source), again=True).digest == resumed.digest
    assert len(MADE) == 8


def test_another_version_of_the_builder_makes_all_anew_and_replaces_the_pack(source: Source) -> None:
    old = build(Boxes(source))
    new = build(Boxes(source, version=2))
    assert len(MADE) == 8 and new.digest != old.digest and list(installed()) == ["boxes"]


def test_another_checksum_is_refused(source: Source) -> None:
    with pytest.raises(AssetError, match=r"boxes-1\.0\.tgz: sha256 is .*, expected 00"):
        build(Boxes(replace(source, sha256="00" * 32)))
    assert installed() == {}


def stub(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put an executable first on the path."""
    folder.mkdir()
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_source_is_fetched_by_the_registrys_own_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = archive({"package/LICENSE": NOTICE})
    (tmp_path / "there.tgz").write_bytes(content)
    stub(tmp_path / "bin", "npm", f'test "$3" = boxes@1.0 && cp {tmp_path}/there.tgz boxes-1.0.tgz', monkeypatch)
    folder = fetched(source_of(content))
    assert (folder / "package" / "LICENSE").read_bytes() == NOTICE
    monkeypatch.setenv("PATH", "/nowhere")
    assert fetched(source_of(content)) == folder  # once is enough


def test_no_network_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path / "bin", "npm", "echo 'npm error code ENOTFOUND' >&2; exit 1", monkeypatch)
    wanted = r"cannot fetch boxes 1\.0: npm error code ENOTFOUND; go online once, or put boxes-1\.0\.tgz into "
    with pytest.raises(AssetError, match=wanted):
        build(Boxes(source_of(b"x")))


@pytest.mark.parametrize("registry", ["npm", "debian"])
def test_a_missing_tool_is_one_clear_line(registry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(AssetError, match=r"is not installed; .* the built-in assets keep working"):
        fetched(replace(source_of(b"x"), registry=registry))


def test_an_archive_that_leaves_its_folder_is_refused(own_cache: Path, tmp_path: Path) -> None:
    content = archive({"../../escaped": b"x"})
    (own_cache / "downloads").mkdir(parents=True)
    (own_cache / "downloads" / "boxes-1.0.tgz").write_bytes(content)
    with pytest.raises(AssetError, match="cannot be unpacked"):
        fetched(source_of(content))
    assert list(tmp_path.rglob("escaped")) == []


def test_a_full_disk_keeps_what_is_finished(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(Boxes):
        def make(self, item: str, folders: Mapping[str, Path], out: Path) -> Row | None:
            if item == "two":
                raise OSError(28, "No space left on device", str(out))
            return super().make(item, folders, out)

    with pytest.raises(AssetError, match="No space left on device; what is finished is kept"):
        build(Full(source))
    build(Boxes(source))
    assert MADE == ["one", "two", "three", "none"]


def test_a_missing_extra_is_named(source: Source) -> None:
    needy = Boxes(source)
    needy.packages = ("no_such_package",)  # type: ignore[assignment]
    with pytest.raises(AssetError, match=r"needs no_such_package: pip install 'skidpad\[assets\]'"):
        build(needy)


def test_a_missing_extra_stops_all_before_the_first_is_built(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    needy = Boxes(source)
    needy.packages = ("no_such_package",)  # type: ignore[assignment]
    monkeypatch.setattr("skidpad.assets.builder_of", {"boxes": Boxes(source), "needy": needy}.__getitem__)
    with pytest.raises(AssetError, match="needs no_such_package"):
        for _, run in build_packs(["boxes", "needy"]):
            run(lambda done, total: None)
    assert MADE == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{", "unreadable"), ('{"format": 7}', "format 7 is not 1"), ('{"format": 1}', "unreadable")],
)
def test_a_broken_index_is_one_clear_line(own_cache: Path, text: str, problem: str) -> None:
    folder = own_cache / "packs" / "boxes"
    folder.mkdir(parents=True)
    (folder / "pack.json").write_text(text)
    with pytest.raises(AssetError, match=rf"pack\.json: {problem}.*skidpad assets build boxes"):
        read_pack("boxes")
    assert choose_packs("builtin") == {}  # never looks at packs


def test_what_may_be_asked_for(source: Source) -> None:
    with pytest.raises(AssetError, match="no asset pack is built"):
        choose_packs("required")
    assert choose_packs("auto") == {}
    build(Boxes(source))
    assert list(choose_packs("auto")) == list(choose_packs("required")) == list(choose_packs("boxes")) == ["boxes"]
    with pytest.raises(AssetError, match="'trees' is no built pack; there are builtin, auto, required, boxes"):
        choose_packs("boxes,trees")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "skidpad.cli", *words], capture_output=True, text=True, check=False)


def test_the_commands_say_what_is_there(source: Source) -> None:
    assert "people     not built: skidpad assets build people" in run("assets", "list").stdout
    done = run("assets", "build", "trees")
    assert done.returncode == 2 and "no pack 'trees'; there are people" in done.stderr
    pack = build(Boxes(source))
    assert "boxes      3 assets, 0 MB, CC0-1.0" in run("assets", "list").stdout
    assert run("assets", "check").returncode == 0
    (pack.folder / "two.glb").write_bytes(b"")
    (pack.folder / "one.glb").unlink()
    done = run("assets", "check")
    assert done.returncode == 1 and "one.glb: sha256 missing" in done.stdout and "two.glb: sha256 " in done.stdout


TINY = """format: 1
roads: {layout: street, length: 60}
people: {density: 5}
cameras: [{kind: pavement, width: 64, height: 48}]
"""


def test_a_dataset_locks_its_packs_and_carries_their_licences(source: Source, tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    pack = build(Boxes(source))
    out = skidpad.generate(tmp_path / "tiny.yaml", tmp_path / "data", samples=2)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["assets"] == "boxes" and manifest["inputs"]["pack boxes"] == pack.digest
    assert (out / "licences" / "boxes" / "boxes-LICENSE").read_bytes() == NOTICE
    assert "licences/boxes/ATTRIBUTION.txt" in manifest["files"]
    plain = skidpad.generate(tmp_path / "tiny.yaml", tmp_path / "plain", samples=2, assets="builtin")
    assert (
        json.loads((plain / "manifest.json").read_text())["assets"] == "builtin" and not (plain / "licences").exists()
    )


def test_a_dataset_does_not_go_on_with_another_pack(source: Source, tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    build(Boxes(source))
    with pytest.raises(KeyboardInterrupt):
        skidpad.generate(tmp_path / "tiny.yaml", tmp_path / "data", samples=2, on_progress=interrupt)
    build(Boxes(source, version=2))
    with pytest.raises(DatasetError, match="another dataset"):
        skidpad.generate(tmp_path / "tiny.yaml", tmp_path / "data", samples=2)


def interrupt(done: int, samples: int) -> None:
    if done == 1:
        raise KeyboardInterrupt


def test_every_builder_of_the_table_can_be_loaded() -> None:
    for name in building.BUILDERS:
        builder = building.builder_of(name)
        assert builder.name == name and builder.sources and builder.credits({}) is not None
        for one in builder.sources:
            assert len(one.sha256) == 64 and one.registry in fetch.COMMANDS and one.version in one.file
