"""What a slip of one sign in the package would change, and a reader would notice."""

import itertools

import ccg
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
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
    lives = lineage.Lineage.from_tables()
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


@pytest.mark.slow
def test_dates_may_be_categories():
    """A category is read as the text that it stands for, with the same result."""
    days = ["2013-04-01", "2016-04-01"]
    frame = pd.DataFrame({"code": ["00C", "00D"], "day": days, "n": [5, 7]})
    asked = {"code": "code", "at": "day", "to": "2021-04-01", "sums": ["n"]}
    plain = ccg.rebase(frame, **asked)
    for coded in (
        frame.astype({"day": "category"}),
        pl.from_pandas(frame).with_columns(pl.col("day").cast(pl.Categorical)),
        pa.table({**frame.to_dict("list"), "day": pa.array(days).dictionary_encode()}),
    ):
        moved = nw.from_native(ccg.rebase(coded, **asked).frame)
        assert moved["n"].to_list() == list(plain.frame["n"]) == [5, 7]


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


@pytest.mark.slow
def test_rows_dated_in_the_years_of_trusts_are_placed():
    """The first day known is the day of trusts: rows dated then are of trusts, and their numbers all arrive."""
    days = ["2010-04-01", "2012-10-01", "2013-03-31"]
    frame = pd.DataFrame({"code": ["5A3", "5A4", "5A5"], "day": days, "n": [1, 2, 4]})
    moved = ccg.rebase(frame, code="code", at="day", to="2015-04-01", sums=["n"])
    assert moved.frame["n"].sum() == 7 and not len(moved.unmapped)


def test_a_search_tells_the_last_day_of_a_trust_and_of_a_ccg_whose_code_goes_on():
    lives = lineage.Lineage.from_tables()
    found = {code: lives.search(code).iloc[0] for code in ("00L", "5A3")}
    assert {code: (one["level"], str(one["closed"].date())) for code, one in found.items()} == {
        "00L": ("ccg", "2022-06-30"),
        "5A3": ("pct", "2013-03-31"),
    }


def test_a_weight_of_none_weighs_nothing_and_is_not_refused():
    """Zero is a weight: only one below zero is told of, in a lazy frame by the report."""
    frame = pl.DataFrame({"code": ["00D", "00J"], "rate": [0.5, 0.7], "w": [0, 4]}).lazy()
    moved = ccg.rebase(frame, code="code", at="2013-04-01", to="2020-04-01", means={"rate": "w"})
    assert "below zero" not in str(moved.report())
    assert moved.frame.collect()["rate"].to_list() == [0.7]


def test_a_row_above_the_codes_that_is_data_is_not_taken_for_the_header(file):
    """A row of England above the first code is no header: so none is found, and no number is lost as a name."""
    with pytest.raises(ccg.ReadError, match="A title above the table has to go"):
        ccg.read(file("Referrals\nEngland,100,200\n00C,5,7\n"))


def test_the_header_of_one_column_is_found_below_a_year(file):
    frame = ccg.read(file("2019\ncode\n00C\n00D\n"))
    assert list(frame) == ["code"] and frame["code"].tolist() == ["00C", "00D"]


def test_a_first_column_that_numbers_the_rows_is_left_out_and_told(file):
    frame = ccg.read(file(",code,n\n0,00C,5\n1,00D,7\n"))
    assert list(frame) == ["code", "n"]
    assert frame.attrs["read"] == ("the first column, without a name, only numbers the rows; it is left out",)


@pytest.mark.parametrize(
    ("row", "do"), [("00C,5,,", "Take off the commas at its end"), ("00C,1,234", "needs quotation marks")]
)
def test_a_row_that_is_too_long_is_told_what_ails_it(row, do, file):
    with pytest.raises(ccg.ReadError, match=do):
        ccg.read(file(f"code,n\n{row}\n00D,7\n"))


def test_every_code_of_every_vintage_is_known():
    lives = lineage.default()
    of = {c for v in lives.vintages() for scheme in ("ods", "ons") for c in lives.codes_of(v, scheme)}
    assert of <= lives.every_code() and {"E16000001", "E54000008"} <= lives.every_code()


def lazy(**columns):
    return pl.DataFrame(columns).lazy()


def placed(moved) -> dict:
    return dict(moved.frame.collect().select("code", "n").iter_rows())


def unmapped(moved) -> dict:
    return dict(moved.unmapped.collect().select("code", "n").iter_rows())


