"""Figures that add up and may be wrong all the same: refused where that is sure, else doubtful, never exact."""

import io
import random
import re

import pandas as pd
import pytest
from ccg import lineage, rebase_file
from ccg.core.finding import PublishedError

DATES = {"at": "2018-04-01", "to": "2021-04-01"}
CCGS = {"00C": 10, "00K": 20, "00M": 30}  # together 16C of 2020


def frame(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def stacked(*cells: str, head: str = "code,kind,n") -> pd.DataFrame:
    """A row of each kind for each of the three CCGs, each with its own number."""
    rows = [f"{c},{cell},{n + i}\n" for c, n in CCGS.items() for i, cell in enumerate(cells)]
    return frame(f"{head}\n" + "".join(rows))


def status(moved) -> dict[str, str]:
    return dict(zip(moved.frame["code"], moved.frame["status"], strict=True))


# --- totals beside their parts -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("codes", [1, 2])
def test_a_row_that_may_hold_a_total_beside_its_parts_is_doubtful_and_no_other(codes):
    rows = [f"{c},z,{n}\n" for c, n in CCGS.items()]
    rows += [f"{c},{k},{n}\n" for c in ("00N", "00P")[:codes] for k, n in zip("abt", (3, 4, 7), strict=True)]
    moved = rebase_file(frame("code,kind,n\n" + "".join(rows)), sums=["n"], drop=["kind"], **DATES)
    assert status(moved) == {"16C": "exact", **dict.fromkeys(("00N", "00P")[:codes], "doubtful")}


@pytest.mark.slow
def test_the_total_of_each_board_is_found_though_each_has_a_name_of_its_own():
    """Every figure was doubled and called exact: no cell of the dropped names comes twice."""
    of = lineage.lookup("2022-07-01", "2022-07-01", "icb", at_level="sub_icb")
    rng, rows = random.Random(1), []
    for board, parts in of.groupby("to")["from"]:
        some = [rng.randint(10, 90) for _ in parts]
        rows += [(board, f"NHS {board}", sum(some))]
        rows += [(board, f"NHS {board} - {part}", n) for part, n in zip(parts, some, strict=True)]
    table = pd.DataFrame(rows, columns=["code", "Name", "n"]).astype(str)
    with pytest.raises(PublishedError, match="stands the sum of the others, so figures would be counted"):
        rebase_file(table, at="2022-07-01", to="2022-07-01", sums=["n"], drop=["Name"])
    two = table[table["code"].isin(["QHM", "QT6"])]  # the North East, and Cornwall, which has one location
    moved = rebase_file(two, at="2022-07-01", to="2022-07-01", sums=["n"], drop=["Name"])
    assert status(moved) == {"QHM": "doubtful", "QT6": "doubtful"}
    assert str(moved).startswith("Can be used with care: figures of ")


@pytest.mark.slow
def test_codes_of_closed_bodies_that_add_up_to_what_stands_beside_them_are_doubtful():
    text = "code,n\n" + "".join(f"{c},{n}\n" for c, n in CCGS.items())
    ask = {"at": "2020-04-01", "to": "2021-04-01", "sums": ["n"], "closed": "carry"}
    assert status(rebase_file(frame(text + "16C,60\n"), **ask)) == {"16C": "doubtful"}
    assert status(rebase_file(frame(text + "16C,700\n"), **ask)) == {"16C": "exact"}


@pytest.mark.slow
def test_rows_that_stand_twice_are_doubtful_unless_they_count_one_thing_each():
    twice = "code,n\n00C,1\n00K,2\n00M,4\n00M,4\n"
    assert status(rebase_file(frame(twice), sums=["n"], **DATES)) == {"16C": "doubtful"}
    ones = "code,n\n00C,1\n00K,1\n00M,1\n00M,1\n"
    assert status(rebase_file(frame(ones), sums=["n"], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
def test_a_second_row_of_a_few_codes_that_nothing_tells_apart_is_doubtful():
    """00C with 100, and 00C with 105 below it: the sum of a figure and its correction was called exact."""
    text = "code,practice,n,rate\n00C,A,100,3.2\n00K,B,2,4.1\n00M,C,4,0.5\n00C,A,105,3.4\n00L,D,7,1.5\n"
    ask = {"sums": ["n"], "drop": ["rest"], **DATES}
    moved = rebase_file(frame(text), **ask)
    assert status(moved) == {"16C": "doubtful", "00L": "exact"}
    assert "00C has several rows that no column tells apart, and most codes have one" in str(moved)
    assert status(rebase_file(frame(text.replace("00C,A,105", "00C,E,105")), **ask))["16C"] == "exact"
    some = "code,n\n" + "".join(
        f"{c},{i}\n" for c, n in CCGS.items() for i in range(n // 10 + 1)
    )  # as of practices
    assert status(rebase_file(frame(some), **ask)) == {"16C": "exact"}


@pytest.mark.slow
def test_blocks_of_the_same_codes_that_nothing_tells_apart_are_doubtful():
    """Men above, women below, and no word for it in the file: their sum may be meant, or be of two years."""
    text = "code,name,n\n" + "".join(f"{c},N{c},{n + k}\n" for k in (0, 7) for c, n in CCGS.items())
    moved = rebase_file(frame(text), sums=["n"], drop=["rest"], **DATES)
    assert status(moved) == {"16C": "doubtful"} and "and all codes have as many" in str(moved)


@pytest.mark.few(1)
@pytest.mark.parametrize("column, doubt", [("", True), ("Month", False)])
def test_files_put_together_whose_rows_no_column_tells_apart_are_doubtful(tmp_path, column, doubt):
    """April below March, each with its header and no column for the month."""
    one, two = (
        f"code,{column and 'Month,'}n\n"
        + "".join(f"{c},{column and m + ','}{n + i}\n" for c, n in CCGS.items())
        for i, m in enumerate(("Mar-18", "Apr-18"))
    )
    path = tmp_path / "in.csv"
    path.write_text(one + two)
    moved = rebase_file(path, sums=["n"], drop=["rest"], **DATES)
    assert moved.frame["n"].to_list() == [123] and status(moved) == {"16C": "doubtful" if doubt else "exact"}
    assert ("the header stands again (line 5) between them" in str(moved)) == doubt


def blocks(*between: str) -> pd.DataFrame:
    """The same codes once before each of some rows, with nothing in the file that tells the blocks apart but these."""
    rows = [
        f"{c},x,{n + k}\n" + (f"{row}\n" if c == "00M" else "")
        for k, row in enumerate(between)
        for c, n in CCGS.items()
    ]
    return frame("code,name,n\n00L,x,9\n" + "".join(rows))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (",Male total,60", ",Female total,63"),
        (",,60", ",,63"),
        ("England,,60", "England,,63"),
        ("Total,,60", "Total,,63"),
        ("Male total,,60", "Female total,,63"),
        ("Y56,,60", "Y56,,63"),
    ],
)
def test_blocks_of_the_same_codes_with_rows_of_no_body_between_them_are_doubtful(first, second):
    """Men and women, or two years, added up and called exact, since the word for it stood in rows without a code."""
    ask = {"sums": ["n"], "drop": ["name"], "unknown": "unmapped", **DATES}
    moved = rebase_file(blocks(first, second), **ask)
    assert status(moved) == {"16C": "doubtful", "00L": "exact"}
    assert (
        "00C has several rows that no column tells apart, and a row of no known body stands between them (row 5)"
        in str(moved)
    )
    twice = pd.concat([blocks(first, second), frame("code,name,n\n00L,x,8\n")])  # one code twice in its block
    assert set(status(rebase_file(twice, **ask)).values()) == {"doubtful"}
    assert status(rebase_file(blocks(first), **ask)) == {"16C": "exact", "00L": "exact"}


@pytest.mark.slow
@pytest.mark.parametrize("column", ["{},Sex,", "{},,", "{},Sex,-"])
def test_headings_of_two_cells_tell_blocks_of_the_same_codes_apart(column):
    table = blocks(column.format("Female"), "Total,,123")
    table = pd.concat([frame(f"code,name,n\n{column.format('Male')}\n"), table])
    if column == "{},,":
        with pytest.raises(PublishedError, match="which would be added up"):
            rebase_file(table, sums=["n"], drop=["name"], unknown="unmapped", **DATES)
        return
    moved = rebase_file(table, sums=["n"], drop=["name"], unknown="unmapped", **DATES)
    assert status(moved) == {"16C": "doubtful", "00L": "exact"}


@pytest.mark.slow
def test_rows_of_no_body_between_rows_that_a_column_tells_apart_raise_no_doubt():
    """Totals of each month below its rows, and rows of practices with one of an unknown CCG among them."""
    table = blocks(",,60", ",,63").assign(name=["A", *["A"] * 4, *["B"] * 4])
    assert set(status(rebase_file(table, sums=["n"], drop=["name"], **DATES)).values()) == {"exact"}
    rows = "00C,1\n00C,2\n00K,3\n99Z,4\n00C,5\n00M,6\n00M,7\n00M,7\n"
    moved = rebase_file(frame(f"code,n\n{rows}"), sums=["n"], unknown="unmapped", **DATES)
    assert "several rows" not in str(moved)


@pytest.mark.slow
def test_a_drug_whose_name_begins_like_a_total_is_known_by_its_numbers():
    """Total parenteral nutrition stands under every code, and so was taken for the total of the other drugs."""
    names = ("Amlodipine", "Total parenteral nutrition", "Salbutamol")
    table = stacked(*names).assign(n=["50", "2", "30"] * 3)
    assert status(rebase_file(table, sums=["n"], drop=["kind"], **DATES)) == {"16C": "exact"}
    for n in (["50", "80", "30"], ["50", "79", "30"]):  # a total, and one that was rounded
        with pytest.raises(PublishedError, match="'Total parenteral nutrition' stands beside parts"):
            rebase_file(table.assign(n=n * 3), sums=["n"], drop=["kind"], **DATES)


@pytest.mark.slow
@pytest.mark.parametrize(
    "cells",
    [
        ("Most deprived 10%", "Middle", "Least deprived 10%"),
        ("Most deprived decile", "Second most deprived decile", "Other"),
        ("Decile 1", "Decile 2", "Decile 3"),
        ("1st quintile", "2nd quintile", "3rd quintile"),
    ],
)
def test_groups_by_deprivation_are_no_rates(cells):
    """They were refused as several measures, and doubtful as keys."""
    table = stacked(*cells)
    assert status(rebase_file(table, sums=["n"], drop=["kind"], **DATES)) == {"16C": "exact"}
    assert set(rebase_file(table, sums=["n"], by=["kind"], **DATES).frame["status"]) == {"exact"}
    with pytest.raises(PublishedError, match="its rows are of several measures"):
        rebase_file(stacked("Patients", "Deprivation decile"), sums=["n"], drop=["kind"], **DATES)


@pytest.mark.slow
@pytest.mark.parametrize(
    "cells",
    [
        ("Planned", "Unplanned"),
        ("Expected", "Unexpected"),
        ("Planned care", "Urgent care"),
        ("Target group", "Other"),
    ],
)
def test_kinds_of_care_are_no_measures(cells):
    assert status(rebase_file(stacked(*cells), sums=["n"], drop=["kind"], **DATES)) == {"16C": "exact"}
    with pytest.raises(PublishedError, match="its rows are of several measures"):
        rebase_file(stacked("Planned", "Actual"), sums=["n"], drop=["kind"], **DATES)


@pytest.mark.slow
def test_letters_of_ethnic_groups_are_no_sexes():
    """B, any other White background, was taken for both of M and F."""
    assert status(rebase_file(stacked(*"ABFMP"), sums=["n"], drop=["kind"], **DATES)) == {"16C": "exact"}
    with pytest.raises(PublishedError, match="'B' stands beside parts"):
        rebase_file(stacked(*"BFMU"), sums=["n"], drop=["kind"], **DATES)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["List size", "PATIENT_LIST_SIZE", "Registered patients", "Population"])
def test_all_patients_beside_each_disease_are_not_added_up(name):
    """The list of 17 and over beside diabetes and the whole list beside asthma made twice the patients, called exact."""
    rows = "".join(
        f"{c},{kind},{n + share},{share * n * 100}\n"
        for c, n in CCGS.items()
        for kind, share in (("AST", 5), ("DM", 4))
    )
    table = frame(f"code,Disease group,Register,{name}\n{rows}")
    moved = rebase_file(table, sums=["Register", name], drop=["Disease group"], **DATES)
    assert (
        status(moved) == {"16C": "doubtful"} and f"column {name!r} counts all" in str(moved).splitlines()[0]
    )
    assert set(rebase_file(table, sums=["rest"], by=["Disease group"], **DATES).frame["status"]) == {"exact"}
    for head, *cells in (
        ("Sex", "M", "F"),
        ("Age", "0-17", "18+"),
        ("Age band", "Children", "Adults"),
        ("PRACTICE_CODE", "A81001", "A81002"),
        ("Practice", "The Surgery", "Hill Street"),
        ("Rurality", "Town", "Village"),
        ("LSOA", "E01000001", "E01000002"),
        ("Place", "Darlington", "Durham"),
        ("Deprivation quintile", "1", "2"),
    ):
        divided = table.rename(columns={"Disease group": head})
        divided[head] = divided[head].map(dict(zip(("AST", "DM"), cells, strict=True)))
        moved = rebase_file(divided, sums=[name], drop=["Register", head], **DATES)
        assert status(moved) == {"16C": "exact"}, head


@pytest.mark.slow
def test_a_value_beside_its_numerator_and_denominator_is_their_ratio():
    """rest added up the values of 578 and 403 of an indicator, and called that exact."""
    table = frame("code,Indicator value,Numerator,Denominator\n00C,578,4,7\n00K,403,5,12\n00M,350,7,20\n")
    assert list(rebase_file(table, sums=["rest"], drop=["rest"], **DATES).frame)[1:3] == [
        "Numerator",
        "Denominator",
    ]
    assert status(rebase_file(table, sums=["Indicator value"], drop=["rest"], **DATES)) == {"16C": "doubtful"}


@pytest.mark.slow
def test_days_that_a_practice_could_work_are_not_added_over_ccgs():
    table = frame("code,n,Working days\n00C,1,21\n00K,2,21\n00M,4,21\n")
    assert "Working days" not in rebase_file(table, sums=["rest"], drop=["rest"], **DATES).frame
    beds = table.rename(columns={"Working days": "Bed days"})
    assert "Bed days" in rebase_file(beds, sums=["rest"], drop=["rest"], **DATES).frame


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("Activity", "Eligible at snapshot,Newly eligible"),
        ("Activity", "Eligible cumulative YTD,Newly eligible"),
        ("Count_Of", "Births,Bookings"),
        ("Count type", "Eligible,Invited"),
    ],
)
def test_figures_of_a_day_and_of_a_year_are_measures_that_make_no_sum(head, cells):
    table = stacked(*cells.split(","), head=f"code,{head},n")
    with pytest.raises(PublishedError, match="its rows are of several measures"):
        rebase_file(table, sums=["n"], drop=[head], **DATES)


