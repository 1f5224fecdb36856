"""The whole state copied to another place: from a folder to a PostgreSQL schema, or back; byte for byte, and proven."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from uplift.errors import Problem, StateError
from uplift.store.catalog import FileEntry
from uplift.store.files import content_hash, written_aside
from uplift.store.store import Store


@dataclass(frozen=True, slots=True)
class Moved:
    """What was copied: runs, files and their rows; those that were there already, from a move that was cut off."""

    runs: int
    files: int
    rows: int
    known: int

    def __str__(self) -> str:
        told = f"copied {self.runs:,} runs and {self.files:,} files with {self.rows:,} rows; every hash is the same"
        return told + (f"\n{self.known:,} files were there already" if self.known else "")


def move(source: Store, target: Store) -> Moved:
    """Copy every run and every file that counts; the source is locked meanwhile and stays as it is.

    Times and versions of the runs come along. It counts when it is complete: a move that is killed leaves the target
    as it was. Raises StateError: UP500 when the target holds anything else, UP518 for a file that was changed, UP514
    while somebody writes.
    """
    with source.writing(), target.writing() as writer:
        runs, files = source.catalog.all_runs(), source.catalog.all_files()
        here, there = target.catalog.all_runs(), {entry.path: entry for entry in target.catalog.all_files()}
        if here != runs[: len(here)] or any(entry not in files for entry in there.values()):
            raise StateError(
                Problem(
                    "UP500",
                    f"'{target.path}' or its schema holds another state already ({len(here):,} runs)",
                    fix="name an empty place: another folder, or another schema (`postgresql:NAME.schema`)",
                )
            )
        for run in runs[len(here) :]:
            writer.record(run)
        new = [entry for entry in files if entry.path not in there]
        for entry in new:
            _copy(source, target, entry)
            writer.name(entry)
    for entry in files:
        _prove(target, entry)
    return Moved(len(runs) - len(here), len(new), sum(entry.rows for entry in new), len(files) - len(new))


def _copy(source: Store, target: Store, entry: FileEntry) -> None:
    """The file in its place below the target; both may be the same folder, since a schema keeps its files there."""
    _prove(source, entry)
    old, new = source.path / entry.path, target.path / entry.path
    if not new.exists() or not old.samefile(new):
        with written_aside(new) as aside:
            shutil.copyfile(old, aside)


def _prove(store: Store, entry: FileEntry) -> None:
    path = store.path / entry.path
    if not path.exists() or content_hash(path) != entry.sha256:
        fix = "restore it from a backup, then move the state"
        raise StateError(Problem("UP518", f"the ledger file '{path}' is not what was written", fix=fix))
