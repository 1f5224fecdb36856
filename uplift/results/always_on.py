"""What always-on programmes found last: forecast, monitors, send times and recommendations, kept as versioned JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uplift.errors import Place, Problem, StateError
from uplift.results.forecast import Forecast
from uplift.results.recommendations import Recommendations
from uplift.results.send_time import SendTimes
from uplift.results.watch import Watch

SCHEMA = "uplift.always-on/1"
Found = Forecast | Recommendations | SendTimes | Watch
KINDS: dict[str, type[Found]] = {
    "forecast": Forecast,
    "recommendations": Recommendations,
    "send-time": SendTimes,
    "monitor": Watch,
}


@dataclass(frozen=True, slots=True)
class AlwaysOn:
    """Everything that was found last, for one page; `currency` is the project's."""

    currency: str
    forecast: Forecast | None = None
    send_times: tuple[SendTimes, ...] = ()
    watches: tuple[Watch, ...] = ()
    recommendations: Recommendations | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return self.forecast is None and self.recommendations is None and not self.send_times and not self.watches


def file_name(found: Found) -> str:
    """`forecast.json`, `recommendations.json`, `send-time.<id>.json`, `monitor.<id>.json`."""
    kind = _kind(found)
    return f"{kind}.{found.experiment}.json" if isinstance(found, (SendTimes, Watch)) else f"{kind}.json"


def to_json(found: Found, currency: str) -> str:
    """The same bytes for the same finding."""
    from pydantic import TypeAdapter

    content = TypeAdapter(type(found)).dump_python(found, mode="json")
    told = {"schema": SCHEMA, "kind": _kind(found), "currency": currency, "content": content}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def read_folder(folder: Path) -> AlwaysOn | None:
    """What lies in a folder; None where nothing does. Raises StateError (UP901) for a file that can't be read."""
    found: list[Found] = []
    currency = "EUR"
    for path in sorted(folder.glob("*.json")):
        one, currency = _read(path)
        found.append(one)
    if not found:
        return None
    return AlwaysOn(
        currency,
        next((one for one in found if isinstance(one, Forecast)), None),
        tuple(one for one in found if isinstance(one, SendTimes)),
        tuple(one for one in found if isinstance(one, Watch)),
        next((one for one in found if isinstance(one, Recommendations)), None),
    )


def _kind(found: Found) -> str:
    return next(kind for kind, form in KINDS.items() if isinstance(found, form))


def _read(path: Path) -> tuple[Found, str]:
    from pydantic import TypeAdapter, ValidationError

    try:
        told: Any = json.loads(path.read_text("utf-8"))
        if told["schema"] != SCHEMA:
            raise _unreadable(path, f"its schema is {told['schema']!r}, this version reads {SCHEMA!r}")
        form: TypeAdapter[Any] = TypeAdapter(KINDS[told["kind"]])
        return form.validate_json(json.dumps(told["content"])), str(told["currency"])
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise _unreadable(path, f"{type(error).__name__}") from error


def _unreadable(path: Path, why: str) -> StateError:
    fix = "delete it and run the verb again that writes it"
    return StateError(Problem("UP901", f"this finding can't be read: {why}", fix=fix, place=Place(str(path))))
