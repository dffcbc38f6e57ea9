"""The move: a grouped frame and a mapping become a frame of the new codes. Narwhals only; a lazy frame stays lazy.

Each step adds columns, in as few passes as can be: a database plans every pass, and a window costs the most.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import narwhals as nw
import pandas as pd

from ..periods import label
from ..words import listed
from .columns import as_floats
from .engines import NUMBER, TEXT, WHOLE, Cells, one_for_each, windows
from .engines import joined as beside
from .keys import Grouped, by_most_of_the_cells, likeness
from .mapping import BOARD, EARLIER, Mapping
from .request import Frame, RebaseError, Request

#: Why a row of a lazy frame is not placed where another code holds the same land under its key: see ``BOARD``.
TWICE = {
    BOARD: "a board beside its own parts, which would count twice",
    EARLIER: "a body beside what it became, which would count twice",
    1: "a body beside itself under another code or name, which would count twice",
}


@dataclass(frozen=True)
class Moved:
    """What a move gives.

    Attributes
    ----------
    joined : Frame
        Each row of the grouped frame with each piece of land that it brings; of a lazy frame those too that are not
        placed.
    why : Expr
        Why a row of a lazy frame is not placed, if it is not.
    flagged : Frame
        One row for each key and new code, with what the report asks; of a lazy frame, one with no code for
        what was not placed under each key.
    """

    joined: Frame
    why: Any
    flagged: Frame
    _unmapped: Callable[[], Frame]

    @cached_property
    def unmapped(self) -> Frame:
        """What was not placed, with its reason; planned once it is asked for, as that of most lazy frames never is."""
        return self._unmapped()


def move(grouped: Grouped, mapping: Mapping, request: Request) -> Moved:
    """Every number to where its code leads."""
    if not grouped.lazy and mapping.fractions and grouped.whole:
        floats = [as_floats(grouped.frame[name]) for name in sorted(grouped.whole)]
        grouped = replace(grouped, frame=grouped.frame.with_columns(*floats))
    joined = _joined(grouped, mapping, request)
    times: tuple[str, ...] = ()
    if mapping.apart:
        joined = _with_times(joined, grouped, mapping, request)
        times = (request.temp("time"), request.temp("trusts"))
    joined = _decided(joined, times, grouped, mapping, request)
    why = _why(grouped, mapping, request)
    whole, kept = joined, joined
    # in a lazy frame both stay together, since its report asks for both in one query
    if not grouped.lazy and joined[request.temp("new")].null_count():
        kept = joined.filter(~request.col("new").is_null())
    covered = _covered(kept, times, grouped, mapping, request)
    flagged = _added_up(covered, times, grouped, mapping, request)
    return Moved(kept, why, flagged, lambda: _unmapped(whole, why, grouped, mapping, request))


def _with(frame: Frame, made: dict[str, Any]) -> Frame:
    """The frame with columns of these names, all in one pass."""
    return frame.with_columns(*(cells.alias(name) for name, cells in made.items())) if made else frame


# --- the join -------------------------------------------------------------------------------------


def _joined(grouped: Grouped, mapping: Mapping, request: Request) -> Frame:
    temp = request.temp
    table = _as_columns(grouped, mapping, request)
    text, fractions = {temp(c) for c in ("old", "new", "reason")}, {temp("share"), temp("rests")}
    schema = {c: TEXT if c in text else NUMBER if c in fractions else WHOLE for c in table}
    joined = beside(grouped.frame, table, schema, temp("old"))
    if request.dates:
        day, since, until = (nw.col(temp(c)) for c in ("day", "since", "until"))
        joined = joined.filter(since.is_null() | ((day >= since) & (day <= until)))
    return joined


def _as_columns(grouped: Grouped, mapping: Mapping, request: Request) -> dict[str, list[Any]]:
    """The mapping as columns. Lands and pieces are numbers, which are quicker to compare; 0 or missing is none."""
    rows, temp = mapping.rows, request.temp
    # the first ones are all that a row without a target has; each column takes its time
    wanted = ["old", *(["since", "until"] if request.dates else []), *(["reason"] if mapping.reasons else [])]
    wanted += ["new", "approx", "size", "need"]
    wanted += ["piece"] if mapping.doubles or _windows(grouped, mapping) else []
    wanted += ["rank"] if mapping.doubles else []
    wanted += ["first"] if grouped.lazy or not mapping.once else []
    wanted += ["top"] if grouped.lazy else []
    wanted += ["land"] if mapping.apart else []
    wanted += ["share", "rests"] if mapping.fractions else []
    none = None if grouped.lazy else 0
    ids: dict[str, dict[Any, int | None]] = {
        c: _numbered((getattr(r, c) for r in rows), none) for c in ("piece", "land")
    }
    out: dict[str, list[Any]] = {}
    for n, c in enumerate(wanted):
        cells: list[Any]
        if c == "share":  # numbers go with the first piece
            cells = [r.share * r.first for r in rows]
        elif c == "rests":
            cells = [_rests(r.share) for r in rows]
        else:
            cells = [getattr(r, c) for r in rows]
        if c in ids:
            cells = [ids[c][cell] for cell in cells]
        if grouped.lazy and n > wanted.index("new"):
            cells = [None if r.new is None else cell for r, cell in zip(rows, cells, strict=True)]
        out[temp(c)] = cells
    if says_levels(grouped, mapping):
        out[temp("board")] = [None if r.new is None else int(r.rank >= BOARD // 2) for r in rows]
    if is_one_period(grouped, mapping):
        there: dict[str | None, set[tuple[str | None, int]]] = {}
        for r in rows:
            there.setdefault(r.new, set()).add((r.piece, r.size))
        out[temp("there")] = [sum(size for _, size in there[r.new]) for r in rows]
    return out


def says_levels(grouped: Grouped, mapping: Mapping) -> bool:
    """Whether it is to be found which of two levels the codes of a lazy frame are of."""
    return grouped.lazy and mapping.levels and not mapping.apart


def _rests(share: float) -> float:
    """How much of each number that a body brings a share decides: the lesser of what came here and went elsewhere."""
    if share >= 1:
        return 0.0
    return (1.0 - share) / share if share > 0.5 else 1.0


def _numbered(some: Iterable[Any], none: int | None) -> dict[Any, int | None]:
    found = (thing for thing in dict.fromkeys(some) if thing is not None)
    return {thing: n for n, thing in enumerate(found, 1)} | {None: none}


def is_one_period(grouped: Grouped, mapping: Mapping) -> bool:
    """Whether an eager frame is one period, and each of its codes is there: what that covers needs no windows."""
    return not grouped.lazy and not mapping.apart and not grouped.period


def _with_times(joined: Frame, grouped: Grouped, mapping: Mapping, request: Request) -> Frame:
    """``time``: what sets the rows of one key apart in time, and how many such there are under it.

    If a body has rows at two dates, the dates are times. Else they only say which codes are used, and
    all rows are of one time (but trusts and CCGs do not make up a body together).
    """
    temp, key, period = request.temp, grouped.key, grouped.period
    at, one, day = str(request.dates), request.col("one"), request.col("day")
    if joined.collect_schema()[at] in (nw.Categorical, nw.Enum):
        at = temp("date")
        joined = joined.with_columns(nw.col(str(request.dates)).cast(nw.String).alias(at))
    here, ever = request.col("times"), request.col("alltimes")
    joined = _with(*likeness(joined, grouped, request))
    counted = {
        temp("times"): one.sum().over(*key, temp("land"), at),
        temp("alltimes"): one.sum().over(*key, temp("land")),
    }
    joined, counted = windows(joined, counted)
    twice = (request.col("land").fill_null(0) > 0) & (counted[temp("times")] != counted[temp("alltimes")])
    joined, made = by_most_of_the_cells(joined, grouped, request)
    made[temp("alltimes")] = nw.when(twice).then(1).otherwise(0).cast(nw.Int64)
    if mapping.doubles:
        made[temp("rank")] = request.col("rank") + (len(request.lineage.days()) - day) * EARLIER
    joined = _with(joined, made)
    joined, several = windows(joined, {temp("alltimes"): ever.max().over(*period)})
    usable = (day >= 0).cast(nw.Int64)
    made = {
        temp("time"): nw.when(several[temp("alltimes")] == 1).then(nw.col(at)),
        temp("trusts"): nw.when(day == 0).then(1).otherwise(0).cast(nw.Int64),
        temp("times"): usable,
        temp("alltimes"): usable,
    }
    joined = _with(joined, made)
    times = (temp("time"), temp("trusts"))
    counts = {temp("times"): (key, here)} | ({temp("alltimes"): (period, ever)} if grouped.finer else {})
    joined, many = windows(joined, {n: c.sum().over(*of, *times) for n, (of, c) in counts.items()})
    made = {n: nw.when(day >= 0).then(1.0 / many[n]).otherwise(0.0) for n in counts}
    return _with(_with(joined, made), {n: c.sum().over(*of) for n, (of, c) in counts.items()})


# --- land that would count twice, and shares ------------------------------------------------------


def _decided(
    joined: Frame, times: Sequence[str], grouped: Grouped, mapping: Mapping, request: Request
) -> Frame:
    """Of two codes that hold the same land under one key, only the better one is placed; an eager frame is refused.

    In a lazy frame ``new`` is blank then, and ``first`` and ``share`` say how much of what has no target a row
    holds: the first row of a code all of it.
    """
    temp, col = request.temp, request.col
    made: dict[str, Any] = {}
    if not mapping.apart:
        joined, made = likeness(joined, grouped, request)
    if (
        mapping.doubles
    ):  # how far the rank of a code is above the best of those that hold a piece under its key
        best = col("rank").min().over(*grouped.key, *times, temp("piece"))
        joined, found = windows(joined, {temp("best"): best})
        worse = nw.when(col("piece") > 0).then(col("rank") - found[temp("best")]).otherwise(0)
        made[temp("worse")] = worse.cast(nw.Int64)
    joined = _with(joined, made)
    if mapping.doubles and (mapping.apart or mapping.levels):
        # two codes may share some of their land only; else they are of one body and share it all
        at = [str(request.dates)] if mapping.apart else []
        joined = _with(joined, {temp("worse"): col("worse").max().over(*grouped.key, *at, temp("old"))})
    if not grouped.lazy:
        if mapping.doubles:
            _refuse_doubles(joined, times, mapping, request)
        return joined
    made = {}
    if not mapping.apart:
        joined, made = by_most_of_the_cells(joined, grouped, request)
    lost, whole = col("new").is_null(), col("top").fill_null(1)
    if mapping.doubles:
        lost = lost | (col("worse") > 0)
        made[temp("new")] = nw.when(~lost).then(col("new"))
    made[temp("first")] = nw.when(lost).then(whole).otherwise(col("first"))
    if mapping.fractions:
        made[temp("share")] = nw.when(lost).then(whole * 1.0).otherwise(col("share"))
    return _with(joined, made)


def _refuse_doubles(joined: Frame, times: Sequence[str], mapping: Mapping, request: Request) -> None:
    temp = request.temp
    old, piece, rank, worse = (temp(c) for c in ("old", "piece", "rank", "worse"))
    keys = [*request.by, *([str(request.dates)] if mapping.apart else [])]
    if not (joined[worse] > 0).any():
        return
    wanted = joined.filter(nw.col(piece).fill_null(0) > 0)
    wanted = wanted.select(*map(nw.col, dict.fromkeys([*keys, *times, old, piece, rank, worse])))
    found = pd.DataFrame({c: pd.Series(wanted[c].to_list(), dtype=object) for c in wanted.columns})
    lost = found[found[worse] > 0]
    worst = lost.loc[lost[[*keys, old]].astype(str).sort_values([*keys, old]).index[0]]
    here = pd.Series(True, found.index)
    for c in (*request.by, *times):
        here &= found[c].map(str) == str(worst[c])
    mine = set(found.loc[here & (found[old] == worst[old]), piece])
    other = found[here & found[piece].isin(mine) & (found[rank] < worst[rank])]
    step = int(worst[rank] - min(other[rank]))
    where = ", ".join(f"{name} {label(worst[name]) or '(blank)'}" for name in request.by)
    where = f" under {where}" if where else ""
    days = []
    if mapping.apart:
        days = [label(worst[request.dates]), *sorted(set(map(label, other[request.dates])))]
    others = sorted(set(other[old]))
    if step >= BOARD // 2:
        home, known = request.lineage, [r.since for r in mapping.every if r.old == worst[old]]
        dated = [since for since in known if since is not None]
        day = home.days()[max(dated)] if dated else mapping.day
        planned = day is not None and "partnership" in home.levels_on(day)
        raise RebaseError(_said_of_levels(worst[old], others, where, planned))
    raise RebaseError(_said_twice(worst[old], others, step, where, days, mapping.repaired, request.dates))


def _said_of_levels(code: str, others: list[str], where: str, planned: bool) -> str:
    """Why a board or a partnership and what is in it cannot be added."""
    group, part = ("partnership", "CCG") if planned else ("board", "location")
    are = f"is its {part}" if len(others) == 1 else f"are its {part}s"
    return (
        f"{code} is a {group} and {_named(others)} {are}, and both have rows{where}: a sum would count them twice. "
        "Keep one level, or name the column that tells them apart in by"
    )


def _named(others: list[str]) -> str:
    return listed(others, 6)


def _said_twice(
    code: str, others: list[str], step: int, where: str, days: list[str], repaired: dict[str, str], column: str | None
) -> str:  # fmt: skip
    """Why two codes cannot be added, with their names and what to do."""
    many = _named(others)
    do = "keep one of them, or name the column that tells them apart in by"
    if step >= EARLIER // 2:
        return (
            f"{code} on {days[0]} and {many} on {listed(days[1:])} hold the same land, and both have rows"
            f"{where}: a sum would count them twice. If they are of different times, name {column!r} in by; else {do}"
        )
    read = {c: f"{c!r}, read as {repaired[c]}," if c in repaired else repr(c) for c in (code, others[0])}
    return (
        f"{read[others[0]]} and {read[code]} are one body, and both have rows{where}: a sum would count it twice. "
        f"{do[0].upper()}{do[1:]}"
    )


# --- whether all of a body is there ---------------------------------------------------------------


def _covered(
    kept: Frame, times: Sequence[str], grouped: Grouped, mapping: Mapping, request: Request
) -> Frame:
    """Whether the land of each target is covered: in its period (``whole``), and under its key (``full``).

    ``w`` is how much of it there is under the key, to be added up, and ``p`` in the period. In the first pass each
    number is multiplied by its share too.
    """
    temp, key, period = request.temp, (*grouped.key, *times), (*grouped.period, *times)
    one, new, size = request.col("one"), temp("new"), request.col("size")
    shares = {n: key if n == "w" else period for n in _windows(grouped, mapping)}
    made = _shared(grouped, mapping, request)
    often = {temp(n): one.sum().over(*of, new, temp("piece")) for n, of in shares.items()}
    kept, often = windows(kept, often)
    made |= {n: size / of for n, of in often.items()}
    if times:
        enough = request.col("w") if "w" in shares else size
        if shares:
            kept, made = _with(kept, made), {}
        return _covered_each_time(kept, made, enough, key, period, grouped, request)
    kept = _with(kept, made)
    return _with(kept, {temp("p"): request.col("p").sum().over(*period, new)}) if "p" in shares else kept


def _windows(grouped: Grouped, mapping: Mapping) -> list[str]:
    """Which of ``w`` and ``p`` take a window.

    Two spellings of a code under one key cover its land once, and so do two keys in a period.
    """
    finer = grouped.finer and not is_one_period(grouped, mapping)
    return [*(["w"] if mapping.spellings else []), *(["p"] if finer else [])]


def _shared(grouped: Grouped, mapping: Mapping, request: Request) -> dict[str, Any]:
    """Each number times the share of its target, once for all its pieces; of what has no target, the whole.

    If bodies are divided, the size of each number without its sign, ``a_``, and how much of it rests on a share, ``d_``.
    """
    temp, first = request.temp, request.col("first").cast(nw.Int64)
    share = request.col("share") if mapping.fractions else first
    made: dict[str, Any] = {}
    if grouped.lazy or not mapping.once:  # else every row is the first
        counted = (temp(f"n_{n}") for n in (*request.sums, *request.means))
        made |= {c: nw.col(c) * first for c in (temp("rows"), *counted)}
    if grouped.lazy or mapping.fractions or not mapping.once:
        parts = [temp(k + rate) for rate in request.means for k in ("w_", "x_")]
        made |= {c: nw.col(c) * share for c in (*parts, *request.sums)}
    if mapping.fractions:
        sizes = {n: made[c].abs().cast(nw.Float64) for n, c in _amounts(request).items()}
        made |= {temp(f"a_{n}"): size for n, size in sizes.items()}
        made |= {temp(f"d_{n}"): size * request.col("rests") for n, size in sizes.items()}
    return made


def _covered_each_time(
    kept: Frame,
    made: dict[str, Any],
    w: Any,
    key: Sequence[str],
    period: Sequence[str],
    grouped: Grouped,
    request: Request,
) -> Frame:
    """The same where rows are of several times: ``full`` and ``whole`` add up to how many times are so.

    ``always`` is 1 where the body is whole at every time of the period.
    """
    temp, new, one, p = request.temp, request.temp("new"), request.col("one").sum(), request.col("p")

    def enough(there: Any) -> Any:
        return nw.when(there > request.col("need") - 0.5).then(1.0).otherwise(0.0)

    found = {"w": w.sum().over(*key, new), "inkey": one.over(*key, new)}
    if grouped.finer:
        found |= {"p": p.sum().over(*period, new), "inperiod": one.over(*period, new)}
    kept, here = windows(kept, {temp(n): cells for n, cells in found.items()})
    made[temp("full")] = enough(here[temp("w")]) / here[temp("inkey")]
    if not grouped.finer:
        return _with(kept, made)
    whole = enough(here[temp("p")])
    made |= {temp("whole"): whole / here[temp("inkey")], temp("always"): whole / here[temp("inperiod")]}
    kept = _with(kept, made)
    always = {temp("always"): request.col("always").sum().over(*grouped.period, new)}
    kept, always = windows(kept, always)
    everywhere = always[temp("always")] > request.col("alltimes") - 0.5
    return _with(kept, {temp("always"): nw.when(everywhere).then(1.0).otherwise(0.0)})


# --- the result -----------------------------------------------------------------------------------


def _added_up(
    kept: Frame, times: Sequence[str], grouped: Grouped, mapping: Mapping, request: Request
) -> Frame:
    """One row for each key and new code, with its status and what the report asks."""
    temp, col = request.temp, request.col
    sums = [temp(k + rate) for rate in request.means for k in ("w_", "x_", "n_")]
    sums += [temp("rows"), *request.sums, *(temp(f"n_{n}") for n in request.sums)]
    sums += [temp(k + name) for name in _amounts(request) for k in ("a_", "d_")] if mapping.fractions else []
    here, ever = _land(times, grouped, mapping)
    sums += [temp(here), *([temp(ever)] if ever == "whole" else [])]
    most = [temp("approx"), temp("need"), *([temp("times")] if times else []), *_told(grouped, request)]
    most += [temp(ever)] if ever in ("there", "p") else []
    what = [*(nw.col(c).sum() for c in sums), *(nw.col(c).max() for c in most)]
    what += [col("always").min().alias(temp("always"))] if ever == "whole" else []
    if grouped.lazy:
        # of what has no target: how many codes; and of how many rows of one code the most are
        what += [col("first").sum().alias(temp("left")), col("rows").max().alias(temp("most_rows"))]
    if says_levels(grouped, mapping):
        what += [col("board").max().alias(temp("board")), col("board").min().alias(temp("level"))]
    out = one_for_each(kept, [*request.by, temp("new")], what)
    return out.select(*_columns(out, times, grouped, mapping, request))


def _amounts(request: Request) -> dict[str, str]:
    """What tells how much of a row is divided: each sum, and of a mean its weights, with its column."""
    return {n: n for n in request.sums} | {n: request.temp(f"w_{n}") for n in request.means}


def _divided(cells: Cells, mapping: Mapping, request: Request) -> Any:
    """The part of a row's numbers that rests on a share; see ``rebase``."""
    if not mapping.fractions:
        return cells.always("divided", 0.0)
    parts = []
    for name in _amounts(request):
        whole, part = request.col(f"a_{name}"), request.col(f"d_{name}")
        parts.append(nw.when(whole > 0).then(part / whole).otherwise(0.0))
    return (nw.max_horizontal(*parts) if len(parts) > 1 else parts[0]).round(6).alias("divided")


