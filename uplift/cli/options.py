"""Arguments and options that several verbs share, and how they are read."""

from __future__ import annotations

import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uplift.errors import Problem, ProjectError

if TYPE_CHECKING:
    from uplift.spec import Project, Study
    from uplift.spec.study import Document
    from uplift.words.language import Language


FOLDER = Path("experiments")
ENDINGS = (".yml", ".yaml")


class Speech(StrEnum):
    """The language of a report."""

    de = "de"
    en = "en"


ExperimentArgument = Annotated[str, typer.Argument(metavar="EXPERIMENT", help="An experiment's id, or its YAML file.")]
LanguageOption = Annotated[Speech | None, typer.Option("--language", "-l", help="de or en; default: the project's.")]
DayOption = Annotated[
    datetime.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A local day of the project, YYYY-MM-DD.")
]


def study_of(experiment: str) -> Study:
    """The study of an id or a path: `sale`, `experiments/sale.yml`; ids are looked for in experiments/ and here."""

    from uplift.spec import load_study

    given = Path(experiment)
    candidates = [given, *(folder / f"{experiment}{end}" for folder in (FOLDER, Path()) for end in ENDINGS)]
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        known = sorted({p.stem for end in ENDINGS for p in FOLDER.glob(f"*{end}") if p.stem != "project"})
        hint = f"known here: {', '.join(known)}" if known else "run the command in the folder that holds experiments/"
        raise ProjectError(Problem("UP902", f"there is no experiment '{experiment}'", fix=hint))
    return load_study(found)


def today(study: Study | None = None) -> datetime.date:
    """The local day of the project, or of this machine where no project is known yet."""
    return datetime.datetime.now().astimezone().date() if study is None else today_in(study.project)


def today_in(project: Project) -> datetime.date:
    """The local day of a project."""
    from zoneinfo import ZoneInfo

    return datetime.datetime.now(ZoneInfo(project.timezone)).date()


def root_of(project: Document) -> Path:
    """The root of a project that no experiment was named of: what `Study.root` is to a study."""
    return project.path.parent.parent


def speech_of(choice: Speech | None) -> Language | None:
    """The language that was asked for, None when the project decides."""
    if choice is None:
        return None
    return "de" if choice is Speech.de else "en"
