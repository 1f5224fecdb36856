"""Scheme u1 in Python: golden vectors, salts, uniformity and independence."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from uplift.assignment.hashing import BUCKETS, GOLDEN, bucket, digits, salt
from uplift.errors import AssignmentError


@pytest.mark.parametrize("vector", GOLDEN, ids=lambda v: f"{v.salt}|{v.unit}")
def test_python_agrees_with_the_golden_vectors(vector):
    assert digits(vector.salt, vector.unit) == vector.digits
    assert bucket(vector.salt, vector.unit) == vector.bucket


@given(st.text(max_size=300).filter(lambda t: t.isprintable() or t))
def test_the_number_is_52_bits_of_sha256(unit):
    try:
        message = f"sale/1|{unit}".encode()
    except UnicodeEncodeError:
        return
    number = int.from_bytes(hashlib.sha256(message).digest()[:8], "big") >> 12
    assert digits("sale/1", unit) == number < 2**52
    assert float(number) == number


def test_composed_and_decomposed_letters_are_different_units():
    assert bucket("sale/1", "\u00e9") != bucket("sale/1", "e\u0301")


@pytest.mark.parametrize(
    ("name", "epoch"), [("Sale", 1), ("sale|x", 1), ("", 1), ("größe", 1), ("a" * 79, 12), ("a b", 1)]
)
def test_a_salt_that_could_blur_the_message_is_refused(name, epoch):
    with pytest.raises(AssignmentError, match="UP501"):
        salt(name, epoch)


def test_salts_are_the_id_and_the_epoch():
    assert salt("global-2026h2", 3) == "global-2026h2/3"
    assert salt("a", 1) == "a/1"


@pytest.fixture(scope="module")
def buckets() -> np.ndarray:
    """Six salts × 50,000 sequential ids: the worst case for a weak hash."""
    return np.array([[bucket(f"campaign-{s}/1", str(i)) for i in range(50_000)] for s in range(6)])


def test_buckets_are_uniform(buckets):
    # Six chi-square tests and six KS tests; each below 1e-4 by chance once in 10,000, so one in 800 runs of new salts.
    for row in buckets:
        counts = np.bincount(row // 1000, minlength=1000)
        assert stats.chisquare(counts).pvalue > 1e-4
        assert stats.kstest((row + 0.5) / BUCKETS, "uniform").pvalue > 1e-4


def test_experiments_are_independent_of_each_other(buckets):
    # 15 pairs in 10 × 10 cells: 81 degrees of freedom; the smallest of 15 p-values is below 1e-4 once in 650.
    for first in range(len(buckets)):
        for second in range(first):
            table = np.histogram2d(buckets[first], buckets[second], bins=10, range=[[0, BUCKETS]] * 2)[0]
            assert stats.chi2_contingency(table).pvalue > 1e-4


def test_an_arm_inside_another_salts_slice_keeps_its_share(buckets):
    holdout, arms = buckets[0] < 50_000, buckets[1] < 200_000
    n = holdout.sum()
    assert abs(arms[holdout].mean() - 0.2) < 4 * np.sqrt(0.2 * 0.8 / n)  # four standard errors
