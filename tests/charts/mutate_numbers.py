"""Change the tables under the notebooks, and see which charts and which words follow.

``python tests/charts/mutate_numbers.py tables`` changes one table at a time and runs each notebook that reads it:
a chart must follow the tables that its record names, and no other. ``… words`` does the same with the numbers of
all tables of a chart, a headline or a verdict turned round: its text must change, or a cell must fail. Both print
what does not, and end with 1 if anything is left that ``EXPECTED`` does not explain. Names of notebooks
(``01 07``) limit a run to them.
"""

import argparse
import ast
import json
import multiprocessing
import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "notebooks"))
os.environ["MPLBACKEND"] = "agg"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from ccg import figures, files, tables  # noqa: E402

#: What neither changes nor fails when it should, and why that is right: by the name of the chart or cell.
EXPECTED: dict[str, str] = {
    "00_verdicts names networks and does not follow it": "one area near the claim's numbers is enough, and one is left",
    "01_count names reforms and does not follow it": "it has two dates of it, which are keys and stay",
    "06_integrated_care, In the months before boards began, … says the same whatever its numbers": "its two dates are keys of reforms, which stay",
}


@dataclass
class Seen:
    """What a run of one notebook showed: its charts by name, its sentences by their first words, its tables, what failed."""

    charts: dict[str, tuple[str, str]] = field(
        default_factory=dict
    )  # its words; a digest of the numbers, and what is drawn of words
    sentences: dict[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    failed: dict[int, str] = field(default_factory=dict)


# --- changes of a table -------------------------------------------------------------------------


def _free(name: str, frame: pd.DataFrame) -> list[str]:
    """Columns that may be changed: what a row is about stays."""
    keys = tables.describe(name)["schema"].get("primaryKey", [])
    return [c for c in frame if c not in [*np.atleast_1d(keys), "source", "note"]]


def _numbers(name: str, frame: pd.DataFrame) -> list[str]:
    return [c for c in _free(name, frame) if pd.to_numeric(frame[c], errors="coerce").notna().any()]


def reverse(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Each number in the place of its opposite: the largest becomes the smallest."""
    for column in _numbers(name, frame):
        known = frame[column].notna()
        values = pd.to_numeric(frame.loc[known, column], errors="coerce")
        ranks = values.rank(method="first").astype("Int64")
        in_order = dict(enumerate(frame.loc[known, column].iloc[values.argsort(kind="stable")], 1))
        frame.loc[known, column] = [
            in_order[len(in_order) + 1 - r] if pd.notna(r) else old
            for r, old in zip(ranks, frame.loc[known, column], strict=True)
        ]
    return frame


def nudge(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Every third number a little larger."""
    for column in _numbers(name, frame):
        for row in frame.index[frame[column].notna()][::3]:
            text = frame.at[row, column]
            if re.fullmatch(r"-?\d+", text):
                frame.at[row, column] = str(int(text) + 1)
            elif re.fullmatch(r"-?\d*\.\d+(e-?\d+)?", text):
                frame.at[row, column] = f"{float(text) * 1.013:.6g}"
    return frame


def thin(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Without every seventh row."""
    return frame.drop(frame.index[3::7]) if len(frame) > 3 else frame.iloc[:-1]


def shuffle(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Words and dates moved to other rows, numbers where they were."""
    deal = np.random.default_rng(7)
    for column in sorted(set(_free(name, frame)) - set(_numbers(name, frame))):
        known = frame[column].notna()
        frame.loc[known, column] = deal.permutation(frame.loc[known, column].to_numpy())
    return frame


CHANGES: tuple[Callable[[str, pd.DataFrame], pd.DataFrame], ...] = (nudge, thin, shuffle, reverse)


def changed(folder: Path, change, names: Iterable[str]) -> bool:
    """Make ``folder`` a copy of the tables with those named changed, and recorded as they are. Whether any is."""
    package, differs = tables.package(), False
    for resource in package["resources"]:
        name, path = resource["name"], files.ROOT / "data" / resource["path"]
        content = path.read_bytes()
        if name in names:
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
            now = change(name, frame.copy())
            differs |= not now.equals(frame)
            content = now.to_csv(index=False, lineterminator="\n").encode()
            resource["hash"] = f"sha256:{files.sha256(content)}"
        (folder / resource["path"]).write_bytes(content)
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return differs


# --- a run of a notebook ------------------------------------------------------------------------


class _WithoutAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)


def run(notebook: Path, data: Path | None = None, asserts: bool = True) -> Seen:
    """Run the cells of a notebook in a process of its own, on the tables in ``data``; nothing is drawn or saved.

    A cell that fails is left, and the next is run. Without ``asserts`` they are passed over, so that it is seen
    what a reader would be shown.
    """
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_run, args=(notebook, data, asserts, there))
    process.start()
    there.close()
    try:
        return Seen(**here.recv())
    except EOFError:
        raise RuntimeError(f"{notebook.name}: its process ended with {process.exitcode}") from None
    finally:
        process.join()


def _run(notebook: Path, data: Path | None, asserts: bool, answer) -> None:
    if data:
        os.environ["CCG_DATA"] = str(data)
    os.chdir(files.NOTEBOOKS)
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  to the end of this process
    from ccg.charts import prose
    from IPython.core.interactiveshell import InteractiveShell
    from matplotlib.text import Text

    seen, shell = Seen(), InteractiveShell.instance()
    shell.display_pub.publish = lambda *given, **named: None
    shell.showtraceback = lambda *given, **named: None
    if not asserts:
        shell.ast_transformers.append(_WithoutAsserts())

    def save(fig, name, *, data, source, words="", title="", subtitle="", alt="", **named):
        drawn = sorted({text.get_text() for text in fig.findobj(Text)})
        seen.charts[name] = (words or f"{title}\n{subtitle}\n{alt}", f"{figures.digest(data)} {drawn}")

    def sentence(line, cell):
        seen.sentences[f"{notebook.stem}, {' '.join(cell.split()[:6])} …"] = prose.fill(cell, shell.user_ns)

    figures.save, prose._prose = save, sentence
    for i, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] == "code":
            result = shell.run_cell("".join(cell["source"]), store_history=False)
            if not result.success:
                seen.failed[i] = repr(result.error_in_exec or result.error_before_exec)[:300]
    seen.read = set(tables.read)
    answer.send(vars(seen))  # IPython has put another module in the place of __main__, where Seen is


