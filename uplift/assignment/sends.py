"""`import --sends`: the send log of a mail system as a Parquet file that project.yml can name as a source."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from uplift.assignment.bounded import bounded_engine
from uplift.assignment.decide import LEDGER
from uplift.assignment.foreign import Columns, columns_of, open_file, preset_of, with_file
from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.typed import DAY, UNIT, as_text, typed_source
from uplift.errors import AssignmentError, Problem
from uplift.spec import Study
from uplift.store import Store, written_aside
from uplift.store.places import imports_folder

FEW = 0.5  # of the contacts in a send log: with fewer in the ledger, its ids are probably others


@dataclass(frozen=True, slots=True)
class SendsReport:
    """What was read: rows, those that repeat another one, contacts, and how many of them the ledger knows."""

    path: Path
    experiment_id: str
    rows: int
    repeated: int
    contacts: int
    known: int
    first: datetime.date | None
    last: datetime.date | None
    columns: Columns
    notices: tuple[Problem, ...]

    def __str__(self) -> str:
        read = f"{self.columns.id} as id, {self.columns.time} as time"
        lines = [
            f"{self.experiment_id}: {self.rows:,} messages to {self.contacts:,} contacts, {self.first} to {self.last}",
            f"  read {read}" + (f", {self.columns.channel} as channel" if self.columns.channel else ""),
            f"  contacts in the ledger: {self.known:,}",
        ]
        if self.repeated:
            lines.append(f"  lines that repeat another one, left out: {self.repeated:,}")
        return "\n".join(lines)

    @property
    def yaml(self) -> str:
        """What to write into project.yml and the experiment, once."""
        return (
            "sources:\n"
            f"  sends: {{file: ../{self.path.parent.parent.name}/{self.experiment_id}/*.parquet, grain: event,"
            " id: contact_id, time: sent_at}\n"
            "# in the experiment:\n"
            "compliance: {received: {source: sends}}\n"
        )


def import_sends(
    study: Study,
    file: Path,
    *,
    store: Store,
    columns: Mapping[str, str | None] | None = None,
    preset: str | None = None,
    timezone: str | None = None,
    channel: str | None = None,
) -> SendsReport:
    """Write `imports/<experiment>/<fingerprint>.parquet`: contact_id, sent_at (local time), channel, campaign.

    `columns` names columns by role (id, time, channel, campaign); `timezone` is that of times without one; `channel`
    is what all rows are, where no column says so. Lines that repeat another one are left out. The same file gives the
    same name, so importing it twice changes nothing; a pattern in project.yml names all imports of an experiment.

    Raises AssignmentError (UP823) for missing columns, DataError for the file, its ids and times.
    """
    known = preset_of(preset)
    with bounded_engine() as engine:
        plain = open_file(engine, with_file(study, file))
        found = columns_of(plain, known, columns or {}, str(study.experiment.unit.id))
        if found.time is None:
            message = f"'{plain.shown}' has no column that says when a message was sent"
            listed = ", ".join(sorted(column.name for column in plain.columns))
            raise AssignmentError(Problem("UP823", message, fix=f"name it: --time COLUMN; there are: {listed}"))
        texts = [name for name in (found.channel, found.campaign) if name is not None]
        given = with_file(study, file, id_=found.id, time=found.time, timezone=timezone or known.timezone)
        table = open_file(engine, given, [found.id, found.time, *texts])
        typed = typed_source(engine, given, table, (), view="typed_sends", unit=found.id, day=found.time, texts=texts)
        path = imports_folder(study.root, study.experiment.id) / f"{table.fingerprint[:16]}.parquet"
        _write(engine, found, channel or known.channel, path)
        ((rows, contacts, first, last),) = engine.run(
            f"SELECT count(*), count(DISTINCT contact_id), CAST(min(sent_at) AS DATE), CAST(max(sent_at) AS DATE)"
            f" FROM read_parquet({text_literal(str(path))})"
        )
        ((read,),) = engine.run(f"SELECT count(*) FROM typed_sends WHERE {UNIT} IS NOT NULL AND {DAY} IS NOT NULL")
        in_ledger = _known(engine, study, store, path)
    notices = [*typed.notices]
    if int(str(contacts)) and in_ledger < FEW * int(str(contacts)):
        message = (
            f"only {in_ledger:,} of {contacts:,} contacts of the file are in the ledger of '{study.experiment.id}'"
        )
        fix = f"is '{found.id}' the same id as {study.experiment.unit.id}? A mail system's internal id is another one"
        notices.append(Problem("UP825", message, fix=fix, level="warning"))
    return SendsReport(
        path=path,
        experiment_id=study.experiment.id,
        rows=int(str(rows)),
        repeated=int(str(read)) - int(str(rows)),
        contacts=int(str(contacts)),
        known=in_ledger,
        first=first if isinstance(first, datetime.date) else None,
        last=last if isinstance(last, datetime.date) else None,
        columns=found,
        notices=tuple(notices),
    )


def _write(engine: Engine, found: Columns, channel: str | None, path: Path) -> None:
    sent = f"CAST({quoted(str(found.time))} AS TIMESTAMP)"
    own = text_literal(channel) if channel is not None else "CAST(NULL AS VARCHAR)"
    by = f"coalesce({quoted(as_text(found.channel))}, {own})" if found.channel is not None else own
    campaign = quoted(as_text(found.campaign)) if found.campaign is not None else "CAST(NULL AS VARCHAR)"
    engine.run("SET preserve_insertion_order = true")
    with written_aside(path) as aside:
        engine.run(
            f"COPY (SELECT DISTINCT {UNIT} AS contact_id, {sent} AS sent_at, {by} AS channel, {campaign} AS campaign"
            f" FROM typed_sends WHERE {UNIT} IS NOT NULL AND {DAY} IS NOT NULL ORDER BY ALL)"
            f" TO {text_literal(str(aside))} (FORMAT parquet, COMPRESSION zstd)"
        )


def _known(engine: Engine, study: Study, store: Store, path: Path) -> int:
    files = store.ledger.files(study.experiment.id)
    if not files:
        return 0
    engine.register_files(LEDGER, files)
    ((count,),) = engine.run(
        "SELECT count(DISTINCT CAST(contact_id AS VARCHAR)) FROM read_parquet("
        f"{text_literal(str(path))}) AS s SEMI JOIN {LEDGER} AS l ON l.unit_id = CAST(s.contact_id AS VARCHAR)"
    )
    return int(str(count))
