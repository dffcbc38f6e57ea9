"""The account: what went in, what was placed and what was not, for the report."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import pandas as pd

from ..geography import GROUPS
from ..periods import label
from . import columns
from .bases import differences
from .columns import Table, added
from .engines import Cells
from .keys import Grouped
from .mapping import BOARD, Mapping, Row
from .move import Moved, says_levels
from .report import Absent, Report
from .request import RebaseError, Request

FLAGS = ("approx", "short", "sparse")


@dataclass(frozen=True)
class _Found:
    """What was added up.

    Attributes
    ----------
    sums : dict
        By part (input, placed, unmapped) and column.
    shared : dict
        From each approximate body to the part of its numbers that rests on a share, of its rows the largest.
    boards : frozenset of bool
        Of a lazy frame whose codes may be of two levels: whether placed rows are of groups of bodies, of bodies.
    """

    sums: dict[str, dict[str, Any]]
    shared: dict[str, float]
    boards: frozenset[bool] = frozenset()


def account(moved: Moved, table: Table, grouped: Grouped, mapping: Mapping, request: Request) -> Report:
    """The report on a move.

    Of a lazy frame it is one aggregate query, and a second for the codes if some were not placed or divided, or if a
    part has no row.
    """
    temp = request.temp
    found = (
        _of_lazy(moved, table, grouped, mapping, request) if table.lazy else _of_eager(moved, table, request)
    )

    def number(part: str, name: str) -> Any:
        value = found.sums.get(part, {}).get(name)
        return 0 if pd.isna(value) else value

    for name in request.sums:
        if name in grouped.whole and number("input", temp(f"size_{name}")) >= 2**63:
            raise RebaseError(columns.TOO_LARGE.format(name))
    unread = {n: int(number("input", c)) for n, c in table.unread.items() if number("input", c)}
    refused = {words: int(number("input", c)) for words, c in table.refused.items() if number("input", c)}
    totals, missing = {}, {}
    shown = {n: (temp(f"sum_{n}"), n) for n in request.sums}
    shown |= {rate: (temp(f"w_{rate}"), f"{weight} of {rate}") for rate, weight in request.means.items()}
    for name, (column, words) in shown.items():
        totals[words] = {part: float(number(part, column)) for part in ("input", "placed", "unmapped")}
        given = int(number("input", temp(f"n_{name}")))
        said = [columns.INFINITE.format(name), columns.BELOW_ZERO.format(request.means.get(name))]
        other = unread.get(name, 0) + sum(refused.get(one, 0) for one in said)
        missing[words] = max(0, int(number("input", temp("rows"))) - given - other)
    judged = {n for n, c in _told(grouped, request).items() if number("placed", c) or number("unmapped", c)}
    short, divided = number("placed", temp("short")), int(number("placed", temp("approx")))
    left = int(number("unmapped", temp("left")))
    if left or short:
        met = _met(moved, grouped, mapping, request, bool(short))
    else:  # codes alone are asked for in a fraction of the time
        old = table.frame if table.lazy else grouped.frame  # which is shorter by far
        met = _Met(codes=set(columns.distinct(old, request)) if divided else set())
    return Report(
        _start(found, table, mapping, request), str(request.goal), totals, missing,
        met.not_placed, sorted(found.shared), dict(mapping.repaired), found.shared,
        most=float(number("placed", temp("most"))), unplaced=left, divided=divided, basis=request.lineage.basis,
        differ=differences(mapping, request, met.codes) if divided else {},
        rows=int(number("placed", temp("groups"))), incomplete=int(number("placed", temp("incomplete"))),
        absent=_absent(met.there, mapping) if short else [],
        sparse=int(number("placed", temp("sparse"))), sparse_is=request.absent,
        spellings=list(mapping.spellings), keys=request.by,
        periods=tuple(n for n in request.by if n in judged or n in grouped.judged), unread=unread,
        refused=refused, added=bool(number("placed", temp("most_rows")) > 1),
        sizes={n: float(number("input", temp(f"size_{n}"))) for n in request.sums},
    )  # fmt: skip


def _start(found: "_Found", table: Table, mapping: Mapping, request: Request) -> str:
    """The geography of the codes in words; of a lazy frame, of the levels that its placed rows are of."""
    day, home = mapping.day, request.lineage
    if not table.lazy or request.dates or day is None or len(both := home.levels_on(day)) < 2:
        return mapping.start
    boards = found.boards if mapping.levels else {r.rank >= BOARD // 2 for r in mapping.rows if r.piece}
    there = [level for level in both if (level in GROUPS) in boards] or list(both[:1])
    return " or ".join(str(home.vintage(day, one)) for one in there)


def _told(grouped: Grouped, request: Request) -> dict[str, str]:
    """From each key whose cells were asked to the column of the answer."""
    return {name: request.temp(f"told_{name}") for name in grouped.asked}


def _of_eager(moved: Moved, table: Table, request: Request) -> _Found:
    temp, data = request.temp, table.frame
    flagged, unmapped = moved.flagged, moved.unmapped
    cells = Cells(flagged)
    placed = {temp(f): cells[temp(f)].sum() for f in FLAGS}
    placed |= {
        temp("groups"): len(flagged),
        temp("incomplete"): cells["status"].to_list().count("incomplete"),
    }
    placed[temp("most")] = cells["divided"].max()
    placed[temp("most_rows")] = moved.joined[temp("rows")].max()
    left = {temp("left"): len(unmapped)}
    given: dict[str, Any] = {temp("rows"): len(data)}
    for name in request.sums:
        column = temp(f"sum_{name}")
        placed[column], left[column], given[column] = (f[name].sum() for f in (flagged, unmapped, data))
        given[temp(f"n_{name}")] = data[name].count()
        given[temp(f"size_{name}")] = table.sizes[name]
    if request.means:
        given |= data.select(*(one.alias(n) for n, one in added(request).items())).rows(named=True)[0]
    for rate, weight in request.means.items():
        column = temp(f"w_{rate}")
        placed[column], left[column] = flagged[column].sum(), unmapped[f"{weight} of {rate}"].sum()
    shared: dict[str, float] = {}
    if placed[temp("approx")]:
        rough = flagged.filter(nw.col(temp("approx")) > 0)
        for body, part in zip(rough[request.code].to_list(), rough["divided"].to_list(), strict=True):
            shared[body] = max(part, shared.get(body, 0.0))
    return _Found({"input": given, "placed": placed, "unmapped": left}, shared)


def _of_lazy(moved: Moved, table: Table, grouped: Grouped, mapping: Mapping, request: Request) -> _Found:
    """The same in one query: what was placed of each body and what was not, and beside each what went in."""
    temp, sums = request.temp, request.sums
    given = {c: one for c, one in added(request).items() if c not in sums}
    given |= {temp(f"sum_{n}"): nw.col(n).sum() for n in sums}
    given |= {temp(f"size_{n}"): nw.col(n).cast(nw.Float64).abs().sum() for n in sums}
    given |= {c: nw.col(c).sum() for c in (*table.unread.values(), *table.refused.values())}
    whole = table.frame.select(*(one.alias(f"input_{c}") for c, one in given.items()))
    values = [*(temp(f"sum_{n}") for n in sums), *(temp(f"w_{rate}") for rate in request.means)]
    values += [*(temp(f) for f in FLAGS), temp("incomplete"), temp("left"), *_told(grouped, request).values()]
    what = [*(nw.col(c).sum() for c in values), nw.len().alias(temp("groups"))]
    levels = says_levels(grouped, mapping)
    what += [nw.col("divided").max().alias(temp("most")), nw.col(temp("most_rows")).max()]
    what += [nw.col(temp("board")).max(), nw.col(temp("level")).min()] if levels else []
    by_body = moved.flagged.group_by(temp("lost"), request.code).agg(*what)
    rows = by_body.join(whole, how="cross").collect().rows(named=True)
    parts: dict[str, dict[str, Any]] = {"input": {c: rows[0][f"input_{c}"] for c in given} if rows else {}}
    for part, lost in (("placed", 0), ("unmapped", 1)):
        mine = [row for row in rows if row[temp("lost")] == lost]
        parts[part] = {
            c: sum(row[c] for row in mine if not pd.isna(row[c])) for c in (*values, temp("groups"))
        }
        for most in (temp("most"), temp("most_rows")):
            parts[part][most] = max((row[most] for row in mine if not pd.isna(row[most])), default=0)
    placed = [row for row in rows if not row[temp("lost")]]
    shared = {row[request.code]: float(row[temp("most")]) for row in placed if row[temp("approx")]}
    boards = {bool(row[temp(c)]) for row in placed if levels for c in ("board", "level")}
    return _Found(parts, shared, frozenset(boards))


# --- which parts have no row ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Met:
    """The codes that a move met.

    Attributes
    ----------
    not_placed : list
        Those that were not placed, each with its reason.
    codes : set
        All of them.
    there : dict
        By period, time and day of the look-up those that have a row.
    """

    not_placed: list[tuple[str, str]] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    there: Any = field(default_factory=dict)


def _met(moved: Moved, grouped: Grouped, mapping: Mapping, request: Request, short: bool) -> _Met:
    """The codes that a move met, their periods too where a part has no row; of a lazy frame by one query."""
    temp = request.temp
    dates = [temp("time")] if mapping.apart and short else []
    day = [temp("day")] if request.dates and short else []
    period = [c for c in grouped.period if c != temp("all")] if short else []
    placed, lost = _pairs(moved, [*period, *dates, *day, temp("old")], grouped, request)
    there: Any = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
    codes = {old for old, _ in lost}
    for *names, old in placed:
        codes.add(old)
        index = names.pop() if day else None
        time = label(names.pop()) if dates else ""
        there[tuple(map(label, names))][time][index].add(old)
    not_placed = {("(blank)" if pd.isna(old) or not old.strip() else old, reason) for old, reason in lost}
    return _Met(sorted(not_placed), codes, there)


def _pairs(
    moved: Moved, names: list[str], grouped: Grouped, request: Request
) -> tuple[Iterable[tuple[Any, ...]], Iterable[tuple[Any, str]]]:
    """What stands in some columns of the rows that were placed, and each code that was not, with its reason."""
    if not grouped.lazy:
        lost = (moved.unmapped[c].to_list() for c in (request.code, "reason"))
        placed = (moved.joined[c].to_list() for c in names)
        return set(zip(*placed, strict=True)), set(zip(*lost, strict=True))
    gone = request.col("new").is_null().alias(request.temp("lost"))
    why = nw.when(gone).then(moved.why).alias(request.temp("why"))
    names = [*names, request.temp("why"), request.temp("lost")]
    rows = list(columns.alike(moved.joined.with_columns(why, gone), names).collect().iter_rows())
    return [row[:-2] for row in rows if not row[-1]], [row[-3:-1] for row in rows if row[-1]]


def _absent(there: Any, mapping: Mapping) -> list[Absent]:
    """The parts that have no row in a period, by name."""
    mine = {(old, index) for times in there.values() for days in times.values() for index in days for old in days[index]}  # fmt: skip
    parts = _Parts(mapping.every, mine)
    found = defaultdict(set)
    for names, times in there.items():
        bodies = {
            t
            for days in times.values()
            for i, olds in days.items()
            for o in olds
            for t, _ in parts.brings[o, i]
        }
        for time, days in times.items():
            said = ", ".join(filter(None, names))
            said = f"{said} ({time})" if said and time else said or time
            for body, lacking in parts.lacking(bodies, days):
                found[body, lacking].add(said)
    return sorted(Absent(body, lacking, tuple(sorted(p - {""}))) for (body, lacking), p in found.items())


class _Parts:
    """What each body is made of, and what each code of some day brings to it, for the bodies that some codes reach."""

    def __init__(self, every: Iterable[Row], mine: set[tuple[str, int | None]]) -> None:
        every = list(every)
        reached = {r.new for r in every if (r.old, r.since) in mine}
        self.brings: defaultdict[tuple[str, int | None], set[tuple[str, str | None]]] = defaultdict(set)
        self.level: dict[tuple[str, int | None], bool] = {}
        #: day, whether of boards, body -> each part of it and the part's land
        self.parts: Any = defaultdict(lambda: defaultdict(set))
        for r in every:
            if r.new is not None and r.new in reached:
                board = r.rank >= BOARD // 2
                self.brings[r.old, r.since].add((r.new, r.piece))
                self.level[r.old, r.since] = board
                self.parts[r.since, board, r.new][r.body].add(r.piece)

    def lacking(
        self, bodies: set[str], days: dict[int | None, set[str]]
    ) -> Iterable[tuple[str, tuple[str, ...]]]:
        """The bodies that lack parts at one time, each with their codes."""
        here, boards = defaultdict(set), defaultdict(set)
        for day, olds in days.items():
            for old in olds:
                for body, piece in self.brings[old, day]:
                    here[body].add(piece)
                    boards[body].add(self.level[old, day])
        usual = min((b for some in boards.values() for b in some), default=False)
        for body in bodies:
            board = min(boards[body], default=usual)
            latest = sorted(days, key=lambda day: day or 0, reverse=True)
            gone = _named([self.parts[day, board, body] for day in latest], here[body])
            if gone:
                yield body, gone


def _named(every: list[dict[str, set[str]]], here: set[str | None]) -> tuple[str, ...]:
    """The bodies of the latest dates whose land is not there."""
    out: set[str] = set()
    gone = {p for of in every[:1] for land in of.values() for p in land} - here
    for whole in (True, False):
        for of in every:
            for body, land in of.items():
                if gone & land and (land <= gone or not whole):
                    out.add(body)
                    gone -= land
    return tuple(sorted(out))
