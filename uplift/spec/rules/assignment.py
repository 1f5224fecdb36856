"""How arms are drawn: observed, stratified, clustered, inside holdouts and layers."""

from __future__ import annotations

from collections.abc import Iterator

from uplift.errors import Problem
from uplift.spec.experiment import RowNumber
from uplift.spec.rules.timing import last_assignment
from uplift.spec.study import Study


def observed_arms_are_complete(study: Study) -> Iterator[Problem]:
    """Where another system split: a column, and what stands in it for each arm."""
    experiment, document = study.experiment, study.document
    assignment = experiment.assignment
    if assignment.method != "observed":
        if assignment.column is not None:
            place = document.place("assignment", "column", of="key")
            fix = "write `method: observed`, or delete the column"
            yield Problem("UP223", f"column has no meaning for method {assignment.method}", fix, place)
        for name, arm in experiment.arms.items():
            if arm.observed is not None:
                place = document.place("arms", name, "observed", of="key")
                fix = "write `assignment: {method: observed, column: …}`, or delete it"
                yield Problem("UP223", f"observed has no meaning for method {assignment.method}", fix, place)
        return
    if assignment.column is None:
        place = document.place("assignment", "method")
        fix = "add column: <column with the arm>"
        yield Problem("UP223", "observed assignment needs assignment.column (which column holds the arm)", fix, place)
    seen: dict[str, str] = {}
    for name, arm in experiment.arms.items():
        if arm.observed is None:
            yield Problem(
                "UP223",
                f"arm '{name}' does not say which value of the column it is",
                "add observed: <value>",
                document.place("arms", name, of="key"),
            )
        elif arm.observed in seen:
            yield Problem(
                "UP223",
                f"arms '{seen[arm.observed]}' and '{name}' have the same observed value '{arm.observed}'",
                "give each arm its own value",
                document.place("arms", name, "observed"),
            )
        else:
            seen[arm.observed] = name


def row_numbers_only_where_observed(study: Study) -> Iterator[Problem]:
    """A row number is no id: the next export has another order."""
    unit = study.experiment.unit
    if isinstance(unit.id, RowNumber) and study.experiment.assignment.method != "observed":
        yield Problem(
            "UP238",
            "row numbers can't be hashed: the next export has another order",
            "name the column with the contact's id: `id: customer_id`",
            study.document.place("unit", "id"),
        )


def strata_can_be_drawn(study: Study) -> Iterator[Problem]:
    """A stratified draw needs all contacts of a wave at once, and strata."""
    experiment = study.experiment
    if experiment.assignment.method != "stratified":
        return
    place = study.document.place("assignment", "method")
    if experiment.audience.entry == "rolling":
        yield Problem(
            "UP224",
            "a stratified draw needs all its contacts at once; rolling entry brings them one by one",
            "write `method: hash` (and stratify the analysis), or `entry: waves`",
            place,
        )
    if not experiment.assignment.strata:
        yield Problem("UP224", "a stratified draw needs assignment.strata", "add strata: [<columns>]", place)


def clusters_are_counted(study: Study) -> Iterator[Problem]:
    """Households need their number: power counts them, not their members."""
    experiment = study.experiment
    if experiment.unit.cluster is not None and experiment.audience.expected_clusters is None:
        yield Problem(
            "UP225",
            "clusters are randomised, but how many there are is not said; without it power is overstated",
            "add audience.expected_clusters: {count: …, size_cv: …}",
            study.document.place("unit", "cluster"),
            level="warning",
        )
    clusters, size = experiment.audience.expected_clusters, experiment.audience.expected_size
    if clusters is not None and experiment.unit.cluster is None:
        yield Problem(
            "UP225",
            "expected_clusters has no meaning without unit.cluster",
            "add unit.cluster: <column>, or delete expected_clusters",
            study.document.place("audience", "expected_clusters", of="key"),
            level="warning",
        )
    elif clusters is not None and size is not None and clusters.count > size:
        yield Problem(
            "UP225",
            f"{clusters.count:,} clusters of {size:,} contacts: there are more clusters than contacts",
            "mend one of the numbers",
            study.document.place("audience", "expected_clusters", "count"),
        )


