"""From five answers to a project that passes its own check: the starter's files with the answers written into them."""

from __future__ import annotations

import datetime
import math
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from uplift.design.assessment import assess
from uplift.design.gate import findings
from uplift.design.suggestions import ControlShare, LargerEffect, apply
from uplift.errors import Problem, ProjectError
from uplift.spec.edit import drop, put_all
from uplift.spec.load import load_study
from uplift.spec.quantities import Effect, effect_text, exact_decimal, share_text
from uplift.spec.study import Study

HERE = Path(__file__).parent
USUAL_GAIN = Fraction(1, 8)
"""Of the baseline: what is looked for when nobody says; the starter's 1.0pp on 8 %."""
_TIGHT = ("UP310", "UP312", "UP314")  # too small, or only just large enough


@dataclass(frozen=True, slots=True)
class Answers:
    """What a newcomer says about the first test; `contacts` is a file with a header line, if it is there yet."""

    id: str
    contacts: Path
    baseline: Fraction
    size: int
    control: Fraction
    mde: Effect | None = None  # points; None: an eighth of the baseline, or what the test can find
    today: datetime.date = datetime.date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class Drafted:
    """The two YAML texts, and what had to be changed for the design to be large enough."""

    project: str
    experiment: str
    remarks: tuple[str, ...]


def draft(answers: Answers, folder: Path) -> Drafted:
    """The files for a project in `folder`; nothing is written.

    Where the answers make a test that is too small, the control share is raised if an effect was named, and else the
    effect is. Raises ProjectError (UP314) when not even that helps, and SpecError for answers that YAML can't hold.
    """
    asked = replace(answers, mde=answers.mde or usual_effect(answers.baseline))
    project = _project(asked, folder)
    study = _study(project, _experiment(asked), asked)
    for tried, remarks in _attempts(asked, study, named=answers.mde is not None):
        if not _tight(study, tried):
            return Drafted(project, _experiment(tried), remarks)
    raise ProjectError(
        Problem(
            "UP314",
            f"{answers.size:,} contacts of whom {_percent(answers.baseline)} buy are too few for a test of buyers",
            "ask more contacts, or a metric that more of them reach (visits, clicks)",
        )
    )


def usual_effect(baseline: Fraction) -> Effect:
    """An eighth of the baseline in points; of what is left to gain where most buy already.

    >>> str(usual_effect(Fraction(8, 100))), str(usual_effect(Fraction(9, 10)))
    ('1pp', '1.3pp')
    """
    return _points(min(baseline, 1 - baseline) * USUAL_GAIN)


def header(file: Path) -> tuple[str, ...]:
    """The column names of a CSV file; nothing for other files and for those that are not there."""
    if file.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return ()
    try:
        with file.open(encoding="utf-8-sig", errors="replace") as lines:
            first = lines.readline().strip()
    except OSError:
        return ()
    mark = max(";,\t|", key=first.count)
    return tuple(name.strip().strip('"') for name in first.split(mark))


def rows(file: Path) -> int | None:
    """How many contacts a CSV file holds, or None where it can't be counted."""
    if not header(file):
        return None
    with file.open("rb") as lines:
        return max(0, sum(1 for line in lines if line.strip()) - 1)


def id_column(columns: tuple[str, ...]) -> str:
    """The column that is probably the contact's id.

    >>> id_column(("name", "kunden_id")), id_column(())
    ('kunden_id', 'customer_id')
    """
    usual = [name for name in columns if name.lower() in ("customer_id", "contact_id", "id")]
    likely = [name for name in columns if name.lower().endswith(("id", "nr", "number", "nummer"))]
    return next(iter((*usual, *likely, *columns)), "customer_id")


def holds_integers(file: Path, column: str) -> bool:
    """Whether the first contact's id is an integer as a warehouse would write it; True where nobody can look."""
    columns = header(file)
    if column not in columns:
        return True
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        mark = max(";,\t|", key=lines.readline().count)
        values = lines.readline().rstrip("\n").split(mark)
    at = columns.index(column)
    value = values[at].strip().strip('"') if at < len(values) else ""
    return not value or value == "0" or (value.isdecimal() and not value.startswith("0"))


