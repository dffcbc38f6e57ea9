"""Read a table from elsewhere as it is: every cell as text, or refused in words that name the line of the file.

CSV with any separator and in any usual encoding, the sheets of xlsx, xls and ods workbooks, and Parquet. What
a publisher puts around a table (a title above it, two rows of names, notes below) is found and said.

pandas moves every column by one place where rows are longer than their header, fills up rows that are shorter,
takes a first row of data for names and renames a name that comes twice. None of this is seen in the sums that
follow, so here the rows are read by the standard library and counted cell by cell. The separator is the one
that cuts the first rows into the most cells, all to one length, with a code in a cell of its own: ``csv.Sniffer``
looks at signs alone and takes a letter for a separator where names are long, and the sniffers that do better are
heavier than all of this package.
"""

import csv
import io
import os
import re
import stat
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from . import keeping, lineage, numbers
from .words import few

#: Rows that are made into a frame at a time: text in a frame takes much less memory than lists of it.
_BLOCK = 10_000
#: The unit of a column of money, which is no nought.
_THOUSANDS = re.compile(r"\(?£?['’]?000s?\)?")
#: Lines below a table that may be notes.
_NOTES = 50
#: Rows looked at to tell the separator and the header.
_HEAD = 200
_NUMBER = re.compile(r"[-+−]?£?\d[\d,]*(\.\d*)?%?")
_CODE = re.compile(r"(?=.*\d)[0-9A-Z]{3}|[A-Z]\d[A-Z]\d[A-Z]|E\d{8}")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[/-]?\d\d)?")
_CALLED = re.compile(
    r"(?i)code|cd\b|cdh|\bid\b|identifier|ccg|pct|icb|name|nm\b|area|org|commissioner|geograph"
)
#: What may stand before and behind the digits of a number.
_BEFORE, _BEHIND = r"[-+−–]? ?[(£]? ?[-+−–]?£?", r" ?%?\)? ?(?:[rRpP]|[\[(][rpRP][\])])?"
_SPACES = " \u00a0\u2009\u202f'’"
#: Thousands by commas, or decimals: 1,234; and by points, or decimals: 1.234.
_GROUPED = re.compile(rf"{_BEFORE}[1-9]\d{{0,2}}(?:,\d{{3}})+{_BEHIND}")
_POINTED = re.compile(rf"{_BEFORE}[1-9]\d{{0,2}}\.\d{{3}}{_BEHIND}")
#: A point that can stand before decimals only.
_POINT = re.compile(
    rf"{_BEFORE}(?:0?\.\d+|\d+\.(?:\d\d?|\d{{4,}})|\d{{4,}}\.\d+|\d[\d,]*,\d{{3}}\.\d+){_BEHIND}"
)
#: A number where a comma stands before decimals, and points or spaces, if any, between thousands.
_WITH_COMMA = re.compile(
    rf"(?P<before>{_BEFORE})(?P<whole>[1-9]\d{{0,2}}(?:[.{_SPACES}]\d{{3}})+|\d+)(?:,(?P<part>\d+))?(?P<behind>{_BEHIND})"
)
#: What cells are asked for, for readers that have no Python, as the whole of them.
WHOLLY = {"grouped": _GROUPED, "pointed": _POINTED, "point": _POINT, "year": _YEAR, "thousands": _THOUSANDS}
_STARTS = {
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a file compressed by gzip; unpack it first",
    b"PK\x03\x04": "a zipped file; unpack it first",
    b"%PDF": "a PDF; look for the table as a workbook or CSV",
}
_WORKBOOKS = {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}
_SEPARATORS = {
    ",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright bars", "¬": "the sign ¬", "^": "the sign ^",
    "~": "the sign ~",
}  # fmt: skip


#: Signs that have no width: byte order marks within files that were put together, zero-width spaces and joiners.
_NO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


class _Record(NamedTuple):
    """Where a row begins in the file, and its cells."""

    line: int
    cells: list[str]


class _Sheet(NamedTuple):
    """The rows of a sheet, and for each line the last column of its merged cells by their first."""

    rows: list[_Record]
    merged: dict[int, dict[int, int]]


class ReadError(ValueError):
    """A file that cannot be read safely. The text names the file, the line and what to do."""


def read(
    path: str | Path,
    *,
    sheet: str | None = None,
    header: int | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    only: list[str] | None = None,
) -> pd.DataFrame:
    r"""A published table as a frame of text: CSV of any kind, a sheet of a workbook, Parquet.

    Parameters
    ----------
    path : str or Path
        The file. What it is, is told by what is in it, not by its ending.
    sheet : str, optional
        Name of a sheet of a workbook. By default the one that holds a table with codes of bodies.
    header : int, optional
        Line of the file on which the names of the columns stand. By default found: the first row as long as the
        table that reads as names. Two rows of names become one.
    separator : str, optional
        What sets the cells of a text file apart, like ``";"``. By default found.
    encoding : str, optional
        By default UTF-8, UTF-16 where the file begins like it, else Windows-1252.
    decimal : {".", ","}, optional
        The sign before decimals. By default a point; asked for where cells are set apart by semicolons and
        1,234 may mean either.
    only : list of str, optional
        The columns wanted, in any order; by default all.

    Returns
    -------
    DataFrame
        One row for each row that is not blank; the index, called ``line``, is the line of the file on which it
        begins. Every cell is text, a blank one ``""``; a Parquet file keeps its own types. What was
        guessed stands in words in ``frame.attrs["read"]``, a tuple, and can be set by the parameters; what stands
        above the table is ``frame.attrs["title"]``, and the lines on which the header stands again ``frame.attrs["again"]``. A column
        without a name is left out where it has no cell filled, or is the first and numbers the rows; notes below
        the table and a row of units under the header, which hold no figures, are left out.

    Raises
    ------
    ReadError
        The file is not there, is empty or of another kind, a row is not as long as the header, or the header is
        missing or has a name twice.
    OSError
        The file cannot be opened.

    Examples
    --------
    >>> from ccg import read
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "referrals.csv"
    >>> _ = path.write_text("Referrals by CCG\n\nCode;Referrals\n00C;1,234\n00D;*\nSource: NHS\n")
    >>> frame = read(path, decimal=".")
    >>> frame.loc[4].to_list()
    ['00C', '1,234']
    >>> print(*frame.attrs["read"], sep="; ")
    cells set apart by semicolons; header in line 3; 1 line below the table left out (line 6)
    """
    frame = compact(
        path, sheet=sheet, header=header, separator=separator, encoding=encoding, decimal=decimal, only=only
    )
    for at in range(frame.shape[1]):  # one by one, so that no column stands twice for long
        frame.isetitem(at, keeping.as_text(frame.iloc[:, at]).array)
    return frame