def _columns(
    out: Frame, times: Sequence[str], grouped: Grouped, mapping: Mapping, request: Request
) -> list[Any]:
    temp, col, cells = request.temp, request.col, Cells(out)
    columns = [*map(nw.col, request.by), col("new").alias(request.code)]
    columns += [_sum(out, name, grouped, mapping, request) for name in request.sums]
    missing = sum(cells[temp("rows")] - cells[temp(f"n_{name}")] for name in (*request.sums, *request.means))
    whole, full = _whole(cells, times, grouped, mapping, request)
    incomplete = ~whole | (missing > 0)
    for rate in request.means:  # without any weight there is no mean
        weight = col(f"w_{rate}").fill_null(0)
        columns.append(nw.when(weight != 0).then(col(f"x_{rate}") / weight).alias(rate))
        incomplete = incomplete | (cells[temp(f"w_{rate}")].fill_null(0) == 0)
    sparse = whole & ~full
    if request.absent == "missing":
        incomplete = incomplete | sparse
    status = {"incomplete": incomplete, "approximate": cells[temp("approx")] > 0}
    columns += [cells.words("status", status, "exact"), _divided(cells, mapping, request)]
    columns += [missing.cast(WHOLE).alias("missing"), col("approx")]
    flags = {"short": ~whole} | ({"sparse": sparse} if grouped.finer else {})
    columns += [flag.cast(WHOLE).alias(temp(name)) for name, flag in flags.items()]
    columns += [] if grouped.finer else [cells.always(temp("sparse"), 0)]
    columns += [col(f"w_{rate}") for rate in request.means]
    if grouped.lazy:  # as they were added up, for the report
        columns += [nw.col(name).alias(temp(f"sum_{name}")) for name in request.sums]
        columns += [col("left"), col("most_rows"), *map(nw.col, _told(grouped, request))]
        columns.append(col("new").is_null().cast(nw.Int64).alias(temp("lost")))
        columns.append(incomplete.cast(WHOLE).alias(temp("incomplete")))
    if says_levels(grouped, mapping):
        columns += [col("board"), col("level")]
    return columns


