"""Dask and PySpark through the same call: the answers of pandas, lazily. Run by make test-engines."""

import datetime as dt
import gc
import os
import shutil
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from ccg import RebaseError, lineage, rebase
from every_case import ASKED, told
from every_case import case as ready

# narwhals will want a package of its own for Dask, which the index here does not have yet
pytestmark = pytest.mark.filterwarnings("ignore:Dask support is moving out of Narwhals:FutureWarning")
NO_JAVA = (
    "PySpark was NOT tested: it needs Java 17 or newer, as java on the PATH or in JAVA_HOME. "
    "Install it (Debian and Ubuntu: apt-get install default-jre-headless) and run make test-engines again"
)


def java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return bool(shutil.which("java") or (home and (Path(home) / "bin" / "java").exists()))


@pytest.fixture(scope="session")
def spark():
    if not java():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_JAVA)
    os.environ |= {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        # a JVM that lives a minute does not earn back what its second compiler and a parallel collector cost
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # a few hundred rows: to share them out, or to compile each query, takes longer than the query
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.session.timeZone": "UTC",
        # nobody looks for the line of ours that a step of a query came from, nor at each plan between two rules
        "spark.python.sql.dataFrameDebugging.enabled": "false",
        "spark.sql.dataFrameQueryContext.enabled": "false",
        "spark.sql.lightweightPlanChangeValidation": "false",
    }
    builder = SparkSession.builder.master("local[2]").appName("ccg")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def dask(monkeypatch):
    """Dask, which forgets each step of a query that nobody holds and works it out hundreds of times: held here."""
    import dask
    from dask._expr import SingletonExpr

    held, new = [], SingletonExpr.__new__

    def kept(kind, *given, **named):
        held.append(new(kind, *given, **named))
        return held[-1]

    monkeypatch.setattr(SingletonExpr, "__new__", kept)
    gc.disable()  # it would look through them all again and again
    with dask.config.set(scheduler="synchronous"):
        yield Dask()
    gc.enable()


@pytest.fixture
def as_written(monkeypatch):
    """Dask works a query out as it is written: no columns are left out early, which takes two thirds of the time.

    What its optimiser makes of our queries is tried by the tests that do not ask for this.
    """
    from dask._expr import Expr

    def once(self, dependents, simplified):
        """``Expr.simplify_once`` but for its ``_simplify_up``."""
        if self._name in simplified:
            return simplified[self._name]
        expr = self
        while (simpler := expr._simplify_down()) is not None and simpler._name != expr._name:
            expr = simpler
        operands = list(expr.operands)
        for i, operand in enumerate(operands):
            if isinstance(operand, Expr):
                operands[i] = simplified[operand._name] = operand.simplify_once(dependents, simplified)
        changed = any(one is not other for one, other in zip(operands, expr.operands, strict=True))
        return type(expr)(*operands) if changed else expr

    monkeypatch.setattr(Expr, "simplify_once", once)


class Dask:
    def make(self, data: pd.DataFrame):
        import dask.dataframe as dd

        return dd.from_pandas(data, npartitions=3)

    def kind(self):
        import dask.dataframe as dd

        return dd.DataFrame

    def read(self, native) -> pd.DataFrame:
        return native.compute()


class Spark:
    TYPES = {"str": "string", "object": "date", "Int64": "long", "float64": "double", "int64": "long"}  # noqa: RUF012

    def __init__(self, session):
        self.session = session

    def make(self, data: pd.DataFrame):
        from pyspark.sql.types import StructType

        kinds = {c: self.TYPES.get(str(t), "timestamp") for c, t in data.dtypes.items()}
        spec = StructType.fromDDL(", ".join(f"`{c}` {k}" for c, k in kinds.items()))
        # Spark keeps a table of Arrow; for a list of rows it would ask a process of Python at every look
        return self.session.createDataFrame(pa.Table.from_pandas(data, preserve_index=False), spec)

    def kind(self):
        from pyspark.sql import DataFrame

        return DataFrame

    def read(self, native) -> pd.DataFrame:
        return pd.DataFrame([row.asDict() for row in native.collect()], columns=native.columns)


