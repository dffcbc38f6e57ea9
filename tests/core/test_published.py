"""Published tables as they are: whatever the layout, marks and codes, the right numbers or words."""

import csv
import io
import re
from collections import defaultdict

import ccg
import pandas as pd
import pytest
from ccg import cli, finding, keeping, lineage, numbers, periods, preparing, published, rebase_file
from hypothesis import given, settings
from hypothesis import strategies as st

DATES = {"at": "2018-04-01", "to": "2021-04-01"}


def frame(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


@pytest.mark.slow
def test_names_that_the_result_needs_are_given_others():
    table = frame("code,status,_n,patients of rate,rate,patients\n00C,3,1,2,0.5,10\n00D,4,1,2,0.1,20\n")
    moved = rebase_file(table, sums=["status", "_n", "patients of rate"], means={"rate": "patients"}, **DATES)
    assert moved.frame["status (of the file)"].sum() == 7 and moved.frame["n (of the file)"].sum() == 2
    assert "column 'status' is called 'status (of the file)' here" in moved.notes


def test_rates_with_colons_in_their_names():
    table = frame("code,a: rate,x:y,n\n00C,0.5,1,10\n")
    assert finding.pairs(table, ["a: rate:n", "x:y:n"]) == {"a: rate": "n", "x:y": "n"}
    with pytest.raises(finding.PublishedError, match="name the column that weights it"):
        finding.pairs(table, ["n"])
    with pytest.raises(finding.PublishedError, match="that may be"):
        finding.pairs(frame("a,a:b,b:c,c\n1,2,3,4\n"), ["a:b:c"])


@pytest.mark.slow
def test_rest_is_all_other_columns_of_numbers():
    table = frame('code,name,n,m,rate\n00C,A,1,"1,000",x\n00D,B,2,*,y\n')
    moved = rebase_file(table, sums=["rest"], drop=["rest"], **DATES)
    assert (
        list(moved.frame) == ["code", "n", "m", "status", "divided", "missing"]
        and moved.frame["m"].sum() == 1000
    )
    with pytest.raises(finding.PublishedError, match=r"what is to become of column 'name'"):
        rebase_file(table, sums=["rest"], **DATES)


@pytest.mark.slow
def test_percentages_are_averaged_and_never_added_up():
    table = frame("code,rate,n\n00C,10%,30\n00D,20%,10\n00J,*,5\n")
    with pytest.raises(
        finding.PublishedError, match=r"holds percentages \('10%'\), which cannot be added up"
    ):
        rebase_file(table, sums=["rate"], drop=["n"], **DATES)
    moved = rebase_file(table, means={"rate": "n"}, at="2018-04-01", to="2018-04-01")
    assert moved.frame["rate"].to_list()[:2] == [10, 20] and "column 'rate' is in percent" in moved.notes
    mixed = frame("code,rate,n\n00C,10%,30\n00D,0.2,10\n")
    with pytest.raises(numbers.NumberError, match="never mixed"):
        rebase_file(mixed, means={"rate": "n"}, **DATES)


STACKED = "Year,Code,n\n2013/14,00C,1\n2013/14,00F,2\n2015/16,13T,3\n2020/21,16C,4\n2020/21,England,9\n"


@pytest.mark.slow
def test_a_stacked_table_without_dates_is_decided_by_period():
    moved = rebase_file(frame(STACKED), to="2021-04-01", sums=["n"], by=["Year"])
    assert moved.decided[["Year", "at"]].to_numpy().tolist() == [
        ["2013/14", "2013-04-01"], ["2015/16", "2015-04-01"], ["2020/21", "2020-04-01"]
    ]  # fmt: skip
    assert moved.frame.set_index(["Year", "Code"])["n"].to_dict() == {
        ("2013/14", "13T"): 2, ("2013/14", "16C"): 1, ("2015/16", "13T"): 3, ("2020/21", "16C"): 4,
    }  # fmt: skip
    assert "the CCGs of April 2015" in str(moved) and moved.unmapped["n"].to_list() == [9]
    mixed = frame(STACKED + "2013/14,13T,1\n")
    with pytest.raises(finding.PublishedError, match=r"Year '2013/14': the codes are of no one geography"):
        rebase_file(mixed, to="2021-04-01", sums=["n"], by=["Year"])
    carried = rebase_file(mixed, to="2021-04-01", sums=["n"], by=["Year"], closed="carry")
    assert carried.frame.query("Year == '2013/14' and Code == '13T'")["n"].to_list() == [3]


@pytest.mark.parametrize("key", ["Wave", "Survey", "survey_wave", "Census", "Edition no."])
def test_waves_of_a_survey_are_periods(key):
    """00K and 00M have no row in wave 2: that is a fault of the wave, and no small count under a key."""
    table = frame(f"code,{key},n\n00C,1,10\n00D,1,5\n00J,1,5\n00J,2,7\n")
    moved = rebase_file(table, sums=["n"], by=[key], **DATES)
    assert moved.report.periods == (key,)
    assert dict(zip(moved.frame[key], moved.frame["status"], strict=True))["2"] == "incomplete"


def test_a_count_of_a_survey_is_no_period():
    assert not periods.named_period("Surveys sent") and not periods.named_period("Survey responses")


@pytest.mark.slow
def test_a_code_taken_forward_alone_does_not_make_a_body_whole():
    table = frame("Year,Code,n\n2019/20,00C,1\n2020/21,00C,1\n2020/21,00K,1\n2020/21,00M,1\n")
    moved = rebase_file(table, at="2020-04-01", to="2021-04-01", sums=["n"], by=["Year"], closed="carry")
    assert moved.frame["status"].to_list() == ["incomplete", "exact"] and moved.frame["carried"].all()
    assert moved.report.incomplete == 1 and "16C: no row of 00K, 00M" in "; ".join(moved.notes)


@pytest.mark.slow
def test_a_closed_body_whose_land_was_divided_is_not_carried():
    # the land of 10N went whole to 15A; that of 09N to 92A, and its land in 09G was already there
    closed = [
        c
        for c in lineage.bodies("2013-04-01")["code"]
        if lineage.lifetime(c).last < pd.Timestamp("2021-04-01")
    ]
    table = pd.DataFrame({"code": closed, "n": "1"})
    moved = rebase_file(table, at="2021-04-01", to="2021-04-01", sums=["n"], closed="carry")
    placed, left = moved.frame["n"].sum(), moved.unmapped["n"].sum() if len(moved.unmapped) else 0
    assert placed + left == len(closed) and placed > 0.95 * len(closed)
    assert all("more than one body" in why for _, why in moved.report.unmapped)


def test_dates_come_out_as_they_stood():
    table = frame("month,code,n\nMAR2018,00C,1\nAPR2018,00C,2\n")
    moved = rebase_file(table, at="month", to="2021-04-01", sums=["n"], by=["month"])
    assert set(moved.frame["month"]) == {"MAR2018", "APR2018"}


def test_two_columns_that_disagree_are_no_pair():
    table = frame("ons,ods,n\nE38000042,00C,1\nE38000047,00J,2\n")
    with pytest.raises(finding.PublishedError, match="name the column of codes with --code: 'ons' or 'ods'"):
        rebase_file(table, sums=["n"], **DATES)


def test_a_file_goes_in_by_its_path_and_what_was_found_is_said(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("A title\n\nCode;n\n00C;1\n00D;2\n")
    moved = rebase_file(path, sums=["n"], names=True, **DATES)
    assert moved.notes[:2] == ["cells set apart by semicolons", "header in line 3"]
    assert moved.frame["name"].to_list() == ["NHS Tees Valley CCG", "NHS County Durham CCG"]


@pytest.mark.parametrize(
    "how, words",
    [
        ({"unknown": "drop"}, "unknown is 'drop'; say refuse or unmapped"),
        ({"closed": "yes"}, "closed is 'yes'"),
        ({"codes": "gss"}, "codes is 'gss'"),
        ({"by": ["nothing"]}, "there is no column 'nothing' (--by)"),
        ({"at": "nothing"}, "there is no column 'nothing' (--at"),
        ({"at": "n"}, "is no date known here"),
        ({"drop": ["n"]}, "column 'n' is to be left out with --drop and used as well"),
    ],
)
def test_what_cannot_be_is_refused_in_words(how, words):
    with pytest.raises(ValueError) as error:
        rebase_file(frame("code,n\n00C,1.5\n"), **({"sums": ["n"], **DATES} | how))
    assert words in str(error.value)


@pytest.mark.slow
def test_a_total_for_england_is_no_figure_that_found_no_place():
    moved = rebase_file(frame("code,n\n00L,60\nX24,40\nEngland,100\n"), sums=["n"], **DATES)
    assert str(moved).splitlines()[0].endswith("figures of 1 kind found no place (up to 40.0%).")


@pytest.mark.slow
def test_codes_that_are_repaired_decide_too_and_others_are_named_once():
    rows = "NHS Cumbria CCG,2013/14,1\n00F,2013/14,2\n16C,2020/21,4\nNHS Cumbria CCG,2020/21,1\n"
    table, how = frame("code,Year,n\n" + rows), {"by": ["Year"], "sums": ["n"], "to": "2021-04-01"}
    assert rebase_file(table, repair=True, **how).decided["codes"].to_list() == [2, 2]
    with pytest.raises(finding.PublishedError) as refused:
        rebase_file(table, **how)
    assert str(refused.value).count("NHS Cumbria CCG") == 1 and "closed=" not in str(refused.value)


@pytest.mark.slow
def test_the_verdict_says_whether_the_numbers_can_be_used():
    def verdict(text, **how):
        return published.verdict(rebase_file(frame(text), **({"sums": ["n"], **DATES} | how)).report)

    assert verdict("code,n\n00L,1\n") == "Can be used: every row is complete and exact."
    assert "totals for England were left out" in verdict("code,n\n00L,1\nEngland,1\n")
    assert (
        verdict("code,n\n00L,1\nX24,3\n")
        == "Can be used with care: figures of 1 kind found no place (up to 75.0%)."
    )
    assert "1 of 1 row is incomplete, so do not compare it with others" in verdict("code,n\n00L,*\n")
    assert verdict("code,n\nEngland,1\n") == "Cannot be used: no row was placed."


# --- whatever comes in ----------------------------------------------------------------------------

CODES = lineage.bodies("2018-04-01").set_index("code")["ons_code"].to_dict()
TO = lineage.lookup("2018-04-01", "2021-04-01")
FORMS = {
    "as it is": lambda c: c,
    "lower": str.lower,
    "spaces": lambda c: f" {c} ",
    "ons": CODES.get,
    "fingertips": lambda c: f"n{CODES[c]}",
    "prescribing": lambda c: f"{c}00",
}
WRITTEN = {
    "plain": str,
    "thousands": lambda n: f"{n:,}",
    "pounds": lambda n: f"£{n:,}",
    "revised": lambda n: f"{n} (r)",
    "spaces": lambda n: f" {n} ",
}
MARKS = ["", "*", "-", "c", "[c]", "<5", "N/A", "..", "–"]
BESIDE = ["England", "E92000001", "X24", "13Q", "UNKNOWN", "Y54", "Q45", "Total", "England total"]
LAYOUT = st.fixed_dictionaries(
    {
        "separator": st.sampled_from([",", ";", "\t", "|", "¬"]),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
        "above": st.sampled_from(["", "A title\n\n", "Referrals, by CCG\nPublished: 1 May 2018\n\n"]),
        "below": st.sampled_from(["", "\nSource: NHS England\n"]),
        "form": st.sampled_from(sorted(FORMS)),
        "written": st.sampled_from(sorted(WRITTEN)),
    }
)
ROW = st.tuples(
    st.sampled_from(sorted(CODES)) | st.sampled_from(BESIDE),
    st.integers(0, 10**7) | st.sampled_from(MARKS),
    st.sampled_from(["Apr-18", "May-18", "2018/19 Q1"]),
)
SOME, MANY = (
    st.lists(ROW, min_size=1, max_size=most, unique_by=lambda row: (row[0].casefold(), row[2]))
    for most in (10, 25)
)


def written_down(rows, layout) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=layout["separator"], lineterminator="\n")
    writer.writerow(["Commissioner", "Period", "n", "Name"])
    for code, n, period in rows:
        cell = FORMS[layout["form"]](code) if code in CODES else code
        number = WRITTEN[layout["written"]](n) if isinstance(n, int) else n
        writer.writerow([cell, period, number, "Søme, name"])
    return (layout["above"] + out.getvalue() + layout["below"]).encode(layout["encoding"])


def by_hand(rows) -> tuple[dict, dict, float]:
    """The sum of each body and period, how many cells of it are missing, and what stands beside bodies."""
    share = defaultdict(list)
    for one in TO.itertuples():
        share[one[1]].append((one.to, one.share))
    sums, missing, beside = defaultdict(float), defaultdict(int), 0.0
    for code, n, period in rows:
        if code not in CODES:
            beside += n if isinstance(n, int) else 0
            continue
        for to, part in share[code]:
            sums[period, to] += n * part if isinstance(n, int) else 0
            missing[period, to] += not isinstance(n, int)
    return sums, missing, beside


def asked(**how) -> preparing.Asked:
    """What the trials below ask of a file."""
    every = {
        "to": pd.Timestamp(DATES["to"]), "level": "ccg", "code": "Commissioner", "at": DATES["at"], "sums": ["n"], "means": {},
        "by": ["Period"], "drop": ["Name"], "missing": [], "zero": [], "unknown": "refuse", "closed": "refuse",
        "repair": True, "absent": "zero", "codes": "ods", "names": False, "name": "", "incomplete": "keep",
        "basis": "patients",
    }  # fmt: skip
    return preparing.Asked(**(every | how))


#: Some dozens of made-up files in every run, two hundred with the slow ones.
FILES = pytest.mark.parametrize("examples", [40, pytest.param(200, marks=pytest.mark.slow)])


@FILES
def test_whatever_the_layout_marks_and_codes_every_number_is_read(tmp_path, examples):
    """The files are read and prepared one by one, and moved together: each sum is that by hand."""
    path, tables, every, home = tmp_path / "fuzz.csv", [], [], lineage.default()

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(SOME, LAYOUT)
    def gather(rows, layout):
        path.write_bytes(written_down(rows, layout))
        table = preparing.prepared(ccg.read(path, decimal="."), asked())
        wanted = [n if isinstance(n, int) else None for _, n, _ in rows]
        assert [None if pd.isna(n) else n for n in table.frame["n"]] == wanted
        assert table.frame["Period"].to_list() == [period for *_, period in rows]
        schemes = {c[:1] == "E" for c in table.frame["Commissioner"] if home.written(c) == c}
        if len(schemes) < 2:  # else hubs with ODS codes stand beside ONS codes, which is refused
            plain = keeping.plainly(table.frame)
            tables.append(plain.assign(Period=plain["Period"] + f" {len(tables)}"))
            every.extend((code, n, f"{period} {len(tables) - 1}") for code, n, period in rows)

    gather()
    for ons in (True, False):
        some = [t for t in tables if t["Commissioner"].str.fullmatch(r"E38\d+").any() == ons]
        numbers_of = {p.rsplit(" ", 1)[1] for t in some for p in t["Period"]}
        mine = [row for row in every if row[2].rsplit(" ", 1)[1] in numbers_of]
        sums, missing, beside = by_hand(mine)
        moved = ccg.rebase(
            pd.concat(some), code="Commissioner", by=["Period"], sums=["n"], repair=True, **DATES
        )
        got = moved.frame.set_index(["Period", "Commissioner"])
        assert set(got.index) == set(sums) and got["missing"].to_dict() == missing
        assert got["n"].fillna(0).to_dict() == pytest.approx(sums)
        assert set(got["status"][got["missing"] > 0]) == {"incomplete"}
        assert moved.unmapped["n"].fillna(0).sum() == pytest.approx(beside) and moved.report().balanced()


@pytest.mark.slow
@settings(max_examples=200, deadline=None, derandomize=True)
@given(MANY, LAYOUT)
def test_whatever_the_layout_marks_and_codes_the_sums_are_those_by_hand(tmp_path_factory, rows, layout):
    path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    path.write_bytes(written_down(rows, layout))
    sums, missing, beside = by_hand(rows)
    table = ccg.read(path, decimal=".")
    code = "Commissioner" if sums else None
    try:
        moved = rebase_file(
            table,
            code="Commissioner",
            sums=["n"],
            by=["Period"],
            drop=["Name"],
            codes="ods",
            repair=True,
            **DATES,
        )
    except lineage.LineageError as error:
        # ONS codes beside hubs and areas with ODS codes of their own are two schemes
        assert "two schemes" in str(error) and code
        return
    got = {(r["Period"], r["Commissioner"]): r for r in moved.frame.to_dict("records")}
    assert set(got) == set(sums)
    for key, row in got.items():
        value = 0 if pd.isna(row["n"]) else row["n"]
        assert value == pytest.approx(sums[key]), key
        assert row["missing"] == missing[key] and (not missing[key] or row["status"] == "incomplete")
    left = 0 if moved.unmapped.empty else moved.unmapped["n"].fillna(0).sum()
    assert left == pytest.approx(beside) and moved.report.balanced()


ANY = st.text("0123456789ABCEFnXY/-.,;£%* ()<[]\t\"'\n¬é", max_size=12)


ROWS = st.lists(
    st.lists(ANY | st.sampled_from(["00C", "00D", "E38000042", "England", "1", "2,000"]), max_size=5),
    max_size=8,
)


@FILES
def test_nothing_that_comes_in_ends_in_a_traceback(tmp_path, examples):
    path = tmp_path / "any.csv"

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(
        ROWS,
        st.sampled_from([",", ";", "\t"]),
        st.sampled_from(["utf-8", "utf-16", "cp1252"]),
        st.sampled_from([{}, {"repair": True, "unknown": "unmapped"}, {"closed": "carry"}]),
    )
    def goes_in(rows, separator, encoding, how):
        text = "".join(separator.join(row) + "\n" for row in [["code", "when", "n"], *rows])
        path.write_bytes(text.encode(encoding))
        try:
            moved = rebase_file(path, to="2021-04-01", at="2018-04-01", sums=["n"], drop=["rest"], **how)
        except ValueError as error:
            assert str(error)
        else:
            assert moved.report.balanced() and published.verdict(moved.report).startswith("Can")

    goes_in()


def test_a_word_for_england_keeps_its_spelling():
    moved = rebase_file(frame("code,n\n00L,1\nEngland,1\nENGLAND  TOTAL,1\n"), sums=["n"], **DATES)
    assert moved.unmapped["code"].to_list() == ["England", "England total"]
    assert moved.report.repaired == {"ENGLAND  TOTAL": "England total"}


@pytest.mark.slow
def test_a_dash_in_the_column_of_codes_is_no_code():
    moved = rebase_file(frame("code,name,n\n-,ENGLAND,9\n00L,A,1\n"), sums=["n"], drop=["name"], **DATES)
    assert moved.unmapped["reason"].to_list() == ["a total for England"]
    assert moved.frame["n"].to_list() == [1] and published.verdict(moved.report).endswith("left out.")
    moved = rebase_file(frame("code,name,n\n-,Other,9\n00L,A,1\n"), sums=["n"], drop=["name"], **DATES)
    assert moved.unmapped["reason"].to_list() == ["no code given"]


@pytest.mark.slow
def test_rest_adds_up_counts_only_and_says_what_it_left():
    """Years, rates and shares were added up, and called exact."""
    table = frame(
        "code,Year,Referrals,Percentage seen,Rate per 1000,share,Week 14\n00C,2018,1,50,3,0.125,60\n00D,2018,2,60,4,0.5,70\n"
    )
    moved = rebase_file(table, sums=["rest"], drop=["rest"], **DATES)
    assert list(moved.frame) == ["code", "Referrals", "Week 14", "status", "divided", "missing"]
    assert "rest adds up 'Referrals', 'Week 14'" in moved.notes
    assert any(
        "'Year' (a period), 'Percentage seen' (a rate), 'Rate per 1000' (a rate)" in n for n in moved.notes
    )
    with pytest.raises(finding.PublishedError, match=r"what is to become of column 'Year'"):
        rebase_file(table, sums=["rest"], **DATES)


@pytest.mark.slow
def test_dropped_columns_that_tell_rows_apart_are_said():
    table = frame("code,Sex,n\n00C,Male,1\n00C,Female,2\n00D,Male,4\n")
    said = " ".join(rebase_file(table, sums=["rest"], drop=["rest"], **DATES).notes)
    assert (
        "1 code has several rows under one key, which are added up; the dropped column Sex tells them apart"
        in said
    )
    plain = frame("code,name,n\n00C,A,1\n00D,B,4\n")
    assert "several rows" not in " ".join(rebase_file(plain, sums=["rest"], drop=["rest"], **DATES).notes)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (("Male", "Female", "All"), "'All' stands beside parts such as 'Female'"),
        (("0-17", "18+", "All ages"), "'All ages' stands beside parts such as '0-17'"),
        (("CCG", "CCG - Provider", "CCG"), "its rows are of several levels, 'CCG' and 'CCG - Provider'"),
    ],
)
@pytest.mark.parametrize("drop", ["rest", "what"])
def test_a_total_beside_its_parts_is_never_added_up_with_them(cells, why, drop):
    table = frame("code,what,n\n" + "".join(f"00C,{cell},{i}\n" for i, cell in enumerate(cells)))
    with pytest.raises(finding.PublishedError, match=re.escape(why)):
        rebase_file(table, sums=["n"], drop=[drop], **DATES)
    assert rebase_file(table.iloc[2:], sums=["n"], drop=[drop], **DATES).frame["n"].to_list() == [2]


