"""The gate: what is wrong with the size of an experiment, where in the YAML, and what would mend it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from uplift.design.assessment import Assessment, assess, question
from uplift.design.known import Known
from uplift.design.question import Question, fewest_converters, power
from uplift.design.score_day import newer_scores
from uplift.design.timeline import ONE_DAY, days_to_mature
from uplift.design.waivers import expired, waived
from uplift.errors import Problem
from uplift.spec.past import past_of
from uplift.spec.study import Study

SENSITIVITY = 0.10


def findings(study: Study, *, today: datetime.date) -> tuple[Problem, ...]:
    """Everything the gate finds in one experiment, in reading order.

    Waived findings and those about a closed experiment are notes; a waiver that ran out is an error.
    """
    return findings_about(study, assess(study, today=today), today=today)


def findings_about(study: Study, assessment: Assessment, *, today: datetime.date) -> tuple[Problem, ...]:
    """The findings of a study whose assessment of today is at hand."""
    found = (
        *_unanswered(study, assessment),
        *_underpowered(study, assessment, today),
        *_close_to_the_line(study, assessment, today),
        *_guardrails(study, assessment, today),
        *_looks(study, assessment),
        *_beyond_the_programme(study, assessment),
        *_remarks(study, assessment),
        *newer_scores(study),
    )
    problems = (*waived(found, study, today=today), *expired(study, today=today))
    if study.experiment.status == "closed":
        problems = tuple(replace(problem, level="note") for problem in problems)
    return tuple(sorted(problems, key=_position))


def _unanswered(study: Study, assessment: Assessment) -> Iterator[Problem]:
    """Power can't be computed: for want of what?"""
    experiment, document = study.experiment, study.document
    metric = assessment.metric
    at_metric = document.place("metrics", "primary", "metric")
    match assessment.unanswered:
        case "quantile":
            yield Problem(
                "UP305",
                f"power is not computed for quantiles ('{metric}')",
                "judge the size of the experiment by a proportion or mean",
                at_metric,
                level="note",
            )
        case "audience" if experiment.assignment.method == "observed":
            yield Problem(
                "UP305",
                "power is not computed: another system assigns, and audience.expected_size is not given",
                "add expected_size to audience, if the experiment is still to come",
                document.place("audience", of="key"),
                level="note",
            )
        case "audience":
            yield Problem(
                "UP302",
                "power cannot be checked: audience.expected_size is missing",
                "add expected_size: <eligible contacts over the whole enrolment, before the holdout>",
                document.place("audience", of="key"),
            )
        case "baseline" | "spread":
            share = study.metric(metric).kind == "proportion"
            wanted = "no baseline" if assessment.unanswered == "baseline" else "no standard deviation"
            example = (
                "{value: 9.0%, source: typed, date: 2026-11-20}"
                if share
                else "{value: …, sd: …, source: typed, date: …} (or cv for sd)"
            )
            yield Problem(
                "UP301",
                f"power cannot be checked: {wanted} for '{metric}'",
                f"add to design.baselines: {metric}: {example}",
                at_metric,
            )
        case "clusters":
            missing = "expected_clusters" if experiment.audience.expected_clusters is None else "an icc"
            yield Problem(
                "UP303",
                f"{experiment.unit.cluster} is randomised: without {missing} the power is overstated",
                f"add audience.expected_clusters: {{count: …, size_cv: …}} and design.baselines.{metric}.icc",
                document.place("unit", "cluster"),
            )
        case "impossible":
            assert assessment.baseline is not None
            yield Problem(
                "UP304",
                f"an effect of {assessment.mde} on a baseline of {assessment.baseline.value:g} leads to a "
                f"value that '{metric}' cannot have",
                "check the unit and size of both: 9.0% and 5% (relative) or 1.0pp (points)",
                document.place("metrics", "primary", "mde"),
            )