def compact(path: str | Path, *, only: list[str] | None = None, **how: Any) -> pd.DataFrame:
    """What ``read`` reads, its columns of text kept as ``keeping`` has it, which take a tenth of the memory.

    ``how`` are the other options of ``read``.
    """
    path = Path(path)
    if _start(path).startswith(b"PAR1"):
        return _parquet(path, only)
    asked, records, said = _open(path, **how)
    return _table(asked, records, said, only)


def columns(path: str | Path) -> list[str]:
    """The names of the columns of a file, without the spaces around them; what ``read`` finds without options."""
    if _start(Path(path)).startswith(b"PAR1"):
        return [str(name) for name in _parquet(Path(path), None).columns]
    asked, records, said = _open(Path(path))
    names, _ = _header(asked, _head(asked, iter(records)), said)
    return names


class _Asked(NamedTuple):
    """What to read and how; ``unclear`` where 1,234 may have a decimal comma.

    ``merged`` has the last column of each merged cell of a workbook by its line and first column.
    """

    path: Path
    header: int | None
    decimal: str | None
    unclear: bool
    book: bool
    merged: Mapping[int, Mapping[int, int]] = {}


def _open(
    path: Path,
    sheet: str | None = None,
    header: int | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> tuple[_Asked, Iterator[_Record] | list[_Record], list[str]]:
    """The rows of a workbook or a text file, and what was guessed of it in words."""
    if decimal not in (None, ".", ","):
        raise ReadError(f"decimal is {decimal!r}; give a point or a comma")
    start = _start(path)
    if any(start.startswith(mark) for mark in _WORKBOOKS):
        (records, merged), said = _sheet(path, sheet, decimal == ",")
        return _Asked(path, header, None, False, book=True, merged=merged), records, said
    lines, said, separator = _text(path, separator, encoding)
    if sheet is not None:
        said.append(f"{path.name} is text and has no sheets, so {sheet!r} was not looked for")
    return _Asked(path, header, decimal, separator == ";" and decimal is None, book=False), lines, said


def _start(path: Path) -> bytes:
    if path.is_dir():
        raise ReadError(f"{path} is a folder, not a CSV file")
    if not path.exists():
        raise ReadError(f"{path}: there is no such file")
    if _is_device(path):
        raise ReadError(f"{path} is a device, not a file")
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(8)


def _is_device(path: Path) -> bool:
    """Whether a path is a device other than standard input: some, like /dev/zero, never end."""
    of = path.stat()
    if not (stat.S_ISCHR(of.st_mode) or stat.S_ISBLK(of.st_mode)):
        return False
    try:
        return not os.path.samestat(of, os.fstat(0))
    except OSError:
        return True


# --- kinds of files -------------------------------------------------------------------------------


def _parquet(path: Path, only: list[str] | None) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(path, columns=only)
    except ImportError:
        raise ReadError(
            f"{path} is a Parquet file, which pyarrow reads: python -m pip install pyarrow"
        ) from None
    except Exception as error:  # pyarrow's own, of many kinds
        raise ReadError(f"{path} is no whole Parquet file: {str(error).splitlines()[0]}") from None
    frame = frame.reset_index() if any(frame.index.names) else frame.reset_index(drop=True)
    frame.columns = [str(name).strip() for name in frame.columns]
    _check_names(path, list(frame.columns), list(range(frame.shape[1])))
    for name in frame:
        if isinstance(frame[name].dtype, pd.CategoricalDtype) or frame[name].dtype == object:
            frame[name] = frame[name].map(cell, na_action="ignore").astype("str")
        if isinstance(frame[name].dtype, pd.StringDtype):
            frame[name] = frame[name].fillna("")
    frame.attrs["read"] = ()
    frame.attrs["title"] = ""
    return frame


def _sheet(path: Path, wanted: str | None, commas: bool) -> tuple[_Sheet, list[str]]:
    """The one sheet that is asked for or holds codes, and what was chosen in words.

    With ``commas`` its text has decimal commas; its numbers have none.
    """
    try:
        import python_calamine as calamine
    except ModuleNotFoundError:
        raise ReadError(
            f"{path} is a workbook, which python-calamine reads: python -m pip install python-calamine; or save "
            "the table as CSV UTF-8"
        ) from None
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        if wanted is not None and wanted not in names:
            near = [n for n in names if n.strip().casefold() == wanted.strip().casefold()]
            if len(near) != 1:
                raise ReadError(f"{path}: there is no sheet {wanted!r}; there are {few(map(repr, names))}")
            wanted = near[0]
        sheets = {n: _cells(book.get_sheet_by_name(n), commas) for n in ([wanted] if wanted else names)}
    except calamine.CalamineError as error:
        other = next((w for mark, w in _STARTS.items() if _start(path).startswith(mark)), None)
        if path.suffix.lower() in (".xlsx", ".xlsm", ".ods") and not zipfile.is_zipfile(path):
            other = "no whole workbook: it may have been cut short"
        what = other or "no whole workbook"
        raise ReadError(f"{path} is {what} ({error})") from None
    filled = {n: one.rows for n, one in sheets.items() if one.rows}
    if wanted or len(filled) < 2:
        chosen = wanted or next(iter(filled), names[0] if names else "")
        return sheets.get(chosen, _Sheet([], {})), []
    coded = [n for n, rows in filled.items() if len(_coded(rows)) >= max(1, min(3, len(rows) - 1))]
    if len(coded) > 1:  # a sheet of regions beside that of their bodies
        known = _known()
        bodies = [n for n in coded if any(_plain(c) in known for r in filled[n] for c in r.cells)]
        coded = bodies or coded
    if len(coded) != 1:
        which = coded or list(filled)
        raise ReadError(
            f"{path} has {len(filled)} sheets with tables; name one with sheet (--sheet): {few(map(repr, which))}"
        )
    return sheets[coded[0]], [f"sheet {coded[0]!r}", *_passed_over(filled, coded[0])]


def _passed_over(sheets: Mapping[str, list[_Record]], chosen: str) -> list[str]:
    """Words for the other sheets that hold codes of bodies: those that read like more of the table, and the rest."""
    known, out = _known(), list[str]()

    def codes(rows: list[_Record]) -> dict[str, None]:
        return {code: None for r in rows for c in r.cells if (code := _plain(c)) in known}

    def above(rows: list[_Record]) -> list[str]:
        """The filled cells of the row above the first code."""
        first = next((i for i, r in enumerate(rows) if codes([r])), 0)
        return [" ".join(c.split()) for c in rows[first - 1].cells if c.strip()] if first else []

    ours, header = codes(sheets[chosen]), above(sheets[chosen])
    others = {n: found for n, rows in sheets.items() if n != chosen and (found := codes(rows))}
    alike = {
        n: more
        for n, found in others.items()
        if (more := [c for c in found if c not in ours]) and header and above(sheets[n]) == header
    }
    for name, more in alike.items():
        out.append(
            f"sheet {name!r} has the same header, and {len(more):,} code{'s' if len(more) > 1 else ''} that {chosen!r} has "
            f"not ({few(more, 3)}), and is not read: if it is more of the table, name it with sheet (--sheet) and put the "
            "two together"
        )
    if rest := [n for n in others if n not in alike]:
        out.append(f"passed over {few(map(repr, rest))} with codes too; sheet (--sheet) names another")
    return out


def _cells(sheet: Any, commas: bool) -> _Sheet:
    rows = sheet.to_python(skip_empty_area=False)

    def text(value: Any) -> str:
        if isinstance(value, str) and not value.isascii():
            value = re.sub(f"[{_NO_WIDTH}]", "", value)
        return _with_point(value) if commas and isinstance(value, str) else cell(value)

    records = [_Record(i, [text(v) for v in row]) for i, row in enumerate(rows, 1)]
    filled = [r for r in records if any(c.strip() for c in r.cells)]
    width = max((i + 1 for r in filled for i, c in enumerate(r.cells) if c.strip()), default=0)
    merged: dict[int, dict[int, int]] = {}
    for (row, first), (_, last) in sheet.merged_cell_ranges or ():  # None for ods
        merged.setdefault(row + 1, {})[first] = last
    return _Sheet([_Record(line, cells[:width]) for line, cells in filled], merged)


def cell(value: Any) -> str:
    """A cell of a workbook, or of a frame of several kinds, as text: whole numbers without .0, dates like 2018-04-01."""
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, float):
        return (
            ""
            if value != value
            else f"{value:.0f}"
            if value.is_integer() and abs(value) < 1e17
            else repr(float(value))  # one of NumPy is written with its kind
        )
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and abs(value) > 10**4000:
        value = Decimal(value)  # Python writes no whole number of more than 4,300 digits
    return str(value)


