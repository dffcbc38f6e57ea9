"""What the site is made of that needs no Sphinx: pages of notebooks, links, citations, downloads, drawings."""

import dataclasses
import html
import importlib
import io
import json
import re
import sys
import zipfile
from datetime import date
from itertools import pairwise
from pathlib import Path

import ccg
import duckdb
import nbformat
import pytest
import yaml
from ccg import bodies, explore, figures, files, life, lineage, lookups, rebasing, site, tables

ABOUT = yaml.safe_load((files.ROOT / "CITATION.cff").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def charts():
    return site.load_charts()


@pytest.fixture(scope="module")
def pages() -> dict[str, dict]:
    """What each page of a body shows."""
    return bodies.pages()


def book(tmp_path: Path, *cells, name="01_consolidation.ipynb") -> Path:
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), tmp_path / name)
    return tmp_path / name


def escaped(text: str) -> str:
    return html.escape(text)


def shown(data: dict):
    return nbformat.v4.new_code_cell("draw()", outputs=[nbformat.v4.new_output("display_data", data)])


def test_links_between_files_become_links_between_pages():
    text = "[a](04_reorganisations.ipynb) [b](../docs/glossary.md#bodies) [c](../data/README.md) [d](https://x.org/y.md) [e](#here)"
    made = site.relink(text, "notebooks/00_claims.ipynb", "notebooks/00_claims")
    assert made == (
        "[a](../notebooks/04_reorganisations.ipynb) [b](../glossary.md#bodies) [c](../codebook.md) "
        "[d](https://x.org/y.md) [e](#here)"
    )


def test_readers_of_the_codebook_are_spared_its_patterns():
    text = (files.data() / "README.md").read_text(encoding="utf-8")
    said = site.for_readers(text)
    assert "like `^https?" in text and "like `^" not in said and "This page is made" not in said
    assert "| Where it was read | may be blank |" in said and said.count("\n| ") == text.count("\n| ")


@pytest.mark.slow
def test_the_page_that_re_bases_asks_the_patterns_of_the_command_and_no_more():
    held = json.loads(site.offline.geographies().removeprefix("window.GEOGRAPHIES = ").rstrip().rstrip(";"))
    scripts = "".join(p.read_text(encoding="utf-8") for p in (files.ROOT / "docs/static").glob("re-base*.js"))
    for name, pattern in held["patterns"].items():
        assert not re.search(r"\(\?(?:P|i|a|x)", pattern), f"{name} is written as Python alone writes it"
        asked = rf"pattern\.{name}\b|(?:some|are)\(\"{name}\"|\"{name.removeprefix('is ')}\""
        assert re.search(asked, scripts), f"{name} is asked for nowhere"


def test_a_file_that_is_named_becomes_a_link():
    assert (
        site.relink("see `data/README.md`", "docs/glossary.md", "glossary")
        == "see [`data/README.md`](codebook.md)"
    )
    assert site.relink("`data/ccgs.csv`", "docs/glossary.md", "glossary") == "`data/ccgs.csv`"


def test_a_link_to_what_the_site_has_not_is_refused():
    with pytest.raises(
        ValueError, match=r"docs/glossary\.md: the link to '\.\./pyproject\.toml' leads to no page"
    ):
        site.relink("[x](../pyproject.toml)", "docs/glossary.md", "glossary")


@pytest.mark.slow
def test_a_chart_takes_the_place_of_its_output_with_its_words(tmp_path, charts):
    chart = charts["01_sizes"]
    text = f"{chart['title']}\nSource: x.\nFigure 01_sizes, numbers 0123456789ab"
    light = {"image/png": "AAAA", "text/plain": "Figure 01_count, numbers 0123456789ab"}
    path = book(
        tmp_path,
        nbformat.v4.new_markdown_cell("# Why?\n\nSo."),
        shown({"image/png": "AAAA", "text/plain": text}),
        shown(light),
    )
    page = site.Book(path, charts).page()
    [output] = page.cells[1].outputs
    assert list(output.data) == ["text/html"], "one picture, by its file, not inside the page too"
    html = output.data["text/html"]
    assert (
        f'alt="{chart["alt"]}"' in html
        and 'src="../figures/01_sizes.png"' in html
        and 'loading="lazy"' in html
    )
    assert all(f"../figures/01_sizes.{kind}" in html for kind in ("png", "svg", "csv"))
    assert page.cells[1].metadata["tags"] == ["hide-input"]
    drawn = site.drawings.fill(page.cells[2].outputs[0].data["text/html"])
    assert f'aria-label="{escaped(charts["01_count"]["alt"])}"' in drawn and "<img" not in drawn


