"""The commands do what they say, and name what fails."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from ccg import __main__, files, run


def test_check_passes_on_the_real_tables(capsys):
    assert __main__.main(["check"]) == 0
    assert "tables checked: all sound" in capsys.readouterr().out


def test_check_names_the_broken_cell(data, capsys):
    path = data / "ccg_counts.csv"
    path.write_text(path.read_text().replace("2015-04-01,209", "2015-04-01,209.5"))
    assert __main__.main(["check"]) == 1
    out = capsys.readouterr().out
    assert "data/ccg_counts.csv row 4, column open, value '209.5': not a whole number" in out


def test_refresh_stops_at_a_broken_table(data, capsys):
    path = data / "icbs.csv"
    path.write_text(path.read_text().replace("QE1", "qe1", 1))
    assert __main__.main(["refresh"]) == 1
    assert "data/icbs.csv row 2, column code, value 'qe1'" in capsys.readouterr().err


@pytest.mark.parametrize("between", [[], ["--"]])
def test_lab_opens_the_first_notebook_and_hands_every_option_on(between, monkeypatch, tmp_path):
    given = []
    monkeypatch.setattr("jupyterlab.labapp.main", given.extend)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert __main__.main(["lab", *between, "--port", "8899", "--allow-root"]) == 0
    assert given[0] == "--LabApp.default_url=/lab/tree/00_claims.ipynb"
    assert given[-3:] == ["--port", "8899", "--allow-root"]
    assert os.environ["JUPYTER_CONFIG_PATH"].endswith(f"ccg{os.pathsep}{tmp_path}")
    assert Path.cwd() == files.NOTEBOOKS


def test_unknown_command_is_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        __main__.main(["figs"])
    assert stop.value.code == 2 and "invalid choice" in capsys.readouterr().err


@pytest.fixture
def notebook(tmp_path):
    def make(*cells):
        nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        path = tmp_path / "99_trial.ipynb"
        nbformat.write(nb, path)
        return path

    return make


def test_a_failing_notebook_is_named_with_cell_and_error(notebook, tmp_path):
    path = notebook("x = 1", "# the second\n1 / 0")
    before = path.read_bytes()
    done, (failed,) = run.execute([path], tmp_path / "made")
    assert (
        str(failed) == "notebooks/99_trial.ipynb, cell 2 (# the second): ZeroDivisionError: division by zero"
    )
    assert not done and path.read_bytes() == before


def test_refreshed_notebook_tells_nothing_of_the_machine(notebook, tmp_path):
    path = notebook("print(6 * 7)")
    done, failed = run.execute([path], tmp_path / "made")
    text = run._clean(done[path])
    assert not failed and json.loads(text)["metadata"]["language_info"] == {"name": "python"}
    path.write_text(text)
    again, _ = run.execute([path], tmp_path / "made")
    assert run._clean(again[path]) == text


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
