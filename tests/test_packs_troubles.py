"""Asset packs when things go wrong: killed and simultaneous builds, broken packs, full disks, tools that fail."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import skidpad
from renderers.packs.build import Row, build
from renderers.packs.fetch import Source, fetched, reason
from scenes.catalogue import AssetError, AssetWarning, choose_packs, installed, packs_folder, unreadable
from tests.sizes import size
from tests.test_packs import MADE, NOTICE, TINY, Boxes, archive, run, source_of, stub

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0  # s
SAMPLES = size(1, 3)


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


def elsewhere(code: str) -> subprocess.Popen[str]:
    """Run code in another process, with `Boxes`, `build`, `Path` and a `source` like the fixture's."""
    head = """
        import os, signal, time
        from pathlib import Path
        from renderers.packs.build import build
        from tests.test_packs import NOTICE, Boxes, archive, source_of
        source = source_of(Path(os.environ["SKIDPAD_CACHE"], "downloads", "boxes-1.0.tgz").read_bytes())
    """
    text = textwrap.dedent(head) + textwrap.dedent(code)
    return subprocess.Popen([sys.executable, "-c", text], cwd=ROOT, text=True)


def test_what_a_killed_build_left_half_written_is_cleaned(source: Source, own_cache: Path) -> None:
    code = """
        def die(self, target, before=Path.replace):
            if target.name == "two.glb":
                os.kill(os.getpid(), signal.SIGKILL)
            return before(self, target)
        Path.replace = die
        build(Boxes(source))
    """
    assert elsewhere(code).wait(PATIENCE) == -signal.SIGKILL
    assert [path.name for path in own_cache.rglob("*.partial")] != []
    pack = build(Boxes(source))
    assert MADE == ["two", "three", "none"]  # one was finished
    assert list(own_cache.rglob("*.partial")) == [] and not any("partial" in name for name in pack.files)
    assert list((own_cache / "building").glob("[!.]*")) == []


def test_a_pack_that_was_deleted_is_built_again_whatever_a_killed_build_left(source: Source, own_cache: Path) -> None:
    code = """
        import shutil
        def die(folder, before=shutil.rmtree, **more):
            if getattr(folder, "name", "") == "boxes":
                os.kill(os.getpid(), signal.SIGKILL)
            before(folder, **more)
        shutil.rmtree = die
        build(Boxes(source))
    """
    assert elsewhere(code).wait(PATIENCE) == -signal.SIGKILL
    assert list(installed()) == ["boxes"]  # it was complete
    shutil.rmtree(packs_folder() / "boxes")
    assert len(build(Boxes(source)).assets) == 3 and len(MADE) == 4


def test_the_second_of_two_builds_says_who_builds(source: Source, own_cache: Path, tmp_path: Path) -> None:
    code = f"""
        class Slow(Boxes):
            def make(self, item, folders, out):
                Path({str(tmp_path)!r}, "started").touch()
                while not Path({str(tmp_path)!r}, "go").exists():
                    time.sleep(0.01)
                return super().make(item, folders, out)
        build(Slow(source))
    """
    other = elsewhere(code)
    until = time.monotonic() + PATIENCE
    while not (tmp_path / "started").exists():
        assert other.poll() is None and time.monotonic() < until
        time.sleep(0.01)
    with pytest.raises(
        AssetError, match=rf"boxes is being built by process {other.pid} on .* since \d\d:\d\d:\d\d; wait"
    ):
        build(Boxes(source), again=True)
    (tmp_path / "go").touch()
    assert other.wait(PATIENCE) == 0
    assert build(Boxes(source)).digest and MADE == []


def test_a_source_that_two_packs_need_at_once_is_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = archive({"package/LICENSE": NOTICE})
    (tmp_path / "there.tgz").write_bytes(content)
    script = f"echo once >> {tmp_path}/calls; sleep 0.5; cp {tmp_path}/there.tgz boxes-1.0.tgz"
    stub(tmp_path / "bin", "npm", script, monkeypatch)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(fetched, [source_of(content)] * 2)
    assert first == second and (tmp_path / "calls").read_text() == "once\n"


def test_what_killed_fetches_left_is_cleaned(source: Source, own_cache: Path) -> None:
    sources, digest = own_cache / "sources", source.sha256[:12]
    left = [sources / f".unpacking-boxes-{digest}-x", own_cache / "downloads" / ".fetching-boxes-1.0.tgz-x"]
    for folder in left:
        folder.mkdir(parents=True)
    fetched(source)
    assert not left[0].exists()
    (sources / f"boxes-{digest}").rename(sources / "away")
    (own_cache / "downloads" / "boxes-1.0.tgz").unlink()
    with pytest.raises(AssetError, match="cannot fetch"):
        fetched(source)
    assert not left[1].exists()


def break_pack(own_cache: Path, text: str = "{") -> None:
    """A pack with an index that is no JSON."""
    (own_cache / "packs" / "wreck").mkdir(parents=True)
    (own_cache / "packs" / "wreck" / "pack.json").write_text(text)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 7}', '{"format": 1, "assets": 3, "files": {}}', "[" * 100_000])