@pytest.fixture(params=["dask", "pyspark"])
def engine(request):
    given = request.getfixturevalue("spark" if request.param == "pyspark" else "dask")
    return given if request.param == "dask" else Spark(given)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    out = pd.DataFrame(index=range(len(frame)))
    for name in frame:
        column = frame[name].reset_index(drop=True)
        text = [x for x in column if isinstance(x, (str, dt.date))]
        out[name] = (
            column.map(lambda x: "" if pd.isna(x) else str(x)) if text else pd.to_numeric(column, "coerce")
        )
        if not text:
            out[name] = out[name].astype("float64")
    return out.sort_values([c for c in out if str(out[c].dtype) != "float64"]).reset_index(drop=True)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(plain(one), plain(other), check_dtype=False, rtol=1e-9, atol=1e-9)


def sample(at="2016-04-01") -> pd.DataFrame:
    codes = [*lineage.bodies(at)["code"], "13Q", "UNKNOWN"] * 2
    count = range(len(codes))
    return pd.DataFrame(
        {
            "code": codes,
            "month": ["2016-05" if i < len(codes) / 2 else "2016-06" for i in count],
            "n": pd.array([None if i % 11 == 0 else 7 * i % 97 for i in count], dtype="Int64"),
            "rate": [i % 13 / 13 for i in count],
            "weight": [i % 5 for i in count],
        }
    )


ASK = {"code": "code", "to": "2021-04-01", "sums": ["n"], "by": ["month"]}


def test_the_answer_is_that_of_pandas_and_the_frame_is_of_the_engine(engine):
    ask = ASK | {"at": "2016-04-01", "means": {"rate": "weight"}}
    wanted, result = rebase(sample(), **ask), rebase(engine.make(sample()), **ask)
    assert isinstance(result.frame, engine.kind()) and isinstance(result.unmapped, engine.kind())
    same(engine.read(result.frame), wanted.frame)
    same(engine.read(result.unmapped), wanted.unmapped)
    report = result.report()
    assert report.balanced() and report.missing == wanted.report().missing
    for name, totals in wanted.report().totals.items():
        assert report.totals[name] == pytest.approx(totals)


@pytest.mark.parametrize("form", ["text", "datetime", "date"])
def test_a_column_of_dates_is_taken(engine, form, request):
    if (
        form != "text"
    ):  # as in the cases, the kind of date matters here; Dask's optimiser is tried on the first
        request.getfixturevalue("as_written")
    data = sample().drop(columns=["rate", "weight"]).assign(day="2016-04-01")
    later = pd.DataFrame(
        {"code": ["16C", "13T", "D2P2L"], "month": "2021-05", "n": [1, 2, 3], "day": "2021-06-30"}
    )
    both = pd.concat([data, later.astype({"n": "Int64"})], ignore_index=True)  # fmt: skip
    if form != "text":
        both["day"] = pd.to_datetime(both["day"])
    wanted = rebase(both, at="day", **ASK)
    if form == "date":
        both["day"] = both["day"].dt.date
    result = rebase(engine.make(both), at="day", **ASK)
    same(engine.read(result.frame), wanted.frame)
    keys = ["month", "code", "n", "reason"]
    same(engine.read(result.unmapped)[keys], wanted.unmapped[keys])
    assert result.report().balanced()


def test_unknown_and_missing_codes_come_back_unmapped(engine):
    data = pd.DataFrame({"code": ["00C", "ZZZ", None, "00c", "13Q"], "n": [1, 2, 3, 4, 5]})
    result = rebase(engine.make(data), code="code", at="2016-04-01", to="2018-04-01", sums=["n"])
    assert plain(engine.read(result.frame)).values.tolist() == [["00C", 1, "exact", 0, 0]]
    left = plain(engine.read(result.unmapped))
    assert dict(zip(left["n"], left["reason"], strict=True)) == {
        2: "not a code of this geography",
        3: "no code given",
        4: "not a code of this geography",
        5: "a commissioning hub, not a CCG",
    }
    report = result.report()
    assert report.balanced() and report.totals["n"] == {"input": 15, "placed": 1, "unmapped": 14}


