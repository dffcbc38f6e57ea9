"""Move a column of codes from one geography to a later one, with its numbers.

Aggregate first, map after: the group-by on the old codes makes millions of rows a few thousand, and only
those meet the look-up. Counts are summed. Rates are weighted means. What cannot be placed comes back as
``unmapped`` with its reason, and placed + unmapped = input, always. The same call takes pandas, Polars,
PyArrow, DuckDB, Dask and PySpark frames, through Narwhals; a lazy frame stays lazy.

The look-up has a row for each piece of land that a body brings to another. So two questions are answered
by counting: is all the land of the target covered in a period (if not, a part of it has no row: the sum is
``incomplete``), and is a piece covered twice under one key (then two codes hold the same land, and are not
added). The numbers go with the first piece of a body only.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import narwhals as nw
import pandas as pd

from . import lineage, numbers, tables
from .codes import WHY
from .numbers import NUMBER, SUPPRESSED
from .periods import DATE, PERIOD, are_periods, label, named_period

_OLD, _NEW, _SHARE, _APPROX, _REASON, _YEAR = "_old", "_new", "_share", "_approx", "_reason", "_year"
_PIECE, _FIRST, _TOP, _RANK, _NEED, _LAND = "_piece", "_first", "_top", "_rank", "_need", "_land"
_SIZE, _THERE = "_size", "_there"
_RESULT = {"status", "missing", "reason"}
#: Why a row of a lazy frame is not placed where another code holds the same land under its key: a board gives
#: way to its locations, an earlier body to a later one, an ONS code or a name to the ODS code. The steps of
#: ``_RANK`` that tell the three apart.
_BOARD, _EARLIER = 10**9, 10**6
TWICE = {
    _BOARD: "a board beside its own parts, which would count twice",
    _EARLIER: "a body beside what it became, which would count twice",
    1: "a body beside itself under another code or name, which would count twice",
}


class RebaseError(ValueError):
    """The frame cannot be re-based as asked. The text names the column or code and what to do."""


class Absent(NamedTuple):
    """``parts`` of ``body`` that have no row in ``periods``, which is empty where the file is one period."""

    body: str
    parts: tuple[str, ...]
    periods: tuple[str, ...]

    def __str__(self) -> str:
        words = f"{self.body}: no row of {', '.join(self.parts)}"
        if not self.periods:
            return words
        return f"{words} in {_count(len(self.periods), 'period')}: {_some(self.periods, 6)}"


@dataclass
class Report:
    """What happened to the numbers: totals in, placed and unmapped for each column, and why."""

    start: str
    goal: str
    totals: dict[str, dict[str, float]]
    missing: dict[str, int]
    #: Code and reason of what was not placed: a code with two reasons is there twice. Empty for a lazy frame.
    unmapped: list[tuple[str, str]] = field(default_factory=list)
    #: Bodies with a row to which land was divided; empty for a lazy frame.
    approximate: list[str] = field(default_factory=list)
    #: Every code that was read as another, as it stood -> as it was meant.
    repaired: dict[str, str] = field(default_factory=dict)
    #: Groups of rows that were not placed, and rows to which land was divided.
    unplaced: int = 0
    divided: int = 0
    #: Rows of the result, and those that are incomplete.
    rows: int = 0
    incomplete: int = 0
    #: Which parts of which body have no row in which period.
    absent: list[Absent] = field(default_factory=list)
    #: Rows in which a part has no row under their key, though it has one in the period; and how that was read.
    sparse: int = 0
    sparse_is: str = "zero"
    #: Spellings of one code that both stand in the data; under one key they were added up.
    spellings: list[tuple[str, ...]] = field(default_factory=list)

    #: The keys that were asked to be kept apart, and those of them that tell the period.
    keys: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    #: Cells of a lazy frame's text that are no plain number, for each column that has some: read as missing.
    unread: dict[str, int] = field(default_factory=dict)
    #: What each column of sums adds up to without its signs: what an error of rounding is measured by.
    sizes: dict[str, float] = field(default_factory=dict)

    def balanced(self) -> bool:
        """Whether placed + unmapped = input for every column: integers alike, floats to one in 10⁹ of all cells."""
        return all(
            abs(t["placed"] + t["unmapped"] - t["input"])
            <= 1e-9 * max(1.0, self.sizes.get(name, abs(t["input"])))
            for name, t in self.totals.items()
        )

    def __str__(self) -> str:
        lines = [f"From {self.start} to {self.goal}."]
        for column, t in self.totals.items():
            sums = f"{_number(t['input'])} in = {_number(t['placed'])} placed + {_number(t['unmapped'])} unmapped"
            missing = _count(self.missing.get(column, 0), "cell")
            lines.append(f"{column}: {sums}; {missing} blank or suppressed.")
        for column, n in self.unread.items():
            lines.append(
                f"{column}: {_count(n, 'cell')} hold{'s' if n == 1 else ''} text that is no plain number; "
                + (
                    "it is missing, and its row incomplete."
                    if n == 1
                    else "they are missing, and their rows incomplete."
                )
            )
        if self.periods:
            lines.append(f"Judged by period: {_and(self.periods)}.")
        elif self.keys:
            lines.append(
                f"Judged as one period: {_and(self.keys)} {'is' if len(self.keys) == 1 else 'are'} none."
            )
        lines += [f"Not placed: {code}, {why}." for code, why in self.unmapped]
        if self.unplaced and not self.unmapped:
            lines.append("Some rows were not placed; unmapped has them with the reason.")
        lines += [f"{one}." for one in self.absent[:12]]
        if len(self.absent) > 12:
            lines.append(f"So it is with {len(self.absent) - 12} more bodies; report.absent names all.")
        if self.sparse:
            few = "it is" if self.sparse == 1 else "they are"
            read = "read as zero" if self.sparse_is == "zero" else f"so {few} incomplete"
            lines.append(
                f"In {_count(self.sparse, 'row')} a part has no row under the key of the row, though it has one "
                f"in the period: {read}."
            )
        if self.approximate:
            shown = _some(self.approximate, 12)
            lines.append(f"Approximate, because land moved: {shown}. python -m ccg explain CODE says how.")
        elif self.divided:
            lines.append("Some rows are approximate, because land moved; status says which.")
        if self.incomplete:
            are = "is" if self.incomplete == 1 else "are"
            lines.append(
                f"{self.incomplete:,} of {_count(self.rows, 'row')} {are} incomplete: a part has no row, or a cell is "
                "blank or suppressed. Do not compare them with others; status says which they are."
            )
        elif not self.rows:
            lines.append("No row was placed.")
        elif not self.divided:
            placed = " that was placed" if self.unplaced else ""
            rests = ", if what was read as zero was zero" if self.sparse else ""
            lines.append(f"Every row{placed} is exact{rests}.")
        some = list(self.repaired.items())
        lines += [f"Read {old!r} as {new}." for old, new in some[:12]]
        if len(some) > 12:
            lines.append(f"So were {len(some) - 12} more codes read; report.repaired lists all.")
        for same in self.spellings[:12]:
            lines.append(
                f"{_and([repr(one) for one in same])} are one code, and were added up where they meet."
            )
        if len(self.spellings) > 12:
            lines.append(f"So were {len(self.spellings) - 12} more codes.")
        return "\n".join(lines)


def _some(names: Sequence[str], most: int) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _number(x: float) -> str:
    x = round(float(x), 2) + 0.0  # no -0
    return f"{x:,.0f}" if x.is_integer() else f"{x:,.2f}"


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("" if n == 1 else "s")


@dataclass
class Rebased:
    """Result of ``rebase``: ``frame`` and ``unmapped`` are of the caller's own kind, lazy if it was lazy."""

    frame: Any
    unmapped: Any
    _report: Any

    def report(self) -> Report:
        """Totals and reasons. Of an eager frame it is ready; of a lazy one it is one aggregate query."""
        if callable(self._report):
            self._report = self._report()
        return self._report


