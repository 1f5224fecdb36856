"""Each rule has a file that breaks it; the finding stands at the right place and says what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

import pytest

from uplift.errors import Problem
from uplift.spec import examine
from uplift.spec.rules import STANDS_WHEN_CLOSED
from uplift.words.codes import CODES

Change = tuple[str, str]


class Write(Protocol):
    def __call__(self, *sale: Change, project: tuple[Change, ...] = ()) -> Path: ...


def findings(path: Path) -> tuple[Problem, ...]:
    return tuple(problem for file in examine([path]) for problem in file.problems)


def shown(problem: Problem) -> str:
    """Level, code and the text that stands at the finding's place, up to the next punctuation of YAML."""
    assert problem.place is not None
    assert problem.place.line is not None
    assert problem.place.column is not None
    line = Path(problem.place.file).read_text(encoding="utf-8").splitlines()[problem.place.line - 1]
    text = re.match(r"[^,:}\]]+", line[problem.place.column - 1 :])
    assert text is not None
    return f"{problem.level} {problem.code} at {text[0]}"


ROLLING = "  entry: rolling\n  entry_date: eligible_at\n"
UNTIL = ", enrol_until: 2027-01-24"
SNAPSHOT: tuple[Change, ...] = ((ROLLING, ""), (UNTIL, ""))
WAVES: tuple[Change, ...] = ((ROLLING, "  entry: waves\n  waves: {count: 3, every: 2w}\n"), (UNTIL, ""))
HASH = "method: hash,"
OBSERVED: tuple[Change, ...] = (
    *SNAPSHOT,
    (HASH, "method: observed, column: arm,"),
    ("control: true}", "control: true, observed: a}"),
)
LOOKS = "design:\n  sequential: {looks: %s}\n"
TARGETING = "segments: [country, value_band]\ntargeting: {features: [a, b], strategy: {%s}}\n"

