"""Arms: weights, the control, what they cost, and the name of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from uplift.errors import Problem
from uplift.spec.quantities import exact_decimal
from uplift.spec.study import Study


def weights_add_up(study: Study) -> Iterator[Problem]:
    """Weights are exact, so they add up to one or they do not."""
    arms, place = study.experiment.arms, study.document.place("arms", of="key")
    for name, arm in arms.items():
        if arm.weight == 0:
            where = study.document.place("arms", name, "weight")
            yield Problem("UP201", f"arm '{name}' has weight 0%", "give it a weight, or delete the arm", where)
    total = sum((arm.weight for arm in arms.values()), Fraction(0))
    if total != 1 and arms:
        fix = f"change one weight by {_percent(1 - total, sign=True)} points"
        if abs(1 - total) < Fraction(1, 50) and len({arm.weight for arm in arms.values()}) == 1:
            fix += f", or write 1/{len(arms)} for equal arms"
        yield Problem("UP201", f"arm weights add up to {_percent(total)}%, not 100%", fix, place)


def one_control(study: Study) -> Iterator[Problem]:
    """Exactly one arm is the control, and there is something to compare it with."""
    place = study.document.place("arms", of="key")
    arms = study.experiment.arms
    if len(arms) < 2:
        found = "only one arm" if arms else "no arms"
        yield Problem("UP202", f"{found}; a control and a treatment are needed", "add the missing arm", place)
    controls = sum(arm.control for arm in arms.values())
    if controls != 1:
        yield Problem(
            "UP202",
            f"{controls} arms are marked control; exactly one is needed",
            "set `control: true` on the business-as-usual arm only",
            place,
        )


def no_arm_is_called_none(study: Study) -> Iterator[Problem]:
    """In a strategy `none` means no treatment."""
    if "none" in study.experiment.arms:
        place = study.document.place("arms", "none", of="key")
        yield Problem("UP107", "'none' means no treatment and can't name an arm", "call it control", place)


def id_is_file_name(study: Study) -> Iterator[Problem]:
    """The file of an experiment bears its id."""
    own, file = study.experiment.id, study.document.path.stem
    if own != file:
        yield Problem(
            "UP203",
            f"id '{own}' does not match the file name",
            f"rename the file to {own}.yml",
            study.document.place("id"),
        )


def costs_share_a_currency(study: Study) -> Iterator[Problem]:
    """Costs, budget and effects are in the project's currency: nothing here converts money."""
    currency, document = study.project.currency, study.document
    for name, arm in study.experiment.arms.items():
        for key, money in (("contact_cost", arm.contact_cost), ("redemption_cost", arm.redemption_cost)):
            if money is not None and money.currency != currency:
                yield Problem(
                    "UP228",
                    f"{key} is in {money.currency}, the project in {currency}",
                    f"state it in {currency}",
                    document.place("arms", name, key),
                )
    targeting = study.experiment.targeting
    budget = targeting.strategy.budget if targeting and targeting.strategy else None
    if budget is not None and budget.currency != currency:
        yield Problem(
            "UP228",
            f"the budget is in {budget.currency}, the project in {currency}",
            f"state it in {currency}",
            document.place("targeting", "strategy", "budget"),
        )


def _percent(share: Fraction, *, sign: bool = False) -> str:
    """Per cent with at least two decimals, and all of them where there are more."""
    number = share * 100
    exact = exact_decimal(number)
    if exact is None:
        return f"{float(number):{'+' if sign else ''}.4f}"
    decimals = max(2, len(exact.partition(".")[2]))
    return f"{float(number):{'+' if sign else ''}.{min(decimals, 12)}f}"


RULES = (weights_add_up, one_control, no_arm_is_called_none, id_is_file_name, costs_share_a_currency)
