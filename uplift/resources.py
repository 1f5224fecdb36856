"""Where bundled templates and examples live: inside the wheel (`uplift/_bundled`) or in the checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def bundled(name: str) -> Path:
    """The folder `reports/templates` or `experiments`, from the wheel or else from the checkout."""
    inside = _PACKAGE / "_bundled" / name
    return inside if inside.exists() else _PACKAGE.parent / name
