"""`project.yml`: what all experiments of a team share (sources, metrics, holdouts, layers, defaults)."""

from fractions import Fraction
from typing import Literal

from pydantic import Field

from uplift.spec.design import Design
from uplift.spec.model import Model
from uplift.spec.quantities import Duration
from uplift.spec.scalars import (
    CharacterField,
    CountField,
    CurrencyField,
    Date,
    DecimalsField,
    DurationField,
    EpochField,
    Flag,
    MemoryField,
    Name,
    ShareField,
    Slug,
    Text,
    ThreadsField,
    TitleField,
    VersionField,
    WindowField,
)

_WHERE = "SQL condition on the rows that count; columns of the source only."


class Column(Model):
    """How one column of a file is read."""

    type: Literal["integer", "decimal", "string", "boolean", "date", "timestamp"] = Field(
        description="What the column holds.", examples=["decimal"]
    )
    decimals: DecimalsField | None = Field(
        default=None, description="Digits after the decimal mark of a decimal column.", examples=[2]
    )
    format: Text | None = Field(
        default=None, description="How dates or timestamps are written, in strptime's letters.", examples=["%d.%m.%Y"]
    )


class CsvDialect(Model):
    """What a CSV file looks like, where detection is not wanted."""

    delimiter: CharacterField | None = Field(default=None, description="What separates the columns.", examples=[";"])
    encoding: Text | None = Field(default=None, description="How the text is encoded.", examples=["latin-1"])
    decimal: Literal[".", ","] | None = Field(default=None, description="The decimal mark.", examples=[","])
    quote: CharacterField | None = Field(default=None, description="What encloses a text.", examples=['"'])


class Source(Model):
    """One table of data: exactly one of file, table or query."""

    file: Text | None = Field(
        default=None,
        description="CSV or Parquet file, relative to project.yml.",
        examples=["data/orders.csv"],
    )
    table: Text | None = Field(
        default=None, description="Table of the connection's warehouse.", examples=["marts.mail_events"]
    )
    query: Text | None = Field(
        default=None,
        description="SELECT statement of the connection's warehouse.",
        examples=["select customer_id, ordered_at from shop.orders"],
    )
    connection: Text | None = Field(
        default=None,
        description="Name of a connection: `warehouse` is UPLIFT_WAREHOUSE in the environment, never written here.",
        examples=["warehouse"],
    )
    grain: Literal["contact", "event"] = Field(
        default="contact",
        description="contact: one row per contact; event: many rows per contact (orders, clicks).",
        examples=["event"],
    )
    id: Text | None = Field(
        default=None, description="The column with the contact's id; required for events.", examples=["customer_id"]
    )
    time: Text | None = Field(
        default=None, description="The column that says when an event happened.", examples=["ordered_at"]
    )
    timezone: Text | None = Field(
        default=None,
        description="Time zone of timestamps without one; the project's where absent.",
        examples=["UTC"],
    )
    data_lag: DurationField | None = Field(
        default=None,
        description="How late rows arrive; a result matures after window + lag.",
        examples=["3d"],
    )
    columns: dict[Text, Column] = Field(
        default_factory=dict,
        description="How single columns are read, where detection is not wanted.",
        examples=[{"net_amount": {"type": "decimal", "decimals": 2}}],
    )
    csv: CsvDialect | None = Field(
        default=None,
        description="The dialect of a CSV file, where detection is not wanted.",
        examples=[{"delimiter": ";", "decimal": ","}],
    )


class Winsorise(Model):
    """Cap extreme contacts at a quantile of the pooled arms."""

    upper: ShareField = Field(
        description="The quantile of the pooled arms above which values are capped.", examples=["99.9%"]
    )


class RatioPart(Model):
    """Numerator or denominator of a ratio metric: a sum of `value` or a `count` of rows."""

    source: Name | None = Field(default=None, description="Event source whose rows are used.", examples=["orders"])
    value: Text | None = Field(
        default=None, description="Column (or SQL expression) that is summed per contact.", examples=["net_amount"]
    )
    where: Text | None = Field(default=None, description=_WHERE, examples=["not is_cancelled"])
    count: Flag = Field(default=False, description="Count the rows instead of summing a value.", examples=[True])
    column: Text | None = Field(
        default=None, description="Column of a wide file with one row per contact.", examples=["orders"]
    )


