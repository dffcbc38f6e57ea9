"""The site as a reader has it: opened from its folder, searched, read on a phone, downloaded from."""

import csv
import io
import json
import re
import shlex
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pandas as pd
import pytest
from ccg import files, lineage, rebase_file, tables
from ccg.cli import main as command
from playwright.sync_api import expect

SITE = files.ROOT / "docs" / "_build" / "html"
CODES = [*tables.load("ccgs")["code"], *tables.load("icbs")["code"]]
#: One page of each kind.
KINDS = {
    "front": "index.html",
    "notebook": "notebooks/01_consolidation.html",
    "gallery": "charts.html",
    "chart": "chart/01_count.html",
    "ccg": "body/15E.html",
    "board": "body/QHL.html",
    "bodies": "bodies.html",
    "claims": "notebooks/00_claims.html",
    "explore": "notebooks/09_explore.html",
    "data": "data.html",
    "look-ups": "look-ups.html",
    "re-base": "re-base.html",
    "student": "what-was-a-ccg.html",
    "codebook": "codebook.html",
    "search": "search.html?q=Lancashire+North",
}


def address(page: str) -> str:
    path, _, asked = page.partition("?")
    if not (SITE / path).is_file():
        pytest.fail(f"docs/_build/html/{path} is not there: run make site", pytrace=False)
    return (SITE / path).as_uri() + (f"?{asked}" if asked else "")


@pytest.fixture
def visit(page):
    """``visit("body/15E.html")`` opens a page of the site from its folder and gives it."""

    def go(where: str, on=page):
        on.goto(address(where), wait_until="load")
        return on

    return go


@pytest.fixture
def finder(visit, page):
    """The front page's field, on a page that is opened once for all that is typed there."""
    if page.url != address("index.html"):
        visit("index.html")
    return page.get_by_label("Find a CCG or a board")


# --- searching ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("15E", "NHS Birmingham and Solihull CCG (15E)"),
        ("00C", "NHS Darlington CCG (00C)"),
        ("D2P2L", "NHS Black Country and West Birmingham CCG (D2P2L)"),
        ("QHL", "NHS Birmingham and Solihull Integrated Care Board (QHL)"),
        ("NHS Darlington CCG", "NHS Darlington CCG (00C)"),
        # former names, and an ONS code
        ("Lancashire North", "NHS Morecambe Bay CCG (01K)"),
        ("E38000042", "NHS Darlington CCG (00C)"),
    ],
)
def test_search_names_the_body_first(visit, asked, first):
    page = visit(f"search.html?q={asked.replace(' ', '+')}")
    hit = page.locator("#search-results ul.search li a").first
    assert hit.inner_text() == first
    place = hit.bounding_box()
    # a list that grows is no target
    expect(page.locator(".search-summary")).to_contain_text("Search finished")
    assert hit.bounding_box() == place, "the words that the search has ended moved what it found"
    hit.click()
    page.wait_for_url(re.compile(r"/body/\w+\.html"))
    assert page.locator("h1").inner_text().startswith(first)


