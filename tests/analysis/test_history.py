"""A programme with earlier runs: what is read from `results/`, pooled, shrunken, and told to whoever plans the next."""

from __future__ import annotations

import datetime
import json
import math
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.projects import AFTER, EXPERIMENT, Drawn, draw
from tests.analysis.test_story import orders_of
from uplift.analysis import analyze, save
from uplift.design.gate import findings
from uplift.design.programme import largest_shrunken, past_runs
from uplift.results import History, Result
from uplift.results.json_form import from_json, to_json
from uplift.spec import load_study
from uplift.stats.meta import pool, shrink

PROGRAMME = (
    EXPERIMENT + "programme: {id: sales, version: v2}\ndesign: {baselines: {buyers: {value: 5%, date: 2026-02-01}}}\n"
)
UPLIFTS = (0.30, 0.02, 0.05, -0.03, 0.08)


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    made = draw(tmp_path, experiment=PROGRAMME)
    made.order(orders_of(made, "control", 100) + orders_of(made, "treatment", 160))
    return made


def earlier(drawn: Drawn, *uplifts: float, status: str = "closed", programme: str = "sales", se: float = 0.05) -> None:
    """Closed runs with these uplifts, as results that lie in the project."""
    study = drawn.study
    seed = json.loads(to_json(analyze(study, as_of=AFTER)))
    for number, uplift in enumerate(uplifts):
        raw = json.loads(json.dumps(seed))
        name = f"{programme}-{number}"
        raw["experiment"] |= {"id": name, "status": status, "start": f"2025-0{number + 1}-01", "programme": programme}
        for metric in raw["metrics"]:
            for own in metric["uplifts"]:
                log = math.log1p(uplift)
                own["relative"] = uplift
                own["relative_interval"] = {
                    "low": math.expm1(log - 1.959964 * se),
                    "high": math.expm1(log + 1.959964 * se),
                }
                own["df"] = None
        raw["as_of"] = f"2025-1{number % 3}-01"
        folder = study.root / "results" / name / raw["as_of"]
        folder.mkdir(parents=True)
        (folder / "result.json").write_text(json.dumps(raw), encoding="utf-8")


def told(drawn: Drawn) -> History:
    (history,) = analyze(drawn.study, as_of=AFTER).history
    return history


def test_without_earlier_runs_there_is_no_history(drawn: Drawn) -> None:
    assert analyze(drawn.study, as_of=AFTER).history == ()


def test_runs_are_pooled_and_the_current_one_is_shrunken_towards_the_others(drawn: Drawn) -> None:
    earlier(drawn, *UPLIFTS)
    history = told(drawn)
    assert [run.current for run in history.runs] == [False] * 5 + [True]
    assert [run.relative for run in history.runs][:5] == pytest.approx(UPLIFTS)
    assert history.runs[0].standard_error == pytest.approx(0.05, rel=1e-6)
    effects, errors = [r.log_ratio for r in history.runs], [r.standard_error for r in history.runs]
    both = pool(effects, errors)
    assert history.pooled == pytest.approx(math.expm1(both.mean))
    assert history.pooled_interval == both.relative_interval
    assert history.prediction_interval == both.relative_prediction
    assert history.between_runs_sd == pytest.approx(math.sqrt(both.tau2))
    own = shrink(effects, errors)[-1]
    assert history.shrunken == own.uplift
    raw = history.runs[-1].relative
    assert history.shrunken is not None
    assert np.mean(UPLIFTS) < history.shrunken < raw
    assert history.chance_better is not None
    assert 0.5 < history.chance_better < 1
    assert history.loss_if_shipped is not None
    assert history.loss_if_stopped is not None
    assert history.loss_if_shipped < history.loss_if_stopped
    assert history.refusal is None


def test_below_five_runs_nothing_is_shrunken(drawn: Drawn) -> None:
    earlier(drawn, 0.1, 0.05, 0.02)
    history = told(drawn)
    assert len(history.runs) == 4
    assert history.pooled is not None
    assert history.shrunken is None
    assert history.chance_better is None
    assert history.refusal == "UP644"


