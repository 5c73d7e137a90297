"""The project's own files agree with each other, and the wheel is complete."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import skidpad

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("scenes", "sim", "renderers", "agents", "transfer", "skidpad")
PUBLIC_NAMES = 25


def project() -> dict[str, object]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(table, dict)
    return table


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def needed() -> list[Requirement]:
    table = project()
    assert isinstance(table["dependencies"], list)
    assert isinstance(table["optional-dependencies"], dict)
    return [Requirement(text) for text in [*table["dependencies"], *table["optional-dependencies"]["dev"]]]


@pytest.mark.parametrize("requirement", needed(), ids=lambda requirement: requirement.name)
def test_every_dependency_has_a_pin_inside_its_range(requirement: Requirement) -> None:
    assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)])


def test_the_makefile_and_the_constraints_agree_on_torch() -> None:
    found = re.search(r"^TORCH \?= torch==(\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    assert found[1] == pins()["torch"]


def test_the_changelog_starts_with_this_version() -> None:
    versions = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == skidpad.__version__


def test_the_public_names_are_few_and_all_there() -> None:
    assert len(skidpad.__all__) <= PUBLIC_NAMES
    assert [name for name in skidpad.__all__ if not hasattr(skidpad, name)] == []


def test_an_unknown_public_name_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match=r"'genrate'.*generate"):
        skidpad.__getattr__("genrate")


def test_the_ci_script_runs_the_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o100
    assert "make test" in script.read_text(encoding="utf-8")
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_the_wheel_holds_the_packages_and_the_scene_library_alone(tmp_path: Path) -> None:
    pytest.importorskip("setuptools")
    source = tmp_path / "source"
    source.mkdir()
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name == f"skidpad-{skidpad.__version__}-py3-none-any.whl"
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {
        str(path.relative_to(source))
        for package in PACKAGES
        for path in (source / package).rglob("*")
        if path.suffix in (".py", ".yaml", ".glsl")
    }
    assert held == expected
