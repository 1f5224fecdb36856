"""WHERE the data are: sources, portable SQL, adapters, the unit table and exact sums.

The names below load their module when they are first used: a check of YAML reads snippets, and no data. The functions
`measure` and `audience` are imported from the modules of their name.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uplift.engine.adapter import Engine, Settings
    from uplift.engine.assigned import Assigned, UnknownArm
    from uplift.engine.audience import Audience, eligible, id_problems
    from uplift.engine.duckdb_engine import DuckDBEngine
    from uplift.engine.measurement import AssignedCell, Cell, EnrolledDay, Measurement, MetricSums
    from uplift.engine.sources import SourceTable, open_source
    from uplift.engine.units import SourceRead

_HOMES = {
    "adapter": ("Engine", "Settings"),
    "assigned": ("Assigned", "UnknownArm"),
    "audience": ("Audience", "eligible", "id_problems"),
    "duckdb_engine": ("DuckDBEngine",),
    "measurement": ("AssignedCell", "Cell", "EnrolledDay", "Measurement", "MetricSums"),
    "sources": ("SourceTable", "open_source"),
    "units": ("SourceRead",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Assigned",
    "AssignedCell",
    "Audience",
    "Cell",
    "DuckDBEngine",
    "Engine",
    "EnrolledDay",
    "Measurement",
    "MetricSums",
    "Settings",
    "SourceRead",
    "SourceTable",
    "UnknownArm",
    "eligible",
    "id_problems",
    "open_source",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
