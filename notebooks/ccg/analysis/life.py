"""The life of one body as plain data: what it was called, who it came from, how large it was, where it stood.

A body is one of the 248 CCGs or of the boards that there have been. Its figures are on the area of its last
day, or for a board that is open on that of today's geography: earlier years are those of its predecessors,
re-based, and ``status`` says whether that was exact. What is not known is ``None``, and ``missing`` says why.
"""

import itertools
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from types import MappingProxyType

import pandas as pd

from ..core import lineage, tables
from ..core.lineage import BOARDS, Hop
from ..core.rebasing import rebase
from ..core.words import long_date

EVE = BOARDS - pd.Timedelta(days=1)
#: Between these land (2018-19) or practices (2019-20) had moved and the money of the year had not followed.
ASKEW = {
    "2018-19": (("01E", "02M"), ("01K", "02M")),
    "2019-20": (("02R", "02W"), ("03W", "04C"), ("04L", "04M")),
}
#: The yearly files take too many off for practices that closed: in these years the lists of January do not.
JANUARY = {"2014-15": "2015-01-01", "2015-16": "2016-01-01"}
#: Measures on which a body is set among all of its time: what it is called, its unit, how it is written.
MEASURES = {
    "patients": ("Registered patients", "patients", "{:,.0f}"),
    "practices": ("General practices", "practices", "{:,.0f}"),
    "aged_65": ("Aged 65 and over", "per cent", "{:.1f}%"),
    "deprivation": ("Deprivation (IMD score)", "score", "{:.1f}"),
    "carr_hill": ("Need (Carr-Hill)", "weighted patients per 100", "{:.1f}"),
    "need": ("Need (NHS England)", "England = 1", "{:.2f}"),
    "money": ("Core allocation per head", "pounds per patient", "£{:,.0f}"),
    "independent": ("Independent sector’s share", "per cent of treatment", "{:.1f}%"),
}


@dataclass(frozen=True)
class Name:
    """A name and the days on which it was the right one; ``until`` is None for a name still in use."""

    code: str
    name: str
    since: pd.Timestamp
    until: pd.Timestamp | None


@dataclass(frozen=True)
class OnsCode:
    """An ONS code with its first and last day. That of a CCG of 2022 goes on as its location's."""

    ons_code: str
    since: pd.Timestamp
    until: pd.Timestamp


@dataclass(frozen=True)
class Part:
    """A body that went into another or that another became; ``share`` is of the body that it was before."""

    code: str
    name: str
    share: float
    basis: str
    status: str


@dataclass(frozen=True)
class Year:
    """List size and practices of one period, on the area of the body's last day.

    ``own`` says whether the body itself was open then, the boards in the year that they began; if not, the
    figures are its predecessors'. Patients
    are without those of practices that closed before January; practices include these. An ``approximate``
    figure is divided by share of patients, where land moved.
    """

    period: str
    start: pd.Timestamp
    patients: int
    practices: int | None
    status: str
    own: bool
    source: str


@dataclass(frozen=True)
class Standing:
    """Where a body stands among all of its time on one measure: rank 1 and decile 10 are the highest.

    ``lowest``, ``middle`` and ``highest`` are of all ``of`` bodies that have the figure.
    """

    measure: str
    title: str
    period: str
    value: float
    unit: str
    shown: str
    rank: int
    of: int
    decile: int
    lowest: float
    middle: float
    highest: float
    status: str
    source: str
    note: str


@dataclass(frozen=True)
class Tile:
    """The hexagon of a body on the hex map of ``date``, the last map on which it is; see ``tiles``."""

    date: pd.Timestamp
    column: int
    row: int
    source: str