def _land(times: Sequence[str], grouped: Grouped, mapping: Mapping) -> tuple[str, str]:
    """The columns that tell how much of a body is there: under its key, and in its period."""
    if times:
        return "full", "whole" if grouped.finer else "full"
    here = "w" if mapping.spellings else "size"
    return here, here if not grouped.finer else "there" if is_one_period(grouped, mapping) else "p"


def _whole(
    cells: Cells, times: Sequence[str], grouped: Grouped, mapping: Mapping, request: Request
) -> tuple[Any, Any]:
    """Whether all of a body is there in its period, and under its key."""
    here, ever = _land(times, grouped, mapping)
    enough = cells[request.temp("times" if times else "need")] - 0.5
    full = cells[request.temp(here)] > enough
    whole = full if ever == here else cells[request.temp(ever)] > enough
    return whole | (cells[request.temp("always")] > 0.5) if ever == "whole" else whole, full


def _told(grouped: Grouped, request: Request) -> list[str]:
    return [request.temp(f"told_{name}") for name in grouped.asked]


def _sum(frame: Frame, name: str, grouped: Grouped, mapping: Mapping, request: Request) -> Any:
    """A sum, missing if every cell of it was; whole numbers stay so (DuckDB sums them as HUGEINT)."""
    whole = name in grouped.whole and not mapping.fractions
    value = nw.col(name).cast(nw.Int64 if whole else nw.Float64)
    given = request.temp(f"n_{name}")
    if not grouped.lazy and (not len(frame) or frame[given].min() > 0):
        return value
    return nw.when(nw.col(given) > 0).then(value).alias(name)


