"""Primary care trusts, and the practices that moved with a piece of land, agree with who held it when."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ..problems import Problem, Tables, said, wrong
from .compare import as_most, leaps, ordered, unlike


def pcts(tables: Tables) -> Iterator[Problem]:
    """Each trust has parts, of the CCGs of one day, near each other; no two trusts share a code or name."""
    trusts, shares = tables["pcts"], tables["pct_to_ccg"]
    bare = trusts[~trusts["code"].isin(shares["pct"])]
    yield from wrong("pcts", bare, "code", "pct_to_ccg.csv does not have it")
    for code in bare["code"]:
        at = int((shares["pct"] < code).sum()) + 2
        yield Problem("pct_to_ccg.csv", at, "pct", code, "pcts.csv has it, and no row is of it here")
    yield from unlike(
        "pct_to_ccg", shares, "source", pd.Series(trusts["source"].mode()[0], shares.index), "pcts.csv has"
    )
    # the shares are of one geography: the one of which every CCG is there
    fits = {day: len(tables.open_on(day) ^ set(shares["ccg"])) for day in tables["ccg_counts"]["date"]}
    day = min(fits, key=lambda d: (fits[d], d))
    due = pd.Series(day, shares.index)
    yield from unlike("pct_to_ccg", shares, "geography", due, "by its CCGs it is")
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


def practice_moves(tables: Tables) -> Iterator[Problem]:
    """Practices that moved with a land: who held it in each year and to whom it went next is in successions."""
    moves, splits = tables["practice_moves"], tables["successions"].query("kind == 'split'")
    years = tables["ccg_years"].drop_duplicates("year").set_index("year")["geography"].sort_index()
    by = ["land", "origin"] if "origin" in moves else ["land"]
    steps: dict[Any, list[dict[Any, Any]]] = {}
    for step in splits.sort_values("date").to_dict("records"):
        steps.setdefault(tuple(step[column] for column in by), []).append(step)
    for key, rows in moves.groupby(by):
        parts = steps.get(key, [])
        have = dict(zip(rows["year"], rows.index, strict=True))
        ends = dict(zip(rows["year"], zip(rows["from"], rows["to"], strict=True), strict=True))
        for year, then in years.items():
            step = next((one for one in parts if one["date"] > then), {})
            if not step or year < min(have):
                if year in have and parts:
                    row, what = rows.loc[[have[year]]], "after its last move in successions.csv"
                    yield from wrong("practice_moves", row, "year", what)
                continue
            if year not in have:
                at = int(rows.index[0]) + 2 + int((rows["year"] < str(year)).sum())
                what = f"{key[0]} has no row of this year, before successions.csv has it move on {said(step['date'])}"
                yield Problem("practice_moves.csv", at, "year", str(year), what)
                continue
            before, (held, next_) = _holder(tables, step["from"], step["origin"], then), ends[year]
            if held != before:
                what = f"in {year} successions.csv has {key[0]} in {before}"
                yield from wrong("practice_moves", rows.loc[[have[year]]], "from", what)
            if next_ != step["to"]:
                what = f"successions.csv has {key[0]} move to {step['to']} next"
                yield from wrong("practice_moves", rows.loc[[have[year]]], "to", what)
    begins = moves.drop_duplicates(by)["year"]
    odd = moves.loc[begins.index[~begins.duplicated(keep=False)]]
    yield from wrong("practice_moves", odd, "year", "no other land begins in this year")
    yield from _moved(tables)
    yield from _shared(tables)


def _moved(tables: Tables) -> Iterator[Problem]:
    moves, years = tables["practice_moves"], tables["ccg_years"]
    yield from ordered("practice_moves", moves, "practices", "from_practices")
    yield from ordered("practice_moves", moves, "patients", "from_patients")
    for column, whole, least in (
        ("from_patients", "registered_patients", 0.8),
        ("from_practices", "practices", 0.8),
    ):
        held = {(y, c): n for y, c, n in zip(years["year"], years["code"], years[whole], strict=True)}
        keys = zip(moves["year"], moves["from"], strict=True)
        most = pd.Series([held.get(key) for key in keys], moves.index, dtype="float64")
        off = moves[(moves[column] > most) | (moves[column] < least * most)]
        yield from wrong("practice_moves", off, column, "ccg_years.csv has {} with those that closed", most)
    lands = moves.assign(code=moves["land"] + " " + moves["origin"] + " " + moves["from"])
    for column, within in (
        ("practices", 0.1),
        ("patients", 0.05),
        ("from_practices", 0.1),
        ("from_patients", 0.05),
    ):
        yield from leaps("practice_moves", lands, "year", column, within)
    same = moves[moves["practices"].eq(0) != moves["patients"].eq(0)]
    yield from wrong("practice_moves", same, "patients", "none without a practice, and some with one")
    yield from as_most("practice_moves", moves, ["year", "from"], ["from_practices", "from_patients"])


def _shared(tables: Tables) -> Iterator[Problem]:
    """The share of a body that moved is not far from that of its patients, who may live closer or wider."""
    moves = tables["practice_moves"].sort_values("year")
    keys = ["land", "origin", "from", "to"]
    patients = moves.groupby(keys)["share"].last()
    parts = tables["successions"]
    held = pd.Series([patients.get(key) for key in zip(*(parts[k] for k in keys), strict=True)], parts.index)
    due = held.astype("float64")
    far = parts[(parts["share"] - due).abs() > 0.2]
    yield from wrong("successions", far, "share", "practice_moves.csv has {} of its patients", due)


def _holder(tables: Tables, before: str, origin: str, day: pd.Timestamp) -> str:
    """Who held a land on a day, that will move from one body: this body, or the one of its forerunners in which it lay."""
    if before not in tables.opened or tables.opened[before] <= day:
        return before
    code = origin
    while code in tables.heir and tables.closed.get(code, day) < day:
        code = tables.heir[code]
    return code
