"""Make the site: notebooks, charts, tables and a page for each body, as HTML that works from a folder.

``build`` lays out the pages as Sphinx sources in ``docs/_build/parts``, has Sphinx render them, puts the files
to download beside them and moves the whole to ``docs/_build/html``. Templates and settings are in ``docs/``.
Nothing that is made is committed, no notebook is run, and no page asks another machine for anything.
"""

import csv
import inspect
import json
import re
import shutil
from datetime import date
from functools import cache
from html import escape
from importlib import import_module
from pathlib import Path

import font_source_sans_pro
import jinja2
import nbformat
import pandas as pd
import yaml
from fontTools.ttLib import TTFont
from markupsafe import Markup

from ...analysis import life
from ...charts import figures
from ...core import files, lineage, lookups, rebasing, tables
from ...core.words import long_date
from ...explorer import bodies, explore
from .. import rules
from . import offline, packing, panels, readable, search, terms

DOCS = files.ROOT / "docs"
OUT = DOCS / "_build" / "html"
WORK = DOCS / "_build" / "parts"
#: The one download of all tables.
ZIP = "england-ccgs-tables.zip"
#: Where a file of the project is on the site; a notebook is found by its name.
PAGES = {
    "data/README.md": "codebook",
    "docs/glossary.md": "glossary",
    "docs/corrections.md": "corrections",
    "docs/rebase.md": "command-line",
    "README.md": "index",
}
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
#: A chart's table is shown on its page up to this many rows.
ROWS = 40


def build(jobs: int = 2) -> Path:
    """Make the whole site anew and return its folder. Raises ValueError when Sphinx warns of anything.

    An earlier site stays as it is until the new one is whole.
    """
    try:
        from sphinx.cmd.build import main as sphinx
    except ImportError:
        raise ValueError(
            "Sphinx is not in this environment: use make site, or install requirements/site.txt"
        ) from None
    if not files.notebooks():
        raise ValueError("no notebooks here: run this in a checkout of the project")
    shutil.rmtree(WORK, ignore_errors=True)
    source, made = WORK / "source", WORK / "html"
    lay_out(source, WORK / "extra")
    fonts(WORK / "static" / "fonts")
    files.write(WORK / "static" / "geographies-data.js", offline.geographies())
    options = ["-q", "-W", "--keep-going", "-j", str(jobs), "-b", "html", "-c", str(DOCS)]
    said = sphinx([*options, "-d", str(WORK / "doctrees"), str(source), str(made)])
    if said:
        raise ValueError("Sphinx stopped on the warnings above")
    downloads(made)
    shutil.rmtree(OUT, ignore_errors=True)
    made.replace(OUT)
    shutil.rmtree(WORK)
    return OUT


