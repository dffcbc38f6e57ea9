"""The columns that come in: numbers read, dates read, one row for each key and code."""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from .. import numbers
from ..geography import LineageError, as_day
from ..periods import DATE
from .engines import one_for_each
from .request import Frame, RebaseError, Request, Schema

TEXT = (nw.String, nw.Categorical, nw.Enum)
#: Words for a column that cannot be added up.
INFINITE = "column {!r} holds an infinite number"
TOO_LARGE = "column {!r} adds up to more than a whole number can hold; make it floats or count in thousands"
BELOW_ZERO = "column {!r} holds a weight below zero; it cannot weigh a mean"


@dataclass(frozen=True)
class Table:
    """The frame given, with its numbers read.

    Attributes
    ----------
    frame : Frame
        The caller's columns, and of a lazy frame one of ``unread`` for each column of text.
    schema : dict
        The types of its columns.
    lazy : bool
        Whether it is not looked at.
    unread : dict
        From a column to the one that says 1 where its text is no plain number.
    refused : dict
        Of a lazy frame, from words for what an eager one is refused for to the column that says 1 where it is so.
    sizes : dict
        Of an eager frame, the sum of each column that is added up, without the signs of its numbers.
    """

    frame: Frame
    schema: Schema
    lazy: bool
    unread: dict[str, str]
    refused: dict[str, str]
    sizes: dict[str, float]


def take(native: Any) -> Frame:
    """A frame of any kind as one of Narwhals."""
    try:
        return nw.from_native(native)
    except TypeError:
        raise RebaseError(
            f"{type(native).__name__} is not a frame known here; pass pandas, Polars, PyArrow, DuckDB, "
            "Dask or PySpark"
        ) from None
    except nw.exceptions.DuplicateError as error:
        raise RebaseError(f"two columns have the same name; rename one: {error}") from None


def read(frame: Frame, schema: Schema, request: Request) -> Table:
    """Columns of numbers as numbers: text such as * or blank is missing, other text is refused.

    Of a lazy frame such text is missing too, so its row is incomplete, and the report counts it. So it is with
    infinite numbers and weights below zero.
    """
    lazy = isinstance(frame, nw.LazyFrame)
    made: list[Any] = []
    unread, refused = {}, {}
    for name in request.numbers:
        kind = schema[name]
        if kind == nw.Unknown and (lazy or frame[name].null_count() == len(frame)):
            made.append(nw.col(name).cast(nw.Float64))  # nothing in it, so of no type
        elif kind.is_numeric():
            made += _plain(name, kind, frame)
            if lazy and kind.is_float():
                refused[INFINITE.format(name)] = request.temp(f"infinite_{name}")
                made.append(_counted(nw.col(name).abs() == math.inf, refused[INFINITE.format(name)]))
        elif kind not in (*TEXT, nw.Object):
            raise RebaseError(f"column {name!r} is {kind}, not a number")
        elif lazy:
            unread[name] = request.temp(f"unread_{name}")
            made += _text_as_number(name, unread[name], request)
        else:
            try:
                made.append(numbers.parse(frame[name], request.missing))
            except numbers.NumberError as error:
                raise RebaseError(str(error)) from None
    if not lazy:
        # an Arrow table has columns of no type, which it cannot join
        keys = [c for c in (*request.keys, *request.by) if schema[c] == nw.Unknown]
        made += [nw.col(c).cast(nw.String) for c in dict.fromkeys(keys)]
        made += [as_floats(frame[c]) for c in _weighing(request) if schema[c].is_integer()]
    frame = frame.with_columns(*made) if made else frame
    for weight in dict.fromkeys(request.means.values()):
        words, below = BELOW_ZERO.format(weight), request.temp(f"below_{weight}")
        if lazy:
            refused[words] = below
            frame = frame.with_columns(_counted(nw.col(weight) < 0, below))
        elif (frame[weight] < 0).any():
            raise RebaseError(words)
    for rate in () if lazy else request.means:
        if frame[rate].dtype.is_float() and (frame[rate].abs() == math.inf).any():
            raise RebaseError(INFINITE.format(rate))
    sizes = {} if lazy else {name: _size(frame[name]) for name in request.sums}
    for name, size in sizes.items():
        if frame[name].dtype.is_integer() and size >= 2**63:
            raise RebaseError(TOO_LARGE.format(name))
    return Table(frame, frame.collect_schema() if made else schema, lazy, unread, refused, sizes)