def test_a_cell_of_prose_is_read_without_the_cell(tmp_path):
    said = nbformat.v4.new_output("display_data", {"text/markdown": "All 3.", "text/plain": "All 3."})
    cells = [
        nbformat.v4.new_markdown_cell("# Why?"),
        nbformat.v4.new_code_cell("%%prose\nAll {n}.", outputs=[said]),
    ]
    page = site.Book(book(tmp_path, *cells), {}).page()
    assert page.cells[1].metadata["tags"] == ["remove-input"]
    assert page.cells[1].outputs[0].data["text/markdown"] == "All 3."


def test_code_that_shows_nothing_is_folded_with_the_code_after_it(tmp_path):
    said = nbformat.v4.new_output("display_data", {"text/html": "<p>3</p>"})
    code = [nbformat.v4.new_code_cell(source, outputs=[]) for source in ("a = 1", "b = 2")]
    code += [nbformat.v4.new_code_cell("a + b", outputs=[said]), nbformat.v4.new_code_cell("c = 3")]
    page = site.Book(book(tmp_path, nbformat.v4.new_markdown_cell("# Why?"), *code), {}).page()
    assert [cell.source for cell in page.cells[1:]] == ["a = 1\n\n\nb = 2\n\n\na + b", "c = 3"]
    assert page.cells[1].outputs == [said] and page.cells[1].metadata["tags"] == ["hide-input"]


def test_a_chart_without_its_files_is_refused(tmp_path, charts):
    cell = shown({"image/png": "AAAA", "text/plain": "Figure 01_nowhere, numbers 0123456789ab"})
    path = book(tmp_path, nbformat.v4.new_markdown_cell("# Why?"), cell)
    with pytest.raises(
        ValueError, match=r"01_consolidation\.ipynb: figures/01_nowhere\.json is not there; make refresh"
    ):
        site.Book(path, charts).page()


def test_controls_that_need_a_kernel_give_way_to_what_can_be_shown(tmp_path):
    widget = "application/vnd.jupyter.widget-view+json"
    empty, both = (
        shown({widget: {}, "text/plain": "Box()"}),
        shown({widget: {}, "text/html": "<p>an example</p>"}),
    )
    path = book(tmp_path, nbformat.v4.new_markdown_cell("# Why?"), empty, both)
    page = site.Book(path, {}).page()
    [output] = [one for cell in page.cells if cell.cell_type == "code" for one in cell.outputs]
    assert output.data["text/html"] == "<p>an example</p>"


@pytest.mark.slow
def test_where_a_body_would_be_chosen_the_page_has_the_finder(charts):
    page = site.Book(files.NOTEBOOKS / "09_explore.ipynb", charts).page()
    said = [o.get("data", {}) for cell in page.cells for o in cell.get("outputs", [])]
    assert any("**There is a life of each" in data.get("text/markdown", "") for data in said), (
        "the answer stands above it"
    )
    [finder] = [data["text/html"] for data in said if 'id="find"' in data.get("text/html", "")]
    assert 'href="../bodies.html"' in finder
    assert not any(data.get("text/plain") == explore.FALLBACK for data in said)
    assert not any("make app" in cell.source or "Tick the box" in cell.source for cell in page.cells)
    others = [path for path in files.notebooks() if path.name != "09_explore.ipynb"]
    assert not any(site.Book(path, charts).chooses for path in others)


def test_every_notebook_asks_and_most_answer():
    books = [site.Book(path, {}) for path in files.notebooks()]
    assert all(b.question.endswith("?") or b.number == "09" for b in books), [b.question for b in books]
    assert [b.short for b in books][:2] == ["Five articles, checked", "From 211 to none"]
    assert "141 of the 211 original CCGs merged" in books[1].answer


def test_margins_are_what_title_and_source_take(charts):
    for name, chart in charts.items():
        whole = 100 * chart["height"] / chart["width"]
        assert 5 < chart["above"] < 22 and 3 < chart["below"] < 12, name
        assert chart["above"] + chart["below"] < 0.6 * whole, f"{name}: the chart itself must be left"


def words_of(drawing: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]+)<", drawing)


