"""The explorer as a reader meets it: searched, compared, downloaded from, on a desktop, a phone, by keyboard."""

import csv
import http.client
import re
import shutil
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest
from ccg import life
from PIL import Image
from playwright.sync_api import expect

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def served(serve, checkout):
    """The explorer, started as a reader starts it."""
    command = [sys.executable, "-m", "ccg", "app", "--no-browser", "--port", "{port}"]
    return serve(command, cwd=checkout, ready="/voila/static/none")


@pytest.fixture
def explorer(served, page):
    """The explorer as it opens. It is loaded once: what the test before this one chose is undone."""
    if not page.url.startswith(served.url):
        return shown(page, served)
    page.get_by_label("Compare with a second body").uncheck()
    search(page, "15E")
    drawn(page, "15E")
    return page


@pytest.fixture
def tab(page):
    """A tab of its own beside the page that tests share, to be loaded or closed."""
    opened = page.context.new_page()
    yield opened
    opened.close()


def shown(page, served):
    """Open the page and wait for its first life."""
    page.goto(served.url, wait_until="domcontentloaded")
    drawn(page, "15E")
    return page


def drawn(page, code: str) -> None:
    """Wait until all four charts of a body are on the page, each a picture that is really shown."""
    charts = page.locator(f"figure[data-code='{code}'] img")
    expect(charts).to_have_count(4, timeout=60_000)
    for chart in charts.all():
        assert chart.evaluate("image => image.decode().then(() => image.naturalWidth)") > 600
        assert len(chart.get_attribute("alt")) > 40


def search(page, words: str, box: str = "Search") -> None:
    page.get_by_label(box, exact=True).fill(words)


def kept(page, click) -> Path:
    with page.expect_download() as download:
        click()
    path = Path(download.value.path())
    return path.rename(path.with_name(download.value.suggested_filename))


def test_the_page_is_the_explorer_and_no_code(explorer, axe, shot):
    assert explorer.title() == "The life of a CCG: explorer"
    assert explorer.locator("html").get_attribute("lang") == "en"
    assert explorer.get_by_role("heading", level=1).all_inner_texts() == ["What became of one CCG?"]
    assert explorer.locator("main").count() == 1
    expect(explorer.get_by_role("heading", name="NHS Birmingham and Solihull CCG")).to_be_visible()
    assert explorer.locator(".jp-CodeCell .jp-InputArea, .highlight").count() == 0
    assert "worked example" not in explorer.locator("main").inner_text()
    shot(explorer, "app", full_page=True)
    assert axe(explorer) == []


def test_a_body_is_found_by_name_by_code_and_by_former_name(explorer):
    search(explorer, "north tyn")
    drawn(explorer, "99C")
    search(explorer, "qua")
    drawn(explorer, "QUA")
    search(explorer, "E38000041")
    drawn(explorer, "01H")
    search(explorer, "lancashire north")
    drawn(explorer, "01K")
    expect(explorer.get_by_role("heading", name="NHS Morecambe Bay CCG")).to_be_visible()
    search(explorer, "cumbria")
    found = explorer.get_by_label("Choose", exact=True)
    expect(found.locator("option")).to_have_count(5)
    found.select_option(label="North Cumbria · 01H · CCG 2013–2022 · was Cumbria")
    drawn(explorer, "01H")


def test_two_are_compared_and_their_numbers_and_pictures_kept(explorer, axe, shot):
    explorer.get_by_label("Compare with a second body").check()
    expect(explorer.get_by_text("Choose the second body above.")).to_be_visible()
    search(explorer, "D2P2L", "Second search")
    drawn(explorer, "D2P2L")
    drawn(explorer, "15E")
    tops = [
        explorer.locator(f"figure[data-code='{c}'][data-chart='years']").bounding_box()["y"]
        for c in ("15E", "D2P2L")
    ]
    assert tops[0] == tops[1], "the same charts stand side by side"
    shot(explorer, "app_two", full_page=True)

    numbers = explorer.get_by_role(
        "link", name="Numbers (CSV): List size by year, Black Country and West Birmingham"
    )
    path = kept(explorer, numbers.click)
    assert path.name == "D2P2L_years.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert {r["period"]: int(r["patients"]) for r in rows} == {
        y.period: y.patients for y in life.of("D2P2L").years
    }
    picture = explorer.get_by_role("link", name="Picture (PNG): Map, Birmingham and Solihull")
    path = kept(explorer, picture.click)
    assert path.name == "15E_map.png"
    with Image.open(path) as image:
        assert image.format == "PNG" and image.width == 800

    table = explorer.locator("details").nth(3)
    table.locator("summary").click()
    expect(table.get_by_role("columnheader", name="patients")).to_be_visible()
    assert axe(explorer) == []


