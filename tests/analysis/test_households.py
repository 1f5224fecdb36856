"""Households were randomised: they count together, through the whole way from rows to a verdict."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.analysis.projects import AFTER, EXPERIMENT, PROJECT, START
from uplift.analysis import analyze
from uplift.assignment import assign
from uplift.report import render
from uplift.results import Check, Result
from uplift.results.json_form import from_json, to_json
from uplift.spec import Study, load_study
from uplift.stats.decision import Level
from uplift.store import Store

HOUSEHOLDS = EXPERIMENT.replace("type: integer}", "type: integer, cluster: household_id}").replace(
    "expected_size: 4_000", "expected_size: 4_000, expected_clusters: {count: 1_800}"
)
FIELLER = HOUSEHOLDS + "design: {interval: fieller}\n"
COLUMN = {"buyers": "buyer", "revenue": "revenue", "basket": "revenue", "orders": "orders"}


@dataclass(frozen=True, slots=True)
class Shop:
    """Contacts with household, arm and what they bought: the rows that a regression would read."""

    study: Study
    household: np.ndarray
    arm: np.ndarray
    revenue: np.ndarray
    orders: np.ndarray

    @property
    def buyer(self) -> np.ndarray:
        return (self.orders > 0).astype(float)

    def of(self, arm: str) -> np.ndarray:
        return self.arm == arm


def region_of(household: str) -> str:
    """A fact about the household that is known before assignment; those without one live in the south."""
    return "north" if household.startswith("h") and int(household[1:]) % 3 == 0 else "south"


def shop(
    root: Path,
    experiment: str = HOUSEHOLDS,
    *,
    households: int = 1_800,
    lone: int = 200,
    waves: Mapping[datetime.date, float] | None = None,
    seed: int = 1,
) -> Shop:
    """Households of one to four with a common taste for buying; `lone` contacts have none. Drawn in the usual way.

    `waves` are draws with the share of households that exist by then: more contacts of a household may come later.
    """
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 5, households)
    own = np.repeat(np.arange(households), size)
    taste = np.concatenate([rng.beta(0.6, 2.4, households)[own], np.full(lone, 0.2)])
    contacts = len(own) + lone
    name = [f"h{h}" for h in own] + [""] * lone
    (root / "experiments").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "experiments" / "project.yml").write_text(PROJECT, encoding="utf-8")
    path = root / "experiments" / "sale.yml"
    path.write_text(experiment, encoding="utf-8")
    study = load_study(path)
    arrival = rng.random(contacts)
    for on, share in (waves or {START: 1.0}).items():
        rows = [f"{i + 1},{name[i]},{region_of(name[i])}" for i in range(contacts) if arrival[i] <= share]
        (root / "data" / "contacts.csv").write_text(
            "\n".join(["customer_id,household_id,region", *rows]) + "\n", encoding="utf-8"
        )
        with Store.open(study.root / study.project.state) as store:
            assign(study, on=on, store=store)
    with Store.open(study.root / study.project.state) as store:
        files = [str(f) for f in store.ledger.files("sale")]
    rows = duckdb.read_parquet(files).project("CAST(unit_id AS BIGINT), coalesce(cluster_id, unit_id), arm").fetchall()
    assert len(rows) == contacts
    of = {unit: (cluster, arm) for unit, cluster, arm in rows}
    household = np.array([of[i + 1][0] for i in range(contacts)])
    arm = np.array([of[i + 1][1] for i in range(contacts)])
    orders = np.where(rng.random(contacts) < taste, 1 + rng.poisson(0.5, contacts), 0)
    spent = np.zeros(contacts)
    lines = ["customer_id,ordered_at,net_amount"]
    for i in np.flatnonzero(orders):
        for cents in np.round(rng.lognormal(3.5, 0.6, orders[i]) * 100).astype(int):
            spent[i] += cents
            lines.append(f"{i + 1},2026-03-12 10:00:00,{cents / 100:.2f}")
    (root / "data" / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Shop(study, household, arm, spent / 100, orders.astype(float))


@pytest.fixture(scope="module")
def bought(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, Result]:
    made = shop(tmp_path_factory.mktemp("households"), FIELLER)
    return made, analyze(made.study, as_of=AFTER)


def check(result: Result, code: str) -> Check:
    return next(c for c in result.checks if c.code == code)


def robust(y: np.ndarray, x: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """Difference and its CRV1 standard error by statsmodels."""
    import statsmodels.api as sm

    fit = sm.OLS(y, sm.add_constant(x)).fit(
        cov_type="cluster", cov_kwds={"groups": np.unique(groups, return_inverse=True)[1]}
    )
    return float(fit.params[1]), float(fit.bse[1])


@pytest.mark.parametrize("metric", ["buyers", "revenue"])
def test_from_files_to_result_it_is_least_squares_with_clustered_errors(
    bought: tuple[Shop, Result], metric: str
) -> None:
    made, result = bought
    found = next(m for m in result.metrics if m.name == metric).uplift("treatment")
    effect, se = robust(getattr(made, COLUMN[metric]), made.of("treatment").astype(float), made.household)
    assert found.method == "fieller"
    assert found.absolute == pytest.approx(effect, rel=1e-9)
    assert found.absolute_interval is not None
    assert found.absolute_interval.half_width is not None
    assert found.absolute_interval.half_width / Level().critical(found.df) == pytest.approx(se, rel=1e-3)


def test_order_value_by_household_is_least_squares_over_orders(bought: tuple[Shop, Result]) -> None:
    """Each order as a row with its contact's mean amount: totals per household are what CRV1 adds up."""
    made, result = bought
    found = next(m for m in result.metrics if m.name == "basket").uplift("treatment")
    rows = np.repeat(np.arange(len(made.orders)), made.orders.astype(int))
    each = made.revenue[rows] / made.orders[rows]
    effect, se = robust(each, made.of("treatment")[rows].astype(float), made.household[rows])
    assert found.absolute == pytest.approx(effect, rel=1e-9)
    assert found.absolute_interval is not None
    assert found.absolute_interval.half_width is not None
    assert found.absolute_interval.half_width / Level().critical(found.df) == pytest.approx(se, rel=2e-3)


