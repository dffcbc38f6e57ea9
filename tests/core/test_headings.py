"""Headings within a table: left out where they say nothing of the figures, refused where they tell these apart."""

import io

import pandas as pd
import pytest
from ccg import cli, headings, rebase_file
from ccg.core.finding import PublishedError

DATES = {"at": "2018-04-01", "to": "2021-04-01"}


def frame(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "first",
    ["North of England,,", ",North of England,", "GREATER MANCHESTER,,", "Cheshire & Merseyside STP,,"],
)
def test_a_heading_above_its_bodies_is_left_out_and_said(first):
    table = frame(f"code,name,n\n{first}\n00C,D,1\n00K,H,2\n00M,S,3\nThe South,,\n11J,Dorset,4\n")
    moved = rebase_file(table, sums=["n"], drop=["name"], **DATES)
    assert moved.frame["n"].to_list() == [4, 6] and set(moved.frame["status"]) == {"exact"}
    called = first.replace(",", "")
    assert (
        f"left out as headings or notes within the table: {called!r} (row 1), 'The South' (row 5)"
        in moved.notes
    )
    assert moved.unmapped.empty and moved.report.balanced()


@pytest.mark.few(4)
@pytest.mark.parametrize("column", ["{},,", ",{},", ",{},-", "{},*,*"])
@pytest.mark.parametrize("words", [("Male", "Female"), ("2017/18", "2018/19"), ("Numerator", "Denominator")])
def test_headings_that_tell_rows_of_one_code_apart_are_refused(column, words):
    """Numerators and denominators of one code were added up and called exact, where the heading had no code beside it."""
    first, second = (column.format(w) for w in words)
    table = frame(f"code,name,n\n{first}\n00C,D,1\n00D,D,2\n{second}\n00C,D,10\n00D,D,20\n")
    with pytest.raises(
        PublishedError, match=rf"{words[0]}' \(row 1\) and '{words[1]}' .*00C has rows below both"
    ):
        rebase_file(table, sums=["n"], drop=["name"], **DATES)
    with pytest.raises(
        PublishedError, match=rf"^'{words[1]}' .* is a heading .*00C has rows above and below it"
    ):
        rebase_file(table.iloc[1:], sums=["n"], drop=["name"], **DATES)


@pytest.mark.slow
def test_headings_that_a_column_says_too_are_left_out():
    """Files with a column of months and a heading above each month were refused, though kept apart with --by."""
    rows = "April 2018,,\n00D,Apr-18,1\n00J,Apr-18,2\nMay 2018,,\n00D,May-18,3\n00J,May-18,4\n"
    table = frame("code,Month,n\n" + rows)
    apart = rebase_file(table, sums=["n"], by=["Month"], **DATES)
    assert apart.frame["n"].to_list() == [3, 7] and set(apart.frame["status"]) == {"exact"}
    together = rebase_file(table, sums=["n"], drop=["Month"], **DATES)
    assert together.frame["n"].to_list() == [10] and set(together.frame["status"]) == {"exact"}
    other = table.assign(Month=["", "a", "b", "", "b", "a"])  # says something else than the headings
    with pytest.raises(PublishedError, match="00D has rows below both"):
        rebase_file(other, sums=["n"], drop=["Month"], **DATES)
    one = table.iloc[[0, 1, 3, 4]]  # one figure below each says no month
    with pytest.raises(PublishedError, match="00D has rows below both"):
        rebase_file(one.assign(Month=""), sums=["n"], drop=["Month"], **DATES)
    apart = rebase_file(other, sums=["n"], by=["Month"], **DATES)
    assert apart.frame["n"].to_list() == [5, 5], "1 and 4 under a, 2 and 3 under b"


@pytest.mark.parametrize("cell", ["NHS Darlington CCG", "Darlington", "99Z", "RTR", "00 C?"])
def test_a_body_or_a_code_without_figures_is_no_heading(cell):
    table = frame(f"code,name,n\n00D,D,1\n{cell},,\n00J,J,2\n")
    assert headings.without(table, "code") == (table, []) or headings.without(table, "code")[0].equals(table)


def test_rows_below_the_last_code_and_tables_without_codes_have_no_headings():
    for text in (
        "code,n\n00C,1\nThe South,\n",
        "code,n\nEngland,1\nThe South,\nEngland,2\n",
        "code\nThe South\n00C\n",
    ):
        table = frame(text)
        assert headings.without(table, "code")[0].equals(table)


def test_which_leaves_headings_aside_whatever_they_tell_apart(tmp_path, capsys):
    path = tmp_path / "in.csv"
    path.write_text("code,n\nMale,\n00C,1\n00D,2\nFemale,\n00C,1\n00D,2\n")
    assert cli.main(["which", str(path)]) == 0
    said = capsys.readouterr().out
    assert "'Male' (line 2), 'Female' (line 5)" in said and "of no time" not in said