def test_search_on_a_server_shows_each_page_once_with_its_words(serve, page):
    command = [sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1", "--directory", str(SITE)]
    site = serve(command, cwd=SITE)
    page.goto(f"{site.url}/search.html?q=Darlington")
    hits = page.locator("#search-results ul.search li")
    hits.first.locator(".context").wait_for()
    page.wait_for_function(
        "() => document.querySelectorAll('#search-results ul.search li .context').length > 3"
    )
    titles = hits.locator("a").all_inner_texts()
    assert titles[0] == "NHS Darlington CCG (00C)" and len(set(titles)) == len(titles)
    assert "from 1 April 2013 to 31 March 2020" in hits.first.locator(".context").inner_text()


def test_the_words_of_a_search_are_marked_in_the_text_of_the_page_after_it_and_in_no_title_of_a_drawing(
    visit,
):
    page = visit("search.html?q=CCG")
    page.locator("#search-results ul.search li").first.wait_for()
    visit("index.html")
    page.locator("article span.highlighted").first.wait_for()
    assert page.locator("svg title").filter(has_text="CCG").count() > 200
    assert page.locator("svg :is(title, style) tspan").count() == 0


@pytest.mark.parametrize("start", ["index.html", "bodies.html"])
def test_a_body_is_found_while_typing_by_keyboard_alone(visit, start):
    page = visit(start)
    field = page.get_by_label("Find a CCG or a board")
    field.press_sequentially("lancashire nor")
    hit = page.locator(".find li a")
    assert hit.all_inner_texts() and "formerly NHS Lancashire North CCG" in hit.first.inner_text()
    field.press("ArrowDown")
    assert page.evaluate("document.activeElement === document.querySelector('.find li a')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/body/01K.html")
    assert "NHS Morecambe Bay CCG (01K)" in page.locator("h1").inner_text()


@pytest.mark.parametrize(
    ("typed", "code"),
    [("15e", "15E"), ("qhl", "QHL"), ("E38000042", "00C"), ("NHS Darlington", "00C"), ("surrey h", None)],
)
def test_codes_come_first_while_typing(finder, page, typed, code):
    finder.fill(typed)
    found = page.locator(".find li a").all_inner_texts()
    assert found if code is None else f"{code} ·" in found[0]
    assert all("Surrey H" in one for one in found) or code


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Sussex ICB", "NHS Sussex Integrated Care Board"),
        ("ICB", "Integrated Care Board"),
        ("BNSSG", "NHS Bristol, North Somerset and South Gloucestershire"),
        ("BLMK", "NHS Bedfordshire, Luton and Milton Keynes"),
        ("NWL", "NHS North West London"),
        ("BSol ICB", "NHS Birmingham and Solihull Integrated Care Board"),
        ("Folkestoen", "NHS Kent and Medway"),
        ("NEW Devon", "NHS Northern, Eastern and Western Devon CCG"),
        ("DDES", "NHS Durham Dales, Easington and Sedgefield CCG"),
        ("Brigton", "NHS Brighton and Hove CCG"),
        ("Birmingam", "NHS Birmingham"),
        ("King's Lynn", "NHS Norfolk"),
        ("Cornwall", "Cornwall"),
        ("207", "207 CCGs were open on 1 April 2017"),
        ("how many CCGs in 2017", "207 CCGs were open on 1 April 2017"),
        ("71%", "71%, 20% and half"),
        ("what is a CCG", "What is a CCG?"),
    ],
)  # fmt: skip
def test_the_finder_answers_what_people_type(finder, page, typed, first):
    finder.fill(typed)
    assert first in page.locator(".find li a").first.inner_text()


def test_the_search_of_all_pages_answers_first(visit):
    page = visit("search.html?q=207")
    page.get_by_role("link", name="207 CCGs were open on 1 April 2017").click()
    page.wait_for_url("**/chart/01_count.html")


def test_a_postcode_is_told_where_to_go(finder, page):
    finder.fill("LS1 4AP")
    assert "ONS Postcode Directory" in page.locator(".find [role=status]").inner_text()


def test_a_hexagon_of_the_front_page_says_its_name_and_leads_to_its_body(visit):
    page = visit("index.html")
    assert page.locator(".days svg a").count() == 211 + 135 + 106 + 42 + 36
    one = page.locator(".days a[aria-label='NHS Darlington CCG']")
    one.hover()
    assert page.locator("#hex-name").inner_text() == "NHS Darlington CCG, April 2013"
    one.click()
    page.wait_for_url("**/body/00C.html")


def test_the_drawings_of_a_body_are_taken_with_their_source(visit):
    page = visit("body/15E.html")
    for kind, sign in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as got:
            page.get_by_role("button", name=f"Picture ({kind}) of Registered patients").click()
        content = got.value.path().read_bytes()
        assert got.value.suggested_filename == f"15E-size.{kind.lower()}" and content.startswith(sign)
        assert kind == "PNG" or b">Source: " in content


def test_the_first_page_is_light(visit, new_page):
    page, asked = new_page(), set()
    page.on("request", lambda request: asked.add(unquote(urlsplit(request.url).path)))
    visit("index.html", on=page)
    page.evaluate(
        "async () => { for (let y = 0; y < document.body.scrollHeight; y += 500) { scrollTo(0, y); await new Promise(requestAnimationFrame); } }"
    )
    page.wait_for_load_state("networkidle")
    assert len(asked) > 10 and sum(Path(path).stat().st_size for path in asked) < 700_000


