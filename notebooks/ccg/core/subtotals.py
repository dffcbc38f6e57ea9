"""Which cell of a column holds the sum of others in every row of the code, by the numbers alone."""

from collections.abc import Iterable
from copy import copy
from itertools import chain, combinations
from math import gcd, log2
from typing import Any, NamedTuple

import pandas as pd

from . import keeping, numbers, parts
from .finding import is_period

#: Under so many codes and keys a sum is no chance.
SURE = 3
#: So much of a sum at most its parts may lack or have more where they are rounded.
_OFF = 0.05
#: So many codes and keys are looked at for sums of a few of several parts.
_SOME = 400
#: Of a table of so many rows that many codes are enough to see that two cells hold the same.
_ROWS, _CODES = 500_000, 10
#: Under so many a cell that is always close to the sum of several others is their total, with some that are not shown.
_MANY, _CLOSE, _MOST, _MUCH = 20, 0.02, 0.8, 0.15
#: So many parts are tried at most where there are few codes, and so many digits of two have to agree that it is no chance.
_TRIED, _BITS = 9, 12
#: A number below this may be the same as another by chance.
_BY_CHANCE = 10
#: Columns of what is added up, called as none of a file is.
_GROUP, _LABEL = "\0group", "\0label"


class Total(NamedTuple):
    """A cell in whose rows stands a sum of others: under how many codes and keys it does, all their rows, and words.

    ``of`` says what stands there, and ``but`` what takes from the proof: rounding, or that it is so in one column only.
    """

    cell: str
    times: int
    rows: pd.Series
    of: str = "the sum of the others"
    but: str = ""


def sum_of_the_others(some: pd.DataFrame, keys: list[str], name: str, sums: list[str]) -> Total | None:
    """The cell of a column in whose rows stands the sum of the other rows of the code, or of a few, wherever it has one."""
    copies = not is_period(some, name)  # a payment is the same every month
    if some[name].nunique(dropna=False) < 3:
        return _twice_the_same(some, keys, name, sums) if copies else None
    added = _added(some, keys, name, sums)
    return (
        added.all_others(copies) or added.a_few(copies) or added.nearly_all_others() or added.in_one_column()
    )


