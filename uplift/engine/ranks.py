"""Quantiles in whole numbers: the values that stand at three ranks of each arm, counted and never interpolated."""

from __future__ import annotations

import datetime
from fractions import Fraction

from uplift.engine.adapter import Engine, text_literal
from uplift.engine.measurement import Ranked
from uplift.engine.sum_columns import UNITS
from uplift.stats.quantiles import outer_ranks, value_rank


def ranked(engine: Engine, column: str, share: Fraction, *, decimals: int, until: datetime.date) -> dict[str, Ranked]:
    """The quantile of each arm's mature contacts with the values at the ranks of its outer interval.

    The distinct values are counted and the counts added up from the smallest on: exact, and the same on every engine.
    An arm without contacts is absent; where the outer ranks fall off the sample the value stands in for them.
    """
    rows = (
        f"FROM {UNITS} WHERE {column} IS NOT NULL AND assigned_day <= CAST('{until.isoformat()}' AS DATE) GROUP BY arm"
    )
    sizes = {str(arm): int(str(n)) for arm, n in engine.run(f"SELECT arm, count(*) {rows} ORDER BY arm")}
    wanted = {arm: _ranks(n, share) for arm, n in sizes.items()}
    if not wanted:
        return {}
    places = " OR ".join(
        f"(arm = {text_literal(arm)} AND upto >= {rank} AND upto - n < {rank})"
        for arm, ranks in wanted.items()
        for rank in sorted(set(ranks))
    )
    sql = (
        f"SELECT arm, v, n, upto FROM (SELECT arm, v, n, sum(n) OVER (PARTITION BY arm ORDER BY v) AS upto FROM "
        f"(SELECT arm, {column} AS v, count(*) AS n {rows}, {column}) AS counted) AS ranks WHERE {places}"
    )
    steps: dict[str, list[tuple[int, int, int]]] = {}
    for arm, value, n, upto in engine.run(sql):
        steps.setdefault(str(arm), []).append((int(str(upto)) - int(str(n)), int(str(upto)), int(str(value))))
    return {arm: _read(sizes[arm], share, ranks, steps[arm], decimals) for arm, ranks in wanted.items()}


def _ranks(n: int, share: Fraction) -> tuple[int, int, int]:
    """The ranks of the lower end, the quantile itself and the upper end."""
    own = value_rank(n, float(share))
    low, high = outer_ranks(n, float(share)) or (own, own)
    return low, own, high


def _read(
    n: int, share: Fraction, ranks: tuple[int, int, int], steps: list[tuple[int, int, int]], decimals: int
) -> Ranked:
    low, value, high = (next(v for below, upto, v in steps if below < rank <= upto) for rank in ranks)
    return Ranked(share, n, value, low, high, decimals)
