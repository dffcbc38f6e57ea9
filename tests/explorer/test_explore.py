"""The explorer finds bodies, says so when there is none, and puts into its page nothing but text."""

import csv
import io
import os
import re
import socket
from base64 import b64decode
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import matplotlib.pyplot as plt
import nbformat
import pytest
from ccg import cli, explore, figures, files, life, life_charts, lineage, run, style

HOSTILE = "<img src=x onerror=alert(1)>\"'&"
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module", autouse=True)
def the_style():
    """As the explorer sets it before it draws: a chart asked for by itself is as wide on every screen."""
    style.use()


@pytest.fixture(scope="module")
def explorer():
    return explore.Explorer("15E")


def found(text) -> list[str]:
    return [code for _, code in explore.matches(text)]


class Tags(HTMLParser):
    """Every start tag of a page with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.seen = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


# --- searching ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_search_finds_names_codes_and_former_names():
    assert found("15e") == ["15E"] and found(" E38000220 ") == ["15E"]
    assert found("Birmingham and Solihull")[:2] == ["15E", "QHL"]
    assert found("lancashire north") == ["01K"]
    assert ("Morecambe Bay · 01K · CCG 2013–2022 · was Lancashire North", "01K") in explore.matches("01K")
    assert found("cumbria")[-1] == "5NE", "trusts come last"
    assert found("xyzzy") == []


def test_one_ccg_among_trusts_is_the_one_that_is_meant():
    assert set(found("north tyn")) == {"99C", "5D8"} and explore._only("north tyn", ["99C", "5D8"]) == "99C"
    assert explore._only("5d8", ["5D8"]) == "5D8" and explore._only("north", ["99C", "00J"]) is None
    assert explore._only("xyzzy", []) is None


def test_no_text_lists_every_ccg_and_board_by_name():
    rows = explore.matches("")
    assert len(rows) == 296 and rows[0][1] == "02N"
    names = [words.split(" · ")[0] for words, _ in rows]
    assert names == sorted(names)


def test_what_was_found_is_said_and_what_may_have_been_meant():
    assert "1 body found" in explore.message("15E", 1) and "290 bodies" in explore.message("", 290)
    assert "Did you mean Birmingham and Solihull (15E)?" in explore.message("birmingam and solihull ccg", 0)
    assert "Try part of a name" in explore.message("xyzzy", 0)


@pytest.mark.slow
def test_what_a_reader_types_stays_text(explorer):
    said = explore.message(HOSTILE, 0)
    assert [tag for tag, _ in Tags(said).seen] == ["p"]
    assert HOSTILE in unescape(said)
    explorer.first.text.value = HOSTILE
    assert explorer.first.message.value == said and explorer.first.list.options == ()
    assert explorer.first.code == "15E", "what was chosen stays"
    explorer.first.text.value = ""


@pytest.mark.slow
def test_what_a_table_holds_stays_text(monkeypatch):
    one = life.of("15E")
    spoilt = life.Life(
        **{f: getattr(one, f) for f in one.__dataclass_fields__} | {"name": HOSTILE, "note": HOSTILE}
    )
    page = explore.facts(spoilt) + explore.chart(spoilt, life_charts.where(spoilt))
    tags = Tags(page).seen
    assert [a for tag, a in tags if tag == "img"] == [a for tag, a in tags if "alt" in a]
    assert not any(key.startswith("on") for _, attrs in tags for key in attrs)
    assert HOSTILE in unescape(page)


# --- choosing -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_choice_shows_facts_and_four_charts(explorer):
    explorer.first.text.value = "lancashire north"  # one fits: it is chosen
    assert explorer.first.code == "01K" == explorer.first.list.value
    parts = [pair[0].value for pair in explorer.parts]
    assert "NHS Morecambe Bay CCG" in parts[0] and "NHS Lancashire North CCG, to 31 March 2017" in parts[0]
    assert [re.search(r'data-chart="(\w+)"', p)[1] for p in parts[1:]] == [
        "trail",
        "years",
        "standing",
        "map",
    ]
    assert all('data-code="01K"' in p for p in parts[1:])


@pytest.mark.slow
def test_typing_chooses_nothing_for_the_reader_while_several_fit(explorer):
    explorer.first.text.value = "15E"
    explorer.first.text.value = "north"
    assert explorer.first.list.value == "" and explorer.first.code == "15E"
    explorer.first.list.value = "99C"
    assert "NHS North Tyneside CCG" in explorer.parts[0][0].value


@pytest.mark.slow
def test_two_bodies_stand_side_by_side_on_one_scale(explorer):
    explorer.first.text.value = "99C"
    alone = explorer.parts[2][0].value
    explorer.compare.value = True
    assert "Choose the second body" in explorer.parts[0][1].value
    explorer.second.text.value = "QHM"
    assert "North East and North Cumbria" in explorer.parts[0][1].value
    assert all(pair[1].layout.display == "" for pair in explorer.parts)
    assert explorer.parts[2][0].value != alone, "its columns are now as tall as their share of the larger one"
    explorer.compare.value = False
    assert all(pair[1].layout.display == "none" for pair in explorer.parts)
    assert explorer.parts[2][0].value == alone


@pytest.mark.slow
def test_a_choice_without_a_life_says_why(explorer):
    explorer.first.text.value = "5PG"
    said = explorer.parts[0][0].value
    assert (
        "5PG was a primary care trust, Birmingham East and North" in said
        and "Birmingham Crosscity (13P)" in said
    )
    assert [pair[0].value for pair in explorer.parts[1:]] == [""] * 4
    explorer.first.text.value = "15E"


@pytest.mark.slow
def test_the_numbers_and_the_picture_of_a_chart_are_in_its_links():
    one = life.of("01H")
    panel = life_charts.years(one)
    links = {a["download"]: a["href"] for tag, a in Tags(explore.chart(one, panel)).seen if tag == "a"}
    assert list(links) == ["01H_years.csv", "01H_years.png"]
    kind, _, text = links["01H_years.csv"].partition(",")
    assert kind == "data:text/csv;charset=utf-8" and unquote(text) == figures.to_csv(panel.data)
    rows = list(csv.DictReader(io.StringIO(unquote(text))))
    assert (rows[-1]["period"], rows[-1]["patients"], rows[-1]["status"]) == ("2021-22", "328745", "exact")
    picture = b64decode(links["01H_years.png"].partition(",")[2])
    assert picture.startswith(b"\x89PNG") and len(picture) > 20_000


@pytest.mark.slow
def test_every_control_has_a_name(explorer):
    controls = [
        explorer.compare,
        explorer.index,
        *(w for p in (explorer.first, explorer.second) for w in (p.text, p.list)),
    ]
    names = [w.description for w in controls]
    assert all(names) and len(set(names)) == len(names)


def test_what_a_body_is_called_for_short_finds_it():
    assert found("bsol ICB") == ["QHL"] and found("DDES") == ["00D"] and set(found("NWL")) == {"W2U3Z", "QRV"}


@pytest.mark.slow
def test_the_names_of_a_trail_choose_their_body(explorer):
    explorer.first.text.value = "15E"
    [before, after] = explorer.names[0].children
    said = [button.description for button in before.children[1:]]
    assert "Solihull (05P)" in said and before.children[0].value == "<b>Before</b>"
    assert [button.description for button in after.children[1:]] == ["Birmingham and Solihull (QHL)"]
    before.children[1 + said.index("Solihull (05P)")].click()
    assert explorer.first.code == "05P" and explorer.first.text.value == "05P"


@pytest.mark.slow
def test_two_are_compared_in_hundredths_of_their_first_year(explorer):
    explorer.second.code, explorer.compare.value = "99C", True
    assert explorer.index.layout.display == "" and "= 100" not in explorer.parts[2][0].value
    explorer.index.value = True
    first, last = (life.of("99C").years[at].patients for at in (0, -1))
    for part in explorer.parts[2]:
        assert f"North Tyneside to {100 * last / first:.0f}" in part.value
    explorer.compare.value = False
    assert explorer.index.layout.display == "none" and "Line chart" not in explorer.parts[2][0].value


@pytest.mark.slow
def test_a_small_body_beside_a_large_one_is_counted_in_thousands():
    small, large = life.of("99C"), life.of("15E")
    assert life_charts._unit(small, large)[1] == "thousands" and life_charts._unit(large)[1] == "millions"
    panel = life_charts.index(small, large)
    figures._surround(panel.fig, panel.title, panel.subtitle, panel.source)
    figures._check_layout(panel.fig, panel.name)
    plt.close(panel.fig)
    assert (
        set(panel.data["code"]) == {"99C", "15E"}
        and (panel.data.groupby("code")["index"].first() == 100).all()
    )


# --- the charts -----------------------------------------------------------------------------------


SOME, MORE = ["15E", "QHM", "D2P2L"], ["01H", "00G", "QUE", "92G"]


@pytest.mark.slow
@pytest.mark.parametrize("code", [*SOME, *(pytest.param(code, marks=pytest.mark.slow) for code in MORE)])
def test_the_charts_of_a_life_have_words_and_numbers_and_none_overlap(code):
    one = life.of(code)
    for panel in life_charts.panels(one):
        assert panel.title and not panel.title.endswith(".") and panel.alt.endswith(".")
        assert len(panel.data) and panel.source.endswith(".")
        figures._surround(panel.fig, panel.title, panel.subtitle, panel.source)
        figures._check_layout(panel.fig, panel.name)
        plt.close(panel.fig)


@pytest.mark.slow
def test_a_board_that_no_map_has_is_told_without_a_map():
    facts = life._facts(lineage.default())
    opened, last = life.bodies()["QHM"]["opened"], facts.now
    assert facts.tile("QHM", opened, last) and facts.tile("Q00", opened, last) is None
    shown = [panel.name for panel in life_charts.panels(replace(life.of("QHM"), tile=None))]
    assert shown == ["trail", "years", "standing"]
    plt.close("all")


def test_a_picture_is_made_and_its_figure_closed():
    before = plt.get_fignums()
    picture = life_charts.where(life.of("15E")).picture(dpi=100)
    assert picture.startswith(b"\x89PNG") and plt.get_fignums() == before
    with pytest.raises(ValueError, match="a picture without source"):
        figures.picture(plt.figure(), title="a", subtitle="b", source=" ")
    plt.close("all")


def test_columns_are_as_tall_as_the_lists_are_long():
    one = life.of("15E")
    fig, ax = plt.subplots()
    life_charts.draw_years(ax, one)
    assert [round(bar.get_height() * 1e6) for bar in ax.patches] == [y.patients for y in one.years]
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [y.status == "approximate" for y in one.years]
    plt.close(fig)


def test_a_trail_has_a_bar_for_every_body_and_a_predecessor_above_its_heir():
    one = life.of("QHM")
    rows = [code for code, *_ in life_charts._bodies(one)]
    assert rows[-1] == "QHM" and len(rows) == len(set(rows))
    for hop in one.before:
        assert rows.index(hop.start) < rows.index(hop.end)
    fig, ax = plt.subplots()
    life_charts.draw_trail(ax, one)
    assert len(ax.patches) == len(rows)
    plt.close(fig)


def test_the_strip_fills_the_tenth_of_each_measure():
    one = life.of("15E")
    fig, ax = plt.subplots()
    life_charts.draw_standing(ax, one)
    filled = [int(box.get_x()) + 1 for box in ax.patches if box.get_facecolor()[:3] != (1, 1, 1)]
    assert filled == [s.decile for s in one.standing] and len(ax.patches) == 10 * len(one.standing)
    plt.close(fig)


# --- the notebook and the app ---------------------------------------------------------------------


def test_a_notebook_without_a_kernel_keeps_one_sentence(explorer):
    shown = explorer._repr_mimebundle_()
    assert shown["text/plain"] == explore.FALLBACK and VIEW in shown
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data=dict(shown))])
    saved = nbformat.reads(run._clean(nbformat.v4.new_notebook(cells=[cell])), 4)
    assert saved.cells[0].outputs[0].data == {"text/plain": explore.FALLBACK}
    assert "widgets" not in saved.metadata


def test_the_app_shows_the_explorer_and_none_of_the_worked_example():
    notebook = nbformat.read(files.NOTEBOOKS / "09_explore.ipynb", 4)
    kept = [c for c in notebook.cells if "not-in-app" not in c.metadata.get("tags", [])]
    (code,) = [c.source for c in kept if c.cell_type == "code"]
    scope = {}
    exec(compile(code.replace("explore.Explorer", "made = explore.Explorer"), "cell", "exec"), scope)
    assert scope["made"].first.code == "15E", "the cell needs none of those that are left out"
    assert len(kept) < len(notebook.cells)


def test_the_app_is_on_this_machine_alone_and_its_page_asks_nothing_of_others():
    from ccg import app

    words = app.options(8866, browser=False)
    assert "--Voila.ip=127.0.0.1" in words and "--no-browser" in words
    assert "--no-browser" not in app.options(8866)
    template = app.SETTINGS / "voila" / "templates" / "explorer" / "index.html.j2"
    assert "http" not in template.read_text(encoding="utf-8")


def test_the_app_takes_another_port_when_its_own_is_taken():
    from ccg import app

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert app._free(port) != port
    assert app._free(port) == port


def test_the_command_hands_on_its_options(monkeypatch, capsys):
    from ccg import app

    given = []
    monkeypatch.setattr(app.Explorer, "launch_instance", given.extend)
    for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH"):
        monkeypatch.setenv(name, "of-the-reader")
    assert cli.main(["app", "--port", "8901", "--no-browser"]) == 0
    assert "--port=8901" in given and "--no-browser" in given
    for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH"):
        assert os.environ[name] == f"{app.SETTINGS}{os.pathsep}of-the-reader"
    assert (app.SETTINGS / "voila.json").exists()
    assert "http://127.0.0.1:8901/" in capsys.readouterr().out
