"""Can we trust the result? Every check as a sentence, the worst first."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.report.voice import Voice
from uplift.results import Check
from uplift.results.result import Fact, Status, title_in
from uplift.words import numbers
from uplift.words.codes import CODES
from uplift.words.language import say
from uplift.words.names import shortened
from uplift.words.sentences import checks

_FOR_ALL = ("UP601", "UP602")  # the split and the window: everybody should see that they are as planned
_ORDER: dict[Status, int] = {"fail": 0, "warn": 1, "ok": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """The checks of one code in words, a sentence each; `why` and `fix` are empty where all is well."""

    status: Status
    word: str
    code: str
    found: tuple[str, ...]
    why: str
    fix: str


@dataclass(frozen=True, slots=True)
class Trust:
    """What everybody reads, and the checks that passed and that a statistician unfolds."""

    shown: tuple[Finding, ...]
    folded: tuple[Finding, ...]
    more: str


def trust(voice: Voice) -> Trust:
    """All findings; where all is well beyond split and window, one line says so and holds the rest."""
    found = findings(voice)
    folded = tuple(f for f in found if f.status == "ok" and f.code not in _FOR_ALL)
    more = checks.passed_too(sum(len(f.found) for f in folded), voice.language)
    return Trust(tuple(f for f in found if f not in folded), folded, more)


def findings(voice: Voice) -> tuple[Finding, ...]:
    """Every check of the result and every caution of its comparisons, worst first, else in their order."""
    by_code: dict[tuple[str, Status], list[Check]] = {}
    for check in sorted(voice.result.findings, key=lambda check: _ORDER[check.status]):
        by_code.setdefault((check.code, check.status), []).append(check)
    return tuple(_finding(voice, code, status, same) for (code, status), same in by_code.items())


def _finding(voice: Voice, code: str, status: Status, same: list[Check]) -> Finding:
    labels, language = voice.labels, voice.language
    entry = CODES.get(code)
    words = {"ok": labels.ok, "warn": labels.note, "fail": labels.failed}
    explained = entry is not None and status != "ok"
    return Finding(
        status=status,
        word=words[status],
        code=code,
        found=tuple(
            _split(voice, check) if code == "UP601" else checks.found(code, _facts(voice, check), language)
            for check in same
        ),
        why=say(language, de=entry.why_de, en=entry.why_en) if entry and explained else "",
        fix=say(language, de=entry.fix_de, en=entry.fix_en) if entry and explained else "",
    )


def _split(voice: Voice, check: Check) -> str:
    arms, language = voice.result.arms, voice.language
    p_value, counted = dict(check.facts).get("p"), dict(check.facts).get("counted")
    return checks.split(
        " : ".join(numbers.count(arm.assigned if arm.clusters is None else arm.clusters, language) for arm in arms),
        " : ".join(numbers.plain_number(arm.weight * 100, language) for arm in arms),
        float(p_value) if isinstance(p_value, int | float) else None,
        language,
        fits=check.status != "fail",
        counted=shortened(counted) if isinstance(counted, str) else None,
    )


def _facts(voice: Voice, check: Check) -> dict[str, Fact]:
    """The facts of a check, metrics by their title in the language of the report."""
    titles = {m.title: title_in(m, voice.language) for m in voice.result.metrics if m.titles}
    facts = dict(check.facts)
    return {k: titles.get(v, v) if k == "metric" and isinstance(v, str) else v for k, v in facts.items()}