def _text(
    path: Path, separator: str | None, encoding: str | None
) -> tuple[Iterator[_Record], list[str], str]:
    content = path.read_bytes()
    for start, what in _STARTS.items():
        if content.startswith(start):
            raise ReadError(f"{path} is {what}, not a CSV file")
    if re.match(
        rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|table|\?xml|meta)\b", content[:200], re.IGNORECASE
    ):
        raise ReadError(
            f"{path} is a web page or XML, whatever its ending, as some sites give for Excel; open it in Excel or "
            "LibreOffice and save it as xlsx or CSV"
        )
    if re.match(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*\"|\[\s*[\[{])", content[:200]):
        raise ReadError(f"{path} is JSON, not a CSV file; save its table as CSV")
    encoding, said = _encoding(path, content, encoding)
    notes = [said] if said else []
    content, taken = _without_signs_of_no_width(content, encoding)
    notes += [f"{taken:,} sign{'s' if taken > 1 else ''} of no width taken out"] if taken else []
    if separator is None:
        separator = _separator(content, encoding)
        if separator != ",":
            notes.append(f"cells set apart by {_SEPARATORS[separator]}")
    elif len(separator) != 1 or separator in '"\r\n':
        raise ReadError(f"separator {separator!r}: give one sign, like ; or a tab")
    return _records(path, content, encoding, separator), notes, separator


def _without_signs_of_no_width(content: bytes, encoding: str) -> tuple[bytes, int]:
    """UTF-8 without signs that nobody sees, and how many there were but for the one at the start of a file."""
    if not encoding.lower().replace("_", "-").startswith("utf-8"):
        return content, 0
    content, taken = content.removeprefix(b"\xef\xbb\xbf"), 0
    for sign in _NO_WIDTH:
        if found := content.count(sign.encode()):
            content, taken = content.replace(sign.encode(), b""), taken + found
    return content, taken


