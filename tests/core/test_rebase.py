"""Re-basing loses nothing, says what it could not place, and gives every engine's user the same answer."""

import datetime as dt
import io
import re
import warnings
from functools import cache

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from ccg import LineageError, RebaseError, cli, lineage, rebase, tables
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import forward, worlds

APRILS = [f"{year}-04-01" for year in range(2013, 2023)]


def some(every: list, *few) -> list:
    """Of parameters that each say the same a few, and with the slow tests all."""
    return [pytest.param(one, marks=[] if one in few else [pytest.mark.slow]) for one in every]


COUNTS = ["referrals", "finished", "at_caseness", "recovery", "improvement", "reliable_recovery",
          "within_6_weeks", "within_18_weeks"]  # fmt: skip


@pytest.fixture(autouse=True)
def quiet():
    """A warning in normal use is a fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def frame(codes, n=None, **more) -> pd.DataFrame:
    return pd.DataFrame({"code": codes, "n": range(1, len(codes) + 1) if n is None else n, **more})


def move(data, to="2018-04-01", at="2016-04-01", **more):
    return rebase(data, **({"code": "code", "at": at, "to": to, "sums": ["n"]} | more))


def counted(result) -> dict:
    return dict(zip(result.frame["code"], result.frame["n"], strict=True))


def reasons(result) -> dict:
    return dict(zip(result.unmapped["code"], result.unmapped["reason"], strict=True))


def plain(native) -> pd.DataFrame:
    """Any frame as pandas with plain types, in one order, so that two can be compared."""
    if isinstance(native, pl.LazyFrame):
        native = native.collect()
    if isinstance(native, duckdb.DuckDBPyRelation):
        native = native.to_arrow_table()
    if isinstance(native, (pl.DataFrame, pa.Table)):
        native = native.to_pandas()
    columns = {}
    for name in native:
        column = native[name]
        gone = column.isna().to_numpy()
        if pd.api.types.is_numeric_dtype(column) or gone.all():
            columns[name] = column.to_numpy("float64", na_value=np.nan)
        else:
            columns[name] = ["" if no else str(x) for x, no in zip(column.to_list(), gone, strict=True)]
    out = pd.DataFrame(columns, index=range(len(native)))
    keys = [c for c in out if out[c].dtype == object or str(out[c].dtype) == "str"]
    return out.sort_values(keys or list(out)).reset_index(drop=True)


def same(one, other) -> None:
    pd.testing.assert_frame_equal(plain(one), plain(other), check_dtype=False, rtol=1e-9, atol=1e-9)


# --- the published figures ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def therapies():
    table = tables.load("talking_therapies")
    return table[["year", "code", "geography", *COUNTS]]


@pytest.fixture(scope="module")
def moved_therapies(therapies):
    local = therapies[therapies["code"] != "ENGLAND"]
    return rebase(local, code="code", at="geography", to="2021-04-01", sums=COUNTS, by=["year"])


@pytest.mark.slow
def test_talking_therapies_reach_the_106_ccgs_of_2021_in_every_year(moved_therapies):
    wanted = set(lineage.bodies("2021-04-01")["code"])
    assert len(wanted) == 106
    years = moved_therapies.frame.groupby("year")["code"].agg(list)
    assert list(years.index) == ["2017-18", "2018-19", "2019-20", "2020-21", "2021-22"]
    for codes in years:
        assert len(codes) == 106 and set(codes) == wanted


def test_talking_therapies_lose_nothing_to_the_last_digit(therapies, moved_therapies):
    local = therapies[therapies["code"] != "ENGLAND"]
    placed, left = moved_therapies.frame, moved_therapies.unmapped
    for year, rows in local.groupby("year"):
        for name in COUNTS:
            total = (
                placed.loc[placed["year"] == year, name].sum() + left.loc[left["year"] == year, name].sum()
            )
            # shares are fractions: their sum comes back to the whole number within a millionth of one
            assert abs(total - rows[name].sum()) < 1e-6, (year, name)
    assert moved_therapies.report().balanced()


@pytest.mark.slow
def test_talking_therapies_equal_england_as_published_within_the_rounding(therapies, moved_therapies):
    england = therapies[therapies["code"] == "ENGLAND"].set_index("year")
    local = therapies[therapies["code"] != "ENGLAND"]
    placed, left = moved_therapies.frame, moved_therapies.unmapped
    for year in england.index:
        for name in COUNTS:
            cells = local.loc[local["year"] == year, name]
            # each cell printed is rounded to 5, so at most 2.5 off; a blank one hides fewer than 5
            allowed = 2.5 * cells.notna().sum() + 5 * cells.isna().sum()
            total = (
                placed.loc[placed["year"] == year, name].sum() + left.loc[left["year"] == year, name].sum()
            )
            assert abs(total - england.at[year, name]) <= allowed, (year, name)


def test_hubs_and_unknown_come_back_with_their_reason(therapies, moved_therapies):
    local = tables.load("talking_therapies").query("body in ['hub', 'unknown']")
    found = moved_therapies.unmapped.groupby("reason")["code"].agg(set)
    assert set(found.index) == {"a commissioning hub, not a CCG", "commissioner not known"}
    assert found["commissioner not known"] == {"UNKNOWN"}
    assert found["a commissioning hub, not a CCG"] == set(local.loc[local["body"] == "hub", "code"])
    assert len(moved_therapies.unmapped) == len(local)


def test_england_left_in_is_a_total_and_not_placed(therapies, moved_therapies):
    result = rebase(therapies, code="code", at="geography", to="2021-04-01", sums=COUNTS, by=["year"])
    totals = result.unmapped[result.unmapped["code"] == "ENGLAND"]
    assert len(totals) == 5 and set(totals["reason"]) == {"a total for England"}
    same(result.frame, moved_therapies.frame)
    assert ("ENGLAND", "a total for England") in result.report().unmapped


@pytest.mark.parametrize("to", some(APRILS, "2013-04-01", "2018-04-01", "2022-04-01"))
def test_list_sizes_of_2013_keep_the_total_of_england(to):
    sizes = tables.load("list_sizes")
    sizes = sizes.loc[sizes["quarter"] == "2013-04-01", ["code", "registered_patients"]]
    result = rebase(sizes, code="code", at="2013-04-01", to=to, sums=["registered_patients"])
    assert set(result.frame["code"]) == set(lineage.bodies(to)["code"])
    assert result.frame["registered_patients"].sum() == pytest.approx(56_002_534, abs=1e-6)
    assert len(result.unmapped) == 0
    assert result.report().totals["registered_patients"]["input"] == 56_002_534


def test_known_mergers_add_up():
    # Newcastle Gateshead of April 2015 from Gateshead, Newcastle North and East, and Newcastle West
    assert counted(move(frame(["00F", "00G", "00H"], [5, 6, 7]), at="2013-04-01", to="2015-04-01")) == {
        "13T": 18
    }
    # Bracknell and Ascot went by East Berkshire (2018) to Frimley (2021)
    assert counted(move(frame(["10G"], [9]), to="2021-04-01")) == {"D4U1Y": 9}


# --- what must always hold ------------------------------------------------------------------------


def every(at, level=None, **more) -> pd.DataFrame:
    codes = lineage.bodies(at, level)["code"]
    return frame(codes, [7 * i + 3 for i in range(len(codes))], **more)


@pytest.mark.parametrize("at", some([*APRILS, "2022-07-01"], "2013-04-01", "2018-04-01", "2022-07-01"))
def test_the_same_date_changes_nothing(at):
    data = every(at)
    result = move(data, at=at, to=at)
    assert counted(result) == dict(zip(data["code"], data["n"], strict=True))
    assert set(result.frame["status"]) == {"exact"} and result.frame["n"].dtype == "int64"
    assert result.report().balanced() and str(result.report()).endswith("Every row is exact.")


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "middle", some(["2015-04-01", "2017-04-01", "2018-04-01", "2020-04-01"], "2015-04-01", "2018-04-01")
)
def test_a_stop_on_the_way_changes_nothing_where_no_land_left(middle):
    # from the lookups: bodies whose trail is exact to the middle, to the end, and on from the middle
    end, here = "2021-04-01", lineage.lookup("2013-04-01", middle)
    direct, on = lineage.lookup("2013-04-01", end), lineage.lookup(middle, end)
    mixed = set(on.loc[on["status"] != "exact", "from"])
    here = here[(here["status"] == "exact") & ~here["to"].isin(mixed)]
    whole = set(here["from"]) & set(direct.loc[direct["status"] == "exact", "from"])
    data = every("2013-04-01")
    data = data[data["code"].isin(whole)]
    assert len(data) > 150
    first = move(data, at="2013-04-01", to=middle).frame[["code", "n"]]
    two = move(first, at=middle, to=end)
    one = move(data, at="2013-04-01", to=end)
    assert counted(two) == counted(one)
    # nothing is approximate; a body that lacks the parts left aside here is incomplete
    lacking = set(direct.loc[~direct["from"].isin(whole), "to"])
    for code, status in zip(one.frame["code"], one.frame["status"], strict=True):
        assert status == ("incomplete" if code in lacking else "exact")


def test_land_that_moved_twice_is_followed_not_divided_twice():
    # Fernhurst went 09N -> 09G (2016) -> 92A (2020), where the rest of 09N went too: all of 09N is in 92A
    direct = move(frame(["09N", "09L", "09Y", "99H"], [1000, 0, 0, 0]), at="2015-04-01", to="2020-04-01")
    assert direct.frame.values.tolist() == [["92A", 1000, "exact", 0, 0]]


@pytest.mark.slow
def test_the_direct_trail_wins_over_a_chain_of_shares():
    # South Cumbria joined 01K in 2017; the Garstang area that left 01K in 2018 is in Lancashire
    data = frame(["01H"], [1000])
    direct = move(data, at="2016-04-01", to="2018-04-01")
    assert set(counted(direct)) == {"01H", "01K"} and direct.report().approximate == ["01H", "01K"]
    assert direct.frame["status"].tolist() == ["approximate", "incomplete"], "01K has land of its own as well"
    middle = move(data, at="2016-04-01", to="2017-04-01").frame[["code", "n"]]
    chained = move(middle, at="2017-04-01", to="2018-04-01")
    assert "02M" in counted(chained), "with a stop on the way 01H would reach a body that its land never did"
    assert sum(counted(direct).values()) == pytest.approx(1000) == sum(counted(chained).values())


def test_where_land_left_rows_are_approximate_and_shares_are_used():
    result = move(frame(["01H", "00C", "01K"], [1000, 10, 0]), at="2016-04-01", to="2017-04-01")
    status = dict(zip(result.frame["code"], result.frame["status"], strict=True))
    assert status == {"00C": "exact", "01H": "approximate", "01K": "approximate"}
    # about 38% of Cumbria's patients are in its south (practice file), not the 27% of its area
    assert counted(result)["01K"] == pytest.approx(380, abs=10)
    assert result.report().approximate == ["01H", "01K"]
    assert "Approximate, because land or practices moved: 01H (62%), 01K (100%)" in str(result.report())


def test_divided_says_how_much_of_a_row_a_share_decided():
    codes = ["D2P2L", "15E", "06H", "78H", "00L"]
    data = frame(codes, [1000, 1000, 1000, 1000, 1000], rate=0.5, w=[100, 900, 100, 900, 100])
    result = move(data, at="2021-04-01", to="2022-07-01", means={"rate": "w"})
    found = result.frame.set_index("code")
    part = lineage.successors("D2P2L", "2022-07-01").set_index("to")["share"]
    # West Birmingham's patients, against all that the body now has
    assert found.at["QHL", "divided"] == pytest.approx(part["QHL"] / (1 + part["QHL"]), abs=1e-6)
    assert found.at["QUA", "divided"] == pytest.approx(part["QHL"] / part["QUA"], abs=1e-6)
    assert found.at["QPM", "divided"] < 0.012 and found.at["QUE", "divided"] < 0.012, "a village is no town"
    assert found.at["QHM", "divided"] == 0
    said = str(result.report())
    assert "QHL (13%), QPM (1.1%), QUA (18%), QUE (1.1%); in brackets" in said


def test_no_share_no_basis():
    report = move(every("2018-04-01"), at="2018-04-01", to="2019-04-01").report()
    assert report.differ == {} and "Shares are of" not in str(report)


def test_divided_is_nothing_where_nobody_lived_on_the_land_that_left():
    result = move(frame(["92A"]), at="2022-07-01", to="2023-04-01", level="sub_icb")
    assert result.frame[["code", "status", "divided"]].values.tolist() == [["92A", "approximate", 0.0]]


def test_whole_numbers_stay_whole_where_all_is_exact():
    exact = move(frame(["00F", "00G", "00H"]), at="2013-04-01", to="2015-04-01")
    assert exact.frame["n"].dtype == "int64"
    dated = frame(["00F", "00G"], [1, 2], day=pd.to_datetime(["2013-04-01", "2014-04-01"]))
    assert move(dated, at="day", to="2015-04-01").frame["n"].dtype == "int64"
    assert move(frame(["01H"]), to="2017-04-01").frame["n"].dtype == "float64"
    assert move(frame(["00C"], ["12"])).frame["n"].tolist() == [12]


def test_weighted_means_weigh_and_stay_within_their_parts():
    data = frame(["00F", "00G", "00H"], [100, 300, 0], rate=[0.2, 0.6, 0.9])
    result = move(data, at="2013-04-01", to="2015-04-01", means={"rate": "n"})
    assert result.frame["rate"].tolist() == pytest.approx([0.5]) and result.frame["n"].tolist() == [400]
    report = result.report()
    assert report.totals["n of rate"] == {"input": 400.0, "placed": 400.0, "unmapped": 0.0}


def test_a_mean_without_weight_is_missing_not_zero():
    data = frame(["00F", "00C"], [0, None], rate=[0.2, 0.6])
    result = move(data, at="2013-04-01", to="2015-04-01", means={"rate": "n"})
    assert result.frame["rate"].isna().all() and result.frame["n"].tolist()[1] == 0
    assert result.frame["missing"].tolist() == [2, 0]


@pytest.mark.slow
def test_the_order_of_rows_does_not_matter():
    data = every("2016-04-01", month=["a", "b", "c"] * 69 + ["a", "b"])
    shuffled = data.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(move(data, by=["month"]).frame, move(shuffled, by=["month"]).frame)


@pytest.mark.slow
def test_keys_are_kept_apart():
    data = frame(["00F", "00G", "00F"], [1, 2, 4], month=["May", "May", "June"], kind=["x", "x", "y"])
    result = move(data, at="2013-04-01", to="2015-04-01", by=["month", "kind"])
    assert list(result.frame.columns) == ["month", "kind", "code", "n", "status", "divided", "missing"]
    assert result.frame.iloc[:, :4].values.tolist() == [["June", "y", "13T", 4], ["May", "x", "13T", 3]]
    twice = move(data, at="2013-04-01", to="2015-04-01", by=["month", "kind", "month"], sums=["n", "n"])
    pd.testing.assert_frame_equal(twice.frame, result.frame)
    alone = move(data.drop(columns="kind"), at="2013-04-01", to="2015-04-01", by="month", sums="n")
    assert alone.frame["month"].tolist() == ["June", "May"]


def test_a_key_that_is_not_given_is_a_key_too():
    data = frame(["00C", "00D", "00D"], [1, 2, 3], month=["May", None, None])
    result = move(data, by=["month"])
    assert result.frame["n"].sum() == 6 and len(result.frame) == 2


# --- what is not given ----------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", ["*", "", " - ", "[c]", None])
def test_a_suppressed_cell_is_missing_and_counted_never_zero(hidden):
    data = frame(["00F", "00G", "00C"], ["10", hidden, hidden])
    result = move(data, at="2013-04-01", to="2015-04-01")
    assert result.frame["code"].tolist() == ["00C", "13T"]
    assert pd.isna(result.frame["n"][0]) and result.frame["n"][1] == 10
    assert result.frame["missing"].tolist() == [1, 1]
    assert result.report().missing == {"n": 2}
    assert "2 cells blank or suppressed" in str(result.report())


@pytest.mark.parametrize(
    "values",
    [
        [1.0, np.nan],
        pd.array([1, None], dtype="Int64"),
        pd.array([1, None], dtype="Float64"),
        pd.Series([1, None], dtype=object),
        pd.Categorical(["1", "*"]),
        pd.array([1.0, None], dtype=pd.ArrowDtype(pa.float64())),
    ],
    ids=["NaN", "Int64", "Float64", "object", "category", "arrow"],
)
def test_every_kind_of_missing_number_of_pandas_is_missing(values):
    result = move(frame(["00C", "00D"], values))
    assert result.frame["n"].isna().tolist() == [False, True]
    assert result.frame["missing"].tolist() == [0, 1]


@pytest.mark.parametrize(
    "make",
    [pd.DataFrame, pl.DataFrame, pa.table],
    ids=["pandas", "polars", "pyarrow"],
)
def test_a_column_with_nothing_in_it_stays_missing(make):
    result = move(make({"code": ["00C", "00D"], "n": [None, None]}))
    out = plain(result.frame)
    assert out["n"].isna().all() and out["missing"].tolist() == [1, 1]


@pytest.mark.parametrize(
    "codes",
    [
        ["00C", None, "", " "],
        pd.Series(["00C", None, "", " "], dtype="string"),
        pd.Series(["00C", np.nan, "", " "], dtype=object),
        pd.Categorical(["00C", None, "", " "]),
        pd.array(["00C", None, "", " "], dtype=pd.ArrowDtype(pa.string())),
    ],
    ids=["str", "string", "object", "category", "arrow"],
)
def test_a_row_without_code_is_kept_apart_with_its_number(codes):
    result = move(frame(codes, [1, 2, 3, 4]))
    assert counted(result) == {"00C": 1}
    assert result.unmapped["n"].sum() == 9 and set(result.unmapped["reason"]) == {"no code given"}
    assert ("(blank)", "no code given") in result.report().unmapped


def test_blank_codes_do_not_hinder_auto():
    result = move(frame(["QE1", " ", "", None]), at="auto", to="2023-04-01")
    assert counted(result) == {"QE1": 1} and result.unmapped["n"].sum() == 9


@pytest.mark.slow
def test_negative_numbers_are_numbers():
    result = move(frame(["00F", "00G"], [-5, 2]), at="2013-04-01", to="2015-04-01")
    assert counted(result) == {"13T": -3} and result.report().balanced()
    said = str(move(frame(["01H", "00C", "00D", "13Q"], [3, -1, -2, -4])).report())
    assert "-4 in = 0 placed + -4 unmapped" in said and "-0" not in said.replace("-04", "")


def test_small_integers_do_not_run_over():
    data = frame(["00F", "00G"] * 5, np.array([100] * 10, dtype="int8"))
    assert counted(move(data, at="2013-04-01", to="2015-04-01")) == {"13T": 1000}
    assert plain(move(pl.from_pandas(data), at="2013-04-01", to="2015-04-01").frame)["n"][0] == 1000


@pytest.mark.parametrize("at", ["2016-04-01", "day"])
def test_an_empty_frame_gives_an_empty_frame(at):
    data = frame(["00C"], [1], day=["2016-04-01"]).iloc[:0]
    if at != "day":
        data = data.drop(columns="day")
    for one in (data, pl.from_pandas(data), pa.Table.from_pandas(data), duckdb.from_df(data)):
        result = move(one, at=at)
        assert len(plain(result.frame)) == len(plain(result.unmapped)) == 0
        assert result.report().balanced()
    assert list(move(data, at=at).frame.columns) == ["code", "n", "status", "divided", "missing"]


# --- what is not there ----------------------------------------------------------------------------

KINDS = {"pandas": lambda d: d, "polars lazy": lambda d: pl.from_pandas(d).lazy(), "duckdb": duckdb.from_df}
#: DuckDB takes five times as long as the others, mostly to plan. What sets it apart from another lazy frame is tried
#: in make test on each of the first kind and by ``engines``; where the plan is long it has its turn in make test-slow.
kinds = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
kinds_with_slow_duckdb = pytest.mark.parametrize(
    "make",
    [
        pytest.param(make, id=kind, marks=[pytest.mark.slow] * (kind == "duckdb"))
        for kind, make in KINDS.items()
    ],
)


def on_each(cases: list[tuple]) -> list:
    """Cases for ``make`` and more, on each kind of frame: DuckDB has the first in make test, all in make test-slow."""
    return [
        pytest.param(
            make, *case, id=f"{kind}-{case[0]}", marks=[pytest.mark.slow] if kind == "duckdb" and i else []
        )
        for kind, make in KINDS.items()
        for i, case in enumerate(cases)
    ]


PARTS = ["00F", "00G", "00H"]  # of 13T, Newcastle Gateshead, from April 2015
NEWCASTLE = {"at": "2013-04-01", "to": "2015-04-01"}


@pytest.mark.few(1)
@kinds_with_slow_duckdb
def test_the_report_says_what_shares_are_of_and_how_far_the_other_is(make):
    data = frame(lineage.bodies("2021-04-01")["code"], 100)
    for basis, other, share in (
        ("patients", "residents", 0.1527),
        ("residents", "registered patients", 0.1291),
    ):
        result = move(make(data), at="2021-04-01", to="2022-07-01", basis=basis)
        found = dict(zip(*(plain(result.frame)[c] for c in ("code", "n")), strict=True))
        assert found["QHL"] == pytest.approx(100 + 100 * share, abs=0.01)
        report = result.report()
        assert report.basis == basis and list(report.differ) == ["D2P2L", "06H", "01Y"]
        assert report.differ["D2P2L"] == pytest.approx(0.0236, abs=1e-4)
        assert f"Of {other} this part of each body would go elsewhere: D2P2L 2.4%, 06H 0.8%" in str(report)
    unknown = move(make(frame(["01E", "01K", "02M"])), at="2017-04-01", to="2018-04-01", basis="residents")
    if not isinstance(make(data), pd.DataFrame):
        return
    assert unknown.report().differ == {"01E": None, "01K": None}
    assert "Shares of 01E, 01K are of registered patients: no residents are known" in str(unknown.report())


@pytest.mark.few(2)
@kinds_with_slow_duckdb
@pytest.mark.parametrize("at", ["2013-04-01", "auto", "day"])
def test_codes_of_no_place_may_go_to_unmapped_with_the_reason(make, at):
    data = frame(["00F", "00G", "00H", "X", "13T", "13Q", "E38000042"], 1, day="2013-04-01")
    data = data if at == "day" else data.drop(columns="day")
    if at == "auto":  # a code of another time is of another geography: of these none has both
        data = data[~data["code"].isin(["13T", "E38000042"])]
    ask = {"at": at, "to": "2015-04-01"}
    result = move(make(data[data["code"] != "E38000042"]), unknown="unmapped", **ask)
    assert plain(result.frame)[["code", "n", "status"]].values.tolist() == [["13T", 3, "exact"]]
    left = plain(result.unmapped)
    why = dict.fromkeys(set(data["code"]) & {"X", "13T"}, "not a code of this geography")
    assert dict(zip(left["code"], left["reason"], strict=True)) == why | {
        "13Q": "a commissioning hub, not a CCG"
    }
    assert result.report().balanced()
    if isinstance(make(data), pd.DataFrame):
        with pytest.raises(RebaseError, match=r"\(--unknown unmapped\) sends codes|of no one geography"):
            move(data[data["code"] != "E38000042"], **ask)
    with pytest.raises(RebaseError, match="unknown is 'drop'; say refuse or unmapped"):
        move(data, unknown="drop", **ask)


@pytest.mark.few(1)
@kinds
def test_more_marks_may_mean_not_given(make):
    data = frame(["00F", "00G", "00H"], ["10", "xx", "*"])
    result = move(make(data), at="2013-04-01", to="2015-04-01", missing=["XX"])
    assert plain(result.frame)[["n", "status", "missing"]].values.tolist() == [[10, "incomplete", 2]]
    assert result.report().missing == {"n": 2} and not result.report().unread


def states(result, key="key") -> dict:
    out = plain(result.frame)
    return dict(zip(out[key], out["status"], strict=True))


LIKE_PERIODS = [
    "2013", "2012/13", "2012-13", "2012–13", "2012/2013", "2012 to 2013", "FY2013", "FY12/13", "201804", "20180401",
    "2018-04", "2018-04-01", "2018-04-01T00:00:00", "01/04/2018", "1.4.18", "MAR2018", "Apr-18", "april 2018",
    "1 April 2018", "01APR2018", "2018 Apr", "Apr-Jun 2018", "April to June 2018", "Q1 2018/19", "2018-19 Q1",
    "2018Q1", "Q4 2018", "year to March 2018", "12 months ending June 2019", 2013, 201804, 20180401,
    "1718", 1718, "201718", 201718, "17/18", "2017_18", "2018_03", "03/2018", "2013/14 - 15/16",
    "Dec 2016 - Nov 2018", "31st March 2018", "Financial year 2017/18", "YE March 2018", "2018 H1",
    "April 2018/19", "Week 18", "2018 M03", "2017/18*", "2017/18 (provisional)", "2018/19 [note 1]", "2018/19 p",
    dt.date(2018, 4, 1), dt.datetime(2018, 4, 1, 12),
]  # fmt: skip
UNLIKE = [
    "asthma",
    "BP002",
    "0-4",
    "65 and over",
    "75+",
    "16-17",
    "10-14",
    "F",
    "M",
    "Persons",
    "CAN001",
    "13500",
    "20101",
    "E38000041",
    "1",
    "total",
    12,
    65,
    True,
    0.5,
]


@pytest.mark.slow
@kinds
@pytest.mark.parametrize("value", [*LIKE_PERIODS, *UNLIKE], ids=str)
def test_a_period_lacks_a_part_and_any_other_key_reads_it_as_zero(make, value):
    """Two keys of which the second has no row of 00H: a fault if the key is a period, else a small count."""
    other = {int: lambda v: 1819 if v == 1718 else 201819 if v == 201718 else v + 1, bool: lambda v: False, float: lambda v: v + 1, dt.date: lambda v: dt.date(2019, 4, 1),
             dt.datetime: lambda v: dt.datetime(2019, 4, 1), str: lambda v: v}[type(value)](value)  # fmt: skip
    if isinstance(value, str):
        other = value.replace("18", "17").replace("13", "11").replace("2019", "2016")
        other = {"1718": "1819", "201718": "201819", "17/18": "18/19"}.get(value, other)
        other = other + " b" if value in UNLIKE else other
    assert other != value
    result = move(make(frame([*PARTS, *PARTS[:2]], key=[value] * 3 + [other] * 2)), by=["key"], **NEWCASTLE)
    status = sorted(states(result).values())
    report = result.report()
    if value in LIKE_PERIODS and not isinstance(value, bool):
        assert status == ["exact", "incomplete"] and (report.incomplete, report.sparse) == (1, 0)
        assert [one[:2] for one in report.absent] == [("13T", ("00H",))]
        assert "Every row is exact" not in str(report)
    else:
        assert status == ["exact", "exact"] and (report.incomplete, report.sparse) == (0, 1)
        assert "In 1 row a part has no row under the key of the row" in str(report)
        assert "read as zero" in str(report) and not report.absent
        assert str(report).endswith("Every row is exact, if what was read as zero was zero.")
        assert report.periods == () and "Judged as one period: key is none." in str(report)


@pytest.mark.few(6)
@pytest.mark.parametrize(
    "make, name, one, other, period",
    on_each(
        [
            ("month", 1, 2, True),
            ("FinancialYear", "a", "b", True),
            ("reporting_period", 43191, 43221, True),
            ("Time period", "latest", "earlier", True),
            ("fy", "18", "19", True),
            ("QUARTER", 1, 2, True),
            ("age (years)", 1, 2, False),
            ("year of birth", 1, 2, False),
            ("age_band", "0-4", "5-9", False),
            ("mandate", 1, 2, False),
            ("sex", 1, 2, False),
            ("quarters", "Q1", "Q2", True),
            ("k", "May", "June", True),
            ("k", "M01", "M02", True),
            ("k", "2017/18", "Total", True),
            ("k", "Week 1", "Week 2", True),
            ("k", "", " ", False),
        ]
    ),
)
def test_a_key_is_a_period_by_its_name_or_by_most_of_its_cells(make, name, one, other, period):
    data = frame([*PARTS, *PARTS[:2]], **{name: [one] * 3 + [other] * 2})
    result = move(make(data), by=[name], **NEWCASTLE)
    report = result.report()
    assert sorted(states(result, name).values()) == ["exact", "incomplete" if period else "exact"]
    assert report.periods == ((name,) if period else ())
    assert (f"Judged by period: {name}." in str(report)) == period


@pytest.mark.few(1)
@kinds
def test_odd_cells_among_periods_are_periods_of_their_own(make):
    keys = ["2016/17", "2017/18*", "All years", ""]
    data = frame(
        [*PARTS, "00F", "00G", "00F", *PARTS], key=[keys[0]] * 3 + [keys[1]] * 2 + [keys[2]] + [keys[3]] * 3
    )
    wanted = dict(zip(keys, ["exact", "incomplete", "incomplete", "exact"], strict=True))
    assert states(move(make(data), by=["key"], **NEWCASTLE)) == wanted


@pytest.mark.few(1)
@kinds_with_slow_duckdb
def test_a_year_and_a_quarter_in_two_columns_are_one_period(make):
    data = frame([*PARTS, *PARTS[:2]], year=2018, quarter=[1] * 3 + [2] * 2, sex="F")
    result = move(make(data), by=["year", "quarter", "sex"], **NEWCASTLE)
    assert states(result, "quarter") == {1: "exact", 2: "incomplete"}
    assert result.report().absent == [("13T", ("00H",), ("2018, 2",))]
    assert "Judged by period: year and quarter." in str(result.report())


@pytest.mark.slow
@kinds_with_slow_duckdb
@pytest.mark.parametrize("absent, state", [("zero", "exact"), ("missing", "incomplete")])
def test_a_part_without_a_row_under_a_finer_key_is_left_to_a_switch(make, absent, state):
    data = frame(
        [*PARTS, "00F", *PARTS, "00F", "00G"],
        month=["2013-05"] * 4 + ["2013-06"] * 5,
        key=["asthma"] * 3 + ["gout"] + ["asthma"] * 3 + ["gout"] * 2,
    )
    result = move(make(data), by=["month", "key"], absent=absent, **NEWCASTLE)
    assert states(result) == {"asthma": "exact", "gout": state}
    assert plain(result.frame)["n"].tolist() == [6, 4, 18, 17]
    report = result.report()
    assert report.sparse == 2 and report.incomplete == (2 if absent == "missing" else 0) and not report.absent
    assert "In 2 rows a part has no row" in str(report)
    assert ("in the period: so they are incomplete." in str(report)) == (absent == "missing")
    alone = str(move(make(data[4:]), by=["month", "key"], absent=absent, **NEWCASTLE).report())
    assert "In 1 row a part has no row" in alone
    assert ("in the period: so it is incomplete." in alone) == (absent == "missing")
    # a part without a row in the month is another matter, whatever the switch
    lacking = move(make(data[~((data["month"] == "2013-06") & (data["code"] == "00H"))]), by=["month", "key"],
                   absent=absent, **NEWCASTLE)  # fmt: skip
    assert states(lacking, "month")["2013-06"] == "incomplete"
    assert lacking.report().absent == [("13T", ("00H",), ("2013-06",))]


def test_a_switch_is_one_of_two():
    with pytest.raises(RebaseError, match="absent is 'none'; say zero or missing"):
        move(frame(["00C"]), absent="none")


@pytest.mark.few(1)
@kinds_with_slow_duckdb
def test_a_suppressed_part_makes_a_sum_and_a_mean_incomplete(make):
    data = frame([*PARTS, "00C"], ["1", "*", "3", "4"], rate=["0.5", "0.5", "0.5", "0.5"], key="2013")
    counts = make(data.drop(columns="rate"))
    assert states(move(counts, by=["key"], **NEWCASTLE), "code") == {"13T": "incomplete", "00C": "exact"}
    status = states(move(make(data), by=["key"], sums=[], means={"rate": "n"}, **NEWCASTLE), "code")
    assert status == {"13T": "incomplete", "00C": "exact"}
    report = move(counts, by=["key"], **NEWCASTLE).report()
    assert (report.rows, report.incomplete) == (2, 1) and not report.absent
    assert "1 of 2 rows is incomplete" in str(report) and "Every row is exact" not in str(report)


@pytest.mark.few(4)
@pytest.mark.parametrize(
    "make, at, to, level, codes, lacking",
    on_each(
        [
            ("2016-04-01", "2022-07-01", "icb", ["02N", "02T"], ("QWO", "02N")),
            ("2022-07-01", "2022-07-01", "icb", ["02Q", "52R"], ("QT1", "02Q")),
            ("2022-07-01", "2023-07-01", "icb", ["QT1"], None),
            ("2021-04-01", "2022-07-01", "sub_icb", ["15E", "D2P2L"], ("15E", "15E")),
            ("2018-04-01", "2018-04-01", "ccg", ["00C", "00D"], None),
            ("2012-04-01", "2018-04-01", "ccg", ["5D9"], None),
        ]
    ),
)
def test_between_any_levels(make, at, to, level, codes, lacking):
    """All that goes into the target of the last code, and then without the one named."""
    at_level = "icb" if codes == ["QT1"] else "sub_icb" if at >= "2022-07-01" else None
    feeds = lineage.lookup(at, to, level, at_level=at_level)
    target = feeds.loc[feeds["from"] == codes[-1], "to"].iloc[0]
    every = sorted(feeds.loc[feeds["to"] == target, "from"])
    ask = {"at": at, "to": to, "level": level}
    assert states(move(make(frame(every)), **ask), "code")[target] != "incomplete"
    if lacking:
        target, gone = lacking
        result = move(make(frame([c for c in every if c != gone])), **ask)
        assert states(result, "code")[target] == "incomplete"
        assert (target, (gone,), ()) in result.report().absent


@pytest.mark.few(1)
@kinds_with_slow_duckdb
@pytest.mark.parametrize("repair", [False, True], ids=["as it is", "two spellings"])
def test_trusts_that_are_all_there_are_approximate_under_any_key(make, repair):
    """TAN, 5EF and 5N9 were divided among several CCGs: each of these has a piece of the same trust."""
    codes = ["TAN", "5EF", "5N9"]
    feeds = lineage.lookup("2012-04-01", "2015-04-01")
    whole = {t for t, of in feeds.groupby("to")["from"] if set(of) <= set(codes)}
    data = frame([*codes, "tan"] if repair else codes, key="all")
    result = move(make(data), at="2012-04-01", to="2015-04-01", by=["key"], repair=repair)
    status = states(result, "code")
    assert whole and {c for c, s in status.items() if s == "approximate"} == whole
    assert result.report().incomplete == len(status) - len(whole)
    assert {one.body for one in result.report().absent} == set(status) - whole


@pytest.mark.slow
@kinds
def test_a_row_that_could_not_be_placed_does_not_make_a_part_present(make):
    data = frame(
        [*PARTS, *PARTS], day=["2013-04-01"] * 3 + ["2014-04-01"] * 3, key=["2013"] * 3 + ["2014"] * 3
    )
    data.loc[5, "day"] = None
    result = move(make(data), at="day", to="2015-04-01", by=["key"])
    assert states(result) == {"2013": "exact", "2014": "incomplete"}
    assert result.report().absent == [("13T", ("00H",), ("2014",))]
    assert set(reasons_of(result)) == {"no date that can be used"}


def reasons_of(result) -> list:
    return plain(result.unmapped)["reason"].tolist()


@pytest.mark.slow
@kinds_with_slow_duckdb
def test_dates_within_a_period_are_times_where_a_body_has_two_of_them(make):
    """Months of a year: each must have every part. 00F to 00H became 13T in April 2015."""
    early = [(c, m) for m in ("2015-02-01", "2015-03-01") for c in [*PARTS, "00C"]]
    late = [(c, m) for m in ("2015-04-01", "2015-05-01") for c in ["13T", "00C"]]
    data = pd.DataFrame([*early, *late], columns=["code", "day"]).assign(n=1, key="2015")
    ask = {"at": "day", "to": "2015-04-01", "by": ["key"]}
    whole = move(make(data), **ask)
    assert plain(whole.frame)["n"].tolist() == [4, 8] and states(whole, "code") == {
        "00C": "exact",
        "13T": "exact",
    }
    for gone in (("00G", "2015-03-01"), ("13T", "2015-05-01")):
        less = move(make(data[~((data["code"] == gone[0]) & (data["day"] == gone[1]))]), **ask)
        assert states(less, "code") == {"00C": "exact", "13T": "incomplete"}
        assert less.report().absent == [("13T", (gone[0],), (f"2015 ({gone[1]})",))]


@pytest.mark.few(1)
@kinds_with_slow_duckdb
def test_dates_within_a_period_are_geographies_where_no_body_has_two(make):
    """99P and 99Q on the codes of 2018, all others on those of 2019: together they are all."""
    data = frame(["99P", "99Q", "00C"], day=["2018-04-01"] * 2 + ["2019-04-01"], key="2019-20")
    ask = {"at": "day", "to": "2019-04-01", "by": ["key"]}
    result = move(make(data), **ask)
    assert states(result, "code") == {"15N": "exact", "00C": "exact"}
    less = move(make(data[data["code"] != "99P"]), **ask)
    assert states(less, "code") == {"15N": "incomplete", "00C": "exact"}
    assert less.report().absent == [("15N", ("99P",), ("2019-20",))]


@pytest.mark.slow
def test_the_projects_own_tables_lack_what_their_sources_lack_and_no_more():
    money = tables.load("allocations")[["year", "kind", "code", "geography", "core_allocation_gbp_thousand"]]
    result = rebase(money, code="code", at="geography", to="2021-04-01", by=["year", "kind"],
                    sums=["core_allocation_gbp_thousand"])  # fmt: skip
    assert result.report().incomplete == 0, "99P and 99Q stand on the map of the year before"
    points = tables.load("qof_points")[["year", "code", "geography", "list_size"]]
    result = rebase(points, code="code", at="geography", to="2022-07-01", by=["year"], sums=["list_size"])
    assert result.report().absent == [("QU9", ("14Y",), ("2017-18",))] and result.report().incomplete == 1
    # East Berkshire's neighbour is wholly missing from that year of the file, as its source has it
    assert "14Y" not in set(points.loc[points["year"] == "2017-18", "code"])


# --- land that would count twice ------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("ask", [{}, {"by": ["key"]}], ids=["no key", "a key"])
def test_an_ods_and_an_ons_code_of_one_body_are_not_added(ask):
    data = frame(["00C", "E38000042", "00D"], [10, 10, 5], day="2016-04-01", key="x")
    data = data if ask else data.drop(columns="key")
    with pytest.raises(
        RebaseError, match=r"'00C' and 'E38000042' are one body, and both have rows.*count it twice"
    ):
        move(data, at="day", **ask)
    for make in (lambda d: pl.from_pandas(d).lazy(), duckdb.from_df):
        result = move(make(data), at="day", **ask)
        assert plain(result.frame)["n"].tolist() == [10, 5]
        left = plain(result.unmapped)
        assert left["code"].tolist() == ["E38000042"]
        assert left["reason"].tolist() == [
            "a body beside itself under another code or name, which would count twice"
        ]
    apart = move(data.assign(key=["ods", "ons", "ods"]), at="day", by=["key"])
    assert apart.frame["n"].sum() == 25


@pytest.mark.slow
def test_a_body_and_what_it_became_are_not_added_in_one_period():
    codes = [*PARTS, "13T", "00C"]
    data = frame(codes, [1, 2, 3, 6, 9], day=["2013-04-01"] * 3 + ["2015-04-01"] * 2, key="2016")
    words = "00F on 2013-04-01 and 13T on 2015-04-01 hold the same land, and both have rows under key 2016"
    with pytest.raises(RebaseError, match=words) as error:
        move(data, at="day", to="2015-04-01", by=["key"])
    assert "If they are of different times, name 'day' in by" in str(error.value)
    for make in (lambda d: pl.from_pandas(d).lazy(), duckdb.from_df):
        result = move(make(data), at="day", to="2015-04-01", by=["key"])
        out = plain(result.frame)
        assert out["n"].tolist() == [9, 6] and set(out["status"]) == {"exact"}
        assert plain(result.unmapped)["code"].tolist() == PARTS
        assert set(reasons_of(result)) == {"a body beside what it became, which would count twice"}
    apart = move(data, at="day", to="2015-04-01", by=["key", "day"])
    assert apart.frame.query("code == '13T'")["n"].tolist() == [6, 6]


@pytest.mark.few(1)
@kinds_with_slow_duckdb
def test_two_names_of_one_body_are_not_added_under_one_key(make):
    data = frame(["NHS Darlington CCG", "00C", "00D"], [1, 2, 4])
    if isinstance(make(data), pd.DataFrame):
        with pytest.raises(RebaseError, match="'00C' and 'NHS Darlington CCG', read as 00C, are one body"):
            move(data, repair=True)
    else:
        result = move(make(data), repair=True)
        assert plain(result.frame)["n"].tolist() == [2, 4]
        assert plain(result.unmapped)["code"].tolist() == ["NHS Darlington CCG"]
    apart = move(make(data.assign(key=["a", "b", "b"])), repair=True, by=["key"])
    assert plain(apart.frame)["n"].sum() == 7


@pytest.mark.few(1)
@kinds
def test_spellings_of_one_code_are_added_and_the_report_says_so(make):
    result = move(make(frame([*PARTS[:2], "00f ", "00F "], [1, 2, 4, 8])), repair=True, **NEWCASTLE)
    out = plain(result.frame)
    assert out["n"].tolist() == [15] and out["status"].tolist() == ["incomplete"], "00H is still not there"
    report = result.report()
    assert report.absent == [("13T", ("00H",), ())] and report.spellings == [("00F", "00F ", "00f ")]
    assert "'00F', '00F ' and '00f ' are one code, and were added up where they meet" in str(report)


@pytest.mark.slow
def test_a_code_with_two_reasons_keeps_both():
    data = frame(["13Q", "13Q", "00C"], day=["2016-04-01", None, "2016-04-01"])
    assert move(data, at="day").report().unmapped == [
        ("13Q", "a commissioning hub, not a CCG"),
        ("13Q", "no date that can be used"),
    ]


# --- engines --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own():
    """A DuckDB connection of the user's own."""
    with duckdb.connect() as connection:
        yield connection


