"""Tables as publishers lay them out: read as they are, each row on its line of the file, or refused in words."""

import io
import zipfile
from pathlib import Path

import ccg
import pandas as pd
import pytest
from ccg import lineage, numbers, reading
from hypothesis import given, settings
from hypothesis import strategies as st

ROWS = [["Code", "Name", "Referrals"], ["00C", "NHS Darlington CCG", "1"], ["00D", "Søuth, and North", "2"]]


@pytest.fixture
def file(tmp_path):
    def make(content: bytes | str, name: str = "in.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def lines(separator: str, rows=ROWS) -> str:
    return "".join(separator.join(f'"{c}"' if separator in c else c for c in row) + "\n" for row in rows)


@pytest.mark.few(8)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "¬", "^", "~"])
def test_any_separator_in_any_usual_encoding(separator, encoding, file):
    frame = ccg.read(file(lines(separator).encode(encoding)))
    assert list(frame) == ROWS[0] and frame.to_numpy().tolist() == ROWS[1:]
    assert frame.index.to_list() == [2, 3] and frame.index.name == "line"
    said = "; ".join(frame.attrs["read"])
    assert ("set apart by" in said) == (separator != ",")
    assert ("UTF-16" in said) == encoding.startswith("utf-16") and ("Windows-1252" in said) == (
        encoding == "cp1252"
    )
    assert ccg.read(file(lines(separator).encode(encoding)), separator=separator).equals(frame)
    assert reading.columns(file(lines(separator).encode(encoding))) == ROWS[0]


def test_a_separator_or_encoding_that_cannot_be_is_refused(file):
    path = file("Code,n\n00C,é\n".encode("cp1252"))
    for how, words in (
        ({"separator": ",,"}, "give one sign"),
        ({"encoding": "utf-8"}, "line 2 is not utf-8"),
        ({"encoding": "nonsense"}, "not known"),
        ({"header": 7}, "line 7, which is to be the header, is blank or not there"),
        ({"decimal": ";"}, "give a point or a comma"),
    ):
        with pytest.raises(ccg.ReadError, match=words):
            ccg.read(path, **how)


def test_lines_above_and_notes_below(file):
    text = (
        "Title: Referrals by CCG\nPublished: 1 May 2018\n\n,,2017/18\n"
        + lines(",")
        + "\nSource: NHS England\nNotes, and more\n"
    )
    frame = ccg.read(file(text.replace("Notes, and more", '"Notes, and more"')))
    assert frame.to_numpy().tolist() == ROWS[1:] and frame.index.to_list() == [6, 7]
    assert frame.attrs["read"] == ("header in line 5", "2 lines below the table left out (lines 9 to 10)")
    padded = (
        text.replace("CCG\nP", "CCG,,\nP")
        .replace("2018\n\n", "2018,,\n,,\n")
        .replace("England\n", "England,,\n")
    )
    padded = padded.replace("Notes, and more", '"Notes, and more",,')
    assert ccg.read(file(padded)).to_numpy().tolist() == ROWS[1:]
    assert ccg.read(file(text.replace("Notes, and more", "Notes")), header=5).to_numpy().tolist() == ROWS[1:]


def test_two_rows_of_names_become_one(file):
    text = "Referrals\n,,2017/18,,2018/19,\nCode,Name,Seen,Cost,Seen,Cost\n00C,A,1,2,3,4\n00D,B,5,6,7,8\n"
    frame = ccg.read(file(text))
    assert list(frame) == ["Code", "Name", "2017/18 Seen", "2017/18 Cost", "2018/19 Seen", "2018/19 Cost"]
    assert frame.attrs["read"] == ("names of columns from lines 2 and 3",) and frame.index.to_list() == [4, 5]
    text = "Code,Name,2017/18,\n,,Seen,Cost\n00C,A,1,2\n00D,B,5,6\n"
    with_blanks = ccg.read(file(text))
    assert list(with_blanks) == ["Code", "Name", "2017/18 Seen", "2017/18 Cost"]


