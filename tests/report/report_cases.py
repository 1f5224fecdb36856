"""Results built by hand, one for each thing that a report must be able to say.

The effects are computed here with textbook formulas (delta method, log ratio), so that the figures of a report fit each
other; no code of the statistics room takes part.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Literal

from uplift.results import (
    ArmCount,
    ArmValue,
    Check,
    ExperimentFacts,
    GuardrailStatus,
    Increment,
    Interval,
    MetricResult,
    Provenance,
    Recommendation,
    Result,
    SourceFacts,
    Uplift,
)

Z = NormalDist().inv_cdf(0.975)

YAML = """\
uplift: 1
id: repeat-buyers-2026-11
title: Erstkäufer zu Wiederholungskäufern
arms:
  control: {weight: 20%, control: true}
  treatment: {weight: 80%, treatment: programme_v2}
metrics:
  primary: {metric: revenue_per_contact, window: 30d, mde: 5%}
"""

SQL = (
    ("units", "SELECT customer_id, arm FROM ledger"),
    ("moments", "SELECT arm, count(*), sum(x) FROM units GROUP BY arm"),
)


@dataclasses.dataclass(frozen=True)
class Group:
    """What one arm shows: contacts, events, value, SD of the contact-level values."""

    n: int
    nonzero: int
    value: float | None
    sd: float | None


def share(n: int, events: int) -> Group:
    p = events / n
    return Group(n, events, p, math.sqrt(p * (1 - p)))


def arm_value(arm: str, group: Group, kind: str) -> ArmValue:
    interval = None
    if group.value is not None and group.sd is not None and group.n > 1:
        half = Z * group.sd / math.sqrt(group.n if kind != "ratio" else group.nonzero)
        interval = Interval(max(0.0, group.value - half), group.value + half)
    total = None if group.value is None else group.value * (group.n if kind != "ratio" else group.nonzero)
    return ArmValue(arm, group.n, group.nonzero, group.value, total, group.sd, interval)


def compared(
    metric: str,
    kind: str,
    control: Group,
    treatment: Group,
    *,
    method: str = "delta",
    arm: str = "treatment",
    refusal: str | None = None,
    cautions: tuple[str, ...] = (),
) -> Uplift:
    """Treatment against control by the delta method or on the log scale."""
    c, t = arm_value("control", control, kind), arm_value(arm, treatment, kind)
    base = {"metric": metric, "kind": kind, "control": c, "treatment": t, "method": method, "confidence": 0.95}
    if not control.value or treatment.value is None or control.sd is None or treatment.sd is None:
        return Uplift(
            **base, relative=None, relative_interval=None, absolute=None, absolute_interval=None, p_value=None,
            direction="refused", refusal=refusal or "UP607", cautions=cautions,
        )  # fmt: skip
    divisor = (lambda g: g.nonzero) if kind == "ratio" else (lambda g: g.n)
    vc, vt = control.sd**2 / divisor(control), treatment.sd**2 / divisor(treatment)
    ratio = treatment.value / control.value
    if method == "delta":
        se = math.sqrt(vt / control.value**2 + treatment.value**2 * vc / control.value**4)
        relative, low, high = ratio - 1, ratio - 1 - Z * se, ratio - 1 + Z * se
        z = (ratio - 1) / se
    else:
        se = math.sqrt(vt / treatment.value**2 + vc / control.value**2)
        relative, low, high = ratio - 1, ratio * math.exp(-Z * se) - 1, ratio * math.exp(Z * se) - 1
        z = math.log(ratio) / se
    difference, half = treatment.value - control.value, Z * math.sqrt(vc + vt)
    direction = "refused" if refusal else "up" if low > 0 else "down" if high < 0 else "open"
    return Uplift(
        **base, relative=relative, relative_interval=Interval(low, high), absolute=difference,
        absolute_interval=Interval(difference - half, difference + half), p_value=2 * (1 - NormalDist().cdf(abs(z))),
        direction=direction, refusal=refusal, cautions=cautions,
    )  # fmt: skip


def metric(
    name: str,
    title: str,
    kind: Literal["proportion", "mean", "count", "ratio"],
    control: Group,
    *treatments: tuple[str, Group],
    role: Literal["primary", "secondary", "guardrail"] = "secondary",
    method: str = "delta",
    currency: str | None = None,
    better: Literal["up", "down"] = "up",
    refusal: str | None = None,
    cautions: tuple[str, ...] = (),
    guard: GuardrailStatus | None = None,
    immature: int = 0,
    **changes: object,
) -> MetricResult:
    arguments = {"refusal": refusal, "cautions": cautions}
    uplifts = tuple(compared(name, kind, control, g, method=method, arm=a, **arguments) for a, g in treatments)
    others = tuple(
        compared(name, kind, control, g, method=other, arm=a, **arguments)
        for a, g in treatments
        for other in ("delta", "log", "score" if kind == "proportion" else "fieller")
        if other != method
    )
    increments = ()
    if kind != "ratio":
        increments = tuple(
            Increment(u.treatment.arm, None, None)
            if u.absolute is None
            else Increment(
                u.treatment.arm,
                u.absolute * u.treatment.n,
                Interval(u.absolute_interval.low * u.treatment.n, u.absolute_interval.high * u.treatment.n),
            )
            for u in uplifts
        )
    arms = [("control", control.n), *((a, g.n) for a, g in treatments)]
    fields = {
        "format": "money" if currency else "percent" if kind == "proportion" else "number",
        "window_days": 30, "conditional": kind == "ratio", "preliminary": False,
        **changes,
    }  # fmt: skip
    return MetricResult(
        name=name, title=title, role=role, kind=kind, currency=currency, better=better,
        mature=tuple(arms), immature=tuple((a, immature) for a, _ in arms), uplifts=uplifts, alternatives=others,
        increments=increments, guardrails=tuple((a, guard) for a, _ in treatments) if guard else (), **fields,
    )  # fmt: skip


def result(
    metrics: tuple[MetricResult, ...],
    recommendation: Recommendation,
    *,
    arms: tuple[ArmCount, ...] | None = None,
    checks: tuple[Check, ...] | None = None,
    title: str = "Erstkäufer zu Wiederholungskäufern",
    interval: str = "delta",
    not_evaluated: tuple[str, ...] = (),
    language: Literal["de", "en"] = "de",
    currency: str = "EUR",
) -> Result:
    primary = next(m for m in metrics if m.role == "primary")
    if arms is None:
        n = dict(primary.mature)
        total = sum(n.values())
        arms = tuple(ArmCount(a, a, a == "control", round(k / total, 2), k) for a, k in n.items())
    total = sum(a.assigned for a in arms)
    if checks is None:
        checks = (
            Check("UP601", "ok", (("observed", "6588 : 26350"), ("expected", "20 : 80"), ("p", 0.995))),
            Check("UP602", "ok", (("left_out", 0), ("total", total))),
        )
    return Result(
        experiment=ExperimentFacts(
            id="repeat-buyers-2026-11", title=title, owner="crm-lifecycle",
            hypothesis="Ein Programm aus drei Anstößen nach der ersten Bestellung hebt den Umsatz je Kontakt in 30 Tagen.",
            programme="repeat-buyers", version="v2.0", status="closed", start=datetime.date(2026, 11, 30),
            enrol_until=datetime.date(2027, 1, 24), language=language, currency=currency, timezone="Europe/Berlin",
            margin=0.38, yaml=YAML, spec_hash="a81c" * 16,
        ),
        as_of=datetime.date(2027, 3, 1),
        arms=arms,
        metrics=metrics,
        checks=checks,
        recommendation=recommendation,
        provenance=Provenance(
            interval=interval, alpha=0.05, engine="DuckDB 1.4.0", uplift_version="0.1.0", sql=SQL,
            sources=(SourceFacts("contacts", 32938, "5f02" * 16), SourceFacts("orders", 41210, "77aa" * 16)),
            ledger_hash="9b1d" * 16,
        ),
        not_evaluated=not_evaluated,
    )  # fmt: skip


SHIP = Recommendation("ship", None, ("primary.low > 0 and all(guardrails.ok)",))
WAIT = Recommendation("wait", None, ("primary.low > 0 and all(guardrails.ok)",))
STOP = Recommendation("stop", None, ("primary.high < 0",))
NONE = Recommendation("none", None, ("refused",))

# The published order-value test: 75.00 against 82.06 per buyer, 527 and 2,108 buyers.
AOV_C, AOV_T = Group(6588, 527, 75.00, 54.72), Group(26350, 2108, 82.06, 59.87)
BUY_C, BUY_T = share(6588, 527), share(26350, 2108)
REV_C, REV_T = Group(6588, 527, 6.00, 25.49), Group(26350, 2108, 6.5648, 27.91)
OUT_C, OUT_T = share(6588, 14), share(26350, 58)


def unsubscribes(control: Group, treatment: Group, status: str, **kw: object) -> MetricResult:
    return metric(
        "unsubscribe_rate", "Abmeldequote", "proportion", control, ("treatment", treatment), role="guardrail",
        better="down", guard=GuardrailStatus(0.003, "points", status), **kw,
    )  # fmt: skip


def revenue(control: Group, treatment: Group, **kw: object) -> MetricResult:
    return metric(
        "revenue_per_contact", "Umsatz je Kontakt", "mean", control, ("treatment", treatment), currency="EUR",
        **{"role": "primary", **kw},
    )  # fmt: skip


def purchases(control: Group, treatment: Group, **kw: object) -> MetricResult:
    return metric(
        "repeat_purchase", "Anteil der Kontakte mit Käufen", "proportion", control, ("treatment", treatment), **kw
    )


def order_value(control: Group, treatment: Group, **kw: object) -> MetricResult:
    return metric(
        "average_order_value", "Durchschnittlicher Bestellwert", "ratio", control, ("treatment", treatment),
        currency="EUR", **kw,
    )  # fmt: skip


def clear_win() -> Result:
    """The four measures of a holdout report side by side; revenue per contact is proven better."""
    c, t = Group(11250, 563, 3.753, 21.0), Group(45000, 2813, 5.120, 24.9)
    metrics = (
        revenue(c, t),
        purchases(share(11250, 563), share(45000, 2813)),
        order_value(Group(11250, 563, 75.0, 54.80), Group(45000, 2813, 81.90, 59.84)),
        unsubscribes(share(11250, 23), share(45000, 96), "ok"),
    )
    return result(metrics, SHIP)


def published() -> Result:
    """«9,41 % (±7,62 %)»: order value decides, although it compares buyers with buyers."""
    checks = (
        Check("UP601", "ok", (("p", 0.995),)),
        Check("UP602", "ok", (("left_out", 0), ("total", 32938))),
        Check("UP608", "warn", (("metric", "Durchschnittlicher Bestellwert"),)),
    )
    metrics = (
        order_value(AOV_C, AOV_T, role="primary"),
        purchases(BUY_C, BUY_T),
        revenue(REV_C, REV_T, role="secondary"),
    )
    return result(metrics, SHIP, checks=checks)


def clear_loss() -> Result:
    c, t = Group(11250, 563, 4.20, 21.0), Group(45000, 2100, 3.30, 19.0)
    return result(
        (revenue(c, t, method="log"), purchases(share(11250, 563), share(45000, 2000), method="score")),
        STOP,
        interval="auto",
    )


def no_difference() -> Result:
    metrics = (revenue(REV_C, REV_T, method="log"), purchases(BUY_C, BUY_T, method="score"))
    return result(metrics, WAIT, interval="auto")


def srm_failed() -> Result:
    checks = (
        Check("UP602", "ok", (("left_out", 0), ("total", 32938))),
        Check("UP601", "fail", (("observed", "7400 : 25538"), ("expected", "20 : 80"), ("p", 1.2e-28))),
    )
    arms = (ArmCount("control", "control", True, 0.2, 7400), ArmCount("treatment", "treatment", False, 0.8, 25538))
    metrics = (
        revenue(dataclasses.replace(REV_C, n=7400), dataclasses.replace(REV_T, n=25538), refusal="UP601"),
        unsubscribes(OUT_C, OUT_T, "refused", refusal="UP601"),
    )
    return result(metrics, Recommendation("none", None, ("untrusted",)), arms=arms, checks=checks)


def too_early() -> Result:
    """Some windows run, few control buyers: no verdict yet, and the revenue is preliminary."""
    c, t = Group(600, 6, 0.75, 9.0), Group(2400, 31, 1.05, 10.0)
    checks = (
        Check("UP601", "ok", (("p", 0.71),)),
        Check("UP602", "warn", (("left_out", 29938), ("total", 32938))),
        Check("UP604", "warn", (("metric", "Umsatz je Kontakt"), ("role", "primary"), ("converters", 6))),
        Check("UP605", "warn", (("metric", "Umsatz je Kontakt"), ("settles_after", 45))),
    )
    metrics = (
        revenue(c, t, refusal="UP604", preliminary=True, immature=14969),
        purchases(share(600, 6), share(2400, 31), refusal="UP604", immature=14969),
    )
    return result(metrics, NONE, checks=checks, not_evaluated=("segments", "design.sequential"))


def nobody_mature() -> Result:
    empty = Group(0, 0, None, None)
    checks = (Check("UP601", "ok", (("p", 0.71),)), Check("UP602", "fail", (("left_out", 32938), ("total", 32938))))
    arms = (ArmCount("control", "control", True, 0.2, 6588), ArmCount("treatment", "treatment", False, 0.8, 26350))
    return result((revenue(empty, empty, refusal="UP602"),), NONE, checks=checks, arms=arms)


def guardrail_breached() -> Result:
    c, t = Group(11250, 563, 3.753, 21.0), Group(45000, 2813, 5.120, 24.9)
    metrics = (revenue(c, t), unsubscribes(share(11250, 23), share(45000, 342), "breached"))
    return result(metrics, Recommendation("wait", None, ("breached",)))


def guardrail_open() -> Result:
    c, t = Group(11250, 563, 3.753, 21.0), Group(45000, 2813, 5.120, 24.9)
    metrics = (revenue(c, t), unsubscribes(share(11250, 23), share(45000, 190), "open"))
    return result(metrics, WAIT)


HILLSTROM_ARMS = (
    ArmCount("control", "Keine Mail", True, 1 / 3, 21306),
    ArmCount("mens", "Mail Herrenmode", False, 1 / 3, 21307),
    ArmCount("womens", "Mail Damenmode", False, 1 / 3, 21387),
)


def three_arms() -> Result:
    def of(name: str, title: str, kind: str, c: Group, m: Group, w: Group, **kw: object) -> MetricResult:
        return metric(name, title, kind, c, ("mens", m), ("womens", w), **{"method": "score", **kw})

    metrics = (
        of("visit", "Besuchsquote", "proportion", share(21306, 2262), share(21307, 3894), share(21387, 3238), role="primary"),
        of("conversion", "Kaufquote", "proportion", share(21306, 122), share(21307, 267), share(21387, 189)),
        of(
            "spend", "Umsatz je Kontakt", "mean", Group(21306, 122, 0.6528, 11.59), Group(21307, 267, 1.4226, 17.75),
            Group(21387, 189, 1.0772, 15.08), currency="USD", method="log",
        ),
    )  # fmt: skip
    checks = (Check("UP601", "ok", (("p", 0.906),)), Check("UP602", "ok", (("left_out", 0), ("total", 64000))))
    return result(
        metrics, Recommendation("ship", "mens", ("primary.low > 0",)), arms=HILLSTROM_ARMS, checks=checks,
        title="Herren- oder Damenmode?", interval="auto", currency="USD",
    )  # fmt: skip


def adjusted_levels() -> Result:
    """Holm: each comparison has the level at which it was decided, and an adjusted p."""
    base = three_arms()
    primary = base.primary
    first, second = primary.uplifts
    uplifts = (
        dataclasses.replace(first, confidence=0.975, p_adjusted=0.0004),
        dataclasses.replace(second, confidence=0.95, p_adjusted=0.0123),
    )
    return dataclasses.replace(base, metrics=(dataclasses.replace(primary, uplifts=uplifts), *base.metrics[1:]))


def five_arms() -> Result:
    names = ("voucher_5", "voucher_10", "voucher_15", "free_shipping")
    groups = tuple((a, share(5000, 260 + 40 * i)) for i, a in enumerate(names))
    primary = metric(
        "repeat_purchase", "Wiederkaufquote", "proportion", share(5000, 250), *groups, role="primary", method="score"
    )
    arms = (ArmCount("control", "control", True, 0.2, 5000), *(ArmCount(a, a, False, 0.2, 5000) for a in names))
    return result((primary,), Recommendation("ship", "free_shipping", ("primary.low > 0",)), arms=arms, interval="auto")


def no_variant_better() -> Result:
    groups = (("mens", share(21307, 1900)), ("womens", share(21387, 2270)))
    primary = metric("visit", "Besuchsquote", "proportion", share(21306, 2262), *groups, role="primary", method="score")
    return result((primary,), WAIT, arms=HILLSTROM_ARMS, interval="auto")


def twelve_metrics() -> Result:
    extra = tuple(
        metric(
            f"metric_{i}", f"Weitere Kennzahl {i}", "mean", Group(11250, 900, 10.0, 20.0),
            ("treatment", Group(45000, 3600, 10.0 + (i - 5) * 0.2, 20.0)), method="log",
            **({"role": "guardrail", "guard": GuardrailStatus(0.05, "relative", "open")} if i > 9 else {}),
        )
        for i in range(1, 12)
    )  # fmt: skip
    return result((clear_win().primary, *extra), SHIP, interval="auto")


def half_time() -> Result:
    """A win so far, but half of the contacts are not evaluated yet."""
    c, t = Group(11250, 563, 3.753, 21.0), Group(45000, 2813, 5.120, 24.9)
    checks = (Check("UP601", "ok", (("p", 0.71),)), Check("UP602", "warn", (("left_out", 56250), ("total", 112500))))
    metrics = (revenue(c, t, immature=28125, preliminary=True),)
    return result(metrics, Recommendation("wait", None, ("early",)), checks=checks)


def weights_changed() -> Result:
    """The design needs an estimator that the analysis does not have: no verdict, and nothing to wait for."""
    checks = (
        Check("UP631", "fail", (("epochs", 2),)),
        Check("UP601", "ok", (("p", 0.71),)),
        Check("UP612", "warn", (("metric", "Umsatz je Kontakt"),)),
        Check("UP612", "warn", (("metric", "Durchschnittlicher Bestellwert"),)),
    )
    return result(
        (revenue(REV_C, REV_T, refusal="UP631"),), Recommendation("none", None, ("untrusted",)), checks=checks
    )


def zero_conversions() -> Result:
    checks = (
        Check("UP601", "ok", (("p", 0.9),)),
        Check("UP602", "ok", (("left_out", 0), ("total", 1000))),
        Check("UP604", "warn", (("metric", "Anteil der Kontakte mit Käufen"), ("role", "primary"), ("converters", 0))),
    )
    metrics = (purchases(share(200, 0), share(800, 3), role="primary", refusal="UP604"),)
    return result(metrics, NONE, checks=checks)


def undefined_uplift() -> Result:
    """The control's margin per contact is not separated from zero: the ratio says nothing, the difference does."""
    primary = metric(
        "margin", "Deckungsbeitrag je Kontakt", "mean", Group(6588, 527, 0.05, 25.0),
        ("treatment", Group(26350, 2108, 1.25, 25.0)), currency="EUR", role="primary", method="fieller",
    )  # fmt: skip
    uplift = dataclasses.replace(
        primary.uplifts[0], relative=None, relative_interval=None, direction="up", cautions=("UP607",)
    )
    return result((dataclasses.replace(primary, uplifts=(uplift,), alternatives=()),), WAIT, interval="fieller")


