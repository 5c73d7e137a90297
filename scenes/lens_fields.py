"""From the lens of a scene file to the concrete one, and what makes it impossible."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

from scenes.dependents import ends, leaves
from scenes.distributions import Normal
from scenes.lenses import Lens
from scenes.schema import SceneSpec
from scenes.schema_camera import LensSpec

STRAIGHT_LIMIT = 120.0  # deg, of fov; wider pictures need a fisheye
RADIAL, TANGENTIAL = ("k1", "k2", "k3", "k4", "k5", "k6"), ("p1", "p2")
FISHEYE = RADIAL[:4]
MOST = 256  # combinations of ends that are tried when a file is read


def make_lens(spec: SceneSpec, index: int) -> Lens:
    """The lens of a camera.

    Args:
        spec: with plain values.
        index: number of the camera.

    Returns:
        The lens; `lens_problems` has none for it.
    """
    part, _ = _part(spec, index)
    return lens_from(part.model, {name: getattr(part, name) for name in (*RADIAL, *TANGENTIAL)})


def lens_from(model: str, values: dict[str, float]) -> Lens:
    """A lens from its name and coefficients; those that the model does not have are 0."""
    known = {"fisheye": FISHEYE, "brown-conrady": (*RADIAL, *TANGENTIAL)}.get(model, ())
    k = tuple(values[name] if name in known else 0.0 for name in RADIAL)
    p1, p2 = (values[name] if name in known else 0.0 for name in TANGENTIAL)
    return Lens(model, k, (p1, p2))


def _part(spec: SceneSpec, index: int) -> tuple[LensSpec, str]:
    own = spec.cameras[index].lens
    return (spec.lens, "lens") if own is None else (own, f"cameras[{index}].lens")


def lens_problems(spec: SceneSpec) -> Iterator[tuple[str, str]]:
    """Lenses that cannot be: too wide a field, coefficients that the model does not have, and pictures that fold.

    Of random values the ends are tried, all together, but not those of normal distributions, which hardly occur: what
    is drawn is checked again.

    Args:
        spec: a file whose fields are fine one by one, or one sample of it.

    Yields:
        Path and message.
    """
    for index, camera in enumerate(spec.cameras):
        part, place = _part(spec, index)
        models = {str(name) for name in ends(part.model)}
        widest = max(_tried(camera.fov), default=0.0)
        if widest > STRAIGHT_LIMIT and models != {"fisheye"}:
            limits = f"is outside [1, {STRAIGHT_LIMIT:g}] deg; only `lens.model: fisheye` sees more"
            yield f"cameras[{index}].fov", f"{widest:g} deg {limits}"
            continue
        unused = {"pinhole": (*RADIAL, *TANGENTIAL), "fisheye": (*RADIAL[4:], *TANGENTIAL)}
        for model in models & set(unused) if len(models) == 1 else ():
            for name in unused[model]:
                most = max(_tried(getattr(part, name)), key=abs)
                if most:
                    yield f"{place}.{name}", f"{most:g} is outside [0, 0]: a {model} lens has no {name}"
        if models != {"pinhole"}:
            yield from _folded(spec, index, part, place)


def _folded(spec: SceneSpec, index: int, part: LensSpec, place: str) -> Iterator[tuple[str, str]]:
    camera = spec.cameras[index]
    names = (*RADIAL, *TANGENTIAL)
    fields = (part.model, camera.fov, camera.width, camera.height, *(getattr(part, name) for name in names))
    choices = [ends(part.model), *(tuple(dict.fromkeys(_tried(value))) for value in fields[1:])]
    if math.prod(map(len, choices)) > MOST:
        return
    for model, fov, width, height, *values in product(*choices):
        lens = lens_from(str(model), {name: float(v) for name, v in zip(names, values, strict=True)})
        half = math.radians(float(fov)) / 2
        radius = float(lens.radius(half))
        if lens.straight or (half <= lens.limit and not lens.folds(radius, radius * float(height) / float(width))):
            continue
        used = {name: v for name, v in zip(names, values, strict=True) if v}
        worst = max(used, key=lambda name: abs(float(used[name])), default="k1")
        shown = ", ".join(f"{name} {v:g}" for name, v in used.items())
        yield (
            f"{place}.{worst}",
            f"{used.get(worst, 0.0):g} folds the picture: with {shown} two directions within {float(fov):g} deg x "
            f"{float(width):g}:{float(height):g} px meet at one pixel, radii grow up to "
            f"{math.degrees(lens.limit):.1f} deg from the axis only",
        )
        return


def _tried(value: object) -> tuple[float, ...]:
    """Numbers that a field is tried with when a file is read."""
    if any(isinstance(leaf, Normal) for leaf in leaves(value)):
        return tuple(leaf.mean for leaf in leaves(value) if isinstance(leaf, Normal))
    return tuple(float(str(end)) for end in ends(value))