def _encoding(path: Path, content: bytes, wanted: str | None) -> tuple[str, str]:
    """The encoding and, where it was guessed and is not UTF-8, words for it."""
    guess, said = "utf-8-sig", ""
    if wanted:
        guess = wanted
    elif wide := _wide(content):
        guess, said = wide, f"read as {wide[:6].upper()}"
    try:
        if "\0" not in content.decode(guess):
            return guess, said
    except LookupError:
        raise ReadError(f"encoding {guess!r} is not known; give one like utf-8 or cp1252") from None
    except UnicodeDecodeError as error:
        if guess != "utf-8-sig":
            line = content.count(b"\n", 0, error.start) + 1
            raise ReadError(
                f"{path} line {line} is not {guess}; name the encoding (--encoding), like cp1252"
            ) from None
        try:
            content.decode("cp1252")
            guess = "cp1252"
        except UnicodeDecodeError:
            guess = "latin-1"
        if b"\0" not in content:
            return guess, f"read as {'Windows-1252' if guess == 'cp1252' else 'Latin-1'}, as it is not UTF-8"
    raise ReadError(f"{path} {_zero_bytes(content)}")


def _wide(content: bytes) -> str:
    """The encoding of text with two or four bytes to a sign, by its mark or the zero bytes beside each line end; or none."""
    for mark, name in (
        (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    ):  # fmt: skip
        if content.startswith(mark):
            return name
    head = content[:65_536]
    ends = [found.start() for found in islice(re.finditer(b"\n", head), 5)]
    for name, width, place in (
        ("utf-32-le", 4, 0), ("utf-32-be", 4, 3), ("utf-16-le", 2, 0), ("utf-16-be", 2, 1),
    ):  # fmt: skip
        starts = [at - place for at in ends]
        whole = all(s % width == 0 and head[s : s + width] == "\n".encode(name) for s in starts)
        comma = any(sign.encode(name) in head for sign in _SEPARATORS)
        if ends and whole and (comma or 4 * head.count(b"\0") > len(head)):
            return name
    return ""


def _zero_bytes(content: bytes) -> str:
    """Words for zero bytes in a file that is no text of two bytes to a sign."""
    many, first = content.count(b"\0"), content.index(b"\0")
    line = content.count(b"\n", 0, first) + 1
    end = len(content) - len(content.rstrip(b"\0"))
    what = f"holds {many:,} zero byte{'s' if many > 1 else ''}, which {'are' if many > 1 else 'is'} no text, "
    if end == many:
        return (
            f"{what}all at its end (line {line}), as where a copy broke off: it may lack rows, so get it again, or take "
            "them off if the table is whole"
        )
    return (
        f"{what}first in line {line}: it may be damaged, or of another kind than its name says. Get it again, or open it "
        "in a spreadsheet and save it as CSV UTF-8"
    )


def _separator(content: bytes, encoding: str) -> str:
    """The separator that cuts the first rows best: see the module."""
    text = content[: 4 * 65_536].decode(encoding, "ignore")
    best, score = ",", (0.0, 0.0, 0)
    for sign in _SEPARATORS:
        if sign not in text:
            continue
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
        rows: list[_Record] = []
        try:
            rows += (_Record(0, r) for r in islice((r for r in reader if "".join(r).strip()), _HEAD))
        except csv.Error:
            continue
        width = _width(rows)
        if width < 2:
            continue
        often = sum(len(r.cells) == width for r in rows)
        found = (round(len(_coded(rows)) / len(rows), 1), round(often / len(rows), 2), width)
        if found > score:
            best, score = sign, found
    return best


def _records(path: Path, content: bytes, encoding: str, separator: str) -> Iterator[_Record]:
    """Line and cells of each row that is not blank. A cell may hold line ends, so a row may take many lines."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    reader = csv.reader(text, strict=True, delimiter=separator)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                raise ReadError(
                    f"{path} line {line}: a cell of the row that begins here is longer than "
                    f"{csv.field_size_limit():,} characters. Shorten it; or a quotation mark opens there that is "
                    "never closed"
                ) from None
            raise ReadError(
                f"{path} line {line}: a quotation mark is out of place in the row that begins here ({error}); a "
                'cell that holds one is written "like ""this"""'
            ) from None
        if "".join(row).strip():
            yield _Record._make((line, row))


# --- the table in it ------------------------------------------------------------------------------


def _known() -> frozenset[str]:
    return _codes_of(lineage.default())


@lru_cache(maxsize=2)
def _codes_of(one: lineage.Lineage) -> frozenset[str]:
    return frozenset(c for v in one.vintages() for s in ("ods", "ons") for c in one.codes_of(v, s))


def _plain(cell: str) -> str:
    """A code without spaces and case, the n of Fingertips in front and the zeros of prescribing data behind."""
    text = cell.strip().upper()
    return (
        text[1:]
        if len(text) == 10 and text[0] == "N"
        else text[:3]
        if len(text) == 5 and text[3:] == "00"
        else text
    )


def _coded(rows: list[_Record]) -> list[_Record]:
    """The rows that have a cell that is a code of a body, or stands beside them."""
    known, beside = _known(), lineage.beside()
    return [r for r in rows if any(_plain(c) in known or c.strip() in beside for c in r.cells)]


def _head(asked: _Asked, records: Iterator[_Record]) -> list[_Record]:
    head = list(islice(records, _HEAD))
    if not head:
        raise ReadError(f"{asked.path}: the file is empty")
    return head


def _table(
    asked: _Asked,
    records: Iterator[_Record] | list[_Record],
    said: list[str],
    only: list[str] | None,
) -> pd.DataFrame:
    """The frame of some rows: header found, notes below left out, every row counted."""
    rest = iter(records)
    head = _head(asked, rest)
    names, body = _header(asked, head, said)
    keep = [i for i, name in enumerate(names) if only is None or name in only]
    _check_names(asked.path, names, keep)
    again: list[int] = []
    rows = _once(head[:body], chain(head[body:], rest), said, again)
    frame = _frame(asked, rows, len(names), keep, said)
    frame.columns = [names[i] for i in keep]
    frame.index.name = "line"
    if only is None:
        frame = _named(asked, frame, said)
    frame.attrs["read"] = tuple(said)
    frame.attrs["again"] = tuple(again)
    frame.attrs["title"] = " ".join(c.strip() for r in head[: body - 1] for c in r.cells if c.strip())
    return frame


