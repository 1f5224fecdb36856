"""Segments: every declared group compared as the whole is, and whether the groups differ at all.

The groups of one metric and all its treatments are one family (Holm); so are the questions whether the groups of a
column differ. A column that was declared after the lock is exploratory: it is shown, and decides nothing.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from uplift.analysis.comparison import Question, Terms, Use, answer, log_standard_error, questions_of, refused
from uplift.engine import Cell, MetricSums
from uplift.results import Segments, SegmentValue, Uplift
from uplift.spec import Study
from uplift.stats.segments import Interaction, SegmentEstimate, SegmentReading, read_segments

EXPLORATORY = "UP655"
FEWEST_CONVERTERS = 30
"""A log ratio of fewer control converters is too far from normal to be told apart from another one."""

Groups = list[tuple[str | None, tuple[Cell, ...]]]  # the value (None: pooled small groups) and its cells


def segments_of(
    study: Study,
    use: Use,
    measured: MetricSums,
    *,
    terms: Terms,
    refusals: Mapping[str, str],
    exploratory: Collection[str] = (),
) -> tuple[Segments, ...]:
    """One reading per declared column and treatment, columns first.

    Groups with fewer contacts in any arm than `privacy.smallest_group` are pooled.
    """
    smallest = study.project.defaults.privacy.smallest_group
    columns = {by: pooled(groups, measured, smallest=smallest) for by, groups in measured.segments.items() if groups}
    asked: dict[tuple[str, str], list[Question]] = {}
    for by, groups in columns.items():
        of_groups = [questions_of(study, use, replace(measured, cells=cells)) for _, cells in groups]
        for number, arm in enumerate(study.experiment.treatments):
            asked[by, arm] = [of[number] for of in of_groups]
    read: dict[tuple[str, str], Interaction] = {}
    for family, alpha in _families(tuple(asked), terms):
        estimates = {_name(key): [_estimate(q, terms) for q in asked[key]] for key in family}
        late = [_name(key) for key in family if key[0] in exploratory]
        found = read_segments(estimates, alpha=alpha, exploratory=late)
        read |= dict(zip(family, found, strict=True))
    return tuple(
        Segments(
            by=by,
            treatment=arm,
            values=tuple(
                _value(value, question, reading, terms, refusals)
                for (value, _), question, reading in zip(columns[by], questions, read[by, arm].segments, strict=True)
            ),
            p_interaction=read[by, arm].p_value,
            p_interaction_adjusted=read[by, arm].adjusted,
            exploratory=by in exploratory,
        )
        for (by, arm), questions in asked.items()
    )


def pooled(groups: Mapping[str, tuple[Cell, ...]], measured: MetricSums, *, smallest: int) -> Groups:
    """The groups by name; those with fewer than `smallest` contacts in an arm together, last and without a name.

    Where they are too few together as well, the next smallest groups join them: what is left over when the shown groups
    are taken from the whole would be a small group otherwise.
    """
    arms = tuple(measured.mature)

    def fewest(values: Collection[str]) -> int:
        return min(sum(c.contacts for v in values for c in groups[v] if c.arm == arm) for arm in arms)

    rest = sorted(groups, key=lambda value: (fewest([value]), value))
    small = [value for value in rest if fewest([value]) < smallest]
    while small and len(small) < len(rest) and fewest(small) < smallest:
        small.append(rest[len(small)])
    shown: Groups = [(value, groups[value]) for value in sorted(groups) if value not in small]
    return [*shown, (None, _together([groups[value] for value in sorted(small)]))] if small else shown


def _together(groups: Sequence[Sequence[Cell]]) -> tuple[Cell, ...]:
    """Cells of one arm, weight epoch and stratum added up over several groups."""
    found: dict[tuple[str, int, str | None], Cell] = {}
    for cell in (cell for cells in groups for cell in cells):
        key = (cell.arm, cell.weight_epoch, cell.stratum)
        if key in found:
            before = found[key]
            adjusting = cell.adjusting and before.adjusting and before.adjusting + cell.adjusting
            cell = replace(
                before, sums=before.sums + cell.sums, adjusting=adjusting, contacts=before.contacts + cell.contacts
            )
        found[key] = cell
    return tuple(found.values())


def _families(keys: Sequence[tuple[str, str]], terms: Terms) -> list[tuple[list[tuple[str, str]], float]]:
    """What shares one error: everything declared; at a planned look each treatment has an error of its own."""
    if not terms.levels:
        return [(list(keys), terms.alpha)] if keys else []
    arms = dict.fromkeys(arm for _, arm in keys)
    return [([key for key in keys if key[1] == arm], terms.levels.get(arm, terms.alpha)) for arm in arms]


def _name(key: tuple[str, str]) -> str:
    return "\n".join(key)


def _estimate(question: Question, terms: Terms) -> SegmentEstimate:
    uplift = answer(question, terms, terms.alpha)
    both_sides = uplift if terms.sides == 2 else answer(question, replace(terms, sides=2), terms.alpha)
    error = log_standard_error(both_sides)
    told = error is not None and uplift.relative is not None and uplift.control.nonzero >= FEWEST_CONVERTERS
    log_ratio = math.log1p(uplift.relative) if told and uplift.relative is not None else None
    return SegmentEstimate("", log_ratio, error if told else None, uplift.p_value)


def _value(
    value: str | None, question: Question, reading: SegmentReading, terms: Terms, refusals: Mapping[str, str]
) -> SegmentValue:
    shrunken = reading.shrunken
    return SegmentValue(
        value=value,
        uplift=refused(_uplift(question, reading, terms), refusals),
        shrunken=shrunken.uplift if shrunken else None,
        shrunken_interval=shrunken.interval if shrunken else None,
    )


def _uplift(question: Question, reading: SegmentReading, terms: Terms) -> Uplift:
    """The group at the level at which it was decided; an exploratory one has no verdict."""
    if reading.decided is None:
        found = answer(question, terms, terms.alpha)
        return found if found.direction == "refused" else replace(found, direction="refused", refusal=EXPLORATORY)
    return replace(answer(question, terms, reading.decided.level), p_adjusted=reading.decided.adjusted)
