"""Dask and PySpark through the same call: the answers of pandas, lazily. Run by make test-engines."""

import datetime as dt
import os
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
from ccg import lineage
from ccg.rebase import RebaseError, rebase

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
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
    }
    builder = SparkSession.builder.master("local[2]").appName("ccg")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


class Dask:
    def make(self, data: pd.DataFrame):
        import dask
        import dask.dataframe as dd

        dask.config.set(scheduler="synchronous")
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
        kinds = {c: self.TYPES.get(str(t), "timestamp") for c, t in data.dtypes.items()}
        rows = data.astype(object).where(data.notna(), None)
        for c in (c for c, k in kinds.items() if k == "timestamp"):
            rows[c] = pd.Series(list(data[c].dt.to_pydatetime()), dtype=object)
        spec = ", ".join(f"{c} {k}" for c, k in kinds.items())
        return self.session.createDataFrame(list(rows.itertuples(index=False, name=None)), spec)

    def kind(self):
        from pyspark.sql import DataFrame

        return DataFrame

    def read(self, native) -> pd.DataFrame:
        return pd.DataFrame([row.asDict() for row in native.collect()], columns=native.columns)


@pytest.fixture(params=["dask", "pyspark"])
def engine(request):
    return Dask() if request.param == "dask" else Spark(request.getfixturevalue("spark"))


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
def test_a_column_of_dates_is_taken(engine, form):
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
    assert plain(engine.read(result.frame)).values.tolist() == [["00C", 1, "exact", 0]]
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
