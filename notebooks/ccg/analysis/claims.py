"""Claims of five articles: their parts, the number that decides each part, and the verdicts that follow.

``claim_parts`` has a row for each part of a claim that can be looked at by itself: what the part says, the
measure that decides it, and the limits within which the part holds (``at_least``, ``at_most``). The limits are
the claim's own words where it gives a number, and ours where it is loose (soon, large, tight);
``limit`` says which. The rule:

- a part **holds** if its number, worked out here from the tables, lies within the limits;
- if it does not, the part has the verdict ``otherwise``, chosen with the limits: *holds with a correction* where the core is
  right but a reader would carry away something wrong, else *does not hold*;
- a part without limits **cannot be shown**: no number that we have decides it, or it is a judgement;
- a claim has the verdict of its weakest part, in the order of ``WEAKER``.

``decided`` applies it. ``tallies`` counts the verdicts again with the parts whose limits are ours moved
to the other side. One function per claim, named after it (``a3`` for A3), returns
every number that its correction states; a test compares these with the words, so that they cannot drift from the data.
"""

import re
from collections.abc import Callable, Iterable

import pandas as pd

from ..core import lineage, tables, words

#: The verdicts in the order of a chart, with the mark that stands for each in text.
VERDICTS = {"holds": "●", "holds with a correction": "◐", "does not hold": "○", "cannot be shown": "?"}
#: From strong to weak: a claim in several parts gets the verdict of its weakest part.
WEAKER = ["holds", "holds with a correction", "cannot be shown", "does not hold"]
#: The claims that hold with a correction by what goes wrong in them; which fault is the main one is our judgement.
FAULTS = {
    "the time (when, how soon, or a plan taken for law)": "A4 B2 B4 B5 B9 C4 C5 C6",
    "which body it was or what passed to it": "A2 A9 C1 C2 C3 C8",
    "who was asked": "A6 A7",
    "how much": "B1 D2",
    "the country": "A3",
}
#: The notebook nearest to each claim.
NOTEBOOKS = {
    "01_consolidation": "A3 A4 A8 B5 D4",
    "03_engagement": "A5 A6 A7 E3",
    "04_reorganisations": "A1 A2 A13 B2 B3 B4 B6 B8 B9 B11 C1 C2 C3 C4 C5 C6 C8 C9 E1 E4 E5",
    "05_size_need_money": "C7 D2 D5",
    "06_integrated_care": "A9 A10 A11 B1 B7 B10 C10 D1 D3 D6 E2 E6",
    "07_did_merging_help": "A12",
}
_MEASURED: dict[str, Callable[[], tuple]] = {}


def _claim(function):
    _MEASURED[function.__name__.upper()] = function
    return function


def stated(claim: str) -> tuple:
    """Every number that the correction of a claim may state."""
    return _MEASURED[claim]() if claim in _MEASURED else ()


def weakest(verdicts: Iterable[str]) -> str:
    """The verdict of a claim from those of its parts. Raises ValueError for a word that is no verdict."""
    return max(verdicts, key=WEAKER.index)


def verdict(value: float, at_least: float, at_most: float, otherwise: str) -> str:
    """The verdict of a part by its number and its limits; a limit that is not given is NaN.

    Examples
    --------
    >>> verdict(2, at_least=float("nan"), at_most=0, otherwise="holds with a correction")
    'holds with a correction'
    >>> verdict(211, at_least=211, at_most=211, otherwise="does not hold")
    'holds'
    """
    if pd.isna(at_least) and pd.isna(at_most):
        return "cannot be shown"
    below, above = value < at_least, value > at_most  # neither is true of NaN
    return otherwise if below or above else "holds"


def decided() -> pd.DataFrame:
    """The parts of every claim with their numbers and verdicts, worked out from the tables as they are.

    Returns
    -------
    DataFrame
        The rows of ``claim_parts``, with ``value`` measured anew (NaN where a part has no number), ``verdict``
        by the rule, and ``claim_verdict``, that of the whole claim.
    """
    parts = tables.load("claim_parts").copy()
    measured = [_PARTS.get(f"{r.claim_id}.{r.part}") for r in parts.itertuples()]
    parts["value"] = [float("nan") if m is None else float(m()) for m in measured]
    limits = parts[["value", "at_least", "at_most", "otherwise"]].itertuples(index=False)
    parts["verdict"] = [verdict(*row) for row in limits]
    parts["claim_verdict"] = parts.groupby("claim_id")["verdict"].transform(weakest)
    return parts


