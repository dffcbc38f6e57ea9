"""``--changed`` runs the notebooks whose inputs changed, by content, and no others."""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from ccg import changed, cli, files, run

#: Inputs of three notebooks, as their kernels would tell them.
INPUTS = {
    "01_a.ipynb": ["notebooks/ccg/core/words.py", "notebooks/ccg/core/tables.py", "the table ccgs"],
    "02_b.ipynb": ["notebooks/ccg/charts/bars.py", "notebooks/ccg/core/tables.py", "the table icbs"],
    "03_c.ipynb": ["notebooks/ccg/core/tables.py", "the table ccgs", "the table icbs"],
}
ALL = sorted(INPUTS)


def notebook(path, *cells) -> None:
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)


@pytest.fixture
def suite(data, tmp_path, monkeypatch):
    """A small checkout whose notebooks have all been run."""
    for name in {one for each in INPUTS.values() for one in each if one.endswith(".py")}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    (tmp_path / "notebooks/ccg/core/tiles.py").write_text("x = 1\n")  # which none of them imports
    (tmp_path / "requirements.txt").write_text("pandas==3.0.0\n")
    monkeypatch.setattr(files, "ROOT", tmp_path)
    monkeypatch.setattr(files, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setenv("CCG_FIGURES", str(tmp_path / "figures"))
    (tmp_path / "figures").mkdir()
    for name in ALL:
        notebook(files.NOTEBOOKS / name, "x = 1", "x + 1")
        (tmp_path / "figures" / f"{name[:4]}.svg").write_text("<svg/>")
    (tmp_path / "figures" / "index.json").write_text("[]")
    texts = {path: path.read_text() for path in files.notebooks()}
    changed.remember(
        changed.hashes(), {path: (INPUTS[path.name], text) for path, text in texts.items()}, set()
    )
    return tmp_path


def to_run(**how) -> list[str]:
    return sorted(path.name for path in changed.stale(changed.hashes(), **how))


def add(text: str):
    def edit(path):
        path.write_text(path.read_text() + text)

    return edit


def edit_source(path):
    made = json.loads(path.read_text())
    made["cells"][0]["source"] = ["x = 2"]
    path.write_text(json.dumps(made))


def edit_output(path):
    made = json.loads(path.read_text())
    made["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    path.write_text(json.dumps(made))


def edit_type(path):
    contract = json.loads(path.read_text())
    (icbs,) = (one for one in contract["resources"] if one["name"] == "icbs")
    icbs["schema"]["fields"][0]["description"] += " And more."
    icbs["hash"] = "sha256:0"
    path.write_text(json.dumps(contract))


@pytest.mark.few(4)
@pytest.mark.parametrize(
    "name, edit, wanted",
    [
        ("notebooks/02_b.ipynb", edit_source, ["02_b.ipynb"]),
        ("data/ccgs.csv", add("\n"), ["01_a.ipynb", "03_c.ipynb"]),
        ("data/list_sizes.csv", add("\n"), []),
        ("data/datapackage.json", edit_type, ["02_b.ipynb", "03_c.ipynb"]),
        ("notebooks/ccg/core/words.py", add("y = 2\n"), ["01_a.ipynb"]),
        ("notebooks/ccg/core/tables.py", add("y = 2\n"), ALL),
        ("notebooks/ccg/core/tiles.py", add("y = 2\n"), []),
        ("requirements.txt", add("polars==1.40.0\n"), ALL),
        ("figures/01_a.svg", add("\n"), ["01_a.ipynb"]),
        # by content: what is only written again is not changed, nor is what a run makes an input
        ("data/ccgs.csv", add(""), []),
        ("notebooks/02_b.ipynb", edit_output, []),
    ],
    ids=["source", "table", "table not read", "contract", "module", "module of all", "module not imported", "lock", "figure", "touched", "output"],
)  # fmt: skip
def test_each_kind_of_input_runs_the_notebooks_that_have_it_and_no_others(suite, name, edit, wanted):
    edit(suite / name)
    assert to_run() == wanted


def test_a_file_of_ones_own_beside_the_tables_is_an_input_of_all(suite):
    (suite / "data" / "gpps.csv").write_text("code\n")
    assert to_run() == ALL


def test_a_refresh_also_runs_a_notebook_whose_outputs_were_edited(suite):
    edit_output(suite / "notebooks/02_b.ipynb")
    assert to_run(refresh=True) == ["02_b.ipynb"]


@pytest.mark.slow
def test_a_new_a_failed_and_a_forgotten_notebook_are_run(suite):
    notebook(files.NOTEBOOKS / "04_d.ipynb", "1")
    changed.remember(changed.hashes(), {}, {"03_c.ipynb"})
    assert to_run() == ["03_c.ipynb", "04_d.ipynb"]
    changed._cache().write_text("{")
    assert to_run() == [*ALL, "04_d.ipynb"]


def test_an_edit_during_a_run_is_a_change(suite):
    before, path = changed.hashes(), files.NOTEBOOKS / "01_a.ipynb"
    add("\n")(suite / "data/ccgs.csv")
    changed.remember(before, {path: (INPUTS[path.name], path.read_text())}, set())
    assert to_run() == ["01_a.ipynb", "03_c.ipynb"]


@pytest.mark.slow
def test_only_those_are_run_and_the_figures_of_the_others_stay(suite, monkeypatch, capsys):
    ran = []

    def execute(paths, made):
        ran.extend(path.name for path in paths)
        (made / "02_b.svg").write_text("<svg>2</svg>")
        done = {path: nbformat.read(path, as_version=4) for path in paths}
        for path, made_of in done.items():
            made_of.metadata["made_from"] = INPUTS[path.name]
        return done, []

    monkeypatch.setattr(run, "execute", execute)
    assert cli.main(["figures", "--changed"]) == 0
    assert capsys.readouterr().out == "no notebook has changed since its last run\n" and not ran
    edit_source(suite / "notebooks/02_b.ipynb")
    assert cli.main(["figures", "--changed"]) == 0
    assert ran == ["02_b.ipynb"] and (suite / "figures/01_a.svg").read_text() == "<svg/>"
    told = capsys.readouterr().out
    assert "notebooks/02_b.ipynb: changed: notebooks/02_b.ipynb\n" in told and "  figures/02_b.svg\n" in told
    assert cli.main(["figures", "--changed"]) == 0 and ran == ["02_b.ipynb"]


def test_a_notebook_that_has_gone_takes_its_figures_along(suite):
    (files.NOTEBOOKS / "03_c.ipynb").unlink()
    record = {"name": "03_c", "notebook": "03_c.ipynb"}
    (suite / "figures/03_c.json").write_text(json.dumps(record))
    assert cli.main(["figures", "--changed"]) == 0
    assert sorted(p.name for p in (suite / "figures").iterdir()) == ["01_a.svg", "02_b.svg", "index.json"]


@pytest.mark.slow
def test_a_kernel_tells_the_modules_and_tables_of_its_notebook(tmp_path):
    """The commands in a checkout of their own, with notebooks that say what they read."""
    for folder in ("notebooks/ccg", "data"):
        shutil.copytree(files.ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.txt", "README.md"):
        (tmp_path / name).write_text("")
    notebook(
        tmp_path / "notebooks/01_a.ipynb",
        "from ccg import lineage",
        "lineage.bodies('2014-04-01')['code'][0]",
    )
    notebook(tmp_path / "notebooks/02_b.ipynb", "from ccg import tables", "len(tables.load('reforms'))")

    def ran(command="figures") -> list[str]:
        own = os.environ | {"CCG_FIGURES": "", "CCG_DATA": ""}
        told = subprocess.run(
            [sys.executable, "-m", "ccg", command, "--changed"],
            cwd=tmp_path / "notebooks", env=own, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        return [name for name in ("01_a", "02_b") if f"notebooks/{name}.ipynb: " in told]

    assert ran() == ["01_a", "02_b"] and ran() == []
    add("\n# later\n")(tmp_path / "notebooks/ccg/core/lineage.py")
    assert ran() == ["01_a"]
    reforms = tmp_path / "data/reforms.csv"
    reforms.write_text(reforms.read_text().replace("Health", "health", 1))
    assert ran("refresh") == ["01_a", "02_b"], (
        "02_b for its table, 01_a for its outputs, which were never written"
    )
    assert ran("refresh") == ran() == []
