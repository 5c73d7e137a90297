"""Arithmetic in scene files: a small language over other values, read by Python's parser but never run by it."""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from scenes.distributions import Scalar
from scenes.suggest import suggestion

LONGEST = 500  # characters
MOST_PARTS = 200
DEEPEST = 24
Thunk = Callable[[], Scalar]


class ExpressionError(ValueError):
    """An expression is wrong, or has no value for what was drawn."""


@dataclass(frozen=True)
class Literal:
    """A number, a name in quotes, true or false."""

    value: Scalar


@dataclass(frozen=True)
class Reference:
    """Another value of the file, such as `cameras[0].fov`."""

    path: str


@dataclass(frozen=True)
class Apply:
    """An operation on others."""

    name: str
    parts: tuple[Node, ...]


Node = Literal | Reference | Apply


@dataclass(frozen=True)
class Operation:
    """What an operation takes, gives and does."""

    takes: tuple[str, ...]  # kinds: number, name, flag, or any (the same kind for all parts)
    gives: str  # a kind
    run: Callable[..., Scalar]  # of thunks, so that what is not needed is not worked out
    more: bool = False  # takes any number of the last part


def strict(function: Callable[..., Scalar]) -> Callable[..., Scalar]:
    """Let a function of values take thunks."""
    return lambda *thunks: function(*(thunk() for thunk in thunks))


def _clamp(value: float, low: float, high: float) -> float:
    if low > high:
        raise ExpressionError(f"clamp: the lower limit {low:g} is above the upper {high:g}")
    return min(max(value, low), high)


def _number(*, count: int, run: Callable[..., float], gives: str = "number", more: bool = False) -> Operation:
    return Operation(("number",) * count, gives, strict(run), more)


OPERATIONS: Mapping[str, Operation] = {
    "+": _number(count=2, run=operator.add),
    "-": _number(count=2, run=operator.sub),
    "*": _number(count=2, run=operator.mul),
    "/": _number(count=2, run=operator.truediv),
    "**": _number(count=2, run=math.pow),
    "minus": _number(count=1, run=operator.neg),
    "<": _number(count=2, run=operator.lt, gives="flag"),
    "<=": _number(count=2, run=operator.le, gives="flag"),
    ">": _number(count=2, run=operator.gt, gives="flag"),
    ">=": _number(count=2, run=operator.ge, gives="flag"),
    "==": Operation(("any", "any"), "flag", strict(operator.eq)),
    "!=": Operation(("any", "any"), "flag", strict(operator.ne)),
    "not": Operation(("flag",), "flag", strict(operator.not_)),
    "and": Operation(("flag",), "flag", lambda *parts: all(part() for part in parts), more=True),
    "or": Operation(("flag",), "flag", lambda *parts: any(part() for part in parts), more=True),
    "if": Operation(("flag", "any", "any"), "any", lambda test, yes, no: yes() if test() else no()),
}
FUNCTIONS: Mapping[str, Operation] = {
    "min": _number(count=2, run=min, more=True),
    "max": _number(count=2, run=max, more=True),
    "abs": _number(count=1, run=abs),
    "sqrt": _number(count=1, run=math.sqrt),
    "round": _number(count=1, run=lambda value: float(round(value))),
    "clamp": _number(count=3, run=_clamp),
}
BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
UNARY = {ast.USub: "minus", ast.Not: "not"}


@dataclass(frozen=True)
class Formula:
    """A parsed expression."""

    text: str
    root: Node

    @property
    def paths(self) -> tuple[str, ...]:
        """Values that it refers to, in order, each once."""
        return tuple(dict.fromkeys(part.path for part in parts_of(self.root) if isinstance(part, Reference)))

    @property
    def literals(self) -> tuple[Scalar, ...]:
        """Constants in it."""
        return tuple(part.value for part in parts_of(self.root) if isinstance(part, Literal))

    def kind(self, kind_of: Callable[[str], str]) -> str:
        """What it gives: `number`, `name` or `flag`.

        Args:
            kind_of: the same for a path.

        Raises:
            ExpressionError: a part gets what it cannot take.
        """
        return _kind(self.root, kind_of)

    def value(self, value_of: Callable[[str], Scalar]) -> Scalar:
        """Work it out.

        Args:
            value_of: value at a path.

        Raises:
            ExpressionError: it has no finite value.
        """
        try:
            value = _value(self.root, value_of)
        except ZeroDivisionError:
            raise ExpressionError(f"{self.text} divides by zero") from None
        except (OverflowError, ValueError) as error:
            reason = str(error) if isinstance(error, ExpressionError) else "has no real, finite value here"
            raise ExpressionError(f"{self.text}: {reason}") from None
        if isinstance(value, float) and not math.isfinite(value):
            raise ExpressionError(f"{self.text}: has no real, finite value here")
        return value


def parse(raw: object) -> Formula:
    """Read an expression.

    Args:
        raw: what the file says.

    Returns:
        The formula.

    Raises:
        ExpressionError: no text, too long, not understood, or with something that this language does not have.
    """
    if isinstance(raw, bool | int | float):
        raw = str(raw)
    if not isinstance(raw, str):
        raise ExpressionError("an expression is text, such as 0.5 * roads.lane_width + 1")
    text = " ".join(raw.split())
    if len(text) > LONGEST:
        raise ExpressionError(f"an expression has at most {LONGEST} characters, not {len(text)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python's tokenizer, about odd numbers and escapes
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"{text} is not an expression") from None
    count = sum(1 for node in ast.walk(tree) if isinstance(node, ast.expr))
    if count > MOST_PARTS:
        raise ExpressionError(f"an expression has at most {MOST_PARTS} parts, not {count}")
    return Formula(text, _read(tree, 0))


