"""CCGs, boards and other bodies: their lives, their changes, their codes and their numbers agree."""

from collections.abc import Iterator

import pandas as pd

from ..problems import Problem, Tables, said, wrong
from .compare import alike_sources, as_most, by_key, misspelt, ordered, unlike


def ccgs(tables: Tables) -> Iterator[Problem]:
    """A CCG's region is that of the body it passed to; those of the first day have an area team."""
    ccgs = tables["ccgs"]
    first = ccgs["opened"] == ccgs["opened"].min()
    for column in ("region_2013", "area_team_2013"):
        later = ccgs[ccgs[column].isna() == first]
        yield from wrong(
            "ccgs",
            later,
            column,
            lambda row: f"only a CCG of the first day has one; opened {said(row['opened'])}",
        )
    yield from as_most("ccgs", ccgs[first], ["area_team_2013"], ["region_2013"])
    # those of one first and one last day stand in the same lists
    yield from alike_sources("ccgs", ccgs, ["opened", "closed"])
    days = {*tables["ccg_counts"]["date"]}
    after = {"opened": ccgs["opened"], "closed": ccgs["closed"] + pd.Timedelta(days=1)}
    for column, day in after.items():
        odd = ccgs[~day.isin(days)]
        yield from wrong("ccgs", odd, column, "ccg_counts.csv has no day on which it would open or pass on")
    regions = by_key(tables["icbs"], "code", "region") | by_key(ccgs, "code", "region")
    due = ccgs["code"].map(tables.heir).map(regions)
    told = ccgs["note"].fillna("").str.contains("region")
    yield from unlike("ccgs", ccgs[~told], "region", due[~told], "the body that it passed to has")
    for i, row in ccgs[ccgs["region"] != due].iterrows():
        parts = [c for c, heir in tables.heir.items() if heir == row["code"]]
        if parts and {regions.get(c) for c in parts} != {row["region"]}:
            yield from wrong("ccgs", ccgs.loc[[i]], "region", "the CCGs that joined in it have another")


def successions(tables: Tables) -> Iterator[Problem]:
    """Bodies change hands on days on which they are there."""
    moves = tables["successions"]
    kind, whole = moves["kind"], moves["kind"].isin(["merger", "abolition"])
    boards = set(tables["icbs"]["code"])
    closed, opened = moves["from"].map(tables.closed), moves["to"].map(tables.opened)
    # since the last CCG closed its code is that of a location, whose days stand elsewhere
    last = tables["ccgs"]["closed"].max() + pd.Timedelta(days=1)
    ccgs = (moves["date"] <= last) | moves["from"].isin(boards)
    due = (closed + pd.Timedelta(days=1))[whole & ccgs]
    yield from unlike("successions", moves[whole & ccgs], "date", due, "by its last day it passed on")
    late = moves[(opened > moves["date"]) & (kind != "rename")]
    yield from wrong("successions", late, "to", lambda r: f"opened later, on {said(tables.opened[r['to']])}")
    here = moves["date"] < last
    gone = moves[here & (moves["to"].map(tables.closed) < moves["date"])]
    yield from wrong("successions", gone, "to", lambda r: f"closed on {said(tables.closed[r['to']])}")
    dead = moves[ccgs & (closed + pd.Timedelta(days=1) < moves["date"])]
    yield from wrong("successions", dead, "from", lambda r: f"closed on {said(tables.closed[r['from']])}")
    again = moves[whole & moves["from"].isin(moves["from"][whole][moves["from"][whole].duplicated()])]
    yield from wrong("successions", again, "from", "a body passes whole to one other, and this to two")
    to_board = moves["to"].isin(boards) & ~moves["from"].isin(boards)
    joined = moves[to_board & (kind == "merger")]
    yield from wrong("successions", joined, "kind", "a CCG passes to a board by abolition")
    other = moves[~moves["to"].isin(boards) & (kind == "abolition")]
    yield from wrong("successions", other, "kind", "abolition is by a board")
    parted = set(moves.loc[kind == "split", ["from", "date"]].itertuples(index=False, name=None))
    alone = [key not in parted for key in zip(moves["from"], moves["date"], strict=True)]
    rest = moves[(kind == "remainder") & pd.Series(alone, moves.index)]
    yield from wrong("successions", rest, "kind", "no part of it went elsewhere that day")
    named = moves[(kind == "rename") != (moves["from"] == moves["to"])]
    yield from wrong("successions", named, "kind", "a rename keeps the code, and nothing else does")
    for code in sorted(set(tables.closed) - set(tables.heir)):
        day = tables.closed[code] + pd.Timedelta(days=1)
        parts = moves[(moves["from"] == code) & (moves["date"] == day)]
        total = parts["share"].sum()
        if len(parts) > 1 and abs(total - 1) > 0.001:
            what = f"what {code} passed on that day adds up to {total:.4f}, not 1: one of these is wrong"
            yield from wrong("successions", parts, "share", what)
        elif abs(total - 1) > 0.001:
            at = int(((moves["from"] < code) | ((moves["from"] == code) & (moves["date"] < day))).sum()) + 2
            what = f"it closed on {said(tables.closed[code])}, and no row says to whom it passed whole"
            yield Problem("successions.csv", at, "from", code, what)