@pytest.mark.slow
def test_columns_that_make_a_hundred_in_every_row_are_percentages():
    """45, 35 and 20 per cent of 03A and 46, 34 and 20 of 03J made 91, 69 and 40, called exact."""
    text = "code,Base,Good,Fair,Poor\n00C,900,70,20,10\n00K,800,60,30,11\n00M,700,55,25,20\n"
    named = rebase_file(frame(text), sums=["Base", "Good", "Fair", "Poor"], **DATES)
    assert status(named) == {"16C": "doubtful"}
    assert "the numbers of 'Good', 'Fair', 'Poor' make 100 in every row" in str(named).splitlines()[0]
    assert list(rebase_file(frame(text), sums=["rest"], drop=["rest"], **DATES).frame)[:3] == [
        "code",
        "Base",
        "status",
    ]
    alike = frame("code,Good,Fair,Poor\n00C,70,20,10\n00K,60,30,10\n00M,65,25,10\n")
    with pytest.raises(PublishedError, match="'Poor' \\(a percentage\\)"):
        rebase_file(alike, sums=["rest"], drop=["rest"], **DATES)
    counts = frame(text.replace("55,25,20", "55,25,40"))
    assert status(rebase_file(counts, sums=["rest"], **DATES)) == {"16C": "exact"}


def test_changes_below_zero_are_rates_as_those_above_are():
    table = frame("code,Change from last year\n00C,-2.3\n00K,1.4\n00M,0.7\n")
    assert status(rebase_file(table, sums=["rest"], **DATES)) == {"16C": "doubtful"}


def test_a_number_that_all_codes_have_is_not_among_the_rest():
    """55 beside each of three CCGs was the number of England, and made 165."""
    table = frame("code,Appointments,England\n00C,900,55\n00K,913,55\n00M,870,55\n")
    moved = rebase_file(table, sums=["rest"], drop=["rest"], **DATES)
    assert "England" not in moved.frame and "'England' (the same number under every code)" in str(moved)


@pytest.mark.few(1)
@pytest.mark.parametrize("name", ["Lower", "U95", "P90", "95th", "Unit cost", "ADQ/STAR-PU", "Wait"])
def test_limits_percentiles_and_money_for_one_are_not_among_the_rest(name):
    table = frame(f"code,n,{name}\n00C,1,3\n00K,2,4\n00M,4,6\n")
    assert name not in rebase_file(table, sums=["rest"], drop=["rest"], **DATES).frame


@pytest.mark.slow
def test_codes_of_diseases_are_no_percentiles():
    table = stacked("P07", "P59", "P90", "L95", "U09", head="code,Diagnosis,n")
    assert status(rebase_file(table, sums=["n"], drop=["Diagnosis"], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
def test_a_measure_or_a_title_may_say_that_rates_allow_for_ages(tmp_path):
    table = stacked("Admissions", "Admissions DSR", head="code,Topic,Value")
    moved = rebase_file(table, sums=["Value"], by=["Topic"], **DATES)
    assert sorted(moved.frame["status"]) == ["doubtful", "exact"]
    path = tmp_path / "table.csv"
    path.write_text(
        "Directly standardised mortality\ncode,2018,2019\n00C,410,400\n00K,380,390\n00M,370,372\n"
    )
    with pytest.raises(PublishedError, match="a rate by the title"):
        rebase_file(path, sums=["rest"], **DATES)


def test_people_who_set_a_quit_date_are_no_dates():
    table = frame("code,Setting a quit date,Quitters\n00C,900,400\n00K,913,410\n00M,870,390\n")
    moved = rebase_file(table, sums=["rest"], **DATES)
    assert moved.frame["Setting a quit date"].tolist() == [2683]


@pytest.mark.slow
def test_payments_of_many_days_are_added_up_and_weeks_of_which_some_are_missing_are_not():
    """Every list of payments over £25,000 was refused: some CCGs had paid none on a day on which others had."""
    days = ["2018-04-03", "2018-04-11", "2018-04-13", "2018-04-19", "2018-04-27", "2018-05-01", "2018-05-14"]
    paid = [(c, d) for i, c in enumerate(CCGS) for j, d in enumerate(days) if (i + j) % 3]
    rows = "".join(f"{c},{d},{30_000 + 137 * n}\n" for n, (c, d) in enumerate(paid))
    rows += "".join(f"England,{d},1\n" for d in days)  # which has some on each day, and is none of the codes
    how = {"sums": ["Amount"], "drop": ["Date"], "unknown": "unmapped"}
    moved = rebase_file(frame(f"code,Date,Amount\n{rows}"), **how, **DATES)
    assert status(moved) == {"16C": "doubtful"} and moved.frame["Amount"].tolist() == [30_000 * 14 + 137 * 91]
    assert "taken for those of payments or other events" in str(moved).splitlines()[0]
    weeks = dict(
        zip(days, pd.date_range("2018-04-08", periods=7, freq="7D").strftime("%Y-%m-%d"), strict=True)
    )
    rows = "".join(f"{c},{weeks[d]},{n}\n" for n, (c, d) in enumerate(paid))
    with pytest.raises(PublishedError, match="so sums would not compare"):
        rebase_file(frame(f"code,Week ending,n\n{rows}"), sums=["n"], drop=["Week ending"], **DATES)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Sex", "Indicator group", "Arm"])
def test_numbers_for_the_sexes_are_none_of_counts(name):
    """rest added them up, and then nothing told the rows of a code apart."""
    moved = rebase_file(stacked("1", "2", "9", head=f"code,{name},n"), sums=["rest"], drop=["rest"], **DATES)
    assert "Sex" not in moved.frame and status(moved) == {"16C": "exact"}
    assert f"rest does not add up {name!r} (the same numbers under every code)" in " ".join(moved.notes)


@pytest.mark.slow
def test_deciles_tell_rows_apart_though_some_codes_lack_some():
    rows = "".join(f"{c},{d},{n + d}\n" for c, n in CCGS.items() for d in (n // 10, 5, 9))
    moved = rebase_file(frame(f"code,IMD decile,n\n{rows}"), sums=["n"], drop=["rest"], **DATES)
    assert status(moved) == {"16C": "exact"}


@pytest.mark.slow
@pytest.mark.parametrize("key", [True, False])
def test_tenths_by_deprivation_tell_rows_apart(key):
    """They are numbers called a rate, and so were not asked whether they tell rows apart."""
    rows = "".join(
        f"{c},{d},{s},{n * d + len(s)}\n" for c, n in CCGS.items() for d in range(1, 11) for s in ("M", "F ")
    )
    table = frame(f"code,IMD decile,Sex,n\n{rows}")
    by = {"by": ["IMD decile"], "drop": ["Sex"]} if key else {"drop": ["rest"]}
    moved = rebase_file(table, sums=["n"], **by, **DATES)
    assert set(moved.frame["status"]) == {"exact"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "cells",
    [
        ("0-64", "65+", "75+"),
        ("Under 18", "16 to 24", "25+"),
        (">18 weeks", ">52 weeks"),
    ],
)
def test_bands_that_overlap_are_never_added_up(cells):
    with pytest.raises(PublishedError, match=r"overlap, so figures would be counted twice"):
        rebase_file(stacked(*cells), sums=["n"], drop=["rest"], **DATES)
    apart = stacked("0-17", "18 to 64", "65 and over")
    assert status(rebase_file(apart, sums=["n"], drop=["rest"], **DATES)) == {"16C": "exact"}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "bands",
    [
        ("[0,18)", "[0,65)", "[65,Inf)"), ("(0, 18]", "(18, 65]", "(50, 65]"), ("(0.0, 18.0]", "(18.0, 65.0]", "(0.0, 65.0]"),
        ("(-Inf,18]", "(-Inf,65]"), ("[18,∞)", "[65,)"), ("[0;18)", "[0;65)"), ("]0,18]", "]0,65]"), ("[0,18]", "(10,65]"),
        ("[0,4]", "[5,17]", "[0,17]"), ("[0,18) years", "[0,65) years"),
    ],
)  # fmt: skip
def test_bands_as_statistics_programs_write_them_overlap_too(bands):
    def of(*cells: str) -> pd.DataFrame:
        rows = [(c, band, str(n + i)) for c, n in CCGS.items() for i, band in enumerate(cells)]
        return pd.DataFrame(rows, columns=["code", "cut", "n"])

    with pytest.raises(PublishedError, match=r"overlap, so figures would be counted twice"):
        rebase_file(of(*bands), sums=["n"], drop=["cut"], **DATES)
    for apart in (("[0,18)", "[18,65)", "[65, inf)"), ("(-0.001, 18.0]", "(18.0, 65.0]")):
        assert status(rebase_file(of(*apart), sums=["n"], drop=["cut"], **DATES)) == {"16C": "exact"}
    for apart in (
        ("[0,12) months", "[1,5) years", "[5,18) years"), ("0-11 months", "1-4 years", "5+"), ("0-27 days", "1-11 months", "1 year and over"),
        ("Under 4 hours", "4-12 hours", "Over 1 day"), ("6 months to 2 years", "3-5 years"), ("Under 1 year", "52+ weeks"),
        ("0-3 months", "13-26 weeks"), ("0-60 mins", "1-2 hours"), ("Under 1 month", "28 days and over"),
    ):  # fmt: skip
        assert status(rebase_file(of(*apart), sums=["n"], drop=["cut"], **DATES)) == {"16C": "exact"}
    for twice in (
        ("0-11 months", "0-4 years"), ("0-11 mths", "0-4 yrs"), ("1-4 years (12-59 months)", "2-3 years", "5-9 years"),
        ("0-18 weeks", "18-52 weeks", "1-2 years", "52+"), ("0-12 weeks", "13-26", "3-6 months"),
    ):  # fmt: skip
        with pytest.raises(PublishedError, match=r"overlap, so figures would be counted twice"):
            rebase_file(of(*twice), sums=["n"], drop=["cut"], **DATES)
    notes = of("[1,2]", "[1,3]").rename(columns={"cut": "Footnotes"})
    assert status(rebase_file(notes, sums=["n"], drop=["Footnotes"], **DATES)) == {"16C": "exact"}


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "cells",
    [
        ("Over 65s", "Over 75s"),
        ("AGE_65_PLUS", "AGE_75_PLUS"),
        ("0_4", "0_17"),
        (">=65", "≥75"),
        ("0-17y", "0-4y"),
        ("Over-65", "65y+"),
        ("U5", "U18"),
        ("Persons 65+", "Patients aged 75+"),
        ("Females 16+", "Women 65+"),
        ("65+", "Males 65+"),
        ("0-17 (children)", "0-4 (infants)"),
        ("65+ (flu)", "75+ (flu)"),
        ("Waiting 6 weeks or more", "Waiting 13 weeks or more"),
        ("52 week waiters", "78 week waiters"),
    ],
)
def test_bands_are_known_however_they_are_written(cells):
    """Over 65s and over 75s were added up, and called exact."""
    with pytest.raises(PublishedError, match=r"overlap, so figures would be counted twice"):
        rebase_file(stacked(*cells, head="code,Age,n"), sums=["n"], drop=["rest"], **DATES)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "cells",
    [
        ("Under 65s", "Over 65s"),
        ("Under 65s", "65 and over"),
        ("0_4", "5_17"),
        ("<=17", "18-64y", ">=65"),
        ("U18", "O18"),
        ("Women 25-64", "Men 25-49"),
        ("0-17 (boys)", "0-17 (girls)"),
        ("1_1", "1_2", "1_3", "2_1"),
        ("4-2018", "5-2018"),
    ],
)
def test_bands_that_do_not_overlap_are_added_up_however_they_are_written(cells):
    moved = rebase_file(stacked(*cells, head="code,Age,n"), sums=["n"], drop=["rest"], **DATES)
    assert status(moved) == {"16C": "exact"}


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("ICD-10", ("C50", "I20-I25", "C00-C97")),
        ("Cause", ("C50 Breast", "Cancer (C00-C97)")),
        ("BNF code", ("0205", "0403", "02")),
        ("BNF section", ("2.5", "2")),
        ("kind", ("GP referrals", "Referrals")),
        ("kind", ("Lung cancer", "Cancers")),
        ("kind", ("White British", "White")),
        ("kind", ("Deaths under 75", "Deaths")),
    ],
)
def test_what_is_a_part_of_another_by_its_code_or_words_is_doubtful(column, cells):
    """They were added up, and called exact; where one is larger than what it would be a part of, they are."""
    moved = rebase_file(stacked(*cells, head=f"code,{column},n"), sums=["n"], drop=[column], **DATES)
    assert status(moved) == {"16C": "doubtful"}
    assert f"of the dropped column '{column}' may be a part of '{cells[-1]}'" in str(moved)
    apart = stacked(*cells[::-1], head=f"code,{column},n")
    assert status(rebase_file(apart, sums=["n"], drop=[column], **DATES)) == {"16C": "exact"}


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("kind", ("Non elective", "Elective")),
        ("kind", ("Very good", "Fairly good", "Good")),
        ("kind", ("Other referrals", "Referrals")),
        ("area", ("West Midlands", "Midlands")),
        ("Practice name", ("Hyde Park", "Park")),
        ("kind", ("Hyde Park Surgery", "Park Surgery")),
        ("kind", ("Accident and emergency", "Emergency")),
        ("kind", ("0205", "02")),  # not of the BNF
        ("kind", ("C50", "I20-I25")),
    ],
)
def test_what_is_called_alike_and_is_no_part_is_added_up(column, cells):
    moved = rebase_file(stacked(*cells, head=f"code,{column},n"), sums=["n"], drop=[column], **DATES)
    assert status(moved) == {"16C": "exact"}


