"""Generated Englands: the tables of a made-up world as a ``Lineage``, and beside them the truth, counted by hand.

The laws of lineage and re-basing are tried on them. Each is built once, and they are the same in every run.
"""

from dataclasses import dataclass, field
from functools import cache, cached_property

import pandas as pd
from ccg import lineage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

laws = settings(
    derandomize=True,
    deadline=None,
    max_examples=45,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@dataclass
class World:
    """A made-up England as its tables, and the truth beside them: who lives where, followed by hand."""

    tables: dict
    days: list  # change dates, START first, BOARDS last
    where: dict  # change date -> {(origin, land): CCG or location}
    board: dict  # location -> board
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
        ccg = [("ccg", d) for d in self.days[:-1]]
        return [*ccg, ("sub_icb", self.days[-1]), ("icb", self.days[-1])]

    def holders(self, level, day):
        """{piece of land: the body that holds it}."""
        at = max(d for d in self.days if d <= day)
        return {p: self.board[c] if level == "icb" else c for p, c in self.where[at].items()}

    def flows(self, start, goal):
        """{(body then, body later): patients} by counting people, land by land."""
        out = {}
        here, there = self.holders(*start), self.holders(*goal)
        for piece, people in self.people.items():
            key = (here[piece], there[piece])
            out[key] = out.get(key, 0) + people
        return out


@st.composite
def made_up(draw):
    first = [f"{i:02d}A" for i in range(draw(st.integers(10, 25)))]
    years = sorted(draw(st.sets(st.integers(2015, 2021), min_size=2, max_size=5)))
    days = [lineage.START, *(pd.Timestamp(f"{y}-04-01") for y in years), lineage.BOARDS]
    # several lands, often of one origin and met again on their way, so that they move twice
    origins = draw(st.lists(st.sampled_from(first[:6]), min_size=1, max_size=5))
    lands = {f"land_{'abcde'[i]}": origin for i, origin in enumerate(origins)}
    people = {(c, ""): draw(st.integers(100, 200)) for c in first}
    people |= {(o, n): draw(st.integers(0, 20)) for n, o in lands.items()}
    opened, closed = dict.fromkeys(first, lineage.START), {}
    place, where, rows = {p: p[0] for p in people}, {}, []
    where[days[0]] = dict(place)

    def row(start, end, day, kind, land="", share=1.0):
        rows.append(
            {
                "from": start, "to": end, "date": day, "kind": kind, "share": share, "basis": "area",
                "land": land or None, "origin": lands.get(land), "certainty": "verified", "note": None,
                "source": "MADE",
            }
        )  # fmt: skip

    for n, day in enumerate(days[1:-1]):
        still = draw(st.permutations(sorted(set(place.values()))))
        whole = {}
        for k in range(draw(st.sampled_from([1, 2, 3, 0]))):
            size = draw(st.integers(2, 5))
            if len(still) - size < 4:
                break
            group, still = still[:size], still[size:]
            whole |= dict.fromkeys(group, f"{n}{k}M")
            opened[f"{n}{k}M"] = day
        for start, end in whole.items():
            row(start, end, day, "merger")
            closed[start] = day - pd.Timedelta(days=1)
        if not whole or draw(st.booleans()):
            row(still[0], still[0], day, "rename", share=None)
        after = {p: whole.get(c, c) for p, c in place.items()}
        for land, origin in lands.items():
            piece = (origin, land)
            others = sorted({*after.values()} - {after[piece]})
            if draw(st.booleans()):
                # where the land's own CCG is now is a likely end: it comes home
                home = [after[(origin, "")]] if after[(origin, "")] in others else []
                end = draw(st.sampled_from(home * 3 + others))
                row(place[piece], end, day, "split", land, share=0.5)
                after[piece] = end
        place = after
        where[day] = dict(place)

    last = sorted(set(place.values()))
    board = {c: f"Q{draw(st.integers(0, 7))}B" for c in last}
    board[last[0]], board[last[1]] = "QX1", "QX2"
    only = {b: c for c, b in board.items() if list(board.values()).count(b) == 1}
    after = dict(place)
    for land, origin in lands.items():
        piece = (origin, land)
        others = sorted(b for b in only if b != board[place[piece]])
        if draw(st.booleans()):
            end = draw(st.sampled_from(others))
            row(place[piece], end, days[-1], "split", land, share=0.5)
            after[piece] = only[end]
    for code in last:
        row(code, board[code], days[-1], "abolition")
        closed[code] = days[-1] - pd.Timedelta(days=1)
    where[days[-1]] = after

    # a land nobody moved is no piece of its own
    moved = {r["land"]: r["date"] for r in rows if r["kind"] == "split"}
    for land, origin in lands.items():
        if land not in moved:
            people[(origin, "")] += people.pop((origin, land))
            for at in where.values():
                del at[(origin, land)]
    # the true share of each land while it could still move; the areas in the rows above are all wrong
    moves = []
    for land, final in sorted(moved.items()):
        for year in range(2014, 2022):
            spring = pd.Timestamp(f"{year}-04-01")
            if spring < final:
                at = where[max(d for d in days if d <= spring)]
                holder = at[(lands[land], land)]
                total = sum(people[p] for p, c in at.items() if c == holder)
                here = people[(lands[land], land)]
                moves.append(
                    {
                        "land": land, "year": f"{year}-{(year + 1) % 100}", "from": holder, "to": "",
                        "practices": 1, "patients": here, "from_practices": 9, "from_patients": total,
                        "share": here / total, "source": "MADE",
                    }
                )  # fmt: skip

    codes = sorted(opened)
    ons = {c: f"E38{i:06d}" for i, c in enumerate(codes)}
    # a new ONS code two months after each change of a boundary, as the lists show it
    seen = []
    for code in codes:
        touched = {d for r in rows if r["kind"] == "split" for d in [r["date"]]
                   if code in (r["from"], only.get(r["to"], r["to"]))}  # fmt: skip
        ends = lineage.END if closed[code] == days[-1] - pd.Timedelta(days=1) else closed[code]
        starts = [opened[code], *sorted(d for d in touched if opened[code] < d <= ends)]
        for k, day in enumerate(starts):
            seen.append(
                {"ons_code": ons[code] if k == 0 else f"E38{k}{ons[code][4:]}", "code": code,
                 "first_seen": day + pd.Timedelta(days=60)}
            )  # fmt: skip
    blank = {"region": None, "source": "MADE"}
    frames = {
        "ccgs": [{"code": c, "ons_code": ons[c], "name": f"NHS {c} CCG", "opened": opened[c], "closed": closed[c], "former_name": None, **blank} for c in codes],
        "icbs": [{"code": b, "ons_code": f"E54{i:06d}", "name": f"NHS {b} Board", **blank} for i, b in enumerate(sorted(set(board.values())))],
        "successions": sorted(rows, key=lambda r: (r["from"], r["to"], r["date"])),
        "practice_moves": moves, "ons_codes": seen, "pcts": [], "pct_to_ccg": [], "other_codes": [],
    }  # fmt: skip
    columns = {
        "practice_moves": ["land", "year", "from", "to", "share"],
        "pcts": ["code", "ons_code", "name", "source"],
        "pct_to_ccg": ["pct", "ccg", "share", "source"],
        "other_codes": ["code", "name", "kind", "source"],
    }
    made = {n: pd.DataFrame(f, columns=None if f else columns[n]) for n, f in frames.items()}
    return World(made, days, where, board, people)


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
    """Every pair of geographies, the first not later than the second."""
    every = world.vintages()
    return [(a, b) for i, a in enumerate(every) for b in every[i:]]


def pieces(holders):
    """{body: the pieces of land it is made of}."""
    out = {}
    for piece, code in holders.items():
        out.setdefault(code, set()).add(piece)
    return {code: frozenset(land) for code, land in out.items()}