EXPERIMENT_CASES: list[tuple[str, tuple[Change, ...], str, str]] = [
    # what is wrong; the change; level, code and the text at the place; a piece of the message | a piece of the fix
    ("weights above 100%", (("weight: 85%", "weight: 90%"),), "error UP201 at arms", "arm weights add up to 105.00%, not 100%|change one weight by -5.00 points"),
    ("weights of 33% + 66%", (("weight: 15%", "weight: 33%"), ("weight: 85%", "weight: 66%")), "error UP201 at arms", "add up to 99.00%|+1.00 points"),
    ("thirds that are not thirds", (("weight: 15%", "weight: 33.3%"), ("weight: 85%", "weight: 1/3"), ("schedule:", "  third: {weight: 1/3}\nschedule:")), "error UP201 at arms", "add up to 99.9667%|+0.0333 points"),
    ("an arm without weight", (("weight: 15%", "weight: 0%"), ("weight: 85%", "weight: 100%")), "error UP201 at 0%", "arm 'control' has weight 0%|delete the arm"),
    ("no control", ((", control: true", ""),), "error UP202 at arms", "0 arms are marked control|business-as-usual"),
    ("two controls", (("85%", "85%, control: true"),), "error UP202 at arms", "2 arms are marked control|business-as-usual"),
    ("one arm", (("weight: 15%", "weight: 100%"), ("  treatment: {weight: 85%, contact_cost: 0.62 EUR}\n", "")), "error UP202 at arms", "only one arm|add the missing arm"),
    ("another id than the file's", (("id: sale", "id: sales"),), "error UP203 at sales", "id 'sales' does not match the file name|rename the file to sales.yml"),
    ("rolling without entry_date", (("  entry_date: eligible_at\n", ""),), "error UP204 at rolling", "rolling entry needs audience.entry_date|add entry_date: <column>"),
    ("rolling without enrol_until", ((UNTIL, ""),), "error UP204 at schedule", "rolling entry needs schedule.enrol_until|add enrol_until"),
    ("unknown primary metric", (("metric: repeat_purchase", "metric: repeat_purchse"),), "error UP205 at repeat_purchse", "metric 'repeat_purchse' is not defined in project.yml|did you mean 'repeat_purchase'?"),
    ("unknown secondary metric", (("metric: revenue", "metric: turnover"),), "error UP205 at turnover", "metric 'turnover' is not defined|defined: repeat_purchase"),
    ("baseline of an unknown metric", (("baselines: {repeat_purchase", "baselines: {repeat_purchases"),), "error UP205 at repeat_purchases", "'repeat_purchases' is not defined|did you mean 'repeat_purchase'"),
    ("claim about an unknown metric", (("segments:", "claims: [{text: x, metric: revnue}]\nsegments:"),), "error UP205 at revnue", "'revnue' is not defined|did you mean 'revenue'"),
    ("claim about an unmeasured metric", (("segments:", "claims: [{text: x, metric: basket}]\nsegments:"),), "warning UP239 at basket", "speaks of 'basket'|metrics.secondary"),
    ("unknown outcome of targeting", (("segments:", "targeting: {features: [a], outcome: revnue}\nsegments:"),), "error UP205 at revnue", "'revnue'|did you mean 'revenue'"),
    ("conditional ratio as primary", (("metric: repeat_purchase, window: 30d, mde: 1.0pp", "metric: basket, window: 30d, mde: 5%"),), "warning UP206 at basket", "'basket' has a denominator the treatment can change|revenue per contact"),
    ("mde without unit", (("1.0pp", "5"),), "error UP207 at 5", "mde '5' has no unit|write 5% (relative: 9.0 % → 9.45 %) or 5pp (points: 9.0 % → 14.0 %)"),
    ("mde below one without unit", (("1.0pp", "0.05"),), "error UP207 at 0.05", "mde '0.05' has no unit|write 5% (relative: 9.0 % → 9.45 %) or 0.05% (relative: 9.0 % → 9.005 %) or 0.05pp"),
    ("margin without unit and baseline", (("margin: 0.3pp", "margin: 2"),), "error UP207 at 2", "margin '2' has no unit|write 2% (relative) or 2pp (points)"),
    ("mde in euros for a share", (("1.0pp", "1 EUR"),), "error UP207 at 1 EUR", "is a share|5% (relative)"),
    ("points for money", (("metric: repeat_purchase, window: 30d, mde: 1.0pp", "metric: revenue, window: 30d, mde: 1.0pp"), ("{metric: revenue, window: 30d}", "{metric: basket, window: 30d}")), "error UP207 at 1.0pp", "is in points|write 1%"),
    ("money metric without unit", (("metric: repeat_purchase, window: 30d, mde: 1.0pp", "metric: revenue, window: 30d, mde: 2"), ("{metric: revenue, window: 30d}", "{metric: basket, window: 30d}")), "error UP207 at 2", "mde '2' has no unit|write 2% (relative) or 2 EUR (absolute)"),
    ("mde in another currency", (("metric: repeat_purchase, window: 30d, mde: 1.0pp", "metric: revenue, window: 30d, mde: 2 USD"), ("{metric: revenue, window: 30d}", "{metric: basket, window: 30d}")), "error UP228 at 2 USD", "is in USD|state it in EUR"),
    ("negative mde", (("1.0pp", "-1.0pp"),), "error UP105 at -1.0pp", "mde -1.0pp is not above zero|without a sign"),
    ("margin missing", ((", margin: 0.3pp", ""),), "error UP102 at {metric", "required key 'margin' is missing|add margin"),
    ("baseline of 900%", (("value: 9.0%", "value: 9.0"),), "error UP104 at 9.0", "9 is ambiguous: did you mean 9% ?|write 9%"),
    ("baseline of zero", (("value: 9.0%", "value: 0%"),), "error UP105 at 0%", "can't start from 0%|9.0%"),
    ("layer of another unit", ((HASH, "layer: {name: incentives, from: 0%, to: 60%},"), ("unit: {id: customer_id", "unit: {id: contact_no")), "error UP212 at contact_no", "layer 'incentives' hashes customer_id, this test contact_no|set unit.cluster: customer_id"),
    ("unknown source", (("source: contacts", "source: contact"),), "error UP214 at contact", "source 'contact' is not defined|did you mean 'contacts'?"),
    ("unknown source of redemptions", (("margin: 38%", "margin: 38%, redemptions: {source: order}"),), "error UP214 at order", "'order' is not defined|did you mean 'orders'?"),
    ("unknown holdout", (("global-2026h2", "global-2026h1"),), "error UP215 at global-2026h1", "holdout 'global-2026h1' is not defined|did you mean 'global-2026h2'?"),
    ("unknown layer", ((HASH, "layer: {name: incentive, from: 0%, to: 60%},"),), "error UP215 at incentive", "layer 'incentive' is not defined|did you mean 'incentives'?"),
    ("unknown arm in a strategy", (("segments: [country, value_band]\n", TARGETING % "allow: [none, treatmnt]"),), "error UP216 at treatmnt", "'treatmnt' is not an arm|did you mean 'treatment'?"),
    ("unknown arm in caps", (("segments: [country, value_band]\n", TARGETING % "caps: {treatmnt: 20%}"),), "error UP216 at treatmnt", "'treatmnt' is not an arm|did you mean 'treatment'?"),
    ("an audience by events", (("source: contacts\n", "source: contacts\n  where: n_orders = 1 and orders.ordered_at is null\n"),), "error UP208 at n_orders = 1 and orders.ordered_at is null", "orders.ordered_at, which can happen after the assignment|compliance.received"),
    ("a channel without its consent", (("{weight: 85%,", "{weight: 85%, channels: [letter],"), ("source: contacts\n", "source: contacts\n  where: n_orders = 1 and note <> 'print_opt_in'\n")), "warning UP209 at [letter", "channel 'letter' needs consent 'print_opt_in'|add `and print_opt_in` to audience.where"),
    ("a channel and no condition at all", (("{weight: 85%,", "{weight: 85%, channels: [letter],"),), "warning UP209 at [letter", "which audience.where does not test|add audience.where: print_opt_in"),
    ("events without window", (("revenue, window: 30d", "revenue"),), "error UP217 at {metric", "'revenue' counts events and needs a window|add window: 30d"),
    ("column with window", (("{metric: revenue", "{metric: visit"),), "error UP217 at window + warning UP249 at 38%", "'visit' is a column of a wide file|delete the window"),
    ("enrolment ends before it starts", (("enrol_until: 2027-01-24", "enrol_until: 2026-01-24"),), "error UP221 at 2026-01-24", "enrolment ends on 2026-01-24, before it starts|mend the year"),
    ("enrol_until for a snapshot", ((ROLLING, ""),), "warning UP221 at enrol_until", "no meaning for entry by snapshot|entry: rolling"),
    ("waves without waves", ((ROLLING, "  entry: waves\n"), (UNTIL, "")), "error UP222 at waves", "entry by waves needs audience.waves|add waves"),
    ("waves for a snapshot", ((ROLLING, "  waves: {count: 6, every: 2w}\n"), (UNTIL, "")), "error UP222 at waves", "no meaning for entry by snapshot|entry: waves"),
    ("observed without column", ((*OBSERVED[:2], (HASH, "method: observed,"), ("15%", "15%, observed: a"), ("85%", "85%, observed: b"))), "error UP223 at observed", "needs assignment.column|add column"),
    ("an arm without observed value", OBSERVED, "error UP223 at treatment", "arm 'treatment' does not say|add observed"),
    ("two arms with one observed value", (*OBSERVED, ("85%", "85%, observed: a")), "error UP223 at a", "'control' and 'treatment' have the same observed value 'a'|its own value"),
    ("observed value without observed assignment", (("15%", "15%, observed: a"),), "error UP223 at observed", "observed has no meaning for method hash|method: observed"),
    ("column without observed assignment", (("method: hash,", "column: arm,"),), "error UP223 at column", "column has no meaning for method hash|method: observed"),
    ("stratified and rolling", (("method: hash", "method: stratified, strata: [a]"),), "error UP224 at stratified", "rolling entry brings them one by one|method: hash"),
    ("stratified without strata", (*SNAPSHOT, ("method: hash", "method: stratified")), "error UP224 at stratified", "needs assignment.strata|add strata"),
    ("clusters without their number", (("unit: {id: customer_id", "unit: {id: customer_id, cluster: household_id"),), "warning UP225 at household_id", "power is overstated|expected_clusters"),
    ("number of clusters without clusters", (("  expected_size: 60_000\n", "  expected_size: 60_000\n  expected_clusters: {count: 5}\n"),), "warning UP225 at expected_clusters", "no meaning without unit.cluster|add unit.cluster"),
    ("more clusters than contacts", (("  expected_size: 60_000\n", "  expected_size: 60_000\n  expected_clusters: {count: 60_001}\n"), ("unit: {id: customer_id", "unit: {id: customer_id, cluster: household_id")), "error UP225 at 60_001", "60,001 clusters of 60,000 contacts|mend"),
    ("empty layer range", ((HASH, "layer: {name: incentives, from: 60%, to: 60%},"),), "error UP226 at 60%", "range is empty|from: 0%"),
    ("holdout of another time", ((UNTIL, ", enrol_until: 2027-05-01"),), "warning UP227 at global-2026h2", "runs from 2026-07-01 to 2027-03-31|move the schedule"),
    ("a holdout passed over", (("method: hash, holdout: global-2026h2", "method: hash"),), "warning UP240 at assignment", "'global-2026h2' is in force on 2026-11-30|add assignment.holdout: global-2026h2"),
    ("an arm called none", (("  treatment: {", "  none: {"),), "error UP107 at none", "can't name an arm|control"),
    ("costs in another currency", (("0.62 EUR", "0.62 USD"),), "error UP228 at 0.62 USD", "contact_cost is in USD, the project in EUR|state it in EUR"),
    ("budget in another currency", (("segments: [country, value_band]\n", TARGETING % "budget: 60_000 USD"),), "error UP228 at 60_000 USD", "the budget is in USD|state it in EUR"),
    ("an exclusion for an unknown arm", (("segments: [country, value_band]\n", TARGETING % "exclude: {letter: country = 'AT'}"),), "error UP216 at letter", "'letter' is not an arm|allowed: control, treatment, none"),
    ("a strategy without a treatment", (("segments: [country, value_band]\n", TARGETING % "allow: [none]"),), "error UP245 at [none", "allows no treatment|add one of: treatment"),
    ("a cap for the control", (("segments: [country, value_band]\n", TARGETING % "caps: {control: 20%}"),), "warning UP245 at control", "caps speaks of 'control'|delete the line"),
    ("more coverage than caps", (("segments: [country, value_band]\n", TARGETING % "caps: {treatment: 20%}, coverage: 30%"),), "error UP245 at 30%", "room for 20% of the contacts, coverage asks for 30%|raise the caps"),
    ("a prior in points", (("segments:", "targeting: {features: [a], priors: {treatment: {uplift: 1pp, half_width: 5%}}}\nsegments:"),), "error UP246 at 1pp", "no relative uplift|write per cent"),
    ("a prior without doubt", (("segments:", "targeting: {features: [a], priors: {treatment: {uplift: 8%, half_width: 0%}}}\nsegments:"),), "error UP246 at 0%", "reaches from +8% to +8%|above 0%"),
    ("a prior about the control", (("segments:", "targeting: {features: [a], priors: {control: {uplift: 8%, half_width: 5%}}}\nsegments:"),), "error UP246 at control", "measured against|name one of: treatment"),
    ("a prior about an unknown arm", (("segments:", "targeting: {features: [a], priors: {treatmnt: {uplift: 8%, half_width: 5%}}}\nsegments:"),), "error UP216 at treatmnt", "'treatmnt' is not an arm|did you mean 'treatment'?"),
    ("a rule that can't be read", (("primary.low > 0 and", "primary.low >> 0 and"),), "error UP230 at > 0 and all(guardrails.ok)", "'>' stands where a name or a number belongs|"),
    ("a rule with an unknown name", (("primary.low > 0 and", "primary.lo > 0 and"),), "error UP230 at primary.lo > 0 and all(guardrails.ok)", "'primary.lo' is not a name of a rule|did you mean 'primary.low'?"),
    ("a list without all()", (("all(guardrails.ok)", "guardrails.ok"),), "error UP230 at guardrails.ok", "'guardrails.ok' is a list|write all(guardrails.ok)"),
    ("a rule about looks that are not", (("stop: any", "stop: sequential.efficacy or any"),), "warning UP230 at sequential.efficacy or any(guardrails.breached)", "speaks of sequential|design.sequential"),
    ("segment twice", (("[country, value_band]", "[country, value_band, country]"),), "error UP231 at country", "'country' is listed twice in segments|delete one"),
    ("feature twice", (("segments:", "targeting: {features: [a, b, a]}\nsegments:"),), "error UP231 at a", "'a' is listed twice in targeting.features|delete one"),
    ("metric twice", (("metric: revenue", "metric: repeat_purchase"),), "error UP231 at repeat_purchase + warning UP249 at 38%", "'repeat_purchase' is listed twice (first under primary)|keep the role"),
    ("id of a holdout", (("id: sale", "id: global-2026h2"),), "error UP203 at global-2026h2 + error UP233 at global-2026h2", "is also the id of a holdout|another id"),
    ("looks after one draw", (*SNAPSHOT, ("design:\n", LOOKS % "[wave 1, wave 2]")), "error UP235 at sequential", "looks need staggered entry|entry: waves"),
    ("one look", (*WAVES, ("design:\n", LOOKS % "[wave 2]")), "error UP235 at sequential", "at least two looks|add looks"),
    ("looks out of order", (*WAVES, ("design:\n", LOOKS % "[wave 2, wave 1]")), "error UP235 at wave 1", "'wave 1' does not come after|in order"),
    ("a look after the last wave", (*WAVES, ("design:\n", LOOKS % "[wave 2, wave 4]")), "error UP235 at wave 4", "'wave 4' comes after the last of 3 waves|earlier"),
    ("a wave for rolling entry", (("design:\n", LOOKS % "[wave 2, 2026-12-20]"),), "error UP235 at wave 2", "'wave 2' does not fit entry by rolling|2026-12-20"),
    ("a look before the start", (("design:\n", LOOKS % "[2026-11-30, 2026-12-20]"),), "error UP235 at 2026-11-30", "is not after the start|later day"),
    ("a look that is no day", (("design:\n", LOOKS % "[2026-12-20, 2026-12-32]"),), "error UP235 at 2026-12-32", "not a day of the calendar|year-month-day"),
    ("net value without margin", (("value: {margin: 38%}\n", ""), ("ship: primary.low", "ship: best.net_value.low")), "error UP236 at best.net_value.low > 0 and all(guardrails.ok)", "net value needs the margin|value: {margin: 38%}"),
    ("net value as outcome without margin", (("value: {margin: 38%}\n", "targeting: {features: [a], outcome: net_value}\n"),), "error UP236 at net_value", "net value needs the margin|value: {margin: 38%}"),
    ("redemptions nobody counts", (("contact_cost: 0.62 EUR", "contact_cost: 0.62 EUR, redemption_cost: 5 EUR"),), "warning UP249 at 5 EUR", "a redemption costs 5 EUR in arm 'treatment'|value.redemptions"),
    ("a decision by redemptions nobody counts", (("contact_cost: 0.62 EUR", "contact_cost: 0.62 EUR, redemption_cost: 5 EUR"), ("ship: primary.low", "ship: best.net_value.low")), "error UP249 at 5 EUR", "a redemption costs|contact_cost"),
    ("a margin without revenue", (("metric: revenue,", "metric: orders_per_contact,"),), "warning UP249 at 38%", "no metric of this experiment is revenue per contact|kind mean, format money"),
    ("events as audience", (("source: contacts", "source: orders"),), "error UP237 at orders", "source 'orders' has grain event; audience needs one row per contact|contacts, wide"),
    ("contacts as redemptions", (("margin: 38%", "margin: 38%, redemptions: {source: contacts}"),), "error UP237 at contacts", "value needs one row per event|orders"),
    ("row numbers that are hashed", (("{id: customer_id", "{id: {row_number: true}"),), "error UP238 at {row_number", "row numbers can't be hashed|id: customer_id"),
    ("waiver of a code that is none", (("segments:", "waivers: [{code: P1, reason: x, until: 2027-01-01, by: me}]\nsegments:"),), "error UP105 at P1", "'P1' is not a finding code|UP213"),
    ("waiver with a German date", (("segments:", "waivers: [{code: UP213, reason: x, until: 1.2.2027, by: me}]\nsegments:"),), "error UP105 at 1.2.2027", "'1.2.2027' is not a date|write 2027-02-01"),
    ("an unknown spending function", (*WAVES, ("design:\n", "design:\n  sequential: {spending: obrien, looks: [wave 1, wave 3]}\n")), "error UP103 at obrien", "'obrien' is not a spending function|obrien_fleming"),
]  # fmt: skip

