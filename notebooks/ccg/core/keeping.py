"""Columns of text by their distinct cells: in ten million rows most columns have some hundreds of them.

Such a column is kept as categories, which take a tenth of the memory of the text and are asked each question once. The
categories are text in order, so sorting and grouping do what they do with text. A column of more distinct cells stays
text, and is gone through part by part, so that no list of all its cells is ever made. What comes in and goes out is
always text.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

import pandas as pd

#: A column of no more distinct cells is kept as categories.
FEW = 50_000
#: So many rows of any other column are gone through at a time.
PART = 250_000


def is_kept(cells: pd.Series) -> bool:
    """Whether a column is kept as categories."""
    return isinstance(cells.dtype, pd.CategoricalDtype)


def is_text(cells: pd.Series) -> bool:
    """Whether a column holds text, however it is kept."""
    return bool(pd.api.types.is_string_dtype(cells.cat.categories if is_kept(cells) else cells))


def kept(cells: pd.Series) -> pd.Series:
    """A column of text as categories, or as it is if it has more than a few distinct cells; a missing one is ``""``."""
    if _is_kept_here(cells):
        return cells
    few = _few(cells, str)
    return cells.astype("str").fillna("") if few is None else few


def from_codes(codes: pd.Series, texts: list[str]) -> pd.Series:
    """A column whose cells are said by their places in a list of text."""
    order = sorted(set(texts))
    place = {text: i for i, text in enumerate(order)}
    new = pd.Series([place[text] for text in texts], dtype="int32").to_numpy()[codes.to_numpy()]
    some = pd.Categorical.from_codes(new, categories=pd.Index(order, dtype="str"))
    return pd.Series(some, codes.index, name=codes.name)


def as_text(cells: pd.Series) -> pd.Series:
    """A column as it goes out."""
    return cells.astype("str") if is_kept(cells) else cells


def plainly(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame as it goes out."""
    return frame.assign(**{str(c): as_text(frame[c]) for c in frame if is_kept(frame[c])})


def parts(cells: pd.Series) -> Iterator[tuple[Any, list[Any]]]:
    """A column part by part: for each row which of the distinct cells of its part it has, -1 for a missing one; and these.

    A column of categories is one part, and some of its categories may be in no row.
    """
    if is_kept(cells):
        yield cells.cat.codes.to_numpy(), cells.cat.categories.tolist()
        return
    for start in range(0, len(cells) or 1, PART):
        codes, distinct = pd.factorize(cells.iloc[start : start + PART])
        yield codes, distinct.tolist()  # as a list at once: Arrow hands out text one by one slowly


def made(cells: pd.Series, meant: Callable[[Any], str]) -> pd.Series:
    """A column with a text in the place of each cell, ``""`` for a missing one."""
    few = _few(cells, meant)
    if few is not None:
        return few
    return _joined(
        (pd.array([*map(meant, distinct), ""], dtype="str")[codes] for codes, distinct in parts(cells)), cells
    )


def values(cells: pd.Series, value: Callable[[Any], Any]) -> pd.Series:
    """For each row what its cell amounts to, a number, say; a missing one is asked as ``""``."""
    return _joined(
        (pd.Series([*map(value, distinct), value("")]).array[codes] for codes, distinct in parts(cells)),
        cells,
    )


def told(cells: pd.Series, is_so: Callable[[str], object]) -> pd.Series:
    """For each row whether something is so of its cell, taken as text."""
    return values(cells, lambda cell: bool(is_so(str(cell))))


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


def _is_kept_here(cells: pd.Series) -> bool:
    """Whether a column is kept as it is here: as text in order, none of it missing. A caller's own may be otherwise."""
    if not is_kept(cells) or cells.cat.ordered or not isinstance(cells.cat.categories.dtype, pd.StringDtype):
        return False
    return bool(cells.cat.categories.is_monotonic_increasing) and not cells.hasnans


def _few(cells: pd.Series, meant: Callable[[Any], str]) -> pd.Series | None:
    """What ``made`` makes of a column, if it is of few distinct texts."""
    place: dict[str, int] = {}
    found = []
    for codes, distinct in parts(cells):
        places = [place.setdefault(text, len(place)) for text in [*map(meant, distinct), ""]]
        if len(place) > FEW:
            return None
        found.append(pd.array(places, dtype="int32")[codes])
    return from_codes(_joined(found, cells), list(place))


def _joined(arrays: Iterable[Any], like: pd.Series) -> pd.Series:
    """The cells of some parts as a column, where another column is."""
    some = [pd.Series(cells) for cells in arrays]
    cells = some[0] if len(some) == 1 else pd.concat(some, ignore_index=True)
    return pd.Series(cells.array, like.index, name=like.name)