@dataclass(frozen=True)
class Life:
    """Everything known here of one body. ``closed`` is None for a board that is open."""

    code: str
    kind: str
    name: str
    region: str
    opened: pd.Timestamp
    closed: pd.Timestamp | None
    names: tuple[Name, ...]
    ons_codes: tuple[OnsCode, ...]
    #: Steps onwards and back, by date; see ``lineage.trail``.
    after: tuple[Hop, ...]
    before: tuple[Hop, ...]
    #: The day whose area the figures are on: the last, or the first of today's geography.
    last_day: pd.Timestamp
    #: What that area was in April 2013, and for a CCG is in July 2022; empty where that is itself.
    made_of: tuple[Part, ...]
    became: tuple[Part, ...]
    #: Board that the sub-ICB location with its code lies in since July 2022; None if there is none.
    location_of: str | None
    years: tuple[Year, ...]
    standing: tuple[Standing, ...]
    tile: Tile | None
    #: What is not known, by name of the field or measure, and why.
    missing: dict[str, str]
    note: str
    sources: tuple[str, ...]


def of(code: str) -> Life:
    """The life of a body by its ODS code or any of its ONS codes.

    Raises LineageError when the code is not known, with a suggestion, or is that of a primary care trust.
    """
    found, level, *_ = lineage.lifetime(code)
    if level == "pct":
        raise lineage.LineageError(
            f"{code} was a primary care trust, {lineage.name(found)}, to 31 March 2013. Lives are told of CCGs "
            f"and boards; by postcodes it led to {_listed([h.end for h in lineage.trail(code)])}"
        )
    return _life(found, lineage.default())


def all() -> dict[str, Life]:
    """Every life by code, CCGs first, each sorted by code. Reads each table once; takes a few seconds."""
    known = lineage.default()
    return {code: _life(code, known) for code in bodies()}


def bodies() -> Mapping[str, Mapping]:
    """Every CCG and board by code, as the rows of their tables; to look at, not to change."""
    return _bodies(lineage.default())


@lru_cache(maxsize=2)
def _bodies(known: lineage.Lineage) -> Mapping[str, Mapping]:
    ccgs = tables.load("ccgs").assign(kind="ccg")
    boards = tables.load("icbs").assign(kind="board", note=None)
    rows = (*_records(ccgs), *_records(boards))
    return MappingProxyType({row["code"]: MappingProxyType(row) for row in rows})


@lru_cache(maxsize=2)
def _changes(known: lineage.Lineage) -> tuple[dict, ...]:
    """The rows of ``successions``, which every summary looks through."""
    return tuple(tables.records(tables.load("successions")))


@lru_cache(maxsize=2)
def _facts(known: lineage.Lineage) -> "_Facts":
    return _Facts()


def _records(frame: pd.DataFrame) -> list[dict]:
    return frame.astype(object).where(frame.notna(), None).sort_values("code").to_dict("records")


@lru_cache(maxsize=1024)
def _life(code: str, known: lineage.Lineage) -> Life:
    facts, body = _facts(known), bodies()[code]
    board, last = body["kind"] == "board", body["closed"] or facts.now
    after = facts.steps(code, back=False)
    before = tuple(sorted(facts.steps(code, back=True), key=lambda h: (h.date, h.end, h.start)))
    day, tile = facts.day(last), facts.tile(code, body["opened"], last)
    standing, missing = day.standing(code)
    years = tuple(Year(**row, own=_end(row["period"]) >= body["opened"]) for row in day.years[code])
    cells = [
        body["source"],
        *(x.source for x in (*after, *before, *years, *standing)),
        *facts.ons_codes.get(code, []),
    ]
    return Life(
        code=code,
        kind=body["kind"],
        name=body["name"],
        region=body["region"],
        opened=body["opened"],
        closed=body["closed"],
        last_day=last,
        names=_names(body, after),
        ons_codes=tuple(OnsCode(*span) for span in lineage.ons_codes(code)),
        after=tuple(after),
        before=before,
        made_of=day.made_of.get(code, ()),
        became=day.became.get(code, ()),
        location_of=None if board or last < EVE else facts.board_of[code],
        years=years,
        standing=standing,
        tile=tile,
        missing=missing,
        note=body["note"] or "",
        sources=tuple(
            sorted({one for c in [*cells, *([tile.source] if tile else [])] for one in c.split("+")} - {""})
        ),
    )


