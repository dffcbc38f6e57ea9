"""Which geography the codes of each period are of, and where a code goes that is used after its body closed."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from . import keeping, lineage, periods
from .finding import PublishedError
from .geography import Fit


def decide(
    frame: pd.DataFrame,
    code: str,
    period: str,
    read: Mapping[str, str] | None = None,
    carry: bool = False,
    way: str = "closed='carry' (--closed carry) takes codes used after their body closed forward",
) -> pd.DataFrame:
    """The geography that the codes of each period are of.

    Of several that fit, the one in force in the period is taken, else one that has every body, else the one with the
    fewest bodies missing. ``read`` are the cells that hold a code, each with it; by default all that do. With ``carry`` codes of bodies that had closed may stand beside: then the newest decides.

    Returns
    -------
    DataFrame
        One row for each period, in the order of the table: the period, ``at`` (a date of the geography),
        ``geography`` in words, ``codes`` and ``absent``: how many of its bodies have no row.

    Raises
    ------
    PublishedError
        The codes of a period are of no one geography, or of several of which none can be preferred.
    """
    home = lineage.default()
    rows = []
    pairs = keeping.plainly(frame[[period, code]].drop_duplicates())
    for cell, codes in pairs.groupby(period, sort=False)[code]:
        found = [home.written(one) if read is None else read.get(one) for one in codes.unique()]
        given = {c for c in found if c and c not in home.beside()}
        if not given:
            rows.append((cell, "", "no code known here", 0, 0))
            continue
        fits = home.which(given)
        if carry and fits and fits[0].extra:
            day = max(opened(c) for c in given)
            of_day = {c for c in given if is_of(c, str(day.date()))}
            one = lineage.vintage(day)
            rows.append((cell, str(day.date()), str(one), len(of_day), len(home.bodies(day)) - len(of_day)))
            continue
        if not fits or fits[0].extra:
            near = "; or ".join(lineage.describe(f) for f in fits[:2])
            raise PublishedError(
                f"{period} {cell!r}: the codes are of no one geography: {near or 'none fits'}{'' if carry else '. ' + way}"
            )
        fit, day = _best(fits, cell)
        rows.append((cell, str(day.date()), str(fit.vintage), fit.matched, len(fit.missing)))
    return pd.DataFrame(rows, columns=[period, "at", "geography", "codes", "absent"])


def _best(fits: list[Fit], cell: Any) -> tuple[Fit, pd.Timestamp]:
    try:
        day = next(iter(periods.days([cell]).values()), None)
        likely = [] if day is None else [day]
    except periods.PeriodError:
        year = re.fullmatch(r"(20\d\d)(?:\.0)?", str(cell).strip())
        likely = [pd.Timestamp(int(year[1]), 4, 1), pd.Timestamp(int(year[1]), 1, 1)] if year else []
    for day in likely:
        for fit in fits:
            if fit.vintage.start <= day <= fit.vintage.end:
                return fit, day
    return fits[0], fits[0].vintage.start


def differences(codes: set[str], goal: pd.Timestamp, level: str) -> str:
    """Words for what differs between the geographies that some codes may be of: the body and its largest shares."""
    fits = [f for f in lineage.which(codes) if f.exact] or lineage.which(codes)
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for fit in fits:
        try:
            table = lineage.lookup(fit.vintage.start, goal, level, at_level=fit.vintage.level)
        except lineage.LineageError:
            continue
        ons = lineage.bodies(fit.vintage.start, fit.vintage.level).set_index("ons_code")["code"]
        mine = {ons.get(c, c) for c in codes}
        for one in table[table["from"].isin(mine)].to_dict("records"):
            found[str(one["from"]), str(one["to"])][f"{fit.vintage.start:%B %Y}"] = float(one["share"])
    worst = sorted(
        ((max(s.values()) - min(s.values()), pair, s) for pair, s in found.items() if len(s) > 1),
        reverse=True,
    )
    said = [
        f"{old} to {new}: {', '.join(f'{100 * share:.2f}% ({when})' for when, share in shares.items())}"
        for gap, (old, new), shares in worst[:3]
        if gap > 1e-9
    ]
    return f"What differs by {goal.date()}: {'; '.join(said)}" if said else ""


#: What a column of partnerships is called.
_PARTNERSHIP = re.compile(
    r"(?i)(?<![a-z])(?:STP|ICS)s?(?![a-z])|(?<![a-z])partnerships?(?![a-z])|integrated care systems?"
)
#: The same for readers that have no Python.
ANYWHERE = {"of_partnerships": _PARTNERSHIP}


def refuse_partnerships(frame: pd.DataFrame, code: str, keys: list[str], fits: list[Fit]) -> None:
    """Raise PublishedError where codes fit boards alone, and a header or the periods are of partnerships before them.

    Most partnerships had the ODS code of the later board, and some had other borders: Bassetlaw was of QF7 until
    June 2022.
    """
    if not fits or any(f.vintage.level != "icb" or f.scheme != "ods" for f in fits):
        return
    start = min(f.vintage.start for f in fits)
    way = f"Take the ONS codes of partnerships, or figures of CCGs; or, if these are of boards, say so with at='{start.date()}' (--at {start.date()})"
    alike = f"the codes of partnerships (STPs) before {start:%B %Y} look like those of boards, and some had other borders"
    if _PARTNERSHIP.search(code.replace("_", " ")):
        raise PublishedError(f"the column of codes is called {code!r}: {alike}. {way}")
    for key in keys:
        over = [end for cell in frame[key].unique() if (end := periods.end(cell)) is not None]
        if over and min(over) <= start:
            early = next(c for c in frame[key].unique() if periods.end(c) == min(over))
            raise PublishedError(f"column {key!r} has {early!r}, when there was no board: {alike}. {way}")


def opened(code: str) -> pd.Timestamp:
    """The first day of the body of a code, as a CCG."""
    return max(lineage.lifetime(code)[2], lineage.START)


def is_of(code: str, day: str) -> bool:
    """Whether a code stands for a body on a day."""
    at, home = lineage.as_day(day), lineage.default()
    try:
        levels = ["icb", "sub_icb"] if home.level_on(at) == "icb" else [None]
        return any(code in _codes(home, at, one) for one in levels)
    except lineage.LineageError:
        return False


def _codes(home: lineage.Lineage, at: pd.Timestamp, level: str | None) -> frozenset[str]:
    """The codes of both schemes of the bodies of a day."""
    made = lambda: frozenset(home.bodies(at, level)[["code", "ons_code"]].stack())  # noqa: E731
    return home.kept("codes of a day", (at, level), made, most=64)


def days_of_both_levels(given: set[str], by: pd.Timestamp | None = None) -> list[pd.Timestamp]:
    """The first days of the geographies, up to one, in which some codes are of boards and of their locations."""
    home = lineage.default()
    starts = [v.start for v in home.vintages() if v.level == "sub_icb" and (by is None or v.start <= by)]
    return [day for day in starts if given <= _codes(home, day, "icb") | _codes(home, day, "sub_icb")]


def level_of(code: str, at: pd.Timestamp) -> str | None:
    """The level of a code on a day on which boards and locations stand side by side."""
    home = lineage.default()
    if home.level_on(at) != "icb":
        return None
    return "icb" if code in _codes(home, at, "icb") else "sub_icb"


def divided(code: str, day: str, to: pd.Timestamp, level: str) -> bool:
    """Whether the land of the body of a code on a day is in more than one body of the goal."""
    try:
        return len(lineage.successors(lineage.lifetime(code)[0], to, level, at=lineage.as_day(day))) > 1
    except lineage.LineageError:
        return False


def taken_forward(code: str, day: str) -> tuple[str | None, str] | None:
    """The code on a day of the body that a closed one went into whole, or why there is none; None if not closed."""
    at = lineage.as_day(day)
    body, _, _, last = lineage.lifetime(code)
    if last >= at and code == body:
        return None
    try:
        found = lineage.successors(body, at, at=min(last, at))
    except lineage.LineageError as error:
        return None, f"closed, and cannot be taken forward: {error}"
    if len(found) != 1:
        return None, f"closed on {last.date()}, and its land is in more than one body of {day}"
    there = found["to"].iloc[0]
    if code == body:
        return there, ""
    level = None if lineage.level_on(at) != "icb" else "icb"
    return lineage.bodies(at, level).set_index("code")["ons_code"].get(there, there), ""
