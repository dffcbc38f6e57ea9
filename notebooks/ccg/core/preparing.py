"""A published table made ready to be moved: its columns found, its numbers, codes and dates read, each step said.

Each step takes a ``Table`` and gives another one; none changes what it was given.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from . import headings, keeping, lineage, numbers, periods, reading
from .deciding import days_of_both_levels, decide, opened, refuse_partnerships
from .doubting import Doubt, added_up, of_a_hundred, of_digits, of_names, of_numbers, rates_among
from .finding import (
    NO_CODE,
    PublishedError,
    code_column,
    has_limits,
    is_period,
    named,
    names_of,
    names_rates,
    no_code,
    no_count,
    says_counts,
    says_nothing,
    strays,
)
from .geography import Fit
from .totals import FEW
from .words import count, few

#: Names that the result needs for itself.
_TAKEN = {"status", "divided", "missing", "reason", "carried", "name"}
#: CCG21CD, STP20CDH, SICBL22CD: the header of a column of codes tells the year.
_YEAR = re.compile(r"(?:CCG|SICBL|ICB|STP|PCT|LOC)_?(\d\d)(?:CDH?|NM)?(?![0-9])", re.IGNORECASE)


#: SUB_ICB_LOCATION_CODE: the header of a column of codes tells the level.
_LOCATION = re.compile(r"(?i)sub[ _-]?icb|sicbl")
#: What columns of a frame may hold that is neither text nor a number, as pandas calls it, in words.
_NO_NUMBERS = {
    "timedelta64": "lengths of time", "timedelta": "lengths of time", "datetime64": "dates", "datetime": "dates",
    "date": "dates", "time": "times", "period": "periods", "interval": "intervals", "bytes": "bytes",
}  # fmt: skip
#: Digits with commas and points, which may be a number in another way of writing: 1,50.
_DIGITS = re.compile(r"[-+−]?\d+(?:[.,]\d+)*%?")


@dataclass(frozen=True)
class Asked:
    """What is asked of ``rebase_file``, where it says what each part means.

    ``name`` is that of the file, ``title`` what stands above its table, and ``again`` the lines on which its header
    stands again.
    """

    to: pd.Timestamp
    level: str
    code: str | None
    at: Any
    sums: Sequence[str]
    means: Mapping[str, str]
    by: Sequence[str]
    drop: Sequence[str]
    missing: Sequence[str]
    zero: Sequence[str]
    unknown: str
    closed: str
    repair: bool
    absent: str
    codes: str
    names: bool
    name: str
    incomplete: str
    basis: str
    title: str = ""
    again: Sequence[int] = ()


@dataclass(frozen=True)
class Columns:
    """What each column of the table is."""

    code: str
    at: Any
    sums: list[str]
    means: dict[str, str]
    by: list[str]

    @property
    def numbers(self) -> list[str]:
        """The columns of numbers, each once."""
        return list(dict.fromkeys([*self.sums, *self.means, *self.means.values()]))

    def called(self, new: Mapping[str, str]) -> "Columns":
        """The same under new names."""

        def swap(names: Iterable[str]) -> list[str]:
            return [new.get(n, n) for n in names]

        at = new.get(self.at, self.at) if isinstance(self.at, str) else self.at
        means = {new.get(r, r): new.get(w, w) for r, w in self.means.items()}
        return Columns(new.get(self.code, self.code), at, swap(self.sums), means, swap(self.by))


@dataclass(frozen=True)
class Table:
    """A published table on its way.

    Attributes
    ----------
    frame : DataFrame
        Its rows.
    columns : Columns
        What each column is.
    notes : tuple of str
        What was found or decided, in words.
    doubts : tuple of Doubt
        Why its numbers may not be what they seem, with the rows of ``frame``.
    dropped : DataFrame
        The columns left out that are periods, with the rows of ``frame``.
    written : Mapping
        From each cell of the codes that was read as another to that.
    spelt : Mapping
        From each code to the cells that were read as it.
    labels : Mapping
        From each day of the column of dates to the cell that it was read from, where it is a key.
    decided : DataFrame or None
        The geography of each period, where the codes decided.
    gone : tuple of DataFrame
        Rows that were set aside, each with its ``reason``.
    carried : Series or None
        The closed code that each row had, where it was taken forward.
    """

    frame: pd.DataFrame
    columns: Columns
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    dropped: pd.DataFrame = field(default_factory=pd.DataFrame)
    written: Mapping[str, str] = field(default_factory=dict)
    spelt: Mapping[str, frozenset[str]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    decided: pd.DataFrame | None = None
    gone: tuple[pd.DataFrame, ...] = ()
    carried: pd.Series | None = None

    @property
    def dated(self) -> bool:
        """Whether each row has a date of its geography."""
        return isinstance(self.columns.at, str) and self.columns.at in self.frame

    def but(self, *notes: str, **changes: Any) -> "Table":
        """The same with some of it changed, and with these notes more."""
        return replace(self, notes=(*self.notes, *notes), **changes)

    def only(self, rows: pd.Series) -> "Table":
        """The same with some of its rows."""
        return replace(
            self,
            frame=self.frame[rows],
            carried=None if self.carried is None else self.carried[rows],
            doubts=tuple(d._replace(rows=d.rows[rows]) for d in self.doubts),
        )

    def new_name(self, name: str) -> str:
        """A name that no column has."""
        while name in self.frame or name in _TAKEN:
            name += " of the row"
        return name


def prepared(frame: pd.DataFrame, asked: Asked) -> Table:
    """A table whose numbers are numbers, whose codes are written as this package writes them, and whose days are known."""
    table = _with_columns(_texts(frame), asked)
    table = _with_keys(table)
    table = _with_own_names(table)
    table = _with_noughts(table, asked.zero)
    table = _with_numbers(table, asked.missing)
    table = _with_codes(table, asked)
    return _with_days(table, asked)


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy with names of columns as text, and text as ``keeping`` has it. Raises PublishedError for a name twice."""
    frame = frame.copy(deep=False)
    frame.attrs = {}  # what the reader said, which pandas would copy at every step
    frame.columns = [str(c).strip() for c in frame.columns]
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise PublishedError(f"two columns are called {twice[0]!r}; rename one")
    for name in frame:
        cells = frame[name]
        kind = pd.api.types.infer_dtype(cells, skipna=True)
        if isinstance(cells.dtype, pd.CategoricalDtype):
            kind = pd.api.types.infer_dtype(cells.cat.categories)
            if kind not in ("string", "empty"):  # numbers and dates are looked at as such
                frame[name] = cells = cells.astype(object).infer_objects()
        if kind in ("period", "interval", "timedelta") and cells.dtype == object:
            # pandas makes them so at some steps, and then finds them unlike
            frame[name] = cells = cells.infer_objects()
        whole = kind in ("integer", "mixed-integer-float") and cells.dtype == object
        if (whole and cells.map(_is_large).any()) or kind in ("mixed", "mixed-integer", "complex"):
            # numbers beside *, as pandas reads them from a workbook, whole ones too large for it, or lists of Parquet: as in a file
            frame[name] = keeping.kept(cells.astype(object).map(reading.cell))
        if kind in ("string", "empty") and (kind == "string" or cells.dtype == object):
            frame[name] = keeping.kept(cells)
    return frame


