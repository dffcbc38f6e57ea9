"""The mapping: what each code that may stand in a frame brings to which code, land by land, and from which day.

A row is a piece of land that an old code brings to a new one. So two questions are answered by counting: is
all the land of the target covered (if not, a part of it has no row), and is a piece covered twice under one
key (then two codes hold the same land, and are not added). The numbers go with the first piece of a body only.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from ..codes import WHY, scheme_of
from ..geography import GROUPS, LineageError, Vintage, as_day
from ..lineage import Lineage
from ..words import count
from .columns import Table, distinct
from .request import Frame, RebaseError, Request

#: Of two codes that hold the same land under one key, a board gives way to its locations, a partnership to its CCGs, an earlier body to a
#: later one, an ONS code or a name to the ODS code. The steps of ``rank`` that tell the three apart.
BOARD, EARLIER = 10**9, 10**6


#: What lets a person through whose codes are not of the geography.
_TO_UNMAPPED = "unknown='unmapped' (--unknown unmapped) sends codes that find no place to unmapped"


class Row(NamedTuple):
    """A row of the look-up: one piece of land that an old code brings to a new one."""

    old: str
    new: str | None
    approx: int
    share: float
    reason: str | None
    since: int | None  # the first and last of ``Lineage.days`` that it holds for; None for any
    until: int | None
    piece: str | None
    first: int  # whether it is the first piece of the two codes: numbers go with that
    top: int  # whether it is the first row of the old code
    rank: int  # of two rows of one piece under one key and of one day the lower is placed
    need: int  # pieces of the new code
    land: frozenset[str] | None  # all pieces of the old code
    body: str  # the ODS code of the old code
    size: int = 1  # how many pieces the row is for: see ``bundled``


@dataclass(frozen=True)
class Mapping:
    """What a frame is moved by.

    Attributes
    ----------
    start : str
        The geography of the codes, in words.
    every : tuple of Row
        The whole look-up, each day by itself.
    rows : tuple of Row
        Those that the frame may meet, pieces that always go together as one.
    repaired : dict
        Every code that was read as another, as it stood -> as it was meant.
    spellings : list of tuple of str
        Spellings of one code that both stand in the data.
    apart : bool
        Whether dates that are no key set rows of one key apart.
    doubles : bool
        Whether two codes that the frame may have hold the same land on one day, or on any if ``apart``.
    day : Timestamp or None
        The day of the geography of the codes, if all rows are of one.
    """

    start: str
    every: tuple[Row, ...]
    rows: tuple[Row, ...]
    repaired: dict[str, str]
    spellings: list[tuple[str, ...]]
    apart: bool
    doubles: bool
    day: pd.Timestamp | None

    @cached_property
    def fractions(self) -> bool:
        """Whether any body is divided."""
        return any(r.share not in (0, 1) for r in self.rows)

    @cached_property
    def reasons(self) -> bool:
        """Whether it says of any code why it is not placed."""
        return any(r.reason for r in self.rows)

    @cached_property
    def once(self) -> bool:
        """Whether each pair of codes has one row only."""
        return all(r.first for r in self.rows)

    @cached_property
    def levels(self) -> bool:
        """Whether it holds boards and their locations."""
        return len({r.rank >= BOARD // 2 for r in self.rows if r.piece}) > 1


@dataclass(frozen=True)
class _Found:
    """The geography of some codes: in words, its look-up, the codes and days that there are, and what was repaired."""

    start: str
    every: tuple[Row, ...]
    used: frozenset[tuple[str, int | None]] | None
    repaired: dict[str, str]
    day: pd.Timestamp | None = None


def find(old: Frame, table: Table, request: Request, period: Sequence[str]) -> Mapping:
    """The mapping that a grouped frame needs, once its codes and days are seen to be right."""
    home = request.lineage
    found = _by_column(old, table, request) if request.dates else _by_date(old, table, request)
    apart = _apart(old, table, request, period)
    if found.used is None and request.dates and not found.repaired:
        rows = _for_any_day(home, request.goal, apart)
        return Mapping(found.start, found.every, rows, {}, [], apart, doubles=True, day=None)
    every = _spelt(found.every, found.repaired)
    some = [r for r in every if found.used is None or (r.old, r.since) in found.used]
    some = bundled(some, apart)
    rows = tuple(_spans(some, home) if request.dates else some)
    spellings = _spellings(found.repaired, some)
    doubles = found.used is None or _doubles(some, apart)
    return Mapping(found.start, every, rows, found.repaired, spellings, apart, doubles, found.day)


def _doubles(rows: Iterable[Row], apart: bool) -> bool:
    held = defaultdict(set)
    for r in rows:
        held[r.piece, None if apart else r.since].add((r.rank, r.old, r.since))
    return any(len(holders) > 1 for (piece, _), holders in held.items() if piece)


def _apart(old: Frame, table: Table, request: Request, period: Sequence[str]) -> bool:
    """Whether dates are no key of the result, and an eager frame has more than one of them in some period."""
    if request.dates is None or request.dates in request.by:
        return False
    if table.lazy:
        return True
    dates = old.select(*period, request.dates).unique()
    return len(dates) > (len(dates.select(*period).unique()) if period else 1)


# --- from which geography -------------------------------------------------------------------------


def _by_date(old: Frame, table: Table, request: Request) -> _Found:
    """One geography for all rows: that of a date, or the one that the codes are of."""
    home = request.lineage
    ask = not table.lazy or request.at == "auto" or request.repair
    codes = distinct(old, request) if ask else None
    repaired: dict[str, str] = {}
    doubtful: frozenset[str] = frozenset()
    levels: tuple[str, ...]
    if request.at == "auto":
        repaired = _mended(codes or [], request)
        best, doubtful = _only_fit([repaired.get(c, c) for c in codes or []], request)
        start, day, levels = str(best), best.start, (best.level,)
    else:
        day = as_day(request.at)
        levels, repaired = _levels(day, codes, request)
        start = " or ".join(str(home.vintage(day, one)) for one in levels)
    every = _rows(home, day, levels, request.goal)
    if doubtful:
        every = tuple(r._replace(approx=1) if r.body in doubtful and r.new is not None else r for r in every)
    used = None
    if codes is not None:
        of_day = {r.old for r in every}
        # a CCG that lives on as a location may have the name of its board, whichever the others are
        repaired |= _mended(codes, request, of_day if day < home.boards else None)
        _check([repaired.get(c, c) for c in codes], of_day, start, request)
        used = frozenset((c, None) for c in codes)
    return _Found(start, every, used, repaired, day)


def _levels(
    day: pd.Timestamp, codes: list[str] | None, request: Request
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Of locations and boards, or CCGs and partnerships, those that the codes are of. And what was repaired."""
    home, both = request.lineage, request.lineage.levels_on(day)
    if len(both) < 2 or codes is None:
        return both or (home.level_on(day),), {}
    repaired = _mended(codes, request)
    meant = {repaired.get(c, c) for c in codes}
    there = [
        level
        for level in both
        if meant & {c for scheme in ("ods", "ons") for c in home.codes_of(home.vintage(day, level), scheme)}
    ]
    return tuple(there) or both[:1], repaired


