"""Scores on Spark: the model travels as text, each partition is scored by column batches (`mapInArrow`)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from uplift.targeting.model_file import SavedModel, features_of


def score_on_spark(frame: Any, model: SavedModel, *, id_column: str) -> Any:
    """A Spark frame with the id and one column per treatment: its estimated effect.

    `frame` has the model's features under their names. Each worker reads the model once per partition from its own
    text form, so nothing but data and text crosses the wire. The numbers are those of `SavedModel.score`.
    """
    from pyspark.sql import types

    fields = [types.StructField(id_column, frame.schema[id_column].dataType)]
    fields += [types.StructField(name, types.DoubleType()) for name in model.treatments]
    columns = [id_column, *(column.name for column in model.columns)]
    chosen = frame.select(*columns)
    with warnings.catch_warnings():  # pyspark looks at the version of pandas, which takes no part in this
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
        return chosen.mapInArrow(_Scorer(_travelling(model), id_column), types.StructType(fields))


def _travelling(model: SavedModel) -> str:
    import tempfile
    from pathlib import Path

    from uplift.targeting.model_file import write_model

    with tempfile.TemporaryDirectory() as folder:
        return write_model(Path(folder) / "model.json", model).read_text(encoding="utf-8")


class _Scorer:
    """What a worker runs: the model's text and the name of the id."""

    def __init__(self, text: str, id_column: str) -> None:
        self.text, self.id_column = text, id_column

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        model = self._model()
        for batch in batches:
            names: Sequence[str] = batch.schema.names
            raw = {name: _values(batch.column(names.index(name))) for name in names if name != self.id_column}
            features, _ = features_of(model.columns, raw)
            effects = model.score(features)
            arrays = [batch.column(names.index(self.id_column)), *(pa.array(effect) for effect in effects.T)]
            yield pa.RecordBatch.from_arrays(arrays, names=[self.id_column, *model.treatments])

    def _model(self) -> SavedModel:
        import tempfile
        from pathlib import Path

        from uplift.targeting.model_file import read_model

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.json"
            path.write_text(self.text, encoding="utf-8")
            return read_model(path)[0]


def _values(column: Any) -> np.ndarray[Any, Any]:
    """An Arrow column as numbers (NULL is NaN) or texts (NULL is None)."""
    import pyarrow as pa

    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return np.array(column.to_pylist(), dtype=object)
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False))