def test_hostile_text_stays_text(visit):
    hostile = "<img src=x onerror=\"document.title='struck'\"><script>document.title='struck'</script>"
    page = visit("index.html")
    before = page.title()
    page.get_by_label("Find a CCG or a board").fill(hostile)
    assert page.locator(".find [role=status]").inner_text().startswith("Nothing by that name")
    assert page.locator(".find img").count() == 0
    page.locator("form.sidebar-search-container input[name=q]").fill(hostile)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?**")
    page.locator(".search-summary").wait_for()
    page.wait_for_function(
        "() => !/Searching/.test(document.querySelector('#search-results h2')?.innerText ?? 'Searching')"
    )
    assert page.locator("#search-results img, #search-results script").count() == 0
    assert "struck" not in page.title() and before


# --- what pages say -----------------------------------------------------------------------------


def test_the_front_page_tells_the_story(visit):
    page = visit("index.html")
    assert "211 local groups" in page.locator("h1").inner_text()
    lead = page.locator(".lead").inner_text()
    assert (
        "Mergers ended 141 of these 211 and 1 that a merger had made, 142 in all, until 106 CCGs were left"
        in lead
    )
    assert "42 integrated care boards took their place; since 1 April 2026 there are 36" in lead
    assert page.locator("figure.chart svg[role=img]").count() == 4
    questions = page.locator(".questions li")
    assert questions.count() == len(files.notebooks())
    assert all(len(words) > 60 for words in questions.all_inner_texts()), "each question has its answer"


def test_a_ccg_page_tells_its_life(visit):
    page = visit("body/15E.html")
    chain = page.locator(".chain")
    before = chain.locator("a[rel=prev]")
    assert [a.split("\n")[1][:3] for a in before.all_inner_texts()] == ["04X", "05P", "13P"]
    trail = page.locator("table.trail").inner_text()
    assert "1 April 2018" in trail and "merged into Birmingham and Solihull (15E)" in trail
    assert "1 July 2022" in trail and "Birmingham and Solihull (QHL) took over" in trail
    year = page.locator("table.years tr", has_text="2018-19").inner_text()
    own = tables.load("ccg_years").query("code == '15E' and year == '2018-19'").iloc[0]
    assert f"{own['registered_patients'] - own['closed_patients']:,}" in year and "itself" in year
    assert page.locator("table.stand").inner_text().count("of 106") >= 5
    assert page.locator("svg.hex path.own").count() == 1
    before.first.click()
    page.wait_for_url("**/body/04X.html")
    assert page.locator(".chain a[rel=next]").first.inner_text().startswith("Birmingham and Solihull")


def test_a_board_page_tells_what_it_took_over(visit):
    page = visit("body/QHL.html")
    said = page.locator("article").inner_text()
    assert "board since 1 July 2022" in said
    assert "Black Country and West Birmingham" in page.locator(".chain").inner_text()
    board = tables.load("ccg_years").query("code == '15E' and year == '2022-23'").iloc[0]
    patients = board["registered_patients"] - board["closed_patients"]
    assert f"{patients:,}" in page.locator("table.years tr", has_text="2022-23").inner_text()
    assert "of 36" in page.locator("table.stand").inner_text()


def test_a_former_name_is_told(visit):
    said = visit("body/01H.html").locator("article").inner_text()
    assert "Until 31 March 2017 it was called NHS Cumbria CCG" in said


def test_the_list_of_bodies_follows_the_day(visit):
    page = visit("bodies.html")
    assert page.locator("#shown").inner_text() == "248 CCGs and 48 boards"
    for day, count in (
        ("2013-04-01", "211 CCGs"),
        ("2020-04-01", "135 CCGs"),
        ("2022-07-01", "42 boards"),
        ("2026-04-01", "36 boards"),
    ):
        page.get_by_label("Show those of").select_option(day)
        assert page.locator("#shown").inner_text() == count
        assert page.locator(".bodies li:visible").count() == int(count.split()[0])


def test_a_hexagon_leads_to_its_body(visit):
    page = visit("bodies.html")
    assert page.locator(".maps svg a").count() == 211 + 42 + 36
    page.locator(".maps svg a[aria-label='NHS Darlington CCG']").click()
    page.wait_for_url("**/body/00C.html")
    assert page.locator("h1").inner_text().startswith("NHS Darlington CCG (00C)")


