"""The dated graph of codes: what is open on a day, the trail of a code, which geography some codes are of.

The facts are rows of ``successions``; nothing here knows a code by name. England is followed as pieces of
land: the main part of each CCG of April 2013, and each land that a split moved, named in ``land`` with the
CCG it lay in at first. A piece is always in one body. A merger takes every piece of a body along, a split
one piece. So what moved twice is not split twice, and no path is found that no land took.

Codes of CCGs live on after June 2022 as sub-ICB locations. Boards are those of July 2022; changes to them
from April 2026 on are not known here.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from numbers import Number

import pandas as pd

from . import tables
from .tables import Row
from .words import long_date

START, BOARDS, END = (pd.Timestamp(d) for d in ("2013-04-01", "2022-07-01", "2026-03-31"))
TRUSTS = pd.Timestamp("2010-04-01")  # from here to START the primary care trusts of ``pcts``
TRUSTS_REACH = pd.Timestamp("2015-04-01")  # the CCGs that ``pct_to_ccg`` leads to
ONS_REVISED = pd.Timestamp("2023-04-01")  # two sub-ICB locations got new ONS codes with a small change

LEVELS = {"pct": "primary care trusts", "ccg": "CCGs", "sub_icb": "sub-ICB locations", "icb": "boards"}

#: A day as a caller may give it: a date, a datetime, a Timestamp of pandas, or text like 2018-04-01.
Day = str | date
#: A piece of land: the CCG it lay in at first, and its name; no name for the main part of that CCG.
Piece = tuple[str, str]
#: A body known by some code: its ODS code, its level, its first and last day.
Lifetime = tuple[str, str, pd.Timestamp, pd.Timestamp]


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
        ``merger``, ``split``, ``abolition``, ``rename`` or, from a trust, ``overlap``.
    share : float or None
        How much of ``start`` moved, 0 to 1; None where it is not known, and for a rename.
    basis : str
        What ``share`` is of: ``whole``, ``patients``, ``area``, ``lsoas`` (small areas) or ``postcodes``.
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
        ``pct``, ``ccg``, ``sub_icb`` or ``icb``.
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


# --- the graph ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Graph:
    changes: tuple[pd.Timestamp, ...]
    where: dict[pd.Timestamp, dict[Piece, str]]  # day of a change -> piece -> CCG or sub-ICB code
    board: dict[str, str]  # sub-ICB code -> board code
    shares: dict[tuple[str, str], list[tuple[pd.Timestamp, float]]]  # (land, holder) -> [(1 April, share)]
    rows: tuple[Row, ...]  # of successions


@cache
def _graph() -> _Graph:
    moves = tables.load("successions")
    rows = tuple(tables.records(moves.astype(object).where(moves.notna(), None)))
    board = {r["from"]: r["to"] for r in rows if r["kind"] == "abolition"}
    only = defaultdict(list)
    for code, one in board.items():
        only[one].append(code)
    ccgs = tables.load("ccgs")
    place = {(code, ""): code for code in ccgs.loc[ccgs["opened"] == START, "code"]}
    for r in rows:
        if r["kind"] == "split":
            place[(r["origin"], r["land"])] = r["origin"]
    changes = sorted({START, *(r["date"] for r in rows)})
    where = {}
    for day in changes:
        today = [r for r in rows if r["date"] == day]
        whole = {r["from"]: r["to"] for r in today if r["kind"] == "merger"}
        split = {(r["from"], r["land"]): r["to"] for r in today if r["kind"] == "split"}
        for piece, holder in place.items():
            to = split.get((holder, piece[1]), whole.get(holder, holder))
            if to in only:  # a split between boards moves land between their sub-ICB locations
                if len(only[to]) != 1:
                    raise LineageError(
                        f"successions: {to} has more than one location; which took {piece[1]}?"
                    )
                to = only[to][0]
            place[piece] = to
        where[day] = dict(place)
    shares = defaultdict(list)
    for r in tables.records(tables.load("practice_moves")):
        shares[(r["land"], r["from"])].append((pd.Timestamp(f"{r['year'][:4]}-04-01"), r["share"]))
    return _Graph(tuple(changes), where, board, dict(shares), rows)


def reset() -> None:
    """Forget the tables, after they were changed on disk."""
    for function in (
        _graph, known_names, former_names, _spans, ons_periods, _lookup, _pieces, _bodies, beside, vintages, days,
        _name_index,
    ):  # fmt: skip
        function.cache_clear()


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


def level_on(day: Day) -> str:
    """The level that commissions on a day if none is named: trusts, then CCGs, then boards.

    Examples
    --------
    >>> [level_on(day) for day in ("2012-04-01", "2022-06-30", "2022-07-01")]
    ['pct', 'ccg', 'icb']
    """
    day = as_day(day)
    return "pct" if day < START else "ccg" if day < BOARDS else "icb"


def checked(day: Day, level: str | None) -> tuple[pd.Timestamp, str]:
    """A day and the level wanted, or the one that commissions on it.

    Raises
    ------
    LineageError
        The level is not known, or had no body on the day; the text says from when to when it had.
    """
    day = as_day(day)
    level = level or level_on(day)
    if level not in LEVELS:
        raise LineageError(f"level {level!r} is not known; use one of {', '.join(LEVELS)}")
    spans = {"pct": (TRUSTS, START), "ccg": (START, BOARDS), "sub_icb": (BOARDS, None), "icb": (BOARDS, None)}
    first, after = spans[level]
    after = after or END + pd.Timedelta(days=1)
    if day < first or day >= after:
        hint = {
            "ccg": "CCGs were open from 2013-04-01 to 2022-06-30; after that use level sub_icb or icb",
            "pct": "the trusts known here are those of 2010-04-01 to 2013-03-31",
        }.get(level, "boards and sub-ICB locations are known here from 2022-07-01 to 2026-03-31")
        raise LineageError(f"no {LEVELS[level]} on {day.date()}: {hint}")
    return day, level


def vintage(day: Day, level: str | None = None) -> Vintage:
    """The geography of a day: the bodies of its level and how long they stood unchanged.

    Raises
    ------
    LineageError
        There was no such level on the day.

    Examples
    --------
    >>> print(vintage("2018-12-31"))
    the CCGs of April 2018
    """
    day, level = checked(day, level)
    return next(v for v in vintages() if v.level == level and v.start <= day <= v.end)


@cache
def vintages() -> tuple[Vintage, ...]:
    """Every geography, in order: trusts, CCGs between each change of boundary, locations and boards."""
    ccg = [d for d in _graph().changes if d < BOARDS]
    ends = [*ccg[1:], BOARDS]
    out = [Vintage("pct", TRUSTS, START - pd.Timedelta(days=1))]
    out += [Vintage("ccg", a, b - pd.Timedelta(days=1)) for a, b in zip(ccg, ends, strict=True)]
    return (*out, Vintage("sub_icb", BOARDS, END), Vintage("icb", BOARDS, END))


@cache
def days() -> tuple[pd.Timestamp, ...]:
    """The days from which a look-up may differ from that of the day before, ascending.

    A geography begins, an ONS code takes effect, or a financial year, whose patients give the shares.
    """
    springs = {pd.Timestamp(f"{year}-04-01") for year in range(START.year, BOARDS.year + 1)}
    ons = {first for _, first, _ in ons_periods().values()}
    return tuple(sorted({v.start for v in vintages()} | springs | ons))


def bodies(day: Day, level: str | None = None) -> pd.DataFrame:
    """Bodies open on a day.

    Parameters
    ----------
    day : str or date
        A day from 2010-04-01 to 2026-03-31.
    level : {"ccg", "sub_icb", "icb", "pct"}, optional
        By default what commissioned on the day.

    Returns
    -------
    DataFrame
        One row for each body, sorted by code: ``code`` (ODS), ``ons_code`` (on that day), ``name``, ``region``,
        ``opened`` (first day) and ``closed`` (last day; missing for boards and locations).

    Raises
    ------
    LineageError
        There was no such level on the day.

    Examples
    --------
    >>> [len(bodies(day)) for day in ("2013-04-01", "2018-04-01", "2022-07-01")]
    [211, 195, 42]
    """
    return _bodies(*checked(day, level)).copy()


@cache
def _bodies(day: pd.Timestamp, level: str) -> pd.DataFrame:
    if level == "pct":
        out = tables.load("pcts").assign(region=None, opened=TRUSTS, closed=START - pd.Timedelta(days=1))
    elif level == "icb":
        out = tables.load("icbs").assign(opened=BOARDS, closed=pd.NaT)  # type: ignore[arg-type]  # stubs forget NaT
    else:
        out = tables.load("ccgs")
        open_then = (out["opened"] <= day) & (out["closed"] >= day)
        if level == "sub_icb":
            open_then = out["closed"] == BOARDS - pd.Timedelta(days=1)
            out = out.assign(opened=BOARDS, closed=pd.NaT)  # type: ignore[arg-type]  # stubs forget NaT
        out = out[open_then]
        current = {c: o for o, (c, a, b) in ons_periods().items() if a <= day <= b}
        out = out.assign(ons_code=out["code"].map(current).fillna(out["ons_code"]))
    columns = ["code", "ons_code", "name", "region", "opened", "closed"]
    return out[columns].sort_values("code").reset_index(drop=True)


@cache
def ons_periods() -> dict[str, tuple[str, pd.Timestamp, pd.Timestamp]]:
    """ONS code of a CCG or location -> its ODS code, first and last day it was the right one.

    The lists show only when a code was seen; it took effect with the boundary change before that.
    """
    changed = defaultdict(set)
    for r in _graph().rows:
        if r["kind"] == "split":
            for code in (r["from"], *_location_of(r["to"])):
                changed[code].add(r["date"])
    ccgs, eve = tables.load("ccgs"), BOARDS - pd.Timedelta(days=1)
    life = dict(zip(ccgs["code"], zip(ccgs["opened"], ccgs["closed"], strict=True), strict=True))
    seen, out = defaultdict(list), {}
    listed = tables.load("ons_codes").sort_values(["code", "first_seen", "ons_code"])
    for ons, code, first in zip(listed["ons_code"], listed["code"], listed["first_seen"], strict=True):
        seen[code].append((ons, first))
    for code, group in seen.items():
        opened, closed = life[code]
        last = END if closed == eve else closed
        dates = sorted(d for d in changed[code] if opened < d <= last)
        starts = [opened]
        for _, first in group[1:]:
            known = [d for d in dates if starts[-1] < d <= first]
            starts.append(known[-1] if known else ONS_REVISED)
        ends = [*(d - pd.Timedelta(days=1) for d in starts[1:]), last]
        for (ons, _), a, b in zip(group, starts, ends, strict=True):
            out[ons] = (code, a, b)
    return out


def _location_of(code: str) -> list[str]:
    """A code itself, or for a board the locations in it."""
    inside = [c for c, b in _graph().board.items() if b == code]
    return inside or [code]


# --- from one date to another -------------------------------------------------------------------


def _at(day: pd.Timestamp) -> dict[Piece, str]:
    """Where each piece of land is on a day: {(origin, land): CCG or sub-ICB code}."""
    changes = _graph().changes
    return _graph().where[changes[bisect_right(changes, day) - 1]]


def lookup(at: Day, to: Day, level: str | None = None, *, at_level: str | None = None) -> pd.DataFrame:
    """Who became whom: every body of one date and what it is on another.

    Parameters
    ----------
    at, to : str or date
        The day of the bodies you have and the day of those you want, like ``"2018-04-01"``, from 2010-04-01 to
        2026-03-31. Only bodies that are made of the same land can be taken back.
    level, at_level : {"ccg", "sub_icb", "icb", "pct"}, optional
        The level at ``to`` and at ``at``. By default what commissioned on the day: trusts until 2013-03-31,
        CCGs until 2022-06-30, then boards.

    Returns
    -------
    DataFrame
        One row for each pair, sorted by ``from`` and the largest share. A geography gives itself every body.

        - ``from``, ``to``: ODS codes.
        - ``share``: how much of ``from``, as it stood at ``at``, is in ``to``: above 0 to 1. The shares of each
          ``from`` add up to 1.
        - ``basis``: what the share is of: ``whole``; ``patients``, those registered in the financial year of
          ``at``; ``area`` or ``lsoas``, small areas, where no practice could tell; ``postcodes`` for trusts.
        - ``status``: ``exact`` if the whole body is in one place, else ``approximate``.

    Raises
    ------
    LineageError
        A day that is none or out of reach, a level that had no body on it, or a step back across a merger or
        a change of boundary.

    Notes
    -----
    Every merger, split and abolition of the table ``successions`` is followed land by land. The share of a land
    is that of the practices later found in it, by patients in NHS Digital's *NHS payments to general practice*
    (table ``practice_moves``); in a year without a count the one before, or the first, stands in. Trusts go to
    the CCGs of April 2015 by published shares of postcodes (table ``pct_to_ccg``), and on from there.

    Examples
    --------
    >>> from ccg import lookup
    >>> found = lookup("2014-04-01", "2022-07-01")
    >>> found[found["from"].isin(["00C", "01H"])].round(3)
       from   to  share     basis       status
    0   00C  QHM  1.000     whole        exact
    24  01H  QHM  0.627  patients  approximate
    25  01H  QE1  0.373  patients  approximate
    """
    at, at_level = checked(at, at_level)
    to, level = checked(to, level)
    start, goal = vintage(at, at_level), vintage(to, level)
    return _lookup(start, goal, _financial_year(at)).copy()


def _financial_year(day: pd.Timestamp) -> pd.Timestamp:
    return pd.Timestamp(year=day.year - (day.month < 4), month=4, day=1)


@cache
def _lookup(start: Vintage, goal: Vintage, year: pd.Timestamp) -> pd.DataFrame:
    if start.level == "pct":
        return _from_trusts(start, goal)
    if goal.level == "pct":
        raise LineageError("CCGs cannot be taken back to primary care trusts: their areas do not nest")
    here, there = _holders(start), _holders(goal)
    pieces = defaultdict(list)
    for piece, code in here.items():
        pieces[code].append(piece)
    if goal.start < start.start or (start.level, goal.level) == ("icb", "sub_icb"):
        _refuse_to_divide(start, goal, pieces, there)
    rows = []
    for code, inside in sorted(pieces.items()):
        main = next(there[p] for p in inside if not p[1])
        parts: dict[str, float] = defaultdict(float)
        bases = set()
        for origin, land in inside:
            if land and there[(origin, land)] != main:
                share, basis = _share(land, code, year)
                parts[there[(origin, land)]] += share
                bases.add(basis)
        status = "approximate" if parts else "exact"
        basis = "+".join(sorted(bases)) or "whole"
        rows.append((code, main, 1.0 - sum(parts.values()), basis, status))
        rows += [(code, other, share, basis, status) for other, share in parts.items() if share > 0]
    out = pd.DataFrame(rows, columns=["from", "to", "share", "basis", "status"])
    return out.sort_values(["from", "share", "to"], ascending=[True, False, True]).reset_index(drop=True)


def _holders(one: Vintage) -> dict[Piece, str]:
    """The body of a geography that holds each piece of land."""
    board = _graph().board if one.level == "icb" else {}
    return {piece: board.get(code, code) for piece, code in _at(one.start).items()}


def pieces(
    at: Day, to: Day, level: str | None = None, *, at_level: str | None = None
) -> dict[tuple[str, str], tuple[str, ...]]:
    """The pieces of land that each body of a date brings to each body of another.

    Takes what ``lookup`` takes, and raises what it raises.

    Returns
    -------
    dict
        From each pair ``(from, to)`` of ``lookup`` to the names of its pieces. Together the pieces of one ``to``
        are all of it, and each lies in one ``from``: what is not covered by some bodies of the date is a part of
        it that they lack. Land on which no patient was ever counted is left out. Of a trust, each share is a
        piece.

    Examples
    --------
    >>> pieces("2014-04-01", "2022-07-01")["01H", "QE1"]
    ('01H/south_cumbria',)
    """
    at, at_level = checked(at, at_level)
    to, level = checked(to, level)
    return _pieces(vintage(at, at_level), vintage(to, level), _financial_year(at))


@cache
def _pieces(start: Vintage, goal: Vintage, year: pd.Timestamp) -> dict[tuple[str, str], tuple[str, ...]]:
    pairs = list(_lookup(start, goal, year)[["from", "to"]].itertuples(index=False, name=None))
    if start.level == "pct":
        return {pair: ("/".join(pair),) for pair in pairs}
    counted = {land: any(s > 0 for _, s in known) for (land, _), known in _graph().shares.items()}
    here, there = _holders(start), _holders(goal)
    out: dict[tuple[str, str], list[str]] = {pair: [] for pair in pairs}
    for piece, holder in sorted(here.items()):
        pair = (holder, there[piece])
        if pair in out and counted.get(piece[1], True):
            out[pair].append("/".join(filter(None, piece)))
    return {pair: tuple(names) for pair, names in out.items()}


def _share(land: str, holder: str, year: pd.Timestamp) -> tuple[float, str]:
    """Share of a body that a land in it holds: of patients in the year nearest before, else as published."""
    measured = _graph().shares.get((land, holder))
    if measured:
        before = [share for day, share in measured if day <= year]
        return (before[-1] if before else measured[0][1]), "patients"
    for r in _graph().rows:
        if r["kind"] == "split" and r["land"] == land and r["from"] == holder and r["share"] is not None:
            return float(r["share"]), r["basis"]
    raise LineageError(f"no share is known of {land} in {holder}; practice_moves and successions have none")


def _refuse_to_divide(
    start: Vintage, goal: Vintage, pieces: dict[str, list[Piece]], there: dict[Piece, str]
) -> None:
    """Going back: every body must be made of the same land as some body then."""
    then = defaultdict(set)
    for piece, code in there.items():
        then[code].add(piece)
    for merged in (True, False):  # a merger is the plainer reason
        for code, inside in sorted(pieces.items()):
            old = {there[p] for p in inside if not p[1] or not merged}
            if len(old) > 1 or (not merged and any(then[c] - set(inside) for c in old)):
                raise LineageError(_why_not_back(code, old, start, goal))


def _why_not_back(code: str, old: set[str], start: Vintage, goal: Vintage) -> str:
    # from a board to its locations no day passes: what stands in the way is that day's own change
    between = [
        r
        for r in _graph().rows
        if goal.start < r["date"] <= start.start or r["date"] == goal.start == start.start
    ]
    merged = [r for r in between if r["to"] == code and r["kind"] in ("merger", "abolition")]
    here = set(_location_of(code))
    moved = [r for r in between if r["kind"] == "split" and here & {r["from"], *_location_of(r["to"])}]
    if merged and len(old) > 1:
        parts = ", ".join(sorted(r["from"] for r in merged))
        what = f"{code} was made on {merged[0]['date'].date()} from {parts}"
    elif moved:
        r = max(moved, key=lambda r: r["date"])
        what = f"the boundary between {r['from']} and {r['to']} moved on {r['date'].date()}"
    else:
        what = f"{code} is made of parts of {', '.join(sorted(old))}"
    return (
        f"backwards is not possible: {what}, and figures of the whole do not say what its parts had. "
        f"Take the older figures forward instead; {goal} are the wrong way round"
    )


def _from_trusts(start: Vintage, goal: Vintage) -> pd.DataFrame:
    """Trusts reach the CCGs of April 2015 by share of postcodes, and go on from there as those do."""
    if goal == start:
        codes = tables.load("pcts")["code"]
        return pd.DataFrame({"from": codes, "to": codes, "share": 1.0, "basis": "whole", "status": "exact"})
    if goal.start < TRUSTS_REACH:
        raise LineageError(
            "primary care trusts are known to lead to the CCGs of April 2015 only; take them to 2015-04-01 "
            "or later"
        )
    first = tables.load("pct_to_ccg").rename(columns={"pct": "from", "ccg": "middle"})
    # the published percentages are rounded; each trust must be placed whole
    first["share"] /= first.groupby("from")["share"].transform("sum")
    then = _lookup(vintage(TRUSTS_REACH), goal, TRUSTS_REACH).rename(
        columns={"from": "middle", "share": "on"}
    )
    both = first[["from", "middle", "share"]].merge(then[["middle", "to", "on"]], on="middle")
    both["share"] *= both["on"]
    out = both.groupby(["from", "to"], as_index=False)[["share"]].sum()
    out["basis"], out["status"] = "postcodes", "approximate"
    return out.sort_values(["from", "share", "to"], ascending=[True, False, True]).reset_index(drop=True)


def successors(code: str, to: Day, level: str | None = None, *, at: Day | None = None) -> pd.DataFrame:
    """What one body is on another day.

    Parameters
    ----------
    code : str
        An ODS or ONS code. An ONS code stands for the area that the body had while it was in use.
    to : str or date
        The day wanted, up to 2026-03-31.
    level : {"ccg", "sub_icb", "icb", "pct"}, optional
        The level at ``to``; by default what commissioned on the day.
    at : str or date, optional
        The day of the body's life whose area is meant. By default its last, as a CCG if it was one, or ``to``
        if that is sooner.

    Returns
    -------
    DataFrame
        The rows of ``lookup`` for this body, largest share first.

    Raises
    ------
    LineageError
        The code is not known (with a suggestion where one is likely), was not open at ``at`` (the text says
        when it was), or cannot be followed to ``to``: see ``lookup``.

    Examples
    --------
    >>> from ccg import successors
    >>> successors("00C", "2022-07-01")
      from   to  share  basis status
    0  00C  QHM    1.0  whole  exact

    Before land left it, 01H was larger:

    >>> successors("01H", "2022-07-01", at="2014-04-01").round(3)
      from   to  share     basis       status
    0  01H  QHM  0.627  patients  approximate
    1  01H  QE1  0.373  patients  approximate
    """
    given = code
    code, level_then, first, last = lifetime(given)
    if given in ons_periods():
        _, first, last = ons_periods()[given]
    if at is None:
        as_ccg = level_then == "ccg" and first < BOARDS
        at = min(last, as_day(to), *([BOARDS - pd.Timedelta(days=1)] if as_ccg else []))
    at = as_day(at)
    if not first <= at <= last:
        raise LineageError(
            f"{given} was not open on {at.date()}: it was open from {first.date()} to {last.date()}"
        )
    found = lookup(at, to, level, at_level=level_then if at < BOARDS or level_then != "ccg" else "sub_icb")
    return found[found["from"] == code].reset_index(drop=True)


def lifetime(code: str) -> Lifetime:
    """ODS code, level, first and last day of a body by a code of either scheme. CCG codes live on as locations.

    Raises
    ------
    LineageError
        The code is not known.

    Examples
    --------
    >>> lifetime("E38000042")
    ('00C', 'ccg', Timestamp('2013-04-01 00:00:00'), Timestamp('2020-03-31 00:00:00'))
    """
    found = _spans().get(code)
    if found:
        return found
    near = suggest(code)
    raise LineageError(f"{code!r} is not a code known here" + (f"; did you mean {near}?" if near else ""))


@cache
def _spans() -> dict[str, Lifetime]:
    """What ``lifetime`` says, for every code of either scheme: read once, for a search asks it of every hit."""
    eve = BOARDS - pd.Timedelta(days=1)
    out: dict[str, Lifetime] = {}
    for level, table in (("pct", "pcts"), ("icb", "icbs"), ("ccg", "ccgs")):
        for r in tables.records(tables.load(table)):
            span = {"icb": (BOARDS, END), "pct": (TRUSTS, START - pd.Timedelta(days=1))}.get(level)
            first, last = span or (r["opened"], END if r["closed"] == eve else r["closed"])
            out[r["code"]] = out[r["ons_code"]] = (r["code"], level, first, last)
    return out | {ons: out[code] for ons, (code, *_) in ons_periods().items()}


def ons_codes(code: str) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
    """The ONS codes of a body, each with its first and last day, in order; a CCG's go on as a location's.

    The day on which one followed another is that of the boundary change before the list in which the new one
    was first seen.

    Raises
    ------
    LineageError
        The code is not known.

    Examples
    --------
    >>> [(ons, str(first.date())) for ons, first, last in ons_codes("01H")]
    [('E38000041', '2013-04-01'), ('E38000215', '2017-04-01')]
    """
    code, level, first, last = lifetime(code)
    if level == "ccg":
        spans = [(ons, a, b) for ons, (c, a, b) in ons_periods().items() if c == code]
        return sorted(spans, key=lambda span: span[1])
    ons = next(o for o, span in _spans().items() if span[0] == code and o != code)
    return [(ons, first, last)]


# --- trails and words ---------------------------------------------------------------------------


def trail(code: str, *, back: bool = False) -> list[Hop]:
    """Every step of a body's land onwards, or with ``back`` every step that led to it.

    Onwards the steps follow the body as it stood when it opened: its main part and each land that left it; of
    land that came to it later, the step by which that left it again.
    Back, they are the mergers and splits through which it was put together.

    Parameters
    ----------
    code : str
        An ODS or ONS code.
    back : bool, optional
        Go back in time.

    Returns
    -------
    list of Hop
        By date; with ``back`` the latest first.

    Raises
    ------
    LineageError
        The code is not known.

    Examples
    --------
    >>> [(str(hop.date.date()), hop.kind, hop.end) for hop in trail("00C")]
    [('2020-04-01', 'merger', '16C'), ('2022-07-01', 'abolition', 'QHM')]
    """
    code, level, first, _ = lifetime(code)
    if level == "pct":
        if back:
            return []
        rows = tables.load("pct_to_ccg")
        rows = rows[rows["pct"] == code].sort_values("share", ascending=False)
        note = "by share of postcodes, to the CCGs of April 2015"
        return [
            Hop(START, code, r["ccg"], "overlap", r["share"], "postcodes", r["source"], note)
            for r in tables.records(rows)
        ]
    return _back(code, level) if back else _onwards(code, level, first)


def _hop(r: Row, share: float | None = None, basis: str | None = None) -> Hop:
    known = r["share"] if share is None else share
    return Hop(
        r["date"], r["from"], r["to"], r["kind"], None if known is None else float(known),
        basis or r["basis"] or "", r["source"], r["note"] or "", r["land"] or "",
    )  # fmt: skip


def _onwards(code: str, level: str, first: pd.Timestamp) -> list[Hop]:
    if level == "icb":
        return []
    place, hops = _at(first), []
    holders = {piece: code for piece, holder in place.items() if holder == code}
    for r in sorted(_graph().rows, key=lambda r: (r["date"], r["kind"] != "split", r["from"], r["to"])):
        if r["date"] < first or (r["date"] == first and r["kind"] != "rename"):
            continue
        if r["kind"] == "split":
            piece = (r["origin"], r["land"])
            if holders.get(piece) == r["from"]:
                hops.append(_hop(r, *_measured(r)))
                holders[piece] = r["to"]
            elif r["from"] == code:  # land that came to it after it opened
                hops.append(_hop(r, *_measured(r)))
        elif r["from"] in holders.values() and (r["kind"] != "rename" or r["from"] == code):
            hops.append(_hop(r, *_measured(r)))
            if r["kind"] == "merger":
                holders = {p: r["to"] if h == r["from"] else h for p, h in holders.items()}
    return sorted(hops, key=lambda h: (h.date, h.kind == "split", h.start, h.end))


def _measured(r: Row) -> tuple[float | None, str | None]:
    """Share of a split by patients just before it, or what is left after one, where that is known."""
    if r["kind"] == "split":
        known = [s for day, s in _graph().shares.get((r["land"], r["from"]), []) if day < r["date"]]
        return (known[-1], "patients") if known else (None, None)
    if r["share"] in (None, 1.0):
        return None, None
    gone = [
        _measured(o)[0]
        for o in _graph().rows
        if o["kind"] == "split" and (o["from"], o["date"]) == (r["from"], r["date"])
    ]
    known = [share for share in gone if share is not None]
    return (1 - sum(known), "patients") if gone and len(known) == len(gone) else (None, None)


def _back(code: str, level: str) -> list[Hop]:
    wanted, hops = [code], []
    done: set[tuple[str, str, pd.Timestamp, str]] = set()
    while wanted:
        one = wanted.pop()
        for r in _graph().rows:
            key = (r["from"], r["to"], r["date"], r["kind"])
            if r["to"] == one and r["kind"] != "rename" and key not in done:
                done.add(key)
                hops.append(_hop(r, *_measured(r)))
                if r["kind"] in ("merger", "abolition"):
                    wanted.append(r["from"])
    return sorted(hops, key=lambda h: (h.date, h.end, h.start), reverse=True)


@cache
def known_names() -> dict[str, str]:
    """Name of every code of either scheme."""
    out: dict[str, str] = {}
    for table in ("pcts", "icbs", "ccgs", "other_codes"):
        frame = tables.load(table)
        out |= dict(zip(frame["code"], frame["name"], strict=True))
    return out


@cache
def former_names() -> dict[str, str]:
    """Name before a change of name under the same code, by code of the CCG."""
    ccgs = tables.load("ccgs")
    return dict(ccgs.loc[ccgs["former_name"].notna(), ["code", "former_name"]].itertuples(index=False))


def name(code: str) -> str:
    """Name of a body by its ODS code; the code itself if it has none here."""
    return known_names().get(code, code)


def explain(code: str, to: Day | None = None, level: str | None = None) -> str:
    """A body's life in sentences: when it was open, each change with its source, and what it is on a day.

    Parameters
    ----------
    code : str
        An ODS or ONS code.
    to : str or date, optional
        A day, up to 2026-03-31, on which to say what its area became: that of its first day, and that of its
        last (or of this day, if sooner) where the answer differs.
    level : {"ccg", "sub_icb", "icb", "pct"}, optional
        The level at ``to``; by default what commissioned on the day.

    Returns
    -------
    str
        Some lines. In brackets stand ids of the table ``sources``.

    Raises
    ------
    LineageError
        The code is not known, or cannot be followed to ``to``: see ``lookup``.

    Examples
    --------
    >>> from ccg import explain
    >>> print(explain("00C"))
    NHS Darlington CCG (00C)
    A CCG from 1 April 2013 to 31 March 2020.
    After it:
      1 April 2020: 00C merged into 16C (NHS Tees Valley CCG). [ODS25+SU617+HSMA4+GEO]
      1 July 2022: 16C passed to QHM (NHS North East and North Cumbria Integrated Care Board). [ODS25+GEOGR+ICBTOOL]
    """
    code, kind, first, last = lifetime(code)
    lines = [f"{name(code)} ({code})"]
    if kind == "ccg":
        end = min(last, BOARDS - pd.Timedelta(days=1))
        lines.append(f"A CCG from {long_date(first)} to {long_date(end)}.")
        if code in former_names():
            lines.append(f"Before its change of name: {former_names()[code]}.")
        if last == END:
            lines.append(f"Since {long_date(BOARDS)} a sub-ICB location that keeps the code.")
    elif kind == "icb":
        lines.append(f"An integrated care board from {long_date(BOARDS)}.")
    else:
        lines.append(f"A primary care trust, closed on {long_date(last)}.")
    before = trail(code, back=True) if kind != "pct" else []
    if before:
        lines.append("Before it:")
        lines += [f"  {_sentence(h)}" for h in before]
    after = trail(code)
    if after:
        lines.append("After it:")
        lines += [f"  {_sentence(h)}" for h in after]
    if to is not None:
        ends = sorted({first, min(last, as_day(to))})
        found = [(at, successors(code, to, level, at=at).drop(columns="from")) for at in ends]
        if len(found) > 1 and found[0][1].equals(found[1][1]):
            found = found[:1]
        for at, rows in found:
            which_area = f" the area it had on {long_date(at)}" if len(found) > 1 else " its area"
            lines.append(f"On {long_date(as_day(to))}{which_area} is:")
            for r in tables.records(rows):
                share = "" if r["share"] == 1 else f", {r['share']:.1%} by {r['basis']}"
                lines.append(f"  {r['to']} {name(r['to'])}{share} ({r['status']})")
    return "\n".join(lines)


def _sentence(hop: Hop) -> str:
    what = {
        "merger": f"{hop.start} merged into {hop.end} ({name(hop.end)})",
        "abolition": f"{hop.start} passed to {hop.end} ({name(hop.end)})",
        "rename": f"{hop.start} changed its name",
        "overlap": f"{hop.start} overlaps {hop.end} ({name(hop.end)})",
        "split": f"part of {hop.start} moved to {hop.end} ({name(hop.end)})",
    }[hop.kind]
    share = f", {hop.share:.1%} by {hop.basis}" if hop.share not in (None, 1.0) else ""
    note = f" {hop.note}" if hop.note and hop.kind in ("split", "rename") else ""
    return f"{long_date(hop.date)}: {what}{share}. [{hop.source}]{note}"


def search(text: str) -> pd.DataFrame:
    """Bodies that have a text as their code or ONS code, or have it in their name or former name.

    Case, "NHS", "CCG" and "&" against "and" do not matter.

    Returns
    -------
    DataFrame
        One row for each body, those with the code first, else sorted by code: ``code, level, name, opened,
        closed``, the last two its first and last day.

    Examples
    --------
    >>> search("darlington")[["code", "level", "name"]]
      code level                name
    0  00C   ccg  NHS Darlington CCG
    1  5J9   pct          Darlington
    """
    wanted = plain_name(text)
    rows = []
    former = former_names()
    by_ons = defaultdict(list)
    for ons, (code, *_) in ons_periods().items():
        by_ons[code].append(ons)
    for level, table in (("ccg", "ccgs"), ("icb", "icbs"), ("pct", "pcts")):
        for r in tables.records(tables.load(table)):
            code = r["code"]
            words = plain_name(f"{r['name']} {former.get(code, '') if level == 'ccg' else ''}")
            codes = {code.lower(), str(r["ons_code"]).lower()} | {o.lower() for o in by_ons.get(code, [])}
            if wanted in codes or (wanted and wanted in words):
                _, _, first, last = lifetime(code)
                last = min(last, BOARDS - pd.Timedelta(days=1)) if level == "ccg" else last
                rows.append((wanted not in codes, code, level, r["name"], first, last))
    rows.sort()
    return pd.DataFrame([r[1:] for r in rows], columns=["code", "level", "name", "opened", "closed"])


def plain_name(text: str) -> str:
    """A name without case, signs and what many names have, to compare it.

    Examples
    --------
    >>> plain_name("NHS Windsor, Ascot & Maidenhead CCG")
    'windsor ascot and maidenhead'
    """
    text = text.lower().replace("&", " and ")
    text = re.sub(r"\b(nhs|ccg|clinical commissioning group|integrated care board|icb|pct)\b", " ", text)
    return re.sub(r"[^a-z0-9]+", " ", text).strip()


# --- which geography ----------------------------------------------------------------------------


def codes_of(one: Vintage, scheme: str = "ods") -> frozenset[str]:
    """The codes of a geography in the scheme ``ods`` or ``ons``."""
    frame = bodies(one.start, one.level)
    return frozenset(frame["code" if scheme == "ods" else "ons_code"].dropna())


def scheme_of(codes: Iterable[str]) -> str:
    """``ons`` if any code looks like E38000041, else ``ods``.

    Raises
    ------
    LineageError
        The two are mixed.
    """
    ons = [c for c in codes if re.fullmatch(r"E(38|54|16|17)\d{6}", c)]
    ods = [c for c in codes if re.fullmatch(r"[0-9A-Z]{3}|[A-Z]\d[A-Z]\d[A-Z]", c)]
    if ons and ods:
        raise LineageError(
            f"two schemes are mixed: {ons[0]} is an ONS code and {ods[0]} an ODS code. Put all into one; "
            "the table ons_codes has both"
        )
    return "ons" if ons else "ods"


@cache
def beside() -> dict[str, str]:
    """What stands beside bodies in published tables and is none, with its kind: hubs, England, UNKNOWN."""
    table = tables.load("other_codes")
    out = dict(zip(table["code"], table["kind"], strict=True))
    words = {"national": ("England", "Eng", "National", "All", "Total"), "unknown": ("Unknown", "Not known")}
    for kind, some in words.items():
        out |= {form: kind for word in some for form in (word, word.upper(), word.lower())}
    return out


def which(codes: Iterable[object]) -> list[Fit]:
    """The geographies that some codes are of, best first.

    Parameters
    ----------
    codes : iterable of str
        ODS or ONS codes, in any order and as often as they come. Blanks, and what stands beside CCGs in
        published tables (hubs, England, UNKNOWN), are left aside.

    Returns
    -------
    list of Fit
        Every geography that all of the codes are of, those with the fewest bodies missing first. If there is
        none, the three with the fewest codes that are not theirs. Empty if no code is known.

    Raises
    ------
    LineageError
        ODS and ONS codes are mixed.

    Examples
    --------
    >>> from ccg import load, which
    >>> fits = which(load("icbs")["code"])
    >>> print(fits[0].vintage)
    the boards of July 2022
    >>> fits[0].exact, fits[0].matched
    (True, 42)
    """
    given = {str(c) for c in codes} - set(beside()) - {"", "nan", "None", "<NA>"}
    scheme = scheme_of(given)
    fits = []
    for one in vintages():
        known = codes_of(one, scheme)
        matched = given & known
        if matched:
            fits.append(
                Fit(one, scheme, len(matched), tuple(sorted(given - known)), tuple(sorted(known - given)))
            )
    fits.sort(key=lambda f: (len(f.extra), len(f.missing), f.vintage.start))
    whole = [f for f in fits if not f.extra]
    return whole or fits[:3]


def describe(fit: Fit) -> str:
    """One fit in words.

    Examples
    --------
    >>> describe(which(bodies("2018-04-01")["code"])[0])
    'these 195 codes are the CCGs of April 2018'
    """
    total = fit.matched + len(fit.missing)
    if fit.exact:
        return f"these {fit.matched} codes are {fit.vintage}"
    words = f"{fit.matched} of the codes are of {fit.vintage}, which has {total}"
    others = defaultdict(list)
    for code in fit.extra:
        others[_when(code)].append(code)
    return "; ".join([words, *(f"of {when}: {', '.join(c[:4])}{_more(c)}" for when, c in others.items())])


def _more(codes: list[str]) -> str:
    return f" and {len(codes) - 4} more" if len(codes) > 4 else ""


def _when(code: str) -> str:
    try:
        found, level, first, last = lifetime(code)
    except LineageError:
        near = suggest(code)
        return "no time or place known here" + (f", perhaps meant as {near}" if near else "")
    if code != found and code in ons_periods():
        _, first, last = ons_periods()[code]
    if level == "ccg" and last == END:
        return f"{first:%B %Y} and after"
    return f"{first:%B %Y} to {last:%B %Y}"


# --- what was meant -----------------------------------------------------------------------------

_LEVEL_WORDS = {
    "sub_icb": r"sub icb( locations?)?|sub integrated care board( locations?)?",
    "ccg": r"ccgs?|clinical commissioning groups?",
    "icb": r"icbs?|integrated care boards?|boards?",
    "pct": r"pcts?|primary care trusts?|care trusts?",
}
#: Words that carry no meaning in a name; every other word may tell two bodies apart.
_SMALL = {"nhs", "and", "the", "of", "in", "for", "with"}
#: A typing mistake never turns one of these into another.
_DIRECTIONS = {
    a + b for a in ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest")
    for b in ("", "ern")
} | {"central", "mid", "inner", "outer", "upper", "lower", "greater", "city", "county"}  # fmt: skip
#: A name with one of these is of something else than the body whose code or name is in it.
_NOT_ONE = {
    *("excluding", "excl", "except", "other", "others", "not", "non", "without", "rest", "total", "all"),
    *(
        "wales",
        "welsh",
        "scotland",
        "scottish",
        "ireland",
        "irish",
        "man",
        "jersey",
        "guernsey",
    ),  # not England
}


def suggest(value: object, among: Iterable[str] | None = None) -> str | None:
    """The code that somebody meant: spaces and case, Excel's powers of ten, a code in a name, a name.

    Parameters
    ----------
    value : object
        What stood where a code should.
    among : iterable of str, optional
        The codes of the geography in hand, which decide between bodies of the same name.

    Returns
    -------
    str or None
        An ODS or ONS code; None where no reading is likely, or more than one.

    Notes
    -----
    Careful, because ``rebase`` may act on it. A code at the beginning or end of a name decides (``NHS Devon
    ICB - 15N`` is 15N). A name is taken if it is that of one body at the level that it says; a board's name
    is never taken for a CCG, nor a CCG's for a board. In a name of two words or more one letter of one word may
    be wrong, but no word left out or added. Nothing is put in front of letters: Excel takes zeros only from
    what looks like a number, and no code does but those like 5E1.

    Examples
    --------
    >>> suggest("5.00E+01"), suggest("NHS Devon ICB - 15N"), suggest("NHS Tees Valley CCG"), suggest("Wales")
    ('5E1', '15N', '16C', None)
    """
    known = _spans().keys() | known_names().keys()
    text = re.sub(r"[\s\u00a0\ufeff'\"]+", "", str(value)).upper()
    if text in known:
        return text
    power = re.fullmatch(r"(\d)(?:\.0+)?E\+?0?(\d)", text)  # 5E1 as Excel shows it: 5.00E+01
    if power:
        code = f"{power[1]}E{power[2]}"
        return code if code in known else None
    words = _words(str(value))
    if not words or _NOT_ONE & set(words):
        return None
    inside = [w.upper() for w in words if w.upper() in known and w != "england"]
    if inside:
        return _code_in_name(words, inside)
    return _by_name(str(value), words, None if among is None else frozenset(among))


def _words(name: str) -> tuple[str, ...]:
    plain = re.sub(r"['\u2019`]", "", name.lower()).replace("&", " and ")
    return tuple(re.findall(r"[a-z0-9]+", plain))


def _telling(name: str) -> tuple[str | None, tuple[str, ...]]:
    """The level that a name says, and the words that tell it from others."""
    plain, level = " ".join(_words(name)), None
    for one, words in _LEVEL_WORDS.items():
        shorter = re.sub(rf"\b({words})\b", " ", plain)
        if shorter != plain:
            plain, level = shorter, level or one
    return level, tuple(w for w in plain.split() if w not in _SMALL)


def _code_in_name(words: tuple[str, ...], inside: list[str]) -> str | None:
    """The one code in some words, if it stands first or last and they say no more than whose it is.

    That is nothing, NHS and a level, or the name, now or before, of that body or of its board. Other words
    may say anything: 00K behind the name of 00C, outside 00M, part of 00M.
    """
    bodies = {_spans()[c][0] if c in _spans() else c for c in inside}
    first, last = words[0].upper(), words[-1].upper()
    code = last if last in inside else first
    if len(bodies) != 1 or code not in inside:
        return None
    (body,) = bodies
    board = _graph().board.get(body)
    own = _spans()[body][1] if body in _spans() else None
    levels = {None, own, *(("icb", "sub_icb") if board else ())}
    rest = " ".join(w for w in words if w.upper() not in inside)
    level, told = _telling(rest)
    if not told:
        return code if level in levels and not (_SMALL - {"nhs"}) & set(words) else None
    names = {own: [known_names().get(body), former_names().get(body)]}
    if board:
        names["icb"] = [known_names()[board]]
        names["sub_icb"] = names[own] + names["icb"]
    some = names.get(level, []) if level else [n for group in names.values() for n in group]
    return code if told in {_telling(n)[1] for n in some if n} else None


#: The words that tell a name from others -> level -> the codes of that name.
_Index = dict[tuple[str, ...], dict[str, set[str]]]


@cache
def _name_index() -> tuple[_Index, frozenset[str]]:
    """The codes of each name, and every word of any name."""
    out: defaultdict[tuple[str, ...], defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for code, name in [*known_names().items(), *former_names().items()]:
        level = _spans()[code][1] if code in _spans() else "other"
        out[_telling(name)[1]][level].add(code)
    return {k: dict(v) for k, v in out.items() if k}, frozenset(w for k in out for w in k)


def _by_name(text: str, words: tuple[str, ...], among: frozenset[str] | None) -> str | None:
    level, told = _telling(text)
    index, vocabulary = _name_index()
    if told not in index:
        told = _respelt(told, index, vocabulary)
    found = {k: v for k, v in index.get(told, {}).items() if k != "other" or "nhs" not in words}
    if level:
        found = {level: found.get(level, set())}
    codes = {c for some in found.values() for c in some}
    near = codes & among if among else set()
    if not near and "icb" not in found:
        near = found.get("ccg", set())  # a trust of the same name is older, and hardly meant
    near = near or codes
    return next(iter(near)) if len(near) == 1 else None


def _respelt(told: tuple[str, ...], index: _Index, vocabulary: frozenset[str]) -> tuple[str, ...]:
    """The one name that differs from some words in one letter of one word, which no name has.

    Never a name of one word: Boston, Burnley and Wales are places too, each near the name of a CCG.
    """
    wrong = [i for i, word in enumerate(told) if word not in vocabulary | _DIRECTIONS]
    if len(told) < 2 or len(wrong) != 1 or len(told[wrong[0]]) < 5:
        return ()
    i = wrong[0]
    near = [w for w in vocabulary - _DIRECTIONS if len(w) > 4 and _one_slip(told[i], w)]
    names = [name for w in near if (name := (*told[:i], w, *told[i + 1 :])) in index]
    return names[0] if len(names) == 1 else ()


def _one_slip(typed: str, word: str) -> bool:
    """Whether one letter after the first was left out, added, mistaken, or swapped with its neighbour."""
    if typed[0] != word[0]:
        return False
    while typed and word and typed[0] == word[0]:
        typed, word = typed[1:], word[1:]
    while typed and word and typed[-1] == word[-1]:
        typed, word = typed[:-1], word[:-1]
    return max(len(typed), len(word)) <= 1 or (len(typed) == 2 and typed == word[::-1])
