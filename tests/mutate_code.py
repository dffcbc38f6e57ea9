"""Change one expression of the package at a time, as a slip of the hand would, and see whether a test notices.

Run it as ``python tests/mutate_code.py --seed 1 --number 300``: it prints how many changes of each module the tests
catch, and each that passes with its line. The changes follow from the seed; a copy is changed, not the package. The
tests run once under a trace, and then for each change only those that came to its line, the quickest first. (It
forks, so not on Windows.)
"""

import argparse
import ast
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

# imported before the forks, which then begin at once; none of these starts a thread
import hypothesis  # noqa: F401
import narwhals  # noqa: F401
import pandas  # noqa: F401
import pytest
import scipy.stats  # noqa: F401

ROOT = Path(__file__).resolve().parents[1]
#: The tests of each module.
TESTS = {
    "core/words.py": ["core/test_words.py", "core/test_edges.py"],
    "core/lineage.py": [
        "core/test_edges.py",
        "core/test_lineage.py",
        "core/test_lookups.py",
        "core/test_today.py",
        "core/test_suggest.py",
        "core/test_partnerships.py",
    ],
    "core/reading.py": [
        "core/test_reading.py",
        "core/test_published.py",
        "core/test_cases.py",
        "core/test_edges.py",
    ],
    "core/rebasing": [
        "core/test_rebase.py",
        "core/test_cases.py",
        "core/test_published.py",
        "core/test_edges.py",
        "core/test_partnerships.py",
    ],
    "analysis/stats.py": ["analysis/test_stats.py", "analysis/test_effects.py"],
}
OTHER = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip
#: Changes that no test can see, by file, a piece of the line, and what stands there then: the reason.
SAME = {
    ("core/words.py", 'else "most" if x > 0.5', "(x >= 0.5)"): "a half has been told before",
    ("core/rebasing/move.py", "if share > 0.5 else 1.0", "(share >= 0.5)"): "of a half both are 1",
    ("core/rebasing/columns.py", "max(ends, default=0) > 2**53", "(1)"): "both are far below 2**53",
    ("core/rebasing/engines.py", "npartitions=1", "(2)"): "of Dask alone, and for speed alone",
    ("core/words.py", 'else f"{when}-01"', "(8)"): "a month has seven signs and a day ten",
    ("core/words.py", "long_date(day) if len(when) > 7", "(8)"): "a month has seven signs and a day ten",
    ("core/words.py", "if 10 <= n % 100 <= 20", "(11)"): "a number that ends in nought has the same ending",
    (
        "core/words.py",
        "if 10 <= n % 100 <= 20",
        "(10 < n % 100 <= 20)",
    ): "a number that ends in nought has the same ending",
    (
        "core/words.py",
        'else "rose" if after > before',
        "(after >= before)",
    ): "what is equal has been told before",
    ("core/words.py", "else more if x > y", "(x >= y)"): "what is equal has been told before",
    ("core/words.py", "if 0 < off <= 0.15", "(0 <= off <= 0.15)"): "what is so near has been told before",
    (
        "core/words.py",
        "if abs(off) <= 0.01:",
        "(abs(off) < 0.01)",
    ): "no ratio that a float can hold lies on the limit",
    (
        "core/words.py",
        "if abs(off) <= 0.05",
        "(abs(off) < 0.05)",
    ): "no ratio that a float can hold lies on the limit",
    (
        "core/words.py",
        "if -0.07 <= off < 0",
        "(-0.07 < off < 0)",
    ): "no ratio that a float can hold lies on the limit",
    (
        "core/words.py",
        "if abs(off) <= 0.001",
        "(abs(off) < 0.001)",
    ): "no share written in decimals lies on the limit",
    (
        "core/reading.py",
        "if at and len(names) < width",
        "(len(names) <= width)",
    ): "where none is missing none is added",
    (
        "core/reading.py",
        "(width == 1 or len(named) > 1)",
        "(len(named) >= 1)",
    ): "the search that follows finds the same row",
    (
        "core/reading.py",
        "(width == 1 or len(named) > 1)",
        "(2)",
    ): "the search that follows finds the same row",
    ("core/rebasing/mapping.py", "r.share not in (0, 1)", "(1)"): "no look-up has a share of none",
    (
        "core/rebasing/mapping.py",
        "BOARD if at_level in GROUPS else 0",
        "(1)",
    ): "ranks are compared with each other alone",
    (
        "core/rebasing/mapping.py",
        "return Row(code, None, 0, 1.0",
        "(1)",
    ): "the rank of what is not placed is not asked for",
    (
        "core/rebasing/move.py",
        "step >= BOARD // 2",
        "(step > BOARD // 2)",
    ): "no rank lies half-way between two levels",
    ("core/rebasing/move.py", "r.rank >= BOARD // 2", "(3)"): "no rank lies between two levels",
    ("core/rebasing/account.py", "r.rank >= BOARD // 2", "(3)"): "no rank lies between two levels",
    (
        "core/rebasing/account.py",
        "for some in boards.values() for b in some), default=False)",
        "(True)",
    ): "at each time there is a code, and each has a level",
    (
        "core/rebasing/move.py",
        "return not grouped.lazy and not mapping.apart",
        "(mapping.apart)",
    ): "for speed alone: windows come to the same",
    (
        "core/lineage.py",
        "self.land.reshaped(code) if len(group) > 1",
        "(len(group) >= 1)",
    ): "for speed alone: a code that is the only one needs no days",
    (
        "core/lineage.py",
        "for day, _ in series if day >= self.start",
        "(day > self.start)",
    ): "the first day is that of a geography too",
    (
        "core/rebasing/columns.py",
        "large = max(ends, default=0) > 2**53",
        "(max(ends, default=0) >= 2 ** 53)",
    ): "a float keeps 2**53 itself",
    (
        "core/rebasing/columns.py",
        "series.implementation != nw.Implementation.PYARROW or not",
        "(series.implementation != nw.Implementation.PYARROW and (not series.dtype.is_integer()))",
    ): "for speed alone: a float written out is read as the same",
    (
        "core/rebasing/mapping.py",
        "rows[n].since or 0) for n in some",
        "(1)",
    ): "either all rows are of a day or none is",
    ("core/rebasing/move.py", "step >= EARLIER // 2", "(3)"): "no rank lies between two times",
    (
        "core/rebasing/move.py",
        "step >= EARLIER // 2",
        "(step > EARLIER // 2)",
    ): "no rank lies half-way between two times",
    (
        "core/rebasing/account.py",
        "[row[-3:-1] for row in rows if row[-1]]",
        "(2)",
    ): "what has a reason is gone, and nothing else is",
    (
        "core/lineage.py",
        "if day > self.until else",
        "(day >= self.until)",
    ): "on the last day known all levels are there",
    (
        "core/rebasing/account.py",
        "if (r.old, r.since) in mine",
        "((r.old, r.since) not in mine)",
    ): "for speed alone: codes of the other scheme reach the same bodies",
    (
        "core/rebasing/account.py",
        "if r.new is not None and r.new in reached",
        "(r.new is not None or r.new in reached)",
    ): "for speed alone: of other bodies nothing is asked",
    (
        "analysis/stats.py",
        "(drawn >= observed - 1e-9",
        "(drawn > observed - 1e-09 * max(1, abs(observed)))",
    ): "what is equal is far nearer than the limit",
    (
        "analysis/stats.py",
        "(drawn >= observed - 1e-9 * max(1",
        "(2)",
    ): "what is equal is far nearer than the limit",
    (
        "core/rebasing/account.py",
        "r.rank >= BOARD // 2",
        "(r.rank > BOARD // 2)",
    ): "no rank lies half-way between two levels",
    ("core/rebasing/bases.py", "r.rank >= BOARD // 2", "(3)"): "no rank lies between two levels",
    (
        "core/rebasing/bases.py",
        "r.rank >= BOARD // 2",
        "(r.rank > BOARD // 2)",
    ): "no rank lies half-way between two levels",
    (
        "core/rebasing/move.py",
        "joined.filter(nw.col(piece).fill_null(0) > 0)",
        "(1)",
    ): "what has no piece has no rank above another's",
    (
        "core/rebasing/keys.py",
        'nw.lit(1).cast(nw.Int64).alias(temp("all"))',
        "(2)",
    ): "a key that is the same in all rows",
    (
        "core/rebasing/keys.py",
        "request.dates is not None and request.dates not in request.by",
        "(request.dates is not None or request.dates not in request.by)",
    ): "a key that is the same in all rows: for speed alone",
    (
        "core/rebasing/move.py",
        'temp("trusts"): nw.when(day == 0).then(1)',
        "(2)",
    ): "it tells two kinds of rows apart, as any number but 0 does",
    (
        "core/rebasing/move.py",
        "full = cells[request.temp(here)] > enough",
        "(cells[request.temp(here)] >= enough)",
    ): "pieces and times are whole, and the limit lies half-way between two numbers",
    (
        "core/rebasing/move.py",
        "cells[request.temp(ever)] > enough",
        "(cells[request.temp(ever)] >= enough)",
    ): "pieces and times are whole, and the limit lies half-way between two numbers",
    (
        "core/rebasing/move.py",
        'cells[request.temp("always")] > 0.5',
        "(cells[request.temp('always')] >= 0.5)",
    ): "it is 0 or 1",
    (
        "core/rebasing/mapping.py",
        "BOARD, EARLIER = 10**9, 10**6",
        "(10)",
    ): "the levels lie further apart still",
    (
        "core/rebasing/mapping.py",
        "BOARD, EARLIER = 10**9, 10**6",
        "(11)",
    ): "they lie as far apart as they need",
    (
        "core/rebasing/columns.py",
        "day.date() if kind == nw.Date",
        "(kind != nw.Date)",
    ): "of Dask alone, tests/engines; others compare dates with times of day",
    ("core/reading.py", 'best, score = ",", (0.0, 0.0, 0)', "(1)"): "the second of the three decides before",
    (
        "core/rebasing/account.py",
        "key=lambda day: day or 0",
        "(1)",
    ): "days are counted from 0, and two have no day at most",
    (
        "core/rebasing/engines.py",
        "nw.Implementation.DASK or not made",
        "(made)",
    ): "of Dask alone: tests/engines",
    (
        "analysis/stats.py",
        ".reshape(times, -1)",
        "(2)",
    ): "numpy takes any number below zero for what is left",
    (
        "analysis/stats.py",
        "200_000 // by.size",
        "(200001)",
    ): "how many are worked out at a time is for speed alone",
    ("core/rebasing/request.py", "n_bytes=4", "(5)"): "how long the name of a column made on the way is",
    ("core/rebasing/keys.py", "finer = False", "(True)"): "a body is as whole under its key as in its period",
    (
        "core/rebasing/keys.py",
        '(sums[request.temp(f"sum_{n}")] > -0.5)',
        "(sums[request.temp(f'sum_{n}')] >= -0.5)",
    ): "so many cells less so many others: it is whole",
    (
        "core/rebasing/keys.py",
        '(text.str.strip_chars() == "")).fill_null(True)',
        "(False)",
    ): "what is not given is so whatever else is unknown",
    (
        "core/rebasing/move.py",
        "joined.filter(nw.col(piece).fill_null(0) > 0)",
        "(nw.col(piece).fill_null(0) >= 0)",
    ): "what has no piece has no rank above another's",
    ("core/reading.py", "rows += (_Record(0, r) for r in", "(1)"): "the lines of these rows are not told",
    (
        "core/rebasing/columns.py",
        "if lazy and kind.is_float()",
        "(lazy or kind.is_float())",
    ): "whole numbers are never infinite, and of a frame that is there the account asks nothing",
    ("analysis/stats.py", "np.linalg.pinv(spread, hermitian=True)", "(False)"): "for speed alone",
    ("analysis/stats.py", "max(1, 200_000", "(2)"): "how many are worked out at a time is for speed alone",
    (
        "analysis/stats.py",
        "len(rows) <= step",
        "(len(rows) < step)",
    ): "in one part or at once, it is the same",
    (
        "analysis/stats.py",
        "together = (labels[:, None] == np.arange",
        "(labels[:, None] != np.arange(labels.max() + 1))",
    ): "the scores add up to nothing, so those of all other decisions are as far from it",
    ("analysis/stats.py", "seed: int = 2013) -> Gap", "(2014)"): "any seed will do",
    (
        "core/rebasing/engines.py",
        "kind == nw.Implementation.DASK",
        "(kind != nw.Implementation.DASK)",
    ): "of Dask and Spark alone: tests/engines",
    (
        "core/rebasing/move.py",
        'there > request.col("need") - 0.5',
        "(there >= request.col('need') - 0.5)",
    ): "pieces are whole, and the limit lies half-way between two numbers",
    ("core/rebasing/move.py", "whole * 1.0", "(whole / 1.0)"): "by one it is the same",
    (
        "core/rebasing/mapping.py",
        "any(len(holders) > 1 for (piece, _)",
        "(len(holders) >= 1)",
    ): "to look for two where there is one is for speed alone",
    (
        "core/reading.py",
        "(width > 1 and not record[1][-1]",
        "(width >= 1)",
    ): "a row of one blank cell has none that is filled",
    ("core/reading.py", "_HEAD = 200", "(201)"): "how many rows are looked at is a choice",
    (
        "core/reading.py",
        're.finditer(b"\\n", head), 5)',
        "(6)",
    ): "how many line ends are looked at is a choice",
    (
        "core/rebasing/move.py",
        'request.col("alltimes") - 0.5',
        "(always[temp('always')] >= request.col('alltimes') - 0.5)",
    ): "times are whole, and the limit lies half-way between two numbers",
    (
        "core/rebasing/move.py",
        "if len(parts) > 1 else parts[0]",
        "(len(parts) >= 1)",
    ): "the most of one is that one",
    ("core/reading.py", "index, copy=False)", "(True)"): "a copy is the same",
    ("core/rebasing/mapping.py", "r.rank >= BOARD // 2 for r", "(3)"): "no rank lies between two levels",
    (
        "core/reading.py",
        "content[:200], re.IGNORECASE",
        "(201)",
    ): "how much of a file is looked at is a choice",
    (
        "core/rebasing/engines.py",
        "frame.implementation != nw.Implementation.DASK",
        "(frame.implementation == nw.Implementation.DASK)",
    ): "of Dask alone: tests/engines",
    (
        "core/reading.py",
        "units = len(some) > 1",
        "(2)",
    ): "of two rows the first is no row of units either way",
    (
        "core/rebasing/columns.py",
        "divided: bool = False",
        "(True)",
    ): "no frame of DuckDB is grouped without it",
    ("core/rebasing/move.py", "if share >= 1:", "(2)"): "of the whole the rest is nought either way",
    (
        "core/reading.py",
        "whole = last - first + 1 == len(self.lines)",
        "(2)",
    ): "the lines are the same either way",
    ("core/reading.py", "len(alone) < _NOTES", "(len(alone) <= _NOTES)"): "where the limit lies is a choice",
    ("core/reading.py", '4 * head.count(b"\\0")', "(5)"): "how many zero bytes tell is a choice",
    ("core/rebasing/bases.py", "most=512", "(513)"): "how many are kept is for speed alone",
    ("core/reading.py", "_NOTES = 50", "(51)"): "where the limit lies between some and many is a choice",
    ("core/reading.py", "4 * 65_536", "(65537)"): "how much of a file is looked at is a choice",
    ("core/reading.py", "4 * 65_536", "(5)"): "how much of a file is looked at is a choice",
}
#: How many times as long as before a test may take, and the seconds that each has on top.
LONGER, AT_LEAST = 10, 60
OPTIONS = ["-q", "-x", "-n", "0", "-p", "no:nbval", "-p", "no:cacheprovider", "-m", "not slow"]