@pytest.mark.slow
@pytest.mark.parametrize("cells", ["P M F", "0+ 0-64 65+", "0 1 2"])
@pytest.mark.parametrize("drop", ["rest", "what"])
def test_a_total_is_known_by_its_numbers_where_its_name_does_not_tell(cells, drop):
    """Persons under P, or all ages under 0+, were added to their parts, and every row was called exact."""
    whole, one, other = cells.split()
    rows = [(c, n) for c, n in (("00C", 3), ("00K", 5), ("00M", 7))]
    text = "".join(f"{c},{whole},{n}\n{c},{one},{n - 1}\n{c},{other},1\n" for c, n in rows)
    table = frame("code,what,n\n" + text)
    with pytest.raises(finding.PublishedError, match=re.escape(f"{whole!r} stands the sum of the others")):
        rebase_file(table, sums=["n"], drop=[drop], **DATES)
    parts = table[table["what"] != whole]
    assert rebase_file(parts, sums=["n"], drop=[drop], **DATES).frame["n"].to_list() == [15]
    assert rebase_file(table, sums=["n"], by=["what"], **DATES).frame["n"].to_list() == [
        {whole: 15, one: 12, other: 3}[w] for w in sorted(cells.split())
    ]


@pytest.mark.slow
@pytest.mark.parametrize("codes", [1, 2])
def test_a_total_that_may_be_one_by_chance_is_no_reason_to_call_the_numbers_sure(codes):
    """Under three codes and more the sum of the others is refused; under fewer the first line has to say it."""
    rows = [
        f"{c},{kind},{n}\n" for c in ("00C", "00D")[:codes] for kind, n in zip("abz", (3, 4, 7), strict=True)
    ]
    moved = rebase_file(
        frame("code,kind,n\n" + "".join(rows)), at="2018-04-01", to="2018-04-01", sums=["n"], drop=["kind"]
    )
    first, *rest = str(moved).splitlines()
    many = f"{codes} code{'s' if codes > 1 else ''}"
    assert first.startswith(
        f"Can be used with care: figures of {many} may be counted twice, since 'z' of the dropped"
    )
    assert "Every row is exact" not in " ".join(rest) and moved.report.doubts