def _only_fit(codes: list[str], request: Request) -> tuple[Vintage, frozenset[str]]:
    """The geography that codes are of; of several, the first, if the numbers are the same from all.

    And the bodies whose land is not the same in all of them, though no number is: with the first geography
    they could be called exact and with another not, so they are not.
    """
    home = request.lineage
    given = [c for c in codes if c.strip()]
    if request.unknown == "unmapped":
        every = home.every_code()
        given = [c for c in given if c in every]
    fits = home.which(given)
    if not fits or fits[0].extra:
        near = "; or ".join(home.describe(f) for f in fits[:2]) or "no code is known here"
        raise RebaseError(
            f"the codes are of no one geography: {near}. If each row has its own, name a column of dates in at"
        )
    exact = sorted(
        [f.vintage for f in fits if f.exact] or [f.vintage for f in fits],
        key=lambda v: (v.level == "partnership", v.start),  # a code of both is rather that of the board
    )
    answers: dict[Vintage, object] = {}
    refused: dict[Vintage, LineageError] = {}
    for vintage in exact:
        try:
            rows = _rows(home, vintage.start, (vintage.level,), request.goal)
        except LineageError as error:
            refused[vintage] = error
            continue
        mine = {r for r in rows if r.old in set(given) and r.new is not None}
        brings = frozenset((r.old, r.new, r.share, r.reason) for r in mine)
        answers[vintage] = (brings, _made_whole(rows, mine))
    if not answers:
        raise next(iter(refused.values()))
    first, *others = answers
    of_level = {v.level: v for v in reversed(answers)}
    # from a geography later than the goal there is no way back: it says no more than the one before it
    early = all(v.level in of_level and v.start > request.goal.start for v in refused)
    if len(set(answers.values())) > 1 or not early:
        named = ", or ".join(map(str, exact))
        raise RebaseError(
            f"these codes could be {named}, and the answer differs. Say which with at: the date of the "
            "geography, not the period of the data"
        )
    return first, frozenset().union(*(_changed(home, of_level[v.level], v) for v in (*others, *refused)))