def deciding(parts: pd.DataFrame) -> pd.DataFrame:
    """One row for each claim: of its parts with the weakest verdict, the first that has a number."""
    own = parts[parts["verdict"] == parts["claim_verdict"]]
    order = own.assign(bare=own["value"].isna()).sort_values(["claim_id", "bare", "part"])
    return order.groupby("claim_id").head(1).set_index("claim_id")


def tallies(parts: pd.DataFrame) -> pd.DataFrame:
    """How many claims have each verdict: by the rule, and if the parts whose limits are ours went the other way.

    Returns
    -------
    DataFrame
        One row for each verdict in the order of ``VERDICTS``, columns ``by_rule``, ``all_hold`` (every part
        that fails a limit of ours is counted as holding) and ``none_hold`` (every part that keeps
        one is counted as failing it, with its ``otherwise``).
    """
    ours, out = parts["limit"] == "ours", {}
    lenient = parts["verdict"].mask(ours, "holds")
    strict = parts["verdict"].mask(ours & (parts["verdict"] == "holds"), parts["otherwise"])
    for name, given in (("by_rule", parts["verdict"]), ("all_hold", lenient), ("none_hold", strict)):
        out[name] = given.groupby(parts["claim_id"]).agg(weakest).value_counts()
    return pd.DataFrame(out).reindex(list(VERDICTS)).fillna(0).astype(int)


def counted(counts: Iterable[tuple[str, int]]) -> list[str]:
    """Verdicts and how many claims have each, in words: ``6 hold``, ``1 does not hold``; none are left out."""
    plural = {
        "holds": "hold",
        "holds with a correction": "hold with a correction",
        "does not hold": "do not hold",
    }
    return [f"{n} {v if n == 1 else plural.get(v, v)}" for v, n in counts if n]


def table(parts: pd.DataFrame, ids: Iterable[str]) -> str:
    """A Markdown table of the claims ``ids``: each part with its verdict and number, what to say instead, where to look.

    ``parts`` is what ``decided`` gives.
    """
    claims = tables.load("claims").set_index("claim_id")
    sources = tables.load("sources").set_index("id")
    head = ["The claim", "Verdict", "Its parts, and the number that decides each", "What to say instead"]
    lines = ["| " + " | ".join([*head, "Source (grade), notebook"]) + " |", "|---" * 5 + "|"]
    for i in ids:
        row, own = claims.loc[i], parts[parts["claim_id"] == i]
        found = own["claim_verdict"].iloc[0]
        right = "" if pd.isna(row["correction"]) else row["correction"]
        told = "<br>".join(_part(part) for part in own.itertuples())
        where = f"{_sources(row['source'], sources)}<br>{_link(i)}"
        cells = [f"**{i}** {row['claim']}", f"{VERDICTS[found]} {found}", told, right, where]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _part(row) -> str:
    """A part as a line: its mark, its words, its measure and number, and the limits within which it holds."""
    mark = f"{VERDICTS[row.verdict]} *{row.says}*"
    if pd.isna(row.value):
        return f"{mark}: no number decides it"
    number = f"{row.measure}: **{_number(row.value, row.unit, row.measure)}**"
    return f"{mark} – {number} ({_limits(row)})"


def _limits(row) -> str:
    low, high = (None if pd.isna(x) else f"{x:g}".replace("-", "−") for x in (row.at_least, row.at_most))
    if low is None and high is None:
        return "decides nothing"
    if low is None:
        within = "none" if high == "0" else f"{high} or less"
    elif high is None:
        within = f"{low} or more"
    else:
        within = low if low == high else f"{low} to {high}"
    return f"holds if {within}{', our limit' if row.limit == 'ours' else ''}"


def _number(value: float, unit: str, what: str) -> str:
    """The number with its unit, unless the words beside it hold the unit already."""
    bare = unit in {"year", "ratio", "correlation"} or unit.lower() in what.lower()
    shown = f"{value:g}".replace("-", "−")
    return f"{shown}{'' if bare else ' ' + unit.replace('GBP billion', 'billion pounds')}"