@pytest.mark.slow
def test_figures_beside_the_name_of_another_body_are_doubtful():
    names = ["NHS South Tees CCG", "NHS Darlington CCG", "NHS Hartlepool and Stockton-on-Tees CCG"]
    rows = [f"{c},{name},{n}\n" for (c, n), name in zip(CCGS.items(), names, strict=True)]
    table = frame("code,name,n\n" + "".join(rows) + "00N,NHS South Tyneside CCG,5\n")
    moved = rebase_file(table, sums=["n"], drop=["name"], **DATES)
    assert status(moved) == {"16C": "doubtful", "00N": "exact"}
    # a name that several codes share is that of what they lie in
    plans = frame("code,plan,n\n" + "".join(f"{c},Darlington,{n}\n" for c, n in CCGS.items()))
    assert status(rebase_file(plans, sums=["n"], drop=["plan"], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
def test_a_number_that_stands_beside_every_part_is_never_added_up():
    """The patients of a CCG beside each of its diseases came out as 1.35 billion for England, in rows called exact."""
    rows = [f"{c},{what},{i},{10 * n}\n" for c, n in CCGS.items() for i, what in enumerate(("AF", "DM"), 3)]
    table = frame("code,disease,register,list\n" + "".join(rows))
    with pytest.raises(
        PublishedError, match=r"column 'list' has the same number in several rows .* '100' for '00C'"
    ):
        rebase_file(table, sums=["rest"], drop=["rest"], **DATES)
    assert status(rebase_file(table, sums=["register"], drop=["rest"], **DATES)) == {"16C": "exact"}
    apart = rebase_file(table, sums=["rest"], by=["disease"], **DATES).frame
    assert apart["list"].to_list() == [600, 600] and set(apart["status"]) == {"exact"}
    one = rebase_file(table.iloc[[0, 1, 2, 4]], sums=["rest"], drop=["rest"], **DATES)
    assert status(one) == {"16C": "doubtful"}


@pytest.mark.slow
def test_the_names_of_thousands_of_drugs_are_no_measures():
    drugs = [f"Gel Index {i} Ratio" for i in range(70)]
    moved = rebase_file(stacked(*drugs, head="code,drug,n"), sums=["n"], drop=["drug"], **DATES)
    assert status(moved) == {"16C": "exact"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "cells",
    [
        ("2018/19", "2018/19 Q1"),
        ("Q1", "Q2", "2018/19"),
        ("2013-15", "2014-16"),
        ("Year to Mar-18", "Year to Jun-18"),
    ],
)
def test_periods_that_overlap_are_never_added_up(cells):
    with pytest.raises(PublishedError, match=r"have days in common, so figures would be counted twice"):
        rebase_file(stacked(*cells, head="code,Period,n"), sums=["n"], drop=["rest"], **DATES)
    apart = stacked("2017/18", "2018/19", head="code,Period,n")
    assert status(rebase_file(apart, sums=["n"], drop=["rest"], **DATES)) == {"16C": "exact"}


@pytest.mark.few(2)
@pytest.mark.parametrize("whole", ["YTD", "Year to date", "Full year", "Annual", "Cumulative", "Any month"])
def test_a_total_is_known_by_other_words_too(whole):
    with pytest.raises(PublishedError, match=f"{whole!r} stands beside parts such as 'Q1'"):
        rebase_file(stacked("Q1", "Q2", whole), sums=["n"], drop=["rest"], **DATES)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "cell",
    [
        "Any other ethnic group",
        "Any other White background",
        "Any Qualified Provider",
        "All other specialties",
        "All others",
    ],
)
def test_any_other_group_is_no_total(cell):
    assert status(rebase_file(stacked("Irish", "British", cell), sums=["n"], drop=["rest"], **DATES)) == {
        "16C": "exact"
    }


@pytest.mark.slow
def test_persons_by_their_letter_stand_beside_men_and_women():
    with pytest.raises(PublishedError, match="'P' stands beside parts"):
        rebase_file(stacked("M", "F", "P", head="code,Sex,n"), sums=["n"], drop=["rest"], **DATES)
    assert status(rebase_file(stacked("M", "F", "U"), sums=["n"], drop=["rest"], **DATES)) == {"16C": "exact"}


@pytest.mark.few(4)
@pytest.mark.parametrize("whole", ["", "NULL", "CCG", "X"])
@pytest.mark.parametrize("more, doubt", [(0, True), (5, True), (60, False), (7, False)])
def test_a_total_of_rounded_parts_is_doubtful(whole, more, doubt):
    """NHS Digital rounds to the nearest five, so no total was the sum of its parts, and all was called exact."""
    rows = [(c, k, n) for c, n in CCGS.items() for k, n in (("RTR", 500 + n), ("RVW", 300), ("RXP", 200))]
    rows += [(c, whole, 1000 + n + more) for c, n in CCGS.items()]
    table = pd.DataFrame(rows, columns=["code", "Provider", "n"]).astype(str)
    ask = {"sums": ["n"], "drop": ["rest"], **DATES}
    if more == 0:
        with pytest.raises(PublishedError, match="stands the sum of the others"):
            rebase_file(table, **ask)
        return
    moved = rebase_file(table, **ask)
    assert status(moved) == {"16C": "doubtful" if doubt else "exact"}
    assert ("is the sum of the others, but for rounding" in str(moved)) == doubt


@pytest.mark.slow
def test_men_and_women_and_a_few_not_known_are_no_total():
    rows = [
        (c, k, n)
        for c, i in CCGS.items()
        for k, n in (("a", 11_000 + 20 * i), ("b", 11_500 + 15 * i), ("c", i))
    ]
    table = pd.DataFrame(rows, columns=["code", "kind", "n"]).astype(str)
    assert status(rebase_file(table, sums=["n"], drop=["rest"], **DATES)) == {"16C": "exact"}


def test_a_total_is_seen_though_a_part_of_most_codes_is_not_given():
    """Where most codes had a suppressed part, the total of the others was counted twice and called exact."""
    codes = {**CCGS, "00L": 40, "00N": 50, "00P": 60, "00Q": 70}
    rows = [
        (c, k, n) for c, i in codes.items() for k, n in (("a", 11 + i), ("b", 15), ("c", 3), ("d", 29 + i))
    ]
    table = pd.DataFrame(rows, columns=["code", "kind", "n"]).astype(str)
    table.loc[~table["code"].isin(list(CCGS)) & (table["kind"] == "a"), "n"] = "*"
    with pytest.raises(PublishedError, match="in every row of 'd' stands the sum of the others"):
        rebase_file(table, sums=["n"], drop=["rest"], **DATES)


#: Cells of a column left out, and what comes of their sum where the numbers show nothing: the last is the greatest.
BY_NAME = [
    ("Type 1,Types 1 and 2", "doubtful"),
    ("1,3,1 and 2", "doubtful"),
    ("1,2,1-2", "doubtful"),
    ("Stage 4,Stages 3 to 5", "doubtful"),
    ("Very good,Fairly good,Very good or fairly good", "doubtful"),
    ("Agree,Strongly agree,Agree/strongly agree", "doubtful"),
    ("Male,Female,Male & female", "doubtful"),
    ("No,Yes - definitely,Yes", "doubtful"),
    ("Poor,Very good,Good (total)", "doubtful"),
    ("A,B,Subtotal", "doubtful"),
    ("of which urgent,Routine,Emergency", "doubtful"),
    ("This CCG,England", "doubtful"),
    ("England,Wales", "exact"),
    ("Good,Very good", "exact"),
    ("Type 1,Type 2,Type 10", "exact"),
    ("Types 1 and 2,Type 1", "exact"),  # less than what it would be a part of
    ("White,White and Asian,Asian", "exact"),
    ("Other - dental,Dental,Other", "exact"),
    ("Trauma & Orthopaedics,Ear Nose & Throat", "exact"),
    ("Metformin,Metformin/sitagliptin", "exact"),
    ("Good (total),Poor (total)", "exact"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("cells", "outcome"), BY_NAME)
def test_parts_of_one_another_by_their_names_are_doubtful(cells, outcome):
    """Type 1 beside Types 1 and 2 was called exact, with a note."""
    several = cells.split(",")
    table = stacked(*several)
    table["n"] = [
        str(int(n) * (3 if kind == several[-1] else 1))
        for kind, n in zip(table["kind"], table["n"], strict=True)
    ]
    assert status(rebase_file(table, sums=["n"], drop=["kind"], **DATES)) == {"16C": outcome}


@pytest.mark.slow
def test_a_whole_whose_rounded_parts_are_more_is_a_whole_all_the_same():
    """Each part was rounded up: the whole has a little less than they have together."""
    table = stacked("Agree", "Strongly agree", "Agree/strongly agree").assign(
        n=[15, 15, 29, 25, 35, 58, 45, 35, 78]
    )
    assert status(rebase_file(table, sums=["n"], drop=["kind"], **DATES)) == {"16C": "doubtful"}


def under(codes: int, **parts) -> pd.DataFrame:
    """Numbers under many codes, each cell made by its function of those of very good, fairly good, poor and very poor."""
    rng, rows = random.Random(codes), []
    for code in lineage.bodies("2018-04-01")["code"][:codes]:
        some = [rng.randint(100, 900) for _ in range(4)]
        rows += [(code, kind.replace("_", " "), str(number(*some))) for kind, number in parts.items()]
    return pd.DataFrame(rows, columns=["code", "kind", "n"])


GOOD = {"very_good": lambda a, b, c, d: a, "fairly_good": lambda a, b, c, d: b}
POOR = {"poor": lambda a, b, c, d: c, "very_poor": lambda a, b, c, d: d}
FIVE = {k: lambda *n, of=of: 5 * round(of(*n) / 5) for k, of in (GOOD | POOR).items()}


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("codes", "cells", "words"),
    [
        (9, GOOD | POOR | {"well": lambda a, b, c, d: a + b}, "refused"),
        (9, {"well": lambda a, b, c, d: a + b} | GOOD | POOR | {"ill": lambda a, b, c, d: c + d}, "refused"),
        (9, FIVE | {"well": lambda a, b, c, d: 5 * round((a + b) / 5)}, "'fairly good' and 'very good', but for rounding"),
        (3, GOOD | POOR | {"well": lambda a, b, c, d: a + b}, "the sum of 'fairly good' and 'very good' under these few codes"),
        (9, GOOD | {"also": lambda a, b, c, d: a}, "'very good' of the dropped column 'kind' is the same as 'also' under every code"),
(25, GOOD | POOR | {"well": lambda a, b, c, d: a + b + c + d + a % 4}, "is the sum of the others, but for a little"),
        (25, {"men": lambda a, b, c, d: 99 * a, "women": lambda a, b, c, d: 100 * a, "not known": lambda a, b, c, d: a // 9}, ""),
        (9, GOOD | POOR | {"well": lambda a, b, c, d: a + b + d % 7}, ""),
    ],
)  # fmt: skip
@pytest.mark.few(1)
def test_subtotals_and_copies_are_known_by_their_numbers(codes, cells, words):
    """One of Good beside Very good and Fairly good, and others, was no sum of all others, and so was exact."""
    table, ask = under(codes, **cells), {"sums": ["n"], "drop": ["kind"], **DATES}
    if words == "refused":
        with pytest.raises(
            PublishedError,
            match=r"'well' stands the sum of '(?:fairly|very) good' and '(?:fairly|very) good'",
        ):
            rebase_file(table, **ask)
        return
    moved = rebase_file(table, **ask)
    assert (words in str(moved)) and (set(moved.frame["status"]) >= {"doubtful"}) == bool(words)


@pytest.mark.slow
@pytest.mark.parametrize("other", ["seven", "*"])
def test_a_total_in_one_of_two_columns_is_doubtful(other):
    """A count adds up, and a mark or a count with parts that are not given does not: all was exact."""
    table = under(9, **GOOD, **POOR, everyone=lambda *n: sum(n))
    table["second"] = ["*" if other == "*" and i == 2 else str(3 + i * i % 11) for i in range(len(table))]
    moved = rebase_file(table, sums=["n", "second"], drop=["kind"], **DATES)
    assert "in column 'n'" in str(moved) and set(moved.frame["status"]) <= {"doubtful", "incomplete"}
    table["n"] = table["second"].replace("*", "8")
    assert "doubtful" not in set(
        rebase_file(table, sums=["n", "second"], drop=["kind"], **DATES).frame["status"]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "between", "outcome"),
    [
        ("NHS Darlington CCG,NHS Hartlepool and Stockton-on-Tees CCG,South Tees", "", "doubtful"),
        ("NHS DARLINGTON CCG,Hartlepool & Stockton-on-Tees,NHS South Tees Clinical Commissioning Group", "", "doubtful"),
        ("Darlington (women),Hartlepool (women),South Tees (women)", ",Total,63\n", "doubtful"),
        ("Women,Women,Women", ",Total,63\n", "exact"),
        ("Park Road,Mill Lane,The Quay", "", "exact"),
    ],
)  # fmt: skip
def test_names_that_differ_by_block_tell_no_rows_apart(names, between, outcome):
    """The same codes again, under short names: two periods, or men and women, were added up and called exact."""
    first = ["Darlington", "Hartlepool and Stockton-on-Tees", "South Tees"]
    first = ["Men"] * 3 if names.startswith("Women") else first
    rows = [f"{c},{k},{n}\n" for c, k, n in zip(CCGS, first, CCGS.values(), strict=True)]
    again = [f"{c},{k},{n + 7}\n" for c, k, n in zip(CCGS, names.split(","), CCGS.values(), strict=True)]
    text = "code,name,n\n" + "".join(rows) + between + "".join(again)
    assert status(rebase_file(frame(text), sums=["n"], drop=["name"], **DATES)) == {"16C": outcome}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("numbers", "outcome"), [("10 10 20 21 30 28", "doubtful"), ("10 4 20 9 30 11", "exact")]
)
@pytest.mark.parametrize("first", ["Initial", "First"])
def test_initial_beside_final_may_be_kinds_of_assessment(first, numbers, outcome):
    """They were refused as editions of the same figures, which they are only where their numbers are alike."""
    table = stacked(first, "Final").assign(n=numbers.split())
    assert status(rebase_file(table, sums=["n"], drop=["kind"], **DATES)) == {"16C": outcome}
    with pytest.raises(PublishedError, match="editions of the same figures"):
        rebase_file(table.rename(columns={"kind": "Version"}), sums=["n"], drop=["rest"], **DATES)


@pytest.mark.few(1)
@pytest.mark.parametrize("note", ["corrected", "Revised 12 March", "superseded"])
def test_a_row_noted_as_corrected_beside_one_without_a_note_may_take_its_place(note):
    """Both were added up and called exact."""
    rows = [("00C", "", "10"), ("00C", note, "11"), ("00K", "", "20"), ("00M", "", "30")]
    table = pd.DataFrame(rows, columns=["code", "Note", "n"])
    moved = rebase_file(table, sums=["n"], drop=["Note"], **DATES)
    assert status(moved) == {"16C": "doubtful"}
    assert f"a row with {note!r} in the dropped column 'Note' stands beside one that is like it" in str(moved)
    other = table.assign(n=["10", "3", "20", "30"])  # so many more, as it may be
    assert status(rebase_file(other, sums=["n"], drop=["Note"], **DATES)) == {"16C": "exact"}


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("column", "note"),
    [
        ("Note", "Late correction"), ("Note", "Replacement"), ("Note", "R "), ("Status", "Final"), ("Corrected", "Y"),
        ("Note", "[r]"), ("Note", "Re-submitted"), ("Note", "v2"),
        ("Comment", "Figure corrected by trust"),
    ],
)  # fmt: skip
def test_a_corrected_row_is_held_against_the_one_of_its_month_whatever_else_is_noted(column, note):
    """Against all other months it was no more alike, and a third kind of note hid it."""
    rows = [(c, m, "late return" if n > 20 else "-", n + m) for c, n in CCGS.items() for m in (4, 5, 6)]
    table = pd.DataFrame([*rows, ("00C", 6, note, 17)], columns=["code", "Month", column, "n"]).astype(str)
    how = {"sums": ["n"], **DATES}
    assert status(rebase_file(table, drop=["Month", column], **how)) == {"16C": "doubtful"}
    apart = rebase_file(table, by=["Month"], drop=[column], **how).frame
    assert dict(zip(apart["Month"], apart["status"], strict=True)) == {
        "4": "exact", "5": "exact", "6": "doubtful"
    }  # fmt: skip
    # who noted it is another too, and tells no months apart; nor does another correction, by much, hide this one
    by_whom = pd.concat([table, pd.DataFrame([("00M", "5", note, "1")], columns=table.columns)])
    by_whom["By"] = by_whom[column].where(by_whom[column].eq(note), "JB")
    assert status(rebase_file(by_whom, drop=["Month", column, "By"], **how)) == {"16C": "doubtful"}
    in_place = pd.DataFrame(rows, columns=["code", "Month", column, "n"]).astype(str)
    in_place.loc[in_place["Month"].eq("6"), column] = note
    assert status(rebase_file(in_place, drop=["Month", column], **how)) == {"16C": "exact"}