@pytest.mark.slow
def test_notes_of_several_cells_and_a_row_of_units_are_no_part_of_a_table(file):
    """A note with commas was refused as a row too long, Source: beside NHS England as an unknown code, £ as a number."""
    table = "Code,Name,Spend,Patients\n,,£000,Number\n00C,A,1,2\n00D,B,5,6\n"
    notes = "Source:,NHS England,,\nFigures, by CCG, of England, 2018, revised, are rounded\nContact: a@b.c\n"
    frame = ccg.read(file(table + notes))
    assert frame.to_numpy().tolist() == [["00C", "A", "1", "2"], ["00D", "B", "5", "6"]]
    assert frame.attrs["read"] == (
        "3 lines below the table left out (lines 5 to 7)",
        "line 2, which has no figures, left out",
    )
    for row in ("Total,,6,8", "ZZ9,,,", "NHS Leeds CCG,,,", "Other,of England,*,", ",,6,8"):
        assert len(ccg.read(file(f"{table}{row}\n"))) == 3, row
    for row in ("00L,C,3", "England,,6,8,9", "Other,,1,2,3"):
        with pytest.raises(ccg.ReadError, match=r"line 5: [35] cells where the header has 4"):
            ccg.read(file(f"{table}{row}\n"))
    names = "Code,Name\n00C,A\nnew code,B\n"
    assert len(ccg.read(file(names))) == 2, "a table without figures has no rows without"


def test_names_of_columns_may_stand_in_four_rows(file):
    """The workbooks of the Quality and Outcomes Framework were refused: Number of practices came twice."""
    text = (
        "Table 1: prevalence and achievement,,Prevalence,,,,,Achievement,,\n_,,_,,_,,_,_,,_\n,,2016-17,,2017-18,,,2016-17,2017-18,\n"
        ",,,,,,Year on year,,,Year on year\nCode,Name,Practices,Register,Practices,Register,change,Score,Score,change\n"
        "00C,A,1,2,3,4,5,6,7,8\n00D,B,1,2,3,4,5,6,7,8\n"
    )
    frame = ccg.read(file(text))
    assert list(frame) == [
        "Code", "Name", "2016-17 Practices", "2016-17 Register", "2017-18 Practices", "2017-18 Register",
        "Prevalence 2017-18 Year on year change", "2016-17 Year on year Score", "2017-18 Year on year Score",
        "Achievement 2017-18 Year on year change",
    ]  # fmt: skip
    assert frame.attrs["read"] == (
        "names of columns from lines 1 to 5", "'Year on year' (line 4) is taken to stand over 'Score' too",
    )  # fmt: skip


def test_a_group_that_may_end_before_the_next_is_said(file):
    """Type 3 went on over the totals behind it: Type 3 Total."""
    rows = "Code,Name,Seen,Late,Seen,Late,Total\n00C,A,1,2,3,4,10\n00D,B,5,6,7,8,26\n"
    frame = ccg.read(file(f",,Type 1,,Type 3,,\n{rows}"))
    assert frame.attrs["read"][1:] == ("'Type 3' (line 1) is taken to stand over 'Total' too",)
    assert ccg.read(file(f",,Type 1,,Type 3,,All\n{rows}")).attrs["read"][1:] == ()
    one = "Code,Name,Seen,\n,,Male,Female\n00C,A,1,2\n00D,B,5,6\n"
    assert ccg.read(file(one)).attrs["read"][1:] == ("'Seen' (line 1) is taken to stand over 'Female' too",)