def _sources(cell: str, sources: pd.DataFrame) -> str:
    """Publishers with the grade of each, the five articles themselves left out."""
    rows = sources.loc[[s for s in cell.split("+") if not s.startswith("ART")]]
    named = [f"{r.publisher} ({r.grade.replace('_', ' ')})" for r in rows.itertuples()]
    return "; ".join(dict.fromkeys(named))


def _link(claim: str) -> str:
    for name, ids in NOTEBOOKS.items():
        if claim in ids.split():
            return f"[{name}]({name}.ipynb)"
    raise KeyError(f"no notebook is named for {claim}; add it to NOTEBOOKS")


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
    return round(rows[(rows[list(keys)] == pd.Series(keys)).all(axis=1)]["percent"].item())


def _open() -> pd.Series:
    counts = tables.load("ccg_counts")
    return counts.set_index("date")["open"]


def _mergers() -> pd.DataFrame:
    """The mergers of CCGs; boards merged too, later."""
    moves = tables.load("successions")
    return moves[(moves["kind"] == "merger") & moves["to"].isin(tables.load("ccgs")["code"])]


def _boards() -> pd.DataFrame:
    """The boards of July 2022, which the claims speak of."""
    return tables.load("icbs").merge(lineage.bodies("2022-07-01")[["code"]])


def _years(start: str, end: str) -> float:
    return (_event(end) - _event(start)).days / 365.25


def _private_shares(*years: int) -> tuple[int, list[float]]:
    """Independent providers' share of planned treatment, weighted, in CCGs open and with usable returns every year.

    Returns how many CCGs these are and a share in per cent for each of ``years``. Years compared on other
    CCGs each time would differ by who sent returns.
    """
    rows = tables.load("private_provision")
    rows = rows[rows["usable"] & (rows["part_of_year"] == "whole") & rows["year"].isin(years)]
    rows = rows[rows.groupby("code")["year"].transform("nunique") == len(years)]
    weight = rows["pathways_in_source"]
    treated = (rows["independent_sector_share_percent"] * weight).groupby(rows["year"]).sum()
    shares = (treated / weight.groupby(rows["year"]).sum()).round(1)
    return rows["code"].nunique(), shares[list(years)].tolist()


def _gp_seats(year: int) -> float:
    """GPs' share of the seats on boards in per cent: of 100 boards in 2012, of all in 2014."""
    name = f"board_seats_gps_{year}"
    return round(_national(name) / _national(name, "base") * 100)


def _gp_majorities() -> tuple[int, int, int]:
    """Boards with a majority of GPs in 2012, of how many that answered; in 2014, in per cent of all boards."""
    asked = int(_national("boards_gp_majority_2012", "base"))
    of_all = int(_national("boards_gp_majority_2014"))
    assert _national("boards_gp_majority_2014", "base") == _open()["2014-04-01"], "of all boards"
    return round(_national("boards_gp_majority_2012") / 100 * asked), asked, of_all


def _first_patients() -> pd.Series:
    """Registered patients of each original CCG in April 2013, those of practices that were in none yet among them."""
    ages = tables.load("ccg_age")
    return ages[ages["date"] == "2013-04-01"].set_index("code")["people"]


def merger_waves() -> pd.DataFrame:
    """Per wave the median size, in April 2013, of original CCGs that merged in it and of those that went on."""
    first = _first_patients()
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
    """A steady fall would lose some CCGs each year: on how many Aprils to 2020 was none lost?"""
    open_ = _open()
    fall = -open_.diff()
    still = int((fall["2014-04-01":"2020-04-01"] == 0).sum())
    return still, int(fall["2020-04-01"]), int(open_["2021-04-01"])


@_claim
def a8():
    """The median CCG of the last whole year over that of the first year of the payments files.

    Patients of practices that had closed count where they went, and are taken off where they were.
    """
    years = tables.load("ccg_years")
    median = (years["registered_patients"] - years["closed_patients"]).groupby(years["year"]).median()
    return (round(median["2021-22"] / median["2014-15"], 2),)


@_claim
def b5():
    """How many had merged by the fourth April: soon would be many. And of each half by size within regions."""
    ccgs = tables.load("ccgs")
    first = ccgs[ccgs["opened"] == "2013-04-01"].set_index("code")
    patients = _first_patients().reindex(first.index)
    smaller = patients <= patients.groupby(first["region_2013"]).transform("median")
    merged = first.index.isin(_mergers()["from"])
    halves = [n for half in (smaller, ~smaller) for n in (merged[half].sum(), half.sum())]
    return int((_mergers()["date"] <= "2017-04-01").sum()), int(_open()["2013-04-01"]), *map(int, halves)


