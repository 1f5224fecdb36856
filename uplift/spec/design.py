"""How sure an experiment has to be: its own `design`, or the project's defaults."""

from typing import Literal

from pydantic import Field

from uplift.spec.model import Model
from uplift.spec.scalars import (
    CorrelationField,
    Date,
    LevelField,
    LookField,
    Name,
    SidesField,
    SpendingField,
    SpreadField,
    Text,
    UnitFloat,
    WindowField,
)

Interval = Literal["auto", "score", "log", "hall", "fieller", "delta"]


class Sequential(Model):
    """When and how an experiment may be read before its end."""

    spending: SpendingField = Field(
        default="obrien_fleming",
        description="How the error is spent over the looks: obrien_fleming, pocock, hsd(gamma) or power(rho).",
        examples=["obrien_fleming", "hsd(-4)"],
    )
    looks: tuple[LookField, ...] = Field(
        default=(),
        description="When the data are read; information fractions are derived from them, never typed.",
        examples=[["wave 2", "wave 4", "wave 6"]],
    )
    futility: Literal["none", "nonbinding"] = Field(
        default="none", description="Whether a look may say that it is hopeless to go on.", examples=["nonbinding"]
    )


class Baseline(Model):
    """What is known of a metric before the test, with where it comes from."""

    value: LevelField | None = Field(
        default=None,
        description="The metric's value without treatment, over the same window.",
        examples=["9.0%", "75.00 EUR"],
    )
    sd: LevelField | None = Field(
        default=None, description="Standard deviation over contacts, in the metric's unit.", examples=["54.80 EUR"]
    )
    cv: SpreadField | None = Field(
        default=None,
        description="Coefficient of variation over contacts (sd over value), where sd is not given.",
        examples=[3.2, "320%"],
    )
    skewness: SpreadField | None = Field(
        default=None,
        description="Skewness of the values over contacts; with it, power in very unequal arms is planned closer.",
        examples=[18.4],
    )
    kurtosis: SpreadField | None = Field(
        default=None,
        description="Kurtosis of the values over contacts (3 for a normal distribution); goes with the skewness.",
        examples=[612],
    )
    icc: CorrelationField | None = Field(
        default=None, description="Correlation of contacts within a cluster (household).", examples=[0.12]
    )
    r_squared: CorrelationField | None = Field(
        default=None,
        description="Share of the variance that variance reduction takes away; counted on only where it was measured.",
        examples=[0.21],
    )
    explained_by: tuple[Text, ...] = Field(
        default=(),
        description="What `uplift baseline` measured r_squared with; it counts as long as the design uses the same.",
        examples=[["past 30d", "orders_24m"]],
    )
    source: Text = Field(
        default="typed",
        description="`typed` by a person, or the source that `uplift baseline` measured it from.",
        examples=["orders"],
    )
    date: Date | None = Field(default=None, description="When it was measured or typed.", examples=["2026-11-20"])
    fingerprint: Text | None = Field(
        default=None,
        description="What `uplift baseline` measured it on; written by it.",
        examples=["sha256:5d41402abc4b2a76"],
    )


class Design(Model):
    """How sure the test has to be; an experiment's own words win over the project's defaults."""

    alpha: UnitFloat = Field(
        default=0.05, description="Risk of a false positive that is accepted.", examples=[0.05, "5%"]
    )
    sides: SidesField = Field(default=2, description="One-sided or two-sided test.", examples=[2])
    power: UnitFloat = Field(
        default=0.80, description="Chance that is asked for to find the smallest effect of interest.", examples=[0.80]
    )
    interval: Interval = Field(
        default="auto",
        description="The interval of the relative uplift; `delta` is the symmetric «9.41 % (±7.62 %)».",
        examples=["auto"],
    )
    comparisons: Literal["vs_control", "all_pairs"] = Field(
        default="vs_control", description="Which arms are compared.", examples=["vs_control"]
    )
    correction: Literal["dunnett", "holm", "none"] = Field(
        default="holm", description="How several comparisons are accounted for.", examples=["dunnett"]
    )
    power_for: Literal["each", "any"] = Field(
        default="each", description="Whether every arm must reach the power, or at least one.", examples=["each"]
    )
    variance_reduction: Literal["none", "cuped"] = Field(
        default="none", description="Use each contact's past to narrow the interval.", examples=["cuped"]
    )
    lookback: WindowField | None = Field(
        default=None,
        description="How much of each metric's own past variance reduction uses; as much as its window, where absent.",
        examples=["90d"],
    )
    covariates: tuple[Text, ...] = Field(
        default=(),
        description="Columns of the audience's source, known before the assignment, that variance reduction uses too.",
        examples=[["orders_24m"]],
    )
    baselines: dict[Name, Baseline] = Field(
        default_factory=dict,
        description="What is known of the metrics before the test, by metric; written by `uplift baseline`.",
        examples=[{"repeat_purchase": {"value": "9.0%", "source": "typed", "date": "2026-11-20"}}],
    )
    sequential: Sequential | None = Field(
        default=None,
        description="Looks before the end; without it the only look is the read-out.",
        examples=[{"spending": "obrien_fleming", "looks": ["wave 2", "wave 4"]}],
    )