def _twice_the_same(some: pd.DataFrame, keys: list[str], name: str, sums: list[str]) -> Total | None:
    """A cell of a column of two that holds the same number as the other under every code: both divide the same people."""
    codes = some[keys[0]].unique()
    few = some[some[keys[0]].isin(codes[:: max(1, len(codes) // _CODES)])] if len(some) > _ROWS else some
    found = _added(few, keys, name, sums).a_few()
    return found and found._replace(rows=pd.Series(True, some.index), times=len(codes))


def _added(some: pd.DataFrame, keys: list[str], name: str, sums: list[str]) -> "_Added":
    values = {s: keeping.values(some[s], number) for s in sums}
    label = keeping.made(some[name], lambda cell: str(cell).strip())
    group = some.groupby(keys, dropna=False, observed=True).ngroup()
    itself = keeping.alike(label, some[keys[0]])
    if itself.any():
        label = keeping.kept(keeping.as_text(label).mask(itself, "the code itself"))
    return _Added(pd.DataFrame(values).assign(**{_GROUP: group, _LABEL: label}), sums)


def number(cell: object) -> float:
    """A cell of a column of numbers as one; none where it is not given."""
    return float(numbers.plain(str(cell)) or "nan")


class _Added:
    """What is added up, by group (a code and key) and label (the cell that tells the rows of a group apart)."""

    def __init__(self, rows: pd.DataFrame, sums: list[str]) -> None:
        self.rows, self.sums, self.group = rows, sums, rows[_GROUP]
        blank = rows[sums].isna().any(axis=1)
        given = rows[~blank] if blank.any() else rows
        self.alike = given.groupby([_GROUP, _LABEL])[sums].agg("sum")
        self.whole = self.alike.groupby(level=_GROUP).transform("sum")
        self.parts = self.alike.groupby(level=_GROUP)[sums[0]].transform("count")
        self.off = (2 * self.alike - self.whole).abs()
        # where a part is not given the sum cannot be seen, unless it is so everywhere
        self.torn = self.alike.index.get_level_values(_GROUP).isin(self.group[blank].unique())

    def only(self, name: str) -> "_Added":
        """The same of one column: other cells may be given there alone."""
        if self.torn.any():
            return _Added(self.rows[[_GROUP, _LABEL, name]], [name])
        one = copy(self)
        one.sums, one.alike = [name], self.alike[[name]]
        one.whole, one.off = self.whole[[name]], self.off[[name]]
        return one

    def some(self) -> "_Added":
        """The same of some groups, if there are many: what is not so there is not so."""
        groups = self.alike.index.get_level_values(_GROUP)
        every = groups.unique()
        if len(every) <= 2 * _SOME:
            return self
        chosen = every[:: len(every) // _SOME]
        one, at = copy(self), groups.isin(chosen)
        one.alike, one.whole, one.off = self.alike[at], self.whole[at], self.off[at]
        one.parts, one.torn = self.parts[at], self.torn[at]
        one.rows = self.rows[self.group.isin(chosen)] if self.torn.any() else self.rows
        return one

    def all_others(self, copies: bool = True) -> Total | None:
        """The cell that holds the sum of the others in every column.

        Where each body is called by its own name, no cell is there twice. So it is asked too whether under most of the
        codes and keys with three rows or more one of them is the sum of the others. Without ``copies`` those are not asked
        where one other alone is above nought, and both are small: they are the same by chance.
        """
        twice = self.off.le(1e-9 * self.whole.abs()).all(axis=1) & self.whole.ne(0).any(axis=1)
        if not twice.any():
            return None
        parts, torn = self.parts, self.torn
        if not copies:
            filled = self.alike.ne(0).any(axis=1).groupby(level=_GROUP).transform("sum")
            large = self.alike.abs().max(axis=1).groupby(level=_GROUP).transform("max")
            enough = (filled.gt(2) | large.ge(_BY_CHANCE)).to_numpy()
            twice, parts, torn = twice[enough], parts[enough], torn[enough]
        several = twice[(parts > 1) & ~torn] if not torn.all() else twice[parts > 1]
        found = {
            str(one): fits[fits].index.get_level_values(_GROUP)
            for one, fits in several.groupby(level=_LABEL)
            if fits.all() and parts[fits.index].max() > 2
        }
        many = twice[parts > 2]
        of_any = many.groupby(level=_GROUP).any()
        if 2 * of_any.sum() > len(of_any):
            cells = many[many].index.get_level_values(_LABEL)
            usual = several.groupby(level=_GROUP).any()
            found.setdefault(str(cells[0]), usual[usual].index)
            found[str(cells[0])] = found[str(cells[0])].union(usual[usual].index)
        if not found:
            return None
        cell = max(found, key=lambda one: len(found[one]))
        every = {g for groups in found.values() for g in groups}
        return Total(cell, len(set(found[cell])), self.group.isin(every))

    def in_one_column(self) -> Total | None:
        """The cell that holds the sum of the others in one column of several: in that of a count, and not of a score."""
        for name in self.sums if len(self.sums) > 1 else ():
            found = self.some().only(name).all_or_nearly() and self.only(name).all_or_nearly()
            if found and self._digits(name, found.cell) >= _BITS:
                return found._replace(but=f"{found.but} in column {name!r}")
        return None

    def _digits(self, name: str, cell: str) -> float:
        cells = self.alike.loc[self.alike.index.get_level_values(_LABEL) == cell, name]
        return _digits(cells, _in_common(self.alike[name]))

    def all_or_nearly(self) -> Total | None:
        """The cell that holds the sum of the others, but for rounding at most, under enough codes."""
        found = self.all_others()
        return found if found and found.times >= SURE else self.nearly_all_others()

    def nearly_all_others(self) -> Total | None:
        """The cell that holds the sum of the others but for rounding, wherever it has a row; or but for a little.

        Numbers to the nearest five, ten or more are known by their last digits, and decimals by how many there are. Of
        whole numbers nobody can tell under a few codes; nor where one other is nearly as much, as men and women are.
        """
        alike, parts, off = self.alike[~self.torn], self.parts[~self.torn], self.off[~self.torn]
        unit = _rounded_to(alike)
        if not (parts > 2).any():
            return None
        if unit is None and (part := self.some()) is not self and not part.nearly_all_others():
            return None
        within = _CLOSE * alike.abs() if unit is None else parts * unit / 2 + 1e-6
        near = off.le(within, axis=0).all(axis=1) & self.whole[~self.torn].ne(0).any(axis=1)
        least, but = (_MANY, ", but for a little") if unit is None else (SURE, ", but for rounding")
        near = near[parts > 2]
        every = near.groupby(level=_LABEL).all()
        for cell in every.index[every]:
            at = near.index[near.index.get_level_values(_LABEL) == cell]
            much = _OFF if len(at) < _MANY else _MUCH
            if len(at) < least or (off.loc[at].sum() > much * alike.loc[at].sum()).any():
                continue
            groups = at.get_level_values(_GROUP)
            its = alike[alike.index.get_level_values(_GROUP).isin(groups)].drop(str(cell), level=_LABEL)
            most = its.groupby(level=_GROUP).max()
            few = most.le(_MOST * alike.loc[at].droplevel(_LABEL)).all(axis=1)
            if unit is None and 2 * int(few.sum()) <= len(few):
                continue
            return Total(str(cell), len(set(groups)), self.group.isin(groups), but=but)
        return None

    def a_few(self, copies: bool = True) -> Total | None:
        """The cell that holds the sum of the same few of the others wherever it has a row, as one of Good has it of two.

        With ``copies`` one that holds the same as another as well.
        """
        alike = self.alike[~self.torn]
        labels, groups = (alike.index.get_level_values(level) for level in (_LABEL, _GROUP))
        if not labels.nunique() <= parts.FEW:
            return None
        every = groups.unique()
        alike = alike[groups.isin(every[:: max(1, len(every) // _SOME)])]
        found = {name: sums_of_a_few(alike[name].unstack(fill_value=0)) for name in self.sums}
        if not copies:
            found = {n: {c: of for c, of in one.items() if len(of[0]) > 1} for n, one in found.items()}
        cells = [c for one in found.values() for c in one]
        # rather one that holds the sum in every column
        cell = max(cells, key=cells.count, default=None)
        if cell is None:
            return None
        name, (some, how) = next((n, one[cell]) for n, one in found.items() if cell in one)
        at = groups[labels == cell]
        if len(some) == 1:
            return Total(
                cell, at.nunique(), self.group.isin(at), f"the same as {some[0]!r}", " under every code"
            )
        but = "" if all(cell in its for its in found.values()) else f" in column {name!r}"
        return Total(cell, at.nunique(), self.group.isin(at), f"the sum of {_and(sorted(some))}", how or but)


def _and(names: list[str]) -> str:
    *others, last = map(repr, names)
    return f"{', '.join(others)} and {last}"


def sums_of_a_few(table: pd.DataFrame) -> dict[str, tuple[list[str], str]]:
    """The columns of a table that hold in every row the sum of the same few others, each with these; and words if that is not sure.

    What each column has of those that are smaller is found by least squares, one column after the other, so that no sum
    has to be tried. Where there are too few rows for that every sum is tried, if there are not many.

    Examples
    --------
    >>> rows = [(n, 3 * n % 17, 5 * n % 23) for n in range(1, 12)]
    >>> table = pd.DataFrame([(a, b, c, a + b) for a, b, c in rows], columns=["very", "fairly", "poor", "good"])
    >>> sums_of_a_few(table)
    {'good': (['very', 'fairly'], '')}
    """
    unit, common = _rounded_to(table), _in_common(pd.Series(table.to_numpy().ravel()))
    found: dict[str, tuple[list[str], str]] = {}
    names: list[str] = []
    straight: list[Any] = []  # the columns so far, each less what it has of those before it, of length one
    shares: list[list[float]] = []  # of each column its part along each of these
    for name in table.abs().sum().sort_values(kind="stable").index:
        cells = table[name].to_numpy(dtype=float)
        size, rest, along = float(cells @ cells) ** 0.5, cells, [0.0] * len(straight)
        if not size:
            continue
        if len(names) + SURE > len(table):
            if of := _tried(names, table, name, common):
                found[str(name)] = (of, " under these few codes")
            elif len(names) < _TRIED:
                names.append(str(name))
            continue
        for _ in range(2):  # the second time takes off what rounding has left
            for i, one in enumerate(straight):
                part = float(one @ rest)
                along[i] += part
                rest = rest - part * one
        of = _whole_parts(names, shares, along)
        told = of and _digits(cells, common) >= 2 * len(of) + _BITS
        if told and table[name].nunique() >= SURE <= int((cells != 0).sum()) - len(of):
            off = abs(cells - table[of].to_numpy(dtype=float).sum(axis=1))
            exact = bool((off <= 1e-9 * abs(cells)).all())
            near = unit is not None and len(of) > 1 and bool((off <= (len(of) + 1) * unit / 2 + 1e-6).all())
            much = _OFF if len(table) < _MANY else _MUCH
            if exact or (near and off.sum() <= much * abs(cells).sum()):
                found[str(name)] = (of, "" if exact else ", but for rounding")
                continue
        left = float(rest @ rest) ** 0.5
        if left > 1e-9 * size:
            names.append(str(name))
            straight.append(rest / left)
            shares.append([*along, left])
    return found


def _whole_parts(names: list[str], shares: list[list[float]], along: list[float]) -> list[str]:
    """Of some columns those that another has once rather than not."""
    left, some = list(along), []
    for i in reversed(range(len(names))):
        often = left[i] / shares[i][i]
        for j in range(i):
            left[j] -= often * shares[i][j]
        if often > 0.5:
            some.append(names[i])
    return some[::-1]


def _tried(names: list[str], table: pd.DataFrame, name: str, common: float) -> list[str]:
    """Of a few columns those whose sum another is in every row, if there are too few sums for that to be chance."""
    if _digits(table[name], common) < 2 * len(names) + _BITS or not SURE <= len(names) <= _TRIED:
        return []
    cells, of = table[name].to_numpy(dtype=float), {n: table[n].to_numpy(dtype=float) for n in names}
    for some in chain.from_iterable(combinations(names, n) for n in range(1, len(names) + 1)):
        if (abs(sum(of[n] for n in some) - cells) <= 1e-9 * abs(cells)).all():
            return [*some]
    return []


def _in_common(values: pd.Series) -> float:
    """What all of some numbers are multiples of: round amounts have fewer digits that tell than signs."""
    some = values.iloc[: 10 * _SOME]
    return gcd(*some.astype("int64")) or 1 if (some % 1 == 0).all() and (some.abs() < 2**53).all() else 1


def _digits(values: Iterable[float], common: float) -> float:
    """How many binary digits some numbers have together that could have been others."""
    return sum(log2(1 + abs(x) / common) for x in values)


def _rounded_to(table: pd.DataFrame) -> float | None:
    """To what the numbers of a table are rounded, by their last digits; None for whole numbers, of which nobody can tell."""
    values = pd.Series(table.to_numpy().ravel()).abs()
    some = [u for u in (1000, 100, 10, 5) if (values.iloc[:_SOME] % u == 0).all()]  # most are told by a few
    unit: float | None = next((u for u in some if (values % u == 0).all()), None)
    if unit is None and (values % 1 != 0).any():
        unit = next(
            (u for u in (0.1, 0.01) if (((values / u) - (values / u).round()).abs() < 1e-6).all()), None
        )
    return unit
