"""Kill runs while they write, and see that no file is torn, no input lost and nothing left after the next run.

Run it as ``python tests/kills.py --seed 1 --number 100``: so many runs of ``rebase -o`` and as many that put figures,
and with them a notebook and the README, in place are ended by SIGKILL, each before a step of its writing that is
drawn by lot (a file opened, put in place or taken away), some of them in the middle of a file. ``--whole 5`` kills
whole runs too, one in two at any moment and one in two while it writes. (It forks, so not on Windows.)
"""

import argparse
import base64
import contextlib
import io
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))
os.environ["MPLBACKEND"] = "agg"

import nbformat  # noqa: E402
from ccg import cli, figures, files, lineage  # noqa: E402
from ccg.suite import rules, run  # noqa: E402

NOTEBOOK, BESIDE = "01_consolidation.ipynb", "03_engagement.ipynb"
Contents = dict[Path, bytes]


def forked(
    what: Callable[[], object], folder: Path, stop: int, part: float = 1.0, after: float | None = None
) -> tuple[bool, int]:
    """Do something in a process of its own, killed before its step of this number in a folder.

    ``part`` is how much of a file is written before the kill where the step puts a file in place; with ``after`` it
    is killed when so many seconds have gone, wherever it is. Returns whether it was killed, and how many steps there
    were if not.
    """
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        steps = 0

        def seen(event: str, args: tuple) -> None:
            nonlocal steps
            if event not in ("open", "os.rename", "os.remove") or not isinstance(args[0], str | os.PathLike):
                return
            path = os.fspath(args[0])
            writes = event != "open" or (isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR))
            if isinstance(path, str) and path.startswith(str(folder)) and writes:
                steps += 1
                if steps == stop:
                    if event == "os.rename" and part < 1:
                        os.truncate(
                            path, int(Path(path).stat().st_size * part)
                        )  # as if it had come no further
                    os.kill(os.getpid(), signal.SIGKILL)

        status = 1
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            sys.addaudithook(seen)
            what()
            os.write(tell, str(steps).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(tell)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)  # it is not waited for yet, so that the number is its own
    _, status = os.waitpid(child, 0)
    with os.fdopen(told) as end:
        steps = end.read()
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the run failed by itself: {code}")
    return code != 0, int(steps or 0)


def contents(folder: Path) -> Contents:
    """Every file in a folder, by its path in it."""
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def put(folder: Path, now: Contents) -> None:
    """Make a folder hold these files and no others."""
    for path in contents(folder).keys() - now.keys():
        (folder / path).unlink()
    for path, content in now.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def stray(path: Path) -> bool:
    return path.name.startswith(".") and path.suffix[1:].partition("-")[0].isdigit()


def judged(folder: Path, old: Contents, new: Contents, inputs: set[Path], ends: Counter) -> None:
    """Count what a killed run left: torn files, lost inputs, strays, and old beside new."""
    now = contents(folder)
    ends["killed"] += 1
    for path, content in now.items():
        if not stray(path) and path.parts[0] != ".cache" and content not in (old.get(path), new.get(path)):
            ends["torn"] += 1
    ends["inputs lost"] += sum(now.get(path) != old[path] for path in inputs)
    ends["left a stray file"] += any(map(stray, now))
    made = [path for path in new if path not in inputs and path in now and old.get(path) != new[path]]
    ends["mixed"] += 0 < sum(now[path] == new[path] for path in made) < len(made)


def healed(folder: Path, new: Contents, ends: Counter) -> None:
    """Count what the next run, which came to its end, did not put right."""
    now = contents(folder)
    ends["strays after the next run"] += sum(map(stray, now))
    ends["not healed"] += any(now.get(path) != content for path, content in new.items())


# --- rebase -o ----------------------------------------------------------------------------------


