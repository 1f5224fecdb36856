"""How many converters a verdict needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `uplift check` asks for the thresholds of small designs: it spares loading the forms of results
    from uplift.results import ArmValue, Kind


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many converters (contacts with any event) a verdict needs, and how many it should have.

    Below `refuse` no verdict is given, below `caution` it carries a warning, below `calibrated` a note that nominal
    coverage has been shown only from there on. They count the control's converters, and those that the treatment arm
    would have if there were no effect: a treatment that stops all purchases must not hide behind its own damage.
    """

    refuse: int
    caution: int
    calibrated: int


# Exact coverage of the score interval is nominal from 10 expected control converters on; skewed means and order
# values need 150 (docs/methods). Between the two the interval is shown with a caution.
SHARES = Evidence(refuse=10, caution=30, calibrated=30)
MEANS = Evidence(refuse=30, caution=60, calibrated=150)


def evidence_for(kind: Kind) -> Evidence:
    """The thresholds of a metric kind."""
    return SHARES if kind == "proportion" else MEANS


def weigh(control: ArmValue, treatment: ArmValue, evidence: Evidence) -> tuple[str | None, tuple[str, ...]]:
    """Whether the converters carry a verdict: (refusal code, caution codes)."""
    without_effect = (control.nonzero + treatment.nonzero) * treatment.n / (control.n + treatment.n)
    converters = min(control.nonzero, without_effect)
    if converters < evidence.refuse:
        return "UP604", ()
    if converters < evidence.caution:
        return None, ("UP603",)
    return None, ("UP612",) if converters < evidence.calibrated else ()