@pytest.mark.slow
@pytest.mark.parametrize("at", ["2018-04-01", "auto"])
def test_closed_codes_of_another_year_are_not_added_to_the_body_they_became(at):
    """Only the dropped year kept 02V, 03C and 03G of 2017 apart from 15F of 2018, of which they are the parts."""
    table = frame("Year,code,n\n2017/18,02V,10\n2017/18,03C,20\n2017/18,03G,30\n2018/19,15F,100\n")
    how = {"at": at, "to": "2018-04-01", "sums": ["n"], "closed": "carry"}
    with pytest.raises(finding.PublishedError, match=r"closed codes that are taken to 15F .* --by 'Year'"):
        rebase_file(table, drop=["Year"], **how)
    apart = rebase_file(table, by=["Year"], **{**how, "at": "2018-04-01"}).frame
    assert dict(zip(apart["Year"], apart["n"], strict=True)) == {"2017/18": 60, "2018/19": 100}
    # a publisher that lagged: both stand in every year, and each year is whole
    both = frame(
        "Year,code,n\n" + "".join(f"{y},{c},1\n" for y in ("2018/19", "2019/20") for c in ("15F", "02V"))
    )
    assert rebase_file(both, drop=["Year"], **how).frame["n"].to_list() == [4]


@pytest.mark.slow
def test_periods_are_not_added_up_where_a_body_has_no_row_in_one_of_them():
    """16C lacked Hartlepool in May, and with the month dropped its sum was called exact."""
    text = "code,month,n\n00C,Apr-18,1\n00K,Apr-18,2\n00M,Apr-18,4\n00C,May-18,1\n00M,May-18,4\n"
    with pytest.raises(
        finding.PublishedError, match=r"00K has rows in other periods but none in 'May-18'.*--by 'month'"
    ):
        rebase_file(frame(text), sums=["n"], drop=["month"], **DATES)
    whole = frame(text + "00K,May-18,2\nX24,May-18,9\n")
    moved = rebase_file(whole, sums=["n"], drop=["month"], **DATES)
    assert moved.frame["n"].to_list() == [14] and "dropped column month tells them apart" in " ".join(
        moved.notes
    )


