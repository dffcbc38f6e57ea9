"""Files of the GP Patient Survey, small and made here in every layout known, give one and the same table."""

import re

import pandas as pd
import pytest
from ccg import cli, files, gpps, lineage, reading, tables

# practice, good of answers, easy of phone answers; A81 is in Tees Valley (16C), 91Q is Kent and Medway
PEOPLE = [
    ("A81001", 80, 100, 30, 60),
    ("A81002", 150, 200, 90, 120),
    ("G82002", 45, 50, 10, 40),
]
EXPECTED = pd.DataFrame(
    {
        "code": ["16C", "91Q"],
        "practices": [2, 1],
        "answers": [300.0, 50.0],
        "good_experience": [230.0, 45.0],
        "phone_answers": [180.0, 40.0],
        "easy_phone": [120.0, 10.0],
    }
)


def with_counts(practice="Practice_Code", ccg="CCG_Code", base="Q28_12345base", scale=1):
    """A file of 2012 to 2023: percents, weighted counts and their bases."""
    return pd.DataFrame(
        [
            {
                practice: code, "Practice_Name": "A practice", ccg: "00K", "received": 300,
                "Q3_12": easy, "Q3_1234base": calls, "Q3base": calls + 20, "Q3_12pct": scale * easy / calls,
                "Q28_12": good, base: answers, "Q28_12pct": scale * good / answers,
            }
            for code, good, answers, easy, calls in PEOPLE
        ]
    )  # fmt: skip


def of_2025():
    return pd.DataFrame(
        [
            {
                "ad_practicecode": code, "ad_practicename": "Caf\u00e9 Surgery", "ad_icscode": "QHM",
                "distributed": 900, "received": 300,
                "localgpservicesphone.pcteval": easy / calls, "localgpservicesphone.baseevalw": calls,
                "overallexp.pcteval": good / answers, "overallexp.baseevalw": answers,
            }
            for code, good, answers, easy, calls in PEOPLE
        ]
    )  # fmt: skip


LAYOUTS = {
    "June 2013 Practice level data weighted.csv": with_counts(base="Q28base"),
    "July 2015 Practice level data weighted.csv": with_counts("Practice_code"),
    "July 2016 Practice level data weighted CSV.csv": with_counts("Practice_code", scale=100),
    "GPPS 2017 Practice data (weighted) (csv) PUBLIC.csv": with_counts("Practice_code"),
    "GPPS_2019_Practice_data_(weighted)_(csv)_PUBLIC.csv": with_counts(),
    "GPPS_2021_Practice_data_(weighted)_(csv)_PUBLIC.csv": with_counts().rename(columns=str.lower),
    "GPPS_2023_Practice_data_(weighted)_(csv)_PUBLIC.csv": with_counts(ccg="ICS_Code"),
    "2022.csv": with_counts().drop(columns=["Q28_12", "Q3_12", "Q3base"]),
    "GPPS_2025_Practice_data_(weighted)_(csv)_PUBLIC.csv": of_2025(),
}


@pytest.fixture
def file(tmp_path):
    def make(frame, name="GPPS_2019_Practice_data_(weighted).csv", **how):
        path = tmp_path / name
        frame.to_csv(path, index=False, **how)
        return path

    return make


def refused(path, *words, **how):
    with pytest.raises(gpps.SurveyError) as stop:
        gpps.build([path] if not isinstance(path, list) else path, **how)
    for word in words:
        assert word in str(stop.value)


@pytest.mark.slow
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_the_same_numbers(name, file):
    result = gpps.build([file(LAYOUTS[name], name)])
    pd.testing.assert_frame_equal(result.frame[EXPECTED.columns], EXPECTED, check_dtype=False)
    assert list(result.frame) == gpps.COLUMNS
    assert (result.frame["year"] == int(re.search(r"20\d\d", name)[0])).all()
    assert (result.frame["geography"] == "2021-04-01").all() and not len(result.unplaced)


