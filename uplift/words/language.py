"""The two languages that reports, terminals and findings speak."""

from __future__ import annotations

from typing import Literal

Language = Literal["de", "en"]
