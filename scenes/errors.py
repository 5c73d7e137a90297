"""The one error of scene files."""

from __future__ import annotations


class SceneError(ValueError):
    """A scene file is wrong. `str` is one line: `street.yaml:14 actors[3].speed: -2 m/s is outside [0, 70] m/s`."""

    def __init__(self, file: str, problem: str, *, path: str = "", line: int | None = None) -> None:
        """Describe the problem.

        Args:
            file: name of the scene file.
            problem: what is wrong, with the value and its limits.
            path: place inside the file, e.g. `actors[3].speed`.
            line: 1-based line number.
        """
        self.file, self.path, self.line = file, path, line
        self.problem = " ".join(problem.split())
        place = file if line is None else f"{file}:{line}"
        super().__init__(f"{place} {path}: {self.problem}" if path else f"{place}: {self.problem}")
