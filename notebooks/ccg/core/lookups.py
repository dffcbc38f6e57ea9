"""Who became whom between two dates, as tables to take away: names, ODS codes and ONS codes at both ends."""

from collections.abc import Iterator

import pandas as pd

from . import lineage, tables
from .lineage import GROUPS, Day, Vintage

#: What each column of a look-up holds, in order.
COLUMNS = {
    "from": "ODS code of a body of the older date",
    "from_ons": "its ONS code on that day",
    "from_name": "its name on that day",
    "to": "ODS code of a body of the newer date that holds land of it",
    "to_ons": "its ONS code on that day",
    "to_name": "its name on that day",
    "share": "how much of the older body it holds; the shares of each older body add up to 1",
    "basis": "what the share is of: whole, patients, residents, area, lsoas (small areas) or postcodes",
    "status": "exact if the whole older body is in one newer one; else approximate, as land left it or it overlaps several",
}


def table(
    at: Day,
    to: Day,
    level: str | None = None,
    *,
    at_level: str | None = None,
    basis: str = "patients",
) -> pd.DataFrame:
    """``lineage.lookup``, which says more of the parameters, with the names and ONS codes of both dates.

    Returns
    -------
    DataFrame
        One row for each pair of bodies, with the columns of ``COLUMNS``.

    Raises
    ------
    LineageError
        There was no such level on a day, or the older body cannot be followed there.

    Examples
    --------
    >>> table("2018-04-01", "2022-07-01").loc[0, ["from_ons", "from_name", "to", "to_ons"]].tolist()
    ['E38000042', 'NHS Darlington CCG', 'QHM', 'E54000050']
    """
    out = lineage.lookup(at, to, level, at_level=at_level, basis=basis)
    for column, day, of in (("from", at, at_level), ("to", to, level)):
        known = lineage.bodies(day, of).set_index("code")
        out[f"{column}_ons"] = out[column].map(known["ons_code"])
        out[f"{column}_name"] = out[column].map(_names_on(day, of, known["name"]))
    return out[list(COLUMNS)]


def _names_on(day: Day, level: str | None, known: pd.Series) -> dict[str, str]:
    """The names on a day of the bodies of a level, by code."""
    of = lineage.default()
    if lineage.checked(day, level)[1] == "sub_icb":
        return {code: of.name(code, day) for code in known.index}
    names: dict[str, str] = dict(zip(known.index, known, strict=True))
    return names | of.kept("names changed after", lineage.vintage(day).start, lambda: _changed_later(day))


def _changed_later(day: Day) -> dict[str, str]:
    """The names on a day of CCGs that changed theirs after it, by code."""
    moves, former = tables.load("successions"), tables.load("ccgs").set_index("code")["former_name"]
    later = moves["from"][(moves["kind"] == "rename") & (moves["date"] > lineage.vintage(day).start)]
    return dict(zip(later, former[later], strict=True))


def pairs() -> Iterator[tuple[Vintage, Vintage]]:
    """Every geography with each that came after it and can be reached, boards after their locations."""
    every, reach = lineage.vintages(), lineage.default().trusts_reach
    for at, start in enumerate(every):
        for goal in every[at + 1 :]:
            divided = start.level in GROUPS and goal.level not in GROUPS
            if not divided and (start.level != "pct" or goal.start >= reach):
                yield start, goal


def of(start: Vintage, goal: Vintage) -> pd.DataFrame:
    """The look-up from one geography to another."""
    return table(start.start, goal.start, goal.level, at_level=start.level)


def stem(start: Vintage, goal: Vintage) -> str:
    """A name for the file of a look-up.

    Examples
    --------
    >>> stem(lineage.vintage("2018-04-01"), lineage.vintage("2022-07-01"))
    'ccg-2018-04-01-to-icb-2022-07-01'
    """
    return "-to-".join(f"{v.level.replace('_', '-')}-{v.start.date()}" for v in (start, goal))


def to_csv(frame: pd.DataFrame) -> str:
    """A look-up as CSV text, shares to twelve digits."""
    return frame.to_csv(index=False, lineterminator="\n", float_format="%.12g")
