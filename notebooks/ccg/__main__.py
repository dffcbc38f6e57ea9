"""python -m ccg COMMAND: the same as the Makefile, on any system and from any folder."""

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from .core import files, reading, tables


def figures(args) -> int:
    """run every notebook and write its figures; says which changed"""
    from .suite import run

    return run.make_figures()


def refresh(args) -> int:
    """after a deliberate change: seal the tables, run the notebooks in place, write the figures"""
    from .suite import run

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
        _say(str(problem))
    found = f"{len(problems)} problems" if problems else "all sound"
    _say(f"{len(tables.names())} tables checked: {found}")
    return 1 if problems else 0


def test(args) -> int:
    """strict nbval over every notebook, then the unit tests; leaves the working tree as it was"""
    before = _tree()
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist"]
    nbval = [
        *("--nbval", "--nbval-current-env", "--nbval-cell-timeout=60"),
        *("--nbval-sanitize-with", "tests/nbval.cfg"),
        *(str(p.relative_to(files.ROOT)) for p in files.notebooks()),
    ]
    with tempfile.TemporaryDirectory(prefix="ccg-") as made:
        env = os.environ | {"CCG_FIGURES": made}
        # a notebook's cells belong together, in one kernel; unit tests go to whoever is free
        notebooks = subprocess.run([*pytest, "loadfile", *nbval], cwd=files.ROOT, env=env).returncode
        alone = ["worksteal", "-p", "no:nbval", "tests"]
        units = subprocess.run([*pytest, *alone], cwd=files.ROOT, env=env).returncode
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
    from jupyterlab.labapp import main as jupyterlab

    os.chdir(files.NOTEBOOKS)
    # suite/labconfig/ answers JupyterLab's question about news; a reader's own settings win
    known = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        [str(Path(__file__).parent / "suite"), *filter(None, [known])]
    )
    quiet = (
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",  # the usual one asks PyPI
    )
    first = f"--LabApp.default_url=/lab/tree/{files.notebooks()[0].name}"
    return jupyterlab([first, *quiet, *args.rest]) or 0


def app(args) -> int:
    """open the explorer: the life of any CCG or board, served on this machine alone"""
    from .suite import app as explorer

    return explorer.serve(args.port, browser=not args.no_browser)


def which(args) -> int:
    """say which geography the codes of a CSV file are of"""
    from .core import lineage

    frame = _read(args.file, sys.stdout)
    column = _column(frame, args.code, args.file, "--code") if args.code else _code_column(frame, args.file)
    fits = lineage.which(frame[column].str.strip())
    if not fits:
        raise ValueError(f"{args.file}, column {column!r}: no code is known here")
    for fit in fits:
        _say(lineage.describe(fit))
    return 0


def lookup(args) -> int:
    """write who became whom between two dates as CSV, for Excel, SQL or R"""
    from .core import lookups

    output, _ = _outputs(args.output, [])
    table = lookups.table(args.start, args.to, args.level)
    _write(output, table)
    split = table.loc[table["status"] == "approximate", "from"].unique()
    counts = f"{table['from'].nunique()} bodies of {args.start} lead to {table['to'].nunique()} of {args.to}"
    _say(counts, _beside(output))
    if len(split):
        _say(f"Divided by share, so approximate: {', '.join(split)}", _beside(output))
    return 0


