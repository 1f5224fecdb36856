"""Blocks of the YAML that are read and validated but that no room evaluates yet; `check` and `analyze` say so."""

from __future__ import annotations

from uplift.spec.study import Study


def unevaluated(study: Study) -> tuple[str, ...]:
    """Paths of the written blocks that have no effect on an analysis yet: `design.comparisons`, …"""
    design = study.experiment.design
    written = {
        "design.comparisons": design.comparisons != "vs_control",
    }
    return tuple(block for block, is_written in written.items() if is_written)
