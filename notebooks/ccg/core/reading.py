"""Read a CSV file from elsewhere: every cell as text, or refused in words that name the line of the file.

pandas moves every column by one place where rows are longer than their header, fills up rows that are shorter,
takes a first row of data for names and renames a name that comes twice. None of this is seen in the sums that
follow, so here the rows are read by the standard library and counted cell by cell.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from . import lineage

#: Rows that are made into a frame at a time: text in a frame takes much less memory than lists of it.
_BLOCK = 10_000
_NUMBER = re.compile(r"[-+]?£?\d[\d,]*(\.\d*)?%?")
_CODE = re.compile(r"(?=.*\d)[0-9A-Z]{3}|[A-Z]\d[A-Z]\d[A-Z]|E\d{8}")
_STARTS = {
    b"PK\x03\x04": "a workbook (or another zipped file)",
    b"\xd0\xcf\x11\xe0": "a workbook of an older Excel",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a file compressed by gzip",
}
#: Where a row begins in the file, and its cells.
_Record = tuple[int, list[str]]
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "upright bars"}


class ReadError(ValueError):
    """A file that cannot be read safely. The text names the file, the line and what to do."""


def columns(path: str | Path, fallback: str | None = None) -> list[str]:
    """The names of the columns of a CSV file, without the spaces around them; see ``read``."""
    return _header(Path(path), _records(Path(path), fallback))


def read(
    path: str | Path, only: list[str] | None = None, fallback: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """A CSV file with a header as a frame of text, and the columns that only numbered its rows, left out.

    Parameters
    ----------
    path : str or Path
        The file, in UTF-8.
    only : list of str, optional
        The columns wanted, in any order; by default all.
    fallback : str, optional
        The encoding to read with where the file is not UTF-8, like ``cp1252``.

    Returns
    -------
    frame : DataFrame
        One row for each row that is not blank; the index is the line of the file on which it begins. Every cell
        is text, a blank one ``""``. A column without a name is left out where it has no cell filled, or is the
        first and numbers the rows.
    numbering : list of str
        The names, often empty, of the columns that numbered the rows. With ``only`` it is empty.

    Raises
    ------
    ReadError
        The file is not there, is empty or no CSV file, a row is not as long as the header, or the header is
        missing or has a name twice.
    OSError
        The file cannot be opened.
    """
    path = Path(path)
    records = _records(path, fallback)
    names = _header(path, records)
    keep = [i for i, name in enumerate(names) if only is None or name in only]
    _check_names(path, names, keep)
    frame = _frame(path, records, len(names), keep)
    frame.columns = [names[i] for i in keep]
    return _named(path, frame) if only is None else (frame, [])


def _records(path: Path, fallback: str | None) -> Iterator[_Record]:
    """Line and cells of each row that is not blank. A cell may hold line ends, so a row may take many lines."""
    if path.is_dir():
        raise ReadError(f"{path} is a folder, not a CSV file")
    if not path.exists():
        raise ReadError(f"{path}: there is no such file")
    content = path.read_bytes()
    encoding = _encoding(path, content, fallback)
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding, newline=""), strict=True)
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
        if len(row) > 1 or "".join(row).strip():
            yield line, row


def _encoding(path: Path, content: bytes, fallback: str | None) -> str:
    for start, what in _STARTS.items():
        if content.startswith(start):
            raise ReadError(f"{path} is {what}, not a CSV file; save the table as CSV UTF-8")
    if content.startswith(_UTF16) or b"\0" in content[:200]:
        raise ReadError(f"{path} is not UTF-8 but UTF-16, it seems; in Excel save it as CSV UTF-8")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        if fallback:
            return fallback
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start : error.start + 1]
        raise ReadError(
            f"{path} line {line} is not UTF-8: byte 0x{byte.hex().upper()}, perhaps {byte.decode('cp1252', 'replace')!r} "
            "of the Windows alphabet; in Excel save it as CSV UTF-8"
        ) from None
    return "utf-8-sig"


def _header(path: Path, records: Iterator[_Record]) -> list[str]:
    _, row = next(records, (0, []))
    names = [cell.strip() for cell in row]
    if not any(names):
        raise ReadError(
            f"{path}: the file is empty" if not names else f"{path}: the first row names no column"
        )
    for mark, what in _SEPARATORS.items():
        if len(names) == 1 and mark in names[0]:
            raise ReadError(f"{path}: its cells are set apart by {what}; save it with commas (CSV UTF-8)")
    known = {c for v in lineage.vintages() for s in ("ods", "ons") for c in lineage.codes_of(v, s)}
    codes = [name for name in names if name.upper() in known]
    if codes or all(_NUMBER.fullmatch(name) or _CODE.fullmatch(name) for name in names if name):
        reads = f"{codes[0]} is a code" if codes else f"it holds {', '.join(names[:3])}"
        raise ReadError(
            f"{path}: the first line should name the columns and reads as data ({reads}). Put a line with names "
            "above it; if codes do head your columns, turn the table so that they stand in one column"
        )
    return names


def _check_names(path: Path, names: list[str], keep: list[int]) -> None:
    seen: dict[str, int] = {}
    for i in keep:
        if names[i] and names[i] in seen:
            raise ReadError(
                f"{path}: columns {seen[names[i]] + 1} and {i + 1} are both called {names[i]!r}; rename one"
            )
        seen[names[i]] = i


def _frame(path: Path, records: Iterator[_Record], width: int, keep: list[int]) -> pd.DataFrame:
    """The wanted cells of all rows, on the lines of the file. Raises ReadError for rows of another width."""
    blocks: list[pd.DataFrame] = []
    lines: list[int] = []
    cells: list[list[str]] = []
    odd: _Record | None = None
    others = 0
    everything = len(keep) == width
    for line, row in records:
        if len(row) != width:
            odd, others = odd or (line, row), others + 1
        elif not odd:
            lines.append(line)
            cells.append(row if everything else [row[i] for i in keep])
            if len(lines) == _BLOCK:
                blocks.append(pd.DataFrame(cells, lines, dtype="str"))
                lines, cells = [], []
    if odd:
        raise ReadError(f"{path} line {_ragged(*odd, width, others - 1)}")
    if lines:
        blocks.append(pd.DataFrame(cells, lines, dtype="str"))
    if not blocks:
        raise ReadError(f"{path}: there is no row below the header")
    return pd.concat(blocks)


def _ragged(line: int, row: list[str], width: int, others: int) -> str:
    """Words for a row that is not as long as the header, the first of some."""
    cells = f"{len(row)} cell{'s' if len(row) != 1 else ''}"
    also = f" (and {others:,} more such row{'s' if others != 1 else ''})" if others else ""
    if width == 1:
        what = "A title above the table has to go"
    elif len(row) < width:
        what = "Fill the row up; a title or a note that is not part of the table has to go"
    elif not any(cell.strip() for cell in row[width:]):
        what = "Take off the commas at its end, or add as many to the header"
    else:
        what = 'A cell that holds a comma needs quotation marks, like "1,234"; or a name is missing in the header'
    return f"{line}: {cells} where the header has {width}{also}. {what}"


def _named(path: Path, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The frame without nameless columns, and those of them that number the rows."""
    keep: list[int] = []
    numbering: list[str] = []
    for i, name in enumerate(frame.columns):
        cells = frame.iloc[:, i].str.strip()
        if not name and cells.eq("").all():
            continue
        if not keep and re.fullmatch(r"|Unnamed: 0(\.\d+)*", name) and _numbers_rows(cells):
            numbering.append(name)
        elif not name:
            first = cells[cells.ne("")].iloc[0]
            raise ReadError(
                f"{path}: column {i + 1}, which holds {first!r}, has no name; give it one in the header"
            )
        else:
            keep.append(i)
    return frame.iloc[:, keep], numbering


def _numbers_rows(cells: pd.Series) -> bool:
    """Whether some cells are whole numbers, none of them twice, as pandas and R write beside their rows."""
    return bool(cells.str.fullmatch(r"\d{1,12}").all() and cells.is_unique)
