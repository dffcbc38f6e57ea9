"""Hold tables against numbers that were published elsewhere: totals, counts and second readings.

``controls`` names for each the table, what to work out from its columns, the period and the body, the value published
elsewhere, how far apart rounding may put the two, and the source. No value in it was worked out from the table that it
checks.
"""

from collections.abc import Iterator

import pandas as pd

from .problems import Problem, Tables, by_text, period_of, said, wrong


def problems(tables: Tables, name: str) -> Iterator[Problem]:
    """Every control that a table does not meet, named in the table and in ``controls``."""
    controls = tables["controls"]
    for measure, mine in by_text(controls[controls["table"] == name], "measure"):
        try:
            found = measured(tables, name, measure)
        except Exception as error:  # pandas has many ways to say that an expression is none of this table
            yield from wrong("controls", mine, "measure", f"{name}.csv has nothing of this kind: {error}")
            continue
        yield from _apart(tables, name, measure, mine, found)
        yield from _without(tables, name, measure, mine, found)


def strangers(tables: Tables) -> Iterator[Problem]:
    """Controls of a table that is not there; and one measure in one period has one source and one margin for all."""
    controls = tables["controls"]
    yield from wrong(
        "controls", controls[~controls["table"].isin(tables.resources)], "table", "no table has this name"
    )
    many = controls.groupby(["table", "measure", "period"], dropna=False)["source"]
    common = many.transform(lambda cells: cells.value_counts().index[0])
    odd = controls[controls["source"] != common]
    yield from wrong("controls", odd, "source", lambda row: f"its neighbours are from {common[row.name]}")


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
    tables: Tables, name: str, measure: str, controls: pd.DataFrame, found: pd.DataFrame
) -> Iterator[Problem]:
    by_body = found.groupby(["period", "code"])[["low", "high"]].sum(min_count=1).to_dict("index")
    periods = controls["period"].fillna("")
    for line, period, code, value, within in zip(
        controls.index + 2, periods, controls["code"], controls["value"], controls["within"], strict=True
    ):
        have = by_body.get((period, code))
        if have is None:
            have = found.loc[_rows(tables, found, period, code), ["low", "high"]].sum(min_count=1).to_dict()
        # two numbers that are equal to the decimals published may differ in the last bit
        if have["low"] - within - 1e-9 <= value <= have["high"] + within + 1e-9:
            continue
        rows = _rows(tables, found, period, code)
        got = _got(measure, rows, float(have["low"]))
        margin = f" within {within:g}" if within else ""
        published = f"{said(controls.at[line - 2, 'source'])} has {said(float(value))}{margin}"
        columns = [c for c in tables[name].columns if c in measure.replace("rank of ", "").split()]
        if rows:
            first = tables[name].loc[rows[:1]]
            what = f"{got}; {published} (controls.csv row {line})"
            yield from wrong(name, first, columns[0] if columns else "code", what)
        what = f"{name}.csv {period} {said(code)}: {got}, and {published}"
        yield Problem("controls.csv", int(line), "value", said(float(value)), what)


def _got(measure: str, rows: list[int], value: float) -> str:
    """What a table has where a control has something else."""
    if not rows:
        return "there is no row for it"
    if measure.startswith("rank of "):
        return f"its {measure} in the period is {said(value)}"
    whole = f", rows {rows[0] + 2} to {rows[-1] + 2}," if len(rows) > 1 else ""
    return f"{measure}{whole} is {said(value)}"


def _rows(tables: Tables, found: pd.DataFrame, period: str, code: str) -> list[int]:
    """The rows of a table that a control is about: of this body, or of those that became it; of all if none is named."""
    then = found[found["period"] == period]
    if pd.isna(code):
        return [int(str(i)) for i in then.index]
    mine = then[then["code"] == code]
    if not len(mine):
        mine = then[[code in _line(tables, one) for one in then["code"]]]
    return [int(str(i)) for i in mine.index]


def _line(tables: Tables, code: str) -> list[str]:
    """A body and those that it became, one after the other."""
    found = [code]
    while found[-1] in tables.heir and len(found) < 20:
        found.append(tables.heir[found[-1]])
    return found


def _without(
    tables: Tables, name: str, measure: str, controls: pd.DataFrame, found: pd.DataFrame
) -> Iterator[Problem]:
    """A body for which no control stands, where most of its period have one."""
    held = controls.assign(period=controls["period"].fillna("")).groupby("period")["code"].agg(set)
    known = found[found["low"].notna() & found["code"].isin({*tables.opened, *tables["icbs"]["code"]})]
    for period, rows in by_text(known, "period"):
        due, have = set(rows["code"]), held.get(period, set())
        if len(due & have) > 0.9 * len(due):
            for code in sorted(due - have):
                after = (controls["period"].fillna("") == period) & (controls["code"] < code)
                first = controls.index[controls["period"].fillna("") == period][0]
                line = int(str(first)) + 2 + int(after.sum())
                what = f"{name}.csv has it in {period or 'its rows'}, and no control of {measure} is for it"
                yield Problem("controls.csv", line, "code", code, what)