def test_a_group_in_a_merged_cell_ends_where_the_cell_does(tmp_path):
    """Population was called Referrals Population, by a name that had ended before it."""
    rows = [
        ["", "", "Referrals", "", "", "Attendances", ""], ["Code", "Name", "GP", "Other", "Population", "GP", "Other"],
        ["00C", "A", 1, 2, 3, 4, 5], ["00D", "B", 1, 2, 3, 4, 5],
    ]  # fmt: skip
    frame = ccg.read(workbook(tmp_path, {"Data": rows}, merged="C1:D1 F1:G1"))
    groups = ["Referrals GP", "Referrals Other", "Population", "Attendances GP", "Attendances Other"]
    assert list(frame) == ["Code", "Name", *groups]
    assert frame.attrs["read"] == ("names of columns from lines 1 and 2",)
    # where only that tells the columns apart a group goes on all the same, and this is said
    rows = [
        ["", "", "Referrals", "", "", "Attendances", "", ""], ["Code", "Name", "GP", "Other", "n", "GP", "Other", "n"],
        ["00C", "A", 1, 2, 3, 4, 5, 6], ["00D", "B", 1, 2, 3, 4, 5, 6],
    ]  # fmt: skip
    frame = ccg.read(workbook(tmp_path, {"Data": rows}, merged="C1:D1 F1:G1"))
    assert list(frame)[4:] == ["Referrals n", "Attendances GP", "Attendances Other", "Attendances n"]


@pytest.mark.parametrize(
    "row",
    [
        ",All CCGs,*,*", ",All CCGs,12 345,23 456", ",All CCGs,5 (r),5 (r)", ",All CCGs,<5,", ",All CCGs,2018,[c]",
        ",All CCGs,c,12†", "NHS Leeds CCG,,*,<5", "NHS Leeds CCG,,,",
    ],
)  # fmt: skip
def test_a_first_row_of_marks_or_of_numbers_as_published_is_no_part_of_the_header(row, file):
    """The row was taken for a second row of names, and its figures were lost: Q1 12 345."""
    frame = ccg.read(
        file(f"Referrals by CCG,,,\n,,,\nCode,Name,Q1,Q2\n{row}\n00C,A,1,2\n00D,B,*,4\n00J,C,5,6\n")
    )
    assert list(frame) == ["Code", "Name", "Q1", "Q2"] and frame.loc[4].to_list() == row.split(",")


@pytest.mark.parametrize(
    "names",
    [
        ["Number", "%"], ["2018", "2019"], ["2018 (r)", "2019 (p)"], ["2018/19", "2019/20*"], ["<18", "18+"], ["Low", "High"],
        ["<5", "5-9"], ["£000", "FTE"], ["#", "%"],
    ],
)  # fmt: skip
def test_a_second_row_of_names_stays_one(names, file):
    text = (
        f"Referrals by CCG,,,\n,,,\nCode,Name,Seen,\n,,{','.join(names)}\n00C,A,1,2\n00D,B,3,4\n00J,C,5,6\n"
    )
    assert list(ccg.read(file(text))) == ["Code", "Name", *(f"Seen {name}" for name in names)]


@pytest.mark.slow
def test_the_first_row_stays_the_header_whatever_the_rows_below(file):
    # a region and England above the first CCG are rows of data, and ages may be names of columns
    for first in ("Y54,North of England,3", "England,,3", "-,NHS ENGLAND,900", ",,7"):
        frame = ccg.read(file(f"Code,Name,n\n{first}\n00C,A,1\n00D,B,2\n"))
        assert list(frame) == ["Code", "Name", "n"] and len(frame) == 3
        titled = ccg.read(file(f"A title\n\nCode,Name,n\n{first}\n00C,A,1\n00D,B,2\n"))
        assert list(titled) == ["Code", "Name", "n"] and len(titled) == 3, first
    ages = ccg.read(file("People\nCode,0,1,2\n00C,5,6,7\n"))
    assert list(ages) == ["Code", "0", "1", "2"]


def test_a_row_of_figures_below_the_table_is_no_note(file):
    frame = ccg.read(file("Code,n\n00C,1\n,1\nTotal,\n00D,\n"))
    assert frame.to_numpy().tolist() == [["00C", "1"], ["", "1"], ["Total", ""], ["00D", ""]]
    with pytest.raises(ccg.ReadError, match="line 3: 1 cell where the header has 2"):
        ccg.read(file("Code,n\n00C,1\n1234\n"))
    with pytest.raises(ccg.ReadError, match="line 3: 1 cell where the header has 2"):
        ccg.read(file("Code,n\n00C,1\nA note\n00D,2\n"))