def _is_large(value: object) -> bool:
    return isinstance(value, int) and abs(value) >= 2**63


# --- columns --------------------------------------------------------------------------------------


def _with_columns(frame: pd.DataFrame, asked: Asked) -> Table:
    """What each column is, as it was asked or found."""
    found = code_column(frame, asked.code)
    code = found.column
    keys = named(frame, asked.by, "--by")
    frame, said = headings.without(frame, code, keys)
    notes = [*found.notes, *said]
    at, said = _geography(frame, asked.at)
    notes += said
    rates = {
        named(frame, [rate], "--mean")[0]: named(frame, [weight], "--mean")[0]
        for rate, weight in asked.means.items()
    }
    rest = "rest" not in frame
    left = named(frame, [d for d in asked.drop if not (rest and d == "rest")], "--drop")
    dated = [at] if isinstance(at, str) and at in frame else []
    used = {code, *keys, *rates, *rates.values(), *dated}
    wanted = [s for s in asked.sums if not (rest and s == "rest")]
    added = named(frame, wanted, "--sum", {*used, *left, *found.other})
    if rest and "rest" in asked.sums:
        other = [c for c in names_of(frame) if c not in {*used, *added, *left, *found.other}]
        counts, others = _counts(frame, code, other, asked)
        added += counts
        if not added and not rates and others:
            some = few(f"{c!r} ({why})" for c, why in others.items())
            raise PublishedError(
                f"rest adds up no column, since none is of counts: {some}; average a rate with --mean rate:weight, or "
                "name in --sum what is to be added up all the same"
            )
        notes += _said_of_rest(counts, others, "rest" in asked.drop)
    if code in {*added, *rates, *rates.values()}:
        raise PublishedError(f"column {code!r} holds the codes, so it cannot be added up or averaged")
    _refuse_text(frame, [*added, *rates, *rates.values()], asked.missing)
    used |= set(added)
    both = [c for c in left if c in used]
    if both:
        raise PublishedError(f"column {both[0]!r} is to be left out with --drop and used as well")
    left += [c for c in found.other if c not in used and c not in left]
    if rest and "rest" in asked.drop:
        left += [c for c in names_of(frame) if c not in used and c not in left]
        if left:
            notes.append(f"left out: {few(map(repr, left))}")
    stray = [c for c in names_of(frame) if c not in used and c not in left]
    if stray:
        raise PublishedError(strays(stray))
    return _without(frame, Columns(code, at, added, rates, keys), left, notes, asked)


