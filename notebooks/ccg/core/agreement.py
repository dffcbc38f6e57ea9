"""Facts that two cells, rows or tables hold must agree: what is said twice, adds up, or follows from another.

Each rule names the row that departs, and the table in which the other reading stands. Nothing is compared with a
number kept here.
"""

from collections.abc import Callable, Iterable, Iterator

import pandas as pd

from .problems import Problem, Tables, line_of, said, wrong


def _unlike(
    name: str, frame: pd.DataFrame, column: str, due: pd.Series, where: str, within: float = 0
) -> Iterator[Problem]:
    """Rows whose cell is not the one due, which stands elsewhere; a row without one is not compared."""
    have = frame[column]
    off = (have - due).abs() > within if within else (have != due) | have.isna()
    off = off.fillna(False).astype(bool) & due.notna()
    yield from wrong(name, frame[off], column, lambda row: f"{where} {said(due[row.name])}")


def _ordered(name: str, frame: pd.DataFrame, less: str, more: str) -> Iterator[Problem]:
    over = (frame[less] > frame[more]).fillna(False).astype(bool)
    yield from wrong(name, frame[over], less, lambda row: f"more than {more}, {said(row[more])}")


def _most(name: str, frame: pd.DataFrame, by: list[str], columns: Iterable[str]) -> Iterator[Problem]:
    """Rows whose cell differs from that of most rows of the same group."""
    groups = frame.groupby(by, sort=False)
    what = " and ".join(by)
    for column in columns:
        if (groups[column].nunique(dropna=False) <= 1).all():
            continue
        cells = frame[column].astype(object).map(said)
        common = cells.groupby([frame[b] for b in by]).transform(lambda group: group.value_counts().index[0])
        odd = frame[cells != common]
        yield from wrong(
            name, odd, column, lambda row, c=common: f"other rows of this {what} have {c[row.name]}"
        )


def _keyed(frame: pd.DataFrame, key: str, value: str) -> dict:
    return dict(zip(frame[key], frame[value], strict=True))


# --- bodies and their changes --------------------------------------------------------------------


def _ccgs(tables: Tables) -> Iterator[Problem]:
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
    yield from _most("ccgs", ccgs[first], ["area_team_2013"], ["region_2013"])
    regions = _keyed(tables["icbs"], "code", "region") | _keyed(ccgs, "code", "region")
    due = ccgs["code"].map(tables.heir).map(regions)
    told = ccgs["note"].fillna("").str.contains("region")
    yield from _unlike("ccgs", ccgs[~told], "region", due[~told], "the body that it passed to has")
    for i, row in ccgs[ccgs["region"] != due].iterrows():
        parts = [c for c, heir in tables.heir.items() if heir == row["code"]]
        if parts and {regions.get(c) for c in parts} != {row["region"]}:
            yield from wrong("ccgs", ccgs.loc[[i]], "region", "the CCGs that joined in it have another")


def _successions(tables: Tables) -> Iterator[Problem]:
    """Bodies change hands on days on which they are there."""
    moves = tables["successions"]
    kind, whole = moves["kind"], moves["kind"].isin(["merger", "abolition"])
    boards = set(tables["icbs"]["code"])
    closed, opened = moves["from"].map(tables.closed), moves["to"].map(tables.opened)
    # since the last CCG closed its code is that of a location, whose days stand elsewhere
    last = tables["ccgs"]["closed"].max() + pd.Timedelta(days=1)
    ccgs = (moves["date"] <= last) | moves["from"].isin(boards)
    due = (closed + pd.Timedelta(days=1))[whole & ccgs]
    yield from _unlike("successions", moves[whole & ccgs], "date", due, "by its last day it passed on")
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
    named = moves[(kind == "rename") != (moves["from"] == moves["to"])]
    yield from wrong("successions", named, "kind", "a rename keeps the code, and nothing else does")
    for code in sorted(set(tables.closed) - set(tables.heir)):
        day = tables.closed[code] + pd.Timedelta(days=1)
        parts = moves[(moves["from"] == code) & (moves["date"] == day)]
        if abs(parts["share"].sum() - 1) > 0.001:
            at = int(((moves["from"] < code) | ((moves["from"] == code) & (moves["date"] < day))).sum()) + 2
            what = f"it closed on {said(tables.closed[code])}, and no row says to whom it passed whole"
            yield Problem("successions.csv", at, "from", code, what)


def _shares(tables: Tables) -> Iterator[Problem]:
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


def _lands(tables: Tables) -> Iterator[Problem]:
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


def _last_codes(tables: Tables) -> Iterator[Problem]:
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
    # what was last seen on a list is gone by the next one
    yield from _most("ons_codes", codes[codes["gone_by"].notna()], ["last_seen"], ["gone_by"])


def _boards(tables: Tables) -> Iterator[Problem]:
    boards = tables["icbs"]
    held = tables["need"].groupby("board").size()
    first = boards[boards["code"].isin(held.index)]
    yield from _unlike(
        "icbs", first, "sub_icb_locations", first["code"].map(held), "the locations in need.csv are"
    )
    approximate = boards["residents_quality"] == "approximate"
    began = tables["ccgs"]["closed"].max() + pd.Timedelta(days=1)
    moved = tables["successions"]
    moved = moved[(moved["kind"] == "split") & (moved["date"] == began)]
    ends = set(moved["to"]) | {
        tables.heir.get(c) for c in moved["from"][moved["to"].isin(set(boards["code"]))]
    }
    yield from wrong(
        "icbs",
        boards[approximate & ~boards["code"].isin(ends)],
        "residents_quality",
        "no land of it moved when it began",
    )
    exact = (boards["residents_quality"] == "exact") & boards["code"].isin(ends)
    yield from wrong("icbs", boards[exact], "residents_quality", "land moved to or from it when it began")
    yield from wrong(
        "icbs",
        boards[boards["residents_quality"].isna() != boards["residents_mid2020"].isna()],
        "residents_quality",
        "blank with residents_mid2020, and only then",
    )
    cited = boards["source"].str.contains("ONSMID") == boards["residents_mid2020"].isna()
    yield from wrong(
        "icbs",
        boards[cited],
        "residents_mid2020",
        "the source of residents is cited with a count, and only then",
    )


