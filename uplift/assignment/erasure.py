"""`erase`: forget contacts. Their rows keep the arm and lose the person; nothing kept leads back to them.

A ledger row of an erased contact holds a random text in the place of its id, and no cluster, bucket, stratum or
eligibility (a bucket would let anybody who knows the id find the row again). No key is kept, so it is erasure and not
pseudonymisation. Lists, send logs and scores lose the contact's lines. Converted files and unit tables are removed
whole: they are made again from the sources, from which the contact has to be deleted first.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from uplift.assignment.bounded import bounded_engine
from uplift.assignment.decide import LEDGER
from uplift.assignment.lists import without_contacts
from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.errors import AssignmentError, Problem
from uplift.store import LEDGER_COLUMNS, CatalogWriter, Run, Store, written_aside
from uplift.store.catalog import FileEntry
from uplift.store.contents import CACHES
from uplift.store.files import ASIDE, aside_of, is_abandoned
from uplift.store.places import OF_CONTACTS

EVERYTHING = "*"  # in the catalog's runs: no single experiment
_CONTACTS = "to_erase"
_GONE = ("cluster_id", "bucket", "eligible_at", "stratum")  # what could lead back to the person


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure did; it holds no id. `merged` are further ids of the contacts, `found` counts ids.

    `rows` are the ledger's rows by experiment, `files` the lists, send logs and scores (under the project's root) with
    the lines or rows that they lost.
    """

    number: str
    on: datetime.date
    contacts: int
    merged: int
    found: int
    rows: tuple[tuple[str, int], ...]
    files: tuple[tuple[str, int], ...]
    caches: int

    @property
    def lists(self) -> int:
        """Lines and rows that all files lost."""
        return sum(lines for _, lines in self.files)

    def facts(self) -> dict[str, object]:
        """The receipt as JSON values, for the catalog."""
        return {
            "contacts": self.contacts,
            "merged_ids": self.merged,
            "found": self.found,
            "rows": dict(self.rows),
            "files": dict(self.files),
            "caches_removed": self.caches,
        }

    def __str__(self) -> str:
        lines = [
            f"receipt {self.number} of {self.on}",
            f"  contacts to be erased: {self.contacts:,}; found here: {self.found:,}",
            *([f"  older and newer ids of merged contacts: {self.merged:,}"] if self.merged else []),
            *(f"  ledger of {name}: {count:,} rows without a person now" for name, count in self.rows),
            f"  lists, send logs and scores: {self.lists:,} lines removed from {len(self.files):,} files",
            *(f"    {name}: {count:,}" for name, count in self.files),
            f"  caches removed: {self.caches:,}",
        ]
        return "\n".join(lines)


def erase(
    store: Store,
    contacts: Collection[str],
    *,
    root: Path,
    on: datetime.date,
    ids: Collection[str] = (),
    merged: Collection[str] = (),
) -> Receipt:
    """Forget contacts, named by their ids as the ledger and the lists write them.

    `root` is the project's root, under which lists lie, `ids` the names of id columns (see `without_contacts`),
    `merged` further ids of the same persons (see `ids_of_persons`). Doing it again is harmless, and mends what a killed
    run left. Raises AssignmentError (UP830) without any id, StateError for the store.
    """
    named = frozenset(contact for contact in contacts if contact.strip())
    if not named:
        raise AssignmentError(Problem("UP830", "no contact is named", fix="give ids, or a file with one id per line"))
    wanted = named | frozenset(merged)
    found: set[str] = set()
    files: dict[Path, int] = {}
    remove_leftovers(root, store)
    for folder in OF_CONTACTS:
        here, lost = without_contacts(root / folder, wanted, ids=ids)
        found, files = found | here, files | lost
    with bounded_engine() as engine, store.writing() as writer:
        caches = remove_caches(store)
        name_contacts(engine, _CONTACTS, wanted)
        rows = []
        for path in sorted(p for folder in OF_CONTACTS for p in (root / folder).rglob("*.parquet")):
            removed, units = _remove_from(engine, path)
            if removed:
                files[path] = removed
            found |= units
        for experiment in store.ledger.experiments():
            erased, units = _erase_from(engine, store, writer, experiment)
            found |= units
            if erased:
                rows.append((experiment, erased))
        receipt = Receipt(
            number=secrets.token_hex(6),
            on=on,
            contacts=len(named),
            merged=len(wanted - named),
            found=len(found),
            rows=tuple(rows),
            files=tuple((path.relative_to(root).as_posix(), lines) for path, lines in sorted(files.items())),
            caches=caches,
        )
        writer.record(Run(f"erase-{receipt.number}", "erase", EVERYTHING, on.isoformat(), receipt.facts()))
    with store.writing():
        remove_unnamed(store)
    return receipt


def remove_caches(store: Store, *, before: float | None = None) -> int:
    """Remove converted files and unit tables (only those last written before a time); returns how many there were."""
    removed = 0
    for path in cached(store):
        if before is None or path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            removed += path.suffix != ".json"
    return removed


def cached(store: Store) -> Iterator[Path]:
    """Every file that was kept to save time and can be made again."""
    for folder in CACHES:
        yield from (path for path in sorted((store.path / folder).rglob("*")) if path.is_file())