def _underpowered(study: Study, assessment: Assessment, today: datetime.date) -> Iterator[Problem]:
    put = question(study, today=today)
    if put is None or assessment.enough or assessment.power is None:
        return
    from uplift.design.suggestions import suggestions

    asked, baseline = put
    offered = suggestions(study, asked, baseline, detectable=assessment.detectable)
    fix = (
        "any ONE of: " + " | ".join(s.text for s in offered) if offered else "ask a question that fewer contacts answer"
    )
    at_mde = study.document.place("metrics", "primary", "mde")
    if assessment.verdict_chance is not None and assessment.verdict_chance < assessment.required:
        smallest = min(study.experiment.arms, key=lambda name: study.experiment.arms[name].weight)
        yield Problem(
            "UP314",
            f"{fewest_converters(asked):.0f} converters are expected in {smallest}: with a chance of "
            f"{1 - assessment.verdict_chance:.0%} they are too few for any verdict on {assessment.metric}",
            fix,
            at_mde,
        )
        return
    weakest = assessment.weakest
    arm = "any arm" if assessment.power_for == "any" or weakest is None else f"arm {weakest.arm}"
    yield Problem(
        "UP310",
        f"underpowered: {_percent(assessment.power)} power for {assessment.mde} on {assessment.metric} "
        f"({arm}), {_percent(assessment.required)} required{_circumstances(assessment)}",
        fix,
        at_mde,
    )


def _close_to_the_line(study: Study, assessment: Assessment, today: datetime.date) -> Iterator[Problem]:
    """Passes, but would not with a baseline or an audience that is off by a tenth."""
    put = question(study, today=today)
    if put is None or not assessment.enough:
        return
    asked, _ = put
    falls = [text for text, varied in _varied(asked, assessment) if power(varied) < asked.required]
    if falls and assessment.power is not None:
        yield Problem(
            "UP312",
            f"{_percent(assessment.power)} power, but below {_percent(asked.required)} with {' or '.join(falls)}",
            "leave some room: a larger control or audience, or a larger mde",
            study.document.place("metrics", "primary", "mde"),
            level="warning",
        )


def _varied(asked: Question, assessment: Assessment) -> Iterator[tuple[str, Question]]:
    for sign in (-1, 1):
        value = asked.baseline * (1 + sign * SENSITIVITY)
        cv = None if asked.cv is None else asked.cv / (1 + sign * SENSITIVITY)
        shown = f"{value:.3g}" if not asked.is_share else f"{100 * value:.3g}%"
        yield f"a baseline of {shown}", replace(asked, baseline=value, cv=cv)
    fewer = (assessment.audience or 0) * (1 - SENSITIVITY)
    yield f"an audience of {fewer:,.0f}", replace(asked, contacts=asked.contacts * (1 - SENSITIVITY))


def _guardrails(study: Study, assessment: Assessment, today: datetime.date) -> Iterator[Problem]:
    """What is found about guardrails; without any the check spares loading their arithmetic."""
    if study.experiment.metrics.guardrails:
        from uplift.design.guardrails import guardrail_findings

        yield from guardrail_findings(study, assessment, today=today)


def _looks(study: Study, assessment: Assessment) -> Iterator[Problem]:
    """Looks that come before anybody is mature, or before the control has enough converters for the bounds to hold."""
    wait, start = days_to_mature(study), study.experiment.schedule.start
    share = study.metric(assessment.metric).kind == "proportion"
    for index, look in enumerate(assessment.looks):
        place = study.document.place("design", "sequential", "looks", index)
        if look.mature == 0:
            yield Problem(
                "UP210",
                f"look '{look.name}' on {look.day} has 0% mature contacts (window + data lag: {wait} days)",
                f"earliest useful date {start + ONE_DAY * wait}",
                place,
            )
        elif share and assessment.baseline is not None and assessment.control is not None:
            from uplift.stats.sequential import FEWEST_CONTROL_CONVERTERS

            converters = assessment.control.contacts * float(look.mature) * assessment.baseline.value
            if converters < FEWEST_CONTROL_CONVERTERS:
                yield Problem(
                    "UP313",
                    f"look '{look.name}' on {look.day} expects {converters:.0f} converters in control; below "
                    f"{FEWEST_CONTROL_CONVERTERS} no look is taken",
                    "take it later, or make the control larger",
                    place,
                    level="warning",
                )


