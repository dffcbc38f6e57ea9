"""How fast re-basing is, and how much memory it takes, against what people do today. Never a test.

Each method runs in a process of its own, reads the same Parquet file of (code, month, value) on the CCGs of
April 2013 and writes sums on those of April 2021. Runs are paired: every repeat takes each method once, in
turn, so that a busy moment of the machine falls on all. Peak memory is that of the whole process.

The plain methods (SQL, Polars, a pandas merge) join a ready look-up with shares and give the same answer;
the successor chain and ``.map`` know no shares and so leave out the land that moved.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from ..core import lineage
from ..core.garbage import uncollected

AT, TO = "2013-04-01", "2021-04-01"
ROWS = 10_000_000
REPEATS = 5


def write_data(path: Path, rows: int, seed: int = 2013) -> None:
    """A Parquet file of ``rows`` made-up rows: code (211 CCGs), month (300), value (0 to 999)."""
    rng = np.random.default_rng(seed)
    codes = sorted(lineage.codes_of(lineage.vintage(AT)))
    months = pd.date_range("1998-04-01", periods=300, freq="MS").to_numpy()
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetWriter(
        path, pa.schema([("code", pa.string()), ("month", pa.timestamp("us")), ("value", pa.int64())])
    ) as out:
        for start in range(0, rows, 2_000_000):
            n = min(2_000_000, rows - start)
            part = {
                "code": pa.array(np.array(codes)[rng.integers(0, len(codes), n)]),
                "month": pa.array(months[rng.integers(0, 300, n)], pa.timestamp("us")),
                "value": pa.array(rng.integers(0, 1000, n)),
            }
            out.write_table(pa.table(part))


# --- ours -----------------------------------------------------------------------------------------


def _ours(frame):
    with uncollected():  # as ``from ccg import rebase`` is
        from ..core.rebasing import rebase

    return rebase(frame, code="code", at=AT, to=TO, by=["month"], sums=["value"])


def ours_pandas(path):
    out = _ours(pd.read_parquet(path)).frame
    return len(out), out["value"].sum()


def ours_polars(path):
    import polars as pl

    out = _ours(pl.scan_parquet(path)).frame.collect()
    return len(out), out["value"].sum()


def ours_polars_eager(path):
    import polars as pl

    out = _ours(pl.read_parquet(path)).frame
    return len(out), out["value"].sum()


def ours_pyarrow(path):
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    out = _ours(pq.read_table(path)).frame
    return len(out), pc.sum(out["value"]).as_py()


def ours_duckdb(path):
    import duckdb

    rows = _ours(duckdb.read_parquet(str(path))).frame.fetchall()
    return len(rows), sum(r[2] for r in rows)


# --- what people do today -------------------------------------------------------------------------


def _table() -> pd.DataFrame:
    return lineage.lookup(AT, TO)[["from", "to", "share"]].rename(columns={"from": "code"})


def plain_pandas_merge(path):
    data = pd.read_parquet(path).merge(_table(), on="code")
    data["value"] = data["value"] * data["share"]
    out = data.groupby(["to", "month"], as_index=False)["value"].sum()
    return len(out), out["value"].sum()


def plain_pyarrow(path):
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    data = pq.read_table(path).join(pa.table(_table().to_dict("list")), "code")
    data = data.append_column("moved", pc.multiply(data["value"].cast("float64"), data["share"]))
    out = data.group_by(["to", "month"]).aggregate([("moved", "sum")])
    return len(out), pc.sum(out["moved_sum"]).as_py()


def plain_polars(path):
    import polars as pl

    data = pl.scan_parquet(path).join(pl.from_pandas(_table()).lazy(), on="code")
    out = data.group_by("to", "month").agg((pl.col("value") * pl.col("share")).sum()).collect()
    return len(out), out["value"].sum()


def plain_duckdb(path):
    import duckdb

    table = _table()
    duckdb.register("lookup", table)
    rows = duckdb.sql(
        f"select \"to\", month, sum(value * share) from '{path}' join lookup using (code) group by all"
    ).fetchall()
    return len(rows), sum(r[2] for r in rows)


def map_pandas(path):
    data = pd.read_parquet(path)
    main = _table().drop_duplicates("code").set_index("code")["to"]
    data["code"] = data["code"].map(main)
    out = data.groupby(["code", "month"], as_index=False)["value"].sum()
    return len(out), out["value"].sum()


def chain_pandas(path):
    data = pd.read_parquet(path)
    moves = lineage.tables.load("successions").query("kind == 'merger'")
    for day in sorted(moves.loc[moves["date"] <= TO, "date"].unique()):
        wave = moves.loc[moves["date"] == day, ["from", "to"]].rename(columns={"from": "code"})
        data = data.merge(wave, on="code", how="left")
        data["code"] = data["to"].fillna(data["code"])
        data = data.drop(columns="to")
    out = data.groupby(["code", "month"], as_index=False)["value"].sum()
    return len(out), out["value"].sum()


METHODS = {
    "pandas: successor by successor": chain_pandas,
    "pandas: map, then group": map_pandas,
    "pandas: plain merge": plain_pandas_merge,
    "pandas: rebase": ours_pandas,
    "PyArrow: plain join": plain_pyarrow,
    "PyArrow: rebase": ours_pyarrow,
    "Polars: plain join": plain_polars,
    "Polars: rebase": ours_polars,
    "Polars: rebase, eager": ours_polars_eager,
    "DuckDB: plain SQL": plain_duckdb,
    "DuckDB: rebase": ours_duckdb,
}


def _once(name: str, path: Path) -> dict:
    """Run one method in a process of its own."""
    command = [sys.executable, "-m", "ccg.suite.bench", name, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-500:]}")
    return json.loads(done.stdout.splitlines()[-1])


def run(
    sizes=(1_000_000, ROWS, 50_000_000), repeats: int = REPEATS, folder: Path | None = None
) -> pd.DataFrame:
    """Time every method at every size; print a table; save it and a chart in ``folder``.

    Returns one row per method and size: median, least and most seconds, peak memory in GiB. The sizes but
    the middle one are run three times, and the successor chain not at all above 10 million rows.
    """
    rows = []
    with tempfile.TemporaryDirectory(prefix="ccg-bench-") as temporary:
        for size in sizes:
            path = Path(temporary) / f"{size}.parquet"
            write_data(path, size)
            names = [n for n in METHODS if size <= ROWS or METHODS[n] is not chain_pandas]
            runs = {n: [] for n in names}
            for _ in range(repeats if size == ROWS else min(3, repeats)):
                for name in names:
                    runs[name].append(_once(name, path))
            path.unlink()
            for name, found in runs.items():
                seconds = [r["seconds"] for r in found]
                row = {"rows": size, "method": name, "median": statistics.median(seconds)}
                row |= {"least": min(seconds), "most": max(seconds), "GiB": max(r["peak"] for r in found)}
                rows.append(row | {"sum": found[0]["sum"]})
            table = pd.DataFrame(rows)
            shown = table[table["rows"] == size].drop(columns=["rows", "sum"]).round(2)
            print(
                f"\n{size:,} rows, {len(found)} paired runs, seconds\n{shown.to_string(index=False)}",
                flush=True,
            )
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        table.to_csv(folder / "rebase.csv", index=False)
        _chart(table, folder / "rebase.png")
        print(f"\nwritten: {folder / 'rebase.csv'} and {folder / 'rebase.png'}")
    return table


def _chart(table: pd.DataFrame, path: Path) -> None:
    size = ROWS if ROWS in set(table["rows"]) else table["rows"].max()
    shown = table[table["rows"] == size]
    draw(shown, f"Re-basing {size / 1e6:g} million rows", path, {m for m in shown["method"] if "rebase" in m})


def draw(table: pd.DataFrame, title: str, path: Path, ours: set[str]) -> None:
    """A bar for each ``method``, its ``median`` seconds with ``least`` and ``most``, and ``GiB``; ours in blue."""
    from ..charts import style

    style.use()
    fig, ax = style.canvas(0.8 + 0.4 * len(table), left=2.9, right=0.8, bottom=0.6, top=0.5)
    shown = table.iloc[::-1].reset_index(drop=True)
    tones = [style.BLUE if m in ours else style.GREY for m in shown["method"]]
    ax.barh(shown.index, shown["median"], color=tones, height=0.66)
    ax.hlines(shown.index, shown["least"], shown["most"], color=style.INK, lw=1.2)
    for y, row in shown.iterrows():
        text = f"{row['median']:.1f} s, {row['GiB']:.1f} GiB"
        ax.text(row["most"] + shown["most"].max() * 0.01, y, text, va="center", size=style.SMALL)
    ax.set_yticks(shown.index, shown["method"])
    ax.set(xlabel="Seconds, median and range", xlim=(0, shown["most"].max() * 1.2))
    ax.set_title(title, weight="bold", x=-0.6)
    style.bare(ax, grid="x")
    fig.savefig(path)


def main(name: str, path: str) -> None:
    """One timed run, printed as JSON: seconds, peak memory in GiB, rows and sum of the answer."""
    begun = time.perf_counter()
    count, total = METHODS[name](Path(path))
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "peak": _peak(), "rows": count, "sum": float(total)}))


def _peak() -> float:
    """The most memory that this process had, in GiB.

    ``ru_maxrss`` is no less than what the process had that started it, so Linux is asked otherwise.
    """
    status = Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 2**20
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main(*sys.argv[1:])
