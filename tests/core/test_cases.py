"""Files as people have them, that once gave a wrong number: each comes out right, or is refused in words."""

from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from ccg import RebaseError, lineage, rebase
from every_case import ASKED, told
from every_case import case as ready

CASES = Path(__file__).parents[1] / "cases"
MAKE = {"pandas": lambda d: d, "polars lazy": lambda d: pl.from_pandas(d).lazy(), "duckdb": duckdb.from_df}
#: DuckDB takes five times as long as the others, mostly to plan: it has its turn in make test-slow.
each = [pytest.param(make, id=n, marks=[pytest.mark.slow] * (n == "duckdb")) for n, make in MAKE.items()]
engines = pytest.mark.parametrize("make", each)
lazily = pytest.mark.parametrize("make", each[1:])


def case(slug, name="input.csv") -> pd.DataFrame:
    """A case as the command line reads it: every cell text."""
    return pd.read_csv(CASES / slug / name, dtype=str, keep_default_na=False)


def rows(native) -> list[dict]:
    if isinstance(native, pl.LazyFrame):
        native = native.collect()
    if isinstance(native, duckdb.DuckDBPyRelation):
        native = native.to_df()
    return native.to_dict("records") if isinstance(native, pd.DataFrame) else native.to_dicts()


def table(native, key, value) -> dict:
    return {r[key] if isinstance(key, str) else tuple(r[k] for k in key): r[value] for r in rows(native)}


# --- absent-part ----------------------------------------------------------------------------------

ABSENT = ("02N", "02R", "02V", "02W", "03C", "03G")


@pytest.mark.few(1)
@engines
@pytest.mark.parametrize("means", [{}, {"rate": "patients"}], ids=["sum", "mean"])
def test_absent_part(make, means):
    data = case("absent-part")
    if means:
        data["rate"] = "0.5"
    result = rebase(
        make(data), code="code", at="2016-04-01", to="2022-07-01", by=["period"],
        sums=["patients"] if not means else [], means=means,
    )  # fmt: skip
    if not means:
        sums = {"2012/13": 460, "2013/14": 460, "2014/15": 460, "2015/16": 1234, "2016/17": 1234}
        assert table(result.frame, "period", "patients") == sums
    early, late = ["2012/13", "2013/14", "2014/15"], ["2015/16", "2016/17"]
    wanted = dict.fromkeys(early, "incomplete") | dict.fromkeys(late, "exact")
    assert table(result.frame, "period", "status") == wanted
    report = result.report()
    assert [tuple(one) for one in report.absent] == [("QWO", ABSENT, tuple(early))]
    words = "QWO: no row of 02N, 02R, 02V, 02W, 03C, 03G in 3 periods: 2012/13, 2013/14, 2014/15."
    assert words in str(report) and "3 of 5 rows are incomplete" in str(report)
    assert "Every row is exact" not in str(report) and (report.rows, report.incomplete) == (5, 3)


@pytest.mark.few(1)
@engines
def test_absent_part_of_a_file_that_is_one_period(make):
    data = case("absent-part")
    early = data.loc[data["period"] == "2012/13", ["code", "patients"]]
    result = rebase(make(early), code="code", at="2016-04-01", to="2022-07-01", sums=["patients"])
    assert rows(result.frame) == [
        {"code": "QWO", "patients": 460, "status": "incomplete", "divided": 0, "missing": 0}
    ]
    assert str(result.report().absent[0]) == f"QWO: no row of {', '.join(ABSENT)}"


# --- two-levels-dated -----------------------------------------------------------------------------

DATED = {"code": "code", "to": "2022-07-01", "sums": ["referrals"]}
WHOLE = {"QKS": 70, "QT1": 100, "QK1": 100}


@pytest.mark.slow
@pytest.mark.parametrize("dated", [True, False], ids=["column of dates", "one date"])
def test_two_levels_dated(dated):
    data = case("two-levels-dated").drop(columns="level")
    if not dated:
        data = data[data["month"] == "2022-08-01"]
    with pytest.raises(RebaseError) as error:
        rebase(data, at="month" if dated else "2022-08-01", by=["month"], **DATED)
    for words in (
        "QK1 is a board and 03W, 04C and 04V are its locations",
        "a sum would count them twice",
        "Keep one level, or name the column that tells them apart in by",
    ):
        assert words in str(error.value)
    # the level kept by itself, or kept apart by a key, is the level that was asked for
    for level in ("ICB", "sub-ICB"):
        every = case("two-levels-dated")
        one = every[every["level"] == level].drop(columns="level")
        result = rebase(one, at="month" if dated else "2022-08-01", by=["month"], **DATED)
        assert table(result.frame, ["month", "code"], "referrals") == {
            (m, c): n for m in ("2022-08-01", "2022-09-01") for c, n in WHOLE.items()
        }