ENGINES = {
    "pandas": (lambda d, own: d.copy(), pd.DataFrame),
    "polars": (lambda d, own: pl.from_pandas(d), pl.DataFrame),
    "polars lazy": (lambda d, own: pl.from_pandas(d).lazy(), pl.LazyFrame),
    "pyarrow": (lambda d, own: pa.Table.from_pandas(d, preserve_index=False), pa.Table),
    "duckdb": (lambda d, own: duckdb.from_df(d), duckdb.DuckDBPyRelation),
    "duckdb of one's own": (lambda d, own: own.from_df(d), duckdb.DuckDBPyRelation),
}
engines = pytest.mark.parametrize("make, kind", ENGINES.values(), ids=ENGINES)
#: A connection of one's own makes no difference to what is read of a cell: with the slow tests.
own_with_the_slow = pytest.mark.parametrize(
    "make, kind",
    [
        pytest.param(*both, id=name, marks=[pytest.mark.slow] * (name == "duckdb of one's own"))
        for name, both in ENGINES.items()
    ],
)


def sample(at="2016-04-01") -> pd.DataFrame:
    rng = np.random.default_rng(211)
    codes = [*lineage.bodies(at)["code"], "13Q", "UNKNOWN"] * 2
    return pd.DataFrame(
        {
            "code": codes,
            "month": ["2016-05"] * (len(codes) // 2) + ["2016-06"] * (len(codes) // 2),
            "n": pd.array(np.where(rng.random(len(codes)) < 0.1, None, rng.integers(0, 999, len(codes))), dtype="Int64"),
            "cost": np.where(rng.random(len(codes)) < 0.1, np.nan, rng.random(len(codes)) * 1e4),
            "rate": rng.random(len(codes)),
            "weight": rng.integers(0, 50, len(codes)),
        }
    )  # fmt: skip


@pytest.mark.few(1)
@engines
def test_every_engine_gives_the_answer_of_pandas_in_its_own_kind(make, kind, own):
    ask = {"sums": ["n", "cost"], "means": {"rate": "weight"}, "by": ["month"], "to": "2021-04-01"}
    wanted = move(sample(), **ask)
    result = move(make(sample(), own), **ask)
    assert isinstance(result.frame, kind) and isinstance(result.unmapped, kind)
    same(result.frame, wanted.frame)
    same(result.unmapped, wanted.unmapped)
    report = result.report()
    assert report.balanced() and report.missing == wanted.report().missing
    for name, totals in wanted.report().totals.items():
        assert report.totals[name] == pytest.approx(totals)
    assert report.unplaced == 4 and report.divided == wanted.report().divided > 0


@pytest.mark.slow
@engines
@pytest.mark.parametrize("form", ["date", "datetime", "text"])
def test_every_engine_takes_a_column_of_dates(make, kind, own, form):
    data = sample().query("code not in ['01H', '09N']")[["code", "month", "n"]]
    later = frame(["16C", "13T", "D2P2L", "UNKNOWN"], [1, 2, 3, 4], month=["2021-05"] * 4)
    both = pd.concat([data.assign(day="2016-04-01"), later.assign(day="2021-06-30")], ignore_index=True)
    if form != "text":
        both["day"] = pd.to_datetime(both["day"])
    if form == "date":
        both["day"] = both["day"].dt.date
    result = move(make(both, own), at="day", to="2021-04-01", by=["month"])
    first = move(data, to="2021-04-01", by=["month"]).frame
    out = plain(result.frame)
    same(out[out["month"] < "2021"], first)
    assert out[out["month"] > "2021"].set_index("code")["n"].to_dict() == {"16C": 1, "13T": 2, "D2P2L": 3}
    assert set(plain(result.unmapped)["code"]) == {"13Q", "UNKNOWN"}
    assert isinstance(result.frame, kind) and result.report().balanced()


@pytest.mark.few(2)
@own_with_the_slow
def test_every_engine_finds_the_geography(make, kind, own):
    data = sample("2018-04-01")[["code", "n"]]
    result = move(make(data, own), at="auto", to="2021-04-01")
    same(result.frame, move(data, at="2018-04-01", to="2021-04-01").frame)
    assert isinstance(result.frame, kind) and result.report().start == "the CCGs of April 2018"


@pytest.mark.few(2)
@own_with_the_slow
def test_every_engine_takes_codes_that_are_missing_or_text_for_numbers(make, kind, own):
    data = frame(["00C", "00C", "00D", None, "13Q"], ["1", "*", "", "4", " 5 "])
    result = move(make(data, own))
    out = plain(result.frame).set_index("code")
    assert out.at["00C", "n"] == 1 and pd.isna(out.at["00D", "n"]) and out["missing"].tolist() == [1, 1]
    assert plain(result.unmapped)["n"].sum() == 9
    assert set(plain(result.unmapped)["reason"]) == {"no code given", "a commissioning hub, not a CCG"}


@pytest.mark.parametrize("at", ["2016-04-01", dt.date(2016, 4, 1), dt.datetime(2016, 4, 1, 12), pd.Timestamp("2016-04-01", tz="Europe/London"), np.datetime64("2016-04-01")], ids=str)  # fmt: skip
def test_the_date_may_be_of_any_kind(at):
    assert counted(move(frame(["10G"]), at=at)) == {"15D": 1}


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", some(["s", "ms", "us", "ns", "us, Europe/London"], "s", "ns", "us, Europe/London")
)
def test_dates_of_any_precision_are_dates(unit):
    data = frame(["00C", "13T"], day=pd.to_datetime(["2013-04-01", "2015-04-01"]))
    data["day"] = (
        data["day"].dt.tz_localize("Europe/London")
        if "London" in unit
        else data["day"].astype(f"datetime64[{unit}]")
    )
    for one in (data, pl.from_pandas(data), pa.Table.from_pandas(data)):
        assert plain(move(one, at="day", to="2018-04-01").frame)["n"].tolist() == [1, 2]


