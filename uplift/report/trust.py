"""Can we trust the result? Every check as a sentence, the worst first."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.report.voice import Voice
from uplift.results import Check
from uplift.results.result import Status
from uplift.words import numbers
from uplift.words.codes import CODES
from uplift.words.language import say
from uplift.words.sentences import checks

_ORDER: dict[Status, int] = {"fail": 0, "warn": 1, "ok": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check in words; `why` and `fix` are empty where all is well."""

    status: Status
    word: str
    code: str
    found: str
    why: str
    fix: str


def findings(voice: Voice) -> tuple[Finding, ...]:
    """Every check of the result and every caution of its comparisons, worst first, else in their order."""
    all_checks = sorted((*voice.result.checks, *_cautions(voice)), key=lambda check: _ORDER[check.status])
    return tuple(_finding(voice, check) for check in all_checks)


def _cautions(voice: Voice) -> tuple[Check, ...]:
    """Codes that comparisons carry and that no check of the result mentions."""
    known = {check.code for check in voice.result.checks}
    found: dict[tuple[str, str], Check] = {}
    for metric in voice.result.metrics:
        codes = [code for u in metric.uplifts for code in (*u.cautions, u.refusal) if code and code not in known]
        for code in codes:
            converters = min(u.control.nonzero for u in metric.uplifts)
            facts = (("metric", metric.title), ("converters", converters))
            found.setdefault((code, metric.name), Check(code, "warn", facts))
    return tuple(found.values())


def _finding(voice: Voice, check: Check) -> Finding:
    labels, language = voice.labels, voice.language
    entry = CODES.get(check.code)
    words = {"ok": labels.ok, "warn": labels.note, "fail": labels.failed}
    explained = entry is not None and check.status != "ok"
    return Finding(
        status=check.status,
        word=words[check.status],
        code=check.code,
        found=_split(voice, check) if check.code == "UP601" else checks.found(check.code, dict(check.facts), language),
        why=say(language, de=entry.why_de, en=entry.why_en) if entry and explained else "",
        fix=say(language, de=entry.fix_de, en=entry.fix_en) if entry and explained else "",
    )


def _split(voice: Voice, check: Check) -> str:
    arms, language = voice.result.arms, voice.language
    p_value = dict(check.facts).get("p")
    return checks.split(
        " : ".join(numbers.count(arm.assigned, language) for arm in arms),
        " : ".join(numbers.plain_number(arm.weight * 100, language) for arm in arms),
        float(p_value) if isinstance(p_value, int | float) else None,
        language,
        fits=check.status != "fail",
    )
