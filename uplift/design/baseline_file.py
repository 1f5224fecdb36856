"""Write measured baselines into the experiment's YAML; every other byte of the file stays."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from uplift.design.baseline import Baselines, Measured
from uplift.errors import Problem, ProjectError, UpliftError
from uplift.spec import load_study
from uplift.spec.edit import drop, put_all
from uplift.spec.study import Study

_DIGITS = 4  # significant digits: finer ones are noise


def written(study: Study, found: Baselines) -> str:
    """The experiment's text with baselines, expected size and clusters of today.

    Raises ProjectError (UP332) once the design is decided, and what the loader raises if the new text were wrong.
    """
    if study.experiment.status != "draft":
        raise ProjectError(
            Problem(
                "UP332",
                f"'{found.experiment}' is {study.experiment.status}: its baselines are part of what was decided",
                "measure without --write, or go back to status: draft before anybody is assigned",
                study.document.place("status"),
            )
        )
    text = study.document.text
    grouped = "_" in _number_written(text, study)
    for metric in found.metrics:
        if not metric.value or metric.value <= 0:  # nothing that a design could be judged by
            continue
        path = ("design", "baselines", metric.metric)
        text = put_all(text, {(*path, key): value for key, value in _entries(metric, found).items()})
        if metric.sd is not None and metric.kind != "proportion":
            text = drop(text, (*path, "cv"))
        for key in {"skewness", "kurtosis", "r_squared", "explained_by"} - _entries(metric, found).keys():
            text = drop(text, (*path, key))
    audience: dict[tuple[str, ...], str] = {}
    if found.expected:
        audience["audience", "expected_size"] = _count(found.expected, grouped=grouped)
    if found.clusters is not None and found.clusters.count:
        place = ("audience", "expected_clusters")
        audience[*place, "count"] = _count(found.clusters.count, grouped=grouped)
        audience[*place, "size_cv"] = _rounded(found.clusters.size_cv)
    text = put_all(text, audience)
    _require_sound(study, text)
    return text


def write(study: Study, found: Baselines) -> Path:
    """Write them, whole or not at all; returns the file. Raises like `written`, and StateError."""
    from uplift.store.files import written_aside

    text = written(study, found)
    path = study.document.path
    mark = b"\xef\xbb\xbf" if path.read_bytes().startswith(b"\xef\xbb\xbf") and not text.startswith("\ufeff") else b""
    with written_aside(path) as aside:
        aside.write_bytes(mark + text.encode())
        shutil.copymode(path, aside)
    return path


def _entries(metric: Measured, found: Baselines) -> dict[str, str]:
    assert metric.value is not None
    entries = {"value": _level(metric.value, metric)}
    if metric.sd is not None and metric.kind != "proportion":
        entries["sd"] = _level(metric.sd, metric)
    if metric.kind in ("mean", "count") and metric.skewness is not None and metric.skewness >= 0:
        entries["skewness"] = _rounded(metric.skewness)
        if metric.kurtosis is not None:
            entries["kurtosis"] = _rounded(metric.kurtosis)
    if metric.icc is not None:
        entries["icc"] = _rounded(max(0.0, metric.icc))
    if metric.r_squared is not None:
        entries["r_squared"] = _rounded(metric.r_squared)
        entries["explained_by"] = f"[{', '.join(metric.explained_by)}]"
    entries["source"] = f"'{metric.source}'" if "," in metric.source else metric.source
    entries["date"] = found.as_of.isoformat()
    entries["fingerprint"] = metric.fingerprint
    return entries


def _level(amount: float, metric: Measured) -> str:
    if metric.kind == "proportion":
        return f"{_rounded(100 * amount)}%"
    return f"{_rounded(amount)} {metric.currency}" if metric.currency else _rounded(amount)


def _rounded(amount: float) -> str:
    """Four significant digits, never in scientific notation, at least the whole part.

    >>> _rounded(9.41234), _rounded(123456.7), _rounded(0.000012346), _rounded(0)
    ('9.412', '123457', '0.00001235', '0')
    """
    from decimal import Decimal

    exact = Decimal(repr(float(amount)))
    if exact.is_zero():
        return "0"
    place = min(0, exact.adjusted() - _DIGITS + 1)
    return f"{exact.quantize(Decimal(1).scaleb(place)):f}"


def _count(count: int, *, grouped: bool) -> str:
    return f"{count:_}" if grouped else str(count)


def _number_written(text: str, study: Study) -> str:
    """How the expected size is written today; a new one is grouped."""
    place = study.document.values.get(("audience", "expected_size"))
    if place is None or place.line is None or place.column is None:
        return "_"
    return text.splitlines()[place.line - 1][place.column - 1 :].split()[0].rstrip(",}")


def _require_sound(study: Study, text: str) -> None:
    """Load the new text beside a copy of its project, before anything is replaced."""
    path = study.document.path
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(study.project_document.path, Path(folder) / "project.yml")
        aside = Path(folder) / path.name
        aside.write_bytes(text.encode())
        try:
            load_study(aside)
        except UpliftError as error:
            problems = (Problem(p.code, p.message, p.fix, study.document.place("design")) for p in error.problems)
            raise type(error)(*problems) from error
