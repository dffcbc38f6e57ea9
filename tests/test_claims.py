"""Every claim has a verdict by the stated rule and a number from the tables, and its correction states no other."""

import re

import pandas as pd
import pytest
from ccg import claims, files, tables
from rules import numbers

TABLE = tables.load("claims").set_index("claim_id")


def test_all_35_claims_are_there_with_a_verdict_of_four():
    assert len(TABLE) == 35
    assert TABLE["document"].value_counts().sort_values().tolist() == [4, 5, 7, 7, 12]
    assert set(TABLE["verdict"]) == set(claims.VERDICTS) == set(claims.WEAKER)


@pytest.mark.parametrize("claim", TABLE.index[TABLE["parts"].notna()])
def test_a_claim_in_several_parts_has_the_verdict_of_its_weakest_part(claim):
    parts = claims.parts(TABLE.at[claim, "parts"])
    assert len(parts) > 1 and TABLE.at[claim, "verdict"] == claims.weakest(parts.values())


@pytest.mark.parametrize("untested", [r"no (?:table|figure|count)", r"cannot show", r"not counted"])
def test_a_correction_that_admits_a_part_no_table_tests_goes_with_that_verdict(untested):
    admits = TABLE["correction"].str.contains(untested, na=False)
    assert admits.any() and set(TABLE.loc[admits, "verdict"]) == {"cannot be shown"}


def test_weakest_of_four():
    assert claims.weakest(["holds", "holds"]) == "holds"
    assert claims.weakest(["holds with a correction", "holds"]) == "holds with a correction"
    assert claims.weakest(["cannot be shown", "holds with a correction"]) == "cannot be shown"
    assert claims.weakest(["cannot be shown", "does not hold", "holds"]) == "does not hold"
    with pytest.raises(ValueError, match="maybe"):
        claims.weakest(["holds", "maybe"])


def test_the_tally_by_the_rule():
    tally = TABLE["verdict"].value_counts().to_dict()
    assert tally == {
        "holds": 6,
        "holds with a correction": 18,
        "does not hold": 3,
        "cannot be shown": 8,
    }


@pytest.mark.parametrize("claim", TABLE.index)
def test_the_number_beside_a_claim_comes_from_the_tables(claim):
    found, value = claims.measure(claim), TABLE.at[claim, "value"]
    assert found[claim] == pytest.approx(value, abs=1e-9)
    assert TABLE.at[claim, "measure"] and TABLE.at[claim, "unit"]


@pytest.mark.parametrize("claim", TABLE.index)
def test_a_correction_is_given_where_one_is_due_and_states_only_numbers_of_the_tables(claim):
    row = TABLE.loc[claim]
    assert pd.isna(row["correction"]) == (row["verdict"] == "holds")
    if pd.notna(row["correction"]):
        words = row["correction"].replace("aged 65 and over", "")  # a name, not a finding
        known = {f"{float(n):g}" for n in claims.stated(claim)}
        assert {f"{float(n.replace(',', '')):g}" for n in numbers(words)} <= known


@pytest.mark.parametrize("claim", TABLE.index)
def test_the_evidence_and_the_sources_exist(claim):
    assert set(TABLE.at[claim, "evidence"].split("+")) <= set(tables.names())
    ids = TABLE.at[claim, "source"].split("+")
    assert len(ids) > 1 and ids[0].startswith("ART"), "the article first, then what checks it"
    assert set(ids) <= set(tables.load("sources")["id"])


def test_every_claim_has_a_notebook():
    linked = " ".join(claims.NOTEBOOKS.values()).split()
    assert sorted(linked) == sorted(TABLE.index)
    for claim, figure in TABLE["figure"].dropna().items():
        assert (files.ROOT / "figures" / f"{figure}.json").exists()
        assert claims._link(claim)[1:3] == figure[:2]


def test_the_words_of_b5_about_size():
    waves = claims.merger_waves().set_index("year")
    assert waves.index[waves["merged"] < waves["went_on"]].tolist() == [2015, 2017, 2018, 2020]
    assert waves.index[waves["merged"] > waves["went_on"]].tolist() == [2019, 2021]
    sizes = tables.load("list_sizes")
    first = sizes[sizes["quarter"] == "2013-04-01"].set_index("code")["registered_patients"]
    six = claims._mergers().query("date <= '2017-04-01'")["from"]
    assert len(six) == 6 and (first[six] < first.median()).all()