def _without(frame: pd.DataFrame, columns: Columns, left: list[str], notes: list[str], asked: Asked) -> Table:
    """The table without the columns to be left out, once it is seen what they tell apart."""
    code = columns.code
    rates = rates_among(frame, code, columns.by, columns.sums, left, asked.title, list(columns.means))
    called = of_names(frame, code, left)
    notes = [*notes, *rates.notes, *called.notes]
    told = [
        c
        for c in left
        if not _is_numeric(frame[c], asked.missing)
        or no_count(c, frame[c]) == "a period"
        or _repeats(frame, code, c)
        or _stands_for(frame, code, c)
    ]
    # the dates of geographies are no key of the result: what they tell apart is added up there
    dated = [c for c in (columns.at,) if isinstance(c, str) and c in frame and c not in columns.by]
    written = lineage.default().written
    # a code in two spellings is one body
    alike = frame.assign(**{code: keeping.made(frame[code], lambda cell: written(str(cell)) or str(cell))})
    keys, left_out = [code, *columns.by], [*told, *dated]
    said = added_up(alike, keys, left_out, columns.sums, asked.again, means=columns.means, dated=dated)
    frame = _with_total_by_name(frame, code, told)
    whens = [c for c in told if is_period(frame, c)]
    doubts = (*said.doubts, *rates.doubts, *called.doubts)
    return Table(frame.drop(columns=left), columns, (*notes, *said.notes), doubts, dropped=frame[whens])


def _geography(frame: pd.DataFrame, at: Any) -> tuple[Any, list[str]]:
    """The day of the geography, "auto", or the column that tells it by its name in the file; and what to say of it."""
    at, notes = a_day(at, _same_bodies)
    if isinstance(at, str) and at not in frame and at != "auto" and not re.match(r"\d", at):
        said = "--at, which takes a date like 2018-04-01, auto or a column of dates or periods"
        return named(frame, [at], said)[0], notes
    return at, notes


def a_day(at: Any, alike: Any = None) -> tuple[Any, list[str]]:
    """A text that is a date or a period as its first day, even where a column is called like it; and words for that."""
    if not isinstance(at, str) or (at := at.strip()) == "auto":
        return at, []
    try:
        return lineage.as_day(at), []
    except lineage.LineageError:
        pass
    try:
        (day,) = periods.days([at], alike).values()
    except ValueError:
        return at, []
    return day, [f"{at!r} is read as {day.date()}"]


def _same_bodies(day: pd.Timestamp) -> pd.Timestamp:
    """What two days have in common on which the bodies are the same: the day of the last change."""
    return max((d for d in lineage.days() if d <= day), default=day)


