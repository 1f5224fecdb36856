"""Several experiments that are due: their facts are read in one scan, then each is analysed for itself."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from uplift.analysis.analyze import assigned_of
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.engine.kept import make_cache
from uplift.engine.machine import settings_for
from uplift.engine.measure import plans_of
from uplift.engine.shared import Due, build_unit_tables
from uplift.errors import UpliftError
from uplift.spec import Study
from uplift.store import Store


def read_together(studies: Sequence[Study], *, progress: Callable[[str], None] = lambda _stage: None) -> int:
    """Build the unit tables of several experiments at once; `analyze` finds them. Returns how many were built.

    Whatever is wrong with one of them is not told here: its analysis says so, and the others go on.
    """
    built = 0
    for root in dict.fromkeys(study.root for study in studies):
        ours = [study for study in studies if study.root == root]
        store = Store.open(root / ours[0].project.state)
        folder = store.path / "units"
        due = []
        for study in ours:
            with contextlib.suppress(UpliftError):
                due.append(Due(study, assigned_of(study, store), plans_of(study, course=True)[0]))
        if len(due) < 2:
            continue
        make_cache(folder)
        with DuckDBEngine(settings_for(ours[0], folder)) as engine, contextlib.suppress(UpliftError):
            built += build_unit_tables(engine, due, cache=folder, progress=progress)
    return built