@_claim
def d4():
    """Both roads were taken; the number is of CCGs closed by a merger."""
    return (int(_mergers()["from"].nunique()),)


# --- engagement and governance --------------------------------------------------------------------


@_claim
def a5():
    """GPs who said that they had no say in decisions; what else comes near, of GPs and of member practices.

    Of the national sample: those who did not agree that they could influence their CCG, of all who answered
    and over the largest base that the paper implies. Of practices: those that did not say they felt involved.
    """
    no_say = _survey("pulse_2014", "all", "say_in_ccg_decisions", "no")
    national = tables.load("survey").query("wave == 'gpwls8_2015' and group == 'all'").set_index("item")
    agreed = national.loc["can_influence_ccg", ["percent", "count"]].astype(float)
    over = 100 * agreed["count"] / national["implied_base"].max()
    practices = _survey("ccg360_2014", "gp_member_practices", "involved_in_ccg_decisions", "not_yes")
    assert practices == 50, "the correction says about half"
    return no_say, round(100 - agreed["percent"]), round(100 - over)


@_claim
def a6():
    """GPs of six CCGs at least somewhat engaged, and the other figure of the study that is quoted with it."""
    engaged = _survey("kfnt_2014", "all", "engaged_with_ccg", "at_least_somewhat_engaged")
    return engaged, _survey("kfnt_2016", "no_formal_role", "can_influence_ccg", "agree")


@_claim
def a7():
    """GPs who agreed that they could influence their CCG: without a role, and all, in six areas and nationally.

    Nationally of those who answered, and over the largest base that the paper implies for the same group.
    """
    item = ("no_formal_role", "can_influence_ccg", "agree")
    six = _survey("kfnt_2016", *item), _survey("kfnt_2014", *item)
    national = tables.load("survey").query("wave == 'gpwls8_2015'")
    largest = national.groupby("group")["implied_base"].max()
    rows = national[national["item"] == "can_influence_ccg"].set_index("group").loc[["no_formal_role", "all"]]
    over = rows["count"] / largest.loc[rows.index] * 100
    return *six, *rows["percent"].round().astype(int), *over.astype(float).round().astype(int)


@_claim
def a9():
    """If GPs ran CCGs by themselves they would hold most seats on the boards; most chairs they did hold."""
    return _gp_seats(2014), _gp_seats(2012), round(_national("gp_chairs_2012")), *_gp_majorities()


@_claim
def d1():
    """Lay members had seats: their share of all on the boards that answered in 2012."""
    return (round(_national("board_seats_lay_2012") / _national("board_seats_lay_2012", "base") * 100, 1),)


@_claim
def d3():
    """Executive GPs with a stake in a for-profit provider, which is not yet a fault found."""
    return (round(_national("conflict_gps_2013") / _national("conflict_gps_2013", "base") * 100, 1),)


@_claim
def e3():
    """Worse for most is not the same as no way in: most network directors knew who spoke for them.

    GPs and directors were asked different things: whether it got worse, and whether it is better.
    """
    directors = "pcn_clinical_directors"
    worse = _survey("pulsepcn_2024", "all", "engagement_worse_under_icb", "agree")
    no_better = _survey("pulsepcn_2024", directors, "icb_better_than_ccg_engagement", "disagree")
    return worse, no_better, _survey("pulsepcn_2024", directors, "know_primary_care_rep", "yes")


# --- law and dates --------------------------------------------------------------------------------


@_claim
def a1():
    """The year of the Act that created CCGs."""
    return (_event("hsc_act_2012").year,)


@_claim
def a2():
    """CCGs left on the day boards began, and how many boards there were."""
    return int(_open()["2022-07-01"]), len(_boards())


@_claim
def b2():
    """Months from April 2022, the day that the claim gives, to the day it happened."""
    return (_event("icb_2022").month - pd.Timestamp("2022-04-01").month,)