PROJECT_CASES: list[tuple[str, Change, str, str]] = [
    ("an unknown time zone", ("Europe/Berlin", "Europe/Berlinn"), "error UP229 at Europe/Berlinn", "'Europe/Berlinn' is not a time zone|did you mean 'Europe/Berlin'?"),
    ("a time zone that is a path", ("Europe/Berlin", "../../etc/passwd"), "error UP229 at ../../etc/passwd", "is not a time zone|"),
    ("a source with file and table", ("wide: {file: data/wide.csv}", "wide: {file: a, table: b, connection: c}"), "error UP219 at wide", "has file and table|exactly one"),
    ("a source of nothing", ("wide: {file: data/wide.csv}", "wide: {grain: contact}"), "error UP219 at wide", "none of file, table and query|exactly one"),
    ("a table nowhere", ("wide: {file: data/wide.csv}", "wide: {table: marts.wide}"), "error UP219 at wide", "does not say where its table is|add connection"),
    ("a file with a connection", ("data/wide.csv", "data/wide.csv, connection: w"), "error UP219 at connection", "a connection has no meaning|delete it"),
    ("a table with a dialect", ("{file: data/wide.csv}", "{table: a, connection: w, csv: {decimal: '.'}}"), "error UP219 at csv", "csv has no meaning|delete it"),
    ("decimals of a text", ("data/wide.csv", "data/wide.csv, columns: {a: {type: string, decimals: 2}}"), "error UP219 at decimals", "decimals have no meaning|type: decimal"),
    ("events without time", ("    time: ordered_at\n", ""), "error UP219 at orders", "events without a time|add time"),
    ("orders without a contact", ("    grain: event\n    id: customer_id\n", "    grain: event\n"), "error UP220 at orders", "rows without a contact|add id"),
    ("a mean without value", (", value: net_amount, format: money}", ", format: money}"), "error UP218 at revenue", "'revenue' is a mean without value|add value"),
    ("a metric of nothing", ("{kind: count, source: orders}", "{kind: count}"), "error UP218 at orders_per_contact", "without source or column|give source"),
    ("a metric of column and events", ("{kind: count, source: orders}", "{kind: count, source: orders, column: n}"), "error UP218 at orders_per_contact", "with both source and column|give source"),
    ("a proportion with a value", ("{kind: proportion, column: visit}", "{kind: proportion, column: visit, value: x}"), "error UP218 at value", "value has no meaning for a proportion|delete it"),
    ("a condition on a column", ("{kind: proportion, column: visit}", "{kind: proportion, column: visit, where: x}"), "error UP218 at where", "where has no meaning for a proportion of a column|delete it"),
    ("a ratio without denominator", ("    denominator: {source: orders, count: true}\n", ""), "error UP218 at basket", "'basket' is a ratio without denominator|add denominator"),
    ("a numerator of nothing", ("{source: orders, value: net_amount}\n", "{source: orders}\n"), "error UP218 at numerator", "whose numerator has neither value nor count|count: true"),
    ("a denominator of both", ("count: true", "count: true, value: n"), "error UP218 at denominator", "whose denominator has both value and count|give value"),
    ("a numerator from nowhere", ("numerator: {source: orders, value: net_amount}", "numerator: {value: net_amount}"), "error UP218 at numerator", "neither source nor column|add source"),
    ("a numerator that is a column and more", ("numerator: {source: orders, value: net_amount}", "numerator: {column: a, value: b}"), "error UP218 at basket + error UP218 at numerator", "of a column and of events|both"),
    ("a quantile without quantile", ("{kind: count, source: orders}", "{kind: quantile, source: orders, value: n}"), "error UP218 at orders_per_contact", "a quantile without quantile|add quantile"),
    ("a quantile of nothing", ("{kind: count, source: orders}", "{kind: quantile, quantile: 0%, source: orders, value: n}"), "error UP105 at 0%", "between 0% and 100%|90%"),
    ("a cap at the maximum", (", value: net_amount, format: money}", ", value: net_amount, format: money, winsorise: {upper: 100%}}"), "error UP105 at 100%", "between 0% and 100%|99.9%"),
    ("an unknown source of a metric", ("{kind: count, source: orders}", "{kind: count, source: order}"), "error UP214 at order", "source 'order' is not defined|did you mean 'orders'?"),
    ("a metric on contacts", ("{kind: count, source: orders}", "{kind: count, source: wide}"), "error UP237 at wide", "'wide' has one row per contact|column"),
    ("a currency that is not money", ("{kind: count, source: orders}", "{kind: count, source: orders, currency: EUR}"), "error UP228 at currency", "has a currency but is not money|format: money"),
    ("a metric called primary", ("  visit: {", "  primary: {"), "error UP107 at primary", "'primary' is a word of decision rules|another name"),
    ("a holdout of all", ("share: 5%", "share: 100%"), "error UP227 at 100%", "less than 100%|5%"),
    ("a holdout that ends first", ("until: 2027-03-31", "until: 2025-03-31"), "error UP227 at 2025-03-31", "ends before it begins|exchange"),
    ("a layer with a holdout's id", ("  incentives: {", "  global-2026h2: {"), "error UP233 at global-2026h2", "is a holdout and a layer|another id"),
    ("a default baseline of an unknown metric", ("power: 0.9}", "power: 0.9, baselines: {visits: {value: 5%}}}"), "error UP205 at visits", "'visits' is not defined|did you mean 'visit'?"),
]  # fmt: skip