def _commissioners(tables: Tables) -> Iterator[Problem]:
    counted = tables["commissioners"]
    open_then = {
        said(d): n for d, n in zip(tables["ccg_counts"]["date"], tables["ccg_counts"]["open"], strict=True)
    }
    ccgs = counted[counted["kind"] == "ccg"]
    yield from _unlike("commissioners", ccgs, "count", ccgs["date"].map(open_then), "ccg_counts.csv has")
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
    yield from _most("commissioners", counted, ["body"], ["kind", "area", "comparable"])
    yield from _most("commissioners", counted, ["comparable"], ["kind", "area"])
    worded = counted["what"].str.contains("about|estimate|as they came") != (counted["bound"] == "about")
    yield from wrong(
        "commissioners",
        counted[worded],
        "bound",
        "about is a count that its words call an estimate, and no other",
    )


# --- patients ------------------------------------------------------------------------------------


def _short(tables: Tables, name: str, column: str, period: pd.Series, code: pd.Series) -> pd.Series:
    """By how much a figure is known to be too low."""
    holes = tables["holes"]
    mine = holes[(holes["table"] == name) & (holes["column"] == column)]
    known = {(p, c): n for p, c, n in zip(mine["period"], mine["code"], mine["short_by"], strict=True)}
    return pd.Series([known.get((said(p), c), 0) for p, c in zip(period, code, strict=True)], period.index)


def _list_sizes(tables: Tables) -> Iterator[Problem]:
    ages, sizes = tables["ccg_age"], tables["list_sizes"]
    yield from _ordered("ccg_age", ages, "people_65_and_over", "people")
    registered = ages[ages["basis"] == "registered"]
    people = {
        (d, c): n
        for d, c, n in zip(registered["date"], registered["code"], registered["people"], strict=True)
    }
    short = _short(tables, "list_sizes", "registered_patients", sizes["quarter"], sizes["code"])
    due = pd.Series(
        [people.get(k) for k in zip(sizes["quarter"], sizes["code"], strict=True)],
        sizes.index,
        dtype="float64",
    )
    yield from _unlike(
        "list_sizes",
        sizes,
        "registered_patients",
        due - short,
        "ccg_age.csv, less what holes.csv says is missing, has",
    )
    off = due.notna() & (short > 0) & (sizes["registered_patients"] != due - short)
    holes = tables["holes"]
    for period, code in zip(sizes["quarter"][off], sizes["code"][off], strict=True):
        mine = holes[
            (holes["table"] == "list_sizes") & (holes["period"] == said(period)) & (holes["code"] == code)
        ]
        yield from wrong("holes", mine, "short_by", "not what list_sizes.csv is below ccg_age.csv")
    lower = due.notna() & (short == 0) & (sizes["registered_patients"] < due)
    for period, code in zip(sizes["quarter"][lower], sizes["code"][lower], strict=True):
        key = {"table": "list_sizes", "period": said(period), "code": code}
        what = "list_sizes.csv is below ccg_age.csv, and no row says that it is too low"
        yield Problem("holes.csv", line_of(tables, "holes", key), "code", code, what)
    counted = {
        (d, c): n + s
        for d, c, n, s in zip(
            sizes["quarter"], sizes["code"], sizes["registered_patients"], short, strict=True
        )
    }
    other = pd.Series(
        [counted.get(k) for k in zip(registered["date"], registered["code"], strict=True)],
        registered.index,
        dtype="float64",
    )
    yield from _unlike(
        "ccg_age", registered, "people", other, "list_sizes.csv, with what holes.csv says is missing, has"
    )
    yield from wrong("ccg_age", registered[other.isna()], "date", "list_sizes.csv has no such quarter")
    yield from _most("ccg_age", ages, ["date"], ["basis", "source"])
    quarters = sorted(set(sizes["quarter"]))
    for day in pd.date_range(quarters[0], quarters[-1], freq="QS").difference(quarters):
        yield Problem("list_sizes.csv", None, "quarter", said(day), "no row is of this quarter")


def _years(tables: Tables) -> Iterator[Problem]:
    years = tables["ccg_years"]
    yield from _ordered("ccg_years", years, "closed_patients", "registered_patients")
    yield from _ordered("ccg_years", years, "networks", "practices")
    since = years["year"][years["networks"].notna()].min()
    yield from wrong(
        "ccg_years",
        years[years["networks"].notna() & (years["year"] < since)],
        "networks",
        "before the first year of networks",
    )


def _networks(tables: Tables) -> Iterator[Problem]:
    networks = tables["networks"]
    yield from _ordered("networks", networks, "networks_counted_once", "networks")
    yield from _ordered("networks", networks, "practices_without_network", "practices")
    yield from _ordered("networks", networks, "networks", "practices")
    settled = networks[networks["geography"] >= tables["ccgs"]["closed"].max()]
    yield from _unlike(
        "networks", settled, "board", settled["code"].map(tables.board_of), "successions.csv leads to"
    )
    before = networks.drop(settled.index)
    near = {c: {tables.board_of(c)} for c in before["code"].unique()}
    for _, row in tables["successions"].query("kind == 'split'").iterrows():
        if row["from"] in near and row["to"] in set(tables["icbs"]["code"]):
            near[row["from"]].add(row["to"])
    points = tables["qof_points"].groupby(["year", "code"]).size()
    due = pd.Series(
        [points.get(k) for k in zip(networks["year"], networks["code"], strict=True)],
        networks.index,
        dtype="float64",
    )
    yield from _unlike("networks", networks, "practices", due, "the practices in qof_points.csv are")


