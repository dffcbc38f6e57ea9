"""Every chart equals its files, and save() refuses a chart that is not fit to print."""

import csv
import importlib.metadata
import io
import json
import platform
import re
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from ccg import figures, files, style, tables
from PIL import Image

FOLDER = files.ROOT / "figures"
RECORDS = [json.loads(p.read_text(encoding="utf-8")) for p in sorted(FOLDER.glob("[0-9]*.json"))]


def on_the_lock() -> bool:
    """Identical bytes are promised on Linux x86-64 with the locked matplotlib, and nowhere else."""
    lock = (files.ROOT / "requirements.txt").read_text(encoding="utf-8")
    wanted = re.search(r"^matplotlib==(\S+)", lock, re.M)[1]
    here = importlib.metadata.version("matplotlib")
    return (platform.system(), platform.machine(), here) == ("Linux", "x86_64", wanted)


def first_difference(old: bytes, new: bytes) -> str:
    a, b = (list(csv.reader(io.StringIO(x.decode()))) for x in (old, new))
    for i, (x, y) in enumerate(zip(a, b, strict=False), 1):
        for name, v, w in zip(a[0], x, y, strict=False):
            if v != w:
                return f"row {i}, column {name}: {v!r} in figures/, {w!r} now"
    return f"{len(a)} rows in figures/, {len(b)} now"


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r["name"])
def test_figure_is_what_its_notebook_draws(record, made):
    name = record["name"]
    again = f"{record['notebook']} reads {', '.join(record['tables'])}. If the change is meant: make refresh"
    assert (made / f"{name}.json").exists(), (
        f"{name} was not drawn in this run; did {record['notebook']} fail?"
    )
    old, new = ((folder / f"{name}.csv").read_bytes() for folder in (FOLDER, made))
    assert old == new, f"figures/{name}.csv {first_difference(old, new)}. {again}"
    now = json.loads((made / f"{name}.json").read_text(encoding="utf-8"))
    for key in ("title", "subtitle", "alt", "source", "notebook", "tables"):
        assert record[key] == now[key], f"the {key} of {name} changed. {again}"
    if on_the_lock():
        for kind in ("svg", "png"):
            same = (FOLDER / f"{name}.{kind}").read_bytes() == (made / f"{name}.{kind}").read_bytes()
            assert same, f"figures/{name}.{kind} is not what {record['notebook']} draws. {again}"


def test_no_new_figure_is_left_out(made):
    assert {p.stem for p in made.glob("[0-9]*.json")} == {r["name"] for r in RECORDS}


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r["name"])
def test_description_fits_its_files(record):
    for kind, digest in record["sha256"].items():
        content = (FOLDER / f"{record['name']}.{kind}").read_bytes()
        assert files.sha256(content) == digest, f"figures/{record['name']}.{kind} was changed by hand"
    svg = (FOLDER / f"{record['name']}.svg").read_text(encoding="utf-8")
    assert "<desc>" in svg and 'role="img"' in svg
    assert len(record["alt"]) > 80 and len(record["title"].split()) <= 16


def test_index_is_built_from_the_descriptions():
    assert json.loads((FOLDER / "index.json").read_text(encoding="utf-8")) == RECORDS
    known = {f"{r['name']}.{kind}" for r in RECORDS for kind in figures.KINDS} | {"index.json"}
    assert {p.name for p in FOLDER.iterdir()} == known


# --- save() ---------------------------------------------------------------------------------------

WORDS = {
    "title": "A finding in ten words or so",
    "subtitle": "Measure, place, period, unit",
    "source": "NHS England.",
    "alt": "Column chart of three numbers that grow.",
    "tables": "ccgs",
}
DATA = pd.DataFrame({"x": [1, 2, 3], "y": [1.0, 2.5, 1 / 3], "day": pd.to_datetime(["2013-04-01"] * 3)})


@pytest.fixture
def chart(tmp_path, monkeypatch):
    monkeypatch.setenv("CCG_FIGURES", str(tmp_path))
    style.use()
    fig, ax = style.canvas(3, left=0.6)
    ax.bar(DATA["x"], DATA["y"])
    ax.set_xticks([1, 2, 3])
    yield fig, ax, tmp_path
    plt.close(fig)


