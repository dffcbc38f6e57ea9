"""Change one thing in a copy of a notebook as a slip of the hand would, and see whether the tests notice.

Run it as ``python tests/mutate_notebooks.py --seed 1 --number 60``: the rules of the suite are asked first, and where
they see nothing strict nbval runs the notebook. Prints what of each kind is caught, and what passes. The changes
follow from the seed. That comments pass is right: nothing follows from them.
"""

import argparse
import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))

from ccg import files  # noqa: E402
from ccg.suite import rules, runs  # noqa: E402

WORDS = {"no": "every", "before": "after", "more": "less", "most": "few", "rose": "fell", "first": "last", "not": "now",
         "the": "a", "and": "or", "of": "for"}  # fmt: skip
OTHER = {" + ": " - ", " - ": " + ", " > ": " < ", " < ": " > ", " == ": " != ", " * ": " / "}


def _cells(notebook: dict, kind: str) -> list[dict]:
    return [c for c in notebook["cells"] if c["cell_type"] == kind]


def _digit(text: str, some: random.Random) -> str | None:
    places = [m.start() for m in re.finditer(r"\d", text)]
    if not places:
        return None
    at = some.choice(places)
    return text[:at] + some.choice([d for d in "0123456789" if d != text[at]]) + text[at + 1 :]


def _word(text: str, some: random.Random) -> str | None:
    found = list(re.finditer(rf"\b({'|'.join(WORDS)})\b", text))
    if not found:
        return None
    one = some.choice(found)
    return text[: one.start()] + WORDS[one[0]] + text[one.end() :]


def _in_source(kind: str, change: Callable) -> Callable:
    def slip(notebook: dict, some: random.Random) -> str | None:
        for cell in some.sample(_cells(notebook, kind), len(_cells(notebook, kind))):
            old = rules.source(cell)
            new = change(old, some)
            if new is not None and new != old:
                cell["source"] = [new]
                return _shown(old, new)
        return None

    return slip


def _shown(old: str, new: str) -> str:
    at = next(i for i, (a, b) in enumerate(zip(old + "\0", new + "\0", strict=False)) if a != b)
    return f"{old[max(0, at - 20) : at + 25]!r} to {new[max(0, at - 20) : at + 25]!r}"


def _code(text: str, some: random.Random) -> str | None:
    """An operator or a number of code in the place of another; words and what only a chart's layout needs are left."""
    if text.startswith("%%"):
        return None
    lines = text.split("\n")
    usable = [
        i
        for i, line in enumerate(lines)
        if any(op in line for op in OTHER) and '"' not in line and "#" not in line
    ]
    if not usable:
        return None
    at = some.choice(usable)
    op = some.choice([op for op in OTHER if op in lines[at]])
    lines[at] = lines[at].replace(op, OTHER[op], 1)
    return "\n".join(lines)


def _comment(text: str, some: random.Random) -> str | None:
    return (
        text.replace("# ", "# not ", 1)
        if re.search(r"(?m)^\s*# ", text) and not text.startswith("%%")
        else None
    )


def _said(text: str, some: random.Random) -> str | None:
    """A word of what a cell of prose or a chart says."""
    if not text.startswith("%%"):
        return None
    head, _, body = text.partition("\n")
    new = _word(re.sub(r"\{[^{}]*\}", lambda m: m[0].replace(" ", "\0"), body), some)
    return None if new is None else f"{head}\n{new}".replace("\0", " ")


def _shift(notebook: dict, some: random.Random) -> str | None:
    texts = _cells(notebook, "markdown")
    one, other = some.sample(texts, 2)
    if one["source"] == other["source"]:
        return None
    one["source"], other["source"] = other["source"], one["source"]
    return _shown(rules.source(other), rules.source(one))


def _outputs(notebook: dict, mime: str) -> list[dict]:
    found = [o for c in rules.code_cells(notebook) for o in c["outputs"]]
    return [o for o in found if mime in o.get("data", {})]


def _in_output(mime: str, change: Callable) -> Callable:
    def slip(notebook: dict, some: random.Random) -> str | None:
        found = _outputs(notebook, mime)
        for out in some.sample(found, len(found)):
            old = "".join(out["data"][mime])
            new = change(old, some)
            if new is not None and new != old:
                out["data"][mime] = [new]
                return _shown(old, new)
        return None

    return slip


def _picture(change: Callable[[dict, random.Random], str]) -> Callable:
    def slip(notebook: dict, some: random.Random) -> str | None:
        found = _outputs(notebook, "image/png")
        return change(some.choice(found), some) if found else None

    return slip


def _alt(out: dict, some: random.Random) -> str:
    shown = out["metadata"]["image/png"]
    old, shown["alt"] = shown["alt"], _digit(shown["alt"], some) or "A chart."
    return _shown(old, shown["alt"])


def _width(out: dict, some: random.Random) -> str:
    out["metadata"]["image/png"]["width"] = 40
    return "40 wide"