@pytest.mark.slow
@lazily
@pytest.mark.parametrize("dated", [True, False], ids=["column of dates", "one date"])
def test_two_levels_dated_lazily(make, dated):
    data = case("two-levels-dated").drop(columns="level")
    result = rebase(make(data), at="month" if dated else "2022-08-01", by=["month"], **DATED)
    for month in ("2022-08-01", "2022-09-01"):
        placed = {r["code"]: r["referrals"] for r in rows(result.frame) if r["month"] == month}
        left = {r["code"]: r["reason"] for r in rows(result.unmapped) if r["month"] == month}
        assert placed == WHOLE, "never 200"
        why = "a board beside its own parts, which would count twice"
        assert left == dict.fromkeys(WHOLE, why) | {"England": "a total for England"}
    assert set(table(result.frame, "code", "status").values()) == {"exact"}
    assert result.report().balanced()


@pytest.mark.slow
@engines
@pytest.mark.parametrize("dated", [True, False], ids=["column of dates", "one date"])
def test_two_levels_dated_with_a_key_that_keeps_them_apart(make, dated):
    data = case("two-levels-dated")
    if not dated:
        data = data[data["month"] == "2022-08-01"]
    result = rebase(make(data), at="month" if dated else "2022-08-01", by=["month", "level"], **DATED)
    found = table(result.frame, ["month", "level", "code"], "referrals")
    months = ["2022-08-01", "2022-09-01"] if dated else ["2022-08-01"]
    assert found == {(m, s, c): n for m in months for s in ("ICB", "sub-ICB") for c, n in WHOLE.items()}
    assert {r["status"] for r in rows(result.frame)} == {"exact"}
    assert {r["code"] for r in rows(result.unmapped)} == {"England"}


# --- location-names -------------------------------------------------------------------------------

NAMES = {
    "input.csv": {"02Q": 100, "52R": 900, "91Q": 700, "15C": 400, "15E": 50, "06H": 60, "B2M3M": 70, "M1J4Y": 80, "18C": 90},
    "more.csv": {"03W": 30, "04C": 40, "04V": 50, "02H": 300, "14L": 500, "D2P2L": 60, "91Q": 700, "00Q": 5, "00R": 6},
}  # fmt: skip


@engines
@pytest.mark.parametrize("name, wanted", NAMES.items(), ids=NAMES)
def test_location_names(make, name, wanted):
    data, code = case("location-names", name), "SUB_ICB_LOCATION_NAME"
    ask = {"code": code, "at": "2022-07-01", "to": "2022-07-01", "level": "sub_icb", "sums": ["appointments"]}
    result = rebase(make(data), repair=True, **ask)
    assert table(result.frame, code, "appointments") == wanted
    assert set(table(result.frame, code, "status").values()) == {"exact"}
    repaired = result.report().repaired
    assert set(repaired) == set(data[code]) and all(n.endswith(f" - {c}") for n, c in repaired.items())


def test_location_names_of_all_106():
    board = lineage.lookup("2022-07-01", "2022-07-01", "icb", at_level="sub_icb").set_index("from")["to"]
    for code, one in board.items():
        name = lineage.name(one).replace("Integrated Care Board", "ICB")
        assert lineage.suggest(f"{name} - {code}") == code
        assert lineage.suggest(name) == one, "the board's own name is the board"


# --- unknown-markers ------------------------------------------------------------------------------


@engines
@pytest.mark.parametrize("repair", [True, False], ids=["repair", "as it is"])
def test_unknown_markers(make, repair):
    data = case("unknown-markers")
    ask = {"code": "CCG_RESPONSIBILITY", "at": "2018-04-01", "to": "2021-04-01", "sums": ["episodes"]}
    if repair or isinstance(make(data), pd.DataFrame):
        with pytest.raises(RebaseError, match="3 codes are not of the CCGs of April 2018") as error:
            rebase(make(data), repair=repair, **ask)
        for marker in "XYC":
            assert f"{marker!r} is no code known here" in str(error.value)
        assert "perhaps" not in str(error.value) and "00X" not in str(error.value)
        return
    result = rebase(make(data), **ask)
    placed = table(result.frame, "CCG_RESPONSIBILITY", "episodes")
    assert (placed["00X"], placed["00Y"]) == (2, 1)
    left = table(result.unmapped, "CCG_RESPONSIBILITY", "episodes")
    assert left == {"X": 500, "Y": 700, "C": 60}
    assert {r["reason"] for r in rows(result.unmapped)} == {"not a code of this geography"}