@pytest.mark.slow
def test_months_may_be_added_up_where_the_codes_change_by_year():
    old = "".join(f"2018/19,{m},{c},1\n" for m in ("Apr-18", "May-18") for c in ("00C", "00K", "00M"))
    new = "".join(f"2020/21,{m},16C,3\n" for m in ("Apr-20", "May-20"))
    table = frame("Year,Month,code,n\n" + old + new)
    moved = rebase_file(table, sums=["n"], by=["Year"], drop=["Month"], at="auto", to="2021-04-01")
    assert moved.frame["n"].to_list() == [6, 6] and set(moved.frame["status"]) == {"exact"}


@pytest.mark.slow
def test_a_row_that_stands_twice_is_said():
    moved = rebase_file(frame("code,n\n00C,1\n00K,2\n00M,4\n00M,4\n"), sums=["n"], **DATES)
    assert any(
        n.startswith("1 row is the same as another in every column, first one of 00M") for n in moved.notes
    )


@pytest.mark.slow
def test_numbered_quarters_that_are_dropped_are_said():
    text = "".join(f"{c},{q},{q}\n" for c in ("00C", "00K", "00M") for q in (1, 2))
    moved = rebase_file(frame("code,Q,n\n" + text), sums=["n"], drop=["Q"], **DATES)
    assert "the dropped column Q tells them apart" in " ".join(moved.notes)


@pytest.mark.slow
def test_rest_adds_up_no_numbers_that_only_name_a_row_or_bound_a_rate():
    table = frame(
        "code,ObjectID,Region code,LCI,Upper CI,SHMI,Prevalence,Easting,n\n"
        + "".join(f"{c},{i},5,10.1,12.2,1.1,12.5,400000,{i}\n" for i, c in enumerate(("00C", "00K", "00M")))
    )
    moved = rebase_file(table, sums=["rest"], drop=["rest"], **DATES)
    assert list(moved.frame) == ["code", "n", "status", "divided", "missing"]