def test_of_two_schemes_the_ods_code_is_placed():
    """Of a lazy frame one of two codes of a body comes back, and it is the ONS code."""
    frame = lazy(code=["E38000042", "00C"], n=[7, 5])
    moved = ccg.rebase(frame, code="code", at="2013-04-01", to="2016-04-01", sums=["n"])
    assert placed(moved) == {"00C": 5} and unmapped(moved) == {"E38000042": 7}


def test_a_board_gives_way_to_any_one_of_its_locations():
    """Also to the last of them, though its numbers go with the land of the first: else they would count twice."""
    for one in ("00T", "14L"):
        frame = lazy(code=["QOP", one], n=[100, 5])
        moved = ccg.rebase(frame, code="code", at="2022-07-01", to="2023-04-01", level="icb", sums=["n"])
        assert placed(moved) == {"QOP": 5} and unmapped(moved) == {"QOP": 100}, one


def test_a_blank_cell_of_a_body_with_much_land_is_one_cell():
    """The board's land is in pieces beside one of its locations, and what is blank is counted with the first alone."""
    frame = pd.DataFrame({"code": ["QOP", "00T"], "kind": ["x", "y"], "n": [None, 5.0]})
    moved = ccg.rebase(
        frame, code="code", at="2022-07-01", to="2023-04-01", level="icb", sums=["n"], by=["kind"]
    )
    assert moved.frame["missing"].tolist() == [1, 0]


def test_a_part_that_has_no_row_is_told_of_a_lazy_frame_under_yes_and_no():
    """A key of yes and no is never a period; and what a frame does not have is not there, whatever the look-up has."""
    frame = lazy(code=["00F", "00G", "00F"], urgent=[True, True, False], n=[1, 2, 4])
    moved = ccg.rebase(frame, code="code", at="2013-04-01", to="2015-04-01", sums=["n"], by=["urgent"])
    assert set(moved.frame.collect()["status"]) == {"incomplete"}


@pytest.mark.slow
def test_a_body_is_whole_at_the_time_of_trusts_too():
    """Dates that set rows apart count the day of trusts as a time like any other."""
    parts = ccg.tables.load("pct_to_ccg")
    goal = "08F"
    trusts = sorted(set(parts.query("ccg == @goal")["pct"]))
    frame = lazy(code=trusts, day=["2012-10-01"] * len(trusts), n=[1] * len(trusts))
    moved = ccg.rebase(frame, code="code", at="day", to="2015-04-01", sums=["n"])
    of = dict(moved.frame.collect().select("code", "status").iter_rows())
    assert of[goal] == "approximate", "not incomplete"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "status"),
    [
        # 13T is whole on the one day of men, and of women has one part of three on another day
        ("00F 13 men, 00G 13 men, 00H 13 men, 00F 13 women, 00F 14 women", {"men": "exact", "women": "incomplete"}),
        # 99C is there on both days, so that women have no row of one of them is a small count
        ("99C 13 men, 99C 14 men, 99C 13 women, 00L 14 women", {"men": "exact", "women": "exact"}),
    ],
)  # fmt: skip
def test_a_body_is_judged_at_the_times_at_which_it_has_rows(rows, status):
    cells = [row.split() for row in rows.split(", ")]
    frame = pd.DataFrame(cells, columns=["code", "year", "who"]).assign(n=1)
    frame["day"] = "20" + frame.pop("year") + "-04-01"
    moved = ccg.rebase(frame, code="code", at="day", to="2015-04-01", sums=["n"], by=["who"]).frame
    first = moved[moved["code"] != "00L"]
    assert dict(zip(first["who"], first["status"], strict=True)) == status


def test_where_nothing_was_placed_the_report_names_the_finest_geography():
    frame = lazy(code=["ZZZ"], n=[1])
    moved = ccg.rebase(frame, code="code", at="2022-07-01", to="2023-04-01", sums=["n"])
    lives = lineage.default()
    assert moved.report().start == str(lives.vintage("2022-07-01", "sub_icb"))


def test_a_code_of_a_board_and_of_a_partnership_is_asked_about():
    """Of a board there is no way back to the partnership whose code it took: so its figures are not taken for that's."""
    frame = pd.DataFrame({"code": ["E54000008"], "n": [1]})
    with pytest.raises(
        ccg.RebaseError, match=r"could be the boards of July 2022, .* partnerships of April 2021, and"
    ):
        ccg.rebase(frame, code="code", to="2021-04-01", level="partnership", sums=["n"])


def said(**of) -> str:
    """What a report with these figures says."""
    return str(report.Report("A", "B", **{"totals": {}, "missing": {}, **of}))