def _matches(problems: tuple[Problem, ...], expected: str, texts: str) -> None:
    assert " + ".join(map(shown, problems)) == expected
    message, _, fix = texts.partition("|")
    assert any(message in p.message and fix in p.fix for p in problems), "\n".join(map(str, problems))


@pytest.mark.parametrize(
    ("changes", "expected", "texts"), [c[1:] for c in EXPERIMENT_CASES], ids=[c[0] for c in EXPERIMENT_CASES]
)
def test_an_experiment_that_breaks_a_rule_is_told_so(
    write: Write, changes: tuple[Change, ...], expected: str, texts: str
) -> None:
    _matches(findings(write(*changes)), expected, texts)


@pytest.mark.parametrize(
    ("change", "expected", "texts"), [c[1:] for c in PROJECT_CASES], ids=[c[0] for c in PROJECT_CASES]
)
def test_a_project_that_breaks_a_rule_is_told_so(write: Write, change: Change, expected: str, texts: str) -> None:
    path = write(project=(change,))
    project = tuple(p for file in examine([path.parent / "project.yml"]) for p in file.problems)
    _matches(project, expected, texts)


def test_every_finding_of_the_rules_has_a_fix() -> None:
    for name, _, _, texts in EXPERIMENT_CASES:
        assert "|" in texts, name


