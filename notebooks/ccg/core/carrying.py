"""Codes used after their body closed, taken forward from that day, and the rows that find no place, set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from . import keeping, lineage
from .deciding import divided, is_of, level_of, taken_forward
from .doubting import carried_twice
from .finding import PublishedError, other_area
from .preparing import Asked, Table
from .rebasing import Report
from .words import count, few

#: A code and the day, as text, that it stands on.
_Place = tuple[str, str]


@dataclass(frozen=True)
class _Fate:
    """What becomes of codes on a day that are not of it.

    Attributes
    ----------
    why : Mapping
        The reason of those that are set aside.
    new : Mapping
        The code of those that are taken forward.
    since : Mapping
        The last day of those that go from there straight to the goal.
    """

    why: Mapping[_Place, str]
    new: Mapping[_Place, str]
    since: Mapping[_Place, pd.Timestamp]


def set_aside(table: Table, asked: Asked) -> Table:
    """Take other areas out of the table; closed codes forward, and unknown ones out, where that is asked for."""
    table = _without_other_areas(table)
    if asked.closed == "refuse" and asked.unknown == "refuse":
        return table
    columns = table.columns
    places = _places(table)
    fate = _fate(places.some, table.dated, asked)
    _refuse_two_periods(table, places, fate)
    table = _from_the_last_day(table, places, fate.since)
    table = _forward(table, places, fate.new)
    if fate.new or fate.since:
        old = [
            code if (code, day) in fate.new or (code, day) in fate.since else "" for code, day in places.some
        ]
        cells = places.cells(old)
        table = table.but(carried=cells.cat.set_categories([c for c in cells.cat.categories if c]))
    if fate.new and table.carried is not None:
        keys = dict.fromkeys([*columns.by, *([table.columns.at] if table.dated else []), columns.code])
        twice = carried_twice(table.frame, list(keys), columns.sums, table.carried)
        table = table.but(doubts=(*table.doubts, *twice))
    if not fate.why:
        return table
    reasons = keeping.as_text(places.cells([fate.why.get(place, "") for place in places.some]))
    out = reasons.ne("")
    gone = table.frame[out].assign(reason=reasons[out])
    return table.only(~out).but(gone=(*table.gone, gone))


def _without_other_areas(table: Table) -> Table:
    """The table without rows of local authorities and their like, as downloads of several kinds of areas have them."""
    out = keeping.told(table.frame[table.columns.code], other_area)
    if not out.any():
        return table
    gone = table.frame[out].assign(
        reason="an area of another kind by its ONS code, such as a local authority"
    )
    return table.only(~out).but(gone=(*table.gone, gone))


@dataclass(frozen=True)
class _Places:
    """The codes and days that there are, and for each row of a table which of them it has."""

    some: list[_Place]
    of: pd.Series

    def cells(self, texts: list[str]) -> pd.Series:
        """A column of text, from one for each place."""
        return keeping.from_codes(self.of, texts)


def _places(table: Table) -> _Places:
    columns, frame = table.columns, table.frame
    names = list(dict.fromkeys([columns.code, *([columns.at] if table.dated else [])]))
    of = frame.groupby(names, sort=False, observed=True, dropna=False).ngroup()
    some = frame.loc[~of.duplicated(), names].astype(str)
    if table.dated:
        days = some[columns.at].tolist()
    else:
        days = ["" if columns.at == "auto" else str(lineage.as_day(columns.at).date())] * len(some)
    return _Places(list(zip(some[columns.code], days, strict=True)), of)


def _fate(places: list[_Place], dated: bool, asked: Asked) -> _Fate:
    home = lineage.default()
    why: dict[_Place, str] = {}
    new: dict[_Place, str] = {}
    since: dict[_Place, pd.Timestamp] = {}
    there, to_unmapped = set(places), asked.unknown == "unmapped"
    for code, day in sorted(there):
        meant = home.suggest(code) if asked.repair and code and home.written(code) is None else code
        if code and not meant and to_unmapped:
            why[code, day] = "no code known here"
        if not code or not meant or meant in home.beside() or (dated and not day):
            continue
        if home.written(meant) is None:
            if to_unmapped:
                why[code, day] = "no code known here"
            continue
        if not day or is_of(meant, day):
            continue
        later = taken_forward(meant, day) if asked.closed == "carry" else None
        if later is None:
            if to_unmapped:
                why[code, day] = "not a code of this geography"
        elif later[0] is None:
            why[code, day] = later[1]
        elif not divided(later[0], day, asked.to, asked.level):
            new[code, day] = later[0]
        elif (later[0], day) in there:
            why[code, day] = (
                f"closed, and {later[0]}, which stands beside it, was divided by {asked.to.date()}"
            )
        else:
            since[code, day] = home.lifetime(meant)[3]
    return _Fate(why, new, since)


def _refuse_two_periods(table: Table, places: _Places, fate: _Fate) -> None:
    """Raise PublishedError where a column left out is a period, and sets closed codes apart from the body they go to.

    Else the sum of a body would be of one period for some of its parts, and of another for itself.
    """
    if not fate.new or table.dropped.empty:
        return
    keys = [k for k in table.columns.by if k != table.columns.at]
    body = {i: fate.new.get(place, place[0]) for i, place in enumerate(places.some)}
    old = {i: place[0] for i, place in enumerate(places.some) if place in fate.new}
    bodies = set(fate.new.values())
    for column in table.dropped:
        some = table.frame[keys].assign(_place=places.of, _when=table.dropped[column]).drop_duplicates()
        some = some.astype(dict.fromkeys([*keys, "_when"], "str"))
        some = some.assign(
            _when=some["_when"].str.strip(), _body=some["_place"].map(body), _old=some["_place"].map(old)
        )
        some = some[some["_body"].isin(bodies)]
        for key, group in some.groupby([*keys, "_body"]):
            own, all_of_them = set(group.loc[group["_old"].isna(), "_when"]), group["_when"].nunique()
            closed = group[group["_old"].notna() & ~group["_when"].isin(own)]
            uneven = own or (closed.groupby("_old")["_when"].nunique() < all_of_them).any()
            if len(closed) and all_of_them > 1 and uneven:
                its = key[-1] if isinstance(key, tuple) else key
                codes = few(dict.fromkeys(closed["_old"]), 6)
                when = few((repr(w) for w in dict.fromkeys(closed["_when"])), 3)
                raise PublishedError(
                    f"column {column!r} is to be left out, but it is a period, and the closed codes that are taken "
                    f"to {its} ({codes}) have rows in {when}, where {its} has none, so a sum would be of several periods; "
                    f"keep them apart with --by {column!r}, or take those rows out of the file"
                )


def _from_the_last_day(table: Table, places: _Places, since: Mapping[_Place, pd.Timestamp]) -> Table:
    """Closed codes whose later body was divided go from their last day straight to the goal: a date by row."""
    if not since:
        return table
    name = table.new_name("geography")
    days = [str(since[place].date()) if place in since else place[1] for place in places.some]
    frame = table.frame.assign(**{name: places.cells(days)})
    if table.dated and table.columns.at not in table.columns.by:
        frame = frame.drop(columns=table.columns.at)
    some = sorted({f"{code} of {day.date()}" for (code, _), day in since.items()})
    return table.but(
        f"codes of closed bodies taken from their last day straight to the goal, as the land of the body after them "
        f"was divided: {few(some)}",
        frame=frame,
        columns=replace(table.columns, at=name),
    )


def _forward(table: Table, places: _Places, new: Mapping[_Place, str]) -> Table:
    """Closed codes as those of the bodies that they went into."""
    if not new:
        return table
    goals = {code: body for (code, _), body in sorted(new.items(), reverse=True)}
    some = few((f"{code} to {goals[code]}" for code in sorted(goals)), 8)
    return table.but(
        f"{count(len(goals), 'code')} used after the body closed, taken forward from that day: {some}",
        frame=table.frame.assign(
            **{table.columns.code: places.cells([new.get(place, place[0]) for place in places.some])}
        ),
    )


# --- the rows of the result that hold such figures ------------------------------------------------


def flagged(
    frame: pd.DataFrame, report: Report, table: Table, asked: Asked
) -> tuple[pd.DataFrame, Report, list[str]]:
    """The result with ``carried``: whether figures of a code used after its body had closed went into a row.

    A row that such codes make up in part only is incomplete; words for that come third.
    """
    if asked.closed != "carry":
        return frame, report, []
    if table.carried is None or table.carried.isna().all():
        return frame.assign(carried=False), report, []
    columns = table.columns
    keys = list(dict.fromkeys([*columns.by, *([columns.at] if table.dated else [])]))
    rows = table.frame[[*keys, columns.code]].assign(_old=table.carried).drop_duplicates()
    period = [k for k in keys if k in report.periods or k == columns.at] or keys
    short = _short(rows, period, table)
    marks, lacking = set(), set()
    for row in rows[rows["_old"].notna()].to_dict("records"):
        at = row[columns.at] if table.dated else columns.at
        body = lineage.lifetime(row[columns.code])[0]
        for goal in lineage.successors(body, asked.to, asked.level, at=at)["to"]:
            marks.add((*(str(row[k]) for k in columns.by), goal))
            if (*(row[k] for k in period), row[columns.code]) in short:
                lacking.add((*(str(row[k]) for k in columns.by), goal))
    found = list(zip(*(frame[k].astype(str) for k in columns.by), frame[columns.code], strict=True))
    worse = pd.Series([key in lacking for key in found], frame.index) & (frame["status"] != "incomplete")
    frame = frame.assign(
        carried=[key in marks for key in found], status=frame["status"].mask(worse, "incomplete")
    )
    report = replace(report, incomplete=report.incomplete + int(worse.sum()))
    if not lacking:
        return frame, report, []
    some = sorted({f"{code}: no row of {', '.join(gone)}" for (*_, code), gone in short.items()})
    note = f"{'; '.join(some[:8])} beside the codes taken forward, so these rows are incomplete"
    return frame, report, [note]


def _short(rows: pd.DataFrame, period: list[str], table: Table) -> dict[tuple[Any, ...], list[str]]:
    """The bodies that codes taken forward make up only in part, in a period where the body itself has no row."""
    home = lineage.default()
    out: dict[tuple[Any, ...], list[str]] = {}
    columns = table.columns
    for key, some in rows.groupby([*period, columns.code], dropna=False):
        old = some["_old"]
        if old.isna().any():  # the body itself is there
            continue
        at = lineage.as_day(some[columns.at].iloc[0] if table.dated else columns.at)
        code = str(key[-1])
        level = level_of(code, at)
        body = home.lifetime(code)[0]
        have, parts = set(), {}
        for one in old.unique():
            old_body, last = home.lifetime(one)[0], min(home.lifetime(one)[3], at)
            for (start, end), names in home.pieces(last, at, level).items():
                if end == body:
                    parts[start] = set(names)
            have |= set(home.pieces(last, at, level).get((old_body, body), ()))
        gone = sorted(start for start, names in parts.items() if names - have)
        if gone:
            out[key] = gone
    return out
