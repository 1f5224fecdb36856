"""The result of one analysis: everything the report, the terminal and a decision need, and nothing that moves."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from uplift.results.breakdowns import Course, Covariates, Looks, Reached, Segments, Triggered
from uplift.results.customers import CustomersReading
from uplift.results.effects import Interval, Kind, Uplift, Verdict
from uplift.results.history import ClaimReading, History
from uplift.results.money import Money
from uplift.results.record import Record
from uplift.results.targeting import TargetingReading

SCHEMA = "uplift.result/1"

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["ok", "warn", "fail"]
Role = Literal["primary", "secondary", "guardrail"]
Fact = str | int | float | None


@dataclass(frozen=True, slots=True)
class Check:
    """A validity check: a stable code, how it came out and the facts that its sentence (in `words/`) needs."""

    code: str
    status: Status
    facts: tuple[tuple[str, Fact], ...] = ()


@dataclass(frozen=True, slots=True)
class ArmCount:
    """One arm's contacts."""

    arm: str
    title: str
    control: bool
    weight: float
    assigned: int
    contact_cost: float | None = None  # per contact, in the project's currency
    redemption_cost: float | None = None
    clusters: int | None = None  # households and the like, where these were randomised
    titles: tuple[tuple[str, str], ...] = ()  # (language, title), where there is one per language


@dataclass(frozen=True, slots=True)
class Increment:
    """What a treatment added in all: effect per contact × its contacts, in buyers, orders or money."""

    treatment: str
    value: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class GuardrailStatus:
    """A guardrail: `breached` when the interval lies wholly beyond the margin, `ok` when wholly inside, else `open`."""

    margin: float
    unit: Literal["relative", "points", "absolute"]
    status: Literal["ok", "open", "breached", "refused"]


@dataclass(frozen=True, slots=True)
class MetricResult:
    """One metric of the experiment: one uplift per treatment arm."""

    name: str
    title: str
    role: Role
    kind: Kind
    format: Literal["number", "percent", "money"]
    currency: str | None
    better: Literal["up", "down"]
    window_days: int | None
    conditional: bool
    preliminary: bool
    mature: tuple[tuple[str, int], ...]  # arm → contacts whose window is over
    immature: tuple[tuple[str, int], ...]
    uplifts: tuple[Uplift, ...]
    pairs: tuple[Uplift, ...] = ()  # treatments against each other (the earlier one as control), for `all_pairs`
    confirmed: tuple[str, ...] | None = None  # of a secondary metric: treatments proven together with all the others
    alternatives: tuple[Uplift, ...] = ()  # the same comparisons by other intervals, for the appendix
    increments: tuple[Increment, ...] = ()
    guardrails: tuple[tuple[str, GuardrailStatus], ...] = ()  # treatment → status
    winsorised_at: float | None = None
    segments: tuple[Segments, ...] = ()  # per declared column and treatment
    course: tuple[Course, ...] = ()  # per treatment
    covariates: tuple[Covariates, ...] = ()  # per treatment, where the metric is adjusted
    reached: tuple[Reached, ...] = ()  # per treatment, where `compliance` is declared
    triggered: tuple[Triggered, ...] = ()  # per treatment, where `trigger` is declared
    looks: tuple[Looks, ...] = ()  # per treatment, of the primary metric of a sequential design
    titles: tuple[tuple[str, str], ...] = ()

    def uplift(self, treatment: str) -> Uplift:
        """The comparison of one treatment arm."""
        return next(u for u in self.uplifts if u.treatment.arm == treatment)


