"""One result told in one language: its names tamed, its values in their units."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.results import ArmCount, Interval, MetricResult, Result, Uplift, Verdict
from uplift.results.result import title_in
from uplift.words import numbers, values
from uplift.words.codes import CODES
from uplift.words.labels import LABELS, Labels
from uplift.words.language import Language, say
from uplift.words.names import mid_sentence, shortened, tamed


@dataclass(frozen=True, slots=True)
class Voice:
    """What every section needs in order to speak about a result."""

    result: Result
    language: Language

    @property
    def labels(self) -> Labels:
        """The fixed words of the language."""
        return LABELS[self.language]

    @property
    def name(self) -> str:
        """The experiment's title."""
        return tamed(title_in(self.result.experiment, self.language))

    @property
    def treatments(self) -> tuple[ArmCount, ...]:
        """All arms but the control, in bucket order."""
        return tuple(arm for arm in self.result.arms if not arm.control)

    @property
    def several(self) -> bool:
        """Whether more than one treatment is compared, so that each needs its name."""
        return len(self.treatments) > 1

    def title(self, metric: MetricResult) -> str:
        """The metric's name, as long as it is."""
        return tamed(title_in(metric, self.language))

    def short_title(self, metric: MetricResult) -> str:
        """The metric's name as a sentence can carry it."""
        return shortened(title_in(metric, self.language))

    def inner_title(self, metric: MetricResult) -> str:
        """The metric's name as it reads inside a sentence: English titles start small there."""
        title = self.short_title(metric)
        english = "en" in dict(metric.titles) or self.result.experiment.language == "en"
        return mid_sentence(title) if self.language == "en" and english else title

    def arm(self, name: str, *, limit: int = 80) -> str:
        """The arm's title; arms that are just called control and treatment get the language's own words."""
        found = next((arm for arm in self.result.arms if arm.arm == name), None)
        title = title_in(found, self.language) if found else name
        if title == name == "control":
            return self.labels.control
        if title == name == "treatment":
            return self.labels.treatment
        return shortened(title, limit)

    def value(self, metric: MetricResult, amount: float | None) -> str:
        """A value of one arm in the metric's unit."""
        return values.value(amount, form=metric.format, currency=metric.currency, language=self.language)

    def difference(self, metric: MetricResult, amount: float | None) -> str:
        """Treatment minus control in the metric's unit, signed."""
        return values.difference(amount, form=metric.format, currency=metric.currency, language=self.language)

    def total(self, metric: MetricResult, amount: float | None, *, decimals: int = 0) -> str:
        """A sum over contacts in the metric's unit, signed; shares sum up to contacts (to so many decimals)."""
        if amount is None:
            return values.MISSING
        if metric.kind == "proportion":
            text = values.contacts(amount, self.language, signed=True, decimals=decimals)
            return f"{text}{numbers.NBSP}{values.contacts_unit(self.language)}"
        return values.total(amount, form=metric.format, currency=metric.currency, language=self.language, signed=True)

    def total_bounds(self, metric: MetricResult, interval: Interval | None, *, decimals: int = 0) -> str:
        """The interval of a sum over contacts as a range."""
        if interval is None:
            return values.MISSING

        def text(bound: float) -> str:
            if metric.kind == "proportion":
                return values.contacts(bound, self.language, decimals=decimals)
            return values.total(bound, form=metric.format, currency=metric.currency, language=self.language)

        low, high = (None if bound is None else text(bound) for bound in (interval.low, interval.high))
        return values.bounds(low, high, self.language)

    def money(self, amount: float | None, *, signed: bool = False) -> str:
        """A sum in the project's currency: three significant digits; a dash where it cannot be said."""
        if amount is None:
            return values.MISSING
        return numbers.money_total(amount, self.result.experiment.currency, self.language, signed=signed)

    def money_bounds(self, interval: Interval | None) -> str:
        """The interval of a sum in the project's currency as a range."""
        if interval is None:
            return values.MISSING
        low, high = (None if bound is None else self.money(bound) for bound in (interval.low, interval.high))
        return values.bounds(low, high, self.language)

    def share_bounds(self, interval: Interval | None) -> str:
        """The interval of a relative uplift as a range."""
        if interval is None:
            return values.MISSING
        return values.uplift_range(interval.low, interval.high, self.language)

    def relative(self, value: float | None, interval: Interval | None) -> str:
        """A relative uplift with its sign, no finer than its interval; a dash where there is none."""
        if value is None:
            return values.MISSING
        return values.estimate(value, interval.half_width if interval else None, self.language)

    def estimate(self, uplift: Uplift) -> str:
        """The relative uplift with its sign."""
        if uplift.relative is None:
            return self.labels.undefined
        interval = uplift.relative_interval
        return values.estimate(uplift.relative, interval.half_width if interval else None, self.language)

    def bounds(self, uplift: Uplift) -> str:
        """The interval of the relative uplift as a range."""
        interval = uplift.relative_interval
        if interval is None:
            return values.MISSING
        return values.uplift_range(interval.low, interval.high, self.language)

    def difference_bounds(self, metric: MetricResult, uplift: Uplift) -> str:
        """The interval of the difference as a range in the metric's unit."""
        interval = uplift.absolute_interval
        if interval is None:
            return values.MISSING
        if metric.format == "percent":
            return values.points_range(interval.low, interval.high, self.language)
        low, high = (None if x is None else self.difference(metric, x) for x in (interval.low, interval.high))
        return values.bounds(low, high, self.language)

    def plus_minus(self, uplift: Uplift) -> str | None:
        """«9,41 % (±7,62 %)» where the interval is symmetric to the printed digits, else None."""
        interval = uplift.relative_interval
        if uplift.relative is None or interval is None:
            return None
        return values.with_half_width(uplift.relative, interval.low, interval.high, self.language)

    def in_brief(self, uplift: Uplift) -> str:
        """The shortest honest form: with ± where symmetric, else the estimate and its range."""
        symmetric = self.plus_minus(uplift)
        return symmetric or f"{self.estimate(uplift)} ({self.bounds(uplift)})"

    def verdict(self, metric: MetricResult, uplift: Uplift) -> Verdict:
        """The verdict that may be shown: none at all when a check failed."""
        return self.result.verdict(metric, uplift)

    def refusal(self, uplift: Uplift | None) -> str | None:
        """The code that refuses the verdict: the first failed check, else the comparison's own."""
        failed = next((check.code for check in self.result.checks if check.status == "fail"), None)
        return failed or (uplift.refusal if uplift else None)

    def why_refused(self, uplift: Uplift) -> str:
        """Why there is no verdict, in a few words."""
        entry = CODES.get(self.refusal(uplift) or "")
        return say(self.language, de=entry.title_de, en=entry.title_en) if entry else ""

    def word(self, verdict: Verdict) -> str:
        """The verdict in one word."""
        labels = self.labels
        words = {"better": labels.better, "worse": labels.worse, "open": labels.open, "refused": labels.refused}
        return words[verdict]

    @property
    def confidence(self) -> float:
        """The level of the experiment; single comparisons may be held to a higher one where there are several."""
        return 1 - self.result.provenance.alpha

    def leading(self, metric: MetricResult) -> Uplift | None:
        """The comparison that the headline is about: the recommended arm, else the best verdict."""
        order: dict[Verdict, int] = {"better": 3, "open": 2, "worse": 1, "refused": 0}
        recommended, sign = self.result.recommendation.arm, 1 if metric.better == "up" else -1

        def rank(uplift: Uplift) -> tuple[bool, int, float]:
            wanted = uplift.treatment.arm == recommended
            return wanted, order[self.verdict(metric, uplift)], sign * (uplift.relative or 0.0)

        return max(metric.uplifts, key=rank, default=None)

    def breached(self, arm: str) -> list[MetricResult]:
        """The guardrail metrics that this arm breaches."""
        return self._guardrails(arm, "breached")

    def unsettled(self, arm: str) -> list[MetricResult]:
        """The guardrail metrics whose harm is not excluded for this arm yet."""
        return self._guardrails(arm, "open")

    def _guardrails(self, arm: str, status: str) -> list[MetricResult]:
        return [m for m in self.result.metrics if any(a == arm and g.status == status for a, g in m.guardrails)]
