"""The published tests as group sizes, buyers and order values: what the generated rows have to add up to.

A vendor's white paper about the retailer BrandAlley prints three results of two holdout tests, each as a relative
uplift with a half-width and nothing else. The group sizes, buyers and standard deviations below are *one* set of
numbers that prints these lines to the last digit; the retailer's own are not known. Unsubscribes are invented.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArmDesign:
    """One arm: contacts, buyers (one order each inside the window), order values in cents, unsubscribers."""

    contacts: int
    buyers: int
    mean: int
    sd: int
    unsubscribes: int


@dataclass(frozen=True, slots=True)
class HoldoutTest:
    """A holdout test: its shipped YAML file is `experiments/<experiment>.yml`; local days from `start`."""

    experiment: str
    start: datetime.date
    window_days: int
    control: ArmDesign
    treatment: ArmDesign

    @property
    def arms(self) -> dict[str, ArmDesign]:
        """The arms by their names in the YAML, in bucket order."""
        return {"control": self.control, "treatment": self.treatment}


CHURN = HoldoutTest(
    experiment="brandalley-churn-v3",
    start=datetime.date(2026, 6, 1),
    window_days=30,
    control=ArmDesign(contacts=11_250, buyers=563, mean=7_500, sd=5_480, unsubscribes=90),
    treatment=ArmDesign(contacts=45_000, buyers=2_813, mean=8_190, sd=5_984, unsubscribes=369),
)
REPEAT = HoldoutTest(
    experiment="brandalley-repeat-v2",
    start=datetime.date(2026, 6, 15),
    window_days=30,
    control=ArmDesign(contacts=6_588, buyers=527, mean=7_500, sd=5_472, unsubscribes=40),
    treatment=ArmDesign(contacts=26_350, buyers=2_108, mean=8_206, sd=5_987, unsubscribes=163),
)
TESTS = (CHURN, REPEAT)
DEMO_EXPERIMENTS: tuple[str, ...] = tuple(test.experiment for test in TESTS)
SEND_TIME = "send-time-2026-06"
"""The campaign whose hours are chosen; its log is generated, its own mails are not."""
EXPORTED_ON = datetime.date(2026, 5, 31)
"""The day of the contact export: ages in days count to it."""
EVERYBODY = 110_000
"""Contacts in the export, eligible for a test or not."""
