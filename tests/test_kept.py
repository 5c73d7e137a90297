"""What is kept stays within its room, the latest longest; shared arrays count once."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from renderers.kept import OTHERWISE, POOL, Pool, arrays_of
from scenes.files import load
from skidpad.render import render_sample
from tests.sizes import size

KB = 1000


@dataclass
class Thing:
    """Something with arrays in several places."""

    own: NDArray[np.uint8]
    shared: tuple[NDArray[np.uint8], ...] = ()
    name: str = ""


def block(size: int) -> NDArray[np.uint8]:
    return np.zeros(size, np.uint8)


def test_arrays_are_found_wherever_they_are_and_count_as_they_were_allocated() -> None:
    whole = block(9 * KB)
    thing = Thing(whole[:10], (block(2), whole[5:7]), "x")
    found = list(arrays_of([thing, {"a": block(3)}, None, "text", 4.0, Thing]))
    assert sorted({id(one): one.nbytes for one in found}.values()) == [2, 3, 9 * KB]


def test_results_are_computed_once_and_are_the_same_things() -> None:
    calls = []

    def build(size: int, colour: str = "red") -> Thing:
        calls.append((size, colour))
        return Thing(block(size), name=colour)

    remembered = Pool(100 * KB).keep(build)
    assert remembered(5) is remembered(5)
    assert remembered(5, colour="blue") is remembered(5, colour="blue") is not remembered(5)
    assert calls == [(5, "red"), (5, "blue")]
    remembered.cache_clear()
    assert remembered(5).name == "red"
    assert len(calls) == 3


def test_functions_that_share_a_room_do_not_mix_up_their_results() -> None:
    pool = Pool(100 * KB)
    one, two = pool.keep(lambda x: ("one", x)), pool.keep(lambda x: ("two", x))
    assert (one(1), two(1), one(1)) == (("one", 1), ("two", 1), ("one", 1))
    one.cache_clear()
    assert pool.keys(one.__wrapped__) == []
    assert len(pool.keys(two.__wrapped__)) == 1


def test_what_was_not_asked_for_for_longest_goes_first() -> None:
    calls = []

    def build(number: int) -> NDArray[np.uint8]:
        calls.append(number)
        return block(10 * KB)

    remembered = Pool(50 * KB).keep(build)
    for number in (0, 1, 2, 3):
        remembered(number)
    remembered(0)
    remembered(4)  # one too many: the room is emptied to three quarters
    calls.clear()
    for number in (0, 3, 4):
        remembered(number)
    assert calls == []
    remembered(1)
    assert calls == [1]


def test_what_is_larger_than_the_room_is_returned_but_not_kept() -> None:
    pool = Pool(10 * KB)
    remembered = pool.keep(block)
    assert len(remembered(20 * KB)) == 20 * KB
    assert pool.size == 0


def test_an_array_of_two_results_counts_once_until_the_last_of_them_is_forgotten() -> None:
    pool, common = Pool(100 * KB), block(30 * KB)
    for name in ("a", "b"):
        pool.add((name,), Thing(block(KB), (common,)))
    assert pool.size == 32 * KB + 2 * OTHERWISE
    pool.drop(("a",))
    assert pool.size == 31 * KB + OTHERWISE
    pool.drop(("b",))
    pool.drop(("b",))
    assert pool.size == 0


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=80))
def test_the_sum_is_that_of_the_arrays_and_within_the_room(asked: list[tuple[int, int]]) -> None:
    pool, common = Pool(40 * KB), [block(k * KB) for k in range(4)]
    remembered = pool.keep(lambda size, which: Thing(block(size * KB), (common[which],)))
    for much, which in asked:
        assert len(remembered(much, which).own) == much * KB
        results = [pool.find(key).result for key in pool.keys(remembered.__wrapped__)]  # type: ignore[union-attr]
        arrays = {id(one): one.nbytes for result in results for one in arrays_of(result)}
        assert pool.size == sum(arrays.values()) + OTHERWISE * len(results) <= pool.room


def test_pictures_do_not_depend_on_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    template = load("crossing")
    with monkeypatch.context() as patch:
        patch.setattr(POOL, "room", 0)
        bare = render_sample(template, 3, 1, frames=size(1, 2))
        assert POOL.size == 0
    usual = render_sample(template, 3, 1, frames=size(1, 2))
    assert POOL.size > 0
    for one, other in zip(bare, usual, strict=True):
        assert one.jpeg == other.jpeg
        assert (one.frame.instance == other.frame.instance).all()
