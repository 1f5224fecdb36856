"""Ridge regression from Gram matrices: one pass over the contacts, then every fold and penalty is small algebra.

Numbers are standardised (a missing one is the mean, and says so in a column of its own), categories become one column
per level. Sums of cross products add over folds, shards and machines, so a fit without fold k is the total minus fold
k, and the same figures can come from SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.targeting.contracts import Feature, Features
from uplift.targeting.influence import Floats, Integers

CHUNK = 65_536
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)  # per contact and unit of variance: the penalty on Z'Z is this times n / 100


@dataclass(frozen=True, slots=True)
class Encoding:
    """How features become columns of a linear model: means and standard deviations of numbers, levels of categories."""

    columns: tuple[Feature, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]  # 0 for a column that does not vary
    missing: tuple[bool, ...]  # whether a column of its own says that the value is missing

    @property
    def width(self) -> int:
        """Columns, without the intercept."""
        return sum(
            (len(column.levels) if column.kind == "category" else 1) + missing
            for column, missing in zip(self.columns, self.missing, strict=True)
        )

    def encode(self, matrix: NDArray[np.float32]) -> Floats:
        """The columns of a linear model for some contacts (rows × width)."""
        parts = []
        for j, column in enumerate(self.columns):
            x = matrix[:, j].astype(np.float64)
            gone = np.isnan(x)
            if column.kind == "category":
                parts.append((x[:, None] == np.arange(len(column.levels))[None, :]).astype(np.float64))
            else:
                spread = self.spreads[j]
                filled = np.where(gone, 0.0, (x - self.means[j]) / spread) if spread > 0 else np.zeros(len(x))
                parts.append(filled[:, None])
            if self.missing[j]:
                parts.append(gone.astype(np.float64)[:, None])
        return np.concatenate(parts, axis=1) if parts else np.empty((len(matrix), 0))


def encoding_of(features: Features) -> Encoding:
    """Means and spreads of the columns, over the contacts that have a value."""
    means, spreads, missing = [], [], []
    for j, column in enumerate(features.columns):
        x = features.matrix[:, j]
        there = x[~np.isnan(x)].astype(np.float64)
        missing.append(len(there) < len(x))
        means.append(float(there.mean()) if len(there) else 0.0)
        spreads.append(float(there.std()) if len(there) and column.kind != "category" else 0.0)
    return Encoding(features.columns, tuple(means), tuple(spreads), tuple(missing))


@dataclass(frozen=True, slots=True)
class Gram:
    """Sums over some contacts: weight, Z'Z, Z'Y and Z'1, 1'Y; they add with +. Y may have several columns."""

    n: float
    zz: Floats
    zy: Floats
    z: Floats
    y: Floats

    def __add__(self, other: Gram) -> Gram:
        return Gram(self.n + other.n, self.zz + other.zz, self.zy + other.zy, self.z + other.z, self.y + other.y)

    def __sub__(self, other: Gram) -> Gram:
        return Gram(self.n - other.n, self.zz - other.zz, self.zy - other.zy, self.z - other.z, self.y - other.y)

    def solve(self, penalty: float) -> Line:
        """The ridge fit with an unpenalised intercept; one column of coefficients per column of Y."""
        intercepts, slopes = self.solutions(np.array([penalty]))
        return Line(intercepts[0], slopes[0])

    def solutions(self, penalties: Floats) -> tuple[Floats, Floats]:
        """Intercepts (penalties × outcomes) and slopes (penalties × width × outcomes), one fit per penalty."""
        mean_z, mean_y = self.z / self.n, self.y / self.n
        width = len(mean_z)
        zz = self.zz - np.outer(self.z, mean_z)
        zy = self.zy - np.outer(self.z, mean_y)
        ridge = zz + (penalties * self.n / 100 + 1e-9)[:, None, None] * np.eye(width)
        slopes = np.linalg.solve(ridge, np.broadcast_to(zy, (len(penalties), *zy.shape)))
        return np.asarray(mean_y - mean_z @ slopes), np.asarray(slopes)


@dataclass(frozen=True, slots=True)
class Line:
    """Intercepts and slopes of a linear fit, one column per outcome."""

    intercept: Floats
    slopes: Floats

    def predict(self, z: Floats) -> Floats:
        """Fitted values (rows × outcomes)."""
        return np.asarray(self.intercept + z @ self.slopes)


def gram_of(
    encoding: Encoding, matrix: NDArray[np.float32], outcomes: Floats, *, weights: Floats | None = None
) -> Gram:
    """The sums over some contacts, chunk by chunk (`outcomes`: rows × outcomes)."""
    p, k = encoding.width, outcomes.shape[1]
    total = Gram(0.0, np.zeros((p, p)), np.zeros((p, k)), np.zeros(p), np.zeros(k))
    for start in range(0, len(matrix), CHUNK):
        part = slice(start, start + CHUNK)
        z, y = encoding.encode(matrix[part]), outcomes[part]
        w = np.ones(len(z)) if weights is None else weights[part]
        zw = z * w[:, None]
        total += Gram(float(w.sum()), zw.T @ z, zw.T @ y, zw.sum(axis=0), w @ y)
    return total


def grams_by_fold(
    encoding: Encoding,
    matrix: NDArray[np.float32],
    outcomes: Floats,
    folds: Integers,
    *,
    count: int,
    weights: Floats | None = None,
) -> tuple[Gram, ...]:
    """One set of sums per fold."""
    found = []
    for fold in range(count):
        rows = folds == fold
        own = None if weights is None else weights[rows]
        found.append(gram_of(encoding, matrix[rows], outcomes[rows], weights=own))
    return tuple(found)


def added(grams: Sequence[Gram]) -> Gram:
    """All sums together."""
    total = grams[0]
    for gram in grams[1:]:
        total += gram
    return total


def best_penalty(grams: Sequence[Gram], squares: Sequence[Floats]) -> float:
    """The penalty whose fits leave the smallest residuals on the folds that they have not seen (all outcomes alike).

    `squares` holds Σ y² of each fold, per outcome: with the sums that is all the residuals need.
    """
    total = added(grams)
    scale = np.maximum(np.sum(squares, axis=0), 1e-300)
    penalties = np.array(PENALTIES)
    losses = np.zeros(len(penalties))
    for gram, own in zip(grams, squares, strict=True):
        a, b = (total - gram).solutions(penalties)
        fitted = gram.n * a**2 + 2 * a * (gram.z @ b) + (b * (gram.zz @ b)).sum(axis=1)
        crossed = a * gram.y + (b * gram.zy).sum(axis=1)
        losses += ((own - 2 * crossed + fitted) / scale).sum(axis=1)
    return PENALTIES[int(np.argmin(losses))]
