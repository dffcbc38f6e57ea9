"""Change one cell or row of a copy of data/ as a slip of the hand would, and see what the rules say.

Run it as ``python tests/core/mutate_tables.py --seed 1 --number 400``: it prints how many changes of each kind the
rules of ``python -m ccg check`` catch, hashes apart, and lists by table and column those that pass. The changes
follow from the seed.
"""

import argparse
import csv
import io
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "notebooks"))

from ccg import tables  # noqa: E402
from ccg.core import controls  # noqa: E402
from ccg.core.problems import Tables  # noqa: E402

NUMBERS = ("nudge_1", "nudge_1pct", "digits_swapped")
KINDS = (
    "code_other",
    "code_typo",
    "date_year",
    "date_day",
    "row_dropped",
    "row_doubled",
    "category_other",
    "cells_swapped",
    "text_number",
    "source_other",
    *NUMBERS,
    "sign_flipped",
)
#: A table longer than this is validated near the changed row alone: its other rows are as they were.
LONG = 1000


@dataclass(frozen=True)
class Mutation:
    """One change: ``rows`` are the lines that may be named for it, from 1, the header; ``whole`` writes the table."""

    kind: str
    table: str
    column: str
    old: str
    new: str
    rows: tuple[int, ...]
    whole: Callable[[], str]

    @property
    def text(self) -> str:
        """The table with this change; not kept, for of hundreds of changes a few are tried."""
        return self.whole()

    def __str__(self) -> str:
        return f"{self.kind} {self.table} row {self.rows[0]}, {self.column}: {self.old!r} to {self.new!r}"


class Table:
    """The lines of a table, so that a change of one leaves all others as they are."""

    def __init__(self, resource: dict) -> None:
        self.name, self.schema = resource["name"], resource["schema"]
        self.text = (ROOT / "data" / resource["path"]).read_text(encoding="utf-8")
        self.lines = self.text.rstrip("\n").split("\n")
        self.fields = {f["name"]: f for f in self.schema["fields"]}
        self.columns = list(self.fields)
        self.sources = "source" if "source" in self.fields else None

    def cells(self, line: int) -> list[str]:
        return next(csv.reader([self.lines[line - 1]]))

    def with_lines(self, changed: dict[int, list[str] | None], doubled: int = 0) -> str:
        out = []
        for line, text in enumerate(self.lines, 1):
            cells = changed.get(line, text)
            if isinstance(cells, list):
                made = io.StringIO()
                csv.writer(made, lineterminator="").writerow(cells)
                cells = made.getvalue()
            out += [] if cells is None else [cells] * (2 if line == doubled else 1)
        return "\n".join(out) + "\n"

    def columns_for(self, kind: str) -> list[str]:
        """The columns in which a change of this kind can be made."""
        found = []
        for name, field in self.fields.items():
            rules, kept = field.get("constraints", {}), field["type"]
            dated = "\\d{4}" in rules.get("pattern", "") or "20[0-9]{2}-" in rules.get("pattern", "")
            key = name in self.schema["primaryKey"]
            coded = kept == "string" and name != "source" and not dated and "enum" not in rules
            coded = coded and ("pattern" in rules or key) and name != "address"
            suits = {
                "code_other": coded,
                "code_typo": coded,
                "date_year": kept == "date" or dated or name in ("year", "index_year"),
                "date_day": kept == "date" or "(-\\d{2}(-\\d{2})?)?" in rules.get("pattern", ""),
                "category_other": "enum" in rules or kept == "boolean",
                "cells_swapped": name != "note",
                "text_number": kept == "string" and not ({"pattern", "enum"} & set(rules)) and not key,
                "source_other": name == "source",
                "sign_flipped": kept in ("integer", "number"),
            }
            numeric = kept in ("integer", "number") and name not in ("year", "index_year")
            if suits.get(kind, kind in NUMBERS and numeric):
                found.append(name)
        return found


