"""Read a file of the user's and find the columns that the options name."""

import difflib

import pandas as pd

from ..core import lineage, reading
from .words import say, some


def read(name: str, tell) -> pd.DataFrame:
    """The cells of a file as text. What was guessed of it is said in one line to ``tell``."""
    frame = reading.read(name)
    if frame.attrs["read"]:
        say(f"{name}: {'; '.join(frame.attrs['read'])}", tell)
    return frame


def column_named(frame: pd.DataFrame, name: str, file: str, option: str) -> str:
    """The column that an option names, spaces around it aside. Raises ValueError with the nearest if none is."""
    name = name.strip()
    if name in frame:
        return name
    alike = {c.casefold(): c for c in reversed(frame.columns)}
    near = difflib.get_close_matches(name.casefold(), alike, 1)
    there = f"the nearest is {alike[near[0]]!r}" if near else f"there are {some(map(repr, frame))}"
    raise ValueError(f"{file}: there is no column {name!r} ({option}); {there}")


def column_of_codes(frame: pd.DataFrame, file: str, named: str | None) -> str:
    """The column that --code names, or the one whose cells look like codes.

    Raises ValueError that lists the columns if none or more than one does.
    """
    if named:
        return column_named(frame, named, file, "--code")
    known = {c for v in lineage.vintages() for s in ("ods", "ons") for c in lineage.codes_of(v, s)}
    rows = frame.sample(min(len(frame), 1000), random_state=0)  # of a file of any length, as good as all

    def like(column: str) -> bool:
        return sum(cell.strip().upper() in known for cell in rows[column].tolist()) > len(rows) / 2

    found = [c for c in frame if like(c)]
    if len(found) != 1:
        raise ValueError(f"{file}: name the column of codes with --code; there are {some(frame.columns)}")
    return found[0]