def test_where_a_kernel_is_needed_a_body_is_found_all_the_same(visit):
    page = visit("notebooks/09_explore.html")
    assert page.locator("h1").inner_text().startswith("What became of one CCG?")
    page.get_by_label("Find a CCG or a board").fill("lancashire north")
    page.keyboard.press("Enter")
    page.wait_for_url("**/body/01K.html")
    page.go_back()
    assert "needs a running kernel" not in page.locator("article").inner_text()
    page.get_by_role("link", name="All of them, on a map and by region").click()
    page.wait_for_url("**/bodies.html")


def test_what_a_notebook_displays_as_a_table_is_one(page):
    tables_of = """html => new DOMParser().parseFromString(html, 'text/html')
      .querySelectorAll('.cell_output table.docutils').length"""
    for path in files.notebooks():
        book = nbformat.read(path, 4)
        shown = [o.get("data", {}).get("text/markdown", "") for c in book.cells for o in c.get("outputs", [])]
        tables = sum(len(re.findall(r"^\|?[ :-]*-{3}[ :|-]*$", text, re.M)) for text in shown)
        html = (SITE / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8")
        assert page.evaluate(tables_of, html) >= tables, path.name
        assert tables or path.name != "00_claims.ipynb", "the claims are tables"


def test_the_page_of_a_body_says_what_is_approximate_and_when(visit):
    said = visit("body/09G.html").locator("article").inner_text()
    assert "no practice, 5.0% of its area" in said and "0.0%" not in said
    assert "Surrey Heartlands" in visit("body/09G.html").locator(".chain").inner_text()
    said = visit("body/13T.html").locator("article").inner_text()
    assert "26 November 2014" in said and "2014-11-26" not in said


def test_a_notebook_shows_its_answer_and_folds_its_code(visit):
    page = visit("notebooks/01_consolidation.html")
    assert page.get_by_text("141 of the 211 original CCGs merged before the end").is_visible()
    code = page.locator("div.cell_input").first
    assert not code.is_visible()
    page.locator("details.hide summary").first.click()
    assert code.is_visible() and "import pandas as pd" in code.inner_text()


def test_every_chart_of_a_notebook_has_its_own_words(visit):
    drawn = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in files.figures().glob("01_*.json")}
    page = visit("notebooks/01_consolidation.html")
    alts = page.locator("figure.chart :is(img, svg[role=img])").evaluate_all(
        "(all) => all.map((one) => one.alt ?? one.getAttribute('aria-label'))"
    )
    assert sorted(alts) == sorted(chart["alt"] for chart in drawn.values())
    page.locator("figure.chart img").first.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('figure.chart img').naturalWidth > 1000")


def test_a_citation_is_copied(new_page, visit):
    page = visit("chart/01_count.html", on=new_page(permissions=["clipboard-read", "clipboard-write"]))
    page.locator("div.cite button.copybtn").click()
    page.locator("div.cite button.copybtn.success").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    title = json.loads((files.figures() / "01_count.json").read_text(encoding="utf-8"))["title"]
    assert title in copied and "chart 01_count" in copied and "The england-ccgs authors" in copied


# --- what can be taken ----------------------------------------------------------------------------


def test_a_chart_gives_the_files_of_the_project(visit):
    page = visit("chart/01_count.html")
    for kind in ("PNG", "SVG", "CSV"):
        link = page.get_by_role("link", name=f"({kind})")
        held = files.figures() / f"01_count.{kind.lower()}"
        assert (SITE / "chart" / link.get_attribute("href")).resolve().read_bytes() == held.read_bytes()
    # from a folder a browser opens a picture rather than saving it; what it cannot show it saves
    with page.expect_download() as got:
        link.click()
    assert got.value.suggested_filename == held.name
    assert got.value.path().read_bytes() == held.read_bytes()


def test_a_ccg_page_gives_its_numbers(visit):
    page = visit("body/15E.html")
    with page.expect_download() as got:
        page.get_by_role("link", name="Year by year (CSV)").click()
    rows = list(csv.DictReader(got.value.path().open(encoding="utf-8")))
    own = tables.load("ccg_years").query("code == '15E' and year == '2018-19'").iloc[0]
    year = next(r for r in rows if r["period"] == "2018-19")
    assert int(year["patients"]) == own["registered_patients"] - own["closed_patients"]
    assert int(year["practices"]) == own["practices"] and year["source"]


