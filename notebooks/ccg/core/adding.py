"""Which cell of a column holds the sum of others in every row of the code, by the numbers alone."""

from typing import Any, NamedTuple

import pandas as pd

from . import keeping, numbers, parts

#: Under so many codes and keys a sum is no chance.
SURE = 3
#: So much of a sum at most its parts may lack or have more where they are rounded.
_OFF = 0.05
#: So many codes and keys are looked at for sums of a few of several parts.
_SOME = 400
#: Of a table of so many rows that many codes are enough to see that two cells hold the same.
_ROWS, _CODES = 500_000, 10
#: Under so many a cell that is always close to the sum of several others is their total, with some that are not shown.
_MANY, _CLOSE, _MOST = 20, 0.02, 0.8


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
    if some[name].nunique(dropna=False) < 3:
        return _twice_the_same(some, keys, name, sums)
    added = _added(some, keys, name, sums)
    return added.all_others() or added.a_few() or added.nearly_all_others() or added.all_others_in_one()


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
    return _Added(pd.DataFrame(values).assign(_group=group, _label=label), sums)


def number(cell: object) -> float:
    """A cell of a column of numbers as one; none where it is not given."""
    return float(numbers.plain(str(cell)) or "nan")


class _Added:
    """What is added up, by group (a code and key) and label (the cell that tells the rows of a group apart)."""

    def __init__(self, rows: pd.DataFrame, sums: list[str]) -> None:
        self.rows, self.sums, self.group = rows, sums, rows["_group"]
        blank = rows[sums].isna().any(axis=1)
        given = rows[~blank] if blank.any() else rows
        self.alike = given.groupby(["_group", "_label"])[sums].agg("sum")
        self.whole = self.alike.groupby(level="_group").transform("sum")
        self.parts = self.alike.groupby(level="_group")[sums[0]].transform("count")
        self.off = (2 * self.alike - self.whole).abs()
        # where a part is not given the sum cannot be seen, unless it is so everywhere
        self.torn = self.alike.index.get_level_values("_group").isin(self.group[blank].unique())

    def all_others(self, name: str | None = None) -> Total | None:
        """The cell that holds the sum of the others in every column, or in one.

        Where each body is called by its own name, no cell is there twice. So it is asked too whether under most of the
        codes and keys with three rows or more one of them is the sum of the others.
        """
        columns = self.sums if name is None else [name]
        off, whole = self.off[columns], self.whole[columns]
        twice = off.le(1e-9 * whole.abs()).all(axis=1) & whole.ne(0).any(axis=1)
        if not twice.any():
            return None
        parts, torn = self.parts, self.torn
        several = twice[(parts > 1) & ~torn] if not torn.all() else twice[parts > 1]
        found = {
            str(one): fits[fits].index.get_level_values("_group")
            for one, fits in several.groupby(level="_label")
            if fits.all() and parts[fits.index].max() > 2
        }
        many = twice[parts > 2]
        of_any = many.groupby(level="_group").any()
        if 2 * of_any.sum() > len(of_any):
            cells = many[many].index.get_level_values("_label")
            usual = several.groupby(level="_group").any()
            found.setdefault(str(cells[0]), usual[usual].index)
            found[str(cells[0])] = found[str(cells[0])].union(usual[usual].index)
        if not found:
            return None
        cell = max(found, key=lambda one: len(found[one]))
        every = {g for groups in found.values() for g in groups}
        return Total(cell, len(set(found[cell])), self.group.isin(every))

    def all_others_in_one(self) -> Total | None:
        """The cell that holds the sum of the others in one column of several: in that of a count, and not of a score."""
        for name in self.sums if len(self.sums) > 1 else ():
            # other cells may be given in one column alone
            own = _Added(self.rows[["_group", "_label", name]], [name]) if self.torn.any() else self
            found = own.all_others(name)
            if found and found.times >= SURE:
                return found._replace(but=f" in column {name!r}")
        return None

    def nearly_all_others(self) -> Total | None:
        """The cell that holds the sum of the others but for rounding, wherever it has a row; or but for a little.

        Numbers to the nearest five, ten or more are known by their last digits, and decimals by how many there are. Of
        whole numbers nobody can tell under a few codes; nor where one other is nearly as much, as men and women are.
        """
        alike, parts, off = self.alike[~self.torn], self.parts[~self.torn], self.off[~self.torn]
        unit = _rounded_to(alike)
        if not (parts > 2).any():
            return None
        within = _CLOSE * alike.abs() if unit is None else parts * unit / 2 + 1e-6
        near = off.le(within, axis=0).all(axis=1) & self.whole[~self.torn].ne(0).any(axis=1)
        least, but = (_MANY, ", but for a little") if unit is None else (SURE, ", but for rounding")
        for cell, fits in near[parts > 2].groupby(level="_label") if near.any() else ():
            at = fits.index
            if not fits.all() or len(fits) < least or (off.loc[at].sum() > _OFF * alike.loc[at].sum()).any():
                continue
            groups = at.get_level_values("_group")
            its = alike[alike.index.get_level_values("_group").isin(groups)].drop(str(cell), level="_label")
            most = its.groupby(level="_group").max()
            few = most.le(_MOST * alike.loc[at].droplevel("_label")).all(axis=1)
            if unit is None and 2 * int(few.sum()) <= len(few):
                continue
            return Total(str(cell), len(set(groups)), self.group.isin(groups), but=but)
        return None

    def a_few(self) -> Total | None:
        """The cell that holds the sum of the same few of the others wherever it has a row, as one of Good has it of two."""
        alike = self.alike[~self.torn]
        labels, groups = (alike.index.get_level_values(level) for level in ("_label", "_group"))
        if not labels.nunique() <= parts.FEW:
            return None
        every = groups.unique()
        alike = alike[groups.isin(every[:: max(1, len(every) // _SOME)])]
        found = {name: sums_of_a_few(alike[name].unstack(fill_value=0)) for name in self.sums}
        cells = [c for one in found.values() for c in one]
        # rather one that holds the sum in every column
        cell = max(cells, key=cells.count, default=None)
        if cell is None:
            return None
        name, (some, rounded) = next((n, one[cell]) for n, one in found.items() if cell in one)
        at = groups[labels == cell]
        if len(some) == 1:
            return Total(
                cell, at.nunique(), self.group.isin(at), f"the same as {some[0]!r}", " under every code"
            )
        but = "" if all(cell in its for its in found.values()) else f" in column {name!r}"
        but = ", but for rounding" if rounded else but
        return Total(cell, at.nunique(), self.group.isin(at), f"the sum of {_and(sorted(some))}", but)


def _and(names: list[str]) -> str:
    *others, last = map(repr, names)
    return f"{', '.join(others)} and {last}"


def sums_of_a_few(table: pd.DataFrame) -> dict[str, tuple[list[str], bool]]:
    """The columns of a table that hold in every row the sum of the same few others, each with these; and whether but for rounding.

    What each column has of those that are smaller is found by least squares, one column after the other, so that no sum
    has to be tried. There have to be some rows more than columns to be asked, or the sum would be chance.

    Examples
    --------
    >>> rows = [(n, 3 * n % 17, 5 * n % 23) for n in range(1, 12)]
    >>> table = pd.DataFrame([(a, b, c, a + b) for a, b, c in rows], columns=["very", "fairly", "poor", "good"])
    >>> sums_of_a_few(table)
    {'good': (['very', 'fairly'], False)}
    """
    unit = _rounded_to(table)
    found: dict[str, tuple[list[str], bool]] = {}
    names: list[str] = []
    straight: list[Any] = []  # the columns so far, each less what it has of those before it, of length one
    shares: list[list[float]] = []  # of each column its part along each of these
    for name in table.abs().sum().sort_values(kind="stable").index:
        cells = table[name].to_numpy(dtype=float)
        size, rest, along = float(cells @ cells) ** 0.5, cells, [0.0] * len(straight)
        if not size or len(names) + SURE > len(table):
            continue
        for _ in range(2):  # the second time takes off what rounding has left
            for i, one in enumerate(straight):
                part = float(one @ rest)
                along[i] += part
                rest = rest - part * one
        of = _whole_parts(names, shares, along)
        if of and table[name].nunique() >= SURE <= int((cells != 0).sum()) - len(of):
            off = abs(cells - table[of].to_numpy(dtype=float).sum(axis=1))
            exact = bool((off <= 1e-9 * abs(cells)).all())
            near = unit is not None and len(of) > 1 and bool((off <= (len(of) + 1) * unit / 2 + 1e-6).all())
            if exact or (near and off.sum() <= _OFF * abs(cells).sum()):
                found[str(name)] = (of, not exact)
                continue
        left = float(rest @ rest) ** 0.5
        if left > 1e-9 * size:
            names.append(str(name))
            straight.append(rest / left)
            shares.append([*along, left])
    return found


def _whole_parts(names: list[str], shares: list[list[float]], along: list[float]) -> list[str]:
    """Of some columns those that another has once, if it has no more than a trace of any other."""
    left, times = list(along), [0.0] * len(names)
    for i in reversed(range(len(names))):
        times[i] = left[i] / shares[i][i]
        for j in range(i):
            left[j] -= times[i] * shares[i][j]
    if any(min(abs(n), abs(n - 1)) > 0.25 for n in times):
        return []
    return [name for name, n in zip(names, times, strict=True) if n > 0.5]


def _rounded_to(table: pd.DataFrame) -> float | None:
    """To what the numbers of a table are rounded, by their last digits; None for whole numbers, of which nobody can tell."""
    values = pd.Series(table.to_numpy().ravel()).abs()
    unit: float | None = next((u for u in (1000, 100, 10, 5) if (values % u == 0).all()), None)
    if unit is None and (values % 1 != 0).any():
        unit = next(
            (u for u in (0.1, 0.01) if (((values / u) - (values / u).round()).abs() < 1e-6).all()), None
        )
    return unit