def title_in(titled: ArmCount | MetricResult | ExperimentFacts, language: str) -> str:
    """The title in a language, or the one that there is."""
    return dict(titled.titles).get(language, titled.title)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the decision rule says: `ship`, `stop`, `wait` (nothing applies yet) or `none` (no verdict may be given)."""

    action: Literal["ship", "stop", "wait", "none"]
    arm: str | None
    reasons: tuple[str, ...]  # finding codes or rule texts that led here


@dataclass(frozen=True, slots=True)
class ExperimentFacts:
    """What was decided, as the report repeats it."""

    id: str
    title: str
    owner: str
    hypothesis: str
    programme: str | None
    version: str | None
    status: str
    start: datetime.date
    enrol_until: datetime.date | None
    language: Literal["de", "en"]
    currency: str
    timezone: str
    margin: float | None  # contribution margin of revenue
    yaml: str
    spec_hash: str  # sha256 of the experiment's canonical meaning
    titles: tuple[tuple[str, str], ...] = ()
    hypotheses: tuple[tuple[str, str], ...] = ()  # (language, hypothesis), where there is one per language

    def hypothesis_in(self, language: str) -> str:
        """The hypothesis in a language, or the one that there is."""
        return dict(self.hypotheses).get(language, self.hypothesis)


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A source that was read: its name, rows and content hash (never a path or an address)."""

    name: str
    rows: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the numbers came about."""

    interval: str  # design.interval
    alpha: float
    engine: str
    uplift_version: str
    sql: tuple[tuple[str, str], ...]  # stage → SQL without literals from data
    sources: tuple[SourceFacts, ...]
    ledger_hash: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """All of it. Equal inputs give equal bytes: no run id, no clock, no path."""

    experiment: ExperimentFacts
    as_of: datetime.date
    arms: tuple[ArmCount, ...]
    metrics: tuple[MetricResult, ...]
    checks: tuple[Check, ...]
    recommendation: Recommendation
    provenance: Provenance
    not_evaluated: tuple[str, ...] = ()  # blocks of the YAML that no room evaluates yet
    record: Record | None = None  # what was signed; None where nothing was locked
    money: tuple[Money, ...] = ()  # per treatment, where `value.margin` is declared
    history: tuple[History, ...] = ()  # per treatment, of the primary metric of a programme with earlier runs
    claims: tuple[ClaimReading, ...] = ()
    targeting: TargetingReading | None = None
    customers: CustomersReading | None = None  # what was known of all customers when contacts were first assigned
    schema: str = SCHEMA

    @property
    def primary(self) -> MetricResult:
        """The metric that decides."""
        return next(m for m in self.metrics if m.role == "primary")

    @property
    def findings(self) -> tuple[Check, ...]:
        """Every check, then the codes that comparisons carry (cautions, refusals) and that no check mentions."""
        known = {check.code for check in self.checks}
        found: dict[tuple[str, str], Check] = {}
        for metric in self.metrics:
            codes = [code for u in metric.uplifts for code in (*u.cautions, u.refusal) if code and code not in known]
            for code in codes:
                converters = min(u.control.nonzero for u in metric.uplifts)
                facts = (("metric", metric.title), ("converters", converters))
                found.setdefault((code, metric.name), Check(code, "warn", facts))
        return (*self.checks, *found.values())

    @property
    def trusted(self) -> bool:
        """Whether no check failed; without trust there is no verdict."""
        return all(check.status != "fail" for check in self.checks)

    @property
    def signed(self) -> bool:
        """Whether a person has decided on these very numbers."""
        return self.record is not None and any(d.as_of in (None, self.as_of) for d in self.record.decisions)

    @property
    def final(self) -> bool:
        """Whether they are signed, and no later data will change them."""
        return self.signed and not any(metric.preliminary for metric in self.metrics)

    def verdict(self, metric: MetricResult, uplift: Uplift) -> Verdict:
        """The verdict that may be shown: none at all when a check failed."""
        return uplift.verdict(metric.better) if self.trusted else "refused"

    def account(self, treatment: str) -> Money | None:
        """What a treatment earned, where that may be shown: not without trust in its metric's comparison."""
        found = next((m for m in self.money if m.treatment == treatment), None)
        if found is None or found.contribution.value is None:
            return None
        metric = next((m for m in self.metrics if m.name == found.metric), None)
        uplift = next((u for u in metric.uplifts if u.treatment.arm == treatment), None) if metric else None
        if metric is None or uplift is None or self.verdict(metric, uplift) == "refused":
            return None
        return found

    def __str__(self) -> str:
        from uplift.results.forms import text

        return text(self)

    def _repr_html_(self) -> str:
        from uplift.results.forms import notebook

        return notebook(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per metric and treatment arm, unrounded (see `uplift.results.forms.frame`)."""
        from uplift.results.forms import frame

        return frame(self)