@pytest.mark.few(1)
@pytest.mark.parametrize("word", ["TOTAL:", "England*", "Total for England", " grand  total "])
def test_a_total_for_england_in_any_spelling(word):
    table = frame(f"code,n\n00C,1\n00K,2\n00M,4\n{word},7\n")
    assert rebase_file(table, sums=["n"], **DATES).unmapped["reason"].to_list() == ["a total for England"]


@pytest.mark.parametrize("weight", ["rate", "share"])
def test_a_rate_is_weighed_by_a_count(weight):
    table = frame("code,rate,share\n00C,10%,50%\n00K,20%,50%\n00M,30%,50%\n")
    with pytest.raises(finding.PublishedError, match=f"column {weight!r} .* cannot weigh 'rate'"):
        rebase_file(table, means={"rate": weight}, drop=["rest"], **DATES)


@pytest.mark.slow
def test_a_measure_called_a_rate_is_said_to_be_added_up_too():
    text = "".join(f"{c},{m},5\n" for c in ("00C", "00K", "00M") for m in ("Count", "Percent"))
    moved = rebase_file(frame("code,Measure,Value\n" + text), sums=["Value"], by=["Measure"], **DATES)
    assert any(n.startswith("under 'Percent' in 'Measure', by its name a rate") for n in moved.notes)


def test_codes_of_later_bodies_are_not_said_to_be_closed():
    with pytest.raises(ValueError, match="QE1 was a board") as later:
        rebase_file(frame("code,n\nQWO,1\nQE1,2\n"), sums=["n"], at="2021-04-01", to="2022-07-01")
    assert "--closed carry" not in str(later.value)
    with pytest.raises(ValueError, match="--closed carry"):
        rebase_file(frame("code,n\n16C,1\n00C,2\n"), sums=["n"], at="2021-04-01", to="2022-07-01")


@pytest.mark.parametrize("whole", ["", "CCG total?", "zz", None])
def test_a_total_is_known_where_most_bodies_have_one_part(whole):
    text = "".join(
        f"{c},{c if p is None else p},{n}\n" for c, p, n in (
            ("00C", "RXF", 1), ("00C", whole, 3), ("00C", "RTR", 2), ("00K", whole, 4), ("00K", "RTR", 4), ("00M", whole, 5),
            ("00M", "RTR", 5),
        )
    )  # fmt: skip
    with pytest.raises(finding.PublishedError, match="stands the sum of the others"):
        rebase_file(frame("code,Provider,n\n" + text), code="code", sums=["n"], drop=["Provider"], **DATES)


@pytest.mark.slow
def test_a_key_in_two_spellings_does_not_tear_a_body_apart():
    torn = frame("code,Sex,n\n00C,Male,1\n00K,male,2\n00M,MALE,4\n")
    with pytest.raises(
        finding.PublishedError, match=r"'MALE' and 'Male' and 'male' differ in case or spaces alone"
    ):
        rebase_file(torn, sums=["n"], by=["Sex"], **DATES)
    both = frame("code,Group,n\n" + "".join(f"{c},{g},1\n" for c in ("00C", "00K", "00M") for g in "aA"))
    assert rebase_file(both, sums=["n"], by=["Group"], **DATES).frame["n"].to_list() == [3, 3]


@pytest.mark.slow
@pytest.mark.parametrize("column", ["Name", "CCG18CD"])
def test_a_name_or_code_of_another_body_is_said(column):
    names = {"Name": ["NHS Darlington CCG", "NHS South Tees CCG"], "CCG18CD": ["E38000042", "E38000162"]}[
        column
    ]
    table = frame(f"code,{column},n\n00C,{names[0]},1\n00K,{names[1]},2\n")
    said = " ".join(rebase_file(table, code="code", sums=["n"], drop=[column], **DATES).notes)
    assert f"columns 'code' and {column!r} disagree, first '00K' and {names[1]!r}, which is 00M" in said
    table = frame(f"code,{column},n\n00C,{names[0]},1\n00M,{names[1]},2\n")
    assert "disagree" not in " ".join(
        rebase_file(table, code="code", sums=["n"], drop=[column], **DATES).notes
    )


@pytest.mark.slow
def test_a_column_of_lists_may_be_dropped():
    table = pd.DataFrame(
        {"code": ["00C", "00K", "00M", "00M"], "x": [["a"], ["b"], ["c"], ["a"]], "n": [1, 2, 3, 1]}
    )
    assert rebase_file(table, sums=["n"], drop=["x"], **DATES).frame["n"].to_list() == [7]


def test_a_strange_cell_does_not_drop_its_column():
    table = frame("code,Male,Female\n00C,3,5\n00D,4,nil\n")
    with pytest.raises(numbers.NumberError, match=r"column 'Female': 'nil'"):
        rebase_file(table, sums=["rest"], drop=["rest"], **DATES)


def test_a_column_of_decimal_commas_is_refused_by_name_and_not_left_out():
    table = frame('code,n,m\n00C,1,"1,50"\n00D,2,"2,25"\n')
    with pytest.raises(numbers.NumberError, match=r"column 'm': '1,50' .* decimal=','"):
        rebase_file(table, sums=["rest"], drop=["rest"], **DATES)


@pytest.mark.slow
def test_a_text_that_is_a_date_means_the_date_whatever_the_columns_are_called():
    table = frame("code,2018-04-01\n00C,3\n00D,4\n")
    moved = rebase_file(table, sums=["2018-04-01"], **DATES)
    assert moved.frame["2018-04-01"].sum() == 7
    for at in ("2018/19", "201804", "Apr-18"):
        moved = rebase_file(frame("code,n\n00C,3\n"), at=at, to="2021-04-01", sums=["n"])
        assert (
            moved.report.start == "the CCGs of April 2018" and f"{at!r} is read as 2018-04-01" in moved.notes
        )


@pytest.mark.slow
def test_boards_whose_codes_have_no_digit():
    codes = lineage.bodies("2022-07-01", "icb")["code"]
    table = pd.DataFrame({"ICB code": codes, "ICB name": "x", "n": "1"})
    moved = rebase_file(table, to="2022-07-01", level="icb", sums=["n"], drop=["ICB name"])
    assert len(moved.frame) == 42


