"""A CSV file becomes Parquet once: encoding, delimiter and header are settled by us, never by a sniffer.

What is detected is shown as a note; what is broken is refused with its line and column. Columns stay text here.
Only the columns that the experiment needs are copied, but every row of the file is checked for its shape.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from uplift.engine.adapter import BrokenCsvError, CsvLayout, Engine
from uplift.engine.encodings import decode, fingerprint, open_text
from uplift.engine.kept import keeping, make_cache, recall, remember
from uplift.engine.snippets import did_you_mean
from uplift.errors import DataError, Level, Place, Problem
from uplift.spec.project import CsvDialect
from uplift.store.files import aside_of

FORMAT = "csv/1"  # part of the cache key: raise it when what is written changes
DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
SAMPLE = 200
HEAD = 1024 * 1024
SEP_LINE = re.compile(r'^"?sep=(.|\\t)"?\s*$', re.IGNORECASE)


class OpenQuoteError(Exception):
    """A quote that does not close properly, in the record that begins on `line`."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class CsvText:
    """How to read a CSV file's text again, e.g. to find the line of a value."""

    path: Path
    shown: str
    encoding: str
    delimiter: str
    quote: str
    skip: int
    header: tuple[str, ...]

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Each data record with the line on which it begins. Raises OpenQuoteError where quotes do not close."""
        before = csv.field_size_limit(2**31 - 1)
        try:
            with open_text(self.path, self.encoding) as file:
                lines = (line.replace("\x00", "") for line in file)
                for _ in range(self.skip):
                    next(lines, "")
                reader = csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, strict=True)
                start, number = self.skip + 1, 0
                while True:
                    try:
                        fields = next(reader)
                    except StopIteration:
                        return
                    except csv.Error as error:
                        raise OpenQuoteError(start) from error
                    if number and fields:
                        yield start, fields
                    start, number = self.skip + reader.line_num + 1, number + 1
        finally:
            csv.field_size_limit(before)

    def line_of(self, column: str, values: frozenset[str]) -> tuple[int, str] | None:
        """The first line on which a column has one of the values, and the value."""
        position = self.header.index(column)
        try:
            for line, fields in self.records():
                if position < len(fields) and fields[position] in values:
                    return line, fields[position]
        except OpenQuoteError:
            pass  # the engine's reader is the more lenient one; then the value is shown without its line
        return None


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file as a Parquet file of text columns."""

    parquet: Path
    text: CsvText
    fingerprint: str
    notices: tuple[Problem, ...]


def open_csv(
    engine: Engine, path: Path, *, shown: str, dialect: CsvDialect | None, needed: Sequence[str] | None, cache: Path
) -> CsvTable:
    """Convert a CSV file (once per content) and say how it was read. `needed` None keeps all columns.

    Raises DataError: UP520–UP525 and UP527, each with the place inside the file.
    """
    dialect = dialect or CsvDialect()
    content = fingerprint(path)
    wanted = None if needed is None else sorted(set(needed))
    key = json.dumps([FORMAT, content, dialect.model_dump(exclude={"decimal"}), wanted])
    stem = cache / f"csv-{hashlib.sha256(key.encode()).hexdigest()[:40]}"
    parquet, record = stem.with_suffix(".parquet"), stem.with_suffix(".json")
    if (kept := recall(record, parquet)) is not None:
        return _recall(kept, parquet, path, shown, content)
    make_cache(cache)
    scratch = aside_of(stem.with_suffix(".utf8"))
    try:
        decoded = decode(path, shown, dialect.encoding, scratch)
        layout = settle_layout(decoded.path, shown, dialect, wanted)
        columns = layout.header if wanted is None else wanted or layout.header[:1]
        text = CsvText(path, shown, decoded.encoding, layout.delimiter, layout.quote, layout.skip, layout.header)
        try:
            with keeping(parquet) as aside:
                engine.convert_csv(layout, columns, aside)
        except BrokenCsvError as broken:
            raise DataError(diagnose(text, broken)) from broken
    finally:
        scratch.unlink(missing_ok=True)
    engine.register_files("uplift_csv_rows", [parquet])
    (rows,) = engine.run('SELECT count(*) FROM "uplift_csv_rows"')[0]
    notes = [
        (n.code, n.message, n.fix, n.level)
        for n in _notices(decoded.encoding, layout, dialect, int(str(rows)), decoded.lines, shown)
    ]
    facts = {
        "encoding": decoded.encoding,
        "delimiter": layout.delimiter,
        "quote": layout.quote,
        "skip": layout.skip,
        "header": layout.header,
        "notices": notes,
    }
    remember(record, facts, parquet)
    return _recall(json.loads(json.dumps(facts)), parquet, path, shown, content)


def _recall(facts: dict[str, object], parquet: Path, path: Path, shown: str, content: str) -> CsvTable:
    header, notices = facts["header"], facts["notices"]
    assert isinstance(header, list)
    assert isinstance(notices, list)
    text = CsvText(
        path,
        shown,
        str(facts["encoding"]),
        str(facts["delimiter"]),
        str(facts["quote"]),
        int(str(facts["skip"])),
        tuple(header),
    )
    found = tuple(Problem(code, message, fix, Place(shown), level) for code, message, fix, level in notices)
    return CsvTable(parquet, text, content, found)