@pytest.mark.slow
def test_editions_that_are_mostly_the_same_are_doubtful_where_they_were_revised_too():
    """01F, the one that was revised, was called exact."""
    rows = [
        (c, f, n * 10 + (f > "S") * (c == "01F"))
        for c, n in {**CCGS, "01F": 40}.items()
        for f in ("Jun.csv", "Sep.csv")
    ]
    table = pd.DataFrame(rows, columns=["code", "File", "n"]).astype(str)
    moved = rebase_file(table, sums=["n"], drop=["File"], **DATES)
    assert status(moved) == {"16C": "doubtful", "01F": "doubtful"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "cells",
    [
        ("Opening list", "Additions", "Removals", "Closing list"), ("Opening caseload", "Closing caseload"),
        ("List at start", "List at end"), ("Start of month", "End of month"), ("Brought forward", "Carried forward"),
        ("B/F", "New", "C/F"), ("bfwd", "cfwd"),
    ],
)  # fmt: skip
def test_what_is_there_as_a_period_begins_and_as_it_ends_makes_no_sum(cells):
    with pytest.raises(PublishedError, match="its rows are of several measures"):
        rebase_file(stacked(*cells), sums=["n"], drop=["rest"], **DATES)
    states = rebase_file(stacked("Open", "Closed"), sums=["n"], drop=["rest"], **DATES)
    assert status(states) == {"16C": "exact"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "larger", "outcome"),
    [
        (("Monthly", "Quarterly"), 3.1, "doubtful"), (("Quarter", "Year"), 4.2, "doubtful"),
        (("Monthly", "Quarterly"), 1.2, "exact"), (("Weekly", "Monthly"), 3.1, "exact"),  # how often people come
        (("3 months", "6 months"), 0.8, "exact"),
    ],
)  # fmt: skip
def test_months_beside_quarters_may_count_twice_where_these_are_larger(cells, larger, outcome):
    rows = [
        (c, cell, n * 10 * k) for c, n in CCGS.items() for cell, k in zip(cells, (1, larger), strict=True)
    ]
    table = pd.DataFrame(rows, columns=["code", "Frequency", "n"]).astype(str)
    moved = rebase_file(table, sums=["n"], drop=["Frequency"], **DATES)
    assert status(moved) == {"16C": outcome}
    if outcome == "doubtful":
        assert f"{cells[0]!r} and {cells[1]!r} of the dropped column 'Frequency' may be periods" in str(moved)


@pytest.mark.slow
@pytest.mark.parametrize(
    "cells",
    [
        ("Hip replacement", "Cataract"), ("Revised pathway", "Old pathway"), ("L", "R"), ("Final", "Ongoing"),
        ("Corrected", "Uncorrected"), ("Land's End", "Head Start"), ("Front end", "Back end", "Start"),
        ("Opening hours", "Closing of practice", "Other"), ("Opening Doors London", "Closing the Gap", "Mind"),
    ],
)  # fmt: skip
def test_kinds_whose_names_have_words_of_corrections_or_of_openings_are_added_up(cells):
    assert status(rebase_file(stacked(*cells), sums=["n"], drop=["rest"], **DATES)) == {"16C": "exact"}


