"""The strategy and the prior assumptions of `targeting`: arms that exist, limits that leave something to choose."""

from __future__ import annotations

from collections.abc import Iterator

from uplift.errors import Problem
from uplift.spec.names import suggestion
from uplift.spec.study import KeyPath, Study


def arms_are_known(study: Study) -> Iterator[Problem]:
    """A strategy speaks of arms that exist (`none` is no treatment)."""
    targeting = study.experiment.targeting
    if targeting is None:
        return
    strategy = targeting.strategy
    named: list[tuple[KeyPath, str, str]] = [(("priors", name), name, "key") for name in targeting.priors]
    if strategy is not None:
        named += [(("strategy", "allow", index), name, "value") for index, name in enumerate(strategy.allow)]
        named += [(("strategy", "caps", name), name, "key") for name in strategy.caps]
        named += [(("strategy", "exclude", name), name, "key") for name in strategy.exclude]
    known = [*study.experiment.arms, "none"]
    for path, name, of in named:
        if name not in known:
            place = study.document.place("targeting", *path, of=of)
            yield Problem("UP216", f"'{name}' is not an arm of this experiment", suggestion(name, known), place)


def strategy_leaves_a_choice(study: Study) -> Iterator[Problem]:
    """At least one treatment is allowed, limits are about allowed arms, and the coverage fits the capacity."""
    experiment, targeting = study.experiment, study.experiment.targeting
    if targeting is None or targeting.strategy is None:
        return
    strategy = targeting.strategy
    known = set(strategy.allow) <= {*experiment.arms, "none"}  # a misspelt arm is told once, not twice
    if strategy.allow and known and not set(strategy.allow) & set(experiment.treatments):
        yield Problem(
            "UP245",
            "the strategy allows no treatment, so there is nothing to choose",
            f"add one of: {', '.join(experiment.treatments)}",
            study.document.place("targeting", "strategy", "allow"),
        )
    allowed = set(strategy.allow) & set(experiment.treatments) if strategy.allow else set(experiment.treatments)
    for block, names in (("caps", strategy.caps), ("exclude", strategy.exclude)):
        for name in names:
            if name in experiment.arms and name not in allowed:
                yield Problem(
                    "UP245",
                    f"{block} speaks of '{name}', which the strategy does not give to anybody",
                    f"add '{name}' to targeting.strategy.allow, or delete the line",
                    study.document.place("targeting", "strategy", block, name, of="key"),
                    level="warning",
                )
    if strategy.coverage and strategy.caps and all(name in strategy.caps for name in allowed):
        places = sum(strategy.caps[name] for name in allowed)
        if places < strategy.coverage:
            yield Problem(
                "UP245",
                f"the caps leave room for {float(places):.0%} of the contacts, coverage asks for "
                f"{float(strategy.coverage):.0%}",
                "raise the caps, or lower coverage",
                study.document.place("targeting", "strategy", "coverage"),
            )


def priors_are_relative(study: Study) -> Iterator[Problem]:
    """A prior assumption is a relative uplift above −100 % with a distance that leaves room for doubt."""
    targeting = study.experiment.targeting
    for name, prior in targeting.priors.items() if targeting else ():
        place = study.document.place("targeting", "priors", name, "uplift")
        if prior.uplift.unit != "relative" or prior.half_width.unit != "relative":
            yield Problem("UP246", f"the prior of '{name}' is no relative uplift", "write per cent: 8%", place)
        elif not 0 < prior.half_width.value < 1 + prior.uplift.value:
            yield Problem(
                "UP246",
                f"the prior of '{name}' reaches from {float(prior.uplift.value - prior.half_width.value):+.0%} to "
                f"{float(prior.uplift.value + prior.half_width.value):+.0%}",
                "give a half_width above 0% that stays above −100%",
                study.document.place("targeting", "priors", name, "half_width"),
            )


def prior_is_not_about_the_control(study: Study) -> Iterator[Problem]:
    """The control has no effect, so nothing can be believed about it."""
    experiment = study.experiment
    for name in experiment.targeting.priors if experiment.targeting else ():
        if name == "none" or (name in experiment.arms and experiment.arms[name].control):
            yield Problem(
                "UP246",
                f"'{name}' is what effects are measured against; it has none itself",
                f"name one of: {', '.join(experiment.treatments)}",
                study.document.place("targeting", "priors", name, of="key"),
            )


RULES = (arms_are_known, strategy_leaves_a_choice, priors_are_relative, prior_is_not_about_the_control)
