"""The experiment that measures a target list: its YAML is written beside the list and passes `uplift check`.

Its audience are the contacts that the plan treats; its control are those of them who were held back. They are drawn
by the hash of the new experiment's own id, so `uplift assign` finds exactly the contacts that the list holds back,
and audit, checks and analysis work as in every other experiment. What the campaign finds is what the list was worth.
"""

from __future__ import annotations

import datetime
import json
import math
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from uplift.design.assessment import Assessment, assess
from uplift.engine.plan import metric_uses
from uplift.spec.edit import put
from uplift.spec.experiment import Guardrail, Primary
from uplift.spec.load import load_study
from uplift.spec.quantities import Effect, effect_text, share_text
from uplift.spec.study import Study
from uplift.store.files import write_text_atomic
from uplift.words.language import Language, say
from uplift.words.numbers import percent

SOURCE = "target_list"
MOST_CONTROL = Fraction(50, 100)
SMALLEST_EFFECT, LARGEST_EFFECT = 0.005, 10.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the targeted contacts did without treatment: mean and standard deviation of the primary metric.

    `icc` is the correlation of contacts of one household, where households are drawn.
    """

    value: float
    sd: float
    icc: float | None = None


@dataclass(frozen=True, slots=True)
class Households:
    """How many households the targeted contacts form, and the coefficient of variation of their sizes."""

    count: int
    size_cv: float


@dataclass(frozen=True, slots=True)
class Campaign:
    """The next campaign before it is drawn; `expected` is its relative effect on the primary metric."""

    id: str
    on: datetime.date
    contacts: int
    model: str
    control: Fraction
    mde: Effect
    baseline: Baseline | None
    expected: float | None = None
    larger_than_expected: bool = False
    households: Households | None = None


@dataclass(frozen=True, slots=True)
class NextExperiment:
    """The two YAML files and where they go."""

    campaign: Campaign
    project: Path
    experiment: Path


def campaign_id(experiment: str, on: datetime.date) -> str:
    """The id of the campaign that follows an experiment: short enough for a salt of its own.

    >>> campaign_id("win-back", datetime.date(2027, 1, 2))
    'win-back-target-20270102'
    """
    return f"{experiment[:50].rstrip('-')}-target-{on:%Y%m%d}"


def planned_campaign(
    study: Study,
    *,
    on: datetime.date,
    contacts: int,
    model: str,
    control: Fraction | None,
    baseline: Baseline | None,
    expected: float | None,
    project: str,
    households: Households | None = None,
) -> Campaign:
    """How much of the list is held back: what the YAML says, or else the smallest share that shows the expected effect.

    Where no share is enough, the campaign looks for the smallest effect that it can find, and says so.
    """
    effect = min(max(abs(expected), SMALLEST_EFFECT), LARGEST_EFFECT) if expected else None
    asked = _relative(effect) if effect else study.experiment.metrics.primary.mde
    shares = [control] if control else [Fraction(s, 100) for s in range(10, 51, 5)]
    name = campaign_id(study.experiment.id, on)
    campaign = Campaign(name, on, contacts, model, shares[0], asked, baseline, expected=expected, households=households)
    if not contacts:  # nobody is on the list: there is nothing to measure, and no experiment is written
        return campaign
    judged = None
    for share in shares:
        campaign = replace(campaign, control=share)
        judged = _judged(study, campaign, project)
        if judged is None or judged.enough:
            return campaign
    campaign = replace(campaign, control=shares[0] if control else MOST_CONTROL)
    found = judged.detectable if judged else None
    for step in range(20):
        if found is None or found.unit != "relative":
            break
        larger = math.ceil(float(found.value) * 1000 * 1.01**step) / 1000
        campaign = replace(campaign, mde=_relative(larger), larger_than_expected=True)
        judged = _judged(study, campaign, project)
        if judged is None or judged.enough:
            break
    return campaign


def write_next(study: Study, campaign: Campaign, *, folder: Path, list_file: Path, unit: str) -> NextExperiment:
    """Write `next/project.yml` and `next/<id>.yml` beside the list."""
    target = folder / "next"
    project = project_text(study, at=target, list_file=list_file, unit=unit)
    files = NextExperiment(campaign, target / "project.yml", target / f"{campaign.id}.yml")
    write_text_atomic(files.project, project)
    write_text_atomic(files.experiment, experiment_text(study, campaign, unit=unit))
    return files


def project_text(study: Study, *, at: Path, list_file: Path, unit: str) -> str:
    """The project's own file with the list as one more source, its paths as seen from the new place."""
    text = study.project_document.text
    for name, source in study.project.sources.items():
        if source.file:
            path = os.path.relpath((study.folder / source.file).resolve(), at.resolve())
            text = put(text, ("sources", name, "file"), _scalar(Path(path).as_posix()))
    listed = Path(os.path.relpath(list_file.resolve(), at.resolve())).as_posix()
    return put(text, ("sources", SOURCE), f"{{file: {_scalar(listed)}, grain: contact, id: {_scalar(unit)}}}")


