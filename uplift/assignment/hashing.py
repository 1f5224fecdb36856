"""Scheme `u1`: from a salt and a unit to one of a million buckets, the same on every engine.

    message = salt + "|" + unit            # UTF-8; '|' can't occur in a salt, so no two pairs share a message
    digits  = the first 13 hex digits of sha256(message), as an integer
    bucket  = digits mod 1,000,000

13 hex digits are 52 bits: positive in a signed 64-bit integer and exact in a double, so SQL, JavaScript and
spreadsheets all carry them. The modulo bias is 1,000,000 / 2**52 = 2.2e-10. The name of the algorithm stands in
every row of the ledger: repairing an algorithm in place would re-randomise everybody.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from uplift.errors import AssignmentError, Problem

ALGORITHM = "u1"
BUCKETS = 1_000_000
HEX_DIGITS = 13

_SALT = re.compile(r"[a-z0-9._/-]{3,80}")


@dataclass(frozen=True, slots=True)
class Vector:
    """One golden vector: what every implementation must answer."""

    salt: str
    unit: str
    digits: int
    bucket: int


GOLDEN: tuple[Vector, ...] = (
    Vector("hcl-repeat-2026-11/1", "12345678", 1588175476453948, 453948),
    Vector("hcl-repeat-2026-11/1", "\u00e9", 3422782539810097, 810097),
    Vector("hcl-repeat-2026-11/1", "00123", 3368318221253924, 253924),
    Vector("hcl-repeat-2026-11/1", "123", 1586190884807065, 807065),
    Vector("global-2026h2/1", "12345678", 2516515867558301, 558301),
)


def salt(name: str, epoch: int) -> str:
    """The salt of an experiment, a holdout or a layer: `<name>/<epoch>`.

    Raises AssignmentError (UP501) when the text could make two messages look alike or is too long.

    >>> salt("repeat-buyers-2026-11", 1)
    'repeat-buyers-2026-11/1'
    """
    return checked_salt(f"{name}/{epoch}")


def checked_salt(text: str) -> str:
    """The text itself, if it may serve as a salt."""
    if not _SALT.fullmatch(text):
        raise AssignmentError(
            Problem(
                "UP501",
                f"'{text}' can't be a salt: 3 to 80 characters from a-z, 0-9 and . _ / - are allowed",
                fix="shorten or rename the id; a salt is the id, a slash and the epoch",
            )
        )
    return text


def digits(salt: str, unit: str) -> int:
    """The first 52 bits of the hash, as an integer: ranks within a stratum are ordered by it."""
    message = f"{salt}|{unit}".encode()
    return int(hashlib.sha256(message).hexdigest()[:HEX_DIGITS], 16)


def bucket(salt: str, unit: str) -> int:
    """The bucket of a unit, 0 to 999,999.

    `unit` is the canonical text of the id: for integers the decimal digits without sign padding or leading zeros,
    for strings every character as it stands (`00123` is not `123`, and é in one code point is not e + accent).

    >>> bucket("hcl-repeat-2026-11/1", "12345678")
    453948
    """
    return digits(salt, unit) % BUCKETS