def test_the_words_of_a4_about_the_years_that_it_stood_still():
    open_ = claims._open()
    still = open_.index[open_.diff() == 0]
    assert [day.year for day in still if day < pd.Timestamp("2020-04-02")] == [2014, 2016]
    assert "in 2014 and 2016" in TABLE.at["A4", "correction"]


def test_private_shares_are_of_the_same_ccgs_in_every_year():
    """A sum over rows, one by one: no CCG counts in a year unless it has a whole usable one in all three."""
    rows = tables.load("private_provision").to_dict("records")
    whole = {
        (r["code"], r["year"]): (r["independent_sector_share_percent"], r["pathways_in_source"])
        for r in rows
        if r["usable"] and r["part_of_year"] == "whole"
    }
    every = {c for c, _ in whole if all((c, y) in whole for y in (2019, 2020, 2021))}
    count, shares = claims._private_shares(2019, 2020, 2021)
    assert count == len(every) == 72
    for year, share in zip((2019, 2020, 2021), shares, strict=True):
        pairs = [whole[c, year] for c in every]
        assert share == round(sum(p * w for p, w in pairs) / sum(w for _, w in pairs), 1)


def test_e2_finds_the_four_areas_that_are_like_the_claim():
    rows = tables.load("networks").query("year == '2021-22'").set_index("code")
    four = rows.loc[
        ["00T", "01A", "04V", "42D"]
    ]  # Bolton, East Lancashire, West Leicestershire, North Yorkshire
    assert four["practices"].between(45, 55).all() and four["networks"].between(9, 11).all()
    assert claims.stated("E2")[0] == len(four)


def test_health_visitors_themselves_did_not_move():
    right = TABLE.at["C3", "correction"]
    assert "buying of health visiting" in right and "stayed with the employers" in right


def test_a7_gives_both_ways_of_counting_the_national_sample():
    rows = tables.load("survey").query("wave == 'gpwls8_2015'").set_index(["item", "group"])
    agreed, reach = rows.loc["can_influence_ccg"], rows.loc["know_how_to_contact_ccg", "implied_base"]
    assert (reach == rows["implied_base"].groupby("group").max()).all(), "asked alike of both groups"
    over = {g: round(100 * agreed.at[g, "count"] / reach[g]) for g in ("no_formal_role", "all")}
    assert over == {"no_formal_role": 32, "all": 37}
    assert claims.stated("A7") == (20, 35, 40, 46, *over.values())


def test_contracts_of_gps_went_on_to_ccgs_after_2016():
    _, low, high, more, most, total, ccgs = claims.stated("C4")
    assert low + more <= total <= high + most and total < ccgs, "about 114 of 209: not all"
    assert claims._event("gp_delegation_2022").year > 2016, "boards held them all"
    assert TABLE.at["C4", "correction"].endswith("about 114 of 209; it went on after that.")


def test_a5_gives_the_poll_of_gps_beside_the_survey_of_practices():
    rows = tables.load("survey").query("item in ['involved_in_ccg_decisions', 'say_in_ccg_decisions']")
    rows = rows[rows["response"].isin(["not_yes", "no"])].set_index("group")
    assert set(rows["year"]) == {2014}, "both in the year that the correction gives"
    assert claims.stated("A5") == (rows.at["gp_member_practices", "percent"], rows.at["all", "percent"])


def test_health_protection_did_not_pass_to_councils():
    agency = tables.load("reforms").set_index("event").at["phe_2013", "what_changed"]
    assert agency.startswith("A national agency took over health protection")
    assert "Health protection did not" in TABLE.at["C2", "correction"]


def test_a_table_of_claims_has_a_row_each_with_its_number_and_its_parts():
    lines = claims.table(claims.measure("A3", "A12"), ["A3", "A12"]).splitlines()
    assert len(lines) == 4 and all(line.count("|") == 6 for line in lines)
    assert "**211**" in lines[2] and "**-0.4 points**" in lines[3]
    assert "◐ holds with a correction<br>● 211 in 2013<br>◐ in the United Kingdom" in lines[2]
    assert lines[3].count("?") == 2, "the question of A12 and its verdict: it has no parts"
    assert not re.search(r"\bnan\b", "\n".join(lines))