def _names(body: dict, after: list[Hop]) -> tuple[Name, ...]:
    """Names in order. The day on which one followed another is that of the rename in ``successions``."""
    now = Name(body["code"], body["name"], body["opened"], body["closed"])
    renamed = [h.date for h in after if h.kind == "rename" and h.start == body["code"]]
    if not body.get("former_name") or not renamed:
        return (now,)
    old = Name(body["code"], body["former_name"], body["opened"], renamed[0] - pd.Timedelta(days=1))
    return old, Name(body["code"], body["name"], renamed[0], body["closed"])


# --- the figures of all bodies ------------------------------------------------------------------

POUNDS = "core_allocation_gbp_thousand"


class _Facts:
    """The tables, read once, and what is worked out from them once for all bodies that share a last day."""

    def __init__(self):
        self.private, self.tiles = tables.load("private_provision"), {}
        for r in tables.load("tiles").sort_values("date").to_dict("records"):
            one = Tile(r["date"], int(r["column"]), int(r["row"]), r["source"])
            self.tiles.setdefault(r["code"], []).append(one)
        self.ons_codes = tables.load("ons_codes").groupby("code")["source"].agg(list)
        self.board_of = tables.load("need").set_index("code")["board"]
        self.boards = set(tables.load("icbs")["code"])
        self.now = max(one.start for one in lineage.vintages())
        moves = tables.load("practice_moves").groupby(["land", "year"])
        self.moves = {key: rows.to_dict("records") for key, rows in moves}
        splits = tables.load("successions").query("kind == 'split'")
        self.split = splits.set_index(["land", "to"])["date"].to_dict()
        self.days = {}
        self.counts, self.sources, self.aged_basis = self._counts()
        #: the count of each code and item, of the first geography it is given for
        self.own = (
            self.counts.drop_duplicates(["code", "item"]).set_index(["code", "item"])["value"].to_dict()
        )

    def steps(self, code: str, back: bool) -> list[Hop]:
        """The steps of a body's trail from body to body: after CCGs, locations change too, which are none."""
        hops = [h for h in lineage.trail(code, back=back) if h.date <= BOARDS or h.start in self.boards]
        reached = {code, *(h.end for h in hops)}
        return hops if back else [h for h in hops if h.start in reached]

    def day(self, last: pd.Timestamp) -> "_Day":
        if last not in self.days:
            self.days[last] = _Day(last, self)
        return self.days[last]

    def tile(self, code: str, opened, last) -> Tile | None:
        """The body's last hexagon while it was open; None for one on no map, as a board of after the last is."""
        return next((t for t in reversed(self.tiles.get(code, [])) if opened <= t.date <= last), None)

    def _counts(self):
        """Every count that may be added up, in one long frame: ``code, geography, item, value``.

        An item is ``(period, what)``; with it the source of each, and whose age each date of ages is.
        """
        parts, sources = [], {}

        def add(rows: pd.DataFrame, period: str, columns: dict[str, str]) -> None:
            for name, column in columns.items():
                item = f"{period}|{name}"
                one = rows[["code", "geography"]].assign(item=item, value=rows[column].astype(float))
                parts.append(one)
                sources[item] = _joined(rows["source"])

        first = self._first()
        add(first, "April 2013", {"patients": "people", "practices": "practices", "unknown": "unknown"})
        years = tables.load("ccg_years")
        years["patients"] = years["registered_patients"] - years["closed_patients"]
        lists = tables.load("list_sizes").rename(columns={"registered_patients": "patients"})
        names = ("practices", "weighted_patients", "registered_patients")
        for year, rows in years.groupby("year"):
            add(rows, year, {n: n for n in names})
            if year in JANUARY:
                day = lists.loc[lists["quarter"] == JANUARY[year], ["code", "patients", "source"]]
                rows = rows[["code", "geography"]].merge(day, on="code", validate="1:1")
            add(rows, year, {"patients": "patients"})
        made = tables.load("allocations").query("kind == 'made'")
        for year, rows in made.groupby("year"):
            add(rows, year, {"pounds": POUNDS})
        ages = tables.load("ccg_age")
        for date, rows in ages.groupby("date"):
            add(rows, f"{date:%B %Y}", {"people": "people", "aged": "people_65_and_over"})
        for year, rows in self._deprived(ages).groupby("index_year"):
            add(rows, f"index of {year}", {"score": "score", "people": "people"})
        need = tables.load("need")
        add(need, "2022-23", {"need": "weighted_total", "need_of": "registered_patients"})
        basis = {f"{d:%B %Y}": b for d, b in zip(ages["date"], ages["basis"], strict=True)}
        return pd.concat(parts, ignore_index=True), sources, basis

    def _first(self) -> pd.DataFrame:
        """April 2013. Some practices have no CCG in that file: their patients are known, their number is not."""
        quarters, ages = tables.load("list_sizes"), tables.load("ccg_age")
        first = ages[ages["date"] == lineage.START].merge(
            quarters[quarters["quarter"] == lineage.START], on="code", suffixes=("", "_of_file")
        )
        return first.assign(unknown=(first["people"] != first["registered_patients"]).astype(int))

    def _deprived(self, ages: pd.DataFrame) -> pd.DataFrame:
        """Scores times people, so that they add up to a mean; people of the last count before, re-based."""
        out = []
        for at, rows in tables.load("deprivation").groupby("geography"):
            people = ages[ages["geography"] <= at]
            people = people.loc[people["date"] == people["date"].max(), ["code", "geography", "people"]]
            people = rebase(people, code="code", at="geography", to=at, level="ccg", sums=["people"]).frame
            out.append(rows.merge(people[["code", "people"]], on="code"))
        both = pd.concat(out)
        return both.assign(score=both["imd_score"] * both["people"])