def test_the_address_holds_what_is_shown_and_shows_what_it_holds(served, tab):
    tab.goto(f"{served.url}/#04X+99C+index", wait_until="domcontentloaded")
    drawn(tab, "04X")
    drawn(tab, "99C")
    expect(tab.locator("figure[data-chart=years] img").first).to_have_attribute(
        "alt", re.compile("Line chart")
    )
    assert tab.url.endswith("#04X+99C+index")
    tab.get_by_role("button", name="Birmingham and Solihull (15E)").click()
    drawn(tab, "15E")
    tab.wait_for_url("**/#15E+99C+index")


def test_a_choice_without_a_life_and_words_that_find_nothing_are_answered(explorer, axe, shot):
    said = []

    def dismissed(dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    explorer.on("dialog", dismissed)
    search(explorer, HOSTILE)
    answer = explorer.get_by_role("status").filter(has_text="No CCG or board matches")
    expect(answer).to_contain_text(f"No CCG or board matches “{HOSTILE}”.")
    assert explorer.locator("img[src='x']").count() == 0 and said == []
    expect(explorer.get_by_label("Choose", exact=True).locator("option")).to_have_count(0)

    search(explorer, "birmingam and solihull ccg")
    expect(answer).to_contain_text("Did you mean Birmingham and Solihull (15E)?")
    search(explorer, "5PG")
    expect(explorer.get_by_text("5PG was a primary care trust, Birmingham East and North")).to_be_visible()
    expect(explorer.locator("figure")).to_have_count(0)
    shot(explorer, "app_none")
    assert axe(explorer) == [] and said == []
    explorer.remove_listener("dialog", dismissed)


def test_the_keyboard_is_enough(explorer):
    explorer.get_by_role("heading", level=1).click()  # from the top of the page
    keys = explorer.keyboard
    focused = "document.activeElement"

    def tab_to(name: str) -> None:
        for _ in range(12):
            keys.press("Tab")
            label = f"{focused}.getAttribute('aria-label') ?? {focused}.labels?.[0]?.innerText ?? {focused}.innerText"
            if name in (explorer.evaluate(label) or ""):
                return
        pytest.fail(f"Tab does not reach {name}")

    tab_to("Compare with a second body")
    tab_to("Search")
    keys.type("newcastle")
    expect(explorer.get_by_label("Choose", exact=True).locator("option").nth(1)).to_contain_text("Newcastle")
    tab_to("Choose")
    keys.press("ArrowDown")
    drawn(explorer, "13T")
    tab_to("Numbers (CSV): Trail")
    path = kept(explorer, lambda: keys.press("Enter"))
    with path.open(encoding="utf-8") as file:
        assert {r["start"] for r in csv.DictReader(file)} == {"00F", "00G", "00H", "13T"}
    tab_to("Trail as a table")
    keys.press("Enter")
    expect(explorer.get_by_role("columnheader", name="kind").first).to_be_visible()


def test_it_fits_a_phone(served, phone, axe, shot):
    shown(phone, served)
    phone.get_by_label("Compare with a second body").check()
    search(phone, "QHM", "Second search")
    drawn(phone, "QHM")
    wide = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
    assert phone.evaluate(wide) <= 390
    for part in phone.locator("figure img, input[type=text], select").all():
        box = part.bounding_box()
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= 390), part
    shot(phone, "app_phone", full_page=True)
    assert axe(phone) == []


# --- kernels, and who is answered -------------------------------------------------------------------


def kernels(server) -> int:
    """How many kernels of a server are running."""
    family = psutil.Process(server._process.pid).children(recursive=True)
    return sum("ipykernel_launcher" in word for one in family for word in _words(one))


