"""Models of an effect: constant, ridge, boosted. Each predicts, and each is a few numbers or a text (no pickle)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from uplift.targeting.boosting import Trees
from uplift.targeting.influence import Floats
from uplift.targeting.linear import Encoding, Line

Candidate = Literal["constant", "ridge", "boosted"]
CANDIDATES: tuple[Candidate, ...] = ("constant", "ridge", "boosted")  # from the simplest on


class EffectModel(Protocol):
    """Predicts the effect of one treatment from a feature matrix."""

    @property
    def kind(self) -> Candidate:
        """Which of the candidates it is."""

    def predict(self, matrix: NDArray[np.float32]) -> Floats:
        """The effect per contact, in the outcome's unit."""


@dataclass(frozen=True, slots=True)
class ConstantEffect:
    """The same effect for everybody."""

    value: float

    @property
    def kind(self) -> Candidate:
        """`constant`."""
        return "constant"

    def predict(self, matrix: NDArray[np.float32]) -> Floats:
        """The value, once per row."""
        return np.full(len(matrix), self.value)


@dataclass(frozen=True, slots=True)
class RidgeEffect:
    """A linear effect."""

    encoding: Encoding
    line: Line

    @property
    def kind(self) -> Candidate:
        """`ridge`."""
        return "ridge"

    def predict(self, matrix: NDArray[np.float32]) -> Floats:
        """Intercept and slopes times the encoded features, in chunks."""
        step = 262_144
        parts = [
            self.line.predict(self.encoding.encode(matrix[start : start + step]))[:, 0]
            for start in range(0, len(matrix), step)
        ]
        return np.concatenate(parts) if parts else np.empty(0)


@dataclass(frozen=True, slots=True)
class BoostedEffect:
    """A small ensemble of trees."""

    trees: Trees

    @property
    def kind(self) -> Candidate:
        """`boosted`."""
        return "boosted"

    def predict(self, matrix: NDArray[np.float32]) -> Floats:
        """The sum of the trees."""
        return self.trees.predict(matrix)