@_claim
def c1():
    """GPs' share of the seats, for CCGs were to be led by them; CCGs of the first day, trusts before; GPs' chairs
    and the boards on which they were the majority.
    """
    trusts = int(tables.load("pct_to_ccg")["pct"].nunique())
    chairs = round(_national("gp_chairs_2012"))
    return _gp_seats(2014), int(_open()["2013-04-01"]), trusts, chairs, *_gp_majorities()


@_claim
def c2():
    """The years in which local public health moved, and health visiting; a national agency began on the first day."""
    assert _event("public_health_2013") == _event("phe_2013"), "the correction says on the same day"
    return _event("public_health_2013").year, _event("health_visitors_2015").year


@_claim
def c3():
    """The year in which the buying of health visiting moved; its staff did not."""
    return (_event("health_visitors_2015").year,)


@_claim
def c4():
    """Years, by the calendar, from the Act to the day the local bodies changed; CCGs that took GPs' contracts on."""
    told = tables.load("reforms").set_index("event")["what_changed"]
    first = re.findall(r"\d+", told["cocommissioning_2015"])[:2]
    second = re.findall(r"\d+", told["cocommissioning_2016"])[:3]  # this round, all so far
    assert _event("ccg_2013") == _event("pct_end_2013") == pd.Timestamp("2013-04-01"), "on one day"
    assert _event("nhscb_2012") == pd.Timestamp("2012-10-01"), "the national body before them"
    years = _event("ccg_2013").year - _event("hsc_act_2012").year
    return years, *map(int, first + second), int(_open()["2016-04-01"])


@_claim
def c5():
    """A plan is no law: the year of the next Act after it."""
    reforms = tables.load("reforms")
    plan = reforms.set_index("event").at["long_term_plan_2019", "date"]
    acts = reforms[(reforms["kind"] == "act") & (reforms["date"] > plan)]
    return (int(acts["date"].min()[:4]),)


@_claim
def e4():
    """The year of both, the first report of the idea and the review that points to local teams."""
    idea, review = _event("gp_nationalise_2022"), _event("fuller_2022")
    return (idea.year if idea.year == review.year else None,)


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
    """Does a CCG with more need per head get more per head? And how many stood far from target?"""
    money, years = tables.load("allocations"), tables.load("ccg_years")
    made = money[(money["kind"] == "made") & (money["year"] == "2014-15")].set_index("code")
    need = years[years["year"] == "2014-15"].set_index("code")
    head = made["core_allocation_gbp_thousand"] / need["registered_patients"]
    distance = money.set_index("code")["closing_distance_from_target_percent"].dropna()
    fit = head.corr(need["weighted_patients"] / need["registered_patients"])
    far = 5  # per cent over or under
    names = tables.load("ccgs").set_index("code")["name"]
    assert "West London" in names[distance.idxmax()] and (distance >= -far).all(), "and none under"
    return round(fit, 1), int((distance > far).sum()), len(distance), far, round(distance.max(), 1)


@_claim
def d5():
    """CCGs that spent more than planned in the worst year of three, of all CCGs."""
    rows = tables.load("national").query("measure == 'ccgs_overspending'").set_index("period")
    share = (rows["value"] / rows["base"].astype(float) * 100).astype(float)
    assert len(share) == 3 and share.idxmax() == "2017-18", "the worst of three years"
    return (round(share["2017-18"], 1),)


@_claim
def e2():
    """Areas within a tenth of the claim's own numbers, of all; the numbers; the practices of the median area."""
    practices, networks = 50, 10
    rows = tables.load("networks")
    rows = rows[rows["year"] == "2021-22"]
    wanted = {"practices": practices, "networks": networks}
    like = pd.concat([(rows[c] - n).abs() <= n / 10 for c, n in wanted.items()], axis=1).all(axis=1)
    return int(like.sum()), len(rows), practices, networks, round(rows["practices"].median())


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
    """Forty years before there were several authorities for each board of 2022, and they ran hospitals."""
    districts = _body("1982-04-01", "district health authorities")
    boards, now = (_body(day, "integrated care boards") for day in ("2022-07-01", "2026-04-01"))
    return round(districts / boards, 2), districts, boards, now


@_claim
def e1():
    """Boards that buy care from others after the end of CCGs; trusts that sold it on the first day of the divide."""
    rows = tables.load("commissioners").query("body == 'integrated care boards'").set_index("date")
    assert rows["commissions"].all(), "those of 2026 buy too"
    then, now = (int(rows.at[day, "count"]) for day in ("2022-07-01", "2026-04-01"))
    first = tables.load("reforms").set_index("event").at["internal_market_1991", "what_changed"]
    return then, int(re.search(r"first (\d+) trusts", first)[1]), now


