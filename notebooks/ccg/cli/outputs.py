"""Write a table and the files beside it: all or none, and never over a file that is read."""

import io
import json
import os
import sys
from pathlib import Path
from typing import TextIO

import pandas as pd

from ..core import files, reading, tables
from .words import print_to, say


def named(output: str | None, inputs: list[str], *endings: str) -> tuple[Path | None, list[Path | None]]:
    """The file to write and those beside it, one for each ending; None where words or rows are printed.

    Raises ValueError before anything is written, if one of them is a folder, a file that is read, or another.
    """
    nothing: list[Path | None] = [None] * len(endings)
    if not output or output == "-" or _is_stdout(output):
        onto = [read for read in inputs if Path(read).is_file() and _is_stdout(read)]
        if onto:
            raise ValueError(f"{onto[0]} is read and printed to at once; name a file to write with -o")
        return None, nothing
    path = Path(output)
    if output.endswith(("/", os.sep)) or path.is_dir():
        raise ValueError(f"{output} is a folder; name a file in it with -o")
    # rates.2018 and rates.2019 are two outputs: only the ending of a table gives way
    stem = path.name if path.suffix.lower() not in (".csv", ".xlsx", ".parquet") else path.stem
    beside = nothing if files.is_stream(path) else [path.with_name(stem + end) for end in endings]
    written = [path, *filter(None, beside)]
    marks = [(read, files.marks(Path(read))) for read in [*inputs, *map(str, tables.paths())]]
    for i, file in enumerate(written):
        what = output if file == path else f"{file}, which goes beside {output},"
        own = files.marks(file)
        for read, others in marks:
            if own & others:
                also = "" if str(file) == read else f", {read}"
                raise ValueError(f"{what} is one of the files to read{also}; name another with -o")
        if file.is_dir():
            raise ValueError(f"{what} is a folder; name another file with -o")
        for other in written[:i]:
            if files.same(file, other):
                raise ValueError(f"{what} and {other} are one file; name another with -o")
    return path, beside


def _is_stdout(output: str) -> bool:
    """Whether a path is what this program prints to, as /dev/stdout is."""
    try:
        return os.path.samestat(Path(output).stat(), os.fstat(1))
    except OSError:
        return False


def for_words(output: Path | None) -> TextIO:
    """Where words go: not among the rows of a table that is printed."""
    return sys.stdout if output else sys.stderr


def write(
    output: Path | None,
    frame: pd.DataFrame,
    beside: dict[Path | None, pd.DataFrame] | None = None,
    words: dict[Path | None, str] | None = None,
    force: bool | None = None,
):
    """Print a table, or write it and, where they have rows, those beside it; an older one of these goes.

    The ``words`` go beside it whatever the rows.

    An older one is told by its whole header, or by a report beside it that lists it. Any other file of that name is
    somebody's own: it is left, and ValueError raised before anything is written if it would be in the way. ``force``
    is whether the table itself may be put in the place of somebody's own; None where the command does not ask.
    """
    if output is None:
        print_to(sys.stdout, _csv(frame))
        return
    if files.is_stream(output):
        files.write(output, _csv(frame))
        return
    beside = {path: rows for path, rows in (beside or {}).items() if path}
    said = {path: text for path, text in (words or {}).items() if path}
    listed = {name for path in said if path.suffix == ".json" for name in _listed(path)}
    there = output.exists() and output.stat().st_size > 0
    if there and not force and output.name not in listed and not _is_older(output, frame):
        way = "move it, name another file with -o" + ("" if force is None else ", or say --force")
        raise ValueError(f"{output} is there and was not written by this command; {way}")
    older = {p: p.name in listed or _is_older(p, rows) for p, rows in beside.items() if p.exists()}
    for path, ours in older.items():
        if not ours and len(beside[path]):
            raise ValueError(
                f"{path}, which goes beside {output}, is there and was not written by this command; move it "
                "or name another file with -o"
            )
    for path in said:
        if path.exists() and not _is_report(path):
            raise ValueError(
                f"{path}, which goes beside {output}, is there and was not written by this command; move it "
                "or name another file with -o"
            )
    rows = {path: _csv(table) for path, table in beside.items() if len(table)}
    files.write_together({output: _as_file(output, frame), **rows, **said})
    for path, ours in older.items():
        if len(beside[path]):
            continue
        if ours and files.take_away(path):
            say(f"{path} of an earlier run is gone; this one leaves nothing there")
        else:
            say(f"{path} is there and is not of this run; it was left as it is")


def _is_older(path: Path, rows: pd.DataFrame) -> bool:
    """Whether a file is of an earlier run, told by its whole header."""
    try:
        return reading.columns(path) == [str(c) for c in rows.columns]
    except (ValueError, OSError):
        return False


def _listed(report: Path) -> set[str]:
    """The names of the files that the run wrote whose report stands there; none if it is not one of ours."""
    if not report.is_file() or not _is_report(report):
        return set()
    try:
        return set(json.loads(report.read_text("utf-8")).get("files", ()))
    except ValueError:
        return set()


def _is_report(path: Path) -> bool:
    """Whether a file is the report of an earlier run."""
    with path.open("rb") as file:
        start = file.read(200).decode("utf-8", "replace")
    return start.startswith(("Can be used", "Cannot be used", '{\n "program": "python -m ccg'))


def _as_file(output: Path, frame: pd.DataFrame) -> str | bytes:
    """A table as its file ending says: xlsx, Parquet, else CSV."""
    ending = output.suffix.lower()
    if ending not in (".xlsx", ".parquet"):
        return _csv(frame)
    if ending == ".xlsx":  # which knows no time zones, and keeps every number as a float
        frame = _days(frame)
        whole = [c for c in frame if pd.api.types.is_integer_dtype(frame[c])]
        large = [c for c in whole if frame[c].abs().max() >= 2**53]
        if large:
            raise ValueError(
                f"{output}: a workbook keeps not every digit of {large[0]!r}; name a file that ends in .csv"
            )
    content = io.BytesIO()
    try:
        if ending == ".xlsx":
            frame.to_excel(content, index=False, engine="xlsxwriter")
        else:
            frame.to_parquet(content, index=False)
    except ImportError:
        raise ValueError(
            f"{output}: to write that, python -m pip install england-ccgs[files]; or name a file that ends in .csv"
        ) from None
    return content.getvalue()


def _days(frame: pd.DataFrame) -> pd.DataFrame:
    """Days of a time zone as days: without their midnight."""
    zoned = [c for c in frame if isinstance(frame[c].dtype, pd.DatetimeTZDtype)]
    plain = {c: frame[c].dt.tz_localize(None) for c in zoned}
    return frame.assign(
        **{c: days for c, days in plain.items() if (days.dropna() == days.dropna().dt.normalize()).all()}
    )


def _csv(frame: pd.DataFrame) -> str:
    frame = _days(frame)
    floats = [c for c in frame if pd.api.types.is_float_dtype(frame[c])]
    shown = {c: frame[c].astype(object).map(_number, na_action="ignore") for c in floats}
    return frame.assign(**shown).to_csv(index=False, lineterminator="\n")


def _number(x: float) -> str:
    """Whole numbers in full; others to twelve digits, which leaves out the noise of adding, or more if large."""
    if float(x).is_integer() and abs(x) < 1e17:
        return f"{x:.0f}"
    return f"{x:.12g}" if abs(x) < 1e9 else f"{x:.15g}"