def rebase(args) -> int:
    """move a CSV from the geography of its codes to a later one, with a report"""
    from .core.rebasing import rebase as move

    output, (unmapped, repaired) = _outputs(args.output, [args.file], ".unmapped.csv", ".repaired.csv")
    frame = _read(args.file, _beside(output))
    pairs = [pair.split(":", 1) if ":" in pair else (pair, "") for pair in args.mean]
    bare = [rate for rate, weight in pairs if not weight]
    if bare:
        raise ValueError(f"--mean {bare[0]}: name the column that weights it, like --mean {bare[0]}:patients")

    def named(option: str, names) -> list[str]:
        return [_column(frame, name, args.file, option) for name in names]

    column = named("--code", [args.code])[0] if args.code else _code_column(frame, args.file)
    sums, by = named("--sum", args.sum), named("--by", args.by)
    # what pandas calls a column without a name is not read, or only numbers the rows: it is left out already
    drop = named("--drop", [c for c in args.drop if c in frame or not re.fullmatch(r"Unnamed: [\d.]+", c)])
    means = dict(
        zip(named("--mean", [r for r, _ in pairs]), named("--mean", [w for _, w in pairs]), strict=True)
    )
    at = args.at.strip()
    if at not in frame and at != "auto" and not re.match(r"\d", at):
        at = _column(
            frame, at, args.file, "--at, which takes a date like 2018-04-01, auto or a column of dates"
        )
    used = [column, *sums, *means, *means.values(), *by, *([at] if at in frame else [])]
    both = [c for c in drop if c in used]
    if both:
        raise ValueError(f"{args.file}: column {both[0]!r} is to be left out with --drop and used as well")
    left = [c for c in frame if c not in used and c not in drop]
    if left:
        raise ValueError(
            f"{args.file}: what is to become of column {left[0]!r}? --sum it, --mean it with a weight, keep it "
            f"as a key with --by, or leave it out with --drop (all unused columns: {_some(left)})"
        )
    cells = frame[column].value_counts()
    result = move(
        frame.drop(columns=drop), code=column, to=args.to, at=at, level=args.level, sums=sums, means=means, by=by,
        repair=args.repair, absent=args.absent,
    )  # fmt: skip
    report = result.report()
    read = pd.DataFrame(
        [(old, new, cells.get(old)) for old, new in report.repaired.items()], columns=["read", "as", "rows"]
    ).astype({"rows": "Int64"})
    _write(output, result.frame, {unmapped: result.unmapped, repaired: read})
    _say(str(report), _beside(output))
    if unmapped and len(result.unmapped):
        _say(f"What could not be placed is in {unmapped}")
    if repaired and len(read):
        _say(f"What was read as which code ({len(read):,} in all) is in {repaired}")
    return 0


def explain(args) -> int:
    """tell the life of a body by its code or name: opened, changed, became"""
    from .core import lineage

    found = lineage.search(args.text)
    codes = [args.text] if args.text in set(found["code"]) else list(found["code"])
    if not codes:
        better = lineage.suggest(args.text)
        raise ValueError(f"{args.text!r} is not known" + (f"; did you mean {better}?" if better else ""))
    if len(codes) > 3:
        _say(found.to_string(index=False))
        return 0
    _say("\n\n".join(lineage.explain(code, args.to) for code in codes))
    return 0


def gpps(args) -> int:
    """build the yearly GP Patient Survey table on fixed groupings of practices, from its published files"""
    from .analysis import gpps as survey

    output, (unplaced,) = _outputs(args.output, args.file, ".unplaced.csv")
    result = survey.build(args.file, to=args.to, year=args.year, weight=args.weight)
    _write(output, result.frame, {unplaced: result.unplaced})
    _say(result.report(), _beside(output))
    if unplaced and len(result.unplaced):
        _say(f"Practices that could not be placed are in {unplaced}")
    return 0


def _read(name: str, said) -> pd.DataFrame:
    """The cells of a file as text. What was guessed of it is said in one line."""
    frame = reading.read(name)
    if frame.attrs["read"]:
        _say(f"{name}: {'; '.join(frame.attrs['read'])}", said)
    return frame


def _column(frame: pd.DataFrame, name: str, file: str, option: str) -> str:
    """The column that an option names, spaces around it aside. Raises ValueError with the nearest if none is."""
    name = name.strip()
    if name in frame:
        return name
    alike = {c.casefold(): c for c in reversed(frame.columns)}
    near = difflib.get_close_matches(name.casefold(), alike, 1)
    there = f"the nearest is {alike[near[0]]!r}" if near else f"there are {_some(map(repr, frame))}"
    raise ValueError(f"{file}: there is no column {name!r} ({option}); {there}")


