"""Numbers as published: read alike from a frame in memory and by an engine, and never two kinds in one column."""

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pytest
from ccg import keeping, numbers, rebase_file
from hypothesis import given, settings
from hypothesis import strategies as st

PLAIN = {
    "1,234": 1234, "1 234": 1234, "1\u00a0234.5": 1234.5, "£1,234.50": 1234.5, "-£5": -5, "£-5": -5, "−7": -7,
    "–8": -8, "+9": 9, "00012": 12, ".5": 0.5, "1e3": 1000, " 12 ": 12, "8 (r)": 8, "8r": 8, "8 p": 8, "8[p]": 8,
    "1'234": 1234, "1’234.5": 1234.5, "15†": 15, "15 *": 15, "15¹": 15, "15 [2]": 15, "15 [note 2]": 15,
}  # fmt: skip
#: Of these one cell alone does not tell an engine what it says.
ASKED = {"12.3%": 12.3, "4 %": 4, "(56)": -56, "(£1,234)": -1234, "(5%)": -5}
MARKS = ["", " ", "*", "-", "–", "—", ":", ".", "..", "c", "C", "[c]", "(c)", "[low]", "low", "<5", "< 5", "≤10", "N/A", "n/a", "NULL", "[x]", "z"]  # fmt: skip
STRANGE = [
    "nil",
    "1,23",
    "12,34",
    "1,2345",
    "0,123",
    "00,250",
    "-0,125",
    "0 123",
    "5-",
    "1.2.3",
    "5p",
    "about 80",
    "1-4",
    "--5",
    "0x1f",
    "inf",
    "12 34",
    ">5",
    "1'23",
    "15(2)",
    "15 [x]",
]


@pytest.mark.parametrize("cell, value", [*PLAIN.items(), *ASKED.items()])
def test_a_number_as_published(cell, value):
    assert float(numbers.plain(cell)) == value and numbers.is_given(cell)
    column = numbers.parse(nw.new_series("n", [cell, "*"], backend="pandas"))
    assert column.to_list()[0] == value and pd.isna(column.to_list()[1])


@pytest.mark.parametrize("cell", MARKS)
def test_a_mark_is_missing_and_never_zero(cell):
    assert not numbers.is_given(cell)
    column = numbers.parse(nw.new_series("n", [cell, "1"], backend="pandas"))
    assert pd.isna(column.to_list()[0]) and column.to_list()[1] == 1


def test_a_decimal_comma_is_never_taken_for_thousands():
    """0,123 came out as 123, and 10,125% as 10125, in rows that were called exact."""
    assert [numbers.plain(c) for c in ("10,125%", "(0,5)", "£0,125", "0,111 (r)")] == [None] * 4
    with pytest.raises(numbers.NumberError, match="--decimal comma"):
        numbers.parse(nw.new_series("n", ["0,123", "0,250"], backend="pandas"))


@pytest.mark.parametrize("cell", STRANGE)
def test_what_is_neither_is_refused_and_can_be_declared(cell):
    assert numbers.plain(cell) is None and numbers.is_given(cell)
    column = nw.new_series("n", ["1", cell], backend="pandas")
    with pytest.raises(numbers.NumberError, match=r"\(row 2\): this is not a number"):
        numbers.parse(column)
    assert not numbers.is_given(cell, [cell.upper()])
    assert pd.isna(numbers.parse(column, missing=[cell]).to_list()[1])


def test_every_unknown_mark_of_every_column_is_named_with_its_count():
    frame = pd.DataFrame({"a": ["1", "nil", "nil", "x"], "b": ["?", "2", "..", "nil"]})
    frame.index = pd.Index([3, 4, 5, 9], name="line")
    both = [nw.from_native(frame[name], series_only=True) for name in ("a", "b")]
    with pytest.raises(numbers.NumberError) as error:
        numbers.gone_through(both)
    words = str(error.value)
    assert "column 'a': 'nil' (line 4 of the file; 2 cells)" in words
    assert "column 'b': '?' (line 3 of the file), 'nil' (line 9 of the file)" in words
    assert "missing=['nil', '?'] (--missing nil '?')" in words and "these are no numbers" in words
    assert len(numbers.gone_through(both, missing=["NIL", "?"])) == 2


def test_percentages_and_fractions_are_never_mixed():
    parse = lambda *cells: numbers.parse(nw.new_series("rate", list(cells), backend="pandas")).to_list()  # noqa: E731
    assert parse("12.3%", "4%", "*")[:2] == [12.3, 4]
    assert parse("12.3%", "0")[:2] == [12.3, 0], "nothing is nothing in either"
    with pytest.raises(
        numbers.NumberError, match=r"column 'rate', row 2: '0.123' is no percentage, and others are"
    ):
        parse("12.3%", "0.123")