def test_a_chart_says_which_tables_it_is_drawn_from(chart):
    fig, _, folder = chart
    with pytest.raises(ValueError, match="figure 01_trial: mergers is no table of data/; name those"):
        figures.save(fig, "01_trial", data=DATA, **(WORDS | {"tables": "ccgs mergers"}))
    figures.save(
        fig,
        "01_trial",
        data=DATA,
        **(WORDS | {"tables": "successions ccgs", "source": tables.credit(["ONSTM"])}),
    )
    record = json.loads((folder / "01_trial.json").read_text())
    assert record["tables"] == ["ccgs", "successions"] and record["sources"] == ["ONSTM"]


def test_save_writes_four_files_with_stable_bytes(chart, capsys):
    fig, _, folder = chart
    figures.save(fig, "01_trial", data=DATA, **WORDS)
    assert sorted(p.name for p in folder.iterdir()) == [f"01_trial.{k}" for k in sorted(figures.KINDS)]
    assert (folder / "01_trial.csv").read_text() == (
        "x,y,day\n1,1,2013-04-01\n2,2.5,2013-04-01\n3,0.3333333333,2013-04-01\n"
    )
    record = json.loads((folder / "01_trial.json").read_text())
    assert record["notebook"] == "01_consolidation.ipynb" and record["source"] == "NHS England."
    png = (folder / "01_trial.png").read_bytes()
    fig, ax = style.canvas(3, left=0.6)
    ax.bar(DATA["x"], DATA["y"])
    ax.set_xticks([1, 2, 3])
    figures.save(fig, "01_trial", data=DATA, **WORDS)
    assert (folder / "01_trial.png").read_bytes() == png


def test_words_may_be_three_paragraphs(chart):
    fig, _, folder = chart
    words = """
        A finding in ten words
        or so

        Measure, place, period, unit

        Column chart of three numbers that grow.
        """
    figures.save(fig, "01_trial", data=DATA, source="NHS England.", tables="ccgs", words=words)
    record = json.loads((folder / "01_trial.json").read_text())
    assert {key: record[key] for key in WORDS} == WORDS | {"tables": ["ccgs"]}


def test_digest_moves_with_the_sixth_digit_and_not_with_noise():
    moved, noise = DATA.assign(y=DATA["y"] + [0, 1e-4, 0]), DATA.assign(y=DATA["y"] * (1 + 1e-12))
    assert figures.digest(moved) != figures.digest(DATA) == figures.digest(noise)


@pytest.mark.parametrize(
    "change, words",
    [
        ({"name": "count"}, "use the notebook's number"),
        ({"name": "98_count"}, "0 notebooks begin with 98"),
        ({"data": DATA.head(0)}, "data is empty"),
        ({"alt": " "}, "its alt is empty"),
        ({"title": "It ends."}, "takes no full stop"),
        ({"source": "NHS England"}, "end in a full stop"),
        ({"words": "A title\n\nand what it measures"}, "its words are 2 paragraphs"),
    ],
)
def test_save_refuses_poor_words(chart, change, words):
    fig, _, folder = chart
    with pytest.raises(ValueError, match=words):
        figures.save(fig, **({"name": "01_trial", "data": DATA, **WORDS} | change))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "add, words",
    [
        (lambda ax: ax.text(3.4, 1, "a long label at the right edge"), "touches the edge"),
        (lambda ax: [ax.text(1, 1, "one label"), ax.text(1, 1.02, "another")], "overlaps"),
        (lambda ax: ax.text(1, 1, "tiny", fontsize=7), "smaller than 12 points"),
        (lambda ax: [ax.set_axis_off(), ax.text(3.4, 1, "a long label, axis off")], "touches the edge"),
    ],
)
def test_save_refuses_text_that_cannot_be_read(chart, add, words):
    fig, ax, folder = chart
    add(ax)
    with pytest.raises(ValueError, match=words):
        figures.save(fig, "01_trial", data=DATA, **WORDS)
    assert list(folder.iterdir()) == []


