"""From files to studies: read, validate, merge the project's defaults, apply the rules; all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from uplift.errors import Place, Problem, ProjectError, SpecError, UpliftError
from uplift.spec.diagnosis import as_meant, problems_of, unknown_keys
from uplift.spec.experiment import Experiment
from uplift.spec.model import Model
from uplift.spec.project import Project
from uplift.spec.reader import read_file, read_text
from uplift.spec.rules import across, project_findings, study_findings
from uplift.spec.study import Document, Study

PROJECT_FILE = "project.yml"
EXPERIMENTS = "experiments"
ENDINGS = (".yml", ".yaml")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Examined:
    """One file and what was found in it; `study` is None for project files and where errors stand in the way.

    `common` are those of the problems that only show between files.
    """

    path: Path
    study: Study | None
    problems: tuple[Problem, ...]
    common: tuple[Problem, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(problem.level == "error" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class _LoadedProject:
    project: Project | None
    document: Document | None
    problems: tuple[Problem, ...]


def load_study(path: Path | str) -> Study:
    """An experiment with its project, checked; warnings and notes stand in `study.problems`.

    Raises SpecError with every error of both files, and ProjectError when a file can't be read at all or when no
    project.yml is beside or above the experiment.
    """
    path = Path(path)
    if path.name == PROJECT_FILE:
        raise ProjectError(
            Problem("UP003", "this is the project, not an experiment", "name an experiment's file", Place(str(path)))
        )
    home = find_project(path)
    if home is None:
        raise ProjectError(_homeless(path))
    loaded = _load_project(home)
    examined = _examine(path, loaded)
    if examined.study is None or loaded.project is None or examined.failed:
        raise _refusal((*loaded.problems, *examined.problems))
    return replace(examined.study, problems=(*loaded.problems, *examined.problems))


def load_project(path: Path | str) -> tuple[Project, Document]:
    """A project from its project.yml, or from the folder that holds it.

    Raises ProjectError when there is none or it can't be read, and SpecError when it is wrong.
    """
    path = Path(path)
    home = path if path.name == PROJECT_FILE else find_project(path)
    if home is None or not _is(home, Path.exists):
        raise ProjectError(_no_project(path))
    loaded = _load_project(home)
    if loaded.project is None or loaded.document is None or _errors(loaded.problems):
        raise _refusal(loaded.problems)
    return loaded.project, loaded.document


def study_of_text(text: str, path: Path, project: Project, project_document: Document) -> Study:
    """A study from an experiment's text that stands in no file, for questions that a verb puts together itself.

    Raises SpecError with what is wrong with it; `path` is what messages name.
    """
    reading = read_text(text, path)
    if isinstance(reading, Problem):
        raise _refusal((reading,))
    try:
        experiment = Experiment.model_validate(reading.data, by_alias=True, by_name=False)
    except ValidationError as error:
        raise _refusal(problems_of(error, Experiment, reading.data, reading.document, only_keys=False)) from None
    return Study(_with_defaults(experiment, project), project, reading.document, project_document)


def examine(paths: Sequence[Path | str]) -> tuple[Examined, ...]:
    """Everything that is wrong with these files.

    A folder stands for its project.yml and all its *.yml in name order, and for those in its subfolders where it
    belongs to a project; the root of a project stands for its folder `experiments`.
    Each project is examined once, before its first experiment. Nothing is raised for what a file says.
    """
    projects: dict[Path, _LoadedProject] = {}
    found: dict[Path, Examined] = {}
    for path in _files(paths):
        home = path if path.name == PROJECT_FILE else find_project(path)
        if home is not None and home.absolute() not in projects:
            loaded = _load_project(home)
            projects[home.absolute()] = loaded
            found[home.absolute()] = Examined(home, None, loaded.problems)
        if path.absolute() in found:
            continue
        if home is None:
            found[path.absolute()] = Examined(path, None, (_homeless(path),))
        else:
            found[path.absolute()] = _examine(path, projects[home.absolute()])
    return _with_common_findings(tuple(found.values()))


def find_project(path: Path) -> Path | None:
    """The project.yml in the folder, beside the file or in the nearest folder above."""
    folder = path if _is(path, Path.is_dir) else path.parent
    candidates = (folder / PROJECT_FILE, *(parent / PROJECT_FILE for parent in folder.absolute().parents))
    return next((candidate for candidate in candidates if _is(candidate, Path.is_file)), None)


def _files(paths: Sequence[Path | str]) -> tuple[Path, ...]:
    files: list[Path] = []
    for path in map(Path, paths):
        inside = _inside(path)
        if not inside and _is(path / EXPERIMENTS, Path.is_dir):
            inside = _inside(path / EXPERIMENTS)
        files.extend(inside or [path])
    return tuple(files)


def _inside(folder: Path) -> list[Path]:
    """The YAML files in a folder, project.yml first; with those of its subfolders where it belongs to a project."""
    try:
        entries = sorted(folder.iterdir(), key=lambda p: (p.name != PROJECT_FILE, p.name))
    except (OSError, ValueError):  # no folder, or one that can't be read: the reader says what is wrong
        return []
    shown = [entry for entry in entries if not entry.name.startswith(".")]
    files = [entry for entry in shown if entry.suffix in ENDINGS]
    if find_project(folder) is not None:
        files += [file for entry in shown if entry not in files and _is(entry, Path.is_dir) for file in _inside(entry)]
    return files


def _is(path: Path, question: Callable[[Path], bool]) -> bool:
    """Whether the path is a file (folder, …); False where the system won't tell (no permission, a name too long)."""
    try:
        return question(path)
    except (OSError, ValueError):
        return False


