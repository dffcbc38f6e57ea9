"""A published table re-based as it is: columns by pattern, numbers and dates as written, codes in any form.

``rebase`` asks for plain columns and clean codes. What stands between a file and that is done here, and said: each
step changes nothing without a note, and sends to ``unmapped``, with its reason, what finds no place.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from . import lineage, numbers, periods, reading
from .deciding import (
    decide,
    differences,
    divided,
    is_of,
    level_of,
    opened,
    refuse_partnerships,
    taken_forward,
)
from .finding import (
    NO_CODE,
    PublishedError,
    added_up,
    code_column,
    is_period,
    named,
    names_of,
    no_count,
    other_body,
    rates_among,
    strays,
)
from .geography import Fit
from .rebasing import RebaseError, Report, rebase

#: Names that the result needs for itself.
_TAKEN = {"status", "divided", "missing", "reason", "carried", "name"}
#: CCG21CD, STP20CDH, SICBL22CD: the header of a column of codes tells the year.
_YEAR = re.compile(r"(?:CCG|SICBL|ICB|STP|PCT|LOC)_?(\d\d)(?:CDH?|NM)?(?![0-9])", re.IGNORECASE)
_LEFT_OUT = "incomplete, so left out as asked"
_NOT_THERE = "not a code of this geography"


@dataclass
class Moved:
    """A published table on the geography wanted.

    Attributes
    ----------
    frame : DataFrame
        The keys, the code, its name if asked for, the sums and means, ``status``, ``missing``, and with
        ``closed="carry"`` ``carried``: whether a row holds figures of a code used after its body had closed.
    unmapped : DataFrame
        What found no place, with its ``reason``.
    report : Report
        Totals and reasons.
    notes : list of str
        What was found or decided on the way, in words.
    decided : DataFrame or None
        With ``at="auto"`` for a table of several geographies: the geography of each period.
    """

    frame: pd.DataFrame
    unmapped: pd.DataFrame
    report: Report
    notes: list[str] = field(default_factory=list)
    decided: pd.DataFrame | None = None

    def __str__(self) -> str:
        lines = [verdict(self.report, self.unmapped), *(f"{note}." for note in self.notes)]
        if self.decided is not None:
            lines.append(self.decided.to_string(index=False))
        return "\n".join([*lines, str(self.report)])


@dataclass(frozen=True)
class _Columns:
    """What each column of the table is."""

    code: str
    at: Any
    sums: list[str]
    means: dict[str, str]
    by: list[str]
    drop: list[str]

    @property
    def numbers(self) -> list[str]:
        return list(dict.fromkeys([*self.sums, *self.means, *self.means.values()]))


def rebase_file(
    file: str | Path | pd.DataFrame,
    *,
    to: Any,
    code: str | None = None,
    at: Any = "auto",
    level: str | None = None,
    sums: Sequence[str] = (),
    means: Mapping[str, str] | None = None,
    by: Sequence[str] = (),
    drop: Sequence[str] = (),
    missing: Sequence[str] = (),
    zero: Sequence[str] = (),
    unknown: str = "refuse",
    closed: str = "refuse",
    repair: bool = False,
    absent: str = "zero",
    codes: str = "same",
    names: bool = False,
    name: str = "",
    incomplete: str = "keep",
    basis: str = "patients",
) -> Moved:
    """Re-base a published file, or the frame that ``read`` made of one, as ``python -m ccg rebase`` does.

    Parameters
    ----------
    file : str, Path or DataFrame
        A file, which ``read`` opens, or a frame of text.
    to : str or date
        The day whose geography is wanted.
    code : str, optional
        The column of codes; found where there is one, or an ODS and an ONS code of the same bodies.
    at : str or date
        The date of the geography; a column of dates or periods in any form that means one thing; or ``"auto"``,
        which takes the year of a header like CCG21CD into account, and decides by period if a key in ``by`` is one
        and the codes are of several geographies.
    level : {"ccg", "partnership", "sub_icb", "icb"}, optional
        The level at ``to``. By default what commissioned on the day.
    sums : sequence of str
        Columns of counts: names, patterns like ``*-18``, or ``rest``, all other columns of numbers.
    by, drop : sequence of str
        Keys to keep apart, and columns to leave out; in drop ``rest`` is all others.
    means : mapping, optional
        Each rate with the column that weighs it.
    missing : sequence of str
        More marks that mean not given.
    zero : sequence of str
        Marks that mean nought in columns of counts, where ``missing`` or the usual list would have them not given:
        ``""`` for blank cells, ``"-"``.
    unknown : {"refuse", "unmapped"}
        What becomes of codes that are not of the geography, or known nowhere.
    closed : {"refuse", "carry"}
        With carry a code used after its body closed stands for the area that the body had then, taken forward from
        there; rows with such figures are marked.
    repair : bool
        Whether damaged codes and names are read as what they were meant to be.
    absent : {"zero", "missing"}
        How a part is read that has a row in the period, but none under a finer key.
    codes : {"same", "ods", "ons"}
        The codes of the result; by default ONS codes come out where ONS codes went in, else ODS codes.
    names : bool
        Whether to add the names.
    name : str
        The name of the file that a frame was read from, which may tell the year.
    incomplete : {"keep", "drop", "refuse"}
        Incomplete rows are kept and marked, sent to ``unmapped``, or the whole is refused.
    basis : {"patients", "residents"}
        What a divided body is divided by; see ``rebase``.

    Returns
    -------
    Moved
        ``frame``, ``unmapped`` and ``report`` as of ``rebase``, ``notes`` of what was found or decided on the way, and
        ``decided``: the geography of each period, where the codes decided.

    Raises
    ------
    ValueError
        ``PublishedError``, ``ReadError``, ``NumberError``, ``PeriodError``, ``RebaseError`` or ``LineageError``: the
        text names what is wrong and what to do.

    Examples
    --------
    >>> import pandas as pd
    >>> from ccg import rebase_file
    >>> table = pd.DataFrame({"Area Code": ["E38000042", "E38000047", "England"], "Apr-18": ["1,000", "500", "1,500"]})
    >>> moved = rebase_file(table, at="2018-04-01", to="2021-04-01", sums=["*-18"], names=True)
    >>> moved.frame["Area Code"].to_list()
    ['E38000234', 'E38000247']
    """
    for option, given, may in (
        ("unknown", unknown, ("refuse", "unmapped")),
        ("closed", closed, ("refuse", "carry")),
        ("codes", codes, ("same", "ods", "ons")),
        ("incomplete", incomplete, ("keep", "drop", "refuse")),
    ):
        if given not in may:
            raise PublishedError(f"{option} is {given!r}; say {' or '.join(may)}")
    for option, names_given in (
        ("sums", sums),
        ("by", by),
        ("drop", drop),
        ("missing", missing),
        ("zero", zero),
    ):
        if isinstance(names_given, str):
            raise PublishedError(f"{option} is the text {names_given!r}; give a list, like [{names_given!r}]")
    frame, hint = _opened(file, name)
    to, level = lineage.checked(to, level)
    work = _Work(frame, hint, missing)
    work.asked = {"unknown": unknown, "closed": closed, "repair": repair, "incomplete": incomplete}
    work.asked["basis"] = basis
    if isinstance(file, (str, Path)):
        work.notes += frame.attrs["read"]
    columns = work.columns(code, at, sums, dict(means or {}), by, drop)
    work.noughts(columns, zero)
    columns = work.numbers(columns)
    work.codes(columns, repair)
    columns = work.dates(columns, unknown, closed, repair)
    columns = work.aside(columns, unknown, closed, repair, to, level)
    return work.move(columns, to, level, repair, absent, codes, names, closed)


def _opened(file: Any, name: str) -> tuple[pd.DataFrame, str]:
    """The frame of a file, or of pandas, Polars or PyArrow, and the name that may tell the year."""
    if isinstance(file, (str, Path)):
        return reading.read(file), str(file)
    if isinstance(file, pd.DataFrame):
        return file, name
    try:
        frame = nw.from_native(file, eager_only=True).to_pandas()
    except TypeError:
        kind = f"{type(file).__module__.partition('.')[0]} {type(file).__name__}"
        raise PublishedError(
            f"file is a {kind}; give a path or a frame of pandas, Polars or PyArrow (a lazy frame has to be collected)"
        ) from None
    return frame, name


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy with names of columns as text, and "" where text is missing. Raises PublishedError for a name twice."""
    frame = frame.copy()
    frame.columns = [str(c).strip() for c in frame.columns]
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise PublishedError(f"two columns are called {twice[0]!r}; rename one")
    for name in frame:
        cells = frame[name]
        kind = pd.api.types.infer_dtype(cells, skipna=True)
        if isinstance(cells.dtype, pd.CategoricalDtype):
            kind = pd.api.types.infer_dtype(cells.cat.categories)
        if kind == "mixed" and cells.map(lambda cell: isinstance(cell, (list, dict, set))).any():
            frame[name] = cells.astype(str)  # of Parquet or JSON; it can be a key or dropped, as its text is
        if kind in ("string", "empty") and (kind == "string" or cells.dtype == object):
            frame[name] = cells.astype(object).where(cells.notna(), "").astype("str")
    return frame


