"""The story of targeting: learn, test for differences, judge rankings and policies, say what to do.

Everything here comes from contacts that the model in question had not seen: effects are cross-fitted, the p-value is
that of sequential validation. AUTOC and QINI pooled over folds are shown with a standard error and without an interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from uplift.results.targeting import Estimate, OutcomeReading, Ranking, RuleLeaf, TargetingReading
from uplift.targeting.calibration import blp_slope, gates
from uplift.targeting.contracts import GateVerdict, Outcome, TargetingData
from uplift.targeting.gate import Question, judge, judge_arms
from uplift.targeting.heterogeneity import PARTS, heterogeneity
from uplift.targeting.influence import Floats
from uplift.targeting.interpretation import importance, response_shares
from uplift.targeting.learner import Learned, Settings, learn
from uplift.targeting.model_file import library_versions
from uplift.targeting.policies import TOP, Compared, compare
from uplift.targeting.policy_tree import leaves_in_words, policy_tree
from uplift.targeting.ranks import within_folds
from uplift.targeting.rate import autoc_of, average_effect, gain_curve, gain_of, qini_of, sorted_by
from uplift.targeting.scores import effect_scores

SHARES = tuple(round(0.05 * i, 2) for i in range(1, 21))
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What was found (for reports) and what was learned (for target lists), per outcome."""

    reading: TargetingReading
    learned: Mapping[str, Learned]
    verdicts: tuple[GateVerdict, ...]  # one per outcome, over all treatments
    by_treatment: tuple[GateVerdict, ...]  # one per outcome and treatment


def evaluate(
    data: TargetingData,
    settings: Settings | None = None,
    *,
    alpha: float = 0.05,
    smallest_effects: Mapping[str, float] | None = None,
    parts: int = PARTS,
    progress: Progress = lambda _stage: None,
) -> Evaluated:
    """Learn and judge every outcome of the data, the one that decides first.

    `smallest_effects` (outcome → absolute effect) says what the experiment was planned for; from there comes how many
    contacts a next test needs. Raises what `learn` raises.
    """
    settings = settings or Settings()
    learned: dict[str, Learned] = {}
    questions: list[Question] = []
    for name in data.outcomes:
        progress(f"learn {name}")
        learned[name] = learn(data, name, settings)
        progress(f"test differences in {name}")
        tests = heterogeneity(data, name, settings, parts=parts)
        for k, test in enumerate(tests, 1):
            effect = average_effect(effect_scores(learned[name].gamma, k), weights=data.weights)
            found = effect.estimate(clusters=data.cluster, confidence=1 - alpha)
            smallest = (smallest_effects or {}).get(name)
            both = int(np.isin(data.arm, (0, k)).sum())
            questions.append(Question(name, test.treatment, found, test, both, smallest))
    verdicts = judge(questions, alpha=alpha)
    readings, overall = [], []
    for name, outcome in data.outcomes.items():
        progress(f"judge {name}")
        own = [v for v in verdicts if v.outcome == name]
        asked = [q for q in questions if q.outcome == name]
        compared = compare(data, learned[name], confidence=1 - alpha)
        effects = {q.treatment: q.effect for q in asked}
        verdict = judge_arms(name, own, best=compared.best, gain=compared.gain, effects=effects)
        overall.append(verdict)
        rankings = tuple(
            _ranking(data, learned[name], q, v, confidence=1 - alpha) for q, v in zip(asked, own, strict=True)
        )
        readings.append(_outcome_reading(data, outcome, learned[name], verdict, rankings, compared))
    reading = TargetingReading(
        contacts=data.n,
        features=data.features.names,
        folds=settings.folds_for(data.n),
        seed=settings.seed,
        outcomes=tuple(readings),
        versions=library_versions(),
    )
    return Evaluated(reading, learned, tuple(overall), verdicts)


