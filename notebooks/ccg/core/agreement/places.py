"""Points, hexagons and small areas agree with the bodies that they are of."""

from collections.abc import Iterator

import pandas as pd

from ..problems import Problem, Tables, by_day, said, wrong
from .compare import as_most, by_key, unlike


def places_of_bodies(tables: Tables) -> Iterator[Problem]:
    """A place is of a body of its kind from its first day on."""
    places = tables["places"]
    boards = set(tables["icbs"]["code"])
    kind = pd.Series("ccg", places.index).mask(places["code"].isin(boards), "board")
    yield from unlike("places", places, "kind", kind, "ccgs.csv and icbs.csv make it")
    first = places["code"].map(tables.opened)
    first = (
        first.fillna(pd.Series(tables["successions"]["date"].max(), places.index))
        if "opened" not in tables["icbs"]
        else first
    )
    yield from unlike("places", places, "date", first, "it began on")
    yield from as_most("places", places, ["date"], ["source"])
    yield from _between(tables)


def _between(tables: Tables) -> Iterator[Problem]:
    """A body lies among those that joined in it: no further out than the rounding and shape of areas explain."""
    places, moves = tables["places"], tables["successions"]
    parts = {whole: set(pieces) for whole, pieces in tables.parts.items()}
    for before, after, day in zip(moves["from"], moves["to"], moves["date"], strict=True):
        if after in parts and tables.opened.get(after) == day:
            parts[after].add(before)
    line = {code: i for i, code in enumerate(places["code"])}
    for column, slack, reach in (("longitude", 0.12, 1.1), ("latitude", 0.08, 0.6)):
        at = by_key(places, "code", column)
        for whole, pieces in parts.items():
            here = {code: at[code] for code in pieces if code in at}
            if whole not in at or not here:
                continue
            low, high = min(here.values()), max(here.values())
            # the furthest of the CCGs and boards lie a degree of longitude and half one of latitude apart
            far = [code for code, x in here.items() if abs(x - at[whole]) > reach]
            if far:
                rows = places.iloc[[line[code] for code in far]]
                what = f"too far from {whole}, which it became, at {at[whole]}"
                yield from wrong("places", rows, column, what)
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


def tiles(tables: Tables) -> Iterator[Problem]:
    """Each body of a day has a hexagon, near where its place puts it and beside another."""
    tiles, places = tables["tiles"], tables["places"]
    yield from unlike(
        "tiles", tiles, "source", tiles["code"].map(by_key(places, "code", "source")), "places.csv has"
    )
    boards = set(tables["icbs"]["code"])
    for day, rows in by_day(tiles, "date"):
        of_boards = bool(set(rows["code"]) & boards) and len(set(rows["code"]) & boards) > len(rows) / 2
        started = {c for c in boards if tables.opened.get(c, day) <= day and tables.closed.get(c, day) >= day}
        due = started if of_boards else set(tables.open_on(day))
        yield from wrong("tiles", rows[~rows["code"].isin(due)], "code", f"not open on {said(day)}")
        for code in sorted(due - set(rows["code"])):
            at = int(rows.index[0]) + 2 + int((rows["code"] < code).sum())
            yield Problem("tiles.csv", at, "code", code, f"open on {said(day)}, and without a hexagon")
        if len(rows) > 12:
            yield from _far(tables, rows)
            yield from _outside(tables, rows)
        yield from _alone(rows)
    # the page of a board shows it on the map of its day
    bare = tables["icbs"][~tables["icbs"]["code"].isin(tiles["code"])]
    yield from wrong("icbs", bare, "code", "tiles.csv has no hexagon of this board on any day")
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


def _around(x: int, y: int) -> list[tuple[int, int]]:
    """The column and row of the six hexagons that touch one."""
    side = 1 if y % 2 else -1
    return [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1), (x + side, y - 1), (x + side, y + 1)]


def _alone(rows: pd.DataFrame) -> Iterator[Problem]:
    held = set(zip(rows["column"], rows["row"], strict=True))
    for i, row in rows.iterrows():
        if held.isdisjoint(_around(row["column"], row["row"])):
            yield from wrong("tiles", rows.loc[[i]], "column", "no other hexagon touches it")


