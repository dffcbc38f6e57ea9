"""The numbers that decide the claims of five articles, each worked out from the tables.

One function per claim, named after it (``a3`` for A3). It returns a tuple: first the number that decides
the claim, then every other number that the correction in ``claims`` states, in any order. A test compares
both with the table, so neither a verdict nor its wording can drift away from the data. Nothing here reads
``claims`` except ``table``, which sets words and numbers side by side.
"""

import re
from collections.abc import Callable, Iterable

import pandas as pd

from . import tables

#: The verdicts in the order of a chart, with the mark that stands for each in text.
VERDICTS = {"holds": "●", "holds with a correction": "◐", "does not hold": "○", "cannot be shown": "?"}
#: The notebook that draws the evidence of each claim.
NOTEBOOKS = {
    "01_consolidation": "A3 A4 A8 B5 D4",
    "03_engagement": "A5 A6 A7 E3",
    "04_reorganisations": "A1 A2 B2 B3 B4 B6 C1 C2 C3 C4 C5 C6 E1 E4",
    "05_size_need_money": "C7 D2 D5",
    "06_integrated_care": "A9 A10 A11 B1 B7 D1 D3 E2",
    "07_did_merging_help": "A12",
}
_DECIDED: dict[str, Callable[[], tuple]] = {}


def _claim(function):
    _DECIDED[function.__name__.upper()] = function
    return function


def decide(*ids: str) -> dict[str, float]:
    """The deciding number of each claim, or of ``ids`` alone."""
    return {i: _DECIDED[i]()[0] for i in ids or _DECIDED}


def stated(claim: str) -> tuple:
    """Every number that the correction of a claim may state, its deciding number first."""
    return _DECIDED[claim]() if claim in _DECIDED else ()


def table(numbers: dict[str, float], ids: Iterable[str]) -> str:
    """A Markdown table of the claims ``ids``: claim, verdict, number, correction, source, where to look."""
    claims = tables.load("claims").set_index("claim_id")
    sources = tables.load("sources").set_index("id")
    lines = ["| The claim | Verdict | Decided by | Put right | Source (grade), chart |", "|---" * 5 + "|"]
    for i in ids:
        row = claims.loc[i]
        number = _number(numbers[i], row["unit"], row["deciding"])
        right = "" if pd.isna(row["correction"]) else row["correction"]
        cells = [f"**{i}** {row['claim']}", f"{VERDICTS[row['verdict']]} {row['verdict']}", number, right]
        where = f"{_sources(row['source'], sources)}<br>{_link(i)}"
        lines.append("| " + " | ".join([*cells, where]) + " |")
    return "\n".join(lines)


def _number(value: float, unit: str, what: str) -> str:
    """The number with its unit, unless the words beside it hold the unit already."""
    bare = unit in {"year", "ratio", "correlation"} or unit.lower() in what.lower()
    return f"**{value:g}{'' if bare else ' ' + unit.replace('GBP billion', 'billion pounds')}**<br>{what}"


def _sources(cell: str, sources: pd.DataFrame) -> str:
    """Publishers with the grade of each, the five articles themselves left out."""
    rows = sources.loc[[s for s in cell.split("+") if not s.startswith("ART")]]
    named = [f"{r.publisher} ({r.grade.replace('_', ' ')})" for r in rows.itertuples()]
    return "; ".join(dict.fromkeys(named))


def _link(claim: str) -> str:
    for name, ids in NOTEBOOKS.items():
        if claim in ids.split():
            return f"[{name}]({name}.ipynb)"
    raise KeyError(f"no notebook draws the evidence of {claim}; add it to NOTEBOOKS")


# --- what more than one claim asks ----------------------------------------------------------------


def _event(name: str) -> pd.Timestamp:
    return pd.Timestamp(tables.load("reforms").set_index("event").at[name, "date"])


def _body(date: str, body: str) -> int:
    rows = tables.load("commissioners")
    return int(rows[(rows["date"] == date) & (rows["body"] == body)]["count"].item())


def _national(name: str, column: str = "value") -> float:
    return float(tables.load("national").set_index("id").at[name, column])


def _survey(wave: str, group: str, item: str, response: str) -> int:
    rows = tables.load("survey")
    keys = {"wave": wave, "group": group, "item": item, "response": response}
    return int(rows[(rows[list(keys)] == pd.Series(keys)).all(axis=1)]["percent"].item())


def _open() -> pd.Series:
    counts = tables.load("ccg_counts")
    return counts.set_index("date")["open"]


def _mergers() -> pd.DataFrame:
    moves = tables.load("successions")
    return moves[moves["kind"] == "merger"]


def _years(start: str, end: str) -> float:
    return (_event(end) - _event(start)).days / 365.25


def _private_share(year: int) -> float:
    """Independent providers' share of planned treatment in the CCGs whose returns are whole, weighted."""
    rows = tables.load("private_provision")
    rows = rows[rows["usable"] & (rows["year"] == year)]
    weight = rows["pathways_in_source"]
    return round(float((rows["independent_sector_share_percent"] * weight).sum() / weight.sum()), 1)