@pytest.mark.slow
def test_a_chart_drawn_in_a_page_has_its_words_its_alt_text_and_colours_for_dark_mode(charts):
    made = {name: site.drawings.inline(name) for name in charts}
    for name, chart in charts.items():
        svg = (files.figures() / f"{name}.svg").read_text(encoding="utf-8")
        outer = chart["title"] + chart["subtitle"] + f"Source: {chart['source']}"
        inner = [text for text in words_of(svg) if html.unescape(text) not in outer]
        assert set(inner) <= {*words_of(made[name])}, name
        assert not any(text.startswith("Source: ") for text in words_of(made[name])), "the page says it"
        assert f'role="img" aria-label="{html.escape(chart["alt"])}"' in made[name]
        used = {*re.findall(r"(?:fill|stroke):(#\w+)", made[name])}
        assert used <= {"#1f77b4"}, "but for the face, unseen, of marks that are lines"
        assert {"var(--cffffff)", "var(--c3d3d3d)"} <= {*re.findall(r"var\(\S+?\)", made[name])}
    ids = re.findall(r' id="([^"]+)"', "".join(made.values()))
    assert len(ids) == len(set(ids)), "two charts on one page do not meet"
    assert sum(len(made[part["name"]]) for part in site.front.story(site.front.numbers(), charts)) < 220_000


def test_every_chart_of_a_page_is_drawn_in_it(charts):
    chart = charts["01_count"]
    page = site.render("figure.html", chart=chart, up="", drawn=True)
    drawn = site.drawings.fill(page)
    assert "data-chart" in page and "data-chart" not in drawn and "Act of 2012: CCGs replace" in drawn


def test_a_drawing_for_a_phone_cuts_no_word_and_has_the_numbers():
    cut = {}
    for name in ("02_maps", "03_engaged", "07_recovery", "08_series", "01_count", "04_bodies"):
        svg = (files.figures() / f"{name}.svg").read_text(encoding="utf-8")
        cut[name] = site.drawings.pieces(name, svg)
        for left, right in site.drawings.words(svg):
            assert not cut[name] or any(a <= left + 5 and right - 9 <= b for a, b in cut[name]), (name, left)
    assert [len(cut[name]) for name in cut] == [2, 3, 2, 2, 0, 0]
    columns = words_of(site.drawings.inline("01_count").split('class="drawn piece"')[1])
    assert columns[::2] == ["211", "211", "209", "209", "207", "195", "191", "135", "106", "106", "42"]
    assert columns[1::2][0] == "’13" and columns[-1] == "July"
    asked = words_of(site.drawings.inline("03_formal_role").split('class="drawn piece"')[1])
    at = asked.index("CCG decisions reflect own views")
    assert asked[at + 1 : at + 3] == ["14", "72"]


def test_numbers_of_the_front_page_come_from_the_tables():
    n = site.front.numbers()
    assert (n["first"], n["ever"], n["last"], n["boards"]) == (211, 248, 106, 42)
    assert (n["boards_ever"], n["today"], str(n["since"].date())) == (48, 36, "2026-04-01")
    assert n["merged"] + n["never"] == 211 and n["merged"] == 141
    moves = tables.load("successions").query("kind == 'merger' and date < '2022-07-01'")
    assert n["merged"] + n["again"] == 142 == moves["from"].nunique()
    assert (n["open"][2019], n["open"][2021]) == (191, 106)
    assert site.long_date(n["began"]) == "1 April 2013" and site.long_date(n["ended"]) == "1 July 2022"


def test_what_the_front_page_says_beside_a_chart_is_from_a_table(charts):
    told = {part["name"]: part for part in site.front.story(site.front.numbers(), charts)}
    assert list(told) == ["01_count", "02_maps", "03_formal_role", "07_recovery"]
    first = told["01_count"]
    assert "In November 2018 they had been told to cut their running costs by 20%" in first["words"]
    assert (
        "Long Term Plan of January 2019" in first["words"] and "usually with one CCG each" in first["words"]
    )
    assert "National Audit Office" in first["source"]
    claim = tables.load("claims").set_index("claim_id").at["A12", "value"]
    assert f"{claim:+.1f} points".replace("-", "−") in told["07_recovery"]["words"]
    words = told["03_formal_role"]["words"]
    assert (
        "Over the largest number of answers that the counts imply for each group, it was 54% and 10%" in words
    )
    assert "by themselves" not in " ".join(part["words"] for part in told.values())


