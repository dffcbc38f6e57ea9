"""What depends on the engine: a small table beside a frame, windows, and cells to reckon with."""

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from .request import Frame, RebaseError

#: The kinds of column that a small table may have.
TEXT, NUMBER, WHOLE = nw.String, nw.Float64, nw.Int64
#: The signs that part the cells of a line, and lines: none is in a code or in a reason.
_CELL, _LINE = "\x1f", "\x1e"


def joined(frame: Frame, data: dict[str, list[Any]], schema: dict[str, Any], on: str) -> Frame:
    """A frame with what a small table has beside each of its rows: a left join."""
    if frame.implementation == nw.Implementation.PANDAS and len(set(data[on])) == len(data[on]):
        # each row has one beside it at most; so few take ten times as long to merge
        native = frame.to_native()
        texts = {c: pd.Series(cells, dtype="str") for c, cells in data.items() if schema[c] == TEXT}
        beside = pd.DataFrame(data | texts).set_index(on).reindex(native[on])
        return nw.from_native(pd.concat([native, beside.set_axis(native.index)], axis=1))
    return frame.join(small(frame, data, schema), on=[on], how="left")


def small(frame: Frame, data: dict[str, list[Any]], schema: dict[str, Any]) -> Frame:
    """A table of the same kind as a frame."""
    if not isinstance(frame, nw.LazyFrame):
        return nw.from_dict(data, schema, backend=frame.implementation)
    native, kind = frame.to_native(), frame.implementation
    if kind == nw.Implementation.POLARS:
        return nw.from_dict(data, schema, backend="polars").lazy()
    if kind == nw.Implementation.DUCKDB:
        return nw.from_native(_in_duckdb(native, data, schema))
    if kind == nw.Implementation.DASK:
        import dask.dataframe as dd

        return nw.from_native(dd.from_pandas(pd.DataFrame(data), npartitions=1))
    if kind == nw.Implementation.PYSPARK:
        return nw.from_native(_in_spark(native, data, schema))
    raise RebaseError(
        f"lazy frames of {kind} are not supported; pass pandas, Polars, PyArrow, DuckDB, Dask or PySpark"
    )


def one_for_each(frame: Frame, keys: Sequence[str], what: Iterable[Any]) -> Frame:
    """One row for each of the keys, with what is made of its rows."""
    with warnings.catch_warnings():
        # of a hundred sums and more, about how Narwhals puts them together: nobody who reads it could do otherwise
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        return frame.group_by(*keys, drop_null_keys=False).agg(*what)


def windows(frame: Frame, made: dict[str, Any]) -> tuple[Frame, dict[str, Any]]:
    """Windows to be used in other expressions, by the names that they may have as columns.

    Dask takes a window only as a column by itself, so there the frame gets them; elsewhere that pass is saved.
    """
    if frame.implementation != nw.Implementation.DASK or not made:
        return frame, made
    return frame.with_columns(*(one.alias(n) for n, one in made.items())), {n: nw.col(n) for n in made}


class Cells:
    """The columns of a frame to reckon with: expressions of a lazy one, the columns themselves of one that is there.

    Both take the same signs, so a formula is written once. Of a few rows, which most frames have by then, an
    expression takes ten times as long.
    """

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._lazy = isinstance(frame, nw.LazyFrame)

    def __getitem__(self, name: str) -> Any:
        return nw.col(name) if self._lazy else self._frame[name]

    def always(self, name: str, value: float) -> Any:
        """A column of one number."""
        if self._lazy:
            return nw.lit(value).alias(name)
        kind = WHOLE if isinstance(value, int) else NUMBER
        return nw.new_series(name, [value] * len(self._frame), kind, backend=self._frame.implementation)

    def words(self, name: str, choices: dict[str, Any], otherwise: str) -> Any:
        """A column of the first of some words that is so."""
        last_first = list(reversed(choices.items()))
        if self._lazy:
            said: Any = nw.lit(otherwise)
            for word, so in last_first:
                said = nw.when(so).then(nw.lit(word)).otherwise(said)
            return said.alias(name)
        cells = [otherwise] * len(self._frame)
        for word, so in last_first:
            for row in so.arg_true().to_list():
                cells[row] = word
        return nw.new_series(name, cells, TEXT, backend=self._frame.implementation)


def _in_duckdb(relation: Any, data: dict[str, list[Any]], schema: dict[str, Any]) -> Any:
    """A small table as a relation in the connection of another, which a relation does not tell.

    Made of the relation itself, one row of none of it, and lines written out: so no name is needed, nothing
    is created in the database, which may be open for reading only, and nothing of Python is looked at. One
    string is read a hundred times faster than a list of thousands, and split once into lines faster than once
    for each column.
    """
    text = _text(data).replace("'", "''")
    kinds = {TEXT: "varchar", WHOLE: "bigint", NUMBER: "double"}
    cells = [
        f"cast(nullif(line[{i}], '') as {kinds[schema[name]]}) as {name}" for i, name in enumerate(data, 1)
    ]
    one = relation.limit(0).aggregate("count(*) as one")
    lines = f"string_split(unnest(string_split('{text}', '{_LINE}')), '{_CELL}') as line"
    return one.project(lines).project(", ".join(cells))


def _in_spark(frame: Any, data: dict[str, list[Any]], schema: dict[str, Any]) -> Any:
    """A small table in the session of a frame, of lines written out as for DuckDB.

    So Spark sees that it is small, hands it to whoever joins it and shares out no rows for that; of a list of rows
    it would not know, and would ask a process of Python for them each time.
    """
    from pyspark.sql import functions

    kinds = {TEXT: "string", WHOLE: "long", NUMBER: "double"}
    lines = functions.explode(functions.split(functions.lit(_text(data)), _LINE))
    one = frame.sparkSession.range(0, 1, 1, 1).select(lines.alias("line"))
    split = one.select(functions.split("line", _CELL).alias("line"))
    cells = {name: functions.get("line", functions.lit(i)) for i, name in enumerate(data)}
    given = {name: functions.nullif(cell, functions.lit("")) for name, cell in cells.items()}
    return split.select(*(cell.cast(kinds[schema[name]]).alias(name) for name, cell in given.items()))


def _text(data: dict[str, list[Any]]) -> str:
    """A small table as lines of cells; what is missing at the end of a line is not there."""
    rows = zip(*([("" if v is None else str(v)) for v in values] for values in data.values()), strict=True)
    return _LINE.join(_CELL.join(row).rstrip(_CELL) for row in rows)