@pytest.mark.slow
def test_years_that_may_not_be_compared_are_of_different_series(file):
    table = gpps.build([file(frame, name) for name, frame in LAYOUTS.items()]).frame
    series = table.groupby("series")["year"].agg(lambda y: sorted(set(y)))
    assert series.to_dict() == {
        "2012-2016": [2013, 2015, 2016],
        "2017": [2017],
        "2018-2023": [2019, 2021, 2022, 2023],
        "2024-2026": [2025],
    }


@pytest.mark.slow
def test_names_in_the_windows_alphabet_are_read(file):
    path = file(of_2025(), "GPPS_2025_Practice_data_(weighted).csv", encoding="latin-1")
    assert b"\xe9" in path.read_bytes()
    assert gpps.build([path]).frame["answers"].sum() == 350


def test_an_unknown_layout_is_refused_with_its_columns(file):
    path = file(pd.DataFrame({"Practice.code": ["A81001"], "X..Satisfied..total.": [90]}))
    refused(path, "its layout is not known", "Practice.code, X..Satisfied..total.", "ad_practicecode with")
    refused(file(with_counts().drop(columns="Q3_12pct")), "layout is not known", "q3_12pct")
    refused(file(with_counts().assign(q28_12PCT=0.5)), "'q28_12pct' is there more than once")


def test_columns_of_another_year_are_refused(file):
    refused(file(of_2025(), "GPPS_2019_weighted.csv"), "it is of 2019", "2024 to 2026")
    refused(file(with_counts(), "GPPS_2024_weighted.csv"), "it is of 2024", "2012 to 2023")
    refused(file(with_counts(), "2011.csv"), "2011 asked other questions")


def test_a_file_without_a_year_is_refused_and_can_be_told(file):
    path = file(with_counts(), "download.csv")
    refused(path, "its year is not known; give it with --year")
    assert gpps.build([path], year=2018).frame["year"].unique() == [2018]
    refused([path, path], "one year for several files", year=2018)


@pytest.mark.slow
def test_two_sources_of_the_year_must_agree(file):
    path = file(with_counts().assign(Year="2018"))
    refused(path, "column 'Year' says 2018", "its name says 2019")
    refused(file(with_counts()), "--year says 2018", "its name says 2019", year=2018)
    refused(file(with_counts().assign(year=["2018", "2018", "2019"]), "a.csv"), "says 2018 and 2019")
    refused(file(with_counts().assign(year="18/19"), "b.csv"), "'18/19', which is not a year")
    assert gpps.build([file(with_counts().assign(year=2020), "c.csv")]).frame["year"].unique() == [2020]


def test_two_waves_of_a_year_are_refused(file):
    waves = [file(with_counts(), f"{month} 2015 weighted.csv") for month in ("January", "July")]
    refused(waves, "are both of 2015", "the July wave")


def test_the_unweighted_file_is_refused(file):
    refused(file(with_counts(), "GPPS_2019_Practice_data_(unweighted).csv"), "this is the unweighted file")


def test_a_practice_seen_twice_is_refused_by_row(file):
    twice = pd.concat([with_counts(), with_counts().iloc[:1]])
    refused(file(twice), "practice A81001 stands on lines 2 and 5")


def test_shares_and_percents_in_one_column_are_refused(file):
    mixed = with_counts()
    mixed.loc[0, "Q28_12pct"] = 80
    refused(file(mixed), "80 on line 2 as a percent", "0.75 on line 3 reads as a share")
    mixed.loc[0, "Q28_12pct"] = 101
    refused(file(mixed), "line 2, column 'Q28_12pct': 101 is over 100 percent")
    mixed["Q28_12pct"] = mixed["Q28_12pct"].astype(object)
    mixed.loc[0, "Q28_12pct"] = "about 80"
    refused(file(mixed), "'about 80' is not a number")


