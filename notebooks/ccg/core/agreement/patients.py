"""Tables by CCG and year agree on patients, practices, need and money."""

from collections.abc import Iterator
from math import log

import pandas as pd

from ..problems import Problem, Tables, by_text, line_of, said, wrong
from .compare import as_most, between, by_key, leaps, ordered, unlike


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
    yield from between("list_sizes", sizes, "quarter", "practices", 1)
    yield from leaps("list_sizes", sizes, "quarter", "registered_patients", 0.03)
    yield from leaps("ccg_age", registered, "date", "people_65_and_over", 0.03)
    yield from _old_age(ages)
    quarters = sorted(set(sizes["quarter"]))
    for day in pd.date_range(quarters[0], quarters[-1], freq="QS").difference(quarters):
        yield Problem("list_sizes.csv", None, "quarter", said(day), "no row is of this quarter")


def _old_age(ages: pd.DataFrame) -> Iterator[Problem]:
    """The share of a CCG's residents who are 65 and over is that of its patients a little before, or somewhat more."""
    share = ages["people_65_and_over"] / ages["people"]
    patients = ages["basis"] == "registered"
    last = ages[patients].sort_values("date").drop_duplicates("code", keep="last")
    before = ages["code"].map(dict(zip(last["code"], share[last.index], strict=True)))
    more = (share - before).where(~patients)
    off = ages[(more < -0.005) | (more > 0.04)]
    what = "over people it is not close to the share among its patients, {}"
    yield from wrong("ccg_age", off, "people_65_and_over", what, before.round(4))


def ccg_years(tables: Tables) -> Iterator[Problem]:
    """No part is more than its whole, and networks begin in one year."""
    years = tables["ccg_years"]
    yield from ordered("ccg_years", years, "closed_patients", "registered_patients")
    yield from ordered("ccg_years", years, "networks", "practices")
    for column, within in (
        ("practices", 0.15),
        ("registered_patients", 0.15),
        ("weighted_patients", 0.15),
        ("payments_gbp", 0.2),
    ):
        yield from leaps("ccg_years", years, "year", column, within)
    yield from leaps("ccg_years", years, "year", "weighted_patients", 0.035, per="registered_patients")
    yield from between("ccg_years", years, "year", "networks", 2)
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
    for column, most in (("practices", 3), ("networks", 2), ("networks_counted_once", 2)):
        yield from between("networks", networks, "year", column, most)
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
    years = tables["ccg_years"]
    held = {
        (y, c): n for y, c, n in zip(years["year"], years["code"], years["registered_patients"], strict=True)
    }
    keys = zip(need["year"], need["code"], strict=True)
    counted = pd.Series([held.get(key) for key in keys], need.index, dtype="float64")
    far = need[(need["registered_patients"] / counted - 1).abs() > 0.016]
    yield from wrong(
        "need", far, "registered_patients", "far from the patients in ccg_years.csv, {}", counted
    )
    for index, part in (
        ("need_index_total", "weighted_total"),
        ("need_index_primary_care", "weighted_primary_care"),
    ):
        ratio = need[part] / need["registered_patients"]
        off = need[(ratio - need[index]).abs() > 0.0001]
        yield from wrong("need", off, index, f"{part} over registered_patients is {{}}", ratio.round(4))


def weights(tables: Tables) -> Iterator[Problem]:
    """Patients weighted for need are scaled so that England has as many of them as patients."""
    for name, patients, by in (
        ("need", "registered_patients", "year"),
        ("location_people", "projected_patients_2025", "geography"),
    ):
        for period, rows in tables[name].groupby(by):
            # each of the two sums is of so many numbers, rounded by at most half: four standard errors
            within = 4 * (2 * len(rows) / 12) ** 0.5
            for column in (c for c in map(str, rows) if c.startswith("weighted_")):
                more = float(rows[column].sum() - rows[patients].sum())
                if abs(more) > within:
                    sums = (said(float(rows[one].sum())) for one in (column, patients))
                    what = f"the rows of {said(period)} add up to {{}}, and {patients} to {{}}: to this it is scaled"
                    line = _least_like(rows, column, patients, more)
                    yield Problem(f"{name}.csv", line, column, None, what.format(*sums))


def _least_like(rows: pd.DataFrame, column: str, patients: str, more: float) -> int:
    """The line of the row that comes nearest to the others if what their sum has too much is taken from it."""
    others = [c for c in map(str, rows) if c.startswith("weighted_") and c != column] or [patients]
    usual = rows[others].sum(axis=1)
    usual *= (rows[column].sum() - more) / usual.sum()
    now, then = rows[column].clip(lower=1) / usual, (rows[column] - more).clip(lower=1) / usual
    gain = now.map(log).abs() - then.map(log).abs()
    return int(str(gain.idxmax())) + 2


def allocations(tables: Tables) -> Iterator[Problem]:
    """An allocation made lies near those of the years before and after."""
    rows = tables["allocations"]
    start, end = rows["opening_distance_from_target_percent"], rows["closing_distance_from_target_percent"]
    far = rows[(start - end < -0.5) | (start - end > 4)]
    what = "further than a year takes anyone from {}, where it opened"
    yield from wrong("allocations", far, "closing_distance_from_target_percent", what, start)
    # a year's growth follows from the distance at its start, so that neighbours stay neighbours
    for _, mine in rows[start.notna() & (start.abs() < 8)].groupby(["year", "kind"]):
        ends = mine.sort_values("opening_distance_from_target_percent")[
            "closing_distance_from_target_percent"
        ]
        near = ends.astype("float64").rolling(7, center=True, min_periods=4).median().round(2)
        off = rows.loc[ends.index[(ends - near).abs() > 0.9]]
        what = "those that opened as far from their target closed at about {}"
        yield from wrong("allocations", off, "closing_distance_from_target_percent", what, near)
    made = rows.query("kind == 'made'")
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
    yield from _small_areas(tables)


#: People in a small area (LSOA), on average; a CCG has between 0.7 and 1.3 times as many areas as this makes.
_IN_AN_AREA = 1650


def _small_areas(tables: Tables) -> Iterator[Problem]:
    """Two shares of the small areas of one CCG, to four decimals, are whole numbers of the same areas."""
    rows, codes, people = tables["deprivation"], tables["ons_codes"], tables["ccg_age"]
    # a CCG that got a new ONS code had another boundary, and other areas
    changed = set(codes["code"][codes["body"].eq("ccg") & codes["code"].duplicated(keep=False)])
    residents = by_key(people[people["basis"] == "resident"], "code", "people")
    for code, mine in by_text(rows, "code"):
        if len(mine) < 2 or code in changed or code not in residents:
            continue
        usual = residents[code] / _IN_AN_AREA
        shares = mine["most_deprived_tenth"].tolist()
        if not any(_whole(shares, n) for n in range(int(0.7 * usual), int(1.3 * usual) + 2)):
            what = "of no number of small areas are the shares of {} all whole: one of them is wrong"
            yield from wrong(
                "deprivation", mine, "most_deprived_tenth", what.format(mine["index_year"].tolist())
            )


def _whole(shares: list[float], areas: int) -> bool:
    return all(abs(share * areas - round(share * areas)) <= areas * 0.00005 + 1e-9 for share in shares)


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
    known = (rows["year"] > rows["year"].min()) | (kind != "rest")
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
