"""Keys and periods: what tells the rows of a frame apart, and within what a body must be whole."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw

from ..periods import PERIOD, are_periods, named_period
from .columns import Table, day_of_geography
from .engines import windows
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
    ``likeness``.
    """
    temp, schema = request.temp, table.schema
    key, period, judged = [], [], []
    asked: dict[str, str] = {}
    made = [nw.col(request.code).cast(nw.String).alias(temp("old"))]
    if request.dates is not None:
        made.append(day_of_geography(old, table, request))
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
    if (
        finer or table.lazy or request.dates or request.repair
    ):  # what only these can need, to count by windows
        made.append(nw.lit(1).cast(nw.Int64).alias(temp("one")))
    whole = frozenset(name for name in request.sums if schema[name].is_integer())
    return Grouped(
        old.with_columns(*made), tuple(key), tuple(period), finer, tuple(judged), asked, whole, table.lazy
    )


def likeness(frame: Frame, grouped: Grouped, request: Request) -> tuple[Frame, dict[str, Any]]:
    """For each key that is asked for ``told``: whether a cell looks like a period, each distinct cell once in all.

    The first of two passes; ``by_most_of_the_cells`` is the second.
    """
    one, temp = request.col("one").sum(), request.temp
    often = {temp(f"period_{n}"): one.over(column) for n, column in grouped.asked.items()}
    frame, often = windows(frame, often)
    return frame, {temp(f"told_{n}"): _likeness(n) / often[temp(f"period_{n}")] for n in grouped.asked}


def by_most_of_the_cells(frame: Frame, grouped: Grouped, request: Request) -> tuple[Frame, dict[str, Any]]:
    """For each key that is asked for ``told``: 1 if its cells say that it is a period, and ``period``: then the key.

    Both are the same in every row but for the key itself: else ``period`` is blank.
    """
    out: dict[str, Any] = {}
    everywhere = request.temp("one")
    asked = {n: request.col(f"told_{n}") for n in grouped.asked}
    frame, sums = windows(
        frame, {request.temp(f"sum_{n}"): c.sum().over(everywhere) for n, c in asked.items()}
    )
    frame, most = windows(
        frame, {request.temp(f"most_{n}"): c.max().over(everywhere) for n, c in asked.items()}
    )
    for n in asked:
        like = (sums[request.temp(f"sum_{n}")] > -0.5) & (most[request.temp(f"most_{n}")] > 0)
        out[request.temp(f"told_{n}")] = like.cast(nw.Int64)
        out[request.temp(f"period_{n}")] = nw.when(like).then(nw.col(n).cast(nw.String)).otherwise(nw.lit(""))
    return frame, out


def _likeness(name: str) -> Any:
    """1 for a cell like a period, -1 for another, 0 for one that is not given."""
    text = nw.col(name).cast(nw.String)
    given = ~(nw.col(name).is_null() | (text.str.strip_chars() == "")).fill_null(True)
    like = nw.when(text.str.contains(PERIOD)).then(1.0).otherwise(-1.0)
    return nw.when(given).then(like).otherwise(0.0)
