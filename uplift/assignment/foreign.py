"""Files of other systems as the engine reads sources: which columns they have, and presets for systems we know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from uplift.engine.adapter import Engine
from uplift.engine.snippets import did_you_mean
from uplift.engine.sources import SourceTable, open_source
from uplift.errors import AssignmentError, Problem
from uplift.spec import Study
from uplift.spec.project import Source

NAME = "imported"  # of the source that an import adds to the project for its own time


@dataclass(frozen=True, slots=True)
class Preset:
    """How a system calls its columns: the first name that a file has is taken, whatever its case.

    `timezone` is that of its times; `channel` is what all its rows are, where no column says so.
    """

    title: str
    ids: tuple[str, ...]
    times: tuple[str, ...]
    arms: tuple[str, ...]
    channels: tuple[str, ...]
    campaigns: tuple[str, ...]
    timezone: str | None
    channel: str | None


# Column names as documented for Emarsys' Open Data views (email sends: contact_id, campaign_id, launch_id, event_time
# in UTC) and its contact exports (user_id; externalId is the recommended field for a shop's own id). `customer_id` is
# the account there and never the contact, so it is not among the ids.
PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "emarsys": Preset(
            title="SAP Emarsys: Open Data email_sends, contact list exports",
            ids=("externalId", "external_id", "contact_external_id", "contact_id", "user_id"),
            times=("event_time",),
            arms=("ab_variant", "variant", "version_name"),
            channels=("channel",),
            campaigns=("campaign_id",),
            timezone="UTC",
            channel="email",
        )
    }
)
_PLAIN = Preset(
    "", ("customer_id",), ("sent_at", "event_at", "time"), ("arm",), ("channel",), ("campaign",), None, None
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file by what they mean; None where it has none."""

    id: str
    time: str | None
    arm: str | None
    channel: str | None
    campaign: str | None


def columns_of(table: SourceTable, preset: Preset, given: Mapping[str, str | None], own_id: str) -> Columns:
    """What the columns of a file mean: as the user says, else as the preset calls them; the own id's name goes first.

    Raises AssignmentError (UP823) when no column can be the id, or a named one is not there.
    """
    names = {column.name.lower(): column.name for column in table.columns if column.name != "_row"}

    def pick(role: str, candidates: Sequence[str]) -> str | None:
        wanted = given.get(role)
        if wanted is None:
            return next((names[c.lower()] for c in candidates if c.lower() in names), None)
        if wanted not in names.values():
            fix = did_you_mean(wanted, sorted(names.values()))
            raise AssignmentError(Problem("UP823", f"'{table.shown}' has no column '{wanted}'", fix=fix))
        return wanted

    # A system's own meaning of a name wins over ours: with a preset the project's name for the id proves nothing.
    candidates = preset.ids if preset is not _PLAIN else (own_id, *preset.ids)
    found = pick("id", candidates)
    if found is None:
        listed = ", ".join(sorted(names.values()))
        message = f"'{table.shown}' has no column with the contact's id (looked for {', '.join(candidates)})"
        raise AssignmentError(Problem("UP823", message, fix=f"name it: --id COLUMN; there are: {listed}"))
    return Columns(
        found,
        pick("time", preset.times),
        pick("arm", preset.arms),
        pick("channel", preset.channels),
        pick("campaign", preset.campaigns),
    )


def preset_of(name: str | None) -> Preset:
    """A preset by its name; None is our own."""
    return _PLAIN if name is None else PRESETS[name]


def with_file(
    study: Study, file: Path, *, id_: str | None = None, time: str | None = None, timezone: str | None = None
) -> Study:
    """The study with a file as one more source of events."""
    grain: Literal["contact", "event"] = "event" if time is not None else "contact"
    source = Source.model_construct(
        file=str(file.resolve()), grain=grain, id=id_, time=time, timezone=timezone, columns={}
    )
    project = study.project.model_copy(update={"sources": {**study.project.sources, NAME: source}})
    return replace(study, project=project)


def open_file(engine: Engine, study: Study, needed: Sequence[str] | None = None) -> SourceTable:
    """The file that `with_file` named, open; shown as the user would type it."""
    table = open_source(engine, study, NAME, needed=needed)
    return replace(table, shown=Path(table.shown).name)