def test_one_download_holds_every_table(visit):
    page = visit("data.html")
    with page.expect_download() as got:
        page.get_by_role("link", name="All tables in one file").click()
    with zipfile.ZipFile(io.BytesIO(got.value.path().read_bytes())) as held:
        assert held.testzip() is None
        package = json.loads(held.read("england-ccgs/datapackage.json"))
        for resource in package["resources"]:
            assert (
                held.read(f"england-ccgs/{resource['path']}")
                == (files.data() / resource["path"]).read_bytes()
            )
        assert {"england-ccgs/README.md", "england-ccgs/LICENSE"} <= set(held.namelist())


def test_a_look_up_is_two_clicks_from_the_front_page(visit):
    page = visit("index.html")
    page.get_by_role("link", name="Look-ups and ready panels").first.click()
    with page.expect_download() as got:
        page.get_by_role("link", name="This look-up (CSV)").click()
    assert got.value.suggested_filename == "ccg-2019-04-01-to-icb-2022-07-01.csv"
    rows = {row["from"]: row for row in csv.DictReader(got.value.path().open(encoding="utf-8"))}
    assert len(rows) == 191 and rows["00C"]["to"] == "QHM" and rows["00C"]["from_ons"] == "E38000042"


def test_any_two_dates_are_chosen_by_keyboard_and_the_address_keeps_them(visit):
    page = visit("look-ups.html")
    page.get_by_label("From", exact=True).focus()
    page.keyboard.type("CCGs of April 2018")
    page.keyboard.press("Tab")
    page.keyboard.type("CCGs of April 2020")
    page.get_by_label("Codes shown").select_option("ons")
    rows = page.locator("#rows tr")
    assert (
        page.locator("#said")
        .inner_text()
        .startswith("From the CCGs of April 2018 to the CCGs of April 2020: 195 bodies become 135.")
    )
    page.get_by_role("button", name="Show all").press("Enter")
    assert rows.count() == 195 and rows.first.inner_text().startswith("E38000042")
    assert page.url.endswith("#ccg-2018-04-01-to-ccg-2020-04-01")
    page.reload()
    assert page.get_by_label("To", exact=True).input_value() == "ccg-2020-04-01"


def test_every_look_up_and_panel_is_a_file_and_in_its_zip(visit):
    page = visit("look-ups.html")
    for table, name in (("look-ups", re.compile(r"All \d+ look-ups")), ("panels", "All panels in one file")):
        with page.expect_download() as got:
            page.get_by_role("link", name=name).click()
        with zipfile.ZipFile(io.BytesIO(got.value.path().read_bytes())) as held:
            linked = page.locator(f"table.{table} a[download]").evaluate_all(
                "(all) => all.map((a) => a.getAttribute('href'))"
            )
            assert set(linked) == {n for n in held.namelist() if not n.endswith(".md")}
            assert len(linked) > 50 and all((SITE / n).is_file() for n in linked)


# --- re-basing in the page --------------------------------------------------------------------------


def stacked(path):
    """Three years of figures with holes, marks, a total for England and a code of no CCG; ages and a rate."""
    rows = []
    for at in ("2018-04-01", "2019-04-01", "2020-04-01"):
        for i, code in enumerate(lineage.bodies(at)["code"]):
            for age in ("0-17", "18-64", "65+"):
                if (i * len(age) + len(at)) % 37:
                    rows.append(
                        (at, code, age, f"{(i * 7919) % 5003:,}" if i % 29 else "*", i % 91 / 7, i % 17 + 1)
                    )
        rows += [
            (at, "England", "0-17", "1,000", 1, 5),
            (at, "13Q", "65+", "7", 1, 5),
            (at, "", "65+", "3", 1, 5),
        ]
    pd.DataFrame(rows, columns=["date", "code", "age", "n", "rate", "base"]).to_csv(path, index=False)


#: Files that page and command both take: what each column is, the geography if it is chosen, and the goal.
BOTH = {
    "absent-part": ({"period": "key"}, "CCGs of April 2013", "CCGs of April 2015"),
    "auto-differs-by-little": ({}, None, "boards of July 2022"),
    "commissioned-by-nhs-england": ({}, None, "CCGs of April 2021"),
    "ons-in-ods-out": ({}, None, "CCGs of April 2021"),
    "title-lines": ({}, "CCGs of April 2018", "partnerships of April 2020"),
    "of-partnerships": ({}, None, "partnerships of April 2021"),
    "made": ({"date": "date", "age": "key", "base": "out", "rate": "base"}, None, "boards of April 2026"),
}


