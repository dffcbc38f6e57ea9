"""A table in a notebook has a caption and labels in words, and what is not known is a dash."""

import pandas as pd
import pytest
from ccg import show

FRAME = pd.DataFrame(
    {"CCGs": [211, 1405], "Share": [0.502, None], "Change": [-3.25, 2.0]},
    pd.Index(["London", "The North & else"], name="Region"),
)


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, by its kind."""
    out = {}
    monkeypatch.setattr("ccg.charts.show.display", lambda data, raw: out.update(data))
    return out


def test_a_table_is_what_a_reader_reads(shown):
    show.table(FRAME, "CCGs by region, England", form={"Share": "{:.1%}"})
    page = shown["text/html"]
    assert "<caption>CCGs by region, England</caption>" in page
    assert '<th scope="row" style="text-align:left">The North &amp; else</th>' in page
    for cell in ("211", "1,405", "50.2%", "–", "−3.2", "2"):
        assert f'<td style="text-align:right">{cell}</td>' in page
    text = shown["text/plain"]
    assert text.startswith("CCGs by region, England") and "1,405" in text and "nan" not in text.lower()


@pytest.mark.parametrize(
    ("frame", "caption", "wrong"),
    [(FRAME, " ", "without a caption"), (FRAME.rename(columns={"CCGs": "ccg_count"}), "So", "ccg_count")],
)
def test_a_table_that_no_reader_could_read_is_refused(frame, caption, wrong):
    with pytest.raises(ValueError, match=wrong):
        show.table(frame, caption)