def test_words_of_the_front_page_that_no_longer_fit_stop_the_build(charts, monkeypatch):
    whole = tables.load

    def load(name):
        table = whole(name)
        return table.assign(verdict="holds") if name == "claims" else table

    monkeypatch.setattr(tables, "load", load)
    with pytest.raises(AssertionError, match="whether merging helped"):
        site.front.story(site.front.numbers(), charts)


def test_a_sentence_has_dates_as_they_are_said():
    assert (
        site.templates.plain_dates("opens on 2014-11-26; code 2014-11")
        == "opens on 26 November 2014; code 2014-11"
    )


def test_a_citation_names_who_what_when_and_whose_data(charts):
    about = ABOUT | {"date-released": date(2026, 11, 22), "version": "1.2.3"}
    chart = charts["01_count"]
    said = site.citation(about, chart)
    assert said.startswith(f"The england-ccgs authors (2026). {chart['title']} [chart 01_count].")
    assert "Version 1.2.3, 22 November 2026." in said and said.endswith(chart["source"])
    assert "NHS Birmingham and Solihull CCG (15E) [page body/15E]" in site.citation(
        about, body=life.of("15E")
    )


def test_with_an_address_pages_and_citations_name_it_and_without_they_do_not(charts):
    about, chart = ABOUT | {"url": "https://example.org/ccgs", "doi": "10.5281/zenodo.1"}, charts["01_count"]
    said = site.citation(about, chart)
    assert (
        "[https://example.org/ccgs/chart/01_count.html]" in said
        and "https://doi.org/10.5281/zenodo.1" in said
    )
    know = {"chart": chart, "charts": charts, "book": site.Book(files.NOTEBOOKS / chart["notebook"], charts)}
    know |= {"before": None, "after": None, "cite": said, "sources": site.sources(["ODS25"])}
    page = site.render("chart.md", base=site.base(about), **know)
    assert "In full: 1 source<" in page.replace(" <", "<")
    assert 'href="https://digital.nhs.uk/services/organisation-data-service"' in page, "beside the copy"
    assert '"property=og:image": "https://example.org/ccgs/figures/01_count.png"' in page
    assert "og:image" not in site.render("chart.md", base=site.base(ABOUT | {"url": ""}), **know)


@pytest.mark.slow
def test_a_source_read_in_a_copy_has_the_publishers_own_page_beside_it(pages):
    known = tables.load("sources").set_index("id")["address"]
    own = site.links.official()
    assert set(own) <= set(known.index) and all(page.startswith("https://") for page in own.values())
    used = {one for page in pages.values() for one in page["one"].sources}
    copies = {one for one in used if "github.com" in known[one]}
    made_by_others = {"GEO", "HSMA4", "SU617", "KML13"}
    assert copies - set(own) == made_by_others, "nobody else has these"


def test_numbers_of_a_chart_have_labels_and_digits_for_readers():
    assert site.templates.readable.label("registered_patients") == "Registered patients"
    rows = [["2018.0", "51.14028883", "1234567", "True"], ["2019.0", "-7.5", "", "False"]]
    assert site.templates.readable.cells(rows) == [
        ["2018", "51.1", "1,234,567", "yes"],
        ["2019", "−7.5", "–", "no"],
    ]


@pytest.mark.slow
def test_a_body_is_like_those_that_stand_near_it(pages):
    near = [b["code"] for b in pages["15E"]["similar"]]
    assert len(near) == 3 and "15E" not in near
    ranks = {
        c: {s.measure: s.rank / s.of for s in pages[c]["one"].standing}
        for c in pages
        if pages[c]["one"].last_day == pages["15E"]["one"].last_day
    }
    own = ranks.pop("15E")
    shared = {c: own.keys() & r.keys() for c, r in ranks.items() if len(own.keys() & r.keys()) >= 4}
    apart = {c: sum(abs(ranks[c][m] - own[m]) for m in both) / len(both) for c, both in shared.items()}
    assert near == sorted(apart, key=apart.get)[:3]
    assert pages["00G"]["uncounted"] == 210 and pages["15E"]["uncounted"] is None


def test_a_term_is_linked_to_the_glossary_where_a_page_first_says_it():
    link = site.books.terms.Linker("../")
    said = link(
        "# Governing body\n\nA `governing body` and [a governing body](x.md). Governing body, governing body."
    )
    assert (
        said.count("](../glossary.md#bodies)") == 1
        and "[Governing body](../glossary.md#bodies), governing" in said
    )
    assert (
        link("the governing body again; the QOF")
        == "the governing body again; the [QOF](../glossary.md#measures-and-statistics)"
    )


