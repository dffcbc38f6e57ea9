"""The commands do what they say, and name what fails."""

import csv
import errno
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from ccg import cli, files, reading, run
from hypothesis import given, settings
from hypothesis import strategies as st

CASES = files.ROOT / "tests" / "cases"
DATES = ("--at", "2018-04-01", "--to", "2021-04-01")
#: No code changes and no body has parts, so what is wrong is in the reading.
SAME = ("--at", "2018-04-01", "--to", "2018-04-01")


@pytest.mark.slow
@pytest.mark.parametrize("between", [[], ["--"]])
def test_lab_opens_the_first_notebook_and_hands_every_option_on(between, monkeypatch, tmp_path):
    given = []
    monkeypatch.setattr("jupyterlab.labapp.main", given.extend)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lab", *between, "--port", "8899", "--allow-root"]) == 0
    assert given[0] == "--LabApp.default_url=/lab/tree/00_claims.ipynb"
    assert given[-3:] == ["--port", "8899", "--allow-root"]
    assert os.environ["JUPYTER_CONFIG_PATH"].endswith(f"suite{os.pathsep}{tmp_path}")
    assert Path.cwd() == files.NOTEBOOKS


def test_the_help_lists_every_command_in_its_group(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as stop:
        cli.main(["--help"])
    told = capsys.readouterr().out
    yours, ours = told.split("for your data:")[1].split("for this suite:")
    listed = [re.findall(r"^  (\w+) +\w", part.split("\n\n")[0], re.M) for part in (yours, ours)]
    assert stop.value.code == 0 and listed == [
        ["which", "lookup", "rebase", "explain", "gpps"],
        ["figures", "test", "check", "refresh", "trace", "lab", "app", "site", "bench"],
    ]
    assert {*listed[0], *listed[1]} == set(cli.commands()) and max(map(len, told.splitlines())) <= 80


@pytest.mark.parametrize("name", sorted(cli.commands()))
def test_the_example_in_the_help_of_a_command_works(name, tmp_path, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        cli.main([name, "--help"])
    example = capsys.readouterr().out.split("\nexample:\n")[1]
    words = example.removeprefix("  python -m ccg ").split()
    assert words[0] == name and example.count("\n") == 1
    monkeypatch.chdir(tmp_path)
    elsewhere = cli.commands()[name].get_default("needs_checkout") or name in ("gpps", "check")
    if elsewhere:  # the run is tested there: of check in test_check, beside what else is said of the tables
        assert callable(cli.parse(words).run)
        return
    (tmp_path / "data").symlink_to(files.data())
    assert cli.main(words) == 0
    assert capsys.readouterr().out
    if "-o" in words:
        assert len(pd.read_csv(words[words.index("-o") + 1])) > 100


def test_unknown_command_is_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["figs"])
    assert stop.value.code == 2 and "invalid choice" in capsys.readouterr().err


@pytest.fixture
def notebook(tmp_path):
    def make(*cells):
        nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        path = tmp_path / "99_trial.ipynb"
        nbformat.write(nb, path)
        return path

    return make


@pytest.mark.slow
def test_a_failing_notebook_is_named_with_cell_and_error(notebook, tmp_path):
    path = notebook("x = 1", "# the second\n1 / 0")
    before = path.read_bytes()
    done, (failed,) = run.execute([path], tmp_path / "made")
    assert (
        str(failed) == "notebooks/99_trial.ipynb, cell 2 (# the second): ZeroDivisionError: division by zero"
    )
    assert not done and path.read_bytes() == before


@pytest.mark.slow  # it runs a notebook in place
@pytest.mark.parametrize("times", [1, 2])
def test_refreshed_notebook_tells_nothing_of_the_machine(times, notebook, tmp_path):
    path, said = notebook("print(6 * 7)"), set()
    for _ in range(times):
        done, failed = run.execute([path], tmp_path / "made")
        text = run._clean(done[path])
        assert not failed and json.loads(text)["metadata"]["language_info"] == {"name": "python"}
        assert str(tmp_path) not in text
        path.write_text(text)
        said.add(text)
    assert len(said) == 1, "run again it is the same"


def test_figures_that_no_notebook_draws_are_removed_and_those_of_a_failed_one_kept(tmp_path):
    made, folder = tmp_path / "made", tmp_path / "figures"
    made.mkdir()
    folder.mkdir()
    for name, notebook in (("01_old", "01_a.ipynb"), ("02_old", "02_b.ipynb")):
        for kind in ("png", "svg", "csv"):
            (folder / f"{name}.{kind}").write_text("x")
        (folder / f"{name}.json").write_text(json.dumps({"name": name, "notebook": notebook}))
    (made / "01_new.json").write_text(json.dumps({"name": "01_new", "notebook": "01_a.ipynb"}))
    changed = run._replace(made, folder, kept={"02_b.ipynb"})
    assert {p.stem for p in folder.glob("[0-9]*.json")} == {"01_new", "02_old"}
    assert "figures/01_old removed: no notebook draws it any more" in changed


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.txt"
    assert files.write(path, "one\n") and not files.write(path, "one\n")
    with pytest.raises(TypeError):
        files.write(path, 3)
    assert path.read_text() == "one\n" and [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_several_files_are_written_together_or_not_at_all(tmp_path):
    names = [tmp_path / n for n in ("a.csv", "b.csv", "c.csv", "file/d.csv")]
    for path in (*names[:3], tmp_path / "file"):
        path.write_text("old")
    with pytest.raises(NotADirectoryError, match=r"file/d\.csv"):
        files.write_together({names[0]: "new", names[3]: "new"})
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == dict.fromkeys(
        ["a.csv", "b.csv", "c.csv", "file"], "old"
    )
    files.write_together({names[0]: "new", tmp_path / "e" / "f.csv": "new"})
    assert names[0].read_text() == (tmp_path / "e" / "f.csv").read_text() == "new"


TWO_CODES = ("--code", "ods", "--drop", "ons", "--sum", "referrals", "finished")

# --- files of yours -------------------------------------------------------------------------------


@pytest.fixture
def ccg(tmp_path, monkeypatch, capsys):
    """Runs a command in a folder of its own; gives its status, what it printed and what it complained of."""
    monkeypatch.chdir(tmp_path)

    def go(*args):
        status = cli.main([str(a) for a in args])
        out, err = capsys.readouterr()
        return status, out, err

    return go


def refused(result, *words):
    """One line of words on stderr, status 1 and nothing else."""
    status, out, err = result
    assert status == 1 and not out and err.count("\n") == 1 and err.startswith("python -m ccg "), result
    for word in words:
        assert word in err, err


def held(folder) -> dict:
    return {p.name: p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()}


def as_a_program(*args, **how):
    """The same in a process of its own, where stdout is a file."""
    env = os.environ | {"PYTHONPATH": str(files.NOTEBOOKS), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-m", "ccg", *map(str, args)]
    return subprocess.run(words, **({"env": env, "capture_output": True, "timeout": 60} | how))


def test_output_over_input(ccg, tmp_path):
    shutil.copytree(CASES / "output-over-input", tmp_path, dirs_exist_ok=True)
    before = held(tmp_path)
    assert set(before) == {"input.csv", "second.unmapped.csv"}
    refused(
        ccg("rebase", "input.csv", *DATES, "--sum", "n", "-o", "input.csv"),
        "input.csv is one of the files to read; name another with -o",
    )
    refused(
        ccg("rebase", "second.unmapped.csv", *DATES, "--sum", "n", "-o", "second.csv"),
        "second.unmapped.csv, which goes beside second.csv, is one of the files to read",
    )
    (tmp_path / "second.unmapped.csv").rename(tmp_path / "third.repaired.csv")
    refused(
        ccg("rebase", "third.repaired.csv", *DATES, "--sum", "n", "-o", "third.csv"), "third.repaired.csv"
    )
    assert sorted(held(tmp_path).values()) == sorted(before.values())


@pytest.mark.parametrize(
    "way", ["./input.csv", "no/../input.csv", "a_link.csv", "a_hard_link.csv", "{}/input.csv"]
)
def test_output_over_input_by_another_name(way, ccg, tmp_path):
    shutil.copy(CASES / "output-over-input" / "input.csv", tmp_path)
    (tmp_path / "a_link.csv").symlink_to("input.csv")
    (tmp_path / "a_hard_link.csv").hardlink_to(tmp_path / "input.csv")
    before = held(tmp_path)
    way = way.format(tmp_path)
    refused(
        ccg("rebase", "input.csv", *DATES, "--sum", "n", "-o", way),
        "is one of the files to read",
    )
    if Path(way).exists():
        args = ("rebase", way, *DATES, "--sum", "n", "-o", "input.csv")
        refused(ccg(*args), "input.csv is one of the files to read")
    (tmp_path / "out.unmapped.csv").symlink_to("input.csv")
    refused(
        ccg("rebase", "input.csv", *DATES, "--sum", "n", "-o", "out.csv"),
        "out.unmapped.csv, which goes beside",
    )
    assert {k: v for k, v in held(tmp_path).items() if k != "out.unmapped.csv"} == before


def test_output_added_to_the_input_by_the_shell(ccg, tmp_path):
    path = Path(shutil.copy(CASES / "output-over-input" / "input.csv", tmp_path))
    before, own = path.read_bytes(), os.dup(1)
    with path.open("ab") as out:
        os.dup2(out.fileno(), 1)  # as >> does
        try:
            result = ccg("rebase", path, *DATES, "--sum", "n")
        finally:
            os.dup2(own, 1)
            os.close(own)
    refused(result, "input.csv is read and printed to at once")
    assert path.read_bytes() == before


def test_output_and_what_goes_beside_it_are_two_files(ccg, tmp_path):
    shutil.copy(CASES / "output-over-input" / "input.csv", tmp_path)
    (tmp_path / "out.unmapped.csv").symlink_to("out.csv")
    refused(
        ccg("rebase", "input.csv", *DATES, "--sum", "n", "-o", "out.csv"), "out.unmapped.csv", "are one file"
    )


def test_output_over_a_table_of_the_project(ccg, data):
    before = held(data)
    refused(
        ccg("lookup", "--from", "2018-04-01", "--to", "2021-04-01", "-o", data / "ccgs.csv"),
        "ccgs.csv is one of",
    )
    assert held(data) == before


@pytest.mark.slow
def test_what_an_earlier_run_left_goes_when_this_one_is_in_place(ccg, tmp_path):
    Path("good.csv").write_text("code,n\n00C,1\n00D,2\n")
    Path("left.csv").write_text("code,n\n00C,1\nUNKNOWN,5\n00D ,2\n")
    args = (*DATES, "--sum", "n", "--repair", "-o", "out.csv")
    status, out, _ = ccg("rebase", "left.csv", *args)
    assert status == 0 and "What could not be placed is in out.unmapped.csv" in out
    assert Path("out.unmapped.csv").read_text() == "code,n,reason\nUNKNOWN,5,commissioner not known\n"
    before = held(tmp_path)
    refused(ccg("rebase", "good.csv", *DATES, "--sum", "m", "-o", "out.csv"), "no column 'm'")
    Path("out.unmapped.csv").rename("kept")
    Path("out.unmapped.csv").mkdir()
    refused(ccg("rebase", "good.csv", *args), "out.unmapped.csv, which goes beside out.csv, is a folder")
    Path("out.unmapped.csv").rmdir()
    Path("kept").rename("out.unmapped.csv")
    assert held(tmp_path) == before, "a run that failed changed what was there"
    status, out, _ = ccg("rebase", "good.csv", *args)
    assert status == 0 and "out.unmapped.csv of an earlier run is gone" in out
    assert set(held(tmp_path)) == {"good.csv", "left.csv", "out.csv", "out.report.txt", "out.report.json"}


@pytest.mark.slow
def test_a_file_of_the_users_own_is_not_written_over_nor_taken_away(ccg, tmp_path):
    Path("in.csv").write_text("code,n\n00C,1\n00D,2\n")
    own = {
        "out.csv": "mine,too\n1,2\n",
        "q.repaired.csv": "a,b,rows\n1,2,3\n",
        "q.unmapped.csv": "a,b,reason\n1,2,3\n",
    }
    for name, text in own.items():
        Path(name).write_text(text)
    before = held(tmp_path)
    refused(
        ccg("rebase", "in.csv", *DATES, "--sum", "n", "-o", "out.csv"),
        "was not written by this command; move it",
    )
    refused(
        ccg("lookup", "--from", "2018-04-01", "--to", "2021-04-01", "-o", "out.csv"),
        "was not written by this",
    )
    assert held(tmp_path) == before
    for options in ([], ["--names"]):  # over its own output a run goes on
        assert ccg("rebase", "in.csv", *DATES, "--sum", "n", "-o", "q.csv", *options)[0] == 0
    assert Path("q.repaired.csv").read_text() == own["q.repaired.csv"]
    assert Path("q.unmapped.csv").read_text() == own["q.unmapped.csv"]
    assert ccg("rebase", "in.csv", *DATES, "--sum", "n", "-o", "out.csv", "--force")[0] == 0
    assert ccg("rebase", "in.csv", *DATES, "--sum", "n", "-o", "-")[1].startswith(
        "code,n,status,divided,missing\n16C"
    )
    assert not Path("-").exists()


def test_which_advises_no_switch_that_it_has_not(ccg, tmp_path):
    Path("in.csv").write_text("Year,code,n\n2013,00C,1\n2013,16C,2\n2013,D2P2L,3\n")
    _, _, err = ccg("which", "in.csv", "--by", "Year")
    assert "the codes are of no one geography" in err and "(rebase --closed carry)" in err


@pytest.mark.slow
def test_days_of_a_time_zone_come_out_as_days(ccg, tmp_path):
    days = pd.to_datetime(["2018-04-01", "2018-04-01"]).tz_localize("UTC")
    pd.DataFrame({"code": ["00C", "00D"], "day": days, "n": [1, 2]}).to_parquet("in.parquet")
    _, out, _ = ccg("rebase", "in.parquet", *DATES, "--sum", "n", "--by", "day")
    assert out.splitlines()[1].startswith("2018-04-01,16C,1")


@pytest.mark.slow
def test_what_stands_beside_bodies_is_explained(ccg):
    status, out, _ = ccg("explain", "X24")
    assert status == 0 and out == "X24 is NHS England, not a CCG.\n"


@pytest.mark.slow
def test_what_was_read_as_what_is_written_beside_the_output(ccg):
    Path("in.csv").write_text("code,n\n00c,1\n00c,2\nNHS North Durham CCG,4\n00D,8\n")
    args = ("rebase", "in.csv", *SAME, "--sum", "n", "--repair")
    status, out, _ = ccg(*args, "-o", "out.csv")
    assert status == 0 and "What was read as which code (2 in all) is in out.repaired.csv" in out
    assert Path("out.repaired.csv").read_text() == "read,as,rows\n00c,00C,2\nNHS North Durham CCG,00J,1\n"
    assert (
        Path("out.csv").read_text()
        == "code,n,status,divided,missing\n00C,3,doubtful,0,0\n00D,8,exact,0,0\n00J,4,exact,0,0\n"
    )
    assert ccg(*args)[0] == 0 and set(held(".")) == {
        "in.csv", "out.csv", "out.repaired.csv", "out.report.txt", "out.report.json",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name, where, what",
    [
        (
            "commas-at-the-end",
            "line 2: 5 cells where the header has 4 (and 1 more such row)",
            "commas at its end",
        ),
        (
            "thousands",
            "line 3: 4 cells where the header has 3 (and 1 more such row)",
            'needs quotation marks, like "1,234"',
        ),
        ("cut-short", "line 8: 2 cells where the header has 3.", "Fill the row up"),
    ],
)
def test_ragged_rows(name, where, what, ccg, tmp_path):
    path = CASES / "ragged-rows" / f"{name}.csv"
    for command in (
        ["which", path],
        ["rebase", path, *DATES, "--code", "code", "--sum", "n", "-o", "out.csv"],
    ):
        refused(ccg(*command), f"{name}.csv {where}", what)
    refused(ccg("rebase", path, *DATES, *TWO_CODES), where)
    assert not held(tmp_path)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "name, said",
    [("title-above", "header in line 3"), ("note-below", "1 line below the table left out (line 4)")],
)
def test_lines_above_and_below_the_table_are_left_out_and_said(name, said, ccg):
    path = CASES / "ragged-rows" / f"{name}.csv"
    status, out, err = ccg("rebase", path, *SAME, "--sum", "n")
    assert status == 0 and out.splitlines()[1:] == ["00C,1,exact,0,0", "00D,2,exact,0,0"]
    assert f"\n{said}.\n" in err and f"{name}.csv: {said}\n" in ccg("which", path)[1]


CELLS = st.lists(st.text('ab1,;"\n\r \t\u00e9', max_size=6), min_size=2, max_size=2)


@pytest.mark.parametrize("examples", [25, pytest.param(100, marks=pytest.mark.slow)])
def test_every_cell_comes_back_on_its_line_and_no_row_of_another_length_does(examples, tmp_path):
    path = tmp_path / "in.csv"

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(st.lists(CELLS, min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]), st.data())
    def comes_back(rows, end, data):
        odd = data.draw(st.none() | st.integers(0, len(rows) - 1))
        width = data.draw(st.sampled_from([1, 2, 4, 5]))
        text, line, lines = f"code,a,b{end}", 2, []
        for i, row in enumerate(rows):
            cells = ["00C", *row] if i != odd else (["00C", *row, "", ""])[:width]
            out = io.StringIO(newline="")
            quoting = csv.QUOTE_ALL if "\r" in "".join(cells) else csv.QUOTE_MINIMAL  # csv forgets a lone \r
            csv.writer(out, lineterminator=end, quoting=quoting).writerow(cells)
            lines.append(line)
            line += len(re.findall("\r\n|\r|\n", out.getvalue()))
            text += out.getvalue()
        path.write_bytes(text.encode())
        if odd is None:
            frame = reading.read(path)
            assert frame.to_numpy().tolist() == [["00C", *row] for row in rows]
            assert frame.index.tolist() == lines and list(frame) == ["code", "a", "b"]
        else:
            words = rf"in\.csv line {lines[odd]}: {width} cells? where the header has 3\."
            with pytest.raises(reading.ReadError, match=words):
                reading.read(path)

    comes_back()


@pytest.mark.slow
def test_commas_at_the_end_of_header_and_rows_shift_nothing(ccg):
    Path("in.csv").write_text("ods,ons,referrals,finished,,\n00C,E38000042,10,4,,\n\n00D,E38000047,20,8,,\n")
    status, out, _ = ccg("rebase", "in.csv", *SAME, *TWO_CODES)
    assert status == 0 and out.splitlines()[1:] == ["00C,10,4,exact,0,0", "00D,20,8,exact,0,0"]
    Path("in.csv").write_text("ods,referrals,\n00C,10,x\n")
    refused(ccg("which", "in.csv"), "in.csv: column 3, which holds 'x', has no name")


@pytest.mark.parametrize(
    "text", ["00C,5\n00D,6\n", " 00c ,5\nUNKNOWN,6\n", "99Z,2018,4\n00C,2018,5\n", "2018,5\n00C,1\n"]
)
def test_missing_header(text, ccg):
    Path("in.csv").write_text(text)
    for command in (["which", "in.csv"], ["rebase", "in.csv", *DATES, "--code", "00C", "--sum", "5"]):
        refused(ccg(*command), "in.csv: the first line should name the columns and reads as data")


@pytest.mark.slow
def test_rows_numbered_by_pandas(ccg):
    frame = pd.DataFrame({"code": ["00C", "00D", "00J"], "n": [1, 2, 3]})
    frame.to_csv("plain.csv", index=False)
    wanted = ccg("rebase", "plain.csv", *DATES, "--sum", "n")[1]
    frame.to_csv("once.csv")
    pd.read_csv("once.csv").to_csv("twice.csv", index=False)
    pd.read_csv("once.csv").to_csv("thrice.csv")
    frame[frame["n"] > 1].to_csv("some.csv")
    for name in ("once", "twice", "thrice"):
        status, out, err = ccg("rebase", f"{name}.csv", *DATES, "--sum", "n")
        assert status == 0 and out == wanted
        assert "only numbers the rows; it is left out" in err
        assert ccg("rebase", f"{name}.csv", *DATES, "--sum", "n", "--drop", "Unnamed: 0")[1] == wanted
        assert "left out" in ccg("which", f"{name}.csv")[1]
    assert ccg("rebase", "some.csv", *SAME, "--sum", "n")[1].splitlines()[1:] == [
        "00D,2,exact,0,0",
        "00J,3,exact,0,0",
    ]
    frame.set_index("code").rename_axis(None).to_csv("codes.csv")
    refused(ccg("which", "codes.csv"), "column 1, which holds '00C', has no name; give it one")
    Path("ages.csv").write_text(",code,n\n65,00C,1\n65,00D,2\n")
    refused(ccg("which", "ages.csv"), "column 1, which holds '65', has no name; give it one")


def test_a_name_that_comes_twice(ccg):
    Path("in.csv").write_text("code,n,n \n00C,1,2\n")
    refused(ccg("which", "in.csv"), "in.csv: columns 2 and 3 are both called 'n'; rename one")


@pytest.mark.slow
def test_which_wrong_column(ccg, tmp_path):
    Path("input.csv").write_text("CCG Code ,n\n00C,1\n00D,2\n00J,3\n")
    for name in ("CCG Code", "CCG Code "):
        status, out, _ = ccg("which", "input.csv", "--code", name)
        assert status == 0 and "3 of the codes are of" in out
        status, out, _ = ccg("rebase", "input.csv", "--code", name, *SAME, "--sum", " n")
        assert status == 0 and out.splitlines() == [
            "CCG Code,n,status,divided,missing",
            *(f"{code},{n},exact,0,0" for code, n in (("00C", 1), ("00D", 2), ("00J", 3))),
        ]
    refused(ccg("which", "."), ". is a folder, not a CSV file")


@pytest.mark.parametrize(
    "args, words",
    [
        (["which", "in.csv", "--code", "cod"], "there is no column 'cod' (--code); the nearest is 'CODE'"),
        (["rebase", "in.csv", *DATES, "--code", "zzz", "--sum", "n"], "there is no column 'zzz' (--code); there are"),
        (["rebase", "in.csv", *DATES, "--sum", "n", "--drop", "noet"], "'noet' (--drop); the nearest is 'note'"),
        (["rebase", "in.csv", *DATES, "--sum", "N1"], "'N1' (--sum); the nearest is 'n'"),
        (["rebase", "in.csv", *DATES, "--mean", "n:nots"], "'nots' (--mean); the nearest is 'note'"),
        (["rebase", "in.csv", *DATES, "--sum", "n", "--by", "notes"], "'notes' (--by); the nearest is 'note'"),
        (["rebase", "in.csv", "--at", "nota", "--to", "2021-04-01", "--sum", "n"], "'nota' (--at"),
        (["rebase", "in.csv", *DATES, "--sum", "n", "--drop", "n", "note"], "left out with --drop and used as well"),
    ],
)  # fmt: skip
def test_a_column_that_is_not_there_is_named_with_its_option(args, words, ccg):
    Path("in.csv").write_text("CODE,n,note\n00C,1,x\n00D,2,y\n")
    refused(ccg(*args), "in.csv", words)


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "in.csv: the file is empty"),
        (b"\n \n", "in.csv: the file is empty"),
        (b"code,n\n\n", "in.csv: there is no row below the header"),
        (b"code,n\n00C,\x00\n", "in.csv holds 1 zero byte, which is no text, first in line 2"),
        (b"\xff\xfec\x00o", "in.csv line 1 is not utf-16"),
        (b"PK\x03\x04 and more", "in.csv is a zipped file; unpack it first"),
        (b"\xd0\xcf\x11\xe0 and more", "in.csv is no whole workbook"),
        (b"PAR1 and more", "in.csv is no whole Parquet file"),
        (b"%PDF-1.4", "in.csv is a PDF"),
        (b"code;n\n00C;1,234\n", "in.csv line 2: '1,234' in a file with semicolons may mean thousands or decimals"),
        (b'code,name\n00C,"open\n00D,x\n', "in.csv line 2: a quotation mark is out of place"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_csv_is_refused_by_what_it_is(content, words, ccg):
    Path("in.csv").write_bytes(content)
    refused(ccg("which", "in.csv"), words)
    refused(ccg("rebase", "in.csv", *DATES, "--sum", "n", "-o", "out.csv"), words)
    assert set(held(".")) == {"in.csv"}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "output, words",
    [
        (".", ". is a folder; name a file in it with -o"),
        ("new/", "new/ is a folder"),
        ("in.csv/out.csv", "in.csv/out.csv: not a directory"),
        ("x" * 300 + ".csv", ".csv: file name too long"),
        ("/dev/full", "/dev/full: no space left on device"),
        ("/proc/out.csv", "/proc/out.csv: no such file or directory"),
    ],
)
def test_what_the_system_refuses_is_one_line_with_the_path(output, words, ccg):
    Path("in.csv").write_text("code,n\n00C,1\n00D,2\n")
    refused(ccg("rebase", "in.csv", *DATES, "--sum", "n", "-o", output), words)
    refused(ccg("lookup", "--from", "2018-04-01", "--to", "2021-04-01", "-o", output), words)
    assert set(held(".")) == {"in.csv"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(ccg, tmp_path):
    Path("in.csv").write_text("code,n\n00C,1\n00D,2\n")
    Path("locked").mkdir(mode=0o500)
    refused(
        ccg("rebase", "in.csv", *DATES, "--sum", "n", "-o", "locked/out.csv"),
        "locked/out.csv: permission denied",
    )
    Path("out.csv").touch(mode=0o400)
    refused(ccg("rebase", "in.csv", *DATES, "--sum", "n", "-o", "out.csv"), "out.csv: permission denied")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(
    "args",
    [["lookup", "--from", "2018-04-01", "--to", "2021-04-01"], pytest.param(["explain", "00C"], marks=pytest.mark.slow)],
    ids=["many lines", "few lines"],
)  # fmt: skip
def test_a_full_disk_behind_stdout_is_said(args):
    with Path("/dev/full").open("w") as full:
        done = as_a_program(*args, stdout=full, stderr=subprocess.PIPE, capture_output=False)
    said = f"python -m ccg {args[0]}: standard output: no space left on device\n"
    assert (done.returncode, done.stderr.decode()) == (1, said)


@pytest.mark.slow  # it starts the program five times
@pytest.mark.skipif(os.name == "nt", reason="no such paths")
def test_output_to_stdout_and_to_a_pipe_is_written_as_it_is(tmp_path):
    args = ("lookup", "--from", "2018-04-01", "--to", "2021-04-01")
    table = as_a_program(*args).stdout
    assert table.startswith(b"from,from_ons,") and table.count(b"\n") > 195
    done = as_a_program(*args, "-o", "/dev/stdout")
    assert done.stdout == table and b"bodies of 2018-04-01 lead to 106" in done.stderr
    with (tmp_path / "all.csv").open("wb") as out:
        as_a_program(*args, "-o", "/dev/stdout", stdout=out, stderr=subprocess.PIPE, capture_output=False)
    assert (tmp_path / "all.csv").read_bytes() == table
    (tmp_path / "said.txt").write_text("before\n")
    with (tmp_path / "said.txt").open("ab") as said:
        as_a_program(*args, "-o", "/dev/stderr", stdout=subprocess.PIPE, stderr=said, capture_output=False)
    assert (tmp_path / "said.txt").read_bytes() == b"before\n" + table
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    assert as_a_program(*args, "-o", pipe).returncode == 0
    reader.join(60)
    assert read == [table] and stat.S_ISFIFO(pipe.stat().st_mode)
    assert files.is_stream(Path("/dev/null")) and not files.is_stream(tmp_path / "all.csv")


@pytest.mark.skipif(os.name == "nt", reason="no such rights")
def test_an_output_keeps_links_and_the_rights_that_its_owner_wants(ccg, tmp_path):
    args = ("lookup", "--from", "2018-04-01", "--to", "2021-04-01", "-o")
    before = os.umask(0o077)
    try:
        assert ccg(*args, "private.csv")[0] == 0
        os.umask(0o022)
        assert ccg(*args, "open.csv")[0] == 0
        Path("private.csv").write_text(Path("open.csv").read_text().splitlines()[0])  # of an older run
        Path("link.csv").symlink_to("private.csv")
        assert ccg(*args, "link.csv")[0] == 0
    finally:
        os.umask(before)
    mode = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert (mode["private.csv"], mode["open.csv"]) == (0o600, 0o644)
    assert Path("link.csv").is_symlink() and Path("private.csv").read_bytes() == Path("open.csv").read_bytes()


@pytest.mark.slow
def test_numbers_keep_their_digits(ccg):
    Path("in.csv").write_text(
        "code,n\n00C,123456789012345\n00D,0.1\n00D,0.2\n00J,98765432101.25\n00K,4503599627370497\n"
    )
    rows = ccg("rebase", "in.csv", *SAME, "--sum", "n")[1].splitlines()[1:]
    assert [row.split(",")[1] for row in rows] == [
        "123456789012345",
        "0.3",
        "98765432101.25",
        "4503599627370497",
    ]


def test_signs_that_steer_a_terminal_are_made_visible(ccg):
    Path("in.csv").write_text("code,n\n00C,1\n00D,1\n\x1b[31mX,2\n")
    refused(ccg("rebase", "in.csv", *DATES, "--code", "code", "--sum", "n"), "\\x1b[31mX")


def test_absent_part(ccg):
    args = ("rebase", CASES / "absent-part" / "input.csv", "--at", "2016-04-01", "--to", "2022-07-01")
    status, out, _ = ccg(*args, "--by", "period", "--sum", "patients", "-o", "out.csv")
    rows = Path("out.csv").read_text().splitlines()[1:]
    assert status == 0 and rows == [
        *(f"{year},QWO,460,incomplete,0,0" for year in ("2012/13", "2013/14", "2014/15")),
        *(f"{year},QWO,1234,exact,0,0" for year in ("2015/16", "2016/17")),
    ]
    assert "no row of 02N, 02R, 02V, 02W, 03C, 03G" in out and "Every row is exact" not in out


@pytest.mark.slow
def test_absent_zero_or_missing(ccg):
    Path("in.csv").write_text(
        "month,age,code,n\n2018-05,old,00C,1\n2018-05,old,00K,2\n2018-05,old,00M,3\n2018-05,young,00C,4\n"
    )
    args = ("rebase", "in.csv", *DATES, "--by", "month", "age", "--sum", "n")
    zero = ["2018-05,old,16C,6,exact,0,0", "2018-05,young,16C,4,exact,0,0"]
    for more in ([], ["--absent", "zero"]):
        status, out, err = ccg(*args, *more)
        assert status == 0 and out.splitlines()[1:] == zero and "read as zero" in err
    status, out, err = ccg(*args, "--absent", "missing")
    assert status == 0 and out.splitlines()[1:] == [zero[0], zero[1].replace("exact", "incomplete")]
    assert "Every row is exact" not in err


@pytest.mark.slow
def test_two_levels_dated(ccg):
    path = CASES / "two-levels-dated" / "input.csv"
    args = (
        "rebase",
        path,
        "--code",
        "code",
        "--at",
        "month",
        "--to",
        "2022-07-01",
        "--sum",
        "referrals",
        "-o",
        "out.csv",
    )
    refused(ccg(*args, "--by", "month", "--drop", "level"), "QK1 is a board", "would count them twice")
    assert not held(".")
    assert ccg(*args, "--by", "month", "level")[0] == 0
    out = pd.read_csv("out.csv").set_index(["month", "level", "code"])["referrals"]
    assert (out.xs("QT1", level="code") == 100).all() and len(out.xs("QT1", level="code")) == 4


@pytest.mark.slow
def test_location_names(ccg):
    args = (
        "--code",
        "SUB_ICB_LOCATION_NAME",
        "--at",
        "2022-07-01",
        "--to",
        "2022-07-01",
        "--level",
        "sub_icb",
    )
    wanted = {
        "input": "02Q 100, 52R 900, 91Q 700, 15C 400, 15E 50, 06H 60, B2M3M 70, M1J4Y 80, 18C 90",
        "more": "03W 30, 04C 40, 04V 50, 02H 300, 14L 500, D2P2L 60, 91Q 700, 00Q 5, 00R 6",
    }
    for name, pairs in wanted.items():
        path = CASES / "location-names" / f"{name}.csv"
        assert ccg("rebase", path, *args, "--sum", "appointments", "--repair", "-o", "out.csv")[0] == 0
        frame = pd.read_csv("out.csv", dtype=str)
        found = frame["SUB_ICB_LOCATION_NAME"] + " " + frame["appointments"]
        assert sorted(found) == sorted(pairs.split(", "))
        read = pd.read_csv("out.repaired.csv", dtype=str)
        assert all(old.endswith(f" - {new}") for old, new in zip(read["read"], read["as"], strict=True))
        assert len(read) == 9


@pytest.mark.slow
def test_unknown_markers(ccg):
    path = CASES / "unknown-markers" / "input.csv"
    for more in ([], ["--repair"]):
        result = ccg("rebase", path, *DATES, "--sum", "episodes", *more, "-o", "out.csv")
        refused(result, "3 codes are not of the CCGs of April 2018: 'C' is no code known here; 'X'")
        assert "perhaps" not in result[2] and not held(".")


@pytest.mark.slow
def test_repair_two_hundred(ccg):
    path = CASES / "repair-two-hundred" / "input.csv"
    args = (
        "rebase",
        path,
        "--at",
        "2013-04-01",
        "--to",
        "2021-04-01",
        "--sum",
        "n",
        "--repair",
        "-o",
        "out.csv",
    )
    assert ccg(*args)[0] == 0
    out, read = pd.read_csv("out.csv"), pd.read_csv("out.repaired.csv", dtype={"read": str, "as": str})
    assert len(out) == 106 and out["n"].sum() == pytest.approx(211)
    assert len(read) == 211 and (read["read"].str.strip() == read["as"]).all() and (read["rows"] == 1).all()


@pytest.mark.slow
def test_commands_of_the_suite_need_a_checkout(tmp_path):
    left_out = shutil.ignore_patterns("__pycache__", "suite")  # as in a wheel
    shutil.copytree(files.NOTEBOOKS / "ccg", tmp_path / "lib" / "ccg", ignore=left_out)
    shutil.copytree(files.data(), tmp_path / "lib" / "ccg" / "data")
    before = held(tmp_path)
    env = os.environ | {"PYTHONPATH": str(tmp_path / "lib"), "PYTHONDONTWRITEBYTECODE": "1"}
    ask = (
        "from ccg import cli; of_the_suite = sorted(n for n, c in cli.commands().items() if c.get_default('needs_checkout'))\n"
        "print(cli.__file__, [cli.main([c, *['01_count'] * (c == 'trace')]) for c in of_the_suite], cli.main(['explain', '00C']))"
    )
    done = subprocess.run([sys.executable, "-c", ask], env=env, cwd=tmp_path, capture_output=True, text=True)
    assert str(tmp_path) in done.stdout and "[1, 1, 1, 1, 1, 1, 1, 1] 0" in done.stdout
    assert done.stderr.splitlines() == [
        f"python -m ccg {c}: this is for the suite itself, so it needs a checkout of the project"
        for c in ("app", "bench", "figures", "lab", "refresh", "site", "test", "trace")
    ]
    assert held(tmp_path) == before


def test_a_package_that_is_not_there_is_named(ccg, data, monkeypatch):
    path = data / "ccg_counts.csv"
    # broken as no other test breaks it: what is wrong with a file is found out once in a process
    path.write_text(path.read_text().replace("2015-04-01,209", "2015-04-01,207"))
    monkeypatch.setitem(sys.modules, "frictionless", None)
    refused(ccg("check"), "frictionless is not installed: python -m pip install frictionless")


NOTHING_LEFT = ("rebase", "in.csv", "--code", "code", *SAME, "--sum", "n", "--repair")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, text",
    [
        ("keep.unmapped.csv", "code,reason\n00C,asked for twice\n"),
        ("keep.repaired.csv", "my,own,notes\n"),
        ("keep.unmapped.csv", ""),
        ("keep.repaired.csv", "read,as,rows,seen\n"),
    ],
)
def test_a_file_beside_the_output_that_this_program_did_not_write_stays(name, text, ccg):
    Path("in.csv").write_text("code,n\n00C,1\n")
    Path(name).write_text(text)
    status, out, _ = ccg(*NOTHING_LEFT, "-o", "keep.csv")
    assert status == 0 and f"{name} is there and is not of this run; it was left as it is" in out
    assert Path(name).read_text() == text and Path("keep.csv").exists() and "1 in = 1 placed" in out
    Path("in.csv").write_text("code,n\n00c,1\nUNKNOWN,5\n")
    Path("keep.csv").unlink()
    before = held(".")
    refused(
        ccg(*NOTHING_LEFT, "-o", "keep.csv"),
        f"{name}, which goes beside keep.csv, is there and was not written",
    )
    assert held(".") == before


