"""How far shares of patients and shares of residents differ for the bodies that a move divided."""

from collections.abc import Container

import pandas as pd

from ..geography import BASES, Vintage
from ..lineage import Lineage
from .mapping import BOARD, Mapping
from .request import Request


def differences(mapping: Mapping, request: Request, codes: Container[str]) -> dict[str, float | None]:
    """How much of each divided body of some codes would go elsewhere by the other basis, the most first.

    Returns
    -------
    dict of str to float or None
        From the ODS code of a body to a part of it, 0 to 1; None where only one basis is known. Trusts, which are
        divided by postcodes, are not in it.
    """
    home = request.lineage
    out: dict[str, float | None] = {}
    asked = {
        (r.body, r.since, r.rank >= BOARD // 2) for r in mapping.rows if r.approx and r.new and r.old in codes
    }
    for body, since, board in asked:
        day = mapping.day if since is None else home.days()[since]
        if day is None:
            continue
        level = home.level_on(day)
        level = "sub_icb" if level == "icb" and not board else level
        found = _of_day(home, day, level, request.goal)
        if body in found:
            here, before = found[body], out.get(body)
            out[body] = here if before is None or here is None else max(here, before)
    return dict(sorted(out.items(), key=lambda one: (-(one[1] or 0), one[0])))


def _of_day(home: Lineage, day: pd.Timestamp, level: str, goal: Vintage) -> dict[str, float | None]:
    return home.kept("differences", (day, level, goal), lambda: _compared(home, day, level, goal), most=512)


def _compared(home: Lineage, day: pd.Timestamp, level: str, goal: Vintage) -> dict[str, float | None]:
    """The same for every body of a day that is divided by people."""
    shares: dict[str, dict[str, dict[str, float]]] = {}
    known: dict[str, set[str]] = {}
    for basis in BASES:
        found = home.lookup(day, goal.start, goal.level, at_level=level, basis=basis)
        found = found[found["status"] == "approximate"]
        shares[basis] = {}
        for body, new, share, of in found[["from", "to", "share", "basis"]].itertuples(index=False):
            shares[basis].setdefault(body, {})[new] = share
            if basis in of.split("+"):
                known.setdefault(body, set()).add(basis)
    out: dict[str, float | None] = {}
    for body, some in known.items():
        one, other = (shares[basis].get(body, {}) for basis in BASES)
        far = max(abs(one.get(new, 0.0) - other.get(new, 0.0)) for new in {*one, *other})
        out[body] = far if some == set(BASES) else None
    return out