@pytest.mark.parametrize("name", ["Dimension", "BREAKDOWN", "Category type", "Demographic"])
def test_what_divides_the_same_figures_in_several_ways_is_never_added_up(name):
    """By age, and again by sex: each person counted twice."""
    with pytest.raises(PublishedError, match="divide the same figures in several ways, 'Age' and 'Sex'"):
        rebase_file(stacked("Age", "Sex", head=f"code,{name},n"), sums=["n"], drop=["rest"], **DATES)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Age breakdown", "0-17|18-64|65+"), ("Demographic", "Male|Female"), ("Service type", "Alpha|Beta"),
        ("Staff grouping type", "Agency staff|Employed staff"), ("Status breakdown", "Employed|Disabled|Aged 65"),
        ("Age breakdown", "Age 0-17|Ages 18 to 64|Aged 65+"), ("Age", "<65|65+"), ("Weeks", "<18 weeks|18+ weeks"), ("Group", "O+|O-"), ("Agreed", "Yes|"),
        ("Payer", "NHS|CCG"), ("Sex", "男|女"),
        ("Staff group", 'Midwives|"Support to doctors, nurses & midwives"'),
        ("Problem", "Depression|Mixed anxiety and depression"),
        ("Country", "England|Ireland|EU"), ("Place of birth", "England|Elsewhere"),
    ],
)  # fmt: skip
def test_disjoint_rows_are_added_up(name, cells):
    """Each of these was refused or doubtful for what it is called."""
    table = stacked(*cells.split("|"), head=f"code,{name},n")
    assert status(rebase_file(table, sums=["n"], drop=["rest"], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
def test_a_procedure_called_total_that_is_the_least_is_no_total():
    table = stacked("Hip replacement (total)", "Knee", "Shoulder").assign(n=[3, 41, 59, 2, 65, 35, 5, 89, 79])
    assert status(rebase_file(table, sums=["n"], drop=["kind"], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
def test_equal_payments_are_periods_and_no_copies():
    months = [f"2018-{n:02}-01" for n in range(4, 10)]
    rows = [(c, m, 1000 * i + (m == months[-1])) for c, i in CCGS.items() for m in months]
    table = pd.DataFrame(rows, columns=["code", "Month", "paid"]).astype(str)
    assert status(rebase_file(table, sums=["paid"], drop=["Month"], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
def test_round_amounts_and_counts_of_a_few_are_no_proof_of_a_sum():
    """What is given in whole hundred thousands has few digits, and so have one death and two: they agree by chance."""
    draw, kinds = random.Random(3), [f"Trust {n}" for n in range(8)]
    rows = [("00C", k, 100_000 * draw.randint(1, 90)) for k in kinds]
    table = pd.DataFrame(
        [*rows, ("00K", "Trust 9", 1), ("00M", "Trust 9", 1)], columns=["code", "kind", "paid"]
    )
    assert status(rebase_file(table.astype(str), sums=["paid"], drop=["kind"], **DATES)) == {"16C": "exact"}
    rows = [(c, k, draw.randint(400, 600), n) for c in CCGS for k, n in (("A", 1), ("B", 2), ("C", 1))]
    table = pd.DataFrame(rows, columns=["code", "Site", "n", "deaths"]).astype(str)
    assert status(rebase_file(table, sums=["n", "deaths"], drop=["Site"], **DATES)) == {"16C": "exact"}


@pytest.mark.few(1)
@pytest.mark.parametrize("name", ["_label", "_group"])
def test_a_column_may_be_called_as_those_that_help(name):
    table = stacked("A", "B", "C", head=f"code,kind,{name}")
    assert status(rebase_file(table, sums=[name], drop=["kind"], **DATES)) == {"16C": "exact"}


def test_rows_of_england_that_a_dropped_column_tells_apart_stop_nothing():
    """Fingertips gives England by tenths of deprivation too: these find no place, and are not added up."""
    table = frame("code,Category type,n\n00C,,10\n00K,,20\n00M,,30\nEngland,,60\nEngland,Deprivation,60\n")
    assert status(rebase_file(table, sums=["n"], drop=["rest"], **DATES)) == {"16C": "exact"}


@pytest.mark.parametrize("whole", ["99", "X"])
def test_numbers_that_stand_for_something_are_looked_at_though_some_codes_lack_some(whole):
    """They were taken for a column of counts, so its total was not seen."""
    rows = [(c, k, n) for c, i in CCGS.items() for k, n in (("1", i), ("2", i + 7), (whole, 2 * i + 7))]
    table = pd.DataFrame([*rows, ("00M", "3", 0)], columns=["code", "Arm", "n"]).astype(str)
    with pytest.raises(PublishedError, match=f"in every row of {whole!r} stands the sum of the others"):
        rebase_file(table, sums=["n"], drop=["Arm"], **DATES)


@pytest.mark.slow
def test_two_ways_of_dividing_that_add_up_to_the_same_are_doubtful():
    parts = {"young": lambda a, b, c, d: a + c, "old": lambda a, b, c, d: b + d}
    table = under(9, **parts, men=lambda a, b, c, d: a + b, women=lambda a, b, c, d: c + d)
    by = ["Age" if kind in parts else "Sex" for kind in table["kind"]]
    moved = rebase_file(table.assign(by=by), sums=["n"], drop=["rest"], **DATES)
    assert set(moved.frame["status"]) == {
        "doubtful"
    } and "'Sex' of the dropped column 'by' is the same as 'Age'" in str(moved)


@pytest.mark.slow
def test_a_measure_that_is_dropped_may_say_that_a_value_is_counted_at_a_time():
    table = stacked(
        "Apr-18,People in contact", "May-18,People in contact", head="code,Month,Measure name,Value"
    )
    moved = rebase_file(table, sums=["Value"], drop=["rest"], **DATES)
    assert status(moved) == {"16C": "doubtful"} and "counts what is there at a time" in str(moved)


def test_parts_of_waiting_times_make_no_sum():
    """Part_2A is a part of Part_2: the column is dropped with ease, and what was left was called exact."""
    cells = ("Part_1A", "Part_1B", "Part_2", "Part_2A", "Part_3")
    with pytest.raises(PublishedError, match="its rows are of several measures, 'Part_1A' and 'Part_1B'"):
        rebase_file(stacked(*cells, head="code,RTT Part Type,n"), sums=["n"], drop=["rest"], **DATES)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "Incomplete pathways",
        "Total WL",
        "Patients waiting",
        "Open referrals",
        "Caseload",
        "People in contact",
        "Vacancies",
        "Active patients",
        "Practice list",
        "People eligible",
        "Total currently eligible",
        "Funded at quarter end",
        "Open on last day",
        "Snapshot",
        "52 week waiters",
        "Waiting over 52 weeks",
    ],
)
def test_what_is_counted_at_a_time_is_doubtful_over_months(name):
    table = stacked("Apr-18", "May-18", head=f"code,Month,{name}")
    assert status(rebase_file(table, sums=[name], drop=["Month"], **DATES)) == {"16C": "doubtful"}
    assert set(rebase_file(table, sums=[name], by=["Month"], **DATES).frame["status"]) == {"exact"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        *("Uptake", "Coverage", "18 week performance", "Life expectancy", "DSR", "Bed occupancy"),
        *("PYLL", "Length of stay", "eRS utilisation", "Mortality", "General fertility", "Prop obese"),
    ],
)
def test_a_rate_in_whole_numbers_is_known_by_its_name(name):
    """70, 71 and 72 per cent made 213, which was called exact."""
    table = frame(f"code,n,{name}\n00C,1,70\n00K,2,71\n00M,4,72\n")
    moved = rebase_file(table, sums=["rest"], drop=["rest"], **DATES)
    assert list(moved.frame)[:2] == ["code", "n"] and "status" in list(moved.frame)[2:3]
    assert status(rebase_file(table, sums=[name], drop=["rest"], **DATES)) == {"16C": "doubtful"}
    counted = table.rename(columns={name: f"{name} (number of patients)"})
    assert status(rebase_file(counted, sums=["rest"], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "cells",
    [
        ("Headcount", "FTE"),
        ("Registered", "Resident"),
        ("Weighted", "Unweighted"),
        ("Items", "NIC", "Quantity"),
        ("Gross", "Net"),
        ("Opening list size", "Closing list size"),
    ],
)
def test_the_same_things_counted_in_several_ways_make_no_sum(cells):
    with pytest.raises(PublishedError, match="its rows are of several measures"):
        rebase_file(stacked(*cells), sums=["n"], drop=["rest"], **DATES)
    moved = rebase_file(stacked("Registered", "Not registered"), sums=["n"], drop=["rest"], **DATES)
    assert status(moved) == {"16C": "exact"}


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "name",
    ["Referrals YTD", "Cumulative_starts", "12 month rolling total", "Unique patients", "Vaccinated to date"],
)
def test_what_is_counted_again_each_month_is_doubtful_over_months(name):
    table = stacked("Apr-18", "May-18", head=f"code,Month,{name}")
    moved = rebase_file(table, sums=[name], drop=["Month"], **DATES)
    assert status(moved) == {"16C": "doubtful"} and "counts again what it counted before" in str(moved)


@pytest.mark.few(1)
@pytest.mark.parametrize("name", ["Cluster", "RightCare cluster", "Rating", "Tier"])
def test_numbers_that_sort_bodies_are_not_among_the_rest(name):
    table = frame(f"code,n,{name}\n00C,1,3\n00K,2,3\n00M,4,1\n")
    assert list(rebase_file(table, sums=["rest"], drop=["rest"], **DATES).frame)[:3] == [
        "code",
        "n",
        "status",
    ]


# --- editions and measures -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("code,kind,n", ("First", "Revised")),
        ("code,Data status,n", ("Provisional", "Final")),
        ("code,Published on,n", ("2018-06-01", "2018-09-01")),
        ("code,EXTRACT_DATE,n", ("01JUN2018", "01SEP2018")),
        ("code,Year,n", ("2017/18", "2017/18 r")),
        ("code,Year,n", ("2018", "2018p")),
    ],
)
@pytest.mark.parametrize("drop", ["rest", "second"])
def test_editions_of_the_same_figures_are_never_added_up(head, cells, drop):
    table = stacked(*cells, head=head)
    with pytest.raises(PublishedError, match="its rows are editions of the same figures"):
        rebase_file(table, sums=["n"], drop=["rest" if drop == "rest" else table.columns[1]], **DATES)
    assert status(rebase_file(table[::2], sums=["n"], drop=["rest"], **DATES)) == {"16C": "exact"}


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("code,kind,n", ("Numerator", "Denominator", "Percentage")),
        ("code,kind,n", ("Patients", "Rate per 1000")),
        ("code,kind,n", ("Actual", "Plan")),
        ("code,kind,n", ("N", "D")),
        ("code,Indicator name,n", ("Referrals", "Admissions")),
        ("code,METRIC,n", ("REF", "ADM")),
    ],
)
def test_measures_stacked_in_one_column_are_never_added_up(head, cells):
    table = stacked(*cells, head=head)
    with pytest.raises(PublishedError, match="its rows are of several measures"):
        rebase_file(table, sums=["n"], drop=["rest"], **DATES)


@pytest.mark.slow
def test_a_rate_that_was_added_up_is_doubtful_and_what_stands_beside_it_is_not():
    table = stacked("Numerator", "Denominator", "Percentage", head="code,Measure,n")
    moved = rebase_file(table, sums=["n"], by=["Measure"], **DATES)
    assert dict(zip(moved.frame["Measure"], moved.frame["status"], strict=True)) == {
        "Numerator": "exact", "Denominator": "exact", "Percentage": "doubtful"
    }  # fmt: skip
    assert "1 of 3 rows is doubtful: rates cannot be added up" in str(moved.report)
    alone = frame("code,Measure,n\n00N,Percentage,5\n00P,Percentage,6\n")  # nothing is added to them
    moved = rebase_file(alone, sums=["n"], by=["Measure"], **DATES)
    assert set(status(moved).values()) == {"exact"} and not moved.report.doubts


# --- signs and rates ---------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["n", "net change"])
def test_a_number_below_zero_that_may_mean_not_given_is_doubtful(name):
    table = frame(f"code,{name}\n00C,-99\n00K,20\n00M,30\n")
    moved = rebase_file(table, sums=[name], **DATES)
    assert status(moved) == {"16C": "exact" if name == "net change" else "doubtful"}
    told = rebase_file(table, sums=[name], missing=["-99"], **DATES)
    assert status(told) == {"16C": "incomplete"} and told.frame[name].to_list() == [50]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "doubted"),
    [
        ("9999,20,9999", True), ("99999,1200,99999", True), ("9999,20,30", False), ("9999,9998,9999", False),
        (f"9999,{2**61},9999", False),
    ],
)  # fmt: skip
def test_nines_far_above_the_others_may_mean_not_given(cells, doubted):
    """Nine thousand more deaths were exact; one such number may be so, and so may some among others as large."""
    a, b, c = cells.split(",")
    table = frame(f"code,n\n00C,{a}\n00K,{b}\n00M,{c}\n00L,40\n")
    moved = rebase_file(table, sums=["n"], **DATES)
    assert status(moved) == {"00L": "exact", "16C": "doubtful" if doubted else "exact"}
    assert (f"{a} in column 'n' may mean not given" in str(moved)) == doubted
    if doubted:
        told = rebase_file(table, sums=["n"], missing=[a], **DATES)
        assert status(told) == {"00L": "exact", "16C": "incomplete"}


@pytest.mark.slow
def test_a_fraction_among_percentages_is_doubtful():
    table = frame("code,rate,patients\n00C,10,100\n00K,0.2,100\n00M,30,100\n")
    moved = rebase_file(table, means={"rate": "patients"}, **DATES)
    assert status(moved) == {"16C": "doubtful"} and re.match(
        "Can be used with care: column 'rate' holds 0.2 beside 10", str(moved)
    )
    alike = frame("code,rate,patients\n00C,1.4,100\n00K,0.8,100\n00M,3,100\n")
    assert status(rebase_file(alike, means={"rate": "patients"}, **DATES)) == {"16C": "exact"}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("1.23E+05", "doubtful"),
        ("2.3E+07", "doubtful"),
        ("2E+07", "doubtful"),
        ("1.234E+07", "doubtful"),
        ("-2E+12", "doubtful"),
        ("1.2345E+04", "exact"),
        ("1.23E+02", "exact"),
        ("2.5E+01", "exact"),
        ("1.234E+03", "exact"),
        ("1e+05", "exact"),
    ],
)
def test_a_number_of_which_a_spreadsheet_kept_three_digits_is_doubtful(cell, found):
    moved = rebase_file(frame(f"code,n\n00C,{cell}\n00K,20\n00M,30\n"), sums=["n"], **DATES)
    assert status(moved) == {"16C": found}


NAMED = [
    ("00C", "Darlington", "1"),
    ("00D", "Durham Dales", "2"),
    ("00D", "North Durham", "5"),
    ("00J", "Elsewhere", "3"),
]


@pytest.mark.slow
def test_figures_of_one_code_under_two_names_are_doubtful():
    table = pd.DataFrame(NAMED, columns=["code", "CCG name", "n"])
    moved = rebase_file(table, at="2018-04-01", to="2018-04-01", sums=["n"], drop=["CCG name"])
    assert moved.frame.set_index("code")["status"].to_dict() == {
        "00C": "exact", "00D": "doubtful", "00J": "exact",
    }  # fmt: skip
    assert "figures of '00D' under two names, 'Durham Dales' and 'North Durham', were added up" in str(moved)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "names"),
    [
        (
            "CCG name",
            ["Darlington", "NHS Durham Dales", "nhs  durham dales", "Elsewhere"],
        ),  # one, spelt in two ways
        ("Practice", ["First", "Second", "Third", "Fourth"]),  # parts of a body, which are to be added up
    ],
)
def test_parts_and_spellings_of_one_body_are_added_up_without_doubt(column, names):
    table = pd.DataFrame(NAMED, columns=["code", column, "n"]).assign(**{column: names})
    moved = rebase_file(table, at="2018-04-01", to="2018-04-01", sums=["n"], drop=[column])
    assert set(moved.frame["status"]) == {"exact"}