def unbounded() -> Result:
    primary = no_difference().primary
    uplift = dataclasses.replace(
        primary.uplifts[0], method="fieller", relative_interval=Interval(-0.05, None), cautions=("UP699",)
    )
    return result((dataclasses.replace(primary, uplifts=(uplift,)),), WAIT, interval="fieller")


SCRIPT = "<script>alert('x')</script>"
RTL = "حملة \u202eevil"
LONG = "Sehr lange Bezeichnung einer Kennzahl " * 8
EMOJI = "Käufe 🛍️👩‍👩‍👧 \"quoted\" & 'single' {{ 7*7 }} {brace} $5 $6"


def hostile_names() -> Result:
    base = clear_win()
    renamed = tuple(
        dataclasses.replace(m, title=title)
        for m, title in zip(base.metrics, (SCRIPT + LONG, RTL, EMOJI, "x" * 300), strict=True)
    )
    arms = (
        dataclasses.replace(base.arms[0], title="</svg><script>alert(1)</script>"),
        dataclasses.replace(base.arms[1], title=RTL + " 🎁" + "y" * 300),
    )
    experiment = dataclasses.replace(
        base.experiment, title='"><img src=x onerror=alert(1)>', owner=RTL, hypothesis=SCRIPT + "\x00\x0b\u2028" + LONG,
        yaml="title: </code></pre><script>alert(1)</script>\x07\n# \u202e\n", programme="--><b>", version="]]>",
    )  # fmt: skip
    checks = (*base.checks, Check("UP699", "warn", (("metric", SCRIPT), ("amount", 12))))
    reason = Recommendation("ship", None, (SCRIPT,))
    return dataclasses.replace(
        base, metrics=renamed, arms=arms, experiment=experiment, checks=checks, recommendation=reason,
        not_evaluated=("claims", SCRIPT),
    )  # fmt: skip


CASES: dict[str, Callable[[], Result]] = {
    case.__name__: case
    for case in (
        clear_win, published, clear_loss, no_difference, srm_failed, too_early, nobody_mature, guardrail_breached,
        guardrail_open, three_arms, adjusted_levels, five_arms, no_variant_better, half_time, weights_changed, twelve_metrics, zero_conversions, undefined_uplift,
        unbounded, hostile_names,
    )
}  # fmt: skip
