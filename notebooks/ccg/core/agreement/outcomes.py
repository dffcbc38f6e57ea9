"""Numerators, denominators and lists of the tables of outcomes agree with each other."""

from collections.abc import Iterator

import pandas as pd

from ..problems import Problem, Tables, said, wrong
from .compare import as_most, ordered, unlike


def talking_therapies(tables: Tables) -> Iterator[Problem]:
    """No part is more than its whole, and the rows of a year add up to England within rounding."""
    rows, others = tables["talking_therapies"], tables["other_codes"].set_index("code")
    kind = rows["code"].map(others["kind"]).replace({"national": "england"})
    kind = kind.mask(rows["code"].isin(tables.opened), "ccg").mask(rows["code"] == "ENGLAND", "england")
    yield from unlike("talking_therapies", rows, "body", kind, "ccgs.csv and other_codes.csv make it")
    yield from wrong(
        "talking_therapies", rows[kind.isna()], "code", "neither ccgs.csv nor other_codes.csv has it"
    )
    yield from as_most("talking_therapies", rows, ["year"], ["geography"])
    for less, more in (
        ("at_caseness", "finished"),
        ("recovery", "at_caseness"),
        ("improvement", "finished"),
        ("reliable_recovery", "recovery"),
        ("reliable_recovery", "improvement"),
        ("within_6_weeks", "within_18_weeks"),
        ("within_18_weeks", "finished"),
    ):
        yield from ordered("talking_therapies", rows, less, more)
    england, parts = rows[rows["body"] == "england"], rows[rows["body"] != "england"]
    for year in sorted(set(rows["year"]) - set(england["year"])):
        at = (
            int(rows.index[rows["year"] == year][0])
            + 2
            + int((rows.loc[rows["year"] == year, "code"] < "ENGLAND").sum())
        )
        yield Problem("talking_therapies.csv", at, "code", "ENGLAND", f"{year} has no row for England")
    for column in rows.columns[rows.columns.get_loc("referrals") : rows.columns.get_loc("source")]:
        odd = parts[(parts[column] % 5 != 0).fillna(False)]
        yield from wrong("talking_therapies", odd, column, "the source rounds to 5 but for England")
        added = parts.groupby("year")[column].sum()
        for i, row in england.iterrows():
            # each of n figures was rounded by at most 2.5; four standard errors of their sum are enough
            n = int((parts["year"] == row["year"]).sum())
            if abs(added[row["year"]] - row[column]) > 4 * (2 * n) ** 0.5 + 5:
                what = f"the rows of {row['year']} add up to {added[row['year']]}, further away than rounding to 5 explains"
                yield Problem("talking_therapies.csv", int(str(i)) + 2, column, said(row[column]), what)


def qof(tables: Tables) -> Iterator[Problem]:
    """No numerator is above its denominator, a fault is that of all rows of a CCG and year, and steps show."""
    rows, listed = tables["qof"], tables["qof_indicators"]
    yield from ordered("qof", rows, "numerator", "denominator")
    yield from as_most(
        "qof", rows[rows["fault"].notna() | rows["numerator"].isna()], ["year", "code"], ["fault"]
    )
    faulty = rows["fault"].notna().groupby([rows["year"], rows["code"]], sort=False).transform("mean")
    odd = rows[((faulty > 0) & (faulty < 1)) & (rows["fault"].notna() == (faulty < 0.5))]
    yield from wrong("qof", odd, "fault", "other rows of this CCG and year say otherwise")
    absent = rows["fault"] == "absent"
    for column in ("numerator", "denominator", "exceptions"):
        yield from wrong(
            "qof",
            rows[rows[column].isna() != absent],
            column,
            "blank where the CCG is absent, and only there",
        )
    unknown = rows[~rows["indicator"].isin(listed["indicator"])]
    yield from wrong("qof", unknown, "indicator", "qof_indicators.csv does not have it")
    yield from wrong(
        "qof_indicators",
        listed[~listed["indicator"].isin(rows["indicator"])],
        "indicator",
        "qof.csv does not have it",
    )
    for code in sorted(set(rows["indicator"]) - set(listed["indicator"])):
        at = int((listed["indicator"] < code).sum()) + 2
        yield Problem(
            "qof_indicators.csv", at, "indicator", code, "qof.csv has it, and no row says what it counts"
        )
    stem = listed["indicator"].str.extract(r"^([A-Z]+)", expand=False)
    yield from as_most("qof_indicators", listed.assign(letters=stem), ["letters"], ["condition"])
    number = rows.groupby("year")["indicator"].value_counts()
    if number.groupby("year").nunique().gt(1).any():
        return  # a row too few or too many has been named
    done = rows.groupby(["year", "indicator"])[["numerator", "denominator"]].sum()
    share = (done["numerator"] / done["denominator"] * 100).unstack("year")
    jump = share.diff(axis=1).abs() > 3
    step = jump.idxmax(axis=1).where(jump.any(axis=1))
    yield from wrong(
        "qof_indicators",
        listed[
            [
                said(step.get(c, s)) != said(s)
                for c, s in zip(listed["indicator"], listed["step"], strict=True)
            ]
        ],
        "step",
        lambda row: (
            f"by qof.csv England's achievement is first over 3 points from the year before in: {said(step.get(row['indicator']))}"
        ),
    )


def qof_points(tables: Tables) -> Iterator[Problem]:
    """One maximum in a year, and no more points available than that."""
    rows = tables["qof_points"]
    yield from as_most("qof_points", rows, ["year"], ["maximum", "source"])
    yield from ordered("qof_points", rows, "available", "maximum")
    yield from wrong(
        "qof_points",
        rows[rows["available"].isna() != rows["points"].isna()],
        "available",
        "blank with points, and only then",
    )


def patient_experience(tables: Tables) -> Iterator[Problem]:
    """No more patients or practices than ccg_years has."""
    rows, years = tables["patient_experience"], tables["ccg_years"]
    none = rows["practices"] == 0
    for column, blank in (("good", rows["good"].isna()), ("list_size", rows["list_size"] == 0)):
        yield from wrong(
            "patient_experience",
            rows[blank != none],
            column,
            "there is none without a practice, and one with a practice",
        )
    for column, whole in (("list_size", "registered_patients"), ("practices", "practices")):
        held = {(d, c): n for d, c, n in zip(years["geography"], years["code"], years[whole], strict=True)}
        keys = zip(rows["geography"], rows["code"], strict=True)
        most = pd.Series([held.get(key) for key in keys], rows.index, dtype="float64")
        over = rows[rows[column] > most]
        yield from wrong("patient_experience", over, column, "ccg_years.csv has {} in all", most)
