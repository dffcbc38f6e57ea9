"""Each practice has one place on one date, whatever the year of its figures."""

import pandas as pd
import pytest
from ccg import lineage, practices, rebase, tables


@pytest.fixture(scope="module")
def points():
    return tables.load("qof_points")


@pytest.fixture(scope="module")
def placed():
    return practices.grouping("2021-04-01")


def test_every_practice_has_one_place_among_the_ccgs_of_the_date(points, placed):
    assert placed.index.is_unique and set(placed.index) == set(points["practice"])
    assert set(placed.dropna()) == set(lineage.bodies("2021-04-01")["code"])


def test_a_year_on_the_older_geography_adds_up_as_rebase_has_it(points, placed):
    year = points[points["year"] == "2019-20"]
    ours = year.groupby(year["practice"].map(placed))["list_size"].sum()
    theirs = rebase(
        year[["code", "list_size"]], code="code", at="2020-04-01", to="2021-04-01", sums="list_size"
    ).frame.set_index("code")["list_size"]
    assert ours.to_dict() == theirs.to_dict()


def test_a_practice_that_changed_ccg_stays_in_its_last_one(points, placed):
    """25 practices left D2P2L with their boundary in July 2022: on a date before that they are still in it."""
    codes = points.pivot(index="practice", columns="year", values="code")
    west = codes[(codes["2019-20"] == "05L") & (codes["2021-22"] == "15E")]
    assert len(west) == 25 and (placed[west.index] == "D2P2L").all()
    forward = lineage.lookup("2018-04-01", "2020-04-01").drop_duplicates("from").set_index("from")["to"]
    both = codes.dropna(subset=["2017-18", "2019-20"])
    changed = both[both["2017-18"].map(forward) != both["2019-20"]]
    assert len(changed) > 0
    last = lineage.lookup("2020-04-01", "2021-04-01").set_index("from")["to"]
    assert (placed[changed.index] == changed["2019-20"].map(last)).all()


def test_a_practice_that_closed_is_kept_with_the_successors_of_its_ccg(points, placed):
    codes = points.pivot(index="practice", columns="year", values="code")
    closed = codes[codes.drop(columns="2017-18").isna().all(axis=1)]
    assert len(closed) == 248
    after = lineage.lookup("2018-04-01", "2021-04-01").drop_duplicates("from").set_index("from")["to"]
    assert placed[closed.index].equals(closed["2017-18"].map(after).rename("code"))


def test_a_practice_first_seen_later_is_placed_unless_land_had_come_in(points, placed):
    first = points.sort_values("geography").drop_duplicates("practice")
    new = first[first["geography"] > "2021-04-01"].set_index("practice")["code"]
    assert len(new) == 17
    assert placed[placed.isna()].index.tolist() == ["Y01057"] == new[new == "15E"].index.tolist()
    rest = new[new != "15E"]
    assert (placed[rest.index] == rest).all()


def test_who_is_counted_does_not_change_with_the_year(points, placed):
    """The point of it: of practices in all five years each CCG has the same ones in every year."""
    always = points.groupby("practice")["year"].nunique().eq(5)
    kept = points[points["practice"].map(always)]
    members = kept.groupby(["year", kept["practice"].map(placed)])["practice"].agg(frozenset)
    assert members.groupby(level=1).nunique().eq(1).all()


def test_among_keeps_the_order_and_leaves_strangers_blank():
    out = practices.grouping(among=["ZZZ99", "A81001", "A81001"])
    assert out.index.tolist() == ["ZZZ99", "A81001"] and out.index.name == "practice"
    assert pd.isna(out["ZZZ99"]) and out["A81001"] == "16C"


def test_a_date_without_ccgs_is_refused():
    with pytest.raises(lineage.LineageError, match="CCGs were open from 2013-04-01"):
        practices.grouping("2012-04-01")
