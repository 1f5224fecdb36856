"""The block `targeting:`: what a model may know, what the marketer allows, and what was believed beforehand."""

from pydantic import Field

from uplift.spec.model import Model
from uplift.spec.scalars import CountField, EffectField, MoneyField, Name, ShareField, SpreadField, Text


class KeepLearning(Model):
    """Random exceptions that keep the next model honest."""

    control_among_targeted: ShareField | None = Field(
        default=None, description="Share of targeted contacts that get nothing all the same.", examples=["10%"]
    )
    treated_among_rest: ShareField | None = Field(
        default=None, description="Share of the others that are treated all the same.", examples=["2%"]
    )


class Strategy(Model):
    """What the marketer allows."""

    allow: tuple[Text, ...] = Field(
        default=(), description="Arms that may be chosen; `none` is no treatment.", examples=[["none", "voucher_5"]]
    )
    budget: MoneyField | None = Field(default=None, description="What may be spent in all.", examples=["60_000 EUR"])
    caps: dict[Name, ShareField] = Field(
        default_factory=dict, description="Largest share of contacts per arm.", examples=[{"voucher_10": "20%"}]
    )
    capacity: CountField | None = Field(
        default=None, description="How many contacts may be treated in all.", examples=[50_000]
    )
    coverage: ShareField | None = Field(
        default=None,
        description="Smallest share of contacts that has to be treated, even where it does not pay.",
        examples=["10%"],
    )
    cost_weight: SpreadField = Field(
        default=1.0,
        description="How much a euro of cost counts against a euro of margin: 1 is even, 1.5 is thrifty.",
        examples=[1.5],
    )
    exclude: dict[Name, Text] = Field(
        default_factory=dict,
        description="Per arm, an SQL condition on contacts: whom the arm must not reach.",
        examples=[{"voucher_10": "country = 'AT'"}],
    )


class PriorAssumption(Model):
    """What was believed about an arm's effect before the test, and how much that counts."""

    uplift: EffectField = Field(description="The expected relative uplift of the metric.", examples=["8%"])
    half_width: EffectField = Field(
        description="How sure that is: 95 in 100 times it lies within this distance.", examples=["5%"]
    )
    weight: ShareField = Field(
        default=1,  # type: ignore[assignment]
        description="How much it counts against the data: 100% at its word, 0% not at all.",
        examples=["50%"],
    )
    source: Text | None = Field(default=None, description="Where it comes from.", examples=["spring 2026 vouchers"])


class Targeting(Model):
    """Whom to target next."""

    features: tuple[Text, ...] = Field(
        description="Columns that the model may use; each known before `as_of`.", examples=[["recency_days"]]
    )
    as_of: Text = Field(
        default="assignment", description="The moment at which every feature must be known.", examples=["assignment"]
    )
    outcome: Text | None = Field(
        default=None, description="What is maximised: `net_value` or a metric's name.", examples=["net_value"]
    )
    strategy: Strategy | None = Field(
        default=None,
        description="What the marketer allows.",
        examples=[{"allow": ["none", "voucher_5"], "budget": "60_000 EUR"}],
    )
    priors: dict[Name, PriorAssumption] = Field(
        default_factory=dict,
        description="Per arm, what was believed before the test; earlier runs of the programme are read from results.",
        examples=[{"voucher_5": {"uplift": "8%", "half_width": "5%", "weight": "50%"}}],
    )
    keep_learning: KeepLearning | None = Field(
        default=None,
        description="Random exceptions that keep the next model honest.",
        examples=[{"control_among_targeted": "10%", "treated_among_rest": "2%"}],
    )