# --- what follows what --------------------------------------------------------------------------


def follow_tables(notebook: Path, only: Iterable[str] | None = None, changes=CHANGES) -> list[str]:
    """Charts that follow a table they do not name, or name one that they can do without.

    A chart that is not drawn at all when a table is changed needs it as well.
    """
    usual, wrong = run(notebook), []
    named = {name: set(_record(name)["tables"]) for name in usual.charts}
    followed, failed = defaultdict(set), defaultdict(set)
    tried = set(only or usual.read | set().union(*named.values()))
    for table in sorted(tried):
        for change in changes:
            with tempfile.TemporaryDirectory() as folder:
                if not changed(Path(folder), change, [table]):
                    continue
                now = run(notebook, Path(folder), asserts=False)
            for name, chart in usual.charts.items():
                if name not in now.charts:
                    failed[name].add(table)
                elif now.charts[name] != chart:
                    followed[name].add(table)
    for name in usual.charts:
        wrong += [
            f"{name} follows {table} and does not name it" for table in sorted(followed[name] - named[name])
        ]
        idle = (named[name] & tried) - followed[name] - failed[name]
        wrong += [f"{name} names {table} and does not follow it" for table in sorted(idle)]
    return wrong


def follow_words(notebook: Path) -> list[str]:
    """Charts and sentences whose words stay, with no cell failing, whatever happens to their numbers."""
    usual, moved = run(notebook), set()
    for change in (reverse, nudge, shuffle, thin):
        with tempfile.TemporaryDirectory() as folder:
            changed(Path(folder), change, usual.read)
            now = run(notebook, Path(folder))
        moved |= {n for n, (text, _) in usual.charts.items() if now.charts.get(n, ("",))[0] != text}
        moved |= {n for n, text in usual.sentences.items() if now.sentences.get(n) != text}
    return [
        f"{name} says the same whatever its numbers"
        for name in [*usual.charts, *usual.sentences]
        if name not in moved
    ]


def _record(name: str) -> dict:
    return json.loads((ROOT / "figures" / f"{name}.json").read_text(encoding="utf-8"))


def main() -> int:
    """Try what the command line asks for; 1 if something is wrong that is not expected."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["tables", "words"])
    parser.add_argument("notebooks", nargs="*", help="numbers of notebooks; all if none is given")
    args = parser.parse_args()
    chosen = [p for p in files.notebooks() if not args.notebooks or p.name[:2] in args.notebooks]
    import seaborn  # noqa: F401  once, for every process that follows
    import statsmodels.api  # noqa: F401

    left = 0
    for notebook in chosen:
        for line in {"tables": follow_tables, "words": follow_words}[args.what](notebook):
            reason = EXPECTED.get(line)
            left += reason is None
            print(f"{line}{f': {reason}' if reason else ''}", flush=True)
    print(f"{len(chosen)} notebooks tried, {left} faults")
    return 1 if left else 0


if __name__ == "__main__":
    raise SystemExit(main())
