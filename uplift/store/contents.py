"""`status`: what the state directory holds, told from the catalog and the sizes of files; no row is read."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from uplift.store.catalog import Run
from uplift.store.store import Store


@dataclass(frozen=True, slots=True)
class Kept:
    """One experiment: its ledger's files, rows and bytes, its draws by day, and the newest epochs.

    `forgotten` says that its contacts were erased because they had been kept long enough.
    """

    experiment_id: str
    files: int
    rows: int
    bytes: int
    draws: int
    first_day: datetime.date
    last_day: datetime.date
    salt_epoch: int
    weight_epoch: int
    forgotten: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """The whole state directory. `cached` and `unnamed` are (files, bytes); `receipts` the runs that erased."""

    path: str
    experiments: tuple[Kept, ...]
    cached: tuple[int, int]
    unnamed: tuple[int, int]
    receipts: tuple[Run, ...]

    def __str__(self) -> str:
        lines = [f"state   {self.path}"]
        width = max((len(kept.experiment_id) for kept in self.experiments), default=0)
        for kept in self.experiments:
            days = f"{kept.first_day}" if kept.first_day == kept.last_day else f"{kept.first_day} to {kept.last_day}"
            epochs = f"salt {kept.salt_epoch}, weights {kept.weight_epoch}"
            lines.append(
                f"  {kept.experiment_id:<{width}}  {kept.rows:>11,} rows  {kept.draws:>4} draws  {days}  {epochs}"
                f"  {_size(kept.bytes)}{'  contacts erased' if kept.forgotten else ''}"
            )
        if not self.experiments:
            lines.append("  nobody is assigned yet")
        lines.append(f"caches  {self.cached[0]:,} files, {_size(self.cached[1])}: can be made again")
        if self.unnamed[0]:
            lines.append(f"unnamed {self.unnamed[0]:,} files, {_size(self.unnamed[1])}: `uplift gc` removes them")
        lines += [f"erased  {run.on}: {_told(run)}" for run in self.receipts]
        return "\n".join(lines)


def contents(store: Store) -> Contents:
    """What the catalog names, and what lies beside it.

    Raises StateError (UP518) for a ledger file that is missing or has another size than was written.
    """
    runs = store.catalog.all_runs()
    erased = {name for run in runs if run.verb == "gc" for name in _forgotten(run)}
    kept = []
    for name in store.ledger.experiments():
        entries = store.ledger.entries(name)
        own = [run for run in runs if run.experiment_id == name]
        days = [datetime.date.fromisoformat(run.on) for run in own]
        epochs = [epoch for run in own if isinstance(epoch := run.facts.get("weight_epoch"), int)]
        kept.append(
            Kept(
                experiment_id=name,
                files=len(entries),
                rows=sum(entry.rows for entry in entries),
                bytes=sum(entry.bytes for entry in entries),
                draws=len(own),
                first_day=min(days),
                last_day=max(days),
                salt_epoch=max(entry.salt_epoch for entry in entries),
                weight_epoch=max(epochs, default=1),
                forgotten=name in erased,
            )
        )
    caches = [p.stat().st_size for folder in CACHES for p in (store.path / folder).rglob("*") if p.is_file()]
    unnamed = [path.stat().st_size for path in store.ledger.unnamed()]
    return Contents(
        path=str(store.path),
        experiments=tuple(kept),
        cached=(len(caches), sum(caches)),
        unnamed=(len(unnamed), sum(unnamed)),
        receipts=tuple(run for run in runs if run.verb in ("erase", "gc")),
    )


CACHES = ("cache", "units")
"""Folders of the state directory whose files are kept to save time and can be made again."""


def _forgotten(run: Run) -> tuple[str, ...]:
    found = run.facts.get("forgotten")
    return tuple(map(str, found)) if isinstance(found, dict) else ()


def _told(run: Run) -> str:
    if run.verb == "gc":
        return f"all contacts of {', '.join(_forgotten(run))}, kept long enough"
    return f"{run.facts.get('contacts')} contacts, receipt {run.run_id.removeprefix('erase-')}"


def _size(count: int) -> str:
    """Bytes as people read them.

    >>> _size(999), _size(66_500_000)
    ('999 B', '66.5 MB')
    """
    size, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