def moved(page, file, roles, at, goal):
    """Re-base a file in the page; its result and what found no place, as rows of text, and the report."""
    page.get_by_label("A CSV or TSV file").set_input_files(file)
    page.get_by_role("button", name="Re-base").wait_for()
    for column, role in roles.items():
        chosen = page.get_by_label(f"What {column} is", exact=True)
        chosen.select_option(role if role in ("key", "date", "out", "sum") else "mean")
        if chosen.input_value() == "mean":
            page.get_by_label(f"What weighs {column}", exact=True).select_option(role)
    if at:
        page.get_by_label("The codes are of").select_option(at)
    page.get_by_label("Move them to").select_option(goal)
    page.get_by_role("button", name="Re-base").click()
    page.locator("#result-note", has_text="seconds").or_(page.get_by_role("alert")).first.wait_for()
    assert not page.get_by_role("alert").is_visible(), page.get_by_role("alert").inner_text()
    out = []
    for name in ("Result (CSV)", "What found no place (CSV)"):
        button = page.get_by_role("button", name=name)
        if not button.is_visible():
            out.append([])
            continue
        with page.expect_download() as got:
            button.click()
        out.append(list(csv.reader(got.value.path().open(encoding="utf-8"))))
    return *out, page.locator("#report").inner_text()


@pytest.mark.parametrize("name", BOTH)
def test_the_page_gives_cell_by_cell_what_the_command_gives(visit, tmp_path, monkeypatch, capsys, name):
    roles, at, goal = BOTH[name]
    file = files.ROOT / "tests" / "cases" / name / "input.csv"
    if name == "made":
        stacked(file := tmp_path / "made.csv")
    if name == "of-partnerships":
        codes = lineage.bodies("2019-04-01", "partnership")["code"]
        file = tmp_path / "plans.csv"
        pd.DataFrame({"code": codes, "n": range(len(codes))}).to_csv(file, index=False)
    page = visit("re-base.html")
    rows, unmapped, report = moved(page, file, roles, at, goal)
    # the command that the page shows is what is run
    words = shlex.split(page.locator("#command").inner_text())
    words[words.index(file.name)], words[-1] = str(file), str(tmp_path / "out.csv")
    assert words[:3] == ["python", "-m", "ccg"]
    monkeypatch.chdir(tmp_path)
    assert command(words[3:]) == 0
    said = capsys.readouterr().out
    for got, path in ((rows, "out.csv"), (unmapped, "out.unmapped.csv")):
        wanted = list(csv.reader((tmp_path / path).open(encoding="utf-8"))) if got else []
        assert got[:1] == wanted[:1] and len(got) == len(wanted)
        for mine, its in zip(got[1:], wanted[1:], strict=True):
            for one, other in zip(mine, its, strict=True):
                assert one == other or float(one) == pytest.approx(float(other), rel=1e-9), (mine, its)
    assert report.splitlines()[0] == said.splitlines()[0], "the verdict"
    status = rows[0].index("status")
    incomplete = ("made", "auto-differs-by-little", "title-lines")
    assert ("incomplete" in {row[status] for row in rows}) == (name in incomplete)


def test_what_the_page_refuses_it_refuses_in_the_words_of_the_command(visit, tmp_path):
    page = visit("re-base.html")
    (file := tmp_path / "two.csv").write_text("code,n\n00C,1\n00F,2\n15E,3\n")
    page.get_by_label("A CSV or TSV file").set_input_files(file)
    page.get_by_label("The codes are of").select_option("CCGs of April 2018")
    page.get_by_role("button", name="Re-base").press("Enter")
    words = page.get_by_role("alert")
    words.wait_for()
    said = "1 code is not of the CCGs of April 2018: 00F was a CCG or location from 2013-04-01 to 2015-03-31"
    assert said in words.inner_text()
    with pytest.raises(ValueError, match=re.escape(said)):
        rebase_file(file, at="2018-04-01", to="2026-04-01", sums=["n"])
    (book := tmp_path / "book.csv").write_bytes(b"PK\x03\x04 of a workbook")
    page.get_by_label("A CSV or TSV file").set_input_files(book)
    page.get_by_text("the command reads workbooks").wait_for()
    assert not page.locator("#result").is_visible()