def test_a_lazy_date_with_a_time_zone_is_the_day_on_the_clocks_there():
    data = frame(["00C", "13T"], day=pd.to_datetime(["2013-04-01", "2015-04-01"]))
    data["day"] = data["day"].dt.tz_localize("Europe/London")  # an hour before, at Greenwich
    assert plain(move(pl.from_pandas(data).lazy(), at="day").frame)["n"].tolist() == [1, 2]


@pytest.mark.slow
def test_a_column_of_dates_may_be_a_key_as_well():
    data = frame(["00F", "13T"], day=pd.to_datetime(["2013-04-01", "2015-04-01"]))
    for one in (data, pl.from_pandas(data).lazy(), duckdb.from_df(data)):
        result = move(one, at="day", by=["day"])
        assert plain(result.frame)["n"].tolist() == [1, 2]
        assert list(plain(result.frame).columns)[:2] == ["day", "code"]


@pytest.mark.slow
def test_a_category_of_dates_is_read_as_text():
    data = frame(["00C", "13T"], day=pd.Categorical(["2013-04-01", "2015-04-01"]))
    assert counted(move(data, at="day")) == {"00C": 1, "13T": 2}
    lazy = pl.from_pandas(data).lazy().with_columns(pl.col("day").cast(pl.Enum(["2013-04-01", "2015-04-01"])))
    assert plain(move(lazy, at="day").frame)["n"].tolist() == [1, 2]


