"""The verbs as functions. Each imports its room only when called, so that `import uplift` stays light."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import uplift.report  # noqa: F401 - bound before the function of this name, or its first call would hide the function

if TYPE_CHECKING:
    from uplift.assignment import AssignmentReport
    from uplift.design.checkup import Checkup
    from uplift.results import Result
    from uplift.results.plan import Plan
    from uplift.spec import Study
    from uplift.spec.quantities import Money
    from uplift.targeting.target import Targeted
    from uplift.words.language import Language


def load(path: Path | str) -> Study:
    """Read and validate one experiment with its project. Raises SpecError with every problem at once."""
    from uplift.spec import load_study

    return load_study(path)


def check(*paths: Path | str, today: datetime.date | None = None) -> tuple[Checkup, ...]:
    """Validate files and folders and judge the designs: one Checkup per file, with its problems and its power."""
    from uplift.design.checkup import check_paths

    return check_paths(paths or ("experiments",), today=today or datetime.date.today())


def plan(study: Study | Path | str, *, today: datetime.date | None = None) -> Plan:
    """What a design can find: power, smallest effects by size and control share, looks. It prints as a table."""
    from uplift.design.planning import plan as planned

    return planned(_loaded(study), today=today or datetime.date.today())


def assign(study: Study | Path | str, *, on: datetime.date | None = None) -> AssignmentReport:
    """Assign eligible contacts to arms and write the ledger; `on` (a local day) defaults to today.

    Running it again assigns only new contacts and changes nobody. Raises AssignmentError (nothing was written).
    """
    from zoneinfo import ZoneInfo

    from uplift.assignment import assign as draw
    from uplift.store import Store

    study = _loaded(study)
    day = on or datetime.datetime.now(ZoneInfo(study.project.timezone)).date()
    with Store.open(study.root / study.project.state) as store:
        return draw(study, on=day, store=store)


def analyze(
    study: Study | Path | str,
    *,
    as_of: datetime.date | None = None,
    sources: Mapping[str, object] | None = None,
) -> Result:
    """Measure the uplift of every metric on the day `as_of` (default: the planned read-out, or today before it).

    `sources={"orders": table}` reads a pandas, polars, Arrow, Ibis or DuckDB table (or another file) instead of what
    project.yml names.
    """
    from uplift.analysis import analyze as measure

    return measure(_loaded(study), as_of=as_of, sources=sources)


def target(
    study: Study | Path | str,
    *,
    as_of: datetime.date | None = None,
    budget: Money | str | None = None,
    anyway: bool = False,
    out: Path | str | None = None,
    language: Language | None = None,
) -> Targeted:
    """Learn from a test whom to target next; the list is written where a selection is proven to be worth it.

    `budget` ("5000 EUR") replaces the strategy's, `anyway` writes a list against the advice. It prints as tables; the
    reading, the list and the files that were written are its fields. Needs the extra `targeting`.
    """
    from uplift.spec.quantities import parse_money
    from uplift.targeting.target import target as learn_and_list

    money = None if budget is None else parse_money(budget)
    folder = None if out is None else Path(out)
    return learn_and_list(_loaded(study), as_of=as_of, budget=money, anyway=anyway, out=folder, language=language)


def report(
    result: Result, path: Path | str, *, language: Language | None = None, templates: Path | str | None = None
) -> Path:
    """Write the report of a result as one self-contained HTML file; `templates` is a folder with own templates."""
    from uplift.report import write

    return write(result, Path(path), language=language, templates=None if templates is None else Path(templates))


def _loaded(study: Study | Path | str) -> Study:
    return load(study) if isinstance(study, Path | str) else study