@pytest.mark.slow
def test_frames_of_any_kind_or_a_refusal_in_words():
    import polars as pl

    holes = pd.DataFrame({"code": ["00C", None], "n": [1, 2]})
    assert rebase_file(holes, sums=["n"], **DATES).unmapped["n"].sum() == 2
    data = pl.DataFrame({"code": ["00C", None], "n": [1, 2]})
    assert rebase_file(data, sums=["n"], **DATES).frame["n"].sum() == 1
    for other in (data.lazy(), 5):
        with pytest.raises(finding.PublishedError, match="give a path or a frame"):
            rebase_file(other, sums=["n"], **DATES)
    with pytest.raises(finding.PublishedError, match=r"by is the text 'code'; give a list, like \['code'\]"):
        rebase_file(holes, sums=["n"], by="code", **DATES)
    twice = pd.DataFrame([["00C", 1, 2]], columns=["code", "n", "n"])
    with pytest.raises(finding.PublishedError, match="two columns are called 'n'"):
        rebase_file(twice, sums=["n"], **DATES)


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["*", "<5", "1,234", "5 (r)", None])
def test_numbers_beside_text_in_a_frame_are_read_as_those_of_the_file(cell, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(f'code,n,share\n00C,7,0.5\n00D,"{cell or ""}",*\n00J,2,0.25\n')
    mixed = pd.DataFrame({"code": ["00C", "00D", "00J"], "n": [7, cell, 2.0], "share": [0.5, "*", 0.25]})
    for some in (mixed, mixed.astype({"n": "category"})):
        moved, of_file = (rebase_file(one, sums=["n"], drop=["share"], **DATES).frame for one in (some, path))
        pd.testing.assert_frame_equal(moved, of_file, check_dtype=False)  # whole, or with nan


@pytest.mark.slow
def test_names_of_columns_of_a_frame_need_be_no_text():
    table = pd.DataFrame({"code": ["00C", "00D"], 2018: [3, 4], 2019: [1, 2]})
    moved = rebase_file(table, sums=[2018], drop=[2019], **DATES)
    assert moved.frame["2018"].sum() == 7
    rate = rebase_file(table, means={2018: 2019}, missing=[-1], **DATES)
    assert rate.frame["2018"].to_list() == [3, 4]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (pd.to_timedelta([1, 2], "D"), " holds lengths of time"),
        ([1j, 2j], ": '1j'"),
        (pd.to_datetime(["2018-04-01", "2018-05-01"]), " holds dates"),
        ([1, pd.Timestamp("2018-04-01")], ": '2018-04-01'"),
    ],
)
def test_what_is_neither_number_nor_text_is_no_count_and_may_be_dropped(cells, words):
    table = pd.DataFrame({"code": ["00C", "00D"], "n": cells, "m": [1, 2]})
    with pytest.raises(ValueError, match=f"column 'n'{words}"):
        rebase_file(table, sums=["n"], drop=["m"], **DATES)
    assert rebase_file(table, sums=["m"], drop=["n"], **DATES).frame["m"].sum() == 3


def test_the_name_of_the_file_may_tell_the_year():
    codes = lineage.bodies("2019-04-01")["code"]
    same = set(codes) & set(lineage.bodies("2018-04-01")["code"])
    table = pd.DataFrame({"code": sorted(same)[:5], "n": "1"})
    moved = rebase_file(table, to="2021-04-01", sums=["n"], name="lists_CCG19.csv")
    assert any("the name of the file" in note for note in moved.notes)


def test_two_columns_of_codes_that_disagree_name_the_row():
    table = frame("ods,ons,n\n00C,E38000042,1\n00D,E38000042,2\n")
    with pytest.raises(finding.PublishedError, match=r"disagree, first on row 2: '00D' and 'E38000042'"):
        rebase_file(table, sums=["n"], **DATES)


@pytest.mark.slow
def test_a_closed_code_goes_where_its_own_land_went():
    """05C went to the Black Country whole; the body of 2021 that held it was divided, and its average is not 05C's."""
    table = frame("code,n\n05C,100\n05Y,100\n06A,100\n")
    moved = rebase_file(table, at="2021-04-01", to="2022-07-01", sums=["n"], closed="carry")
    assert moved.frame["code"].to_list() == ["QUA"] and moved.frame["n"].to_list() == [300]
    assert moved.frame["carried"].all() and moved.report.balanced()
    assert moved.frame["status"].to_list() == ["incomplete"]  # 05L has no row
    whole = rebase_file(
        frame("code,n\n05C,100\n05L,100\n05Y,100\n06A,100\n"),
        at="2021-04-01",
        to="2022-07-01",
        sums=["n"],
        closed="carry",
    ).frame.set_index("code")
    assert set(whole.index) == {"QUA", "QHL"} and whole.loc["QUA", "status"] == "approximate"
    assert 300 < whole.loc["QUA", "n"] < 400
    beside = frame("code,n\n05C,100\nD2P2L,100\n")
    left = rebase_file(beside, at="2021-04-01", to="2022-07-01", sums=["n"], closed="carry").unmapped
    assert left["code"].to_list() == ["05C"] and "was divided by 2022-07-01" in left["reason"].iloc[0]


@pytest.mark.slow
def test_keys_with_spaces_are_one_and_blank_ones_are_refused():
    table = frame("code,Sex,n\n00C,Male,1\n00D,Male ,2\nEngland,,9\n")
    moved = rebase_file(table, sums=["n"], by=["Sex"], **DATES)
    assert moved.frame["Sex"].unique().tolist() == ["Male"]
    merged = frame("Year,code,n\n2017,00C,1\n,00D,2\n")
    with pytest.raises(
        finding.PublishedError, match=r"column 'Year' \(row 2\): the key is blank in 1 row of bodies"
    ):
        rebase_file(merged, sums=["n"], by=["Year"], **DATES)


def test_advice_names_no_switch_that_is_given():
    table = frame("code,n\n00C,1\nZZZ,2\n")
    with pytest.raises(ccg.RebaseError) as refused:
        rebase_file(table, sums=["n"], closed="carry", **DATES)
    assert "--unknown unmapped" in str(refused.value) and "--closed" not in str(refused.value)


@pytest.mark.slow
def test_incomplete_rows_that_are_left_out_are_not_lost():
    table = frame("code,rate,n\n00C,0.5,10\n00P,0.2,20\n01H,0.1,30\nEngland,,\n")
    moved = rebase_file(
        table, sums=["n"], means={"rate": "n"}, at="2018-04-01", to="2021-04-01", incomplete="drop"
    )
    assert moved.frame["code"].to_list() == ["00P", "01H"] and set(moved.frame["status"]) == {"exact"}
    left = moved.unmapped.set_index("code")
    assert left.loc["16C", "n"] == 10 and left.loc["16C", "reason"] == "incomplete, so left out as asked"
    total = moved.report.totals
    assert total["n"] == {"input": 60, "placed": 50, "unmapped": 10} == total["n of rate"]
    assert moved.report.balanced() and moved.report.rows == 2 and not moved.report.incomplete
    assert "1 incomplete row is left out; unmapped has it" in moved.notes


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("STP Code,n\nQF7,1\nQOP,2\n", "the column of codes is called 'STP Code'"),
        (
            "code,when,n\nQF7,2020/21,1\nQOP,2020/21,2\n",
            "column 'when' has '2020/21', when there was no board",
        ),
    ],
)
def test_the_codes_of_partnerships_are_not_taken_for_those_of_boards(text, words):
    table = frame(text)
    how = {"to": "2022-07-01", "sums": ["n"], "by": [c for c in table if c == "when"]}
    with pytest.raises(finding.PublishedError, match=f"{words}: the codes of partnerships"):
        rebase_file(table, **how)
    assert rebase_file(table, at="2022-07-01", **how).frame["n"].to_list() == [1, 2]


