"""The contact base: ids whose hash puts exactly the designed number into each arm, and what the shop knows of them.

Arms are not written into any file: `uplift assign` computes them from the ids. A hash would miss the designed group
sizes by chance, so the ids are chosen. Numbers are drawn at random and hashed with the salt of the test, and an id
is given to its test while the arm that the hash names still has room; the few that come too late are ineligible
contacts. Within an arm ids are as random as any, but the group sizes are no proof that hashing splits evenly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from uplift.assignment.hashing import bucket, salt
from uplift.assignment.ranges import arm_ranges
from uplift.demo.designs import EVERYBODY, TESTS, HoldoutTest

Integers = NDArray[np.int64]
Rng = np.random.RandomState

CONTROL_SHARE = Fraction(1, 5)
UNKNOWN = -1
FIRST_ID, LAST_ID = 10_000_000, 10_999_999

COUNTRIES = ("DE", "AT", "CH", "NL")
BANDS = ("low", "mid", "high")


@dataclass(frozen=True, slots=True)
class Audience:
    """The ids of one test by arm, in the order in which they were drawn."""

    test: HoldoutTest
    arms: Mapping[str, Integers]

    @property
    def everybody(self) -> Integers:
        """All ids of the test, arm after arm."""
        return np.concatenate(list(self.arms.values()))


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contact export by column, one row per contact in ascending order of id; UNKNOWN stands for an empty field.

    Probabilities are whole per cent, ages whole days before the export, opt-ins 0 or 1; `country` and `band` are
    positions in COUNTRIES and BANDS.
    """

    customer: Integers
    household: Integers
    country: Integers
    band: Integers
    email: Integers
    print: Integers
    orders: Integers
    first: Integers
    last: Integers
    churn: Integers
    repeat: Integers


@dataclass(frozen=True, slots=True)
class ContactBase:
    """Everybody: the audiences of the tests, and those outside."""

    contacts: Contacts
    audiences: tuple[Audience, ...]
    outside: Integers


def contact_base(rng: Rng) -> ContactBase:
    """Draw the ids, then what is known of each contact."""
    drawn = iter((FIRST_ID + rng.permutation(LAST_ID - FIRST_ID + 1)).tolist())
    spare: list[int] = []
    audiences = tuple(_audience(test, drawn, spare) for test in TESTS)
    inside = sum(len(audience.everybody) for audience in audiences)
    while len(spare) < EVERYBODY - inside:
        spare.append(next(drawn))
    outside = np.array(spare, dtype=np.int64)
    return ContactBase(_described(audiences, outside, rng), audiences, outside)


def _audience(test: HoldoutTest, drawn: Iterator[int], spare: list[int]) -> Audience:
    """Fill the arms of a test; ids whose arm is full already go to `spare`."""
    the_salt = salt(test.experiment, 1)
    ranges = arm_ranges({"control": CONTROL_SHARE, "treatment": 1 - CONTROL_SHARE})
    filled: dict[str, list[int]] = {name: [] for name in test.arms}
    room = sum(design.contacts for design in test.arms.values())
    while room:
        unit = next(drawn)
        where = bucket(the_salt, str(unit))
        arm = next(r.arm for r in ranges if where in r.range)
        if len(filled[arm]) < test.arms[arm].contacts:
            filled[arm].append(unit)
            room -= 1
        else:
            spare.append(unit)
    return Audience(test, {name: np.array(ids, dtype=np.int64) for name, ids in filled.items()})


def _described(audiences: tuple[Audience, ...], outside: Integers, rng: Rng) -> Contacts:
    """What is known of each contact: buyers likely to leave, buyers likely to buy, and everybody else."""
    churn, repeat = (audience.everybody for audience in audiences)
    reasons = np.array_split(outside, 5)
    groups = (
        _group(churn, rng, orders=(2, 9), last=(60, 170), churn=(60, 96), repeat=(5, 55)),
        _group(repeat, rng, orders=(2, 14), last=(1, 75), churn=(2, 59), repeat=(60, 95)),
        # outside: one condition fails: no consent, one order only, not likely enough, dormant, never bought
        _group(reasons[0], rng, orders=(2, 9), last=(20, 170), churn=(60, 96), repeat=(60, 95), email=0.0),
        _group(reasons[1], rng, orders=(1, 1), last=(1, 120), churn=(10, 90), repeat=(5, 80)),
        _group(reasons[2], rng, orders=(2, 9), last=(10, 150), churn=(2, 59), repeat=(2, 59)),
        _group(reasons[3], rng, orders=(1, 8), last=(180, 540), churn=None, repeat=(1, 40)),
        _group(reasons[4], rng, orders=(0, 0), last=None, churn=None, repeat=None),
    )
    columns = [np.concatenate(parts) for parts in zip(*groups, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return Contacts(*(column[order] for column in columns))


Bounds = tuple[int, int]


def _group(
    ids: Integers,
    rng: Rng,
    *,
    orders: Bounds,
    last: Bounds | None,
    churn: Bounds | None,
    repeat: Bounds | None,
    email: float = 1.0,
) -> tuple[Integers, ...]:
    """The columns of `Contacts` for one kind of contact; bounds are inclusive, None leaves the field empty."""
    n = len(ids)
    n_orders = np.minimum(orders[0] + rng.geometric(0.45, n) - 1, orders[1]).astype(np.int64)
    latest = _between(last, n, rng)
    first = np.where(n_orders > 1, latest + 30 + rng.randint(0, 700, n), latest)
    return (
        ids,
        5_000_000 + rng.randint(0, 90_000, n),
        np.searchsorted((0.72, 0.86, 0.94), rng.random_sample(n)).astype(np.int64),
        np.searchsorted((0.5, 0.85), rng.random_sample(n)).astype(np.int64),
        (rng.random_sample(n) < email).astype(np.int64),
        (rng.random_sample(n) < 0.8).astype(np.int64),
        n_orders,
        first,
        latest,
        _between(churn, n, rng),
        _between(repeat, n, rng),
    )


def _between(bounds: Bounds | None, n: int, rng: Rng) -> Integers:
    if bounds is None:
        return np.full(n, UNKNOWN, dtype=np.int64)
    return rng.randint(bounds[0], bounds[1] + 1, n).astype(np.int64)
