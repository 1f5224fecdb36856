"""How many contacts each arm will have when the experiment is read."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from uplift.spec.study import Study


@dataclass(frozen=True, slots=True)
class ArmSize:
    """An arm's contacts at the read-out, when all of them are mature."""

    arm: str
    contacts: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """From the eligible audience to the arms; a global holdout and the layer's other ranges take their part first."""

    audience: int  # eligible contacts over all waves or the whole enrolment: `audience.expected_size`
    contacts: int  # in the arms, and there to the end of their window
    control: ArmSize
    treatments: tuple[ArmSize, ...]


def sizes(study: Study) -> Sizes | None:
    """Contacts per arm, or None where the YAML gives no audience size.

    Arms are hashed independently of holdout and layer, so shares multiply. Contacts in rolling entry and waves all
    count: the read-out waits until the last of them is mature.
    """
    experiment = study.experiment
    audience = experiment.audience.expected_size
    if audience is None:
        return None
    inside = audience * counted_share(study)
    arms = {name: ArmSize(name, int(inside * arm.weight)) for name, arm in experiment.arms.items()}
    return Sizes(
        audience=audience,
        contacts=int(inside),
        control=arms[experiment.control],
        treatments=tuple(arms[name] for name in experiment.treatments),
    )


def counted_share(study: Study) -> Fraction:
    """The share of eligible contacts that power may count on: open to this experiment, and there to the end."""
    return open_share(study) * (1 - (study.experiment.audience.attrition or Fraction(0)))


def open_share(study: Study) -> Fraction:
    """The share of eligible contacts that this experiment may use: outside the holdout, inside its layer range."""
    assignment = study.experiment.assignment
    share = Fraction(1)
    if assignment.method == "observed":
        return share
    if assignment.holdout is not None:
        share *= 1 - study.project.holdouts[assignment.holdout].share
    if assignment.layer is not None:
        share *= assignment.layer.to - assignment.layer.from_
    return share