class MetricDefinition(Model):
    """What a metric measures; experiments add the window."""

    kind: Literal["proportion", "mean", "count", "ratio", "quantile"] = Field(
        description=(
            "proportion: share of contacts with any such row; mean: value per contact; count: rows per contact; "
            "ratio: a sum over a sum, contacts are the unit; quantile: of the contact's values."
        ),
        examples=["proportion"],
    )
    title: TitleField | None = Field(
        default=None,
        description="How reports call the metric; one text, or one per language: {de: …, en: …}.",
        examples=["Repeat purchase within 30 days"],
    )
    source: Name | None = Field(
        default=None, description="Event source (a name under `sources`) whose rows are measured.", examples=["orders"]
    )
    value: Text | None = Field(
        default=None, description="Column (or SQL expression) that is summed per contact.", examples=["net_amount"]
    )
    where: Text | None = Field(default=None, description=_WHERE, examples=["not is_cancelled"])
    column: Text | None = Field(
        default=None,
        description="Column of a wide file with one row per contact, instead of source and value.",
        examples=["spend"],
    )
    model: Literal["predicted_value"] | None = Field(
        default=None,
        description="predicted_value: instead of source and value, what a contact is expected to spend within "
        "`customers.horizon` after the window, by a model that does not see the arm. A surrogate.",
        examples=["predicted_value"],
    )
    numerator: RatioPart | None = Field(
        default=None,
        description="What a ratio metric divides.",
        examples=[{"source": "orders", "value": "net_amount"}],
    )
    denominator: RatioPart | None = Field(
        default=None, description="What a ratio metric divides by.", examples=[{"source": "orders", "count": True}]
    )
    quantile: ShareField | None = Field(
        default=None, description="Which quantile a quantile metric is.", examples=["90%"]
    )
    decimals: DecimalsField | None = Field(
        default=None,
        description="Digits after the decimal mark of the values; money has two.",
        examples=[2],
    )
    format: Literal["number", "percent", "money"] | None = Field(
        default=None,
        description="How reports print the metric; per cent for proportions, else a number, where absent.",
        examples=["money"],
    )
    currency: CurrencyField | None = Field(
        default=None, description="Currency of a money metric; the project's where absent.", examples=["EUR"]
    )
    better: Literal["up", "down"] = Field(
        default="up", description="Whether more or less of it is good.", examples=["down"]
    )
    conditional: Flag = Field(
        default=False,
        description="The treatment can change who is in the denominator (buyers): descriptive, warned of as primary.",
        examples=[True],
    )
    settles_after: DurationField | None = Field(
        default=None,
        description="Days until returns and cancellations are in; preliminary until then, in all arms alike.",
        examples=["45d"],
    )
    watch_by: Text | None = Field(
        default=None,
        description="A column of the source (product, page) whose 20 largest values `uplift monitor` watches too.",
        examples=["landing_page"],
    )
    winsorise: Winsorise | None = Field(
        default=None, description="Cap extreme contacts.", examples=[{"upper": "99.9%"}]
    )

    @property
    def reads_events(self) -> bool:
        """Whether it is measured on event sources (and so needs a window), not on a column of a wide file."""
        part = self.numerator if self.kind == "ratio" else self
        return part is not None and part.column is None


class HoldoutMetric(Model):
    """A metric by which a holdout is compared with everybody else; the first one decides."""

    metric: Name = Field(description="A name under `metrics`.", examples=["revenue_per_contact"])
    window: WindowField | None = Field(
        default=None,
        description="Days from the holdout's first day (or a contact's later entry) that count; all where absent.",
        examples=["90d"],
    )


class Holdout(Model):
    """A share of all contacts that no experiment writes to."""

    share: ShareField = Field(description="Share of all contacts that is held out.", examples=["5%"])
    unit: Text = Field(description="The column that is hashed.", examples=["household_id"])
    from_: Date = Field(alias="from", description="First day.", examples=["2026-07-01"])
    until: Date = Field(description="Last day.", examples=["2027-03-31"])
    epoch: EpochField = Field(default=1, description="Raise it to draw the holdout anew.", examples=[2])
    exempt: tuple[Text, ...] = Field(
        default=(), description="Messages that held-out contacts get all the same.", examples=[["transactional"]]
    )
    source: Name | None = Field(
        default=None,
        description="The source of all contacts, for `analyze holdout:ID`; the only one with an id where absent.",
        examples=["contacts"],
    )
    entry_date: Text | None = Field(
        default=None,
        description="The column that says since when a contact exists: windows of later ones begin on that day.",
        examples=["registered_at"],
    )
    metrics: tuple[HoldoutMetric, ...] = Field(
        default=(),
        description="What `uplift analyze holdout:ID` compares; the first one decides.",
        examples=[[{"metric": "revenue_per_contact", "window": "90d"}]],
    )