#: Of what has the focus: its name as a reader hears it, and whether it can be seen that it has.
FOCUSED = """() => {
  const one = document.activeElement, look = getComputedStyle(one);
  const name = one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText ?? one.innerText ?? "";
  return [name.trim(), look.outlineStyle !== "none" || look.boxShadow !== "none"];
}"""


def tab_to(page, name: str, most: int = 30) -> None:
    """Press Tab until the focus is on what is called so, and look that it can be seen there."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        found, seen = page.evaluate(FOCUSED)
        passed.append(found)
        if found.startswith(name):
            assert seen, f"{name} has the focus, and it cannot be seen"
            return
    pytest.fail(f"Tab does not reach {name!r} from there: {passed}")


def test_finder_look_ups_and_re_basing_are_walked_through_by_keyboard(visit, tmp_path):
    page = visit("index.html")
    tab_to(page, "Skip to content", 1)
    page.keyboard.press("Enter")
    tab_to(page, "Find a CCG or a board")
    page.keyboard.type("north tyn")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/body/99C.html")

    visit("look-ups.html")
    tab_to(page, "Skip to content", 1)
    page.keyboard.press("Enter")
    tab_to(page, "From")
    page.keyboard.type("CCGs of April 2018")
    tab_to(page, "To", 1)
    page.keyboard.type("Partnerships of April 2020")
    tab_to(page, "This look-up (CSV)")
    with page.expect_download() as got:
        page.keyboard.press("Enter")
    assert got.value.suggested_filename == "ccg-2018-04-01-to-partnership-2020-04-01.csv"

    codes = lineage.bodies("2018-04-01")["code"]
    pd.DataFrame({"code": codes, "n": range(len(codes))}).to_csv(file := tmp_path / "counts.csv", index=False)
    visit("re-base.html")
    tab_to(page, "Skip to content", 1)
    page.keyboard.press("Enter")
    tab_to(page, "A CSV or TSV file")
    page.locator("input:focus").set_input_files(file)  # what the system's own window gives
    page.get_by_text("195 rows, 2 columns").wait_for()
    tab_to(page, "What n is")
    tab_to(page, "Move them to")
    page.keyboard.type("boards of July 2022")
    tab_to(page, "Re-base")
    page.keyboard.press("Enter")
    page.get_by_text("Result (CSV)").wait_for()
    tab_to(page, "Result (CSV)")
    with page.expect_download() as got:
        page.keyboard.press("Enter")
    rows = list(csv.DictReader(got.value.path().open(encoding="utf-8")))
    assert len(rows) == 42 and sum(float(row["n"]) for row in rows) == pytest.approx(sum(range(195)))


# --- every page -----------------------------------------------------------------------------------


class _Page(HTMLParser):
    """Ids, links and what a page loads, of one HTML file."""

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.loads, self.images = set(), [], [], []
        self.paragraphs, self._open = [], False

    def handle_starttag(self, tag, attrs):
        got = dict(attrs)
        if got.get("id"):
            self.ids.add(got["id"])
        if tag == "p":
            self.paragraphs.append("")
            self._open = True
        if tag == "a" and got.get("href") is not None:
            self.links.append(got["href"])
        if tag == "img":
            self.images.append(got)
        if tag in ("script", "img", "source", "iframe", "embed") and got.get("src"):
            self.loads.append(got["src"])
        if tag == "link" and got.get("rel") not in ("canonical", "author"):
            self.loads.append(got.get("href", ""))

    def handle_endtag(self, tag):
        if tag == "p":
            self._open = False

    def handle_data(self, data):
        if self._open:
            self.paragraphs[-1] += data


@pytest.fixture(scope="module")
def every() -> dict[str, _Page]:
    """Every page of the site, parsed."""
    found = {}
    for path in sorted(SITE.rglob("*.html")):
        one = _Page()
        one.feed(path.read_text(encoding="utf-8"))
        found[path.relative_to(SITE).as_posix()] = one
    if not found:
        pytest.fail("docs/_build/html is empty: run make site", pytrace=False)
    return found


def test_every_body_and_chart_has_its_page(every):
    assert {f"body/{code}.html" for code in CODES} <= set(every) and len(CODES) == 248 + 48
    assert {f"chart/{p.stem}.html" for p in files.figures().glob("[0-9]*.json")} <= set(every)
    assert {f"notebooks/{p.stem}.html" for p in files.notebooks()} <= set(every)


def test_no_page_shows_a_table_as_pipes(every):
    wrong = [
        f"{name}: {words.strip()[:60]}"
        for name, page in every.items()
        for words in page.paragraphs
        if re.search(r"\|\s*:?[-–—]+:?\s*\|", words) or re.fullmatch(r"\s*\|.*\|\s*", words, re.S)
    ]
    assert not wrong, "\n".join(wrong[:20])


def test_approximate_is_explained_where_something_is(every):
    explained = {
        n for n, page in every.items() if any("Approximate: a boundary" in p for p in page.paragraphs)
    }
    text = {
        f"body/{code}.html": (SITE / "body" / f"{code}.html").read_text(encoding="utf-8") for code in CODES
    }
    assert explained == {name for name, html in text.items() if ", approximate</td>" in html}


def test_every_link_leads_somewhere(every):
    broken = []
    for name, page in every.items():
        for link in [*page.links, *page.loads]:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data"):
                continue
            target = ((SITE / name).parent / unquote(parts.path)).resolve() if parts.path else SITE / name
            if not target.is_file():
                broken.append(f"{name}: {link}: no such file")
            elif parts.fragment and target.suffix == ".html":
                ids = every[target.relative_to(SITE).as_posix()].ids
                if unquote(parts.fragment) not in ids:
                    broken.append(f"{name}: {link}: no such place on the page")
    assert not broken, "\n".join(broken[:20])


def test_no_page_loads_anything_from_elsewhere(every):
    outside = [
        f"{name}: {load}" for name, page in every.items() for load in page.loads if urlsplit(load).netloc
    ]
    for sheet in SITE.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        outside += [
            f"{sheet.name}: {u}"
            for u in re.findall(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^'\")]+)", text)
        ]
    assert not outside, "\n".join(outside[:20])


def test_every_picture_is_a_file_and_has_words(every):
    for name, page in every.items():
        for image in page.images:
            assert image.get("src") and not image["src"].startswith("data:"), (
                f"{name}: a picture inside the page"
            )
            assert "alt" in image, f"{name}: {image['src']} has no alternative text"
            assert image["alt"] or name == "charts.html", (
                f"{name}: {image['src']}: only thumbnails have their words beside"
            )


# --- any screen, anybody ------------------------------------------------------------------------------


#: Light on a desktop, dark on a phone: what is wrong with a colour or with a layout is seen in one of them.
SCREENS = {
    "desktop": {"width": 1280, "height": 1000, "color_scheme": "light"},
    "phone": {"width": 390, "height": 844, "color_scheme": "dark"},
}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("kind", KINDS)
def test_anybody_can_use_it_and_a_phone_needs_no_sideways_scroll(window, visit, axe, shot, kind, screen):
    page = visit(KINDS[kind], on=window(**SCREENS[screen]))
    shot(page, f"site_{kind}_{screen}")
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], f"the page is {wide[0]} wide on a screen of {wide[1]}"
    if kind == "front":
        page.get_by_label("Find a CCG or a board").fill("Birmingham")
    if kind == "notebook":
        page.locator("details.hide summary").first.click()
    # which otherwise comes when one scrolls up, so by chance
    page.evaluate("document.documentElement.classList.add('show-back-to-top')")
    assert axe(page, moderate=True) == []


def test_a_chart_on_a_phone_is_narrow_or_scrolls_and_follows_dark_mode(phone, visit):
    page = visit("chart/04_bodies.html", on=phone)
    box = page.locator(".chart-picture").first
    assert box.evaluate("(box) => box.scrollWidth > box.clientWidth && box.tabIndex === 0")
    visit("chart/01_count.html", on=phone)
    assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    column = page.locator(".drawn.piece rect").nth(10)
    assert column.is_visible() and column.bounding_box()["x"] < 390
    colour = "(one) => getComputedStyle(one).fill"
    light = column.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    assert column.evaluate(colour) != light
    page.emulate_media(color_scheme="light")
