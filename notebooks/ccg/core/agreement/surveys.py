"""The waves of the survey of practices, and what was answered in them, agree."""

from collections.abc import Iterator

import pandas as pd

from ..problems import Problem, Tables, said, wrong
from .compare import as_most, misspelt, unlike


def survey_waves(tables: Tables) -> Iterator[Problem]:
    """Rates are responses over invited, and days follow each other and fit the era."""
    waves, survey = tables["survey_waves"], tables["survey"]
    rate = waves["responses"] / waves["invited"] * 100
    off = waves[((rate - waves["response_rate"]).abs() > 0.51).fillna(False).astype(bool)]
    yield from wrong(
        "survey_waves", off, "response_rate", lambda row: f"responses over invited is {rate[row.name]:.1f}"
    )
    everyone = survey[survey["base"].notna()].groupby("wave")["base"].max()
    fewer = waves[(waves["wave"].map(everyone) > waves["responses"]).fillna(False).astype(bool)]
    yield from wrong(
        "survey_waves",
        fewer,
        "responses",
        lambda row: f"survey.csv has a figure of {everyone[row['wave']]} who answered",
    )
    yield from wrong(
        "survey_waves",
        waves[waves["fieldwork_end"] < waves["fieldwork_start"]],
        "fieldwork_end",
        "before fieldwork_start",
    )
    late = waves[waves["published"].fillna("9").str[:4] < waves["fieldwork_end"].fillna("").str[:4]]
    yield from wrong("survey_waves", late, "published", "before the end of fieldwork")
    year = waves["wave"].str.extract(r"(20\d{2})", expand=False)
    asked = waves["fieldwork_start"].fillna(waves["fieldwork_end"]).fillna(waves["published"]).str[:4]
    # results may come out two years after the wave that they are called by
    for column, most in (("fieldwork_start", 1), ("fieldwork_end", 1), ("published", 2)):
        gap = waves[column].str[:4].astype(float) - year.astype(float)
        odd = waves[(gap < 0) | (gap > most)]
        yield from wrong("survey_waves", odd, column, lambda row: f"the wave is of {year[row.name]}")
    yield from _eras(tables, asked.fillna(year))
    yield from _published(tables)


def _published(tables: Tables) -> Iterator[Problem]:
    """A wave came out on the day of a source, as far as both are known, or was reported later by another."""
    waves = tables["survey_waves"]
    dates = dict(zip(tables["sources"]["id"], tables["sources"]["date"].fillna(""), strict=True))
    for i, row in waves[waves["published"].notna()].iterrows():
        day = row["published"]
        told = [dates[one] for one in row["source"].split("+") if dates.get(one)]
        if not told or any(one.startswith(day) or day.startswith(one) for one in told):
            continue
        # a later report has another month; one slip of the hand leaves the month or the rest as it was
        if any(day > one or day[:7] == one[:7] or day[4:] == one[4:] for one in told):
            what = f"sources.csv dates {row['source']} {', '.join(told)}"
            yield from wrong("survey_waves", waves.loc[[i]], "published", what)


def _eras(tables: Tables, when: pd.Series) -> Iterator[Problem]:
    """A wave is of trusts until CCGs were announced, and of CCGs while they were open."""
    waves = tables["survey_waves"]
    day = tables["ccgs"]["opened"].min(), tables["ccgs"]["closed"].max()
    before = when.astype(float) < day[0].year
    after = when.astype(float) > day[1].year
    yield from wrong(
        "survey_waves",
        waves[(waves["era"] == "ccg") & (before | after)],
        "era",
        lambda row: f"CCGs were open from {said(day[0])} to {said(day[1])}",
    )
    yield from wrong(
        "survey_waves",
        waves[(waves["era"] == "before_ccgs") & (when.astype(float) > day[0].year)],
        "era",
        lambda row: f"CCGs were open from {said(day[0])}",
    )
    act = tables["reforms"]["date"][tables["reforms"]["event"].str.startswith("white_paper_2010")]
    start = act.iloc[0][:4] if len(act) else "2010"
    yield from wrong(
        "survey_waves",
        waves[(waves["era"] == "pct") & (when >= start)],
        "era",
        f"CCGs were announced in {start}",
    )
    yield from wrong(
        "survey_waves",
        waves[(waves["era"] == "before_ccgs") & (when < start)],
        "era",
        f"CCGs were announced in {start}",
    )


def survey(tables: Tables) -> Iterator[Problem]:
    """Answers add up to all, and a percentage is its count over its base."""
    rows, waves = tables["survey"], tables["survey_waves"].set_index("wave")
    yield from misspelt("survey", rows, ["response", "item", "question"])
    yield from as_most("survey", rows, ["wave"], ["year"])
    yield from as_most("survey", rows, ["wave", "group", "item"], ["question"])
    apart = rows[rows["completeness"] != "cumulative"]
    yield from as_most("survey", apart, ["wave", "group", "item"], ["completeness"])
    whole = rows[rows["completeness"] == "complete"].groupby(["wave", "group", "item"])
    for key, group in whole:
        total = group["percent"].sum()
        if not 97 <= total <= 103:
            yield from wrong(
                "survey",
                group,
                "percent",
                f"the answers of {key[2]} add up to {total:.4g}: one of them is wrong or missing",
            )
    shown = rows["count"] / rows["base"] * 100
    off = rows[((shown - rows["percent"]).abs() > 0.51).fillna(False).astype(bool)]
    yield from wrong("survey", off, "percent", lambda row: f"count over base is {shown[row.name]:.2f}")
    implied = rows["count"] / rows["percent"] * 100
    gone = rows[((implied - rows["implied_base"]).abs() > 0.02 * implied + 1).fillna(False).astype(bool)]
    yield from wrong(
        "survey", gone, "implied_base", lambda row: f"count over percent is {implied[row.name]:.0f}"
    )
    yield from _implied(rows, implied)
    answered = rows["wave"].map(waves["responses"])
    due = answered.where(
        rows["base"].notna() & rows["group"].isin(["all", "gp_practices", "gp_member_practices"])
    )
    yield from unlike("survey", rows, "base", due.astype("Float64"), "survey_waves.csv has")


def _implied(rows: pd.DataFrame, implied: pd.Series) -> Iterator[Problem]:
    """A base that follows from a whole percentage is rounded from it; that of all is those of the groups together."""
    own = rows["implied_base"].notna() & (rows["percent"] % 1 == 0)
    off = rows[own & ((rows["implied_base"] - implied).abs() > 0.51).fillna(False).astype(bool)]
    yield from wrong("survey", off, "implied_base", "count over percent is {}", implied.round(1))
    groups = own.groupby([rows["wave"], rows["item"], rows["response"]]).transform("sum")
    whole = rows["implied_base"].notna() & ~own & (groups > 1)
    for column in ("implied_base", "count"):
        parts = (
            rows[column].where(own).groupby([rows["wave"], rows["item"], rows["response"]]).transform("sum")
        )
        yield from unlike("survey", rows[whole], column, parts[whole], "its groups add up to")
    told = rows["note"].str.extract(r"^(\d+) / (\d+)\.$").astype("float64")
    for column, part in (("count", 0), ("base", 1)):
        due = told[part].where(rows[column].notna())
        yield from unlike("survey", rows, column, due, "its note has")