def shares(tables: Tables) -> Iterator[Problem]:
    """A share has a basis, the whole is 1, and what a body passes on in a day adds up."""
    moves = tables["successions"]
    kind, split = moves["kind"], moves["kind"] == "split"
    lost = moves[(moves["basis"] == "whole") & (moves["share"] != 1)]
    yield from wrong("successions", lost, "share", "the whole is 1")
    blank = moves[moves["share"].isna() != (moves["basis"].isna() | (moves["basis"] == "unknown"))]
    yield from wrong("successions", blank, "basis", "a share has a basis, and an unknown one has none")
    bare = moves[moves["basis"].isna() != (kind == "rename")]
    yield from wrong("successions", bare, "basis", "a rename has none, and all else has one")
    parts = moves[split].groupby(["from", "date"])["share"].sum()
    keys = zip(moves["from"], moves["date"], strict=True)
    part = pd.Series([parts.get(key, 0.0) for key in keys], moves.index)
    total = moves["share"] + part
    left = moves[(kind == "abolition") & ((total - 1).abs() > 0.00011)]
    what = "with the parts that went elsewhere that day it is {:.4f}, not 1"
    yield from wrong("successions", left, "share", lambda row: what.format(total[row.name]))
    parted = moves[split & moves["from"].isin(left["from"]) & moves["date"].isin(left["date"])]
    yield from wrong("successions", parted, "share", "with what went to the main board that day it is not 1")
    plain = moves[(kind == "merger") & (moves["basis"] != "whole")]
    yield from wrong("successions", plain, "basis", "a merger is of the whole")
    mixed = moves[(kind == "abolition") & ((moves["basis"] == "whole") == (part > 0))]
    yield from wrong("successions", mixed, "basis", "whole if no part went elsewhere that day, and only then")


def lands(tables: Tables) -> Iterator[Problem]:
    """A part that moved has a name and lay in a CCG of the first day that became the body it moves from."""
    moves = tables["successions"]
    boards = set(tables["icbs"]["code"])
    split = (moves["kind"] == "split") & ~moves["from"].isin(boards)
    for column in ("land", "origin"):
        odd = moves[moves[column].isna() == split]
        yield from wrong("successions", odd, column, "a split has one, but for boards, and nothing else does")
    first = min(tables.opened.values())
    for i, row in moves[split & moves["origin"].notna()].iterrows():
        held, before = {row["origin"]}, 0
        steps = moves[(moves["land"] == row["land"]) & (moves["date"] < row["date"])]
        while len(held) > before:
            before = len(held)
            held |= {tables.heir[c] for c in held if c in tables.heir}
            held |= set(steps["to"][steps["from"].isin(held)])
        if row["from"] not in held or tables.opened.get(row["origin"]) != first:
            what = f"no CCG of {said(first)} that became {row['from']}"
            yield from wrong("successions", moves.loc[[i]], "origin", what)


def land_residents(tables: Tables) -> Iterator[Problem]:
    """A land is one of successions; residents of one land and year, or body and year, are the same in all rows."""
    rows, moves = tables["land_residents"], tables["successions"]
    splits = moves[moves["kind"] == "split"]
    known = set(zip(splits["land"], splits["origin"], splits["to"], strict=True))
    odd = [key not in known for key in zip(rows["land"], rows["origin"], rows["to"], strict=True)]
    what = "successions.csv has no part of it that lay there first and went to {}"
    yield from wrong("land_residents", rows[odd], "origin", what, rows["to"])
    held = set(zip(splits["land"], splits["from"], strict=True))
    held |= set(zip(splits["land"], splits["origin"], strict=True))
    odd = [key not in held for key in zip(rows["land"], rows["from"], strict=True)]
    yield from wrong("land_residents", rows[odd], "from", "successions.csv has its land in no such body")
    yield from as_most("land_residents", rows, ["land", "origin", "year"], ["residents"])
    yield from as_most("land_residents", rows, ["from", "year"], ["from_residents"])
    yield from ordered("land_residents", rows, "residents", "from_residents")
    share = (rows["residents"] / rows["from_residents"]).round(6)
    what = "residents over from_residents is"
    yield from unlike("land_residents", rows, "share", share, what, within=1.5e-6)