def test_counts_and_totals_are_those_of_contacts(bought: tuple[Shop, Result]) -> None:
    made, result = bought
    buyers = result.primary.uplift("treatment")
    for shown, arm in ((buyers.control, "control"), (buyers.treatment, "treatment")):
        assert shown.n == int(made.of(arm).sum())
        assert shown.value == pytest.approx(made.buyer[made.of(arm)].mean(), rel=1e-12)
        assert shown.total == pytest.approx(made.buyer[made.of(arm)].sum())
        assert shown.nonzero == len(set(made.household[made.of(arm) & (made.buyer > 0)]))
    assert dict(result.primary.mature) == {a: int(made.of(a).sum()) for a in ("control", "treatment")}


def test_the_split_is_checked_where_it_was_drawn(bought: tuple[Shop, Result]) -> None:
    made, result = bought
    facts = dict(check(result, "UP601").facts)
    drawn = {arm: len(set(made.household[made.of(arm)])) for arm in ("control", "treatment")}
    assert {arm: facts[f"observed {arm}"] for arm in drawn} == drawn
    assert facts["counted"] == "household_id"
    assert {a.arm: a.clusters for a in result.arms} == drawn
    assert {a.arm: a.assigned for a in result.arms} == {arm: int(made.of(arm).sum()) for arm in drawn}
    report = render(result, language="de")
    assert "gezählt nach household_id" in report
    assert "Zugeteilt wurde nach household_id." in report


def test_households_get_a_verdict_and_nothing_is_left_unread(bought: tuple[Shop, Result]) -> None:
    _, result = bought
    assert result.trusted
    assert all(u.direction != "refused" for m in result.metrics for u in m.uplifts)
    assert result.not_evaluated == ()
    assert from_json(to_json(result)) == result


def test_the_interval_is_wider_than_if_members_were_strangers(tmp_path: Path) -> None:
    made = shop(tmp_path)
    wide = analyze(made.study, as_of=AFTER).primary.uplift("treatment")
    path = made.study.document.path
    path.write_text(EXPERIMENT, encoding="utf-8")
    narrow = analyze(load_study(path), as_of=AFTER).primary.uplift("treatment")
    assert wide.method == "log"
    assert wide.relative == pytest.approx(narrow.relative, rel=1e-12)
    assert wide.relative_interval is not None
    assert narrow.relative_interval is not None
    assert wide.relative_interval.high - wide.relative_interval.low > 1.1 * (
        narrow.relative_interval.high - narrow.relative_interval.low
    )