class Layer(Model):
    """Experiments in one layer never share a contact."""

    unit: Text = Field(description="The column that is hashed.", examples=["household_id"])
    epoch: EpochField = Field(default=1, description="Raise it to draw the layer anew.", examples=[2])


class Merges(Model):
    """Which ids are one person now: a list of ids that were merged into others."""

    source: Name = Field(
        description="The source with one row per merged id, a name under `sources`.", examples=["merged_contacts"]
    )
    old: Text = Field(description="The column with the id that is gone.", examples=["old_id"])
    into: Text = Field(
        description="The column with the id that it was merged into; chains are followed.", examples=["surviving_id"]
    )
    time: Text | None = Field(
        default=None,
        description="The column that says when; merges from before a contact's assignment then count in no merge rate.",
        examples=["merged_at"],
    )
    id: Text | None = Field(
        default=None,
        description="The id column whose values were merged: experiments on other units leave the list alone. "
        "It bears on all where absent.",
        examples=["customer_id"],
    )


class Channel(Model):
    """How contacts are written to, and what they must have agreed to."""

    consent: Text | None = Field(
        default=None,
        description="The contact column that says that the contact may be written to this way.",
        examples=["print_opt_in"],
    )


class Purchases(Model):
    """Which rows are purchases, and what they are worth."""

    source: Name = Field(description="Event source of orders, a name under `sources`.", examples=["orders"])
    value: Text = Field(description="Column (or SQL expression) with the value of a purchase.", examples=["net_amount"])
    where: Text | None = Field(default=None, description=_WHERE, examples=["not is_cancelled"])
    currency: Text | None = Field(
        default=None,
        description="The column with the currency, where the source has one: all rows must be in the project's.",
        examples=["currency"],
    )


class Engagement(Model):
    """Which events show interest (opens, clicks, visits); they also make leads known."""

    source: Name = Field(description="Event source, a name under `sources`.", examples=["mail_events"])
    where: Text | None = Field(default=None, description=_WHERE, examples=["event = 'click'"])


class Products(Model):
    """Which rows say what was bought."""

    source: Name = Field(
        description="Event source with one row per item bought, a name under `sources`.", examples=["order_lines"]
    )
    item: Text = Field(
        description="The column with what may be recommended: a product or a category.", examples=["category"]
    )
    where: Text | None = Field(default=None, description=_WHERE, examples=["not is_cancelled"])


class Customers(Model):
    """What `uplift score` reads to say what to expect of each customer."""

    id_type: Literal["integer", "string"] = Field(
        default="string",
        description="What the contact's id is, as `unit.type` of the experiments.",
        examples=["integer"],
    )
    purchases: Purchases = Field(
        description="Which rows are purchases.",
        examples=[{"source": "orders", "value": "net_amount", "where": "not is_cancelled"}],
    )
    engagement: Engagement | None = Field(
        default=None,
        description="Which events show interest.",
        examples=[{"source": "mail_events", "where": "event = 'click'"}],
    )
    products: Products | None = Field(
        default=None,
        description="Which rows say what was bought, for `uplift recommend`.",
        examples=[{"source": "order_lines", "item": "category"}],
    )
    horizon: DurationField = Field(
        default=Duration(360), description="How far customer value looks ahead.", examples=["360d"]
    )
    discount: ShareField = Field(
        default=Fraction(1, 10), description="Interest by which later revenue counts less, per year.", examples=["10%"]
    )


class Privacy(Model):
    """What a report may show, and how long it is known who was in a test."""

    smallest_group: CountField = Field(
        default=20, description="Groups with fewer contacts are not shown.", examples=[20]
    )
    retention: WindowField | None = Field(
        default=None,
        description="How long after the last assignment of a closed experiment `uplift gc` erases its contacts and "
        "removes its lists; for ever where absent.",
        examples=["730d"],
    )


