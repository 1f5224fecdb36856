"""Pydantic field types for numbers with units."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from pydantic import StringConstraints

from uplift.spec.quantities import Duration, Effect, Money

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$")]
ShareField = Fraction  # exact: 15%, 1/3, 0.15
EffectField = Effect
MoneyField = Money
DurationField = Duration
