"""JSON Schema (draft 2020-12) of the scene language, for editors: keys, limits, names and distributions.

It knows fields one by one. What holds between fields, and expressions, only `skidpad scene check` knows.
"""

from __future__ import annotations

from types import NoneType
from typing import Any, get_args, get_origin
from zlib import crc32

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from scenes.compose import FORMAT, MOST_FILES, presets
from scenes.fields import LARGEST, Field, Flag, OneOf, Range
from scenes.schema import SceneSpec
from scenes.schema_joint import LARGEST_CORRELATION, MOST_MEMBERS, Condition, Correlation
from scenes.units import UNITS, dimension_of

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
NUMBER = r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?"
EXPRESSION: Schema = {"type": ["string", "number", "boolean"]}
TEXT: Schema = {"type": "string"}
NAMES = {str: "string", int: "integer", NoneType: "null"}  # of types in JSON


def scene_schema() -> Schema:
    """The schema of a scene file.

    Returns:
        JSON-ready, with the definitions of all parts.
    """
    parts: dict[str, Schema] = {}
    top = _model(SceneSpec, parts)
    properties = top["properties"]
    lists = {f"{key}+": part for key, part in properties.items() if part.get("type") == "array"}
    files = {"type": "array", "items": TEXT, "maxItems": MOST_FILES}
    named = {"type": "array", "items": {"enum": list(presets())}, "maxItems": MOST_FILES}
    builders = {"extends": TEXT, "include": files, "presets": named}
    first = {"format": {"const": FORMAT}, "description": TEXT}
    return {
        "$schema": DRAFT,
        "title": "skidpad scene file",
        **top,
        "properties": {**first, **builders, **{k: v for k, v in properties.items() if k not in first}, **lists},
        "$defs": dict(sorted(parts.items())),
    }


def _model(model: type[BaseModel], parts: dict[str, Schema]) -> Schema:
    properties = {name: _field(info, parts) for name, info in model.model_fields.items()}
    required = [name for name, info in model.model_fields.items() if info.is_required()]
    text = " ".join((model.__doc__ or "").split())
    return {
        **({"description": text} if text else {}),
        "type": "object", "properties": properties, "required": required, "additionalProperties": False,
    }  # fmt: skip


def _field(info: FieldInfo, parts: dict[str, Schema]) -> Schema:
    schema = _type(info.annotation, tuple(info.metadata), parts)
    if isinstance(info.default, str | bool | int | float):
        return {**schema, "default": info.default}
    return schema


def _type(kind: Any, marks: tuple[Any, ...], parts: dict[str, Schema]) -> Schema:
    """Schema of a type with the rules that annotate it."""
    if hasattr(kind, "__metadata__"):
        return _type(get_args(kind)[0], kind.__metadata__, parts)
    rule = next((mark for mark in marks if isinstance(mark, Field | Condition | Correlation)), None)
    if isinstance(rule, Field):
        return _random(rule, parts)
    if rule is not None:
        return EXPRESSION if isinstance(rule, Condition) else _correlation()
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        name = kind.__name__.removesuffix("Spec").lower()
        parts[name] = _model(kind, parts)
        return _reference(name)
    if get_origin(kind) is tuple:
        return _list(get_args(kind), parts)
    others = get_args(kind)  # of a union
    return {"anyOf": [_type(part, (), parts) for part in others]} if others else {"type": NAMES[kind]}


def _list(inner: tuple[Any, ...], parts: dict[str, Schema]) -> Schema:
    if inner[-1] is Ellipsis:
        return {"type": "array", "items": _type(inner[0], (), parts)}
    items = [_type(part, (), parts) for part in inner]
    return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _name(field: Field) -> str:
    """Name of the definition of a plain value: equal for equal rules."""
    if isinstance(field, Range):
        unit = field.unit.replace("/", "-per-").replace(" ", "-")
        return f"{'whole' if field.integer else 'number'}_{field.low:g}_{field.high:g}_{unit}".rstrip("_")
    ends = "_".join(str(end) for end in field.limits())
    return "flag" if isinstance(field, Flag) else f"name_{ends[:40]}_{crc32(repr(field.limits()).encode()):08x}"


