"""Cells of prose: what a reader sees is computed, and what cannot be computed fails the notebook."""

import json

import pandas as pd
import pytest
from ccg import prose
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

SAID = '%%prose\n**{closed} of {len(ccgs)} CCGs** closed: {closed / len(ccgs):.0%}, "so" the {{table}} says: {ccgs["a"]}.'
DRAW = """import pandas as pd
fig, ax = style.canvas(3, left=0.6)
n = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
bars = ax.bar(n["x"], n["y"])"""
WORDS = """%%chart fig, "01_trial", data=n, source="NHS England.", tables="ccgs"
It rose to {n["y"].max()}

Measure, place,
period

Columns of {len(n)} numbers."""
LOST = "%%prose\nOf {lost} nobody knows."


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """What some cells of one notebook showed and what they raised, by their source, and the folder of its figures.

    They run in what a kernel runs them in, which needs no kernel: that would take seconds to start.
    """
    folder = tmp_path_factory.mktemp("figures")
    sources = [
        "from ccg import style\nstyle.use()",
        "ccgs, closed = dict(a=1, b=2), 1",
        SAID,
        DRAW,
        WORDS,
        LOST,
    ]
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    outputs, raised = {}, {}
    # the style sets how a notebook's pandas stores text, which no other test is to find
    with pytest.MonkeyPatch.context() as patch, pd.option_context("mode.string_storage", "auto"):
        patch.setenv("CCG_FIGURES", str(folder))
        for source in sources:
            with capture_output() as shown:
                raised[source] = shell.run_cell(source).error_in_exec
            outputs[source] = shown.outputs
    InteractiveShell.clear_instance()
    assert [source for source in sources if raised[source]] == [LOST], raised
    return outputs, folder, raised[LOST]


@pytest.mark.slow
def test_a_cell_of_prose_is_shown_as_markdown_with_its_numbers(ran):
    (output,) = ran[0][SAID]
    assert output.data["text/markdown"] == '**1 of 2 CCGs** closed: 50%, "so" the {table} says: 1.'
    assert output.data["text/plain"] == output.data["text/markdown"]


@pytest.mark.slow
def test_a_chart_takes_its_words_from_its_cell(ran):
    outputs, folder, _ = ran
    (output,) = outputs[WORDS]
    record = json.loads((folder / "01_trial.json").read_text(encoding="utf-8"))
    said = [record[key] for key in ("title", "subtitle", "alt", "source")]
    assert said == ["It rose to 4", "Measure, place, period", "Columns of 2 numbers.", "NHS England."]
    assert output.metadata["image/png"]["alt"] == "Columns of 2 numbers."


def test_prose_that_cannot_be_filled_fails_the_notebook(ran):
    outputs, _, error = ran
    assert isinstance(error, NameError) and "name 'lost' is not defined" in str(error)
    assert not outputs[LOST]


@pytest.mark.parametrize("text", ['ends in "quotes"', "a \\n stays", "{{}}", "{'{'}x{'}'}"])
def test_what_is_not_in_braces_stays_as_it_is(text):
    shown = {"{{}}": "{}", "{'{'}x{'}'}": "{x}"}
    assert prose.fill(text, {}) == shown.get(text, text)


def test_a_text_that_would_end_itself_is_refused():
    with pytest.raises(ValueError, match="may not hold"):
        prose.fill('a """ b', {})
