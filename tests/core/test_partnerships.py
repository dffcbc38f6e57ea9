"""Sustainability and transformation partnerships, 2017 to 2022: a level of their own between CCGs and boards."""

from itertools import pairwise

import pandas as pd
import polars as pl
import pytest
from ccg import lineage, rebase, rebase_file, tables
from ccg.core.rebasing.request import RebaseError

DAYS = [f"{year}-04-01" for year in range(2017, 2022)]
BOARDS = "2022-07-01"
LEVEL = {"level": "partnership"}


def shares(found: pd.DataFrame) -> dict:
    return dict(zip(zip(found["from"], found["to"], strict=True), found["share"], strict=True))


def of_ccgs(day: str) -> pd.DataFrame:
    """Registered patients of each CCG in a financial year: a table as published by CCG."""
    years = tables.load("ccg_years")
    return years.loc[years["geography"] == day, ["code", "registered_patients"]]


@pytest.mark.parametrize("day, count", list(zip(DAYS, (44, 44, 42, 42, 42), strict=True)))
def test_every_ccg_of_the_day_is_in_one_of_44_partnerships_or_later_42(day, count):
    found = lineage.lookup(day, day, **LEVEL)
    assert len(lineage.bodies(day, "partnership")) == found["to"].nunique() == count
    assert set(found["from"]) == set(lineage.bodies(day)["code"])
    assert not found["from"].duplicated().any() and set(found["status"]) == {"exact"}


def test_known_members():
    cornwall, greater_manchester = "E54000036", "E54000007"
    for day in DAYS:
        found = lineage.lookup(day, day, **LEVEL).set_index("from")["to"]
        assert found[found == cornwall].index.to_list() == ["11N"]
        assert (found == greater_manchester).sum() == 10
    # Hambleton, Richmondshire and Whitby went to the Humber with the merger into North Yorkshire
    assert lineage.successors("03D", "2019-04-01", "partnership")["to"].to_list() == ["E54000049"]
    assert lineage.successors("03D", "2020-04-01", "partnership")["to"].to_list() == ["E54000051"]


@pytest.mark.parametrize("day", DAYS)
def test_which_knows_the_codes_of_a_year(day):
    fits = lineage.which(lineage.bodies(day, "partnership")["code"])
    assert fits[0].exact and fits[0].vintage.level == "partnership"
    assert pd.Timestamp(day) in [fit.vintage.start for fit in fits]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "make", [pd.DataFrame, lambda data: pl.DataFrame(data).lazy()], ids=["eager", "lazy"]
)
def test_what_a_partnership_had_before_ccgs_merged_is_set_aside_once(make):
    """Its ODS code is its ONS code, so the look-up of a column of dates had two rows for it."""
    data = {"code": ["E54000036", "E54000007"], "day": ["2018-05-01"] * 2, "n": [3, 4]}
    moved = rebase(make(data), code="code", at="day", to="2020-04-01", sums=["n"])
    unmapped = moved.unmapped if make is pd.DataFrame else moved.unmapped.collect()
    assert sorted(unmapped["n"].to_list()) == [3, 4]
    assert set(unmapped["reason"]) == {"a partnership: what its CCGs had is not known"}
    assert moved.report().totals["n"] == {"input": 7.0, "placed": 0.0, "unmapped": 7.0}


def test_codes_that_boards_took_over_are_taken_for_boards_first():
    both = set(lineage.bodies("2021-04-01", "partnership")["code"])
    boards = lineage.bodies(BOARDS)
    kept = boards.loc[boards["ons_code"].isin(both), "ons_code"].to_list()
    fits = [str(fit.vintage) for fit in lineage.which(kept)]
    assert fits[0] == "the boards of July 2022" and "the partnerships of April 2021" in fits
    frame = pd.DataFrame({"code": kept[:-1], "n": 1})
    moved = rebase(frame, code="code", at="auto", to=BOARDS, sums=["n"])
    assert len(moved.frame) == len(frame) and set(moved.frame["status"]) == {"exact"}


def test_the_ods_codes_of_boards_stay_those_of_boards():
    fits = lineage.which(lineage.bodies(BOARDS)["code"])
    assert {fit.vintage.level for fit in fits} == {"icb"}


