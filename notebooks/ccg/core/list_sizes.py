"""Whether numbers rise with the list sizes of their bodies: counts do, rates do not, whatever a column is called.

The largest CCGs have ten times the patients of the smallest, and so about ten times of whatever is counted among
them. A rate is as high in a small one as in a large one, and differs less than list sizes do. Of the columns that this
project holds no rate is taken for a count, and of counts only two for rates, in each of which most CCGs have a few:
``tests/core/test_list_sizes.py`` asks them all.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from . import keeping, lineage, subtotals
from .finding import not_of_patients, says_counts

#: Of fewer bodies nothing is said: chance alone makes a correlation of 0.2.
ENOUGH = 30
#: Below this rank correlation numbers do not rise with list sizes, and above the other they do.
FLAT, RISING = 0.3, 0.5
#: Rates differ less than this part of what list sizes differ, as standard deviations of logarithms; where the name says
#: that the numbers are counts they have to differ still less before they are taken for rates.
NARROW, COUNTED = 0.6, 0.35
#: Of whole numbers that are mostly as small as this chance decides more than size does.
SMALL = 3
#: A number of all patients, or of those over 16, is so many times the list size, and differs from that by so little from
#: one body to another, as the standard deviation of its logarithm.
_MOST_PATIENTS, _ALIKE = (0.6, 1.2), 0.1
#: From their middle the lists of one body at several times differ by less than this part, mostly: in nine years by 0.014.
_STEADY = 0.02
#: A column of more distinct cells is not asked which of them stand beside all patients.
_CELLS = 60
#: Only so many rows are looked at.
_LOOKED_AT = 250_000


class Like(NamedTuple):
    """Which rows of a column hold numbers like rates, and which like counts; of others nothing is known."""

    rates: pd.Series
    counts: pd.Series


def like(
    frame: pd.DataFrame, code: str, keys: Sequence[str], periods: Sequence[str], names: Sequence[str]
) -> dict[str, Like]:
    """Whether the numbers of some columns are like rates or like counts, under each of some keys.

    Parameters
    ----------
    frame : DataFrame
        Rows with codes and numbers as they are written.
    code : str
        The column of codes, of CCGs, locations or boards, in any form that is known.
    keys, periods : sequence of str
        The columns that tell rows apart: rows that are alike in all of them are added up. Those of several
        ``periods``, which are among the keys, are judged together, and each of the other keys by itself.
    names : sequence of str
        The columns of numbers.

    Returns
    -------
    dict of str to Like
        By column two series of bool, of the rows of the frame. Both are False where fewer than 30 bodies have a number
        above zero, a tenth of them have none, all have the same, or the column is called as something that is counted of
        others than patients, such as beds.

    Examples
    --------
    >>> people = lineage.default().list_sizes
    >>> table = pd.DataFrame({"code": list(people), "seen": [str(int(n / 9)) for n in people.values()]})
    >>> table["good"] = [str(70 + i % 20) for i in range(len(table))]
    >>> told = like(table, "code", [], [], ["seen", "good"])
    >>> [(name, bool(one.rates.all()), bool(one.counts.all())) for name, one in told.items()]
    [('seen', False, True), ('good', True, False)]
    """
    none = pd.Series(False, frame.index)
    unknown = {name: Like(none, none) for name in names}
    if not names or frame[code].nunique() < ENOUGH:
        return unknown
    some = frame.iloc[:_LOOKED_AT]
    numbers = {f"number {n}": keeping.values(some[n], subtotals.number) for n in names}
    rows = pd.DataFrame({**{f"key {k}": some[k] for k in keys}, "body": _bodies(some[code]), **numbers})
    rows = rows[rows["body"].ne("")]
    if rows["body"].nunique() < ENOUGH:
        return unknown
    of = [f"key {k}" for k in keys if k not in periods]
    each = _summed(rows, [*(f"key {k}" for k in keys), "body"]).reset_index()
    each["size"] = each["body"].map(lineage.default().list_sizes).map(math.log)
    each["group"] = each.groupby(of, dropna=False, observed=True).ngroup() if of else 0
    group = pd.Series(0, frame.index)
    if of:
        judged = each[[*of, "group"]].drop_duplicates()
        asked = frame[[k for k in keys if k not in periods]].set_axis(of, axis=1)
        group = asked.merge(judged, on=of, how="left")["group"].set_axis(frame.index)
    groups = int(each["group"].max()) + 1
    out, asked_of = dict(unknown), [n for n in names if not not_of_patients(n)]
    at_once = max(1, _LOOKED_AT // len(each))
    for some_names in (asked_of[i : i + at_once] for i in range(0, len(asked_of), at_once)):
        given = pd.concat(
            [
                each[["body", "size"]].assign(group=each["group"] + groups * i, number=each[f"number {n}"])
                for i, n in enumerate(some_names)
            ]
        ).dropna(subset="number")
        bodies = given[given["number"].gt(0)].groupby("group")["body"].nunique()
        given = given[given["group"].isin(bodies.index[bodies.ge(ENOUGH)])]
        if not len(given):
            continue
        narrow = [COUNTED if says_counts(n) else NARROW for n in some_names]
        told = _told(given, {g: narrow[g // groups] for g in given["group"].unique()})
        for i, name in enumerate(some_names):
            at = group + groups * i
            out[name] = Like(*(at.isin(told.index[told[what]]) for what in Like._fields))
    return out


def _summed(rows: pd.DataFrame, of: list[str]) -> pd.DataFrame:
    """Rows that are alike in some columns, added up; most tables have one of each."""
    if not rows.duplicated(of).any():
        return rows.set_index(of)
    return rows.groupby(of, dropna=False, observed=True).sum(min_count=1)


def all_patients(
    frame: pd.DataFrame, keys: Sequence[str], of: str, name: str, *, times: bool = False
) -> list[object]:
    """The cells of a column in whose rows a number is about that of all patients, or of all adults, in every body.

    ``keys`` are the column of codes and the others that tell rows apart besides ``of``. Where the cells are ``times``, the
    numbers of a body are besides about the same at all of them, as events of one a head are not.

    Examples
    --------
    >>> people = lineage.default().list_sizes
    >>> lists = pd.DataFrame({"code": list(people), "n": [str(int(n)) for n in people.values()]})
    >>> adults = lists.assign(n=[str(int(0.8 * n)) for n in people.values()])
    >>> table = pd.concat([lists.assign(of="Asthma"), adults.assign(of="Diabetes"), adults.assign(n="5", of="Gout")])
    >>> all_patients(table, ["code"], "of", "n")
    ['Asthma', 'Diabetes']
    """
    code, *others = keys
    some = frame.iloc[:_LOOKED_AT]
    if some[code].nunique() < ENOUGH or some[of].nunique() > _CELLS:
        return []
    rows = pd.DataFrame({f"key {k}": some[k] for k in (*others, of)})
    rows = rows.assign(body=_bodies(some[code]), number=keeping.values(some[name], subtotals.number))
    rows = rows[rows["body"].ne("")]
    summed = _summed(rows, [*(f"key {k}" for k in (*others, of)), "body"])["number"].dropna()
    # the largest is that of all persons, where men and women stand beside them
    most = summed.groupby([f"key {of}", "body"], observed=True, dropna=False).max().reset_index()
    part = most["number"] / most["body"].map(lineage.default().list_sizes).astype(float)
    most["part"] = part[part.gt(0)].map(math.log)
    told = most.groupby(f"key {of}", observed=True, sort=False)["part"].agg(["count", "median", "std"])
    low, high = map(math.log, _MOST_PATIENTS)
    are = told["count"].ge(ENOUGH) & told["median"].between(low, high) & told["std"].lt(_ALIKE)
    found = list(told.index[are])
    if times:
        part = most[most[f"key {of}"].isin(found)].set_index("body")["part"]
        if not (part - part.groupby("body").median()).abs().median() < _STEADY:
            return []
    return found


def _bodies(cells: pd.Series) -> pd.Series:
    """The ODS code of each cell that is one of a body with a list size; else nothing."""
    home = lineage.default()
    sizes = home.list_sizes

    def meant(cell: object) -> str:
        written = home.written(str(cell)) or ""
        ods = home.ons_periods().get(written, (written,))[0]
        return ods if ods in sizes else ""

    return keeping.made(cells, meant)


def _told(given: pd.DataFrame, narrow: Mapping[int, float]) -> pd.DataFrame:
    """For each group of numbers of bodies whether they are like rates, and whether like counts.

    ``narrow`` is by how much less than list sizes the numbers of each group have to differ to be like rates.
    """
    rows = given[given["number"].gt(0)]
    rows = rows.assign(
        rank=rows.groupby("group")["number"].rank(), place=rows.groupby("group")["size"].rank(),
        log=rows["number"].map(math.log), whole=rows["number"].mod(1).eq(0),
    )  # fmt: skip
    rows["both"] = rows["rank"] * rows["place"]
    of = rows.groupby("group")
    spread, mean, n = (
        of[["rank", "place", "log", "size"]].std(ddof=0),
        of[["rank", "place", "both"]].mean(),
        of.size(),
    )
    rises = (mean["both"] - mean["rank"] * mean["place"]) / (spread["rank"] * spread["place"])
    alike = spread["log"].lt(spread.index.map(narrow) * spread["size"])
    small = of["whole"].all() & of["number"].median().le(SMALL)
    enough = n.ge(0.9 * given.groupby("group").size())
    # of a number that is the same for all there is no correlation, and it may be a grant
    return pd.DataFrame(
        {"rates": enough & rises.lt(FLAT) & alike & ~small, "counts": enough & rises.gt(RISING)}
    )
