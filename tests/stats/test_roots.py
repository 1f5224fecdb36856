from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uplift.stats.roots import root_between, root_outward


@given(st.floats(-20, 20), st.floats(0.1, 30), st.floats(0.1, 30))
def test_a_bracketed_root_is_found_to_the_wanted_precision(root: float, left: float, right: float) -> None:
    found = root_between(lambda x: math.tanh(x - root), root - left, root + right, within=1e-12)
    assert found == pytest.approx(root, abs=1e-11)


def test_a_jump_and_an_infinite_end_are_bisected() -> None:
    assert root_between(lambda x: (x > 0.3) - 0.5, 0, 1) == pytest.approx(0.3, abs=1e-11)
    assert root_between(lambda x: math.inf if x > 3 else x - 2.5, 0, 100) == 2.5


def test_few_evaluations_are_enough_for_a_smooth_function() -> None:
    seen = []
    root_between(lambda x: seen.append(x) or math.exp(x) - 1e-5, -50, 3)
    assert len(seen) <= 20


def test_a_bracket_without_sign_change_is_a_bug() -> None:
    with pytest.raises(ValueError, match="no sign change"):
        root_between(lambda x: x * x + 1, -1, 1)


@given(st.floats(-1000, 1000), st.floats(0.01, 10))
def test_walking_outward_finds_a_root_beyond_the_start(root: float, stride: float) -> None:
    step = math.copysign(stride, root)
    assert root_outward(lambda x: x - root, 0.0, step, stop=2 * root) == pytest.approx(root, abs=1e-9)
    if abs(root) > 1e-9:
        assert root_outward(lambda x: x - root, 0.0, step, stop=root / 2) is None


def test_a_start_on_the_root_is_the_root() -> None:
    assert root_outward(lambda x: x - 1, 1.0, 1.0, stop=9.0) == 1.0