@pytest.mark.parametrize(
    ("made", "named", "one_more", "two_more"),
    [
        (
            lambda codes: {"absent": [report.Absent(code, ("00C",), ()) for code in codes]},
            "no row of",
            "So it is with 1 more body;",
            "So it is with 2 more bodies;",
        ),
        (
            lambda codes: {"repaired": {code.lower(): code for code in codes}},
            "Read ",
            "So was 1 more code read;",
            "So were 2 more codes read;",
        ),
        (
            lambda codes: {"spellings": [(code.lower(), code) for code in codes]},
            "are one code",
            "So was 1 more code.",
            "So were 2 more codes.",
        ),
    ],
    ids=["absent", "repaired", "spellings"],
)
def test_a_report_names_twelve_and_counts_the_others(made, named, one_more, two_more):
    whole, one, two = (said(**made([f"B{i:02}" for i in range(n)])) for n in (12, 13, 14))
    assert whole.count(named) == one.count(named) == two.count(named) == 12
    assert "So " not in whole and one_more in one and two_more in two


@pytest.mark.parametrize(
    ("of", "last"),
    [
        ({}, "No row was placed."),
        ({"rows": 2}, "Every row is exact."),
        ({"rows": 2, "unplaced": 1}, "Every row that was placed is exact."),
        ({"rows": 2, "divided": 1}, ""),
        ({"rows": 2, "incomplete": 1}, "1 of 2 rows is incomplete: a part has no row, or"),
        ({"rows": 3, "incomplete": 2}, "2 of 3 rows are incomplete: a part has no row, or"),
        ({"rows": 2, "doubtful": 1, "doubts": ["why"]}, "1 of 2 rows is doubtful: why."),
        ({"rows": 3, "doubtful": 2, "doubts": ["why", "so"]}, "2 of 3 rows are doubtful: why; so."),
        (
            {"rows": 2, "sparse": 1},
            "though it has one in the period: read as zero.\nEvery row is exact, if what",
        ),
        ({"rows": 2, "sparse": 1, "sparse_is": "missing", "divided": 1}, "so it is incomplete."),
        ({"rows": 2, "sparse": 2, "sparse_is": "missing", "divided": 1}, "so they are incomplete."),
    ],
)
def test_a_report_says_what_its_rows_are(of, last):
    first, _, rest = said(**of).partition("\n")
    assert first == "From A to B." and (last in rest if last else not rest)


def test_numbers_balance_to_one_in_a_thousand_million():
    for placed, balanced in ((1e9 - 1, True), (1e9 - 2, False)):
        totals = {"n": {"input": 1e9, "placed": placed, "unmapped": 0.0}}
        assert report.Report("A", "B", totals, {}).balanced() == balanced


def rebased(codes, to, column=None, **of):
    """Rows of one for each code, moved."""
    frame = pd.DataFrame({"code": codes, "n": 1} | (column or {}))
    return ccg.rebase(frame, **{"code": "code", "to": to, "sums": ["n"], **of})


def test_two_spellings_of_a_code_that_does_not_stand_there_itself_are_told():
    report = rebased([" 00C", "00c", "00D"], "2015-04-01", at="2013-04-01", repair=True).report()
    assert "' 00C' and '00c' are one code, and were added up where they meet." in str(report)


def test_bodies_whose_other_share_is_not_known_come_after_those_of_which_it_is():
    lives = lineage.default()
    codes = sorted(lives.codes_of(lives.vintage("2013-04-01", "ccg"), "ods"))
    differ = rebased(codes, "2021-04-01", at="2013-04-01").report().differ
    known = [body for body, part in differ.items() if part is not None]
    assert "01H" in known and "01E" not in known, "so there are some of each"
    assert list(differ)[: len(known)] == sorted(known, key=differ.get, reverse=True)


def test_codes_that_are_a_whole_body_of_one_geography_and_a_part_of_it_in_another_are_asked_about():
    """06W of 2013 is a part of the later 06W, and of 2017 all of it."""
    statuses = {
        at: list(rebased(["06W"], "2018-04-01", at=at).frame["status"]) for at in ("2013-04-01", "2017-04-01")
    }
    assert statuses == {"2013-04-01": ["incomplete"], "2017-04-01": ["exact"]}
    with pytest.raises(ccg.RebaseError, match=r"CCGs of April 2013, .* and the answer differs"):
        rebased(["06W"], "2018-04-01", at="auto")


def test_a_code_that_is_known_nowhere_is_no_code_of_the_finest_geography():
    with pytest.raises(ccg.RebaseError, match=r"^1 code is not of the sub-ICB locations of July 2022: 'ZZZ'"):
        rebased(["ZZZ"], "2023-04-01", at="2022-07-01")


