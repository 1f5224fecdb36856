"""How often an estimator was right for designs like this one: the row of the calibration tables per number.

The tables under docs/calibration are generated; `reports/templates/calibration.json` is their short form that travels
with the package. After a new calibration run `python -m uplift.report.calibration docs/calibration`; a test compares.
"""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from uplift.resources import bundled
from uplift.results import MetricResult, Result, Uplift

PAGES = ("proportions", "means", "estimators")
What = Literal["share", "revenue", "order_value"]

_DESIGN = re.compile(r"([\d,]+) / ([\d,]+)")
_BUYERS = re.compile(r"\(([\d,]+) in the control\)")
_SHARE = re.compile(r"([\d.]+)% (?:convert|buy)|average of ([\d.]+)%|([\d.]+)% of them shop")


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One simulated (or enumerated) design: coverage of a 95 % interval and how often it lay above or below the truth.

    `error` is the Monte Carlo standard error (0: enumerated), `refused` the share of data sets without a verdict.
    """

    section: str
    method: str
    what: What
    control: int
    treatment: int
    events: int  # expected in the control: converters or buyers
    coverage: float
    above: float
    below: float
    refused: float
    error: float


def summary_of(folder: Path) -> tuple[Calibrated, ...]:
    """The short form of the JSON tables in a folder; rows whose design can't be read are left out."""
    found = []
    for page in PAGES:
        for line in json.loads((folder / f"{page}.json").read_text(encoding="utf-8"))["rows"]:
            size, process = _DESIGN.match(line["design"]), line["process"]
            if size is None:
                continue
            control, treatment = (int(n.replace(",", "")) for n in size.groups())
            buyers, share = _BUYERS.search(process), _SHARE.search(process)
            if buyers is not None:
                events = int(buyers[1].replace(",", ""))
            elif share is not None:
                events = round(control * float(next(g for g in share.groups() if g)) / 100)
            else:
                continue
            for method in (one for one in line["results"] if one["method"] in ("score", "log", "hall", "delta")):
                found.append(
                    Calibrated(
                        section=line["section"],
                        method=method["method"],
                        what=_what(process, page),
                        control=control,
                        treatment=treatment,
                        events=events,
                        coverage=round(method["coverage"], 4),
                        above=round(method["above"], 3),
                        below=round(method["below"], 3),
                        refused=round(line["refused"] or 0.0, 3),
                        error=round(line["monte_carlo_error"] or 0.0, 4),
                    )
                )
    return tuple(found)


def _what(process: str, page: str) -> What:
    if process.startswith("order value"):
        return "order_value"
    return "share" if process.startswith("share") or page == "proportions" else "revenue"


@cache
def _bundled() -> tuple[Calibrated, ...]:
    text = (bundled("reports/templates") / "calibration.json").read_text(encoding="utf-8")
    return tuple(Calibrated(**line) for line in json.loads(text))


def nearest(result: Result, metric: MetricResult, uplift: Uplift) -> Calibrated | None:
    """The tabulated design most like this comparison: same estimator and kind of metric, then shape and events."""
    what: What = "share" if metric.kind == "proportion" else "order_value" if metric.kind == "ratio" else "revenue"
    section = _section(result, metric, uplift)
    same = [
        row
        for row in _bundled()
        if row.section in section and row.method == uplift.method and row.what == what and row.events > 0
    ]
    if not same or not uplift.control.n or not uplift.treatment.n or not uplift.control.nonzero:
        return None
    ratio, events = uplift.treatment.n / uplift.control.n, uplift.control.nonzero

    def distance(row: Calibrated) -> float:
        shape = abs(math.log(row.treatment / row.control / ratio))
        return shape + 0.5 * abs(math.log(row.events / events))

    return min(same, key=distance)


def _section(result: Result, metric: MetricResult, uplift: Uplift) -> tuple[str, ...]:
    if any(arm.clusters is not None for arm in result.arms):
        return ("clusters",)
    if any(found.treatment == uplift.treatment.arm for found in metric.covariates):
        return ("cuped",)
    return ("score",) if uplift.kind == "proportion" else ("log", "hall")


def main(folder: str) -> None:
    """Write the short form beside the templates."""
    lines = ",\n".join(json.dumps(asdict(row)) for row in summary_of(Path(folder)))
    (bundled("reports/templates") / "calibration.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