def _beyond_the_programme(study: Study, assessment: Assessment) -> Iterator[Problem]:
    """An effect worth finding that no earlier run of the programme has had: the test will find nothing."""
    programme, asked = study.experiment.programme, assessment.mde
    base = 1.0 if asked.unit == "relative" else assessment.baseline.value if assessment.baseline else None
    if programme is None or base is None or not base > 0 or study.experiment.status == "closed":
        return
    if not (study.root / "results").is_dir():  # nothing was ever analysed: spare the check the forms of results
        return
    from uplift.design.programme import largest_shrunken

    largest = largest_shrunken(study)
    size = float(asked.value) / base
    if largest is not None and size > largest[0]:
        effect, runs = largest
        yield Problem(
            "UP315",
            f"the smallest effect worth finding ({asked}) is larger than any that '{programme.id}' has shown in {runs} "
            f"closed runs: at most {100 * effect:.1f}% once luck is taken out",
            f"plan for at most {100 * effect:.1f}%, with more contacts or a larger control"
            if effect > 0
            else "ask whether another run can teach anything",
            study.document.place("metrics", "primary", "mde"),
            level="warning",
        )


def _remarks(study: Study, assessment: Assessment) -> Iterator[Problem]:
    """What the numbers rest on, where a reader would otherwise take it for granted."""
    design, baseline = study.experiment.design, assessment.baseline
    if baseline is not None and baseline.old:
        yield Problem(
            "UP306",
            f"the baseline of '{baseline.metric}' may be out of date ({baseline.label})",
            "look it up again and write value and date",
            study.document.place("design", "baselines", baseline.metric),
            level="note",
        )
    if design.variance_reduction == "cuped":
        yield from _not_counted_on(study, baseline)
    if design.comparisons == "all_pairs" and design.correction == "dunnett" and len(assessment.treatments) > 1:
        yield Problem(
            "UP308",
            "Dunnett's test compares with the control only; all pairs are planned with Holm",
            "write correction: holm, or comparisons: vs_control",
            study.document.place("design", "correction"),
            level="warning",
        )


def _not_counted_on(study: Study, baseline: Known | None) -> Iterator[Problem]:
    """Variance reduction that planning leaves out: nobody measured it, or it was another one."""
    experiment, document = study.experiment, study.document
    primary = experiment.metrics.primary
    measure = f"run `uplift baseline {experiment.id} --write`"
    place = document.place("design", "baselines", primary.metric, "r_squared")
    if baseline is None or baseline.r_squared is None:
        what = "nobody has measured how much it explains here"
        place = document.place("design", "variance_reduction")
    elif baseline.typed:
        what = f"the r_squared of '{primary.metric}' is typed, and only a measured one counts"
    elif baseline.explained_by != past_of(study, primary.window):
        was, now = (", ".join(parts) or "nothing" for parts in (baseline.explained_by, past_of(study, primary.window)))
        what = f"r_squared was measured with {was}, and the design uses {now}"
    else:
        return
    yield Problem("UP307", f"variance reduction is not counted on: {what}", measure, place, level="note")


def _circumstances(assessment: Assessment) -> str:
    parts = []
    if assessment.explained:
        parts.append(f"the past explains {assessment.explained:.0%}")
    if assessment.design_effect > 1:
        parts.append(f"design effect {assessment.design_effect:.2f}")
    if assessment.looks_cost > 1:
        parts.append(f"{len(assessment.looks)} looks ×{assessment.looks_cost:.3f}")
    if assessment.comparisons > 1 and assessment.level is not None:
        how = "no correction" if assessment.correction == "none" else assessment.correction.capitalize()
        parts.append(f"{assessment.comparisons} comparisons, {how}, α from {assessment.level:.3g}")
    return f" [{'; '.join(parts)}]" if parts else ""


def _percent(share: float) -> str:
    """Whole per cent, rounded down: 79.96 % is not yet 80 %."""
    return f"{int(100 * share + 1e-9)}%"


def _position(problem: Problem) -> tuple[int, int, str]:
    place = problem.place
    return (place.line or 0, place.column or 0, problem.code) if place else (0, 0, problem.code)


__all__ = ["Assessment", "assess", "findings", "findings_about"]
