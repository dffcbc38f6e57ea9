"""The dated graph of codes: what is open on a day, what became of it, which geography some codes are of.

``Lineage`` is built from tables and does not change afterwards. The functions of this module ask the one that
the package's own tables make. Codes of CCGs live on after June 2022 as sub-ICB locations. Up to when the facts
were read the table ``levels`` says; what changed after that day is not known here, and not guessed.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cached_property, lru_cache
from itertools import pairwise
from statistics import median
from types import MappingProxyType
from typing import TypeVar

import pandas as pd

from . import codes as writing
from . import files, land, tables
from . import trail as trails
from .codes import plain_name, scheme_of
from .geography import BASES, GROUPS, LEVELS, Body, Day, Fit, Hop, LineageError, Piece, Vintage, as_day
from .land import Land, Load
from .tables import Row

__all__ = [
    "BASES",
    "GROUPS",
    "LEVELS",
    "TABLES",
    "Body",
    "Day",
    "Fit",
    "Hop",
    "Lineage",
    "LineageError",
    "Piece",
    "Vintage",
    "as_day",
    "beside",
    "bodies",
    "checked",
    "codes_of",
    "days",
    "default",
    "describe",
    "explain",
    "former_names",
    "known_names",
    "level_on",
    "lifetime",
    "lookup",
    "name",
    "ons_codes",
    "ons_periods",
    "pieces",
    "plain_name",
    "scheme_of",
    "search",
    "successors",
    "suggest",
    "trail",
    "vintage",
    "vintages",
    "which",
    "written",
]  # fmt: skip

_DAY = pd.Timedelta(days=1)
#: The tables that a lineage is made of.
TABLES = (
    "ccgs", "icbs", "land_residents", "levels", "location_patients", "location_people", "locations", "ons_codes",
    "other_codes", "partnership_members", "partnerships", "pct_to_ccg", "pcts", "practice_moves", "successions",
)  # fmt: skip

_Made = TypeVar("_Made")


class Lineage:
    """Every body that commissioned care in England on each day, and what became of each.

    Whatever is asked is worked out once and kept within the object; what it hands out is the caller's own, or
    cannot be changed. Each method says what the function of the same name in this module says at length.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        The tables of ``TABLES`` by name. They are not copied: leave them as they are.
    basis : {"patients", "residents"}
        What the shares of a divided body are of, where that is known.

    Attributes
    ----------
    basis : str
        What shares are of; ``by`` gives the lineage with those of the other.
    start, boards : Timestamp
        First day of the CCGs, and of the boards and sub-ICB locations that came after them.
    trusts : Timestamp
        First day on which the primary care trusts are known.
    until : Timestamp
        Last day up to which the facts were read.

    Examples
    --------
    >>> england = Lineage.from_tables()
    >>> len(england.bodies("2018-04-01"))
    195
    """

    def __init__(self, frames: Mapping[str, pd.DataFrame], basis: str = "patients") -> None:
        if basis not in BASES:
            raise LineageError(f"basis {basis!r} is not known; say {' or '.join(BASES)}")
        self.basis = basis
        self._tables = {name: frames[name] for name in TABLES}
        self._more: Load | None = None
        levels = frames["levels"].set_index("level")
        first, until = levels["first"].to_dict(), levels["known_until"].to_dict()
        self.start, self.boards = pd.Timestamp(first["ccg"]), pd.Timestamp(first["icb"])
        self.trusts, self.until = pd.Timestamp(first["pct"]), pd.Timestamp(until["icb"])
        self._found: dict[str, dict[Hashable, object]] = {}

    @classmethod
    def from_tables(cls, load: Load | None = None) -> "Lineage":
        """The lineage that some tables tell of.

        Parameters
        ----------
        load : callable, optional
            What reads a table by its name; by default ``tables.load``.
        """
        load = load or tables.load
        made = cls({name: load(name) for name in TABLES})
        made._more = load
        return made

    def by(self, basis: str) -> "Lineage":
        """The same lineage with shares of patients or of residents."""
        if basis == self.basis:
            return self
        return self.kept("basis", basis, lambda: self._with_basis(basis))

    def _with_basis(self, basis: str) -> "Lineage":
        other = Lineage(self._tables, basis)
        other._more = self._more
        return other

    def kept(self, kind: str, key: Hashable, make: Callable[[], _Made], most: int | None = None) -> _Made:
        """What ``make`` gives, made once for each key and kept as long as this lineage.

        For what is worked out from a lineage elsewhere: it needs no memory of its own.

        Parameters
        ----------
        kind, key : str, hashable
            What it is, and of what.
        make : callable
            Makes it; nothing may change it afterwards.
        most : int, optional
            How many of the kind are kept: the oldest give way.
        """
        found = self._found.setdefault(kind, {})
        if key not in found:
            made = make()
            if most is not None and len(found) >= most:
                found.pop(next(iter(found)), None)
            found[key] = made
        return found[key]  # type: ignore[return-value]

    @cached_property
    def _patients(self) -> Mapping[str, land.Series]:
        """The registered patients of each CCG; read when a partnership is divided."""
        return land.patients_of_ccgs(self._more) if self._more else {}

    @cached_property
    def list_sizes(self) -> Mapping[str, float]:
        """About how many registered patients each CCG, location and board had: of its years one in the middle."""
        series = {**self._patients, **self.land.sizes}
        out = {code: median(people for _, people in years) for code, years in series.items()}
        for of in self.land.boards.values():
            boards: dict[str, float] = defaultdict(float)
            for location, board in of.items():
                boards[board] += out.get(location, 0.0)
            out = {**boards, **out}
        return out

    @cached_property
    def land(self) -> Land:
        """Where each piece of land was on each day."""
        return land.read(self._tables.__getitem__, self.start, self.basis)

    # --- days and geographies -------------------------------------------------------------------

    def level_on(self, day: Day) -> str:
        """The level that commissions on a day if none is named."""
        day = as_day(day)
        return "pct" if day < self.start else "ccg" if day < self.boards else "icb"

    def checked(self, day: Day, level: str | None) -> tuple[pd.Timestamp, str]:
        """A day and the level wanted, or the one that commissions on it."""
        when = as_day(day)
        level = level or self.level_on(when)
        if level not in LEVELS:
            raise LineageError(f"level {level!r} is not known; use one of {', '.join(LEVELS)}")
        if not any(v.start <= when <= v.end for v in self.vintages() if v.level == level):
            raise LineageError(f"no {LEVELS[level]} on {when.date()}: {self._reach(level, when)}")
        return when, level

    def _reach(self, level: str, day: pd.Timestamp) -> str:
        """From when to when there were bodies of a level, in words."""
        mine = [v for v in self.vintages() if v.level == level]
        if not mine:
            return "the tables hold none"
        first, last = mine[0].start.date(), mine[-1].end.date()
        if level == "partnership":
            return f"their CCGs are known here from {first} to {last}"
        if level == "ccg":
            return f"CCGs were open from {first} to {last}; after that use level sub_icb or icb"
        if level == "pct":
            return f"the trusts known here are those of {first} to {last}"
        words = f"boards and sub-ICB locations are known here from {first} to {last}"
        return words + (", the day up to which the facts were read" if day > self.until else "")

    def vintage(self, day: Day, level: str | None = None) -> Vintage:
        """The geography of a day."""
        day, level = self.checked(day, level)
        return next(v for v in self.vintages() if v.level == level and v.start <= day <= v.end)

    def vintages(self) -> tuple[Vintage, ...]:
        """Every geography, in order."""
        return self._vintages

    @cached_property
    def _vintages(self) -> tuple[Vintage, ...]:
        out = [Vintage("pct", self.trusts, self.start - _DAY)]
        days = [*self.land.changes, self.until + _DAY]
        for first, after in pairwise(days):
            levels = ("ccg",) if first < self.boards else ("sub_icb", "icb")
            out += [Vintage(level, first, after - _DAY) for level in levels]
        lists = self.land.partnerships  # each holds until the next, or until CCGs change
        ends = {day: min(d for d in {*days, *lists} if d > day) - _DAY for day in lists}
        out += [Vintage("partnership", day, end) for day, end in ends.items()]
        return tuple(sorted(out, key=lambda v: v.start))

    def levels_on(self, day: Day) -> tuple[str, ...]:
        """Every level that has bodies on a day, the finest first."""
        when = as_day(day)
        there = {v.level for v in self.vintages() if v.start <= when <= v.end}
        return tuple(level for level in LEVELS if level in there)

    def days(self) -> tuple[pd.Timestamp, ...]:
        """The days from which a look-up may differ from that of the day before, ascending."""
        return self._days

    @cached_property
    def _days(self) -> tuple[pd.Timestamp, ...]:
        counts = (*self.land.shares.values(), *self.land.sizes.values())
        springs = {day for series in counts for day, _ in series if day >= self.start}
        ons = {first for _, first, _ in self.ons_periods().values()}
        return tuple(sorted({v.start for v in self.vintages()} | springs | ons))

    # --- bodies and their codes -----------------------------------------------------------------

    def bodies(self, day: Day, level: str | None = None) -> pd.DataFrame:
        """Bodies open on a day."""
        key = self.checked(day, level)
        return self.kept("bodies", key, lambda: self._open_on(*key)).copy()

    def _open_on(self, day: pd.Timestamp, level: str) -> pd.DataFrame:
        if level == "pct":
            out = self._tables["pcts"].assign(region=None, opened=self.trusts, closed=self.start - _DAY)
        elif level == "partnership":
            there = set(self.land.groups(self.vintage(day, level)).values())
            rows = [(c, c, self.name(c), None, *self.partnerships[c][2:]) for c in there]
            out = pd.DataFrame(rows, columns=["code", "ons_code", "name", "region", "opened", "closed"])
        else:
            out = self._locations if level == "sub_icb" else self._tables[f"{level}s"]
            out = out[(out["opened"] <= day) & ~(out["closed"] < day)]
            current = {c: o for o, (c, a, b) in self.ons_periods().items() if a <= day <= b}
            out = out.assign(ons_code=out["code"].map(current).fillna(out["ons_code"]))
        columns = ["code", "ons_code", "name", "region", "opened", "closed"]
        return out[columns].sort_values("code").reset_index(drop=True)

    @cached_property
    def partnerships(self) -> Mapping[str, Body]:
        """Each partnership whose CCGs are known, by its ONS code: the first and last day on which they are."""
        days: defaultdict[str, list[pd.Timestamp]] = defaultdict(list)
        for one in self.vintages():
            if one.level == "partnership":
                for code in set(self.land.groups(one).values()):
                    days[code] += [one.start, one.end]
        return MappingProxyType({c: Body(c, "partnership", min(some), max(some)) for c, some in days.items()})

    def partnerships_of(self, code: str) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
        """The partnerships that a CCG was in, in order, each with the first and last day that are known."""
        out: list[tuple[str, pd.Timestamp, pd.Timestamp]] = []
        for one in self.vintages():
            found = self.land.groups(one).get(code) if one.level == "partnership" else None
            if found and out and out[-1][0] == found:
                out[-1] = (found, out[-1][1], one.end)
            elif found:
                out.append((found, one.start, one.end))
        return out

    @cached_property
    def _planned(self) -> Mapping[str, Row]:
        """What the table ``partnerships`` says of each, by ONS code."""
        return {one["code"]: one for one in tables.records(self._tables["partnerships"])}

    @cached_property
    def _locations(self) -> pd.DataFrame:
        """Each sub-ICB location: first and last day of its code as one, and the name and region of its CCG."""
        stays = self._tables["locations"].sort_values(["code", "opened"])
        ccgs, boards = (self._tables[name].set_index("code") for name in ("ccgs", "icbs"))
        last = stays.drop_duplicates("code", keep="last").set_index("code")
        out = last.assign(opened=stays.groupby("code")["opened"].min())
        for column, otherwise in (("name", out["name"]), ("region", out["board"].map(boards["region"]))):
            out[column] = ccgs[column].reindex(out.index).fillna(otherwise)
        return out.assign(ons_code=None).reset_index()

    def ons_periods(self) -> Mapping[str, tuple[str, pd.Timestamp, pd.Timestamp]]:
        """ONS code of a CCG, location or board -> its ODS code, first and last day it was the right one."""
        return self._ons_periods

    @cached_property
    def _ons_periods(self) -> Mapping[str, tuple[str, pd.Timestamp, pd.Timestamp]]:
        seen, out = defaultdict(list), {}
        listed = self._tables["ons_codes"]
        for code, first, ons in sorted(
            zip(listed["code"], listed["first_seen"], listed["ons_code"], strict=True)
        ):
            seen[code].append((ons, first))
        for code, group in seen.items():
            _, _, opened, last = self._bodies_by_ods[code]
            days = self.land.reshaped(code) if len(group) > 1 else []
            starts = [opened]
            for ons, first in group[1:]:
                known = [d for d in days if starts[-1] < d <= first]
                if not known:
                    raise LineageError(
                        f"ons_codes: {ons} of {code} was first seen on {first.date()}, and no boundary of {code} "
                        "moved before; successions has the days"
                    )
                starts.append(known[-1])
            ends = [*(d - _DAY for d in starts[1:]), last]
            for (ons, _), a, b in zip(group, starts, ends, strict=True):
                out[ons] = (code, a, b)
        return MappingProxyType(out)

    def lifetime(self, code: str) -> Body:
        """The body of a code of either scheme."""
        found = self._by_code.get(code)
        if found:
            return found
        if planned := self._planned.get(code):
            raise LineageError(
                f"{code} was the code of a sustainability and transformation partnership, {planned['name']}, to "
                f"{planned['last']}; partnership_members does not say which CCGs it had then"
            )
        near = self.suggest(code)
        raise LineageError(f"{code!r} is not a code known here" + (f"; did you mean {near}?" if near else ""))

    @cached_property
    def _by_code(self) -> Mapping[str, Body]:
        """What ``lifetime`` says, for every code of either scheme: a search asks it of every hit."""
        # most boards took the ONS code of their partnership over, and have it
        out = {**self.partnerships, **self._bodies_by_ods}
        for table in ("pcts", "icbs", "ccgs"):
            frame = self._tables[table]
            out |= {ons: out[code] for code, ons in zip(frame["code"], frame["ons_code"], strict=True)}
        return MappingProxyType(out | {ons: out[code] for ons, (code, *_) in self.ons_periods().items()})

    @cached_property
    def _bodies_by_ods(self) -> Mapping[str, Body]:
        """A code that a location carries on lives as long as that."""
        ends: dict[str, Body] = {}
        for code, stays in self._stays_of_locations.items():
            first, last = min(r["opened"] for r in stays), max(self._last(r["closed"]) for r in stays)
            ends[code] = Body(code, "sub_icb", first, last)
        trusts = self._tables["pcts"]["code"]
        out = {code: Body(code, "pct", self.trusts, self.start - _DAY) for code in trusts}
        for r in tables.records(self._tables["icbs"]):
            out[r["code"]] = Body(r["code"], "icb", r["opened"], self._last(r["closed"]))
        for r in tables.records(self._tables["ccgs"]):
            last = ends[r["code"]].last if r["code"] in ends else r["closed"]
            out[r["code"]] = Body(r["code"], "ccg", r["opened"], last)
        return MappingProxyType({**ends, **out})

    def _last(self, closed: pd.Timestamp) -> pd.Timestamp:
        return self.until if pd.isna(closed) else closed

    def ons_codes(self, code: str) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
        """The ONS codes of a body, each with its first and last day, in order."""
        body = self.lifetime(code)
        spans = self._ons_spans.get(body.code)
        if not spans:
            ons = next(o for o, one in self._by_code.items() if one.code == body.code and o != body.code)
            return [(ons, body.first, body.last)]
        return list(spans)

    @cached_property
    def _ons_spans(self) -> Mapping[str, list[tuple[str, pd.Timestamp, pd.Timestamp]]]:
        found = defaultdict(list)
        for ons, (code, first, last) in self.ons_periods().items():
            found[code].append((ons, first, last))
        return MappingProxyType(dict(found))

    def known_names(self) -> Mapping[str, str]:
        """Name of every ODS code."""
        return self._known_names

    @cached_property
    def _known_names(self) -> Mapping[str, str]:
        out: dict[str, str] = {}
        mine = self._tables
        for frame in (mine["pcts"], mine["icbs"], self._locations, mine["ccgs"], mine["other_codes"]):
            out |= dict(zip(frame["code"], frame["name"], strict=True))
        return MappingProxyType(out)

    def every_code(self) -> set[str]:
        """Every code known here: ODS and ONS codes of all bodies, and what stands beside them, such as England."""
        out = {*self.known_names(), *self.ons_periods(), *self.beside()}
        for one in self.vintages():
            if one.level in ("icb", "partnership", "pct"):
                out |= set(self.bodies(one.start, one.level)["ons_code"].dropna())
        return out

    def former_names(self) -> Mapping[str, str]:
        """Name before a change of name under the same code, by code of the CCG."""
        return self._former_names

    @cached_property
    def _former_names(self) -> Mapping[str, str]:
        ccgs = self._tables["ccgs"]
        named = ccgs.loc[ccgs["former_name"].notna(), ["code", "former_name"]]
        return MappingProxyType(dict(named.itertuples(index=False)))

    def name(self, code: str, day: Day | None = None) -> str:
        """Name of a body by its ODS code; the code itself if it has none here."""
        if day is not None:
            when = as_day(day)
            for stay in self._stays_of_locations.get(code, ()):
                if stay["opened"] <= when and not stay["closed"] < when:
                    return str(stay["name"])
        if code in self._known_names:
            return self._known_names[code]
        return self._planned[code]["name"] if code in self._planned else code

    @cached_property
    def _stays_of_locations(self) -> Mapping[str, list[Row]]:
        """By code of a sub-ICB location, its rows of ``locations``: one for each name and board that it had."""
        found: dict[str, list[Row]] = {}
        for row in tables.records(self._tables["locations"]):
            found.setdefault(row["code"], []).append(row)
        return MappingProxyType(found)

    def beside(self) -> Mapping[str, str]:
        """What stands beside bodies in published tables and is none, with its kind."""
        return self._beside

    @cached_property
    def _beside(self) -> Mapping[str, str]:
        table = self._tables["other_codes"]
        out = dict(zip(table["code"], table["kind"], strict=True))
        for kind, some in writing.BESIDE.items():
            out |= {form: kind for word in some for form in (word, word.upper(), word.lower(), word.title())}
        return MappingProxyType(out)

    @cached_property
    def reporting(self) -> Mapping[str, Row]:
        """Each reporting entity of later years: its row of ``other_codes``, by code."""
        table = self._tables["other_codes"]
        found = tables.records(table[table["kind"] == "reporting_entity"])
        return MappingProxyType({row["code"]: row for row in found})

    # --- from one date to another ---------------------------------------------------------------

    def lookup(
        self,
        at: Day,
        to: Day,
        level: str | None = None,
        *,
        at_level: str | None = None,
        basis: str | None = None,
    ) -> pd.DataFrame:
        """Who became whom: every body of one date and what it is on another."""
        at, at_level = self.checked(at, at_level)
        of = self.by(basis or self.basis)
        return of._lookup(self.vintage(at, at_level), self.vintage(to, level), _financial_year(at)).copy()

    def _lookup(self, start: Vintage, goal: Vintage, year: pd.Timestamp) -> pd.DataFrame:
        def make() -> pd.DataFrame:
            trusts = start.level == "pct"
            return self._from_trusts(start, goal) if trusts else self._by_land(start, goal, year)

        return self.kept("lookups", (start, goal, year), make)

    def _by_land(self, start: Vintage, goal: Vintage, year: pd.Timestamp) -> pd.DataFrame:
        if goal.level == "pct":
            raise LineageError("CCGs cannot be taken back to primary care trusts: their areas do not nest")
        here, there = self.land.holders(start), self.land.holders(goal)
        pieces = defaultdict(list)
        for piece, code in here.items():
            pieces[code].append(piece)
        if goal.start < start.start or (start.level in GROUPS and goal.level not in GROUPS):
            self._refuse_to_divide(start, goal, pieces, there)
        rows = []
        for code, inside in sorted(pieces.items()):
            if start.level in GROUPS:
                sizes = self.land.sizes if start.level == "icb" else self._patients
                parts, bases = self.land.group_parts(code, start, there, year, sizes)
            else:
                parts, bases = self.land.parts(code, inside, there, year)
            status = "approximate" if len(parts) > 1 else "exact"
            basis = "+".join(sorted(bases)) or "whole"
            rows += [(code, end, share, basis, status) for end, share in parts.items() if share > 0]
        rows.sort(key=lambda row: (row[0], -row[2], row[1]))  # the largest share first
        return pd.DataFrame(rows, columns=["from", "to", "share", "basis", "status"])

    def _refuse_to_divide(
        self, start: Vintage, goal: Vintage, pieces: Mapping[str, list[Piece]], there: Mapping[Piece, str]
    ) -> None:
        """Going back: every body must be made of the same land as some body then, or lie in one partnership."""
        then = defaultdict(set)
        for piece, code in there.items():
            then[code].add(piece)
        for merged in (True, False):  # a merger is the plainer reason
            for code, inside in sorted(pieces.items()):
                old = {there[p] for p in inside if not p[1] or not merged}
                among_others = goal.level != "partnership" and any(then[c] - set(inside) for c in old)
                if len(old) > 1 or (not merged and among_others):
                    raise LineageError(self.land.why_not_back(code, old, start, goal))

    def _from_trusts(self, start: Vintage, goal: Vintage) -> pd.DataFrame:
        """Trusts reach the CCGs of April 2015 by share of postcodes, and go on from there as those do."""
        if goal == start:
            codes = self._tables["pcts"]["code"]
            return pd.DataFrame(
                {"from": codes, "to": codes, "share": 1.0, "basis": "whole", "status": "exact"}
            )
        if goal.start < self.trusts_reach:
            ccgs = self.vintage(self.trusts_reach)
            raise LineageError(
                f"primary care trusts are known to lead to {ccgs} only; take them to {ccgs.start.date()} or later"
            )
        first = self._tables["pct_to_ccg"].rename(columns={"pct": "from", "ccg": "middle"})
        # the published percentages are rounded; each trust must be placed whole
        first["share"] /= first.groupby("from")["share"].transform("sum")
        then = self._lookup(self.vintage(self.trusts_reach), goal, self.trusts_reach)
        both = first[["from", "middle", "share"]].merge(
            then[["from", "to", "share"]].set_axis(["middle", "to", "on"], axis=1), on="middle"
        )
        both["share"] *= both["on"]
        out = both.groupby(["from", "to"], as_index=False)[["share"]].sum()
        out["basis"], out["status"] = "postcodes", "approximate"
        out = out.sort_values(["from", "share", "to"], ascending=[True, False, True])
        return out.reset_index(drop=True)

    @property
    def trusts_reach(self) -> pd.Timestamp:
        """The day of the CCGs that primary care trusts are known to lead to."""
        day: pd.Timestamp = self._tables["pct_to_ccg"]["geography"].max()
        return day

    def pieces(
        self, at: Day, to: Day, level: str | None = None, *, at_level: str | None = None
    ) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The pieces of land that each body of a date brings to each body of another."""
        at, at_level = self.checked(at, at_level)
        key = (self.vintage(at, at_level), self.vintage(to, level), _financial_year(at))
        return self.kept("pieces", key, lambda: MappingProxyType(self._pieces_of(*key)))

    def _pieces_of(
        self, start: Vintage, goal: Vintage, year: pd.Timestamp
    ) -> dict[tuple[str, str], tuple[str, ...]]:
        found = self._lookup(start, goal, year)
        pairs = list(zip(found["from"], found["to"], strict=True))
        if start.level == "pct":
            return {pair: ("/".join(pair),) for pair in pairs}
        counted: dict[Piece, bool] = {}
        for (piece, _), series in self.land.shares.items():
            counted[piece] = counted.get(piece, False) or any(share > 0 for _, share in series)
        here, there = self.land.holders(start), self.land.holders(goal)
        out: dict[tuple[str, str], list[str]] = {pair: [] for pair in pairs}
        for piece, holder in sorted(here.items()):
            pair = (holder, there[piece])
            if pair in out and counted.get(piece, True):
                out[pair].append("/".join(filter(None, piece)))
        return {pair: tuple(names) for pair, names in out.items()}

    def successors(
        self,
        code: str,
        to: Day,
        level: str | None = None,
        *,
        at: Day | None = None,
        basis: str | None = None,
    ) -> pd.DataFrame:
        """What one body is on another day."""
        given = code
        code, level_then, first, last = self._meant_on(given, to if at is None else at)
        if level_then != "partnership" and given in self.ons_periods():
            _, first, last = self.ons_periods()[given]
        if at is None:
            as_ccg = level_then == "ccg" and first < self.boards
            at = min(last, as_day(to), *([self.boards - _DAY] if as_ccg else []))
        then = as_day(at)
        if not first <= then <= last:
            raise LineageError(
                f"{given} was not open on {then.date()}: it was open from {first.date()} to {last.date()}"
            )
        as_location = level_then == "ccg" and then >= self.boards
        found = self.lookup(then, to, level, at_level="sub_icb" if as_location else level_then, basis=basis)
        return found[found["from"] == code].reset_index(drop=True)

    def _meant_on(self, code: str, day: Day) -> Body:
        """The body of a code: of one that a board took over from a partnership, that of the two open on a day."""
        planned, when = self.partnerships.get(code), as_day(day)
        return planned if planned and planned.first <= when <= planned.last else self.lifetime(code)

    # --- trails, and what was meant -------------------------------------------------------------

    def trail(self, code: str, *, back: bool = False) -> list[Hop]:
        """Every step of a body's land onwards, or with ``back`` every step that led to it."""
        body = self.lifetime(code)
        if body.level == "pct":
            overlaps = self._tables["pct_to_ccg"]
            return (
                []
                if back
                else trails.of_trust(body.code, overlaps, self.start, str(self.vintage(self.trusts_reach)))
            )
        if back:
            return trails.back(self.land, body.code, body.last)
        return trails.onwards(self.land, body.code, body.first)

    def explain(self, code: str, to: Day | None = None, level: str | None = None) -> str:
        """A body's life in sentences."""
        return trails.explain(self, code, to, level)

    def search(self, text: str) -> pd.DataFrame:
        """Bodies that have a text as their code or ONS code, or have it in their name or former name."""
        wanted, rows = plain_name(text), []
        for code, (words, codes) in self._said_of.items():
            if wanted in codes or (wanted and wanted in words):
                body = self._bodies_by_ods[code]
                last = min(body.last, self.boards - _DAY) if body.level == "ccg" else body.last
                rows.append((wanted not in codes, code, body.level, self.name(code), body.first, last))
        rows.sort()
        return pd.DataFrame([r[1:] for r in rows], columns=["code", "level", "name", "opened", "closed"])

    @cached_property
    def _said_of(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        """Of each body the names it had, as they are searched, and its codes in small letters."""
        out = {}
        for code in self._bodies_by_ods:
            former = self._former_names.get(code, "")
            codes = {code.lower(), *(ons.lower() for ons, *_ in self.ons_codes(code))}
            out[code] = plain_name(f"{self.name(code)} {former}"), frozenset(codes)
        return MappingProxyType(out)

    def codes_of(self, geography: Vintage, scheme: str = "ods") -> frozenset[str]:
        """The codes of a geography in the scheme ``ods`` or ``ons``."""
        return self._codes[geography, scheme]

    @cached_property
    def _codes(self) -> Mapping[tuple[Vintage, str], frozenset[str]]:
        out = {}
        for one in self.vintages():
            frame = self.bodies(one.start, one.level)
            for scheme, column in (("ods", "code"), ("ons", "ons_code")):
                out[one, scheme] = frozenset(frame[column].dropna())
        return out

    def which(self, codes: Iterable[object]) -> list[Fit]:
        """The geographies that some codes are of, best first."""
        if isinstance(codes, str) or not isinstance(codes, Iterable):
            raise LineageError(f"codes is {codes!r}; give a list of codes")
        given = {str(c) for c in codes} - set(self._beside) - {"", "nan", "None", "<NA>"}
        return writing.fits(given, self.vintages(), self._codes)

    def describe(self, fit: Fit) -> str:
        """One fit in words."""
        total = fit.matched + len(fit.missing)
        if fit.exact:
            return f"these {fit.matched} codes are {fit.vintage}"
        words = f"{fit.matched} of the codes are of {fit.vintage}, which has {total}"
        others = defaultdict(list)
        for code in fit.extra:
            others[self._when(code)].append(code)
        return "; ".join([words, *(f"of {when}: {', '.join(c[:4])}{_more(c)}" for when, c in others.items())])

    def _when(self, code: str) -> str:
        try:
            found, _, first, last = self.lifetime(code)
        except LineageError:
            if code in self._planned:
                return "sustainability and transformation partnerships before their CCGs are known"
            near = self.suggest(code)
            return "no time or place known here" + (f", perhaps meant as {near}" if near else "")
        if code != found and code in self.ons_periods():
            _, first, last = self.ons_periods()[code]
        if last == self.until:
            return f"{first:%B %Y} and after"
        return f"{first:%B %Y} to {last:%B %Y}"

    def written(self, value: object) -> str | None:
        """The code that a cell holds in another way of writing; None where that would be a guess."""
        return self.names.written(value)

    def suggest(self, value: object, among: Iterable[str] | None = None) -> str | None:
        """The code that somebody meant."""
        return self.names.meant(value, among)

    @cached_property
    def names(self) -> writing.Names:
        """Every code and name, indexed by the words that tell one from others."""
        return writing.names_of(self._by_code, self._known_names, self._former_names, self.land.boards_of)


def _financial_year(day: pd.Timestamp) -> pd.Timestamp:
    return pd.Timestamp(year=day.year - (day.month < 4), month=4, day=1)


def _more(codes: list[str]) -> str:
    return f" and {len(codes) - 4} more" if len(codes) > 4 else ""


# --- the lineage of the package's own tables ------------------------------------------------------


def default() -> Lineage:
    """The lineage that the functions of this module ask: that of the tables in ``files.data()``, as they are now.

    The same object as long as the tables are the same files; another if ``CCG_DATA`` names another folder, or
    one of them was written anew.

    Examples
    --------
    >>> default() is default()
    True
    """
    folder = str(files.data())
    return _made(folder, tuple([_state(f"{folder}/{name}.csv") for name in TABLES]))


#: Days of the shared lineage by the names that they have always had here.
_NAMED_DAYS = {
    "START": "start", "BOARDS": "boards", "END": "until", "TRUSTS": "trusts", "TRUSTS_REACH": "trusts_reach",
}  # fmt: skip


def __getattr__(name: str) -> pd.Timestamp:
    """``START``, ``BOARDS``, ``END``, ``TRUSTS`` and ``TRUSTS_REACH`` of the shared lineage."""
    if name not in _NAMED_DAYS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    day: pd.Timestamp = getattr(default(), _NAMED_DAYS[name])
    return day


def _state(path: str) -> tuple[int, int] | None:
    try:
        now = os.stat(path)  # noqa: PTH116 - asked for every cell of a table, and a Path takes as long again
    except OSError:
        return None  # the table is not there, and who loads it says so
    return now.st_mtime_ns, now.st_size


@lru_cache(maxsize=4)
def _made(folder: str, states: tuple[tuple[int, int] | None, ...]) -> Lineage:
    return Lineage.from_tables()


def level_on(day: Day) -> str:
    """The level that commissions on a day if none is named: trusts, then CCGs, then boards.

    Examples
    --------
    >>> [level_on(day) for day in ("2012-04-01", "2022-06-30", "2022-07-01")]
    ['pct', 'ccg', 'icb']
    """
    return default().level_on(day)


def checked(day: Day, level: str | None) -> tuple[pd.Timestamp, str]:
    """A day and the level wanted, or the one that commissions on it.

    Raises
    ------
    LineageError
        The level is not known, or had no body on the day; the text says from when to when it had.
    """
    return default().checked(day, level)


def vintage(day: Day, level: str | None = None) -> Vintage:
    """The geography of a day: the bodies of its level and how long they stood unchanged.

    Raises
    ------
    LineageError
        There was no such level on the day.

    Examples
    --------
    >>> print(vintage("2018-12-31"))
    the CCGs of April 2018
    """
    return default().vintage(day, level)


def vintages() -> tuple[Vintage, ...]:
    """Every geography, in order: trusts, CCGs between each change of boundary, partnerships, locations, boards."""
    return default().vintages()


def days() -> tuple[pd.Timestamp, ...]:
    """The days from which a look-up may differ from that of the day before, ascending.

    A geography begins, an ONS code takes effect, or a financial year, whose patients give the shares.
    """
    return default().days()


def bodies(day: Day, level: str | None = None) -> pd.DataFrame:
    """Bodies open on a day.

    Parameters
    ----------
    day : str or date
        A day from 2010-04-01 to the one up to which the facts were read (table ``levels``).
    level : {"ccg", "partnership", "sub_icb", "icb", "pct"}, optional
        By default what commissioned on the day.

    Returns
    -------
    DataFrame
        One row for each body, sorted by code: ``code`` (ODS), ``ons_code`` (on that day), ``name``, ``region``,
        ``opened`` (first day) and ``closed`` (last day; missing while it is open).

    Raises
    ------
    LineageError
        There was no such level on the day.

    Examples
    --------
    >>> [len(bodies(day)) for day in ("2013-04-01", "2018-04-01", "2022-07-01", "2026-04-01")]
    [211, 195, 42, 36]
    """
    return default().bodies(day, level)


def ons_periods() -> Mapping[str, tuple[str, pd.Timestamp, pd.Timestamp]]:
    """ONS code of a CCG or location -> its ODS code, first and last day it was the right one.

    The lists show only when a code was seen; it took effect with the boundary change before that.
    """
    return default().ons_periods()


def lookup(
    at: Day,
    to: Day,
    level: str | None = None,
    *,
    at_level: str | None = None,
    basis: str = "patients",
) -> pd.DataFrame:
    """Who became whom: every body of one date and what it is on another.

    Parameters
    ----------
    at, to : str or date
        The day of the bodies you have and the day of those you want, like ``"2018-04-01"``, from 2010-04-01 to
        the day up to which the facts were read. Only bodies that are made of the same land can be taken back.
    level, at_level : {"ccg", "partnership", "sub_icb", "icb", "pct"}, optional
        The level at ``to`` and at ``at``. By default what commissioned on the day: trusts until 2013-03-31,
        CCGs until 2022-06-30, then boards.
    basis : {"patients", "residents"}
        What the share of a divided body is of: the people registered with its practices, or those who live in its
        area. Take the one that your figures are of. Where residents are not known patients stand in, and the
        column ``basis`` says so.

    Returns
    -------
    DataFrame
        One row for each pair, sorted by ``from`` and the largest share. A geography gives itself every body.

        - ``from``, ``to``: ODS codes.
        - ``share``: how much of ``from``, as it stood at ``at``, is in ``to``: above 0 to 1. The shares of each
          ``from`` add up to 1.
        - ``basis``: what the share is of: ``whole``; ``patients``, those registered in the financial year of
          ``at``; ``residents``; ``area`` or ``lsoas``, small areas, where no practice could tell; ``postcodes``
          for trusts.
        - ``status``: ``exact`` if the whole body is in one place, else ``approximate``.

    Raises
    ------
    LineageError
        A day that is none or out of reach, a level that had no body on it, a basis that is neither, or a step back
        across a merger or a change of boundary.

    Notes
    -----
    Every merger, split and abolition of the table ``successions`` is followed land by land. The share of a land
    is that of the practices later found in it, by patients in NHS Digital's *NHS payments to general practice*
    (table ``practice_moves``); in a year without a count the one before, or the first, stands in. A board is
    divided by the patients of its sub-ICB locations (table ``location_patients``). Trusts go to
    the CCGs of April 2015 by published shares of postcodes (table ``pct_to_ccg``), and on from there.

    Residents are those whom the Office for National Statistics estimates for the small areas that moved (table
    ``land_residents``, mid-2017 to mid-2020), and for locations those of mid-2022 (table ``location_people``).

    Examples
    --------
    >>> from ccg import lookup
    >>> found = lookup("2014-04-01", "2022-07-01")
    >>> found[found["from"].isin(["00C", "01H"])].round(3)
       from   to  share     basis       status
    0   00C  QHM  1.000     whole        exact
    24  01H  QHM  0.627  patients  approximate
    25  01H  QE1  0.373  patients  approximate
    """
    return default().lookup(at, to, level, at_level=at_level, basis=basis)


def pieces(
    at: Day, to: Day, level: str | None = None, *, at_level: str | None = None
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The pieces of land that each body of a date brings to each body of another.

    Takes what ``lookup`` takes, and raises what it raises.

    Returns
    -------
    dict
        From each pair ``(from, to)`` of ``lookup`` to the names of its pieces. Together the pieces of one ``to``
        are all of it, and each lies in one ``from``: what is not covered by some bodies of the date is a part of
        it that they lack. Land on which no patient was ever counted is left out. Of a trust, each share is a
        piece.

    Examples
    --------
    >>> pieces("2014-04-01", "2022-07-01")["01H", "QE1"]
    ('01H/south_cumbria',)
    """
    return default().pieces(at, to, level, at_level=at_level)


def successors(
    code: str, to: Day, level: str | None = None, *, at: Day | None = None, basis: str = "patients"
) -> pd.DataFrame:
    """What one body is on another day.

    Parameters
    ----------
    code : str
        An ODS or ONS code. An ONS code stands for the area that the body had while it was in use.
    to : str or date
        The day wanted.
    level : {"ccg", "partnership", "sub_icb", "icb", "pct"}, optional
        The level at ``to``; by default what commissioned on the day.
    at : str or date, optional
        The day of the body's life whose area is meant. By default its last, as a CCG if it was one, or ``to``
        if that is sooner.
    basis : {"patients", "residents"}
        What shares are of; see ``lookup``.

    Returns
    -------
    DataFrame
        The rows of ``lookup`` for this body, largest share first.

    Raises
    ------
    LineageError
        The code is not known (with a suggestion where one is likely), was not open at ``at`` (the text says
        when it was), or cannot be followed to ``to``: see ``lookup``.

    Examples
    --------
    >>> from ccg import successors
    >>> successors("00C", "2022-07-01")
      from   to  share  basis status
    0  00C  QHM    1.0  whole  exact

    Before land left it, 01H was larger:

    >>> successors("01H", "2022-07-01", at="2014-04-01").round(3)
      from   to  share     basis       status
    0  01H  QHM  0.627  patients  approximate
    1  01H  QE1  0.373  patients  approximate
    """
    return default().successors(code, to, level, at=at, basis=basis)


def lifetime(code: str) -> Body:
    """ODS code, level, first and last day of a body by a code of either scheme. CCG codes live on as locations.

    Raises
    ------
    LineageError
        The code is not known.

    Examples
    --------
    >>> lifetime("E38000042")
    Body(code='00C', level='ccg', first=Timestamp('2013-04-01 00:00:00'), last=Timestamp('2020-03-31 00:00:00'))
    """
    return default().lifetime(code)


def ons_codes(code: str) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
    """The ONS codes of a body, each with its first and last day, in order; a CCG's go on as a location's.

    The day on which one followed another is that of the boundary change before the list in which the new one
    was first seen.

    Raises
    ------
    LineageError
        The code is not known.

    Examples
    --------
    >>> [(ons, str(first.date())) for ons, first, last in ons_codes("01H")]
    [('E38000041', '2013-04-01'), ('E38000215', '2017-04-01')]
    """
    return default().ons_codes(code)


def trail(code: str, *, back: bool = False) -> list[Hop]:
    """Every step of a body's land onwards, or with ``back`` every step that led to it.

    Onwards the steps follow the body as it stood when it opened: its main part and each land that left it; of
    land that came to it later, the step by which that left it again.
    Back, they are the mergers and splits through which it was put together.

    Parameters
    ----------
    code : str
        An ODS or ONS code.
    back : bool, optional
        Go back in time.

    Returns
    -------
    list of Hop
        By date; with ``back`` the latest first.

    Raises
    ------
    LineageError
        The code is not known.

    Examples
    --------
    >>> [(str(hop.date.date()), hop.kind, hop.end) for hop in trail("00C")]
    [('2020-04-01', 'merger', '16C'), ('2022-07-01', 'abolition', 'QHM')]
    """
    return default().trail(code, back=back)


def known_names() -> Mapping[str, str]:
    """Name of every code of either scheme."""
    return default().known_names()


def former_names() -> Mapping[str, str]:
    """Name before a change of name under the same code, by code of the CCG."""
    return default().former_names()


def name(code: str, day: Day | None = None) -> str:
    """Name of a body by its ODS code; the code itself if it has none here.

    Without ``day`` a CCG is named as a CCG. With it, a code that a sub-ICB location had on that day gives the
    location's name then.

    Examples
    --------
    >>> name("70F"), name("70F", "2023-04-01")
    ('NHS West Sussex CCG', 'NHS Sussex ICB - 70F')
    """
    return default().name(code, day)


def explain(code: str, to: Day | None = None, level: str | None = None) -> str:
    """A body's life in sentences: when it was open, each change with its source, and what it is on a day.

    Parameters
    ----------
    code : str
        An ODS or ONS code.
    to : str or date, optional
        A day on which to say what its area became: that of its first day, and that of its
        last (or of this day, if sooner) where the answer differs.
    level : {"ccg", "partnership", "sub_icb", "icb", "pct"}, optional
        The level at ``to``; by default what commissioned on the day.

    Returns
    -------
    str
        Some lines. In brackets stand ids of the table ``sources``.

    Raises
    ------
    LineageError
        The code is not known, or cannot be followed to ``to``: see ``lookup``.

    Examples
    --------
    >>> from ccg import explain
    >>> print(explain("00C"))
    NHS Darlington CCG (00C)
    A CCG from 1 April 2013 to 31 March 2020.
    From 1 April 2017 to 31 March 2019 in the partnership Durham, Darlington, Teesside, Hambleton, Richmondshire and Whitby (E54000045).
    From 1 April 2019 to 31 March 2020 in the partnership Cumbria and North East (E54000049).
    After it:
      1 April 2020: 00C merged into 16C (NHS Tees Valley CCG). [ODS25+SU617+HSMA4+GEO]
      1 July 2022: 16C passed to QHM (NHS North East and North Cumbria Integrated Care Board). [ODS25+GEOGR+ICBTOOL]
    """
    return default().explain(code, to, level)


def search(text: str) -> pd.DataFrame:
    """Bodies that have a text as their code or ONS code, or have it in their name or former name.

    Case, "NHS", "CCG" and "&" against "and" do not matter.

    Returns
    -------
    DataFrame
        One row for each body, those with the code first, else sorted by code: ``code, level, name, opened,
        closed``, the last two its first and last day.

    Examples
    --------
    >>> search("darlington")[["code", "level", "name"]]
      code level                name
    0  00C   ccg  NHS Darlington CCG
    1  5J9   pct          Darlington
    """
    return default().search(text)


def codes_of(geography: Vintage, scheme: str = "ods") -> frozenset[str]:
    """The codes of a geography in the scheme ``ods`` or ``ons``."""
    return default().codes_of(geography, scheme)


def beside() -> Mapping[str, str]:
    """What stands beside bodies in published tables and is none, with its kind: hubs, England, UNKNOWN."""
    return default().beside()


def which(codes: Iterable[object]) -> list[Fit]:
    """The geographies that some codes are of, best first.

    Parameters
    ----------
    codes : iterable of str
        ODS or ONS codes, in any order and as often as they come. Blanks, and what stands beside CCGs in
        published tables (hubs, England, UNKNOWN), are left aside.

    Returns
    -------
    list of Fit
        Every geography that all of the codes are of, those with the fewest bodies missing first. If there is
        none, the three with the fewest codes that are not theirs. Empty if no code is known.

    Raises
    ------
    LineageError
        ODS and ONS codes are mixed.

    Examples
    --------
    >>> from ccg import load, which
    >>> boards = load("icbs")
    >>> fits = which(boards.loc[boards["opened"] == "2022-07-01", "code"])
    >>> print(fits[0].vintage)
    the boards of July 2022
    >>> fits[0].exact, fits[0].matched
    (True, 42)
    """
    return default().which(codes)


def describe(fit: Fit) -> str:
    """One fit in words.

    Examples
    --------
    >>> describe(which(bodies("2018-04-01")["code"])[0])
    'these 195 codes are the CCGs of April 2018'
    """
    return default().describe(fit)


def written(value: object) -> str | None:
    """The code that a cell holds in another way of writing, where nothing is guessed.

    Spaces, quotation marks and case; the two zeros that prescribing data put behind a CCG; the n that Fingertips
    puts in front of an ONS code.

    Parameters
    ----------
    value : object
        What stands in a column of codes.

    Returns
    -------
    str or None
        An ODS or ONS code; None where the cell is none in any of these ways.

    Examples
    --------
    >>> written(" 02f"), written("02F00"), written("nE54000008"), written("NHS West Cheshire CCG")
    ('02F', '02F', 'E54000008', None)
    """
    return default().written(value)


def suggest(value: object, among: Iterable[str] | None = None) -> str | None:
    """The code that somebody meant: spaces and case, Excel's powers of ten, a code in a name, a name.

    Parameters
    ----------
    value : object
        What stood where a code should.
    among : iterable of str, optional
        The codes of the geography in hand, which decide between bodies of the same name.

    Returns
    -------
    str or None
        An ODS or ONS code; None where no reading is likely, or more than one.

    Notes
    -----
    Careful, because ``rebase`` may act on it. A code at the beginning or end of a name decides (``NHS Devon
    ICB - 15N`` is 15N). A name is taken if it is that of one body at the level that it says; a board's name
    is never taken for a CCG, nor a CCG's for a board. In a name of two words or more one letter of one word may
    be wrong, but no word left out or added. Nothing is put in front of letters: Excel takes zeros only from
    what looks like a number, and no code does but those like 5E1.

    Examples
    --------
    >>> suggest("5.00E+01"), suggest("NHS Devon ICB - 15N"), suggest("NHS Tees Valley CCG"), suggest("Wales")
    ('5E1', '15N', '16C', None)
    """
    return default().suggest(value, among)
