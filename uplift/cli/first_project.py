"""The verb `init`: a first project, from five questions, from flags, or as an example."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from uplift.cli.options import today

if TYPE_CHECKING:
    from uplift.spec.quantities import Effect

T = TypeVar("T")


def init(
    folder: Annotated[Path, typer.Argument(help="Where the project goes.")] = Path(),
    id: Annotated[str | None, typer.Option(help="The test's id: lower case, digits, hyphens.")] = None,  # noqa: A002
    contacts: Annotated[Path | None, typer.Option(help="The file with the contacts who may get it.")] = None,
    baseline: Annotated[str | None, typer.Option(help="Share of contacts who buy within 30 days today: 8%.")] = None,
    size: Annotated[str | None, typer.Option(help="How many contacts are eligible.")] = None,
    control: Annotated[str | None, typer.Option(help="Share of contacts who get nothing: 20%.")] = None,
    mde: Annotated[str | None, typer.Option(help="Smallest effect worth finding: 1.0pp.")] = None,
    like: Annotated[
        str | None, typer.Option(help="Start from a shipped experiment: win-back, second-order, channel, …")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; what is not given gets its default.")] = False,
) -> None:
    """A commented project that passes its own check.

    On a terminal it asks five questions; flags answer them beforehand. Without either it writes an example. `--like`
    takes one of the experiments that come with the program, also into a project that is there already.
    """
    if like is not None:
        _like(folder, like, id, (contacts, baseline, size, control, mde))
        return
    given = (id, contacts, baseline, size, control, mde)
    asks = sys.stdin.isatty() and not yes
    remarks: tuple[str, ...] = ()
    if not asks and all(value is None for value in given):
        from uplift.starter import write_starter

        written = write_starter(folder)
    else:
        written, remarks = _answered(folder, *given, asks=asks)
    for path in written:
        typer.echo(f"wrote {path}")
    for remark in remarks:
        typer.echo(f"note: {remark}")
    typer.echo(f"next: uplift check {folder / 'experiments'}")


def _like(folder: Path, like: str, id: str | None, others: tuple[object, ...]) -> None:  # noqa: A002
    from uplift.starter.templates import templates, write_like

    if like not in templates():
        raise typer.BadParameter(f"there is no '{like}'; known: {', '.join(templates())}", param_hint="--like")
    if any(value is not None for value in others):
        raise typer.BadParameter("with --like only --id can be given; the rest stands in the file", param_hint="--like")
    own = None if id is None else _read(_slug, id, "--id")
    for path in write_like(folder, like, experiment_id=own):
        typer.echo(f"wrote {path}")
    typer.echo(f"next: put your sources and figures into it, then uplift check {folder / 'experiments'}")


def _answered(
    folder: Path,
    id: str | None,  # noqa: A002
    contacts: Path | None,
    baseline: str | None,
    size: str | None,
    control: str | None,
    mde: str | None,
    *,
    asks: bool,
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    from uplift.starter import write_project
    from uplift.starter.answers import Answers, draft, rows

    def answer(question: str, flag: str, value: str | None, default: str, read: Callable[[str], T]) -> T:
        if value is not None or not asks:
            return _read(read, default if value is None else value, flag)
        found: T = typer.prompt(question, default=default, value_proc=lambda text: _read(read, text.strip(), None))
        return found

    name = answer("Name of the test", "--id", id, "welcome-mail", _slug)
    who = answer("File with the contacts", "--contacts", str(contacts) if contacts else None, "data/contacts.csv", Path)
    found = rows(who)
    level = answer("Share who buy within 30 days today", "--baseline", baseline, "8%", _share)
    many = answer("How many contacts", "--size", size, str(found or 50_000), _count)
    nothing = answer("Share who get nothing (control)", "--control", control, "20%", _share)
    effect = None if mde is None else _read(_effect, mde, "--mde")
    drafted = draft(Answers(name, who, level, many, nothing, effect, today()), folder)
    written = write_project(folder, {"project.yml": drafted.project, f"{name}.yml": drafted.experiment})
    absent = () if found is not None or who.exists() else (f"{who} is not there yet; orders.csv belongs beside it",)
    return written, (*drafted.remarks, *absent)


def _read(read: Callable[[str], T], text: str, flag: str | None) -> T:
    """The answer; on a terminal a wrong one is asked for again, as a flag it ends the run."""
    try:
        return read(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=flag) from None


def _slug(text: str) -> str:
    import re

    from uplift.spec.scalars import SLUG_PATTERN

    if not re.match(SLUG_PATTERN, text) or text == "project":
        raise ValueError(f"'{text}' is no id: lower-case letters, digits and hyphens only")
    return text


def _share(text: str) -> Fraction:
    from uplift.spec.quantities import QuantityError, parse_share

    try:
        share = parse_share(text)
    except QuantityError as error:
        raise ValueError(f"{error.message}: {error.fix}") from None
    if not 0 < share < 1:
        raise ValueError(f"{text} leaves one side without anybody: write a share between 0% and 100%")
    return share


def _count(text: str) -> int:
    plain = text.replace("_", "").replace(" ", "")
    if plain.count(".") + plain.count(",") and all(len(part) == 3 for part in plain.replace(",", ".").split(".")[1:]):
        plain = plain.replace(".", "").replace(",", "")
    if not plain.isdigit() or int(plain) < 1:
        raise ValueError(f"'{text}' is not a number of contacts: write 50000")
    return int(plain)


def _effect(text: str) -> Effect:
    from uplift.spec.quantities import QuantityError, parse_effect

    try:
        effect = parse_effect(text)
    except QuantityError as error:
        raise ValueError(f"{error.message}: {error.fix}") from None
    if effect.unit != "points" or effect.value <= 0:
        raise ValueError(f"'{text}' is not in points: write 1.0pp")
    return effect