# --- integration and the pandemic -----------------------------------------------------------------


@_claim
def a10():
    """A turn to private providers would raise their share; it fell in both years of the pandemic."""
    share = {y: _national(f"private_share_accounts_20{y}") for y in (19, 20, 21, 22)}
    whole, treated = _private_shares(2019, 2020, 2021)
    rise = _national("private_cash_rise_2020")
    return round(share[19] - share[21], 1), rise, *share.values(), whole, *treated


@_claim
def a11():
    """CCGs of the last day for each board, boards that took over a single one, and those that took no more."""
    ccgs, boards = int(_open()["2022-04-01"]), _boards()
    moves = tables.load("successions")
    alone = boards.loc[boards["sub_icb_locations"] == 1, "code"]
    apart = alone.isin(moves.loc[(moves["kind"] == "split") & (moves["date"] == "2022-07-01"), "to"])
    return round(ccgs / len(boards), 2), ccgs, len(boards), len(alone), int((~apart).sum())


@_claim
def a12():
    """Recovery in Talking Therapies, merged against never merged, in points; merging is not integration.

    Beside it patients' experience of their practice after the mergers of April 2018, the one wave that has it.
    """
    from . import effects, outcomes  # slow to import, and only this claim needs them

    found = effects.difference_in_differences(outcomes.talking_therapies("recovery").panel(), times=0)
    row = found.set_index("cohort").loc["all"]
    moved, low, high = (round(row[c], 1) for c in ("estimate", "low", "high"))
    felt = effects.difference_in_differences(outcomes.patient_experience().panel(cohorts=[2018]), times=0)
    return moved, -moved, -low, high, 95, round(felt["estimate"].iloc[-1], 1)


@_claim
def b1():
    """Boards of 2022 with a million registered patients, and a million residents, which is a harder test.

    The same of the boards of 2026. Residents are those of mid-2022 for both; patients were projected for the
    boards of 2022 and counted for those of 2026.
    """
    boards, people = _boards(), tables.load("location_people")
    then, now = (people[people["geography"] == day].groupby("board") for day in ("2025-04-01", "2026-04-01"))
    assert set(then.groups) == set(boards["code"]), "the same boards as in 2022"
    sizes = (
        boards["registered_patients"],
        then["residents_2022"].sum(),
        now["patients_2026"].sum(),
        now["residents_2022"].sum(),
    )
    return *(int((size >= 1_000_000).sum()) for size in sizes), len(boards), now.ngroups


@_claim
def b7():
    """Areas of the last CCGs less those that gave or took land that day.

    A move in ``successions`` names the area that gave and the board that took; each such board has one
    area, so the taker is that one. Six new ONS codes first seen in January 2023 say the same. After them
    how many answered a survey of CCG leads and staff, and who would go on in a leading role and who not.
    """
    moves, boards = tables.load("successions"), _boards().set_index("code")
    moved = moves[(moves["kind"] == "split") & (moves["date"] == "2022-07-01")]
    assert (boards.loc[moved["to"], "sub_icb_locations"] == 1).all(), "the taker must be one area"
    gone = tables.load("locations").groupby("code")["closed"].agg(lambda days: days.notna().all())
    assert gone.index[gone].tolist() == ["D4U1Y"], "of the locations one, Frimley, was closed"
    areas = int(boards["sub_icb_locations"].sum())
    role = ("hcl_2022", "ccg_leads_and_staff", "continue_ics_leadership")
    asked = int(tables.load("survey_waves").set_index("wave").at["hcl_2022", "responses"])
    on, off = (_survey(*role, answer) for answer in ("yes", "no"))
    return areas - len(set(moved["from"])) - len(set(moved["to"])), areas, asked, on, off


@_claim
def c6():
    """Years from the first systems named to all of them, and how many came in the last five months."""
    told = tables.load("reforms").set_index("event").at["ics_42_2021", "what_changed"]
    last = int(re.search(r"last (\d+) areas", told)[1])
    return round(_years("acs_2017", "ics_42_2021"), 1), last, _body("2021-04-01", "integrated care systems")


# --- what the review of the texts added: a challenge, rules on tendering, regulators, posts ----------