def _size(series: Any) -> float:
    """The sum of numbers without their signs."""
    if series.dtype.is_integer() and len(series):
        ends = [int(end) for end in (series.min(), series.max()) if not pd.isna(end)]
        if not ends or (min(ends) >= 0 and max(ends) * len(series) < 2**63):
            return float(series.sum() if ends else 0)
    size = as_floats(series).abs().sum()  # as floats, whole numbers do not run over
    return 0.0 if pd.isna(size) else float(size)


def _weighing(request: Request) -> list[str]:
    return list(dict.fromkeys([*request.means, *request.means.values()]))


def as_floats(series: Any) -> Any:
    """Whole numbers as floats. PyArrow refuses those that a float does not keep to the last digit, but not as text."""
    arrow = series.implementation in (nw.Implementation.PYARROW, nw.Implementation.PANDAS)
    if not (arrow and series.dtype.is_integer()):
        return series.cast(nw.Float64)
    ends = [abs(int(end)) for end in (series.min(), series.max()) if not pd.isna(end)]
    large = max(ends, default=0) > 2**53
    return (series.cast(nw.String) if large else series).cast(nw.Float64)


def _counted(so: Any, name: str) -> Any:
    """A column that is 1 where something is so."""
    return nw.when(so).then(1).otherwise(0).cast(nw.Int64).alias(name)


def _plain(name: str, kind: Any, frame: Frame) -> list[Any]:
    """What makes a column of numbers one that can be added up, if it is not."""
    if kind.is_float():
        # not a number is not given either, nor is infinity, which an eager frame is refused for
        if isinstance(frame, nw.LazyFrame):
            return [nw.when(nw.col(name).is_finite()).then(nw.col(name)).alias(name)]
        odd = frame[name].is_nan().any()
        return [nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name)] if odd else []
    if kind == nw.Decimal:
        return [nw.col(name).cast(nw.Float64)]
    if kind in (nw.Int32, nw.UInt32):  # which Polars adds up as they are, and they run over
        return [nw.col(name).cast(nw.Int64)]
    return []


def _text_as_number(name: str, unread: str, request: Request) -> list[Any]:
    number, strange = numbers.lazily(nw.col(name), request.missing)
    return [number.alias(name), _counted(strange, unread)]


def grouped(frame: Frame, request: Request, divided: bool = False) -> Frame:
    """One row per key: sums, how many cells made them, and the parts of each mean.

    The columns made are ``rows``; ``n_`` and a sum or rate for how many cells of it are given; ``w_`` and ``x_``
    and a rate for the weights and the products. A sum of nothing is 0 or missing, as the engine has it. Sums that
    are to be ``divided`` are floats in the end, and DuckDB adds those up a quarter faster than whole numbers.
    """
    parts = _parts(request)
    if parts:
        frame = frame.with_columns(*(part.alias(name) for name, part in parts.items()))
    made = added(request, {name: nw.col(name) for name in parts})
    if divided and frame.implementation == nw.Implementation.DUCKDB:
        made |= {name: nw.col(name).cast(nw.Float64).sum() for name in request.sums}
    rows = one_for_each(frame, request.keys, (one.alias(name) for name, one in made.items()))
    if frame.implementation != nw.Implementation.DUCKDB:
        return rows
    # DuckDB expects a fifth of what it reads to be left, millions where there are thousands, and makes its windows
    # ready for so many. Of what a condition lets through, and this one lets all, it expects a fifth again
    return rows.filter(nw.col(request.temp("rows")) > 0)