def rebase_kills(number: int, some: random.Random, folder: Path) -> Counter:
    """Runs of ``rebase -o`` over the output of an earlier one with another date."""
    ends: Counter = Counter()
    codes = _codes()
    (folder / "in.csv").write_text(
        "code,n\n" + "".join(f"{c},{i}\n" for i, c in enumerate(codes)) + "X24,7\n"
    )

    def rebase(to: str) -> Callable[[], object]:
        words = [
            "rebase",
            str(folder / "in.csv"),
            "--at",
            "2018-04-01",
            "--to",
            to,
            "--sum",
            "n",
            "-o",
            str(folder / "out.csv"),
        ]
        return lambda: cli.main(words)

    # once here: what it imports and works out, each fork finds there
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        rebase("2021-04-01")()
    states: dict[str, Contents] = {}
    steps = 0
    for to in ("2020-04-01", "2021-04-01"):
        _, steps = forked(rebase(to), folder, 0)
        states[to] = contents(folder)
    old, new = states.values()
    for _ in range(number):
        put(folder, old)
        killed, _ = forked(rebase("2021-04-01"), folder, some.randrange(1, steps + 1), some.random())
        if not killed:
            raise RuntimeError("it came to its end")
        judged(folder, old, new, {Path("in.csv")}, ends)
        forked(rebase("2021-04-01"), folder, 0)
        healed(folder, {p: c for p, c in new.items() if p.suffix != ".json"}, ends)
    return ends


def _codes() -> list[str]:
    return sorted(lineage.default().bodies("2018-04-01")["code"])


# --- figures and refresh ------------------------------------------------------------------------


def figure_kills(number: int, some: random.Random, folder: Path) -> Counter:
    """Runs that put the figures of a notebook in place, with ``refresh`` also the notebook and the README."""
    ends: Counter = Counter()
    new, old = _states(folder)
    nbformat.reads(
        new[Path("notebooks") / NOTEBOOK].decode(), as_version=4
    )  # its checker is there for every fork
    made = {p.name: c for p, c in new.items() if p.parts[0] == "figures" and p.name != "index.json"}

    def execute(paths: list[Path], place: Path, **_: object) -> tuple[dict, list]:
        """In the stead of kernels: what they made before."""
        for name, content in made.items():
            (place / name).write_bytes(content)
        notebook = nbformat.reads(new[Path("notebooks") / NOTEBOOK].decode(), as_version=4)
        notebook.metadata["made_from"] = []
        return {paths[0]: notebook}, []

    os.environ["CCG_DATA"] = str(ROOT / "data")
    files.ROOT, files.NOTEBOOKS, run.execute = folder, folder / "notebooks", execute
    steps = {}
    for refresh in (False, True):
        put(folder, old)
        _, steps[refresh] = forked(partial(run.make_figures, refresh=refresh), folder, 0)
    new |= {
        p: c for p, c in contents(folder).items() if p.parts[0] != ".cache"
    }  # the README and the outlines too
    inputs = {Path("requirements.txt")}
    for i in range(number):
        refresh = bool(i % 2)
        put(folder, old)
        forked(
            partial(run.make_figures, refresh=refresh),
            folder,
            some.randrange(1, steps[refresh] + 1),
            some.random(),
        )
        judged(folder, old, new, inputs, ends)
        now = {p: c for p, c in contents(folder).items() if p.parts[0] == "figures"}
        whole = any(now == {p: c for p, c in one.items() if p.parts[0] == "figures"} for one in (old, new))
        ends["mixed and not seen by check"] += not whole and not rules.figure_problems(folder / "figures")
        forked(lambda: run.make_figures(refresh=True), folder, 0)
        healed(folder, new, ends)
        ends["check still sees something"] += bool(rules.figure_problems(folder / "figures"))
    return ends


