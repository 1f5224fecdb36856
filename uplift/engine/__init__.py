"""WHERE the data are: sources, portable SQL, adapters, the unit table and exact sums."""

from uplift.engine.adapter import Engine, Settings
from uplift.engine.assigned import Assigned, UnknownArm
from uplift.engine.audience import Audience, audience, eligible, id_problems
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.engine.measure import AssignedCell, Cell, Measurement, MetricSums, measure
from uplift.engine.sources import SourceTable, open_source
from uplift.engine.units import SourceRead

__all__ = [
    "Assigned",
    "AssignedCell",
    "Audience",
    "Cell",
    "DuckDBEngine",
    "Engine",
    "Measurement",
    "MetricSums",
    "Settings",
    "SourceRead",
    "SourceTable",
    "UnknownArm",
    "audience",
    "eligible",
    "id_problems",
    "measure",
    "open_source",
]