@pytest.mark.slow
def test_two_rates_may_have_one_weight():
    table = frame("code,a,b,n\n03X,10,1,30\n03Y,20,3,10\n")
    moved = rebase_file(table, means={"a": "n", "b": "n"}, at="2018-04-01", to="2021-04-01")
    assert moved.frame[["a", "b"]].to_numpy().tolist() == [[12.5, 1.5]]


@pytest.mark.slow
def test_blank_cells_are_nought_where_that_is_said():
    table = frame("code,n,m\n03X,,1\n03Y,5,-\n04J,0,0\n04R,0,0\n")
    assert rebase_file(table, sums=["n", "m"], **DATES).report.incomplete == 1
    moved = rebase_file(table, sums=["n", "m"], zero=["", "-"], **DATES)
    assert moved.frame[["n", "m", "status"]].to_numpy().tolist() == [[5, 1, "exact"]]
    assert "column 'n': 1 cell is read as nought, as asked" in moved.notes


def test_partnerships_of_2016_are_refused_by_name():
    table = frame("code,n\nE54000001,1\nE54000002,2\n")
    with pytest.raises(
        finding.PublishedError,
        match="Northumberland, Tyne and Wear, to 2016-12; partnership_members does not say which CCGs it had",
    ):
        rebase_file(table, sums=["n"], **DATES)


def test_a_file_of_partnerships_is_rebased_where_it_says_of_which_year():
    table = frame("STP20CD,n\nE54000008,1\nE54000036,2\n")
    moved = rebase_file(table, sums=["n"], to="2022-07-01")
    assert moved.frame["n"].to_list() == [1, 2] and set(moved.frame["status"]) == {"exact"}
    assert any("the partnerships of April 2020" in note for note in moved.notes)


LEFT = {
    "No.": "a label", "Transaction Number": "a label", "Invoice No": "a label", "VAT Reg": "a label", "RAG": "a label", "Practice code": "a label", "Site_ID": "a label", "Rank": "a rate", "Position": "a rate",
    "Value": "an estimate with limits or a numerator", "LCI": "a rate", "Target": "a target", "Waiting target": "a target",
    "Deprivation": "a measure of deprivation", "IMD 2019": "a measure of deprivation", "Weeks": "a length of time",
    "Weeks waited": "a length of time", "Age": "an age", "pc of England": "a rate", "share of England": "a rate",
    "Patients per GP": "a rate", "Time period Sortable": "a label", "Diagnostic Tests Sort Order": "a label",
    "Practice open date": "a date",
}  # fmt: skip


@pytest.mark.slow
def test_rest_says_why_it_leaves_each_column_and_takes_it_by_name():
    counts = ["Gt 52 Weeks SUM 1", "Weeks lost", "Patients", "PC visits", "Target population", "Bed days"]
    names = [*LEFT, *counts]
    table = pd.DataFrame({"code": ["00C", "00D"], **{n: ["7", "60"] for n in names}})
    moved = rebase_file(table, sums=["rest"], drop=["rest"], **DATES)
    assert list(moved.frame)[1:-3] == counts
    assert {n: finding.no_count(n, table[n], limits=True) for n in LEFT} == LEFT
    said = " ".join(moved.notes)
    assert "'No.' (a label)" in said and "--sum with its name adds one up" in said
    named = rebase_file(table, sums=["rest", "Target"], drop=["rest"], **DATES)
    assert named.frame["Target"].sum() == 67 and "'Target' (" not in " ".join(named.notes)
    plain = table.drop(columns="LCI")
    assert (
        finding.has_limits(["LCI"])
        and "Value" in rebase_file(plain, sums=["rest"], drop=["rest"], **DATES).frame
    )


def test_years_of_birth_and_of_cohorts_are_no_counts():
    """The sum of Cohort year, 12,093, was called exact."""
    years = pd.Series(["2015", "2016", "2015"])
    assert {finding.no_count(n, years) for n in ("Cohort year", "Year of birth", "birth_yr")} == {"a period"}
    assert finding.no_count("Referrals year to date", pd.Series(["5", "900"])) is None


def test_rows_numbered_one_after_the_other_are_no_count():
    numbered = pd.Series([str(n) for n in range(5, 30)])
    assert finding.no_count("sequence", numbered) == "a label"
    assert finding.no_count("sequence", numbered.head(3)) is None, "three counts may be 1, 2 and 3"


def test_a_column_called_number_is_one_of_counts_unless_it_numbers_the_rows():
    """A file whose one column of figures is called Number was refused: rest adds up no column."""
    counts = pd.Series(["12", "3", "", "3", "*", "40"])
    assert finding.no_count("Number", counts) is None and finding.no_count("NUM", counts) is None
    for cells in (["1", "2", "3"], ["1", "1", "2", "2", "3"]):
        assert finding.no_count("Number", pd.Series(cells)) == "a label"


@pytest.mark.parametrize("to", ["2021/22", "Apr-21", "202104"])
def test_the_goal_may_be_a_period(to):
    moved = rebase_file(frame("code,n\n00C,1\n"), at="2018/19", to=to, sums=["n"])
    assert moved.frame["code"].to_list() == ["16C"] and f"{to!r} is read as 2021-04-01" in moved.notes
    with pytest.raises(lineage.LineageError, match="'2018 Q1' is not a date"):
        rebase_file(frame("code,n\n00C,1\n"), at="2018/19", to="2018 Q1", sums=["n"])


@pytest.mark.slow
def test_quarters_and_day_numbers_tell_the_geography():
    """Quarter 2 of 2018 begins in April or in July, when the CCGs were the same; quarter 1 in January or in April."""
    table = frame("when,code,n\n2018 Q2,15F,1\n2018 Q3,15F,2\n")
    moved = rebase_file(table, at="when", to="2021-04-01", by=["when"], sums=["n"])
    assert dict(zip(moved.frame["when"], moved.frame["n"], strict=True)) == {"2018 Q2": 1, "2018 Q3": 2}
    with pytest.raises(
        periods.PeriodError, match=r"2018-01-01 \(calendar quarter\) or 2018-04-01 \(quarter of the fin"
    ):
        rebase_file(table.replace("2018 Q2", "2018 Q1"), at="when", to="2021-04-01", by=["when"], sums=["n"])
    numbered = table.replace({"2018 Q2": "43191", "2018 Q3": "43282"})
    moved = rebase_file(numbered, at="when", to="2021-04-01", by=["when"], sums=["n"])
    assert "column 'when': 43191 as 2018-04-01, 43282 as 2018-07-01" in moved.notes


@pytest.mark.few(1)
@pytest.mark.parametrize("other", ["2017/18p", "2017/18 (provisional)", "2017/18*"])
def test_a_period_with_a_mark_beside_the_same_without_is_refused(other):
    """The parts of a body would be kept apart, so none would be whole."""
    table = pd.DataFrame(
        {"code": ["00C", "00D", "00J"], "year": ["2017/18", other, other], "n": ["1", "2", "3"]}
    )
    with pytest.raises(ValueError, match=r"'2017/18' and '2017/18.*' differ in a mark behind them alone"):
        rebase_file(table, by=["year"], sums=["n"], **DATES)
    both = pd.concat([table, table.assign(year="2017/18")[1:]])  # editions side by side stay apart
    assert set(rebase_file(both, by=["year"], sums=["n"], **DATES).frame["year"]) == {"2017/18", other}