def experiment_text(study: Study, campaign: Campaign, *, unit: str) -> str:
    """The YAML of the campaign."""
    experiment, language = study.experiment, study.project.language
    primary = experiment.metrics.primary
    programme = experiment.programme.id if experiment.programme else experiment.id
    kind = experiment.unit.type if isinstance(experiment.unit.id, str) else "integer"
    lines = [
        f"# {_head(study, language)}",
        *_outcomes(study, language),
        "uplift: 1",
        f"id: {campaign.id}",
        f"title: {_scalar(_title(study, language))}",
        f"programme: {{id: {programme[:68]}-targeting, version: {campaign.model}}}",
        f"owner: {_scalar(experiment.owner)}",
        "hypothesis: >",
        f"  {_hypothesis(primary.metric, language)}",
        "status: draft",
        "",
        f"unit: {{id: {_scalar(unit)}, type: {kind}{_cluster(study)}}}",
        "audience:",
        f"  source: {SOURCE}",
        f"  where: planned <> '{experiment.control}'",
        f"  expected_size: {campaign.contacts}",
        *_households(campaign),
        "",
        "arms:",
        f"  {experiment.control}: {{weight: {share_text(campaign.control)}, control: true}}",
        f"  {SOURCE}: {{weight: {share_text(1 - campaign.control)}}}",
        "",
        f"schedule: {{start: {campaign.on + datetime.timedelta(days=1)}}}",
        "",
        "metrics:",
        f"  primary: {_use(primary, f'mde: {effect_text(campaign.mde)}')}{_mde_comment(campaign, language)}",
    ]
    lines += _list("secondary", [_use(use) for use in experiment.metrics.secondary])
    lines += _list("guardrails", [_guardrail(use) for use in experiment.metrics.guardrails])
    baseline = _baseline(study, campaign)
    if baseline:
        lines += ["", "design:", f"  baselines: {{{primary.metric}: {baseline}}}"]
    holdout = f", holdout: {experiment.assignment.holdout}" if experiment.assignment.holdout else ""
    lines += ["", f"assignment: {{method: hash, salt_epoch: 1{holdout}}}"]
    if experiment.value is not None:
        lines += [f"value: {{margin: {share_text(experiment.value.margin)}}}"]
    return "\n".join(lines) + "\n"


def _cluster(study: Study) -> str:
    """Who was drawn together in the test is drawn together in the campaign."""
    unit = study.experiment.unit
    if unit.cluster is None:
        return ""
    return f", cluster: {_scalar(unit.cluster)}, cluster_fallback: {unit.cluster_fallback}"


def _households(campaign: Campaign) -> list[str]:
    found = campaign.households
    if found is None:
        return []
    return [f"  expected_clusters: {{count: {found.count}, size_cv: {found.size_cv:.3g}}}"]


def _judged(study: Study, campaign: Campaign, project: str) -> Assessment | None:
    """How good the campaign is as a test; None where its baseline is not known."""
    unit = study.experiment.unit.id
    with tempfile.TemporaryDirectory(prefix="uplift-") as scratch:
        folder = Path(scratch)
        (folder / "project.yml").write_text(project, "utf-8")
        path = folder / f"{campaign.id}.yml"
        path.write_text(
            experiment_text(study, campaign, unit=unit if isinstance(unit, str) else "row_number"), encoding="utf-8"
        )
        found = assess(load_study(path), today=campaign.on)
    return found if found.unanswered is None else None


def _relative(effect: float) -> Effect:
    rounded = Fraction(math.ceil(effect * 1000), 1000)
    return Effect(rounded, "relative", "")


def _use(use: Primary | object, more: str = "") -> str:
    parts = [f"metric: {getattr(use, 'metric')}"]  # noqa: B009 - uses share these two fields and no class
    window = getattr(use, "window", None)
    if window is not None:
        parts.append(f"window: {window}")
    return "{" + ", ".join([*parts, *([more] if more else [])]) + "}"