def _states(folder: Path) -> tuple[Contents, Contents]:
    """The figures of a notebook as they are, and the same with another number in each, as of an earlier run."""
    name = NOTEBOOK[:2]
    notebook = (ROOT / "notebooks" / NOTEBOOK).read_text(encoding="utf-8")
    front = f"# A suite\n\n| [01]({'notebooks/' + NOTEBOOK}) | asks | answers |\n"
    new: Contents = {Path("requirements.txt"): b"", Path("notebooks") / NOTEBOOK: notebook.encode()}
    old = dict(new)
    before = notebook
    for path in sorted((ROOT / "figures").glob(f"{name}_*")):
        content = path.read_bytes()
        new[Path("figures") / path.name] = content
        if path.suffix != ".json":
            old[Path("figures") / path.name] = content + b"\n"
        if path.suffix == ".png":
            was, now = (base64.b64encode(c).decode() for c in (content, content + b"\n"))
            before = before.replace(was, now)
    for path in [p for p in new if p.suffix == ".json"]:
        record = json.loads(new[path])
        for kind in record["sha256"]:
            record["sha256"][kind] = files.sha256(old[path.with_suffix(f".{kind}")])
        old[path] = (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()
    old[Path("notebooks") / NOTEBOOK] = before.encode()
    new[Path("README.md")] = old[Path("README.md")] = front.encode()
    for one in (old, new):
        put(folder, one)
        figures.build_index(folder / "figures")
        one[Path("figures/index.json")] = (folder / "figures/index.json").read_bytes()
    return new, old


# --- whole runs ---------------------------------------------------------------------------------


def whole_kills(number: int, some: random.Random, folder: Path) -> Counter:
    """Whole runs of ``figures`` and ``refresh`` in turn, of a copy with two notebooks that end with their first chart.

    One run in two is killed at any moment from its begin to its end, and one before a step of its writing.
    """
    ends: Counter = Counter()
    place, aside = folder / "suite", folder / "aside"
    _suite(place)
    aside.mkdir()
    os.environ.pop("CCG_DATA", None)
    os.environ |= {"PYTHONPATH": str(place / "notebooks"), "HOME": str(aside), "TMPDIR": str(aside)}
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    files.ROOT, files.NOTEBOOKS, tempfile.tempdir = place, place / "notebooks", None

    def once(refresh: bool, stop: int = 0, part: float = 1.0, after: float | None = None) -> tuple[bool, int]:
        return forked(partial(run.make_figures, refresh=refresh), place, stop, part, after)

    before = contents(place)
    steps, longest = {}, {}
    for refresh in (False, True):
        put(place, before)
        started = time.monotonic()
        _, steps[refresh] = once(refresh)
        longest[refresh] = time.monotonic() - started
    new = {p: c for p, c in contents(place).items() if p.parts[0] != ".cache"}
    inputs = {p for p, c in before.items() if new.get(p) == c}
    while ends["killed"] < number:
        refresh, writing = bool(ends["killed"] % 2), ends["killed"] % 4 < 2
        put(place, before)
        if writing:
            killed, _ = once(refresh, some.randrange(1, steps[refresh] + 1), some.random())
        else:
            killed, _ = once(refresh, after=some.random() * longest[refresh])
        if not killed:
            continue  # it had come to its end
        judged(place, before, new, inputs, ends)
        ends["killed while writing"] += writing
        started = time.monotonic()
        once(True)
        longest[True] = time.monotonic() - started
        healed(place, new, ends)
        time.sleep(1)  # what a killed run had started ends by itself
        ends["strays after the next run"] += len(list(aside.glob("ccg-*")))
        print(ends["killed"], dict(ends), file=sys.stderr, flush=True)
    return ends


def _suite(place: Path) -> None:
    """A suite of two notebooks, each cut after its first chart, with figures of an earlier run."""
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "notebooks" / "ccg", place / "notebooks" / "ccg", ignore=without)
    shutil.copytree(ROOT / "data", place / "data")
    shutil.copy(ROOT / "requirements.txt", place)
    (place / "figures").mkdir()
    (place / "tests" / "suite").mkdir(parents=True)
    for name in (NOTEBOOK, BESIDE):
        notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
        chart = next(i for i, cell in enumerate(notebook.cells) if cell.source.startswith("%%chart"))
        notebook.cells = notebook.cells[: chart + 1]
        nbformat.write(notebook, place / "notebooks" / name)
        drawn = re.search(r'"(\d\d_\w+)"', notebook.cells[chart].source)
        for path in (ROOT / "figures").glob(f"{drawn[1]}.*"):
            # what follows a file's last line makes it another, as of a run with other numbers
            (place / "figures" / path.name).write_bytes(path.read_bytes() + b"\n")
    rows = "".join(f"| [{name[:2]}](notebooks/{name}) | asks | answers |\n" for name in (NOTEBOOK, BESIDE))
    (place / "README.md").write_text(
        f"# A suite\n\n| notebook | asks | answers |\n| --- | --- | --- |\n{rows}"
    )


#: What must not happen.
BAD = (
    "torn",
    "inputs lost",
    "strays after the next run",
    "not healed",
    "mixed and not seen by check",
    "check still sees something",
)


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--number", type=int, default=100)
    ask.add_argument("--whole", type=int, default=0, help="so many whole runs too, some ten seconds each")
    asked = ask.parse_args()
    wrong = 0
    for what, number in (
        (rebase_kills, asked.number),
        (figure_kills, asked.number),
        (whole_kills, asked.whole),
    ):
        if not number:
            continue
        with tempfile.TemporaryDirectory(prefix="kills-") as folder:
            ends = what(number, random.Random(asked.seed), Path(folder).resolve())
        print(json.dumps({what.__name__: {**dict.fromkeys(BAD, 0), **ends}}), flush=True)
        wrong += sum(ends[bad] for bad in BAD)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
