"""Values of scene files that are random, depend on each other, are correlated, or must meet constraints."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scenes.dependents import Listed, ends
from scenes.distributions import LogUniform, TruncatedNormal, truncated_quantile
from scenes.drawing import fix
from scenes.draws import Draws
from scenes.errors import SceneError
from scenes.expressions import ExpressionError, parse
from scenes.fields import Flag, OneOf, Range
from scenes.files import SceneTemplate, load
from scenes.seeds import rng_for
from scenes.units import UNITS

Loader = Callable[[str], SceneTemplate]


@pytest.fixture
def read(tmp_path: Path) -> Loader:
    def reader(text: str) -> SceneTemplate:
        file = tmp_path / "my.yaml"
        file.write_text("format: 1\n" + text)
        return load(file)

    return reader


def values(template: SceneTemplate, k: int, seed: int = 0, randomise: bool = True) -> dict[str, Any]:
    """What is drawn once per sample."""
    draws = Draws(seed, k, randomise)
    fix(template.table, draws)
    return draws.values


def column(template: SceneTemplate, path: str, count: int) -> np.ndarray:
    return np.array([values(template, k)[path] for k in range(count)])


# ---------------------------------------------------------------- distributions
def test_a_log_uniform_number_is_uniform_in_its_logarithm() -> None:
    drawn = Range(0.0, 100.0).read({"log_uniform": [0.01, 10]})
    assert drawn == LogUniform(0.01, 10.0)
    assert drawn.centre() == pytest.approx(math.sqrt(0.1))
    logs = [math.log10(drawn.sample(rng_for(0, k))) for k in range(2000)]
    assert stats.kstest(logs, stats.uniform(-2, 3).cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    ("mean", "low", "high"), [(0.0, -1.0, 2.0), (-8.0, 1.0, 4.0), (9.0, 0.0, 3.0), (0.0, 6.0, 60.0)]
)
def test_a_truncated_normal_number_has_the_quantiles_of_the_formula(mean: float, low: float, high: float) -> None:
    reference = stats.truncnorm((low - mean) / 1.5, (high - mean) / 1.5, mean, 1.5)
    for share in (1e-9, 0.01, 0.3, 0.5, 0.9, 0.999):
        found = truncated_quantile(mean, 1.5, low, high, share)
        assert found == pytest.approx(reference.ppf(share), rel=1e-6, abs=1e-6)
    drawn = Range(-50, 100).read({"truncated_normal": [mean, 1.5, low, high]})
    assert drawn == TruncatedNormal(mean, 1.5, low, high)
    assert all(low <= drawn.sample(rng_for(1, k)) <= high for k in range(200))
    assert low <= drawn.centre() <= high


def test_a_sequence_follows_the_number_of_the_sample_whatever_the_seed(read: Loader) -> None:
    template = read(
        "light: {condition: {sequence: [day, dusk, overcast]}}\nroads: {wear: {sequence: [0.1, {uniform: [0.5, 1]}]}}\n"
    )
    for seed in (0, 7):
        drawn = [values(template, k, seed) for k in range(6)]
        assert [d["light.condition"] for d in drawn] == ["day", "dusk", "overcast"] * 2
        assert [d["roads.wear"] == 0.1 for d in drawn] == [True, False] * 3
    assert values(template, 1, randomise=False)["light.condition"] == "day"


def test_a_field_of_every_thing_can_be_drawn_once(read: Loader) -> None:
    scene = read("vehicles: {speed: {once: {uniform: [5, 10]}}}\n").sample(0)
    speeds = {actor.desired_speed for actor in scene.actors if actor.lane is not None and actor.behaviour == "drive"}
    assert 5.0 <= float(str(scene.values["vehicles.speed"])) <= 10.0
    assert len(speeds) <= 2  # a follower may wish for less than the one in front


@pytest.mark.parametrize(
    ("field", "raw", "problem"),
    [
        (Range(0.0, 9.0), {"log_uniform": [0, 1]}, "log_uniform: the first limit 0 is not above 0"),
        (Range(0.0, 9.0), {"truncated_normal": [0, 1, 2]}, "truncated_normal needs a list of four numbers, not a list"),
        (Range(0.0, 9.0), {"truncated_normal": [0, 0.01, 5, 6]}, "[5, 6] is out of reach of 0 +- 0.01"),
        (Range(0.0, 9.0), {"sequence": []}, "sequence needs a list of values, not an empty one"),
        (Range(0.0, 9.0), {"sequence": [1, 10]}, "10 is outside [0, 9]"),
        (Range(0.0, 9.0), {"once": 3}, "once is no distribution here"),
        (Range(0.0, 9.0, integer=True), {"normal": [3, 1]}, "normal does not give whole numbers"),
        (OneOf(("a", "b")), {"uniform": [0, 1]}, "uniform is no distribution here; use choice, "),
        (Flag(), {"sequence": [True, "no"]}, "no is neither true nor false"),
        (Range(0.0, 9.0), {"given": {"roads.wear": {"5..2": 1}}}, "given: the interval 5..2 is empty"),
        (Range(0.0, 9.0), {"given": {"roads.wear": 3}}, "given: roads.wear needs a mapping"),
        (Range(0.0, 9.0), {"given": {"a": {1: 1}, "b": {1: 1}}}, "given needs a mapping of one path"),
    ],
)  # fmt: skip
def test_a_wrong_distribution_says_what_is_wrong(field: Any, raw: object, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        field.read(raw)
    assert problem in str(caught.value)


def test_the_ends_of_a_value_are_those_of_all_it_may_become() -> None:
    name = OneOf(("a", "b", "c"), root="runs")
    assert set(ends(name.read({"given": {"x": {"y": "a", "else": {"choice": {"b": 1, "runs/d": 1}}}}}))) == {
        "a",
        "b",
        "runs/d",
    }
    assert set(ends(name.read({"expression": "'runs/e' if z == 'q' else 'a'"}))) == {"runs/e", "a"}
    assert ends(Range(0.0, 9.0).read({"expression": "x"})) == (0.0, 9.0)
    assert ends(Range(0.0, 9.0).read({"sequence": [1, {"uniform": [2, 3]}]})) == (1.0, 2.0, 3.0)
    assert isinstance(Range(0.0, 9.0).read({"sequence": [1]}), Listed)


# ---------------------------------------------------------------- units
@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        ("m/s", "50 km/h", 50 / 3.6), ("m/s", "30mph", 13.4112), ("m", "30 cm", 0.3), ("m", "57 cm", 0.57),
        ("deg", "0.3 rad", math.degrees(0.3)), ("deg", "-12 °", -12.0), ("s", "2 min", 120.0), ("", "35 %", 0.35),
        ("per 100 m", "40 per km", 4.0), ("1/m", "2 1/km", 0.002), ("m", "1.5e1 m", 15.0),
    ],
)  # fmt: skip
def test_a_number_may_carry_a_unit(unit: str, text: str, value: float) -> None:
    assert Range(-1000, 1000, unit).scalar(text) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "text", "problem"),
    [
        ("m", "50 km/h", "50 km/h is not a number in m: km/h measures speed; here m, cm, mm, km may stand"),
        ("s", "3 parsec", "3 parsec is not a number in s: parsec is no unit; here s, ms, min, h may stand"),
        ("m/s", "400 km/h", "400 km/h = 111.111 m/s is outside [0, 70] m/s"),
        ("people", "3 m", "3 m is not a number in people"),
        ("m", "5", "5 is not a number in m"),
    ],
)
def test_a_wrong_unit_names_the_right_one(unit: str, text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        Range(0.0, 70.0, unit).scalar(text)
    assert str(caught.value) == problem


def test_units_may_stand_inside_distributions(read: Loader) -> None:
    template = read("roads: {kerb: {uniform: [8 cm, 0.14]}}\nvehicles: {limit: {choice: {30 km/h: 1, 50 km/h: 2}}}\n")
    assert all(0.08 <= kerb <= 0.14 for kerb in column(template, "roads.kerb", 20))
    assert set(column(template, "vehicles.limit", 20)) <= {30 / 3.6, 50 / 3.6}


def test_every_unit_stands_once() -> None:
    names = [name for units in UNITS.values() for name in units]
    assert len(names) == len(set(names))


# ---------------------------------------------------------------- expressions
OPERATORS = st.sampled_from(
    ["{} + {}", "{} - {}", "{} * {}", "{} / {}", "abs({}) ** {}", "1 if {} < {} else b", "max({}, -{})"]
)
NUMBERS = st.floats(-9, 9).map(lambda x: f"({x!r})") | st.sampled_from(["a.x", "b", "2", "0.5"])
ARITHMETIC = st.recursive(
    NUMBERS,
    lambda deeper: (
        st.tuples(OPERATORS, deeper, deeper).map(lambda t: f"({t[0].format(t[1], t[2])})")
        | deeper.map(lambda text: f"sqrt(abs({text}))")
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(ARITHMETIC)
def test_expressions_agree_with_python(text: str) -> None:
    class A:
        x = 1.25

    names = {"a": A, "b": -3.5, "sqrt": math.sqrt, "max": max, "abs": abs}
    try:
        expected = eval(text, {"__builtins__": {}}, names)
        good = not isinstance(expected, complex) and math.isfinite(expected)
    except (ZeroDivisionError, OverflowError):
        good = False
    formula = parse(text)
    lookup = {"a.x": 1.25, "b": -3.5}
    if good:
        assert formula.value(lookup.__getitem__) == pytest.approx(expected, rel=1e-12)
    else:
        with pytest.raises(ExpressionError):
            formula.value(lookup.__getitem__)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("clamp(12, 1, 5)", 5.0), ("round(2.6)", 3.0), ("'a' if x == 'b' else 'c'", "a"), ("not (1 < 2 < 2)", True),
        ("x != 'b' or true", True), ("1 / 0 if false else 7", 7.0), ("2 ** -1", 0.5), ("1if true else 2", 1.0),
    ],
)  # fmt: skip
def test_what_expressions_can_say(text: str, value: object) -> None:
    assert parse(text).value({"x": "b"}.__getitem__) == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("__import__('os').system('x')", "is no function"),
        ("(lambda: 1)()", "is no function"),
        ("[x for x in (1, 2)]", "is not known in expressions"),
        ("roads.__class__", "is no value of a scene file"),
        ("roads['wear']", "is not known in expressions"),
        ("(1).real", "is not known in expressions"),
        ("f'{1}'", "is not known in expressions"),
        ("1 if roads.wear else 2", "`if` needs a flag, not a number"),
        ("roads.layout + 1", "`+` needs a number, not a name"),
        ("roads.layout == 1", "`==` cannot join a name and a number"),
        ("roads.layout", "gives a name, but a number is needed"),
        ("minn(1, 2)", 'did you mean "min"?'),
        ("sqrt(1, 2)", "sqrt takes 1 values, not 2"),
        ("1 +", "is not an expression"),
        ("(" * 240 + "1" + ")" * 240, "is not an expression"),
        ("1" + "+1" * 240, "parts"),
        ("-" * 60 + "1", "levels deep"),
        ("1" * 501, "at most 500 characters"),
        ("9 ** 9 ** 9 ** 9", "has no real, finite value here"),
        ("sqrt(0 - 1)", "has no real, finite value here"),
        ("1 / (roads.kerb - roads.kerb)", "divides by zero"),
        ("clamp(1, 5, 2)", "the lower limit 5 is above the upper 2"),
        ("roads.wear + 3", "is outside [0, 1]; it is roads.wear + 3"),
        ("roads.wear", "depends on itself: roads.wear -> roads.wear"),
        ("roads.lane_widht", 'did you mean "roads.lane_width"?'),
        ("vehicles.spacing", "drawn for every thing"),
    ],
)
def test_a_wrong_expression_gives_one_line_with_file_and_line(text: str, problem: str, read: Loader) -> None:
    own = "people: {warmth: " if "roads.wear " in text else "roads: {wear: "
    with pytest.raises(SceneError) as caught:
        read(f'{own}{{expression: "{text}"}}}}\n')
    assert str(caught.value).startswith(f"my.yaml:2 {own[:5].strip(':')}")
    assert problem in str(caught.value) and "\n" not in str(caught.value)


def test_expressions_follow_each_other_whatever_their_order(read: Loader) -> None:
    template = read(
        "roads: {pavement: {expression: roads.lane_width - people.warmth}, lane_width: {uniform: [2.8, 3.4]}}\n"
        "people: {warmth: {expression: 'clamp(roads.lane_width / 4, 0, 1)'}}\n"
        "cameras: [{kind: dash, fov: {expression: 'cameras[0].height / 6'}}]\n"
    )
    for k in range(5):
        drawn = values(template, k)
        assert drawn["people.warmth"] == drawn["roads.lane_width"] / 4
        assert drawn["roads.pavement"] == drawn["roads.lane_width"] - drawn["people.warmth"]
        assert drawn["cameras[0].fov"] == 60.0


# ---------------------------------------------------------------- given
WET = "light: {condition: {choice: {day: 1, overcast: 1}}, haze: {uniform: [0, 0.1]}, cloudiness: {uniform: [0, 1]}}\n"


def test_a_table_gives_what_belongs_to_another_value(read: Loader) -> None:
    template = read(
        WET + "roads:\n"
        "  surface: {given: {light.condition: {day: asphalt-old, overcast: {choice: {cobbles: 1, slabs: 1}}}}}\n"
        '  wear: {given: {light.haze: {"<0.03": 0.1, "0.03..0.07": {uniform: [0.4, 0.6]}, ">=0.07": 0.9}}}\n'
    )  # fmt: skip
    for k in range(40):
        drawn = values(template, k)
        assert (drawn["roads.surface"] == "asphalt-old") == (drawn["light.condition"] == "day")
        low = {True: 0.1, False: 0.4}[drawn["light.haze"] < 0.03] if drawn["light.haze"] < 0.07 else 0.9
        assert low <= drawn["roads.wear"] <= max(low, 0.6)


def test_tables_hold_for_fields_of_every_thing_too(read: Loader) -> None:
    table = "{given: {light.condition: {day: {normal: [12, 0.1]}, else: 3}}}"
    template = read(
        WET
        + f"vehicles: {{speed: {table}, spacing: 20}}\nparked: {{occupancy: 0}}\npeople: {{density: 0, crossing: 0}}\n"
    )
    for k in range(4):
        scene = template.sample(k)
        fastest = max(actor.desired_speed for actor in scene.actors)
        assert (fastest > 10.0) == (scene.values["light.condition"] == "day")


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("{light.condition: {day: 1}}", "given: nothing is said for light.condition overcast; add it, or `else`"),
        (
            "{light.condition: {dayy: 1, else: 0}}",
            'light.condition: dayy is none of day, overcast, dusk, night, clock; did you mean "day"?',
        ),
        ("{light.condition: {'<3': 1, else: 0}}", "given: <3 is no name, but light.condition is"),
        ("{light.haze: {'<0.05': 1}}", "given: nothing is said for light.haze 0.05; add it"),
        ("{light.haze: {day: 1, else: 0}}", "given: day is no number, but light.haze is"),
        ("{light.fog: {day: 1}}", "given: light.fog is no value of a scene file"),
        ("{roads.wear: {'<1': 1, else: 0}}", "depends on itself: roads.wear -> roads.wear"),
        ("{light.condition: {day: 2, else: 0}}", "2 is outside [0, 1]"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(table: str, problem: str, read: Loader) -> None:
    with pytest.raises(SceneError) as caught:
        read(WET + f"roads: {{wear: {{given: {table}}}}}\n")
    assert str(caught.value).startswith("my.yaml:3 roads.wear: ") and problem in str(caught.value)


def test_what_follows_from_drawn_values_is_checked_when_they_are_drawn(read: Loader) -> None:
    layout = "roads: {layout: {choice: {square: 1, street: 1}}}\n"
    camera = "cameras: [{kind: {given: {roads.layout: {square: SQUARE, street: dash}}}}]\n"
    template = read(layout + camera.replace("SQUARE", "pavement"))
    assert {values(template, k)["cameras[0].kind"] for k in range(8)} == {"dash", "pavement"}
    with pytest.raises(SceneError, match=r"my.yaml:3 cameras\[0\].kind: dash cameras need a street"):
        read(layout + camera.replace("SQUARE", "dash"))


def test_a_sample_that_breaks_a_limit_says_so_with_file_and_line(read: Loader) -> None:
    entries = ", ".join(["0"] * 20 + ["0.9"])
    template = read(
        f"light: {{cloudiness: {{sequence: [{entries}]}}}}\nroads: {{wear: {{expression: light.cloudiness * 2}}}}\n"
    )
    assert template.sample(0).values["roads.wear"] == 0.0
    with pytest.raises(
        SceneError, match=r"^my.yaml:3 roads.wear: 1.8 is outside \[0, 1\]; it is light.cloudiness \* 2$"
    ):
        template.sample(20)


# ---------------------------------------------------------------- copulas
JOINED = "copulas: [{of: [light.haze, light.cloudiness], correlation: 0.7}]\n"


def test_a_copula_correlates_and_keeps_each_distribution(read: Loader) -> None:
    text = "light: {haze: {log_uniform: [0.001, 0.1]}, cloudiness: {normal: [0.4, 0.3]}}\n"
    template, count = read(text + JOINED), 2000
    haze, clouds = column(template, "light.haze", count), column(template, "light.cloudiness", count)
    rank = 6 / math.pi * math.asin(0.7 / 2)  # Spearman's rank correlation of a Gaussian copula (Kruskal 1958)
    assert stats.spearmanr(haze, clouds).statistic == pytest.approx(rank, abs=0.05)
    assert stats.kstest(np.log(haze), stats.uniform(math.log(0.001), math.log(100)).cdf).pvalue > 1e-3
    assert stats.kstest(clouds, stats.truncnorm(-0.4 / 0.3, 0.6 / 0.3, 0.4, 0.3).cdf).pvalue > 1e-3


def test_a_copula_takes_a_matrix(read: Loader) -> None:
    matrix = "[[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]]"
    template = read(
        "light: {haze: {uniform: [0, 0.1]}, cloudiness: {uniform: [0, 1]}, sun_azimuth: {uniform: [0, 90]}}\n"
        f"copulas: [{{of: [light.haze, light.cloudiness, light.sun_azimuth], correlation: {matrix}}}]\n"
    )
    table = np.array([list(values(template, k).values()) for k in range(400)]).T
    found = stats.spearmanr(table, axis=1).statistic
    order = list(values(template, 0))
    haze, clouds, sun = (order.index(f"light.{name}") for name in ("haze", "cloudiness", "sun_azimuth"))
    assert found[haze, clouds] == pytest.approx(6 / math.pi * math.asin(0.45), abs=0.06)
    assert abs(found[haze, sun]) < 0.2 and abs(found[clouds, sun]) < 0.2


@pytest.mark.parametrize(
    ("copula", "problem"),
    [
        (
            "{of: [light.haze, light.cloudiness], correlation: 1}",
            "copulas[0].correlation: 1 is outside [-0.999, 0.999]",
        ),
        ("{of: [light.haze], correlation: 0.5}", "copulas[0]: a copula joins 2 to 16 values, not 1"),
        ("{of: [light.haze, light.haze], correlation: 0.5}", "copulas[0]: a copula names every value once"),
        (
            "{of: [light.haze, light.condition], correlation: 0.5}",
            "copulas[0].of[1]: light.condition is not drawn from",
        ),
        (
            "{of: [light.haze, people.speed], correlation: 0.5}",
            "copulas[0].of[1]: people.speed is drawn for every thing",
        ),
        ("{of: [light.haze, roads.wear], correlation: 0.5}", "copulas[0].of[1]: roads.wear is not drawn from"),
        ("{of: [light.haze, light.cloudiness], correlation: [[1, 0.5], [0.4, 1]]}", "is symmetric"),
        ("{of: [light.haze, light.cloudiness], correlation: [[1, 0.5]]}", "as many rows as columns"),
        ("{of: [light.haze, light.cloudiness], correlation: [[1]]}", "2 values need a 2 x 2 matrix"),
        (
            "{of: [light.haze, light.cloudiness, light.sun_azimuth], correlation: -0.9}",
            "no 3 numbers have these correlations: the least eigenvalue -0.8 is not above 0",
        ),
    ],
)
def test_a_wrong_copula_says_what_is_wrong(copula: str, problem: str, read: Loader) -> None:
    with pytest.raises(SceneError) as caught:
        read(WET + f"copulas: [{copula}]\n")
    assert str(caught.value).startswith("my.yaml:3 copulas[0]") and problem in str(caught.value)


# ---------------------------------------------------------------- constraints
def test_constraints_hold_in_every_sample(read: Loader) -> None:
    template = read(
        "vehicles: {spacing: {once: {uniform: [8, 40]}}}\npeople: {density: {uniform: [0, 80]}}\n"
        "constraints: ['vehicles.spacing > 25 or people.density < 20', people.density > 10]\n"
    )
    drawn = [values(template, k) for k in range(60)]
    assert all((d["vehicles.spacing"] > 25 or d["people.density"] < 20) and d["people.density"] > 10 for d in drawn)
    assert min(d["people.density"] for d in drawn) < 20


def test_an_infeasible_scene_names_the_constraint_that_rejects_most(read: Loader) -> None:
    with pytest.raises(SceneError) as caught:
        read("roads: {wear: {uniform: [0, 1]}}\nconstraints:\n  - roads.wear > 0.5\n  - roads.wear < 0.1\n")
    assert str(caught.value).startswith(
        "my.yaml:5 constraints[1]: infeasible: of 1000 attempts at sample 0 roads.wear < 0.1 rejected 9"
    )
    assert "; roads.wear > 0.5 rejected" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("roads.wear", "gives a number, but true or false is needed"), ("roads.wer > 1", 'did you mean "roads.wear"?')],
)
def test_a_wrong_constraint_says_what_is_wrong(text: str, problem: str, read: Loader) -> None:
    with pytest.raises(SceneError, match=r"^my.yaml:2 constraints\[0\]: ") as caught:
        read(f"constraints: ['{text}']\n")
    assert problem in str(caught.value)


# ---------------------------------------------------------------- nothing shifts anything else
@pytest.mark.parametrize(
    ("change", "touched"),
    [
        (JOINED, {"light.haze", "light.cloudiness"}),
        ("roads: {surface: {given: {light.condition: {day: slabs, else: grass}}}}\n", {"roads.surface"}),
        ("roads: {wear: {expression: light.cloudiness}}\n", {"roads.wear"}),
        ("constraints: [light.haze < 0.02]\n", {"light.haze"}),
        ("constraints: [light.haze < 0.2]\n", set()),
        (JOINED + "constraints: [light.haze < 0.02]\n", {"light.haze", "light.cloudiness"}),
    ],
)
def test_no_addition_shifts_another_value(change: str, touched: set[str], read: Loader) -> None:
    text = (
        WET
        + "people: {warmth: {uniform: [0, 1]}}\nchain: {exposure: {normal: [0, 1]}}\nstart_time: {uniform: [0, 9]}\n"
    )
    before, after = read(text), read(text + change)
    for k in range(10):
        plain, changed = values(before, k), values(after, k)
        assert {path: changed[path] for path in plain if path not in touched} == {
            path: value for path, value in plain.items() if path not in touched
        }


def test_without_randomisation_what_depends_follows_the_centres(read: Loader) -> None:
    template = read(
        JOINED + "light: {haze: {uniform: [0, 0.1]}, cloudiness: {uniform: [0, 1]}}\n"
        "roads: {wear: {expression: light.cloudiness / 2}}\n"
    )
    assert values(template, 3, 5, randomise=False) == {"light.haze": 0.05, "light.cloudiness": 0.5, "roads.wear": 0.25}
