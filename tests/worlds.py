"""Generated Englands: the tables of a made-up world as a ``Lineage``, and beside them the truth, counted by hand.

The laws of lineage and re-basing are tried on them. Each is built once, and they are the same in every run.
"""

from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise

import pandas as pd
import pytest
from ccg import lineage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

laws = settings(
    derandomize=True,
    deadline=None,
    max_examples=45,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


START, BOARDS, UNTIL = (pd.Timestamp(d) for d in ("2013-04-01", "2022-07-01", "2027-09-30"))


@dataclass
class World:
    """A made-up England as its tables, and the truth beside them: who lives where, followed by hand."""

    tables: dict
    days: list  # change dates, START first, BOARDS among them
    where: dict  # change date -> {(origin, land): CCG or location}
    boards: dict  # change date from BOARDS on -> {location: board}
    people: dict  # (origin, land) -> patients
    looked: dict = field(default_factory=dict)  # what look() found

    @cached_property
    def lineage(self) -> lineage.Lineage:
        return lineage.Lineage(self.tables)

    def look(self, start, goal):
        """{body: [(successor, share, basis, status), ...]} from one geography to another, asked once."""
        if (start, goal) not in self.looked:
            out = {}
            table = self.lineage.lookup(start[1], goal[1], goal[0], at_level=start[0])
            for code, *row in table.itertuples(index=False):
                out.setdefault(code, []).append(tuple(row))
            self.looked[start, goal] = out
        return self.looked[start, goal]

    def vintages(self):
        """Each geography: (level, first day)."""
        levels = {True: ("ccg",), False: ("sub_icb", "icb")}
        return [(level, d) for d in self.days for level in levels[d < BOARDS]]

    def holders(self, level, day):
        """{piece of land: the body that holds it}."""
        at = max(d for d in self.days if d <= day)
        return {p: self.boards[at][c] if level == "icb" else c for p, c in self.where[at].items()}

    def flows(self, start, goal, residents=False):
        """{(body then, body later): patients or residents} by counting people, land by land."""
        out = {}
        here, there = self.holders(*start), self.holders(*goal)
        for piece, people in (residents_of(self.people) if residents else self.people).items():
            key = (here[piece], there[piece])
            out[key] = out.get(key, 0) + people
        return out


class Made:
    """A world in the making: where every piece is, and each row and day that the tables will have."""

    def __init__(self, draw):
        self.draw = draw
        self.first = [f"{i:02d}A" for i in range(draw(st.integers(10, 25)))]
        years = sorted(draw(st.sets(st.integers(2015, 2021), min_size=2, max_size=5)))
        later = sorted(draw(st.sets(st.integers(2023, 2027), max_size=2)))
        springs = [pd.Timestamp(f"{year}-04-01") for year in (*years, *later)]
        self.days = sorted([START, BOARDS, *springs])
        # several lands, often of one origin and met again on their way, so that they move twice
        origins = draw(st.lists(st.sampled_from(self.first[:6]), min_size=1, max_size=5))
        self.lands = {f"land_{'abcde'[i]}": origin for i, origin in enumerate(origins)}
        self.people = {(c, ""): draw(st.integers(100, 200)) for c in self.first}
        self.people |= {(o, n): draw(st.integers(0, 20)) for n, o in self.lands.items()}
        self.opened, self.closed = dict.fromkeys(self.first, START), {}
        self.place = {p: p[0] for p in self.people}
        self.where, self.rows = {START: dict(self.place)}, []
        self.board, self.boards = {}, {}
        self.icbs = {}  # board -> [first day, last day or none]

    def row(self, start, end, day, kind, piece=None, share=1.0):
        self.rows.append(
            {
                "from": start, "to": end, "date": day, "kind": kind, "share": share, "basis": "area",
                "land": piece and (piece[1] or "main"), "origin": piece and piece[0],
                "certainty": "verified", "note": None, "source": "MADE",
            }
        )  # fmt: skip

    def move(self, piece, end, day, to=None):
        """A split takes a piece to a body, or, by the name of its board, to the location ``to``."""
        self.row(self.place[piece], end, day, "split", piece, share=0.5)
        self.after[piece] = to or end

    def ccgs_change(self, n, day):
        draw = self.draw
        still = draw(st.permutations(sorted(set(self.place.values()))))
        whole = {}
        for k in range(draw(st.sampled_from([1, 2, 3, 0]))):
            size = draw(st.integers(2, 5))
            if len(still) - size < 4:
                break
            group, still = still[:size], still[size:]
            whole |= dict.fromkeys(group, f"{n}{k}M")
            self.opened[f"{n}{k}M"] = day
        for start, end in whole.items():
            self.row(start, end, day, "merger")
            self.closed[start] = day - pd.Timedelta(days=1)
        if not whole or draw(st.booleans()):
            self.row(still[0], still[0], day, "rename", share=None)
        self.after = {p: whole.get(c, c) for p, c in self.place.items()}
        for land, origin in self.lands.items():
            piece = (origin, land)
            others = sorted({*self.after.values()} - {self.after[piece]})
            if draw(st.booleans()):
                # where the land's own CCG is now is a likely end: it comes home
                home = [self.after[(origin, "")]] if self.after[(origin, "")] in others else []
                self.move(piece, draw(st.sampled_from(home * 3 + others)), day)

    def boards_begin(self):
        draw, last = self.draw, sorted(set(self.place.values()))
        self.board = {c: f"Q{draw(st.integers(0, 7))}B" for c in last}
        self.board[last[0]], self.board[last[1]] = "QX1", "QX2"
        only = {b: c for c, b in self.board.items() if list(self.board.values()).count(b) == 1}
        self.after = dict(self.place)
        for land, origin in self.lands.items():
            piece = (origin, land)
            others = sorted(b for b in only if b != self.board[self.place[piece]])
            if draw(st.booleans()):
                end = draw(st.sampled_from(others))
                self.move(piece, end, BOARDS, to=only[end])
        for code in last:
            self.row(code, self.board[code], BOARDS, "abolition")
            self.closed[code] = BOARDS - pd.Timedelta(days=1)
        self.icbs = {b: [BOARDS, None] for b in self.board.values()}

    def locations_change(self, n, day):
        """Lands move between locations, one location is divided, and boards are drawn anew."""
        draw = self.draw
        self.after = dict(self.place)
        mains = {c: sorted(p for p, h in self.place.items() if h == c and not p[1]) for c in self.board}
        able = [c for c in sorted(mains) if len(mains[c]) > 1]
        divided = draw(st.sampled_from(able)) if able and draw(st.booleans()) else None
        ends = set(self.board) - {divided}
        for land, origin in self.lands.items():
            others = sorted(ends - {self.place[origin, land]})
            if draw(st.booleans()):
                self.move((origin, land), draw(st.sampled_from(others)), day)
        if divided:
            for piece in mains[divided][1:]:
                if draw(st.booleans()):
                    self.move(piece, draw(st.sampled_from(sorted(ends))), day)
            new = f"U{n}G{n}B"
            self.row(divided, new, day, "remainder", share=0.5)
            for piece, holder in self.place.items():
                if holder == divided and self.after[piece] == divided:
                    self.after[piece] = new
            self.board[new] = self.board.pop(divided)
        self.boards_change(n, day)

    def boards_change(self, n, day):
        draw, then = self.draw, dict(self.board)
        closing = draw(st.permutations(sorted(set(then.values()))))[: draw(st.integers(0, 3))]
        for code, board in sorted(then.items()):
            if board in closing:
                self.board[code] = f"N{n}Y{draw(st.integers(0, 1))}W"
        before = self.boards[max(self.boards)]
        edges = {}
        for piece, code in self.place.items():
            start, end = before[code], self.board[self.after[piece]]
            edges.setdefault(start, set()).add(end)
        for start in closing:
            self.icbs[start][1] = day - pd.Timedelta(days=1)
            for end in sorted(edges[start]):
                self.icbs.setdefault(end, [day, None])
                self.row(start, end, day, *(("merger",) if len(edges[start]) == 1 else ("split", None, 0.5)))

    def keep(self, day):
        self.place = self.after
        self.where[day] = dict(self.place)
        if self.board:
            self.boards[day] = dict(self.board)


@st.composite
def made_up(draw):
    made = Made(draw)
    for n, day in enumerate(made.days[1:]):
        if day < BOARDS:
            made.ccgs_change(n, day)
        elif day == BOARDS:
            made.boards_begin()
        else:
            made.locations_change(n, day)
        made.keep(day)
    changed = {START, *(r["date"] for r in made.rows)}  # nothing may have happened on a later day
    made.days = [d for d in made.days if d in changed]
    made.where = {d: made.where[d] for d in made.days}
    made.boards = {d: made.boards[d] for d in made.days if d in made.boards}
    # a land nobody moved is no piece of its own
    moved = {(r["origin"], "" if r["land"] == "main" else r["land"]): r["date"] for r in made.rows if r["kind"] == "split" and r["origin"]}  # fmt: skip
    for land, origin in made.lands.items():
        if (origin, land) not in moved:
            made.people[(origin, "")] += made.people.pop((origin, land))
            for at in made.where.values():
                del at[(origin, land)]
    return World(tables_of(made, moved), made.days, made.where, made.boards, made.people)


def _year(day):
    start = day.year - (day.month < 4)
    return f"{start}-{(start + 1) % 100}"


def tables_of(made, moved):
    codes, last = sorted(made.opened), made.days[-1]
    ons = {c: f"E38{i:06d}" for i, c in enumerate(codes)}
    columns = {
        "pcts": ["code", "ons_code", "name", "source"],
        "pct_to_ccg": ["pct", "ccg", "geography", "share", "source"],
        "partnerships": ["code", "ods_code", "name", "first", "last", "source"],
        "partnership_members": ["date", "code", "partnership", "how", "source"],
        "other_codes": ["code", "name", "kind", "opened", "closed", "location", "former_ccg", "source"],
        "practice_moves": ["land", "origin", "year", "from", "to", "share"],
        "land_residents": ["land", "origin", "year", "from", "to", "share"],
    }
    blank = {"region": None, "source": "MADE"}
    residents = residents_of(made.people)
    levels = [
        ("pct", "2010-04-01", None),
        ("ccg", START, None),
        ("sub_icb", BOARDS, UNTIL),
        ("icb", BOARDS, UNTIL),
    ]
    frames = {
        "ccgs": [{"code": c, "ons_code": ons[c], "name": f"NHS {c} CCG", "opened": made.opened[c], "closed": made.closed[c], "former_name": None, **blank} for c in codes],
        "icbs": [{"code": b, "ons_code": f"E54{i:06d}", "name": f"NHS {b} Board", "opened": a, "closed": z, **blank} for i, (b, (a, z)) in enumerate(sorted(made.icbs.items()))],
        "levels": [{"level": n, "name": n, "first": pd.Timestamp(a), "last": None, "known_until": u, "source": "MADE"} for n, a, u in levels],
        "locations": (stays := stays_of(made)),
        "location_patients": [{"code": c, "year": _year(d), "patients": sum(made.people[p] for p, h in at.items() if h == c), "count": "counted", "source": "MADE"}
                              for d, at in made.where.items() if d >= BOARDS for c in made.boards[d]],
        "successions": sorted(made.rows, key=lambda r: (r["from"], r["to"], r["date"])),
        "practice_moves": moves_of(made, moved, made.people, _year), "land_residents": [{c: r[c] for c in columns["land_residents"]} for r in moves_of(made, moved, residents, lambda d: d.year)],
        "location_people": [{"geography": d, "code": c, "residents_2022": sum(residents[p] for p, h in at.items() if h == c)}
                            for d, at in made.where.items() if d >= BOARDS for c in made.boards[d]],
        "ons_codes": ons_of(made, ons, stays, last),
        "pcts": [], "pct_to_ccg": [], "other_codes": [], "partnerships": [], "partnership_members": [],
    }  # fmt: skip
    made = {n: pd.DataFrame(f, columns=None if f else columns[n]) for n, f in frames.items()}
    for table in ("icbs", "locations"):
        made[table]["closed"] = pd.to_datetime(made[table]["closed"])
    return made


def stays_of(made):
    """Each location with its board, from day to day while both are the same."""
    out, open_now = [], {}
    for day in sorted(made.boards):
        board = made.boards[day]
        for code in [c for c, stay in open_now.items() if board.get(c) != stay["board"]]:
            open_now.pop(code)["closed"] = day - pd.Timedelta(days=1)
        for code in sorted(set(board) - set(open_now)):
            open_now[code] = {"code": code, "opened": day, "closed": None, "board": board[code],
                              "name": f"NHS {board[code]} ICB - {code}", "source": "MADE"}  # fmt: skip
            out.append(open_now[code])
    return out


def residents_of(people):
    """{(origin, land): residents}, which are not as many as its patients, and on some land none."""
    return {piece: n * 7 % 97 + 30 if not piece[1] else n * 3 % 8 for piece, n in people.items()}


def moves_of(made, moved, people, year):
    """The true share of each piece while it could still move; the areas in the rows are all wrong."""
    moves = []
    for piece, final in sorted(moved.items()):
        springs = {pd.Timestamp(f"{year}-04-01") for year in range(2014, 2022)}
        for day in sorted(springs | {d for d in made.days if d >= BOARDS}):
            if day < final:
                at = made.where[max(d for d in made.days if d <= day)]
                total = sum(people[p] for p, c in at.items() if c == at[piece])
                here = people[piece]
                moves.append(
                    {
                        "land": piece[1] or "main", "origin": piece[0], "year": year(day), "from": at[piece], "to": "",
                        "practices": 1, "patients": here, "from_practices": 9, "from_patients": total,
                        "share": here / total, "source": "MADE",
                    }
                )  # fmt: skip
    return moves


def ons_of(made, ons, stays, last):
    """A new ONS code two months after each change of a boundary, as the lists show it."""
    lives = {c: [made.opened[c], made.closed[c]] for c in made.opened}
    for stay in stays:
        lives.setdefault(stay["code"], [stay["opened"], None])[1] = stay["closed"]
    seen = []
    for i, (code, (opened, closed)) in enumerate(sorted(lives.items())):
        held = {d: {p for p, c in at.items() if c == code} for d, at in made.where.items()}
        mine = [d for d in made.days if opened <= d and (closed is None or d <= closed)]
        touched = [b for a, b in pairwise(mine) if held[a] != held[b]]
        first = ons.get(code, f"E3899{i:04d}")
        for k, day in enumerate([opened, *touched]):
            seen.append(
                {"ons_code": first if k == 0 else f"E38{k}{first[4:]}", "code": code,
                 "first_seen": day + pd.Timedelta(days=60), "body": "ccg"}
            )  # fmt: skip
    return seen


#: The place of each made-up England in ``englands()``, as parameters of tests.
ENGLANDS = [
    pytest.param(place, marks=[pytest.mark.slow] if place >= 6 else []) for place in range(laws.max_examples)
]


@cache
def englands() -> tuple[World, ...]:
    """The made-up Englands that every law is tried on: built once, and the same in each run."""
    built = []

    @laws
    @given(made_up())
    def build(world):
        built.append(world)

    build()
    return tuple(built)


def worlds():
    return st.deferred(lambda: st.sampled_from(englands()))


def forward(world):
    """Every pair of geographies, the first not later than the second. A board has no place among locations."""
    every = world.vintages()
    pairs = [(a, b) for i, a in enumerate(every) for b in every[i:]]
    return [(a, b) for a, b in pairs if (a[0], b[0]) != ("icb", "sub_icb")]


def pieces(holders):
    """{body: the pieces of land it is made of}."""
    out = {}
    for piece, code in holders.items():
        out.setdefault(code, set()).add(piece)
    return {code: frozenset(land) for code, land in out.items()}
