"""From weights to ranges: exact cover, sizes within one bucket, no arm by default."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from uplift.assignment.hashing import BUCKETS
from uplift.assignment.ranges import Range, arm_ranges, holdout_range, layer_range, weights_hash
from uplift.errors import AssignmentError


@st.composite
def weights(draw) -> dict[str, Fraction]:
    parts = draw(st.lists(st.integers(1, 10_000), min_size=1, max_size=12))
    total = sum(parts)
    return {f"arm_{i}": Fraction(part, total) for i, part in enumerate(parts)}


@given(weights())
def test_ranges_cover_every_bucket_exactly_once(shares):
    assume(all(share * BUCKETS >= 1 for share in shares.values()))
    ranges = arm_ranges(shares)
    assert [r.arm for r in ranges] == list(shares)
    assert ranges[0].range.low == 0
    assert ranges[-1].range.high == BUCKETS
    assert all(a.range.high == b.range.low for a, b in itertools.pairwise(ranges))


@given(weights())
def test_each_arm_is_less_than_one_bucket_off_its_share(shares):
    assume(all(share * BUCKETS >= 1 for share in shares.values()))
    for arm in arm_ranges(shares):
        assert abs(len(arm.range) - shares[arm.arm] * BUCKETS) < 1


def test_thirds_work():
    assert [len(r.range) for r in arm_ranges(dict.fromkeys("abc", Fraction(1, 3)))] == [333_333, 333_334, 333_333]


def test_per_cent_are_whole_buckets():
    ranges = arm_ranges({"control": Fraction(15, 100), "treatment": Fraction(85, 100)})
    assert [(r.range.low, r.range.high) for r in ranges] == [(0, 150_000), (150_000, 1_000_000)]


@pytest.mark.parametrize(
    "shares",
    [
        {"a": Fraction(333, 1000), "b": Fraction(333, 1000), "c": Fraction(333, 1000)},
        {"a": Fraction(1), "b": Fraction(0)},
        {"a": Fraction(3, 2), "b": Fraction(-1, 2)},
        {"a": Fraction(1, 10**8), "b": 1 - Fraction(1, 10**8)},
    ],
)
def test_weights_that_are_no_partition_are_refused(shares):
    with pytest.raises(AssignmentError, match="UP502"):
        arm_ranges(shares)


def test_a_holdout_takes_the_first_buckets_so_that_raising_it_keeps_everybody_in():
    assert holdout_range(Fraction(5, 100)) == Range(0, 50_000)
    assert holdout_range(Fraction(10, 100)).high > holdout_range(Fraction(5, 100)).high


def test_parts_of_a_layer_that_touch_do_not_overlap():
    first, second = layer_range(Fraction(0), Fraction(1, 3)), layer_range(Fraction(1, 3), Fraction(1))
    assert first.high == second.low
    assert not first.everything


@pytest.mark.parametrize(("start", "end"), [(0, 0), (1, 0), (Fraction(1, 2), Fraction(1, 2)), (0, 2), (-1, 1)])
def test_a_part_without_buckets_is_refused(start, end):
    with pytest.raises(AssignmentError, match="UP502"):
        layer_range(Fraction(start), Fraction(end))


def test_equal_ranges_have_equal_names_whatever_their_text():
    shares = {"a": Fraction(1, 4), "b": Fraction(3, 4)}
    assert weights_hash(arm_ranges(shares)) == weights_hash(
        arm_ranges({"a": Fraction("0.25"), "b": Fraction("75/100")})
    )
    assert weights_hash(arm_ranges(shares)) != weights_hash(arm_ranges(dict(reversed(shares.items()))))
