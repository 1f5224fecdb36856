"""Who was really written to: leaks to controls and held-out contacts, treated contacts never reached, and the delay.

A message is an event of the source that `compliance.received` names (with its filter), or of another source of
messages. Only messages from the day of assignment until the end of the primary metric's window count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from uplift.assignment.decide import LEDGER
from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.assigned import unit_key_sql
from uplift.engine.expression_sql import condition
from uplift.engine.merges import open_merges, person_rows, with_merged_ids
from uplift.engine.snippets import parse, snippet_at
from uplift.engine.sources import open_source
from uplift.engine.typed import DAY, UNIT, Use, as_text, columns_used, typed_source
from uplift.errors import DataError, Problem
from uplift.results import Check
from uplift.spec import Study
from uplift.spec.experiment import RowNumber
from uplift.stats.srm import SRM_ALPHA, srm_test

SHARE_THAT_FAILS = 0.01  # of the contacts that were to get nothing
SHARE_NEVER_MAILED = 0.05
QUANTILES = (("p10", "0.1"), ("median", "0.5"), ("p90", "0.9"), ("latest", "1.0"))


@dataclass(frozen=True, slots=True)
class Reach:
    """One arm (or the held-out contacts, arm None): contacts, those with a message, and days until the first one."""

    arm: str | None
    contacts: int
    mailed: int
    delay: tuple[tuple[str, int], ...]  # quantiles in whole days


@dataclass(frozen=True, slots=True)
class Leak:
    """Messages to contacts that were to get none, by channel (None where messages have no channel)."""

    arm: str | None  # None: held out
    channel: str | None
    messages: int
    contacts: int


@dataclass(frozen=True, slots=True)
class Messages:
    """Everything about the messages of one source. `in_household` are controls who live with a mailed contact."""

    source: str
    reach: tuple[Reach, ...]
    leaks: tuple[Leak, ...]
    leaked: tuple[tuple[str | None, int], ...]  # contacts with any such message, of the control (None: held out)
    in_household: int | None


def messages(
    engine: Engine, study: Study, *, source: str | None = None, channel: str | None = None
) -> tuple[Messages | None, tuple[Check, ...]]:
    """What the messages say: UP805 controls, UP806 held-out contacts, UP807 households, UP808 treated contacts never
    reached, UP809 delay. None where the experiment names no messages. `source` overrides `compliance.received`.

    Raises DataError for a source that can't be read or has no id or time.
    """
    received = study.experiment.compliance.received if study.experiment.compliance else None
    name = source or (received.source if received else None)
    if name is None or isinstance(study.experiment.unit.id, RowNumber):
        return None, ()
    own = received is not None and received.source == name
    by = _define(engine, study, name, filtered=own, channel=channel)
    reach = tuple(_reach(engine, study))
    unwanted = _unwanted(study, by)
    leaked = engine.run(f"SELECT arm, count(DISTINCT unit_id) FROM {_SENT} WHERE {unwanted} GROUP BY arm ORDER BY arm")
    found = Messages(
        source=name,
        reach=reach,
        leaks=tuple(_leaks(engine, unwanted)),
        leaked=tuple((None if arm is None else str(arm), int(str(n))) for arm, n in leaked),
        in_household=_households(engine, study),
    )
    return found, tuple(_checks(study, found))


_SENT, _WHO = "messages_sent", "message_units"


def _define(engine: Engine, study: Study, name: str, *, filtered: bool, channel: str | None) -> str | None:
    """Name the relation of messages: unit_key, day, channel; returns the column of the channel, if any."""
    source = study.source(name)
    if source.id is None or source.time is None:
        place = study.project_document.place("sources", name)
        message = f"source {name} has no id or no time, so its rows belong to nobody or to no day"
        raise DataError(Problem("UP811", message, fix="name `id:` and `time:` under the source", place=place))
    uses = []
    received = study.experiment.compliance.received if study.experiment.compliance else None
    if filtered and received is not None and received.where is not None:
        snippet = snippet_at(study.document, "compliance", "received", "where", text=received.where)
        uses.append(Use(parse(snippet), "boolean", snippet))
    table = open_source(engine, study, name)
    columns = {column.name for column in table.columns}
    by = channel or next((c for c in ("channel", "type", "category") if c in columns), None)
    texts = [by] if by is not None else []
    needed = {source.id, source.time, *texts, *columns_used(uses)}
    table = open_source(engine, study, name, needed=needed)
    typed = typed_source(
        engine, study, table, uses, view="typed_messages", unit=source.id, day=source.time, texts=texts
    )
    merges = open_merges(engine, study)
    typed = with_merged_ids(engine, study, typed)
    where = " AND ".join(f"({condition(use.expression, typed.columns)})" for use in uses) or "TRUE"
    shown = quoted(as_text(by)) if by is not None else "CAST(NULL AS VARCHAR)"
    engine.define(
        "all_messages", f"SELECT {UNIT} AS unit_key, {DAY} AS day, {shown} AS channel FROM {typed.view} WHERE {where}"
    )
    window = study.experiment.metrics.primary.window
    last = f" AND m.day < CAST(w.assigned_at AS DATE) + {window.days}" if window is not None else ""
    key, rows = unit_key_sql(study, "unit_id"), f"{LEDGER} WHERE status = 'assigned' OR status = 'held_out'"
    if merges is not None:
        key, rows = "person", f"({person_rows(study, unit_key_sql(study, 'l.unit_id'))}) AS r WHERE place = 1"
    engine.define(_WHO, f"SELECT unit_id, {key} AS unit_key, cluster_id, arm, status, assigned_at FROM {rows}")
    engine.materialize(
        _SENT,
        "SELECT w.unit_id, w.arm, w.status, m.channel, m.day - CAST(w.assigned_at AS DATE) AS delay"
        f" FROM {_WHO} AS w JOIN all_messages AS m ON m.unit_key = w.unit_key"
        f" WHERE m.day >= CAST(w.assigned_at AS DATE){last}",
    )
    return by


def _reach(engine: Engine, study: Study) -> Iterator[Reach]:
    contacts = {
        (str(status), arm): int(str(n))
        for status, arm, n in engine.run(f"SELECT status, arm, count(*) FROM {_WHO} GROUP BY ALL")
    }
    quantiles = ", ".join(f"CAST(quantile_disc(delay, {q}) AS BIGINT)" for _, q in QUANTILES)
    rows = engine.run(
        f"SELECT status, arm, count(*), {quantiles} FROM"
        f" (SELECT status, arm, unit_id, min(delay) AS delay FROM {_SENT} GROUP BY ALL) AS firsts GROUP BY ALL"
    )
    mailed = {(str(status), arm): (int(str(n)), [int(str(q)) for q in qs]) for status, arm, n, *qs in rows}
    for arm in (*study.experiment.arms, None):
        key = ("held_out", None) if arm is None else ("assigned", arm)
        n = contacts.get(key, 0)
        if n:
            reached, delays = mailed.get(key, (0, []))
            named = tuple((name, value) for (name, _), value in zip(QUANTILES, delays, strict=False))
            yield Reach(arm, n, reached, named)


def _unwanted(study: Study, by: str | None) -> str:
    """Messages that nobody should have got: of controls, and of held-out contacts but for the exempt ones."""
    exempt = _exempt(study) if by is not None else ()
    listed = ", ".join(text_literal(name) for name in exempt)
    spared = f" AND coalesce(channel, '') NOT IN ({listed})" if exempt else ""
    return f"(status = 'assigned' AND arm = {text_literal(study.experiment.control)}) OR (status = 'held_out'{spared})"


def _leaks(engine: Engine, unwanted: str) -> Iterator[Leak]:
    rows = engine.run(
        f"SELECT arm, channel, count(*), count(DISTINCT unit_id) FROM {_SENT} WHERE {unwanted}"
        " GROUP BY ALL ORDER BY ALL"
    )
    for arm, channel, count, contacts in rows:
        yield Leak(
            None if arm is None else str(arm),
            None if channel is None else str(channel),
            int(str(count)),
            int(str(contacts)),
        )


def _exempt(study: Study) -> Sequence[str]:
    name = study.experiment.assignment.holdout
    return study.project.holdouts[name].exempt if name is not None else ()


def _households(engine: Engine, study: Study) -> int | None:
    """Controls that share a household with a treated contact who got a message; None where no household is known."""
    household = _household_column(study)
    if household is None:
        return None
    source = study.experiment.audience.source
    unit = str(study.experiment.unit.id)
    table = open_source(engine, study, source, needed={unit, household}, relation="households")
    control = text_literal(study.experiment.control)
    ((count,),) = engine.run(
        f"""
        WITH homes AS (
            SELECT CAST({quoted(unit)} AS VARCHAR) AS unit_id, nullif(CAST({quoted(household)} AS VARCHAR), '') AS home
            FROM {quoted(table.relation)}
        ), mailed AS (
            SELECT DISTINCT h.home FROM {_SENT} AS s JOIN homes AS h ON h.unit_id = s.unit_id
            WHERE s.status = 'assigned' AND s.arm <> {control} AND h.home IS NOT NULL
        )
        SELECT count(*) FROM {_WHO} AS w JOIN homes AS h ON h.unit_id = w.unit_id JOIN mailed AS m ON m.home = h.home
        WHERE w.arm = {control}"""
    )
    return int(str(count))


def _household_column(study: Study) -> str | None:
    """The column of the household: the cluster, or the unit of the holdout or the layer where it is another column."""
    experiment = study.experiment
    named = [experiment.unit.cluster]
    if experiment.assignment.holdout is not None:
        named.append(study.project.holdouts[experiment.assignment.holdout].unit)
    if experiment.assignment.layer is not None:
        named.append(study.project.layers[experiment.assignment.layer.name].unit)
    return next((name for name in named if name is not None and name != experiment.unit.id), None)


def _checks(study: Study, found: Messages) -> Iterator[Check]:
    reach = {r.arm: r for r in found.reach}
    for code, arm in (("UP805", study.experiment.control), ("UP806", None)):
        if arm in reach:
            leaks = [leak for leak in found.leaks if leak.arm == arm]
            yield _leak_check(code, reach[arm], dict(found.leaked).get(arm, 0), leaks)
    control = reach.get(study.experiment.control)
    if found.in_household is not None and control is not None:
        facts = (("contacts", found.in_household), ("total", control.contacts))
        yield Check("UP807", "warn" if found.in_household / control.contacts >= SHARE_THAT_FAILS else "ok", facts)
    treated = [reach[arm] for arm in study.experiment.treatments if arm in reach]
    if treated:
        yield _never_mailed(treated)
    if len(treated) > 1 and all(r.delay for r in treated):
        yield _delays(treated)


def _leak_check(code: str, reach: Reach, contacts: int, leaks: Sequence[Leak]) -> Check:
    listed = ", ".join(f"{leak.channel or '—'}: {leak.messages}" for leak in leaks)
    share = contacts / reach.contacts
    facts = (
        ("contacts", contacts),
        ("total", reach.contacts),
        ("messages", sum(leak.messages for leak in leaks)),
        ("channels", listed or None),
    )
    return Check(code, "ok" if not contacts else "fail" if share >= SHARE_THAT_FAILS else "warn", facts)


def _never_mailed(treated: Sequence[Reach]) -> Check:
    """Treated contacts without a message: how many, and whether as large a share of every arm."""
    missing = {str(r.arm): r.contacts - r.mailed for r in treated}
    total, contacts = sum(missing.values()), sum(r.contacts for r in treated)
    p_value = None
    if len(treated) > 1 and total:
        p_value = srm_test(list(missing.values()), [r.contacts for r in treated]).p_value
    warned = total / contacts >= SHARE_NEVER_MAILED or (p_value is not None and p_value < SRM_ALPHA)
    named = tuple((f"never {arm}", count) for arm, count in missing.items())
    facts = (("contacts", total), ("total", contacts), ("p", p_value), ("alpha", SRM_ALPHA), *named)
    return Check("UP808", "warn" if warned else "ok", facts)


def _delays(treated: Sequence[Reach]) -> Check:
    """Whether the arms' messages came equally late, by the median in whole days."""
    medians: Mapping[str, int] = {str(r.arm): dict(r.delay)["median"] for r in treated}
    apart = max(medians.values()) - min(medians.values())
    facts = (("days", apart), *((f"median {arm}", days) for arm, days in medians.items()))
    return Check("UP809", "warn" if apart > 0 else "ok", facts)