def _is_numeric(cells: pd.Series, marks: Sequence[str]) -> bool:
    if pd.api.types.is_bool_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
        return False
    if pd.api.types.is_numeric_dtype(cells):
        return True

    def is_one(cell: str) -> bool:
        return numbers.plain(cell) is not None or bool(_DIGITS.fullmatch(cell.strip()))

    given = keeping.told(cells, lambda cell: numbers.is_given(cell, marks))
    some = given & keeping.told(cells, is_one)
    # a strange cell among numbers is refused by name later, not left out with its column
    return bool(given.any()) and 2 * int(some.sum()) >= int(given.sum())


def _repeats(frame: pd.DataFrame, code: str, column: str, surely: bool = False) -> bool:
    """Whether a column of numbers has the same few cells for every code, as one of quarters or sexes has.

    ``surely`` where three codes or more have each cell, and all as often, which is no chance.
    """
    if not 1 < frame[column].nunique() <= FEW:
        return False
    pairs = frame[[code, column]].drop_duplicates()
    times = pairs.groupby(column)[code].nunique()
    if not ((times == times.iloc[0]).all() and len(pairs) > times.iloc[0] > 1):
        return False
    often = frame.groupby([code, column], observed=True).size()
    return not surely or (times.iloc[0] == frame[code].nunique() > 2 and often.nunique() == 1)


def _is_one_number(frame: pd.DataFrame, code: str, column: str) -> bool:
    """Whether all of three codes or more have one and the same number, as that of England or of working days."""
    cells = frame[column].unique()
    return len(cells) == 1 and numbers.plain(str(cells[0])) not in {"0", "1"} and frame[code].nunique() > 2


def _stands_for(frame: pd.DataFrame, code: str, column: str) -> bool:
    """Whether the numbers of a column rather stand for something than count it: one of few is a word, or most codes have each."""
    if says_counts(column) or not 1 < frame[column].nunique() <= FEW:
        return False
    cells = [str(cell) for cell in frame[column].unique()]
    if any(
        re.search(r"[^\W\d_]", cell) and numbers.is_given(cell) and numbers.plain(cell) is None
        for cell in cells
    ):
        return True
    return 2 * len(frame[[code, column]].drop_duplicates()) > frame[code].nunique() * len(cells)


def _counts(
    frame: pd.DataFrame, code: str, columns: list[str], asked: Asked
) -> tuple[list[str], dict[str, str]]:
    """The columns of counts that rest adds up, and those of numbers that it does not, with why."""
    limits, rates = has_limits(names_of(frame)), names_rates(asked.title)
    found = {c: no_count(c, frame[c], limits) for c in columns if _is_numeric(frame[c], asked.missing)}
    found = {
        c: why or ("a rate by the title" if rates and says_nothing(c) else None) for c, why in found.items()
    }
    found |= dict.fromkeys(
        of_a_hundred(frame, [c for c, why in found.items() if why is None]), "a percentage"
    )
    for c in [c for c, why in found.items() if why is None and not says_counts(c)]:
        if _repeats(frame, code, c, surely=True):
            found[c] = "the same numbers under every code"
        elif _is_one_number(frame, code, c):
            found[c] = "the same number under every code"
    return [c for c, why in found.items() if why is None], {c: why for c, why in found.items() if why}


def _said_of_rest(counts: list[str], others: dict[str, str], dropped: bool) -> list[str]:
    notes = [f"rest adds up {few(map(repr, counts))}"] if counts else []
    if others:
        some = few(f"{c!r} ({why})" for c, why in others.items())
        way = (
            "left out; --sum with its name adds one up"
            if dropped
            else "to be named in --by, --mean, --sum or --drop"
        )
        notes.append(f"rest does not add up {some}: {way}")
    return notes


def _with_total_by_name(frame: pd.DataFrame, code: str, labels: list[str]) -> pd.DataFrame:
    """Rows without a code that another column calls England, with that word as their code."""
    blank = no_code(frame[code])
    if not blank.any():
        return frame
    codes = keeping.as_text(frame[code])
    words = {w.casefold() for w, kind in lineage.beside().items() if kind == "national"}
    for name in labels:
        called = blank & keeping.told(frame[name], lambda cell: cell.strip().casefold() in words)
        if called.any():
            codes = codes.mask(called, frame[name].astype(str).str.strip())
            blank &= ~called
    return frame.assign(**{code: keeping.kept(codes)})