@pytest.mark.few(2)
@pytest.mark.parametrize("start, goal", [*pairwise(DAYS), (DAYS[0], DAYS[-1])])
def test_a_partnership_on_the_way_changes_no_sum_and_little_of_where_it_goes(start, goal):
    """From CCGs by the partnerships of a day to boards is from CCGs to boards: up to what a partnership levels out."""
    frame = of_ccgs(start)
    how = {"code": "code", "sums": ["registered_patients"]}
    total = frame["registered_patients"].sum()
    planned = rebase(frame, at=start, to=start, **LEVEL, **how)
    assert planned.unmapped.empty and planned.frame["registered_patients"].sum() == total
    later = rebase(planned.frame[["code", "registered_patients"]], at=start, to=goal, **LEVEL, **how)
    straight = rebase(frame, at=start, to=goal, **LEVEL, **how)
    one, other = (m.frame.set_index("code")["registered_patients"] for m in (later, straight))
    assert one.sum() == pytest.approx(total) and set(one.index) == set(other.index)
    # their shares are of these very patients, so nothing is levelled out
    assert (one / other - 1).abs().max() < 1e-6


@pytest.mark.slow
def test_counts_by_partnership_reach_the_boards():
    """Patients of 2021-22 counted by partnership, as figures of vaccination and maternity were published."""
    frame = of_ccgs("2021-04-01")
    how = {"code": "code", "sums": ["registered_patients"], "to": BOARDS}
    planned = rebase(frame, at="2021-04-01", **{**how, "to": "2021-04-01"}, **LEVEL).frame
    found = rebase(planned[["code", "registered_patients"]], at="2021-04-01", **how).frame.set_index("code")
    straight = rebase(frame, at="2021-04-01", **how).frame.set_index("code")
    gap = found["registered_patients"] / straight["registered_patients"] - 1
    assert gap.abs().max() < 1e-6
    divided = found.index[found["status"] == "approximate"].to_list()
    # Glossop, Bassetlaw, Oundle and West Birmingham changed over on the day that the boards began
    assert divided == ["QF7", "QHL", "QJ2", "QOP", "QPM", "QT1", "QUA", "QUE"]
    assert found.loc["QT6", "status"] == "exact"


def test_bassetlaw_is_the_part_of_south_yorkshire_that_went_to_nottingham():
    found = shares(lineage.lookup("2021-04-01", BOARDS, "icb", at_level="partnership"))
    years = of_ccgs("2021-04-01").set_index("code")["registered_patients"]
    region = years[["02P", "02Q", "02X", "03L", "03N"]]
    assert found["E54000009", "QT1"] == pytest.approx(years["02Q"] / region.sum())


def test_shares_add_up_to_one_on_every_way():
    for start in DAYS:
        for goal in (*[d for d in DAYS if d >= start], BOARDS, "2023-04-01", "2026-04-01"):
            level = "partnership" if goal < BOARDS else "icb"
            found = lineage.lookup(start, goal, level, at_level="partnership")
            assert found.groupby("from")["share"].sum().sub(1).abs().max() < 1e-9
            assert set(found["from"]) == set(lineage.bodies(start, "partnership")["code"])


@pytest.mark.parametrize(
    "at, to, level, at_level, words",
    [
        ("2020-04-01", "2020-04-01", "ccg", "partnership", "E54000007 holds the CCGs 00T, 00V"),
        ("2019-04-01", "2021-04-01", "ccg", "partnership", "holds the CCGs"),
        ("2020-04-01", "2019-04-01", "partnership", "partnership", "E54000051 is made of parts of E54000005"),
        ("2020-04-01", "2019-04-01", "partnership", "ccg", "42D was made on 2020-04-01 from 03D, 03E, 03M"),
        (BOARDS, "2021-04-01", "partnership", "icb", "QT1 was made on 2022-07-01 from 02Q, 52R"),
        (
            BOARDS,
            BOARDS,
            "partnership",
            "icb",
            "no partnerships on 2022-07-01: their CCGs are known here from",
        ),
        ("2017-03-31", "2017-03-31", "partnership", "ccg", "from 2017-04-01 to 2022-06-30"),
    ],
)
def test_what_is_not_known_is_refused_in_words(at, to, level, at_level, words):
    with pytest.raises(lineage.LineageError, match=words):
        lineage.lookup(at, to, level, at_level=at_level)


