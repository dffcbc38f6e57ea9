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
    """Rows whose cell differs from that of most rows of the same group."""
    groups = frame.groupby(by, sort=False)
    what = " and ".join(by)
    for column in columns:
        if (groups[column].nunique(dropna=False) <= 1).all():
            continue
        cells = frame[column].astype(object).map(said)
        common = cells.groupby([frame[b] for b in by]).transform(lambda group: group.value_counts().index[0])
        odd = frame[cells != common]
        yield from wrong(name, odd, column, f"other rows of this {what} have {{}}", common)


def leaps(name: str, frame: pd.DataFrame, order: str, column: str, within: float) -> Iterator[Problem]:
    """Rows of a body whose number leaves those before and after it, by more than these lie apart and a margin.

    ``within`` is the margin as a share of the mean of the two: what bodies of this table never reach.
    """
    rows = frame.sort_values(["code", order])
    cells = rows[column].astype("float64")
    before, after = cells.groupby(rows["code"]).shift(1), cells.groupby(rows["code"]).shift(-1)
    middle = (before + after) / 2
    off = (cells - middle).abs() - (before - after).abs() > within * middle
    beside = before.map(said) + " and " + after.map(said)
    yield from wrong(name, rows[off], column, f"far from those of its {order} before and after, {{}}", beside)


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
