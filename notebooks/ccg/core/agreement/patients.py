"""Tables by CCG and year agree on patients, practices, need and money."""

from collections.abc import Iterator

import pandas as pd

from ..problems import Problem, Tables, line_of, said, wrong
from .compare import as_most, leaps, ordered, unlike


def _short(tables: Tables, name: str, column: str, period: pd.Series, code: pd.Series) -> pd.Series:
    """By how much a figure is known to be too low."""
    holes = tables["holes"]
    mine = holes[(holes["table"] == name) & (holes["column"] == column)]
    known = {(p, c): n for p, c, n in zip(mine["period"], mine["code"], mine["short_by"], strict=True)}
    return pd.Series([known.get((said(p), c), 0) for p, c in zip(period, code, strict=True)], period.index)


def list_sizes(tables: Tables) -> Iterator[Problem]:
    """Registered patients are those of ccg_age, but for what holes says is missing."""
    ages, sizes = tables["ccg_age"], tables["list_sizes"]
    yield from ordered("ccg_age", ages, "people_65_and_over", "people")
    registered = ages[ages["basis"] == "registered"]
    people = {
        (d, c): n
        for d, c, n in zip(registered["date"], registered["code"], registered["people"], strict=True)
    }
    short = _short(tables, "list_sizes", "registered_patients", sizes["quarter"], sizes["code"])
    due = pd.Series(
        [people.get(k) for k in zip(sizes["quarter"], sizes["code"], strict=True)],
        sizes.index,
        dtype="float64",
    )
    yield from unlike(
        "list_sizes",
        sizes,
        "registered_patients",
        due - short,
        "ccg_age.csv, less what holes.csv says is missing, has",
    )
    off = due.notna() & (short > 0) & (sizes["registered_patients"] != due - short)
    holes = tables["holes"]
    for period, code in zip(sizes["quarter"][off], sizes["code"][off], strict=True):
        mine = holes[
            (holes["table"] == "list_sizes") & (holes["period"] == said(period)) & (holes["code"] == code)
        ]
        yield from wrong("holes", mine, "short_by", "not what list_sizes.csv is below ccg_age.csv")
    lower = due.notna() & (short == 0) & (sizes["registered_patients"] < due)
    for period, code in zip(sizes["quarter"][lower], sizes["code"][lower], strict=True):
        key = {"table": "list_sizes", "period": said(period), "code": code}
        what = "list_sizes.csv is below ccg_age.csv, and no row says that it is too low"
        yield Problem("holes.csv", line_of(tables, "holes", key), "code", code, what)
    counted = {
        (d, c): n + s
        for d, c, n, s in zip(
            sizes["quarter"], sizes["code"], sizes["registered_patients"], short, strict=True
        )
    }
    other = pd.Series(
        [counted.get(k) for k in zip(registered["date"], registered["code"], strict=True)],
        registered.index,
        dtype="float64",
    )
    yield from unlike(
        "ccg_age", registered, "people", other, "list_sizes.csv, with what holes.csv says is missing, has"
    )
    yield from wrong("ccg_age", registered[other.isna()], "date", "list_sizes.csv has no such quarter")
    yield from as_most("ccg_age", ages, ["date"], ["basis", "source"])
    yield from leaps("list_sizes", sizes, "quarter", "practices", 0.06)
    yield from leaps("list_sizes", sizes, "quarter", "registered_patients", 0.03)
    yield from leaps("ccg_age", registered, "date", "people_65_and_over", 0.03)
    quarters = sorted(set(sizes["quarter"]))
    for day in pd.date_range(quarters[0], quarters[-1], freq="QS").difference(quarters):
        yield Problem("list_sizes.csv", None, "quarter", said(day), "no row is of this quarter")


def ccg_years(tables: Tables) -> Iterator[Problem]:
    """No part is more than its whole, and networks begin in one year."""
    years = tables["ccg_years"]
    yield from ordered("ccg_years", years, "closed_patients", "registered_patients")
    yield from ordered("ccg_years", years, "networks", "practices")
    for column, within in (
        ("practices", 0.15),
        ("registered_patients", 0.2),
        ("weighted_patients", 0.2),
        ("payments_gbp", 0.2),
    ):
        yield from leaps("ccg_years", years, "year", column, within)
    since = years["year"][years["networks"].notna()].min()
    yield from wrong(
        "ccg_years",
        years[years["networks"].notna() & (years["year"] < since)],
        "networks",
        "before the first year of networks",
    )