def _joined(cells) -> str:
    return "+".join(sorted({one for cell in set(cells) for one in cell.split("+")}))


class _Day:
    """Figures of all bodies open on a day, on their areas of that day."""

    def __init__(self, day: pd.Timestamp, facts: _Facts):
        self.day, self.level, self.facts = day, "icb" if day >= BOARDS else "ccg", facts
        self.start = lineage.vintage(day, self.level).start
        self.made_of = self._parts(lineage.lookup(lineage.START, day, self.level), "to", "from")
        onward = lineage.lookup(day, BOARDS, "icb") if self.level == "ccg" else None
        self.became = {} if onward is None else self._parts(onward, "from", "to")
        counts = facts.counts[facts.counts["geography"] <= day]
        moved = rebase(
            counts, code="code", at="geography", to=day, level=self.level, by=["item"], sums=["value"]
        ).frame
        self.value = moved.pivot(index="code", columns="item", values="value")
        self.rough = moved.pivot(index="code", columns="item", values="status") == "approximate"
        self.periods = sorted({i.split("|")[0] for i in self.value if i.endswith("|practices")}, key=_start)
        self.heirs = {}  # by date: who has most of each body of that date
        self._count_practices()
        self.years = self._years()
        self.measures = {
            "patients": self._of_year("patients", "without patients of practices that closed before January"),
            "practices": self._of_year("practices", "those that closed within the year included"),
            "aged_65": self._aged(),
            "deprivation": self._deprivation(),
            "carr_hill": self._carr_hill(),
            "need": self._need(),
            "money": self._money(),
            "independent": self._independent(),
        }
        self.stands = {name: _stand(name, frame) for name, (frame, _) in self.measures.items()}

    def standing(self, code: str) -> tuple[tuple[Standing, ...], dict[str, str]]:
        """Where a body stands on each measure that has a figure of it, and why the others have none."""
        found = {name: rows.get(code) for name, rows in self.stands.items()}
        missing = {name: self.measures[name][1] for name, one in found.items() if one is None}
        return tuple(one for one in found.values() if one), missing

    def _parts(self, table: pd.DataFrame, of: str, other: str) -> dict[str, tuple[Part, ...]]:
        out, known = {}, lineage.default()
        for r in table.to_dict("records"):
            part = Part(r[other], known.name(r[other]), r["share"], r["basis"], r["status"])
            out.setdefault(r[of], []).append(part)
        itself = {c for c, p in out.items() if len(p) == 1 and p[0].code == c and p[0].status == "exact"}
        return {c: tuple(p) for c, p in out.items() if c not in itself}

    def _count_practices(self) -> None:
        """Practices that moved with land are known by number: put that in place of their share of patients."""
        known, split = self.facts.moves, self.facts.split
        for land, period in itertools.product(sorted({land for land, _ in known}), self.periods):
            for r in known.get((land, "2014-15" if period == "April 2013" else period), []):
                day = split[land, r["to"]]
                if day > self.day or (day == BOARDS and self.level == "ccg"):
                    continue
                at = "2013-04-01" if period == "April 2013" else f"{period[:4]}-04-01"
                stays, goes = self._heir(r["from"], at), self._heir(r["to"], day)
                if stays == goes:
                    continue
                item = f"{period}|practices"
                more = r["practices"] - r["share"] * self.facts.own[r["from"], item]
                self.value.at[goes, item] += more
                self.value.at[stays, item] -= more

    def _heir(self, code: str, at) -> str:
        """Who has most of a body of a day; from July 2022 on a code may be a board's or a location's."""
        level = "ccg" if pd.Timestamp(at) < BOARDS else "icb" if code in self.facts.boards else "sub_icb"
        if (at, level) not in self.heirs:
            rows = lineage.lookup(at, self.day, self.level, at_level=level)
            rows = rows.loc[rows.groupby("from")["share"].idxmax()]
            self.heirs[at, level] = dict(zip(rows["from"], rows["to"], strict=True))
        return self.heirs[at, level][code]

    def _years(self) -> dict[str, list[dict]]:
        """The years of each body in order of time, as fields of ``Year``."""
        out = {code: [] for code in self.value.index}
        for period in self.periods:
            items = [f"{period}|{n}" for n in ("patients", "practices")]
            rows, rough = self.value[items].dropna(subset=items[:1]), self.rough[items[0]]
            unknown = self.value.get(f"{period}|unknown", pd.Series(0.0, self.value.index))
            for code, patients, practices in rows.itertuples():
                out[code].append(
                    {
                        "period": period,
                        "start": _start(period),
                        "patients": round(patients),
                        "practices": None if unknown[code] else round(practices),
                        "status": "approximate" if rough[code] else "exact",
                        "source": self.facts.sources[items[0]],
                    }
                )
        return out

    # --- measures: a frame by code of value, status, period, source, note, and why others have none ---

    def _measure(self, value: pd.Series, items: list[str], period: str, note="") -> pd.DataFrame:
        rough = self.rough.reindex(columns=items).eq(True).any(axis=1)
        status = rough.map({True: "approximate", False: "exact"})
        source = _joined(self.facts.sources[i] for i in items)
        return pd.DataFrame(
            {"value": value, "status": status, "period": period, "source": source, "note": note}
        ).dropna(subset=["value"])

    def _of_year(self, column: str, note: str):
        period = self.periods[-1]
        item = f"{period}|{column}"
        return self._measure(self.value[item], [item], period, note), "no count of it is known"

    def _ratio(self, period: str, over: str, under: str, scale=1.0, note=""):
        items = [f"{period}|{over}", f"{period}|{under}"]
        return self._measure(scale * self.value[items[0]] / self.value[items[1]], items, period, note)

    def _carr_hill(self):
        note = "patients weighted for need and cost of general practice, per 100 registered"
        period = self.periods[-1]
        return self._ratio(period, "weighted_patients", "registered_patients", 100, note), "not known"

    def _aged(self):
        dates = {i.split("|")[0] for i in self.value if i.endswith("|aged")}
        period = max(dates, key=pd.Timestamp)
        basis = {"registered": "of patients registered", "resident": "of people resident in the area"}
        note = basis[self.facts.aged_basis[period]]
        return self._ratio(period, "aged", "people", 100, note), "not known"

    def _deprivation(self):
        """Scores as published; a merged body has the mean of its predecessors', weighted by people."""
        editions = sorted(i.split("|")[0] for i in self.value if i.endswith("|score"))
        if not editions:
            return None, "the index was first summed up for the CCGs of April 2015"
        edition = editions[-1]
        frame = self._ratio(edition, "score", "people")
        at = self.facts.counts.loc[self.facts.counts["item"] == f"{edition}|score", "geography"].iloc[0]
        joined = lineage.lookup(at, self.day, self.level)["to"].value_counts()
        several = frame.index.map(joined) > 1
        frame.loc[several, "status"] = "approximate"
        frame.loc[several, "note"] = "mean of its predecessors’ scores, weighted by people"
        return frame, "not known"

    def _need(self):
        """NHS England's index of 2022-23 stands on the locations of July 2022."""
        if self.start < lineage.vintage(EVE).start:
            return None, "NHS England’s index is of 2022-23, after its time"
        if self.level == "icb":
            return self._ratio("2022-23", "need", "need_of"), "not known"
        counts = self.facts.counts
        rows = counts[counts["item"].isin(["2022-23|need", "2022-23|need_of"])]
        wide = rows.pivot(index="code", columns="item", values="value")
        frame = self._measure(wide["2022-23|need"] / wide["2022-23|need_of"], list(wide), "2022-23")
        step = lineage.lookup(EVE, BOARDS, "sub_icb")
        moved = {*step.loc[step["status"] == "approximate", ["from", "to"]].to_numpy().ravel()}
        frame = frame.assign(status="exact").drop(index=list(moved))
        return frame, "land moved on 1 July 2022, and NHS England’s index is of the area after it"

    def _money(self):
        """Money and patients stand on one geography in these years, or can be put on it, save for ASKEW."""
        firsts = {"2019-20": "2019-04-01", "2018-19": "2018-04-01", "2016-17": "2015-04-02", "2014-15": None}
        year = next(y for y, first in firsts.items() if first is None or self.day >= pd.Timestamp(first))
        note = "without running costs, primary medical and specialised care"
        frame = self._ratio(year, "pounds", "patients", 1000, note)
        pairs = ({self._heir(code, f"{year[:4]}-04-01") for code in pair} for pair in ASKEW.get(year, ()))
        askew = {code for pair in pairs if len(pair) > 1 for code in pair}
        why = f"land or practices moved between its money and its patients of {year}"
        return frame.drop(index=list(askew)), why

    def _independent(self):
        if self.level == "icb":
            return None, "the figures are of CCGs, and holes in them cannot be added up"
        rows = self.facts.private
        rows = rows[rows["usable"] & rows["geography"].between(self.start, self.day)]
        if rows.empty:
            return None, "no year with usable figures fell in its time"
        rows = rows[rows["year"] == rows["year"].max()].set_index("code")
        frame = pd.DataFrame({"value": rows["independent_sector_share_percent"], "status": "exact"})
        year, note = str(rows["year"].iloc[0]), "share of completed waiting-time pathways"
        frame = frame.assign(period=year, source=_joined(rows["source"]), note=note)
        return frame, f"hospitals here sent too few or too many returns for a usable share in {year}"