def _code_column(frame: pd.DataFrame, name: str) -> str:
    """The one column whose cells look like codes. Raises ValueError that lists the columns if unclear."""
    from .core import lineage

    known = {c for v in lineage.vintages() for s in ("ods", "ons") for c in lineage.codes_of(v, s)}

    some = frame.sample(min(len(frame), 1000), random_state=0)  # of a file of any length, as good as all

    def like(column: str) -> bool:
        return sum(cell.strip().upper() in known for cell in some[column].tolist()) > len(some) / 2

    found = [c for c in frame if like(c)]
    if len(found) != 1:
        raise ValueError(f"{name}: name the column of codes with --code; there are {_some(frame.columns)}")
    return found[0]


def _some(names) -> str:
    names = list(names)
    return ", ".join(names[:20]) + (f" and {len(names) - 20:,} more" if len(names) > 20 else "")


def _outputs(output: str | None, inputs: list[str], *endings: str) -> tuple[Path | None, list[Path | None]]:
    """The file to write and those beside it, one for each ending; None where words or rows are printed.

    Raises ValueError before anything is written, if one of them is a folder, a file that is read, or another.
    """
    nothing: list[Path | None] = [None] * len(endings)
    if not output or _is_stdout(output):
        onto = [read for read in inputs if Path(read).is_file() and _is_stdout(read)]
        if onto:
            raise ValueError(f"{onto[0]} is read and printed to at once; name a file to write with -o")
        return None, nothing
    path = Path(output)
    if output.endswith(("/", os.sep)) or path.is_dir():
        raise ValueError(f"{output} is a folder; name a file in it with -o")
    # rates.2018 and rates.2019 are two outputs: only .csv gives way to the ending
    stem = path.name.removesuffix(".csv")
    beside = nothing if files.is_stream(path) else [path.with_name(stem + end) for end in endings]
    written = [path, *filter(None, beside)]
    inputs = [*inputs, *(str(files.data() / tables.describe(name)["path"]) for name in tables.names())]
    for i, one in enumerate(written):
        what = output if one == path else f"{one}, which goes beside {output},"
        for read in inputs:
            if files.same(one, Path(read)):
                file = "" if str(one) == read else f", {read}"
                raise ValueError(f"{what} is one of the files to read{file}; name another with -o")
        if one.is_dir():
            raise ValueError(f"{what} is a folder; name another file with -o")
        for other in written[:i]:
            if files.same(one, other):
                raise ValueError(f"{what} and {other} are one file; name another with -o")
    return path, beside


def _is_stdout(output: str) -> bool:
    """Whether a path is what this program prints to, as /dev/stdout is."""
    try:
        return os.path.samestat(Path(output).stat(), os.fstat(1))
    except OSError:
        return False


def _beside(output):
    """Where words go: not among the rows of a table that is printed."""
    return sys.stdout if output else sys.stderr


def _write(output: Path | None, frame: pd.DataFrame, beside: dict[Path | None, pd.DataFrame] | None = None):
    """Print a table, or write it and, where they have rows, those beside it; an older one of these goes.

    An older one is told by its header. Any other file of that name is somebody's own: it is left, and
    ValueError raised before anything is written if there are rows to put in its place.
    """
    if output is None:
        _print(_csv(frame), sys.stdout)
        return
    if files.is_stream(output):
        files.write(output, _csv(frame))
        return
    beside = {path: rows for path, rows in (beside or {}).items() if path}
    older = {path: _is_older(path, rows) for path, rows in beside.items() if path.exists()}
    for path, ours in older.items():
        if not ours and len(beside[path]):
            raise ValueError(
                f"{path}, which goes beside {output}, is there and was not written by this command; move it "
                "or name another file with -o"
            )
    files.write_together({output: _csv(frame), **{p: _csv(rows) for p, rows in beside.items() if len(rows)}})
    for path, ours in older.items():
        if len(beside[path]):
            continue
        if ours and files.take_away(path):
            _say(f"{path} of an earlier run is gone; this one leaves nothing there")
        else:
            _say(f"{path} is there and is not of this run; it was left as it is")


