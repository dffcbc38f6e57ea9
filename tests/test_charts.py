"""What the charts draw is what they are given, and they draw nothing that is not known."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from ccg import charts
from matplotlib.colors import to_hex


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


def test_hexmap_draws_one_hexagon_for_each_with_its_colour_label_and_tip(ax):
    places = pd.DataFrame({"code": ["a", "b", "c"], "column": [0, 1, 0], "row": [0, 0, 1]})
    colours = {"a": "#12436D", "b": "#BFBFBF"}
    charts.hexmap(ax, places, colours, edge={"b": "k"}, labels={"a": "A", "b": "B"}, tips={"b": "Bee"})
    a, b, c = ax.patches
    assert [to_hex(p.get_facecolor()) for p in (a, b, c)] == ["#12436d", "#bfbfbf", "#ffffff"]
    assert [to_hex(p.get_edgecolor()) for p in (a, b, c)] == ["#ffffff", "#000000", "#bfbfbf"]
    assert [p.get_gid() for p in (a, b, c)] == [None, "tip:Bee", None]
    assert [(t.get_text(), to_hex(t.get_color())) for t in ax.texts] == [("A", "#ffffff"), ("B", "#0b0c0c")]
    # they tile: a shared side, and an odd row half a hexagon to the east
    corners = [{tuple(v) for v in p.get_verts().round(6)[:6]} for p in (a, b, c)]
    assert [len(corners[0] & corners[k]) for k in (1, 2)] == [2, 2] and len(corners[1] & corners[2]) == 2
    assert c.xy == pytest.approx((0.5, 3**0.5 / 2)) and not ax.axison


def test_hexmaps_of_one_span_have_hexagons_of_one_size(ax):
    for columns in ([0, 1], [0, 9]):
        places = pd.DataFrame({"code": ["a", "b"], "column": columns, "row": [0, 0]})
        charts.hexmap(ax, places, {}, span=(12, 8))
        assert np.ptp(ax.get_xlim()) == pytest.approx(12) and np.ptp(ax.get_ylim()) == pytest.approx(8)
        assert np.mean(ax.get_xlim()) == pytest.approx(np.mean(columns))


def test_hexmap_refuses_two_dates_at_once(ax):
    places = pd.DataFrame({"code": ["a", "a"], "column": [0, 0], "row": [0, 0]})
    with pytest.raises(ValueError, match="choose one date"):
        charts.hexmap(ax, places, {})
