"""One experiment file: who, which arms, when, which metrics, how sure, what then."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from uplift.spec.design import Design
from uplift.spec.model import Model
from uplift.spec.scalars import (
    CodeField,
    CountField,
    Date,
    EffectField,
    EpochField,
    Flag,
    Label,
    MoneyField,
    Name,
    SettingField,
    ShareField,
    Slug,
    SpreadField,
    Text,
    TitleField,
    VersionField,
    WavesField,
    WindowField,
)
from uplift.spec.send_time import SendTime
from uplift.spec.targeting import Targeting

_WINDOW = "Days from the contact's assignment that count, in all arms alike; required for event metrics."
_METRIC = "A name under `metrics` in project.yml."


class Programme(Model):
    """What is repeated: runs are pooled by id; a changed treatment is a new version."""

    id: Slug = Field(description="The programme's id; runs with the same id are pooled.", examples=["repeat-buyers"])
    version: Label | None = Field(
        default=None, description="The treatment's version; a changed treatment is a new one.", examples=["v2.0"]
    )


class RowNumber(Model):
    """For observed assignment where the file has no id: the row is the contact."""

    row_number: Literal[True] = Field(description="Use the row's number as the contact's id.", examples=[True])


def _form_of_id(found: object) -> str:
    return "<row>" if isinstance(found, (dict, RowNumber)) else "<column>"


class Unit(Model):
    """What is randomised."""

    id: Annotated[Annotated[Text, Tag("<column>")] | Annotated[RowNumber, Tag("<row>")], Discriminator(_form_of_id)] = (
        Field(
            description="The column that is hashed; `{row_number: true}` where an observed file has no id.",
            examples=["customer_id", {"row_number": True}],
        )
    )
    type: Literal["integer", "string"] = Field(
        default="string",
        description="What the id is: decides the one text form that is hashed.",
        examples=["integer"],
    )
    cluster: Text | None = Field(
        default=None,
        description="The column that is hashed instead, so that a household stays together.",
        examples=["household_id"],
    )
    cluster_fallback: Literal["own_id", "exclude"] = Field(
        default="own_id",
        description="Contacts without a cluster: their own cluster, or left out.",
        examples=["own_id"],
    )


class Waves(Model):
    """Dated draws."""

    count: WavesField = Field(description="How many draws.", examples=[6])
    every: WindowField = Field(description="Time between two draws.", examples=["2w"])


class ExpectedClusters(Model):
    """Households: how many, and how uneven."""

    count: CountField = Field(description="How many clusters (households) the audience has.", examples=[242_000])
    size_cv: SpreadField = Field(
        default=0.0,
        description="Coefficient of variation of the cluster size: standard deviation over mean.",
        examples=[0.6],
    )


class Audience(Model):
    """Who is eligible, judged before assignment."""

    source: Name = Field(description="A source of contacts, by its name in project.yml.", examples=["contacts"])
    where: Text | None = Field(
        default=None,
        description="SQL condition on facts known before assignment; the same for every arm.",
        examples=["n_orders = 1 and email_opt_in"],
    )
    scores: Name | None = Field(
        default=None,
        description="A source of contacts with scores (`uplift score` writes one): its columns join by the contact's "
        "id; refused when it has seen data from after the assignment.",
        examples=["scores"],
    )
    entry: Literal["snapshot", "waves", "rolling"] = Field(
        default="snapshot",
        description="snapshot: one draw; waves: dated draws; rolling: new contacts every day.",
        examples=["rolling"],
    )
    entry_date: Text | None = Field(
        default=None,
        description="The column that says when a contact became eligible; required for rolling entry.",
        examples=["eligible_at"],
    )
    waves: Waves | None = Field(
        default=None, description="The draws of entry by waves.", examples=[{"count": 6, "every": "2w"}]
    )
    expected_size: CountField | None = Field(
        default=None,
        description="How many contacts are eligible in all, before holdout and layer take their part.",
        examples=[60_000],
    )
    attrition: ShareField | None = Field(
        default=None,
        description="Share of them that will be gone before their window ends (erased, merged, closed accounts): they "
        "are assigned and cost, but power does not count on them.",
        examples=["2%"],
    )
    expected_clusters: ExpectedClusters | None = Field(
        default=None,
        description="How many clusters they form.",
        examples=[{"count": 242_000, "size_cv": 0.6}],
    )


class Arm(Model):
    """One arm; exactly one is the control."""

    weight: ShareField = Field(description="Share of the audience; all weights add up to 100%.", examples=["15%"])
    control: Flag = Field(default=False, description="Marks the arm all others are compared with.", examples=[True])
    title: TitleField | None = Field(
        default=None,
        description="How reports call the arm; one text, or one per language: {de: …, en: …}.",
        examples=["No mail"],
    )
    treatment: Text | None = Field(default=None, description="What the arm gets.", examples=["voucher"])
    params: dict[Text, SettingField] = Field(
        default_factory=dict, description="Details of the treatment.", examples=[{"value": "5 EUR"}]
    )
    channels: tuple[Text, ...] = Field(
        default=(), description="How the arm is written to.", examples=[["email", "letter"]]
    )
    contact_cost: MoneyField | None = Field(
        default=None, description="Cost per contact in this arm.", examples=["0.62 EUR"]
    )
    redemption_cost: MoneyField | None = Field(
        default=None, description="Cost per redeemed incentive.", examples=["5.00 EUR"]
    )
    observed: Label | None = Field(
        default=None,
        description="For observed assignment: the value of `assignment.column` in this arm.",
        examples=["Mens E-Mail"],
    )


class Schedule(Model):
    """When assignment starts and ends; all later dates are derived."""

    start: Date = Field(description="First day of assignment.", examples=["2026-11-30"])
    enrol_until: Date | None = Field(
        default=None, description="Last day of assignment; required for rolling entry.", examples=["2027-01-24"]
    )


class Primary(Model):
    """The one metric that decides, and the smallest effect worth finding."""

    metric: Name = Field(description=_METRIC, examples=["repeat_purchase"])
    window: WindowField | None = Field(default=None, description=_WINDOW, examples=["30d"])
    mde: EffectField = Field(
        description="Smallest effect worth finding: 5% (relative), 1.0pp (points) or 2 EUR (in the metric's unit).",
        examples=["1.0pp", "5%"],
    )


class Secondary(Model):
    """A metric that is reported and never decides alone."""

    metric: Name = Field(description=_METRIC, examples=["revenue_per_contact"])
    window: WindowField | None = Field(default=None, description=_WINDOW, examples=["30d"])


class Guardrail(Model):
    """A metric that must not get worse by more than the margin."""

    metric: Name = Field(description=_METRIC, examples=["unsubscribe_rate"])
    window: WindowField | None = Field(default=None, description=_WINDOW, examples=["30d"])
    margin: EffectField = Field(
        description="Harm that is still accepted: points act on the difference, per cent on the ratio.",
        examples=["0.3pp"],
    )


class Metrics(Model):
    """The metrics and their roles."""

    primary: Primary = Field(
        description="The one metric that decides.",
        examples=[{"metric": "repeat_purchase", "window": "30d", "mde": "1.0pp"}],
    )
    secondary: tuple[Secondary, ...] = Field(
        default=(),
        description="Metrics that are reported and never decide alone.",
        examples=[[{"metric": "revenue_per_contact", "window": "30d"}]],
    )
    guardrails: tuple[Guardrail, ...] = Field(
        default=(),
        description="Metrics that must not get worse by more than their margin.",
        examples=[[{"metric": "unsubscribe_rate", "window": "30d", "margin": "0.3pp"}]],
    )


class LayerRange(Model):
    """The part of a layer that this experiment takes: an explicit range, so that another file moves nobody."""

    name: Slug = Field(description="A name under `layers` in project.yml.", examples=["incentives"])
    from_: ShareField = Field(alias="from", description="Where the range begins.", examples=["0%"])
    to: ShareField = Field(description="Where the range ends (not included).", examples=["60%"])


class Assignment(Model):
    """How arms are drawn."""

    method: Literal["hash", "stratified", "observed"] = Field(
        default="hash",
        description="hash: by the id alone; stratified: balanced within strata; observed: another system split.",
        examples=["hash"],
    )
    salt_epoch: EpochField = Field(default=1, description="Raise it to draw all arms anew.", examples=[1])
    column: Text | None = Field(
        default=None, description="For observed assignment: the column that holds the arm.", examples=["segment"]
    )
    strata: tuple[Text, ...] = Field(
        default=(), description="Columns within whose groups the arms are balanced.", examples=[["country"]]
    )
    min_stratum: CountField = Field(
        default=40, description="Smaller strata are pooled, and the log says which.", examples=[40]
    )
    holdout: Slug | None = Field(
        default=None, description="A name under `holdouts` in project.yml.", examples=["global-2026h2"]
    )
    layer: LayerRange | None = Field(
        default=None,
        description="The part of a layer that this experiment takes.",
        examples=[{"name": "incentives", "from": "0%", "to": "60%"}],
    )


class Redemptions(Model):
    """Which rows are redeemed incentives."""

    source: Name = Field(description="A name under `sources` in project.yml.", examples=["orders"])
    where: Text | None = Field(
        default=None, description="SQL condition on the rows.", examples=["voucher_code is not null"]
    )


class Value(Model):
    """What a unit of revenue is worth."""

    margin: ShareField = Field(
        description="Contribution margin of revenue, before contact and redemption cost.", examples=["38%"]
    )
    redemptions: Redemptions | None = Field(
        default=None,
        description="Which rows are redeemed incentives.",
        examples=[{"source": "orders", "where": "voucher_code is not null"}],
    )


class Received(Model):
    """Which events prove that a contact was reached."""

    source: Name = Field(description="A name under `sources` in project.yml.", examples=["mail_events"])
    where: Text | None = Field(default=None, description="SQL condition on the rows.", examples=["event = 'delivered'"])


class Compliance(Model):
    """Who was reached: for the complier effect, never a filter."""

    received: Received = Field(
        description="Which events prove that a contact was reached.",
        examples=[{"source": "mail_events", "where": "event = 'delivered'"}],
    )


class Trigger(Model):
    """Which events show that the treatment could have made a difference: logged by the same rule in every arm."""

    source: Name = Field(description="A name under `sources` in project.yml.", examples=["site_events"])
    where: Text | None = Field(
        default=None, description="SQL condition on the rows.", examples=["event = 'checkout_seen'"]
    )


class Claim(Model):
    """What somebody says about this test."""

    text: Text = Field(description="The sentence, word for word.", examples=["24% more conversions"])
    metric: Name | None = Field(
        default=None, description="The metric it speaks of, by its name.", examples=["repeat_purchase"]
    )
    value: EffectField | None = Field(default=None, description="The effect it states.", examples=["24%"])


class Waiver(Model):
    """A finding that somebody accepts until a date."""

    code: CodeField = Field(description="The finding's code.", examples=["UP213"])
    reason: Text = Field(description="Why it is accepted.", examples=["value_band has NULLs until the migration"])
    until: Date = Field(description="Last day on which the waiver holds.", examples=["2027-02-28"])
    by: Text = Field(description="Who accepts it.", examples=["head-of-crm"])


class Decision(Model):
    """Rules over the result, evaluated in order: names, comparisons, and/or/not, any(), all()."""

    ship: Text | None = Field(
        default=None, description="When to roll out.", examples=["primary.low > 0 and all(guardrails.ok)"]
    )
    stop: Text | None = Field(default=None, description="When to stop.", examples=["any(guardrails.breached)"])


class Experiment(Model):
    """One experiment file."""

    uplift: VersionField = Field(description="Version of the YAML language.", examples=[1])
    id: Slug = Field(
        description="The experiment's id: the file's name without .yml.", examples=["repeat-buyers-2026-11"]
    )
    title: TitleField | None = Field(
        default=None,
        description="How reports call it; one text, or one per language: {de: …, en: …}.",
        examples=["First to repeat buyers"],
    )
    programme: Programme | None = Field(
        default=None,
        description="What is repeated: runs of one programme are pooled.",
        examples=[{"id": "repeat-buyers", "version": "v2.0"}],
    )
    owner: Text = Field(description="Team or person who answers for it.", examples=["crm-lifecycle"])
    hypothesis: TitleField = Field(
        description="One sentence that can turn out false; it stands on top of the report. One text, or one per "
        "language.",
        examples=["A mail brings more visits than none."],
    )
    status: Literal["draft", "locked", "running", "closed"] = Field(
        default="draft", description="How far it is; findings on closed experiments are notes.", examples=["draft"]
    )
    unit: Unit = Field(description="What is randomised.", examples=[{"id": "customer_id", "type": "integer"}])
    audience: Audience = Field(
        description="Who is eligible, judged before assignment.",
        examples=[{"source": "contacts", "where": "email_opt_in", "expected_size": 60_000}],
    )
    arms: dict[Name, Arm] = Field(
        description="The arms by name, in bucket order; never reordered after the lock.",
        examples=[{"control": {"weight": "15%", "control": True}, "treatment": {"weight": "85%"}}],
    )
    schedule: Schedule = Field(description="When assignment starts and ends.", examples=[{"start": "2026-11-30"}])
    metrics: Metrics = Field(
        description="The metrics and their roles.",
        examples=[{"primary": {"metric": "repeat_purchase", "window": "30d", "mde": "1.0pp"}}],
    )
    design: Design = Field(
        default_factory=Design.model_construct,
        description="How sure the test has to be; what is absent comes from the project.",
        examples=[{"baselines": {"repeat_purchase": {"value": "9.0%"}}}],
    )
    assignment: Assignment = Field(
        default_factory=Assignment.model_construct,
        description="How arms are drawn.",
        examples=[{"method": "hash", "salt_epoch": 1, "holdout": "global-2026h2"}],
    )
    value: Value | None = Field(
        default=None, description="What a unit of revenue is worth.", examples=[{"margin": "38%"}]
    )
    segments: tuple[Text, ...] = Field(
        default=(),
        description="Columns by which results are split; declared here, or exploratory.",
        examples=[["country", "value_band"]],
    )
    targeting: Targeting | None = Field(
        default=None, description="Whom to target next.", examples=[{"features": ["recency_days", "orders_24m"]}]
    )
    compliance: Compliance | None = Field(
        default=None,
        description="Who was reached: for the complier effect, never a filter.",
        examples=[{"received": {"source": "mail_events", "where": "event = 'delivered'"}}],
    )
    trigger: Trigger | None = Field(
        default=None,
        description="In whom the treatment could make a difference, by events that every arm logs alike: the effect on "
        "these contacts is diluted back to all.",
        examples=[{"source": "site_events", "where": "event = 'checkout_seen'"}],
    )
    send_time: SendTime | None = Field(
        default=None,
        description="At which hour each contact of the treatment is written to; chance draws the control's.",
        examples=[{"log": "sends", "campaign": "campaign", "reacted": "opened", "random": "slot_by = 'chance'"}],
    )
    claims: tuple[Claim, ...] = Field(
        default=(),
        description="What somebody says about this test; checked against the result.",
        examples=[[{"text": "24% more conversions", "metric": "repeat_purchase", "value": "24%"}]],
    )
    waivers: tuple[Waiver, ...] = Field(
        default=(),
        description="Findings that somebody accepts until a date.",
        examples=[[{"code": "UP213", "reason": "migration", "until": "2027-02-28", "by": "head-of-crm"}]],
    )
    decision: Decision | None = Field(
        default=None,
        description="Rules over the result, evaluated in order.",
        examples=[{"ship": "primary.low > 0", "stop": "primary.high < 0"}],
    )

    @property
    def control(self) -> str:
        """The name of the control arm."""
        return next(name for name, arm in self.arms.items() if arm.control)

    @property
    def treatments(self) -> tuple[str, ...]:
        """The names of all other arms, in bucket order."""
        return tuple(name for name, arm in self.arms.items() if not arm.control)
