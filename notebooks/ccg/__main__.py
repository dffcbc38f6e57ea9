"""python -m ccg COMMAND: the same as the Makefile, on any system and from any folder."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

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
    """open JupyterLab on the first notebook; it asks nothing from outside this machine"""
    if not files.notebooks():
        print("no notebooks here: run this in a checkout of the project", file=sys.stderr)
        return 1
    from jupyterlab.labapp import main as jupyterlab

    os.chdir(files.NOTEBOOKS)
    # labconfig/ beside this file answers JupyterLab's question about news; a reader's own settings win
    known = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([str(Path(__file__).parent), *filter(None, [known])])
    quiet = (
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",  # the usual one asks PyPI
    )
    first = f"--LabApp.default_url=/lab/tree/{files.notebooks()[0].name}"
    return jupyterlab([first, *quiet, *args.rest]) or 0


def app(args) -> int:
    """open the explorer: the life of any CCG or board, served on this machine alone"""
    from . import app as explorer

    return explorer.serve(args.port, browser=not args.no_browser)


def which(args) -> int:
    """say which geography the codes of a CSV file are of"""
    from . import lineage

    frame = _read(args.file)
    column = args.code or _code_column(frame, args.file)
    fits = lineage.which(frame[column].dropna().str.strip())
    if not fits:
        raise ValueError(f"{args.file}, column {column!r}: no code is known here")
    for fit in fits:
        print(lineage.describe(fit))
    return 0


def lookup(args) -> int:
    """write who became whom between two dates as CSV, for Excel, SQL or R"""
    from . import lineage

    table = lineage.lookup(args.start, args.to, args.level)
    then, now = lineage.bodies(args.start), lineage.bodies(args.to, args.level)
    for place, column, frame in ((1, "from", then), (4, "to", now)):
        table.insert(place, f"{column}_ons", table[column].map(frame.set_index("code")["ons_code"]))
        table.insert(place + 1, f"{column}_name", table[column].map(lineage.name))
    _write(table, args.output)
    split = table.loc[table["status"] == "approximate", "from"].unique()
    said = _beside(args.output)
    print(
        f"{table['from'].nunique()} bodies of {args.start} lead to {table['to'].nunique()} of {args.to}",
        file=said,
    )
    if len(split):
        print(f"Divided by share, so approximate: {', '.join(split)}", file=said)
    return 0


def rebase(args) -> int:
    """move a CSV from the geography of its codes to a later one, with a report"""
    from .rebase import rebase as move

    frame = _read(args.file)
    column = args.code or _code_column(frame, args.file)
    means = dict(pair.split(":", 1) if ":" in pair else (pair, "") for pair in args.mean)
    bare = [rate for rate, weight in means.items() if not weight]
    if bare:
        raise ValueError(f"--mean {bare[0]}: name the column that weights it, like --mean {bare[0]}:patients")
    used = [column, *args.sum, *means, *means.values(), *args.by, *([args.at] if args.at in frame else [])]
    left = [c for c in frame if c not in used and c not in args.drop]
    if left:
        raise ValueError(
            f"{args.file}: what is to become of column {left[0]!r}? --sum it, --mean it with a weight, keep it "
            f"as a key with --by, or leave it out with --drop (all unused columns: {', '.join(left)})"
        )
    frame = frame.drop(columns=[c for c in args.drop if c in frame])
    result = move(
        frame, code=column, to=args.to, at=args.at, level=args.level, sums=args.sum, means=means, by=args.by,
        repair=args.repair,
    )  # fmt: skip
    _write(result.frame, args.output)
    print(result.report(), file=_beside(args.output))
    beside = Path(args.output).with_suffix(".unmapped.csv") if args.output else None
    if beside:
        beside.unlink(missing_ok=True)  # what an earlier run left there is not of this one
    if len(result.unmapped) and beside:
        _write(result.unmapped, beside)
        print(f"What could not be placed is in {beside}")
    return 0


def explain(args) -> int:
    """tell the life of a body by its code or name: opened, changed, became"""
    from . import lineage

    found = lineage.search(args.text)
    codes = [args.text] if args.text in set(found["code"]) else list(found["code"])
    if not codes:
        better = lineage.suggest(args.text)
        raise ValueError(f"{args.text!r} is not known" + (f"; did you mean {better}?" if better else ""))
    if len(codes) > 3:
        print(found.to_string(index=False))
        return 0
    print("\n\n".join(lineage.explain(code, args.to) for code in codes))
    return 0


def gpps(args) -> int:
    """build the yearly GP Patient Survey table on fixed groupings of practices, from its published files"""
    from . import gpps as survey

    if Path(args.output).resolve() in {Path(name).resolve() for name in args.file}:
        raise ValueError(f"{args.output} is one of the files to read; name another with -o")
    result = survey.build(args.file, to=args.to, year=args.year, weight=args.weight)
    _write(result.frame, args.output)
    print(result.report())
    beside = Path(args.output).with_suffix(".unplaced.csv")
    beside.unlink(missing_ok=True)  # what an earlier run left there is not of this one
    if len(result.unplaced):
        _write(result.unplaced, beside)
        print(f"Practices that could not be placed are in {beside}")
    return 0


def _read(name: str) -> pd.DataFrame:
    path = Path(name)
    if not path.exists():
        raise ValueError(f"{name}: there is no such file")
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{name} is not UTF-8; in Excel save it as CSV UTF-8") from None
    except pd.errors.ParserError as error:
        raise ValueError(f"{name}: {error}") from None


def _code_column(frame: pd.DataFrame, name: str) -> str:
    """The one column whose cells look like codes. Raises ValueError that lists the columns if unclear."""
    from . import lineage

    known = {c for v in lineage.vintages() for s in ("ods", "ons") for c in lineage.codes_of(v, s)}
    like = [c for c in frame if frame[c].str.strip().str.upper().isin(known).mean() > 0.5]
    if len(like) != 1:
        raise ValueError(
            f"{name}: name the column of codes with --code; there are {', '.join(frame.columns)}"
        )
    return like[0]


def _beside(output):
    """Where words go: not among the rows of a table that is printed."""
    return sys.stdout if output else sys.stderr


def _write(frame: pd.DataFrame, output) -> None:
    text = frame.to_csv(index=False, lineterminator="\n", float_format="%.12g")
    if output:
        files.write(Path(output), text)
    else:
        print(text, end="")


def _arguments(name: str, sub: argparse.ArgumentParser) -> None:
    """The arguments of the commands that have any."""
    if name == "lab":
        sub.add_argument("rest", nargs="*", help="options for JupyterLab, such as --port=8899")
    if name == "app":
        sub.add_argument("--port", type=int, help="port on 127.0.0.1; 8866 or a free one if not given")
        sub.add_argument("--no-browser", action="store_true", help="print the address and open nothing")
    if name in ("which", "rebase"):
        sub.add_argument("file", help="a CSV file")
        sub.add_argument("--code", help="column of codes; found by itself where there is only one")
    if name == "explain":
        sub.add_argument("text", help="a code (ODS or ONS) or part of a name")
        sub.add_argument("--to", help="date on which to say what became of it")
    if name == "bench":
        sizes = [1_000_000, 10_000_000, 50_000_000]
        sub.add_argument("--rows", type=int, nargs="+", default=sizes, help="sizes to time")
        sub.add_argument("--repeats", type=int, default=5, help="paired runs at 10 million rows")
        sub.add_argument("-o", "--output", default=".bench", help="folder for the table and the chart")
    if name == "gpps":
        sub.add_argument(
            "file", nargs="+", help="practice-level weighted CSV files of the survey, one a year"
        )
        sub.add_argument("-o", "--output", default="gpps.csv", help="file to write (gpps.csv)")
        sub.add_argument("--to", default="2021-04-01", help="date of the CCGs that practices are grouped by")
        sub.add_argument("--year", type=int, help="year of a single file that does not tell it")
        sub.add_argument("--weight", help="column to weight practices by, where a file has no bases")
    if name == "lookup":
        sub.add_argument(
            "--from", dest="start", required=True, help="date of the older geography, 2018-04-01"
        )
        sub.add_argument("--to", required=True, help="date of the newer geography")
    if name == "rebase":
        many = {"action": "extend", "nargs": "+", "default": []}
        sub.add_argument(
            "--at", default="auto", help="date of the codes' geography, a column of dates, or auto"
        )
        sub.add_argument("--to", required=True, help="date of the geography wanted")
        sub.add_argument("--sum", **many, help="columns of counts to add up")
        sub.add_argument("--mean", **many, help="rates to average, each with its weight: rate:patients")
        sub.add_argument("--by", **many, help="keys to keep apart, such as a month")
        sub.add_argument("--drop", **many, help="columns to leave out")
        sub.add_argument(
            "--repair", action="store_true", help="take damaged codes as they were meant, and say so"
        )
    if name in ("lookup", "rebase"):
        sub.add_argument("--level", choices=["ccg", "sub_icb", "icb"], help="bodies wanted at the new date")
        sub.add_argument("-o", "--output", help="file to write; without it the table is printed")


def bench(args) -> int:
    """time re-basing against what people do today; prints a table, saves it and a chart"""
    from . import bench as timing

    timing.run(args.rows, args.repeats, Path(args.output))
    return 0


def site(args) -> int:
    """make the static site in docs/_build/html"""
    from . import site as pages

    print(f"open {pages.build() / 'index.html'}")
    return 0


COMMANDS = {
    f.__name__: f
    for f in (figures, test, check, refresh, lab, app, site, which, lookup, rebase, explain, gpps, bench)
}


def main(argv: list[str] | None = None) -> int:
    """Entry point. Returns the exit status: 0 if all is well, 1 if not, 2 for a wrong command."""
    parser = argparse.ArgumentParser(prog="python -m ccg", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in COMMANDS.items():
        _arguments(name, commands.add_parser(name, help=function.__doc__, description=function.__doc__))
    words = sys.argv[1:] if argv is None else list(argv)
    if words[:1] == ["lab"] and not {"--", "-h", "--help"} & set(words):
        words.insert(1, "--")  # all that follows is JupyterLab's own: lab --port=8899
    args = parser.parse_args(words)
    try:
        return COMMANDS[args.command](args)
    except BrokenPipeError:  # the reader, head for one, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, FileNotFoundError) as error:
        print(f"python -m ccg {args.command}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