def _header(asked: _Asked, head: list[_Record], said: list[str]) -> tuple[list[str], int]:
    """The names of the columns, and which row of the head is the first below them."""
    path = asked.path
    if asked.header is not None:
        at = next((i for i, r in enumerate(head) if r.line == asked.header), None)
        if at is None:
            raise ReadError(f"{path}: line {asked.header}, which is to be the header, is blank or not there")
        names = [c.strip() for c in head[at].cells]
    elif _is_header(head, width := _width(head)):
        return [c.strip() for c in head[0].cells], 1
    else:
        at = _find_header(head, width)
        names = [" ".join(c.split()) for c in head[at].cells]
        if at and len(names) < width:
            names += [""] * (width - len(names))
        known = _known()
        first = [c.strip() for c in head[0].cells]
        codes = [c for c in first if c.upper() in known]
        if at == 0 and (codes or all(_NUMBER.fullmatch(c) or _CODE.fullmatch(c) for c in first if c)):
            reads = f"{codes[0]} is a code" if codes else f"it holds {', '.join(first[:3])}"
            raise ReadError(
                f"{path}: the first line should name the columns and reads as data ({reads}). Put a line with names "
                "above it; if codes do head your columns, turn the table so that they stand in one column"
            )
        if at:
            said.append(f"header in line {head[at].line}")
    if not any(names):
        raise ReadError(f"{path}: the first row names no column")
    for lower in (at + 1, at):  # the row found may be an upper or the lowest one of several
        if not 0 < lower < len(head) - 1 or (lower > at and _is_one_of(head, lower)):
            continue
        found = _stacked_names(head, lower, len(names), asked.merged)
        if found:
            names, upper, carried = found
            said[:] = [one for one in said if not one.startswith("header in line")]
            joined = "and" if lower == upper + 1 else "to"
            said.append(f"names of columns from lines {head[upper].line} {joined} {head[lower].line}")
            said += carried
            return names, lower + 1
    return names, at + 1


def _width(rows: list[_Record]) -> int:
    """How many cells most rows with a code have, or most rows if none has; of two as frequent numbers the larger."""
    counts = Counter(len(r.cells) for r in _coded(rows) or rows)
    return max(counts, key=lambda n: (counts[n], n), default=1)


def _is_header(head: list[_Record], width: int) -> bool:
    """Whether a first row is a header beyond doubt: as long as the table, each cell filled, no code, no name twice."""
    cells = [c.strip() for c in head[0].cells]
    last = max((i for i, c in enumerate(cells) if c), default=-1)
    if any(c.strip() for r in head[1:] for c in r.cells[last + 1 :]) and last + 1 < width:
        return False  # a title of some cells, or a name that is missing
    named = cells if cells[0] else cells[1:]
    while named and not named[-1]:
        named = named[:-1]
    known = _known()
    return (
        len(cells) == width
        and bool(named)
        and all(named)
        and len(set(named)) == len(named)
        and (width == 1 or len(named) > 1)
        and not any(c.upper() in known for c in named)
        and not all(_NUMBER.fullmatch(c) or _CODE.fullmatch(c) for c in named)
    )


def _find_header(head: list[_Record], width: int) -> int:
    """Which row of a head names the columns: the nearest above the first code that reads as names, else the first."""
    # a column may be called Total, none E92000001
    codes = _known() | {c for c in lineage.beside() if any(map(str.isdigit, c))}
    for at, row in enumerate(head):
        cells = [c.strip() for c in row.cells]
        filled = [c for c in cells if c]
        where = next((i for i, c in enumerate(cells) if _plain(c) in codes), None)
        if where is not None and (len(filled) > 1 or width == 1):
            above = [i for i in range(at) if _names_columns(head[i], where, width)]
            # a row of data without figures may read as names too
            return max(above, key=lambda i: (_fit(head[i], where), -i), default=0)
    long = [
        i
        for i, r in enumerate(head)
        if len(r.cells) == width and sum(map(bool, map(str.strip, r.cells))) * 2 > width
    ]
    return long[0] if long else 0


def _fit(row: _Record, where: int) -> tuple[bool, int]:
    """How well a row names columns: whether it calls the codes what they are called, and how many it names."""
    cells = [c.strip() for c in row.cells]
    return bool(_CALLED.search(cells[where])), sum(map(bool, cells))


def _names_columns(row: _Record, where: int, width: int) -> bool:
    """Whether a row above the first code is the header: it names the column of codes, and does not read as data."""
    cells = [c.strip() for c in row.cells]
    filled = [c for c in cells if c]
    if where >= len(cells) or not cells[where] or (len(filled) < 2 and width > 1):
        return False
    if _NUMBER.fullmatch(cells[where]) or cells[where] in lineage.beside() or lineage.written(cells[where]):
        return False
    return not any(map(_is_number, filled)) or bool(_CALLED.search(cells[where]))


def _code_cells(rows: list[_Record], width: int) -> set[int]:
    """Where codes, or words that stand beside them, are in some rows."""
    known, beside = _known(), lineage.beside()
    return {
        i for r in rows for i, c in enumerate(r.cells[:width]) if _plain(c) in known or c.strip() in beside
    }


def _is_year(cell: str) -> bool:
    """Whether a cell is a year, with or without a mark behind it: 2018, 2018/19, 2018 (r), 2018*."""
    return bool(_YEAR.fullmatch(re.split(r"[ *†‡¹²³(\[]", cell, maxsplit=1)[0]))


