"""Numbers that stand as text, as publishers write them: what is one, and what means that none is given.

One list for every reader here: eager frames through ``parse``, lazy ones through ``lazily``, which asks the engine
the same patterns.
"""

import math
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from . import keeping

#: Cells of a column of numbers that mean: not given, in any case and with or without brackets. They are counted as
#: missing, never as zero. So do ``<5`` and its like, and ``[low]``: how much it is, is not said.
SUPPRESSED = (
    "", "*", "**", "***", "-", "--", "–", "—", ":", ".", "..", "...", "…", "/", "~", "^", "†", "‡", "#", "c", "low",
    "s", "u", "w", "x", "z", "n/a", "na", "n.a.", "#n/a", "n/k", "nk", "nan", "nd", "no data", "none", "not applicable",
    "not available", "not known", "null", "supp", "suppressed", "missing", "redacted", "unknown", "withheld",
)  # fmt: skip
_LESS = r"[<≤] ?£?[0-9][0-9,]*(?:\.[0-9]+)?%?"
_SOME = "|".join(
    re.sub(r"([.*^])", r"\\\1", mark) for mark in sorted(filter(None, SUPPRESSED), key=len, reverse=True)
)
#: The same as a pattern for any engine, spaces around it aside.
MARK = rf"(?i)^(?:[\[(]?(?:{_SOME}|{_LESS})[\])]?|)$"
#: Text that any engine reads as a number: plain digits (``\d`` has those of all alphabets too), no more than it keeps, no
#: nan, no infinity.
NUMBER = r"^[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?$"
#: What may stand between thousands beside commas: a space, plain, without a break, thin, and thin without a break, or an
#: apostrophe.
_SPACE = " \u00a0\u2009\u202f'’"
#: Thousands never begin with a nought: 0,123 has a decimal comma.
_DIGITS = rf"(?:[1-9][0-9]{{0,2}}(?:[,{_SPACE}][0-9]{{3}}){{1,4}}|[0-9]{{1,15}})(?:\.[0-9]{{0,30}})?|\.[0-9]{{1,30}}"
#: What may stand behind a number: r for revised, p for provisional, and the marks of footnotes.
_FOOTNOTE = r" ?[*†‡¹²³]{1,3}| ?\[(?:note )?[0-9]{1,2}\]"
_REVISED = rf"(?: ?[rR]| [pP]| ?[\[(][rpRP][\])]|{_FOOTNOTE})"
#: Nought with a footnote, which may be none at all, a small number that is hidden, or a nought: nobody can tell.
NOTED_NOUGHT = rf"^[-+−–]?£?0*(?:[0,.]*0|0\.)(?:{_FOOTNOTE})$"
#: A number as published: £1,234, −5, 1 234.5, 1'234, 1234 (r), revised or provisional, and 1234†, with a footnote.
PUBLISHED = rf"^(?:[-+−–]?(?:£ ?)?|£ ?[-−–])(?:{_DIGITS}){_REVISED}?$"
_NOTED = re.compile(rf"(?:{_FOOTNOTE})$")
#: What ``plain`` takes off, for readers that have no Python.
ANYWHERE = {
    "noted": _NOTED, "revised": re.compile(rf"{_REVISED}$"), "between": re.compile(f"[+,£{_SPACE}]")
}  # fmt: skip
#: What most cells are by far, and no mark: the digits of a number and a point. And whole numbers of any length.
_BARE = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{0,30})?")
_WHOLE = re.compile(r"[+-]?[0-9]+")
#: Of which one sign decides what they say: 12.3%, and in brackets (123), below zero.
_SHARE = re.compile(r"^(?P<number>.*[0-9]\.?[0-9]*) ?%$|^(?P<other>\.[0-9]+) ?%$")
_BRACKETS = re.compile(r"^[-−–]?£? ?\((?P<number>£? ?[0-9,. ]*[0-9] ?%?)\)$")


class NumberError(ValueError):
    """Cells are no numbers. The text names the column, the row, the cells and what to do."""


