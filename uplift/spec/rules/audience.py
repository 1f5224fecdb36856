"""Who is eligible: by facts from before the assignment, and with the consent that the arms' channels need."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uplift.errors import Problem
from uplift.spec.study import Study

_QUOTED = re.compile(r"'(?:[^']|'')*'")
_QUALIFIED = re.compile(r'(?<![\w."])"?([A-Za-z_]\w*)"?\s*\.\s*"?([A-Za-z_]\w*)"?')
_WORD = re.compile(r"[A-Za-z_]\w*")


def only_what_was_known_before(study: Study) -> Iterator[Problem]:
    """Events may happen because of the treatment: a filter on them compares groups that differ by more than it."""
    where = study.experiment.audience.where
    if where is None:
        return
    sources = study.project.sources
    for match in _QUALIFIED.finditer(_without_texts(where)):
        source = sources.get(match[1])
        if source is not None and source.grain == "event":
            yield Problem(
                "UP208",
                f"audience.where uses {match[1]}.{match[2]}, which can happen after the assignment; the arms would no "
                "longer be comparable",
                "filter on columns of the contact source that are known before the assignment; who was reached goes "
                "under compliance.received",
                study.document.place("audience", "where"),
            )
            return


def channels_have_consent(study: Study) -> Iterator[Problem]:
    """A contact who may not be written to is dropped from the treatment when it is sent, and stays in the control."""
    experiment, known = study.experiment, study.project.channels
    tested = set(_WORD.findall(_without_texts(experiment.audience.where or "").lower()))
    missing: dict[str, tuple[str, str]] = {}
    for name, arm in experiment.arms.items():
        for channel in arm.channels:
            needed = known[channel].consent if channel in known else None
            if needed is not None and needed.lower() not in tested:
                missing.setdefault(needed, (name, channel))
    for needed, (arm_name, channel) in missing.items():
        fix = f"add `and {needed}` to audience.where" if experiment.audience.where else f"add audience.where: {needed}"
        yield Problem(
            "UP209",
            f"channel '{channel}' needs consent '{needed}', which audience.where does not test; the control would keep "
            "contacts that the treatment drops",
            fix,
            study.document.place("arms", arm_name, "channels"),
            level="warning",
        )


def _without_texts(where: str) -> str:
    return _QUOTED.sub("''", where)


RULES = (only_what_was_known_before, channels_have_consent)
