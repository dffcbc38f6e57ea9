"""How two readings of one fact are held against each other, row by row; the rules of each kind of table use these."""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from ..problems import Problem, said, wrong


def unlike(
    name: str, frame: pd.DataFrame, column: str, due: pd.Series, where: str, within: float = 0
) -> Iterator[Problem]:
    """Rows whose cell is not the one due, which stands elsewhere; a row without one is not compared."""
    have = frame[column]
    off = (have - due).abs() > within if within else (have != due) | have.isna()
    off = off.fillna(False).astype(bool) & due.notna()
    yield from wrong(name, frame[off], column, f"{where} {{}}", due)


def ordered(name: str, frame: pd.DataFrame, less: str, more: str) -> Iterator[Problem]:
    """Rows in which what must be less is more."""
    over = (frame[less] > frame[more]).fillna(False).astype(bool)
    yield from wrong(name, frame[over], less, lambda row: f"more than {more}, {said(row[more])}")


def as_most(name: str, frame: pd.DataFrame, by: list[str], columns: Iterable[str]) -> Iterator[Problem]:
    """Rows whose cell differs from that of most rows of the same group; all of a group that has two readings as often."""
    groups = frame.groupby(by, sort=False)
    what = " and ".join(by)
    for column in columns:
        if (groups[column].nunique(dropna=False) <= 1).all():
            continue
        cells = frame[column].astype(object).map(said)
        grouped = cells.groupby([frame[b] for b in by])
        common = grouped.transform(lambda group: group.value_counts().index[0])
        other = grouped.transform(_another_as_often)
        odd = frame[(cells != common) | (other != "")]
        yield from wrong(
            name, odd, column, f"other rows of this {what} have {{}}", common.where(cells != common, other)
        )


def _another_as_often(cells: pd.Series) -> str:
    """The second of two texts that are each as often as the other, and more often than the rest."""
    times = cells.value_counts()
    return str(times.index[1]) if len(times) > 1 and times.iloc[0] == times.iloc[1] else ""


def alike_sources(name: str, frame: pd.DataFrame, by: list[str]) -> Iterator[Problem]:
    """Rows that cite what hardly any of their group cites, or do not cite what nearly all of it cites."""
    cited = frame["source"].str.get_dummies("+")
    share = cited.groupby([frame[b] for b in by]).transform("mean")
    what = " and ".join(by)
    lacks, alone = (cited == 0) & (share >= 0.9), (cited == 1) & (share <= 0.1)
    for found, words in ((lacks, "does not cite {}, as nearly all"), (alone, "cites {}, as hardly any")):
        ids = pd.Series([" and ".join(cited.columns[row]) for row in found.to_numpy()], frame.index)
        said_of = f"{words} of this {what}"
        yield from wrong(name, frame[ids != ""], "source", said_of, ids)


def leaps(
    name: str, frame: pd.DataFrame, order: str, column: str, within: float, per: str | None = None
) -> Iterator[Problem]:
    """Rows of a body whose number leaves those before and after it, by more than these lie apart and a margin.

    ``within`` is the margin as a share of the mean of the two: what bodies of this table never reach. With ``per``
    it is the number over that of another column.
    """
    rows = frame.sort_values(["code", order])
    cells = rows[column].astype("float64")
    if per:
        cells = cells / rows[per].astype("float64")
    before, after = cells.groupby(rows["code"]).shift(1), cells.groupby(rows["code"]).shift(-1)
    middle = (before + after) / 2
    off = (cells - middle).abs() - (before - after).abs() > within * middle
    beside = before.map(said) + " and " + after.map(said)
    ratio = f"over {per} " if per else ""
    what = f"{ratio}far from those of its {order} before and after, {{}}"
    yield from wrong(name, rows[off], column, what, beside)


def between(name: str, frame: pd.DataFrame, order: str, column: str, most: int) -> Iterator[Problem]:
    """Rows of a body whose count is not between those before and after it, by more than bodies of this table ever are."""
    rows = frame.sort_values(["code", order])
    cells = rows[column].astype("float64")
    before, after = cells.groupby(rows["code"]).shift(1), cells.groupby(rows["code"]).shift(-1)
    pair = pd.concat([before, after], axis=1)
    low, high = pair.min(axis=1, skipna=False), pair.max(axis=1, skipna=False)
    off = (low - cells > most) | (cells - high > most)
    beside = before.map(said) + " and " + after.map(said)
    what = f"not between those of its {order} before and after, {{}}"
    yield from wrong(name, rows[off], column, what, beside)


def misspelt(name: str, frame: pd.DataFrame, columns: Iterable[str]) -> Iterator[Problem]:
    """Rows with a word that stands once and is one letter away from another of its column."""
    for column in columns:
        times = frame[column].value_counts()
        by_length: dict[int, list[str]] = {}
        for word in map(str, times.index):
            by_length.setdefault(len(word), []).append(word)
        for word in (str(one) for one, n in times.items() if n == 1):
            other = next((w for w in by_length[len(word)] if _one_letter(word, w)), None)
            if other:
                what = f"nowhere else; other rows have {other}"
                yield from wrong(name, frame[frame[column] == word], column, what)


def _one_letter(one: str, other: str) -> bool:
    apart = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(apart) == 1 and not any(letter.isdigit() for letter in apart[0])


def by_key(frame: pd.DataFrame, key: str, value: str) -> dict[str, Any]:
    """One column of a table by another."""
    return dict(zip(frame[key], frame[value], strict=True))