def _need(tables: Tables) -> Iterator[Problem]:
    need = tables["need"]
    yield from _unlike("need", need, "board", need["code"].map(tables.board_of), "successions.csv leads to")
    for index, part in (
        ("need_index_total", "weighted_total"),
        ("need_index_primary_care", "weighted_primary_care"),
    ):
        ratio = need[part] / need["registered_patients"]
        off = need[(ratio - need[index]).abs() > 0.0001]
        yield from wrong(
            "need",
            off,
            index,
            lambda row, r=ratio, p=part: f"{p} over registered_patients is {r[row.name]:.4f}",
        )


def _deprivation(tables: Tables) -> Iterator[Problem]:
    ranked = tables["deprivation"]
    rank = ranked.groupby("index_year")["imd_score"].rank(ascending=False, method="min")
    least = ranked.groupby("index_year")["imd_score"].rank(ascending=False, method="max")
    off = ranked[(ranked["imd_rank"] < rank) | (ranked["imd_rank"] > least)]
    # one wrong score displaces the ranks of those between: it is the one that departs most
    for _, rows in off.groupby("index_year"):
        gap = (rows["imd_rank"] - rank[rows.index]).abs()
        yield from wrong(
            "deprivation",
            rows[gap == gap.max()],
            "imd_rank",
            lambda row: f"by imd_score, {said(row['imd_score'])}, its rank is {said(rank[row.name])}",
        )
    yield from _most("deprivation", ranked, ["index_year"], ["source"])


def _private(tables: Tables) -> Iterator[Problem]:
    rows = tables["private_provision"]
    yield from wrong(
        "private_provision",
        rows[rows["usable"] != rows["why_not"].isna()],
        "usable",
        "a row that may not be used says why, and no other",
    )
    yield from wrong(
        "private_provision",
        rows[(rows["why_not"] == "too_few_pathways") & (rows["coverage"] >= 0.6)],
        "why_not",
        lambda row: f"coverage is {said(row['coverage'])}",
    )
    yield from wrong(
        "private_provision",
        rows[(rows["coverage"] < 0.6) & rows["usable"]],
        "coverage",
        "under 0.6, and yet usable",
    )
    part = rows["why_not"] == "part_year"
    whole = part.groupby(rows["year"]).transform("mean") > 0.5
    yield from wrong(
        "private_provision",
        rows[part != whole],
        "why_not",
        "a part of the year is that of all rows of the year",
    )
    days = rows.groupby("year")["geography"].transform(lambda d: d.value_counts().index[0])
    opened = rows["code"].map(tables.opened)
    kind = (
        pd.Series("whole", rows.index)
        .mask(rows["geography"] < days, "first")
        .mask((opened == days) & (opened > min(tables.opened.values())), "rest")
    )
    known = rows["year"] > rows["year"].min()
    yield from _unlike(
        "private_provision",
        rows[known],
        "part_of_year",
        kind[known],
        "its first and last day in ccgs.csv make it",
    )
    by_code = rows[rows["why_not"] == "too_many_pathways"]["code"].unique()
    odd = rows[rows["code"].isin(by_code) & rows["why_not"].isna()]
    yield from wrong("private_provision", odd, "why_not", "its other years have too_many_pathways")


# --- trusts, practices and other bodies ----------------------------------------------------------


def _trusts(tables: Tables) -> Iterator[Problem]:
    trusts, shares = tables["pcts"], tables["pct_to_ccg"]
    yield from wrong(
        "pcts", trusts[~trusts["code"].isin(shares["pct"])], "code", "pct_to_ccg.csv does not have it"
    )
    yield from _unlike(
        "pct_to_ccg", shares, "source", pd.Series(trusts["source"].mode()[0], shares.index), "pcts.csv has"
    )
    # the shares are of one geography: the one of which every CCG is there
    fits = {day: len(tables.open_on(day) ^ set(shares["ccg"])) for day in tables["ccg_counts"]["date"]}
    day = min(fits, key=lambda d: (fits[d], d))
    strange = shares[~shares["ccg"].isin(tables.open_on(day))]
    yield from wrong("pct_to_ccg", strange, "ccg", f"not open on {said(day)}")
    for code in sorted(tables.open_on(day) - set(shares["ccg"])):
        at = int((shares["ccg"] < code).sum()) + 2
        yield Problem(
            "pct_to_ccg.csv", at, "ccg", code, f"open on {said(day)}, and no trust has a part of it"
        )
    ccgs = tables["ccgs"].set_index("code")["region"]
    region = shares["ccg"].map(ccgs)
    main = region[shares["share"].groupby(shares["pct"]).transform("idxmax")].set_axis(shares.index)
    places = tables["places"].set_index("code")
    x, y = shares["ccg"].map(places["longitude"]), shares["ccg"].map(places["latitude"])
    top = shares["share"].groupby(shares["pct"]).transform("idxmax")
    far = ((x - x[top].to_numpy()) * 0.6) ** 2 + (y - y[top].to_numpy()) ** 2 > 1
    yield from wrong(
        "pct_to_ccg",
        shares[far.to_numpy() & (region != main)],
        "ccg",
        "far from the CCG that has most of this trust, by places.csv",
    )
    yield from wrong("pcts", trusts[trusts.duplicated("ons_code")], "ons_code", "another trust has it")
    yield from wrong("pcts", trusts[trusts.duplicated("name")], "name", "another trust has it")


