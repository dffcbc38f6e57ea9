"""Numbers that stand as text, as publishers write them: what is one, and what means that none is given.

One list for every reader here: eager frames through ``parse``, lazy ones through ``lazily``, which asks the engine
the same patterns.
"""

import re
from collections.abc import Iterable, Sequence
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


def is_noted(text: str, missing: Iterable[str] = ()) -> bool:
    """Whether a cell is a number with the mark of a footnote behind it.

    Examples
    --------
    >>> [is_noted(cell) for cell in ("12†", "12 [1]", "12", "*")]
    [True, True, False, False]
    """
    noted = re.search(rf"(?:{_FOOTNOTE})$", text.strip())
    return bool(noted) and is_given(text, missing) and plain(text) is not None


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
    cells = _Cells(series, missing)
    if cells.strange:
        raise NumberError(_strange({series.name: cells.counted()}))
    shares = [t for t in cells.plain if "%" in t]
    others = [t for t, n in cells.plain.items() if "%" not in t and float(n or 0)]
    if shares and others:
        raise NumberError(
            f"column {series.name!r}, {cells.where(others[0])}: {others[0]!r} is no percentage, and "
            f"others are, {min(shares)!r} for one. A percentage and a fraction are never mixed; write all of "
            "them alike"
        )
    return cells.numbers()


def check(data: nw.DataFrame[Any], names: Iterable[str], missing: Sequence[str] = ()) -> None:
    """Look at several text columns at once. Raises NumberError that names every mark of all of them."""
    found = {}
    for name in names:
        if data[name].dtype not in (nw.String, nw.Categorical, nw.Enum, nw.Object):
            continue
        cells = _Cells(data[name], missing)
        if cells.strange:
            found[name] = cells.counted()
    if found:
        raise NumberError(_strange(found))


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


def _distinct(series: nw.Series[Any]) -> tuple[Any, Sequence[str]]:
    """For each row which of the distinct cells it has, -1 for none; and these."""
    if series.implementation.is_pandas():
        native: pd.Series = series.to_native()
        if keeping.is_kept(native) or isinstance(native.dtype, pd.StringDtype):
            codes, texts = pd.factorize(native)
            return codes, list(map(str, texts))
    codes, texts = pd.factorize(pd.Series(series.cast(nw.String).to_list(), dtype=object))
    return codes, list(texts)


class _Cells:
    """The distinct cells of a text column and what each is; most columns have few of them."""

    def __init__(self, series: nw.Series[Any], missing: Sequence[str]) -> None:
        self.series = series
        self.at, distinct = _distinct(series)
        self.texts = [text.strip() for text in distinct]
        given = {text for text in set(self.texts) if is_given(text, missing)}
        #: Every cell that is given, as a plain number; None where it is none.
        self.plain = {text: plain(text) for text in dict.fromkeys(self.texts) if text in given}
        self.strange = [text for text, number in self.plain.items() if number is None]

    def where(self, cell: str) -> str:
        """The first row of a cell, on its line of the file where ``reading.read`` has read it."""
        of = {i for i, text in enumerate(self.texts) if text == cell}
        at = next(i for i, one in enumerate(self.at) if one in of)
        if self.series.implementation.is_pandas_like():
            lines = self.series.to_native().index
            if lines.name == "line":
                return f"line {lines[at]} of the file"
        return f"row {at + 1}"

    def counted(self) -> list[tuple[str, int, str]]:
        counts = self.times().groupby(self.texts).sum()
        return [(cell, int(counts[cell]), self.where(cell)) for cell in self.strange]

    def times(self) -> pd.Series:
        """How often each of the texts comes."""
        return pd.Series(self.at).value_counts().reindex(range(len(self.texts)), fill_value=0)

    def numbers(self) -> nw.Series[Any]:
        written = [self.plain.get(text) for text in self.texts]
        numbers = pd.Series([None if w is None else float(w) for w in written], dtype=float)
        whole = bool(((numbers.dropna() % 1 == 0) & (numbers.dropna().abs() < 2**53)).all())
        values: list[int | float | None] = [
            None if w is None else int(float(w)) if whole else float(w) for w in written
        ]
        digits = [w is not None and re.fullmatch(r"[+-]?[0-9]+", w) is not None for w in written]
        large = [i for i, w in enumerate(written) if w is not None and digits[i] and abs(float(w)) >= 2**53]
        if large:  # a float would not keep every digit
            if not all(digits[i] or w is None for i, w in enumerate(written)) or numbers.abs().max() >= 2**63:
                cell = self.texts[large[0]]
                raise NumberError(
                    f"column {self.series.name!r}, {self.where(cell)}: {cell!r} has more digits than can be kept"
                )
            whole, values = True, [None if w is None else int(w) for w in written]
        if whole and (numbers.abs() * self.times()).sum() >= 2**63:
            raise NumberError(f"column {self.series.name!r}: its numbers add up to more than can be kept")
        return self._as_series(values, whole)

    def _as_series(self, values: list[int | float | None], whole: bool) -> nw.Series[Any]:
        name, kind = self.series.name, "Int64" if whole else "float64"
        if self.series.implementation.is_pandas_like():
            some = pd.Series([*values, None], dtype=kind).array[self.at]  # a cell that is None is the last
            index = self.series.to_native().index
            return nw.from_native(pd.Series(some, index, name=name), series_only=True)
        out = [None if i < 0 else values[i] for i in self.at]
        return nw.new_series(name, out, nw.Int64 if whole else nw.Float64, backend=self.series.implementation)


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
    way = f"missing={short!r} (--missing {' '.join(short)})" if short else "missing (--missing)"
    nought = next((m for m in marks if re.search(NOTED_NOUGHT, m)), None)
    more = (
        f". If {nought} is nought with a footnote, write 0 (--zero {nought!r} reads it so)" if nought else ""
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