@pytest.mark.parametrize(
    "mark", ["-97", "*", *(pytest.param(mark, marks=pytest.mark.slow) for mark in ("-1", "", "/"))]
)
def test_suppressed_is_missing_and_never_zero(mark, file):
    frame = with_counts().astype(object)
    frame.loc[0, ["Q28_12", "Q28_12345base", "Q28_12pct"]] = mark
    result = gpps.build([file(frame)])
    first = result.frame.set_index("code").loc["16C"]
    assert (first["practices"], first["answers"], first["good_experience"]) == (1, 200, 150)
    assert first["phone_answers"] == 180  # another question, answered
    assert "practices without a figure: 1." in result.report()
    frame["Q28_12pct"], frame["Q3_12pct"] = [mark, mark, "0.9"], [mark, mark, "0.25"]
    blank = gpps.build([file(frame)]).frame.set_index("code").loc["16C"]
    assert blank["practices"] == 0 and pd.isna(blank["answers"]) and pd.isna(blank["easy_phone"])


def test_rates_are_quotients_of_sums_and_no_mean_of_rates(file):
    small = with_counts().iloc[:2].copy()
    row = gpps.build([file(small)]).frame.iloc[0]
    assert row["good_experience"] / row["answers"] == pytest.approx(230 / 300)
    assert row["good_experience"] / row["answers"] != pytest.approx((0.8 + 0.75) / 2, abs=1e-3)


@pytest.mark.slow
def test_the_base_that_agrees_with_the_published_percent_is_taken(file):
    old = with_counts().drop(columns="Q3_1234base")
    refused(file(old), "no base of 'Q3_12pct' agrees", "Q3base")
    old["Q3_12pct"] = old["Q3_12"] / old["Q3base"]  # a year that counts those who never tried
    assert gpps.build([file(old)]).frame["phone_answers"].tolist() == [220, 60]


@pytest.mark.slow
def test_ragged_rows_are_refused_and_shift_nothing(file):
    path = file(with_counts())
    head, *rows = path.read_text().splitlines()
    path.write_text("\n".join([head, *(f"{row}," for row in rows)]) + "\n")
    with pytest.raises(
        reading.ReadError, match=r"line 2: 12 cells where the header has 11 \(and 2 more such rows\)"
    ):
        gpps.build([path])
    path.write_text("\n".join([f"{head},", *(f"{row}," for row in rows)]) + "\n")
    assert gpps.build([path]).frame["answers"].tolist() == [300, 50]
    path.write_text("\n".join([f"{head},x,x", *(f"{row},1,2" for row in rows)]) + "\n")
    assert gpps.build([path]).frame["answers"].tolist() == [300, 50], (
        "columns that are not read may share a name"
    )


def test_a_number_that_counts_nobody_is_refused_by_its_line(file):
    frame = with_counts().astype(object)
    frame.loc[1, "Q28_12345base"] = "1e308"
    refused(file(frame), "line 3, column 'Q28_12345base': '1e308' is not a number")
    frame["Practice_Name"] = "on\ntwo lines"
    refused(file(frame), "line 4, column 'Q28_12345base'")


def test_a_year_that_was_never_seen_is_refused(file):
    refused(file(of_2025(), "GPPS_2027_weighted.csv"), "no file of 2027 has been seen", "can be read to 2026")


def test_a_base_that_was_never_seen_must_prove_itself_by_the_count(file):
    bare = with_counts().drop(columns=["Q28_12", "Q3_12", "Q3base"])
    assert len(gpps.read(file(bare, "GPPS_2018_weighted.csv"))) == len(bare)
    refused(
        file(bare, "GPPS_2015_weighted.csv"),
        "'Q28_12345base' is not known from a file of 2015",
        "--weight received",
    )
    refused(file(of_2025(), "GPPS_2024_weighted.csv"), "baseevalw' is not known from a file of 2024")


@pytest.mark.slow
def test_without_a_base_a_file_is_refused_unless_told_what_to_weight_by(file):
    bare = with_counts()[["Practice_Code", "received", "Q3_12pct", "Q28_12pct", "Q3base"]]
    refused(file(bare), "no base for 'Q28_12pct'", "--weight received")
    refused(file(bare.assign(Q28base=[100, 200, 50])), "no base for 'Q3_12pct'")
    refused(file(bare), "no column 'forms'", weight="forms")
    result = gpps.build([file(bare)], weight="received")
    assert result.frame["answers"].tolist() == [600, 300]
    assert result.frame["good_experience"].tolist() == pytest.approx([300 * (0.8 + 0.75), 300 * 0.9])
    assert "Weighted by received" in result.report()