def _is_number(cell: str) -> bool:
    """Whether a cell is a number as published, such as 1,234, 12 345 or 5 (r), and neither a year nor the unit £000."""
    number = _NUMBER.fullmatch(cell) or numbers.plain(cell) is not None
    return bool(number) and not _is_year(cell) and not _THOUSANDS.fullmatch(cell)


def _holds_figures(cells: list[str], below: list[_Record]) -> bool:
    """Whether a row has figures, or marks for none, wherever the rows below have them: so it is one of them."""
    given = []
    for i, cell in enumerate(cells):
        others = [c for r in below if i < len(r.cells) and (c := r.cells[i].strip())]
        if cell and 2 * sum(numbers.plain(c) is not None for c in others) > len(others):
            given.append(cell)
    figures = sum(_is_number(c) or not numbers.is_given(c) for c in given)
    years = sum(map(_is_year, given))  # which are names of columns, unless they are among others
    return figures >= max(1, years) and figures + years == len(given)


def _is_data(cell: str, beside: Mapping[str, str]) -> bool:
    """Whether a cell is a code, stands beside codes, or is a number and no year: so no name of a column."""
    # a column may be called Total
    return _is_number(cell) or lineage.written(cell) is not None or beside.get(cell) not in (None, "national")


def _is_one_of(head: list[_Record], row: int) -> bool:
    """Whether a row is one of the rows below it: it begins with the name of a body, or has figures where these have."""
    cells = [c.strip() for c in head[row].cells]
    first = next(filter(None, cells), "")
    return lineage.suggest(first) is not None or _holds_figures(cells, head[row + 1 :][:_NOTES])


#: So many rows may name the columns together: Prevalence over 2017-18 over Register.
_STACKED = 4


def _stacked_names(
    head: list[_Record], lower: int, width: int, merged: Mapping[int, Mapping[int, int]]
) -> tuple[list[str], int, list[str]] | None:
    """Names made of a row and those above it where it alone does not tell every column, and the first of these rows.

    And words for what may stand over less than it was taken to. None where the row tells every column, or the rows are no names.
    """

    def padded(at: int) -> list[str]:
        cells = ["" if c.strip() == "_" else " ".join(c.split()) for c in head[at].cells[:width]]
        return cells + [""] * (width - len(cells))

    below, beside = head[lower + 1 :], lineage.beside()
    used = {i for r in below for i, c in enumerate(r.cells[:width]) if c.strip()}
    names = padded(lower)
    if any(_is_data(c, beside) for c in names) or any(names[i] in beside for i in _code_cells(below, width)):
        return None

    def poor(names: list[str]) -> list[int]:
        twice = {n for n, k in Counter(n for n in names if n).items() if k > 1}
        return [i for i in used if not names[i] or names[i] in twice]

    first, rows, said = lower, 1, list[str]()
    while poor(names):
        first -= 1
        if first < 0 or rows == _STACKED:
            return None
        above = padded(first)
        if any(_is_data(c, beside) for c in above):
            return None
        rows += any(above)
        some = set(range(width)) if rows == 2 else set(poor(names))
        # what stands above the first column is rather a title than a group
        below_title = [""] * bool(names[0]) + above[bool(names[0]) :]
        ends = merged.get(head[first].line, {})
        ways = [(row, until) for until in (ends, {}) for row in (below_title, above)]
        row, until = min(ways, key=lambda way: len(poor(_under(way[0], way[1], names, some))))
        said += _carried_on(head[first].line, row, until, names, some & used, ends)
        names = _under(row, until, names, some)
    return None if first == lower else (names, first, said)


def _groups(above: list[str], ends: Mapping[int, int]) -> list[int]:
    """For each column where the group over it begins, -1 for none: it goes on to the next, or where a merged cell ends."""
    out, start = [], -1
    for i, over in enumerate(above):
        if over:
            start = i
        elif i > ends.get(start, i):
            start = -1
        out.append(start)
    return out


def _under(above: list[str], ends: Mapping[int, int], names: list[str], some: set[int]) -> list[str]:
    """Some names with the group above each in front."""
    groups = [above[at] if at >= 0 else "" for at in _groups(above, ends)]
    return [
        f"{over} {name}".strip() if over != name and i in some else name
        for i, (over, name) in enumerate(zip(groups, names, strict=True))
    ]


def _carried_on(
    line: int,
    above: list[str],
    until: Mapping[int, int],
    names: list[str],
    some: set[int],
    ends: Mapping[int, int],
) -> list[str]:
    """Words for groups that may end before some of their columns: no cell is merged over these, nor has another group such."""
    groups, doubtful = _groups(above, until), dict[int, list[str]]()
    for i, (at, name) in enumerate(zip(groups, names, strict=True)):
        if at in (-1, i) or i not in some or i <= ends.get(at, -1) or name in ("", above[at]):
            continue
        if not any(n == name and g not in (-1, at) for n, g in zip(names, groups, strict=True)):
            doubtful.setdefault(at, []).append(name)
    return [
        f"{above[at]!r} (line {line}) is taken to stand over {few(map(repr, dict.fromkeys(over)))} too"
        for at, over in doubtful.items()
    ]


def _check_names(path: Path, names: list[str], keep: list[int]) -> None:
    seen: dict[str, int] = {}
    for i in keep:
        if names[i] and names[i] in seen:
            raise ReadError(
                f"{path}: columns {seen[names[i]] + 1} and {i + 1} are both called {names[i]!r}; rename one"
            )
        seen[names[i]] = i