def _moves(tables: Tables) -> Iterator[Problem]:
    """Practices that moved with a land: who held it in each year and to whom it went next is in successions."""
    moves, splits = tables["practice_moves"], tables["successions"].query("kind == 'split'")
    years = tables["ccg_years"].drop_duplicates("year").set_index("year")["geography"].sort_index()
    by = ["land", "origin"] if "origin" in moves else ["land"]
    for key, rows in moves.groupby(by):
        parts = splits[(splits[by] == list(key)).all(axis=1)]
        have = dict(zip(rows["year"], rows.index, strict=True))
        for year, then in years.items():
            later = parts[parts["date"] > then].sort_values("date")
            if not len(later) or year < min(have):
                if year in have and len(parts):
                    yield from wrong(
                        "practice_moves",
                        rows.loc[[have[year]]],
                        "year",
                        "after its last move in successions.csv",
                    )
                continue
            step = later.iloc[0]
            if year not in have:
                at = int(rows.index[0]) + 2 + int((rows["year"] < str(year)).sum())
                what = f"{key[0]} has no row of this year, before successions.csv has it move on {said(step['date'])}"
                yield Problem("practice_moves.csv", at, "year", str(year), what)
                continue
            row, before = rows.loc[[have[year]]], _holder(tables, step["from"], step["origin"], then)
            if row["from"].iloc[0] != before:
                yield from wrong(
                    "practice_moves", row, "from", f"in {year} successions.csv has {key[0]} in {before}"
                )
            if row["to"].iloc[0] != step["to"]:
                yield from wrong(
                    "practice_moves", row, "to", f"successions.csv has {key[0]} move to {step['to']} next"
                )
    yield from _moved(tables)


def _moved(tables: Tables) -> Iterator[Problem]:
    moves, years = tables["practice_moves"], tables["ccg_years"]
    yield from _ordered("practice_moves", moves, "practices", "from_practices")
    yield from _ordered("practice_moves", moves, "patients", "from_patients")
    for column, whole, least in (
        ("from_patients", "registered_patients", 0.8),
        ("from_practices", "practices", 0),
    ):
        held = {(y, c): n for y, c, n in zip(years["year"], years["code"], years[whole], strict=True)}
        keys = zip(moves["year"], moves["from"], strict=True)
        most = pd.Series([held.get(key) for key in keys], moves.index, dtype="float64")
        off = moves[(moves[column] > most) | (moves[column] < least * most)]
        yield from wrong(
            "practice_moves",
            off,
            column,
            lambda row, m=most: f"ccg_years.csv has {said(m[row.name])} with those that closed",
        )
    same = moves[moves["practices"].eq(0) != moves["patients"].eq(0)]
    yield from wrong("practice_moves", same, "patients", "none without a practice, and some with one")
    yield from _most("practice_moves", moves, ["year", "from"], ["from_practices", "from_patients"])


def _holder(tables: Tables, before: str, origin: str, day: pd.Timestamp) -> str:
    """Who held a land on a day, that will move from one body: this body, or the one of its forerunners in which it lay."""
    if tables.opened[before] <= day:
        return before
    code = origin
    while code in tables.heir and tables.closed[code] < day:
        code = tables.heir[code]
    return code


def _other_codes(tables: Tables) -> Iterator[Problem]:
    others = tables["other_codes"]
    words = {"hub": "commissioning hub", "reporting_entity": "sub-ICB reporting entity"}
    for kind, word in words.items():
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


# --- outcomes ------------------------------------------------------------------------------------


def _therapies(tables: Tables) -> Iterator[Problem]:
    rows, others = tables["talking_therapies"], tables["other_codes"].set_index("code")
    kind = rows["code"].map(others["kind"]).replace({"national": "england"})
    kind = kind.mask(rows["code"].isin(tables.opened), "ccg").mask(rows["code"] == "ENGLAND", "england")
    yield from _unlike("talking_therapies", rows, "body", kind, "ccgs.csv and other_codes.csv make it")
    yield from wrong(
        "talking_therapies", rows[kind.isna()], "code", "neither ccgs.csv nor other_codes.csv has it"
    )
    yield from _most("talking_therapies", rows, ["year"], ["geography"])
    for less, more in (
        ("at_caseness", "finished"),
        ("recovery", "at_caseness"),
        ("improvement", "finished"),
        ("reliable_recovery", "recovery"),
        ("reliable_recovery", "improvement"),
        ("within_6_weeks", "within_18_weeks"),
        ("within_18_weeks", "finished"),
    ):
        yield from _ordered("talking_therapies", rows, less, more)
    england, parts = rows[rows["body"] == "england"], rows[rows["body"] != "england"]
    for year in sorted(set(rows["year"]) - set(england["year"])):
        at = (
            int(rows.index[rows["year"] == year][0])
            + 2
            + int((rows.loc[rows["year"] == year, "code"] < "ENGLAND").sum())
        )
        yield Problem("talking_therapies.csv", at, "code", "ENGLAND", f"{year} has no row for England")
    for column in rows.columns[rows.columns.get_loc("referrals") : rows.columns.get_loc("source")]:
        odd = parts[(parts[column] % 5 != 0).fillna(False)]
        yield from wrong("talking_therapies", odd, column, "the source rounds to 5 but for England")
        added = parts.groupby("year")[column].sum()
        for i, row in england.iterrows():
            # each of n figures was rounded by at most 2.5; four standard errors of their sum are enough
            n = int((parts["year"] == row["year"]).sum())
            if abs(added[row["year"]] - row[column]) > 4 * (2 * n) ** 0.5 + 5:
                what = f"the rows of {row['year']} add up to {added[row['year']]}, further away than rounding to 5 explains"
                yield Problem("talking_therapies.csv", int(str(i)) + 2, column, said(row[column]), what)