@pytest.mark.parametrize(
    "changes",
    [
        WAVES,
        SNAPSHOT,
        (
            ("{weight: 85%,", "{weight: 85%, channels: [letter, e-mail],"),
            ("source: contacts\n", "source: contacts\n  where: Print_opt_in\n"),
        ),
        (("source: contacts\n", "source: contacts\n  where: note <> 'orders.ordered_at' and 1.5 < score\n"),),
        (*OBSERVED, ("85%", "85%, observed: b")),
        (*OBSERVED, ("85%", "85%, observed: 1")),
        (*WAVES, ("design:\n", LOOKS % "[wave 1, wave 2, wave 3]")),
        (("design:\n", LOOKS % "[2026-12-20, 2027-01-10]"),),
        ((HASH, "layer: {name: incentives, from: 0%, to: 60%},"),),
        (
            ("weight: 15%", "weight: 1/3"),
            ("weight: 85%", "weight: 1/3"),
            ("schedule:", "  third: {weight: 1/3}\nschedule:"),
        ),
        (("metric: repeat_purchase, window: 30d, mde: 1.0pp", "metric: orders_per_contact, window: 30d, mde: 0.3"),),
        (("metric: revenue, window: 30d", "metric: repeat_purchase, window: 90d"), ("value: {margin: 38%}\n", "")),
        (("window: 30d, margin: 0.3pp", "window: 30d, margin: 5%"),),
        (("segments: [country, value_band]\n", TARGETING % "allow: [none, treatment], caps: {treatment: 20%}"),),
        (
            (
                "segments: [country, value_band]\n",
                TARGETING % "capacity: 5_000, coverage: 5%, cost_weight: 1.5, exclude: {treatment: value_band = 'A'}",
            ),
        ),
        (
            (
                "segments:",
                "targeting: {features: [a], priors: {treatment: {uplift: -8%, half_width: 5%, weight: 50%}}}\nsegments:",
            ),
        ),
        (("ship: primary.low > 0 and", "ship: best.revenue.low >= 2% and not primary.high < 0 and"),),
        (("ship: primary.low > 0 and", "ship: net_value.low > 0 and"),),
    ],
)
def test_sound_variants_are_accepted(write: Write, changes: tuple[Change, ...]) -> None:
    assert findings(write(*changes)) == ()