def test_a_broken_pack_is_no_trouble_for_those_who_do_not_want_it(own_cache: Path, text: str, source: Source) -> None:
    build(Boxes(source))
    break_pack(own_cache, text)
    assert choose_packs("builtin") == {} and list(choose_packs("boxes")) == ["boxes"]
    with pytest.warns(AssetWarning, match=r"wreck/pack\.json: .*; built-in assets stand for it") as told:
        assert list(choose_packs("auto")) == ["boxes"]
    assert len(told) == 1
    for wanted in ("required", "wreck", "boxes,wreck"):
        with pytest.raises(AssetError, match=r"wreck/pack\.json: .*skidpad assets build wreck"):
            choose_packs(wanted)
    assert list(installed()) == ["boxes"] and list(unreadable()) == ["wreck"]
    assert build(Boxes(source)) and len(MADE) == 4  # what is built is still found


def test_a_scene_is_rendered_beside_a_broken_pack_and_says_so_once(own_cache: Path, tmp_path: Path) -> None:
    break_pack(own_cache)
    (tmp_path / "tiny.yaml").write_text(TINY)
    words = ("generate", str(tmp_path / "tiny.yaml"), "--samples", str(SAMPLES), "--out")
    done = run(*words, str(tmp_path / "auto"))
    said = [line for line in done.stderr.splitlines() if "wreck" in line]
    assert done.returncode == 0 and len(said) == 1
    assert said[0].startswith("skidpad: ") and said[0].endswith("built-in assets stand for it")
    done = run(*words, str(tmp_path / "named"), "--assets", "wreck")
    assert done.returncode == 2 and "pack.json: unreadable" in done.stderr and not (tmp_path / "named").exists()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        skidpad.generate(tmp_path / "tiny.yaml", tmp_path / "plain", samples=SAMPLES, assets="builtin")
    same = [json.loads((tmp_path / name / "manifest.json").read_text())["files"] for name in ("auto", "plain")]
    assert same[0] == same[1]
    assert "wreck      broken: " in run("assets", "list").stdout
    done = run("assets", "check")
    assert done.returncode == 1 and "wreck/pack.json: unreadable" in done.stdout.replace(os.sep, "/")


OFFLINE = """npm error code ENOTFOUND
npm error syscall getaddrinfo
npm error errno ENOTFOUND
npm error network request to http://nowhere.invalid/boxes failed, reason: getaddrinfo ENOTFOUND nowhere.invalid
npm error network This is a problem related to network connectivity.
npm error A complete log of this run can be found in: /somewhere/debug-0.log
"""
ABSENT = (
    "npm ERR! code ETARGET\nnpm ERR! notarget No matching version found for boxes@1.0.\n\nnpm ERR! A complete log of\n"
)


@pytest.mark.parametrize(
    ("stderr", "wanted"),
    [
        (OFFLINE, "code ENOTFOUND: network request to http://nowhere.invalid/boxes failed, reason: getaddrinfo"),
        (ABSENT, "code ETARGET: notarget No matching version found for boxes@1.0."),
        ("WARNING: old\nERROR: No matching distribution\n", "ERROR: No matching distribution"),
        ("", "nothing came"),
    ],
)
def test_the_reason_of_a_tool_that_fails_is_shown(stderr: str, wanted: str) -> None:
    assert reason(stderr).removeprefix("npm error ").startswith(wanted)


def test_npm_is_not_made_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = 'case "$*" in *silent*) ;; *) echo "npm error code E403" >&2;; esac; exit 1'
    stub(tmp_path / "bin", "npm", script, monkeypatch)
    with pytest.raises(AssetError, match=r"cannot fetch boxes 1\.0: npm error code E403; go online once"):
        fetched(source_of(b"x"))


def fill(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Files that end like this are cut off by a full disk."""
    whole = Path.write_bytes

    def write(self: Path, content: bytes) -> int:
        if name not in self.name:
            return whole(self, content)
        whole(self, content[: len(content) // 2])
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", write)


@pytest.mark.parametrize("name", ["two.glb", "two.json", "LICENSE", "ATTRIBUTION", "pack.json"])
def test_a_disk_that_is_full_while_building(
    source: Source, own_cache: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with monkeypatch.context() as patch:
        fill(patch, name)
        with pytest.raises(AssetError, match=rf"{name}.*: cannot write: No space left on device; what is finished is"):
            build(Boxes(source))
    assert installed() == {} and list(own_cache.rglob("*.partial")) == []
    assert len(build(Boxes(source)).assets) == 3


def test_a_disk_that_is_full_while_fetching(source: Source, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(own_cache / "sources"))

    with monkeypatch.context() as patch:
        patch.setattr("tempfile.mkdtemp", full)
        with pytest.raises(AssetError, match="sources: cannot write: No space left on device"):
            build(Boxes(source))
    assert len(build(Boxes(source)).assets) == 3


def test_a_disk_that_is_full_in_a_worker(source: Source) -> None:
    class Full(Boxes):
        def make(self, item: str, folders: Mapping[str, Path], out: Path) -> Row | None:
            if item == "two":
                raise OSError(28, "No space left on device", str(out / "two.glb"))
            return super().make(item, folders, out)

    with pytest.raises(AssetError, match=r"two\.glb: cannot write: No space left on device"):
        build(Full(source), workers=2)
    assert len(build(Boxes(source)).assets) == 3
