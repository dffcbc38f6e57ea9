"""A kernel that finds its port taken is started again, and a notebook that fails says so in one line."""

import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
from ccg import changed, files, kernels, rules, run, runs
from jupyter_client.connect import LocalPortCache

#: A plugin for a pytest of its own: kernels are started again once, and the first three find a port taken.
TAKES = """
from ccg import kernels
from test_run import take
kernels.AGAIN = 1
take(3)
"""


def take(launches: int, put=setattr) -> list[socket.socket]:
    """Bind the first port of each of the next ``launches`` kernels once it is chosen. Returns the sockets."""
    held, asked, choose = [], [], LocalPortCache.find_available_port

    def chosen(cache, ip):
        port = choose(cache, ip)
        if len(asked) % 5 == 0 and len(held) < launches:  # a kernel has five
            held.append(socket.create_server((ip, port)))
        asked.append(port)
        return port

    put(LocalPortCache, "find_available_port", chosen)
    return held


@pytest.fixture
def taken(monkeypatch):
    """``taken(2)``: the next two kernels each find a port taken that was free when it was chosen."""
    held = []
    yield lambda launches: held.append(take(launches, monkeypatch.setattr)) or held[-1]
    for one in held[-1] if held else []:
        one.close()


@pytest.fixture
def notebook(tmp_path):
    """``notebook("98_a", "print(1)", …)`` writes a notebook of these cells."""

    def make(name, *cells):
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        nbformat.write(made, tmp_path / f"{name}.ipynb")
        return tmp_path / f"{name}.ipynb"

    return make


def died(error="Kernel died before replying to kernel_info"):
    raise RuntimeError(error)


def test_a_kernel_that_dies_before_its_first_reply_is_started_again_three_times():
    said, starts = [], 0
    with pytest.raises(kernels.NotebookFailed, match=r"^a.ipynb: .* 4 times in a row"):
        for launch in kernels.launches("a.ipynb", said.append):
            with launch:
                starts += 1
                died()
    assert (
        starts == 4 and said == ["a.ipynb: its kernel died before its first reply and is started again"] * 3
    )


def test_a_kernel_that_cannot_be_started_for_another_reason_is_not_tried_again():
    with pytest.raises(RuntimeError, match="in 60 seconds"):
        for launch in kernels.launches("a.ipynb", pytest.fail):
            with launch:
                died("Kernel didn't respond in 60 seconds")


