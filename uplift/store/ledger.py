"""The ledger: who was assigned what, when and by which rule. It only grows; the first row of a contact wins.

Each draw adds one immutable Parquet file, sorted by `unit_id`. The columns:

    experiment_id VARCHAR, unit_id VARCHAR, cluster_id VARCHAR, arm VARCHAR, bucket INTEGER, salt VARCHAR,
    algo VARCHAR ('u1'), salt_epoch INTEGER, weight_epoch INTEGER, assigned_at TIMESTAMP (local day at 00:00),
    eligible_at TIMESTAMP, stratum VARCHAR, weights_hash VARCHAR, spec_hash VARCHAR, run_id VARCHAR,
    status VARCHAR ('assigned', 'held_out', 'erased' or 'excluded:<why>')

`arm` is NULL unless the status is 'assigned' or 'erased'. `salt` and `bucket` are those that decided the row: the
experiment's for an assigned contact, the holdout's for a held-out one. Within one salt epoch no contact has two rows.

An erased row has a random text in the place of `unit_id` and no cluster, bucket, stratum or eligibility: nothing by
which the person could be found again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from uplift.errors import Problem, StateError
from uplift.store.catalog import Catalog, CatalogWriter, FileEntry, Run
from uplift.store.files import aside_of, content_hash, make_folder, publish, remove_asides, unreadable

_KIND = "ledger"

LEDGER_COLUMNS: tuple[tuple[str, str], ...] = (
    ("experiment_id", "VARCHAR"),
    ("unit_id", "VARCHAR"),
    ("cluster_id", "VARCHAR"),
    ("arm", "VARCHAR"),
    ("bucket", "INTEGER"),
    ("salt", "VARCHAR"),
    ("algo", "VARCHAR"),
    ("salt_epoch", "INTEGER"),
    ("weight_epoch", "INTEGER"),
    ("assigned_at", "TIMESTAMP"),
    ("eligible_at", "TIMESTAMP"),
    ("stratum", "VARCHAR"),
    ("weights_hash", "VARCHAR"),
    ("spec_hash", "VARCHAR"),
    ("run_id", "VARCHAR"),
    ("status", "VARCHAR"),
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledgers of all experiments in one state directory."""

    root: Path
    catalog: Catalog

    def files(self, experiment_id: str, *, salt_epoch: int | None = None) -> tuple[Path, ...]:
        """The Parquet files that count, in the order of the draws; by default those of the newest salt epoch.

        A new salt epoch draws everybody anew, so its files replace those of older epochs for every reader.
        Raises StateError (UP518) when a file is missing or has another size than the catalog says.
        """
        return tuple(self.root / entry.path for entry in self._entries(experiment_id, salt_epoch))

    def fingerprint(self, experiment_id: str, *, salt_epoch: int | None = None) -> str | None:
        """A hash of the files' contents, in their order; None when there are none."""
        entries = self._entries(experiment_id, salt_epoch)
        if not entries:
            return None
        return hashlib.sha256("\n".join(entry.sha256 for entry in entries).encode()).hexdigest()

    def salt_epochs(self, experiment_id: str) -> tuple[int, ...]:
        """The salt epochs that have rows, in ascending order."""
        return tuple(sorted({entry.salt_epoch for entry in self.catalog.files(_KIND, experiment_id)}))

    def rows(self, experiment_id: str, *, salt_epoch: int | None = None) -> int:
        """How many rows the files hold."""
        return sum(entry.rows for entry in self._entries(experiment_id, salt_epoch))

    def verify(self, experiment_id: str, *, salt_epoch: int | None = None) -> None:
        """Read every file and compare its hash; raises StateError (UP518) for one that was changed."""
        for entry in self._entries(experiment_id, salt_epoch):
            path = self.root / entry.path
            try:
                digest = content_hash(path)
            except OSError as error:
                raise unreadable(path, error) from error
            if digest != entry.sha256:
                raise _changed(path, "its contents were changed")

    def aside(self, experiment_id: str) -> Path:
        """A path beside the ledger of an experiment to write the next file to; call it under the writer's lock."""
        folder = self.root / _KIND / experiment_id
        make_folder(folder)
        remove_asides(folder)
        for path in self.unnamed(experiment_id):
            path.unlink(missing_ok=True)
        return aside_of(folder / "next.parquet")

    def unnamed(self, experiment_id: str | None = None) -> tuple[Path, ...]:
        """Files in the ledger's folders that do not count: left by a killed run, or replaced when ids were erased."""
        named = {self.root / entry.path for entry in self.catalog.all_files(_KIND)}
        found = (self.root / _KIND).glob(f"{experiment_id or '*'}/*.parquet")
        return tuple(sorted(path for path in found if path not in named))

    def experiments(self) -> tuple[str, ...]:
        """Every experiment with rows, in the order of their first draws."""
        return tuple(dict.fromkeys(entry.experiment_id for entry in self.catalog.all_files(_KIND)))

    def entries(self, experiment_id: str) -> tuple[FileEntry, ...]:
        """Every file of an experiment that counts, of all salt epochs, each with the size that the catalog says."""
        epochs = self.salt_epochs(experiment_id)
        return tuple(entry for epoch in epochs for entry in self._entries(experiment_id, epoch))

    def rewritten(self, writer: CatalogWriter, entry: FileEntry, aside: Path) -> Path:
        """Let a finished file (written to `aside`) count in the place of another, from the commit on.

        The old file stays until the caller has committed; then it is `unnamed`.
        """
        digest = content_hash(aside)
        number = Path(entry.path).name.partition("-")[0]
        target = aside.with_name(f"{number}-{digest[:16]}.parquet")
        publish(aside, target)
        path = target.relative_to(self.root).as_posix()
        writer.replace(entry.path, replace(entry, path=path, sha256=digest, bytes=target.stat().st_size))
        return target

    def append(self, writer: CatalogWriter, aside: Path, *, run: Run, salt_epoch: int, rows: int) -> Path:
        """Add a finished file (written to `aside`) to the ledger of the run's experiment; it counts with the commit.

        The caller holds the writer's lock and has left out every contact that already has a row.
        """
        digest = content_hash(aside)
        number = len(self.catalog.files(_KIND, run.experiment_id)) + 1
        target = aside.with_name(f"{number:04d}-{digest[:16]}.parquet")
        publish(aside, target)
        writer.record(run)
        writer.name(
            FileEntry(
                kind=_KIND,
                experiment_id=run.experiment_id,
                salt_epoch=salt_epoch,
                path=target.relative_to(self.root).as_posix(),
                sha256=digest,
                bytes=target.stat().st_size,
                rows=rows,
                run_id=run.run_id,
            )
        )
        return target

    def _entries(self, experiment_id: str, salt_epoch: int | None) -> tuple[FileEntry, ...]:
        entries = self.catalog.files(_KIND, experiment_id)
        wanted = max((e.salt_epoch for e in entries), default=0) if salt_epoch is None else salt_epoch
        entries = tuple(e for e in entries if e.salt_epoch == wanted)
        for entry in entries:
            path = self.root / entry.path
            try:
                size = path.stat().st_size
            except FileNotFoundError as error:
                raise _changed(path, "it is missing") from error
            except OSError as error:
                raise unreadable(path, error) from error
            if size != entry.bytes:
                raise _changed(path, f"it has {size:,} bytes instead of {entry.bytes:,}")
        return entries


def _changed(path: Path, what: str) -> StateError:
    return StateError(
        Problem(
            "UP518",
            f"the ledger file '{path}' is not what was written: {what}",
            fix="restore it from a backup; without it nobody can tell who was assigned",
        )
    )
