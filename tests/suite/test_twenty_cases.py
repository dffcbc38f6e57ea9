"""Small files as people have them, through the commands as their owners would: each test is named after its case."""

import csv
import json
import shutil
import sys
from pathlib import Path

import pytest
from ccg import __main__, files, reading

CASES = files.ROOT / "tests" / "cases"


@pytest.fixture
def go(request, tmp_path, monkeypatch, capsys):
    """Runs a command in a copy of the case's folder; gives its status, what it printed and what it complained of."""
    slug = request.function.__name__.removeprefix("test_").replace("_", "-")
    shutil.copytree(CASES / slug, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)

    def run(*args):
        status = __main__.main([str(a) for a in args])
        return status, *capsys.readouterr()

    return run


def table(name: str = "out.csv") -> list[dict]:
    with Path(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cells(key, value: str, name: str = "out.csv") -> dict:
    keys = [key] if isinstance(key, str) else key
    return {tuple(r[k] for k in keys) if len(keys) > 1 else r[keys[0]]: r[value] for r in table(name)}


def fine(result) -> str:
    status, out, err = result
    assert status == 0 and "Traceback" not in out + err, result
    return out + err


def refused(result, *words) -> None:
    status, out, err = result
    assert status == 1 and not out and err.count("\n") == 1 and err.startswith("python -m ccg "), result
    for one in words:
        assert one in err, err


def test_absent_part(go):
    said = fine(
        go(
            "rebase",
            "input.csv",
            "--at",
            "2016-04-01",
            "--to",
            "2022-07-01",
            "--by",
            "period",
            "--sum",
            "patients",
            "-o",
            "out.csv",
        )
    )
    assert said.startswith("Can be used with care: 3 of 5 rows are incomplete")
    assert "02N, 02R, 02V, 02W, 03C, 03G" in said and "Every row is exact" not in said
    assert list(cells("period", "patients").values()) == ["460"] * 3 + ["1234"] * 2
    assert list(cells("period", "status").values()) == ["incomplete"] * 3 + ["exact"] * 2
    assert Path("out.report.txt").read_text() in said
    facts = json.loads(Path("out.report.json").read_text())
    assert facts["report"]["incomplete"] == 3 and facts["verdict"] == said.splitlines()[0]
    args = (
        "rebase",
        "input.csv",
        "--at",
        "2016-04-01",
        "--to",
        "2022-07-01",
        "--by",
        "period",
        "--sum",
        "patients",
    )
    status, out, err = go(*args, "--incomplete", "drop")
    assert status == 0 and out.count("\n") == 3 and "3 incomplete rows are left out" in err
    assert go(*args, "--incomplete", "refuse")[0] == 1


def test_auto_differs_by_little(go):
    said = fine(go("rebase", "input.csv", "--to", "2022-07-01", "--sum", "n", "-o", "out.csv"))
    assert "read as the CCGs of April 2021: the header 'CCG21CD' says so" in said
    # without the hint it is refused, and says what differs and by how much
    text = Path("input.csv").read_text().replace("CCG21CD", "code")
    Path("plain.csv").write_text(text)
    refused(
        go("rebase", "plain.csv", "--to", "2022-07-01", "--sum", "n", "-o", "plain.out.csv"),
        "the answer differs", "01Y to QJ2: 12.49% (April 2021), 11.78% (April 2020)",
    )  # fmt: skip


def test_closed_codes_go_on(go):
    args = (
        "rebase",
        "input.csv",
        "--code",
        "CCG_RESPONSIBILITY",
        "--at",
        "2018-04-01",
        "--to",
        "2021-04-01",
        "--by",
        "fyear",
        "--sum",
        "patients",
    )
    refused(go(*args), "--closed carry")
    said = fine(go(*args, "--closed", "carry", "-o", "out.csv"))
    wanted = {
        (year, code): n
        for year in ("1718", "1819")
        for code, n in (("13T", "460"), ("14L", "100"), ("16C", "70"))
    }
    assert cells(["fyear", "CCG_RESPONSIBILITY"], "patients") == wanted
    assert {r["CCG_RESPONSIBILITY"] for r in table() if r["carried"] == "True"} == {"13T", "14L"}
    assert "00F to 13T, 00G to 13T, 00H to 13T, 00W to 14L" in said


def test_commissioned_by_nhs_england(go):
    args = (
        "rebase",
        "input.csv",
        "--code",
        "CCG Code",
        "--at",
        "2015-03-31",
        "--to",
        "2021-04-01",
        "--sum",
        "Pathways",
        "--drop",
        "Area Team",
        "CCG Name",
        "-o",
        "out.csv",
    )
    said = fine(go(*args))
    assert "1,268 in = 360 placed + 908 unmapped" in said
    assert cells("CCG Code", "reason", "out.unmapped.csv") == {
        "13Q": "a commissioning hub, not a CCG", "NONC": "commissioner outside England", "X24": "NHS England, not a CCG",
    }  # fmt: skip
    with Path("input.csv").open("a") as file:
        file.write("-,ZZ9,SOMETHING,7\n-,InvalidCode,?,2\n")
    refused(go(*args), "'ZZ9' is no code known here", "--unknown unmapped")
    fine(go(*args, "--unknown", "unmapped"))
    left = cells("CCG Code", "reason", "out.unmapped.csv")
    assert left["ZZ9"] == "no code known here" and left["InvalidCode"] == "commissioner not known"
    assert "1,277 in = 360 placed + 917 unmapped" in Path("out.report.txt").read_text()


def test_date_forms(go):
    forms = ["Appointment_Month", "FY", "YYYYMM"]
    for at in forms:
        keys = [f for f in forms if f != at]
        fine(
            go(
                "rebase",
                "input.csv",
                "--code",
                "code",
                "--at",
                at,
                "--to",
                "2021-04-01",
                "--by",
                *keys,
                "--sum",
                "n",
                "-o",
                "out.csv",
            )
        )
        march = keys[0] if keys[0] != "FY" else keys[1]
        found = {(r[march] in ("MAR2018", "201803"), r["code"]): r["n"] for r in table()}
        assert found == {
            (True, "15F"): "12", (True, "16C"): "1", (True, "84H"): "16",
            (False, "15F"): "6", (False, "16C"): "2", (False, "84H"): "18",
        }  # fmt: skip
    text = Path("input.csv").read_text()
    Path("two.csv").write_text(text.replace("MAR2018", "01/03/2018").replace("APR2018", "01/04/2018"))
    args = (
        "--code",
        "code",
        "--at",
        "Appointment_Month",
        "--to",
        "2021-04-01",
        "--by",
        "FY",
        "--sum",
        "n",
        "--drop",
        "YYYYMM",
    )
    refused(go("rebase", "two.csv", *args), "'01/03/2018' may be 2018-03-01 (day first) or 2018-01-03")
    Path("one.csv").write_text(text.replace("MAR2018", "31/03/2018").replace("APR2018", "01/04/2018"))
    fine(go("rebase", "one.csv", *args, "-o", "one.out.csv"))
    assert cells(["FY", "code"], "n", "one.out.csv")["2018/19", "15F"] == "6"


def test_fingertips_prefix(go):
    assert "5 of the codes are of the boards of July 2022, which has 42" in fine(
        go("which", "input.csv", "--code", "Area Code")
    )
    args = (
        "--code",
        "Area Code",
        "--at",
        "2022-07-01",
        "--to",
        "2022-07-01",
        "--by",
        "Time period",
        "--sum",
        "Count",
        "--mean",
        "Value:Denominator",
        "--drop",
        "Indicator",
        "Area Name",
        "Area Type",
        "--repair",
        "-o",
        "out.csv",
    )
    fine(go("rebase", "input.csv", *args, "--codes", "ods"))
    wanted = {"QYG": "90", "QNC": "50", "QJM": "40", "QMM": "35", "QJG": "30"}
    assert cells(["Time period", "Area Code"], "Count") == {
        (y, c): n for y in ("2020/21", "2021/22") for c, n in wanted.items()
    }
    assert cells("Area Code", "reason", "out.unmapped.csv") == {"E92000001": "a total for England"}
    fine(go("rebase", "input.csv", *args))
    assert {r["Area Code"] for r in table()} >= {"E54000008", "E54000010"}, "ONS codes in, ONS codes out"


def test_location_names(go):
    wanted = {
        "input.csv": "02Q 100 52R 900 91Q 700 15C 400 15E 50 06H 60 B2M3M 70 M1J4Y 80 18C 90",
        "more.csv": "03W 30 04C 40 04V 50 02H 300 14L 500 D2P2L 60 91Q 700 00Q 5 00R 6",
    }
    for name, some in wanted.items():
        one = some.split()
        fine(
            go(
                "rebase",
                name,
                "--code",
                "SUB_ICB_LOCATION_NAME",
                "--at",
                "2022-07-01",
                "--to",
                "2022-07-01",
                "--level",
                "sub_icb",
                "--sum",
                "appointments",
                "--repair",
                "-o",
                "out.csv",
            )
        )
        assert cells("SUB_ICB_LOCATION_NAME", "appointments") == dict(zip(one[::2], one[1::2], strict=True))


def test_ons_in_ods_out(go):
    args = ("rebase", "input.csv", "--at", "2018-04-01", "--to", "2021-04-01", "--sum", "n", "-o", "out.csv")
    assert "the result has ONS codes" in fine(go(*args))
    assert all(r["Area Code"].startswith("E38") for r in table()) and sum(int(r["n"]) for r in table()) == 55
    assert cells("Area Code", "n")["E38000247"] == "11"
    assert "the result has ODS codes" in fine(go(*args, "--codes", "ods", "--names"))
    assert cells("Area Code", "name")["16C"] == "NHS Tees Valley CCG"


def test_output_over_input(go, tmp_path):
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    dates = ("--at", "2018-04-01", "--to", "2021-04-01", "--sum", "n")
    refused(go("rebase", "input.csv", *dates, "-o", "input.csv"), "is one of the files to read")
    refused(go("rebase", "second.unmapped.csv", *dates, "-o", "second.csv"), "is one of the files to read")
    shutil.copy("input.csv", "third.report.json")
    refused(go("rebase", "third.report.json", *dates, "-o", "third.csv"), "is one of the files to read")
    Path("fourth.report.txt").write_text("my own words\n")
    refused(go("rebase", "input.csv", *dates, "-o", "fourth.csv"), "was not written by this command")
    assert Path("fourth.report.txt").read_text() == "my own words\n" and not Path("fourth.csv").exists()
    assert {n: (tmp_path / n).read_bytes() for n in before} == before


def test_prescribing_codes(go):
    args = (
        "rebase",
        "input.csv",
        "--code",
        "PCO_CODE",
        "--at",
        "2016-01-01",
        "--to",
        "2017-04-01",
        "--by",
        "YEAR_MONTH",
        "--sum",
        "ITEMS",
        "--drop",
        "PCO_NAME",
    )
    refused(go(*args), "'1.00E+00' is no code known here, perhaps 01E", "--repair")
    fine(go(*args, "--repair", "-o", "out.csv"))
    wanted = {"14L": "60", "01E": "40", "02F": "50", "02E": "60"}
    assert cells(["YEAR_MONTH", "PCO_CODE"], "ITEMS") == {
        (m, c): n for m in ("201601", "201602") for c, n in wanted.items()
    }
    assert cells("read", "as", "out.repaired.csv")["01M00"] == "01M"
    said = fine(go("which", "input.csv", "--code", "PCO_CODE"))
    assert "4 of the codes are of the CCGs of April 2015" in said and "'01M00' is read as 01M" in said
    assert "NHS West Cheshire CCG (02F)" in fine(go("explain", "02F00"))


def test_repair_two_hundred(go):
    for way in ([], ["--repair"]):
        fine(
            go(
                "rebase",
                "input.csv",
                "--at",
                "2013-04-01",
                "--to",
                "2021-04-01",
                "--sum",
                "n",
                *way,
                "-o",
                "out.csv",
            )
        )
        assert len(table()) == 106 and sum(float(r["n"]) for r in table()) == pytest.approx(211)
        assert len(table("out.repaired.csv")) == 211


def test_residents_not_patients(go):
    said = fine(
        go(
            "rebase",
            "input.csv",
            "--at",
            "2021-04-01",
            "--to",
            "2022-07-01",
            "--sum",
            "residents",
            "-o",
            "out.csv",
        )
    )
    assert "shares are of registered patients" in said and "may be off by 2 to 3 per cent" in said


def test_separators(go):
    for name, what in (("semicolon.csv", "semicolons"), ("tab.tsv", "tabs"), ("notsign.csv", "the sign ¬")):
        said = fine(go("which", name))
        assert (
            f"cells set apart by {what}" in said and "10 of the codes are of the CCGs of April 2018" in said
        )


def test_thousands_and_dots(go):
    args = (
        "--code",
        "Code",
        "--at",
        "2013-04-01",
        "--to",
        "2015-04-01",
        "--sum",
        "Total",
        "Male",
        "--drop",
        "ONS",
        "Area",
        "Rate",
        "-o",
        "out.csv",
    )
    said = fine(go("rebase", "input.csv", *args))
    assert "Total: 16,001 in" in said and "Male: 1,156 in = 1,156 placed + 0 unmapped; 6 cells blank" in said
    assert cells("Code", "Total")["13T"] == "1450"
    Path("odd.csv").write_text(Path("input.csv").read_text().replace(",c,", ",nil,").replace("[low]", "?"))
    refused(
        go("rebase", "odd.csv", *args),
        "'nil' (line 7 of the file)",
        "'?' (line 8 of the file)",
        "--missing nil '?'",
    )
    fine(go("rebase", "odd.csv", *args, "--missing", "nil", "?"))


def test_title_lines(go):
    assert "header in line 5" in fine(go("which", "input.csv"))
    said = fine(
        go(
            "rebase",
            "input.csv",
            "--code",
            "Code",
            "--at",
            "2018-04-01",
            "--to",
            "2021-04-01",
            "--sum",
            "Referrals",
            "--drop",
            "Name",
            "-o",
            "out.csv",
        )
    )
    assert "Referrals: 21 in = 21 placed" in said and "1 line below the table left out (line 13)" in said


def test_two_code_columns(go):
    said = fine(go("which", "input.csv"))
    assert "'CCG21CD' and 'CCG21CDH' hold the ONS and the ODS code of the same bodies" in said
    assert "10 of the codes are of the CCGs of April 2021" in said and "says April 2021" in said
    fine(
        go(
            "rebase",
            "input.csv",
            "--at",
            "2021-04-01",
            "--to",
            "2022-07-01",
            "--sum",
            "n",
            "--drop",
            "CCG21NM",
            "-o",
            "out.csv",
        )
    )
    assert sum(int(r["n"]) for r in table()) == 45 and "CCG21CDH" in table()[0]


def test_two_levels_dated(go):
    args = ("rebase", "input.csv", "--code", "code", "--at", "month", "--to", "2022-07-01")
    refused(
        go(*args, "--by", "month", "--sum", "referrals", "--drop", "level"),
        "is a board and",
        "count them twice",
    )
    fine(go(*args, "--by", "month", "level", "--sum", "referrals", "-o", "out.csv"))
    assert set(cells(["month", "level", "code"], "referrals").values()) == {"70", "100"}


def test_unknown_markers(go):
    args = (
        "rebase",
        "input.csv",
        "--at",
        "2018-04-01",
        "--to",
        "2021-04-01",
        "--sum",
        "episodes",
        "--repair",
        "-o",
        "out.csv",
    )
    refused(go(*args), "'X' is no code known here", "--unknown unmapped")
    fine(go(*args, "--unknown", "unmapped"))
    assert cells("CCG_RESPONSIBILITY", "episodes", "out.unmapped.csv") == {"C": "60", "X": "500", "Y": "700"}
    placed = cells("CCG_RESPONSIBILITY", "episodes")
    assert (placed["00X"], placed["00Y"]) == ("2", "1")


def test_which_wrong_column(go):
    assert "10 of the codes are of the CCGs of April 2018" in fine(
        go("which", "input.csv", "--code", "CCG Code")
    )
    refused(go("which", "."), ". is a folder, not a CSV file")
    refused(
        go("which", "input.csv", "--code", "CCG Cod"),
        "there is no column 'CCG Cod' (--code); the nearest is 'CCG Code'",
    )
    fine(
        go(
            "rebase",
            "input.csv",
            "--code",
            "CCG Code",
            "--at",
            "2018-04-01",
            "--to",
            "2021-04-01",
            "--sum",
            "n",
        )
    )


def test_wide_months(go):
    args = ("rebase", "input.csv", "--at", "2018-04-01", "--to", "2021-04-01", "-o", "out.csv")
    fine(go(*args, "--sum", "*-18", "Total", "--drop", "Name"))
    first = Path("out.csv").read_text()
    fine(go(*args, "--sum", "rest", "--drop", "rest"))
    assert Path("out.csv").read_text() == first and cells("Code", "Total")["16C"] == "180"
    refused(go(*args, "--sum", "*-19", "--drop", "rest"), "there is no column like '*-19' (--sum)")


def test_old_workbooks(go):
    """The sheet is found beside one of notes and one of regions; a total without a code is England's."""
    for ending in ("xls", "ods"):
        assert "4 of the codes are of the CCGs of April 2018" in fine(go("which", f"input.{ending}"))
        args = ("rebase", f"input.{ending}", "--at", "2018-04-01", "--to", "2021-04-01", "--sum", "rest")
        said = fine(go(*args, "--drop", "rest", "-o", "out.csv"))
        assert "sheet 'CCG'" in said and "header in line 5" in said
        assert "Not placed: England, a total for England" in said and "found no place" not in said
        assert table()[0]["status"] == "incomplete"
        fine(go(*args, "--drop", "rest", "--zero", "-", "-o", "out.csv"))
        sums = ["Type 1", "Type 3"]
        assert table() == [
            {
                "Code": "15M",
                **dict(zip(sums, ("100", "40"), strict=True)),
                "status": "exact",
                "divided": "0",
                "missing": "0",
            }
        ]


def test_waiting_times(go):
    """The month of a return is a period; the total of all specialties is never added up with its parts."""
    args = ("rebase", "input.csv", "--at", "Period", "--to", "2021-04-01", "--sum", "rest", "--drop", "rest")
    refused(go(*args), "column 'Treatment Function Name' is to be left out, but 'Total' stands beside parts")
    args += ("--by", "Treatment Function Name", "-o", "out.csv")
    assert "'Period': RTT-April-2018 as 2018-04-01" in fine(go(*args))
    assert {r["status"] for r in table()} == {"incomplete"}
    said = fine(go(*args, "--zero", ""))
    assert {(r["Total"], r["Gt 52 Weeks SUM 1"], r["status"]) for r in table()} == {("25", "3", "exact")}
    assert "Not placed: NONC, commissioner outside England" in said


def test_levels_stacked(go):
    """Rows of CCGs and rows of CCG and provider have one code: they are kept apart, or refused."""
    args = ("rebase", "input.csv", "--at", "2020-04-01", "--to", "2021-04-01", "--sum", "MEASURE_VALUE")
    args += ("--drop", "rest", "--unknown", "unmapped", "-o", "out.csv")
    refused(
        go(*args), "'GROUP_TYPE' is to be left out, but its rows are of several levels", "--by 'GROUP_TYPE'"
    )
    said = fine(go(*args, "--by", "GROUP_TYPE"))
    assert cells("GROUP_TYPE", "MEASURE_VALUE") == {"CCG": "60", "CCG-Provider": "60"}
    assert "Not placed: E40000008, a region, not a CCG" in said


@pytest.mark.parametrize("ending", ["xlsx", "parquet"])
def test_the_ending_of_the_output_says_what_it_is(ending, tmp_path, monkeypatch, capsys):
    shutil.copytree(CASES / "ons-in-ods-out", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    args = ["rebase", "input.csv", "--at", "2018-04-01", "--to", "2021-04-01", "--sum", "n"]
    assert __main__.main([*args, "-o", "out.csv"]) == 0 and __main__.main([*args, "-o", f"out.{ending}"]) == 0
    again = [str(one) for one in reading.read(f"out.{ending}")["n"]]
    assert again == [r["n"] for r in table()] and Path("out.report.txt").exists()
    module = {"xlsx": "xlsxwriter", "parquet": "pyarrow"}[ending]
    if ending == "xlsx":
        monkeypatch.setitem(sys.modules, module, None)
        capsys.readouterr()
        assert __main__.main([*args, "-o", "other.xlsx"]) == 1
        assert "pip install england-ccgs[files]" in capsys.readouterr().err
