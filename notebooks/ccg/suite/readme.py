"""The README's answers and alt texts, which are those of the notebooks and of the figures."""

import json
import re

from ..core import files
from . import rules


def written(text: str) -> str:
    """The README with each notebook's answer and each picture's alt text as they are now; the rest as it is.

    A notebook's answer is its first cell of prose; in the table it stands behind the question, without bold.
    """
    rows = r"^(\| \[\w+\]\(notebooks/(\w+\.ipynb)\) \|[^|]+\|).*\|$"
    text = re.sub(rows, lambda m: f"{m[1]} {answer(m[2])} |", text, flags=re.M)
    return re.sub(
        r"!\[[^\]]*\]\(figures/(\w+)\.png\)", lambda m: f"![{_alt(m[1])}]({m[0].split('](')[1]}", text
    )


def answer(notebook: str) -> str:
    """What a notebook answers, on one line.

    Raises
    ------
    ValueError
        It has no cell of prose that was run.
    """
    cells = json.loads((files.NOTEBOOKS / notebook).read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if rules.source(cell).startswith("%%prose") and cell["outputs"]:
            said = "".join(cell["outputs"][0]["data"]["text/markdown"])
            return " ".join(said.replace("**", "").replace("|", "/").split())
    raise ValueError(f"notebooks/{notebook} answers nothing: its first cell of prose was never run")


def _alt(figure: str) -> str:
    return json.loads((files.ROOT / "figures" / f"{figure}.json").read_text(encoding="utf-8"))["alt"].rstrip(
        "."
    )