def _changed(home: Lineage, first: Vintage, other: Vintage) -> frozenset[str]:
    """The bodies whose land is not the same in two geographies of one level."""
    rows = _rows(home, first.start, (first.level,), other)
    return frozenset(code for r in rows if r.approx and r.new is not None for code in (r.body, r.new))


def _made_whole(
    rows: Iterable[Row], mine: set[Row]
) -> frozenset[tuple[str, frozenset[frozenset[str] | None]]]:
    """The bodies that rows can make whole, each with the land of all that go into it: no other can be but incomplete."""
    feeds, there = defaultdict(set), {r.land for r in mine}
    for r in rows:
        if r.new is not None:
            feeds[r.new].add(r.land)
    targets = {r.new for r in mine if r.new is not None}
    return frozenset((new, frozenset(feeds[new])) for new in targets if feeds[new] <= there)


def _by_column(old: Frame, table: Table, request: Request) -> _Found:
    """A geography for each day in a column of dates; of an eager frame those it has, checked."""
    home = request.lineage
    repaired = _mended(distinct(old, request), request) if request.repair else {}
    start = f"the geography dated in {request.dates!r}"
    if table.lazy:
        return _Found(start, _every_day(home, request.goal), None, repaired)
    pairs = old.select(request.code, request.temp("day")).unique()
    both = zip(pairs[request.code].to_list(), pairs[request.temp("day")].to_list(), strict=True)
    used = {(str(c), i) for c, i in both if not pd.isna(c) and str(c).strip() and i >= 0}
    out: list[Row] = []
    for i in sorted({i for _, i in used}):
        out += _of_day(home, request.goal, i)
    known = {(r.old, r.since) for r in out}
    bad = sorted({(c, i) for c, i in used if (repaired.get(c, c), i) not in known}, key=str)
    if bad and request.unknown == "refuse":
        said = "; ".join(
            f"{c} on {home.days()[i].date()}: {_whats_wrong(repaired.get(c, c), home)}" for c, i in bad[:5]
        )
        more = f"; and {len(bad) - 5} more" if len(bad) > 5 else ""
        was = "was" if len(bad) == 1 else "were"
        raise RebaseError(
            f"{count(len(bad), 'code')} {was} not open on the date given: {said}{more}. {_TO_UNMAPPED}"
        )
    return _Found(start, tuple(out), frozenset(used), repaired)


# --- codes as they were meant ---------------------------------------------------------------------


def _mended(codes: list[str], request: Request, among: set[str] | None = None) -> dict[str, str]:
    """Codes as they stand -> as they were meant, where ``repair`` allows."""
    if not request.repair:
        return {}
    known, suggest = request.lineage.every_code(), request.lineage.suggest
    strange = [c for c in codes if c not in known and c.strip()]
    return {c: better for c in strange if (better := suggest(c, among))}