@pytest.mark.few(1)
@pytest.mark.parametrize("reads_only", [True, False])
def test_one_that_may_not_be_taken_away_is_left_and_the_report_is_given(reads_only, ccg, monkeypatch):
    Path("in.csv").write_text("code,n\n00C,1\n")
    Path("keep.repaired.csv").write_text("read,as,rows\n00c,00C,1\n")

    def refuse(path, missing_ok=False):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    if reads_only:
        monkeypatch.setattr(os, "access", lambda path, mode: "keep.repaired" not in str(path))
    else:
        monkeypatch.setattr(Path, "unlink", refuse)
    status, out, _ = ccg(*NOTHING_LEFT, "-o", "keep.csv")
    assert status == 0 and "1 in = 1 placed" in out and Path("keep.csv").exists()
    assert "keep.repaired.csv is there and is not of this run; it was left as it is" in out
    assert Path("keep.repaired.csv").exists()


@pytest.mark.slow
def test_two_outputs_do_not_share_what_goes_beside_them(ccg):
    Path("in.csv").write_text("code,n\n00C,1\nUNKNOWN,5\n")
    for output in ("rates.2018", "rates.2019", "rates.csv"):
        assert ccg(*NOTHING_LEFT, "-o", output)[0] == 0
    assert set(held(".")) == {
        *("in.csv", "rates.2018", "rates.2018.unmapped.csv", "rates.2019", "rates.2019.unmapped.csv"),
        *("rates.csv", "rates.unmapped.csv"),
        *(f"rates{year}.report.{kind}" for year in (".2018", ".2019", "") for kind in ("txt", "json")),
    }


def test_a_cell_too_long_is_said_in_its_own_words(ccg):
    Path("in.csv").write_text(f"code,n\n00C,1\n00D,{'1' * 140_000}\n")
    other = csv.field_size_limit(131_072)  # frictionless, where it is loaded, sets another
    try:
        refused(
            ccg(*NOTHING_LEFT, "-o", "out.csv"),
            "in.csv line 3: a cell of the row that begins here is longer than 131,072 characters",
        )
    finally:
        csv.field_size_limit(other)


def test_which_by_the_column_of_codes_is_refused_in_words(ccg):
    """It ended in a traceback."""
    Path("in.csv").write_text("code,n\n00C,1\n00D,2\n")
    refused(
        ccg("which", "in.csv", "--by", "code"),
        "column 'code' holds the codes; --by takes a column of periods",
    )


def test_which_points_to_a_column_of_periods_only_if_it_tells_rows_apart(ccg):
    Path("in.csv").write_text("year,month,code\n2020,March,00C\n2020,March,16C\n")
    assert "--by" not in ccg("which", "in.csv")[1]
    Path("in.csv").write_text("year,month,code\n2020,March,00C\n2020,April,16C\n")
    assert "which --by month tells that of each month" in ccg("which", "in.csv")[1]
