"""Each notebook keeps the suite's rules, and each rule turns red when it is broken."""

import copy
import json

import pytest
from ccg import files, rules

NOTEBOOKS = files.notebooks()


def read(path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_keeps_the_rules(path):
    wrong = rules.problems(read(path), files.ROOT / "figures")
    assert not wrong, f"notebooks/{path.name}:\n- " + "\n- ".join(wrong)
    assert b"\r" not in path.read_bytes()


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


@pytest.mark.parametrize(
    "spoil, words",
    [
        (never_run, "not run in order"),
        (stripped, "shows 0"),
        (other_picture, "is not figures/01_count.png"),
        (no_alt, "no alt text"),
        (typed_number, "987,654"),
        (idle_import, "crates is imported and not used"),
        (out_of_order, "not run in order"),
        (warning, "error or a warning"),
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
