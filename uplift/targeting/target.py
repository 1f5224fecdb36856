"""`target`: from a finished test to the list of the next campaign, or to the advice not to make one."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from uplift.design import read_out_date
from uplift.engine import Assigned
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.errors import Problem, StateError
from uplift.results.targeting import TargetingReading
from uplift.spec import Study, load_study
from uplift.spec.quantities import Money
from uplift.store import Store
from uplift.targeting.contracts import GateVerdict, TargetingData
from uplift.targeting.evaluation import Evaluated, evaluate
from uplift.targeting.incentive_evidence import incentive_choice
from uplift.targeting.learner import Settings
from uplift.targeting.levels import calibrated, levels_of
from uplift.targeting.model_file import SavedModel, Usage, saved_model
from uplift.targeting.next_experiment import NextExperiment, write_next
from uplift.targeting.reading import read_targeting
from uplift.targeting.roster import roster_of_test
from uplift.targeting.strategy import UNIT, ArmCost, arm_costs, check_strategy, forbidden, limits_of
from uplift.targeting.target_files import ListFiles, list_files, write_list
from uplift.targeting.target_list import TargetList
from uplift.targeting.target_plan import next_folder, target_plan, unit_name, value_over_budget
from uplift.words.language import Language
from uplift.words.sentences.incentives import INCENTIVES

Progress = Callable[[str], None]
Notice = Callable[[Problem], None]
FEW = 200_000


@dataclass(frozen=True, slots=True)
class Targeted:
    """What was found, and what was written: no list where the gate advises against one.

    `short_of_money`: everybody should get the same arm, budget or places don't suffice for that, and contacts provably
    differ in their effect. Then the list says who comes first.
    """

    reading: TargetingReading
    verdict: GateVerdict
    as_of: datetime.date
    currency: str
    language: Language
    sent: TargetList | None = None
    files: ListFiles | None = None
    next: NextExperiment | None = None
    model: SavedModel | None = None
    short_of_money: bool = False

    def __str__(self) -> str:
        from uplift.results.targeting_table import text

        told = text(self.reading, self.currency, self.language)
        return f"{told}\n\n{INCENTIVES[self.language].limited}" if self.short_of_money else told


def target(
    study: Study | Path | str,
    *,
    as_of: datetime.date | None = None,
    on: datetime.date | None = None,
    budget: Money | None = None,
    anyway: bool = False,
    out: Path | None = None,
    language: Language | None = None,
    settings: Settings | None = None,
    progress: Progress = lambda _stage: None,
    notice: Notice = lambda _problem: None,
) -> Targeted:
    """Learn from a test whom to target next, and write the list where that is proven to be worth it.

    `as_of` is the day from which the data are read (default: the read-out, or today before it), `on` the day of the
    list (default: today in the project's time zone), `budget` replaces the strategy's, `out` the folder of the lists.
    `anyway` writes a list against the advice, labelled so in every row.

    Raises SpecError, DataError, StateError (nobody is assigned), ProjectError (UP711 a missing extra), TargetingError
    (UP751 to UP755, UP758 a strategy that can't be kept).
    """
    study = study if isinstance(study, Study) else load_study(study)
    check_strategy(study, budget=budget)
    today = on or datetime.datetime.now(ZoneInfo(study.project.timezone)).date()
    planned = read_out_date(study)
    day = as_of or (planned if planned is not None and planned <= today else today)
    speech: Language = language or study.project.language
    store = Store.open(study.root / study.project.state)
    cache = store.path / "units"
    with DuckDBEngine() as engine:
        data = read_targeting(
            engine,
            study,
            _assigned(study, store),
            as_of=day,
            cache=cache,
            runs=store.catalog.runs(study.experiment.id),
            progress=progress,
            notice=notice,
        )
        roster = roster_of_test(engine, study, data.ids, data.household, on=today, cache=cache)
        excluded = forbidden(engine, study, roster, cache=cache)
    evaluated = evaluate(
        data,
        settings or default_settings(data.n),
        alpha=study.experiment.design.alpha,
        smallest_effects=_smallest_effects(study, data),
        progress=progress,
    )
    name, verdict = next(iter(data.outcomes)), evaluated.verdicts[0]
    learned = evaluated.learned[name]
    slopes = [r.slope.value if r.slope else None for r in evaluated.reading.primary.rankings]
    levels = levels_of(learned.ranking.effects, learned.gamma, slopes)
    effects = calibrated(learned.ranking.effects, levels)
    costs = arm_costs(study, data)
    reading = replace(evaluated.reading, incentives=incentive_choice(study, data, costs), read_from=data.read_from)
    progress("spend the budget")
    curve = value_over_budget(study, data, effects, learned.gamma, costs, excluded, budget=budget)
    reading = replace(reading, budget=curve)
    proven = any(v.recommended for v in evaluated.by_treatment if v.outcome == name)
    short = verdict.action == "everyone" and proven and not room_for_everyone(study, data.n, verdict.arm, costs, budget)
    usage = Usage(levels, tuple(costs[arm] for arm in data.treatments), verdict.recommended or short)
    model = saved_model(learned, data, rankers=True, usage=usage)
    found = Targeted(reading, verdict, day, study.project.currency, speech, model=model, short_of_money=short)
    if not (verdict.recommended or short or anyway):
        return found
    progress("write the list")
    files = list_files(out or study.root, study.experiment.id, today)
    plan = target_plan(
        study,
        data,
        roster,
        effects,
        learned.gamma,
        costs,
        excluded,
        on=today,
        files=files,
        budget=budget,
        notice=notice,
    )
    label = None if verdict.recommended or short else INCENTIVES[speech].against
    write_list(plan.sent, files, unit=unit_name(study), language=speech, label=label)
    following = None
    if plan.reading.planned:
        following = write_next(
            study, plan.campaign, folder=next_folder(files), list_file=files.parquet, unit=unit_name(study)
        )
    reading = replace(reading, allocation=plan.reading, model_id=plan.sent.model)
    return replace(found, reading=reading, sent=plan.sent, files=files, next=following)


def room_for_everyone(
    study: Study, contacts: int, arm: str | None, costs: Mapping[str, ArmCost], budget: Money | None = None
) -> bool:
    """Whether budget, cap and capacity allow one arm for all contacts."""
    limits = limits_of(study, contacts, budget=budget)
    cost = 0.0 if arm is None else contacts * costs[arm].total
    affordable = limits.budget is None or cost <= limits.budget * UNIT
    places = min(contacts if limits.capacity is None else limits.capacity, limits.caps.get(arm or "", contacts))
    return affordable and places >= contacts


def default_settings(contacts: int) -> Settings:
    """One thread up to 200,000 contacts: the same trees on every machine, and no waiting for busy cores."""
    return Settings(threads=1 if contacts <= FEW else None)


def _smallest_effects(study: Study, data: TargetingData) -> dict[str, float]:
    """What the experiment was planned for, as an absolute effect on its primary metric."""
    primary = study.experiment.metrics.primary
    outcome = data.outcomes.get(primary.metric)
    if outcome is None:
        return {}
    effect = float(primary.mde.value)
    if primary.mde.unit == "relative":
        effect *= float(outcome.values[data.arm == 0].mean())
    return {primary.metric: abs(effect)} if effect else {}


def _assigned(study: Study, store: Store) -> Assigned:
    if study.experiment.assignment.method == "observed":
        return Assigned.observed()
    name = study.experiment.id
    files = store.ledger.files(name)
    if not files:
        fix = f"run `uplift assign {name}` first, or declare `assignment: {{method: observed}}`"
        place = study.document.place("assignment")
        raise StateError(Problem("UP904", f"nobody is assigned to '{name}' yet", fix=fix, place=place))
    store.ledger.verify(name)
    return Assigned.from_ledger(files, fingerprint=store.ledger.fingerprint(name))


__all__ = ["Evaluated", "Targeted", "target"]
