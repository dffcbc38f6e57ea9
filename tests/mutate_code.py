"""Change one expression of the package at a time, as a slip of the hand would, and see whether a test notices.

Run it as ``python tests/mutate_code.py --seed 1 --number 300``: it prints how many changes of each module the tests
catch, and each that passes with its line. The changes follow from the seed; a copy is changed, not the package.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
#: The tests of each module, those first that fail soonest.
TESTS = {
    "core/words.py": ["core/test_words.py"],
    "core/lineage.py": [
        "core/test_lineage.py",
        "core/test_lookups.py",
        "core/test_today.py",
        "core/test_suggest.py",
    ],
    "core/reading.py": ["core/test_reading.py", "core/test_published.py", "core/test_cases.py"],
    "core/rebasing": ["core/test_rebase.py", "core/test_cases.py", "core/test_published.py"],
    "analysis/stats.py": ["analysis/test_stats.py", "analysis/test_effects.py"],
}
OTHER = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip
#: Longer than any run of these tests that ends.
LONGEST = 600


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


def caught(one: Mutation, folder: Path) -> bool:
    """Whether a test of its module fails, or none of them ends."""
    path = folder / "notebooks" / "ccg" / one.file
    real = path.read_text(encoding="utf-8")
    module = one.file if one.file in TESTS else str(Path(one.file).parent.as_posix())
    tests = [str(folder / "tests" / name) for name in TESTS[module]]
    asked = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-n",
        "0",
        "-p",
        "no:nbval",
        "-p",
        "no:cacheprovider",
    ]
    env = {**os.environ, "PYTHONPATH": str(folder / "notebooks"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        path.write_text(one.text, encoding="utf-8")
        done = subprocess.run(
            [*asked, "-m", "not slow", "--doctest-modules", str(path), *tests],
            cwd=folder,
            env=env,
            capture_output=True,
            timeout=LONGEST,
        )
        return done.returncode != 0
    except subprocess.TimeoutExpired:
        return True
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
    tried, seen = Counter(one.file for one in every), Counter()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.processes) as pool:
        free: SimpleQueue[Path] = SimpleQueue()
        for i in range(asked.processes):
            (place := Path(folder) / str(i)).mkdir()
            free.put(copy(place))

        def attempt(one: Mutation) -> tuple[Mutation, bool]:
            place = free.get()
            try:
                return one, caught(one, place)
            finally:
                free.put(place)

        for one, was in pool.map(attempt, every):
            seen[one.file] += was
            if not was:
                print(f"passed all tests: {one}", flush=True)
    print("\n| module | tried | caught |\n| --- | --- | --- |")
    for file, number in sorted(tried.items()):
        print(f"| {file} | {number} | {seen[file]} |")
    print(f"| all | {tried.total()} | {seen.total()} |\n{time.monotonic() - started:.0f} seconds")


if __name__ == "__main__":
    main()