def test_semicolons_and_decimal_commas(file):
    with pytest.raises(ccg.ReadError, match=r"line 3: '1,234' in a file with semicolons may mean"):
        ccg.read(file("Code;n\n00C;1\n00D;1,234\n"))
    text = "Code;n;Rate\n00C;1,234;1.234,5\n"
    assert ccg.read(file(text), decimal=",").loc[2].to_list() == ["00C", "1.234", "1234.5"]
    assert ccg.read(file(text), decimal=".").loc[2].to_list() == ["00C", "1,234", "1.234,5"]


COMMAS = {
    "1.234": 1234, "2.000": 2000, "1.500,5": 1500.5, "1,5": 1.5, "−2,250": -2.25, "£1,500": 1.5, "1,234 (r)": 1.234,
    "1 234,5": 1234.5, "12,5 %": 12.5, "(1,5)": -1.5, "-0,125": -0.125, "10,125%": 10.125, "7": 7, "0,250": 0.25,
}  # fmt: skip


@pytest.mark.parametrize("cell, value", COMMAS.items())
def test_where_commas_are_said_to_stand_before_decimals_all_do(cell, value, file):
    got = ccg.read(file(f"Code;n\n00C;{cell}\n"), decimal=",").loc[2, "n"]
    assert float(numbers.plain(got)) == value


@pytest.mark.parametrize("cell", ["1,234", "-1,234", "£1,500", "−2,250", "10,125%", "1,234 (r)", "1.234"])
def test_a_cell_of_a_file_with_semicolons_that_may_mean_either_is_asked_for(cell, file):
    with pytest.raises(ccg.ReadError, match=r"line 3: .* may mean thousands or decimals"):
        ccg.read(file(f"Code;n\n00C;1\n00D;{cell}\n"))


def test_a_point_that_can_only_stand_before_decimals_settles_the_others(file):
    text = "Code;n\n00C;1.234\n00D;0.250\n"
    assert ccg.read(file(text))["n"].to_list() == ["1.234", "0.250"]


def test_the_numbers_of_a_workbook_have_no_decimal_comma(tmp_path):
    path = workbook(tmp_path, {"a": [["Code", "n", "m"], ["00C", 1.234, "1,5"]]})
    assert ccg.read(path, decimal=",").loc[2].to_list() == ["00C", "1.234", "1.5"]


def workbook(tmp_path, sheets: dict, name="in.xlsx", merged=""):
    """An xlsx file of plain cells, some merged, written by hand: text as it is, numbers as numbers."""
    cells = "".join(f'<mergeCell ref="{one}"/>' for one in merged.split())
    cells = f"<mergeCells>{cells}</mergeCells>" if cells else ""
    path = tmp_path / name
    spread = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def cell(value, row, column):
        at = f'r="{chr(65 + column)}{row}"'
        if isinstance(value, str):
            return f'<c {at} t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>' if value else ""
        return f"<c {at}><v>{value}</v></c>"

    with zipfile.ZipFile(path, "w") as out:
        kinds = "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for i, _ in enumerate(sheets, 1)
        )
        out.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
            + kinds
            + "</Types>",
        )
        pack = "http://schemas.openxmlformats.org/package/2006/relationships"
        out.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{pack}"><Relationship Id="rId1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(sheets, 1))
        out.writestr(
            "xl/workbook.xml", f'<workbook {spread} xmlns:r="{rel}"><sheets>{names}</sheets></workbook>'
        )
        links = "".join(
            f'<Relationship Id="rId{i}" Type="{rel}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i, _ in enumerate(sheets, 1)
        )
        out.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{pack}">{links}</Relationships>')
        for i, rows in enumerate(sheets.values(), 1):
            body = "".join(
                f'<row r="{r}">{"".join(cell(v, r, c) for c, v in enumerate(row))}</row>'
                for r, row in enumerate(rows, 1)
            )
            out.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f"<worksheet {spread}><sheetData>{body}</sheetData>{cells}</worksheet>",
            )
    return path


TABLE = [
    ["Referrals by CCG", "", ""],
    [],
    ["Code", "Name", "Referrals"],
    ["00C", "A", 1],
    ["5E1", "B", 2.5],
    ["00D", "C", "*"],
    [],
    ["Source: NHS England"],
]