def _number(kind: str, text: str, some: random.Random) -> str | None:
    decimals = len(text.partition(".")[2])
    if kind == "sign_flipped":
        return text[1:] if text.startswith("-") else "-" + text if float(text) else None
    if kind == "digits_swapped":
        pairs = [i for i in range(len(text) - 1) if text[i : i + 2].isdigit() and text[i] != text[i + 1]]
        if not pairs:
            return None
        i = some.choice(pairs)
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    by = some.choice([1, -1]) * (1 if kind == "nudge_1" else float(text) / 100)
    return f"{float(text) + by:.{decimals}f}"


def _dated(kind: str, text: str, some: random.Random) -> str | None:
    by = some.choice([1, -1])
    if kind == "date_year":
        year = f"{int(text[:4]) + by}"
        financial = re.fullmatch(r"\d{4}-(\d\d)", text)
        if financial and int(financial[1]) == (int(text[:4]) + 1) % 100:
            return f"{year}-{(int(year) + 1) % 100:02}"
        return year + text[4:]
    return str(date.fromisoformat(text) + timedelta(days=by)) if len(text) == 10 else None


def _typo(text: str, some: random.Random) -> str:
    at = some.randrange(len(text))
    pool = "0123456789" if text[at].isdigit() else "ABCDEFGHJKLMNPQRSTUVWXYZ"
    if text[at].islower():
        pool = pool.lower()
    return text[:at] + some.choice([c for c in pool if c != text[at]]) + text[at + 1 :]


def _cell(kind: str, table: Table, column: str, text: str, pools: dict, some: random.Random) -> str | None:
    """The wrong text that comes in the place of this one; None where this kind cannot be."""
    if not text:
        return None
    field = table.fields[column]
    if kind in (*NUMBERS, "sign_flipped"):
        return _number(kind, text, some)
    if kind in ("date_year", "date_day"):
        return _dated(kind, text, some)
    if kind == "code_typo":
        return _typo(text, some)
    if kind == "category_other":
        values = field["constraints"].get("enum") or ["true", "false"]
        return some.choice([v for v in values if v != text])
    if kind == "text_number":
        found = list(re.finditer(r"\d+", text))
        if not found:
            return None
        one = some.choice(found)
        return text[: one.start()] + str(int(one[0]) + some.choice([1, 2, 10])) + text[one.end() :]
    if kind == "source_other":
        ids = text.split("+")
        ids[some.randrange(len(ids))] = some.choice([i for i in pools["source"] if i not in ids])
        return "+".join(ids)
    others = [v for v in pools[table.name, column] if v != text]
    return some.choice(others) if others else None


def mutations(seed: int, number: int, only: tuple[str, ...] = ()) -> list[Mutation]:
    """So many changes: each kind in turn for each table that it fits, the column and the row by lot."""
    some = random.Random(seed)
    every = [Table(r) for r in tables.package()["resources"] if not only or r["name"] in only]
    pools: dict = defaultdict(list)
    for table in every:
        rows = list(csv.reader(table.lines))
        for i, column in enumerate(table.columns):
            pools[table.name, column] = sorted({row[i] for row in rows[1:] if row[i]})
    sources = next(r for r in tables.package()["resources"] if r["name"] == "sources")
    pools["source"] = [row[0] for row in csv.reader(Table(sources).lines[1:])]
    out: list[Mutation] = []
    while len(out) < number:
        for kind in some.sample(KINDS, len(KINDS)):
            out += [m for t in some.sample(every, len(every)) if (m := _mutate(kind, t, pools, some))]
    return some.sample(out, number)