@pytest.mark.slow
def test_a_port_that_was_taken_costs_a_notebook_nothing_and_a_kernel_that_never_starts_is_one_line(
    notebook, taken, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(kernels, "AGAIN", 1)
    paths, held = [notebook("98_a", "print(1)"), notebook("99_b", "print(6 * 7)")], taken(3)
    # one after the other: the first finds a port taken twice, the second once
    execute = run.execute
    monkeypatch.setattr(run, "execute", lambda paths, made: execute(paths, made, at_once=1))
    monkeypatch.setattr(files, "notebooks", lambda: paths)
    # of the suite's own notebooks neither the prose nor the last run is written down anew
    prose = (files.ROOT / "tests/suite/prose.json").read_text(encoding="utf-8")
    monkeypatch.setattr(rules, "outlines", lambda: prose)
    monkeypatch.setattr(changed, "remember", lambda *_: None)
    monkeypatch.setenv("CCG_FIGURES", str(tmp_path / "figures"))
    assert run.make_figures(refresh=True) == 1
    out, err = capsys.readouterr()
    assert len(held) == 3 and "Traceback" not in out + err and "Error" not in out + err
    assert out.splitlines()[-1] == (
        "FAILED notebooks/98_a.ipynb: its kernel died before its first reply, 2 times in a row. Run it again; python -m ipykernel shows why"
    )
    for name in ("98_a", "99_b"):
        again = f"notebooks/{name}.ipynb: its kernel died before its first reply and is started again"
        assert " ".join(out.split()).count(again) == 1
    first, second = (nbformat.read(path, as_version=4).cells[0].outputs for path in paths)
    assert not first and second[0]["text"] == "42\n"


@pytest.mark.slow  # it starts kernels
@pytest.mark.parametrize(
    "last, words",
    [
        # what an error says does not make it another
        ("raise RuntimeError('Kernel died before replying')", "RuntimeError: Kernel died before replying"),
        ("import os; os._exit(1)", "Kernel died"),
    ],
)
def test_a_notebook_that_fails_is_not_run_again(notebook, tmp_path, last, words):
    ran = tmp_path / "ran"
    path = notebook("98_a", f"with open({str(ran)!r}, 'a') as noted: noted.write('ran ')", last)
    done, (failed,) = run.execute([path], tmp_path / "made")
    assert str(failed).startswith("notebooks/98_a.ipynb") and str(failed).endswith(words)
    assert not done and ran.read_text() == "ran "


def validated(tmp_path, *options, **environment) -> subprocess.CompletedProcess:
    """A pytest of its own on the notebooks in ``tmp_path``, without the plugins that they do not need."""
    here = Path(__file__).parent
    known = os.pathsep.join(map(str, [files.ROOT, here, here.parent, tmp_path]))
    plugins = [f"-p{name}" for name in ("ccg.suite.quick", "nbval.plugin", "conftest", "no:cacheprovider")]
    own = os.environ | {"PYTHONPATH": known, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | environment
    command = [sys.executable, "-m", "pytest", *plugins, "--nbval", *options]
    return subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True)


def hold(path, outputs):
    """Put into a notebook, as if it had been run, what each of its cells has shown; None if it never ran."""
    ran = nbformat.read(path, as_version=4)
    for count, (cell, output) in enumerate(zip(ran.cells, outputs, strict=True), 1):
        cell.execution_count, cell.outputs = (count if output is not None else None), output or []
    nbformat.write(ran, path)


def printed(text, name="stdout"):
    return [nbformat.v4.new_output("stream", name=name, text=f"{text}\n")]


@pytest.mark.slow
def test_under_nbval_a_kernel_is_started_again_and_one_that_never_starts_is_one_line(notebook, tmp_path):
    for name in ("98_a", "99_b"):
        hold(notebook(name, "print(6 * 7)", "print(2)"), [printed(42), printed(2)])
    (tmp_path / "takes.py").write_text(TAKES, encoding="utf-8")
    done = validated(tmp_path, "-q", "-ptakes", "--nbval-current-env", "98_a.ipynb", "99_b.ipynb")
    assert done.returncode == 1 and "2 passed, 1 skipped" in done.stdout and "1 error" in done.stdout, (
        done.stdout
    )
    assert "Traceback" not in done.stdout + done.stderr
    never = "notebooks/98_a.ipynb: its kernel died before its first reply, 2 times in a row. Run it again; python -m ipykernel shows why"
    assert done.stdout.splitlines().count(never) == 1
    for name in ("98_a", "99_b"):
        again = f"notebooks/{name}.ipynb: its kernel died before its first reply and is started again"
        assert again in done.stdout


def html(text):
    return [nbformat.v4.new_output("display_data", {"text/html": text, "text/plain": "<HTML>"})]


#: Cells, what the notebook holds for each, and what nbval says of it.
CELLS = [
    ("print(1)", printed(1), "PASSED"),
    ("print(2)", printed(3), "FAILED"),
    ("print(4)", [], "FAILED"),
    ("x = 5", printed(5), "FAILED"),
    ("import sys; print(6, file=sys.stderr)", printed(6), "FAILED"),
    ("display({'text/html': '<b>7</b>', 'text/plain': '<HTML>'}, raw=True)", html("<b>7</b>"), "PASSED"),
    ("display({'text/html': '<b>8</b>', 'text/plain': '<HTML>'}, raw=True)", html("<b>9</b>"), "FAILED"),
    ("1 / 0", [], "FAILED"),
    ("print(pandas)", [], "FAILED"),
    ("print(11)", None, "PASSED"),
    ("print(12)", printed(12), "PASSED"),
    ("import os; os._exit(1)", [], "FAILED"),
    ("print(14)", printed(14), "XFAIL"),  # nothing is expected of it once another has not ended
]


@pytest.mark.slow
@pytest.mark.parametrize("start", ["cold", "warm"])
def test_what_turns_plain_nbval_red_turns_ours_red(notebook, tmp_path, start):
    path = notebook("98_a", *(source for source, _, _ in CELLS))
    hold(path, [held for _, held, _ in CELLS])
    late = notebook("99_b", "import time; time.sleep(600)", "time.sleep(600)")
    hold(late, [[], []])
    with kernels.warm(pytest.fail) as warm:
        if start == "warm" and not warm:
            pytest.skip("kernels start cold here")
        kernel = f"--nbval-kernel-name={kernels.WARM}" if start == "warm" else "--nbval-current-env"
        where = {"JUPYTER_PATH": str(warm)} if start == "warm" else {}
        done = validated(tmp_path, "-v", "--nbval-cell-timeout=3", kernel, path.name, late.name, **where)
    said = re.findall(r"^(\d\d)\S* ?\S*Cell (\d+) ([A-Z]+)", done.stdout, re.M)
    wanted = [("98", str(place), verdict) for place, (_, _, verdict) in enumerate(CELLS)]
    assert said == [*wanted, ("99", "0", "FAILED"), ("99", "1", "XFAIL")], done.stdout + done.stderr


def test_a_way_to_run_the_notebooks_that_fails_stops_the_bench_with_its_last_words(tmp_path):
    seconds, cpu, _ = runs._once("good", [sys.executable, "-c", "sum(range(10**6))"], tmp_path)
    assert seconds > 0 and cpu > 0
    with pytest.raises(RuntimeError, match="bad: no such notebook"):
        runs._once("bad", [sys.executable, "-c", "raise SystemExit('no such notebook')"], tmp_path)


def test_each_way_runs_the_same_notebooks(tmp_path):
    names = {path.name for path in files.notebooks()}
    for name, command in runs.ways(files.notebooks(), tmp_path).items():
        assert {Path(word).name for word in command if word.endswith(".ipynb")} == names, name


def test_what_a_killed_run_left_goes_with_the_next_and_a_running_one_keeps_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    was = subprocess.Popen([sys.executable, "-c", ""])
    was.wait()  # its number is nobody's now
    left, others = tmp_path / f"ccg-{was.pid}-abc-run", tmp_path / f"ccg-{os.getppid()}-abc-run"
    left.mkdir()
    others.mkdir()
    with files.scratch() as made:
        assert not left.exists()
        (made / "figure.png").touch()
    assert list(tmp_path.iterdir()) == [others]
