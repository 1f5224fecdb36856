"""`<id>.lock.json`: what was decided about an experiment, by whom and when; it stands beside the YAML and in git.

The file only grows: the lock, then amendments, then decisions. Its seal is a hash of everything else in it, so that an
edit by hand (or a merge by hand) shows. The same decisions give the same bytes: keys are sorted, the only dates are the
days that people signed on.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from uplift.errors import Place, Problem, StateError
from uplift.spec.fields import Change, Leaf, applied
from uplift.spec.study import Study

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA = "uplift.lock/1"
LARGEST_FILE = 10_000_000

Action = Literal["ship", "stop", "repeat"]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, on which local day, at which commit of the repository (None outside of one)."""

    by: str
    on: datetime.date
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class ArmPlan:
    """An arm's planned contacts; None where the size of the audience is not known."""

    arm: str
    contacts: int | None


@dataclass(frozen=True, slots=True)
class IntervalPlan:
    """The interval of one comparison, chosen from the designed weights and never from realised counts."""

    metric: str
    arm: str
    method: str


@dataclass(frozen=True, slots=True)
class LookPlan:
    """A look: its day, its share of the information and the bounds on z (a lower one only in two-sided tests)."""

    name: str
    on: datetime.date | None
    information: float
    upper: float | None
    lower: float | None


@dataclass(frozen=True, slots=True)
class SignedPlan:
    """What the numbers of the design said when it was signed; what could not be computed is None."""

    metric: str
    mde: str
    required_power: float
    power: float | None
    detectable: str | None
    alpha: float
    level: float | None
    baseline: float | None
    baseline_source: str | None
    audience: int | None
    arms: tuple[ArmPlan, ...]
    enrolment_ends: datetime.date | None
    read_out: datetime.date | None
    intervals: tuple[IntervalPlan, ...]
    looks: tuple[LookPlan, ...]


@dataclass(frozen=True, slots=True)
class WeightEpoch:
    """The weights (as shares, in bucket order) for everybody who joins while the epoch is the newest."""

    epoch: int
    weights: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Locked:
    """The lock itself: every decided field, the hash of their meaning, the plan and the decision rule."""

    signed: Signature
    spec_hash: str
    fields: dict[str, Leaf]
    plan: SignedPlan
    ship: str
    stop: str
    weights: WeightEpoch


@dataclass(frozen=True, slots=True)
class Amendment:
    """A later change in the open; `weights` opens a new epoch where the arms' shares changed."""

    signed: Signature
    reason: str
    changes: tuple[Change, ...]
    spec_hash: str
    plan: SignedPlan
    weights: WeightEpoch | None = None


@dataclass(frozen=True, slots=True)
class DecidedOn:
    """The result that somebody had in front of them; the fingerprint is that of its numbers."""

    as_of: datetime.date
    fingerprint: str
    recommended: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, and why."""

    signed: Signature
    action: Action
    reason: str
    result: DecidedOn | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """The whole file."""

    experiment: str
    locked: Locked
    amendments: tuple[Amendment, ...] = ()
    decisions: tuple[Decision, ...] = ()
    schema: str = SCHEMA

    @property
    def fields(self) -> dict[str, Leaf]:
        """The decided fields as they stand after all amendments."""
        fields: Mapping[str, Leaf] = self.locked.fields
        for amendment in self.amendments:
            fields = applied(fields, amendment.changes)
        return dict(fields)

    @property
    def spec_hash(self) -> str:
        """The hash of what stands now."""
        return self.amendments[-1].spec_hash if self.amendments else self.locked.spec_hash

    @property
    def plan(self) -> SignedPlan:
        """The plan that stands now."""
        return self.amendments[-1].plan if self.amendments else self.locked.plan

    @property
    def signed(self) -> Signature:
        """Who signed what stands now."""
        return self.amendments[-1].signed if self.amendments else self.locked.signed

    @property
    def weights(self) -> WeightEpoch:
        """The newest weight epoch."""
        opened = [amendment.weights for amendment in self.amendments if amendment.weights]
        return opened[-1] if opened else self.locked.weights

    def amended(self, amendment: Amendment) -> Lock:
        """With one more amendment."""
        return replace(self, amendments=(*self.amendments, amendment))

    def decided(self, decision: Decision) -> Lock:
        """With one more decision."""
        return replace(self, decisions=(*self.decisions, decision))


def lock_path(study: Study) -> Path:
    """`<id>.lock.json` beside the experiment's YAML."""
    return study.document.path.with_name(f"{study.experiment.id}.lock.json")


def read_lock(study: Study) -> Lock | None:
    """The lock of a study, None where there is none.

    Raises StateError (UP403) for a file that is not whole, was edited by hand or belongs to another experiment.
    """
    path = lock_path(study)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise damaged(path, f"it can't be read ({error.strerror or error})") from error
    lock = _parsed(raw, path)
    if lock.experiment != study.experiment.id:
        raise damaged(path, f"it is the lock of '{lock.experiment}'", fix="each experiment has a lock of its own")
    return lock


def text_of(lock: Lock) -> str:
    """The file's text: indented JSON with sorted keys and the seal."""
    content = _adapter().dump_python(lock, mode="json")
    return json.dumps({**content, "seal": _seal(content)}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def damaged(path: Path, what: str, *, fix: str = "", place: Place | None = None) -> StateError:
    """The error for a lock file that can't be believed (UP403)."""
    return StateError(
        Problem(
            "UP403",
            f"the lock file is not what was written: {what}",
            fix=fix or "restore it from git; only `uplift lock`, `amend` and `decide` write it",
            place=place or Place(str(path)),
        )
    )


def _parsed(raw: bytes, path: Path) -> Lock:
    from pydantic import ValidationError

    try:
        content: Any = json.loads(raw.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise damaged(path, f"{error.msg}", place=Place(str(path), error.lineno, error.colno)) from error
    except (ValueError, RecursionError) as error:
        raise damaged(path, "it is not UTF-8 text in JSON") from error
    if not isinstance(content, dict) or "schema" not in content:
        raise damaged(path, "it has no schema")
    if content["schema"] != SCHEMA:
        raise damaged(
            path,
            f"its schema is {content['schema']!r}, this version reads {SCHEMA!r}",
            fix="install the version of uplift that wrote it, or a newer one",
        )
    seal = content.pop("seal", None)
    if seal != _seal(content):
        raise damaged(path, "its seal does not fit, so it was edited by hand")
    try:
        return _adapter().validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise damaged(path, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _seal(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


@cache
def _adapter() -> TypeAdapter[Lock]:
    from pydantic import TypeAdapter

    return TypeAdapter(Lock)
