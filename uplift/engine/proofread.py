"""Are the snippets of a study well-formed? Read before any data are there, so that a pull request shows a typo.

Most snippets are plain: columns, numbers and texts compared and joined by and, or, not. Those are recognised here by a
few lines, because the check runs on every commit and the real parser takes half of its time to load. Whatever is not
plain goes to the real parser, so nothing is refused here that it would accept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from uplift.errors import Problem, SpecError
from uplift.spec.study import Document, Study

TOKEN = re.compile(
    r"\s*(?:(?P<word>[A-Za-z_]\w*)|(?P<number>\d+(?:\.\d+)?)(?!\w)|(?P<text>'[^'\\]*')"
    r"|(?P<compare><=|>=|<>|!=|=|<|>)|(?P<sign>[-+*])|(?P<mark>[(),]))",
    re.ASCII,
)
MOST_TOKENS, DEEPEST = 200, 20
NO_COLUMNS = frozenset(  # words that mean something to some SQL: the real parser decides about them
    re.findall(
        r"\w+",
        """all alter analyze and any array as asc attach begin between by cache call case cast char check collate column
        comment commit connect copy create cross cube current_catalog current_date current_role current_time
        current_timestamp current_user date default delete desc describe detach disconnect distinct div drop else end
        escape except execute exists explain extract false fetch filter first following for force foreign from full
        glob grant group grouping having if ignore ilike in inner insert install intersect interval into is isnull join
        kill last lateral left like limit load localtime localtimestamp map match merge mod natural next no not notnull
        null nulls of offset on only optimize or order outer over overlaps partition partitioned_by pivot pivot_wider
        placing positional pragma preceding prepare primary qualify range recursive references regexp rename reset
        returning revoke right rlike rollback row rows select semi session_user set show similar some struct summarize
        table tablesample then time timestamp to trim true truncate try_cast unbounded uncache union unique unknown
        unnest unpivot update use user using vacuum values when where window with xor""",
    )
)


def snippet_problems(study: Study) -> tuple[Problem, ...]:
    """What no data could mend (UP540, UP542, UP543) in the snippets of an experiment and the metrics that it uses."""
    problems: list[Problem] = []
    for document, path, text in _snippets(study):
        if not is_plain(text):
            problems.extend(_refusals(document, path, text))
    return tuple(dict.fromkeys(problems))


def _refusals(document: Document, path: tuple[str, ...], text: str) -> tuple[Problem, ...]:
    from uplift.engine.snippets import parse, snippet_at

    try:
        parse(snippet_at(document, *path, text=text))
    except SpecError as error:
        return error.problems
    return ()


def _snippets(study: Study) -> Iterator[tuple[Document, tuple[str, ...], str]]:
    """The file, path and text of every snippet that is written."""
    experiment = study.experiment
    own: list[tuple[tuple[str, ...], str | None]] = [(("audience", "where"), experiment.audience.where)]
    if experiment.compliance is not None:
        own.append((("compliance", "received", "where"), experiment.compliance.received.where))
    if experiment.trigger is not None:
        own.append((("trigger", "where"), experiment.trigger.where))
    if experiment.value is not None and experiment.value.redemptions is not None:
        own.append((("value", "redemptions", "where"), experiment.value.redemptions.where))
    if experiment.targeting is not None and experiment.targeting.strategy is not None:
        excluded = experiment.targeting.strategy.exclude.items()
        own.extend((("targeting", "strategy", "exclude", arm), where) for arm, where in excluded)
    yield from ((study.document, path, text) for path, text in own if text is not None)
    roles = experiment.metrics
    used = [roles.primary.metric, *(u.metric for u in roles.secondary), *(g.metric for g in roles.guardrails)]
    for name in dict.fromkeys(used):
        metric = study.metric(name)
        for part, key in ((metric, ()), (metric.numerator, ("numerator",)), (metric.denominator, ("denominator",))):
            for word in ("where", "value"):
                if part is not None and (text := getattr(part, word)) is not None:
                    yield study.project_document, ("metrics", name, *key, word), text


def is_plain(text: str) -> bool:
    """Whether a snippet is certainly well-formed; False means: ask the real parser.

    >>> is_plain("n_orders = 1 and email_opt_in and days between 7 and 45"), is_plain("email_opt_in and")
    (True, False)
    """
    tokens = _tokens(text)
    if tokens is None:
        return False
    reader = _Reader(tokens)
    return (reader.sum() and reader.done()) or ((reader := _Reader(tokens)).condition(0) and reader.done())


Token = tuple[str, str]


def _tokens(text: str) -> list[Token] | None:
    found: list[Token] = []
    at, text = 0, text.strip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None or len(found) == MOST_TOKENS:
            return None
        found.append((str(match.lastgroup), match[str(match.lastgroup)].lower()))
        at = match.end()
    return found


class _Reader:
    """Reads tokens from left to right; each method says whether what it names stands next, and steps behind it."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._at = tokens, 0

    def done(self) -> bool:
        return self._at == len(self._tokens)

    def condition(self, depth: int) -> bool:
        """`a > 1 and not (b or c)`."""
        while depth < DEEPEST and self._claim(depth):
            if not (self._take("and") or self._take("or")):
                return True
        return False

    def _claim(self, depth: int) -> bool:
        while self._take("not"):
            pass
        if self._take("("):
            return self.condition(depth + 1) and self._take(")")
        if self._kind("text"):
            return self._compared()
        only_a_column = self._at
        if not self.sum():
            return False
        if self._compared():
            return True
        column = self._at == only_a_column + 1 and self._tokens[only_a_column][0] == "word"
        if self._take("is"):
            self._take("not")
            return column and self._take("null")
        negated = self._take("not")
        if self._take("between"):
            return self.sum() and self._take("and") and self.sum()
        if self._take("in"):
            return column and self._list()
        return column and not negated

    def _compared(self) -> bool:
        return self._kind("compare") and (self._kind("text") or self.sum())

    def _list(self) -> bool:
        if not self._take("("):
            return False
        kind = next((k for k in ("text", "number") if self._kind(k)), None)
        while kind is not None and self._take(","):
            if not self._kind(kind):
                return False
        return kind is not None and self._take(")")

    def sum(self) -> bool:
        """`net_amount - 2 * shipping`."""
        while self._column() or self._kind("number"):
            if not self._kind("sign"):
                return True
        return False

    def _column(self) -> bool:
        return not self.done() and self._tokens[self._at][1] not in NO_COLUMNS and self._kind("word")

    def _kind(self, kind: str) -> bool:
        found = not self.done() and self._tokens[self._at][0] == kind
        self._at += found
        return found

    def _take(self, text: str) -> bool:
        found = not self.done() and self._tokens[self._at][0] in ("word", "mark") and self._tokens[self._at][1] == text
        self._at += found
        return found
