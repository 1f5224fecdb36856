"""A list of today's contacts by a kept model: nothing is learned again, and nobody needs to have been in the test.

The model says how large effects are, the test said at which level and whether a selection is worth it, the strategy of
today says what may be spent. What the list is worth nobody knows yet, so there is no honest value: the next experiment,
which is written beside it, measures that.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.errors import DataError, Place, Problem, StateError
from uplift.results.targeting import AllocationReading, ListReading
from uplift.spec import Study, load_study, spec_hash
from uplift.spec.quantities import Money
from uplift.store import Store
from uplift.targeting.levels import calibrated
from uplift.targeting.model_file import SavedModel, Usage, read_model
from uplift.targeting.new_contacts import NewScores, score_contacts
from uplift.targeting.next_experiment import NextExperiment, write_next
from uplift.targeting.roster import Roster, roster_of_today
from uplift.targeting.strategy import ArmCost, allowed_arms, check_strategy, forbidden, limits_of, options_of
from uplift.targeting.target_files import ListFiles, list_files, write_list
from uplift.targeting.target_list import TargetList, model_id
from uplift.targeting.target_plan import allocation_reading, drawn_plan, next_folder, unit_name
from uplift.words.language import Language
from uplift.words.sentences.incentives import INCENTIVES

Progress = Callable[[str], None]
Notice = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of today's contacts and what was written; nothing where the test did not prove that a selection pays."""

    reading: ListReading
    on: datetime.date
    currency: str
    language: Language
    sent: TargetList | None = None
    files: ListFiles | None = None
    next: NextExperiment | None = None

    def __str__(self) -> str:
        from uplift.results.targeting_table import list_text

        return list_text(self.reading, self.currency, self.language)


def list_newcomers(
    study: Study | Path | str,
    model: Path,
    *,
    on: datetime.date | None = None,
    budget: Money | None = None,
    anyway: bool = False,
    out: Path | None = None,
    language: Language | None = None,
    progress: Progress = lambda _stage: None,
    notice: Notice = lambda _problem: None,
) -> Listed:
    """Score everybody who is eligible on the day `on` (default: today) by a kept model, and write the list.

    Contacts are those whom `audience.where` lets in; whoever is held out gets nothing. `budget` replaces the
    strategy's; `anyway` writes a list although the test did not prove that a selection is worth it.

    Raises StateError: UP731 (no model), UP732 (other features than the model's), UP737 (a model without levels and
    costs, or of other arms); SpecError, DataError as reading contacts does; TargetingError (UP751 to UP755).
    """
    study = study if isinstance(study, Study) else load_study(study)
    check_strategy(study, budget=budget)
    day = on or datetime.datetime.now(ZoneInfo(study.project.timezone)).date()
    speech: Language = language or study.project.language
    kept, warnings = read_model(model, spec_hash=spec_hash(study))
    usage = _fitting(study, kept, model)
    for problem in warnings:
        notice(problem)
    store = Store.open(study.root / study.project.state)
    cache = store.path / "units"
    with DuckDBEngine() as engine:
        progress("read who is eligible today")
        roster = roster_of_today(engine, study, on=day, cache=cache)
        progress("score them")
        scores = score_contacts(engine, study, kept, on=day, cache=cache, notice=notice)
        excluded = forbidden(engine, study, roster, cache=cache)
    effects = calibrated(_in_order(roster, scores), usage.levels)
    reading = ListReading(kept.experiment, kept.outcome, kept.id, len(roster), usage.recommended)
    found = Listed(reading, day, study.project.currency, speech)
    if not (usage.recommended or anyway):
        return found
    progress("write the list")
    files = list_files(out or study.root, study.experiment.id, day)
    sent, told, following = _written(
        study,
        roster,
        effects,
        usage,
        kept,
        excluded,
        on=day,
        files=files,
        budget=budget,
        language=speech,
        notice=notice,
    )
    reading = replace(reading, allocation=told, list_id=sent.model)
    return replace(found, reading=reading, sent=sent, files=files, next=following)


def _written(
    study: Study,
    roster: Roster,
    effects: NDArray[np.float64],
    usage: Usage,
    kept: SavedModel,
    excluded: Mapping[str, NDArray[np.bool_]],
    *,
    on: datetime.date,
    files: ListFiles,
    budget: Money | None,
    language: Language,
    notice: Notice,
) -> tuple[TargetList, AllocationReading, NextExperiment | None]:
    """Allocate, draw, and write the list and the experiment that measures it."""
    costs: dict[str, ArmCost] = dict(zip(kept.treatments, usage.costs, strict=True))
    options = options_of(study, kept.treatments, kept.outcome, effects, costs, excluded)
    limits = limits_of(study, len(roster), budget=budget)
    name = model_id(study.experiment.id, effects)
    # Nothing is known yet of these contacts: the campaign is planned with the baselines of the experiment itself.
    sent, plan, campaign = drawn_plan(
        study,
        roster,
        options,
        limits,
        name=name,
        on=on,
        files=files,
        seen=lambda _plan: (None, None),
        notice=notice,
    )
    label = None if usage.recommended else INCENTIVES[language].against
    write_list(sent, files, unit=unit_name(study), language=language, label=label)
    told = allocation_reading(sent, plan, options, limits, None)
    if not plan.treated:
        return sent, told, None
    following = write_next(study, campaign, folder=next_folder(files), list_file=files.parquet, unit=unit_name(study))
    return sent, told, following


def _fitting(study: Study, model: SavedModel, path: Path) -> Usage:
    """What the test said about levels, costs and verdict; refused where the model is not of this experiment's arms."""
    unknown = [arm for arm in model.treatments if arm not in study.experiment.treatments]
    untested = [arm for arm in allowed_arms(study) if arm not in model.treatments]
    fix = f"give the model.json that `uplift target {study.experiment.id}` wrote beside its reading"
    if model.usage is None:
        why = "it holds predictions only, no levels and costs"
    elif unknown or model.experiment != study.experiment.id:
        arms = f", whose arms are {', '.join(model.treatments)}" if unknown else ""
        why = f"it is of '{model.experiment}'{arms}"
    elif untested:
        why = f"it knows no effect of {', '.join(untested)}"
        fix = f"name what may be sent in targeting.strategy.allow: {', '.join(model.treatments)}"
    else:
        return model.usage
    message = f"this model can't make a list of '{study.experiment.id}': {why}"
    raise StateError(Problem("UP737", message, fix=fix, place=Place(str(path))))


def _in_order(roster: Roster, scores: NewScores) -> NDArray[np.float64]:
    """The predictions of the eligible contacts, in the roster's order."""
    order = np.argsort(scores.ids, kind="stable")
    known = scores.ids[order]
    at = np.searchsorted(known, roster.ids)
    at = np.minimum(at, max(len(known) - 1, 0))
    if not len(known) or (known[at] != roster.ids).any():
        raise DataError(
            Problem("UP707", "an eligible contact has no row of features", fix="look at the ids of the audience source")
        )
    return np.asarray(scores.effects[order[at]], dtype=np.float64)
