"""The verb that tries a design on its own data: `simulate`."""

from __future__ import annotations

from typing import Annotated

import typer

from uplift.cli.options import DayOption, ExperimentArgument, LanguageOption, speech_of, study_of, today
from uplift.cli.progress import Bar
from uplift.errors import Problem, ProjectError


def simulate(
    experiment: ExperimentArgument,
    replications: Annotated[
        int, typer.Option("--replications", "-n", min=100, max=100_000, help="Experiments of each kind.")
    ] = 1_000,
    effect: Annotated[
        str | None, typer.Option("--effect", metavar="PERCENT", help="What to plant, such as 5%; default: the mde.")
    ] = None,
    as_of: DayOption = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same numbers.")] = 1,
    language: LanguageOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """A/A and planted effects on your own data.

    The contacts are assigned anew, a thousand times: how often does each metric find something where nothing is, and
    how often what is there? Exit code 1 when a test errs more often than it says.
    """
    from uplift.analysis.simulate import simulate as run
    from uplift.results.simulation import text, to_json

    study = study_of(experiment)
    day = as_of.date() if as_of else today(study)
    with Bar() as bar:
        found = run(study, as_of=day, replications=replications, effect=_relative(effect), seed=seed, progress=bar)
    typer.echo(to_json(found) if json else text(found, speech_of(language) or found.language))
    raise typer.Exit(0 if found.sound else 1)


def _relative(written: str | None) -> float | None:
    """A relative effect as it was typed: `5%` or `-5%`."""
    if written is None:
        return None
    from uplift.spec.quantities import QuantityError, parse_effect

    try:
        found = parse_effect(written)
    except QuantityError as error:
        raise ProjectError(Problem("UP902", f"--effect: {error}", fix="write a relative effect such as 5%")) from error
    if found.unit != "relative":
        raise ProjectError(
            Problem("UP902", f"--effect {written} is not a relative effect", fix="write per cent, such as 5%")
        )
    return float(found.value)
