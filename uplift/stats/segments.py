"""Does the effect differ between segments? One question per attribute first, then the single segments.

Looking at ten segments finds a «best» one in every test. So the attribute is asked first whether its segments differ at
all (interaction test); the single segments share one error over everything that was declared; and the value to act on
is the shrunken one. An attribute that was not declared before the data were seen is exploratory: it is shown, and
proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from uplift.stats.meta import Shrunken, pool, shrink
from uplift.stats.multiplicity import Decided, holm

FEWEST_TO_SHRINK = 3  # two segments tell nothing about how much segments differ


@dataclass(frozen=True, slots=True)
class SegmentEstimate:
    """One segment's effect: log ratio, its standard error and the p-value of the metric's own test (None: no data)."""

    segment: str
    log_ratio: float | None
    standard_error: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True)
class SegmentReading:
    """One segment, corrected and shrunken; `decided` is None where the attribute is exploratory.

    `decided.level` is the level at which the segment's own interval is to be shown.
    """

    segment: str
    decided: Decided | None
    shrunken: Shrunken | None


@dataclass(frozen=True, slots=True)
class Interaction:
    """Whether the effect differs between the segments of one attribute.

    `q` is Cochran's statistic over the segments with data, `p_value` refers it to χ² with df degrees of freedom, and
    `adjusted` is corrected for the number of declared attributes. None with fewer than two segments with data.
    """

    attribute: str
    declared: bool
    q: float | None
    df: int
    p_value: float | None
    adjusted: float | None
    segments: tuple[SegmentReading, ...]


def read_segments(
    attributes: Mapping[str, Sequence[SegmentEstimate]], *, alpha: float, exploratory: Collection[str] = ()
) -> tuple[Interaction, ...]:
    """Read every attribute with its segments, in the given order.

    Holm runs over all segments of all declared attributes, and separately over their interaction tests. Segments are
    shrunken towards the other segments of their attribute (from three with data on). Segments of one attribute must
    not overlap: the test takes them for independent. Cochran (1954), Biometrics 10, 101–129.
    """
    declared = [name for name in attributes if name not in exploratory]
    family = iter(holm([one.p_value for name in declared for one in attributes[name]], alpha=alpha))
    decided = {name: [next(family) for _ in attributes[name]] for name in declared}
    tests = {name: _interaction(cells) for name, cells in attributes.items()}
    corrected = dict(zip(declared, holm([tests[name][2] for name in declared], alpha=alpha), strict=True))
    return tuple(
        Interaction(
            name,
            name in decided,
            *tests[name],
            corrected[name].adjusted if name in corrected else None,
            _readings(cells, decided.get(name)),
        )
        for name, cells in attributes.items()
    )


def _interaction(cells: Sequence[SegmentEstimate]) -> tuple[float | None, int, float | None]:
    numbers = list(_usable(cells).values())
    if len(numbers) < 2:
        return None, 0, None
    pooled = pool(*zip(*numbers, strict=True))
    return pooled.q, len(numbers) - 1, pooled.q_p_value


def _readings(cells: Sequence[SegmentEstimate], decided: list[Decided] | None) -> tuple[SegmentReading, ...]:
    usable = _usable(cells)
    shrunken: dict[int, Shrunken] = {}
    if len(usable) >= FEWEST_TO_SHRINK:
        values = shrink(*zip(*usable.values(), strict=True), fewest=FEWEST_TO_SHRINK)
        shrunken = dict(zip(usable, values, strict=True))
    return tuple(
        SegmentReading(cell.segment, decided[k] if decided is not None else None, shrunken.get(k))
        for k, cell in enumerate(cells)
    )


def _usable(cells: Sequence[SegmentEstimate]) -> dict[int, tuple[float, float]]:
    return {
        k: (cell.log_ratio, cell.standard_error)
        for k, cell in enumerate(cells)
        if cell.log_ratio is not None and cell.standard_error is not None
    }
