"""One code in, one code out: the body's code at another date, or nothing."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from ccg import LineageError, lineage, lookup, recode

CODES = ["10G", "01H", " 00c ", "", None, "England", "13Q"]
WANTED = ["QNQ", None, "QHM", None, None, None, None]


def test_each_kind_comes_back_as_it_came():
    ask = {"at": "2014-04-01", "to": "2022-07-01"}
    assert recode(CODES, **ask) == WANTED
    series = recode(pd.Series(CODES, index=range(5, 12), name="code"), **ask)
    assert series.name == "code" and series.index.to_list() == list(range(5, 12))
    assert series.astype(object).where(series.notna(), None).to_list() == WANTED
    assert recode(pl.Series("code", CODES), **ask).to_list() == WANTED
    assert recode(pa.chunked_array([CODES]), **ask).to_pylist() == WANTED


def test_ons_codes_come_out_where_they_went_in():
    ons = lineage.bodies("2018-04-01").set_index("code")["ons_code"]
    assert recode([ons["00C"]], at="2018-04-01", to="2021-04-01") == ["E38000247"]
    assert recode([ons["00C"]], at="2018-04-01", to="2021-04-01", codes="ods") == ["16C"]
    assert recode(["00C"], at="2018-04-01", to="2021-04-01", codes="ons") == ["E38000247"]


def test_the_whole_chain():
    assert recode(["10G", "15D"], at="2018-04-01", to="2021-04-01", chain=True, unknown="missing") == [
        None, "15D > D4U1Y"
    ]  # fmt: skip
    assert recode(["10G"], at="2013-04-01", to="2022-07-01", chain=True) == ["10G > 15D > D4U1Y > QNQ"]
    assert recode(["00L"], at="2013-04-01", to="2018-04-01", chain=True) == ["00L"]


@pytest.mark.slow
def test_it_agrees_with_the_look_up_for_every_body():
    table = lookup("2013-04-01", "2022-07-01")
    whole = table[~table["from"].duplicated(keep=False)]
    codes = sorted(set(table["from"]))
    found = dict(zip(codes, recode(codes, at="2013-04-01", to="2022-07-01"), strict=True))
    assert {k: v for k, v in found.items() if v} == dict(zip(whole["from"], whole["to"], strict=True))


def test_codes_of_another_time_are_refused_or_missing():
    with pytest.raises(LineageError, match="unknown='missing' leaves such cells missing"):
        recode(["16C", "ZZ9"], at="2014-04-01", to="2021-04-01")
    assert recode(["16C", "ZZ9", "00C"], at="2014-04-01", to="2021-04-01", unknown="missing") == [
        None,
        None,
        "16C",
    ]


@pytest.mark.parametrize(
    "column, words",
    [
        ("00C", "is the text '00C'; give a list"),
        (5, "column is 5; give a series"),
        (pl.DataFrame({"code": ["00C"]}), "column is a frame"),
        (pl.LazyFrame({"code": ["00C"]}), "column is a frame"),
        (pd.DataFrame({"code": ["00C"]}), "column is a frame"),
    ],
)
def test_what_is_no_column_is_refused_in_words(column, words):
    with pytest.raises(LineageError, match=words):
        recode(column, at="2018-04-01", to="2021-04-01")


def test_a_mark_is_no_code():
    assert recode(["00C", "*", "-", ".."], at="2018-04-01", to="2021-04-01") == ["16C", None, None, None]