def _qof(tables: Tables) -> Iterator[Problem]:
    rows, listed = tables["qof"], tables["qof_indicators"]
    yield from _ordered("qof", rows, "numerator", "denominator")
    yield from _most(
        "qof", rows[rows["fault"].notna() | rows["numerator"].isna()], ["year", "code"], ["fault"]
    )
    faulty = rows["fault"].notna().groupby([rows["year"], rows["code"]], sort=False).transform("mean")
    odd = rows[((faulty > 0) & (faulty < 1)) & (rows["fault"].notna() == (faulty < 0.5))]
    yield from wrong("qof", odd, "fault", "other rows of this CCG and year say otherwise")
    absent = rows["fault"] == "absent"
    for column in ("numerator", "denominator", "exceptions"):
        yield from wrong(
            "qof",
            rows[rows[column].isna() != absent],
            column,
            "blank where the CCG is absent, and only there",
        )
    unknown = rows[~rows["indicator"].isin(listed["indicator"])]
    yield from wrong("qof", unknown, "indicator", "qof_indicators.csv does not have it")
    yield from wrong(
        "qof_indicators",
        listed[~listed["indicator"].isin(rows["indicator"])],
        "indicator",
        "qof.csv does not have it",
    )
    for code in sorted(set(rows["indicator"]) - set(listed["indicator"])):
        at = int((listed["indicator"] < code).sum()) + 2
        yield Problem(
            "qof_indicators.csv", at, "indicator", code, "qof.csv has it, and no row says what it counts"
        )
    stem = listed["indicator"].str.extract(r"^([A-Z]+)", expand=False)
    yield from _most("qof_indicators", listed.assign(letters=stem), ["letters"], ["condition"])
    number = rows.groupby("year")["indicator"].value_counts()
    if number.groupby("year").nunique().gt(1).any():
        return  # a row too few or too many has been named
    done = rows.groupby(["year", "indicator"])[["numerator", "denominator"]].sum()
    share = (done["numerator"] / done["denominator"] * 100).unstack("year")
    jump = share.diff(axis=1).abs() > 3
    step = jump.idxmax(axis=1).where(jump.any(axis=1))
    yield from wrong(
        "qof_indicators",
        listed[
            [
                said(step.get(c, s)) != said(s)
                for c, s in zip(listed["indicator"], listed["step"], strict=True)
            ]
        ],
        "step",
        lambda row: (
            f"by qof.csv England's achievement is first over 3 points from the year before in: {said(step.get(row['indicator']))}"
        ),
    )


def _points(tables: Tables) -> Iterator[Problem]:
    rows = tables["qof_points"]
    yield from _most("qof_points", rows, ["year"], ["maximum", "source"])
    yield from _ordered("qof_points", rows, "available", "maximum")
    yield from wrong(
        "qof_points",
        rows[rows["available"].isna() != rows["points"].isna()],
        "available",
        "blank with points, and only then",
    )


def _experience(tables: Tables) -> Iterator[Problem]:
    rows, years = tables["patient_experience"], tables["ccg_years"]
    none = rows["practices"] == 0
    for column, blank in (("good", rows["good"].isna()), ("list_size", rows["list_size"] == 0)):
        yield from wrong(
            "patient_experience",
            rows[blank != none],
            column,
            "there is none without a practice, and one with a practice",
        )
    for column, whole in (("list_size", "registered_patients"), ("practices", "practices")):
        held = {(d, c): n for d, c, n in zip(years["geography"], years["code"], years[whole], strict=True)}
        keys = zip(rows["geography"], rows["code"], strict=True)
        most = pd.Series([held.get(key) for key in keys], rows.index, dtype="float64")
        over = rows[rows[column] > most]
        yield from wrong(
            "patient_experience",
            over,
            column,
            lambda row, m=most: f"ccg_years.csv has {said(m[row.name])} in all",
        )


# --- places --------------------------------------------------------------------------------------


def _places(tables: Tables) -> Iterator[Problem]:
    places = tables["places"]
    boards = set(tables["icbs"]["code"])
    kind = pd.Series("ccg", places.index).mask(places["code"].isin(boards), "board")
    yield from _unlike("places", places, "kind", kind, "ccgs.csv and icbs.csv make it")
    first = places["code"].map(tables.opened)
    first = (
        first.fillna(pd.Series(tables["successions"]["date"].max(), places.index))
        if "opened" not in tables["icbs"]
        else first
    )
    yield from _unlike("places", places, "date", first, "it began on")
    yield from _most("places", places, ["date"], ["source"])
    yield from _between(tables)


def _between(tables: Tables) -> Iterator[Problem]:
    """A body lies among those that joined in it: no further out than the rounding and shape of areas explain."""
    places, moves = tables["places"], tables["successions"]
    parts = {whole: set(pieces) for whole, pieces in tables.parts.items()}
    for before, after, day in zip(moves["from"], moves["to"], moves["date"], strict=True):
        if after in parts and tables.opened.get(after) == day:
            parts[after].add(before)
    line = {code: i for i, code in enumerate(places["code"])}
    for column, slack in (("longitude", 0.12), ("latitude", 0.08)):
        at = _keyed(places, "code", column)
        for whole, pieces in parts.items():
            here = {code: at[code] for code in pieces if code in at}
            if whole not in at or not here:
                continue
            low, high = min(here.values()), max(here.values())
            if not low - slack <= at[whole] <= high + slack:
                row = places.iloc[[line[whole]]]
                what = f"those that joined in it lie from {low} to {high}: one of them or this is wrong"
                yield from wrong("places", row, column, what)
                rows = places.iloc[[line[code] for code in here]]
                yield from wrong(
                    "places",
                    rows,
                    column,
                    f"{whole}, which it became, lies at {at[whole]}: this or that is wrong",
                )


