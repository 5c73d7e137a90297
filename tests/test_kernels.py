"""What compiled functions alone call is refused to Python, and works inside of them."""

import pytest

from sim.kernels import called, within


@within(forceinline=True, _nrt=False)
def doubled(number):  # type: ignore[no-untyped-def]
    return 2 * number


@called
def quadrupled(number):  # type: ignore[no-untyped-def]
    return doubled(doubled(number))


def test_a_function_without_wrappers_works_in_a_kernel_and_refuses_python() -> None:
    assert quadrupled(3) == 12
    with pytest.raises(TypeError, match="doubled can be called by kernels alone"):
        doubled(3)
    assert doubled.py_func(3) == 6