def test_sums_that_differ_by_less_than_a_float_can_tell_are_not_divided():
    """2**53 + 1 is read as 2**53 when it is made a float."""
    column = {"n": [2**53, 1]}
    with pytest.raises(ccg.RebaseError, match="cannot be divided to the last digit"):
        rebased(["D2P2L", "15E"], "2022-07-01", column, at="2021-04-01")


def test_a_row_is_divided_as_much_as_the_most_divided_of_its_numbers():
    """Of n nothing is divided, since D2P2L, whose land was, has none of it; of m a part is."""
    column = {"n": [0, 5], "m": [7, 5]}
    moved = rebased(["D2P2L", "15E"], "2022-07-01", column, at="2021-04-01", sums=["n", "m"])
    assert (moved.frame["divided"] > 0.1).all()
    lazily = ccg.rebase(
        lazy(code=["D2P2L", "15E"], **column), code="code", at="2021-04-01", to="2022-07-01", sums=["n", "m"]
    )
    assert moved.report().most == lazily.report().most == moved.frame["divided"].max()


def test_a_lazy_frame_without_rows_has_nothing_in_it():
    frame = pl.LazyFrame(schema={"code": pl.String, "n": pl.Int64})
    moved = ccg.rebase(frame, code="code", at="2018-04-01", to="2021-04-01", sums=["n"])
    assert "n: 0 in = 0 placed + 0 unmapped; 0 cells blank or suppressed." in str(moved.report())


@pytest.mark.parametrize(
    ("rows", "more"), [(1, ""), (2, " (and 1 more such row)"), (3, " (and 2 more such rows)")]
)
def test_rows_that_are_too_short_are_counted(rows, more, file):
    with pytest.raises(ccg.ReadError) as refused:
        ccg.read(file("code,n,m\n00C,5,7\n00D,7,9\n00J,7,9\n00K,7,9\n" + "00L,7\n" * rows))
    assert f"line 6: 2 cells where the header has 3{more}. Fill" in str(refused.value)


def test_a_file_in_latin_letters_has_no_sign_of_no_width_taken_out(tmp_path):
    (tmp_path / "in.csv").write_bytes("code,név\n00C,Málaga\n".encode("cp1252"))
    frame = ccg.read(tmp_path / "in.csv")
    assert frame["név"].tolist() == ["Málaga"] and not any("width" in said for said in frame.attrs["read"])


def test_a_file_of_text_has_a_name_for_each_column(file):
    """Of a workbook such a column is called by its place, since a name may stand over several."""
    with pytest.raises(ccg.ReadError, match="column 2, which holds 'x', has no name"):
        ccg.read(file("code,,n\n00C,x,5\n00D,y,7\n"))


def test_geographies_of_a_lineage_just_made_follow_each_other_to_the_last_day_known():
    lives = lineage.Lineage.from_tables()
    of: dict[str, list] = {}
    for one in lives.vintages():
        of.setdefault(one.level, []).append((one.start, one.end))
    for level, times in of.items():
        assert all(start <= end for start, end in times), level
        for (_, ends), (begins, _) in itertools.pairwise(times):
            assert ends + pd.Timedelta(days=1) == begins, level
    day_before = lives.start - pd.Timedelta(days=1)
    assert of["pct"] == [(lives.trusts, day_before)] and of["ccg"][0][0] == lives.start
    assert of["sub_icb"][-1][1] == of["icb"][-1][1] == lives.until
    assert of["sub_icb"][0][0] == lives.boards == of["partnership"][-1][1] + pd.Timedelta(days=1)


@pytest.mark.parametrize("kind", [pl.Int32, pl.UInt32])
def test_small_whole_numbers_do_not_run_over(kind):
    frame = pl.DataFrame({"code": ["00F", "00G"], "n": pl.Series([2**31 - 1] * 2, dtype=kind)})
    frame = pl.concat([frame, frame])
    moved = ccg.rebase(frame, code="code", at="2013-04-01", to="2015-04-01", sums=["n"])
    assert moved.frame["n"].to_list() == [4 * (2**31 - 1)]


def test_a_code_that_came_without_a_change_of_boundary_is_refused():
    """The third ONS code of a CCG whose boundary moved once: the day of the second is not its day too."""
    listed = ccg.tables.load("ons_codes")
    last = listed[listed["code"] == "01H"].sort_values("first_seen").tail(1)
    third = last.assign(ons_code="E38009999", first_seen=last["first_seen"] + pd.Timedelta(days=30))
    more = {"ons_codes": pd.concat([listed, third], ignore_index=True)}
    lives = lineage.Lineage.from_tables(lambda name: more.get(name, ccg.tables.load(name)))
    with pytest.raises(lineage.LineageError, match=r"E38009999 of 01H .* no boundary of 01H moved before"):
        lives.ons_periods()


