"""`simulate`: thousands of experiments on the team's own data, each decided as the real one will be.

A/A: all contacts are assigned anew by the design's weights; whatever is found is a false positive. Planted: both arms
are drawn from the population that the data are, and in the treatment's population buyers weigh 1 + effect, so every
metric's true uplift is known exactly.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kstest

from uplift.analysis.comparison import Question, Terms, answers, pairs_of, terms_of
from uplift.analysis.metrics import Use, uses_of
from uplift.engine import Assigned
from uplift.engine.compact import CompactMetric, CompactRows, compact_rows
from uplift.errors import DataError, Problem
from uplift.results import Uplift
from uplift.results.simulation import Planted, SimulatedMetric, Simulation
from uplift.spec import Study
from uplift.stats.reassignment import PowerSums, random_samples, random_splits
from uplift.store import Store

Floats = NDArray[np.float64]
Progress = Callable[[str, float], None]
REPLICATIONS = 1_000
FEWEST_UNITS = 100


def simulate(
    study: Study,
    *,
    as_of: datetime.date,
    replications: int = REPLICATIONS,
    effect: float | None = None,
    seed: int = 1,
    progress: Progress = lambda _stage, _share: None,
) -> Simulation:
    """A/A and planted-effect experiments on the contacts of an experiment that are mature on the day `as_of`.

    Before anybody is assigned, everybody eligible is taken as if assigned a window earlier. `effect` is planted in the
    primary metric (relative); by default it is the `mde`. Covariates and looks are left out: each experiment is read
    once, unadjusted. The same seed gives the same numbers.

    Raises SpecError, DataError and StateError as `analyze` does, and DataError UP647 with fewer than 100 units.
    """
    progress("read", 0.0)
    rows, assigned = _rows(study, as_of, progress)
    if rows.units < FEWEST_UNITS:
        raise DataError(
            Problem(
                "UP647",
                f"only {rows.units} units have all their windows over by {as_of}",
                fix="name a later day with --as-of, or wait until more contacts are mature",
            )
        )
    planted = effect if effect is not None else _mde(study, rows)
    world = _World(study, rows, terms_of(study))
    rng = np.random.default_rng(seed)
    shares = [float(arm.weight) for arm in study.experiment.arms.values()]
    nothing = _Tally.all(world, replications, progress, "A/A", random_splits(rng, rows.counts, shares, replications))
    multiplier = _multiplier(world, planted)
    expected: list[Floats] = [
        np.float64(share) * rows.counts * (1.0 if name == study.experiment.control else multiplier)
        for (name, share) in zip(study.experiment.arms, shares, strict=True)
    ]
    something = _Tally.all(world, replications, progress, "effect", random_samples(rng, expected, replications))
    metrics = [
        _metric(world, metric, arm, nothing, something, multiplier)
        for metric in rows.metrics
        for arm in study.experiment.treatments
    ]
    return Simulation(
        experiment=study.experiment.id,
        day=rows.day,
        units=rows.units,
        distinct=len(rows.counts),
        replications=replications,
        seed=seed,
        effect=planted,
        clustered=rows.clustered,
        assigned=assigned,
        metrics=tuple(metrics),
        language=study.project.language,
    )


def _rows(study: Study, as_of: datetime.date, progress: Progress) -> tuple[CompactRows, bool]:
    """The mature contacts, and whether somebody had assigned them."""
    from uplift.engine.duckdb_engine import DuckDBEngine
    from uplift.engine.machine import settings_for

    with Store.open(study.root / study.project.state) as store:
        folder = store.path / "units"
        folder.mkdir(parents=True, exist_ok=True)
        files = store.ledger.files(study.experiment.id)
        fingerprint = store.ledger.fingerprint(study.experiment.id) if files else None

    def told(stage: str) -> None:
        progress(stage, 0.0)

    with DuckDBEngine(settings_for(study, folder)) as engine:
        if study.experiment.assignment.method == "observed" or files:
            observed = study.experiment.assignment.method == "observed"
            assigned = Assigned.observed() if observed else Assigned.from_ledger(files, fingerprint=fingerprint)
            return compact_rows(engine, study, assigned, as_of=as_of, cache=folder, progress=told), True
        from uplift.design.baseline import pretended_ledger

        with pretended_ledger(engine, study, as_of=as_of, folder=folder) as path:
            assigned = Assigned.from_ledger([path])
            return compact_rows(engine, study, assigned, as_of=as_of, cache=folder, progress=told), False


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """The data as power sums per metric and stratum."""

    study: Study
    rows: CompactRows
    terms: Terms
    sums: dict[str, list[tuple[NDArray[np.int64], PowerSums]]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, list[tuple[NDArray[np.int64], PowerSums]]] = {}
        for metric in self.rows.metrics:
            decisive = 1 if metric.kind == "ratio" else 0
            own = []
            for number in np.unique(self.rows.stratum):
                where = np.flatnonzero(self.rows.stratum == number)
                values = self.rows.values[where][:, metric.columns]
                own.append((where, PowerSums.of(values, self.rows.counts[where], decisive=decisive)))
            found[metric.key] = own
        object.__setattr__(self, "sums", found)

    def questions(self, metric: CompactMetric, arms: Sequence[Floats]) -> Iterator[list[Question]]:
        """The questions of one metric in every replication of a block: with the control, then the pairs."""
        experiment = self.study.experiment
        definition = self.study.metric(metric.name)
        names = list(experiment.arms)
        per_arm = {
            name: [sums.moments(weights[:, where]) for where, sums in self.sums[metric.key]]
            for name, weights in zip(names, arms, strict=True)
        }
        use = next(use for _, use in uses_of(self.study) if _measures(use) == (metric.name, metric.window_days))
        asked = [(experiment.control, arm) for arm in experiment.treatments]
        asked += pairs_of(self.study, use, self.terms)
        for at in range(len(arms[0])):
            yield [
                Question(
                    metric=metric.name,
                    kind=metric.kind,
                    better=definition.better,
                    control_arm=first,
                    treatment_arm=second,
                    strata=tuple((c[at], t[at]) for c, t in zip(per_arm[first], per_arm[second], strict=True)),
                    clustered=self.rows.clustered,
                )
                for first, second in asked
            ]


@dataclass(slots=True)
class _Tally:
    """Every comparison of all replications, by metric and treatment."""

    found: dict[tuple[str, str], list[Uplift]]

    @classmethod
    def all(
        cls, world: _World, replications: int, progress: Progress, stage: str, blocks: Iterator[list[Floats]]
    ) -> _Tally:
        """Decide every replication of every block."""
        tally: dict[tuple[str, str], list[Uplift]] = {}
        done, whole = 0, replications * len(world.rows.metrics)
        for arms in blocks:
            for metric in world.rows.metrics:
                for questions in world.questions(metric, arms):
                    own = len(world.study.experiment.treatments)
                    for uplift in answers(questions[:own], world.terms, questions[own:])[:own]:
                        tally.setdefault((metric.key, uplift.treatment.arm), []).append(uplift)
                    done += 1
                    if done % 50 == 0:
                        progress(stage, done / whole)
        return cls(tally)


def _metric(
    world: _World, metric: CompactMetric, arm: str, nothing: _Tally, something: _Tally, multiplier: Floats
) -> SimulatedMetric:
    definition, alpha = world.study.metric(metric.name), world.terms.alpha
    every = nothing.found[metric.key, arm]
    told = [u for u in every if u.direction != "refused" and u.p_value is not None]
    alarms = [u for u in told if u.direction in ("up", "down")]
    rate = len(alarms) / len(told) if told else None
    limit = alpha + 3 * (alpha * (1 - alpha) / len(told)) ** 0.5 if told else 1.0
    return SimulatedMetric(
        metric=metric.name,
        title=definition.title or metric.name.replace("_", " "),
        treatment=arm,
        method=max({u.method for u in every}, key=[u.method for u in every].count),
        alpha=alpha,
        verdicts=len(told),
        refused=1 - len(told) / len(every),
        false_positives=rate,
        up=sum(u.direction == "up" for u in alarms) / len(told) if told else None,
        uniform=float(kstest([u.p_value for u in told], "uniform").pvalue) if told else None,
        planted=_planted(world, metric, something.found[metric.key, arm], multiplier),
        status="refused" if rate is None else "odd" if rate > limit else "ok",
    )


def _planted(world: _World, metric: CompactMetric, every: Sequence[Uplift], multiplier: Floats) -> Planted | None:
    truth = _truth(world.rows, metric, multiplier)
    if truth is None:
        return None
    told = [u for u in every if u.direction != "refused" and u.relative_interval is not None]
    if not told:
        return Planted(truth, 0, None, None, None)
    missed = sum(u.relative_interval is not None and u.relative_interval.excludes(truth) for u in told)
    direction = "up" if truth > 0 else "down"
    found = [u.relative for u in told if u.direction == direction and u.relative is not None]
    return Planted(
        effect=truth,
        verdicts=len(told),
        coverage=1 - missed / len(told),
        power=len(found) / len(told) if abs(truth) > 1e-12 else None,
        shown=float(np.mean(found)) if found and abs(truth) > 1e-12 else None,
    )


def _truth(rows: CompactRows, metric: CompactMetric, multiplier: Floats) -> float | None:
    """The relative uplift between both populations; None where the control's value is not positive."""
    plain = rows.counts @ rows.values[:, metric.columns]
    lifted = (rows.counts * multiplier) @ rows.values[:, metric.columns]
    if len(metric.columns) == 2:
        before, after = plain[0] / plain[1], lifted[0] / lifted[1]
    else:
        before, after = plain[0], lifted[0]
    return float(after / before - 1) if before > 0 else None