def test_practices_without_a_place_are_counted_and_named(file):
    frame = with_counts()
    frame.loc[len(frame)] = frame.loc[0]
    frame.loc[3, "Practice_Code"] = "A99999"
    frame.loc[len(frame)] = frame.loc[0]
    frame.loc[4, "Practice_Code"] = ""
    result = gpps.build([file(frame)])
    assert result.unplaced["practice"].tolist() == ["(blank)", "A99999"]
    assert result.frame["answers"].sum() + result.unplaced["answers"].sum() == frame["Q28_12345base"].sum()
    assert "5 practices = 3 placed + 2 not placed; 550 answers = 350 placed + 200 not" in result.report()
    assert "Not placed: (blank), A99999." in result.report()


@pytest.mark.slow
def test_merging_does_not_change_who_is_counted(file):
    """The whole of England in two years: the same practices, whatever happened to their CCGs in between."""
    both = tables.load("qof_points").groupby("practice")["year"].agg(set)
    always = sorted(both.index[both.map(lambda y: {"2018-19", "2022-23"} <= y)])
    one = with_counts().iloc[[0] * len(always)].assign(Practice_Code=always)
    table = gpps.build([file(one, "2018.csv"), file(one, "2022.csv")]).frame
    assert set(table["code"]) == set(lineage.bodies("2021-04-01")["code"])
    years = table.pivot(index="code", columns="year", values="practices")
    assert years[2018].equals(years[2022].rename(2018)) and years[2018].sum() == len(always)


@pytest.mark.slow
def test_the_command_writes_the_table_and_what_was_not_placed(file, tmp_path, capsys, monkeypatch):
    frame = with_counts()
    frame.loc[2, "Practice_Code"] = "A99999"
    path, out = file(frame), tmp_path / "gpps.csv"
    assert cli.main(["gpps", str(path), "-o", str(out)]) == 0
    assert "2019 (series 2018-2023): 3 practices = 2 placed + 1 not placed" in capsys.readouterr().out
    beside = tmp_path / "gpps.unplaced.csv"
    assert beside.read_text().splitlines()[1].startswith("A99999,2019,50")
    monkeypatch.setenv("CCG_DATA", str(tmp_path))
    table = gpps.load()
    assert table["code"].tolist() == ["16C"] and table["geography"].tolist() == [pd.Timestamp("2021-04-01")]
    monkeypatch.delenv("CCG_DATA")
    assert cli.main(["gpps", str(file(with_counts())), "-o", str(out)]) == 0
    assert not beside.exists()
    assert cli.main(["gpps", str(tmp_path / "none.csv")]) == 1
    assert "there is no such file" in capsys.readouterr().err
    before = path.read_bytes()
    assert cli.main(["gpps", str(path), "-o", str(path)]) == 1
    assert "is one of the files to read" in capsys.readouterr().err and path.read_bytes() == before
    again = path.rename(tmp_path / "again2019.unplaced.csv")
    assert cli.main(["gpps", str(again), "-o", str(tmp_path / "again2019.csv")]) == 1
    assert "which goes beside" in capsys.readouterr().err and again.read_bytes() == before


def test_a_table_of_other_columns_is_refused_and_none_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("CCG_DATA", str(tmp_path))
    assert gpps.load() is None
    (tmp_path / "gpps.csv").write_text("code,series,geography\n16C,2017,2021-04-01\n")
    with pytest.raises(gpps.SurveyError, match="make it anew"):
        gpps.load()


@pytest.mark.slow
def test_the_tables_tolerate_a_survey_table_beside_them(data):
    (data / "gpps.csv").write_text("year\n2019\n")
    assert "gpps" not in tables.names() and not tables.find_problems("ccg_counts")
    assert "data/gpps*.csv" in (files.ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
