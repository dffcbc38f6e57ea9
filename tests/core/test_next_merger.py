"""A merger of two boards to come is rows of tables and nothing else: tried with codes that are made up."""

import shutil

import ccg
import pandas as pd
import pytest
from ccg import files, life, tables

#: Rows to add, and cells to put in the stead of others, by table.
ROWS = {
    "icbs": [
        "V1X2Y,E54000072,NHS Made Up Integrated Care Board,South West,2027-04-01,,1747431,151,2,,,MADE27"
    ],
    "successions": [
        "QR1,V1X2Y,2027-04-01,merger,1,whole,,,verified,,MADE27",
        "QUY,V1X2Y,2027-04-01,merger,1,whole,,,verified,,MADE27",
    ],
    "locations": [
        "11M,2027-04-01,,V1X2Y,NHS Made Up ICB - 11M,MADE27",
        "15C,2027-04-01,,V1X2Y,NHS Made Up ICB - 15C,MADE27",
    ],
    "ons_codes": ["E54000072,V1X2Y,2027-04-01,2027-04-01,,board,MADE27"],
    "places": ["V1X2Y,board,2027-04-01,-2.4,51.6,MADE27"],
    "sources": [
        "MADE27,Nobody,A merger that is made up,https://example.org,2027,cited,news,icbs; locations; ons_codes 2027; "
        "places 2027; successions 2027; tiles 2027"
    ],
}
CELLS = {
    "icbs": [(",South West,2022-07-01,,680101,", ",South West,2022-07-01,2027-03-31,680101,"), (",South West,2022-07-01,,1067330,", ",South West,2022-07-01,2027-03-31,1067330,")],
    "locations": [("11M,2022-07-01,,QR1", "11M,2022-07-01,2027-03-31,QR1"), ("15C,2022-07-01,,QUY", "15C,2022-07-01,2027-03-31,QUY")],
    "ons_codes": [("QR1,2022-07-01,2026-08-01,,", "QR1,2022-07-01,2026-08-01,2027-04-01,"), ("QUY,2022-07-01,2026-08-01,,", "QUY,2022-07-01,2026-08-01,2027-04-01,")],
    "sources": [("tiles 2022,2026", "tiles 2022,2026-2027"), ("tiles 2026", "tiles 2026-2027")],
    "levels": [("2022-07-01,,2026-09-11", "2022-07-01,,2027-04-01")],
}  # fmt: skip


NAMES = {**ROWS, **CELLS, "tiles": []}


def map_of_2027(rows: list[str]) -> list[str]:
    """The boards of 2026 where they were, the new one in the stead of Bristol."""
    boards = [row.replace("2026-04-01,", "2027-04-01,") for row in rows if row.startswith("2026-04-01,")]
    boards = [row for row in boards if ",QR1," not in row]
    return sorted(
        row.replace(",QUY,", ",V1X2Y,").replace("GEOGR+ONSB22", "MADE27") if ",QUY," in row else row
        for row in boards
    )


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """The tables with a merger of Gloucestershire and of Bristol on 1 April 2027."""
    folder = tmp_path_factory.mktemp("merger") / "data"
    shutil.copytree(files.ROOT / "data", folder)
    for name in NAMES:
        path = folder / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        for old, new in CELLS.get(name, ()):
            assert old in text, f"{name}.csv has no {old}"
            text = text.replace(old, new)
        head, *rows = text.rstrip("\n").split("\n")
        for row in ROWS.get(name, ()) if name != "tiles" else map_of_2027(rows):
            at = next(
                (i for i, other in enumerate(rows) if other.split(",")[:2] > row.split(",")[:2]), len(rows)
            )
            rows.insert(at, row)
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CCG_DATA", str(folder))
        yield


@pytest.mark.slow
def test_the_new_board_is_found_and_numbers_move_to_it(merged):
    for code in ("QR1", "QUY", "11M", "15C"):
        assert ccg.successors(code, "2027-04-01", level="icb")["to"].tolist() == ["V1X2Y"]
    assert "An integrated care board from 1 April 2027." in str(ccg.explain("V1X2Y"))
    assert "1 April 2027: QUY merged into V1X2Y" in str(ccg.explain("QUY"))
    assert life.of("V1X2Y").tile.date == pd.Timestamp("2027-04-01")
    frame = pd.DataFrame({"board": ["QR1", "QUY", "QYG"], "patients": [1, 2, 4]})
    moved = ccg.rebase(frame, code="board", at="2026-04-01", to="2027-04-01", level="icb", sums=["patients"])
    assert moved.frame[["board", "patients"]].values.tolist() == [["QYG", 4], ["V1X2Y", 3]]
    assert set(moved.frame["status"]) == {"exact"}


@pytest.mark.slow
def test_no_rule_of_the_tables_needs_another_file(merged):
    assert [str(p) for name in NAMES for p in tables.find_problems(name)] == []
    assert [str(p) for p in tables.with_rules([])] == []
