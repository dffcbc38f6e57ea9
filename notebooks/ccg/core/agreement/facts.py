"""Dated facts, reforms, claims and sources agree with the tables and with their own names."""

from collections.abc import Iterator

import pandas as pd

from ..problems import Problem, Tables, by_text, line_of, said, wrong
from .compare import as_most, leaps, misspelt, ordered, unlike


def _year(text: pd.Series) -> pd.Series:
    return text.str.extract(r"(\d{4})", expand=False)


def national(tables: Tables) -> Iterator[Problem]:
    """Parts add up to their base, and a period is that of the id."""
    rows = tables["national"]
    ends = rows["id"].str.extract(r"_(\d{4})$", expand=False)
    yield from unlike(
        "national",
        rows[ends.notna()],
        "period",
        rows["period"].where(_year(rows["period"]) == ends, "of " + ends)[ends.notna()],
        "by its id it is",
    )
    yield from as_most("national", rows, ["comparable"], ["unit", "topic"])
    yield from misspelt("national", rows, ["comparable", "measure", "topic"])
    people = rows[rows["comparable"] == "population_england"].assign(code="England")
    yield from leaps("national", people, "period", "value", 0.001)
    some = rows[rows["base"].notna() & rows["unit"].ne("percent")]
    yield from ordered("national", some, "value", "base")
    counts = tables["ccg_counts"]
    open_in = {str(d.year): n for d, n in zip(counts["date"], counts["open"], strict=True) if n}
    ccgs = rows["unit"].eq("CCGs") | rows["comparable"].str.contains("ratings")
    due = _year(rows["period"]).map(open_in)
    either = pd.concat(
        [
            due,
            _year(rows["period"]).map(lambda y: open_in.get(str(int(y) - 1)) if isinstance(y, str) else None),
        ],
        axis=1,
    )
    off = rows[ccgs & rows["base"].notna() & ~either.eq(rows["base"].astype("float64"), axis=0).any(axis=1)]
    yield from wrong("national", off, "base", lambda row: f"ccg_counts.csv has {said(due[row.name])} open")
    for (series, period), group in rows[rows["base"].notna()].groupby(["comparable", "period"]):
        if len(group) > 2 and group["unit"].iloc[0] != "percent":
            total, base = group["value"].sum(), group["base"].mode()[0]
            if total != base:
                yield from wrong(
                    "national",
                    group,
                    "value",
                    f"the {len(group)} parts of {series} in {period} add up to {said(float(total))}, not to their base {said(base)}: one of them is wrong",
                )
            yield from unlike(
                "national", group, "base", pd.Series(base, group.index), f"other parts of {series} have"
            )
        elif len(group) > 2 and not 98.8 <= group["value"].sum() <= 101.2:
            yield from wrong(
                "national",
                group,
                "value",
                f"the {len(group)} shares of {series} in {period} add up to {said(float(group['value'].sum()))}: one of them is wrong",
            )


def reforms(tables: Tables) -> Iterator[Problem]:
    """An event is of the year in its name; two sources are two."""
    rows = tables["reforms"]
    ends = rows["event"].str.extract(r"_(\d{4})$", expand=False)
    off = rows[ends.notna() & (rows["date"].str[:4] != ends)]
    yield from wrong("reforms", off, "date", lambda row: f"the event is called {row['event']}")
    named = rows["event"].str.contains("_act_|^act_")
    other = rows[named & (rows["kind"] != "act")]
    yield from wrong("reforms", other, "kind", lambda row: f"the event is called {row['event']}")
    yield from _near_days(tables)
    single = rows[(rows["certainty"] == "two_sources") & ~rows["source"].str.contains("+", regex=False)]
    yield from wrong("reforms", single, "certainty", "it cites one source")


def _near_days(tables: Tables) -> Iterator[Problem]:
    """An event within days of a day on which bodies changed is of that day."""
    rows = tables["reforms"]
    days = pd.to_datetime(rows["date"].where(rows["date"].str.len() == 10))
    known = {*tables.geographies, *tables["icbs"]["opened"]}
    for by in (-2, -1, 1, 2):
        moved = days + pd.Timedelta(days=by)
        near = moved.where(moved.isin(known) & ~days.isin(known))
        what = "bodies changed on {}, and no event is so near to such a day and not of it"
        yield from wrong("reforms", rows[near.notna()], "date", what, near)


#: Units of which a number may be below none.
SIGNED = ["points", "percentage points", "correlation"]
#: The cells that a claim has from one of its parts.
HEADLINE = ["measure", "value", "unit"]
VERDICTS = ["holds", "holds with a correction", "cannot be shown", "does not hold"]


