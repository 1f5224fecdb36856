"""Were the arms alike before anything was sent? A table of known columns, and one test over all of them.

Columns are read from the audience's source as it is today: a column that the treatment itself can move (orders so far)
differs for that reason alone. Numbers are cut at their quintiles, rare values are counted together.

The test is the omnibus test of Hansen & Bowers (2008, Statistical Science 23, 219–236, eq. 6) for several arms: the
squared distance of the arms' means from the common mean, in the metric of the covariance that randomisation gives
them, added up over weight epochs; chi-square with (arms − 1) × rank degrees of freedom. Within clusters one contact,
the first by id, stands for all, since the members of a cluster are not independent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from uplift.assignment.decide import LEDGER
from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.snippets import parse, snippet_at
from uplift.engine.sources import SourceTable, open_source
from uplift.engine.typed import Use as Used
from uplift.engine.typed import columns_used
from uplift.results import Check
from uplift.spec import Study
from uplift.spec.experiment import RowNumber

ALPHA = 0.001
LARGEST_SMD = 0.1  # a standardised difference that is worth a look, whatever its p-value
COLUMNS = 6
LEVELS = 8
BINS = 5
REST, MISSING = "\\rest", "\\missing"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Balance:
    """One value of one column: its share in each arm, and the largest standardised difference from the control.

    Shares are standardised to the sizes of the weight epochs, so that epochs with other weights don't show here.
    """

    column: str
    value: str
    shares: tuple[tuple[str, float], ...]
    difference: float


@dataclass(frozen=True, slots=True)
class _Group:
    """Contacts of one epoch and arm that agree in all columns."""

    epoch: int
    arm: str
    values: tuple[str, ...]
    n: int


def balance(engine: Engine, study: Study) -> tuple[tuple[Balance, ...], tuple[Check, ...]]:
    """The table and the check UP804; nothing where the experiment names no column that could be compared."""
    unit = study.experiment.unit.id
    names = _columns(study)
    if isinstance(unit, RowNumber) or not names:
        return (), ()
    table = open_source(engine, study, study.experiment.audience.source, needed={unit, *names})
    groups = tuple(_groups(engine, study, table, names))
    arms = tuple(arm for arm in study.experiment.arms if any(g.arm == arm for g in groups))
    if len(arms) < 2:
        return (), ()
    found = tuple(_table(groups, names, arms, study.experiment.control))
    tested = _omnibus(groups, names, arms)
    if tested is None or not found:
        return found, ()
    p_value, df = tested
    worst = max(found, key=lambda b: b.difference)
    facts = (
        ("p", p_value),
        ("alpha", ALPHA),
        ("df", df),
        ("columns", len({b.column for b in found})),
        ("contacts", sum(g.n for g in groups)),
        ("worst", f"{worst.column} = {worst.value}"),
        ("difference", worst.difference),
    )
    return found, (Check("UP804", "warn" if p_value < ALPHA else "ok", facts),)


def _columns(study: Study) -> tuple[str, ...]:
    """Strata, segments, what the filter reads, features: at most six, none of which is an id."""
    experiment = study.experiment
    names = [*experiment.assignment.strata, *experiment.segments]
    if experiment.audience.where is not None:
        snippet = snippet_at(study.document, "audience", "where", text=experiment.audience.where)
        names += sorted(columns_used([Used(parse(snippet), "boolean", snippet)]))
    if experiment.targeting is not None:
        names += experiment.targeting.features
    ids = {experiment.unit.id, experiment.unit.cluster}
    return tuple(dict.fromkeys(name for name in names if name not in ids))[:COLUMNS]


def _groups(engine: Engine, study: Study, table: SourceTable, names: Sequence[str]) -> Iterator[_Group]:
    relation, unit = quoted(table.relation), quoted(str(study.experiment.unit.id))
    declared = study.source(table.name).columns
    commas = {name for name in names if name in declared and declared[name].type == "decimal"}
    levels_of = (_level_sql(engine, table, name, comma=name in commas) for name in names)
    shown = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(levels_of))
    levels = ", ".join(f"c{i}" for i in range(len(names)))
    engine.define("audience_levels", f"SELECT CAST({unit} AS VARCHAR) AS unit_id, {shown} FROM {relation}")
    members = f"SELECT unit_id, arm, weight_epoch FROM {LEDGER} WHERE status = 'assigned'"
    if study.experiment.unit.cluster is not None:
        members = (
            "SELECT min(unit_id) AS unit_id, arg_min(arm, unit_id) AS arm, arg_min(weight_epoch, unit_id) AS"
            f" weight_epoch FROM {LEDGER} WHERE status = 'assigned' GROUP BY coalesce(cluster_id, unit_id)"
        )
    rows = engine.run(
        f"SELECT m.weight_epoch, m.arm, {levels}, count(*) FROM ({members}) AS m"
        " JOIN audience_levels AS a ON a.unit_id = m.unit_id GROUP BY ALL ORDER BY ALL"
    )
    for epoch, arm, *values, n in rows:
        yield _Group(int(str(epoch)), str(arm), tuple(map(str, values)), int(str(n)))


def _level_sql(engine: Engine, table: SourceTable, name: str, *, comma: bool) -> str:
    """A column as one of a few texts: numbers by quintile, the most frequent values, the rest together.

    With `comma` the column is declared as decimal, so a text such as 0,65 is a number too.
    """
    column, relation = quoted(name), quoted(table.relation)
    written = f"replace(CAST({column} AS VARCHAR), ',', '.')" if comma else column
    number = f"TRY_CAST({written} AS DOUBLE)"
    ((there, numbers, different),) = engine.run(
        f"SELECT count({column}), count({number}), approx_count_distinct({column}) FROM {relation}"
    )
    if there and there == numbers and int(str(different)) > LEVELS:
        cuts = _cuts(engine, number, relation)
        whens = " ".join(f"WHEN {number} <= {cut} THEN '≤ {cut}'" for cut in cuts)
        return f"CASE WHEN {column} IS NULL THEN '{MISSING}' {whens} ELSE '> {cuts[-1]}' END"
    frequent = engine.run(
        f"SELECT CAST({column} AS VARCHAR), count(*) AS n FROM {relation} WHERE {column} IS NOT NULL"
        f" GROUP BY 1 ORDER BY n DESC, 1 LIMIT {LEVELS}"
    )
    text = f"CAST({column} AS VARCHAR)"
    listed = ", ".join(text_literal(str(value)) for value, _ in frequent)
    kept = f"WHEN {text} IN ({listed}) THEN {text}" if frequent else ""
    return f"CASE WHEN {column} IS NULL THEN '{MISSING}' {kept} ELSE '{REST}' END"


def _cuts(engine: Engine, number: str, relation: str) -> list[str]:
    """The different quintiles in their order, as decimal texts: no float crosses from the engine to Python."""
    parts = " UNION ALL ".join(
        f"SELECT CAST(CAST(quantile_disc({number}, {i / BINS}) AS DECIMAL(38, 6)) AS VARCHAR) FROM {relation}"
        for i in range(1, BINS)
    )
    found = sorted({Decimal(str(cut)) for (cut,) in engine.run(parts)})
    return [f"{cut.normalize():f}" for cut in found]


def _indicators(groups: Sequence[_Group], columns: int) -> Iterator[tuple[int, str, Floats]]:
    """Every value of every column with a 0/1 per group."""
    for i in range(columns):
        for value in sorted({g.values[i] for g in groups}):
            yield i, value, np.array([g.values[i] == value for g in groups], dtype=float)


def _table(groups: Sequence[_Group], names: Sequence[str], arms: Sequence[str], control: str) -> Iterator[Balance]:
    n = np.array([g.n for g in groups], dtype=float)
    epochs = sorted({g.epoch for g in groups})
    member = {
        (epoch, arm): np.array([g.epoch == epoch and g.arm == arm for g in groups]) * n
        for epoch in epochs
        for arm in arms
    }
    complete = [e for e in epochs if all(member[e, arm].sum() > 0 for arm in arms)]
    size = {e: sum(member[e, arm].sum() for arm in arms) for e in complete}
    everybody = sum(size.values())
    if not everybody:
        return
    for i, value, has in _indicators(groups, len(groups[0].values)):
        shares = {
            arm: float(sum(size[e] / everybody * (member[e, arm] @ has) / member[e, arm].sum() for e in complete))
            for arm in arms
        }
        p = float(n @ has / n.sum())
        if control not in shares or not 0 < p < 1:
            continue
        spread = float(np.sqrt(p * (1 - p)))
        difference = max(abs(shares[arm] - shares[control]) / spread for arm in arms if arm != control)
        yield Balance(names[i], value, tuple(shares.items()), difference)


def _omnibus(groups: Sequence[_Group], names: Sequence[str], arms: Sequence[str]) -> tuple[float, int] | None:
    """p-value and degrees of freedom; None where no column varies."""
    from scipy.special import chdtrc

    indicators = [has for _, _, has in _indicators(groups, len(names))]
    x = np.column_stack(indicators)
    n = np.array([g.n for g in groups], dtype=float)
    statistic, df = 0.0, 0
    for epoch in sorted({g.epoch for g in groups}):
        here = np.array([g.epoch == epoch for g in groups])
        members = [np.array([g.arm == arm for g in groups]) & here for arm in arms]
        present = [m for m in members if n[m].sum() > 0]
        total = n[here].sum()
        if len(present) < 2 or total < 2:
            continue
        mean = (n[here] @ x[here]) / total
        centred = x[here] - mean
        covariance = (centred * n[here][:, None]).T @ centred / (total - 1)
        values, vectors = np.linalg.eigh(covariance)
        kept = values > 1e-9 * max(values.max(), 1e-12)
        if not kept.any():
            continue
        for member in present:
            distance = ((n[member] @ x[member]) / n[member].sum() - mean) @ vectors[:, kept]
            statistic += n[member].sum() * float(np.sum(distance**2 / values[kept]))
        df += (len(present) - 1) * int(kept.sum())
    return (float(chdtrc(df, statistic)), df) if df else None