@pytest.mark.slow
def test_the_last_day_known_is_the_last_that_a_row_may_be_of():
    lives = lineage.default()
    last = [str((lives.until + pd.Timedelta(days=n)).date()) for n in (0, 1)]
    frame = lazy(code=["00L", "00L"], day=last, n=[1, 2])
    moved = ccg.rebase(frame, code="code", at="day", to=last[0], sums=["n"])
    assert list(placed(moved).values()) == [1] and unmapped(moved) == {"00L": 2}
    assert moved.report().unmapped == [("00L", "no date that can be used")]
    with pytest.raises(ccg.RebaseError, match=rf"{last[1]} is out of reach; .* to {last[0]}"):
        ccg.rebase(frame.collect(), code="code", at="day", to=last[0], sums=["n"])


@pytest.mark.slow
def test_a_ccg_without_one_of_its_trusts_is_incomplete_at_the_time_of_trusts():
    parts = ccg.tables.load("pct_to_ccg")
    many = parts.groupby("ccg")["pct"].nunique()
    goal = many[many > 1].index[0]
    trusts = sorted(set(parts.query("ccg == @goal")["pct"]))
    for there, is_incomplete in ((trusts, False), (trusts[1:], True)):
        frame = lazy(code=there, day=["2012-10-01"] * len(there), n=[1] * len(there))
        moved = ccg.rebase(frame, code="code", at="day", to="2015-04-01", sums=["n"]).frame.collect()
        of = dict(moved.select("code", "status").iter_rows())
        assert (of[goal] == "incomplete") == is_incomplete


def test_land_without_a_practice_is_no_piece_whose_patients_could_be_missing():
    """Fernhurst has residents, and no practice."""
    lives = lineage.Lineage.from_tables()
    empty = {land for (land, _), series in lives.land.shares.items() if not any(share for _, share in series)}
    assert empty == {("09N", "fernhurst")}
    assert lives.pieces("2020-04-01", "2021-04-01")["92A", "92A"] == ("09L", "09N", "09Y", "99H")


def test_trusts_are_in_order_and_of_each_the_ccg_with_most_of_it_first():
    found = lineage.Lineage.from_tables().lookup("2013-03-31", "2015-04-01")
    order = list(zip(found["from"], -found["share"], found["to"], strict=True))
    assert order == sorted(order) and len(order) == 237


def test_a_row_of_units_is_known_where_no_names_stand_beside_the_codes(file):
    frame = ccg.read(file("code,spent,paid\n,£000,£000\n00C,1,2\n00D,3,4\n"))
    assert frame.to_numpy().tolist() == [["00C", "1", "2"], ["00D", "3", "4"]]


@pytest.mark.slow
def test_a_column_of_tens_of_thousands_of_texts_is_read_as_it_is(file):
    texts = [f"id {i}" for i in range(33_000)]
    frame = ccg.read(file("code,id\n" + "".join(f"00C,{text}\n" for text in texts)))
    assert frame["id"].tolist() == texts


def test_one_column_in_two_bytes_a_sign_is_known_without_a_mark_or_a_separator(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes("code\n00C\n00D\n".encode("utf-16-le"))
    assert ccg.read(path)["code"].tolist() == ["00C", "00D"]


def test_codes_of_no_one_geography_are_told_with_those_that_come_near():
    frame = pd.DataFrame({"code": ["00W", "15N", "00L"], "n": [1, 2, 3]})
    near = "2 of the codes are of the CCGs of April 2021.*; of April 2013 to March 2017: 00W"
    with pytest.raises(ccg.RebaseError, match=f"the codes are of no one geography: {near}"):
        ccg.rebase(frame, code="code", at="auto", to="2022-07-01", sums=["n"])


def test_a_weight_that_is_not_given_counts_as_none_among_what_was_not_placed():
    frame = pd.DataFrame({"code": ["00C", "ZZ9", "ZZ8"], "rate": [1.0, None, 3.0], "w": [10.0, None, 5.0]})
    asked = {"code": "code", "at": "2018-04-01", "to": "2021-04-01", "unknown": "unmapped"}
    lost = ccg.rebase(frame, means={"rate": "w"}, **asked).unmapped
    assert dict(zip(lost["code"], lost["w of rate"], strict=True)) == {"ZZ8": 5, "ZZ9": 0}
