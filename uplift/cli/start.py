"""The verbs of a first day: `demo`, `schema`, `explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uplift.cli.options import LanguageOption, Speech, speech_of, study_of, today
from uplift.cli.printing import shown
from uplift.cli.progress import Stages
from uplift.errors import Problem, UpliftError


def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo project goes.")] = Path("demo"),
    language: LanguageOption = None,
) -> None:
    """The whole circle on a generated retailer.

    Data, check, assign, analyze, report: everything goes into one folder.
    """
    from uplift.demo.run import run

    with Stages() as stages:
        lines = list(run(folder, language=speech_of(language), progress=stages))
    for line in lines:
        typer.echo(line)


def schema(
    which: Annotated[str, typer.Argument(metavar="[experiment|project]", help="Which file's schema.")] = "experiment",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A folder: writes both schemas there.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the reference of all keys instead.")] = False,
) -> None:
    """The JSON Schema of the YAML files, for an editor; or the reference of all keys, to read."""
    import json

    if markdown:
        from uplift.spec.reference import markdown as reference

        typer.echo(reference(), nl=False)
        return

    from uplift.spec.schema import experiment_schema, project_schema

    schemas = {"experiment": experiment_schema, "project": project_schema}
    if which not in schemas:
        raise typer.BadParameter("choose experiment or project", param_hint="WHICH")
    if output is None:
        typer.echo(json.dumps(schemas[which](), indent=2, ensure_ascii=False))
        return
    from uplift.store.files import write_text_atomic

    for name, make in schemas.items():
        target = output / f"{name}.v1.schema.json"
        write_text_atomic(target, json.dumps(make(), indent=2, ensure_ascii=False) + "\n")
        typer.echo(f"wrote {shown(target)}")


def explain(
    what: Annotated[
        str,
        typer.Argument(
            metavar="CODE|EXPERIMENT|all", help="A finding code such as UP310, an experiment, or all codes."
        ),
    ],
    language: LanguageOption = None,
) -> None:
    """What a finding means, or what an experiment will do.

    Of an experiment: what will happen to whom and when, what the test can find, and what is decided then. `all`: every
    finding, as a page of Markdown.
    """
    import re

    if what == "all":
        from uplift.words.codes import CODES
        from uplift.words.codes.page import page

        typer.echo(page(tuple(CODES.values()), speech_of(language) or "en"), nl=False)
        return
    if re.fullmatch(r"UP\d+", what, re.IGNORECASE):
        typer.echo(_finding(what, german=language == Speech.de))
        return
    from uplift.design.narrative import narrative

    study = study_of(what)
    speech = speech_of(language) or study.project.language
    typer.echo(str(narrative(study, today=today(study), language=speech)))


def _finding(code: str, *, german: bool) -> str:
    from uplift.words.codes import CODES

    entry = CODES.get(code.upper())
    if entry is None:
        raise UpliftError(Problem("UP902", f"there is no code '{code}'", fix=f"known codes: {', '.join(CODES)}"))
    title, why, fix = (
        (entry.title_de, entry.why_de, entry.fix_de) if german else (entry.title_en, entry.why_en, entry.fix_en)
    )
    return f"{entry.code}  {title}\n\n{why}\n\n{'Abhilfe' if german else 'Fix'}: {fix}"