def last_codes(tables: Tables) -> Iterator[Problem]:
    """The ONS code of each CCG has its row in ons_codes, as that of a CCG."""
    codes, ccgs = tables["ons_codes"], tables["ccgs"]
    for code in sorted(set(ccgs["ons_code"]) - set(codes["ons_code"])):
        at = int((codes["ons_code"] < code).sum()) + 2
        yield Problem("ons_codes.csv", at, "ons_code", code, "ccgs.csv has it, and no row is of it here")
    later = codes[codes["ons_code"].isin(ccgs["ons_code"]) & (codes["body"] != "ccg")]
    yield from wrong("ons_codes", later, "body", "ccgs.csv has this code for a CCG")
    yield from _lists(codes)


def _lists(codes: pd.DataFrame) -> Iterator[Problem]:
    """Days of lists: those on which several codes were seen or gone. A day of one row alone is no list."""
    days = pd.concat([codes["first_seen"], codes["last_seen"], codes["gone_by"].dropna()])
    once = set(days.value_counts().loc[lambda n: n == 1].index)
    for column in ("last_seen", "gone_by"):
        yield from wrong(
            "ons_codes", codes[codes[column].isin(once)], column, "no other row has a list of this day"
        )
    # a code may be alone in its first list, but not a day from that of many
    beside = {day + pd.Timedelta(days=by) for day in days.unique() for by in (-1, 1)}
    alone = codes["first_seen"].isin(once & beside)
    yield from wrong("ons_codes", codes[alone], "first_seen", "a day from a list that other rows have")
    # what was last seen on a list is gone by the next one
    yield from as_most("ons_codes", codes[codes["gone_by"].notna()], ["last_seen"], ["gone_by"])


def commissioners(tables: Tables) -> Iterator[Problem]:
    """Counts of CCGs are those of ccg_counts; one series has one kind, area and way of counting."""
    counted = tables["commissioners"]
    open_then = {
        said(d): n for d, n in zip(tables["ccg_counts"]["date"], tables["ccg_counts"]["open"], strict=True)
    }
    ccgs = counted[counted["kind"] == "ccg"]
    yield from unlike("commissioners", ccgs, "count", ccgs["date"].map(open_then), "ccg_counts.csv has")
    yield from wrong(
        "commissioners", ccgs[~ccgs["date"].isin(open_then)], "date", "ccg_counts.csv has no such date"
    )
    for day in sorted(set(open_then) - set(ccgs["date"])):
        line = int((counted["date"] < day).sum()) + 2
        yield Problem(
            "commissioners.csv",
            line,
            "date",
            day,
            "ccg_counts.csv counts CCGs on this day, and no row does here",
        )
    yield from misspelt("commissioners", counted, ["body", "comparable"])
    yield from as_most("commissioners", counted, ["body"], ["kind", "area", "comparable"])
    yield from as_most("commissioners", counted, ["comparable"], ["kind", "area"])
    yield from _counted(tables)
    worded = counted["what"].str.contains("about|estimate|as they came") != (counted["bound"] == "about")
    yield from wrong(
        "commissioners",
        counted[worded],
        "bound",
        "about is a count that its words call an estimate, and no other",
    )


def _counted(tables: Tables) -> Iterator[Problem]:
    """Counts of trusts, partnerships and boards are those of their own tables."""
    counted, boards, members = tables["commissioners"], tables["icbs"], tables["partnership_members"]
    open_then = {
        said(day): int(((boards["opened"] <= day) & ~(boards["closed"] < day)).sum())
        for day in boards["opened"].unique()
    }
    systems = {said(day): n for day, n in members.groupby("date")["partnership"].nunique().items()}
    trusts = {said(counted["date"][counted["body"] == "primary care trusts"].max()): len(tables["pcts"])}
    for series, due, name in (
        ("boards", open_then, "icbs.csv"),
        ("planning_areas", systems, "partnership_members.csv"),
        ("primary_care_trusts", trusts, "pcts.csv"),
    ):
        mine = counted[counted["comparable"] == series]
        yield from unlike("commissioners", mine, "count", mine["date"].map(due), f"{name} has")
    ccgs = counted["kind"].isin(["ccg", "board"])
    odd = counted[ccgs & (counted["commissions"] != (counted["count"] > 0))]
    yield from wrong("commissioners", odd, "commissions", "CCGs and boards buy care while there are any")


