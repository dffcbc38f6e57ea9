"""Every claim has a verdict that follows from its parts, and its correction states no number but those of the tables."""

import re

import pandas as pd
import pytest
from ccg import claims, files, tables
from ccg.suite.rules import typed_numbers

TABLE = tables.load("claims").set_index("claim_id")
PARTS = tables.load("claim_parts")


@pytest.fixture(scope="module")
def decided():
    return claims.decided()


def test_every_claim_has_parts_and_every_part_a_claim():
    assert TABLE["document"].value_counts().sort_values().tolist() == [6, 6, 10, 11, 13]
    assert set(PARTS["claim_id"]) == set(TABLE.index)
    assert set(TABLE["verdict"]) == set(claims.VERDICTS) == set(claims.WEAKER)
    assert set(claims._PARTS) <= {f"{r.claim_id}.{r.part}" for r in PARTS.itertuples()}


def test_the_tables_hold_the_numbers_and_verdicts_that_the_rule_gives(decided):
    assert decided["value"].to_numpy() == pytest.approx(PARTS["value"].to_numpy(float), abs=1e-9, nan_ok=True)
    assert decided["verdict"].tolist() == PARTS["verdict"].tolist()
    assert decided.groupby("claim_id")["claim_verdict"].first().to_dict() == TABLE["verdict"].to_dict()


def test_what_stands_beside_a_claim_is_what_decides_its_weakest_part(decided):
    deciding = claims.deciding(decided).reindex(TABLE.index)
    for column in ("measure", "unit"):
        assert deciding[column].fillna("").tolist() == TABLE[column].fillna("").tolist()
    assert deciding["value"].to_numpy() == pytest.approx(TABLE["value"].to_numpy(float), nan_ok=True)


def test_a_part_has_limits_with_what_follows_or_none_at_all():
    limited = PARTS[["at_least", "at_most"]].notna().any(axis=1)
    for column in ("limit", "otherwise"):
        assert (PARTS[column].notna() == limited).all()
    assert PARTS.loc[limited, "value"].notna().all(), "limits are for a number"
    assert (PARTS.loc[~limited, "verdict"] == "cannot be shown").all()
    assert set(PARTS.loc[limited, "otherwise"]) <= set(claims.VERDICTS) - {"holds", "cannot be shown"}


@pytest.mark.parametrize(
    "part, moved, before, after",
    [
        ("A4.2", 134, "holds", "does not hold"),
        ("A4.1", 0, "holds with a correction", "holds"),
        ("E1.2", 0, "does not hold", "holds"),
        ("B8.2", 0, "does not hold", "holds"),
    ],
)
def test_another_number_gives_another_verdict(monkeypatch, part, moved, before, after):
    """The verdict hangs on the number: on another one it turns, and the claim with it."""
    claim, n = part.split(".")
    monkeypatch.setattr(
        claims, "_PARTS", {k: f for k, f in claims._PARTS.items() if k.startswith(f"{claim}.")}
    )

    def verdict():
        rows = claims.decided()
        return rows[(rows["claim_id"] == claim) & (rows["part"] == int(n))].iloc[0]

    assert verdict()["verdict"] == before
    monkeypatch.setitem(claims._PARTS, part, lambda: moved)
    assert verdict()["verdict"] == after and verdict()["claim_verdict"] != TABLE.at[claim, "verdict"]


def test_the_tally_moves_only_with_limits_that_are_ours(decided):
    tallies = claims.tallies(decided)
    assert (tallies.sum() == len(TABLE)).all()
    assert tallies["by_rule"].to_dict() == TABLE["verdict"].value_counts().to_dict()
    assert tallies.at["holds", "none_hold"] < tallies.at["holds", "by_rule"] < tallies.at["holds", "all_hold"]
    fixed = claims.tallies(decided.assign(limit="claim"))
    assert (fixed["all_hold"] == fixed["by_rule"]).all() and (fixed["none_hold"] == fixed["by_rule"]).all()


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


@pytest.mark.parametrize("claim", TABLE.index)
def test_a_correction_is_given_where_one_is_due_and_states_only_numbers_of_the_tables(claim):
    row = TABLE.loc[claim]
    assert pd.isna(row["correction"]) == (row["verdict"] == "holds")
    if pd.notna(row["correction"]):
        words = {"source": row["correction"].replace("aged 65 and over", "")}  # a name, not a finding
        known = {f"{float(n):g}" for n in claims.stated(claim)}
        assert {f"{float(n.replace(',', '')):g}" for n in typed_numbers(words)} <= known


@pytest.mark.parametrize("claim", TABLE.index)
def test_the_evidence_and_the_sources_exist(claim):
    assert set(TABLE.at[claim, "evidence"].split("+")) <= set(tables.names())
    ids = TABLE.at[claim, "source"].split("+")
    assert len(ids) > 1 and ids[0].startswith("ART"), "the article first, then what checks it"
    for part in PARTS.loc[PARTS["claim_id"] == claim, "source"]:
        assert set(part.split("+")) <= set(ids[1:]), "a part cites what its claim cites"
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


@pytest.mark.slow
def test_the_wave_that_gave_one_in_five_also_gave_seven_in_ten():
    rows = tables.load("survey").query("wave == 'kfnt_2016'").set_index(["group", "item", "response"])
    engaged = rows.loc[("all", "engaged_with_ccg", "at_least_somewhat_engaged")]
    influence = rows.loc[("no_formal_role", "can_influence_ccg", "agree")]
    assert (engaged["percent"], engaged["bound"], influence["percent"]) == (70, "over", 20)
    assert claims.decided().set_index(["claim_id", "part"]).at[("A7", 3), "verdict"] == "holds"


