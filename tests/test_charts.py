"""What the charts draw is what they are given, and they draw nothing that is not known."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from ccg import charts


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def series(*rows):
    return pd.DataFrame(rows, columns=["year", "percent", "bound"])


def lines(ax):
    return [list(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]


def test_no_line_crosses_a_gap_or_touches_a_bound(ax):
    data = series((2013, 30, "exact"), (2014, 35, "exact"), (2016, 20, "exact"), (2017, 25, "under"))
    charts.year_dots(ax, data, colour="k")
    assert lines(ax) == [[2013, 2014]]
    assert {t.get_text() for t in ax.texts} >= {"30%", "35%", "20%", "<25%"}


def test_bounds_are_open_dots_with_arrows_the_right_way(ax):
    charts.point(ax, 40, 0, "under", "k")
    charts.point(ax, 70, 1, "over", "k")
    charts.point(ax, 50, 2, "exact", "k")
    tips = [(a.xy[0], a.xyann[0]) for a in ax.texts]
    assert tips[0][0] < tips[0][1] and tips[1][0] > tips[1][1] and len(tips) == 2
    assert [line.get_markerfacecolor() for line in ax.lines] == ["white", "white", "k"]


def test_units_draws_one_square_for_each(ax):
    rows = pd.DataFrame({"area": ["a", "b"], "region": ["r", "r"], "sum": [2, 0], "count": [3, 4]})
    charts.units(ax, rows, label="area", filled="sum", total="count", heading="region")
    assert len(ax.patches) == 7
    assert sum(p.get_facecolor()[:3] != (1, 1, 1) for p in ax.patches) == 2
    assert "2 of 7 merged" in {t.get_text() for t in ax.texts}


def test_diverging_bars_start_from_one_line(ax):
    rows = pd.DataFrame({"No": [55, 68], "?": [9, 7], "Yes": [36, 25], "poll": ["a", "b"]})
    charts.shares(ax, rows, against="No", favour="Yes", unsure="?", label="poll")
    widths = [round(p.get_width()) for p in ax.patches]
    assert widths == [-55, 36, 9, -68, 25, 7]
    assert [p.get_x() for p in ax.patches if abs(p.get_width()) > 20] == [0, 0, 0, 0]


def test_steps_fall_from_one_to_the_last_share(ax):
    curve = pd.DataFrame({"time": [2.0, 5.0], "share": [0.9, 0.4]})
    charts.steps(ax, {"All": curve}, colours=["k"], ends=9)
    assert ax.lines[0].get_ydata()[0] == 1 and ax.lines[0].get_ydata()[-1] == 0.4
    assert ax.texts[0].get_text() == "All: 40%"
