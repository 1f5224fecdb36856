"""A key figure: a number with its name and what has to stand beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name and what has to stand beside it."""

    name: str
    value: str
    notes: tuple[str, ...]
