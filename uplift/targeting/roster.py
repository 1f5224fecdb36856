"""Who can be on a list: the contacts of a test, or everybody eligible today, with what the next draw hashes of them.

Lists carry the columns that the next experiment draws by (household, unit of the holdout), because its audience is the
list. Whoever is in the experiment's holdout on the day of the list gets nothing: a holdout that began after the test
takes contacts off lists, as it does for `uplift assign`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from uplift.assignment.dialects import bucket_sql
from uplift.assignment.plan import Slice, active_holdout
from uplift.engine.adapter import Engine, quoted
from uplift.engine.audience import audience, require_no_id_problems
from uplift.errors import DataError, Problem
from uplift.spec.study import Study

Texts = NDArray[np.str_]
Carried = tuple[tuple[str, Texts], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Contacts in the order of their ids.

    `household` is the text of the cluster column (empty: none), None where single contacts are drawn; `carried` are
    the columns that lists hold for the next draw, the household among them; `held_out` says who is in the holdout.
    """

    ids: Texts
    held_out: NDArray[np.bool_]
    household: Texts | None = None
    carried: Carried = ()

    def __len__(self) -> int:
        return len(self.ids)


def roster_of_test(
    engine: Engine, study: Study, ids: Texts, household: Texts | None, *, on: datetime.date, cache: Path
) -> Roster:
    """The contacts of a test, in the households in which they were drawn."""
    cluster = study.experiment.unit.cluster
    kept = Roster(
        ids,
        np.zeros(len(ids), dtype=np.bool_),
        household,
        () if household is None or cluster is None else ((cluster, household),),
    )
    holdout, _ = active_holdout(study, on)
    if holdout is None:
        return kept
    everybody = replace(
        study,
        experiment=study.experiment.model_copy(
            update={"audience": study.experiment.audience.model_copy(update={"where": None})}
        ),
    )
    rows = _rows(engine, everybody, holdout, cache=cache)
    known = {row[0]: row for row in rows}
    gone = ("", "", "", False)
    units = np.array([known.get(unit, gone)[2] for unit in ids.tolist()], dtype=np.str_)
    held = np.array([known.get(unit, gone)[3] for unit in ids.tolist()], dtype=np.bool_)
    return replace(kept, held_out=held, carried=_with_unit(study, kept.carried, holdout, units))


def roster_of_today(engine: Engine, study: Study, *, on: datetime.date, cache: Path) -> Roster:
    """Everybody whom `audience.where` lets in today, whoever was in the test.

    Raises DataError: UP550 to UP555 for ids that can't be told apart, UP574 when nobody is eligible.
    """
    require_no_id_problems(engine, study, cache=cache)
    unit = study.experiment.unit
    holdout, _ = active_holdout(study, on)
    rows = _rows(engine, study, holdout, cache=cache)
    if unit.cluster and unit.cluster_fallback == "exclude":
        rows = [row for row in rows if row[1]]
    if not rows:
        raise DataError(
            Problem(
                "UP574",
                "no contact is eligible today",
                fix="look at the audience and its filter",
                place=study.document.place("audience"),
            )
        )
    ids, household, units = (np.array([row[i] for row in rows], dtype=np.str_) for i in range(3))
    held = np.array([row[3] for row in rows], dtype=np.bool_)
    carried: Carried = ((unit.cluster, household),) if unit.cluster else ()
    if holdout is not None:
        carried = _with_unit(study, carried, holdout, units)
    return Roster(ids, held, household if unit.cluster else None, carried)


def _rows(engine: Engine, study: Study, holdout: Slice | None, *, cache: Path) -> list[tuple[str, str, str, bool]]:
    """Id, household, unit of the holdout, and whether that is held out; sorted by id."""
    who = audience(engine, study, cache=cache)
    column, held = "''", "FALSE"
    if holdout is not None:
        named = {study.experiment.unit.id: "unit_id", study.experiment.unit.cluster: "cluster_id"}
        column = named.get(holdout.unit) or quoted(holdout.unit)
        bucket = bucket_sql("duckdb", holdout.salt, f"coalesce(nullif({column}, ''), unit_id)")
        held = f"{bucket} BETWEEN {holdout.range.low} AND {holdout.range.high - 1}"
    found = engine.run(
        f"SELECT unit_id, coalesce(cluster_id, ''), coalesce({column}, ''), {held} FROM {quoted(who.view)}"
        " WHERE unit_id IS NOT NULL ORDER BY 1"
    )
    return [(str(a), str(b), str(c), bool(d)) for a, b, c, d in found]


def _with_unit(study: Study, carried: Carried, holdout: Slice, units: Texts) -> Carried:
    """The carried columns with the one that the holdout hashes, unless it stands there anyway."""
    if holdout.unit in (study.experiment.unit.id, study.experiment.unit.cluster):
        return carried
    return (*carried, (holdout.unit, units))