def test_whole_numbers_keep_every_digit():
    parse = lambda *cells: numbers.parse(nw.new_series("n", list(cells), backend="pandas")).to_list()  # noqa: E731
    assert parse("9007199254740993", "1") == [9007199254740993, 1]
    with pytest.raises(numbers.NumberError, match="more digits than can be kept"):
        parse("9007199254740993", "1.5")


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_column_read_part_by_part_is_read_as_a_whole(backend, monkeypatch):
    """A row is told by its place in the file, whichever part it is in, and a cell in two parts is counted once."""
    monkeypatch.setattr(keeping, "PART", 3)
    column = lambda *cells: nw.new_series("n", list(cells), nw.String, backend=backend)  # noqa: E731
    read = lambda *cells: [None if pd.isna(n) else n for n in numbers.parse(column(*cells)).to_list()]  # noqa: E731
    long = "9007199254740993"
    assert read("1", None, " 2 ", "1", "*", "1,000") == [1, None, 2, 1, None, 1000]
    assert read("1", "2", "3", "4.5") == [1, 2, 3, 4.5]
    assert read("1", "2", "3", "*", long) == [1, 2, 3, None, int(long)]
    with pytest.raises(numbers.NumberError, match=f"row 5: '{long}' has more digits"):
        numbers.parse(column("1.5", "2", "3", "4", long))
    with pytest.raises(numbers.NumberError, match=r"'nil' \(row 2; 3 cells\), 'soon' \(row 5\)"):
        numbers.parse(column("1", "nil", "2", " nil", "soon", "3", "nil"))
    with pytest.raises(numbers.NumberError, match=r"row 5: '0\.5' is no percent.*others are, '1%'"):
        numbers.parse(column("0", "9%", "*", "1%", "0.5"))


def test_a_mark_is_named_as_a_shell_takes_it():
    """<5? opened a file, and & sent the command away."""
    table = pd.DataFrame({"code": ["00C", "00D", "00J"], "n": ["1", "<5?", "not & yet"]})
    with pytest.raises(numbers.NumberError, match=r"\(--missing '<5\?' 'not & yet'\)"):
        rebase_file(table, at="2018-04-01", to="2018-04-01", sums=["n"])


def test_a_column_of_names_is_said_to_hold_text_and_the_columns_of_numbers_are_named():
    table = pd.DataFrame(
        {"code": ["00C", "00D"], "name": ["Darlington", "Durham"], "n": ["1", "2"], "year": ["2018", "2018"]}
    )
    ask = {"at": "2018-04-01", "to": "2018-04-01", "drop": ["rest"]}
    with pytest.raises(
        ValueError, match=r"column 'name' holds text, such as 'Darlington', and no number.*numbers are 'n'$"
    ):
        rebase_file(table, **ask, sums=["name"])
    with pytest.raises(ValueError, match="column 'code' holds the codes, so it cannot be added up"):
        rebase_file(table, **ask, sums=["code"])


def test_numbers_in_brackets_are_counted_whatever_spaces_stand_around_them():
    table = pd.DataFrame({"code": ["00C", "00D", "00D"], "n": ["(5)", " (5)", "7"]})
    notes = rebase_file(table, at="2018-04-01", to="2018-04-01", sums=["n"]).notes
    assert "column 'n': numbers in brackets (2) are read as below zero" in notes


def read_lazily(cells: list[str], engine: str, missing=()) -> list[tuple]:
    frame = pd.DataFrame({"t": pd.Series(cells, dtype="str"), "i": range(len(cells))})
    native = pl.from_pandas(frame).lazy() if engine == "polars" else duckdb.from_df(frame)
    value, unread = numbers.lazily(nw.col("t"), missing)
    out = nw.from_native(native).select("i", value.alias("v"), unread.alias("u")).sort("i").collect()
    return [
        (None if pd.isna(v) else v, bool(u))
        for v, u in zip(out["v"].to_list(), out["u"].to_list(), strict=True)
    ]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_an_engine_reads_alike(engine):
    assert read_lazily(list(PLAIN), engine) == [(v, False) for v in PLAIN.values()]
    assert read_lazily(MARKS, engine) == [(None, False)] * len(MARKS)
    unread = [*STRANGE, *ASKED]
    assert read_lazily(unread, engine) == [(None, True)] * len(unread)
    assert read_lazily(["Nil", "?"], engine, missing=["nil", "?"]) == [(None, False)] * 2


@pytest.mark.parametrize("examples", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_no_cell_is_read_otherwise_by_an_engine_nor_ends_in_a_traceback(examples):
    signs = st.text("0123456789,. £%()-−<*crp[]xn/ae+\u00a0", max_size=9)
    columns = given(st.lists(signs, min_size=1, max_size=30))
    settings(max_examples=examples, deadline=None, derandomize=True, database=None)(columns(read_alike))()


def read_alike(cells):
    eager = []
    for cell in cells:
        plain = numbers.plain(cell) if numbers.is_given(cell) else None
        sure = plain is not None and "%" not in cell and "(" not in cell.replace("(r)", "").replace("(p)", "")
        eager.append((float(plain), False) if sure and len(plain) < 16 else (None, numbers.is_given(cell)))
    for (value, unread), (v, u), cell in zip(read_lazily(cells, "polars"), eager, cells, strict=True):
        assert (value, unread) == (v, u) or (unread and v is not None and len(cell) > 15), cell


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["0*", "0 †", "0.0*", "£0*", "0 [1]"])
def test_nought_with_a_footnote_is_asked_about(cell):
    """It may be a nought, or a small number that is hidden: nobody can tell."""
    table = pd.DataFrame({"code": ["00C", "00D"], "n": ["1", cell]})
    ask = {"at": "2018-04-01", "to": "2018-04-01", "sums": ["n"]}
    with pytest.raises(ValueError, match=r"is not a number.*nought with a footnote, write 0"):
        rebase_file(table, **ask)
    assert rebase_file(table, **ask, zero=[cell]).frame["n"].to_list() == [1, 0]
    assert set(rebase_file(table, **ask, missing=[cell]).frame["status"]) == {"exact", "incomplete"}
    told, strange = numbers.lazily(nw.col("n"))
    read = nw.from_native(table).select(told.alias("n"), strange.alias("strange")).to_native()
    assert read["strange"].to_list() == [False, True] and pd.isna(read["n"][1])
