"""Boards, their locations and their clusters, and the partnerships before them, agree."""

from collections.abc import Iterator

import pandas as pd

from ..problems import Problem, Tables, by_day, by_text, line_of, said, wrong
from .compare import as_most, by_key, unlike

_DAY = pd.Timedelta(days=1)


def icbs(tables: Tables) -> Iterator[Problem]:
    """A board's locations are counted in need, and its residents are exact where no land of it moved."""
    boards = tables["icbs"]
    held = tables["need"].groupby("board").size()
    first = boards[boards["code"].isin(held.index)]
    yield from unlike(
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
    moves = tables["successions"]
    came = moves.groupby("to")["date"].min()
    yield from unlike(
        "icbs", boards, "opened", boards["code"].map(came), "successions.csv has bodies pass to it on"
    )
    went = moves[moves["kind"].isin(["merger", "split"])].groupby("from")["date"].max() - _DAY
    closed = boards[boards["closed"].notna()]
    yield from unlike(
        "icbs", closed, "closed", closed["code"].map(went), "successions.csv has it pass on after"
    )
    yield from wrong(
        "icbs", closed[~closed["code"].isin(went.index)], "closed", "successions.csv has it pass to no one"
    )
    regions = tables["ccgs"]["region"].groupby(tables["ccgs"]["code"].map(tables.heir)).agg(set).to_dict()
    other = [r not in regions.get(c, [r]) for c, r in zip(boards["code"], boards["region"], strict=True)]
    yield from wrong("icbs", boards[other], "region", "no CCG that passed to it has this region")
    codes = tables["ons_codes"].sort_values("first_seen").drop_duplicates("code")
    due = boards["code"].map(by_key(codes, "code", "ons_code"))
    yield from unlike("icbs", boards, "ons_code", due, "its first code in ons_codes.csv is")
    yield from wrong(
        "icbs",
        boards[cited],
        "residents_mid2020",
        "the source of residents is cited with a count, and only then",
    )


def locations(tables: Tables) -> Iterator[Problem]:
    """A location is called by its board and its code, and its board is that of location_people on the day."""
    rows = tables["locations"]
    short = tables["icbs"]["name"].str.replace("Integrated Care Board", "ICB")
    boards = rows["board"].map(dict(zip(tables["icbs"]["code"], short, strict=True)))
    due = boards + " - " + rows["code"]
    yield from unlike("locations", rows, "name", due, "its board and code make it")
    others = tables["icbs"][tables["icbs"]["code"].isin(_all_off(rows["name"] != due, rows["board"]))]
    yield from wrong("icbs", others, "name", "locations.csv calls all its locations by another name")
    people = tables["location_people"]
    for day, then in by_day(people, "geography"):
        here = rows[(rows["opened"] <= day) & (rows["closed"].isna() | (rows["closed"] >= day))]
        due = here["code"].map(by_key(then, "code", "board"))
        yield from unlike("locations", here, "board", due, f"location_people.csv has, of {said(day)},")
        for code in sorted(set(then["code"]) - set(here["code"])):
            key = {"code": code, "opened": said(day)}
            what = f"location_people.csv has it on {said(day)}, and no row is of that day"
            yield Problem("locations.csv", line_of(tables, "locations", key), "code", code, what)
    yield from _spans(tables)


def _all_off(off: pd.Series, groups: pd.Series) -> set[str]:
    """The groups of which every row is off."""
    every = off.groupby(groups).all()
    return set(every.index[every])


def _spans(tables: Tables) -> Iterator[Problem]:
    """A location begins as a CCG ends or in a change, with its board, and lasts until the next row or change."""
    rows, moves = tables["locations"], tables["successions"]
    ends = moves[moves["kind"].isin(["merger", "abolition", "remainder"])]
    lasts: list[str] = []
    for code, mine in by_text(rows, "code"):
        days = mine["opened"].tolist()
        left = ends["date"][(ends["from"] == code) & (ends["date"] > max(days))]
        after = [*days[1:], left.min() if len(left) else pd.NaT]
        lasts += [said(day - _DAY) for day in after]
    held = rows.sort_values("code", kind="stable")
    due = pd.Series(lasts, held.index)
    texts = held.assign(closed=held["closed"].map(said))
    yield from unlike("locations", texts, "closed", due, "by its next row or by successions.csv it is")
    begun = {*tables["icbs"]["opened"]}
    late = rows[~rows["opened"].isin(begun)]
    yield from wrong("locations", late, "opened", "no board of icbs.csv opened on this day")


def location_patients(tables: Tables) -> Iterator[Problem]:
    """Patients counted are those of ccg_years, and patients projected those of location_people."""
    rows, years, people = tables["location_patients"], tables["ccg_years"], tables["location_people"]
    yield from as_most("location_patients", rows, ["year"], ["count", "source"])
    first = people[people["geography"] == people["geography"].min()]
    counted = {
        (y, c): n for y, c, n in zip(years["year"], years["code"], years["registered_patients"], strict=True)
    }
    projected = by_key(first, "code", "projected_patients_2025")
    for year, mine in by_text(rows, "year"):
        known = {c: n for (y, c), n in counted.items() if y == year} or projected
        where = "ccg_years.csv" if known is not projected else "location_people.csv"
        if len(mine) < len(known) / 2:
            yield from wrong("location_patients", mine, "year", "most locations have no row of this year")
            continue
        yield from unlike("location_patients", mine, "patients", mine["code"].map(known), f"{where} has")
        yield from wrong(
            "location_patients", mine[~mine["code"].isin(known)], "code", f"{where} has no such row"
        )
        for code in sorted(set(known) - set(mine["code"])):
            line = line_of(tables, "location_patients", {"code": code, "year": year})
            yield Problem(
                "location_patients.csv", line, "code", code, f"{where} has it, and no row is of {year}"
            )


def clusters(tables: Tables) -> Iterator[Problem]:
    """Each board stands in a cluster, or with a part in each of several; what merged is one board since."""
    rows, moves = tables["clusters"], tables["successions"]
    boards = tables["icbs"]
    first = boards[boards["opened"] == boards["opened"].min()]
    for code in sorted(set(first["code"]) - set(rows["board"])):
        line = int((rows["board"] < code).sum()) + 2
        yield Problem("clusters.csv", line, "board", code, "icbs.csv has it, and it stands in no cluster")
    many = rows["board"].duplicated(keep=False)
    yield from wrong(
        "clusters",
        rows[rows["part"].isna() == many],
        "part",
        "a board in several clusters has a part in each",
    )
    shared = rows["cluster"].duplicated(keep=False)
    alone = rows["by_april_2026"] == "alone"
    yield from wrong(
        "clusters", rows[alone == shared], "by_april_2026", "alone is a board with none beside it"
    )
    names = rows["board"].map(by_key(boards, "code", "name")).fillna("")
    strange = [cluster not in name for name, cluster in zip(names, rows["cluster"], strict=True)]
    yield from wrong(
        "clusters",
        rows[alone & pd.Series(strange, rows.index)],
        "cluster",
        "icbs.csv calls the board otherwise",
    )
    yield from as_most("clusters", rows[~many], ["cluster"], ["by_april_2026"])
    began = boards["opened"][boards["opened"] > boards["opened"].min()].min()
    gone = rows["board"].isin(boards["code"][boards["closed"] < began])
    stays = rows["by_april_2026"].isin(["merged", "enlarged"])
    odd = rows[(gone != stays) & ~((rows["by_april_2026"] == "enlarged") & ~gone)]
    yield from wrong(
        "clusters",
        odd,
        "by_april_2026",
        "a board that closed by icbs.csv merged or was taken in, and no other",
    )
    heirs = rows["board"].map({code: tables.heir.get(code) for code in rows["board"]})
    whole = rows[~many & stays & heirs.notna()].assign(heir=heirs)
    yield from as_most("clusters", whole, ["heir"], ["cluster"])
    split = moves[moves["from"].isin(rows["board"][many]) & (moves["kind"] == "split")].groupby("from").size()
    due = rows["board"].map(split)
    count = rows.groupby("board")["board"].transform("size")
    yield from wrong(
        "clusters", rows[due.notna() & (due != count)], "board", "successions.csv divides it among {}", due
    )


def partnership_members(tables: Tables) -> Iterator[Problem]:
    """A CCG stays in a partnership while it lasts; one listed once passed to the board of that partnership."""
    rows = tables["partnership_members"]
    yield from as_most("partnership_members", rows, ["date"], ["how", "source"])
    system = rows["partnership"].map(by_key(tables["partnerships"], "code", "ods_code"))
    known = rows.assign(board=system)[system.notna()]
    often = known["code"].duplicated(keep=False)
    boards = known["code"].map(tables.board_of)
    odd = known[(known["board"] != boards) & ~often]
    yield from wrong(
        "partnership_members",
        odd,
        "partnership",
        "its CCG passed to {}, another board than this became",
        boards,
    )
    several = known["board"].groupby(known["code"]).transform("nunique") > 1
    mixed = known["board"][several].groupby(known["code"])
    common = known["board"].mask(several, mixed.transform(lambda cells: cells.value_counts().index[0]))
    odd = known[(known["board"] != common) & often]
    yield from wrong(
        "partnership_members", odd, "partnership", "its CCG is in that of {} on other dates", common
    )
    before: dict[str, str] = {}
    for _, mine in by_day(rows, "date"):
        here = set(mine["partnership"])
        due = mine["code"].map({code: p for code, p in before.items() if p in here})
        yield from unlike("partnership_members", mine, "partnership", due, "on the date before it is in")
        before = by_key(mine, "code", "partnership")


def partnerships(tables: Tables) -> Iterator[Problem]:
    """A partnership with an ODS code became the board of this code; the last of it is the last day before."""
    rows, boards = tables["partnerships"], tables["icbs"]
    first = boards[boards["opened"] == boards["opened"].min()]
    named = rows[rows["ods_code"].notna()]
    yield from wrong(
        "partnerships", named[~named["ods_code"].isin(first["code"])], "ods_code", "icbs.csv does not have it"
    )
    yield from wrong(
        "partnerships",
        named[named["ods_code"].duplicated(keep=False)],
        "ods_code",
        "two partnerships have it",
    )
    # they were numbered one after another
    numbers = rows["code"].str[3:].astype(int)
    for number in sorted(set(range(1, int(numbers.max()) + 1)) - set(numbers)):
        line, code = int((numbers < number).sum()) + 2, f"E54{number:06}"
        yield Problem("partnerships.csv", line, "code", code, "codes go on beyond it, and no row is of it")
    last = said(first["opened"].min() - _DAY)
    yield from unlike(
        "partnerships", named, "last", pd.Series(last, named.index), "boards opened the day after"
    )
    kept = rows["code"].map(by_key(first, "ons_code", "code"))
    yield from unlike("partnerships", rows, "ods_code", kept, "icbs.csv has its ONS code for")


def levels(tables: Tables) -> Iterator[Problem]:
    """The first and the last day of each level are those of its bodies."""
    rows = tables["levels"]
    ccgs, boards, places = tables["ccgs"], tables["icbs"], tables["locations"]
    firsts = {"ccg": ccgs["opened"].min(), "icb": boards["opened"].min(), "sub_icb": places["opened"].min()}
    firsts["partnership"] = tables["partnership_members"]["date"].min()
    lasts = {"pct": ccgs["opened"].min() - _DAY, "ccg": ccgs["closed"].max()}
    lasts["partnership"] = boards["opened"].min() - _DAY
    yield from unlike("levels", rows, "first", rows["level"].map(firsts), "its first body opened on")
    yield from unlike("levels", rows, "last", rows["level"].map(lasts), "its last body closed on")
    over = rows["last"].notna()
    yield from wrong(
        "levels",
        rows[over == rows["level"].isin(["icb", "sub_icb"])],
        "last",
        "blank while it goes on, and only then",
    )
    yield from wrong(
        "levels",
        rows[over == rows["known_until"].notna()],
        "known_until",
        "blank where the level has ended, and only there",
    )
    for level in sorted({*firsts, *lasts} - set(rows["level"])):
        line = int((rows["level"] < level).sum()) + 2
        yield Problem(
            "levels.csv", line, "level", level, "there are bodies of this level, and no row is of it"
        )
    yield from as_most("levels", rows[~over].assign(table="levels"), ["table"], ["known_until"])


def ons_codes(tables: Tables) -> Iterator[Problem]:
    """An ONS code of a board is that of a row of icbs, and one of a location that of a row of locations."""
    rows = tables["ons_codes"]
    for body, name in (("board", "icbs"), ("sub_icb_location", "locations")):
        lost = rows[(rows["body"] == body) & ~rows["code"].isin(tables[name]["code"])]
        yield from wrong("ons_codes", lost, "code", f"{name}.csv does not have it")
    board = rows["ons_code"].str.startswith("E54")
    yield from wrong(
        "ons_codes",
        rows[board != (rows["body"] == "board")],
        "body",
        "codes of boards begin with E54, and no others",
    )
    first = by_key(tables["icbs"], "code", "ons_code")
    for code in sorted(set(first) - set(rows["code"][board])):
        line = int((rows["ons_code"] < first[code]).sum()) + 2
        what = f"icbs.csv has {code} with this code, and no row is of it here"
        yield Problem("ons_codes.csv", line, "ons_code", first[code], what)
    boards = tables["icbs"]
    closed = set(boards["code"][boards["closed"].notna()])
    last = rows[board].sort_values("first_seen").drop_duplicates("code", keep="last")
    odd = last[last["gone_by"].notna() != last["code"].isin(closed)]
    yield from wrong("ons_codes", odd, "gone_by", "blank while the board is open by icbs.csv, and only then")


def other_names(tables: Tables) -> Iterator[Problem]:
    """A short name of a board is made of first letters of the words of its name."""
    rows = tables["other_names"]
    names = rows["code"].map(by_key(tables["icbs"], "code", "name"))
    firsts = names.map(lambda name: {word[:1] for word in str(name).split()})
    odd = [
        not {c for c in name if c.isupper()} <= letters
        for name, letters in zip(rows["name"], firsts, strict=True)
    ]
    yield from wrong("other_names", rows[odd], "code", "icbs.csv calls it {}", names)
    again = rows[rows.duplicated("code", keep=False)]
    yield from wrong("other_names", again, "code", "another short name is of it too")
