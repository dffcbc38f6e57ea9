"""The steps of a body's land, onwards and back, and its life in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .geography import Day, Hop, as_day
from .land import Land
from .tables import Row, records
from .words import long_date

if TYPE_CHECKING:
    from .lineage import Lineage


def onwards(land: Land, code: str, level: str, first: pd.Timestamp) -> list[Hop]:
    """Every step of a body's land from its first day on, and of land that came to it and left it again."""
    if level == "icb":
        return []
    hops = []
    holders = {piece: code for piece, holder in land.at(first).items() if holder == code}
    for r in sorted(land.rows, key=lambda r: (r["date"], r["kind"] != "split", r["from"], r["to"])):
        if r["date"] < first or (r["date"] == first and r["kind"] != "rename"):
            continue
        if r["kind"] == "split":
            piece = (r["origin"], r["land"])
            if holders.get(piece) == r["from"]:
                hops.append(_hop(land, r))
                holders[piece] = r["to"]
            elif r["from"] == code:  # land that came to it after it opened
                hops.append(_hop(land, r))
        elif r["from"] in holders.values() and (r["kind"] != "rename" or r["from"] == code):
            hops.append(_hop(land, r))
            if r["kind"] == "merger":
                holders = {p: r["to"] if h == r["from"] else h for p, h in holders.items()}
    return sorted(hops, key=lambda h: (h.date, h.kind == "split", h.start, h.end))


def back(land: Land, code: str) -> list[Hop]:
    """The mergers and splits through which a body was put together, the latest first."""
    wanted, hops = [code], []
    done: set[tuple[str, str, pd.Timestamp, str]] = set()
    while wanted:
        body = wanted.pop()
        for r in land.rows:
            key = (r["from"], r["to"], r["date"], r["kind"])
            if r["to"] == body and r["kind"] != "rename" and key not in done:
                done.add(key)
                hops.append(_hop(land, r))
                if r["kind"] in ("merger", "abolition"):
                    wanted.append(r["from"])
    return sorted(hops, key=lambda h: (h.date, h.end, h.start), reverse=True)


def of_trust(code: str, overlaps: pd.DataFrame, day: pd.Timestamp) -> list[Hop]:
    """The CCGs that a primary care trust overlaps, the largest share first."""
    rows = overlaps[overlaps["pct"] == code].sort_values("share", ascending=False)
    note = "by share of postcodes, to the CCGs of April 2015"
    return [
        Hop(day, code, r["ccg"], "overlap", r["share"], "postcodes", r["source"], note) for r in records(rows)
    ]


def _hop(land: Land, r: Row) -> Hop:
    share, basis = land.measured(r)
    known = r["share"] if share is None else share
    return Hop(
        r["date"], r["from"], r["to"], r["kind"], None if known is None else float(known),
        basis or r["basis"] or "", r["source"], r["note"] or "", r["land"] or "",
    )  # fmt: skip


def explain(known: Lineage, code: str, to: Day | None, level: str | None) -> str:
    """A body's life in sentences; see ``lineage.explain``."""
    body = known.lifetime(code)
    lines = [f"{known.name(body.code)} ({body.code})", *_what_it_was(known, body.code)]
    before = known.trail(code, back=True) if body.level != "pct" else []
    for title, hops in (("Before it:", before), ("After it:", known.trail(code))):
        if hops:
            lines += [title, *(f"  {_sentence(known, hop)}" for hop in hops)]
    if to is not None:
        lines += _what_became_of_it(known, body.code, as_day(to), level)
    return "\n".join(lines)


def _what_it_was(known: Lineage, code: str) -> list[str]:
    _, level, first, last = known.lifetime(code)
    if level == "icb":
        return [f"An integrated care board from {long_date(first)}."]
    if level == "pct":
        return [f"A primary care trust, closed on {long_date(last)}."]
    lines = [f"A CCG from {long_date(first)} to {long_date(min(last, known.boards - pd.Timedelta(days=1)))}."]
    if code in known.former_names():
        lines.append(f"Before its change of name: {known.former_names()[code]}.")
    if last >= known.boards:
        lines.append(f"Since {long_date(known.boards)} a sub-ICB location that keeps the code.")
    return lines


def _what_became_of_it(known: Lineage, code: str, to: pd.Timestamp, level: str | None) -> list[str]:
    """What its area of its first day is on a day, and that of its last where the answer differs."""
    body, lines = known.lifetime(code), []
    ends = sorted({body.first, min(body.last, to)})
    found = [(at, known.successors(code, to, level, at=at).drop(columns="from")) for at in ends]
    if len(found) > 1 and found[0][1].equals(found[1][1]):
        found = found[:1]
    for at, rows in found:
        which_area = f" the area it had on {long_date(at)}" if len(found) > 1 else " its area"
        lines.append(f"On {long_date(to)}{which_area} is:")
        for r in records(rows):
            share = "" if r["share"] == 1 else f", {r['share']:.1%} by {r['basis']}"
            lines.append(f"  {r['to']} {known.name(r['to'])}{share} ({r['status']})")
    return lines


def _sentence(known: Lineage, hop: Hop) -> str:
    end = f"{hop.end} ({known.name(hop.end)})"
    what = {
        "merger": f"{hop.start} merged into {end}",
        "abolition": f"{hop.start} passed to {end}",
        "rename": f"{hop.start} changed its name",
        "overlap": f"{hop.start} overlaps {end}",
        "split": f"part of {hop.start} moved to {end}",
    }[hop.kind]
    share = f", {hop.share:.1%} by {hop.basis}" if hop.share not in (None, 1.0) else ""
    note = f" {hop.note}" if hop.note and hop.kind in ("split", "rename") else ""
    return f"{long_date(hop.date)}: {what}{share}. [{hop.source}]{note}"
