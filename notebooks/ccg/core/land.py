"""England as pieces of land: which body holds each on a day, and what share of the body's people it has.

The facts are rows of ``successions``; nothing here knows a code by name. A piece is the main part of a CCG of
April 2013, or a land that a split moved, named in ``land`` with the CCG it lay in at first. It is always in one
body. A merger takes every piece of a body along, a split one piece. So what moved twice is not split twice, and
no path is found that no land took.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from . import tables
from .geography import LineageError, Piece, Vintage
from .tables import Row

#: What reads a table by its name, like ``tables.load``.
Load = Callable[[str], pd.DataFrame]


@dataclass(frozen=True)
class Land:
    """Where each piece of land was, and what moved it. Made by ``read``.

    Attributes
    ----------
    changes : tuple of Timestamp
        The days on which something changed, ascending.
    where : mapping
        From each of these days to the CCG or location that holds each piece from then on.
    board : mapping
        From the code of a sub-ICB location to that of its board.
    shares : mapping
        From a land and the body that held it to its share of the body's patients on each 1 April counted.
    rows : tuple of dict
        The rows of ``successions``.
    """

    changes: tuple[pd.Timestamp, ...]
    where: Mapping[pd.Timestamp, Mapping[Piece, str]]
    board: Mapping[str, str]
    shares: Mapping[tuple[str, str], list[tuple[pd.Timestamp, float]]]
    rows: tuple[Row, ...]

    def at(self, day: pd.Timestamp) -> Mapping[Piece, str]:
        """The CCG or location that holds each piece of land on a day."""
        return self.where[self.changes[bisect_right(self.changes, day) - 1]]

    def holders(self, geography: Vintage) -> dict[Piece, str]:
        """The body of a geography that holds each piece of land."""
        board = self.board if geography.level == "icb" else {}
        return {piece: board.get(code, code) for piece, code in self.at(geography.start).items()}

    def locations(self, code: str) -> list[str]:
        """A code itself, or for a board the locations in it."""
        return [c for c, board in self.board.items() if board == code] or [code]

    def share(self, land: str, holder: str, year: pd.Timestamp) -> tuple[float, str]:
        """Share of a body that a land in it holds: of patients in the year nearest before, else as published.

        Raises
        ------
        LineageError
            Neither ``practice_moves`` nor ``successions`` has one.
        """
        measured = self.shares.get((land, holder))
        if measured:
            before = [share for day, share in measured if day <= year]
            return (before[-1] if before else measured[0][1]), "patients"
        for r in self.rows:
            if r["kind"] == "split" and r["land"] == land and r["from"] == holder and r["share"] is not None:
                return float(r["share"]), r["basis"]
        raise LineageError(
            f"no share is known of {land} in {holder}; practice_moves and successions have none"
        )

    def measured(self, r: Row) -> tuple[float | None, str | None]:
        """Share of a split by patients just before it, or what is left after one, where that is known."""
        if r["kind"] == "split":
            known = [s for day, s in self.shares.get((r["land"], r["from"]), []) if day < r["date"]]
            return (known[-1], "patients") if known else (None, None)
        if r["share"] in (None, 1.0):
            return None, None
        gone = [
            self.measured(other)[0]
            for other in self.rows
            if other["kind"] == "split" and (other["from"], other["date"]) == (r["from"], r["date"])
        ]
        known = [share for share in gone if share is not None]
        return (1 - sum(known), "patients") if gone and len(known) == len(gone) else (None, None)

    def why_not_back(self, code: str, old: set[str], start: Vintage, goal: Vintage) -> str:
        """Why figures of a body cannot be taken back to those it was made of, in words.

        From a board to its locations no day passes: what stands in the way is that day's own change.
        """
        between = [
            r
            for r in self.rows
            if goal.start < r["date"] <= start.start or r["date"] == goal.start == start.start
        ]
        merged = [r for r in between if r["to"] == code and r["kind"] in ("merger", "abolition")]
        here = set(self.locations(code))
        moved = [r for r in between if r["kind"] == "split" and here & {r["from"], *self.locations(r["to"])}]
        if merged and len(old) > 1:
            parts = ", ".join(sorted(r["from"] for r in merged))
            what = f"{code} was made on {merged[0]['date'].date()} from {parts}"
        elif moved:
            r = max(moved, key=lambda r: r["date"])
            what = f"the boundary between {r['from']} and {r['to']} moved on {r['date'].date()}"
        else:
            what = f"{code} is made of parts of {', '.join(sorted(old))}"
        return (
            f"backwards is not possible: {what}, and figures of the whole do not say what its parts had. "
            f"Take the older figures forward instead; {goal} are the wrong way round"
        )


def read(load: Load, first_day: pd.Timestamp) -> Land:
    """The land as the tables ``successions``, ``ccgs`` and ``practice_moves`` tell of it from a first day on."""
    moves = load("successions")
    rows = tuple(tables.records(moves.astype(object).where(moves.notna(), None)))
    board = {r["from"]: r["to"] for r in rows if r["kind"] == "abolition"}
    ccgs = load("ccgs")
    place = {(code, ""): code for code in ccgs.loc[ccgs["opened"] == first_day, "code"]}
    for r in rows:
        if r["kind"] == "split":
            place[(r["origin"], r["land"])] = r["origin"]
    changes = sorted({first_day, *(r["date"] for r in rows)})
    where = {}
    for day in changes:
        place = _moved(place, [r for r in rows if r["date"] == day], board)
        where[day] = place
    shares = defaultdict(list)
    for r in tables.records(load("practice_moves")):
        shares[(r["land"], r["from"])].append((pd.Timestamp(f"{r['year'][:4]}-04-01"), r["share"]))
    return Land(tuple(changes), where, board, dict(shares), rows)


def _moved(place: dict[Piece, str], today: list[Row], board: Mapping[str, str]) -> dict[Piece, str]:
    """Where each piece is after the changes of a day."""
    whole = {r["from"]: r["to"] for r in today if r["kind"] == "merger"}
    split = {(r["from"], r["land"]): r["to"] for r in today if r["kind"] == "split"}
    after = {}
    for piece, holder in place.items():
        to = split.get((holder, piece[1]), whole.get(holder, holder))
        inside = [code for code, one in board.items() if one == to]
        if len(inside) > 1:  # a split between boards moves land between their sub-ICB locations
            raise LineageError(f"successions: {to} has more than one location; which took {piece[1]}?")
        after[piece] = inside[0] if inside else to
    return after