def _ranking(
    data: TargetingData, learned: Learned, asked: Question, verdict: GateVerdict, *, confidence: float
) -> Ranking:
    k = data.arms.index(asked.treatment)
    effects = effect_scores(learned.gamma, k)
    predicted = learned.ranking.effect(asked.treatment)
    folds = learned.ranking.folds
    priority = within_folds(predicted, folds)
    rows = sorted_by(priority, effects, weights=data.weights)

    def shown(statistic_error: Estimate) -> Estimate:
        return replace(statistic_error, interval=None)

    top = gain_of(rows, TOP).scaled(1 / TOP)
    mu = learned.ranking.mu[:, 0]
    race = learned.race(asked.treatment)
    ranker = learned.rankers[k - 1]
    return Ranking(
        treatment=asked.treatment,
        contacts=asked.contacts,
        effect=asked.effect,
        autoc=shown(autoc_of(rows).estimate(clusters=data.cluster)),
        qini=shown(qini_of(rows).estimate(clusters=data.cluster)),
        top_share=TOP,
        uplift_at_top=top.estimate(clusters=data.cluster, confidence=confidence),
        slope=_slope(data, effects, predicted, learned, confidence),
        p_value=verdict.p_value,
        p_adjusted=verdict.p_adjusted,
        curve=gain_curve(
            effects, priority, shares=SHARES, weights=data.weights, clusters=data.cluster, confidence=confidence
        ),
        groups=gates(effects, predicted, weights=data.weights, clusters=data.cluster, rank_by=priority),
        importance=importance(ranker, data.features, seed=learned.settings.seed),
        shares=None if race.winner == "constant" else response_shares(predicted, mu),
        action=verdict.action,
        contacts_needed=verdict.contacts,
        rule=_above_average(data, effects, k, learned) if verdict.recommended else (),
    )


def _above_average(data: TargetingData, effects: Floats, k: int, learned: Learned) -> tuple[RuleLeaf, ...]:
    """The tree that parts contacts whom the treatment helps more than the average from the rest."""
    gained = effects - average_effect(effects, weights=data.weights).value
    tree = policy_tree(data.features, np.column_stack([np.zeros(data.n), gained]), seed=learned.settings.seed)
    two = np.column_stack([np.zeros(data.n), effects])
    return leaves_in_words(tree, data.features, two, (data.arms[0], data.arms[k]), clusters=data.cluster)


def _slope(
    data: TargetingData, effects: Floats, predicted: Floats, learned: Learned, confidence: float
) -> Estimate | None:
    """The BLP slope; None where every contact of a fold is predicted alike."""
    folds = learned.ranking.folds
    if all(np.ptp(predicted[folds == fold]) == 0 for fold in np.unique(folds)):
        return None
    slope = blp_slope(effects, predicted, folds=folds, weights=data.weights)
    return slope.estimate(clusters=data.cluster, confidence=confidence)


def _outcome_reading(
    data: TargetingData,
    outcome: Outcome,
    learned: Learned,
    verdict: GateVerdict,
    rankings: tuple[Ranking, ...],
    compared: Compared,
) -> OutcomeReading:
    rule: tuple[RuleLeaf, ...] = ()
    if verdict.recommended:
        tree = policy_tree(data.features, learned.gamma, seed=learned.settings.seed)
        rule = leaves_in_words(tree, data.features, learned.gamma, data.arms, clusters=data.cluster)
    return OutcomeReading(
        outcome=outcome.name,
        title=outcome.title,
        format=_format(outcome),
        currency=outcome.currency,
        action=verdict.action,
        arm=verdict.arm,
        contacts_needed=verdict.contacts,
        codes=verdict.codes,
        model=learned.scores.model,
        rankings=rankings,
        policies=compared.readings,
        rule=rule,
    )


def _format(outcome: Outcome) -> Literal["number", "percent", "money"]:
    if outcome.currency is not None:
        return "money"
    return "percent" if outcome.kind == "proportion" else "number"
