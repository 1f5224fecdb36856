from __future__ import annotations

import datetime

import numpy as np
import pytest

from tests.customers.conftest import CDNOW_END
from uplift.customers import lifecycle, logistic
from uplift.customers.history import History
from uplift.customers.lifecycle import Lifecycle, rows_of
from uplift.customers.snapshots import snapshot
from uplift.errors import StatisticsError
from uplift.results.customers import STATES
from uplift.words.sentences import customers as words


@pytest.fixture(scope="module")
def trained(cdnow_history: History) -> Lifecycle:
    return lifecycle.train(cdnow_history)


def test_six_months_are_told_in_advance_on_a_real_shop(trained: Lifecycle) -> None:
    """CDNOW, December 1997 to June 1998, each month by a model that saw only what came before it."""
    tests = trained.overall.backtests
    assert [t.month for t in tests] == [CDNOW_END - datetime.timedelta(days=30 * k) for k in range(6, 0, -1)]
    for test in tests:
        assert test.auc is not None
        assert test.auc >= 0.79
        assert test.top_fifth is not None
        assert test.top_fifth >= 0.62
        assert test.ratio is not None
        assert 0.75 <= test.ratio <= 1.40
    assert trained.overall.passed


def test_buyers_of_one_purchase_cannot_be_told_apart_and_the_gate_says_so(trained: Lifecycle) -> None:
    gate = trained.gates["one", "convert"]
    assert not gate.passed
    assert gate.reason == "auc"
    assert gate.worst_auc is not None
    assert gate.worst_auc < 0.55
    said = words.gate(gate.reason, gate.worst_auc, gate.worst_ratio, "de")
    assert said.startswith("abgelehnt: AUC im schlechtesten Monat 0,")
    assert all(trained.gates["more", state].passed for state in STATES)


def test_states_and_frequencies_partition_the_buyers(trained: Lifecycle, cdnow_history: History) -> None:
    buyers = snapshot(cdnow_history, CDNOW_END).buyers
    assert trained.model is not None
    states = trained.model.states(buyers, trained.model.probabilities(buyers))
    assert set(np.unique(states)) <= {*STATES, "steady"}
    one, more = rows_of("one", buyers), rows_of("more", buyers)
    assert (one ^ more).all()
    assert (rows_of("any", buyers) == (one | more)).all()


def test_as_many_contacts_are_expected_to_buy_as_the_probabilities_add_up_to(
    trained: Lifecycle, cdnow_history: History
) -> None:
    before = snapshot(cdnow_history, CDNOW_END - datetime.timedelta(days=30)).buyers
    assert trained.model is not None
    p = trained.model.probabilities(before)
    assert (p >= trained.model.threshold).sum() == pytest.approx(p.sum(), rel=0.01)


def test_less_than_seven_months_are_refused(cdnow_history: History) -> None:
    from dataclasses import replace

    short = replace(cdnow_history, first_day=CDNOW_END - datetime.timedelta(days=209))
    found = lifecycle.train(short)
    assert found.model is None
    assert {gate.reason for gate in found.gates.values()} == {"months"}
    assert not found.overall.passed


def test_a_month_with_few_events_is_refused() -> None:
    month = lifecycle.Backtest(datetime.date(2026, 1, 1), 500, 12, 12.0, 0.9, 0.9)
    assert lifecycle._gate([month] * 6).reason == "events"
    good = lifecycle.Backtest(datetime.date(2026, 1, 1), 500, 100, 110.0, 0.8, 0.7)
    assert lifecycle._gate([good] * 6).passed
    assert lifecycle._gate([good] * 5).reason == "months"
    far = lifecycle.Backtest(datetime.date(2026, 1, 1), 500, 100, 250.0, 0.8, 0.7)
    assert lifecycle._gate([*[good] * 5, far]).reason == "ratio"


def test_the_regression_agrees_with_statsmodels() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    x = rng.normal(size=(4_000, 3))
    y = rng.random(4_000) < 1 / (1 + np.exp(-(x @ [0.5, -1.0, 0.0] - 1)))
    found = logistic.fit(x, y, ("a", "b", "c"))
    other = sm.Logit(y.astype(float), sm.add_constant((x - found.mean) / found.spread)).fit(disp=False)
    assert [found.intercept, *found.coefficients] == pytest.approx(other.params, abs=2e-3)  # the ridge moves the third


def test_separable_data_end_in_finite_coefficients() -> None:
    x = np.arange(40, dtype=float)[:, None]
    found = logistic.fit(x, x[:, 0] > 19.5, ("x",))
    assert np.isfinite(found.coefficients).all()


def test_what_happened_to_nobody_cannot_be_learnt() -> None:
    with pytest.raises(StatisticsError, match="UP668"):
        logistic.fit(np.zeros((5, 1)), np.zeros(5, dtype=bool), ("x",))


def test_the_area_under_the_curve_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(2)
    scores, y = rng.integers(0, 20, 500).astype(float), rng.random(500) < 0.3
    assert logistic.auc(scores, y) == pytest.approx(metrics.roc_auc_score(y, scores))
    assert logistic.auc(scores, np.zeros(500, dtype=bool)) is None
