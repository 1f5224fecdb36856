"""`project.yml`: what all experiments of a team share (sources, metrics, holdouts, layers, defaults)."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from uplift.spec.model import Model
from uplift.spec.scalars import DurationField, Name, ShareField, Slug


class Column(Model):
    """How one column of a file is read."""

    type: Literal["integer", "decimal", "string", "boolean", "date", "timestamp"]
    decimals: int | None = None
    format: str | None = None


class CsvDialect(Model):
    """What a CSV file looks like, where detection is not wanted."""

    delimiter: str | None = None
    encoding: str | None = None
    decimal: Literal[".", ","] | None = None
    quote: str | None = None


class Source(Model):
    """One table of data: a file, a warehouse table or a query."""

    file: str | None = None
    table: str | None = None
    query: str | None = None
    connection: str | None = None
    grain: Literal["contact", "event"] = "contact"
    id: str | None = None
    time: str | None = None
    timezone: str | None = None
    data_lag: DurationField | None = None
    columns: dict[str, Column] = Field(default_factory=dict)
    csv: CsvDialect | None = None


class Winsorise(Model):
    """Cap extreme contacts at a quantile of the pooled arms."""

    upper: ShareField


class RatioPart(Model):
    """Numerator or denominator of a ratio metric: a sum of `value` or a `count` of rows."""

    source: str | None = None
    value: str | None = None
    where: str | None = None
    count: bool = False
    column: str | None = None


class MetricDefinition(Model):
    """What a metric measures; experiments add the window."""

    kind: Literal["proportion", "mean", "count", "ratio", "quantile"]
    title: str | None = None
    source: str | None = None
    value: str | None = None
    where: str | None = None
    column: str | None = None
    numerator: RatioPart | None = None
    denominator: RatioPart | None = None
    quantile: ShareField | None = None
    decimals: int | None = None
    format: Literal["number", "percent", "money"] | None = None
    currency: str | None = None
    better: Literal["up", "down"] = "up"
    conditional: bool = False
    settles_after: DurationField | None = None
    winsorise: Winsorise | None = None


class Holdout(Model):
    """A share of all contacts that no experiment writes to."""

    share: ShareField
    unit: str
    from_: datetime.date = Field(alias="from")
    until: datetime.date
    epoch: int = 1
    exempt: tuple[str, ...] = ()


class Layer(Model):
    """Experiments in one layer never share a contact."""

    unit: str
    epoch: int = 1


class Sequential(Model):
    """When and how an experiment may be read before its end."""

    spending: str = "obrien_fleming"
    looks: tuple[str, ...] = ()
    futility: Literal["none", "nonbinding"] = "none"


class Baseline(Model):
    """What is known of a metric before the test, with where it comes from."""

    value: str | float | None = None
    sd: str | float | None = None
    icc: float | None = None
    source: str = "typed"
    date: datetime.date | None = None
    fingerprint: str | None = None


class Design(Model):
    """How sure the test has to be; an experiment's own words win over the project's defaults."""

    alpha: float = 0.05
    sides: Literal[1, 2] = 2
    power: float = 0.80
    interval: Literal["auto", "score", "log", "hall", "fieller", "delta"] = "auto"
    comparisons: Literal["vs_control", "all_pairs"] = "vs_control"
    correction: Literal["dunnett", "holm", "none"] = "holm"
    power_for: Literal["each", "any"] = "each"
    variance_reduction: Literal["none", "cuped"] = "none"
    lookback: DurationField | None = None
    baselines: dict[str, Baseline] = Field(default_factory=dict)
    sequential: Sequential | None = None


class Privacy(Model):
    """What a report may show."""

    smallest_group: int = 20


class Defaults(Model):
    """What experiments inherit."""

    design: Design = Field(default_factory=Design)
    privacy: Privacy = Field(default_factory=Privacy)


class Project(Model):
    """`project.yml`."""

    uplift: Literal[1]
    timezone: str = "Europe/Berlin"
    currency: str = "EUR"
    language: Literal["de", "en"] = "en"
    state: str = ".uplift"
    sources: dict[Name, Source] = Field(default_factory=dict)
    metrics: dict[Name, MetricDefinition] = Field(default_factory=dict)
    holdouts: dict[Slug, Holdout] = Field(default_factory=dict)
    layers: dict[Slug, Layer] = Field(default_factory=dict)
    defaults: Defaults = Field(default_factory=Defaults)
