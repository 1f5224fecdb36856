"""What a source says in its database's own words: the name of a table, or one query that only reads."""

from __future__ import annotations

import logging

from uplift.engine.adapter import quoted
from uplift.engine.snippets import did_you_mean
from uplift.errors import DataError, Problem


def table_name(table: str | None, mark: str = '"') -> str:
    """`marts.mail_events` with every part quoted.

    >>> table_name("marts.mail_events"), table_name("shop.orders", "`")
    ('"marts"."mail_events"', '`shop`.`orders`')
    """
    assert table is not None
    parts = [part.strip().strip('"`') for part in table.split(".")]
    return ".".join(quoted(part.replace('"', "")).replace('"', mark) for part in parts)


def query_text(query: str | None, dialect: str) -> str:
    """A query that a source gives, if it is exactly one and reads only. Raises DataError (UP578) otherwise."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import ParseError, TokenError

    assert query is not None
    text = query.strip().rstrip(";").strip()
    logger = logging.getLogger("sqlglot")
    quiet, logger.disabled = logger.disabled, True
    try:
        trees = sqlglot.parse(text, read=dialect)
    except (ParseError, TokenError) as error:
        what = error.errors[0].get("description") if isinstance(error, ParseError) and error.errors else error
        raise DataError(
            Problem("UP578", f"the query can't be read: {what}", fix="write one SELECT statement")
        ) from None
    except RecursionError:
        raise DataError(Problem("UP578", "the query is nested too deeply", fix="make it a view")) from None
    finally:
        logger.disabled = quiet
    writing = (exp.DDL, exp.DML, exp.Command, exp.Into, exp.Lock)
    if len(trees) != 1 or not isinstance(trees[0], exp.Query) or _any(trees[0], writing):
        message = "a query of a source is one SELECT that changes nothing"
        raise DataError(Problem("UP578", message, fix="write select … from …; nothing before it, nothing after it"))
    return text


def _any(tree: object, kinds: tuple[type, ...]) -> bool:
    from sqlglot import exp

    assert isinstance(tree, exp.Expr)
    return any(isinstance(node, kinds) and not isinstance(node, exp.Query) for node in tree.walk())


def near_table(message: str, known: list[tuple[str, str]]) -> str:
    """A fix for an unknown table, from the database's message and the tables that it has."""
    given = message.split('"')[1] if message.count('"') >= 2 else message
    given = given.replace("`", "")
    names = [f"{schema}.{table}" for schema, table in known]
    if "." in given:
        return did_you_mean(given, names)
    fix = did_you_mean(given, [table for _, table in known])
    return next((f"did you mean '{s}.{t}'?" for s, t in known if f"'{t}'" in fix and fix.startswith("did")), fix)
