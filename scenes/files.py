"""Scene files: reading, checking, and the library that comes with the package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from scenes.check import check_together, ends, first_problem
from scenes.errors import SceneError
from scenes.map_scene import resolve_on_map
from scenes.maps import read_map
from scenes.resolve import resolve
from scenes.road_map import RoadMap
from scenes.schema import SceneSpec
from scenes.suggest import suggestion
from scenes.types import Scene
from scenes.yamlfile import Located, locate, read_yaml

FORMAT = 1
MARGIN = 100.0  # m around a map, within which a camera may stand
LIBRARY = Path(__file__).parent / "library"


@dataclass(frozen=True)
class SceneTemplate:
    """A checked scene file; `sample` makes concrete scenes of it."""

    name: str
    text: str  # of the file; of a map that it stands on the checksum
    spec: SceneSpec
    map: RoadMap | None = None

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
        """
        if k < 0:
            raise ValueError(f"sample number {k} is negative")
        if self.map is not None:
            return resolve_on_map(self.spec, self.map, self.name, k, seed, randomise)
        return resolve(self.spec, self.name, k, seed, randomise)


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
    text, tree = read_yaml(file)
    where = locate(tree, file.name)
    data = where.data
    if not isinstance(data, dict):
        raise SceneError(file.name, "a scene file is a mapping of keys to values", line=1)
    _check_format(file.name, data, where)
    try:
        spec = SceneSpec.model_validate(data)
    except ValidationError as error:
        place, problem = first_problem(error, where)
        raise SceneError(file.name, problem, path=place, line=where.line(place)) from None
    for place, problem in check_together(spec):
        raise SceneError(file.name, problem, path=place, line=where.line(place))
    if not spec.roads.map:
        return SceneTemplate(file.stem, text, spec)
    found = map_of(file, spec, where)
    return SceneTemplate(file.stem, f"{text}\n# {spec.roads.map}: sha256 {found.digest}\n", spec, found)


def map_of(file: Path, spec: SceneSpec, where: Located) -> RoadMap:
    """The map that a scene file stands on.

    Raises:
        SceneError: there is none, it is broken, or it lacks the ego's lane.
    """
    path = file.parent / spec.roads.map
    if not path.is_file():
        problem = f"{spec.roads.map} is no file beside {file.name}"
        raise SceneError(file.name, problem, path="roads.map", line=where.line("roads.map"))
    found = read_map(path)
    known = {lane.id for lane in found.network.lanes}
    for lane in ends(spec.ego.lane) if spec.ego is not None else ():
        if lane not in known:
            problem = f"{lane} is no lane of {path.name}; it has {len(known)}, from {min(known)} to {max(known)}"
            raise SceneError(file.name, problem, path="ego.lane", line=where.line("ego.lane"))
    spots = np.concatenate([lane.centre for lane in found.network.lanes])
    low, high = np.floor(spots.min(0)), np.ceil(spots.max(0))
    for index, camera in enumerate(spec.cameras):
        fixed = camera.kind == "fixed" and all(isinstance(value, float) for value in camera.position)
        if fixed and ((low - camera.position > MARGIN) | (camera.position - high > MARGIN)).any():
            place = f"cameras[{index}].position"
            problem = (
                f"{camera.position} is far from {path.name}, which spreads from {low.tolist()} to {high.tolist()} m"
            )
            raise SceneError(file.name, problem, path=place, line=where.line(place))
    return found


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


def _check_format(name: str, data: dict[object, object], where: Located) -> None:
    """Refuse other versions before anything else is looked at."""
    if "format" not in data:
        raise SceneError(
            name, f"is missing; the first line of a scene file is `format: {FORMAT}`", path="format", line=1
        )
    version = data["format"]
    if isinstance(version, bool) or version != FORMAT:
        problem = f"{version} is not a format that this version reads; it reads {FORMAT}"
        raise SceneError(name, problem, path="format", line=where.line("format"))