def merger_waves() -> pd.DataFrame:
    """Per wave the median size, in April 2013, of first CCGs that merged in it and of those that went on."""
    sizes = tables.load("list_sizes")
    first = sizes[sizes["quarter"] == "2013-04-01"].set_index("code")["registered_patients"]
    left = _mergers().set_index("from")["date"].reindex(first.index)
    rows = []
    for day in sorted(left.dropna().unique()):
        still = first[~(left < day)]
        went = left[still.index] == day
        rows.append({"year": day.year, "merged": still[went].median(), "went_on": still[~went].median()})
    return pd.DataFrame(rows)


# --- counts and mergers ---------------------------------------------------------------------------


@_claim
def a3():
    """CCGs open on the first day, and the country that every count of local bodies since covers."""
    return (int(_open()["2013-04-01"]),)


@_claim
def a4():
    """A steady fall would lose some CCGs each year; nearly half of it came on one day."""
    open_ = _open()
    fall = -open_.diff()
    return int(fall["2020-04-01"]), int(open_["2021-04-01"])


@_claim
def a8():
    """The median CCG of the last whole year over that of the first year of the payments files."""
    median = tables.load("ccg_years").groupby("year")["registered_patients"].median()
    return (round(median["2021-22"] / median["2014-15"], 2),)


@_claim
def b5():
    """How many had merged by the fourth April: soon would be many."""
    return int((_mergers()["date"] <= "2017-04-01").sum()), int(_open()["2013-04-01"])


@_claim
def d4():
    """Both roads were taken; the number is of CCGs closed by a merger."""
    return (int(_mergers()["from"].nunique()),)


# --- engagement and governance --------------------------------------------------------------------


@_claim
def a5():
    """Member practices that did not say yes when asked whether they felt involved in decisions."""
    return (_survey("ccg360_2014", "gp_member_practices", "involved_in_ccg_decisions", "not_yes"),)


@_claim
def a6():
    """GPs of six CCGs at least somewhat engaged: the one exact figure of that study."""
    return (_survey("kfnt_2014", "all", "engaged_with_ccg", "at_least_somewhat_engaged"),)


@_claim
def a7():
    """GPs without a role in the CCG who agreed that they could influence it, and two years before."""
    item = ("no_formal_role", "can_influence_ccg", "agree")
    return _survey("kfnt_2016", *item), _survey("kfnt_2014", *item)


@_claim
def a9():
    """If GPs ran CCGs they would hold most seats on the boards."""
    early = _national("board_seats_gps_2012") / _national("board_seats_gps_2012", "base")
    late = _national("board_seats_gps_2014") / _national("board_seats_gps_2014", "base")
    return round(late * 100, 1), round(late * 100), round(early * 100), 100


@_claim
def d1():
    """Lay members had seats: their share of all on the boards that answered in 2012."""
    return (round(_national("board_seats_lay_2012") / _national("board_seats_lay_2012", "base") * 100, 1),)


@_claim
def d3():
    """Executive GPs with a stake in a for-profit provider: what the critics pointed to."""
    return (round(_national("conflict_gps_2013") / _national("conflict_gps_2013", "base") * 100, 1),)


@_claim
def e3():
    """Worse for most is not the same as no way in: most network directors knew who spoke for them."""
    worse = _survey("pulsepcn_2024", "all", "engagement_worse_under_icb", "agree")
    return worse, _survey("pulsepcn_2024", "pcn_clinical_directors", "know_primary_care_rep", "yes")


# --- law and dates --------------------------------------------------------------------------------


@_claim
def a1():
    """The year of the Act that created CCGs."""
    return (_event("hsc_act_2012").year,)


@_claim
def a2():
    """CCGs left on the day boards began, and how many boards there were."""
    return int(_open()["2022-07-01"]), len(tables.load("icbs"))


@_claim
def b2():
    """Months from April 2022, the day that the claim gives, to the day it happened."""
    return (_event("icb_2022").month - pd.Timestamp("2022-04-01").month,)


@_claim
def c1():
    """Trusts in the list that matches them to CCGs, and CCGs of the first day."""
    return int(tables.load("pct_to_ccg")["pct"].nunique()), int(_open()["2013-04-01"])


@_claim
def c2():
    """The grant that passed with the work, billion pounds."""
    return (_national("public_health_grant_2013"),)


@_claim
def c3():
    """The year in which health visiting moved."""
    return (_event("health_visitors_2015").year,)


@_claim
def c4():
    """Years, by the calendar, from the Act to the day all the bodies changed."""
    return (_event("ccg_2013").year - _event("hsc_act_2012").year,)


@_claim
def c5():
    """A plan is no law: the year of the next Act on how the service is organised."""
    return (_event("hc_act_2022").year,)


@_claim
def e4():
    """Days from the first report of the idea to the review that points to local teams."""
    return ((_event("fuller_2022") - _event("gp_nationalise_2022")).days,)


# --- size, need and money -------------------------------------------------------------------------


