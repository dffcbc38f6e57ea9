"""The site's page of each CCG and each board, at an address by its code, and the page that lists them.

Facts come from ``life``; the pages are filled-in templates with real text and small drawings whose geometry is
worked out here.
"""

from functools import lru_cache
from itertools import groupby

import numpy as np
import pandas as pd

from ..analysis import life
from ..charts import tiles
from ..core import lineage, tables

#: Height and width of the drawing of list sizes, in units that are pixels on a phone.
CHART = (400, 190)
_TOP, _BASE = 34, 158


def pages() -> dict[str, dict]:
    """What the template of a body's page needs, by code; CCGs first. Takes some seconds."""
    lives = life.all()
    said = tables.load("sources")[["id", "publisher", "title", "address", "date"]].astype(object).fillna("")
    said = {row["id"]: row for row in said.to_dict("records")}
    near, holes = similar(lives), first_count()
    return {
        code: {
            "one": one,
            "summary": life.summary(one),
            "short": life.short(one.name),
            "came": _direct([h for h in one.before if h.end == code], "start"),
            "went": _direct([h for h in one.after if h.start == code and h.kind != "rename"], "end"),
            "trail": trail(one),
            "columns": columns(one.years),
            "map": hexagons(one.tile),
            "known": set(lives),
            "similar": [{"code": one, "name": life.short(lives[one].name)} for one in near.get(code, [])],
            "uncounted": holes.get(code),
            "sources": [said[i] for i in one.sources],
        }
        for code, one in lives.items()
    }


def similar(lives: dict[str, life.Life], most: int = 3) -> dict[str, list[str]]:
    """The bodies that stood nearest to each on all measures together, nearest first.

    Near is by ranks: the mean difference of two bodies' ranks, each as a share of all bodies ranked, over the
    measures that both have. Only bodies that are set among the same others are compared, on four measures or more.
    """
    out = {}
    for _, group in groupby(
        sorted(lives, key=lambda c: (lives[c].kind, lives[c].last_day)),
        key=lambda c: (lives[c].kind, lives[c].last_day),
    ):
        codes = list(group)
        ranks = pd.DataFrame({c: {s.measure: s.rank / s.of for s in lives[c].standing} for c in codes})
        values = ranks.reindex(columns=codes).to_numpy(dtype=float)
        for i, code in enumerate(codes):
            apart = np.abs(values - values[:, [i]])
            enough = (~np.isnan(apart)).sum(axis=0) >= 4
            mean = np.where(
                enough, np.nansum(apart, axis=0) / np.maximum((~np.isnan(apart)).sum(axis=0), 1), np.inf
            )
            mean[i] = np.inf
            nearest = np.argsort(mean, kind="stable")[:most]
            out[code] = [codes[j] for j in nearest if np.isfinite(mean[j])]
    return out


def first_count() -> dict[str, int]:
    """Patients of April 2013 whose practices have no CCG in the quarterly file, by CCG: the table of ages has them."""
    holes = tables.load("holes").query("table == 'list_sizes' and period == '2013-04-01'")
    return {code: int(n) for code, n in zip(holes["code"], holes["short_by"], strict=True) if n == n}


def part(hop: lineage.Hop) -> str:
    """How much of a body went along, in words; nothing if the whole did or it is not known."""
    if hop.kind == "rename" or hop.share in (None, 1.0):
        return ""
    if hop.share == 0 and hop.basis == "patients":
        moves = tables.load("successions")
        same = (moves[["from", "to", "date"]] == [hop.start, hop.end, hop.date]).all(axis=1)
        row = moves[same & (moves["kind"] == hop.kind)].iloc[0]
        return f"no practice, {row['share']:.1%} of its {row['basis']}"
    return f"{'under 0.1%' if hop.share < 0.0005 else f'{hop.share:.1%}'} by {hop.basis}"


def _direct(hops, end: str) -> list[dict]:
    """Bodies one step away: code, name, and how much of the one before went to the one after."""
    return [
        {
            "code": getattr(hop, end),
            "name": life.short(lineage.name(getattr(hop, end))),
            "how": {"merger": "merged", "abolition": "took over", "split": "a part"}[hop.kind],
            "part": part(hop),
            "date": hop.date,
        }
        for hop in hops
    ]


