"""What a slip of one sign in the package would change, and a reader would notice."""

import itertools

import ccg
import pandas as pd
import polars as pl
import pytest
from ccg import lineage, words
from ccg.core.rebasing import report


@pytest.fixture
def file(tmp_path):
    def make(text: str):
        (tmp_path / "in.csv").write_text(text, encoding="utf-8")
        return tmp_path / "in.csv"

    return make


@pytest.mark.parametrize("code", ["nE38000042", "00C00"])
def test_the_header_is_the_line_above_codes_as_fingertips_and_prescribing_data_write_them(code, file):
    frame = ccg.read(file(f"Referrals,NHS Digital,\ncode,name,n\n{code},Darlington,5\n"))
    assert list(frame) == ["code", "name", "n"] and frame["n"].tolist() == ["5"]


def test_rows_below_a_blank_corner_are_not_names(file):
    with pytest.raises(ccg.ReadError, match="the first line should name the columns and reads as data"):
        ccg.read(file(",00C,Darlington,North\n,00D,Durham,North\n"))


def test_a_row_at_the_end_whose_last_cell_is_blank_is_kept(file):
    frame = ccg.read(file("code,n,m\n00C,5,1\n00D,7,\n"))
    assert frame["code"].tolist() == ["00C", "00D"] and frame["n"].tolist() == ["5", "7"]


def test_codes_and_bodies_follow_each_other_day_by_day():
    """An older ONS code ends the day before the newer begins, and trusts the day before CCGs."""
    lives = lineage.default()
    of: dict[str, list] = {}
    for code, first, last in lives.ons_periods().values():
        of.setdefault(code, []).append((first, last))
    several = {code: sorted(days) for code, days in of.items() if len(days) > 1}
    assert {"01H", "02M", "01K"} <= set(several)  # the areas of these changed, and their ODS codes did not
    for code, days in several.items():
        for (_, ends), (begins, _) in itertools.pairwise(days):
            assert ends + pd.Timedelta(days=1) == begins, code
    assert set(lives.bodies("2013-03-31", "pct")["closed"]) == {pd.Timestamp("2013-03-31")}


def test_nothing_is_written_as_less_than_nothing():
    assert [report.number(x) for x in (-0.001, 0.0, -1, 2.5)] == ["0", "0", "-1", "2.50"]


def test_dates_may_be_categories():
    """A category is read as the text that it stands for, with the same result."""
    days = ["2013-04-01", "2016-04-01"]
    frame = pd.DataFrame({"code": ["00C", "00D"], "day": days, "n": [5, 7]})
    asked = {"code": "code", "at": "day", "to": "2021-04-01", "sums": ["n"]}
    plain = ccg.rebase(frame, **asked)
    for coded in (
        frame.astype({"day": "category"}),
        pl.from_pandas(frame).with_columns(pl.col("day").cast(pl.Categorical)),
    ):
        assert list(ccg.rebase(coded, **asked).frame["n"]) == list(plain.frame["n"]) == [5, 7]


def test_a_location_has_its_old_name_to_its_last_day():
    renamed = ccg.tables.load("locations").query("closed == closed and code != 'D4U1Y'").iloc[0]
    after = ccg.tables.load("locations").query("code == @renamed.code and opened > @renamed.closed").iloc[0]
    lives = lineage.default()
    assert lives.name(renamed["code"], renamed["closed"]) == renamed["name"] != after["name"]
    assert lives.name(renamed["code"], after["opened"]) == after["name"]


def test_the_hundred_and_eleventh_is_no_hundred_and_elevenst():
    assert [words.ordinal(n) for n in (101, 111, 112, 113, 121)] == [
        "101st",
        "111th",
        "112th",
        "113th",
        "121st",
    ]


def test_rows_dated_in_the_years_of_trusts_are_placed():
    """The first day known is the day of trusts: rows dated then are of trusts, and their numbers all arrive."""
    frame = pd.DataFrame({"code": ["5A3", "5A4", "5A5"], "day": ["2012-10-01"] * 3, "n": [1, 2, 4]})
    moved = ccg.rebase(frame, code="code", at="day", to="2015-04-01", sums=["n"])
    assert moved.frame["n"].sum() == 7 and not len(moved.unmapped)


def test_a_search_tells_the_last_day_of_a_ccg_whose_code_goes_on():
    found = lineage.default().search("00L").iloc[0]
    assert (found["level"], str(found["closed"].date())) == ("ccg", "2022-06-30")


def test_a_weight_of_none_weighs_nothing_and_is_not_refused():
    """Zero is a weight: only one below zero is told of, in a lazy frame by the report."""
    frame = pl.DataFrame({"code": ["00D", "00J"], "rate": [0.5, 0.7], "w": [0, 4]}).lazy()
    moved = ccg.rebase(frame, code="code", at="2013-04-01", to="2020-04-01", means={"rate": "w"})
    assert "below zero" not in str(moved.report())
    assert moved.frame.collect()["rate"].to_list() == [0.7]
