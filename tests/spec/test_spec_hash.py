"""The fingerprint follows the meaning: nothing else changes it, and every decision does."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from uplift.spec import load_study, spec_hash

Change = tuple[str, str]


class Write(Protocol):
    def __call__(self, *sale: Change, project: tuple[Change, ...] = ()) -> Path: ...


def hashed(path: Path) -> str:
    return spec_hash(load_study(path))


def test_the_hash_is_a_sha256_and_is_the_same_every_time(write: Write) -> None:
    first, second = hashed(write()), hashed(write())
    assert first == second
    assert len(first) == 64
    assert set(first) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "changes",
    [
        [("status: draft", "status: running")],
        [("owner: crm", "title: A sale\nowner: crm")],
        [("owner: crm", "waivers: [{code: UP213, reason: x, until: 2027-02-28, by: me}]\nowner: crm")],
        [("owner: crm", "# a comment\nowner:   'crm'")],
        [("weight: 15%", "weight: 0.15")],
        [("weight: 15%", "weight: 3/20")],
        [("60_000", "60000")],
        [("mde: 1.0pp", "mde: 1pp")],
        [("0.62 EUR", "0.620 EUR")],
        [("window: 30d, mde", "mde: 1.0pp, window: 30d #")],
        [("status: draft\n", "")],
        [("design:\n", "design:\n  sides: 2\n  alpha: 0.1\n")],
        [("{weight: 15%, control: true}", "{control: true, weight: 15%, title: Control}")],
    ],
    ids=lambda c: c[0][1],
)
def test_words_that_mean_the_same_have_the_same_hash(write: Write, changes: list[Change]) -> None:
    path = write()
    before = hashed(path)
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        if new.endswith("#"):
            old, new = "window: 30d, mde: 1.0pp", "mde: 1.0pp, window: 30d"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    assert hashed(path) == before


def test_the_order_of_keys_does_not_matter(write: Write) -> None:
    path = write()
    before = hashed(path)
    blocks = path.read_text(encoding="utf-8").split("\nassignment:")
    path.write_text("assignment:" + blocks[1] + blocks[0] + "\n", encoding="utf-8")
    assert hashed(path) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1.0pp", "1.1pp"),
        ("1.0pp", "1.0%"),
        ("weight: 15%", "weight: 16%"),
        ("window: 30d, mde", "window: 31d, mde"),
        ("2026-11-30", "2026-12-01"),
        ("expected_size: 60_000", "expected_size: 60_001"),
        ("A mail raises", "Two mails raise"),
        ("method: hash,", "method: hash, salt_epoch: 2,"),
        ("value: 9.0%", "value: 9.1%"),
        ("[country, value_band]", "[value_band, country]"),
        ("design:\n", "design:\n  alpha: 0.05\n"),
        ("ship: primary.low > 0", "ship: primary.low > 1%"),
    ],
)
def test_every_decision_has_its_own_hash(write: Write, old: str, new: str) -> None:
    before = hashed(write())
    other = ("weight: 85%", "weight: 84%")
    changes = [(old, new), other] if "16%" in new else [(old, new)]
    assert hashed(write(*changes)) != before


def test_the_order_of_arms_is_bucket_order_and_matters(write: Write) -> None:
    control = "  control: {weight: 15%, control: true}\n"
    treatment = "  treatment: {weight: 85%, contact_cost: 0.62 EUR}\n"
    assert hashed(write((control + treatment, treatment + control))) != hashed(write())


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("where: not is_cancelled", "where: not is_returned", False),
        ("data_lag: 3d", "data_lag: 4d", False),
        ("timezone: Europe/Berlin", "timezone: Europe/Paris", False),
        ("alpha: 0.1", "alpha: 0.05", False),
        ("share: 5%", "share: 6%", False),
        ("{kind: count, source: orders}", "{kind: count, source: orders, where: x}", True),
        ("{file: data/wide.csv}", "{file: data/wider.csv}", True),
        ("incentives: {unit: customer_id}", "incentives: {unit: household_id}", True),
    ],
)
def test_shared_definitions_count_where_they_are_used(write: Write, old: str, new: str, same: bool) -> None:
    assert (hashed(write(project=((old, new),))) == hashed(write())) is same
