"""Rows within a table that are headings, such as North of England above the CCGs of the North."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import pandas as pd

from . import keeping, lineage, numbers
from .finding import PublishedError, is_period, names_of
from .geography import GROUPS
from .words import few

#: No table has so many headings.
_MOST = 5_000
#: What a heading has, words or a year, and what it is not: a code.
_WORDS = re.compile(r"[^\W\d_]{3}|(?:19|20)\d\d")
_LIKE_CODE = re.compile(r"[A-Z]{3,4}|(?=.*\d)[A-Z0-9]{3,5}")
#: The same for readers that have no Python; a code is in capitals.
ANYWHERE = {"heading": _WORDS}
WHOLLY = {"like_code": _LIKE_CODE}


def without(
    frame: pd.DataFrame, code: str, keys: Sequence[str] = (), refuse: bool = True
) -> tuple[pd.DataFrame, list[str]]:
    """The table without its headings, and words for them. They hold no figure, so none is lost.

    A heading is a row of one filled cell, which is of words and calls no CCG or location, above a row with a code. A code
    may stand below several where a column says the same as they, or where ``keys`` keep its rows apart;
    without ``refuse`` always, for who adds nothing up.

    Raises
    ------
    PublishedError
        A code stands below several headings, as below Male and Female: they tell apart what would be added up.

    Examples
    --------
    >>> cells = {"code": ["The North", "00C", "00D", "The South", "11J"], "n": ["", "1", "2", "", "3"]}
    >>> table, said = without(pd.DataFrame(cells), "code")
    >>> table["code"].to_list(), said
    (['00C', '00D', '11J'], ["left out as headings or notes within the table: 'The North' (row 1), 'The South' (row 4)"])
    """
    home = lineage.default()

    @cache
    def has_code(cell: str) -> bool:
        return cell.strip() in home.beside() or home.written(cell) is not None

    if not keeping.is_text(frame[code]) or frame.shape[1] < 2:
        return frame, []
    coded = keeping.told(frame[code], has_code).to_numpy()
    last = len(coded) - int(coded[::-1].argmax()) if coded.any() else 0
    places = [int(at) for at in (~coded[:last]).nonzero()[0]]
    if not 0 < len(places) <= _MOST:
        return frame, []
    texts = {
        at: text for at, text in zip(places, _alone(frame.iloc[places]), strict=True) if _is_heading(text)
    }
    bodies = keeping.told(frame[code], lambda cell: has_code(cell) and cell.strip() not in home.beside())
    if not texts or not bodies.any():
        return frame, []
    heads = pd.Series(range(len(frame)), frame.index).isin(texts.keys())
    called = [_called(frame, *one) for one in texts.items()]
    if refuse:
        _refuse_apart(frame[bodies], [code, *keys], heads.cumsum()[bodies], called)
    return frame[~heads], [f"left out as headings or notes within the table: {few(called, 6)}"]


def _alone(rows: pd.DataFrame) -> list[str]:
    """The one cell of each row that is more than a mark for not given, or nothing where there are none or more."""
    texts = [
        rows.iloc[:, i].astype(str).where(rows.iloc[:, i].notna(), "").str.strip()
        for i in range(rows.shape[1])
    ]
    cells = [[c for c in row if numbers.is_given(c)] for row in zip(*texts, strict=True)]
    return [row[0] if len(row) == 1 else "" for row in cells]


def _is_heading(text: str) -> bool:
    """Whether a text is words or a year, and no code, known or not, nor the name of a body that would be lost as such."""
    if not _WORDS.search(text) or _LIKE_CODE.fullmatch(text):
        return False
    meant = lineage.suggest(text)
    try:
        return meant is None or lineage.lifetime(meant)[1] in GROUPS
    except lineage.LineageError:  # a region has no life here
        return True


def _called(frame: pd.DataFrame, at: int, text: str) -> str:
    return f"{text!r} ({f'line {frame.index[at]}' if frame.index.name == 'line' else f'row {at + 1}'})"


def _refuse_apart(bodies: pd.DataFrame, keys: list[str], part: pd.Series, called: list[str]) -> None:
    """Raise PublishedError where a code has rows under one key below several headings."""
    places = bodies[keys].astype(str).assign(_part=part).drop_duplicates()
    again = places[places.duplicated(keys, keep=False)]
    if again.empty or any(_says_too(bodies, c, part) for c in names_of(bodies) if c != keys[0]):
        return
    one = str(again[keys[0]].iloc[0])
    parts = again.loc[again[keys].eq(again[keys].iloc[0]).all(axis=1), "_part"].to_list()
    first, second = next((a, b) for a, b in pairwise(parts))
    above = f"{called[first - 1]} and " if first else ""
    raise PublishedError(
        f"{above}{called[second - 1]} {'are headings' if first else 'is a heading'} within the table, and {one.strip()} has "
        f"rows {'below both' if first else 'above and below it'}, which would be added up: write what the headings say into "
        "a column of its own, and keep it with --by"
    )


def _says_too(bodies: pd.DataFrame, name: str, part: pd.Series) -> bool:
    """Whether a column of words or periods has one cell below each heading, and another below each other."""
    pairs = pd.DataFrame({"cell": bodies[name].astype(str).str.strip(), "part": part}).drop_duplicates()
    if not (pairs["cell"].is_unique and pairs["part"].is_unique):
        return False
    return is_period(bodies, name) or all(numbers.plain(cell) is None for cell in pairs["cell"])
