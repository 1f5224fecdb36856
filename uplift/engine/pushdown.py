"""What is computed where the rows are: a warehouse filters and adds up its events, and only totals per contact travel.

The same statement of the portable core runs on every engine; a source in a file is read by the engine itself.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import replace

from uplift.engine.adapter import Engine, EngineColumn, Period, Warehouse, quoted
from uplift.engine.plan import Part


def keep(engine: Engine, home: Warehouse | None, name: str, sql: str) -> None:
    """Run a query once, where its rows are, and keep what it yields in the engine under a name."""
    if home is None:
        engine.materialize(name, sql)
        return
    from uplift.engine.dialects import selected_in

    home.define(name, sql)
    columns = home.columns(name)
    named = tuple(
        replace(c, name=own) for c, own in zip(columns, selected_in(sql), strict=True)
    )  # names may be cut off
    home.bring(f"SELECT * FROM {quoted(name)}", named, engine, name)


def send_assigned(engine: Engine, home: Warehouse, relation: str) -> None:
    """Let a warehouse know the contacts (their key and day of assignment); the same ones are sent once.

    An engine may measure several experiments, one after another, under the same name of the relation: what was sent is
    told apart by what it holds.
    """
    columns = tuple(c for c in engine.columns(relation) if c.name in ("unit_key", "assigned_day"))
    wanted = ", ".join(quoted(c.name) for c in columns)
    sent = f"{relation}_{content_of(engine, relation, columns)[:16]}"
    if not home.has(sent):
        home.send(sent, columns, f"SELECT {wanted} FROM {quoted(relation)}", engine)
    home.define(relation, f"SELECT {wanted} FROM {quoted(sent)}")


def period_of(assigned: tuple[datetime.date, datetime.date], parts: Sequence[Part], column: str) -> Period:
    """The days whose events can matter to these parts; `assigned` are the first and the last day of assignment."""
    first, last = assigned
    before = max((getattr(part, "before", None) or 0 for part in parts), default=0)
    after = max((part.window or 0 for part in parts), default=0)
    day = datetime.timedelta(days=1)
    return Period(column, first - before * day, last + after * day)


def content_of(engine: Engine, relation: str, columns: Sequence[EngineColumn]) -> str:
    """A fingerprint of rows, whatever their order: what a table held when it was read (it has no bytes to hash)."""
    missing = "chr(1)"
    texts = ", ".join(f"coalesce(CAST({quoted(c.name)} AS VARCHAR), {missing})" for c in columns)
    row = f"sha256(concat_ws(chr(31), {texts}))"
    halves = ", ".join(f"sum(CAST('0x' || substr(h, {at}, 15) AS HUGEINT))" for at in (1, 16, 31, 46))
    found = engine.run(f"SELECT count(*), {halves} FROM (SELECT {row} AS h FROM {quoted(relation)}) AS rows")[0]
    return hashlib.sha256("|".join(map(str, (*(c.name for c in columns), *found))).encode()).hexdigest()