TEXTS = {
    "pandas category": lambda c: pd.DataFrame({"code": pd.Categorical(c), "n": [1, 2, 3, 4]}),
    "polars categorical": lambda c: pl.DataFrame({"code": pl.Series(c, dtype=pl.Categorical), "n": [1, 2, 3, 4]}),
    "polars enum": lambda c: pl.DataFrame({"code": pl.Series(c, dtype=pl.Enum(c)), "n": [1, 2, 3, 4]}),
    "polars lazy enum": lambda c: pl.LazyFrame({"code": pl.Series(c, dtype=pl.Enum(c)), "n": [1, 2, 3, 4]}),
    "arrow large_string": lambda c: pa.table({"code": pa.array(c, pa.large_string()), "n": [1, 2, 3, 4]}),
    "arrow dictionary": lambda c: pa.table({"code": pa.array(c).dictionary_encode(), "n": [1, 2, 3, 4]}),
}  # fmt: skip


@pytest.mark.parametrize("make", TEXTS.values(), ids=TEXTS)
def test_codes_may_be_text_of_any_kind(make):
    result = move(make(["00F", "00G", "00H", "13Q"]), at="2013-04-01")
    assert plain(result.frame).values.tolist() == [["13T", 6, "exact", 0, 0]]
    assert plain(result.unmapped)["reason"].tolist() == ["a commissioning hub, not a CCG"]


def test_a_lazy_frame_is_not_looked_at_until_it_is_collected():
    asked = []

    def look(part):
        asked.append(len(part))
        return part

    lazy = (
        pl.from_pandas(frame(["00F", "ZZZ"]))
        .lazy()
        .map_batches(look, schema={"code": pl.String, "n": pl.Int64})
    )
    result = move(lazy, at="2013-04-01")  # fmt: skip
    assert not asked and isinstance(result.frame, pl.LazyFrame)
    assert result.frame.collect()["code"].to_list() == ["13T"]
    assert asked
    assert result.unmapped.collect()["reason"].to_list() == ["not a code of this geography"]
    assert result.report().balanced() and result.report() is result.report()
    assert "Not placed: ZZZ, not a code of this geography." in str(result.report())


def test_a_lazy_report_does_not_call_exact_what_is_not():
    eager, lazy = (
        move(make(frame(["01H"]))).report() for make in (pl.from_pandas, lambda d: pl.from_pandas(d).lazy())
    )
    assert str(lazy) == str(eager) and "Every row is exact" not in str(lazy)
    assert lazy.approximate and lazy.shared == eager.shared and lazy.differ == eager.differ


BIG = 2**53 + 1
EMPTY = {"a sum": ("n", {"sums": ["n"]}), "a key": ("k", {"by": ["k"]}), "dates": ("d", {"at": "d"})}


@pytest.mark.slow
def test_whole_numbers_that_no_float_keeps_are_added_up_in_an_arrow_table():
    """PyArrow raised an error of its own where a body was divided, and in the report."""
    data = pd.DataFrame({"code": ["D2P2L", "15E"], "n": [BIG, 2], "rate": [0.5, 0.2]})
    how = {"code": "code", "at": "2021-04-01", "to": "2022-07-01"}
    for frame in (data, pa.Table.from_pandas(data)):
        with pytest.raises(RebaseError, match="cannot be divided to the last digit"):
            rebase(frame[["code", "n"]] if frame is data else frame.select(["code", "n"]), **how, sums=["n"])
    pandas, arrow = (rebase(one, **how, means={"rate": "n"}) for one in (data, pa.Table.from_pandas(data)))
    assert arrow.frame["rate"].to_pylist() == pytest.approx(pandas.frame["rate"].to_list())
    assert str(arrow.report()) == str(pandas.report())
    whole = pa.table({"code": ["00C", "00K", "00M"], "n": [BIG, 0, 0]})
    moved = rebase(whole, code="code", at="2018-04-01", to="2021-04-01", sums=["n"])
    assert moved.frame["n"].to_pylist() == [BIG], "and where none is, to the last digit"
    same_day = {"code": "code", "at": "2018-04-01", "to": "2018-04-01", "sums": ["n"]}
    moved = rebase(duckdb.from_arrow(whole.slice(0, 1)), **same_day)
    assert moved.frame.fetchall()[0][:2] == ("00C", BIG), "nor are sums of floats there in a database"