def layer_range_fits(study: Study) -> Iterator[Problem]:
    """A range has a length, and the layer hashes what this experiment randomises."""
    layer = study.experiment.assignment.layer
    if layer is None:
        return
    document = study.document
    if layer.from_ >= layer.to:
        yield Problem(
            "UP226",
            "the layer's range is empty: from is not below to",
            "write for example {from: 0%, to: 60%}",
            document.place("assignment", "layer", "to"),
        )
    definition = study.project.layers.get(layer.name)
    unit = study.experiment.unit
    own = unit.cluster or unit.id
    if definition is not None and not isinstance(own, RowNumber) and definition.unit != own:
        yield Problem(
            "UP212",
            f"layer '{layer.name}' hashes {definition.unit}, this test {own}; the tests would overlap",
            f"set unit.cluster: {definition.unit}",
            document.place("unit", "cluster" if unit.cluster else "id"),
        )


def holdout_fits(study: Study) -> Iterator[Problem]:
    """The holdout is in force while contacts are assigned, and does not tear households apart."""
    experiment = study.experiment
    name = experiment.assignment.holdout
    holdout = study.project.holdouts.get(name) if name else None
    if holdout is None:
        yield from _holdouts_passed_over(study)
        return
    place = study.document.place("assignment", "holdout")
    last = last_assignment(study) or experiment.schedule.start
    if experiment.schedule.start < holdout.from_ or last > holdout.until:
        yield Problem(
            "UP227",
            f"holdout '{name}' runs from {holdout.from_} to {holdout.until}, "
            f"assignment from {experiment.schedule.start} to {last}",
            "name the holdout of that time, or move the schedule",
            place,
            level="warning",
        )
    if experiment.unit.cluster is not None and holdout.unit == experiment.unit.id:
        yield Problem(
            "UP227",
            f"holdout '{name}' hashes {holdout.unit}: it takes single members out of a {experiment.unit.cluster}",
            f"draw the holdout by {experiment.unit.cluster}",
            place,
            level="warning",
        )


def _holdouts_passed_over(study: Study) -> Iterator[Problem]:
    """A holdout that is in force and not named: the experiment would write to contacts that nobody should write to."""
    experiment = study.experiment
    if experiment.assignment.method == "observed" or experiment.assignment.holdout is not None:
        return
    for name, holdout in study.project.holdouts.items():
        if holdout.from_ <= experiment.schedule.start <= holdout.until:
            yield Problem(
                "UP240",
                f"holdout '{name}' is in force on {experiment.schedule.start}; this experiment assigns its contacts",
                f"add assignment.holdout: {name}",
                study.document.place("assignment", of="key"),
                level="warning",
            )


def nothing_is_listed_twice(study: Study) -> Iterator[Problem]:
    """Columns and names in lists stand there once."""
    experiment = study.experiment
    lists: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        (("segments",), experiment.segments),
        (("design", "covariates"), experiment.design.covariates),
        (("assignment", "strata"), experiment.assignment.strata),
    ]
    lists += [(("arms", name, "channels"), arm.channels) for name, arm in experiment.arms.items()]
    if experiment.targeting is not None:
        lists.append((("targeting", "features"), experiment.targeting.features))
        if experiment.targeting.strategy is not None:
            lists.append((("targeting", "strategy", "allow"), experiment.targeting.strategy.allow))
    for path, words in lists:
        for index, word in enumerate(words):
            if word in words[:index]:
                place = study.document.place(*path, index)
                yield Problem("UP231", f"'{word}' is listed twice in {'.'.join(path)}", "delete one of them", place)


RULES = (
    observed_arms_are_complete,
    row_numbers_only_where_observed,
    strata_can_be_drawn,
    clusters_are_counted,
    layer_range_fits,
    holdout_fits,
    nothing_is_listed_twice,
)
