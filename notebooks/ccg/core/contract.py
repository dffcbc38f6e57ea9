"""What tables must say of each other: every body of a geography, known dates, and sources that cover the year.

``datapackage.json`` says of a table by body which column is the code, which the date of its geography and which
columns make a period (``bodies``), and of any table which column dates a row (``dated``). The rules read no date,
code or number of their own: what a table should agree with stands in another table.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any

import pandas as pd

from . import agreement, controls
from .problems import Problem, Tables, by_text, line_of, said, wrong


def problems(load: Callable[[str], pd.DataFrame], contract: dict[str, Any]) -> list[Problem]:
    """What breaks a rule on more than one cell, in tables that are sound one by one.

    Parameters
    ----------
    load : function
        Gives a table by its name, as ``tables.load`` does; a frame that may be changed.
    contract : dict
        The descriptor, ``datapackage.json``.
    """
    tables = Tables(load, contract)
    return [problem for rule in rules(contract) for problem in rule(tables)]


def rules(contract: dict[str, Any]) -> list[Callable[[Tables], Iterator[Problem]]]:
    """Every rule, each a function of the tables that gives what breaks it."""
    by_body = [
        partial(bodies, name=resource["name"], rule=resource["bodies"])
        for resource in contract["resources"]
        if "bodies" in resource
    ]
    covers = [partial(sources, name=r["name"]) for r in contract["resources"] if r["name"] != "sources"]
    cited = [
        partial(reference, name=resource["name"], key=key)
        for resource in contract["resources"]
        for key in resource["schema"].get("foreignKeys", [])
    ]
    held = [partial(controls.problems, name=resource["name"]) for resource in contract["resources"]]
    return [
        *by_body,
        holes,
        *cited,
        covered_tables,
        *covers,
        *agreement.RULES,
        controls.strangers,
        *held,
    ]


# --- every body of a geography -------------------------------------------------------------------


def bodies(tables: Tables, name: str, rule: dict[str, Any]) -> Iterator[Problem]:
    """Each period stands on one known geography, and holds every body of it and no other.

    With ``mixed`` a table may hold beside the bodies of its geography those that had just joined into them, as the
    waiting times of the months before a merger, or in their stead.
    """
    frame, geography = tables[name], rule["geography"]
    for column, value in rule.get("where", {}).items():
        frame = frame[frame[column] == value]
    if geography not in rule["each"]:
        odd = frame[~frame[geography].isin(tables.geographies)]
        yield from wrong(
            name, odd, geography, "no count of CCGs, change or quarter of another table has this date"
        )
    codes, days = frame["code"].to_numpy(object), frame[geography].to_numpy()
    by_day: dict[Any, Any] = frame.groupby(geography).indices
    for day, at in by_day.items():
        open_then = tables.open_on(day)
        strange = frame.iloc[[i for i in at if codes[i] not in open_then]]
        lives = strange["code"].map(partial(_life, tables, day=day))
        yield from wrong(name, strange, "code", "{}", lives)
    for period, at in frame.groupby(rule["each"], sort=False).indices.items():
        day = pd.Timestamp(days[at[0]])
        if (days[at] != days[at[0]]).any():
            there = pd.Series(days[at]).value_counts()
            day = there.index[0]
            if len(there) > 1:
                other = frame.iloc[at[days[at] != day.to_datetime64()]]
                if rule.get("mixed"):
                    other = other[other["code"].isin(tables.open_on(day))]
                what = f"{there.iloc[0]} rows of {_period(period)} are of {said(day)}"
                yield from wrong(name, other, geography, what)
        absent = _absent(tables, set(codes[at]), day, rule)
        for code in sorted(absent and absent - tables.absent.get((name, _period(period)), set())):
            key = dict(
                zip(rule["each"], map(said, period if isinstance(period, tuple) else (period,)), strict=True)
            )
            line = line_of(tables, name, {**key, "code": code}) or int(frame.index[at[0]]) + 2
            what = f"{_period(period)} has no row for it, open on {said(day)} by ccgs.csv; add it, or a row in holes.csv"
            yield Problem(f"{name}.csv", line, "code", code, what)


def _period(period: Any) -> str:
    return ", ".join(said(one) for one in (period if isinstance(period, tuple) else (period,)))


def _life(tables: Tables, code: str, day: pd.Timestamp) -> str:
    if code not in tables.opened:
        return "no such code in ccgs.csv"
    first, last = tables.opened[code], tables.closed.get(code)
    return f"not open on {said(day)}: ccgs.csv has it from {said(first)} to {said(last)}"


def _absent(tables: Tables, present: set[str], day: pd.Timestamp, rule: dict[str, Any]) -> set[str]:
    """The bodies of a day that are not there; in a mixed table, those of the day before that have not all come."""
    due = tables.open_on(day)
    if not rule.get("mixed"):
        return set(due - present)
    came = {c: tables.parts[c] for c in due if tables.parts.get(c, set()) & present}
    return {c for c in due - present if c not in came} | {
        one for parts in came.values() for one in parts - present
    }


def holes(tables: Tables) -> Iterator[Problem]:
    """A hole is of a table by body, and no row stands where it says that there is none."""
    listed = tables["holes"]
    for name, mine in by_text(listed, "table"):
        rule = tables.resources.get(name, {}).get("bodies")
        if rule is None:
            yield from wrong("holes", mine, "table", "no table by body has this name")
            continue
        frame = tables[name]
        there: dict[str, set[str]] = {}
        codes = frame["code"].to_numpy(object)
        for period, at in frame.groupby(rule["each"]).indices.items():
            there[_period(period)] = set(codes[at])
        lost = mine[~mine["period"].isin(there)]
        yield from wrong("holes", lost, "period", f"{name}.csv has no such period")
        held = pd.Series(
            [c in there.get(p, ()) for p, c in zip(mine["period"], mine["code"], strict=True)], mine.index
        )
        whole = mine["column"].isna()
        yield from wrong("holes", mine[held & whole], "code", f"{name}.csv has a row for it")
        yield from wrong("holes", mine[~held & ~whole], "code", f"{name}.csv has no row for it")
        yield from wrong(
            "holes", mine[whole != mine["short_by"].isna()], "short_by", "blank with column, and only then"
        )


# --- what refers to what -------------------------------------------------------------------------


def reference(tables: Tables, name: str, key: dict[str, Any]) -> Iterator[Problem]:
    """A code that one table cites and the table of these codes lacks is missed there too, where it should stand."""
    (column,), other = key["fields"], key["reference"]["resource"]
    (target,) = key["reference"]["fields"]
    cited, known = tables[name][column], tables[other][target]
    for code in sorted(set(cited.dropna()) - set(known)):
        first = int(cited.index[cited == code][0]) + 2
        what = f"{name}.csv row {first} cites it, and no row is of it here"
        yield Problem(f"{other}.csv", int((known < code).sum()) + 2, target, code, what)


def sources(tables: Tables, name: str) -> Iterator[Problem]:
    """Each row cites sources that cover its table and year, and each source that covers a year is cited for it.

    Either side may be wrong, so both are named: rows of the table, and the row of ``sources``.
    """
    listed = tables["sources"]
    covers = {one: covered(cell) for one, cell in zip(listed["id"], listed["covers"], strict=True)}
    line = {one: i + 2 for i, one in enumerate(listed["id"])}
    frame, years = tables[name], years_of(tables, name)
    cited = _cited(frame["source"], years)
    stated = {(one, year) for one, of in covers.items() for year in of.get(name, ())}
    for one, year in sorted(set(cited) - stated):
        if one not in line:
            what = f"{name}.csv row {cited[one, year][0] + 2} cites it, and no row is of it here"
            yield Problem("sources.csv", int((listed["id"] < one).sum()) + 2, "id", one, what)
        else:
            there = "; ".join(f"{t} {_spans(y)}".strip() for t, y in covers[one].items()) or "no table"
            what = f"sources.csv row {line[one]} says that {one} covers {there}, and not {name} {year}"
            yield from wrong(name, frame.loc[cited[one, year][:5]], "source", what.strip())
            what = f"{name}.csv cites it for {year or 'its rows'}"
            yield from wrong("sources", listed[listed["id"] == one], "covers", what)
    for one, year in sorted(stated - set(cited)):
        row = int((years <= year).sum()) + 2 if years.is_monotonic_increasing else None
        what = f"sources.csv row {line[one]} says that {one} covers {name} {year}".strip()
        yield Problem(f"{name}.csv", row, "source", one, f"{what}, and no row cites it for that")
        what = f"no row of {name}.csv cites it for {year or 'anything'}"
        yield from wrong("sources", listed[listed["id"] == one], "covers", what)


def _cited(cells: pd.Series, years: pd.Series) -> dict[tuple[str, str], list[int]]:
    """The rows, from 0, that cite a source for a year; a year is empty in a table without one."""
    found: dict[tuple[str, str], list[int]] = {}
    pairs = pd.DataFrame({"ids": cells.to_numpy(object), "year": years.to_numpy(object)})
    at: dict[Any, Any] = pairs.groupby(["ids", "year"]).indices
    for (ids, year), rows in at.items():
        for one in str(ids).split("+"):
            found.setdefault((one, str(year)), []).extend(rows.tolist())
    return found


def covered_tables(tables: Tables) -> Iterator[Problem]:
    """What a source covers is a table, and each year of it is one of a row that cites it."""
    listed = tables["sources"]
    strange = listed["covers"].map(
        lambda cell: bool(set(covered(cell)) - set(tables.resources)), na_action="ignore"
    )
    yield from wrong(
        "sources", listed[strange.fillna(False).astype(bool)], "covers", "it names a table that is not there"
    )


def years_of(tables: Tables, name: str) -> pd.Series:
    """The year of each row of a table as text, by the column that dates it; empty where it has none."""
    frame, column = tables[name], tables.resources[name].get("dated")
    if column is None:
        return pd.Series("", frame.index)
    found: pd.Series = frame[column].astype(str).str[:4].where(frame[column].notna(), "").astype(object)
    return found


@lru_cache(maxsize=2048)
def covered(cell: str) -> dict[str, set[str]]:
    """Tables and years in a cell of the column covers.

    Examples
    --------
    >>> covered("need 2022; networks 2019-2021,2023") == {
    ...     "need": {"2022"},
    ...     "networks": {"2019", "2020", "2021", "2023"},
    ... }
    True
    """
    found: dict[str, set[str]] = {}
    for part in cell.split("; ") if isinstance(cell, str) and cell else []:
        name, _, spans = part.partition(" ")
        years: set[str] = set()
        for span in spans.split(",") if spans else [""]:
            first, _, last = span.partition("-")
            years |= {str(y) for y in range(int(first), int(last or first) + 1)} if first else {""}
        found[name] = years
    return found


def _spans(years: set[str]) -> str:
    out: list[list[int]] = []
    for year in sorted(int(y) for y in years if y):
        if out and year == out[-1][-1] + 1:
            out[-1].append(year)
        else:
            out.append([year])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in out)


def cites(load: Callable[[str], pd.DataFrame], contract: dict[str, Any]) -> dict[str, str]:
    """For each source the cell of ``covers`` that fits what the tables cite: to look at before it is written."""
    tables = Tables(load, contract)
    found: dict[str, dict[str, set[str]]] = {}
    for name in tables.resources:
        if name != "sources":
            for one, year in _cited(tables[name]["source"], years_of(tables, name)):
                found.setdefault(one, {}).setdefault(name, set()).add(year)
    # a row without a year stands for the whole table; the years of the others then say no more
    return {
        one: "; ".join(f"{name} {_spans(years)}".strip() for name, years in sorted(of.items()))
        for one, of in found.items()
    }