@pytest.mark.few(1)
@pytest.mark.parametrize("make", [pa.table, lambda d: pl.DataFrame(d).lazy()], ids=["pyarrow", "polars lazy"])
@pytest.mark.parametrize("column, how", EMPTY.values(), ids=EMPTY)
def test_a_column_of_no_type_has_nothing_in_it(make, column, how):
    data = make({"code": ["00C"], "n": [1], **{column: [None]}})
    result = rebase(data, **{"code": "code", "at": "2018-04-01", "to": "2021-04-01", "sums": ["n"], **how})
    report = result.report()
    assert report.rows == (column != "d") and report.balanced()
    assert report.unmapped == ([("00C", "no date that can be used")] if column == "d" else [])


@pytest.mark.slow
def test_a_lazy_frame_with_dates_that_cannot_be_used_keeps_its_rows():
    data = frame(
        ["00F", "00F", "00F", "00F", "QE1"],
        day=["2013-04-01", None, "April 2013", "2009-04-01", "2027-01-01"],
    )
    for one in (pl.from_pandas(data).lazy(), duckdb.from_df(data)):  # fmt: skip
        result = move(one, at="day", to="2023-01-01")
        assert plain(result.frame)["n"].sum() == 1
        assert plain(result.unmapped)["reason"].tolist() == ["no date that can be used"] * 4
        assert result.report().balanced()


@pytest.mark.slow
def test_duckdb_leaves_nothing_behind_and_touches_no_table(own):
    own.execute("create or replace table _one as select 42 as mine")
    before = own.sql("select table_name from duckdb_tables() union select view_name from duckdb_views() where not internal").fetchall()  # fmt: skip
    result = move(own.sql("select '00F' as code, 1 as n"), at="2013-04-01")
    assert result.frame.fetchall() == [("13T", 1.0, "incomplete", 0, 0)]
    assert own.sql("from _one").fetchall() == [(42,)]
    after = own.sql("select table_name from duckdb_tables() union select view_name from duckdb_views() where not internal").fetchall()  # fmt: skip
    assert sorted(after) == sorted(before)


@pytest.mark.slow
@pytest.mark.parametrize("read_only", [False, True], ids=["file", "read-only file"])
@pytest.mark.parametrize("at", ["2013-04-01", "day"])
def test_duckdb_leaves_nothing_in_a_file(tmp_path, read_only, at):
    path = str(tmp_path / "users.duckdb")
    with duckdb.connect(path) as connection:
        connection.execute(
            "create table t as select unnest(['00F', '00G', '00H']) as code, 1 as n, date '2013-04-01' as day"
        )
    before = (tmp_path / "users.duckdb").read_bytes()
    with duckdb.connect(path, read_only=read_only) as connection:
        given = connection.table("t") if at == "day" else connection.table("t").select("code, n")
        result = move(given, at=at, to="2015-04-01")
        assert [row[1:] for row in result.frame.fetchall()] == [(3, "exact", 0, 0)]
        assert result.report().balanced() and result.unmapped.fetchall() == []
        made = "select table_name from duckdb_tables() union select view_name from duckdb_views() where not internal"
        assert connection.sql(made).fetchall() == [("t",)]
    assert (tmp_path / "users.duckdb").read_bytes() == before


@pytest.mark.slow
def test_duckdb_that_may_not_look_at_python_works_too():
    data = sample()[["code", "n"]]
    with duckdb.connect(config={"python_enable_replacements": False}) as connection:
        connection.register("given", data)
        result = move(connection.table("given"), to="2021-04-01")
        same(result.frame, move(data, to="2021-04-01").frame)
        assert result.report().balanced()


def test_the_frame_given_is_left_as_it_was():
    data = frame(["00F", "00G"], ["1", "*"])
    before = data.copy()
    move(data, at="2013-04-01")
    pd.testing.assert_frame_equal(data, before)


@pytest.mark.few(3)
@pytest.mark.parametrize("make", [lambda d: d, pl.from_pandas, pa.Table.from_pandas])
@pytest.mark.parametrize("kind", ["str", "datetime64[ns]", object])
def test_what_is_not_placed_comes_in_the_order_of_its_dates(make, kind):
    days = [f"201{y}-0{m}-01" for y in range(3, 8) for m in range(1, 10)]
    data = frame(["13Q", "UNKNOWN"] * len(days), 1, day=[d for d in days for _ in range(2)])
    data = (
        data[data["day"] >= "2013-04-01"]
        .sample(frac=1, random_state=1)
        .reset_index(drop=True)
        .astype({"day": kind})
    )
    left = move(make(data), at="day").unmapped
    left = left if isinstance(left, pd.DataFrame) else left.to_pandas()
    found = list(zip(left["code"], left["day"].astype(str).str[:10], strict=True))
    assert found == sorted(found) and len(found) == len(data)


def test_the_index_of_pandas_does_not_matter():
    data = frame(["00F", "00G"], ["1", "2"]).set_index(pd.Index([5, 5]))
    assert counted(move(data, at="2013-04-01")) == {"13T": 3}


# --- schemes and levels ---------------------------------------------------------------------------


@pytest.mark.slow
def test_ons_codes_go_in_and_ods_codes_come_out():
    both = lineage.bodies("2016-04-01").dropna(subset=["ons_code"])
    assert len(both) == 209
    ods = move(frame(both["code"]), to="2021-04-01")
    ons = move(frame(both["ons_code"]), to="2021-04-01")
    same(ons.frame, ods.frame)
    assert set(ons.frame["code"]) == set(lineage.bodies("2021-04-01")["code"])


@pytest.mark.slow
def test_an_ons_code_is_taken_from_its_first_day_in_a_column_of_dates():
    """Two locations got new ones in April 2023, when the edge of Chichester moved too."""
    data = pd.concat([lineage.bodies(day, "sub_icb").assign(day=day) for day in ("2023-03-31", "2023-04-01")])
    data = data.assign(code=data["ons_code"], n=1)[["code", "day", "n"]]
    assert data["code"].nunique() == 108
    result = move(data, at="day", to="2023-04-01", by=["day"])
    assert len(result.frame) == 84 and not len(result.unmapped)
    approximate = result.frame[result.frame["status"] != "exact"]
    assert approximate[["day", "code", "status"]].to_numpy().tolist() == [
        ["2023-03-31", "QXU", "approximate"]
    ]
    lazy = move(pl.from_pandas(data).lazy(), at="day", to="2023-04-01", by=["day"])
    same(lazy.frame, result.frame)


def test_sub_icb_locations_reach_their_boards_exactly():
    data = every("2022-08-01", "sub_icb")
    assert len(data) == 106
    result = move(data, at="2022-08-01", to="2023-03-31")
    assert len(result.frame) == 42 and set(result.frame["status"]) == {"exact"}
    assert set(result.frame["code"]) == set(lineage.bodies("2022-07-01")["code"])
    assert result.frame["n"].sum() == data["n"].sum() and result.frame["n"].dtype == "int64"


@pytest.mark.few(2)
@pytest.mark.parametrize("lazy", [False, True], ids=["eager", "lazy"])
@pytest.mark.parametrize("at", ["2022-08-01", "day"])
def test_locations_stay_locations_if_asked(at, lazy):
    data = frame(["00L", "D2P2L", "15E"])
    if at == "day":
        data["day"] = "2022-08-01"
    result = move(pl.from_pandas(data).lazy() if lazy else data, at=at, to="2023-08-01", level="sub_icb")
    assert plain(result.frame)["code"].tolist() == ["00L", "15E", "D2P2L"]
    boards = move(pl.from_pandas(data).lazy() if lazy else data, at=at, to="2023-08-01")
    assert plain(boards.frame)["code"].tolist() == ["QHL", "QHM", "QUA"]
    assert "July 2022" in result.report().start or at == "day"


@pytest.mark.slow
def test_ccgs_of_2021_become_locations_and_boards():
    data = every("2021-04-01")
    locations = move(data, at="2021-04-01", to="2022-07-01", level="sub_icb")
    assert set(locations.frame["code"]) == set(data["code"])
    boards = move(data, at="2021-04-01", to="2022-07-01")
    assert len(boards.frame) == 42
    assert boards.frame["n"].sum() == pytest.approx(data["n"].sum(), abs=1e-6)
    # land moved between boards that day: West Birmingham, Glossop, Oundle
    assert {"QHL", "QUA", "QJ2", "QPM"} <= set(boards.report().approximate)


def test_trusts_of_2012_reach_the_ccgs_of_2018_approximately():
    data = every("2012-04-01")
    result = move(data, at="2012-04-01", to="2018-04-01")
    assert len(data) == 151 and set(result.frame["status"]) == {"approximate"}
    assert set(result.frame["code"]) <= set(lineage.bodies("2018-04-01")["code"])
    assert result.frame["n"].sum() == pytest.approx(data["n"].sum(), abs=1e-6)


@pytest.mark.few(1)
@pytest.mark.parametrize("lazy", [lambda f: pl.DataFrame(f).lazy(), duckdb.from_df], ids=["polars", "duckdb"])
@pytest.mark.parametrize(
    "cells", [[1.0, np.inf], ["1", "١٢"]], ids=["infinity", "digits of another alphabet"]
)
def test_a_lazy_frame_never_calls_a_row_exact_for_a_cell_that_is_no_number(lazy, cells):
    result = rebase(
        lazy(frame(["00C", "00K"], cells)), code="code", at="2018-04-01", to="2021-04-01", sums=["n"]
    )
    (row,) = nw.from_native(result.frame).collect("pandas").to_native().to_dict("records")
    assert (row["n"], row["status"], row["missing"]) == (1, "incomplete", 1)


@pytest.mark.few(2)
@pytest.mark.parametrize("lazy", [lambda f: pl.DataFrame(f).lazy(), duckdb.from_df], ids=["polars", "duckdb"])
@pytest.mark.parametrize(
    ("n", "w", "words"),
    [
        ([1.0, np.inf], [1, 1], "column 'n' holds an infinite number"),
        ([1.0, 2.0], [1, -1], "column 'w' holds a weight below zero; it cannot weigh a mean"),
    ],
)
def test_a_lazy_frame_says_what_an_eager_one_is_refused_for_in_the_same_words(lazy, n, w, words):
    data = frame(["00C", "00K"], n).assign(w=w)
    ask = {"code": "code", "at": "2018-04-01", "to": "2021-04-01", "means": {"n": "w"}}
    with pytest.raises(RebaseError, match=f"^{words}$"):
        rebase(data, **ask)
    result = rebase(lazy(data), **ask)
    (row,) = nw.from_native(result.frame).collect("pandas").to_native().to_dict("records")
    assert (row["n"], row["status"], row["missing"]) == (1, "incomplete", 1)
    report = result.report()
    assert f"{words}: 1 cell; it is missing, and its row incomplete." in str(report)
    assert report.missing == {"w of n": 0}, "it is neither blank nor suppressed"


# --- refusals, in words ---------------------------------------------------------------------------