def _mutate(kind: str, table: Table, pools: dict, some: random.Random) -> Mutation | None:
    last = len(table.lines)
    if kind in ("row_dropped", "row_doubled"):
        line = some.randrange(2, last + 1)
        changed = ({line: None},) if kind == "row_dropped" else ({}, line)
        near = (line, line - 1) if kind == "row_dropped" else (line, line + 1)
        whole = partial(table.with_lines, *changed)
        return Mutation(kind, table.name, "row", table.lines[line - 1][:60], "", near, whole)
    columns = table.columns_for(kind)
    for _ in range(60 if columns else 0):
        column, line = some.choice(columns), some.randrange(2, last + 1)
        cells = table.cells(line)
        at = table.columns.index(column)
        old = cells[at]
        if kind == "cells_swapped":
            if line == last or (other := table.cells(line + 1))[at] == old:
                continue
            new = other[at]
            other[at], cells[at] = old, new
            whole = partial(table.with_lines, {line: cells, line + 1: other})
            return Mutation(kind, table.name, column, old, new, (line, line + 1), whole)
        wrong = _cell(kind, table, column, old, pools, some)
        if wrong is not None and wrong != old:
            cells[at] = wrong
            whole = partial(table.with_lines, {line: cells})
            return Mutation(kind, table.name, column, old, wrong, (line,), whole)
    return None


class Bench:
    """A copy of data/ in which one table at a time is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cut = folder / "data", folder / "cut"
        for place in (self.folder, self.cut):
            place.mkdir()
            for path in (ROOT / "data").iterdir():
                (place / path.name).symlink_to(path)
        self.reads: list[set[str]] | None = None
        self.as_they_are: dict = {}
        self.refers = defaultdict(list)
        for resource in tables.package()["resources"]:
            for key in resource["schema"].get("foreignKeys", []):
                self.refers[key["reference"]["resource"]].append((resource["name"], key))

    def try_one(self, one: Mutation) -> list[tables.Problem]:
        """What the rules say of this change, its hash made good again."""
        path = self.folder / f"{one.table}.csv"
        real = path.resolve()
        try:
            path.unlink()
            text = one.text
            path.write_bytes(text.encode())
            with _reading(self.folder):
                found = self._cells(one, text)
                if not tables.readable(found):
                    return found
                for name, key in self.refers[one.table]:
                    found += self._cited(name, key, tables.as_is(one.table))
                return found + self._rules(one.table)
        finally:
            path.unlink()
            path.symlink_to(real)

    def _rules(self, changed: str) -> list[tables.Problem]:
        """What the rules that read the changed table say; the others read what they read before."""
        if self.reads is None:
            with _reading(ROOT / "data"):
                self.reads = [self._run(rule)[1] for rule in tables.rules()]
        out: list[tables.Problem] = []
        for rule, reads in zip(tables.rules(), self.reads, strict=True):
            out += self._run(rule, changed)[0] if changed in reads else []
        return out

    def _run(self, rule, changed: str = "") -> tuple[list[tables.Problem], set[str]]:
        read: set[str] = set()

        def load(name: str):
            read.add(name)
            return tables.as_is(name) if name == changed else self._as_it_is(name)

        return list(rule(Tables(load, tables.package()))), read

    def _as_it_is(self, name: str):
        """A table that is not changed, read once for all: no rule changes what it reads."""
        if name not in self.as_they_are:
            with _reading(ROOT / "data"):
                self.as_they_are[name] = tables.as_is(name)
        return self.as_they_are[name]

    def _cited(self, name: str, key: dict, changed) -> list[tables.Problem]:
        """What Frictionless would say of the rows that cite a table, once that has changed."""
        (column,), (target,) = key["fields"], key["reference"]["fields"]
        cells = self._as_it_is(name)[column].dropna()
        lost = cells[~cells.isin(changed[target])]
        what = f"no such {target} in {key['reference']['resource']}.csv"
        return [tables.Problem(f"{name}.csv", i + 2, column, str(cell), what) for i, cell in lost.items()]

    def _cells(self, one: Mutation, text: str) -> list[tables.Problem]:
        lines = text.rstrip("\n").split("\n")
        if len(lines) <= LONG:
            return tables.find_problems(one.table)
        path, first = self.cut / f"{one.table}.csv", max(2, one.rows[0] - 3)
        real = path.resolve()
        path.unlink()
        path.write_text("\n".join([lines[0], *lines[first - 1 : first + 8]]) + "\n", encoding="utf-8")
        try:
            with _reading(self.cut):
                near = tables.find_problems(one.table)
        finally:
            path.unlink()
            path.symlink_to(real)
        return [
            tables.Problem(p.file, p.row + first - 2 if p.row else p.row, p.column, p.value, p.what)
            for p in near
        ]


class _reading:
    """The package reads the tables of this folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def __enter__(self) -> None:
        self.before = os.environ.get("CCG_DATA")
        os.environ["CCG_DATA"] = self.folder

    def __exit__(self, *_: object) -> None:
        if self.before is None:
            del os.environ["CCG_DATA"]
        else:
            os.environ["CCG_DATA"] = self.before