def _attempts(asked: Answers, study: Study, *, named: bool) -> Iterator[tuple[Answers, tuple[str, ...]]]:
    """The answers as they are, then with what would be enough, nearest first."""
    yield asked, ()
    judged = assess(study, today=asked.today)
    found = "too few would buy for any verdict"
    if judged.power is not None and _verdict(judged.verdict_chance, judged.required):
        found = f"only {judged.power:.0%} of such tests would find it"
        if judged.enough:
            found = "a slightly lower baseline would be too little to find it"
    why = f"with {asked.size:,} contacts and {share_text(asked.control)} withheld, {asked.mde} is too little: {found}"
    shares = [Fraction(percent, 100) for percent in range(math.floor(asked.control * 100) + 1, 51)]
    if named:
        for share in shares:
            yield replace(asked, control=share), (f"{why}; the control share is {share_text(share)} instead",)
    for share in (asked.control, *shares, Fraction(1, 2)):
        least = assess(_with(study, replace(asked, control=share)), today=asked.today).detectable
        if least is None:
            continue
        note = "" if share == asked.control else f" and the control share {share_text(share)}"
        for room in (Fraction(106, 100), Fraction(112, 100), Fraction(12, 10), Fraction(13, 10), Fraction(15, 10)):
            mde = _points(least.value * room)
            if asked.baseline + mde.value < 1:
                yield replace(asked, control=share, mde=mde), (f"{why}; mde is {mde}{note} instead",)


def _with(study: Study, answers: Answers) -> Study:
    """The study with the answers' control share and effect."""
    assert answers.mde is not None
    return apply(ControlShare(answers.control), apply(LargerEffect(answers.mde), study))


def _verdict(chance: float | None, required: float) -> bool:
    return chance is None or chance >= required


def _points(size: Fraction) -> Effect:
    """Points with two digits, rounded up."""
    hundredfold = size * 100
    place = math.floor(math.log10(hundredfold)) - 1
    grain = Fraction(10) ** place
    effect = Effect(Fraction(math.ceil(hundredfold / grain)) * grain / 100, "points")
    return replace(effect, text=effect_text(effect))


def _tight(study: Study, answers: Answers) -> bool:
    return any(problem.code in _TIGHT for problem in findings(_with(study, answers), today=answers.today))


def _study(project: str, experiment: str, answers: Answers) -> Study:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "project.yml").write_text(project, encoding="utf-8")
        path = Path(folder) / f"{answers.id}.yml"
        path.write_text(experiment, encoding="utf-8")
        return load_study(path)


def _project(answers: Answers, folder: Path) -> str:
    """The starter's project with the file of the contacts; orders are looked for beside it."""
    experiments = (folder / "experiments").absolute()
    contacts = Path(os.path.relpath(answers.contacts.absolute(), experiments)).as_posix()
    orders = (Path(contacts).parent / "orders.csv").as_posix()
    unit = id_column(header(answers.contacts))
    return put_all(
        (HERE / "project.yml").read_text(encoding="utf-8"),
        {
            ("sources", "contacts", "file"): _text(contacts),
            ("sources", "contacts", "id"): _text(unit),
            ("sources", "orders", "file"): _text(orders),
            ("sources", "orders", "id"): _text(unit),
        },
    )


def _experiment(answers: Answers) -> str:
    columns = header(answers.contacts)
    text = (HERE / "welcome-mail.yml").read_text(encoding="utf-8")
    text = drop(text, ("title",))
    if "email_opt_in" not in columns:
        text = drop(text, ("audience", "where"))
    assert answers.mde is not None
    size = exact_decimal(answers.mde.value * 100)
    monday = answers.today + datetime.timedelta(days=21 - answers.today.weekday())
    baseline = ("design", "baselines", "buyers")
    return put_all(
        text,
        {
            ("id",): _text(answers.id),
            ("hypothesis",): f"{answers.id} raises the share of contacts who buy within 30 days by at least "
            f"{size} percentage point{'' if size == '1' else 's'}.",
            ("unit", "id"): _text(id_column(columns)),
            ("unit", "type"): "integer" if holds_integers(answers.contacts, id_column(columns)) else "string",
            ("audience", "expected_size"): f"{answers.size:_}",
            ("arms", "control", "weight"): share_text(answers.control),
            ("arms", "treatment", "weight"): share_text(1 - answers.control),
            ("arms", "treatment", "treatment"): answers.id.replace("-", "_"),
            ("schedule", "start"): monday.isoformat(),
            ("metrics", "primary", "mde"): str(answers.mde),
            (*baseline, "value"): _percent(answers.baseline),
            (*baseline, "date"): answers.today.isoformat(),
        },
    )


def _percent(share: Fraction) -> str:
    """A baseline has no fractions: 1/3 is 33.33%."""
    decimal = exact_decimal(share * 100)
    return f"{float(share * 100):.4g}%" if decimal is None else f"{decimal}%"


def _text(value: str) -> str:
    """A YAML scalar that is read as this text."""
    plain = value.replace("_", "").replace("-", "").replace("/", "").replace(".", "").isalnum()
    risky = not plain or value[:1].isdigit() or value.lower() in ("true", "false", "null", "yes", "no", "on", "off")
    return "'" + value.replace("'", "''") + "'" if risky else value
