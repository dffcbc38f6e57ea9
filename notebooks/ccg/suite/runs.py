"""How the notebooks are run under strict nbval, and how long that takes beside other ways to run them all.

Runs are paired: every repeat takes each way once, in turn, so that a busy moment of the machine falls on all. Time
is the clock's; CPU is that of a way's every process; memory is the most that its processes held at one time, each
page that they share counted once, and known on Linux only. Never a test.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pandas as pd

from ..core import files
from . import kernels

OURS = "make test: strict nbval, two workers"
FLOOR = "all cells in one process"


def validate(paths: list[Path], made: Path, *, cold: bool = False) -> int:
    """Run notebooks under strict nbval with two workers, as make test does. Returns the exit status of pytest.

    Figures go to ``made``. Kernels start warm where they can, unless ``cold``: see ``kernels``.
    """
    env = os.environ | {"CCG_FIGURES": str(made)}
    with nullcontext() if cold else kernels.warm(partial(print, file=sys.stderr)) as warm:
        if warm:
            env["JUPYTER_PATH"] = os.pathsep.join([str(warm), *filter(None, [env.get("JUPYTER_PATH")])])
        return subprocess.run(strict(paths, warm is not None), cwd=files.ROOT, env=env).returncode


def strict(paths: list[Path], warm: bool) -> list[str]:
    """The command by which make test validates these notebooks; a notebook's cells belong together, in one kernel.

    It does without the plugins of pytest that no notebook needs, and without its filters of warnings, which are
    for the unit tests and would import pandas in every worker.
    """
    light = ["-o", "filterwarnings=", "--disable-plugin-autoload", "-p", "xdist.plugin", "-p", "nbval.plugin"]
    return [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        *light,
        "-n",
        "2",
        "--dist",
        "loadfile",
        *nbval(paths, warm),
    ]


def nbval(paths: list[Path], warm: bool = False) -> list[str]:
    """What pytest is asked for so that it holds these notebooks against their outputs, every cell of them."""
    return [
        *("--nbval", f"--nbval-kernel-name={kernels.WARM}" if warm else "--nbval-current-env"),
        *("--nbval-cell-timeout=60", "--nbval-sanitize-with", "tests/nbval.cfg"),
        *(str(path.relative_to(files.ROOT)) for path in paths),
    ]


def ways(paths: list[Path], folder: Path) -> dict[str, list[str]]:
    """Commands by what they are called: ours, plain tools without what the suite adds to them, and the floor."""
    plain = [sys.executable, "-m", "pytest", "-q", "-o", "addopts=", "-n"]
    convert = ["nbconvert", "--to", "notebook", "--execute", "--log-level=ERROR", "--output-dir", str(folder)]
    names = ["--", *(path.name for path in paths)]
    return {
        OURS: [sys.executable, "-c", "import ccg.suite.runs as r; r.strictly()", *names],
        "plain nbval": [*plain, "0", *nbval(paths)],
        "plain nbval, two workers": [*plain, "2", "--dist", "loadfile", *nbval(paths)],
        "nbconvert": [sys.executable, "-m", *convert, *map(str, paths)],
        "make figures": [sys.executable, "-c", "import ccg.suite.runs as r; r.figures()", *names],
        FLOOR: [sys.executable, "-c", "import ccg.suite.runs as r; r.floor()", *names],
    }


def bench(repeats: int, folder: Path, notebooks: list[str] | None = None) -> pd.DataFrame:
    """Time every way; print a table; save it and a chart in ``folder``.

    ``notebooks`` are the numbers of those to run, like ``["01"]``; all if none are given. Returns one row per way:
    median, least and most seconds, median CPU seconds, peak memory in GiB.
    """
    paths = [p for p in files.notebooks() if not notebooks or p.name[:2] in notebooks]
    found: dict[str, list[tuple[float, float, float]]] = {}
    for _ in range(repeats):
        with files.scratch() as made:
            for name, command in ways(paths, made).items():
                found.setdefault(name, []).append(_once(name, command, made))
    rows = []
    for name, each in found.items():
        seconds, cpu, peak = zip(*each, strict=True)
        row = {"way": name, "median": statistics.median(seconds), "least": min(seconds), "most": max(seconds)}
        rows.append(row | {"CPU": statistics.median(cpu), "GiB": max(peak)})
    table = pd.DataFrame(rows)
    print(
        f"\n{len(paths)} notebooks, {repeats} paired runs, seconds\n{table.round(2).to_string(index=False)}"
    )
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "suite.csv", index=False)
    _chart(table, f"Running {len(paths)} notebook{'' if len(paths) == 1 else 's'}", folder / "suite.png")
    print(f"\nwritten: {folder / 'suite.csv'} and {folder / 'suite.png'}", flush=True)
    return table


def _chart(table: pd.DataFrame, title: str, path: Path) -> None:
    from . import bench

    bench.draw(table.rename(columns={"way": "method"}), title, path, {OURS, "make figures"})


def _once(name: str, command: list[str], made: Path) -> tuple[float, float, float]:
    """Run one way. Returns seconds, CPU seconds and the most memory in GiB."""
    env = os.environ | {"CCG_FIGURES": str(made / "figures"), "OPENBLAS_NUM_THREADS": "1"}
    begun, peak = time.perf_counter(), 0.0
    with (made / "said.txt").open("w+b") as said:
        run = subprocess.Popen(command, cwd=files.ROOT, env=env, stdout=said, stderr=subprocess.STDOUT)
        while True:
            pid, status, usage = os.wait4(run.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, _memory(run.pid))
            time.sleep(0.2)
        run.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - begun
        if run.returncode:
            said.seek(0)
            raise RuntimeError(f"{name}: {said.read().decode(errors='replace')[-800:]}")
    return seconds, usage.ru_utime + usage.ru_stime, peak


def _memory(first: int) -> float:
    """What a process and all below it hold, in GiB; 0 where there is no /proc to ask."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:  # it has ended
            continue
        below.setdefault(int(parent), []).append(int(stat.parent.name))
    left, total = [first], 0
    while left:
        pid = left.pop()
        left += below.get(pid, [])
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 2**20


# --- run in processes of their own ------------------------------------------------------------------


def _asked() -> list[Path]:
    return [files.NOTEBOOKS / name for name in sys.argv[sys.argv.index("--") + 1 :]]


def strictly() -> None:
    """The notebooks' part of make test, of those named behind ``--``; nothing is kept."""
    with files.scratch() as made:
        sys.exit(validate(_asked(), made))


def figures() -> None:
    """make figures, of the notebooks named behind ``--``; nothing is kept."""
    from . import quick, run  # noqa: F401  quick, as for every command that runs notebooks

    with files.scratch() as made:
        _, failed = run.execute(_asked(), made)
    if failed:
        sys.exit("\n".join(map(str, failed)))


def floor() -> None:
    """Every cell of the notebooks named behind ``--``, in this process: no kernel, no messages, nothing compared."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    os.chdir(files.NOTEBOOKS)
    unkept = Config()
    unkept.HistoryManager.enabled = False  # what is run here is nobody's history
    shell = InteractiveShell.instance(config=unkept)
    for path in _asked():
        shell.reset(new_session=False)
        with capture_output():  # what cells show goes nowhere
            for source in _cells(path):
                shell.run_cell(source).raise_error()


def _cells(path: Path) -> list[str]:
    cells = json.loads(path.read_bytes())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
