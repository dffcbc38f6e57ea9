"""Doubts where a name beside a code calls another body."""

import pandas as pd

from .. import lineage
from ..finding import other_body
from .doubt import AddedUp, Doubt


def of_names(frame: pd.DataFrame, code: str, left: list[str]) -> AddedUp:
    """What to say of a column left out whose codes or names are of another body of the level of the code beside them.

    It is a doubt where each code has one name and each name one code, so that it calls bodies by their names.
    """
    notes, doubts = [], []
    for name in left:
        rows = other_body(frame, code, name)
        if not rows.any():
            continue
        at = frame.index[rows][0]
        one, other = frame[code][rows].iloc[0], frame[name][rows].iloc[0]
        where = f" (line {at})" if frame.index.name == "line" else ""
        disagree = f"columns {code!r} and {name!r} disagree, first{where} {one!r} and {other!r}"
        body = lineage.lifetime(str(lineage.suggest(other, frame[code])))[0]
        notes.append(f"{disagree}, which is {body}; the codes of {code!r} were taken")
        if _calls_bodies(
            frame[[code, name]].drop_duplicates(), frame[rows], lineage.written(other) is not None
        ):
            doubts.append(Doubt(disagree, rows))
    return AddedUp(notes, doubts)


def _calls_bodies(pairs: pd.DataFrame, wrong: pd.DataFrame, codes: bool) -> bool:
    """Whether codes and what stands beside them, each once, call the same bodies, and not say where they went or whom they serve.

    Codes do where few disagree, though one may stand twice in the place of another, or where both columns have the same
    bodies, in another order; those of the bodies that came after are other ones.
    """
    code, name = pairs.columns
    if not pairs[name].is_unique:
        return False
    if not codes:
        return bool(pairs[code].is_unique)
    own = {
        lineage.lifetime(c)[0]
        for c in map(lineage.written, map(str, pairs[code]))
        if c and c not in lineage.beside()
    }
    others = {lineage.lifetime(c)[0] for c in map(lineage.written, map(str, wrong[name])) if c}
    return 2 * len(wrong[[code, name]].drop_duplicates()) < len(pairs) or others <= own