@pytest.mark.slow
def test_codes_of_regions_in_a_column_left_out_are_no_bodies():
    """A column of another level may differ within a body; it neither stops the table nor casts a doubt."""
    table = pd.DataFrame(NAMED, columns=["code", "region name", "n"]).assign(
        **{"region name": ["Y54", "Y59", "Y54", "Y54"]}
    )
    moved = rebase_file(table, at="2018-04-01", to="2018-04-01", sums=["n"], drop=["region name"])
    assert set(moved.frame["status"]) == {"exact"}


@pytest.mark.slow
def test_a_practice_called_all_saints_is_no_total():
    """Tables by practice were refused for it: ALL SAINTS MEDICAL CENTRE beside 1 GILLMANS ROAD."""
    rows = "00C,All Saints Surgery,4\n00C,Park Road,6\n00K,Park House,7\n00K,The Quay,13\n00M,Mill,30\n00M,Hill,5\n"
    table = frame("code,Practice,n\n" + rows)
    moved = rebase_file(table, sums=["n"], drop=["Practice"], **DATES)
    assert moved.frame["n"].to_list() == [65] and status(moved) == {"16C": "exact"}
    totals = table.replace({"Park House": "All practices", "Mill": "All practices"})
    with pytest.raises(PublishedError, match="'All practices' stands beside parts such as"):
        rebase_file(totals, sums=["n"], drop=["Practice"], **DATES)


# --- rates among what is added up ------------------------------------------------------------------------------------


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("Rank", "1 2 3"), ("Spend per head", "12 13 14"), ("Mean wait", "20 21 22"), ("LCL", "7 8 9"), ("O/E", "1.1 0.9 1"), ("Cost/patient", "5 6 7"),
        ("Observed/expected", "1.1 0.9 1"), ("IMD 2019 - Extent", "3 4 5"), ("Coverage", "70.1 71.5 69.9"), ("Apr-18", "70.1 71.5 69.9"),
        ("Value", "70.1 71.5 69.9"),
    ],
)  # fmt: skip
def test_a_rate_that_is_named_to_be_added_up_is_doubtful(head, cells):
    """Who named Rank in --sum was told that every row is complete and exact."""
    rows = "".join(f"{c},{cell}\n" for c, cell in zip(CCGS, cells.split(), strict=True))
    moved = rebase_file(frame(f"code,{head}\n{rows}00N,{cells[:1]}\n"), sums=[head], **DATES)
    assert status(moved) == {"16C": "doubtful", "00N": "exact"}, "what is not added to others stays as it is"
    assert repr(head) in str(moved).splitlines()[0]


