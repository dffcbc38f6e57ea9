"""Look-ups to take away: every pair of dates, names and codes at both ends, every body placed whole."""

import io
from functools import cache

import pandas as pd
import pytest
from ccg import lineage, lookups, tables


def written(pair: tuple) -> pd.DataFrame:
    """The look-up of a pair of dates as read from its text."""
    return pd.read_csv(io.StringIO(lookups.to_csv(lookups.of(*pair))), dtype={"from": str, "to": str})


@pytest.fixture(scope="module", params=["some", pytest.param("every", marks=pytest.mark.slow)])
def taken(request) -> list[tuple]:
    """Pairs of dates with their look-up: some in every run, all with the slow ones."""
    pairs = list(lookups.pairs())[:: 1 if request.param == "every" else 11]
    return [(*pair, written(pair)) for pair in pairs]


def test_there_is_one_for_every_pair_of_dates_that_can_be_joined():
    every = {lookups.stem(*pair) for pair in lookups.pairs()}
    days = ["2022-07-01", "2023-04-01", "2026-04-01"]
    later = [f"{level}-{day}" for day in days for level in ("sub-icb", "icb")]
    ccgs = [f"ccg-{year}-04-01" for year in (2013, *range(2015, 2022))]
    wanted = {f"{a}-to-{b}" for i, a in enumerate(ccgs) for b in [*ccgs[i + 1 :], *later]}
    wanted |= {f"pct-2010-04-01-to-{b}" for b in [*ccgs[1:], *later]}
    wanted |= {f"{a}-to-{b}" for i, a in enumerate(later) for b in later[i + 1 :]}
    wanted -= {name for name in wanted if name.startswith("icb") and "-to-sub-icb" in name}
    planned = [f"partnership-{year}-04-01" for year in range(2017, 2022)]
    wanted |= {f"{a}-to-{b}" for a in (*ccgs, "pct-2010-04-01") for b in planned if a[-10:] <= b[-10:]}
    wanted |= {f"{a}-to-{b}" for i, a in enumerate(planned) for b in planned[i + 1 :]}
    wanted |= {f"{a}-to-icb-{day}" for a in planned for day in days}
    assert every == wanted
    assert len(every) == 28 + 48 + 13 + 15 - 3 + (3 * 5 + 15) + 5 + 10 + 15


@pytest.mark.slow
def test_every_body_of_both_dates_is_there_and_placed_whole(taken):
    for start, goal, frame in taken:
        assert list(frame) == list(lookups.COLUMNS)
        for column, one in (("from", start), ("to", goal)):
            assert set(frame[column]) == set(lineage.codes_of(one)), (start, goal, column)
        assert frame.groupby("from")["share"].sum().sub(1).abs().max() < 1e-9, (start, goal)
        assert not frame.duplicated(["from", "to"]).any()
        alone = ~frame["from"].duplicated(keep=False)
        assert (frame.loc[alone, "share"] == 1).all() and (frame.loc[~alone, "status"] == "approximate").all()


@pytest.mark.slow
def test_no_name_and_no_code_is_missing(taken):
    for start, goal, frame in taken:
        assert frame.notna().all(axis=None), (start, goal)
        assert (
            frame["from_ons"].str.fullmatch(r"E\d{8}").all()
            and frame["to_ons"].str.fullmatch(r"E\d{8}").all()
        )
        assert not frame.groupby("from")["from_ons"].nunique().gt(1).any()


def test_a_location_has_its_own_name_of_the_day_and_a_ccg_its_own():
    found = lookups.table("2021-04-01", "2023-04-01", "sub_icb").set_index("from")
    assert found.loc["70F", ["from_name", "to_name"]].tolist() == [
        "NHS West Sussex CCG",
        "NHS Sussex ICB - 70F",
    ]
    renamed = (
        lookups.table("2025-04-01", "2026-04-01", "sub_icb", at_level="sub_icb").set_index("from").loc["06K"]
    )
    assert renamed["from_name"] != renamed["to_name"] and "Central East" in renamed["to_name"]
    shares = lookups.table("2021-04-01", "2022-07-01", basis="residents").query("`from` == 'D2P2L'")["share"]
    assert shares.round(3).tolist() == [0.871, 0.129]


@pytest.fixture(scope="module")
def file():
    """A look-up by the name of its file."""
    pairs = {lookups.stem(*pair): pair for pair in lookups.pairs()}
    return cache(lambda name: written(pairs[name]))


def test_rows_are_as_many_as_bodies_and_parts(file):
    assert len(file("ccg-2013-04-01-to-ccg-2015-04-01")) == 211, "three became one, each whole"
    assert len(file("ccg-2018-04-01-to-ccg-2019-04-01")) == 195
    # land of three CCGs of the last day went to boards of their neighbours
    assert len(file("ccg-2021-04-01-to-icb-2022-07-01")) == 106 + 3
    assert len(file("sub-icb-2022-07-01-to-icb-2022-07-01")) == 106


def row(frame: pd.DataFrame, code: str) -> pd.Series:
    """Where the most of a body went."""
    return frame[frame["from"] == code].iloc[0]


def test_darlington_goes_to_tees_valley_and_to_the_north_east_and_north_cumbria(file):
    one = row(file("ccg-2018-04-01-to-ccg-2021-04-01"), "00C")
    assert (one["from_name"], one["to"], one["to_name"]) == (
        "NHS Darlington CCG",
        "16C",
        "NHS Tees Valley CCG",
    )
    assert (one["from_ons"], one["share"], one["status"]) == ("E38000042", 1, "exact")
    one = row(file("ccg-2018-04-01-to-icb-2022-07-01"), "00C")
    assert one["to"] == "QHM" and "North East and North Cumbria" in one["to_name"]
    assert row(file("ccg-2018-04-01-to-sub-icb-2022-07-01"), "00C")["to"] == "16C"


def test_a_ccg_is_named_as_it_was_on_the_day(file):
    forth = row(file("ccg-2015-04-01-to-ccg-2019-04-01"), "01K")
    assert forth["from_name"] == "NHS Lancashire North CCG" and forth["to_name"] == "NHS Morecambe Bay CCG"
    assert (forth["from_ons"], forth["to_ons"]) == ("E38000093", "E38000228")
    same = row(file("ccg-2018-04-01-to-ccg-2019-04-01"), "01K")
    assert same["from_name"] == same["to_name"] == "NHS Morecambe Bay CCG"


def test_a_trust_is_divided_among_several(file):
    frame = file("pct-2010-04-01-to-ccg-2015-04-01")
    assert frame["from"].nunique() == len(tables.load("pcts")) == 151
    assert set(frame["basis"]) == {"postcodes"} and set(frame["status"]) == {"approximate"}
    names = [lookups.stem(*pair) for pair in lookups.pairs()]
    assert not any(name.startswith("pct") and name.endswith("2013-04-01") for name in names)


def test_a_day_within_a_geography_serves_as_well():
    some = lookups.table("2018-10-15", "2022-07-01", "sub_icb")
    assert some.equals(lookups.table("2018-04-01", "2022-12-31", "sub_icb"))
    with pytest.raises(lineage.LineageError, match="no CCGs on 2023-01-01"):
        lookups.table("2018-04-01", "2023-01-01", "ccg")