def _why(grouped: Grouped, mapping: Mapping, request: Request) -> Any:
    """Why a row has no new code."""
    code = nw.col(request.code)
    blank = code.is_null() | (code.cast(nw.String).str.strip_chars() == "")
    unknown: Any = nw.lit("not a code of this geography")
    if request.dates:
        undated = nw.lit("no date that can be used")
        unknown = nw.when(request.col("day") < 0).then(undated).otherwise(unknown)
    unknown = nw.when(blank).then(nw.lit("no code given")).otherwise(unknown)
    known = request.col("reason")
    reason = nw.when(known.is_null()).then(unknown).otherwise(known) if mapping.reasons else unknown
    if mapping.doubles and grouped.lazy:
        steps = [1, *([EARLIER] if mapping.apart else []), *([BOARD] if mapping.levels else [])]
        for step in steps:
            worse = request.col("worse") >= max(1, step // 2)
            reason = nw.when(worse).then(nw.lit(TWICE[step])).otherwise(reason)
    return reason


def _unmapped(joined: Frame, why: Any, grouped: Grouped, mapping: Mapping, request: Request) -> Frame:
    """What has no new code, with why."""
    temp, lost = request.temp, request.col("new").is_null()
    if grouped.lazy:  # each row once, not for each piece
        lost = lost & (request.col("top").fill_null(1) == 1)
    none = not grouped.lazy and not joined[temp("new")].null_count()
    joined = joined.head(0) if none else joined.filter(lost)
    sums = [_sum(joined, name, grouped, mapping, request) for name in request.sums]
    weights = [
        nw.col(temp(f"w_{rate}")).fill_null(0).alias(f"{weight} of {rate}")
        for rate, weight in request.means.items()
    ]
    why = nw.new_series("reason", [], TEXT, backend=joined.implementation) if none else why.alias("reason")
    # pandas takes twice as long to find columns by a list of names
    return joined.select(*map(nw.col, request.keys), *sums, *weights, why)
