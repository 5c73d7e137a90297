"""What an importer could not read or had to simplify: each problem once, with the ids that it is about."""

from __future__ import annotations

SHOWN = 6  # ids that are written out


class Notes:
    """Collects problems while a file is read."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, None]] = {}

    def add(self, problem: str, place: str = "") -> None:
        """Record a problem.

        Args:
            problem: the same words for the same problem.
            place: id of what has it.
        """
        places = self._found.setdefault(problem, {})
        if place:
            places[place] = None

    def lines(self) -> tuple[str, ...]:
        """One line for each problem."""
        written = []
        for problem, places in self._found.items():
            ids = list(places)
            more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
            written.append(f"{problem}: {', '.join(ids[:SHOWN])}{more}" if ids else problem)
        return tuple(written)