def test_a_line_of_markdown_is_escaped():
    assert (
        site.templates.inline("**a** <b> & *c* `d`")
        == "<strong>a</strong> &lt;b&gt; &amp; <em>c</em> <code>d</code>"
    )


def test_the_page_of_the_functions_names_all_there_are():
    listed = site.face()
    told = site.render("api.md", face=listed)
    for name in ccg.__all__:
        assert f":: ccg.{name}\n" in told and name in str(listed), name
    assert set(listed["Errors"]) == {f"ccg.{n}" for n in ccg.__all__ if n.endswith("Error")}
    for name in listed["Results"]:
        module, _, kind = name.rpartition(".")
        assert getattr(importlib.import_module(module), kind).__doc__


@pytest.mark.slow
def test_the_zip_is_the_same_every_time_and_holds_every_table():
    one = site.archive()
    assert one == site.archive()
    with zipfile.ZipFile(io.BytesIO(one)) as held:
        assert {e.date_time for e in held.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in tables.names():
            path = files.data() / tables.describe(name)["path"]
            assert held.read(f"england-ccgs/{path.name}") == path.read_bytes()
        assert held.read("england-ccgs/LICENSE") == (files.ROOT / "LICENSE").read_bytes()


@pytest.mark.slow
def test_look_ups_are_written_with_a_zip_of_all_and_a_row_for_each_older_geography(tmp_path, monkeypatch):
    # every look-up is written with the site, where a browser test finds each as a file and in the zip
    few = list(lookups.pairs())[::12]
    monkeypatch.setattr(lookups, "pairs", lambda: iter(few))
    rows = site.packing.look_ups(tmp_path)
    names = [lookups.stem(*pair) for pair in few]
    assert {path.stem for path in (tmp_path / "look-ups").glob("*.csv")} == set(names)
    assert [one["file"] for row in rows for one in row["to"]] == [f"look-ups/{name}.csv" for name in names]
    assert [row["bodies"] for row in rows] == [151, 211, 209, 209, 207, 44, 195, 44, 191, 135, 106, 106]
    once = (tmp_path / site.packing.LOOK_UPS).read_bytes()
    with zipfile.ZipFile(io.BytesIO(once)) as held:
        for name in names:
            assert held.read(f"look-ups/{name}.csv") == (tmp_path / "look-ups" / f"{name}.csv").read_bytes()
        assert "`share`: " in held.read("look-ups/README.md").decode()
    assert len(ccg.read(tmp_path / f"look-ups/{names[0]}.xlsx")) == len(lookups.of(*few[0])), "a workbook too"
    site.packing.look_ups(tmp_path)
    assert (tmp_path / site.packing.LOOK_UPS).read_bytes() == once


@pytest.mark.slow
def test_a_panel_has_every_year_on_one_geography_and_adds_up_to_england():
    panel = next(one for one in site.panels.PANELS if one.name == "talking-therapies")
    boards = lineage.vintage("2022-07-01")
    long = site.panels.long(panel, boards)
    assert len(long) == 42 * long["year"].nunique() and set(long["status"]) == {"exact", "approximate"}
    table = tables.load("talking_therapies").query("body == 'ccg'")
    both = (one.groupby("year")["referrals"].sum().to_dict() for one in (long, table))
    assert next(both) == pytest.approx(next(both))
    wide = site.panels.wide(panel, long)
    assert len(wide) == 42 and wide["referrals 2018-19"].sum() == pytest.approx(
        long.query("year == '2018-19'")["referrals"].sum()
    )
    early = site.panels.long(panel, lineage.vintage("2018-04-01"))
    assert set(early["year"]) == {"2017-18", "2018-19"}, "what was merged later cannot be divided"
    dated = {
        r["name"]
        for r in tables.package()["resources"]
        if r.get("bodies", {}).get("geography") == "geography"
    }
    assert dated <= {one.table for one in site.panels.PANELS} | set(site.panels.LEFT_OUT) | {
        "location_people"
    }


@pytest.mark.slow
def test_a_panel_that_does_not_add_up_is_not_made(monkeypatch):
    panel, whole = site.panels.PANELS[0], rebasing.rebase

    def less(*args, **how):
        moved = whole(*args, **how)
        return dataclasses.replace(moved, frame=moved.frame.iloc[1:])

    monkeypatch.setattr(rebasing, "rebase", less)
    with pytest.raises(
        ValueError, match=r"list_sizes: practices of .* is not England's on the boards of July 2022"
    ):
        site.panels.long(panel, lineage.vintage("2022-07-01"))


def test_the_recipe_in_sql_gives_what_rebase_gives(tmp_path):
    page = (site.DOCS / "templates" / "look-ups.md").read_text(encoding="utf-8")
    recipe = re.search(r'id="sql">(.*?)</pre>', page, re.S)[1]
    pair = lineage.vintage("2019-04-01"), lineage.vintage("2022-07-01")
    (tmp_path / "pair.csv").write_text(lookups.to_csv(lookups.of(*pair)), encoding="utf-8")
    years = tables.load("ccg_years").query("year == '2019-20'")
    figures = years[["code"]].assign(referrals=years["registered_patients"])
    figures.to_csv(tmp_path / "figures.csv", index=False)
    asked = re.sub(r"<span data-file>.*?</span>", str(tmp_path / "pair.csv"), html.unescape(recipe))
    found = duckdb.sql(asked.replace("figures.csv", str(tmp_path / "figures.csv"))).df()
    wanted = rebasing.rebase(figures, code="code", at="2019-04-01", to="2022-07-01", sums=["referrals"]).frame
    assert dict(zip(found["to"], found["referrals"], strict=True)) == pytest.approx(
        dict(zip(wanted["code"], wanted["referrals"], strict=True))
    )
    assert set(found.loc[found["approximate"], "to"]) == set(wanted.query("status == 'approximate'")["code"])


@pytest.mark.slow
def test_a_page_has_the_same_look_ups_as_the_package():
    held = json.loads(site.offline.geographies().removeprefix("window.GEOGRAPHIES = ").removesuffix(";\n"))
    goal = next(
        i for i, v in enumerate(held["vintages"]) if (v["level"], v["start"]) == ("icb", "2026-04-01")
    )
    changed = held["maps"][f"{held['days'].index('2018-04-01')}|ccg|{goal}"]
    rows = {}
    for code, *_ in next(v for v in held["vintages"] if v["said"] == "the CCGs of April 2018")["bodies"]:
        into = changed.get(code, code)
        rows |= (
            {(code, to): share for to, share, _ in into} if isinstance(into, list) else {(code, into): 1.0}
        )
    table = lineage.lookup("2018-04-01", "2026-04-01", "icb")
    assert rows == pytest.approx(
        dict(zip(zip(table["from"], table["to"], strict=True), table["share"], strict=True))
    )
    number = {(v["level"], v["start"]): i for i, v in enumerate(held["vintages"])}
    for start, end in lookups.pairs():
        day = max(i for i, one in enumerate(held["days"]) if one <= str(start.start.date()))
        assert f"{day}|{start.level}|{number[end.level, str(end.start.date())]}" in held["maps"], (start, end)
    assert held["lives"]["00C"] == ["a CCG or location", "2013-04-01", "2020-03-31"]
    assert held["beside"]["England"] == "a total for England"


@pytest.mark.slow
def test_the_finder_knows_every_body_by_code_name_former_name_initials_and_council(charts):
    books = [site.Book(path, charts) for path in files.notebooks()]
    said = site.search.bodies_script(site.search.answers(charts, books))
    first, second = (part.split(" = ", 1)[1].removesuffix(";") for part in said.strip().split("\nwindow."))
    rows, told = json.loads(first), json.loads(second)
    found = {row[0]: row for row in rows}
    assert len(rows) == len(found) == 296
    assert found["01K"][1] == "NHS Morecambe Bay CCG" and found["01K"][3] == ["NHS Lancashire North CCG"]
    assert "E38000042" in found["00C"][4] and found["QHL"][2] == "board since 2022"
    assert found["QNQ"][2] == "board, 2022 to 2026" and found["S9B9J"][2] == "board since 2026"
    assert found["S9B9J"][4] == ["E54000069"] and {"E54000042", "E54000067"} <= set(found["QRL"][4])
    assert found["15C"][5] == ["BNSSG"] and found["00D"][5][0] == "DDES" and "Cornwall" in found["11N"][6]
    assert found["QHL"][5] == ["BSol"] and "NWL" in found["QRV"][5] and "02F00" in found["02F"][4]
    assert ["207 CCGs were open on 1 April 2017: how many CCGs in 2017", "chart/01_count.html"] in told


def test_a_trail_tells_each_change_once():
    told = bodies.trail(life.of("15E"))
    assert [(str(t["date"].date()), t["kind"], t["starts"], t["end"]) for t in told] == [
        ("2017-04-01", "split", ["05L"], "04X"),
        ("2018-04-01", "merger", ["04X", "05P", "13P"], "15E"),
        ("2022-07-01", "abolition", ["15E"], "QHL"),
    ]
    assert told[0]["part"] == "4.6% by patients" and told[1]["part"] == ""
    assert "ODS25" in told[1]["sources"]


def test_every_change_is_told_on_both_pages(pages):
    moves = tables.load("successions").query("kind != 'rename'")
    # since July 2022 the steps of locations are of areas, and no page tells them
    moves = moves[(moves["date"] <= lineage.BOARDS) | moves["from"].isin(tables.load("icbs")["code"])]
    for start, end in zip(moves["from"], moves["to"], strict=True):
        assert end in {b["code"] for b in pages[start]["went"]}, f"{start} went to {end}"
        assert start in {b["code"] for b in pages[end]["came"]}, f"{start} came to {end}"
        assert any(start in t["starts"] and t["end"] == end for t in pages[start]["trail"]), (start, end)
    assert "A part of it went to Surrey Heartlands (92A) on 1 April 2020" in pages["09G"]["summary"]
    parts = [b["part"] for page in pages.values() for side in ("came", "went") for b in page[side]]
    assert "no practice, 11.2% of its area" in parts and not any(p.startswith("0.0%") for p in parts)


def test_a_part_is_said_by_what_it_is_measured_in():
    hops = {(h.start, h.end): h for code in ("09N", "05L", "10G") for h in life.of(code).after}
    assert bodies.part(hops["09N", "09G"]) == "no practice, 11.2% of its area"
    assert bodies.part(hops["05L", "04X"]) == "4.6% by patients"
    assert bodies.part(hops["10G", "15D"]) == "", "the whole"
    small = lineage.Hop(lineage.START, "A", "B", "split", 0.0002, "patients", "X", "")
    assert bodies.part(small) == "under 0.1% by patients"


def test_columns_stand_on_zero_and_the_tallest_is_the_largest():
    years = life.of("01K").years
    made = bodies.columns(years)
    base = {round(c["y"] + c["height"], 1) for c in made}
    assert base == {158.0} and max(c["height"] for c in made) == 124.0
    tallest = max(made, key=lambda c: c["height"])
    assert tallest["year"].patients == max(y.patients for y in years)
    assert made[0]["label"] == "2013" and made[1]["label"] == "14-15"
    assert all(a["x"] + a["width"] < b["x"] for a, b in pairwise(made))
    assert bodies.columns(()) == []


def test_a_hexagon_is_one_of_its_map():
    made = bodies.hexagons(life.of("15E").tile)
    assert made["own"] in made["all"] and made["all"].count("z") == 106
    assert bodies.hexagons(None) is None


def test_a_linked_map_has_a_hexagon_for_each_body_of_its_day():
    maps = [bodies.linked(day) for day in ("2013-04-01", "2022-07-01", "2026-04-01")]
    assert [(len(m["cells"]), m["boards"]) for m in maps] == [(211, False), (42, True), (36, True)]
    assert [sum(c["ended"] for c in m["cells"]) for m in maps] == [141, 12, 0]


def test_without_sphinx_the_command_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "sphinx.cmd.build", None)
    with pytest.raises(ValueError, match="use make site"):
        site.build()


def test_rows_as_csv_have_iso_dates_and_a_source():
    head, first, *_ = figures.to_csv(life.table(life.of("15E"), "years")).splitlines()
    assert head.split(",") == ["code", "period", "start", "patients", "practices", "status", "own", "source"]
    assert first.startswith("15E,April 2013,2013-04-01,")


def test_every_body_is_listed_once_in_its_region():
    listed = bodies.regions()
    codes = [b["code"] for rows in listed.values() for b in rows]
    assert len(codes) == len(set(codes)) == 296 and len(listed) == 7
    assert all(rows[0]["kind"] == "board" for rows in listed.values()), (
        "a region begins with its boards of today"
    )
