"""A report in a few lines of Markdown, for a pull request or a chat."""

from __future__ import annotations

import re

from uplift.report.headline import headline, kicker
from uplift.report.record import decisions
from uplift.report.trust import findings
from uplift.report.voice import Voice
from uplift.results import Result
from uplift.words import numbers
from uplift.words.dates import day
from uplift.words.language import Language

_SPECIAL = re.compile(r"([\\`*_\[\]#~])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "@": "&#64;"}


def markdown(result: Result, language: Language) -> str:
    """Verdict, advice, a table of all metrics and what needs attention; names can't format or mention anybody."""
    voice = Voice(result, language)
    first, labels = headline(voice), voice.labels
    lines = [f"### {first.sign} {plain(first.text)}", ""]
    lines += [plain(" ".join(first.deck)), ""] if first.deck else []
    lines += [f"**{plain(first.advice)}**", ""]
    lines += [line for told in decisions(voice) for line in (plain(told), "")]
    heads = (
        labels.metric,
        labels.control,
        labels.treatment,
        labels.uplift,
        labels.interval,
        labels.p_value,
        labels.verdict,
    )
    lines += [_row(heads), _row(("---", *("---:" for _ in heads[1:-1]), "---"), raw=True)]
    for metric in result.metrics:
        for uplift in metric.uplifts:
            verdict = voice.verdict(metric, uplift)
            refused = verdict == "refused"
            name = voice.short_title(metric) + (f" ({voice.arm(uplift.treatment.arm)})" if voice.several else "")
            p_value = uplift.p_value if uplift.p_adjusted is None else uplift.p_adjusted
            lines.append(
                _row(
                    (
                        name,
                        voice.value(metric, uplift.control.value),
                        voice.value(metric, uplift.treatment.value),
                        "" if refused else voice.plus_minus(uplift) or voice.estimate(uplift),
                        "" if refused else voice.bounds(uplift),
                        "" if refused or p_value is None else numbers.p_number(p_value, language),
                        voice.word(verdict),
                    )
                )
            )
    lines.append("")
    for finding in findings(voice):
        if finding.status != "ok":
            lines.append(f"- **{finding.word}** {plain(' '.join(finding.found))} ({finding.code})")
    name = " · ".join((*kicker(voice), f"{labels.as_of} {day(result.as_of, language)}"))
    lines += ["", f"<sub>{plain(name)} · `{_code(result.experiment.id)}`</sub>"]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def plain(text: str) -> str:
    """Text as Markdown shows it, whatever it holds.

    >>> plain("a|b <i> *c* @everyone")
    'a&#124;b &lt;i&gt; \\\\*c\\\\* &#64;everyone'
    """
    escaped = "".join(_ENTITIES.get(character, character) for character in " ".join(text.split()))
    return re.sub(r"&\\#", "&#", _SPECIAL.sub(r"\\\1", escaped))


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\n", " ")


def _row(cells: tuple[str, ...], *, raw: bool = False) -> str:
    return "| " + " | ".join(cell if raw else plain(cell) for cell in cells) + " |"
