"""Ready panels: every table by CCG on one geography for all its years, long and wide, as CSV and Parquet.

They are made when the site is made, by ``rebase``, and are kept nowhere else. Each row has its mark (exact,
approximate, incomplete) and its sources, and the bodies of each period add up to what the table has for England.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from ...core import lineage, lookups, rebasing, tables
from ...core.geography import Vintage

#: The geographies that panels are made on: the day and its level.
GOALS = (("2018-04-01", "ccg"), ("2021-04-01", "ccg"), ("2022-07-01", "icb"), ("2026-04-01", "icb"))


@dataclass(frozen=True, eq=False)
class Panel:
    """A table that can be moved: which rows and columns of it, and how.

    Attributes
    ----------
    name, table, title : str
        What the panel is called in its files, the table it is of, and what it holds, in words.
    by : tuple of str
        The keys that are kept apart, the period first.
    sums : tuple of str
        Counts, which are added up.
    means : dict
        Rates, each with the column that weighs it.
    at : str
        The column with the date of the geography.
    where : str
        Which rows of the table, as a query of pandas; all if empty.
    """

    name: str
    table: str
    title: str
    by: tuple[str, ...]
    sums: tuple[str, ...]
    means: dict[str, str] = field(default_factory=dict)
    at: str = "geography"
    where: str = ""


PANELS = (
    Panel("list-sizes", "list_sizes", "Registered patients and practices by quarter, 2013 to 2016", ("quarter",),
          ("practices", "registered_patients"), at="quarter"),
    Panel("years", "ccg_years", "Registered and weighted patients, practices and payments by year", ("year",),
          ("registered_patients", "closed_patients", "weighted_patients", "practices", "payments_gbp")),
    Panel("age", "ccg_age", "People, and people aged 65 and over", ("date", "basis"),
          ("people", "people_65_and_over")),
    Panel("allocations", "allocations", "Core allocation made, in thousands of pounds, by year", ("year",),
          ("core_allocation_gbp_thousand",), where="kind == 'made'"),
    Panel("networks", "networks", "Primary care networks and practices by year", ("year",),
          ("practices", "networks", "practices_without_network")),
    Panel("talking-therapies", "talking_therapies", "NHS Talking Therapies by year", ("year",),
          ("referrals", "finished", "at_caseness", "recovery", "improvement", "reliable_recovery",
           "within_6_weeks", "within_18_weeks"), where="body == 'ccg'"),
    Panel("qof", "qof", "Quality and Outcomes Framework: each indicator by year", ("year", "indicator"),
          ("numerator", "denominator", "exceptions"), where="fault.isna()"),
    Panel("qof-points", "qof_points", "Quality and Outcomes Framework: points of all practices by year", ("year",),
          ("list_size", "points", "available")),
    Panel("patient-experience", "patient_experience", "GP Patient Survey: a good overall experience", ("year",),
          (), {"good": "list_size"}),
    Panel("need", "need", "Patients weighted by need, 2022-23", ("year",),
          ("registered_patients", "weighted_acute", "weighted_community", "weighted_mental_health",
           "weighted_maternity", "weighted_health_inequalities", "weighted_prescribing", "weighted_total",
           "weighted_primary_care")),
)  # fmt: skip

#: Tables by CCG that no panel is made of, and why.
LEFT_OUT = {
    "deprivation": "scores, each an average over small areas, with no count in the table that could weigh them",
    "private_provision": "within a year some codes are of one geography and some of the next, and both hold the same land",
    "treatable_mortality": "rates standardised for age, which cannot be averaged again",
}


def goals() -> list[Vintage]:
    """The geographies of ``GOALS``."""
    return [lineage.vintage(day, level) for day, level in GOALS]


def address(panel: Panel, goal: Vintage, shape: str, ending: str) -> str:
    """Where a panel is on the site, ``shape`` being long or wide."""
    return f"panels/{goal.level}-{goal.start.date()}/{panel.name}-{shape}.{ending}"


@cache
def _rows(panel: Panel) -> pd.DataFrame:
    table = tables.load(panel.table)
    table = table.query(panel.where) if panel.where else table
    wanted = ["code", panel.at, *panel.by, *panel.sums, *panel.means, *panel.means.values(), "source"]
    return table[list(dict.fromkeys(wanted))]


def long(panel: Panel, goal: Vintage) -> pd.DataFrame:
    """A panel with one row for each body and period.

    Returns
    -------
    DataFrame
        ``code``, ``ons_code``, ``name``, the keys, the counts and rates, ``status``, ``missing`` (cells that were blank)
        and ``source``, ids of the table sources of that period. Empty where all of the table is of later geographies.

    Raises
    ------
    ValueError
        The bodies do not add up to what the table has for the whole of England.
    """
    rows = _rows(panel)
    rows = rows[rows[panel.at] <= goal.start]
    by = list(panel.by)
    if rows.empty:
        return rows
    moved = rebasing.rebase(
        rows.drop(columns="source"), code="code", at=panel.at, to=goal.start, level=goal.level, by=by,
        sums=panel.sums, means=panel.means,
    )  # fmt: skip
    for name in panel.sums:
        both = rows.groupby(by)[name].sum(), moved.frame.groupby(by)[name].sum()
        off = both[0].sub(both[1], fill_value=0).abs() > 1e-9 * both[0].abs()
        if off.any():
            raise ValueError(f"{panel.table}: {name} of {off.idxmax()} is not England's on {goal}")
    same = lookups.of(goal, goal).drop_duplicates("from").set_index("from")
    out = moved.frame
    out.insert(1 + out.columns.get_loc("code"), "ons_code", out["code"].map(same["from_ons"]))
    out.insert(2 + out.columns.get_loc("code"), "name", out["code"].map(same["from_name"]))
    sources = rows.groupby(by)["source"].agg(
        lambda cells: "+".join(sorted({i for c in set(cells) for i in c.split("+")}))
    )
    out = out.merge(sources.rename("source"), left_on=by, right_index=True)
    first = ["code", "ons_code", "name", *by]
    return out[[*first, *(c for c in out if c not in first)]].sort_values(["code", *by], ignore_index=True)


def wide(panel: Panel, table: pd.DataFrame) -> pd.DataFrame:
    """The same with a column for each count, or mark, and period: ``referrals 2018-19``; other keys stay in rows."""
    period, *keys = panel.by
    body = ["code", "ons_code", "name", *keys]
    values = [*panel.sums, *panel.means, "status"]
    out = table.assign(**{period: table[period].astype(str)}).pivot(index=body, columns=period, values=values)
    return (
        pd.concat(
            {f"{value} {one}": out[value, one] for value in values for one in sorted(out[value])}, axis=1
        )
        .infer_objects()
        .reset_index()
    )


def to_csv(table: pd.DataFrame) -> bytes:
    """A panel as CSV: numbers to twelve digits, dates as 2018-04-01."""
    return table.to_csv(
        index=False, lineterminator="\n", float_format="%.12g", date_format="%Y-%m-%d"
    ).encode()


def to_parquet(table: pd.DataFrame) -> bytes:
    """A panel as Parquet."""
    out = io.BytesIO()
    table.to_parquet(out, index=False)
    return out.getvalue()


def made() -> Iterator[tuple[Panel, Vintage, dict[str, bytes]]]:
    """Every panel on every geography that it can be on, with its files by address."""
    for panel in PANELS:
        for goal in goals():
            table = long(panel, goal)
            if table.empty:
                continue
            both = {"long": table, "wide": wide(panel, table)}
            yield (
                panel,
                goal,
                {
                    address(panel, goal, shape, ending): write(one)
                    for shape, one in both.items()
                    for ending, write in (("csv", to_csv), ("parquet", to_parquet))
                },
            )


def about() -> str:
    """What the panels are, for those who have the files alone: what each holds, its marks and its sources."""
    known = tables.load("sources").set_index("id")
    used = sorted({i for p in PANELS for cell in _rows(p)["source"].unique() for i in cell.split("+")})
    lines = [
        "# Tables by CCG on one geography",
        "",
        "A folder for each geography: the CCGs of April 2018 and April 2021, the boards of July 2022 and April 2026. "
        "A period whose codes are of a later geography is not in a folder: nobody can divide what was merged.",
        "",
        "`status` is exact where whole bodies were added up, approximate where a body was divided by share, and "
        "incomplete where a part has no figure; incomplete rows must not be compared with others. `missing` counts the "
        "cells that were blank. In wide files `status` has a column for each period.",
        "",
        *(f"- {panel.name}: {panel.title}. Adds up {', '.join(panel.sums) or 'nothing'}"
          + "".join(f"; averages {rate} by {weight}" for rate, weight in panel.means.items())
          + f". From the table {panel.table}." for panel in PANELS),
        *(f"- {name} is not here: {why}." for name, why in LEFT_OUT.items()),
        "",
        "# Sources",
        "",
        *(f"- {i}: {known.at[i, 'publisher']}, {known.at[i, 'title']}. {known.at[i, 'address']} ({known.at[i, 'licence']})" for i in used),
        "",
    ]  # fmt: skip
    return "\n".join(lines)