def test_open_runs_other_programmes_and_later_results_do_not_count(drawn: Drawn) -> None:
    earlier(drawn, 0.1, 0.2, status="running")
    earlier(drawn, 0.3, programme="winback")
    assert analyze(drawn.study, as_of=AFTER).history == ()
    (drawn.study.folder / "sales-1.yml").write_text("id: sales-1\nstatus: closed\n", encoding="utf-8")
    assert [run.experiment for run in told(drawn).runs] == ["sales-1", "sale"]
    assert past_runs(drawn.study, by=datetime.date(2025, 1, 1)) == ()


def test_the_newest_result_of_each_run_counts(drawn: Drawn) -> None:
    earlier(drawn, 0.1)
    folder = drawn.study.root / "results" / "sales-0"
    raw = json.loads((folder / "2025-10-01" / "result.json").read_text())
    raw["metrics"][0]["uplifts"][0]["relative"] = 0.07
    (folder / "2025-11-01").mkdir()
    (folder / "2025-11-01" / "result.json").write_text(json.dumps(raw), encoding="utf-8")
    assert told(drawn).runs[0].relative == 0.07


def test_a_refused_verdict_teaches_nothing_and_strange_files_are_passed_over(drawn: Drawn) -> None:
    earlier(drawn, 0.1, 0.2)
    first = drawn.study.root / "results" / "sales-0" / "2025-10-01" / "result.json"
    first.write_text(first.read_text().replace('"direction": "up"', '"direction": "refused"'), encoding="utf-8")
    for name, text in (("notes", "hello"), ("2025-01-01", "{}")):
        (drawn.study.root / "results" / "odd" / name).mkdir(parents=True)
        (drawn.study.root / "results" / "odd" / name / "result.json").write_text(text, encoding="utf-8")
    assert [run.experiment for run in told(drawn).runs] == ["sales-1", "sale"]


def test_a_refused_current_run_shows_the_earlier_ones_and_says_why(drawn: Drawn) -> None:
    earlier(drawn, *UPLIFTS)
    drawn.order(orders_of(drawn, "control", 3) + orders_of(drawn, "treatment", 9))
    history = told(drawn)
    assert not any(run.current for run in history.runs)
    assert history.pooled is not None
    assert history.shrunken is None
    assert history.refusal == "UP604"


def test_the_history_is_part_of_the_result_and_does_not_change_by_itself(drawn: Drawn) -> None:
    earlier(drawn, *UPLIFTS)
    result: Result = analyze(drawn.study, as_of=AFTER)
    assert from_json(to_json(result)) == result
    save(drawn.study, result)
    assert to_json(analyze(drawn.study, as_of=AFTER)) == to_json(result)  # the run itself is not one of the others


def test_a_plan_for_more_than_the_programme_has_ever_done_is_warned_of(drawn: Drawn) -> None:
    today = datetime.date(2026, 3, 1)
    path = drawn.study.document.path
    bold = path.read_text(encoding="utf-8")
    path.write_text(bold.replace("mde: 20%", "mde: 40%"), encoding="utf-8")
    drawn = Drawn(load_study(path), drawn.arms)
    assert "UP315" not in {p.code for p in findings(drawn.study, today=today)}
    earlier(drawn, *UPLIFTS)
    largest = largest_shrunken(drawn.study)
    assert largest is not None
    assert 0 < largest[0] < max(UPLIFTS)
    assert largest[1] == 5
    found = [p for p in findings(drawn.study, today=today) if p.code == "UP315"]
    assert [(p.level, p.place is not None) for p in found] == [("warning", True)]
    assert f"at most {100 * largest[0]:.1f}%" in found[0].message
    path.write_text(bold.replace("mde: 20%", "mde: 1%"), encoding="utf-8")
    assert "UP315" not in {p.code for p in findings(load_study(path), today=today)}