def claims(tables: Tables) -> Iterator[Problem]:
    """Claims are numbered without a gap, and a verdict is that of the weakest part."""
    rows = tables["claims"]
    letter, number = rows["claim_id"].str[0], rows["claim_id"].str[1:]
    yield from as_most("claims", rows.assign(letter=letter), ["letter"], ["document"])
    for one, numbers in number.groupby(letter):
        have = {int(n) for n in numbers if n.isdigit()}
        for n in sorted(set(range(1, max(have) + 1)) - have):
            line = int((rows["claim_id"] < f"{one}{n}").sum()) + 2
            yield Problem(
                "claims.csv",
                line,
                "claim_id",
                f"{one}{n}",
                f"the claims of {one} go on to {one}{max(have)}, and this is not there",
            )
    names = set(tables.resources)
    for i, evidence in rows["evidence"].items():
        for table in (one for one in evidence.split("+") if one not in names):
            yield from wrong("claims", rows.loc[[i]], "evidence", f"no table is called {table}")
    parts_of = dict(by_text(tables["claim_parts"], "claim_id"))
    headlines = zip(rows.index, rows["claim_id"], rows["verdict"], _said(rows[HEADLINE]), strict=True)
    for i, one, verdict, headline in headlines:
        if one in parts_of:
            parts = parts_of[one]
            if (weakest := max(parts["verdict"], key=VERDICTS.index)) != verdict:
                what = f"the weakest of its parts is: {weakest}"
                yield from wrong("claims", rows.loc[[i]], "verdict", what)
            if headline not in (theirs := _said(parts[HEADLINE])):
                yield from _headline(parts, theirs, rows.loc[[i]], headline)
    for name in ("claims", "claim_parts"):
        table = tables[name]
        odd = table[table["value"].isna() != table["unit"].isna()]
        yield from wrong(name, odd, "unit", "a number has a unit, and a unit belongs to a number")
    yield from _parts(tables["claim_parts"])
    held = rows["verdict"] == "holds"
    yield from wrong(
        "claims",
        rows[rows["correction"].isna() != held],
        "verdict",
        "a claim that holds has no correction, and any other has one",
    )
    below = rows[(rows["value"] < 0) & ~rows["unit"].isin(SIGNED)]
    yield from wrong("claims", below, "value", lambda row: f"no number of {row['unit']} is below none")
    years = {float(day[:4]) for day in tables["reforms"]["date"]}
    never = rows[(rows["unit"] == "year") & ~rows["value"].isin(years)]
    yield from wrong("claims", never, "value", "reforms.csv has no event of this year")
    whole = rows["unit"].isin(["year", "CCGs", "boards"]) & (rows["value"] % 1 != 0)
    yield from wrong("claims", rows[whole], "value", "not a whole number")


def _headline(
    parts: pd.DataFrame, theirs: list[tuple[str, ...]], claim: pd.DataFrame, mine: tuple[str, ...]
) -> Iterator[Problem]:
    """The number of a claim is that of one of its parts: where it departs from the part that is most alike."""
    alike = [[a == b for a, b in zip(mine, due, strict=True)] for due in theirs]
    at = max(range(len(alike)), key=lambda i: sum(alike[i]))
    part, line = parts.iloc[[at]], int(str(parts.index[at])) + 2
    for column, same, own, due in zip(HEADLINE, alike[at], mine, theirs[at], strict=True):
        if not same:
            yield from wrong("claims", claim, column, f"claim_parts.csv row {line} has {due}")
            what = f"claims.csv row {int(str(claim.index[0])) + 2} has {own}"
            yield from wrong("claim_parts", part, column, what)


def _said(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    """The cells of each row, as a table would hold them."""
    return list(zip(*([said(cell) for cell in rows[column].to_list()] for column in rows), strict=True))


def _parts(parts: pd.DataFrame) -> Iterator[Problem]:
    """The verdict of a part follows from its number and its limits."""
    yield from ordered("claim_parts", parts, "at_least", "at_most")
    for column in ("value", "at_least", "at_most"):
        below = parts[(parts[column] < 0) & ~parts["unit"].isin(SIGNED)]
        yield from wrong(
            "claim_parts", below, column, lambda row: f"no number of {row['unit']} is below none"
        )
    whole = parts["measure"].str.extract(r", of (?:the )?(\d+)\b", expand=False).astype("float64")
    for column in ("value", "at_least", "at_most"):
        over = parts[parts[column] > whole]
        yield from wrong("claim_parts", over, column, "its measure counts them of {}", whole)
    none = parts["at_least"].isna() & parts["at_most"].isna()
    out = (parts["value"] < parts["at_least"]) | (parts["value"] > parts["at_most"])
    due = parts["otherwise"].where(out, "holds").mask(none, "cannot be shown")
    yield from unlike("claim_parts", parts, "verdict", due, "by its value and its limits it is")
    for column in ("limit", "otherwise"):
        odd = parts[parts[column].isna() != none]
        yield from wrong("claim_parts", odd, column, "a part with limits has one, and no other")


def test_levels(tables: Tables) -> Iterator[Problem]:
    """Every design was tried as often, on as many controls, with the same draws."""
    rows = tables["test_levels"]
    yield from as_most("test_levels", rows.assign(table=1), ["table"], ["cases", "controls"])
    tried = rows.groupby(["treated", "spread"])["draws"].transform("nunique")
    some = rows[tried < rows["draws"].nunique()]
    yield from wrong("test_levels", some, "draws", "this design is not there with the other draws")
    for design, mine in rows.groupby(["treated", "spread"]):
        for draws in sorted(set(rows["draws"]) - set(mine["draws"])):
            key = dict(zip(["treated", "spread", "draws"], map(said, (*design, draws)), strict=True))
            what = "the other draws have this design, and no row is of it"
            yield Problem("test_levels.csv", line_of(tables, "test_levels", key), "draws", draws, what)


def source_ids(tables: Tables) -> Iterator[Problem]:
    """The last two digits of an id are those of a year: when it was published, or the year before, which it is of."""
    rows = tables["sources"]
    two = rows["id"].str.extract(r"^[A-Z]+(\d{2})[A-Z]*$", expand=False)
    year = rows["date"].str[2:4]
    far = rows[two.notna() & year.notna() & ~((year.astype(float) - two.astype(float)).isin([0, 1]))]
    yield from wrong("sources", far, "date", lambda row: f"the id is of {two[row.name]}")
    opened = (rows["licence"] != "cited") & rows["grade"].isin(["press_release", "news"])
    yield from wrong(
        "sources", rows[opened], "grade", "what is published under an open licence is not the press"
    )
    by_parliament = rows["publisher"].str.contains("Parliament|Hansard|Commons|Lords|Public Accounts")
    other = rows[(rows["licence"] == "OPL-3.0") & ~by_parliament]
    yield from wrong("sources", other, "licence", "the licence of Parliament, and its publisher is another")