def named(one: Mutation, found: list[tables.Problem]) -> bool:
    """Whether a problem names the table and the row that are wrong."""
    return any(p.file == f"{one.table}.csv" and p.row in one.rows for p in found)


@cache
def _held(name: str) -> dict:
    return controls.cells(Tables(tables.as_is, tables.package()), name)


def controlled(one: Mutation) -> bool:
    """Whether a number published elsewhere checks the cell: one of its column, for its period and its body."""
    held = _held(one.table)
    return one.column in held and bool(held[one.column].iloc[one.rows[0] - 2])


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--number", type=int, default=400)
    ask.add_argument("--table", nargs="*", default=[], help="these tables only")
    ask.add_argument("--kind", nargs="*", default=[], help="these kinds only")
    ask.add_argument("--words", action="store_true", help="print each change and what is said of it")
    asked = ask.parse_args()
    tried, caught, right = Counter(), Counter(), Counter()
    missed = defaultdict(list)
    held = Counter()
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        every = mutations(asked.seed, asked.number, tuple(asked.table))
        for one in every:
            if asked.kind and one.kind not in asked.kind:
                continue
            try:
                found = bench.try_one(one)
            except Exception as error:  # a rule must say what is wrong, not break on it
                print(f"BROKE: {one}: {error!r}")
                found = []
            tried[one.kind] += 1
            caught[one.kind] += bool(found)
            right[one.kind] += named(one, found)
            if one.kind in NUMBERS:
                where = {"column": one.column in _held(one.table), "cell": controlled(one)}
                held.update(
                    f"{place} {word}"
                    for place, is_held in where.items()
                    for word in ("tried", "caught")
                    if is_held and (found or word == "tried")
                )
            if not found:
                missed[one.table].append(f"{one.column} ({one.kind})")
            if asked.words:
                print(f"{one}\n    {found[0] if found else 'nothing'} [{len(found)}]")
            if found and not named(one, found):
                print(f"row not named: {one}\n    {found[0]} [{len(found)}]")
    print("| kind | tried | caught | names table and row |\n| --- | --- | --- | --- |")
    for kind in KINDS:
        print(f"| {kind} | {tried[kind]} | {caught[kind]} | {right[kind]} |")
    print(f"| all | {tried.total()} | {caught.total()} | {right.total()} |\n")
    share, rows = caught.total() / tried.total(), right.total() / max(1, caught.total())
    print(f"caught: {share:.0%}; of these with table and row: {rows:.0%}")
    for place, words in (
        ("column", "in columns that have a control"),
        ("cell", "where a control is of their period and body"),
    ):
        print(f"wrong numbers {words}: {held[f'{place} caught']} of {held[f'{place} tried']} caught")
    print()
    for table, what in missed.items():
        print(f"- {table}: {', '.join(sorted(what))}")
    print(json.dumps({"seconds": round(time.process_time() - started, 1)}))


if __name__ == "__main__":
    main()