def test_findings_on_a_closed_experiment_are_notes(write: Write) -> None:
    path = write(("status: draft", "status: closed"), (UNTIL, ", enrol_until: 2027-05-01"), ("id: sale", "id: sales"))
    assert [(p.code, p.level) for p in findings(path)] == [("UP203", "note"), ("UP227", "note")]
    assert examine([path])[1].study is not None


def test_what_an_analysis_can_not_do_without_stays_an_error_when_closed(write: Write) -> None:
    path = write(
        ("status: draft", "status: closed"), ("metric: revenue", "metric: turnover"), ("weight: 85%", "weight: 80%")
    )
    assert [(p.code, p.level) for p in findings(path)] == [("UP201", "error"), ("UP205", "error")]


def test_codes_that_stand_when_closed_exist() -> None:
    assert set(CODES) >= STANDS_WHEN_CLOSED


def _beside(path: Path, name: str, *changes: Change) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (path.parent / f"{name}.yml").write_text(text, encoding="utf-8")


LAYER: Change = (HASH, "layer: {name: incentives, from: 0%, to: 60%},")


def test_an_id_is_used_once_in_a_project(write: Write) -> None:
    path = write()
    _beside(path, "sale2")
    _beside(path, "sale3")
    assert [(p.place.file[-9:], p.code) for p in findings(path.parent) if p.place] == [
        ("sale2.yml", "UP203"),
        ("sale3.yml", "UP203"),
    ]
    closed = ("status: draft", "status: closed")  # the name of its file is a note there: both become studies
    _beside(path, "sale2", closed)
    problems = findings(path.parent)
    assert [(p.level, p.code) for p in problems if "sale2" in str(p.place)] == [("note", "UP203"), ("error", "UP233")]
    assert "'sale' is also the id of sale.yml" in next(p.message for p in problems if p.code == "UP233")


def test_a_layer_is_not_booked_twice_at_the_same_time(write: Write) -> None:
    path = write(LAYER)
    _beside(path, "summer", ("id: sale", "id: summer"), ("from: 0%, to: 60%", "from: 50%, to: 100%"))
    problems = findings(path.parent)
    assert [shown(p) for p in problems] == ["error UP211 at {name"]
    assert "booked twice from 50% to 60%, from 2026-11-30 to 2027-02-23" in problems[0].message
    assert "start after 2027-02-23, or take a range outside 0% to 60%" in problems[0].fix


@pytest.mark.parametrize(
    "change",
    [
        ("from: 0%, to: 60%", "from: 60%, to: 100%"),
        ("start: 2026-11-30, enrol_until: 2027-01-24", "start: 2027-02-24, enrol_until: 2027-03-24"),
        ("status: draft", "status: closed"),
    ],
)
def test_a_layer_is_shared_by_range_or_by_time(write: Write, change: Change) -> None:
    path = write(LAYER)
    _beside(path, "summer", ("id: sale", "id: summer"), change)
    assert [
        p for p in findings(path.parent) if p.code != "UP250"
    ] == []  # the day after is too soon for the same people
