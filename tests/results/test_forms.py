"""A result keeps its meaning in every form: JSON there and back, table, notebook, data frame."""

from __future__ import annotations

import dataclasses
import datetime
import math

import numpy as np
import pytest

from uplift.errors import StateError
from uplift.results import (
    ArmCount,
    Check,
    ExperimentFacts,
    MetricResult,
    Provenance,
    Recommendation,
    Result,
    SourceFacts,
)
from uplift.results.effects import Interval
from uplift.results.forms import csv, text
from uplift.results.json_form import from_json, read, to_json
from uplift.results.money import Amount, Money
from uplift.stats.effects import compare
from uplift.stats.moments import Moments


def shares(converters: int, contacts: int) -> Moments:
    return Moments.from_rows(np.repeat([1.0, 0.0], [converters, contacts - converters]))


def result(*, interval: str = "auto", control: tuple[int, int] = (563, 11_250), title: str = "Käuferquote") -> Result:
    uplift = compare(
        "buyers", "proportion", control=shares(*control), treatment=shares(2_813, 45_000), interval=interval
    )
    metric = MetricResult(
        name="buyers",
        title=title,
        role="primary",
        kind="proportion",
        format="percent",
        currency=None,
        better="up",
        window_days=30,
        conditional=False,
        preliminary=False,
        mature=(("control", 11_250), ("treatment", 45_000)),
        immature=(("control", 0), ("treatment", 0)),
        uplifts=(uplift,),
    )
    return Result(
        experiment=ExperimentFacts(
            id="churn-v3",
            title="Churn",
            owner="crm",
            hypothesis="It helps.",
            programme=None,
            version=None,
            status="closed",
            start=datetime.date(2026, 6, 1),
            enrol_until=None,
            language="de",
            currency="EUR",
            timezone="Europe/Berlin",
            margin=None,
            yaml="id: churn-v3\n",
            spec_hash="0" * 64,
        ),
        as_of=datetime.date(2026, 7, 6),
        arms=(
            ArmCount("control", "control", True, 0.2, 11_250),
            ArmCount("treatment", "treatment", False, 0.8, 45_000),
        ),
        metrics=(metric,),
        checks=(Check("UP601", "ok", (("p", 1.0),)),),
        recommendation=Recommendation("ship", "treatment", ("primary.low > 0",)),
        provenance=Provenance("delta", 0.05, "duckdb 2.0.0", "0.1.0", (), (SourceFacts("orders", 3, "ab"),), None),
    )


def test_a_result_comes_back_from_its_json_unchanged() -> None:
    before = result()
    assert from_json(to_json(before)) == before


def test_equal_results_have_equal_bytes() -> None:
    assert to_json(result()) == to_json(result())


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        ("not json", "it is not JSON"),
        ("[]", "schema is None"),
        ('{"schema": "uplift.result/99"}', "uplift.result/99"),
        ('{"schema": "uplift.result/1"}', "experiment"),
    ],
)
def test_what_is_no_result_is_refused_with_its_reason(broken: str, what: str) -> None:
    with pytest.raises(StateError, match=what) as caught:
        from_json(broken, origin="some.json")
    assert caught.value.problems[0].code == "UP901"
    assert str(caught.value.problems[0].place) == "some.json"


def test_a_missing_file_is_refused_and_named(tmp_path) -> None:
    with pytest.raises(StateError, match=r"nowhere\.json"):
        read(tmp_path / "nowhere.json")


def test_the_table_prints_the_published_line_under_delta() -> None:
    printed = text(result(interval="delta")).replace("\u00a0", " ")
    assert "24,9 % (±11,0 %)" in printed
    assert "Empfehlung: ausrollen" in printed


def test_the_table_speaks_english_when_asked() -> None:
    assert "24.9% (±11.0%)" in text(result(interval="delta"), "en")


def test_a_failed_check_takes_the_verdict_away_in_every_form() -> None:
    split = Check("UP601", "fail", (("p", 1e-9),))
    broken = dataclasses.replace(result(), checks=(split,))
    assert result().to_frame()["verdict"].tolist() == ["better"]
    assert broken.to_frame()["verdict"].tolist() == ["refused"]
    assert "no verdict" in text(broken, "en")
    assert "better" not in text(broken, "en")
    assert "kein Urteil" in broken._repr_html_()
    assert ";refused;" in csv(broken, "de")


def test_the_table_says_what_is_left_after_all_costs() -> None:
    account = Money(
        treatment="treatment", metric="buyers", contacts=45_000, margin=0.4, revenue=Amount(2_000.0),
        contact_cost=450.0, redemption_cost=Amount(0.0), redemptions=None,
        contribution=Amount(350.0, Interval(-120.0, 820.0)), per_thousand=Amount(7.8), per_euro=Amount(1.78),
        forgone=Amount(87.5), break_even=0.14,
    )  # fmt: skip
    earned = dataclasses.replace(result(), money=(account,))
    assert "Added contribution margin: +€350 (−€120 to €820) · Return per €1 spent: €1.78" in text(earned, "en")
    unsure = dataclasses.replace(earned, checks=(Check("UP601", "fail", ()),))
    assert "contribution" not in text(unsure, "en")


def test_what_cannot_be_known_has_no_number_in_the_table() -> None:
    unknown = result(control=(0, 11_250))
    printed = text(unknown, "en")
    assert "undefined" in printed
    assert "no verdict" in printed


def test_the_notebook_form_escapes_what_users_wrote() -> None:
    page = result(title="<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_data_frame_holds_unrounded_numbers_and_nan_for_the_unknown() -> None:
    frame = result(interval="delta").to_frame()
    assert frame.loc[0, "relative"] == (2_813 / 45_000) / (563 / 11_250) - 1
    unknown = dataclasses.replace(result(), metrics=result(control=(0, 11_250)).metrics).to_frame()
    assert math.isnan(unknown.loc[0, "relative"])


@pytest.mark.parametrize(
    ("action", "reason", "said"),
    [
        ("wait", "early", "the window is still running"),
        ("wait", "conditional", "a descriptive metric"),
        ("wait", "breached", "a guardrail is breached"),
        ("stop", "breached", "a guardrail is breached"),
        ("wait", "primary.low > 0", "no rule is met"),
        ("stop", "primary.high < 0", "do not roll out"),
    ],
)
def test_the_recommendation_names_its_reason(action, reason, said):
    waiting = dataclasses.replace(result(), recommendation=Recommendation(action, None, (reason,)))
    assert said in text(waiting, "en")


def test_what_comparisons_carry_is_found_beside_the_checks():
    few = result(control=(3, 11_250))
    refused = dataclasses.replace(few.metrics[0].uplifts[0], direction="refused", refusal="UP613", cautions=("UP612",))
    few = dataclasses.replace(few, metrics=(dataclasses.replace(few.metrics[0], uplifts=(refused,)),))
    assert [check.code for check in few.findings] == [*(c.code for c in few.checks), "UP612", "UP613"]
    assert dict(few.findings[-1].facts) == {"metric": "Käuferquote", "converters": 3}
