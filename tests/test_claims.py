"""Every claim is decided by a number from the tables, and its correction says nothing that they do not."""

import re

import pandas as pd
import pytest
from ccg import claims, files, tables
from rules import numbers

TABLE = tables.load("claims").set_index("claim_id")


def test_all_35_claims_are_there_with_a_verdict_of_four():
    assert len(TABLE) == 35
    assert TABLE["document"].value_counts().sort_values().tolist() == [4, 5, 7, 7, 12]
    assert set(TABLE["verdict"]) == set(claims.VERDICTS)


@pytest.mark.parametrize("claim", TABLE.index)
def test_the_deciding_number_comes_from_the_tables(claim):
    found, value = claims.decide(claim), TABLE.at[claim, "value"]
    assert found[claim] == pytest.approx(value, abs=1e-9)
    assert TABLE.at[claim, "deciding"] and TABLE.at[claim, "unit"]


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
    assert waves.index[waves["merged"] > waves["went_on"]].tolist() == [2019, 2021]
    sizes = tables.load("list_sizes")
    first = sizes[sizes["quarter"] == "2013-04-01"].set_index("code")["registered_patients"]
    six = claims._mergers().query("date <= '2017-04-01'")["from"]
    assert len(six) == 6 and (first[six] < first.median()).all()


def test_a_table_of_claims_has_a_row_each_with_its_number():
    lines = claims.table(claims.decide("A3", "A12"), ["A3", "A12"]).splitlines()
    assert len(lines) == 4 and all(line.count("|") == 6 for line in lines)
    assert "**211**" in lines[2] and "**-0.4 points**" in lines[3]
    assert not re.search(r"\bnan\b", "\n".join(lines))
