"""A file becomes a study, or every mistake in it is told at once, each at its place and with a fix."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import pytest

from uplift.errors import Problem, ProjectError, SpecError
from uplift.spec import examine, load_project, load_study
from uplift.spec.experiment import Arm, Schedule
from uplift.spec.quantities import Duration, Effect, Money


class Write(Protocol):
    def __call__(self, *sale: tuple[str, str], project: tuple[tuple[str, str], ...] = ()) -> Path: ...


def found(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(SpecError) as caught:
        load_study(path)
    return caught.value.problems


def only(path: Path) -> Problem:
    problems = found(path)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def position(problem: Problem) -> tuple[str, int | None, int | None]:
    assert problem.place is not None
    return (Path(problem.place.file).name, problem.place.line, problem.place.column)


def test_a_sound_file_becomes_a_study(write: Write) -> None:
    study = load_study(write())
    experiment = study.experiment
    assert study.problems == ()
    assert experiment.control == "control"
    assert experiment.treatments == ("treatment",)
    assert experiment.arms["control"].weight == Fraction(3, 20)
    assert experiment.arms["treatment"].contact_cost == Money(experiment.arms["treatment"].contact_cost.amount, "EUR")  # type: ignore[union-attr]
    assert experiment.metrics.primary.window == Duration(30)
    assert experiment.metrics.primary.mde == Effect(Fraction(1, 100), "points")
    assert experiment.schedule.start == datetime.date(2026, 11, 30)
    assert experiment.design.baselines["repeat_purchase"].value == Fraction(9, 100)
    assert study.metric("repeat_purchase").kind == "proportion"
    assert study.source("orders").data_lag == Duration(3)


def test_a_string_is_a_path_too(write: Write) -> None:
    assert load_study(str(write())).experiment.id == "sale"


def test_the_root_lies_above_the_folder_of_the_project(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write()
    monkeypatch.chdir(path.parent)
    study = load_study(Path("sale.yml"))
    assert study.folder == path.parent
    assert study.root == path.parent.parent


def test_places_name_the_path_as_the_user_gave_it(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(("status: draft", "status: daft"))
    monkeypatch.chdir(path.parent.parent)
    assert str(only(Path("experiments/sale.yml"))).startswith("experiments/sale.yml:5:9: error UP103 ")


def test_the_project_gives_defaults_and_the_experiment_has_the_last_word(write: Write) -> None:
    study = load_study(write(("design:\n", "design:\n  power: 0.85\n")))
    assert study.experiment.design.alpha == 0.1
    assert study.experiment.design.power == 0.85
    assert study.experiment.design.interval == "auto"


def test_baselines_of_the_project_are_merged_by_metric(write: Write) -> None:
    shared = "design: {alpha: 0.1, power: 0.9, baselines: {repeat_purchase: {value: 5%}, revenue: {value: 7 EUR}}}"
    study = load_study(write(project=(("design: {alpha: 0.1, power: 0.9}", shared),)))
    assert study.experiment.design.baselines["repeat_purchase"].value == Fraction(9, 100)
    assert study.experiment.design.baselines["revenue"].value == 7


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "code", "message", "fix"),
    [
        ("  guardrails:", "  gaurdrails:", 20, 3, "UP101", "unknown key 'gaurdrails' in metrics", "did you mean 'guardrails'?"),
        ("owner: crm\n", "", 1, 1, "UP102", "required key 'owner' is missing", "add owner"),
        (", mde: 1.0pp", "", 17, 3, "UP102", "required key 'mde' is missing in metrics.primary", "add mde"),
        ("entry: rolling", "entry: roling", 9, 10, "UP103", "'roling' is not allowed for audience.entry", "did you mean 'rolling'? allowed: snapshot, waves, rolling"),
        ("weight: 15%", "weight: 15", 13, 21, "UP104", "15 is ambiguous: did you mean 15% ?", "write 15%"),
        ("uplift: 1", "uplift: 2", 1, 9, "UP106", "the number 2 is not a version", "write `uplift: 1`"),
        ("uplift: 1", "uplift: true", 1, 9, "UP106", "'true' is not a version", "write `uplift: 1`"),
        ("id: sale", "id: Sale/1", 2, 5, "UP107", "'Sale/1' is not an id", "use lower-case"),
        ("  treatment: {", "  treat ment: {", 14, 3, "UP107", "'treat ment' is not a name", "use letters"),
        ("start: 2026-11-30", "start: 30.11.2026", 15, 19, "UP105", "schedule.start: '30.11.2026' is not a date", "write 2026-11-30"),
        ("start: 2026-11-30", "start: 2026-02-30", 15, 19, "UP105", "not a day of the calendar", ""),
        ("control: true", "control: yes", 13, 35, "UP105", "arms.control.control: 'yes' where true or false belongs", "write true"),
        ("expected_size: 60_000", "expected_size: many", 11, 18, "UP105", "'many' where a whole number belongs", "write digits"),
        ("expected_size: 60_000", "expected_size: 0", 11, 18, "UP105", "0 is out of range", ""),
        ("segments: [country, value_band]", "segments: country", 26, 11, "UP105", "'country' where a list belongs", "write a list"),
        ("value: {margin: 38%}", "value: 38%", 25, 8, "UP105", "'38%' where a block of keys belongs", "write a block"),
        ("0.62 EUR", "0.62", 14, 42, "UP105", "0.62 has no currency", "write 0.62 EUR"),
        ("window: 30d, mde", "window: 30, mde", 17, 46, "UP105", "30 has no unit", "write 30d"),
        ("owner: crm", "owner: 7", 3, 8, "UP105", "owner: the number 7 where a text belongs", 'write "7"'),
        ("owner: crm", "owner:", 3, 7, "UP105", "owner: nothing where a text belongs", "write a text"),
        ("design:\n", "desing:\n", 22, 1, "UP101", "unknown key 'desing'", "did you mean 'design'?"),
        ("hypothesis: A", "entry_date: x\nhypothesis: A", 4, 1, "UP101", "unknown key 'entry_date'", "it belongs into audience"),
        ("hypothesis: A", "salt: x\nhypothesis: A", 4, 1, "UP101", "unknown key 'salt'", "delete it: it is derived"),
        ("design:\n", "design:\n  power: 80\n", 23, 10, "UP104", "80 is ambiguous: did you mean 80% ?", "write 80%"),
        ("owner: crm", 'owner: " "', 3, 8, "UP105", "owner: an empty text", "write something"),
        ("design:\n", "design:\n  alpha: small\n", 23, 10, "UP105", "'small' where a number belongs", "write a number"),
        ("design:\n", "design:\n  alpha: 0\n", 23, 10, "UP105", "0 is out of range", "write a number above 0"),
        ("design:\n", "design:\n  sides: 3\n", 23, 10, "UP103", "the number 3 is not allowed for sides", "allowed: 1, 2"),
        ("design:\n", "design:\n  sides: true\n", 23, 10, "UP103", "'true' is not allowed for sides", "allowed: 1, 2"),
        ("start: 2026-11-30", "start: 1026-11-30", 15, 19, "UP105", "is out of range", "write a day from"),
        ("weight: 15%", "weight: [15%]", 13, 21, "UP105", "a list where a number with a unit belongs", "write a share"),
        ("{value: 9.0%}", "{value: 9.0%, icc: -0.1}", 23, 51, "UP105", "-0.1 is out of range", "write a number of at least 0"),
        ("hypothesis: A", "colour: x\nhypothesis: A", 4, 1, "UP101", "unknown key 'colour'", "delete it; allowed here: uplift, id"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_at_its_place(
    write: Write, old: str, new: str, line: int, column: int, code: str, message: str, fix: str
) -> None:
    problem = only(write((old, new)))
    assert position(problem) == ("sale.yml", line, column)
    assert problem.code == code
    assert message in problem.message
    assert problem.fix.startswith(fix)


def test_settings_of_an_arm_keep_their_kind(write: Write) -> None:
    params = "params: {value: 5 EUR, percent: 0.5, times: 3, gift: true, text: free shipping}"
    study = load_study(write(("contact_cost: 0.62 EUR", params)))
    found = study.experiment.arms["treatment"].params
    assert found == {
        "value": Money(found["value"].amount, "EUR"),
        "percent": 0.5,
        "times": 3,
        "gift": True,
        "text": "free shipping",
    }  # type: ignore[union-attr]


def test_observed_values_may_be_numbers_or_truth_values(write: Write) -> None:
    path = write(
        ("  entry: rolling\n  entry_date: eligible_at\n", ""),
        (", enrol_until: 2027-01-24", ""),
        ("method: hash, holdout: global-2026h2", "method: observed, column: mailed"),
        ("control: true}", "control: true, observed: false}"),
        ("weight: 85%", "weight: 85%, observed: 1.0"),
    )
    arms = load_study(path).experiment.arms
    assert [arm.observed for arm in arms.values()] == ["false", "1.0"]


def test_a_model_can_be_built_in_python_with_finished_values() -> None:
    arm = Arm(weight=Fraction(1, 2), contact_cost=Money(Decimal("0.62"), "EUR"), params={"value": 2.5})
    assert arm == Arm(weight="50%", contact_cost="0.62 EUR", params={"value": Decimal("2.5")})  # type: ignore[arg-type]
    assert Schedule(start=datetime.date(2026, 11, 30)) == Schedule(start="2026-11-30")  # type: ignore[arg-type]


def test_a_tab_delimits_columns(write: Write) -> None:
    tab = ("{file: data/wide.csv}", '{file: data/wide.csv, csv: {delimiter: "\\t"}}')
    dialect = load_study(write(project=(tab,))).source("wide").csv
    assert dialect is not None
    assert dialect.delimiter == "\t"


def test_a_misspelt_required_key_is_one_mistake_not_two(write: Write) -> None:
    problem = only(write(("owner: crm", "onwer: crm")))
    assert problem.code == "UP101"


def test_all_mistakes_of_both_files_are_told_at_once(write: Write) -> None:
    path = write(
        ("owner: crm\n", ""),
        ("weight: 15%", "weight: 15"),
        ("entry: rolling", "entry: roling"),
        ("stop: any", "stopp: any"),
        project=(("timezone: Europe/Berlin", "timezone: Europe/Berln"), ("uplift: 1", "uplift: 3")),
    )
    assert [(position(p)[0], p.code) for p in found(path)] == [
        ("project.yml", "UP106"),
        ("sale.yml", "UP102"),
        ("sale.yml", "UP103"),
        ("sale.yml", "UP104"),
        ("sale.yml", "UP101"),
    ]


def test_rules_are_applied_even_where_a_key_is_unknown(write: Write) -> None:
    codes = [p.code for p in found(write(("weight: 15%", "weight: 20%"), ("segments:", "segmnts:")))]
    assert codes == ["UP201", "UP101"]


def test_no_word_of_the_validator_reaches_the_user(write: Write) -> None:
    path = write(("owner: crm", "owner: []"), ("unit: {", "unit: 5 #{"), ("metrics:\n", "metrics: 1\nx:\n"))
    text = "\n".join(map(str, found(path)))
    for word in ("pydantic", "Input should", "Field required", "https", "valid dictionary", "NoneType"):
        assert word not in text


def test_without_a_project_there_is_no_study(tmp_path: Path) -> None:
    path = tmp_path / "sale.yml"
    path.write_text("uplift: 1\n", encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        load_study(path)
    assert caught.value.exit_code == 2
    assert caught.value.problems[0].code == "UP007"
    assert caught.value.problems[0].fix


def test_the_project_may_lie_above_the_experiment(write: Write) -> None:
    path = write()
    deeper = path.parent / "2026" / path.name
    deeper.parent.mkdir()
    path.rename(deeper)
    assert load_study(deeper).folder == path.parent


def test_a_project_is_loaded_from_its_file_or_its_folder(write: Write) -> None:
    folder = write().parent
    by_folder, document = load_project(folder)
    by_file, _ = load_project(folder / "project.yml")
    assert by_folder == by_file
    assert document.place("timezone").line == 2
    with pytest.raises(ProjectError):
        load_project(folder.parent / "elsewhere" / "project.yml")


def test_a_wrong_project_is_refused(write: Write) -> None:
    path = write(project=(("grain: event", "grain: events"),))
    with pytest.raises(SpecError) as caught:
        load_project(path.parent)
    assert caught.value.problems[0].code == "UP103"


def test_examine_reads_a_folder_in_name_order_with_the_project_first(write: Write) -> None:
    path = write()
    (path.parent / "another.yml").write_text("uplift: 1\n", encoding="utf-8")
    examined = examine([path.parent])
    assert [e.path.name for e in examined] == ["project.yml", "another.yml", "sale.yml"]
    assert [e.failed for e in examined] == [False, True, False]
    assert [e.study is not None for e in examined] == [False, False, True]


def test_examine_tells_of_the_project_of_a_single_file(write: Write) -> None:
    path = write(project=(("timezone: Europe/Berlin", "timezone: Mars"),))
    examined = examine([path])
    assert [e.path.name for e in examined] == ["project.yml", "sale.yml"]
    assert examined[0].problems[0].code == "UP229"
    assert examined[1].study is None


@pytest.mark.parametrize("name", ["missing.yml", "x" * 5000, "nul\0", "."])
def test_a_file_that_can_not_be_read_could_not_be_judged(write: Write, name: str) -> None:
    with pytest.raises(ProjectError) as caught:
        load_study(write().parent / name)
    assert caught.value.exit_code == 2
    assert caught.value.problems[0].code == "UP003"


def test_the_project_is_no_experiment(write: Write) -> None:
    with pytest.raises(ProjectError, match="not an experiment"):
        load_study(write().parent / "project.yml")


@pytest.mark.parametrize("name", ["missing.yml", "missing", "x" * 5000, "nul\0"])
def test_examine_reports_a_missing_path(tmp_path: Path, name: str) -> None:
    (examined,) = examine([tmp_path / name])
    assert examined.problems[0].code == "UP003"


def test_examine_reports_an_empty_folder(tmp_path: Path) -> None:
    (examined,) = examine([tmp_path])
    assert examined.problems[0].level == "error"


def test_a_path_given_twice_is_examined_once(write: Write) -> None:
    path = write()
    assert len(examine([path, path.parent, path])) == 2


def test_warnings_do_not_stop_a_study_and_stay_with_it(write: Write) -> None:
    study = load_study(write(("holdout: global-2026h2", "holdout: global-2026h2"), ("2026-11-30", "2026-06-01")))
    assert [(p.code, p.level) for p in study.problems] == [("UP227", "warning")]


def test_subfolders_of_a_project_are_examined_too(write: Write) -> None:
    path = write()
    nested = path.parent / "2027" / "spring"
    nested.mkdir(parents=True)
    (nested / "spring-sale.yml").write_text(path.read_text().replace("id: sale", "id: spring-sale"))
    (path.parent / ".hidden").mkdir()
    (path.parent / ".hidden" / "not-ours.yml").write_text("x: 1")
    names = [examined.path.name for examined in examine([path.parent])]
    assert names == ["project.yml", "sale.yml", "spring-sale.yml"]
    assert [examined.failed for examined in examine([path.parent])] == [False] * 3


def test_the_root_of_a_project_stands_for_its_experiments(tmp_path: Path, write: Write) -> None:
    path = write()
    root = tmp_path / "root"
    root.mkdir()
    path.parent.rename(root / "experiments")
    (root / "data").mkdir()
    (root / "data" / "other.yml").write_text("not: ours")
    assert [examined.path.name for examined in examine([root])] == ["project.yml", "sale.yml"]


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="UP003 there is no such file"):
        load_study(tmp_path / "nosuch.yml")


def test_an_empty_project_is_told_how_a_project_begins(write: Write) -> None:
    path = write()
    (path.parent / "project.yml").write_text("")
    (problem,) = found(path)
    assert (problem.code, problem.fix) == ("UP004", "start with `uplift: 1` and `sources:`")