def test_a_household_counts_with_the_members_whose_window_is_over(tmp_path: Path) -> None:
    """Half of the members come a week later; on a day between, a household counts with who came first."""
    rolling = HOUSEHOLDS.replace(
        "audience: {source: contacts,", "audience: {source: contacts, entry: waves, waves: {count: 2, every: 1w},"
    )
    later = START + datetime.timedelta(days=7)
    made = shop(tmp_path, rolling, waves={START: 0.5, later: 1.0})
    with Store.open(made.study.root / made.study.project.state) as store:
        files = [str(f) for f in store.ledger.files("sale")]
    early = {
        int(unit)
        for (unit,) in duckdb.read_parquet(files).filter(f"assigned_at < '{later}'").project("unit_id").fetchall()
    }
    first = np.array([i + 1 in early for i in range(len(made.arm))])
    between = analyze(made.study, as_of=START + datetime.timedelta(days=14))
    for arm in ("control", "treatment"):
        mine = made.of(arm)
        assert dict(between.primary.mature)[arm] == int((mine & first).sum())
        assert dict(between.primary.immature)[arm] == int((mine & ~first).sum())
        uplift = between.primary.uplift("treatment")
        shown = uplift.control if arm == "control" else uplift.treatment
        assert shown.value == pytest.approx(made.buyer[mine & first].mean(), rel=1e-12)
        assert shown.nonzero == len(set(made.household[mine & first & (made.buyer > 0)]))
    due = analyze(made.study, as_of=AFTER).primary
    assert sum(n for _, n in due.immature) == 0
    assert due.uplift("treatment").control.n == int(made.of("control").sum())


def test_several_arms_share_the_correction_with_households_too(tmp_path: Path) -> None:
    three = HOUSEHOLDS.replace(
        "  control: {weight: 50%, control: true}\n  treatment: {weight: 50%}\n",
        "  control: {weight: 1/3, control: true}\n  mail: {weight: 1/3}\n  letter: {weight: 1/3}\n",
    )
    for correction in ("holm", "dunnett"):
        made = shop(tmp_path / correction, three + f"design: {{correction: {correction}}}\n")
        result = analyze(made.study, as_of=AFTER)
        for uplift in result.primary.uplifts:
            assert uplift.method == "log"
            assert uplift.p_adjusted is not None
            assert uplift.p_value is not None
            assert uplift.p_adjusted >= uplift.p_value
            assert uplift.relative_interval is not None
            assert uplift.relative_interval.excludes(0) == (uplift.direction != "open")


def test_few_households_with_events_are_named_as_what_they_are(tmp_path: Path) -> None:
    made = shop(tmp_path, households=60, lone=0)
    result = analyze(made.study, as_of=AFTER)
    facts = dict(check(result, "UP604").facts)
    assert facts["counted"] == "household_id"
    assert result.primary.uplift("treatment").direction == "refused"
    assert "control clusters (household_id) have an event" in render(result)


def test_strata_of_households_are_compared_within_themselves(tmp_path: Path) -> None:
    """Two regions, balanced by the draw: the result is the post-stratified ratio of household totals by hand."""
    stratified = HOUSEHOLDS + "assignment: {method: stratified, strata: [region]}\n"
    made = shop(tmp_path, stratified)
    uplift = analyze(made.study, as_of=AFTER).primary.uplift("treatment")
    north = np.array([region_of(h) == "north" for h in made.household])
    values = {}
    for arm in ("control", "treatment"):
        top = bottom = 0.0
        for region in (north, ~north):
            weight = len(set(made.household[region]))
            mine = region & made.of(arm)
            households = len(set(made.household[mine]))
            top += weight * made.buyer[mine].sum() / households
            bottom += weight * mine.sum() / households
        values[arm] = top / bottom
    assert uplift.relative == pytest.approx(values["treatment"] / values["control"] - 1, rel=1e-9)
    assert uplift.direction != "refused"


def test_a_household_in_both_arms_is_noticed(tmp_path: Path) -> None:
    """An observed split that tore households apart: the arms are neither apart nor independent."""
    (tmp_path / "experiments").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "experiments" / "project.yml").write_text(PROJECT, encoding="utf-8")
    path = tmp_path / "experiments" / "sale.yml"
    path.write_text(
        HOUSEHOLDS.replace("true}", "true, observed: c}").replace("treatment: {weight: 50%}", "treatment: {weight: 50%, observed: t}")
        + "assignment: {method: observed, column: seg}\n",
        encoding="utf-8",
    )  # fmt: skip
    rows = [f"{i},h{i // 2},{'c' if i % 4 < 2 or i == 3 else 't'}" for i in range(400)]
    rows[7] = "7,h3,c"
    (tmp_path / "data" / "contacts.csv").write_text(
        "\n".join(["customer_id,household_id,seg", *rows]) + "\n", encoding="utf-8"
    )
    (tmp_path / "data" / "orders.csv").write_text(
        "customer_id,ordered_at,net_amount\n1,2026-03-04 10:00:00,5.00\n", encoding="utf-8"
    )
    result = analyze(load_study(path), as_of=AFTER)
    assert dict(check(result, "UP635").facts) == {"leaked": 2, "total": 200, "cluster": "household_id"}