@dataclass(frozen=True)
class Mutation:
    """One change: the file within the package, its line, what stood there and what stands there now."""

    file: str
    line: int
    old: str
    new: str
    text: str

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.old} to {self.new}"

    @property
    def reason(self) -> str:
        """Why no test can see it; nothing where one should."""
        real = (ROOT / "notebooks" / "ccg" / self.file).read_text(encoding="utf-8").splitlines()
        line = real[self.line - 1]
        found = (
            why
            for (file, piece, new), why in SAME.items()
            if file == self.file and piece in line and new == self.new
        )
        return next(found, "")


def changed(node: ast.AST) -> str | None:
    """What a slip would make of an expression; None where this kind has none."""
    new = deepcopy(node)
    match new:
        case ast.Compare(ops=[op, *_]):
            new.ops[0] = OTHER[type(op)]()
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in OTHER:
            if any(isinstance(one, ast.JoinedStr | ast.List) for one in ast.walk(new)):
                return None  # words and lists can be added, and not taken from each other
            new.op = OTHER[type(op)]()
        case ast.UnaryOp(op=ast.Not()):
            new = new.operand
        case ast.Constant(value=bool() as value):
            new.value = not value
        case ast.Constant(value=int() as value):
            new.value = value + 1
        case _:
            return None
    return f"({ast.unparse(new)})"


