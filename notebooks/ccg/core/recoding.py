"""A column of codes at another date: one code in, one code out, and nothing where there is no one answer."""

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import pandas as pd

from . import lineage
from .lineage import Day, LineageError
from .numbers import is_given


def recode(
    column: Any,
    *,
    at: Day,
    to: Day,
    level: str | None = None,
    codes: str = "same",
    unknown: str = "refuse",
    chain: bool = False,
) -> Any:
    """The code at another date of the body that each code stands for.

    Parameters
    ----------
    column : Series or iterable of str
        A series of pandas or Polars, a chunked array of PyArrow, or any iterable, such as a column that DuckDB has
        fetched.
    at, to : str or date
        The day of the geography of the codes, and the day wanted.
    level : {"ccg", "partnership", "sub_icb", "icb"}, optional
        Of the bodies wanted; by default what commissioned on the day.
    codes : {"same", "ods", "ons"}
        The codes that come out: by default ONS codes where ONS codes went in, else ODS codes.
    unknown : {"refuse", "missing"}
        What becomes of codes that are not of the geography.
    chain : bool
        Whether to give every code on the way as well: ``10G > 15D > D4U1Y``.

    Returns
    -------
    Series or list
        Of the kind that came in, a list for an iterable, as long and in the same order. Missing where a cell is blank
        or a mark such as ``*``, is no body (England, a hub), or the body was divided: to add its numbers up use ``rebase``.

    Raises
    ------
    LineageError
        A code is not of the geography or known nowhere, and unknown is ``"refuse"``; or a date is out of reach.

    Examples
    --------
    >>> from ccg import recode
    >>> recode(["10G", "01H", "00C ", ""], at="2014-04-01", to="2022-07-01")
    ['QNQ', None, 'QHM', None]
    >>> recode(["10G"], at="2014-04-01", to="2021-04-01", chain=True)
    ['10G > 15D > D4U1Y']
    """
    if unknown not in ("refuse", "missing"):
        raise LineageError(f"unknown is {unknown!r}; say refuse or missing")
    if codes not in ("same", "ods", "ons"):
        raise LineageError(f"codes is {codes!r}; say same, ods or ons")
    series, cells = _cells(column)
    distinct = {c for c in cells if isinstance(c, str) and is_given(c)}
    found = _answers(distinct, lineage.as_day(at), to, level, codes, unknown, chain)
    out = [found.get(c) if isinstance(c, str) else None for c in cells]
    if series is None:
        return out
    if series.implementation.is_pandas_like():
        native = series.to_native()
        return pd.Series(out, native.index, "str", name=native.name)
    return nw.new_series(series.name, out, nw.String, backend=series.implementation).to_native()


def _cells(column: Any) -> tuple[nw.Series[Any] | None, list[Any]]:
    """A column as a series, if it is one, and its cells. Raises LineageError for what is no column."""
    try:
        series = nw.from_native(column, series_only=True)
        return series, series.cast(nw.String).to_list()
    except TypeError:
        pass
    if isinstance(column, (str, bytes)):
        raise LineageError(f"column is the text {column!r}; give a list of codes, like [{column!r}]")
    frame = nw.from_native(column, pass_through=True)
    if isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
        raise LineageError(
            "column is a frame; give one column of it (of a lazy frame, after it is collected)"
        )
    try:
        return None, list(column)
    except TypeError:
        raise LineageError(f"column is {column!r}; give a series or a list of codes") from None


def _answers(
    cells: Iterable[str], at: pd.Timestamp, to: Day, level: str | None, codes: str, unknown: str, chain: bool
) -> dict[str, str | None]:
    to, level = lineage.checked(to, level)
    bodies = lineage.bodies(to, level).set_index("code")["ons_code"]
    out: dict[str, str | None] = {}
    strange = []
    for cell in sorted(cells):
        code = lineage.written(cell)
        if (code or cell.strip()) in lineage.beside():
            continue
        try:
            if code is None:
                raise LineageError(f"{cell!r} is no code known here")
            body = lineage.lifetime(code).code
            there = lineage.successors(code, to, level, at=at)["to"]
        except LineageError as error:
            strange.append(str(error))
            continue
        if len(there) != 1:
            continue
        ons = codes == "ons" or (codes == "same" and code != body)
        last = bodies[there.iloc[0]] if ons else there.iloc[0]
        out[cell] = " > ".join([*_way(body, at, there.iloc[0])[:-1], last]) if chain else last
    if strange and unknown == "refuse":
        more = f"; and {len(strange) - 5} more" if len(strange) > 5 else ""
        raise LineageError(
            f"{'; '.join(strange[:5])}{more}. unknown='missing' leaves such cells missing; or change at"
        )
    return out


def _way(body: str, at: pd.Timestamp, goal: str) -> list[str]:
    """The ODS codes that a body has had from a day on, until the goal."""
    way = [body]
    for hop in lineage.trail(body):
        if hop.date > at and hop.kind in ("merger", "abolition") and hop.start == way[-1] and way[-1] != goal:
            way.append(hop.end)
    return way if way[-1] == goal else [*way, goal] if way != [goal] else way