def test_text_for_numbers_is_read_and_what_is_suppressed_is_missing(engine):
    data = pd.DataFrame({"code": ["00F", "00G", "00C"], "n": ["10", "*", ""]})
    result = rebase(engine.make(data), code="code", at="2013-04-01", to="2015-04-01", sums=["n"])
    out = plain(engine.read(result.frame)).set_index("code")
    assert out.at["13T", "n"] == 10 and pd.isna(out.at["00C", "n"])
    assert out["missing"].to_dict() == {"13T": 1, "00C": 1} and result.report().missing == {"n": 2}


def test_auto_asks_once_for_the_codes(engine):
    data = sample("2018-04-01")[["code", "month", "n"]]
    result = rebase(engine.make(data), at="auto", **ASK)
    assert result.report().start == "the CCGs of April 2018"
    same(engine.read(result.frame), rebase(data, at="2018-04-01", **ASK).frame)


def test_a_wrong_column_is_refused_before_anything_runs(engine):
    with pytest.raises(RebaseError, match="no column 'cost'"):
        rebase(engine.make(sample()), at="2016-04-01", **(ASK | {"sums": ["cost"]}))


def test_dask_stays_lazy():
    import dask.dataframe as dd

    data = sample()[["code", "month", "n"]]
    asked = []

    def look(part):
        asked.append(len(part))
        return part

    lazy = dd.from_pandas(data, npartitions=2).map_partitions(look, meta=data.head(0))
    result = rebase(lazy, at="2016-04-01", **ASK)
    assert not asked
    result.frame.compute(scheduler="synchronous")
    assert sum(asked) >= len(data)


def test_spark_stays_lazy_and_on_this_machine(spark):
    conf = spark.sparkContext.getConf()
    assert conf.get("spark.driver.bindAddress") == conf.get("spark.driver.host") == "127.0.0.1"
    assert spark.sparkContext.uiWebUrl is None
    broken = spark.sql("select '00C' as code, raise_error('looked at') as n").selectExpr(
        "code", "cast(n as int) as n"
    )
    result = rebase(broken, code="code", at="2016-04-01", to="2018-04-01", sums=["n"])  # fmt: skip
    with pytest.raises(Exception, match="looked at"):
        result.frame.collect()


# --- the cases of tests/core/test_cases.py, which says why each is as it is ------------------------------

CASES = Path(__file__).resolve().parents[1] / "cases"


def case(slug, name="input.csv") -> pd.DataFrame:
    return pd.read_csv(CASES / slug / name, dtype=str, keep_default_na=False)


def test_absent_part(engine):
    ask = {"code": "code", "at": "2016-04-01", "to": "2022-07-01", "by": ["period"], "sums": ["patients"]}
    wanted, result = rebase(case("absent-part"), **ask), rebase(engine.make(case("absent-part")), **ask)
    same(engine.read(result.frame), wanted.frame)
    assert sorted(engine.read(result.frame)["status"]) == ["exact"] * 2 + ["incomplete"] * 3
    report = result.report()
    assert report.absent == wanted.report().absent and (report.rows, report.incomplete) == (5, 3)
    assert "QWO: no row of 02N, 02R, 02V, 02W, 03C, 03G in 3 periods: 2012/13, 2013/14, 2014/15." in str(
        report
    )
    assert "Every row is exact" not in str(report)


@pytest.mark.parametrize("dated", [True, False], ids=["column of dates", "one date"])
def test_two_levels_dated(engine, dated):
    data = case("two-levels-dated")
    data = data if dated else data[data["month"] == "2022-08-01"]
    ask = {
        "code": "code",
        "at": "month" if dated else "2022-08-01",
        "to": "2022-07-01",
        "sums": ["referrals"],
    }
    result = rebase(engine.make(data.drop(columns="level")), by=["month"], **ask)
    placed = engine.read(result.frame)
    assert dict(zip(placed["code"], placed["referrals"], strict=True)) == {"QKS": 70, "QT1": 100, "QK1": 100}
    assert set(placed["status"]) == {"exact"} and len(placed) == (6 if dated else 3)
    left = engine.read(result.unmapped)
    boards = left[left["code"] != "England"]
    assert set(boards["code"]) == {"QKS", "QT1", "QK1"}
    assert set(boards["reason"]) == {"a board beside its own parts, which would count twice"}
    apart = ask | {"by": ["month", "level"]}
    same(engine.read(rebase(engine.make(data), **apart).frame), rebase(data, **apart).frame)