def test_where_one_column_is_asked_for_its_first_row_is_kept(file):
    assert reading.compact(file("code,n\n00C,1\n00D,2\n"), only=["code"])["code"].to_list() == ["00C", "00D"]


def test_of_two_sheets_the_one_with_a_code_is_read_and_a_comma_in_its_text_is_left(tmp_path):
    sheets = {"Notes": [["About"], ["Numbers of referrals"]], "Data": [["code", "n"], ["00C", "1,234"]]}
    assert ccg.read(workbook(tmp_path, sheets))["n"].to_list() == ["1,234"]


def test_other_sheets_with_codes_that_are_passed_over_are_said(tmp_path):
    """The second half of a table, too short to be taken for one, vanished without a word."""
    head, one = [["Title"], ["Code", "n"]], [["00C", 1], ["00D", 2], ["00J", 3]]
    notes = [[f"Note {i}"] for i in range(5)]
    sheets = {
        "One": head + one,
        "Two": [*head, ["99P", 4], *notes],
        "Three": [["About 00C:"], ["00C"], *notes],
    }
    said = ccg.read(workbook(tmp_path, sheets)).attrs["read"]
    assert (
        "sheet 'One'" in said and "passed over 'Three' with codes too; sheet (--sheet) names another" in said
    )
    assert any(
        one.startswith("sheet 'Two' has the same header, and 1 code that 'One' has not (99P)") for one in said
    )
    same = {"One": head + one, "Two": [*head, ["00C", 4], *notes], "Notes": notes}
    said = ccg.read(workbook(tmp_path, same)).attrs["read"]
    assert said[1] == "passed over 'Two' with codes too; sheet (--sheet) names another"


def test_in_a_workbook_a_column_beside_a_name_that_stands_over_several_is_called_by_its_place(tmp_path):
    rows = [["code", "seen", ""], ["00C", 1, 2], ["00D", 3, 4]]
    frame = ccg.read(workbook(tmp_path, {"Data": rows}))
    assert list(frame) == ["code", "seen", "column 3"] and frame["column 3"].to_list() == ["2", "4"]
    assert "column 3 has no name; it is called 'column 3' here" in frame.attrs["read"]


def test_a_workbook_gives_the_sheet_with_codes(tmp_path):
    path = workbook(tmp_path, {"Contents": [["Notes"], ["See the next sheet"]], "Table 1": TABLE})
    frame = ccg.read(path)
    assert frame.to_numpy().tolist() == [["00C", "A", "1"], ["5E1", "B", "2.5"], ["00D", "C", "*"]]
    assert frame.index.to_list() == [4, 5, 6] and list(frame) == ["Code", "Name", "Referrals"]
    assert frame.attrs["read"] == (
        "sheet 'Table 1'", "header in line 3", "1 line below the table left out (line 8)"
    )  # fmt: skip
    assert ccg.read(path, sheet="table 1 ").equals(frame)
    with pytest.raises(ccg.ReadError, match="no sheet 'Table 2'; there are 'Contents', 'Table 1'"):
        ccg.read(path, sheet="Table 2")
    two = workbook(tmp_path, {"2017": TABLE, "2018": TABLE})
    with pytest.raises(
        ccg.ReadError, match=r"2 sheets with tables; name one with sheet \(--sheet\): '2017', '2018'"
    ):
        ccg.read(two)
    assert len(ccg.read(two, sheet="2018")) == 3


def test_a_workbook_is_read_without_signs_of_no_width_and_blank_columns(tmp_path):
    """A last column with nothing to be seen is none: a row whose last cell alone is filled is then no note."""
    rows = [["Code", "Name", "\u200b"], ["00C\u200b", "Darlington"], ["", "Durham"]]
    frame = ccg.read(workbook(tmp_path, {"a": rows}))
    assert frame.to_numpy().tolist() == [["00C", "Darlington"], ["", "Durham"]]


def test_a_workbook_without_its_reader_is_refused_in_words(tmp_path, monkeypatch):
    path = workbook(tmp_path, {"Table 1": TABLE})
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    with pytest.raises(ccg.ReadError, match="python -m pip install python-calamine"):
        ccg.read(path)


