"""The notebook rules of the suite that a program can check, as functions that list what is wrong.

nbval compares text and nothing else: a notebook that was never run, a stripped output and a picture that
is not the file all pass it. These rules close those holes.
"""

import base64
import json
import re
import statistics
import textwrap
from pathlib import Path

from ..core import files

#: How long a cell may be in lines of this many columns, as the formatter has notebooks: the longest, the median.
COLUMNS, LONGEST, MEDIAN = 100, 20, 8
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
#: The kinds of output that a notebook may hold.
SHOWN = {"text/plain", "text/markdown", "text/html", "image/png"}
#: Digits that may be typed where a reader sees them, and why: none of them is a finding.
TYPED = {
    r"`[^`]*`": "a code or a name of code",
    r"\]\([^)]*\)|\b\d\d_[a-z_]+|\b[Nn]otebooks? \d\d\b": "a link, or the name of a notebook",
    rf"\b\d{{1,2}} (?:{MONTHS})\b": "a day",
    r"\b(?:19|20)\d\d(?:[-–/]\d\d)?\b|\b(?:19|20)\d0s\b": "a year, a financial year, a decade",
    r"360°": "the name of a survey",
    r"\b9[05]% (?:Wilson )?intervals?\b|\bp (?:below|under) 0\.05\b": "how sure: a convention, not a result",
    r"(?<== )100\b|\bEngland (?:is|being) 100\b": "the base of an index",
    r"\b[Pp]er 100,000\b|\b(?:times )?in 100\b|\bof 100\b": "a unit",
    r"\baged \d\d and over\b|\bwithin 6 weeks\b|\b[19]0th\b|\b95% of the points\b": "the name of a measure",
    r"(?m)^- \*[^*\n]+\*": "a claim as an article made it, with what we found behind it",
    r"\{\},000\b": "the thousands of a number that was rounded to them",
    r"\brounded to 5\b": "how a source rounds",
    r"\baxis (?:starts|begins|ends) at \d+": "how a chart is drawn",
}


def code_cells(notebook: dict) -> list[dict]:
    return [c for c in notebook["cells"] if c["cell_type"] == "code"]


def source(cell: dict) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def lines(cell: dict) -> int:
    """The lines of a cell as a reader of its source meets them: what is longer than ``COLUMNS`` takes several.

    A paragraph of prose is one line in the file, however long it is.
    """
    return sum(max(1, len(textwrap.wrap(line, COLUMNS))) for line in source(cell).splitlines())


def is_prose(cell: dict) -> bool:
    """Whether a cell is read as text: Markdown, or the prose or words of a chart with numbers in it."""
    return cell["cell_type"] == "markdown" or source(cell).startswith(("%%prose", "%%chart "))


def typed_numbers(cell: dict) -> list[str]:
    """Numbers that a reader sees and that no expression makes, but for those that ``TYPED`` explains.

    Of a Markdown cell all of it counts; of ``%%prose`` and ``%%chart`` what stands outside the braces.
    """
    text = source(cell)
    if text.startswith("%%"):
        text = _outside_braces(text.partition("\n")[2])
    for pattern in TYPED:
        text = re.sub(pattern, " ", text)
    return re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?", text)


def _outside_braces(text: str) -> str:
    depth, out = 0, []
    for part in re.split(r"(\{\{|\}\}|[{}])", text):
        if part == "{" or (part == "{{" and depth):
            depth += len(part)
        elif part == "}" or (part == "}}" and depth):
            depth -= len(part)
            out.append("{}" if not depth else "")  # what a number is glued to stays apart from it
        elif not depth:
            out.append(part)
    return "".join(out)


def problems(notebook: dict, figures: Path | None = None) -> list[str]:
    """What breaks the rules in one notebook; with ``figures``, whether its pictures are the files."""
    cells = code_cells(notebook)
    return [
        *_never_run(cells),
        *_outputs(cells),
        *_shape(notebook, cells),
        *_words(notebook),
        *_imports(cells),
        *(_pictures(cells, figures) if figures else []),
    ]