def _check(codes: list[str], mapped: set[str], start: str, request: Request) -> None:
    """Refuses codes that are not of the geography, with what is wrong with each."""
    home, beside = request.lineage, request.lineage.beside().keys()
    blank = {c for c in codes if not c.strip()}
    bad = [c for c in codes if c not in mapped and c not in blank]
    if not bad:
        scheme_of([c for c in codes if c not in beside])
        return
    every = home.every_code()
    known = [c for c in codes if c in every]
    scheme_of([c for c in known if c not in beside])
    if request.unknown == "unmapped":
        return
    said = "; ".join(_whats_wrong(c, home) for c in bad[:5])
    said += f"; and {len(bad) - 5} more" if len(bad) > 5 else ""
    fits = home.which(known) if set(known) & set(bad) else []
    hint = f" Nearest: {home.describe(fits[0])}." if fits else ""
    are = "is" if len(bad) == 1 else "are"
    raise RebaseError(f"{count(len(bad), 'code')} {are} not of {start}: {said}.{hint} {_TO_UNMAPPED}")


def _whats_wrong(code: str, home: Lineage) -> str:
    try:
        _, level, first, last = home.lifetime(code)
    except LineageError:
        better = home.suggest(code)
        return f"{code!r} is no code known here" + (f", perhaps {better}" if better else "")
    if code in home.ons_periods():
        _, first, last = home.ons_periods()[code]
    what = {
        "pct": "a trust", "ccg": "a CCG or location", "partnership": "a partnership", "sub_icb": "a location",
        "icb": "a board",
    }[level]  # fmt: skip
    return f"{code} was {what} from {first.date()} to {last.date()}"


def same_but_for_form(written: str, code: str) -> bool:
    """Whether a code was written with other spaces, quotes or case only."""
    return re.sub(r"[\s\u00a0\ufeff'\"]+", "", written).upper() == code


def _spelt(rows: Iterable[Row], repaired: dict[str, str]) -> tuple[Row, ...]:
    """The look-up with a row for each code that was read as another, which gives way to that code itself."""
    of, out = defaultdict(list), list(rows)
    for row in out:
        of[row.old].append(row)
    for i, (wrong, right) in enumerate(repaired.items()):
        worse = 0 if same_but_for_form(wrong, right) else 2 + i
        out += [row._replace(old=wrong, rank=row.rank + worse) for row in of[right]]
    return tuple(out)


def _spellings(repaired: dict[str, str], rows: Iterable[Row]) -> list[tuple[str, ...]]:
    """Codes that stand in more than one spelling, each with all of them."""
    of = defaultdict(set)
    for wrong, right in repaired.items():
        if same_but_for_form(wrong, right):
            of[right].add(wrong)
    plain = {r.old for r in rows} & of.keys()
    return sorted(
        tuple(sorted(some | ({right} & plain)))
        for right, some in of.items()
        if len(some) > 1 or right in plain
    )


# --- the look-up ----------------------------------------------------------------------------------


def _unplaced(code: str, reason: str | None, since: int | None = None, until: int | None = None) -> Row:
    return Row(code, None, 0, 1.0, reason, since, until, None, 1, 1, 0, 0, None, code)


def _rows(
    home: Lineage, day: pd.Timestamp, levels: tuple[str, ...], goal: Vintage, index: int | None = None
) -> tuple[Row, ...]:
    """The look-up for every code that may stand in data of a day, both schemes."""
    out: list[Row] = []
    for one in levels:
        if len(levels) > 1 and one in GROUPS and goal.level not in GROUPS:
            boards = home.bodies(day, one)
            why = f"a {'board' if one == 'icb' else one}: what its {GROUPS[one]} had is not known"
            every = dict.fromkeys((*boards["code"], *boards["ons_code"].dropna()))  # a partnership's are one
            out += [_unplaced(c, why, index, index) for c in every]
        else:
            # from one of these days to the next nothing changes
            same = max(d for d in home.days() if d <= day)
            out += _placeable(home, same, one, goal, index)
    return (*out, *(_unplaced(c, WHY[kind], index, index) for c, kind in home.beside().items()))


def _placeable(
    home: Lineage, day: pd.Timestamp, at_level: str, goal: Vintage, index: int | None
) -> tuple[Row, ...]:
    """The rows of ``_rows`` for the bodies of one level."""
    asked = (day, at_level, goal, index)
    return home.kept("rows", asked, lambda: tuple(_pieces(home, *asked)), most=512)


