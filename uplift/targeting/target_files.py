"""The target list as files: CSV for people and mail systems, Parquet for the next analysis; whole or not at all.

    lists/<id>/<day>/target.csv        lists/<id>/<day>/target.parquet

One row per contact, in the order of the ids; beside the id stand the columns that the next draw hashes (household, unit
of the holdout), where there are any. `probability` is that of the arm which the contact gets; with the rest
of the probability it would have got `alternative` (empty where there was none).
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from uplift.engine.adapter import quoted
from uplift.errors import DataError, Place, Problem
from uplift.store.files import written_aside
from uplift.store.places import lists_folder
from uplift.targeting.target_list import ROLES, Floats, Integers, TargetList
from uplift.words.language import Language
from uplift.words.sentences.target_list import reason

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "arm",
    "probability",
    "alternative",
    "planned",
    "role",
    "score",
    "expected_net_value",
    "reason",
    "model",
)


@dataclass(frozen=True, slots=True)
class ListFiles:
    """Where a list was written."""

    csv: Path
    parquet: Path


def list_files(root: Path, experiment: str, on: datetime.date) -> ListFiles:
    """The places of the list that is made on a day."""
    folder = lists_folder(root, experiment, on)
    return ListFiles(folder / "target.csv", folder / "target.parquet")


def write_list(sent: TargetList, files: ListFiles, *, unit: str, language: Language, label: str | None = None) -> None:
    """Write both files; `unit` is the name of the id column, `label` a warning that goes into every reason.

    Raises StateError (UP515) where they can't be written, DataError (UP757) where two columns would share a name.
    """
    import duckdb

    names = [name for name, _ in sent.carried]
    twice = {*names, unit} & set(COLUMNS) or {name for name in names if name == unit}
    if twice:
        raise _unreadable(files.csv, f"the contacts' column '{min(twice)}' is called like one of the list's own")
    frame = _frame(sent, unit, language, label)
    texts = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in names)
    rows = f"SELECT *{f' REPLACE ({texts})' if texts else ''} FROM target"  # a column without any value has no type
    with contextlib.ExitStack() as both, contextlib.closing(duckdb.connect()) as engine:
        # Both files are complete beside their places before the first one takes its name.
        asides = [both.enter_context(written_aside(path)) for path in (files.csv, files.parquet)]
        engine.register("target", frame)
        engine.execute("SET preserve_insertion_order = true")
        for aside, form in zip(asides, ("csv, HEADER", "parquet"), strict=True):
            engine.execute(f"COPY ({rows}) TO '{str(aside).replace(chr(39), chr(39) * 2)}' (FORMAT {form})")


def read_list(path: Path, *, arms: tuple[str, ...], household: str | None = None) -> TargetList:
    """The list from either file; `arms` in the order of the YAML, control first.

    `household` is the cluster column of the experiment, where households are drawn together. Raises DataError: UP757
    when a column is missing, an arm is unknown, or a probability is none.
    """
    import duckdb

    try:
        with contextlib.closing(duckdb.connect()) as engine:
            name = str(path).replace("'", "''")
            source = (
                f"'{name}'" if path.suffix == ".parquet" else f"read_csv('{name}', all_varchar = true, header = true)"
            )
            frame = engine.execute(f"SELECT * FROM {source}").df()
    except duckdb.Error as error:
        raise _unreadable(path, str(error).splitlines()[0]) from error
    missing = [column for column in (*COLUMNS, *([household] if household else [])) if column not in frame.columns]
    if missing:
        raise _unreadable(path, f"column '{missing[0]}' is missing")
    carried = tuple(str(name) for name in frame.columns[1 : frame.columns.get_loc(COLUMNS[0])])
    frame = frame.fillna({"alternative": "", **dict.fromkeys(carried, "")})
    known = {name: index for index, name in enumerate(arms)}
    strange = sorted({*frame["arm"], *frame["planned"], *frame["alternative"]} - {*known, ""})
    if strange:
        raise _unreadable(path, f"arm '{strange[0]}' is not known")
    arm = _codes(frame["arm"], known)
    alternative = _codes(frame["alternative"], known | {"": -1})
    chance = _floats(frame["probability"])
    if not ((chance > 0) & (chance <= 1)).all():
        raise _unreadable(path, "a probability is not above 0 and at most 1")
    return TargetList(
        arms=arms,
        ids=frame.iloc[:, 0].astype(str).to_numpy(np.str_),
        arm=arm,
        probability=chance,
        alternative=np.where(alternative < 0, arm, alternative),
        planned=_codes(frame["planned"], known),
        role=_codes(frame["role"], {role: index for index, role in enumerate(ROLES)}),
        score=_floats(frame["score"]),
        net=_floats(frame["expected_net_value"]),
        model=str(frame["model"].iloc[0]) if len(frame) else "",
        household=None if household is None else frame[household].astype(str).to_numpy(np.str_),
        carried=tuple((name, frame[name].astype(str).to_numpy(np.str_)) for name in carried),
    )


def _codes(column: pd.Series[str], known: Mapping[str, int]) -> Integers:
    return np.asarray(column.map(known), dtype=np.int64)


def _floats(column: pd.Series[str]) -> Floats:
    return np.asarray(column.astype(float), dtype=np.float64)


def _frame(sent: TargetList, unit: str, language: Language, label: str | None) -> pd.DataFrame:
    import pandas as pd

    names = np.array(sent.arms, dtype=object)
    # Reasons repeat: one text per role, arm and tenth of the ranking.
    tenth = _tenths(sent)
    keys = (sent.role * len(names) + sent.planned) * 11 + tenth
    texts = {}
    for key in np.unique(keys).tolist():
        rest, band = divmod(key, 11)
        role, planned = divmod(rest, len(names))
        told = reason(ROLES[role], arm=str(names[planned]), tenth=band or None, language=language)
        texts[key] = f"{label} {told}" if label else told
    certain = sent.alternative == sent.arm
    return pd.DataFrame(
        {
            unit: sent.ids.astype(object),
            **{name: pd.Series(texts, dtype=object).replace("", None) for name, texts in sent.carried},
            "arm": names[sent.arm],
            "probability": sent.probability,
            "alternative": np.where(certain, "", names[sent.alternative]),
            "planned": names[sent.planned],
            "role": np.array(ROLES, dtype=object)[sent.role],
            "score": sent.score,
            "expected_net_value": sent.net,
            "reason": pd.Series(keys).map(texts),
            "model": sent.model,
        }
    )


def _tenths(sent: TargetList) -> Integers:
    """The tenth of the ranking that a targeted contact belongs to: 1 is the best; 0 for all others."""
    score = np.sort(sent.score)
    n = len(sent)
    if n == 0 or score[0] == score[-1]:
        return np.zeros(n, dtype=np.int64)
    above = n - np.searchsorted(score, sent.score, side="right")
    tenth = np.minimum(above * 10 // n + 1, 10)
    chosen = (sent.role == ROLES.index("targeted")) | (sent.role == ROLES.index("held_back"))
    return np.where(chosen, tenth, 0).astype(np.int64)


def _unreadable(path: Path, why: str) -> DataError:
    return DataError(
        Problem(
            "UP757",
            f"this is not a target list: {why}",
            fix="use the file that `uplift target` wrote",
            place=Place(str(path)),
        )
    )