def _tiles(tables: Tables) -> Iterator[Problem]:
    tiles, places = tables["tiles"], tables["places"]
    yield from _unlike(
        "tiles", tiles, "source", tiles["code"].map(_keyed(places, "code", "source")), "places.csv has"
    )
    boards = set(tables["icbs"]["code"])
    for day, rows in tiles.groupby("date"):
        of_boards = bool(set(rows["code"]) & boards) and len(set(rows["code"]) & boards) > len(rows) / 2
        started = {c for c in boards if tables.opened.get(c, day) <= day and tables.closed.get(c, day) >= day}
        due = started if of_boards else set(tables.open_on(day))
        yield from wrong("tiles", rows[~rows["code"].isin(due)], "code", f"not open on {said(day)}")
        for code in sorted(due - set(rows["code"])):
            at = int(rows.index[0]) + 2 + int((rows["code"] < code).sum())
            yield Problem("tiles.csv", at, "code", code, f"open on {said(day)}, and without a hexagon")
        if len(rows) > 12:
            yield from _far(tables, rows)
        yield from _alone(rows)
    strange = tiles[~tiles["date"].isin(tables.geographies)]
    yield from wrong(
        "tiles", strange, "date", "no count of CCGs and no change of successions.csv has this date"
    )


def _far(tables: Tables, rows: pd.DataFrame) -> Iterator[Problem]:
    """A hexagon far from where the place of its body puts it among the others."""
    at = tables["places"].set_index("code")
    known = rows[rows["code"].isin(at.index)]
    for column, axis in (("column", "longitude"), ("row", "latitude")):
        where = known["code"].map(at[axis])
        order = where.rank() - known[column].rank()
        spread = order.abs().quantile(0.95) + 1
        off = known[order.abs() > 3 * spread]
        yield from wrong("tiles", off, column, f"out of place among the others, by {axis} in places.csv")


def _alone(rows: pd.DataFrame) -> Iterator[Problem]:
    held = set(zip(rows["column"], rows["row"], strict=True))
    for i, row in rows.iterrows():
        x, y = row["column"], row["row"]
        side = 1 if y % 2 else -1
        near = {(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1), (x + side, y - 1), (x + side, y + 1)}
        if not near & held:
            yield from wrong("tiles", rows.loc[[i]], "column", "no other hexagon touches it")


# --- dated facts, claims and surveys -------------------------------------------------------------


def _year(text: pd.Series) -> pd.Series:
    return text.str.extract(r"(\d{4})", expand=False)


def _national(tables: Tables) -> Iterator[Problem]:
    rows = tables["national"]
    ends = rows["id"].str.extract(r"_(\d{4})$", expand=False)
    yield from _unlike(
        "national",
        rows[ends.notna()],
        "period",
        rows["period"].where(_year(rows["period"]) == ends, "of " + ends)[ends.notna()],
        "by its id it is",
    )
    yield from _most("national", rows, ["comparable"], ["unit", "topic"])
    some = rows[rows["base"].notna() & rows["unit"].ne("percent")]
    yield from _ordered("national", some, "value", "base")
    counts = tables["ccg_counts"]
    open_in = {str(d.year): n for d, n in zip(counts["date"], counts["open"], strict=True) if n}
    ccgs = rows["unit"].eq("CCGs") | rows["comparable"].str.contains("ratings")
    due = _year(rows["period"]).map(open_in)
    either = pd.concat(
        [
            due,
            _year(rows["period"]).map(lambda y: open_in.get(str(int(y) - 1)) if isinstance(y, str) else None),
        ],
        axis=1,
    )
    off = rows[ccgs & rows["base"].notna() & ~either.eq(rows["base"].astype("float64"), axis=0).any(axis=1)]
    yield from wrong("national", off, "base", lambda row: f"ccg_counts.csv has {said(due[row.name])} open")
    for (series, period), group in rows[rows["base"].notna()].groupby(["comparable", "period"]):
        if len(group) > 2 and group["unit"].iloc[0] != "percent":
            total, base = group["value"].sum(), group["base"].mode()[0]
            if total != base:
                yield from wrong(
                    "national",
                    group,
                    "value",
                    f"the {len(group)} parts of {series} in {period} add up to {said(float(total))}, not to their base {said(base)}: one of them is wrong",
                )
            yield from _unlike(
                "national", group, "base", pd.Series(base, group.index), f"other parts of {series} have"
            )
        elif len(group) > 2 and not 98.8 <= group["value"].sum() <= 101.2:
            yield from wrong(
                "national",
                group,
                "value",
                f"the {len(group)} shares of {series} in {period} add up to {said(float(group['value'].sum()))}: one of them is wrong",
            )


def _reforms(tables: Tables) -> Iterator[Problem]:
    rows = tables["reforms"]
    ends = rows["event"].str.extract(r"_(\d{4})$", expand=False)
    off = rows[ends.notna() & (rows["date"].str[:4] != ends)]
    yield from wrong("reforms", off, "date", lambda row: f"the event is called {row['event']}")
    single = rows[(rows["certainty"] == "two_sources") & ~rows["source"].str.contains("+", regex=False)]
    yield from wrong("reforms", single, "certainty", "it cites one source")


VERDICTS = ["holds", "holds with a correction", "cannot be shown", "does not hold"]