GOOD = {"code": ["00C", "00D"], "n": [1, 2]}
REFUSED = {
    "no such column": ({}, {"sums": ["m"]}, RebaseError, "no column 'm'; there are 'code', 'n'"),
    "no such key": ({}, {"by": ["month"]}, RebaseError, "no column 'month'"),
    "no such weight": ({}, {"means": {"n": "w"}, "sums": []}, RebaseError, "no column 'w'"),
    "no such code column": ({}, {"code": "org"}, RebaseError, "no column 'org'"),
    "stray column": ({"note": ["x", "y"]}, {}, RebaseError, "column 'note' is neither a key nor a number to add"),
    "nothing to do": ({}, {"sums": [], "by": ["n"]}, RebaseError, "nothing to re-base: name at least one column in sums or means"),
    "numeric codes": ({"code": [50, 51]}, {}, RebaseError, "column 'code' holds numbers; read the codes as text, or 5E1 becomes 50"),
    "text for a number": ({"n": ["1", "two"]}, {}, RebaseError, "column 'n': 'two' (row 2): this is not a number"),
    "decimal comma": ({"n": ["1", "1,23"]}, {}, RebaseError, "column 'n': '1,23' (row 2): this is not a number"),
    "dates for numbers": ({"n": [dt.date(2016, 4, 1)] * 2}, {}, RebaseError, "is not a number"),
    "true and false": ({"n": [True, False]}, {}, RebaseError, "column 'n' is Boolean, not a number"),
    "infinite": ({"n": [1.0, np.inf]}, {}, RebaseError, "column 'n' holds an infinite number"),
    "infinite rate": ({"w": [1, 1], "n": [1.0, np.inf]}, {"means": {"n": "w"}, "sums": []}, RebaseError, "column 'n' holds an infinite number"),
    "digits of another alphabet": ({"n": ["1", "١٢"]}, {}, RebaseError, "column 'n': '١٢' (row 2): this is not a number"),
    "key and number": ({}, {"by": ["n"]}, RebaseError, "column 'n' cannot be both a key and a number"),
    "sum and mean": ({}, {"means": {"n": "n"}}, RebaseError, "column 'n' cannot be both in sums and in means"),
    "code as key": ({}, {"by": ["code"]}, RebaseError, "column 'code' holds the codes"),
    "name of a result": ({"status": [1, 2]}, {"sums": ["n", "status"]}, RebaseError, "column 'status': that name"),
    "means without weights": ({}, {"means": ["n"]}, RebaseError, "means is ['n']; give a dict of each rate and the column that weights it"),
    "keys that are none": ({}, {"by": None}, RebaseError, "by is None; give the names of columns"),
    "a list for the code": ({}, {"code": ["code"]}, RebaseError, "code is ['code']; give the name of one column"),
    "negative weight": ({"w": [1, -1]}, {"means": {"n": "w"}, "sums": []}, RebaseError, "column 'w' holds a weight below zero"),
    "later code": ({"code": ["00C", "16C"]}, {}, RebaseError, "1 code is not of the CCGs of April 2016: 16C was a CCG or location from 2020-04-01"),
    "earlier code": ({"code": ["00F", "00D"]}, {}, RebaseError, "00F was a CCG or location from 2013-04-01 to 2015-03-31. Nearest: 2 of the codes are of the CCGs of April 2013"),
    "unknown code": ({"code": ["00C", "ZZZ"]}, {}, RebaseError, "'ZZZ' is no code known here"),
    "trust": ({"code": ["00C", "5A3"]}, {}, RebaseError, "5A3 was a trust from 2010-04-01 to 2013-03-31"),
    "mixed schemes": ({"code": ["00C", "E38000047"]}, {}, LineageError, "two schemes are mixed: E38000047 is an ONS code and 00C an ODS code"),
    "backwards": ({}, {"to": "2013-04-01"}, LineageError, "13T was made on 2015-04-01 from 00F, 00G, 00H"),
    "backwards over a split": ({}, {"to": "2015-04-01"}, LineageError, "the boundary between 09N and 09G moved on 2016-04-01"),
    "back to trusts": ({}, {"to": "2012-04-01"}, LineageError, "cannot be taken back to primary care trusts"),
    "too late": ({}, {"to": "2027-01-01"}, LineageError, "known here from 2022-07-01 to 2026-09-11, the day up to which the facts were read"),
    "no date": ({}, {"at": "geography"}, LineageError, "'geography' is not a date; write it like 2018-04-01"),
    "British date": ({}, {"at": "01/04/2016"}, LineageError, "'01/04/2016' is not a date; write it like 2018-04-01"),
    "a year": ({}, {"at": 2016}, LineageError, "2016 is not a date"),
    "nothing for a date": ({}, {"to": None}, LineageError, "None is not a date"),
    "no such level": ({}, {"level": "CCG"}, LineageError, "level 'CCG' is not known; use one of pct, ccg, partnership, sub_icb, icb"),
    "CCGs after their end": ({}, {"to": "2023-01-01", "level": "ccg"}, LineageError, "CCGs were open from 2013-04-01 to 2022-06-30"),
    "code shut on its date": ({"day": ["2016-04-01", "2020-06-01"]}, {"at": "day", "to": "2021-04-01"}, RebaseError, "1 code was not open on the date given: 00D on 2020-04-01: 00D was a CCG or location from 2013-04-01 to 2020-03-31"),
    "British dates": ({"day": ["01/04/2016"] * 2}, {"at": "day"}, RebaseError, "column 'day': '01/04/2016' is not a date; write it like 2018-04-01"),
    "years for dates": ({"day": [2016, 2017]}, {"at": "day"}, RebaseError, "column 'day': 2016 is not a date"),
    "date out of reach": ({"day": ["2016-04-01", "2027-04-01"]}, {"at": "day"}, RebaseError, "2027-04-01 is out of reach; geographies are known from 2010-04-01 to 2026-09-11"),
    "backwards by column": ({"code": ["00C", "16C"], "day": ["2016-04-01", "2020-04-01"]}, {"at": "day"}, LineageError, "backwards is not possible"),
}  # fmt: skip


@pytest.mark.parametrize("change, ask, kind, words", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_in_words(change, ask, kind, words):
    with pytest.raises(kind, match=re.escape(words)):
        move(pd.DataFrame(GOOD | change), **ask)


def test_what_is_no_frame_is_refused():
    for thing in (GOOD, pd.Series([1]), "data.csv", None):
        with pytest.raises(RebaseError, match="is not a frame known here; pass pandas, Polars"):
            move(thing)


def test_odd_names_of_columns_are_refused():
    with pytest.raises(RebaseError, match="two columns have the same name"):
        move(pd.DataFrame([["00C", 1, 2]], columns=["code", "n", "n"]))
    with pytest.raises(RebaseError, match="column 0 has a name that is not text"):
        move(pd.DataFrame([["00C", 1, 2]], columns=["code", "n", 0]))
    with pytest.raises(RebaseError, match=r"sums is \[0\]; give the names of columns"):
        move(pd.DataFrame([["00C", 1]], columns=["code", 0]), sums=[0])


def test_many_bad_codes_are_counted_and_five_are_shown():
    with pytest.raises(RebaseError, match=r"^8 codes are not of .*; and 3 more"):
        move(frame([f"Z{i}Z" for i in range(8)] + ["00C"]))


NO_NUMBER = [
    "two",
    "1,23",
    "nil",
    "12%",
    "inf",
    "Infinity",
    "1e400",
    "1_000",
    "0x10",
    "9007199254740993",
]


@pytest.mark.few(1)
@pytest.mark.parametrize("make", list(KINDS.values())[1:], ids=list(KINDS)[1:])
def test_text_that_is_no_number_makes_a_lazy_row_incomplete_and_is_counted(make):
    """What is in a lazy frame is not known before it is asked, so it cannot be refused then; nor is it a zero."""
    codes, many = ["00D", "00J", "00K", "00L", "00N", "00P", "00Q", "00R", "00T", "00V"], len(NO_NUMBER)
    cells = ["1"] * many + NO_NUMBER + [NO_NUMBER[0], " 1.5e1 "]
    result = move(make(frame([*codes, *codes, "00C", "02Q"], cells)), to="2016-04-01")
    out = plain(result.frame).set_index("code")
    assert out["n"].fillna(-1).to_dict() == dict.fromkeys(codes, 1) | {"00C": -1, "02Q": 15}
    assert out["status"].to_dict() == dict.fromkeys([*codes, "00C"], "incomplete") | {"02Q": "exact"}
    assert out["missing"].to_dict() == dict.fromkeys([*codes, "00C"], 1) | {"02Q": 0}
    report = result.report()
    assert report.unread == {"n": many + 1} and report.missing == {"n": 0}
    assert (
        f"n: {many + 1} cells hold text that is no plain number; they are missing, and their rows incomplete."
        in str(report)
    )


@pytest.mark.parametrize("name", ["Status", "STATUS", "Missing", "Reason"])
@kinds
def test_a_name_of_the_result_is_refused_in_any_case(make, name):
    """DuckDB and Spark do not tell names apart by case: a key called Status would take the place of the flag."""
    with pytest.raises(RebaseError, match=f"column {name!r}: that name"):
        move(make(frame(["00C"], **{name: ["a"]})), by=[name])


@pytest.mark.few(1)
@kinds_with_slow_duckdb
def test_a_column_may_have_any_other_name(make):
    """What is made on the way has names that no column has."""
    names = ["_new", "_Old", "__", "_rows"]
    data = frame([*PARTS, "00F"], [1, 2, 4, 8], **dict.fromkeys(names, ["a"] * 3 + ["b"]))
    result = move(make(data), by=names, **NEWCASTLE)
    assert all(plain(result.frame)[name].tolist() == ["a", "b"] for name in names)
    assert plain(result.frame)["n"].tolist() == [7, 8]
    renamed = frame([*PARTS, "00F"], data["_new"], **{name: [1, 2, 4, 8] for name in names})
    result = move(make(renamed), by=["n"], sums=names, **NEWCASTLE)
    assert all(plain(result.frame)[name].tolist() == [7, 8] for name in names) and result.report().balanced()


@pytest.mark.slow
@pytest.mark.parametrize("make", list(KINDS.values())[1:], ids=list(KINDS)[1:])
def test_a_lazy_date_that_is_no_date_is_not_used(make):
    days = [
        "2018-13-45",
        "2018-02-31",
        "2018-04-01junk",
        "2019-02-29",
        "2018-00-10",
        "2018-04-00",
        "01/04/2018",
    ]
    data = frame(["00C", *["00D"] * len(days), "00K"], day=["2018-04-01", *days, "2016-02-29T12:30:00"])
    result = move(make(data), at="day", to="2018-04-01")
    assert counted_any(result) == {"00C": 1, "00K": len(days) + 2}
    left = plain(result.unmapped)
    assert sorted(left["day"]) == sorted(days) and set(left["reason"]) == {"no date that can be used"}


def counted_any(result) -> dict:
    out = plain(result.frame)
    return dict(zip(out["code"], out["n"], strict=True))


def test_a_lazy_column_without_anything_in_it_is_missing():
    result = move(pl.LazyFrame({"code": ["00C", "00D"], "n": [None, None]}))
    out = plain(result.frame)
    assert out["n"].isna().all() and out["missing"].tolist() == [1, 1]
    assert set(out["status"]) == {"incomplete"}


@pytest.mark.few(1)
@kinds
def test_every_row_is_said_to_be_exact_only_of_those_placed(make):
    result = move(make(frame(["00C", None])))
    assert str(result.report()).endswith("Every row that was placed is exact.")


@pytest.mark.few(1)
@kinds
def test_rows_of_one_code_that_were_added_up_are_exact_only_if_none_is_a_total(make):
    """Men, women and all, without the column that tells them apart, came to twice the number and were called exact."""
    added = move(make(frame(["00C", "00C", "00C", "00D"], [3, 1, 2, 5])))
    assert added.report().added and sorted(states(added, "code").values()) == ["exact"] * 2
    said = "Every row is exact, if of the rows that were added up none is a total of others or a copy."
    assert str(added.report()).endswith(said)
    alone = move(make(frame(["00C", "00D", "13Q", "13Q"], [3, 5, 1, 1]))).report()
    assert not alone.added and str(alone).endswith("Every row that was placed is exact.")


@pytest.mark.few(1)
@kinds
def test_a_mean_whose_weights_are_all_zero_is_not_exact(make):
    data = frame(["00C", "00D"], [0, 1], rate=[0.5, 0.5])
    result = move(make(data), sums=[], means={"rate": "n"})
    assert states(result, "code") == {"00C": "incomplete", "00D": "exact"}
    assert "1 of 2 rows is incomplete" in str(result.report())


def test_text_of_whole_numbers_keeps_every_digit():
    assert counted(move(frame(["00C"], ["9007199254740993"]))) == {"00C": 9007199254740993}
    for cells in (["9223372036854775808"], ["9007199254740993", "0.5"]):
        with pytest.raises(RebaseError, match="has more digits than can be kept"):
            move(frame(["00C"] * len(cells), cells))


@pytest.mark.parametrize("make", [lambda d: d, pl.from_pandas, lambda d: pl.from_pandas(d).lazy()])
def test_a_sum_that_runs_over_is_refused(make):
    with pytest.raises(RebaseError, match="'n' adds up to more than a whole number can hold"):
        move(make(frame(["00C", "00C"], [2**62, 2**62]))).report()


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda d: d.astype({"n": "uint64[pyarrow]"}),
        lambda d: d.astype({"n": "UInt64"}),
        lambda d: pl.from_pandas(d.astype({"n": "uint64"})),
        lambda d: pl.from_pandas(d).cast({"n": pl.Int128}),
        lambda d: pa.Table.from_pandas(d.astype({"n": "uint64"})),
    ],
    ids=["pandas of Arrow", "pandas", "Polars", "Polars of 128 bits", "PyArrow"],
)
def test_whole_numbers_of_any_kind_that_run_over_are_refused_in_the_same_words(make):
    """PyArrow's and Polars' own errors came out, of casts that no one asked for."""
    large = make(frame(["00C", "00K", "00M"], [2**62, 2**62, 1]))
    with pytest.raises(RebaseError, match="'n' adds up to more than a whole number can hold"):
        move(large)
    divided = make(frame(["01H", "01K"], [2**53, 1]))
    with pytest.raises(RebaseError, match="cannot be divided to the last digit"):
        move(divided, at="2016-04-01", to="2018-04-01")
    whole = rebase(
        make(frame(["00C", "00K", "00M"], [2**53, 1, 0])),
        code="code",
        at="2018-04-01",
        to="2021-04-01",
        sums=["n"],
    )
    only = nw.from_native(whole.frame)["n"].to_list()
    assert only == [2**53 + 1], "and where none runs over, to the last digit"


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
def test_more_than_a_hundred_columns_are_added_up_without_a_warning():
    """Of pandas, about how its frame was put together, which no caller could help."""
    names = [f"n{i}" for i in range(120)]
    data = pd.DataFrame({"code": ["00C", "00K", "00M"], **{n: [1, 2, 3] for n in names}})
    moved = rebase(data, code="code", at="2018-04-01", to="2021-04-01", sums=names)
    assert set(moved.frame[names].iloc[0]) == {6} and moved.frame["status"].tolist() == ["exact"]


