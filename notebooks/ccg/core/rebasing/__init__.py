"""Move a column of codes from one geography to a later one, with its numbers.

A request, a mapping and a move. Aggregate first, map after: the group-by on the old codes makes millions of
rows a few thousand, and only those meet the look-up. Counts are summed. Rates are weighted means. What cannot
be placed comes back as ``unmapped`` with its reason, and placed + unmapped = input, always. The same call takes
pandas, Polars, PyArrow, DuckDB, Dask and PySpark frames, through Narwhals; a lazy frame stays lazy.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw

from .. import lineage as lineages
from ..garbage import uncollected
from ..geography import Day
from ..lineage import Lineage
from . import columns, keys, mapping
from .account import account
from .move import Moved, move
from .report import Absent, Report
from .request import Frame, RebaseError, Request

__all__ = ["Absent", "RebaseError", "Rebased", "Report", "rebase"]


@dataclass(frozen=True)
class Rebased:
    """Result of ``rebase``.

    Attributes
    ----------
    frame : frame
        The re-based rows, of the caller's own kind, lazy if it was lazy.
    """

    frame: Any
    _unmapped: Callable[[], Any]
    _account: Callable[[], Report]

    @cached_property
    def unmapped(self) -> Any:
        """What was not placed, of the caller's own kind, lazy if it was lazy.

        It has the keys, the codes as they came, the sums, for each mean its weight (``patients of rate``), and
        ``reason``.
        """
        return self._unmapped()

    def report(self) -> Report:
        """Totals and reasons. Of an eager frame it is ready; of a lazy one it is asked once, by one query or two."""
        return self._report

    @cached_property
    def _report(self) -> Report:
        return self._account()


@uncollected()
def rebase(
    frame: Any,
    *,
    code: str,
    to: Day,
    at: Day = "auto",
    level: str | None = None,
    sums: Sequence[str] = (),
    means: Mapping[str, str] | None = None,
    by: Sequence[str] = (),
    repair: bool = False,
    absent: str = "zero",
    missing: Sequence[str] = (),
    unknown: str = "refuse",
    basis: str = "patients",
    lineage: Lineage | None = None,
) -> Rebased:
    """Re-base a frame from the geography of its codes to that of a later date.

    Parameters
    ----------
    frame : frame
        Rows of pandas, Polars, PyArrow, DuckDB, Dask or PySpark. A column that no other parameter names is
        refused: leave it out.
    code : str
        The column of ODS or ONS codes, as text.
    to : str or date
        The day whose geography is wanted, like ``"2021-04-01"``.
    at : str or date
        The day of the **geography** of the codes, never the period of the data: a date, the name of a column of
        dates, or ``"auto"``, which finds the geography that the codes are of and refuses when more than one
        would change the answer.
    level : {"ccg", "partnership", "sub_icb", "icb"}, optional
        The level at ``to``. By default what commissioned on the day.
    sums : sequence of str
        Columns of counts, to be added. Text such as ``*`` or blank in them is missing.
    means : mapping of str to str, optional
        From each column of rates to the column that weights it.
    by : sequence of str
        Keys to keep apart: a month, a measure.
    repair : bool
        Whether a damaged code or a name is read as what it was meant to be; the report lists each.
    absent : {"zero", "missing"}
        How a part is read that has a row in the period, but none under a finer key (an age, a disease): as zero,
        because sparse counts leave zeros out, or as missing, so that the row is incomplete.
    missing : sequence of str
        Marks in columns of text that mean not given, beside those that are known (``*``, ``<5``, ``n/a`` …).
    unknown : {"refuse", "unmapped"}
        What becomes of codes that are not of the geography: refused with a suggestion, or sent to ``unmapped``
        with the reason, as those of a lazy frame are anyway.
    basis : {"patients", "residents"}
        What a divided body is divided by: the people registered with its practices, or those who live in its area.
        Take the one that your figures are of; the report says how far the two differ. See ``lineage.lookup``.
    lineage : Lineage, optional
        Who became whom. By default what the package's own tables say.

    Returns
    -------
    Rebased
        ``frame`` has the keys, ``code`` (the new one), the sums, the means, ``status``, ``divided`` and ``missing``
        (blank or suppressed cells that went in), sorted by the keys if it is not lazy. A sum is missing only if
        every cell of it was. Shares turn counts into fractions. ``status`` is

        - ``incomplete`` where a part of the body has no row in the whole period, or a cell that went in is
          blank or suppressed; the report names the parts;
        - else ``approximate`` where land left a body on the way, see ``lineage.lookup``;
        - else ``exact``.

        ``divided`` is the part of the row's numbers that rests on a share, 0 to 1. Where a body was divided, that is
        the lesser of what came here and what went elsewhere: 0.01 for a board that lost a village, 0.39 for one
        that took a town. Of a sum it is counted without signs, of a mean by its weights; of several columns the
        largest stands. It is 0 where the row has nothing of a divided body, or no people live on the land that left.

        ``unmapped`` has what was not placed, with the reason; ``report()`` the totals, and what was read how.

    Raises
    ------
    RebaseError
        A column is missing or unasked for, a code is not open at ``at`` or known nowhere (with a suggestion),
        two codes of the same land stand under one key, a text is not a number, or ``"auto"`` is ambiguous.
    LineageError
        A date is out of reach, the basis is neither, or the step goes backwards across a merger.

    Notes
    -----
    The period is told by the keys in ``by`` that are dates, are named like a period (``periods.named_period``) or
    look like one (``periods.PERIOD``), and by ``at`` if it is a column; without any, the file is one period. The
    report says which keys it took. Where the dates in the column ``at`` differ within one period and no body has
    two of them, they are not times: together the rows must cover the body.

    Two codes that hold the same land are never added under one key: a board and its locations, an ODS and an
    ONS code, a body and what it became. Nor are two names of one body; but spellings of one code that differ
    in spaces or case are added, and the report says so. Keys in ``by`` keep them apart.

    A lazy frame is not looked at: its unknown codes, and of two codes of the same land one, come back as
    unmapped (``"auto"`` and ``repair`` ask it once for its distinct codes). Its infinite numbers and weights below
    zero are missing, and the report says so in the words with which an eager frame is refused. Its report is refused
    where whole numbers add up to 2⁶³ or more, over which Polars runs without a word.

    Rows of one code and key are added up as they are. That one of them is the total of the others, or a copy, is
    not looked for: the largest number under each key would tell, but to find it among ten million rows takes a
    database a third longer. The report calls such rows exact only if that is not so. ``rebase_file`` looks for it,
    given the column that tells them apart.

    ``rebase_file`` reads more: dates in any form (``periods.days`` alone does so too), codes in another form without
    ``repair``, patterns for columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from ccg import rebase
    >>> data = pd.DataFrame({"code": ["00F", "00G", "00H", "13Q"], "referrals": [10, 20, 30, 5]})
    >>> result = rebase(data, code="code", at="2013-04-01", to="2015-04-01", sums=["referrals"])
    >>> result.frame
      code  referrals status  divided  missing
    0  13T         60  exact      0.0        0
    >>> print(result.report())
    From the CCGs of April 2013 to the CCGs of April 2015.
    referrals: 65 in = 60 placed + 5 unmapped; 0 cells blank or suppressed.
    Not placed: 13Q, a commissioning hub, not a CCG.
    Every row that was placed is exact.
    """
    if means is not None and not isinstance(means, Mapping):
        raise RebaseError(f"means is {means!r}; give a dict of each rate and the column that weights it")
    for name, given in (("by", by), ("sums", sums), ("missing", missing)):
        if given is None or not all(isinstance(one, str) for one in given):
            what = "marks" if name == "missing" else "the names of columns"
            raise RebaseError(f"{name} is {given!r}; give {what}")
    data = columns.take(frame)
    schema = data.collect_schema()
    request = Request.of(
        schema, (lineage or lineages.default()).by(basis), code=code, to=to, at=at, level=level, sums=sums, means=means, by=by,
        repair=repair, absent=absent, missing=missing, unknown=unknown,
    )  # fmt: skip
    table = columns.read(data, schema, request)
    if table.lazy:  # it is not looked at, so that bodies are divided is known before its numbers are added up
        found = mapping.find(table.frame, table, request, ())
        grouped = keys.judge(columns.grouped(table.frame, request, found.fractions), table, request)
    else:
        grouped = keys.judge(columns.grouped(table.frame, request), table, request)
        found = mapping.find(grouped.frame, table, request, grouped.period)
        if found.fractions:
            _keep_digits(table, grouped.whole)
    moved = move(grouped, found, request)
    result = [*request.by, request.code, *request.sums, *request.means, "status", "divided", "missing"]

    def ask() -> Report:
        return account(moved, table, grouped, found, request)

    if table.lazy:
        placed = moved.flagged.filter(~nw.col(request.code).is_null()).select(*result)
        return Rebased(placed.to_native(), lambda: moved.unmapped.to_native(), ask)
    placed, unmapped = _in_order(moved, result, request)
    report, left = _balanced(ask()), unmapped.to_native()
    return Rebased(placed.to_native(), lambda: left, lambda: report)


def _in_order(moved: Moved, result: list[str], request: Request) -> tuple[Frame, Frame]:
    """The frames of an eager result, sorted by their keys."""
    placed = moved.flagged.select(*map(nw.col, result)).sort(*request.by, request.code)
    unmapped, order = moved.unmapped, [*request.by, request.code]
    if not len(unmapped):
        return nw.maybe_reset_index(placed), nw.maybe_reset_index(unmapped)
    if request.dates and request.dates not in request.by:  # rows of one key and code may be of several dates
        day = request.temp("at")
        unmapped = unmapped.with_columns(nw.col(request.dates).cast(nw.String).alias(day))
        unmapped = unmapped.sort(*order, day).drop(day)
    else:
        unmapped = unmapped.sort(*order)
    return nw.maybe_reset_index(placed), nw.maybe_reset_index(unmapped)


def _keep_digits(table: columns.Table, whole: Collection[str]) -> None:
    """Raise RebaseError if whole numbers that are to be divided are too large for that."""
    for name in whole:
        if table.sizes[name] >= 2**53:
            raise RebaseError(
                f"column {name!r} adds up to {table.sizes[name]:.4g}, and whole numbers of this size cannot be divided "
                "to the last digit; give it in thousands, say"
            )


def _balanced(report: Report) -> Report:
    """The report, if every number is there."""
    for name, total in report.totals.items():
        if not math.isfinite(total["input"]):
            raise RebaseError(columns.INFINITE.format(name))
    if not report.balanced():
        raise RebaseError(f"placed + unmapped is not the input; this is a bug, please report it:\n{report}")
    return report
