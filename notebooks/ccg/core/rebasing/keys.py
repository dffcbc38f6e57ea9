"""Keys and periods: what tells the rows of a frame apart, and within what a body must be whole."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw

from ..periods import PERIOD, are_periods, named_period
from .columns import Table
from .request import Frame, Request


@dataclass(frozen=True)
class Grouped:
    """A frame with one row for each key and code, ready to be moved.

    Attributes
    ----------
    frame : Frame
        The rows, with the code as text in ``old`` and 1 in ``one``.
    key, period : tuple of str
        The columns that tell keys and periods apart.
    finer : bool
        Whether a key is not of the period.
    judged : tuple of str
        The caller's keys that are surely of the period.
    asked : dict
        From a key of a lazy frame whose cells are to tell whether it is of the period to its column in ``key``.
    whole : frozenset of str
        The sums that are of whole numbers.
    lazy : bool
        Whether the frame is not looked at.
    """

    frame: Frame
    key: tuple[str, ...]
    period: tuple[str, ...]
    finer: bool
    judged: tuple[str, ...]
    asked: dict[str, str]
    whole: frozenset[str]
    lazy: bool


def judge(old: Frame, table: Table, request: Request) -> Grouped:
    """Tells which keys are of the period.

    A key is of the period if it holds dates, is named like a period (``named_period``), or if half or more of
    its distinct cells look like one (``PERIOD``): in doubt it is, since a part that is absent for a period is
    a fault and one that is absent under an age is a small count. Of a lazy frame the cells are not known; see
    ``by_most_of_the_cells``.
    """
    temp, schema = request.temp, table.schema
    key, period, judged = [], [], []
    asked: dict[str, str] = {}
    made = [
        nw.col(request.code).cast(nw.String).alias(temp("old")),
        nw.lit(1).cast(nw.Int64).alias(temp("one")),
    ]
    if request.dates is not None and request.dates not in request.by:  # a window needs a column
        made.append(nw.lit(1).cast(nw.Int64).alias(temp("all")))
        key, period = [temp("all")], [temp("all")]
    finer = False
    for i, name in enumerate(request.by):
        kind, column = schema[name], name
        if kind in (nw.Categorical, nw.Enum):
            column = temp(f"by{i}")
            made.append(nw.col(name).cast(nw.String).alias(column))
        key.append(column)
        sure = kind in (nw.Date, nw.Datetime) or name == request.dates or named_period(name)
        if sure or (not table.lazy and are_periods(old[name])):
            period.append(column)
            judged.append(name)
            continue
        finer = True
        if table.lazy and kind != nw.Boolean:
            asked[name] = column
            period.append(temp(f"period_{name}"))
    whole = frozenset(name for name in request.sums if schema[name].is_integer())
    return Grouped(
        old.with_columns(*made), tuple(key), tuple(period), finer, tuple(judged), asked, whole, table.lazy
    )


def by_most_of_the_cells(frame: Frame, grouped: Grouped, request: Request) -> Frame:
    """For each key that is asked for, ``told``: 1 if its cells say that it is a period, and ``period``: then the key.

    Both are the same in every row but for the key itself: else ``period`` is blank.
    """
    temp, asked = request.temp, grouped.asked
    if not asked:
        return frame
    told, period, some = ({n: temp(f"{what}_{n}") for n in asked} for what in ("told", "period", "some"))
    one = nw.col(temp("one"))
    # each window a column by itself: Dask takes no more
    frame = frame.with_columns(
        *(_likeness(n).alias(told[n]) for n in asked),
        *(one.sum().over(column).alias(period[n]) for n, column in asked.items()),
    )
    frame = frame.with_columns(  # each distinct cell counts once
        *((nw.col(told[n]) / nw.col(period[n])).alias(told[n]) for n in asked),
        *((nw.col(told[n]) > 0).cast(nw.Int64).alias(some[n]) for n in asked),
    )
    frame = frame.with_columns(
        *(nw.col(told[n]).sum().over(temp("one")).alias(told[n]) for n in asked),
        *(nw.col(some[n]).max().over(temp("one")).alias(some[n]) for n in asked),
    )
    out = []
    for n in asked:
        like = (nw.col(told[n]) > -0.5) & (nw.col(some[n]) == 1)
        text = nw.col(n).cast(nw.String)
        out.append(like.cast(nw.Int64).alias(told[n]))
        out.append(nw.when(like).then(text).otherwise(nw.lit("")).alias(period[n]))
    return frame.with_columns(*out)


def _likeness(name: str) -> Any:
    """1 for a cell like a period, -1 for another, 0 for one that is not given."""
    text = nw.col(name).cast(nw.String)
    given = ~(nw.col(name).is_null() | (text.str.strip_chars() == "")).fill_null(True)
    like = nw.when(text.str.contains(PERIOD)).then(1.0).otherwise(-1.0)
    return nw.when(given).then(like).otherwise(0.0)
