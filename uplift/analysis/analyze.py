"""`analyze`: one scan over the data, then pure functions, then a Result."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from uplift.analysis import checks, validity
from uplift.analysis.buckets import second_road
from uplift.analysis.claims import claim_readings
from uplift.analysis.comparison import terms_of
from uplift.analysis.decision import recommend
from uplift.analysis.enrolment import splits_by_day
from uplift.analysis.epochs import epochs_of
from uplift.analysis.facts import arm_counts, experiment_facts
from uplift.analysis.hierarchy import with_hierarchy
from uplift.analysis.history import history_of
from uplift.analysis.looks import due_look, sit
from uplift.analysis.merged import rates, without_conflicts
from uplift.analysis.metrics import Use, metric_result, uses_of
from uplift.analysis.money import money_of
from uplift.analysis.reached import exposure_checks, with_reached
from uplift.analysis.record import later_segments, record_of, silent_changes
from uplift.analysis.targeting import kept_targeting
from uplift.analysis.triggered import with_triggered
from uplift.customers.surrogate import surrogate_checks, with_predictions
from uplift.design import read_out_date
from uplift.engine import Assigned, Measurement
from uplift.engine.given import with_sources
from uplift.engine.measure import measure
from uplift.engine.merged_units import merged_contacts
from uplift.errors import Problem, SpecError, StateError
from uplift.results import Check, MetricResult, Provenance, Result, SourceFacts
from uplift.results.customers import CustomersReading
from uplift.results.customers_json import figures_in
from uplift.results.result import Role
from uplift.spec import Study, load_study
from uplift.store import Store
from uplift.store.places import figures_path
from uplift.version import __version__

Progress = Callable[[str], None]
Notice = Callable[[Problem], None]


def analyze(
    study: Study | Path | str,
    *,
    as_of: datetime.date | None = None,
    sources: Mapping[str, object] | None = None,
    assigned: Assigned | None = None,
    progress: Progress = lambda _stage: None,
    notice: Notice = lambda _problem: None,
) -> Result:
    """Everything that the data say about an experiment on the day `as_of`.

    `as_of` (local day of the project; its own hours are not over yet) defaults to the read-out date of the design, or
    to today while that lies ahead. The same data, ledger and day give the same result, byte for byte. `notice` is told
    how the sources were read and what is odd about them; what bears on the numbers is among the result's checks too.
    `sources` gives tables (pandas, polars, Arrow, Ibis, DuckDB) or other files to read, by the names of the project's.
    `assigned` says who is in which arm where no ledger of this experiment does.

    Raises SpecError (the YAML), DataError (a source), StateError (nobody is assigned yet, a damaged ledger or lock
    file).
    """
    study = study if isinstance(study, Study) else load_study(study)
    _refuse_unplannable_primary(study)
    day = as_of or default_as_of(study)
    record = record_of(study)
    store = Store.open(study.root / study.project.state)
    assigned = assigned or assigned_of(study, store)
    folder = store.path / "units"
    readable = with_sources(study, sources or {}, cache=folder)
    readable = with_predictions(readable, assigned, as_of=day, folder=folder, progress=progress)
    measurement = measure(readable, assigned, as_of=day, cache_dir=folder, progress=progress, course=True, buckets=True)
    for problem in measurement.notices:
        notice(problem)
    if not sum(measurement.assigned.values()):
        raise _nobody(study, day)

    progress("estimate")
    cluster = study.experiment.unit.cluster
    arms = arm_counts(study, measurement.assigned, measurement.clusters if cluster else None)
    terms = terms_of(study)
    again = partial(_again, readable, assigned, folder, measurement.unit_table)
    sitting = sit(study, day, measurement, terms=terms, measure_on=again)
    terms = replace(terms, levels=sitting.levels, read_out=sitting.read_out)
    epochs = epochs_of(study, measurement)
    merged = merged_contacts(readable, assigned, as_of=day, folder=folder, table=measurement.unit_table)
    about_design = (
        *checks.srm(epochs, cluster=cluster),
        *splits_by_day(measurement.enrolled, epochs, cluster=cluster),
        *checks.weight_epochs(epochs),
        *rates(study, merged),
        *silent_changes(record),
        *sitting.checks,
    )
    refusal = next((check.code for check in about_design if check.status == "fail"), None)

    def estimate(role: Role, use: Use, measured: Measurement) -> MetricResult:
        """A metric as it was measured, of everybody or without some."""
        return metric_result(
            readable,
            role,
            use,
            measured.metric(use.metric, use.window),
            terms=terms,
            refusal=refusal,
            refusals=sitting.refusals,
            exploratory=later_segments(record),
        )

    metrics = tuple(
        estimate(role, use, measurement) for role, use in uses_of(study) if use.metric not in measurement.not_measured
    )
    metrics = tuple(replace(m, looks=sitting.looks) if m.role == "primary" else m for m in metrics)
    metrics = with_hierarchy(metrics, terms)
    metrics = with_reached(study, metrics, measurement, terms=terms)
    metrics, triggers = with_triggered(study, metrics, measurement, terms=terms)
    primary = next(m for m in metrics if m.role == "primary")
    found: tuple[Check, ...] = (
        *about_design,
        checks.immature(metrics),
        *checks.converters(metrics, cluster=cluster),
        *checks.preliminary(metrics),
        *checks.conditional(metrics),
        *surrogate_checks(study),
        *checks.leaked_clusters(measurement.leaked_clusters, arms, cluster=cluster),
        *without_conflicts(
            merged,
            primary,
            lambda table: estimate(
                "primary", study.experiment.metrics.primary, _again(readable, assigned, folder, table, day)
            ),
        ),
        *exposure_checks(study, measurement),
        *triggers,
        *validity.unlike_arms(study, metrics, measurement, epochs),
        *second_road(study, metrics, measurement, terms=terms),
        *checks.unknown_arms(measurement.unknown),
        *checks.odd_sources(readable, measurement.notices),
        *checks.missing(
            max(sum(m.missing.values()) for m in measurement.metrics.values()), sum(a.assigned for a in arms)
        ),
    )
    money = money_of(study, metrics, measurement, arms, terms=terms)
    facts = experiment_facts(study)
    trusted = all(check.status != "fail" for check in found)
    return Result(
        experiment=facts,
        as_of=day,
        arms=arms,
        metrics=metrics,
        checks=found,
        recommendation=recommend(study, metrics, money, trusted=trusted),
        provenance=Provenance(
            interval=study.experiment.design.interval,
            alpha=study.experiment.design.alpha,
            engine=measurement.engine,
            uplift_version=__version__,
            sql=measurement.sql,
            sources=tuple(SourceFacts(s.name, s.rows, s.fingerprint) for s in measurement.sources),
            ledger_hash=measurement.ledger_fingerprint,
        ),
        not_evaluated=tuple(f"metrics.{name}" for name in measurement.not_measured),
        record=record,
        money=money,
        claims=claim_readings(study, metrics),
        history=history_of(study, facts, primary, as_of=day),
        targeting=kept_targeting(study, as_of=day, notice=notice),
        customers=customers_of(study),
    )


def customers_of(study: Study) -> CustomersReading | None:
    """What was known of all customers when contacts were first assigned; None where nothing was scored by then."""
    figures = figures_in(figures_path(study.root, study.experiment.id))
    if figures is None:
        return None
    privacy, chosen = study.project.defaults.privacy, study.experiment.audience.scores is not None
    return CustomersReading(figures, chosen=chosen, smallest_group=privacy.smallest_group)


def _again(study: Study, assigned: Assigned, folder: Path, known: str, day: datetime.date) -> Measurement:
    """The same data on an earlier day, or of fewer contacts: the unit table is there already, only the sums are new."""
    return measure(study, assigned, as_of=day, cache_dir=folder, known=known)


def default_as_of(study: Study) -> datetime.date:
    """The planned read-out date, or today (in the project's time zone) while that lies ahead.

    A group-sequential test is read on the day of its latest planned look: no other day has a verdict.
    """
    today = datetime.datetime.now(ZoneInfo(study.project.timezone)).date()
    planned = read_out_date(study)
    if planned is not None and planned <= today:
        return planned
    return due_look(study, today) or today


def assigned_of(study: Study, store: Store) -> Assigned:
    """Who is in which arm: the ledger's files, verified, or the observed column. Raises StateError (UP904)."""
    if study.experiment.assignment.method == "observed":
        return Assigned.observed()
    files = store.ledger.files(study.experiment.id)
    if not files:
        raise _nobody(study)
    store.ledger.verify(study.experiment.id)
    return Assigned.from_ledger(files, fingerprint=store.ledger.fingerprint(study.experiment.id))


def _nobody(study: Study, day: datetime.date | None = None) -> StateError:
    name = study.experiment.id
    if day is None:
        message = f"nobody is assigned to '{name}' yet"
        fix = f"run `uplift assign {name}` first, or declare `assignment: {{method: observed}}`"
    else:
        message = f"nobody was assigned to '{name}' up to {day}"
        fix = "choose a later day"
    return StateError(Problem("UP904", message, fix=fix, place=study.document.place("assignment")))


def _refuse_unplannable_primary(study: Study) -> None:
    primary = study.experiment.metrics.primary.metric
    if study.metric(primary).kind == "quantile" and study.experiment.design.sequential is not None:
        raise SpecError(
            Problem(
                "UP634",
                f"the primary metric '{primary}' is a quantile, whose power is not computed: no look is planned",
                fix="choose a proportion, mean, count or ratio as primary, or delete design.sequential",
                place=study.document.place("metrics", "primary", "metric"),
            )
        )