def expressions(node: ast.AST):
    """Every expression that runs: neither a type, nor a part of a text, whose place Python does not tell."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        if isinstance(node, ast.keyword) and node.arg == "strict":
            continue  # a check of the code by itself, which never tells
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST) and not isinstance(one, ast.JoinedStr):
                if isinstance(one, ast.expr):
                    yield one
                yield from expressions(one)


def mutations(seed: int, number: int, only: list[str]) -> list[Mutation]:
    """So many changes, each module as often as it has lines."""
    every = []
    for module in only or TESTS:
        place = ROOT / "notebooks" / "ccg" / module
        for path in [place] if place.is_file() else sorted(place.glob("*.py")):
            text = path.read_bytes()
            lines = text.splitlines(keepends=True)
            starts = [sum(map(len, lines[:i])) for i in range(len(lines))]
            for node in expressions(ast.parse(text)):
                first = starts[node.lineno - 1] + node.col_offset
                last = starts[node.end_lineno - 1] + node.end_col_offset
                old = text[first:last].decode()
                if len(old) < 200 and (new := changed(node)):
                    whole = (text[:first] + new.encode() + text[last:]).decode()
                    name = path.relative_to(ROOT / "notebooks" / "ccg").as_posix()
                    every.append(Mutation(name, node.lineno, " ".join(old.split()), new, whole))
    return random.Random(seed).sample(every, min(number, len(every)))


def copy(folder: Path) -> Path:
    """The suite in a folder of its own: package and tests copied, all else as it is."""
    for path in ROOT.iterdir():
        if path.name not in ("notebooks", "tests") and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    for name in ("notebooks", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@dataclass
class Traced:
    """A plugin of pytest that notes to which lines of the package each test comes, and how long it takes."""

    package: str
    lines: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    seconds: Counter = field(default_factory=Counter)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        hit = set()

        def line(frame, event, _):
            hit.add((frame.f_code.co_filename, frame.f_lineno))
            return line

        def call(frame, event, _):
            if not frame.f_code.co_filename.startswith(self.package):
                return None
            return line(frame, event, _)

        started = time.perf_counter()
        sys.settrace(call)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.seconds[item.nodeid] = time.perf_counter() - started
            for file, number in hit:
                self.lines[file.removeprefix(self.package), number].add(item.nodeid)


@dataclass
class Only:
    """A plugin of pytest that runs these tests in this order; all of them where none is named."""

    tests: list[str]

    def pytest_collection_modifyitems(self, items):
        if self.tests:
            place = {test: i for i, test in enumerate(self.tests)}
            items[:] = sorted((i for i in items if i.nodeid in place), key=lambda item: place[item.nodeid])


def tests_of(modules: list[str]) -> list[str]:
    """The files of the tests of these modules, and the modules themselves, whose docstrings have examples."""
    named = dict.fromkeys(f"tests/{name}" for module in modules for name in TESTS[module])
    return [*(f"notebooks/ccg/{module}" for module in modules), *named]


def run(folder: Path, asked: list[str], plugin: object) -> int:
    """The exit status of pytest on these files in a copy, the examples of their docstrings among them."""
    os.chdir(folder)
    sys.path.insert(0, str(folder / "notebooks"))
    # what is compiled from the real files is there, for they were traced before they were copied; of changed ones
    # it may not stay, for two changes of one second are of one time
    sys.dont_write_bytecode = not isinstance(plugin, Traced)
    os.environ |= {"PYTHONPATH": str(folder / "notebooks"), "PYTHONDONTWRITEBYTECODE": "1"}
    return int(pytest.main([*OPTIONS, "--doctest-modules", *asked], plugins=[plugin]))


def forked(what, seconds: float, said: Path) -> int:
    """The number that a function gives in a process of its own; -1 where it does not end in time."""
    child = os.fork()
    if not child:
        status = 99
        try:
            os.setsid()  # whatever the tests start ends with them
            out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(out, 1)
            os.dup2(out, 2)
            status = what()
        finally:
            os._exit(status)
    ends = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > ends:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return -1
        time.sleep(0.05)


def traced(folder: Path, modules: list[str]) -> tuple[dict[tuple[str, int], set[str]], Counter]:
    """For each line of the package the tests that come to it, and the seconds of each test."""
    kept = folder / "traced.txt"

    def work() -> int:
        seen = Traced(str(folder / "notebooks" / "ccg") + os.sep)
        status = run(folder, tests_of(modules), seen)
        kept.write_text(repr((dict(seen.lines), dict(seen.seconds))), encoding="utf-8")
        return status

    if status := forked(work, 3600, folder / "said.txt"):
        raise SystemExit(
            f"The tests fail before anything is changed ({status}):\n{(folder / 'said.txt').read_text()}"
        )
    lines, seconds = ast.literal_eval(kept.read_text(encoding="utf-8"))
    return lines, Counter(seconds)


def caught(one: Mutation, folder: Path, lines: dict[tuple[str, int], set[str]], seconds: Counter) -> bool:
    """Whether a test of its line fails, or one of them does not end."""
    path = folder / "notebooks" / "ccg" / one.file
    real = path.read_text(encoding="utf-8")
    module = one.file if one.file in TESTS else str(Path(one.file).parent.as_posix())
    # what runs on import alone is of no test: then all of them are asked
    tests = sorted(lines.get((one.file, one.line), ()), key=lambda test: seconds[test])
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests)) or tests_of([module])
    longest = AT_LEAST + LONGER * sum(seconds[test] for test in tests or seconds)
    try:
        path.write_text(one.text, encoding="utf-8")
        return forked(lambda: run(folder, files, Only(tests)), longest, folder / "said.txt") != 0
    finally:
        path.write_text(real, encoding="utf-8")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--number", type=int, default=300)
    ask.add_argument("--module", nargs="*", default=[], choices=list(TESTS), help="these modules only")
    ask.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = ask.parse_args()
    every, started = mutations(asked.seed, asked.number, asked.module), time.monotonic()
    tried, seen, alike = Counter(one.file for one in every), Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.processes) as pool:
        (first := Path(folder).resolve() / "0").mkdir()
        lines, seconds = traced(copy(first), asked.module or list(TESTS))
        free: SimpleQueue[Path] = SimpleQueue()
        free.put(first)
        for i in range(1, asked.processes):
            free.put(shutil.copytree(first, first.parent / str(i), symlinks=True))
        print(f"{len(seconds)} tests in {sum(seconds.values()):.0f} seconds under the trace", flush=True)

        def attempt(one: Mutation) -> tuple[Mutation, bool]:
            place = free.get()
            try:
                return one, caught(one, place, lines, seconds)
            finally:
                free.put(place)

        for begun, (one, was) in enumerate(pool.map(attempt, every), 1):
            seen[one.file] += was
            alike[one.file] += not was and bool(one.reason)
            if not was:
                come = len(lines.get((one.file, one.line), ()))
                why = one.reason or f"{come} tests come to this line"
                print(
                    f"{begun}: {'no test can see' if one.reason else 'passed all tests'}: {one} ({why})",
                    flush=True,
                )
    print("\n| module | tried | caught | alike |\n| --- | --- | --- | --- |")
    for file, number in sorted(tried.items()):
        print(f"| {file} | {number} | {seen[file]} | {alike[file]} |")
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = f"{time.monotonic() - started:.0f} seconds, {spent.ru_utime + spent.ru_stime:.0f} of them at work"
    print(f"| all | {tried.total()} | {seen.total()} | {alike.total()} |\n{took}")


if __name__ == "__main__":
    main()
