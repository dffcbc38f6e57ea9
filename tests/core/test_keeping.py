"""Columns of text kept by their distinct cells: the same as text in all but memory."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from ccg import files, keeping, reading

TEXT = ["b", "", "a", "b", " a", "é"]


def test_a_kept_column_is_its_text():
    text = pd.Series([*TEXT, None], index=range(2, 9), dtype="str", name="x")
    cells = keeping.kept(text)
    assert keeping.is_kept(cells) and keeping.is_text(cells)
    pd.testing.assert_series_equal(keeping.as_text(cells), text.fillna(""))
    assert cells.sort_values().to_list() == sorted([*TEXT, ""])
    assert keeping.made(cells, str.strip).to_list() == [*map(str.strip, TEXT), ""]
    assert keeping.told(cells, str.strip).to_list() == [True, False, True, True, True, True, False]
    assert keeping.counted(cells[2:]) == {"": 1, "a": 1, "b": 1, " a": 1, "é": 1}
    assert list(keeping.counted(cells)) == ["b", "", "a", " a", "é"]


def test_two_columns_are_compared_by_their_text():
    one = keeping.kept(pd.Series(["a", "b", "c"]))
    other = keeping.kept(pd.Series(["a", "c", "d"]))
    assert keeping.alike(one, other).to_list() == [True, False, False]
    assert keeping.alike(one, pd.Series(["x", "b", "c"])).to_list() == [False, True, True]


def test_a_column_whose_many_cells_differ_stays_text(tmp_path, monkeypatch):
    """It is read in blocks, so it begins as one of few and changes on the way."""
    monkeypatch.setattr(keeping, "FEW", 3)
    monkeypatch.setattr(reading, "_BLOCK", 4)
    path = tmp_path / "many.csv"
    rows = [("00C", f"cell {i}") for i in range(11)]
    path.write_text("code,note\n" + "".join(f"{code},{note}\n" for code, note in rows))
    frame = reading.compact(path)
    assert keeping.is_kept(frame["code"]) and not keeping.is_kept(frame["note"])
    assert list(frame.itertuples(index=False, name=None)) == rows
    assert frame.index.to_list() == list(range(2, 13))
    pd.testing.assert_frame_equal(reading.read(path), keeping.plainly(frame))


def test_a_column_that_stays_text_is_gone_through_part_by_part(monkeypatch):
    text = pd.Series([*TEXT, None], index=range(2, 9), dtype="str", name="x")
    monkeypatch.setattr(keeping, "FEW", 2)
    monkeypatch.setattr(keeping, "PART", 3)
    assert not keeping.is_kept(keeping.kept(text))
    pd.testing.assert_series_equal(keeping.kept(text), text.fillna(""))
    pd.testing.assert_series_equal(keeping.made(text, str.upper), text.fillna("").str.upper())
    assert keeping.told(text, str.strip).to_list() == [True, False, True, True, True, True, False]
    assert keeping.values(text, len).to_list() == [1, 0, 1, 1, 2, 1, 0]
    assert keeping.is_kept(keeping.made(text, lambda cell: "some" if cell else "")), "of few once it is made"


def test_categories_of_a_caller_become_those_kept_here():
    for cells in (
        ["b", None, "a"],
        pd.Categorical(["b", "a"], ["b", "a"]),
        pd.Categorical(["a"], ["a"], ordered=True),
    ):
        cells = pd.Series(cells, dtype="category")
        one = keeping.kept(cells)
        assert one.cat.categories.is_monotonic_increasing and not one.cat.ordered and not one.hasnans
        assert one.to_list() == cells.astype("str").fillna("").to_list()
        assert keeping.kept(one) is one, "and are not made again"


STATUS = Path("/proc/self/status")
#: Not ``ru_maxrss``, in which a process starts with the most that the one had which started it.
_PEAK = """
import sys
sys.path.insert(0, {notebooks!r})
{do}
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
_FLOOR = "import pandas; frame = pandas.read_csv({path!r}, dtype=str)"
_OURS = """
from ccg import rebase_file
rebase_file({path!r}, at="2018-04-01", to="2021-04-01", by=["age"], sums=["n"])
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not STATUS.exists() or "VmHWM" not in STATUS.read_text(),
    reason="the most memory that a process had is told otherwise",
)
@pytest.mark.parametrize("different", [1009, 2_000_000], ids=["few numbers", "each row its own"])
def test_a_large_file_takes_little_more_memory_than_pandas_takes_to_read_it(tmp_path, different):
    """Ten million rows may take 1.5 × the file's size above what pandas takes; two million show it as well."""
    from ccg import lineage

    path = tmp_path / "large.csv"
    codes, text = list(lineage.bodies("2018-04-01")["code"]), ["code,age,n"]
    text += [f"{codes[i % len(codes)]},{i // 7 % 97},{i * 997 % different / 100}" for i in range(2_000_000)]
    path.write_text("\n".join(text) + "\n")

    def peak(do: str) -> int:
        run = _PEAK.format(notebooks=str(files.NOTEBOOKS), do=do.format(path=str(path)))
        return int(
            subprocess.run([sys.executable, "-c", run], capture_output=True, check=True, text=True).stdout
        )

    floor, ours = peak(_FLOOR), peak(_OURS)
    assert ours <= floor + 1.5 * path.stat().st_size / 1024, (ours, floor)
