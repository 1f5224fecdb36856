"""`gc`: remove what nothing names, and what has been kept long enough."""

from __future__ import annotations

import datetime
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from uplift.assignment.bounded import bounded_engine
from uplift.assignment.erasure import (
    EVERYTHING,
    cached,
    forget_everybody,
    leftovers,
    remove_caches,
    remove_leftovers,
    remove_unnamed,
)
from uplift.store import Run, Store
from uplift.store.contents import Kept, contents
from uplift.store.places import LISTS, imports_folder

IDLE_CACHE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Collected:
    """What `gc` removed, or would remove: files that do not count, idle caches, lists and ids kept long enough.

    `unnamed` are ledger files that no commit names, and what killed runs left half-written; `lists` are files of lists
    and of imported send logs.
    `forgotten` are experiments whose contacts were erased, `waiting` those that are due but not closed.
    """

    unnamed: int
    caches: int
    lists: int
    forgotten: tuple[tuple[str, int], ...]
    waiting: tuple[str, ...]
    done: bool

    def __str__(self) -> str:
        verb = "removed" if self.done else "would remove"
        lines = [
            f"{verb} {self.unnamed:,} files that nothing names, {self.caches:,} idle caches, {self.lists:,} old lists"
        ]
        erased = "erased" if self.done else "would erase"
        lines += [f"{erased} {rows:,} contacts of {name}: kept long enough" for name, rows in self.forgotten]
        lines += [f"{name} is past its retention and not closed: nothing was erased" for name in self.waiting]
        return "\n".join(lines)


def collect_garbage(
    store: Store,
    *,
    root: Path,
    today: datetime.date,
    retention: datetime.timedelta | None,
    statuses: Mapping[str, str],
    every_cache: bool = False,
    dry_run: bool = False,
) -> Collected:
    """Remove ledger files that do not count, idle caches, and what `retention` has an end for.

    An experiment is due when its last contact was assigned longer ago than `retention`; its ledger then keeps arms and
    days without persons, and its imported send logs go. `statuses` are those of the experiments whose YAML is there;
    only closed ones and those without a YAML are erased. Lists are due by the day in their folder's name. None keeps
    ids for ever.
    """
    idle = None if every_cache else time.time() - IDLE_CACHE_DAYS * 86_400
    due = [kept for kept in contents(store).experiments if _is_due(kept, today, retention)]
    gone = [kept for kept in due if statuses.get(kept.experiment_id, "closed") == "closed"]
    imports = (imports_folder(root, kept.experiment_id) for kept in gone)
    folders = (*_due_lists(root / LISTS, today, retention), *(folder for folder in imports if folder.is_dir()))
    waiting = tuple(kept.experiment_id for kept in due if kept not in gone)
    if dry_run:
        tables = (p for p in cached(store) if p.suffix != ".json" and (idle is None or p.stat().st_mtime < idle))
        return Collected(
            unnamed=len(store.ledger.unnamed()) + len(leftovers(root, store)),
            caches=sum(1 for _ in tables),
            lists=_files(folders),
            forgotten=tuple((kept.experiment_id, kept.rows) for kept in gone),
            waiting=waiting,
            done=False,
        )
    lists = _files(folders)
    for folder in folders:
        shutil.rmtree(folder)
    unfinished = remove_leftovers(root, store)
    forgotten = []
    with bounded_engine() as engine, store.writing() as writer:
        caches = remove_caches(store, before=None if gone else idle)
        for kept in gone:
            if erased := forget_everybody(engine, store, writer, kept.experiment_id):
                forgotten.append((kept.experiment_id, erased))
        if forgotten:
            facts = {"forgotten": dict(forgotten), "retention_days": retention.days if retention else None}
            name = f"retention-{today.isoformat()}-{'-'.join(name for name, _ in forgotten)}"
            writer.record(Run(name, "gc", EVERYTHING, today.isoformat(), facts))
    with store.writing():
        unnamed = remove_unnamed(store)
    replaced = sum(kept.files for kept in gone if kept.experiment_id in dict(forgotten))
    return Collected(unnamed - replaced + unfinished, caches, lists, tuple(forgotten), waiting, done=True)


def _is_due(kept: Kept, today: datetime.date, retention: datetime.timedelta | None) -> bool:
    return retention is not None and not kept.forgotten and kept.last_day + retention < today


def _due_lists(folder: Path, today: datetime.date, retention: datetime.timedelta | None) -> Iterator[Path]:
    if retention is None:
        return
    for path in sorted(folder.glob("*/*")):
        try:
            day = datetime.date.fromisoformat(path.name)
        except ValueError:
            continue
        if path.is_dir() and day + retention < today:
            yield path


def _files(folders: tuple[Path, ...]) -> int:
    return sum(1 for folder in folders for path in folder.rglob("*") if path.is_file())