@pytest.mark.slow
def test_a_partnership_beside_its_ccgs_is_not_added():
    kernow = lineage.bodies("2021-04-01").set_index("code").loc["11N", "ons_code"]
    frame = pd.DataFrame({"code": ["E54000036", kernow], "n": [5, 5]})
    words = f"E54000036 is a partnership and {kernow} is its CCG, and both have rows"
    with pytest.raises(RebaseError, match=words):
        rebase(frame, code="code", at="2021-04-01", to=BOARDS, sums=["n"])
    with pytest.raises(RebaseError, match=words):
        rebase(frame.assign(day="2021-04-01"), code="code", at="day", to=BOARDS, sums=["n"])


def test_codes_of_each_years_partnerships_find_their_place_by_their_dates():
    frame = pd.DataFrame(
        {
            "code": ["E54000049", "E54000050", "QHM"],
            "day": ["2019-10-01", "2021-10-01", "2022-10-01"],
            "n": 1.0,
        }
    )
    moved = rebase(frame, code="code", at="day", to=BOARDS, sums=["n"], by=["day"])
    assert moved.unmapped.empty
    got = moved.frame.set_index(["day", "code"])["n"]
    assert got["2021-10-01", "QHM"] == got["2022-10-01", "QHM"] == 1
    assert got["2019-10-01", "QOQ"] == pytest.approx(0.044, abs=5e-4) and got.sum() == pytest.approx(3)


def test_a_code_of_both_is_that_of_the_body_open_on_the_day():
    assert lineage.lifetime("E54000036").code == "QT6"
    assert lineage.successors("E54000036", "2026-04-01", at="2020-04-01")["from"].to_list() == ["E54000036"]
    assert lineage.successors("E54000036", "2026-04-01")["from"].to_list() == ["QT6"]
    assert lineage.name("E54000049") == "Cumbria and North East"
    with pytest.raises(lineage.LineageError, match="to 2017-02; partnership_members does not say"):
        lineage.lifetime("E54000004")


def test_explain_names_the_partnership_with_its_days():
    told = lineage.explain("11N")
    assert (
        "From 1 April 2017 to 30 June 2022 in the partnership Cornwall and the Isles of Scilly (E54000036)."
        in told
    )
    told = lineage.explain("00L")
    assert "From 1 April 2018 to" not in told  # the same partnership in 2017 and 2018 is named once
    assert "From 1 April 2019 to 31 March 2020 in the partnership Cumbria and North East (E54000049)." in told
    told = lineage.explain("E54000049", BOARDS)
    assert "Its CCGs are known from 1 April 2019 to 31 March 2020" in told
    assert "QOQ NHS Humber and North Yorkshire Integrated Care Board, 4.4% by patients (approximate)" in told


def test_another_list_is_another_geography_with_no_change_of_code():
    """A list of 1 October 2020, made up, divides the year in two, and a CCG left out of it is named."""
    members = tables.load("partnership_members")
    autumn = members[members["date"] == "2020-04-01"].assign(date=pd.Timestamp("2020-10-01"))
    kept = lambda rows: lineage.Lineage.from_tables(  # noqa: E731
        lambda name: pd.concat([members, rows]) if name == "partnership_members" else tables.load(name)
    )
    ends = [v.end for v in kept(autumn).vintages() if v.level == "partnership"]
    assert pd.Timestamp("2020-09-30") in ends and len(ends) == 6
    with pytest.raises(lineage.LineageError, match="on 2020-10-01 11N are in no partnership"):
        kept(autumn[autumn["code"] != "11N"]).vintages()


@pytest.mark.parametrize(
    "name", ["Sustainability and Transformation Partnership Code", "STP_CODE", "Integrated care system"]
)
def test_figures_of_partnerships_by_their_ods_codes_are_no_figures_of_boards(name):
    table = pd.DataFrame({name: ["QHM", "QF7"], "n": ["1", "2"]})
    with pytest.raises(ValueError, match="look like those of boards"):
        rebase_file(table, to="2022-07-01", sums=["n"])


@pytest.mark.slow
def test_a_period_before_boards_tells_of_partnerships_though_it_is_left_out():
    table = pd.DataFrame({"code": ["QHM", "QF7"], "FY": ["2018/19", "2018/19"], "n": ["1", "2"]})
    with pytest.raises(ValueError, match="'FY' has '2018/19', when there was no board"):
        rebase_file(table, to="2022-07-01", sums=["n"], drop=["FY"])
    later = table.assign(FY="2022/23")
    assert set(rebase_file(later, to="2022-07-01", sums=["n"], drop=["FY"]).frame["status"]) == {"exact"}
