"""Columns of text by their distinct cells: in ten million rows most columns have some hundreds of them.

Such a column is kept as categories, which take a tenth of the memory of the text and are asked each question once. The
categories are text in order, so sorting and grouping do what they do with text. A column whose cells differ in most
rows stays text. What comes in and goes out is always text.
"""

from collections.abc import Callable, Hashable
from typing import Any

import pandas as pd

#: So many distinct cells are a column of few, whatever its length.
FEW = 50_000


def is_kept(cells: pd.Series) -> bool:
    """Whether a column is kept as categories."""
    return isinstance(cells.dtype, pd.CategoricalDtype)


def is_text(cells: pd.Series) -> bool:
    """Whether a column holds text, however it is kept."""
    return bool(pd.api.types.is_string_dtype(cells.cat.categories if is_kept(cells) else cells))


def kept(cells: pd.Series) -> pd.Series:
    """A column of text as categories, or as it is if most of its many cells differ; a missing one is ``""``."""
    return made(cells, str)


def from_codes(codes: pd.Series, texts: list[str]) -> pd.Series:
    """A column whose cells are said by their places in a list of text."""
    return _of(codes.to_numpy(), texts, codes)


def as_text(cells: pd.Series) -> pd.Series:
    """A column as it goes out."""
    return cells.astype("str") if is_kept(cells) else cells


def plainly(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame as it goes out."""
    return frame.assign(**{str(c): as_text(frame[c]) for c in frame if is_kept(frame[c])})


def made(cells: pd.Series, meant: Callable[[Any], str]) -> pd.Series:
    """A column with a text in the place of each cell, ``""`` for a missing one."""
    codes, distinct = _distinct(cells)
    texts = [*map(meant, distinct), ""]
    if FEW < len(distinct) > len(cells) / 2:
        return pd.Series(pd.array(texts, dtype="str")[codes], cells.index, name=cells.name)
    return _of(codes, texts, cells)


def values(cells: pd.Series, value: Callable[[Any], Any]) -> pd.Series:
    """For each row what its cell amounts to, a number, say; a missing one is asked as ``""``."""
    codes, distinct = _distinct(cells)
    every = pd.Series([value(cell) for cell in [*distinct, ""]]).array
    return pd.Series(every[codes], cells.index, name=cells.name)


def told(cells: pd.Series, is_so: Callable[[str], object]) -> pd.Series:
    """For each row whether something is so of its cell, taken as text."""
    return values(cells, lambda cell: bool(is_so(str(cell)))).astype(bool)


def counted(cells: pd.Series) -> dict[str, int]:
    """How often each cell comes, taken as text, the most frequent first."""
    if not is_kept(cells):
        return {str(cell): int(n) for cell, n in cells.astype(str).value_counts().items()}
    texts: dict[Hashable, str] = dict(enumerate(cells.cat.categories))
    return {texts[code]: int(n) for code, n in cells.cat.codes.value_counts().items()}


def alike(one: pd.Series, other: pd.Series) -> pd.Series:
    """For each row whether two columns have the same text."""
    if not (is_kept(one) and is_kept(other)):
        return one.astype(str) == other.astype(str)
    place = one.cat.categories.get_indexer(other.cat.categories)
    return one.cat.codes == place[other.cat.codes.to_numpy()]


def _distinct(cells: pd.Series) -> tuple[Any, Any]:
    """For each row which of the distinct cells it has, -1 for a missing one; and these."""
    if is_kept(cells):
        return cells.cat.codes.to_numpy(), cells.cat.categories
    return pd.factorize(cells)


def _of(codes: Any, texts: list[str], like: pd.Series) -> pd.Series:
    """The column whose cells are said by their places in a list, as categories in order, where another column is."""
    order = sorted(set(texts))
    place: dict[Hashable, int] = {text: i for i, text in enumerate(order)}
    new = pd.Series([place[text] for text in texts], dtype="int32").to_numpy()[codes]
    some = pd.Categorical.from_codes(new, categories=pd.Index(order, dtype="str"))
    return pd.Series(some, like.index, name=like.name)
