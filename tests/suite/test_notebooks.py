"""Each notebook keeps the suite's rules, and each rule turns red when it is broken."""

import copy
import json

import pytest
from ccg import files, rules

NOTEBOOKS = files.notebooks()


def read(path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.few(1)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_keeps_the_rules(path):
    wrong = rules.problems(read(path), files.ROOT / "figures")
    assert not wrong, f"notebooks/{path.name}:\n- " + "\n- ".join(wrong)
    assert b"\r" not in path.read_bytes()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_prose_is_as_it_was_recorded(path):
    """No computation holds what Markdown says: a slip in it is told from a change as with tables, by refresh."""
    recorded = json.loads((files.ROOT / "tests" / "suite" / "prose.json").read_text(encoding="utf-8"))
    wrong = rules.prose_problems(read(path), recorded.get(path.name, []))
    assert not wrong, f"notebooks/{path.name}:\n- " + "\n- ".join(wrong)


def test_a_slip_in_prose_is_named(notebook):
    recorded = rules.outline(notebook)
    texts = [c for c in notebook["cells"] if c["cell_type"] == "markdown"]
    first, third = texts[0]["source"], texts[2]["source"]
    texts[0]["source"] = ["".join(first).replace("2013", "2031").replace("?", "??")]
    assert "is not as refresh recorded it" in rules.prose_problems(notebook, recorded)[0]
    texts[0]["source"], texts[2]["source"] = third, first
    begins = "".join(third).split("\n")[0][:70]
    assert rules.prose_problems(notebook, recorded) == [
        f"the prose stands in another order from {begins!r} on"
    ]
    texts[0]["source"], texts[2]["source"] = first, first
    assert f"the prose that began {begins!r} is not there" in rules.prose_problems(notebook, recorded)


@pytest.fixture
def notebook() -> dict:
    return copy.deepcopy(read(files.NOTEBOOKS / "01_consolidation.ipynb"))


def first_picture(notebook) -> dict:
    return next(
        o for c in rules.code_cells(notebook) for o in c["outputs"] if "image/png" in o.get("data", {})
    )


def never_run(nb):
    for cell in rules.code_cells(nb):
        cell["execution_count"], cell["outputs"] = None, []


def stripped(nb):
    for cell in rules.code_cells(nb):
        cell["outputs"] = []


def other_picture(nb):
    first_picture(nb)["data"]["image/png"] = "iVBORw0KGgo="


def no_alt(nb):
    first_picture(nb)["metadata"] = {}


def other_alt(nb):
    shown = first_picture(nb)["metadata"]["image/png"]
    shown["alt"] = shown["alt"].replace("211", "212", 1)


def narrow(nb):
    first_picture(nb)["metadata"]["image/png"]["width"] = 40


def another_kind(nb):
    first_picture(nb)["data"]["image/jpeg"] = "/9j/"


def other_result(nb):
    result = {"output_type": "execute_result", "execution_count": 40, "data": {}, "metadata": {}}
    rules.code_cells(nb)[0]["outputs"].append(result)


def typed_number(nb):
    prose = [c for c in nb["cells"] if c["cell_type"] == "markdown"]
    prose[2]["source"] = ["There were 987,654 of them."]


def idle_import(nb):
    rules.code_cells(nb)[0]["source"].insert(0, "import zipfile as crates\n")


def out_of_order(nb):
    rules.code_cells(nb)[2]["execution_count"] = 40


def warning(nb):
    rules.code_cells(nb)[1]["outputs"].append({"output_type": "stream", "name": "stderr", "text": "!"})


def machine(nb):
    nb["metadata"]["language_info"]["version"] = "3.11.7"


def long_cells(nb):
    for cell in rules.code_cells(nb):
        if not rules.is_prose(cell):
            cell["source"] = ["pass\n"] * 9


def long_prose(nb):
    for cell in rules.code_cells(nb)[1:]:
        if not rules.is_prose(cell):
            cell["source"] = ["%%prose\n", "word " * 160]  # two lines of the file, nine of the page


def one_long_cell(nb):
    rules.code_cells(nb)[1]["source"] = ["pass\n"] * 21


@pytest.mark.few(6)
@pytest.mark.parametrize(
    "spoil, words",
    [
        (never_run, "not run in order"),
        (stripped, "shows 0"),
        (other_picture, "is not figures/01_count.png"),
        (no_alt, "has another alt text than figures/01_count.json: None"),
        (other_alt, "has another alt text than figures/01_count.json: Stacked columns"),
        (narrow, "is shown 40 by 607"),
        (another_kind, "shows what no cell of ours does: ['image/jpeg']"),
        (other_result, "code cell 1 shows a result of another run: 40"),
        (typed_number, "987,654"),
        (idle_import, "crates is imported and not used"),
        (out_of_order, "not run in order"),
        (warning, "error or a warning"),
        (long_cells, "the median code cell has 9 lines; 8 is the most"),
        (long_prose, "the median cell of code, prose or a chart's words has 9 lines; 8 is the most"),
        (one_long_cell, "code cell 2 has 21 lines; 20 is the most"),
        (machine, "metadata tells of a machine"),
    ],
    ids=lambda x: getattr(x, "__name__", None),
)
def test_a_spoilt_notebook_is_caught(notebook, spoil, words):
    spoil(notebook)
    assert words in "\n".join(rules.problems(notebook, files.ROOT / "figures"))


@pytest.mark.parametrize(
    "text, typed",
    [
        (
            "On 1 April 2013 `15D` had 42% of 1,234 in 2021–22, see [a](b2.md) and the 360° survey",
            ["42", "1,234"],
        ),
        (
            "%%prose\nOf {len(ccgs)} CCGs {merged:,.0f} merged, 95% interval {low} to {high}, and 7 did not",
            ["7"],
        ),
        ("%%prose\n{ {'a': 1}['a'] } of {{12}} bodies, England = 100, in the 1980s", ["12"]),
        (
            '%%chart fig, "01_count", data=frame.head(5), source="3"\n{n} CCGs\n\nPer 100,000\n\n211 bars.',
            ["211"],
        ),
    ],
)
def test_a_number_is_computed_unless_it_is_a_date_a_code_or_a_convention(text, typed):
    assert rules.typed_numbers({"cell_type": "code", "source": text}) == typed
