"""Dates and periods as published: one meaning, or refused."""

import pandas as pd
import pytest
from ccg import periods

ONE = {
    "2018-03-31": "2018-03-31", "2018-03-31 00:00:00": "2018-03-31", "2018/03/31": "2018-03-31", "20180331": "2018-03-31",
    "MAR2018": "2018-03-01", "Mar-18": "2018-03-01", "March 2018": "2018-03-01", "201803": "2018-03-01",
    "2018_03": "2018-03-01", "2018-03": "2018-03-01", "03/2018": "2018-03-01", "2018M03": "2018-03-01", "Sept-18": "2018-09-01",
    "2017/18": "2017-04-01", "2017-18": "2017-04-01", "2017/2018": "2017-04-01", "FY17/18": "2017-04-01", "17/18": "2017-04-01",
    "1718": "2017-04-01", "201718": "2017-04-01", "2017–18": "2017-04-01", "Q1 2018/19": "2018-04-01", "2018/19 Q4": "2019-01-01",
    "31/03/2018": "2018-03-31", "31-Mar-18": "2018-03-31", "31st March 2018": "2018-03-31", "03/31/2018": "2018-03-31",
    "2017/18 (provisional)": "2017-04-01", "2017/18*": "2017-04-01", "01/01/2018": "2018-01-01",
    "2018-W14": "2018-04-02", "2018W01": "2018-01-01", "2020-W53": "2020-12-28",
}  # fmt: skip


@pytest.mark.parametrize("cell, day", ONE.items())
def test_a_form_that_means_one_thing(cell, day):
    assert str(periods.days([cell, "", None])[cell].date()) == day


def test_no_cells_have_no_order():
    assert periods.in_turn([]) == periods.in_turn(["", " "]) == []


def test_numbers_dates_and_periods_of_pandas():
    cells = [201803, 201804.0, pd.Timestamp("2018-05-06 10:00"), pd.Period("2018Q2"), pd.Period("2018-07")]
    wanted = ["2018-03-01", "2018-04-01", "2018-05-06", "2018-04-01", "2018-07-01"]
    assert [str(day.date()) for day in periods.days(cells).values()] == wanted


@pytest.mark.parametrize(
    "cell, words",
    [
        ("01/04/2018", "may be 2018-04-01 (day first) or 2018-01-04 (month first)"),
        ("2018", "may be a calendar year or a financial year"),
        ("2021", "may be 2020-04-01 (financial year) or 2021-01-01 (year)"),
        ("201112", "may be 2011-12-01 (month) or 2011-04-01 (financial year)"),
        ("Q1 2018", "may be 2018-01-01 (calendar quarter) or 2018-04-01 (quarter of the financial year)"),
        ("spring", "no date known here"),
        ("2017-19", "no date known here"),
        ("2018-W53", "no date known here"),
        ("31/02/2018", "no date known here"),
    ],
)
def test_a_form_that_means_two_or_none_is_refused(cell, words):
    with pytest.raises(periods.PeriodError) as error:
        periods.days([cell])
    assert words in str(error.value) and repr(cell) in str(error.value)


@pytest.mark.parametrize(
    "cells, wanted",
    [
        (["01/04/2018", "30/04/2018"], ["2018-04-01", "2018-04-30"]),
        (["01/04/2018", "04/30/2018"], ["2018-01-04", "2018-04-30"]),
        (["1920", "2021"], ["2019-04-01", "2020-04-01"]),
        (["201112", "201213"], ["2011-04-01", "2012-04-01"]),
        (["201112", "201101"], ["2011-12-01", "2011-01-01"]),
    ],
)
def test_another_cell_of_the_column_settles_it(cells, wanted):
    assert [str(day.date()) for day in periods.days(cells).values()] == wanted


def test_two_orders_in_one_column_stay_refused():
    with pytest.raises(periods.PeriodError, match="may be"):
        periods.days(["30/04/2018", "04/30/2018", "01/04/2018"])


