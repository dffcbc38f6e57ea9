"""England as pieces of land: which body holds each on a day, and what share of the body's people it has.

The facts are rows of ``successions`` and ``locations``; nothing here knows a code by name. A piece is the main
part of a CCG of the first day, or a land that a split moved, named in ``land`` with the CCG it lay in at first.
It is always in one body. A merger takes every piece of a body along, a split one piece, a remainder what splits
left. So what moved twice is not split twice, and no path is found that no land took. Land is in a CCG or a
sub-ICB location; a board has the land of its locations. What was only announced moves nothing.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from . import tables
from .geography import GROUPS, LineageError, Piece, Vintage
from .tables import Row

#: What reads a table by its name, like ``tables.load``.
Load = Callable[[str], pd.DataFrame]
#: A number of each 1 April, ascending.
Series = list[tuple[pd.Timestamp, float]]

#: The word in the tables for the main part of a CCG of the first day.
MAIN = "main"
#: A body of such a row ends in it; of the others a part left, or nothing but a name changed.
WHOLE = ("merger", "remainder")


@dataclass(frozen=True)
class Land:
    """Where each piece of land was, and what moved it. Made by ``read``.

    Attributes
    ----------
    changes : tuple of Timestamp
        The days on which something changed, ascending.
    where : mapping
        From each of these days to the CCG or location that holds each piece from then on.
    boards : mapping
        From each of these days to the board of each sub-ICB location from then on; none before there were any.
    partnerships : mapping
        From the day of each list of partnerships to the partnership of each CCG on it.
    basis : {"patients", "residents"}
        What shares are of, where it is known.
    shares : mapping
        From a piece and the body that held it to its share of the body's people.
    counted : mapping
        From each of these to what the share is of: of patients too where residents are asked for and not known.
    sizes : mapping
        From a sub-ICB location to its patients or residents.
    rows : tuple of dict
        The rows of ``successions`` that moved something.
    announced : tuple of dict
        Those that are plans.
    """

    changes: tuple[pd.Timestamp, ...]
    where: Mapping[pd.Timestamp, Mapping[Piece, str]]
    boards: Mapping[pd.Timestamp, Mapping[str, str]]
    partnerships: Mapping[pd.Timestamp, Mapping[str, str]]
    basis: str
    shares: Mapping[tuple[Piece, str], Series]
    counted: Mapping[tuple[Piece, str], str]
    sizes: Mapping[str, Series]
    rows: tuple[Row, ...]
    announced: tuple[Row, ...]

    def at(self, day: pd.Timestamp) -> Mapping[Piece, str]:
        """The CCG or location that holds each piece of land on a day."""
        return self.where[self._change(day)]

    def boards_on(self, day: pd.Timestamp) -> Mapping[str, str]:
        """The board of each sub-ICB location on a day."""
        return self.boards[self._change(day)]

    def held(self, code: str, day: pd.Timestamp) -> frozenset[Piece]:
        """The pieces of land that a body, or a location in it, has on a day."""
        return self._holdings[self._change(day)].get(code, frozenset())

    @cached_property
    def _holdings(self) -> Mapping[pd.Timestamp, Mapping[str, frozenset[Piece]]]:
        """From each of ``changes`` to the pieces of each body and of each board."""
        out = {}
        for day, where in self.where.items():
            pieces: dict[str, set[Piece]] = defaultdict(set)
            for piece, holder in where.items():
                for body in {holder, self.boards[day].get(holder, holder)}:
                    pieces[body].add(piece)
            out[day] = {body: frozenset(held) for body, held in pieces.items()}
        return out

    @cached_property
    def moves(self) -> tuple[tuple[Row, frozenset[Piece]], ...]:
        """Each of ``rows`` with the pieces that went that way, by date, of one day the splits first."""
        order = sorted(self.rows, key=lambda r: (r["date"], r["kind"] != "split", r["from"], r["to"]))
        eve = pd.Timedelta(days=1)
        return tuple(
            (r, self.held(r["from"], r["date"] - eve) & self.held(r["to"], r["date"])) for r in order
        )

    def groups(self, geography: Vintage) -> Mapping[str, str]:
        """The board of each location, or the partnership of each CCG, in a geography of these; else none."""
        start, level = geography.start, geography.level
        return {"icb": self.boards_on(start), "partnership": self.partnerships.get(start, {})}.get(level, {})

    def _change(self, day: pd.Timestamp) -> pd.Timestamp:
        return self.changes[bisect_right(self.changes, day) - 1]

    def holders(self, geography: Vintage) -> dict[Piece, str]:
        """The body of a geography that holds each piece of land."""
        group = self.groups(geography)
        return {piece: group.get(code, code) for piece, code in self.at(geography.start).items()}

    def boards_of(self, location: str) -> tuple[str, ...]:
        """Every board that a location has been in, the first first."""
        return tuple(dict.fromkeys(of[location] for of in self.boards.values() if location in of))

    def reshaped(self, code: str) -> list[pd.Timestamp]:
        """The days on which the land of a CCG, location or board became another while it was open."""
        out, before = [], None
        for day in self.changes:
            mine = self.held(code, day)
            if before and mine and mine != before:
                out.append(day)
            before = mine
        return out

    # --- shares -----------------------------------------------------------------------------------

    def parts(
        self, body: str, inside: Iterable[Piece], there: Mapping[Piece, str], year: pd.Timestamp
    ) -> tuple[dict[str, float], set[str]]:
        """The bodies that hold the land of one later, with their shares of it and what these are of.

        What no share is known of went to one body, which has the rest.
        """
        ends = {there[piece] for piece in inside}
        if len(ends) == 1:
            return dict.fromkeys(ends, 1.0), set()
        known = {piece: self.share(piece, body, year) for piece in inside}
        rest = {there[p] for p, share in known.items() if share is None and not p[1]} or {max(ends)}
        if len(rest) > 1:
            raise LineageError(
                f"no share is known of what {body} brought to {' and to '.join(sorted(rest))}; practice_moves "
                "and successions have none"
            )
        (main,) = rest
        parts: dict[str, float] = defaultdict(float)
        bases = set()
        for piece, share in known.items():
            if there[piece] != main:
                if share is None:
                    raise LineageError(
                        f"no share is known of {piece[1]} in {body}; practice_moves and successions have none"
                    )
                parts[there[piece]] += share[0]
                bases.add(share[1])
        return {main: 1.0 - sum(parts.values()), **parts}, bases

    def share(self, piece: Piece, holder: str, year: pd.Timestamp) -> tuple[float, str] | None:
        """Share of a body that a piece in it holds: of people in the year nearest before, else as published."""
        measured = self.shares.get((piece, holder))
        if measured:
            return nearest(measured, year), self.counted[piece, holder]
        for r in self.rows:
            if r["kind"] == "split" and _piece(r) == piece and r["from"] == holder and r["share"] is not None:
                return float(r["share"]), r["basis"]
        return None

    def measured(self, r: Row) -> tuple[float | None, str | None]:
        """Share of a move by people just before it, or what others left of the body, where that is known."""
        if r["from"] in self._boards:
            return self._measured_board(r)
        if r["kind"] == "split":
            held = (_piece(r), r["from"])
            known = [s for day, s in self.shares.get(held, []) if day < r["date"]]
            return (known[-1], self.counted[held]) if known else (None, None)
        if r["share"] in (None, 1.0):
            return None, None
        gone = [
            self.measured(other)[0]
            for other in self.rows
            if other["kind"] == "split" and (other["from"], other["date"]) == (r["from"], r["date"])
        ]
        known = [share for share in gone if share is not None]
        return (1 - sum(known), self.basis) if gone and len(known) == len(gone) else (None, None)

    @property
    def _boards(self) -> set[str]:
        return {board for of in self.boards.values() for board in of.values()}

    def _measured_board(self, r: Row) -> tuple[float | None, str | None]:
        """The same between boards, by the people of their locations."""
        if r["share"] == 1.0:
            return None, None
        eve = r["date"] - pd.Timedelta(days=1)
        then = self.boards_on(r["date"])
        there = {piece: then[code] for piece, code in self.at(r["date"]).items()}
        found, _ = self.group_parts(r["from"], Vintage("icb", eve, eve), there, eve, self.sizes)
        return (found[r["to"]], self.basis) if r["to"] in found else (None, None)

    def group_parts(
        self,
        group: str,
        start: Vintage,
        there: Mapping[Piece, str],
        year: pd.Timestamp,
        sizes: Mapping[str, Series],
    ) -> tuple[dict[str, float], set[str]]:
        """As ``parts``, for a board, whose locations count by their people, or a partnership with its CCGs."""
        members = [code for code, of in self.groups(start).items() if of == group]
        basis = self.basis if start.level == "icb" else "patients"
        inside: dict[str, list[Piece]] = {code: [] for code in members}
        for piece, holder in self.at(start.start).items():
            if holder in inside:
                inside[holder].append(piece)
        ends = {there[piece] for pieces in inside.values() for piece in pieces}
        if len(ends) == 1:
            return dict.fromkeys(ends, 1.0), set()
        size = dict.fromkeys(members, 1.0)
        if len(members) > 1:
            for code in members:
                if code not in sizes:
                    table = "location_patients" if basis == "patients" else "location_people"
                    table = table if start.level == "icb" else "ccg_years"
                    raise LineageError(f"no {basis} are known of {code}; {table} has none")
                size[code] = nearest(sizes[code], year)
        out: dict[str, float] = defaultdict(float)
        bases = {basis} if len(members) > 1 else set()
        for code, pieces in inside.items():
            parts, of = self.parts(code, pieces, there, year)
            bases |= of
            for end, share in parts.items():
                out[end] += share * size[code] / sum(size.values())
        return dict(out), bases

    # --- backwards ----------------------------------------------------------------------------------

    def why_not_back(self, code: str, old: set[str], start: Vintage, goal: Vintage) -> str:
        """Why figures of a body cannot be taken back to those it was made of, in words.

        From a board to its locations no day passes: what stands in the way is that day's own change.
        """
        between = [
            r
            for r in self.rows
            if goal.start < r["date"] <= start.start or r["date"] == goal.start == start.start
        ]
        made = [r for r in between if r["to"] == code and r["kind"] in (*WHOLE, "abolition")]
        board = self.groups(start) or self.boards_on(start.start)
        mine = {code, *(c for c, of in board.items() if of == code)}
        moved = [
            r
            for r in between
            if r["kind"] == "split" and mine & {r["from"], r["to"], *(c for c, of in board.items() if of == r["to"])}
        ]  # fmt: skip
        if start.level == "partnership" and goal.level not in GROUPS:
            what = f"{code} holds the {GROUPS[start.level]} {', '.join(sorted(old))}"
        elif start.level == "partnership":
            what = f"{code} is made of parts of {', '.join(sorted(old))}"
        elif made and (len(old) > 1 or made[0]["kind"] == "remainder"):
            whole = sorted(r["from"] for r in made if r["kind"] != "remainder")
            parts = sorted({r["from"] for r in between if r["to"] == code and r not in made})
            parts += [f"what was left of {r['from']}" for r in made if r["kind"] == "remainder"]
            named = [", ".join(whole)] * bool(whole) + [f"part of {p}" if " " not in p else p for p in parts]
            what = f"{code} was made on {made[0]['date'].date()} from {' and '.join(named)}"
        elif moved:
            r = max(moved, key=lambda r: r["date"])
            what = f"the boundary between {r['from']} and {r['to']} moved on {r['date'].date()}"
        elif (start.level, goal.level) == ("icb", "sub_icb"):
            what = f"{code} holds the locations {', '.join(sorted(old))}"
        else:  # land left a forerunner of it: the last division in between says when
            divided = [r["date"] for r in between if r["kind"] in ("split", "remainder")]
            when = f", divided by {max(divided).date()}" if divided else ""
            what = f"{code} is made of parts of {', '.join(sorted(old))}{when}"
        return (
            f"backwards is not possible: {what}, and figures of the whole do not say what its parts had. "
            f"Take the older figures forward instead; {goal} are the wrong way round"
        )


def nearest(series: Series, year: pd.Timestamp) -> float:
    """The number of a year, else of the last year before it, else the first."""
    before = [number for day, number in series if day <= year]
    return before[-1] if before else series[0][1]


def read(load: Load, first_day: pd.Timestamp, basis: str) -> Land:
    """The land as the tables tell of it from a first day on, with shares of patients or of residents."""
    moves = load("successions")
    every = tables.records(moves.astype(object).where(moves.notna(), None))
    rows = [r for r in every if r["certainty"] != "announced"]
    members = tables.records(load("locations"))
    changes = sorted({first_day, *(r["date"] for r in rows), *(r["opened"] for r in members)})
    boards = {
        day: {r["code"]: r["board"] for r in members if r["opened"] <= day and not r["closed"] < day}
        for day in changes
    }
    partnerships: dict[pd.Timestamp, dict[str, str]] = {}
    for r in tables.records(load("partnership_members")):
        partnerships.setdefault(r["date"], {})[r["code"]] = r["partnership"]
    ccgs = load("ccgs")
    place = {(code, ""): code for code in ccgs.loc[ccgs["opened"] == first_day, "code"]}
    for r in rows:
        if r["kind"] == "split" and r["origin"]:
            place[_piece(r)] = r["origin"]
    where = {}
    for day in changes:
        place = _moved(place, [r for r in rows if r["date"] == day], boards[day])
        where[day] = place
    for day, listed in sorted(partnerships.items()):
        if strays := set(where[changes[bisect_right(changes, day) - 1]].values()) - set(listed):
            raise LineageError(
                f"partnership_members: on {day.date()} {', '.join(sorted(strays))} are in no partnership; each CCG "
                "open on the day of a list must be on it"
            )
    shares, counted = _shares(load, basis)
    plans = tuple(r for r in every if r["certainty"] == "announced")
    sizes = _sizes(load, basis)
    return Land(
        tuple(changes), where, boards, partnerships, basis, shares, counted, sizes, tuple(rows), plans
    )


def _shares(
    load: Load, basis: str
) -> tuple[Mapping[tuple[Piece, str], Series], Mapping[tuple[Piece, str], str]]:
    """Each share of a body that a piece of land holds, and what it is of."""
    counted: dict[str, dict[tuple[Piece, str], Series]] = {"patients": {}, "residents": {}}
    for r in tables.records(load("practice_moves")):
        series = counted["patients"].setdefault((_piece(r), r["from"]), [])
        series.append((_spring(r["year"]), r["share"]))
    for r in tables.records(load("land_residents")) if basis == "residents" else ():
        series = counted["residents"].setdefault((_piece(r), r["from"]), [])
        series.append((_spring(str(r["year"])), r["share"]))
    found = counted["patients"] | counted["residents"]
    return found, {held: "residents" if held in counted["residents"] else "patients" for held in found}


def _sizes(load: Load, basis: str) -> Mapping[str, Series]:
    """The patients or residents of each sub-ICB location."""
    out: dict[str, Series] = defaultdict(list)
    if basis == "patients":
        for r in tables.records(load("location_patients")):
            out[r["code"]].append((_spring(r["year"]), float(r["patients"])))
    else:  # those of mid-2022, on the map of two dates
        for r in tables.records(load("location_people")):
            out[r["code"]].append((r["geography"], float(r["residents_2022"])))
    return dict(out)


def patients_of_ccgs(load: Load) -> Mapping[str, Series]:
    """The registered patients of each CCG, by which those of a partnership count."""
    out: dict[str, Series] = defaultdict(list)
    rows = load("ccg_years").sort_values("year")
    for code, year, patients in zip(rows["code"], rows["year"], rows["registered_patients"], strict=True):
        out[code].append((_spring(year), float(patients)))
    return dict(out)


def _piece(r: Row) -> Piece:
    return r["origin"], "" if r["land"] == MAIN else r["land"]


def _spring(financial_year: str) -> pd.Timestamp:
    return pd.Timestamp(f"{financial_year[:4]}-04-01")


def _moved(place: dict[Piece, str], today: list[Row], board: Mapping[str, str]) -> dict[Piece, str]:
    """Where each piece is after the changes of a day."""
    whole = {r["from"]: r["to"] for r in today if r["kind"] in WHOLE}
    split = {(r["from"], _piece(r)): r["to"] for r in today if r["kind"] == "split"}
    after = {}
    for piece, holder in place.items():
        to = split.get((holder, piece), whole.get(holder, holder))
        inside = [code for code, of in board.items() if of == to]
        if len(inside) > 1:  # a split between boards moves land between their sub-ICB locations
            raise LineageError(f"successions: {to} has more than one location; which took {piece[1]}?")
        after[piece] = inside[0] if inside else to
    return after