def _is_older(path: Path, rows: pd.DataFrame) -> bool:
    """Whether a file is of an earlier run, told by its header: other keys and numbers, the same at the end."""
    with path.open("rb") as file:
        header = file.readline(100_000).decode("utf-8", "replace").strip().split(",")
    return len(header) >= 3 and header[-1] == rows.columns[-1]


def _csv(frame: pd.DataFrame) -> str:
    floats = [c for c in frame if pd.api.types.is_float_dtype(frame[c])]
    shown = {c: frame[c].astype(object).map(_number, na_action="ignore") for c in floats}
    return frame.assign(**shown).to_csv(index=False, lineterminator="\n")


def _number(x: float) -> str:
    """Whole numbers in full; others to twelve digits, which leaves out the noise of adding, or more if large."""
    if float(x).is_integer() and abs(x) < 1e17:
        return f"{x:.0f}"
    return f"{x:.12g}" if abs(x) < 1e9 else f"{x:.15g}"


def _say(text: str, to=None) -> None:
    """Print words, with signs that would steer a terminal made visible: they may come from a file."""
    visible = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda m: repr(m[0])[1:-1], text)
    _print(visible + "\n", to or sys.stdout)


def _print(text: str, to) -> None:
    try:
        print(text, end="", file=to, flush=True)
    except OSError as error:
        where = _STDOUT if to is sys.stdout else "standard error"
        raise OSError(error.errno, error.strerror, where) from None


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
            "--absent",
            choices=["zero", "missing"],
            default="zero",
            help="a part of a body that has rows in the period but none under a finer key, such as an age, is "
            "read as zero (if not said otherwise, since zeros are often left out) or as missing, which makes the "
            "row incomplete",
        )
        sub.add_argument(
            "--repair", action="store_true", help="take damaged codes as they were meant, and list them"
        )
    if name in ("lookup", "rebase"):
        sub.add_argument("--level", choices=["ccg", "sub_icb", "icb"], help="bodies wanted at the new date")
        sub.add_argument("-o", "--output", help="file to write; without it the table is printed")


def bench(args) -> int:
    """time re-basing against what people do today; prints a table, saves it and a chart"""
    from .suite import bench as timing

    timing.run(args.rows, args.repeats, Path(args.output))
    return 0


def site(args) -> int:
    """make the static site in docs/_build/html"""
    from .suite import site as pages

    print(f"open {pages.build() / 'index.html'}")
    return 0


COMMANDS = {
    f.__name__: f
    for f in (figures, test, check, refresh, lab, app, site, which, lookup, rebase, explain, gpps, bench)
}


#: Commands for the suite itself, which a wheel does not hold.
SUITE = {"figures", "test", "refresh", "lab", "app", "site", "bench"}
_STDOUT = "standard output"
#: Modules that are not called as the package that brings them.
_BROUGHT_BY = {"PIL": "pillow", "yaml": "pyyaml", "fontTools": "fonttools", "myst_nb": "myst-nb"}


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
        if args.command in SUITE and not files.notebooks():
            raise ValueError("this is for the suite itself, so it needs a checkout of the project")
        if args.command in SUITE:
            from .suite import quick  # noqa: F401
        status = COMMANDS[args.command](args)
        _print("", sys.stdout)
        return status
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "ccg"):
            raise
        package = _BROUGHT_BY.get(package, package.replace("_", "-"))
        said = f"{package} is not installed: python -m pip install {package}"
    except OSError as error:
        broken = isinstance(error, BrokenPipeError)
        if broken or error.filename == _STDOUT:  # what is left to print there need not be tried at the end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if broken:  # the reader, head for one, has had enough
            return 1
        where = f"{error.filename}: " if error.filename else ""
        said = where + (error.strerror or str(error)).lower()
    except ValueError as error:
        said = str(error)
    _say(f"python -m ccg {args.command}: {said}", sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