def _load_project(path: Path) -> _LoadedProject:
    project, document, problems = _read(path, Project)
    if project is not None and document is not None:
        problems = (*problems, *project_findings(project, document))
    return _LoadedProject(project, document, _in_order(problems))


def _examine(path: Path, loaded: _LoadedProject) -> Examined:
    experiment, document, problems = _read(path, Experiment)
    study = None
    if experiment is not None and document is not None and loaded.project is not None and loaded.document is not None:
        study = Study(_with_defaults(experiment, loaded.project), loaded.project, document, loaded.document)
        problems = _in_order((*problems, *study_findings(study)))
    if _errors(problems) or _errors(loaded.problems):
        study = None
    return Examined(path, replace(study, problems=problems) if study else None, problems)


def _read(path: Path, model: type[M]) -> tuple[M | None, Document | None, tuple[Problem, ...]]:
    reading = read_file(path)
    if isinstance(reading, Problem):
        return None, None, (reading,)
    data, document = reading.data, reading.document
    problems: tuple[Problem, ...] = ()
    while True:  # ends: each turn has fewer keys that no model knows
        try:
            return model.model_validate(data, by_alias=True, by_name=False), document, _in_order(problems)
        except ValidationError as error:
            unknown = unknown_keys(error, data)
            problems = (*problems, *problems_of(error, model, data, document, only_keys=bool(unknown)))
        if not unknown:
            return None, document, _in_order(problems)
        data, document = as_meant(data, document, unknown, model)


def _with_defaults(experiment: Experiment, project: Project) -> Experiment:
    """The experiment with the project's design settings where it has none of its own (baselines: metric by metric)."""
    own, shared = experiment.design, project.defaults.design
    words = {name: getattr(own, name) for name in own.model_fields_set}
    if "baselines" in words:
        words["baselines"] = {**shared.baselines, **own.baselines}
    return experiment.model_copy(update={"design": shared.model_copy(update=words)})


def _with_common_findings(examined: tuple[Examined, ...]) -> tuple[Examined, ...]:
    common = across(tuple(e.study for e in examined if e.study is not None))
    if not common:
        return examined
    return tuple(
        replace(
            e,
            problems=_in_order((*e.problems, *more)),
            common=more,
            study=None if any(p.level == "error" for p in more) else e.study,
        )
        if e.study is not None and (more := common.get(e.study.document.path))
        else e
        for e in examined
    )


def _in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=_position))


def _position(problem: Problem) -> tuple[int, int, str]:
    place = problem.place
    return (place.line or 0, place.column or 0, problem.code) if place else (0, 0, problem.code)


def _errors(problems: Sequence[Problem]) -> bool:
    return any(problem.level == "error" for problem in problems)


def _refusal(problems: Sequence[Problem]) -> UpliftError:
    """SpecError («ran and found problems»), or ProjectError («could not run») where a file could not even be read."""
    kind = ProjectError if any(problem.code == "UP003" for problem in problems) else SpecError
    return kind(*problems)


def _homeless(path: Path) -> Problem:
    """Why a file without a project can't be read: it is not there, or nothing but the project is missing."""
    reading = read_file(path)
    return reading if isinstance(reading, Problem) else _no_project(path)


def _no_project(path: Path) -> Problem:
    return Problem(
        "UP007",
        f"no {PROJECT_FILE} beside or above it",
        fix=f"put {PROJECT_FILE} into the folder of the experiments; `uplift init` writes one",
        place=Place(str(path)),
    )
