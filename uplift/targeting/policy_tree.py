"""A rule that fits on a slip of paper: the best tree with at most two questions (four leaves), found exactly.

Every pair of questions is tried: with a question as a column of 0 and 1, the doubly robust scores of all pairs of
answers are one matrix product per arm. A second level has to pay: it stays only when its gain is at least two standard
errors. (The idea is that of R's policytree: Zhou, Athey & Wager 2023.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from uplift.results.targeting import RuleLeaf
from uplift.targeting.contracts import Features
from uplift.targeting.influence import Floats, Integers, Statistic, mean_of, ratio_of

Operator = Literal["<=", ">", "in", "not in", "missing"]
CUTS = 12
MOST_ROWS = 100_000
SMALLEST_LEAF = 0.03
MUST_PAY = 2.0  # standard errors


@dataclass(frozen=True, slots=True)
class Question:
    """A question about one feature; a missing value answers no, except to `missing`."""

    feature: int
    operator: Operator
    value: float

    def answers(self, matrix: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Yes or no per row."""
        x = matrix[:, self.feature]
        if self.operator == "missing":
            return np.asarray(np.isnan(x))
        return np.asarray(x == self.value if self.operator == "in" else x <= self.value)


@dataclass(frozen=True, slots=True)
class Leaf:
    """An arm for whoever gave these answers."""

    answers: tuple[tuple[Question, bool], ...]
    arm: int

    def holds(self, matrix: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Who is in the leaf."""
        inside = np.ones(len(matrix), dtype=bool)
        for question, yes in self.answers:
            inside &= question.answers(matrix) == yes
        return inside


@dataclass(frozen=True, slots=True)
class PolicyTree:
    """Leaves that cover everybody once."""

    leaves: tuple[Leaf, ...]

    def arms(self, matrix: NDArray[np.float32]) -> Integers:
        """The arm of each contact."""
        arm = np.zeros(len(matrix), dtype=np.int64)
        for leaf in self.leaves:
            arm[leaf.holds(matrix)] = leaf.arm
        return arm


def policy_tree(features: Features, scores: Floats, *, seed: int = 1) -> PolicyTree:
    """The tree whose arms have the largest mean score (`scores`: contacts × arms), no deeper than it pays."""
    matrix = features.matrix
    if len(matrix) > MOST_ROWS:
        chosen = np.sort(np.random.default_rng(seed).choice(len(matrix), MOST_ROWS, replace=False))
        matrix, scores = matrix[chosen], scores[chosen]
    flat = PolicyTree((Leaf((), int(np.argmax(scores.mean(axis=0)))),))
    questions = questions_of(features, matrix)
    if not questions:
        return flat
    yes = np.column_stack([q.answers(matrix) for q in questions]).astype(np.float32)
    one = _one_question(questions, yes, scores)
    two = _two_questions(questions, yes, scores)
    best = flat
    for tree in (one, two):
        if tree is not None and _pays(tree, best, matrix, scores):
            best = tree
    return _merged(best)


def questions_of(features: Features, matrix: NDArray[np.float32]) -> list[Question]:
    """The questions that are tried: a dozen cuts per number, each level of a category, whether a value is missing."""
    found = []
    for j, column in enumerate(features.columns):
        x = matrix[:, j]
        there = x[~np.isnan(x)]
        if len(there) < len(x):
            found.append(Question(j, "missing", float("nan")))
        if not len(there):
            continue
        if column.kind == "category":
            found += [Question(j, "in", float(code)) for code in np.unique(there)]
        else:
            cuts = np.unique(np.quantile(there, np.linspace(0, 1, CUTS + 2)[1:-1], method="inverted_cdf"))
            found += [Question(j, "<=", float(cut)) for cut in cuts if cut < there.max()]
    shares = [float(q.answers(matrix).mean()) for q in found]
    return [q for q, share in zip(found, shares, strict=True) if SMALLEST_LEAF <= share <= 1 - SMALLEST_LEAF]


def leaves_in_words(
    tree: PolicyTree, features: Features, scores: Floats, arms: tuple[str, ...], *, clusters: Integers | None = None
) -> tuple[RuleLeaf, ...]:
    """The leaves with their share and the effect of their arm against control there (of all treatments' best for 0)."""
    found = []
    for leaf in tree.leaves:
        inside = leaf.holds(features.matrix).astype(np.float64)
        arm = leaf.arm or 1 + int(np.argmax(((scores[:, 1:] - scores[:, :1]) * inside[:, None]).mean(axis=0)))
        effect = ratio_of(mean_of(inside * (scores[:, arm] - scores[:, 0])), mean_of(inside))
        conditions = tuple(_in_words(question, yes, features) for question, yes in leaf.answers)
        found.append(RuleLeaf(conditions, arms[leaf.arm], float(inside.mean()), effect.estimate(clusters=clusters)))
    return tuple(found)


def _in_words(question: Question, yes: bool, features: Features) -> tuple[str, Operator, str]:
    column = features.columns[question.feature]
    if question.operator == "missing":
        return column.name, "missing", "yes" if yes else "no"
    if question.operator == "in":
        return column.name, "in" if yes else "not in", column.levels[int(question.value)]
    return column.name, "<=" if yes else ">", f"{question.value:g}"


def _one_question(questions: list[Question], yes: NDArray[np.float32], scores: Floats) -> PolicyTree:
    inside = yes.T @ scores
    outside = scores.sum(axis=0) - inside
    best = int(np.argmax(inside.max(axis=1) + outside.max(axis=1)))
    return PolicyTree(
        (
            Leaf(((questions[best], True),), int(np.argmax(inside[best]))),
            Leaf(((questions[best], False),), int(np.argmax(outside[best]))),
        )
    )


def _two_questions(questions: list[Question], yes: NDArray[np.float32], scores: Floats) -> PolicyTree | None:
    """Root question r; below each answer the best second question, or none."""
    n, count = yes.shape
    smallest = SMALLEST_LEAF * n
    both = np.stack([(yes * scores[:, a : a + 1].astype(np.float32)).T @ yes for a in range(scores.shape[1])])
    sizes = yes.T @ yes
    ones = yes.T @ scores.astype(np.float32)  # questions × arms
    own = yes.sum(axis=0)
    total = scores.sum(axis=0).astype(np.float32)
    best_value, best_tree = -np.inf, None
    for r in range(count):
        branches: list[tuple[float, tuple[Leaf, ...]]] = []
        for answer in (True, False):
            yes_yes = both[:, r, :] if answer else ones.T - both[:, r, :]
            whole = ones[r] if answer else total - ones[r]
            size = sizes[r] if answer else own - sizes[r]
            everyone = own[r] if answer else n - own[r]
            no = whole[:, None] - yes_yes
            value = yes_yes.max(axis=0) + no.max(axis=0)
            value = np.where((size >= smallest) & (everyone - size >= smallest), value, -np.inf)
            s = int(np.argmax(value))
            above = (questions[r], answer)
            if value[s] > whole.max():
                leaves: tuple[Leaf, ...] = (
                    Leaf((above, (questions[s], True)), int(np.argmax(yes_yes[:, s]))),
                    Leaf((above, (questions[s], False)), int(np.argmax(no[:, s]))),
                )
                branches.append((float(value[s]), leaves))
            else:
                branches.append((float(whole.max()), (Leaf((above,), int(np.argmax(whole))),)))
        value_r = branches[0][0] + branches[1][0]
        if value_r > best_value:
            best_value, best_tree = value_r, PolicyTree((*branches[0][1], *branches[1][1]))
    return best_tree


def _pays(tree: PolicyTree, simpler: PolicyTree, matrix: NDArray[np.float32], scores: Floats) -> bool:
    rows = np.arange(len(matrix))
    gained: Statistic = mean_of(scores[rows, tree.arms(matrix)] - scores[rows, simpler.arms(matrix)])
    return gained.value > MUST_PAY * gained.standard_error()


def _merged(tree: PolicyTree) -> PolicyTree:
    """Sisters with the same arm are one leaf."""
    leaves = list(tree.leaves)
    changed = True
    while changed:
        changed = False
        for i in range(len(leaves) - 1):
            one, other = leaves[i], leaves[i + 1]
            sisters = one.answers[:-1] == other.answers[:-1] and len(one.answers) == len(other.answers) > 0
            if sisters and one.arm == other.arm and one.answers[-1][0] == other.answers[-1][0]:
                leaves[i : i + 2] = [Leaf(one.answers[:-1], one.arm)]
                changed = True
                break
    return PolicyTree(tuple(leaves))
