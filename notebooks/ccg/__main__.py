"""python -m ccg COMMAND: the same as the Makefile, on any system and from any folder."""

import argparse
import os
import subprocess
import sys
import tempfile

from . import files, tables


def figures(args) -> int:
    """run every notebook and write its figures; says which changed"""
    from . import run

    return run.make_figures()


def refresh(args) -> int:
    """after a deliberate change: seal the tables, run the notebooks in place, write the figures"""
    from . import run

    try:
        for name in tables.seal():
            print(f"data/{name} written")
    except tables.TableError as error:
        print(error, file=sys.stderr)
        return 1
    return run.make_figures(refresh=True)


def check(args) -> int:
    """validate every table; names file, row, column and value of what is wrong"""
    problems = tables.check()
    for problem in problems:
        print(problem)
    found = f"{len(problems)} problems" if problems else "all sound"
    print(f"{len(tables.names())} tables checked: {found}")
    return 1 if problems else 0


def test(args) -> int:
    """strict nbval over every notebook, then the unit tests; leaves the working tree as it was"""
    if not files.notebooks():
        print("no notebooks here: run this in a checkout of the project", file=sys.stderr)
        return 1
    before = _tree()
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]
    nbval = [
        *("--nbval", "--nbval-current-env", "--nbval-cell-timeout=60"),
        *("--nbval-sanitize-with", "tests/nbval.cfg"),
        *(str(p.relative_to(files.ROOT)) for p in files.notebooks()),
    ]
    with tempfile.TemporaryDirectory(prefix="ccg-") as made:
        env = os.environ | {"CCG_FIGURES": made}
        notebooks = subprocess.run([*pytest, *nbval], cwd=files.ROOT, env=env).returncode
        units = subprocess.run([*pytest, "tests"], cwd=files.ROOT, env=env).returncode
    touched = sorted(_tree() ^ before)
    for line in touched:
        print(f"the test run changed the working tree: {line}", file=sys.stderr)
    print(f"notebooks {'passed' if not notebooks else 'FAILED'}, tests {'passed' if not units else 'FAILED'}")
    return 1 if notebooks or units or touched else 0


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


def lab(args) -> int:
    """open JupyterLab on the notebooks"""
    first = files.notebooks()[0].name
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{first}", *args.rest]
    return subprocess.run(command, cwd=files.NOTEBOOKS).returncode


COMMANDS = {f.__name__: f for f in (figures, test, check, refresh, lab)}


def main(argv: list[str] | None = None) -> int:
    """Entry point. Returns the exit status: 0 if all is well, 1 if not, 2 for a wrong command."""
    parser = argparse.ArgumentParser(prog="python -m ccg", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in COMMANDS.items():
        sub = commands.add_parser(name, help=function.__doc__, description=function.__doc__)
        if name == "lab":
            sub.add_argument("rest", nargs="*", help="options for JupyterLab, after --")
    args = parser.parse_args(argv)
    return COMMANDS[args.command](args)


if __name__ == "__main__":
    sys.exit(main())
