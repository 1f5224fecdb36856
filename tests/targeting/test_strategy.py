"""The marketer's strategy: what the YAML says is what the allocation is given."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.projects import PROJECT
from tests.targeting.test_next_experiment import study_in
from uplift.analysis import save
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.errors import SpecError
from uplift.spec import Study
from uplift.spec.quantities import parse_money
from uplift.targeting.allocation_problem import TargetingError
from uplift.targeting.contracts import Feature, Features, Outcome, TargetingData
from uplift.targeting.incentive_evidence import incentive_choice, priors_of
from uplift.targeting.strategy import ArmCost, allowed_arms, arm_costs, exclusions, limits_of, options_of
from uplift.targeting.target import room_for_everyone

EXPERIMENT = """\
uplift: 1
id: sale
programme: {id: sales, version: v2}
owner: crm
hypothesis: A voucher raises the share of buyers by a fifth.
status: running
unit: {id: customer_id, type: integer}
audience: {source: contacts, expected_size: 4_000}
arms:
  control: {weight: 34%, control: true}
  voucher_5: {weight: 33%, contact_cost: 0.002 EUR, redemption_cost: 5 EUR}
  voucher_10: {weight: 33%, contact_cost: 0.002 EUR, redemption_cost: 10 EUR}
schedule: {start: 2026-03-02}
metrics:
  primary: {metric: buyers, window: 14d, mde: 20%}
  secondary: [{metric: revenue, window: 14d}]
value: {margin: 40%, redemptions: {source: orders, where: voucher}}
targeting:
  features: [age]
  outcome: net_value
"""
PLAIN = "  strategy: {allow: [none, voucher_5, voucher_10], budget: 1_000 EUR, caps: {voucher_10: 20%}}\n"


def study_with(folder: Path, strategy: str = PLAIN) -> Study:
    return study_in(folder, experiment=EXPERIMENT + strategy, project=PROJECT)


def data_of(n: int = 9_000, *, seed: int = 1) -> TargetingData:
    """Buyers 10, 13 and 14 %; baskets of 50; half of the treated buyers redeem."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 3, n)
    bought = rng.random(n) < np.array([0.10, 0.13, 0.14])[arm]
    revenue = np.where(bought, 50.0, 0.0)
    redeemed = bought & (arm > 0) & (rng.random(n) < 0.5)
    net = 0.4 * revenue - np.array([0, 0.002, 0.002])[arm] - np.array([0, 5, 10])[arm] * redeemed
    return TargetingData(
        ids=np.arange(n).astype(str),
        features=Features(rng.normal(size=(n, 1)).astype(np.float32), (Feature("age", "number"),)),
        arms=("control", "voucher_5", "voucher_10"),
        arm=arm,
        propensity=np.full((n, 3), 1 / 3),
        outcomes={
            "net_value": Outcome("net_value", "net value", "mean", net, "EUR"),
            "buyers": Outcome("buyers", "buyers", "proportion", bought.astype(float)),
            "revenue": Outcome("revenue", "revenue", "mean", revenue, "EUR"),
        },
    )


def test_costs_count_what_was_really_redeemed(tmp_path: Path) -> None:
    data = data_of()
    costs = arm_costs(study_with(tmp_path), data)
    for name, index, price in (("voucher_5", 1, 5), ("voucher_10", 2, 10)):
        own = data.arm == index
        redeemed = (0.4 * data.outcomes["revenue"].values - 0.002 - data.outcomes["net_value"].values)[own].mean()
        assert costs[name].redemption == pytest.approx(redeemed)
        assert costs[name].contact == 0.002
        assert 0 < costs[name].redemption < price * 0.1


def test_without_measured_redemptions_every_buyer_counts_as_one(tmp_path: Path) -> None:
    data = data_of()
    del data.outcomes["net_value"]  # type: ignore[attr-defined]
    costs = arm_costs(study_with(tmp_path), data)
    share = data.outcomes["buyers"].values[data.arm == 2].mean()
    assert costs["voucher_10"].total == pytest.approx(0.002 + 10 * share)


