"""Are the strata of a design too fine for its audience? Counted where the audience is read: baselines and draws."""

from __future__ import annotations

import math

from uplift.engine.adapter import Engine, quoted
from uplift.errors import Problem
from uplift.spec.study import Study

_MANY = 0.05
"""A share of contacts in strata that are too small, above which somebody should know."""


def strata_findings(engine: Engine, study: Study) -> tuple[Problem, ...]:
    """UP213 where many of the eligible contacts (the view `eligible`) are in strata that the draw will pool.

    A stratum is too small below `min_stratum` contacts, and below one contact of the smallest arm: 1/share. A wave or
    a later draw has fewer contacts than today's audience, so this is the least that will be pooled.
    """
    assignment = study.experiment.assignment
    if assignment.method != "stratified" or not assignment.strata:
        return ()
    smallest = min(arm.weight for arm in study.experiment.arms.values())
    least = max(assignment.min_stratum, math.ceil(1 / smallest))
    names = [quoted(name) for name in assignment.strata]
    empty = ", ".join(f"count(*) - count({name}) AS e{i}" for i, name in enumerate(names))
    (row,) = engine.run(
        f"SELECT count(*), coalesce(sum(n), 0), count(CASE WHEN n < {least} THEN 1 END), "
        f"coalesce(sum(CASE WHEN n < {least} THEN n END), 0), {', '.join(f'sum(e{i})' for i in range(len(names)))} "
        f"FROM (SELECT count(*) AS n, {empty} FROM eligible GROUP BY {', '.join(names)}) AS strata"
    )
    strata, contacts, small, inside, *missing = (int(str(value or 0)) for value in row)
    if contacts == 0 or inside <= _MANY * contacts:
        return ()
    gaps = "".join(
        f"; {count / contacts:.0%} have no {name}"
        for name, count in zip(assignment.strata, missing, strict=True)
        if count
    )
    finest = " and ".join(assignment.strata)
    return (
        Problem(
            "UP213",
            f"{small:,} of {strata:,} strata have fewer than {least} contacts; {inside / contacts:.0%} of all contacts "
            f"are in them and are drawn as one stratum{gaps}",
            f"drop or coarsen one of {finest}" if len(names) > 1 else f"coarsen {finest}",
            study.document.place("assignment", "strata"),
            level="warning",
        ),
    )
