"""Where a chart comes from is told: its cells, its tables and their sources."""

import pytest
from ccg import trace
from ccg.__main__ import main


def cell(text: str, kind: str = "code") -> dict:
    return {"cell_type": kind, "source": text}


def test_a_chart_is_made_in_the_cells_under_its_heading():
    cells = [
        cell("import pandas as pd"),
        cell("## Money\n\nIt rose.", "markdown"),
        cell("money = load()"),
        cell('%%chart fig, "01_money", data=money, source=""\nMoney rose\n\nEngland\n\nBars.'),
        cell("## Lists", "markdown"),
        cell("fig, ax = canvas()"),
        cell("%%prose\nLists grew."),
        cell("figures.save(fig, '01_lists', data=lists)"),
    ]
    assert trace.place_of({"cells": cells}, "01_money") == ("Money", [3, 4])
    assert trace.place_of({"cells": cells}, "01_lists") == ("Lists", [6, 8])
    with pytest.raises(ValueError, match="no cell of the notebook saves figure 01_people"):
        trace.place_of({"cells": cells}, "01_people")


def test_trace_names_tables_with_rows_and_sources_with_grade_and_licence():
    told = trace.trace("01_waves")
    assert "notebook  01_consolidation.ipynb, 'Six waves of mergers', cells 11, 12 and 13" in told
    assert "table     data/successions.csv, 281 rows" in told
    assert "GEO: Overlay of boundaries made for this project" in told and "(primary, OGL-UK-3.0)" in told


def test_a_chart_that_is_not_there_is_named_with_those_that_are(capsys):
    with pytest.raises(ValueError, match=r"there is no figure 01_wave; there are 01_count, .* and 01_where"):
        trace.trace("01_wave")
    assert main(["trace", "../README"]) == 1
    assert "there is no figure ../README" in capsys.readouterr().err
