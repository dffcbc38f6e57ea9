"""Make the site: notebooks, charts, tables and a page for each body, as HTML that works from a folder.

``build`` lays out the pages as Sphinx sources in ``docs/_build/parts``, has Sphinx render them, puts the files
to download beside them and moves the whole to ``docs/_build/html``. Templates and settings are in ``docs/``.
Nothing that is made is committed, no notebook is run, and no page asks another machine for anything.
"""

import inspect
import re
import shutil
from datetime import date
from importlib import import_module
from pathlib import Path

import font_source_sans_pro
import nbformat
import pandas as pd
import yaml
from fontTools.ttLib import TTFont

from ...analysis import life
from ...charts import figures
from ...core import files, lineage, lookups, rebasing, tables
from ...core.words import long_date
from ...explorer import bodies
from . import drawings, front, offline, packing, panels, search
from .books import Book
from .drawings import load_charts
from .links import PAGES, relink
from .templates import DOCS, render

OUT = DOCS / "_build" / "html"
WORK = DOCS / "_build" / "parts"
#: The one download of all tables.
ZIP = "england-ccgs-tables.zip"


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
    files.write(WORK / "static" / "charts.css", drawings.colours())
    options = ["-q", "-W", "--keep-going", "-j", str(jobs), "-b", "html", "-c", str(DOCS)]
    said = sphinx([*options, "-d", str(WORK / "doctrees"), str(source), str(made)])
    if said:
        raise ValueError("Sphinx stopped on the warnings above")
    for page in (made / "index.html", *(made / "chart").glob("*.html"), *(made / "notebooks").glob("*.html")):
        text = drawings.fill(page.read_text(encoding="utf-8"))
        files.write(page, text if page.parent != made else without_code(text))
    downloads(made)
    shutil.rmtree(OUT, ignore_errors=True)
    made.replace(OUT)
    shutil.rmtree(WORK)
    return OUT


def without_code(page: str) -> str:
    """A page without the style sheets and scripts for code and for cells of notebooks, of which it has none."""
    kinds = r"mystnb|pygments|copybutton|clipboard"
    tags = rf'<link [^>]*href="_static/[^"]*(?:{kinds})[^>]*>|<script [^>]*src="_static/[^"]*(?:{kinds})[^>]*></script>'
    return re.sub(tags, "", page)


def lay_out(source: Path, extra: Path) -> None:
    """Write every page of the site as a Sphinx source into ``source``, and what bodies offer to take to ``extra``."""
    about = yaml.safe_load((files.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    charts = load_charts()
    books = [Book(path, charts) for path in files.notebooks()]
    for book in books:
        files.write(source / "notebooks" / book.path.name, nbformat.writes(book.page()))
    for path, page in PAGES.items():
        if page != "index":
            text = for_readers(relink((files.ROOT / path).read_text(encoding="utf-8"), path, page))
            if page == "command-line":
                text = text.replace("\n## ", f"\n{_installed(page)}\n## ", 1)
            files.write(source / f"{page}.md", text)
    taken = {"look_ups": packing.look_ups(extra), "panels": packing.all_panels(extra)}
    _lists(source, about, books, charts, taken)
    said = search.answers(charts, books)
    files.write(WORK / "static" / "bodies.js", search.bodies_script(said))
    _charts(source / "chart", about, books, charts)
    _bodies(source / "body", extra / "body", about)


def for_readers(text: str) -> str:
    """A file of the project without what is for those who edit it: how it is made, and the patterns of its columns.

    The patterns are in ``datapackage.json``, for whoever checks a table by them.
    """
    text = re.sub(r"^This page is made from .*\n\n", "", text, flags=re.M)
    return re.sub(r"(?:; )?like `[^`\n]+`", "", text)


def _lists(source: Path, about: dict, books: list[Book], charts: dict, taken: dict) -> None:
    """The front page and the pages that lead to others."""
    told = front.numbers()
    know = told | {
        "books": books,
        "charts": charts,
        "story": front.story(told, charts),
        "days_of_maps": [bodies.linked(day) for day in sorted(set(tables.load("tiles")["date"].astype(str)))],
        "hexagon": bodies.hexagon(),
        "maps": [bodies.linked(day) for day in ("2013-04-01", "2022-07-01", str(front.today().date()))],
        "regions": bodies.regions(),
        "days": [*tables.load("ccg_counts")["date"], front.today()],
        "tables": tables.package()["resources"],
        "zip": ZIP,
        **_of_look_ups(taken),
        **what_was_a_ccg(),
        "about": about,
        "cite": citation(about),
        "base": base(about),
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
            "others": int(gps[1] - sum(number[f"board_seats_{one}_2012"] for one in seats)),
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


def _charts(folder: Path, about: dict, books: list[Book], charts: dict) -> None:
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
            "base": base(about),
            "measures": life.MEASURES,
            "read": lineage.default().until,  # an ONS code in use on this day has no last day
            "files": list(held),
            "drawn_from": tables.credit(
                sorted({i for x in (*one.years, *filter(None, [one.tile])) for i in x.source.split("+")})
            ),
        }
        files.write(folder / f"{code}.md", render("body.md", cite=citation(about, body=one), **know))


def _short(code: str) -> str:
    return life.short(lineage.name(code))


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
