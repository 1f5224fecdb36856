"""`project.yml`: sources, metric definitions, holdouts, layers, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterator

from uplift.errors import Problem
from uplift.spec.decision import RESERVED
from uplift.spec.names import nearest, suggestion
from uplift.spec.project import MetricDefinition, Project, RatioPart
from uplift.spec.study import Document, KeyPath


def time_zones_exist(project: Project, document: Document) -> Iterator[Problem]:
    """Days and windows are local days."""
    named: list[tuple[KeyPath, str]] = [(("timezone",), project.timezone)]
    named += [(("sources", n, "timezone"), s.timezone) for n, s in project.sources.items() if s.timezone]
    for path, zone in named:
        near = _unknown_zone(zone)
        if near is not None:
            yield Problem("UP229", f"'{zone}' is not a time zone", near, document.place(*path))


def sources_are_complete(project: Project, document: Document) -> Iterator[Problem]:
    """Exactly one of file, table and query; events have a contact's id and a time."""
    for name, source in project.sources.items():
        own = document.place("sources", name, of="key")
        given = [key for key in ("file", "table", "query") if getattr(source, key) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of file, table and query"
            yield Problem("UP219", f"source '{name}' has {found}", "give exactly one of file, table, query", own)
        if given in (["table"], ["query"]) and source.connection is None:
            yield Problem(
                "UP219", f"source '{name}' does not say where its {given[0]} is", "add connection: <name>", own
            )
        if given == ["file"] and source.connection is not None:
            place = document.place("sources", name, "connection", of="key")
            yield Problem("UP219", f"source '{name}' is a file; a connection has no meaning", "delete it", place)
        if source.csv is not None and given != ["file"]:
            place = document.place("sources", name, "csv", of="key")
            yield Problem("UP219", f"source '{name}' is not a file; csv has no meaning", "delete it", place)
        if source.grain == "event":
            if source.id is None:
                yield Problem(
                    "UP220",
                    f"source '{name}' has rows without a contact: order-level data can't be compared by contact",
                    "add id: <column with the contact's id>",
                    own,
                )
            if source.time is None:
                yield Problem(
                    "UP219",
                    f"source '{name}' has events without a time; windows need one",
                    "add time: <column that says when>",
                    own,
                )
        for column, reading in source.columns.items():
            if reading.decimals is not None and reading.type != "decimal":
                yield Problem(
                    "UP219",
                    f"decimals have no meaning for a column of type {reading.type}",
                    "write type: decimal, or delete decimals",
                    document.place("sources", name, "columns", column, "decimals", of="key"),
                )


def metrics_are_complete(project: Project, document: Document) -> Iterator[Problem]:
    """A definition has what its kind needs and nothing that its kind ignores."""
    for name, metric in project.metrics.items():
        path: KeyPath = ("metrics", name)
        if name in RESERVED or name == "net_value":
            place = document.place(*path, of="key")
            yield Problem("UP107", f"'{name}' is a word of decision rules", "give the metric another name", place)
        if metric.model is not None and (metric.kind != "mean" or project.customers is None):
            what = "needs kind: mean" if metric.kind != "mean" else "needs the block `customers`"
            fix = "write kind: mean" if metric.kind != "mean" else "add to project.yml: customers: {purchases: …}"
            yield Problem("UP218", f"'{name}' is a prediction and {what}", fix, document.place(*path, "model"))
        yield from _needs(path, metric, document)
        for key in _useless(metric):
            yield Problem(
                "UP218",
                f"{key} has no meaning for a {metric.kind}{' of a column' if metric.column else ''}",
                "delete it, or choose another kind",
                document.place(*path, key, of="key"),
            )
        if metric.currency is not None and metric.format != "money":
            place = document.place(*path, "currency", of="key")
            yield Problem("UP228", f"'{name}' has a currency but is not money", "add format: money", place)
        if metric.quantile is not None and not 0 < metric.quantile < 1:
            place = document.place(*path, "quantile")
            yield Problem("UP105", "the quantile must lie between 0% and 100%", "write for example 90%", place)
        if metric.winsorise is not None and not 0 < metric.winsorise.upper < 1:
            place = document.place(*path, "winsorise", "upper")
            yield Problem("UP105", "the upper quantile must lie between 0% and 100%", "write for example 99.9%", place)


def metric_sources_are_events(project: Project, document: Document) -> Iterator[Problem]:
    """`source` names an event table; a column of a wide file is named by `column`."""
    named: list[tuple[KeyPath, str]] = []
    for name, metric in project.metrics.items():
        parts = ((), metric), (("numerator",), metric.numerator), (("denominator",), metric.denominator)
        for inside, part in parts:
            if part is not None and part.source is not None:
                named.append((("metrics", name, *inside, "source"), part.source))
    if project.customers is not None:
        named.append((("customers", "purchases", "source"), project.customers.purchases.source))
        if project.customers.engagement is not None:
            named.append((("customers", "engagement", "source"), project.customers.engagement.source))
        if project.customers.products is not None:
            named.append((("customers", "products", "source"), project.customers.products.source))
    for path, source in named:
        place = document.place(*path)
        if source not in project.sources:
            fix = suggestion(source, project.sources, allowed="defined")
            yield Problem("UP214", f"source '{source}' is not defined", fix, place)
        elif project.sources[source].grain != "event":
            yield Problem(
                "UP237",
                f"source '{source}' has one row per contact; {_needing(path)} has events",
                "name a source of grain event" if path[0] == "customers" else "name the column instead: `column: …`",
                place,
            )


def holdouts_hold(project: Project, document: Document) -> Iterator[Problem]:
    """A holdout has a share between nothing and all, and ends after it begins."""
    for name, holdout in project.holdouts.items():
        if not 0 < holdout.share < 1:
            place = document.place("holdouts", name, "share")
            yield Problem("UP227", "a holdout takes more than 0% and less than 100%", "write for example 5%", place)
        if holdout.from_ > holdout.until:
            place = document.place("holdouts", name, "until")
            yield Problem("UP227", f"the holdout ends before it begins on {holdout.from_}", "exchange the dates", place)
        if name in project.layers:
            place = document.place("layers", name, of="key")
            yield Problem("UP233", f"id '{name}' is a holdout and a layer", "give one of them another id", place)


def merges_have_a_source(project: Project, document: Document) -> Iterator[Problem]:
    """The list of merged contacts stands under `sources`, and says two different things."""
    merges = project.merges
    if merges is None:
        return
    if merges.source not in project.sources:
        fix = suggestion(merges.source, project.sources, allowed="defined")
        place = document.place("merges", "source")
        yield Problem("UP214", f"source '{merges.source}' is not defined", fix, place)
    if merges.old == merges.into:
        message = f"'{merges.old}' can't be the id that is gone and the one that stayed"
        yield Problem("UP219", message, "name two columns: old and into", document.place("merges", "into"))


def default_baselines_are_defined(project: Project, document: Document) -> Iterator[Problem]:
    """Baselines speak of metrics that exist."""
    for name in project.defaults.design.baselines:
        if name not in project.metrics:
            place = document.place("defaults", "design", "baselines", name, of="key")
            fix = suggestion(name, project.metrics, allowed="defined")
            yield Problem("UP205", f"metric '{name}' is not defined in project.yml", fix, place)


def _needs(path: KeyPath, metric: MetricDefinition, document: Document) -> Iterator[Problem]:
    def missing(what: str, fix: str, *inside: str) -> Problem:
        return Problem("UP218", f"'{path[1]}' is a {metric.kind} {what}", fix, document.place(*path, *inside, of="key"))

    if metric.kind == "ratio":
        for key, part in (("numerator", metric.numerator), ("denominator", metric.denominator)):
            if part is None:
                yield missing(f"without {key}", f"add {key}: {{source: …, value: …}}")
            else:
                wrong = _part_problem(part)
                if wrong is not None:
                    yield missing(f"whose {key} {wrong[0]}", wrong[1], key)
        top, bottom = metric.numerator, metric.denominator
        if top is not None and bottom is not None and (top.column is None) != (bottom.column is None):
            yield missing("of a column and of events", "take both parts from columns, or both from events")
        return
    if metric.model is not None:
        return
    if (metric.source is None) == (metric.column is None):
        found = "with both source and column" if metric.source else "without source or column"
        yield missing(found, "give source (events) or column (a wide file)")
    elif metric.source is not None and metric.kind in ("mean", "quantile") and metric.value is None:
        yield missing("without value", "add value: <column that is summed per contact>")
    if metric.kind == "quantile" and metric.quantile is None:
        yield missing("without quantile", "add quantile: 90%")


def _needing(path: KeyPath) -> str:
    return "a metric's source" if path[0] == "metrics" else f"customers.{path[1]}"


def _part_problem(part: RatioPart) -> tuple[str, str] | None:
    if part.column is not None:
        if part.source or part.value or part.where or part.count:
            return "has a column and more", "give column alone (a wide file), or source with value or count"
        return None
    if part.source is None:
        return "has neither source nor column", "add source: <events>, or column: <column of a wide file>"
    if part.count == (part.value is not None):
        found = "has both value and count" if part.count else "has neither value nor count"
        return found, "give value (a sum) or `count: true` (rows)"
    return None


def _useless(metric: MetricDefinition) -> Iterator[str]:
    """Keys that are written but that this kind ignores: they would look as if they did something."""
    ignored = {
        "proportion": ("value", "numerator", "denominator", "quantile", "winsorise"),
        "count": ("value", "numerator", "denominator", "quantile"),
        "mean": ("numerator", "denominator", "quantile"),
        "quantile": ("numerator", "denominator", "winsorise"),
        "ratio": ("source", "value", "where", "column", "quantile"),
    }[metric.kind]
    for key in ignored:
        if getattr(metric, key) is not None:
            yield key
    if metric.model is not None:
        yield from (key for key in ("source", "value", "where", "column", "settles_after") if getattr(metric, key))
    elif metric.column is not None and metric.kind != "ratio":
        for key in ("value", "where", "settles_after"):
            if getattr(metric, key) is not None and key not in ignored:
                yield key


def _unknown_zone(name: str) -> str | None:
    """The fix for a time zone that does not exist, None for one that does."""
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(name, zoneinfo.available_timezones())
        return f"did you mean '{near}'?" if near else "write it as Europe/Berlin"
    return None


RULES = (
    time_zones_exist,
    sources_are_complete,
    metrics_are_complete,
    metric_sources_are_events,
    holdouts_hold,
    merges_have_a_source,
    default_baselines_are_defined,
)
