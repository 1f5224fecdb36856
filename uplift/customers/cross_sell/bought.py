"""What was bought, by whom and when: the table from which recommendations are made and judged."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from uplift.engine.adapter import Engine, quoted
from uplift.engine.expression_sql import condition
from uplift.engine.snippets import parse, snippet_at
from uplift.engine.sources import cache_folder, open_source
from uplift.engine.typed import DAY, UNIT, Use, as_text, columns_used, typed_source
from uplift.errors import DataError, Place, Problem
from uplift.spec.project import Products
from uplift.spec.study import Study

BOUGHT = "items_bought"
SHORTEST = 28  # days of purchases before those that judge


@dataclass(frozen=True, slots=True)
class Bought:
    """The relation BOUGHT (unit, item, day: distinct) holds purchases up to the day before `end`."""

    first_day: datetime.date
    end: datetime.date
    customers: int
    items: int


def read_bought(engine: Engine, study: Study, *, end: datetime.date) -> Bought:
    """Materialise what was bought before `end`.

    Raises DataError: UP684 when project.yml names no products, UP685 when nothing was bought before, and for sources.
    """
    wanted = _products(study)
    source = study.source(wanted.source)
    uses = []
    if wanted.where is not None:
        where = snippet_at(study.project_document, "customers", "products", "where", text=wanted.where)
        uses.append(Use(parse(where), "boolean", where))
    needed = columns_used(uses) | {str(source.id), str(source.time), wanted.item, *source.columns}
    table = open_source(engine, study, wanted.source, needed=needed, cache=cache_folder(study), relation="item_rows")
    typed = typed_source(
        engine, study, table, uses, view="typed_items", unit=source.id, day=source.time, texts=[wanted.item]
    )
    counts = f"({condition(uses[0].expression, typed.columns)})" if uses else "TRUE"
    item = f"trim({quoted(as_text(wanted.item))})"
    engine.materialize(
        BOUGHT,
        f"SELECT DISTINCT CAST({UNIT} AS VARCHAR) AS unit, {item} AS item, {DAY} AS day FROM {quoted(typed.view)} "
        f"WHERE {counts} AND {UNIT} IS NOT NULL AND {item} <> '' AND {DAY} < DATE '{end}'",
    )
    (first, customers, items), *_ = engine.run(
        f"SELECT min(day), count(DISTINCT unit), count(DISTINCT item) FROM {BOUGHT}"
    )
    if not isinstance(first, datetime.date):
        fix = "compare customers.products.where with the source, and its times with the day of the list"
        raise DataError(Problem("UP685", f"{wanted.source} has no usable row before {end}", fix, Place(table.shown)))
    return Bought(first, end, int(str(customers)), int(str(items)))


def refuse_short(study: Study, bought: Bought, day: datetime.date) -> None:
    """UP685 where there are fewer than four weeks of purchases before the day."""
    if (day - bought.first_day).days < SHORTEST:
        message = f"the products begin on {bought.first_day}; lists of {day} need {SHORTEST} days before it"
        place = study.project_document.place("customers", "products")
        raise DataError(Problem("UP685", message, "export a longer history, or take a later day", place))


def _products(study: Study) -> Products:
    customers = study.project.customers
    if customers is None or customers.products is None:
        fix = "add to project.yml: customers: {products: {source: order_lines, item: category}}"
        raise DataError(
            Problem("UP684", "project.yml does not say what was bought", fix, study.project_document.place())
        )
    return customers.products
