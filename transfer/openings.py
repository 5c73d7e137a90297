"""The ledger of test openings: how often a test set has been looked at, on this machine.

Each time a test split is measured, one line is appended. A figure from the first opening is worth more than one
from the twentieth, so the count stands in every report.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from scenes.cache import cache_folder


@dataclass(frozen=True)
class Opening:
    """One line of the ledger."""

    test_set: str  # SHA-256 of the test pictures, labels and groups
    date: str  # UTC, ISO 8601
    task: str
    command: str


def ledger_path() -> Path:
    """Place of the ledger, a JSON-lines file that only grows."""
    return cache_folder() / "test-openings.jsonl"


def record_opening(test_set: str, task: str, command: str) -> int:
    """Append an opening and return how often this test set has now been opened."""
    line = Opening(test_set, datetime.now(UTC).isoformat(timespec="seconds"), task, command)
    with ledger_path().open("a", encoding="utf-8") as ledger:
        ledger.write(json.dumps(asdict(line)) + "\n")
    return len(openings_of(test_set))


def openings_of(test_set: str) -> list[Opening]:
    """Return the openings of one test set, oldest first.

    Raises:
        ValueError: a line of the ledger cannot be read.
    """
    path = ledger_path()
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            opening = Opening(**json.loads(line))
        except (json.JSONDecodeError, TypeError) as error:
            raise ValueError(f"{path}:{number}: not a line of the ledger of test openings: {error}") from error
        if opening.test_set == test_set:
            found.append(opening)
    return found