@pytest.mark.parametrize("how", [{"by": [""]}, {"sums": ["n", ""]}, {"code": ""}])
def test_a_column_without_a_name_is_refused_in_words(how):
    """As a key it ended in an error of Narwhals."""
    data = frame(["00C"]).assign(**{"": "a"})
    with pytest.raises(RebaseError, match="a column that is asked for has no name; give it one"):
        rebase(data, **({"code": "code", "at": "2016-04-01", "to": "2018-04-01", "sums": ["n"]} | how))


def test_a_line_of_the_file_is_named_where_the_index_says_it():
    data = frame(["00C", "00D"], ["1", "two"])
    data.index = [2, 5]
    data.index.name = "line"
    with pytest.raises(RebaseError, match=r"column 'n': 'two' \(line 5 of the file\): this is not a number"):
        move(data)
    with pytest.raises(RebaseError, match=r"column 'n': 'two' \(row 2\): this is not a number"):
        move(data.rename_axis(None))


DAMAGED = {
    "lower case": ("00c", "00C"),
    "spaces": (" 00C ", "00C"),
    "hard space": ("00C\u00a0", "00C"),
    "a name": ("NHS Darlington CCG", "00C"),
    "ampersand": ("NHS Bath & North East Somerset CCG", "11E"),
    "ONS in lower case": ("e38000042", "E38000042"),
}


