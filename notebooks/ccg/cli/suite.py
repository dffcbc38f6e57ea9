"""The commands for this suite: running, testing, showing and timing it. All but ``check`` need a checkout."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from ..core import files, tables
from .words import command, say


def add_figures(commands):
    """Add the command ``figures``."""
    return _runs_notebooks(command(commands, "figures", make_figures, "--changed", needs_checkout=True))


def _runs_notebooks(parser):
    words = "only the notebooks whose cells, tables, modules or lock changed since their last run"
    parser.add_argument("--changed", action="store_true", help=words)
    return parser


def make_figures(args) -> int:
    """run every notebook and write its figures; says which changed"""
    if args.changed and _nothing_to_run():
        return 0
    from ..suite import run

    return run.make_figures(only_changed=args.changed)


def _nothing_to_run(refresh: bool = False) -> bool:
    """Whether no notebook is to be run again, said in a line; asked before what runs them is imported."""
    from ..suite import changed

    if changed.stale(changed.hashes(), refresh=refresh) or not changed.settled():
        return False
    print("no notebook has changed since its last run")
    return True


def add_test(commands):
    """Add the command ``test``."""
    parser = command(commands, "test", run_tests, "--cold", needs_checkout=True)
    words = "the notebooks alone, and no kernel started warm: what another program for notebooks would see"
    parser.add_argument("--cold", action="store_true", help=words)
    return parser


def run_tests(args) -> int:
    """strict nbval over every notebook, the unit tests but for the slow; leaves the working tree as it was"""
    from ..suite import runs

    before = _tree()
    with files.scratch() as folder, nullcontext() if args.cold else _units(folder) as units:
        made = folder / "figures"
        ended = {"notebooks": runs.validate(files.notebooks(), made, cold=args.cold)}
        if units:
            (folder / "drawn").touch()
            ended["tests"] = units()
    touched = sorted(_tree() ^ before)
    for line in touched:
        print(f"the test run changed the working tree: {line}", file=sys.stderr)
    print(", ".join(f"{what} {'FAILED' if status else 'passed'}" for what, status in ended.items()))
    return 1 if any(ended.values()) or touched else 0


@contextmanager
def _units(folder: Path) -> Iterator[Callable[[], int]]:
    """The unit tests, which begin at once, and so run in the time that the notebooks leave; what they say is kept.

    Gives what waits for them, shows what they said and gives their exit status. In ``folder`` they look for the
    ``figures`` of the notebooks, once there is a file ``drawn``.
    """
    # who runs what: tests/conftest.py; make test-slow has the laws tried on many made-up cases, and the simulations
    alone = ["-n", "2", "--dist", "loadgroup", "-p", "no:nbval", "-m", "not slow", "--durations=10", "tests"]
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    env = {k: v for k, v in os.environ.items() if k != "CCG_FIGURES"} | {"CCG_TEST_RUN": str(folder)}
    with (folder / "said").open("w+b") as said:
        command = [sys.executable, "-m", "pytest", "-q", *colour, *alone]
        run = subprocess.Popen(command, cwd=files.ROOT, env=env, stdout=said, stderr=subprocess.STDOUT)

        def wait() -> int:
            with (folder / "said").open(encoding="utf-8", errors="replace") as new:
                while run.poll() is None:
                    print(new.read(), end="", flush=True)
                    time.sleep(0.2)
                print(new.read(), end="", flush=True)
            return run.returncode

        try:
            yield wait
        finally:  # if something else ended this run, they end too, and their processes with them
            run.terminate()
            try:
                run.wait(10)
            except subprocess.TimeoutExpired:
                run.kill()
                run.wait()


def _tree() -> set[str]:
    """What git sees as changed or new, each with a digest of its content; empty outside a checkout."""
    try:
        out = subprocess.run(
            ["git", "status", "--porcelain", "-z", "--untracked-files=all"],
            cwd=files.ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return set()
    lines = [line for line in out.split("\0") if line]
    paths = {line: files.ROOT / line[3:] for line in lines}
    return {f"{k} {files.sha256(p.read_bytes())[:12] if p.is_file() else ''}" for k, p in paths.items()}


def add_check(commands):
    """Add the command ``check``."""
    return command(commands, "check", check_tables, "")


def check_tables(args) -> int:
    """validate every table and that figures are of one run; names file, row, column and value of what is wrong"""
    problems = tables.check()
    for problem in problems:
        say(str(problem))
    found = f"{len(problems)} problems" if problems else "all sound"
    say(f"{len(tables.names())} tables checked: {found}")
    return 1 if problems or _mixed() else 0


def _mixed() -> bool:
    """Whether figures do not belong together, and says so; in a checkout, where there are some."""
    if not files.notebooks():
        return False
    from ..suite import rules

    problems = rules.figure_problems(files.figures())
    for problem in problems:
        say(problem)
    if problems:
        say(f"{len(problems)} problems in figures; python -m ccg figures makes all of them anew")
    return bool(problems)


def add_refresh(commands):
    """Add the command ``refresh``."""
    return _runs_notebooks(command(commands, "refresh", refresh_all, "--changed", needs_checkout=True))


def refresh_all(args) -> int:
    """after a deliberate change: seal the tables, run the notebooks in place, write the figures"""
    from ..suite import changed

    if not (args.changed and changed.sealed()):
        try:
            for name in tables.seal():
                print(f"data/{name} written")
        except tables.TableError as error:
            print(error, file=sys.stderr)
            return 1
        changed.remember_seal()
    if args.changed and _nothing_to_run(refresh=True):
        return 0
    from ..suite import run

    return run.make_figures(refresh=True, only_changed=args.changed)


def add_trace(commands):
    """Add the command ``trace``."""
    parser = command(commands, "trace", trace_figure, "01_count", needs_checkout=True)
    parser.add_argument("figure", help="name of a chart in figures/, such as 01_count")
    return parser


def trace_figure(args) -> int:
    """say where a chart comes from: its notebook and cells, its tables with rows, their sources"""
    from ..suite import trace

    say(trace.trace(args.figure))
    return 0


def add_lab(commands):
    """Add the command ``lab``."""
    parser = command(commands, "lab", open_lab, "--port=8899", needs_checkout=True)
    parser.add_argument("rest", nargs="*", help="options for JupyterLab, such as --port=8899")
    return parser


def open_lab(args) -> int:
    """open JupyterLab on the first notebook; it asks nothing from outside this machine"""
    from jupyterlab.labapp import main as jupyterlab

    os.chdir(files.NOTEBOOKS)
    # suite/labconfig/ answers JupyterLab's question about news; a reader's own settings win
    known = os.environ.get("JUPYTER_CONFIG_PATH")
    ours = str(Path(__file__).parents[1] / "suite")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([ours, *filter(None, [known])])
    quiet = (
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",  # the usual one asks PyPI
    )
    first = f"--LabApp.default_url=/lab/tree/{files.notebooks()[0].name}"
    return jupyterlab([first, *quiet, *args.rest]) or 0


def add_app(commands):
    """Add the command ``app``."""
    parser = command(commands, "app", serve_app, "--port 8901 --no-browser", needs_checkout=True)
    parser.add_argument("--port", type=int, help="port on 127.0.0.1; 8866 or a free one if not given")
    parser.add_argument("--no-browser", action="store_true", help="print the address and open nothing")
    return parser


def serve_app(args) -> int:
    """open the explorer: the life of any CCG or board, served on this machine alone"""
    from ..suite import app

    return app.serve(args.port, browser=not args.no_browser)


def add_site(commands):
    """Add the command ``site``."""
    return command(commands, "site", make_site, "", needs_checkout=True)


def make_site(args) -> int:
    """make the static site in docs/_build/html"""
    from ..suite import site

    print(f"open {site.build() / 'index.html'}")
    return 0


def add_bench(commands):
    """Add the command ``bench``."""
    example = "--only rebase --rows 1000000 --repeats 1"
    parser = command(commands, "bench", time_all, example, needs_checkout=True)
    sizes = [1_000_000, 10_000_000, 50_000_000]
    parser.add_argument("--only", choices=["rebase", "suite"], help="one of the two; both if not given")
    parser.add_argument("--rows", type=int, nargs="+", default=sizes, help="sizes to re-base")
    parser.add_argument(
        "--notebooks", nargs="+", metavar="NN", help="numbers of the notebooks to run; else all"
    )
    parser.add_argument("--repeats", type=int, default=5, help="paired runs, and at 10 million rows")
    parser.add_argument("-o", "--output", default=".bench", help="folder for the tables and the charts")
    return parser


def time_all(args) -> int:
    """time re-basing, and running the notebooks, against what there is besides; saves tables and charts"""
    from ..suite import bench, runs

    if args.only != "suite":
        bench.run(args.rows, args.repeats, Path(args.output))
    if args.only != "rebase":
        runs.bench(args.repeats, Path(args.output), args.notebooks)
    return 0


#: In the order of the help.
ADD = [add_figures, add_test, add_check, add_refresh, add_trace, add_lab, add_app, add_site, add_bench]
