"""Chooses furniture, trees and traffic signs of packs for the props of a scene.

A street has one sort of lamp, bin, bench or tree, and its signs follow one convention, so choices hang on the scene.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scenes.catalogue import Asset
from scenes.props import PropLook
from scenes.seeds import rng_for
from scenes.types import Floats, Prop, Scene

TOLERANCE = 0.25  # share by which a thing made by people may be scaled
GROWTH = (0.45, 1.5)  # the same of plants, times their size
LOWER, HIGHER, FILL = 0.5, 1.3, 0.5  # height over that of the look; least share of the look's ground that is covered
RARE = 5  # one in so many is what a pack calls rare
PLANTS = frozenset({"leafy-tree", "bare-tree", "conifer", "shrub", "hedge"})
ON_A_FOOT = frozenset({"street-lamp", "lantern"})  # only their height matters
SIGNS = ("sign-round", "sign-triangle", "sign-rectangle")
MUTCD = 0.25  # share of scenes with the signs of North America
SHAPES = {
    "vienna": {"sign-round": "round", "sign-triangle": "triangle", "sign-rectangle": "rectangle"},
    "mutcd": {"sign-round": "rectangle", "sign-triangle": "diamond", "sign-rectangle": "rectangle"},
}
REACH = 12.0  # m from a stop line or a crossing within which a sign belongs to it
ASKEW = 0.06  # rad, standard deviation of a sign that is not quite straight
KMH, MPH = 3.6, 2.23694  # per m/s
# share of signs of each shape that say what is common in towns; the others say anything
COMMON: dict[str, dict[str, float]] = {
    "sign-round": {
        "regulatory--maximum-speed-limit": 0.3, "regulatory--no-parking": 0.1, "regulatory--no-stopping": 0.1,
        "regulatory--no-entry": 0.1, "regulatory--keep-right": 0.05, "regulatory--no-left-turn": 0.03,
        "regulatory--no-right-turn": 0.03, "regulatory--no-heavy-goods-vehicles": 0.03,
    },
    "sign-triangle": {
        "warning--pedestrians-crossing": 0.1, "warning--children": 0.1, "warning--road-bump": 0.08,
        "warning--other-danger": 0.05, "warning--roadworks": 0.05, "warning--crossroads": 0.05,
    },
    "sign-rectangle": {
        "information--parking": 0.25, "information--bus-stop": 0.08, "information--living-street": 0.04,
        "information--dead-end": 0.06, "information--pedestrians-crossing": 0.05, "regulatory--one-way-straight": 0.04,
    },
}  # fmt: skip


def dressed(scene: Scene, things: Sequence[Asset], plates: Sequence[Asset]) -> tuple[Prop, ...]:
    """Choose assets for all props.

    Args:
        scene: with built-in props.
        things: assets of sort prop.
        plates: assets of sort sign.

    Returns:
        The props, where they were; signs are turned towards those who drive on the next lane.
    """
    ranked = _ranked(scene, things)
    speaker = _Signs(scene, plates) if plates else None
    props = []
    for number, one in enumerate(scene.props):
        if speaker is not None and one.look.model in SIGNS:
            props.append(speaker.dressed(number, one))
            continue
        look = prop(one.look, ranked.get(one.look.model, ()))
        props.append(one if look is one.look else replace(one, look=look))
    return tuple(props)


def _ranked(scene: Scene, things: Sequence[Asset]) -> dict[str, list[Asset]]:
    """Assets by the model that they stand for, in the order in which this scene prefers them to the built-in one."""
    models: dict[str, list[Asset | None]] = {}
    for one in things:
        models.setdefault(one.details["model"], [None]).append(one)
    ranked = {}
    for model, found in models.items():
        order = rng_for(scene.seed, scene.sample, "asset", model).permutation(len(found)).tolist()
        first = [found[k] for k in order]
        ranked[model] = [one for one in first[: first.index(None)] if one is not None]
    return ranked


def prop(look: PropLook, assets: Sequence[Asset]) -> PropLook:
    """Choose the first asset that fits.

    Args:
        look: of a built-in prop.
        assets: in order of preference.

    Returns:
        The look with the asset and its size; the same where none fits.
    """
    for one in assets:
        if one.details["model"] == look.model and not (one.details.get("rare") and look.pattern % RARE):
            size = fitted(look, one)
            if size is not None:
                return replace(look, asset=one.id, length=size[0], width=size[1], height=size[2])
    return look


def fitted(look: PropLook, one: Asset) -> tuple[float, float, float] | None:
    """Scale an asset evenly into the ground that a prop has; what stands in rows is stretched along it.

    Args:
        look: of the prop.
        one: an asset.

    Returns:
        Length, width and height, m; None where that takes too much scaling.
    """
    low, high = GROWTH if look.model in PLANTS else (1.0 - TOLERANCE, 1.0 + TOLERANCE)
    length, width, height = one.size
    if one.details.get("repeats"):
        stretched = look.width / (max(1, round(look.width / width)) * width)
        fits = low <= stretched <= high and LOWER <= height / look.height <= 1.0 / LOWER
        return look.size if fits else None
    ratios = look.length / length, look.width / width
    scale = look.height / height if look.model in ON_A_FOOT else min(ratios)
    if not low <= scale <= high:
        return None
    lies_within = LOWER <= scale * height / look.height <= HIGHER and scale >= FILL * max(ratios)
    if look.model not in ON_A_FOOT and not lies_within:
        return None
    return scale * length, scale * width, scale * height


class _Signs:
    """What the signs of one scene say."""

    def __init__(self, scene: Scene, plates: Sequence[Asset]) -> None:
        self.scene = scene
        rng = rng_for(scene.seed, scene.sample, "asset", "signs")
        self.style = "mutcd" if rng.random() < MUTCD else "vienna"
        self.meanings: dict[str, list[Asset]] = {}  # class without its variant -> variants in this scene's convention
        for one in sorted(plates, key=lambda plate: plate.id):
            if one.details.get("style", "") in ("", self.style):
                self.meanings.setdefault(one.details["class"].rpartition("--")[0], []).append(one)
        roads = scene.roads
        lanes = {lane.id: lane for lane in roads.lanes}
        self.yields = [_at(lanes[line.lane].centre, line.s) for line in roads.stop_lines if line.yields]
        self.crossings = [end for one in roads.crossings for end in (one.start, one.end)]
        self.ways = [(lane.centre, lane.speed_limit) for lane in roads.lanes if len(lane.centre) > 1]

    def dressed(self, number: int, one: Prop) -> Prop:
        rng = rng_for(self.scene.seed, self.scene.sample, "asset", "sign", number)
        look, (speed, heading) = one.look, self.lane(one)
        plate = self.plate(self.wanted(one.position[:2], look.model, speed, rng), look.model, rng)
        if plate is None:
            return one
        scale = min(1.0 + TOLERANCE, max(1.0 - TOLERANCE, look.width / plate.size[1]))
        turned = heading + math.pi + float(rng.normal(0.0, ASKEW))
        return replace(one, look=replace(look, asset=plate.id, width=scale * plate.size[1]), heading=turned)

    def lane(self, one: Prop) -> tuple[float, float]:
        """Speed limit (m/s) and direction (rad) of the next lane beside a sign."""
        best, found = math.inf, (50.0 / KMH, one.heading + math.pi)
        for line, speed in self.ways:
            along = np.diff(line, axis=0)
            share = ((one.position[:2] - line[:-1]) * along).sum(1) / np.maximum((along * along).sum(1), 1e-9)
            off = one.position[:2] - line[:-1] - np.clip(share, 0.0, 1.0)[:, None] * along
            distance = np.hypot(off[:, 0], off[:, 1])
            k = int(distance.argmin())
            if distance[k] < best:
                best, found = float(distance[k]), (speed, math.atan2(along[k, 1], along[k, 0]))
        return found

    def wanted(self, spot: Floats, model: str, speed: float, rng: np.random.Generator) -> str:
        """What fits the place: a class without its variant, or nothing."""
        if model != "sign-rectangle" and _near(spot, self.yields):
            return "regulatory--yield" if rng.random() < 0.7 else "regulatory--stop"
        if model != "sign-round" and _near(spot, self.crossings):
            return f"{'warning' if model == 'sign-triangle' else 'information'}--pedestrians-crossing"
        left = rng.random()
        for meaning, share in COMMON[model].items():
            left -= share
            if left < 0:
                return f"{meaning}-{self.limit(speed)}" if meaning.endswith("speed-limit") else meaning
        return ""

    def limit(self, speed: float) -> int:
        """A speed limit (m/s) in the unit of the convention."""
        return 5 * round(speed * MPH / 5) if self.style == "mutcd" else 10 * round(speed * KMH / 10)

    def plate(self, meaning: str, model: str, rng: np.random.Generator) -> Asset | None:
        """The variant of a meaning that this scene has; any sign of the model's shape where there is none."""
        shape = SHAPES[self.style][model]
        free = meaning in ("regulatory--yield", "regulatory--stop")
        found = [one for one in self.meanings.get(meaning, ()) if free or one.details["shape"] == shape]
        if not found:
            fitting = [name for name, ones in self.meanings.items() if any(o.details["shape"] == shape for o in ones)]
            if not fitting:
                return None
            meaning = fitting[int(rng.integers(len(fitting)))]
            found = [one for one in self.meanings[meaning] if one.details["shape"] == shape]
        variant = rng_for(self.scene.seed, self.scene.sample, "asset", "variant", meaning)
        return found[int(variant.integers(len(found)))]


def _at(line: Floats, s: float) -> Floats:
    """The point of a polyline at a distance (m) from its start."""
    steps = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    return np.array([np.interp(s, steps, line[:, 0]), np.interp(s, steps, line[:, 1])])


def _near(spot: Floats, places: Sequence[Floats]) -> bool:
    return any(float(np.linalg.norm(spot - place)) < REACH for place in places)
