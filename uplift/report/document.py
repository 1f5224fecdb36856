"""From a result to one self-contained HTML file: no script, nothing loaded from elsewhere, same result same bytes."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from uplift.errors import Place, Problem, StateError
from uplift.report.page import page
from uplift.report.voice import Voice
from uplift.resources import bundled
from uplift.results import Result
from uplift.words.labels import LABELS
from uplift.words.language import Language

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from uplift.results.always_on import AlwaysOn
    from uplift.results.plan import Plan
    from uplift.results.portfolio import Portfolio


def html_of(result: Result, language: Language, *, templates: Path | None = None) -> str:
    """The whole document; files in `templates` stand in for ours of the same name. Raises StateError about theirs."""
    style = _style("report.css", templates)
    content = page(Voice(result, language), style=style, style_hash=_csp_hash(style))
    if templates is None:
        return _environment().get_template("report.html.j2").render(page=content, labels=LABELS[language])
    from jinja2 import TemplateError

    try:
        return _environment(templates).get_template("report.html.j2").render(page=content, labels=LABELS[language])
    except (TemplateError, UnicodeDecodeError) as error:
        where = getattr(error, "filename", None) or str(templates)
        raise _foreign(f"{type(error).__name__}: {error}", where, getattr(error, "lineno", None)) from error


def html_of_plan(plan: Plan, language: Language) -> str:
    """The page of a plan: the report's style sheet and a few lines of its own."""
    from uplift.report.plan_page import plan_page
    from uplift.words.plans import PLAN

    style = _style("report.css") + _style("plan.css")
    content = plan_page(plan, language, style=style, style_hash=_csp_hash(style))
    return _environment().get_template("plan.html.j2").render(page=content, words=PLAN[language])


def html_of_portfolio(portfolio: Portfolio, language: Language) -> str:
    """The index of all experiments."""
    from uplift.report.portfolio import portfolio_page
    from uplift.words.sentences.portfolio import PORTFOLIO

    style = _style("report.css") + _style("portfolio.css")
    content = portfolio_page(portfolio, language, style=style, style_hash=_csp_hash(style))
    template = _environment().get_template("portfolio.html.j2")
    return template.render(page=content, words=PORTFOLIO[language], labels=LABELS[language])


def html_of_always_on(found: AlwaysOn, language: Language) -> str:
    """The page of forecast, send time, monitors and recommendations."""
    from uplift.report.always_on import always_on_page
    from uplift.words.sentences.always_on import ALWAYS_ON

    style = _style("report.css")
    content = always_on_page(found, language, style=style, style_hash=_csp_hash(style))
    template = _environment().get_template("always_on.html.j2")
    return template.render(page=content, words=ALWAYS_ON[language], labels=LABELS[language])


def write_whole(html: str, path: Path) -> Path:
    """A text as UTF-8, as `write_bytes` writes it."""
    return write_bytes(html.encode(), path)


def write_bytes(content: bytes, path: Path) -> Path:
    """Written aside and renamed, so that nobody ever reads half a report. Raises StateError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(aside).chmod(0o644)
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StateError(
            Problem(
                "UP903",
                f"the report can't be written: {error.strerror or error}",
                fix="choose a folder that can be written",
                place=Place(str(path)),
            )
        ) from error
    return path


def _foreign(message: str, file: str, line: int | None = None) -> StateError:
    fix = "mend the template, or leave it out of the folder: ours is used then"
    return StateError(
        Problem("UP908", f"a template of yours can't be used: {message}", fix=fix, place=Place(file, line))
    )


@cache
def _environment(templates: Path | None = None) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([*([templates] if templates else []), bundled("reports/templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["code"] = _code
    return environment


def _code(text: str) -> Markup:
    """Words between backticks as <code>; everything is escaped."""
    from markupsafe import Markup, escape

    parts = [str(escape(part)) for part in text.split("`")]
    whole = len(parts) % 2 == 1
    return Markup("".join(f"<code>{p}</code>" if i % 2 and whole else p for i, p in enumerate(parts)))


@cache
def _style(name: str, templates: Path | None = None) -> str:
    own = None if templates is None else templates / name
    try:
        if templates is not None and not templates.is_dir():
            raise _foreign("there is no such folder", str(templates))
        return (own if own is not None and own.is_file() else bundled("reports/templates") / name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _foreign(str(error), str(own)) from error


def _csp_hash(style: str) -> str:
    """The one style sheet that the page's security policy allows."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
