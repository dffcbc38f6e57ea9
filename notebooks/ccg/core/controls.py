"""Hold tables against numbers that were published elsewhere: totals, counts and second readings.

``controls`` names for each the table, what to work out from its columns, the period and the body, the value published
elsewhere, how far apart rounding may put the two, and the source. No value in it was worked out from the table that it
checks.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from math import fsum, isnan, log, nan, sqrt
from typing import Any

import pandas as pd

from .problems import Problem, Tables, by_text, period_of, said, wrong

#: Gives the rows of a table, from 0, of a period and a body, or of all bodies.
Finder = Callable[[str, Any], list[int]]


def problems(tables: Tables, name: str) -> Iterator[Problem]:
    """Every control that a table does not meet, named in the table and in ``controls``."""
    controls = tables["controls"]
    mine = controls[controls["table"] == name]
    if mine.empty:
        return
    rows_of = _finder(tables, name)
    for measure, same in by_text(mine, "measure"):
        try:
            found = measured(tables, name, measure)
        except Exception as error:  # pandas has many ways to say that an expression is none of this table
            yield from wrong("controls", same, "measure", f"{name}.csv has nothing of this kind: {error}")
            continue
        yield from _apart(tables, name, measure, same, found, rows_of)
        yield from _without(tables, name, measure, same, found)


def strangers(tables: Tables) -> Iterator[Problem]:
    """Controls of a table that is not there; and one measure in one period has one source and one margin for all."""
    controls = tables["controls"]
    yield from wrong(
        "controls", controls[~controls["table"].isin(tables.resources)], "table", "no table has this name"
    )
    by = ["table", "measure", "period"]
    several = controls.groupby(by, dropna=False)["source"].transform("nunique") > 1
    mixed = controls[several].groupby(by, dropna=False)["source"]
    common = mixed.transform(lambda cells: cells.value_counts().index[0])
    odd = controls[several][controls["source"][several] != common]
    yield from wrong("controls", odd, "source", lambda row: f"its neighbours are from {common[row.name]}")
    yield from _margins(controls)


def _margins(controls: pd.DataFrame) -> Iterator[Problem]:
    """Margins that are not of the size of others of the same measure: rounding hardly differs between bodies."""
    groups = controls.groupby(["table", "measure"], sort=False)["within"]
    most = groups.transform(lambda cells: cells.sort_values().iloc[-2] if len(cells) > 4 else nan)
    wide = controls[controls["within"] > 1.5 * most + 1e-9]
    yield from wrong("controls", wide, "within", "wider than any other of this measure, {}", most)


def measured(tables: Tables, name: str, measure: str) -> pd.DataFrame:
    """A measure of a table's columns for each of its rows.

    Parameters
    ----------
    tables : Tables
        The tables.
    name : str
        The table.
    measure : str
        A sum of its columns, like ``finished - at_caseness``; ``rows`` for their number; ``rank of extent`` for the
        rank within the period, the largest first.

    Returns
    -------
    DataFrame
        The index of the table, ``period``, ``code``, and ``low`` and ``high``: the measure, which is two numbers only
        for the rank of equal values.
    """
    frame = tables[name]
    period = period_of(tables, name)
    if measure == "rows":
        low = high = pd.Series(1.0, frame.index)
    elif measure.startswith("rank of "):
        column = frame[measure.removeprefix("rank of ")].groupby(period)
        low, high = (column.rank(ascending=False, method=way) for way in ("min", "max"))
    else:
        result = frame.eval(measure)
        if not isinstance(result, pd.Series):
            raise ValueError(f"{measure} is of no column")
        low = high = result.astype("float64")
    return pd.DataFrame({"period": period, "code": frame["code"], "low": low, "high": high})


def cells(tables: Tables, name: str) -> dict[str, pd.Series]:
    """For each column of a table that controls check, the rows for which one stands.

    A control of a rank is not counted: it holds the order of the numbers, and not each of them.

    Returns
    -------
    dict of str to Series
        By column, whether a control is of the row's period and of its body, of one that it became, or of all bodies.
    """
    controls, frame = tables["controls"], tables[name]
    found: dict[str, pd.Series] = {}
    for measure, mine in by_text(controls[controls["table"] == name], "measure"):
        columns = [c for c in frame.columns if c in measure.split()]
        if measure.startswith("rank of ") or not columns:
            continue
        held = mine["code"].groupby(mine["period"].fillna("")).agg(set).to_dict()
        every = {period for period, codes in held.items() if any(pd.isna(code) for code in codes)}
        rows = zip(period_of(tables, name), frame["code"], strict=True)
        stands = [
            period in every or not held.get(period, set()).isdisjoint(_line(tables, code))
            for period, code in rows
        ]
        for column in columns:
            found[column] = found.get(column, False) | pd.Series(stands, frame.index)
    return found


def _apart(
    tables: Tables, name: str, measure: str, controls: pd.DataFrame, found: pd.DataFrame, rows_of: Finder
) -> Iterator[Problem]:
    lows, highs = found["low"].tolist(), found["high"].tolist()
    for line, period, code, value, within in zip(
        controls.index + 2,
        controls["period"].fillna(""),
        controls["code"],
        controls["value"],
        controls["within"],
        strict=True,
    ):
        rows = rows_of(period, code)
        low, high = _sum(lows[i] for i in rows), _sum(highs[i] for i in rows)
        # two numbers that are equal to the decimals published may differ in the last bit
        if low - within - 1e-9 <= value <= high + within + 1e-9:
            continue
        got = _got(measure, rows, low)
        margin = f" within {within:g}" if within else ""
        published = f"{said(controls.at[line - 2, 'source'])} has {said(float(value))}{margin}"
        if rows:
            columns = [c for c in tables[name].columns if c in measure.replace("rank of ", "").split()]
            short = float(value) - low
            row, column, instead = (
                _likely(tables[name], measure, rows, short)
                or _unlike_itself(tables, name, measure, rows, short)
                or (rows[0], columns[0] if columns else "code", "")
            )
            what = f"{got}; {published} (controls.csv row {line}){instead}"
            yield from wrong(name, tables[name].loc[[row]], column, what)
        what = f"{name}.csv {period} {said(code)}: {got}, and {published}"
        yield Problem("controls.csv", int(line), "value", said(float(value)), what)


def _sum(numbers: Iterable[float]) -> float:
    """What those that are known add up to; not a number where none is."""
    known = [n for n in numbers if not isnan(n)]
    return fsum(known) if known else nan


def _likely(frame: pd.DataFrame, measure: str, rows: list[int], short: float) -> tuple[int, str, str] | None:
    """The one row of many, and the column, in which another whole number would make a sum of ratios agree."""
    part = re.fullmatch(r"(\w+) / (\w+) \* 100", measure)
    if part is None or len(rows) == 1:
        return None
    over, under = (frame.loc[rows, column].astype("float64").tolist() for column in part.groups())
    fits = [
        (row, column, f"; {column} {said(round(number))} would agree")
        for row, above, below in zip(rows, over, under, strict=True)
        if above > 0 and below > 0
        for column, number in (
            (part[1], above + short / 100 * below),
            (part[2], above / (above / below + short / 100)),
        )
        if number > 0 and abs(number - round(number)) < 1e-9 * below + 1e-6
    ]
    return fits[0] if len(fits) == 1 else None


def _unlike_itself(
    tables: Tables, name: str, measure: str, rows: list[int], short: float
) -> tuple[int, str, str] | None:
    """The one row of many, and the column, that comes nearest to its other periods if it has what a sum lacks."""
    rule, frame = tables.resources[name], tables[name]
    each = rule.get("bodies", {}).get("each", [])
    who = [c for c in rule["schema"]["primaryKey"] if c not in each]
    parts = re.fullmatch(r"(\w+)(?: \+ (\w+))?", measure)
    columns = [c for c in parts.groups() if c in frame] if parts else []
    by_period = frame.sort_values(each).index if each else frame.index
    best: tuple[float, int, str] = (0.01, -1, "")
    for column in columns if len(rows) > 1 and who else []:
        number = frame[column].astype("float64")
        by_time = number.loc[by_period].groupby([frame[c] for c in who], sort=False)
        before, after = by_time.shift(1), by_time.shift(-1)
        usual = ((before.fillna(after) + after.fillna(before)) / 2).reindex(frame.index)
        now, then, often = (series.loc[rows].tolist() for series in (number, number + short, usual))
        for row, a, b, c in zip(rows, now, then, often, strict=True):
            if a > 0 and b > 0 and c > 0:
                nearer = abs(log(a / c)) - abs(log(b / c))
                # small counts differ from one period to the next for no reason
                best = max(best, (nearer if nearer * sqrt(c) > 1 else 0, row, column))
    if best[1] < 0:
        return None
    would = said(float(frame[best[2]].astype("float64").loc[best[1]]) + short)
    return best[1], best[2], f"; {best[2]} {would} would agree, and be nearer to its other periods"


def _got(measure: str, rows: list[int], value: float) -> str:
    """What a table has where a control has something else."""
    if not rows:
        return "there is no row for it"
    if measure.startswith("rank of "):
        return f"its {measure} in the period is {said(value)}"
    whole = f", rows {rows[0] + 2} to {rows[-1] + 2}," if len(rows) > 1 else ""
    return f"{measure}{whole} is {said(value)}"


def _finder(tables: Tables, name: str) -> Finder:
    """Gives the rows a control is about: of its body, or of those that became it; of all if none is named."""
    of: dict[str, list[int]] = {}
    own: dict[tuple[str, str], list[int]] = {}
    codes = tables[name]["code"].tolist()
    for i, (period, code) in enumerate(zip(period_of(tables, name).tolist(), codes, strict=True)):
        of.setdefault(period, []).append(i)
        own.setdefault((period, code), []).append(i)

    def rows_of(period: str, code: Any) -> list[int]:
        if pd.isna(code):
            return of.get(period, [])
        return own.get((period, code)) or became(period).get(code, [])

    @cache
    def became(period: str) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i in of.get(period, []):
            for code in _line(tables, codes[i])[1:]:
                found.setdefault(code, []).append(i)
        return found

    return rows_of


def _line(tables: Tables, code: str) -> list[str]:
    """A body and those that it became, one after the other."""
    found = [code]
    while found[-1] in tables.heir and len(found) < 20:
        found.append(tables.heir[found[-1]])
    return found


def _without(
    tables: Tables, name: str, measure: str, controls: pd.DataFrame, found: pd.DataFrame
) -> Iterator[Problem]:
    """A body for which no control stands, where most of its period have one; a board newer than these may wait for it."""
    coded = controls[controls["code"].notna()]
    held = {period: set(codes) for period, codes in coded["code"].groupby(coded["period"].fillna(""))}
    bodies = {*tables.opened, *tables["icbs"]["code"]}
    known = found[found["low"].notna() & found["period"].isin(set(held)) & found["code"].isin(bodies)]
    opened = tables["icbs"].set_index("code")["opened"]
    for period, rows in by_text(known, "period"):
        due, have = set(rows["code"]), held[period]
        if newest := max(opened.reindex(list(have & due)).dropna(), default=None):
            due -= set(opened.index[opened > newest])
        if len(due & have) > 0.95 * len(due):
            for code in sorted(due - have):
                after = (controls["period"].fillna("") == period) & (controls["code"] < code)
                first = controls.index[controls["period"].fillna("") == period][0]
                line = int(str(first)) + 2 + int(after.sum())
                what = f"{name}.csv has it in {period or 'its rows'}, and no control of {measure} is for it"
                yield Problem("controls.csv", line, "code", code, what)