def _bare(cell: str) -> str:
    """A word for a total without case, marks and what it is a total for: TOTAL:, England*, Total for England."""
    bare = re.sub(r"[\s:*†‡.]+$", "", " ".join(cell.split()).casefold())
    return re.sub(r"^(?:total|sum)s? (?:for|of) ", "", bare)


class _Work:
    """A table on its way: the frame, what was said of it, and the rows set aside."""

    def __init__(self, frame: pd.DataFrame, file: str, missing: Sequence[str]) -> None:
        self.frame, self.file, self.marks = _texts(frame), file, missing
        self.notes: list[str] = []
        self.asked: dict[str, Any] = {
            "unknown": "refuse",
            "closed": "refuse",
            "repair": False,
            "incomplete": "keep",
        }
        self.written: dict[str, str] = {}
        self.spelt: dict[str, set[str]] = defaultdict(set)
        self.gone: list[pd.DataFrame] = []
        self.carried: pd.Series | None = None
        self.labels: dict[str, str] = {}
        self.decided: pd.DataFrame | None = None

    # --- columns --------------------------------------------------------------------------------

    def columns(
        self,
        code: str | None,
        at: Any,
        sums: Sequence[str],
        means: dict[str, str],
        by: Sequence[str],
        drop: Sequence[str],
    ) -> _Columns:
        code, pair = code_column(self.frame, code, self.notes)
        at = self._at(at)
        keys = named(self.frame, by, "--by")
        rates = {
            named(self.frame, [rate], "--mean")[0]: named(self.frame, [weight], "--mean")[0]
            for rate, weight in means.items()
        }
        rest = "rest" not in self.frame
        left = named(self.frame, [d for d in drop if not (rest and d == "rest")], "--drop")
        used = {
            code,
            *keys,
            *rates,
            *rates.values(),
            *([at] if isinstance(at, str) and at in self.frame else []),
        }
        added = named(self.frame, [s for s in sums if not (rest and s == "rest")], "--sum")
        if rest and "rest" in sums:
            other = [c for c in names_of(self.frame) if c not in {*used, *added, *left, *pair}]
            counts, others = self._counts(other)
            added += counts
            self._say_rest(counts, others, "rest" in drop)
        used |= set(added)
        both = [c for c in left if c in used]
        if both:
            raise PublishedError(f"column {both[0]!r} is to be left out with --drop and used as well")
        left += [c for c in pair if c not in used and c not in left]
        if rest and "rest" in drop:
            left += [c for c in names_of(self.frame) if c not in used and c not in left]
            if left:
                self.notes.append(f"left out: {reading.few(map(repr, left))}")
        stray = [c for c in names_of(self.frame) if c not in used and c not in left]
        if stray:
            raise PublishedError(strays(stray))
        self.notes += rates_among(self.frame, keys, added)
        self.notes += other_body(self.frame, code, left)
        told = [
            c
            for c in left
            if not self._is_numeric(c) or no_count(c, self.frame[c]) == "a period" or self._repeats(code, c)
        ]
        dated = [at] if isinstance(at, str) and at in used else []
        self.notes += added_up(self.frame, [code, *keys, *dated], told, added)
        self._total_by_name(code, told)
        self.frame = self.frame.drop(columns=left)
        self._keys(code, [k for k in keys if k != at])
        return self._renamed(_Columns(code, at, added, rates, keys, left))

    def _at(self, at: Any) -> Any:
        """The day of the geography, "auto", or the column that tells it, by its name in the file."""
        at = self._day(at)
        if isinstance(at, str) and at not in self.frame and at != "auto" and not re.match(r"\d", at):
            said = "--at, which takes a date like 2018-04-01, auto or a column of dates or periods"
            return named(self.frame, [at], said)[0]
        return at

    def _is_numeric(self, column: str) -> bool:
        cells = self.frame[column]
        if pd.api.types.is_bool_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
            return False
        if pd.api.types.is_numeric_dtype(cells):
            return True
        counts = cells.astype(str).value_counts()
        given = {str(c): int(n) for c, n in counts.items() if numbers.is_given(str(c), self.marks)}
        some = sum(n for c, n in given.items() if numbers.plain(c) is not None)
        # a strange cell among numbers is refused by name later, not left out with its column
        return bool(given) and 2 * some >= sum(given.values())

    def _repeats(self, code: str, column: str) -> bool:
        """Whether a column of numbers has the same few cells for every code, as one of quarters or sexes has."""
        if not 1 < self.frame[column].nunique() <= 60:
            return False
        pairs = self.frame[[code, column]].drop_duplicates()
        times = pairs.groupby(column)[code].nunique()
        return bool((times == times.iloc[0]).all() and len(pairs) > times.iloc[0] > 1)

    def _counts(self, columns: list[str]) -> tuple[list[str], dict[str, str]]:
        """The columns of counts that rest adds up, and those of numbers that it does not, with why."""
        found = {c: no_count(c, self.frame[c]) for c in columns if self._is_numeric(c)}
        return [c for c, why in found.items() if why is None], {c: why for c, why in found.items() if why}

    def _say_rest(self, counts: list[str], others: dict[str, str], dropped: bool) -> None:
        if counts:
            self.notes.append(f"rest adds up {reading.few(map(repr, counts))}")
        if others:
            some = ", ".join(f"{c!r} ({why})" for c, why in list(others.items())[:12])
            more = f" and {len(others) - 12} more" if len(others) > 12 else ""
            way = "left out" if dropped else "to be named in --by, --mean, --sum or --drop"
            self.notes.append(f"rest does not add up {some}{more}: {way}")

    def _total_by_name(self, code: str, labels: list[str]) -> None:
        """Rows without a code that another column calls England, with that word as their code."""
        words = {w.casefold() for w, kind in lineage.beside().items() if kind == "national"}
        blank = self.frame[code].astype(str).str.fullmatch(NO_CODE)
        for name in labels if blank.any() else ():
            called = blank & self.frame[name].astype(str).str.strip().str.casefold().isin(words)
            if called.any():
                self.frame.loc[called, code] = self.frame.loc[called, name].str.strip()
                blank &= ~called

    def _keys(self, code: str, keys: list[str]) -> None:
        """Keys without the spaces around them. Raises PublishedError for a blank one beside a code of a body."""
        for key in keys:
            cells = self.frame[key]
            if not pd.api.types.is_string_dtype(cells):
                blank = cells.isna()
            else:
                plain = cells.str.strip()
                blank = plain.eq("")
                if (changed := int((plain != cells).sum())) and plain.nunique() < cells.nunique():
                    self.notes.append(f"column {key!r}: spaces around {changed:,} cells are taken off")
                self.frame[key] = plain
                self._two_spellings(code, key)
            codes = {c: lineage.written(c) for c in self.frame[code][blank].astype(str).unique()}
            bodies = {c for c, meant in codes.items() if meant and meant not in lineage.beside()}
            of_body = blank & self.frame[code].astype(str).isin(bodies)
            if of_body.any():
                at = int(of_body.to_numpy().argmax())
                where = f"line {cells.index[at]}" if cells.index.name == "line" else f"row {at + 1}"
                raise PublishedError(
                    f"column {key!r} ({where}): the key is blank in {int(of_body.sum()):,} row{'' if of_body.sum() == 1 else 's'} "
                    "of bodies, as where cells are merged down the side; fill them down, or write a word such as: not known"
                )

    def _two_spellings(self, code: str, key: str) -> None:
        """Raise PublishedError for a key in two spellings that no body has both of, so that parts would be torn apart."""
        alike = defaultdict(set)
        for cell in self.frame[key].unique():
            alike[" ".join(cell.split()).casefold()].add(cell)
        for cells in (some for some in alike.values() if len(some) > 1):
            rows = self.frame.loc[self.frame[key].isin(cells), [code, key]].drop_duplicates()
            if not rows[code].duplicated().any():
                some = " and ".join(map(repr, sorted(cells)))
                raise PublishedError(
                    f"column {key!r}: {some} differ in case or spaces alone, and would keep the parts of a body apart; "
                    "write them alike"
                )

    def _day(self, at: Any) -> Any:
        """A text that is a date or a period as its first day, even where a column is called like it."""
        if not isinstance(at, str) or (at := at.strip()) == "auto":
            return at
        try:
            return lineage.as_day(at)
        except lineage.LineageError:
            pass
        try:
            (day,) = periods.days([at]).values()
        except ValueError:
            return at
        self.notes.append(f"{at!r} is read as {day.date()}")
        return day

    def _renamed(self, columns: _Columns) -> _Columns:
        """Columns whose names the result needs under other names."""
        taken = _TAKEN | {f"{weight} of {rate}" for rate, weight in columns.means.items()}
        clash = [c for c in names_of(self.frame) if c.casefold() in taken or c.startswith("_")]
        new = {c: f"{c.lstrip('_') or 'column'} (of the file)" for c in clash}
        if not new:
            return columns
        self.frame = self.frame.rename(columns=new)
        self.notes += [f"column {old!r} is called {name!r} here" for old, name in new.items()]

        def swap(names: list[str]) -> list[str]:
            return [new.get(n, n) for n in names]

        return _Columns(
            new.get(columns.code, columns.code), new.get(columns.at, columns.at) if isinstance(columns.at, str) else columns.at,
            swap(columns.sums), {new.get(r, r): new.get(w, w) for r, w in columns.means.items()}, swap(columns.by),
            columns.drop,
        )  # fmt: skip

    # --- cells ----------------------------------------------------------------------------------

    def noughts(self, columns: _Columns, zero: Sequence[str]) -> None:
        """Marks that are said to mean nought as it, in columns of counts."""
        marks = {mark.strip().casefold() for mark in zero}
        for name in columns.sums if marks else ():
            if not pd.api.types.is_string_dtype(self.frame[name]):
                continue
            found = self.frame[name].str.strip().str.casefold().isin(marks)
            if found.any():
                self.notes.append(
                    f"column {name!r}: {int(found.sum()):,} cell{'s are' if found.sum() > 1 else ' is'} read as nought, as asked"
                )
                self.frame.loc[found, name] = "0"

    def numbers(self, columns: _Columns) -> _Columns:
        for rate, weight in columns.means.items():
            shares = [
                c
                for c in self.frame[weight].unique()
                if "%" in str(c) and numbers.is_given(str(c), self.marks)
            ]
            if rate == weight or shares:
                why = "is the rate itself" if rate == weight else f"holds percentages ({shares[0]!r})"
                raise PublishedError(
                    f"column {weight!r} {why}, so it cannot weigh {rate!r}; name the column with how many it is a rate "
                    "of (--mean rate:patients)"
                )
        data = nw.from_native(self.frame, eager_only=True)
        text = [c for c in columns.numbers if pd.api.types.is_string_dtype(self.frame[c])]
        numbers.check(data, text, self.marks)
        for name in text:
            counts = self.frame[name].value_counts()
            signed = {str(c): int(n) for c, n in counts.items() if "%" in str(c) or "(" in str(c)}
            given = {c.strip(): n for c, n in signed.items() if numbers.is_given(c, self.marks)}
            shares = [c for c in given if "%" in c]
            if shares:
                if name in columns.sums:
                    first = shares[0]
                    raise PublishedError(
                        f"column {name!r} holds percentages ({first!r}), which cannot be added up; average it with "
                        "means and the column that weighs it (--mean rate:weight), or drop it"
                    )
                self.notes.append(f"column {name!r} is in percent")
            below = sum(n for c, n in given.items() if (numbers.plain(c) or "").startswith("-") and "(" in c)
            if below:
                self.notes.append(f"column {name!r}: numbers in brackets ({below:,}) are read as below zero")
            parsed = numbers.parse(nw.from_native(self.frame[name], series_only=True), self.marks)
            self.frame[name] = parsed.to_native()
        return columns

    def codes(self, columns: _Columns, repair: bool) -> None:
        """Codes in another way of writing, and words for England, as they are meant; nothing is guessed."""
        cells = self.frame[columns.code]
        if not pd.api.types.is_string_dtype(cells):
            raise PublishedError(
                f"column {columns.code!r} holds {cells.dtype}, not text; read the codes as text, or 5E1 becomes 50"
            )
        words = {w.casefold(): w for w in reversed(list(lineage.beside()))}
        as_code: dict[str, str] = {}
        for cell in cells.unique():
            if cell in lineage.beside():
                plain = cell
            elif re.fullmatch(NO_CODE, cell):
                plain = ""
            else:
                plain = lineage.written(cell) or words.get(_bare(cell)) or cell
            as_code[cell] = plain
            if plain and plain != cell:
                self.written[cell] = plain
            self.spelt[plain].add(cell)
        self.frame[columns.code] = cells.map(as_code)

    # --- when -----------------------------------------------------------------------------------

    def dates(self, columns: _Columns, unknown: str, closed: str, repair: bool) -> _Columns:
        """The geography of each row: one date, or a column of dates like 2018-04-01."""
        at = columns.at
        if isinstance(at, str) and at in self.frame:
            return self._dated(columns)
        if not isinstance(at, str) or at != "auto":
            lineage.as_day(at)
            return columns
        read = self._known(columns, repair)
        given = set(read.values())
        fits = lineage.which(given)
        keys = [k for k in columns.by if is_period(self.frame, k)]
        if fits and not fits[0].extra:
            refuse_partnerships(self.frame, columns.code, keys, fits)
            return self._hinted(columns, fits)
        if closed == "carry" and not keys:
            day = max((opened(c) for c in given), default=None)
            if day is None:
                return columns
            self.notes.append(f"the newest code is of {day.date()}; the others are taken there")
            return replace(columns, at=day)
        if not keys or not fits:
            return columns
        self.decided = decide(self.frame, columns.code, keys[0], read, closed == "carry")
        at = self._new_name("geography")
        days = dict(zip(self.decided[keys[0]], self.decided["at"], strict=True))
        self.frame[at] = self.frame[keys[0]].map(lambda cell: days.get(cell, ""))
        self.notes.append(f"the codes decide the geography of each {keys[0]}")
        return replace(columns, at=at)

    def _known(self, columns: _Columns, repair: bool) -> dict[str, str]:
        """The cells that hold a code of a body, each with the code that is meant."""
        beside, out = set(lineage.beside()), dict[str, str]()
        for code in self.frame[columns.code].unique():
            meant = (
                code if lineage.written(code) == code else lineage.suggest(code) if repair and code else None
            )
            if meant and meant not in beside:
                out[code] = meant
        return out

    def _dated(self, columns: _Columns) -> _Columns:
        cells = self.frame[columns.at]
        found = periods.days(cells.tolist()) if len(cells) else {}
        labels = defaultdict(set)
        for cell, day in found.items():
            labels[str(day.date())].add(str(cell))
        self.frame[columns.at] = [str(found[c].date()) if c in found else "" for c in cells]
        if columns.at in columns.by and all(len(some) == 1 for some in labels.values()):
            self.labels = {day: next(iter(some)) for day, some in labels.items()}
        changed = [f"{next(iter(some))} as {day}" for day, some in labels.items() if some != {day}]
        if changed:
            more = f" and {len(changed) - 2} more" if len(changed) > 2 else ""
            self.notes.append(f"column {columns.at!r}: {', '.join(changed[:2])}{more}")
        return columns

    def _hinted(self, columns: _Columns, fits: list[Fit]) -> _Columns:
        """Of several geographies that fit the one that a header or the name of the file tells."""
        exact = [f for f in fits if f.exact] or fits
        if len(exact) < 2:
            return columns
        for what, text in (("header", columns.code), ("name of the file", Path(self.file).stem)):
            for year in _YEAR.findall(text):
                day = pd.Timestamp(2000 + int(year), 4, 1)
                near = [f for f in exact if f.vintage.start <= day <= f.vintage.end]
                if near:
                    self.notes.append(
                        f"read as {near[0].vintage}: the {what} {text!r} says so (at={day.date()})"
                    )
                    return replace(columns, at=day)
        return columns

    def _new_name(self, name: str) -> str:
        while name in self.frame or name in _TAKEN:
            name += " of the row"
        return name

    # --- what is set aside ----------------------------------------------------------------------

    def aside(
        self, columns: _Columns, unknown: str, closed: str, repair: bool, to: pd.Timestamp, level: str
    ) -> _Columns:
        """Take closed codes forward, and unknown ones out of the frame, where that is asked for."""
        if closed == "refuse" and unknown == "refuse":
            return columns
        dated = isinstance(columns.at, str) and columns.at in self.frame
        if columns.at == "auto":
            day_of = pd.Series("", self.frame.index)
        else:
            day_of = (
                self.frame[columns.at]
                if dated
                else pd.Series(str(lineage.as_day(columns.at).date()), self.frame.index)
            )
        why: dict[tuple[str, str], str] = {}
        new: dict[tuple[str, str], str] = {}
        since: dict[tuple[str, str], pd.Timestamp] = {}
        pairs = set(zip(self.frame[columns.code], day_of, strict=True))
        for code, day in sorted(pairs):
            meant = lineage.suggest(code) if repair and code and lineage.written(code) is None else code
            if not code or not meant or meant in lineage.beside() or (dated and not day):
                if code and not meant and unknown == "unmapped":
                    why[code, day] = "no code known here"
                continue
            if lineage.written(meant) is None:
                if unknown == "unmapped":
                    why[code, day] = "no code known here"
            elif day and not is_of(meant, day):
                there = taken_forward(meant, day) if closed == "carry" else None
                if there is not None and there[0] and divided(there[0], day, to, level):
                    if (there[0], day) in pairs:
                        why[code, day] = (
                            f"closed, and {there[0]}, which stands beside it, was divided by {to.date()}"
                        )
                    else:
                        since[code, day] = lineage.lifetime(meant)[3]
                elif there is not None and there[0]:
                    new[code, day] = there[0]
                elif there is not None:
                    why[code, day] = there[1]
                elif unknown == "unmapped":
                    why[code, day] = _NOT_THERE
        columns = self._from_its_last_day(columns, day_of, since)
        self._take(columns, day_of, why, new)
        return columns

    def _from_its_last_day(
        self, columns: _Columns, day_of: pd.Series, since: dict[tuple[str, str], pd.Timestamp]
    ) -> _Columns:
        """Closed codes whose later body was divided go from their last day straight to the goal: a date by row."""
        if not since:
            return columns
        at = list(zip(self.frame[columns.code], day_of, strict=True))
        name = self._new_name("geography")
        self.frame[name] = [str(since[pair].date()) if pair in since else pair[1] for pair in at]
        if isinstance(columns.at, str) and columns.at in self.frame and columns.at not in columns.by:
            self.frame = self.frame.drop(columns=columns.at)
        self.carried = pd.Series([p[0] if p in since else None for p in at], self.frame.index, dtype=object)
        some = sorted({f"{code} of {day.date()}" for (code, _), day in since.items()})
        self.notes.append(
            f"codes of closed bodies taken from their last day straight to the goal, as the land of the body after them "
            f"was divided: {reading.few(some)}"
        )
        return replace(columns, at=name)

    def _take(
        self,
        columns: _Columns,
        day_of: pd.Series,
        why: dict[tuple[str, str], str],
        new: dict[tuple[str, str], str],
    ) -> None:
        at = list(zip(self.frame[columns.code], day_of, strict=True))
        if new:
            codes = sorted({code for code, _ in new})
            self.notes.append(
                f"{len(codes)} code{'s' if len(codes) > 1 else ''} used after the body closed, taken forward from that "
                f"day: {', '.join(f'{c} to {new[next(p for p in new if p[0] == c)]}' for c in codes[:8])}"
                + (f" and {len(codes) - 8} more" if len(codes) > 8 else "")
            )
            self.frame[columns.code] = [new.get(pair, pair[0]) for pair in at]
            first = [None] * len(at) if self.carried is None else self.carried.tolist()
            self.carried = pd.Series(
                [pair[0] if pair in new else old for pair, old in zip(at, first, strict=True)],
                self.frame.index,
                dtype=object,
            )
        if why:
            out = pd.Series([why.get(pair) for pair in at], self.frame.index, dtype=object)
            rows = self.frame[out.notna()].assign(reason=out.dropna())
            self.gone.append(rows)
            self.frame = self.frame[out.isna()]
            if self.carried is not None:
                self.carried = self.carried[out.isna()]

    # --- the move -------------------------------------------------------------------------------

    def move(
        self,
        columns: _Columns,
        to: pd.Timestamp,
        level: str,
        repair: bool,
        absent: str,
        codes: str,
        names: bool,
        closed: str,
    ) -> Moved:
        self._refuse_unknown(columns)
        try:
            result = rebase(
                self.frame, code=columns.code, to=to, at=columns.at, level=level, sums=columns.sums,
                means=columns.means, by=columns.by, repair=repair, absent=absent,
                basis=self.asked.get("basis", "patients"),
            )  # fmt: skip
        except (RebaseError, lineage.LineageError) as error:
            raise type(error)(self._way_on(str(error), columns, to, level)) from None
        report, frame, unmapped = result.report(), result.frame, result.unmapped
        if self.gone:
            unmapped, report = self._with_gone(columns, unmapped, report)
        frame, report = self._flagged(columns, frame, report, to, level, closed)
        if self.asked["incomplete"] == "refuse" and report.incomplete:
            rows = _count(report.incomplete)
            raise PublishedError(f"{rows} would be incomplete:\n{report}")
        if self.asked["incomplete"] == "drop" and report.incomplete:
            frame, unmapped, report = self._left_out(columns, frame, unmapped, report, to, level)
        schemes = lineage.scheme_of(
            {c for c in self.spelt if lineage.written(c) == c} - set(lineage.beside())
        )
        bodies = lineage.bodies(to, level).set_index("code")
        if names:
            where = names_of(frame).index(columns.code) + 1
            frame.insert(where, "name", frame[columns.code].map(bodies["name"]))
        wanted = schemes if codes == "same" else codes
        if wanted == "ons":
            frame[columns.code] = frame[columns.code].map(bodies["ons_code"])
            frame = frame.sort_values([*columns.by, columns.code], kind="stable").reset_index(drop=True)
            ours = unmapped["reason"] == _LEFT_OUT
            unmapped.loc[ours, columns.code] = unmapped.loc[ours, columns.code].map(bodies["ons_code"])
        if codes == "same" or wanted != schemes:
            self.notes.append(f"the result has {wanted.upper()} codes")
        people = [c for c in columns.sums if re.search(r"(?i)resident|population|persons|people", c)]
        if people and report.divided and report.basis == "patients":
            self.notes.append(
                f"shares are of registered patients, so {people[0]!r}, if it counts residents, may be off by 2 to 3 per "
                "cent where land moved"
            )
        report = self._spoken(report)
        for table in (frame, unmapped):
            if self.labels and columns.at in table:
                table[columns.at] = table[columns.at].map(lambda day: self.labels.get(day, day))
        return Moved(frame, unmapped, report, self.notes, self.decided)

    def _refuse_unknown(self, columns: _Columns) -> None:
        """Raise PublishedError for cells that hold no code, once each whatever their dates."""
        if columns.at not in self.frame or self.asked["repair"] or self.asked["unknown"] == "unmapped":
            return
        beside = lineage.beside()
        cells = [c for c in self.frame[columns.code].unique() if c and c not in beside]
        strange = {c: lineage.suggest(c) for c in cells if lineage.written(c) != c}
        if strange:
            some = [f"{c!r}{f' (perhaps {code})' if code else ''}" for c, code in strange.items()]
            kind = "is no code" if len(some) == 1 else "are no codes"
            words = f"column {columns.code!r}: {reading.few(some)} {kind} known here"
            raise PublishedError(f"{words}. To go on: {self._ways_for_unknown(any(strange.values()))}")

    def _ways_for_unknown(self, repairable: bool) -> str:
        ways = ["unknown='unmapped' (--unknown unmapped) sends codes that find no place to unmapped"]
        if repairable:
            ways.append("repair=True (--repair) takes what is suggested")
        return "; ".join(ways)

    def _way_on(self, words: str, columns: _Columns, to: pd.Timestamp, level: str) -> str:
        """A refusal with the switch that lets a person through."""
        if (
            "no code known here" in words
            or "not of the" in words
            or "not open on" in words
            or "no one geography" in words
        ):
            ways = []
            if self.asked["unknown"] == "refuse" and "--unknown" not in words:
                ways.append(
                    "unknown='unmapped' (--unknown unmapped) sends codes that find no place to unmapped"
                )
            if self.asked["closed"] == "carry":
                pass
            elif "were not open" in words or "of no one" in words or self._some_closed(words, columns):
                ways.append(
                    "closed='carry' (--closed carry) takes codes used after their body closed forward from that day"
                )
            if columns.at == "auto" and "of no one" in words:
                ways.append("a key in by (--by) that is a period lets at='auto' decide for each period")
            if "perhaps" in words and not self.asked["repair"]:
                ways.append("repair=True (--repair) takes what is suggested")
            return f"{words.rstrip('.')}. To go on: {'; '.join(ways)}" if ways else words
        if "the answer differs" in words:
            return f"{words}. {differences(set(self._known(columns, False)), to, level)}".rstrip(". ")
        return words

    @staticmethod
    def _some_closed(words: str, columns: _Columns) -> bool:
        """Whether a refusal names a body that had closed by the date of the geography, not only later ones."""
        ends = [pd.Timestamp(day) for day in re.findall(r" was [^;]*? to (\d{4}-\d\d-\d\d)", words)]
        try:
            at = lineage.as_day(columns.at)
        except lineage.LineageError:
            return bool(ends)
        return any(end < at for end in ends)

    def _with_gone(
        self, columns: _Columns, unmapped: pd.DataFrame, report: Report
    ) -> tuple[pd.DataFrame, Report]:
        """The rows set aside among what was not placed, and in the totals of the report."""
        rows = pd.concat(self.gone)
        for rate, weight in columns.means.items():
            rows[f"{weight} of {rate}"] = rows[weight].where(rows[rate].notna())
        keys = [c for c in names_of(unmapped) if c in {*columns.by, columns.code, columns.at}]
        values = [c for c in names_of(unmapped) if c not in keys and c != "reason"]
        totals, sizes, missing = dict(report.totals), dict(report.sizes), dict(report.missing)
        for name in values:
            more = float(rows[name].sum())
            kept = totals[name]
            totals[name] = kept | {"input": kept["input"] + more, "unmapped": kept["unmapped"] + more}
            sizes[name] = sizes.get(name, 0.0) + float(rows[name].abs().sum())
            missing[name] = missing.get(name, 0) + int(rows[name].isna().sum())
        out = rows.groupby([*keys, "reason"], dropna=False, sort=True)[values].sum(min_count=1).reset_index()
        left = sorted({*report.unmapped, *zip(out[columns.code], out["reason"], strict=True)})
        out = out[list(unmapped.columns)]
        whole = pd.concat([unmapped, out]) if len(unmapped) else out
        report = replace(
            report,
            totals=totals,
            sizes=sizes,
            missing=missing,
            unmapped=left,
            unplaced=report.unplaced + len(out),
        )
        return whole.sort_values(keys, kind="stable").reset_index(drop=True), report

    def _left_out(
        self,
        columns: _Columns,
        frame: pd.DataFrame,
        unmapped: pd.DataFrame,
        report: Report,
        to: pd.Timestamp,
        level: str,
    ) -> tuple[pd.DataFrame, pd.DataFrame, Report]:
        """Incomplete rows among what was not placed, with what stands in them in the totals of the report."""
        bad = frame["status"] == "incomplete"
        weights = {f"{weight} of {rate}": (rate, weight) for rate, weight in columns.means.items()}
        if (
            weights
        ):  # how much weight went into each row is not in the result: it is added up as the counts are
            given = {
                w: self.frame[weight].where(self.frame[rate].notna()) for w, (rate, weight) in weights.items()
            }
            dated = [columns.at] if isinstance(columns.at, str) and columns.at in self.frame else []
            wanted = dict.fromkeys([*columns.by, columns.code, *dated])
            other = rebase(
                self.frame[list(wanted)].assign(**given), code=columns.code, to=to, at=columns.at, level=level,
                sums=list(weights), by=columns.by, repair=bool(self.asked["repair"]),
                basis=self.asked.get("basis", "patients"),
            )  # fmt: skip
            keys = [*columns.by, columns.code]
            frame = frame.merge(other.frame[[*keys, *weights]], on=keys, how="left")
        out = frame[bad.to_numpy()].assign(reason=_LEFT_OUT)
        values = [*columns.sums, *weights]
        totals = dict(report.totals)
        for name in values:
            less = float(out[name].sum())
            kept = totals[name]
            totals[name] = kept | {"placed": kept["placed"] - less, "unmapped": kept["unmapped"] + less}
        frame = frame[~bad.to_numpy()].drop(columns=list(weights)).reset_index(drop=True)
        out = out.reindex(columns=unmapped.columns)
        divided = frame["status"] == "approximate"
        report = replace(
            report, totals=totals, rows=len(frame), incomplete=0, divided=int(divided.sum()),
            approximate=sorted(frame.loc[divided, columns.code].unique()), unplaced=report.unplaced + len(out),
            unmapped=sorted({*report.unmapped, *((code, _LEFT_OUT) for code in out[columns.code])}),
        )  # fmt: skip
        self.notes.append(
            f"{len(out):,} incomplete row{' is' if len(out) == 1 else 's are'} left out; unmapped has "
            f"{'it' if len(out) == 1 else 'them'}"
        )
        whole = pd.concat([unmapped, out], ignore_index=True) if len(unmapped) else out.reset_index(drop=True)
        return frame, whole, report

    def _flagged(
        self,
        columns: _Columns,
        frame: pd.DataFrame,
        report: Report,
        to: pd.Timestamp,
        level: str,
        closed: str,
    ) -> tuple[pd.DataFrame, Report]:
        """``carried``: whether figures of a code used after its body had closed went into a row."""
        if closed != "carry":
            return frame, report
        frame["carried"] = False
        if self.carried is None or self.carried.isna().all():
            return frame, report
        dated = columns.at in self.frame
        keys = list(dict.fromkeys([*columns.by, *([columns.at] if dated else [])]))
        rows = self.frame[[*keys, columns.code]].assign(_old=self.carried)
        period = [k for k in keys if k in report.periods or k == columns.at] or keys
        short = self._short(rows, period, columns)
        marks, lacking = set(), set()
        for row in rows[rows["_old"].notna()].drop_duplicates().to_dict("records"):
            at = row[columns.at] if dated else columns.at
            for goal in lineage.successors(lineage.lifetime(row[columns.code])[0], to, level, at=at)["to"]:
                marks.add((*(str(row[k]) for k in columns.by), goal))
                if (*(row[k] for k in period), row[columns.code]) in short:
                    lacking.add((*(str(row[k]) for k in columns.by), goal))
        found = list(zip(*(frame[k].astype(str) for k in columns.by), frame[columns.code], strict=True))
        frame["carried"] = [key in marks for key in found]
        worse = pd.Series([key in lacking for key in found], frame.index) & (frame["status"] != "incomplete")
        frame.loc[worse, "status"] = "incomplete"
        report = replace(report, incomplete=report.incomplete + int(worse.sum()))
        if lacking:
            some = sorted({f"{code}: no row of {', '.join(gone)}" for (*_, code), gone in short.items()})
            self.notes.append(
                f"{'; '.join(some[:8])} beside the codes taken forward, so these rows are incomplete"
            )
        return frame, report

    def _short(
        self, rows: pd.DataFrame, period: list[str], columns: _Columns
    ) -> dict[tuple[Any, ...], list[str]]:
        """The bodies that codes taken forward make up only in part, in a period where the body itself has no row."""
        out: dict[tuple[Any, ...], list[str]] = {}
        dated = columns.at in self.frame
        for key, some in rows.groupby([*period, columns.code], dropna=False):
            old = some["_old"]
            if old.isna().any():  # the body itself is there
                continue
            at = lineage.as_day(some[columns.at].iloc[0] if dated else columns.at)
            code = str(key[-1])
            level = level_of(code, at)
            body = lineage.lifetime(code)[0]
            have, parts = set(), {}
            for one in old.unique():
                old_body, last = lineage.lifetime(one)[0], min(lineage.lifetime(one)[3], at)
                for (start, end), names in lineage.pieces(last, at, level).items():
                    if end == body:
                        parts[start] = set(names)
                have |= set(lineage.pieces(last, at, level).get((old_body, body), ()))
            gone = sorted(start for start, names in parts.items() if names - have)
            if gone:
                out[key] = gone
        return out

    def _spoken(self, report: Report) -> Report:
        """What was read as what, and spellings of one code, in the report."""
        spelt = [
            tuple(sorted(cells)) for code, cells in sorted(self.spelt.items()) if len(cells) > 1 and code
        ]
        read = dict(sorted({**self.written, **report.repaired}.items()))
        return replace(report, repaired=read, spellings=[*report.spellings, *spelt])