@_claim
def b9():
    """Months from NHS England's paper with two ways to the end of CCGs, whole ones."""
    start, end = _event("integrating_care_2020"), _event("icb_2022")
    return ((end.year - start.year) * 12 + end.month - start.month - (end.day < start.day),)


@_claim
def b10():
    """Boards that took GPs' contracts over, which is not ownership."""
    return (len(_boards()),)


@_claim
def c10():
    """The cut in running costs ordered in 2023, in per cent; leadership teams planned in 2025, for how many boards."""
    assert _national("icb_costs_half_2025") == 50, "the correction says halve"
    cut = int(_national("icb_running_costs_cut_2025"))
    teams, boards = (int(_national("icb_leadership_teams_2025", column)) for column in ("value", "base"))
    return cut, teams, boards


@_claim
def e5():
    """Years after fundholding in which practices held no budgets; boards that buy care."""
    boards, _, now = e1()
    return round(_years("fundholding_end_1999", "pbc_2005")), boards, now


# --- the number that decides each part ------------------------------------------------------------


def _months(start: str, end: str) -> float:
    return round((_event(end) - _event(start)).days / 365.25 * 12, 1)


def _gone_to_boards() -> int:
    """Of the last CCGs, those that passed in law to a board."""
    moves = tables.load("successions")
    return int(
        moves.loc[(moves["kind"] == "abolition") & moves["to"].isin(_boards()["code"]), "from"].nunique()
    )


def _countries() -> int:
    return int(tables.load("commissioners").query("comparable == 'ccgs'")["area"].nunique())


def _smaller_waves() -> int:
    waves = merger_waves()
    return int((waves["merged"] < waves["went_on"]).sum())


def _surveyed() -> int:
    """How many CCGs the survey of the King's Fund and the Nuffield Trust asked, a word in its description."""
    asked = tables.load("survey_waves").set_index("wave").at["kfnt_2014", "asked"]
    return [words.spelt(n) in asked for n in range(10)].index(True)


def _national_bodies() -> int:
    """National bodies that took a part of public health when councils did: an agency, and NHS England for children."""
    assert _event("public_health_2013") == _event("phe_2013") == _event("nhse_2013"), "on the same day"
    return _named("phe_2013", "health protection") + _named("health_visitors_2015", "from NHS England")


def _years_from_seven_in_ten() -> int:
    """Years from the 20 percent of the survey in six CCGs to its nearest wave with seven GPs in ten engaged."""
    rows = tables.load("survey").query(
        "wave.str.startswith('kfnt') and group == 'all' and response == 'at_least_somewhat_engaged' and percent >= 70"
    )
    return int((rows["year"] - 2016).abs().min())


def _visitors_moved() -> int:
    """Events by which health visitors themselves, and not the buying of their work, passed on."""
    titles = tables.load("reforms")["title"]
    return int((titles.str.contains("ealth visit") & ~titles.str.contains("buy")).sum())


def _led_while_bought() -> int:
    """Of the steps that gave practices a say over money, those that came after buying was set apart from providing."""
    return sum(
        _event(e) >= _event("internal_market_1991") for e in ("fundholding_1991", "pbc_2005", "ccg_2013")
    )


def _named(event: str, *what: str) -> int:
    """How many of these words the account of an event has."""
    text = tables.load("reforms").set_index("event").at[event, "what_changed"]
    return sum(word in text for word in what)


def _other_professionals() -> float:
    """Share of seats of nurses, practice managers and public health on boards in 2012, in per cent."""
    seats = ("nurses", "practice_managers", "public_health")
    base = _national("board_seats_gps_2012", "base")
    return round(100 * sum(_national(f"board_seats_{who}_2012") for who in seats) / base, 1)


def _running_boards() -> int:
    rows = tables.load("commissioners").query("body == 'integrated care boards' and date == '2022-07-01'")
    return int((rows["count"] * ~rows["commissions"]).sum())


def _rulings() -> int:
    reforms = tables.load("reforms")
    return int((reforms["kind"] == "court").sum())


def _dismissals() -> int:
    reforms = tables.load("reforms")
    return int(((reforms["kind"] == "court") & reforms["title"].str.contains("dismisses")).sum())