def _words(process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:  # it has ended
        return []


def at_most(server, count: int) -> bool:
    """Whether no more than ``count`` kernels are left, once those that are ending have ended."""
    until = time.monotonic() + 60
    while kernels(server) > count and time.monotonic() < until:
        time.sleep(0.5)
    return kernels(server) <= count


def asked(server, host: str, path: str = "/", **headers: str) -> int:
    """The status of a plain request under a Host, read to its end."""
    where = urlsplit(server.url)
    one = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
    one.request("GET", path, headers={"Host": host} | headers)
    answer = one.getresponse()
    answer.read()
    one.close()
    return answer.status


#: A page that is soon there, since kernels are counted whatever they compute: its kernel counts clicks.
LIGHT = """
import ipywidgets
button, said = ipywidgets.Button(description="One more"), ipywidgets.HTML("Clicked 0 times")
button.on_click(lambda _: setattr(said, "value", f"Clicked {int(said.value.split()[1]) + 1} times"))
ipywidgets.VBox([button, said])
"""


@pytest.fixture(scope="module")
def own(serve, checkout, tmp_path_factory):
    """``own("--option")`` serves the explorer's page with ``LIGHT`` in it: one server for the tests that ask alike."""
    made = {}
    suite = tmp_path_factory.mktemp("light")
    shutil.copytree(checkout / "notebooks" / "ccg", suite / "notebooks" / "ccg")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(LIGHT)])
    nbformat.write(book, suite / "notebooks" / "09_explore.ipynb")

    def start(*more: str):
        if more not in made:
            code = "import sys; from ccg import quick, app; app.serve(int(sys.argv[1]), browser=False, more=sys.argv[2:])"
            command = [sys.executable, "-c", code, "{port}", *more]
            made[more] = serve(command, cwd=suite / "notebooks", ready="/voila/static/none")
        return made[more]

    yield start
    for server in made.values():
        server.stop()


def clicked(page, times: int) -> None:
    """Wait until the light page says how often it was clicked."""
    expect(page.get_by_text(f"Clicked {times} times")).to_be_visible(timeout=60_000)


def click(page) -> None:
    page.get_by_role("button", name="One more").click()


#: No kernel is ended because nobody came for it: leaving the page is enough.
UNCULLED = "--MappingKernelManager.cull_idle_timeout=0"


def test_ten_reloads_leave_one_kernel_for_the_page_and_one_kept_warm(own, tab):
    server = own(UNCULLED)
    tab.goto(server.url, wait_until="domcontentloaded")
    clicked(tab, 0)
    for _ in range(10):
        click(tab)
        clicked(tab, 1)
        tab.reload(wait_until="domcontentloaded")
        clicked(tab, 0)  # by a kernel of its own again
    assert at_most(server, 2), f"{kernels(server)} kernels after ten reloads"
    click(tab)
    clicked(tab, 1)
    tab.close(run_before_unload=True)
    assert at_most(server, 1), f"{kernels(server)} kernels after the page was left"


def test_a_tab_that_is_left_ends_its_own_kernel_and_no_other(own, tab):
    server, other = own(UNCULLED), tab.context.new_page()
    for one in (other, tab):
        one.goto(server.url, wait_until="domcontentloaded")
        clicked(one, 0)
    click(other)
    clicked(other, 1)
    other.reload(wait_until="domcontentloaded")
    clicked(other, 0)
    click(tab)
    clicked(tab, 1)
    tab.close(run_before_unload=True)
    assert at_most(server, 2), f"{kernels(server)} kernels, one of a page that is open"
    click(other)
    clicked(other, 1)
    other.close(run_before_unload=True)


def test_a_kernel_that_no_page_came_for_is_ended_and_a_page_that_is_open_keeps_its_own(own, tab):
    # a page must find its kernel between two looks, also where much else is running
    server = own("--MappingKernelManager.cull_idle_timeout=1", "--MappingKernelManager.cull_interval=15")
    tab.goto(server.url, wait_until="domcontentloaded")
    clicked(tab, 0)
    port = urlsplit(server.url).port
    assert [asked(server, f"localhost:{port}") for _ in range(3)] == [200] * 3
    assert at_most(server, 2), f"{kernels(server)} kernels, three of pages that never came"
    click(tab)  # the looks that ended those found this page there
    clicked(tab, 1)


def test_a_name_that_is_not_of_this_machine_is_refused(own):
    served = own(UNCULLED)
    port = urlsplit(served.url).port
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", "192.0.2.1"):
        assert asked(served, host) == 403, host
        assert asked(served, host, "/api/kernels/0-0-0-0-0") == 403, host
    for host in (f"127.0.0.1:{port}", "127.0.0.1", f"localhost:{port}", "localhost", f"[::1]:{port}"):
        assert asked(served, host, "/api/kernels/0-0-0-0-0") == 404, f"{host}: only the kernel is unknown"
    assert asked(served, f"localhost:{port}") == 200


def test_a_page_elsewhere_cannot_fill_the_memory_with_pictures_of_the_explorer(served):
    port = urlsplit(served.url).port
    for kind in ("image", "iframe", "empty", "script"):
        assert asked(served, f"127.0.0.1:{port}", **{"Sec-Fetch-Dest": kind}) == 403, kind