def _bytes(out: dict, some: random.Random) -> str:
    out["data"]["image/png"] = "".join(out["data"]["image/png"])[:-8] + "AAAAAA==\n"
    return "other bytes"


def _jpeg(out: dict, some: random.Random) -> str:
    out["data"]["image/jpeg"] = "/9j/"
    return "a JPEG beside it"


def _lost(notebook: dict, some: random.Random) -> str:
    cell = some.choice([c for c in rules.code_cells(notebook) if c["outputs"]])
    cell["outputs"].pop()
    return f"an output of {rules.source(cell)[:40]!r} is gone"


def _count(notebook: dict, some: random.Random) -> str | None:
    cells = [
        c
        for c in rules.code_cells(notebook)
        if any(o["output_type"] == "execute_result" for o in c["outputs"])
    ]
    if not cells:
        cell = some.choice(rules.code_cells(notebook))
        cell["execution_count"] += 1
        return "the count of a cell"
    result = next(o for o in some.choice(cells)["outputs"] if o["output_type"] == "execute_result")
    result["execution_count"] += 1
    return "the count of a result"


def _stderr(notebook: dict, some: random.Random) -> str:
    some.choice(rules.code_cells(notebook))["outputs"].append(
        {"output_type": "stream", "name": "stderr", "text": ["!"]}
    )
    return "a warning"


def _year(text: str, some: random.Random) -> str | None:
    years = list(re.finditer(r"\b(19|20)\d\d\b", text))
    if not years:
        return None
    one = some.choice(years)
    return text[: one.start()] + str(int(one[0]) + some.choice([-1, 1, 7, 20])) + text[one.end() :]


KINDS: dict[str, Callable[[dict, random.Random], str | None]] = {
    "a word of prose": _in_source("markdown", _word),
    "a year of prose": _in_source("markdown", _year),
    "two sections change places": _shift,
    "a word that a cell says": _in_source("code", _said),
    "an operator of code": _in_source("code", _code),
    "a comment": _in_source("code", _comment),
    "a digit of an output": _in_output("text/markdown", _digit),
    "a digit of a table": _in_output("text/html", _digit),
    "a digit beside a picture": _in_output("text/plain", _digit),
    "the alt text": _picture(_alt),
    "the width of a picture": _picture(_width),
    "a picture's bytes": _picture(_bytes),
    "another kind of picture": _picture(_jpeg),
    "an output is lost": _lost,
    "the count of a result": _count,
    "a warning": _stderr,
}


def by_rules(notebook: dict, name: str) -> str:
    """What the rules say first of a notebook; nothing if all hold."""
    recorded = json.loads((ROOT / "tests" / "suite" / "prose.json").read_text(encoding="utf-8"))[name]
    found = [*rules.problems(notebook, ROOT / "figures"), *rules.prose_problems(notebook, recorded)]
    return found[0] if found else ""


def by_nbval(notebook: dict, name: str) -> str:
    """Whether strict nbval fails on a notebook, or on the figures that it makes."""
    with tempfile.TemporaryDirectory(prefix="slips-") as folder:
        path, made = Path(folder) / name, Path(folder) / "figures"
        made.mkdir()
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")
        asked = [arg for arg in runs.nbval([]) if arg]
        env = {**os.environ, "CCG_FIGURES": str(made), "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", f"--rootdir={ROOT}", *asked, str(path)],
            cwd=ROOT, env=env, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
        if done.returncode:
            return "strict nbval"
        # the test of figures compares both, and under the lock on Linux a picture is the same to the byte
        other = [
            p.name
            for p in made.iterdir()
            if p.suffix in (".csv", ".png") and p.read_bytes() != (ROOT / "figures" / p.name).read_bytes()
        ]
        return f"another {other[0]}" if other else ""


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--number", type=int, default=60)
    ask.add_argument("--rules-only", action="store_true", help="do not run what the rules let pass")
    asked = ask.parse_args()
    some = random.Random(asked.seed)
    every = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in files.notebooks()}
    tried, caught, kinds = Counter(), Counter(), list(KINDS)
    while tried.total() < asked.number:
        kind = kinds[tried.total() % len(kinds)]
        for name in some.sample(list(every), len(every)):
            notebook = copy.deepcopy(every[name])
            what = KINDS[kind](notebook, some)
            if what is not None:
                break
        else:
            kinds.remove(kind)  # no notebook has anything of it
            continue
        tried[kind] += 1
        seen = by_rules(notebook, name)
        if not seen and kind != "a comment" and not asked.rules_only:
            seen = by_nbval(notebook, name)
        caught[kind] += bool(seen)
        print(f"{kind}, {name}: {what}\n    {seen or 'NOTHING'}", flush=True)
    print("| kind | tried | caught |\n| --- | --- | --- |")
    for kind in KINDS:
        print(f"| {kind} | {tried[kind]} | {caught[kind]} |")
    passed = sum(tried[k] - caught[k] for k in KINDS if k != "a comment")
    print(f"{passed} passed, comments apart")
    return int(passed > 0 and not asked.rules_only)


if __name__ == "__main__":
    sys.exit(main())