def _claims(tables: Tables) -> Iterator[Problem]:
    rows = tables["claims"]
    letter, number = rows["claim_id"].str[0], rows["claim_id"].str[1:]
    yield from _most("claims", rows.assign(letter=letter), ["letter"], ["document"])
    for one, numbers in number.groupby(letter):
        have = {int(n) for n in numbers if n.isdigit()}
        for n in sorted(set(range(1, max(have) + 1)) - have):
            line = int((rows["claim_id"] < f"{one}{n}").sum()) + 2
            yield Problem(
                "claims.csv",
                line,
                "claim_id",
                f"{one}{n}",
                f"the claims of {one} go on to {one}{max(have)}, and this is not there",
            )
    names = set(tables.resources)
    for _, row in rows.iterrows():
        here = rows.loc[[row.name]]
        for table in row["evidence"].split("+"):
            if table not in names:
                yield from wrong("claims", here, "evidence", f"no table is called {table}")
        if isinstance(row["parts"], str):
            parts = [part.rsplit(": ", 1)[-1] for part in row["parts"].split("; ")]
            if set(parts) <= set(VERDICTS):
                weakest = max(parts, key=VERDICTS.index)
                if weakest != row["verdict"]:
                    yield from wrong("claims", here, "verdict", f"the weakest of its parts is: {weakest}")
            else:
                yield from wrong("claims", here, "parts", "a part ends with a colon and a verdict")
    held = rows["verdict"] == "holds"
    yield from wrong(
        "claims",
        rows[rows["correction"].isna() != held],
        "verdict",
        "a claim that holds has no correction, and any other has one",
    )
    whole = rows["unit"].isin(["year", "CCGs", "boards"]) & (rows["value"] % 1 != 0)
    yield from wrong("claims", rows[whole], "value", "not a whole number")


def _claims_cite(tables: Tables) -> Iterator[Problem]:
    """A claim cites its article first and then sources of the tables that are its evidence."""
    rows = tables["claims"]
    first = rows["source"].str.split("+").str[0]
    yield from _most("claims", rows.assign(source=first), ["document"], ["source"])
    for _, row in rows.iterrows():
        known = {row["source"].split("+")[0]}
        for table in row["evidence"].split("+"):
            if table in tables.resources:
                known.update(*(cell.split("+") for cell in tables[table]["source"].unique()))
        for one in row["source"].split("+"):
            if one not in known:
                what = f"no row of {row['evidence'].replace('+', ', ')} cites {one}"
                yield from wrong("claims", rows.loc[[row.name]], "source", what)


def _waves(tables: Tables) -> Iterator[Problem]:
    waves, survey = tables["survey_waves"], tables["survey"]
    rate = waves["responses"] / waves["invited"] * 100
    off = waves[((rate - waves["response_rate"]).abs() > 0.51).fillna(False).astype(bool)]
    yield from wrong(
        "survey_waves", off, "response_rate", lambda row: f"responses over invited is {rate[row.name]:.1f}"
    )
    everyone = survey[survey["base"].notna()].groupby("wave")["base"].max()
    fewer = waves[(waves["wave"].map(everyone) > waves["responses"]).fillna(False).astype(bool)]
    yield from wrong(
        "survey_waves",
        fewer,
        "responses",
        lambda row: f"survey.csv has a figure of {everyone[row['wave']]} who answered",
    )
    yield from wrong(
        "survey_waves",
        waves[waves["fieldwork_end"] < waves["fieldwork_start"]],
        "fieldwork_end",
        "before fieldwork_start",
    )
    late = waves[waves["published"].fillna("9").str[:4] < waves["fieldwork_end"].fillna("").str[:4]]
    yield from wrong("survey_waves", late, "published", "before the end of fieldwork")
    year = waves["wave"].str.extract(r"(20\d{2})", expand=False)
    asked = waves["fieldwork_start"].fillna(waves["fieldwork_end"]).fillna(waves["published"]).str[:4]
    # results may come out two years after the wave that they are called by
    for column, most in (("fieldwork_start", 1), ("fieldwork_end", 1), ("published", 2)):
        gap = waves[column].str[:4].astype(float) - year.astype(float)
        odd = waves[(gap < 0) | (gap > most)]
        yield from wrong("survey_waves", odd, column, lambda row: f"the wave is of {year[row.name]}")
    day = tables["ccgs"]["opened"].min(), tables["ccgs"]["closed"].max()
    when = asked.fillna(year)
    before = when.astype(float) < day[0].year
    after = when.astype(float) > day[1].year
    yield from wrong(
        "survey_waves",
        waves[(waves["era"] == "ccg") & (before | after)],
        "era",
        lambda row: f"CCGs were open from {said(day[0])} to {said(day[1])}",
    )
    yield from wrong(
        "survey_waves",
        waves[(waves["era"] == "before_ccgs") & (when.astype(float) > day[0].year)],
        "era",
        lambda row: f"CCGs were open from {said(day[0])}",
    )
    act = tables["reforms"]["date"][tables["reforms"]["event"].str.startswith("white_paper_2010")]
    start = act.iloc[0][:4] if len(act) else "2010"
    yield from wrong(
        "survey_waves",
        waves[(waves["era"] == "pct") & (when >= start)],
        "era",
        f"CCGs were announced in {start}",
    )
    yield from wrong(
        "survey_waves",
        waves[(waves["era"] == "before_ccgs") & (when < start)],
        "era",
        f"CCGs were announced in {start}",
    )