def added(request: Request, parts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """From the name of each column that ``grouped`` makes to what makes it, of all rows or of those of a key."""
    temp, parts = request.temp, _parts(request) if parts is None else parts
    made: dict[str, Any] = {temp("rows"): nw.len()}
    for name in request.sums:
        made |= {name: nw.col(name).sum(), temp(f"n_{name}"): nw.col(name).count()}
    for rate in request.means:
        made |= {temp(k + rate): parts[temp(k + rate)].sum() for k in ("w_", "x_")}
        made[temp(f"n_{rate}")] = parts[temp(f"w_{rate}")].count()
    return made


def _parts(request: Request) -> dict[str, Any]:
    """The weight of each cell of a rate, and its product with the rate, where both are given."""
    out: dict[str, Any] = {}
    for rate, weight in request.means.items():
        both = ~nw.col(rate).is_null() & ~nw.col(weight).is_null() & (nw.col(weight) >= 0)
        known = nw.col(weight).cast(nw.Float64)
        out[request.temp(f"w_{rate}")] = nw.when(both).then(known)
        out[request.temp(f"x_{rate}")] = nw.when(both).then(known * nw.col(rate))
    return out


def day_of_geography(old: Frame, table: Table, request: Request) -> Any:
    """A column that tells which of ``Lineage.days`` a date falls in, from 0; -1 where no date can be used."""
    if table.lazy:
        return _day_expression(table, request).alias(request.temp("day"))
    found: dict[str, int] = {}
    given = old[request.dates].to_list()
    for value in given:
        if str(value) not in found:
            found[str(value)] = _day_of(value, request)
    days = [found[str(value)] for value in given]
    return nw.new_series(request.temp("day"), days, nw.Int64, backend=old.implementation)


def _day_of(value: Any, request: Request) -> int:
    if pd.isna(value) or str(value).strip() == "":
        return -1
    try:
        day = as_day(value)
    except LineageError as error:
        raise RebaseError(f"column {request.dates!r}: {error}") from None
    days, until = request.lineage.days(), request.lineage.until
    if not days[0] <= day <= until:
        raise RebaseError(
            f"column {request.dates!r}: {day.date()} is out of reach; geographies are known from "
            f"{days[0].date()} to {until.date()}"
        )
    return bisect_right(days, day) - 1


def _day_expression(table: Table, request: Request) -> Any:
    """The same as an expression, for a lazy frame."""
    kind, column = table.schema[str(request.dates)], nw.col(str(request.dates))
    text = kind in TEXT or kind == nw.Unknown  # of no type, so with nothing in it
    if text:
        column = column.cast(nw.String)
    elif kind not in (nw.Date, nw.Datetime):
        raise RebaseError(f"column {request.dates!r} is {kind}; give dates, or text like 2018-04-01")
    elif getattr(kind, "time_zone", None):  # the day on the clocks there; Spark and DuckDB cast to it
        local = table.frame.implementation == nw.Implementation.POLARS
        column = column.dt.replace_time_zone(None) if local else column.cast(nw.Date)
        kind = nw.Datetime if local else nw.Date
    days = request.lineage.days()
    index: Any = nw.lit(-1)
    for day in [*days, request.lineage.until + pd.Timedelta(days=1)]:
        mark = str(day.date()) if text else day.date() if kind == nw.Date else day.to_pydatetime()
        index = index + (column >= nw.lit(mark)).cast(nw.Int64)
    good = ~column.is_null()
    if text:
        good = good & column.str.contains(DATE)
    return nw.when(good & (index < len(days))).then(index).otherwise(nw.lit(-1))


def distinct(old: Frame, request: Request) -> list[str]:
    """The codes that there are; of a lazy frame it is one query."""
    if isinstance(old, nw.LazyFrame):
        old = alike(old, [request.code]).collect()
    return sorted({str(c) for c in old[request.code].unique().to_list() if not pd.isna(c)})


def alike(frame: Frame, names: list[str]) -> Frame:
    """What stands together in some columns of a lazy frame, each once.

    Narwhals' ``unique`` numbers the rows of a database, which takes it several times as long as to group them.
    """
    rows = nw.generate_temporary_column_name(n_bytes=4, columns=names)
    return frame.group_by(*names, drop_null_keys=False).agg(nw.len().alias(rows)).select(*map(nw.col, names))