def remove_unnamed(store: Store) -> int:
    """Remove ledger files that do not count; the caller holds the writer's lock."""
    leftovers = store.ledger.unnamed()
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def forget_everybody(engine: Engine, store: Store, writer: CatalogWriter, experiment: str) -> int:
    """Erase every contact of an experiment from its ledger; returns how many rows had one."""
    engine.run(f"CREATE OR REPLACE TEMP TABLE {_CONTACTS} (unit_id VARCHAR)")
    erased = 0
    for entry in store.ledger.entries(experiment):
        engine.register_files(LEDGER, [store.path / entry.path])
        engine.run(f"INSERT INTO {_CONTACTS} SELECT unit_id FROM {LEDGER} WHERE status <> 'erased'")
        erased += _rewrite(engine, store, writer, entry)
        engine.run(f"DELETE FROM {_CONTACTS}")
    return erased


def name_contacts(engine: Engine, name: str, contacts: Collection[str]) -> None:
    """Keep ids as a relation with the column `unit_id`."""
    engine.run(f"CREATE OR REPLACE TEMP TABLE {name} (unit_id VARCHAR)")
    ordered = sorted(contacts)
    for start in range(0, len(ordered), 1000):
        values = ", ".join(f"({text_literal(contact)})" for contact in ordered[start : start + 1000])
        engine.run(f"INSERT INTO {name} VALUES {values}")


def _erase_from(engine: Engine, store: Store, writer: CatalogWriter, experiment: str) -> tuple[int, set[str]]:
    """Rewrite the files of one experiment that hold any of the contacts; rows and ids that were there."""
    rows, units = 0, set()
    for entry in store.ledger.entries(experiment):
        engine.register_files(LEDGER, [store.path / entry.path])
        here = engine.run(f"SELECT unit_id FROM {LEDGER} WHERE unit_id IN (SELECT unit_id FROM {_CONTACTS})")
        if here:
            units |= {str(unit) for (unit,) in here}
            rows += _rewrite(engine, store, writer, entry)
    return rows, units


def leftovers(root: Path, store: Store) -> tuple[Path, ...]:
    """What killed runs have left half-written where contacts are named; a run that is still alive keeps its own."""
    folders = (*(root / folder for folder in OF_CONTACTS), store.path / "ledger")
    every = (path for folder in folders for path in folder.rglob(f"{ASIDE}*"))
    return tuple(path for path in every if path.is_file() and is_abandoned(path))


def remove_leftovers(root: Path, store: Store) -> int:
    """Remove them; returns how many there were."""
    found = leftovers(root, store)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _remove_from(engine: Engine, path: Path) -> tuple[int, set[str]]:
    """Write a table of contacts anew without those that are named; how many rows went, and whose."""
    engine.register_files("table_of_contacts", [path])
    unit = f"CAST({quoted(engine.columns('table_of_contacts')[0].name)} AS VARCHAR)"
    named = f"(SELECT unit_id FROM {_CONTACTS})"
    here = engine.run(f"SELECT {unit}, count(*) FROM table_of_contacts WHERE {unit} IN {named} GROUP BY 1")
    if here:
        engine.run("SET preserve_insertion_order = true")
        with written_aside(path) as aside:
            engine.run(
                f"COPY (SELECT * FROM table_of_contacts WHERE ({unit} IN {named}) IS NOT TRUE)"
                f" TO {text_literal(str(aside))} (FORMAT parquet, COMPRESSION zstd)"
            )
        engine.run("SET preserve_insertion_order = false")
    return sum(int(str(n)) for _, n in here), {str(found) for found, _ in here}


def _rewrite(engine: Engine, store: Store, writer: CatalogWriter, entry: FileEntry) -> int:
    """Write a ledger file anew, without the contacts that are named, and let it count in the old one's place."""
    ((rows,),) = engine.run(f"SELECT count(*) FROM {LEDGER} WHERE unit_id IN (SELECT unit_id FROM {_CONTACTS})")
    if not rows:
        return 0
    aside = aside_of(store.path / entry.path)
    engine.run("SET preserve_insertion_order = true")
    try:
        engine.run(f"COPY ({_forgetful_sql()}) TO {text_literal(str(aside))} (FORMAT parquet, COMPRESSION zstd)")
        store.ledger.rewritten(writer, entry, aside)
    finally:
        aside.unlink(missing_ok=True)
        engine.run("SET preserve_insertion_order = false")
    return int(str(rows))


def _forgetful_sql() -> str:
    gone = "c.unit_id IS NOT NULL"
    # A text of its own for every row: not even two experiments of one person can be joined.
    changed = {
        "unit_id": f"CASE WHEN {gone} THEN 'erased-' || replace(CAST(uuid() AS VARCHAR), '-', '') ELSE l.unit_id END",
        "status": f"CASE WHEN {gone} THEN 'erased' ELSE l.status END",
        **{name: f"CASE WHEN {gone} THEN NULL ELSE l.{name} END" for name in _GONE},
    }
    columns = ", ".join(f"{changed.get(name, f'l.{name}')} AS {name}" for name, _ in LEDGER_COLUMNS)
    return (
        f"SELECT {columns} FROM {LEDGER} AS l LEFT JOIN (SELECT DISTINCT unit_id FROM {_CONTACTS}) AS c"
        " ON l.unit_id = c.unit_id ORDER BY unit_id"
    )


def contacts_in(path: Path) -> Sequence[str]:
    """The ids in a text file, one per line; blank lines and the mark of UTF-8 are passed over.

    Raises AssignmentError (UP830) for a file that is not UTF-8 or can't be read.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except OSError as error:
        message = f"'{path}' can't be read: {error.strerror or error}"
        raise AssignmentError(Problem("UP830", message, fix="give a text file with one id per line")) from error
    except UnicodeDecodeError as error:
        message = f"'{path}' is not UTF-8 text"
        raise AssignmentError(Problem("UP830", message, fix="save it as UTF-8, one id per line")) from error
    return [line.strip() for line in lines if line.strip()]