def parts_of(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    if isinstance(node, Apply):
        for part in node.parts:
            yield from parts_of(part)


def _read(node: ast.expr, depth: int) -> Node:
    if depth > DEEPEST:
        raise ExpressionError(f"an expression is at most {DEEPEST} levels deep")
    for kind, reader in READERS.items():
        if isinstance(node, kind):
            return reader(node, depth + 1)
    raise _unknown(ast.unparse(node))


def _unknown(text: str) -> ExpressionError:
    return ExpressionError(
        f"{text[:40]} is not known in expressions; they have + - * / **, comparisons, and, or, not, `a if c else b`, "
        f"{', '.join(FUNCTIONS)}, numbers, names in quotes, and paths of other values"
    )


def _literal(node: ast.Constant, depth: int) -> Node:
    value = node.value
    if isinstance(value, bool | str):
        return Literal(value)
    if isinstance(value, int | float):
        if abs(value) > 1e300:
            raise ExpressionError("a number of an expression is too large")
        return Literal(float(value))
    raise _unknown(ast.unparse(node))


def _path(node: ast.expr, depth: int) -> Node:
    text = ast.unparse(node).replace(" ", "")
    place: ast.expr = node
    while not isinstance(place, ast.Name):
        whole = isinstance(place, ast.Subscript) and isinstance(place.slice, ast.Constant)
        if whole and type(place.slice.value) is int:  # type: ignore[attr-defined]
            place = place.value  # type: ignore[attr-defined]
        elif isinstance(place, ast.Attribute):
            place = place.value
        else:
            raise _unknown(text)
    return Literal(text == "true") if text in ("true", "false") else Reference(text)


def _call(node: ast.Call, depth: int) -> Node:
    name = ast.unparse(node.func)
    if name not in FUNCTIONS or node.keywords:
        raise ExpressionError(f"{name[:40]} is no function; use {', '.join(FUNCTIONS)}{suggestion(name, FUNCTIONS)}")
    takes, more = FUNCTIONS[name].takes, FUNCTIONS[name].more
    if not (len(node.args) == len(takes) or (more and len(node.args) > len(takes))):
        raise ExpressionError(f"{name} takes {len(takes)}{' or more' if more else ''} values, not {len(node.args)}")
    return Apply(name, tuple(_read(part, depth) for part in node.args))


def _compare(node: ast.Compare, depth: int) -> Node:
    terms = [_read(part, depth) for part in (node.left, *node.comparators)]
    steps = []
    for order, left, right in zip(node.ops, terms[:-1], terms[1:], strict=True):
        if type(order) not in COMPARE:
            raise _unknown(ast.unparse(node))
        steps.append(Apply(COMPARE[type(order)], (left, right)))
    return steps[0] if len(steps) == 1 else Apply("and", tuple(steps))


def _binary(node: ast.BinOp, depth: int) -> Node:
    if type(node.op) not in BINARY:
        raise _unknown(ast.unparse(node))
    return Apply(BINARY[type(node.op)], (_read(node.left, depth), _read(node.right, depth)))


def _unary(node: ast.UnaryOp, depth: int) -> Node:
    if type(node.op) not in UNARY:
        raise _unknown(ast.unparse(node))
    return Apply(UNARY[type(node.op)], (_read(node.operand, depth),))


def _either(node: ast.BoolOp, depth: int) -> Node:
    name = "and" if isinstance(node.op, ast.And) else "or"
    return Apply(name, tuple(_read(part, depth) for part in node.values))


def _if(node: ast.IfExp, depth: int) -> Node:
    return Apply("if", tuple(_read(part, depth) for part in (node.test, node.body, node.orelse)))


READERS: Mapping[type[ast.expr], Callable[..., Node]] = {
    ast.Constant: _literal, ast.Name: _path, ast.Attribute: _path, ast.Subscript: _path, ast.Call: _call,
    ast.Compare: _compare, ast.BinOp: _binary, ast.UnaryOp: _unary, ast.BoolOp: _either, ast.IfExp: _if,
}  # fmt: skip


def kind_of_value(value: Scalar) -> str:
    """`number`, `name` or `flag`."""
    return "flag" if isinstance(value, bool) else "name" if isinstance(value, str) else "number"


def _kind(node: Node, kind_of: Callable[[str], str]) -> str:
    if isinstance(node, Literal):
        return kind_of_value(node.value)
    if isinstance(node, Reference):
        return kind_of(node.path)
    kinds = [_kind(part, kind_of) for part in node.parts]
    operation = {**OPERATIONS, **FUNCTIONS}[node.name]
    wanted = [*operation.takes, *operation.takes[-1:] * (len(kinds) - len(operation.takes))]
    free = {kind for kind, want in zip(kinds, wanted, strict=True) if want == "any"}
    if len(free) > 1:
        raise ExpressionError(f"`{node.name}` cannot join a {kinds[-2]} and a {kinds[-1]}")
    for kind, want in zip(kinds, wanted, strict=True):
        if want not in ("any", kind):
            raise ExpressionError(f"`{node.name}` needs a {want}, not a {kind}")
    return free.pop() if operation.gives == "any" else operation.gives


def _value(node: Node, value_of: Callable[[str], Scalar]) -> Scalar:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Reference):
        return value_of(node.path)
    operation = OPERATIONS.get(node.name) or FUNCTIONS[node.name]
    return operation.run(*(_thunk(part, value_of) for part in node.parts))


def _thunk(node: Node, value_of: Callable[[str], Scalar]) -> Thunk:
    return lambda: _value(node, value_of)
