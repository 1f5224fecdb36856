"""The state directory of a project: what machines remember between two runs."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from uplift.errors import Problem, StateError
from uplift.store.catalog import Catalog, CatalogWriter, SqliteCatalog
from uplift.store.files import unreadable
from uplift.store.ledger import Ledger
from uplift.store.postgres import NAME, SCHEMA, PostgresCatalog
from uplift.store.volumes import MOUNTS, network_volume

PATIENCE = 30.0  # seconds to wait for another writer


@dataclass(frozen=True, slots=True)
class Store:
    """An opened state directory. Opening writes nothing: the directory is made by the first writer."""

    path: Path
    catalog: Catalog
    ledger: Ledger

    @classmethod
    def open(cls, path: Path, *, mounts: Path = MOUNTS, adopting: bool = False) -> Store:
        """The store in a directory (`study.root / study.project.state`), which need not exist yet.

        A name such as `postgresql:team` is that of a PostgreSQL schema; its files are kept in `.uplift` beside it. With
        `adopting` ledger files may lie in a directory without a catalog: a schema's are about to get one.

        Raises StateError: UP519 when it lies on a network drive, UP515 when it is a file, UP516 when its ledger has
        lost its catalog.
        """
        if (team := NAME.fullmatch(path.name)) is not None:
            root = path.with_name(".uplift")
            held = PostgresCatalog(team["connection"], team["schema"] or SCHEMA, root)
            return cls(root, held, Ledger(root, held))
        if any(re.match(r"postgres(ql)?:", part) for part in path.parts):
            raise StateError(
                Problem(
                    "UP519",
                    "`state:` holds an address or no name; an address never stands in project.yml",
                    fix="name a connection, and a schema if you like: `state: postgresql:team.uplift_state`",
                )
            )
        kind = network_volume(path, mounts=mounts)
        if kind is not None:
            raise StateError(
                Problem(
                    "UP519",
                    f"'{path}' lies on a network drive ({kind}), where SQLite's locks fail without a word",
                    fix="name a directory on a local disk in project.yml: `state: /var/lib/uplift`",
                )
            )
        if path.exists() and not path.is_dir():
            raise StateError(
                Problem("UP515", f"'{path}' is a file, not a directory", fix="move it away, or change `state:`")
            )
        catalog = SqliteCatalog(path / "catalog.sqlite")
        if not adopting:
            _refuse_lost_catalog(path, catalog.path)
        return cls(path, catalog, Ledger(path, catalog))

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays open between two calls."""

    @contextlib.contextmanager
    def writing(self, *, patience: float = PATIENCE) -> Iterator[CatalogWriter]:
        """The writer's lock of this state directory, for as long as the block runs; changes count when it ends well."""
        with self.catalog.writing(patience=patience) as writer:
            yield writer


def _refuse_lost_catalog(state: Path, catalog: Path) -> None:
    """Without its catalog a ledger would look empty, and everybody would be assigned again on another day.

    The first writer makes the catalog before it makes a ledger file, so even a kill leaves no file without one.
    """
    try:
        if catalog.exists() and catalog.stat().st_size > 0:
            return
        orphans = sum(1 for _ in (state / "ledger").glob("*/[0-9]*.parquet"))
    except OSError as error:
        raise unreadable(state, error) from error
    if orphans:
        files = "1 ledger file is" if orphans == 1 else f"{orphans:,} ledger files are"
        raise StateError(
            Problem(
                "UP516",
                f"the catalog '{catalog}' is gone, but {files} there",
                fix="restore catalog.sqlite from a backup; assigning anew would move every contact's day of assignment",
            )
        )