def outline(notebook: dict) -> list[list[str]]:
    """The prose of a notebook: the first line of each cell of Markdown, and a digest of all of it."""
    prose = [source(c) for c in notebook["cells"] if c["cell_type"] == "markdown"]
    return [[text.split("\n", 1)[0][:70], files.sha256(text.encode())[:8]] for text in prose]


def outlines() -> str:
    """The outlines of all notebooks as ``refresh`` records them, so that a slip in prose is told from a change."""
    paths = sorted(files.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    found = {p.name: outline(json.loads(p.read_text(encoding="utf-8"))) for p in paths}
    lines = [
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in cells) + "\n]"
        for name, cells in found.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def prose_problems(notebook: dict, recorded: list[list[str]]) -> list[str]:
    """Where the prose of a notebook is not as it was recorded: cells that changed, came, went or moved."""
    now = outline(notebook)
    if now == recorded:
        return []
    if sorted(now) == sorted(recorded):
        at = next(i for i, (a, b) in enumerate(zip(now, recorded, strict=True)) if a != b)
        return [f"the prose stands in another order from {now[at][0]!r} on"]
    words = (
        "is not as refresh recorded it; if that is meant, run python -m ccg refresh, and git diff shows it"
    )
    came = [
        f"the prose that begins {first!r} {words}" for first, digest in now if [first, digest] not in recorded
    ]
    gone = [f"the prose that began {one[0]!r} is not there" for one in recorded if one[0] not in dict(now)]
    return came + gone


def _never_run(cells):
    counts = [c.get("execution_count") for c in cells]
    if counts != list(range(1, len(cells) + 1)):
        yield f"cells were not run in order from top to bottom: counts are {counts}"


def _outputs(cells):
    for i, cell in enumerate(cells, 1):
        text = source(cell)
        pictures = sum("image/png" in o.get("data", {}) for o in cell["outputs"])
        saved = text.count("figures.save(") + text.startswith("%%chart ")
        if saved != pictures:
            yield f"code cell {i} saves {saved} figures and shows {pictures}"
        if re.search(r"\bprint\(|^Markdown\(", text, re.M) and not cell["outputs"]:
            yield f"code cell {i} prints, but its output is missing"
        for out in cell["outputs"]:
            if out["output_type"] == "execute_result" and out["execution_count"] != cell["execution_count"]:
                yield f"code cell {i} shows a result of another run: {out['execution_count']}"
            if set(out.get("data", {})) - SHOWN:
                yield f"code cell {i} shows what no cell of ours does: {sorted(set(out['data']) - SHOWN)}"
            if out["output_type"] == "error" or out.get("name") == "stderr":
                yield f"code cell {i} has an error or a warning in its output"
            if re.search(r"/(home|root|Users|work|tmp)/|[A-Z]:\\\\", json.dumps(out.get("text", ""))):
                yield f"code cell {i} shows a path of some machine"


def _shape(notebook, cells):
    kinds = ["markdown" if is_prose(c) else "code" for c in notebook["cells"]]
    if [c["cell_type"] for c in notebook["cells"][:2]] != ["markdown", "code"] or "?" not in source(
        notebook["cells"][0]
    ):
        yield "the first cell must ask the question and the second answer it"
    if kinds[-1] != "markdown" or "cannot tell you" not in source(notebook["cells"][-1]):
        yield "the last cell must say what this cannot tell you"
    if "## How we know" not in "".join(source(c) for c in notebook["cells"]):
        yield "there must be a section: How we know"
    if any(a == b == c == "code" for a, b, c in zip(kinds, kinds[1:], kinds[2:], strict=False)):
        yield "more than two code cells follow each other without prose"
    lengths = {i: lines(c) for i, c in enumerate(cells, 1)}
    longest = max(lengths, key=lengths.__getitem__)
    if lengths[longest] > LONGEST:
        yield f"code cell {longest} has {lengths[longest]} lines; {LONGEST} is the most"
    of_code = [n for i, n in lengths.items() if not is_prose(cells[i - 1])]
    for what, found in (("code cell", of_code), ("cell of code, prose or a chart's words", lengths.values())):
        if statistics.median(found) > MEDIAN:
            yield f"the median {what} has {statistics.median(found):g} lines; {MEDIAN} is the most"
    for i, cell in enumerate(cells, 1):
        if source(cell).rstrip().endswith(";"):
            yield f"code cell {i} ends in a semicolon"
    meta = notebook["metadata"]
    if meta.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel must be python3"
    if set(meta) - {"kernelspec", "language_info"} or set(meta.get("language_info", {})) != {"name"}:
        yield f"metadata tells of a machine: {sorted(meta)}, {sorted(meta.get('language_info', {}))}"
    if any(set(c["metadata"]) - {"tags"} for c in notebook["cells"]):
        yield "a cell carries metadata, such as timing"


def _words(notebook):
    for i, cell in enumerate(notebook["cells"], 1):
        for number in typed_numbers(cell) if is_prose(cell) else ():
            yield f"cell {i}: the number {number} is typed; compute it, or give the reason in rules.TYPED"


def _imports(cells):
    """Imports that neither code nor prose uses."""
    every = "\n".join(source(c) for c in cells)
    for names in re.findall(r"^(?:from \S+ )?import (.+)$", every, re.M):
        for name in (part.split()[-1] for part in names.split(",")):
            if len(re.findall(rf"\b{re.escape(name)}\b", every)) < 2:
                yield f"{name} is imported and not used"


def _pictures(cells, figures: Path):
    for cell in cells:
        for out in cell["outputs"]:
            if "image/png" not in out.get("data", {}):
                continue
            name = re.search(r"Figure (\d\d_\w+), numbers", "".join(out["data"]["text/plain"]))[1]
            record = json.loads((figures / f"{name}.json").read_text(encoding="utf-8"))
            if base64.b64decode("".join(out["data"]["image/png"])) != (figures / f"{name}.png").read_bytes():
                yield f"the picture of {name} in the notebook is not figures/{name}.png"
            shown, (width, height) = out["metadata"].get("image/png", {}), record["inches"]
            if shown.get("alt") != record["alt"]:
                yield f"the picture of {name} has another alt text than figures/{name}.json: {shown.get('alt')}"
            if (shown.get("width"), shown.get("height")) != (round(width * 100), round(height * 100)):
                yield f"the picture of {name} is shown {shown.get('width')} by {shown.get('height')} wide and high"


def figure_problems(folder: Path) -> list[str]:
    """What does not belong together in a folder of figures, as where a run was killed while it put them in place."""
    found, records = [], []
    for path in sorted(folder.glob("[0-9]*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            found.append(f"figures/{path.name} is no whole record")
            continue
        records.append(record)
        for kind, digest in record["sha256"].items():
            file = folder / f"{path.stem}.{kind}"
            if not file.exists() or files.sha256(file.read_bytes()) != digest:
                found.append(f"figures/{file.name} is not of the run that wrote figures/{path.name}")
    known = {record["name"] for record in records}
    bare = [p for p in folder.glob("[0-9]*") if p.suffix in (".png", ".svg", ".csv") and p.stem not in known]
    found += [f"figures/{path.name} is of no figure that has a record" for path in sorted(bare)]
    index = folder / "index.json"
    if (
        not index.exists()
        or index.read_text(encoding="utf-8") != json.dumps(records, indent=2, ensure_ascii=False) + "\n"
    ):
        found.append("figures/index.json does not list the figures as their records do")
    found += [f"figures/{path.name} was left by a run that was killed" for path in files.strays(folder)]
    for path in files.notebooks():
        cells = code_cells(json.loads(path.read_text(encoding="utf-8")))
        found += [f"notebooks/{path.name}: {what}" for what in _pictures(cells, folder)]
    return found
