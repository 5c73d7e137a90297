"""Scene files: reading, checking, and the library that comes with the package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from scenes.check import check_together, first_problem
from scenes.compose import LIBRARY, compose
from scenes.dependents import ends
from scenes.drawing import DrawError, fix
from scenes.draws import Draws
from scenes.errors import SceneError
from scenes.map_scene import resolve_on_map
from scenes.maps import read_map
from scenes.references import Table, check_references, dependent
from scenes.resolve import resolve
from scenes.road_map import RoadMap
from scenes.schema import SceneSpec
from scenes.suggest import suggestion
from scenes.types import Scene
from scenes.yamlfile import Located

TRIALS = 16  # samples that are drawn while a file is checked whose values depend on each other
MARGIN = 100.0  # m around a map, within which a camera may stand


@dataclass(frozen=True)
class SceneTemplate:
    """A checked scene file; `sample` makes concrete scenes of it."""

    name: str
    text: str  # of the file, and of all that it builds on; of a map that it stands on the checksum
    spec: SceneSpec
    where: Located = field(repr=False, compare=False)  # lines of the values, for errors
    map: RoadMap | None = None

    @cached_property
    def table(self) -> Table:
        """All places of the file by their path."""
        return Table(self.spec)

    def sample(self, k: int, seed: int = 0, randomise: bool = True) -> Scene:
        """Draw sample k.

        Args:
            k: number of the sample.
            seed: any integer.
            randomise: False collapses every distribution to its centre and keeps looks and layout; only the start
                time differs between samples.

        Returns:
            A concrete scene, the same for the same arguments whatever was drawn before.

        Raises:
            ValueError: a negative sample number.
            SceneError: this sample breaks a limit that only shows when it is drawn, or a constraint in every attempt.
        """
        if k < 0:
            raise ValueError(f"sample number {k} is negative")
        try:
            if self.map is not None:
                return resolve_on_map(self.table, self.map, self.name, k, seed, randomise)
            return resolve(self.table, self.name, k, seed, randomise)
        except DrawError as error:
            raise self.where.error(error.path, error.problem) from None


def library() -> tuple[str, ...]:
    """Names of the scenes that come with the package."""
    return tuple(sorted(file.stem for file in LIBRARY.glob("*.yaml")))


def load(path: str | Path) -> SceneTemplate:
    """Read and check a scene file.

    Args:
        path: a file, or the name of a library scene.

    Returns:
        The template.

    Raises:
        SceneError: one line with file, line, path in the file, value and limits.
    """
    file = find(path)
    text, where = compose(file)
    try:
        spec = SceneSpec.model_validate(where.data)
    except ValidationError as error:
        raise where.error(*first_problem(error, where)) from None
    for place, problem in _problems(spec):
        raise where.error(place, problem)
    if not spec.roads.map:
        return SceneTemplate(file.stem, text, spec, where)
    found = map_of(file, spec, where)
    return SceneTemplate(file.stem, f"{text}\n# {spec.roads.map}: sha256 {found.digest}\n", spec, where, found)


def map_of(file: Path, spec: SceneSpec, where: Located) -> RoadMap:
    """The map that a scene file stands on.

    Raises:
        SceneError: there is none, it is broken, or it lacks the ego's lane.
    """
    path = file.parent / spec.roads.map
    if not path.is_file():
        raise where.error("roads.map", f"{spec.roads.map} is no file beside {file.name}")
    found = read_map(path)
    known = {lane.id for lane in found.network.lanes}
    for lane in ends(spec.ego.lane) if spec.ego is not None else ():
        if lane not in known:
            limits = f"it has {len(known)}, from {min(known)} to {max(known)}"
            raise where.error("ego.lane", f"{lane} is no lane of {path.name}; {limits}")
    spots = np.concatenate([lane.centre for lane in found.network.lanes])
    low, high = np.floor(spots.min(0)), np.ceil(spots.max(0))
    for index, camera in enumerate(spec.cameras):
        fixed = camera.kind == "fixed" and all(isinstance(value, float) for value in camera.position)
        if fixed and ((low - camera.position > MARGIN) | (camera.position - high > MARGIN)).any():
            spread = f"which spreads from {low.tolist()} to {high.tolist()} m"
            problem = f"{camera.position} is far from {path.name}, {spread}"
            raise where.error(f"cameras[{index}].position", problem)
    return found


def _problems(spec: SceneSpec) -> Iterator[tuple[str, str]]:
    """What is wrong between fields; where that depends on what is drawn, some samples tell."""
    table = Table(spec)
    yield from check_references(table)
    if not dependent(table):
        yield from check_together(spec)
        return
    for k in range(TRIALS):
        try:
            fix(table, Draws(0, k))
        except DrawError as error:
            yield error.path, error.problem


def find(path: str | Path) -> Path:
    """Resolve a path or a library name.

    Args:
        path: what the user wrote.

    Returns:
        An existing file.

    Raises:
        SceneError: there is none.
    """
    file = Path(path)
    if file.suffix in (".yaml", ".yml") or len(file.parts) > 1:
        if file.is_file():
            return file
        raise SceneError(str(path), "is a folder" if file.is_dir() else "no such file")
    known = LIBRARY / f"{file.name}.yaml"
    if file.name and known.is_file():
        return known
    if file.is_file():
        return file
    names = library()
    raise SceneError(
        str(path), f"is neither a file nor a library scene ({', '.join(names)}){suggestion(path, names)}"
    )  # fmt: skip