def _outside(tables: Tables, rows: pd.DataFrame) -> Iterator[Problem]:
    """A body that lies far outside those whose hexagons touch its own."""
    places = tables["places"]
    line = {code: i for i, code in enumerate(places["code"])}
    held = dict(zip(zip(rows["column"], rows["row"], strict=True), rows["code"], strict=True))
    # no body lies further out than this, in degrees
    for column, reach in (("longitude", 0.6), ("latitude", 0.35)):
        at = by_key(places, "code", column)
        for spot, code in held.items():
            near = [at[held[one]] for one in _around(*spot) if held.get(one) in at]
            if code in at and len(near) > 2 and not min(near) - reach <= at[code] <= max(near) + reach:
                what = f"in tiles.csv it touches bodies that lie from {min(near)} to {max(near)}"
                yield from wrong("places", places.iloc[[line[code]]], column, what)


def location_people(tables: Tables) -> Iterator[Problem]:
    """Locations and councils hold the same small areas and boards."""
    if "location_people" not in tables.resources:
        return
    people, areas = tables["location_people"], tables["council_locations"]
    last = people[people["geography"] == people["geography"].max()]
    for column, due in (
        ("small_areas", areas.groupby("code")["small_areas"].sum()),
        ("board", areas.groupby("code")["board"].first()),
    ):
        yield from unlike("location_people", last, column, last["code"].map(due), "council_locations.csv has")
    yield from unlike(
        "council_locations",
        areas,
        "board",
        areas["code"].map(by_key(last, "code", "board")),
        "location_people.csv has",
    )
    yield from wrong(
        "council_locations",
        areas[~areas["code"].isin(last["code"])],
        "code",
        "location_people.csv does not have it",
    )
    held = areas["code"].map(areas.groupby("code")["small_areas"].sum())
    yield from unlike(
        "council_locations",
        areas.assign(total=held),
        "total",
        areas["code"].map(by_key(last, "code", "small_areas")),
        "with the other councils of this location; location_people.csv has",
    )
    yield from as_most("council_locations", areas, ["council"], ["council_name"])
    yield from _maps(tables)
    yield from _counted(tables)


def _counted(tables: Tables) -> Iterator[Problem]:
    """Patients counted are about as many as were projected, and about as old as the residents of the CCG were."""
    people, ages = tables["location_people"], tables["ccg_age"]
    ratio = people["patients_2026"] / people["projected_patients_2025"]
    off = people[((ratio < 0.94) | (ratio > 1.04)).fillna(False).astype(bool)]
    yield from wrong(
        "location_people", off, "patients_2026", "over projected_patients_2025 it is {}", ratio.round(3)
    )
    first = people[people["geography"] == people["geography"].min()]
    index = first["weighted_patients_2025"] / first["projected_patients_2025"]
    needed = first["code"].map(by_key(tables["need"], "code", "need_index_total"))
    other = first[((index / needed - 1).abs() > 0.03).fillna(False).astype(bool)]
    what = "over projected_patients_2025 it is far from need_index_total in need.csv, {}"
    yield from wrong("location_people", other, "weighted_patients_2025", what, needed)
    then = ages[ages["basis"] == "resident"]
    shares = dict(zip(then["code"], then["people_65_and_over"] / then["people"], strict=True))
    before = people["code"].map(shares).astype("float64")
    more = people["patients_65_and_over_2026"] / people["patients_2026"] - before
    old = people[((more < -0.03) | (more > 0.045)).fillna(False).astype(bool)]
    what = "over patients_2026 it is far from the share of residents in ccg_age.csv, {}"
    yield from wrong("location_people", old, "patients_65_and_over_2026", what, before.round(3))


def _maps(tables: Tables) -> Iterator[Problem]:
    """The locations of two dates are all there, and add up to one England and to the national figures."""
    people, areas = tables["location_people"], tables["council_locations"]
    maps = dict(by_day(people, "geography"))
    for column in ("small_areas", "residents_2022", "projected_patients_2025", "weighted_patients_2025"):
        totals = {day: rows[column].sum() for day, rows in maps.items()}
        if len(set(totals.values())) > 1 and len(maps) == 2:
            first, second = (maps[d] for d in sorted(maps))
            yield from unlike(
                "location_people",
                second,
                column,
                second["code"].map(by_key(first, "code", column)),
                f"on {said(min(maps))} it has, and the two maps add up to different Englands:",
            )
            yield from unlike(
                "location_people",
                first,
                column,
                first["code"].map(by_key(second, "code", column)),
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