def other_codes(tables: Tables) -> Iterator[Problem]:
    """Hubs and reporting entities are called so, and open and close on days on which CCGs are counted."""
    others = tables["other_codes"]
    words = {"hub": "commissioning hub", "reporting_entity": "sub-ICB reporting entity"}
    teams = {"area_team": "area team|as an area|sub-region"}
    for kind, word in (words | teams).items():
        off = others["name"].str.contains(word) != (others["kind"] == kind)
        yield from wrong("other_codes", others[off], "kind", f"{kind} is what is called {word}, and no other")
    yield from wrong(
        "other_codes", others[others["code"].isin(tables.opened)], "code", "ccgs.csv or icbs.csv has it"
    )
    yield from wrong(
        "other_codes",
        others[others["opened"].isna() & others["kind"].isin(words)],
        "opened",
        "such a body has a first day",
    )
    known = tables.geographies
    hubs = others[(others["kind"] == "hub") & ~others["opened"].isin(known)]
    yield from wrong(
        "other_codes", hubs, "opened", "hubs open on a day of which CCGs are counted in ccg_counts.csv"
    )
    ends = {d - pd.Timedelta(days=1) for d in known}
    yield from wrong(
        "other_codes",
        others[others["closed"].notna() & ~others["closed"].isin(ends)],
        "closed",
        "not the day before a day of ccg_counts.csv",
    )
    yield from wrong("other_codes", others[others["closed"] < others["opened"]], "closed", "before it opened")
    mine = others[others["kind"].isin(words)]
    yield from wrong("other_codes", mine[mine.duplicated("name")], "name", "another code has it")
    days = others["opened"].map(others["opened"].value_counts())
    lone = others[(others["kind"] == "reporting_entity") & (days == 1)]
    yield from wrong("other_codes", lone, "opened", "no other code here opened on this day")
    yield from _old_areas(tables)


def _old_areas(tables: Tables) -> Iterator[Problem]:
    """A reporting entity lies in the location that its CCG became; an area team of a CCG has its code here."""
    others, ccgs = tables["other_codes"], tables["ccgs"]
    entities = others[others["kind"] == "reporting_entity"]
    last = ccgs["closed"].max()
    homes = dict(zip(ccgs["code"], ccgs["code"], strict=True))
    for code in homes:
        while tables.closed.get(homes[code], last) < last and homes[code] in tables.heir:
            homes[code] = tables.heir[homes[code]]
    due = entities["former_ccg"].map(homes)
    what = "by successions.csv its former_ccg became"
    yield from unlike("other_codes", entities, "location", due, what)
    yield from wrong("other_codes", entities[due.isna()], "former_ccg", "ccgs.csv does not have it")
    first = ccgs[ccgs["opened"] == ccgs["opened"].min()]["code"]
    lacking = [
        c for c in first if homes[c] in set(entities["location"]) and c not in set(entities["former_ccg"])
    ]
    for code in lacking:
        what = (
            f"other CCGs that became {homes[code]} have a reporting entity, and no row is of that of {code}"
        )
        yield Problem("other_codes.csv", None, "former_ccg", code, what)
    names = entities["former_ccg"].map(by_key(ccgs, "code", "name")).fillna("")
    # the name of the entity without its ending, or that of the same place as a council calls it
    first = entities["name"].str.split(" - ").str[0].str.removeprefix("Royal Borough of ").str.split().str[0]
    odd = [a not in b for a, b in zip(first, names, strict=True)]
    yield from wrong("other_codes", entities[odd], "former_ccg", "ccgs.csv calls it {}", names)
    # some lists write an article where others have none
    names = others["name"][others["kind"] == "area_team"].str.removesuffix(" area team")
    teams = set(names.str.replace(" the ", " "))
    london = set(ccgs["area_team_2013"][ccgs["region_2013"] == "London"])
    for team in sorted(set(ccgs["area_team_2013"].dropna()) - london):
        if team.replace(" the ", " ") not in teams:
            row = ccgs[ccgs["area_team_2013"] == team].iloc[:1]
            yield from wrong("ccgs", row, "area_team_2013", "other_codes.csv has no area team of this name")
            yield Problem(
                "other_codes.csv", None, "name", team, "ccgs.csv has this area team, and no row is of it"
            )