# --- repair-two-hundred ---------------------------------------------------------------------------

TWO_HUNDRED = {"code": "code", "at": "2013-04-01", "to": "2021-04-01", "sums": ["n"]}


@pytest.mark.few(2)
@engines
@pytest.mark.parametrize("form", ["a space behind", "full names"])
def test_repair_two_hundred(make, form):
    data = case("repair-two-hundred")
    codes = data["code"].str.strip()
    assert len(data) == 211
    if form == "full names":
        data["code"] = codes.map(lineage.name)
    wanted = dict(zip(data["code"], codes, strict=True))
    result = rebase(make(data), repair=True, **TWO_HUNDRED)
    clean = rebase(make(data.assign(code=codes)), **TWO_HUNDRED)
    moved = table(result.frame, "code", "n")
    assert len(moved) == 106 and sum(moved.values()) == pytest.approx(211)
    assert moved == pytest.approx(table(clean.frame, "code", "n"))
    assert table(result.frame, "code", "status") == table(clean.frame, "code", "status")
    report = result.report()
    assert report.repaired == wanted
    assert str(report).count("\nRead ") == 12 and "So were 199 more codes read" in str(report)


@pytest.mark.few(1)
@engines
def test_repair_of_thousands_of_spellings_is_no_deeper_than_of_one(make):
    codes = lineage.bodies("2013-04-01")["code"]
    spelt = [" " * i + c + " " * j for c in codes for i in range(4) for j in range(4)]
    result = rebase(make(pd.DataFrame({"code": spelt, "n": 1})), repair=True, **TWO_HUNDRED)
    moved = table(result.frame, "code", "n")
    assert len(moved) == 106 and sum(moved.values()) == pytest.approx(len(spelt)) and len(spelt) > 3000
    assert len(result.report().spellings) == 211


# --- residents-not-patients -----------------------------------------------------------------------


@pytest.mark.few(1)
@engines
def test_residents_not_patients(make):
    """A thousand residents in each CCG: by residents the parts are those that NHS England published."""
    ask = {"code": "CCG21CD", "at": "2021-04-01", "to": "2022-07-01", "sums": ["residents"]}
    data = case("residents-not-patients")
    found = table(rebase(make(data), basis="residents", **ask).frame, "CCG21CD", "residents")
    parts = {"QUA": 871, "QHL": 129, "QOP": 871, "QUE": 981, "QPM": 19}
    assert {body: round(found[body]) for body in parts} == parts
    report = str(rebase(make(data), **ask).report())
    assert (
        "Shares are of registered patients. Of residents this part of each body would go elsewhere" in report
    )
    assert "D2P2L 2.4%" in report and "--basis residents" in report


# --- every case on every engine -------------------------------------------------------------------


def as_pandas(native) -> pd.DataFrame:
    if isinstance(native, pl.LazyFrame):
        native = native.collect()
    if isinstance(native, duckdb.DuckDBPyRelation):
        return pd.DataFrame(native.fetchall(), columns=native.columns)
    if isinstance(native, pa.Table):
        return pd.DataFrame(native.to_pylist(), columns=native.column_names)
    return pd.DataFrame(native.to_dicts(), columns=native.columns)


ENGINES = {
    "polars": pl.from_pandas,
    "polars lazy": lambda d: pl.from_pandas(d).lazy(),
    "pyarrow": lambda d: pa.Table.from_pandas(d, preserve_index=False),
    "duckdb": duckdb.from_df,
}


@cache
def by_pandas(file: str) -> dict:
    data, ask = ready(file)
    result = rebase(data, **ask)
    return told(result.frame, result.unmapped, result.report())


#: In every run the one that is furthest from pandas and takes little; each of the others in make test-slow.
one_by_one = [pytest.param(n, marks=[] if n == "polars lazy" else [pytest.mark.slow]) for n in ENGINES]


@pytest.mark.slow
@pytest.mark.parametrize("engine", one_by_one)
def test_every_case_gives_the_same_rows_flags_reasons_and_words(engine):
    """What pandas says, each engine says word for word. Dask and PySpark do so in tests/engines."""
    for file in ASKED:
        data, ask = ready(file)
        other = rebase(ENGINES[engine](data), **ask)
        found = told(as_pandas(other.frame), as_pandas(other.unmapped), other.report())
        for what, value in by_pandas(file).items():
            assert found[what] == value, (file, what)


def test_every_case_is_asked_of_every_engine():
    # what is refused, or is of the reader alone, has no answer to compare
    assert {file.split("/")[0] for file in ASKED} == {p.name for p in CASES.iterdir()} - {"ragged-rows"}
