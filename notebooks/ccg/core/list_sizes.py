"""Whether numbers rise with the list sizes of their bodies: counts do, rates do not, whatever a column is called.

The largest CCGs have ten times the patients of the smallest, and so about ten times of whatever is counted among
them. A rate is as high in a small one as in a large one, and differs less than list sizes do. Of the columns that this
project holds, every count has a rank correlation with list sizes of 0.4 or more, and every rate of less, as
``tests/core/test_list_sizes.py`` shows.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from . import keeping, lineage, subtotals

#: Of fewer bodies nothing is said: chance alone makes a correlation of 0.2.
ENOUGH = 30
#: Below this rank correlation numbers do not rise with list sizes, and above the other they do.
FLAT, RISING = 0.3, 0.5
#: Rates differ less than this part of what list sizes differ, as standard deviations of logarithms.
NARROW = 0.8
#: Of whole numbers that are mostly as small as this chance decides more than size does.
SMALL = 3
#: A number of all patients, or of those over 16, is so many times the list size, and differs from that by so little from
#: one body to another, as the standard deviation of its logarithm.
_MOST_PATIENTS, _ALIKE = (0.6, 1.2), 0.1
#: A column of more distinct cells is not asked which of them stand beside all patients.
_CELLS = 60
#: Only so many rows are looked at.
_LOOKED_AT = 250_000


class Like(NamedTuple):
    """Which rows of a column hold numbers like rates, and which like counts; of others nothing is known."""

    rates: pd.Series
    counts: pd.Series


def like(frame: pd.DataFrame, code: str, keys: Sequence[str], periods: Sequence[str], name: str) -> Like:
    """Whether the numbers of a column are like rates or like counts, under each of some keys.

    Parameters
    ----------
    frame : DataFrame
        Rows with codes and numbers as they are written.
    code : str
        The column of codes, of CCGs, locations or boards, in any form that is known.
    keys, periods : sequence of str
        The columns that tell rows apart: rows that are alike in all of them are added up. Numbers of several
        ``periods`` are averaged, and each of the other ``keys`` is judged by itself.
    name : str
        The column of numbers.

    Returns
    -------
    Like
        A series of bool for each, of the rows of the frame. Both are False where fewer than 30 bodies have a number
        above zero, or a tenth of them have none.

    Examples
    --------
    >>> people = lineage.default().list_sizes
    >>> table = pd.DataFrame({"code": list(people), "seen": [str(int(n / 9)) for n in people.values()], "good": "70"})
    >>> table["good"] = [str(70 + i % 20) for i in range(len(table))]
    >>> [bool(like(table, "code", [], [], name).rates.all()) for name in ("seen", "good")]
    [False, True]
    >>> bool(like(table, "code", [], [], "seen").counts.all())
    True
    """
    none = pd.Series(False, frame.index)
    if frame[code].nunique() < ENOUGH:
        return Like(none, none)
    several = [k for k in keys if k not in periods]
    some = frame.iloc[:_LOOKED_AT]
    body = _bodies(some[code])
    rows = pd.DataFrame(
        {
            "body": body,
            "number": keeping.values(some[name], subtotals.number),
            **{f"key {k}": some[k] for k in keys},
        }
    )
    rows = rows[rows["body"].ne("")]
    each = rows.groupby([f"key {k}" for k in keys] + ["body"], observed=True, dropna=False)["number"]
    summed = each.sum(min_count=1).dropna().reset_index()
    of = [f"key {k}" for k in several]
    means = summed.groupby([*of, "body"], observed=True, dropna=False)["number"].mean().reset_index()
    if len(means) < ENOUGH:
        return Like(none, none)
    means["size"] = means["body"].map(lineage.default().list_sizes).map(math.log)
    means["group"] = means.groupby(of, observed=True, dropna=False).ngroup() if of else 0
    found = pd.DataFrame({group: _told(each) for group, each in means.groupby("group")}).T
    told = means[[*of, "group"]].drop_duplicates()
    group = (
        frame[several].set_axis(of, axis=1).merge(told, on=of, how="left")["group"].set_axis(frame.index)
        if of
        else pd.Series(0, frame.index)
    )
    return Like(*(group.isin(found.index[found[what]]) for what in Like._fields))


def all_patients(frame: pd.DataFrame, keys: Sequence[str], of: str, name: str) -> list[object]:
    """The cells of a column in whose rows a number is about that of all patients, or of all adults, in every body.

    ``keys`` are the column of codes and the others that tell rows apart besides ``of``.

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
    rows = some[[*others, of]].assign(
        _body=_bodies(some[code]), _n=keeping.values(some[name], subtotals.number)
    )
    rows = rows[rows["_body"].ne("")]
    summed = rows.groupby([*others, of, "_body"], observed=True, dropna=False)["_n"].sum(min_count=1).dropna()
    means = summed.groupby([of, "_body"], observed=True, dropna=False).mean().reset_index()
    part = means["_n"] / means["_body"].map(lineage.default().list_sizes).astype(float)
    means["part"] = part[part.gt(0)].map(math.log)
    told = means.groupby(of, observed=True, sort=False)["part"].agg(["count", "median", "std"])
    low, high = map(math.log, _MOST_PATIENTS)
    are = told["count"].ge(ENOUGH) & told["median"].between(low, high) & told["std"].lt(_ALIKE)
    return list(told.index[are])


def _bodies(cells: pd.Series) -> pd.Series:
    """The ODS code of each cell that is one of a body with a list size; else nothing."""
    home = lineage.default()
    sizes = home.list_sizes

    def meant(cell: object) -> str:
        written = home.written(str(cell)) or ""
        ods = home.ons_periods().get(written, (written,))[0]
        return ods if ods in sizes else ""

    return keeping.made(cells, meant)


def _told(rows: pd.DataFrame) -> dict[str, bool]:
    """Whether the numbers of some bodies are like rates, or like counts."""
    given, number = len(rows), rows["number"]
    rows = rows[number.gt(0)]
    if len(rows) < ENOUGH or len(rows) < 0.9 * given:
        return {"rates": False, "counts": False}
    whole = number.mod(1).eq(0).all()
    rises = rows["number"].rank().corr(rows["size"].rank()) if rows["number"].nunique() > 1 else 0.0
    narrow = rows["number"].map(math.log).std() < NARROW * rows["size"].std()
    flat = rises < FLAT and narrow and not (whole and number.median() <= SMALL)
    return {"rates": bool(flat), "counts": bool(rises > RISING)}