def _models() -> int:
    """How many models NHS England offered, a word in the account of its paper."""
    text = tables.load("reforms").set_index("event").at["integrating_care_2020", "what_changed"]
    return [f"{words.spelt(n)} models" in text for n in range(10)].index(True)


def _rules_lasted() -> int:
    return (_event("procurement_again_2013") - _event("procurement_2013")).days


def _trusts_to_ccgs() -> int:
    return (_event("ccg_2013") - _event("pct_end_2013")).days


def _regulators() -> int:
    return max(_event("hsc_act_2003").year, _event("hsc_act_2008").year)


def _contracts() -> int:
    """Boards if all of them took GPs' contracts over on their first day, else none."""
    all_ = "Every board" in tables.load("reforms").set_index("event").at["gp_delegation_2022", "what_changed"]
    return len(_boards()) if all_ and _event("gp_delegation_2022") == _event("icb_2022") else 0


def _of(claim: str, at: int = 0) -> Callable[[], float]:
    """One of the numbers that a claim's function gives."""
    return lambda: _MEASURED[claim]()[at]


#: What measures each part that has a number: claim and number of the part, as in ``claim_parts``.
_PARTS: dict[str, Callable[[], float]] = {
    "A1.1": _of("A1"),
    "A2.1": _of("A2"),
    "A2.2": _gone_to_boards,
    "A2.3": lambda: _event("hc_act_2022").year,
    "A3.1": _of("A3"),
    "A3.2": _countries,
    "A4.1": _of("A4"),
    "A4.2": lambda: _open()["2020-04-01"],
    "A5.1": _of("A5"),
    "A6.1": _of("A6"),
    "A6.2": _surveyed,
    "A7.1": _of("A7"),
    "A7.2": _of("A7", 3),
    "A7.3": _years_from_seven_in_ten,
    "A8.1": _of("D4"),
    "A8.2": _of("A8"),
    "A9.1": _of("A9"),
    "A9.2": _of("A9", 5),
    "A10.1": lambda: -a10()[0],
    "A10.2": _of("A10", 5),
    "A11.1": _of("A11", 3),
    "A12.1": _of("A12"),
    "A13.1": lambda: _months("long_term_plan_2019", "covid_incident_2020"),
    "B1.1": _of("B1"),
    "B2.1": _of("B2"),
    "B3.1": _of("B3"),
    "B4.1": lambda: _event("pcg_1999").year,
    "B4.2": _of("B4"),
    "B5.1": _smaller_waves,
    "B5.2": _of("B5"),
    "B6.1": _of("B6"),
    "B6.2": _running_boards,
    "B7.1": _of("B7"),
    "B7.2": _of("B7", 3),
    "B8.1": _rulings,
    "B8.2": _dismissals,
    "B9.1": _models,
    "B9.2": lambda: _months("integrating_care_2020", "icb_2022"),
    "B10.1": _of("B10"),
    "B11.1": _rules_lasted,
    "C1.1": lambda: _event("nhse_2013").year,
    "C1.2": _trusts_to_ccgs,
    "C1.3": _of("C1"),
    "C2.1": _national_bodies,
    "C3.1": _of("C3"),
    "C3.2": _visitors_moved,
    "C3.3": lambda: _named("phe_2013", "health protection"),
    "C4.1": _of("A1"),
    "C4.2": _of("C4"),
    "C5.1": _of("C5"),
    "C6.1": _of("C6"),
    "C7.1": _of("C7"),
    "C8.1": _regulators,
    "C10.1": _of("C10"),
    "D1.1": lambda: _gp_seats(2012),
    "D1.2": _other_professionals,
    "D1.3": _of("D1"),
    "D2.1": _of("D2"),
    "D2.2": _of("D2", 1),
    "D3.1": _of("D3"),
    "D4.1": _of("D4"),
    "D4.2": _of("C6", 2),
    "D5.1": _of("D5"),
    "D6.1": lambda: _named("ccg_2013", "hospital", "mental health", "community"),
    "E1.1": lambda: _event("internal_market_1991").year,
    "E1.2": _of("E1"),
    "E2.1": _of("E2"),
    "E3.1": _of("E3", 2),
    "E4.1": lambda: _event("gp_nationalise_2022").month,
    "E4.2": lambda: _event("fuller_2022").year,
    "E5.1": _led_while_bought,
    "E5.2": _of("E1"),
    "E6.1": _contracts,
}