def test_limits_are_those_of_the_yaml(tmp_path: Path) -> None:
    strategy = "  strategy: {budget: 1_000.50 EUR, caps: {voucher_10: 20%}, capacity: 5_000, coverage: 1%}\n"
    limits = limits_of(study_with(tmp_path, strategy), 9_001)
    assert limits.budget == 1_000_500_000  # millionths
    assert limits.caps == {"voucher_10": 1_800}
    assert limits.capacity == 5_000
    assert limits.at_least == 91


def test_a_budget_from_the_command_line_wins_and_is_checked(tmp_path: Path) -> None:
    study = study_with(tmp_path)
    assert limits_of(study, 100, budget=parse_money("7 EUR")).budget == 7_000_000
    with pytest.raises(TargetingError, match="7 USD can't be spent in a project in EUR"):
        limits_of(study, 100, budget=parse_money("7 USD"))


def test_there_is_room_for_everyone_unless_money_or_places_are_short(tmp_path: Path) -> None:
    study = study_with(tmp_path, "  strategy: {caps: {voucher_10: 20%}}\n")
    costs = {"voucher_5": ArmCost(0.1, 0.4), "voucher_10": ArmCost(0.1, 0.9)}
    assert room_for_everyone(study, 1_000, "voucher_5", costs)
    assert room_for_everyone(study, 1_000, "voucher_5", costs, parse_money("500 EUR"))
    assert not room_for_everyone(study, 1_000, "voucher_5", costs, parse_money("499.99 EUR"))
    assert not room_for_everyone(study, 1_000, "voucher_10", costs)


def test_only_allowed_arms_are_offered_and_cost_whole_millionths(tmp_path: Path) -> None:
    study, data = study_with(tmp_path, "  strategy: {allow: [none, voucher_10]}\n"), data_of()
    assert allowed_arms(study) == ("voucher_10",)
    effects = np.random.default_rng(2).normal(size=(data.n, 2))
    costs = arm_costs(study, data)
    options = options_of(study, data.treatments, next(iter(data.outcomes)), effects, costs, {})
    assert options.arms == ("voucher_10",)
    assert (options.gain[:, 0] == effects[:, 1]).all()
    assert options.cost[0] == math.ceil(costs["voucher_10"].total * 1e6 - 1e-6)


def test_a_weight_above_one_makes_dear_arms_less_attractive(tmp_path: Path) -> None:
    study, data = study_with(tmp_path, "  strategy: {cost_weight: 2}\n"), data_of()
    effects = np.zeros((data.n, 2))
    costs = arm_costs(study, data)
    gain = options_of(study, data.treatments, next(iter(data.outcomes)), effects, costs, {}).gain
    assert gain[0] == pytest.approx([-costs["voucher_5"].total, -costs["voucher_10"].total])


def test_excluded_contacts_are_found_in_the_audience(tmp_path: Path) -> None:
    study = study_with(tmp_path, "  strategy: {exclude: {voucher_10: country = 'AT'}}\n")
    lines = [f"{i},{'AT' if i % 3 == 0 else 'DE'}" for i in range(300)]
    (tmp_path / "data" / "contacts.csv").write_text("customer_id,country\n" + "\n".join(lines) + "\n", "utf-8")
    data = data_of(300)
    with DuckDBEngine() as engine:
        found = exclusions(engine, study, data.ids, cache=tmp_path / "cache")
    assert (found["voucher_10"] == (np.arange(300) % 3 == 0)).all()
    options = options_of(
        study, data.treatments, next(iter(data.outcomes)), np.zeros((300, 2)), arm_costs(study, data), found
    )
    assert options.allowed is not None
    assert options.allowed[:, 0].all()
    assert (options.allowed[:, 1] == ~found["voucher_10"]).all()