class _Rows:
    """Rows of one length as blocks of a frame, and what is wrong with the others: gathered as a file goes by once."""

    def __init__(self, width: int, keep: list[int]) -> None:
        self.width, self.keep = width, keep
        self.columns = [_Column() for _ in keep]
        self.blocks: list[pd.Index] = []
        self.lines: list[int] = []
        self.cells: list[list[str]] = []
        self.odd: _Record | None = None
        self.others = 0

    def add(self, record: _Record) -> None:
        line, row = record
        if len(row) != self.width:
            self.odd, self.others = self.odd or record, self.others + 1
        elif not self.odd:
            self.lines.append(line)
            self.cells.append(row)
            if len(self.lines) == _BLOCK:
                self.close()

    def close(self) -> None:
        if self.lines:
            first, last = self.lines[0], self.lines[-1]
            whole = last - first + 1 == len(self.lines)
            self.blocks.append(pd.RangeIndex(first, last + 1) if whole else pd.Index(self.lines))
            columns = list(zip(*self.cells, strict=True))
            for i, column in zip(self.keep, self.columns, strict=True):
                column.add(columns[i])
            self.lines, self.cells = [], []

    def frame(self) -> pd.DataFrame:
        """The rows as a frame, with no columns' names; these rows are then let go of."""
        index = self.blocks[0].append(self.blocks[1:])
        columns = {i: column.series(index) for i, column in enumerate(self.columns)}
        self.columns, self.blocks = [], []
        return pd.DataFrame(columns, index, copy=False)


