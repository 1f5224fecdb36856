"""Does a daily series break? A causal detector: each day is judged by what was known on the evening before.

On the logarithmic scale a day is expected at the level of the last seven days plus what its weekday used to differ by
(the median of the last eight). What it misses is compared with the usual misses: z beyond four is an alarm. Medians
throughout, so one broken day does not hide the next. Holidays are expected to differ and raise no alarm.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np

from uplift.errors import Problem, StatisticsError
from uplift.results.watch import Alarm

WEEK, WEEKS, MISSES = 7, 8, 40
WARM_UP = WEEK * (WEEKS + 1) + MISSES  # 103 days before the first judgement
LIMIT = 4.0
USUAL = 0.01  # a series that is silent more often says nothing by its silence
SMALLEST = 0.02  # no series is steadier than 2 % a day: below it rounding would raise alarms
NORMAL = 1.4826  # median absolute deviation to standard deviation, for normal misses


def alarms(
    days: Sequence[datetime.date],
    values: Sequence[float],
    *,
    holidays: Collection[datetime.date] = (),
    limit: float = LIMIT,
) -> tuple[Alarm, ...]:
    """The alarms of a series with one value per day, in order; a day with nothing where something came is `silence`.

    Nothing is no alarm where it is usual: on this weekday lately, or on more than one day in a hundred.
    Raises StatisticsError (UP675) for fewer than 104 days, gaps in the days, or values below nought.
    """
    _refuse(days, values)
    y = np.log(np.maximum(np.asarray(values, dtype=np.float64), 1e-9))
    silent = np.asarray(values, dtype=np.float64) <= 0
    closed = np.array([day in holidays for day in days])
    differs = np.full(len(y), np.nan)  # from the level of the week before
    missed = np.full(len(y), np.nan)
    found = []
    for t in range(WEEK, len(y)):
        week = y[t - WEEK : t][~silent[t - WEEK : t]]
        if not len(week):
            continue
        level = float(np.median(week))
        same = differs[[t - WEEK * k for k in range(1, WEEKS + 1) if t >= WEEK * k]]
        same = same[~np.isnan(same)]
        differs[t] = np.nan if silent[t] or closed[t] else y[t] - level
        if t < WEEK * (WEEKS + 1) or not len(same):
            continue
        offset = float(np.median(same))
        missed[t] = np.nan if silent[t] or closed[t] else y[t] - level - offset
        usual = missed[max(t - 4 * MISSES, 0) : t]
        usual = usual[~np.isnan(usual)]
        if t < WARM_UP or not len(usual) or closed[t]:
            continue
        expected = float(np.exp(level + offset))
        if silent[t]:
            same_days = silent[[t - WEEK * k for k in range(1, WEEKS + 1)]]
            if same_days.any() or (silent[:t] & ~closed[:t]).mean() > USUAL:
                continue
            found.append(Alarm(days[t], "silence", expected, 0.0, None))
            continue
        middle = float(np.median(usual))
        scale = max(NORMAL * float(np.median(np.abs(usual - middle))), SMALLEST)
        z = (missed[t] - middle) / scale
        if abs(z) > limit:
            found.append(Alarm(days[t], "rise" if z > 0 else "drop", expected, float(values[t]), float(z)))
    return tuple(found)


def _refuse(days: Sequence[datetime.date], values: Sequence[float]) -> None:
    gaps = any((b - a).days != 1 for a, b in pairwise(days))
    bad = not np.isfinite(np.asarray(values, dtype=np.float64)).all() or (np.asarray(values) < 0).any()
    if len(days) > WARM_UP and len(days) == len(values) and not gaps and not bad:
        return
    what = "has days missing" if gaps else "has values below nought" if bad else f"has {len(days)} days"
    message = f"the series {what}; needed are more than {WARM_UP} days in a row, one value of nought or more for each"
    fix = "fill days without rows with 0, or wait until it is long enough"
    raise StatisticsError(Problem("UP675", message, fix=fix))


def public_holidays(country: str, state: str | None, years: Collection[int]) -> frozenset[datetime.date]:
    """The public holidays of a country or one of its states: `DE`, `BY`.

    Raises StatisticsError (UP676) when the extra `customers` is not installed or nobody knows the country or state.
    """
    try:
        import holidays
    except ImportError:
        fix = "install the extra: uplift-crm[customers]"
        raise StatisticsError(Problem("UP676", "the calendar of holidays is not installed", fix=fix)) from None
    try:
        return frozenset(holidays.country_holidays(country, subdiv=state, years=sorted(years)))
    except NotImplementedError:
        message = f"there is no calendar of holidays for {country}{f', {state}' if state else ''}"
        fix = "write the country as DE and a German state as BY, NW, …"
        raise StatisticsError(Problem("UP676", message, fix=fix)) from None