def _survey(tables: Tables) -> Iterator[Problem]:
    rows, waves = tables["survey"], tables["survey_waves"].set_index("wave")
    yield from _most("survey", rows, ["wave"], ["year"])
    yield from _most("survey", rows, ["wave", "group", "item"], ["question"])
    apart = rows[rows["completeness"] != "cumulative"]
    yield from _most("survey", apart, ["wave", "group", "item"], ["completeness"])
    whole = rows[rows["completeness"] == "complete"].groupby(["wave", "group", "item"])
    for key, group in whole:
        total = group["percent"].sum()
        if not 97 <= total <= 103:
            yield from wrong(
                "survey",
                group,
                "percent",
                f"the answers of {key[2]} add up to {total:.4g}: one of them is wrong or missing",
            )
    shown = rows["count"] / rows["base"] * 100
    off = rows[((shown - rows["percent"]).abs() > 0.51).fillna(False).astype(bool)]
    yield from wrong("survey", off, "percent", lambda row: f"count over base is {shown[row.name]:.2f}")
    implied = rows["count"] / rows["percent"] * 100
    gone = rows[((implied - rows["implied_base"]).abs() > 0.02 * implied + 1).fillna(False).astype(bool)]
    yield from wrong(
        "survey", gone, "implied_base", lambda row: f"count over percent is {implied[row.name]:.0f}"
    )
    answered = rows["wave"].map(waves["responses"])
    due = answered.where(
        rows["base"].notna() & rows["group"].isin(["all", "gp_practices", "gp_member_practices"])
    )
    yield from _unlike("survey", rows, "base", due.astype("Float64"), "survey_waves.csv has")


def _locations(tables: Tables) -> Iterator[Problem]:
    if "location_people" not in tables.resources:
        return
    people, areas = tables["location_people"], tables["council_locations"]
    last = people[people["geography"] == people["geography"].max()]
    for column, due in (
        ("small_areas", areas.groupby("code")["small_areas"].sum()),
        ("board", areas.groupby("code")["board"].first()),
    ):
        yield from _unlike(
            "location_people", last, column, last["code"].map(due), "council_locations.csv has"
        )
    yield from _unlike(
        "council_locations",
        areas,
        "board",
        areas["code"].map(_keyed(last, "code", "board")),
        "location_people.csv has",
    )
    yield from wrong(
        "council_locations",
        areas[~areas["code"].isin(last["code"])],
        "code",
        "location_people.csv does not have it",
    )
    held = areas["code"].map(areas.groupby("code")["small_areas"].sum())
    yield from _unlike(
        "council_locations",
        areas.assign(total=held),
        "total",
        areas["code"].map(_keyed(last, "code", "small_areas")),
        "with the other councils of this location; location_people.csv has",
    )
    yield from _most("council_locations", areas, ["council"], ["council_name"])
    maps = dict(list(people.groupby("geography")))
    for column in ("small_areas", "residents_2022", "projected_patients_2025", "weighted_patients_2025"):
        totals = {day: rows[column].sum() for day, rows in maps.items()}
        if len(set(totals.values())) > 1 and len(maps) == 2:
            first, second = (maps[d] for d in sorted(maps))
            due = second["code"].map(_keyed(first, "code", column))
            yield from _unlike(
                "location_people",
                second,
                column,
                due,
                f"on {said(min(maps))} it has, and the two maps add up to different Englands:",
            )
            yield from _unlike(
                "location_people",
                first,
                column,
                first["code"].map(_keyed(second, "code", column)),
                f"on {said(max(maps))} it has",
            )
            yield Problem(
                "location_people.csv",
                None,
                column,
                None,
                f"the maps add up to {', '.join(f'{said(d)}: {n}' for d, n in totals.items())}",
            )
    for day, rows in maps.items():
        here = set(rows["code"])
        due = set(areas["code"]) if day == max(maps) else set(tables.open_on(day))
        for code in sorted(due - here):
            at = int(rows.index[0]) + 2 + int((rows["code"] < code).sum())
            yield Problem("location_people.csv", at, "code", code, f"no row of it on {said(day)}")
        yield from wrong("location_people", rows[~rows["code"].isin(due)], "code", f"not open on {said(day)}")
    value = tables["national"].set_index("id")["value"]
    for column in ("patients_2026", "practices_2026"):
        if column in value.index and value[column] != people[column].sum():
            row = tables["national"][tables["national"]["id"] == column]
            yield from wrong(
                "national", row, "value", f"location_people.csv adds up to {said(people[column].sum())}"
            )


def _source_ids(tables: Tables) -> Iterator[Problem]:
    """The last two digits of an id are those of a year: when it was published, or the year before, which it is of."""
    rows = tables["sources"]
    two = rows["id"].str.extract(r"^[A-Z]+(\d{2})[A-Z]*$", expand=False)
    year = rows["date"].str[2:4]
    far = rows[two.notna() & year.notna() & ~((year.astype(float) - two.astype(float)).isin([0, 1]))]
    yield from wrong("sources", far, "date", lambda row: f"the id is of {two[row.name]}")
    opened = (rows["licence"] != "cited") & rows["grade"].isin(["press_release", "news"])
    yield from wrong(
        "sources", rows[opened], "grade", "what is published under an open licence is not the press"
    )


#: Every rule, each a function of the tables.
RULES: tuple[Callable[[Tables], Iterator[Problem]], ...] = (
    _ccgs,
    _successions,
    _shares,
    _lands,
    _last_codes,
    _boards,
    _commissioners,
    _list_sizes,
    _years,
    _networks,
    _need,
    _deprivation,
    _private,
    _trusts,
    _moves,
    _other_codes,
    _therapies,
    _qof,
    _points,
    _experience,
    _places,
    _tiles,
    _national,
    _reforms,
    _claims,
    _waves,
    _survey,
    _locations,
    _source_ids,
)
