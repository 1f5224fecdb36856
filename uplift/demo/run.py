"""`uplift demo`: the whole circle on generated data, by the ordinary verbs."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

from uplift.analysis import analyze, save
from uplift.assignment import assign, export_lists
from uplift.customers.cross_sell.recommend import recommend
from uplift.customers.forecast import forecast_project
from uplift.customers.monitor import monitor
from uplift.customers.score import score
from uplift.customers.send_time.choose import send_times
from uplift.demo.designs import EXPORTED_ON, SEND_TIME, TESTS
from uplift.demo.project import at_its_start, prepare
from uplift.design.check import check_paths, render
from uplift.errors import SpecError
from uplift.report import write, write_always_on
from uplift.results import Result
from uplift.results.always_on import Found, file_name, read_folder, to_json
from uplift.results.always_on_text import recommendations_text, send_time_text, watch_lines
from uplift.results.customers_json import as_json
from uplift.results.customers_table import text as customers_text
from uplift.results.forecast_table import text as forecast_text
from uplift.results.forms import text
from uplift.spec import Study, load_project, load_study
from uplift.store import Store, report_path
from uplift.store.files import write_text_atomic
from uplift.store.places import always_on_folder, always_on_page, recommendations_path
from uplift.words.language import Language

WATCHED_DAYS = 20  # after its start a test is looked at
Progress = Callable[[str], None]


def run(folder: Path, *, language: Language | None, progress: Progress) -> Iterator[str]:
    """Generate, check, assign, analyze and report; yields what a terminal shows, step by step.

    Each report is written in German and English; `language` chooses the one of the tables. Raises UpliftError as the
    verbs do.
    """
    progress("generate the retailer's data")
    project = prepare(folder)
    data = project.data
    yield (
        f"data     {folder / 'data'}: {data.n_contacts:,} contacts, {data.n_orders:,} orders, "
        f"{data.n_mail_events:,} mail events (generated)"
    )
    progress("check the experiments")
    checked = check_paths([folder / "experiments"], today=datetime.date.today())
    if any(problem.level == "error" for checkup in checked for problem in checkup.problems):
        raise SpecError(*(p for checkup in checked for p in checkup.problems))
    yield f"check    {folder / 'experiments'}: {render(checked, 'text').splitlines()[-1]}"
    yield from _customers(folder, language, progress)
    tests: list[str] = []
    for path in project.experiments:
        study = load_study(path)
        tests += _one(study, language or study.project.language, progress)
    # It looks at one of the tests, and they are what should be read last.
    yield from _always_on(folder, language, progress)
    yield from tests


def _customers(folder: Path, language: Language | None, progress: Progress) -> Iterator[str]:
    """What to expect of the customers on the first day of the tests: the circle begins with an audience."""
    found, document = load_project(folder / "experiments")
    speech = language or found.language
    day = EXPORTED_ON + datetime.timedelta(days=1)
    done = score(found, document, as_of=day, language=speech, progress=lambda stage: progress(f"score: {stage}"))
    note = done.table.with_suffix(".json")
    write_text_atomic(note, as_json(done.result))
    yield f"\n{customers_text(done.result, speech)}"
    yield f"scores   {done.table}"


def _always_on(folder: Path, language: Language | None, progress: Progress) -> Iterator[str]:
    """What runs all year, as of the tests' first day: the next quarter, hours, a look at a test, next purchases."""
    found, document = load_project(folder / "experiments")
    speech, day = language or found.language, EXPORTED_ON + datetime.timedelta(days=1)
    progress("tell the coming quarter")
    told = forecast_project(found, document, as_of=day)
    yield f"\n{forecast_text(told, found.currency, speech)}"
    progress("recommend")
    made = recommend(found, document, as_of=day, table=recommendations_path(folder))
    yield f"\n{recommendations_text(made.result, speech)}\nlist     {made.table}"
    progress("choose hours and look at a running test")
    campaign = load_study(folder / "experiments" / f"{SEND_TIME}.yml")
    watched = load_study(folder / "experiments" / f"{TESTS[0].experiment}.yml")
    with Store.open(campaign.root / campaign.project.state) as store:
        assign(at_its_start(campaign), on=day, store=store)
        hours = send_times(campaign, on=day, store=store)
        seen = monitor(watched, as_of=TESTS[0].start + datetime.timedelta(days=WATCHED_DAYS), store=store)
    if hours.result is not None:
        yield f"\n{send_time_text(hours.result, speech)}\nlist     {hours.list}"
    yield "\n" + "\n".join(f"{status:5} {line}" for status, line in watch_lines(seen, speech))
    results: list[Found] = [told, made.result, seen, *([] if hours.result is None else [hours.result])]
    for result in results:
        write_text_atomic(always_on_folder(folder) / file_name(result), to_json(result, found.currency))
    everything = read_folder(always_on_folder(folder))
    if everything is not None:
        speeches: tuple[Language, ...] = ("de", "en")
        for s in speeches:
            yield f"report   {write_always_on(everything, always_on_page(folder, s), language=s)}"


def _one(study: Study, language: Language, progress: Progress) -> Iterator[str]:
    name, start = study.experiment.id, study.experiment.schedule.start
    progress(f"{name}: assign")
    with Store.open(study.root / study.project.state) as store:
        assign(at_its_start(study), on=start, store=store)
        export_lists(study, store=store, on=start, only_new=False)
    result = analyze(study, progress=lambda stage: progress(f"{name}: {stage}"))
    save(study, result)
    progress(f"{name}: write the reports")
    reports = _reports(study, result)
    yield f"\n{text(result, language)}"
    yield from (f"report   {path}" for path in reports)


def _reports(study: Study, result: Result) -> list[Path]:
    speeches: tuple[Language, ...] = ("de", "en")
    return [write(result, report_path(study.root, study.experiment.id, s), language=s) for s in speeches]