@_claim
def c7():
    """How far the share of patients aged 65 and over rose over the dates that the tables have."""
    ages = tables.load("ccg_age")
    sums = ages[ages["basis"] == "registered"].groupby("date")[["people", "people_65_and_over"]].sum()
    share = sums["people_65_and_over"] / sums["people"] * 100
    return round(share.iloc[-1] - share.iloc[0], 2), round(share.iloc[0], 1), round(share.iloc[-1], 1)


@_claim
def d2():
    """Does a CCG with more need per head get more per head? And how far from target could it stand?"""
    money, years = tables.load("allocations"), tables.load("ccg_years")
    made = money[(money["kind"] == "made") & (money["year"] == "2014-15")].set_index("code")
    need = years[years["year"] == "2014-15"].set_index("code")
    head = made["core_allocation_gbp_thousand"] / need["registered_patients"]
    distance = money["closing_distance_from_target_percent"].dropna()
    fit = head.corr(need["weighted_patients"] / need["registered_patients"])
    return round(fit, 1), round(-distance.min(), 1), round(distance.max(), 1)


@_claim
def d5():
    """CCGs that spent more than planned in the worst year of three, of all CCGs."""
    return (round(_national("overspending_2017") / _national("overspending_2017", "base") * 100, 1),)


@_claim
def e2():
    """Practices to a network in England, and the practices of the median area."""
    rows = tables.load("networks")
    rows = rows[rows["year"] == "2021-22"]
    whole = rows["practices"].sum() / rows["networks_counted_once"].sum()
    return round(whole, 2), round(rows["practices"].median())


# --- history --------------------------------------------------------------------------------------


@_claim
def b3():
    """The year in which practices first held budgets, and how many began."""
    return _event("fundholding_1991").year, _body("1991-04-01", "fundholding practices")


@_claim
def b4():
    """From the first groups to the large trusts is not soon."""
    counts = _body("1999-04-01", "primary care groups"), _body("2002-04-01", "primary care trusts")
    return round(_years("pcg_1999", "pct_152_2006"), 1), *counts, _body("2006-10-01", "primary care trusts")


@_claim
def b6():
    """Forty years before there were several authorities for each board of today, and they ran hospitals."""
    districts = _body("1982-04-01", "district health authorities")
    areas, boards = (
        _body("1974-04-01", "area health authorities"),
        _body("2022-07-01", "integrated care boards"),
    )
    return round(districts / boards, 2), districts, areas, boards


@_claim
def e1():
    """The year in which buying and running care came apart, after the law of the year before."""
    return (_event("internal_market_1991").year,)


# --- integration and the pandemic -----------------------------------------------------------------


@_claim
def a10():
    """A turn to private providers would raise their share; it fell in both years of the pandemic."""
    share = {y: _national(f"private_share_accounts_20{y}") for y in (19, 20, 21, 22)}
    treated = [_private_share(year) for year in (2019, 2020, 2021)]
    rise = _national("private_cash_rise_2020")
    return round(share[19] - share[21], 1), rise, *share.values(), *treated


@_claim
def a11():
    """CCGs of the last day for each board."""
    ccgs, boards = int(_open()["2022-04-01"]), len(tables.load("icbs"))
    return round(ccgs / boards, 2), ccgs, boards


@_claim
def a12():
    """Recovery in Talking Therapies, merged against never merged, in points; merging is not integration."""
    from . import outcomes, stats  # slow to import, and only this claim needs them

    effects = stats.difference_in_differences(outcomes.talking_therapies("recovery").panel())
    row = effects.set_index("cohort").loc["all"]
    moved, low, high = (round(row[c], 1) for c in ("estimate", "chance_low", "chance_high"))
    return moved, -moved, -low, high


@_claim
def b1():
    """Boards with a million registered patients; a million residents is a harder test."""
    boards = tables.load("icbs")
    residents = int(_national("boards_million_residents_2020"))
    return int((boards["registered_patients"] >= 1_000_000).sum()), len(boards), residents


@_claim
def b7():
    """Areas of the last CCGs less those that gave or took land that day.

    A move in ``successions`` names the area that gave and the board that took; each such board has one
    area, so the taker is that one. Six new ONS codes first seen in January 2023 say the same.
    """
    moves, boards = tables.load("successions"), tables.load("icbs").set_index("code")
    moved = moves[(moves["kind"] == "split") & (moves["date"] == "2022-07-01")]
    assert (boards.loc[moved["to"], "sub_icb_locations"] == 1).all(), "the taker must be one area"
    areas = int(boards["sub_icb_locations"].sum())
    return areas - len(set(moved["from"])) - len(set(moved["to"])), areas


@_claim
def c6():
    """Years from the first systems named to all of them."""
    words = tables.load("reforms").set_index("event").at["ics_42_2021", "what_changed"]
    last = int(re.search(r"last (\d+) areas", words)[1])
    return round(_years("acs_2017", "ics_42_2021"), 1), last, _body("2021-04-01", "integrated care systems")
