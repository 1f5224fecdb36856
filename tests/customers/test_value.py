"""Customer value on the published data, and against another package."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from uplift.customers import bgnbd, gammagamma
from uplift.customers.bgnbd import BgNbd, Histories
from uplift.customers.gammagamma import GammaGamma


@pytest.fixture(scope="module")
def summary(cdnow: Path) -> pd.DataFrame:
    """ID, x, t_x, T in weeks to 30 September 1997, and the mean value of the repeat purchases."""
    return pd.read_csv(cdnow / "cdnow_customers_summary_with_transactions.csv")


@pytest.fixture(scope="module")
def models(summary: pd.DataFrame) -> tuple[BgNbd, GammaGamma]:
    again = summary[summary["x"] > 0]
    rate = bgnbd.fit(Histories.of(summary["x"], summary["t_x"], summary["T"]))
    return rate, gammagamma.fit(again["x"], again["zbar"])


def test_the_tenth_with_the_highest_predicted_value_brings_half_of_the_coming_revenue(
    summary: pd.DataFrame, models: tuple[BgNbd, GammaGamma], cdnow: Path
) -> None:
    """CDNOW, 39 weeks after 30 September 1997: 50.2 % at the source of the method; past spending alone finds 49.0 %."""
    lines = [line.split() for line in (cdnow / "CDNOW_sample.txt").read_text("ascii").splitlines() if line.strip()]
    rows = pd.DataFrame(
        {"id": [int(r[1]) for r in lines], "day": [r[2] for r in lines], "value": [float(r[4]) for r in lines]}
    )
    came = summary["ID"].map(rows[rows["day"] > "19970930"].groupby("id")["value"].sum()).fillna(0).to_numpy()
    rate, baskets = models
    purchases = bgnbd.expected_purchases(rate, summary["x"], summary["t_x"], summary["T"], 39.0)
    value = purchases * gammagamma.next_basket(baskets, summary["x"], summary["zbar"])
    best = np.argsort(-value, kind="stable")[: len(value) // 10]
    assert came[best].sum() / came.sum() >= 0.49


def test_lifetimes_finds_the_same_parameters_and_tells_every_customer_the_same(
    summary: pd.DataFrame, models: tuple[BgNbd, GammaGamma]
) -> None:
    """Its optimiser stops a little earlier; with its parameters in our formulas the predictions are its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is no longer maintained
        fitters = pytest.importorskip("lifetimes")
        theirs = fitters.BetaGeoFitter().fit(summary["x"], summary["t_x"], summary["T"])
        again = summary[summary["x"] > 0]
        spent = fitters.GammaGammaFitter().fit(again["x"], again["zbar"])
        alive = theirs.conditional_probability_alive(summary["x"], summary["t_x"], summary["T"])
        coming = theirs.conditional_expected_number_of_purchases_up_to_time(
            39, summary["x"], summary["t_x"], summary["T"]
        )
        basket = spent.conditional_expected_average_profit(again["x"], again["zbar"])
    rate, baskets = models
    assert (rate.r, rate.alpha, rate.a, rate.b) == pytest.approx(tuple(theirs.params_), rel=1e-3)
    assert (baskets.p, baskets.q, baskets.gamma) == pytest.approx(tuple(spent.params_), rel=2e-3)
    same = BgNbd(*map(float, theirs.params_), fit=rate.fit)
    like = GammaGamma(*map(float, spent.params_), fit=baskets.fit)
    assert bgnbd.probability_alive(same, summary["x"], summary["t_x"], summary["T"]) == pytest.approx(alive, rel=1e-9)
    ours = bgnbd.expected_purchases(same, summary["x"], summary["t_x"], summary["T"], 39.0)
    assert ours == pytest.approx(np.asarray(coming), rel=1e-6)
    assert gammagamma.next_basket(like, again["x"], again["zbar"]) == pytest.approx(np.asarray(basket), rel=1e-9)