def rebase(
    frame: Any,
    *,
    code: str,
    to: Any,
    at: Any = "auto",
    level: str | None = None,
    sums: Sequence[str] = (),
    means: Mapping[str, str] | None = None,
    by: Sequence[str] = (),
    repair: bool = False,
    absent: str = "zero",
) -> Rebased:
    """Re-base a frame from the geography of its codes to that of a later date.

    ``code`` is the column of ODS or ONS codes; ``to`` the date wanted, ``level`` of it ``ccg``, ``sub_icb``
    or ``icb`` (by default what commissioned on the day). ``at`` is the date of the **geography** of the
    codes, never the period of the data: a date, the name of a column of dates, or ``"auto"``, which finds
    the geography that the codes are of and refuses when more than one would change the answer.

    ``sums`` are columns of counts; ``means`` maps each rate to the column that weights it; ``by`` are keys
    to keep apart (a month, a measure). A column in none of these is refused: leave it out of the frame.

    The result has the keys, ``code`` (the new one), the sums, the means, ``status`` and ``missing`` (blank or
    suppressed cells that went in). A sum is missing only if every cell of it was. Shares turn counts into
    fractions. ``status`` is

    - ``incomplete`` where a part of the body has no row in the whole period, or a cell that went in is blank
      or suppressed; the report names the parts;
    - else ``approximate`` where land left a body on the way, see ``lineage.lookup``;
    - else ``exact``.

    The period is told by the keys in ``by`` that are dates, are named like a period (``named_period``) or look
    like one (``PERIOD``), and by ``at`` if it is a column; without any, the file is one period. The report says
    which keys it took. A part that has a row in the period, but none under a
    finer key (an age, a disease), is read as zero, because sparse counts leave zeros out, and the report
    says in how many rows; with ``absent="missing"`` those rows are incomplete. Where the dates in the column
    ``at`` differ within one period and no body has two of them, they are not times: together the rows must
    cover the body.

    Two codes that hold the same land are never added under one key: a board and its locations, an ODS and an
    ONS code, a body and what it became. Nor are two names of one body; but spellings of one code that differ
    in spaces or case are added, and the report says so. Keys in ``by`` keep them apart.

    Raises RebaseError for a column that is missing or unasked for, a code that is not open at ``at`` or
    known nowhere (with a suggestion; ``repair=True`` takes it and says so), two codes of the same land under one
    key, text that is not a number, or an ambiguous ``"auto"``; LineageError for a date out of reach or a step
    backwards across a merger. A lazy frame is not looked at: its unknown codes, and of two codes of the same
    land one, come back as unmapped (``"auto"`` and ``repair`` ask it once for its distinct codes).
    """
    if means is not None and not isinstance(means, Mapping):
        raise RebaseError(f"means is {means!r}; give a dict of each rate and the column that weights it")
    for name, given in (("by", by), ("sums", sums)):
        if given is None or not all(isinstance(one, str) for one in given):
            raise RebaseError(f"{name} is {given!r}; give the names of columns")
    return _Rebase(
        frame, code, to, at, level, _names(sums), dict(means or {}), _names(by), repair, absent
    ).run()


def _names(given) -> list[str]:
    """Names of columns, each once; one name may stand alone."""
    return [given] if isinstance(given, str) else list(dict.fromkeys(given))