def settle_layout(path: Path, shown: str, dialect: CsvDialect, needed: Sequence[str] | None) -> CsvLayout:
    """Delimiter and header of a UTF-8 file: declared, from a `sep=` line, or the one that yields the needed columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(HEAD)
        complete = not file.read(1)
    if not head.strip():
        raise DataError(
            Problem("UP522", "the file is empty", fix="export it again with a header line", place=Place(shown))
        )
    skip, forced = 0, {"\\t": "\t", "tab": "\t"}.get(dialect.delimiter or "", dialect.delimiter)
    first, _, rest = head.partition("\n")
    if match := SEP_LINE.match(first.rstrip("\r")):
        skip, head = 1, rest
        forced = forced or match[1].replace("\\t", "\t")
    if forced is not None and len(forced) != 1:
        raise DataError(
            Problem("UP526", f"'{forced}' is not a delimiter", fix="one character: ; , | or tab", place=Place(shown))
        )
    quote = dialect.quote or '"'
    if len(quote) != 1:
        raise DataError(
            Problem("UP526", f"'{quote}' is not a quote mark", fix='one character, usually "', place=Place(shown))
        )
    candidates = [forced] if forced else list(DELIMITERS)
    samples = {d: _sample(head, d, quote, complete) for d in candidates}
    chosen = max(candidates, key=lambda d: _fit(samples[d], needed))
    if not samples[chosen] or any("\n" in name and chosen in name for name in samples[chosen][0]):
        raise DataError(
            Problem(
                "UP525", "the header line has a quote that never closes", fix="close it", place=Place(shown, skip + 1)
            )
        )
    header = tuple(name.strip() or f"(column {i})" for i, name in enumerate(samples[chosen][0], 1))
    _check_header(header, shown, skip + 1, needed, forced)
    return CsvLayout(path, chosen, quote, header, skip)


def _sample(head: str, delimiter: str, quote: str, complete: bool) -> list[list[str]]:
    """The first records as this delimiter would split them; none when the quotes do not close."""
    lines = list(io.StringIO(head, newline=""))
    if not complete and len(lines) > 1:
        lines.pop()
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote)
    before = csv.field_size_limit(2**31 - 1)
    try:
        return [record for record in itertools.islice(reader, SAMPLE) if record]
    finally:
        csv.field_size_limit(before)


def _fit(records: list[list[str]], needed: Sequence[str] | None) -> tuple[int, bool, int]:
    """How well a delimiter explains a file: needed columns found, all records alike, number of columns."""
    if not records:
        return (-1, False, 0)
    header = {name.strip() for name in records[0]}
    found = sum(name in header for name in needed or ())
    alike = all(len(record) == len(records[0]) for record in records)
    return (found, alike and len(records[0]) > 1, len(records[0]))


def _check_header(
    header: tuple[str, ...], shown: str, line: int, needed: Sequence[str] | None, declared: str | None
) -> None:
    seen: dict[str, str] = {}
    problems = []
    for name in header:
        if name.lower() in seen:
            same = f"'{name}' twice" if seen[name.lower()] == name else f"'{seen[name.lower()]}' and '{name}'"
            problems.append(
                Problem("UP523", f"the header names {same}", fix="rename one of them", place=Place(shown, line))
            )
        seen[name.lower()] = name
    for name in needed or ():
        if name not in header:
            fix = did_you_mean(name, list(header))
            if declared is not None and len(header) == 1:
                fix = f"the declared delimiter «{declared}» is not in the header: correct it, or leave it out"
            problems.append(Problem("UP527", f"there is no column '{name}'", fix=fix, place=Place(shown, line)))
    if problems:
        raise DataError(*problems)


def _notices(encoding: str, layout: CsvLayout, dialect: CsvDialect, rows: int, lines: int, shown: str) -> list[Problem]:
    notes: list[Problem] = []

    def note(code: str, message: str, fix: str = "", level: Level = "note") -> None:
        notes.append(Problem(code, message, fix, Place(shown), level))

    if dialect.encoding is None and encoding == "cp1252":
        fix = "declare it: csv: {encoding: cp1252}"
        note("UP538", "the file is not UTF-8; it was read as cp1252 (Windows, Western Europe)", fix, "warning")
    elif dialect.encoding is None and encoding != "utf-8":
        note("UP537", f"read as {'UTF-8 with mark' if encoding == 'utf-8-sig' else encoding.upper()}")
    if dialect.delimiter is None:
        name = DELIMITERS.get(layout.delimiter, layout.delimiter)
        note("UP537", f"{len(layout.header)} columns, separated by {name}, {rows:,} rows")
    if rows == 0:
        note("UP522", "the file has a header but no rows", "export it again", "warning")
    if (extra := lines - layout.skip - 1 - rows) > 0 and rows:
        fix = "see whether a quote is left open; blank lines do no harm"
        note(
            "UP539", f"{extra:,} more lines than rows: blank lines, or line breaks inside quoted fields", fix, "warning"
        )
    return notes


def diagnose(text: CsvText, broken: BrokenCsvError) -> Problem:
    """The first irregular record, in plain words: read again slowly, by Python's csv module."""
    width = len(text.header)
    try:
        for line, fields in text.records():
            if len(fields) != width:
                more = "an unquoted delimiter inside a value?" if len(fields) > width else "a line that was cut off?"
                return Problem(
                    "UP524",
                    f"this row has {len(fields)} {'field' if len(fields) == 1 else 'fields'}, the header has {width}",
                    fix=f"repair the row or put the value in quotes ({more})",
                    place=Place(text.shown, line),
                )
    except OpenQuoteError as error:
        return Problem(
            "UP525",
            "a quote is opened and not closed properly in the row that begins here",
            fix='close it, or double it inside a quoted value: "Karl ""der Große"""',
            place=Place(text.shown, error.line),
        )
    return Problem(
        "UP524", "this row can't be read", fix="compare it with its neighbours", place=Place(text.shown, broken.line)
    )
