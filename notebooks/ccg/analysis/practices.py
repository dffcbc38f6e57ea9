"""Where each GP practice belongs on one date, so that merging does not change who is counted.

Over a merger the CCG of a practice changes its code and nothing else; what also changes, year by year, is
which practices there are and, for a few, which CCG they chose. A grouping fixes both: each practice goes
to one CCG of one date, whatever the year of its figures.
"""

from collections.abc import Iterable

import pandas as pd

from ..core import files, lineage, tables


def grouping(to="2021-04-01", among: Iterable[str] | None = None) -> pd.Series:
    """The body of one date that each practice belongs to, the same for every year of its figures.

    ``to`` is the date: of CCGs, or from July 2022 on of sub-ICB locations. ``among`` are the practice codes
    to place, each once in the order first given; without it, all of ``qof_points``. Returns a Series of
    codes with the practice as its index, missing where a practice cannot be placed: count those, do not
    drop them.

    A practice belongs where ``qof_points`` last had it on or before ``to``, moved forward with its CCG
    (one that lost land moves with its larger part). A practice that closed before ``to`` is so kept with
    its successors. A practice first seen after ``to`` belongs where it was first seen, taken back; it is
    missing if that body had taken in land of another since, because either may have been its own. So
    are practices that are not in ``qof_points`` at all: those closed before the end of 2017-18, opened
    after 2022-23, or outside the framework.

    Raises LineageError for a date with neither CCGs nor locations.
    """
    day = lineage.as_day(to)
    lineage.bodies(day, _level(day))  # refuses a date out of reach
    path = files.data() / "qof_points.csv"
    stamp = path.stat().st_mtime_ns if path.exists() else None
    # a survey has a file for each year, and thousands of practices go to the same bodies for all of them
    out = lineage.default().kept("practices", (day, stamp), lambda: _of_all(day), most=4)
    if among is None:
        return out.copy()
    return out.reindex(pd.Index(list(dict.fromkeys(among)), dtype=out.index.dtype, name="practice"))


def _of_all(day: pd.Timestamp) -> pd.Series:
    seen = tables.load("qof_points")[["practice", "code", "geography"]].sort_values(["geography", "practice"])
    before = seen[seen["geography"] <= day].drop_duplicates("practice", keep="last")
    after = seen[~seen["practice"].isin(before["practice"])].drop_duplicates("practice", keep="first")
    parts = [_forward(rows, at, day) for at, rows in before.groupby("geography")]
    parts += [_back(rows, at, day) for at, rows in after.groupby("geography")]
    return pd.concat(parts).sort_index().rename("code").rename_axis("practice")


def _level(day: pd.Timestamp) -> str:
    return "sub_icb" if day >= lineage.BOARDS else "ccg"


def _forward(rows: pd.DataFrame, at: pd.Timestamp, day: pd.Timestamp) -> pd.Series:
    found = lineage.lookup(at, day, _level(day), at_level=_level(at))
    largest = found.drop_duplicates("from").set_index("from")["to"]  # lookup puts the largest share first
    return rows.set_index("practice")["code"].map(largest)


def _back(rows: pd.DataFrame, at: pd.Timestamp, day: pd.Timestamp) -> pd.Series:
    found = lineage.lookup(day, at, _level(at), at_level=_level(day))
    alone = found[~found["to"].duplicated(keep=False)].set_index("to")["from"]
    return rows.set_index("practice")["code"].map(alone)