def trail(one: life.Life) -> list[dict]:
    """Each dated change in order: ``date, kind, starts, end, part, note, sources``.

    Bodies that merged into one on the same day are one change.
    """
    hops = sorted({*one.before, *one.after}, key=lambda h: (h.date, h.kind, h.end, h.start))
    out = []
    for (date, kind, end), same in groupby(hops, key=lambda h: (h.date, h.kind, h.end)):
        for group in [list(same)] if kind in ("merger", "abolition") else [[h] for h in same]:
            out.append(
                {
                    "date": date,
                    "kind": kind,
                    "starts": [h.start for h in group],
                    "end": end,
                    "part": part(group[0]) if kind == "split" else "",
                    "note": group[0].note if kind in ("split", "rename") else "",
                    "sources": sorted({i for h in group for i in h.source.split("+")}),
                }
            )
    return out


def columns(years: tuple[life.Year, ...]) -> list[dict]:
    """A column for each year, from zero: ``x, y, width, height, label`` in the units of ``CHART``."""
    step, most = CHART[0] / max(len(years), 1), max((y.patients for y in years), default=1)
    return [
        {
            "x": round(i * step + step * 0.14, 1),
            "y": round(_BASE - (_BASE - _TOP) * y.patients / most, 1),
            "width": round(step * 0.72, 1),
            "height": round((_BASE - _TOP) * y.patients / most, 1),
            "label": y.period[2:] if "-" in y.period else y.period[-4:],
            "year": y,
        }
        for i, y in enumerate(years)
    ]


def hexagons(tile: life.Tile | None) -> dict | None:
    """The hex map of a body: one path for all, one for its own, and the box that holds them; None without a tile."""
    if tile is None:
        return None
    box, path = _map(tile.date, lineage.default())
    at = tiles.centres(pd.DataFrame([{"column": tile.column, "row": tile.row}]))[0]
    return {"box": box, "all": path, "own": _hexagon(*at), "date": tile.date}


def linked(date: str) -> dict:
    """The hex map of a day with each hexagon by itself: ``box``, ``date``, ``boards`` and ``cells``.

    ``boards`` says whether it is of boards, ``wide`` how wide the box is, in the same units for every map. A cell is
    ``code, name``, ``x`` and ``y``, its centre, ``d``, its path, and ``ended``: whether a CCG was merged into
    another, or a board has closed.
    """
    day = pd.Timestamp(date)
    every = tables.load("tiles").query("date == @day")
    moves, known = tables.load("successions"), life.bodies()
    merged = set(moves["from"][moves["kind"] == "merger"])
    boards = known[every["code"].iloc[0]]["kind"] == "board"
    ended = {code for code in every["code"] if (known[code]["closed"] if boards else code in merged)}
    cells = [
        {
            "code": code,
            "name": lineage.name(code, day),
            "x": f"{one[0] * 10:.1f}",
            "y": f"{-one[1] * 10:.1f}",
            "d": _hexagon(*one),
            "ended": code in ended,
        }
        for code, one in zip(every["code"], tiles.centres(every), strict=True)
    ]
    box = _map(day, lineage.default())[0]
    return {"box": box, "wide": int(box.split()[2]), "date": day, "boards": boards, "cells": cells}


def hexagon() -> str:
    """The path of one hexagon about the point 0, 0, for a drawing that uses it for every body."""
    return _hexagon(0, 0)


@lru_cache(maxsize=32)
def _map(date, known: lineage.Lineage) -> tuple[str, str]:
    """Box and path of the map of a day; ``known`` stands for the tables it was drawn from."""
    every = tables.load("tiles").query("date == @date")
    at = tiles.centres(every)
    low, high = at.min(axis=0) * 10, at.max(axis=0) * 10
    box = f"{low[0] - 6:.0f} {-high[1] - 7:.0f} {high[0] - low[0] + 12:.0f} {high[1] - low[1] + 14:.0f}"
    return box, "".join(_hexagon(*one) for one in at)


def _hexagon(east: float, north: float) -> str:
    """The path of one hexagon, pointy top, its centre given in hexagon widths; north is up."""
    turn = np.radians(np.arange(30, 390, 60))
    corners = np.column_stack([east + 0.54 * np.cos(turn), -north + 0.54 * np.sin(turn)]) * 10
    start, *moves = np.diff(corners.round(1), axis=0, prepend=0.0)
    return f"M{start[0]:g} {start[1]:g}l" + " ".join(f"{x:.3g} {y:.3g}" for x, y in moves[:5]) + "z"


def regions() -> dict[str, list[dict]]:
    """Every body by region and then by name: code, name, kind, first and last day (None for one that is open)."""
    rows = [
        {"kind": "CCG" if b["kind"] == "ccg" else "board"}
        | {key: b[key] for key in ("code", "name", "region", "opened", "closed")}
        for b in life.bodies().values()
    ]
    rows.sort(key=lambda b: (b["region"], b["kind"] == "CCG", b["name"], b["opened"]))
    return {region: list(group) for region, group in groupby(rows, key=lambda b: b["region"])}
