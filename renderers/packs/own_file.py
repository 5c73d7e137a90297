"""`assets.yaml`: what a folder of a user's own models says about them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from scenes.catalogue import AssetError
from scenes.check import message, path_of
from scenes.equip_props import SIGNS
from scenes.errors import SceneError
from scenes.props import PROP_MODELS
from scenes.suggest import suggestion
from scenes.vehicles import KIND_SHARES, MODELS
from scenes.yamlfile import Located, located, nodes_of, read_yaml

FILE = "assets.yaml"
WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
RESERVED = ("all", "auto", "builtin", "required")
HEADS = ("signal-pole", "signal-mast", "span-wire")  # traffic lights hang on them
DISTRACTOR = "distractor"  # flies through the pictures of plain domain randomisation
THINGS = tuple(name for name in PROP_MODELS if name not in (*SIGNS, *HEADS))
GROUPS = {one.label: tuple(name for name, model in MODELS.items() if model.kind is one) for one in KIND_SHARES}
VEHICLES = {**GROUPS, **{name: (name,) for name in MODELS}}  # kind -> body styles that it may stand for
KINDS = (*THINGS, *VEHICLES, DISTRACTOR)
THING_ROLES = ("paint", "leaf", "lamp", "glass", "keep")
VEHICLE_ROLES = (
    "paint", "second", "glass", "tyre", "rim", "head", "tail", "turn", "brake", "reverse", "bumper", "trim", "chrome",
    "rubber", "dark", "plate", "drop", "keep",
)  # fmt: skip
Axis = Literal["x", "-x", "y", "-y", "z", "-z"]
FORWARD: dict[str, Axis] = {"x": "z", "y": "z", "z": "x"}  # where nothing else is said, by the axis that is up
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\r\n]*$")]


class OwnAsset(BaseModel):
    """One model."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    file: Text  # beside assets.yaml
    kind: str  # of KINDS
    up: Axis = "y"
    forward: Axis | None = None
    scale: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False, strict=False)] = 1.0  # m per unit of the file
    repeats: bool = False  # may stand several times side by side
    materials: Annotated[dict[str, str], Field(validate_default=True)] = {}  # name -> role
    licence: Text | None = None
    author: Text | None = None

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in KINDS:
            raise ValueError(f"{kind[:40]!r} is not supported{suggestion(kind, KINDS)}; kinds are {', '.join(KINDS)}")
        return kind

    @field_validator("materials")
    @classmethod
    def _roles(cls, materials: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        known = VEHICLE_ROLES if info.data.get("kind") in VEHICLES else THING_ROLES
        for name, role in materials.items():
            if role not in known:
                raise ValueError(f"{name[:40]}: {role[:40]!r} is no role; here are {', '.join(known)}")
        if known is VEHICLE_ROLES and not {"paint", "tyre"} <= set(materials.values()):
            raise ValueError("a vehicle needs a material with the role paint and one with the role tyre")
        return materials

    @model_validator(mode="after")
    def _upright(self) -> OwnAsset:
        if self.ahead.lstrip("-") == self.up.lstrip("-"):
            raise ValueError(f"up {self.up} and forward {self.ahead} lie along one axis")
        return self

    @property
    def ahead(self) -> Axis:
        """The axis of the file that is forward."""
        return self.forward or FORWARD[self.up.lstrip("-")]


class OwnFolder(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    format: Literal[1]
    name: str | None = None  # of the pack
    author: Text
    licence: Text  # SPDX expression
    notices: Annotated[list[Text], Field(max_length=50)] = []  # licence files beside assets.yaml
    assets: Annotated[dict[str, OwnAsset], Field(min_length=1, max_length=500)]

    @field_validator("assets")
    @classmethod
    def _words(cls, assets: dict[str, OwnAsset]) -> dict[str, OwnAsset]:
        for name in assets:
            if not WORD.fullmatch(name):
                raise ValueError(f"{name[:60]!r}: names are up to 40 of a-z, 0-9, - and _")
        return assets


def read_folder(folder: Path, taken: tuple[str, ...]) -> tuple[OwnFolder, str, Located]:
    """Read the file of a folder.

    Args:
        folder: that holds `assets.yaml`.
        taken: names that its pack may not have.

    Returns:
        What it says, the name of the pack, and the lines for errors.

    Raises:
        AssetError: one line with file, line, value and limits.
    """
    file = folder / FILE
    if not file.is_file():
        raise AssetError(f"{file}: no such file; docs/assets.md tells what it says")
    try:
        where = located(nodes_of(read_yaml(file, str(file))[1], str(file)))
        own = _checked(where)
        name = own.name or folder.resolve().name
        if not WORD.fullmatch(name) or name in (*taken, *RESERVED):
            limits = f"up to 40 of a-z, 0-9, - and _, and none of {', '.join((*taken, *RESERVED))}"
            raise where.error("name", f"{name[:60]!r} cannot be the name of a pack: {limits}")
    except SceneError as error:
        raise AssetError(str(error)) from None
    return own, name, where


def _checked(where: Located) -> OwnFolder:
    try:
        return OwnFolder.model_validate(where.data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        first = min(found, key=lambda item: where.line(path_of(item["loc"])).number)
        place = path_of(tuple(part for part in first["loc"] if part != "[key]"))
        if first["type"] == "extra_forbidden":
            names = tuple(OwnAsset.model_fields if len(first["loc"]) > 1 else OwnFolder.model_fields)
            near = suggestion(first["loc"][-1], names) or f"; known here: {', '.join(names)}"
            raise where.error(place, f"unknown key{near}") from None
        raise where.error(place, message(first)) from None


def complaint(where: Located, item: str, key: str, problem: str) -> AssetError:
    """An error about one model, at the line that names it."""
    return AssetError(str(where.error(f"assets.{item}.{key}", problem)))