class Defaults(Model):
    """What experiments inherit."""

    design: Design = Field(
        default_factory=Design.model_construct,
        description="Design settings of every experiment; an experiment's own words win.",
        examples=[{"alpha": 0.05, "power": 0.8}],
    )
    wash_out: WindowField = Field(
        default=Duration(30),
        description="Days after a test for which its contacts are still under its influence.",
        examples=["30d"],
    )
    privacy: Privacy = Field(
        default_factory=Privacy.model_construct,
        description="What a report may show, and how long it is known who was in a test.",
        examples=[{"smallest_group": 20}],
    )


class EngineResources(Model):
    """How much of the machine a run may use; results are the same whatever stands here."""

    memory_limit: MemoryField | None = Field(
        default=None,
        description="Memory of the engine; half of the machine's (or container's) where absent. More goes to disk.",
        examples=["2GB"],
    )
    threads: ThreadsField | None = Field(
        default=None,
        description="Processors that the engine uses; all that this process may use, where absent.",
        examples=[2],
    )
    temp_directory: Text | None = Field(
        default=None,
        description="Folder for what does not fit into memory, relative to project.yml; beside the state where absent.",
        examples=["/scratch/uplift"],
    )


class Project(Model):
    """`project.yml`: what all experiments of a team share."""

    uplift: VersionField = Field(description="Version of the YAML language.", examples=[1])
    timezone: Text = Field(
        default="Europe/Berlin",
        description="Windows, waves and days are local days of this time zone.",
        examples=["Europe/Berlin"],
    )
    currency: CurrencyField = Field(default="EUR", description="Currency of all money.", examples=["EUR"])
    language: Literal["de", "en"] = Field(default="en", description="Language of reports.", examples=["de"])
    holidays: Text | None = Field(
        default=None,
        description="Country, or country and state, whose public holidays raise no alarm in `uplift monitor`.",
        examples=["DE-BY"],
    )
    state: Text = Field(
        default=".uplift",
        description="Where the ledger is kept: a folder relative to the project's root, or for a team a PostgreSQL "
        "schema behind a connection, `postgresql:NAME` or `postgresql:NAME.schema`.",
        examples=[".uplift", "postgresql:team.uplift_state"],
    )
    sources: dict[Name, Source] = Field(
        default_factory=dict,
        description="Tables of contacts, orders and events, by name.",
        examples=[{"contacts": {"file": "data/contacts.parquet", "grain": "contact", "id": "customer_id"}}],
    )
    metrics: dict[Name, MetricDefinition] = Field(
        default_factory=dict,
        description="What can be measured, by name; experiments add the window.",
        examples=[{"repeat_purchase": {"kind": "proportion", "source": "orders", "where": "not is_cancelled"}}],
    )
    holdouts: dict[Slug, Holdout] = Field(
        default_factory=dict,
        description="Shares of all contacts that no experiment writes to, by id.",
        examples=[
            {"global-2026h2": {"share": "5%", "unit": "household_id", "from": "2026-07-01", "until": "2027-03-31"}}
        ],
    )
    layers: dict[Slug, Layer] = Field(
        default_factory=dict,
        description="Groups of experiments that never share a contact, by id.",
        examples=[{"incentives": {"unit": "household_id"}}],
    )
    merges: Merges | None = Field(
        default=None,
        description="Which contacts were merged into others: they are one contact, in the arm that was given first.",
        examples=[{"source": "merged_contacts", "old": "old_id", "into": "surviving_id"}],
    )
    channels: dict[Text, Channel] = Field(
        default_factory=dict,
        description="Channels by the name that arms use; an audience has to test their consent.",
        examples=[{"letter": {"consent": "print_opt_in"}}],
    )
    customers: Customers | None = Field(
        default=None,
        description="What `uplift score` reads: purchases, and events that show interest.",
        examples=[{"purchases": {"source": "orders", "value": "net_amount"}}],
    )
    engine: EngineResources = Field(
        default_factory=EngineResources.model_construct,
        description="How much of the machine a run may use.",
        examples=[{"memory_limit": "2GB", "threads": 2}],
    )
    defaults: Defaults = Field(
        default_factory=Defaults.model_construct,
        description="What experiments inherit.",
        examples=[{"design": {"alpha": 0.05, "power": 0.8}}],
    )