def test_long_titles_break_into_even_lines(chart):
    fig, _, _folder = chart
    long = "Half of the clinical commissioning groups of England had gone before the law abolished the rest"
    figures.save(fig, "01_trial", data=DATA, **(WORDS | {"title": long}))
    lines = [t.get_text() for t in fig.texts if t.get_fontweight() == "bold"]
    assert " ".join(lines) == long and len(lines) == 2
    assert abs(len(lines[0]) - len(lines[1])) < 15


def test_a_line_keeps_off_the_edge_in_the_file_as_on_the_screen(chart):
    """Letters stand on whole pixels: this line is 7.6 of 7.7 inches on the screen and 7.8 in the file."""
    fig, _, _folder = chart
    long = (
        "Share of the original CCGs that merged, smaller and larger half of each region by patients in April"
    )
    figures.save(fig, "01_trial", data=DATA, **(WORDS | {"subtitle": long}))
    assert " ".join(t.get_text() for t in fig.texts[1:-1]) == long
    fig.dpi = plt.rcParams["savefig.dpi"]
    fig.canvas.draw()
    right = max(t.get_window_extent().x1 for t in fig.texts) / fig.dpi
    assert 7 < right <= style.WIDTH - style.EDGE / 2


def test_a_chart_is_checked_as_it_stands_in_the_file(chart):
    """Drawn for the screen this text ends 0.1 inches from the edge, more than half the margin, in the file 0.02."""
    fig, ax, folder = chart
    words = "merged, smaller and larger half of each region by patients in April"
    text = fig.text(1 - 0.1 / style.WIDTH, 0.5, words, size=14)
    fig.canvas.draw()
    text.set_x(text.get_position()[0] - text.get_window_extent().width / fig.dpi / style.WIDTH)
    ax.set_axis_off()  # nothing else comes near
    with pytest.raises(ValueError, match=r"in April' touches the edge$"):
        figures.save(fig, "01_trial", data=DATA, **WORDS)
    assert list(folder.iterdir()) == []


@pytest.mark.slow
def test_a_picture_has_few_colours_and_each_is_near_that_drawn(chart):
    """A chart of 40 colours and their edges, more than the file has: those of the words stay, and none is far off."""
    fig, ax, folder = chart
    ax.scatter(range(40), [0.5] * 40, c=range(40), cmap="viridis")
    figures.save(fig, "01_trial", data=DATA, **WORDS)
    fig.dpi = plt.rcParams["savefig.dpi"]
    fig.canvas.draw()
    drawn = np.asarray(fig.canvas.buffer_rgba())[..., :3].astype(int)
    picture = Image.open(folder / "01_trial.png")
    off = abs(np.asarray(picture.convert("RGB")) - drawn).max(axis=2)
    shades, of, used = np.unique(drawn @ [1 << 16, 1 << 8, 1], return_inverse=True, return_counts=True)
    assert len(shades) > len(picture.getcolors()) == figures.COLOURS
    most = np.argsort(-used)[: figures.AS_DRAWN // 2]
    assert off[np.isin(of.reshape(off.shape), most)].max() == 0
    assert off.max() <= 40  # of 255, on thin edges; in our own charts 24


def test_a_tip_becomes_the_tooltip_of_its_group(chart):
    fig, ax, folder = chart
    for bar, name in zip(ax.patches, ["NHS Durham & <Dales>", 'NHS A → "B"', 'NHS A → "B"'], strict=True):
        bar.set_gid(f"tip:{name}")
    figures.save(fig, "01_trial", data=DATA, **WORDS)
    root = ElementTree.fromstring((folder / "01_trial.svg").read_bytes())
    groups = [g for g in root.iter("{http://www.w3.org/2000/svg}g") if g.get("id", "").startswith("tip")]
    assert [g.get("id") for g in groups] == ["tip-1", "tip-2", "tip-3"]
    first = [g[0] for g in groups]
    assert {e.tag for e in first} == {"{http://www.w3.org/2000/svg}title"}
    assert [e.text for e in first] == ["NHS Durham & <Dales>", 'NHS A → "B"', 'NHS A → "B"']
    assert len(root.findall("{http://www.w3.org/2000/svg}title")) == 1