class _Numbered(dict[str, int]):
    """Texts by the order in which they were first asked for."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


class _Column:
    """A column as it grows: its distinct cells, and which of them each row has. Once these are no longer few, its text."""

    def __init__(self) -> None:
        self.texts = _Numbered()
        self.codes: list[pd.Series] = []
        self.plain: list[pd.Series] = []
        self.rows = 0

    def add(self, cells: Sequence[str]) -> None:
        self.rows += len(cells)
        if self.plain:
            self.plain.append(pd.Series(cells, dtype="str"))
            return
        codes = list(map(self.texts.__getitem__, cells))
        few = len(self.texts)
        self.codes.append(
            pd.Series(codes, dtype="int8" if few < 2**7 else "int16" if few < 2**15 else "int32")
        )
        if len(self.texts) > keeping.FEW:
            self.plain = [keeping.as_text(self.series(pd.RangeIndex(self.rows)))]

    def series(self, index: pd.Index) -> pd.Series:
        """The column on the lines of the file; what it was made of is let go of."""
        if self.plain:
            out = pd.concat(self.plain, ignore_index=True)
            self.plain = []
        else:
            codes, texts = pd.concat(self.codes, ignore_index=True), list(self.texts)
            self.codes, self.texts = [], _Numbered()
            out = keeping.from_codes(codes, texts)
        return out.set_axis(index)


def _once(
    above: list[_Record], records: Iterator[_Record], said: list[str], again: list[int]
) -> Iterator[_Record]:
    """The rows below a header without those that stand above the table too, as where files were put together.

    The lines of these go to ``again``.
    """
    known = [r.cells for r in above]
    for record in records:
        if record[1] in known:
            again.append(record[0])
        else:
            yield record
    if again:
        where = (
            f"line {again[0]}"
            if len(again) == 1
            else f"lines {', '.join(map(str, again[:3]))}{' …' if len(again) > 3 else ''}"
        )
        said.append(f"the header stands again in {where}; left out")


def _frame(
    asked: _Asked, records: Iterator[_Record], width: int, keep: list[int], said: list[str]
) -> pd.DataFrame:
    """The wanted cells of all rows, on the lines of the file. Raises ReadError for rows of another width."""
    path, rows = asked.path, _Rows(width, keep)
    # rows of one cell or of another width: below the table they may be no part of it
    alone: list[_Record] = []
    plain, points = not (asked.unclear or asked.decimal == ","), _Points(asked)
    for record in records:
        row = record[1]
        # most rows are as long as the header and end on a cell that is filled
        if alone or len(row) != width or not row[-1]:
            odd = len(row) != width and len(alone) < _NOTES
            if odd or (width > 1 and not row[-1] and sum(map(bool, row)) == 1):
                alone.append(record)
                continue
            for one in alone:
                rows.add(one)
            alone.clear()
        if not points.sure:
            points.look(record)
        rows.add(record if plain else _decimals(asked, record))
    points.check()
    notes: list[_Record] = []
    while alone and _is_note(alone[-1].cells):
        notes.insert(0, alone.pop())
    for one in alone:
        rows.add(one)
    rows.close()
    if rows.odd:
        raise ReadError(f"{path} line {_ragged(*rows.odd, width, rows.others - 1)}")
    if not rows.blocks:
        raise ReadError(f"{path}: there is no row below the header")
    frame = rows.frame()
    above, below = (0, 0) if len(keep) < width else _without_figures(frame)
    lines = [*map(str, frame.index[len(frame) - below :]), *(str(r.line) for r in notes)]
    if lines:
        where = f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]} to {lines[-1]}"
        many = "1 line" if len(lines) == 1 else f"{len(lines)} lines"
        said.append(f"{many} below the table left out ({where})")
    if above:
        why = "numbers the columns" if _counts_columns(frame.iloc[0]) else "has no figures"
        said.append(f"line {frame.index[0]}, which {why}, left out")
    return frame.iloc[above : len(frame) - below] if above or below else frame


def _counts_columns(cells: Iterable[str]) -> bool:
    """Whether some cells number their columns from one on: 1, 2, 3, or (a), (b), (c)."""
    filled = [text.strip("()[].") for c in cells if (text := str(c).strip())]
    ways = (map(str, range(1, 1 + len(filled))), map(chr, range(97, 97 + len(filled))))
    return len(filled) > 2 and [c.casefold() for c in filled] in map(list, ways)


def _is_note(cells: list[str]) -> bool:
    """Whether the cells of a row are text: no numbers but years, and the first of them no code or name of a body."""
    first, *others = filter(None, map(str.strip, cells))
    if any(_NUMBER.fullmatch(c) and not _YEAR.fullmatch(c) for c in others):
        return False
    plain = not re.fullmatch(r"[0-9A-Z]{1,5}|n?[A-Z]\d{8}", first) and not _NUMBER.fullmatch(first)
    return plain and first not in lineage.beside() and lineage.suggest(first) is None


def _without_figures(frame: pd.DataFrame) -> tuple[int, int]:
    """How many rows at the top of a table are of units, and at its end of notes: text where others have figures."""
    some = [*map(list, frame.iloc[:_HEAD].astype(str).itertuples(index=False))]
    last = [*map(list, frame.iloc[-_NOTES:].astype(str).itertuples(index=False))]

    def figure(cell: str) -> bool:
        plain = cell.strip()
        read = numbers.plain(plain) is not None or not numbers.is_given(plain)
        return bool(plain) and read and not _THOUSANDS.fullmatch(plain)

    given = [[row[i] for row in some if row[i].strip()] for i in range(frame.shape[1])]
    columns = [i for i, cells in enumerate(given) if cells and 2 * sum(map(figure, cells)) > len(cells)]

    def no_figure(row: list[str]) -> bool:
        return bool(columns) and not any(figure(row[i]) for i in columns)

    below = next((i for i, row in enumerate(reversed(last)) if not (no_figure(row) and _is_note(row))), 0)
    units = len(some) > 1 and no_figure(some[0]) and not some[0][0].strip()
    units = units and any(some[0][i].strip() for i in columns)
    return int(units or (len(some) > 1 and _counts_columns(some[0]))), below


def _decimals(asked: _Asked, record: _Record) -> _Record:
    """A row with its decimal commas as points where they are asked for; refused where 1,234 may mean either."""
    if asked.decimal == ",":
        return _Record(record.line, [_with_point(c) for c in record.cells])
    for cell in record.cells if asked.unclear else ():
        if _GROUPED.fullmatch(cell.strip()):
            raise _unclear(asked, record.line, cell)
    return record


def _with_point(cell: str) -> str:
    """A number with a decimal comma as one with a point and no thousands; any other cell as it is."""
    found = _WITH_COMMA.fullmatch(cell.strip())
    if found is None:
        return cell
    whole = re.sub(rf"[.{_SPACES}]", "", found["whole"])
    return f"{found['before']}{whole}{'.' + found['part'] if found['part'] else ''}{found['behind']}"


def _unclear(asked: _Asked, line: int, cell: str) -> ReadError:
    return ReadError(
        f"{asked.path} line {line}: {cell.strip()!r} in a file with semicolons may mean thousands or decimals; say "
        "which sign stands before decimals with decimal (--decimal . or --decimal ,)"
    )


class _Points:
    """Whether the points of a file with semicolons stand before decimals: 1.234 alone may be 1234.

    A later cell may settle it, so it is asked when the file has gone by.
    """

    def __init__(self, asked: _Asked) -> None:
        self.asked, self.sure = asked, not asked.unclear
        self.first: tuple[int, str] | None = None

    def look(self, record: _Record) -> None:
        for cell in record.cells:
            if "." not in cell:
                continue
            plain = cell.strip()
            if _POINT.fullmatch(plain):
                self.sure = True
            elif self.first is None and _POINTED.fullmatch(plain):
                self.first = (record.line, cell)

    def check(self) -> None:
        if self.first and not self.sure:
            raise _unclear(self.asked, *self.first)


def _ragged(line: int, row: list[str], width: int, others: int) -> str:
    """Words for a row that is not as long as the header, the first of some."""
    cells = f"{len(row)} cell{'s' if len(row) != 1 else ''}"
    also = f" (and {others:,} more such row{'s' if others != 1 else ''})" if others else ""
    if width == 1:
        what = "A title above the table has to go, or name the line of the header (--header)"
    elif len(row) < width:
        what = "Fill the row up; a title or a note that is not part of the table has to go"
    elif not any(cell.strip() for cell in row[width:]):
        what = "Take off the commas at its end, or add as many to the header"
    else:
        what = 'A cell that holds a comma needs quotation marks, like "1,234"; or a name is missing in the header'
    return f"{line}: {cells} where the header has {width}{also}. {what}"


def _named(asked: _Asked, frame: pd.DataFrame, said: list[str]) -> pd.DataFrame:
    """The frame without nameless columns, and without those that number the rows.

    In a workbook a name may stand over several columns, so those to the right of one are called by their place.
    """
    path, keep, called = asked.path, list[int](), dict[int, str]()
    for i, name in enumerate(frame.columns):
        cells = frame.iloc[:, i]
        if not name and keeping.told(cells, lambda cell: not cell.strip()).all():
            continue
        if not keep and re.fullmatch(r"|Unnamed: 0(\.\d+)*", name) and _numbers_rows(cells):
            what = repr(name) if name else "without a name"
            said.append(f"the first column, {what}, only numbers the rows; it is left out")
        elif not name and asked.book and keep and f"column {i + 1}" not in frame.columns:
            said.append(f"column {i + 1} has no name; it is called 'column {i + 1}' here")
            called[i] = f"column {i + 1}"
            keep.append(i)
        elif not name:
            first = cells[keeping.told(cells, str.strip)].iloc[0].strip()
            raise ReadError(
                f"{path}: column {i + 1}, which holds {first!r}, has no name; give it one in the header"
            )
        else:
            keep.append(i)
    frame.columns = [called.get(i, name) for i, name in enumerate(frame.columns)]
    return frame.iloc[:, keep]


def _numbers_rows(cells: pd.Series) -> bool:
    """Whether some cells are whole numbers, none of them twice, as pandas and R write beside their rows."""
    plain = keeping.as_text(cells).str.strip()
    return bool(plain.str.fullmatch(r"\d{1,12}").all() and plain.is_unique)
