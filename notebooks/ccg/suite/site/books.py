"""A notebook as a page of the site: code folded, charts by their files, links to pages."""

import json
import re
from pathlib import Path

import nbformat

from ...explorer import explore
from .. import rules
from . import terms
from .links import relink
from .templates import render

#: What a notebook is called in the menu, by its number.
SHORT = {
    "00": "Five articles, checked",
    "01": "From 211 to none",
    "02": "Who became whom",
    "03": "What GPs said",
    "04": "Reorganisations before",
    "05": "Size, need and money",
    "06": "What replaced CCGs",
    "07": "Did merging help?",
    "08": "Re-basing, step by step",
    "09": "The life of one CCG",
}


class Book:
    """A notebook as a page of the site."""

    def __init__(self, path: Path, charts: dict):
        self.path = path
        self.notebook = nbformat.read(path, as_version=4)
        self.charts = {name: c for name, c in charts.items() if c["notebook"] == path.name}

    @property
    def number(self) -> str:
        """Its number as text: 01."""
        return self.path.name[:2]

    @property
    def short(self) -> str:
        """A name of a few words for the menu; that of a notebook without one is its file's."""
        return SHORT.get(self.number) or self.path.stem[3:].replace("_", " ").capitalize()

    @property
    def href(self) -> str:
        """Its address on the site."""
        return f"notebooks/{self.path.stem}.html"

    @property
    def question(self) -> str:
        """The question it asks: the heading of its first cell."""
        return self.notebook.cells[0].source.splitlines()[0].removeprefix("# ").strip()

    @property
    def answer(self) -> str:
        """The answer it gives: the first bold words of its outputs, or nothing."""
        for cell in self.notebook.cells:
            for output in cell.get("outputs", []):
                found = re.match(r"\*\*(.+?)\*\*", output.get("data", {}).get("text/markdown", ""), re.S)
                if found:
                    return found[1]
        return ""

    def page(self):
        """The notebook with its code folded, its charts described and its links turned to the site's.

        Each chart takes the place of its output; one without its files raises ValueError. Controls that need
        a kernel are left out where the output has something else to show; those that choose a body give way
        to the finder, which stands with the answer. Cells tagged ``not-on-site`` are left out.
        """
        book = nbformat.from_dict(json.loads(json.dumps(self.notebook)))
        book.metadata["language_info"] = {"name": "python", "pygments_lexer": "python"}
        book.metadata.pop("widgets", None)
        page, link = f"notebooks/{self.path.stem}", terms.Linker("../")
        for i, cell in enumerate(book.cells):
            if cell.cell_type != "code":
                cell.source = link(relink(cell.source, f"{page}.ipynb", page))
            if i == 0:
                cell.source = _with_kicker(cell.source, self)
            if cell.cell_type != "code":
                continue
            # of a cell of prose a reader needs what it says, not how
            source = "remove-input" if rules.is_prose(cell) else "hide-input"
            cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), source})
            cell.outputs = [shown for o in cell.outputs if (shown := self._shown(o, page, link))]
        book.cells = _folded_together(
            [c for c in book.cells if "not-on-site" not in c.metadata.get("tags", [])]
        )
        if self.chooses:
            answer = next(cell for cell in book.cells if cell.cell_type == "code")
            finder = nbformat.v4.new_output("display_data", {"text/html": render("choose.html")})
            answer.outputs.append(finder)
        return book

    @property
    def chooses(self) -> bool:
        """Whether a reader chooses a body in it, which takes a kernel."""
        outputs = [o for cell in self.notebook.cells for o in cell.get("outputs", [])]
        return any(o.get("data", {}).get("text/plain") == explore.FALLBACK for o in outputs)

    def _shown(self, output, page: str, link: terms.Linker):
        data = output.get("data", {})
        if "text/markdown" in data:
            data["text/markdown"] = link(relink(data["text/markdown"], f"{page}.ipynb", page), "html")
        name = re.search(r"^Figure (\S+), numbers [0-9a-f]+$", data.get("text/plain", ""), re.M)
        if name:
            if name[1] not in self.charts:
                raise ValueError(
                    f"notebooks/{self.path.name}: figures/{name[1]}.json is not there; make refresh"
                )
            chart = self.charts[name[1]]
            html = render("figure.html", chart=chart, up="../", drawn=chart["light"])
            return nbformat.v4.new_output("display_data", {"text/html": html})
        controls = "application/vnd.jupyter.widget-view+json"
        return None if controls in data and set(data) <= {controls, "text/plain"} else output


def _folded_together(cells: list) -> list:
    """Cells of a page, where code that shows nothing is folded with the code after it: one line to open, not two."""
    out: list = []
    for cell in cells:
        before = out[-1] if out else None
        both = [c for c in (before, cell) if c and "hide-input" in c.metadata.get("tags", [])]
        if len(both) == 2 and not before.outputs and not cell.source.startswith("%%"):
            cell = nbformat.from_dict(cell | {"source": f"{before.source}\n\n\n{cell.source}"})
            out.pop()
        out.append(cell)
    return out


def _with_kicker(source: str, book: Book) -> str:
    """Put a line with the notebook's number and its file under its heading."""
    head, _, rest = source.partition("\n")
    line = f'<p class="kicker">Notebook {book.number} · <a href="{book.path.name}" download>download to run it</a></p>'
    return f"{head}\n\n{line}\n\n{rest}"
