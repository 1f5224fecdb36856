"""What simulated experiments on the team's own data show: how often each metric's test errs, and what it finds."""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict, dataclass
from typing import Literal

from uplift.results.plan_table import aligned
from uplift.words import numbers
from uplift.words.language import Language, say
from uplift.words.names import tamed
from uplift.words.values import MISSING


@dataclass(frozen=True, slots=True)
class Planted:
    """Experiments in which the treatment works: `effect` is what was planted in this metric (relative).

    `coverage` is the share of intervals that hold it; `power` the share of verdicts in its direction; `shown` the mean
    relative uplift of those verdicts: how far a find overstates the truth.
    """

    effect: float
    verdicts: int
    coverage: float | None
    power: float | None
    shown: float | None


@dataclass(frozen=True, slots=True)
class SimulatedMetric:
    """One metric and treatment: A/A experiments first, then planted effects.

    `false_positives` is the share of verdicts although nothing was different, `up` those in favour of the treatment.
    `uniform` is the p-value of Kolmogorov–Smirnov's test that p-values are uniform, as they are where a test is exact.
    `refused` is the share of experiments without a verdict; all other shares are over the rest. `status` is «odd» when
    false positives exceed alpha by more than three Monte Carlo errors.
    """

    metric: str
    title: str
    treatment: str
    method: str
    alpha: float
    verdicts: int
    refused: float
    false_positives: float | None
    up: float | None
    uniform: float | None
    planted: Planted | None
    status: Literal["ok", "odd", "refused"]

    @property
    def error(self) -> float | None:
        """One Monte Carlo error of the false positives, had they their nominal share."""
        return (self.alpha * (1 - self.alpha) / self.verdicts) ** 0.5 if self.verdicts else None


@dataclass(frozen=True, slots=True)
class Simulation:
    """A/A and planted-effect experiments with one design, on one set of data."""

    experiment: str
    day: datetime.date
    units: int
    distinct: int
    replications: int
    seed: int
    effect: float
    clustered: bool
    assigned: bool  # False: nobody is assigned yet, and everybody eligible was taken as if
    metrics: tuple[SimulatedMetric, ...]
    language: Language

    @property
    def sound(self) -> bool:
        """Whether no metric's test errs more often than it says."""
        return all(metric.status != "odd" for metric in self.metrics)

    def __str__(self) -> str:
        return text(self, self.language)


def to_json(simulation: Simulation) -> str:
    """Everything as JSON, unrounded."""
    return json.dumps(asdict(simulation), indent=2, default=str, ensure_ascii=False)


def text(simulation: Simulation, language: Language) -> str:
    """A heading and a table; then what it means."""
    units, runs = numbers.count(simulation.units, language), numbers.count(simulation.replications, language)
    effect = numbers.percent(simulation.effect, language, signed=True)
    head = say(
        language,
        de=f"{tamed(simulation.experiment)} · {runs} A/A-Versuche und {runs} Versuche mit {effect} auf {units} "
        f"{'Einheiten' if simulation.clustered else 'Kontakten'} (Stand {simulation.day.isoformat()}, "
        f"Startwert {simulation.seed})",
        en=f"{tamed(simulation.experiment)} · {runs} A/A experiments and {runs} with {effect} on {units} "
        f"{'clusters' if simulation.clustered else 'contacts'} (as of {simulation.day.isoformat()}, "
        f"seed {simulation.seed})",
    )
    heads = say(
        language,
        de="Metrik|Methode|ohne Urteil|Fehlalarme|davon nach oben|KS-p|gepflanzt|Abdeckung|Power|gezeigt",
        en="metric|method|refused|false positives|of these up|KS p|planted|coverage|power|shown",
    )
    rows = [tuple(heads.split("|")), *(_row(metric, language) for metric in simulation.metrics)]
    return "\n\n".join([head, aligned(tuple(rows)), _meaning(simulation, language)])


def _row(metric: SimulatedMetric, language: Language) -> tuple[str, ...]:
    planted = metric.planted
    return (
        f"{tamed(metric.title)} ({tamed(metric.treatment)})",
        metric.method,
        _share(metric.refused, language),
        _share(metric.false_positives, language) + (" !" if metric.status == "odd" else ""),
        _share(metric.up, language),
        MISSING if metric.uniform is None else numbers.p_number(metric.uniform, language),
        MISSING if planted is None else numbers.percent(round(planted.effect, 9), language, signed=True),
        _share(planted.coverage if planted else None, language),
        _share(planted.power if planted else None, language),
        MISSING if planted is None or planted.shown is None else numbers.percent(planted.shown, language, signed=True),
    )


def _share(share: float | None, language: Language) -> str:
    return MISSING if share is None else numbers.percent(share, language, decimals=1)


def _meaning(simulation: Simulation, language: Language) -> str:
    odd = [metric for metric in simulation.metrics if metric.status == "odd"]
    if odd:
        names = ", ".join(dict.fromkeys(tamed(metric.title) for metric in odd))
        return say(
            language,
            de=f"Auf diesen Daten schlägt der Test öfter falschen Alarm, als er sagt: {names}. Begrenzen Sie Ausreißer "
            "(winsorise), oder geben Sie der Kontrollgruppe einen größeren Anteil.",
            en=f"On these data the test gives false alarms more often than it says: {names}. Cap outliers (winsorise), "
            "or give control a larger share.",
        )
    if all(metric.status == "refused" for metric in simulation.metrics):
        return say(
            language,
            de="In keinem der Versuche gab es genug Ereignisse für ein Urteil.",
            en="In none of the experiments were there enough events for a verdict.",
        )
    return say(
        language,
        de="Auf diesen Daten hält jeder Test, was er verspricht (im Rahmen von drei Zufallsfehlern).",
        en="On these data every test keeps its promise (within three Monte Carlo errors).",
    )