@pytest.mark.slow
def test_areas_of_another_kind_are_told_apart_from_codes_that_are_not_known(tmp_path, capsys):
    """A download of CCGs, regions and local authorities was refused as a file of unknown codes."""
    text = (
        "Area Code,Area Name,Count\nE92000001,England,90\nE12000001,North East,80\nE06000005,Darlington,7\nW06000023,Powys,5\n"
        "E38000042,NHS Darlington CCG,10\nE38000075,NHS HAST CCG,20\nE38000162,NHS South Tees CCG,30\n"
    )
    moved = rebase_file(frame(text), sums=["rest"], drop=["rest"], **DATES)
    assert moved.frame["Count"].to_list() == [60] and moved.frame["status"].to_list() == ["exact"]
    left = moved.unmapped.set_index("Area Code")
    assert left["Count"].to_dict() == {"E06000005": 7, "E12000001": 80, "E92000001": 90, "W06000023": 5}
    assert set(left["reason"].drop("E92000001")) == {
        "an area of another kind by its ONS code, such as a local authority"
    }
    assert moved.report.balanced()
    path = tmp_path / "areas.csv"
    path.write_text(text)
    assert cli.main(["which", str(path)]) == 0
    said = capsys.readouterr()
    assert "3 of the codes are of the CCGs of April 2018" in said.out + said.err
    with pytest.raises(ccg.RebaseError, match="E38999999"):
        rebase_file(frame(text.replace("E38000042", "E38999999")), sums=["rest"], drop=["rest"], **DATES)


def test_codes_of_partnerships_beside_those_of_ccgs_are_no_disagreement():
    """The file of registered patients was refused: QHM of the partnership and E54000049 were two bodies."""
    text = "type,ORG_CODE,ONS_CODE,n\nSTP,QHM,E54000049,60\n00,00C,E38000042,10\n00,00K,E38000075,20\n00,00M,E38000162,30\n"
    moved = rebase_file(frame(text), sums=["n"], drop=["rest"], unknown="unmapped", **DATES)
    assert moved.frame["n"].to_list() == [60] and moved.unmapped["ORG_CODE"].to_list() == ["QHM"]


@pytest.mark.slow
def test_boards_beside_their_locations_are_of_one_day_and_kept_apart(tmp_path, capsys):
    """Without --at they were said to be of no one geography, and closed='carry' was advised."""
    text = "Level,Code,n\nICB,QHM,121\n" + "".join(
        f"Sub ICB,{c},{n}\n" for n, c in enumerate(("00L", "00N", "00P", "01H", "13T", "16C", "84H"), 10)
    )
    how = {"to": "2022-07-01", "level": "icb", "sums": ["n"]}
    with pytest.raises(ValueError, match="QHM is a board and 00L, 00N"):
        rebase_file(frame(text), drop=["rest"], **how)
    moved = rebase_file(frame(text), by=["Level"], **how)
    assert moved.frame["n"].to_list() == [121, 91] and "as of 2022-07-01" in " ".join(moved.notes)
    with pytest.raises(finding.PublishedError, match="as of 2022-07-01 or 2023-04-01; say which"):
        rebase_file(frame(text), by=["Level"], **{**how, "to": "2023-04-01"})
    path = tmp_path / "levels.csv"
    path.write_text(text)
    assert cli.main(["which", str(path)]) == 0
    assert "boards and of their locations of July 2022, side by side" in "".join(capsys.readouterr())


def test_a_header_may_tell_that_codes_are_of_locations():
    """16C was a CCG of 2020 and 2021 and is a location: the answer differs, and SUB_ICB_LOCATION_CODE was not heard."""
    moved = rebase_file(
        frame("SUB_ICB_LOCATION_CODE,n\n16C,5\n91Q,7\n"), to="2022-07-01", level="sub_icb", sums=["n"]
    )
    assert moved.frame["n"].to_list() == [5, 7] and set(moved.frame["status"]) == {"exact"}
    assert any("SUB_ICB_LOCATION_CODE' says so (at=2022-07-01)" in note for note in moved.notes)


def test_the_total_of_a_column_is_a_total_for_england():
    table = frame("name,mnemonic,n\nD,E38000042,1\nH,E38000075,2\nS,E38000162,4\nColumn Total,,7\n")
    moved = rebase_file(table, sums=["n"], drop=["rest"], **DATES)
    assert set(moved.unmapped["reason"]) == {"a total for England"}


def test_a_pattern_passes_over_columns_that_have_a_use():
    """--sum '*' tried to add up the codes and the key."""
    table = frame("Code,Name,Apr-18,May-18\n00C,A,1,2\n00K,B,3,4\n00M,C,5,6\n")
    moved = rebase_file(table, sums=["*"], drop=["Name"], **DATES)
    assert moved.frame[["Apr-18", "May-18"]].to_numpy().tolist() == [[9, 12]]
    with pytest.raises(finding.PublishedError, match="is to be left out with --drop and used as well"):
        rebase_file(table, sums=["Apr-18"], drop=["Apr*"], **DATES)


@pytest.mark.slow
@pytest.mark.parametrize(("digits", "other"), [(400, 1), (400, 1.5), (400, "*"), (400, None), (5000, 1)])
def test_a_whole_number_of_hundreds_of_digits_is_refused_in_words(digits, other):
    table = pd.DataFrame({"code": ["00C", "00K"], "n": [10**digits, other]}, dtype=object)
    for ask in ({"sums": ["n"]}, {"means": {"n": "weight"}}):
        with pytest.raises(ValueError, match="column 'n'"):
            rebase_file(table.assign(weight=1) if "means" in ask else table, **ask, **DATES)
    moved = rebase_file(table.assign(one=1), sums=["one"], drop=["n"], **DATES)
    assert set(moved.frame["status"]) == {"incomplete"}


def test_whole_numbers_as_objects_stay_numbers():
    """A key of years came out as text, on which no other table of years can be joined."""
    table = pd.DataFrame({"code": ["00C", "00C"], "Year": [2018, 2019], "n": [1, 2]}, dtype=object)
    assert rebase_file(table, sums=["n"], by=["Year"], **DATES).frame["Year"].to_list() == [2018, 2019]


@pytest.mark.slow
def test_periods_as_objects_are_those_of_pandas_also_where_there_is_a_doubt():
    codes = ["00C", "00C", "00K", "00M", "00L"]
    table = pd.DataFrame({"code": codes, "month": pd.Period("2018-04"), "n": range(5)})
    for one in (table, table.astype({"month": object})):
        moved = rebase_file(one, sums=["n"], by=["month"], **DATES)
        assert moved.frame["month"].to_list() == ["2018-04", "2018-04"]
        assert set(moved.frame["status"]) == {"exact", "doubtful"}