def _start(period: str) -> pd.Timestamp:
    return lineage.START if period == "April 2013" else pd.Timestamp(f"{period[:4]}-04-01")


def _end(period: str) -> pd.Timestamp:
    year = pd.DateOffset(years=1, days=-1)
    return lineage.START if period == "April 2013" else _start(period) + year


def _stand(measure: str, frame: pd.DataFrame | None) -> dict[str, Standing]:
    if frame is None:
        return {}
    values, (title, unit, form) = frame["value"], MEASURES[measure]
    rank = values.rank(method="min", ascending=False).astype(int).to_dict()
    tenth = (((values.rank(method="min") - 1) * 10 // len(values)).astype(int) + 1).to_dict()
    spread = {"lowest": values.min(), "middle": values.median(), "highest": values.max()}
    return {
        code: Standing(
            measure=measure, title=title, unit=unit, shown=form.format(r["value"]), rank=rank[code],
            of=len(values), decile=tenth[code], **{k: float(v) for k, v in spread.items()}, **r,
        )
        for code, r in frame.to_dict("index").items()
    }  # fmt: skip


# --- as tables and words ------------------------------------------------------------------------


def table(one: Life, what: str) -> pd.DataFrame:
    """One part of a life as a plain frame to show or download: ``trail``, ``years``, ``standing`` or ``codes``.

    Dates are ISO text, and each row has its source ids. Raises ValueError for another name.
    """
    if what == "trail":
        hops = [(h, "before") for h in one.before] + [(h, "after") for h in one.after]
        rows = [{"side": side} | asdict(h) for h, side in hops]
        columns = ["side", *(f.name for f in fields(Hop))]
    elif what in ("years", "standing"):
        kind = {"years": Year, "standing": Standing}[what]
        rows = [{"code": one.code} | asdict(row) for row in getattr(one, what)]
        columns = ["code", *(f.name for f in fields(kind))]
    elif what == "codes":
        rows = [
            {"code": one.code, "kind": "name", "is": n.name, "since": n.since, "until": n.until}
            for n in one.names
        ]
        rows += [
            {"code": one.code, "kind": "ONS code", "is": o.ons_code, "since": o.since, "until": o.until}
            for o in one.ons_codes
        ]
        columns = ["code", "kind", "is", "since", "until"]
    else:
        raise ValueError(f"a life has no table {what!r}; there are trail, years, standing and codes")
    frame = pd.DataFrame(rows, columns=columns)
    for column in frame.columns.intersection(["date", "start", "since", "until"]):
        if what != "trail" or column == "date":
            frame[column] = [None if pd.isna(d) else str(pd.Timestamp(d).date()) for d in frame[column]]
    return frame


def short(name: str) -> str:
    """A name without NHS, CCG or Integrated Care Board."""
    for end in (" CCG", " Integrated Care Board"):
        name = name.removesuffix(end)
    return name.removeprefix("NHS ")


def summary(one: Life) -> str:
    """The life in a few sentences of plain text: when it was open, who it came from, what it became."""
    what = "An integrated care board" if one.kind == "board" else "A clinical commissioning group"
    when = f"from {long_date(one.opened)}" + (f" to {long_date(one.closed)}" if one.closed else "")
    said = [f"{what} in {_place(one.region)}, {when}."]
    for old in one.names[:-1]:
        said.append(f"Until {long_date(old.until)} it was called {old.name}.")
    if into := [h for h in one.before if h.end == one.code and h.kind in ("merger", "abolition")]:
        merged = into[0].kind == "merger" and len(into) > 1
        verb = "Made by the merger of" if merged else "It took over from"
        said.append(f"{verb} {_listed([h.start for h in into])}.")
        for old, to in _went_elsewhere(one, [h.start for h in into], into[0].date):
            said.append(f"A part of {_said(old)} went to {_said(to)} instead.")
    for hop in one.before:
        if hop.end == one.code and hop.kind == "split":
            said.append(f"A part of {_said(hop.start)} came to it on {long_date(hop.date)}.")
    for hop in one.after:
        if hop.start == one.code and hop.kind == "split":
            said.append(f"A part of it went to {_said(hop.end)} on {long_date(hop.date)}.")
    if one.kind == "board":
        said.extend(_moved_later(one))
    for hop in one.after:
        if hop.start == one.code and hop.kind == "merger":
            with_ = partners(one.code)
            company = f" with {_listed(with_)}" if with_ else ""
            said.append(f"It merged{company} into {_said(hop.end)} on {long_date(hop.date)}.")
        elif hop.start == one.code and hop.kind == "abolition":
            last = lineage.lifetime(one.code).last
            ended = last < lineage.default().until
            kept = f" until {long_date(last)}" if ended else ""
            said.append(
                f"{_said(hop.end)} took over on {long_date(hop.date)}; its area kept its code{kept}, as a sub-ICB location."
            )
            if came := _came_to_its_location(one, hop.date):
                said.append(f"A part of {_listed(came)} joined the location that day.")
            said.extend(_moved_later(one))
    return " ".join([*said, *_today(one)])


def _went_elsewhere(one: Life, from_: list[str], day: pd.Timestamp) -> list[tuple[str, str]]:
    """Of the bodies that a body was made from, those a part of which went to another on that day, and to which."""
    return [
        (move["from"], move["to"])
        for move in _changes(lineage.default())
        if move["kind"] == "split"
        and move["date"] == day
        and move["from"] in from_
        and move["to"] != one.code
    ]


def _came_to_its_location(one: Life, day: pd.Timestamp) -> list[str]:
    """The CCGs a part of which came to the location of a CCG on the day that it took the area over."""
    if one.kind == "board":
        return []
    moved = lineage.lookup(one.last_day, day, "sub_icb")
    return list(moved.loc[(moved["to"] == one.code) & (moved["from"] != one.code), "from"])


def _moved_later(one: Life) -> list[str]:
    """The parts that locations gave to each other after boards began: of a CCG's own, or between two boards that were open.

    Where boards began or ended that day, their own steps say so.
    """
    first = {(m["from"], m["to"], m["date"]): m["kind"] for m in reversed(_changes(lineage.default()))}
    moves = [move for move, kind in reversed(first.items()) if kind == "split" and move[2] > BOARDS]
    board_of, board = _facts(lineage.default()).board_of, one.kind == "board"
    it, said = "it" if board else "the location", []
    for start, end, day in moves:
        if board:
            start, end = board_of.get(start, start), board_of.get(end, end)
            if start == end or any(
                (bodies()[b]["closed"] or day) < day for b in (start, end) if b in bodies()
            ):
                continue
        if end == one.code:
            said.append(f"A part of {_said(start)} came to {it} on {long_date(day)}.")
        elif start == one.code and lineage.lifetime(start).last >= day:
            said.append(f"A part of {it} went to {_said(end)} on {long_date(day)}.")
    return said


def partners(code: str) -> list[str]:
    """The bodies that merged with one into the same body on the same day.

    Examples
    --------
    >>> partners("02D")
    ['01C', '01R', '02F']
    """
    mergers = [move for move in _changes(lineage.default()) if move["kind"] == "merger"]
    into = {(move["to"], move["date"]) for move in mergers if move["from"] == code}
    return sorted({move["from"] for move in mergers if (move["to"], move["date"]) in into} - {code})


def _today(one: Life) -> list[str]:
    """A sentence on the board that has the area of a closed body today, unless it was just named."""
    if one.closed is None:
        return []
    level = "icb" if one.kind == "board" else None
    now = lineage.lookup(one.last_day, max(v.start for v in lineage.vintages()), "icb", at_level=level)
    boards = list(now.loc[now["from"] == one.code, "to"])
    if boards == [h.end for h in one.after if h.start == one.code and h.kind != "rename"]:
        return []
    whose = "its area is part of the board" if len(boards) == 1 else "its area is divided between the boards"
    return [f"Today {whose} {_listed(boards)}."]


def _place(region: str) -> str:
    return region if region == "London" else f"the {region}"


def _said(code: str) -> str:
    return f"{short(lineage.name(code))} ({code})"


def _listed(codes: list[str]) -> str:
    *most, last = [_said(c) for c in codes]
    return f"{', '.join(most)} and {last}" if most else last
