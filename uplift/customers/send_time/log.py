"""The log of past mails, read through the engine: is its chance real, and what does it say per contact and slot?"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from uplift.customers.send_time.habits import Floats, Seen
from uplift.customers.send_time.slots import HOURS, SLOTS
from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.expression_sql import condition
from uplift.engine.snippets import parse, snippet_at
from uplift.engine.sources import cache_folder, open_source
from uplift.engine.typed import DAY, UNIT, Use, as_text, columns_used, typed_source
from uplift.errors import DataError, Place, Problem, StatisticsError
from uplift.results.send_time import CampaignReading
from uplift.spec.send_time import SendTime
from uplift.spec.study import Study
from uplift.stats.decision import Level
from uplift.stats.proportions import score_test
from uplift.stats.srm import srm_test

LEAST_MAILS, LEAST_REACTIONS = 500, 100  # of mails by chance, in all
LEAST_OF_CAMPAIGN = 100  # mails by chance, so that the pull of a campaign is known
STRAY = 0.1  # of an even share: slots with less hold mails that left late
UNEVEN = 0.001
CHUNK = 250_000
MAILS, NEXT, SAMPLE = "mails_sent", "next_contacts", "sampled_mails"


@dataclass(frozen=True, slots=True)
class SendLog:
    """What can be learned from: campaigns with enough chance, and mails and reactions per slot where chance drew."""

    campaigns: tuple[CampaignReading, ...]
    reactions: Floats
    exposure: Floats
    mails_by_slot: Floats
    mails: int
    by_chance: int
    not_used: int
    contacts: int


def read_log(engine: Engine, study: Study, block: SendTime, as_of: datetime.date) -> SendLog:
    """Materialise the mails before `as_of` (relation MAILS) and say what they hold.

    Raises DataError for the source (UP682 when it has no usable mail), StatisticsError: UP681 without slots drawn by
    chance, UP682 for too few of them, UP683 when those that are called random are not.
    """
    place = study.document.place("send_time", "random")
    shown = _materialise(engine, study, block, as_of)
    rows = engine.run(
        f"SELECT campaign, min(day), count(*) FILTER (WHERE random), coalesce(sum(reacted) FILTER (WHERE random), 0), "
        f"count(*) FILTER (WHERE NOT random), coalesce(sum(reacted) FILTER (WHERE NOT random), 0) "
        f"FROM {MAILS} GROUP BY campaign ORDER BY 2, 1"
    )
    found = [_campaign(str(name), day, *(int(str(n)) for n in counts)) for name, day, *counts in rows]
    total = sum(each.chance_mails + each.chosen_mails for each in found)
    if not total:
        fix = "compare send_time with the columns of the log, and its times with the day of the list"
        raise DataError(Problem("UP682", f"the log has no usable mail before {as_of}", fix, Place(shown)))
    if not any(each.chance_mails for each in found):
        message = f"of {total:,} mails in the log none had its slot drawn by chance"
        fix = "send one campaign with all slots drawn: `uplift sendtime … --all-by-chance`; mark its mails in the log"
        raise StatisticsError(Problem("UP681", message, fix, place))
    used = [each for each in found if each.chance_mails >= LEAST_OF_CAMPAIGN]
    chance, reacted = sum(each.chance_mails for each in used), sum(each.chance_reactions for each in used)
    if chance < LEAST_MAILS or reacted < LEAST_REACTIONS:
        message = (
            f"the log has {chance:,} mails with a slot by chance and {reacted:,} reactions to them, in campaigns with "
            f"{LEAST_OF_CAMPAIGN} or more"
        )
        fix = f"{LEAST_MAILS} mails and {LEAST_REACTIONS} reactions are needed; send another campaign by chance"
        raise StatisticsError(Problem("UP682", message, fix, place))
    _refuse_false_chance(engine, [each.campaign for each in used], place)
    base = reacted / chance
    pull = {each.campaign: (each.chance_reactions + 10) / (each.chance_mails * base + 10) for each in used}
    # Decimals add up exactly: sums of doubles would depend on the order of the rows and on the number of threads.
    engine.run("CREATE OR REPLACE TEMP TABLE pulls (campaign VARCHAR, pull DECIMAL(18, 9))")
    values = ", ".join(f"({text_literal(name)}, {weight!r})" for name, weight in pull.items())
    engine.run(f"INSERT INTO pulls VALUES {values}")
    reactions, exposure, mails = np.zeros(SLOTS), np.zeros(SLOTS), np.zeros(SLOTS)
    for slot, r, e, m in engine.run(
        f"SELECT slot, sum(reacted), sum(pull), count(*) FROM {MAILS} JOIN pulls USING (campaign) WHERE random "
        "GROUP BY slot"
    ):
        at = int(str(slot))
        reactions[at], exposure[at], mails[at] = float(str(r)), float(str(e)), int(str(m))
    ((contacts,),) = engine.run(f"SELECT count(DISTINCT unit) FROM {MAILS} JOIN pulls USING (campaign)")
    return SendLog(
        campaigns=tuple(used),
        reactions=reactions,
        exposure=exposure,
        mails_by_slot=mails,
        mails=total,
        by_chance=chance,
        not_used=total - sum(each.chance_mails + each.chosen_mails for each in used),
        contacts=int(str(contacts)),
    )


def take_sample(engine: Engine, *, contacts: int, most: int) -> None:
    """Materialise the numbered mails of at most `most` of the log's contacts, chosen by a hash (relation SAMPLE)."""
    step = max(1, -(-contacts // most))
    engine.materialize(
        SAMPLE,
        f"SELECT unit, slot, reacted, pull, row_number() OVER (PARTITION BY unit ORDER BY sent_at, campaign) AS k, "
        f"count(*) OVER (PARTITION BY unit) AS mails FROM {MAILS} JOIN pulls USING (campaign) "
        f"WHERE hash(unit) % {step} = 0",
    )


def seen_of_sample(engine: Engine, work: Path, *, first: int | None = None, having: int = 1) -> Seen:
    """Mails and reactions of those contacts of the sample who have so many mails.

    `first` keeps each one's first mails only. The same contacts come in the same order, whatever `first` says.
    """
    kept = f"mails >= {having}" + ("" if first is None else f" AND k <= {first}")
    return _arrays(
        engine,
        work,
        f"SELECT dense_rank() OVER (ORDER BY unit) - 1 AS n, slot, sum(reacted) AS r, CAST(sum(pull) AS DOUBLE) AS e "
        f"FROM {SAMPLE} WHERE {kept} GROUP BY unit, slot",
    )


def seen_of_next(engine: Engine, work: Path, contacts: int) -> Iterator[tuple[int, Seen]]:
    """What the log holds of the contacts of the coming campaign (relation NEXT: n from 0, unit), some at a time.

    Memory does not grow with their number.
    """
    for low in range(0, contacts, CHUNK):
        high = min(low + CHUNK, contacts)
        yield (
            low,
            _arrays(
                engine,
                work,
                f"SELECT n - {low} AS n, slot, sum(reacted) AS r, CAST(sum(pull) AS DOUBLE) AS e FROM {NEXT} AS t "
                f"JOIN {MAILS} AS m ON m.unit = t.unit JOIN pulls USING (campaign) "
                f"WHERE n >= {low} AND n < {high} GROUP BY n, slot",
                rows=high - low,
            ),
        )


def columns(engine: Engine, work: Path, sql: str) -> dict[str, Any]:
    """The columns of a query as arrays: through a file, since rows as Python objects need ten times the memory."""
    import duckdb

    file = work / "columns.parquet"
    engine.save(sql, file)
    with duckdb.connect() as connection:
        return dict(connection.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchnumpy())


def _arrays(engine: Engine, work: Path, sql: str, *, rows: int | None = None) -> Seen:
    found = columns(engine, work, sql)
    n, slot = (np.asarray(found[name]).astype(np.int64) for name in ("n", "slot"))
    size = rows if rows is not None else int(n.max(initial=-1)) + 1
    seen = Seen(np.zeros((size, SLOTS)), np.zeros((size, SLOTS)))
    seen.reactions[n, slot] = np.asarray(found["r"]).astype(np.float64)
    seen.exposure[n, slot] = np.asarray(found["e"]).astype(np.float64)
    return seen


def _materialise(engine: Engine, study: Study, block: SendTime, as_of: datetime.date) -> str:
    """One row per contact, campaign and time: slot, chance or not, reaction or not. Where the source stands."""
    source = study.source(block.log)
    snippets = [
        snippet_at(study.document, "send_time", key, text=text)
        for key, text in (("reacted", block.reacted), ("random", block.random))
    ]
    uses = [Use(parse(snippet), "boolean", snippet) for snippet in snippets]
    needed = columns_used(uses) | {str(source.id), str(source.time), block.campaign, *source.columns}
    table = open_source(engine, study, block.log, needed=needed, cache=cache_folder(study), relation="send_log")
    typed = typed_source(
        engine, study, table, uses, view="typed_sends", unit=source.id, day=source.time, texts=[block.campaign]
    )
    at = f"CAST({quoted(str(source.time))} AS TIMESTAMP)"
    campaign = quoted(as_text(block.campaign))
    reacted, random = (f"coalesce({condition(use.expression, typed.columns)}, FALSE)" for use in uses)
    engine.materialize(
        MAILS,
        f"SELECT CAST({UNIT} AS VARCHAR) AS unit, {campaign} AS campaign, {at} AS sent_at, min({DAY}) AS day, "
        f"min(CAST(extract(hour FROM {at}) AS INTEGER) // {HOURS}) AS slot, bool_and({random}) AS random, "
        f"max(CASE WHEN {reacted} THEN 1 ELSE 0 END) AS reacted FROM {quoted(typed.view)} "
        f"WHERE {UNIT} IS NOT NULL AND {DAY} < DATE '{as_of}' AND {campaign} IS NOT NULL GROUP BY 1, 2, 3",
    )
    return table.shown


def _refuse_false_chance(engine: Engine, campaigns: list[str], place: Place) -> None:
    """Chance spreads mails evenly over the slots that a campaign uses; a log that doesn't was not drawn."""
    rows = engine.run(f"SELECT campaign, slot, count(*) FROM {MAILS} WHERE random GROUP BY 1, 2 ORDER BY 1, 2")
    for campaign in campaigns:
        counts = [int(str(n)) for c, _, n in rows if c == campaign]
        kept = [n for n in counts if n >= STRAY * sum(counts) / len(counts)]
        if len(kept) < 2:
            message = f"campaign '{campaign}' sent all its mails «by chance» in one slot of two hours"
        elif srm_test(kept, [1.0] * len(kept)).p_value < UNEVEN / len(campaigns):
            shares = ", ".join(f"{n:,}" for n in counts)
            message = f"campaign '{campaign}' has uneven slots where chance should have drawn them (mails: {shares})"
        else:
            continue
        fix = "let send_time.random name only mails whose slot was drawn, each slot with the same chance"
        raise StatisticsError(Problem("UP683", message, fix, place))


def _campaign(name: str, day: object, *counts: int) -> CampaignReading:
    chance, chance_reactions, chosen, chosen_reactions = counts
    assert isinstance(day, datetime.date)
    relative = low = high = None
    if chosen and chance_reactions:
        relative = chosen_reactions / chosen / (chance_reactions / chance) - 1
        found = score_test((chance_reactions, chance), (chosen_reactions, chosen), Level())
        if found is not None and found.relative is not None:
            low, high = found.relative.low, found.relative.high
    return CampaignReading(name, day, chance, chance_reactions, chosen, chosen_reactions, relative, low, high)
