"""The sums of a ridge regression by one statement in any engine: nothing but a few hundred numbers travels.

With these sums `linear.Gram` fits ridge outcomes and effects on tables that no notebook could hold; shards, days and
folds add with +.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from uplift.engine.adapter import text_literal
from uplift.errors import Problem, StatisticsError
from uplift.targeting.linear import Encoding, Gram


def encoded_sql(encoding: Encoding, columns: Mapping[str, str]) -> tuple[str, ...]:
    """The columns of the linear model as SQL; `columns` gives each feature's SQL (categories as text)."""
    found = []
    for j, feature in enumerate(encoding.columns):
        sql = columns[feature.name]
        if feature.kind == "category":
            found += [_flag(f"{sql} = {text_literal(level)}") for level in feature.levels]
        elif encoding.spreads[j] > 0:
            mean, factor = _double(encoding.means[j]), _double(1 / encoding.spreads[j])
            scaled = f"(CAST({sql} AS DOUBLE PRECISION) - {mean}) * {factor}"
            found.append(f"coalesce({scaled}, {_ZERO})")
        else:
            found.append(_ZERO)
        if encoding.missing[j]:
            found.append(_flag(f"{sql} IS NULL"))
    return tuple(found)


_ZERO = "CAST(0 AS DOUBLE PRECISION)"  # a bare 0.0 is a decimal in some engines, and their products are rounded


def _double(value: float) -> str:
    return f"CAST({value!r} AS DOUBLE PRECISION)"


def _flag(condition: str) -> str:
    return f"CAST(CASE WHEN {condition} THEN 1 ELSE 0 END AS DOUBLE PRECISION)"


def gram_sql(relation: str, encoding: Encoding, columns: Mapping[str, str], outcomes: Sequence[str]) -> str:
    """One statement with one row: contacts, sums and products of encoded columns and outcomes (SQL expressions).

    The statement is of the portable core as far as the expressions that were given are.
    """
    z, y = encoded_sql(encoding, columns), tuple(f"CAST({outcome} AS DOUBLE PRECISION)" for outcome in outcomes)
    names = [f"z{i}" for i in range(len(z))] + [f"y{i}" for i in range(len(y))]
    rows = ", ".join(f"{sql} AS {name}" for sql, name in zip((*z, *y), names, strict=True))
    width = len(z)
    sums = ["count(*)", *(f"sum({name})" for name in names)]
    sums += [f"sum({names[i]} * {names[j]})" for i in range(width) for j in range(i, len(names))]
    listed = ", ".join(f"{total} AS s{i}" for i, total in enumerate(sums))
    return f"SELECT {listed} FROM (SELECT {rows} FROM ({relation}) AS contacts) AS encoded"


def gram_from_row(row: Sequence[object], *, width: int, outcomes: int) -> Gram:
    """The sums from the statement's row. Raises StatisticsError (UP702) when no contact was read."""
    numbers = [0.0 if v is None else float(str(v)) for v in row]
    n, total = numbers[0], width + outcomes
    if n < 1:
        raise StatisticsError(Problem("UP702", "no contact was read", fix="look at the relation and its filter"))
    sums, products = np.array(numbers[1 : 1 + total]), iter(numbers[1 + total :])
    zz, zy = np.zeros((width, width)), np.zeros((width, outcomes))
    for i in range(width):
        for j in range(i, total):
            value = next(products)
            if j < width:
                zz[i, j] = zz[j, i] = value
            else:
                zy[i, j - width] = value
    return Gram(n, zz, zy, sums[:width], sums[width:])