def test_an_exclusion_with_an_unknown_column_points_at_its_line(tmp_path: Path) -> None:
    study = study_with(tmp_path, "  strategy: {exclude: {voucher_10: contry = 'AT'}}\n")
    (tmp_path / "data" / "contacts.csv").write_text("customer_id,country\n1,AT\n", "utf-8")
    with DuckDBEngine() as engine, pytest.raises(SpecError) as refused:
        exclusions(engine, study, data_of(30).ids, cache=tmp_path / "cache")
    problem = refused.value.problems[0]
    assert problem.code == "UP527"  # a text file; UP541 where the columns have types
    assert problem.place == study.document.place("targeting", "strategy", "exclude", "voucher_10")


def test_incentives_are_weighed_net_of_what_the_control_would_have_bought(tmp_path: Path) -> None:
    study, data = study_with(tmp_path), data_of(60_000)
    found = incentive_choice(study, data, arm_costs(study, data))
    assert found is not None
    by_arm = {reading.arm: reading for reading in found.arms}
    assert set(by_arm) == {"none", "voucher_5", "voucher_10"}
    # 20 € of margin per buyer; 3 points more buyers bring 60 cents, half of 13 % redeem 5 €: 32.5 cents.
    assert by_arm["voucher_5"].net == pytest.approx(0.6 - 0.325 - 0.002, abs=0.1)
    assert by_arm["voucher_10"].net == pytest.approx(0.8 - 0.7 - 0.002, abs=0.12)
    assert found.best == "voucher_5"
    assert found.metric == "buyers"
    assert found.sensitivity == ()


def test_typed_assumptions_become_normal_priors_of_the_log_ratio(tmp_path: Path) -> None:
    strategy = "  priors: {voucher_5: {uplift: 10%, half_width: 8%, weight: 50%}}\n"
    prior = priors_of(study_with(tmp_path, strategy))["voucher_5"]
    assert prior.mean == pytest.approx(math.log(1.10))
    assert prior.sd == pytest.approx((math.log(1.18) - math.log(1.02)) / 3.92, rel=1e-3)
    assert prior.weight == 0.5
    assert prior.source == "typed"


def test_earlier_runs_of_the_programme_are_remembered(tmp_path: Path, sale_result: Callable[..., object]) -> None:
    study = study_with(tmp_path)
    assert priors_of(study) == {}
    result = sale_result(study, relative=0.2, half=0.15)
    save(study, result)  # type: ignore[arg-type]
    assert priors_of(study) == {}  # its own result is no prior
    (tmp_path / "results" / "sale").rename(tmp_path / "results" / "earlier")
    prior = priors_of(study)["voucher_5"]
    assert prior.mean == pytest.approx(math.log(1.2))
    error = (math.log(1.35) - math.log(1.05)) / 3.92
    assert prior.sd == pytest.approx(math.hypot(error, 0.02), rel=1e-3)
    assert prior.source == "earlier runs"
    typed = study_with(tmp_path / "b", PLAIN + "  priors: {voucher_5: {uplift: 1%, half_width: 1%}}\n")
    assert priors_of(typed)["voucher_5"].source == "typed"


@pytest.fixture
def sale_result() -> Callable[..., object]:
    """A result of an earlier run of the programme, with one uplift as given."""
    from dataclasses import replace

    from tests.report.report_cases import clear_win

    def make(study: Study, *, relative: float, half: float) -> object:
        from uplift.results import Interval

        result = clear_win()
        primary = result.primary
        uplift = replace(
            primary.uplifts[0],
            treatment=replace(primary.uplifts[0].treatment, arm="voucher_5"),
            relative=relative,
            relative_interval=Interval(relative - half, relative + half),
            confidence=0.95,
        )
        facts = replace(result.experiment, id="sale", programme="sales", start=datetime.date(2026, 1, 5))
        metric = replace(primary, name="buyers", uplifts=(uplift,))
        return replace(result, experiment=facts, metrics=(metric,), checks=())

    return make