@pytest.mark.parametrize("head", ["Cost", "Numerator", "FTE staff", "Allocation £m", "Weighted patients"])
def test_amounts_with_decimals_are_no_rates(head):
    rows = "".join(f"{c},{cell}\n" for c, cell in zip(CCGS, ("10.5", "20.25", "30.1"), strict=True))
    assert status(rebase_file(frame(f"code,{head}\n{rows}"), sums=[head], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
def test_the_title_above_a_table_may_say_that_its_months_are_rates(tmp_path):
    path = tmp_path / "table.csv"
    rows = "".join(f"{c},NHS {c} CCG,{i},{i + 1}\n" for i, c in enumerate(CCGS, 68))
    path.write_text(f"Dementia diagnosis rate by CCG,,,\nCode,Name,Apr-18,May-18\n{rows}")
    with pytest.raises(PublishedError, match=r"rest adds up no column.*'Apr-18' \(a rate by the title\)"):
        rebase_file(path, sums=["rest"], drop=["rest"], **DATES)
    moved = rebase_file(path, sums=["*-18"], drop=["rest"], **DATES)
    assert moved.frame["status"].to_list() == ["doubtful"]
    path.write_text(f"Dementia diagnoses by CCG,,,\nCode,Name,Apr-18,May-18\n{rows}")
    assert rebase_file(path, sums=["rest"], drop=["rest"], **DATES).frame["status"].to_list() == ["exact"]


@pytest.mark.slow
def test_a_measure_that_is_dropped_may_say_that_a_value_is_a_rate():
    table = stacked("M1,Count", "M2,Percentage", head="code,id,measure,Value")
    moved = rebase_file(table, sums=["Value"], by=["id"], drop=["measure"], **DATES)
    assert dict(zip(moved.frame["id"], moved.frame["status"], strict=True)) == {
        "M1": "exact",
        "M2": "doubtful",
    }
    counts = stacked("Diabetes prevalence (%)", head="code,measure,Numerator")
    for how in ({"by": ["measure"]}, {"drop": ["measure"]}):  # of what a rate is a rate may be added up
        assert set(rebase_file(counts, sums=["Numerator"], **how, **DATES).frame["status"]) == {"exact"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("head", "cells"),
    [("Month,Registered patients", "Apr-18 May-18"), ("When,n", "As at April 2018,As at May 2018")],
)
def test_counts_of_what_is_there_on_a_day_are_not_added_over_days(head, cells):
    """Registered patients of three months were added up, and called exact."""
    days = cells.split(",") if "," in cells else cells.split()
    table = stacked(*days, head=f"code,{head}")
    period, name = head.split(",")
    moved = rebase_file(table, sums=[name], drop=[period], **DATES)
    assert status(moved) == {"16C": "doubtful"} and "were added up (--by" in str(moved).splitlines()[0]
    assert set(rebase_file(table, sums=[name], by=[period], **DATES).frame["status"]) == {"exact"}
    flows = table.rename(columns={name: "Referrals"}).assign(**{period: table[period].str[-8:]})
    assert status(rebase_file(flows, sums=["Referrals"], drop=[period], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
def test_codes_merged_down_the_side_are_refused():
    """The rows below each code were left out, and its own first row was called exact."""
    table = frame("code,Sex,n\n" + "".join(f"{c},M,{n}\n,F,{n + 5}\n" for c, n in CCGS.items()))
    with pytest.raises(
        PublishedError, match=r"column 'code' \(row 2\): the code is blank in 3 rows below others"
    ):
        rebase_file(table, sums=["n"], by=["Sex"], **DATES)
    sent = rebase_file(table, sums=["n"], by=["Sex"], unknown="unmapped", **DATES)
    assert sent.unmapped["n"].sum() == 75 and sent.report.balanced()


# --- totals that run on, by their numbers ------------------------------------------------------------------------


def weeks(number) -> pd.DataFrame:
    days = pd.date_range("2020-12-13", periods=5, freq="7D").strftime("%d %b %Y")
    rows = [(c, day, str(number(n, i))) for c, n in CCGS.items() for i, day in enumerate(days)]
    return pd.DataFrame(rows, columns=["code", "Week ending", "First dose"])


@pytest.mark.slow
def test_numbers_that_never_fall_from_one_week_to_the_next_may_be_running_totals():
    """So were the first doses that NHS England published: of five weeks it added up all, each person up to five times."""
    to_date = weeks(lambda n, i: n * (i + 1) * 7)
    moved = rebase_file(to_date, sums=["First dose"], drop=["Week ending"], **DATES)
    assert status(moved) == {"16C": "doubtful"}
    assert "'First dose' in the dropped column 'Week ending' fall from no time to the next" in str(moved)
    assert set(rebase_file(to_date, sums=["First dose"], by=["Week ending"], **DATES).frame["status"]) == {
        "exact"
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", [lambda n, i: n * (i + 1) * 7 - 30 * (i == 4) * n, lambda n, i: n + (i == 4), lambda n, i: n - i],
    ids=["one falls", "one rises", "all fall"],
)  # fmt: skip
def test_numbers_that_fall_once_or_mostly_stay_as_they_are_are_added_up(number):
    moved = rebase_file(weeks(number), sums=["First dose"], drop=["Week ending"], **DATES)
    assert status(moved) == {"16C": "exact"}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("number", "begins"),
    [
        (lambda n, month: n * (month % 12 + 1), "April"),
        (lambda n, month: n * ((month + 3) % 12 + 1), "January"),
        (lambda n, month: n * ((month + 7) % 12 + 1), "September"),  # as of schools, and of flu
        (lambda n, month: n * ((month + 6) % 12 + 1), "October"),
        (lambda n, month: n * (10 + 7 * month % 5), ""),
        (lambda n, month: n * (12 - month % 12), ""),  # falls through each year
    ],
    ids=["from April", "from January", "from September", "from October", "up and down", "falls"],
)
@pytest.mark.parametrize("name", ["First dose", "Spend"])
def test_totals_that_begin_again_each_year_are_doubtful(number, begins, name):
    """Of three years of months each of which counts from its April: what falls then only runs on in between."""
    months = [str(m) for m in pd.period_range("2015-04", "2018-03", freq="M")]
    rows = [(c, "all", m, str(number(n * 50, i))) for c, n in CCGS.items() for i, m in enumerate(months)]
    table = pd.DataFrame(rows, columns=["code", "year", "Month", name])
    moved = rebase_file(table, sums=[name], by=["year"], drop=["Month"], **DATES)
    assert status(moved) == {"16C": "doubtful" if begins else "exact"}
    within = f"fall from no time to the next within a year from {begins}, as totals that run on do"
    assert not begins or within in str(moved)


@pytest.mark.slow
def test_quarters_that_begin_again_each_april_are_doubtful_from_whichever_they_begin():
    quarters = [(f"Q{k} 20{y}/{y + 1}", k) for y in (15, 16, 17) for k in (1, 2, 3, 4)]
    for some in (quarters, quarters[2:], quarters[:-1]):
        rows = [(c, q, str(n * k)) for c, n in CCGS.items() for q, k in some]
        table = pd.DataFrame(rows, columns=["code", "Quarter", "Cost"])
        assert status(rebase_file(table, sums=["Cost"], drop=["Quarter"], **DATES)) == {"16C": "doubtful"}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "parts",
    [
        ("Q1", "Q2", "Q3", "Q4"), ("Apr", "May", "Jun", "Jul"), ("January", "February", "March", "April"),
        ("1", "2", "3", "4", "5"), ("M01", "M02", "M03"), ("1.0", "2.0", "3.0"), ("P1", "P2", "P3"), ("Q01", "Q02", "Q03"),
        ("Apr-Jun", "Jul-Sep", "Oct-Dec", "Jan-Mar"), ("April to June", "July to September", "October to December"),
        ("Sept.", "Oct.", "Nov."), ("1st", "2nd", "3rd"), ("1st quarter", "2nd qtr", "3q"), ("Q1 (final)", "Q2*", "Q3 (provisional)"),
        ("Week 40", "Week 41", "Week 52", "Week 1"), ("W01", "W02", "W03"), [str(week) for week in range(1, 31)], ("13", "14", "15"),
        ("W36", "W52", "W1", "W2"), ("9", "10", "11", "12", "1", "2"), ("Oct", "Nov", "Dec", "Jan", "Feb"), ("First", "Second", "Third", "Fourth"),
        ("Quarter One", "Quarter Two", "Quarter Three"), ("Q1", "Q1-2", "Q1-3", "Q1-4"), ("w/e 7 Oct", "w/e 14 Oct", "w/e 21 Oct"),
        ("2018 Week 14", "2018 Week 15", "2018 Week 16"), ("2018 Q1", "2018 Q2", "2018 Q3"), ("Mth 10", "Mth 11", "Mth 12"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("drop", [["Period"], ["Year", "Period"]])
def test_totals_that_run_on_are_seen_where_the_year_is_in_another_column(parts, drop):
    """Q1 alone is no day, so nothing was asked: the most usual layout of returns was called exact."""

    def of(number) -> str:
        rows = [
            (c, year, p, number(100 * n, i, year))
            for c, n in CCGS.items()
            for year in (2016, 2017)
            for i, p in enumerate(parts)
        ]
        table = pd.DataFrame(rows, columns=["code", "Year", "Period", "Cost"]).astype(str)
        by = {"by": [c for c in ("Year",) if c not in drop], "drop": drop}
        (only,) = set(rebase_file(table, sums=["Cost"], **by, **DATES).frame["status"])
        return only

    assert of(lambda n, i, year: n * (i + 1) + year % 7) == "doubtful"
    # what rises a little from month to month may do so in each year
    assert len(parts) > 4 or of(lambda n, i, year: n * 10 + i * n // 50 + year % 7) == "exact"
    assert of(lambda n, i, year: n * 3 + (i * 37 + year + n) % 50 * n // 50) == "exact"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "numbers"),
    [("2020-03", (70, 25, 40, 60, 75, 80, 95)), ("2015-04", [100 + i % 12 for i in range(36)])],
    ids=["the first months of the pandemic", "a plan that rises a little within each year"],
)
def test_what_rises_for_a_while_from_one_april_does_not_begin_again_each_year(first, numbers):
    months = map(str, pd.period_range(first, periods=len(numbers), freq="M"))
    rows = [(c, m, n * k * 10) for m, k in zip(months, numbers, strict=True) for c, n in CCGS.items()]
    table = pd.DataFrame(rows, columns=["code", "Month", "Admissions"]).astype(str)
    assert status(rebase_file(table, sums=["Admissions"], drop=["Month"], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
def test_two_cases_of_the_same_number_among_none_are_no_total():
    """Small counts of quarters were refused, as that of one would be the sum of the others."""
    quarters = ("Q1 2016/17", "Q2 2016/17", "Q3 2016/17", "Q4 2016/17")
    rows = [(c, q, n // 10 * k) for c, n in CCGS.items() for q, k in zip(quarters, (0, 1, 1, 0), strict=True)]
    table = pd.DataFrame(rows, columns=["code", "Quarter", "Cases"]).astype(str)
    assert status(rebase_file(table, sums=["Cases"], drop=["Quarter"], **DATES)) == {"16C": "exact"}
    # large ones are no chance: 13 holds the year, of which all came in one month
    months = ("1", "2", "3", "13")
    rows = [(c, m, n * 10 * k) for c, n in CCGS.items() for m, k in zip(months, (0, 1, 0, 1), strict=True)]
    table = pd.DataFrame(rows, columns=["code", "Month", "Cases"]).astype(str)
    with pytest.raises(PublishedError, match="so figures would be counted twice"):
        rebase_file(table, sums=["Cases"], drop=["Month"], **DATES)


@pytest.mark.slow
def test_money_that_rises_from_year_to_year_is_added_up():
    rows = [(c, f"20{y}/{y + 1}", str(100 * n + 5 * y)) for c, n in CCGS.items() for y in range(14, 19)]
    table = pd.DataFrame(rows, columns=["code", "Year", "allocation"])
    assert status(rebase_file(table, sums=["allocation"], drop=["Year"], **DATES)) == {"16C": "exact"}


# --- what is added up though no --drop says so -------------------------------------------------------------------


def years(*names: str, head: str = "Year") -> pd.DataFrame:
    rows = [(c, y, str(100 * n + 7 * i)) for c, n in CCGS.items() for i, y in enumerate(names)]
    return pd.DataFrame(rows, columns=["code", head, "n"])


@pytest.mark.slow
def test_years_that_tell_the_geography_alone_are_added_up_as_those_of_a_dropped_column():
    """With --at Year and no --by Year five years came out in one row, with no word of it."""
    of = {"at": "Year", "to": "2021-04-01"}
    with pytest.raises(
        PublishedError, match="'Year' tells the day of the geography alone, but its rows are editions"
    ):
        rebase_file(years("2018/19", "2018/19 r"), sums=["n"], **of)
    lists = years("2018/19", "2019/20").rename(columns={"n": "Registered patients"})
    assert status(rebase_file(lists, sums=["Registered patients"], **of)) == {"16C": "doubtful"}
    moved = rebase_file(years("2018/19", "2019/20"), sums=["n"], **of)
    assert "several rows under one key, which are added up; the dropped column Year tells them apart" in str(
        moved
    )
    kept = rebase_file(lists, sums=["Registered patients"], by=["Year"], **of)
    assert set(kept.frame["status"]) == {"exact"}


MEANT = {"sums": [], "means": {"Rate": "n"}, **DATES}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "head", "words"),
    [
        (("Persons", "Male", "Female"), "Sex", "stands beside parts such as"),
        (("Asthma", "Gout"), "Indicator", "its rows are of several measures"),
        (("Provisional", "Final"), "Edition", "its rows are editions"),
        (("2014 - 16", "2015 - 17"), "Time period", "have days in common"),
    ],
    ids=["a total", "measures", "editions", "periods"],
)  # fmt: skip
def test_a_mean_is_not_made_of_what_is_no_sum(cells, head, words):
    """What counts twice in a sum weighs twice in a mean, and a mean of two measures is of nothing."""
    table = years(*cells, head=head).assign(Rate="20")
    with pytest.raises(PublishedError, match=words):
        rebase_file(table, drop=[head], **MEANT)
    assert set(rebase_file(table, by=[head], **MEANT).frame["status"]) == {"exact"}


@pytest.mark.slow
def test_a_mean_over_practices_and_over_months_is_exact():
    for head, cells in (("Practice", ("A8101", "B8102")), ("Month", ("2018-04", "2018-05", "2018-06"))):
        table = years(*cells, head=head)
        moved = rebase_file(table.assign(Rate=[str(20 + i) for i in range(len(table))]), drop=[head], **MEANT)
        assert status(moved) == {"16C": "exact"}


@pytest.mark.slow
def test_rows_of_a_mean_that_nothing_tells_apart_are_doubtful():
    table = years("a", "b").assign(Rate=["20", "30"] * 3).drop(columns="Year")
    assert status(rebase_file(table, **MEANT)) == {"16C": "doubtful"}


@pytest.mark.slow
@pytest.mark.parametrize("blank", ["", "-", "N/A"])
def test_a_crossed_table_with_its_margins_is_never_added_up(blank):
    """Sexes and ages crossed, each age once more without a sex and each sex without an age: all counted three times."""
    rows = []
    for i, code in enumerate(("00C", "00K", "00M", "00L", "00N"), 3):
        cells = {
            (s, a): 100 + 37 * i * k % 91
            for k, (s, a) in enumerate((s, a) for s in "MF" for a in ("0-17", "18-64", "65+"))
        }
        rows += [(code, s, a, n) for (s, a), n in cells.items()]
        rows += [(code, s, blank, sum(n for (t, _), n in cells.items() if t == s)) for s in "MF"]
        rows += [
            (code, blank, a, sum(n for (_, b), n in cells.items() if b == a))
            for a in ("0-17", "18-64", "65+")
        ]
    table = pd.DataFrame(rows, columns=["code", "Sex", "Age", "n"]).astype(str)
    with pytest.raises(PublishedError, match=r"stands the sum of the others with the same (Sex|Age)"):
        rebase_file(table, sums=["n"], drop=["Sex", "Age"], **DATES)
    crossed = table[table["Sex"].ne(blank) & table["Age"].ne(blank)]
    assert "doubtful" not in set(
        rebase_file(crossed, sums=["n"], drop=["Sex", "Age"], **DATES).frame["status"]
    )


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "name",
    ["Admissions_per1000", "NIC/ASTRO-PU", "£/registered patient", "GP FTE/100,000", "Cost (£ a head)"],
)
def test_more_names_of_rates_are_known(name):
    assert status(
        rebase_file(
            frame(f"code,{name!r}\n00C,114\n00K,131\n00M,120\n".replace("'", '"')), sums=[name], **DATES
        )
    ) == {"16C": "doubtful"}


def test_shares_under_a_counting_name_are_doubtful():
    """As a workbook keeps what it shows as 92%."""
    table = frame("code,Patients seen\n00C,0.92\n00K,0.88\n00M,1\n")
    assert status(rebase_file(table, sums=["Patients seen"], **DATES)) == {"16C": "doubtful"}


@pytest.mark.few(1)
@pytest.mark.parametrize("second", ["00K00", " 00k "])
def test_a_second_row_under_another_spelling_of_a_code_is_doubtful(second):
    """As one of the same spelling is: it may be a copy or a correction."""
    table = frame(f"code,n\n00C,10\n00K,20\n00M,30\n00L,5\n{second},21\n")
    moved = rebase_file(table, sums=["n"], **DATES)
    assert status(moved) == {"00L": "exact", "16C": "doubtful"}
    assert "00K has several rows that no column tells apart" in str(moved)


@pytest.mark.slow
def test_a_code_of_another_body_in_the_column_of_the_other_scheme_is_doubtful():
    """Somebody sorted one of the two columns, or pasted a code over another: the numbers may be of the wrong CCG."""
    bodies = (
        lineage.bodies("2018-04-01")
        .head(12)[["code", "ons_code"]]
        .assign(n=[str(3 * i + 7) for i in range(12)])
    )
    one = bodies.assign(code=["00D", *bodies["code"][1:]])
    moved = rebase_file(one, code="code", sums=["n"], drop=["ons_code"], **DATES)
    assert "columns 'code' and 'ons_code' disagree" in str(moved).partition("\n")[0]
    shifted = bodies.assign(ons_code=[*bodies["ons_code"][1:], bodies["ons_code"].iloc[0]])
    moved = rebase_file(shifted, code="code", sums=["n"], drop=["ons_code"], **DATES)
    assert set(moved.frame["status"]) <= {"doubtful", "incomplete"}


def months_of_all(change) -> pd.DataFrame:
    """A number of three months for each CCG of 2018, and how it changes."""
    draw, rows = random.Random(5), []
    for i, code in enumerate(lineage.bodies("2018-04-01")["code"]):
        n = 1000 + 137 * i % 4001
        for month in (4, 5, 6):
            rows.append((code, f"2018-0{month}", str(round(n))))
            n += change(n, draw.gauss(0, 1))
    return pd.DataFrame(rows, columns=["code", "Month", "Dementia"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "doubted"),
    [(lambda n, chance: 3 * chance, True), (lambda n, chance: (2 * n) ** 0.5 * chance, False)],
    ids=["a register", "events"],
)
def test_numbers_that_hardly_change_from_month_to_month_are_of_what_is_there_at_a_time(change, doubted):
    """Half of what comes by chance changes by two thirds of the root of its double; a register loses few and gains few."""
    moved = rebase_file(months_of_all(change), sums=["Dementia"], drop=["Month"], **DATES)
    assert ("change less from one time to the next than events do" in str(moved)) == doubted
    assert ("doubtful" in set(moved.frame["status"])) == doubted


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "Median wait",
        "IMD decile",
        "Lower CI",
        "92nd percentile",
        "Longest wait (weeks)",
        "Longest wait days",
        "Max wait",
        "Wait (max)",
        "Min age",
        "Maximum length of stay",
        "Mode",
    ],
)
def test_no_mean_gives_the_median_of_a_merged_body(name):
    table = frame(f"code,{name},n\n00C,7,10\n00K,9,20\n00M,8,30\n00L,4,1\n")
    moved = rebase_file(table, means={name: "n"}, **DATES)
    assert status(moved) == {"00L": "exact", "16C": "doubtful"}
    assert f"no mean of several bodies gives {name!r} of them together" in str(moved).partition("\n")[0]


@pytest.mark.slow
def test_revised_figures_of_a_later_body_beside_those_of_the_closed_codes_may_be_counted_twice():
    """One per cent apart the two were added up, and exact; equal ones were doubtful."""
    after = lineage.lookup("2018-04-01", "2021-04-01")
    of = {new: list(old) for new, old in after[after["share"].eq(1)].groupby("to")["from"] if len(old) > 2}
    rows = [(old, str(100 + 7 * i)) for new, some in list(of.items())[:4] for i, old in enumerate(some)]
    rows += [
        (new, str(round(1.01 * sum(100 + 7 * i for i, _ in enumerate(some)))))
        for new, some in list(of.items())[:4]
    ]
    table = pd.DataFrame(rows, columns=["code", "n"])
    moved = rebase_file(table, at="2021-04-01", to="2021-04-01", sums=["n"], closed="carry")
    assert set(moved.frame["status"]) <= {"doubtful", "incomplete"}
    assert "those of the closed codes taken there add up to its own, or nearly" in str(moved)


@pytest.mark.slow
def test_planned_care_beside_emergencies_is_a_kind_of_care():
    table = stacked("Planned", "Emergency")
    assert status(rebase_file(table, sums=["n"], drop=["kind"], **DATES)) == {"16C": "exact"}
    with pytest.raises(PublishedError, match="of several measures"):
        rebase_file(stacked("Planned", "Actual"), sums=["n"], drop=["kind"], **DATES)


@pytest.mark.slow
@pytest.mark.parametrize("called", ["CCG average", "England average", "Peer group"])
def test_an_average_among_a_hundred_practices_is_seen(called):
    names = [*(f"Surgery {n}" for n in range(99)), called]
    table = pd.DataFrame(
        [("00L", n, str(500 + 7 * i)) for i, n in enumerate(names)], columns=["code", "Practice", "n"]
    )
    moved = rebase_file(table, sums=["n"], drop=["Practice"], **DATES)
    assert status(moved) == {"00L": "doubtful"}
    assert f"{called!r} of the dropped column 'Practice' is an average of others" in str(moved)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["_n", "number", "body", "key code", "_day", "_block"])
def test_columns_may_be_called_as_those_that_are_made_meanwhile(name):
    table = months_of_all(lambda n, chance: (2 * n) ** 0.5 * chance).rename(columns={"Month": name})
    for asked in ({"drop": [name]}, {"by": [name]}):
        moved = rebase_file(table, sums=["Dementia"], **asked, **DATES)
        assert "doubtful" not in set(moved.frame["status"])
    called = table.rename(columns={"code": name, name: "Month"})
    assert len(rebase_file(called, code=name, sums=["Dementia"], drop=["Month"], **DATES).frame) == 106


# --- what is right and stays so ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_blank_among_the_dates_of_geographies_is_no_period():
    """Dates of pandas with one blank ended in a TypeError, where text with one did not."""
    table = stacked("M", "F").assign(D=pd.Timestamp("2018-04-01"))
    as_text = table.assign(D="2018-04-01")
    table.loc[3, "D"], as_text.loc[3, "D"] = pd.NaT, ""
    some = [
        rebase_file(t, sums=["n"], at="D", drop=["kind"], to="2021-04-01", unknown="unmapped")
        for t in (table, as_text)
    ]
    assert some[0].frame[["code", "n", "status"]].equals(some[1].frame[["code", "n", "status"]])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["group", "cell", "part", "whole", "less", "n of the whole"])
def test_a_sum_may_be_called_as_what_is_worked_out_of_parts(name):
    table = stacked("Lung cancer", "Cancers").rename(columns={"n": name}).assign(**{"n": "7", "other": "3"})
    moved = rebase_file(table, sums=[name, "n"], drop=["kind", "other"], **DATES)
    assert "'Lung cancer' of the dropped column 'kind' may be a part of 'Cancers'" in str(moved)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("growth", "name"),
    [((1, 1.1, 1.35, 1.5), "Appointments"), ((1, 8, 12, 15), "Doses")],
    ids=["recovery", "doses"],
)
def test_what_grew_for_four_months_is_no_running_total(growth, name):
    """So did appointments from April to July 2020 under every CCG."""
    rows = [
        (c, f"2020-0{4 + i}", str(round(1000 * n * g))) for c, n in CCGS.items() for i, g in enumerate(growth)
    ]
    table = pd.DataFrame(rows, columns=["code", "Month", name])
    assert status(rebase_file(table, sums=[name], drop=["Month"], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Vaccinations", "Spend £"])
@pytest.mark.parametrize("times", [3, 4, 12])
def test_totals_that_run_on_from_the_first_are_seen_at_once(name, times):
    """Q1 to Q4 of a year to date: the sum of them had each person of the first quarter four times."""
    rows = [
        (c, f"20{18 + (3 + i) // 12}-{(3 + i) % 12 + 1:02}", str(100 * n * (i + 1) + i * i))
        for c, n in CCGS.items()
        for i in range(times)
    ]
    moved = rebase_file(
        pd.DataFrame(rows, columns=["code", "Month", name]), sums=[name], drop=["Month"], **DATES
    )
    assert status(moved) == {"16C": "doubtful"} and "fall from no time to the next" in str(moved)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("numbers", "outcome"),
    [((40, 130, 230, 340), "doubtful"), ((40, 130, 230), "exact"), ((1, 8, 12, 15), "exact"), ((100, 120, 150, 170), "exact")],
)  # fmt: skip
def test_totals_that_begin_slowly_and_then_run_on_evenly_are_seen_of_four_times(numbers, outcome):
    rows = [(c, f"Q{i}", str(n * x)) for c, n in CCGS.items() for i, x in enumerate(numbers, 1)]
    table = pd.DataFrame(rows, columns=["code", "Quarter", "Spend"])
    assert status(rebase_file(table, sums=["Spend"], drop=["Quarter"], **DATES)) == {"16C": outcome}


@pytest.mark.slow
@pytest.mark.parametrize(
    "years",
    [
        ("Yr 2016", "Yr 2017", "Yr 2018"),
        ("2016", "2017", "2018"),
        ("Year 1", "Year 2", "Year 3"),
        ("2013-15", "2016-18", "2019-21"),
        ("1", "2", "3"),
    ],
)
def test_what_rises_from_year_to_year_is_no_running_total(years):
    """The same numbers by weeks are doubtful."""

    def of(name: str, cells) -> dict[str, str]:
        rows = [(c, y, str(n * x)) for c, n in CCGS.items() for y, x in zip(cells, (10, 16, 25), strict=True)]
        table = pd.DataFrame(rows, columns=["code", name, "Referrals"])
        return status(rebase_file(table, sums=["Referrals"], drop=[name], **DATES))

    assert of("Year", years) == {"16C": "exact"} and of("Week", ("1", "2", "3")) == {"16C": "doubtful"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "cells", "numbers"),
    [
        ("Month", ("Oct", "Nov", "Dec", "Jan", "Feb"), (1200, 500, 200, 80, 25)), ("Week after discharge", ("Week 1", "Week 2", "Week 3"), (10, 6, 3)),
        ("Arrival period", ("Morning", "Afternoon", "Evening"), (9, 5, 2)), ("Season", ("Winter", "Spring", "Summer"), (9, 5, 2)),
        ("Period", ("Apr 13 - Mar 14", "Apr 14 - Mar 15", "Apr 15 - Mar 16"), (10, 16, 25)), ("Period", ("YE Mar14", "YE Mar15", "YE Mar16"), (10, 16, 25)),
        ("Period", ("Baseline", "Year 1", "Year 2"), (10, 16, 25)), ("Reporting period", ("2013/4", "2014/5", "2015/6"), (10, 16, 25)),
        ("FINYEAR", ("14", "15", "16"), (10, 16, 25)), ("Gestational week", ("4", "5", "6"), (10, 16, 25)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True], ids=["as it is", "backwards"])
def test_what_falls_or_has_no_turn_or_is_a_year_is_no_running_total(name, cells, numbers, turned):
    """Periods whose year is not told are tried in several orders; not in any."""
    some = list(zip(cells, numbers, strict=True))[:: -1 if turned else 1]
    rows = [(c, cell, str(n * x)) for c, n in CCGS.items() for cell, x in some]
    table = pd.DataFrame(rows, columns=["code", name, "Items"])
    assert status(rebase_file(table, sums=["Items"], drop=[name], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["Month of financial year", "Week of year", "Out of hours month", "FY month"]
)
def test_totals_that_run_on_are_seen_under_a_name_with_year_in_it(name):
    rows = [(c, str(i), str(n * i)) for c, n in CCGS.items() for i in range(1, 5)]
    table = pd.DataFrame(rows, columns=["code", name, "Cost"])
    assert status(rebase_file(table, sums=["Cost"], drop=[name], **DATES)) == {"16C": "doubtful"}


@pytest.mark.slow
def test_cells_of_thousands_of_digits_are_no_periods():
    rows = [(c, cell * 5000, str(n * int(cell))) for c, n in CCGS.items() for cell in "749"]
    table = pd.DataFrame(rows, columns=["code", "Week", "n"])
    assert status(rebase_file(table, sums=["n"], drop=["Week"], **DATES)) == {"16C": "exact"}


@pytest.mark.slow
def test_totals_that_begin_again_are_said_to_do_so_with_no_month_where_that_is_not_sure():
    """2018 Q1 begins in January or in April."""
    rows = [
        (c, f"{y} Q{k}", str(n * k))
        for c, n in CCGS.items()
        for y in (2016, 2017, 2018)
        for k in (1, 2, 3, 4)
    ]
    table = pd.DataFrame(rows, columns=["code", "Quarter", "Cost"])
    moved = rebase_file(table, sums=["Cost"], drop=["Quarter"], **DATES)
    assert status(moved) == {"16C": "doubtful"} and "within a year, as totals that run on do" in str(moved)


@pytest.mark.slow
def test_totals_that_run_on_by_weeks_of_iso_8601_are_doubtful():
    rows = [(c, f"2018-W{14 + i}", str(n * (i + 1) * 7)) for c, n in CCGS.items() for i in range(5)]
    table = pd.DataFrame(rows, columns=["code", "Week", "First dose"])
    assert status(rebase_file(table, sums=["First dose"], drop=["Week"], **DATES)) == {"16C": "doubtful"}


@pytest.mark.slow
@pytest.mark.parametrize("what", ["one has one number", "small numbers", "one is corrected"])
def test_a_body_by_itself_does_not_clear_totals_that_run_on(what):
    """One CCG whose other months were suppressed, or one of two hundred that began late, cleared them all."""
    draw, rows = random.Random(3), []
    for n, code in enumerate(lineage.bodies("2018-04-01")["code"]):
        total = 0
        for month in range(4, 10):
            total += max(0, round(draw.gauss(6, 2.5)))
            blank = what == "one has one number" and n == 5 and month > 4
            lower = what == "one is corrected" and n == 5 and month == 8
            rows.append((code, f"2018-0{month}", "*" if blank else str(0 if lower else total)))
    table = pd.DataFrame(rows, columns=["code", "Month", "Vaccinations"])
    moved = rebase_file(table, sums=["Vaccinations"], drop=["Month"], **DATES)
    assert ("fall from no time to the next but for 1 of 975," in str(moved)) == (what == "one is corrected")
    assert "fall from no time to the next" in str(moved)
    assert not {"exact", "approximate"} & set(moved.frame["status"])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Spend £000", "Spend", "Payments"])
def test_money_that_rises_from_quarter_to_quarter_is_added_up(name):
    rows = [
        (c, f"Q{q} 20{y}/{y + 1}", str(round(100 * n * 1.02 ** (4 * y + q))))
        for c, n in CCGS.items()
        for y in (16, 17)
        for q in (1, 2, 3, 4)
    ]
    table = pd.DataFrame(rows, columns=["code", "Quarter", name])
    assert status(rebase_file(table, sums=[name], drop=["Quarter"], **DATES)) == {"16C": "exact"}


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("Place", ("Care home", "Home")),
        ("kind", ("Nursing home", "Home")),
        ("Staff group", ("Advanced physiotherapist", "Physiotherapist")),
        ("Treatment function", ("Paediatric Cardiology", "Cardiology")),
        ("Specialty", ("Medical Ophthalmology", "Ophthalmology")),
        ("Local authority", ("Sutton Coldfield", "Sutton")),
    ],
)
def test_what_has_a_word_of_another_in_its_name_may_be_beside_it(column, cells):
    moved = rebase_file(stacked(*cells, head=f"code,{column},n"), sums=["n"], drop=[column], **DATES)
    assert status(moved) == {"16C": "exact"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "Longest wait days", "Longest waiter (weeks)", "Longest handover time", "Shortest journey time", "Maximum beds occupied",
        "Maximum daily attendances", "Minimum staffing", "Highest daily beds occupied", "Lowest reading",
    ],
)  # fmt: skip
def test_what_is_so_of_one_of_many_makes_no_sum(name):
    table = frame("code,x\n00C,700\n00K,900\n00M,800\n").rename(columns={"x": name})
    assert status(rebase_file(table, sums=[name], **DATES)) == {"16C": "doubtful"}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "name",
    [
        "Highest risk patients",
        "Longest waiters over 52 weeks",
        "Shortest stays",
        "Lowest income households",
        "Lowest birthweight babies",
        "Highest priority referrals",
        "Longest stay patients",
        "Practices below minimum",
        "Maximum tariff payments",
    ],
)
def test_people_and_stays_of_the_longest_or_highest_kind_are_counted(name):
    table = frame("code,x\n00C,700\n00K,900\n00M,800\n").rename(columns={"x": name})
    assert status(rebase_file(table, sums=[name], **DATES)) == {"16C": "exact"}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "name",
    [
        "Minimum data set completeness %",
        "Mode of delivery: caesarean %",
        "Travel mode car %",
        "% within 95th",
        "Maximum access %",
        "Patients in lowest BMI range %",
    ],
)
def test_percentages_have_a_mean_whatever_words_are_in_their_names(name):
    table = frame("code,x,n\n00C,70,10\n00K,90,20\n00M,80,30\n").rename(columns={"x": name})
    moved = rebase_file(table, means={name: "n"}, **DATES)
    assert status(moved) == {"16C": "exact"}


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "cells",
    [
        ("Medical staff", "Staff"), ("Paediatric asthma", "Asthma"), ("Specialist beds", "Beds"), ("Clinical audits", "Audits"),
        ("Care home residents", "Residents"), ("Advanced breast cancer", "Breast cancer"), ("Registered homes", "Homes"),
    ],
)  # fmt: skip
def test_what_has_words_of_another_in_its_name_may_be_a_part_of_it(cells):
    table = stacked(*cells, head="code,kind,n")
    table["n"] = (table["n"].astype(int) + 1000 * table["kind"].eq(cells[1])).astype(str)
    moved = rebase_file(table, sums=["n"], drop=["kind"], **DATES)
    assert status(moved) == {"16C": "doubtful"} and "by its name" in str(moved)