def is_given(text: str, missing: Iterable[str] = ()) -> bool:
    """Whether a cell of text, spaces around it aside, is more than a mark for: not given.

    Examples
    --------
    >>> [is_given(cell) for cell in ("12", "*", "[c]", "<5", "N/A", "nil")]
    [True, False, False, False, False, True]
    """
    plain = text.strip()
    return not re.search(MARK, plain) and plain.casefold() not in {m.strip().casefold() for m in missing}


def plain(text: str) -> str | None:
    """A number as published, written plainly; None where a cell is none. Percent stay percent: 12.3% is 12.3.

    Examples
    --------
    >>> [plain(cell) for cell in ("1,234", "£1 234.50", "12.3%", "(56)", "−7", "8 (r)", "9†", "1,5", "0,123", "0*")]
    ['1234', '1234.50', '12.3', '-56', '-7', '8', '9', None, None, None]
    """
    text = text.strip()
    if re.search(NUMBER, text):
        return text
    if brackets := _BRACKETS.match(text):
        number = plain(brackets["number"])
        return None if number is None else f"-{number}"
    if share := _SHARE.match(text):
        if "," in text:  # 10,125% is ten per cent where commas stand before decimals
            return None
        return plain(share["number"] or share["other"])
    # more digits than a float keeps are looked at by those who read whole numbers
    if re.fullmatch(r"[+-]?[0-9]{16,}(\.[0-9]*)?", text):
        return text
    if not re.search(PUBLISHED, text) or re.search(NOTED_NOUGHT, text):
        return None
    text = re.sub(f"[+,£{_SPACE}]", "", re.sub(rf"{_REVISED}$", "", text))
    digits = text.lstrip("-−–")
    signs = len(text) - len(digits)
    return None if signs > 1 else f"{'-' * signs}{digits}"


def parse(series: nw.Series[Any], missing: Sequence[str] = ()) -> nw.Series[Any]:
    """A text column as numbers, whole if all are.

    Parameters
    ----------
    series : narwhals Series
        Text, of any eager frame.
    missing : sequence of str
        More marks that mean not given, beside ``SUPPRESSED``.

    Raises
    ------
    NumberError
        A cell is no number and no mark, or percent and other numbers are mixed. All such cells are named.
    """
    return gone_through([series], missing)[0].numbers()


def gone_through(columns: Iterable[nw.Series[Any]], missing: Sequence[str] = ()) -> list["Column"]:
    """Several text columns with what their cells say. Raises NumberError that names every mark of all of them."""
    some = [Column(series, missing) for series in columns]
    if strange := {one.series.name: one.strange for one in some if one.strange}:
        raise NumberError(_strange(strange))
    return some


def lazily(column: nw.Expr, missing: Sequence[str] = ()) -> tuple[nw.Expr, nw.Expr]:
    """A text column of a lazy frame as numbers, and whether a cell was given and could not be read.

    Percent, brackets and more than fifteen digits are not read: no engine can be asked here whether the rest of
    the column is alike. Give text without the signs, or an eager frame.
    """
    text = column.cast(nw.String).str.strip_chars()
    mark = text.str.contains(MARK)
    more = [m.strip().casefold() for m in missing]
    if more:
        mark = mark | text.str.to_lowercase().is_in(more)
    published = text.str.contains(PUBLISHED) & ~text.str.contains(NOTED_NOUGHT)
    good = ~mark & (text.str.contains(NUMBER) | published)
    bare = text.str.replace_all(r"[−–]", "-").str.replace_all(rf"{_REVISED}$", "")
    bare = bare.str.replace_all(f"[+,£{_SPACE}]", "")
    # "0" for text that is cast to no effect: an engine may cast before it looks at the condition
    number = nw.when(good).then(bare).otherwise(nw.lit("0")).cast(nw.Float64)
    return nw.when(good).then(number), ~mark & ~good


