"""What the charts draw is what they are given, and they draw nothing that is not known."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from ccg import charts, style
from ccg.charts import flows
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import PathPatch, Rectangle


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


def test_rows_of_one_heading_stand_together_and_apart_from_the_next(ax):
    rows = pd.DataFrame({"percent": [10, 20, 30], "label": ["a", "b", "c"], "who": ["GPs", "GPs", "staff"]})
    charts.dots(ax, rows.assign(bound="exact"), value="percent", label="label", group="who")
    first, second, third = (line.get_ydata()[0] for line in ax.lines)
    assert second - first < third - second and ax.yaxis_inverted()
    heads = {t.get_text(): t.get_position()[1] for t in ax.texts if t.get_text() in ("GPs", "staff")}
    assert heads["GPs"] < first and second < heads["staff"] < third


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


def test_a_broken_series_is_not_joined_over_its_break(ax):
    charts.broken(ax, [5, 6, 2, 3], at=2, colour="k", mended=[1, 2])
    drawn = [(list(line.get_xdata()), line.get_linestyle()) for line in ax.lines]
    assert drawn == [([0, 1], "-"), ([2, 3], "-"), ([0, 1, 2], ":"), ([0, 1], "None")]
    assert list(ax.lines[2].get_ydata()) == [1, 2, 2]


# --- alluvial: four bodies, two mergers, and a part of D that moves to the other family --------------

NAMES = {"A": "Ash", "B": "Birch", "C": "Cedar & Son", "D": "Date", "M": "Merged", "X": "Xenon", "Y": "Yew"}


def body(codes):
    return pd.DataFrame({"code": list(codes), "name": [NAMES[c] for c in codes]})


def flow(*rows):
    return pd.DataFrame(rows, columns=["from", "to", "share"])


@pytest.fixture
def tree():
    fig, ax = style.canvas(6)
    last = body("XY").assign(group=["North", "South"], label=["X", "Y"])
    steps = [
        flow(("A", "M", 1), ("B", "M", 1), ("C", "C", 1), ("D", "D", 1)),
        flow(("M", "X", 1), ("C", "Y", 1), ("D", "Y", 0.75), ("D", "X", 0.25)),
    ]
    charts.alluvial(ax, {"2013": body("ABCD"), "2020": body("MCD"), "2022": last}, steps, sides=(1, 1))
    yield ax, steps
    plt.close(fig)


def tall(patch):
    """Height of a patch where it starts and where it ends."""
    xy = patch.get_path().vertices if isinstance(patch, PathPatch) else patch.get_bbox().corners()
    ends = [xy[xy[:, 0] == x][:, 1] for x in (xy[:, 0].min(), xy[:, 0].max())]
    return [round(float(y.max() - y.min()), 6) for y in ends]


def named(ax, kind):
    return {p.get_gid().removeprefix("tip:"): p for p in ax.patches if isinstance(p, kind) and p.get_gid()}


def test_alluvial_draws_one_ribbon_for_each_pair(tree):
    ax, steps = tree
    ribbons = named(ax, PathPatch)
    pairs = [(r[1], r[2]) for step in steps for r in step.itertuples()]
    assert len(ribbons) == len(pairs) == sum(isinstance(p, PathPatch) for p in ax.patches)
    assert set(ribbons) == {f"{NAMES[a]} ({a}) → {NAMES[b]} ({b})" for a, b in pairs}


def test_alluvial_heights_conserve_counts(tree):
    ax, _ = tree
    ribbons, bars = named(ax, PathPatch), [p for p in ax.patches if isinstance(p, Rectangle) and p.get_gid()]
    unit = tall(bars[0])[0]
    by_stage = {}
    for bar in bars:
        by_stage.setdefault(bar.get_x(), []).append(tall(bar)[0] / unit)
    assert [pytest.approx(sum(b), abs=1e-4) for b in by_stage.values()] == [4, 4, 4]
    assert [round(b, 3) for b in by_stage[max(by_stage)]] == [2.25, 1.75]
    for patch in ribbons.values():
        start, end = tall(patch)
        assert start == pytest.approx(end, abs=1e-5)
    assert tall(ribbons["Date (D) → Xenon (X)"])[0] == pytest.approx(unit / 4, abs=1e-4)


def test_alluvial_tells_mergers_parts_and_the_unchanged_apart(tree):
    ax, _ = tree
    tone = {tip: p.get_facecolor()[:3] for tip, p in named(ax, PathPatch).items()}
    colour = {k: to_rgb(v["fc"]) for k, v in charts.RIBBONS.items()}
    assert tone["Ash (A) → Merged (M)"] == tone["Birch (B) → Merged (M)"] == colour["merged"]
    assert tone["Cedar & Son (C) → Cedar & Son (C)"] == tone["Merged (M) → Xenon (X)"] == colour["same"]
    assert tone["Date (D) → Xenon (X)"] == colour["part"]
    assert tone["Cedar & Son (C) → Yew (Y)"] == colour["passed"]


@pytest.mark.slow
def test_alluvial_tells_what_passed_to_the_first_boards_from_boards_that_merged(tree):
    _, steps = tree
    fig, ax = plt.subplots()
    last = body("XY").assign(group="North", label=["Xenon", "Yew"])
    charts.alluvial(
        ax, {"2013": body("ABCD"), "2022": body("MCD"), "2026": last}, steps, sides=(1, 1), boards=1
    )
    tone = {tip: p.get_facecolor()[:3] for tip, p in named(ax, PathPatch).items()}
    colour = {k: to_rgb(v["fc"]) for k, v in charts.RIBBONS.items()}
    assert tone["Ash (A) → Merged (M)"] == colour["passed"]
    assert tone["Cedar & Son (C) → Yew (Y)"] == colour["merged"]
    assert tone["Merged (M) → Xenon (X)"] == colour["merged"], (
        "it ended in a new board with a part of another"
    )
    bars = {tip: to_rgb(p.get_facecolor()) for tip, p in named(ax, Rectangle).items()}
    assert bars["Merged (M)"] == bars["Yew (Y)"] == to_rgb(style.TEAL) != bars["Ash (A)"]
    plt.close(fig)


def test_alluvial_draws_a_part_that_nobody_lives_in_as_a_hair():
    fig, ax = style.canvas(6)
    last = body("XY").assign(group="North", label=["X", "Y"])
    steps = [flow(("A", "X", 1), ("B", "Y", 1), ("B", "X", 0))]
    charts.alluvial(ax, {"2013": body("AB"), "2022": last}, steps, sides=(1, 1))
    hair = named(ax, PathPatch)["Birch (B) → Xenon (X)"]
    assert tall(hair) == [0, 0] and hair.get_linewidth() > 0
    assert hair.get_facecolor()[:3] == to_rgb(charts.RIBBONS["part"]["fc"])
    plt.close(fig)


def test_families_are_swapped_only_within_their_group():
    assert flows.untangle([0, 1, 2, 3], ["N", "N", "N", "S"], [(0, 3)]) in ([1, 2, 0, 3], [2, 1, 0, 3])
    assert flows.untangle([0, 1, 2, 3], ["N", "N", "S", "S"], []) == [0, 1, 2, 3]


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


def test_sorted_units_draws_each_thing_once_under_its_column(ax):
    frame = pd.DataFrame(
        {"who": ["one", "one", "two"], "what": ["yes", "no", "yes"], "id": ["A1", "A2", "B1"]}
    )
    looks = {"yes": ("k", "k", "-", "w"), "no": ("w", "k", "--", "k")}
    charts.sorted_units(ax, frame, row="who", column="what", text="id", looks=looks, wide={"yes": 2, "no": 1})
    squares = [p for p in ax.patches if isinstance(p, Rectangle)]
    assert len(squares) == 3 and len({(p.get_x(), p.get_y()) for p in squares}) == 3
    assert {"A1", "A2", "B1", "one", "two", "yes", "no", "2", "1"} <= {t.get_text() for t in ax.texts}


def test_labels_are_spread_no_more_than_they_need():
    assert charts.spread([1, 5, 9], 2, 0, 10).tolist() == [1, 5, 9]
    assert charts.spread([4, 5, 5], 2, 0, 10).tolist() == pytest.approx([8 / 3, 14 / 3, 20 / 3])
    assert charts.spread([9, 10, 10], 2, 0, 10).tolist() == [6, 8, 10]


def test_a_timeline_marks_each_event_in_its_year(ax):
    events = pd.DataFrame({"year": [1990, 1991], "text": ["a", "b"], "colour": ["k", "k"]})
    charts.timeline(ax, events, events.head(1), span=(1980, 2000), apart=3, at=0.5, gap=0.1)
    assert [x.get_ydata()[0] for x in ax.lines if x.get_marker() == "o"] == [1990, 1991, 1990]
    assert ax.get_ylim() == (2000, 1980) and len(ax.texts) == 3


def test_dots_of_one_time_stand_side_by_side(ax):
    acts = pd.DataFrame({"year": [1999], "text": ["act"], "colour": ["k"]})
    right = pd.DataFrame({"year": [1999] * 3, "text": list("abc"), "colour": ["b", "r", "b"]})
    charts.timeline(ax, acts, right, span=(1980, 2000), apart=1, at=0.5, gap=0.1)
    seen = {(line.get_color(), line.get_xdata()[0]) for line in ax.lines if line.get_marker() == "o"}
    assert len(seen) == len({x for _, x in seen}) == 3


def test_levels_hold_from_start_to_end_and_dotted_ones_do_not(ax):
    counts = pd.DataFrame({"start": [2000, 2002], "end": [2002, 2005], "count": [10, 4]})
    charts.levels(ax, counts, value="count", colour="k")
    charts.levels(ax, counts, value="count", colour="k", dotted=True)
    assert ax.lines[0].get_xydata().tolist() == [[2000, 10], [2002, 10], [2002, 4], [2005, 4]]
    dotted = next(line for line in ax.lines if line.get_linestyle() == ":")
    assert list(dotted.get_xdata()) == [2000, 2002]


def test_arrows_run_from_before_to_after_in_the_colour_of_their_way(ax):
    rows = pd.DataFrame({"what": ["split", "join"], "old": [90, 106], "new": [192, 42]})
    charts.arrows(ax, rows, before="old", after="new", label="what", colours=("r", "b"))
    drawn = [a for a in ax.texts if a.arrow_patch]
    assert [(a.xyann[0], a.xy[0]) for a in drawn] == [(90, 192), (106, 42)]
    assert [to_hex(a.arrow_patch.get_edgecolor()) for a in drawn] == ["#ff0000", "#0000ff"]


def test_bands_stand_in_the_row_of_their_name(ax):
    rows = pd.DataFrame(
        [("a", "x", 1, 3, "n"), ("b", "y", 2, 5, ""), ("a", "y", 3, 4, "")],
        columns=["row", "kind", "start", "end", "text"],
    )
    charts.bands(ax, rows, looks={"x": {"fc": "k", "ink": "w"}, "y": {"fc": "w"}})
    assert [(p.get_x(), p.get_width(), round(p.get_y() + 0.31)) for p in ax.patches] == [
        (1, 2, 0),
        (2, 3, 1),
        (3, 1, 0),
    ]
    assert [t.get_text() for t in ax.texts] == ["n"]


def test_piles_draw_each_body_once_at_its_value_with_the_median_and_the_ends(ax):
    ax.set_xlim(0, 10)
    rows = {"first": [1, 1, 1, 9], "second": pd.Series([-2.0, 4.0, 7.0])}
    charts.piles(ax, rows, form="{:g}", heads=("least", "middle", "most"))
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [sorted(line.get_xdata()) for line in dots] == [[1, 1, 1, 9], [-2, 4, 7]]
    heights = dots[0].get_ydata()
    assert len(set(heights.round(9))) == 3 and np.abs(heights).max() < 0.5, (
        "like values are piled up in their row"
    )
    assert [line.get_xdata()[0] for line in ax.lines if line.get_marker() != "o"] == [1, 4]
    assert [t.get_text() for t in ax.texts] == ["1", "least", "1", "middle", "9", "most", "−2", "4", "7"]


@pytest.mark.slow
def test_strip_rows_draw_each_body_once_and_the_median_of_each_row(ax):
    data = pd.DataFrame({"share": [1.0, 2.0, 9.0, 4.0, 6.0], "year": ["a", "a", "a", "b", "b"]})
    charts.strip_rows(ax, data, value="share", row="year")
    assert sum(len(c.get_offsets()) for c in ax.collections) == 5
    assert [line.get_xdata()[0] for line in ax.lines] == [2, 5]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]


@pytest.mark.slow
def test_dots_of_a_swarm_stand_alike_in_png_and_svg():
    fig, ax = style.canvas(2.6, left=1.85)
    rows = {"share": np.random.default_rng(0).normal(size=400), "year": np.repeat(list("abcd"), 100)}
    charts.strip_rows(ax, pd.DataFrame(rows), value="share", row="year")
    placed = []
    for fig.dpi in (200, 72):
        fig.draw_without_rendering()
        placed.append(np.concatenate([dots.get_offsets().data for dots in ax.collections]))
    assert np.allclose(*placed)


def test_chances_draw_every_p_at_its_row_and_write_its_effect(ax):
    p = pd.DataFrame({"across all": [0.3, 0.008], "within parts": [0.02, 0.0005]}, index=["Halves", "Trend"])
    effect = pd.DataFrame({"across all": ["72%", "×0.7"], "within parts": ["75%", "×0.6"]}, index=p.index)
    charts.chances(ax, {"By cut": ["Halves"], "As a whole": ["Trend"]}, p, effect)
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    drawn = {(d.get_xdata()[0], d.get_ydata()[0], d.get_markerfacecolor() == "white") for d in dots}
    assert drawn == {(0.3, 1, True), (0.02, 1, False), (0.008, 3, True), (0.0005, 3, False)}
    at = {t.get_text(): t.get_position()[1] for t in ax.texts}
    assert at["Halves"] == at["72%"] == at["75%"] == 1 and at["Trend"] == at["×0.6"] == 3
    assert at["By cut"] == 0 and at["As a whole"] == 2
    dashed = next(line for line in ax.lines if line.get_linestyle() == "--")
    assert set(dashed.get_xdata()) == {0.05} and "dashed line: one time in twenty" in ax.get_xlabel()


def test_borders_lie_between_groups_and_nowhere_else(ax):
    places = pd.DataFrame({"code": list("abcd"), "column": [0, 1, 2, 0], "row": [0, 0, 0, 4]})
    charts.borders(ax, places, {"a": "north", "b": "north", "c": "south", "d": "south"})
    (line,) = ax.collections[0].get_segments()  # a and d are of two groups too, and do not touch
    assert line[:, 0] == pytest.approx([1.5, 1.5]) and abs(line[0, 1] - line[1, 1]) == pytest.approx(3**-0.5)
