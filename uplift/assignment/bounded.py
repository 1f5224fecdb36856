"""The engine of this room: little memory whatever the number of contacts, and nothing left on the disk."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from uplift.engine.adapter import Settings
from uplift.engine.duckdb_engine import DuckDBEngine

MEMORY = "350MB"  # of the engine; the process takes about 100 MB more


@contextlib.contextmanager
def bounded_engine() -> Iterator[DuckDBEngine]:
    """An engine that spills into a temporary directory, which is gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="uplift-") as scratch,
        DuckDBEngine(Settings(memory_limit=MEMORY, temp_directory=Path(scratch))) as engine,
    ):
        yield engine