@pytest.mark.parametrize("written, meant", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_code_is_suggested_and_repaired_if_asked(written, meant):
    data = frame([written], [5])
    with pytest.raises(
        RebaseError, match=f"{re.escape(repr(written))} is no code known here, perhaps {meant}"
    ):
        move(data)
    result = move(data, repair=True)
    wanted = "00C" if meant.startswith("E") else meant
    assert counted(result) == {wanted: 5}
    assert result.report().repaired == {written: meant}
    assert f"Read {written!r} as {meant}." in str(result.report())


def test_a_power_of_excel_is_a_trust():
    data = frame(["5.00E+01", "5A3"], [1, 2])  # 5E1, as Excel shows it
    with pytest.raises(RebaseError, match=r"'5.00E\+01' is no code known here, perhaps 5E1"):
        move(data, at="2012-04-01")
    fixed = move(data, at="2012-04-01", repair=True)
    same(fixed.frame, move(frame(["5E1", "5A3"], [1, 2]), at="2012-04-01").frame)


def test_repair_adds_up_spellings_of_one_code_and_leaves_the_unknown_alone():
    assert counted(move(frame(["00c", "00C"], [1, 2]), repair=True)) == {"00C": 3}
    with pytest.raises(RebaseError, match="'ZZZ' is no code known here"):
        move(frame(["00c", "ZZZ"]), repair=True)


@pytest.mark.slow
@pytest.mark.parametrize("lazy", [False, True], ids=["eager", "lazy"])
def test_repair_works_with_dates_and_on_lazy_frames(lazy):
    data = frame(["00c", "00C", "13t"], day=["2013-04-01", "2013-04-01", "2015-04-01"])
    given = pl.from_pandas(data).lazy() if lazy else data
    result = move(given, at="day", repair=True)
    assert plain(result.frame)["n"].tolist() == [3, 3]
    assert result.report().repaired == {"00c": "00C", "13t": "13T"}
    first = data.head(2).drop(columns="day")
    once = move(pl.from_pandas(first).lazy() if lazy else first, at="2013-04-01", repair=True)
    assert plain(once.frame).values.tolist() == [["00C", 3, "exact", 0, 0]]


@pytest.mark.slow
def test_names_alone_are_read_by_the_day():
    trusts, ccgs = (lineage.bodies(day) for day in ("2012-04-01", "2018-04-01"))
    for at, bodies in (("2012-04-01", trusts), ("2018-04-01", ccgs)):
        bare = bodies["name"].str.removeprefix("NHS ").str.removesuffix(" CCG")
        result = move(frame(bare), at=at, to="2018-04-01", repair=True)
        assert result.report().repaired == dict(zip(bare, bodies["code"], strict=True))
    # Nottingham and Nottinghamshire is a board, and the name of one of its two locations
    for others in ([], ["02Q"], ["QT1"]):
        with pytest.raises(RebaseError, match="'Nottingham and Nottinghamshire' is no code known here"):
            move(
                frame([*others, "Nottingham and Nottinghamshire"]),
                at="2022-08-01",
                to="2023-04-01",
                repair=True,
            )


def test_auto_refuses_when_the_answer_differs_and_names_every_geography():
    with pytest.raises(RebaseError) as error:
        move(frame(["01H", "00C"]), at="auto", to="2021-04-01")
    for name in ("April 2013", "April 2015", "April 2016"):
        assert f"the CCGs of {name}" in str(error.value)
    assert "the answer differs. Say which with at" in str(error.value)


@pytest.mark.few(1)
@kinds_with_slow_duckdb
def test_auto_refuses_when_only_the_status_differs(make):
    """02M gained land in between: alone it is all of 02M on the codes of 2021, and a part on those of 2016."""
    data = frame(["02M", "00Q", "00R"])
    ask = {"to": "2022-07-01", "level": "sub_icb"}
    early, late = (states(move(make(data), at=f"{y}-04-01", **ask), "code") for y in (2016, 2021))
    assert (early["02M"], late["02M"]) == ("incomplete", "exact")
    with pytest.raises(RebaseError, match="the answer differs"):
        move(make(data), at="auto", **ask)


@pytest.mark.parametrize("day", ["2022-07-01", "2023-04-01"])
@pytest.mark.parametrize("to", ["2022-07-01", "2023-04-01"])
def test_auto_calls_no_body_exact_whose_land_the_geographies_do_not_agree_on(day, to):
    """The 42 boards of July 2022 have the codes of those of April 2023, but for land where nobody is registered."""
    boards = lineage.bodies(day, "icb")["code"]
    result = move(pd.DataFrame({"code": boards, "n": 1}), at="auto", to=to, level="icb")
    assert dict(zip(result.frame["code"], result.frame["n"], strict=True)) == dict.fromkeys(sorted(boards), 1)
    assert result.frame.loc[result.frame["status"] != "exact", "code"].tolist() == ["QXU"]


def test_auto_accepts_many_geographies_when_the_answer_is_the_same():
    result = move(frame(["00C", "00D"]), at="auto", to="2021-04-01")
    assert counted(result) == {"16C": 1, "84H": 2}


def test_auto_takes_the_one_geography_that_fits_whole():
    result = move(every("2018-04-01"), at="auto", to="2021-04-01")
    assert result.report().start == "the CCGs of April 2018" and len(result.frame) == 106


@pytest.mark.parametrize("wrong", ["00C", 5])
def test_a_text_where_codes_are_asked_is_not_taken_as_letters(wrong):
    with pytest.raises(lineage.LineageError, match="give a list of codes"):
        lineage.which(wrong)


def test_auto_refuses_a_mixture_of_geographies():
    with pytest.raises(RebaseError, match="the codes are of no one geography") as error:
        move(frame(["00F", "13T", "00C"]), at="auto", to="2021-04-01")
    assert "name a column of dates in at" in str(error.value)


# --- properties -----------------------------------------------------------------------------------

usual = settings(max_examples=50, deadline=None, derandomize=True, database=None)
few = settings(usual, max_examples=12)  # in make test; the same law has many in make test-slow
STARTS = ["2012-04-01", *APRILS, "2022-07-01"]


@st.composite
def journeys(draw, values):
    """A frame over real codes of some day, and a later day to take it to."""
    at = draw(st.sampled_from(STARTS))
    level = draw(st.sampled_from(["sub_icb", "icb"])) if at == "2022-07-01" else None
    to = draw(st.sampled_from([d for d in STARTS[1:] if d >= at and (at > "2013" or d >= "2015")]))
    codes = [*lineage.bodies(at, level)["code"], "13Q", "UNKNOWN"]
    rows = draw(
        st.lists(st.tuples(st.sampled_from(codes), values, st.sampled_from("abc")), min_size=1, max_size=30)
    )
    return pd.DataFrame(rows, columns=["code", "n", "key"]), at, to  # fmt: skip


whole = st.integers(-(10**9), 10**9)
floats = st.one_of(st.floats(-1e9, 1e9, allow_subnormal=False), st.just(float("nan")))


@pytest.mark.slow
@few
@given(journeys(whole))
def test_whole_numbers_are_conserved(journey):
    conserved(*journey)


@pytest.mark.slow
@usual
@given(journeys(whole))
def test_whole_numbers_are_conserved_on_many(journey):
    conserved(*journey)


def conserved(data, at, to) -> None:
    result = move(data, at=at, to=to, by=["key"])
    assert result.report().balanced()
    for key, rows in data.groupby("key"):
        placed = result.frame.loc[result.frame["key"] == key, "n"].sum()
        left = result.unmapped.loc[result.unmapped["key"] == key, "n"].sum()
        if result.frame["n"].dtype == "int64":
            assert placed + left == rows["n"].sum()
        else:
            assert abs(placed + left - rows["n"].sum()) <= 1e-9 * rows["n"].abs().sum()


@pytest.mark.slow
def test_an_error_of_rounding_is_measured_by_what_was_added_not_by_what_is_left():
    data = pd.DataFrame({"code": ["5A3", "5P2", "5A3"], "n": [-1e9, 1e9, 0.99999]})
    for one in (data, pl.from_pandas(data), pl.from_pandas(data).lazy()):
        report = rebase(one, code="code", at="2012-04-01", to="2015-04-01", sums=["n"]).report()
        assert report.balanced() and report.sizes["n"] == pytest.approx(2e9)


@pytest.mark.slow
@few
@given(journeys(floats))
def test_floats_are_conserved_and_what_is_missing_is_counted(journey):
    conserved_and_counted(*journey)


@pytest.mark.slow
@usual
@given(journeys(floats))
def test_floats_are_conserved_and_what_is_missing_is_counted_on_many(journey):
    conserved_and_counted(*journey)


def conserved_and_counted(data, at, to) -> None:
    result = move(data, at=at, to=to, by=["key"])
    total = result.frame["n"].sum() + result.unmapped["n"].sum()
    assert abs(total - data["n"].sum()) <= 1e-9 * max(1, data["n"].abs().sum())
    assert result.report().missing["n"] == data["n"].isna().sum()


@pytest.mark.slow
@usual
@given(journeys(whole))
def test_once_there_nothing_moves_again(journey):
    data, at, to = journey
    first = move(data, at=at, to=to, by=["key"]).frame
    again = move(first[["key", "code", "n"]], at=to, to=to, by=["key"])
    same(again.frame[["key", "code", "n"]], first[["key", "code", "n"]])
    assert len(again.unmapped) == 0


@pytest.mark.slow
@usual
@given(journeys(whole), st.randoms(use_true_random=False))
def test_no_order_of_rows_matters(journey, random):
    data, at, to = journey
    order = list(range(len(data)))
    random.shuffle(order)
    one, other = (move(d, at=at, to=to, by=["key"]) for d in (data, data.iloc[order]))
    same(one.frame, other.frame)
    same(one.unmapped, other.unmapped)


@pytest.mark.slow
@usual
@given(journeys(st.integers(0, 1000)), st.data())
def test_means_lie_within_their_parts(journey, more):
    data, at, to = journey
    rates = st.lists(st.floats(-100, 100), min_size=len(data), max_size=len(data))
    data["rate"] = more.draw(rates)
    result = move(data, at=at, to=to, by=["key"], sums=[], means={"rate": "n"})
    level = (
        "sub_icb" if at == "2022-07-01" and not set(data["code"]) & set(tables.load("icbs")["code"]) else None
    )
    feeds = lineage.lookup(at, to, at_level=level)  # fmt: skip
    for row in result.frame.itertuples():
        parts = data[(data["key"] == row.key) & data["code"].isin(feeds.loc[feeds["to"] == row.code, "from"])]
        parts = parts[parts["n"] > 0]["rate"]
        if len(parts):
            assert parts.min() - 1e-9 <= row.rate <= parts.max() + 1e-9
        else:
            assert pd.isna(row.rate)


@pytest.mark.slow
@usual
@given(
    journeys(st.one_of(st.none(), st.integers(-(10**6), 10**6))),
    st.sampled_from([pl.from_pandas, lambda d: pl.from_pandas(d).lazy(), duckdb.from_df]),
)
def test_engines_agree_on_any_frame(journey, make):
    data, at, to = journey
    data["n"] = pd.array(data["n"], dtype="Int64")
    wanted, result = (move(d, at=at, to=to, by=["key"]) for d in (data, make(data)))
    same(result.frame, wanted.frame)
    same(result.unmapped, wanted.unmapped)
    assert result.report().balanced()
    assert result.report().totals["n"] == pytest.approx(wanted.report().totals["n"], abs=1e-6)


@st.composite
def holes(draw):
    """Figures of all parts of some bodies in some months, for one or two keys, with rows and cells left out."""
    at, to, at_level, level = draw(
        st.sampled_from(
            [("2013-04-01", "2015-04-01", "ccg", "ccg"), ("2016-04-01", "2018-04-01", "ccg", "ccg"),
             ("2016-04-01", "2022-07-01", "ccg", "icb"), ("2022-07-01", "2022-07-01", "sub_icb", "icb"),
             ("2022-07-01", "2022-07-01", "sub_icb", "sub_icb"), ("2012-04-01", "2018-04-01", "pct", "ccg"),
             ("2020-04-01", "2022-07-01", "ccg", "sub_icb")]
        )
    )  # fmt: skip
    feeds = lineage.lookup(at, to, level, at_level=at_level)
    feeds = feeds[feeds["share"] > 0]
    targets = draw(st.lists(st.sampled_from(sorted(set(feeds["to"]))), min_size=1, max_size=3, unique=True))
    codes = sorted(set(feeds.loc[feeds["to"].isin(targets), "from"]))
    often = st.sampled_from([True] * 9 + [False])
    rows = [
        (month, kind, code, draw(st.sampled_from([1, 5, 0, 7, 2, 3, 4, 6, 8, None])))
        for month in ("2016-05", "2016-06")
        for kind in draw(st.sampled_from([["x"], ["x", "y"]]))
        for code in codes
        if draw(often)
    ]
    data = pd.DataFrame(rows, columns=["month", "kind", "code", "n"])
    return data.astype({"n": "Int64"}), {"at": at, "to": to, "level": level}, feeds


@pytest.mark.slow
@usual
@given(holes(), st.sampled_from(list(KINDS.values())), st.sampled_from(["zero", "missing"]))
def test_exact_means_that_every_part_was_there_and_every_cell_given(hole, make, absent):
    """Against a count by hand: sets of codes, from the look-up that analysts use."""
    data, ask, feeds = hole
    if data.empty:
        return
    result = move(make(data), by=["month", "kind"], absent=absent, **ask)
    parts = feeds.groupby("to")["from"].agg(set).to_dict()
    divided = set(feeds.loc[feeds["status"] == "approximate", "from"])
    lacking, sparse, rows = set(), 0, plain(result.frame)
    for row in rows.itertuples():
        month = data[data["month"] == row.month]
        here = month[month["kind"] == row.kind]
        mine = here[here["code"].isin(parts[row.code])]
        gone = parts[row.code] - set(month["code"])
        few = not gone and bool(parts[row.code] - set(here["code"]))
        lacking |= {(row.code, row.month, one) for one in gone}
        sparse += few
        assert row.missing == mine["n"].isna().sum()
        wanted = "approximate" if divided & set(mine["code"]) else "exact"
        if gone or row.missing or (few and absent == "missing"):
            wanted = "incomplete"
        assert row.status == wanted
    report = result.report()
    assert {(a.body, p, one) for a in report.absent for p in a.periods for one in a.parts} == lacking
    assert (report.rows, report.sparse) == (len(rows), sparse)
    assert report.incomplete == (rows["status"] == "incomplete").sum()
    assert ("Every row" in str(report)) == (set(rows["status"]) == {"exact"})
    assert ("if what was read as zero" in str(report)) <= (report.sparse > 0)


@cache
def parts_of(day: str, to: str) -> dict[str, list[str]]:
    """The bodies of a day that are in each body of another."""
    return lineage.lookup(day, to).groupby("to")["from"].agg(lambda each: sorted(set(each))).to_dict()


@pytest.mark.slow
@usual
@given(st.data(), st.sampled_from(list(KINDS.values())))
def test_each_month_of_a_year_must_have_every_part(draw, make):
    """Dates that are no key: a year's sum is whole only if each of its months is, on the codes of that month."""
    months = ["2015-02-01", "2015-03-01", "2015-04-01", "2016-02-01", "2016-03-01"]
    parts = {m: parts_of(m, "2016-04-01") for m in months}
    every = [
        (m, c) for m in months for c in sorted({c for one in ("13T", "99H", "00C") for c in parts[m][one]})
    ]
    kept = draw.draw(
        st.lists(st.sampled_from([True] * 12 + [False]), min_size=len(every), max_size=len(every))
    )
    # 00D is there always, so that the dates are seen to be times
    there = [one for one, keep in zip(every, kept, strict=True) if keep] + [(m, "00D") for m in months]
    data = pd.DataFrame([(m[:4], m, c) for m, c in there], columns=["year", "day", "code"]).assign(n=1)
    result, given = move(make(data), at="day", to="2016-04-01", by=["year"]), set(there)
    for row in plain(result.frame).itertuples():
        whole = all((m, c) in given for m in months if m[:4] == row.year for c in parts[m][row.code])
        assert (row.status == "incomplete") == (not whole)


@pytest.mark.slow
@settings(usual, max_examples=25)
@given(worlds(), st.data(), st.sampled_from(list(KINDS.values())))
def test_on_any_england_people_are_found_where_they_went(world, data, make):
    """Against people counted land by land, on a made-up England: a lineage of its own, which the call is given."""
    start, goal = data.draw(st.sampled_from(forward(world)))
    basis = data.draw(st.sampled_from(lineage.BASES))
    then, later = {}, {}
    for (old, new), people in world.flows(start, goal, residents=basis == "residents").items():
        then[old] = then.get(old, 0) + people
        later[new] = later.get(new, 0) + people
    ask = {"at": start[1], "to": goal[1], "level": goal[0], "lineage": world.lineage, "basis": basis}
    result = move(make(frame(list(then), list(then.values()))), **ask)
    out = plain(result.frame)
    assert dict(zip(out["code"], out["n"], strict=True)) == pytest.approx(
        {c: n for c, n in later.items() if n}
    )
    assert result.report().balanced() and not result.report().absent
    assert set(out["status"]) <= {"exact", "approximate"} and out["divided"].between(0, 1).all()
    assert (out.loc[out["status"] == "exact", "divided"] == 0).all()


# --- the command line -----------------------------------------------------------------------------


@pytest.fixture
def run(capsys):
    def go(*args):
        status = cli.main([str(a) for a in args])
        out, err = capsys.readouterr()
        return status, out, err

    return go


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "activity.csv"
    path.write_text(
        "org,month,referrals,rate,note\n"
        "00C,2016-05,10,0.5,x\n00K,2016-05,*,0.5,x\n00M,2016-05,30,0.25,x\nUNKNOWN,2016-05,5,,x\n"
    )
    return path


def test_which_says_the_geography_of_a_file(run, tmp_path):
    path = tmp_path / "all.csv"
    sizes = tables.load("list_sizes")
    sizes.loc[sizes["quarter"] == "2013-04-01", ["code", "practices"]].to_csv(path, index=False)
    assert run("which", path) == (0, "these 211 codes are the CCGs of April 2013\n", "")


def test_which_needs_codes_that_are_known(run, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("area,n\nABC,1\n")
    status, out, err = run("which", path, "--code", "area")
    assert status == 1 and not out and "column 'area': no code is known here" in err
    status, _, err = run("which", path)
    assert status == 1 and "name the column of codes with --code; there are area, n" in err


@pytest.mark.parametrize("start, to", [("2013-04-01", "2021-04-01"), ("2018-04-01", "2022-07-01"), ("2012-04-01", "2018-04-01")])  # fmt: skip
def test_lookup_writes_who_became_whom(run, tmp_path, start, to):
    path = tmp_path / "lookup.csv"
    status, out, err = run("lookup", "--from", start, "--to", to, "-o", path)
    table = pd.read_csv(path, dtype={"from": str, "to": str}, keep_default_na=False)
    assert status == 0 and not err
    assert list(table.columns) == ["from", "from_ons", "from_name", "to", "to_ons", "to_name", "share", "basis", "status"]  # fmt: skip
    assert table.groupby("from")["share"].sum().round(9).eq(1).all()
    bodies = lineage.bodies(start)
    assert set(table["from"]) == set(bodies["code"]) and set(table["to"]) <= set(lineage.bodies(to)["code"])
    known = bodies.set_index("code")["ons_code"].fillna("").to_dict()
    assert table.set_index("from")["from_ons"].to_dict() == known, "the ONS code of the older date"
    assert table["from_name"].ne("").all() and table["to_name"].ne("").all() and table["to_ons"].ne("").all()
    assert f"{len(bodies)} bodies of {start} lead to {table['to'].nunique()} of {to}" in out


def test_lookup_from_locations_needs_their_level_named(run, tmp_path):
    path = tmp_path / "lookup.csv"
    days = ("--from", "2024-04-01", "--to", "2026-04-01", "-o", path)
    status, out, err = run("lookup", *days, "--from-level", "sub_icb")
    table = pd.read_csv(path, keep_default_na=False)
    assert status == 0 and not err and "106 bodies of 2024-04-01 lead to 36 of 2026-04-01" in out
    assert set(table.loc[table["from"] == "D4U1Y", "to"]) == {"S0E4D", "QRL", "S9B9J"}
    assert "Divided by share, so approximate: D4U1Y" in out
    path.unlink()
    assert "42 bodies of 2024-04-01" in run("lookup", *days)[1], "boards, if none is named"
    path.unlink()
    status, _, err = run("lookup", *days, "--from-level", "ccg")
    assert status == 1 and "after that use level sub_icb or icb" in err and not path.exists()


@pytest.mark.slow
def test_a_table_that_is_printed_holds_nothing_but_the_table(run, csv):
    status, out, err = run("lookup", "--from", "2018-04-01", "--to", "2021-04-01")
    assert status == 0 and len(pd.read_csv(io.StringIO(out))["share"].dropna()) == out.count("\n") - 1
    assert "195 bodies of 2018-04-01 lead to 106" in err
    args = (
        "--at",
        "2016-04-01",
        "--to",
        "2021-04-01",
        "--sum",
        "referrals",
        "--drop",
        "rate",
        "note",
        "month",
    )
    status, out, err = run("rebase", csv, *args)
    assert status == 0 and out == "org,referrals,status,divided,missing\n16C,40,incomplete,0,1\n"
    assert "referrals: 45 in = 40 placed + 5 unmapped; 1 cell blank or suppressed." in err


@pytest.mark.slow
def test_rebase_writes_a_file_a_report_and_what_was_left(run, csv):
    out_file = csv.with_name("new.csv")
    args = ("--to", "2021-04-01", "--at", "2016-04-01", "--sum", "referrals", "--mean", "rate:referrals")
    status, out, err = run("rebase", csv, *args, "--by", "month", "--drop", "note", "-o", out_file)
    assert status == 0 and not err
    assert (
        out_file.read_text()
        == "month,org,referrals,rate,status,divided,missing\n2016-05,16C,40,0.3125,incomplete,0,2\n"
    )
    beside = csv.with_name("new.unmapped.csv")
    left = pd.read_csv(beside)
    assert left["org"].tolist() == ["UNKNOWN"] and left["referrals"].tolist() == [5]
    assert left["reason"].tolist() == ["commissioner not known"]
    assert "From the CCGs of April 2016 to the CCGs of April 2021." in out
    assert "Not placed: UNKNOWN, commissioner not known." in out
    assert f"What could not be placed is in {beside}" in out


def test_rebase_asks_what_is_to_become_of_a_column(run, csv):
    status, out, err = run("rebase", csv, "--to", "2021-04-01", "--sum", "referrals")
    assert status == 1 and not out
    assert err.startswith("python -m ccg rebase: ")
    assert "what is to become of column 'month'?" in err and "month, rate, note" in err


def test_rebase_names_a_mean_without_its_weight(run, csv):
    status, _, err = run("rebase", csv, "--to", "2021-04-01", "--mean", "rate")
    assert status == 1 and "--mean rate: name the column that weights it, like --mean rate:patients" in err


@pytest.mark.slow
def test_rebase_repairs_if_asked(run, csv):
    csv.write_text("org,n\n9.00E+00,3\n00D,4\n00c,0\n")
    args = ("rebase", csv, "--to", "2018-04-01", "--at", "2016-04-01", "--sum", "n")
    status, out, err = run(*args)
    assert status == 1 and not out and "'9.00E+00' is no code known here, perhaps 09E" in err
    status, out, err = run(*args, "--repair")
    assert (
        status == 0
        and out == "org,n,status,divided,missing\n00C,0,exact,0,0\n00D,4,exact,0,0\n09E,3,exact,0,0\n"
    )
    assert "Read '00c' as 00C." in err and "Read '9.00E+00' as 09E." in err


@pytest.mark.slow
def test_rebase_takes_a_column_of_dates(run, csv):
    csv.write_text("org,day,n\n00C,2013-04-01,1\n13T,2015-04-01,2\n")
    status, out, _ = run("rebase", csv, "--to", "2018-04-01", "--at", "day", "--sum", "n")
    assert status == 0 and out == "org,n,status,divided,missing\n00C,1,exact,0,0\n13T,2,exact,0,0\n"


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "args, words",
    [
        (["rebase", "none.csv", "--to", "2021-04-01"], "none.csv: there is no such file"),
        (["lookup", "--from", "2021-04-01", "--to", "2013-04-01"], "backwards is not possible: 13T was made on 2015-04-01"),
        (["lookup", "--from", "spring", "--to", "2013-04-01"], "'spring' is not a date; write it like 2018-04-01"),
        (["explain", "Atlantis"], "'Atlantis' is not known"),
        (["explain", "Newcastel Gateshead"], "'Newcastel Gateshead' is not known; did you mean 13T?"),
    ],
)  # fmt: skip
def test_the_commands_refuse_in_words_on_stderr(run, args, words):
    status, out, err = run(*args)
    assert status == 1 and not out and words in err


def test_explain_tells_the_life_of_a_body(run):
    status, out, err = run("explain", "10G", "--to", "2021-04-01")
    assert status == 0 and not err
    assert out.startswith("NHS Bracknell and Ascot CCG (10G)\nA CCG from 1 April 2013 to 31 March 2018.")
    assert "1 April 2018: 10G merged into 15D (NHS East Berkshire CCG)" in out
    assert "On 1 April 2021 its area is:\n  D4U1Y NHS Frimley CCG (exact)" in out
    assert run("explain", "bracknell")[1].startswith("NHS Bracknell and Ascot CCG (10G)")
    assert "00C" in run("explain", "E38000042")[1]
