"""One thing wrong with a table, and how it is said: file, row, column, value and what it should agree with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a table. ``row`` counts lines of the file from 1, the header."""

    file: str
    row: int | None
    column: str | None
    value: str | None
    what: str

    def __str__(self) -> str:
        place = f"data/{self.file}"
        if self.row:
            place += f" row {self.row}"
        if self.column:
            place += f", column {self.column}"
        if self.value is not None:
            place += f", value {self.value!r}"
        return f"{place}: {self.what}"


def said(value: Any) -> str:
    """A cell as a table would hold it: a day as its date, a whole number without decimals, a blank as blank.

    Examples
    --------
    >>> said(pd.Timestamp("2013-04-01")), said(12.0), said(None)
    ('2013-04-01', '12', 'blank')
    """
    if pd.isna(value):
        return "blank"
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def wrong(
    name: str,
    rows: pd.DataFrame,
    column: str,
    what: str | Callable[[Any], str],
    due: pd.Series | None = None,
) -> Iterator[Problem]:
    """A problem for each of these rows of a table, whose index counts from 0, the first row below the header.

    Parameters
    ----------
    name : str
        Name of the table.
    rows : DataFrame
        The rows that are wrong, of the whole table's columns.
    column : str
        The column to name.
    what : str or function
        What is wrong, or a function of the row (a Series) that says so.
    due : Series, optional
        A value for each row of the table, said in ``what`` where it has ``{}``.
    """
    if rows.empty:  # as nearly always, and pandas takes its time to say so
        return
    for i, row in rows.iterrows():
        text = what if isinstance(what, str) else what(row)
        text = text if due is None else text.format(said(due.at[i]))
        yield Problem(f"{name}.csv", int(str(i)) + 2, column, said(row[column]), text)


def by_text(frame: pd.DataFrame, column: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each text of a column with its rows, in order."""
    return ((str(text), rows) for text, rows in frame.groupby(column))


def by_day(frame: pd.DataFrame, column: str) -> Iterator[tuple[pd.Timestamp, pd.DataFrame]]:
    """Each day of a column of dates with its rows, in order."""
    return ((day, rows) for day, rows in frame.groupby(column) if isinstance(day, pd.Timestamp))


class Tables:
    """The tables as one: read once each, with what several rules ask of the bodies.

    Parameters
    ----------
    load : function
        Gives a table by its name; a frame of the caller's own.
    contract : dict
        The descriptor, ``datapackage.json``.
    """

    def __init__(self, load: Callable[[str], pd.DataFrame], contract: dict[str, Any]) -> None:
        self._load, self.contract = load, contract
        self._read: dict[str, pd.DataFrame] = {}
        self.resources: dict[str, dict[str, Any]] = {r["name"]: r for r in contract["resources"]}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = self._load(name)
        return self._read[name]

    @cached_property
    def opened(self) -> dict[str, pd.Timestamp]:
        """First day of each CCG, and of each board that has one in its table."""
        return self._days("opened")

    @cached_property
    def closed(self) -> dict[str, pd.Timestamp]:
        """Last day of each body that has closed."""
        return {code: day for code, day in self._days("closed").items() if not pd.isna(day)}

    def _days(self, column: str) -> dict[str, pd.Timestamp]:
        found: dict[str, pd.Timestamp] = {}
        for name in ("icbs", "ccgs"):
            frame = self[name]
            if column in frame:
                found |= dict(zip(frame["code"], frame[column], strict=True))
        return found

    @cached_property
    def geographies(self) -> set[pd.Timestamp]:
        """The days of which a table by body may be: of a count of CCGs, of a change, or of a quarter's lists."""
        changes, quarters = self["successions"]["date"], self["list_sizes"]["quarter"]
        return {*self["ccg_counts"]["date"], *changes, *quarters}

    def open_on(self, day: pd.Timestamp) -> frozenset[str]:
        """The CCGs of a day; after the last of them the locations, which kept their codes."""
        if day not in self._open:
            ccgs = self["ccgs"]
            then = min(day, ccgs["closed"].max())
            held = (ccgs["opened"] <= then) & (ccgs["closed"] >= then)
            self._open[day] = frozenset(ccgs["code"][held])
        return self._open[day]

    @cached_property
    def _open(self) -> dict[pd.Timestamp, frozenset[str]]:
        return {}

    def keys(self, name: str) -> list[tuple[str, ...]]:
        """The keys of a table as text, row by row."""
        if name not in self._keys:
            columns = self.resources[name]["schema"]["primaryKey"]
            self._keys[name] = list(zip(*(self[name][one].map(said) for one in columns), strict=True))
        return self._keys[name]

    @cached_property
    def _keys(self) -> dict[str, list[tuple[str, ...]]]:
        return {}

    @cached_property
    def heir(self) -> dict[str, str]:
        """The body into which each one passed whole, by merger or abolition."""
        moves = self["successions"]
        whole = moves[moves["kind"].isin(["merger", "abolition"])]
        return dict(zip(whole["from"], whole["to"], strict=True))

    @cached_property
    def parts(self) -> dict[str, set[str]]:
        """The bodies that joined in each one."""
        found: dict[str, set[str]] = {}
        for before, after in self.heir.items():
            found.setdefault(after, set()).add(before)
        return found

    @cached_property
    def absent(self) -> dict[tuple[str, str], set[str]]:
        """The bodies without a row by table and period, as ``holes`` has them."""
        found: dict[tuple[str, str], set[str]] = {}
        holes = self["holes"]
        for _, hole in holes[holes["column"].isna()].iterrows():
            found.setdefault((hole["table"], hole["period"]), set()).add(hole["code"])
        return found

    @cached_property
    def _boards(self) -> frozenset[str]:
        return frozenset(self["icbs"]["code"])

    def board_of(self, code: str) -> str | None:
        """The first board that a CCG's area passed to."""
        seen = 0
        while code not in self._boards:
            seen += 1
            if code not in self.heir or seen > 20:
                return None
            code = self.heir[code]
        return code


def period_of(tables: Tables, name: str) -> pd.Series:
    """The period of each row of a table by body as text, its parts joined by a comma; empty in a table without."""
    frame = tables[name]
    each = tables.resources[name].get("bodies", {}).get("each", [])
    found = pd.Series("", frame.index, dtype=object)
    for column in each:
        texts = {value: said(value) for value in frame[column].unique()}
        part = frame[column].map(texts).astype(object)
        found = part if column == each[0] else found + ", " + part
    return found


def line_of(tables: Tables, name: str, key: dict[str, str]) -> int | None:
    """The line at which a row with this key would stand in a table that is sorted by it."""
    columns = tables.resources[name]["schema"]["primaryKey"]
    if not set(columns) <= set(key):
        return None
    wanted = tuple(key[column] for column in columns)
    return sum(before < wanted for before in tables.keys(name)) + 2