@pytest.mark.slow
def test_parquet_keeps_its_kinds(tmp_path):
    path = tmp_path / "in.parquet"
    pd.DataFrame({"code ": ["00C", None], "n": [1, 2]}).to_parquet(path)
    frame = ccg.read(path)
    assert frame["code"].to_list() == ["00C", ""] and frame["n"].dtype == "int64"
    assert reading.columns(path) == ["code", "n"]


TEXT = st.text("abcé0123456789 .,;|\t%£<*-", max_size=8)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(TEXT, TEXT), min_size=2, max_size=6),
    st.sampled_from([",", ";", "\t", "|", "¬"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from(["", "A title\n\n", "A title of two lines\nand the second\n"]),
    st.sampled_from(["", "\nSource: a publisher\n"]),
)
def test_whatever_the_layout_every_cell_comes_back(
    tmp_path_factory, cells, separator, encoding, above, below
):
    codes = lineage.bodies("2018-04-01")["code"].to_list()
    out = io.StringIO(newline="")
    writer = __import__("csv").writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(["Code", "first", "second"])
    writer.writerows([code, *row] for code, row in zip(codes, cells, strict=False))
    path = tmp_path_factory.mktemp("any") / "in.csv"
    path.write_bytes((above + out.getvalue() + below).encode(encoding))
    frame = ccg.read(path, decimal=".")
    assert list(frame) == ["Code", "first", "second"]
    assert frame.to_numpy().tolist() == [[c, *row] for c, row in zip(codes, cells, strict=False)]
    first = 2 + above.count("\n")
    assert frame.index.to_list() == list(range(first, first + len(cells)))


@pytest.mark.parametrize(
    "first", ["England,x,*", "-,NHS ENGLAND,*", "Y54,North,*", "13Q,Hub,", "England total,x,"]
)
def test_a_row_of_data_without_figures_is_not_taken_for_the_header(first, file):
    frame = ccg.read(file(f"A title\n\nCommissioner,Name,n\n{first}\n00C,A,1\n00D,B,2\n"))
    assert list(frame) == ["Commissioner", "Name", "n"] and len(frame) == 3


def test_titles_of_some_cells_are_no_header(file):
    text = 'Title:,Pathways,,\nPeriod:,March 2018,,\n,,,\nRegion,Code,Name,Total\n-,-,ENGLAND,"4,000"\nY54,00C,A,1\nY54,00D,B,2\n'
    frame = ccg.read(file(text))
    assert list(frame) == ["Region", "Code", "Name", "Total"] and len(frame) == 3
    assert frame.attrs["read"] == ("header in line 4",)


def test_a_table_of_totals_alone_is_a_table(file):
    frame = ccg.read(
        file("A title\n\nCommissioner|Period|n|Name\nTotal|Apr-18||x\nE92000001|May-18|85 (r)|x\n")
    )
    assert list(frame) == ["Commissioner", "Period", "n", "Name"] and len(frame) == 2


def test_a_workbook_that_was_cut_short_is_said_to_be(tmp_path):
    path = workbook(tmp_path, {"a": [["Code", "n"], ["00C", 1]]})
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ccg.ReadError, match="no whole workbook: it may have been cut short"):
        ccg.read(path)


