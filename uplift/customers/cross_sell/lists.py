"""The baseline: what a customer bought on most days comes first, then what everybody buys; and how good lists are.

On the simulated grocer of completejourney this simple rule beats matrix factorisation and item similarity, as «A Next
Basket Recommendation Reality Check» (Li et al. 2023, doi 10.1145/3587153) reports for repeat buyers in general.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction

from uplift.customers.cross_sell.bought import BOUGHT
from uplift.engine.adapter import Engine, quoted
from uplift.results.recommendations import Hits

POPULAR = "popular"
OWN = "own"


def make_lists(engine: Engine, name: str, *, day: datetime.date, most: int) -> None:
    """The relation `name` (unit, rank from 1, item, score) of every customer known before `day`.

    The score is the number of days on which he bought the item, plus a fraction that is larger the less long ago the
    last of them is. Free places hold what most customers bought, with their share (below one) as the score: the
    relation `popular_of(name)`, which stays.
    """
    popular = popular_of(name)
    _make_popular(engine, popular, day=day)
    engine.materialize(
        f"{name}_own",
        f"SELECT unit, item, count(*) + 1.0 / (2 + DATE '{day}' - max(day)) AS score FROM {BOUGHT} "
        f"WHERE day < DATE '{day}' GROUP BY unit, item",
    )
    engine.materialize(
        name,
        f"SELECT unit, item, score, rank FROM (SELECT unit, item, score, row_number() OVER (PARTITION BY unit ORDER BY "
        f"score DESC, item) AS rank FROM (SELECT unit, item, score FROM {name}_own UNION ALL "
        f"SELECT u.unit, p.item, p.score FROM (SELECT DISTINCT unit FROM {name}_own) AS u CROSS JOIN "
        f"(SELECT * FROM {popular} WHERE rank <= {most}) AS p WHERE NOT EXISTS "
        f"(SELECT 1 FROM {name}_own AS o WHERE o.unit = u.unit AND o.item = p.item)) AS a) AS r WHERE rank <= {most}",
    )


def popular_of(name: str) -> str:
    """The relation (item, score, rank) of what all bought, which `make_lists` makes beside the lists `name`."""
    return f"{name}_popular"


def _make_popular(engine: Engine, name: str, *, day: datetime.date) -> None:
    """The relation `name` (item, score, rank): the share of customers who bought each item before `day`."""
    engine.materialize(
        name,
        f"SELECT item, n / (1.0 + total) AS score, row_number() OVER (ORDER BY n DESC, item) AS rank FROM "
        f"(SELECT item, count(DISTINCT unit) AS n, (SELECT count(DISTINCT unit) FROM {BOUGHT} "
        f"WHERE day < DATE '{day}') AS total FROM {BOUGHT} WHERE day < DATE '{day}' GROUP BY item) AS p",
    )


def judge(
    engine: Engine, lists: Mapping[str, str], *, day: datetime.date, days: int, most: int
) -> tuple[int, tuple[Hits, ...]]:
    """How many customers bought in [day, day + days) and before, and what each way would have named of it.

    `lists` maps names to relations (unit, item, rank); a relation without a unit is the same list for everybody.
    """
    end = day + datetime.timedelta(days=days)
    engine.materialize(
        "actual_items",
        f"SELECT DISTINCT unit, item FROM {BOUGHT} WHERE day >= DATE '{day}' AND day < DATE '{end}' AND unit IN "
        f"(SELECT unit FROM {BOUGHT} WHERE day < DATE '{day}')",
    )
    ((judged,),) = engine.run("SELECT count(DISTINCT unit) FROM actual_items")
    found = []
    for name, relation in lists.items():
        same = all(column.name != "unit" for column in engine.columns(relation))
        on = "l.item = a.item" + ("" if same else " AND l.unit = a.unit")
        rows = engine.run(
            "SELECT places, count(*), sum(named), count(*) FILTER (WHERE named > 0) FROM "
            f"(SELECT count(l.item) AS named, least({most}, count(*)) AS places FROM actual_items AS a LEFT JOIN "
            f"(SELECT * FROM {quoted(relation)} WHERE rank <= {most}) AS l ON {on} GROUP BY a.unit) AS r "
            "GROUP BY places"
        )
        # Whole numbers per count of places: an average of shares would depend on the order in which they are added.
        counts = [tuple(int(str(n)) for n in row) for row in rows]
        if customers := sum(n for _, n, _, _ in counts):
            recall = sum(Fraction(named, places) for places, _, named, _ in counts) / customers
            found.append(Hits(name, float(recall), sum(hit for *_, hit in counts) / customers))
    return int(str(judged)), tuple(found)