class Column:
    """A text column gone through once, part by part: of most cells only the number is kept.

    Attributes
    ----------
    series : narwhals Series
        The column.
    strange : list of tuple
        Each cell that is no number and no mark: the cell, in how many rows it is, and where first, in words.
    percent : str
        The first of its percentages in the order of the alphabet, or ``""``.
    noted, below : int
        How many cells have the mark of a footnote, and how many are in brackets, below zero.
    powers : bool
        Whether a cell is like 1.2E3.
    """

    def __init__(self, series: nw.Series[Any], missing: Iterable[str] = ()) -> None:
        self.series = series
        self.percent, self.noted, self.below, self.powers = "", 0, 0, False
        self._missing = frozenset(mark.strip().casefold() for mark in missing)
        self._others, self._long = False, False
        found: dict[str, tuple[int, int]] = {}
        self._numbers: list[pd.Series] = []
        for codes, texts in _parts(series):
            start = sum(map(len, self._numbers))
            self._numbers.append(self._read(codes, texts, found, start))
        self.strange = [(cell, n, self._where(row)) for cell, (n, row) in found.items()]

    def numbers(self) -> nw.Series[Any]:
        """The column as numbers, whole if all are. Raises NumberError for percentages beside other numbers."""
        if self.percent and self._others:
            self._refuse_fractions()
        numbers = pd.concat(self._numbers, ignore_index=True)
        size = numbers.abs()
        whole = bool((numbers.isna() | ((numbers % 1 == 0) & (size < 2**53))).all())
        if self._long and (long := self._first(lambda _, number: _is_long(number))):
            if size.max() >= 2**63 or self._first(lambda _, number: not _WHOLE.fullmatch(number)):
                raise NumberError(
                    f"column {self.series.name!r}, {long[1]}: {long[0]!r} has more digits than can be kept"
                )
            whole, numbers = True, self._to_the_last_digit()
        if whole and size.sum() >= 2**63:
            raise NumberError(f"column {self.series.name!r}: its numbers add up to more than can be kept")
        return self._as_series(numbers.astype("Int64") if whole else numbers)

    def _read(self, codes: Any, texts: list[str], found: dict[str, tuple[int, int]], start: int) -> pd.Series:
        """The numbers of a part, whose first row is ``start``; strange cells go to ``found``: how often, and where first."""
        bare, marks = _BARE.fullmatch, self._missing
        numbers = [float(t) if bare(t) and t not in marks else None for t in texts]
        self._others = self._others or any(numbers)
        odd = [i for i, number in enumerate(numbers) if number is None]
        times = pd.Series(codes).value_counts().to_dict() if odd else {}
        for i in (i for i in odd if i in times):
            numbers[i] = self._odd(texts[i], times[i])
        if strange := [i for i in odd if i in times and numbers[i] is None]:
            rows = pd.Series(codes)
            first_of_each = rows[rows.isin(strange)].drop_duplicates()
            for row, i in zip(first_of_each.index.to_list(), first_of_each.to_list(), strict=True):
                before, first = found.get(texts[i], (0, start + row))
                found[texts[i]] = (before + times[i], first)
        return pd.Series(pd.Series([*numbers, None], dtype=float).array[codes])

    def _odd(self, text: str, times: int) -> float | None:
        """The number of a cell that is not plainly one, nan for a mark and None for a strange one; what it is, is noted."""
        if not is_given(text, self._missing):
            return math.nan
        number = plain(text)
        if number is None:
            return None
        if "%" in text:
            self.percent = min(text, self.percent or text)
        elif float(number):
            self._others = True
        if _NOTED.search(text):
            self.noted += times
        if "(" in text and number.startswith("-"):
            self.below += times
        self.powers = self.powers or "e" in number.casefold()
        self._long = self._long or _is_long(number)
        return float(number)

    def _refuse_fractions(self) -> None:
        other = self._first(lambda text, number: "%" not in text and float(number) != 0)
        if other is not None:
            raise NumberError(
                f"column {self.series.name!r}, {other[1]}: {other[0]!r} is no percentage, and others are, "
                f"{self.percent!r} for one. A percentage and a fraction are never mixed; write all of them alike"
            )

    def _first(self, is_so: Callable[[str, str], object]) -> tuple[str, str] | None:
        """The first cell of which something is so, by its text and its plain number, and where it stands in words."""
        start = 0
        for codes, texts in _parts(self.series):
            written = self._written(texts)
            so = [
                number is not None and bool(is_so(text, number))
                for text, number in zip(texts, written, strict=True)
            ]
            rows = pd.Series([*so, False]).array[codes]
            if rows.any():
                row = int(rows.argmax())
                return texts[codes[row]], self._where(start + row)
            start += len(codes)
        return None

    def _written(self, texts: list[str]) -> list[str | None]:
        return [plain(text) if is_given(text, self._missing) else None for text in texts]

    def _to_the_last_digit(self) -> pd.Series:
        """Whole numbers, of which a float would not keep every digit."""
        some = []
        for codes, texts in _parts(self.series):
            whole = [None if number is None else int(number) for number in self._written(texts)]
            some.append(pd.Series(pd.Series([*whole, None], dtype="Int64").array[codes]))
        return pd.concat(some, ignore_index=True)

    def _where(self, row: int) -> str:
        """A row in words: its line of the file where ``reading.read`` has read it."""
        if self.series.implementation.is_pandas_like():
            lines = self.series.to_native().index
            if lines.name == "line":
                return f"line {lines[row]} of the file"
        return f"row {row + 1}"

    def _as_series(self, numbers: pd.Series) -> nw.Series[Any]:
        """Numbers as a column of the kind of frame that the text is of."""
        name = self.series.name
        if self.series.implementation.is_pandas_like():
            index = self.series.to_native().index
            return nw.from_native(pd.Series(numbers.array, index, name=name), series_only=True)
        kind = nw.Float64 if numbers.dtype == float else nw.Int64
        out = numbers.astype(object).where(numbers.notna(), None).to_list()
        return nw.new_series(name, out, kind, backend=self.series.implementation)


