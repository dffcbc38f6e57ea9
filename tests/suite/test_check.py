"""``check`` and ``refresh`` name the cell that is wrong, and touch nothing before it is mended."""

import pytest
from ccg import cli

pytestmark = pytest.mark.usefixtures("remembered")


def test_check_passes_on_the_real_tables(capsys):
    assert cli.main(["check"]) == 0
    assert "tables checked: all sound" in capsys.readouterr().out


def test_check_names_the_broken_cell(data, capsys):
    path = data / "ccg_counts.csv"
    path.write_text(path.read_text().replace("2015-04-01,209", "2015-04-01,209.5"))
    assert cli.main(["check"]) == 1
    out = capsys.readouterr().out
    assert "data/ccg_counts.csv row 4, column open, value '209.5': not a whole number" in out


@pytest.mark.slow
def test_refresh_stops_at_a_broken_table(data, capsys):
    path = data / "icbs.csv"
    path.write_text(path.read_text().replace("QE1", "qe1", 1))
    assert cli.main(["refresh"]) == 1
    assert "data/icbs.csv row 3, column code, value 'qe1'" in capsys.readouterr().err