def test_a_row_of_nothing_is_no_row(file):
    assert len(ccg.read(file("Code,n\n00C,1\n,\n,,,\n"))) == 1


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device here")
def test_a_device_that_never_ends_is_not_read():
    with pytest.raises(reading.ReadError, match="/dev/zero is a device, not a file"):
        reading.read("/dev/zero")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><table><tr><td>Code</td></tr></table>", "is a web page or XML"),
        (b'<?xml version="1.0"?><Workbook/>', "is a web page or XML"),
        (b'{"Code": "00C"}', "is JSON"),
        (b'[\n {"Code": "00C"}]', "is JSON"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(content, words, tmp_path):
    path = tmp_path / "in.xls"
    path.write_bytes(content)
    with pytest.raises(reading.ReadError, match=words):
        reading.read(path)


def test_a_sheet_asked_of_a_text_file_is_said_not_to_be_there(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("Code,n\n00C,1\n00D,2\n")
    assert (
        "in.csv is text and has no sheets, so 'x' was not looked for"
        in reading.read(path, sheet="x").attrs["read"]
    )


def test_files_put_together_are_read_without_the_heads_and_the_marks_between_them(tmp_path):
    path = tmp_path / "both.csv"
    path.write_bytes(b"\xef\xbb\xbfcode,n\n00C,1\n" * 2 + b"00K,\xe2\x80\x8b2\n")
    found = reading.read(path)
    assert found["n"].to_list() == ["1", "1", "2"] and list(found.index) == [2, 4, 5]
    assert found.attrs["read"] == (
        "2 signs of no width taken out",
        "the header stands again in line 3; left out",
    )


def test_a_file_without_codes_known_here_is_read_by_the_sign_that_parts_most_rows_alike(file):
    # by commas two rows of three have two cells, by semicolons all
    frame = ccg.read(file("Practice;Rate\nA81001;1,5\nA81002;2,7\n"))
    assert list(frame) == ["Practice", "Rate"] and frame["Rate"].tolist() == ["1,5", "2,7"]
    # the header is the first row of more cells filled than blank
    frame = ccg.read(file("A long title,,,\nPlace,Kind,n,m\nx,y,1,2\nz,w,3,4\n"))
    assert list(frame) == ["Place", "Kind", "n", "m"]
    frame = ccg.read(file("Two of,four,,\nPlace,Kind,n,m\nx,y,1,2\nz,w,3,4\n"))
    assert list(frame) == ["Place", "Kind", "n", "m"]


@pytest.mark.parametrize("row", ["1,2", "ZZ1,5", "2,ZZ1"])
def test_a_first_line_of_numbers_and_codes_is_no_header(file, row):
    with pytest.raises(ccg.ReadError, match="the first line should name the columns and reads as data"):
        ccg.read(file(f"{row}\nZZ2,7\n"))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["code,n\n00C,1\n00D,2\n", "code,n\n00C,1\n00D,2", "Région,n\nωω,1\nωψ,2\n"])
def test_text_of_two_or_four_bytes_a_sign_is_read_without_a_mark(tmp_path, encoding, text):
    path = tmp_path / "wide.csv"
    path.write_bytes(text.encode(encoding))
    frame = reading.read(path)
    assert [list(frame.columns), *frame.to_numpy().tolist()] == [row.split(",") for row in text.split()]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"code,n\n00C,1\n" + b"\0" * 50, r"holds 50 zero bytes, .* all at its end \(line 3\).*get it again"),
        (b"code,n\n00C,1\n00D,\x002\n", r"holds 1 zero byte, .* first in line 3: .*save it as CSV UTF-8"),
        (b"code,n\0\n00C,1\0\n", r"holds 2 zero bytes, .* first in line 1"),
    ],
)
def test_zero_bytes_that_are_no_text_are_told_by_their_line(tmp_path, content, words):
    path = tmp_path / "torn.csv"
    path.write_bytes(content)
    with pytest.raises(reading.ReadError, match=words):
        reading.read(path)


@pytest.mark.parametrize("row", ["1,2,3,4", "(1),(2),(3),(4)", "(a),(b),(c),(d)", ",A,B,C", "1.,2.,3.,4."])
def test_a_row_that_numbers_the_columns_is_left_out_and_said(row, file):
    frame = ccg.read(file(f"Code,Name,Referrals,Seen\n{row}\n00C,A,1,2\n00D,B,3,4\n"))
    assert frame["Code"].to_list() == ["00C", "00D"]
    assert frame.attrs["read"] == ("line 2, which numbers the columns, left out",)


@pytest.mark.parametrize("row", ["00E,1,2,3", "1,2,3,5", "2,3,4,5", "1,2,,"])
def test_any_other_first_row_is_one_of_the_table(row, file):
    assert len(ccg.read(file(f"Code,Name,Referrals,Seen\n{row}\n00C,A,1,2\n00D,B,3,4\n"))) == 3