@pytest.mark.parametrize("name", ["input.csv", "more.csv"])
def test_location_names(engine, name):
    data, code = case("location-names", name), "SUB_ICB_LOCATION_NAME"
    ask = {"code": code, "at": "2022-07-01", "to": "2022-07-01", "level": "sub_icb", "sums": ["appointments"]}
    result = rebase(engine.make(data), repair=True, **ask)
    out = engine.read(result.frame)
    wanted = (
        data.assign(code=data[code].str.split(" - ").str[-1]).set_index("code")["appointments"].astype(float)
    )
    assert dict(zip(out[code], out["appointments"], strict=True)) == wanted.to_dict()


def test_unknown_markers(engine):
    ask = {"code": "CCG_RESPONSIBILITY", "at": "2018-04-01", "to": "2021-04-01", "sums": ["episodes"]}
    left = engine.read(rebase(engine.make(case("unknown-markers")), **ask).unmapped)
    found = dict(zip(left["CCG_RESPONSIBILITY"], left["episodes"], strict=True))
    assert found == {"X": 500, "Y": 700, "C": 60}
    with pytest.raises(RebaseError, match="'X' is no code known here;"):
        rebase(engine.make(case("unknown-markers")), repair=True, **ask)


def test_repair_two_hundred(engine):
    ask = {"code": "code", "at": "2013-04-01", "to": "2021-04-01", "sums": ["n"]}
    result = rebase(engine.make(case("repair-two-hundred")), repair=True, **ask)
    out = engine.read(result.frame)
    assert len(out) == 106 and out["n"].sum() == pytest.approx(211)
    assert len(result.report().repaired) == 211


def test_a_finer_key_and_dates_that_are_no_key(engine):
    """Every count that tells exact from incomplete, at once: months of a year, two kinds, and holes in both."""
    rows = [
        (month[:4], kind, month, code, 1)
        for month in ("2015-02-01", "2015-03-01", "2015-04-01", "2016-02-01", "2016-03-01")
        for kind in ("x", "y")
        for code in ["00C", "00D", *(["13T"] if month > "2015-03-31" else ["00F", "00G", "00H"])]
        if (kind, month, code) not in {("x", "2015-02-01", "00F"), ("y", "2016-02-01", "13T")}
        and (month, code) != ("2016-03-01", "00C")
    ]
    data = pd.DataFrame(rows, columns=["year", "kind", "day", "code", "n"])
    ask = {"code": "code", "at": "day", "to": "2016-04-01", "by": ["year", "kind"], "sums": ["n"]}
    for absent in ("zero", "missing"):
        wanted, result = rebase(data, absent=absent, **ask), rebase(engine.make(data), absent=absent, **ask)
        same(engine.read(result.frame), wanted.frame)
        report = result.report()
        assert report.absent == wanted.report().absent == [("00C", ("00C",), ("2016 (2016-03-01)",))]
        assert report.sparse == wanted.report().sparse == 2
        assert report.incomplete == wanted.report().incomplete == (4 if absent == "missing" else 2)


@pytest.mark.usefixtures("as_written")
@pytest.mark.parametrize("file", ASKED)
def test_every_case_gives_the_rows_flags_reasons_and_words_of_pandas(engine, file):
    data, ask = ready(file)
    pandas, other = rebase(data, **ask), rebase(engine.make(data), **ask)
    wanted = told(pandas.frame, pandas.unmapped, pandas.report())
    found = told(engine.read(other.frame), engine.read(other.unmapped), other.report())
    for what, value in wanted.items():
        assert found[what] == value, what