def _multiplier(world: _World, effect: float) -> Floats:
    """How much each row weighs in the treatment's population: units with a primary event 1 + effect, the others less.

    The population keeps its size, so the primary share, and every sum that only buyers bring, grows by `effect`.
    """
    primary = _primary(world.study, world.rows)
    decisive = primary.columns[1] if primary.kind == "ratio" else primary.columns[0]
    event = world.rows.values[:, decisive] != 0
    some, units = int(world.rows.counts[event].sum()), world.rows.units
    if not 0 < some * (1 + effect) < units:
        raise DataError(
            Problem(
                "UP647",
                f"{some:,} of {units:,} units have an event of {primary.name}: {effect:+.1%} can't be planted",
                fix="choose another effect with --effect; it acts on the number of contacts with an event",
            )
        )
    return np.where(event, 1 + effect, (units - some * (1 + effect)) / (units - some))


def _primary(study: Study, rows: CompactRows) -> CompactMetric:
    use = study.experiment.metrics.primary
    return next(m for m in rows.metrics if (m.name, m.window_days) == _measures(use))


def _measures(use: Use) -> tuple[str, int | None]:
    """The metric that is used and its window in days, as `CompactMetric` has them."""
    return use.metric, use.window.days if use.window else None


def _mde(study: Study, rows: CompactRows) -> float:
    """The smallest effect worth finding, as a relative one, in the direction that is good."""
    mde = study.experiment.metrics.primary.mde
    size = float(mde.value)
    if mde.unit != "relative":
        primary = _primary(study, rows)
        sums = rows.counts @ rows.values[:, primary.columns]
        base = sums[0] / (sums[1] if len(primary.columns) == 2 else rows.units)
        size = size / float(base) if base > 0 else 0.05
    return size if study.metric(study.experiment.metrics.primary.metric).better == "up" else -size
