"""Where a chart comes from: its notebook and cells, the tables it is drawn from, and their sources."""

import json
import re
from typing import NamedTuple

import pandas as pd

from ..core import files, tables, words
from . import rules

#: Sources named for one table, those of the most rows first; a table of events has one for each.
MOST = 8


class Place(NamedTuple):
    """Where a notebook makes a chart: the heading that it stands under, and its code cells there up to the one
    that saves it, by their place in the notebook from 1.
    """

    heading: str
    cells: list[int]


def trace(figure: str) -> str:
    """Where a chart comes from as text: notebook, section, cells, tables with rows, sources with grade and licence.

    The tables are those of the chart's record, which it names itself.

    Raises
    ------
    ValueError
        There is no such chart; the text names those of its notebook.
    """
    record = _record(figure)
    notebook = json.loads((files.NOTEBOOKS / record["notebook"]).read_text(encoding="utf-8"))
    place = place_of(notebook, figure)
    lines = [
        record["title"],
        "",
        f"figure    figures/{figure}.png, its numbers in figures/{figure}.csv",
        f"notebook  {record['notebook']}, {place.heading!r}, cells {words.listed([str(n) for n in place.cells])}",
    ]
    sources = tables.load("sources").set_index("id")
    for name in record["tables"]:
        table = tables.load(name)
        lines += ["", f"table     data/{name}.csv, {words.count(len(table), 'row')}"]
        named = _sources_of(table)
        lines += [f"          {_source(sources.loc[one])}" for one in named[:MOST]]
        if len(named) > MOST:
            lines.append(f"          and {len(named) - MOST} more in its column source")
    return "\n".join(lines)


def place_of(notebook: dict, figure: str) -> Place:
    """Where a chart is made in a notebook. Raises ValueError if no cell saves it."""
    saves = re.compile(rf"""^%%chart [^\n]*["']{figure}["']|figures\.save\([^,]+,\s*["']{figure}["']""")
    heading, cells = "", []
    for n, cell in enumerate(notebook["cells"], 1):
        text = rules.source(cell)
        found = re.findall(r"^#+ (.+)$", text, re.M) if rules.is_prose(cell) else []
        if found:
            heading, cells = found[-1], []
        if cell["cell_type"] == "code" and not text.startswith("%%prose"):
            cells.append(n)
        if cell["cell_type"] == "code" and saves.search(text):
            return Place(heading, cells)
    raise ValueError(f"no cell of the notebook saves figure {figure}; run python -m ccg refresh")


def _record(figure: str) -> dict:
    path = files.ROOT / "figures" / f"{figure}.json"
    if not re.fullmatch(r"\d\d_\w+", figure) or not path.exists():
        there = [p.stem for p in sorted(path.parent.glob("[0-9]*.json"))]
        near = [name for name in there if name[:2] == figure[:2]] or there
        raise ValueError(f"there is no figure {figure}; there are {words.listed(near, most=20)}")
    return json.loads(path.read_text(encoding="utf-8"))


def _sources_of(table: pd.DataFrame) -> list[str]:
    """The sources that the rows of a table name, the commonest first."""
    if "source" not in table:
        return []
    return table["source"].str.split("+").explode().value_counts(sort=True).index.tolist()


def _source(source: pd.Series) -> str:
    grade = tables.GRADE_WORDS.get(source["grade"], "primary")
    return f"{source.name}: {source['publisher']}, {source['title']} ({grade}, {source['licence']})"
