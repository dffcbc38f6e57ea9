"""A doubt: why some figures may be wrong, and which rows hold them."""

from typing import NamedTuple

import pandas as pd


class Doubt(NamedTuple):
    """Why some figures may be wrong, and the rows of the table that hold them.

    Attributes
    ----------
    why : str
        The reason, in words.
    rows : Series of bool
        For each row of the table whether it holds such figures.
    alone : bool
        Whether such a row is wrong by itself, and not only where it is added to others or divided, as a rate is.
    """

    why: str
    rows: pd.Series
    alone: bool = True


class AddedUp(NamedTuple):
    """What to say of rows that are added up: ``notes`` in words, and ``doubts``."""

    notes: list[str]
    doubts: list[Doubt]


def of_part(among: pd.Series, rows: pd.Series) -> pd.Series:
    """Rows of a part of a table, as rows of the whole; ``among`` are those of the part."""
    out = among.copy()
    out[among] = rows.to_numpy()
    return out
