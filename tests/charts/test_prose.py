"""Cells of prose: what a reader sees is computed, and what cannot be computed fails the notebook."""

import json

import nbclient
import nbformat
import pytest
from ccg import files, prose


def run(*sources: str):
    cells = [nbformat.v4.new_code_cell(text) for text in ("from ccg import style\nstyle.use()", *sources)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": str(files.NOTEBOOKS)}}
    ).execute()
    return notebook.cells[-1].outputs


def test_a_cell_of_prose_is_shown_as_markdown_with_its_numbers():
    said = '%%prose\n**{closed} of {len(ccgs)} CCGs** closed: {closed / len(ccgs):.0%}, "so" the {{table}} says: {ccgs["a"]}.'
    (output,) = run("ccgs, closed = dict(a=1, b=2), 1", said)
    assert output["data"]["text/markdown"] == '**1 of 2 CCGs** closed: 50%, "so" the {table} says: 1.'
    assert output["data"]["text/plain"] == output["data"]["text/markdown"]


def test_a_chart_takes_its_words_from_its_cell(tmp_path, monkeypatch):
    monkeypatch.setenv("CCG_FIGURES", str(tmp_path))
    draw = """import pandas as pd
fig, ax = style.canvas(3, left=0.6)
n = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
bars = ax.bar(n["x"], n["y"])"""
    words = """%%chart fig, "01_trial", data=n, source="NHS England."
It rose to {n["y"].max()}

Measure, place,
period

Columns of {len(n)} numbers."""
    (output,) = run(draw, words)
    record = json.loads((tmp_path / "01_trial.json").read_text(encoding="utf-8"))
    said = [record[key] for key in ("title", "subtitle", "alt", "source")]
    assert said == ["It rose to 4", "Measure, place, period", "Columns of 2 numbers.", "NHS England."]
    assert output["metadata"]["image/png"]["alt"] == "Columns of 2 numbers."


def test_prose_that_cannot_be_filled_fails_the_notebook():
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="name 'lost' is not defined"):
        run("%%prose\nOf {lost} nobody knows.")


@pytest.mark.parametrize("text", ['ends in "quotes"', "a \\n stays", "{{}}", "{'{'}x{'}'}"])
def test_what_is_not_in_braces_stays_as_it_is(text):
    shown = {"{{}}": "{}", "{'{'}x{'}'}": "{x}"}
    assert prose.fill(text, {}) == shown.get(text, text)


def test_a_text_that_would_end_itself_is_refused():
    with pytest.raises(ValueError, match="may not hold"):
        prose.fill('a """ b', {})
