"""What the lineage speaks of: days, levels, geographies, bodies and the steps between them."""

import re
from dataclasses import dataclass
from datetime import date
from numbers import Number
from typing import NamedTuple

import pandas as pd

LEVELS = {
    "pct": "primary care trusts", "ccg": "CCGs", "partnership": "partnerships",
    "sub_icb": "sub-ICB locations", "icb": "boards",
}  # fmt: skip
#: Levels whose bodies are groups of others, and of what.
GROUPS = {"partnership": "CCGs", "icb": "locations"}

#: What a share of a body may be of: the people registered with its practices, or those who live in its area.
BASES = ("patients", "residents")

#: A day as a caller may give it: a date, a datetime, a Timestamp of pandas, or text like 2018-04-01.
Day = str | date
#: A piece of land: the CCG it lay in at first, and its name; no name for the main part of that CCG.
Piece = tuple[str, str]


class LineageError(ValueError):
    """A date, code or level that the lineage cannot answer. The text says why and what to do.

    Examples
    --------
    >>> try:
    ...     as_day("01/04/2018")
    ... except LineageError as error:
    ...     print(error)
    '01/04/2018' is not a date; write it like 2018-04-01
    """


class Body(NamedTuple):
    """A body known by some code.

    Attributes
    ----------
    code : str
        Its ODS code; of a partnership the ONS code, for its ODS code is that of the later board.
    level : str
        One of ``LEVELS``: what it was at first.
    first, last : Timestamp
        Its first and last day, both included. A CCG whose code a sub-ICB location carries on lives as long as
        that.
    """

    code: str
    level: str
    first: pd.Timestamp
    last: pd.Timestamp


@dataclass(frozen=True)
class Hop:
    """One step of a trail: on ``date``, ``share`` of ``start`` went to ``end``.

    Attributes
    ----------
    date : Timestamp
        First day of the new state.
    start, end : str
        ODS codes of the two bodies.
    kind : str
        ``merger``, ``split``, ``remainder``, ``abolition``, ``rename`` or, from a trust, ``overlap``.
    share : float or None
        How much of ``start`` moved, 0 to 1; None where it is not known, and for a rename.
    basis : str
        What ``share`` is of: ``whole``, ``patients``, ``residents``, ``area``, ``lsoas`` (small areas) or ``postcodes``.
    source : str
        Ids in the table ``sources``, joined by ``+``.
    note : str
        More in words, or empty.
    land : str
        Name of the land that a split moved, or empty.
    """

    date: pd.Timestamp
    start: str
    end: str
    kind: str
    share: float | None
    basis: str
    source: str
    note: str
    land: str = ""


@dataclass(frozen=True)
class Vintage:
    """A geography: the bodies of one level from its first to its last day, between two changes.

    Attributes
    ----------
    level : str
        One of ``LEVELS``.
    start, end : Timestamp
        First and last day, both included.

    Examples
    --------
    >>> print(Vintage("ccg", as_day("2018-04-01"), as_day("2019-03-31")))
    the CCGs of April 2018
    """

    level: str
    start: pd.Timestamp
    end: pd.Timestamp

    def __str__(self) -> str:
        return f"the {LEVELS[self.level]} of {self.start:%B %Y}"


@dataclass(frozen=True)
class Fit:
    """How some codes fit a geography. ``describe`` says it in words.

    Attributes
    ----------
    vintage : Vintage
        The geography.
    scheme : str
        ``ods`` or ``ons``: the scheme that the codes are of.
    matched : int
        How many of the codes are of the geography.
    extra, missing : tuple of str
        The codes that are not of it, and the codes of it that are not there.
    """

    vintage: Vintage
    scheme: str
    matched: int
    extra: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether every code is of the geography and every body of it is there."""
        return not self.extra and not self.missing


def as_day(value: Day) -> pd.Timestamp:
    """The day of a date, a datetime or a text that begins like 2018-04-01, at midnight.

    Raises
    ------
    LineageError
        It is no date, or not clear: 01/04/2018 is April to some and January to others.

    Examples
    --------
    >>> as_day("2018-04-01")
    Timestamp('2018-04-01 00:00:00')
    """
    unclear = isinstance(value, Number) or (
        isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d(?!\d)", value)
    )
    try:
        day = pd.NaT if unclear else pd.Timestamp(value)
    except (ValueError, TypeError):
        day = pd.NaT
    if not isinstance(day, pd.Timestamp):
        raise LineageError(f"{value!r} is not a date; write it like 2018-04-01")
    return day.tz_localize(None).normalize()