def networks(tables: Tables) -> Iterator[Problem]:
    """No more networks than practices, which are those of qof_points; a board is that of its successor."""
    networks = tables["networks"]
    yield from ordered("networks", networks, "networks_counted_once", "networks")
    yield from ordered("networks", networks, "practices_without_network", "practices")
    yield from ordered("networks", networks, "networks", "practices")
    yield from leaps("networks", networks, "year", "practices", 0.04)
    settled = networks[networks["geography"] >= tables["ccgs"]["closed"].max()]
    yield from unlike(
        "networks", settled, "board", settled["code"].map(tables.board_of), "successions.csv leads to"
    )
    before = networks.drop(settled.index)
    near = {c: {tables.board_of(c)} for c in before["code"].unique()}
    for _, row in tables["successions"].query("kind == 'split'").iterrows():
        if row["from"] in near and row["to"] in set(tables["icbs"]["code"]):
            near[row["from"]].add(row["to"])
    points = tables["qof_points"].groupby(["year", "code"]).size()
    due = pd.Series(
        [points.get(k) for k in zip(networks["year"], networks["code"], strict=True)],
        networks.index,
        dtype="float64",
    )
    yield from unlike("networks", networks, "practices", due, "the practices in qof_points.csv are")


def need_index(tables: Tables) -> Iterator[Problem]:
    """A board is that of its successor, and an index is weighted over registered patients."""
    need = tables["need"]
    yield from unlike("need", need, "board", need["code"].map(tables.board_of), "successions.csv leads to")
    for index, part in (
        ("need_index_total", "weighted_total"),
        ("need_index_primary_care", "weighted_primary_care"),
    ):
        ratio = need[part] / need["registered_patients"]
        off = need[(ratio - need[index]).abs() > 0.0001]
        yield from wrong("need", off, index, f"{part} over registered_patients is {{}}", ratio.round(4))


def allocations(tables: Tables) -> Iterator[Problem]:
    """An allocation made lies near those of the years before and after."""
    made = tables["allocations"].query("kind == 'made'")
    yield from leaps("allocations", made, "year", "core_allocation_gbp_thousand", 0.04)


def deprivation(tables: Tables) -> Iterator[Problem]:
    """Ranks are those of the scores."""
    ranked = tables["deprivation"]
    rank = ranked.groupby("index_year")["imd_score"].rank(ascending=False, method="min")
    least = ranked.groupby("index_year")["imd_score"].rank(ascending=False, method="max")
    off = ranked[(ranked["imd_rank"] < rank) | (ranked["imd_rank"] > least)]
    # one wrong score displaces the ranks of those between: it is the one that departs most
    for _, rows in off.groupby("index_year"):
        gap = (rows["imd_rank"] - rank[rows.index]).abs()
        yield from wrong(
            "deprivation",
            rows[gap == gap.max()],
            "imd_rank",
            lambda row: f"by imd_score, {said(row['imd_score'])}, its rank is {said(rank[row.name])}",
        )
    yield from as_most("deprivation", ranked, ["index_year"], ["source"])


def private_provision(tables: Tables) -> Iterator[Problem]:
    """A row that may not be used says why, and the days in ccgs make it whole or a part of a year."""
    rows = tables["private_provision"]
    yield from wrong(
        "private_provision",
        rows[rows["usable"] != rows["why_not"].isna()],
        "usable",
        "a row that may not be used says why, and no other",
    )
    yield from wrong(
        "private_provision",
        rows[(rows["why_not"] == "too_few_pathways") & (rows["coverage"] >= 0.6)],
        "why_not",
        lambda row: f"coverage is {said(row['coverage'])}",
    )
    yield from wrong(
        "private_provision",
        rows[(rows["coverage"] < 0.6) & rows["usable"]],
        "coverage",
        "under 0.6, and yet usable",
    )
    part = rows["why_not"] == "part_year"
    whole = part.groupby(rows["year"]).transform("mean") > 0.5
    yield from wrong(
        "private_provision",
        rows[part != whole],
        "why_not",
        "a part of the year is that of all rows of the year",
    )
    days = rows.groupby("year")["geography"].transform(lambda d: d.value_counts().index[0])
    opened = rows["code"].map(tables.opened)
    kind = (
        pd.Series("whole", rows.index)
        .mask(rows["geography"] < days, "first")
        .mask((opened == days) & (opened > min(tables.opened.values())), "rest")
    )
    known = rows["year"] > rows["year"].min()
    yield from unlike(
        "private_provision",
        rows[known],
        "part_of_year",
        kind[known],
        "its first and last day in ccgs.csv make it",
    )
    by_code = rows[rows["why_not"] == "too_many_pathways"]["code"].unique()
    odd = rows[rows["code"].isin(by_code) & rows["why_not"].isna()]
    yield from wrong("private_provision", odd, "why_not", "its other years have too_many_pathways")