def test_contracts_of_gps_went_on_to_ccgs_after_2016():
    _, low, high, more, most, total, ccgs = claims.stated("C4")
    assert low + more <= total <= high + most and total < ccgs, "about 114 of 209: not all"
    assert claims._event("gp_delegation_2022").year > 2016, "boards held them all"
    assert TABLE.at["C4", "correction"].endswith("about 114 of 209; it went on after that.")


def test_a5_gives_what_comes_near_and_says_that_nobody_asked_it():
    rows = tables.load("survey").set_index(["wave", "group", "item", "response"]).sort_index()
    assert rows.loc[("pulse_2014", "all", "say_in_ccg_decisions", "no"), "percent"] == TABLE.at["A5", "value"]
    agreed = rows.loc[("gpwls8_2015", "all", "can_influence_ccg", "agree")]
    largest = rows.xs(("gpwls8_2015", "all"))["implied_base"].max()
    assert claims.stated("A5")[1:] == (
        round(100 - agreed["percent"]),
        round(100 - 100 * agreed["count"] / largest),
    )
    half = rows.xs(("involved_in_ccg_decisions", "not_yes"), level=["item", "response"])
    assert half[["year", "bound", "percent"]].to_numpy().tolist() == [[2014, "about", 50]]
    asked = set(rows.xs("involved_in_ccg_decisions", level="item").index.get_level_values("group"))
    assert (
        asked == {"gp_member_practices"}
        and "No survey that we found asked GPs" in TABLE.at["A5", "correction"]
    )


def test_the_faults_are_those_of_the_claims_that_need_a_correction():
    sorted_by_fault = " ".join(claims.FAULTS.values()).split()
    assert sorted(sorted_by_fault) == sorted(TABLE.index[TABLE["verdict"] == "holds with a correction"])


def test_how_many_claims_have_a_verdict_is_said_in_the_plural():
    counts = [("holds", 1), ("holds with a correction", 7), ("does not hold", 2), ("cannot be shown", 0)]
    assert claims.counted(counts) == ["1 holds", "7 hold with a correction", "2 do not hold"]


def test_d2_says_how_many_ccgs_were_far_from_target_and_on_which_side():
    money = tables.load("allocations").set_index("code")["closing_distance_from_target_percent"].dropna()
    assert claims.stated("D2")[1:] == (22, 208, 5, 23.8)
    assert (
        (money > 5).sum() == 22
        and (money < -5).sum() == 0
        and money.nlargest(2).round(1).tolist() == [23.8, 12.2]
    )


@pytest.mark.parametrize("claim", ["A9", "C1"])
def test_who_ran_ccgs_is_weighed_by_seats_and_by_majorities(claim):
    rows = tables.load("national").set_index("id")
    most, later = (rows.loc[f"boards_gp_majority_{year}"] for year in (2012, 2014))
    assert f"the majority on {most['value']:g} of {most['base']:g} boards" in TABLE.at[claim, "correction"]
    assert f"the majority on {later['value']:g} percent of these" in TABLE.at[claim, "correction"]


@pytest.mark.slow
def test_words_of_the_glossary_that_are_counts():
    words = (files.ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    kept, areas, *_ = claims.stated("B7")
    assert f"{areas - kept} of the {areas} gave or took land on 1 July 2022" in words
    points = tables.load("qof_points")
    nearly = (points["points"] / points["available"] >= 0.95).groupby(points["year"]).mean()
    low, high = (f(nearly[:"2019-20"]) for f in (min, max))
    assert f"between {low:.0%} and {high:.0%} of practices a year had 95% of the points or more" in words
    assert len(nearly["2021-22":]) == 2 and (nearly["2021-22":] - 1 / 3).abs().max() < 0.01
    assert "in 2021-22 and 2022-23 a third had" in words


def test_health_protection_did_not_pass_to_councils():
    agency = tables.load("reforms").set_index("event").at["phe_2013", "what_changed"]
    assert agency.startswith("A national agency took over health protection")
    assert "Health protection did not" in TABLE.at["C2", "correction"]


def test_two_national_bodies_took_a_part_of_public_health_in_2013(decided):
    """Public Health England, and NHS England: councils had health visiting from it, as 04 draws."""
    later = tables.load("reforms").set_index("event").loc["health_visitors_2015"]
    assert "passed from NHS England to councils" in later["what_changed"] and later["date"] == "2015-10-01"
    assert "which NHS England bought until October 2015" in TABLE.at["C2", "correction"]
    assert decided.query("claim_id == 'C2'")["value"].item() == 2


def test_a_table_of_claims_has_a_row_each_with_its_parts_their_numbers_and_limits(decided):
    lines = claims.table(decided, ["A3", "A12"]).splitlines()
    assert len(lines) == 4 and all(line.count("|") == 6 for line in lines)
    assert "● *211 in 2013* – CCGs open on 1 April 2013: **211** (holds if 211)<br>◐ *in the" in lines[2]
    assert "**−0.4 points** (decides nothing)" in lines[3], "a minus, not a hyphen"
    assert not re.search(r"\bnan\b", "\n".join(lines))


def test_each_claim_stands_once_in_the_notebook():
    text = (files.NOTEBOOKS / "00_claims.ipynb").read_text(encoding="utf-8")
    asked = [
        one
        for ids in re.findall(r"claims\.table\(parts, \[(.*?)\]\)", text)
        for one in re.findall(r"[A-E]\d+", ids)
    ]
    assert sorted(asked) == sorted(TABLE.index)