def _pieces(
    home: Lineage, day: pd.Timestamp, at_level: str, goal: Vintage, index: int | None
) -> Iterator[Row]:
    pieces = home.pieces(day, goal.start, goal.level, at_level=at_level)
    found = home.lookup(day, goal.start, goal.level, at_level=at_level)
    need: defaultdict[str, set[str]] = defaultdict(set)
    land: defaultdict[str, set[str]] = defaultdict(set)
    for (old, new), names in pieces.items():
        need[new].update(names)
        land[old].update(names)
    bodies = home.bodies(day, at_level)
    ons = dict(zip(bodies["code"], bodies["ons_code"], strict=True))
    lies = {old: frozenset(names) for old, names in land.items()}
    rank, before = BOARD if at_level in GROUPS else 0, None
    columns = (found[c].to_list() for c in ("from", "to", "share", "status"))
    for code, new, share, status in zip(*columns, strict=True):
        first, before = code != before, code  # the rows of a code stand together
        for scheme, old in enumerate(dict.fromkeys((code, ons[code]))):
            if isinstance(old, str):
                for n, piece in enumerate(pieces[code, new]):
                    yield Row(
                        old, new, int(status == "approximate"), float(share), None, index, index, piece,
                        int(n == 0), int(first and n == 0), rank + scheme, len(need[new]), lies[code], code,
                    )  # fmt: skip


def _of_day(home: Lineage, goal: Vintage, index: int) -> tuple[Row, ...]:
    """The look-up of one of ``Lineage.days``."""
    day = home.days()[index]
    return _rows(home, day, home.levels_on(day), goal, index)


def _every_day(home: Lineage, goal: Vintage) -> tuple[Row, ...]:
    """The look-ups of all days, for a frame whose dates are not known."""
    return home.kept("every day", goal, lambda: _of_all_days(home, goal), most=64)


def _of_all_days(home: Lineage, goal: Vintage) -> tuple[Row, ...]:
    out: list[Row] = []
    for i, day in enumerate(home.days()):
        try:
            out += _of_day(home, goal, i)
        except LineageError as error:
            why = f"cannot be placed: {error}"
            for level in home.levels_on(day):
                bodies = home.bodies(day, level)
                every = dict.fromkeys((*bodies["code"], *bodies["ons_code"].dropna()))
                out += [_unplaced(c, why, i, i) for c in every]
    return tuple(out)


def _for_any_day(home: Lineage, goal: Vintage, apart: bool) -> tuple[Row, ...]:
    """The same, ready for a frame that is not looked at."""
    rows = _every_day(home, goal)
    return home.kept("any day", (goal, apart), lambda: tuple(_spans(bundled(rows, apart), home)), most=64)


def bundled(rows: Iterable[Row], apart: bool) -> list[Row]:
    """The same look-up with pieces that always go together as one, which counts for as many as they are.

    They go together if every row of the one has its like for the other. Then the first stands for all.
    """
    rows = list(rows)
    holders = defaultdict(list)
    for n, r in enumerate(rows):
        if r.piece is not None:
            holders[r.piece, None if apart else r.since].append(n)
    alike = defaultdict(list)
    for holder, some in holders.items():
        alike[tuple(sorted((rows[n].old, rows[n].new or "", rows[n].since or 0) for n in some))].append(
            holder
        )
    size = {holders[0]: len(holders) for holders in alike.values()}
    out = []
    for r in rows:
        n = 1 if r.piece is None else size.get((r.piece, None if apart else r.since), 0)
        if n:
            out.append(r if n == 1 else r._replace(size=n))
    return out


def _spans(rows: Iterable[Row], home: Lineage) -> list[Row]:
    """A row for several days on which a code brings the same: each code then has rows for every day, and for none.

    So a frame is joined to them by its codes alone, and the days that do not fit fall away.
    """
    of: defaultdict[str, defaultdict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for r in rows:
        of[r.old][r.since or 0].append(r._replace(since=None, until=None))
    out = []
    for old, by_day in of.items():
        begun, same = -1, by_day.get(-1)
        for day in range(len(home.days()) + 1):
            now = by_day.get(day)
            if now != same or day == len(home.days()):
                here = same or [_unplaced(old, None)]
                out += [r._replace(since=begun, until=day - 1) for r in here]
                begun, same = day, now
    return out
