"""The evaluation against reference cases by other authors and by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from uplift.errors import StatisticsError
from uplift.targeting.curves import qini_curve, uplift_at, uplift_curve
from uplift.targeting.other_definitions import causalml_auuc, causalml_qini, scikit_uplift_auuc, scikit_uplift_qini
from uplift.targeting.policy_value import aipw, ipw, snips
from uplift.targeting.rate import autoc, qini, toc
from uplift.targeting.scores import arm_scores, effect_scores, r_loss, transformed_outcome

Golden = Callable[[str], dict[str, Any]]


def columns(case: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    given = case["input"]
    return np.array(given["y"], float), np.array(given["w"], bool), np.array(given["score"], float)


@pytest.mark.parametrize("name", ["G01", "G25"])
def test_qini_curve_is_that_of_radcliffe(golden: Golden, name: str) -> None:
    case = golden(name)
    curve = qini_curve(*columns(case))
    assert curve.n.tolist() == case["expected"]["n"]
    assert curve.value == pytest.approx(case["expected"]["qini"], abs=case["tolerance"])


def test_area_stays_a_signed_number_when_the_effect_is_negative(golden: Golden) -> None:
    case = golden("G25")
    curve = qini_curve(*columns(case))
    assert curve.area_over_random == pytest.approx(case["expected"]["area_vs_diagonal"], abs=case["tolerance"])
    treated = sum(case["input"]["w"])
    assert curve.value[-1] / treated == pytest.approx(case["expected"]["final_uplift_per_treated"])


def test_uplift_curve_is_contacts_times_difference(golden: Golden) -> None:
    case = golden("G02")
    curve = uplift_curve(*columns(case))
    assert curve.value == pytest.approx(case["expected"]["gain"], abs=case["tolerance"])


def test_a_constant_score_is_a_random_choice(golden: Golden) -> None:
    case = golden("G04")
    y, w, score = columns(case)
    assert qini_curve(y, w, score).area_over_random == pytest.approx(case["expected"]["qini_area_vs_diagonal"])
    per_square = uplift_curve(y, w, score).area / len(y) ** 2
    assert per_square == pytest.approx(case["expected"]["auuc_trapezoid_per_n2"], abs=case["tolerance"])


def test_areas_of_scikit_uplift_can_be_compared(golden: Golden) -> None:
    case = golden("G05")
    y, w, score = columns(case)
    assert scikit_uplift_qini(y, w, score) == pytest.approx(case["expected"]["qini_auc_score"], abs=case["tolerance"])
    assert scikit_uplift_auuc(y, w, score) == pytest.approx(case["expected"]["uplift_auc_score"], abs=case["tolerance"])


def test_numbers_of_causalml_can_be_compared(golden: Golden) -> None:
    case = golden("G06")
    expected, tolerance = case["expected"], case["tolerance"]
    found = causalml_qini(*columns(case))
    assert found.value == pytest.approx(expected["qini_curve"], abs=tolerance)
    assert found.score == pytest.approx(expected["qini_score_raw"], abs=tolerance)
    gain = causalml_auuc(*columns(case))
    assert gain.value == pytest.approx(expected["cumgain"], abs=tolerance)
    assert gain.score == pytest.approx(expected["auuc_raw"], abs=tolerance)


@pytest.mark.parametrize("share", [0.5, 0.75])
@pytest.mark.parametrize("strategy", ["overall", "by_group"])
def test_uplift_of_the_best_ranked(golden: Golden, share: float, strategy: str) -> None:
    case = golden("G07")
    found = uplift_at(share, *columns(case), within_arms=strategy == "by_group")
    assert found.value == pytest.approx(case["expected"][strategy][str(share)], abs=case["tolerance"])


def test_uplift_without_control_contacts_is_refused(golden: Golden) -> None:
    case = golden("G08")
    with pytest.raises(StatisticsError, match="no control contacts among the best-ranked 50%"):
        uplift_at(case["input"]["k"], *columns(case))


def test_toc_autoc_and_qini_are_those_of_grf(golden: Golden) -> None:
    case = golden("G09")
    effects = np.array(case["input"]["dr_scores"], float)
    priority = np.array(case["input"]["priority"], float)
    expected, tolerance = case["expected"], case["tolerance"]
    assert toc(effects, priority, [0.25, 0.5, 0.75, 1.0]) == pytest.approx(expected["toc"], abs=tolerance)
    assert autoc(effects, priority).value == pytest.approx(expected["AUTOC"], abs=tolerance)
    assert qini(effects, priority).value == pytest.approx(expected["QINI"], abs=tolerance)


def test_toc_uses_a_boundary_contact_in_part(golden: Golden) -> None:
    case = golden("G11")
    given = case["input"]
    found = toc(np.array(given["dr_scores"], float), np.array(given["priority"], float), given["q"])
    assert found == pytest.approx(case["expected"]["toc"], abs=case["tolerance"])


def test_policy_values_by_three_estimators(golden: Golden) -> None:
    case = golden("G13")
    given, expected, tolerance = case["input"], case["expected"], case["tolerance"]
    y, arm, policy = np.array(given["y"]), np.array(given["arm"]), np.array(given["policy"])
    chance, mu = np.array(given["propensity"]), np.array(given["mu"], float)
    scores = arm_scores(y, arm, chance, mu)
    assert scores[np.arange(6), policy] == pytest.approx(expected["aipw_scores"], abs=tolerance)
    assert ipw(y, arm, chance, policy).value == pytest.approx(expected["ipw"], abs=tolerance)
    assert snips(y, arm, chance, policy).value == pytest.approx(expected["snips"], abs=tolerance)
    value = aipw(scores, policy)
    assert value.value == pytest.approx(expected["aipw"], abs=tolerance)
    assert value.standard_error() == pytest.approx(expected["aipw_se"], abs=tolerance)


def test_transformed_outcome_by_hand(golden: Golden) -> None:
    case = golden("G15")
    given = case["input"]
    found = transformed_outcome(np.array(given["y"], float), np.array(given["w"], bool), given["p"])
    assert found == pytest.approx(case["expected"]["z"], abs=case["tolerance"])
    assert found.mean() == pytest.approx(case["expected"]["mean"], abs=case["tolerance"])


def test_doubly_robust_score_of_one_contact_and_its_twin(golden: Golden) -> None:
    case = golden("G16")
    given = case["input"]
    mu = np.array([[given["mu0"], given["mu1"]]] * 2)
    scores = arm_scores(np.array([1.0, 1.0]), np.array([1, 0]), np.array([1 - given["p"], given["p"]]), mu)
    treated, control = effect_scores(scores, 1)
    assert treated == pytest.approx(case["expected"]["psi"], abs=case["tolerance"])
    assert control == pytest.approx(case["expected"]["psi_control_twin"], abs=case["tolerance"])


def test_r_loss_by_hand(golden: Golden) -> None:
    case = golden("G17")
    given = case["input"]
    found = r_loss(np.array(given["y_residual"]), np.array(given["w_residual"]), np.array(given["tau"]))
    assert found == pytest.approx(case["expected"]["r_loss"], abs=case["tolerance"])