def _random(field: Field, parts: dict[str, Schema]) -> Schema:
    """A plain value, or a mapping with exactly one distribution."""
    name = f"{_name(field)}{'_each' if field.each else '_random'}"
    if name in parts:
        return _reference(name)
    same = _reference(name)
    parts[name] = {}  # it contains itself
    plain = _plain(field, parts)
    pair = {"type": "array", "prefixItems": [plain, plain], "items": False, "minItems": 2}
    forms: Schema = {
        "choice": {
            "type": "object", "minProperties": 1, "propertyNames": _keys(field),
            "additionalProperties": _plain(Range(0.0, LARGEST), parts),
        },
        "sequence": {"type": "array", "items": same, "minItems": 1},
        "expression": EXPRESSION,
        "given": {
            "type": "object", "minProperties": 1, "maxProperties": 1,
            "additionalProperties": {"type": "object", "minProperties": 1, "additionalProperties": same},
        },
    }  # fmt: skip
    if isinstance(field, Range):
        forms |= {"uniform": pair, "integers": pair}
    if isinstance(field, Range) and not field.integer:
        spread = _plain(Range(0.0, LARGEST, field.unit), parts)
        free = [_plain(Range(-LARGEST, LARGEST, field.unit), parts), spread, plain, plain]
        forms["log_uniform"] = pair
        forms["normal"] = {**pair, "prefixItems": [plain, spread]}
        forms["truncated_normal"] = {**pair, "prefixItems": free, "minItems": 4}
    if field.each:
        forms["once"] = same
    one = {"additionalProperties": False, "minProperties": 1, "maxProperties": 1}
    parts[name] = {"anyOf": [plain, {"type": "object", "properties": forms, **one}]}
    return same


def _plain(field: Field, parts: dict[str, Schema]) -> Schema:
    """A plain value; defined once for equal rules."""
    name = _name(field)
    parts[name] = _value(field)
    return _reference(name)


def _value(field: Field) -> Schema:
    if isinstance(field, OneOf):
        below = [{"type": "string", "pattern": f"^{field.root}/"}] if field.root else []
        names = [*field.names, *([None, False] if "none" in field.names else [])]
        return {"anyOf": [{"enum": names}, *below]} if below else {"enum": names}
    if not isinstance(field, Range):
        return {"type": "boolean"}
    number = {"type": "integer" if field.integer else "number", "minimum": field.low, "maximum": field.high}
    units = UNITS.get(dimension_of(field.unit), {})
    written = "|".join(unit.replace("/", r"\/").replace(" ", " +") for unit in units if unit)
    return {"anyOf": [number, {"type": "string", "pattern": rf"^\s*{NUMBER}\s*({written})\s*$"}]} if units else number


def _keys(field: Field) -> Schema:
    """What the keys of a `choice` may be; in JSON all keys are text."""
    if isinstance(field, Range):
        return {"pattern": rf"^\s*{NUMBER}"}
    if isinstance(field, Flag):
        return {"enum": ["true", "false"]}
    plain = _value(field)
    texts = {None: "null", False: "false"}
    return {"enum": [texts.get(name, name) for name in plain["enum"]]} if "enum" in plain else plain


def _correlation() -> Schema:
    number = {"type": "number", "minimum": -LARGEST_CORRELATION, "maximum": LARGEST_CORRELATION}
    row = {"type": "array", "items": {"anyOf": [number, {"const": 1}]}, "minItems": 2, "maxItems": MOST_MEMBERS}
    return {"anyOf": [number, {"type": "array", "items": row, "minItems": 2, "maxItems": MOST_MEMBERS}]}