def _parts(series: nw.Series[Any]) -> Iterator[tuple[Any, list[str]]]:
    """A column part by part, as ``keeping.parts`` has it, with its cells as text, spaces around them aside."""
    if series.implementation.is_pandas():
        native: pd.Series = series.to_native()
        if keeping.is_kept(native) or isinstance(native.dtype, pd.StringDtype):
            for codes, distinct in keeping.parts(native):
                yield codes, [str(text).strip() for text in distinct]
            return
    for start in range(0, len(series) or 1, keeping.PART):
        text = series[start : start + keeping.PART].cast(nw.String).to_list()
        at, cells = pd.factorize(pd.Series(text, dtype=object))
        yield at, [str(cell).strip() for cell in cells]


def _is_long(number: str) -> bool:
    """Whether a plain number is a whole one of which a float does not keep every digit."""
    return bool(_WHOLE.fullmatch(number)) and abs(float(number)) >= 2**53


def _strange(found: dict[str, list[tuple[str, int, str]]]) -> str:
    """Words for every cell that is no number, by column, and the way on."""
    parts: list[str] = []
    marks: dict[str, None] = {}
    for name, cells in found.items():
        some = [f"{cell!r} ({where}{f'; {n:,} cells' if n > 1 else ''})" for cell, n, where in cells[:8]]
        more = f" and {len(cells) - 8:,} more" if len(cells) > 8 else ""
        parts.append(f"column {name!r}: {', '.join(some)}{more}")
        marks |= {cell: None for cell, _, _ in cells}
    one = sum(len(cells) for cells in found.values()) == 1
    short = [m for m in marks if len(m) <= 20][:8]
    way = f"missing={short!r} (--missing {shlex.join(short)})" if short else "missing (--missing)"
    nought = next((m for m in marks if re.search(NOTED_NOUGHT, m)), None)
    more = (
        f". If {nought} is nought with a footnote, write 0 (--zero {shlex.quote(nought)} reads it so)"
        if nought
        else ""
    )
    if any(re.search(r"\d,\d", m) for m in marks):
        way += (
            "; if the comma stands before decimals, write a point, or read the file with decimal=',' "
            "(--decimal comma)"
        )
    return (
        f"{'; '.join(parts)}: {'this is' if one else 'these are'} not a number. If {'it means' if one else 'they mean'} "
        f"not given, say so with {way}; *, -, .., c, <5, n/a and their like are known to{more}"
    ).replace("these are not a number", "these are no numbers")