def _guardrail(use: Guardrail) -> str:
    return _use(use, f"margin: {effect_text(use.margin)}")


def _list(name: str, entries: Sequence[str]) -> list[str]:
    return [f"  {name}:", *(f"    - {entry}" for entry in entries)] if entries else []


def _baseline(study: Study, campaign: Campaign) -> str | None:
    """Of the contacts on the list where the test shows it, else what the experiment itself was planned with."""
    primary = study.experiment.metrics.primary.metric
    definition = study.metric(primary)
    written = study.experiment.design.baselines.get(primary)
    if campaign.baseline is None:
        if written is None or written.value is None:
            return None
        value, sd = written.value, written.sd
        parts = [f"value: {_level(float(value), definition.kind)}"]
        if sd is not None:
            parts.append(f"sd: {float(sd):.6g}")
        elif written.cv is not None:
            parts.append(f"cv: {written.cv:.6g}")
        if written.icc is not None and campaign.households is not None:
            parts.append(f"icc: {written.icc:.4g}")
        return "{" + ", ".join([*parts, f"source: {study.experiment.id}", f"date: {campaign.on}"]) + "}"
    parts = [f"value: {_level(campaign.baseline.value, definition.kind)}"]
    if definition.kind != "proportion":
        parts.append(f"sd: {campaign.baseline.sd:.6g}")
    if campaign.baseline.icc is not None:
        parts.append(f"icc: {campaign.baseline.icc:.4g}")
    return "{" + ", ".join([*parts, f"source: {study.experiment.id}", f"date: {campaign.on}"]) + "}"


def _level(value: float, kind: str) -> str:
    return f"{value * 100:.4g}%" if kind == "proportion" else f"{value:.6g}"


def _scalar(text: str) -> str:
    """A text as YAML may write it: plain where nothing can be misread, else in quotes."""
    plain = re.fullmatch(r"[A-Za-z_./][\w ./-]*[\w/]|[A-Za-z_]", text)
    return (
        text
        if plain and text.lower() not in {"true", "false", "null", "yes", "no", "on", "off"}
        else json.dumps(text, ensure_ascii=False)
    )


def _head(study: Study, language: Language) -> str:
    name = study.experiment.id
    return say(
        language,
        de=f"Geschrieben von `uplift target {name}`: misst, was die Zielgruppenliste wert ist. Zum Start nach "
        "experiments/ legen und die Quelle target_list aus der project.yml daneben übernehmen.",
        en=f"Written by `uplift target {name}`: measures what the target list is worth. To start it, move it to "
        "experiments/ and copy the source target_list from the project.yml beside it.",
    )


def _outcomes(study: Study, language: Language) -> list[str]:
    """That outcomes which are columns of the audience are still to come: the list has none."""
    names = dict.fromkeys(name for name, _ in metric_uses(study))
    columns = [of.column for name in names if (of := study.metric(name)).column is not None]
    if not columns:
        return []
    listed = ", ".join(columns)
    told = say(
        language,
        de=f"Vor der Auswertung: der Quelle {SOURCE} eine Datei geben, in der neben den Spalten der Liste auch "
        f"{listed} steht.",
        en=f"Before the analysis: give the source {SOURCE} a file that holds {listed} beside the columns of the list.",
    )
    return [f"# {told}"]


def _title(study: Study, language: Language) -> str:
    title = study.experiment.title or study.experiment.id
    return say(language, de=f"{title}: Zielgruppenliste", en=f"{title}: target list")


def _hypothesis(metric: str, language: Language) -> str:
    return say(
        language,
        de=f"Kontakte der Liste, die bekommen, was die Liste vorsieht, haben einen höheren Wert von {metric} als "
        "Kontakte der Liste, die nichts bekommen.",
        en=f"Contacts of the list who get what it gives them have a higher {metric} than contacts of the list who get "
        "nothing.",
    )


def _mde_comment(campaign: Campaign, language: Language) -> str:
    if not campaign.larger_than_expected or campaign.expected is None:
        return ""
    expected = percent(campaign.expected, language, signed=True)
    return say(
        language,
        de=f"   # erwartet werden nur {expected}; die Liste ist zu klein, um das zu zeigen",
        en=f"   # only {expected} is expected; the list is too small to show that",
    )