class _Rebase:
    def __init__(self, frame, code, to, at, level, sums, means, by, repair, absent):
        try:
            self.data = nw.from_native(frame)
        except TypeError:
            raise RebaseError(
                f"{type(frame).__name__} is not a frame known here; pass pandas, Polars, PyArrow, DuckDB, "
                "Dask or PySpark"
            ) from None
        except nw.exceptions.DuplicateError as error:
            raise RebaseError(f"two columns have the same name; rename one: {error}") from None
        self.lazy = isinstance(self.data, nw.LazyFrame)
        if not isinstance(code, str):
            raise RebaseError(f"code is {code!r}; give the name of one column")
        self.code, self.sums, self.means, self.by, self.repair = code, sums, means, by, repair
        self.to, self.level = lineage.checked(to, level)
        self.goal = lineage.vintage(self.to, self.level)
        self.schema = self.data.collect_schema()
        self.column = at if isinstance(at, str) and at in self.schema else None
        self.at = at
        self.keys = list(dict.fromkeys([*by, *([self.column] if self.column else []), code]))
        self.repaired: dict[str, str] = {}
        self.absent = absent
        self.dated = self.column is not None and self.column not in by  # dates that are no key of the result

    def run(self) -> Rebased:
        self._check_columns()
        self.data = self._numbers(self.data)
        self.schema = self.data.collect_schema()
        for weight in () if self.lazy else set(self.means.values()):
            if (self.data[weight] < 0).any():
                raise RebaseError(f"column {weight!r} holds a weight below zero; it cannot weigh a mean")
        old = self._aggregate(self.data, self.keys)
        if self.column:
            old = self._with_year(old)
        start, every = self._geography(old)
        old = self._with_periods(old)
        rows = [r for r in every if self.used is None or (r.old, r.year) in self.used]
        self._one_time(old)
        bundles = _bundles(rows, self.dated)
        fractions, once = any(r.share not in (0, 1) for r in rows), all(r.first for r in bundles)
        mapping = _like(self.data, self._mapping(bundles, fractions))
        joined = old.with_columns(nw.col(self.code).cast(nw.String).alias(_OLD))
        joined = joined.join(mapping, on=[_OLD, _YEAR] if self.column else [_OLD], how="left")
        if self.dated:
            joined = self._with_dates(joined)
        joined = self._without_doubles(joined, bundles)
        if fractions or not once:
            joined = self._shared(joined, fractions, once)
        kept, lost = joined.filter(~nw.col(_NEW).is_null()), joined.filter(nw.col(_NEW).is_null())
        kept = self._covered(kept)
        flagged = self._placed(kept, fractions)
        placed = flagged.select(*self.by, self.code, *self.sums, *self.means, "status", "missing")
        unmapped = self._unmapped(lost, fractions)
        asked = (
            start,
            joined if self.lazy else (kept, lost),
            flagged,
            unmapped,
            lambda: self._absent(kept, every),
        )
        if self.lazy:
            return Rebased(placed.to_native(), unmapped.to_native(), lambda: self._report(*asked))
        placed = nw.maybe_reset_index(placed.sort(*self.by, self.code))
        if self.column and self.column not in self.by:  # rows of one key and code may be of several dates
            unmapped = unmapped.with_columns(nw.col(self.column).cast(nw.String).alias("_at"))
            unmapped = unmapped.sort(*self.by, self.code, "_at").drop("_at")
        else:
            unmapped = unmapped.sort(*self.by, self.code)
        unmapped = nw.maybe_reset_index(unmapped)
        report = self._report(*asked)
        for name, t in report.totals.items():
            if not math.isfinite(t["input"]):
                raise RebaseError(f"column {name!r} holds an infinite number")
        if not report.balanced():
            raise RebaseError(
                f"placed + unmapped is not the input; this is a bug, please report it:\n{report}"
            )
        return Rebased(placed.to_native(), unmapped.to_native(), report)

    # --- what came in ---------------------------------------------------------------------------

    def _check_columns(self) -> None:
        odd = [c for c in self.schema if not isinstance(c, str)]
        if odd:
            raise RebaseError(f"column {odd[0]!r} has a name that is not text; rename it")
        wanted = [self.code, *self.by, *self.sums, *self.means, *self.means.values()]
        absent = [c for c in wanted if c not in self.schema]
        if absent:
            raise RebaseError(f"no column {absent[0]!r}; there are {', '.join(map(repr, self.schema))}")
        if isinstance(self.at, str) and self.at != "auto" and not self.column:
            lineage.as_day(self.at)
        stray = [c for c in self.schema if c not in {*wanted, self.column}]
        if stray:
            raise RebaseError(
                f"column {stray[0]!r} is neither a key nor a number to add. Name it in by (kept apart), sums "
                "(added) or means (averaged, with its weight), or leave it out"
            )
        if self.absent not in ("zero", "missing"):
            raise RebaseError(f"absent is {self.absent!r}; say zero or missing")
        if not self.sums and not self.means:
            raise RebaseError("nothing to re-base: name at least one column in sums or means")
        if self.code in (*self.by, self.column):
            raise RebaseError(f"column {self.code!r} holds the codes; it cannot be in by or at as well")
        twice = [c for c in (*self.sums, *self.means) if c in self.keys]
        if twice:
            raise RebaseError(f"column {twice[0]!r} cannot be both a key and a number")
        both = [c for c in self.sums if c in self.means]
        if both:
            raise RebaseError(f"column {both[0]!r} cannot be both in sums and in means")
        taken = _RESULT | {f"{weight} of {rate}" for rate, weight in self.means.items()}
        taken = {name.casefold() for name in taken}  # DuckDB and Spark do not tell names apart by case
        clash = [c for c in self.schema if c.casefold() in taken or c.startswith("_")]
        if clash:
            raise RebaseError(
                f"column {clash[0]!r}: that name, or one that begins with _, is needed for the result; rename it"
            )
        if self.schema[self.code].is_numeric():
            raise RebaseError(
                f"column {self.code!r} holds numbers; read the codes as text, or 5E1 becomes 50"
            )

    def _numbers(self, data):
        """Columns of numbers as numbers: text such as * or blank is missing, other text is refused.

        Of a lazy frame such text is missing too, so its row is incomplete, and the report counts it.
        """
        self.unread: dict[str, str] = {}
        for name in dict.fromkeys([*self.sums, *self.means, *self.means.values()]):
            kind = self.schema[name]
            if kind == nw.Unknown and (self.lazy or data[name].null_count() == len(data)):
                data = data.with_columns(nw.col(name).cast(nw.Float64))  # nothing in it, so of no type
                continue
            if kind.is_numeric():
                if kind.is_float():  # not a number is not given either
                    data = data.with_columns(nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name))
                elif kind == nw.Decimal:
                    data = data.with_columns(nw.col(name).cast(nw.Float64))
                elif kind in (nw.Int32, nw.UInt32):  # which Polars adds up as they are, and they run over
                    data = data.with_columns(nw.col(name).cast(nw.Int64))
                continue
            if kind not in (nw.String, nw.Categorical, nw.Enum, nw.Object):
                raise RebaseError(f"column {name!r} is {kind}, not a number")
            if self.lazy:
                text = nw.col(name).cast(nw.String).str.strip_chars()
                other = ~text.is_in(list(SUPPRESSED))
                plain = other & text.str.contains(NUMBER)
                # "0" for text that is cast to no effect: an engine may cast before it looks at the condition
                number = nw.when(plain).then(text).otherwise(nw.lit("0")).cast(nw.Float64)
                unread = nw.when(other & ~plain).then(1).otherwise(0).cast(nw.Int64)
                self.unread[name] = f"_unread_{name}"
                data = data.with_columns(
                    nw.when(plain).then(number).alias(name), unread.alias(self.unread[name])
                )
            else:
                try:
                    data = data.with_columns(numbers.parse(data[name]))
                except numbers.NumberError as error:
                    raise RebaseError(str(error)) from None
        return data

    def _aggregate(self, data, keys, more=()):
        """One row per key, or one of all: sums, how many cells made them, and the parts of each mean."""
        parts = []
        for rate, weight in self.means.items():
            both = ~nw.col(rate).is_null() & ~nw.col(weight).is_null() & (nw.col(weight) >= 0)
            parts.append(nw.when(both).then(nw.col(weight).cast(nw.Float64)).alias(f"_w_{rate}"))
            product = nw.col(weight).cast(nw.Float64) * nw.col(rate)
            parts.append(nw.when(both).then(product).alias(f"_x_{rate}"))
        if parts:
            data = data.with_columns(*parts)
        what = [nw.len().alias("_rows")]
        for name in self.sums:
            what += [nw.col(name).sum().alias(name), nw.col(name).count().alias(f"_n_{name}")]
        for rate in self.means:
            what += [nw.col(f"_{k}_{rate}").sum().alias(f"_{k}_{rate}") for k in "wx"]
            what.append(nw.col(f"_w_{rate}").count().alias(f"_n_{rate}"))
        what += [nw.col(name).sum().alias(name) for name in more]
        out = data.group_by(*keys, drop_null_keys=False).agg(*what) if keys else data.select(*what)
        if data.implementation.is_pandas_like() or data.implementation.is_polars():
            return out  # where nothing adds up to 0, and not to null
        filled = [n for n in out.collect_schema().names() if n not in keys]
        return out.with_columns(*(nw.col(n).fill_null(0).alias(n) for n in filled))

    # --- from which geography -------------------------------------------------------------------

    def _geography(self, old):
        """Name of the starting geography and every row of the look-up; ``used`` says which an eager frame needs."""
        self.used = None
        if self.column:
            return f"the geography dated in {self.column!r}", self._spelt(self._dated(old))
        ask = not self.lazy or self.at == "auto" or self.repair
        codes = self._distinct(old) if ask else None
        if self.at == "auto":
            start, day, level = self._auto(codes)
        else:
            day = lineage.as_day(self.at)
            level = self._level_at(day, codes)
            start = " or ".join(str(lineage.vintage(day, one)) for one in level.split("+"))
        rows = _rows(day, level, self.to, self.level)
        if codes is not None:
            of_day = {r.old for r in rows}
            # a CCG that lives on as a location may have the name of its board, whichever the others are
            self._check_codes(codes, of_day, start, of_day if day < lineage.BOARDS else None)
            self.used = {(c, None) for c in codes}
        return start, self._spelt(rows)

    def _spelt(self, rows: list["_Row"]) -> list["_Row"]:
        """The look-up with a row for each code that was read as another, which gives way to that code itself."""
        of = defaultdict(list)
        for row in rows:
            of[row.old].append(row)
        out = list(rows)
        for i, (wrong, right) in enumerate(self.repaired.items()):
            worse = 0 if _same_but_for_form(wrong, right) else 2 + i
            out += [row._replace(old=wrong, rank=row.rank + worse) for row in of[right]]
        return out

    def _distinct(self, old) -> list[str]:
        codes = old.select(self.code).unique()
        if self.lazy:
            codes = codes.collect()
        return sorted({str(c) for c in codes[self.code].to_list() if not pd.isna(c)})

    def _level_at(self, day, codes) -> str:
        """After June 2022 codes may be of boards or of locations; the codes say which."""
        level = lineage.level_on(day)
        if level != "icb" or codes is None:
            return "sub_icb+icb" if level == "icb" else level
        codes = set(self._mend(codes))
        inside, boards = (codes & {r.old for r in _rows(day, n, day, n) if r.new} for n in ("sub_icb", "icb"))
        return "sub_icb+icb" if inside and boards else "icb" if boards else "sub_icb"

    def _auto(self, codes):
        given = [c for c in self._mend(codes) if c.strip()]
        fits = lineage.which(given)
        if not fits or fits[0].extra:
            near = "; or ".join(lineage.describe(f) for f in fits[:2]) or "no code is known here"
            raise RebaseError(
                f"the codes are of no one geography: {near}. If each row has its own, name a column of dates in at"
            )
        answers = {}
        for fit in fits:
            try:
                rows = _rows(fit.vintage.start, fit.vintage.level, self.to, self.level)
            except lineage.LineageError as error:
                answers[fit] = str(error)
                continue
            mine = {r for r in rows if r.old in set(given) and r.new is not None}
            answers[fit] = (frozenset(r[:5] for r in mine), _wholes(rows, mine))
        exact = [f for f in fits if f.exact] or fits
        different = {answers[f] for f in exact}
        if len(different) > 1:
            names = ", or ".join(str(f.vintage) for f in sorted(exact, key=lambda f: f.vintage.start))
            raise RebaseError(
                f"these codes could be {names}, and the answer differs. Say which with at: the date of the "
                "geography, not the period of the data"
            )
        (answer,) = different
        if isinstance(answer, str):
            raise lineage.LineageError(answer)
        best = exact[0].vintage
        return str(best), best.start, best.level

    def _mend(self, codes, among: set[str] | None = None) -> list[str]:
        """Codes as they were meant, where ``repair`` allows; notes each one in ``repaired``."""
        if not self.repair:
            return codes
        known = _every_code()
        for one in codes:
            if one not in known and one.strip() and (better := lineage.suggest(one, among)):
                self.repaired[one] = better
        return [self.repaired.get(c, c) for c in codes]

    def _check_codes(self, codes, mapped: set[str], start: str, among: set[str] | None) -> None:
        codes = self._mend(codes, among)
        blank = {c for c in codes if not c.strip()}
        bad = [c for c in codes if c not in mapped and c not in blank]
        if not bad:
            lineage.scheme_of(set(codes) - set(lineage.beside()))
            return
        every = _every_code()
        known = [c for c in codes if c in every]
        lineage.scheme_of(set(known) - set(lineage.beside()))
        said = "; ".join(_whats_wrong(c) for c in bad[:5]) + (
            f"; and {len(bad) - 5} more" if len(bad) > 5 else ""
        )
        fits = lineage.which(known) if set(known) & set(bad) else []
        hint = f" Nearest: {lineage.describe(fits[0])}." if fits else ""
        are = "is" if len(bad) == 1 else "are"
        raise RebaseError(f"{_count(len(bad), 'code')} {are} not of {start}: {said}.{hint}")

    def _dated(self, old) -> list["_Row"]:
        """Rows for each year that a column of dates may name; of an eager frame those it has, checked."""
        used = None
        if not self.lazy or self.repair:
            self._mend(self._distinct(old))
        if not self.lazy:
            pairs = old.select(self.code, _YEAR).unique()
            both = zip(pairs[self.code].to_list(), pairs[_YEAR].to_list(), strict=True)
            used = {(str(c), i) for c, i in both if not pd.isna(c) and str(c).strip() and i >= 0}
        out = []
        for i, day in enumerate(lineage.days()):
            if used is not None and all(i != year for _, year in used):
                continue
            level = lineage.level_on(day)
            try:
                out += _rows(day, "sub_icb+icb" if level == "icb" else level, self.to, self.level, i)
            except lineage.LineageError as error:
                if used is not None:
                    raise
                out += [_unplaced(c, f"cannot be placed: {error}", i) for c in _codes_on(day)]
        if used is not None:
            known = {(r.old, r.year) for r in out}
            bad = sorted({(c, i) for c, i in used if (self.repaired.get(c, c), i) not in known}, key=str)
            if bad:
                said = "; ".join(
                    f"{c} on {lineage.days()[i].date()}: {_whats_wrong(self.repaired.get(c, c))}"
                    for c, i in bad[:5]
                )
                more = f"; and {len(bad) - 5} more" if len(bad) > 5 else ""
                was = "was" if len(bad) == 1 else "were"
                raise RebaseError(
                    f"{_count(len(bad), 'code')} {was} not open on the date given: {said}{more}"
                )
        self.used = used
        return out

    def _with_year(self, old):
        """Adds which of ``lineage.days`` a date falls in, as a number from 0; -1 where no date can be used."""
        if self.lazy:
            return old.with_columns(self._year().alias(_YEAR))
        found = {}
        for value in old[self.column].to_list():
            if str(value) not in found:
                found[str(value)] = self._year_of(value)
        years = [found[str(value)] for value in old[self.column].to_list()]
        return old.with_columns(nw.new_series(_YEAR, years, nw.Int64, backend=old.implementation))

    def _year_of(self, value) -> int:
        if pd.isna(value) or str(value).strip() == "":
            return -1
        try:
            day = lineage.as_day(value)
        except lineage.LineageError as error:
            raise RebaseError(f"column {self.column!r}: {error}") from None
        if not lineage.days()[0] <= day <= lineage.END:
            raise RebaseError(
                f"column {self.column!r}: {day.date()} is out of reach; geographies are known from "
                f"{lineage.days()[0].date()} to {lineage.END.date()}"
            )
        return sum(day >= one for one in lineage.days()) - 1

    def _year(self):
        """The same as an expression, for a lazy frame."""
        kind, column = self.schema[self.column], nw.col(self.column)
        text = kind in (nw.String, nw.Categorical, nw.Enum)
        if text:
            column = column.cast(nw.String)
        elif kind not in (nw.Date, nw.Datetime):
            raise RebaseError(f"column {self.column!r} is {kind}; give dates, or text like 2018-04-01")
        elif getattr(kind, "time_zone", None):  # the day on the clocks there; Spark and DuckDB cast to it
            local = self.data.implementation == nw.Implementation.POLARS
            column = column.dt.replace_time_zone(None) if local else column.cast(nw.Date)
            kind = nw.Datetime if local else nw.Date
        index = nw.lit(-1)
        for day in [*lineage.days(), lineage.END + pd.Timedelta(days=1)]:
            mark = str(day.date()) if text else day.date() if kind == nw.Date else day.to_pydatetime()
            index = index + (column >= nw.lit(mark)).cast(nw.Int64)
        good = ~column.is_null()
        if text:
            good = good & column.str.contains(DATE)
        return nw.when(good & (index < len(lineage.days()))).then(index).otherwise(nw.lit(-1))

    # --- the join -------------------------------------------------------------------------------

    def _mapping(self, rows: list["_Row"], fractions: bool) -> dict[str, list]:
        names = {_OLD: "old", _NEW: "new", _APPROX: "approx", _SHARE: "share", _REASON: "reason"}
        names |= {_PIECE: "piece", _SIZE: "size", _FIRST: "first", _TOP: "top", _RANK: "rank", _NEED: "need"}
        if self.column:
            names |= {_YEAR: "year"}
        if self.dated:
            names |= {_LAND: "land"}
        if not self.lazy:  # each column takes its time, and these are not asked for
            del names[_TOP]
            if not fractions:
                del names[_SHARE]
        out = {column: [getattr(r, name) for r in rows] for column, name in names.items()}
        out["_one"] = [1] * len(rows)
        # the whole file is one period, and each of its codes is there: what that covers needs no windows
        self.sure = not self.lazy and not self.dated and not self.period
        if self.sure:
            there = defaultdict(set)
            for r in rows:
                there[r.new].add((r.piece, r.size))
            out[_THERE] = [sum(size for _, size in there[r.new]) for r in rows]
        for column in {_PIECE, _LAND} & out.keys():  # numbers, since they are quicker to compare; 0 is none
            number = {name: n for n, name in enumerate(dict.fromkeys(out[column]), 1)} | {None: 0}
            out[column] = [number[name] for name in out[column]]
        return out

    def _with_periods(self, old):
        """Columns that tell keys and periods apart: ``key``, ``period``; ``finer`` if a key is not of the period.

        A key is of the period if it holds dates, is named like a period (``named_period``), or if half or more of
        its distinct cells look like one (``PERIOD``): in doubt it is, since a part that is absent for a period is
        a fault and one that is absent under an age is a small count. Of a lazy frame the cells are not known;
        then a column is the key where they look so, and else blank, and ``_told`` is 1 or 0 in every row.
        """
        self.key, self.period, self.finer = [], [], False
        if self.lazy or self.dated:  # a window needs a column
            old = old.with_columns(nw.lit(1).cast(nw.Int64).alias("_all"))
            self.key, self.period = ["_all"], ["_all"]
        self.judged, self.told = [], {}
        for i, name in enumerate(self.by):
            kind, key, text = self.schema[name], name, nw.col(name).cast(nw.String)
            if kind in (nw.Categorical, nw.Enum):
                key = f"_by{i}"
                old = old.with_columns(text.alias(key))
            self.key.append(key)
            sure = kind in (nw.Date, nw.Datetime) or name == self.column or named_period(name)
            if sure or (not self.lazy and are_periods(old[name])):
                self.period.append(key)
                self.judged.append(name)
                continue
            self.finer = True
            if self.lazy and kind != nw.Boolean:
                told, period = f"_told{i}", f"_period{i}"
                given = ~(nw.col(name).is_null() | (text.str.strip_chars() == "")).fill_null(True)
                # each distinct cell counts once: 1 if like a period, -1 if not
                like = nw.when(text.str.contains(PERIOD)).then(1.0).otherwise(-1.0)
                old = old.with_columns(nw.col("_all").sum().over(key).alias(told))
                old = old.with_columns((nw.when(given).then(like).otherwise(0.0) / nw.col(told)).alias(told))
                some = nw.when(given & (nw.col(told) > 0)).then(1).otherwise(0).cast(nw.Int64).alias(period)
                # one window at a time, each a column by itself: Dask takes no more
                old = old.with_columns(some)
                old = old.with_columns(nw.col(told).sum().over("_all").alias(told))
                old = old.with_columns(nw.col(period).max().over("_all").alias(period))
                most = (nw.col(told) > -0.5) & (nw.col(period) == 1)
                old = old.with_columns(nw.when(most).then(1).otherwise(0).cast(nw.Int64).alias(told))
                old = old.with_columns(
                    nw.when(nw.col(told) == 1).then(text).otherwise(nw.lit("")).alias(period)
                )
                self.period.append(period)
                self.told[name] = told
        self.dates = []
        return old

    def _with_dates(self, joined):
        """``_date``: what sets the rows of one key apart in time, and how many such there are under it.

        If a body has rows at two dates, the dates are times. Else they only say which codes are used, and
        all rows are of one time (but trusts and CCGs do not make up a body together).
        """
        at, many = self.column, {nw.Categorical, nw.Enum}
        if self.schema[at] in many:
            at = "_at"
            joined = joined.with_columns(nw.col(self.column).cast(nw.String).alias(at))
        one, usable = nw.col("_one"), (nw.col(_YEAR) >= 0)
        joined = joined.with_columns(
            one.sum().over(*self.key, _LAND, at).alias("_once"),
            one.sum().over(*self.key, _LAND).alias("_ever"),
        )
        twice = (nw.col(_LAND).fill_null(0) > 0) & (nw.col("_once") != nw.col("_ever"))
        joined = joined.with_columns(nw.when(twice).then(1).otherwise(0).cast(nw.Int64).alias("_ever"))
        joined = joined.with_columns(nw.col("_ever").max().over(*self.period))
        date = nw.when(nw.col("_ever") == 1).then(nw.col(at)).alias("_date")
        first = nw.when(nw.col(_YEAR) == 0).then(1).otherwise(0).cast(nw.Int64).alias("_trusts")
        good = nw.when(usable).then(1).otherwise(0).cast(nw.Int64).alias("_usable")
        joined = joined.with_columns(date, first, good)
        self.dates = ["_date", "_trusts"]
        joined = joined.with_columns(
            nw.col("_usable").sum().over(*self.key, *self.dates).alias("_once"),
            nw.col("_usable").sum().over(*self.period, *self.dates).alias("_ever"),
        )
        share = {n: nw.when(usable).then(1.0 / nw.col(n)).otherwise(0.0).alias(n) for n in ("_once", "_ever")}
        joined = joined.with_columns(*share.values())
        return joined.with_columns(
            nw.col("_once").sum().over(*self.key).alias("_dates"),
            nw.col("_ever").sum().over(*self.period).alias("_alldates"),
        )

    def _one_time(self, old) -> None:
        """Where an eager frame has one date in each period, dates need not be told apart within it."""
        if self.dated and not self.lazy:
            dates = old.select(*self.period, self.column).unique()
            self.dated = len(dates) > len(dates.select(*self.period).unique())

    def _without_doubles(self, joined, rows: list["_Row"]):
        """Of two codes that hold the same land under one key, only the better one is placed."""
        self.spellings = _spellings(self.repaired, rows)
        holders = defaultdict(set)
        for r in rows:
            holders[r.piece, None if self.dated else r.year].add((r.rank, r.old, r.year))
        if not self.lazy and all(len(h) == 1 for p, h in holders.items() if p[0]):
            return joined
        at = [self.column] if self.dated else []
        joined = joined.with_columns(nw.col(_RANK).min().over(*self.key, *self.dates, _PIECE).alias("_best"))
        joined = joined.with_columns((nw.col(_RANK) - nw.col("_best")).fill_null(0).alias("_worse"))
        if self.dated or len({r.rank >= _BOARD // 2 for r in rows if r.piece}) > 1:
            # two codes may share some of their land only; else they are of one body and share it all
            joined = joined.with_columns(nw.col("_worse").max().over(*self.key, *at, _OLD))
        lost = nw.col("_worse") > 0
        if not self.lazy:
            self._refuse_doubles(joined)
            return joined
        why = nw.lit(TWICE[1])
        for step in (_EARLIER, _BOARD):
            why = nw.when(nw.col("_worse") >= step // 2).then(nw.lit(TWICE[step])).otherwise(why)
        joined = joined.filter(~(lost & (nw.col(_TOP) == 0)))
        return joined.with_columns(
            nw.when(~lost).then(nw.col(_NEW)).alias(_NEW),
            nw.when(lost).then(why).otherwise(nw.col(_REASON)).alias(_REASON),
        )

    def _refuse_doubles(self, joined) -> None:
        keys = [*self.by, *([self.column] if self.dated else [])]
        wanted = joined.filter(nw.col(_PIECE).fill_null(0) > 0)
        wanted = wanted.select(
            *dict.fromkeys([*keys, *self.key, *self.dates, _OLD, _PIECE, _RANK, "_best", "_worse"])
        )
        found = pd.DataFrame({c: pd.Series(wanted[c].to_list(), dtype=object) for c in wanted.columns})
        lost = found[found["_worse"] > 0]
        if lost.empty:
            return
        lost = lost.loc[lost[_RANK] > lost["_best"]]
        worst = lost.loc[lost[[*keys, _OLD]].astype(str).sort_values([*keys, _OLD]).index[0]]
        group = [*self.key, *self.dates]
        here = pd.Series(True, found.index)
        for c in group:
            here &= found[c].map(str) == str(worst[c])
        here = found[here]
        mine = set(here.loc[here[_OLD] == worst[_OLD], _PIECE])
        other = here[here[_PIECE].isin(mine) & (here[_RANK] < worst[_RANK])]
        raise RebaseError(
            _said_twice(worst, other, self.repaired, self.by, self.column if self.dated else None)
        )

    def _shared(self, joined, fractions: bool, once: bool):
        """Each number times the share of its target, once for all its pieces; of what has no target, the whole."""
        lost = nw.col(_NEW).is_null()
        first = nw.when(lost).then(1).otherwise(nw.col(_FIRST)).cast(nw.Int64)
        share = first
        if fractions:
            share = nw.when(lost).then(1.0).otherwise(nw.col(_SHARE) * nw.col(_FIRST))
        parts = [f"_{k}_{rate}" for rate in self.means for k in "wx"]
        counts = [] if once else ["_rows", *(f"_n_{n}" for n in (*self.sums, *self.means))]
        columns = dict.fromkeys([*parts, *self.sums], share) | dict.fromkeys(counts, first)
        return joined.with_columns(*((nw.col(c) * by).alias(c) for c, by in columns.items()))

    def _covered(self, kept):
        """Whether the land of each target is covered: in its period (``_whole``), and under its key (``_full``)."""
        one, new, size = nw.col("_one"), _NEW, nw.col(_SIZE)
        date = self.dates
        enough = lambda n: nw.when(nw.col(n) > nw.col(_NEED) - 0.5).then(1.0).otherwise(0.0)  # noqa: E731
        # one window at a time, each a column by itself: Dask takes no more
        kept = kept.with_columns(size.cast(nw.Float64).alias("_w")) if date else kept
        if self.spellings:  # two spellings of a code under one key cover its land once
            kept = kept.with_columns(one.sum().over(*self.key, *date, _PIECE).alias("_w"))
            kept = kept.with_columns((size / nw.col("_w")).alias("_w"))
        if self.finer and not self.sure:
            kept = kept.with_columns(one.sum().over(*self.period, *date, _PIECE).alias("_p"))
            kept = kept.with_columns((size / nw.col("_p")).alias("_p"))
            kept = kept.with_columns(nw.col("_p").sum().over(*self.period, *date, new).alias("_p"))
            kept = kept.with_columns(enough("_p").alias("_whole")) if date else kept
        if not date:
            return kept
        kept = kept.with_columns(
            nw.col("_w").sum().over(*self.key, *date, new).alias("_w"),
            one.sum().over(*self.key, *date, new).alias("_m"),
            *([one.sum().over(*self.period, *date, new).alias("_mm")] if self.finer else []),
        )
        kept = kept.with_columns((enough("_w") / nw.col("_m")).alias("_full"))
        if not self.finer:
            return kept
        kept = kept.with_columns((nw.col("_whole") / nw.col("_mm")).alias("_mm"))
        kept = kept.with_columns(nw.col("_mm").sum().over(*self.period, new))
        ever = nw.when(nw.col("_mm") > nw.col("_alldates") - 0.5).then(1.0).otherwise(0.0).alias("_ever")
        return kept.with_columns((nw.col("_whole") / nw.col("_m")).alias("_whole"), ever)

    def _placed(self, kept, fractions: bool):
        what = [nw.col(_APPROX).max().alias(_APPROX), nw.col(_NEED).max().alias(_NEED)]
        what += [nw.col(c).sum().alias(c) for c in self._carried()]
        what += [nw.col("_w" if self.dates or self.spellings else _SIZE).sum().alias("_w")]
        if self.dates:
            what += [nw.col("_full").sum().alias("_full"), nw.col("_dates").max().alias("_dates")]
        if self.finer and self.dates:
            what += [nw.col("_whole").sum().alias("_whole"), nw.col("_ever").min().alias("_ever")]
        elif self.finer:
            what += [nw.col(_THERE if self.sure else "_p").max().alias("_p")]
        out = (
            kept.drop(self.code).rename({_NEW: self.code}).group_by(*self.by, self.code, drop_null_keys=False)
        )
        out = out.agg(*what)
        full = nw.col("_full") > nw.col("_dates") - 0.5 if self.dates else nw.col("_w") > nw.col(_NEED) - 0.5
        whole = full
        if self.finer:
            whole = nw.col("_p") > nw.col(_NEED) - 0.5
        if self.finer and self.dates:
            whole = (nw.col("_whole") > nw.col("_dates") - 0.5) | (nw.col("_ever") > 0.5)
        cells = len(self.sums) + len(self.means)
        present = nw.lit(0)
        for name in (*self.sums, *self.means):
            present = present + nw.col(f"_n_{name}")
        columns = []
        for name in self.sums:
            columns.append(self._sum(name, fractions))
        for rate in self.means:
            good = nw.col(f"_w_{rate}") != 0
            columns.append(nw.when(good).then(nw.col(f"_x_{rate}") / nw.col(f"_w_{rate}")).alias(rate))
        missing = (nw.col("_rows") * cells - present).cast(nw.Int64)
        short, sparse = ~whole, whole & ~full
        incomplete = short | (missing > 0)
        for rate in self.means:  # without any weight there is no mean
            incomplete = incomplete | (nw.col(f"_w_{rate}") == 0)
        if self.absent == "missing":
            incomplete = incomplete | sparse
        short, sparse = (
            nw.when(one).then(1).otherwise(0).cast(nw.Int64).alias(name)
            for one, name in ((short, "_short"), (sparse, "_sparse"))
        )
        status = nw.when(nw.col(_APPROX) > 0).then(nw.lit("approximate")).otherwise(nw.lit("exact"))
        status = nw.when(incomplete).then(nw.lit("incomplete")).otherwise(status).alias("status")
        return out.select(
            *self.by, self.code, *columns, status, missing.alias("missing"), _APPROX, short, sparse
        )

    def _sum(self, name: str, fractions: bool):
        """A sum, missing if every cell of it was; whole numbers stay so (DuckDB sums them as HUGEINT)."""
        whole = self.schema[name].is_integer() and not fractions
        value = nw.col(name).cast(nw.Int64 if whole else nw.Float64)
        return nw.when(nw.col(f"_n_{name}") > 0).then(value).alias(name)

    def _carried(self) -> list[str]:
        parts = [f"_{k}_{rate}" for rate in self.means for k in "wxn"]
        return ["_rows", *self.sums, *(f"_n_{n}" for n in self.sums), *parts]

    def _unmapped(self, joined, fractions: bool):
        blank = nw.col(self.code).is_null() | (nw.col(self.code).cast(nw.String).str.strip_chars() == "")
        unknown = nw.lit("not a code of this geography")
        if self.column:
            unknown = nw.when(nw.col(_YEAR) < 0).then(nw.lit("no date that can be used")).otherwise(unknown)
        unknown = nw.when(blank).then(nw.lit("no code given")).otherwise(unknown)
        reason = nw.when(nw.col(_REASON).is_null()).then(unknown).otherwise(nw.col(_REASON))
        columns = [self._sum(name, fractions) for name in self.sums]
        weights = [nw.col(f"_w_{rate}").alias(f"{weight} of {rate}") for rate, weight in self.means.items()]
        return joined.select(*self.keys, *columns, *weights, reason.alias("reason"))

    # --- the report -----------------------------------------------------------------------------

    def _report(self, start, joined, flagged, unmapped, absent) -> Report:
        values = [*self.sums, *(f"_w_{rate}" for rate in self.means)]
        # as floats, whole numbers do not run over
        size = {n: f"_size_{n}" for n in self.sums}
        found = self._added(joined, flagged, values, size)

        def number(part, name):
            value = found.get(part, {}).get(name)
            return 0 if pd.isna(value) else value

        for name, column in size.items():
            if self.schema[name].is_integer() and number("input", column) >= 2**63:
                raise RebaseError(
                    f"column {name!r} adds up to more than a whole number can hold; make it floats or count in thousands"
                )
        unread = {n: int(number("input", c)) for n, c in self.unread.items() if number("input", c)}
        totals, missing = {}, {}
        names = {n: n for n in self.sums} | {f"_w_{rate}": f"{w} of {rate}" for rate, w in self.means.items()}
        for name, shown in names.items():
            totals[shown] = {p: float(number(p, name)) for p in ("input", "placed", "unmapped")}
            counted = f"_n_{name.removeprefix('_w_')}"
            missing[shown] = int(number("input", "_rows") - number("input", counted)) - unread.get(name, 0)
        left, moved = self._lists(flagged, unmapped)
        judged = {n for n, c in self.told.items() if number("placed", c) or number("unmapped", c)}
        periods = tuple(n for n in self.by if n in judged or n in self.judged)
        return Report(
            start, str(self.goal), totals, missing, left, moved, self.repaired,
            unplaced=number("unmapped", "_groups"), divided=number("rows", _APPROX), rows=number("rows", "_groups"),
            incomplete=number("rows", "_incomplete"), absent=absent() if number("rows", "_short") else [],
            sparse=number("rows", "_sparse"), sparse_is=self.absent, spellings=self.spellings, keys=tuple(self.by), periods=periods, unread=unread,
            sizes={n: number("input", c) for n, c in size.items()},
        )  # fmt: skip

    def _added(self, joined, flagged, values: list[str], size: dict[str, str]) -> dict[str, dict]:
        """What the report is made of, by part (input, placed, unmapped, rows of the result), in one lazy query."""
        flags = [_APPROX, "_short", "_sparse"]
        sizes = [nw.col(n).cast(nw.Float64).abs().alias(c) for n, c in size.items()]
        checks, told = [*self.unread.values(), *size.values()], list(self.told.values())
        if not self.lazy:
            some = dict(zip(("placed", "unmapped"), joined, strict=True))
            found = {
                part: {c: of[c].sum() for c in values} | {"_groups": len(of)} for part, of in some.items()
            }
            found["rows"] = {c: flagged[c].sum() for c in flags} | {"_groups": len(flagged)}
            found["rows"]["_incomplete"] = (flagged["status"] == "incomplete").sum()
            found["input"] = {n: self.data[n].sum() for n in self.sums} | {"_rows": len(self.data)}
            found["input"] |= {f"_n_{n}": self.data[n].count() for n in self.sums}
            found["input"] |= {c: self.data[n].cast(nw.Float64).abs().sum() for n, c in size.items()}
            if self.means:
                found["input"] |= self._aggregate(self.data, []).rows(named=True)[0]
            return found
        whole = self._aggregate(self.data.with_columns(*sizes) if sizes else self.data, [], checks)
        flags.append("_incomplete")
        incomplete = nw.when(nw.col("status") == "incomplete").then(1).otherwise(0).alias("_incomplete")
        rows = flagged.with_columns(incomplete, nw.lit(1).alias("_groups"))
        rows = rows.select(*(nw.col(c).sum() for c in ("_groups", *flags)))
        counts = ["_rows", *(f"_n_{n}" for n in (*self.sums, *self.means))]
        order = ["_groups", *values, *counts, *flags, *told, *checks]

        def plain(frame, part, given):
            """The same columns in the same kinds, so that three frames are one query."""
            have = {c: nw.col(c) if c in given else nw.lit(0) for c in order}
            kinds = {c: nw.Float64 if c in (*values, *size.values()) else nw.Int64 for c in have}
            return frame.select(part, *(e.fill_null(0).cast(kinds[c]).alias(c) for c, e in have.items()))

        lost = nw.col(_NEW).is_null()
        part = nw.when(lost).then(nw.lit("unmapped")).otherwise(nw.lit("placed")).alias("_part")
        sides = joined.with_columns(part, nw.when(lost).then(1).otherwise(0).alias("_groups"))
        sides = sides.group_by("_part").agg(*(nw.col(c).sum() for c in ("_groups", *values, *told)))
        three = [
            plain(sides, nw.col("_part"), {"_groups", *values, *told}),
            plain(whole, nw.lit("input").alias("_part"), {*values, *counts, *checks}),
            plain(rows, nw.lit("rows").alias("_part"), {"_groups", *flags}),
        ]
        return {r["_part"]: r for r in nw.concat(three, how="vertical").collect().iter_rows(named=True)}

    def _lists(self, flagged, unmapped):
        if self.lazy:  # the lists are in its frames
            return [], []
        pairs = zip(unmapped[self.code].to_list(), unmapped["reason"].to_list(), strict=True)
        named = {("(blank)" if pd.isna(c) or not c.strip() else c, why) for c, why in pairs}
        return sorted(named), sorted(flagged.filter(nw.col(_APPROX) > 0)[self.code].unique().to_list())

    def _absent(self, kept, every: list["_Row"]) -> list[Absent]:
        """The parts that have no row in a period, by name: asked only where there are any."""
        dates = ["_date"] if self.dates else []
        columns = [*(c for c in self.period if c != "_all"), *dates, *([_YEAR] if self.column else []), _OLD]
        rows = kept.select(*columns).unique()
        rows = rows.collect() if self.lazy else rows
        rows = [list(row) for row in rows.iter_rows()]
        mine = {(row[-1], row[-2] if self.column else None) for row in rows}
        targets = {r.new for r in every if (r.old, r.year) in mine}
        brings, parts = defaultdict(set), defaultdict(lambda: defaultdict(set))
        for r in every:
            if r.new is not None and r.new in targets:
                brings[r.old, r.year].add((r.new, r.piece))
                parts[r.year, r.rank >= _BOARD // 2, r.new][r.body].add(r.piece)
        level = {(r.old, r.year): r.rank >= _BOARD // 2 for r in every if r.new in targets}
        # period -> date -> year -> codes that have a row
        there = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
        for row in rows:
            old, year = row.pop(), row.pop() if self.column else None
            date = row.pop() if dates else None
            there[tuple(map(label, row))][label(date) if dates else ""][year].add(old)
        found = defaultdict(set)
        for period, by_date in there.items():
            bodies = {
                t
                for years in by_date.values()
                for y, olds in years.items()
                for o in olds
                for t, _ in brings[o, y]
            }
            for date, years in by_date.items():
                here, boards = defaultdict(set), defaultdict(set)
                for year, olds in years.items():
                    for old in olds:
                        for target, piece in brings[old, year]:
                            here[target].add(piece)
                            boards[target].add(level[old, year])
                when = ", ".join(filter(None, period))
                when = f"{when} ({date})" if when and date else when or date
                usual = min((b for some in boards.values() for b in some), default=False)
                for target in bodies:
                    lacking = _lacking(target, here[target], min(boards[target], default=usual), years, parts)
                    if lacking:
                        found[target, lacking].add(when)
        return sorted(Absent(t, lacking, tuple(sorted(p - {""}))) for (t, lacking), p in found.items())


def _lacking(target: str, here: set, board: bool, years, parts) -> tuple[str, ...]:
    """The bodies of the latest dates whose land is not there."""
    out, every = set(), [parts[y, board, target] for y in sorted(years, key=lambda y: y or 0, reverse=True)]
    gone = {p for of in every[:1] for land in of.values() for p in land} - here
    for whole in (True, False):
        for of in every:
            for body, land in of.items():
                if gone & land and (land <= gone or not whole):
                    out.add(body)
                    gone -= land
    return tuple(sorted(out))


def _same_but_for_form(written: str, code: str) -> bool:
    return re.sub(r"[\s\u00a0\ufeff'\"]+", "", written).upper() == code


def _spellings(repaired: dict[str, str], rows: list["_Row"]) -> list[tuple[str, ...]]:
    """Codes that stand in more than one spelling, each with all of them."""
    of = defaultdict(set)
    for wrong, right in repaired.items():
        if _same_but_for_form(wrong, right):
            of[right].add(wrong)
    plain = {r.old for r in rows} & of.keys()
    return sorted(
        tuple(sorted(some | ({right} & plain)))
        for right, some in of.items()
        if len(some) > 1 or right in plain
    )


def _said_twice(
    worst, other: pd.DataFrame, repaired: dict[str, str], by: list[str], column: str | None
) -> str:
    """Why two codes cannot be added, with their names and what to do."""
    code, others = worst[_OLD], sorted(set(other[_OLD]))
    step = worst[_RANK] - min(other[_RANK])
    where = ", ".join(f"{name} {label(worst[name]) or '(blank)'}" for name in by)
    where = f" under {where}" if where else ""
    many = f"{_and(others[:6])}" + (f" and {len(others) - 6} more" if len(others) > 6 else "")
    do = "keep one of them, or name the column that tells them apart in by"
    if step >= _BOARD // 2:
        are = "is its location" if len(others) == 1 else "are its locations"
        return (
            f"{code} is a board and {many} {are}, and both have rows{where}: a sum would count them twice. "
            "Keep one level, or name the column that tells them apart in by"
        )
    if step >= _EARLIER // 2:
        days = sorted({label(d) for d in other[column]})
        return (
            f"{code} on {label(worst[column])} and {many} on {_and(days)} hold the same land, and both have rows"
            f"{where}: a sum would count them twice. If they are of different times, name {column!r} in by; else {do}"
        )
    read = {c: f"{c!r}, read as {repaired[c]}," if c in repaired else repr(c) for c in (code, others[0])}
    return (
        f"{read[others[0]]} and {read[code]} are one body, and both have rows{where}: a sum would count it twice. "
        f"{do[0].upper()}{do[1:]}"
    )


class _Row(NamedTuple):
    """A row of the look-up: one piece of land that an old code brings to a new one."""

    old: str
    new: str | None
    approx: int
    share: float
    reason: str | None
    year: int | None
    piece: str | None
    first: int  # whether it is the first piece of the two codes: numbers go with that
    top: int  # whether it is the first row of the old code
    rank: int  # of two rows of one piece under one key the lower is placed
    need: int  # pieces of the new code
    land: frozenset | None  # all pieces of the old code
    body: str  # the ODS code of the old code
    size: int = 1  # how many pieces the row is for: see _bundles


def _unplaced(code: str, reason: str, year: int | None = None) -> _Row:
    return _Row(code, None, 0, 1.0, reason, year, None, 1, 1, 0, 0, None, code)


def _rows(day, at_level: str, to, level: str, year: int | None = None) -> list[_Row]:
    """The look-up for every code that may stand in data of a day, both schemes."""
    out = []
    for one in at_level.split("+"):
        if one != at_level and (one, level) == ("icb", "sub_icb"):
            bodies = lineage.bodies(day, one)
            why = "a board: what its locations had is not known"
            out += [_unplaced(c, why, year) for c in (*bodies["code"], *bodies["ons_code"])]
        else:
            out += _placeable(day, one, to, level, year)
    return out + [_unplaced(c, WHY[kind], year) for c, kind in lineage.beside().items()]


#: Rows of the look-ups made so far, each with the pieces of ``lineage`` they were made of: when those are new,
#: because the tables were read again, so are the rows.
_MADE: dict[tuple, tuple[dict, tuple[_Row, ...]]] = {}


def _placeable(day, at_level: str, to, level: str, year: int | None) -> tuple[_Row, ...]:
    """The rows of ``_rows`` for the bodies of one level."""
    pieces = lineage.pieces(day, to, level, at_level=at_level)
    # from one of these days to the next nothing changes
    since = max(d for d in lineage.days() if d <= day)
    key = (since, at_level, lineage.vintage(to, level), year)
    if key not in _MADE or _MADE[key][0] is not pieces:
        _MADE[key] = pieces, tuple(_make_rows(pieces, day, at_level, to, level, year))
    return _MADE[key][1]


def _make_rows(pieces, day, at_level: str, to, level: str, year: int | None):
    need, land = defaultdict(set), defaultdict(set)
    for (old, new), names in pieces.items():
        need[new].update(names)
        land[old].update(names)
    ons = lineage.bodies(day, at_level).set_index("code")["ons_code"].to_dict()
    # a board gives way to its locations, and an earlier body to a later one
    rank = _BOARD if at_level == "icb" else 0
    rank += 0 if year is None else (len(lineage.days()) - year) * _EARLIER
    before = None
    for r in lineage.lookup(day, to, level, at_level=at_level).rename(columns={"from": "code"}).itertuples():
        approx, lies = int(r.status == "approximate"), frozenset(land[r.code])
        first, before = r.code != before, r.code  # the rows of a code stand together
        for scheme, old in enumerate((r.code, ons[r.code])):
            if isinstance(old, str):
                for n, piece in enumerate(pieces[r.code, r.to]):
                    yield _Row(
                        old, r.to, approx, float(r.share), None, year, piece, int(n == 0),
                        int(first and n == 0), rank + scheme, len(need[r.to]), lies, r.code,
                    )  # fmt: skip


def _bundles(rows: list[_Row], dated: bool) -> list[_Row]:
    """The same look-up with pieces that always go together as one, which counts for as many as they are.

    They go together if every row of the one has its like for the other. Then the first stands for all.
    """
    holders = defaultdict(list)
    for n, r in enumerate(rows):
        if r.piece is not None:
            holders[r.piece, None if dated else r.year].append(n)
    alike = defaultdict(list)
    for holder, some in holders.items():
        alike[tuple(sorted((rows[n].old, rows[n].new, rows[n].year or 0) for n in some))].append(holder)
    size = {alike_[0]: len(alike_) for alike_ in alike.values()}
    out = []
    for r in rows:
        n = 1 if r.piece is None else size.get((r.piece, None if dated else r.year))
        if n:
            out.append(r if n == 1 else r._replace(size=n))
    return out


def _wholes(rows: list[_Row], mine: set[_Row]) -> frozenset:
    """The bodies that rows can make whole, each with all that go into it: no other can be but incomplete."""
    feeds, there = defaultdict(set), {r.body for r in mine}
    for r in rows:
        if r.new is not None:
            feeds[r.new].add(r.body)
    return frozenset((new, frozenset(feeds[new])) for new in {r.new for r in mine} if feeds[new] <= there)


def _codes_on(day) -> list[str]:
    level = lineage.level_on(day)
    frame = lineage.bodies(day, level)
    return [*frame["code"], *frame["ons_code"].dropna()]


def _every_code() -> set[str]:
    out = set(lineage.known_names()) | set(lineage.ons_periods()) | set(lineage.beside())
    for table in ("icbs", "pcts"):
        out |= set(tables.load(table)["ons_code"])
    return out


def _whats_wrong(code: str) -> str:
    try:
        _, level, first, last = lineage.lifetime(code)
    except lineage.LineageError:
        better = lineage.suggest(code)
        return f"{code!r} is no code known here" + (f", perhaps {better}" if better else "")
    if code in lineage.ons_periods():
        _, first, last = lineage.ons_periods()[code]
    what = {"pct": "a trust", "ccg": "a CCG or location", "sub_icb": "a location", "icb": "a board"}[level]
    return f"{code} was {what} from {first.date()} to {last.date()}"


_TEXT, _NUMBERS = (_OLD, _NEW, _REASON), (_SHARE,)


def _like(frame, data: dict[str, list]):
    """A small table of the same kind as a frame, so that the two can be joined."""
    schema = {n: nw.String if n in _TEXT else nw.Float64 if n in _NUMBERS else nw.Int64 for n in data}
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
        types = {nw.String: "string", nw.Int64: "long", nw.Float64: "double"}
        rows = list(zip(*data.values(), strict=True))
        spec = ", ".join(f"{n} {types[k]}" for n, k in schema.items())
        return nw.from_native(native.sparkSession.createDataFrame(rows, spec))
    raise RebaseError(
        f"lazy frames of {kind} are not supported; pass pandas, Polars, PyArrow, DuckDB, Dask or PySpark"
    )


def _in_duckdb(relation, data: dict[str, list], schema: dict):
    """A small table as a relation in the connection of another, which a relation does not tell.

    Made of the relation itself, one row of none of it, and lists written out: so no name is needed, nothing
    is created in the database, which may be open for reading only, and nothing of Python is looked at.
    """
    kinds, apart = {nw.String: "varchar", nw.Int64: "bigint", nw.Float64: "double"}, "\x1f"
    columns = []
    for name, values in data.items():
        # one string is read a hundred times faster than a list of thousands
        text = apart.join("" if v is None else str(v) for v in values).replace("'", "''")
        columns.append(
            f"cast(nullif(unnest(string_split('{text}', '{apart}')), '') as {kinds[schema[name]]}) as {name}"
        )
    return relation.limit(0).aggregate("count(*) as _n").project(", ".join(columns))