def _with_keys(table: Table) -> Table:
    """Keys without the spaces around them. Raises PublishedError for a blank one beside a code of a body."""
    code = table.columns.code
    frame, notes = table.frame, []
    for key in (k for k in table.columns.by if k != table.columns.at):
        cells = frame[key]
        if not keeping.is_text(cells):
            blank = cells.isna()
        else:
            plain = keeping.made(cells, str.strip)
            blank = plain.eq("")
            changed = int(keeping.told(cells, lambda cell: cell != cell.strip()).sum())
            if changed and plain.nunique() < cells.nunique():
                notes.append(f"column {key!r}: spaces around {changed:,} cells are taken off")
            frame = frame.assign(**{key: plain})
            _refuse_two_spellings(frame, code, key)
        _refuse_blank(frame, code, key, blank)
    return table.but(*notes, frame=frame)


def _refuse_blank(frame: pd.DataFrame, code: str, key: str, blank: pd.Series) -> None:
    """Raise PublishedError for a key that is blank beside a code of a body."""
    if not blank.any():
        return
    home = lineage.default()
    codes = {c: home.written(c) for c in map(str, frame[code][blank].unique())}
    bodies = {c for c, meant in codes.items() if meant and meant not in home.beside()}
    of_body = blank & keeping.told(frame[code], lambda cell: cell in bodies)
    if of_body.any():
        at = int(of_body.to_numpy().argmax())
        where = f"line {frame.index[at]}" if frame.index.name == "line" else f"row {at + 1}"
        raise PublishedError(
            f"column {key!r} ({where}): the key is blank in {count(int(of_body.sum()), 'row')} of bodies, as where cells "
            "are merged down the side; fill them down, or write a word such as: not known"
        )


def _refuse_two_spellings(frame: pd.DataFrame, code: str, key: str) -> None:
    """Raise PublishedError for a key in two spellings that no body has both of, so that parts would be torn apart."""
    for plain, what in ((_without_case, "case or spaces"), (periods.unmarked, "a mark behind them")):
        if plain is periods.unmarked and not is_period(frame, key):
            continue
        alike = defaultdict(set)
        for cell in frame[key].unique():
            alike[plain(cell)].add(cell)
        for cells in (some for some in alike.values() if len(some) > 1):
            rows = frame.loc[frame[key].isin(cells), [code, key]].drop_duplicates()
            if not rows[code].duplicated().any():
                some = " and ".join(map(repr, sorted(cells)))
                raise PublishedError(
                    f"column {key!r}: {some} differ in {what} alone, and would keep the parts of a body apart; "
                    "write them alike"
                )