# --- the report -----------------------------------------------------------------------------------


def _count(rows: int) -> str:
    return f"{rows:,} row{'' if rows == 1 else 's'}"


def _no_place(report: Report, unmapped: pd.DataFrame | None) -> float | None:
    """The largest share of a column that found no place, totals for England aside; None where that is not known."""
    if unmapped is None:
        if any(why == "a total for England" for _, why in report.unmapped):
            return None
        return max((t["unmapped"] / t["input"] for t in report.totals.values() if t["input"]), default=0.0)
    total = unmapped["reason"].eq("a total for England")
    shares = []
    for name, sums in report.totals.items():
        if name in unmapped:
            whole = sums["input"] - float(unmapped.loc[total, name].sum())
            shares += [float(unmapped.loc[~total, name].sum()) / whole] if whole else []
    return max(shares, default=None)


def verdict(report: Report, unmapped: pd.DataFrame | None = None) -> str:
    """Whether the numbers can be used, in one line; with what was not placed also how much found no place."""
    totals = {why for _, why in report.unmapped}
    left = totals - {"a total for England"}
    if not report.rows:
        return "Cannot be used: no row was placed."
    if not report.balanced():
        return "Cannot be used: what was placed and what was not do not add up to what came in."
    but = []
    if report.incomplete:
        are = (
            "is incomplete, so do not compare it"
            if report.incomplete == 1
            else "are incomplete, so do not compare them"
        )
        but.append(f"{report.incomplete:,} of {_count(report.rows)} {are} with others")
    if left:
        share = _no_place(report, unmapped)
        much = "" if share is None else f" (up to {100 * share:.1f}%)"
        but.append(f"figures of {len(left)} kind{'s' if len(left) > 1 else ''} found no place{much}")
    if report.divided:
        rest = (
            "rests on shares, so is approximate"
            if report.divided == 1
            else "rest on shares, so are approximate"
        )
        but.append(f"{_count(report.divided)} {rest}")
    if not but:
        return "Can be used: every row is complete and exact" + (
            ", and totals for England were left out." if totals else "."
        )
    return f"Can be used with care: {'; '.join(but)}."