@pytest.mark.slow
def test_margins_are_seen_in_a_large_table_too():
    """Of more than fifty thousand rows those of some codes are asked."""
    wards, rows = [f"W{n}" for n in range(20)], []
    for i, code in enumerate(lineage.bodies("2018-04-01")["code"]):
        cells = {
            (s, w): 100 + (37 * i + 11 * k) % 91
            for k, (s, w) in enumerate(
                (s, w) for s in ("M", "F", "X", "Y", "Z", "U", "V", "T2", "S", "R", "Q") for w in wards
            )
        }
        rows += [(code, s, w, n) for (s, w), n in cells.items()]
        rows += [(code, "", w, sum(n for (_, of), n in cells.items() if of == w)) for w in wards]
        rows += [
            (code, s, "", sum(n for (of, _), n in cells.items() if of == s))
            for s in dict.fromkeys(s for s, _ in cells)
        ]
    table = pd.DataFrame(rows, columns=["code", "Kind", "Ward", "n"]).astype(str)
    assert len(table) > 45_000
    table = pd.concat([table.assign(Year="2018/19"), table.assign(Year="2019/20")])
    with pytest.raises(PublishedError, match="stands the sum of the others with the same"):
        rebase_file(table, sums=["n"], by=["Year"], drop=["Kind", "Ward"], **DATES)
