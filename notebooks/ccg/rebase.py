"""Move a column of codes from one geography to a later one, with its numbers.

Aggregate first, map after: the group-by on the old codes makes millions of rows a few thousand, and only
those meet the look-up. Counts are summed. Rates are weighted means. What cannot be placed comes back as
``unmapped`` with its reason, and placed + unmapped = input, always. The same call takes pandas, Polars,
PyArrow, DuckDB, Dask and PySpark frames, through Narwhals; a lazy frame stays lazy.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import pandas as pd

from . import lineage, tables

#: Cells of a text column that mean: not given. They are counted as missing, never as zero.
SUPPRESSED = ("", "*", "-", ":", "[c]", "[x]")
WHY = {
    "hub": "a commissioning hub, not a CCG",
    "reporting_entity": "a reporting entity of later years, not a CCG",
    "national": "a total for England",
    "unknown": "commissioner not known",
}
_OLD, _NEW, _SHARE, _APPROX, _REASON, _YEAR = "_old", "_new", "_share", "_approx", "_reason", "_year"
_RESULT = {"status", "missing", "reason"}
_DAYS = [pd.Timestamp(f"{y}-04-01") for y in (2010, *range(2013, 2023))] + [lineage.BOARDS]


class RebaseError(ValueError):
    """The frame cannot be re-based as asked. The text names the column or code and what to do."""


@dataclass
class Report:
    """What happened to the numbers: totals in, placed and unmapped for each column, and why."""

    start: str
    goal: str
    totals: dict[str, dict[str, float]]
    missing: dict[str, int]
    unmapped: list[tuple[str, str]] = field(default_factory=list)
    approximate: list[str] = field(default_factory=list)
    repaired: dict[str, str] = field(default_factory=dict)
    #: Groups of rows that were not placed, and that are approximate; a lazy frame gives only the numbers.
    unplaced: int = 0
    divided: int = 0

    def balanced(self) -> bool:
        """Whether placed + unmapped = input for every column: integers alike, floats to one in 10⁹."""
        return all(
            abs(t["placed"] + t["unmapped"] - t["input"]) <= 1e-9 * max(1.0, abs(t["input"]))
            for t in self.totals.values()
        )

    def __str__(self) -> str:
        lines = [f"From {self.start} to {self.goal}."]
        for column, t in self.totals.items():
            sums = f"{_number(t['input'])} in = {_number(t['placed'])} placed + {_number(t['unmapped'])} unmapped"
            missing = _count(self.missing.get(column, 0), "cell")
            lines.append(f"{column}: {sums}; {missing} blank or suppressed.")
        lines += [f"Not placed: {code}, {why}." for code, why in self.unmapped]
        if self.unplaced and not self.unmapped:
            lines.append("Some rows were not placed; unmapped has them with the reason.")
        if self.approximate:
            shown = ", ".join(self.approximate[:12]) + (" …" if len(self.approximate) > 12 else "")
            lines.append(f"Approximate, because land moved: {shown}. python -m ccg explain CODE says how.")
        elif self.divided:
            lines.append("Some rows are approximate, because land moved; status says which.")
        else:
            lines.append("Every row is exact.")
        lines += [f"Read {old!r} as {new}." for old, new in self.repaired.items()]
        return "\n".join(lines)


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
) -> Rebased:
    """Re-base a frame from the geography of its codes to that of a later date.

    ``code`` is the column of ODS or ONS codes; ``to`` the date wanted, ``level`` of it ``ccg``, ``sub_icb``
    or ``icb`` (by default what commissioned on the day). ``at`` is the date of the **geography** of the
    codes, never the period of the data: a date, the name of a column of dates, or ``"auto"``, which finds
    the geography that the codes are of and refuses when more than one would change the answer.

    ``sums`` are columns of counts; ``means`` maps each rate to the column that weights it; ``by`` are keys
    to keep apart (a month, a measure). A column in none of these is refused: leave it out of the frame.

    The result has the keys, ``code`` (the new one), the sums, the means, ``status`` (exact, or approximate
    where land left a body on the way, see ``lineage.lookup``) and ``missing`` (blank or suppressed cells
    that went in). A sum is missing only if every cell of it was. Shares turn counts into fractions.

    Raises RebaseError for a column that is missing or unasked for, a code that is not open at ``at`` or
    known nowhere (with a suggestion; ``repair=True`` takes it and says so), text that is not a number, or
    an ambiguous ``"auto"``; LineageError for a date out of reach or a step backwards across a merger. A
    lazy frame is not looked at: its unknown codes come back as unmapped (``"auto"`` and ``repair`` ask it
    once for its distinct codes).
    """
    return _Rebase(frame, code, to, at, level, _names(sums), dict(means or {}), _names(by), repair).run()


def _names(given) -> list[str]:
    """Names of columns, each once; one name may stand alone."""
    return [given] if isinstance(given, str) else list(dict.fromkeys(given))


class _Rebase:
    def __init__(self, frame, code, to, at, level, sums, means, by, repair):
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
        self.code, self.sums, self.means, self.by, self.repair = code, sums, means, by, repair
        self.to, self.level = lineage._checked(to, level)
        self.goal = lineage.vintage(self.to, self.level)
        self.schema = self.data.collect_schema()
        self.column = at if isinstance(at, str) and at in self.schema else None
        self.at = at
        self.keys = list(dict.fromkeys([*by, *([self.column] if self.column else []), code]))
        self.repaired: dict[str, str] = {}

    def run(self) -> Rebased:
        self._check_columns()
        self.data = self._numbers(self.data)
        self.schema = self.data.collect_schema()
        old = self._aggregate(self.data, self.keys)
        if self.column:
            old = self._with_year(old)
        start, pairs = self._geography(old)
        if self.repaired:
            old = self._mended(old)
        on = [_OLD, _YEAR] if self.column else [_OLD]
        mapping = _like(self.data, self._mapping(pairs))
        joined = old.with_columns(nw.col(self.code).cast(nw.String).alias(_OLD)).join(
            mapping, on=on, how="left"
        )
        fractions = any(p[4] != 1 for p in pairs)
        joined = self._shared(joined, fractions)
        placed = self._placed(joined.filter(~nw.col(_NEW).is_null()), fractions)
        unmapped = self._unmapped(joined.filter(nw.col(_NEW).is_null()), fractions)
        if self.lazy:
            report = lambda: self._report(start, joined, placed, unmapped)  # noqa: E731
            return Rebased(placed.to_native(), unmapped.to_native(), report)
        placed = nw.maybe_reset_index(placed.sort(*self.by, self.code))
        unmapped = nw.maybe_reset_index(unmapped.sort(*self.by, self.code))
        report = self._report(start, joined, placed, unmapped)
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
            lineage._day(self.at)
        stray = [c for c in self.schema if c not in {*wanted, self.column}]
        if stray:
            raise RebaseError(
                f"column {stray[0]!r} is neither a key nor a number to add. Name it in by (kept apart), sums "
                "(added) or means (averaged, with its weight), or leave it out"
            )
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
        clash = [c for c in self.schema if c in taken or c.startswith("_")]
        if clash:
            raise RebaseError(
                f"column {clash[0]!r}: that name, or one that begins with _, is needed for the result; rename it"
            )
        if self.schema[self.code].is_numeric():
            raise RebaseError(
                f"column {self.code!r} holds numbers; read the codes as text, or 5E1 becomes 50"
            )

    def _numbers(self, data):
        """Columns of numbers as numbers: text such as * or blank is missing, other text is refused."""
        for name in dict.fromkeys([*self.sums, *self.means, *self.means.values()]):
            kind = self.schema[name]
            if kind == nw.Unknown and not self.lazy and data[name].null_count() == len(data):
                data = data.with_columns(nw.col(name).cast(nw.Float64))  # nothing in it, so of no type
                continue
            if kind.is_numeric():
                if kind.is_float():  # not a number is not given either
                    data = data.with_columns(nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name))
                continue
            if kind not in (nw.String, nw.Categorical, nw.Enum, nw.Object):
                raise RebaseError(f"column {name!r} is {kind}, not a number")
            if self.lazy:
                text = nw.col(name).cast(nw.String).str.strip_chars()
                given = nw.when(~text.is_in(list(SUPPRESSED))).then(text)
                data = data.with_columns(given.cast(nw.Float64).alias(name))
            else:
                data = data.with_columns(_parse(data[name]))
        return data

    def _aggregate(self, data, keys):
        """One row per key and old code: sums, how many cells made them, and the parts of each mean."""
        parts = []
        for rate, weight in self.means.items():
            both = ~nw.col(rate).is_null() & ~nw.col(weight).is_null()
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
        out = data.group_by(*keys, drop_null_keys=False).agg(*what)
        filled = [n for n in out.collect_schema().names() if n not in keys]
        return out.with_columns(*(nw.col(n).fill_null(0).alias(n) for n in filled))

    # --- from which geography -------------------------------------------------------------------

    def _geography(self, old):
        """Name of the starting geography and rows (old, year, new, approximate, share, reason)."""
        if self.column:
            return f"the geography dated in {self.column!r}", self._dated(old)
        ask = not self.lazy or self.at == "auto" or self.repair
        codes = self._distinct(old) if ask else None
        if self.at == "auto":
            start, day, level = self._auto(codes)
        else:
            day = lineage._day(self.at)
            level = self._level_at(day, codes)
            start = " or ".join(str(lineage.vintage(day, one)) for one in level.split("+"))
        rows = _rows(day, level, self.to, self.level)
        if codes is not None:
            self._check_codes(codes, {r[0] for r in rows}, start)
            used = {*codes, *self.repaired.values()}
            rows = [r for r in rows if r[0] in used]
        return start, [(r[0], None, *r[1:]) for r in rows]

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
        boards = set(tables.load("icbs")["code"]) | set(tables.load("icbs")["ons_code"])
        return "icb" if any(c in boards for c in codes) else "sub_icb"

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
            answers[fit] = tuple(r for r in rows if r[0] in set(given) and r[1] is not None)
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

    def _mend(self, codes) -> list[str]:
        """Codes as they were meant, where ``repair`` allows; notes each one in ``repaired``."""
        if not self.repair:
            return codes
        known = _every_code()
        for one in codes:
            if one not in known and one.strip() and (better := lineage.suggest(one)):
                self.repaired[one] = better
        return [self.repaired.get(c, c) for c in codes]

    def _mended(self, old):
        """The codes put right, and rows that thereby became the same added up."""
        new = nw.col(self.code)
        for wrong, right in self.repaired.items():
            new = nw.when(nw.col(self.code) == wrong).then(nw.lit(right)).otherwise(new)
        old = old.with_columns(new.alias(self.code))
        keys = [*self.keys, *([_YEAR] if self.column else [])]
        rest = [n for n in old.collect_schema().names() if n not in keys]
        return old.group_by(*keys, drop_null_keys=False).agg(*(nw.col(n).sum() for n in rest))

    def _check_codes(self, codes, mapped: set[str], start: str) -> None:
        codes = self._mend(codes)
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

    def _dated(self, old):
        """Rows for each year that a column of dates may name; of an eager frame those it has, checked."""
        used = None
        if not self.lazy or self.repair:
            self._mend(self._distinct(old))
        if not self.lazy:
            pairs = old.select(self.code, _YEAR).unique()
            both = zip(pairs[self.code].to_list(), pairs[_YEAR].to_list(), strict=True)
            used = {
                (self.repaired.get(c, c), i) for c, i in both if not pd.isna(c) and str(c).strip() and i >= 0
            }
        out = []
        for i, day in enumerate(_DAYS):
            if used is not None and all(i != year for _, year in used):
                continue
            level = lineage.level_on(day)
            try:
                rows = _rows(day, "sub_icb+icb" if level == "icb" else level, self.to, self.level)
            except lineage.LineageError as error:
                if used is not None:
                    raise
                rows = [(c, None, False, 1.0, f"cannot be placed: {error}") for c in _codes_on(day)]
            out += [(r[0], i, *r[1:]) for r in rows if used is None or (r[0], i) in used]
        bad = sorted((used or set()) - {(r[0], r[1]) for r in out}, key=str)
        if bad:
            said = "; ".join(f"{c} on {_DAYS[i].date()}: {_whats_wrong(str(c))}" for c, i in bad[:5])
            more = f"; and {len(bad) - 5} more" if len(bad) > 5 else ""
            was = "was" if len(bad) == 1 else "were"
            raise RebaseError(f"{_count(len(bad), 'code')} {was} not open on the date given: {said}{more}")
        return out

    def _with_year(self, old):
        """Adds which of ``_DAYS`` a date falls in, as a number from 0; -1 where no date can be used."""
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
            day = lineage._day(value)
        except lineage.LineageError as error:
            raise RebaseError(f"column {self.column!r}: {error}") from None
        if not _DAYS[0] <= day <= lineage.END:
            raise RebaseError(
                f"column {self.column!r}: {day.date()} is out of reach; geographies are known from "
                f"{_DAYS[0].date()} to {lineage.END.date()}"
            )
        return sum(day >= one for one in _DAYS) - 1

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
        for day in [*_DAYS, lineage.END + pd.Timedelta(days=1)]:
            mark = str(day.date()) if text else day.date() if kind == nw.Date else day.to_pydatetime()
            index = index + (column >= nw.lit(mark)).cast(nw.Int64)
        good = ~column.is_null()
        if text:
            good = good & column.str.contains(r"^\d{4}-\d{2}-\d{2}")
        return nw.when(good & (index < len(_DAYS))).then(index).otherwise(nw.lit(-1))

    # --- the join -------------------------------------------------------------------------------

    def _mapping(self, pairs) -> dict[str, list]:
        out = {_OLD: [p[0] for p in pairs]}
        if self.column:
            out[_YEAR] = [p[1] for p in pairs]
        out |= {
            _NEW: [p[2] for p in pairs],
            _APPROX: [int(p[3]) for p in pairs],
            _SHARE: [float(p[4]) for p in pairs],
            _REASON: [p[5] for p in pairs],
        }
        return out

    def _shared(self, joined, fractions: bool):
        """Each number times the share of its target; of what has no target, the whole."""
        share = nw.col(_SHARE).fill_null(1.0)
        columns = [f"_{k}_{rate}" for rate in self.means for k in "wx"]
        if fractions:
            columns += self.sums
        return joined.with_columns(*((nw.col(c) * share).alias(c) for c in columns)) if columns else joined

    def _placed(self, joined, fractions: bool):
        what = [nw.col(_APPROX).max().alias(_APPROX)]
        what += [nw.col(c).sum().alias(c) for c in self._carried()]
        out = (
            joined.drop(self.code)
            .rename({_NEW: self.code})
            .group_by(*self.by, self.code, drop_null_keys=False)
        )
        out = out.agg(*what)
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
        approximate = nw.when(nw.col(_APPROX) > 0).then(nw.lit("approximate")).otherwise(nw.lit("exact"))
        missing = (nw.col("_rows") * cells - present).cast(nw.Int64)
        return out.select(
            *self.by, self.code, *columns, approximate.alias("status"), missing.alias("missing")
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

    def _report(self, start, joined, placed, unmapped) -> Report:
        part = nw.when(nw.col(_NEW).is_null()).then(nw.lit("unmapped")).otherwise(nw.lit("placed"))
        values = [*self.sums, *(f"_w_{rate}" for rate in self.means)]
        counts = [f"_n_{n}" for n in (*self.sums, *self.means)]
        out = joined.with_columns(part.alias("_part")).group_by("_part", drop_null_keys=False)
        out = out.agg(nw.len().alias("_rows"), *(nw.col(c).sum() for c in [_APPROX, *values]))
        out = out.with_columns(nw.col("_rows").cast(nw.Int64), *(nw.col(c).cast(nw.Float64) for c in values))
        whole = self._aggregate(self.data.with_columns(nw.lit("input").alias("_part")), ["_part"])
        out = out.with_columns(*(nw.lit(0).cast(nw.Int64).alias(c) for c in counts))
        whole = whole.select("_part", *(nw.col(c).cast(nw.Int64) for c in ["_rows", *counts]),
                             *(nw.col(c).cast(nw.Float64) for c in values))  # fmt: skip
        out = out.with_columns(nw.col(_APPROX).fill_null(0).cast(nw.Int64))
        whole = whole.with_columns(nw.lit(0).cast(nw.Int64).alias(_APPROX))
        order = ["_part", "_rows", _APPROX, *values, *counts]
        both = nw.concat([out.select(*order), whole.select(*order)], how="vertical")
        rows = {r["_part"]: r for r in (both.collect() if self.lazy else both).iter_rows(named=True)}
        total = rows.get("input", {})
        totals, missing = {}, {}
        names = dict.fromkeys(self.sums) | {f"_w_{rate}": f"{w} of {rate}" for rate, w in self.means.items()}
        for name, shown in names.items():
            totals[shown or name] = {
                p: (rows.get(p) or {}).get(name) or 0.0 for p in ("input", "placed", "unmapped")
            }
            counted = f"_n_{name.removeprefix('_w_')}"
            missing[shown or name] = int((total.get("_rows") or 0) - (total.get(counted) or 0))
        groups = (
            int((rows.get("unmapped") or {}).get("_rows") or 0),
            int((rows.get("placed") or {}).get(_APPROX) or 0),
        )
        lists = self._lists(placed, unmapped)
        return Report(start, str(self.goal), totals, missing, *lists, self.repaired, *groups)

    def _lists(self, placed, unmapped):
        if self.lazy:  # a report of a lazy frame is one query; the lists are in its frames
            return [], []
        reasons = dict(zip(unmapped[self.code].to_list(), unmapped["reason"].to_list(), strict=True))
        flagged = placed.filter(nw.col("status") == "approximate")[self.code].unique().to_list()
        named = {("(blank)" if pd.isna(c) or not c.strip() else c): why for c, why in reasons.items()}
        return sorted(named.items()), sorted(flagged)


def _rows(day, at_level: str, to, level: str) -> list[tuple]:
    """(old, new, approximate, share, reason) for every code that may stand in data of a day, both schemes."""
    out = []
    for one in at_level.split("+"):
        if one != at_level and (one, level) == ("icb", "sub_icb"):
            why = "a board: what its locations had is not known"
            boards = lineage.bodies(day, one)
            out += [(c, None, False, 1.0, why) for c in (*boards["code"], *boards["ons_code"])]
            continue
        found = lineage.lookup(day, to, level, at_level=one)
        bodies = lineage.bodies(day, one).set_index("code")["ons_code"]
        for r in found.itertuples(index=False):
            row = (r.to, r.status == "approximate", r.share, None)
            out.append((r[0], *row))
            if isinstance(bodies[r[0]], str):
                out.append((bodies[r[0]], *row))
    return out + [(c, None, False, 1.0, WHY[kind]) for c, kind in lineage.beside().items()]


def _codes_on(day) -> list[str]:
    level = lineage.level_on(day)
    frame = lineage.bodies(day, level)
    return [*frame["code"], *frame["ons_code"].dropna()]


def _every_code() -> set[str]:
    out = set(lineage._names()) | set(lineage._ons_periods()) | set(lineage.beside())
    for table in ("icbs", "pcts"):
        out |= set(tables.load(table)["ons_code"])
    return out


def _whats_wrong(code: str) -> str:
    try:
        _, level, first, last = lineage._life(code)
    except lineage.LineageError:
        better = lineage.suggest(code)
        return f"{code!r} is no code known here" + (f", perhaps {better}" if better else "")
    if code in lineage._ons_periods():
        _, first, last = lineage._ons_periods()[code]
    what = {"pct": "a trust", "ccg": "a CCG or location", "icb": "a board"}[level]
    return f"{code} was {what} from {first.date()} to {last.date()}"


def _parse(series: nw.Series) -> nw.Series:
    """A text column as numbers, whole if all are. Raises RebaseError naming the first cell that is none."""
    text = pd.Series(series.cast(nw.String).to_list(), dtype=object).map(
        lambda x: x.strip() if isinstance(x, str) else None
    )
    text = text.where(~text.isin(SUPPRESSED), None)
    numbers = pd.to_numeric(text, errors="coerce")
    bad = text.notna() & numbers.isna()
    if bad.any():
        i = int(bad.to_numpy().argmax())
        raise RebaseError(
            f"column {series.name!r}, row {i + 1}: {text[i]!r} is not a number. Write numbers plainly (1234.5); "
            f"{', '.join(repr(s) for s in SUPPRESSED)} mean not given"
        )
    whole = ((numbers.dropna() % 1 == 0) & (numbers.dropna().abs() < 2**53)).all()
    values = [None if pd.isna(x) else int(x) if whole else float(x) for x in numbers]
    if series.implementation.is_pandas_like():
        native = pd.Series(values, series.to_native().index, "Int64" if whole else "float64", series.name)
        return nw.from_native(native, series_only=True)
    return nw.new_series(
        series.name, values, nw.Int64 if whole else nw.Float64, backend=series.implementation
    )


def _like(frame, data: dict[str, list]):
    """A small table of the same kind as a frame, so that the two can be joined."""
    kinds = {
        _OLD: nw.String,
        _NEW: nw.String,
        _REASON: nw.String,
        _YEAR: nw.Int64,
        _APPROX: nw.Int64,
        _SHARE: nw.Float64,
    }
    schema = {name: kinds[name] for name in data}
    if not isinstance(frame, nw.LazyFrame):
        return nw.from_dict(data, schema, backend=frame.implementation)
    native, kind = frame.to_native(), frame.implementation
    if kind == nw.Implementation.POLARS:
        return nw.from_dict(data, schema, backend="polars").lazy()
    small = pd.DataFrame(data)
    if kind == nw.Implementation.DUCKDB:
        return nw.from_native(_in_duckdb(native, small, schema))
    if kind == nw.Implementation.DASK:
        import dask.dataframe as dd

        return nw.from_native(dd.from_pandas(small, npartitions=1))
    if kind == nw.Implementation.PYSPARK:
        types = {nw.String: "string", nw.Int64: "long", nw.Float64: "double"}
        rows = list(zip(*data.values(), strict=True))
        spec = ", ".join(f"{n} {types[k]}" for n, k in schema.items())
        return nw.from_native(native.sparkSession.createDataFrame(rows, spec))
    raise RebaseError(
        f"lazy frames of {kind} are not supported; pass pandas, Polars, PyArrow, DuckDB, Dask or PySpark"
    )


def _in_duckdb(relation, ccg_small: pd.DataFrame, schema: dict):
    """A small table as a relation in the connection of another, which a relation does not tell."""
    import duckdb

    casts = {nw.String: "varchar", nw.Int64: "bigint", nw.Float64: "double"}
    typed = ", ".join(f"cast({n} as {casts[k]}) as {n}" for n, k in schema.items())
    try:
        return relation.query("_one", f"select {typed} from ccg_small")  # DuckDB finds the local variable
    except duckdb.Error:  # where a user has turned that off, the rows are written out
        rows = ", ".join("(" + ", ".join(map(_sql, row)) + ")" for row in ccg_small.itertuples(index=False))
        return relation.query("_one", f"select {typed} from (values {rows}) as v({', '.join(schema)})")


def _sql(value) -> str:
    if value is None or value != value:
        return "null"
    return repr(value) if isinstance(value, (int, float)) else "'" + value.replace("'", "''") + "'"