def _without_case(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def _with_own_names(table: Table) -> Table:
    """Columns whose names the result needs under other names."""
    taken = _TAKEN | {f"{weight} of {rate}" for rate, weight in table.columns.means.items()}
    clash = [c for c in names_of(table.frame) if c.casefold() in taken or c.startswith("_")]
    new = {c: f"{c.lstrip('_') or 'column'} (of the file)" for c in clash}
    if not new:
        return table
    notes = [f"column {old!r} is called {name!r} here" for old, name in new.items()]
    return table.but(*notes, frame=table.frame.rename(columns=new), columns=table.columns.called(new))


# --- cells ----------------------------------------------------------------------------------------


def _with_noughts(table: Table, zero: Sequence[str]) -> Table:
    """Marks that are said to mean nought as it, in columns of counts."""
    marks = {mark.strip().casefold() for mark in zero}
    frame, notes = table.frame, []

    def is_nought(cell: str) -> bool:
        return cell.strip().casefold() in marks

    for name in table.columns.sums if marks else ():
        if not keeping.is_text(frame[name]):
            continue
        found = keeping.told(frame[name], is_nought)
        if found.any():
            cells = f"{int(found.sum()):,} cell{'s are' if found.sum() > 1 else ' is'}"
            notes.append(f"column {name!r}: {cells} read as nought, as asked")
            frame = frame.assign(
                **{name: keeping.made(frame[name], lambda cell: "0" if is_nought(cell) else cell)}
            )
    return table.but(*notes, frame=frame)


def _with_numbers(table: Table, marks: Sequence[str]) -> Table:
    """Numbers as published as numbers; all that are none are named at once."""
    frame, columns = table.frame, table.columns
    notes, doubts = list[str](), list[Doubt]()
    for rate, weight in columns.means.items():
        shares = _percentages(frame[weight], marks)
        if rate == weight or len(shares):
            why = "is the rate itself" if rate == weight else f"holds percentages ({shares.iloc[0]!r})"
            raise PublishedError(
                f"column {weight!r} {why}, so it cannot weigh {rate!r}; name the column with how many it is a rate "
                "of (--mean rate:patients)"
            )
    text = [c for c in columns.numbers if keeping.is_text(frame[c])]
    columns_of_text = [nw.from_native(frame[c], series_only=True) for c in text]
    read = {}
    for name, column in zip(text, numbers.gone_through(columns_of_text, marks), strict=True):
        notes += _said_of_signs(frame[name], column, name in columns.sums, marks)
        doubts += of_digits(frame[name]) if column.powers else []
        read[name] = column.numbers().to_native()
    frame = frame.assign(**read)
    doubts += of_numbers(frame, columns.sums, list(columns.means))
    return table.but(*notes, frame=frame, doubts=(*table.doubts, *doubts))


def _refuse_text(frame: pd.DataFrame, columns: Sequence[str], marks: Sequence[str]) -> None:
    """Raise PublishedError for a column of several texts and no number, such as one of names, or of another kind."""
    for name in columns:
        kind = pd.api.types.infer_dtype(frame[name], skipna=True)
        if what := None if keeping.is_text(frame[name]) else _NO_NUMBERS.get(kind):
            raise PublishedError(
                f"column {name!r} holds {what}, and no numbers that can be added up: write them as numbers, or leave it "
                "out with --drop"
            )
        given = _texts_alone(frame[name], marks) if keeping.is_text(frame[name]) else []
        if len(given) < 2:
            continue
        others = [
            repr(c) for c in names_of(frame) if _is_numeric(frame[c], marks) and no_count(c, frame[c]) is None
        ]
        there = f"; columns of numbers are {few(others)}" if others else ""
        raise PublishedError(
            f"column {name!r} holds text, such as {given[0]!r}, and no number: leave it out with --drop, or keep it as a key "
            f"with --by{there}"
        )


def _texts_alone(cells: pd.Series, marks: Sequence[str]) -> list[str]:
    """What a column of text holds besides marks; nothing where one of it begins with a number, as most soon do."""
    found: dict[str, None] = {}
    for _, texts in keeping.parts(cells):
        for text in map(str, texts):
            if not numbers.is_given(text, marks):
                continue
            if numbers.plain(text) is not None or re.search(r"^\W*\d", text):
                return []
            found[text] = None
    return list(found)


def _percentages(cells: pd.Series, marks: Sequence[str]) -> pd.Series:
    """The cells of a column that are given and have the sign of per cent."""
    if pd.api.types.is_numeric_dtype(cells):
        return cells.iloc[:0]
    return cells[keeping.told(cells, lambda cell: "%" in cell and numbers.is_given(cell, marks))]


def _said_of_signs(cells: pd.Series, column: numbers.Column, added: bool, marks: Sequence[str]) -> list[str]:
    """What per cent and brackets in a column mean. Raises PublishedError for percentages that are to be added up."""
    name, notes = cells.name, []
    if column.percent and added:
        often = next(iter(keeping.counted(_percentages(cells, marks)))).strip()
        raise PublishedError(
            f"column {name!r} holds percentages ({often!r}), which cannot be added up; average it with "
            "means and the column that weighs it (--mean rate:weight), or drop it"
        )
    if column.percent:
        notes.append(f"column {name!r} is in percent")
    if column.noted:
        noted = count(column.noted, "number")
        notes.append(f"column {name!r}: marks of footnotes behind {noted} are left out")
    if column.below:
        notes.append(f"column {name!r}: numbers in brackets ({column.below:,}) are read as below zero")
    return notes


def _with_codes(table: Table, asked: Asked) -> Table:
    """Codes in another way of writing, and words for England, as they are meant; nothing is guessed."""
    code = table.columns.code
    cells = table.frame[code]
    if not keeping.is_text(cells):
        raise PublishedError(
            f"column {code!r} holds {cells.dtype}, not text; read the codes as text, or 5E1 becomes 50"
        )
    if asked.unknown == "refuse":
        _refuse_merged(cells)
    home = lineage.default()
    words = {w.casefold(): w for w in reversed(list(home.beside()))}
    meant = {cell: _as_code(cell, words, home) for cell in cells.unique()}
    spelt: defaultdict[str, set[str]] = defaultdict(set)
    for cell, plain in meant.items():
        spelt[plain].add(cell)
    return table.but(
        frame=table.frame.assign(**{code: keeping.made(cells, lambda cell: meant.get(cell, cell))}),
        written={cell: plain for cell, plain in meant.items() if plain and plain != cell},
        spelt={plain: frozenset(some) for plain, some in spelt.items()},
    )


def _refuse_merged(cells: pd.Series) -> None:
    """Raise PublishedError where most codes stand above blank cells, as where cells are merged down the side."""
    blank = keeping.told(cells, lambda cell: not cell.strip()).to_numpy()
    above = int((~blank[:-1] & blank[1:]).sum())  # codes with a blank cell right below
    if above > 1 and 2 * above >= int((~blank).sum()):
        at = int(blank.argmax())
        where = f"line {cells.index[at]}" if cells.index.name == "line" else f"row {at + 1}"
        raise PublishedError(
            f"column {cells.name!r} ({where}): the code is blank in {count(int(blank.sum()), 'row')} below others, as where "
            "cells are merged down the side; fill them down, or send them to unmapped with unknown='unmapped' (--unknown "
            "unmapped)"
        )


def _as_code(cell: str, words: Mapping[str, str], home: lineage.Lineage) -> str:
    if cell in home.beside():
        return cell
    if re.fullmatch(NO_CODE, cell):
        return ""
    return home.written(cell) or words.get(_bare(cell)) or cell


def _bare(cell: str) -> str:
    """A word for a total without case, marks and what it is a total for: TOTAL:, England*, Total for England."""
    bare = re.sub(r"[\s:*†‡.]+$", "", " ".join(cell.split()).casefold())
    return re.sub(r"^(?:total|sum)s? (?:for|of) ", "", bare)


# --- when -----------------------------------------------------------------------------------------


def _with_days(table: Table, asked: Asked) -> Table:
    """The geography of each row: one date, or a column of dates like 2018-04-01."""
    columns = table.columns
    if table.dated:
        return _with_dates(table)
    if columns.at != "auto":
        lineage.as_day(columns.at)
        return table
    table = _with_names_told(table) if asked.repair else table
    read = known_codes(table, asked.repair)
    given = set(read.values())
    fits = lineage.which(given)
    keys = [k for k in columns.by if is_period(table.frame, k)]
    if fits and not fits[0].extra:
        whens = pd.concat([table.frame[keys], table.dropped], axis=1)
        refuse_partnerships(whens, columns.code, names_of(whens), fits)
        return _with_hint(table, fits, asked)
    if both := days_of_both_levels(given, asked.to) if fits else []:
        return _with_both_levels(table, both)
    if asked.closed == "carry" and not keys:
        day = max((opened(c) for c in given), default=None)
        if day is None:
            return table
        note = f"the newest code is of {day.date()}; the others are taken there"
        return table.but(note, columns=replace(columns, at=day))
    if not keys or not fits:
        return table
    decided = decide(table.frame, columns.code, keys[0], read, asked.closed == "carry")
    days = dict(zip(decided[keys[0]], decided["at"], strict=True))
    at = table.new_name("geography")
    return table.but(
        f"the codes decide the geography of each {keys[0]}",
        frame=table.frame.assign(**{at: keeping.made(table.frame[keys[0]], lambda cell: days.get(cell, ""))}),
        columns=replace(columns, at=at),
        decided=decided,
    )


def _with_names_told(table: Table) -> Table:
    """Names of several bodies, such as Dorset, a CCG and a board, as the one that is of a geography of all other codes."""
    home, column = lineage.default(), table.columns.code
    read = known_codes(table, True)
    unread = [c for c in table.frame[column].unique() if c and c not in read and c not in home.beside()]
    fits = home.which(set(read.values())) if unread else []
    vintages = [f.vintage for f in fits if not f.extra]
    told: dict[str, str] = {}
    for cell in unread:
        may = {code for one in vintages if (code := home.suggest(cell, home.codes_of(one, "ods")))}
        if len(may) == 1:
            told[cell] = may.pop()
    if not told:
        return table
    return table.but(
        frame=table.frame.assign(
            **{column: keeping.made(table.frame[column], lambda cell: told.get(cell, cell))}
        ),
        written={**table.written, **told},
    )


def known_codes(table: Table, repair: bool) -> dict[str, str]:
    """The cells that hold a code of a body, each with the code that is meant."""
    home = lineage.default()
    beside, out = set(home.beside()), dict[str, str]()
    for code in table.frame[table.columns.code].unique():
        meant = code if home.written(code) == code else home.suggest(code) if repair and code else None
        if meant and meant not in beside:
            out[code] = meant
    return out


def _with_dates(table: Table) -> Table:
    """Dates and periods, in any form that means one thing, as dates like 2018-04-01."""
    at = table.columns.at
    cells = table.frame[at]
    found = periods.days(list(cells.unique()), _same_bodies) if len(cells) else {}
    labels = defaultdict(set)
    for cell, day in found.items():
        labels[str(day.date())].add(str(cell))
    once = at in table.columns.by and all(len(some) == 1 for some in labels.values())
    changed = [f"{next(iter(some))} as {day}" for day, some in labels.items() if some != {day}]
    notes = []
    if changed:
        more = f" and {len(changed) - 2} more" if len(changed) > 2 else ""
        notes.append(f"column {at!r}: {', '.join(changed[:2])}{more}")
    return table.but(
        *notes,
        frame=table.frame.assign(
            **{at: keeping.made(cells, lambda c: str(found[c].date()) if c in found else "")}
        ),
        labels={day: next(iter(some)) for day, some in labels.items()} if once else {},
    )


def _with_both_levels(table: Table, days: list[pd.Timestamp]) -> Table:
    """The geography of boards that stand beside their locations. Raises PublishedError where it may be one of several."""
    code = table.columns.code
    if len(days) > 1:
        some = " or ".join(str(day.date()) for day in days)
        raise PublishedError(
            f"column {code!r} holds codes of boards and of their locations, as of {some}; say which with at (--at), and "
            "keep the two levels apart with --by, or take one out"
        )
    note = f"column {code!r} holds codes of boards and of their locations, as of {days[0].date()}"
    return table.but(note, columns=replace(table.columns, at=days[0]))


def _with_hint(table: Table, fits: list[Fit], asked: Asked) -> Table:
    """Of several geographies that fit the one that a header or the name of the file tells."""
    exact, file = [f for f in fits if f.exact] or fits, asked.name
    said = [f for f in exact if f.vintage.level == "sub_icb" and f.vintage.start <= asked.to]
    if said and _LOCATION.search(table.columns.code):
        exact = said
        if len(exact) == 1:
            day, header = exact[0].vintage.start, table.columns.code
            note = f"read as {exact[0].vintage}: the header {header!r} says so (at={day.date()})"
            return table.but(note, columns=replace(table.columns, at=day))
    if len(exact) < 2:
        return table
    for what, text in (("header", table.columns.code), ("name of the file", Path(file).stem)):
        for year in _YEAR.findall(text):
            day = pd.Timestamp(2000 + int(year), 4, 1)
            near = [f for f in exact if f.vintage.start <= day <= f.vintage.end]
            if near:
                note = f"read as {near[0].vintage}: the {what} {text!r} says so (at={day.date()})"
                return table.but(note, columns=replace(table.columns, at=day))
    return table
