"""All pairs of arms: one family with the comparisons with control, decided by Holm; at a look they wait for the end."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from tests.analysis.projects import AFTER, EXPERIMENT, draw
from tests.analysis.test_looks import LOOKED_AT, look_day, waves
from uplift.analysis import analyze
from uplift.analysis.comparison import terms_of
from uplift.report import render
from uplift.results import Result
from uplift.results.json_form import from_json, to_json

FOUR = EXPERIMENT.replace(
    "arms:\n  control: {weight: 50%, control: true}\n  treatment: {weight: 50%}\n",
    "arms:\n  control: {weight: 40%, control: true}\n"
    "  mail: {weight: 20%}\n  voucher: {weight: 20%}\n  gift: {weight: 20%}\n",
)
PAIRS = FOUR + "design: {comparisons: all_pairs}\n"
RATE = {"control": 0.10, "mail": 0.13, "voucher": 0.20, "gift": 0.19}
TREATMENTS = ("mail", "voucher", "gift")


def bought(root: Path, experiment: str = PAIRS) -> Result:
    drawn = draw(root, experiment=experiment)
    rng = np.random.default_rng(2)
    drawn.order(
        (unit, "2026-03-05 10:00:00", f"{rng.gamma(2, 20) + 1:.2f}")
        for unit, arm in drawn.arms.items()
        if rng.random() < RATE[arm]
    )
    return analyze(drawn.study, as_of=AFTER)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return bought(tmp_path_factory.mktemp("pairs"))


def test_every_pair_of_treatments_is_compared_and_nothing_is_left_unread(result: Result) -> None:
    for metric in result.metrics:
        found = [(u.control.arm, u.treatment.arm) for u in metric.pairs]
        assert found == list(itertools.combinations(TREATMENTS, 2))
        for pair in metric.pairs:
            first, second = (metric.uplift(u.arm).treatment for u in (pair.control, pair.treatment))
            assert (pair.control.value, pair.treatment.value) == pytest.approx((first.value, second.value))
    assert result.not_evaluated == ()
    assert from_json(to_json(result)) == result


def test_holm_runs_over_the_pairs_and_the_comparisons_with_control(result: Result) -> None:
    for metric in result.metrics:
        family = [*metric.uplifts, *metric.pairs]
        rejected, adjusted, _, _ = multipletests([u.p_value for u in family], alpha=0.05, method="holm")
        assert [u.p_adjusted for u in family] == pytest.approx(list(adjusted), rel=1e-9)
        assert [u.direction in ("up", "down") for u in family] == list(rejected)
        for uplift in family:
            assert uplift.relative_interval is not None
            assert uplift.relative_interval.excludes(0) == (uplift.direction in ("up", "down"))


def test_the_arm_that_beats_another_is_found_in_the_report(result: Result) -> None:
    by_name = {(u.control.arm, u.treatment.arm): u.direction for u in result.primary.pairs}
    assert by_name == {("mail", "voucher"): "up", ("mail", "gift"): "up", ("voucher", "gift"): "open"}
    page = render(result, language="de")
    told = page.split('id="pairs"')[1].split("</section>")[0].replace("\u00a0", " ")
    assert "mit voucher nachweisbar um" in told
    assert "gift gegen voucher" in told
    assert "teilen sich einen Fehler (Holm)" in told


def test_dunnett_gives_way_to_holm_and_none_corrects_nothing(tmp_path: Path, result: Result) -> None:
    for correction in ("dunnett", "none"):
        text = FOUR + f"design: {{comparisons: all_pairs, correction: {correction}}}\n"
        other = bought(tmp_path / correction, text)
        if correction == "dunnett":
            assert other.primary.pairs == result.primary.pairs
            assert other.primary.uplifts == result.primary.uplifts
        else:
            assert {u.p_adjusted for u in (*other.primary.uplifts, *other.primary.pairs)} == {None}
            assert {round(u.confidence, 9) for u in other.primary.pairs} == {0.95}


@pytest.mark.slow
def test_pairs_wait_for_the_read_out_of_a_design_with_looks(tmp_path: Path) -> None:
    text = LOOKED_AT.replace(
        "  control: {weight: 50%, control: true}\n  treatment: {weight: 50%}\n",
        "  control: {weight: 40%, control: true}\n  mail: {weight: 30%}\n  gift: {weight: 30%}\n",
    ).replace("design:\n", "design:\n  comparisons: all_pairs\n")
    study = waves(tmp_path, text=text).study
    assert terms_of(study).own_alpha(2) == pytest.approx(0.05 / 3)
    early = analyze(study, as_of=look_day(2))
    assert {u.refusal for u in early.primary.pairs} == {"UP632"}
    assert {u.refusal for u in early.primary.uplifts} == {None}
    end = analyze(study, as_of=look_day(4))
    assert {round(u.confidence, 9) for u in end.primary.pairs} == {round(1 - 0.05 / 3, 9)}
    assert {u.direction for u in end.primary.pairs} == {"open"}


def test_the_table_of_the_terminal_names_both_arms_of_a_pair(result: Result) -> None:
    (line,) = [line for line in str(result).splitlines() if "gift : voucher" in line and line.startswith("buyers")]
    assert "unclear" in line