@pytest.mark.parametrize(
    "cells",
    [
        ("Apr 2017 to Mar 2018", "Jul 2017 to Jun 2018"), ("12 months to March 2018", "12 months to June 2018"),
        ("2013-15", "2014-16"), ("2013 - 15", "2014 - 16"), ("2015/16 - 2017/18", "2016/17 - 2018/19"),
        ("2018/19", "2018/19 Q1"), ("2018/19", "Q1"), ("2018/19", "April"), ("2018/19", "Apr-18"), ("Q1", "April"),
        ("Jan to Mar 2018", "Jan to Jun 2018"), ("year ending Mar-18", "year ending Jun-18"), ("Apr-18", "April 2018"),
        ("Apr-Jun 2018", "Apr-Sep 2018"), ("Q1-Q2 2018/19", "Q1 2018/19"), ("2013/14-2015/16", "2014/15-2016/17"),
        ("01/04/2018 - 30/06/2018", "01/04/2018 - 30/09/2018"), ("04/01/2018 - 06/30/2018", "04/01/2018 - 09/30/2018"),
        ("H1 2018/19", "2018/19"), ("3 months to June 2018", "6 months to September 2018"), ("MAT Jun-18", "MAT Sep-18"),
        ("Rolling year Jul 17 - Jun 18", "Rolling year Oct 17 - Sep 18"), ("Jun-18 (cumulative)", "Sep-18 (cumulative)"),
        ("2018-Q1", "2018-04"), ("Q1 2018/19", "Apr-Jun 2018"), ("2018-04-01", "01/04/2018"), ("April to June", "April to September"),
        ("2018-04-01/2018-06-30", "2018-04-01/2018-09-30"), ("Quarter 1", "Apr-18"), ("Q1 to Q2", "Q1 to Q3"),
    ],
)  # fmt: skip
def test_periods_that_have_days_in_common(cells):
    assert set(periods.overlap(cells)) == set(periods.overlap(cells[::-1])) == set(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ("Apr-18", "May-18"), ("2017/18", "2018/19"), ("2012-13", "2011-12"), ("Q1", "Q2"), ("2018", "2019"), ("2018", "2018 Q1"),
        ("31/03/2018", "30/04/2018", "01/04/2018"), ("2013-15", "2016-18"), ("Q1 2018/19", "Q2 2018/19"), ("x", ""),
        ("year to Mar-18", "year to Mar-19"), ("Jan to Mar 2018", "Apr to Jun 2018"), ("12 months", "Total"),
        ("Apr-Jun 2018", "Jul-Sep 2018"), ("Q1-Q2 2018/19", "Q3-Q4 2018/19"), ("2013/14-2015/16", "2016/17-2018/19"),
        ("01/04/2018 - 30/06/2018", "01/07/2018 - 30/09/2018"), ("H1 2018/19", "H2 2018/19"), ("2018-04-01", "02/04/2018"),
        ("3 months to June 2018", "3 months to September 2018"), ("Jun-18 (cumulative)", "Jun-19 (cumulative)"),
        ("2018-Q1", "2018-Q2"), ("Jan-Mar", "Apr-Jun", "Jul-Sep", "Oct-Dec"), ("Dec-17 - Feb-18", "Mar-18 - May-18"),
        ("Dec-Feb 2018", "Mar-May 2018"), ("April", "May"),
    ],
)  # fmt: skip
def test_periods_that_have_none_or_are_not_known_to(cells):
    assert periods.overlap(cells) is None


def test_the_name_of_a_column_may_say_that_each_month_ends_a_year():
    assert periods.overlap(["Mar-18", "Jun-18"], "Year to") == ("Mar-18", "Jun-18")
    assert periods.overlap(["Mar-18", "Jun-18"], "12 months ending") == ("Mar-18", "Jun-18")
    assert periods.overlap(["Mar-18", "Jun-18"], "Year") is None


def test_a_month_in_none_of_the_quarters_has_no_days_in_common_with_them():
    """October is in the fourth quarter of its year or the third of the financial year."""
    assert periods.overlap(["Q1", "Q2", "Oct-18"]) is None
    assert periods.overlap(["Q1", "Q3", "Oct-18"]) == ("Q3", "Oct-18")
    assert periods.overlap(["Q1", "Q2", "May-18"]) is not None
