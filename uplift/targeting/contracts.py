"""What the modules of this room hand to each other: the data, the scores, the value of a policy, the verdict.

Arms are counted as in the YAML, with control first: column 0 of every contact × arm matrix is the control, column k
the k-th treatment. Effects have one column per treatment, so column k − 1 belongs to arm k.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from uplift.results.effects import Interval, Kind
from uplift.results.targeting import Action, ReadFrom

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the feature matrix: a number, a flag (0/1), or a category coded 0, 1, … in the order of `levels`.

    Missing values are NaN; so is a category that was not seen when the levels were made. A date is a number too: the
    days from it to the assignment (`dated`).
    """

    name: str
    kind: Literal["number", "flag", "category"]
    levels: tuple[str, ...] = ()
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Features:
    """The feature matrix (contacts × features, float32, C order) and what its columns are."""

    matrix: NDArray[np.float32]
    columns: tuple[Feature, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> NDArray[np.float32]:
        """One column by its name."""
        return self.matrix[:, self.names.index(name)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be maximised, per contact, in the metric's own unit (money: currency units, not cents)."""

    name: str
    title: str
    kind: Kind
    values: Floats
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class TargetingData:
    """Everything that is learned from, one row per contact, in the order of `ids`.

    `arm` holds indices into `arms`; `propensity` (contacts × arms, rows sum to one) is how likely each arm was for
    this contact when it was drawn: known from the design, per stratum, wave and epoch, never estimated. `weights` are
    sampling weights, `cluster` and `stratum` codes, `wave` the code of the draw; None where there are none.
    `household` is the text of the cluster column where clusters were randomised, empty for contacts without one.
    """

    ids: NDArray[np.str_]
    features: Features
    arms: tuple[str, ...]
    arm: NDArray[np.int64]
    propensity: Floats
    outcomes: Mapping[str, Outcome]
    weights: Floats | None = None
    cluster: Integers | None = None
    stratum: Integers | None = None
    wave: Integers | None = None
    spec_hash: str = ""
    experiment: str = ""
    household: NDArray[np.str_] | None = None
    read_from: ReadFrom | None = None

    @property
    def n(self) -> int:
        """Contacts."""
        return len(self.arm)

    @property
    def treatments(self) -> tuple[str, ...]:
        """The arms without the control."""
        return self.arms[1:]

    def only(self, rows: NDArray[np.bool_] | Integers) -> TargetingData:
        """The same data for some contacts."""
        return replace(
            self,
            ids=self.ids[rows],
            features=Features(np.ascontiguousarray(self.features.matrix[rows]), self.features.columns),
            arm=self.arm[rows],
            propensity=self.propensity[rows],
            outcomes={name: replace(o, values=o.values[rows]) for name, o in self.outcomes.items()},
            weights=None if self.weights is None else self.weights[rows],
            cluster=None if self.cluster is None else self.cluster[rows],
            stratum=None if self.stratum is None else self.stratum[rows],
            wave=None if self.wave is None else self.wave[rows],
            household=None if self.household is None else self.household[rows],
        )

    def pair(self, treatment: str) -> TargetingData:
        """One treatment against the control: only their contacts, with P(arm | one of the two)."""
        k = self.arms.index(treatment)
        rows = (self.arm == 0) | (self.arm == k)
        two = self.propensity[:, [0, k]]
        pairwise = replace(self, propensity=two / two.sum(axis=1, keepdims=True)).only(rows)
        return replace(pairwise, arms=(self.arms[0], treatment), arm=(pairwise.arm == k).astype(np.int64))


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model says about each contact, held out: by a model that has not seen the contact (nor its cluster).

    `effects` (contacts × treatments): the estimated effect against control in the outcome's unit. `mu` (contacts ×
    arms): the expected outcome under each arm, used to reduce variance in evaluation. `folds` says which fold held
    the contact out (all zero for a score that came from elsewhere).
    """

    model: str
    outcome: str
    treatments: tuple[str, ...]
    effects: Floats
    mu: Floats
    folds: NDArray[np.int64]

    def effect(self, treatment: str) -> Floats:
        """The column of one treatment."""
        return np.asarray(self.effects[:, self.treatments.index(treatment)])


PolicyMethod = Literal["ipw", "snips", "aipw", "plug-in"]


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """The mean outcome per contact if everybody got the arm that a policy gives them.

    A difference of two policies has this form too. `plug-in` is what the model believes about itself; it has no
    honest interval.
    """

    policy: str
    estimate: float
    standard_error: float | None
    interval: Interval | None
    method: PolicyMethod
    shares: tuple[tuple[str, float], ...] = field(default=())  # arm → share of contacts that get it


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """Whether targeting is worth it for one outcome, and what to do instead.

    `target`: rank contacts by the model (of `arm`, or the best arm per contact when `arm` is None). `everyone`: send
    `arm` to all. `no_one`: send nothing. `test_again`: the data cannot tell; `contacts` would.
    """

    outcome: str
    action: Action
    arm: str | None
    p_value: float | None  # heterogeneity, by sequential validation
    p_adjusted: float | None  # Holm over outcomes and treatments
    contacts: int | None = None
    codes: tuple[str, ...] = ()

    @property
    def recommended(self) -> bool:
        """Whether a model may choose whom to target."""
        return self.action == "target"
