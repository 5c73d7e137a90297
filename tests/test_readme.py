"""What README.md and docs/*.md show works: commands run (small), scene files load, Python runs, options exist.

Fences: ```console (lines start with `$ `) and ```bash hold commands, ```yaml scene files, ```python code. A comment on
the line above a fence changes what is done with it:

    <!-- check: options -->     too long to run: only look whether the command and its options exist
    <!-- check: nothing -->     an excerpt that cannot stand alone
    <!-- file: my.yaml -->      write the block to this file first, so that later commands can use it
"""

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from skidpad import load
from skidpad.cli import app

pytestmark = pytest.mark.untraced  # takes long: see CONTRIBUTING.md

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(
    r"(?:^[ ]*<!--[ ]*(?P<key>check|file):[ ]*(?P<value>\S+)[ ]*-->[ ]*\n\s*)?"
    r"^(?P<indent>[ ]*)```(?P<language>\w+)\n(?P<body>.*?)^[ ]*```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
SMALL = {
    "--samples": "1", "--workers": "1", "--seeds": "1", "--frames-per-sample": "1", "--seconds": "0.2", "--val": "0",
}  # fmt: skip
OTHERS = {"make", "git", "cd", "python3", "pip", ".venv/bin/pip", ".venv/bin/pre-commit", "source", "python", "rerun"}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    document: Path
    line: int
    language: str
    body: str
    check: str = "run"
    file: str = ""

    def __str__(self) -> str:
        return f"{self.document.name}:{self.line}"


def blocks_of(document: Path) -> Iterator[Block]:
    text = document.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        line = text[: found.start("body")].count("\n") + 1
        key = {found["key"]: found["value"]} if found["key"] else {}
        yield Block(document, line, found["language"], textwrap.dedent(found["body"]), **key)


def commands_of(block: Block) -> list[list[str]]:
    """The commands of a console or bash block, split into words."""
    lines = block.body.replace("\\\n", " ").splitlines()
    if block.language == "console":
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    words = [shlex.split(line, comments=True) for line in lines]
    return [command for command in words if command]


def smaller(arguments: list[str]) -> list[str]:
    """The same command, quick: sizes after the options of `SMALL` are replaced."""
    return [SMALL.get(before, word) for before, word in zip(["", *arguments], arguments, strict=False)]


def complaints(arguments: list[str]) -> list[str]:
    """What is wrong with a skidpad command: unknown commands and options, required options that are missing."""
    command: Any = get_command(app)
    rest = list(arguments)
    while hasattr(command, "commands"):
        if not rest or rest[0] not in command.commands:
            return [f"no such command: {' '.join(rest[:1]) or '(none)'} (there is {', '.join(command.commands)})"]
        command = command.commands[rest.pop(0)]
    options = {name: option for option in command.params for name in (*option.opts, *option.secondary_opts)}
    given = {word.split("=")[0] for word in rest if word.startswith("--")}
    unknown = [f"no such option: {word}" for word in sorted(given - set(options) - {"--help"})]
    missing = [
        f"missing option: {option.opts[0]}"
        for option in command.params
        if option.required and option.opts[0].startswith("--") and not given & set(option.opts)
    ]
    return unknown + ([] if "--help" in given else missing)


def run(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, smaller(arguments))
    assert result.exit_code == 0, f"skidpad {shlex.join(arguments)}\n{result.output}\n{result.exception!r}"


def shrink_python(code: str) -> str:
    return re.sub(r"\b(samples|workers|seeds|episodes)=\d+", r"\1=1", re.sub(r"\b\d+_000\b", "256", code))


def try_block(block: Block) -> None:
    """Do with a block what its language and its comment ask for, in the current folder."""
    if block.file:
        Path(block.file).write_text(block.body, encoding="utf-8")
    if block.check == "nothing":
        return
    if block.language in ("console", "bash"):
        for program, *arguments in commands_of(block):
            if program == "skidpad":
                assert complaints(arguments) == [], f"{block}: skidpad {shlex.join(arguments)}"
                if block.check == "run":
                    run(arguments)
            elif program == "make":
                assert make_targets() >= {word for word in arguments if "=" not in word}, f"{block}: make {arguments}"
            else:
                assert program in OTHERS, f"{block}: {program}: add it to OTHERS if a reader needs it"
    elif block.language == "yaml" and "format: 1" in block.body and Path(block.file).name != "assets.yaml":
        load(block.file).sample(0)
    elif block.language == "python":
        code = compile(shrink_python(block.body), str(block), "exec")
        if block.check == "run":
            exec(code, {"__name__": "readme"})


def make_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):(?!=)", text, re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_shows_works(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if document.name == "assets.md":  # what it builds is for nobody else
        monkeypatch.setenv("SKIDPAD_CACHE", str(tmp_path / "cache"))
    for block in blocks_of(document):
        try_block(block)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    targets = [target for target in LINK.findall(document.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_every_scene_file_that_is_shown_has_a_name() -> None:
    blocks = [block for document in DOCUMENTS for block in blocks_of(document)]
    assert [str(b) for b in blocks if b.language == "yaml" and "format: 1" in b.body and not b.file] == []


def test_the_readme_shows_every_command() -> None:
    shown = {word for block in blocks_of(ROOT / "README.md") for command in commands_of(block) for word in command[:3]}
    assert set(get_command(app).commands) - shown == set()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("fly street", "no such command: fly"),
        ("scene fly street", "no such command: fly"),
        ("generate street --out d --sample 3", "no such option: --sample"),
        ("generate street --samples 3", "missing option: --out"),
        ("generate street --out d --no-randomise", ""),
    ],
)
def test_wrong_commands_are_noticed(line: str, problem: str) -> None:
    found = complaints(line.split())
    assert found == [] if not problem else len(found) == 1 and problem in found[0]


def test_fences_are_read_as_described(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text(
        "<!-- check: options -->\n```console\n$ skidpad generate a \\\n    --samples 9  # nine\nout\n```\n"
        "1. first\n\n   ```bash\n   make test\n   ```\n\n<!-- file: b.yaml -->\n```yaml\nformat: 1\n```\n"
    )
    first, second, third = blocks_of(document)
    assert commands_of(first) == [["skidpad", "generate", "a", "--samples", "9"]]
    assert (first.check, second.check, third.file) == ("options", "run", "b.yaml")
    assert smaller(commands_of(first)[0])[-1] == "1"
    assert commands_of(second) == [["make", "test"]]