def lay_out(source: Path, extra: Path) -> None:
    """Write every page of the site as a Sphinx source into ``source``, and what bodies offer to take to ``extra``."""
    about = yaml.safe_load((files.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    charts = load_charts()
    books = [Book(path, charts) for path in files.notebooks()]
    for book in books:
        files.write(source / "notebooks" / book.path.name, nbformat.writes(book.page()))
    for path, page in PAGES.items():
        if page != "index":
            text = relink((files.ROOT / path).read_text(encoding="utf-8"), path, page)
            # a word to those who would edit the file is none to readers of the site
            text = re.sub(r"^This page is made from .*\n\n", "", text, flags=re.M)
            if page == "command-line":
                text = text.replace("\n## ", f"\n{_installed(page)}\n## ", 1)
            files.write(source / f"{page}.md", text)
    taken = {"look_ups": packing.look_ups(extra), "panels": packing.all_panels(extra)}
    _lists(source, about, books, charts, taken)
    said = search.answers(charts, books)
    files.write(WORK / "static" / "bodies.js", search.bodies_script(said))
    _charts(source / "chart", about, books, charts)
    _bodies(source / "body", extra / "body", about)


def _lists(source: Path, about: dict, books: list["Book"], charts: dict, taken: dict) -> None:
    """The front page and the pages that lead to others."""
    told = numbers()
    know = told | {
        "books": books,
        "charts": charts,
        "story": story(told, charts),
        "days_of_maps": [bodies.linked(day) for day in sorted(set(tables.load("tiles")["date"].astype(str)))],
        "hexagon": bodies.hexagon(),
        "maps": [bodies.linked(day) for day in ("2013-04-01", "2022-07-01", str(_today().date()))],
        "regions": bodies.regions(),
        "days": [*tables.load("ccg_counts")["date"], _today()],
        "tables": tables.package()["resources"],
        "zip": ZIP,
        **_of_look_ups(taken),
        **what_was_a_ccg(),
        "about": about,
        "cite": citation(about),
        "face": face(),
    }
    for page in ("index", "bodies", "charts", "data", "look-ups", "re-base", "what-was-a-ccg", "api", "cite"):
        files.write(source / f"{page}.md", render(f"{page}.md", **know))


def _of_look_ups(taken: dict) -> dict:
    """What the page of look-ups and panels needs beside what was written to take away."""
    pair = lineage.vintage("2019-04-01"), lineage.vintage("2022-07-01")
    return {
        **taken,
        "pairs": sum(len(row["to"]) for row in taken["look_ups"]),
        "pair": f"{lookups.stem(*pair)}.csv",
        "rows": len(lookups.of(*pair)) + 1,
        "look_up_columns": lookups.COLUMNS,
        "look_ups_zip": packing.LOOK_UPS,
        "panels_zip": packing.PANELS,
        "goals": panels.goals(),
        "left_out": panels.LEFT_OUT,
    }


def what_was_a_ccg() -> dict:
    """The numbers of the page for those who are new to the subject, with their sources."""
    table = tables.load("national").set_index("id")
    seats = ("gps", "managers", "lay", "nurses", "councils")
    used = [f"board_seats_{one}_2012" for one in seats]
    used += ["board_seats_gps_2014", "gp_chairs_2012", "allocation_ccgs_2019", "running_costs_head_2014"]
    number, base = table["value"], table["base"]
    told = tables.load("reforms").set_index("event")
    events = (
        "hsc_act_2012",
        "ccg_2013",
        "nhse_2013",
        "pct_end_2013",
        "public_health_2013",
        "cocommissioning_2015",
    )
    ids = {
        i for cell in [*table.loc[used, "source"], *told.loc[[*events], "source"]] for i in cell.split("+")
    }
    gps = number["board_seats_gps_2012"], base["board_seats_gps_2012"]
    return {
        "seats": {one: f"{number[f'board_seats_{one}_2012']:.0f}" for one in seats}
        | {
            "all": int(gps[1]),
            "gps_share": f"{100 * gps[0] / gps[1]:.0f}",
            "gps_2014": f"{100 * number['board_seats_gps_2014'] / base['board_seats_gps_2014']:.0f}",
            "chairs": f"{number['gp_chairs_2012']:.0f}",
        },
        "money": {
            "all": number["allocation_ccgs_2019"] / 1000,
            "year": table.at["allocation_ccgs_2019", "period"],
            "head": f"{number['running_costs_head_2014']:.2f}",
        },
        "sources": sources(ids),
        "before_end": lineage.BOARDS - pd.Timedelta(days=1),
    }


def sources(ids) -> list[dict]:
    """Rows of the table of sources, by id, for a list of them."""
    table = tables.load("sources").astype(object).fillna("")
    return table[table["id"].isin(list(ids))].to_dict("records")


def _installed(page: str) -> str:
    """What README says of re-basing: how to install it, and the first commands."""
    said = (files.ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^## Put your own figures .*?(?=^## )", said, re.M | re.S)
    if not found:
        raise ValueError("README.md: the section 'Put your own figures …' is not there; the site shows it")
    return relink(found[0], "README.md", page)


def face() -> dict[str, list[str]]:
    """What ``from ccg import …`` gives: full names of functions, of what ``rebase`` returns, and of errors."""
    ccg = import_module("ccg")
    found = {name: getattr(ccg, name) for name in ccg.__all__}
    results = (rebasing.Rebased, rebasing.Report)
    return {
        "Functions": [f"ccg.{name}" for name, one in found.items() if inspect.isfunction(one)],
        "Results": [f"{kind.__module__}.{kind.__qualname__}" for kind in results],
        "Errors": [f"ccg.{name}" for name, one in found.items() if not inspect.isfunction(one)],
    }


def _charts(folder: Path, about: dict, books: list["Book"], charts: dict) -> None:
    of = {book.path.name: book for book in books}
    names = [None, *charts, None]
    for before, name, after in zip(names, names[1:-1], names[2:], strict=False):
        chart = charts[name]
        know = {
            "chart": chart,
            "charts": charts,
            "book": of[chart["notebook"]],
            "before": before,
            "after": after,
            "base": base(about),
            "sources": sources(chart.get("sources", [])),
        }
        files.write(folder / f"{name}.md", render("chart.md", cite=citation(about, chart), **know))


def _bodies(folder: Path, beside: Path, about: dict) -> None:
    for code, body in bodies.pages().items():
        one = body["one"]
        held = {part: life.table(one, part) for part in ("trail", "years", "standing")}
        held = {part: rows for part, rows in held.items() if len(rows)}
        for part, rows in held.items():
            files.write(beside / f"{code}-{part}.csv", figures.to_csv(rows))
        know = body | {
            "name": _short,
            "measures": life.MEASURES,
            "read": lineage.default().until,  # an ONS code in use on this day has no last day
            "files": list(held),
            "drawn_from": tables.credit(
                sorted({i for x in (*one.years, *filter(None, [one.tile])) for i in x.source.split("+")})
            ),
        }
        files.write(folder / f"{code}.md", render("body.md", cite=citation(about, body=one), **know))


# --- pages --------------------------------------------------------------------------------------


def render(template: str, **know) -> str:
    """A template of ``docs/templates`` filled in; whatever is put in is escaped for HTML."""
    made = _templates().get_template(template).render(**know)
    # Sphinx's search takes tags out: without a space the words of two cells become one that nobody looks for
    return made.replace("><", "> <")


@cache
def _templates() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(DOCS / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters |= {"long": long_date, "inline": inline, "count": "{:,}".format, "list_of": list}
    env.filters |= {"label": readable.label, "readable": readable.cells}
    env.filters |= {"plain_dates": plain_dates, "upper_first": upper_first}
    return env


def _short(code: str) -> str:
    return life.short(lineage.name(code))


def upper_first(words) -> str:
    """Words as a sentence begins, also those of an object that says itself in words."""
    return f"{words}"[:1].upper() + f"{words}"[1:]


def plain_dates(text: str) -> str:
    """A sentence with its ISO dates as a reader says them."""
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", lambda day: long_date(date.fromisoformat(day[0])), text)


def inline(text: str) -> str:
    """A line of Markdown as HTML with its bold and italic words and code, and nothing else."""
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text, quote=False))
    text = re.sub(r"`(.+?)`", r"<code>\1</code>", text)
    return Markup(re.sub(r"\*(.+?)\*", r"<em>\1</em>", text))


def numbers() -> dict:
    """What the front page says in numbers, from the tables."""
    counts, ccgs = tables.load("ccg_counts"), tables.load("ccgs")
    april = counts[counts["date"].dt.month == 4]
    began = ccgs[ccgs["opened"] == counts["date"].iloc[0]]
    mergers = _mergers()
    merged = began["code"].isin(mergers["from"])
    return {
        "first": len(began),
        "ever": len(ccgs),
        "last": int(counts["open"][counts["open"] > 0].iloc[-1]),
        "boards": len(lineage.bodies("2022-07-01")),
        "boards_ever": len(tables.load("icbs")),
        "today": len(lineage.bodies(_today())),
        "since": _today(),
        "merged": int(merged.sum()),
        # what a merger had made and another merger ended
        "again": len(set(mergers["from"]) & set(mergers["to"]) - set(began["code"])),
        "never": int((~merged).sum()),
        "began": counts["date"].iloc[0],
        "ended": counts["date"].iloc[-1],
        "open": dict(zip(april["date"].dt.year, april["open"], strict=True)),
    }


def story(n: dict, charts: dict) -> list[dict]:
    """The charts of the front page: ``name``, the ``words`` that lead to it, ``source`` of what it does not show.

    ``n`` is what ``numbers`` gives. A word that no longer fits the tables stops the build at its assert.
    """
    asked = [
        dict(zip(charts["03_formal_role"]["head"], row, strict=True))
        for row in charts["03_formal_role"]["rows"]
    ]
    own = {r["group"]: r for r in asked if r["question"] == "CCG decisions reflect own views"}
    agreed, without = (f"{own[g]['percent']}%" for g in ("formal_role", "no_formal_role"))
    over, over_without = (f"{float(own[g]['over']):.0f}%" for g in ("formal_role", "no_formal_role"))
    drawn = [(int(year), wave) for year, wave, *_ in charts["07_recovery"]["rows"] if wave != "never"]
    measured = [(year, int(float(wave))) for year, wave in drawn]
    waves, after = {wave for _, wave in measured}, [year for year, wave in measured if year >= wave]
    merged = _mergers()["date"].dt.year
    claim = tables.load("claims").set_index("claim_id").loc["A12"]
    cut = tables.load("national").set_index("id").loc["running_costs_cut_2020"]
    reforms = tables.load("reforms").set_index("event")
    told, plan = reforms.loc["running_costs_2018"], reforms.loc["long_term_plan_2019"]
    first, wanted = min(waves), "usually with one CCG each"
    assert n["open"][2019] - n["open"][2021] > n["first"] - n["open"][2019], "late, and fast"
    assert wanted in plan["what_changed"], "what the plan wanted"
    assert claim["verdict"] == "cannot be shown", "whether merging helped"
    assert waves == {*merged[merged >= first]}, "every wave of mergers from then on"
    assert sum(year >= 2020 for year in after) > len(after) / 2, "mostly in the pandemic"
    moved = f"{claim['value']:+.1f}".replace("-", "−")
    return [
        {
            "name": "01_count",
            "words": f"**They went late, and fast.** {n['open'][2019]} were open in April 2019, and {n['open'][2021]} two "
            f"years on. In {_month(told)} they had been told to cut their running costs by {cut['value']:.0f}%; the NHS "
            f"Long Term Plan of {_month(plan)} wanted integrated care systems all over England, {wanted}.",
            "source": "the cut and the plan: " + tables.credit([cut["source"], plan["source"]]),
        },
        {
            "name": "02_maps",
            "words": f"**{n['never']} of the first {n['first']} never merged** and lasted until boards took their place. "
            "Each hexagon is one body, so that none looks larger for having more land.",
            "source": "",
        },
        {
            "name": "03_formal_role",
            "words": "**General practitioners were to lead them.** Whether they felt so went with whether they held a "
            f"role: of those who answered that question in 2015, {agreed} of those with one said that decisions "
            f"reflected their own views, and {without} of those without. Over the largest number of answers "
            f"that the counts imply for each group, it was {over} and {over_without}.",
            "source": "",
        },
        {
            "name": "07_recovery",
            "words": "**Did merging help patients?** It cannot be shown. In NHS Talking Therapies, a service that can be "
            f"followed through every wave of mergers from {first} on, recovery changed by {moved} points against the "
            "CCGs that never merged. Most of the years after a merger are of the pandemic.",
            "source": "",
        },
    ]


def _mergers() -> pd.DataFrame:
    """The mergers of CCGs."""
    moves = tables.load("successions")
    return moves[(moves["kind"] == "merger") & moves["to"].isin(tables.load("ccgs")["code"])]


def _today() -> pd.Timestamp:
    """The first day of the geography of today."""
    return max(one.start for one in lineage.vintages())


def _month(event) -> str:
    return f"{date.fromisoformat(event['date']):%B %Y}"


def relink(text: str, of: str, page: str) -> str:
    """Turn Markdown links between files of the project into links between pages of the site.

    ``of`` is the file that holds the text, ``page`` the page it becomes; both are paths from the root. A file
    that is only named, in code type, becomes a link if the site has a page of it.
    A link to a file that the site has not raises ValueError.
    """
    up = "../" * page.count("/")

    def turn(match) -> str:
        target, _, part = match[1].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        path = (files.ROOT / of).parent.joinpath(target).resolve()
        file = path.relative_to(files.ROOT).as_posix() if path.is_relative_to(files.ROOT) else target
        part = f"#{part}" if part else ""
        if file in PAGES:
            return f"]({up}{PAGES[file]}.md{part})"
        if path in files.notebooks():
            return f"]({up}notebooks/{path.name}{part})"
        raise ValueError(f"{of}: the link to {target!r} leads to no page of the site")

    text = re.sub(r"\]\(([^()\s]+)\)", turn, text)
    named = {file: there for file, there in PAGES.items() if "/" in file and there != page}
    for file, there in named.items():
        text = re.sub(rf"(?<!\[)`{re.escape(file)}`", f"[`{file}`]({up}{there}.md)", text)
    return text


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
        book.cells = [c for c in book.cells if "not-on-site" not in c.metadata.get("tags", [])]
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
            html = render("figure.html", chart=self.charts[name[1]], up="../")
            return nbformat.v4.new_output("display_data", {"text/html": html})
        controls = "application/vnd.jupyter.widget-view+json"
        return None if controls in data and set(data) <= {controls, "text/plain"} else output


def _with_kicker(source: str, book: Book) -> str:
    """Put a line with the notebook's number and its file under its heading."""
    head, _, rest = source.partition("\n")
    line = f'<p class="kicker">Notebook {book.number} · <a href="{book.path.name}" download>download to run it</a></p>'
    return f"{head}\n\n{line}\n\n{rest}"


def load_charts() -> dict[str, dict]:
    """Every chart by name: what its ``.json`` says, its rows, and width and height in CSS pixels."""
    charts = {}
    for path in sorted(files.figures().glob("[0-9]*.json")):
        chart = json.loads(path.read_text(encoding="utf-8"))
        with path.with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
            head, *rows = csv.reader(lines)
        width, height = (round(inches * 100) for inches in chart["inches"])
        charts[path.stem] = chart | {
            "head": head,
            "rows": rows,
            "width": width,
            "height": height,
            "most": ROWS,
        }
        charts[path.stem] |= margins(path.with_suffix(".svg").read_text(encoding="utf-8"))
    return charts


def margins(svg: str) -> dict[str, float]:
    """How much of a chart its title takes above and its source below, in hundredths of its width.

    On a phone these are cut off and said in real text, so that the chart itself can be larger. The words
    round a chart are the last texts of its SVG: title and subtitle at the top, the source at the bottom.
    """
    tall = float(re.search(r'viewBox="0 0 576 ([\d.]+)"', svg)[1])
    lines = [
        (float(y), text) for y, text in re.findall(r'<text [^>]*x="11\.52" y="([\d.]+)"[^>]*>([^<]*)', svg)
    ]
    source = max(i for i, (_, text) in enumerate(lines) if text.startswith("Source: "))
    return {
        "above": round((lines[source - 1][0] + 7) / 5.76, 2),
        "below": round((tall - lines[source][0] + 14) / 5.76, 2),
    }


def base(about: dict) -> str:
    """The address of the site with a slash at its end, as CITATION.cff has it in ``url``; "" where it has none."""
    address = about.get("url", "")
    return f"{address.rstrip('/')}/" if address else ""


def citation(about: dict, chart: dict | None = None, body: life.Life | None = None) -> str:
    """How to cite the whole, one chart or one body's page, in a line of text, from what CITATION.cff says."""
    who = ", ".join(a.get("name") or f"{a['given-names']} {a['family-names']}" for a in about["authors"])
    day = about["date-released"]
    day = day if isinstance(day, date) else date.fromisoformat(day)
    doi = f" https://doi.org/{about['doi']}" if about.get("doi") else ""
    whole = f"{about['title']}. Version {about['version']}, {long_date(day)}.{doi}"
    at = base(about)
    if body is not None:
        page = f"{at}body/{body.code}.html" if at else f"page body/{body.code}"
        return f"{who} ({day.year}). {body.name} ({body.code}) [{page}]. In: {whole}"
    if chart is None:
        return f"{who} ({day.year}). {whole}" + (f" {at}" if at and not doi else "")
    page = f"{at}chart/{chart['name']}.html" if at else f"chart {chart['name']}"
    return f"{who} ({day.year}). {chart['title']} [{page}]. In: {whole} Source of the data: {chart['source']}"


# --- files to download --------------------------------------------------------------------------


def downloads(out: Path) -> None:
    """Put the files that pages link to beside them: charts, notebooks, tables and the zip of all tables."""
    for path in load_charts():
        for kind in ("png", "svg", "csv", "json"):
            _copy(files.figures() / f"{path}.{kind}", out / "figures" / f"{path}.{kind}")
    for path in files.notebooks():
        _copy(path, out / "notebooks" / path.name)
    for path in _table_files():
        _copy(path, out / "data" / path.name)
    files.write(out / ZIP, archive())


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)


def _table_files() -> list[Path]:
    listed = [files.data() / resource["path"] for resource in tables.package()["resources"]]
    return [*sorted(listed), files.data() / "datapackage.json"]


def archive() -> bytes:
    """A zip of every table with its description, codebook and licence."""
    held = [*_table_files(), files.data() / "README.md", files.ROOT / "LICENSE"]
    return packing.zipped({f"england-ccgs/{path.name}": path.read_bytes() for path in held})


def fonts(folder: Path) -> None:
    """The suite's type for the web, compressed but otherwise as it is, with its licence."""
    given = Path(font_source_sans_pro.__file__).parent / "files"
    folder.mkdir(parents=True, exist_ok=True)
    for face in ("Regular", "It", "Bold"):
        font = TTFont(given / f"SourceSansPro-{face}.otf", recalcTimestamp=False)
        font.flavor = "woff"
        font.save(folder / f"SourceSansPro-{face}.woff")
    _copy(given / "LICENSE.txt", folder / "LICENSE.txt")
